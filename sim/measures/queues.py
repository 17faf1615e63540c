"""Queues: who waited for which resource, for how long, and how many waited at any time.

    queueing(journeys)           waits of the pathway's own patients, one for each visit to a queue
    competing_queues(log, ...)   waits of the competing cases
    mean_length(line, window)    how many were waiting, averaged over time
    growth(line, window)         how many more waited at the end of the measured period than at its beginning
    weekly_lengths(...)          the same for each week of the run
    listed_figures(...)          listed for an offer, given one, removed, died waiting
    little(...)                  Little's law for each queue: length against rate times wait

A wait begins when a patient joins and ends when her turn comes (`called` on a list, `started` at a place), when
she is taken out, or when she dies. A booked date does not end it, and neither does being cancelled on the day or
not attending: she is back in the queue, and her wait goes on. Somebody who has two orders in the same queue is
one person waiting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import FIRST_CLINIC_WHY, Event, EventLog, Happening
from sim.measures import passes
from sim.measures.bundle import Rows, Words, table
from sim.measures.capacity import COMPETING, OWN, HospitalLog
from sim.measures.columns import ByPatient, Ints, in_order
from sim.measures.facts import Facts, Window
from sim.measures.journeys import Journeys, Outcome, clocks
from sim.measures.statistics import Floats
from sim.measures.waits import Waits, wait_figures, waits_of
from sim.units import DAY, WEEK

JOINS = (Event.JOINED, Event.CANCELLED, Event.MISSED)
LEAVES = (Event.CALLED, Event.STARTED, Event.WITHDRAWN)
WHO = (OWN, COMPETING)
ALL = "all"


@dataclass(frozen=True)
class Line:
    """The waits of one resource's queue, of one kind of people.

    start     (n,) minute of joining
    end       (n,) minute at which the wait ended, or the horizon
    outcome   (n,) `Outcome`
    """

    start: Ints
    end: Ints
    outcome: npt.NDArray[np.integer]

    @cached_property
    def by_time(self) -> tuple[Ints, Ints]:
        """The minutes of joining and of leaving of those who waited at all, each in rising order."""
        real = self.end > self.start
        return np.sort(self.start[real]), np.sort(self.end[real])

    @cached_property
    def sums(self) -> tuple[Ints, Ints]:
        """Of both, the sum of the first so many."""
        starts, ends = (np.r_[0, np.cumsum(minutes)] for minutes in self.by_time)
        return starts, ends


@dataclass(frozen=True)
class Removals(ByPatient):
    """Those who were taken out of a queue, once for every reason that the log has for it.

    minute     (n,)
    resource   (n,) its number
    cause      (n,) number of the reason
    """

    minute: Ints
    resource: npt.NDArray[np.int16]
    cause: Ints


def queueing(journeys: Journeys) -> tuple[Waits, Removals]:
    """Waits of the pathway's own patients in the queues of all resources, and those who were taken out of one."""
    at = np.sort(np.concatenate([journeys.where(event) for event in (*JOINS, *LEAVES)]))
    resource = journeys.resource[at].astype(np.int64)
    at, resource = at[resource >= 0], resource[resource >= 0]
    joins = np.isin(journeys.event[at], JOINS)
    begins, ends = passes.visits(journeys.who[at], resource, joins, int(resource.max(initial=0)) + 1)
    by = np.where(ends >= 0, at[ends], journeys.never) if len(at) else ends
    withdrawn = (ends >= 0) & (journeys.event[at[ends]] == Event.WITHDRAWN) if len(at) else ends >= 0
    reached, ended = np.where(withdrawn, journeys.never, by), np.where(withdrawn, by, journeys.never)
    episodes = clocks(journeys, at[begins], reached, ended)
    resource = resource[begins]
    lost = journeys.where(Event.LOST)
    lost = lost[journeys.value[lost] >= FIRST_CLINIC_WHY]
    removed = np.flatnonzero((episodes.outcome == Outcome.ENDED) & (episodes.by < journeys.never))
    causes = np.unique(journeys.value[lost])
    found = [removed[journeys.same_moment(episodes.by[removed], lost[journeys.value[lost] == its])] for its in causes]
    which = np.concatenate([*found, np.empty(0, np.int64)])
    removals = Removals(
        who=episodes.who[which],
        minute=journeys.minute[episodes.by[which]],
        resource=resource[which].astype(np.int16),
        cause=np.repeat(causes, [len(its) for its in found]).astype(np.int64),
    )
    return waits_of(journeys, episodes, resource), removals.taking(in_order(removals.who))


