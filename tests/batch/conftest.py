"""A small centre of a year and a half, run once and kept, for tests that look at what a run leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim import read_scenario
from sim.batch import Run, run
from sim.reporter import Reporter

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=30 days", "run.measured=1 year", "run.follow_up=180 days", "arrivals.rate=60 per year")


class Listener(Reporter):
    """Keeps what is told."""

    def __init__(self):
        self.said: list[str] = []
        self.warned: list[str] = []

    def say(self, sentence):
        self.said.append(sentence)

    def warn(self, sentence):
        self.warned.append(sentence)


@pytest.fixture(scope="session")
def small():
    return read_scenario(str(BASELINE), SMALL)


@pytest.fixture(scope="session")
def once(small, tmp_path_factory) -> Run:
    """Four replications by one worker, which is this process. Look, but do not touch."""
    return run(small, 4, 1, tmp_path_factory.mktemp("once"), settings=SMALL)


@pytest.fixture
def output(once, tmp_path) -> Path:
    """A copy of what was run once, to do as one likes with."""
    return Path(shutil.copytree(once.folder.parents[1], tmp_path / "outputs"))


@pytest.fixture
def listener() -> Listener:
    return Listener()
