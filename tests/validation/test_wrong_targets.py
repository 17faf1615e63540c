"""A wrong file of targets, or a wrong calibration, is a test case: each with its whole message in a text file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.validation.calibration import read_calibration
from sim.validation.target_file import read_targets

FOLDER = Path(__file__).parent / "wrong_targets"
RIGHT = {"small", "fit", "small_calibration"}
WRONG = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in RIGHT)


@pytest.fixture(autouse=True)
def among_the_wrong_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of wrong files is the working directory, so that messages name files as a user there would."""
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_with_exactly_this_message(name: str) -> None:
    read = read_calibration if name.startswith("calibration_") else read_targets
    with pytest.raises(InputError) as refused:
        read(f"{name}.yaml")
    assert str(refused.value) + "\n" == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_the_files_that_the_wrong_ones_are_modelled_on_are_right() -> None:
    small = read_targets("small.yaml")
    assert [target.id for target in small.targets] == ["s01", "s02"]
    assert small.file == "small.yaml"
    assert small.means == "Two results, to be broken."
    calibration = read_calibration("small_calibration.yaml")
    assert [its.name for its in calibration.free] == ["growth.reference", "new_lesion.rate"]
    assert [id for id, _ in calibration.parts] == ["s01", "s01"]


def test_every_wrong_file_has_its_message() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == WRONG
    assert len(WRONG) >= 80


def test_every_message_says_where_what_was_found_and_what_was_expected() -> None:
    for path in FOLDER.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("  "):
                assert ".yaml" in line, path.name
                assert lines[number + 1].startswith("  found:    "), path.name
                assert lines[number + 2].startswith("  expected: "), path.name


def test_a_file_that_is_not_there_is_refused_by_its_name() -> None:
    for read in (read_targets, read_calibration):
        with pytest.raises(InputError) as refused:
            read("no_such_file.yaml")
        assert refused.value.problems[0].file == "no_such_file.yaml"
