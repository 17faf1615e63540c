"""What the tests of schemas share: validators of the code's own schemas, and of a world with other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from sim.reading import compose_file
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario
from sim.schema import schema
from sim.schema.vocabulary import Vocabulary, shipped

ROOT = Path(__file__).parents[2]
Wrong = Callable[..., tuple[str, str] | None]


@pytest.fixture(scope="session")
def baseline() -> Scenario:
    """The scenario whose paths the shipped schema offers."""
    return read_scenario(ROOT / "scenarios" / "baseline.yaml", known=clinic_known())


@pytest.fixture(scope="session")
def small_world() -> Vocabulary:
    """The world of the wrong files: two resources, two rows, one number, four sources."""
    names = shipped()
    return replace(
        names,
        resources={"ct": "list", "ward": "place"},
        treatments=("resection", "prrt", "tace", "tae", "sunitinib", "everolimus"),
        rows={"resection": "", "prrt": ""},
        sources=dict.fromkeys(("NENTB22", "PENN", "ABLE20", "BAKER21"), ""),
        evidence={"delay_pancreas": names.evidence["delay_pancreas.median"]},
    )


@pytest.fixture(scope="session")
def wrong(small_world: Vocabulary) -> Wrong:
    """`wrong("scenario", data)`: where the best of the mistakes is and what is said of it; None if there is none."""

    @cache
    def validator(kind: str) -> Draft7Validator:
        return Draft7Validator(schema(kind, names=shipped() if kind == "board" else small_world))

    def mistake(kind: str, data: Any) -> tuple[str, str] | None:
        found = best_match(validator(kind).iter_errors(data))
        if found is None:
            return None
        return ".".join(map(str, found.absolute_path)), str(found.schema.get("errorMessage", found.message))

    return mistake


@pytest.fixture(scope="session")
def small(small_world: Vocabulary) -> Callable[[], dict[str, Any]]:
    """The small scenario that the wrong ones are modelled on, anew each time."""
    node, _, _ = compose_file(ROOT / "tests" / "scenario" / "wrong" / "small.yaml")
    return lambda: dict(node.plain())
