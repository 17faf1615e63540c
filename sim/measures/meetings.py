"""The tumour board: cases at each meeting, decisions, and cases put off to the next meeting.

    meetings(...)                the bundle's table of meetings by number of cases
    meeting_figures(rows, ...)   `board.cases_per_meeting.mean`, `board.discussed.per_year`, `board.deferred.*` ...

A meeting is a sitting of the list that the scenario names as its board. A case counts at the meeting in whose
sitting it starts.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from sim.log import Event, Happening
from sim.measures.bundle import Rows, table
from sim.measures.capacity import COMPETING, OWN, HospitalLog
from sim.measures.columns import Ints, each_first
from sim.measures.facts import Facts, Window
from sim.measures.notes import Notes


def cases_at_meetings(notes: Notes, hospital: HospitalLog, facts: Facts, window: Window) -> dict[str, Ints]:
    """(meetings,) cases at each meeting of the measured period: own, competing. Sittings of one minute are one."""
    opened = np.unique(hospital.minute[hospital.rows(facts.board, Happening.OPENED)])
    starts = {
        OWN: notes.of(Event.STARTED, resource=hospital.numbers[facts.board]).minute,
        COMPETING: hospital.minute[hospital.rows(facts.board, Happening.STARTED)],
    }
    measured = window.holds(opened)
    counts = {}
    for who, minutes in starts.items():
        at = np.searchsorted(opened, minutes, side="right") - 1
        counts[who] = np.bincount(at[at >= 0], minlength=len(opened))[measured]
    return counts


def meetings(notes: Notes, hospital: HospitalLog, facts: Facts, window: Window) -> pd.DataFrame:
    """How many meetings of the measured period had so many cases."""
    counts = cases_at_meetings(notes, hospital, facts, window)
    number, many = np.unique(counts[OWN] + counts[COMPETING], return_counts=True)
    return table("board", {"cases": number, "meetings": many}, hospital.log.replication)


def meeting_figures(rows: Rows, notes: Notes, hospital: HospitalLog, facts: Facts, window: Window) -> None:
    """Cases per meeting, discussions, decisions and deferrals of the measured period."""
    counts = cases_at_meetings(notes, hospital, facts, window)
    everyone = counts[OWN] + counts[COMPETING]
    rows.add("board.meetings.per_year", len(everyone) / window.years, "per year")
    for group, cases in (("all", everyone), (OWN, counts[OWN]), (COMPETING, counts[COMPETING])):
        mean = float(cases.mean()) if len(cases) else float("nan")
        rows.add("board.cases_per_meeting.mean", mean, "cases", group, "the board did not meet")
        rows.add("board.discussed.per_year", float(cases.sum()) / window.years, "per year", group)
    decided, deferred = (notes.of(event, window) for event in (Event.DECIDED, Event.DEFERRED))
    # A meeting may write two decisions about one patient, one of them on what goes on beside the treatment.
    again = ~each_first(decided.who)
    again[1:] &= decided.minute[1:] == decided.minute[:-1]
    discussed = len(again) - int(again.sum())
    rows.add("board.decided.per_year", discussed / window.years, "per year")
    for row, count in _tally(decided, hospital).items():
        rows.add("board.decided.per_year", count / window.years, "per year", row)
    rows.add("board.deferred.per_year", len(deferred.who) / window.years, "per year")
    for missing, count in _tally(deferred, hospital).items():
        rows.add("board.deferred.per_year", count / window.years, "per year", missing)
    either = discussed + len(deferred.who)
    share = len(deferred.who) / either if either else float("nan")
    rows.add("board.deferred.share", share, "share", note="nobody was discussed")


def _tally(notes: Notes, hospital: HospitalLog) -> dict[str, int]:
    """How many rows there are for each reason, in order of the alphabet."""
    counts: Counter[str] = Counter()
    for number, count in zip(*np.unique(notes.why, return_counts=True), strict=True):
        counts[hospital.log.why_name(int(number))] += int(count)
    return {word or "no reason given": count for word, count in sorted(counts.items())}
