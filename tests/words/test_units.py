"""Quantities as people write them: what is understood, what is refused, and that both ways agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.units import DAY, MINUTES, MONTH, WEEK, YEAR, day_and_time, minutes, per_year, share, spoken

WORDS = {
    "minute": ["min", "mins", "minute", "minutes"],
    "hour": ["h", "hour", "hours"],
    "day": ["d", "day", "days"],
    "week": ["week", "weeks"],
    "month": ["month", "months"],
    "year": ["year", "years"],
}


@given(st.sampled_from([(unit, word) for unit, names in WORDS.items() for word in names]), st.integers(0, 4000))
def test_a_duration_is_its_number_times_its_unit_however_the_unit_is_spelled(unit, number):
    name, word = unit
    assert minutes(f"{number} {word}") == minutes(f"{number}{word.upper()}") == round(number * MINUTES[name])


@given(st.integers(-(10**9), 10**9))
def test_whole_minutes_survive_being_written_down(number):
    assert minutes(f"{number} min") == number


@given(st.floats(0.001, 1000), st.sampled_from(list(MINUTES)))
def test_a_rate_is_the_inverse_of_the_time_between(number, unit):
    rate = per_year(f"{number!r} per {unit}")
    assert rate == pytest.approx(number * YEAR / MINUTES[unit])
    assert per_year(f"{number!r}/{unit}") == rate


@given(st.floats(0, 1))
def test_a_share_and_its_percentage_are_the_same_to_the_last_figures(value):
    assert share(value) == value
    assert share(f"{value * 100:.15f} %") == pytest.approx(value, abs=1e-15)


def test_what_the_constants_say():
    assert (DAY, WEEK, MONTH, YEAR) == (1440, 10_080, 43_830, 525_960)
    assert minutes("12 months") == minutes("1 year") == YEAR
    assert (minutes("0.5 days"), minutes(".5 days"), minutes("1e1 min"), minutes("-2 h")) == (720, 720, 10, -120)
    assert (minutes("1.4 min"), minutes("1.6 min")) == (1, 2)


A_DURATION = "a number and a unit of time, such as '14 days', '90 min' or '6 weeks'"
A_RATE = "a number per unit of time, such as '3 per week' or '138 per year'"
A_SHARE = "a share from 0 to 1, or a percentage such as '30 %'"


@pytest.mark.parametrize(
    "text",
    ["", "14", "days", "14 dayz", "14 days 3", "1,5 days", "1.5.2 days", "14 per day", "fourteen days", "1:30",
     "inf min", "nan days", "0x10 min", "1_000 min", "14 ds", "14 daysss", "1 e3 min", "٣x days"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="unit of time") as refused:
        minutes(text)
    assert str(refused.value) == A_DURATION


@pytest.mark.parametrize(
    "text", ["", "3", "3 weeks", "per week", "3 per", "3 per fortnight", "3 per 2 weeks", "nan per day"]
)
def test_what_is_no_rate_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="per unit of time") as refused:
        per_year(text)
    assert str(refused.value) == A_RATE


@pytest.mark.parametrize("text", ["", "30", "0.3", "% 30", "30 percent", "nan %", "30 % %"])
def test_what_is_no_percentage_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="percentage") as refused:
        share(text)
    assert str(refused.value) == A_SHARE


@pytest.mark.parametrize("value", [-0.001, 1.001, "100.1 %", "-1 %", float("nan"), float("inf")])
def test_a_share_beyond_the_whole_is_refused(value):
    with pytest.raises(ValueError, match="from 0 % to 100 %"):
        share(value)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (119, "119 minutes"),
        (120, "2 hours"),
        (2 * DAY, "2 days"),
        (13 * DAY, "13 days"),
        (14 * DAY, "2 weeks"),
        (15 * DAY, "15 days"),
        (8 * WEEK + DAY, "8.1 weeks"),
        (3 * MONTH, "3 months"),
        (4 * YEAR, "4 years"),
        (-90, "-90 minutes"),
    ],
)
def test_a_duration_is_spoken_in_the_largest_unit_that_states_it_well(duration, words):
    assert spoken(duration) == words


@given(st.integers(-(10**7), 10**7))
def test_a_minute_of_the_run_can_be_read_back_from_its_words(minute):
    _, day, clock = day_and_time(minute).split()
    hours, rest = clock.split(":")
    assert int(day) * DAY + int(hours) * 60 + int(rest) == minute
    assert 0 <= int(hours) < 24
