"""The two logs: what happened to patients, and what happened to resources.

Everything that is ever measured is read from these and the patient table. The columns are fixed, the lists
of events are closed, and the order of the rows is defined, so that two logs are identical or they are not.

    LogWriter                 collects rows while an engine runs
    EventLog                  finished logs of one replication, sorted, with the names of its numbers
    EventLog.digest()         one number for the whole; equal logs have equal digests
    write_log, read_log       Parquet, with names instead of numbers
    first_difference(a, b)    the first row in which two logs differ

Rows of `events`:      replication, patient, n, minute, event, step, resource, value, why
Rows of `resources`:   replication, minute, resource, event, case, value, why

`n` counts a patient's rows from 0. `value` is a scaled whole number whose meaning depends on the event
(`Event`). `case` is the number of a patient, of a competing case (large numbers, see `draws.stream`), or -1.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError, Problem, nearest


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
    DECIDED = 23  # a tumour board's decision [bits of the rows that fitted] why names the row
    DEFERRED = 24  # discussed again next time; why says what was missing
    TREATED = 25  # a treatment has begun [number of the course among all of hers, from 1] why names it
    COMPLETED = 26  # a course of treatment is over [sessions given] why names the treatment
    COMPLICATED = 27  # a complication [extra minutes in hospital] why names the treatment
    PROGRESSED = 28  # growth or new disease seen at a scan
    RECURRED = 29  # disease seen again after complete treatment
    LOST = 30  # no longer eligible for what was planned; why names the treatment
    REFUSED = 31  # the patient chose otherwise; why names the treatment
    SYMPTOM = 32  # new or worse symptoms made her seek care
    SPREAD = 33  # disease outside the liver, in truth, unseen
    METASTASISED = 34  # first liver metastasis, in truth, unseen
    WORSENED = 35  # performance status falls [new ECOG]
    NOT_OFFERED = 36  # a fitting row's treatment is given nowhere in reach [the row] why names the treatment
    SYMPTOMATIC = 37  # hormonal symptoms, in truth: begin or end [1 or 0]
    CLEARED = 38  # nothing that was seen in the liver is left; why names the treatment


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

EVENT_COLUMNS = ("patient", "n", "minute", "event", "step", "resource", "value", "why")
RESOURCE_COLUMNS = ("minute", "resource", "event", "case", "value", "why")


class LogWriter:
    """Collects rows in the order in which they happen; `finish` sorts and numbers them."""

    def __init__(self) -> None:
        self._events = array("q")
        self._resources = array("q")

    def event(self, patient: int, minute: int, event: int, step: int, resource: int, value: int, why: int) -> None:
        """One row of a patient's log. Rows of one patient in one minute keep the order they came in."""
        self._events.extend((patient, minute, event, step, resource, value, why))

    def resource(self, minute: int, resource: int, event: int, case: int, value: int, why: int) -> None:
        """One row of a resource's log."""
        self._resources.extend((minute, resource, event, case, value, why))

    def finish(self, names: Mapping[str, Sequence[str]] | None = None, replication: int = 0) -> EventLog:
        """Sort, number and name what was collected.

        names   `steps`, `resources` and `whys` (the clinic's, from FIRST_CLINIC_WHY on), each a list
        """
        rows = np.frombuffer(self._events, np.int64).reshape(-1, 7) if self._events else np.empty((0, 7), np.int64)
        rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]  # stable: by patient, then minute, then as they came
        patient = rows[:, 0]
        begins = np.flatnonzero(np.r_[True, patient[1:] != patient[:-1]]) if len(rows) else np.empty(0, np.int64)
        counts = np.diff(np.r_[begins, len(rows)])
        n = np.arange(len(rows)) - np.repeat(begins, counts)
        table = np.column_stack([patient, n, rows[:, 1:]])
        table = table[np.lexsort((table[:, 1], table[:, 0], table[:, 2]))]
        other = (
            np.frombuffer(self._resources, np.int64).reshape(-1, 6) if self._resources else np.empty((0, 6), np.int64)
        )
        other = other[np.lexsort(other.T[::-1])]
        names = names or {}
        return EventLog(
            np.ascontiguousarray(table),
            np.ascontiguousarray(other),
            {kind: tuple(names.get(kind, ())) for kind in ("steps", "resources", "whys")},
            replication,
        )


