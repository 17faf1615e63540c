"""Time to an event from a milestone: recurrence after the liver was cleared, and survival by where its clock starts.

    endpoint_figures(rows, journeys)   `outcome.rfs.*`, `outcome.recurrence.*`, `outcome.os_from_symptom.*`,
                                       `outcome.os_from_symptom_of_all.*`, `outcome.os_from_diagnosis.*`
    followed(journeys)                 until when each patient was followed, and whether that was her death

Three survivals of the same people, which differ by who is counted and from when:

- *from diagnosis* is what a clinic reports;
- *from first symptom* is what a register can report: it knows only those who lived to be diagnosed, so each of them is
  at risk from her diagnosis on and not before (delayed entry);
- *from first symptom, of all*, counts those who died undiagnosed too. Only a simulator knows them.

Delayed entry sets right that the dead are missing. It can not set right that fast disease is also found sooner, so the
last two agree only as far as the time to diagnosis tells nothing about how long somebody lives.
"""

from __future__ import annotations

import numpy as np

from sim.log import Event
from sim.measures.bundle import Rows
from sim.measures.journeys import Bools, Ints, Journeys, Outcome, clocks
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


def followed(journeys: Journeys) -> tuple[Ints, Bools]:
    """Until which minute each patient of the table was followed, and whether it is the minute of her death."""
    end = np.full(len(journeys.table), journeys.window.horizon)
    died = np.zeros(len(journeys.table), np.bool_)
    end[journeys.who[journeys.out]] = journeys.minute[journeys.out]
    died[journeys.who[journeys.first(journeys.died)]] = True
    return end, died


def endpoint_figures(rows: Rows, journeys: Journeys) -> None:
    """Recurrence-free survival, recurrence, and overall survival from first symptom and from diagnosis."""
    _recurrence(rows, journeys)
    _from_symptom_of_all(rows, journeys)
    _from_symptom_of_the_diagnosed(rows, journeys)
    _from_diagnosis(rows, journeys)


def _recurrence(rows: Rows, journeys: Journeys) -> None:
    """From the first time that nothing seen was left in the liver, to disease seen again, or death.

    In `rfs` either ends it. In `recurrence` death competes: the share in whom disease has been seen again. Both in
    all, and by the treatment that cleared the liver.
    """
    cleared = journeys.first(journeys.where(Event.CLEARED))
    back = np.union1d(journeys.where(Event.RECURRED), journeys.where(Event.PROGRESSED))
    never = np.full(len(cleared), journeys.never)
    episodes = clocks(journeys, cleared, journeys.following(cleared, back), never)
    cause = np.select([episodes.outcome == Outcome.REACHED, episodes.outcome == Outcome.DIED], [1, 2], 0)
    by = journeys.why_words(journeys.why[cleared])
    measured = journeys.measured(episodes.start)
    groups = {"all": measured} | {str(name): measured & (by == name) for name in sorted(set(by[measured]))}
    for group, chosen in groups.items():
        curves = aalen_johansen(episodes.minutes[chosen] / YEAR, cause[chosen], 2)
        count = int(chosen.sum())
        _shares(rows, "rfs", group, curves, curves.free, 1.0, RECURRENCE_YEARS, count)
        _median(rows, "rfs", group, curves, 1.0 - curves.free, count)
        _shares(rows, "recurrence", group, curves, curves.incidence[0], 0.0, RECURRENCE_YEARS, count)


def _from_symptom_of_all(rows: Rows, journeys: Journeys) -> None:
    arrived = journeys.first(journeys.where(Event.ARRIVED))
    who, start = journeys.who[arrived], journeys.minute[arrived]
    end, died = followed(journeys)
    measured = journeys.measured(start)
    nelm = journeys.table["nelm_at_symptom"].to_numpy(np.bool_)[who]
    for group, chosen in (("all", measured), ("nelm", measured & nelm)):
        curve = kaplan_meier((end[who] - start)[chosen] / YEAR, died[who][chosen])
        _survival(rows, "os_from_symptom_of_all", group, curve, int(chosen.sum()))


def _from_symptom_of_the_diagnosed(rows: Rows, journeys: Journeys) -> None:
    """Those diagnosed in the measured period, each at risk from her diagnosis on."""
    diagnosed = journeys.first(journeys.where(Event.DIAGNOSED))
    who, entered = journeys.who[diagnosed], journeys.minute[diagnosed]
    arrived = journeys.first(journeys.where(Event.ARRIVED))
    symptom = np.full(len(journeys.table), journeys.window.horizon)
    symptom[journeys.who[arrived]] = journeys.minute[arrived]
    end, died = followed(journeys)
    measured = journeys.measured(entered) & (symptom[who] <= entered)
    nelm = journeys.table["nelm_at_symptom"].to_numpy(np.bool_)[who]
    for group, chosen in (("all", measured), ("nelm", measured & nelm)):
        whose = who[chosen]
        entry, time = (entered[chosen] - symptom[whose]) / YEAR, (end - symptom)[whose] / YEAR
        curve = delayed_entry(entry, time, died[whose], LEAST_AT_RISK)
        begins = enough_at_risk(entry, time, LEAST_AT_RISK)
        _survival(rows, "os_from_symptom", group, curve, int(chosen.sum()), begins)


def _from_diagnosis(rows: Rows, journeys: Journeys) -> None:
    diagnosed = journeys.first(journeys.where(Event.DIAGNOSED))
    who, start = journeys.who[diagnosed], journeys.minute[diagnosed]
    end, died = followed(journeys)
    measured = journeys.measured(start)
    for group, chosen in (("all", measured), ("nelm", measured & (journeys.nelm_from[who] <= start))):
        curve = kaplan_meier((end[who] - start)[chosen] / YEAR, died[who][chosen])
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
