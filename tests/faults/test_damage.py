"""Files that were truncated, edited or removed are noticed, said in one line, and made anew."""

from __future__ import annotations

import shutil
from itertools import cycle

import pytest

from sim.store import Store


@pytest.fixture
def whole(once, tmp_path):
    return once(tmp_path / "whole").folder


def emptied(content: bytes) -> bytes:
    return b""


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def shortened(content: bytes) -> bytes:
    return content[:-3]


def flipped(content: bytes) -> bytes:
    at = len(content) // 3
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def longer(content: bytes) -> bytes:
    return content + b"\0"


DAMAGE = (emptied, halved, shortened, flipped, longer)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_replication_with_any_file_damaged_is_not_whole(whole, damage):
    store = Store(whole, lambda sentence: None)
    files = list(store.place(0).iterdir())
    assert len(files) > 12
    assert store.whole(0)
    for file in files:
        content = file.read_bytes()
        file.write_bytes(damage(content))
        assert store.whole(0) is None, file.name
        file.write_bytes(content)
    assert store.whole(0)


def test_a_run_notices_any_damaged_file_says_so_in_one_line_and_comes_out_the_same(
    once, whole, tmp_path, bytes_of, listener
):
    right = bytes_of(whole)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    assert {"kpis.csv", "summary.csv", "resolved.yaml", "record.json"} <= {file.name for file in files}
    for file, damage in zip(files, cycle(DAMAGE), strict=False):
        shutil.copytree(whole.parents[1], tmp_path / "damaged")
        place = tmp_path / "damaged" / whole.relative_to(whole.parents[1])
        (place / file).write_bytes(damage((place / file).read_bytes()))
        listener.warned.clear()
        assert bytes_of(once(tmp_path / "damaged", listener).folder) == right, file
        if file.parts[0] != "typed":  # which nobody reads
            (told,) = listener.warned
            assert ("was damaged; it is set aside" if file.parts[0] == "replications" else "had been changed") in told
        shutil.rmtree(tmp_path / "damaged")


def test_a_run_makes_whatever_was_removed(once, whole, bytes_of, listener):
    right = bytes_of(whole)
    for file in sorted(path for path in whole.rglob("*") if path.is_file() and "replications" not in path.parts):
        file.unlink()
        assert bytes_of(once(whole.parents[1], listener).folder) == right, file
    assert all("had been changed" in sentence for sentence in listener.warned)
    (whole / "replications" / "0000" / "waits.parquet").unlink()
    assert bytes_of(once(whole.parents[1], listener).folder) == right
    assert "replication 0 was damaged" in listener.warned[-1]


def test_tables_of_a_run_that_was_broken_off_before_its_record_are_not_called_changed(once, whole, listener):
    (whole / "record.json").unlink()
    once(whole.parents[1], listener)
    assert listener.warned == []
