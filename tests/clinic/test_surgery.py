"""Operations on the liver and the primary: what they take and leave, in how many steps, and who drops out."""

from __future__ import annotations

import math

import pytest

from sim.clinic.board import Finding
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import Phase, Site
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_TREATMENT, Stage
from sim.log import Event
from sim.steps import NEVER, Kind

DAY = 1440
CERTAIN = {
    "ablation_local_failure": "0 %",
    "ablation_unsuitable_site": "0 %",
    "ablation_limit_cm": 3.0,
    "ablation_most_intraoperative": 10,
    "detection_intraoperative__ceiling": "0 %",
    "detection_ct__ceiling": "0 %",
    "detection_mri__ceiling": "0 %",
    "excision_most_lesions": 3,
    "liver_volume_ml": 1600,
    "measurement_error": 0.0,
    "portal_vein_growth__median": "40 %",
    "portal_vein_growth__sigma": 0.0,
    "remnant_least__after_treatment": "30 %",
    "remnant_least__normal": "25 %",
    "resection_minor_most_lesions": 3,
    "residue_complete__median": 2e-9,
    "residue_complete__sigma": 0.0,
    "residue_r1__median": 2e-9,
    "residue_r1__sigma": 0.0,
    "surgery_most_ecog": 1,
}
SAFE = {
    "resection_mortality__minor": "0 %",
    "resection_mortality__major": "0 %",
    "resection_morbidity_by_extent__minor": "0 %",
    "resection_morbidity_by_extent__major": "0 %",
    "portal_vein_risk__mortality": "0 %",
    "portal_vein_risk__complications": "0 %",
}


def cm(size: float) -> float:
    return share_of(size, 1600.0)


DOMINANT = [(cm(7), 0, 1), (cm(2), 0, 1), (cm(2), 0, 1)]
ONE_TOO_LARGE = [(cm(3.5), 1, 1), (cm(2), 1, 1)]


@pytest.fixture
def operated(patient_with, doors):
    """`operated(treatment, *lesions, **evidence)`: a patient for whom this has been decided after a CT."""

    def make(
        treatment: Treatment, *lesions, lobe_0: float = 0.6, primary: int = 1, site: Site = Site.PANCREAS, **given
    ):
        world = patient_with(*lesions, **CERTAIN | SAFE | given)
        world.traits[0].lobe_0, world.traits[0].site, world.traits[0].functioning = lobe_0, site, 0
        world.traits[0].kidney_disease = 0
        world.findings[0, Finding.PRIMARY] = primary
        doors.observe(world, 0, 0, 1)
        world.courses[0].treatment, world.courses[0].courses_made = treatment, 1
        world.courses[0].phase = Phase.WAITING
        return world

    return make


def finding(world, attribute: Finding) -> float:
    return float(world.findings[0, attribute])


def left(world) -> list[float]:
    return sorted(share for share in world.lesions.share[0].tolist() if share > 0)


# ------------------------------------------------------------------ what has to remain


@pytest.mark.parametrize(
    ("lobe_0", "level"),
    [(0.75, 2), (0.7501, 1), (0.82, 1), (0.83, 0)],  # 25 % is enough; 17.9 % becomes it by growing two fifths
)
def test_a_major_resection_leaves_the_other_lobe_which_may_be_too_small(operated, lobe_0, level):
    world = operated(Treatment.MAJOR_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=lobe_0)
    assert finding(world, Finding.REMNANT_PCT) == pytest.approx(100 * (1 - lobe_0))
    assert finding(world, Finding.REMNANT) == level


@pytest.mark.parametrize("had", [Finding.CHEMOTHERAPIES_HAD, Finding.EMBOLISATIONS_HAD, Finding.TARE_HAD])
def test_after_chemotherapy_or_embolisation_more_has_to_stay(operated, doors, had):
    world = operated(Treatment.MAJOR_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=0.72)
    assert finding(world, Finding.REMNANT) == 2
    world.findings[0, had] = 1
    doors.observe(world, 0, 0, 1)
    assert finding(world, Finding.REMNANT) == 1


def test_a_minor_resection_always_leaves_enough(operated):
    world = operated(Treatment.MINOR_RESECTION, *[(cm(4), 0, 1)] * 3, lobe_0=0.82, resected_share="20 %")
    assert finding(world, Finding.REMNANT_PCT) == pytest.approx(80)
    assert finding(world, Finding.REMNANT) == 2


