"""A workload as an engine meets it, and what its log comes to.

Walk(module, world)           the pathway, for engines that call methods
no_rows, add_rows             sums of a log, of all of it or of one part after the other
figures(workload, sums)       customers, events and mean waits, as `numbers.FIGURES` names them
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from sim.jit import jit
from sim.log import Event
from workloads import mm3, network
from workloads.numbers import DAY, RESOURCES, UNIT

MODULES = {"W1": mm3, "W2": network}


class Walk:
    """The functions of a workload's module, with its world."""

    first_step = 0

    def __init__(self, module: ModuleType, world: Any) -> None:
        self.plan = world.plan
        self.names = {"steps": [step.name.lower() for step in module.Step], "whys": []}
        self._module, self._world = module, world

    def advance(self, patient: int, step: int, now: int) -> None:
        """Run a step."""
        self._module.advance(self._world, patient, step, now)

    def ring(self, patient: int, now: int) -> None:
        """The alarm rings."""
        self._module.ring(self._world, patient, now)


class Sums(NamedTuple):
    """What a log comes to, by resource and event; the last row is of what concerns no resource."""

    counts: Any  # (resources + 1, events) rows
    minutes: Any  # sums of the rows' minutes
    values: Any  # sums of their values


def no_rows() -> Sums:
    """Of a log without a row."""
    counts, minutes, values = np.zeros((3, len(RESOURCES) + 1, max(Event) + 1), np.int64)
    return Sums(counts, minutes, values)


@jit
def add_rows(sums: Sums, events: Any) -> None:
    """Count further rows of patients, (n, 8)."""
    for row in range(len(events)):
        resource, event = events[row, 5], events[row, 3]
        sums.counts[resource, event] += 1
        sums.minutes[resource, event] += events[row, 2]
        sums.values[resource, event] += events[row, 6]


def figures(workload: str, sums: Sums) -> dict[str, float]:
    """What a run has done. Everyone who joins a queue is served, so of waits the sums suffice."""

    def count(event: Event) -> int:
        return int(sums.counts[:, event].sum())

    def mean_wait(resource: int, unit: int) -> float:
        joined, started = (sums.counts[resource, event] for event in (Event.JOINED, Event.STARTED))
        assert joined == started
        minutes = sums.minutes[resource, Event.STARTED] - sums.minutes[resource, Event.JOINED]
        return float(minutes / started / unit)

    def mean_minutes(resource: int, unit: int) -> float:
        return float(sums.values[resource, Event.FINISHED] / sums.counts[resource, Event.FINISHED] / unit)

    arrived, left, finished, visits = map(count, (Event.ARRIVED, Event.LEFT, Event.FINISHED, Event.MEASURED))
    if workload == "W1":
        waits = {"wait": mean_wait(0, UNIT), "service": mean_minutes(0, UNIT)}
        return {"customers": left, "events": arrived + finished, **waits}
    board = int(sums.counts[network.BOARD, Event.FINISHED])
    waits = {f"wait_{name}": mean_wait(number, DAY) for number, name in enumerate(RESOURCES)}
    # the delays before the scan and before each visit end too; the board sits at fixed times
    happened = arrived + arrived + finished - board + visits
    return {
        "customers": left,
        "events": happened,
        "passes": board / arrived,
        "visits": visits / arrived,
        "stay": mean_minutes(network.WARD, DAY),
        **waits,
    }
