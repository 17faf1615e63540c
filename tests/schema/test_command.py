"""`nelm schema` as a user types it, and the line by which an editor finds a schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.commands.new import new
from sim.commands.schema import schema as command
from sim.errors import InputError
from sim.reading.editor import editor_line
from sim.schema import KINDS, as_text, schema

ROOT = Path(__file__).parents[2]


def say(*words: object, of: object = command) -> str:
    """What a command prints; its errors are raised."""
    done = CliRunner().invoke(of, [str(word) for word in words], catch_exceptions=False, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def test_a_schema_is_printed_by_the_kind_of_its_files() -> None:
    assert say("sweep") == as_text(schema("sweep"))


def test_without_a_kind_the_schema_is_that_of_scenarios() -> None:
    assert json.loads(say()) == schema("scenario")


def test_a_misspelt_kind_is_told_the_nearest_one() -> None:
    with pytest.raises(InputError, match="'sweeep'") as refused:
        say("sweeep")
    assert "did you mean 'sweep'?" in str(refused.value)


def test_all_kinds_are_written_into_one_folder(tmp_path: Path) -> None:
    say("--all", tmp_path / "schemas")
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == {f"{kind}.json" for kind in KINDS}


def test_a_file_in_place_of_a_folder_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("mine")
    with pytest.raises(InputError, match="no such folder"):
        say("board", "--output", tmp_path / "here" / "board.json")
    assert (tmp_path / "here").read_text() == "mine"


@pytest.mark.parametrize(
    "words", [("--all", "schemas", "--output", "a.json"), ("sweep", "--all", "schemas"), ("sweep", "--base", "a.yaml")]
)
def test_words_of_which_one_would_be_without_effect_are_refused(words: tuple[str, ...], tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="expected:"):
        say(*words)
    assert list(tmp_path.iterdir()) == []


def test_the_nearest_folder_of_schemas_is_named_as_seen_from_the_file(tmp_path: Path) -> None:
    for folder in (tmp_path / "schemas", tmp_path / "a" / "schemas"):
        folder.mkdir(parents=True)
        (folder / "scenario.json").touch()
    (tmp_path / "a" / "b").mkdir()
    assert editor_line(tmp_path, "scenario") == "# yaml-language-server: $schema=schemas/scenario.json\n"
    assert editor_line(tmp_path / "a" / "b", "scenario") == "# yaml-language-server: $schema=../schemas/scenario.json\n"
    assert editor_line(tmp_path / "c", "scenario") == "# yaml-language-server: $schema=../schemas/scenario.json\n"
    seen = editor_line(tmp_path, "scenario", near=tmp_path / "a" / "b")
    assert seen == "# yaml-language-server: $schema=a/schemas/scenario.json\n"


def test_where_there_is_no_schema_of_a_kind_there_is_no_line(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    assert editor_line(tmp_path, "scenario") == ""


def test_a_new_scenario_names_the_schema_that_lies_beside_its_base(tmp_path: Path) -> None:
    say("our_centre", "--base", ROOT / "scenarios" / "baseline.yaml", "--folder", tmp_path, "--yes", of=new)
    first = (tmp_path / "our_centre.yaml").read_text().splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (tmp_path / named).resolve() == ROOT / "schemas" / "scenario.json"
