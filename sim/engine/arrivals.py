"""Who comes when: the arrivals of a run, checked and in order.

checked(arrivals, ends)   (n, 2) minute and patient, sorted by both; InputError if they cannot be
"""

from __future__ import annotations

import numpy as np

from sim.errors import InputError, Problem
from sim.jit import jit


@jit
def _in_order(arrivals: np.ndarray, ends: int) -> bool:
    """Whether all are inside the run, by minute and by number. One look at each, since there may be millions."""
    minute, patient = 0, -1
    for at in range(len(arrivals)):
        if arrivals[at, 0] < minute or arrivals[at, 1] <= patient:
            return False
        minute, patient = arrivals[at, 0], arrivals[at, 1]
    return bool(minute < ends)


def checked(arrivals: np.ndarray, ends: int) -> np.ndarray:
    """Arrivals in order of minute and patient.

    arrivals   (n, 2) whole numbers: minute (0 or more, before `ends`) and patient; in any order
    InputError if an arrival is outside the run or a patient comes twice.

    >>> checked(np.array([[30, 0], [10, 1]]), 100).tolist()
    [[10, 1], [30, 0]]
    """
    arrivals = np.asarray(arrivals, np.int64).reshape(-1, 2)
    if _in_order(arrivals, ends):
        return arrivals
    problems = []
    for at in np.flatnonzero((arrivals[:, 0] < 0) | (arrivals[:, 0] >= ends) | (arrivals[:, 1] < 0)).tolist():
        found = f"patient {arrivals[at, 1]} at minute {arrivals[at, 0]}"
        expected = f"a patient's number, 0 or more, and a minute from 0 to {ends - 1}"
        problems.append(Problem(path=f"arrivals[{at}]", found=found, expected=expected))
    patients, times = np.unique(arrivals[:, 1], return_counts=True)
    for patient in patients[times > 1].tolist():
        problems.append(Problem(path="arrivals", found=f"patient {patient} more than once", expected="once each"))
    if problems:
        raise InputError(problems)
    return arrivals[np.lexsort((arrivals[:, 1], arrivals[:, 0]))]
