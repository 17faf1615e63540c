"""A weekly timetable becomes dated sittings: weekdays, weeks, dates, closures, initiatives, staff and leave."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.running import clinic_known, hospital_of
from sim.scenario import Known, ListResource, Scenario, read_scenario
from sim.scenario.staff import Group, Room, people_given

SMALL = Path(__file__).parent / "wrong" / "small.yaml"
FIRST = date(2024, 1, 3)  # a Wednesday
NINE = {"start": "09:00", "minutes": "240 min"}


@pytest.fixture
def bare(small_world: Known) -> Scenario:
    """The small scenario from a Wednesday on, for 60 days, with a list that never sits."""
    settings = {"run.start": FIRST, "run.warm_up": "0 days", "run.measured": "60 days", "resources.ct.sittings": []}
    return read_scenario(SMALL, known=small_world).changed(settings)


def _with(bare: Scenario, *lines: dict[str, Any], **more: Any) -> Scenario:
    sittings = [{"name": f"line_{number}", **NINE, **line} for number, line in enumerate(lines)]
    return bare.changed({"resources.ct.sittings": sittings, **more})


def _days(scenario: Scenario) -> list[int]:
    return [held.day for held in scenario.sittings("ct")]


def test_a_list_without_sittings_never_sits(bare: Scenario) -> None:
    assert bare.sittings("ct") == ()


def test_sittings_fall_on_their_weekdays_at_their_time(bare: Scenario) -> None:
    its = _with(bare, {"days": ["monday", "wednesday"]}, **{"run.measured": "14 days"})
    assert _days(its) == [0, 5, 7, 12]
    assert {held.opens % 1440 for held in its.sittings("ct")} == {540}


def test_every_other_week_counts_from_the_week_of_the_first_day(bare: Scenario) -> None:
    fortnight = {"days": ["monday"], "every": "2 weeks"}
    assert _days(_with(bare, fortnight)) == [12, 26, 40, 54]
    assert _days(_with(bare, fortnight | {"days": ["friday"]})) == [2, 16, 30, 44, 58]
    assert _days(_with(bare, fortnight | {"from": "2024-01-20"})) == [26, 40, 54]


def test_a_line_sits_from_its_first_to_its_last_day(bare: Scenario) -> None:
    assert _days(_with(bare, {"days": ["wednesday"], "from": "2024-01-10", "until": "2024-01-24"})) == [7, 14, 21]
    assert _days(_with(bare, {"days": ["wednesday"], "from": "2031-01-10"})) == []
    assert _days(_with(bare, {"days": ["wednesday"], "until": "2020-01-10"})) == []


def test_a_leap_day_is_a_day(bare: Scenario) -> None:
    its = _with(bare, {"days": ["thursday"]}, **{"run.start": "2024-02-29", "run.measured": "8 days"})
    assert _days(its) == [0, 7]


def test_rooms_are_sittings_side_by_side_with_all_that_a_line_says(bare: Scenario) -> None:
    line = {"days": ["wednesday"], "rooms": 3, "cases": 4, "protected": "20 min"}
    its = _with(bare, line, **{"run.measured": "1 day"})
    (ct,) = (resource for resource in hospital_of(its).resources if resource.name == "ct")
    assert [(s.opens, s.minutes, s.cases, s.protected) for s in ct.sittings] == [(540, 240, 4, 20)] * 3


def test_own_sittings_are_protected_to_the_last_minute_and_mean_the_same(bare: Scenario) -> None:
    own = _with(bare, {"days": ["wednesday"], "for": "own"})
    (ct,) = (resource for resource in hospital_of(own).resources if resource.name == "ct")
    assert {sitting.protected for sitting in ct.sittings} == {240}
    assert own.digest() == _with(bare, {"days": ["wednesday"], "protected": "240 min"}).digest()
    assert _with(bare, {"days": ["wednesday"], "for": "all"}).digest() == _with(bare, {"days": ["wednesday"]}).digest()


def test_an_initiative_adds_sittings_for_a_time_also_on_saturdays(bare: Scenario) -> None:
    extra = {**NINE, "days": ["saturday"], "from": "2024-01-10", "until": "2024-01-27", "why": "The queue"}
    its = _with(
        bare, {"days": ["wednesday"]}, **{"resources.ct.initiatives.saturdays": extra, "run.measured": "30 days"}
    )
    assert [(held.day, held.line) for held in its.sittings("ct") if held.line == "saturdays"] == [
        (10, "saturdays"),
        (17, "saturdays"),
        (24, "saturdays"),
    ]
    assert [held.day for held in its.sittings("ct") if held.line == "line_0"] == [0, 7, 14, 21, 28]


def test_a_closure_closes_the_whole_list_or_the_sittings_it_names(bare: Scenario) -> None:
    lines = {"days": ["tuesday"]}, {"days": ["thursday"]}
    works = {"from": "2024-01-08", "until": "2024-01-21", "why": "New table"}
    whole = _with(bare, *lines, **{"resources.ct.closures.works": works, "run.measured": "21 days"})
    one = whole.change("resources.ct.closures.works.sittings", ["line_0"])
    assert _days(whole) == [1, 20]
    assert _days(one) == [1, 8, 15, 20]
    assert one.closed_days("ct") == frozenset()
    assert one.closed_days("ct", "line_0") == {date(2024, 1, 8) + timedelta(days=day) for day in range(14)}


def test_holidays_close_a_list_unless_it_is_open_on_them(bare: Scenario) -> None:
    its = _with(bare, {"days": ["wednesday"]}, **{"holidays": {"dates": {"2024-01-10": "A holiday"}}})
    assert 7 not in _days(its)
    assert 7 in _days(its.change("resources.ct.holidays", "open"))


# -- staff


def _staff(*people: str, **leave: tuple[str, str]) -> dict[str, Any]:
    def person(name: str) -> dict[str, Any]:
        first, until = leave.get(name, ("2030-01-01", "2030-01-01"))
        return {"name": name, "leave": [{"name": "away", "from": first, "until": until, "why": "Holidays"}]}

    return {"means": "Who reads the scans", "people": [person(name) for name in people]}


WEDNESDAYS = {"days": ["wednesday"], "staff": {"radiologist": 1}}


def test_a_sitting_without_its_staff_does_not_take_place_and_says_who_is_missing(bare: Scenario) -> None:
    its = _with(bare, WEDNESDAYS, **{"staff.radiologist": _staff("anna", anna=("2024-01-10", "2024-01-17"))})
    assert _days(its) == [0, 21, 28, 35, 42, 49, 56]
    assert [tuple(row) for row in its.staffing()] == [
        (date(2024, 1, 10), "ct", "line_0", 0, "radiologist"),
        (date(2024, 1, 17), "ct", "line_0", 0, "radiologist"),
    ]
    (ct,) = (resource for resource in hospital_of(its).resources if resource.name == "ct")
    assert len(ct.sittings) == 7


def test_with_one_away_half_of_the_rooms_fall_out(bare: Scenario) -> None:
    people = _staff("anna", "bela", anna=("2024-01-10", "2024-01-10"))
    its = _with(bare, WEDNESDAYS | {"rooms": 2}, **{"staff.radiologist": people, "run.measured": "14 days"})
    assert [(held.day, held.room) for held in its.sittings("ct")] == [(0, 0), (0, 1), (7, 0)]


def test_nobody_is_in_two_rooms_at_a_time_but_may_go_from_one_to_the_next(bare: Scenario) -> None:
    later = {"days": ["wednesday"], "start": "12:00", "staff": {"radiologist": 1}}
    one = {"staff.radiologist": _staff("anna"), "run.measured": "1 day"}
    assert [row.line for row in _with(bare, WEDNESDAYS, later, **one).staffing()] == ["line_1"]
    assert _with(bare, WEDNESDAYS, later | {"start": "13:00"}, **one).staffing() == ()


def test_who_stands_in_two_groups_is_one_person(bare: Scenario) -> None:
    groups = {"staff": {"radiologist": _staff("anna"), "sonographer": _staff("anna")}, "run.measured": "1 day"}
    both = {"days": ["wednesday"], "staff": {"radiologist": 1, "sonographer": 1}}
    assert [row.missing for row in _with(bare, both, **groups).staffing()] == ["sonographer"]


def test_a_room_that_lacks_one_leaves_the_others_to_the_next(bare: Scenario) -> None:
    groups = {"staff": {"radiologist": _staff("anna"), "nurse": _staff("nina", nina=("2024-01-01", "2024-02-01"))},
              "run.measured": "1 day"}  # fmt: skip
    both = {"days": ["wednesday"], "staff": {"nurse": 1, "radiologist": 1}}
    its = _with(bare, both, WEDNESDAYS, **groups)
    assert [(row.line, row.missing) for row in its.staffing()] == [("line_0", "nurse")]
    assert [held.line for held in its.sittings("ct")] == ["line_1"]


def test_closed_sittings_need_nobody(bare: Scenario) -> None:
    its = _with(bare, WEDNESDAYS, **{
        "staff.radiologist": _staff("anna", anna=("2024-01-10", "2024-01-10")),
        "resources.ct.closures.works": {"from": "2024-01-10", "until": "2024-01-10", "why": "New table"},
    })  # fmt: skip
    assert its.staffing() == ()


def test_leave_has_a_path(bare: Scenario) -> None:
    its = _with(bare, WEDNESDAYS, **{"staff.radiologist": _staff("anna")})
    away = {"from": "2024-01-10", "until": "2024-01-10", "why": "A congress"}
    assert len(its.change("staff.radiologist.people.anna.leave.congress", away).staffing()) == 1


@st.composite
def weeks(draw: st.DrawFn) -> tuple[list[Room], dict[str, Group]]:
    names = ["a", "b", "c", "d"]
    groups = {
        name: Group.model_validate({
            "means": "People",
            "people": [
                {"name": person,
                 "leave": [{"name": "away", "from": f"2025-01-0{first}", "until": "2025-01-07", "why": "-"}]}
                for person in draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
                for first in [draw(st.integers(1, 7))]
            ],
        })
        for name in ("one", "two")
    }  # fmt: skip
    rooms = {
        Room(draw(st.integers(0, 6)), draw(st.integers(1, 2)), 60 * start, "line", room, "ct", 60 * (start + hours),
             (("one", draw(st.integers(1, 2))), ("two", draw(st.integers(1, 2)))))
        for room in range(draw(st.integers(0, 8)))
        for start, hours in [draw(st.tuples(st.integers(8, 15), st.integers(1, 8)))]
    }  # fmt: skip
    return sorted(rooms), groups


@given(weeks(), st.randoms(use_true_random=False))
def test_rooms_that_sit_never_need_more_people_than_are_there_whatever_order_they_come_in(
    week: tuple[list[Room], dict[str, Group]], chance: Any
) -> None:
    rooms, groups = week
    sits, falls_out = people_given(rooms, groups, date(2025, 1, 1))
    assert len(sits) + len(falls_out) == len(rooms)
    for day in range(7):
        today = date(2025, 1, 1) + timedelta(days=day)
        away = {p.name for g in groups.values() for p in g.people if any(x.first <= today <= x.until for x in p.leave)}
        there = {p.name for g in groups.values() for p in g.people} - away
        for minute in range(8 * 60, 24 * 60, 60):
            needed: Counter[str] = Counter()
            for room in sits:
                if room.day == day and room.start <= minute < room.end:
                    needed.update(dict(room.needs))
            assert needed.total() <= len(there)
            for name, number in needed.items():
                assert number <= len({p.name for p in groups[name].people} & there)
    chance.shuffle(rooms)
    assert people_given(rooms, groups, date(2025, 1, 1)) == (sits, falls_out)


def test_minutes_can_be_protected_on_every_list_of_the_reference_centre() -> None:
    baseline = read_scenario(Path(__file__).parents[2] / "scenarios" / "baseline.yaml", known=clinic_known())
    lists = {name: its for name, its in baseline.resources.items() if isinstance(its, ListResource)}
    paths = [f"resources.{name}.sittings.{line.name}.protected" for name, its in lists.items() for line in its.sittings]
    its = hospital_of(baseline.changed(dict.fromkeys(paths, "30 min")))
    assert {s.protected for resource in its.resources for s in resource.sittings} == {30}
