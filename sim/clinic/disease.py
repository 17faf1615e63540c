"""The disease in truth: growth, performance status, hazards, and the next alarm.

    begin(case, now)        the course at first symptom
    settle(case, now)       bring the burden and the hazards up to now
    set_alarm(case, now)    work out what the disease does next, and when; put it into the plan
    pass_alarm(case, now)   what it did: the course changes; says which kind it was

The lesions stand in `lesions`, where they come from in `seeding`. Everything silent here (spread, new lesions, faster
growth) is unknown to the clinic until imaging sees it. Waiting costs nothing by itself; it costs what happens
meanwhile.
Source: the natural-history cards; each cause of death has its own Exp(1) threshold.
"""

from __future__ import annotations

import math
from enum import IntEnum

from sim.clinic.board import Finding
from sim.clinic.growth import over_time, stays_below, time_to_burden, time_to_power_integral
from sim.clinic.known import Known
from sim.clinic.lesions import add_up, scale_lesion
from sim.clinic.patient import Ask, Case, Heart, Hormone, Phase, later
from sim.clinic.seeding import (
    beyond_surgery,
    first_metastases,
    metastases_at_symptom,
    new_pace,
    next_new_lesion,
    next_spread,
    own_seeding,
    settle_new,
    spread,
    start_clocks,
)
from sim.draws import exponential, lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import NEVER, alarm, note

FIT = 1  # not clinical: up to here of the scale she is up and about all day
MOST_ECOG = 4  # not clinical: the scale ends there, 5 is death


class Alarm(IntEnum):
    """What the disease does next. At the same minute the lower number comes first."""

    NONE = -1
    OTHER_DEATH = 0
    PROCEDURE_DEATH = 1
    CANCER_DEATH = 2
    METASTASIS = 3
    NEW_LESION = 4
    SPREAD = 5
    DEDIFFERENTIATION = 6
    WORSENING = 7
    SSA_ENDS = 8
    HOLD_ENDS = 9
    RELIEF_ENDS = 10
    FAILING = 11
    PRESENTING = 12
    RESPONSE_SHOWS = 13
    LIVER_DECLINE = 14
    LIVER_DEATH = 15
    REGIONAL_DEATH = 16
    HEART = 20
    VALVE = 21
    HEART_DEATH = 22
    BONE_PAIN = 23
    OBSTRUCTION = 24
    OWN_SEEDING = 25
    MARROW = 30
    MARROW_DEATH = 31


@jit_inside
def pace(case: Case) -> float:
    """How fast the Gompertz variable falls now, per minute, with the treatments in force."""
    c, known = case.course, case.desk.known
    capacity, reference = known[Known.GOMPERTZ_CAPACITY.value], known[Known.GOMPERTZ_REFERENCE_BURDEN.value]
    return c.growth * c.ssa_factor * c.hold_factor / math.log(capacity / reference)


@jit_inside
def cancer_hazard_factor(case: Case) -> float:
    """What burden ** gamma is multiplied by to give the hazard of death from cancer, per minute."""
    c, known = case.course, case.desk.known
    factor = known[Known.CANCER_HAZARD_AT_HALF_LIVER.value] * math.pow(2.0, known[Known.CANCER_HAZARD_GAMMA.value])
    if beyond_surgery(case):
        factor *= math.exp(known[Known.CANCER_HAZARD_BETA_EXTRAHEPATIC.value])
    if c.ecog > FIT:
        factor *= math.pow(known[Known.CANCER_HAZARD_ECOG_FACTOR.value], c.ecog - FIT)
    return factor


@jit_inside
def worsening_factor(case: Case) -> float:
    """How much faster performance status falls with disease outside the liver that can not be taken out."""
    return case.desk.known[Known.WORSENING_EXTRAHEPATIC_FACTOR.value] if beyond_surgery(case) else 1.0


@jit_inside
def worsening_at_full_liver(case: Case) -> float:
    """What burden ** gamma is multiplied by to give how often a minute performance status falls, besides its base."""
    known = case.desk.known
    return float(known[Known.WORSENING_AT_HALF_LIVER.value] * math.pow(2.0, known[Known.CANCER_HAZARD_GAMMA.value]))


