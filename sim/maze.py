"""Small hospitals and wayward patients by number, in which everything happens that an engine must be able to do.

    Maze(number)            a hospital, patients who come to it, and a pathway through it
    advance, ring           the pathway: each step chosen by the patient's own luck
    both_engines(number)    what each engine makes of it: its log, or why it refuses to go on

They are for holding one engine against another: times lie on a coarse grid so that many things fall into one minute,
capacities are 0 or 1 or change, sittings are cancelled and close, patients die in queues and beds, keep their places,
stand in line beside their journey, move their alarms and are redirected. The same number is the same maze for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim import draws
from sim.draws import uniform
from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
from sim.engine.reference import run_reference
from sim.engine.rules import Pathway
from sim.errors import RunError
from sim.intensity import CONSTANT, Intensity
from sim.jit import jit
from sim.log import FIRST_CLINIC_WHY, Event, EventLog
from sim.steps import (
    NEVER,
    Join,
    Kind,
    Plan,
    Ring,
    alarm,
    attend,
    clear,
    end,
    keep,
    new_plan,
    note,
    seek,
    standing,
    then,
    use,
    wait,
    withdraw,
)
from sim.units import YEAR

STEPS = 6
MOST_STEPS = 60  # of one patient, who then leaves
CHOICE = 900  # the question by which a patient's luck is asked
PLACE, LIST, OFFER = Kind.PLACE.value, Kind.LIST.value, Kind.OFFER.value
DIE, REDIRECT = Ring.DEATH.value, Ring.REDIRECT.value
ANY, ALL = Join.ANY.value, Join.ALL.value
SYMPTOM = Event.SYMPTOM.value


class World(NamedTuple):
    """What the pathway of a maze knows."""

    key: Any
    grid: Any  # minutes
    kinds: Any  # (resources,) Kind of each
    longest: Any  # (resources,) most minutes a case may ask for there
    deaths: Any  # how many alarms in ten are deaths
    crowded: Any  # True where patients go from place to place and keep them
    asked: Any  # (patients,) questions asked so far: the address of the next
    stands: Any  # (patients, resources) 1: may stand there already
    plan: Plan


@jit
def luck(world: World, i: int, classes: int) -> int:
    """The next of a patient's chances: one of so many equal classes."""
    nth = world.asked[i]
    world.asked[i] += 1
    return int(uniform(world.key, i, CHOICE, nth) * classes)


@jit
def _order(world: World, i: int, alone: bool, besides: int) -> int:
    """One order of any kind; returns the place it takes, or -1.

    besides   a place that is taken already by another order of the same step, or -1
    Nobody asks for a place she may have: that an engine refuses, and the maze would be at its end.
    """
    number = luck(world, i, len(world.kinds) + 1)
    if world.crowded:  # from place to place, until they wait for each other's
        for _ in range(4):
            if number == len(world.kinds) or world.kinds[number] != PLACE:
                number = luck(world, i, len(world.kinds) + 1)
    urgency = luck(world, i, 3)
    minutes = world.grid * luck(world, i, 4)
    if number < len(world.kinds) and world.kinds[number] == PLACE and (world.stands[i, number] or number == besides):
        number = len(world.kinds)
    if number == len(world.kinds):
        wait(world.plan, minutes + (world.grid if luck(world, i, 3) else 0))
        return -1
    second = luck(world, i, 3 * len(world.kinds))
    of_use = alone and besides < 0 and second < len(world.kinds) and second != number
    if not of_use or world.kinds[second] != PLACE or world.stands[i, second]:
        second = -1
    held = world.grid * luck(world, i, 3)
    if world.kinds[number] == LIST:
        attend(world.plan, number, min(minutes, world.longest[number]), urgency, second, held)
    elif world.kinds[number] == OFFER:
        seek(world.plan, number, 1 + luck(world, i, 3), minutes, urgency, second, held)
    else:
        order = use(world.plan, number, minutes, urgency, second, held)
        if alone and second < 0 and (world.crowded or luck(world, i, 2)):
            keep(world.plan, order)
        return number
    return -1


