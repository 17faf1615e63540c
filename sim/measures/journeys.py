"""The patients' log arranged by journey, so that "what came next for this patient" is one look-up.

    Journeys(log, patients, window)   rows sorted by patient and order, and the patient table in the same order
      .where(event, ...)              positions of rows
      .decided(beside)                those of the decisions, without what is decided beside them
      .first(positions)               the first of each patient
      .following(starts, stops)       for each start, the next stop of the same patient
    clocks(...)                       episodes of waiting from a start to what ended it

A position is the number of a row after sorting; `journeys.never` is the position of what did not happen. All
of it is whole columns at a time; no patient is looked at by herself. Knows events and minutes, no medicine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import InputError, Problem
from sim.log import Event, EventLog, Why
from sim.measures.facts import Window

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEEDED_COLUMNS = ("patient", "grade", "nelm_at_symptom", "nelm_minute")


class Outcome(IntEnum):
    """What ended a wait. The numbers are the causes of the curves; 0 is not an end."""

    CENSORED = 0  # still waiting when follow-up ended
    REACHED = 1
    DIED = 2
    ENDED = 3  # otherwise: the plan changed, no longer eligible, withdrawn, or left the pathway alive


OUTCOMES = tuple(outcome.name.lower() for outcome in Outcome)


class Journeys:
    """The events of one replication by patient.

    minute, event, resource, value, why   (rows,) columns of the log, sorted by patient and order
    who                                   (rows,) row of `table` that the patient stands in
    table                                 the patient table, sorted by patient
    nelm_from                             (patients,) minute from which liver metastases are there, seen
                                                   or not; a very late minute where never

    InputError if the patient table lacks a column, or the log names a patient who is not in it.
    """

    def __init__(self, log: EventLog, patients: pd.DataFrame, window: Window):
        self.log = log
        self.window = window
        self.table = _checked(patients)
        patient = log.events_column("patient")
        order = np.lexsort((log.events_column("n"), patient))
        self.never = len(order)
        self.who = self._row_of(patient[order])
        del patient  # of a large run each column is some 60 megabytes
        self.minute, self.event, self.resource, self.value, self.why = (
            log.events_column(name)[order] for name in ("minute", "event", "resource", "value", "why")
        )
        self._first, self._last = (int(self.minute.min()), int(self.minute.max())) if self.never else (0, 0)
        self.died = self.where(Event.DIED)
        left = self.where(Event.LEFT)
        self.left_alive = left[self.why[left] != Why.HORIZON]
        self.out = self.first(np.sort(np.concatenate([self.died, left])))
        self.nelm_from = self._nelm_from()

    def _row_of(self, patient: Ints) -> Ints:
        """The row of the patient table that each patient stands in."""
        numbers = self.table["patient"].to_numpy(np.int64)
        who = np.searchsorted(numbers, patient)
        unknown = np.ones(self.never, np.bool_)
        inside = who < len(numbers)
        unknown[inside] = numbers[who[inside]] != patient[inside]
        if unknown.any():
            raise InputError(
                Problem(
                    path="patients",
                    found=f"no row for patient {patient[unknown][0]}, who is in the log",
                    expected="one row for each patient of the log",
                    todo="measure a log together with the patient table of the same replication",
                )
            )
        return np.asarray(who, np.int64)

    def _nelm_from(self) -> Ints:
        late = np.iinfo(np.int64).max
        since = np.full(len(self.table), late)
        seen = self.table["nelm_minute"].to_numpy(np.int64)
        since = np.where(seen >= 0, seen, since)
        for event, only in ((Event.METASTASISED, None), (Event.ARRIVED, self.table["nelm_at_symptom"])):
            at = self.first(self.where(event))
            if only is not None:
                at = at[only.to_numpy(np.bool_)[self.who[at]]]
            since[self.who[at]] = np.minimum(since[self.who[at]], self.minute[at])
        return since

    def where(self, event: Event, why: Iterable[int] | None = None) -> Ints:
        """Positions of the rows with this event and, where told, one of these reasons."""
        found = self.event == event
        if why is not None:
            found &= np.isin(self.why, list(why))
        return np.flatnonzero(found)

    def decided(self, beside: Iterable[str]) -> Ints:
        """Positions of the decisions, without those on what goes on beside them, by their names."""
        at = self.where(Event.DECIDED)
        return at[~np.isin(self.why[at], self.why_numbers(beside))]

    def first(self, positions: Ints) -> Ints:
        """Of these positions, in rising order, the first of each patient."""
        return positions[np.unique(self.who[positions], return_index=True)[1]]

    def following(self, starts: Ints, stops: Ints, later: bool = False) -> Ints:
        """For each start the next stop of the same patient, or `never`.

        starts, stops   positions, in rising order
        later           only stops of a later minute count
        """
        if later:
            at = np.searchsorted(self._moments(stops), self._moments(starts), side="right")
        else:
            at = np.searchsorted(stops, starts, side="right")
        if len(stops) == 0:
            return np.full(len(starts), self.never)
        candidate = stops[np.minimum(at, len(stops) - 1)]
        same = (at < len(stops)) & (self.who[candidate] == self.who[starts])
        return np.where(same, candidate, self.never)

    def same_moment(self, positions: Ints, others: Ints) -> Bools:
        """Which of the positions share patient and minute with one of the others."""
        return np.isin(self._moments(positions), self._moments(others))

    def _moments(self, positions: Ints) -> Ints:
        """Numbers that rise with the position, and are the same only for rows of one patient in one minute."""
        moments: Ints = self.who[positions] * (self._last - self._first + 1) + self.minute[positions] - self._first
        return moments

    def measured(self, minutes: Ints) -> Bools:
        """Which of these minutes lie in the measured period."""
        return (minutes >= self.window.starts) & (minutes < self.window.ends)

    def why_numbers(self, names: Iterable[str]) -> list[int]:
        """The numbers of the clinic's reasons with these names; a name the log does not know has none."""
        wanted = set(names)
        return [int(w) for w in np.unique(self.why) if w >= 0 and self.log.why_name(int(w)) in wanted]

    def why_words(self, whys: Ints) -> npt.NDArray[np.object_]:
        """Reasons in words."""
        numbers, where = np.unique(whys, return_inverse=True)
        words = np.array([self.log.why_name(int(number)) for number in numbers], dtype=object)
        return words[where] if len(whys) else np.empty(0, dtype=object)


