"""Every number the model reads has limits, and at both of them a hospital can be run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sim.evidence import read_evidence
from sim.evidence.amounts import LIMITS, Kind

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "limits.py"
EVERY, PARTS = 23, 4  # of about 770 runs every 23rd is made here, in four parts; the program makes them all


@pytest.fixture(scope="module")
def limits() -> ModuleType:
    """The program that runs all of them, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("limits", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_number_the_model_reads_is_without_limits_of_its_own_or_its_kind():
    unlimited = LIMITS[Kind.NUMBER][1]
    for name, amount in read_evidence().amounts.items():
        low, high = amount.within
        assert 0 <= low <= amount.number <= high < unlimited, name


@pytest.mark.parametrize("part", range(PARTS))
def test_at_its_limits_no_number_ends_or_hangs_a_run(limits: ModuleType, part: int) -> None:
    said = [limits.outcome(case, "60 days") for case in limits.cases()[part * EVERY :: PARTS * EVERY]]
    assert [line for line in said if line] == []


def test_a_number_at_its_limit_moves_what_has_to_move_with_it(limits: ModuleType) -> None:
    assert limits.overrides("recist.growth", 1.0) == {"recist.growth": "1.0"}
    assert limits.overrides("age.lowest", 100.0) == {"age.lowest": "100.0", "age.highest": "100.0"}
    assert limits.overrides("male_share", 0.0) == {"male_share": "0.0"}
    blood = limits.overrides("blood_group.o", 1.0)
    assert set(blood.values()) == {"1.0", "0.0"}
    assert len(blood) == 4


@pytest.mark.parametrize("value", ["new_lesion.rate=1e300 per month", "growth.reference=1e6 per minute"])
def test_what_lies_beyond_is_refused(limits: ModuleType, value: str) -> None:
    name, _, typed = value.partition("=")
    with pytest.raises(ValueError, match="at most"):
        read_evidence().override(name, typed)
    assert name in {name for name, _ in limits.cases()}


def test_a_run_that_fails_or_hangs_is_told(limits: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(scenario: object, number: int) -> None:
        raise TimeoutError("not finished")

    monkeypatch.setattr(limits, "simulate", late)
    assert "not finished" in limits.outcome(("growth.sigma", 0.0), "1 day")
