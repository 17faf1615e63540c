"""The two logs: their order, their names, their files, and how two of them are told apart."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.log import (
    EVENT_COLUMNS,
    FIRST_CLINIC_WHY,
    RESOURCE_COLUMNS,
    Event,
    EventLog,
    Happening,
    LogWriter,
    Why,
    first_difference,
)
from sim.logfiles import read_log, write_log

NAMES = {"steps": ["symptom", "seen"], "resources": ["ct", "ward"], "whys": ["cancer", "row: watched"]}


def log_of(events=(), resources=(), names=NAMES, replication=0) -> EventLog:
    writer = LogWriter()
    for row in events:
        writer.event(*row)
    for row in resources:
        writer.resource(*row)
    return writer.finish(names, replication)


#                   patient minute event            step resource value why
A_FEW = [
    (1, 10, Event.ARRIVED, 0, -1, 0, -1),
    (1, 10, Event.JOINED, 0, 0, 2, -1),
    (1, -5, Event.REFERRED, -1, -1, 0, -1),
    (2, 10, Event.ARRIVED, 0, -1, 0, -1),
    (2, 90, Event.DIED, 1, -1, 0, FIRST_CLINIC_WHY),
    (1, 99, Event.LEFT, 1, -1, 0, Why.HORIZON),
]
A_DAY = [
    (540, 0, Happening.OPENED, -1, 360, -1),
    (540, 0, Happening.STARTED, 7, 30, -1),
    (900, 0, Happening.CLOSED, -1, 30, -1),
    (10, 1, Happening.OCCUPIED, -1, 3, -1),
    (10, 1, Happening.OFF, -1, 0, Why.SITTING_OFF),
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "events.parquet", tmp_path / "resources.parquet"


# ------------------------------------------------------------------ order


def test_rows_are_sorted_by_minute_then_patient_then_her_own_order():
    log = log_of(A_FEW)
    assert log.events[:, :4].tolist() == [
        [1, 0, -5, Event.REFERRED],
        [1, 1, 10, Event.ARRIVED],
        [1, 2, 10, Event.JOINED],
        [2, 0, 10, Event.ARRIVED],
        [2, 1, 90, Event.DIED],
        [1, 3, 99, Event.LEFT],
    ]


def test_resource_rows_are_sorted_by_all_their_columns():
    rows = log_of(resources=A_DAY).resources.tolist()
    assert rows == sorted(rows)
    assert len(rows) == len(A_DAY)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9), st.sampled_from(Event), st.integers(-99, 99))),
    st.randoms(use_true_random=False),
)
def test_a_patients_rows_of_one_minute_keep_the_order_they_came_in(rows, shuffled: random.Random):
    events = [(who, minute, event, -1, -1, value, -1) for who, minute, event, value in rows]
    log = log_of(events)
    for who in range(5):
        hers = sorted((row for row in events if row[0] == who), key=lambda row: row[1])
        got = log.events[log.events[:, 0] == who]
        assert got[:, 1].tolist() == list(range(len(hers)))
        assert got[:, [2, 3, 6]].tolist() == [[row[1], row[2], row[5]] for row in hers]
    others_first = list(events)
    shuffled.shuffle(others_first)
    in_turn = {who: iter([row for row in events if row[0] == who]) for who in range(5)}
    interleaved = [next(in_turn[row[0]]) for row in others_first]
    assert log_of(interleaved).digest() == log.digest()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9), st.integers(-99, 99)), min_size=1))
def test_patients_whose_numbers_are_far_apart_are_numbered_like_others(rows):
    near, far = (
        log_of([(who * apart, minute, Event.JOINED, -1, -1, value, -1) for who, minute, value in rows])
        for apart in (1, 2**40)
    )
    assert np.array_equal(far.events[:, 0], near.events[:, 0] * 2**40)
    assert np.array_equal(far.events[:, 1:], near.events[:, 1:])


def test_a_log_without_rows_is_a_log():
    log = log_of()
    assert log.events.shape == (0, len(EVENT_COLUMNS))
    assert log.resources.shape == (0, len(RESOURCE_COLUMNS))
    assert list(log.events_frame().columns) == ["replication", *EVENT_COLUMNS]


# ------------------------------------------------------------------ identical means identical


def changed(log: EventLog, table: str, row: int, column: int) -> EventLog:
    tables = {"events": log.events.copy(), "resources": log.resources.copy()}
    tables[table][row, column] += 1
    return EventLog(tables["events"], tables["resources"], log.names, log.replication)


@pytest.mark.parametrize(("table", "columns"), [("events", EVENT_COLUMNS), ("resources", RESOURCE_COLUMNS)])
def test_a_change_anywhere_changes_the_digest_and_is_found_at_its_row(table, columns):
    log = log_of(A_FEW, A_DAY)
    for row in range(len(getattr(log, table))):
        for column in range(len(columns)):
            other = changed(log, table, row, column)
            assert other.digest() != log.digest()
            assert first_difference(log, other).startswith(f"{table}, row {row}: [")


def test_equal_logs_have_no_first_difference():
    assert first_difference(log_of(A_FEW, A_DAY), log_of(A_FEW, A_DAY)) == ""


def test_a_missing_row_is_found_and_both_stories_are_told():
    text = first_difference(log_of(A_FEW), log_of(A_FEW[:-1]))
    assert text.startswith("events, row 5: [1, 3, 99, 14, 1, -1, 0, 0] against no such row")
    first, second = text.split("patient 1 in the second")
    assert "horizon" in first
    assert "horizon" not in second


def test_other_names_are_a_difference():
    other = log_of(A_FEW, names=NAMES | {"resources": ["mri", "ward"]})
    assert other.digest() != log_of(A_FEW).digest()
    assert first_difference(log_of(A_FEW), other).startswith("the names differ")


def test_a_row_moved_from_one_log_to_the_other_is_not_the_same():
    empty = np.empty((0, 6), np.int64)
    one = EventLog(np.arange(8).reshape(1, 8), empty, {"steps": (), "resources": (), "whys": ()})
    two = EventLog(np.arange(8).reshape(1, 8), np.zeros((1, 6), np.int64), one.names)
    assert one.digest() != two.digest()


# ------------------------------------------------------------------ words


def words_of(column) -> list[str]:
    return ["" if pd.isna(word) else word for word in column]


def test_frames_say_names_instead_of_numbers():
    log = log_of(A_FEW, A_DAY, replication=3)
    frame = log.events_frame()
    assert frame["replication"].tolist() == [3] * 6
    assert frame["event"].tolist() == ["referred", "arrived", "joined", "arrived", "died", "left"]
    assert words_of(frame["step"]) == ["", "symptom", "symptom", "symptom", "seen", "seen"]
    assert words_of(frame["resource"]) == ["", "", "ct", "", "", ""]
    assert words_of(frame["why"]) == ["", "", "", "", "cancer", "horizon"]
    assert words_of(log.resources_frame()["why"])[0] == "sitting_off"


def test_a_story_is_a_patients_rows_in_words():
    assert log_of(A_FEW).story(2).splitlines() == [
        "   0       day 0 00:10  arrived               0  symptom",
        "   1       day 0 01:30  died                  0  seen  cancer",
    ]


def test_event_numbers_are_addresses_that_never_move():
    assert {event.name: int(event) for event in Event} == {
        "ARRIVED": 0, "JOINED": 1, "BOOKED": 2, "CALLED": 3, "STARTED": 4, "FINISHED": 5, "CANCELLED": 6,
        "MISSED": 7, "DECLINED": 8, "WITHDRAWN": 9, "RELEASED": 10, "KEPT": 11, "RUNG": 12, "DIED": 13, "LEFT": 14,
        "STUCK": 15, "REFERRED": 20, "DIAGNOSED": 21, "MEASURED": 22, "DECIDED": 23, "DEFERRED": 24, "TREATED": 25,
        "COMPLETED": 26, "COMPLICATED": 27, "PROGRESSED": 28, "RECURRED": 29, "LOST": 30, "REFUSED": 31,
        "SYMPTOM": 32, "SPREAD": 33, "METASTASISED": 34, "WORSENED": 35, "NOT_OFFERED": 36, "SYMPTOMATIC": 37,
        "CLEARED": 38, "STAGED": 39, "SIZED": 40, "ENROLLED": 41, "CONVERTED": 55, "HEART": 45, "VALVE": 46,
        "PAIN": 47, "OBSTRUCTED": 48, "SEVERE": 56, "CRISIS": 57, "UNWELL": 58, "EASED": 59,
        "MANAGEMENT_CHANGED": 49, "MARKER": 50, "BY_CHANCE": 51, "MISLED": 52,
    }  # fmt: skip


# ------------------------------------------------------------------ files

NUMBER = st.integers(-(2**62), 2**62)
EVENT_ROW = st.tuples(
    st.integers(0, 2**31),
    NUMBER,
    st.sampled_from(Event),
    st.integers(-1, 1),
    st.integers(-1, 1),
    NUMBER,
    st.sampled_from([-1, *Why, FIRST_CLINIC_WHY, FIRST_CLINIC_WHY + 1]),
)
RESOURCE_ROW = st.tuples(
    NUMBER, st.integers(0, 1), st.sampled_from(Happening), NUMBER, NUMBER, st.sampled_from([-1, *Why])
)


@settings(max_examples=25, deadline=None)
@given(st.lists(EVENT_ROW, max_size=30), st.lists(RESOURCE_ROW, max_size=20), st.integers(0, 999))
def test_a_log_comes_back_from_its_files_bit_for_bit(tmp_path_factory, events, resources, replication):
    log = log_of(events, resources, replication=replication)
    folder = tmp_path_factory.mktemp("log")
    write_log(log, folder / "e", folder / "r")
    back = read_log(folder / "e", folder / "r")
    assert np.array_equal(back.events, log.events)
    assert np.array_equal(back.resources, log.resources)
    assert (back.names, back.replication, back.digest()) == (log.names, log.replication, log.digest())


def test_a_log_whose_numbers_have_no_names_comes_back_too(files):
    log = log_of(A_FEW, A_DAY, names=None)
    write_log(log, *files)
    assert read_log(*files).digest() == log.digest()


def test_equal_logs_are_equal_files(tmp_path):
    contents = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        paths = [tmp_path / folder / name for name in ("events", "resources")]
        write_log(log_of(A_FEW, A_DAY), *paths)
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]


def a_hospitals_own(events=A_FEW, **columns) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables as a hospital would export them: text and numbers, no categories, nothing but the columns."""
    log = log_of(events, A_DAY)
    frames = [log.events_frame().astype(object), log.resources_frame().astype(object)]
    for frame in frames:
        for column in frame.columns:
            if column in ("event", "step", "resource", "why"):
                frame[column] = frame[column].where(frame[column].notna(), None)
            else:
                frame[column] = frame[column].astype("int64")
    frames[0] = frames[0].assign(**columns)
    return frames[0], frames[1]


