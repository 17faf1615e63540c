"""Finished replications on disk: whole or not there, checked when read, found again when asked for again.

    Store(folder)                  the results of one scenario under one digest
    store.save(replication)        atomic: written aside, then moved into place at once
    store.load(number)             -> Replication or None; a damaged one is set aside and reported
    results_folder(...)            outputs/<scenario>/<digest>

The digest covers everything that can change a result: the resolved scenario (without its words and its number
of replications), the evidence, the board, and the code. So a repeated run finds its result, and a run with
anything changed makes a new one beside it. Nothing half-written is ever taken for good.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.log import EventLog, read_log, write_log
from sim.measures import COLUMNS, Measures

DONE = "done.json"
_NOT_RESULTS = ("cli.py", "store.py", "batch.py", "report")


@dataclass(frozen=True)
class Replication:
    """What one replication leaves: its logs, its patients, its measures."""

    number: int
    log: EventLog
    patients: Any
    measures: Measures


def code_digest() -> str:
    """Digest of all code and data of the package that can change a result."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*")):
        inside = file.relative_to(package)
        if file.suffix not in (".py", ".yaml") or inside.parts[0] in _NOT_RESULTS:
            continue
        digest.update(inside.as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def result_digest(scenario: str, evidence: str, board: str) -> str:
    """One number for all that can change a result.

    scenario, evidence, board    their own digests
    """
    return hashlib.sha256(json.dumps([scenario, evidence, board, code_digest()]).encode()).hexdigest()


def results_folder(output: Path, scenario: str, digest: str) -> Path:
    """Where the results of a scenario lie; made where it is missing.

    InputError if it can not be made or written.
    """
    folder = output / scenario / digest[:12]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            Problem(
                str(output),
                found=f"a folder that can not be written ({error.strerror})",
                expected="a folder for results",
                todo="name another with --output",
            )
        ) from error
    return folder


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it there at once, so that nobody ever reads half of it."""
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Store:
    """The replications of one scenario under one digest, in one folder.

    folder    as `results_folder` gives it
    tell      called with a sentence when something is set aside
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] = print):
        self.folder = folder
        self.tell = tell

    def place(self, number: int) -> Path:
        """The folder of one replication."""
        return self.folder / "replications" / f"{number:04d}"

    def save(self, replication: Replication) -> None:
        """Write a replication. Where another process has finished the same one first, that one stays."""
        place = self.place(replication.number)
        aside = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
        aside.mkdir(parents=True)
        try:
            write_log(replication.log, aside / "events.parquet", aside / "resources.parquet")
            replication.patients.to_parquet(aside / "patients.parquet", index=False)
            for name, table in replication.measures.tables().items():
                table.to_parquet(aside / f"{name}.parquet", index=False)
            done = {
                "replication": replication.number,
                "log": replication.log.digest(),
                "files": {file.name: _checksum(file) for file in sorted(aside.iterdir())},
            }
            (aside / DONE).write_text(json.dumps(done, indent=1, sort_keys=True) + "\n")
            try:
                aside.rename(place)
            except OSError:
                if not self.is_whole(replication.number):
                    raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def is_whole(self, number: int) -> bool:
        """Is this replication there, with every file as it was written?"""
        place = self.place(number)
        try:
            done = json.loads((place / DONE).read_text())
            return all(_checksum(place / name) == checksum for name, checksum in done["files"].items())
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return False

    def has(self, number: int) -> bool:
        """Is this replication there? One that is damaged is set aside, and said so."""
        place = self.place(number)
        if not place.exists():
            return False
        if self.is_whole(number):
            return True
        away = place.with_name(f"{place.name}.damaged-{uuid.uuid4().hex[:8]}")
        place.rename(away)
        self.tell(f"replication {number} was damaged; it is set aside as {away} and run again")
        return False

    def forget(self, number: int) -> None:
        """Take a replication away, to be run again."""
        shutil.rmtree(self.place(number), ignore_errors=True)

    def log_digest(self, number: int) -> str:
        """The digest of a replication's log, as it was written down."""
        return str(json.loads((self.place(number) / DONE).read_text())["log"])

    def measures(self, number: int) -> Measures:
        """The measures of one replication, without reading its logs."""
        import pandas as pd

        place = self.place(number)
        return Measures.of({name: pd.read_parquet(place / f"{name}.parquet") for name in COLUMNS})

    def load(self, number: int) -> Replication | None:
        """A whole replication, or None if it is not there."""
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
