"""What differs between two sets of replications, figure by figure, and whether it may be more than chance.

    align(reference, other)                    the figures of two KPI tables side by side, replication by replication
    paired(reference, other)                   differences of pairs: the same replications, the same luck
    unpaired(reference, other)                 differences of means of replications that are no pairs
    holm(p)                                    probabilities corrected for how many were looked at
    verdicts(rows)                             one word for each figure, corrected within its family

Three things are done so that few replications do not cry wolf; docs/compare.md says why:

- a figure is not known better than the steps in which it moves, so no spread is taken as smaller than they allow;
- where differences take few values, the probability is not taken as smaller than any shuffling could make it;
- with fewer than `LEAST_REPLICATIONS` there is no verdict at all.

Knows tables of figures; nothing of scenarios, patients or hospitals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln, stdtr, stdtrit

from sim.measures.kpis import COUNTS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEVEL = 0.95
LEAST_REPLICATIONS = 5
FEW_VALUES = 5
SAME = 1e-12
"""Values are the same when they differ by no more than this share of their size: sums miss by a few last bits."""

KEYS = ("kpi", "group", "unit")


class Verdict(StrEnum):
    """What is said of a figure."""

    DIFFERENT = "different"  # more than chance, also after the correction for how many were looked at
    NOT_SHOWN = "not shown to differ"
    IDENTICAL = "identical"  # the same value in both, in every replication
    TOO_FEW = "too few replications"
    MISSING = "missing"  # no replication, or no pair, has the figure in both


@dataclass(frozen=True)
class Aligned:
    """Figures of two scenarios side by side.

    keys        k rows `kpi, group, unit`, in the order of the reference, then those that only the other one has
    reference   (k, n) one column for each replication, NaN where it has no such figure
    other       (k, m) the same of the other scenario; paired, m is n and the columns are the same replications
    """

    keys: pd.DataFrame
    reference: Floats
    other: Floats


def align(reference: pd.DataFrame, other: pd.DataFrame) -> Aligned:
    """The KPI tables of two scenarios side by side.

    reference, other   tables `kpi, group, unit, replication, value` (`Measures.kpis`)

    A count or a yearly number that a replication does not mention is 0, as in the summary of a run; any other figure
    that is not there is missing.

    >>> table = pd.DataFrame({"kpi": "n", "group": "all", "unit": "per year", "replication": [0, 1], "value": [3., 4.]})
    >>> align(table, table[:1]).other.tolist()
    [[3.0]]
    """
    tables = [_wide(kpis) for kpis in (reference, other)]
    first, second = (table.index for table in tables)
    keys = first.append(second[~second.isin(first)])
    frame = keys.to_frame(index=False)
    counted = frame["unit"].isin(COUNTS).to_numpy()
    values = []
    for table in tables:
        mentioned = table.reindex(keys)
        values.append(np.where(counted[:, None] & ~mentioned.notna(), 0.0, mentioned.to_numpy(np.float64)))
    return Aligned(frame, values[0], values[1])


def _wide(kpis: pd.DataFrame) -> pd.DataFrame:
    """One row for each figure, in the order in which they were written; one column for each replication."""
    order = kpis.drop_duplicates(list(KEYS))[list(KEYS)]
    wide = kpis.pivot(index=list(KEYS), columns="replication", values="value")
    return wide.reindex(pd.MultiIndex.from_frame(order)).sort_index(axis=1)


@dataclass(frozen=True)
class _Sample:
    """Values of k figures in n replications, some of them missing.

    n       (k,) how many there are
    mean    (k,) NaN where there is none
    var     (k,) variance, NaN where there are fewer than two
    fixed   (k,) whether all are the same
    """

    n: npt.NDArray[np.int64]
    mean: Floats
    var: Floats
    fixed: Bools


def _sample(values: Floats) -> _Sample:
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    total = np.where(known, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total.sum(axis=1) / n
        off = np.where(known, values - mean[:, None], 0.0)
        var = np.where(n > 1, (off**2).sum(axis=1) / (n - 1), np.nan)
    high = np.where(known, values, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, values, np.inf).min(axis=1, initial=np.inf)
    fixed = (n > 0) & (high - low <= SAME * np.maximum(np.abs(high), np.abs(low)))
    return _Sample(n, np.where(fixed, low, mean), np.where(fixed & (n > 1), 0.0, var), fixed)


def _steps(values: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The smallest step between different values in each row (0 where there is none), and how many values there are.

    >>> steps, count = _steps(np.array([[3., 1., 3., 8.], [2., 2., np.nan, 2.]]))
    >>> steps.tolist(), count.tolist()
    ([2.0, 0.0], [3, 1])
    """
    ordered = np.sort(values, axis=1)  # NaN come last
    gaps = np.diff(ordered, axis=1)
    size = np.nanmax(np.abs(np.c_[values, np.zeros(len(values))]), axis=1, keepdims=True)
    real = gaps > SAME * size
    least = np.where(real, gaps, np.inf).min(axis=1, initial=np.inf)
    there = (~np.isnan(values)).any(axis=1)
    return np.where(np.isfinite(least), least, 0.0), real.sum(axis=1) + there


