"""What a run or a comparison would take is said without running anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import nelm

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize(
    ("words", "tasks"),
    [(["run", "baseline.yaml"], 8), (["compare", "baseline.yaml", "second_ir_list.yaml"], 16)],
)
def test_a_dry_run_counts_the_replications_and_writes_nothing(words: list[str], tasks: int, tmp_path: Path) -> None:
    command, *files = words
    arguments = [command, *(str(SCENARIOS / file) for file in files), "--output", str(tmp_path / "none"), "--dry-run"]
    told = CliRunner().invoke(nelm, [*arguments, "--json"])
    assert told.exit_code == 0, told.output
    its = json.loads(told.stdout)
    assert (its["tasks"], its["found"], its["to_run"]) == (tasks, 0, tasks)
    assert its["at_least"] < its["seconds"] < its["at_most"]
    assert not (tmp_path / "none").exists()
    assert f"{tasks} replications: 0 in the store, {tasks} to run" in CliRunner().invoke(nelm, arguments).output
