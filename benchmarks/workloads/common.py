"""What both pathways share: whole minutes, and arrivals at random."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.draws import exponential
from sim.jit import jit


@jit
def whole(minutes: float) -> int:
    """Minutes rounded once, halves upwards."""
    return math.floor(minutes + 0.5)


@jit
def _fill(key: int, question: int, gap: float, arrivals: Any) -> None:
    clock = 0.0
    for i in range(len(arrivals)):
        clock += exponential(key, i, question, 0) * gap
        arrivals[i, 0] = math.floor(clock)
        arrivals[i, 1] = i


def arrivals_of(size: int, key: int, question: int, gap: float) -> np.ndarray:
    """(size, 2) minute and number of each customer; gaps are exponential, and the minute is the one that has begun.

    question  what the gap before customer n is asked as, of n
    gap       its mean [minutes]
    """
    arrivals = np.empty((size, 2), np.int64)
    _fill(key, question, gap, arrivals)
    return arrivals
