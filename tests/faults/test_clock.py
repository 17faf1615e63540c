"""What the clock says decides nothing: it may stand still, run backwards, or be wrong by years."""

from __future__ import annotations

import os
import time

import pytest

from sim.store import Store, folder_aside


@pytest.fixture
def confused(monkeypatch):
    """Each look at the clock is an hour earlier than the one before."""
    hours = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 1e9 - 3600 * next(hours))
    monkeypatch.setattr(time, "time_ns", lambda: int(1e18) - 3600 * 10**9 * next(hours))


@pytest.mark.usefixtures("confused")
def test_a_clock_that_runs_backwards_changes_nothing(once, tmp_path, bytes_of, listener):
    first = bytes_of(once(tmp_path / "one", listener).folder)
    assert bytes_of(once(tmp_path / "two", listener).folder) == first
    assert bytes_of(once(tmp_path / "one", listener).folder) == first
    assert listener.warned == []
    assert listener.said[-1].startswith("found 1 of 1 replication")


@pytest.mark.parametrize("year", [1970, 2100])
def test_files_from_the_past_or_the_future_are_what_their_content_is(once, tmp_path, listener, year):
    folder = once(tmp_path).folder
    then = (year - 1970) * 365.25 * 86400
    for path in folder.rglob("*"):
        os.utime(path, (then, then))
    again = once(tmp_path, listener)
    assert listener.said == [f"found 1 of 1 replication in {again.folder}; nothing to run (--force runs them again)"]
    assert listener.warned == []


def test_what_is_being_written_is_not_taken_for_left_behind_though_it_be_years_old(tmp_path):
    (tmp_path / "replications").mkdir()
    with folder_aside(tmp_path / "replications" / ".0000.theirs") as aside:
        os.utime(aside, (0, 0))
        Store(tmp_path).sweep()
        assert aside.exists()