@dataclass(frozen=True)
class EventLog:
    """The logs of one replication.

    events      (rows, 8) int64, EVENT_COLUMNS, sorted by minute, patient, n
    resources   (rows, 6) int64, RESOURCE_COLUMNS, sorted by all columns in order
    names       what the numbers of steps, resources and reasons are called
    replication its number
    """

    events: np.ndarray
    resources: np.ndarray
    names: dict[str, tuple[str, ...]]
    replication: int = 0

    def digest(self) -> str:
        """SHA-256 over both logs and their names; equal logs, and only those, have equal digests."""
        digest = hashlib.sha256(json.dumps(self.names, sort_keys=True).encode())
        for table in (self.events, self.resources):
            digest.update(str(table.shape).encode())
            digest.update(np.ascontiguousarray(table, "<i8").tobytes())
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
        return _frame(self, self.events, EVENT_COLUMNS, Event)

    def resources_frame(self) -> Any:
        """The resources' log as a pandas frame with names instead of numbers (categories)."""
        return _frame(self, self.resources, RESOURCE_COLUMNS, Happening)

    def story(self, patient: int) -> str:
        """One patient's rows in words, in order: day and time, event, step, resource, value, reason."""
        from sim.units import day_and_time

        lines = []
        for row in self.events[self.events[:, 0] == patient]:
            _, n, minute, event, step, resource, value, why = (int(x) for x in row)
            names = (
                _name(self.names["steps"], step),
                _name(self.names["resources"], resource),
                self.why_name(why),
            )
            words = "  ".join(word for word in names if word)
            lines.append(f"{n:4d}  {day_and_time(minute):>16}  {Event(event).name.lower():<12} {value:>10}  {words}")
        return "\n".join(lines)


def _name(names: Sequence[str], number: int) -> str:
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
            names = [_name(log.names[column + "s"], int(x)) for x in used]
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
    for title, left, right in (("events", a.events, b.events), ("resources", a.resources, b.resources)):
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


def write_log(log: EventLog, events: Path, resources: Path) -> None:
    """Both logs as Parquet, with names as dictionaries and the raw names in the file's metadata.

    Nothing in the files depends on when they were written, so equal logs are equal bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    meta = {"nelm": json.dumps({"names": log.names, "replication": log.replication, "log": log.digest()})}
    for path, frame in ((events, log.events_frame()), (resources, log.resources_frame())):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table.replace_schema_metadata(meta), path, compression="zstd", store_schema=True)


def read_log(events: Path, resources: Path) -> EventLog:
    """Logs as `write_log` wrote them, or a hospital's own in the same columns (then names are made from them).

    InputError for a column that is missing, or a word that is no event, step, resource or reason.
    """
    import pyarrow.parquet as pq

    tables = [pq.read_table(path) for path in (events, resources)]
    meta = json.loads((tables[0].schema.metadata or {}).get(b"nelm", b"{}"))
    frames = [table.to_pandas() for table in tables]
    _check_columns([(events, frames[0], EVENT_COLUMNS), (resources, frames[1], RESOURCE_COLUMNS)])
    names = {kind: tuple(words) for kind, words in meta.get("names", {}).items()}
    if not names:
        names = {
            kind: tuple(sorted({str(x) for f in frames if kind[:-1] in f for x in f[kind[:-1]].dropna()}))
            for kind in ("steps", "resources")
        }
        known = {why.name.lower() for why in Why}
        names["whys"] = tuple(sorted({str(x) for f in frames for x in f["why"].dropna()} - known))
    numbers = {
        "step": {name: i for i, name in enumerate(names["steps"])},
        "resource": {name: i for i, name in enumerate(names["resources"])},
        "why": {why.name.lower(): int(why) for why in Why}
        | {name: FIRST_CLINIC_WHY + i for i, name in enumerate(names["whys"])},
    }

    def table_of(path: Path, frame: Any, columns: Iterable[str], events: type[IntEnum]) -> np.ndarray:
        lookup = numbers | {"event": {event.name.lower(): int(event) for event in events}}
        out = [
            _numbers_of(path, c, frame[c], lookup[c]) if c in lookup else frame[c].to_numpy(np.int64) for c in columns
        ]
        return np.ascontiguousarray(np.column_stack(out)) if len(frame) else np.empty((0, len(out)), np.int64)

    return EventLog(
        table_of(events, frames[0], EVENT_COLUMNS, Event),
        table_of(resources, frames[1], RESOURCE_COLUMNS, Happening),
        {kind: names.get(kind, ()) for kind in ("steps", "resources", "whys")},
        int(meta.get("replication", frames[0]["replication"].iloc[0] if len(frames[0]) else 0)),
    )


def _check_columns(tables: Iterable[tuple[Path, Any, Sequence[str]]]) -> None:
    problems = [
        Problem(str(path), path=column, found="no such column", expected="the columns " + ", ".join(columns))
        for path, frame, columns in tables
        for column in columns
        if column not in frame
    ]
    if problems:
        raise InputError(problems)


def _numbers_of(path: Path, column: str, words: Any, known: Mapping[str, int]) -> np.ndarray:
    """The numbers of a column of words; -1 where there is none."""
    import pandas as pd

    codes, used = pd.factorize(words)  # -1 where there is none
    numbers = np.full(len(used) + 1, -1, np.int64)
    for code, word in enumerate(map(str, used)):
        if word in known:
            numbers[code] = known[word]
        elif column != "event" and word.removeprefix("reason ").isdecimal():  # a number that has no name
            numbers[code] = int(word.removeprefix("reason "))
        else:
            row = int(np.flatnonzero(codes == code)[0])
            expected = f"the name of one of the {column}s this log knows"
            raise InputError(
                Problem(str(path), 0, 0, f"{column}, row {row}", f"'{word}'", expected, nearest(word, known))
            )
    return numbers[codes]
