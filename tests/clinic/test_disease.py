"""The disease in truth: whatever is done to it in whatever steps, the sums agree and time runs forwards."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.clinic.board import Finding
from sim.clinic.disease import Alarm
from sim.clinic.growth import grown
from sim.clinic.known import Known
from sim.clinic.lesions import diameter, share_of
from sim.clinic.patient import MOST_LESIONS, Ask, Heart, Hormone, Spread
from sim.draws import exponential
from sim.steps import NEVER

DAY, YEAR = 1440, 525_960
SETTINGS = settings(deadline=None, max_examples=40)


# ------------------------------------------------------------------ sizes


@SETTINGS
@given(st.floats(0.05, 30), st.floats(500, 4000))
def test_a_diameter_and_its_share_of_the_liver_are_two_names_of_one_size(cm, liver):
    assert diameter(share_of(cm, liver), liver) == pytest.approx(cm, rel=1e-9)


def test_a_ball_of_3_cm_is_14_ml():
    assert share_of(3.0, 1000.0) * 1000 == pytest.approx(4 / 3 * math.pi * 1.5**3)


# ------------------------------------------------------------------ at first symptom


def test_the_lesions_of_a_patient_add_up_to_her_burden(sick):
    shares = sick.lesions.share.sum(axis=1)
    assert shares == pytest.approx(sick.courses.burden, rel=1e-12)
    assert (sick.courses.burden > 0).all()
    assert ((sick.lesions.share > 0).sum(axis=1) == sick.courses.lesions_made).all()


def test_nobody_begins_with_more_than_the_highest_burden(sick):
    assert sick.courses.burden.max() <= sick.known[Known.BURDEN_AT_SYMPTOM_HIGHEST] * (1 + 1e-12)


def test_a_patient_without_metastases_begins_without_lesions_and_with_their_minute_ahead(world_of, doors):
    world = world_of(400, seed=5)
    doors.begin_all(world, 0)
    free = world.traits.metastasis_at > 0
    assert 0 < free.sum() < 400
    assert (world.courses.burden[free] == 0).all()
    assert (world.lesions.share[free] == 0).all()
    assert (world.courses.burden[~free] > 0).all()


# ------------------------------------------------------------------ time passes


@SETTINGS
@given(st.integers(0, 59), st.integers(1, 5 * YEAR), st.integers(1, 5 * YEAR))
def test_settling_in_two_steps_is_settling_in_one(sick, copied, doors, i, first, second):
    once, twice = copied(sick), copied(sick)
    doors.settle(once, i, first + second)
    doors.settle(twice, i, first)
    doors.settle(twice, i, first + second)
    for name in ("anchor", "burden", "hazard_spent", "worsening_spent"):
        assert once.courses[i][name] == pytest.approx(twice.courses[i][name], rel=1e-8), name
    assert once.lesions.share[i] == pytest.approx(twice.lesions.share[i], rel=1e-8)


def test_settling_backwards_or_to_the_same_minute_changes_nothing(sick, copied, doors):
    world = copied(sick)
    doors.settle(world, 0, YEAR)
    before = world.courses.copy()
    doors.settle(world, 0, YEAR)
    doors.settle(world, 0, YEAR - 1)
    for name in before.dtype.names:  # not the bytes between the fields, which a copy need not keep
        np.testing.assert_array_equal(before[name], world.courses[name], name)


def test_lesions_grow_together_and_keep_their_shares_of_the_burden(sick, copied, doors):
    world = copied(sick)
    for i in range(60):
        doors.settle(world, i, 2 * YEAR)
    before = sick.lesions.share / sick.courses.burden[:, None]
    after = world.lesions.share / world.courses.burden[:, None]
    assert after == pytest.approx(before, rel=1e-9)
    assert (world.courses.burden > sick.courses.burden).all()


OPERATION = st.one_of(
    st.tuples(st.just("add"), st.floats(1e-9, 0.05), st.integers(0, 1)),
    st.tuples(st.just("scale"), st.integers(0, MOST_LESIONS - 1), st.floats(0, 1)),
    st.tuples(st.just("settle"), st.integers(1, YEAR), st.just(0)),
)


@SETTINGS
@given(st.integers(0, 59), st.lists(OPERATION, max_size=60))
def test_the_lesions_add_up_to_the_burden_after_anything_that_is_done(sick, copied, doors, i, operations):
    world, now, added = copied(sick), 0, 0
    for what, a, b in operations:
        if what == "add":
            doors.add_lesion(world, i, a, b)
            added += 1
        elif what == "scale":
            doors.scale_lesion(world, i, a, b)
        else:
            now += a
            doors.settle(world, i, now)
        assert world.lesions.share[i].sum() == pytest.approx(world.courses[i].burden, rel=1e-9, abs=1e-15)
        assert (world.lesions.share[i] >= 0).all()
        assert not (world.lesions.seen[i][world.lesions.share[i] == 0]).any()
    assert world.courses[i].lesions_made == sick.courses[i].lesions_made + added


def test_a_lesion_too_many_joins_the_smallest_so_that_nothing_is_lost(patient_with, doors):
    world = patient_with(*[(0.001 * (j + 1), 0, 0) for j in range(MOST_LESIONS)])
    before = world.courses[0].burden
    doors.add_lesion(world, 0, 0.0005, 1)
    assert world.courses[0].burden == pytest.approx(before + 0.0005)
    assert world.lesions[0, 0].share == pytest.approx(0.0015)


def test_a_lesion_taken_away_is_neither_there_nor_seen(patient_with, doors):
    world = patient_with((0.01, 0, 1), (0.02, 1, 1))
    doors.scale_lesion(world, 0, 0, 0.0)
    assert (world.lesions[0, 0].share, world.lesions[0, 0].seen) == (0, 0)
    assert world.courses[0].burden == pytest.approx(0.02)


# ------------------------------------------------------------------ alarms


DEATHS = (
    Alarm.OTHER_DEATH, Alarm.PROCEDURE_DEATH, Alarm.CANCER_DEATH, Alarm.REGIONAL_DEATH, Alarm.HEART_DEATH
)  # fmt: skip


def live(world, doors, i, until):
    """Pass alarms until death or a minute; gives (minute, kind) of each."""
    passed = []
    doors.set_alarm(world, i, world.courses[i].anchor)
    while world.courses[i].alarm_at < until:
        now = int(world.courses[i].alarm_at)
        world.plan.reply[0].notes = 0
        doors.settle(world, i, now)
        passed.append((now, doors.pass_alarm(world, i, now)))
        if passed[-1][1] in DEATHS:
            break
        doors.set_alarm(world, i, now)
        assert world.courses[i].alarm_at >= now
        assert world.plan.reply[0].alarm == world.courses[i].alarm_at
        assert len(passed) < 500
    return passed


def test_an_untreated_life_runs_forwards_and_ends(sick, copied, doors):
    world = copied(sick)
    for i in range(60):
        passed = live(world, doors, i, 120 * YEAR)
        minutes = [minute for minute, _ in passed]
        assert minutes == sorted(minutes)
        assert passed[-1][1] in DEATHS
        assert minutes[-1] <= world.traits[i].other_death_at
        kinds = [kind for _, kind in passed]
        for once in (Alarm.DEDIFFERENTIATION, Alarm.FAILING, Alarm.PRESENTING, Alarm.HEART, Alarm.BONE_PAIN):
            assert kinds.count(once) <= 1
        assert kinds.count(Alarm.SPREAD) <= len(Spread)
        assert kinds.count(Alarm.WORSENING) + world.traits[i].ecog == world.courses[i].ecog <= 4


def test_metastases_that_come_later_are_seeded_small_and_start_their_clocks(world_of, doors):
    sizes = {"lesion_weight_sigma": 0, "lesions_at_symptom__median": 5, "lesions_at_symptom__sigma": 0}
    world = world_of(400, seed=5, **sizes)
    doors.begin_all(world, 0)
    traits = world.traits
    dies = np.minimum(traits.other_death_at, traits.regional_death_at)
    later = np.flatnonzero((traits.metastasis_at > 0) & (traits.metastasis_at < dies))
    assert len(later) > 10
    for i in later[:10].tolist():
        passed = live(world, doors, i, int(traits[i].metastasis_at) + 1)
        assert passed[-1] == (traits[i].metastasis_at, Alarm.METASTASIS)
        seeded = [diameter(share, world.known[Known.LIVER_VOLUME_ML]) for share in world.lesions.share[i] if share > 0]
        assert seeded == pytest.approx([world.known[Known.SEED_DIAMETER_CM]] * 5)
        assert world.courses[i].new_lesion_at > traits[i].metastasis_at


def test_death_of_cancer_comes_when_the_integrated_hazard_reaches_its_threshold(sick, copied, doors):
    """The closed form against numerical integration of the hazard, with nothing happening in between."""
    world = copied(sick)._replace(desk=sick.desk.copy())
    world.known[Known.NEW_LESION_OWN_SHARE] = 0
    capacity, gamma = world.known[Known.GOMPERTZ_CAPACITY], world.known[Known.CANCER_HAZARD_GAMMA]
    checked = 0
    for i in range(60):
        c = world.courses[i]
        c.new_lesion_at = c.extrahepatic_at = c.pain_at = c.obstructed_at = NEVER
        c.turns_after = math.inf
        world.traits[i].functioning = 0
        c.ecog, c.failed, c.presented = 4, 1, 1
        world.traits[i].other_death_at = NEVER
        world.plan.reply[0].notes = 0
        doors.set_alarm(world, i, 0)
        if c.alarm_kind != Alarm.CANCER_DEATH:
            continue
        checked += 1
        factor, pace, burden = doors.cancer_hazard_factor(world, i), doors.pace(world, i), c.burden
        dies = int(c.alarm_at)
        spent, _ = quad(lambda t: factor * grown(burden, pace, t, capacity) ** gamma, 0, dies, epsrel=1e-10, limit=200)  # noqa: B023
        threshold = exponential(world.key, i, Ask.CANCER_DEATH.value, 0)
        slack = factor * grown(burden, pace, dies, capacity) ** gamma  # a minute's worth: the time was rounded
        assert abs(spent - threshold) <= slack + 1e-6 * threshold
    assert checked >= 55


@pytest.mark.parametrize("name", ["extrahepatic", "ecog"])
def test_spread_and_frailty_never_put_death_off(sick, copied, doors, name):
    before, after = copied(sick), copied(sick)
    for i in range(60):
        for world in (before, after):
            world.courses[i].extrahepatic = world.courses[i].ecog = 0
        after.courses[i][name] = 1 if name == "extrahepatic" else 2
        assert doors.cancer_hazard_factor(after, i) >= doors.cancer_hazard_factor(before, i)


def test_each_step_of_frailty_counts_from_a_performance_status_of_2(patient_with, doors):
    world = patient_with((0.05, 0, 0), cancer_hazard__ecog_factor=3)
    factors = []
    for ecog in range(5):
        world.courses[0].ecog = ecog
        factors.append(doors.cancer_hazard_factor(world, 0))
    assert factors == pytest.approx([factors[0] * more for more in (1, 1, 3, 9, 27)])


def test_frailty_comes_when_its_integrated_rate_reaches_a_threshold_which_rises_with_burden_as_death_does(
    sick, copied, doors
):
    """The closed form against numerical integration: a base, and burden to the power of the hazard of death."""
    world = copied(sick)._replace(desk=sick.desk.copy())
    known = world.known
    known[Known.NEW_LESION_OWN_SHARE] = 0
    capacity, gamma = known[Known.GOMPERTZ_CAPACITY], known[Known.CANCER_HAZARD_GAMMA]
    base, full = known[Known.WORSENING_BASE], known[Known.WORSENING_AT_HALF_LIVER] * 2**gamma
    checked = 0
    for i in range(60):
        c = world.courses[i]
        c.new_lesion_at = c.extrahepatic_at = c.pain_at = c.obstructed_at = NEVER
        c.turns_after = math.inf
        c.ecog, c.extrahepatic, c.failed, c.presented, c.hazard_spent = 0, 0, 1, 1, -1e6
        world.traits[i].functioning, world.traits[i].other_death_at = 0, NEVER
        world.plan.reply[0].notes = 0
        doors.set_alarm(world, i, 0)
        if c.alarm_kind != Alarm.WORSENING:
            continue
        checked += 1
        pace, burden, falls = doors.pace(world, i), c.burden, int(c.alarm_at)
        spent, _ = quad(
            lambda t: base + full * grown(burden, pace, t, capacity) ** gamma,  # noqa: B023
            *(0, falls),
            epsrel=1e-10,
            limit=200,
        )
        threshold = exponential(world.key, i, Ask.WORSENING.value, 0)
        assert abs(spent - threshold) <= base + full * grown(burden, pace, falls, capacity) ** gamma + 1e-6 * threshold
        doors.settle(world, i, falls)
        assert c.worsening_spent == pytest.approx(spent, rel=1e-6)
    assert checked >= 40


@SETTINGS
@given(st.floats(0.01, 5), st.floats(1.0, 4))
def test_a_higher_threshold_never_dies_earlier(patient_with, doors, spent, more):
    """A threshold left over is the drawn one less what has been spent: who has spent more dies no later."""
    deaths = []
    for hazard in (spent * more, spent):
        world = patient_with((0.05, 0, 0))
        world.courses[0].hazard_spent = -hazard
        world.courses[0].new_lesion_at = NEVER
        world.courses[0].ecog = 4
        world.courses[0].failed = world.courses[0].presented = 1
        world.traits[0].other_death_at = NEVER
        doors.set_alarm(world, 0, 0)
        assert world.courses[0].alarm_kind == Alarm.CANCER_DEATH
        deaths.append(world.courses[0].alarm_at)
    assert deaths[0] >= deaths[1]


def test_at_the_same_minute_death_comes_before_anything_else(patient_with, doors):
    world = patient_with((0.05, 0, 0))
    world.courses[0].new_lesion_at = world.courses[0].extrahepatic_at = world.courses[0].ssa_until = 77
    world.traits[0].other_death_at = 77
    doors.set_alarm(world, 0, 0)
    assert (world.courses[0].alarm_at, world.courses[0].alarm_kind) == (77, Alarm.OTHER_DEATH)
    world.traits[0].other_death_at = NEVER
    doors.set_alarm(world, 0, 0)
    assert world.courses[0].alarm_kind == Alarm.NEW_LESION


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (Alarm.BONE_PAIN, {"pain_at": 9}, {"pain": 1, "pain_at": NEVER}),
        (Alarm.OBSTRUCTION, {"obstructed_at": 9}, {"obstructed": 1, "obstructed_at": NEVER}),
        (Alarm.SSA_ENDS, {"ssa_until": 9, "ssa_factor": 0.3}, {"ssa_factor": 1.0, "ssa_until": NEVER}),
        (Alarm.HOLD_ENDS, {"hold_until": 9, "hold_factor": 0.3}, {"hold_factor": 1.0, "hold_until": NEVER}),
        (Alarm.WORSENING, {"ecog": 1, "worsening_spent": 1e9}, {"ecog": 2, "worsening_spent": 0.0, "worsenings": 1}),
        (Alarm.FAILING, {}, {"failed": 1}),
        (Alarm.PRESENTING, {}, {"presented": 1}),
    ],
)
def test_what_an_alarm_does_to_the_course(patient_with, doors, kind, before, after):
    world = patient_with((0.05, 0, 0))
    for name, value in before.items():
        world.courses[0][name] = value
    world.courses[0].alarm_kind = kind
    assert doors.pass_alarm(world, 0, 9) == kind
    assert {name: world.courses[0][name] for name in after} == after


@pytest.mark.parametrize(("systemic", "factor"), [(0, "1"), (1, "resistance")])
def test_resistance_follows_systemic_treatment_only(patient_with, doors, systemic, factor):
    world = patient_with((0.05, 0, 0))
    growth = world.courses[0].growth
    world.courses[0].hold_systemic = systemic
    world.courses[0].alarm_kind = Alarm.HOLD_ENDS
    doors.pass_alarm(world, 0, 9)
    expected = world.known[Known.RESISTANCE_GROWTH_FACTOR] if factor == "resistance" else 1.0
    assert world.courses[0].growth == pytest.approx(growth * expected)


def test_treatments_that_hold_growth_slow_the_pace_and_add_up(patient_with, doors):
    world = patient_with((0.05, 0, 0))
    free = doors.pace(world, 0)
    world.courses[0].ssa_factor, world.courses[0].hold_factor = 0.5, 0.4
    assert doors.pace(world, 0) == pytest.approx(0.2 * free)


@pytest.mark.parametrize(
    ("hormone", "burden", "extrahepatic", "relief_until", "symptoms"),
    [
        (Hormone.SEROTONIN, 0.10, 0, NEVER, True),
        (Hormone.NONE, 0.10, 0, NEVER, False),
        (Hormone.SEROTONIN, 0.001, 0, NEVER, False),  # the liver clears it
        (Hormone.SEROTONIN, 0.001, 1, NEVER, True),  # but not what is made outside it
        (Hormone.SEROTONIN, 0.10, 0, 500, False),
        (Hormone.SEROTONIN, 0.10, 0, 100, True),
        (Hormone.GASTRIN, 0.001, 0, NEVER, True),
        (Hormone.INSULIN, 0.001, 0, 500, False),
    ],
)
def test_hormonal_symptoms(patient_with, doors, hormone, burden, extrahepatic, relief_until, symptoms):
    world = patient_with((burden, 0, 0))
    world.traits[0].functioning, world.traits[0].hormone = hormone != Hormone.NONE, hormone
    world.findings[0, Finding.PRIMARY] = 1
    world.courses[0].extrahepatic, world.courses[0].relief_until, world.courses[0].anchor = (
        extrahepatic,
        relief_until,
        100,
    )
    assert bool(doors.symptomatic(world, 0)) is symptoms


@pytest.mark.parametrize(("burden", "again"), [(0.0001, False), (0.001, True)])
def test_the_syndrome_returns_once_relief_is_over_though_little_is_left(patient_with, doors, burden, again):
    world = patient_with((burden, 0, 0), symptomatic_burden="3 %", symptomatic_burden_again="0.03 %")
    world.traits[0].functioning, world.traits[0].hormone = 1, Hormone.SEROTONIN
    world.findings[0, Finding.PRIMARY] = 1
    assert not doors.symptomatic(world, 0)
    world.courses[0].syndrome = 1
    assert bool(doors.symptomatic(world, 0)) is again


@pytest.mark.parametrize(("hormone", "felt"), [(Hormone.SEROTONIN, False), (Hormone.VIP, True)])
def test_a_primary_of_the_pancreas_is_felt_without_any_metastasis_until_it_is_out(patient_with, doors, hormone, felt):
    world = patient_with()
    world.traits[0].functioning, world.traits[0].hormone = 1, hormone
    assert bool(doors.symptomatic(world, 0)) is felt
    world.findings[0, Finding.PRIMARY] = 1
    assert not doors.symptomatic(world, 0)


def test_regional_nodes_threaten_nobody_and_all_other_spread_does(patient_with, doors):
    world = patient_with((0.05, 0, 0))
    alone = doors.cancer_hazard_factor(world, 0)
    for kind in Spread:
        world.courses[0].extrahepatic = kind
        assert bool(doors.cancer_hazard_factor(world, 0) > alone) is (kind != Spread.NODES)


# ------------------------------------------------------------------ the heart


def with_syndrome(patient_with, burden=0.10, **evidence):
    """Someone whose tumour makes serotonin, with so much of it in the liver."""
    world = patient_with((burden, 0, 0), **evidence)
    world.traits[0].functioning, world.traits[0].hormone = 1, Hormone.SEROTONIN
    world.traits[0].other_death_at = NEVER
    return world


def test_the_heart_counts_the_minutes_of_carcinoid_syndrome_only(patient_with, doors):
    world = with_syndrome(patient_with)
    doors.settle(world, 0, YEAR)
    assert world.courses[0].heart_spent == YEAR
    world.courses[0].relief_until = 2 * YEAR
    doors.settle(world, 0, 2 * YEAR)
    assert world.courses[0].heart_spent == YEAR
    other = with_syndrome(patient_with)
    other.traits[0].hormone = Hormone.GASTRIN
    doors.settle(other, 0, YEAR)
    assert other.courses[0].heart_spent == 0


def test_the_minutes_begin_when_the_liver_holds_enough_however_time_is_cut(patient_with, doors):
    spent = []
    for steps in (1, 7):
        world = with_syndrome(patient_with, 0.02)
        world.courses[0].growth = 0.05 / (YEAR / 12)
        for k in range(steps):
            doors.settle(world, 0, (k + 1) * 2 * YEAR // steps)
        spent.append(world.courses[0].heart_spent)
    assert 0 < spent[0] < 2 * YEAR
    assert spent[0] == pytest.approx(spent[1], rel=1e-6)


def test_heart_disease_comes_at_the_rate_of_its_card_and_never_without_the_syndrome(world_of, doors, all_able):
    world = world_of(300, seed=9, heart__rate="0.5 per year", new_lesion__rate="1e-9 per year", **all_able)
    came = []
    for i in range(300):
        doors.begin(world, i, 0)
        world.traits[i].functioning, world.traits[i].hormone = 1, Hormone.SEROTONIN
        c = world.courses[i]
        c.extrahepatic, c.burden, c.extrahepatic_at = Spread.OTHER, 0.0, NEVER
        c.pain_at = c.obstructed_at = NEVER
        c.new_lesion_at = world.traits[i].other_death_at = NEVER
        c.turns_after = math.inf
        world.traits[i].metastasis_at = world.traits[i].regional_death_at = NEVER
        world.plan.reply[0].notes = 0
        doors.set_alarm(world, i, 0)
        assert c.alarm_kind == Alarm.HEART
        came.append(c.alarm_at / YEAR)
        world.courses[i].relief_until = 100 * YEAR
        doors.set_alarm(world, i, 0)
        assert c.alarm_kind != Alarm.HEART
    assert np.mean(came) == pytest.approx(2, rel=0.2)


def test_a_diseased_heart_kills_in_its_own_time_and_later_once_it_has_been_put_right(patient_with, doors):
    world = with_syndrome(patient_with, valve_mortality="0 %", heart_death__corrected="50 %")
    c = world.courses[0]
    c.alarm_kind = Alarm.HEART
    doors.pass_alarm(world, 0, 1000)
    assert (c.heart, c.heart_death_at > 1000) == (Heart.DISEASED, True)
    left = c.heart_death_at - 2000
    c.alarm_kind = Alarm.VALVE
    doors.pass_alarm(world, 0, 2000)
    assert (c.heart, c.visit, c.procedure_death_at) == (Heart.CORRECTED, 1, NEVER)
    assert c.heart_death_at == 2000 + 2 * left


def test_a_valve_operation_may_be_the_death_of_her(patient_with, doors):
    world = with_syndrome(patient_with, valve_mortality="100 %")
    world.courses[0].alarm_kind = Alarm.VALVE
    doors.pass_alarm(world, 0, 2000)
    assert world.courses[0].procedure_death_at == 2000
