"""Ground: memory of an array that grows, while nobody writes to it.

    Ground(dtype, rows)           so many rows, all zero
    Ground.lengthen(rows, used)   so many; of those that there were the first keep their numbers and what they say

A log is written once and read at the end, so that the first touch of its memory costs as much as the engine's own work.
Here pages come from the system itself: what is never written to takes none, and growing moves them, where NumPy would
clear all new rows beforehand. Large pages would be cheaper still on a machine of one's own; on a virtual one, which
gives free memory back to its host, their first touch is the dearest of all.
"""

from __future__ import annotations

import mmap
import sys
from typing import Any

import numpy as np

MOVES = sys.platform == "linux"  # elsewhere memory can not be moved by its pages


class Ground:
    """An array that grows. Whoever holds its rows when it does holds memory that is gone.

    rows   all of them, as an array
    """

    def __init__(self, dtype: np.dtype, rows: int):
        self._dtype = dtype
        self._pages: Any = None
        self.rows: np.ndarray = self._laid_out(rows) if MOVES else np.zeros(rows, dtype)

    def _laid_out(self, rows: int) -> np.ndarray:
        """Rows on new pages of the system's."""
        self._pages = mmap.mmap(-1, rows * self._dtype.itemsize, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        return np.frombuffer(self._pages, self._dtype)

    def lengthen(self, rows: int, used: int) -> None:
        """So many rows, more than there are, of which those after the first `used` have never been written to."""
        if not MOVES:
            fewer, self.rows = self.rows, np.zeros(rows, self._dtype)
            self.rows[:used] = fewer[:used]
            return
        self.rows = np.empty(0, self._dtype)  # pages that somebody looks at are not moved
        self._pages.resize(rows * self._dtype.itemsize)
        self.rows = np.frombuffer(self._pages, self._dtype)
