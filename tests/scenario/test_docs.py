"""The reference of the scenario file names every key, and its examples are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from sim.reading import parse_yaml
from sim.running import clinic_known
from sim.scenario import Scenario, model, read_scenario
from sim.scenario.check import CLINIC_ASKS_FOR
from sim.scenario.parts import Part

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
CHANGES = [example for example in EXAMPLES if example.startswith("change:")]


def _parts(of: type[Part] = Part) -> Iterator[type[Part]]:
    for part in of.__subclasses__():
        yield part
        yield from _parts(part)


def _keys() -> Iterator[str]:
    for part in _parts():
        yield from (field.alias or name for name, field in part.model_fields.items())


@pytest.mark.parametrize("key", sorted({*_keys(), *CLINIC_ASKS_FOR}))
def test_every_key_of_a_scenario_is_explained(key: str) -> None:
    assert re.search(rf"[`.{{ ]{key}[`:.]", TEXT)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_is_listed(path: Path) -> None:
    assert f"`{path.stem}`" in TEXT.split("## The shipped scenarios")[1]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_is_yaml_that_is_read(number: int) -> None:
    assert parse_yaml(EXAMPLES[number]).plain()


def test_the_first_scenario_of_ones_own_is_sound(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_bytes((ROOT / "scenarios" / "baseline.yaml").read_bytes())
    path = tmp_path / "longer_ir_lists.yaml"
    path.write_text(EXAMPLES[0], encoding="utf-8")
    assert read_scenario(path).scenario == "longer_ir_lists"


def _over_the_baseline(example: str, folder: Path) -> Scenario:
    (folder / "baseline.yaml").write_bytes((ROOT / "scenarios" / "baseline.yaml").read_bytes())
    path = folder / "b.yaml"
    path.write_text(f"kind: scenario\nscenario: b\nquestion: Can they?\nbased_on: baseline.yaml\n{example}")
    return read_scenario(path, known=clinic_known())


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_every_example_of_a_change_can_be_made_and_means_something(number: int, tmp_path: Path) -> None:
    nothing = _over_the_baseline("", tmp_path).digest()
    assert _over_the_baseline(CHANGES[number], tmp_path).digest() != nothing


def test_the_changes_of_the_reference_can_be_made(tmp_path: Path) -> None:
    (example,) = (text for text in CHANGES if "remove:" in text)
    ward = _over_the_baseline(example, tmp_path).resources["ward"]
    assert isinstance(ward, model.PlaceResource)
    assert [change.capacity for change in ward.changes] == [18]
    assert [stream.name for stream in ward.competing] == ["after_intensive_care"]


def _defaults(part: type[Any]) -> Iterator[tuple[str, Any]]:
    for name, field in part.model_fields.items():
        if not field.is_required():
            yield field.alias or name, field.default


def test_the_model_describes_every_field_in_words() -> None:
    for part in _parts():
        for name, field in part.model_fields.items():
            assert field.description or name == "kind", (part, name)
    assert dict(_defaults(model.Run)) == {"seed": 1, "replications": 8, "rings": "report"}
    assert get_args(model.Resource)
