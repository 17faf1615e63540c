"""A wrong board file is a test case: each with its whole message, in a text file of the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.clinic.boardfile import read_board
from sim.errors import InputError

FOLDER = Path(__file__).parent / "wrong_boards"
WRONG = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "small")


@pytest.fixture(autouse=True)
def among_the_wrong_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of wrong files is the working directory, so that messages name files as a user there would."""
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_board_is_refused_with_exactly_this_message(name: str) -> None:
    with pytest.raises(InputError) as refused:
        read_board(f"{name}.yaml")
    assert str(refused.value) + "\n" == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_the_board_that_the_wrong_ones_are_modelled_on_is_sound() -> None:
    board = read_board("small.yaml")
    assert board.row_names("main") == ("too_frail", "large_burden", "watched")
    assert board.file == "small.yaml"
    assert len(board.cases) == 3


def test_every_wrong_board_has_its_message() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == WRONG
    assert len(WRONG) >= 30


def test_every_message_says_where_what_was_found_and_what_was_expected() -> None:
    for path in FOLDER.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("  "):
                assert line.startswith(f"{path.stem}.yaml:"), path.name
                assert lines[number + 1].startswith("  found:    "), path.name
                assert lines[number + 2].startswith("  expected: "), path.name


def test_a_board_that_is_not_there_is_refused_by_its_name() -> None:
    with pytest.raises(InputError) as refused:
        read_board("no_such_board.yaml")
    assert refused.value.problems[0].file == "no_such_board.yaml"
