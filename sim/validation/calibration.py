"""Fitting coefficients to published results: priors from the evidence, likelihood from what was published.

    read_calibration(path)     -> Calibration: which coefficients are free, which targets they are fitted to
    fitted(calibration, ...)   -> Fit: the coefficients with their uncertainty and correlation
    as_yaml(fit)               the result as a file that the evidence can quote

A coefficient is free on the logarithm (a share on the log odds). Its prior is normal with the range of its card as its
95 % interval. Each published number has a flat-topped law around what was published (a generalised normal one of shape
4): numbers within the band that counts as inside, which is the published interval where there is one, are nearly as
good as each other, and beyond it they soon are not. Within a range over several series no number is better than
another. The sum of squares of all these is made smallest by Levenberg and Marquardt's method in a trust region
(`scipy.optimize.least_squares`); the walks of all tries have the same luck, so that they differ by the coefficients
alone. Uncertainty and correlation follow from the curvature at the smallest sum (Laplace's approximation).

Source of the method: Nocedal and Wright 2006, Numerical Optimization, chapter 10; Gelman et al. 2013, Bayesian Data
Analysis, chapter 4.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, nearest
from sim.evidence import read_evidence
from sim.evidence.amounts import Amount, Kind
from sim.reading import Steps, compose_file, dump_yaml, is_file
from sim.units import minutes
from sim.validation.care_file import beside
from sim.validation.layers import Layered
from sim.validation.measures import estimate
from sim.validation.running import Job, Key, jobs, samples_of
from sim.validation.samples import Sample
from sim.validation.target_file import read_targets
from sim.validation.targets import Part, Targets

Floats = npt.NDArray[np.float64]
KIND = "calibration"
KEYS = ("kind", "means", "targets", "free", "patients", "rounds")
_NORMAL = 1.959964  # standard deviations to either side of 95 % of a normal distribution
_INSIDE = 0.7  # of a range to either side of its middle within which a number is as good as any
_STEP = 0.25  # of the prior's standard deviation, by which a coefficient is moved to see what changes
_EDGE = 3.0  # standard deviations that the edge of a band counts as
_FAR = 3.0  # times what was published, where a median is never reached
_LOGGED = ("median", "hazard_ratio", "restricted_mean")


@dataclass(frozen=True)
class Free:
    """A coefficient that is fitted.

    amount      as it stands on its card
    low, high   the range of its card, in the model's units
    """

    name: str
    amount: Amount
    low: float
    high: float

    def inside(self, number: float) -> float:
        """The scale on which it is free: log odds of a share, logarithm of all else."""
        return math.log(number / (1 - number)) if self.amount.kind is Kind.SHARE else math.log(number)

    def outside(self, free: float) -> float:
        """The number again, in the model's units."""
        return 1 / (1 + math.exp(-free)) if self.amount.kind is Kind.SHARE else math.exp(free)

    @property
    def begins(self) -> float:
        """Where the search begins on that scale: at the card's number, or the end of its range that is nearest."""
        return self.inside(min(max(self.amount.number, self.low), self.high))

    @property
    def prior(self) -> tuple[float, float]:
        """Mean and standard deviation on that scale."""
        low, high = self.inside(self.low), self.inside(self.high)
        return (low + high) / 2, (high - low) / 2 / _NORMAL

    def written(self, number: float) -> str | float:
        """A number as it would stand on the card."""
        if self.amount.kind is Kind.NUMBER:
            return float(f"{number:.4g}")
        if self.amount.kind is Kind.SHARE:
            return f"{100 * number:.4g} %"
        if self.amount.kind is Kind.RATE:
            return self.amount.said(number)
        unit = str(self.amount.written).split()[-1]
        return f"{number / minutes(f'1 {unit}'):.4g} {unit}"