@jit
def _stand(world: World, i: int) -> None:
    """An order beside the journey, or one of them taken back."""
    number = luck(world, i, len(world.kinds))
    if world.stands[i, number]:
        withdraw(world.plan, number)
        world.stands[i, number] = 0
        return
    minutes = world.grid * luck(world, i, 4)
    step = luck(world, i, STEPS + 2) - 2
    if world.kinds[number] == OFFER:
        order = seek(world.plan, number, 1 + luck(world, i, 3), minutes, luck(world, i, 2))
    elif world.kinds[number] == PLACE:
        order = use(world.plan, number, NEVER if luck(world, i, 2) else minutes, luck(world, i, 2))
    else:
        return
    world.stands[i, number] = 1
    standing(world.plan, order, max(step, -1))


@jit
def advance(world: World, i: int, step: int, now: int) -> None:
    """A step of the maze."""
    plan = world.plan
    clear(plan)
    if world.asked[i] > MOST_STEPS * 8 or luck(world, i, 25) == 0:
        end(plan, FIRST_CLINIC_WHY + 1)
        return
    if luck(world, i, 3) == 0:
        alarm(plan, now + world.grid * luck(world, i, 6) if luck(world, i, 8) else NEVER)
    if luck(world, i, 4) == 0:
        note(plan, SYMPTOM, step, -1)
    if luck(world, i, 5) == 0:
        _stand(world, i)
    several = luck(world, i, 4) == 0 and not world.crowded
    taken = -1
    if luck(world, i, 12):
        taken = _order(world, i, not several, -1)
        if several:
            taken = max(taken, _order(world, i, False, taken))
    else:
        wait(plan, world.grid)
    then(plan, luck(world, i, STEPS), ANY if several and taken < 0 and luck(world, i, 2) else ALL)


@jit
def ring(world: World, i: int, now: int) -> None:
    """An alarm of the maze: death, another step, or nothing but the next alarm."""
    plan = world.plan
    clear(plan)
    chance = luck(world, i, 10)
    if chance < world.deaths:
        plan.reply[0].ring = DIE
        plan.reply[0].why = FIRST_CLINIC_WHY
        return
    if chance < 6:
        plan.reply[0].ring = REDIRECT
        plan.reply[0].then = luck(world, i, STEPS)
    alarm(plan, now + world.grid * (1 + luck(world, i, 5)))


class Maze(Pathway):
    """A hospital, its patients and their pathway, by number.

    number     0 or more
    hospital   with up to three resources of each kind, and competing demand
    arrivals   (n, 2) minute and patient
    key        of its chances
    """

    def __init__(self, number: int):
        self.first_step = 0
        self.names = {"steps": [f"step_{step}" for step in range(STEPS)], "whys": ["died_of_it", "went_home"]}
        chance = np.random.default_rng([number, 77])
        self.number = number
        self.key = draws.key(number)
        self.grid = int(chance.choice([1, 10, 60, 1440]))
        self.hospital = _hospital(chance, self.grid)
        patients = int(chance.integers(1, 25))
        come = chance.integers(0, int(chance.choice([1, 10, 30])), patients) * self.grid
        self.arrivals = np.column_stack([come, chance.permutation(patients)]).astype(np.int64)
        self.deaths = int(chance.integers(0, 4))
        self.crowded = bool(chance.integers(3) == 0)
        self.plan = new_plan()
        self.begin()

    def begin(self) -> Maze:
        """As it was, for the next engine."""
        resources = self.hospital.resources
        longest = [max((its.minutes for its in resource.sittings), default=self.grid) for resource in resources]
        self.world = World(
            self.key,
            self.grid,
            np.array([int(resource.kind) for resource in resources], np.int64),
            np.array(longest, np.int64),
            self.deaths,
            self.crowded,
            np.zeros(len(self.arrivals), np.int64),
            np.zeros((len(self.arrivals), len(resources)), np.int64),
            self.plan,
        )
        return self

    def advance(self, patient: int, step: int, now: int) -> None:
        """Run a step."""
        advance(self.world, patient, step, now)

    def ring(self, patient: int, now: int) -> None:
        """The alarm rings."""
        ring(self.world, patient, now)


class Outcome(NamedTuple):
    """What an engine made of a maze: its log, or what it says where it refuses to go on; and the seconds it took."""

    log: EventLog | None
    refused: str
    seconds: float


def both_engines(number: int) -> tuple[Outcome, Outcome]:
    """The SimPy engine and the compiled one in the same maze."""
    from sim.engine.compiled import run_compiled

    maze = Maze(number)
    return _outcome(run_reference, maze), _outcome(run_compiled, maze)


