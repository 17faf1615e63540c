"""Radioembolisation: a mapping first, side after side, an effect that comes late, a liver that may decline."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clinic.board import Finding
from sim.clinic.disease import Alarm
from sim.clinic.known import Known
from sim.clinic.patient import Phase
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_CAUSE, FIRST_MAIN_ROW, FIRST_TREATMENT, Cause, Stage
from sim.log import Event
from sim.steps import NEVER, Kind, Ring

DAY, MONTH = 1440, 43_830
TARE = FIRST_TREATMENT + Treatment.TARE
CERTAIN = {
    "board_deferral": "0 %",
    "board_adherence": "100 %",
    "measurement_error": 0.0,
    "liver_volume_ml": 1600,
    "tare_mapping_failure": "0 %",
    "tare_overnight": "0 %",
    "tare_mortality": "0 %",
    "tare_morbidity__usual": "0 %",
    "tare_morbidity__biliary": "0 %",
    "tare_response": "100 %",
    "tare_shrink": "66 %",
    "tare_control": "100 %",
}
SHRINK = 0.66
BOTH_SIDES = [(0.05, 0, 1), (0.02, 1, 1)]
GROWING = {
    "liver_metastases": "present", "pattern": "type_3", "lesions": 20, "largest_cm": 4, "liver_burden_pct": 12,
    "extrahepatic": "absent", "differentiation": "well", "ki67_pct": 5, "receptors": "negative", "analogue": "present",
    "progressing": "present", "embolisations_had": 0, "tare_had": 0,
}  # fmt: skip


@pytest.fixture(scope="session")
def planned(patient_with):
    """`planned(lesions, **evidence)`: a patient for whom radioembolisation has been decided on in minute 0."""

    def make(*lesions, **evidence):
        world = patient_with(*lesions, **CERTAIN | evidence)
        c = world.courses[0]
        c.treatment, c.courses_made, c.phase = Treatment.TARE, 1, Phase.WAITING
        c.growth = 0.0  # nothing grows while the test looks on
        return world

    return make


def course(world, care, now: int = 1000):
    """From the mapping to the end of the course: (minute, stage, what it asked for) in order."""
    took, stage = [], Stage.MAPPED
    while stage not in (Stage.SURVEILLANCE_DUE, Stage.SCANNED):
        asked = care.step(world, stage, now)
        took.append((now, stage, asked))
        now, stage = now + max(minutes for _, _, minutes in asked.orders), asked.then
    return took


def sessions(took) -> list[int]:
    return [minute for minute, stage, _ in took if stage == Stage.SESSION_OVER]


def noted(took, event: Event) -> list[tuple]:
    return [(value, why) for _, _, asked in took for what, value, why in asked.notes if what == event]


# ------------------------------------------------------------------ mapping


def test_it_begins_with_a_mapping_and_not_with_treatment(planned, care):
    world = planned(*BOTH_SIDES)
    assert care.step(world, Stage.ARRANGED, 1000).then == Stage.MAPPING
    asked = care.step(world, Stage.MAPPING)
    assert asked.orders == [(Kind.LIST, Role.IR_LIST, 120)]
    assert asked.seconds == [(Role.DAY_BED, 120)]
    assert (asked.then, asked.events) == (Stage.MAPPED, [])


def test_where_the_mapping_allows_it_the_first_side_follows_three_weeks_later(planned, care):
    asked = care.step(planned(*BOTH_SIDES), Stage.MAPPED)
    assert asked.orders == [(Kind.WAIT, -1, 21 * DAY)]
    assert (asked.then, asked.events) == (Stage.NEXT_SESSION, [])


def test_where_the_mapping_shows_a_shunt_she_goes_back_to_the_board_untreated_and_the_log_says_why(planned, care):
    world = planned(*BOTH_SIDES, tare_mapping_failure="100 %")
    asked = care.step(world, Stage.MAPPED)
    assert asked.notes == [(Event.LOST, FIRST_CAUSE + Cause.MAPPING, TARE)]
    c = world.courses[0]
    assert (asked.then, c.visit, c.treatment, c.irradiated) == (Stage.SCANNED, 1, -1, 0)
    assert world.findings[0, Finding.TARE_HAD] == 0


def test_so_many_mappings_fail_as_the_card_says(planned, care):
    world = planned(*BOTH_SIDES, tare_mapping_failure="25 %")
    lost = 0
    for number in range(400):
        world.courses[0].treatment, world.courses[0].courses_made = Treatment.TARE, number
        lost += care.step(world, Stage.MAPPED).then == Stage.SCANNED
    assert lost == pytest.approx(100, abs=26)  # three standard errors


# ------------------------------------------------------------------ sessions


@pytest.mark.parametrize(
    ("lesions", "sides"),
    [
        (BOTH_SIDES, 2),
        ([(0.05, 0, 1)], 1),
        ([(0.05, 1, 1)], 1),
        ([(0.05, 0, 1), (0.001, 1, 0)], 1),  # nobody has seen the one on the other side
    ],
)
def test_only_sides_that_are_known_to_be_diseased_are_treated(planned, care, lesions, sides):
    took = course(planned(*lesions), care)
    assert len(sessions(took)) == sides
    assert noted(took, Event.TREATED) == [(1, TARE)]
    assert noted(took, Event.COMPLETED) == [(sides, TARE)]


def test_the_other_side_is_treated_a_month_later(planned, care):
    first, second = sessions(course(planned(*BOTH_SIDES), care))
    assert second - first == 30 * DAY + 90  # the interval, and the session itself


@pytest.mark.parametrize(("overnight", "in_bed"), [("0 %", 120), ("100 %", DAY)])
def test_a_session_takes_its_minutes_on_the_list_and_a_bed_afterwards(planned, care, overnight, in_bed):
    world = planned(*BOTH_SIDES, tare_overnight=overnight)
    assert care.step(world, Stage.MAPPING).seconds == [(Role.DAY_BED, 120)]  # nobody stays after a mapping
    care.step(world, Stage.MAPPED)
    asked = care.step(world, Stage.NEXT_SESSION)
    assert (asked.orders, asked.seconds) == ([(Kind.LIST, Role.IR_LIST, 90)], [(Role.DAY_BED, in_bed)])


def test_who_becomes_too_frail_after_the_mapping_is_not_treated(planned, care):
    world = planned(*BOTH_SIDES, session_most_ecog=2)
    care.step(world, Stage.MAPPED)
    world.courses[0].ecog = 3
    asked = care.step(world, Stage.NEXT_SESSION)
    assert (asked.then, asked.events) == (Stage.SCANNED, [Event.LOST])


def test_another_course_is_mapped_anew(planned, care):
    world = planned((0.05, 0, 1))
    course(world, care)
    care.with_findings(world, **GROWING, biliary_procedure="present")
    world.traits[0].biliary = 1
    world.findings[0, Finding.TARE_HAD] = 0  # as in a centre that gives two courses
    care.step(world, Stage.DISCUSSED, 900 * DAY)
    assert world.courses[0].treatment == Treatment.TARE
    assert care.step(world, Stage.MAPPING, 910 * DAY).orders == [(Kind.LIST, Role.IR_LIST, 120)]


# ------------------------------------------------------------------ effect


def test_tumours_shrink_three_months_after_the_last_side_and_not_before(planned, care, doors):
    world = planned(*BOTH_SIDES)
    last = sessions(course(world, care))[-1]
    c = world.courses[0]
    assert c.burden == pytest.approx(0.07)
    assert c.response_at == last + 3 * MONTH
    rung = care.rings(world, Alarm.RESPONSE_SHOWS, int(c.response_at))
    assert rung.ring == Ring.SILENT
    assert c.burden == pytest.approx(0.07 * (1 - SHRINK))
    assert (c.response_at, c.responding) == (NEVER, 0)


@given(
    lesions=st.lists(
        st.tuples(st.floats(1e-4, 0.04), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=12
    ).filter(lambda them: any(seen for _, _, seen in them))
)
@settings(max_examples=25, deadline=None)
def test_only_treated_sides_shrink_and_none_grows(planned, care, lesions):
    world = planned(*lesions)
    before = world.lesions.share[0].copy()
    course(world, care)
    treated = {lobe for _, lobe, seen in lesions if seen}
    care.rings(world, Alarm.RESPONSE_SHOWS, int(world.courses[0].response_at))
    for j, (_, lobe, _) in enumerate(lesions):
        factor = 1 - SHRINK if lobe in treated else 1.0
        assert world.lesions.share[0, j] == pytest.approx(before[j] * factor)


def test_a_course_broken_off_after_one_side_still_has_its_effect_there(planned, care):
    world = planned(*BOTH_SIDES, session_most_ecog=2)
    for stage in (Stage.MAPPED, Stage.NEXT_SESSION, Stage.SESSION_OVER, Stage.RECOVERED):
        care.step(world, stage)
    world.courses[0].ecog = 3
    assert care.step(world, Stage.NEXT_SESSION).then == Stage.SCANNED
    care.rings(world, Alarm.RESPONSE_SHOWS, int(world.courses[0].response_at))
    assert world.lesions.share[0, :2].tolist() == pytest.approx([0.05 * (1 - SHRINK), 0.02])


def test_who_does_not_respond_may_still_be_held_stable(planned, care):
    world = planned(*BOTH_SIDES, tare_response="0 %")
    course(world, care)
    c = world.courses[0]
    assert (c.response_at, c.hold_factor) == (NEVER, world.known[Known.TARE_GROWTH_FACTOR])


def test_growth_is_held_from_the_last_side_on(planned, care):
    world = planned(*BOTH_SIDES)
    for stage in (Stage.MAPPED, Stage.NEXT_SESSION, Stage.SESSION_OVER):
        care.step(world, stage)
    assert world.courses[0].hold_factor == 1.0
    for stage in (Stage.RECOVERED, Stage.NEXT_SESSION, Stage.SESSION_OVER):
        care.step(world, stage)
    assert world.courses[0].hold_factor == world.known[Known.TARE_GROWTH_FACTOR]
    assert 1000 < world.courses[0].hold_until < NEVER


def test_hormonal_symptoms_are_relieved_for_a_time(planned, care, doors):
    world = planned(*BOTH_SIDES, tare_relief__share="100 %", symptomatic_burden="1 %")
    world.traits[0].functioning = 1
    assert doors.symptomatic(world, 0)
    course(world, care)
    assert not doors.symptomatic(world, 0)


# ------------------------------------------------------------------ risks


def give_to_all(world, doors, sides: int) -> np.ndarray:
    """A whole course to every patient of a world; the extra minutes in hospital of each."""
    extra = np.zeros(len(world.traits))
    for i in range(len(world.traits)):
        doors.begin(world, i, 0)
        c = world.courses[i]
        c.treatment, c.courses_made, c.sides = Treatment.TARE, 1, 3 if sides == 2 else 1
        for session in range(sides):
            c.session = session
            extra[i] += doors.give(world, i, 0)
    return extra


def close_to(share: float, of: int) -> object:
    return pytest.approx(share, abs=3.5 * math.sqrt(share * (1 - share) / of))


def test_deaths_within_thirty_days_and_complications_are_as_many_as_the_cards_say(world_of, doors):
    world = world_of(
        800,
        tare_mortality="20 %", tare_morbidity__usual="30 %", tare_morbidity__biliary="60 %",
        carcinoid_crisis__covered="0 %",
    )  # fmt: skip
    world.traits.biliary = np.arange(800) % 2
    extra = give_to_all(world, doors, 2)
    dies = world.courses.procedure_death_at < NEVER
    assert dies.mean() == close_to(0.2, 800)
    assert world.courses.procedure_death_at[dies].max() <= 30 * DAY + 1
    assert (extra > 0)[::2].mean() == close_to(0.3, 400)
    assert (extra > 0)[1::2].mean() == close_to(0.6, 400)
    assert set(extra.tolist()) == {
        0, world.known[Known.TARE_COMPLICATED_STAY_MINOR], world.known[Known.TARE_COMPLICATED_STAY_SEVERE]
    }  # fmt: skip


def test_the_liver_declines_more_often_where_both_sides_were_treated_and_in_the_same_patients_among_others(
    world_of, doors
):
    declines = {}
    for sides in (1, 2):
        world = world_of(800)
        give_to_all(world, doors, sides)
        declines[sides] = world.courses.decline_at < NEVER
    assert declines[1].mean() == close_to(0.1, 800)
    assert declines[2].mean() == close_to(0.2, 800)
    assert (declines[2] | ~declines[1]).all()


def test_decline_comes_years_later(world_of, doors):
    world = world_of(800, tare_decline__whole_liver="100 %")
    give_to_all(world, doors, 2)
    years = world.courses.decline_at / (12 * MONTH)
    assert np.median(years) == pytest.approx(3, rel=0.1)
    assert (years > 1 / 2).mean() > 0.98


@pytest.mark.parametrize(("phase", "ring"), [(Phase.SURVEILLANCE, Ring.REDIRECT), (Phase.UNDER_TREATMENT, Ring.SILENT)])
def test_a_liver_that_declines_makes_her_frailer_and_brings_her_to_a_visit(planned, care, phase, ring):
    world = planned(*BOTH_SIDES, tare_decline_death__share="0 %")
    c = world.courses[0]
    c.phase, c.had_disease, c.decline_at = phase, 1, 1000
    rung = care.rings(world, Alarm.LIVER_DECLINE)
    assert rung.notes == [(Event.COMPLICATED, 0, TARE), (Event.WORSENED, 1, -1)]
    assert (rung.ring, c.ecog, c.declined, c.decline_at, c.liver_death_at) == (ring, 1, 1, NEVER, NEVER)
    if ring == Ring.REDIRECT:
        assert rung.then == Stage.SYMPTOM_VISIT


def test_some_of_those_who_decline_die_of_it_and_the_treatment_is_named_as_the_cause(planned, care):
    world = planned(*BOTH_SIDES, tare_decline_death__share="100 %")
    c = world.courses[0]
    care.rings(world, Alarm.LIVER_DECLINE)
    assert 1000 < c.liver_death_at < NEVER
    rung = care.rings(world, Alarm.LIVER_DEATH, int(c.liver_death_at))
    assert rung.ring == Ring.DEATH
    assert world.plan.reply[0].why == FIRST_CAUSE + Cause.TREATMENT


def test_a_liver_that_has_declined_shows_in_the_bilirubin_and_bars_another_course(planned, care):
    world = planned(*BOTH_SIDES)
    world.traits[0].bilirubin, world.traits[0].biliary = 11.0, 1
    care.with_findings(world, **GROWING)
    for declined, row in ((0, "radioembolisation_progressing"), (1, "targeted_elsewhere")):
        world.courses[0].declined = declined
        care.with_findings(world, progressing="present", targeted_had=0)
        asked = care.step(world, Stage.DISCUSSED)
        assert asked.notes[-1][2] == FIRST_MAIN_ROW + care.row_called(row)
    assert world.findings[0, Finding.BILIRUBIN_UMOL_L] == pytest.approx(55)


def test_what_is_new_comes_after_what_was_there_at_the_same_minute(planned, doors):
    world = planned(*BOTH_SIDES)
    c = world.courses[0]
    c.new_lesion_at = c.response_at = c.decline_at = c.liver_death_at = 500
    doors.set_alarm(world, 0, 0)
    assert (c.alarm_at, c.alarm_kind) == (500, Alarm.NEW_LESION)


# ------------------------------------------------------------------ where, and for whom


def test_where_another_centre_gives_it_no_list_and_no_bed_is_taken_here(planned, care):
    choices = {"care": {"tare": ("elsewhere", 40.0 * DAY, 0.0)}}
    world = planned(*BOTH_SIDES, choices=choices, tare_morbidity__usual="100 %")
    world.traits[0].biliary = 0
    ((kind, _, waits),) = care.step(world, Stage.ARRANGED, 0).orders
    assert (kind, waits) == (Kind.WAIT, 40 * DAY)
    assert care.step(world, Stage.MAPPING).orders == [(Kind.WAIT, -1, 120)]
    took = course(world, care)
    assert all(kind == Kind.WAIT for _, _, asked in took for kind, _, _ in asked.orders)
    assert len(sessions(took)) == 2


def test_who_does_not_want_embolisation_is_offered_radioembolisation_and_not_embolisation_by_another_row(
    patient_with, care
):
    world = patient_with((0.1, 0, 1), **CERTAIN | {"board_adherence": "0 %", "symptomatic_burden": "1 %"})
    world.traits[0].functioning, world.traits[0].biliary, world.traits[0].bilirubin = 1, 0, 11.0
    care.with_findings(world, **GROWING)
    asked = care.step(world, Stage.DISCUSSED)
    rows = {event: why for event, _, why in asked.notes}
    assert rows[Event.REFUSED] in (FIRST_TREATMENT + Treatment.TAE, FIRST_TREATMENT + Treatment.TACE)
    assert rows[Event.DECIDED] == FIRST_MAIN_ROW + care.row_called("radioembolisation_symptoms")


def test_prrt_after_radioembolisation_is_not_barred(patient_with, care):
    world = patient_with((0.1, 0, 1), **CERTAIN)
    care.with_findings(
        world, **GROWING | {"receptors": "positive", "embolisations_had": 1, "tare_had": 1, "prrt_had": 0}
    )
    world.traits[0].egfr = 90.0
    asked = care.step(world, Stage.DISCUSSED)
    assert asked.notes[-1][2] == FIRST_MAIN_ROW + care.row_called("prrt_progressing")
