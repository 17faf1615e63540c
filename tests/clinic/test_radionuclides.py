"""PRRT a second time, and what radionuclides leave behind: marrow, kidneys, and perhaps a liver that has had both."""

from __future__ import annotations

import math

import pytest

from sim.clinic.board import Finding
from sim.clinic.boardfile import read_board
from sim.clinic.disease import Alarm
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import Phase
from sim.clinic.protocols import Family, Role, Treatment
from sim.clinic.stages import FIRST_CAUSE, FIRST_MAIN_ROW, FIRST_TREATMENT, Cause, Stage
from sim.log import Event
from sim.steps import NEVER, Ring

DAY, YEAR, MONTH = 1440, 525_960, 43_830
PRRT = FIRST_TREATMENT + Treatment.PRRT
CERTAIN = {"board_deferral": "0 %", "board_adherence": "100 %", "liver_volume_ml": 1600}
GROWING = {
    "liver_metastases": "present", "pattern": "type_3", "lesions": 20, "largest_cm": 6, "liver_burden_pct": 20,
    "extrahepatic": "present", "differentiation": "well", "ki67_pct": 8, "receptors": "positive",
    "progressing": "present", "analogue": "present", "prrt_had": 1, "targeted_had": 0, "chemotherapies_had": 0,
}  # fmt: skip


@pytest.fixture
def given(patient_with, doors):
    """`given(treatment, now, course, **evidence)`: the first cycle of a course in one patient."""

    def make(treatment: Treatment = Treatment.PRRT, now: int = 0, world=None, course: int = 1, **evidence):
        world = world or patient_with((share_of(3, 1600.0), 0, 1), **evidence)
        c = world.courses[0]
        c.treatment, c.session, c.courses_made = treatment, 0, course
        doors.give(world, 0, now)
        return world

    return make


def decided(world, care, now: int) -> str:
    """The row of the main table that decides on her."""
    asked = care.step(world, Stage.DISCUSSED, now)
    names = read_board().row_names("main")
    return [names[why - FIRST_MAIN_ROW] for event, _, why in asked.notes if event == Event.DECIDED and
            FIRST_MAIN_ROW <= why < FIRST_MAIN_ROW + len(names)][-1]  # fmt: skip


@pytest.mark.parametrize(("months", "row"), [(19, "prrt_again"), (17, "targeted_elsewhere")])
def test_who_has_been_held_for_a_year_and_a_half_is_offered_radionuclides_again(given, care, months, row):
    world = given(prrt_toxicity="0 %", **CERTAIN)
    world.traits[0].egfr, world.traits[0].site, world.courses[0].had_disease = 90.0, 0, 1
    care.with_findings(world, **GROWING)
    assert decided(world, care, months * MONTH) == row


def test_the_second_course_is_shorter_and_counts_as_a_course_of_radionuclides(given):
    world = given(Treatment.PRRT_AGAIN, 10 * YEAR, course=2)
    protocols = world.protocols
    assert protocols[Treatment.PRRT_AGAIN].sessions == 2 < protocols[Treatment.PRRT].sessions
    assert protocols[Treatment.PRRT_AGAIN].family == Family.SYSTEMIC
    assert (protocols[Treatment.PRRT_AGAIN].role, protocols[Treatment.PRRT_AGAIN].second) == (Role.PRRT, Role.PRRT_ROOM)
    assert world.findings[0, Finding.PRRT_HAD] == 1
    assert world.courses[0].prrt_at == 10 * YEAR


# ------------------------------------------------------------------ kidneys


def test_the_kidneys_filter_less_each_year_from_the_first_course_on(given, care):
    world = given(prrt_kidney_loss="0.04 per year", prrt_toxicity="0 %", **CERTAIN)
    world.traits[0].egfr, world.courses[0].had_disease = 90.0, 1
    given(Treatment.PRRT_AGAIN, 3 * YEAR, world, course=2)
    care.with_findings(world, **GROWING)
    care.step(world, Stage.DISCUSSED, 10 * YEAR)
    assert world.findings[0, Finding.EGFR_ML_MIN] == pytest.approx(90 * math.exp(-0.4))


