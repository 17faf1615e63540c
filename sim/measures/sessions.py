"""How far apart the sessions of a course of treatment are.

    gaps(journeys, facts)          each session after the first of its course, and how long after the one before it
    session_figures(rows, ...)     `course.<treatment>.spacing.median`, `.p90`

A session is a case that begins on the list on which its treatment is given, after the course has begun and before it
is complete, lost, or followed by another decision. Sessions at another hospital are on no list here. A gap belongs to
the period in which it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.log import Event
from sim.measures.bundle import Rows
from sim.measures.columns import ByPatient, Ints
from sim.measures.facts import Facts, Window
from sim.measures.journeys import Journeys
from sim.units import DAY

ENDS = (Event.COMPLETED, Event.LOST, Event.SYMPTOM)
"""What ends a course besides the next decision."""


@dataclass(frozen=True)
class Gaps(ByPatient):
    """Sessions after the first of a course.

    minute      (n,) at which it began
    minutes     (n,) since the one before it began
    treatment   (n,) its place among the treatments of `Facts.sessions`
    """

    minute: Ints
    minutes: Ints
    treatment: npt.NDArray[np.int16]


def gaps(journeys: Journeys, facts: Facts) -> Gaps:
    """The gaps of these patients, in the order of the log."""
    numbers = {name: number for number, name in enumerate(facts.sessions, 1)}
    places = [journeys.log.names["resources"].index(its) for its in facts.sessions.values()]
    lists = np.array([-2, *places], np.int64)
    begun = journeys.where(Event.TREATED)
    begun = begun[journeys.why_mapped(begun, numbers) > 0]
    marks = np.sort(np.concatenate([begun, journeys.decided(facts.beside), *map(journeys.where, ENDS)]))
    of_mark = np.where(np.isin(marks, begun), journeys.why_mapped(marks, numbers), 0)
    started = journeys.where(Event.STARTED)
    last = np.searchsorted(marks, started) - 1
    same = last >= 0
    same[same] = journeys.who[marks[last[same]]] == journeys.who[started[same]]
    treatment = np.where(same, np.r_[of_mark, 0][last], 0)
    in_course = lists[treatment] == journeys.resource[started]
    found, since = [], []
    for place in sorted({*places}):
        here = np.flatnonzero(journeys.resource[started] == place)
        before = np.r_[-1, here[:-1]] if len(here) else here
        again = in_course[here] & (before >= 0)
        again[again] = journeys.who[started[before[again]]] == journeys.who[started[here[again]]]
        found.append(here[again])
        since.append(before[again])
    which = np.concatenate([*found, np.empty(0, np.int64)]).astype(np.int64)
    before = np.concatenate([*since, np.empty(0, np.int64)]).astype(np.int64)
    order = np.argsort(which, kind="stable")
    at, earlier = started[which[order]], started[before[order]]
    minute = journeys.minute[at]
    return Gaps(
        journeys.who[at], minute, minute - journeys.minute[earlier], treatment[which[order]].astype(np.int16) - 1
    )


def session_figures(rows: Rows, found: Gaps, facts: Facts, window: Window) -> None:
    """Days between the sessions of a course, by treatment."""
    inside = window.holds(found.minute)
    for number, name in enumerate(facts.sessions):
        days = found.minutes[inside & (found.treatment == number)] / DAY
        for figure, share in (("median", 0.5), ("p90", 0.9)):
            value = float(np.quantile(days, share, method="inverted_cdf")) if len(days) else float("nan")
            rows.add(f"course.{name}.spacing.{figure}", value, "days", note="no course had a second session here")
