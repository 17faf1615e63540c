"""Finished replications on disk: whole or not there, checked when read, found again when asked for again.

    Store(folder)                  the results of one scenario under one digest
    store.save(replication, ...)   atomic: written aside, then moved into place at once; with its logs or without
    store.load(number)             -> Replication or None; a damaged one is set aside and reported
    store.whole(number)            what was written down about one that is there as it was written
    store.scratch(number)          a folder for what is too large for memory while a replication is made
    results_folder(...)            outputs/<scenario>/<digest>
    write_aside(path, write)       one file, whole or not there
    refuse_no_folder(path, option) a file is written only into a folder that is there
    folder_aside(path)             a folder that is being written

The digest covers everything that can change a result: the resolved scenario (without its words and its number
of replications), the evidence, the board, and the code. So a repeated run finds its result, and a run with
anything changed makes a new one beside it. Nothing half-written is ever taken for good: what is being written
has a name that begins with a dot, and is locked by the process that writes it. What nobody holds any more was left
behind by one that was killed, and is removed; no clock is asked.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, NelmError, Problem, RunError
from sim.log import EventLog
from sim.logfiles import read_log, write_log
from sim.measures import COLUMNS, Measures

if TYPE_CHECKING:
    import pandas as pd

try:
    import fcntl
except ImportError:  # Windows, where nobody can tell who still writes
    fcntl = None  # type: ignore[assignment]

DONE = "done.json"
_FIGURES = frozenset(f"{name}.parquet" for name in COLUMNS)
_LOGS = frozenset({"events.parquet", "resources.parquet", "patients.parquet"})
_NOT_RESULTS = (  # they ask, keep and show; what comes out of a replication does not depend on them
    *("cli.py", "store.py", "batch.py", "workers.py", "copies.py", "record.py", "album.py", "reporter.py"),
    *("results.py", "estimate.py"),
    *("report", "experiments", "commands", "explain"),
)
_NO_SPACE = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_DISK = (*_NO_SPACE, errno.EIO)  # nobody typed anything wrong


@dataclass(frozen=True)
class Replication:
    """What one replication leaves: its logs, its patients, its measures."""

    number: int
    log: EventLog
    patients: Any
    measures: Measures
    whole: bool = True  # False where the log was measured and let go, and has no rows


def _differ(before: Mapping[str, Any], done: Mapping[str, Any]) -> bool:
    """Whether two that should be the same are not: by their logs, or where one has none, by their figures."""
    if before["log"] and done["log"]:
        return bool(before["log"] != done["log"])
    return bool(before["files"]["kpis.parquet"] != done["files"]["kpis.parquet"])


@cache
def code_digest() -> str:
    """Digest of all code and data of the package that can change a result, as it was when first asked."""
    package = Path(__file__).parent
    return digest_of_files(
        package,
        [
            file
            for file in package.rglob("*")
            if file.suffix in (".py", ".yaml") and file.relative_to(package).parts[0] not in _NOT_RESULTS
        ],
    )


def digest_of_files(root: Path, files: list[Path]) -> str:
    """Digest of the names below `root` and the content of files, whatever order they come in."""
    digest = hashlib.sha256()
    for name, file in sorted((file.relative_to(root).as_posix(), file) for file in files):
        digest.update(name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def result_digest(scenario: str, evidence: str, board: str) -> str:
    """One number for all that can change a result.

    scenario, evidence, board    their own digests
    """
    return hashlib.sha256(json.dumps([scenario, evidence, board, code_digest()]).encode()).hexdigest()


def results_folder(output: Path, scenario: str, digest: str) -> Path:
    """Where the results of a scenario lie; made where it is missing.

    InputError if it can not be made or written; RunError if the disk is full.
    """
    folder = output / scenario / digest[:12]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
    except (OSError, ValueError) as error:
        raise unwritable(output, error) from error
    return folder


def unwritable(place: Path, error: Exception, option: str = "--output", what: str = "folder") -> NelmError:
    """What to say of a folder, or of one file, that could not be written.

    option   by which another can be named; '' where that is said otherwise
    what     it is: a folder or a file
    An InputError where another folder was meant, a RunError where the disk is full or fails, which is nobody's typing.
    """
    number = getattr(error, "errno", None)
    reason = (os.strerror(number) if number else str(error)).lower()
    if number in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
        reason += f": {_in_the_way(error, place).name}"
    todo = f"name another {what}" + (f" with {option}" if option else "")
    if number in _DISK:
        mend = "free some space" if number in _NO_SPACE else "see to the disk"
        todo = f"{mend}, or {todo}"
        if option == "--output":
            todo += "; what was finished is kept, and the same command goes on from there"
    found = f"a {what} that can not be written ({reason})"
    expected = "a folder for results" if option == "--output" and what == "folder" else f"a {what} that can be written"
    problem = Problem(str(place), found=found, expected=expected, todo=todo)
    return RunError(str(problem)) if number in _DISK else InputError(problem)


def _in_the_way(error: Exception, place: Path) -> Path:
    """What is a file where a folder should be, or a folder where a file should be."""
    path = Path(getattr(error, "filename2", None) or getattr(error, "filename", None) or place)
    return next((its for its in (path, *path.parents) if its.exists()), path)


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_aside(path: Path, write: Callable[[Path], object], option: str | None = None) -> None:
    """Write a file beside its place and move it there at once, so that nobody ever reads half of it.

    option   by which the user has named this one file; None for one of the files of a folder for results
    What a link points to is written, and the link stays. What is no ordinary file, such as /dev/full or a pipe, is
    written straight into: it can not be replaced by a file.
    `unwritable` if it can not be written; then what was there before is still there.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            _write_through(path, write)
        else:
            _write_whole(Path(os.path.realpath(path)), write)
    except OSError as error:
        raise (unwritable(path.parent, error) if option is None else unwritable(path, error, option, "file")) from error