def test_a_hospitals_own_log_is_read_with_names_made_from_its_words(files):
    for frame, path in zip(a_hospitals_own(), files, strict=True):
        frame.to_parquet(path, index=False)
    log = read_log(*files)
    assert log.names == {"steps": ("seen", "symptom"), "resources": ("ct", "ward"), "whys": ("cancer",)}
    original = log_of(A_FEW, A_DAY)
    for own, ours in (
        (log.events_frame(), original.events_frame()),
        (log.resources_frame(), original.resources_frame()),
    ):
        assert own.astype(str).equals(ours.astype(str))


def test_an_event_that_is_none_is_refused_and_not_taken_for_another(files):
    events, resources = a_hospitals_own()
    events.loc[3, "event"] = "arived"
    for frame, path in zip((events, resources), files, strict=True):
        frame.to_parquet(path, index=False)
    with pytest.raises(InputError) as refused:
        read_log(*files)
    (problem,) = refused.value.problems
    assert (problem.found, problem.todo) == ("'arived'", "did you mean 'arrived'?")
    assert problem.path == "event, row 3"


def test_a_log_without_one_of_the_columns_is_refused_with_the_columns_name(files):
    events, resources = a_hospitals_own()
    events.drop(columns="minute").to_parquet(files[0], index=False)
    resources.to_parquet(files[1], index=False)
    with pytest.raises(InputError) as refused:
        read_log(*files)
    assert [(problem.path, problem.found) for problem in refused.value.problems] == [("minute", "no such column")]
