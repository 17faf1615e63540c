"""What is done against a symptom elsewhere in the hospital, and the gallbladder that goes with an operation."""

from __future__ import annotations

import pytest

from sim.clinic.board import Finding
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import Hormone, Phase, Site
from sim.clinic.protocols import Treatment
from sim.clinic.stages import FIRST_TREATMENT, Stage
from sim.log import Event
from sim.steps import NEVER, Kind

DAY = 1440
CERTAIN = {"board_deferral": "0 %", "board_adherence": "100 %", "liver_volume_ml": 1600}
KNOWN = {
    "liver_metastases": "present", "extrahepatic": "present", "differentiation": "well", "ki67_pct": 2,
    "receptors": "positive", "analogue": "present", "progressing": "present",
}  # fmt: skip


@pytest.fixture
def suffering(patient_with, care):
    """`suffering(pain, obstructed, **evidence)`: somebody with liver metastases and this, before the board."""

    def make(pain: int = 0, obstructed: int = 0, **evidence):
        world = patient_with((share_of(4, 1600.0), 0, 1), **CERTAIN | evidence)
        c = world.courses[0]
        c.pain, c.obstructed, c.had_disease = pain, obstructed, 1
        world.traits[0].site = Site.SMALL_INTESTINE
        care.with_findings(world, **KNOWN)
        return world

    return make


@pytest.mark.parametrize(
    ("pain", "obstructed", "treatment"),
    [(1, 0, Treatment.RADIOTHERAPY), (0, 1, Treatment.BOWEL_SURGERY), (1, 1, Treatment.BOWEL_SURGERY)],
)
def test_what_suffers_is_treated_elsewhere_in_the_hospital_and_the_board_meets_again(
    suffering, care, pain, obstructed, treatment
):
    world = suffering(pain, obstructed)
    asked = care.step(world, Stage.DISCUSSED)
    assert world.courses[0].treatment == treatment
    assert (asked.then, [order[:2] for order in asked.orders]) == (Stage.PALLIATED, [(Kind.WAIT, -1)])
    assert world.courses[0].phase == Phase.WAITING
    over = care.step(world, Stage.PALLIATED, 20 * DAY)
    assert (over.then, world.courses[0].treatment) == (Stage.DISCUSSED, -1)
    assert (Event.TREATED, world.courses[0].courses_made, FIRST_TREATMENT + treatment) in over.notes


def test_growth_that_brought_her_is_not_forgotten_while_a_bone_is_irradiated(suffering, care):
    world = suffering(1)
    care.step(world, Stage.DISCUSSED)
    assert world.findings[0, Finding.PROGRESSING] == 1
    care.step(world, Stage.PALLIATED, 20 * DAY)
    care.step(world, Stage.DISCUSSED, 30 * DAY)
    assert world.courses[0].treatment not in (Treatment.RADIOTHERAPY, Treatment.SURVEILLANCE)


@pytest.mark.parametrize(("relief", "pain"), [("100 %", 0), ("0 %", 2)])
def test_radiotherapy_eases_the_bone_in_some_and_is_not_offered_twice_where_it_did_not(suffering, care, relief, pain):
    world = suffering(1, radiotherapy_relief=relief)
    care.step(world, Stage.DISCUSSED)
    over = care.step(world, Stage.PALLIATED, 20 * DAY)
    c = world.courses[0]
    assert (c.pain, Event.EASED in over.events) == (pain, pain == 0)
    assert (20 * DAY < c.pain_at < NEVER) if pain == 0 else (c.pain_at == NEVER)
    care.step(world, Stage.DISCUSSED, 30 * DAY)
    assert c.treatment != Treatment.RADIOTHERAPY


