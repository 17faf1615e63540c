"""Where metastases come from: how many, in which lobe, new ones in the liver, and spread beyond it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from sim.clinic.board import Finding
from sim.clinic.disease import Alarm
from sim.clinic.growth import grown
from sim.clinic.imaging import pattern
from sim.clinic.known import Known
from sim.clinic.lesions import diameter
from sim.clinic.patient import Ask, Spread
from sim.draws import exponential, uniforms
from sim.steps import NEVER

DAY, YEAR = 1440, 525_960


def test_the_number_of_lesions_has_the_median_of_its_card_at_the_median_burden(begun):
    _, numbers = begun(lesions_at_symptom__median=6, burden_at_symptom__sigma=0)
    assert np.median(numbers) == pytest.approx(6, abs=1)
    assert numbers.min() >= 1


def test_more_tumour_is_more_lesions_with_the_exponent_of_the_card(begun):
    steady = {"lesions_at_symptom__sigma": 0, "lesions_at_symptom__median": 4, "burden_at_symptom__sigma": 0.7}
    world, numbers = begun(lesions_at_symptom__burden_exponent=1, **steady)
    ratio = world.courses.burden / world.known[Known.BURDEN_AT_SYMPTOM_MEDIAN]
    expected = np.clip(4 * ratio, 1, world.known[Known.LESIONS_AT_SYMPTOM_HIGHEST])
    assert np.abs(numbers - expected).max() <= 0.5 + 1e-9
    _, numbers = begun(lesions_at_symptom__burden_exponent=0, **steady)
    assert (numbers == 4).all()


def test_without_a_leaning_lesions_fall_into_a_lobe_as_it_is_large(begun):
    world, _ = begun(lobe_leaning__sigma=0, larger_lobe__sd="0.0001 %")
    right = world.lesions.lobe[world.lesions.share > 0] == 0
    assert right.mean() == pytest.approx(world.known[Known.LARGER_LOBE_MEAN], abs=0.02)


def test_a_leaning_puts_several_lesions_into_one_lobe_more_often_than_chance(begun):
    shares = {}
    for sigma in (0, 1, 4):
        world, _ = begun(lobe_leaning__sigma=sigma, lesions_at_symptom__median=6,
                         lesions_at_symptom__sigma=0, lesions_at_symptom__burden_exponent=0)  # fmt: skip
        left = np.where(world.lesions.share > 0, world.lesions.lobe, 0).sum(axis=1)
        shares[sigma] = np.isin(left, (0, 6)).mean()
    assert shares[0] < 0.15
    assert shares[0] < shares[1] < shares[4]


def test_the_pattern_is_drawn_nowhere_but_all_three_come_out(begun):
    """The mix is a result: with all lesions in sight each type is there, and diffuse disease leads."""
    world, numbers = begun()
    left = np.where(world.lesions.lobe == 1, world.lesions.share, 0)
    types = [
        pattern(world.known, int(number), int((mine > 0).sum()), float(burden), float(mine.sum()))
        for number, mine, burden in zip(numbers, left, world.courses.burden, strict=True)
    ]
    shares = np.bincount(types, minlength=4) / len(types)
    assert shares[0] == 0
    assert (shares[1:3] > 0.05).all()
    assert shares[3] > 0.5


def test_what_begins_in_the_liver_is_one_tumour_without_a_primary_and_none_does_by_default(world_of, doors):
    assert world_of(2000).traits.hepatic.sum() == 0
    world = world_of(200, primary_hepatic__share="100 %", primary_hepatic__seeding=0.001)
    doors.begin_all(world, 0)
    assert (world.traits.hepatic == 1).all()
    assert ((world.lesions.share > 0).sum(axis=1) == 1).all()
    assert (world.findings[:, Finding.PRIMARY] == 1).all()
    assert (world.courses.extrahepatic == 0).all()


def test_a_new_lesion_is_followed_by_the_next(patient_with, doors):
    world = patient_with((0.05, 0, 0))
    world.courses[0].alarm_kind = Alarm.NEW_LESION
    doors.pass_alarm(world, 0, 500)
    assert world.courses[0].lesions_made == 2
    assert 500 < world.courses[0].new_lesion_at < NEVER
    again = world.courses[0].new_lesion_at
    doors.pass_alarm(world, 0, int(again))
    assert again < world.courses[0].new_lesion_at < NEVER


def test_metastases_seed_metastases_when_their_integrated_share_of_the_liver_reaches_a_threshold(sick, copied, doors):
    """The closed form against numerical integration of the burden, with nothing else to come."""
    world = copied(sick)._replace(desk=sick.desk.copy())
    world.known[Known.NEW_LESION_OWN_SHARE] = 1.0
    capacity, reference = world.known[Known.GOMPERTZ_CAPACITY], world.known[Known.GOMPERTZ_REFERENCE_BURDEN]
    checked = 0
    for i in range(60):
        c = world.courses[i]
        c.new_lesion_at = c.extrahepatic_at = c.pain_at = c.obstructed_at = NEVER
        c.turns_after = math.inf
        c.ecog, c.failed, c.presented, c.hazard_spent = 4, 1, 1, -1e6
        world.traits[i].functioning, world.traits[i].other_death_at = 0, NEVER
        world.plan.reply[0].notes = 0
        doors.set_alarm(world, i, 0)
        if c.alarm_kind != Alarm.OWN_SEEDING:
            continue
        checked += 1
        rate, pace, burden, comes = c.seeding_rate / reference, doors.pace(world, i), c.burden, int(c.alarm_at)
        spent, _ = quad(lambda t: rate * grown(burden, pace, t, capacity), 0, comes, epsrel=1e-10, limit=200)  # noqa: B023
        threshold = exponential(world.key, i, Ask.OWN_SEEDING.value, 0)
        assert abs(spent - threshold) <= rate * grown(burden, pace, comes, capacity) + 1e-6 * threshold
        made = int(c.lesions_made)
        doors.settle(world, i, comes)
        doors.pass_alarm(world, i, comes)
        assert (c.lesions_made, c.seedings, c.seeding_spent) == (made + 1, 1, 0)
    assert checked >= 55


def test_a_tumour_turns_aggressive_once_when_its_share_of_the_liver_summed_over_time_reaches_a_threshold(
    sick, copied, doors
):
    """The closed form against numerical integration of the burden, with nothing else to come."""
    world = copied(sick)._replace(desk=sick.desk.copy())
    world.known[Known.NEW_LESION_OWN_SHARE] = 0
    capacity, reference = world.known[Known.GOMPERTZ_CAPACITY], world.known[Known.GOMPERTZ_REFERENCE_BURDEN]
    rate, factor = world.known[Known.DEDIFFERENTIATION_RATE], world.known[Known.DEDIFFERENTIATION_GROWTH_FACTOR]
    for i in range(60):
        c = world.courses[i]
        c.new_lesion_at = c.extrahepatic_at = c.pain_at = c.obstructed_at = NEVER
        c.ecog, c.failed, c.presented, c.hazard_spent = 4, 1, 1, -1e6
        world.traits[i].functioning = 0
        world.traits[i].other_death_at = world.traits[i].regional_death_at = NEVER
        world.plan.reply[0].notes = 0
        doors.set_alarm(world, i, 0)
        assert c.alarm_kind == Alarm.DEDIFFERENTIATION
        pace, burden, comes, growth = doors.pace(world, i), c.burden, int(c.alarm_at), c.growth
        spent, _ = quad(lambda t: grown(burden, pace, t, capacity) / reference, 0, comes, epsrel=1e-10, limit=200)  # noqa: B023
        threshold = exponential(world.key, i, Ask.DEDIFFERENTIATION.value, 0) / rate
        assert abs(spent - threshold) <= grown(burden, pace, comes, capacity) / reference + 1e-6 * threshold
        doors.settle(world, i, comes)
        doors.pass_alarm(world, i, comes)
        assert c.growth == pytest.approx(factor * growth)
        assert c.turns_after == math.inf


def test_who_bears_twice_the_tumour_comes_to_an_aggressive_one_in_half_the_time(patient_with, doors):
    alarms = []
    for share in (0.05, 0.1):
        world = patient_with((share, 0, 0), growth__reference="1e-9 per month", new_lesion__own_share="1e-9 %")
        c = world.courses[0]
        c.ecog, c.failed, c.presented, c.hazard_spent, c.turns_after = 4, 1, 1, -1e6, 1e5
        c.new_lesion_at = c.extrahepatic_at = world.traits[0].other_death_at = NEVER
        doors.set_alarm(world, 0, 0)
        assert c.alarm_kind == Alarm.DEDIFFERENTIATION
        alarms.append(int(c.alarm_at))
    assert alarms == pytest.approx([2e6, 1e6], abs=1)


def test_a_new_lesion_has_the_size_at_which_those_were_that_have_been_counted(patient_with, doors):
    world = patient_with((0.05, 0, 0), new_lesion__diameter_cm=1.0)
    world.courses[0].alarm_kind = Alarm.NEW_LESION
    doors.pass_alarm(world, 0, 500)
    assert diameter(world.lesions[0, 1].share, world.known[Known.LIVER_VOLUME_ML]) == pytest.approx(1.0)


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_what_slows_growth_makes_new_lesions_come_later(patient_with, doors, exponent):
    factor = 0.5
    world = patient_with((0.05, 0, 0), ssa_growth_factor=factor, new_lesion__growth_exponent=exponent)
    world.traits[0].ki67 = 0
    c = world.courses[0]
    c.alarm_kind = Alarm.NEW_LESION
    doors.pass_alarm(world, 0, 0)
    comes, rate = int(c.new_lesion_at), float(c.seeding_rate)
    doors.start_analogue(world, 0, 1000)
    assert c.seeding_rate == pytest.approx(rate * factor)
    assert c.new_lesion_at - 1000 == pytest.approx((comes - 1000) / factor, abs=1)
    c.alarm_kind = Alarm.SSA_ENDS
    doors.pass_alarm(world, 0, 2000)
    resistant = world.known[Known.RESISTANCE_GROWTH_FACTOR]
    assert c.seeding_rate == pytest.approx(rate * resistant**exponent)


@pytest.mark.parametrize(("systemic", "factor"), [(1, 0.5), (0, 1.0)])
def test_a_treatment_of_the_whole_body_makes_spread_come_later_and_one_of_the_liver_does_not(
    patient_with, doors, systemic, factor
):
    world = patient_with((0.05, 0, 0))
    c = world.courses[0]
    c.alarm_kind = Alarm.SPREAD
    doors.pass_alarm(world, 0, 0)
    comes, rate = int(c.extrahepatic_at), float(c.spread_rate)
    assert 1000 < comes < NEVER
    c.hold_factor, c.hold_systemic = 0.5, systemic
    doors.new_pace(world, 0, 1000)
    assert c.spread_rate == pytest.approx(rate * factor)
    assert c.extrahepatic_at - 1000 == pytest.approx((comes - 1000) / factor, abs=1)


@pytest.mark.parametrize(
    ("begins", "rate", "comes"),
    [(Alarm.NEW_LESION, "seeding_rate", "new_lesion_at"), (Alarm.SPREAD, "spread_rate", "extrahepatic_at")],
)
def test_disease_that_was_held_wholly_seeds_again_once_it_goes_on(patient_with, doors, begins, rate, comes):
    world = patient_with((0.05, 0, 0), ssa_growth_factor=0.0)
    world.traits[0].ki67 = 0
    c = world.courses[0]
    c.alarm_kind = begins
    doors.pass_alarm(world, 0, 0)
    doors.start_analogue(world, 0, 1000)
    assert (c[rate], c[comes]) == (0, NEVER)
    c.alarm_kind = Alarm.SSA_ENDS
    doors.pass_alarm(world, 0, 2000)
    assert 2000 < c[comes] < NEVER


def test_spread_takes_one_place_after_the_other_until_it_is_in_all(patient_with, doors):
    world = patient_with((0.05, 0, 0))
    c, kinds = world.courses[0], []
    for k in range(len(Spread)):
        c.alarm_kind = Alarm.SPREAD
        doors.pass_alarm(world, 0, 1000 + k)
        kinds.append(int(c.extrahepatic))
        assert bool(c.extrahepatic_at == NEVER) is (k == len(Spread) - 1)
    assert all(before & after == before and after > before for before, after in itertools.pairwise(kinds))
    assert kinds[-1] == sum(Spread)
    assert c.pain_at < NEVER
    assert c.obstructed_at < NEVER


def test_the_kinds_of_first_spread_have_the_shares_of_their_card(begun):
    world, _ = begun(extrahepatic__at_symptom="100 %")
    for kind in Spread:
        share = world.known[Known[f"EXTRAHEPATIC_KIND_{kind.name}"]]
        assert (world.courses.extrahepatic == kind).mean() == pytest.approx(share, abs=0.07), kind
    assert (world.courses.pain_at < NEVER).tolist() == (world.courses.extrahepatic == Spread.BONE).tolist()
    assert (world.courses.obstructed_at < NEVER).tolist() == (world.courses.extrahepatic == Spread.PERITONEUM).tolist()


def test_which_lobe_a_new_lesion_falls_into_is_the_same_in_every_history(sick, copied, doors):
    """The lesion's luck hangs on how many she has had, not on when."""
    early, late = copied(sick), copied(sick)
    for world, minute in ((early, DAY), (late, 3 * YEAR)):
        doors.settle(world, 0, minute)
        world.courses[0].alarm_kind = Alarm.NEW_LESION
        doors.pass_alarm(world, 0, minute)
    made = int(sick.courses[0].lesions_made)
    for field in ("lobe", "hidden"):
        assert early.lesions[0, made][field] == late.lesions[0, made][field]
    assert early.lesions[0, made].hidden == uniforms(sick.key, 0, Ask.CONSPICUITY.value, made)[()]