def paired(reference: Floats, other: Floats) -> pd.DataFrame:
    """Differences, other less reference, of pairs of replications with the same number and the same luck.

    reference, other   (k, n); a pair in which either is NaN is counted out
    returns            k rows: `mean_reference, mean, difference, lower, upper, p, pairs, missing, variance_ratio,
                       half_width_ratio`, and `identical` where every pair is equal

    The interval is Student's for the mean difference. `variance_ratio` is the variance that independent replications
    would have given over the one that pairs gave, `half_width_ratio` the half-width of the interval over that of
    as many independent replications; below 1, pairing has helped.
    """
    both = ~np.isnan(reference) & ~np.isnan(other)
    a, b = np.where(both, reference, np.nan), np.where(both, other, np.nan)
    d = b - a
    d = np.where(np.abs(d) <= SAME * np.maximum(np.abs(a), np.abs(b)), 0.0, d)
    step, _ = _steps(np.c_[a, b])
    one, two, between = _sample(a), _sample(b), _sample(d)
    n = between.n
    identical = between.fixed & (between.mean == 0)
    by_design = one.fixed & two.fixed
    floored = np.maximum(between.var, step**2 / 6)  # two roundings to a step, each of variance step^2 / 12
    var = np.where(identical | by_design, between.var, floored)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = _factor(n - 1.0) * np.sqrt(var / n)
        p = 2 * stdtr(np.maximum(n - 1.0, 1.0), -np.abs(between.mean) / np.sqrt(var / n))
        _, distinct = _steps(d)
        unequal = (np.nan_to_num(d) != 0).sum(axis=1)
        p = np.where(distinct < FEW_VALUES, np.maximum(p, 2.0 ** (1 - unequal)), p)
        p = np.where(by_design, 2.0 * 4.0**-n, p)
        _, apart, _ = _welch(one, two, step)
        found = {
            "mean_reference": one.mean,
            "mean": two.mean,
            "difference": between.mean,
            "lower": between.mean - half,
            "upper": between.mean + half,
            "p": _judged(p, n, identical),
            "pairs": n,
            "missing": (~both).sum(axis=1),
            "variance_ratio": (one.var + two.var) / between.var,
            "half_width_ratio": half / apart,
            "identical": identical,
        }
    return pd.DataFrame(found)


def unpaired(reference: Floats, other: Floats) -> pd.DataFrame:
    """Differences, other less reference, of the means of independent replications (Welch).

    reference   (k, n), NaN where a replication has no such figure
    other       (k, m)
    returns     as `paired`; `pairs` is the smaller number of replications, `missing` how many have not the figure,
                and the two ratios are NaN

    Source: Welch 1947, Biometrika 34:28; degrees of freedom are rounded down.
    """
    one, two = _sample(reference), _sample(other)
    step, distinct = _steps(np.c_[reference, other])
    n = np.minimum(one.n, two.n)
    difference = two.mean - one.mean
    by_design = one.fixed & two.fixed & (n > 0)
    identical = by_design & (step == 0)
    se, half, df = _welch(one, two, step)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * stdtr(np.maximum(df, 1.0), -np.abs(difference) / se)
        p = np.where(distinct < FEW_VALUES, np.maximum(p, 2 / _ways(one.n, two.n)), p)
        p = np.where(by_design, 2.0 ** (1.0 - one.n - two.n), p)
    half = np.where(by_design & (n > 1), 0.0, half)
    difference = np.where(identical, 0.0, difference)
    nothing = np.full(len(n), np.nan)
    found = {
        "mean_reference": one.mean,
        "mean": two.mean,
        "difference": difference,
        "lower": difference - half,
        "upper": difference + half,
        "p": _judged(p, n, identical),
        "pairs": n,
        "missing": np.isnan(reference).sum(axis=1) + np.isnan(other).sum(axis=1),
        "variance_ratio": nothing,
        "half_width_ratio": nothing,
        "identical": identical,
    }
    return pd.DataFrame(found)


