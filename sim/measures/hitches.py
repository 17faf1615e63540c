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

WHY_BITS = 16
"""In which the number of a reason finds room, from -1 on."""
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
    log, names = hospital.log, list(hospital.numbers)
    kinds = []
    for what, event in OWN_EVENTS:
        its = notes.of(event, window)
        kinds.append((what, OWN, its.resource, its.why))
    for what, who, happening in HAPPENINGS:
        rows = hospital.anywhere(happening)
        rows = rows[window.holds(hospital.minute[rows])]
        kinds.append((what, who, hospital.resource[rows], hospital.why[rows]))
    found: Counter[tuple[str, str, str, str]] = Counter()
    for what, who, resource, why in kinds:
        pairs, counts = np.unique(resource * np.int64(1 << WHY_BITS) + why, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            at, reason = divmod(pair + 1, 1 << WHY_BITS)
            found[names[at], what, who, log.why_name(reason - 1) or "no reason given"] += count
    return dict(sorted(found.items()))


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


def _missed_share(rows: Rows, name: str, counts: Counts, notes: Notes, hospital: HospitalLog, window: Window) -> None:
    starts = {
        OWN: notes.of(Event.STARTED, resource=hospital.numbers[name]).minute,
        COMPETING: hospital.minute[hospital.rows(name, Happening.STARTED)],
    }
    came = {who: int(window.holds(minutes).sum()) for who, minutes in starts.items()}
    gone = {who: summed(counts, name, "missed", who) for who in came}
    for group, whose in (("all", (OWN, COMPETING)), (OWN, (OWN,)), (COMPETING, (COMPETING,))):
        did_not, did = sum(gone[who] for who in whose), sum(came[who] for who in whose)
        share = did_not / (did_not + did) if did_not + did else float("nan")
        rows.add(f"missed.{name}.share", share, "share", group, "nobody was due")