def test_lobes_differ_between_patients_within_the_limits_of_their_card(world_of):
    world = world_of(400)
    right = world.traits.lobe_0
    lowest, highest = world.known[Known.LARGER_LOBE_LOWEST], world.known[Known.LARGER_LOBE_HIGHEST]
    assert ((right >= lowest) & (right <= highest)).all()
    assert 0.04 < right.std() < 0.1
    assert right.mean() == pytest.approx(world.known[Known.LARGER_LOBE_MEAN], abs=0.02)


def test_some_of_those_who_need_a_whole_lobe_taken_would_keep_too_little(world_of):
    world = world_of(400)
    share = ((1 - world.traits.lobe_0) < world.known[Known.REMNANT_LEAST_NORMAL]).mean()
    assert 0.01 < share < 0.15


# ------------------------------------------------------------------ what the board is told of the other lobe


@pytest.mark.parametrize(
    ("sizes", "level"),
    [
        ([], "none"),
        ([3.0, 2.0], "ablatable"),
        ([3.1, 2.0], "resectable"),
        ([3.1] * 3 + [2.0], "resectable"),
        ([3.1] * 4, "not_ablatable"),
    ],
)
def test_satellites_are_ablated_else_cut_out_if_they_are_few(operated, sizes, level):
    levels = ("none", "ablatable", "not_ablatable", "resectable")
    world = operated(Treatment.TWO_STEP_RESECTION, (cm(9), 0, 1), *[(cm(size), 1, 1) for size in sizes])
    assert levels[int(finding(world, Finding.SATELLITES))] == level


def test_what_debulking_could_take_leaves_the_smallest_of_what_it_can_not_reach(operated):
    lesions = [(cm(9), 0, 1), *[(cm(5), 1, 1)] * 3, (cm(4), 1, 1), (cm(2), 1, 1)]
    world = operated(Treatment.DEBULKING, *lesions)
    volume = cm(9) + 3 * cm(5) + cm(4) + cm(2)
    assert finding(world, Finding.DEBULKABLE_PCT) == pytest.approx(100 * (1 - cm(4) / volume))


# ------------------------------------------------------------------ two steps


def test_the_first_step_clears_the_lobe_that_stays_and_leaves_the_other(operated, doors):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, (cm(0.5), 0, 0))
    assert doors.still_suitable(world, 0)
    doors.give(world, 0, 0)
    assert left(world) == pytest.approx(sorted([cm(7), cm(2), cm(2), cm(0.5)]))
    c = world.courses[0]
    assert (c.clear, c.major, c.lobe_cleared, c.to_take) == (0, 0, 1, 0)
    assert c.grown == pytest.approx(0.4)
    assert finding(world, Finding.RESECTIONS_HAD) == 1


def test_the_second_step_takes_the_lobe_and_all_there_is_in_it(operated, doors):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, (cm(0.5), 0, 0))
    doors.give(world, 0, 0)
    world.courses[0].session = 1
    doors.give(world, 0, 0)
    assert left(world) == pytest.approx([2e-9])
    assert (world.courses[0].clear, world.courses[0].major) == (1, 1)
    assert finding(world, Finding.RESECTIONS_HAD) == 1  # one course, one resection


def test_the_lobe_whose_vein_was_closed_is_taken_even_if_the_other_has_more_tumour_by_then(operated, doors):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT)
    doors.give(world, 0, 0)
    doors.add_lesion(world, 0, cm(2.9), 1)
    for j in range(3):
        doors.scale_lesion(world, 0, j, 1e-3)
    world.lesions[0, 3].seen = 1
    world.courses[0].session = 1
    doors.give(world, 0, 0)
    assert left(world) == pytest.approx([2e-9])


def test_growth_after_closure_of_the_portal_vein_is_seen_at_the_next_scan(operated, doors):
    world = operated(Treatment.TWO_STEP_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=0.8)
    assert finding(world, Finding.REMNANT) == 1
    doors.give(world, 0, 0)
    doors.observe(world, 0, 0, 1)
    assert finding(world, Finding.REMNANT_PCT) == pytest.approx(28)
    assert finding(world, Finding.REMNANT) == 2
    assert finding(world, Finding.RESECTIONS_HAD) == 0  # nobody has operated yet


