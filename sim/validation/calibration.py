"""Fitting coefficients to published results: priors from the evidence, likelihood from what was published.

    read_calibration(path)     -> Calibration: which coefficients are free, which targets they are fitted to
    fitted(calibration, ...)   -> Fit: the coefficients with their uncertainty and correlation
    as_yaml(fit)               the result as a file that the evidence can quote

A coefficient is free on the logarithm (a share on the log odds). Its prior is normal with the range of its card as its
95 % interval. Each published number has a flat-topped law around what was published (a generalised normal one of shape
4, with the tails of Laplace's law): numbers within the band that counts as inside, which is the published interval
where there is one, are nearly as good as each other, and beyond it they soon are not. Within a range over several
series no number is better than another. The sum of squares of all these is made smallest within the ranges of the
cards, in a trust region in which simulated numbers are taken to be straight in the coefficients. The walks of all
tries have the same luck, so that they differ by the coefficients alone. Uncertainty and correlation follow from the
curvature at the smallest sum (Laplace's approximation).

Source of the method: Nocedal and Wright 2006, Numerical Optimization, chapter 10; Gelman et al. 2013, Bayesian Data
Analysis, chapter 4.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
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
from sim.validation.targets import Part, Target

Floats = npt.NDArray[np.float64]
KIND = "calibration"
KEYS = ("kind", "means", "targets", "free", "patients", "rounds")
_NORMAL = 1.959964  # standard deviations to either side of 95 % of a normal distribution
_INSIDE = 0.7  # of a range to either side of its middle within which a number is as good as any
_STEP = 0.25  # of the prior's standard deviation, by which a coefficient is moved to see what changes
_EDGE = 3.0  # standard deviations that the edge of a band counts as
_FAR = 3.0  # times what was published, where a median is never reached
_LOGGED = ("median", "hazard_ratio", "restricted_mean")
_LEAST = 1e-3  # of a number whose logarithm is taken
_RADIUS = 1.0  # standard deviations of the priors to either side of where it stands within which the search looks
_GAIN = 1e-3  # of the sum of squares: what is gained must be more, or the search is over
_CLOSE = 1e-2  # standard deviations of the priors: closer than that nothing is looked for


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

    targets  those of `use: fit`, of all files that it names
    rounds   at most so many steps of the search
    """

    file: str
    means: str
    targets: tuple[Target, ...]
    free: tuple[Free, ...]
    patients: int
    rounds: int

    @property
    def parts(self) -> list[tuple[str, Part]]:
        """The published numbers, each with the id of its target."""
        return [(target.id, part) for target in self.targets for part in target.parts]


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
        return Calibration(self.file, means, tuple(targets), tuple(free), patients, rounds)

    def _targets(self) -> list[Target]:
        """The targets it is fitted to, of one file or of several."""
        files = self.node.get("targets")
        several = isinstance(files, list) and len(files) > 0
        places: list[Steps] = [("targets", k) for k in range(len(files))] if several else [("targets",)]
        found: dict[str, Target] = {}
        for place in places:
            its = {target.id: target for target in self._targets_of(place)}
            if both := [id for id in its if id in found]:
                self.add(place, "each id in one of the files", found=f"{', '.join(both)}, which another has too")
            found |= its
        return list(found.values())

    def _targets_of(self, place: Steps) -> list[Target]:
        """Those of one file; what is wrong with them is told with their file."""
        expected = "the name of a file of targets, seen from the folder of this one"
        name = self.text_at(place, expected)
        if not name:
            return []
        path = Path(os.path.normpath(Path(self.file).parent / name))
        if not is_file(path):
            self.add(place, expected, nearest(name, beside(path, name)), f"'{name}'")
            return []
        try:
            targets = [target for target in read_targets(path).targets if target.use == "fit"]
        except InputError as error:
            self.problems += error.problems
            return []
        if not targets:
            self.add(place, "a file with targets of `use: fit`", found=f"'{name}', which has none")
        return targets

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
        self._targets = calibration.targets
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


def _is_logged(part: Part) -> bool:
    return part.measure in _LOGGED and not part.difference


def _residual(part: Part, simulated: float) -> float:
    """How far a simulated number is from what was published, as a residual whose square counts.

    Within the band it goes with the square of the distance in half bands: next to nothing well inside, at the edge
    what a normal law gives at three standard deviations. Beyond it what counts rises with the distance itself, so that
    a series that others contradict does not bend everything towards it.
    Of a range over several series from its nearer end, a little inside: every number between them has been published.
    """
    low, high = part.inner
    middle, half = (part.low + part.high) / 2, (high - low) / 2
    inside = _INSIDE * (part.high - part.low) / 2
    aim = min(max(simulated, middle - inside), middle + inside)
    if _is_logged(part):
        distance = (math.log(max(simulated, _LEAST)) - math.log(max(aim, _LEAST))) / (half / middle)
    else:
        distance = (simulated - aim) / half
    if abs(distance) <= 1:
        return _EDGE * distance * abs(distance)
    return math.copysign(_EDGE * math.sqrt(4 * abs(distance) - 3), distance)  # as steep at the edge as within


