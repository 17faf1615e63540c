"""Rates that change with time: how fast a Poisson stream runs, in multiples of its stated rate.

    Intensity        factors of the stated rate, piece by piece, each level or growing exponentially
    CONSTANT         the stated rate all the time
    intensity(...)   pieces from the minutes at which something changes

A stream's cases come when its cumulative rate passes the sums of its unit exponentials. This is inversion, so the
numbers and times have no bias at any rate; and case k has the same exponential whatever the rate does, so that
she remains case k when a trend or a season moves her. Nothing that is simulated enters: every engine draws the same
minutes.

Knows no calendar (dates are minutes here), no patients and no chance.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.jit import jit


@dataclass(frozen=True)
class Intensity:
    """Factors of a rate. All amounts are in minutes at the stated rate.

    begins    minutes at which the pieces begin, rising, the first 0
    factors   of the stated rate at the beginning of each piece, 0 or more
    growths   by which the logarithm of the factor rises per minute inside the piece; 0 where it is level

    >>> doubled = Intensity((0.0, 100.0), (1.0, 2.0), (0.0, 0.0))
    >>> doubled.cumulative(150.0), doubled.inverse(200.0), doubled.at(99.0)
    (200.0, 150.0, 1.0)
    """

    begins: tuple[float, ...] = (0.0,)
    factors: tuple[float, ...] = (1.0,)
    growths: tuple[float, ...] = (0.0,)

    def at(self, minute: float) -> float:
        """The factor in force at a minute, 0 or later."""
        return self._factor(self._piece(minute), minute)

    def cumulative(self, minute: float) -> float:
        """How much of the stated rate has gone by from minute 0 to `minute`."""
        gone = 0.0
        for piece in range(self._piece(minute) + 1):
            begin = self.begins[piece]
            gone += _amount(self.factors[piece], self.growths[piece], min(minute, self._end(piece)) - begin)
        return gone

    def inverse(self, amount: float) -> float:
        """The first minute at which so much has gone by; infinite where it never does."""
        return self.after(0.0, amount)

    def after(self, now: float, amount: float) -> float:
        """The minute at which `amount` more has gone by than at `now`; infinite where it never does.

        At the stated rate this is `now + amount`, to the last bit.
        """
        return float(minute_after(self.pieces, 0, len(self.begins), now, amount))

    @cached_property
    def pieces(self) -> np.ndarray:
        """(pieces, 3) begins, factors, growths."""
        return np.column_stack([self.begins, self.factors, self.growths]).astype(np.float64)

    def _piece(self, minute: float) -> int:
        return bisect_right(self.begins, minute) - 1

    def _end(self, piece: int) -> float:
        return self.begins[piece + 1] if piece + 1 < len(self.begins) else math.inf

    def _factor(self, piece: int, minute: float) -> float:
        factor, growth = self.factors[piece], self.growths[piece]
        return factor * math.exp(growth * (minute - self.begins[piece])) if growth else factor


CONSTANT = Intensity()


@jit
def minute_after(pieces: Any, first: int, end: int, now: float, amount: float) -> float:
    """The minute at which `amount` more has gone by than at `now`; infinite where it never does.

    pieces       (n, 3) begin, factor and growth of each piece, of which
    first, end   those of one intensity, as a range
    """
    piece = first
    while piece + 1 < end and pieces[piece + 1, 0] <= now:
        piece += 1
    while True:
        factor, growth = pieces[piece, 1], pieces[piece, 2]
        if growth != 0:
            factor *= math.exp(growth * (now - pieces[piece, 0]))
        minute = now + _minutes(factor, growth, amount)
        if piece + 1 == end:
            return minute
        last = pieces[piece + 1, 0]
        if minute < last:
            return minute
        amount = max(0.0, amount - _amount(factor, growth, last - now))
        now = last
        piece += 1


@jit
def _amount(factor: float, growth: float, minutes: float) -> float:
    """What goes by in so many minutes of a piece that begins with this factor."""
    if factor == 0:
        return 0.0
    return factor * math.expm1(growth * minutes) / growth if growth != 0 else factor * minutes


@jit
def _minutes(factor: float, growth: float, amount: float) -> float:
    """The minutes in which so much goes by, in a piece that begins with this factor and has no end."""
    if factor == 0:
        return math.inf if amount != 0 else 0.0
    if growth == 0:
        return amount / factor
    share = growth * amount / factor
    return math.log1p(share) / growth if share > -1 else math.inf


def intensity(
    changes: Iterable[float], factor: Callable[[float], float], growth: Callable[[float], float]
) -> Intensity:
    """The pieces between the minutes at which something changes.

    changes   minutes; those at 0 or before say nothing, for the first piece begins at 0
    factor    of the stated rate at a minute
    growth    of its logarithm per minute, from a minute on until the next change

    >>> intensity([10.0, 20.0], lambda minute: 2.0 if minute >= 20 else 1.0, lambda minute: 0.0).begins
    (0.0, 20.0)
    """
    begins, factors, growths = [0.0], [factor(0.0)], [growth(0.0)]
    for minute in sorted({float(minute) for minute in changes if minute > 0}):
        its, slope = factor(minute), growth(minute)
        if slope or growths[-1] or its != factors[-1]:  # else nothing has changed
            begins.append(minute)
            factors.append(its)
            growths.append(slope)
    return Intensity(tuple(begins), tuple(factors), tuple(growths))
