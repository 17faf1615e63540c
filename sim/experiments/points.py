"""The points of a sweep: which values each parameter takes, and how they are put together.

    Parameter          one thing that is varied: its paths, and its values or its range
    points_of(...)     the points of a design, as shares of each parameter's range or as its values
    how_many(...)      how many points a design has, without making them

A point holds one `Value` for each parameter; None means that it is as in the base scenario. A value is written in the
table as a number in the parameter's unit where it is one, and put into the scenario as it would be typed. Numbers
that come out of a range are rounded to six digits, so that the table shows exactly what was put in.

Knows nothing of files and of what scenarios mean.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

GRID, ONE_AT_A_TIME, LATIN_HYPERCUBE, SOBOL = "grid", "one_at_a_time", "latin_hypercube", "sobol"
KINDS = (GRID, ONE_AT_A_TIME, LATIN_HYPERCUBE, SOBOL)
SAMPLED = (LATIN_HYPERCUBE, SOBOL)  # their points are drawn, as many as are asked for
DIGITS = 6  # of a number that comes out of a range
Number = int | float
Cell = int | float | str
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*")


@dataclass(frozen=True)
class Value:
    """One value of a parameter.

    cell    as it stands in the table: a number in the parameter's unit, or a text
    typed   as it is put into the scenario
    """

    cell: Cell
    typed: Any


Values = tuple[Value | None, ...]


def quantity(typed: Any) -> tuple[Number, str] | None:
    """A typed value as a number and its unit, or None where it is no number.

    >>> quantity(7), quantity("90 min"), quantity("3.5 per week"), quantity("30 %"), quantity("closed")
    ((7, ''), (90, 'min'), (3.5, 'per week'), (30, '%'), None)
    """
    if isinstance(typed, bool):
        return None
    if isinstance(typed, int | float):
        return typed, ""
    match = _QUANTITY.fullmatch(typed) if isinstance(typed, str) else None
    if match is None or match[2] is None:
        return None
    number = float(match[1])
    return (int(number) if number.is_integer() else number), match[2]


def in_unit(number: Number, unit: str) -> Value:
    """A number in a unit as a value.

    >>> in_unit(90.5, "min"), in_unit(7, "")
    (Value(cell=90.5, typed='90.5 min'), Value(cell=7, typed=7))
    """
    return Value(number, f"{number} {unit}" if unit else number)


def listed(typed: Sequence[Any]) -> tuple[str, tuple[Value, ...]]:
    """The values of a list and their common unit; texts where they are not all numbers of one unit.

    >>> listed(["90 min", "120 min"])
    ('min', (Value(cell=90, typed='90 min'), Value(cell=120, typed='120 min')))
    >>> listed(["1 week", "2 weeks"])[1][0].cell
    '1 week'
    """
    found = [quantity(value) for value in typed]
    units = {its[1] for its in found if its is not None}
    if None not in found and len(units) == 1:
        return units.pop(), tuple(
            Value(its[0], value) for its, value in zip(found, typed, strict=True) if its is not None
        )
    return "", tuple(Value(_label(value), value) for value in typed)


def _label(typed: Any) -> str:
    """What stands in the table for a value that is no number."""
    return typed if isinstance(typed, str) else json.dumps(typed, ensure_ascii=False)


@dataclass(frozen=True)
class Parameter:
    """One thing that is varied.

    name     of its column in the table
    paths    dotted paths of the scenario; all get the same value
    unit     of the numbers in the table; '' for plain numbers and for texts
    values   the values it takes; those of a range with steps too, none of a range without
    low, high, log, whole    of a range: its ends in the unit, whether on a logarithmic scale, whether whole numbers
    """

    name: str
    paths: tuple[str, ...]
    unit: str
    values: tuple[Value, ...] = ()
    low: Number = 0
    high: Number = 0
    log: bool = False
    whole: bool = False

    @property
    def numeric(self) -> bool:
        """Are its values numbers, so that they can stand on an axis?"""
        return not any(isinstance(value.cell, str) for value in self.values)

    def at(self, share: float) -> Value:
        """The value at a share of its range, 0 to below 1; of listed values each has an equal part.

        >>> rate = Parameter("rate", ("arrivals.rate",), "per year", low=100, high=200)
        >>> rate.at(0.5).typed
        '150 per year'
        >>> Parameter("beds", ("resources.ward.capacity",), "", low=1, high=4, whole=True).at(0.99).cell
        4
        """
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.whole:  # each whole number has its part, the last one too
            return in_unit(min(math.floor(self._between(self.low, self.high + 1, share)), int(self.high)), self.unit)
        return in_unit(self._rounded(self._between(self.low, self.high, share)), self.unit)

    def in_steps(self, steps: int) -> tuple[Value, ...]:
        """So many values from one end of its range to the other; fewer where whole numbers fall together.

        >>> [value.cell for value in Parameter("beds", (), "", low=10, high=20).in_steps(3)]
        [10, 15, 20]
        >>> [value.cell for value in Parameter("days", (), "days", low=1, high=100, log=True).in_steps(3)]
        [1, 10, 100]
        """
        exact = [self._between(self.low, self.high, number / (steps - 1)) for number in range(steps)]
        numbers = [round(number) if self.whole else self._rounded(number) for number in exact]
        return tuple(in_unit(number, self.unit) for number in dict.fromkeys(numbers))

    def _between(self, low: float, high: float, share: float) -> float:
        number = low * (high / low) ** share if self.log else low + share * (high - low)
        return min(max(number, low), high)  # whatever the last bits say

    def _rounded(self, number: float) -> Number:
        """Six digits; a whole number where both ends are typed as whole numbers and it is one."""
        short = float(f"{number:.{DIGITS}g}")
        whole = short.is_integer() and isinstance(self.low, int) and isinstance(self.high, int)
        return int(short) if whole else short


def how_many(kind: str, parameters: Sequence[Parameter], points: int = 0) -> int:
    """How many points a design has.

    points   as many as a sampled design is asked for
    """
    if kind in SAMPLED:
        return points
    sizes = [len(parameter.values) for parameter in parameters]
    return math.prod(sizes) if kind == GRID else 1 + sum(sizes)


def points_of(kind: str, parameters: Sequence[Parameter], points: int = 0, seed: int = 0) -> Iterator[Values]:
    """The points of a design, in order.

    kind         grid: every combination, the last parameter changing first; one_at_a_time: the base once, then each
                 parameter alone through its values; latin_hypercube, sobol: points spread over all ranges at once
    parameters   of a grid and of one at a time each with its values
    points       of a sampled design, how many
    seed         of a sampled design
    Sources: McKay, Beckman and Conover 1979, Technometrics 21:239; Sobol' 1967, USSR Comput Math 7:86, scrambled
    after Owen 1995.

    >>> beds = Parameter("beds", ("resources.ward.capacity",), "", listed([18, 20])[1])
    >>> [[value.cell if value else None for value in point] for point in points_of("one_at_a_time", [beds])]
    [[None], [18], [20]]
    """
    if kind == GRID:
        yield from itertools.product(*(parameter.values for parameter in parameters))
    elif kind == ONE_AT_A_TIME:
        nothing: list[Value | None] = [None] * len(parameters)
        yield tuple(nothing)
        for place, parameter in enumerate(parameters):
            for value in parameter.values:
                yield (*nothing[:place], value, *nothing[place + 1 :])
    else:
        for shares in _shares(kind, len(parameters), points, seed):
            yield tuple(parameter.at(share) for parameter, share in zip(parameters, shares, strict=True))


def _shares(kind: str, dimensions: int, points: int, seed: int) -> list[list[float]]:
    """Points of the unit cube."""
    import numpy as np
    from scipy.stats import qmc

    luck = np.random.default_rng(seed)
    if kind == LATIN_HYPERCUBE:
        found: Any = qmc.LatinHypercube(dimensions, rng=luck).random(points)
    else:
        # the first so many of the next power of two: the same sequence, without a warning on every run
        found = qmc.Sobol(dimensions, rng=luck).random_base2(max(points - 1, 0).bit_length())[:points]
    return [[float(share) for share in point] for point in found]
