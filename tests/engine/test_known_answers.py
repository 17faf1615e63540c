"""Queues whose answers are known: closed formulae, Little's law, and an exact replay of a run's own customers.

Services last 10,000 minutes and more, so that whole minutes do not matter. Means come from independent
replications; the formula must lie inside their 99 % t-interval.
"""

import heapq
import math

import numpy as np
import pytest
from scipy import stats

from sim import draws
from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
from sim.engine.reference import run_reference
from sim.engine.rules import Question, visit
from sim.log import Event, Happening
from sim.steps import Kind, new_plan

CUSTOMERS, SKIPPED, REPLICATIONS = 2500, 300, 10
SERVICE = 20_000


class Customers:
    """Everyone asks for one place (or list case) of her own minutes, and goes."""

    names = {"steps": ["served", "gone"], "whys": []}  # noqa: RUF012
    first_step = 0

    def __init__(self, kind, minutes):
        self.plan = new_plan()
        self._reply = self.plan.reply.view(np.ndarray).view("i8")
        self._order = self.plan.orders.view(np.ndarray).view("i8")[:10]
        self._kind, self._minutes = int(kind), minutes

    def advance(self, patient, step, now):
        alarm = self._reply[4]
        self._reply[:] = (1 - step, 0, 0, 1, alarm, 0, step, -1, -1)
        self._order[:] = (self._kind, 0, self._minutes[patient], 0, -1, 0, 0, 0, 0, -1)

    def ring(self, patient, now):
        raise AssertionError("nobody has an alarm")


def customers_run(resource, gap, services, key):
    """One replication: Poisson arrivals with mean `gap`, given services; returns the log and its waits."""
    patients = np.arange(len(services))
    gaps = -np.log(draws.uniforms(key, patients, 900, 0)) * gap
    arrivals = np.column_stack([np.floor(np.cumsum(gaps)).astype(np.int64), patients])
    hospital = Hospital((resource,), (), ends=int(arrivals[-1, 0]) + 100 * SERVICE)
    log = run_reference(hospital, Customers(resource.kind, services), arrivals, key)
    return log, times(log, Event.STARTED) - times(log, Event.JOINED)


def times(log, event):
    rows = log.events[log.events[:, 3] == event]
    return rows[np.argsort(rows[:, 0])][:, 2]


def services_of(shape, key):
    u = draws.uniforms(key, np.arange(CUSTOMERS), 901, 0)
    if shape == "exponential":
        minutes = -np.log(u) * SERVICE
    elif shape == "lognormal":
        minutes = SERVICE * np.exp(0.6 * stats.norm.ppf(u) - 0.18)
    else:
        minutes = np.full(CUSTOMERS, SERVICE)
    return np.rint(minutes).astype(np.int64).tolist()


def erlang_wait(servers, load):
    """Mean wait in M/M/c in units of the mean service; load per server."""
    offered = servers * load
    busy = offered**servers / math.factorial(servers) / (1 - load)
    free = sum(offered**n / math.factorial(n) for n in range(servers))
    return busy / (free + busy) / (servers * (1 - load))


def fixed_service_wait(servers, load):
    """Mean wait in M/D/c: who is there one service later is who waited, and who came meanwhile."""
    size = 400
    coming = stats.poisson.pmf(np.arange(size), servers * load)
    there = np.zeros(size)
    there[0] = 1
    for _ in range(2000):
        left = np.zeros(size)
        left[: size - servers] = there[servers:]
        left[0] += there[:servers].sum()
        there = np.convolve(left, coming)[:size]
    waiting = (np.maximum(np.arange(size) - servers, 0) * there).sum()
    return waiting / (servers * load)


@pytest.mark.parametrize(
    ("shape", "servers", "load", "expected"),
    [
        ("exponential", 1, 0.6, 0.6 / 0.4),
        ("exponential", 3, 0.7, erlang_wait(3, 0.7)),
        ("lognormal", 1, 0.6, 0.6 / 0.4 * math.exp(0.36) / 2),
        ("fixed", 1, 0.7, 0.7 / 0.3 / 2),
        ("fixed", 2, 0.7, fixed_service_wait(2, 0.7)),
    ],
    ids=["M/M/1", "M/M/3", "M/G/1", "M/D/1", "M/D/2"],
)
def test_mean_waits_are_those_of_theory(shape, servers, load, expected):
    resource = Resource("servers", Kind.PLACE, capacity=((0, servers),))
    means = []
    for replication in range(REPLICATIONS):
        key = draws.key(71, 0, replication)
        _, waits = customers_run(resource, SERVICE / servers / load, services_of(shape, key), key)
        means.append(waits[SKIPPED:].mean() / SERVICE)
    half = stats.t.ppf(0.995, REPLICATIONS - 1) * np.std(means, ddof=1) / math.sqrt(REPLICATIONS)
    assert half < 0.3 * expected
    assert abs(np.mean(means) - expected) < half