@jit_inside
def settle(case: Case, now: int) -> None:
    """Bring burden, lesions and cumulative hazards up to `now`. To be called before anything is changed."""
    c, known = case.course, case.desk.known
    minutes = float(now - c.anchor)
    if minutes <= 0:
        return
    if c.heart == Heart.NONE.value:
        c.heart_spent += max(minutes - _until_syndrome(case), 0.0)
    worsening = known[Known.WORSENING_BASE.value] * minutes
    if c.burden > 0:
        gamma = known[Known.CANCER_HAZARD_GAMMA.value]
        after, hazard, area = over_time(c.burden, pace(case), minutes, known[Known.GOMPERTZ_CAPACITY.value], gamma)
        c.hazard_spent += cancer_hazard_factor(case) * hazard
        worsening += worsening_at_full_liver(case) * hazard
        c.seeding_spent += own_seeding(case) * area
        c.turns_after -= area
        ratio = after / c.burden
        for j in range(c.slots):
            case.liver.lesions[j].share *= ratio
        c.burden = after
    if c.had_disease or c.burden > 0:
        c.worsening_spent += worsening_factor(case) * worsening
    c.anchor = now


@jit_inside
def begin(case: Case, now: int) -> None:
    """The course at first symptom: metastases that are there already, their number, sizes and lobes."""
    c, p = case.course, case.traits
    c.anchor = now
    c.burden = 0.0
    c.growth = p.growth
    c.ssa_factor = 1.0
    c.hold_factor = 1.0
    c.ecog = p.ecog
    c.ssa_until = NEVER
    c.hold_until = NEVER
    c.new_lesion_at = NEVER
    c.extrahepatic_at = NEVER
    c.pain_at = NEVER
    c.obstructed_at = NEVER
    c.turns_after = math.inf
    c.procedure_death_at = NEVER
    c.relief_until = NEVER
    c.response_at = NEVER
    c.decline_at = NEVER
    c.liver_death_at = NEVER
    c.valve_at = NEVER
    c.heart_death_at = NEVER
    c.marrow_at = NEVER
    c.prrt_at = -1
    c.kidneys_from = -1
    c.changed_at = -1
    c.treatment = -1
    c.nelm_minute = -1
    c.diagnosed_at = -1
    c.phase = Phase.UNKNOWN.value
    if p.hepatic:
        c.findings[Finding.PRIMARY.value] = 1  # there is none to take out
    if p.metastasis_at <= now:
        metastases_at_symptom(case, now)


@jit_inside
def symptomatic(case: Case) -> bool:
    """Hormonal symptoms: a functioning tumour with enough of it where it counts, and no relief in force."""
    return case.traits.functioning == 1 and _enough(case) and not _relieved(case)


@jit_inside
def _relieved(case: Case) -> bool:
    c = case.course
    return bool(c.relief_until != NEVER and c.relief_until > c.anchor)


@jit_inside
def _enough(case: Case) -> bool:
    """Is there enough tumour for its hormone to be felt?

    The liver clears serotonin until it holds too much tumour itself, or there is some outside it. The hormones of
    the pancreas are felt at any size, from the primary too while it is in place.
    """
    c = case.course
    if c.extrahepatic:
        return True
    if case.traits.hormone == Hormone.SEROTONIN.value:
        return bool(c.burden > _syndrome_burden(case))
    return bool(c.burden > 0 or c.findings[Finding.PRIMARY.value] == 0)


@jit_inside
def _syndrome_burden(case: Case) -> float:
    """The burden that brings the carcinoid syndrome: a small one where it has been before, once relief is over."""
    again = Known.SYMPTOMATIC_BURDEN_AGAIN.value
    return float(case.desk.known[again if case.course.syndrome else Known.SYMPTOMATIC_BURDEN.value])


@jit_inside
def _until_syndrome(case: Case) -> float:
    """Minutes until the carcinoid syndrome: none where there is one, infinite where growth alone will not bring it."""
    c, p, known = case.course, case.traits, case.desk.known
    if p.functioning == 0 or p.hormone != Hormone.SEROTONIN.value or _relieved(case):
        return math.inf
    if c.extrahepatic:
        return 0.0
    capacity = known[Known.GOMPERTZ_CAPACITY.value]
    return time_to_burden(c.burden, _syndrome_burden(case), pace(case), capacity)


