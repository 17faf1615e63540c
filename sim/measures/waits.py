"""Waits between the milestones of a patient, counting those who still wait and those who died waiting.

    intervals()                     the intervals that are reported, as data (intervals.yaml)
    waiting(journeys, facts)        all episodes of every interval
    interval_figures(rows, ...)     their figures, for the groups that are known when a clock starts
    wait_figures(rows, ...)         the figures of one group: median, 90th percentile, share in time, counts

How the clocks run:

- `symptom_to_referral`, `referral_to_diagnosis` and `referral_to_decision` run from a patient's first such
  milestone to the next; a patient who leaves alive before has ended otherwise.
- `referral_to_treatment` stops at the first treatment of any kind, drugs included. A board decision that plans
  no treatment ends it otherwise (as active monitoring stops a clock), and so does leaving alive.
- `decision_to_treatment` runs from *each* decision that plans a treatment. It is reached when that treatment, or
  another one in its place, starts; a background treatment counts only where it was what was planned. A later
  decision, or the loss of eligibility, ends it otherwise.

Episodes belong to the period in which they start. Death and other ends compete with being reached: the shares
are cumulative incidences, so `median` is the time by which half of *all who started* had got there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from sim.log import Event
from sim.measures.bundle import Rows, table
from sim.measures.facts import Facts
from sim.measures.journeys import OUTCOMES, Bools, Episodes, Ints, Journeys, Outcome, clocks
from sim.measures.statistics import Floats, aalen_johansen, reached_by, read_at
from sim.units import DAY

Words = npt.NDArray[np.object_]
NOTHING: Ints = np.empty(0, np.int64)


@dataclass(frozen=True)
class Interval:
    """A stretch of a patient's way that is reported.

    name     as in the KPI table
    means    in words
    start    the milestone at which the clock starts
    stop     the milestone at which it stops
    target   days within which it should have stopped, or None
    """

    name: str
    means: str
    start: str
    stop: str
    target: float | None


@cache
def intervals() -> tuple[Interval, ...]:
    """The intervals of intervals.yaml, in the order of a patient's way.

    >>> intervals()[0].name
    'symptom_to_referral'
    """
    text = resources.files("sim.measures").joinpath("intervals.yaml").read_text(encoding="utf-8")
    return tuple(
        Interval(entry["name"], entry["means"], entry["from"], entry["to"], entry.get("target"))
        for entry in yaml.safe_load(text)["intervals"]
    )


@dataclass(frozen=True)
class Waits:
    """The episodes of one interval, or of one queue, in the whole run.

    name       of the interval, or `queue`
    episodes   the waits
    group      (n,) the treatment waited for, '' where none is named; of a queue the resource
    nelm       (n,) whether liver metastases were there, seen or not, when the clock started
    """

    name: str
    episodes: Episodes
    group: Words
    nelm: Bools

    def frame(self, journeys: Journeys) -> pd.DataFrame:
        """Those that started in the measured period, as rows of the bundle's table of waits."""
        of = self.episodes
        rows = journeys.measured(of.start)
        return table(
            "waits",
            {
                "interval": np.full(rows.sum(), self.name, object),
                "group": self.group[rows],
                "patient": journeys.table["patient"].to_numpy(np.int64)[of.who[rows]],
                "start": of.start[rows],
                "end": (of.start + of.minutes)[rows],
                "days": of.minutes[rows] / DAY,
                "outcome": np.array(OUTCOMES, object)[of.outcome[rows]],
                "nelm": self.nelm[rows],
            },
            journeys.log.replication,
        )


def waiting(journeys: Journeys, facts: Facts) -> dict[str, Waits]:
    """All episodes of every interval in the whole run, by name of the interval."""
    marks = _Milestones(journeys, facts)
    found = {}
    for interval in intervals():
        episodes, group = marks.episodes(interval)
        nelm = journeys.nelm_from[episodes.who] <= episodes.start
        found[interval.name] = Waits(interval.name, episodes, group, nelm)
    return found


