"""Queues: who waits and how long, against counting minute by minute, and Little's law."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.log import Event, Happening, LogWriter
from sim.measures import Facts, Window, littles_law
from sim.measures.capacity import HospitalLog
from sim.measures.journeys import Journeys, Outcome, People
from sim.measures.queues import (
    Line,
    competing_queues,
    growth,
    lines,
    little,
    longest,
    mean_length,
    queueing,
    waited_until,
    weekly_lengths,
)

WEEK = 7 * 1440
WINDOW = Window(0, 1000, 1000)
FACTS = Facts(kinds={"pet": "list", "ward": "place"})


def log_of(events=(), happenings=()):
    writer = LogWriter()
    for patient, minute, kind, resource in events:
        writer.event(patient, minute, Event[kind], -1, resource, 0, 0 if kind == "LEFT" else -1)
    for minute, resource, kind, case in happenings:
        writer.resource(minute, resource, Happening[kind], case, 0, -1)
    return writer.finish({"resources": ["pet", "ward"], "whys": []})


def own_waits(events):
    log = log_of(events)
    numbers = sorted({row[0] for row in events})
    people = pd.DataFrame({"patient": numbers, "grade": "G1", "nelm_at_symptom": False, "nelm_minute": -1})
    of, _ = queueing(Journeys(log, People.of(people), WINDOW))
    rows = zip(of.group, of.start, of.minutes, of.outcome, strict=True)
    names = log.names["resources"]
    return [(names[at], int(start), int(minutes), Outcome(outcome).name) for at, start, minutes, outcome in rows]


def test_a_wait_goes_on_through_a_booking_a_cancellation_and_not_attending():
    rows = [(1, 10, "JOINED", 0), (1, 12, "BOOKED", 0), (1, 20, "CANCELLED", 0), (1, 30, "MISSED", 0)]
    assert own_waits([*rows, (1, 40, "CALLED", 0), (1, 40, "STARTED", 0)]) == [("pet", 10, 30, "REACHED")]


def test_each_visit_to_a_queue_is_a_wait_of_its_own():
    rows = [(1, 10, "JOINED", 0), (1, 15, "CALLED", 0), (1, 15, "STARTED", 0), (1, 16, "FINISHED", 0)]
    again = [(1, 100, "JOINED", 0), (1, 107, "CALLED", 0)]
    assert own_waits([*rows, *again]) == [("pet", 10, 5, "REACHED"), ("pet", 100, 7, "REACHED")]


def test_two_queues_at_once_are_two_waits():
    rows = [(1, 10, "JOINED", 0), (1, 10, "JOINED", 1), (1, 12, "STARTED", 1), (1, 30, "CALLED", 0)]
    assert sorted(own_waits(rows)) == [("pet", 10, 20, "REACHED"), ("ward", 10, 2, "REACHED")]


def test_those_who_die_are_taken_out_or_still_wait_are_counted_as_such():
    rows = [
        *((who, 10, "JOINED", 0) for who in (1, 2, 3)),
        (1, 25, "DIED", -1),
        (2, 35, "WITHDRAWN", 0),
        (3, 1000, "LEFT", -1),
    ]
    assert own_waits(rows) == [("pet", 10, 15, "DIED"), ("pet", 10, 25, "ENDED"), ("pet", 10, 990, "CENSORED")]


def test_a_place_that_is_prolonged_without_queueing_is_no_wait():
    assert own_waits([(1, 10, "STARTED", 1), (1, 20, "FINISHED", 1), (1, 20, "STARTED", 1)]) == []


def test_a_competing_case_waits_until_it_starts_also_after_having_missed():
    rows = [(5, 0, "JOINED", 900), (9, 0, "MISSED", 900), (20, 0, "STARTED", 900), (7, 0, "JOINED", 901)]
    line = competing_queues(HospitalLog(log_of(happenings=rows)), WINDOW)["pet"]
    assert line.start.tolist() == [5, 7]
    assert line.end.tolist() == [20, 1000]
    assert line.outcome.tolist() == [Outcome.REACHED, Outcome.CENSORED]


def test_a_case_sent_back_from_one_room_that_starts_in_the_next_in_the_same_minute_has_stopped_waiting():
    rows = [(5, 0, "JOINED", 900), (9, 0, "STARTED", 900), (9, 0, "CANCELLED", 900)]
    line = competing_queues(HospitalLog(log_of(happenings=rows)), WINDOW)["pet"]
    assert (line.start.tolist(), line.end.tolist()) == ([5], [9])


def line_of(waits):
    start = np.array([start for start, _ in waits], np.int64)
    end = np.minimum(start + np.array([length for _, length in waits], np.int64), 1000)
    return Line(start, end, np.ones(len(waits), np.int64))


some_lines = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 400)), max_size=40).map(line_of)
some_windows = st.tuples(st.integers(0, 900), st.integers(1, 100)).map(lambda w: Window(w[0], w[0] + w[1], 1000))


@given(some_lines, some_windows)
def test_the_mean_and_the_longest_length_are_those_of_counting_at_each_minute(line, window):
    at = np.arange(window.starts, window.ends)[:, None]
    waiting = ((line.start <= at) & (line.end > at)).sum(axis=1)
    assert mean_length(line, window) == pytest.approx(waiting.mean())
    assert longest(line, window) == waiting.max()


def test_growth_is_the_mean_of_the_last_quarter_less_that_of_the_first():
    # quarters of 100 minutes, from 200 to 600: in the first, one person for 50 minutes; in the last, two for all of it
    # and one for 20; who waits only between the two, or before and after the period, is in neither
    waits = [(150, 100), (450, 500), (480, 300), (580, 400), (320, 150), (0, 200), (600, 300)]
    assert growth(line_of(waits), Window(200, 600, 1000)) == pytest.approx(2 + 20 / 100 - 50 / 100)


def test_a_queue_of_the_same_people_throughout_does_not_grow():
    assert growth(line_of([(0, 400), (400, 400)]), Window(100, 700, 1000)) == 0


@given(some_lines)
def test_when_everybody_is_through_littles_law_holds_exactly(line):
    row = little({("pet", "own"): line}, WINDOW).iloc[0]
    assert row["product"] == pytest.approx(row["length"])


def test_littles_law_holds_over_a_long_period_with_people_on_both_sides_of_its_edges():
    rng = np.random.default_rng(7)
    start = np.sort(rng.integers(0, 2_000_000, 20_000))
    line = Line(start, start + rng.integers(0, 3000, len(start)), np.ones(len(start), np.int64))
    row = little({("pet", "own"): line}, Window(200_000, 1_800_000, 2_100_000)).iloc[0]
    assert row["product"] == pytest.approx(row["length"], rel=0.002)
    assert row["product"] != row["length"]


@given(some_lines)
def test_time_waited_never_runs_backwards(line):
    waited = waited_until(line, np.arange(0, 1001, 50))
    assert (np.diff(waited) >= 0).all()
    assert waited[-1] == (line.end - line.start).sum()


def test_weeks_are_whole_and_those_that_reach_out_of_the_period_are_not_measured():
    window = Window(1440, 3 * WEEK, 3 * WEEK + 100)
    line = Line(np.array([WEEK]), np.array([WEEK + WEEK // 2]), np.array([1]))
    nobody = Line(*(np.empty(0, np.int64),) * 3)
    weeks = weekly_lengths({("pet", "own"): line, ("pet", "competing"): nobody}, window, 2)
    own = weeks[weeks["who"] == "own"]
    assert own["mean"].tolist() == [0.0, 0.5, 0.0]
    assert own["measured"].tolist() == [False, True, True]
    assert weeks.loc[weeks["who"] == "competing", "mean"].tolist() == [0.0, 0.0, 0.0]


def test_a_resource_for_which_nobody_ever_waited_has_an_empty_queue():
    people = pd.DataFrame({"patient": [], "grade": [], "nelm_at_symptom": [], "nelm_minute": []})
    log = log_of()
    visits, _ = queueing(Journeys(log, People.of(people), WINDOW))
    hospital = HospitalLog(log)
    queues = lines(visits, competing_queues(hospital, WINDOW), hospital.numbers)
    assert {key: len(line.start) for key, line in queues.items()} == dict.fromkeys(queues, 0)
    assert mean_length(queues["ward", "own"], WINDOW) == 0


def test_littles_law_is_told_of_every_queue_of_a_log():
    rows = [(1, 0, "JOINED", 0), (1, 500, "CALLED", 0), (2, 250, "JOINED", 1), (2, 750, "STARTED", 1)]
    people = pd.DataFrame({"patient": [1, 2], "grade": "G1", "nelm_at_symptom": False, "nelm_minute": -1})
    law = littles_law(log_of(rows, [(0, 0, "JOINED", 9), (250, 0, "STARTED", 9)]), people, WINDOW, FACTS)
    assert law[["resource", "who", "length"]].to_numpy().tolist() == [
        ["pet", "own", 0.5],
        ["pet", "competing", 0.25],
        ["ward", "own", 0.5],
        ["ward", "competing", 0.0],
    ]
    assert law["product"].to_numpy() == pytest.approx(law["length"])