@jit_inside
def _sooner(case: Case, when: int, kind: int) -> None:
    """The alarm is set for what comes first, at the same minute for the lower number."""
    c = case.course
    if when < c.alarm_at or (when == c.alarm_at and kind < c.alarm_kind):
        c.alarm_at = when
        c.alarm_kind = kind


@jit_inside
def set_alarm(case: Case, now: int) -> None:
    """What the disease does next, and when. The course must be settled to `now`."""
    known, c, p = case.desk.known, case.course, case.traits
    c.alarm_at = NEVER
    c.alarm_kind = Alarm.NONE.value
    _sooner(case, p.other_death_at, Alarm.OTHER_DEATH.value)
    _sooner(case, c.procedure_death_at, Alarm.PROCEDURE_DEATH.value)
    _sooner(case, p.regional_death_at, Alarm.REGIONAL_DEATH.value)
    if p.metastasis_at > c.anchor and c.lesions_made == 0:
        _sooner(case, p.metastasis_at, Alarm.METASTASIS.value)
    _sooner(case, c.new_lesion_at, Alarm.NEW_LESION.value)
    _sooner(case, c.extrahepatic_at, Alarm.SPREAD.value)
    _sooner(case, c.ssa_until, Alarm.SSA_ENDS.value)
    _sooner(case, c.hold_until, Alarm.HOLD_ENDS.value)
    if c.relief_until > now:
        _sooner(case, c.relief_until, Alarm.RELIEF_ENDS.value)
    _sooner(case, c.response_at, Alarm.RESPONSE_SHOWS.value)
    _sooner(case, c.decline_at, Alarm.LIVER_DECLINE.value)
    _sooner(case, c.liver_death_at, Alarm.LIVER_DEATH.value)
    if c.heart == Heart.NONE.value:
        _heart_disease(case, now)
    _sooner(case, c.valve_at, Alarm.VALVE.value)
    _sooner(case, c.pain_at, Alarm.BONE_PAIN.value)
    _sooner(case, c.obstructed_at, Alarm.OBSTRUCTION.value)
    _sooner(case, c.heart_death_at, Alarm.HEART_DEATH.value)
    _sooner(case, c.marrow_at, Alarm.MARROW_DEATH.value if c.marrow else Alarm.MARROW.value)
    capacity, speed = known[Known.GOMPERTZ_CAPACITY.value], pace(case)
    if c.failed == 0:
        gap = time_to_burden(c.burden, known[Known.FAILING_BURDEN.value], speed, capacity)
        _sooner(case, later(now, gap), Alarm.FAILING.value)
    if c.presented == 0:
        gap = time_to_burden(c.burden, known[Known.PRESENTING_BURDEN.value], speed, capacity)
        _sooner(case, later(now, gap), Alarm.PRESENTING.value)
    if c.burden > 0:
        _cancer_death(case, now, speed)
        _comes_of_tumour(case, now, speed)
    if c.ecog < MOST_ECOG and (c.had_disease or c.burden > 0):
        _worsening(case, now, speed)
    alarm(case.plan, c.alarm_at)
    note_symptoms(case)


@jit_inside
def _heart_disease(case: Case, now: int) -> None:
    """When the minutes of carcinoid syndrome reach the patient's threshold."""
    until = _until_syndrome(case)
    if until < math.inf:
        threshold = exponential(case.key, case.i, Ask.HEART.value, 0) / case.desk.known[Known.HEART_RATE.value]
        gap = until + max(threshold - case.course.heart_spent, 0.0)
        _sooner(case, later(now, gap), Alarm.HEART.value)


