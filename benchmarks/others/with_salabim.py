"""salabim: a component for each customer, resources that are requested and released, waits from their queues."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import salabim as sim

from others.tally import Tally
from workloads import numbers
from workloads.numbers import CAPACITIES, MOST_RECURRENCES, RECURS, RESOURCES, SERVERS, SHARES, VISITS

VERSION = sim.__version__

sim.yieldless(False)


def W1(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """M/M/3."""
    env = sim.Environment(random_seed=seed)
    gap, service = sim.Exponential(1 / numbers.W1_RATE), sim.Exponential(1)
    servers = sim.Resource("servers", capacity=SERVERS)
    left = 0

    class Source(sim.Component):  # type: ignore[misc]
        def process(self) -> Iterator[Any]:
            for _ in range(size):
                yield self.hold(gap.sample())
                Customer()

    class Customer(sim.Component):  # type: ignore[misc]
        def process(self) -> Iterator[Any]:
            nonlocal left
            yield self.request(servers)
            yield self.hold(service.sample())
            self.release()
            left += 1

    Source()
    env.run()
    wait, served = (queue.length_of_stay.mean() for queue in (servers.requesters(), servers.claimers()))
    return {"customers": left, "events": 2 * left, "wait": wait, "service": served}


def W2(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """The pathway."""
    env = sim.Environment(random_seed=seed)
    gap, triage = sim.Exponential(1 / numbers.W2_RATE), sim.Exponential(numbers.TRIAGE)
    scan, biopsy = sim.Exponential(numbers.SCAN), sim.Exponential(numbers.BIOPSY)
    interval = sim.Exponential(numbers.INTERVAL)
    rooms = {name: sim.Resource(name, capacity=places) for name, places in zip(RESOURCES, CAPACITIES, strict=True)}
    waiting = sim.Queue("waiting for the board")
    tally = Tally()

    class Source(sim.Component):  # type: ignore[misc]
        def process(self) -> Iterator[Any]:
            for _ in range(size):
                yield self.hold(gap.sample())
                Patient()

    class Board(sim.Component):  # type: ignore[misc]
        def process(self) -> Iterator[Any]:
            while tally.left < size:
                yield self.hold(numbers.BOARD_EVERY)
                for _ in range(min(numbers.BOARD_SLOTS, len(waiting))):
                    waiting.pop().activate()

    class Patient(sim.Component):  # type: ignore[misc]
        def process(self) -> Iterator[Any]:
            yield self.hold(triage.sample())
            yield from self.use("scanner", scan.sample())
            yield from self.use("biopsy", biopsy.sample())
            recurrences = 0
            while True:
                yield from self.treated()
                again = yield from self.recurs(recurrences < MOST_RECURRENCES)
                if not again:
                    break
                recurrences += 1
            tally.left += 1

        def use(self, name: str, days: float) -> Iterator[Any]:
            yield self.request(rooms[name])
            yield self.hold(days)
            self.release()

        def treated(self) -> Iterator[Any]:
            self.enter(waiting)
            yield self.passivate()
            (which,) = random.choices((0, 1, 2), SHARES)
            mean, sigma = numbers.TREATMENT_LOGARITHMS[which]
            yield from self.use(f"suite_{which}", random.lognormvariate(mean, sigma))
            yield from self.use("ward", random.lognormvariate(*numbers.STAY_LOGARITHM))

        def recurs(self, may: bool) -> Iterator[Any]:
            for _ in range(VISITS):
                yield self.hold(interval.sample())
                tally.visits += 1
                if may and random.random() < RECURS:
                    return True
            return False

    random.seed(seed)
    Source()
    Board()
    env.run()
    for name, room in rooms.items():
        stays = (waiting if name == "board" else room.requesters()).length_of_stay
        tally.served[name] = stays.number_of_entries()
        tally.waited[name] = stays.mean() * stays.number_of_entries()
    tally.stayed = rooms["ward"].claimers().length_of_stay.mean() * tally.served["ward"]
    return tally.figures()
