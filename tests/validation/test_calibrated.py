"""The fitted coefficients that are shipped: the evidence has them, and says how sure they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.evidence import read_evidence
from sim.reading import read_yaml
from sim.validation.calibration import read_calibration

FOLDER = Path(__file__).parents[2] / "scenarios" / "calibration"


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    """What `nelm calibrate` wrote down when it was last run for the evidence."""
    plain: dict[str, Any] = read_yaml(FOLDER / "natural_history.calibrated.yaml").plain()
    return plain


def test_every_free_coefficient_was_fitted_and_no_other(fitted: dict[str, Any]) -> None:
    free = {its.name for its in read_calibration(FOLDER / "natural_history.yaml").free}
    assert set(fitted["coefficients"]) == free


def test_the_evidence_has_each_fitted_value_to_three_digits(fitted: dict[str, Any]) -> None:
    ledger = read_evidence()
    for name, its in fitted["coefficients"].items():
        assert ledger.amounts[name].number == pytest.approx(ledger.amounts[name].like(its["value"]), rel=0.006), name


def test_each_card_says_that_its_value_was_fitted_and_how_sure_it_is(fitted: dict[str, Any]) -> None:
    ledger = read_evidence()
    for name, its in fitted["coefficients"].items():
        card, _, part = name.partition(".")
        words = " to ".join(str(end) for end in its["interval"])
        assert f"{part or 'value'} {words}" in ledger.cards[card].note, name


def test_the_fit_agrees_better_with_what_was_published_than_what_it_began_with(fitted: dict[str, Any]) -> None:
    cost = fitted["half_sum_of_squares"]
    assert cost["after"] <= cost["before"]
