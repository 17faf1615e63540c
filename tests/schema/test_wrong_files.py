"""An editor sees the mistakes that stand in one place: those of the wrong files that the readers' tests are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.reading import compose_file

TESTS = Path(__file__).parents[1]
FOLDERS = {
    "scenario": TESTS / "scenario" / "wrong",
    "board": TESTS / "clinic" / "wrong_boards",
    "cards": TESTS / "evidence" / "wrong",
    "sweep": TESTS / "experiments" / "wrong_designs",
    "target": TESTS / "validation" / "wrong_targets",
    "calibration": TESTS / "validation" / "wrong_targets",
}
MODELS = {"small", "sources", "fit", "small_calibration"}


def readable(kind: str) -> dict[str, Any]:
    """The wrong files of a folder that are YAML as we read it, by name; of any other an editor knows by itself."""
    found = {}
    for path in sorted(FOLDERS[kind].glob("*.yaml")):
        try:
            node, problems, _ = compose_file(path)
        except InputError:
            continue
        if not problems and node.get("kind") in (kind, None) and path.stem not in MODELS:
            found[path.stem] = node.plain()
    return found


@pytest.mark.parametrize("kind", ["scenario", "board", "cards", "target"])
def test_the_file_that_the_wrong_ones_are_modelled_on_is_right(kind: str, wrong) -> None:
    assert wrong(kind, compose_file(FOLDERS[kind] / "small.yaml")[0].plain()) is None


@pytest.mark.parametrize(
    ("kind", "least"), [("scenario", 74), ("board", 20), ("cards", 24), ("sweep", 13), ("target", 38)]
)
def test_an_editor_sees_at_least_so_many_of_the_wrong_files(kind: str, least: int, wrong) -> None:
    seen = [name for name, data in readable(kind).items() if wrong(kind, data)]
    assert len(seen) >= least, seen


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        ("unknown_section", "", "'arivals' was unexpected"),
        ("unknown_key", "resources.ward", "'capacty' was unexpected"),
        ("unknown_key_of_an_item", "resources.ct.sittings.0", "'minute' was unexpected"),
        ("cohort_key_unknown", "cohort", "'females' was unexpected"),
        ("treatment_unknown", "treatments", "'prrrt' was unexpected"),
        ("evidence_unknown", "evidence", "'delay_pancraes' was unexpected"),
        ("board_change_asks_unknown", "board.change.prrt.when", "'ecgo' was unexpected"),
        ("change_without_base", "", "'change' was unexpected"),
        ("section_beside_base", "", "'run' was unexpected"),
        ("duration_without_unit", "resources.ct.notice", "a number and a unit of time"),
        ("duration_with_unknown_unit", "run.warm_up", "a number and a unit of time"),
        ("negative_duration", "resources.ct.notice", "a number and a unit of time"),
        ("rate_without_unit", "arrivals.rate", "a number per unit of time"),
        ("share_above_one", "resources.ct.missed", "a percentage such as"),
        ("number_in_quotes", "resources.ward.capacity", "a whole number"),
        ("fraction_of_a_bed", "resources.ward.capacity", "a whole number"),
        ("day_the_other_way_round", "run.start", "a date as year-month-day"),
        ("weekday_alone", "resources.ct.sittings.0.days", "a list of weekdays"),
        ("urgency_class_unknown", "resources.ct.competing.0.urgency", "the urgency classes 0"),
        ("name_with_hyphen", "resources.ct.sittings.0.name", "small letters"),
        ("source_unknown", "resources.ward.source", "a key of the evidence's sources"),
        ("unknown_choice", "run.rings", "'report' or 'swap' or 'error'"),
        ("evidence_of_another_kind", "evidence.delay_pancreas", "a number and a unit of time"),
        ("sitting_is_text", "resources.ct.sittings.1", "'object'"),
        ("run_is_missing", "", "'run' is a required property"),
        ("resource_missing", "resources", "'ward' is a required property"),
        ("resource_kind_missing", "resources.ward", "'kind' is a required property"),
        ("initiative_without_end", "resources.ct.initiatives.0", "'until' is a required property"),
        ("treatment_elsewhere_without_delay", "treatments.prrt", "'delay' is a required property"),
    ],
)
def test_a_mistake_is_seen_where_it_stands(name: str, where: str, words: str, wrong) -> None:
    found = wrong("scenario", readable("scenario")[name])
    assert found is not None
    assert found[0] == where
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        ("key_unknown", "targets.0", "'patient' was unexpected"),
        ("attribute_unknown", "targets.0.select", "'sites' was unexpected"),
        ("level_unknown", "targets.0.select.site", "small_intestine"),
        ("endpoint_unknown", "targets.0.endpoint", "an endpoint"),
        ("measure_unknown", "targets.0.measure", "'survival'"),
        ("arm_without_an_offer", "trials.radionuclides.arms.watched", "'offer' is a required property"),
        ("calibration_key_unknown", "", "'round' was unexpected"),
        ("calibration_free_twice", "free", "non-unique"),
        ("calibration_free_is_a_mapping", "free", "'array'"),
    ],
)
def test_a_mistake_in_published_results_is_seen_where_it_stands(name: str, where: str, words: str, wrong) -> None:
    kind = "calibration" if name.startswith("calibration_") else "target"
    found = wrong(kind, readable(kind)[name])
    assert found is not None
    assert found[0] == where
    assert words in found[1]


@pytest.mark.parametrize("name", ["closure_backwards", "ranks_equal", "preference_below_one", "circle_a"])
def test_what_several_values_or_files_say_together_is_left_to_the_reader(name: str, wrong) -> None:
    assert wrong("scenario", readable("scenario")[name]) is None
