"""A log that is put away while it grows is the log that is kept in memory, to the last byte of its files."""

from __future__ import annotations

import random

import numpy as np
import pytest

from sim import rows
from sim.errors import RunError
from sim.log import EVENT_COLUMNS, FIRST_CLINIC_WHY, RESOURCE_COLUMNS, Event, EventLog, Happening, LogWriter, Why
from sim.logfiles import LogFiles, read_log, write_log
from sim.rows import RowsOnDisk

NAMES = {"steps": ["symptom", "seen"], "resources": ["ct", "ward"], "whys": ["cancer"]}


@pytest.fixture(autouse=True)
def small_groups(monkeypatch):
    monkeypatch.setattr(rows, "ROWS", 16)


def some_days(writer: LogWriter, seed: int, minutes: int = 60) -> EventLog:
    """Rows as an engine writes them: in order of time, some rows of resources ahead of it, one held back."""
    luck = random.Random(seed)
    now, held = 0, []

    def settle() -> int:
        if held and held[0][0] < now:
            writer.resource(*held.pop())
        return now

    writer.settle = settle
    for now in sorted(luck.choices(range(minutes), k=5 * minutes)):
        settle()
        why = luck.choice([-1, Why.DEATH, FIRST_CLINIC_WHY])
        writer.event(
            luck.randrange(9), now, luck.choice(list(Event)), luck.randint(-1, 1), luck.randint(-1, 1), now, why
        )
        writer.resource(
            now + luck.randrange(3), luck.randint(0, 1), luck.choice(list(Happening)), luck.randrange(9), 1, -1
        )
        places = luck.randrange(4)
        if not held:
            held.append((now, 1, Happening.OCCUPIED, -1, places, -1))
    for row in held:
        writer.resource(*row)
    return writer.finish(NAMES, 7)


@pytest.mark.parametrize("seed", range(8))
def test_put_away_or_not_it_is_the_same_log_and_the_same_files(tmp_path, seed):
    kept = some_days(LogWriter(), seed)
    away = some_days(LogWriter(LogFiles(tmp_path / "growing", NAMES, 7)), seed)
    assert isinstance(away.events, RowsOnDisk)
    assert isinstance(away.resources, RowsOnDisk)
    assert away.digest() == kept.digest()
    for column in EVENT_COLUMNS:
        assert np.array_equal(away.events_column(column), kept.events_column(column))
        assert away.events_column(column).dtype == kept.events_column(column).dtype
    for column in RESOURCE_COLUMNS:
        assert np.array_equal(away.resources_column(column), kept.resources_column(column))
    assert np.array_equal(away.events[:, 2], np.asarray(kept.events)[:, 2])
    files = {name: [tmp_path / name / f"{table}.parquet" for table in ("events", "resources")] for name in ("a", "b")}
    for name, log in (("a", kept), ("b", away)):
        (tmp_path / name).mkdir()
        write_log(log, *files[name])
    assert [file.read_bytes() for file in files["a"]] == [file.read_bytes() for file in files["b"]]
    assert read_log(*files["b"]).digest() == kept.digest()
    assert away.digest() == kept.digest()


def test_a_log_of_few_rows_never_comes_to_disk(tmp_path):
    writer = LogWriter(LogFiles(tmp_path / "growing", NAMES))
    writer.event(0, 1, Event.ARRIVED, 0, -1, 0, -1)
    assert isinstance(writer.finish(NAMES).events, np.ndarray)
    assert not (tmp_path / "growing").exists()


def test_many_rows_in_one_minute_wait_until_it_is_over(tmp_path):
    logs = []
    for writer in (LogWriter(), LogWriter(LogFiles(tmp_path / "growing", NAMES))):
        writer.settle = lambda: 5
        for patient in range(200):
            writer.event(patient % 3, 5, Event.ARRIVED, 0, -1, patient, -1)
        writer.settle = lambda: 6
        for patient in range(200):
            writer.event(patient % 3, 6, Event.DIED, 0, -1, patient, -1)
        logs.append(writer.finish(NAMES))
    assert logs[0].digest() == logs[1].digest()


def test_a_row_from_before_what_was_put_away_is_a_contradiction(tmp_path):
    files = LogFiles(tmp_path / "growing", NAMES)
    writer = LogWriter(files)
    writer.settle = lambda: 100
    for minute in range(14):
        writer.event(0, minute, Event.JOINED, 0, 0, 0, -1)
    for _ in range(15):
        writer.resource(3, 0, Happening.OCCUPIED, -1, 1, -1)
    assert files.begun
    with pytest.raises(RunError, match="a row of minute 3 is written after those before 100 were kept"):
        writer.resource(3, 0, Happening.OCCUPIED, -1, 1, -1)
    files.abandon()