def _checked(patients: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in NEEDED_COLUMNS if name not in patients]
    if missing:
        raise InputError(
            Problem(
                path="patients",
                found="columns " + ", ".join(map(str, patients.columns)),
                expected="also " + ", ".join(missing),
                todo="see docs/measures.md for what the patient table holds",
            )
        )
    table = patients.sort_values("patient", ignore_index=True)
    if table["patient"].duplicated().any():
        twice = table.loc[table["patient"].duplicated(), "patient"].iloc[0]
        raise InputError(Problem(path="patients", found=f"patient {twice} twice", expected="one row for each patient"))
    return table


@dataclass(frozen=True)
class Episodes:
    """Waits, one in each row.

    who       (n,) row of the patient table
    at        (n,) position of the start
    start     (n,) minute of the start
    minutes   (n,) until it ended, or until follow-up did
    outcome   (n,) `Outcome`
    by        (n,) position of the row that ended it, or `never`
    """

    who: Ints
    at: Ints
    start: Ints
    minutes: Ints
    outcome: Ints
    by: Ints

    def taking(self, rows: Bools) -> Episodes:
        """Only some of them."""
        return Episodes(*(column[rows] for column in vars(self).values()))


def clocks(journeys: Journeys, starts: Ints, reached: Ints, ended: Ints) -> Episodes:
    """Waits that begin at `starts` and end with whatever comes first: reaching, death, or another end.

    starts    (n,) positions
    reached   (n,) for each start the position at which what was waited for came, or `never`
    ended     (n,) the position at which the wait ended otherwise, or `never`; leaving alive is added here

    A wait that nothing ended is counted until the patient left at the horizon, as still waiting.
    """
    died = journeys.following(starts, journeys.died)
    ended = np.minimum(ended, journeys.following(starts, journeys.left_alive))
    by = np.minimum(np.minimum(reached, died), ended)
    over = by < journeys.never
    outcome = np.where(by == reached, Outcome.REACHED, np.where(by == died, Outcome.DIED, Outcome.ENDED))
    outcome = np.where(over, outcome, Outcome.CENSORED).astype(np.int64)
    last = journeys.following(starts, journeys.out)
    minute = np.r_[journeys.minute, journeys.window.horizon]
    end = np.where(over, minute[by], minute[last])
    start = journeys.minute[starts]
    return Episodes(journeys.who[starts], starts, start, end - start, outcome, by)
