"""The reference engine: one replication on SimPy, readable and full of checks.

    run_reference(hospital, pathway, arrivals, key)   -> EventLog

It keeps the contract of `rules` and is what every faster engine is measured against.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sim.engine import diary
from sim.engine.arrivals import checked
from sim.engine.clock import Clock
from sim.engine.floor import Floor
from sim.engine.hospital import Hospital
from sim.engine.journey import Journeys
from sim.engine.rules import Pathway
from sim.log import EventLog, LogWriter
from sim.logfiles import LogFiles


def run_reference(
    hospital: Hospital,
    pathway: Pathway,
    arrivals: np.ndarray,
    key: int,
    names: Mapping[str, Sequence[str]] | None = None,
    replication: int = 0,
    check: bool = True,
    folder: Path | None = None,
) -> EventLog:
    """Run a hospital from minute 0 to its horizon, with these patients on this pathway.

    arrivals     (n, 2) whole numbers: minute (0 or more, before the horizon) and patient; in any order
    key          of the replication (`draws.key`)
    names        `steps` and `whys`, if not the pathway's own; resources have the hospital's names
    replication  its number, for the log
    check        look for contradictions on the way (a full place given, the dead treated)
    folder       where rows are put away while they come, if there are many; else all are kept in memory
    InputError if an arrival is outside the run or a patient comes twice; RunError, naming patient, minute and step,
    if the pathway asks for what cannot be or the rules are broken.
    """
    arrivals = checked(arrivals, hospital.ends)
    clock = Clock(hospital.ends)
    names = {**pathway.names, **(names or {}), "resources": hospital.names}
    files = None if folder is None else LogFiles(folder, names, replication)
    log = LogWriter(files)
    floor = Floor(hospital, clock, log, key, check)
    log.settle = floor.settle
    journeys = Journeys(pathway, floor, clock, log, names)
    diary.keep(floor)
    journeys.expect(arrivals)
    try:
        with _garbage_left_alone():
            clock.run()
        journeys.leave_all()
        floor.close()
        return log.finish(names, replication)
    except BaseException:
        if files is not None:
            files.abandon()
        raise
    finally:
        journeys.people.clear()  # who are many, and know each other's floor
        del floor.follower


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Keep Python's cyclic garbage collector from walking through a growing run, which gains about a third."""
    was_on = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