def competing_queues(hospital: HospitalLog, window: Window) -> dict[str, Line]:
    """Waits of the competing cases, by name of the resource.

    A case starts once, and the log does not tell the order of rows of one minute: one that is sent back from a room
    that does not open, and starts in the room beside it in the same minute, was first sent back.
    """
    of = hospital.cases
    order = in_order(of.case)
    case, minute, starts = of.case[order], of.minute[order], (of.event == Happening.STARTED)[order]
    too_early = starts[:-1] & ~starts[1:] & (case[1:] == case[:-1]) & (minute[1:] == minute[:-1])
    if too_early.any():
        again = np.flatnonzero(np.isin(case, case[:-1][too_early]))
        order[again] = order[again[np.lexsort((starts[again], minute[again], case[again]))]]
        minute, starts = of.minute[order], (of.event == Happening.STARTED)[order]
    resource = of.resource[order].astype(np.int64)
    begins, ends = passes.visits(case, resource, ~starts, len(hospital.numbers))
    start, resource = minute[begins], resource[begins]
    end = np.where(ends >= 0, minute[ends], window.horizon) if len(minute) else ends
    outcome = np.where(ends >= 0, Outcome.REACHED, Outcome.CENSORED).astype(np.int8)
    whose = {name: np.flatnonzero(resource == number) for name, number in hospital.numbers.items()}
    return {name: Line(start[its], end[its], outcome[its]) for name, its in whose.items()}


def lines(own: Waits, competing: dict[str, Line], numbers: dict[str, int]) -> dict[tuple[str, str], Line]:
    """Every queue of the hospital, by (resource, who), with `who` own, competing or all.

    numbers   of the resources by name
    """
    nobody = Line(*(np.empty(0, np.int64) for _ in range(3)))
    found = {}
    for name in sorted(numbers):
        rows = np.flatnonzero(own.group == numbers[name])
        found[name, OWN] = Line(own.start[rows], own.end[rows], own.outcome[rows])
        found[name, COMPETING] = competing.get(name, nobody)
        found[name, ALL] = together([found[name, OWN], found[name, COMPETING]])
    return found


def together(lines_of_one: Iterable[Line]) -> Line:
    """Several lines as one."""
    return Line(
        np.concatenate([line.start for line in lines_of_one]),
        np.concatenate([line.end for line in lines_of_one]),
        np.concatenate([line.outcome for line in lines_of_one]),
    )


def waited_until(line: Line, at: Ints) -> Ints:
    """Person-minutes waited in a line up to each of these minutes.

    Everyone who has joined by t has waited t - start, less t - end for those whose wait is over.

    >>> line = Line(np.array([0, 5]), np.array([10, 8]), np.array([1, 1]))
    >>> waited_until(line, np.array([5, 6, 20])).tolist()
    [5, 7, 13]
    """

    (starts, ends), (sum_of_starts, sum_of_ends) = line.by_time, line.sums
    joined, left = starts.searchsorted(at), ends.searchsorted(at)
    waited: Ints = at * (joined - left) - (sum_of_starts[joined] - sum_of_ends[left])
    return waited


def mean_length(line: Line, window: Window) -> float:
    """How many were waiting in the measured period, averaged over its time."""
    first, last = waited_until(line, np.array([window.starts, window.ends]))
    return float(last - first) / window.minutes


