"""Real processes: killed at any moment, and several at work in one folder."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

NELM = [sys.executable, "-c", "from sim.cli import main; main()"]
QUICK = """
import sys
from sim.report import figures

def draw(measures, folder, titles):
    folder.mkdir()
    (folder / "waits.png").write_text("a picture")
    return [folder / "waits.png"]

figures.draw_all = draw
from sim.cli import main
main()
"""


def words(baseline, settings, output: Path, workers: int = 1) -> list[str]:
    changes = [word for setting in settings for word in ("--set", setting)]
    return [str(baseline), *changes, "--replications", "2", "--output", str(output), "--workers", str(workers)]


def start(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def quick(*command: str) -> subprocess.Popen[str]:
    return start(sys.executable, "-c", QUICK, *command)


@pytest.fixture(scope="module")
def undisturbed(baseline, settings, tmp_path_factory, bytes_of):
    """What a run leaves that nobody disturbs, and the seconds it takes."""
    output = tmp_path_factory.mktemp("undisturbed")
    begun = time.monotonic()
    process = quick("run", *words(baseline, settings, output), "--quiet")
    assert process.communicate() == ("", "")
    return bytes_of(output), time.monotonic() - begun


def test_a_run_that_is_killed_over_and_over_comes_to_the_same_in_the_end(
    baseline, settings, undisturbed, tmp_path, bytes_of
):
    right, seconds = undisturbed
    luck = random.Random(4)
    for workers in (2, 1, 2):
        process = quick("run", *words(baseline, settings, tmp_path, workers))
        time.sleep(luck.uniform(0.3, 1) * seconds)
        process.kill()
        process.communicate()
    again = quick("run", *words(baseline, settings, tmp_path))
    _, err = again.communicate()
    assert again.returncode == 0, err
    assert "damaged" not in err
    assert bytes_of(tmp_path) == right
    assert list(tmp_path.rglob(".*")) == []


def test_a_run_and_a_comparison_into_one_folder_at_once_agree(baseline, settings, undisturbed, tmp_path, bytes_of):
    other = tmp_path / "other.yaml"
    other.write_text(
        "kind: scenario\nscenario: other\nquestion: What does a second board do?\n"
        f"based_on: {os.path.relpath(baseline, tmp_path)}\nchange:\n  resources.board.sittings.weekly.rooms: 2\n"
    )
    store = tmp_path / "store"
    its = words(baseline, settings, store)
    processes = [
        quick("run", *its, "--quiet"),
        quick("compare", str(baseline), str(other), *its[1:], "--quiet"),
    ]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert err == ""
    kept = {name: content for name, content in bytes_of(store).items() if name.startswith("baseline/")}
    assert kept == undisturbed[0]
    assert len(list(store.glob("other/*/replications/*"))) == 2
    assert list(store.rglob(".*")) == []


def test_a_full_disk_and_an_unwritable_folder_end_as_documented(baseline, settings, tmp_path):
    limited = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (30_000, r.RLIM_INFINITY))\n" + QUICK
    full = start(sys.executable, "-c", limited, "run", *words(baseline, settings, tmp_path / "full"))
    (tmp_path / "file").write_text("I am a file")
    no_folder = quick("run", *words(baseline, settings, tmp_path / "file" / "outputs"))
    for process, code, told in ((full, 3, "file too large"), (no_folder, 2, "not a directory: file")):
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (code, ""), err
        assert f"a folder that can not be written ({told})" in err
        assert "Traceback" not in err