@jit_inside
def _cancer_death(case: Case, now: int, speed: float) -> None:
    """When the cumulative hazard of cancer reaches the threshold; worked out only if that may come first."""
    known, c = case.desk.known, case.course
    capacity, gamma = known[Known.GOMPERTZ_CAPACITY.value], known[Known.CANCER_HAZARD_GAMMA.value]
    left = exponential(case.key, case.i, Ask.CANCER_DEATH.value, 0) - c.hazard_spent
    amount = left / cancer_hazard_factor(case)
    if not stays_below(c.burden, speed, amount, capacity, gamma, 0.0, _until_alarm(case, now)):
        gap = time_to_power_integral(c.burden, speed, amount, capacity, gamma, 0.0)
        _sooner(case, later(now, gap), Alarm.CANCER_DEATH.value)


@jit_inside
def _comes_of_tumour(case: Case, now: int, speed: float) -> None:
    """The same for what any part of the tumour may begin: another lesion, or a more aggressive kind."""
    c, capacity = case.course, case.desk.known[Known.GOMPERTZ_CAPACITY.value]
    left, kind = c.turns_after, Alarm.DEDIFFERENTIATION.value
    rate = own_seeding(case)
    if rate > 0:
        seeds_after = (exponential(case.key, case.i, Ask.OWN_SEEDING.value, c.seedings) - c.seeding_spent) / rate
        if seeds_after < left:
            left, kind = seeds_after, Alarm.OWN_SEEDING.value
    if left < math.inf and not stays_below(c.burden, speed, left, capacity, 1.0, 0.0, _until_alarm(case, now)):
        _sooner(case, later(now, time_to_power_integral(c.burden, speed, left, capacity, 1.0, 0.0)), kind)


@jit_inside
def _worsening(case: Case, now: int, speed: float) -> None:
    """The same for the next change of performance status."""
    known, c = case.desk.known, case.course
    capacity, gamma = known[Known.GOMPERTZ_CAPACITY.value], known[Known.CANCER_HAZARD_GAMMA.value]
    left = exponential(case.key, case.i, Ask.WORSENING.value, c.worsenings) - c.worsening_spent
    per = worsening_at_full_liver(case)
    amount, constant = left / worsening_factor(case) / per, known[Known.WORSENING_BASE.value] / per
    if not stays_below(c.burden, speed, amount, capacity, gamma, constant, _until_alarm(case, now)):
        gap = time_to_power_integral(c.burden, speed, amount, capacity, gamma, constant)
        _sooner(case, later(now, gap), Alarm.WORSENING.value)


@jit_inside
def _until_alarm(case: Case, now: int) -> float:
    """Minutes after which nothing can come before the alarm that is set, whichever way they are rounded."""
    return float(case.course.alarm_at) - now + 1


@jit_inside
def note_symptoms(case: Case) -> None:
    """For the reader of the log: hormonal symptoms that have begun or ended since the disease was last looked at."""
    c = case.course
    suffers = 1 if symptomatic(case) else 0
    if suffers != c.suffering:
        c.suffering = suffers
        c.syndrome = 1
        note(case.plan, Event.SYMPTOMATIC.value, suffers)


