"""Both engines on the same scenario: the same log, or the first row in which they differ.

verified(scenario, replication)   -> Verified
held(reference, compiled, ...)    the same for two logs that are there
"""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass

from sim.engines import COMPILED, REFERENCE, engine_for
from sim.log import EventLog, first_difference
from sim.maze import both_engines
from sim.running import clinic_of, hospital_of, log_of
from sim.scenario import Scenario


@dataclass(frozen=True)
class Verified:
    """What came of running both engines.

    events, resources   rows of the SimPy engine's logs
    digest              of its log
    seconds             each engine took, the SimPy engine first
    difference          '' where the logs are the same; else the first row that differs, and its patient's stories
    refused             what both engines say who both refuse to go on
    """

    scenario: str
    replication: int
    events: int
    resources: int
    digest: str
    seconds: tuple[float, float]
    difference: str
    refused: str = ""

    def in_words(self) -> str:
        """One line where they are the same; else the difference."""
        rows = f"{self.events:,} rows of patients, {self.resources:,} of resources"
        if self.difference:
            return f"{self.scenario}, replication {self.replication}: THE ENGINES DIFFER\n{self.difference}"
        slow, fast = self.seconds
        return (
            f"{self.scenario}, replication {self.replication}: the same log from both engines ({rows}; "
            f"SimPy {slow:.1f} s, compiled {fast:.2f} s; {self.digest[:12]})"
        )


def verified(scenario: Scenario, replication: int = 0) -> Verified:
    """Run both engines on one replication and compare their logs.

    InputError where the compiled engine cannot run; RunError as either engine gives it.
    """
    engine_for(COMPILED)
    hospital = hospital_of(scenario)
    logs, seconds = [], []
    for engine in (REFERENCE, COMPILED):
        clinic, arrivals, key = clinic_of(scenario, replication)
        begun = time.perf_counter()
        logs.append(log_of(engine, hospital, clinic, arrivals, key, replication))
        seconds.append(round(time.perf_counter() - begun, 3))
    return _held(scenario.scenario, logs[0], logs[1], (seconds[0], seconds[1]))


def maze_verified(number: int) -> Verified:
    """Both engines in one small random hospital. Where one refuses to go on, the other must say the same.

    number   of the maze
    """
    slow, fast = both_engines(number)
    if number % 200 == 0:
        gc.collect()  # the SimPy engine hides what it leaves from the garbage collector's own calls
    name, seconds = f"maze {number}", (slow.seconds, fast.seconds)
    if slow.log is not None and fast.log is not None:
        return _held(name, slow.log, fast.log, seconds)
    alike = slow.refused == fast.refused
    words = "" if alike else f"only one refuses, or each says otherwise: {slow.refused or '-'} | {fast.refused or '-'}"
    return Verified(name, 0, 0, 0, "", seconds, words, slow.refused if alike else "")


def _held(scenario: str, reference: EventLog, compiled: EventLog, seconds: tuple[float, float]) -> Verified:
    return Verified(
        scenario,
        reference.replication,
        len(reference.events),
        len(reference.resources),
        reference.digest(),
        seconds,
        first_difference(reference, compiled),
    )
