"""What a run will ask for is told from what was run before, and else from its size."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import read_scenario
from sim.estimate import Estimate, estimate, in_words, rows, size_in_words, time_in_words
from sim.record import digests_of, made_with
from sim.running import simulate
from sim.store import Store, results_folder

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=10 days", "run.measured=60 days", "run.follow_up=10 days", "arrivals.rate=60 per year")


@pytest.fixture(scope="module")
def small():
    return read_scenario(str(BASELINE), SMALL)


@pytest.fixture(scope="module")
def finished(small):
    return simulate(small, 0)


def keep(root, scenario, finished, seconds: float, logs: bool = True) -> None:
    folder = results_folder(root, scenario.scenario, digests_of(scenario)["result"])
    (folder / "resolved.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
    Store(folder).save(finished, made_with("reference"), seconds, log="full" if logs else "none")


def test_without_earlier_runs_the_time_goes_by_size_and_is_called_a_guess(small, tmp_path):
    one, ten = (estimate([small], number, tmp_path, workers=1) for number in (1, 10))
    assert ten.seconds == pytest.approx(10 * one.seconds)
    assert ten.disk == pytest.approx(10 * one.disk)
    assert ten.memory == one.memory
    assert ten.learned == 0
    assert "guessed by size" in in_words(ten)
    longer = estimate([small.change("run.measured", "2 years")], 1, tmp_path, workers=1)
    assert longer.seconds > 5 * one.seconds


def test_what_the_same_scenario_took_is_what_it_will_take(small, finished, tmp_path):
    keep(tmp_path, small, finished, 8.0)
    its = estimate([small], 5, tmp_path, workers=1)
    assert (its.tasks, its.found, its.to_run, its.learned) == (5, 1, 4, 1)
    assert its.seconds == pytest.approx(32.0)
    assert its.at_least < 32 < its.at_most


def test_what_a_variant_took_is_scaled_by_the_size_of_the_work(small, finished, tmp_path):
    keep(tmp_path, small, finished, 8.0)
    wider = small.change("resources.ward.capacity", 25)
    assert estimate([wider], 1, tmp_path, workers=1).seconds == pytest.approx(8.0)
    longer = small.change("run.measured", "120 days")
    assert 8.0 < estimate([longer], 1, tmp_path, workers=1).seconds < 20.0


def test_figures_only_do_for_a_sweep_and_not_for_a_run(small, finished, tmp_path):
    keep(tmp_path, small, finished, 8.0, logs=False)
    assert estimate([small], 1, tmp_path, logs=False).found == 1
    assert estimate([small], 1, tmp_path, logs=True).found == 0
    assert estimate([small], 1, tmp_path, logs=False, force=True).to_run == 1


def test_equal_scenarios_are_counted_once(small, tmp_path):
    same = small.change("run.measured", "1440 hours")
    assert estimate([small, same], 3, tmp_path).tasks == 3


def test_looking_ahead_writes_nothing(small, tmp_path):
    estimate([small], 2, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_size_of_the_logs_is_about_right(small):
    longer = small.change("run.measured", "2 years")
    finished = simulate(longer, 0)
    own, other = rows(longer)
    assert own / 3 < len(finished.log.events) < own * 3
    assert other / 2 < len(finished.log.resources) < other * 2


def test_nothing_to_run_is_said_in_one_line():
    its = Estimate(8, 8, 0, 0, 0.0, 0.0, 0.0, 8, 0.0, 0.0)
    assert in_words(its) == "8 replications: 8 in the store, 0 to run"


@given(st.floats(0, 1e7), st.floats(1, 3))
def test_a_longer_time_never_sounds_shorter(seconds, factor):
    worth = {"second": 1, "seconds": 1, "minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}
    said = [time_in_words(its).split() for its in (seconds, seconds * factor)]
    short, long = (float(number) * worth[unit] for number, unit in said)
    assert short <= long


def test_sizes_are_told_in_the_unit_that_fits():
    assert [size_in_words(size) for size in (1e6, 999e6, 1e9)] == ["1 MB", "999 MB", "1.0 GB"]
