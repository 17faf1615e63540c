"""What imaging and pathology see, and what the board is told of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clinic.board import Finding
from sim.clinic.imaging import CT, MRI, PET, SCINTIGRAPHY, pattern
from sim.clinic.known import Known
from sim.clinic.lesions import diameter, share_of
from sim.clinic.patient import MOST_LESIONS, Grade, Spread
from sim.units import MONTH

LIVER = 1600.0
PERFECT = {
    f"detection_{modality}__{part}": value
    for modality in ("ct", "mri", "pet")
    for part, value in (("half_cm", 0.05), ("steepness", 20), ("ceiling", "100 %"))
}
BLIND = {f"detection_{modality}__ceiling": "0 %" for modality in ("ct", "mri", "pet")}
STEADY = {"measurement_error": 0.0, "liver_volume_ml": 1600}


def cm(size: float) -> float:
    """The share of the liver that a lesion of this diameter takes."""
    return share_of(size, LIVER)


def seen(world) -> list[int]:
    return np.flatnonzero(world.lesions.seen[0]).tolist()


# ------------------------------------------------------------------ detection


def test_perfect_imaging_sees_every_lesion_and_blind_imaging_none(patient_with, doors):
    lesions = [(cm(0.3 + 0.2 * j), j % 2, 0) for j in range(20)]
    world = patient_with(*lesions, **PERFECT)
    assert doors.observe(world, 0, 1, CT)
    assert seen(world) == list(range(20))
    world = patient_with(*lesions, **BLIND)
    world.traits[0].receptors = 1
    assert not doors.observe(world, 0, 1, CT | MRI | PET)
    assert seen(world) == []
    assert world.findings[0, Finding.LIVER_METASTASES] == 0


def test_receptor_imaging_is_blind_to_a_tumour_without_receptors(patient_with, doors):
    world = patient_with((cm(5), 0, 0), **PERFECT)
    world.traits[0].receptors = 0
    assert not doors.observe(world, 0, 1, PET)
    assert (world.findings[0, Finding.RECEPTORS], world.findings[0, Finding.LIVER_METASTASES]) == (0, 0)
    world.traits[0].receptors = 1
    assert doors.observe(world, 0, 2, PET)
    assert (world.findings[0, Finding.RECEPTORS], world.findings[0, Finding.LIVER_METASTASES]) == (1, 1)


def test_receptors_are_not_known_before_they_are_looked_for(patient_with, doors):
    world = patient_with((cm(5), 0, 0))
    doors.observe(world, 0, 1, CT | MRI)
    assert math.isnan(world.findings[0, Finding.RECEPTORS])


@settings(deadline=None)
@given(
    st.floats(0, 1, exclude_max=True),
    st.floats(0.1, 10),
    st.floats(1, 3),
    st.floats(0.2, 3),
    st.floats(1, 6),
    st.floats(0.3, 1),
)
def test_whoever_sees_a_lesion_sees_it_when_it_is_larger_too(
    patient_with, doors, hidden, size, factor, half, steep, top
):
    world = patient_with((cm(size), 0, 0), (cm(size * factor), 0, 0))
    world.lesions.hidden[0, :2] = hidden
    small, large = (doors.found(world, 0, j, half, steep, top) for j in (0, 1))
    assert large or not small


@settings(deadline=None)
@given(st.floats(0.3, 3), st.floats(1, 6), st.floats(0.1, 1))
def test_half_of_all_lesions_are_seen_at_the_size_that_says_so(patient_with, doors, half, steepness, ceiling):
    world = patient_with((share_of(half, 1600.0), 0, 0), liver_volume_ml=1600)
    for hidden, expected in ((ceiling / 2 - 1e-6, True), (ceiling / 2 + 1e-6, False)):
        world.lesions[0, 0].hidden = hidden
        assert bool(doors.found(world, 0, 0, half, steepness, ceiling)) is expected


def test_a_lesion_once_found_stays_seen_also_on_a_blunter_scan(world_of, doors):
    world = world_of(300, metastasised_at_symptom="100 %")
    doors.begin_all(world, 0)
    lost = gained = 0
    for i in range(300):
        world.traits[i].receptors = 1
        before = world.lesions.seen[i].copy()
        for now, modalities in enumerate((CT | MRI | PET, CT, MRI, CT | PET), 1):
            doors.observe(world, i, now * 1440, modalities)
            after = world.lesions.seen[i].copy()
            lost += ((before == 1) & (after == 0)).sum()
            gained += ((before == 0) & (after == 1)).sum()
            before = after
    assert lost == 0
    assert gained > 300


def test_reading_more_modalities_together_never_sees_less(world_of, doors):
    numbers = []
    for modalities in (CT, CT | MRI, CT | MRI | PET):
        world = world_of(200, metastasised_at_symptom="100 %")
        doors.begin_all(world, 0)
        for i in range(200):
            doors.observe(world, i, 1, modalities)
        numbers.append(world.lesions.seen.sum(axis=1))
    assert (numbers[0] <= numbers[1]).all()
    assert (numbers[1] <= numbers[2]).all()
    assert numbers[0].sum() < numbers[1].sum()


@pytest.mark.parametrize(("sharpness", "told"), [("100 %", 1), ("0 %", 0)])
def test_spread_is_told_only_if_it_is_there_and_seen(patient_with, doors, sharpness, told):
    world = patient_with((cm(2), 0, 0), extrahepatic_detection__ct=sharpness)
    doors.observe(world, 0, 1, CT)
    assert world.findings[0, Finding.EXTRAHEPATIC] == 0
    world.courses[0].extrahepatic = 1
    doors.observe(world, 0, 2, CT)
    assert world.findings[0, Finding.EXTRAHEPATIC] == told


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (Spread.NODES, {Finding.NODES}),
        (Spread.BONE, {Finding.BONE, Finding.EXTRAHEPATIC}),
        (Spread.PERITONEUM, {Finding.PERITONEUM, Finding.EXTRAHEPATIC}),
        (Spread.OTHER, {Finding.EXTRAHEPATIC}),
        (Spread.NODES | Spread.BONE, {Finding.NODES, Finding.BONE, Finding.EXTRAHEPATIC}),
    ],
)
def test_what_spread_is_called_hangs_on_where_it_is(patient_with, doors, kinds, told):
    """Regional nodes can be taken out, so they are no disease that bars an operation."""
    world = patient_with((cm(2), 0, 0), extrahepatic_detection__ct="100 %")
    world.courses[0].extrahepatic = kinds
    doors.observe(world, 0, 1, CT)
    asked = (Finding.EXTRAHEPATIC, Finding.NODES, Finding.BONE, Finding.PERITONEUM)
    assert {one for one in asked if world.findings[0, one] == 1} == told
    assert all(world.findings[0, one] == 0 for one in set(asked) - told)


@pytest.mark.parametrize("size", [0.8, 1.2, 2.0, 3.0])
def test_scintigraphy_sees_no_more_than_pet_and_small_lesions_far_less(patient_with, doors, size):
    """Of a hundred lesions of this size that differ only in how hard they are to see."""
    seen = {}
    for modality in (PET, SCINTIGRAPHY):
        world = patient_with((cm(size), 0, 0))
        world.traits[0].receptors = 1
        seen[modality] = 0
        for k in range(100):
            world.lesions[0, 0].hidden, world.lesions[0, 0].seen = (k + 0.5) / 100, 0
            seen[modality] += bool(doors.observe(world, 0, 1, modality))
        assert world.findings[0, Finding.RECEPTORS] == 1
    assert seen[SCINTIGRAPHY] <= seen[PET]
    assert (seen[PET] - seen[SCINTIGRAPHY] > 15) is (size < 3)


def test_chromogranin_rises_with_what_is_in_the_liver_and_errs_as_its_card_says(patient_with, doors):
    steady = {"chromogranin__normal": 0.6, "chromogranin__doubling_burden": "2 %", "chromogranin__exponent": 1}
    for burden, expected in ((0.0, 0.6), (0.02, 1.2), (0.10, 3.6)):
        lesions = [(burden, 0, 0)] if burden else []
        world = patient_with(*lesions, **steady, chromogranin__sigma=0)
        doors.observe(world, 0, 0, CT)
        assert world.findings[0, Finding.CGA] == pytest.approx(expected)
    world, logs = patient_with((0.02, 0, 0), **steady, chromogranin__sigma=0.7), []
    for _ in range(1000):
        doors.observe(world, 0, 0, CT)
        logs.append(math.log(world.findings[0, Finding.CGA] / 1.2))
    assert np.std(logs) == pytest.approx(0.7, rel=0.1)


# ------------------------------------------------------------------ what the board is told


def test_the_board_is_told_of_what_was_seen_and_of_nothing_else(patient_with, doors):
    world = patient_with(
        (cm(4), 0, 0), (cm(2), 0, 0), (cm(1), 1, 0), **STEADY, **PERFECT, ablation_unsuitable_site="0 %"
    )
    world.lesions[0, 2].hidden = 2.0  # beyond all sight
    doors.observe(world, 0, 0, CT)
    told = world.findings[0]
    assert told[Finding.LESIONS] == 2
    assert told[Finding.LARGEST_CM] == pytest.approx(4)
    assert told[Finding.LIVER_BURDEN_PCT] == pytest.approx(100 * (cm(4) + cm(2)))
    assert (told[Finding.PATTERN], told[Finding.SATELLITES], told[Finding.NOT_ABLATABLE]) == (1, 0, 1)
    assert told[Finding.REMOVABLE_PCT] == pytest.approx(100)
    taken = world.known[Known.RESECTED_SHARE]
    assert told[Finding.REMNANT_PCT] == pytest.approx(100 * (1 - taken))


def test_satellites_above_the_limit_can_not_be_ablated_but_cut_out_if_they_are_few(patient_with, doors):
    small = patient_with((cm(8), 0, 0), (cm(2), 1, 0), **STEADY, **PERFECT, ablation_unsuitable_site="0 %")
    large = patient_with((cm(8), 0, 0), (cm(3.1), 1, 0), **STEADY, **PERFECT, ablation_unsuitable_site="0 %")
    badly = patient_with((cm(8), 0, 0), (cm(2), 1, 0), **STEADY, **PERFECT, ablation_unsuitable_site="100 %")
    for world, satellites, removable in ((small, 1, 1.0), (large, 3, None), (badly, 3, None)):
        doors.observe(world, 0, 0, CT)
        told = world.findings[0]
        assert told[Finding.SATELLITES] == satellites
        share = removable if removable else cm(8) / world.courses[0].burden
        assert told[Finding.REMOVABLE_PCT] == pytest.approx(100 * share)


def test_more_lesions_than_a_minor_resection_takes_need_a_major_one(patient_with, doors):
    for number, left in ((3, 80), (4, 40)):
        world = patient_with(
            *[(cm(2), 0, 0)] * number, **PERFECT, resection_minor_most_lesions=3, resected_share="20 %"
        )
        world.traits[0].lobe_0 = 0.6
        doors.observe(world, 0, 0, CT)
        assert world.findings[0, Finding.REMNANT_PCT] == pytest.approx(left)


def test_the_burden_told_is_never_more_than_the_true_one(world_of, doors):
    world = world_of(300, metastasised_at_symptom="100 %")
    doors.begin_all(world, 0)
    for i in range(300):
        doors.observe(world, i, 525_960, CT | MRI | PET)
    assert (world.findings[:, Finding.LIVER_BURDEN_PCT] <= 100 * world.courses.burden * (1 + 1e-9)).all()


def test_the_minute_of_the_first_sight_of_metastases_is_kept(patient_with, doors):
    world = patient_with((cm(2), 0, 0), **BLIND)
    doors.observe(world, 0, 10, CT)
    assert (world.courses[0].had_disease, world.courses[0].nelm_minute) == (0, -1)
    world.lesions[0, 0].seen = 1
    doors.observe(world, 0, 20, CT)
    doors.observe(world, 0, 30, CT)
    assert (world.courses[0].had_disease, world.courses[0].nelm_minute) == (1, 20)


FEW, SHARE = 10, 0.3


@pytest.mark.parametrize(
    ("number", "other_number", "volume", "other_volume", "expected"),
    [
        (0, 0, 0.0, 0.0, 0),
        (1, 0, 0.02, 0.0, 1),
        (10, 0, 0.2, 0.0, 1),
        (3, 3, 0.02, 0.02, 1),  # all of it in the other lobe is one lobe, too
        (11, 0, 0.2, 0.0, 3),  # one lobe, but too many to be counted
        (4, 1, 0.10, 0.01, 2),
        (4, 1, 0.10, 0.03, 2),  # exactly at the limit
        (4, 1, 0.10, 0.0301, 3),
        (4, 2, 0.10, 0.05, 3),  # no lobe dominates
        (4, 3, 0.10, 0.09, 2),  # the other lobe dominates
        (11, 1, 0.10, 0.01, 3),
    ],
)
def test_the_pattern_of_what_was_seen(world_of, number, other_number, volume, other_volume, expected):
    known = world_of(0, pattern_rule__most_lesions=FEW, pattern_rule__satellite_share="30 %").known
    assert pattern(known, number, other_number, volume, other_volume) == expected


# ------------------------------------------------------------------ growth between scans


@pytest.mark.parametrize(
    ("nadir", "now", "progressed"),
    [
        (5.0, 6.0, True),  # exactly a fifth, 10 mm
        (5.0, 5.99, False),
        (2.5, 3.0, True),  # exactly a fifth, and exactly 5 mm
        (2.0, 2.45, False),  # more than a fifth, but 4.5 mm
        (2.0, 2.5, True),  # a quarter, exactly 5 mm
        (10.0, 10.6, False),  # 6 mm, but less than a fifth
        (0.0, 0.5, True),
        (5.0, 4.0, False),
    ],
)
def test_growth_is_a_fifth_and_at_least_5_mm_above_the_smallest_sum(patient_with, doors, nadir, now, progressed):
    world = patient_with((cm(now), 0, 1), **STEADY)
    world.courses[0].nadir_cm = nadir * (1 - 1e-9)  # the edges themselves count, whatever the last bit
    assert bool(doors.changed(world, 0, 0, False)) is progressed
    expected = nadir if progressed else min(nadir, now)
    assert world.courses[0].nadir_cm == pytest.approx(expected, abs=1e-6)


def test_a_new_lesion_is_progression_whatever_the_sum(patient_with, doors):
    world = patient_with((cm(1), 0, 1), **STEADY)
    world.courses[0].nadir_cm = 9.0
    assert doors.changed(world, 0, 0, True)
    assert not doors.changed(world, 0, 0, False)


def test_growth_has_come_since_the_smallest_sum_and_new_disease_since_the_scan_before(patient_with, doors):
    world = patient_with((cm(4), 0, 1), **STEADY)
    c, at = world.courses[0], [round(month * MONTH) for month in (0, 3, 6, 9)]
    c.growth, c.nadir_cm, c.nadir_at = 0.0, 9.0, at[0]
    doors.observe(world, 0, at[1], CT)
    assert not doors.changed(world, 0, at[1], False)
    assert (c.nadir_cm, c.nadir_at) == (pytest.approx(4.0), at[1])
    assert math.isnan(world.findings[0, Finding.GROWTH_MONTHS])
    doors.observe(world, 0, at[2], CT)
    assert not doors.changed(world, 0, at[2], False)
    assert c.nadir_at == at[1], "as large as before is no smaller"
    c.nadir_cm = 3.0
    doors.observe(world, 0, at[3], CT)
    assert doors.changed(world, 0, at[3], False)
    assert world.findings[0, Finding.GROWTH_MONTHS] == pytest.approx(6)
    assert doors.changed(world, 0, at[3], True)
    assert world.findings[0, Finding.GROWTH_MONTHS] == pytest.approx(3)


def test_the_sum_is_that_of_the_diameters_seen(patient_with, doors):
    world = patient_with((cm(4), 0, 1), (cm(2.5), 1, 1), (cm(3), 1, 0), **STEADY)
    assert doors.measured_cm(world, 0) == pytest.approx(6.5)


def test_the_reader_errs_as_the_card_says_and_anew_at_each_scan(patient_with, doors):
    world = patient_with((cm(4), 0, 1), liver_volume_ml=1600, measurement_error=0.1)
    logs = []
    for scan in range(3000):
        world.courses[0].scans = scan
        logs.append(math.log(doors.measured_cm(world, 0) / 4))
    assert abs(np.mean(logs)) < 4 * 0.1 / math.sqrt(3000)
    assert np.std(logs) == pytest.approx(0.1, rel=0.06)


# ------------------------------------------------------------------ biopsy


def test_a_biopsy_without_sampling_error_reads_the_true_ki67(patient_with, doors):
    world = patient_with((cm(4), 0, 1), ki67_sampling_sigma=0.0)
    world.traits[0].ki67, world.traits[0].grade = 7.5, Grade.G2
    doors.sample(world, 0)
    assert (world.findings[0, Finding.KI67_PCT], world.findings[0, Finding.DIFFERENTIATION]) == (7.5, 0)
    assert world.courses[0].histology_known == 1


def test_a_biopsy_errs_around_the_truth_and_never_beyond_all_cells(patient_with, doors):
    world = patient_with((cm(4), 0, 1), ki67_sampling_sigma=0.4)
    world.traits[0].ki67, world.traits[0].grade = 60.0, Grade.NEC
    read = []
    for biopsy in range(2000):
        world.courses[0].biopsies = biopsy
        doors.sample(world, 0)
        read.append(world.findings[0, Finding.KI67_PCT])
    assert world.findings[0, Finding.DIFFERENTIATION] == 1
    assert max(read) == 100
    assert np.median(read) == pytest.approx(60, rel=0.04)
    logs = np.log(np.array(read)[np.array(read) < 60] / 60)
    assert math.sqrt(np.mean(logs**2)) == pytest.approx(0.4, rel=0.1)


@pytest.mark.parametrize(("grade", "poor"), [(Grade.G1, 0), (Grade.G2, 0), (Grade.NET_G3, 0), (Grade.NEC, 1)])
def test_only_carcinomas_are_poorly_differentiated(patient_with, doors, grade, poor):
    world = patient_with((cm(4), 0, 1))
    world.traits[0].grade = grade
    doors.sample(world, 0)
    assert world.findings[0, Finding.DIFFERENTIATION] == poor


def test_a_diameter_at_the_limit_of_ablation_is_ablatable(patient_with, doors):
    limit = 3.0
    for size, not_ablatable in ((limit * (1 - 1e-9), 0), (limit * (1 + 1e-9), 1)):
        world = patient_with(
            (cm(size), 0, 0), **STEADY, **PERFECT, ablation_unsuitable_site="0 %", ablation_limit_cm=limit
        )
        doors.observe(world, 0, 0, CT)
        assert world.findings[0, Finding.NOT_ABLATABLE] == not_ablatable
        assert diameter(world.lesions[0, 0].share, LIVER) == pytest.approx(size)


def test_the_array_of_lesions_holds_more_than_any_patient_begins_with(world_of):
    assert world_of(0).known[Known.LESIONS_AT_SYMPTOM_HIGHEST] <= MOST_LESIONS
