"""The equations of growth against other people's integrals, and their inverses against themselves."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import exp1

from sim.clinic.growth import (
    exponential_integral,
    grown,
    over_time,
    power_integral,
    raised,
    stays_below,
    time_to_burden,
    time_to_power_integral,
)

CAPACITY = 0.9
YEAR = 525_960.0
BURDENS = st.floats(1e-5, 0.85)
PACES = st.floats(1e-9, 1e-4)  # from doubling in days to hardly at all, per minute
TIMES = st.floats(1, 30 * YEAR)
POWERS = st.floats(0.5, 4)


@settings(deadline=None)
@given(st.floats(1e-12, 600))
def test_the_exponential_integral_is_that_of_scipy(x):
    assert exponential_integral(x) == pytest.approx(exp1(x), rel=1e-11)


def test_the_two_ways_to_the_exponential_integral_meet_at_1():
    assert exponential_integral(1.0) == pytest.approx(exponential_integral(math.nextafter(1, 2)), rel=1e-12)


@settings(deadline=None)
@given(BURDENS, PACES, TIMES)
def test_the_burden_follows_the_gompertz_equation(burden, pace, minutes):
    """db/dt = pace b ln(capacity / b), against a difference over a short time."""
    h = 10 / (1e5 * pace)  # a ten-thousandth of the time in which growth slows down
    later = grown(burden, pace, minutes, CAPACITY)
    slope = (grown(burden, pace, minutes + h, CAPACITY) - grown(burden, pace, minutes - h, CAPACITY)) / (2 * h)
    assert slope == pytest.approx(pace * later * math.log(CAPACITY / later), rel=1e-4, abs=1e-9 * pace)


@settings(deadline=None)
@given(BURDENS, PACES, TIMES, TIMES)
def test_growing_in_two_steps_is_growing_in_one(burden, pace, first, second):
    halfway = grown(burden, pace, first, CAPACITY)
    assert grown(halfway, pace, second, CAPACITY) == pytest.approx(
        grown(burden, pace, first + second, CAPACITY), rel=1e-9
    )


@settings(deadline=None)
@given(BURDENS, PACES, TIMES)
def test_a_burden_never_shrinks_by_itself_and_never_passes_the_capacity(burden, pace, minutes):
    assert burden * (1 - 1e-12) <= grown(burden, pace, minutes, CAPACITY) <= CAPACITY


def test_the_published_rate_is_the_growth_at_the_reference_burden():
    growth = 0.016 / 43_830  # of the volume, per minute
    pace = growth / math.log(0.9 / 0.1)
    assert (grown(0.1, pace, 1.0, 0.9) - 0.1) / 0.1 == pytest.approx(growth, rel=1e-6)


@settings(deadline=None)
@given(BURDENS, st.floats(1e-5, 0.89), PACES)
def test_a_threshold_is_reached_when_the_time_says(burden, threshold, pace):
    minutes = time_to_burden(burden, threshold, pace, CAPACITY)
    if burden >= threshold:
        assert minutes == 0
    else:
        assert grown(burden, pace, minutes, CAPACITY) == pytest.approx(threshold, rel=1e-7)


@pytest.mark.parametrize(
    ("burden", "threshold", "pace"), [(0.0, 0.1, 1e-6), (0.1, 0.9, 1e-6), (0.1, 0.95, 1e-6), (0.1, 0.2, 0.0)]
)
def test_what_is_never_reached_takes_for_ever(burden, threshold, pace):
    assert time_to_burden(burden, threshold, pace, CAPACITY) == math.inf


@settings(deadline=None)
@given(BURDENS, PACES, TIMES, POWERS)
def test_the_integral_of_a_power_is_that_of_numerical_integration(burden, pace, minutes, power):
    numerical, _ = quad(
        lambda x: grown(burden, pace, x * minutes, CAPACITY) ** power * minutes, 0, 1, epsabs=0, epsrel=1e-9, limit=200
    )
    assert power_integral(burden, pace, minutes, CAPACITY, power) == pytest.approx(numerical, rel=1e-8)


@settings(deadline=None)
@given(BURDENS, PACES, TIMES, TIMES, POWERS)
def test_integrals_add_up(burden, pace, first, second, power):
    halfway = grown(burden, pace, first, CAPACITY)
    parts = power_integral(burden, pace, first, CAPACITY, power) + power_integral(
        halfway, pace, second, CAPACITY, power
    )
    assert parts == pytest.approx(power_integral(burden, pace, first + second, CAPACITY, power), rel=1e-9)


@pytest.mark.parametrize("burden", [1e-6, 0.01, 0.5])
def test_a_liver_that_has_long_been_full_adds_its_capacity_each_minute(burden):
    """The sum goes on in a straight line from before the exponentials vanish to far beyond."""
    pace, power = 1e-4, 1.6
    at = [power_integral(burden, pace, minutes, CAPACITY, power) for minutes in (5e6, 7e6, 9e6, 1.1e8)]
    slope = CAPACITY**power
    assert [later - at[0] for later in at[1:]] == pytest.approx([2e6 * slope, 4e6 * slope, 1.05e8 * slope], rel=1e-9)


@settings(deadline=None)
@given(BURDENS, st.floats(1, 30 * YEAR), POWERS)
def test_without_growth_an_integral_is_burden_times_time(burden, minutes, power):
    assert power_integral(burden, 0.0, minutes, CAPACITY, power) == pytest.approx(burden**power * minutes)


def test_without_burden_or_time_there_is_nothing_to_integrate():
    assert power_integral(0.0, 1e-6, 1000.0, CAPACITY, 1.5) == 0
    assert power_integral(0.2, 1e-6, 0.0, CAPACITY, 1.5) == 0


@settings(deadline=None)
@given(BURDENS, PACES, st.floats(1e-3, 1e7), POWERS, st.sampled_from([0.0, 1e-8, 0.01, 1.0]))
def test_the_time_to_an_amount_is_the_inverse_of_the_integral(burden, pace, amount, power, constant):
    minutes = time_to_power_integral(burden, pace, amount, CAPACITY, power, constant)
    two_centuries = 1.1e8
    if math.isinf(minutes):
        assert constant * two_centuries + power_integral(burden, pace, two_centuries, CAPACITY, power) < amount
    else:
        got = constant * minutes + power_integral(burden, pace, minutes, CAPACITY, power)
        assert got == pytest.approx(amount, rel=1e-9)


@settings(deadline=None)
@given(BURDENS, PACES, st.floats(1e-3, 1e6), st.floats(1.001, 10), POWERS)
def test_a_larger_amount_takes_longer(burden, pace, amount, factor, power):
    sooner = time_to_power_integral(burden, pace, amount, CAPACITY, power, 0.0)
    later = time_to_power_integral(burden, pace, amount * factor, CAPACITY, power, 0.0)
    assert later > sooner or math.isinf(sooner)


@pytest.mark.parametrize(
    ("burden", "amount", "constant", "minutes"),
    [
        (0.1, 0.0, 0.0, 0.0),
        (0.1, -1.0, 0.0, 0.0),
        (0.0, 5.0, 0.5, 10.0),
        (0.0, 5.0, 0.0, math.inf),
        (1e-6, 1e9, 0.0, math.inf),
    ],
)
def test_edges_of_the_time_to_an_amount(burden, amount, constant, minutes):
    assert time_to_power_integral(burden, 1e-9, amount, CAPACITY, 1.5, constant) == minutes


@settings(deadline=None)
@given(BURDENS, PACES, TIMES, POWERS)
def test_what_is_worked_out_together_has_the_bits_of_what_is_worked_out_alone(burden, pace, minutes, power):
    together = over_time(burden, pace, minutes, CAPACITY, power)
    alone = [power_integral(burden, pace, minutes, CAPACITY, its) for its in (power, 1.0)]
    assert together == (grown(burden, pace, minutes, CAPACITY), *alone)


@given(st.floats(0, 1))
def test_a_power_of_1_may_be_left_out(base):
    assert raised(base, 1.0) == math.pow(base, 1.0)


@settings(deadline=None, max_examples=1000)
@given(BURDENS, PACES, st.floats(1e-6, 1e6), POWERS, st.sampled_from([0.0, 1e-4]), st.floats(-1e-5, 1e-5))
def test_what_stays_below_for_certain_has_its_root_later(burden, pace, amount, power, constant, aside):
    root = time_to_power_integral(burden, pace, amount, CAPACITY, power, constant)
    minutes = root * (1 + aside) if math.isfinite(root) else 1e7
    if stays_below(burden, pace, amount, CAPACITY, power, constant, minutes):
        assert minutes < root
    else:
        assert not minutes < root * (1 - 1e-3), "a root that is clearly later need not be looked for"
