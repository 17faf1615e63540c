"""Where patients go: paths by hand, and everybody on exactly one of them."""

from __future__ import annotations

import pytest

from sim.measures import Window
from sim.measures.flows import STAGES, flows, paths
from sim.measures.journeys import Journeys, People

YEAR = 525_960
SEEN = 1_000
WINDOW = Window(0, YEAR, 8 * YEAR)


def flows_of(log, patients, facts, window=WINDOW):
    return flows(paths(Journeys(log, People.of(patients), window), facts), 0)


@pytest.fixture
def path(log_of, patients_of, facts):
    """`path(events)`: the path of one patient, seen with liver metastases at minute 1,000, by stage."""

    def one(*events, window=WINDOW):
        end = (window.horizon - 1, 1, "left", "", 0, "horizon")
        gone = any(event in ("died", "left") for _, event, *_ in events)
        rows = [(0, 1, "arrived", "", 0, ""), (SEEN, 1, "measured", "", 0, "")]
        rows += [(minute, 1, event, "", 0, why) for minute, event, why in events] + ([] if gone else [end])
        (row,) = flows_of(log_of(rows), patients_of({1: ("G1", True, SEEN)}), facts, window).to_dict("records")
        assert row["patients"] == 1
        return tuple(row[stage] for stage in STAGES)

    return one


def test_an_operation_a_recurrence_and_another_operation(path):
    assert path(
        *((2_000, "decided", "resect"), (3_000, "treated", "resection"), (9_000, "recurred", "")),
        *((9_500, "decided", "resect"), (9_900, "treated", "resection")),
    ) == ("work_up", "resection", "resection", "recurred", "resection", "alive")


def test_whose_metastases_are_seen_after_a_decision_has_them_found_in_follow_up(path):
    assert path((500, "decided", "watch"), (2_000, "decided", "resect"))[:2] == ("follow_up", "resection")


def test_an_analogue_begun_beside_an_operation_is_not_the_first_treatment(path):
    for beside in ([(2_000, "treated", "ssa"), (2_000, "decided", "resect")],
                   [(2_000, "decided", "resect"), (2_000, "treated", "ssa")]):  # fmt: skip
        assert path(*beside, (3_000, "treated", "resection"))[2] == "resection"


def test_an_analogue_alone_is_the_first_treatment_and_what_a_later_decision_led_to_the_second(path):
    assert path(
        *((2_000, "treated", "ssa"), (2_000, "decided", "watch"), (9_000, "progressed", "")),
        *((9_500, "decided", "resect"), (9_900, "treated", "resection")),
    ) == ("work_up", "no_treatment", "ssa", "progressed", "resection", "alive")


def test_what_is_decided_beside_a_treatment_is_not_the_meetings_decision(path):
    rows = [(2_000, "decided", "resect"), (3_000, "treated", "resection"), (9_000, "progressed", "")]
    later = [(9_500, "decided", "resect"), (9_900, "treated", "resection")]
    beside = [(2_000, "decided", "beside"), (9_500, "decided", "beside")]
    assert path(*sorted([*beside, *rows, *later], key=lambda row: row[0])) == path(*rows, *later)
    assert path((500, "decided", "beside"), *rows)[0] == "work_up"
    # before its main decision, as the log writes it, or after
    assert path(*rows[:1], *beside[:1], *rows[1:])[1:3] == ("resection", "resection")


def test_further_courses_after_one_decision_are_no_second_treatment(path):
    assert path((2_000, "decided", "resect"), (3_000, "treated", "resection"), (4_000, "treated", "tace"))[4] == "none"


def test_who_dies_before_the_board_is_dead_in_every_stage_after(path):
    died = ("died",) * 4
    assert path((2_000, "died", "cancer")) == ("work_up", *died, "cancer")


def test_who_dies_before_the_treatment_that_was_decided_keeps_the_decision(path):
    assert path((2_000, "decided", "resect"), (2_500, "died", "cancer")) == (
        *("work_up", "resection", "died", "died", "died", "cancer"),
    )


def test_who_dies_after_growth_without_a_second_treatment_died_before_it(path):
    assert path(
        *((2_000, "decided", "resect"), (3_000, "treated", "resection"), (9_000, "progressed", "")),
        (9_500, "died", "other_cause"),
    ) == ("work_up", "resection", "resection", "progressed", "died", "other_cause")


def test_what_happens_after_five_years_is_not_looked_at(path):
    late = SEEN + 5 * YEAR
    early = path((2_000, "decided", "resect"), (late - 1, "treated", "resection"), (late, "died", "cancer"))
    assert early == ("work_up", "resection", "resection", "stable", "none", "alive")
    assert path((2_000, "decided", "resect"), (late, "treated", "resection"))[2] == "none"


def test_who_could_not_be_followed_for_five_years_is_told_apart_unless_she_died(path):
    short = Window(0, YEAR, 3 * YEAR)
    assert path((2_000, "decided", "resect"), window=short)[-1] == "not_followed"
    assert path((2_000, "decided", "resect"), (3_000, "died", "cancer"), window=short)[-1] == "cancer"
    assert path((2_000, "decided", "watch"), (3_000, "left", "discharged"), window=short)[-1] == "left"


def test_everybody_whose_metastases_were_first_seen_in_the_measured_period_is_on_one_path(log_of, patients_of, facts):
    people = {number: ("G1", True, minute) for number, minute in enumerate((-1, 0, 7, YEAR - 1, YEAR, 2 * YEAR))}
    log = log_of([(0, number, "arrived", "", 0, "") for number in people])
    assert flows_of(log, patients_of(people), facts)["patients"].sum() == 3


def test_nobody_makes_an_empty_table(log_of, patients_of, facts):
    assert flows_of(log_of([]), patients_of({}), facts).empty
