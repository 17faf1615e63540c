"""A log that is measured and not kept: rows of patients parted by patient, on disk for the time of a run.

    Spool(folder)         takes rows as the compiled engine hands them over
    Spool.parts()         the rows of some patients after the other, each part as a log is sorted
    Spool.hospital()      the rows of resources, in order of time

The measures look at one part after the other (`sim.measures.measure_parts`), so that a run of a million patients takes
no more memory than a few parts of it. What is small stays in memory altogether.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.log import EVENT_COLUMNS, RESOURCE_COLUMNS

PATIENTS = 1 << 15  # in one part
IN_MEMORY = 1 << 20  # rows

_EVENT = np.dtype(
    [
        ("patient", "u4"),
        ("n", "u4"),
        ("minute", "i8"),
        ("event", "i2"),
        ("step", "i2"),
        ("resource", "i2"),
        ("value", "i8"),
        ("why", "i2"),
    ]
)
_RESOURCE = np.dtype(
    [("minute", "i8"), ("resource", "i2"), ("event", "i2"), ("case", "i8"), ("value", "i8"), ("why", "i2")]
)


class Spool:
    """Rows of a run, parted by patient.

    folder   for the parts, if they are many; made when it is needed, and the caller's to remove
    """

    def __init__(self, folder: Path | None):
        self._folder = folder
        self._parts: dict[int, list[np.ndarray]] = {}
        self._others: list[np.ndarray] = []
        self._rows = 0
        self._on_disk: set[int] = set()

    def keep(self, events: np.ndarray, resources: np.ndarray) -> None:
        """Rows in the order of the log, (n, 8) and (n, 6), all of them later than those before."""
        part = events[:, 0] // PATIENTS
        for number in np.unique(part).tolist():
            self._parts.setdefault(number, []).append(_packed(events[part == number], _EVENT))
        self._others.append(_packed(resources, _RESOURCE))
        self._rows += len(events) + len(resources)
        if self._folder is not None and self._rows > IN_MEMORY:
            self._put_away()

    def _put_away(self) -> None:
        assert self._folder is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        for number, rows in [*self._parts.items(), (-1, self._others)]:
            with self._file(number).open("ab") as file:
                for some in rows:
                    some.tofile(file)
            self._on_disk.add(number)
        self._parts, self._others, self._rows = {}, [], 0

    def _file(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / ("resources.rows" if number < 0 else f"patients_{number:05d}.rows")

    def _read(self, number: int, kept: list[np.ndarray], dtype: np.dtype) -> np.ndarray:
        before = [np.fromfile(self._file(number), dtype)] if number in self._on_disk else []
        return np.concatenate([*before, *kept]) if before or kept else np.empty(0, dtype)

    def parts(self) -> Iterator[np.ndarray]:
        """Rows of some patients, then of the next, each (n, 8) as a log is sorted."""
        for number in sorted({*self._parts, *self._on_disk} - {-1}):
            yield _table(self._read(number, self._parts.get(number, []), _EVENT), EVENT_COLUMNS)

    def hospital(self) -> Iterator[np.ndarray]:
        """Rows of resources, (n, 6), in order of time, so many at a time."""
        if -1 in self._on_disk:
            with self._file(-1).open("rb") as file:
                while len(rows := np.fromfile(file, _RESOURCE, IN_MEMORY)):
                    yield _table(rows, RESOURCE_COLUMNS)
        for rows in self._others:
            yield _table(rows, RESOURCE_COLUMNS)


def _packed(table: np.ndarray, dtype: np.dtype) -> np.ndarray:
    rows = np.empty(len(table), dtype)
    for place, name in enumerate(dtype.names or ()):
        rows[name] = table[:, place]
    return rows


def _table(rows: np.ndarray, columns: tuple[str, ...]) -> np.ndarray:
    table = np.empty((len(rows), len(columns)), np.int64)
    for place, name in enumerate(columns):
        table[:, place] = rows[name]
    return table