@dataclass(frozen=True)
class Calibration:
    """What is fitted to what.

    rounds   at most so many steps of the search
    """

    file: str
    means: str
    targets: Targets
    free: tuple[Free, ...]
    patients: int
    rounds: int

    @property
    def parts(self) -> list[tuple[str, Part]]:
        """The published numbers, each with the id of its target."""
        return [(target.id, part) for target in self.targets.targets if target.use == "fit" for part in target.parts]


@dataclass(frozen=True)
class Fit:
    """What came of it.

    values, sd      (free,) on the scale on which they are free
    correlation     (free, free)
    before, after   simulated numbers with the coefficients of the evidence, and with the fitted ones
    cost            half the sum of squares before and after, the priors among them
    settled         whether the search ended by itself, before its rounds were over
    """

    calibration: Calibration
    values: Floats
    sd: Floats
    correlation: Floats
    before: Floats
    after: Floats
    cost: tuple[float, float]
    tries: int
    settled: bool


def read_calibration(
    path: str | os.PathLike[str], patients: int | None = None, rounds: int | None = None
) -> Calibration:
    """Reads the file of a calibration. InputError holds every mistake, in the order of the file.

    patients, rounds   in place of those of the file
    """
    file = os.fspath(path)
    node, problems, _ = compose_file(file)
    found = _Reader(file, node, problems).calibration()
    return replace(found, patients=patients or found.patients, rounds=rounds or found.rounds)


class _Reader(Layered):
    """Reads the file; goes on as long as there is something to go on with."""

    def calibration(self) -> Calibration:
        """The whole file."""
        self.of_kind(KIND)
        self.keys((), KEYS)
        means = self.text("means", "")
        patients = self.whole(("patients",), 500, 1_000_000, 15_000)
        rounds = self.whole(("rounds",), 1, 100, 6)
        targets = self._targets()
        free = [its for its in map(self._free, self._names()) if its is not None]
        self.stop_if_wrong()
        assert targets is not None
        return Calibration(self.file, means, targets, tuple(free), patients, rounds)

    def _targets(self) -> Targets | None:
        """The targets it is fitted to; what is wrong with them is told with their file."""
        expected = "the name of a file of targets, seen from the folder of this one"
        name = self.text_at(("targets",), expected)
        if not name:
            return None
        path = Path(os.path.normpath(Path(self.file).parent / name))
        if not is_file(path):
            self.add(("targets",), expected, nearest(name, beside(path, name)), f"'{name}'")
            return None
        try:
            found = read_targets(path)
        except InputError as error:
            self.problems += error.problems
            return None
        if not any(target.use == "fit" for target in found.targets):
            self.add(("targets",), "a file with targets of `use: fit`", found=f"'{name}', which has none")
        return found

    def _names(self) -> Sequence[Steps]:
        items = self.node.get("free")
        if not isinstance(items, list) or not items:
            self.add(("free",), "a list of names of the evidence, such as growth.reference")
            return ()
        return [("free", number) for number in range(len(items))]

    def _free(self, steps: Steps) -> Free | None:
        """A coefficient whose card says between what it may lie; None where there is none."""
        name = self._name(steps)
        if name is None:
            return None
        ledger = read_evidence()
        card_name, _, part = name.partition(".")
        card = ledger.cards[card_name]
        if part not in card.ranges:
            self.add(steps, "a number whose card has a range, which is its prior", found=f"'{name}', which has none")
            return None
        low, high = (end.number for end in card.ranges[part])
        most = 1.0 if ledger.amounts[name].kind is Kind.SHARE else math.inf
        if not 0 < low < high < most:
            said = f"'{name}' from {ledger.amounts[name].said(low)} to {ledger.amounts[name].said(high)}"
            self.add(steps, "a range above 0, that of a share below 1", found=said)
            return None
        found = Free(name, ledger.amounts[name], low, high)
        problems = [problem for end in (low, high) for problem in ledger.check({name: found.written(end)})]
        if problems:
            self.add(steps, "a number that can move by itself", found=f"'{name}', {problems[0].found}")
            return None
        return found

    def _name(self, steps: Steps) -> str | None:
        """The name of a number of the evidence that stands here for the first time."""
        name, amounts = self.node.at(steps).value, read_evidence().amounts
        if not isinstance(name, str) or name not in amounts:
            self.add(steps, "the name of a number the model reads", nearest(str(name), amounts))
            return None
        if name in self.plain(steps[:1])[: steps[1]]:
            self.add(steps, "each name once")
            return None
        return name


