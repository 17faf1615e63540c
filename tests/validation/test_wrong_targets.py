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


def test_a_calibration_may_name_several_files_of_targets(tmp_path: Path) -> None:
    first = Path("fit.yaml").read_text("utf-8")
    (tmp_path / "first.yaml").write_text(first, "utf-8")
    (tmp_path / "second.yaml").write_text(first.replace("id: s0", "id: t0"), "utf-8")
    path = tmp_path / "both.yaml"
    path.write_text("kind: calibration\ntargets: [first.yaml, second.yaml]\nfree: [growth.reference]\n", "utf-8")
    assert [id for id, _ in read_calibration(path).parts] == ["s01", "s01", "t01", "t01"]
