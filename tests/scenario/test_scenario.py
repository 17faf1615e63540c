"""What a scenario means: resolved, digested, changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.errors import InputError
from sim.scenario import (
    END,
    NO_LIMIT,
    NOTHING,
    START,
    Known,
    ListResource,
    PlaceResource,
    Scenario,
    check_file,
    read_scenario,
)

SMALL = Path(__file__).parent / "wrong" / "small.yaml"
DAY, WEEK = 1440, 7 * 1440


@pytest.fixture
def small(small_world: Known) -> Scenario:
    return read_scenario(SMALL, known=small_world)


def test_quantities_become_plain_numbers(small: Scenario) -> None:
    ct = small.resources["ct"]
    assert isinstance(ct, ListResource)
    assert ct.notice == 2 * DAY
    friday, monday = ct.sittings
    assert (monday.days, monday.start, monday.minutes) == ((0,), 540, 240)
    assert (friday.days, friday.first) == ((4,), date(2025, 6, 1))
    others = ct.competing[0]
    assert others.rate == pytest.approx(5 * 365.25 / 7)
    assert others.urgency == (0.0, 0.3, 0.7, 0.0)
    assert (others.second.place, others.second.minutes.median, others.second.minutes.sigma) == ("ward", DAY, 0.0)


def test_what_was_left_out_is_filled_in(small: Scenario) -> None:
    ct, ward = small.resources["ct"], small.resources["ward"]
    assert isinstance(ct, ListResource)
    assert isinstance(ward, PlaceResource)
    monday = ct.sittings[1]
    assert (monday.rooms, monday.every, monday.cases, monday.protected) == (1, 1, NO_LIMIT, 0)
    assert (monday.first, monday.until) == (START, END)
    assert (ct.overrun, ct.cancelled, ct.missed, ct.backfill, ct.holidays, ct.closures) == (
        0,
        0,
        0,
        False,
        "closed",
        (),
    )
    assert ward.competing == ()
    assert (small.run.seed, small.run.replications, small.run.rings) == (1, 8, "report")
    assert (small.evidence, small.board.rows_off, small.description) == ({}, (), "")


def test_the_periods_of_a_run_follow_each_other(small: Scenario) -> None:
    year = round(365.25 * DAY)
    assert (small.run.measured_from, small.run.measured_until, small.run.ends) == (year, 2 * year, 2 * year)
    assert small.run.days == 731  # two years of 365.25 days touch 731 days of the calendar


def test_a_competing_case_that_needs_nothing_else_has_the_second_nothing(small: Scenario) -> None:
    typed = {"rate": "1 per week", "minutes": {"median": "30 min", "sigma": 0}, "urgency": {"2": 1}}
    changed = small.change("resources.ct.competing.walk_ins", typed)
    ct = changed.resources["ct"]
    assert isinstance(ct, ListResource)
    assert ct.competing[1].second == NOTHING


def test_the_resolved_scenario_reads_back_as_the_same(small: Scenario, tmp_path: Path, small_world: Known) -> None:
    path = tmp_path / "resolved.yaml"
    path.write_text(small.resolved_yaml(), encoding="utf-8")
    again = read_scenario(path, known=small_world)
    assert again == small
    assert again.digest() == small.digest()
    assert again.resolved_yaml() == small.resolved_yaml()


def test_a_scenario_keeps_its_files_as_they_were_typed(file: Callable[[str, str], Path], small_world: Known) -> None:
    text = "kind: scenario\nscenario: b\nquestion: Kept?   # as typed\nbased_on: small.yaml\n"
    path = file("b", text)
    scenario = read_scenario(path, known=small_world)
    assert list(scenario.typed.values()) == [text, SMALL.read_text(encoding="utf-8")]
    assert list(scenario.typed) == [str(path), str(path.parent / "small.yaml")]


def _shuffled(data: Any, chance: random.Random) -> Any:
    """The same data with the keys of every mapping, and the items of every list of named items, in another order."""
    if isinstance(data, dict):
        keys = list(data)
        chance.shuffle(keys)
        return {key: _shuffled(data[key], chance) for key in keys}
    if isinstance(data, list):
        items = [_shuffled(item, chance) for item in data]
        if items and isinstance(items[0], dict):
            chance.shuffle(items)
        return items
    return data


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_keys_and_of_named_items_does_not_matter(
    seed: int, small: Scenario, small_world: Known, file: Callable[[str, str], Path]
) -> None:
    data = _shuffled(yaml.load(SMALL.read_text(encoding="utf-8"), yaml.BaseLoader), random.Random(seed))
    # Everything was read as text above; numbers lose their quotes again.
    text = yaml.dump(data, sort_keys=False).replace("'", "").replace("start: 09:00", 'start: "09:00"')
    path = file("shuffled", text.replace("scenario: small", "scenario: shuffled"))
    again = read_scenario(path, known=small_world)
    assert again.digest() == small.digest()
    assert again.resources == small.resources


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("run.replications", 99),
        ("run.start", "2025-01-06"),
        ("resources.ct.notice", "2880 min"),
        ("run.warm_up", "12 months"),
    ],
)
def test_what_does_not_change_the_meaning_does_not_change_the_digest(small: Scenario, path: str, value: object) -> None:
    assert small.change(path, value).digest() == small.digest()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("run.seed", 2),
        ("run.follow_up", "1 day"),
        ("resources.ct.sittings.monday.minutes", "241 min"),
        ("resources.ct.competing.others.rate", "5.001 per week"),
        ("resources.ward.changes.winter.on", date(2025, 12, 2)),
        ("holidays.country", "GB"),
        ("evidence.delay_pancreas", "13 months"),
        ("board.rows_off", ["prrt"]),
        ("preference", {"tae": 1, "tace": 0}),
        ("resources.spare", {"kind": "place", "means": "Not used", "rank": 99, "capacity": 1, "assumption": "A test."}),
    ],
)
def test_what_changes_the_meaning_changes_the_digest(small: Scenario, path: str, value: object) -> None:
    if path == "holidays.country":
        small = small.change("holidays", {"dates": {}})
        path, value = "holidays", {"dates": {"2025-12-25": "Christmas Day"}}
    assert small.change(path, value).digest() != small.digest()


def test_a_change_leaves_the_first_scenario_as_it_was(small: Scenario) -> None:
    before = small.digest()
    changed = small.change("resources.ward.capacity", 5)
    assert small.digest() == before
    assert changed.change("resources.ward.capacity", 4).digest() == before


def test_a_change_in_python_is_refused_with_its_path(small: Scenario) -> None:
    with pytest.raises(InputError) as refused:
        small.change("resources.ward.capacity", "four")
    assert str(refused.value) == (
        "change  resources.ward.capacity\n  found:    the text 'four'\n  expected: a whole number, 0 or more"
    )


@pytest.mark.parametrize("value", [float("nan"), None, object(), 10**30, {"a": {1, 2}}])
def test_a_value_that_no_file_could_hold_is_refused(small: Scenario, value: object) -> None:
    with pytest.raises(InputError, match="expected: text, a finite number"):
        small.change("resources.ward.capacity", value)


def test_settings_of_the_command_line_come_last(file: Callable[[str, str], Path], small_world: Known) -> None:
    path = file("b", "kind: scenario\nscenario: b\nquestion: Last?\nbased_on: small.yaml\nchange: {run.seed: 2}\n")
    assert read_scenario(path, known=small_world).run.seed == 2
    assert read_scenario(path, set=["run.seed=3"], known=small_world).run.seed == 3


def test_a_setting_may_be_any_value_of_a_file(small_world: Known) -> None:
    settings = ["resources.ct.sittings.monday.days=[tuesday, monday]", 'resources.ct.sittings.monday.start="08:15"']
    ct = read_scenario(SMALL, set=settings, known=small_world).resources["ct"]
    assert isinstance(ct, ListResource)
    assert (ct.sittings[1].days, ct.sittings[1].start) == ((0, 1), 495)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("run.seed", "--set run.seed\n  found:    the text 'run.seed'\n  expected: path=value, such as run.seed=3"),
        ("run.seed=-1", "--set run.seed=-1  run.seed\n  found:    the number -1\n  expected: a whole number from 0 to"),
        ("run.sed=3", "--set run.sed=3  run.sed\n  found:    the key 'sed'\n  expected: one of seed, start"),
        ("run.seed=yes", "--set run.seed=yes  run.seed\n  found:    yes, which some readers"),
        ("run.seed=[1", "--set run.seed=[1  run.seed\n  found:    a [ without its ]"),
        ("run.seed=", "--set run.seed=  run.seed\n  found:    nothing\n  expected: a value"),
    ],
)
def test_a_wrong_setting_is_refused_by_what_was_typed(setting: str, message: str, small_world: Known) -> None:
    with pytest.raises(InputError) as refused:
        read_scenario(SMALL, set=[setting], known=small_world)
    assert str(refused.value).startswith(message)


def test_all_mistakes_of_file_base_and_settings_are_told_at_once(
    file: Callable[[str, str], Path], small_world: Known
) -> None:
    text = "kind: scenario\nscenario: b\nquestion: All?\nbased_on: small.yaml\nchange: {run.seed: x, run.sed: 1}\n"
    path = file("b", text)
    base = path.parent / "small.yaml"
    base.write_text(base.read_text().replace("capacity: 4", "capacity: 4.5").replace("median: 30 min", "median: 30"))
    with pytest.raises(InputError) as refused:
        read_scenario(path, set=["run.measured=soon"], known=small_world)
    assert [problem.path for problem in refused.value.problems] == [
        "run.measured",
        "run.seed",
        "run.sed",
        "resources.ct.competing.others.minutes.median",
        "resources.ward.capacity",
    ]
    assert [Path(problem.file).name for problem in refused.value.problems][1:] == ["b.yaml"] * 2 + ["small.yaml"] * 2


def test_holidays_of_a_country_become_dates_that_cover_the_run(small: Scenario) -> None:
    wales = small.change("holidays", {"country": "GB", "subdivision": "WLS"})
    assert wales.holidays.dates[date(2025, 4, 21)] == "Easter Monday"
    assert (wales.holidays.first, wales.holidays.until) == (date(2025, 1, 6), date(2027, 1, 7))
    assert min(wales.holidays.dates) >= date(2025, 1, 6)


def test_a_longer_run_of_a_country_has_its_later_holidays(small: Scenario) -> None:
    longer = small.change("holidays", {"country": "GB"}).change("run.measured", "3 years")
    assert date(2028, 12, 25) in longer.holidays.dates


def test_a_resolved_scenario_can_not_be_run_beyond_its_holidays(
    small: Scenario, tmp_path: Path, small_world: Known
) -> None:
    path = tmp_path / "resolved.yaml"
    path.write_text(small.change("holidays", {"country": "GB"}).resolved_yaml(), encoding="utf-8")
    with pytest.raises(InputError, match="holidays for the whole run"):
        read_scenario(path, set=["run.measured=3 years"], known=small_world)


def test_a_list_is_closed_on_holidays_and_from_the_first_to_the_last_day_of_a_closure(small: Scenario) -> None:
    closure = {"from": "2025-07-01", "until": "2025-07-03", "why": "New scanner"}
    scenario = small.change("holidays", {"dates": {"2025-12-25": "Christmas Day", "2020-12-25": "Long ago"}})
    scenario = scenario.change("resources.ct.closures.move", closure)
    summer = {date(2025, 7, day) for day in (1, 2, 3)}
    assert scenario.closed_days("ct") == summer | {date(2025, 12, 25)}
    assert scenario.change("resources.ct.holidays", "open").closed_days("ct") == summer


def test_a_file_is_checked_by_what_it_says_it_is(small_world: Known, tmp_path: Path) -> None:
    assert check_file(SMALL, {"scenario": lambda path: read_scenario(path, known=small_world).scenario}) == (
        "scenario",
        "small",
    )
    board = tmp_path / "board.yaml"
    board.write_text("kind: board\nrows: []\n")
    assert check_file(board, {"board": lambda path: Path(path).name, "scenario": read_scenario}) == (
        "board",
        "board.yaml",
    )
    with pytest.raises(InputError, match=r"found:    a board \(kind: board\)\n  expected: a scenario"):
        check_file(board)
