"""A wrong file is a test case, with its whole message beside it in a text file of the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario import Known, read_scenario

FOLDER = Path(__file__).parent / "wrong"
WRONG = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "small")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_with_exactly_this_message(name: str, wrong_folder: Path, small_world: Known) -> None:
    with pytest.raises(InputError) as refused:
        read_scenario(f"{name}.yaml", known=small_world)
    assert str(refused.value) + "\n" == (wrong_folder / f"{name}.txt").read_text(encoding="utf-8")


def test_the_scenario_that_the_wrong_ones_are_based_on_is_sound(wrong_folder: Path, small_world: Known) -> None:
    assert read_scenario("small.yaml", known=small_world).scenario == "small"


def test_every_message_has_its_file() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == WRONG
    assert len(WRONG) >= 60


def test_every_problem_says_what_was_found_and_what_was_expected() -> None:
    for path in FOLDER.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        places = [number for number, line in enumerate(lines) if not line.startswith("  ")]
        for number in places:
            assert lines[number + 1].startswith("  found:    "), path.name
            assert lines[number + 2].startswith("  expected: "), path.name


def test_no_message_uses_the_words_of_the_libraries_underneath() -> None:
    for path in FOLDER.glob("*.txt"):
        message = path.read_text(encoding="utf-8").lower()
        assert not any(word in message for word in ("pydantic", "validation", "dictionary", "none is not", "nonetype"))