def test_a_portal_vein_is_closed_once(operated, doors):
    world = operated(Treatment.TWO_STEP_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=0.8, portal_vein_growth__median="20 %")
    doors.give(world, 0, 0)
    doors.observe(world, 0, 0, 1)
    assert finding(world, Finding.REMNANT_PCT) == pytest.approx(24)
    assert finding(world, Finding.REMNANT) == 0


def test_with_nothing_to_clear_the_first_step_is_an_embolisation_on_the_interventional_list(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=0.8,
                     portal_vein_minutes="120 min", portal_vein_stay="24 hours")  # fmt: skip
    asked = care.step(world, Stage.PREPARED)
    assert asked.orders == [(Kind.LIST, Role.IR_LIST, 120)]
    assert asked.seconds == [(Role.DAY_BED, DAY)]
    over = care.step(world, Stage.SESSION_OVER)
    assert over.then == Stage.RECOVERED  # no intensive care
    assert over.events == [Event.TREATED]
    assert left(world) == pytest.approx([cm(4)] * 4, rel=1e-3)


def test_with_satellites_to_clear_the_first_step_is_an_operation(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, resection_minutes__minor="180 min",
                     ablation_intraoperative_minutes="20 min", resection_icu="1 day")  # fmt: skip
    asked = care.step(world, Stage.PREPARED)
    assert asked.orders == [(Kind.LIST, Role.THEATRE, 180 + 2 * 20)]
    assert asked.seconds == [(Role.ICU, 0)]
    over = care.step(world, Stage.SESSION_OVER)
    assert over.orders == [(Kind.PLACE, Role.ICU, DAY)]
    assert over.then == Stage.STEPPED_DOWN


def test_between_the_steps_are_the_interval_and_a_ct(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, two_step_interval="5 weeks")
    care.step(world, Stage.SESSION_OVER)
    asked = care.step(world, Stage.RECOVERED)
    assert (asked.orders, asked.then) == ([(Kind.WAIT, -1, 35 * DAY)], Stage.INTERVAL_OVER)
    asked = care.step(world, Stage.INTERVAL_OVER)
    assert ([order[1] for order in asked.orders], asked.then) == ([Role.CT], Stage.INTERVAL_SCANNED)
    asked = care.step(world, Stage.INTERVAL_SCANNED)
    assert (asked.orders[0][0], asked.then) == (Kind.WAIT, Stage.INTERVAL_READ)


def after_first_step(world, care):
    """The first step given, and the interval over."""
    care.step(world, Stage.SESSION_OVER)
    care.step(world, Stage.RECOVERED)


def test_who_is_well_has_the_second_step_with_its_own_minutes_and_stay(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, resection_minutes__major="300 min",
                     resection_stay__second_step="9 days")  # fmt: skip
    after_first_step(world, care)
    asked = care.step(world, Stage.INTERVAL_READ)
    assert asked.orders == [(Kind.LIST, Role.THEATRE, 300)]
    assert (asked.then, asked.events) == (Stage.SESSION_OVER, [Event.SIZED, Event.MEASURED, Event.MARKER])
    assert world.courses[0].phase == Phase.WAITING  # what befalls her now may still cost her the operation
    over = care.step(world, Stage.SESSION_OVER)
    assert over.then == Stage.STEPPED_DOWN
    assert Event.CLEARED in over.events
    assert Event.TREATED not in over.events  # one course
    asked = care.step(world, Stage.STEPPED_DOWN)
    assert asked.orders == [(Kind.PLACE, Role.WARD, 9 * DAY)]
    asked = care.step(world, Stage.RECOVERED)
    assert asked.notes == [(Event.COMPLETED, 2, FIRST_TREATMENT + Treatment.TWO_STEP_RESECTION)]


LOST = (Event.LOST, 0, FIRST_TREATMENT + Treatment.TWO_STEP_RESECTION)


def test_who_has_become_frail_drops_out(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE)
    after_first_step(world, care)
    world.courses[0].ecog = 2
    asked = care.step(world, Stage.INTERVAL_READ)
    assert asked.notes[-1] == LOST
    assert (asked.orders[0][1], asked.then) == (Role.BOARD, Stage.DISCUSSED)
    assert Event.PROGRESSED not in asked.events


