"""Copies of the process: as quick as they are, they change nothing, and nobody notices when one of them fails."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from sim import copies, workers
from sim.batch import run
from sim.copies import side_by_side
from sim.errors import RunError
from sim.report import figures

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is copied here")


@pytest.fixture
def copied(monkeypatch):
    """This process may be copied, on two cores, whatever else the tests have going on in it."""
    monkeypatch.setattr(copies, "may_copy", lambda: True)
    monkeypatch.setattr(workers, "may_copy", lambda: True)
    monkeypatch.setattr(copies, "cores", lambda: 2)


@pytest.fixture(autouse=True)
def quick_pictures(monkeypatch):
    """Pictures have tests of their own."""
    monkeypatch.setattr(figures, "draw_all", lambda measures, folder, titles: folder.mkdir() or [])


def tables_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("replications/*/*.parquet")}


def slowly(value):
    time.sleep(0.05)
    return value


def test_calls_side_by_side_return_what_they_return_one_after_the_other(copied):
    assert side_by_side([partial(slowly, number) for number in range(9)]) == list(range(9))


def test_two_processes_share_the_calls(copied):
    assert len(set(side_by_side([lambda: slowly(os.getpid())] * 9))) == 2


def test_what_a_copy_that_was_ended_has_not_done_is_done_here(copied):
    me = os.getpid()

    def call() -> int:
        if os.getpid() != me:
            os.kill(os.getpid(), signal.SIGKILL)
        return slowly(os.getpid())

    assert side_by_side([call] * 4) == [me] * 4


def test_an_error_is_raised_as_if_there_were_no_copies_and_none_is_left(copied):
    def fails() -> None:
        slowly(None)
        raise OSError(28, "no space left")

    with pytest.raises(OSError, match="no space left"):
        side_by_side([fails] * 4)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_process_is_copied_only_where_it_is_the_commands_own_and_has_no_other_thread(monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert not copies.may_copy()
    with copies.allowed():
        assert copies.may_copy()
        monkeypatch.setattr(threading, "active_count", lambda: 2)
        assert not copies.may_copy()
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert not copies.may_copy()


def test_workers_that_are_copies_change_no_byte(copied, small, once, tmp_path):
    spread = run(small, 4, 2, tmp_path)
    assert tables_of(spread.folder) == tables_of(once.folder) != {}


def test_a_worker_that_is_a_copy_and_is_killed_is_told_with_what_to_do(copied, small, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "simulate", lambda *its: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(RunError, match=r"^a worker process died \(killed by SIGKILL, most likely for want of memory\)"):
        run(small, 2, 2, tmp_path)


def test_what_a_copy_prints_does_not_come_between_its_answers(copied, small, tmp_path, monkeypatch):
    simulate = workers.simulate
    monkeypatch.setattr(workers, "simulate", lambda *its: print("noise", flush=True) or simulate(*its))
    assert run(small, 2, 2, tmp_path).numbers == (0, 1)
