"""The numbers on evidence cards: how they are written, what kind they are, and what the model reads.

    amount(written)          -> Amount    a number, share, duration or rate, by the way it is written
    amount.like(written)     -> float     another value for the same place, such as a scenario's

The kind is in the writing: `30 %` is a share, `14 days` a duration, `0.03 per month` a rate, `0.65` a number.
The model reads shares from 0 to 1, durations in minutes, rates per minute, and numbers as they are.
ValueError says what would have been right; the caller adds where.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from sim.units import DAY, YEAR, minutes, per_year, share, spoken

Written = str | int | float


class Kind(Enum):
    """What kind of quantity is meant; the value is what to say when something else was found."""

    NUMBER = "a plain number, such as 0.65"
    SHARE = "a share from 0 to 1, or a percentage such as '30 %'"
    DURATION = "a number and a unit of time, such as '14 days', '90 min' or '6 weeks'"
    RATE = "a number per unit of time, such as '3 per week' or '0.03 per month'"


def _per_minute(written: str) -> float:
    return per_year(written) / YEAR


def _number(written: Written) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise ValueError(Kind.NUMBER.value)
    return float(written)


def _text(reader: Callable[[str], float]) -> Callable[[Written], float]:
    def read(written: Written) -> float:
        if not isinstance(written, str):
            raise ValueError("text with a unit")
        return float(reader(written))

    return read


def _share(written: Written) -> float:
    if isinstance(written, bool):
        raise ValueError(Kind.SHARE.value)
    return share(written)


LIMITS: dict[Kind, tuple[float, float]] = {
    Kind.NUMBER: (0.0, 1e9),
    Kind.SHARE: (0.0, 1.0),
    Kind.DURATION: (0.0, 100 * YEAR),
    Kind.RATE: (0.0, 1 / DAY),
}
"""What no number of the kind can be beyond, unless its card says otherwise: what no model was tried with is refused
before a run comes to grief over it. A duration may be a lifetime; what happens more than once a day is no rate of a
disease. Plain numbers can be anything, so that a card the model reads says their limits itself."""

_READERS: dict[Kind, Callable[[Written], float]] = {
    Kind.NUMBER: _number,
    Kind.SHARE: _share,
    Kind.DURATION: _text(minutes),
    Kind.RATE: _text(_per_minute),
}


@dataclass(frozen=True)
class Amount:
    """One number of a card.

    written   as it stands on the card
    kind      number, share, duration or rate
    number    what the model reads: shares 0 to 1, durations in minutes, rates per minute
    within    the hard limits of the number
    above     the lower limit itself is not allowed: a rate or a median of 0 can not be drawn from
    """

    written: Written
    kind: Kind
    number: float
    within: tuple[float, float] = (0.0, 1e9)
    above: bool = False

    def like(self, written: Written) -> float:
        """Another value for the same place, as the model reads it.

        written   of the same kind: '10 days' in place of '14 days'; shares also as 0.3
        ValueError says what would have been right.

        >>> amount("14 days").like("1 week")
        10080.0
        >>> amount("14 days").like(7)
        Traceback (most recent call last):
        ValueError: a number and a unit of time, such as '14 days', '90 min' or '6 weeks'
        """
        try:
            number = _READERS[self.kind](written)
        except (ValueError, OverflowError):
            raise ValueError(self.kind.value) from None
        low, high = self.within
        if not (math.isfinite(number) and low <= number <= high) or (self.above and number == low):
            raise ValueError(f"{self.kind.value}; {self._limits()}")
        return number

    def _limits(self) -> str:
        low, high = (self.said(limit) for limit in self.within)
        if self.within[1] >= LIMITS[Kind.NUMBER][1]:
            return f"above {low}" if self.above else f"not below {low}"
        return f"above {low}, at most {high}" if self.above else f"from {low} to {high}"

    def said(self, limit: float) -> str:
        """A limit in the unit in which the number is written.

        >>> amount("14 days").said(2880.0), amount("0.03 per month").said(1 / 1440), amount(3).said(10.0)
        ('2 days', '30.4375 per month', '10')
        """
        if self.kind is Kind.DURATION:
            return spoken(limit)
        if self.kind is Kind.RATE:
            unit = str(self.written).split()[-1]
            return f"{limit * minutes(f'1 {unit}'):.6g} per {unit}"
        return f"{limit:g}"


def amount(written: Written, within: tuple[float, float] | None = None, above: bool = False) -> Amount:
    """One number of a card, of the kind its writing shows.

    written   such as `0.65`, `30 %`, `14 days`, `0.03 per month`
    within    hard limits in the model's units; if not told, those of its kind, see `LIMITS`
    above     whether the lower limit itself is excluded, as it always is for rates
    ValueError if it is none of these, or outside its limits.

    >>> [amount(x).number for x in (0.65, "30 %", "14 days")]
    [0.65, 0.3, 20160.0]
    >>> round(amount("0.03 per month").number * 43830, 6)
    0.03
    """
    kind = _kind(written)
    bare = Amount(written, kind, math.nan, within or LIMITS[kind], above or kind is Kind.RATE)
    return replace(bare, number=bare.like(written))


def _kind(written: Written) -> Kind:
    if not isinstance(written, str):
        return Kind.NUMBER
    if "%" in written:
        return Kind.SHARE
    for kind in (Kind.RATE, Kind.DURATION):
        try:
            _READERS[kind](written)
        except (ValueError, OverflowError):
            continue
        return kind
    raise ValueError("a number, or text such as '30 %', '14 days' or '0.03 per month'")
