"""Ctrl-C and its like: what was finished is kept, nothing is left behind, and the same command goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import jit

NELM = [sys.executable, "-c", "from sim.cli import main; main()", "run"]
MANY = "300"  # more than are ever finished before the signal comes


def start(baseline, small, output: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*NELM, str(baseline), *small, "--replications", MANY, "--workers", "2", "--output", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | environment,
    )


def wait_for(found, seconds: float = 60) -> None:
    """Until something is there."""
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def nobody_is_left(process: subprocess.Popen[str]) -> bool:
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("to", ["everybody", "the command alone"])
@pytest.mark.usefixtures("quick_pictures")
def test_a_stopped_run_keeps_what_was_finished_and_goes_on_from_there(nelm, baseline, small, tmp_path, to):
    process = start(baseline, small, tmp_path)
    wait_for(lambda: list(tmp_path.glob("baseline/*/replications/0000")))
    if to == "everybody":
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    else:
        process.send_signal(signal.SIGTERM)  # as a batch system does
    out, err = process.communicate(timeout=30)
    kept = list(tmp_path.glob("baseline/*/replications/*"))
    assert process.returncode == 130
    assert err.endswith(
        f"stopped: {len(kept)} of {MANY} replications are done and kept; the same command goes on from there\n"
    )
    assert "Traceback" not in err
    assert f"{len(kept)} replication" in out
    assert 1 <= len(kept) < int(MANY)
    assert list(tmp_path.rglob(".*")) == []
    wait_for(lambda: nobody_is_left(process), 10)
    again = nelm("run", baseline, *small, "--replications", "1", "--output", tmp_path)
    assert "found 1 of 1 replication in" in again.err


@pytest.mark.skipif(not jit.COMPILED, reason="nothing is compiled here")
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_run_can_be_stopped_while_it_compiles(baseline, small, tmp_path, told):
    process = start(baseline, small, tmp_path / "outputs", NELM_CACHE_DIR=str(tmp_path / "cache"))
    assert process.stderr is not None
    assert process.stderr.readline().startswith("compiling clinic and engine")
    time.sleep(1)
    os.killpg(process.pid, told)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == f"stopped: 0 of {MANY} replications are done and kept; the same command goes on from there\n"


@pytest.mark.usefixtures("quick_pictures")
def test_two_runs_at_once_into_one_folder_agree(nelm, baseline, small, tmp_path):
    words = [str(baseline), *small, "--replications", "6", "--workers", "1", "--quiet", "--output", str(tmp_path)]
    other = subprocess.Popen([*NELM, *words], stderr=subprocess.PIPE, text=True)
    said = nelm("run", *words)
    _, err = other.communicate(timeout=60)
    assert (said.code, said.err, other.returncode, err) == (0, "", 0, "")
    assert sorted(path.name for path in tmp_path.glob("baseline/*/replications/*")) == [f"{n:04d}" for n in range(6)]
    assert list(tmp_path.rglob(".*")) == []
