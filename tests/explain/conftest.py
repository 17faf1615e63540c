"""A scenario to explain, a demand that needs no walk, and the command as a user meets it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim import cli
from sim.explain import demand
from sim.explain.demand import Asked, OwnDemand
from sim.explain.rows import BoardHere, board_here
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario

ROOT = Path(__file__).parents[2]
SHORT = ("run.start=2025-01-01", "run.warm_up=1 year", "run.measured=1 year", "run.follow_up=1 year")


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def nelm(monkeypatch, capsys, quick_walk) -> Iterator[Callable[..., Said]]:
    """`nelm("explain", ...)`"""
    before = signal.getsignal(signal.SIGTERM)

    def command(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["nelm", *map(str, words)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as leave:
            code = int(leave.code or 0)
        wrote = capsys.readouterr()
        return Said(code, wrote.out, wrote.err)

    yield command
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """Where the tests' estimates are kept, so that one walk serves them all."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def quick_walk(monkeypatch, kept) -> None:
    """A walk of a few patients, kept apart from the user's own."""
    monkeypatch.setattr(demand, "PATIENTS", 120)
    monkeypatch.setenv("NELM_CACHE_DIR", str(kept))


@pytest.fixture(scope="session")
def file() -> Path:
    return ROOT / "scenarios" / "baseline.yaml"


@pytest.fixture(scope="session")
def read(file) -> Callable[..., Scenario]:
    """The baseline, short, with changes as `--set` takes them."""
    return lambda *settings: read_scenario(file, [*SHORT, *settings], clinic_known())


@pytest.fixture(scope="session")
def short(read) -> Scenario:
    return read()


@pytest.fixture(scope="session")
def short_settings() -> tuple[str, ...]:
    """The same as words of a command."""
    return tuple(word for setting in SHORT for word in ("--set", setting))


@pytest.fixture(scope="session")
def here(short) -> BoardHere:
    return board_here(short)


@pytest.fixture(scope="session")
def nobody(short) -> OwnDemand:
    """This pathway's own patients ask for nothing."""
    return OwnDemand({name: Asked(0.0, 0.0, 0.0) for name in short.resources}, 0)
