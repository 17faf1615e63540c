"""A replication is there whole or not at all, and what was tampered with is not taken for good."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from sim import store as store_module
from sim.errors import InputError, RunError
from sim.measures import COLUMNS
from sim.store import Store, results_folder, write_aside


@pytest.fixture
def told():
    return []


@pytest.fixture
def store(tmp_path, told):
    return Store(tmp_path, told.append)


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(".")]


def test_what_was_saved_is_loaded_as_it_was(store, replication, made_with):
    saved = replication(number=7)
    store.save(saved, made_with, seconds=1.234)
    loaded = store.load(7)
    assert loaded is not None
    assert loaded.log.digest() == saved.log.digest()
    pd.testing.assert_frame_equal(loaded.patients, saved.patients)
    assert loaded.measures.tables().keys() == saved.measures.tables().keys()
    told = store.told(7)
    assert (told["log"], told["made_with"], told["seconds"]) == (saved.log.digest(), made_with, 1.23)


def test_what_was_never_saved_is_not_there(store):
    assert not store.has(0)
    assert store.load(0) is None


def test_equal_replications_are_equal_bytes(tmp_path, replication, made_with):
    for name in ("a", "b"):
        Store(tmp_path / name).save(replication(), made_with)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == len(COLUMNS) + len(("events", "resources", "patients", "done"))
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


def truncate(place):
    (place / "events.parquet").write_bytes((place / "events.parquet").read_bytes()[:-20])


def edit(place):
    content = bytearray((place / "kpis.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (place / "kpis.parquet").write_bytes(content)


def remove(place):
    (place / "patients.parquet").unlink()


def remove_the_note(place):
    (place / "done.json").unlink()


def half_a_note(place):
    (place / "done.json").write_text((place / "done.json").read_text()[:50])


def another_digest(place):
    done = json.loads((place / "done.json").read_text())
    (place / "done.json").write_text(json.dumps(done | {"log": "0" * 64}))


def another_number(place):
    place.rename(place.with_name("0001"))


def no_files_named(place):
    done = json.loads((place / "done.json").read_text())
    (place / "done.json").write_text(json.dumps(done | {"files": {}}))


def not_even_a_mapping(place):
    (place / "done.json").write_text("[]")


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        edit,
        remove,
        remove_the_note,
        half_a_note,
        another_digest,
        another_number,
        no_files_named,
        not_even_a_mapping,
    ],
)
def test_one_that_is_damaged_is_set_aside_and_said_so(store, told, replication, made_with, damage):
    store.save(replication(), made_with)
    damage(store.place(0))
    number = 1 if damage is another_number else 0
    assert not store.has(number)
    (away,) = store.folder.glob("replications/*.damaged-*")
    assert told == [f"replication {number} was damaged; it is set aside as {away}"]
    store.save(replication(number), made_with)
    assert store.has(number)


def test_a_file_in_place_of_a_replication_is_set_aside(store, told):
    store.place(0).parent.mkdir()
    store.place(0).write_text("?")
    assert not store.has(0)
    assert len(told) == 1


def test_of_many_who_save_the_same_at_once_one_stays_and_none_fails(tmp_path, told, replication, made_with):
    same = replication(patients=200)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: Store(tmp_path, told.append).save(same, made_with), range(16)))
    assert Store(tmp_path, told.append).has(0)
    assert [path.name for path in (tmp_path / "replications").iterdir()] == ["0000"]
    assert told == []


@pytest.mark.parametrize("again", [False, True])
def test_one_that_comes_out_otherwise_is_told(store, told, replication, made_with, again):
    store.save(replication(patients=3), made_with)
    store.save(replication(patients=4), made_with, again=again)
    assert len(told) == 1
    assert "came out otherwise" in told[0]
    assert store.told(0)["log"] == replication(patients=4 if again else 3).log.digest()


def test_one_that_is_run_again_and_comes_out_the_same_is_not_worth_a_word(store, told, replication, made_with):
    store.save(replication(), made_with, seconds=1.0)
    store.save(replication(), made_with, seconds=2.0, again=True)
    assert told == []
    assert store.told(0)["seconds"] == 2.0
    assert hidden(store.folder) == []


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_and_leaves_nothing_half_written(store, replication, made_with, monkeypatch):
    monkeypatch.setattr(pd.DataFrame, "to_parquet", full_disk)
    with pytest.raises(RunError) as error:
        store.save(replication(), made_with)
    assert str(error.value) == (
        f"{store.folder}\n"
        "  found:    a folder that can not be written (no space left on device)\n"
        "  expected: a folder for results\n"
        "  to do:    free some space, or name another folder with --output; what was finished is kept, and the same "
        "command goes on from there"
    )
    assert list(store.folder.rglob("*")) == [store.folder / "replications"]


def test_the_old_file_stays_where_the_new_one_can_not_be_written(tmp_path):
    path = tmp_path / "kpis.csv"
    path.write_text("old")
    with pytest.raises(RunError, match="no space left"):
        write_aside(path, full_disk)
    assert path.read_text() == "old"
    assert hidden(tmp_path) == []


def test_what_a_link_points_to_is_written_and_the_link_stays(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "there" / "kpis.csv")
    for text in ("new", "newer"):
        write_aside(link, lambda path, text=text: path.write_text(text))
        assert link.is_symlink()
        assert (tmp_path / "there" / "kpis.csv").read_text() == text
    assert hidden(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_what_is_no_ordinary_file_is_written_into_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_aside(pipe, lambda path: path.write_text(f"written as {path.suffix}"))
    assert os.read(reader, 100) == b"written as .csv"
    os.close(reader)
    assert pipe.is_fifo()
    assert hidden(tmp_path) == []


def test_a_single_file_that_can_not_be_written_is_not_called_a_folder(tmp_path):
    with pytest.raises(InputError) as error:
        write_aside(tmp_path / "no" / "page.html", lambda path: path.write_text("x"), "--page")
    assert str(error.value).splitlines()[1:] == [
        "  found:    a file that can not be written (no such file or directory)",
        "  expected: a file that can be written",
        "  to do:    name another file with --page",
    ]


def test_a_file_where_the_folder_should_be_is_said(tmp_path):
    (tmp_path / "outputs").write_text("I am a file")
    with pytest.raises(InputError, match="a folder that can not be written"):
        results_folder(tmp_path / "outputs", "baseline", "0" * 64)


HOLD = """
import sys, time
from pathlib import Path
from sim.store import folder_aside, write_aside
place = Path(sys.argv[1])
with folder_aside(place / ".0001.theirs") as aside:
    (aside / "events.parquet").touch()
    write_aside(place / "kpis.parquet", lambda path: print("holding", flush=True) or time.sleep(60))