@pytest.mark.parametrize(("site", "out"), [(Site.SMALL_INTESTINE, 1), (Site.PANCREAS, 0)])
def test_an_operation_on_a_closed_bowel_takes_a_primary_of_the_gut_and_the_gallbladder_along(
    suffering, care, site, out
):
    world = suffering(0, 1, bowel_surgery_relief="100 %", bowel_surgery_mortality="0 %")
    world.traits[0].site = site
    care.step(world, Stage.DISCUSSED)
    care.step(world, Stage.PALLIATED, 20 * DAY)
    c = world.courses[0]
    assert (world.findings[0, Finding.PRIMARY], c.gallbladder_out, c.obstructed) == (out, 1, 0)
    assert c.procedure_death_at == NEVER


def test_some_die_of_it(suffering, care):
    world = suffering(0, 1, bowel_surgery_mortality="100 %")
    care.step(world, Stage.DISCUSSED)
    care.step(world, Stage.PALLIATED, 20 * DAY)
    assert 20 * DAY < world.courses[0].procedure_death_at <= 50 * DAY + 1


# ------------------------------------------------------------------ a hormone that threatens life


@pytest.fixture
def threatened(suffering, care):
    """`threatened(hormone, **evidence)`: a hormone breaks through the analogue, the primary is in place."""

    def make(hormone: Hormone, **evidence):
        world = suffering(**evidence)
        p = world.traits[0]
        p.functioning, p.hormone, p.site, p.ecog = 1, hormone, Site.PANCREAS, 0
        care.with_findings(world, primary="in_place", progressing="absent")
        return world

    return make


@pytest.mark.parametrize(
    ("hormone", "operated"), [(Hormone.INSULIN, True), (Hormone.VIP, True), (Hormone.GASTRIN, False)]
)
def test_a_primary_whose_hormone_threatens_life_is_taken_out(threatened, care, hormone, operated):
    world = threatened(hormone)
    care.step(world, Stage.DISCUSSED)
    assert bool(world.courses[0].treatment == Treatment.HORMONE_SURGERY) is operated


@pytest.mark.parametrize(("share", "eased"), [("100 %", True), ("0 %", False)])
def test_that_stills_the_hormone_for_a_time_in_some_and_is_not_done_twice(threatened, care, doors, share, eased):
    world = threatened(Hormone.INSULIN, hormone_surgery_relief__share=share)
    care.step(world, Stage.DISCUSSED)
    over = care.step(world, Stage.PALLIATED, 20 * DAY)
    assert (Event.EASED in over.events, bool(doors.symptomatic(world, 0))) == (eased, not eased)
    assert world.findings[0, Finding.PRIMARY] == 1
    care.step(world, Stage.DISCUSSED, 30 * DAY)
    assert world.courses[0].treatment != Treatment.HORMONE_SURGERY


# ------------------------------------------------------------------ the gallbladder


@pytest.mark.parametrize("treatment", [Treatment.DEBULKING, Treatment.MAJOR_RESECTION])
def test_the_gallbladder_goes_with_a_debulking_and_with_a_whole_lobe(patient_with, doors, treatment):
    world = patient_with(*[(share_of(3, 1600.0), 0, 1)] * 5)
    world.courses[0].treatment, world.courses[0].courses_made = treatment, 1
    minutes = doors.session_minutes(world, 0)
    extra = world.known[Known.CHOLECYSTECTOMY_MINUTES] if treatment == Treatment.DEBULKING else 0
    doors.give(world, 0, 0)
    assert world.courses[0].gallbladder_out == 1
    assert doors.session_minutes(world, 0) == minutes - extra


@pytest.mark.parametrize(("out", "harmed"), [(0, True), (1, False)])
def test_embolisation_harms_no_gallbladder_that_has_been_taken_out(patient_with, doors, care, out, harmed):
    world = patient_with(
        (share_of(3, 1600.0), 0, 1), gallbladder_ischaemia__share="100 %", embolisation_morbidity="0 %"
    )
    c = world.courses[0]
    c.treatment, c.courses_made, c.gallbladder_out = Treatment.TACE, 1, out
    world.traits[0].functioning = 0
    longer = doors.give(world, 0, 0)
    assert (Event.COMPLICATED in care.answer(world).events) is harmed
    assert longer == (world.known[Known.GALLBLADDER_ISCHAEMIA_STAY] if harmed else 0)
    assert c.gallbladder_out == 1
