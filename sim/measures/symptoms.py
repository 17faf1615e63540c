"""How much of their life with liver metastases patients spend with symptoms, or too frail for most treatment.

    symptom_figures(rows, journeys)   `outcome.with_nelm.patient_years`, `outcome.symptomatic.*`, `outcome.frail.*`

Time is counted by the clock over the measured period, whoever the patient: from her first liver metastasis (group
`all`; only a simulator knows it) or from when metastases were first seen (`seen`), to her death or the end.
"""

from __future__ import annotations

import numpy as np

from sim.log import Event
from sim.measures.bundle import Rows
from sim.measures.endpoints import followed
from sim.measures.journeys import Ints, Journeys
from sim.units import YEAR

FRAIL_FROM = 2
"""The ECOG performance status from which a patient counts as frail: out of bed, but unable to work."""
LATE = np.iinfo(np.int64).max


def symptom_figures(rows: Rows, journeys: Journeys) -> None:
    """Patient-years a year with liver metastases, and how much of them with hormonal symptoms or with ECOG 2 or worse.

    Where the log has no row about hormonal symptoms, or the patient table no `ecog` at first symptom, they are null.
    """
    seen = journeys.table["nelm_minute"].to_numpy(np.int64)
    groups = {"all": journeys.nelm_from, "seen": np.where(seen >= 0, seen, LATE)}
    begins, ends = _spells(journeys)
    told = {"symptomatic": journeys.event == Event.SYMPTOMATIC, "frail": np.array(["ecog" in journeys.table])}
    notes = {
        "symptomatic": "the log has no row on hormonal symptoms",
        "frail": "the patient table has no performance status",
    }
    for group, since in groups.items():
        last = np.minimum(followed(journeys)[0], journeys.window.ends)
        first = np.maximum(since, journeys.window.starts)
        whole = int(np.maximum(last - np.minimum(first, last), 0).sum())
        spells = {
            "symptomatic": (journeys.who[begins], journeys.minute[begins], ends),
            "frail": (np.arange(len(first)), _frail_from(journeys), last),
        }
        rows.add("outcome.with_nelm.patient_years", whole / YEAR / journeys.window.years, "patient-years", group)
        for name, (who, start, end) in spells.items():
            known = bool(told[name].any())
            minutes = _overlap(start, end, first[who], last[who]) if known else float("nan")
            share = minutes / whole if whole else float("nan")
            note = notes[name] if not known else "nobody had liver metastases"
            rows.add(f"outcome.{name}.share", share, "share", group, note)
            years = minutes / YEAR / journeys.window.years
            rows.add(f"outcome.{name}.patient_years", years, "patient-years", group, note)


def _overlap(start: Ints, end: Ints, first: Ints, last: Ints) -> float:
    """Minutes of spells that lie within the span of the patient whose they are."""
    return float(np.maximum(np.minimum(end, last) - np.minimum(np.maximum(start, first), last), 0).sum())


def _spells(journeys: Journeys) -> tuple[Ints, Ints]:
    """Positions at which hormonal symptoms begin, and the minutes at which they end."""
    changes = journeys.where(Event.SYMPTOMATIC)
    begins = changes[journeys.value[changes] == 1]
    over = journeys.following(begins, changes)
    minute = np.r_[journeys.minute, LATE]
    return begins, np.minimum(minute[over], followed(journeys)[0][journeys.who[begins]])


def _frail_from(journeys: Journeys) -> Ints:
    """The minute from which each patient is frail; performance status never rises again. Very late where never."""
    since = np.full(len(journeys.table), LATE)
    fallen = journeys.where(Event.WORSENED)
    fallen = journeys.first(fallen[journeys.value[fallen] >= FRAIL_FROM])
    since[journeys.who[fallen]] = journeys.minute[fallen]
    if "ecog" in journeys.table:
        at_first = journeys.table["ecog"].to_numpy(np.int64) >= FRAIL_FROM
        since[at_first] = np.iinfo(np.int64).min
    return since
