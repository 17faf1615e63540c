"""`nelm run`: the answer, where it lies, and what it says where something is wrong."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sim import batch, engines, running, workers

pytestmark = pytest.mark.usefixtures("quick_pictures")


@pytest.fixture
def run(nelm, baseline, small, tmp_path):
    """`run("--quiet")`: two replications of the small centre, by this process."""
    outputs = ("--workers", "1", "--replications", "2", "--output", tmp_path / "outputs")
    return lambda *words: nelm("run", baseline, *small, *outputs, *words)


def test_the_answer_fits_a_terminal_and_says_where_the_pictures_lie(run, tmp_path):
    said = run()
    assert said.code == 0
    assert said.out.startswith("baseline: What does the pathway look like as it is")
    text, _, places = said.out.partition("\nResults ")
    assert max(map(len, text.splitlines())) <= 100
    (folder,) = (tmp_path / "outputs" / "baseline").iterdir()
    assert places.split() == [str(folder), "Pictures", f"{folder / 'pictures'}:", "waits"]


def test_a_repeated_run_finds_its_result_and_says_the_same(run):
    first, second = run(), run()
    assert second.out == first.out
    assert "found 2 of 2 replications in" in second.err
    assert "found" not in first.err


def test_quiet_prints_nothing(run):
    said = run("--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_json_is_nothing_but_json_with_the_documented_keys(run):
    said = run("--json")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert list(found) == [
        *("format", "scenario", "question", "folder", "stopped", "wanted", "replications", "summary", "warnings"),
        *("pictures", "record"),
    ]
    assert (found["format"], found["stopped"], found["replications"]) == (1, False, [0, 1])
    row = next(row for row in found["summary"] if row["kpi"] == "use.theatre.share" and row["group"] == "all")
    columns = ["kpi", "group", "unit", "mean", "sd", "lower", "upper", "replications", "missing", "note"]
    assert list(row) == [*columns, "year_low", "year_high", "years"]
    assert 0 < row["mean"] <= 1
    assert found["record"] == json.loads((Path(found["folder"]) / "record.json").read_text())


def test_the_seed_can_be_told(run):
    assert json.loads(run("--json", "--seed", "7").out)["record"]["seed"] == 7


def test_warnings_are_written_even_where_it_is_quiet(run, tmp_path):
    run("--quiet")
    (kpis,) = (tmp_path / "outputs").rglob("0001/kpis.parquet")
    kpis.unlink()
    said = run("--quiet")
    assert said.code == 0
    assert said.err.startswith("note: replication 1 was damaged; it is set aside as ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--replications", "0"), "expected: a whole number from 1 to 100000"),
        (("--replications", "many"), "found:    'many'"),
        (("--workers", "0"), "expected: a whole number, 1 or more"),
        (("--seed", "-1"), "found:    '-1'"),
        (("--output", ""), "expected: the name of a folder for results"),
        (("--set", "run.sed=2"), "did you mean 'seed'?"),
        (("--set", "run.seed"), "expected: path=value, such as run.seed=3"),
        (("--set", "run.seed=1:30"), "run.seed"),
        (("--set", "resources.ir_lst.rank=2"), "did you mean 'ir_list'?"),
        (("--seed", "3", "--set", "run.seed=2"), "a second value for it"),
        (("--fast",), "no such option"),
        (("another.yaml",), "more arguments than it takes"),
    ],
)
def test_a_wrong_argument_is_told_and_nothing_is_run(run, tmp_path, words, told):
    said = run(*words)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""
    assert not (tmp_path / "outputs").exists()


def test_a_file_that_is_not_there_or_no_scenario_is_told(nelm, tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text("kind: board\nrows: []\n")
    for file, told in (
        (tmp_path / "none.yaml", "found:    no such file"),
        (tmp_path, "a folder"),
        (board, "a board (kind: board)"),
    ):
        said = nelm("run", file)
        assert said.code == 2
        assert told in said.err
        assert str(file) in said.err


def test_an_output_that_can_not_be_written_is_told(run, tmp_path):
    (tmp_path / "outputs").write_text("I am a file")
    said = run()
    assert said.code == 2
    assert "a folder that can not be written" in said.err
    assert "name another folder with --output" in said.err


def test_a_failing_step_of_care_names_replication_patient_day_and_step(run, monkeypatch):
    def fail(world, patient, step, now):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(running, "advance", fail)
    monkeypatch.setattr(workers, "warm_up", lambda tell, engine="auto": None)
    said = run("--engine", "reference")
    assert said.code == 3
    assert said.err.startswith("replication 0, patient 0, day ")
    assert "at first_symptom: the pathway failed with ZeroDivisionError: by nought" in said.err
    assert "Finished replications are kept. The scenario as run: " in said.err
    assert "Traceback" not in said.err


def test_where_nothing_can_be_compiled_the_simpy_engine_runs_with_one_clear_line(run, tmp_path, monkeypatch):
    for where in (engines, workers):
        monkeypatch.setattr(where, "why_slow", lambda: "numba is not installed")
    said = run()
    assert said.code == 0
    lines = [line for line in said.err.splitlines() if "numba" in line]
    assert lines == [
        "running without compiled code (numba is not installed): the SimPy engine gives the same answer, slowly"
    ]
    (done,) = (tmp_path / "outputs").glob("baseline/*/replications/0000/done.json")
    assert json.loads(done.read_text())["made_with"]["engine"] == "reference"
    refused = run("--engine", "compiled", "--force")
    assert refused.code == 2
    assert "leave --engine out: the SimPy engine gives the same answer, more slowly" in refused.err


def broken(*_):
    raise ValueError("a screw is loose")


def test_an_error_of_the_program_itself_keeps_its_details_with_the_results(run, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "simulate", broken)
    said = run()
    details = tmp_path / "outputs" / "internal-error.txt"
    assert said.code == 3
    assert said.err.endswith(
        "nelm came upon an error of its own, which is not your mistake. Please report it with the scenario and "
        f"these details: {details}\n"
    )
    assert "ValueError: a screw is loose" in details.read_text()


def test_where_the_output_can_not_be_written_the_details_go_elsewhere(run, tmp_path, monkeypatch):
    (tmp_path / "outputs").write_text("I am a file")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(batch, "run", broken)
    said = run()
    assert said.code == 3
    assert f"these details: {tmp_path / 'elsewhere' / 'internal-error.txt'}" in said.err


LITTLE_SPACE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
sys.argv = ["nelm", *sys.argv[1:]]
from sim.cli import main
main()
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limits of this kind here")
@pytest.mark.parametrize("limit", [100, 30_000])
def test_a_disk_that_really_is_full_is_told_and_leaves_nothing_half_written(baseline, small, tmp_path, limit):
    """The first limit stops the run at its first file, the second in the middle of a replication."""
    words = ["run", str(baseline), *small, "--replications", "1", "--output", str(tmp_path / "outputs")]
    start = [sys.executable, "-c", LITTLE_SPACE.format(limit=limit), *words]
    done = subprocess.run(start, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3, done.stderr
    assert "a folder that can not be written (file too large)" in done.stderr
    assert "free some space, or name another folder with --output" in done.stderr
    assert "Traceback" not in done.stderr
    left = [path.name for path in (tmp_path / "outputs").rglob("*") if path.is_file()]
    assert left == ([] if limit == 100 else ["resolved.yaml"])
