"""A small centre that is simulated once; all that writes, reads and checks its results is the real thing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sim import read_scenario, workers
from sim.batch import Run, run
from sim.report import figures
from sim.reporter import Reporter
from sim.running import simulate
from sim.store import Replication

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=30 days", "run.measured=90 days", "run.follow_up=30 days", "arrivals.rate=60 per year")


class Listener(Reporter):
    """Keeps what is told."""

    def __init__(self):
        self.said: list[str] = []
        self.warned: list[str] = []

    def say(self, sentence):
        self.said.append(sentence)

    def warn(self, sentence):
        self.warned.append(sentence)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def baseline() -> Path:
    return BASELINE


@pytest.fixture(scope="session")
def settings() -> tuple[str, ...]:
    return SMALL


@pytest.fixture(scope="session")
def small():
    return read_scenario(str(BASELINE), SMALL)


@pytest.fixture(scope="session")
def simulated(small) -> list[Replication]:
    """With a few figures only, which are summarised sooner."""
    its = simulate(small, 0)
    return [replace(its, measures=replace(its.measures, kpis=its.measures.kpis.head(20)))]


@pytest.fixture
def quick_pictures(monkeypatch):
    """Drawing takes longer than all else, and has tests of its own."""

    def draw(measures, folder, titles):
        folder.mkdir()
        (folder / "waits.png").write_text(f"waits of {titles.replications} replications")
        return [folder / "waits.png"]

    monkeypatch.setattr(figures, "draw_all", draw)


@pytest.fixture
def quick(monkeypatch, simulated, quick_pictures):
    """Replications that were simulated before, and pictures that are no work."""
    monkeypatch.setattr(workers, "simulate", lambda scenario, number, folder, *more: simulated[number])
    monkeypatch.setattr(workers, "warm_up", lambda tell, engine="auto": None)


@pytest.fixture
def once(quick, small) -> Callable[..., Run]:
    """`once(output)`: a run of one replication by this process."""

    def go(output, reporter=None):
        return run(small, 1, 1, output, reporter=reporter, settings=SMALL)

    return go


@pytest.fixture(scope="session")
def bytes_of() -> Callable[[Path], dict[str, bytes]]:
    """All files of a store that must come out the same; `done.json` and `record.json` say how long it took."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("done.json", "record.json"))
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in files
            if ".damaged-" not in path.relative_to(folder).as_posix()
        }

    return read


class Hook:
    """Counts what is done to files below a folder, and does something else instead of the n-th."""

    WRITES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "open")

    def __init__(self) -> None:
        self.below = ""
        self.left = -1
        self.count = 0
        self.instead: Callable[[], None] = lambda: None

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.below or event not in self.WRITES or not str(arguments[0]).startswith(self.below):
            return
        if event == "open" and not set(str(arguments[1] or "")) & set("wax+"):
            return
        self.count += 1
        if self.count == self.left:
            self.instead()

    @contextmanager
    def at(self, number: int, below: Path, instead: Callable[[], None]) -> Iterator[None]:
        self.below, self.left, self.count, self.instead = str(below), number, 0, instead
        try:
            yield
        finally:
            self.below = ""


@pytest.fixture(scope="session")
def hook() -> Hook:
    """Python tells of every file it opens, makes, moves and removes; a hook for that can never be taken off."""
    found = Hook()
    sys.addaudithook(found)
    return found
