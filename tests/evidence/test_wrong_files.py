"""A wrong file of the evidence is a test case: each with its whole message, in a text file of the same name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.evidence.registers import file_readers
from sim.scenario import check_file

FOLDER = Path(__file__).parent / "wrong"
RIGHT = {"small", "sources"}
WRONG = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in RIGHT)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Reads a file as `nelm check` does, in the folder of wrong files, so that messages name it as a user would."""
    monkeypatch.chdir(FOLDER)
    return lambda name: check_file(f"{name}.yaml", file_readers())


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_with_exactly_this_message(name: str, read) -> None:
    with pytest.raises(InputError) as refused:
        read(name)
    assert str(refused.value) + "\n" == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_the_files_that_the_wrong_ones_are_modelled_on_are_right(read) -> None:
    kind, cards = read("small")
    assert kind == "cards"
    assert cards["stay"].source == ("ABLE20",)
    kind, sources = read("sources")
    assert set(sources) == {"ABLE20", "BAKER21"}


def test_every_wrong_file_has_its_message() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == WRONG
    assert len(WRONG) >= 40


def test_every_problem_says_where_what_was_found_and_what_was_expected() -> None:
    for path in FOLDER.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("  "):
                assert line.startswith(f"{path.stem}.yaml:"), path.name
                assert lines[number + 1].startswith("  found:    "), path.name
                assert lines[number + 2].startswith("  expected: "), path.name


def test_cards_without_sources_beside_them_cite_the_shipped_ones(tmp_path: Path) -> None:
    text = (FOLDER / "small.yaml").read_text("utf-8")
    (tmp_path / "small.yaml").write_text(text.replace("ABLE20", "PENN"))
    assert check_file(tmp_path / "small.yaml", file_readers())[1]["stay"].source == ("PENN",)
    (tmp_path / "small.yaml").write_text(text)
    with pytest.raises(InputError, match=r"keys of sources\.yaml"):
        check_file(tmp_path / "small.yaml", file_readers())
