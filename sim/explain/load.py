"""What is asked of each resource against what it has open, before anything is run.

    loads(scenario, own)   -> Load for each resource, in the order in which they are ranked
    Load.share             asked / open; Load.with_overrun counts the overrun that sittings are allowed as open
    asked_of_lists(...)    both shares of each list, which is what the answer of a run needs
    Load.warning           what to say about it; '' where there is room

Other patients' demand is exact: it stands in the scenario. This pathway's own is the estimate of `demand`. Open is
what takes place in the measured period on average, with holidays, closures and changes on their dates, less the
share of sittings that is cancelled. Who is booked and does not come asks again. A list whose cases leave gaps is full
below 100 %; one of more than 100 % whose sittings may overrun can keep up as long as it is below 100 % with overrun.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sim.explain.demand import OwnDemand
from sim.report.overload import Asked
from sim.running import hospital_once
from sim.scenario import Scenario
from sim.steps import Kind
from sim.units import WEEK, YEAR

TIGHT, FULL = 0.9, 1.0
_FULL = "MORE IS ASKED THAN THERE IS: the queue will grow"
_OVERRUN = "MORE IS ASKED THAN IS OPEN: only overrun keeps up"
_TIGHT = "nearly full: long waits are likely"
_CLOSED = "NEVER OPEN, yet asked for"


@dataclass(frozen=True)
class Load:
    """What a resource has and what is asked of it in a week of the measured period, on average.

    kind            list, place or offer
    open_minutes    of lists; of places their number times the minutes of a week; of offers 0
    open_cases      cases that all sittings together may take; offers that come; inf where there is no limit
    protected       minutes of `open_minutes` held for this pathway's own patients until a sitting opens
    others          minutes and cases of other patients
    own             minutes and cases of this pathway's patients, an estimate
    error           standard error of `own`, as a share of it
    overrun         minutes by which the sittings of a list may pass their ends
    """

    name: str
    kind: str
    open_minutes: float
    open_cases: float
    protected: float
    others: tuple[float, float]
    own: tuple[float, float]
    error: float
    overrun: float = 0.0

    @property
    def by_cases(self) -> bool:
        """Is it the number of cases that fills it, rather than their minutes?"""
        return self._shares()[1] > self._shares()[0]

    @property
    def share(self) -> float:
        """What is asked as a share of what is open; inf where something is asked and nothing is open."""
        return max(self._shares())

    @property
    def with_overrun(self) -> float:
        """What is asked as a share of what is open and of the overrun that is allowed."""
        return replace(self, open_minutes=self.open_minutes + self.overrun, overrun=0.0).share

    @property
    def places(self) -> tuple[float, float, float]:
        """Of places: how many there are, and how many others and this pathway's patients would occupy."""
        return self.open_minutes / WEEK, self.others[0] / WEEK, self.own[0] / WEEK

    @property
    def warning(self) -> str:
        """What to say about the load."""
        if self.share == math.inf:
            return _CLOSED
        if self.share >= FULL > self.with_overrun:
            return _OVERRUN
        return _FULL if self.share >= FULL else _TIGHT if self.share >= TIGHT else ""

    def _shares(self) -> tuple[float, float]:
        minutes, cases = (mine + theirs for mine, theirs in zip(self.own, self.others, strict=True))
        by_minutes = 0.0 if self.kind == "offer" else _share(minutes, self.open_minutes)
        return by_minutes, 0.0 if self.kind == "place" else _share(cases, self.open_cases)

    def data(self) -> dict[str, Any]:
        """As plain data; no limit and no share are null."""
        return {
            "resource": self.name,
            "kind": self.kind,
            "open_minutes_per_week": self.open_minutes,
            "open_cases_per_week": None if self.open_cases == math.inf else self.open_cases,
            "protected_minutes_per_week": self.protected,
            "others_minutes_per_week": self.others[0],
            "others_cases_per_week": self.others[1],
            "own_minutes_per_week": self.own[0],
            "own_cases_per_week": self.own[1],
            "own_standard_error_share": self.error,
            "load": None if self.share == math.inf else self.share,
            "load_with_overrun": None if self.with_overrun == math.inf else self.with_overrun,
            "filled_by": "cases" if self.by_cases else "minutes",
            "warning": self.warning,
        }


