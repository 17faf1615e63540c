"""The answer in words says what the summary says, no more certainly than it is known."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sim import read_scenario
from sim.report.answer import answer
from sim.report.overload import Asked, overloaded

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


def summary_with_years(kpi, group, unit, mean, low, high):
    row = (kpi, group, unit, mean, NAN, mean - 1, mean + 1, 8, 0, "", low, high, 40)
    columns = ["kpi", "group", "unit", "mean", "sd", "lower", "upper", "replications", "missing", "note"]
    return pd.DataFrame([row], columns=[*columns, "year_low", "year_high", "years"])


@pytest.mark.parametrize(
    ("kpi", "unit", "mean", "low", "high", "says"),
    [
        ("count.nelm_seen.per_year", "per year", 35.2, 28.0, 43.0, "35 (34-36)   28-43"),
        ("died.undiagnosed.per_year", "per year", 3.0, 2.0, 2.0, "3.0 (2.0-4.0)  2"),
        ("wait.referral_to_decision.median", "days", 37.0, 31.4, math.inf, "37 (36-38)      31-not reached"),
    ],
)
def test_a_single_year_stands_beside_the_mean_and_its_interval(scenario, kpi, unit, mean, low, high, says):
    text = answer(scenario, summary_with_years(kpi, "all", unit, mean, low, high), 8)
    assert " ".join(says.split()) in " ".join(text.split())
    assert "`single year` is what a planner may live through" in " ".join(text.split())


def test_the_national_share_stands_beside_the_honest_one_and_the_standard(scenario):
    whole = pd.concat(
        [
            summary_with_years("wait.referral_to_clock_stop.within_target_of_stopped", "all", "share", 0.7, 0.6, 0.8),
            summary_with_years("wait.referral_to_clock_stop.within_target", "all", "share", 0.5, 0.4, 0.6),
        ]
    )
    (found,) = [line for line in answer(scenario, whole, 8).splitlines() if line.startswith("treated or watched")]
    assert found.split()[-6:] == ["70", "(0-100)", "60-80", "50", "(0-100)", "85"]


def with_list(scenario, used, growth, sd, load=None, overrun=None, replications=8):
    """The answer where the theatre has this use, growth and load; and what it says of the theatre at its end."""
    columns = ["kpi", "group", "unit", "mean", "sd", "lower", "upper", "replications", "missing", "note"]
    rows = [
        ("queue.theatre.growth", "all", "waiting", growth, sd, NAN, NAN, replications, 0, ""),
        ("use.theatre.share", "all", "share", used, 0.01, used, used, replications, 0, ""),
    ]
    loads = {} if load is None else {"theatre": Asked(load, overrun or load)}
    text = answer(scenario, pd.DataFrame(rows, columns=columns), replications, loads)
    assert max(map(len, text.splitlines())) <= 100
    body, mark, said = text.partition("\n\n! ")
    assert "Time with liver metastases" in body, "warnings are the last thing seen"
    return " ".join(said.split()) if mark else ""


def test_a_list_of_which_more_is_asked_than_there_is_is_warned_of_whatever_its_queue_did(scenario):
    assert with_list(scenario, 0.96, 12.3, 40.0, 1.07) == (
        "Theatre: more is asked than there is: 107 % of its opening time; 96 % used; its queue grew by 12 people "
        "over the measured years; figures that hang on it say little."
    )
    assert "its queue fell by 3 people" in with_list(scenario, 0.96, -3.0, 1.0, 1.0)
    assert with_list(scenario, NAN, NAN, NAN, math.inf).startswith(
        "Theatre: more is asked than there is: it is never open"
    )


def test_overrun_that_keeps_up_is_told_beside_the_load_without_it(scenario):
    said = with_list(scenario, 0.96, 12.3, 1.0, 1.07, 0.99)
    assert said.startswith(
        "Theatre: more is asked than is open, and only overrun keeps up: 107 % of its opening time, 99 % with the "
        "overrun it is allowed; 96 % used;"
    )
    assert "more is asked than there is" in with_list(scenario, 0.96, 12.3, 1.0, 1.2, 1.1)


def test_below_that_a_list_is_told_of_if_nearly_all_is_used_and_its_queue_surely_grew(scenario):
    said = with_list(scenario, 0.97, 45.0, 8.0, 0.98)
    assert said == (
        "Theatre: nearly all of it is used, 97 %, and its queue grew by 45 people over the measured years; 98 % of its "
        "opening time is asked for; its waits may still be growing."
    )
    assert "more is asked than there is" not in said


@pytest.mark.parametrize(
    ("used", "growth", "sd", "load"),
    [
        (0.81, 45.0, 8.0, 0.82),  # grew, and has room: it wavers
        (0.94, 45.0, 8.0, None),
        (0.97, -45.0, 8.0, 0.98),  # it shrank
        (0.97, 45.0, 50.0, 0.98),  # sure of one list (t = 2.5), not of eleven
    ],
)
def test_a_queue_that_may_only_waver_is_not_warned_of(scenario, used, growth, sd, load):
    assert with_list(scenario, used, growth, sd, load) == ""


@pytest.mark.parametrize(("replications", "runs"), [(1, "1 replication"), (3, "3 replications")])
def test_few_replications_say_that_growth_is_hardly_to_be_told_from_chance(scenario, replications, runs):
    said = with_list(scenario, 0.97, 45.0, NAN if replications == 1 else 1.0, 0.98, replications=replications)
    assert said.endswith(f"with {runs} growth is hardly to be told from chance.")


def test_the_fullest_list_comes_first():
    columns = ["kpi", "group", "mean", "sd", "replications"]
    nobody = pd.DataFrame([], columns=columns)
    loads = {"ct": Asked(1.1, 1.1), "mri": Asked(1.3, 1.3), "pet": Asked(0.9, 0.9)}
    assert [said[:3] for said in overloaded(["ct", "mri", "pet"], nobody, 8, loads)] == ["MRI", "CT:"]


@pytest.mark.parametrize(("replications", "told"), [(1, False), (2, True), (4, True), (5, False)])
def test_few_replications_say_how_many_make_intervals_worth_reading(line, replications, told):
    _, text = line("CT", "use.ct.share", "all", "share", 0.5, 0.1, 0.9, replications=replications)
    said = "So few replications make intervals wide, or by chance narrow; from 5 on (--replications 5) they are worth"
    assert (said in " ".join(text.split())) == told
