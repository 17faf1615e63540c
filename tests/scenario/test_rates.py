"""From dates, months and shares a year to factors over the minutes of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sim.engine.diary import competing_cases
from sim.engine.hospital import Competing, Spread
from sim.intensity import CONSTANT
from sim.scenario import Known, ListResource, Scenario, read_scenario
from sim.scenario.words import MONTHS
from sim.units import DAY, YEAR

SMALL = Path(__file__).parent / "wrong" / "small.yaml"


@pytest.fixture
def small(small_world: Known) -> Scenario:
    """One year of warm-up and one measured, from Monday 6 January 2025."""
    return read_scenario(SMALL, known=small_world)


def _minute(day: date) -> int:
    return (day - date(2025, 1, 6)).days * DAY


def test_what_does_not_change_is_constant_and_takes_no_room(small: Scenario) -> None:
    assert small.arrivals_vary() is CONSTANT
    assert small.data()["arrivals"].keys() == {"rate", "assumption"}
    assert small.change("arrivals.trend", "0 % per year").digest() == small.digest()


def test_a_trend_is_compounded_from_the_first_measured_day(small: Scenario) -> None:
    its = small.change("arrivals.trend", "21 % per year").arrivals_vary()
    assert its.at(small.run.measured_from - 1) == 1
    assert its.at(small.run.measured_from + YEAR / 2) == pytest.approx(1.1)
    assert its.at(small.run.measured_from + YEAR) == pytest.approx(1.21)


def test_a_trend_may_have_begun_before_the_run_and_end_inside_it(small: Scenario) -> None:
    trend = {"growth": "10 % per year", "from": "2023-01-06", "until": "2025-12-31"}
    its = small.change("arrivals.trend", trend).arrivals_vary()
    assert its.at(0) == pytest.approx(1.1 ** (731 / 365.25))
    level = its.at(_minute(date(2026, 1, 1)))
    assert level == pytest.approx(1.1 ** ((_minute(date(2026, 1, 1)) / DAY + 731) / 365.25))
    assert its.at(_minute(date(2026, 9, 1))) == pytest.approx(level)


def test_a_falling_trend_falls(small: Scenario) -> None:
    its = small.change("arrivals.trend", {"growth": "-19 % per year", "from": "start"}).arrivals_vary()
    assert its.at(YEAR / 2) == pytest.approx(0.9)


def test_a_season_holds_from_the_first_to_the_last_day_of_each_month(small: Scenario) -> None:
    season = dict.fromkeys(MONTHS, 1) | {"july": 0.4, "december": 1.6}
    its = small.change("arrivals.season", season).arrivals_vary()
    for year in (2025, 2026):
        assert its.at(_minute(date(year, 7, 1)) - 1) == 1
        assert its.at(_minute(date(year, 7, 1))) == its.at(_minute(date(year, 8, 1)) - 1) == 0.4
        assert its.at(_minute(date(year, 12, 24))) == 1.6


def test_named_changes_take_each_others_place_and_multiply_trend_and_season(small: Scenario) -> None:
    arrivals = {
        "arrivals.changes": [
            {"name": "merger", "on": "2025-06-01", "factor": 1.5},
            {"name": "away_again", "on": "2026-06-01", "factor": 0.8},
            {"name": "long_ago", "on": "2020-01-01", "factor": 2},
        ],
        "arrivals.season": dict.fromkeys(MONTHS, 1) | {"july": 0.5, "august": 1.5},
    }
    its = small.changed(arrivals).arrivals_vary()
    assert [its.at(_minute(day)) for day in (date(2025, 2, 1), date(2025, 6, 1), date(2025, 7, 1))] == [2, 1.5, 0.75]
    assert its.at(_minute(date(2026, 8, 1))) == pytest.approx(1.2)


def test_the_expected_number_is_the_integral_of_the_rate(small: Scenario) -> None:
    assert small.arrivals_expected() == pytest.approx(104)
    stepped = small.change("arrivals.changes.merger", {"on": "2026-01-06", "factor": 2})
    assert stepped.arrivals_expected() == pytest.approx(52 * (365 + 2 * (730.5 - 365)) / 365.25)


def test_a_change_of_the_rate_has_a_path(small: Scenario) -> None:
    once = small.change("arrivals.changes.merger", {"on": "2026-01-06", "factor": 2})
    assert once.change("arrivals.changes.merger.factor", 1.5).arrivals_vary().at(500 * DAY) == 1.5


def _others(small: Scenario, **said: object) -> Scenario:
    return small.changed({f"resources.ct.competing.others.{key}": value for key, value in said.items()})


def _varies(scenario: Scenario) -> list[float]:
    ct = scenario.resources["ct"]
    assert isinstance(ct, ListResource)
    its = scenario.competing_varies(ct.competing[0])
    return [its.at(_minute(day)) for day in (date(2025, 2, 1), date(2025, 7, 1), date(2026, 2, 1), date(2026, 12, 1))]


def test_a_stream_comes_from_its_first_to_its_last_day(small: Scenario) -> None:
    its = _others(small, **{"from": "2025-07-01", "until": "2026-02-01"})
    assert _varies(small) == [1, 1, 1, 1]
    assert _varies(its) == [0, 1, 1, 0]
    assert its.digest() != small.digest()


def test_a_stream_changes_on_named_days(small: Scenario) -> None:
    screening = [{"name": "screening", "on": "2026-01-01", "factor": 1.3}]
    assert _varies(_others(small, changes=screening)) == [1, 1, 1.3, 1.3]


def test_a_disease_changes_all_its_streams_and_multiplies_their_own_changes(small: Scenario) -> None:
    its = _others(small, disease="colorectal", changes=[{"name": "screening", "on": "2026-01-01", "factor": 2}])
    changes = [{"name": "prevention", "on": "2026-11-01", "factor": 0.25}]
    its = its.change("diseases", {"colorectal": {"factor": 0.5, "changes": changes}})
    assert _varies(its) == [0.5, 0.5, 1, 0.5]


def test_a_stream_without_a_disease_is_found_by_its_own_name(small: Scenario) -> None:
    assert _varies(small.change("diseases.others.factor", 0.9)) == [0.9] * 4


def test_a_disease_as_stated_changes_no_rate(small: Scenario) -> None:
    assert (
        small.change("diseases.others.factor", 1).competing_varies(
            small.resources["ct"].competing[0]  # type: ignore[union-attr]
        )
        == CONSTANT
    )


def test_cases_before_a_change_come_at_the_same_minutes_and_case_k_stays_case_k(small: Scenario) -> None:
    stepped = _others(small, changes=[{"name": "more", "on": "2026-01-05", "factor": 1.5}])
    ct = stepped.resources["ct"]
    assert isinstance(ct, ListResource)
    at_stated_rate = Competing("ct.others", 0, ct.competing[0].rate, Spread(30.0, 0.2), (0.5, 0.5))
    changed = Competing("ct.others", 0, ct.competing[0].rate, Spread(30.0, 0.2), (0.5, 0.5),
                        varies=stepped.competing_varies(ct.competing[0]))  # fmt: skip
    plain, more = (list(competing_cases(its, 11, small.run.ends)) for its in (at_stated_rate, changed))
    day = _minute(date(2026, 1, 5))
    assert [case for case in plain if case.minute < day] == [case for case in more if case.minute < day]
    assert len(more) > len(plain) + 80
    assert all(a[1:] == b[1:] for a, b in zip(plain, more, strict=False))  # all but the minute
