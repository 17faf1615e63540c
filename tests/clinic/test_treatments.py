"""What treatments do to lesions, growth and symptoms, and what they leave."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clinic.board import Finding
from sim.clinic.disease import Alarm
from sim.clinic.known import Known
from sim.clinic.lesions import diameter, share_of
from sim.clinic.patient import Ask
from sim.clinic.protocols import ABLATIONS, BACKGROUND, MAIN, Family, Role, Treatment, protocols
from sim.draws import uniform
from sim.evidence import read_evidence
from sim.steps import NEVER

LIVER = 1600.0
DAY = 1440
BLIND_TABLE = {"detection_intraoperative__ceiling": "0 %"}
NO_RESIDUE = {
    "residue_complete__median": 2e-9,
    "residue_complete__sigma": 0.0,
    "residue_r1__median": 2e-9,
    "residue_r1__sigma": 0.0,
}
SURE = {
    "ablation_local_failure": "0 %",
    "ablation_unsuitable_site": "0 %",
    "liver_volume_ml": 1600,
    "ablation_limit_cm": 3.0,
}
SURGERY = NO_RESIDUE | SURE


def cm(size: float) -> float:
    return share_of(size, LIVER)


def treated(world, doors, treatment: Treatment, session: int = 0, now: int = 0) -> int:
    """One session; gives the extra minutes in hospital."""
    c = world.courses[0]
    c.treatment, c.session = treatment, session
    c.courses_made = max(c.courses_made, 1)
    world.findings[0, Finding.LESIONS] = ((world.lesions.seen[0] == 1) & (world.lesions.share[0] > 0)).sum()
    return int(doors.give(world, 0, now))


def left(world, lesions: int) -> list[float]:
    """What is left of each of the first lesions, as a share of the liver."""
    return world.lesions.share[0, :lesions].tolist()


# ------------------------------------------------------------------ resection


def test_a_minor_resection_takes_what_is_seen_in_its_lobe_and_leaves_what_nobody_saw(patient_with, doors):
    lesions = [(cm(3), 0, 1), (cm(2), 0, 1), (cm(0.5), 0, 0), (cm(0.5), 1, 0)]
    world = patient_with(*lesions, **SURGERY, **BLIND_TABLE)
    treated(world, doors, Treatment.MINOR_RESECTION)
    residue = 2e-9
    places = sorted(share for share in world.lesions.share[0] if share > 0)
    assert places == pytest.approx([residue, cm(0.5), cm(0.5)])
    assert world.courses[0].burden == pytest.approx(2 * cm(0.5) + residue)
    assert (world.courses[0].clear, world.courses[0].major) == (1, 0)
    assert world.findings[0, Finding.RESECTIONS_HAD] == 1


def test_ultrasound_on_the_table_finds_what_imaging_missed(patient_with, doors):
    sharp = {"detection_intraoperative__ceiling": "100 %", "detection_intraoperative__half_cm": 0.05}
    world = patient_with((cm(3), 0, 1), (cm(0.5), 0, 0), **SURGERY, **sharp)
    world.lesions.hidden[0, 1] = 0.5
    treated(world, doors, Treatment.MINOR_RESECTION)
    assert world.courses[0].burden == pytest.approx(2e-9)


def test_a_major_resection_takes_the_whole_lobe_seen_or_not(patient_with, doors):
    lesions = [(cm(2), 0, 1)] * 4 + [(cm(0.5), 0, 0), (cm(0.5), 1, 0)]
    world = patient_with(*lesions, **SURGERY, **BLIND_TABLE)
    treated(world, doors, Treatment.MAJOR_RESECTION)
    assert world.courses[0].major == 1
    assert sorted(share for share in world.lesions.share[0] if share > 0) == pytest.approx([2e-9, cm(0.5)])


def test_resection_with_ablation_clears_both_lobes_of_what_is_seen(patient_with, doors):
    lesions = [(cm(8), 0, 1), (cm(3), 0, 1), (cm(2), 1, 1), (cm(1), 1, 1), (cm(0.4), 1, 0)]
    world = patient_with(*lesions, **SURGERY, **BLIND_TABLE)
    treated(world, doors, Treatment.RESECTION_WITH_ABLATION)
    assert world.courses[0].burden == pytest.approx(cm(0.4) + 2e-9)
    assert world.courses[0].clear == 1


def test_a_satellite_that_has_outgrown_the_needle_stays_and_the_liver_is_not_clear(patient_with, doors):
    world = patient_with((cm(8), 0, 1), (cm(3.2), 1, 1), **SURGERY, **BLIND_TABLE)
    treated(world, doors, Treatment.RESECTION_WITH_ABLATION)
    assert world.courses[0].burden == pytest.approx(cm(3.2))  # a residue is what is left where nothing visible is
    assert world.courses[0].clear == 0


@pytest.mark.parametrize(("number", "treatment"), [(2, Treatment.MINOR_RESECTION), (4, Treatment.MAJOR_RESECTION)])
def test_disease_that_is_all_in_the_other_lobe_is_resected_there(patient_with, doors, number, treatment):
    """After an earlier resection what comes back may lie in the lobe that was left."""
    world = patient_with(*[(cm(2), 1, 1)] * number, **SURGERY, **BLIND_TABLE)
    treated(world, doors, treatment)
    assert world.courses[0].burden == pytest.approx(2e-9)
    assert world.courses[0].clear == 1


def test_resection_leaves_a_residue_larger_where_a_margin_is_involved(patient_with, doors):
    burdens = []
    for involved in ("0 %", "100 %"):
        world = patient_with((cm(3), 0, 1), **SURE, **BLIND_TABLE, r1_share=involved)
        treated(world, doors, Treatment.MINOR_RESECTION)
        burdens.append(world.courses[0].burden)
    assert 0 < burdens[0] < burdens[1] < cm(3)


# ------------------------------------------------------------------ ablation


def test_ablation_destroys_what_is_seen_and_leaves_the_residue_of_an_operation(patient_with, doors):
    residue = NO_RESIDUE["residue_complete__median"]
    world = patient_with((cm(2), 0, 1), (cm(3), 1, 1), (cm(1), 1, 0), **SURE | NO_RESIDUE)
    treated(world, doors, Treatment.RADIOFREQUENCY)
    assert left(world, 3) == pytest.approx([residue, 0, cm(1)])
    assert (world.lesions[0, 0].lobe, world.lesions[0, 0].seen) == (1, 0)  # where the largest of them lay
    assert world.findings[0, Finding.ABLATIONS_HAD] == 1


def test_where_there_is_nothing_to_ablate_no_residue_is_left(patient_with, doors):
    world = patient_with((cm(1), 1, 0), **SURE)
    treated(world, doors, Treatment.RADIOFREQUENCY)
    assert world.courses[0].burden == pytest.approx(cm(1))


def test_a_failed_ablation_leaves_its_rim_which_is_no_longer_seen(patient_with, doors):
    world = patient_with((cm(2), 0, 1), **SURE | {"ablation_local_failure": "100 %"}, ablation_rim="5 %")
    treated(world, doors, Treatment.RADIOFREQUENCY)
    assert left(world, 1) == pytest.approx([0.05 * cm(2)])
    assert world.lesions[0, 0].seen == 0


@pytest.mark.parametrize("treatment", ABLATIONS)
def test_whatever_destroys_lesions_fails_as_often(treatment):
    """None has been shown to be better, so that what is compared is who is ablated, not with what."""
    table = protocols(read_evidence().known())
    assert table[treatment].tolist() == table[Treatment.RADIOFREQUENCY].tolist()


@pytest.mark.parametrize(("size", "share"), [(1.0, 0.05), (2.0, 0.2), (4.0, 0.8)])
def test_the_larger_a_lesion_the_likelier_it_comes_back(world_of, doors, size, share):
    world = world_of(
        300, ablation_local_failure="20 %", ablation_failure_size__reference_cm=2, ablation_failure_size__exponent=2,
        liver_volume_ml=1600, **NO_RESIDUE,
    )  # fmt: skip
    back = 0
    for i in range(300):
        world.traits[i].metastasis_at = NEVER
        doors.begin(world, i, 0)
        doors.add_lesion(world, i, cm(size), 0)
        world.lesions[i, 0].seen, world.courses[i].treatment = 1, Treatment.MICROWAVE
        doors.give(world, i, 0)
        back += world.lesions[i, 0].share > cm(0.1)
    assert back / 300 == pytest.approx(share, abs=0.07)


@pytest.mark.parametrize(("size", "suitable"), [(4.9, True), (5.1, False)])
def test_beyond_five_centimetres_nothing_is_ablated_whatever_a_centre_offers(patient_with, doors, size, suitable):
    world = patient_with((cm(size), 0, 1), **SURE | {"ablation_limit_cm": 8.0})
    world.courses[0].treatment = Treatment.CRYOABLATION
    assert bool(doors.still_suitable(world, 0)) is suitable


@pytest.mark.parametrize(("times", "barred"), [(1, 0), (2, 1)])
def test_what_has_come_back_twice_at_its_place_is_not_ablated_again(patient_with, doors, times, barred):
    world = patient_with((cm(2), 0, 1), **SURE | {"ablation_local_failure": "100 %"}, ablation_most_repeats=2)
    for course in range(times):
        world.lesions[0, 0].share, world.lesions[0, 0].seen = cm(2), 1
        treated(world, doors, Treatment.RADIOFREQUENCY)
        assert world.lesions[0, 0].ablated == course + 1
    world.lesions[0, 0].share, world.lesions[0, 0].seen = cm(2), 1
    doors.observe(world, 0, 0, 1)
    assert world.findings[0, Finding.NOT_ABLATABLE] == barred


def test_a_new_lesion_in_the_place_of_one_that_was_destroyed_has_not_been_ablated(patient_with, doors):
    world = patient_with((cm(2), 0, 1), **SURE)
    treated(world, doors, Treatment.RADIOFREQUENCY)
    doors.add_lesion(world, 0, cm(1), 0)
    assert world.lesions[0, 0].ablated == 0


@pytest.mark.parametrize("treatment", [Treatment.RADIOFREQUENCY, Treatment.RESECTION_WITH_ABLATION])
@pytest.mark.parametrize(("size", "suitable"), [(2.99, True), (3.01, False)])
def test_nothing_above_the_limit_is_ablated(patient_with, doors, treatment, size, suitable):
    world = patient_with(*[(cm(2.5), 0, 1)] * 3, (cm(size), 1, 1), **SURE)
    world.courses[0].treatment = treatment
    assert bool(doors.still_suitable(world, 0)) is suitable


def test_what_outgrew_the_needle_while_she_waited_is_found_on_the_table(patient_with, doors):
    world = patient_with((cm(2.9), 0, 1), **SURE)
    world.courses[0].treatment = Treatment.RADIOFREQUENCY
    assert doors.still_suitable(world, 0)
    doors.settle(world, 0, 10 * 525_960)
    assert diameter(world.lesions[0, 0].share, LIVER) > 3
    assert not doors.still_suitable(world, 0)


@pytest.mark.parametrize(
    ("treatment", "suitable"),
    [(Treatment.MINOR_RESECTION, False), (Treatment.MAJOR_RESECTION, False), (Treatment.RADIOFREQUENCY, True),
     (Treatment.RESECTION_WITH_ABLATION, False), (Treatment.DEBULKING, True), (Treatment.TACE, True),
     (Treatment.PRRT, True)],
)  # fmt: skip
def test_disease_outside_the_liver_stops_the_surgeon_only(patient_with, doors, treatment, suitable):
    world = patient_with((cm(2), 0, 1), **SURE)
    world.courses[0].extrahepatic = 1
    world.courses[0].treatment = treatment
    assert bool(doors.still_suitable(world, 0)) is suitable


# ------------------------------------------------------------------ embolisation, radionuclides, chemotherapy


DRUGS = (
    "temozolomide", "temozolomide_bevacizumab", "streptozocin", "platinum", "everolimus", "sunitinib", "surufatinib",
    "immunotherapy", "trial",
)  # fmt: skip
RESPONSES = ("embolisation_response", "prrt_response", "prrt_again__response", *(f"{drug}__response" for drug in DRUGS))
RESPONDS = dict.fromkeys((*RESPONSES, "tare_response"), "100 %")
FAILS = dict.fromkeys(RESPONSES, "0 %")


@pytest.mark.parametrize("treatment", [Treatment.TAE, Treatment.TACE])
@pytest.mark.parametrize("session", [0, 1])
def test_embolisation_shrinks_the_lobe_of_its_session_only(patient_with, doors, treatment, session):
    world = patient_with((cm(4), 0, 1), (cm(4), 1, 1), (cm(1), 0, 0), (cm(1), 1, 0), **RESPONDS)
    treated(world, doors, treatment, session)
    kept = 1 - world.protocols[treatment].shrink
    expected = [
        share * (kept if lobe == session else 1) for share, lobe in ((cm(4), 0), (cm(4), 1), (cm(1), 0), (cm(1), 1))
    ]
    assert left(world, 4) == pytest.approx(expected)


def test_embolisation_holds_growth_from_its_last_session(patient_with, doors):
    world = patient_with((cm(4), 0, 1), **RESPONDS)
    treated(world, doors, Treatment.TAE, 0)
    assert (world.courses[0].hold_factor, world.courses[0].hold_until) == (1.0, NEVER)
    treated(world, doors, Treatment.TAE, 1, 6 * 7 * DAY)
    assert world.courses[0].hold_factor == world.protocols[Treatment.TAE].growth_factor
    assert 6 * 7 * DAY < world.courses[0].hold_until < NEVER
    assert world.courses[0].hold_systemic == 0
    assert world.findings[0, Finding.EMBOLISATIONS_HAD] == 1


@pytest.mark.parametrize("treatment", [Treatment.PRRT, Treatment.TEMOZOLOMIDE, Treatment.PLATINUM])
def test_treatment_of_the_whole_body_holds_from_the_first_cycle_and_has_shrunk_by_the_first_scan(
    patient_with, doors, treatment
):
    world = patient_with((cm(4), 0, 1), (cm(1), 1, 0), **RESPONDS)
    first_scan = int(world.protocols[treatment].scanned_every) - 1
    for session in range(first_scan):
        treated(world, doors, treatment, session)
        assert left(world, 2) == pytest.approx([cm(4), cm(1)])
        assert world.courses[0].hold_factor == world.protocols[treatment].growth_factor
    for session in range(first_scan, int(world.protocols[treatment].sessions)):
        treated(world, doors, treatment, session)
    kept = 1 - world.protocols[treatment].shrink
    assert left(world, 2) == pytest.approx([kept * cm(4), kept * cm(1)])
    assert world.courses[0].hold_systemic == 1


@pytest.mark.parametrize("treatment", [Treatment.TACE, Treatment.PRRT, Treatment.TEMOZOLOMIDE, Treatment.PLATINUM])
def test_who_does_not_respond_does_not_shrink(patient_with, doors, treatment):
    world = patient_with((cm(4), 0, 1), (cm(4), 1, 1), **FAILS)
    for session in range(int(world.protocols[treatment].sessions)):
        treated(world, doors, treatment, session)
    assert left(world, 2) == pytest.approx([cm(4), cm(4)])


@pytest.mark.parametrize(
    ("treatment", "finding"),
    [
        (Treatment.MINOR_RESECTION, Finding.RESECTIONS_HAD),
        (Treatment.MAJOR_RESECTION, Finding.RESECTIONS_HAD),
        (Treatment.TWO_STEP_RESECTION, Finding.RESECTIONS_HAD),
        (Treatment.DEBULKING, Finding.RESECTIONS_HAD),
        (Treatment.RESECTION_WITH_ABLATION, Finding.RESECTIONS_HAD),
        (Treatment.RADIOFREQUENCY, Finding.ABLATIONS_HAD),
        (Treatment.TAE, Finding.EMBOLISATIONS_HAD),
        (Treatment.TACE, Finding.EMBOLISATIONS_HAD),
        (Treatment.PRRT, Finding.PRRT_HAD),
        (Treatment.TEMOZOLOMIDE, Finding.CHEMOTHERAPIES_HAD),
        (Treatment.PLATINUM, Finding.CHEMOTHERAPIES_HAD),
        (Treatment.TEMOZOLOMIDE_BEVACIZUMAB, Finding.CHEMOTHERAPIES_HAD),
    ],
)
def test_a_course_is_counted_once_however_many_sessions_it_has(patient_with, doors, treatment, finding):
    world = patient_with((cm(2), 0, 1), **SURE)
    before = world.findings[0].copy()
    for session in range(int(world.protocols[treatment].sessions)):
        treated(world, doors, treatment, session)
    had = range(Finding.EMBOLISATIONS_HAD, Finding.ABLATIONS_HAD + 1)
    counted = {Finding(k): world.findings[0, k] - before[k] for k in had}
    assert counted == {Finding(k): float(k == finding) for k in had}


# ------------------------------------------------------------------ relief, complications, the analogue


def test_relief_is_for_functioning_tumours_and_lasts(patient_with, doors):
    for functioning in (0, 1):
        world = patient_with((cm(6), 0, 1), **RESPONDS, embolisation_relief__share="100 %")
        world.traits[0].functioning = functioning
        treated(world, doors, Treatment.TACE, 0, 1000)
        assert (world.courses[0].relief_until != NEVER) == (functioning == 1)
        assert not doors.symptomatic(world, 0)


def test_a_shorter_relief_does_not_end_a_longer_one(patient_with, doors):
    world = patient_with((cm(6), 0, 1), embolisation_relief__share="100 %")
    world.traits[0].functioning = 1
    world.courses[0].relief_until = 10**12
    treated(world, doors, Treatment.TACE)
    assert world.courses[0].relief_until == 10**12


@pytest.mark.parametrize(("mortality", "dies"), [("0 %", False), ("100 %", True)])
def test_death_after_a_procedure_falls_within_30_days_and_not_in_its_own_minute(patient_with, doors, mortality, dies):
    for seed_patient in range(5):
        world = patient_with((cm(3), 0, 1), resection_mortality__minor=mortality)
        world.courses[0].courses_made = seed_patient + 1
        treated(world, doors, Treatment.MINOR_RESECTION, 0, 5000)
        if dies:
            assert 5000 < world.courses[0].procedure_death_at <= 5001 + 30 * DAY
        else:
            assert world.courses[0].procedure_death_at == NEVER


@pytest.mark.parametrize(("morbidity", "extra"), [("0 %", 0), ("100 %", 7 * DAY)])
def test_a_complication_costs_the_stay_of_its_card_and_comes_once_a_course(patient_with, doors, morbidity, extra):
    world = patient_with((cm(3), 0, 1), (cm(3), 1, 1), resection_morbidity_by_extent__minor=morbidity,
                         embolisation_morbidity=morbidity, resection_complicated_stay__minor="7 days",
                         resection_complicated_stay__severe="7 days", carcinoid_crisis__covered="0 %",
                         embolisation_complicated_stay="7 days")  # fmt: skip
    assert treated(world, doors, Treatment.MINOR_RESECTION) == extra
    assert treated(world, doors, Treatment.TACE, 0) == extra
    assert treated(world, doors, Treatment.TACE, 1) == 0


def test_the_analogue_slows_growth_until_resistance(patient_with, doors):
    world = patient_with((cm(3), 0, 1))
    doors.start_analogue(world, 0, 100)
    c = world.courses[0]
    assert world.known[Known.SSA_GROWTH_FACTOR] < c.ssa_factor < 1
    assert 100 < c.ssa_until < NEVER
    assert world.findings[0, Finding.ANALOGUE] == 1


def test_the_effect_of_the_analogue_is_halved_by_so_much_ki67(patient_with, doors):
    world = patient_with((cm(3), 0, 1), ssa_growth_factor=0.2, ssa_half_effect_ki67=10)
    factors = []
    for ki67 in (0, 10, 20, 100):
        world.traits[0].ki67 = ki67
        doors.start_analogue(world, 0, 100)
        factors.append(float(world.courses[0].ssa_factor))
    assert factors == pytest.approx([0.2, 0.6, 0.8, 1.0], abs=1e-3)


# ------------------------------------------------------------------ sessions


def test_surgery_takes_longer_if_it_is_major_or_ablates_as_well(patient_with, doors):
    minutes = {
        "resection_minutes__minor": "180 min",
        "resection_minutes__major": "300 min",
        "ablation_intraoperative_minutes": "20 min",
    }
    world = patient_with((cm(3), 0, 1), (cm(1), 1, 1), (cm(1), 1, 1), **minutes, resection_minor_most_lesions=3)
    world.findings[0, Finding.PRIMARY] = 1
    for lesions, treatment, expected in (
        (3, Treatment.MINOR_RESECTION, 180),
        (4, Treatment.MAJOR_RESECTION, 340),  # the two of the other lobe are ablated
        (3, Treatment.RESECTION_WITH_ABLATION, 220),
    ):
        world.findings[0, Finding.LESIONS] = lesions
        world.courses[0].treatment = treatment
        assert doors.session_minutes(world, 0) == expected


def test_ablation_takes_longer_for_each_further_lesion(patient_with, doors):
    minutes = {"ablation_minutes__first": "60 min", "ablation_minutes__extra": "15 min"}
    world = patient_with(*[(cm(1), j % 2, 1) for j in range(3)], **minutes)
    world.courses[0].treatment = Treatment.RADIOFREQUENCY
    assert doors.session_minutes(world, 0) == 90


def test_embolisation_stays_a_day_or_a_night_by_her_own_luck(patient_with, doors):
    world = patient_with((cm(3), 0, 1), embolisation_stay__day="8 hours", embolisation_stay__night="30 hours")
    world.courses[0].treatment = Treatment.TACE
    overnight = world.known[Known.EMBOLISATION_OVERNIGHT]
    stays = []
    for course in range(40):
        world.courses[0].courses_made = course
        luck = uniform(world.key, 0, Ask.OVERNIGHT.value, course * 2)
        stays.append(int(doors.second_minutes(world, 0)))
        assert stays[-1] == (1800 if luck < overnight else 480)
    assert set(stays) == {480, 1800}


def test_every_active_treatment_has_a_list_and_as_many_sessions_as_its_card_says():
    known = read_evidence().known()
    table = protocols(known)
    for treatment in MAIN:
        elsewhere = table[treatment].family in (Family.PRIMARY, Family.PALLIATIVE)  # on lists that are not modelled
        passive = treatment in (Treatment.SURVEILLANCE, Treatment.SUPPORTIVE) or elsewhere
        assert (table[treatment].role == -1) == passive, treatment.name
        assert table[treatment].sessions >= 1
    assert table[Treatment.PRRT].sessions == known[Known.PRRT_SCHEDULE_CYCLES]
    assert table[Treatment.MINOR_RESECTION].second == Role.ICU
    assert table[Treatment.TWO_STEP_RESECTION].sessions == 2
    assert set(MAIN) | set(BACKGROUND) == set(Treatment)


def test_no_treatment_makes_the_tumour_larger(patient_with, doors):
    for treatment in MAIN:
        if protocols(read_evidence().known())[treatment].role < 0:
            continue
        world = patient_with((cm(2), 0, 1), (cm(1), 1, 1), (cm(0.5), 1, 0), **RESPONDS)
        before = world.lesions.share[0].copy()
        for session in range(int(world.protocols[treatment].sessions)):
            treated(world, doors, treatment, session)
        if world.courses[0].response_at < NEVER:  # where it shows later
            world.courses[0].alarm_kind = Alarm.RESPONSE_SHOWS
            doors.pass_alarm(world, 0, 0)
        residue = 1 if world.protocols[treatment].family in (Family.RESECTION, Family.ABLATION) else 0
        assert (world.lesions.share[0] > before).sum() <= residue
        assert np.isfinite(world.courses[0].burden)
        assert world.courses[0].burden < before.sum(), treatment.name
