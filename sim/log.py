"""The two logs: what happened to patients, and what happened to resources.

Everything that is ever measured is read from these and the patient table. The columns are fixed, the lists
of events are closed, and the order of the rows is defined, so that two logs are identical or they are not.

    LogWriter                 collects rows while an engine runs, in memory or, when they are many, on disk
    EventLog                  finished logs of one replication, sorted, with the names of its numbers
    EventLog.digest()         one number for the whole; equal logs have equal digests
    first_difference(a, b)    the first row in which two logs differ

Rows of `events`:      replication, patient, n, minute, event, step, resource, value, why
Rows of `resources`:   replication, minute, resource, event, case, value, why

`n` counts a patient's rows from 0. `value` is a scaled whole number whose meaning depends on the event
(`Event`). `case` is the number of a patient, of a competing case (large numbers, see `draws.stream`), or -1.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from sim import rows
from sim.errors import RunError
from sim.jit import jit
from sim.order import by_minute_and_patient, in_order
from sim.rows import RowsOnDisk


class Event(IntEnum):
    """What can happen to a patient. Numbers are never reused; `value` is given in brackets."""

    # the engine's own
    ARRIVED = 0  # enters, at first symptom
    JOINED = 1  # joins a queue [urgency]
    BOOKED = 2  # has a fixed date on a list [minute of the opening]
    CALLED = 3  # her turn on a list has come
    STARTED = 4  # a place is taken, a list case or an offer begins [planned minutes]
    FINISHED = 5  # what had started is over [minutes]
    CANCELLED = 6  # a booked case is taken off on the day; she is back in her place of the queue [minute of opening]
    MISSED = 7  # did not attend; the minutes are spent [minute of the opening]
    DECLINED = 8  # a suitable offer could not be used [kind of the offer]
    WITHDRAWN = 9  # taken out of a queue or off a list before it began
    RELEASED = 10  # a held place is free again
    KEPT = 11  # holds a place although its use is over, waiting for the next
    RUNG = 12  # the alarm redirected the journey
    DIED = 13  # [none] why says of what
    LEFT = 14  # left the pathway alive, or censored at the horizon
    STUCK = 15  # one of a ring of patients who wait for each other's places
    # the clinic's notes
    REFERRED = 20  # to the centre
    DIAGNOSED = 21  # histology known [Ki-67 in hundredths of a per cent]
    MEASURED = 22  # imaging seen [liver burden seen, in millionths of the liver; -1 where not assessed]
    DECIDED = 23  # a tumour board's decision, by each of its tables [bits of the rows that fitted] why names the row
    DEFERRED = 24  # discussed again next time; why says what was missing
    TREATED = 25  # a treatment has begun [number of the course among all of hers, from 1] why names it
    COMPLETED = 26  # a course of treatment is over [sessions given] why names the treatment
    COMPLICATED = 27  # a complication [extra minutes in hospital] why names the treatment
    PROGRESSED = 28  # growth or new disease seen at a scan
    RECURRED = 29  # disease seen again after complete treatment
    LOST = 30  # no longer eligible for what was planned [number of the reason, 0 none told] why names the treatment
    REFUSED = 31  # the patient chose otherwise; why names the treatment
    SYMPTOM = 32  # new or worse symptoms made her seek care
    SPREAD = 33  # disease outside the liver, in truth, unseen [bits of all kinds there are]
    METASTASISED = 34  # first liver metastasis, in truth, unseen
    WORSENED = 35  # performance status falls [new ECOG]
    NOT_OFFERED = 36  # a fitting row's treatment is given nowhere in reach [the row] why names the treatment
    SYMPTOMATIC = 37  # hormonal symptoms, in truth: begin or end [1 or 0]
    CLEARED = 38  # nothing that was seen in the liver is left; why names the treatment
    STAGED = 39  # what the tumour board knows of her as it decides [packed, see sim.clinic.staging]
    SIZED = 40  # diameters of the liver metastases seen, as a scan is read [two sums, see sim.clinic.imaging.sizes]
    ENROLLED = 41  # a trial's row of the board has decided; why names the row
    CONVERTED = 55  # a scan shows that more is possible than before the last course; why names what is possible now
    HEART = 45  # carcinoid heart disease begins, in truth
    VALVE = 46  # a heart valve has been replaced, elsewhere
    PAIN = 47  # bone metastases begin to hurt
    OBSTRUCTED = 48  # disease of the peritoneum closes the bowel
    SEVERE = 56  # the complication just told is severe [1 where it leaves her frailer for good] why names the treatment
    CRISIS = 57  # a carcinoid crisis [extra minutes in hospital] why names the treatment
    UNWELL = 58  # post-embolisation syndrome [minutes it lasts] why names the treatment
    EASED = 59  # the symptom that was treated is gone; why names the treatment
    MANAGEMENT_CHANGED = 49  # the first receptor imaging has been read [1 if the plan changes, else 0]
    MARKER = 50  # chromogranin A, with a scan [hundredths of the upper limit of normal]
    BY_CHANCE = 51  # the tumour is found by chance, without symptoms
    MISLED = 52  # a doctor takes the symptoms for something else [number of the visit]


class Happening(IntEnum):
    """What can happen to a resource."""

    OPENED = 0  # a sitting begins [its minutes]
    CLOSED = 1  # a sitting is over [minutes used]
    OFF = 2  # a sitting does not take place [its minutes] why says the cause
    OCCUPIED = 3  # places in use, from this minute on [number]
    CAPACITY = 4  # places there are, from this minute on [number]
    OFFERED = 5  # an offer arrived [kind]
    UNUSED = 6  # an offer was lost to this centre [kind]
    JOINED = 7  # a competing case joins the queue [urgency]
    STARTED = 8  # a competing case begins [minutes]
    FINISHED = 9  # a competing case is over [minutes]
    CANCELLED = 10  # a booked competing case is taken off on the day
    MISSED = 11  # a booked competing case did not attend [minutes]


class Why(IntEnum):
    """The engine's reasons. The clinic's own begin at FIRST_CLINIC_WHY."""

    NONE = -1
    HORIZON = 0  # the run ended
    DEATH = 1
    NO_SECOND = 2  # the second resource had no place free on the day
    SITTING_OFF = 3  # the sitting was cancelled
    DID_NOT_ATTEND = 4
    REDIRECTED = 5
    PLAN_CHANGED = 6
    PLACE_NEEDED = 7


FIRST_CLINIC_WHY = 100
FAR_APART = 1000  # times as many numbers of patients as rows
BESIDE_ROW = "background row: "
"""How the log names a row that decides on what goes on beside the treatment that another row decides on."""

EVENT_COLUMNS = ("patient", "n", "minute", "event", "step", "resource", "value", "why")
RESOURCE_COLUMNS = ("minute", "resource", "event", "case", "value", "why")


WORDS = frozenset({"event", "step", "resource", "why"})
"""Columns whose numbers have names."""

Rows = np.ndarray | RowsOnDisk
"""A table of the log: in memory, or in a file that is read when it is asked."""


class Files(Protocol):
    """Where a log is put away while it grows (`sim.logfiles`)."""

    begun: bool

    def put(self, events: np.ndarray, resources: np.ndarray) -> None:
        """Rows in the order of the log, none of them of a minute that was put away before."""

    def close(self) -> EventLog:
        """The finished log."""


class LogWriter:
    """Collects rows in the order in which they happen; `finish` sorts and numbers them.

    files    where rows are put away when there are many; without, all stay in memory
    settle   asked before rows are put away: it writes what was held back, and says from which minute on further rows
             may come
    """

    def __init__(self, files: Files | None = None) -> None:
        self.settle: Callable[[], int] | None = None
        self._files = files
        self._events = array("q")
        self._resources = array("q")
        self._many = rows.ROWS * 6 if files is not None else sys.maxsize  # numbers, of either table
        self._until = -sys.maxsize
        self._counts = np.zeros(0, np.int64)  # rows of each patient so far

    def event(self, patient: int, minute: int, event: int, step: int, resource: int, value: int, why: int) -> None:
        """One row of a patient's log. Rows of one patient in one minute keep the order they came in."""
        self._events.extend((patient, minute, event, step, resource, value, why))
        if len(self._events) >= self._many:
            self._put_away()

    def resource(self, minute: int, resource: int, event: int, case: int, value: int, why: int) -> None:
        """One row of a resource's log."""
        self._resources.extend((minute, resource, event, case, value, why))
        if len(self._resources) >= self._many:
            self._put_away()

    def _put_away(self) -> None:
        """Write the rows of minutes that are over to disk."""
        assert self._files is not None
        assert self.settle is not None
        self._many = sys.maxsize  # what is settled now comes here too
        until = self.settle()
        events, later_events = _parted(_table(self._events, 7), 1, until)
        resources, later_resources = _parted(_table(self._resources, 6), 0, until)
        for minutes in (events[:, 1], resources[:, 0]):
            if len(minutes) and minutes.min() < self._until:
                raise RunError(f"a row of minute {minutes.min()} is written after those before {self._until} were kept")
        self._files.put(self._numbered(events), in_order(resources))
        self._events, self._resources = array("q", later_events.tobytes()), array("q", later_resources.tobytes())
        self._until = until
        self._many = max(rows.ROWS * 6, 2 * len(self._events), 2 * len(self._resources))

    def finish(self, names: Mapping[str, Sequence[str]] | None = None, replication: int = 0) -> EventLog:
        """Sort, number and name what was collected.

        names   `steps`, `resources` and `whys` (the clinic's, from FIRST_CLINIC_WHY on), each a list
        """
        events, resources = _table(self._events, 7), _table(self._resources, 6)
        self._events, self._resources = array("q"), array("q")
        if self._files is not None and self._files.begun:
            self._files.put(self._numbered(events), in_order(resources))
            return self._files.close()
        far_apart = int(events[:, 0].max(initial=0)) > FAR_APART * len(events)
        rows_of_events = numbered_apart(events) if far_apart else self._numbered(events)
        return EventLog(rows_of_events, in_order(resources), named(names or {}), replication)

    def _numbered(self, events: np.ndarray) -> np.ndarray:
        most = int(events[:, 0].max(initial=0))
        if most >= len(self._counts):
            fewer, self._counts = self._counts, np.zeros(len(self._counts) + most + 1, np.int64)
            self._counts[: len(fewer)] = fewer
        return numbered(events, self._counts)