def test_without_radionuclides_they_do_not(patient_with, care):
    world = patient_with((share_of(3, 1600.0), 0, 1), **CERTAIN)
    world.traits[0].egfr, world.courses[0].had_disease = 90.0, 1
    care.step(world, Stage.DISCUSSED, 10 * YEAR)
    assert world.findings[0, Finding.EGFR_ML_MIN] == 90
    assert math.isnan(world.findings[0, Finding.PRRT_MONTHS])


@pytest.mark.parametrize(("egfr", "row"), [(36.0, "prrt_again"), (30.5, "targeted_elsewhere")])
def test_kidneys_that_have_lost_too_much_bar_another_course(given, care, egfr, row):
    """30.5 mL/min were enough for the first one."""
    world = given(prrt_toxicity="0 %", prrt_kidney_loss="0.04 per year", **CERTAIN)
    world.traits[0].egfr, world.traits[0].site, world.courses[0].had_disease = egfr, 0, 1
    care.with_findings(world, **GROWING)
    assert decided(world, care, 3 * YEAR) == row


# ------------------------------------------------------------------ marrow


@pytest.mark.parametrize(("share", "fails"), [("100 %", True), ("0 %", False)])
def test_bone_marrow_that_fails_does_so_later(given, share, fails):
    c = given(prrt_toxicity=share).courses[0]
    assert (0 < c.marrow_at < NEVER) if fails else (c.marrow_at == NEVER)
    assert c.marrow == 0


@pytest.mark.parametrize(("share", "dies"), [("100 %", True), ("0 %", False)])
def test_a_failing_marrow_makes_frailer_and_may_kill(given, care, share, dies):
    world = given(prrt_toxicity="100 %", prrt_marrow__death_share=share)
    c = world.courses[0]
    c.phase, c.had_disease = Phase.SURVEILLANCE, 1
    rung = care.rings(world, Alarm.MARROW, 1000)
    assert [(event, why) for event, _, why in rung.notes][:2] == [(Event.COMPLICATED, PRRT), (Event.SEVERE, PRRT)]
    assert (rung.ring, c.marrow, c.ecog) == (Ring.REDIRECT, 1, 1)
    assert (1000 < c.marrow_at < NEVER) if dies else (c.marrow_at == NEVER)


def test_death_of_a_failing_marrow_is_a_death_of_treatment(given, care):
    world = given()
    world.courses[0].marrow = 1
    assert care.rings(world, Alarm.MARROW_DEATH).ring == Ring.DEATH
    assert world.plan.reply[0].why == FIRST_CAUSE + Cause.TREATMENT


def test_as_many_marrows_fail_as_the_card_says(world_of, doors):
    world = world_of(600, prrt_toxicity="20 %")
    doors.begin_all(world, 0)
    world.courses.treatment, world.courses.courses_made = Treatment.PRRT, 1
    for i in range(600):
        doors.give(world, i, 0)
    assert (world.courses.marrow_at < NEVER).mean() == pytest.approx(0.2, abs=0.05)


# ------------------------------------------------------------------ both radiations


@pytest.mark.parametrize(("factor", "more"), [(1, False), (10, True)])
@pytest.mark.parametrize("first", [Treatment.TARE, Treatment.PRRT])
def test_only_a_scenario_lets_both_radiations_harm_a_liver_more_than_one_does(given, factor, more, first):
    """A chance of 10 % for one side, ten times that for both treatments."""
    world = given(tare_with_prrt_factor=factor, tare_decline__one_side="10 %", prrt_toxicity="0 %")
    c = world.courses[0]
    harmed = 0
    for course in range(1, 41):
        c.decline_at, c.irradiated, c.sides, c.declined = NEVER, 0, 1, 0
        world.findings[0, Finding.PRRT_HAD] = 0
        for treatment in (first, Treatment.PRRT if first == Treatment.TARE else Treatment.TARE):
            c.sides = 1
            given(treatment, 0, world, course)
        harmed += c.decline_at < NEVER
    assert (harmed == 40) if more else (0 < harmed < 15)
    assert world.known[Known.TARE_WITH_PRRT_FACTOR] == factor
