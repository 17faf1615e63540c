"""Under `change:` stand paths, and at the end of each what may stand there in a whole scenario."""

from __future__ import annotations

from typing import Any

import pytest

from sim.schema import schema
from sim.schema.parts import relaxed

HEAD = {"kind": "scenario", "scenario": "a", "question": "What?", "based_on": "small.yaml"}


def changed(path: str, value: Any) -> dict[str, Any]:
    return {**HEAD, "change": {path: value}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("run.seed", 3),
        ("run", {"seed": 3}),  # a mapping is laid over the one that is there
        ("resources.ct.notice", "3 days"),
        ("resources.ct", {"notice": "3 days", "kind": "list"}),
        ("resources.ct.sittings.monday.minutes", "300 min"),
        ("resources.ct.sittings.any_new_one", {"days": ["monday"], "start": "09:00", "minutes": "60 min"}),
        ("resources.ct.sittings", [{"name": "a", "days": ["monday"], "start": "09:00", "minutes": "60 min"}]),
        ("resources.ct.competing.others.urgency.1", "30 %"),
        ("resources.ct.competing.others.urgency", {"1": 0.5, "2": 0.5}),
        ("resources.ct.competing.others.second", "none"),
        ("resources.ct.competing.others.second.minutes.median", "2 days"),
        ("resources.ward.changes.summer.capacity", 3),
        ("resources.other_ward.capacity", 3),
        ("resources.other_list.sittings.monday.rooms", 2),
        ("arrivals.trend", "2 % per year"),
        ("arrivals.trend.growth", "2 % per year"),
        ("arrivals.season.january", 1.1),
        ("holidays", "none"),
        ("holidays.dates.2025-12-25", "Christmas Day"),
        ("evidence.delay_pancreas", "13 months"),
        ("preference.tae", 0.3),
        ("preference.embolisation", {"tae": 0.3, "tace": 0.7}),
        ("preference.embolisation.tae", 0.3),
        ("treatments.prrt", {"where": "none"}),
        ("staff.surgeon.people.anna.leave.summer.until", "2026-08-01"),
        ("board.rows_off", ["prrt"]),
        ("board.change.prrt.when.ecog", "<= 1"),
        ("board.change.prrt.when.site", ["pancreas", "other"]),
        ("board.change.prrt.when.receptors", "any"),
        ("cohort.male", "40 %"),
        ("diseases.others.factor", 0.9),
    ],
)
def test_what_a_reader_takes_as_a_change_is_taken(path: str, value: Any, wrong) -> None:
    assert wrong("scenario", changed(path, value)) is None


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("run.sed", 3, "change"),
        ("resource.ct.notice", "3 days", "change"),
        ("resources.ct.notise", "3 days", "change"),
        ("resources.ward.notice", "3 days", "change"),  # a place has none
        ("resources.other.notise", "3 days", "change"),
        ("resources.ct.sittings.monday.minute", "3 days", "change"),
        ("resources..ct", 3, "change"),
        ("evidence.delay_pancraes", "13 months", "change"),
        ("resources.ct.sittings.monday.minutes", 300, "change.resources.ct.sittings.monday.minutes"),
        ("resources.ct.sittings.any_other.minutes", 300, "change.resources.ct.sittings.any_other.minutes"),
        ("resources.ct", {"notice": 3}, "change.resources.ct.notice"),
        ("resources.ct.sittings", [{"name": "a"}], "change.resources.ct.sittings.0"),  # a list replaces the whole
        ("resources.ct.competing.others.urgency.4", 0.5, "change"),
        ("evidence.delay_pancreas", 13, "change.evidence.delay_pancreas"),
        ("treatments.prrt.where", "abroad", "change.treatments.prrt.where"),
        ("board.change.prrt.when.ecgo", "<= 1", "change"),
    ],
)
def test_a_path_that_leads_nowhere_and_a_value_that_does_not_fit_are_seen(path, value, where, wrong) -> None:
    found = wrong("scenario", changed(path, value))
    assert found is not None
    assert found[0] == where


def test_the_names_of_a_base_are_offered_in_full(baseline) -> None:
    offered = schema("scenario", baseline)["definitions"]["Changes"]["properties"]
    for name, resource in baseline.resources.items():
        assert offered[f"resources.{name}"]["description"] == resource.means
        for line in getattr(resource, "sittings", ()):
            assert f"resources.{name}.sittings.{line.name}.minutes" in offered
    assert {f"evidence.{name}" for name in schema("scenario")["definitions"]["Evidence"]["properties"]} <= set(offered)


def test_without_a_base_no_names_but_those_of_the_pathway_are_offered() -> None:
    offered = schema("scenario")["definitions"]["Changes"]["properties"]
    assert "resources.ct.notice" in offered
    assert not any(path.startswith("resources.ct.sittings.") for path in offered)


def test_nothing_is_required_of_a_mapping_that_is_laid_over_another() -> None:
    form = {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/definitions/Spread"}}}
    assert relaxed(form) == {"type": "object", "properties": {"a": {"$ref": "#/definitions/Spread_part"}}}
