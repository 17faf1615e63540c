"""The numbers on cards: kinds by their writing, and other values for the same place."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.amounts import Kind, amount
from sim.units import MONTH


@pytest.mark.parametrize(
    ("written", "kind", "number"),
    [
        (0.65, Kind.NUMBER, 0.65),
        (4, Kind.NUMBER, 4.0),
        ("30 %", Kind.SHARE, 0.3),
        ("14 days", Kind.DURATION, 14 * 1440),
        ("22.7 months", Kind.DURATION, round(22.7 * MONTH)),
        ("1 per day", Kind.RATE, 1 / 1440),
        ("0.03 per month", Kind.RATE, 0.03 / MONTH),
    ],
)
def test_the_writing_tells_the_kind(written, kind, number):
    read = amount(written)
    assert read.kind is kind
    assert read.number == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize("written", ["soon", "14 fortnights", "", "3 per fortnight", "130 %", "-5 days", -1, math.nan])
def test_what_is_no_quantity_is_refused(written):
    with pytest.raises(ValueError, match=r"a (plain )?number|a share"):
        amount(written)


def test_true_is_not_the_number_1():
    with pytest.raises(ValueError, match="a plain number"):
        amount(True)


@pytest.mark.parametrize(
    ("card", "other"),
    [
        ("14 days", 14),
        ("14 days", "30 %"),
        ("14 days", "1 per day"),
        (0.5, "14 days"),
        (0.5, "50 %"),
        ("30 %", "1 day"),
    ],
)
def test_another_value_must_be_of_the_same_kind(card, other):
    with pytest.raises(ValueError, match=r"a .*such as"):
        amount(card).like(other)


def test_a_share_may_be_overridden_by_a_plain_number():
    assert amount("30 %").like(0.4) == 0.4


def test_a_rate_of_0_is_refused_because_nothing_can_be_drawn_from_it():
    with pytest.raises(ValueError, match="above 0"):
        amount("3 per week").like("0 per week")


def test_a_duration_of_0_is_allowed_where_it_is_no_median():
    assert amount("1 day").like("0 days") == 0
    with pytest.raises(ValueError, match="above 0"):
        amount("1 day", above=True).like("0 days")


@given(st.floats(0, 1))
def test_limits_are_themselves_allowed_and_nothing_beyond(share):
    one = amount("50 %", within=(0.2, 0.7))
    if 0.2 <= share <= 0.7:
        assert one.like(share) == share
    else:
        with pytest.raises(ValueError, match=r"from 0\.2 to 0\.7"):
            one.like(share)


@given(st.integers(0, 10**6))
def test_a_duration_in_minutes_is_read_exactly(minutes):
    assert amount("1 day").like(f"{minutes} min") == minutes
