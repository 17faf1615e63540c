"""Rows of the logs in their order.

    by_minute_and_patient(rows)   rows of patients, each patient's in the order they came
    in_order(rows)                rows of resources, by all their columns

An engine writes rows nearly in order of minute, so they are sorted by digits (radix), piece by piece as they are taken
away; where that cannot be, by comparison, with the same result. Knows columns, not what they mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.jit import COMPILED, jit

_DIGIT = 11  # bits
_MOST_BITS = 62  # of a key
_MOST_ALIKE = 64  # rows that agree in their first three columns: more are sorted by comparison


def by_minute_and_patient(rows: np.ndarray, minute: int, patient: int) -> np.ndarray:
    """Rows by minute and patient; those that agree in both stay in the order they came.

    rows             (n, columns) whole numbers
    minute, patient  which columns these are

    >>> by_minute_and_patient(np.array([[7, 5, 1], [3, 5, 2], [7, 5, 3]]), minute=1, patient=0)[:, 2].tolist()
    [2, 1, 3]
    """
    if len(rows) < 2:
        return rows.copy()
    spans = _spans(rows, (minute, patient))
    if not COMPILED or spans is None:
        return np.ascontiguousarray(rows[np.lexsort((rows[:, patient], rows[:, minute]))])
    return np.asarray(_sorted_by(rows, np.array([minute, patient]), *spans))


def in_order(rows: np.ndarray) -> np.ndarray:
    """Rows by all their columns, the first first.

    >>> in_order(np.array([[2, 0, 0, 1], [1, 5, 0, 0], [2, 0, 0, 0]])).tolist()
    [[1, 5, 0, 0], [2, 0, 0, 0], [2, 0, 0, 1]]
    """
    if len(rows) < 2:
        return np.ascontiguousarray(rows)
    spans = _spans(rows, (0, 1, 2))
    if COMPILED and spans is not None:
        table = _sorted_by(rows, np.arange(3), *spans)
        if _settle_ties(table):
            return np.asarray(table)
    return np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])


def _spans(rows: np.ndarray, columns: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray] | None:
    """Smallest value and bits of each column; None where together they are too many for one key."""
    least = np.array([rows[:, column].min() for column in columns], np.int64)
    most = [int(rows[:, column].max()) - int(low) for column, low in zip(columns, least, strict=True)]
    bits = np.array([span.bit_length() for span in most], np.int64)
    return (least, bits) if bits.sum() <= _MOST_BITS else None


@jit
def _sorted_by(rows: Any, columns: Any, least: Any, bits: Any) -> Any:
    """Rows sorted by some columns, in a copy; stable."""
    n = len(rows)
    keys = np.empty(n, np.int64)
    width = 0
    for at in range(len(columns)):
        width += bits[at]
    for row in range(n):
        key = 0
        for at in range(len(columns)):
            key = key << bits[at] | (rows[row, columns[at]] - least[at])
        keys[row] = key
    places = np.empty(n, np.int64)
    for row in range(n):
        places[row] = row
    keys_after, places_after = np.empty(n, np.int64), np.empty(n, np.int64)
    counts = np.empty(1 << _DIGIT, np.int64)
    shift = 0
    while shift < width:
        counts[:] = 0
        for row in range(n):
            counts[keys[row] >> shift & ((1 << _DIGIT) - 1)] += 1
        total = 0
        for digit in range(1 << _DIGIT):
            number = counts[digit]
            counts[digit] = total
            total += number
        for row in range(n):
            digit = keys[row] >> shift & ((1 << _DIGIT) - 1)
            keys_after[counts[digit]] = keys[row]
            places_after[counts[digit]] = places[row]
            counts[digit] += 1
        keys, keys_after = keys_after, keys
        places, places_after = places_after, places
        shift += _DIGIT
    table = np.empty(rows.shape, np.int64)
    for row in range(n):
        for column in range(rows.shape[1]):
            table[row, column] = rows[places[row], column]
    return table


@jit
def _settle_ties(table: Any) -> bool:
    """Sort rows that agree in their first three columns by the others, in place; False where they are too many."""
    n, width = table.shape
    held = np.empty(width, np.int64)
    begin = 0
    for row in range(1, n):
        if table[row, 0] != table[begin, 0] or table[row, 1] != table[begin, 1] or table[row, 2] != table[begin, 2]:
            begin = row
            continue
        if row - begin > _MOST_ALIKE:
            return False
        at = row
        held[:] = table[row]
        while at > begin and _before(held, table[at - 1]):
            table[at] = table[at - 1]
            at -= 1
        table[at] = held
    return True


@jit
def _before(a: Any, b: Any) -> bool:
    for column in range(3, len(a)):
        if a[column] != b[column]:
            return bool(a[column] < b[column])
    return False
