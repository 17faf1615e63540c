"""Waiting-time standards, lines of treatment and a waiting list, of patients typed by hand and worked out on paper.

Days are counted from the start of the measured year (365.25 days); one more year is followed.
"""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sim.errors import InputError
from sim.log import FIRST_CLINIC_WHY, Event
from sim.measures import measure
from sim.measures.intervals import Interval, Milestone, interval_of, intervals

D = 1440
END = 2 * 525_960

JOURNEYS = {
    # resection in good time; more treatments later; given a graft
    1: [
        (0, "referred", "", ""),
        (20, "diagnosed", "", ""),
        (30, "decided", "", "resect"),
        (50, "treated", "", "resection"),
        (60, "joined", "grafts", ""),
        (90, "started", "grafts", ""),
        (100, "treated", "", "tace"),
        (200, "treated", "", "resection"),
        (300, "treated", "", "tace"),
    ],
    # told late; active monitoring
    2: [(10, "referred", "", ""), (50, "diagnosed", "", ""), (60, "decided", "", "watch")],
    # an analogue first, a resection later, for which she waits long; still on the list at the end
    3: [
        (100, "referred", "", ""),
        (120, "diagnosed", "", ""),
        (130, "decided", "", "start_ssa"),
        (131, "treated", "", "ssa"),
        (200, "decided", "", "resect"),
        (260, "treated", "", "resection"),
        (270, "joined", "grafts", ""),
    ],
    # dies before anything is known
    4: [(200, "referred", "", ""), (230, "died", "", "cancer")],
    # referred and decided before the measured year, treated in it
    5: [
        (-100, "referred", "", ""),
        (-20, "diagnosed", "", ""),
        (-10, "decided", "", "resect"),
        (15, "treated", "", "resection"),
    ],
    # still waiting for a resection at the end; taken off the list
    6: [
        (300, "referred", "", ""),
        (310, "joined", "grafts", ""),
        (320, "withdrawn", "grafts", "plan_changed"),
        (340, "diagnosed", "", ""),
        (350, "decided", "", "resect"),
    ],
    # dies on the list; nobody had given her a diagnosis here
    7: [(80, "joined", "grafts", ""), (95, "died", "", "cancer")],
}
STAY = (1, 2, 3, 5, 6)

STARTED, STOPPED = "within_target", "within_target_of_stopped"
BY_HAND = {
    # 1: 20, 2: 40, 3: 20, 4: died, 6: 40; patient 5's clock ran before the year
    (f"wait.referral_to_diagnosis.{STARTED}", "all"): 2 / 5,
    (f"wait.referral_to_diagnosis.{STOPPED}", "all"): 2 / 4,
    # 1: 20, 3: 1 and then 60, 6: still waiting; patient 5 started before the year and was treated after 25 in it
    (f"wait.decision_to_treatment.{STARTED}", "all"): 2 / 4,
    (f"wait.decision_to_treatment.{STOPPED}", "all"): 3 / 4,
    ("wait.decision_to_treatment.stopped", "all"): 4,
    (f"wait.decision_to_treatment.{STARTED}", "first"): 2 / 3,
    (f"wait.decision_to_treatment.{STOPPED}", "first"): 1,
    (f"wait.decision_to_treatment.{STARTED}", "subsequent"): 0,
    (f"wait.decision_to_treatment.{STOPPED}", "subsequent"): 0,
    ("wait.decision_to_treatment.stopped", "subsequent"): 1,
    # 1: 50, 2: monitoring after 50, 3: an analogue after 31, 4: died, 6: still waiting; 5 took 115
    (f"wait.referral_to_clock_stop.{STARTED}", "all"): 3 / 5,
    (f"wait.referral_to_clock_stop.{STOPPED}", "all"): 3 / 4,
    # monitoring is no treatment
    (f"wait.referral_to_treatment.{STARTED}", "all"): 2 / 5,
    (f"wait.referral_to_treatment.{STOPPED}", "all"): 2 / 3,
    # nor is an analogue one of the liver
    (f"wait.referral_to_liver_treatment.{STARTED}", "all"): 1 / 5,
    (f"wait.referral_to_liver_treatment.{STOPPED}", "all"): 1 / 2,
    ("wait.referral_to_liver_treatment.ended_otherwise", "all"): 2,
    ("wait.referral_to_liver_treatment.median", "all"): math.nan,
    # lines are counted from when liver metastases were seen, without what runs beside: 1: four, 3: one
    ("treated.resection.per_year", "all"): 4,
    ("treated.resection.line_1_per_year", "all"): 2,
    ("treated.resection.line_2_per_year", "all"): 0,
    ("treated.resection.line_3_or_later_per_year", "all"): 1,
    ("treated.tace.line_2_per_year", "all"): 1,
    ("treated.tace.line_3_or_later_per_year", "all"): 1,
    ("treated.ssa.line_1_per_year", "all"): math.nan,
    # 30 days to a graft; died after 15; taken off after 10; still waiting
    ("offers.grafts.listed", "all"): 4,
    ("offers.grafts.used", "all"): 1,
    ("offers.grafts.removed", "all"): 1,
    ("offers.grafts.removed", "growth"): 1,
    ("offers.grafts.died_waiting", "all"): 1,
    ("wait.grafts.reached", "own"): 1,
    ("wait.grafts.median", "own"): math.nan,
    ("wait.grafts.mean_of_those_served", "own"): 30,
    ("died.undiagnosed.per_year", "all"): 2,
}


