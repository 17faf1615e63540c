"""The command as a user meets it: words in, exit code and words out, without starting another Python."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim import cli
from sim.report import figures

ROOT = Path(__file__).parents[2]
SMALL = (
    *("--set", "run.warm_up=30 days"),
    *("--set", "run.measured=1 year"),
    *("--set", "run.follow_up=180 days"),
    *("--set", "arrivals.rate=60 per year"),
)


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def nelm(monkeypatch, capsys) -> Iterator[Callable[..., Said]]:
    """`nelm("run", ...)`"""
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
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def baseline() -> Path:
    return ROOT / "scenarios" / "baseline.yaml"


@pytest.fixture(scope="session")
def small() -> tuple[str, ...]:
    """Settings that make a run of the baseline take a second."""
    return SMALL


@pytest.fixture
def quick_pictures(monkeypatch):
    """Drawing takes longer than running such a small centre, and has tests of its own."""

    def draw(measures, folder, titles):
        folder.mkdir()
        (folder / "waits.png").write_text("a picture")
        return [folder / "waits.png"]

    monkeypatch.setattr(figures, "draw_all", draw)
