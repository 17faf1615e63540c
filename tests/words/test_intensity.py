"""Rates that change with time: the cumulative rate and its inverse, by closed forms and by their properties."""

from __future__ import annotations

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.intensity import CONSTANT, Intensity, intensity

GAPS = st.floats(1.0, 1e6)
FACTORS = st.one_of(st.just(0.0), st.floats(1e-3, 50.0))
GROWTHS = st.one_of(st.just(0.0), st.floats(-1e-6, 1e-6, allow_subnormal=False))  # their few digits hold no rate


@st.composite
def intensities(draw: st.DrawFn) -> Intensity:
    """One to six pieces, some of them closed, some growing; the last goes on level, so that every amount is reached."""
    gaps = draw(st.lists(GAPS, max_size=5))
    factors = [draw(FACTORS) for _ in gaps]
    growths = [draw(GROWTHS) for _ in gaps]
    last = draw(st.floats(1e-3, 50.0))
    return Intensity((0.0, *accumulate(gaps)), (*factors, last), (*growths, 0.0))


@given(intensities(), st.floats(0.0, 1e7))
def test_the_amount_by_the_minute_at_which_it_is_reached_is_that_amount(its: Intensity, amount: float) -> None:
    assert its.cumulative(its.inverse(amount)) == pytest.approx(amount, rel=1e-9, abs=1e-6)


@given(intensities(), st.floats(0.0, 1e7))
def test_a_minute_is_reached_again_from_its_amount_but_for_a_time_in_which_nothing_came(
    its: Intensity, minute: float
) -> None:
    again = its.inverse(its.cumulative(minute))
    if all(its.factors):
        assert again == pytest.approx(minute, rel=1e-9, abs=1e-3)
    assert its.cumulative(again) == pytest.approx(its.cumulative(minute), rel=1e-9, abs=1e-9)


@given(intensities(), st.floats(0.0, 1e6), st.lists(st.floats(0.0, 1e6), min_size=1, max_size=8))
def test_going_on_in_steps_arrives_where_the_whole_amount_does(
    its: Intensity, start: float, amounts: list[float]
) -> None:
    now = start
    for amount in amounts:
        now = its.after(now, amount)
    assert its.cumulative(now) == pytest.approx(its.cumulative(start) + math.fsum(amounts), rel=1e-9, abs=1e-6)


@given(st.floats(0.0, 1e8), st.floats(0.0, 1e8))
def test_a_constant_rate_adds_to_the_last_bit(now: float, amount: float) -> None:
    assert CONSTANT.after(now, amount) == now + amount


def test_pieces_are_added_and_undone_by_hand() -> None:
    its = Intensity((0.0, 10.0, 20.0), (1.0, 0.0, 3.0), (0.0, 0.0, 0.0))
    assert [its.cumulative(minute) for minute in (5, 10, 15, 20, 22)] == [5, 10, 10, 10, 16]
    assert [its.inverse(amount) for amount in (5, 11, 16)] == [5, 20 + 1 / 3, 22]
    assert (its.at(9.9), its.at(10), its.at(25)) == (1, 0, 3)


def test_growth_is_that_of_an_exponential() -> None:
    its = Intensity((0.0,), (2.0,), (math.log(2) / 100,))
    assert its.at(100) == pytest.approx(4)
    assert its.cumulative(100) == pytest.approx(2 * 100 / math.log(2))


def test_what_shrinks_for_ever_comes_to_an_end() -> None:
    its = Intensity((0.0,), (1.0,), (-0.01,))  # its whole amount is 100
    assert its.inverse(99.999) < math.inf
    assert its.inverse(100.0) == math.inf
    assert Intensity((0.0,), (0.0,), (0.0,)).inverse(1e-9) == math.inf


def test_a_change_that_changes_nothing_makes_no_piece() -> None:
    assert intensity([5.0, 10.0], lambda minute: 1.0, lambda minute: 0.0) == CONSTANT
    assert intensity([-5.0, 0.0], lambda minute: 2.0, lambda minute: 0.0).begins == (0.0,)
