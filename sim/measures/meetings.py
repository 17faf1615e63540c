"""The tumour board: cases at each meeting, decisions, and cases put off to the next meeting.

    meetings(...)                the bundle's table of meetings by number of cases
    meeting_figures(rows, ...)   `board.cases_per_meeting.mean`, `board.discussed.per_year`, `board.deferred.*` ...

A meeting is a sitting of the list that the scenario names as its board. A case counts at the meeting in whose
sitting it starts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.log import Event, Happening
from sim.measures.bundle import Rows, table
from sim.measures.capacity import COMPETING, OWN, HospitalLog
from sim.measures.facts import Facts, Window
from sim.measures.journeys import Ints, Journeys


def cases_at_meetings(hospital: HospitalLog, facts: Facts, window: Window) -> dict[str, Ints]:
    """(meetings,) cases at each meeting of the measured period: own, competing. Sittings of one minute are one."""
    opened = np.unique(hospital.minute[hospital.rows(facts.board, Happening.OPENED)])
    starts = {
        OWN: hospital.own(facts.board, Event.STARTED)[0],
        COMPETING: hospital.minute[hospital.rows(facts.board, Happening.STARTED)],
    }
    measured = (opened >= window.starts) & (opened < window.ends)
    counts = {}
    for who, minutes in starts.items():
        at = np.searchsorted(opened, minutes, side="right") - 1
        counts[who] = np.bincount(at[at >= 0], minlength=len(opened))[measured]
    return counts


def meetings(hospital: HospitalLog, facts: Facts, window: Window) -> pd.DataFrame:
    """How many meetings of the measured period had so many cases."""
    counts = cases_at_meetings(hospital, facts, window)
    number, many = np.unique(counts[OWN] + counts[COMPETING], return_counts=True)
    return table("board", {"cases": number, "meetings": many}, hospital.log.replication)


def meeting_figures(rows: Rows, journeys: Journeys, hospital: HospitalLog, facts: Facts) -> None:
    """Cases per meeting, discussions, decisions and deferrals of the measured period."""
    window = journeys.window
    counts = cases_at_meetings(hospital, facts, window)
    everyone = counts[OWN] + counts[COMPETING]
    rows.add("board.meetings.per_year", len(everyone) / window.years, "per year")
    for group, cases in (("all", everyone), (OWN, counts[OWN]), (COMPETING, counts[COMPETING])):
        mean = float(cases.mean()) if len(cases) else float("nan")
        rows.add("board.cases_per_meeting.mean", mean, "cases", group, "the board did not meet")
        rows.add("board.discussed.per_year", float(cases.sum()) / window.years, "per year", group)
    decided, deferred = (_measured(journeys, event) for event in (Event.DECIDED, Event.DEFERRED))
    # A meeting may write two decisions about one patient, one of them on what goes on beside the treatment.
    discussed = len(np.unique(np.column_stack([journeys.who[decided], journeys.minute[decided]]), axis=0))
    rows.add("board.decided.per_year", discussed / window.years, "per year")
    for row, count in _tally(journeys, decided).items():
        rows.add("board.decided.per_year", count / window.years, "per year", row)
    rows.add("board.deferred.per_year", len(deferred) / window.years, "per year")
    for missing, count in _tally(journeys, deferred).items():
        rows.add("board.deferred.per_year", count / window.years, "per year", missing)
    either = discussed + len(deferred)
    share = len(deferred) / either if either else float("nan")
    rows.add("board.deferred.share", share, "share", note="nobody was discussed")


def _measured(journeys: Journeys, event: Event) -> Ints:
    at = journeys.where(event)
    return at[journeys.measured(journeys.minute[at])]


def _tally(journeys: Journeys, at: Ints) -> dict[str, int]:
    words, counts = np.unique(journeys.why_words(journeys.why[at]).astype(str), return_counts=True)
    return {word or "no reason given": count for word, count in zip(words.tolist(), counts.tolist(), strict=True)}
