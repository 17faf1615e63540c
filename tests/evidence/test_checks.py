"""`nelm evidence --check`: each of its checks is seen to fail, with the file and the line."""

from __future__ import annotations

import pytest

from sim.evidence.checks import faults
from sim.evidence.readers import Places


def test_the_shipped_evidence_has_no_fault() -> None:
    assert [str(fault) for fault in faults()] == []


def test_the_small_world_has_no_fault(world) -> None:
    assert world.faults() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "found"),
    [
        # read by nobody: no attribute, no text, no name put together, no row
        ("code/pathway.py", "Known.STAY_MEAN", "STAY_MEAN", "ward.yaml:4  cards.stay.mean", "nothing reads"),
        ("code/pathway.py", "'LONGEST'", "'SHORTEST'", "ward.yaml:4  cards.stay.longest", "nothing reads"),
        ("code/board.yaml", "< age_least", "< 18", "ward.yaml:13  cards.age_least", "nothing reads"),
        ("code/pathway.py", "SEX_MEN", "SEX_BOTH", "ward.yaml:21  cards.sex.men", "nothing reads"),
        # sourced by nobody
        (
            "cards/ward.yaml",
            "    source: A20\n    quote: people",
            "    quote: people",
            "ward.yaml:4:3  cards.stay",
            "neither",
        ),
        ("cards/ward.yaml", "source: B21", "source: B20", "ward.yaml:17:13  cards.age_least.source", "B20"),
        ("cards/sources.yaml", "  B21:", "  C22: {cite: C}\n  B21:", "sources.yaml:4:3  sources.C22", "C22"),
        # quoted wrongly: another word, another number, another order, no document
        ("cards/ward.yaml", "stay for three", "stay for five", "ward.yaml:4  cards.stay.quote", "people stay for five"),
        ("cards/ward.yaml", "people stay for", "they stay for", "ward.yaml:4  cards.stay.quote", "they stay for three"),
        (
            "cards/ward.yaml",
            "two to four\n    pop",
            "four to two\n    pop",
            "ward.yaml:30  cards.visiting.quote",
            "visits are from four",
        ),
        (
            "cards/ward.yaml",
            "quote: on average, and nobody minds",
            "quote: nobody minds",
            "ward.yaml:40  cards.nobody_minds.quote",
            "nobody minds",
        ),
        (
            "cards/ward.yaml",
            "source: A20\n    quote: people",
            "source: B21\n    quote: people",
            "ward.yaml:4  cards.stay.quote",
            "none of the clinical documents",
        ),
        # figures without a card, or without a reason
        ("cards/figures.yaml", "w.stay: stay", "w.stay: []", "figures.yaml:3:3  figures.w.stay", "an empty list"),
        ("cards/figures.yaml", "w.stay: stay", "w.stay: stays", "figures.yaml:3:11  figures.w.stay", "stays"),
        (
            "cards/ward.yaml",
            "    not_read: Visitors are not modelled.\n",
            "",
            "figures.yaml:4  figures.w.visits",
            "visiting",
        ),
        (
            "code/board.yaml",
            "source: nobody_minds",
            "source: age_least",
            "figures.yaml:5  figures.w.minds",
            "nobody_minds",
        ),
        # conflicts that point nowhere
        ("cards/conflicts.yaml", "cards: stay", "cards: stray", "conflicts.yaml:3:75  conflicts.c1.cards", "stray"),
    ],
)
def test_a_fault_is_found_and_placed(world, file: str, old: str, new: str, place: str, found: str) -> None:
    world.edit(file, old, new)
    wrong = world.faults()
    assert len(wrong) >= 1
    first = next((fault for fault in wrong if found in fault.found), None)
    assert first is not None, wrong
    assert str(first).splitlines()[0].endswith(place)
    assert first.expected


def test_a_number_is_not_unread_for_being_the_rest_of_a_whole(world) -> None:
    world.edit("cards/ward.yaml", "    sums_to_1: true\n", "")
    assert [fault.path for fault in world.faults()] == ["cards.sex.women"]


def test_all_faults_are_told_at_once_in_the_order_of_files_and_lines(world) -> None:
    world.edit("cards/ward.yaml", "stay for three", "stay for five")
    world.edit("cards/figures.yaml", "w.stay: stay", "w.stay: stays")
    world.edit("code/pathway.py", "Known.STAY_MEAN", "STAY_MEAN")
    wrong = world.faults()
    assert [fault.path for fault in wrong] == ["figures.w.stay", "cards.stay.mean", "cards.stay.quote"]
    assert wrong == sorted(wrong)


def test_a_register_that_is_missing_is_a_fault(world) -> None:
    (world.cards / "figures.yaml").unlink()
    assert [fault.found for fault in world.faults()] == ["no such file"]


def test_an_override_of_a_scenario_is_no_reader(world) -> None:
    world.edit("code/board.yaml", "< age_least", "< 18")
    assert [fault.path for fault in world.faults()] == ["cards.age_least"]


def test_without_scenarios_nothing_else_changes(world) -> None:
    places = Places(world.places.package, world.places.board, None)
    assert faults(world.cards, places, world.documents) == []
