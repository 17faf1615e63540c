"""`nelm compare`: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.batch import Run, Stopped
from sim.commands.compare import compare
from sim.errors import InputError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = ("run.warm_up=30 days", "run.measured=1 year", "run.follow_up=180 days", "arrivals.rate=60 per year")
SETS = [part for setting in SMALL for part in ("--set", setting)]
BOTH = [str(SCENARIOS / f"{name}.yaml") for name in ("baseline", "delay_13_months")]


@pytest.fixture(autouse=True)
def _no_pictures(request, monkeypatch):
    """They take longer than all the rest; one test has those of the comparison."""
    monkeypatch.setattr("sim.batch.drawn", lambda *rest: [])
    if "page" not in request.function.__name__:
        monkeypatch.setattr("sim.experiments.compare.Comparison.plot", lambda its: {})


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return str(tmp_path_factory.mktemp("outputs"))


@pytest.fixture
def command(output):
    def ask(*arguments):
        sizes = ["--replications", "2", "--workers", "1", "--output", output]
        return CliRunner().invoke(compare, [*arguments, *SETS, *sizes])

    return ask


def test_the_answer_says_what_is_compared_what_differs_what_does_not_and_where_the_page_lies(command):
    done = command(*BOTH)
    assert done.exit_code == 0, done.output
    words = " ".join(done.stdout.split())
    assert "delay_13_months against baseline: 2 replications" in words
    assert "too few to call anything a difference, which takes 5 (--replications 5)" in words
    assert words.count("too few") == 1
    assert "Referral to board decision, median:" in words
    assert "the same patients under both" in words
    page = Path(done.stdout.rsplit("Page", 1)[1].strip())
    assert page.name == "index.html"
    assert page.exists()


def test_json_is_the_answer_and_nothing_else(command):
    data = json.loads(command(*BOTH, "--json").stdout)
    assert data["reference"] == "baseline"
    assert [its["name"] for its in data["scenarios"]] == ["baseline", "delay_13_months"]
    assert {row["verdict"] for row in data["differences"]} >= {"too few replications", "identical"}
    assert all(row["sentence"] for row in data["differences"])
    assert Path(data["folder"]).is_dir()


def test_quiet_prints_nothing(command):
    done = command(*BOTH, "--quiet")
    assert (done.exit_code, done.output) == (0, "")


def test_a_patient_is_shown_side_by_side_instead(command):
    done = command(*BOTH, "--patient", "4", "--replication", "1")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Patient 4 of replication 1: grade ")
    assert "arrived" in done.stdout
    data = json.loads(command(*BOTH, "--patient", "4", "--replication", "1", "--json").stdout)
    journey = data["journeys"][0]
    assert journey["scenarios"] == ["baseline", "delay_13_months"]
    assert journey["events"]["baseline"][0]["event"] == "arrived"


def test_a_patient_that_is_not_there_is_wrong_input_and_the_range_is_told(command):
    done = command(*BOTH, "--patient", "1204")
    assert isinstance(done.exception, InputError)
    assert done.exception.exit_code == 2
    assert "a patient of replication 0, 0 to " in str(done.exception)


def test_looking_at_one_figure_only_tests_that_one(command):
    done = command(*BOTH, "--kpi", "wait.pet.median[own]", "--json")
    rows = json.loads(done.stdout)["differences"]
    assert [(row["kpi"], row["group"]) for row in rows] == [("wait.pet.median", "own")]


def test_one_file_alone_is_a_usage_error(command):
    done = command(BOTH[0])
    assert done.exit_code == 2
    assert "the reference first; `nelm run` runs one" in done.stderr


def test_a_replication_without_a_patient_is_a_usage_error(command):
    done = command(*BOTH, "--replication", "1")
    assert done.exit_code == 2
    assert "--replication goes with --patient" in done.stderr


def test_all_mistakes_of_all_files_are_told_at_once(command, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(f"kind: scenario\nscenario: {name}\nbased_on: nowhere.yaml\n")
    done = command(str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml"))
    assert isinstance(done.exception, InputError)
    assert {Path(problem.file).name for problem in done.exception.problems} >= {"one.yaml", "two.yaml"}


def test_a_run_that_is_stopped_ends_with_130_and_says_how_to_go_on(command, monkeypatch):
    def stop(scenario, *_, **__):
        raise Stopped(Run(Path(), scenario, (0,), None, None, {}, (), True))

    monkeypatch.setattr("sim.experiments.compare.run", stop)
    done = command(*BOTH)
    assert done.exit_code == 130
    assert "the same command goes on from there" in done.stderr