def test_disease_outside_the_liver_on_the_ct_ends_it(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, extrahepatic_detection__ct="100 %")
    after_first_step(world, care)
    world.courses[0].extrahepatic = 1
    asked = care.step(world, Stage.INTERVAL_READ)
    assert asked.notes[-1] == LOST
    assert finding(world, Finding.EXTRAHEPATIC) == 1


def test_too_little_growth_ends_it(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=0.8, portal_vein_growth__median="24 %")
    after_first_step(world, care)
    assert care.step(world, Stage.INTERVAL_READ).notes[-1] == LOST


def test_growth_that_just_suffices_does_not(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *[(cm(4), 0, 1)] * 4, lobe_0=0.8, portal_vein_growth__median="26 %")
    after_first_step(world, care)
    asked = care.step(world, Stage.INTERVAL_READ)
    assert (asked.then, asked.orders[0][1]) == (Stage.SESSION_OVER, Role.THEATRE)


@pytest.mark.parametrize(("size", "lost"), [(2.9, False), (3.1, True)])
def test_new_disease_in_the_lobe_that_stays_ends_it_unless_it_can_be_ablated(operated, doors, care, size, lost):
    sharp = {"detection_ct__ceiling": "100 %", "detection_ct__half_cm": 0.1}
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, **sharp)
    after_first_step(world, care)
    doors.add_lesion(world, 0, cm(size), 1)
    world.lesions.hidden[0] = 0.5
    asked = care.step(world, Stage.INTERVAL_READ)
    assert (asked.notes[-1] == LOST) is lost
    assert (Event.PROGRESSED in asked.events) is lost
    assert (finding(world, Finding.PROGRESSING) == 1) is lost
    assert math.isnan(finding(world, Finding.GROWTH_MONTHS)) is not lost


def test_spread_that_no_scan_showed_is_found_at_the_second_exploration(operated, care):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE)
    after_first_step(world, care)
    world.courses[0].extrahepatic = 1
    assert care.step(world, Stage.INTERVAL_READ).then == Stage.SESSION_OVER
    asked = care.step(world, Stage.SESSION_OVER)
    assert asked.notes == [LOST]
    assert asked.then == Stage.SCANNED


def test_each_operation_of_two_has_its_own_risk(operated, doors):
    world = operated(Treatment.TWO_STEP_RESECTION, *DOMINANT, *ONE_TOO_LARGE, resection_mortality__major="100 %")
    doors.give(world, 0, 0)
    assert world.courses[0].procedure_death_at == NEVER  # the first is a minor one
    world.courses[0].session = 1
    doors.give(world, 0, 50 * DAY)
    assert 50 * DAY < world.courses[0].procedure_death_at <= 80 * DAY + 1


# ------------------------------------------------------------------ extent: minutes, stay, risk


@pytest.mark.parametrize(
    ("treatment", "minutes", "stay"),
    [(Treatment.MINOR_RESECTION, 180, 5), (Treatment.MAJOR_RESECTION, 300, 7), (Treatment.DEBULKING, 440, 7)],
)
def test_operations_differ_in_minutes_and_stay(operated, doors, care, treatment, minutes, stay):
    numbers = {
        "resection_minutes__minor": "180 min", "resection_minutes__major": "300 min",
        "resection_minutes__complex": "420 min", "resection_stay__minor": "5 days", "resection_stay__major": "7 days",
        "debulking_mortality": "0 %", "debulking_morbidity": "0 %",
    }  # fmt: skip
    world = operated(treatment, *[(cm(2), 0, 1)] * 4, **numbers)
    assert doors.session_minutes(world, 0) == minutes
    doors.give(world, 0, 0)
    assert care.step(world, Stage.STEPPED_DOWN).orders == [(Kind.PLACE, Role.WARD, stay * DAY)]


@pytest.mark.parametrize(("lesions", "extent"), [(3, "minor"), (4, "major")])
def test_the_risk_of_resection_with_ablation_is_that_of_its_extent(operated, doors, lesions, extent):
    world = operated(Treatment.RESECTION_WITH_ABLATION, *[(cm(2), 0, 1)] * (lesions - 1), (cm(1), 1, 1),
                     **{f"resection_morbidity_by_extent__{extent}": "100 %"},
                     resection_complicated_stay__minor="7 days",
                     resection_complicated_stay__severe="7 days")  # fmt: skip
    assert doors.give(world, 0, 0) == 7 * DAY