def fitted(calibration: Calibration, workers: int = 1, done: Callable[[], object] = lambda: None) -> Fit:
    """The coefficients that agree best with priors and targets, and how sure they are.

    workers   processes at once
    done      called after each set of coefficients that has been tried
    The last round only looks how steep all is where the search has come to.
    """
    walks = _Walks(calibration, workers, done)
    search = _Search(calibration, walks)
    try:
        search.look()
        for _ in range(calibration.rounds - 1):
            if not search.move():
                break
            search.look()
        before, after = walks.numbers([search.begin, search.here])
    finally:
        walks.close()
    covariance = np.linalg.inv(search.tilt.T @ search.tilt)
    sd = np.sqrt(np.diag(covariance))
    costs = (search.cost(search.begin, before), search.cost(search.here, after))
    correlation = covariance / np.outer(sd, sd)
    return Fit(calibration, search.here, sd, correlation, before, after, costs, walks.tries, search.settled)


class _Search:
    """A search in a trust region: simulated numbers are taken to be straight in the coefficients close by.

    Numbers are straighter than residuals, which rise with a power of the distance, so that fewer walks are needed.

    here      (free,) where it has come to
    numbers   (parts,) there
    slopes    (parts, free) of the numbers, of times and hazard ratios on their logarithm
    tilt      (parts + free, free) of the residuals, those of the priors below
    """

    def __init__(self, calibration: Calibration, walks: _Walks):
        self._walks = walks
        self._parts = [part for _, part in calibration.parts]
        self._priors = np.array([its.prior for its in calibration.free])
        self._ends = np.array([[its.inside(its.low), its.inside(its.high)] for its in calibration.free]).T
        self.begin = np.array([its.begins for its in calibration.free])
        self.here = self.begin
        self._radius = _RADIUS
        self.settled = False

    def look(self) -> None:
        """Walk coefficient by coefficient a small step away from here, and take the slopes."""
        steps = _STEP * self._priors[:, 1]
        moved = [self.here + step * (np.arange(len(steps)) == k) for k, step in enumerate(steps)]
        self.numbers, *others = self._walks.numbers([self.here, *moved])
        stands, residuals = self._straight(self.numbers), self._residuals(self.here, self.numbers)
        found = list(zip(moved, others, steps, strict=True))
        self.slopes = np.column_stack([(self._straight(number) - stands) / step for _, number, step in found])
        self.tilt = np.column_stack([(self._residuals(m, number) - residuals) / step for m, number, step in found])

    def move(self) -> bool:
        """Go to the best place close by, closer where it turns out no better. False where there is none."""
        from scipy.optimize import least_squares

        cost = self.cost(self.here, self.numbers)
        while self._radius > _CLOSE:
            low, high = self.here - self._radius * self._priors[:, 1], self.here + self._radius * self._priors[:, 1]
            low, high = np.maximum(low, self._ends[0] - _CLOSE), np.minimum(high, self._ends[1] + _CLOSE)
            found = least_squares(self._expected, self.here, bounds=(low, high), x_scale=self._priors[:, 1])
            there = np.clip(found.x, *self._ends)
            if cost - found.cost < _GAIN * cost:
                break
            if self.cost(there, self._walks.numbers([there])[0]) < cost:
                self.here = there
                return True
            self._radius /= 2
        self.settled = True
        return False

    def cost(self, free: Floats, numbers: Floats) -> float:
        """Half the sum of squares."""
        return float((self._residuals(free, numbers) ** 2).sum() / 2)

    def _expected(self, free: Floats) -> Floats:
        """Residuals if numbers were straight."""
        stands = self._straight(self.numbers) + self.slopes @ (free - self.here)
        return self._residuals(free, np.where(self._logged, np.exp(stands), stands))

    def _residuals(self, free: Floats, numbers: Floats) -> Floats:
        published = [_residual(part, number) for part, number in zip(self._parts, numbers, strict=True)]
        return np.concatenate([published, (free - self._priors[:, 0]) / self._priors[:, 1]])

    def _straight(self, numbers: Floats) -> Floats:
        """Numbers on the scale on which they are taken to be straight."""
        return np.where(self._logged, np.log(np.maximum(numbers, _LEAST)), numbers)

    @cached_property
    def _logged(self) -> npt.NDArray[np.bool_]:
        return np.array([_is_logged(part) for part in self._parts])


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


def summary(fit: Fit) -> list[str]:
    """The result on one screen: what moved, how sure it is, and which published numbers are outside their bands."""
    found = data(fit)
    cost = found["half_sum_of_squares"]
    numbers = found["targets"]
    outside = [its for its in numbers if not its["inside"]]
    rows = [
        (name, str(its["on_card"]), str(its["value"]), " to ".join(map(str, its["interval"])))
        for name, its in found["coefficients"].items()
    ]
    widths = [max(map(len, column)) for column in zip(("coefficient", "on its card", "fitted", ""), *rows, strict=True)]
    lines = [f"half the sum of squares {cost['before']:g} before, {cost['after']:g} after"]
    for row in (("coefficient", "on its card", "fitted", "95 %"), *rows):
        lines.append("  ".join(its.ljust(width) for its, width in zip(row, widths, strict=True)).rstrip())
    lines.append(f"{len(numbers) - len(outside)} of {len(numbers)} published numbers are inside their bands")
    for its in outside:
        said = its["published"] if not isinstance(its["published"], list) else " to ".join(map(str, its["published"]))
        lines.append(f"outside: {its['target']} {its['what']}: {said} published, {its['after']:g} simulated")
    return lines


def as_yaml(fit: Fit) -> str:
    """The result as a file."""
    return dump_yaml(data(fit))


__all__ = ["Calibration", "Fit", "Free", "Job", "as_yaml", "data", "fitted", "read_calibration", "summary"]
