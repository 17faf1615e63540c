"""A sweep that is killed over and over comes to the same table, and runs nothing twice."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kills():
    """The shipped program that kills sweeps, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("kills", ROOT / "benchmarks" / "kills.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["kills"] = module  # its data classes look for it there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["kills"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are followed in /proc")
def test_a_sweep_killed_over_and_over_comes_to_the_same_table_and_runs_nothing_twice(kills, tmp_path):
    design = tmp_path / "killed.yaml"
    design.write_text(
        kills.DESIGN.format(scenario=ROOT / "scenarios" / "baseline.yaml", points=5).replace("180 days", "60 days")
    )
    seen = kills.killed(design, tmp_path, kills=5, workers=2, seed=7)
    assert seen.wrong == []
    assert len(seen.at) == seen.kills + 1  # at each kill, and at the end; how many fit in depends on the machine
    assert seen.at == sorted(seen.at)
    assert seen.at[-1] == 20
    assert any(0 < done < 20 for done in seen.at[:-1]), "no kill hit the sweep half-way"


def test_the_pace_is_the_time_to_the_first_replication_and_from_one_to_the_next(kills, tmp_path):
    for number, second in enumerate((1004, 1010, 1005)):
        file = tmp_path / "a" / "b" / "replications" / str(number) / "done.json"
        file.parent.mkdir(parents=True)
        file.touch()
        os.utime(file, (second, second))
    assert kills.pace_of(tmp_path, since=1000.0) == kills.Pace(first=4.0, between=3.0)


def test_the_program_that_kills_notices_what_is_lost_and_what_is_written_again(kills):
    one, other = Path("a/done.json"), Path("b/done.json")
    for after in ({}, {one: (1, 5)}, {one: (2, 1), other: (9, 9)}):
        seen = kills.Findings()
        kills.look({one: (1, 1)}, after, "", seen)
        assert seen.wrong
    seen = kills.Findings()
    kills.look({one: (1, 1)}, {one: (1, 1), other: (9, 9)}, "4 points: found 1 of 8 replications", seen)
    assert (seen.wrong, seen.at) == ([], [2])
    kills.look({one: (1, 1)}, {one: (1, 1)}, "4 points: found 0 of 8 replications", seen)
    assert seen.wrong