def _judged(p: Floats, n: npt.NDArray[np.int64], identical: Bools) -> Floats:
    """Probabilities, with 1 for what is identical and NaN where there are too few replications to say."""
    return np.where(n < LEAST_REPLICATIONS, np.nan, np.where(identical, 1.0, np.minimum(p, 1.0)))


def _factor(df: npt.NDArray[np.floating[Any]]) -> Floats:
    """Student's factor of a two-sided interval of `LEVEL`; NaN below 1 degree of freedom."""
    return np.where(df >= 1, stdtrit(np.maximum(df, 1.0), (1 + LEVEL) / 2), np.nan)


def _welch(one: _Sample, two: _Sample, step: Floats) -> tuple[Floats, Floats, Floats]:
    """Standard error of a difference of independent means, half-width of its interval, degrees of freedom."""
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [np.maximum(its.var, step**2 / 12) / its.n for its in (one, two)]
        whole = parts[0] + parts[1]
        df = whole**2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (two.n - 1))
        df = np.where(np.isnan(df), np.minimum(one.n, two.n) - 1.0, np.floor(df + 1e-9))
        se = np.sqrt(whole)
        return se, _factor(df) * se, df


def _ways(n: npt.NDArray[np.int64], m: npt.NDArray[np.int64]) -> Floats:
    """In how many ways n + m replications can be dealt to two scenarios of n and m.

    >>> _ways(np.array([8]), np.array([8])).round().tolist()
    [12870.0]
    """
    return np.asarray(np.exp(gammaln(n + m + 1.0) - gammaln(n + 1.0) - gammaln(m + 1.0)), np.float64)


def holm(p: npt.ArrayLike) -> Floats:
    """Probabilities corrected so that the chance of even one false alarm among them stays below the level.

    p         (k,) probabilities; NaN are not tests and do not count
    returns   (k,) corrected, at most 1, NaN where `p` is

    Source: Holm 1979, Scand J Stat 6:65.

    >>> holm([0.01, float("nan"), 0.04, 0.03]).round(3).tolist()
    [0.03, nan, 0.06, 0.06]
    """
    given = np.asarray(p, np.float64)
    tests = np.flatnonzero(~np.isnan(given))
    order = tests[np.argsort(given[tests], kind="stable")]
    found = np.full(len(given), np.nan)
    weights = len(order) - np.arange(len(order))
    found[order] = np.minimum(np.maximum.accumulate(weights * given[order]), 1.0) if len(order) else []
    return found


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with two columns more: `p_holm`, corrected over all of them, and `verdict`.

    rows   as `paired` and `unpaired` give them, of all scenarios together; with a column `family` the correction is for
           those of the same family

    What is identical in every replication could not have come out different at any level, so it does not count among
    what was tested (Tarone 1990, Biometrics 46:515).
    """
    identical = rows["identical"].to_numpy(np.bool_)
    p = rows["p"].to_numpy(np.float64)
    family = rows["family"].to_numpy() if "family" in rows else np.zeros(len(rows))
    corrected = np.full(len(rows), np.nan)
    for name in pd.unique(family):
        its = family == name
        corrected[its] = holm(np.where(identical, np.nan, p)[its])
    pairs = rows["pairs"].to_numpy(np.int64)
    verdict = np.select(
        [pairs == 0, identical, np.isnan(p), corrected < 1 - LEVEL],
        [Verdict.MISSING, Verdict.IDENTICAL, Verdict.TOO_FEW, Verdict.DIFFERENT],
        Verdict.NOT_SHOWN,
    )
    return rows.assign(p_holm=np.where(identical, p, corrected), verdict=[str(word) for word in verdict])
