"""What the board's decision sets going: site of care, preference, the nurse navigator."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.clinic.board import Finding
from sim.clinic.boardfile import read_board
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import Phase
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_MAIN_ROW, FIRST_TREATMENT, Stage
from sim.log import Event
from sim.steps import Join, Kind

DAY = 1440
CERTAIN = {"board_deferral": "0 %", "board_adherence": "100 %", "measurement_error": 0.0, "liver_volume_ml": 1600}
PANCREAS_AFTER_CHEMOTHERAPY = {
    "liver_metastases": "present", "pattern": "type_3", "lesions": 25, "largest_cm": 6, "liver_burden_pct": 30,
    "extrahepatic": "present", "differentiation": "well", "ki67_pct": 10, "receptors": "negative",
    "progressing": "present", "embolisations_had": 2, "chemotherapies_had": 1, "targeted_had": 0, "analogue": "present",
}  # fmt: skip


def pancreatic(patient_with, care, choices=None, **evidence):
    """A patient of the pancreas whose next row is the one of targeted drugs."""
    world = patient_with((0.3, 0, 1), choices=choices, **CERTAIN | evidence)
    care.with_findings(world, **PANCREAS_AFTER_CHEMOTHERAPY)
    world.traits[0].site = 1
    world.courses[0].ecog = 1
    return world


def treatment_of(world) -> Treatment:
    return Treatment(int(world.courses[0].treatment))


# ------------------------------------------------------------------ preference among equals


def test_equal_offers_are_shared_out_by_the_weights_of_the_scenario(patient_with, care):
    weights = {"sunitinib": 0.5, "everolimus": 0.3, "surufatinib": 0.2}
    world = pancreatic(patient_with, care, {"preference": weights})
    had = Counter()
    for boards in range(400):
        world.courses[0].boards = boards
        world.findings[0, Finding.PROGRESSING] = 1
        care.step(world, Stage.DISCUSSED)
        had[treatment_of(world)] += 1
    shares = {treatment.name.lower(): number / 400 for treatment, number in had.items()}
    assert shares == pytest.approx(weights, abs=0.075)  # three standard errors of 400


def test_an_offer_of_no_weight_is_never_chosen(patient_with, care):
    world = pancreatic(patient_with, care, {"preference": {"sunitinib": 0, "everolimus": 1, "surufatinib": 0}})
    for boards in range(30):
        world.courses[0].boards = boards
        world.findings[0, Finding.PROGRESSING] = 1
        care.step(world, Stage.DISCUSSED)
        assert treatment_of(world) == Treatment.EVEROLIMUS


def test_an_equal_offer_that_is_to_be_had_nowhere_leaves_its_place_to_the_others(patient_with, care):
    away = dict.fromkeys(("sunitinib", "everolimus"), ("none", 0.0, 0.0))
    world = pancreatic(patient_with, care, {"care": away})
    care.step(world, Stage.DISCUSSED)
    assert treatment_of(world) == Treatment.SURUFATINIB


# ------------------------------------------------------------------ here, elsewhere, nowhere


def test_a_row_whose_offers_are_to_be_had_nowhere_is_passed_over_and_the_log_says_so(patient_with, care):
    away = dict.fromkeys(("sunitinib", "everolimus", "surufatinib"), ("none", 0.0, 0.0))
    world = pancreatic(patient_with, care, {"care": away})
    asked = care.step(world, Stage.DISCUSSED)
    wanted, got = care.row_called("targeted_pancreas"), care.row_called("streptozocin_after_temozolomide")
    assert (Event.NOT_OFFERED, wanted, FIRST_TREATMENT + Treatment.SUNITINIB) in asked.notes
    _, (_, fitting, why) = [note for note in asked.notes if note[0] == Event.DECIDED]
    assert why == FIRST_MAIN_ROW + got
    assert fitting >> wanted & 1


def test_a_treatment_given_elsewhere_takes_no_list_and_no_bed_here(patient_with, care):
    evidence = {"targeted_morbidity": "0 %", "targeted_mortality": "0 %"}
    choices = {"care": {"sunitinib": ("elsewhere", 30.0 * DAY, 0.0)}, "preference": {"everolimus": 0, "surufatinib": 0}}
    world = pancreatic(patient_with, care, choices, **evidence)
    care.step(world, Stage.DISCUSSED, 0)
    told = care.step(world, Stage.ARRANGED, 10 * DAY)
    assert told.orders == [(Kind.WAIT, -1, 20 * DAY)], "the wait for the other centre counts from the decision"
    booked = care.step(world, Stage.PREPARED, 30 * DAY)
    first = int(world.known[Known.CLINIC_MINUTES])
    assert booked.orders == [(Kind.WAIT, -1, first)]
    over = care.step(world, Stage.SESSION_OVER, 30 * DAY + first)
    assert (over.orders, over.then) == ([(Kind.WAIT, -1, 0)], Stage.RECOVERED)
    care.step(world, Stage.RECOVERED)
    again = care.step(world, Stage.NEXT_SESSION)
    assert again.orders == [(Kind.WAIT, -1, first)]


def test_a_complication_of_a_treatment_given_elsewhere_is_lain_out_there(patient_with, care):
    evidence = {"targeted_morbidity": "100 %", "targeted_mortality": "0 %", "complication_severe__targeted": "0 %"}
    choices = {"care": {"sunitinib": ("elsewhere", 0.0, 0.0)}, "preference": {"everolimus": 0, "surufatinib": 0}}
    world = pancreatic(patient_with, care, choices, **evidence)
    care.step(world, Stage.DISCUSSED)
    over = care.step(world, Stage.SESSION_OVER)
    assert over.orders == [(Kind.WAIT, -1, int(world.known[Known.TARGETED_COMPLICATED_STAY_MINOR]))]


NEW_G1 = {
    "liver_metastases": "present", "pattern": "type_3", "lesions": 12, "largest_cm": 1.5, "liver_burden_pct": 1,
    "extrahepatic": "absent", "differentiation": "well", "ki67_pct": 1, "receptors": "positive", "analogue": "absent",
}  # fmt: skip


@pytest.mark.parametrize(("where", "begun", "places"), [("here", True, 1), ("elsewhere", True, 0), ("none", False, 0)])
def test_an_analogue_is_injected_here_or_elsewhere_or_not_at_all(patient_with, care, where, begun, places):
    world = patient_with((0.01, 0, 1), choices={"care": {"ssa": (where, 0.0, 0.0)}}, **CERTAIN)
    care.with_findings(world, **NEW_G1)
    asked = care.step(world, Stage.DISCUSSED)
    rows = read_board().row_names("background")
    (_, fitting, why), _ = [note for note in asked.notes if note[0] == Event.DECIDED]
    first = FIRST_MAIN_ROW + len(read_board().rows["main"])
    assert rows[why - first] == ("analogue" if begun else "none"), (
        "each table writes its decision, the background's first"
    )
    assert fitting == 1 << rows.index("analogue") | 1 << rows.index("none")
    assert ((Event.TREATED, 1, FIRST_TREATMENT + Treatment.SSA) in asked.notes) is begun
    assert len(asked.standing) == places
    assert bool(world.findings[0, Finding.ANALOGUE]) is begun


# ------------------------------------------------------------------ the nurse navigator


def decided(patient_with, care, **evidence):
    world = pancreatic(patient_with, care, **{"board_action__sigma": 0.0} | evidence)
    return world, care.step(world, Stage.DISCUSSED, 0)


def test_after_a_decision_the_navigator_arranges_or_the_patient_does_whichever_is_sooner(patient_with, care):
    world, asked = decided(patient_with, care, navigator_unaided_factor=2)
    action = int(world.known[Known.BOARD_ACTION_MEDIAN])
    minutes = int(world.known[Known.NAVIGATOR_MINUTES])
    assert asked.orders == [(Kind.WAIT, -1, 2 * action), (Kind.LIST, Role.NAVIGATOR, minutes)]
    assert (asked.then, asked.join) == (Stage.ARRANGED, Join.ANY)
    assert world.courses[0].phase == Phase.WAITING


@pytest.mark.parametrize(
    ("share_gone", "left"),
    [(0.0, 1.0), (0.4, 0.6), (1.0, 0.0), (1.5, 0.0), (2.0, 0.0)],
    ids=["at once", "soon", "just in time", "late", "never"],
)
def test_with_the_navigator_the_gap_is_that_of_the_board_action_and_never_more_than_alone(
    patient_with, care, share_gone, left
):
    world, _ = decided(patient_with, care, navigator_unaided_factor=2)
    action = int(world.known[Known.BOARD_ACTION_MEDIAN])
    asked = care.step(world, Stage.ARRANGED, int(share_gone * action))
    ((kind, _, minutes),) = asked.orders
    assert (kind, asked.then) == (Kind.WAIT, Stage.PREPARED)
    assert minutes == pytest.approx(left * action, abs=1)


def test_an_operation_needs_its_assessment_and_radionuclides_their_order_on_top(patient_with, care):
    for treatment, card in ((Treatment.MINOR_RESECTION, "RESECTION_ASSESSMENT"), (Treatment.PRRT, "PRRT_ORDER_LEAD")):
        world, _ = decided(patient_with, care)
        world.courses[0].treatment = treatment
        action = int(world.known[Known.BOARD_ACTION_MEDIAN])
        asked = care.step(world, Stage.ARRANGED, action)
        ((_, _, minutes),) = asked.orders
        assert minutes == int(world.known[Known[card]])


# ------------------------------------------------------------------ drugs


@pytest.mark.parametrize(
    ("treatment", "counted"),
    [
        (Treatment.PRRT, ["prrt_had"]),
        (Treatment.TEMOZOLOMIDE, ["chemotherapies_had"]),
        (Treatment.PLATINUM, ["chemotherapies_had"]),
        (Treatment.STREPTOZOCIN, ["chemotherapies_had", "streptozocin_had"]),
        (Treatment.EVEROLIMUS, ["targeted_had"]),
        (Treatment.SUNITINIB, ["targeted_had"]),
        (Treatment.SURUFATINIB, ["targeted_had"]),
    ],
)
def test_each_drug_is_counted_once_a_course_among_what_she_has_had(patient_with, doors, treatment, counted):
    world = patient_with((share_of(3.0, 1600.0), 0, 1), **CERTAIN)
    c = world.courses[0]
    c.treatment, c.courses_made = treatment, 1
    names = ("prrt_had", "chemotherapies_had", "streptozocin_had", "targeted_had")
    for session in range(2):
        c.session = session
        doors.give(world, 0, session * DAY)
    assert {name: world.findings[0, Finding[name.upper()]] for name in names} == {
        name: float(name in counted) for name in names
    }


@pytest.mark.parametrize("name", ["everolimus", "sunitinib", "surufatinib", "streptozocin"])
def test_a_drug_that_holds_slows_growth_for_its_time_and_resistance_follows(patient_with, doors, name):
    always = {f"{name}__response": "100 %"} | ({} if name == "streptozocin" else {f"{name}__control": "100 %"})
    held = {f"{name}__growth_factor": 0.25, f"{name}__duration_sigma": 0.0, f"{name}__duration_median": "10 months"}
    world = patient_with((0.1, 0, 1), **CERTAIN | always | held)
    before = doors.pace(world, 0)
    world.courses[0].treatment, world.courses[0].courses_made = Treatment[name.upper()], 1
    doors.give(world, 0, 0)
    assert doors.pace(world, 0) == pytest.approx(before / 4)
    assert world.courses[0].hold_until == pytest.approx(304.375 * DAY, abs=1)
    assert world.courses[0].hold_systemic == 1
