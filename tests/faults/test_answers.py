"""An answer that nobody can take down: the disk behind `>` is full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")  # only ever given to a process as its output, never as a file to write


@pytest.mark.skipif(not FULL.is_char_device(), reason="no device here that is always full")
@pytest.mark.parametrize(
    "words",
    [
        ("evidence",),
        ("schema",),
        ("diff", "scenarios/baseline.yaml", "scenarios/second_ir_list.yaml"),
        ("explain", "scenarios/baseline.yaml", "--patient", "grade: G2"),
        ("run", "scenarios/baseline.yaml", "--dry-run"),
    ],
    ids=lambda words: words[0],
)
def test_an_answer_that_can_not_be_written_is_told_and_is_no_error_of_its_own(baseline, words):
    command = [sys.executable, "-c", "from sim.cli import main; main()", *words]
    with FULL.open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=baseline.parents[1], check=False
        )
    assert done.returncode == 3
    assert done.stderr == (
        "the answer could not be written (no space left on device); free some space, or send it elsewhere\n"
    )
    assert FULL.is_char_device()
