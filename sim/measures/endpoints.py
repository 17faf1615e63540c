"""Time to an event from a milestone: recurrence after the liver was cleared, and survival by where its clock starts.

    cleared(journeys)                  patients whose liver was cleared, and what came of it
    endpoint_figures(rows, lives, ...) `outcome.rfs.*`, `outcome.recurrence.*`, `outcome.os_from_symptom.*`,
                                       `outcome.os_from_symptom_of_all.*`, `outcome.os_from_diagnosis.*`

Three survivals of the same people, which differ by who is counted and from when:

- *from diagnosis* is what a clinic reports;
- *from first symptom* is what a register can report: it knows only those who lived to be diagnosed, so each of them is
  at risk from her diagnosis on and not before (delayed entry);
- *from first symptom, of all*, counts those who died undiagnosed too. Only a simulator knows them.

Delayed entry sets right that the dead are missing. It can not set right that fast disease is also found sooner, so the
last two agree only as far as the time to diagnosis tells nothing about how long somebody lives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.log import Event, EventLog
from sim.measures.bundle import Rows
from sim.measures.columns import ByPatient, Ints
from sim.measures.facts import Window
from sim.measures.journeys import LATE, Journeys, Outcome, clocks
from sim.measures.lives import Lives
from sim.measures.statistics import (
    Curves,
    Floats,
    aalen_johansen,
    delayed_entry,
    enough_at_risk,
    kaplan_meier,
    reached_by,
    read_at,
)
from sim.units import YEAR

SURVIVAL_YEARS = (1, 3, 5, 10)
RECURRENCE_YEARS = (1, 3, 5)
LEAST_AT_RISK = 10
"""With delayed entry a curve begins when so many are at risk; the death of a lone first entrant would end it."""


@dataclass(frozen=True)
class Cleared(ByPatient):
    """Patients of whom for the first time nothing that was seen in the liver was left.

    start     (n,) minute
    minutes   (n,) until disease was seen again, she died, or follow-up ended
    cause     (n,) of the curves: 1 disease seen again, 2 death, 0 neither
    by        (n,) the treatment that cleared the liver, as a reason of the log
    """

    start: Ints
    minutes: Ints
    cause: npt.NDArray[np.int8]
    by: npt.NDArray[np.int16]


def cleared(journeys: Journeys) -> Cleared:
    """From the first time that nothing seen was left in the liver, to disease seen again, or death."""
    at = journeys.first(journeys.where(Event.CLEARED))
    back = np.sort(np.concatenate([journeys.where(Event.RECURRED), journeys.where(Event.PROGRESSED)]))
    never = np.full(len(at), journeys.never)
    episodes = clocks(journeys, at, journeys.following(at, back), never)
    cause = np.select([episodes.outcome == Outcome.REACHED, episodes.outcome == Outcome.DIED], [1, 2], 0)
    return Cleared(episodes.who, episodes.start, episodes.minutes, cause.astype(np.int8), journeys.why[at])


def endpoint_figures(rows: Rows, lives: Lives, free: Cleared, window: Window, bare: EventLog) -> None:
    """Recurrence-free survival, recurrence, and overall survival from first symptom and from diagnosis.

    bare   the log, for its names
    """
    _recurrence(rows, free, window, bare)
    _from_symptom_of_all(rows, lives, window)
    _from_symptom_of_the_diagnosed(rows, lives, window)
    _from_diagnosis(rows, lives, window)


def _recurrence(rows: Rows, free: Cleared, window: Window, bare: EventLog) -> None:
    """In `rfs` disease seen again or death ends it. In `recurrence` death competes: the share in whom disease has been
    seen again. Both in all, and by the treatment that cleared the liver."""
    its = free.taking(window.holds(free.start))
    names = {int(number): bare.why_name(int(number)) for number in np.unique(its.by)}
    groups = {"all": np.ones(len(its.who), np.bool_)}
    for name in sorted({*names.values()}):
        groups[name] = np.isin(its.by, [number for number, word in names.items() if word == name])
    for group, chosen in groups.items():
        curves = aalen_johansen(its.minutes[chosen] / YEAR, its.cause[chosen], 2)
        count = int(chosen.sum())
        _shares(rows, "rfs", group, curves, curves.free, 1.0, RECURRENCE_YEARS, count)
        _median(rows, "rfs", group, curves, 1.0 - curves.free, count)
        _shares(rows, "recurrence", group, curves, curves.incidence[0], 0.0, RECURRENCE_YEARS, count)


def _from_symptom_of_all(rows: Rows, lives: Lives, window: Window) -> None:
    its = lives.taking(window.holds(lives.arrived))
    for group, chosen in (("all", np.ones(len(its.who), np.bool_)), ("nelm", its.at_symptom)):
        curve = kaplan_meier((its.ends - its.arrived)[chosen] / YEAR, its.died[chosen])
        _survival(rows, "os_from_symptom_of_all", group, curve, int(chosen.sum()))


def _from_symptom_of_the_diagnosed(rows: Rows, lives: Lives, window: Window) -> None:
    """Those diagnosed in the measured period, each at risk from her diagnosis on."""
    symptom = np.where(lives.arrived == LATE, window.horizon, lives.arrived)
    its = lives.taking(window.holds(lives.diagnosed) & (symptom <= lives.diagnosed))
    for group, chosen in (("all", np.ones(len(its.who), np.bool_)), ("nelm", its.at_symptom)):
        one = its.taking(chosen)
        entry, time = (one.diagnosed - one.arrived) / YEAR, (one.ends - one.arrived) / YEAR
        curve = delayed_entry(entry, time, one.died, LEAST_AT_RISK)
        begins = enough_at_risk(entry, time, LEAST_AT_RISK)
        _survival(rows, "os_from_symptom", group, curve, int(chosen.sum()), begins)


def _from_diagnosis(rows: Rows, lives: Lives, window: Window) -> None:
    its = lives.taking(window.holds(lives.diagnosed))
    for group, chosen in (("all", np.ones(len(its.who), np.bool_)), ("nelm", its.nelm_from <= its.diagnosed)):
        curve = kaplan_meier((its.ends - its.diagnosed)[chosen] / YEAR, its.died[chosen])
        _survival(rows, "os_from_diagnosis", group, curve, int(chosen.sum()))


def _survival(rows: Rows, endpoint: str, group: str, curve: Curves, count: int, begins: float = 0.0) -> None:
    _shares(rows, endpoint, group, curve, curve.free, 1.0, SURVIVAL_YEARS, count, begins)
    _median(rows, endpoint, group, curve, curve.incidence[0], count)


def _shares(
    rows: Rows,
    endpoint: str,
    group: str,
    curves: Curves,
    curve: Floats,
    start: float,
    years: tuple[int, ...],
    count: int,
    begins: float = 0.0,
) -> None:
    """The curve read at some years; null before it begins and after follow-up ends."""
    for year, share in zip(years, read_at(curves, curve, years, start), strict=True):
        early = year < begins
        note = "nobody" if count == 0 else "follow-up is shorter"
        if early and count:
            note = f"fewer than {LEAST_AT_RISK} at risk until then"
        rows.add(f"outcome.{endpoint}.y{year}", float("nan") if early else float(share), "share", group, note)


def _median(rows: Rows, endpoint: str, group: str, curves: Curves, incidence: Floats, count: int) -> None:
    rows.add(f"outcome.{endpoint}.median", reached_by(curves, incidence, 0.5), "years", group, "not reached")
    rows.add(f"outcome.{endpoint}.patients", float(count), "patients", group)
