"""What did not go as booked: cases taken off on the day, people who did not come, sittings that did not happen.

    hitches(journeys, hospital)   the bundle's table of cancellations, counted over the measured period
    hitch_figures(rows, ...)      `cancelled.<resource>.per_year`, `missed.<resource>.per_year` and `.share`,
                                  `sittings_off.<resource>.per_year`, each in all and by cause

Own patients and competing cases are counted alike, and told apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.log import Event, Happening
from sim.measures.bundle import Rows, table
from sim.measures.capacity import COMPETING, OWN, HospitalLog
from sim.measures.facts import Facts, Window
from sim.measures.journeys import Ints, Journeys


def hitches(journeys: Journeys, hospital: HospitalLog) -> pd.DataFrame:
    """Counts by resource, what happened, to whom and why, over the measured period."""
    log = journeys.log
    found = []
    for what, event in (("cancelled", Event.CANCELLED), ("missed", Event.MISSED)):
        at = journeys.where(event)
        at = at[journeys.measured(journeys.minute[at])]
        found += [(what, OWN, journeys.resource[at], journeys.why[at])]
    for what, who, happening in (
        ("cancelled", COMPETING, Happening.CANCELLED),
        ("missed", COMPETING, Happening.MISSED),
        ("off", "", Happening.OFF),
    ):
        at = np.flatnonzero(hospital.event == happening)
        at = at[journeys.measured(hospital.minute[at])]
        found += [(what, who, hospital.resource[at], hospital.why[at])]
    rows = []
    for what, who, resource, why in found:
        kinds, counts = np.unique(np.column_stack([resource, why]), axis=0, return_counts=True)
        for (its, reason), count in zip(kinds.tolist(), counts.tolist(), strict=True):
            rows.append((log.names["resources"][its], what, who, log.why_name(reason) or "no reason given", count))
    names = ("resource", "what", "who", "why", "count")
    columns = zip(*sorted(rows), strict=True) if rows else [()] * len(names)
    return table("cancellations", dict(zip(names, map(list, columns), strict=True)), log.replication)


def hitch_figures(rows: Rows, counts: pd.DataFrame, hospital: HospitalLog, facts: Facts, window: Window) -> None:
    """The same as figures per year, and of those who were booked the share who did not come."""
    for name in sorted(facts.kinds):
        its = counts[counts["resource"] == name]
        for what, kpi in (("cancelled", "cancelled"), ("missed", "missed"), ("off", "sittings_off")):
            if facts.kinds[name] != "list":
                continue
            of = its[its["what"] == what]
            groups = {"all": int(of["count"].sum())}
            if what != "off":
                groups |= {who: int(of.loc[of["who"] == who, "count"].sum()) for who in (OWN, COMPETING)}
            groups |= {str(why): int(n) for why, n in of.groupby("why")["count"].sum().items()}
            for group, count in groups.items():
                rows.add(f"{kpi}.{name}.per_year", count / window.years, "per year", group)
        if facts.kinds[name] == "list":
            missed = its[its["what"] == "missed"]
            _missed_share(rows, name, missed, hospital, window)


def _missed_share(rows: Rows, name: str, missed: pd.DataFrame, hospital: HospitalLog, window: Window) -> None:
    cases = hospital.minute[hospital.rows(name, Happening.STARTED)]
    came = {OWN: _count(hospital.own(name, Event.STARTED)[0], window), COMPETING: _count(cases, window)}
    gone = {who: int(missed.loc[missed["who"] == who, "count"].sum()) for who in came}
    for group, whose in (("all", (OWN, COMPETING)), (OWN, (OWN,)), (COMPETING, (COMPETING,))):
        did_not, did = sum(gone[who] for who in whose), sum(came[who] for who in whose)
        share = did_not / (did_not + did) if did_not + did else float("nan")
        rows.add(f"missed.{name}.share", share, "share", group, "nobody was due")


def _count(minutes: Ints, window: Window) -> int:
    return int(((minutes >= window.starts) & (minutes < window.ends)).sum())
