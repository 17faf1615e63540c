"""The project's own engines on the two workloads.

    ENGINES[name](workload, size, seed, log)   -> Done
    prepare(workload)                          compile what has not been compiled yet

A run begins with nothing but the hospital, draws its arrivals, and ends with the finished log, in order and numbered;
what the log comes to is found out after the clock has stopped. Where no log is kept, it is found out while it runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

import fresh  # noqa: F401  before sim
from sim import draws
from sim.engine.compiled import run_compiled, run_into
from sim.engine.machine.records import CHUNK
from sim.engine.reference import run_reference
from sim.log import EventLog
from workloads.loops import TURNS
from workloads.walk import MODULES, Walk, add_rows, figures, no_rows

VERSION = version("nelm")


class Done(NamedTuple):
    """A finished run.

    seconds   from the first draw to the end
    figures   as `workloads.numbers.FIGURES` names them, with `customers` and `events`
    log       what was written; None where nothing is kept
    """

    seconds: float
    figures: dict[str, float]
    log: EventLog | None


class Measured:
    """Adds rows up as they come, as `nelm run --log none` does it: whoever keeps none of them has the same figures."""

    chunk = CHUNK

    def __init__(self) -> None:
        self.sums = no_rows()

    def events(self, rows: np.ndarray) -> None:
        """Rows of patients."""
        add_rows(self.sums, rows)

    def resources(self, rows: np.ndarray) -> None:
        """Rows of resources, which the figures do not need."""


def reference(workload: str, size: int, seed: int, log: bool = True) -> Done:
    """SimPy, with all its checks; it always writes its log."""
    module, key = MODULES[workload], draws.key(seed)
    hospital = module.hospital(module.make_world(size, key)[1])
    began = time.perf_counter()
    world, arrivals = module.make_world(size, key)
    written = run_reference(hospital, Walk(module, world), arrivals, key)
    return _done(time.perf_counter() - began, workload, written)


def compiled(workload: str, size: int, seed: int, log: bool = True) -> Done:
    """The compiled engine, with the workload's own loop; without a log, its rows are added up and let go."""
    module, key = MODULES[workload], draws.key(seed)
    hospital = module.hospital(module.make_world(size, key)[1])
    began = time.perf_counter()
    world, arrivals = module.make_world(size, key)
    walk = Walk(module, world)

    def loop(s: Any) -> int:
        return int(TURNS[workload](s, world))

    if log:
        written = run_compiled(hospital, walk, arrivals, key, loop=loop)
        return _done(time.perf_counter() - began, workload, written)
    keeper = Measured()
    run_into(keeper, hospital, walk, arrivals, key, walk.names, loop)
    return Done(time.perf_counter() - began, figures(workload, keeper.sums), None)


def _done(seconds: float, workload: str, written: EventLog) -> Done:
    sums = no_rows()
    add_rows(sums, np.asarray(written.events))
    return Done(seconds, figures(workload, sums), written)


ENGINES: dict[str, Callable[[str, int, int, bool], Done]] = {"reference": reference, "compiled": compiled}


def prepare(engine: str, workload: str) -> None:
    """Run a few customers, so that nothing is compiled or read from the cache while the clock runs."""
    for log in (False, True):
        ENGINES[engine](workload, 20, 1, log)
