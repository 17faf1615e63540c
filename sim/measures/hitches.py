"""What did not go as booked: cases taken off on the day, people who did not come, sittings that did not happen.

    hitches(notes, hospital, ...) counts over the measured period
    hitch_table(counts, ...)      they as the bundle's table of cancellations
    hitch_figures(rows, ...)      `cancelled.<resource>.per_year`, `missed.<resource>.per_year` and `.share`,
                                  `sittings_off.<resource>.per_year`, each in all and by cause

Own patients and competing cases are counted alike, and told apart.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from sim.log import Event, Happening
from sim.measures.bundle import Rows, figures
from sim.measures.capacity import COMPETING, OWN, HospitalLog
from sim.measures.facts import Facts, Window
from sim.measures.notes import Notes

Counts = dict[tuple[str, str, str, str], int]
"""How often, by `resource, what, who, why`."""
OWN_EVENTS = (("cancelled", Event.CANCELLED), ("missed", Event.MISSED))
HAPPENINGS = (
    ("cancelled", COMPETING, Happening.CANCELLED),
    ("missed", COMPETING, Happening.MISSED),
    ("off", "", Happening.OFF),
)


def hitches(notes: Notes, hospital: HospitalLog, window: Window) -> Counts:
    """Counts by resource, what happened, to whom and why, over the measured period."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for what, event in OWN_EVENTS:
        its = notes.of(event, window)
        for number, name in enumerate(hospital.numbers):
            _count(found, (name, what, OWN), its.why[its.resource == number], hospital)
    for name in hospital.numbers:
        for what, who, happening in HAPPENINGS:
            rows = hospital.rows(name, happening)
            _count(found, (name, what, who), hospital.why[rows][window.holds(hospital.minute[rows])], hospital)
    return dict(sorted(found.items()))


def _count(found: Counter[tuple[str, str, str, str]], of: tuple[str, str, str], why: np.ndarray, hospital: HospitalLog) -> None:
    """Add rows to the counts by their reasons."""
    if len(why) == 0:
        return
    counts = np.bincount(why + 1)
    for number in np.flatnonzero(counts).tolist():
        found[*of, hospital.log.why_name(number - 1) or "no reason given"] += int(counts[number])


def hitch_table(counts: Counts, replication: int) -> pd.DataFrame:
    """They as the bundle's table of cancellations."""
    names = ("resource", "what", "who", "why", "count")
    return figures("cancellations", names, [(*key, count) for key, count in counts.items()], replication)


def summed(counts: Counts, name: str, what: str, who: str | None = None) -> int:
    """How often something happened at one resource, to one kind of people or to anybody."""
    return sum(n for (its, how, whose, _), n in counts.items() if its == name and how == what and who in (None, whose))


def hitch_figures(
    rows: Rows, counts: Counts, notes: Notes, hospital: HospitalLog, facts: Facts, window: Window
) -> None:
    """The same as figures per year, and of those who were booked the share who did not come."""
    for name in facts.of_kind("list"):
        for what, kpi in (("cancelled", "cancelled"), ("missed", "missed"), ("off", "sittings_off")):
            groups = {"all": summed(counts, name, what)}
            if what != "off":
                groups |= {who: summed(counts, name, what, who) for who in (OWN, COMPETING)}
            whys: Counter[str] = Counter()
            for (its, how, _, why), count in counts.items():
                if its == name and how == what:
                    whys[why] += count
            groups |= dict(sorted(whys.items()))
            for group, count in groups.items():
                rows.add(f"{kpi}.{name}.per_year", count / window.years, "per year", group)
        _missed_share(rows, name, counts, notes, hospital, window)


def _missed_share(
    rows: Rows, name: str, counts: Counts, notes: Notes, hospital: HospitalLog, window: Window
) -> None:
    own = notes.of(Event.STARTED, window, hospital.numbers[name])
    others = window.holds(hospital.minute[hospital.rows(name, Happening.STARTED)])
    came = {OWN: len(own.who), COMPETING: int(others.sum())}
    gone = {who: summed(counts, name, "missed", who) for who in came}
    for group, whose in (("all", (OWN, COMPETING)), (OWN, (OWN,)), (COMPETING, (COMPETING,))):
        did_not, did = sum(gone[who] for who in whose), sum(came[who] for who in whose)
        share = did_not / (did_not + did) if did_not + did else float("nan")
        rows.add(f"missed.{name}.share", share, "share", group, "nobody was due")
