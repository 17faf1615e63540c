"""Ciw: a network of nodes, a slotted one for the board, routing objects, figures from the records."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import ciw

from others.tally import Tally
from workloads import numbers
from workloads.numbers import CAPACITIES, MOST_RECURRENCES, RECURS, RESOURCES, SERVERS, SHARES, VISITS

VERSION = ciw.__version__


class SoMany(ciw.dists.Exponential):  # type: ignore[misc]
    """Arrivals at random, so many and no more."""

    def __init__(self, rate: float, number: int) -> None:
        super().__init__(rate=rate)
        self.left = number

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        """The next gap."""
        self.left -= 1
        return super().sample() if self.left >= 0 else math.inf


def W1(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """M/M/3."""
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[SoMany(numbers.W1_RATE, size)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(size)
    records = simulation.get_all_records()
    left = len(records)
    wait, service = sum(r.waiting_time for r in records), sum(r.service_time for r in records)
    return {"customers": left, "events": 2 * left, "wait": wait / left, "service": service / left}


TRIAGE, SCANNER, BIOPSY, BOARD, SUITES, WARD, VISIT = 1, 2, 3, 4, (5, 6, 7), 8, 9
NODES = (SCANNER, BIOPSY, BOARD, *SUITES, WARD)  # of RESOURCES


class AfterVisit(ciw.routing.NodeRouting):  # type: ignore[misc]
    """To the board after a recurrence, to the next visit, or out."""

    def next_node(self, ind: Any) -> Any:
        """Where to."""
        if not hasattr(ind, "recurrences"):
            ind.recurrences = ind.visits = 0
        ind.visits += 1
        if ind.recurrences < MOST_RECURRENCES and ciw.rng.random() < RECURS:
            ind.recurrences += 1
            ind.visits = 0
            return self.simulation.nodes[BOARD]
        return self.simulation.nodes[VISIT if ind.visits < VISITS else -1]


def W2(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """The pathway."""
    ciw.seed(seed)
    exponential, direct = ciw.dists.Exponential, ciw.routing.Direct
    capacity = dict(zip(RESOURCES, CAPACITIES, strict=True))
    network = ciw.create_network(
        arrival_distributions=[SoMany(numbers.W2_RATE, size)] + [None] * 8,
        service_distributions=[
            exponential(rate=1 / numbers.TRIAGE),
            exponential(rate=1 / numbers.SCAN),
            exponential(rate=1 / numbers.BIOPSY),
            ciw.dists.Deterministic(value=0.0),
            *(ciw.dists.Lognormal(mean, sigma) for mean, sigma in numbers.TREATMENT_LOGARITHMS),
            ciw.dists.Lognormal(*numbers.STAY_LOGARITHM),
            exponential(rate=1 / numbers.INTERVAL),
        ],
        number_of_servers=[
            math.inf,
            capacity["scanner"],
            capacity["biopsy"],
            ciw.Slotted(slots=[float(numbers.BOARD_EVERY)], slot_sizes=[numbers.BOARD_SLOTS]),
            *(capacity[f"suite_{which}"] for which in range(3)),
            capacity["ward"],
            math.inf,
        ],
        routing=ciw.routing.NetworkRouting(
            routers=[
                direct(to=SCANNER),
                direct(to=BIOPSY),
                direct(to=BOARD),
                ciw.routing.Probabilistic(destinations=list(SUITES), probs=list(SHARES)),
                *(direct(to=WARD) for _ in SUITES),
                direct(to=VISIT),
                AfterVisit(),
            ]
        ),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(size)
    return _figures(simulation.get_all_records(), simulation.nodes[-1].number_of_individuals)


def _figures(records: Iterable[Any], left: int) -> dict[str, float]:
    tally = Tally()
    tally.left = left
    names = dict(zip(NODES, RESOURCES, strict=True))
    for record in records:
        if record.node == VISIT:
            tally.visits += 1
        elif record.node in names:
            name = names[record.node]
            tally.served[name] += 1
            tally.waited[name] += record.waiting_time
            if name == "ward":
                tally.stayed += record.service_time
    return tally.figures()
