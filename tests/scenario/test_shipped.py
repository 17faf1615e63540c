"""The scenarios that come with the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import (
    CLINIC_ASKS_FOR,
    ListResource,
    OfferResource,
    PlaceResource,
    Scenario,
    check_file,
    read_scenario,
)

FOLDER = Path(__file__).parents[2] / "scenarios"
DESIGNS = "sweep_"  # files that begin so are designs of sweeps
SHIPPED = sorted(path for path in FOLDER.glob("*.yaml") if not path.stem.startswith(DESIGNS))
DAYS_A_WEEK = 7


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return read_scenario(FOLDER / "baseline.yaml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_scenario_is_sound_and_asks_a_question(path: Path) -> None:
    kind, scenario = check_file(path)
    assert (kind, scenario.scenario) == ("scenario", path.stem)
    assert scenario.question.endswith("?")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_scenario_reads_back_from_its_resolved_form(path: Path, tmp_path: Path) -> None:
    scenario = read_scenario(path)
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(scenario.resolved_yaml(), encoding="utf-8")
    assert read_scenario(resolved) == scenario


def test_no_two_shipped_scenarios_mean_the_same() -> None:
    assert len({read_scenario(path).digest() for path in SHIPPED}) == len(SHIPPED) >= 8


def test_the_reference_centre_has_what_the_pathway_asks_for_and_nothing_else(baseline: Scenario) -> None:
    assert {name: resource.kind for name, resource in baseline.resources.items()} == CLINIC_ASKS_FOR


def test_the_measured_years_of_the_reference_centre_begin_with_a_calendar_year(baseline: Scenario) -> None:
    assert baseline.run.measured_from == (4383) * 1440
    assert baseline.run.start.isoformat() == "2014-01-01"  # and 4,383 days later it is 2026-01-01


def _offered_share(resource: ListResource | PlaceResource, others: list[tuple[float, float]]) -> float:
    """Minutes of competing demand per minute that the resource is open or has places."""
    demand = sum(rate * median for rate, median in others)
    if isinstance(resource, PlaceResource):
        return demand / (resource.capacity * 365.25 * 1440)
    opened = sum(len(s.days) * s.minutes * s.rooms / s.every for s in resource.sittings)
    return demand / (opened * 365.25 / DAYS_A_WEEK)


def test_competing_demand_alone_overloads_no_resource(baseline: Scenario) -> None:
    for name, resource in baseline.resources.items():
        if isinstance(resource, OfferResource):
            continue
        own = [(stream.rate, stream.minutes.median) for stream in resource.competing]
        brought = [
            (stream.rate, stream.second.minutes.median)
            for other in baseline.resources.values()
            if isinstance(other, ListResource)
            for stream in other.competing
            if stream.second.place == name
        ]
        assert _offered_share(resource, own + brought) < 0.9, name


def test_competing_cases_come_to_some_sixty_a_week(baseline: Scenario) -> None:
    rates = [
        stream.rate
        for resource in baseline.resources.values()
        if not isinstance(resource, OfferResource)
        for stream in resource.competing
    ]
    assert 45 <= sum(rates) * DAYS_A_WEEK / 365.25 <= 75
