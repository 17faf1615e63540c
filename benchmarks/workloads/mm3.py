"""W1 as a pathway: everyone asks for one of three servers, and goes.

World                     all that the two functions look at
follow                    what a customer does next, for loops that have the sheet at hand
advance, ring             the pathway, compilable
make_world(size, key)     a world, and who arrives when
hospital(arrivals)        the servers, up to a horizon that leaves nobody behind
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from sim.draws import exponential
from sim.engine.hospital import Hospital, Resource
from sim.jit import jit, jit_merged
from sim.steps import Kind, Plan, clear, end, new_plan, then, use
from workloads.common import arrivals_of, whole
from workloads.numbers import SERVERS, UNIT, W1_DRAIN, W1_RATE

GAP = UNIT / W1_RATE
SERVICE = float(UNIT)
SERVER = 0


class Step(IntEnum):
    """Where a customer is."""

    ARRIVAL = 0
    DEPARTURE = 1


class Ask(IntEnum):
    """The questions to chance."""

    GAP = 100  # asked of customer n: minutes since the arrival of n - 1
    SERVICE = 101


class World(NamedTuple):
    """All that the pathway looks at: the key of the replication, and where the answer goes."""

    key: int
    plan: Plan


@jit_merged
def follow(plan: Any, key: int, i: int, step: int) -> None:
    """What follows for customer `i` at this step, written on a sheet."""
    clear(plan)
    if step == Step.ARRIVAL.value:
        use(plan, SERVER, whole(exponential(key, i, Ask.SERVICE.value, 0) * SERVICE))
        then(plan, Step.DEPARTURE.value)
    else:
        end(plan, -1)


@jit
def advance(world: World, i: int, step: int, now: int) -> None:
    """What follows for customer `i` at this step."""
    follow(world.plan.sheet[0], world.key, i, step)


@jit
def ring(world: World, i: int, now: int) -> None:
    """Nobody has an alarm."""
    clear(world.plan.sheet[0])


def make_world(size: int, key: int) -> tuple[World, np.ndarray]:
    """A world for so many customers, and (size, 2) minute and number of each."""
    arrivals = arrivals_of(size, key, Ask.GAP.value, GAP)
    return World(key, new_plan()), arrivals


def hospital(arrivals: np.ndarray) -> Hospital:
    """Three servers."""
    servers = Resource("servers", Kind.PLACE, capacity=((0, SERVERS),))
    return Hospital((servers,), (), ends=int(arrivals[-1, 0]) + W1_DRAIN * UNIT)