class _Walks:
    """Simulated numbers for sets of coefficients; several sets at once are shared out among the workers."""

    def __init__(self, calibration: Calibration, workers: int, done: Callable[[], object]):
        self.calibration = calibration
        self.tries = 0
        self._done = done
        self._targets = [target for target in calibration.targets.targets if target.use == "fit"]
        self._jobs = jobs(self._targets, calibration.patients, {})
        self._crew = ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if workers > 1 else None
        self._known: dict[bytes, Floats] = {}

    def close(self) -> None:
        """Let the workers go."""
        if self._crew is not None:
            self._crew.shutdown()

    def numbers(self, sets: Sequence[Floats]) -> list[Floats]:
        """(parts,) of each set of coefficients."""
        new = [its for its in sets if its.tobytes() not in self._known]
        tasks = [replace(job, overrides=self.overrides(its)) for its in new for job in self._jobs]
        found = self._crew.map(samples_of, tasks) if self._crew else map(samples_of, tasks)
        answers = iter(found)
        for its in new:
            samples: dict[Key, Sample] = {}
            for _ in self._jobs:
                samples |= next(answers)
            self._known[its.tobytes()] = self._estimates(samples)
            self.tries += 1
            self._done()
        return [self._known[its.tobytes()] for its in sets]

    def overrides(self, free: Floats) -> tuple[tuple[str, Any], ...]:
        """The coefficients as a scenario would write them."""
        pairs = zip(self.calibration.free, free, strict=True)
        return tuple((its.name, its.written(its.outside(float(value)))) for its, value in pairs)

    def _estimates(self, samples: Mapping[Key, Sample]) -> Floats:
        found = []
        for t, target in enumerate(self._targets):
            for p, part in enumerate(target.parts):
                number = estimate(part, samples[t, p, False], samples.get((t, p, True)))
                found.append(_FAR * part.high if math.isnan(number) else number)
        return np.array(found)


def _residual(part: Part, simulated: float) -> float:
    """How far a simulated number is from what was published, as a residual whose square counts.

    It goes with the square of the distance in half bands: next to nothing well inside, at the edge what a normal law
    gives at three standard deviations, and steep beyond.
    Of a range over several series from its nearer end, a little inside: every number between them has been published.
    """
    low, high = part.inner
    middle, half = (part.low + part.high) / 2, (high - low) / 2
    inside = _INSIDE * (part.high - part.low) / 2
    aim = min(max(simulated, middle - inside), middle + inside)
    if part.measure in _LOGGED and not part.difference:
        distance = (math.log(max(simulated, 1e-3)) - math.log(max(aim, 1e-3))) / (half / middle)
    else:
        distance = (simulated - aim) / half
    return _EDGE * distance * abs(distance)


