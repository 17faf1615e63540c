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
    if COMPILED and _sorted_inside_minutes(rows, minute, patient, patient + 1):
        return rows
    return np.ascontiguousarray(rows[np.lexsort((rows[:, patient], rows[:, minute]))])


def in_order(rows: np.ndarray) -> np.ndarray:
    """Rows by all their columns, the first first, which is the minute.

    rows   (n, columns) whole numbers; they may be sorted in place

    >>> in_order(np.array([[2, 0, 0, 1], [1, 5, 0, 0], [2, 0, 0, 0]])).tolist()
    [[1, 5, 0, 0], [2, 0, 0, 0], [2, 0, 0, 1]]
    """
    if COMPILED and _sorted_inside_minutes(rows, 0, 1, rows.shape[1]):
        return rows
    return np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])


@jit
def _sorted_inside_minutes(rows: Any, minute: int, first: int, last: int) -> bool:
    """Sort the rows of each minute by the columns from `first` to before `last`, in place and stable.

    False where minutes go back, or have many rows out of order. Comparisons are written out: as calls they would hand
    on a counted reference to the table for each row.
    """
    n, width = rows.shape
    held = np.empty(width, np.int64)
    for row in range(1, n):
        if rows[row, minute] != rows[row - 1, minute]:
            if rows[row, minute] < rows[row - 1, minute]:
                return False
            continue
        column = first
        while column < last - 1 and rows[row, column] == rows[row - 1, column]:
            column += 1
        if rows[row, column] >= rows[row - 1, column]:
            continue
        for column in range(width):
            held[column] = rows[row, column]
        at = row
        while at > 0 and rows[at - 1, minute] == held[minute]:
            column = first
            while column < last - 1 and held[column] == rows[at - 1, column]:
                column += 1
            if held[column] >= rows[at - 1, column]:
                break
            for column in range(width):
                rows[at, column] = rows[at - 1, column]
            at -= 1
        for column in range(width):
            rows[at, column] = held[column]
        if row - at > _MANY:
            return False
    return True
