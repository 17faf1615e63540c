"""What README.md and docs/ tell a reader to type works, and what they point at is there."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("outputs/*.md"),
        *ROOT.glob("scenarios/*.md"),
    )
)
Blocks = Callable[[str, str], Iterator[str]]


def _text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


TO_FOLLOW = [page for page in PAGES if re.search(r"^```(console|python)$|^    \$ ", _text(page), re.MULTILINE)]


@pytest.mark.parametrize("page", TO_FOLLOW)
def test_a_reader_who_follows_a_page_to_the_letter_meets_no_error(page: str, reader: Any) -> None:
    reader.follow(page)


def test_a_reader_is_told_when_a_command_of_a_page_fails(reader: Any) -> None:
    with pytest.raises(AssertionError, match="no_such"):
        reader.type(["nelm check scenarios/no_such.yaml", "true"])


def test_a_run_of_a_page_is_shortened_and_keeps_its_own_settings(reader: Any) -> None:
    (command,) = reader.typed('$ nelm run a.yaml --set "run.start=2020-01-01"\nanswer\n')
    assert command.count("run.start") == 1
    assert "--replications 1" in command


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_make_on_a_page_is_run_by_the_gate(page: str, blocks: Blocks) -> None:
    asked = {target for text in blocks(page, "console") for target in re.findall(r"^\$ make (\w+)", text, re.MULTILINE)}
    gate = set(re.findall(r"\bmake (?:--\S+ )?(\w+)", _text(".ci/run")))
    assert asked <= gate


def test_the_commands_of_make_that_the_readme_names_exist() -> None:
    targets = set(re.findall(r"`make (\w+)", _text("README.md") + _text("CONTRIBUTING.md"))) | {"run", "test"}
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", _text(page))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_module_and_data_file_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"`((?:sim|docs|tests|scenarios)/[\w./-]+\.(?:py|yaml|md))`", _text(page)))
    examples = set(re.findall(r"(?:Save it as|<!-- file:|Write this into) `?(scenarios/\w+\.yaml)", _text(page)))
    refused = set(re.findall(r"`(sim/_?run\.py)`", _text("docs/decisions/0003-running-room.md")))
    assert {name for name in named - examples - refused if not (ROOT / name).exists()} == set()


def test_the_readme_lists_the_shipped_scenarios_and_no_others() -> None:
    table = _text("README.md").split("## The shipped scenarios")[1].split("##")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    files = (ROOT / "scenarios").glob("*.yaml")
    assert named == {path.stem for path in files if yaml.safe_load(path.read_text("utf-8"))["kind"] == "scenario"}


def test_the_scenario_of_the_readme_changes_what_its_question_says(blocks: Blocks) -> None:
    (text,) = blocks("README.md", "yaml")
    assert yaml.safe_load(text)["change"].keys() == {"resources.ir_list.sittings.friday"}


def test_every_picture_shown_is_small() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert {picture.name for picture in pictures if picture.stat().st_size > 150_000} == set()


def test_every_dependency_has_a_reason_and_a_pinned_version() -> None:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    wanted = [
        re.split(r"[<>=;\s]", line)[0] for line in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    ]
    pins = {line.split("==")[0].lower() for line in _text("constraints.txt").split()}
    reasons = _text("docs/dependencies.md")
    assert [name for name in wanted if name.lower() not in pins] == []
    assert [name for name in wanted if f"`{name}`" not in reasons] == []


def test_the_pins_are_versions_and_no_addresses() -> None:
    assert [line for line in _text("constraints.txt").splitlines() if not re.fullmatch(r"[\w.-]+==[\w.+]+", line)] == []


def test_every_decision_is_listed_and_says_what_would_change_it() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = re.findall(r"\]\((0[\w-]+\.md)\)", _text("docs/decisions/README.md"))
    assert [path.name for path in decisions] == listed
    for path in decisions:
        text = path.read_text("utf-8")
        assert [part for part in ("Chosen.", "Refused", "Would change our mind:") if f"**{part}" not in text] == []
