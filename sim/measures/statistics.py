"""Curves and intervals: what is known of a time to an event, and how sure a mean over replications is.

    aalen_johansen(time, cause, causes)   shares by the cause that came first, with censoring
    of_minutes(minutes, cause, ...)       the same of times in whole minutes
    kaplan_meier(time, died)              the same with one cause
    delayed_entry(entry, time, died)      the same where people come under observation late (left truncation)
    enough_at_risk(entry, time, least)    when such a curve can begin
    read_at, reached_by                   a step curve read at a time; the time at which it reaches a share
    mean_interval(values)                 mean, standard deviation and 95 % t-interval
    jackknife(whole, parts)               95 % interval of a pooled figure, leaving out one replication at a time
    t_quantile(df)                        the factor of a two-sided 95 % interval

Times are numbers of one unit, 0 or more. Knows nothing of logs, patients or hospitals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.measures import passes

Floats = npt.NDArray[np.float64]

ROUNDING = 1e-12
"""A share is taken as reached when it is this near: sums of fractions miss one half by a few last bits."""


@dataclass(frozen=True)
class Curves:
    """Step curves of one group, each right-continuous, with a step at each time in `time`.

    time        (k,) distinct times of events and of ends of follow-up, rising
    at_risk     (k,) number still under observation just before each time
    free        (k,) share to whom nothing has happened yet, after each time
    incidence   (causes, k) share to whom each cause has happened first, after each time
    """

    time: Floats
    at_risk: Floats
    free: Floats
    incidence: Floats

    @property
    def open_end(self) -> bool:
        """Whether the last ones seen were still waiting, so that nothing is known of later times."""
        return len(self.free) == 0 or self.free[-1] > ROUNDING


def aalen_johansen(time: npt.ArrayLike, cause: npt.ArrayLike, causes: int) -> Curves:
    """Shares by the cause that came first, when each one can have one only (competing risks).

    time      (n,) from the start to the event or to the end of follow-up, 0 or more
    cause     (n,) 0 where follow-up ended with nothing having happened; else 1 .. `causes`
    causes    how many there are
    returns   `Curves`; at every time `free` and the incidences sum to 1

    An event and an end of follow-up at the same time count the event first. With one cause, `free` is the
    curve of Kaplan and Meier. Counting a competing event as an end of follow-up instead would answer for a
    world in which nobody dies.
    ValueError if the lengths differ, a time is negative or a cause is unknown.
    Source: Aalen and Johansen 1978, Scand J Stat 5:141.

    >>> curves = aalen_johansen([1, 2, 2, 3], [1, 2, 1, 0], causes=2)
    >>> curves.incidence.round(4).tolist(), curves.free.round(4).tolist()
    ([[0.25, 0.5, 0.5], [0.0, 0.25, 0.25]], [0.75, 0.25, 0.25])
    """
    times = np.asarray(time, np.float64)
    kinds = np.asarray(cause, np.int64)
    if times.shape != kinds.shape or times.ndim != 1:
        raise ValueError("one time and one cause for each, as two rows of the same length")
    if len(times) and (not (times >= 0).all() or kinds.min() < 0 or kinds.max() > causes):
        raise ValueError(f"times of 0 or more, and causes from 0 to {causes}")
    order = np.argsort(times)
    return Curves(*passes.steps(times[order], kinds[order], causes))


def of_minutes(minutes: npt.NDArray[np.int64], cause: npt.NDArray[Any], causes: int, unit: float) -> Curves:
    """The same of times in whole minutes, sooner; the curves have them in a unit of so many minutes.

    >>> of_minutes(np.array([120, 60]), np.array([1, 0]), 1, 60).time.tolist()
    [1.0, 2.0]
    """
    both = np.sort(minutes * (causes + 1) + cause)
    return Curves(*passes.steps(both // (causes + 1) / unit, both % (causes + 1), causes))


def kaplan_meier(time: npt.ArrayLike, died: npt.ArrayLike) -> Curves:
    """Share still alive, with ends of follow-up (`free`); its complement is the only incidence.

    time    (n,) from the start to death or to the end of follow-up
    died    (n,) True where the time ends in death
    Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457.

    >>> curve = kaplan_meier([5, 8, 8, 12], [True, True, False, True])
    >>> curve.free.tolist(), curve.at_risk.tolist()
    ([0.75, 0.5, 0.0], [4.0, 3.0, 1.0])
    """
    return aalen_johansen(time, np.asarray(died, np.bool_).astype(np.int64), 1)


def delayed_entry(entry: npt.ArrayLike, time: npt.ArrayLike, died: npt.ArrayLike, least: int = 1) -> Curves:
    """Share still alive, among people who come under observation some time after the clock has started.

    entry   (n,) from the start of the clock to the beginning of observation, 0 or more
    time    (n,) from the start of the clock to death or to the end of follow-up, not before `entry`
    died    (n,) True where the time ends in death
    least   deaths before so many are at risk for the first time are left out, and the curve stays at 1 until then

    Who enters at 5 could not have been seen to die at 3, so she is at risk only after 5: the risk set at t are those
    with entry < t <= time, and those with entry = 0 from the start. Counting her from 0 would show survival that is
    too good, because only those who lived to be observed are there. Who dies in the minute of entry was never at risk.
    The first to enter may be so few that one death among them would end the curve for everybody; with `least` above
    1 it says instead how many live on of those alive when enough are seen.
    ValueError if the lengths differ or somebody ends before she enters.
    Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457 (section 3); for `least` Lai and Ying 1991, Ann Stat 19:417.

    >>> curve = delayed_entry([0, 2, 4, 0], [3, 6, 8, 9], [True, True, True, False])
    >>> curve.time.tolist(), curve.at_risk.tolist(), curve.free.round(4).tolist()
    ([3.0, 6.0, 8.0, 9.0], [3.0, 3.0, 2.0, 1.0], [0.6667, 0.4444, 0.2222, 0.2222])
    """
    enters, times = np.asarray(entry, np.float64), np.asarray(time, np.float64)
    dies = np.asarray(died, np.bool_)
    if not enters.shape == times.shape == dies.shape or times.ndim != 1:
        raise ValueError("one entry, one time and one end for each, as rows of the same length")
    if not ((enters >= 0) & (enters <= times)).all():
        raise ValueError("entries of 0 or more, and no time before its entry")
    seen = (times > enters) | (enters == 0)
    enters, times, dies = enters[seen], times[seen], dies[seen]
    steps, where = np.unique(times, return_inverse=True)
    gone = np.bincount(where, minlength=len(steps)).astype(np.float64)
    deaths = np.bincount(where, weights=dies, minlength=len(steps))
    inside = np.searchsorted(np.sort(enters[enters > 0]), steps, side="left") + (enters == 0).sum()
    at_risk: Floats = inside.astype(np.float64) - (np.cumsum(gone) - gone)
    enough = np.maximum.accumulate(at_risk >= least)
    stays = np.cumprod(np.where(enough, (at_risk - deaths) / at_risk, 1.0))
    free: Floats = np.asarray(stays, np.float64)
    return Curves(steps, at_risk, free, 1.0 - free[None, :])


def enough_at_risk(entry: npt.ArrayLike, time: npt.ArrayLike, least: int) -> float:
    """The first time at which so many are under observation that a curve can begin; infinite where never.

    entry, time   as for `delayed_entry`

    >>> enough_at_risk([0, 2, 4], [3, 9, 9], least=2), enough_at_risk([0, 2, 4], [1, 3, 9], least=2)
    (2.0, inf)
    """
    enters, ends = np.sort(np.asarray(entry, np.float64)), np.sort(np.asarray(time, np.float64))
    there = np.searchsorted(enters, enters, side="right") - np.searchsorted(ends, enters, side="right")
    found = enters[there >= least]
    return float(found[0]) if len(found) else math.inf


def read_at(curves: Curves, curve: Floats, at: npt.ArrayLike, start: float) -> Floats:
    """A step curve at given times; NaN at times beyond the last one seen, if someone was still waiting then.

    curve   (k,) one of the curves of `curves`
    at      (m,) when to read it, in any order
    start   its value before the first step: 1 for `free`, 0 for an incidence

    >>> curves = kaplan_meier([5, 8, 8, 12], [True, True, False, False])
    >>> read_at(curves, curves.free, [0, 5, 11, 30], 1.0).tolist()
    [1.0, 0.75, 0.5, nan]
    """
    when = np.atleast_1d(np.asarray(at, np.float64))
    if len(curves.time) == 0:
        return np.where(when > -1.0, np.nan, start)
    before = curves.time.searchsorted(when, side="right") - 1
    values = np.where(before < 0, start, curve[before])
    return np.where(when > curves.time[-1], np.nan, values) if curves.open_end else values


def reached_by(curves: Curves, incidence: Floats, share: float) -> float:
    """The first time at which an incidence is `share` or more; NaN if it never is.

    >>> curves = aalen_johansen([3, 1, 2, 9], [1, 1, 2, 1], causes=2)
    >>> reached_by(curves, curves.incidence[0], 0.5), reached_by(curves, curves.incidence[1], 0.5)
    (3.0, nan)
    """
    there = int(incidence.searchsorted(share - ROUNDING))  # it never falls
    return float(curves.time[there]) if there < len(incidence) else math.nan


def number_at_risk(time: npt.ArrayLike, at: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """How many are still under observation just before each time.

    >>> number_at_risk([5, 8, 8, 12], [0, 5, 6, 12, 13]).tolist()
    [4, 4, 3, 1, 0]
    """
    times = np.sort(np.asarray(time, np.float64))
    return np.asarray(len(times) - np.searchsorted(times, np.asarray(at, np.float64), side="left"), np.int64)


def _t_below(t: float, df: int) -> float:
    """P(|T| <= t) of Student's distribution with a whole number of degrees of freedom.

    Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4 (finite sums, exact but for rounding).
    """
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    if df % 2:
        total, term = 0.0, cosine
        for k in range(1, df, 2):
            total += term
            term *= cosine * cosine * (k + 1) / (k + 2)
        return (angle + sine * total) * 2 / math.pi
    total, term = 0.0, 1.0
    for k in range(0, df, 2):
        total += term
        term *= cosine * cosine * (k + 1) / (k + 2)
    return sine * total


@lru_cache(maxsize=256)
def t_quantile(df: int, level: float = 0.95) -> float:
    """The factor of a two-sided interval of the given level, for `df` degrees of freedom (1 or more).

    >>> round(t_quantile(1), 4), round(t_quantile(9), 4), round(t_quantile(99, 0.9), 4)
    (12.7062, 2.2622, 1.6604)
    """
    if df < 1 or not 0 < level < 1:
        raise ValueError("at least 1 degree of freedom, and a level between 0 and 1")
    low, high = 0.0, 2.0
    while _t_below(high, df) < level:
        high *= 2
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _t_below(middle, df) < level else (low, middle)
    return high


def mean_interval(values: npt.ArrayLike) -> tuple[float, float, float, float, int]:
    """Mean, standard deviation, lower and upper end of its 95 % t-interval, and how many values there were.

    NaN are left out and not counted. Fewer than two values have no interval, none has no mean: NaN.

    >>> [round(x, 3) for x in mean_interval([1.0, 2.0, 3.0, float("nan")])]
    [2.0, 1.0, -0.484, 4.484, 3]
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    n = len(known)
    mean = float(known.mean()) if n else math.nan
    if n < 2:
        return mean, math.nan, math.nan, math.nan, n
    sd = float(known.std(ddof=1))
    half = t_quantile(n - 1) * sd / math.sqrt(n)
    return mean, sd, mean - half, mean + half, n


def jackknife(whole: npt.ArrayLike, parts: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Lower and upper end of the 95 % interval of figures computed from all replications together.

    whole   (m,) the figures from all replications
    parts   (replications, m) the same figures, leaving out one replication at a time

    A figure that cannot be computed without some replication has no interval (NaN), nor has any figure of a
    single replication. Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11.

    >>> [end.round(3).tolist() for end in jackknife([2.0], [[2.5], [2.0], [1.5]])]   # mean of 1, 2, 3
    [[-0.484], [4.484]]
    """
    centre = np.atleast_1d(np.asarray(whole, np.float64))
    left_out = np.asarray(parts, np.float64).reshape(-1, len(centre))
    n = len(left_out)
    if n < 2:
        return np.full(len(centre), np.nan), np.full(len(centre), np.nan)
    spread = ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    half = t_quantile(n - 1) * np.sqrt((n - 1) / n * spread)
    return centre - half, centre + half
