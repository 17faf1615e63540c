"""At each thing that is done to a file the disk is full, or the process is killed: nothing half-written is kept."""

from __future__ import annotations

import errno
import os
import resource
import signal
from contextlib import suppress

import pytest

from sim.errors import RunError


def full():
    raise OSError(errno.ENOSPC, "No space left on device")


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def whole(once, tmp_path, bytes_of):
    """What an undisturbed run leaves."""
    return bytes_of(once(tmp_path / "whole").folder)


def test_wherever_the_disk_is_full_it_is_said_and_the_next_run_comes_out_as_if_nothing_had_been(
    once, whole, hook, tmp_path, bytes_of, listener
):
    """What is not a RunError fails the test."""
    number, went_on = 0, 0
    while number == 0 or hook.count >= number:
        number += 1
        output = tmp_path / f"full-{number}"
        with hook.at(number, output, full), suppress(RunError):
            once(output)
            went_on += 1  # it could do without
        steps = hook.count
        assert bytes_of(once(output, listener).folder) == whole, f"after the {number}. thing done to a file"
        assert list(output.rglob(".*")) == []
        hook.count = steps
    assert number > 30
    assert went_on < number / 2
    assert listener.warned == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_wherever_the_process_is_killed_the_next_run_comes_out_as_if_nothing_had_been(
    once, whole, hook, tmp_path, bytes_of, listener
):
    number, ended = 1, 1
    while ended:
        output = tmp_path / f"killed-{number}"
        child = os.fork()
        if not child:
            with hook.at(number, output, killed):
                once(output)
            os._exit(0)
        ended = os.waitpid(child, 0)[1]
        assert ended in (0, signal.SIGKILL)
        assert bytes_of(once(output, listener).folder) == whole, f"killed at the {number}. thing done to a file"
        assert list(output.rglob(".*")) == []
        number += 3  # every third will do: what lies between two of them is one file
    assert number > 30
    assert listener.warned == []


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limits of this kind here")
@pytest.mark.parametrize("most", [0, 200, 3000, 9000, 20_000])
def test_a_file_that_can_only_be_written_in_part_is_not_kept(once, whole, tmp_path, bytes_of, most):
    output = tmp_path / "small"
    output.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with pytest.raises(RunError, match=r"can not be written \(file too large\)"):
            once(output)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert bytes_of(once(output).folder) == whole