def test_extents_together_have_the_complications_of_the_published_mix(world_of):
    known = world_of(1).known
    partial = 0.71
    minor, major = (known[Known[f"RESECTION_MORBIDITY_BY_EXTENT_{extent}"]] for extent in ("MINOR", "MAJOR"))
    assert partial * minor + (1 - partial) * major == pytest.approx(0.30, abs=0.005)
    assert (major / (1 - major)) / (minor / (1 - minor)) == pytest.approx(1.62, abs=0.05)


def test_few_metastases_are_cut_out_of_both_lobes(operated, doors):
    world = operated(Treatment.MINOR_RESECTION, (cm(7), 0, 1), (cm(3.5), 1, 1))
    assert doors.still_suitable(world, 0)
    doors.give(world, 0, 0)
    assert left(world) == pytest.approx([2e-9])
    assert (world.courses[0].clear, world.courses[0].major) == (1, 0)


# ------------------------------------------------------------------ debulking


def test_debulking_leaves_what_it_can_not_reach_and_no_residue_besides(operated, doors):
    lesions = [(cm(9), 0, 1), *[(cm(5), 1, 1)] * 3, (cm(3.2), 1, 1), (cm(2), 1, 1), (cm(0.4), 1, 0)]
    world = operated(Treatment.DEBULKING, *lesions, **DEBULKED)
    assert doors.still_suitable(world, 0)
    doors.give(world, 0, 0)
    assert left(world) == pytest.approx(sorted([cm(3.2), cm(0.4)]))
    assert world.courses[0].clear == 0
    assert finding(world, Finding.RESECTIONS_HAD) == 1