"""


def test_what_another_process_is_writing_is_left_alone_and_goes_when_that_process_has_been_killed(store):
    place = store.folder / "replications"
    place.mkdir()
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(place)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    other.stdout.readline()
    (place / f".0000.{store.mark}").mkdir()
    (place / ".0002.gone").mkdir()
    store.sweep()
    left = sorted(path.name.partition(".parquet")[0] for path in place.iterdir())
    assert left == [".0001.theirs", ".kpis"]
    os.kill(other.pid, 9)
    other.communicate()
    store.sweep()
    assert list(place.iterdir()) == []


def test_one_that_can_not_be_put_in_the_place_of_another_leaves_it_there(store, replication, made_with, monkeypatch):
    store.save(replication(), made_with, seconds=1.0)
    rename = Path.rename

    def fail(path, target):
        if path.name == f".0000.{store.mark}":
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(RunError, match="see to the disk"):
            store.save(replication(), made_with, seconds=2.0, again=True)
    assert store.has(0)
    assert store.told(0)["seconds"] == 1.0
    assert hidden(store.folder) == []


def test_what_goes_away_while_it_is_read_is_said_plainly(store, replication, made_with):
    store.save(replication(), made_with)
    (store.place(0) / "waits.parquet").unlink()
    with pytest.raises(RunError, match=r"replication 0 in .* was whole and can not be read any more"):
        store.measures(0)


def test_the_digest_of_the_code_counts_medicine_and_evidence_but_not_how_results_are_shown():
    package = Path(store_module.__file__).parent
    files = [file for file in package.rglob("*.py") if file.relative_to(package).parts[0] in store_module._NOT_RESULTS]
    assert {"cli.py", "answer.py", "batch.py"} <= {file.name for file in files}
    assert not {"disease.py", "reference.py", "kpis.py", "read.py", "running.py"} & {file.name for file in files}