def _outcome(engine: Callable[..., EventLog], maze: Maze) -> Outcome:
    maze.begin()
    begun = time.perf_counter()
    log, refused = None, ""
    try:
        log = engine(maze.hospital, maze, maze.arrivals, maze.key)
    except RunError as error:
        refused = str(error)
    return Outcome(log, refused, round(time.perf_counter() - begun, 3))


def _hospital(chance: np.random.Generator, grid: int) -> Hospital:
    ends = grid * int(chance.integers(30, 120))
    resources = [_place(chance, f"place_{n}", grid, ends) for n in range(chance.integers(1, 4))]
    ranks = chance.permutation(6)
    resources += [_list(chance, f"list_{n}", grid, ends, int(ranks[n])) for n in range(chance.integers(0, 4))]
    resources += [_offer(chance, f"offer_{n}", ends, n) for n in range(chance.integers(0, 3))]
    order = chance.permutation(len(resources))
    resources = [resources[number] for number in order]
    demand = [_demand(chance, f"others_{n}", resources, grid, ends) for n in range(chance.integers(0, 4))]
    return Hospital(tuple(resources), tuple(demand), ends, str(chance.choice(["report", "swap", "swap"])))


def _place(chance: np.random.Generator, name: str, grid: int, ends: int) -> Resource:
    minutes = sorted({0, *(chance.integers(1, ends // grid, chance.integers(0, 3)) * grid).tolist()})
    capacity = tuple((int(minute), int(chance.choice([0, 1, 1, 2, 3]))) for minute in minutes)
    return Resource(name, Kind.PLACE, backfill=bool(chance.integers(2)), capacity=capacity)


def _list(chance: np.random.Generator, name: str, grid: int, ends: int, rank: int) -> Resource:
    every, minutes = int(chance.integers(1, 12)), int(chance.integers(1, 6)) * grid
    sittings = []
    for opens in range(int(chance.integers(0, 10)), ends // grid, every):
        if chance.random() < 0.1:  # closed
            continue
        for _ in range(1 + int(chance.random() < 0.2)):
            protected = int(chance.integers(0, minutes // grid + 1)) * grid if chance.random() < 0.3 else 0
            limit = int(chance.choice([-1, -1, 1, 2]))
            off = 3 if chance.random() < 0.05 else -1
            sittings.append(Sitting(opens * grid, minutes, name, limit, protected, off))
    return Resource(
        name,
        Kind.LIST,
        rank,
        notice=int(chance.choice([0, grid, 5 * grid, 1000 * grid])),
        backfill=bool(chance.integers(2)),
        overrun=int(chance.choice([0, 0, grid])),
        cancelled=float(chance.choice([0.0, 0.2])),
        missed=float(chance.choice([0.0, 0.2])),
        sittings=tuple(sittings),
    )


def _offer(chance: np.random.Generator, name: str, ends: int, rank: int) -> Resource:
    kinds = (0.5, 1.0) if chance.integers(2) else (1.0,)
    rate = float(chance.choice([0, 3, 20])) * YEAR / ends
    return Resource(name, Kind.OFFER, rank, rate_per_year=rate, kinds=kinds)


def _demand(chance: np.random.Generator, name: str, resources: list[Resource], grid: int, ends: int) -> Competing:
    wanted = [number for number, its in enumerate(resources) if its.kind in (Kind.PLACE, Kind.LIST)]
    places = [number for number, its in enumerate(resources) if its.kind == Kind.PLACE]
    number = int(chance.choice(wanted))
    second = int(chance.choice(places)) if chance.random() < 0.4 else -1
    varies = CONSTANT
    if chance.random() < 0.4:
        varies = Intensity((0.0, ends / 3, ends / 2), (1.0, 0.0, 2.0), (0.0, 0.0, 1.0 / ends))
    return Competing(
        name,
        number,
        float(chance.choice([0, 10, 60])) * YEAR / ends,
        Spread(float(grid * chance.integers(1, 4)), float(chance.choice([0.0, 0.6]))),
        (0.3, 0.3, 0.4) if chance.integers(2) else (1.0,),
        -1 if second == number else second,
        Spread(float(grid * chance.integers(0, 3)), 0.0),
        varies,
    )
