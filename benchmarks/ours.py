"""The project's own engines on the two workloads.

    ENGINES[name](workload, size, seed, log)   -> Done
    prepare(workload)                          compile what has not been compiled yet

A run begins with nothing but the hospital, draws its arrivals, and ends with the finished log, in order and numbered;
what the log comes to is found out after the clock has stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import NamedTuple

import fresh  # noqa: F401  before sim
from sim import draws
from sim.engine.compiled import run_compiled
from sim.engine.reference import run_reference
from sim.log import EventLog
from workloads.loops import TURNS
from workloads.walk import MODULES, Walk, figures

VERSION = version("nelm")


class Done(NamedTuple):
    """A finished run.

    seconds   from the first draw to the end
    figures   as `workloads.numbers.FIGURES` names them, with `customers` and `events`
    log       what was written; None where nothing is
    """

    seconds: float
    figures: dict[str, float]
    log: EventLog | None


def reference(workload: str, size: int, seed: int, log: bool = True) -> Done:
    """SimPy, with all its checks; it always writes its log."""
    module, key = MODULES[workload], draws.key(seed)
    hospital = module.hospital(module.make_world(size, key)[1])
    began = time.perf_counter()
    world, arrivals = module.make_world(size, key)
    written = run_reference(hospital, Walk(module, world), arrivals, key)
    seconds = time.perf_counter() - began
    return Done(seconds, figures(workload, written), written)


def compiled(workload: str, size: int, seed: int, log: bool = True) -> Done:
    """The compiled engine, with the workload's own loop; it always writes its log."""
    module, key = MODULES[workload], draws.key(seed)
    hospital = module.hospital(module.make_world(size, key)[1])
    began = time.perf_counter()
    world, arrivals = module.make_world(size, key)
    written = run_compiled(hospital, Walk(module, world), arrivals, key, loop=lambda s: int(TURNS[workload](s, world)))
    seconds = time.perf_counter() - began
    return Done(seconds, figures(workload, written), written)


ENGINES: dict[str, Callable[[str, int, int, bool], Done]] = {"reference": reference, "compiled": compiled}


def prepare(engine: str, workload: str) -> None:
    """Run a few customers, so that nothing is compiled or read from the cache while the clock runs."""
    for log in (False, True):
        ENGINES[engine](workload, 20, 1, log)
