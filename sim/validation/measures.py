"""How a sample is summed up as a published number is: curves, shares, quantiles, ratios; and how sure that is.

    estimate(part, sample, against)   -> the simulated number
    estimated(part, sample, against)  -> the same with its 95 % interval, by leaving out a twentieth at a time
    curve(part, sample)               -> time and height of the curve behind it, for a picture

Source of the intervals: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11: the jackknife.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.measures.statistics import Curves, of_minutes, reached_by, read_at, t_quantile
from sim.validation.samples import BLOCKS, Sample
from sim.validation.targets import Part, in_minutes

Floats = npt.NDArray[np.float64]
_MOST_STEPS, _CLOSE, _FLAT, _ENDLESS = 30, 1e-9, 1e12, 15.0
FEWEST = 20
"""Patients below whom nothing is said."""


def estimated(part: Part, sample: Sample, against: Sample | None) -> tuple[float, float, float, int]:
    """The simulated number, its 95 % interval, and how many patients it comes from; NaN where it can not be said."""
    n = len(sample)
    if n < FEWEST or (against is not None and len(against) < FEWEST):
        return math.nan, math.nan, math.nan, n
    whole = estimate(part, sample, against)
    parts = np.array([estimate(part, sample.without(b), against and against.without(b)) for b in range(BLOCKS)])
    if math.isnan(whole) or np.isnan(parts).any():
        return whole, math.nan, math.nan, n
    if _on_the_logarithm(part) and whole > 0 and (parts > 0).all():
        ratio = math.exp(_half(np.log(parts)))
        return whole, whole / ratio, whole * ratio, n
    half = _half(parts)
    return whole, whole - half, whole + half, n


def _on_the_logarithm(part: Part) -> bool:
    """Times and ratios have no more sense below nothing than they have room there."""
    return part.difference == "ratio" or (
        not part.difference and part.measure in ("median", "restricted_mean", "hazard_ratio")
    )


def _half(parts: Floats) -> float:
    """Half the 95 % interval, by the estimates with a block left out each."""
    spread = math.sqrt((BLOCKS - 1) / BLOCKS * float(((parts - parts.mean()) ** 2).sum()))
    return t_quantile(BLOCKS - 1) * spread


def estimate(part: Part, sample: Sample, against: Sample | None) -> float:
    """The simulated number that a part of a target asks for; NaN where nobody is there of whom it could be said."""
    if not len(sample) or (against is not None and not len(against)):
        return math.nan
    if part.measure == "hazard_ratio":
        assert against is not None
        treated = np.r_[np.ones(len(sample)), np.zeros(len(against))][:, None]
        time, event = np.r_[sample.time, against.time], np.r_[sample.cause, against.cause] == 1
        within = part.within or math.inf
        return float(math.exp(cox(np.minimum(time, within), event & (time <= within), treated)[0]))
    one = _alone(part, sample)
    if against is None:
        return one
    other = _alone(part, against)
    if part.difference == "ratio":
        return one / other if other else math.nan
    return one - other


def _alone(part: Part, sample: Sample) -> float:
    unit = in_minutes(part.unit)
    if part.measure == "proportion":
        if not part.endpoint:
            return float(sample.holds.mean())
        within = part.within or math.inf
        return float((sample.holds & (sample.cause == 1) & (sample.time <= within)).mean())
    if part.measure in ("quantile", "mean"):
        known = sample.values[~np.isnan(sample.values[:, 0]), 0]
        if not len(known):
            return math.nan
        return float(known.mean() if part.measure == "mean" else np.quantile(known, part.quantile))
    if part.measure == "log_hazard":
        known_rows = ~np.isnan(sample.values).any(axis=1)
        return float(cox(sample.time[known_rows], sample.cause[known_rows] == 1, sample.values[known_rows])[0])
    curves = _curves(part, sample)
    if part.measure == "median":
        return reached_by(curves, curves.incidence[0], 0.5) / unit
    if part.measure == "restricted_mean":
        steps = np.append(curves.time[curves.time < part.at], part.at)
        return float((np.diff(steps, prepend=0) * np.r_[1.0, curves.free[: len(steps) - 1]]).sum()) / unit
    height = curves.free if part.measure == "survival" else curves.incidence[0]
    return float(read_at(curves, height, part.at, 1.0 if part.measure == "survival" else 0.0)[0])


def _curves(part: Part, sample: Sample) -> Curves:
    """Death before the endpoint competes in an incidence; in all else it ends follow-up."""
    competing = part.measure == "incidence"
    cause = sample.cause if competing else (sample.cause == 1).astype(np.int64)
    return of_minutes(sample.time, cause, 2 if competing else 1, 1.0)


def curve(part: Part, sample: Sample) -> tuple[Floats, Floats]:
    """The curve behind a survival, an incidence or a median: times [minutes] and heights, from 0 on."""
    curves = _curves(part, sample)
    free = part.measure in ("survival", "median", "restricted_mean")
    return np.r_[0.0, curves.time], np.r_[1.0 if free else 0.0, curves.free if free else curves.incidence[0]]


def cox(time: npt.ArrayLike, event: npt.ArrayLike, covariates: npt.ArrayLike) -> Floats:
    """(covariates,) the coefficients of Cox's proportional hazards; NaN where the sample does not tell them.

    time        (n,)
    event       (n,) whether the endpoint came then; else follow-up ended
    covariates  (n, k)
    Newton's steps on the partial likelihood. Source: Cox 1972, J R Stat Soc B 34:187; ties as Breslow 1974.
    """
    of, came = np.asarray(covariates, np.float64), np.asarray(event, np.bool_)
    untold = np.full(of.shape[1], math.nan)
    order = np.argsort(-np.asarray(time, np.float64), kind="stable")
    of, came, times = of[order], came[order], np.asarray(time, np.float64)[order]
    if not came.any() or (of.std(axis=0) == 0).any():
        return untold
    of = of - of.mean(axis=0)
    # who is at risk when somebody's endpoint comes: all down to the last of the same time, as the longest stand first
    last = np.searchsorted(-times, -times[came], side="right") - 1
    found = np.zeros(of.shape[1])
    for _ in range(_MOST_STEPS):
        weight = np.exp(of @ found)
        whole = weight.cumsum()[last]
        mean = (weight[:, None] * of).cumsum(axis=0)[last] / whole[:, None]
        square = (weight[:, None, None] * of[:, :, None] * of[:, None, :]).cumsum(axis=0)[last] / whole[:, None, None]
        slope = (of[came] - mean).sum(axis=0)
        bend = (square - mean[:, :, None] * mean[:, None, :]).sum(axis=0)
        if np.linalg.cond(bend) > _FLAT:
            return untold
        step = np.linalg.solve(bend, slope)
        found = found + step
        if np.abs(found * of.std(axis=0)).max() > _ENDLESS:  # all endpoints on one side: no finite coefficient
            return untold
        if np.abs(step * of.std(axis=0)).max() < _CLOSE:
            return found
    return untold
