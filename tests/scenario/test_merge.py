"""Changes on a base."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario import Known, ListResource, OfferResource, Scenario, read_scenario

Write = Callable[[str, str], Path]
HEAD = "kind: scenario\nscenario: b\nquestion: What changes?\nbased_on: small.yaml\n"


@pytest.fixture
def overlay(file: Write, small_world: Known) -> Callable[[str], Scenario]:
    """The small scenario with a few lines laid over it."""
    return lambda lines: read_scenario(file("b", HEAD + lines), known=small_world)


def _ct(scenario: Scenario) -> ListResource:
    ct = scenario.resources["ct"]
    assert isinstance(ct, ListResource)
    return ct


def test_a_file_that_changes_nothing_means_the_same_as_its_base(overlay: Callable[[str], Scenario]) -> None:
    same = overlay("")
    base = read_scenario(Path(__file__).parent / "wrong" / "small.yaml", known=Known(resources={}))
    assert same.digest() == base.digest()
    assert (same.scenario, same.question) == ("b", "What changes?")


def test_a_path_changes_one_thing_and_leaves_its_neighbours(overlay: Callable[[str], Scenario]) -> None:
    ct = _ct(overlay("change: {resources.ct.sittings.monday.minutes: 480 min}\n"))
    assert [(sitting.name, sitting.minutes) for sitting in ct.sittings] == [("friday", 240), ("monday", 480)]
    assert ct.notice == 2880


def test_a_mapping_is_laid_over_the_mapping_that_is_there(overlay: Callable[[str], Scenario]) -> None:
    others = _ct(
        overlay("change: {resources.ct.competing.others: {rate: 7 per week, minutes: {sigma: 0}}}\n")
    ).competing[0]
    assert (round(others.rate), others.minutes.sigma, others.minutes.median) == (365, 0.0, 30)


def test_a_list_takes_the_place_of_the_list_that_is_there(overlay: Callable[[str], Scenario]) -> None:
    sitting = '[{name: only, days: [tuesday], start: "10:00", minutes: 60 min}]'
    assert [sitting.name for sitting in _ct(overlay(f"change: {{resources.ct.sittings: {sitting}}}\n")).sittings] == [
        "only"
    ]


def test_a_new_name_adds_an_item_a_resource_or_a_first_item(overlay: Callable[[str], Scenario]) -> None:
    scenario = overlay(
        "change:\n"
        '  resources.ct.sittings.extra: {days: [friday], start: "13:00", minutes: 240 min}\n'
        "  resources.ct.closures.move: {from: 2025-07-01, until: 2025-07-31, why: New scanner}\n"
        "  resources.grafts: {kind: offer, means: Grafts, rank: 30, rate: 2 per year, kinds: {o: 1}, source: PENN}\n"
    )
    assert [sitting.name for sitting in _ct(scenario).sittings] == ["extra", "friday", "monday"]
    assert [closure.name for closure in _ct(scenario).closures] == ["move"]
    grafts = scenario.resources["grafts"]
    assert isinstance(grafts, OfferResource)
    assert (grafts.rate, grafts.kinds) == (2.0, {"o": 1.0})


def test_what_is_taken_out_is_gone(overlay: Callable[[str], Scenario]) -> None:
    ct = _ct(overlay("remove: [resources.ct.sittings.friday, resources.ct.competing, resources.ct.notice]\n"))
    assert ([sitting.name for sitting in ct.sittings], ct.competing, ct.notice) == (["monday"], (), 0)


def test_taking_out_comes_before_putting_in(overlay: Callable[[str], Scenario]) -> None:
    lines = "change: {resources.ct.competing.others.urgency: {0: 1}}\nremove: [resources.ct.competing.others.urgency]\n"
    assert _ct(overlay(lines)).competing[0].urgency == (1.0, 0.0, 0.0, 0.0)


def test_a_chain_of_bases_is_changed_from_the_bottom_up(file: Write, small_world: Known) -> None:
    file("b", HEAD + "change: {run.seed: 2, resources.ward.capacity: 7}\n")
    path = file("c", HEAD.replace(": b", ": c").replace("small", "b") + "change: {run.seed: 3}\n")
    scenario = read_scenario(path, known=small_world)
    assert (scenario.run.seed, scenario.resources["ward"].model_dump()["capacity"]) == (3, 7)


def test_a_later_file_may_put_back_what_an_earlier_one_took_out(file: Write, small_world: Known) -> None:
    file("b", HEAD + "remove: [resources.ct.sittings.monday]\n")
    sitting = '{days: [monday], start: "09:00", minutes: 240 min}'
    lines = f"change: {{resources.ct.sittings.monday: {sitting}}}\n"
    path = file("c", HEAD.replace(": b", ": c").replace("small", "b") + lines)
    base = read_scenario(path.parent / "small.yaml", known=small_world)
    assert read_scenario(path, known=small_world).digest() == base.digest()


def test_a_chain_without_end_is_refused(file: Write, small_world: Known) -> None:
    head = "kind: scenario\nscenario: b{}\nquestion: How deep?\nbased_on: b{}.yaml\n"
    paths = [file(f"b{depth}", head.format(depth, depth + 1)) for depth in range(15)]
    with pytest.raises(InputError, match="a chain of at most 10 bases"):
        read_scenario(paths[0], known=small_world)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("change: {resources.ct.sittings.new: {name: old, days: [monday]}}\n", "the name the text 'old'"),
        ("change: {resources.ct.sittings.new: 3}\n", "'new'"),
        ("change: {scenario: other}\n", "'scenario'"),
        ("change: {resources.ct: {rank: 11}, resources.ct.rank: 12}\n", "a change inside 'resources.ct'"),
        ("remove: [resources.ct.sittings.monday.minutes.most]\n", "'most'"),
        ("remove: ['']\n", "an empty step in the path"),
    ],
)
def test_a_change_that_can_not_be_made_is_refused(overlay: Callable[[str], Scenario], lines: str, found: str) -> None:
    with pytest.raises(InputError) as refused:
        overlay(lines)
    assert refused.value.problems[0].found.startswith(found)
    assert refused.value.problems[0].line == 5