def test_a_weekly_sitting_of_ten_is_a_bulk_queue():
    week, most, load = 10_080, 10, 8
    size = 400
    coming = stats.poisson.pmf(np.arange(size), load)
    behind = np.zeros(size)
    behind[0] = 1
    for _ in range(3000):
        there = np.convolve(behind, coming)[:size]
        behind = np.concatenate([[there[: most + 1].sum()], there[most + 1 :], np.zeros(most)])
    expected = week / 2 + (np.arange(size) * behind).sum() / load * week
    sittings = tuple(Sitting(n * week, 90, "board", cases=most) for n in range(1, CUSTOMERS // load + 40))
    board = Resource("board", Kind.LIST, sittings=sittings)
    means = []
    for replication in range(REPLICATIONS):
        key = draws.key(72, 0, replication)
        _, waits = customers_run(board, week / load, [0] * CUSTOMERS, key)
        means.append(waits[SKIPPED:].mean())
    half = stats.t.ppf(0.995, REPLICATIONS - 1) * np.std(means, ddof=1) / math.sqrt(REPLICATIONS)
    assert half < 0.3 * expected
    assert abs(np.mean(means) - expected) < half


@pytest.mark.parametrize("servers", [1, 3])
def test_a_replay_of_the_runs_own_arrivals_and_services_gives_exactly_its_starts(servers):
    """Kiefer and Wolfowitz 1955: who comes next goes to the server that is free first."""
    key = draws.key(73)
    services = services_of("exponential", key)
    resource = Resource("servers", Kind.PLACE, capacity=((0, servers),))
    log, _ = customers_run(resource, SERVICE / servers / 0.8, services, key)
    joined, started = times(log, Event.JOINED), times(log, Event.STARTED)
    ties = draws.uniforms(key, np.arange(CUSTOMERS), int(Question.TIE), visit(0, 0))
    free_at = [0] * servers
    difference = 0
    for customer in np.lexsort((ties, joined)):
        begins = max(int(joined[customer]), heapq.heappop(free_at))
        difference += abs(begins - int(started[customer]))
        heapq.heappush(free_at, begins + services[customer])
    assert difference == 0


def test_littles_law_holds_exactly_over_a_run_that_ends_empty():
    key = draws.key(74)
    resource = Resource("servers", Kind.PLACE, capacity=((0, 2),))
    log, waits = customers_run(resource, SERVICE / 2 / 0.8, services_of("lognormal", key), key)
    changes = sorted([(m, 1) for m in times(log, Event.JOINED)] + [(m, -1) for m in times(log, Event.STARTED)])
    area, length, before = 0, 0, 0
    for minute, change in changes:
        area += length * int(minute - before)
        length, before = length + change, minute
    assert length == 0
    assert area == waits.sum()


def test_the_beds_in_use_are_the_stays_of_all_who_had_them_and_never_more_than_there_are():
    key = draws.key(75)
    others = Competing("others", 0, rate_per_year=40.0, minutes=Spread(15_000, 0.5))
    resource = Resource("ward", Kind.PLACE, capacity=((0, 3),))
    services = services_of("lognormal", key)[:200]
    arrivals = np.column_stack([np.arange(200) * 7000, np.arange(200)])
    ends = 2_000_000
    log = run_reference(Hospital((resource,), (others,), ends), Customers(Kind.PLACE, services), arrivals, key)
    occupied = log.resources[log.resources[:, 2] == Happening.OCCUPIED]
    minutes, levels = np.append(occupied[:, 0], ends), occupied[:, 4]
    assert levels.max() == 3
    area = (np.diff(minutes) * levels).sum()
    stays = log.resources[log.resources[:, 2] == Happening.STARTED][:, [0, 4]]
    ours = log.events[log.events[:, 3] == Event.STARTED][:, [2, 6]]
    both = np.vstack([stays, ours])
    assert area == (np.minimum(both[:, 0] + both[:, 1], ends) - both[:, 0]).sum()
