"""The board as one scenario has it: changed and added rows decide, keep their names, and are checked as in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.clinic.board import findings_of, first_row
from sim.clinic.boardchange import Added, Changed, changed_board, mistakes
from sim.clinic.boardfile import Board, read_board
from sim.evidence import read_evidence

SMALL = Path(__file__).parent / "wrong_boards" / "small.yaml"


@pytest.fixture(scope="module")
def board() -> Board:
    """Rows too_frail (ECOG above 2), large_burden and watched; in the background analogue and none."""
    return read_board(str(SMALL))


def _gets(board: Board, **findings: Any) -> str:
    row, _ = first_row(board.tables.main, findings_of(findings), 0)
    return board.rows["main"][row].name


FRAIL = {"too_frail": Changed({"ecog": "> 1"})}
EARLY = {"early": Added("large_burden", ("prrt",), {"pattern": "type_1"}, ("prrt_eligibility",))}


def test_a_changed_row_decides_otherwise_and_keeps_its_name(board: Board) -> None:
    assert (_gets(board, ecog=2), _gets(changed_board(board, FRAIL, {}), ecog=2)) == ("watched", "too_frail")
    assert changed_board(board, FRAIL, {}).row_names("main") == board.row_names("main")


def test_conditions_that_a_change_does_not_name_stay(board: Board) -> None:
    its = changed_board(board, {"large_burden": Changed({"pattern": ["type_1"]})}, {})
    assert _gets(its, ecog=0, pattern="type_1", liver_burden_pct=40) == "large_burden"
    assert _gets(its, ecog=0, pattern="type_1", liver_burden_pct=10) == "watched"
    assert _gets(its, ecog=0, pattern="type_2", liver_burden_pct=40) == "watched"


def test_any_takes_a_condition_out(board: Board) -> None:
    its = changed_board(board, {"large_burden": Changed({"pattern": "any"})}, {})
    assert _gets(its, ecog=0, pattern="none", liver_burden_pct=40) == "large_burden"


def test_another_offer_leaves_the_conditions(board: Board) -> None:
    its = changed_board(board, {"large_burden": Changed({}, ("prrt",))}, {})
    assert [row.offer for row in its.rows["main"]] == [("supportive",), ("prrt",), ("surveillance",)]
    assert its.rows["main"][1].when == board.rows["main"][1].when


def test_an_added_row_stands_before_the_one_it_names(board: Board) -> None:
    its = changed_board(board, {}, EARLY)
    assert its.row_names("main") == ("too_frail", "early", "large_burden", "watched")
    assert _gets(its, ecog=0, pattern="type_1") == "early"
    assert _gets(its, ecog=3, pattern="type_1") == "too_frail"


def test_an_added_row_may_stand_before_another_added_one_and_in_the_background(board: Board) -> None:
    first = {"earlier": Added("early", ("radiofrequency",), {"lesions": "<= 2"})}
    assert changed_board(board, {}, EARLY | first).row_names("main")[1:3] == ("earlier", "early")
    beside = changed_board(board, {}, {"fit": Added("analogue", ("nothing",), {"ecog": "= 0"})})
    assert beside.row_names("background") == ("fit", "analogue", "none")


def test_the_worked_cases_name_the_rows_they_get_now(board: Board) -> None:
    its = changed_board(board, {"large_burden": Changed({"liver_burden_pct": ">= 50"})}, {})
    before, now = ([case.rows["main"] for case in b.cases] for b in (board, its))
    assert before[:3] == ["too_frail", "large_burden", "watched"]
    assert now[:3] == ["too_frail", "watched", "watched"]


def test_the_shipped_board_as_it_is_has_no_mistakes() -> None:
    assert mistakes(read_board(), {}, {}) == []


@pytest.mark.parametrize(
    ("change", "add", "path", "found", "todo"),
    [
        ({"to_frail": Changed({"ecog": "> 1"})}, {}, "change.to_frail", "'to_frail'", "did you mean 'too_frail'?"),
        ({"too_frail": Changed({"ecgo": "> 1"})}, {}, "change.too_frail.when.ecgo", "'ecgo'", "did you mean 'ecog'?"),
        ({"too_frail": Changed({"ecog": "> 7"})}, {}, "change.too_frail.when.ecog", "the text '> 7'", ""),
        ({"too_frail": Changed({"ecog": "often"})}, {}, "change.too_frail.when.ecog", "the text 'often'", ""),
        ({"too_frail": Changed({"pattern": "type_4"})}, {}, "change.too_frail.when.pattern", "the text 'type_4'",
         "did you mean 'type_3'?"),
        ({"too_frail": Changed({}, ("ablatoin",))}, {}, "change.too_frail.offer", "'ablatoin'",
         "did you mean 'cryoablation'?"),
        ({"too_frail": Changed({}, ("ssa",))}, {}, "change.too_frail.offer", "'ssa'", ""),
        ({"too_frail": Changed({"ecog": "any"})}, {}, "change.too_frail",
         "the row 'large_burden', which nobody can reach",
         "narrow 'too_frail', which takes the last of them, or add 'large_burden' to `rows_off`"),
        ({"watched": Changed({"ecog": "<= 1"})}, {}, "change.watched", "the row 'watched' with conditions", ""),
        ({}, {"watched": Added("large_burden", ("prrt",), {"ecog": "= 0"})}, "add.watched", "'watched'",
         "to make that row different, write it below `change:`"),
        ({}, {"early": Added("large", ("prrt",), {"ecog": "= 0"})}, "add.early.before", "'large', which is no row", ""),
        ({}, {"early": Added("late", ("prrt",), {"ecog": "= 0"}), "late": Added("early", ("prrt",), {"ecog": "= 1"})},
         "add.early.before", "'late', which leads in a circle", ""),
        ({}, {**EARLY, "soon": Added("large_burden", ("prrt",), {"ecog": "= 0"})}, "add.early.before",
         "'large_burden', before which 'soon' stands as well", "write `before: soon` for the one that comes first"),
        ({}, {"early": Added("large_burden", ("prrt",), {"ecog": "any"})}, "add.early.when.ecog", "the text 'any'", ""),
        ({}, {"early": Added("large_burden", ("prrt",), {"ecog": "> 2"})}, "add.early",
         "the row 'early', which nobody can reach",
         "narrow 'too_frail', which takes the last of them, or add 'early' to `rows_off`"),
        ({}, {"early": Added("large_burden", ("prrt",), {"ecog": "= 0"}, ("prrt_eligible",))}, "add.early.source",
         "'prrt_eligible'", "did you mean 'prrt_eligibility'?"),
        ({"large_burden": Changed({"liver_burden_pct": ">= 80 and <= 20"})}, {},
         "change.large_burden.when.liver_burden_pct", "the text '>= 80 and <= 20'", ""),
    ],
)  # fmt: skip
def test_a_row_that_can_not_be_is_told_by_its_path(
    board: Board, change: dict[str, Changed], add: dict[str, Added], path: str, found: str, todo: str
) -> None:
    first = mistakes(board, change, add)[0]
    assert (first.path, first.found) == (f"board.{path}", found)
    assert first.expected
    if todo:
        assert first.todo == todo


def test_a_row_that_is_not_used_takes_nobody_from_the_rows_behind(board: Board) -> None:
    wide = {"too_frail": Changed({"ecog": "any"})}
    assert mistakes(board, wide, {}, rows_off=["too_frail"]) == []


def test_the_last_row_is_always_used(board: Board) -> None:
    (problem,) = mistakes(board, {}, {}, rows_off=["watched"])
    assert (problem.path, problem.found) == ("board.rows_off", "the last row, 'watched', among them")


def test_bounds_are_those_of_the_scenarios_evidence(board: Board) -> None:
    numbers = dict(read_evidence().flat) | {"embolisation_burden_limit": 0.2}
    (problem,) = mistakes(board, {}, {}, numbers=numbers)
    assert (problem.path, problem.found) == ("evidence", "a value that empties a row of the board")


def test_equals_of_which_none_has_a_share_are_told(board: Board) -> None:
    nobody = {"tae": 0.0, "tace": 0.0}
    (problem,) = mistakes(board, {}, {}, weights=nobody)
    assert (problem.path, problem.found) == ("preference", "no share for any of tae, tace")
    (problem,) = mistakes(board, {"large_burden": Changed({"ecog": "<= 1"})}, {}, weights=nobody)
    assert problem.path == "board.change.large_burden"