def fitted(calibration: Calibration, workers: int = 1, done: Callable[[], object] = lambda: None) -> Fit:
    """The coefficients that agree best with priors and targets, and how sure they are.

    workers   processes at once
    done      called after each set of coefficients that has been tried
    """
    from scipy.optimize import least_squares

    walks = _Walks(calibration, workers, done)
    priors = np.array([its.prior for its in calibration.free])
    parts = [part for _, part in calibration.parts]

    def residuals(free: Floats, numbers: Floats) -> Floats:
        published = [_residual(part, number) for part, number in zip(parts, numbers, strict=True)]
        return np.concatenate([published, (free - priors[:, 0]) / priors[:, 1]])

    def at(free: Floats) -> Floats:
        return residuals(free, walks.numbers([free])[0])

    def slopes(free: Floats) -> Floats:
        steps = _STEP * priors[:, 1]
        moved = [free + step * (np.arange(len(free)) == k) for k, step in enumerate(steps)]
        base, *others = walks.numbers([free, *moved])
        here = residuals(free, base)
        columns = [(residuals(m, n) - here) / s for m, n, s in zip(moved, others, steps, strict=True)]
        return np.column_stack(columns)

    lowest, highest = np.array([_limits(its, prior) for its, prior in zip(calibration.free, priors, strict=True)]).T
    begin = np.clip([its.begins for its in calibration.free], lowest, highest)
    try:
        first = at(begin)
        found = least_squares(
            at, begin, jac=slopes, bounds=(lowest, highest),
            x_scale=priors[:, 1], max_nfev=calibration.rounds, xtol=1e-3, ftol=1e-3, gtol=1e-3, method="trf",
        )  # fmt: skip
        tilt = np.asarray(found.jac, np.float64)
        covariance = np.linalg.inv(tilt.T @ tilt)
        before, after = walks.numbers([begin, found.x])
    finally:
        walks.close()
    sd = np.sqrt(np.diag(covariance))
    costs = (float((first**2).sum() / 2), float(found.cost))
    return Fit(
        calibration, found.x, sd, covariance / np.outer(sd, sd), before, after, costs, walks.tries, found.status > 0
    )


def _limits(its: Free, prior: tuple[float, float]) -> tuple[float, float]:
    """Three standard deviations of the prior, as far as the card's hard limits allow."""
    low, high = its.amount.within
    tiny = 1e-9
    most = 1 - tiny if its.amount.kind is Kind.SHARE else math.inf
    lowest = its.inside(max(low, tiny)) if low > 0 else -math.inf
    highest = its.inside(min(high, most)) if high < 1e9 or its.amount.kind is Kind.SHARE else math.inf
    return max(prior[0] - 3 * prior[1], lowest), min(prior[0] + 3 * prior[1], highest)


def data(fit: Fit) -> dict[str, Any]:
    """The result as plain data."""
    free = fit.calibration.free
    coefficients = {}
    for k, its in enumerate(free):
        middle, sd = float(fit.values[k]), float(fit.sd[k])
        low, high = (its.written(its.outside(middle + sign * _NORMAL * sd)) for sign in (-1, 1))
        coefficients[its.name] = {
            "value": its.written(its.outside(middle)),
            "interval": [low, high],
            "on_card": its.amount.written,
            "prior": [its.written(its.low), its.written(its.high)],
            "sd": float(f"{sd:.3g}"),
            "narrowed_to": float(f"{sd / its.prior[1]:.2f}"),
        }
    numbers = [
        {
            "target": id,
            "what": part.what or part.measure,
            "published": part.low if part.low == part.high else [part.low, part.high],
            "before": float(f"{before:.4g}"),
            "after": float(f"{after:.4g}"),
            "inside": bool(part.inner[0] <= after <= part.inner[1]),
        }
        for (id, part), before, after in zip(fit.calibration.parts, fit.before, fit.after, strict=True)
    ]
    names = [its.name for its in free]
    return {
        "kind": "calibrated",
        "calibration": Path(fit.calibration.file).name,
        "patients": fit.calibration.patients,
        "tries": fit.tries,
        "settled": bool(fit.settled),
        "half_sum_of_squares": {"before": float(f"{fit.cost[0]:.4g}"), "after": float(f"{fit.cost[1]:.4g}")},
        "coefficients": coefficients,
        "correlation": {
            name: {other: float(f"{fit.correlation[k, m]:.2f}") for m, other in enumerate(names[:k])}
            for k, name in enumerate(names)
            if k
        },
        "targets": numbers,
    }


def as_yaml(fit: Fit) -> str:
    """The result as a file."""
    return dump_yaml(data(fit))


__all__ = ["Calibration", "Fit", "Free", "Job", "as_yaml", "data", "fitted", "read_calibration"]
