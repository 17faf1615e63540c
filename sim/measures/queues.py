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

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.log import FIRST_CLINIC_WHY, Event, EventLog, Happening
from sim.measures.bundle import Rows, table
from sim.measures.facts import Facts, Window
from sim.measures.journeys import Episodes, Ints, Journeys, Outcome, clocks
from sim.measures.statistics import Floats
from sim.measures.waits import Waits, wait_figures
from sim.units import DAY, WEEK

JOINS = (Event.JOINED, Event.CANCELLED, Event.MISSED)
LEAVES = (Event.CALLED, Event.STARTED, Event.WITHDRAWN)
COMPETING_JOINS = (Happening.JOINED, Happening.CANCELLED, Happening.MISSED)


@dataclass(frozen=True)
class Line:
    """The waits of one resource's queue, of one kind of people.

    start     (n,) minute of joining
    end       (n,) minute at which the wait ended, or the horizon
    outcome   (n,) `Outcome`
    """

    start: Ints
    end: Ints
    outcome: Ints


def _visits(group: Ints, joins: Ints) -> tuple[Ints, Ints]:
    """Rows at which visits begin, and the rows that end them (-1 where none does).

    group   (n,) the same number for rows of one person at one resource, which stand together in order of time
    joins   (n,) 1 where a row puts the person into the queue (or says that she is still in it), else 0
    """
    n = len(group)
    new_group = np.r_[True, group[1:] != group[:-1]] if n else np.empty(0, np.bool_)
    waiting_before = np.r_[0, joins[:-1]] if n else np.empty(0, np.int64)
    begins = np.flatnonzero((joins == 1) & (new_group | (waiting_before == 0)))
    leaves = np.flatnonzero(joins == 0)
    at = np.searchsorted(leaves, begins)
    end = np.full(len(begins), -1)
    inside = at < len(leaves)
    candidate = leaves[at[inside]]
    same = group[candidate] == group[begins[inside]]
    end[inside] = np.where(same, candidate, -1)
    return begins, end


def queueing(journeys: Journeys) -> Waits:
    """Waits of the pathway's own patients in the queues of all resources; `group` names the resource."""
    at = np.flatnonzero(np.isin(journeys.event, [*JOINS, *LEAVES]) & (journeys.resource >= 0))
    at = at[np.lexsort((at, journeys.who[at], journeys.resource[at]))]
    joins = np.isin(journeys.event[at], JOINS).astype(np.int64)
    person = journeys.who[at] * (journeys.resource[at].max(initial=0) + 1) + journeys.resource[at]
    begins, ends = _visits(person, joins)
    in_order = np.argsort(at[begins], kind="stable")
    begins, ends = begins[in_order], ends[in_order]
    by = np.where(ends >= 0, at[ends], journeys.never) if len(at) else ends
    withdrawn = np.r_[journeys.event, -1][by] == Event.WITHDRAWN
    reached, ended = np.where(withdrawn, journeys.never, by), np.where(withdrawn, by, journeys.never)
    episodes = clocks(journeys, at[begins], reached, ended)
    names = np.array([*journeys.log.names["resources"], ""], object)
    nelm = journeys.nelm_from[episodes.who] <= episodes.start
    return Waits("queue", episodes, names[journeys.resource[at[begins]]], nelm)


def competing_queues(log: EventLog, window: Window) -> dict[str, Line]:
    """Waits of the competing cases, by name of the resource.

    A case starts once, and the log does not tell the order of rows of one minute: one that is sent back from a room
    that does not open, and starts in the room beside it in the same minute, was first sent back.
    """
    minute, resource, event, case = (log.resources_column(column) for column in ("minute", "resource", "event", "case"))
    counts = np.isin(event, [*COMPETING_JOINS, Happening.STARTED])
    found = {}
    for k, name in enumerate(log.names["resources"]):
        at = np.flatnonzero(counts & (resource == k))
        at = at[np.lexsort((event[at] == Happening.STARTED, minute[at], case[at]))]
        begins, ends = _visits(case[at], (event[at] != Happening.STARTED).astype(np.int64))
        end = np.where(ends >= 0, np.r_[minute[at], 0][ends], window.horizon)
        outcome = np.where(ends >= 0, Outcome.REACHED, Outcome.CENSORED).astype(np.int64)
        found[name] = Line(minute[at][begins], end, outcome)
    return found


def lines(own: Waits, competing: dict[str, Line], facts: Facts) -> dict[tuple[str, str], Line]:
    """Every queue of the hospital, by (resource, who), with `who` own or competing."""
    of: Episodes = own.episodes
    nobody = Line(*(np.empty(0, np.int64) for _ in range(3)))
    found = {}
    for name in sorted(facts.kinds):
        rows = own.group == name
        found[name, "own"] = Line(of.start[rows], (of.start + of.minutes)[rows], of.outcome[rows])
        found[name, "competing"] = competing.get(name, nobody)
    return found