@pytest.fixture(scope="module")
def measured_with(log_of, patients_of, a_year, facts):
    """`measured_with(further)`: the measures of these journeys and of further rows (day, patient, event, reason)."""

    def build(further=()):
        return _measured(log_of, patients_of, a_year, facts, further)

    return build


@pytest.fixture(scope="module")
def kpis(measured_with):
    return measured_with().kpis


def _measured(log_of, patients_of, a_year, facts, further):
    rows = [(day * D, who, event, at, 0, why) for who, journey in JOURNEYS.items() for day, event, at, why in journey]
    rows += [(END, who, "left", "", 0, "horizon") for who in STAY]
    # why she was taken off the list is a number: that of the first of the clinic's reasons of this log
    rows.insert(0, (320 * D, 6, "lost", "", FIRST_CLINIC_WHY, "growth"))
    people = patients_of(dict.fromkeys(JOURNEYS, ("G2", False, -1)) | {1: ("G1", True, 20 * D), 3: ("G2", True, 0)})
    beside = [(day * D, who, event, "", 0, why) for day, who, event, why in further]
    return measure(log_of([*rows, *beside], [], ("grafts", "ward", "theatre", "board")), people, a_year, facts)


def test_decisions_on_what_goes_on_beside_are_counted_by_their_row_and_change_no_other_figure(kpis, measured_with):
    decided = [(day, who) for who, journey in JOURNEYS.items() for day, event, *_ in journey if event == "decided"]
    both = measured_with([(day, who, "decided", "beside") for day, who in decided])
    rows = both.kpis[both.kpis["group"] == "beside"]
    assert rows[["kpi", "value"]].to_numpy().tolist() == [["board.decided.per_year", 5.0]]
    pd.testing.assert_frame_equal(both.kpis.drop(rows.index).reset_index(drop=True), kpis)
    pd.testing.assert_frame_equal(both.flows, measured_with().flows)


@pytest.mark.parametrize(("kpi", "group"), BY_HAND)
def test_each_figure_is_the_one_worked_out_on_paper(kpis, figure, kpi, group):
    assert figure(kpis, kpi, group) == pytest.approx(BY_HAND[kpi, group], nan_ok=True)


def test_the_national_count_and_the_honest_one_differ_by_who_died_or_waits_and_by_when_it_is_counted(kpis, figure):
    honest = figure(kpis, "wait.decision_to_treatment.within_target")
    national = figure(kpis, "wait.decision_to_treatment.within_target_of_stopped")
    assert national > honest


def test_the_standards_are_those_of_the_national_service():
    standards = {its.name: (its.target, its.standard) for its in intervals() if its.standard is not None}
    assert standards == {
        "referral_to_diagnosis": (28, 0.75),
        "decision_to_treatment": (31, 0.96),
        "referral_to_clock_stop": (62, 0.85),
    }


def entry(**changed):
    return {"name": "a", "means": "b", "from": {"event": "referred"}, "to": [{"event": "treated"}]} | changed


def test_what_starts_and_stops_a_clock_is_read_from_the_data():
    assert interval_of(entry(ends=[{"event": "decided", "of": "no_treatment", "later": True}], target=14)) == Interval(
        "a",
        "b",
        Milestone(Event.REFERRED),
        (Milestone(Event.TREATED),),
        (Milestone(Event.DECIDED, "no_treatment", later=True),),
        14,
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"from": {"event": "refered"}},
            "sim/measures/intervals.yaml  intervals.a.from\n"
            "  found:    refered\n"
            "  expected: an event of the log\n"
            "  to do:    did you mean 'referred'?",
        ),
        (
            {"to": [{"event": "treated", "of": "liver"}]},
            "sim/measures/intervals.yaml  intervals.a.to\n"
            "  found:    treated of liver\n"
            "  expected: of: any, planned, liver_directed",
        ),
        (
            {"to": [{"event": "treated", "of": "planned"}]},
            "sim/measures/intervals.yaml  intervals.a.to\n"
            "  found:    treated of planned\n"
            "  expected: treated of any or of liver_directed, or a clock that starts at "
            "{event: decided, of: treatment}",
        ),
    ],
)
def test_a_milestone_that_there_is_not_is_an_error(changed, message):
    with pytest.raises(InputError) as error:
        interval_of(entry(**changed))
    assert str(error.value) == message
