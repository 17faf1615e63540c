"""Coefficients are fitted to a model whose answer is known: a straight line, with the least squares of the textbook."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.evidence import read_evidence
from sim.evidence.amounts import Kind
from sim.reading import parse_yaml
from sim.validation import calibration as room
from sim.validation.calibration import Calibration, Free, as_yaml, data, fitted, read_calibration, summary

FOLDER = Path(__file__).parent / "wrong_targets"
SLOPES = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Calibration:
    monkeypatch.chdir(FOLDER)
    return read_calibration("small_calibration.yaml")


class Line:
    """Walks nobody: each number is a straight line of the free coefficients, in standard deviations of their priors."""

    def __init__(self, calibration: Calibration, *_: object):
        self.tries = 0
        self._priors = np.array([its.prior for its in calibration.free])

    def numbers(self, sets: list[np.ndarray]) -> list[np.ndarray]:
        self.tries += len(sets)
        return [SLOPES @ ((free - self._priors[:, 0]) / self._priors[:, 1]) for free in sets]

    def close(self) -> None:
        """Nothing was opened."""


@pytest.fixture
def straight(small: Calibration, monkeypatch: pytest.MonkeyPatch, part_of: Callable) -> Calibration:
    """Three published numbers, normal with standard errors 0.5, 1 and 2, of a straight line of the two coefficients."""
    errors, middles = (0.5, 1.0, 2.0), (1.0, -1.0, 0.5)
    parts = tuple(
        part_of("log_hazard", low=middle, high=middle, inner=(middle - 0.1, middle + 0.1), error=error)
        for error, middle in zip(errors, middles, strict=True)
    )
    monkeypatch.setattr(room, "_residual", lambda part, number: (number - part.low) / part.error)
    targets = (replace(small.targets[0], parts=parts, use="fit"),)
    monkeypatch.setattr(room, "_Walks", Line)
    return replace(small, targets=targets, rounds=20)


def test_the_optimum_and_its_uncertainty_are_those_of_the_textbook(straight: Calibration) -> None:
    """In standard deviations of the priors, the posterior precision is 1 + S' W S, and its mean that times S' W y."""
    fit = fitted(straight)
    weights = np.diag([1 / 0.5**2, 1.0, 1 / 2.0**2])
    covariance = np.linalg.inv(np.eye(2) + SLOPES.T @ weights @ SLOPES)
    mean = covariance @ SLOPES.T @ weights @ np.array([1.0, -1.0, 0.5])
    priors = np.array([its.prior for its in straight.free])
    assert (fit.values - priors[:, 0]) / priors[:, 1] == pytest.approx(mean, abs=5e-3)
    assert fit.sd / priors[:, 1] == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-4)
    assert fit.correlation[0, 1] == pytest.approx(covariance[0, 1] / math.sqrt(np.prod(np.diag(covariance))), rel=1e-4)
    assert np.diag(fit.correlation) == pytest.approx([1, 1])
    assert fit.after == pytest.approx(SLOPES @ mean, abs=1e-2)
    assert fit.cost[1] <= fit.cost[0]


def test_the_same_file_gives_the_same_answer_twice(straight: Calibration) -> None:
    assert as_yaml(fitted(straight)) == as_yaml(fitted(straight))


def test_the_result_is_written_as_the_cards_are(straight: Calibration) -> None:
    found = data(fitted(straight))
    assert found["kind"] == "calibrated"
    assert set(found["coefficients"]) == {"growth.reference", "new_lesion.rate"}
    for name, its in found["coefficients"].items():
        low, high = its["interval"]
        assert read_evidence().override(name, low) < read_evidence().override(name, its["value"])
        assert read_evidence().override(name, its["value"]) < read_evidence().override(name, high)
        assert its["narrowed_to"] < 1
        assert its["on_card"] == read_evidence().amounts[name].written
    assert set(found["correlation"]) == {"new_lesion.rate"}
    assert [its["target"] for its in found["targets"]] == ["s01"] * 3
    assert parse_yaml(as_yaml(fitted(straight))).plain() == found


def test_the_summary_fits_on_a_screen_and_names_what_moved_and_what_is_outside(straight: Calibration) -> None:
    fit = fitted(straight)
    lines = summary(fit)
    assert lines[0].startswith("half the sum of squares ")
    assert lines[1].split() == ["coefficient", "on", "its", "card", "fitted", "95", "%"]
    assert [line.split()[0] for line in lines[2:4]] == ["growth.reference", "new_lesion.rate"]
    outside = [its for its in data(fit)["targets"] if not its["inside"]]
    assert outside
    assert lines[4] == f"{3 - len(outside)} of 3 published numbers are inside their bands"
    assert [line.split(":")[1].split()[0] for line in lines[5:]] == ["s01"] * len(outside)


def test_where_the_targets_say_nothing_the_priors_come_out(straight: Calibration, monkeypatch) -> None:
    class Flat(Line):
        def numbers(self, sets: list[np.ndarray]) -> list[np.ndarray]:
            return [np.zeros(3) for _ in sets]

    monkeypatch.setattr(room, "_Walks", Flat)
    fit = fitted(straight)
    priors = np.array([its.prior for its in straight.free])
    assert fit.values == pytest.approx(priors[:, 0], abs=1e-2)
    assert fit.sd == pytest.approx(priors[:, 1], rel=1e-6)


def test_a_prior_is_the_range_of_the_card_as_its_95_per_cent_interval() -> None:
    card = read_evidence().cards["growth"].ranges["reference"]
    its = Free("growth.reference", read_evidence().amounts["growth.reference"], *(end.number for end in card))
    mean, sd = its.prior
    assert its.outside(mean - 1.959964 * sd) == pytest.approx(its.low)
    assert its.outside(mean + 1.959964 * sd) == pytest.approx(its.high)


def test_every_number_with_a_range_is_written_so_that_it_reads_back_the_same() -> None:
    ledger = read_evidence()
    for name, amount in ledger.amounts.items():
        card, _, part = name.partition(".")
        if part in ledger.cards[card].ranges:
            low, high = (end.number for end in ledger.cards[card].ranges[part])
            for number in (low, high, amount.number):
                written = Free(name, amount, low, high).written(number)
                assert amount.like(written) == pytest.approx(number, rel=2e-3), name


@pytest.mark.parametrize("number", [0.01, 0.5, 0.99])
def test_a_share_is_free_on_its_log_odds(number: float) -> None:
    name, amount = next((n, its) for n, its in read_evidence().amounts.items() if its.kind is Kind.SHARE)
    its = Free(name, amount, 0.1, 0.9)
    assert its.inside(number) == pytest.approx(math.log(number / (1 - number)))
    assert its.outside(its.inside(number)) == pytest.approx(number)


def test_what_counts_as_inside_is_nearly_alike_and_what_is_beyond_soon_far_off(part_of) -> None:
    wide = part_of("survival", low=0.5, high=0.5, inner=(0.4, 0.6), error=0.01)
    found = [room._residual(wide, simulated) for simulated in (0.45, 0.55, 0.6, 0.4, 0.7)]
    assert found == pytest.approx([-0.75, 0.75, 3, -3, 3 * math.sqrt(5)])
    median = part_of("median", low=10, high=10, inner=(8, 12), error=math.nan)
    assert room._residual(median, 12) == pytest.approx(3 * (math.log(1.2) / 0.2) ** 2)
    assert room._residual(median, 10) == 0


def test_a_number_with_which_the_model_can_not_come_is_far_off(small: Calibration, monkeypatch, sample_of) -> None:
    monkeypatch.setattr(room, "samples_of", lambda job: {key: sample_of([], []) for key, _, _ in job.asked})
    walks = room._Walks(small, 1, lambda: None)
    begin = np.array([its.begins for its in small.free])
    (found,) = walks.numbers([begin])
    assert found == pytest.approx([3 * part.high for _, part in small.parts])
    walks.numbers([begin])
    assert walks.tries == 1, "what was tried is not tried again"