def _table(numbers: array[int], columns: int) -> np.ndarray:
    return np.frombuffer(numbers, np.int64).reshape(-1, columns) if numbers else np.empty((0, columns), np.int64)


def _parted(table: np.ndarray, minute: int, until: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows before a minute, and the others."""
    over = table[:, minute] < until
    return table[over], table[~over]


def nothing() -> tuple[np.ndarray, np.ndarray]:
    """Both tables of a log in which nothing has happened."""
    return np.empty((0, len(EVENT_COLUMNS)), np.int64), np.empty((0, len(RESOURCE_COLUMNS)), np.int64)


def named(names: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The names a log has, of all three kinds."""
    return {kind: tuple(names.get(kind, ())) for kind in ("steps", "resources", "whys")}


def numbered(table: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Rows of patients as they came, each with its `n`, by minute, patient and n.

    counts   (patients,) rows each of them has already; counted on
    """
    table = by_minute_and_patient(table, minute=1, patient=0)
    n = np.empty(len(table), np.int64)
    _count_on(table, counts, n)
    return np.column_stack([table[:, 0], n, table[:, 1:]])


def numbered_apart(table: np.ndarray) -> np.ndarray:
    """The same for patients whose numbers are so far apart that a place for each number between would be too many."""
    table = by_minute_and_patient(table, minute=1, patient=0)
    hers = np.argsort(table[:, 0], kind="stable")
    patients = table[hers, 0]
    begins = np.flatnonzero(np.concatenate([[True], patients[1:] != patients[:-1]]))
    n = np.empty(len(table), np.int64)
    n[hers] = np.arange(len(table)) - np.repeat(begins, np.diff(begins, append=len(table)))
    return np.column_stack([table[:, 0], n, table[:, 1:]])


@jit
def _count_on(table: Any, counts: Any, n: Any) -> None:
    for row in range(len(table)):
        patient = table[row, 0]
        n[row] = counts[patient]
        counts[patient] += 1


@dataclass(frozen=True)
class EventLog:
    """The logs of one replication.

    events      (rows, 8) int64, EVENT_COLUMNS, sorted by minute, patient, n
    resources   (rows, 6) int64, RESOURCE_COLUMNS, sorted by all columns in order
    names       what the numbers of steps, resources and reasons are called
    replication its number
    """

    events: Rows
    resources: Rows
    names: dict[str, tuple[str, ...]]
    replication: int = 0

    def events_column(self, name: str) -> np.ndarray:
        """One column of `events`, (rows,): of numbers with names 16 bits, else 64. Reads no other from disk."""
        return _column(self.events, EVENT_COLUMNS, name)

    def resources_column(self, name: str) -> np.ndarray:
        """One column of `resources`, (rows,), as `events_column`."""
        return _column(self.resources, RESOURCE_COLUMNS, name)

    def digest(self) -> str:
        """SHA-256 over both logs and their names; equal logs, and only those, have equal digests."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256(json.dumps(self.names, sort_keys=True).encode())
        for table in (self.events, self.resources):
            digest.update(str(table.shape).encode())
            for chunk in chunks(table):
                digest.update(np.ascontiguousarray(chunk, "<i8").tobytes())
        return digest.hexdigest()

    def why_name(self, why: int) -> str:
        """A reason in words: the engine's, or the clinic's."""
        if why < 0:
            return ""
        if why < FIRST_CLINIC_WHY:
            return Why(why).name.lower()
        return self.names["whys"][why - FIRST_CLINIC_WHY] if self.names["whys"] else f"reason {why}"

    def events_frame(self) -> Any:
        """The patients' log as a pandas frame with names instead of numbers (categories)."""
        return _frame(self, np.asarray(self.events), EVENT_COLUMNS, Event)

    def resources_frame(self) -> Any:
        """The resources' log as a pandas frame with names instead of numbers (categories)."""
        return _frame(self, np.asarray(self.resources), RESOURCE_COLUMNS, Happening)

    def story(self, patient: int) -> str:
        """One patient's rows in words, in order: day and time, event, step, resource, value, reason."""
        from sim.units import day_and_time

        lines = []
        events = np.asarray(self.events)
        for row in events[events[:, 0] == patient]:
            _, n, minute, event, step, resource, value, why = (int(x) for x in row)
            names = (
                name_of(self.names["steps"], step),
                name_of(self.names["resources"], resource),
                self.why_name(why),
            )
            words = "  ".join(word for word in names if word)
            lines.append(f"{n:4d}  {day_and_time(minute):>16}  {Event(event).name.lower():<12} {value:>10}  {words}")
        return "\n".join(lines)


def _column(table: Rows, columns: Sequence[str], name: str) -> np.ndarray:
    if isinstance(table, RowsOnDisk):
        return table.column(name)
    column: np.ndarray = table[:, columns.index(name)]
    return column.astype(np.int16) if name in WORDS else column


def chunks(table: Rows) -> Iterator[np.ndarray]:
    """The rows of a table in order, of one on disk so many at a time."""
    return table.chunks() if isinstance(table, RowsOnDisk) else iter((table,))


def name_of(names: Sequence[str], number: int) -> str:
    """The name of a number, '' for none; where it has no name, the number itself."""
    return "" if number < 0 else names[number] if number < len(names) else str(number)


def _frame(log: EventLog, table: np.ndarray, columns: Sequence[str], events: type[IntEnum]) -> Any:
    import pandas as pd

    def words(column: str, numbers: np.ndarray) -> Any:
        used, codes = np.unique(numbers, return_inverse=True)
        if column == "event":
            names = [events(int(x)).name.lower() for x in used]
        elif column == "why":
            names = [log.why_name(int(x)) for x in used]
        else:
            names = [name_of(log.names[column + "s"], int(x)) for x in used]
        known = list(dict.fromkeys(name for name in names if name))
        lookup = np.array([known.index(name) if name else -1 for name in names], np.int32)
        picked: Any = lookup[codes] if len(numbers) else np.empty(0, np.int32)
        return pd.Categorical.from_codes(picked, categories=pd.Index(known, dtype=object))

    data: dict[str, Any] = {"replication": np.full(len(table), log.replication, np.int32)}
    for place, column in enumerate(columns):
        numbers = table[:, place]
        data[column] = words(column, numbers) if column in ("event", "step", "resource", "why") else numbers
    return pd.DataFrame(data)


def first_difference(a: EventLog, b: EventLog) -> str:
    """The first row in which two logs differ, with that patient's story in both; '' where they are equal."""
    if a.digest() == b.digest():
        return ""
    if a.names != b.names:
        return f"the names differ: {a.names} against {b.names}"
    for title, one, two in (("events", a.events, b.events), ("resources", a.resources, b.resources)):
        left, right = np.asarray(one), np.asarray(two)
        size = min(len(left), len(right))
        unequal = np.flatnonzero((left[:size] != right[:size]).any(axis=1))
        if len(unequal) == 0 and len(left) == len(right):
            continue
        at = int(unequal[0]) if len(unequal) else size
        rows = [table[at].tolist() if at < len(table) else "no such row" for table in (left, right)]
        text = f"{title}, row {at}: {rows[0]} against {rows[1]}"
        if title == "events":
            who = int((left if at < len(left) else right)[at][0])
            text += f"\n\npatient {who} in the first\n{a.story(who)}\n\npatient {who} in the second\n{b.story(who)}"
        return text
    return "the shapes differ"  # pragma: no cover - the digests would agree