def growth(line: Line, window: Window) -> float:
    """Mean number waiting in the last quarter of the measured period, less that in its first.

    A queue that is in balance only wavers, so this is near 0; one for which more is asked than there is grows for as
    long as it is watched, and its waits then tell how long that was.

    >>> growth(Line(np.array([0, 30, 30]), np.array([10, 40, 35]), np.array([1, 1, 1])), Window(0, 40, 40))
    0.5
    """
    quarter = max(window.minutes // 4, 1)
    first = replace(window, ends=window.starts + quarter)
    last = replace(window, starts=window.ends - quarter)
    return mean_length(line, last) - mean_length(line, first)


def longest(line: Line, window: Window) -> int:
    """The most who were waiting at once in the measured period, not counting waits of no minutes.

    >>> longest(Line(np.array([0, 5, 8]), np.array([10, 8, 9]), np.array([1, 1, 1])), Window(0, 20, 20))
    2
    """
    return int(passes.most_at_once(*line.by_time, window.starts, window.ends))


def weekly_lengths(queues: dict[tuple[str, str], Line], window: Window, replication: int) -> pd.DataFrame:
    """Mean number waiting in each whole week of the run, as the bundle's table of queues."""
    weeks = np.arange(window.horizon // WEEK)
    edges = np.r_[weeks, len(weeks)] * WEEK
    measured = (edges[:-1] >= window.starts) & (edges[1:] <= window.ends)
    means = {key: np.diff(waited_until(line, edges)) / WEEK for key, line in queues.items() if key[1] in WHO}
    resources, whose = (list(dict.fromkeys(part)) for part in zip(*means, strict=True)) if means else ([], [])
    number = np.array([(resources.index(name), whose.index(who)) for name, who in means], np.int64).reshape(-1, 2)
    return table(
        "queues",
        {
            "resource": Words(resources).taking(np.repeat(number[:, 0], len(weeks))),
            "who": Words(whose).taking(np.repeat(number[:, 1], len(weeks))),
            "week": np.tile(weeks, len(means)),
            "measured": np.tile(measured, len(means)),
            "mean": np.concatenate([*means.values(), np.empty(0)]),
        },
        replication,
    )


def queue_figures(rows: Rows, queues: dict[tuple[str, str], Line], window: Window) -> None:
    """Lengths (`queue.<resource>.mean`, `.longest`) and waits (`wait.<resource>.*`) of each queue."""
    for name in sorted({resource for resource, _ in queues}):
        for group in (ALL, *WHO):
            line = queues[name, group]
            rows.add(f"queue.{name}.mean", mean_length(line, window), "waiting", group)
            rows.add(f"queue.{name}.longest", float(longest(line, window)), "waiting", group)
            joined = np.flatnonzero(window.holds(line.start))
            wait_figures(rows, name, group, line.end[joined] - line.start[joined], line.outcome[joined])


def growth_figures(rows: Rows, queues: dict[tuple[str, str], Line], window: Window) -> None:
    """How much each queue grew over the whole measured period, `queue.<resource>.growth`, for all who wait."""
    for name in sorted({resource for resource, _ in queues}):
        rows.add(f"queue.{name}.growth", growth(queues[name, ALL], window), "waiting")


def listed_figures(rows: Rows, own: Waits, removals: Removals, facts: Facts, window: Window, bare: EventLog) -> None:
    """Of each kind of offer, per year: listed for it, given one, taken off the list and why, and died on it.

    Each belongs to the year in which it happened. How long it took is `wait.<offer>.*` of the group `own`. Why somebody
    was taken off is the value of a row `lost` in the same minute, where the log has one.

    bare   the log, for its names
    """
    over = window.holds(own.end)
    for name in facts.of_kind("offer"):
        number = bare.names["resources"].index(name)
        its = own.group == number
        rows.add(f"offers.{name}.listed", float((its & window.holds(own.start)).sum()) / window.years, "per year")
        for figure, outcome in (("used", Outcome.REACHED), ("removed", Outcome.ENDED), ("died_waiting", Outcome.DIED)):
            count = float((its & over & (own.outcome == outcome)).sum())
            rows.add(f"offers.{name}.{figure}", count / window.years, "per year")
        removed = removals.cause[(removals.resource == number) & window.holds(removals.minute)]
        for cause, count in zip(*np.unique(removed, return_counts=True), strict=True):
            rows.add(f"offers.{name}.removed", float(count) / window.years, "per year", bare.why_name(int(cause)))


def little(queues: dict[tuple[str, str], Line], window: Window) -> pd.DataFrame:
    """Little's law for each queue in the measured period: the mean length is the rate of joining times the mean wait.

    The length counts waiting by the clock; rate and wait count those who joined in the period, to the end of
    their waits. The two differ by what hangs over the edges of the period and agree over a long one.
    Columns: `resource, who, length, per_day, days, product`. Source: Little 1961, Oper Res 9:383.

    >>> line = Line(np.array([0, 1440]), np.array([1440, 2880]), np.array([1, 1]))
    >>> little({("pet", "own"): line}, Window(0, 2880, 2880)).to_dict("records")
    [{'resource': 'pet', 'who': 'own', 'length': 1.0, 'per_day': 1.0, 'days': 1.0, 'product': 1.0}]
    """
    found = []
    days = window.minutes / DAY
    for (resource, who), line in queues.items():
        if who not in WHO:
            continue
        joined = (line.start >= window.starts) & (line.start < window.ends)
        waits: Floats = (line.end - line.start)[joined] / DAY
        rate = len(waits) / days
        mean = float(waits.mean()) if len(waits) else 0.0
        found.append((resource, who, mean_length(line, window), rate, mean, rate * mean))
    return pd.DataFrame(found, columns=pd.Index(["resource", "who", "length", "per_day", "days", "product"]))
