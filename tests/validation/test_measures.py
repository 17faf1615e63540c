"""Every measure of a target gives what was worked out on paper for a few patients."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.units import MONTH
from sim.validation.measures import cox, curve, estimate, estimated

# Four patients: the endpoint after 1 and 3 months; the second dies of something else or is no longer followed after 2.
TIMES = [1, 2, 3, 4]


def test_survival_is_that_of_kaplan_and_meier(part_of, sample_of) -> None:
    four = sample_of(TIMES, [1, 0, 1, 0], unit=MONTH)
    assert estimate(part_of("survival", at=0.5 * MONTH), four, None) == 1
    assert estimate(part_of("survival", at=2.0 * MONTH), four, None) == pytest.approx(3 / 4)
    assert estimate(part_of("survival", at=3.5 * MONTH), four, None) == pytest.approx(3 / 4 * 1 / 2)


def test_a_death_before_the_endpoint_competes_in_an_incidence_and_is_censored_where_it_is_asked_for(
    part_of, sample_of
) -> None:
    four = sample_of(TIMES, [1, 2, 1, 0], unit=MONTH)
    assert estimate(part_of("incidence", at=3.5 * MONTH), four, None) == pytest.approx(1 / 4 + 1 / 4)
    censoring = part_of("incidence_censoring_deaths", at=3.5 * MONTH)
    assert estimate(censoring, four, None) == pytest.approx(1 - 3 / 4 * 1 / 2)


def test_who_dies_of_something_else_is_censored_in_a_survival(part_of, sample_of) -> None:
    four = sample_of(TIMES, [1, 2, 1, 0], unit=MONTH)
    assert estimate(part_of("survival", at=3.5 * MONTH), four, None) == pytest.approx(3 / 4 * 1 / 2)


def test_a_median_is_the_time_at_which_half_have_come_to_it_in_the_units_that_are_asked_for(part_of, sample_of) -> None:
    four = sample_of(TIMES, [1, 1, 1, 1], unit=MONTH)
    assert estimate(part_of("median"), four, None) == pytest.approx(2, abs=1e-4)
    assert estimate(part_of("median", unit="years"), four, None) == pytest.approx(2 / 12, abs=1e-5)


def test_a_median_that_is_not_reached_is_no_number(part_of, sample_of) -> None:
    assert math.isnan(estimate(part_of("median"), sample_of(TIMES, [1, 0, 0, 0], unit=MONTH), None))


def test_a_restricted_mean_is_the_area_below_the_curve_up_to_its_time(part_of, sample_of) -> None:
    four = sample_of(TIMES, [1, 1, 1, 1], unit=MONTH)
    assert estimate(part_of("restricted_mean", at=3 * MONTH), four, None) == pytest.approx(1 + 3 / 4 + 1 / 2)
    assert estimate(part_of("restricted_mean", at=0.5 * MONTH), four, None) == pytest.approx(0.5)


def test_a_proportion_counts_endpoints_within_a_time_or_those_who_fit(part_of, sample_of) -> None:
    four = sample_of(TIMES, [1, 2, 1, 0], holds=[True, True, False, True], unit=MONTH)
    everybody = sample_of(TIMES, [1, 2, 1, 0], unit=MONTH)
    assert estimate(part_of("proportion"), everybody, None) == 2 / 4
    assert estimate(part_of("proportion", within=2 * MONTH), everybody, None) == 1 / 4
    assert estimate(part_of("proportion", endpoint=""), four, None) == 3 / 4
    assert estimate(part_of("proportion"), four, None) == 1 / 4


def test_quantiles_and_means_are_of_those_of_whom_it_is_known(part_of, sample_of) -> None:
    four = sample_of(TIMES, [0] * 4, [1, math.nan, 3, 8])
    assert estimate(part_of("mean", of="lesions"), four, None) == 4
    assert estimate(part_of("quantile", of="lesions"), four, None) == 3
    assert estimate(part_of("quantile", of="lesions", quantile=0.75), four, None) == 5.5


def test_where_nothing_is_known_there_is_no_number(part_of, sample_of) -> None:
    nobody, unknown = sample_of([], []), sample_of([1, 2], [0, 0], [math.nan, math.nan])
    assert math.isnan(estimate(part_of("mean", of="lesions"), unknown, None))
    assert math.isnan(estimate(part_of("quantile", of="lesions"), unknown, None))
    assert math.isnan(estimate(part_of("survival", at=1.0), nobody, None))
    assert math.isnan(estimate(part_of("hazard_ratio"), unknown, nobody))


# Deaths at 1 (untreated), 2 (treated), and one untreated who lives: the partial likelihood of a hazard ratio h is
# 1 / (2 + h) * h / (h + 1), which is greatest where h * h = 2.
def test_a_hazard_ratio_is_that_of_a_cox_model_worked_by_hand(part_of, sample_of) -> None:
    treated, others = sample_of([2], [1]), sample_of([1, 3], [1, 0])
    assert estimate(part_of("hazard_ratio"), treated, others) == pytest.approx(math.sqrt(2), rel=1e-4)


def test_a_hazard_ratio_within_a_time_is_that_of_follow_up_that_ends_there(part_of, sample_of) -> None:
    rng = np.random.default_rng(3)
    of_treated, of_others = rng.exponential(2, 60), rng.exponential(1, 60)
    cut = [(np.minimum(times, 1), (times <= 1).astype(int)) for times in (of_treated, of_others)]
    ended = estimate(part_of("hazard_ratio"), *(sample_of(*its, unit=1e6) for its in cut))
    treated, others = (sample_of(times, np.ones(60, int), unit=1e6) for times in (of_treated, of_others))
    assert estimate(part_of("hazard_ratio", within=1e6), treated, others) == pytest.approx(ended)
    assert estimate(part_of("hazard_ratio"), treated, others) != pytest.approx(ended)


def test_a_log_hazard_is_the_coefficient_of_the_first_attribute(part_of, sample_of) -> None:
    three = sample_of([1, 2, 3], [1, 1, 0], [0, 1, 0])
    assert estimate(part_of("log_hazard", of="functioning"), three, None) == pytest.approx(math.log(2) / 2, rel=1e-4)


def test_other_attributes_beside_it_change_a_log_hazard() -> None:
    rng = np.random.default_rng(1)
    with_both = rng.integers(0, 2, (2000, 2)).astype(float)
    with_both[:, 1] = np.where(rng.random(2000) < 0.8, with_both[:, 0], with_both[:, 1])
    time = rng.exponential(1 / np.exp(0.5 * with_both[:, 0] + 1.0 * with_both[:, 1]))
    found = cox(time, np.ones(2000), with_both)
    assert found == pytest.approx([0.5, 1.0], abs=0.2)
    assert cox(time, np.ones(2000), with_both[:, :1])[0] > 1.0


@pytest.mark.parametrize(
    ("time", "event", "treated"),
    [([1, 2, 3], [0, 0, 0], [0, 1, 0]), ([1, 2, 3], [1, 1, 0], [1, 1, 1]), ([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0])],
    ids=["nobody comes to it", "all are treated", "only the treated come to it, and first"],
)
def test_a_hazard_that_the_sample_does_not_tell_is_no_number(time, event, treated) -> None:
    assert np.isnan(cox(time, event, np.array(treated)[:, None])).all()


def test_two_groups_are_told_apart_by_difference_or_ratio(part_of, sample_of) -> None:
    one, other = sample_of(TIMES, [1, 1, 1, 0]), sample_of(TIMES, [1, 0, 0, 0])
    assert estimate(part_of("proportion", difference="difference"), one, other) == 0.5
    assert estimate(part_of("proportion", difference="ratio"), one, other) == 3
    none = sample_of(TIMES, [0, 0, 0, 0])
    assert math.isnan(estimate(part_of("proportion", difference="ratio"), one, none))


def test_the_interval_of_a_mean_is_the_one_of_the_textbook_where_each_block_is_one_patient(part_of, sample_of) -> None:
    values = np.arange(20.0)
    twenty = sample_of([0] * 20, [0] * 20, values)
    mean, low, high, n = estimated(part_of("mean", of="lesions"), twenty, None)
    half = 2.0930 * values.std(ddof=1) / math.sqrt(20)
    assert (mean, n) == (9.5, 20)
    assert (low, high) == (pytest.approx(9.5 - half, rel=1e-4), pytest.approx(9.5 + half, rel=1e-4))


def test_times_and_ratios_have_intervals_that_stay_above_nothing(part_of, sample_of) -> None:
    rng = np.random.default_rng(4)
    few, others = (sample_of(rng.lognormal(0, 2, 200), np.ones(200, int), unit=MONTH) for _ in range(2))
    for part, beside in ((part_of("median"), None), (part_of("hazard_ratio"), others)):
        middle, low, high, _ = estimated(part, few, beside)
        assert 0 < low < middle < high
        assert middle / low == pytest.approx(high / middle)


def test_of_fewer_than_twenty_nothing_is_said(part_of, sample_of) -> None:
    few, many = sample_of([1] * 19, [1] * 19), sample_of([1] * 40, [1] * 40)
    whole = estimated(part_of("proportion"), few, None)
    assert math.isnan(whole[0])
    assert whole[3] == 19
    assert math.isnan(estimated(part_of("hazard_ratio"), many, few)[0])


def test_the_curve_of_a_picture_begins_at_the_start(part_of, sample_of) -> None:
    times, heights = curve(part_of("survival"), sample_of([1, 2], [1, 1]))
    assert (times.tolist(), heights.tolist()) == ([0, 1, 2], [1, 0.5, 0])
    times, heights = curve(part_of("incidence"), sample_of([1, 2], [1, 2]))
    assert (times.tolist(), heights.tolist()) == ([0, 1, 2], [0, 0.5, 0.5])
