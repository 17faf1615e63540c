"""The answer in words says what the summary says, no more certainly than it is known."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sim import read_scenario
from sim.report.answer import answer

NAN = math.nan


@pytest.fixture(scope="module")
def scenario(baseline):
    return read_scenario(str(baseline))


@pytest.fixture
def line(scenario):
    """The line of the answer that begins with some words, where the summary has this one row."""

    def find(begins, kpi, group, unit, mean, lower=NAN, upper=NAN, replications=8, missing=0):
        columns = ["kpi", "group", "unit", "mean", "sd", "lower", "upper", "replications", "missing", "note"]
        row = (kpi, group, unit, mean, NAN, lower, upper, replications, missing, "")
        text = answer(scenario, pd.DataFrame([row], columns=columns), replications + missing)
        found = [line for line in text.splitlines() if line.startswith(begins)]
        return found[0], " ".join(text.split())

    return find


@pytest.mark.parametrize(
    ("mean", "lower", "upper", "says"),
    [
        (31.25, 29.9, 32.8, "31 (30-33)"),
        (4.94, 4.7, 5.2, "4.9 (4.7-5.2)"),
        (0.4, -0.1, 0.8, "0.4 (0.0-0.8)"),  # a t-interval does not know that nobody waits for less than no time
        (12.0, NAN, NAN, "12 "),
    ],
)
def test_a_figure_has_as_many_digits_as_it_deserves_and_its_interval(line, mean, lower, upper, says):
    assert f"  {says}" in line("CT", "wait.ct.median", "own", "days", mean, lower, upper)[0] + "  "


def test_a_share_is_in_per_cent_and_stays_between_nought_and_a_hundred(line):
    assert "97 (92-100)" in line("CT", "use.ct.share", "all", "share", 0.97, 0.92, 1.02)[0]


def test_a_count_of_the_measured_period_is_told_per_year(line):
    found, _ = line("referral to diagnosis", "wait.referral_to_diagnosis.died_waiting", "all", "waits", 10.0, 5.0, 15.0)
    assert found.endswith("2.0 (1.0-3.0)")  # five measured years


def test_a_figure_that_some_did_not_reach_is_marked_and_explained(line):
    found, text = line("CT", "wait.ct.p90", "own", "days", 31.0, 30.0, 32.0, replications=6, missing=2)
    assert "31 (30-32) *" in found
    assert "* Not reached in some replications; the mean is over the others, and flatters." in text


@pytest.mark.parametrize(("replications", "missing"), [(4, 4), (1, 7), (0, 8)])
def test_a_figure_that_half_did_not_reach_is_not_told(line, replications, missing):
    mean = 31.0 if replications else NAN
    found, _ = line("CT", "wait.ct.p90", "own", "days", mean, replications=replications, missing=missing)
    assert "not reached" in found
    assert "31" not in found


def test_one_replication_has_no_intervals_and_says_so(line):
    _, text = line("CT", "use.ct.share", "all", "share", 0.5, replications=1)
    assert "From 1 replication of 5 years" in text
    assert "One replication has no intervals" in text


def test_where_nothing_was_finished_it_says_so(scenario):
    assert answer(scenario, None, 0).endswith("No replication was finished.")
