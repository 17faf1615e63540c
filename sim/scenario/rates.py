"""How the rates of a scenario vary: from dates, months and shares a year to factors over the minutes of its run.

    arrivals_vary(arrivals, run)           -> Intensity of new patients
    competing_varies(stream, disease, run) -> Intensity of a stream of other patients

A trend is compounded all the time, not once a year: `2 % per year` has risen by 1 % after half a year. Before its
first day it does nothing, and after its last the rate stays where it is. A season's factors hold from the first to
the last day of their month, the same every year; since months differ in length, a year has the stated number to
within a few per mille.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta

from sim.intensity import CONSTANT, Intensity, intensity
from sim.scenario.demand import Arrivals, Competing, Disease, RateChange
from sim.scenario.model import Run
from sim.scenario.words import END, MEASURED, START
from sim.units import DAY, YEAR


def _minute(day: date, run: Run) -> int:
    """The first minute of a day, which may lie before the run or after it."""
    return (day - run.start).days * DAY


def _months(run: Run) -> list[int]:
    """The first minutes of the months that begin during the run."""
    last = run.start + timedelta(days=run.days)
    return [
        _minute(date(year, month, 1), run)
        for year in range(run.start.year, last.year + 1)
        for month in range(1, 13)
        if run.start < date(year, month, 1) <= last
    ]


def _last_change(changes: Iterable[RateChange], run: Run, minute: float, otherwise: float) -> float:
    begun = [change for change in changes if _minute(change.day, run) <= minute]
    return max(begun, key=lambda change: change.day).factor if begun else otherwise


def _begins(first: date, run: Run) -> float:
    if first == MEASURED:
        return run.measured_from
    return 0 if first == START else _minute(first, run)


def arrivals_vary(arrivals: Arrivals, run: Run) -> Intensity:
    """By which factors the rate of new patients changes with time."""
    trend, season = arrivals.trend, arrivals.season
    if not (trend.growth or season or arrivals.changes):
        return CONSTANT
    slope = math.log1p(trend.growth) / YEAR
    ends = math.inf if trend.until == END else _minute(trend.until, run) + DAY
    begins = min(_begins(trend.first, run), ends)

    def factor(minute: float) -> float:
        grown = math.exp(slope * (min(max(minute, begins), ends) - begins)) if slope else 1.0
        month = (run.start + timedelta(days=int(minute // DAY))).month
        return grown * (season[month - 1] if season else 1.0) * _last_change(arrivals.changes, run, minute, 1.0)

    def growth(minute: float) -> float:
        return slope if begins <= minute < ends else 0.0

    changes = [*(_minute(change.day, run) for change in arrivals.changes), *(_months(run) if season else ())]
    return intensity(_within([*changes, begins, ends], run), factor, growth)


def competing_varies(stream: Competing, disease: Disease, run: Run) -> Intensity:
    """By which factors the rate of a stream changes with time.

    disease   what `diseases` says of the stream's disease
    """
    first = 0 if stream.first == START else _minute(stream.first, run)
    ends = math.inf if stream.until == END else _minute(stream.until, run) + DAY

    def factor(minute: float) -> float:
        if not first <= minute < ends:
            return 0.0
        own = _last_change(stream.changes, run, minute, 1.0)
        return own * _last_change(disease.changes, run, minute, disease.factor)

    days = [change.day for change in (*stream.changes, *disease.changes)]
    return intensity(_within([*(_minute(day, run) for day in days), first, ends], run), factor, lambda minute: 0.0)


def _within(minutes: Iterable[float], run: Run) -> list[float]:
    return [minute for minute in minutes if 0 < minute < run.ends]
