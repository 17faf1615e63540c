"""SimPy: a generator for each customer, resources with `with`, random numbers of the standard library."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator

import simpy

from others.tally import Tally
from workloads import numbers
from workloads.numbers import CAPACITIES, MOST_RECURRENCES, RECURS, RESOURCES, SERVERS, SHARES, VISITS

VERSION = simpy.__version__


def W1(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """M/M/3."""
    random.seed(seed)
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=SERVERS)
    left, waited, served = 0, 0.0, 0.0

    def customer() -> Iterator[simpy.Event]:
        nonlocal left, waited, served
        arrived = env.now
        with servers.request() as request:
            yield request
            waited += env.now - arrived
            service = random.expovariate(1.0)
            yield env.timeout(service)
        served += service
        left += 1

    def source() -> Iterator[simpy.Event]:
        for _ in range(size):
            yield env.timeout(random.expovariate(numbers.W1_RATE))
            env.process(customer())

    env.process(source())
    env.run()
    return {"customers": left, "events": 2 * left, "wait": waited / left, "service": served / left}


class Clinic:
    """The clinic of W2."""

    def __init__(self, size: int) -> None:
        self.env = simpy.Environment()
        self.size = size
        self.tally = Tally()
        self.rooms = {
            name: simpy.Resource(self.env, capacity)
            for name, capacity in zip(RESOURCES, CAPACITIES, strict=True)
            if name != "board"
        }
        self.queue: deque[simpy.Event] = deque()  # of the board

    def source(self) -> Iterator[simpy.Event]:
        """Patients arrive."""
        for _ in range(self.size):
            yield self.env.timeout(random.expovariate(numbers.W2_RATE))
            self.env.process(self.patient())

    def board(self) -> Iterator[simpy.Event]:
        """Sits each week, while there is anyone left to come."""
        while self.tally.left < self.size:
            yield self.env.timeout(numbers.BOARD_EVERY)
            for _ in range(min(numbers.BOARD_SLOTS, len(self.queue))):
                self.queue.popleft().succeed()

    def use(self, name: str, days: float) -> Iterator[simpy.Event]:
        """Wait for a room, and use it."""
        joined = self.env.now
        with self.rooms[name].request() as request:
            yield request
            self.tally.waited[name] += self.env.now - joined
            yield self.env.timeout(days)
        self.tally.served[name] += 1

    def treat(self) -> Iterator[simpy.Event]:
        """Board, treatment, ward."""
        tally = self.tally
        joined = self.env.now
        seen = self.env.event()
        self.queue.append(seen)
        yield seen
        tally.waited["board"] += self.env.now - joined
        tally.served["board"] += 1
        (which,) = random.choices((0, 1, 2), SHARES)
        mean, sigma = LOGARITHMS[which]
        yield from self.use(f"suite_{which}", random.lognormvariate(mean, sigma))
        stay = random.lognormvariate(*STAY)
        tally.stayed += stay
        yield from self.use("ward", stay)

    def recurs(self, may: bool) -> Iterator[simpy.Event]:
        """Visits, until one finds a recurrence: then True."""
        for _ in range(VISITS):
            yield self.env.timeout(random.expovariate(1 / numbers.INTERVAL))
            self.tally.visits += 1
            if may and random.random() < RECURS:
                return True
        return False

    def patient(self) -> Iterator[simpy.Event]:
        """One patient's way."""
        yield self.env.timeout(random.expovariate(1 / numbers.TRIAGE))
        yield from self.use("scanner", random.expovariate(1 / numbers.SCAN))
        yield from self.use("biopsy", random.expovariate(1 / numbers.BIOPSY))
        recurrences = 0
        while True:
            yield from self.treat()
            again = yield from self.recurs(recurrences < MOST_RECURRENCES)
            if not again:
                break
            recurrences += 1
        self.tally.left += 1


LOGARITHMS = numbers.TREATMENT_LOGARITHMS
STAY = numbers.STAY_LOGARITHM


def W2(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """The pathway."""
    random.seed(seed)
    clinic = Clinic(size)
    clinic.env.process(clinic.source())
    clinic.env.process(clinic.board())
    clinic.env.run()
    return clinic.tally.figures()
