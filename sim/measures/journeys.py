"""The patients' log arranged by journey, so that "what came next for this patient" is one look-up.

    People.of(patients)               what of the patient table is needed, in columns
    Journeys(log, people, window)     rows sorted by patient and order; of all patients or of some
      .where(event, ...)              positions of rows
      .decided(beside)                those of the decisions, without what is decided beside them
      .first(positions)               the first of each patient
      .following(starts, stops)       for each start, the next stop of the same patient
    clocks(...)                       episodes of waiting from a start to what ended it

A position is the number of a row after sorting; `journeys.never` is the position of what did not happen. All
of it is whole columns at a time; no patient is looked at by herself. Knows events and minutes, no medicine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import InputError, Problem
from sim.log import EVENT_COLUMNS, Event, EventLog, Why, chunks
from sim.measures import passes
from sim.measures.columns import Bools, Ints, each_first, in_order
from sim.measures.facts import Window

NEEDED_COLUMNS = ("patient", "grade", "nelm_at_symptom", "nelm_minute")
PATIENT = EVENT_COLUMNS.index("patient")
LATE = np.iinfo(np.int64).max
"""The minute of what never came about."""


class Outcome(IntEnum):
    """What ended a wait. The numbers are the causes of the curves; 0 is not an end."""

    CENSORED = 0  # still waiting when follow-up ended
    REACHED = 1
    DIED = 2
    ENDED = 3  # otherwise: the plan changed, no longer eligible, withdrawn, or left the pathway alive


OUTCOMES = tuple(outcome.name.lower() for outcome in Outcome)


@dataclass(frozen=True)
class People:
    """The patient table in columns, sorted by patient.

    number      (patients,) `patient`
    seen        (patients,) `nelm_minute`
    at_symptom  (patients,) `nelm_at_symptom`
    ecog        (patients,) performance status at first symptom; (0,) where the table does not tell
    """

    number: Ints
    seen: Ints
    at_symptom: Bools
    ecog: Ints

    @classmethod
    def of(cls, patients: pd.DataFrame) -> People:
        """From the patient table in any order. InputError where a column is missing, or a patient stands twice."""
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
        number = patients["patient"].to_numpy(np.int64)
        order = in_order(number)
        number = number[order]
        twice = number[1:][number[1:] == number[:-1]]
        if len(twice):
            found = f"patient {twice[0]} twice"
            raise InputError(Problem(path="patients", found=found, expected="one row for each patient"))
        ecog = patients["ecog"].to_numpy(np.int64)[order] if "ecog" in patients else np.empty(0, np.int64)
        seen = patients["nelm_minute"].to_numpy(np.int64)[order]
        return cls(number, seen, patients["nelm_at_symptom"].to_numpy(np.bool_)[order], ecog)

    def __len__(self) -> int:
        return len(self.number)

    def taking(self, rows: Ints) -> People:
        """Some of them, in rising order."""
        ecog = self.ecog[rows] if len(self.ecog) else self.ecog
        return People(self.number[rows], self.seen[rows], self.at_symptom[rows], ecog)

    def rows_of(self, patient: Ints) -> Ints:
        """The row in which each patient stands. InputError for one who is not there."""
        row = self._places(patient)
        if len(row) and row.min() < 0:
            raise InputError(
                Problem(
                    path="patients",
                    found=f"no row for patient {patient[row < 0].min()}, who is in the log",
                    expected="one row for each patient of the log",
                    todo="measure a log together with the patient table of the same replication",
                )
            )
        return row

    def _places(self, patient: Ints) -> Ints:
        """The row of each patient, -1 where there is none."""
        if len(self.number) == 0 or len(patient) == 0:
            return np.full(len(patient), -1)
        first, last = int(self.number[0]), int(self.number[-1])
        if patient.min() >= first and patient.max() <= last <= first + len(patient):  # few numbers are left out
            row_of = np.full(last - first + 1, -1)
            row_of[self.number - first] = np.arange(len(self.number))
            return row_of[patient - first]
        row = np.minimum(np.searchsorted(self.number, patient), len(self.number) - 1)
        return np.where(self.number[row] == patient, row, -1)


class Journeys:
    """The events of one replication by patient, or of some of its patients.

    log                                   the log, for its names
    people                                its patients, (patients,)
    who                                   (rows,) row of `people` that the patient stands in
    minute, event, resource, value, why   (rows,) columns of the log, sorted by patient and order
    until                                 (rows + 1,) `minute`, and of `never` the horizon
    nelm_from                             (patients,) minute from which liver metastases are there, seen
                                                   or not; a very late minute where never

    InputError if the log names a patient who is not among the people.
    """

    def __init__(self, log: EventLog, people: People, window: Window):
        self.log = log
        self.window = window
        self.people = people
        if not self._arrange(chunks(log.events), people.rows_of(log.events_column("patient"))):
            # the order and the minutes of a hospital's own log may contradict each other
            by_n = np.asarray(log.events)[np.argsort(log.events_column("n"), kind="stable")]
            self._arrange([by_n], people.rows_of(by_n[:, PATIENT]))
        self.minute = self.until[:-1]
        self._span = (int(self.minute.min()), int(self.minute.max())) if self.never else (0, 0)
        self._by_event = np.argsort(self.event, kind="stable")
        self._begins = np.r_[0, np.cumsum(np.bincount(self.event, minlength=max(Event) + 1))]
        self._whys = np.bincount(self.why + 1) if self.never else np.empty(0, np.int64)
        self._words = np.full(max(len(self._whys), 1), "", object)
        for number in np.flatnonzero(self._whys):
            self._words[number] = log.why_name(int(number) - 1)
        self.died = self.where(Event.DIED)
        left = self.where(Event.LEFT)
        self.left_alive = left[self.why[left] != Why.HORIZON]
        self.out = self.first(np.sort(np.concatenate([self.died, left])))
        self.nelm_from = self._nelm_from()

    def _arrange(self, tables: Iterable[np.ndarray], row: Ints) -> bool:
        """Put the rows in order of the patients, of each as they come; False if that is not the order of their `n`."""
        counts = np.bincount(row, minlength=len(self.people))
        self.never = len(row)
        self.who = np.repeat(np.arange(len(counts)), counts)
        self.until = np.empty(self.never + 1, np.int64)  # with the minute of what did not happen
        self.until[-1] = self.window.horizon
        self.event, self.resource, self.why = (np.empty(self.never, np.int16) for _ in range(3))
        self.value = np.empty(self.never, np.int64)
        columns = self.until, self.event, self.resource, self.value, self.why
        place, last = np.cumsum(counts) - counts, np.full(len(counts), np.iinfo(np.int64).min)
        rising, begin = True, 0
        for table in tables:
            rising &= passes.arranged(table, row[begin : begin + len(table)], place, last, *columns)
            begin += len(table)
        return rising

    def _nelm_from(self) -> Ints:
        since = np.where(self.people.seen >= 0, self.people.seen, LATE)
        arrived = self.first(self.where(Event.ARRIVED))
        for at in (self.first(self.where(Event.METASTASISED)), arrived[self.people.at_symptom[self.who[arrived]]]):
            since[self.who[at]] = np.minimum(since[self.who[at]], self.minute[at])
        return since

    def where(self, event: Event, why: Iterable[int] | None = None) -> Ints:
        """Positions of the rows with this event and, where told, one of these reasons, in rising order."""
        found = self._by_event[self._begins[event] : self._begins[event + 1]]
        return found if why is None else found[np.isin(self.why[found], list(why))]

    def decided(self, beside: Iterable[str]) -> Ints:
        """Positions of the decisions, without those on what goes on beside them, by their names."""
        at = self.where(Event.DECIDED)
        return at[~np.isin(self.why[at], self.why_numbers(beside))]

    def first(self, positions: Ints) -> Ints:
        """Of these positions, in rising order, the first of each patient."""
        return positions[each_first(self.who[positions])]

    def first_minute(self, positions: Ints) -> Ints:
        """(patients,) minute of the first of these positions, in rising order, of each patient; LATE where none."""
        found = np.full(len(self.people), LATE)
        at = self.first(positions)
        found[self.who[at]] = self.minute[at]
        return found

    def following(self, starts: Ints, stops: Ints, later: bool = False) -> Ints:
        """For each start the next stop of the same patient, or `never`.

        starts, stops   positions, in rising order
        later           only stops of a later minute count
        """
        return passes.following(starts, stops, self.who, self.minute, later)

    def same_moment(self, positions: Ints, others: Ints) -> Bools:
        """Which of the positions share patient and minute with one of the others."""
        return np.isin(self._moments(positions), self._moments(others))

    def _moments(self, positions: Ints) -> Ints:
        """Numbers that are the same only for rows of one patient in one minute."""
        first, last = self._span
        moments: Ints = self.who[positions] * (last - first + 1) + self.minute[positions] - first
        return moments

    def why_numbers(self, names: Iterable[str]) -> list[int]:
        """The numbers of the clinic's reasons with these names; a name the log does not know has none."""
        wanted = set(names)
        used = np.flatnonzero(self._whys[1:])
        return [number for number in used.tolist() if self._words[number + 1] in wanted]

    def why_mapped(self, positions: Ints, numbers: Mapping[str, int]) -> npt.NDArray[np.int16]:
        """Of each of these rows the number that stands for its reason, 0 where none does."""
        of_reason: npt.NDArray[np.int16] = np.array([numbers.get(word, 0) for word in self._words], np.int16)
        found: npt.NDArray[np.int16] = of_reason[self.why[positions] + 1]
        return found

    def why_words(self, whys: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
        """Reasons in words."""
        words: npt.NDArray[np.object_] = self._words[whys + 1]
        return words


@dataclass(frozen=True)
class Episodes:
    """Waits, one in each row.

    who       (n,) row of the people
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
    end = journeys.until[np.where(over, by, last)]
    start = journeys.minute[starts]
    return Episodes(journeys.who[starts], starts, start, end - start, outcome, by)