@jit_inside
def pass_alarm(case: Case, now: int) -> int:
    """Let the alarm's event happen to the course, settled to `now`. Returns its kind; `set_alarm` must follow."""
    known, c = case.desk.known, case.course
    kind = c.alarm_kind
    if kind == Alarm.METASTASIS.value:
        first_metastases(case)
        start_clocks(case, now)
    elif kind == Alarm.NEW_LESION.value:
        settle_new(case)
        next_new_lesion(case, now)
    elif kind == Alarm.OWN_SEEDING.value:
        settle_new(case)
        c.seedings += 1
        c.seeding_spent = 0.0
    elif kind == Alarm.SPREAD.value:
        spread(case, now)
        next_spread(case, now)
        new_pace(case, now)
    elif kind == Alarm.DEDIFFERENTIATION.value:
        c.growth *= known[Known.DEDIFFERENTIATION_GROWTH_FACTOR.value]
        c.turns_after = math.inf
        new_pace(case, now)
    elif kind == Alarm.WORSENING.value:
        c.ecog += 1
        c.worsenings += 1
        c.worsening_spent = 0.0
    elif kind == Alarm.SSA_ENDS.value:
        c.ssa_factor = 1.0
        c.ssa_until = NEVER
        c.growth *= known[Known.RESISTANCE_GROWTH_FACTOR.value]
        new_pace(case, now)
    elif kind == Alarm.HOLD_ENDS.value:
        c.hold_factor = 1.0
        c.hold_until = NEVER
        if c.hold_systemic:
            c.growth *= known[Known.RESISTANCE_GROWTH_FACTOR.value]
        new_pace(case, now)
    elif kind == Alarm.FAILING.value:
        c.failed = 1
    elif kind == Alarm.PRESENTING.value:
        c.presented = 1
    elif kind == Alarm.RESPONSE_SHOWS.value:
        _show_response(case)
    elif kind == Alarm.LIVER_DECLINE.value:
        _decline(case, now)
    elif kind == Alarm.HEART.value:
        c.heart = Heart.DISEASED.value
        rate = known[Known.HEART_DEATH_RATE.value]
        c.heart_death_at = later(now, exponential(case.key, case.i, Ask.HEART_DEATH.value, 0) / rate)
    elif kind == Alarm.BONE_PAIN.value:
        c.pain = 1
        c.pain_at = NEVER
    elif kind == Alarm.OBSTRUCTION.value:
        c.obstructed = 1
        c.obstructed_at = NEVER
    elif kind == Alarm.VALVE.value:
        _replace_valve(case, now)
    elif kind == Alarm.MARROW.value:
        _marrow_fails(case, now)
    return int(kind)


@jit_inside
def _replace_valve(case: Case, now: int) -> None:
    """The heart is put right, unless she dies of it; its own hazard goes on at a share of what it was."""
    known, c = case.desk.known, case.course
    c.heart = Heart.CORRECTED.value
    c.valve_at = NEVER
    if c.heart_death_at < NEVER:
        c.heart_death_at = later(now, (c.heart_death_at - now) / known[Known.HEART_DEATH_CORRECTED.value])
    if uniform(case.key, case.i, Ask.VALVE_DEATH.value, 0) < known[Known.VALVE_MORTALITY.value]:
        c.procedure_death_at = now
    c.visit = 1  # what the heart barred is to be discussed


@jit_inside
def _show_response(case: Case) -> None:
    """The irradiated lobes have shrunk, months after the treatment."""
    c = case.course
    shrunk = False
    for j in range(c.slots):
        if case.liver.lesions[j].share > 0 and c.responding >> case.liver.lesions[j].lobe & 1:
            scale_lesion(case, j, 1 - c.response_shrink)
            shrunk = True
    if shrunk:
        add_up(case)
    c.response_at = NEVER
    c.responding = 0


@jit_inside
def _decline(case: Case, now: int) -> None:
    """The irradiated liver declines: she becomes frailer for good, and may die of liver failure."""
    key, known, c = case.key, case.desk.known, case.course
    c.declined = 1
    c.decline_at = NEVER
    c.ecog = min(c.ecog + 1, MOST_ECOG)
    if uniform(key, case.i, Ask.DECLINE_DEATH.value, 0) < known[Known.TARE_DECLINE_DEATH_SHARE.value]:
        median, sigma = known[Known.TARE_DECLINE_DEATH_MEDIAN.value], known[Known.TARE_DECLINE_DEATH_SIGMA.value]
        c.liver_death_at = later(now, lognormal(key, case.i, Ask.DECLINE_DEATH_TIME.value, 0, median, sigma))


@jit_inside
def _marrow_fails(case: Case, now: int) -> None:
    """Leukaemia or myelodysplasia, years after radionuclides: she becomes frailer for good, and most die of it."""
    key, known, c = case.key, case.desk.known, case.course
    c.marrow = 1
    c.marrow_at = NEVER
    c.ecog = min(c.ecog + 1, MOST_ECOG)
    if uniform(key, case.i, Ask.MARROW_DEATH.value, 0) < known[Known.PRRT_MARROW_DEATH_SHARE.value]:
        median, sigma = known[Known.PRRT_MARROW_DEATH_MEDIAN.value], known[Known.PRRT_MARROW_DEATH_SIGMA.value]
        c.marrow_at = later(now, lognormal(key, case.i, Ask.MARROW_DEATH_TIME.value, 0, median, sigma))
