"""Single years: what they add up to, and how far apart they lie."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import Window, combine, measure, summarise
from sim.measures.years import spread

YEAR = 525_960
D = 1440


@pytest.fixture(scope="module")
def two_years(log_of, patients_of, facts):
    """Three referrals in the first year, all treated; one in the second, who dies first; nobody in the third half."""
    rows = []
    for who, (day, wait) in enumerate([(10, 20), (40, 30), (80, 50), (500, None)]):
        rows.append((day * D, who, "referred", "", 0, ""))
        rows.append((day * D, who, "joined", "theatre", 1, ""))
        if wait is None:
            rows.append(((day + 5) * D, who, "cancelled", "theatre", 0, "no_second"))
            rows.append(((day + 9) * D, who, "died", "", 0, "cancer"))
        else:
            rows.append(((day + wait) * D, who, "called", "theatre", 0, ""))
            rows.append(((day + wait) * D, who, "treated", "", 1, "resection"))
            rows.append((3 * YEAR, who, "left", "", 0, "horizon"))
    people = patients_of(dict.fromkeys(range(4), ("G1", False, -1)))
    log = log_of(rows, [], ("grafts", "ward", "theatre", "board"), replication=2)
    return measure(log, people, Window(0, 2 * YEAR + YEAR // 2, 3 * YEAR), facts)


def values(years, kpi, group="all"):
    its = years[(years["kpi"] == kpi) & (years["group"] == group)]
    return dict(zip(its["year"], its["value"], strict=True))


def test_each_whole_year_has_its_own_waits_activity_and_losses(two_years):
    years = two_years.years
    assert set(years["replication"]) == {2}
    assert set(years["year"]) == {0, 1}  # the half year at the end is no year
    assert values(years, "count.referred.per_year") == {0: 3, 1: 1}
    assert values(years, "treated.resection.per_year") == {0: 3, 1: 0}
    assert values(years, "cancelled.theatre.per_year") == {0: 0, 1: 1}
    assert values(years, "cancelled.theatre.per_year", "own") == {0: 0, 1: 1}
    assert values(years, "died.between_referral_and_treatment.per_year") == {0: 0, 1: 1}
    assert values(years, "queue.theatre.mean", "own") == pytest.approx({0: 100 / 365.25, 1: 9 / 365.25})


def test_a_wait_that_too_few_of_a_years_patients_got_through_is_longer_than_any(two_years):
    assert values(two_years.years, "wait.referral_to_treatment.median") == {0: 30, 1: math.inf}


def test_a_year_in_which_nobody_started_says_nothing_of_waits(two_years):
    assert values(two_years.years, "wait.decision_to_treatment.median") == {}


def test_nothing_that_counts_the_whole_period_is_in_a_single_year(two_years):
    assert set(two_years.years["unit"]) <= {"days", "share", "per year", "waiting"}


def years_of(found, unit="per year", kpi="count.died.per_year"):
    """A table from (replication, year, value)."""
    frame = pd.DataFrame(found, columns=["replication", "year", "value"])
    return frame.assign(kpi=kpi, group="all", unit=unit)


@given(st.lists(st.integers(0, 90), min_size=1, max_size=60))
def test_nine_in_ten_single_years_lie_between_the_two_ends(counts):
    row = spread(years_of([(run // 5, run % 5, value) for run, value in enumerate(counts)])).iloc[0]
    inside = [row["year_low"] <= value <= row["year_high"] for value in counts]
    assert np.mean(inside) >= 0.9 - 1e-9
    assert {row["year_low"], row["year_high"]} <= set(counts)
    assert row["years"] == len(counts)


def test_a_number_per_year_that_a_year_does_not_mention_is_none_in_it():
    told = pd.concat([years_of([(0, 0, 4.0)]), years_of([(0, 1, 0.5)], "share", "use.ward.share")])
    row = spread(told).set_index("kpi")
    assert (row.loc["count.died.per_year", "year_low"], row.loc["count.died.per_year", "years"]) == (0, 2)
    assert (row.loc["use.ward.share", "year_low"], row.loc["use.ward.share", "years"]) == (0.5, 1)


def test_the_end_of_a_spread_with_years_that_were_not_reached_is_not_reached():
    row = spread(years_of([(0, 0, 20.0), (0, 1, math.inf)], "days", "wait.x.median")).iloc[0]
    assert (row["year_low"], row["year_high"]) == (20, math.inf)


def test_the_summary_shows_single_years_beside_the_interval_of_the_mean(two_years):
    both = combine([two_years])
    plain, told = summarise(both.kpis), summarise(both.kpis, both.years)
    pd.testing.assert_frame_equal(told[plain.columns], plain)
    rows = told.set_index(["kpi", "group"])
    referred = rows.loc[("count.referred.per_year", "all")]
    assert (referred["year_low"], referred["year_high"], referred["years"]) == (1, 3, 2)
    median = rows.loc[("outcome.os_from_nelm.median", "all")]
    assert math.isnan(median["year_low"])
    assert median["years"] == 0


def test_a_spread_does_not_shrink_with_replications_as_the_interval_of_the_mean_does():
    rng = np.random.default_rng(5)
    few, many = (
        spread(years_of([(run, year, rng.poisson(36)) for run in range(runs) for year in range(5)])).iloc[0]
        for runs in (8, 80)
    )
    assert many["year_high"] - many["year_low"] >= 0.7 * (few["year_high"] - few["year_low"])
