"""Differences between tables of figures: intervals, corrections, and the cases in which few replications mislead."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from sim.experiments.differences import LEAST_REPLICATIONS, align, holm, paired, unpaired, verdicts

NAN = float("nan")
VALUES = st.one_of(st.integers(-40, 40).map(float), st.floats(-1e3, 1e3, width=32), st.just(NAN))


def rows(*lists):
    return np.array(lists, float)


def kpis(values, unit="days", kpi="wait", group="all"):
    """A table of one figure: replication -> value."""
    return pd.DataFrame(
        [(kpi, group, unit, number, value, "") for number, value in values.items()],
        columns=["kpi", "group", "unit", "replication", "value", "note"],
    )


def one(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def judged(a, b, how=paired):
    return one(verdicts(how(rows(a), rows(b))))


def test_the_interval_of_pairs_is_students_for_the_mean_difference():
    a, b = [3.1, 4.2, 5.9, 4.4, 5.0, 6.3], [2.0, 3.9, 4.1, 3.9, 3.3, 5.6]
    row = judged(a, b)
    expected = stats.ttest_rel(b, a)
    low, high = expected.confidence_interval(0.95)
    assert (row["difference"], row["lower"], row["upper"]) == pytest.approx((np.mean(b) - np.mean(a), low, high))
    assert row["p"] == pytest.approx(expected.pvalue)


def test_the_interval_of_independent_runs_is_welchs_with_degrees_of_freedom_rounded_down():
    a, b = [3.1, 4.2, 5.9, 4.4, 5.0, 6.3], [12.0, 3.9, 7.1, 13.9, 3.3]
    row = judged(a, b, unpaired)
    variances = [np.var(its, ddof=1) / len(its) for its in (a, b)]
    df = math.floor(stats.ttest_ind(b, a, equal_var=False).df)
    half = stats.t.ppf(0.975, df) * math.sqrt(sum(variances))
    assert (row["lower"], row["upper"]) == pytest.approx((row["difference"] - half, row["difference"] + half))
    assert row["p"] == pytest.approx(2 * stats.t.sf(abs(row["difference"]) / math.sqrt(sum(variances)), df))


@given(arrays(float, (3, 8), elements=VALUES))
def test_a_table_against_itself_has_no_difference_in_any_replication(values):
    found = verdicts(paired(values, values))
    there = found["pairs"] > 0
    assert (found.loc[there, ["difference", "lower", "upper"]].fillna(0.0) == 0.0).all(axis=None)
    assert (found.loc[there, "verdict"] == "identical").all()
    assert (found.loc[~there, "verdict"] == "missing").all()


@pytest.mark.parametrize("how", [paired, unpaired])
@given(values=arrays(float, (2, 4, 7), elements=VALUES))
def test_the_other_way_round_every_difference_has_the_other_sign_and_the_same_verdict(how, values):
    there, back = (verdicts(how(a, b)) for a, b in (values, values[::-1]))
    for name, mirrored in (("difference", "difference"), ("lower", "upper"), ("upper", "lower")):
        np.testing.assert_array_equal(there[name], -back[mirrored])
    for name in ("p", "p_holm", "pairs", "missing", "variance_ratio", "half_width_ratio"):
        np.testing.assert_allclose(there[name], back[name], rtol=1e-12)
    assert list(there["verdict"]) == list(back["verdict"])


def test_a_pair_that_lacks_the_figure_on_one_side_is_counted_out_and_said():
    row = judged([1.0, NAN, 3.0, 4.0], [2.0, 5.0, NAN, 6.0])
    assert (row["pairs"], row["missing"]) == (2, 2)
    assert (row["mean_reference"], row["mean"], row["difference"]) == (2.5, 4.0, 1.5)


def test_a_figure_that_no_pair_has_is_missing_rather_than_equal():
    row = judged([1.0, NAN], [NAN, 1.0])
    assert row["verdict"] == "missing"
    assert math.isnan(row["difference"])


def test_pairs_with_common_luck_give_the_variance_ratio_of_theory():
    luck = np.random.default_rng(5).normal(size=(2, 4000))
    a, b = luck[0], luck[0] + 0.5 * luck[1]
    row = judged(a, b)
    assert row["variance_ratio"] == pytest.approx((1 + 1.25) / 0.25, rel=0.1)
    assert row["half_width_ratio"] == pytest.approx(math.sqrt(0.25 / 2.25), rel=0.05)


@pytest.mark.parametrize("shift", [1.0, 7.0, 700.0])
def test_the_same_difference_in_each_of_eight_pairs_is_no_proof_by_itself(shift):
    a = [3.0, 4.0, 3.0, 6.0, 5.0, 3.0, 4.0, 5.0]
    row = judged(a, [value + shift for value in a])
    assert row["p"] >= 2.0**-7
    assert row["lower"] < shift < row["upper"]


def test_a_difference_between_two_settings_without_any_luck_in_them_is_told_with_eight_replications():
    beds = verdicts(paired(np.full((600, 8), 12.0), np.full((600, 8), 13.0)))
    assert (beds["verdict"] == "different").all()
    assert (beds["lower"] == 1.0).all()


def test_two_constants_that_differ_are_not_told_apart_among_many_by_five_replications():
    found = verdicts(unpaired(np.full((600, 5), 3.0), np.full((600, 5), 4.0)))
    assert (found["verdict"] == "not shown to differ").all()


def test_counts_that_shuffling_could_have_separated_are_judged_no_surer_than_shuffling():
    row = judged([3, 3, 3, 3, 3, 3, 3, 4], [4, 4, 4, 4, 4, 4, 4, 5], unpaired)
    assert row["p"] >= 2 / math.comb(16, 8)


def test_the_last_bits_of_a_sum_are_no_difference():
    row = judged([0.1 + 0.2] * 6, [0.3] * 6)
    assert row["verdict"] == "identical"
    assert row["difference"] == 0.0


@pytest.mark.parametrize("how", [paired, unpaired])
def test_with_fewer_than_five_replications_there_is_an_interval_but_no_verdict(how):
    a, b = np.random.default_rng(3).normal(size=(2, LEAST_REPLICATIONS))
    few, enough = judged(a[1:], 1000 + b[1:], how), judged(a, 1000 + b, how)
    assert few["verdict"] == "too few replications"
    assert few["lower"] > 0
    assert enough["verdict"] == "different"


def test_one_replication_gives_a_difference_without_an_interval():
    row = judged([3.0], [5.5])
    assert row["difference"] == 2.5
    assert math.isnan(row["lower"])
    assert row["verdict"] == "too few replications"


def test_holms_correction_is_that_of_the_textbook():
    assert holm([0.01, 0.02, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.04, 0.04, 0.02])


def test_what_is_identical_does_not_make_the_correction_harder():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(1, 8))
    b = a + 1 + 0.1 * rng.normal(size=(1, 8))
    alone = verdicts(paired(a, b))
    crowd = verdicts(paired(np.r_[a, np.ones((500, 8))], np.r_[b, np.ones((500, 8))]))
    assert crowd["p_holm"].iloc[0] == alone["p_holm"].iloc[0]


def test_looking_at_more_figures_makes_the_correction_harder():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(200, 8))
    b = a + rng.normal(size=(200, 8))
    b[0] = a[0] + 1 + 0.1 * rng.normal(size=8)
    assert verdicts(paired(a, b))["p_holm"].iloc[0] == pytest.approx(200 * paired(a, b)["p"].iloc[0])


def test_a_yearly_number_that_one_scenario_does_not_mention_is_nought_there_and_a_wait_is_missing():
    counts = kpis({0: 2.0, 1: 3.0}, "per year", "cancelled")
    waits = kpis({0: 9.0, 1: 8.0}, "days", "wait.new.median")
    only = pd.concat([counts, waits])
    sides = align(kpis({0: 1.0, 1: 1.0}, kpi="board"), pd.concat([kpis({0: 1.0, 1: 2.0}, kpi="board"), only]))
    assert list(sides.keys["kpi"]) == ["board", "cancelled", "wait.new.median"]
    assert sides.reference[1].tolist() == [0.0, 0.0]
    assert np.isnan(sides.reference[2]).all()
    assert sides.other[2].tolist() == [9.0, 8.0]


@given(st.permutations(range(6)))
def test_the_order_of_rows_in_the_tables_does_not_matter(order):
    table = pd.concat([kpis(dict(enumerate([1.0, 2.0, 4.0])), kpi=name) for name in ("a", "b")], ignore_index=True)
    shuffled = table.iloc[list(order)]
    sides = align(table, shuffled)
    np.testing.assert_array_equal(sides.reference, sides.other)


def _luck(rng, figures):
    """Replications of made-up figures of all kinds, eight of them: smooth, skewed, counts, lumps, nearly constant."""
    n = 8
    smooth = rng.normal(20, 3, (figures, n))
    skewed = rng.lognormal(2, 1.0, (figures, n))
    rare = rng.poisson(0.15, (figures, n)).astype(float)
    counts = rng.poisson(2.0, (figures, n)) / 5
    lumps = 7.0 * rng.binomial(4, 0.3, (figures, n))
    gaps = np.where(rng.random((figures, n)) < 0.4, np.nan, rng.normal(5, 1, (figures, n)))
    return np.vstack([smooth, skewed, rare, counts, lumps, gaps])


@pytest.mark.parametrize("how", [paired, unpaired])
def test_a_hospital_of_made_up_figures_against_itself_cries_wolf_in_at_most_18_of_200_comparisons(how):
    rng = np.random.default_rng(20)
    alarms = 0
    for _ in range(200):
        found = verdicts(how(_luck(rng, 40), _luck(rng, 40)))
        alarms += bool((found["verdict"] == "different").any())
    assert alarms <= 18


def test_a_naive_test_would_have_cried_wolf_on_the_same_figures():
    rng = np.random.default_rng(20)
    alarms = 0
    for _ in range(100):
        a, b = (np.round(luck, 6) for luck in (_luck(rng, 40), _luck(rng, 40)))
        d = b - a
        known = ~np.isnan(d).any(axis=1)
        spread = d[known].std(axis=1, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            p = 2 * stats.t.sf(np.abs(d[known].mean(axis=1)) / (spread / np.sqrt(8)), 7)
        alarms += bool((p < 0.05).any())
    assert alarms == 100  # without correction, always
