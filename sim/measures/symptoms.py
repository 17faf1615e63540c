"""How much of their life with liver metastases patients spend with symptoms, or too frail for most treatment.

    spells(journeys)                   times with hormonal symptoms
    symptom_figures(rows, lives, ...)  `outcome.with_nelm.patient_years`, `outcome.symptomatic.*`, `outcome.frail.*`

Time is counted by the clock over the measured period, whoever the patient: from her first liver metastasis (group
`all`; only a simulator knows it) or from when metastases were first seen (`seen`), to her death or the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.log import Event
from sim.measures.bundle import Rows
from sim.measures.columns import ByPatient, Ints
from sim.measures.facts import Window
from sim.measures.journeys import LATE, Journeys
from sim.measures.lives import Lives, followed
from sim.units import YEAR


@dataclass(frozen=True)
class Spells(ByPatient):
    """Times with hormonal symptoms.

    start, end   (n,) minutes
    """

    start: Ints
    end: Ints


def spells(journeys: Journeys) -> tuple[Spells, bool]:
    """Times with hormonal symptoms, and whether the log has any row about them."""
    changes = journeys.where(Event.SYMPTOMATIC)
    begins = changes[journeys.value[changes] == 1]
    over = journeys.following(begins, changes)
    end = np.where(over < journeys.never, journeys.until[over], LATE)
    who = journeys.who[begins]
    return Spells(who, journeys.minute[begins], np.minimum(end, followed(journeys)[0][who])), len(changes) > 0


def symptom_figures(rows: Rows, lives: Lives, symptomatic: Spells, told: dict[str, bool], window: Window) -> None:
    """Patient-years a year with liver metastases, and how much of them with hormonal symptoms or with ECOG 2 or worse.

    told   whether anything is known of `symptomatic` and of `frail`: where the log has no row about hormonal symptoms,
           or the patient table no `ecog` at first symptom, their figures are null
    """
    groups = {"all": lives.nelm_from, "seen": np.where(lives.seen >= 0, lives.seen, LATE)}
    notes = {
        "symptomatic": "the log has no row on hormonal symptoms",
        "frail": "the patient table has no performance status",
    }
    last = np.minimum(lives.ends, window.ends)
    for group, since in groups.items():
        first = np.maximum(since, window.starts)
        whole = int(np.maximum(last - np.minimum(first, last), 0).sum())
        times = {
            "symptomatic": (symptomatic.who, symptomatic.start, symptomatic.end),
            "frail": (lives.who, lives.frail_from, last),
        }
        rows.add("outcome.with_nelm.patient_years", whole / YEAR / window.years, "patient-years", group)
        for name, (who, start, end) in times.items():
            known = told[name]
            minutes = _overlap(start, end, first[who], last[who]) if known else float("nan")
            share = minutes / whole if whole else float("nan")
            note = notes[name] if not known else "nobody had liver metastases"
            rows.add(f"outcome.{name}.share", share, "share", group, note)
            years = minutes / YEAR / window.years
            rows.add(f"outcome.{name}.patient_years", years, "patient-years", group, note)


def _overlap(start: Ints, end: Ints, first: Ints, last: Ints) -> float:
    """Minutes of spells that lie within the span of the patient whose they are."""
    return float(np.maximum(np.minimum(end, last) - np.minimum(np.maximum(start, first), last), 0).sum())
