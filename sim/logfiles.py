"""The logs as Parquet files, with names instead of numbers: written at once or while they grow, and read.

    LogFiles(folder, names)   where a `LogWriter` puts its rows away
    write_log(log, ...)       a finished log into two files
    read_log(...)             logs as they were written, or a hospital's own in the same columns

Nothing in the files depends on when or in how many pieces they were written, so equal logs are equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError, Problem, nearest
from sim.log import (
    EVENT_COLUMNS,
    FIRST_CLINIC_WHY,
    RESOURCE_COLUMNS,
    WORDS,
    Event,
    EventLog,
    Happening,
    Why,
    name_of,
    named,
    nothing,
)
from sim.rows import Layout, RowsOnDisk, RowsWriter

_WHYS = {why.name.lower(): int(why) for why in Why}


class LogFiles:
    """Two Parquet files that a log is put away to while it grows.

    folder        for `events.parquet` and `resources.parquet`; made when the first rows come
    names         `steps`, `resources` and `whys`, as `LogWriter.finish` takes them
    replication   its number
    """

    def __init__(self, folder: Path, names: Mapping[str, Sequence[str]], replication: int = 0):
        self.folder = folder
        self.begun = False
        self._bare = EventLog(*nothing(), named(names), replication)
        self._files: list[RowsWriter] = []

    def put(self, events: np.ndarray, resources: np.ndarray) -> None:
        """Rows in the order of the log, none of them of a minute that was put away before."""
        if not self.begun:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.begun = True
            self._files.append(_writer(self.folder / "events.parquet", self._bare, EVENT_COLUMNS, Event))
            self._files.append(_writer(self.folder / "resources.parquet", self._bare, RESOURCE_COLUMNS, Happening))
        self._files[0].write(events)
        self._files[1].write(resources)

    def close(self) -> EventLog:
        """The finished log, whose rows stay in the files."""
        events, resources = (file.close() for file in self._files)
        log = EventLog(events, resources, self._bare.names, self._bare.replication)
        log.digest()  # it keeps it, and nothing else takes memory now
        return log

    def abandon(self) -> None:
        """Let go of files that were not finished and are worth nothing."""
        for file in self._files:
            file.abandon()


def _layout(log: EventLog, columns: tuple[str, ...], events: type[IntEnum]) -> Layout:
    """How a table of this log is written: which columns as words, and the words."""
    numbers = _numbers(log.names) | {"event": {event.name.lower(): int(event) for event in events}}

    def word(column: str, number: int) -> str:
        if column == "event":
            return events(number).name.lower()
        return log.why_name(number) if column == "why" else name_of(log.names[f"{column}s"], number)

    def number(column: str, word: str) -> int:
        known = numbers[column].get(word)
        return int(word.removeprefix("reason ")) if known is None else known

    return Layout(columns, WORDS & {*columns}, word, number)


def _writer(path: Path, log: EventLog, columns: tuple[str, ...], events: type[IntEnum]) -> RowsWriter:
    meta = {"nelm": json.dumps({"names": log.names, "replication": log.replication})}
    return RowsWriter(path, _layout(log, columns, events), meta, log.replication)


def write_log(log: EventLog, events: Path, resources: Path) -> None:
    """Both logs as Parquet, with names as dictionaries and the raw names in the file's metadata.

    What is on disk already is moved to its new place.
    """
    for path, table, columns, names in (
        (events, log.events, EVENT_COLUMNS, Event),
        (resources, log.resources, RESOURCE_COLUMNS, Happening),
    ):
        if isinstance(table, RowsOnDisk):
            table.move(path)
        else:
            _write(path, table, log, columns, names)


def _write(path: Path, table: np.ndarray, log: EventLog, columns: tuple[str, ...], events: type[IntEnum]) -> None:
    writer = _writer(path, log, columns, events)
    try:
        writer.write(table)
        writer.close()
    except BaseException:
        writer.abandon()
        raise


def read_log(events: Path, resources: Path) -> EventLog:
    """Logs as `write_log` wrote them, or a hospital's own in the same columns (then names are made from them).

    InputError for a column that is missing, or a word that is no event, step, resource or reason.
    """
    import pyarrow.parquet as pq

    meta = json.loads((pq.read_schema(events).metadata or {}).get(b"nelm", b"{}"))
    if meta.get("names"):
        bare = EventLog(*nothing(), named(meta["names"]), int(meta["replication"]))
        return EventLog(
            np.asarray(RowsOnDisk(events, _layout(bare, EVENT_COLUMNS, Event))),
            np.asarray(RowsOnDisk(resources, _layout(bare, RESOURCE_COLUMNS, Happening))),
            bare.names,
            bare.replication,
        )
    return _read_foreign(events, resources)


def _read_foreign(events: Path, resources: Path) -> EventLog:
    """Logs of a hospital, which name what they name."""
    import pyarrow.parquet as pq

    frames = [pq.read_table(path).to_pandas() for path in (events, resources)]
    _check_columns([(events, frames[0], EVENT_COLUMNS), (resources, frames[1], RESOURCE_COLUMNS)])
    names = {
        kind: tuple(sorted({str(x) for f in frames if kind[:-1] in f for x in f[kind[:-1]].dropna()}))
        for kind in ("steps", "resources")
    }
    names["whys"] = tuple(sorted({str(x) for f in frames for x in f["why"].dropna()} - {*_WHYS}))
    numbers = _numbers(names)

    def table_of(path: Path, frame: Any, columns: Iterable[str], events: type[IntEnum]) -> np.ndarray:
        lookup = numbers | {"event": {event.name.lower(): int(event) for event in events}}
        out = [
            _numbers_of(path, c, frame[c], lookup[c]) if c in lookup else frame[c].to_numpy(np.int64) for c in columns
        ]
        return np.ascontiguousarray(np.column_stack(out)) if len(frame) else np.empty((0, len(out)), np.int64)

    return EventLog(
        table_of(events, frames[0], EVENT_COLUMNS, Event),
        table_of(resources, frames[1], RESOURCE_COLUMNS, Happening),
        names,
        int(frames[0]["replication"].iloc[0]) if len(frames[0]) else 0,
    )


def _numbers(names: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    """The numbers of the names in the columns `step`, `resource` and `why`."""
    return {
        "step": {name: i for i, name in enumerate(names["steps"])},
        "resource": {name: i for i, name in enumerate(names["resources"])},
        "why": _WHYS | {name: FIRST_CLINIC_WHY + i for i, name in enumerate(names["whys"])},
    }


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
