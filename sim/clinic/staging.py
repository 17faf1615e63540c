"""What the tumour board knew of a patient when it decided, as one whole number of the log.

    staging(findings)     the number: what matters for who is compared with whom
    unstaged(values)      the columns that such numbers hold

A published series says whom it took: G1 or G2, three metastases or fewer, nothing outside the liver. The log keeps that
of each decision, so that the same can be asked of simulated patients.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.clinic.board import ATTRIBUTES
from sim.jit import jit

FIELDS: dict[str, tuple[int, float]] = {
    "liver_metastases": (1, 1),
    "pattern": (3, 1),  # not clinical: bits
    "lesions": (7, 1),  # not clinical: bits
    "largest_cm": (9, 10),  # not clinical: bits and steps
    "liver_burden_pct": (10, 10),  # not clinical: bits and steps
    "extrahepatic": (2, 1),
    "differentiation": (2, 1),
    "ki67_pct": (14, 100),  # not clinical: bits and steps
    "receptors": (2, 1),
    "ecog": (3, 1),  # not clinical: bits
    "symptoms": (1, 1),
    "progressing": (1, 1),
    "primary": (1, 1),
    "analogue": (1, 1),
    "remnant": (2, 1),
}
"""What is kept, from the lowest bit on: its bits, and by how much the value is multiplied. All bits set: unknown."""

_WHICH = np.array([list(ATTRIBUTES).index(name) for name in FIELDS])
_BITS = np.array([bits for bits, _ in FIELDS.values()])
_TIMES = np.array([times for _, times in FIELDS.values()], np.float64)


@jit
def staging(findings: Any) -> int:
    """The number that holds what is known.

    findings   (attributes,) NaN where nothing is known

    >>> from sim.clinic.board import Finding
    >>> known = np.full(len(Finding), np.nan)
    >>> known[Finding.LESIONS], known[Finding.KI67_PCT] = 4, 2.5
    >>> columns = unstaged(np.array([staging(known)]))
    >>> columns["lesions"].tolist(), columns["ki67_pct"].tolist(), columns["largest_cm"].tolist()
    ([4.0], [2.5], [nan])
    """
    number, shift = 0, 0
    for k in range(len(_WHICH)):
        most = (1 << _BITS[k]) - 1
        value = findings[_WHICH[k]]
        field = most
        if not math.isnan(value):
            field = min(int(value * _TIMES[k] + 0.5), max(most - 1, 1))  # not clinical: rounding
        number |= field << shift
        shift += _BITS[k]
    return number


def unstaged(values: np.ndarray) -> dict[str, np.ndarray]:
    """The columns that such numbers hold, by the board's names; NaN where nothing was known.

    values   (n,) numbers of `staging`
    Of what has two levels and one bit, nothing known counts as the higher: the board has always asked before.
    """
    columns, left = {}, values.astype(np.int64)
    for name, (bits, times) in FIELDS.items():
        most = (1 << bits) - 1
        field = left & most
        left = left >> bits
        column = field / times
        columns[name] = np.where(field == most, math.nan, column) if bits > 1 else column
    return columns
