"""Both engines on what is shipped: the same logs, and a difference is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import read_scenario
from sim.experiments.verify import verified

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = sorted(file for file in SCENARIOS.glob("*.yaml") if "\nkind: sweep\n" not in file.read_text("utf-8"))
BRIEF = ("run.start=2025-07-01", "run.warm_up=0 days", "run.measured=2 years", "run.follow_up=1 year")


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_both_engines_write_the_same_log_of_a_shipped_scenario(file: Path):
    found = verified(read_scenario(str(file), BRIEF))
    assert found.difference == ""
    assert found.events > 1000
    assert found.resources > 5000
