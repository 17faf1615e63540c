"""Use of lists and places: worked cases, and what must hold whatever the log says."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.log import Event, Happening, LogWriter
from sim.measures import Facts, Window, measure

FACTS = Facts(kinds={"list": "list", "beds": "place"})
WINDOW = Window(100, 1100, 1300)
NAMES = {"resources": ["list", "beds"], "whys": []}


def people(numbers):
    data = {"patient": sorted(numbers), "grade": "G1", "nelm_at_symptom": False, "nelm_minute": -1}
    return pd.DataFrame(data, index=range(len(data["patient"])))


def use(measures, name, group="all", figure="share"):
    kpis = measures.kpis
    rows = kpis[(kpis["kpi"] == f"use.{name}.{figure}") & (kpis["group"] == group)]
    return float(rows["value"].iloc[0])


def measured(events, happenings):
    writer = LogWriter()
    for row in events:
        writer.event(*row)
    for row in happenings:
        writer.resource(*row)
    return measure(writer.finish(NAMES), people({row[0] for row in events}), WINDOW, FACTS)


def event(patient, minute, kind, resource, value=0):
    return (patient, minute, Event[kind], -1, resource, value, -1)


def happening(minute, resource, kind, case=-1, value=0):
    return (minute, resource, Happening[kind], case, value, -1)


occupancies = st.lists(st.tuples(st.integers(0, 1299), st.integers(0, 9)), max_size=30, unique_by=lambda row: row[0])


@settings(max_examples=30, deadline=None)
@given(occupancies, occupancies)
def test_places_are_never_used_more_than_there_are_and_time_sums_to_the_whole(occupied, capacity):
    rows = [happening(minute, 1, "OCCUPIED", value=places) for minute, places in occupied]
    rows += [happening(minute, 1, "CAPACITY", value=places) for minute, places in capacity]
    measures = measured([], rows)
    share = use(measures, "beds")
    assert share != share or 0 <= share <= 1  # null where there was never a place
    assert measures.occupancy["share"].sum() == pytest.approx(1)
    at_each_minute = [max([(0, 0), *(row for row in occupied if row[0] <= m)])[1] for m in range(100, 1100)]
    assert use(measures, "beds", figure="places") == pytest.approx(sum(at_each_minute) / 1000)


sittings = st.lists(
    st.tuples(st.integers(0, 12), st.integers(10, 100), st.lists(st.tuples(st.booleans(), st.integers(1, 40)))),
    max_size=10,
)


@settings(max_examples=40, deadline=None)
@given(sittings)
def test_a_list_is_never_used_more_than_it_was_open_and_its_users_make_up_the_whole(timetable):
    events, rows = [], []
    for hundred, minutes, cases in timetable:
        opens, used = hundred * 100, 0
        rows.append(happening(opens, 0, "OPENED", value=minutes))
        for i, (ours, length) in enumerate(cases):
            if used >= minutes:
                break
            start = opens + used
            used += length  # the last one may run over the end
            if ours:
                events.append(event(i, start, "STARTED", 0, length))
            else:
                rows.append(happening(start, 0, "STARTED", 9000 + i, length))
        rows.append(happening(opens + minutes, 0, "CLOSED", value=min(used, minutes)))
    measures = measured(events, rows)
    share = use(measures, "list")
    if share != share:
        assert all(not 100 <= hundred * 100 < 1100 for hundred, *_ in timetable)
        return
    parts = [use(measures, "list", group) for group in ("own", "competing", "spent_on_nobody")]
    assert sum(parts) == pytest.approx(share)
    assert min(parts) >= 0
    assert share <= 1


def test_minutes_of_overrun_and_sittings_that_were_off_count_neither_as_use_nor_as_opening():
    rows = [
        happening(200, 0, "OPENED", value=60),
        happening(260, 0, "CLOSED", value=60),
        happening(300, 0, "OFF", value=60),
    ]
    measures = measured([event(1, 200, "STARTED", 0, 30), event(2, 230, "STARTED", 0, 50)], rows)
    assert use(measures, "list") == 1
    assert use(measures, "list", "own") == 1


def test_a_sitting_belongs_to_the_period_in_which_it_opens_even_if_it_closes_after():
    rows = [
        happening(90, 0, "OPENED", value=60),
        happening(150, 0, "CLOSED", value=60),
        happening(1090, 0, "OPENED", value=60),
        happening(1150, 0, "CLOSED", value=15),
    ]
    assert use(measured([], rows), "list") == 15 / 60


def test_two_rooms_of_different_length_are_each_paired_with_their_own_closing():
    rows = [
        happening(50, 0, "OPENED", value=500),  # before the period, closes last
        happening(120, 0, "OPENED", value=100),
        happening(220, 0, "CLOSED", value=10),
        happening(550, 0, "CLOSED", value=500),
    ]
    assert use(measured([], rows), "list") == 10 / 100


def test_a_sitting_that_is_still_open_when_the_run_ends_is_left_out():
    window = Window(0, 1000, 1000)
    writer = LogWriter()
    for row in (happening(10, 0, "OPENED", value=60), happening(70, 0, "CLOSED", value=30)):
        writer.resource(*row)
    writer.resource(*happening(990, 0, "OPENED", value=60))
    assert use(measure(writer.finish(NAMES), people(set()), window, FACTS), "list") == 0.5


def test_own_beds_count_stays_beds_kept_or_held_besides_another_and_stays_cut_short_by_death():
    events = [
        event(1, 200, "STARTED", 1, 50),  # 50 minutes, then kept for 20
        event(1, 250, "FINISHED", 1, 50),
        event(1, 250, "KEPT", 1),
        event(1, 270, "RELEASED", 1, 20),
        event(2, 400, "RELEASED", 1, 30),  # held besides a case on the list
        event(3, 500, "STARTED", 1, 300),  # dies after 100
        event(3, 600, "DIED", -1),
        event(4, 700, "STARTED", 1, -1),  # a standing place, given back after 40
        event(4, 740, "RELEASED", 1, 40),
        event(5, 1050, "STARTED", 1, 400),  # over the end of the period: 50 of it count
        event(6, 50, "STARTED", 1, 70),  # over its start: 20 count
        event(6, 120, "FINISHED", 1, 70),
    ]
    rows = [happening(0, 1, "CAPACITY", value=1), happening(0, 1, "OCCUPIED", value=1)]
    measures = measured(events, rows)
    own = (50 + 20 + 30 + 100 + 40 + 50 + 20) / 1000
    assert use(measures, "beds", "own", "places") == pytest.approx(own)
    assert use(measures, "beds", "competing", "places") == pytest.approx(1 - own)


def test_a_cut_of_places_while_they_are_in_use_shows_as_over_capacity_not_as_use_above_one():
    rows = [
        happening(0, 1, "CAPACITY", value=4),
        happening(0, 1, "OCCUPIED", value=4),
        happening(600, 1, "CAPACITY", value=2),
        happening(850, 1, "OCCUPIED", value=2),
    ]
    measures = measured([], rows)
    assert use(measures, "beds") == 1
    assert use(measures, "beds", figure="over_capacity") == 0.25
    assert use(measures, "beds", figure="full") == 1
