"""Both engines on the same scenario: the same log, or the first row in which they differ.

verified(scenario, replication)   -> Verified
held(reference, compiled, ...)    the same for two logs that are there
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sim.engines import COMPILED, REFERENCE, engine_for
from sim.log import EventLog, first_difference
from sim.running import clinic_of, hospital_of, log_of
from sim.scenario import Scenario


@dataclass(frozen=True)
class Verified:
    """What came of running both engines.

    events, resources   rows of the SimPy engine's logs
    digest              of its log
    seconds             each engine took, the SimPy engine first
    difference          '' where the logs are the same; else the first row that differs, and its patient's stories
    """

    scenario: str
    replication: int
    events: int
    resources: int
    digest: str
    seconds: tuple[float, float]
    difference: str

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
    return held(scenario.scenario, logs[0], logs[1], (seconds[0], seconds[1]))


def held(scenario: str, reference: EventLog, compiled: EventLog, seconds: tuple[float, float]) -> Verified:
    """One engine's log held against the other's."""
    return Verified(
        scenario,
        reference.replication,
        len(reference.events),
        len(reference.resources),
        reference.digest(),
        seconds,
        first_difference(reference, compiled),
    )
