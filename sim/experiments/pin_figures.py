"""Figures before and now: which have moved, by how much, and whether chance alone would do it.

    Figure                          mean, standard error and number of replications of one figure
    figures_of(summary)             -> {(kpi, group): Figure}, rounded as they are pinned
    moves(pinned, present, ...)     -> every figure that is not what it was, the largest first
    Move                            one of them, with `sentence()`

Two questions are kept apart. *Has it stayed within the tolerance?* is asked of every figure, and a figure that
can not be shown to have stayed has not: the same seed and the same model give the same bits, so that chance is no
excuse for a figure that moves. *Could it have moved so far by other luck?* is Welch's test, corrected for the number
of figures looked at (Holm); with fewer than `LEAST_REPLICATIONS` it is not asked.

Knows nothing of scenarios, files and logs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scipy.special import stdtr

from sim.experiments.differences import LEAST_REPLICATIONS, holm
from sim.measures.kpis import COUNTS

DIGITS = 6
LAST_DIGITS = 2e-6
"""Two figures are the same if they differ by no more than this share: one step of the last digit that is pinned."""
NOTHING = 1e-12
"""A standard error of so small a share of the mean is none: equal numbers, summed, miss by a few last bits."""
LEVEL = 0.05
"""Chance, all figures together, that one is said to have moved beyond chance although it has not."""

Key = tuple[str, str]
"""Name and group of a figure."""


@dataclass(frozen=True)
class Figure:
    """One figure over the replications.

    unit    of the mean and its error
    mean    over the replications that have it; None where none has
    error   its standard error; None where fewer than two have it
    n       how many have it
    """

    unit: str
    mean: float | None
    error: float | None
    n: int


def rounded(value: float) -> float | None:
    """A number to the digits that are pinned; None where there is none.

    >>> rounded(1234.56789), rounded(float("nan"))
    (1234.57, None)
    """
    return None if math.isnan(value) else float(f"{value:.{DIGITS}g}")


def figures_of(summary: Any) -> dict[Key, Figure]:
    """The figures of a run.

    summary   as `sim.measures.summarise` gives it
    """
    found = {}
    for row in summary.itertuples():
        n = int(row.replications)
        error = row.sd / math.sqrt(n) if n > 1 else math.nan
        error = 0.0 if error < NOTHING * abs(row.mean) else error
        found[str(row.kpi), str(row.group)] = Figure(str(row.unit), rounded(row.mean), rounded(error), n)
    return found


@dataclass(frozen=True)
class Move:
    """A figure that is not what it was.

    kpi, group      its name
    before, now     None where there was, or is, no such figure
    outside         further away than the tolerance
    beyond_chance   further than other luck would carry it, all figures looked at together
    """

    kpi: str
    group: str
    before: Figure | None
    now: Figure | None
    outside: bool
    beyond_chance: bool

    @property
    def name(self) -> str:
        """The figure as one word, with its group where it has one."""
        return self.kpi if self.group == "all" else f"{self.kpi} ({self.group})"

    @property
    def unit(self) -> str:
        """Its unit."""
        figure = self.now or self.before
        return figure.unit if figure else ""

    @property
    def change(self) -> float | None:
        """From the pinned mean to the present one; None where one of them is missing."""
        before, now = self.before, self.now
        if before is None or now is None or before.mean is None or now.mean is None:
            return None
        return now.mean - before.mean

    @property
    def errors(self) -> float | None:
        """The change in pinned standard errors; None where it can not be told."""
        error = self.before.error if self.before else None
        return None if self.change is None or not error else self.change / error

    def sentence(self) -> str:
        """What happened to it.

        >>> before, now = Figure("days", 20.0, 2.0, 2), Figure("days", 25.0, 2.5, 2)
        >>> Move("wait.ct.median", "own", before, now, True, False).sentence()
        'wait.ct.median (own): 20 -> 25 days, up by 5 (+25 %, 2.5 standard errors)'
        >>> Move("wait.ct.p90", "all", before, None, True, True).sentence()
        'wait.ct.p90: 20 days before, and now there is no such figure'
        """
        if self.now is None or self.before is None:
            there, when = (self.before, "before, and now") if self.before else (self.now, "now, and in the pin")
            return f"{self.name}: {_said(there)} {self.unit} {when} there is no such figure"
        text = f"{self.name}: {_said(self.before)} -> {_said(self.now)} {self.unit}"
        if self.change is None:
            return text
        if self.change == 0:
            spread = f"{_number(self.before.error)} -> {_number(self.now.error)}"
            return f"{text}, the mean as before, its standard error {spread}, replications {_counts(self)}"
        text += f", {'up' if self.change > 0 else 'down'} by {abs(self.change):.4g}"
        also = [f"{100 * self.change / abs(self.before.mean):+.3g} %"] if self.before.mean else []
        also += [f"{abs(self.errors):.3g} standard errors"] if self.errors is not None else []
        return text + (f" ({', '.join(also)})" if also else "")


def _said(figure: Figure | None) -> str:
    return "not reached" if figure is None or figure.mean is None else f"{figure.mean:g}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _counts(move: Move) -> str:
    return f"{move.before.n if move.before else 0} -> {move.now.n if move.now else 0}"


def moves(
    pinned: Mapping[Key, Figure],
    present: Mapping[Key, Figure],
    tolerance: float,
    replications: int,
    same_luck: bool,
) -> tuple[Move, ...]:
    """Every figure that is not what it was: those beyond chance first, then by how far they moved.

    tolerance      in pinned standard errors of the mean
    replications   how many both rest on; a number of something that is not mentioned was 0 in all of them
    same_luck      the logs are identical, so that nothing can have moved by chance

    >>> before = {("wait.ct.median", "all"): Figure("days", 20.0, 2.0, 2), ("x", "all"): Figure("share", 0.5, 0.1, 2)}
    >>> after = before | {("wait.ct.median", "all"): Figure("days", 25.0, 2.0, 2)}
    >>> [(move.name, move.outside, move.beyond_chance) for move in moves(before, after, 1.0, 2, False)]
    [('wait.ct.median', True, False)]
    """
    pairs = [(key, *_pair(pinned.get(key), present.get(key), replications, same_luck)) for key in {**pinned, **present}]
    chances = holm([_chance(before, now) for _, before, now in pairs])
    found = [
        Move(kpi, group, before, now, _outside(before, now, tolerance), same_luck or bool(chance <= LEVEL))
        for ((kpi, group), before, now), chance in zip(pairs, chances, strict=True)
        if not _equal(before, now)
    ]
    return tuple(sorted(found, key=_largest_first))


def _largest_first(move: Move) -> tuple[bool, bool, bool, float, Key]:
    """Last those with no error to measure by, mostly counts of something rare."""
    distance = -1.0 if move.errors is None else abs(move.errors)
    return not move.beyond_chance, not move.outside, move.now is not None, -distance, (move.kpi, move.group)


def _pair(
    before: Figure | None, now: Figure | None, replications: int, same_luck: bool
) -> tuple[Figure | None, Figure | None]:
    """A group that nobody happened to be in is not written down; where it counts something, its count was 0."""
    there = before or now
    if same_luck or there is None or there.unit not in COUNTS:
        return before, now
    nobody = Figure(there.unit, 0.0, 0.0 if replications > 1 else None, replications)
    return before or nobody, now or nobody


def _near(a: float | None, b: float | None, scale: float) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= LAST_DIGITS * max(abs(a), abs(b), scale)


def _equal(a: Figure | None, b: Figure | None) -> bool:
    if a is None or b is None:
        return a is b
    scale = abs(a.mean or 0.0)  # the error of a mean has no more digits than the mean itself
    return a.unit == b.unit and a.n == b.n and _near(a.mean, b.mean, 0.0) and _near(a.error, b.error, scale)


def _outside(before: Figure | None, now: Figure | None, tolerance: float) -> bool:
    if before is None or before.unit != (now.unit if now else before.unit):
        return before is not None  # a figure that is new contradicts nothing that is pinned
    if now is None or before.mean is None or now.mean is None:
        return now is None or (before.mean is None) != (now.mean is None)
    slack = LAST_DIGITS * max(abs(before.mean), abs(now.mean))
    return abs(now.mean - before.mean) > tolerance * (before.error or 0.0) + slack


def _chance(before: Figure | None, now: Figure | None) -> float:
    """Chance that other luck alone moves a figure so far (Welch); NaN where that can not be told.

    Source: Welch 1947, Biometrika 34:28.
    """
    if before is None or now is None or before.mean is None or now.mean is None or before.unit != now.unit:
        return math.nan
    if not before.error or not now.error or min(before.n, now.n) < LEAST_REPLICATIONS or _equal(before, now):
        return math.nan
    one, other = before.error**2, now.error**2
    freedom = (one + other) ** 2 / (one**2 / (before.n - 1) + other**2 / (now.n - 1))
    return float(2 * stdtr(freedom, -abs(now.mean - before.mean) / math.sqrt(one + other)))
