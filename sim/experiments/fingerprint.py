"""A log in a few letters: too short to be read, long enough to say where another log parts from it.

    fingerprint(logs)              -> Fingerprint of the replications of a run
    Fingerprint.text()             sorted, one line for each patient and resource; `read_fingerprint` reads it back
    partings(pinned, logs)         -> Parting for each replication whose log is another
    Parting                        how many patients have another story, the first of them, and from which row on

A log is megabytes and does not belong among sources; its digest says only that something changed. Here each row of
a patient's story adds one of 64 letters, and every letter hangs on all rows of hers before it. So two
lines agree up to the row where the stories part, and from there on only by accident (one letter in 64; the last three
letters, after the dot, hang on the whole story). The resources' log has a letter for every so many rows.

Rows are taken with their names, not their numbers: another resource in the list of resources does not by itself
change a letter. Knows nothing of scenarios and of pins.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from sim.errors import InputError, Problem
from sim.log import EVENT_COLUMNS, FIRST_CLINIC_WHY, RESOURCE_COLUMNS, EventLog

LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase + "-+"
SEAL = 3
MOST_PATIENT_ROWS = 25_000
MOST_RESOURCE_ROWS = 4_000
"""Up to so many rows, all replications together, each has a letter of its own; of more, several share one."""

_NEVER = int(np.iinfo(np.int64).max)

Who = TypeVar("Who", int, str)

_HEAD = "fingerprint of logs: rows for each letter"


@dataclass(frozen=True)
class Prints:
    """The letters of one replication.

    log        digest of the log
    patients   letters by patient
    resources  letters by name
    """

    log: str
    patients: Mapping[int, str]
    resources: Mapping[str, str]


@dataclass(frozen=True)
class Fingerprint:
    """The letters of all replications.

    patient_rows, resource_rows   how many rows share a letter
    prints                        by number of the replication
    """

    patient_rows: int
    resource_rows: int
    prints: Mapping[int, Prints]

    def text(self) -> str:
        """As it is written: sorted, one line for each patient and resource."""
        lines = [f"{_HEAD} {self.patient_rows} {self.resource_rows}"]
        for number, its in sorted(self.prints.items()):
            lines.append(f"replication {number} {its.log}")
            lines += [f"{patient} {letters}" for patient, letters in sorted(its.patients.items())]
            lines += [f"{name} {letters}" for name, letters in sorted(its.resources.items())]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Place:
    """Where the rows of a patient or a resource part from those that are pinned.

    who       number of the patient, or name of the resource
    row       the first row that is not as it was, counted from 0
    shared    so many rows share a letter: it may be any of so many from `row` on
    begins    when the first of them happens now [minute]; where there are fewer now, when the last row does
    ends      when the last of them does
    """

    who: int | str
    row: int
    shared: int
    begins: int
    ends: int


@dataclass(frozen=True)
class Parting:
    """Where the log of a replication parts from the pinned one.

    replication   its number
    changed       patients whose story is another, also those who are new or gone
    patients      all there are, in both together
    patient       the first of them, by what is in the log now; None if there is none
    resources     the resources whose log is another, in order of name
    resource      the first of them, by what is in the log now; None if there is none
    """

    replication: int
    changed: int
    patients: int
    patient: Place | None
    resources: tuple[str, ...]
    resource: Place | None

    @property
    def first(self) -> Place | None:
        """The patient, or the resource where that is earlier for certain."""
        patient, resource = self.patient, self.resource
        return resource if patient is None or (resource and resource.ends < patient.begins) else patient


def fingerprint(logs: Iterable[EventLog], every_row: bool = False) -> Fingerprint:
    """The letters of a run's logs.

    logs        one for each replication
    every_row   a letter for each row, however many there are
    """
    whole = list(logs)
    patient_rows = 1 if every_row else _shared(sum(len(log.events) for log in whole), MOST_PATIENT_ROWS)
    resource_rows = 1 if every_row else _shared(sum(len(log.resources) for log in whole), MOST_RESOURCE_ROWS)
    prints = {log.replication: _prints(log, patient_rows, resource_rows) for log in whole}
    return Fingerprint(patient_rows, resource_rows, prints)


def _shared(rows: int, most: int) -> int:
    """How many rows share a letter, so that there are at most so many letters."""
    return max(1, -(-rows // most))


def _prints(log: EventLog, patient_rows: int, resource_rows: int) -> Prints:
    events = _named(log, np.asarray(log.events), EVENT_COLUMNS)
    resources = _named(log, np.asarray(log.resources), RESOURCE_COLUMNS)
    owner = log.resources[:, RESOURCE_COLUMNS.index("resource")]
    names = dict(enumerate(log.names["resources"]))
    return Prints(
        log.digest(),
        {who: _letters(rows, patient_rows) for who, rows in _split(events, log.events[:, 0])},
        {names.get(which, str(which)): _letters(rows, resource_rows) for which, rows in _split(resources, owner)},
    )


def _split(rows: np.ndarray, owner: np.ndarray) -> Iterable[tuple[int, np.ndarray]]:
    """The rows of each owner, in the order of the log."""
    order = np.argsort(owner, kind="stable")
    whose, begins = np.unique(owner[order], return_index=True)
    for who, its in zip(whose, np.split(order, begins)[1:], strict=True):
        yield int(who), rows[its]


def _named(log: EventLog, table: np.ndarray, columns: Sequence[str]) -> np.ndarray:
    """The table with a number for each name that hangs on nothing but the name."""
    table = table.copy()
    for column, kind, first in (("step", "steps", 0), ("resource", "resources", 0), ("why", "whys", FIRST_CLINIC_WHY)):
        if column not in columns:
            continue
        numbers = table[:, columns.index(column)]
        names = log.names[kind]
        known = (numbers >= first) & (numbers < first + len(names))
        lookup = np.array([_number_of(name) for name in names], np.int64)
        numbers[known] = lookup[numbers[known] - first]
    return table


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest())


def _letters(rows: np.ndarray, every: int) -> str:
    """A letter for every so many rows, each hanging on all rows so far; then the seal.

    rows    (n, columns) int64
    """
    chain, letters = hashlib.blake2b(digest_size=SEAL), []
    table = np.ascontiguousarray(rows, "<i8")
    for begin in range(0, len(table), every):
        chain.update(table[begin : begin + every].tobytes())
        letters.append(LETTERS[chain.digest()[0] % len(LETTERS)])
    seal = "".join(LETTERS[byte % len(LETTERS)] for byte in chain.digest())
    return "".join(letters) + "." + seal


def _parts_at(before: str, now: str) -> int:
    """The first letter in which two stories differ; where only their seals do, the last one."""
    before, now = before.partition(".")[0], now.partition(".")[0]
    size = min(len(before), len(now))
    differ = [at for at in range(size) if before[at] != now[at]]
    return differ[0] if differ else size if len(before) != len(now) else size - 1


def partings(pinned: Fingerprint, logs: Iterable[EventLog]) -> tuple[Parting, ...]:
    """Where each log parts from the pinned one; nothing of those that are the same.

    logs   one for each replication of the fingerprint
    """
    found = []
    for log in logs:
        before = pinned.prints[log.replication]
        if before.log != log.digest():
            found.append(_parting(before, _prints(log, pinned.patient_rows, pinned.resource_rows), log, pinned))
    return tuple(found)


def _parting(before: Prints, now: Prints, log: EventLog, pinned: Fingerprint) -> Parting:
    numbers = {name: number for number, name in enumerate(log.names["resources"])}
    owner = log.resources[:, RESOURCE_COLUMNS.index("resource")]
    patients, resources = _changed(before.patients, now.patients), _changed(before.resources, now.resources)

    def minutes_of_patient(who: int) -> np.ndarray:
        return np.asarray(log.events[log.events[:, 0] == who, EVENT_COLUMNS.index("minute")])

    def minutes_of_resource(name: str) -> np.ndarray:
        return np.asarray(log.resources[owner == numbers.get(name, -1), RESOURCE_COLUMNS.index("minute")])

    return Parting(
        replication=log.replication,
        changed=len(patients),
        patients=len(before.patients.keys() | now.patients.keys()),
        patient=_first(patients, pinned.patient_rows, minutes_of_patient),
        resources=tuple(sorted(resources)),
        resource=_first(resources, pinned.resource_rows, minutes_of_resource),
    )


def _changed(before: Mapping[Who, str], now: Mapping[Who, str]) -> dict[Who, int]:
    """Those whose letters are others, and the first letter that is."""
    everyone = before.keys() | now.keys()
    lines = {who: (before.get(who, ""), now.get(who, "")) for who in everyone}
    return {who: _parts_at(*pair) for who, pair in lines.items() if pair[0] != pair[1]}


def _first(changed: Mapping[Who, int], shared: int, minutes_of: Callable[[Who], np.ndarray]) -> Place | None:
    """The one whose first changed row comes first now; who is not there any more comes last.

    changed      first letter that is another, by patient or resource
    minutes_of   the minutes of all rows there are now
    """
    places = []
    for who, letter in changed.items():
        minutes, row = minutes_of(who), letter * shared
        at = [int(minutes[min(which, len(minutes) - 1)]) for which in (row, row + shared - 1) if len(minutes)]
        begins, ends = at or (_NEVER, _NEVER)
        places.append(Place(who, row, shared, begins, ends))
    return min(places, key=lambda place: (place.begins, place.who), default=None)


def read_fingerprint(path: Path) -> Fingerprint:
    """A fingerprint as it was written.

    InputError if there is none, or it is not one.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise _wrong(path, 0, "nothing that can be read") from None
    head = lines[0].removeprefix(_HEAD).split() if lines and lines[0].startswith(_HEAD) else []
    if len(head) != 2 or not all(word.isdecimal() and int(word) for word in head):
        raise _wrong(path, 1, lines[0][:60] if lines else "nothing")
    prints: dict[int, Prints] = {}
    patients: dict[int, str] = {}
    resources: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        words = line.split(" ")
        if words[0] == "replication" and len(words) == 3 and words[1].isdecimal():
            patients, resources = {}, {}
            prints[int(words[1])] = Prints(words[2], patients, resources)
        elif len(words) == 2 and prints and words[0].isdecimal():
            patients[int(words[0])] = words[1]
        elif len(words) == 2 and prints:
            resources[words[0]] = words[1]
        else:
            raise _wrong(path, number, line[:60])
    return Fingerprint(int(head[0]), int(head[1]), prints)


def _wrong(path: Path, line: int, found: str) -> InputError:
    todo = "take the file back from version control, or save the pin again"
    return InputError(Problem(str(path), line, 0, "", found, "the fingerprint that belongs to the pin beside it", todo))
