"""A log that is measured part by part gives the figures of the whole, however its patients are parted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.log import EventLog
from sim.measures import Measures, measure, measure_parts
from sim.running import board_of, facts_of, window_of


@pytest.fixture(scope="module")
def whole(short, short_runs):
    """A log, its patients, window and facts, and what is measured of the whole."""
    run = short_runs[0]
    told = run.log, run.patients, window_of(short), facts_of(short, board_of(short))
    return *told, measure(*told)


def parted(log: EventLog, part_of: np.ndarray, minutes: list[int]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The patients' log by the part of each patient, and the resources' log cut at some minutes."""
    events, resources = np.asarray(log.events), np.asarray(log.resources)
    parts = [events[part_of[events[:, 0]] == part] for part in range(int(part_of.max(initial=0)) + 1)]
    return parts, np.split(resources, np.searchsorted(resources[:, 0], sorted(minutes)))


def same(one: Measures, other: Measures) -> None:
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, other.tables()[name], check_exact=True, obj=name)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2_600_000), max_size=6))
def test_a_log_in_parts_has_the_measures_of_the_whole(whole, parts, luck, minutes):
    log, patients, window, facts, expected = whole
    rng = np.random.default_rng(luck)
    tables, hospital_rows = parted(log, rng.integers(0, parts, len(patients)), minutes)
    shuffled = patients.sample(frac=1, random_state=luck)
    bare = replace(log, events=log.events[:0], resources=log.resources[:0])
    same(measure_parts(bare, iter(tables), iter(hospital_rows), shuffled, window, facts), expected)


def test_each_patient_may_be_a_part_of_her_own(whole):
    log, patients, window, facts, _ = whole
    events = np.asarray(log.events)
    few = events[events[:, 0] < 60]
    tables, hospital_rows = parted(replace(log, events=few), np.arange(len(patients)), [])
    expected = measure(replace(log, events=few), patients, window, facts)
    same(measure_parts(log, tables, hospital_rows, patients, window, facts), expected)


def test_a_log_parted_by_time_is_refused(whole):
    log, patients, window, facts, _ = whole
    events = np.asarray(log.events)
    halves = np.split(events, [len(events) // 2])
    both = np.intersect1d(*(half[:, 0] for half in halves))
    with pytest.raises(InputError, match=f"rows of patient {both[0]} in two parts"):
        measure_parts(log, halves, [log.resources], patients, window, facts)
