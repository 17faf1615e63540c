"""W2 as a pathway: delay, PET-CT, biopsy, weekly board, one of three treatments, ward, visits, and round again.

World                     all that the two functions look at
follow                    what a patient does next, for loops that have the sheet and her course at hand
advance, ring             the pathway, compilable
make_world(size, key)     a world, and who arrives when
hospital(arrivals)        scanner, biopsy, board, suites and ward, up to a horizon that leaves nobody behind
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from sim.draws import exponential, lognormal, uniform
from sim.engine.hospital import Hospital, Resource, Sitting
from sim.jit import jit, jit_merged
from sim.log import Event
from sim.steps import Kind, Plan, attend, clear, end, new_plan, note, then, use, wait
from workloads import numbers
from workloads.common import arrivals_of, whole
from workloads.numbers import BOARD_EVERY, BOARD_SLOTS, DAY, MOST_RECURRENCES, RECURS, SHARE_BOUNDS, VISITS, W2_DRAIN

SCANNER, BIOPSY, BOARD, FIRST_SUITE, WARD = (
    numbers.RESOURCES.index(name) for name in ("scanner", "biopsy", "board", "suite_0", "ward")
)
BOARD_MINUTES = 1  # a case
GAP = DAY / numbers.W2_RATE
TRIAGE, SCAN, SAMPLE, INTERVAL = (
    mean * DAY for mean in (numbers.TRIAGE, numbers.SCAN, numbers.BIOPSY, numbers.INTERVAL)
)
TREATMENT_MEDIANS = tuple(treatment.median * DAY for treatment in numbers.TREATMENTS)
TREATMENT_SIGMA = numbers.TREATMENTS[0].sigma
STAY_MEDIAN, STAY_SIGMA = numbers.STAY.median * DAY, numbers.STAY.sigma

COURSE = np.dtype(
    [
        ("passes", "i8"),  # times at the board
        ("visits", "i8"),  # visits since the last treatment
        ("seen", "i8"),  # visits in all
    ]
)


class Step(IntEnum):
    """Where a patient is."""

    REFERRAL = 0
    SCAN = 1
    BIOPSY = 2
    BOARD = 3
    TREATMENT = 4
    STAY = 5
    DISCHARGE = 6
    VISIT = 7


class Ask(IntEnum):
    """The questions to chance."""

    GAP = 100  # asked of patient n: minutes since the arrival of n - 1
    TRIAGE = 101
    SCAN = 102
    BIOPSY = 103
    WHICH = 104  # and the following three: nth is the number of the pass
    TREATMENT = 105
    STAY = 106
    INTERVAL = 107  # and the next: nth is the number of the visit
    RECURS = 108


class World(NamedTuple):
    """All that the pathway looks at: the key of the replication, the patients, and where the answer goes."""

    key: int
    courses: Any  # (patients,)  COURSE
    plan: Plan


@jit
def _to_board(plan: Any) -> None:
    attend(plan, BOARD, BOARD_MINUTES)
    then(plan, Step.TREATMENT.value)


@jit
def _treat(plan: Any, key: int, i: int, passes: int) -> None:
    u = uniform(key, i, Ask.WHICH.value, passes)
    which = 0 if u < SHARE_BOUNDS[0] else 1 if u < SHARE_BOUNDS[1] else 2
    minutes = lognormal(key, i, Ask.TREATMENT.value, passes, TREATMENT_MEDIANS[which], TREATMENT_SIGMA)
    use(plan, FIRST_SUITE + which, whole(minutes))
    then(plan, Step.STAY.value)


@jit
def _until_visit(plan: Any, key: int, i: int, c: Any) -> None:
    wait(plan, whole(exponential(key, i, Ask.INTERVAL.value, c.seen) * INTERVAL))
    then(plan, Step.VISIT.value)


@jit
def _visit(plan: Any, key: int, i: int, c: Any) -> None:
    seen = c.seen
    c.seen += 1
    c.visits += 1
    note(plan, Event.MEASURED.value, c.visits)
    if c.passes <= MOST_RECURRENCES and uniform(key, i, Ask.RECURS.value, seen) < RECURS:
        note(plan, Event.RECURRED.value, c.passes)
        _to_board(plan)
    elif c.visits < VISITS:
        _until_visit(plan, key, i, c)
    else:
        end(plan, -1)


@jit_merged
def follow(plan: Any, key: int, c: Any, i: int, step: int) -> None:
    """What follows for patient `i`, whose course is `c`, at this step, written on a sheet."""
    clear(plan)
    if step == Step.REFERRAL.value:
        wait(plan, whole(exponential(key, i, Ask.TRIAGE.value, 0) * TRIAGE))
        then(plan, Step.SCAN.value)
    elif step == Step.SCAN.value:
        use(plan, SCANNER, whole(exponential(key, i, Ask.SCAN.value, 0) * SCAN))
        then(plan, Step.BIOPSY.value)
    elif step == Step.BIOPSY.value:
        use(plan, BIOPSY, whole(exponential(key, i, Ask.BIOPSY.value, 0) * SAMPLE))
        then(plan, Step.BOARD.value)
    elif step == Step.BOARD.value:
        _to_board(plan)
    elif step == Step.TREATMENT.value:
        c.passes += 1
        c.visits = 0
        _treat(plan, key, i, c.passes)
    elif step == Step.STAY.value:
        use(plan, WARD, whole(lognormal(key, i, Ask.STAY.value, c.passes, STAY_MEDIAN, STAY_SIGMA)))
        then(plan, Step.DISCHARGE.value)
    elif step == Step.DISCHARGE.value:
        _until_visit(plan, key, i, c)
    else:
        _visit(plan, key, i, c)


@jit
def advance(world: World, i: int, step: int, now: int) -> None:
    """What follows for patient `i` at this step."""
    follow(world.plan.sheet[0], world.key, world.courses[i], i, step)


@jit
def ring(world: World, i: int, now: int) -> None:
    """Nobody has an alarm."""
    clear(world.plan.sheet[0])


def make_world(size: int, key: int) -> tuple[World, np.ndarray]:
    """A world for so many patients, and (size, 2) minute and number of each."""
    arrivals = arrivals_of(size, key, Ask.GAP.value, GAP)
    return World(key, np.zeros(size, COURSE).view(np.recarray), new_plan()), arrivals


def hospital(arrivals: np.ndarray) -> Hospital:
    """Six kinds of place, and the board with a sitting each week."""
    ends = int(arrivals[-1, 0]) + W2_DRAIN * DAY
    every = BOARD_EVERY * DAY
    sittings = tuple(
        Sitting(opens, BOARD_SLOTS * BOARD_MINUTES, "board", cases=BOARD_SLOTS) for opens in range(every, ends, every)
    )
    resources = [
        Resource(name, Kind.PLACE, capacity=((0, places),))
        for name, places in zip(numbers.RESOURCES, numbers.CAPACITIES, strict=True)
    ]
    resources[BOARD] = Resource("board", Kind.LIST, sittings=sittings)
    return Hospital(tuple(resources), (), ends)
