"""Rows of the logs in their order.

    by_minute_and_patient(rows)   rows of patients, each patient's in the order they came
    in_order(rows)                rows of resources, by all their columns

Rows that come in order of minute are sorted where they stand, minute by minute; else, or where a minute has very many,
all are sorted by comparison, with the same result. Knows columns, not what they mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.jit import COMPILED, jit

_MANY = 256  # rows of one minute that stand out of order; more are sorted by comparison


def by_minute_and_patient(rows: np.ndarray, minute: int, patient: int) -> np.ndarray:
    """Rows by minute and patient; those that agree in both stay in the order they came.

    rows             (n, columns) whole numbers; they may be sorted in place
    minute, patient  which columns these are

    >>> by_minute_and_patient(np.array([[7, 5, 1], [3, 5, 2], [7, 5, 3]]), minute=1, patient=0)[:, 2].tolist()
    [2, 1, 3]
    """
    if COMPILED and _sorted_inside_minutes(rows, minute, np.array([patient])):
        return rows
    return np.ascontiguousarray(rows[np.lexsort((rows[:, patient], rows[:, minute]))])


def in_order(rows: np.ndarray) -> np.ndarray:
    """Rows by all their columns, the first first, which is the minute.

    rows   (n, columns) whole numbers; they may be sorted in place

    >>> in_order(np.array([[2, 0, 0, 1], [1, 5, 0, 0], [2, 0, 0, 0]])).tolist()
    [[1, 5, 0, 0], [2, 0, 0, 0], [2, 0, 0, 1]]
    """
    if COMPILED and _sorted_inside_minutes(rows, 0, np.arange(1, rows.shape[1])):
        return rows
    return np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])


@jit
def _sorted_inside_minutes(rows: Any, minute: int, columns: Any) -> bool:
    """Sort the rows of each minute by some columns, in place and stable; False where minutes go back, or have many."""
    n, width = rows.shape
    held = np.empty(width, np.int64)
    begin = 0
    for row in range(1, n):
        if rows[row, minute] != rows[row - 1, minute]:
            if rows[row, minute] < rows[row - 1, minute]:
                return False
            begin = row
        elif _before(rows, row, row - 1, columns):
            for column in range(width):
                held[column] = rows[row, column]
            at = row
            while at > begin and _goes_before(held, rows, at - 1, columns):
                for column in range(width):
                    rows[at, column] = rows[at - 1, column]
                at -= 1
            for column in range(width):
                rows[at, column] = held[column]
            if row - at > _MANY:
                return False
    return True


@jit
def _before(rows: Any, a: int, b: int, columns: Any) -> bool:
    for at in range(len(columns)):
        column = columns[at]
        if rows[a, column] != rows[b, column]:
            return bool(rows[a, column] < rows[b, column])
    return False


@jit
def _goes_before(held: Any, rows: Any, b: int, columns: Any) -> bool:
    for at in range(len(columns)):
        column = columns[at]
        if held[column] != rows[b, column]:
            return bool(held[column] < rows[b, column])
    return False