DEBULKED = {
    "debulking_mortality": "0 %", "debulking_morbidity": "0 %", "debulking_threshold": "90 %",
    "debulking_relief__share": "100 %", "debulking_relief__median": "12 months", "debulking_relief__sigma": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(("size", "suitable"), [(4.6, True), (4.9, False)])
def test_debulking_is_given_up_on_the_table_if_it_would_leave_more_than_a_tenth(operated, doors, size, suitable):
    lesions = [(cm(8.5), 0, 1), *[(cm(5), 1, 1)] * 3, (cm(size), 1, 1)]
    world = operated(Treatment.DEBULKING, *lesions, **DEBULKED)
    part = cm(size) / (cm(8.5) + 3 * cm(5) + cm(size))
    assert (part <= 0.1) is suitable
    assert bool(doors.still_suitable(world, 0)) is suitable


def test_disease_outside_the_liver_does_not_bar_debulking(operated, doors):
    world = operated(Treatment.DEBULKING, (cm(9), 0, 1), **DEBULKED)
    world.courses[0].extrahepatic = 1
    assert doors.still_suitable(world, 0)


def test_debulking_relieves_for_a_year(operated, doors):
    world = operated(Treatment.DEBULKING, *[(cm(7), 0, 1)] * 4, **DEBULKED)
    world.traits[0].functioning = 1
    assert doors.symptomatic(world, 0)
    doors.give(world, 0, 1000)
    assert world.courses[0].relief_until == 1000 + 525_960


@pytest.mark.parametrize(("analogue", "refractory"), [(0, 0), (1, 1)])
def test_symptoms_are_refractory_only_in_spite_of_an_analogue_already_given(operated, care, analogue, refractory):
    world = operated(Treatment.SURVEILLANCE, *[(cm(7), 0, 1)] * 4, board_deferral="0 %")
    world.traits[0].functioning = 1
    care.with_findings(world, differentiation="well", ki67_pct=2, receptors="positive")
    world.findings[0, Finding.ANALOGUE] = analogue
    care.step(world, Stage.DISCUSSED)
    assert finding(world, Finding.REFRACTORY) == refractory
    assert finding(world, Finding.ANALOGUE) == 1


# ------------------------------------------------------------------ the primary


PRIMARY = FIRST_TREATMENT + Treatment.PRIMARY_SURGERY
MINUTES = {
    "resection_minutes__minor": "180 min", "primary_combined_minutes__small_intestine": "90 min",
    "primary_combined_minutes__pancreas": "170 min", "primary_combined_minutes__other": "80 min",
}  # fmt: skip


@pytest.mark.parametrize(
    ("site", "extra"), [(Site.SMALL_INTESTINE, 90), (Site.PANCREAS, 170), (Site.OTHER, 80), (Site.UNKNOWN, 0)]
)
def test_a_minor_operation_takes_the_primary_along_if_it_is_known(operated, care, site, extra):
    world = operated(Treatment.MINOR_RESECTION, (cm(4), 0, 1), primary=0, site=site, **MINUTES)
    asked = care.step(world, Stage.PREPARED)
    assert asked.orders == [(Kind.LIST, Role.THEATRE, 180 + extra)]
    over = care.step(world, Stage.SESSION_OVER)
    assert ((Event.TREATED, 1, PRIMARY) in over.notes) is (extra > 0)
    assert ((Event.COMPLETED, 1, PRIMARY) in over.notes) is (extra > 0)
    assert finding(world, Finding.PRIMARY) == (extra > 0)


def test_before_a_major_operation_the_primary_goes_first_and_a_ct_follows(operated, care):
    world = operated(Treatment.MAJOR_RESECTION, *[(cm(4), 0, 1)] * 4, primary=0, primary_recovery="6 weeks",
                     primary_surgery_wait__median="40 days", primary_surgery_wait__sigma=0.0)  # fmt: skip
    asked = care.step(world, Stage.PREPARED)
    assert (asked.orders, asked.then) == ([(Kind.WAIT, -1, 40 * DAY)], Stage.PRIMARY_OUT)
    asked = care.step(world, Stage.PRIMARY_OUT)
    assert asked.notes == [(Event.TREATED, 1, PRIMARY), (Event.COMPLETED, 1, PRIMARY)]
    assert (asked.orders, asked.then) == ([(Kind.WAIT, -1, 42 * DAY)], Stage.INTERVAL_OVER)
    asked = care.step(world, Stage.INTERVAL_READ)
    assert (asked.orders[0][1], asked.then) == (Role.THEATRE, Stage.SESSION_OVER)
    over = care.step(world, Stage.SESSION_OVER)
    assert over.notes[0] == (Event.TREATED, 1, FIRST_TREATMENT + Treatment.MAJOR_RESECTION)
    assert all(why != PRIMARY for _, _, why in over.notes)


def test_who_has_new_disease_when_the_primary_is_out_does_not_get_the_liver_operation(operated, doors, care):
    sharp = {"detection_ct__ceiling": "100 %", "detection_ct__half_cm": 0.1}
    world = operated(Treatment.MAJOR_RESECTION, *[(cm(4), 0, 1)] * 4, primary=0, **sharp)
    care.step(world, Stage.PRIMARY_OUT)
    doors.add_lesion(world, 0, cm(4), 1)
    world.lesions.hidden[0] = 0.5
    asked = care.step(world, Stage.INTERVAL_READ)
    assert asked.events == [Event.SIZED, Event.MEASURED, Event.MARKER, Event.PROGRESSED, Event.LOST]
    assert asked.notes[-1][2] == FIRST_TREATMENT + Treatment.MAJOR_RESECTION
    assert asked.then == Stage.DISCUSSED


@pytest.mark.parametrize(("lesions", "together"), [(DOMINANT + ONE_TOO_LARGE, True), ([(cm(4), 0, 1)] * 4, False)])
def test_of_two_steps_the_first_takes_the_primary_along_if_it_is_an_operation(operated, care, lesions, together):
    world = operated(Treatment.TWO_STEP_RESECTION, *lesions, primary=0, lobe_0=0.8)
    asked = care.step(world, Stage.PREPARED)
    assert asked.then == (Stage.SESSION_OVER if together else Stage.PRIMARY_OUT)
    if together:
        care.step(world, Stage.SESSION_OVER)
        assert finding(world, Finding.PRIMARY) == 1


@pytest.mark.parametrize("treatment", [Treatment.DEBULKING, Treatment.TACE, Treatment.PRRT, Treatment.RADIOFREQUENCY])
def test_where_disease_is_to_stay_so_does_the_primary(operated, care, treatment):
    world = operated(treatment, (cm(2), 0, 1), primary=0, **DEBULKED)
    assert care.step(world, Stage.PREPARED).then == Stage.SESSION_OVER
    over = care.step(world, Stage.SESSION_OVER)
    assert all(why != PRIMARY for _, _, why in over.notes)
    assert finding(world, Finding.PRIMARY) == 0