def _share(asked: float, there: float) -> float:
    if not asked:
        return 0.0
    return asked / there if there else math.inf


def loads(scenario: Scenario, own: OwnDemand) -> list[Load]:
    """The load of each resource, in order of rank.

    own   what this pathway's own patients ask
    """
    hospital = hospital_once(scenario)
    first, last = scenario.run.measured_from, scenario.run.measured_until
    weeks = scenario.run.measured / WEEK
    found = []
    for number, its in enumerate(hospital.resources):
        asked = own.asked[its.name]
        again = 1 / (1 - its.missed) if its.missed < 1 else math.inf  # who does not come asks again
        minutes, cases, protected, overrun = _open(its, first, last)
        others = [_of_stream(stream, number, again, first, last) for stream in hospital.competing]
        found.append(
            Load(
                its.name,
                its.kind.name.lower(),
                minutes / weeks,
                cases / weeks,
                protected / weeks,
                (math.fsum(m for m, _ in others), math.fsum(c for _, c in others)),
                (_times(asked.minutes, again), _times(asked.cases, again)),
                asked.error,
                overrun / weeks,
            )
        )
    ranks = {its.name: its.rank for its in hospital.resources}
    return sorted(found, key=lambda load: (ranks[load.name], load.name))


def asked_of_lists(found: Iterable[Load]) -> dict[str, Asked]:
    """What is asked of each list, without and with overrun."""
    return {load.name: Asked(load.share, load.with_overrun) for load in found if load.kind == "list"}


def _times(asked: float, again: float) -> float:
    return asked * again if asked else 0.0


def _open(its: Any, first: int, last: int) -> tuple[float, float, float, float]:
    """Minutes, cases, protected minutes and minutes of overrun that a resource has in the whole of a period."""
    if its.kind == Kind.OFFER:
        return 0.0, its.rate_per_year * (last - first) / YEAR, 0.0, 0.0
    if its.kind == Kind.PLACE:
        return (
            float(sum(minutes * places for minutes, places in _pieces(its.capacity, first, last))),
            math.inf,
            0.0,
            0.0,
        )
    held = [sitting for sitting in its.sittings if first <= sitting.opens < last and sitting.off < 0]
    there = 1 - its.cancelled
    cases = sum(sitting.cases for sitting in held) if all(sitting.cases >= 0 for sitting in held) else math.inf
    minutes, protected = sum(sitting.minutes for sitting in held), sum(sitting.protected for sitting in held)
    return minutes * there, _times(cases, there), protected * there, len(held) * its.overrun * there


def _pieces(capacity: tuple[tuple[int, int], ...], first: int, last: int) -> Iterator[tuple[int, int]]:
    """For how many minutes of a period there are how many places."""
    ends = [minute for minute, _ in capacity[1:]] + [last]
    for (since, places), until in zip(capacity, ends, strict=True):
        yield max(0, min(until, last) - max(since, first)), places


def _of_stream(stream: Any, number: int, again: float, first: int, last: int) -> tuple[float, float]:
    """Minutes and cases a week that one stream of other patients asks of a resource, also as its second need."""
    factor = (stream.varies.cumulative(last) - stream.varies.cumulative(first)) / (last - first)
    cases = stream.rate_per_year * factor * WEEK / YEAR
    if stream.resource == number:
        return _times(cases * _mean(stream.minutes), again), _times(cases, again)
    if stream.second == number:
        return cases * (_mean(stream.minutes) + _mean(stream.second_minutes)), cases
    return 0.0, 0.0


def _mean(spread: Any) -> float:
    """The mean of a lognormal number of minutes."""
    mean: float = spread.median * math.exp(spread.sigma**2 / 2)
    return mean
