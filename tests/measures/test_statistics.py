"""Curves and intervals against hand-worked tables, scipy, and what must hold of any data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.measures.statistics import (
    aalen_johansen,
    delayed_entry,
    jackknife,
    kaplan_meier,
    mean_interval,
    number_at_risk,
    reached_by,
    read_at,
    t_quantile,
)

some_waits = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60)


def test_kaplan_meier_agrees_with_the_leukaemia_trial_worked_in_the_textbooks():
    # Freireich 1963, treated arm, weeks of remission; the table is printed in Kleinbaum and Klein, Survival Analysis.
    relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    followed = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    time = relapsed + followed
    curve = kaplan_meier(time, [True] * len(relapsed) + [False] * len(followed))
    printed = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    assert read_at(curve, curve.free, list(printed), 1.0) == pytest.approx(list(printed.values()), abs=5e-5)
    assert number_at_risk(time, [6, 7, 10, 13, 16, 22, 23]).tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert reached_by(curve, curve.incidence[0], 0.5) == 23


def test_aalen_johansen_agrees_with_a_table_worked_by_hand():
    # 6 people: treated at 1, died at 2, left at 2, treated at 3 and 3, still waiting at 4.
    curves = aalen_johansen([1, 2, 2, 3, 3, 4], [1, 2, 0, 1, 1, 0], causes=2)
    # at risk 6, 5, 3, 1; free 5/6, 5/6 * 4/5 = 2/3, 2/3 * 1/3 = 2/9, 2/9
    assert curves.at_risk.tolist() == [6, 5, 3, 1]
    assert curves.free == pytest.approx([5 / 6, 2 / 3, 2 / 9, 2 / 9])
    assert curves.incidence[0] == pytest.approx([1 / 6, 1 / 6, 1 / 6 + 2 / 3 * 2 / 3, 11 / 18])
    assert curves.incidence[1] == pytest.approx([0, 5 / 6 / 5, 1 / 6, 1 / 6])


@given(some_waits)
def test_kaplan_meier_is_the_curve_that_scipy_draws(waits):
    time = np.array([t for t, _ in waits], float)
    died = np.array([k > 0 for _, k in waits])
    ours = kaplan_meier(time, died)
    data = stats.CensoredData(uncensored=time[died], right=time[~died])
    theirs = stats.ecdf(data).sf
    at = np.unique(time)
    assert read_at(ours, ours.free, at, 1.0) == pytest.approx(theirs.evaluate(at))


@given(some_waits)
def test_of_those_who_started_everyone_is_waiting_or_ended_in_one_way(waits):
    curves = aalen_johansen([t for t, _ in waits], [k for _, k in waits], causes=3)
    assert curves.free + curves.incidence.sum(axis=0) == pytest.approx(np.ones(len(curves.time)))
    assert (np.diff(curves.free) <= 1e-12).all()
    assert (np.diff(curves.incidence, axis=1) >= -1e-12).all()
    assert curves.free.min() > -1e-12


@given(some_waits.filter(lambda waits: all(k > 0 for _, k in waits)))
def test_without_ends_of_follow_up_an_incidence_is_a_plain_share(waits):
    time = np.array([t for t, _ in waits])
    cause = np.array([k for _, k in waits])
    curves = aalen_johansen(time, cause, causes=3)
    for k in (1, 2, 3):
        plain = [float(((time <= t) & (cause == k)).mean()) for t in curves.time]
        assert curves.incidence[k - 1] == pytest.approx(plain)


@given(some_waits, st.randoms())
def test_the_order_of_the_patients_changes_no_curve(waits, random):
    mixed = list(waits)
    random.shuffle(mixed)
    one = aalen_johansen([t for t, _ in waits], [k for _, k in waits], causes=3)
    other = aalen_johansen([t for t, _ in mixed], [k for _, k in mixed], causes=3)
    assert np.array_equal(one.incidence, other.incidence)


def test_an_event_and_an_end_of_follow_up_on_the_same_day_count_the_event_first():
    curve = kaplan_meier([5, 5], [True, False])
    assert curve.free.tolist() == [0.5]


def test_counting_deaths_as_ends_of_follow_up_would_promise_more_than_happens():
    time, cause = [1, 2, 3, 4], [2, 1, 2, 1]
    honest = aalen_johansen(time, cause, causes=2).incidence[0][-1]
    in_a_world_without_death = 1 - kaplan_meier(time, np.array(cause) == 1).free[-1]
    assert honest == pytest.approx(0.5)
    assert in_a_world_without_death == pytest.approx(1.0)


def test_nothing_is_said_of_times_after_the_last_one_seen_if_someone_was_still_waiting():
    curve = kaplan_meier([2, 4], [True, False])
    assert np.isnan(read_at(curve, curve.free, [5], 1.0)).all()
    everyone_died = kaplan_meier([2, 4], [True, True])
    assert read_at(everyone_died, everyone_died.free, [5], 1.0).tolist() == [0.0]


def test_a_share_of_one_half_made_of_ten_tenths_is_reached_in_spite_of_rounding():
    curves = aalen_johansen(range(1, 11), [1] * 10, causes=1)
    assert reached_by(curves, curves.incidence[0], 0.5) == 5
    assert reached_by(curves, curves.incidence[0], 0.9) == 9
    assert reached_by(curves, curves.incidence[0], 1.0) == 10


def test_nobody_at_all_gives_curves_that_say_nothing():
    curves = aalen_johansen([], [], causes=3)
    assert np.isnan(read_at(curves, curves.incidence[0], [0, 10], 0.0)).all()
    assert math.isnan(reached_by(curves, curves.incidence[0], 0.5))


@pytest.mark.parametrize(("time", "cause"), [([1, 2], [1]), ([-1], [1]), ([1], [4]), ([math.nan], [1])])
def test_times_and_causes_that_cannot_be_are_refused(time, cause):
    with pytest.raises(ValueError, match=r"times of 0 or more|one time and one cause"):
        aalen_johansen(time, cause, causes=3)


@given(st.integers(1, 300), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_the_factor_of_an_interval_is_students(df, level):
    assert t_quantile(df, level) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_the_interval_of_a_mean_is_the_one_of_scipy(values):
    mean, sd, lower, upper, n = mean_interval(values)
    half = stats.t.ppf(0.975, n - 1) * stats.sem(values)
    assert (mean, sd) == pytest.approx((np.mean(values), np.std(values, ddof=1)), abs=1e-9)
    assert (lower, upper) == pytest.approx((mean - half, mean + half), abs=1e-6)


def test_one_value_has_a_mean_and_no_interval_and_none_has_neither():
    mean, *rest, n = mean_interval([3.0, math.nan])
    assert (mean, n) == (3.0, 1)
    assert np.isnan(rest).all()
    assert math.isnan(mean_interval([])[0])


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_the_jackknife_of_a_mean_is_its_t_interval(values):
    left_out = [[np.mean(values[:i] + values[i + 1 :])] for i in range(len(values))]
    lower, upper = jackknife([np.mean(values)], left_out)
    assert (lower[0], upper[0]) == pytest.approx(mean_interval(values)[2:4], abs=1e-6)


def test_a_single_replication_has_no_interval():
    lower, upper = jackknife([0.5, 0.4], [[0.5, 0.4]])
    assert np.isnan([*lower, *upper]).all()


def test_delayed_entry_agrees_with_a_table_worked_by_hand():
    # entry-end: 0-3 died, 2-6 died, 4-8 died, 0-9 left, 6-7 died (not yet there at 6), 8-8 died on entering
    curve = delayed_entry([0, 2, 4, 0, 6, 8], [3, 6, 8, 9, 7, 8], [True, True, True, False, True, True])
    assert curve.time.tolist() == [3, 6, 7, 8, 9]
    assert curve.at_risk.tolist() == [3, 3, 3, 2, 1]
    assert curve.free == pytest.approx([2 / 3, 4 / 9, 8 / 27, 4 / 27, 4 / 27])
    assert reached_by(curve, curve.incidence[0], 0.5) == 6


@given(some_waits)
def test_when_everybody_is_there_from_the_start_delayed_entry_is_kaplan_meier(waits):
    time, died = [t for t, _ in waits], [k > 0 for _, k in waits]
    late, plain = delayed_entry([0] * len(time), time, died), kaplan_meier(time, died)
    assert late.time.tolist() == plain.time.tolist()
    assert late.at_risk.tolist() == plain.at_risk.tolist()
    assert late.free == pytest.approx(plain.free)


def test_ignoring_late_entry_promises_too_much_and_delayed_entry_does_not():
    rng = np.random.default_rng(20)
    lives, found = rng.exponential(1.0, 60_000), rng.exponential(1.0, 60_000)
    known = found < lives  # who dies first is never known
    lives, found = lives[known], found[known]
    ends = np.minimum(lives, found + 2.0)  # and nobody is followed for longer than this
    at = [0.5, 1.0, 2.0]
    ignoring = kaplan_meier(ends, ends == lives)
    right = delayed_entry(found, ends, ends == lives, least=20)
    truth = np.exp(-np.array(at))
    assert read_at(right, right.free, at, 1.0) == pytest.approx(truth, abs=0.02)
    assert (read_at(ignoring, ignoring.free, at, 1.0) > truth + 0.1).all()


def test_the_death_of_a_lone_first_entrant_does_not_end_the_curve_where_more_are_asked_for():
    entry, time, died = [0, 1, 1, 1], [0.5, 2, 3, 4], [True, True, False, False]
    assert delayed_entry(entry, time, died).free.tolist() == [0, 0, 0, 0]
    assert delayed_entry(entry, time, died, least=3).free == pytest.approx([1, 2 / 3, 2 / 3, 2 / 3])


@pytest.mark.parametrize(("entry", "time"), [([1.0], [1.0, 2.0]), ([3.0], [2.0]), ([-1.0], [2.0])])
def test_nobody_ends_before_she_enters(entry, time):
    with pytest.raises(ValueError, match="entr"):
        delayed_entry(entry, time, [True] * len(time))