class _Milestones:
    """Positions of the milestones that the intervals name, and of what else ends a wait."""

    def __init__(self, journeys: Journeys, facts: Facts):
        self.journeys = journeys
        self.background = list(facts.background)
        self.decided = journeys.where(Event.DECIDED)
        words = journeys.why_words(journeys.why[self.decided])
        plan = np.array([facts.plans.get(word, "") for word in words], object)
        planning = plan != ""
        self.plan, self.planned = plan[planning], self.decided[planning]
        # A meeting may write two decisions, one for the background: it plans nothing only if neither does.
        without = self.decided[~planning]
        self.unplanned = without[~journeys.same_moment(without, self.planned)]
        self.treated = journeys.where(Event.TREATED)
        behind = journeys.where(Event.TREATED, journeys.why_numbers(facts.background))
        self.treated_in_turn = np.setdiff1d(self.treated, behind)

    def episodes(self, interval: Interval) -> tuple[Episodes, Words]:
        """The waits of one interval, and the treatment each of them is for."""
        if interval.start == "each_plan":
            return self._from_each_plan(), self.plan
        starts = self.journeys.first(self._positions(interval.start))
        reached = self.journeys.following(starts, self._positions(interval.stop))
        ended = self.journeys.following(starts, self.unplanned if interval.stop == "first_treated" else NOTHING)
        return clocks(self.journeys, starts, reached, ended), np.full(len(starts), "", object)

    def _positions(self, milestone: str) -> Ints:
        if milestone == "first_treated":
            return self.treated
        return self.journeys.where(Event[milestone.upper()])

    def _from_each_plan(self) -> Episodes:
        follow = self.journeys.following
        behind = np.isin(self.plan, self.background)
        reached = np.where(behind, follow(self.planned, self.treated), follow(self.planned, self.treated_in_turn))
        lost = follow(self.planned, self.journeys.where(Event.LOST))
        ended = np.minimum(follow(self.planned, self.decided, later=True), lost)
        return clocks(self.journeys, self.planned, reached, ended)


def interval_figures(rows: Rows, waits: dict[str, Waits], journeys: Journeys, facts: Facts) -> None:
    """The figures of every interval, for all who started it in the measured period and for groups of them.

    Groups are what is known when the clock starts: `nelm`, the treatment that was planned, and
    `liver_directed` for those planned treatments that are.
    """
    for interval in intervals():
        its = waits[interval.name]
        measured = journeys.measured(its.episodes.start)
        groups = {"all": measured, "nelm": measured & its.nelm}
        if interval.start == "each_plan":
            groups["liver_directed"] = measured & np.isin(its.group, list(facts.liver_directed))
            groups |= {plan: measured & (its.group == plan) for plan in sorted({*facts.plans.values()} - {""})}
        for group, chosen in groups.items():
            episodes = its.episodes.taking(chosen)
            wait_figures(rows, interval.name, group, episodes.minutes, episodes.outcome, interval.target)


def wait_figures(rows: Rows, name: str, group: str, minutes: Ints, outcome: Ints, target: float | None = None) -> None:
    """The figures of one group of waits, as `wait.<name>.<figure>`.

    minutes   (n,) each until it ended, or follow-up did
    outcome   (n,) `Outcome`
    target    days, or None for an interval that has no target
    """
    prefix = f"wait.{name}."
    for figure, which in (
        ("reached", Outcome.REACHED),
        ("died_waiting", Outcome.DIED),
        ("ended_otherwise", Outcome.ENDED),
        ("still_waiting", Outcome.CENSORED),
    ):
        rows.add(prefix + figure, float((outcome == which).sum()), "waits", group)
    rows.add(prefix + "started", float(len(minutes)), "waits", group)
    days: Floats = minutes / DAY
    curves = aalen_johansen(days, outcome, len(Outcome) - 1)
    reached = curves.incidence[Outcome.REACHED - 1]
    nobody = len(minutes) == 0
    for figure, share in (("median", 0.5), ("p90", 0.9)):
        note = "nobody started" if nobody else f"fewer than {share:.0%} of those who started got there"
        rows.add(prefix + figure, reached_by(curves, reached, share), "days", group, note)
    served = days[outcome == Outcome.REACHED]
    mean = float(served.mean()) if len(served) else float("nan")
    rows.add(prefix + "mean_of_those_served", mean, "days", group, "nobody got there")
    if target is not None:
        value = float("nan") if nobody else float(read_at(curves, reached, target, 0.0)[0])
        note = "nobody started" if nobody else "follow-up is shorter than the target"
        rows.add(prefix + "within_target", value, "share", group, note)