def together(lines_of_one: list[Line]) -> Line:
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

    def since(minutes: Ints) -> Ints:
        ordered = np.sort(minutes)
        before = np.searchsorted(ordered, at, side="left")
        return np.asarray(at * before - np.r_[0, np.cumsum(ordered)][before], np.int64)

    return since(line.start) - since(line.end)


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
    real = line.end > line.start
    times = np.concatenate([line.start[real], line.end[real]])
    change = np.repeat([1, -1], real.sum())
    order = np.lexsort((change, times))
    length = np.cumsum(change[order])
    times = times[order]
    inside = (times >= window.starts) & (times < window.ends)
    at_start = int(((line.start < window.starts) & (line.end > window.starts)).sum())
    return max(int(length[inside].max(initial=0)), at_start)


def weekly_lengths(queues: dict[tuple[str, str], Line], window: Window, replication: int) -> pd.DataFrame:
    """Mean number waiting in each whole week of the run, as the bundle's table of queues."""
    weeks = np.arange(window.horizon // WEEK)
    edges = np.r_[weeks, len(weeks)] * WEEK
    measured = (edges[:-1] >= window.starts) & (edges[1:] <= window.ends)
    means = {key: np.diff(waited_until(line, edges)) / WEEK for key, line in queues.items()}
    keys = list(means)
    return table(
        "queues",
        {
            "resource": np.repeat(np.array([name for name, _ in keys], object), len(weeks)),
            "who": np.repeat(np.array([who for _, who in keys], object), len(weeks)),
            "week": np.tile(weeks, len(keys)),
            "measured": np.tile(measured, len(keys)),
            "mean": np.concatenate([*means.values(), np.empty(0)]),
        },
        replication,
    )


def queue_figures(rows: Rows, queues: dict[tuple[str, str], Line], window: Window) -> None:
    """Lengths (`queue.<resource>.mean`, `.longest`) and waits (`wait.<resource>.*`) of each queue."""
    for name in sorted({resource for resource, _ in queues}):
        own, competing = queues[name, "own"], queues[name, "competing"]
        for group, line in (("all", together([own, competing])), ("own", own), ("competing", competing)):
            rows.add(f"queue.{name}.mean", mean_length(line, window), "waiting", group)
            rows.add(f"queue.{name}.longest", longest(line, window), "waiting", group)
            joined = (line.start >= window.starts) & (line.start < window.ends)
            wait_figures(rows, name, group, (line.end - line.start)[joined], line.outcome[joined])


def growth_figures(rows: Rows, queues: dict[tuple[str, str], Line], window: Window) -> None:
    """How much each queue grew over the whole measured period, `queue.<resource>.growth`, for all who wait."""
    for name in sorted({resource for resource, _ in queues}):
        both = together([queues[name, "own"], queues[name, "competing"]])
        rows.add(f"queue.{name}.growth", growth(both, window), "waiting")


def listed_figures(rows: Rows, own: Waits, journeys: Journeys, facts: Facts) -> None:
    """Of each kind of offer, per year: listed for it, given one, taken off the list and why, and died on it.

    Each belongs to the year in which it happened. How long it took is `wait.<offer>.*` of the group `own`. Why somebody
    was taken off is the value of a row `lost` in the same minute, where the log has one.
    """
    of = own.episodes
    over = journeys.measured(of.start + of.minutes)
    years = journeys.window.years
    lost = journeys.where(Event.LOST)
    lost = lost[journeys.value[lost] >= FIRST_CLINIC_WHY]
    for name in facts.of_kind("offer"):
        its = own.group == name
        rows.add(f"offers.{name}.listed", float((its & journeys.measured(of.start)).sum()) / years, "per year")
        for figure, outcome in (("used", Outcome.REACHED), ("removed", Outcome.ENDED), ("died_waiting", Outcome.DIED)):
            rows.add(f"offers.{name}.{figure}", float((its & over & (of.outcome == outcome)).sum()) / years, "per year")
        removed = of.by[its & over & (of.outcome == Outcome.ENDED)]
        for cause in np.unique(journeys.value[lost]):
            count = journeys.same_moment(removed, lost[journeys.value[lost] == cause]).sum()
            if count:
                rows.add(f"offers.{name}.removed", float(count) / years, "per year", journeys.log.why_name(int(cause)))


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
        joined = (line.start >= window.starts) & (line.start < window.ends)
        waits: Floats = (line.end - line.start)[joined] / DAY
        rate = len(waits) / days
        mean = float(waits.mean()) if len(waits) else 0.0
        found.append((resource, who, mean_length(line, window), rate, mean, rate * mean))
    return pd.DataFrame(found, columns=pd.Index(["resource", "who", "length", "per_day", "days", "product"]))
