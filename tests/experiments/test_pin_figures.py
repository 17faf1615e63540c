"""Which figures are said to have moved, how far, and in whose words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.experiments.pin_figures import Figure, figures_of, moves
from sim.measures import summarise

DAYS = Figure("days", 20.0, 2.0, 2)
KEY = ("wait.ct.median", "all")

numbers = st.floats(-1e9, 1e9).map(lambda x: float(f"{x:.6g}"))
some = st.builds(
    Figure,
    unit=st.sampled_from(["days", "share", "per year"]),
    mean=st.none() | numbers,
    error=st.none() | numbers.map(abs),
    n=st.integers(0, 8),
)
tables = st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from(["all", "own"])), some, max_size=6)


def only(before, now, tolerance=1.0, replications=2, same_luck=False):
    return moves({KEY: before}, {KEY: now}, tolerance, replications, same_luck)


@given(tables, st.booleans())
def test_nothing_is_said_to_move_against_itself(table, same_luck):
    assert moves(table, table, 0.0, 8, same_luck) == ()


@given(tables, tables)
def test_there_and_back_the_same_figures_move_by_the_same_with_the_sign_changed(one, other):
    there, back = (
        {(move.kpi, move.group): move.change for move in moves(a, b, 1.0, 8, False)}
        for a, b in ((one, other), (other, one))
    )
    assert there == {key: None if change is None else -change for key, change in back.items()}


@given(numbers, numbers, st.floats(0.1, 10))
def test_a_wider_tolerance_never_lets_more_figures_out(before, now, tolerance):
    pair = Figure("days", before, 2.0, 2), Figure("days", now, 2.0, 2)
    narrow, wide = (sum(move.outside for move in only(*pair, tolerance=size)) for size in (tolerance, 2 * tolerance))
    assert wide <= narrow


@pytest.mark.parametrize(("now", "outside"), [(21.9, False), (22.1, True), (18.1, False), (17.9, True)])
def test_a_figure_is_outside_when_it_is_further_away_than_the_pinned_standard_error(now, outside):
    (move,) = only(DAYS, Figure("days", now, 2.0, 2))
    assert move.outside is outside


def test_the_last_digit_that_is_pinned_may_be_one_off():
    assert only(Figure("days", 123456.0, 2.0, 2), Figure("days", 123456.1, 2.0, 2)) == ()
    assert only(Figure("days", 123456.0, 2.0, 2), Figure("days", 123457.0, 2.0, 2)) != ()


def test_a_mean_that_stayed_while_its_spread_changed_has_moved_but_not_out_of_tolerance():
    (move,) = only(DAYS, Figure("days", 20.0, 5.0, 2))
    assert not move.outside
    assert move.sentence() == (
        "wait.ct.median: 20 -> 20 days, the mean as before, its standard error 2 -> 5, replications 2 -> 2"
    )


def test_a_figure_that_is_gone_is_outside_and_one_that_is_new_is_not():
    (gone,), (new,) = moves({KEY: DAYS}, {}, 1.0, 2, False), moves({}, {KEY: DAYS}, 1.0, 2, False)
    assert (gone.outside, new.outside) == (True, False)
    assert new.sentence() == "wait.ct.median: 20 days now, and in the pin there is no such figure"


def test_a_figure_that_was_reached_and_no_longer_is_is_outside():
    (move,) = only(DAYS, Figure("days", None, None, 0))
    assert move.outside
    assert move.sentence() == "wait.ct.median: 20 -> not reached days"


def test_a_count_that_is_not_mentioned_was_nought():
    few = Figure("per year", 0.5, 0.5, 2)
    (move,) = moves({KEY: few}, {}, 1.0, 2, False)
    assert (move.outside, move.change) == (False, -0.5)


def test_a_count_that_is_not_mentioned_though_the_logs_are_identical_is_gone():
    (move,) = moves({KEY: Figure("per year", 0.5, 0.5, 2)}, {}, 1.0, 2, True)
    assert move.outside
    assert "there is no such figure" in move.sentence()


def test_a_figure_in_another_unit_is_another_figure():
    (move,) = only(DAYS, Figure("years", 20.0, 2.0, 2))
    assert move.outside


def test_with_identical_logs_nothing_moves_by_chance():
    (move,) = only(DAYS, Figure("days", 20.01, 2.0, 2), same_luck=True)
    assert move.beyond_chance
    assert not move.outside


@pytest.mark.parametrize(("replications", "told"), [(4, False), (5, True)])
def test_chance_is_told_apart_from_five_replications_on(replications, told):
    far = Figure("days", 200.0, 2.0, replications)
    (move,) = only(Figure("days", 20.0, 2.0, replications), far, replications=replications)
    assert move.beyond_chance is told


@pytest.mark.parametrize("shift", [0.5, 1.0, 1.9, 2.0, 3.0])
def test_a_single_figure_is_beyond_chance_when_welch_says_so(shift):
    rng = np.random.default_rng(3)
    one, other = rng.normal(0, 1, 8), rng.normal(shift, 2, 6)
    before, now = (Figure("days", x.mean(), x.std(ddof=1) / math.sqrt(len(x)), len(x)) for x in (one, other))
    (move,) = only(before, now, replications=8)
    assert move.beyond_chance is bool(stats.ttest_ind(one, other, equal_var=False).pvalue <= 0.05)


def test_of_a_thousand_figures_run_with_other_luck_none_is_said_to_be_beyond_chance():
    rng = np.random.default_rng(7)
    runs = [
        {
            (f"k{i}", "all"): Figure("days", x.mean(), x.std(ddof=1) / math.sqrt(8), 8)
            for i, x in enumerate(rng.normal(10, 1, (1000, 8)))
        }
        for _ in range(2)
    ]
    moved = moves(*runs, 1.0, 8, False)
    assert sum(move.outside for move in moved) > 300
    assert sum(move.beyond_chance for move in moved) == 0


def test_what_moved_furthest_is_told_first_and_what_has_no_error_last():
    before = {(name, "all"): DAYS for name in "ab"} | {("c", "all"): Figure("days", 1.0, 0.0, 2), ("d", "all"): DAYS}
    now = {("a", "all"): Figure("days", 25.0, 2.0, 2), ("b", "all"): Figure("days", 40.0, 2.0, 2)}
    now |= {("c", "all"): Figure("days", 2.0, 0.0, 2)}
    assert [move.kpi for move in moves(before, now, 1.0, 2, False)] == ["d", "b", "a", "c"]


def test_the_standard_error_is_that_of_the_mean_over_the_replications_that_have_the_figure():
    rows = [
        ("wait.x.median", "all", "days", number, value, "") for number, value in enumerate([1.0, 2.0, 6.0, math.nan])
    ]
    rows += [("share.y", "all", "share", number, 0.1 + 0.2, "") for number in range(4)]
    kpis = pd.DataFrame(rows, columns=["kpi", "group", "unit", "replication", "value", "note"])
    figures = figures_of(summarise(kpis))
    assert figures["wait.x.median", "all"] == Figure("days", 3.0, 1.52753, 3)
    assert figures["share.y", "all"] == Figure("share", 0.3, 0.0, 4)
