"""Figures that what-ifs are read off: sessions of a course, stage at diagnosis, eligibility lost by grade; by hand."""

from __future__ import annotations

import math

import pytest

from sim.errors import InputError
from sim.measures import Facts, measure

D = 1440
END = 2 * 525_960
FACTS = Facts(
    kinds={"ir_list": "list", "board": "list"},
    board="board",
    plans={"embolise": "tae", "dose": "prrt"},
    beside=frozenset({"beside"}),
    background=frozenset({"ssa"}),
    sessions={"tae": "ir_list", "tare": "ir_list", "prrt": "board"},
)
JOURNEYS = {
    # two sides 28 days apart; the gap to the next course is none
    1: [
        (5, "measured", "", 20_000, ""),
        (10, "diagnosed", "", 200, ""),
        (20, "decided", "", 0, "beside"),
        (20, "decided", "", 0, "embolise"),
        (30, "started", "ir_list", 120, ""),
        (30, "treated", "", 1, "tae"),
        (58, "started", "ir_list", 120, ""),
        (58, "completed", "", 2, "tae"),
        (90, "decided", "", 0, "embolise"),
        (100, "started", "ir_list", 120, ""),
        (100, "treated", "", 2, "tae"),
        (156, "started", "ir_list", 120, ""),
    ],
    # a mapping before the first session is no session; the second side never comes; an ablation later is none of it
    2: [
        (7, "measured", "", 0, ""),
        (20, "diagnosed", "", 200, ""),
        (40, "started", "ir_list", 120, ""),
        (60, "started", "ir_list", 120, ""),
        (60, "treated", "", 1, "tare"),
        (70, "lost", "", 0, "tare"),
        (99, "started", "ir_list", 120, ""),
    ],
    # the analogue of the same meeting interrupts no course; a decision does
    3: [
        (10, "started", "ir_list", 120, ""),
        (10, "treated", "", 1, "tae"),
        (15, "decided", "", 0, "beside"),
        (15, "treated", "", 2, "ssa"),
        (52, "started", "ir_list", 120, ""),
        (60, "decided", "", 0, "dose"),
        (70, "started", "ir_list", 120, ""),
        (80, "lost", "", 0, "prrt"),
    ],
    # diagnosed twice over: the first counts; seen later than that, so not metastatic then
    4: [(30, "measured", "", -1, ""), (31, "diagnosed", "", 100, ""), (90, "measured", "", 9_000, "")],
    # the liver was not assessed, though metastases were seen
    5: [(50, "measured", "", -1, ""), (50, "diagnosed", "", 100, "")],
    # diagnosed before the measured year
    6: [(-20, "measured", "", 500_000, ""), (-10, "diagnosed", "", 100, ""), (5, "lost", "", 0, "tae")],
    # her first session before it, her second in it
    7: [(-40, "started", "ir_list", 120, ""), (-40, "treated", "", 1, "tae"), (2, "started", "ir_list", 120, "")],
}
PATIENTS = {
    1: ("G2", False, 5 * D), 2: ("G1", False, -1), 3: ("G2", True, -1), 4: ("G1", False, 90 * D),
    5: ("NEC", True, 50 * D), 6: ("NEC", True, -20 * D), 7: ("G1", False, -1),
}  # fmt: skip
BY_HAND = {
    # 28, 56; 42; 42: the middle of four, and the last of them
    ("course.tae.spacing.median", "all"): 42,
    ("course.tae.spacing.p90", "all"): 56,
    ("course.tare.spacing.median", "all"): math.nan,
    ("course.prrt.spacing.median", "all"): math.nan,
    # 1, 2, 4, 5, of whom 1 and 5 were known to have liver metastases
    ("stage.at_diagnosis.patients", "all"): 4,
    ("stage.at_diagnosis.metastatic.share", "all"): 1 / 2,
    ("stage.at_diagnosis.burden.median", "all"): 0.02,
    ("stage.at_diagnosis.patients", "pancreas"): 1,
    ("stage.at_diagnosis.metastatic.share", "pancreas"): 1,
    ("stage.at_diagnosis.metastatic.share", "small_intestine"): 1 / 3,
    ("stage.at_diagnosis.burden.median", "pancreas"): math.nan,
    # 2: TARE, 3: PRRT, 6: TAE
    ("lost.while_waiting.per_year", "all"): 3,
    ("lost.while_waiting.per_year", "G1"): 1,
    ("lost.while_waiting.per_year", "G2"): 1,
    ("lost.while_waiting.per_year", "NEC"): 1,
    ("lost.while_waiting.per_year", "tare"): 1,
}


@pytest.fixture(scope="module")
def kpis(log_of, patients_of, a_year):
    rows = [(day * D, who, *rest) for who, journey in JOURNEYS.items() for day, *rest in journey]
    rows += [(END, who, "left", "", 0, "horizon") for who in JOURNEYS]
    people = patients_of(PATIENTS)
    people["site"] = ["pancreas" if number == 5 else "small_intestine" for number in people["patient"]]
    return measure(log_of(rows, [], ("ir_list", "board")), people.sample(frac=1, random_state=1), a_year, FACTS).kpis


@pytest.mark.parametrize(("kpi", "group"), BY_HAND)
def test_each_figure_is_the_one_worked_out_on_paper(kpis, figure, kpi, group):
    assert figure(kpis, kpi, group) == pytest.approx(BY_HAND[kpi, group], nan_ok=True)


def test_sessions_are_given_on_a_list_that_there_is():
    with pytest.raises(InputError, match=r"facts\.sessions\.tae"):
        Facts(kinds={"ward": "place"}, sessions={"tae": "ward"})
