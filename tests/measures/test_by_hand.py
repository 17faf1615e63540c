"""Six patients and a small hospital typed by hand, and each of their figures worked out on paper.

Days are counted from the start of the measured year (365.25 days); one more year is followed.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sim.measures import measure, measure_parts, summarise

D = 1440
END = 2 * 525_960

JOURNEYS = {
    # treated as planned, after having been taken off the list once
    1: [
        (0, "arrived", "", 0, ""),
        (10, "referred", "", 0, ""),
        (30, "diagnosed", "", 200, ""),
        (30, "joined", "board", 0, ""),
        (35, "called", "board", 0, ""),
        (35, "started", "board", 20, ""),
        (35, "finished", "board", 20, ""),
        (35, "decided", "", 1, "resect"),
        (35, "joined", "theatre", 1, ""),
        (40, "booked", "theatre", 42 * D, ""),
        (42, "cancelled", "theatre", 42 * D, "no_second"),
        (43, "booked", "theatre", 49 * D, ""),
        (49, "called", "theatre", 0, ""),
        (49, "started", "theatre", 300, ""),
        (49, "treated", "", 1, "resection"),
        (49, "started", "ward", 7 * D, ""),
        (56, "finished", "ward", 7 * D, ""),
    ],
    # dies before anything is known
    2: [(5, "arrived", "", 0, ""), (25, "referred", "", 0, ""), (60, "died", "", 0, "cancer")],
    # needs no treatment and leaves alive
    3: [
        (100, "arrived", "", 0, ""),
        (110, "referred", "", 0, ""),
        (120, "diagnosed", "", 100, ""),
        (120, "joined", "board", 0, ""),
        (130, "called", "board", 0, ""),
        (130, "started", "board", 20, ""),
        (130, "decided", "", 1, "watch"),
        (400, "left", "", 0, "discharged"),
    ],
    # loses what was planned while waiting for it; put off once at the board; then a drug; dies in the second year
    4: [
        (200, "arrived", "", 0, ""),
        (210, "referred", "", 0, ""),
        (240, "diagnosed", "", 900, ""),
        (240, "joined", "board", 0, ""),
        (250, "called", "board", 0, ""),
        (250, "started", "board", 20, ""),
        (250, "decided", "", 1, "resect"),
        (250, "joined", "theatre", 1, ""),
        (251, "treated", "", 1, "ssa"),
        (300, "lost", "", 0, "resection"),
        (300, "withdrawn", "theatre", 0, "plan_changed"),
        (300, "joined", "board", 0, ""),
        (303, "called", "board", 0, ""),
        (303, "started", "board", 20, ""),
        (303, "deferred", "", 0, "imaging"),
        (303, "joined", "board", 0, ""),
        (310, "called", "board", 0, ""),
        (310, "started", "board", 20, ""),
        (310, "decided", "", 2, "start_ssa"),
        (311, "treated", "", 2, "ssa"),
        (700, "died", "", 0, "cancer"),
    ],
    # still waiting at the end
    5: [(360, "arrived", "", 0, ""), (365, "referred", "", 0, "")],
    # comes after the measured year
    6: [(400, "arrived", "", 0, ""), (401, "referred", "", 0, ""), (402, "treated", "", 1, "tace")],
}
STAYS = (1, 5, 6)

HOSPITAL = [
    (42, "theatre", "opened", -1, 480, ""),
    (40, "theatre", "joined", 1001, 1, ""),
    (42, "theatre", "started", 1001, 240, ""),
    (43, "theatre", "closed", -1, 240, ""),
    (49, "theatre", "opened", -1, 480, ""),
    (41, "theatre", "joined", 1002, 1, ""),
    (49, "theatre", "missed", 1002, 120, "did_not_attend"),
    (50, "theatre", "closed", -1, 420, ""),
    (56, "theatre", "off", -1, 480, "sitting_off"),
    *((day, "board", "opened", -1, 90, "") for day in (35, 130, 250, 303, 310, 317)),
    *((day + 1, "board", "closed", -1, used, "") for day, used in ((35, 30), (130, 20), (250, 20), (303, 20))),
    *((day + 1, "board", "closed", -1, used, "") for day, used in ((310, 20), (317, 0))),
    (30, "board", "joined", 2001, 0, ""),
    (35, "board", "started", 2001, 10, ""),
    (0, "ward", "capacity", -1, 2, ""),
    (49, "ward", "occupied", -1, 1, ""),
    (52, "ward", "occupied", -1, 2, ""),
    (56, "ward", "occupied", -1, 1, ""),
    (60, "ward", "occupied", -1, 0, ""),
    (50, "ward", "joined", 3001, 0, ""),
    (52, "ward", "started", 3001, 8 * D, ""),
    (60, "ward", "finished", 3001, 8 * D, ""),
    (90, "grafts", "offered", -1, 0, ""),
    (90, "grafts", "unused", -1, 0, ""),
    (91, "grafts", "offered", -1, 1, ""),
    (91, "grafts", "unused", -1, 1, ""),
]

BY_HAND = {
    # 10, 20, 10, 10, 5 days
    ("wait.symptom_to_referral.started", "all"): 5,
    ("wait.symptom_to_referral.median", "all"): 10,
    ("wait.symptom_to_referral.p90", "all"): 20,
    ("wait.symptom_to_referral.mean_of_those_served", "all"): 11,
    ("wait.symptom_to_referral.started", "nelm"): 1,  # only patient 1 has them from the start
    # 20, died at 35, 10, 30, still waiting
    ("wait.referral_to_diagnosis.reached", "all"): 3,
    ("wait.referral_to_diagnosis.died_waiting", "all"): 1,
    ("wait.referral_to_diagnosis.still_waiting", "all"): 1,
    ("wait.referral_to_diagnosis.median", "all"): 30,
    ("wait.referral_to_diagnosis.p90", "all"): math.nan,
    ("wait.referral_to_diagnosis.mean_of_those_served", "all"): 20,
    ("wait.referral_to_diagnosis.within_target", "all"): 2 / 5,
    # 25, died, 20, 40, still waiting
    ("wait.referral_to_decision.median", "all"): 40,
    # 14; 50 and then no longer eligible (the background drug is not what was waited for); 1
    ("wait.decision_to_treatment.started", "all"): 3,
    ("wait.decision_to_treatment.reached", "all"): 2,
    ("wait.decision_to_treatment.ended_otherwise", "all"): 1,
    ("wait.decision_to_treatment.median", "all"): 14,
    ("wait.decision_to_treatment.within_target", "all"): 2 / 3,
    ("wait.decision_to_treatment.started", "resection"): 2,
    ("wait.decision_to_treatment.p90", "resection"): math.nan,
    ("wait.decision_to_treatment.reached", "liver_directed"): 1,
    ("wait.decision_to_treatment.median", "ssa"): 1,
    ("wait.decision_to_treatment.started", "nelm"): 3,
    # 39, died at 35, no treatment planned at 20, 41 (a drug is a treatment), still waiting
    ("wait.referral_to_treatment.reached", "all"): 2,
    ("wait.referral_to_treatment.died_waiting", "all"): 1,
    ("wait.referral_to_treatment.ended_otherwise", "all"): 1,
    ("wait.referral_to_treatment.still_waiting", "all"): 1,
    ("wait.referral_to_treatment.median", "all"): math.nan,
    ("wait.referral_to_treatment.within_target", "all"): 2 / 5,
    # patient 1 waits 14 days through her cancellation, patient 4 is taken out after 50
    ("wait.theatre.started", "own"): 2,
    ("wait.theatre.median", "own"): 14,
    ("wait.theatre.ended_otherwise", "own"): 1,
    ("wait.theatre.started", "competing"): 2,
    ("wait.theatre.still_waiting", "competing"): 1,
    ("queue.theatre.mean", "own"): 64 / 365.25,
    ("queue.theatre.mean", "competing"): (2 + 365.25 - 41) / 365.25,
    ("queue.theatre.mean", "all"): (64 + 2 + 365.25 - 41) / 365.25,
    ("queue.theatre.longest", "own"): 1,
    ("queue.theatre.longest", "all"): 3,
    # 5, 10, 10, 3, 7 days at the board
    ("wait.board.median", "own"): 7,
    # two sittings of 480 minutes: 300 own, 240 competing, 120 for one who did not come
    ("use.theatre.share", "all"): 660 / 960,
    ("use.theatre.share", "own"): 300 / 960,
    ("use.theatre.share", "competing"): 240 / 960,
    ("use.theatre.share", "spent_on_nobody"): 120 / 960,
    ("sittings.theatre.per_year", "all"): 2,
    ("sittings_off.theatre.per_year", "all"): 1,
    ("sittings_off.theatre.per_year", "sitting_off"): 1,
    ("cancelled.theatre.per_year", "all"): 1,
    ("cancelled.theatre.per_year", "own"): 1,
    ("cancelled.theatre.per_year", "competing"): 0,
    ("cancelled.theatre.per_year", "no_second"): 1,
    ("missed.theatre.per_year", "competing"): 1,
    ("missed.theatre.share", "all"): 1 / 3,
    # 7 own and 8 competing bed days of 2 beds all year
    ("use.ward.share", "all"): 15 / 730.5,
    ("use.ward.share", "own"): 7 / 730.5,
    ("use.ward.share", "competing"): 8 / 730.5,
    ("use.ward.places", "all"): 15 / 365.25,
    ("use.ward.capacity", "all"): 2,
    ("use.ward.full", "all"): 4 / 365.25,
    ("use.ward.over_capacity", "all"): 0,
    ("offers.grafts.offered", "all"): 2,
    ("offers.grafts.lost_to_centre", "all"): 2,
    ("board.meetings.per_year", "all"): 6,
    ("board.cases_per_meeting.mean", "all"): 1,
    ("board.cases_per_meeting.mean", "own"): 5 / 6,
    ("board.discussed.per_year", "own"): 5,
    ("board.decided.per_year", "all"): 4,
    ("board.decided.per_year", "resect"): 2,
    ("board.deferred.per_year", "all"): 1,
    ("board.deferred.per_year", "imaging"): 1,
    ("board.deferred.share", "all"): 1 / 5,
    ("treated.resection.per_year", "all"): 1,
    ("treated.ssa.per_year", "all"): 2,
    ("treated.ssa.first_per_year", "all"): 1,
    ("treated.tace.per_year", "all"): 0,  # patient 6 had hers after the measured year
    ("lost.while_waiting.per_year", "all"): 1,
    ("lost.while_waiting.per_year", "resection"): 1,
    ("lost.while_waiting.per_year", "tace"): 0,
    ("died.between_referral_and_treatment.per_year", "all"): 1,
    ("died.between_decision_and_treatment.per_year", "all"): 0,
    ("count.arrived.per_year", "all"): 5,
    ("count.died.per_year", "all"): 1,
    ("count.nelm_seen.per_year", "all"): 2,
    # 710.5 days and alive; 470 days and dead
    ("outcome.os_from_nelm.y1", "all"): 1,
    ("outcome.os_from_nelm.y3", "all"): math.nan,
    ("outcome.os_from_nelm.median", "all"): 470 / 365.25,
    ("outcome.os_from_nelm.median", "G1"): math.nan,
    ("outcome.os_from_nelm.patients", "G2"): 1,
}


@pytest.fixture(scope="module")
def events():
    rows = [(day * D, who, *rest) for who, journey in JOURNEYS.items() for day, *rest in journey]
    return rows + [(END, who, "left", "", 0, "horizon") for who in STAYS]


@pytest.fixture(scope="module")
def people(patients_of):
    rows = dict.fromkeys(JOURNEYS, ("G2", False, -1))
    return patients_of(rows | {1: ("G1", True, 20 * D), 4: ("G2", False, 230 * D)})


@pytest.fixture(scope="module", params=["whole", "in parts"])
def measured(request, log_of, events, people, a_year, facts):
    happenings = [(day * D, *rest) for day, *rest in HOSPITAL]
    log = log_of(events, happenings, ("grafts", "ward", "theatre", "board"), replication=3)
    if request.param == "whole":
        return measure(log, people, a_year, facts)
    parts = [log.events[np.isin(log.events[:, 0], which)] for which in ([4, 1], [2, 6], [5, 3])]
    return measure_parts(log, parts, np.array_split(log.resources, 5), people, a_year, facts)


@pytest.mark.parametrize(("kpi", "group"), BY_HAND)
def test_each_figure_is_the_one_worked_out_on_paper(measured, figure, kpi, group):
    assert figure(measured.kpis, kpi, group) == pytest.approx(BY_HAND[kpi, group], nan_ok=True)


def test_a_figure_that_was_not_reached_is_null_and_says_why(measured):
    kpis = measured.kpis
    empty = kpis[kpis["value"].isna()]
    assert (empty["note"] != "").all()
    assert (kpis.loc[kpis["value"].notna(), "note"] == "").all()
    p90 = empty[(empty["kpi"] == "wait.referral_to_diagnosis.p90") & (empty["group"] == "all")]
    assert p90["note"].tolist() == ["fewer than 90% of those who started got there"]


def test_no_figure_stands_in_the_table_twice(measured):
    assert not measured.kpis.duplicated(["kpi", "group"]).any()


def test_the_waits_table_has_each_wait_of_the_measured_year_with_its_end(measured):
    waits = measured.waits
    rows = waits[waits["interval"] == "decision_to_treatment"]
    assert rows[["patient", "group", "days", "outcome"]].to_numpy().tolist() == [
        [1, "resection", 14.0, "reached"],
        [4, "resection", 50.0, "ended"],
        [4, "ssa", 1.0, "reached"],
    ]
    assert set(waits["replication"]) == {3}
    assert 6 not in set(waits["patient"])


def test_the_small_tables_hold_what_the_pictures_show(measured):
    assert measured.board[["cases", "meetings"]].to_numpy().tolist() == [[0, 1], [1, 4], [2, 1]]
    assert measured.treatments[["treatment", "year", "courses", "first_courses"]].to_numpy().tolist() == [
        ["resection", 0, 1, 1],
        ["ssa", 0, 2, 1],
    ]
    assert measured.losses[["what", "group", "count"]].to_numpy().tolist() == [
        ["died", "between_referral_and_treatment", 1],
        ["lost", "resection", 1],
    ]
    beds = measured.occupancy
    assert beds["level"].tolist() == [0, 1, 2]
    assert beds["share"].to_numpy() * 365.25 == pytest.approx([354.25, 7, 4])
    assert measured.survival[["patient", "days", "died", "grade"]].to_numpy().tolist() == [
        [1, 710.5, False, "G1"],
        [4, 470.0, True, "G2"],
    ]
    assert measured.cancellations[["resource", "what", "who", "why", "count"]].to_numpy().tolist() == [
        ["theatre", "cancelled", "own", "no_second", 1],
        ["theatre", "missed", "competing", "did_not_attend", 1],
        ["theatre", "off", "", "sitting_off", 1],
    ]


def test_the_order_of_the_patient_table_changes_nothing(measured, log_of, events, people, a_year, facts):
    happenings = [(day * D, *rest) for day, *rest in HOSPITAL]
    log = log_of(events, happenings, ("grafts", "ward", "theatre", "board"), replication=3)
    again = measure(log, people.iloc[::-1], a_year, facts)
    for name, table in measured.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name])


def test_the_summary_of_one_replication_has_its_figures_and_no_intervals(measured):
    summary = summarise(measured.kpis).set_index(["kpi", "group"])
    assert summary.loc[("use.theatre.share", "own"), "mean"] == pytest.approx(300 / 960)
    assert summary["lower"].isna().all()
    assert summary.loc[("wait.referral_to_treatment.median", "all"), "missing"] == 1