def _write_whole(place: Path, write: Callable[[Path], object]) -> None:
    aside = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
    try:
        with _held(aside, lambda: aside.touch()):
            write(aside)
            aside.replace(place)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _write_through(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file elsewhere, and then its content into a device or a pipe."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / path.name  # of the same name, since some writers look at how it ends
        write(whole)
        with path.open("wb", buffering=0) as stream:
            stream.write(whole.read_bytes())


def refuse_no_folder(path: Path, option: str) -> None:
    """InputError where the folder of a file that is to be written is not there, before any work is done for it.

    option   by which the file was named
    """
    if path.is_dir() or not path.parent.is_dir():
        found = "a folder" if path.is_dir() else f"no such folder: {path.parent}"
        expected = "a file that can be written, in a folder that is there"
        todo = "name a file" if path.is_dir() else "make the folder first, or name another file"
        raise InputError(Problem(str(path), path=option, found=found, expected=expected, todo=todo))


@contextmanager
def folder_aside(path: Path) -> Iterator[Path]:
    """A folder that is being written; it is removed at the end, unless it was moved to its place by then."""
    try:
        with _held(path, lambda: path.mkdir(parents=True, exist_ok=True)):
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _held(path: Path, make: Callable[[], object]) -> Iterator[None]:
    """Make something, and let nobody take it for left behind until the block is over or the process has ended."""
    make()
    if fcntl is None:
        yield
        return
    while True:
        number = os.open(path, os.O_RDONLY)
        with suppress(OSError):  # a disk that knows no locks; nobody removes anything of others there
            fcntl.flock(number, fcntl.LOCK_SH)
        if path.exists():
            break
        os.close(number)  # somebody took it for left behind in the moment before it was locked
        make()
    try:
        yield
    finally:
        os.close(number)


def _remove_if_left_behind(path: Path) -> None:
    """Remove what a process was writing that is no more. OSError if it is still there, or this can not be removed."""
    if fcntl is None:
        return
    number = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(path)
    finally:
        os.close(number)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def seal(done: Mapping[str, Any]) -> str:
    """Checksum of what is said of a result, so that an edit of the saying itself is seen too."""
    told = {key: value for key, value in done.items() if key != "seal"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class Store:
    """The replications of one scenario under one digest, in one folder.

    folder    as `results_folder` gives it
    tell      called with a sentence when something is not as it should be; else it is a Python warning
    mark      ends the names of what is being written; `sweep` removes what bears it
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] = warnings.warn, mark: str = ""):
        self.folder = folder
        self.tell = tell
        self.mark = mark or uuid.uuid4().hex

    def place(self, number: int) -> Path:
        """The folder of one replication."""
        return self.folder / "replications" / f"{number:04d}"

    def save(
        self,
        replication: Replication,
        made_with: Mapping[str, Any],
        seconds: float = 0.0,
        again: bool = False,
        log: str = "full",
        scenario: str = "",
    ) -> None:
        """Write a replication.

        made_with   versions of what made it, for the record
        seconds     how long it took, for the record
        again       put it in the place of one that is there already
        log         what to keep besides its measures: its logs and patients (`full`), its patients (`summary`), `none`
        scenario    digest of the scenario, so that an edited copy of it beside the results is not taken for it
        Where another process has finished the same one first, that one stays, unless it is without logs and this one
        has them. One that came out otherwise than the one that was there is told. `unwritable` if it can not be
        written; nothing half-written is left.
        """
        place = self.place(replication.number)
        try:
            with folder_aside(place.with_name(f".{place.name}.{self.mark}")) as aside:
                digest = replication.log.digest() if replication.whole else ""
                if log == "full" and replication.whole:
                    write_log(replication.log, aside / "events.parquet", aside / "resources.parquet")
                if log != "none":
                    replication.patients.to_parquet(aside / "patients.parquet", index=False)
                for name, table in replication.measures.tables().items():
                    table.to_parquet(aside / f"{name}.parquet", index=False)
                done: dict[str, Any] = {
                    "replication": replication.number,
                    "log": digest,
                    "made_with": dict(made_with),
                    "seconds": round(seconds, 2),
                    "files": {file.name: checksum(file) for file in sorted(aside.iterdir())},
                } | ({"scenario": scenario} if scenario else {})
                text = json.dumps(done | {"seal": seal(done)}, indent=1, sort_keys=True) + "\n"
                (aside / DONE).write_text(text, encoding="utf-8", newline="\n")
                self._put(aside, place, done, again)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    @contextmanager
    def scratch(self, number: int) -> Iterator[Path]:
        """A folder for what a replication is too large to keep in memory; what is not saved by the end is removed."""
        place = self.place(number)
        try:
            with folder_aside(place.with_name(f".{place.name}.logs.{self.mark}")) as aside:
                yield aside
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def _put(self, aside: Path, place: Path, done: Mapping[str, Any], again: bool) -> None:
        """Move what was written to its place. Two who come at the same time must agree."""
        number, log = int(done["replication"]), str(done["log"])
        before = self.whole(number)
        if before is not None and _differ(before, done):
            self.tell(
                f"replication {number} came out otherwise than the one that was kept: {log[:12]} instead of "
                f"{str(before['log'])[:12]}; compare what they were made with in {place / DONE}"
            )
        elif before is not None and self.has_logs(before) and not self.has_logs(done):
            return  # nothing would be gained, and its logs lost
        elif before is not None and self.has_logs(done) and not self.has_logs(before):
            again = True
        if again and place.exists():
            old = place.with_name(f".{place.name}.old.{self.mark}")
            place.rename(old)
            try:
                aside.rename(place)
            except OSError:
                old.rename(place)
                raise
            shutil.rmtree(old, ignore_errors=True)
            return
        try:
            aside.rename(place)
        except OSError:
            if self.whole(number) is None:
                raise

    def whole(self, number: int) -> dict[str, Any] | None:
        """What is said of a replication that is there with every file as it was written, else None."""
        place = self.place(number)
        try:
            done: dict[str, Any] = json.loads((place / DONE).read_text(encoding="utf-8"))
            files = done["files"]
            whole = done["seal"] == seal(done) and done["replication"] == number and files.keys() >= _FIGURES
            return done if whole and all(checksum(place / name) == files[name] for name in files) else None
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return None

    @staticmethod
    def has_logs(told: Mapping[str, Any]) -> bool:
        """Does what is said of a replication name its logs and patients, or less?"""
        return bool(told["files"].keys() >= _LOGS)

    def has(self, number: int, logs: bool = True) -> bool:
        """Is this replication there? One that is damaged is set aside, and said so.

        logs   whether its logs must be there too, or its measures will do
        """
        place = self.place(number)
        if not place.exists():
            return False
        told = self.whole(number)
        if told is not None:
            return self.has_logs(told) or not logs
        away = place.with_name(f"{place.name}.damaged-{uuid.uuid4().hex[:8]}")
        try:
            place.rename(away)
        except FileNotFoundError:  # another process has just set it aside
            return False
        except OSError as error:
            raise unwritable(self.folder, error) from error
        self.tell(f"replication {number} was damaged; it is set aside as {away}")
        return False

    def told(self, number: int) -> dict[str, Any]:
        """What was written down about a replication that is there: digest of its log, versions, seconds."""
        with self._reading(number):
            told: dict[str, Any] = json.loads((self.place(number) / DONE).read_text(encoding="utf-8"))
        return told

    @contextmanager
    def _reading(self, number: int) -> Iterator[None]:
        """Say plainly where something that was whole a moment ago can not be read any more."""
        try:
            yield
        except (OSError, ValueError) as error:
            raise RunError(
                f"replication {number} in {self.folder} was whole and can not be read any more ({error}); another "
                "run may just be putting a new one in its place, or somebody removes it. Run again"
            ) from error

    def measures(self, number: int) -> Measures:
        """The measures of one replication, without reading its logs."""
        return Measures.of({name: self.table(number, name) for name in COLUMNS})

    def table(self, number: int, name: str) -> pd.DataFrame:
        """One table of the measures of one replication."""
        import pyarrow.parquet as pq

        with self._reading(number), pq.ParquetFile(self.place(number) / f"{name}.parquet") as file:
            table: pd.DataFrame = file.read(use_threads=False).to_pandas()  # as pandas reads it, in half the time
            return table

    def load(self, number: int) -> Replication | None:
        """A whole replication, or None if it is not there, or is there without its logs."""
        import pandas as pd

        if not self.has(number):
            return None
        place = self.place(number)
        return Replication(
            number,
            read_log(place / "events.parquet", place / "resources.parquet"),
            pd.read_parquet(place / "patients.parquet"),
            self.measures(number),
        )

    def sweep(self) -> None:
        """Remove what was being written under this store's mark, and what others left behind when they were killed."""
        with suppress(OSError):  # then there is nothing to be done about it, and nothing is spoilt
            for place in [*self.folder.glob(".*"), *self.folder.glob("*/.*")]:
                with suppress(OSError):  # somebody else has removed it, or it is not ours to remove
                    _remove(place) if place.name.endswith(self.mark) else _remove_if_left_behind(place)
