"""Folders for results that are not there, can not be made, or are something else."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sim.errors import InputError


def test_folders_that_are_missing_are_made(once, tmp_path):
    assert once(tmp_path / "a" / "b" / "c").numbers == (0,)


@pytest.mark.parametrize("place", ["outputs", "outputs/baseline", "typed", "replications", "pictures", "kpis.csv"])
def test_something_else_where_a_folder_or_a_file_should_be_is_said_by_name(once, tmp_path, place):
    folder = once(tmp_path / "outputs").folder
    elsewhere = tmp_path / "elsewhere"
    target = elsewhere / place
    if place == "kpis.csv":
        target = elsewhere / folder.relative_to(tmp_path) / place
        target.mkdir(parents=True)
    elif "outputs" not in place:
        target = elsewhere / folder.relative_to(tmp_path) / place
        target.parent.mkdir(parents=True)
        target.write_text("I am a file")
    else:
        target.parent.mkdir(parents=True)
        target.write_text("I am a file")
    with pytest.raises(InputError) as error:
        once(elsewhere / "outputs")
    assert "a folder that can not be written (" in str(error.value)
    assert "name another folder with --output" in str(error.value)
    assert target.name in str(error.value)
    assert target.is_dir() == (place == "kpis.csv")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here that nobody can write")
def test_a_folder_in_which_nobody_can_write_is_the_users_to_mend(once):
    with pytest.raises(InputError, match="a folder that can not be written"):
        once(Path("/proc/self/outputs"))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_folder_that_may_not_be_written_is_the_users_to_mend(once, hook, tmp_path, number):
    def refuse():
        raise OSError(number, os.strerror(number))

    with hook.at(1, tmp_path / "outputs", refuse), pytest.raises(InputError, match=os.strerror(number).lower()):
        once(tmp_path / "outputs")
    once(tmp_path / "outputs")
    with hook.at(2, tmp_path / "outputs", refuse), pytest.raises(InputError, match=os.strerror(number).lower()):
        once(tmp_path / "outputs")


def test_a_name_that_is_none_is_refused(once, tmp_path):
    for name in ("", "a\0b", tmp_path / ("x" * 300)):
        with pytest.raises(InputError):
            once(name)
