"""Liver transplant: who is asked about it, the list and what takes her off it, the graft, the operation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clinic.alarms import ring
from sim.clinic.board import Finding
from sim.clinic.disease import Alarm
from sim.clinic.pathway import advance
from sim.clinic.patient import BloodGroup, Exclusion, Grade, Phase, Site, Spread
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_CAUSE, FIRST_MAIN_ROW, FIRST_TREATMENT, Cause, Stage, stage_names
from sim.clinic.transplant import grafts_that_suit
from sim.engine.hospital import Hospital, Resource, Sitting
from sim.engine.reference import run_reference
from sim.errors import InputError
from sim.log import Event, Happening
from sim.steps import NEVER, Kind, Ring

DAY, MONTH, YEAR = 1440, 43_830, 525_960
TRANSPLANT = FIRST_TREATMENT + Treatment.TRANSPLANT
CERTAIN = {
    "board_deferral": "0 %",
    "board_adherence": "100 %",
    "measurement_error": 0.0,
    "liver_volume_ml": 1600,
    "detection_ct__ceiling": "0 %",
    "detection_mri__ceiling": "0 %",
    "transplant_mortality__share": "0 %",
    "transplant_morbidity__share": "0 %",
    "transplant_graft_loss": "0 %",
    "transplant_residue__share": "100 %",
    "transplant_residue__median": 1e-7,
    "transplant_residue__sigma": 0.0,
}
ELIGIBLE = {
    "liver_metastases": "present", "pattern": "type_3", "lesions": 3, "liver_burden_pct": 10, "primary": "resected",
    "extrahepatic": "absent", "nodes": "absent", "differentiation": "well", "ki67_pct": 4, "receptors": "positive",
    "analogue": "present", "progressing": "absent",
}  # fmt: skip
EVERYWHERE = [(0.06, 0, 1), (0.05, 1, 1)]
LISTED_AT = 400 * DAY


@pytest.fixture(scope="session")
def candidate(patient_with, care):
    """`candidate(lesions, **evidence)`: 45 years old, metastases seen in minute 0 and quiet for 400 days since."""

    def make(*lesions, choices=None, **evidence):
        world = patient_with(*(lesions or EVERYWHERE), choices=choices, **CERTAIN | evidence)
        c, p = world.courses[0], world.traits[0]
        p.age, p.arrived, p.site, p.grade, p.exclusion = 45.0, 0, Site.SMALL_INTESTINE, Grade.G1, Exclusion.NONE
        p.kidney_disease, p.functioning, p.blood_group = 0, 0, BloodGroup.O
        c.growth, c.had_disease, c.nelm_minute, c.presented, c.nadir_cm = 0.0, 1, 0, 1, 100.0
        c.treatment, c.courses_made, c.phase, c.anchor = Treatment.TRANSPLANT, 1, Phase.WAITING, LISTED_AT
        care.with_findings(world, **ELIGIBLE)
        return world

    return make


@pytest.fixture(scope="session")
def waiting(candidate, care):
    """The same, on the list."""

    def make(*lesions, **evidence):
        world = candidate(*lesions, **evidence)
        care.step(world, Stage.LISTED, LISTED_AT)
        return world

    return make


def decided(asked) -> int:
    _, (_, _, why) = (note for note in asked.notes if note[0] == Event.DECIDED)  # the background's comes first
    return why - FIRST_MAIN_ROW


# ------------------------------------------------------------------ who is asked


def test_who_has_been_quiet_for_half_a_year_is_discussed_once_although_nothing_has_changed(candidate, care):
    world = candidate()
    world.courses[0].phase = Phase.SURVEILLANCE
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == Stage.DISCUSSED
    assert decided(care.step(world, Stage.DISCUSSED, LISTED_AT + 7 * DAY)) == care.row_called("transplant_type_3")
    assert care.step(world, Stage.ASSESSED, LISTED_AT + 200 * DAY).then == Stage.SURVEILLANCE_DUE


@pytest.mark.parametrize(("months", "follows"), [(5, Stage.SURVEILLANCE_DUE), (7, Stage.DISCUSSED)])
def test_quiet_is_counted_from_the_last_growth_seen(candidate, care, months, follows):
    world = candidate()
    world.courses[0].changed_at = LISTED_AT - months * MONTH
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == follows


def test_growth_seen_ends_the_quiet_and_the_board_may_be_asked_anew_afterwards(candidate, care):
    world = candidate()
    c = world.courses[0]
    c.graft_considered, c.nadir_cm = 1, 1.0
    care.step(world, Stage.ASSESSED, LISTED_AT)
    assert (c.changed_at, c.graft_considered) == (LISTED_AT, 0)


def test_a_primary_that_is_still_there_is_taken_out_first_and_then_the_board_is_asked_again(candidate, care):
    world = candidate()
    care.with_findings(world, primary="in_place")
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == Stage.DISCUSSED
    asked = care.step(world, Stage.DISCUSSED, LISTED_AT)
    assert (decided(asked), asked.then) == (care.row_called("primary_before_transplant"), Stage.PRIMARY_OPERATED)
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == Stage.SURVEILLANCE_DUE  # she did not want it
    care.step(world, Stage.PRIMARY_OPERATED, LISTED_AT)
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == Stage.DISCUSSED
    assert decided(care.step(world, Stage.DISCUSSED, LISTED_AT)) == care.row_called("transplant_type_3")


@pytest.mark.parametrize(
    ("name", "value"),
    [("age", 56.0), ("exclusion", Exclusion.HEART), ("exclusion", Exclusion.NO_SUPPORT), ("site", Site.UNKNOWN)],
)
def test_who_may_not_have_one_is_left_in_peace(candidate, care, name, value):
    world = candidate()
    world.traits[0][name] = value
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == Stage.SURVEILLANCE_DUE


def test_nobody_is_asked_where_no_centre_transplants(candidate, care):
    world = candidate(choices={"care": {"transplant": ("none", 0.0, 0.0)}})
    assert care.step(world, Stage.ASSESSED, LISTED_AT).then == Stage.SURVEILLANCE_DUE


def test_blood_groups_and_exclusions_are_as_common_as_the_cards_say(world_of):
    traits = world_of(4_000).traits
    shares = np.bincount(traits.blood_group, minlength=4) / 4_000
    assert shares == pytest.approx([0.48, 0.39, 0.10, 0.03], abs=0.028)
    barred = np.bincount(traits.exclusion, minlength=7) / 4_000
    assert barred[1:] == pytest.approx([0.05, 0.005, 0.03, 0.001, 0.04, 0.04], abs=0.012)


# ------------------------------------------------------------------ which grafts


@pytest.mark.parametrize(
    ("group", "suit"),
    [
        (BloodGroup.O, {"o"}),
        (BloodGroup.A, {"o", "a"}),
        (BloodGroup.B, {"o", "b"}),
        (BloodGroup.AB, {"o", "a", "b", "ab"}),
    ],
)
@given(kinds=st.permutations(["o", "a", "b", "ab"]), left=st.integers(1, 4))
def test_a_patient_gets_only_grafts_of_compatible_groups_in_whatever_order_a_scenario_names_them(
    group, suit, kinds, left
):
    kinds = kinds[:left]
    mask = grafts_that_suit(kinds)[group]
    assert {kind for place, kind in enumerate(kinds) if mask >> place & 1} == suit & set(kinds)


def test_a_kind_of_graft_that_is_no_blood_group_is_refused():
    with pytest.raises(InputError, match=r"resources\.grafts\.kinds"):
        grafts_that_suit(["o", "rhesus"])


@pytest.mark.parametrize(("group", "mask"), [(BloodGroup.O, 0b0100), (BloodGroup.A, 0b0110), (BloodGroup.AB, 0b1111)])
def test_the_order_asks_for_the_kinds_that_suit_her(candidate, care, group, mask):
    world = candidate(choices={"grafts": ("ab", "a", "o", "b")})
    world.traits[0].blood_group = group
    assert care.step(world, Stage.LISTED, LISTED_AT).standing == [
        (Kind.OFFER, Role.GRAFTS, mask, Stage.TRANSPLANTED),
    ]


# ------------------------------------------------------------------ the list


def test_six_weeks_of_assessment_a_receptor_pet_and_a_visit_come_before_the_list(candidate, care):
    world = candidate()
    world.courses[0].decided_at = LISTED_AT
    asked = care.step(world, Stage.ARRANGED, LISTED_AT)
    assert asked.then == Stage.GRAFT_ASSESSMENT
    assert asked.orders[0][0] == Kind.WAIT
    assert asked.orders[0][2] >= 42 * DAY
    asked = care.step(world, Stage.GRAFT_ASSESSMENT, LISTED_AT)
    assert [order[:2] for order in asked.orders] == [(Kind.LIST, Role.PET), (Kind.LIST, Role.CLINIC)]
    assert asked.then == Stage.LISTED


def test_on_the_list_she_waits_for_a_graft_beside_her_journey_and_is_scanned_every_three_months(candidate, care):
    world = candidate()
    asked = care.step(world, Stage.LISTED, LISTED_AT)
    (order,) = [order for order in world.plan.orders[:2] if order.standing]
    assert (order.minutes, order.second, order.second_minutes) == (420, Role.ICU, 3 * DAY)
    assert (asked.orders, asked.then) == ([(Kind.WAIT, -1, 3 * MONTH)], Stage.RESCAN_DUE)
    assert (asked.events, world.courses[0].listed) == ([Event.SIZED], 1)
    assert care.step(world, Stage.RESCAN_DUE, LISTED_AT).orders[0][:2] == (Kind.LIST, Role.CT)
    assert care.answer(world).then == Stage.RESCANNED
    assert care.step(world, Stage.RESCANNED, LISTED_AT).then == Stage.LIST_REVIEWED


def test_who_is_unchanged_stays_on_the_list_in_her_old_place(waiting, care):
    world = waiting()
    asked = care.step(world, Stage.LIST_REVIEWED, LISTED_AT + 100 * DAY)
    assert (asked.then, asked.withdraw, asked.standing) == (Stage.RESCAN_DUE, -1, [])
    assert (asked.events, world.courses[0].listed) == ([Event.SIZED, Event.MEASURED, Event.MARKER], 1)


def test_who_has_changed_between_decision_and_listing_is_not_listed(candidate, care):
    world = candidate()
    world.traits[0].age = 55.0
    asked = care.step(world, Stage.LISTED, LISTED_AT)
    assert (asked.then, asked.standing) == (Stage.DISCUSSED, [])
    assert asked.notes[1:] == [(Event.LOST, FIRST_CAUSE + Cause.AGE, TRANSPLANT)]
    assert asked.events[0] == Event.SIZED


@pytest.mark.parametrize(("receptors", "pet", "listed"), [(1, "100 %", False), (1, "0 %", True), (0, "100 %", True)])
def test_spread_that_the_scan_before_the_list_shows_keeps_her_off_it(candidate, care, receptors, pet, listed):
    """A centre without PET has the blunter scan here too."""
    sharp = {"extrahepatic_detection__pet": "100 %", "extrahepatic_detection__scintigraphy": "0 %"}
    world = candidate(**sharp, receptor_pet_share=pet)
    world.courses[0].extrahepatic, world.traits[0].receptors = Spread.BONE, receptors
    asked = care.step(world, Stage.LISTED, LISTED_AT)
    assert (asked.then, bool(world.courses[0].listed)) == (Stage.RESCAN_DUE if listed else Stage.DISCUSSED, listed)
    lost = [note for note in asked.notes if note[0] == Event.LOST]
    assert lost == ([] if listed else [(Event.LOST, FIRST_CAUSE + Cause.SPREAD, TRANSPLANT)])


def grown(world):
    world.courses[0].nadir_cm = 1.0


def spread(world):
    world.courses[0].extrahepatic = 1


def aged(world):
    world.traits[0].age = 54.0


def frail(world):
    world.courses[0].ecog = 2


def barred(world):
    world.traits[0].exclusion = Exclusion.SEPSIS


@pytest.mark.parametrize(
    ("happens", "cause"),
    [
        (grown, Cause.GROWTH),
        (spread, Cause.SPREAD),
        (aged, Cause.AGE),
        (frail, Cause.FRAILTY),
        (barred, Cause.UNSUITABLE),
    ],
)
def test_what_no_longer_fits_takes_her_off_the_list_and_back_to_the_board(waiting, care, happens, cause):
    world = waiting(extrahepatic_detection__ct="100 %", transplant_most_ecog=1)
    happens(world)
    asked = care.step(world, Stage.LIST_REVIEWED, LISTED_AT + 100 * DAY)
    assert (Event.LOST, FIRST_CAUSE + cause, TRANSPLANT) in asked.notes
    assert (asked.withdraw, asked.then) == (Role.GRAFTS, Stage.DISCUSSED)
    assert (world.courses[0].listed, world.courses[0].phase) == (0, Phase.WORK_UP)


@pytest.mark.parametrize(("burden", "stays"), [(0.50, True), (0.51, False)])
def test_more_than_half_the_liver_takes_her_off_the_list(waiting, care, doors, burden, stays):
    world = waiting((0.25, 0, 1), (0.24, 1, 1))
    doors.add_lesion(world, 0, 1e-9 + burden - 0.49 - 2e-9, 0)
    world.lesions.seen[0] = world.lesions.share[0] > 0
    asked = care.step(world, Stage.LIST_REVIEWED, LISTED_AT + 100 * DAY)
    assert world.courses[0].listed == stays
    assert ((Event.LOST, FIRST_CAUSE + Cause.BURDEN, TRANSPLANT) in asked.notes) is not stays


@pytest.mark.parametrize(("kind", "cause"), [(Alarm.WORSENING, Cause.FRAILTY), (Alarm.FAILING, Cause.LIVER_FAILURE)])
def test_a_body_or_a_liver_that_fails_takes_her_off_the_list_at_once(waiting, care, kind, cause):
    world = waiting()
    world.courses[0].ecog = 1
    rung = care.rings(world, kind, LISTED_AT + 10 * DAY)
    assert (rung.ring, rung.then, rung.withdraw) == (Ring.REDIRECT, Stage.SYMPTOM_VISIT, Role.GRAFTS)
    assert (Event.LOST, FIRST_CAUSE + cause, TRANSPLANT) in rung.notes
    assert world.courses[0].listed == 0


def test_who_becomes_too_frail_before_she_is_listed_has_lost_it_too(candidate, care):
    world = candidate(transplant_most_ecog=1, surgery_most_ecog=4, session_most_ecog=4)
    world.courses[0].ecog = 1
    rung = care.rings(world, Alarm.WORSENING, LISTED_AT)
    assert (rung.then, rung.withdraw) == (Stage.SYMPTOM_VISIT, -1)
    assert Event.LOST in rung.events


# ------------------------------------------------------------------ the operation


def test_after_the_operation_come_intensive_care_the_ward_and_surveillance(waiting, care):
    world = waiting()
    asked = care.step(world, Stage.TRANSPLANTED, LISTED_AT + 50 * DAY)
    assert asked.notes == [(Event.TREATED, 1, TRANSPLANT), (Event.CLEARED, 0, TRANSPLANT)]
    assert (asked.orders, asked.then) == ([(Kind.PLACE, Role.ICU, 3 * DAY)], Stage.FROM_ICU)
    assert world.plan.orders[0].keep == 1
    asked = care.step(world, Stage.FROM_ICU, LISTED_AT + 53 * DAY)
    assert (asked.orders, asked.then) == ([(Kind.PLACE, Role.WARD, 14 * DAY)], Stage.RECOVERED)
    asked = care.step(world, Stage.RECOVERED, LISTED_AT + 67 * DAY)
    assert asked.notes == [(Event.COMPLETED, 1, TRANSPLANT)]
    assert (asked.then, world.courses[0].listed) == (Stage.SURVEILLANCE_DUE, 0)


@pytest.mark.parametrize(("seeded", "left"), [("100 %", [1e-7]), ("0 %", [])])
def test_the_old_liver_takes_all_its_metastases_with_it_seen_or_not(waiting, care, seeded, left):
    """What is left has come from outside it, in some."""
    world = waiting((0.06, 0, 1), (0.05, 1, 1), (0.001, 1, 0), transplant_residue__share=seeded)
    care.step(world, Stage.TRANSPLANTED, LISTED_AT)
    assert world.courses[0].burden == pytest.approx(sum(left))
    assert sorted(share for share in world.lesions.share[0] if share > 0) == pytest.approx(left)
    assert world.findings[0, Finding.TRANSPLANTS_HAD] == 1


@pytest.mark.parametrize(("burden", "share"), [(0.05, 0.29), (0.1, 0.5), (0.4, 0.94)])
def test_a_graft_is_the_likelier_seeded_the_fuller_the_old_liver_was(world_of, doors, burden, share):
    world = world_of(400, transplant_residue__share="50 %", gompertz__reference_burden="10 %")
    for i in range(400):
        world.traits[i].metastasis_at = NEVER
        doors.begin(world, i, 0)
        doors.add_lesion(world, i, burden, 0)
        world.courses[i].treatment = Treatment.TRANSPLANT
        doors.give(world, i, 0)
    assert (world.courses.burden > 0).mean() == pytest.approx(share, abs=0.08)


@pytest.mark.parametrize(("extrahepatic", "goes_on"), [(0, False), (1, True)])
def test_disease_outside_the_liver_stays_and_goes_on_seeding_the_graft(waiting, care, extrahepatic, goes_on):
    world = waiting()
    c = world.courses[0]
    c.extrahepatic, c.new_lesion_at = extrahepatic, 900 * DAY
    care.step(world, Stage.TRANSPLANTED, LISTED_AT)
    assert c.extrahepatic == extrahepatic
    assert bool(c.new_lesion_at < NEVER) is goes_on


def test_a_graft_is_seeded_from_the_day_on_which_disease_spreads(waiting, care):
    world = waiting()
    c = world.courses[0]
    c.extrahepatic_at, c.growth = 900 * DAY, world.traits[0].growth
    care.step(world, Stage.TRANSPLANTED, LISTED_AT)
    care.rings(world, Alarm.SPREAD, 900 * DAY)
    assert c.extrahepatic > 0
    assert 900 * DAY < c.new_lesion_at < NEVER


def test_what_the_old_liver_suffered_from_ends_with_it(waiting, care):
    world = waiting()
    c = world.courses[0]
    c.failed, c.declined, c.irradiated, c.responding = 1, 1, 3, 3
    c.decline_at = c.response_at = c.liver_death_at = 900 * DAY
    care.step(world, Stage.TRANSPLANTED, LISTED_AT)
    assert (c.failed, c.declined, c.irradiated, c.responding) == (0, 0, 0, 0)
    assert (c.decline_at, c.response_at, c.liver_death_at) == (NEVER, NEVER, NEVER)


def test_one_transplant_is_all_the_board_offers(waiting, care):
    world = waiting()
    care.step(world, Stage.TRANSPLANTED, LISTED_AT)
    care.with_findings(world, **ELIGIBLE)
    assert decided(care.step(world, Stage.DISCUSSED, LISTED_AT + YEAR)) == care.row_called("watched")


def test_a_graft_that_fails_costs_a_second_stay(waiting, care):
    world = waiting(transplant_graft_loss="100 %")
    asked = care.step(world, Stage.TRANSPLANTED, LISTED_AT)
    assert (Event.COMPLICATED, 17 * DAY, TRANSPLANT) in asked.notes
    assert care.step(world, Stage.FROM_ICU, LISTED_AT).orders == [(Kind.PLACE, Role.WARD, (14 + 17) * DAY)]


def test_deaths_within_ninety_days_and_lost_grafts_are_as_many_as_the_cards_say(world_of, doors):
    many = 700
    risks = {
        "transplant_mortality__share": "20 %",
        "transplant_graft_loss": "30 %",
        "transplant_morbidity__share": "0 %",
    }
    world = world_of(many, **risks)
    lost = 0
    for i in range(many):
        doors.begin(world, i, 0)
        world.courses[i].treatment, world.courses[i].courses_made = Treatment.TRANSPLANT, 1
        lost += doors.give(world, i, 0) > 0
    dies = world.courses.procedure_death_at < NEVER
    assert dies.mean() == pytest.approx(0.2, abs=3.5 * math.sqrt(0.2 * 0.8 / many))
    assert lost / many == pytest.approx(0.3, abs=3.5 * math.sqrt(0.3 * 0.7 / many))
    days = world.courses.procedure_death_at[dies] / DAY
    assert 80 < days.max() <= 90.1


# ------------------------------------------------------------------ elsewhere


def test_where_another_centre_transplants_its_wait_stands_in_place_of_the_offer(candidate, care):
    world = candidate(choices={"care": {"transplant": ("elsewhere", 200.0 * DAY, 0.0)}})
    world.courses[0].decided_at = LISTED_AT - 50 * DAY
    kinds = [kind for kind, _, _ in care.step(world, Stage.GRAFT_ASSESSMENT, LISTED_AT).orders]
    assert kinds == [Kind.LIST, Kind.WAIT]  # the receptor PET is done here
    now, stage, seen = LISTED_AT, Stage.LISTED, []
    while stage != Stage.SURVEILLANCE_DUE:
        asked = care.step(world, stage, now)
        seen.append((stage, now))
        assert asked.standing == []
        if stage != Stage.RESCAN_DUE:  # scans are done here all the same
            assert [kind for kind, _, _ in asked.orders] == [Kind.WAIT]
        now, stage = now + max(minutes for _, _, minutes in asked.orders), asked.then
    assert [stage for stage, _ in seen] == [
        *(Stage.LISTED, Stage.RESCAN_DUE, Stage.RESCANNED, Stage.LIST_REVIEWED),
        *(Stage.TRANSPLANTED, Stage.FROM_ICU, Stage.RECOVERED),
    ]
    assert (
        dict(seen)[Stage.TRANSPLANTED] == LISTED_AT + 150 * DAY + 420
    )  # 200 days from the decision, and the operation


# ------------------------------------------------------------------ with a hospital


class OnTheList:
    """One patient who begins her run when she is listed."""

    first_step = Stage.LISTED.value

    def __init__(self, world):
        self.world, self.plan = world, world.plan
        self.names = {"steps": stage_names(), "whys": (), "resources": ()}

    def advance(self, patient, step, now):
        advance(self.world, patient, step, now)

    def ring(self, patient, now):
        ring(self.world, patient, now)


@pytest.mark.parametrize(("beds", "gets_it"), [(1, True), (0, False)])
def test_in_a_hospital_the_first_graft_that_suits_is_hers_if_intensive_care_has_a_bed(candidate, beds, gets_it):
    world = candidate(transplant_least_stable_months=0)
    world.traits[0].other_death_at = NEVER
    world.courses[0].anchor = 0
    places = {Role.ICU: beds, Role.WARD: 1, Role.INJECTIONS: 1, Role.DAY_BED: 1, Role.PRRT_ROOM: 1}
    resources = []
    for role in Role:
        name = role.name.lower()
        if role == Role.GRAFTS:
            resources.append(Resource(name, Kind.OFFER, rate_per_year=50, kinds=(0.5, 1.0)))
        elif role in places:
            resources.append(Resource(name, Kind.PLACE, capacity=((0, places[role]),)))
        else:
            resources.append(Resource(name, Kind.LIST, role.value, sittings=(Sitting(0, 10, name),)))
    ends = 80 * DAY
    hospital = Hospital(tuple(resources), (), ends, "report")
    arrivals = np.array([[5, 0]], np.int64)
    clinic = OnTheList(world)
    log = run_reference(hospital, clinic, arrivals, 7, dict(clinic.names), 0)
    rows = log.events[log.events[:, 0] == 0]
    offered = log.resources[(log.resources[:, 1] == Role.GRAFTS) & (log.resources[:, 2] == Happening.OFFERED)]
    suitable = [int(minute) for minute, _, _, _, kind, _ in offered.tolist() if kind == 0]
    assert len(suitable) > 1
    assert [int(row[2]) for row in rows if row[3] == Event.TREATED] == ([suitable[0] + 420] if gets_it else [])
    assert [int(row[2]) for row in rows if row[3] == Event.DECLINED] == ([] if gets_it else suitable)
    out_of_icu = suitable[0] + 420 + 3 * DAY
    occupied = log.resources[log.resources[:, 2] == Happening.OCCUPIED]
    assert [(int(row[0]), Role(int(row[1])), int(row[4])) for row in occupied] == (
        [
            (suitable[0], Role.ICU, 1),
            (out_of_icu, Role.ICU, 0),
            (out_of_icu, Role.WARD, 1),
            (out_of_icu + 14 * DAY, Role.WARD, 0),
        ]
        if gets_it
        else []
    )
