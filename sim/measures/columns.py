"""Columns of equal length by patient: how their rows are put in order, and how parts of them are put together.

    in_order(keys)            the stable order of whole numbers
    ByPatient                 a small table of columns, of which `who` says whose each row is
    together(parts)           such tables of different patients as one
    joined(parts)             columns one after the other
    each_first(who)           which rows are the first of their patient

Knows nothing of what the columns mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DIGIT = 16
"""Bits that are sorted by at a time: so few NumPy sorts by counting."""


def in_order(keys: npt.NDArray[Any]) -> Ints:
    """The places of whole numbers in rising order; equal ones keep the order they have.

    >>> in_order(np.array([70_000, -5, 70_000, 3])).tolist()
    [1, 3, 0, 2]
    """
    if len(keys) == 0:
        return np.empty(0, np.int64)
    numbers = keys.astype(np.int64).view(np.uint64)
    rest = numbers - np.uint64(int(keys.min()) % (1 << 64))
    order = np.arange(len(keys))
    for shift in range(0, max(int(rest.max()).bit_length(), 1), DIGIT):
        digit = (rest >> np.uint64(shift)).astype(np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    return order


def joined(parts: Sequence[Any]) -> Any:
    """Columns one after the other; a single one as it is."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def each_first(who: npt.NDArray[Any]) -> Bools:
    """Which rows are the first with their number, where those with the same stand together.

    >>> each_first(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    first = np.ones(len(who), np.bool_)
    first[1:] = who[1:] != who[:-1]
    return first


@dataclass(frozen=True)
class ByPatient:
    """Columns of equal length, with `who`, the row of the patient table that each belongs to, in rising order."""

    who: Ints

    def taking(self, rows: Any) -> Self:
        """Only some of the rows."""
        return type(self)(*(column[rows] for column in self._columns()))

    def of_rows(self, rows: Ints) -> Self:
        """The same where `who` counted in a part of the patient table, and `rows` says where that part stands."""
        return replace(self, who=rows[self.who])

    def _columns(self) -> list[Any]:
        return [getattr(self, its.name) for its in fields(self)]


T = TypeVar("T", bound=ByPatient)


def together(parts: Sequence[T]) -> T:
    """Tables of different patients as one. The rows of each patient keep their order."""
    if len(parts) == 1:
        return parts[0]
    columns = [joined(column) for column in zip(*(part._columns() for part in parts), strict=True)]
    who = columns[0]
    whole = type(parts[0])(*columns)
    return whole if (who[1:] >= who[:-1]).all() else whole.taking(in_order(who))
