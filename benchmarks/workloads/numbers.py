"""Parameters of both workloads, once for all engines, and what must come out. Needs the standard library only.

    W1, W2                          minutes of one unit of time and what is drawn in them
    erlang_wait(...)                mean wait of M/M/c
    FIGURES[workload]               the means that are checked, with what is expected and how much they spread
    missing(workload, size, done)   what says that work was left out; [] if nothing does

W1 is M/M/3 at a load of 0.9. W2 is a pathway: arrivals at random, a delay, PET-CT, biopsy, a board every seven days
with 20 slots (first come, first served; unused slots are lost), one of three treatments, a bed, three visits, each of
which may find a recurrence and lead back to the board, at most three times. All loads of W2 are 0.8.

The project's engines count whole minutes. A unit of W1 is 10,000 minutes and a day of W2 is 1,440, so that rounding
changes no mean by a thousandth of it. On the board a case takes one of the sitting's 20 minutes.
"""

from __future__ import annotations

import math
from typing import NamedTuple


def erlang_wait(servers: int, arrivals: float, service: float) -> float:
    """Mean wait in M/M/c.

    arrivals  rate
    service   mean time, of the same unit

    >>> round(erlang_wait(3, 2.7, 1.0), 4)
    2.7235
    """
    offered = arrivals * service
    busy = offered**servers / math.factorial(servers) * servers / (servers - offered)
    idle = sum(offered**n / math.factorial(n) for n in range(servers))
    return busy / (idle + busy) * service / (servers - offered)


class Lognormal(NamedTuple):
    """A lognormal time: median, standard deviation of its logarithm, and the mean they give."""

    median: float
    sigma: float
    mean: float


def lognormal(mean: float, variation: float) -> Lognormal:
    """The lognormal of this mean and coefficient of variation."""
    variance = math.log(1 + variation**2)
    return Lognormal(math.exp(math.log(mean) - variance / 2), math.sqrt(variance), mean)


# ---- W1, in units of the mean service

UNIT = 10_000  # minutes
SERVERS = 3
W1_RATE = 0.9 * SERVERS
W1_DRAIN = 1_000  # units after the last arrival in which everyone leaves

# ---- W2, in days

DAY = 1440  # minutes
RECURS = 0.15
MOST_RECURRENCES = 3
VISITS = 3
_AGAIN = 1 - (1 - RECURS) ** VISITS
PASSES = sum(_AGAIN**n for n in range(MOST_RECURRENCES + 1))  # visits to the board, a patient
_SEEN = (1 - (1 - RECURS) ** VISITS) / RECURS  # visits of a pass that can end in a recurrence
VISITS_SEEN = _SEEN * (PASSES - _AGAIN**MOST_RECURRENCES) + VISITS * _AGAIN**MOST_RECURRENCES
LOAD = 0.8
BOARD_EVERY = 7
BOARD_SLOTS = 20
W2_RATE = LOAD * BOARD_SLOTS / BOARD_EVERY / PASSES  # a day
TRIAGE = 2.0  # mean of an exponential
SCANNERS = BIOPSY_ROOMS = 2
SCAN = LOAD * SCANNERS / W2_RATE
BIOPSY = LOAD * BIOPSY_ROOMS / W2_RATE
SHARES = (0.3, 0.3, 0.4)
SHARE_BOUNDS = (0.3, 0.6)
SUITES = (3, 4, 8)
TREATMENTS = tuple(
    lognormal(LOAD * suites / (W2_RATE * PASSES * share), 0.5) for suites, share in zip(SUITES, SHARES, strict=True)
)
BEDS = 10
STAY = lognormal(LOAD * BEDS / (W2_RATE * PASSES), 0.8)
INTERVAL = 90.0
TREATMENT_LOGARITHMS = tuple((math.log(treatment.median), treatment.sigma) for treatment in TREATMENTS)
STAY_LOGARITHM = (math.log(STAY.median), STAY.sigma)
W2_DRAIN = 7_300  # days after the last arrival in which everyone leaves

RESOURCES = ("scanner", "biopsy", "board", "suite_0", "suite_1", "suite_2", "ward")
CAPACITIES = (SCANNERS, BIOPSY_ROOMS, BOARD_SLOTS, *SUITES, BEDS)


class Figure(NamedTuple):
    """A mean that is checked.

    expected  its value in the long run; by theory, or from many runs of the C program where there is none
    spread    standard deviation of one run's mean, times the square root of its customers
    """

    expected: float
    spread: float
    theory: bool


def _theory(expected: float, spread: float) -> Figure:
    return Figure(expected, spread, theory=True)


def _measured(expected: float, spread: float) -> Figure:
    return Figure(expected, spread, theory=False)  # 80 runs of 100,000 patients in C: known to half a per cent


FIGURES: dict[str, dict[str, Figure]] = {
    "W1": {
        "wait": _theory(erlang_wait(SERVERS, W1_RATE, 1.0), 67.0),
        "service": _theory(1.0, 1.0),
    },
    "W2": {
        "passes": _theory(PASSES, 0.87),
        "visits": _theory(VISITS_SEEN, 1.65),
        "stay": _theory(STAY.mean, 2.3),
        "wait_scanner": _theory(erlang_wait(SCANNERS, W2_RATE, SCAN), 27.0),
        "wait_biopsy": _theory(erlang_wait(BIOPSY_ROOMS, W2_RATE, BIOPSY), 27.0),
        "wait_board": _measured(3.756, 4.4),
        "wait_suite_0": _measured(3.41, 42.0),
        "wait_suite_1": _measured(2.96, 32.0),
        "wait_suite_2": _measured(1.75, 24.0),
        "wait_ward": _measured(0.390, 6.3),
    },
}
"""Waits and times in units (W1) and days (W2); passes and visits a patient."""


def missing(workload: str, size: int, done: dict[str, float]) -> list[str]:
    """What in a run's figures says that work was left out, or done otherwise; [] if nothing does.

    done   `customers`, `events` and the figures of the workload
    """
    found = []
    if done["customers"] != size:
        found.append(f"{done['customers']:.0f} of {size} customers have left")
    for name, figure in FIGURES[workload].items():
        allowed = 5 * figure.spread / math.sqrt(size)
        if not abs(done[name] - figure.expected) <= allowed:
            found.append(f"{name} is {done[name]:.4f}; expected is {figure.expected:.4f}, give or take {allowed:.4f}")
    return found
