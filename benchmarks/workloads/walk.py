"""A workload as an engine meets it, and what its log comes to.

Walk(module, world)           the pathway, for engines that call methods
figures(workload, log)        customers, events and mean waits of a finished log, as `numbers.FIGURES` names them
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from sim.log import Event, EventLog
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


def _mean_wait(events: np.ndarray, resource: int, unit: int) -> float:
    """From joining a queue to being served, in units of time. Everyone who joins is served, so the sums suffice."""
    here = events[events[:, 5] == resource]
    joined, started = (here[here[:, 3] == event][:, 2] for event in (Event.JOINED, Event.STARTED))
    assert len(joined) == len(started)
    return float((started.sum() - joined.sum()) / len(joined) / unit)


def _mean_minutes(events: np.ndarray, resource: int, unit: int) -> float:
    return float(events[(events[:, 5] == resource) & (events[:, 3] == Event.FINISHED)][:, 6].mean() / unit)


def figures(workload: str, log: EventLog) -> dict[str, float]:
    """What a run has done."""
    events = np.asarray(log.events)
    counts = np.bincount(events[:, 3], minlength=max(Event) + 1)
    arrived, left = int(counts[Event.ARRIVED]), int(counts[Event.LEFT])
    finished, visits = int(counts[Event.FINISHED]), int(counts[Event.MEASURED])
    if workload == "W1":
        waits = {"wait": _mean_wait(events, 0, UNIT), "service": _mean_minutes(events, 0, UNIT)}
        return {"customers": left, "events": arrived + finished, **waits}
    board = int(((events[:, 5] == network.BOARD) & (events[:, 3] == Event.FINISHED)).sum())
    waits = {f"wait_{name}": _mean_wait(events, number, DAY) for number, name in enumerate(RESOURCES)}
    # the delays before the scan and before each visit end too; the board sits at fixed times
    happened = arrived + arrived + finished - board + visits
    return {
        "customers": left,
        "events": happened,
        "passes": board / arrived,
        "visits": visits / arrived,
        "stay": _mean_minutes(events, network.WARD, DAY),
        **waits,
    }
