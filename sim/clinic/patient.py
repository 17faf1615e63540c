"""Who the patients are: what is fixed at first symptom, what changes afterwards, and how they are drawn.

    TRAITS, COURSE, LESION  the records of a patient, field by field
    World                   all that medicine may look at: the records, the evidence, the tables, the plan
    draw_traits(world, n)   the traits of patients 0 to n - 1, each from her own address

Everyone with a gastroenteropancreatic neuroendocrine neoplasm enters at first symptom. Some have liver
metastases then, some get them during the diagnostic delay or later, most never do.

Traits never change and depend on nothing but the patient's address, so that the same patient can be followed
through two hospitals. Knows no queue and no hospital.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from sim.clinic.known import Known
from sim.draws import exponential, lognormal, normal, uniform
from sim.jit import jit, jit_inside
from sim.steps import NEVER, Plan
from sim.units import YEAR

MOST_LESIONS = 48  # not clinical: the array's width; the smallest of more would be below any modality's sight


class Site(IntEnum):
    """Where the primary is."""

    SMALL_INTESTINE = 0
    PANCREAS = 1
    OTHER = 2
    UNKNOWN = 3


class Grade(IntEnum):
    """True grade and differentiation. "G3" of older papers is NET_G3 and NEC together."""

    G1 = 0
    G2 = 1
    NET_G3 = 2
    NEC = 3


class Ask(IntEnum):
    """The clinic's questions to chance. Numbers are addresses: explicit, and never used again for another."""

    ARRIVAL_GAP = 100
    AGE = 101
    SEX = 102
    SITE = 103
    GRADE = 104
    KI67 = 105
    GROWTH = 106
    FUNCTIONING = 107
    RECEPTORS = 108
    KIDNEY = 109
    BILIARY = 110
    ECOG = 111
    CAPABLE = 112
    METASTASISED = 113
    METASTASIS_TIME = 114
    BURDEN = 115
    PATTERN = 116
    LESION_NUMBER = 117
    LESION_WEIGHT = 118
    LESION_LOBE = 119
    CONSPICUITY = 120
    NEW_LESION = 121
    EXTRAHEPATIC_NOW = 122
    EXTRAHEPATIC_TIME = 123
    DEDIFFERENTIATION = 124
    CANCER_DEATH = 125
    OTHER_DEATH = 126
    WORSENING = 127
    DELAY = 128
    REFERRAL = 129
    MRI_TOLD = 130
    EXTRAHEPATIC_SEEN = 131
    MEASUREMENT = 132
    REPORT = 133
    HISTOLOGY = 134
    BIOPSY_FAILS = 135
    KI67_SAMPLE = 136
    DEFERRAL = 137
    ADHERENCE = 138
    ALTERNATIVE = 139
    TACE_BARRED = 140
    UNSUITABLE_SITE = 141
    LOCAL_FAILURE = 142
    RESIDUE = 143
    MARGIN = 144
    RESPONSE = 145
    EFFECT_TIME = 146
    PROCEDURE_DEATH = 147
    PROCEDURE_DEATH_DAY = 148
    COMPLICATION = 149
    OVERNIGHT = 150
    RELIEF = 151
    RELIEF_TIME = 152
    SSA_RESISTANCE = 153
    PRIMARY_WAIT = 155
    EGFR = 158
    PREPARATION = 159
    DEFERRAL_CAUSE = 160
    AWAY = 161


TRAITS = np.dtype(
    [
        ("arrived", "i8"),  # minute of first symptom
        ("age", "f8"),  # then [years]
        ("male", "i8"),
        ("site", "i8"),  # Site
        ("grade", "i8"),  # Grade
        ("ki67", "f8"),  # true, of the whole disease [%]
        ("growth", "f8"),  # untreated, at the reference burden [per minute]
        ("functioning", "i8"),  # makes hormones
        ("receptors", "i8"),  # somatostatin receptors: takes up the tracer
        ("kidney_disease", "i8"),
        ("egfr", "f8"),  # [mL/min]
        ("biliary", "i8"),  # has had a procedure on the bile duct
        ("ecog", "i8"),  # at first symptom
        ("metastasis_at", "i8"),  # minute of the first liver metastasis; at or before `arrived` if there already; NEVER
        ("delay", "i8"),  # first symptom to presentation, unless the disease forces it earlier [minutes]
        ("other_death_at", "i8"),  # minute of death of other causes
        ("mri_told", "i8"),  # the radiologist asks for MRI too
    ]
)
"""What is fixed at first symptom."""

COURSE = np.dtype(
    [
        # the disease, in truth, as it stood at `anchor`
        ("anchor", "i8"),  # minute
        ("burden", "f8"),  # tumour volume / liver volume
        ("growth", "f8"),  # untreated, now [per minute at the reference burden]
        ("ssa_factor", "f8"),  # growth multiplier of the somatostatin analogue
        ("ssa_until", "i8"),
        ("hold_factor", "f8"),  # growth multiplier of the last other treatment
        ("hold_until", "i8"),
        ("hold_systemic", "i8"),  # resistance follows its end
        ("extrahepatic", "i8"),
        ("ecog", "i8"),
        ("lesions_made", "i8"),  # lesions ever begun: the address of the next one's luck
        ("hazard_spent", "f8"),  # cumulative cancer hazard so far
        ("worsening_spent", "f8"),  # since the last change of performance status
        ("worsenings", "i8"),
        ("new_lesion_at", "i8"),
        ("extrahepatic_at", "i8"),
        ("dedifferentiates_at", "i8"),
        ("procedure_death_at", "i8"),
        ("relief_until", "i8"),
        ("failed", "i8"),  # liver failure symptoms have asked for a visit
        ("suffering", "i8"),  # 1: the log's last word on hormonal symptoms is that she has them
        ("alarm_at", "i8"),
        ("alarm_kind", "i8"),
        # the journey
        ("phase", "i8"),  # Phase: what an alarm may interrupt
        ("presented", "i8"),
        ("biopsies", "i8"),
        ("scans", "i8"),
        ("boards", "i8"),
        ("deferred", "i8"),  # discussions put off for this decision
        ("treatment", "i8"),  # the one decided on or under way, -1 none
        ("session", "i8"),
        ("nadir_cm", "f8"),  # smallest sum of diameters since the last treatment
        ("had_disease", "i8"),  # liver metastases have been seen
        ("clear", "i8"),  # 1: all that was seen has been removed
        ("nelm_minute", "i8"),  # when liver metastases were first seen, -1 never
        ("diagnosed_at", "i8"),
        ("operations", "i8"),
        ("decided_at", "i8"),  # minute of the board's last decision
        ("courses_made", "i8"),  # courses of treatment begun: the address of the next one's luck
        ("histology_known", "i8"),
        ("visit", "i8"),  # 1: the board is wanted whatever the next scan shows
        ("major", "i8"),  # the last resection was a major one
        ("extra_stay", "i8"),  # minutes that complications add to the stay to come
    ]
)
"""What changes. A step writes only its own patient's."""


LESION = np.dtype(
    [
        ("share", "f8"),  # of the liver's volume, at the course's anchor; 0 where there is no lesion
        ("hidden", "f8"),  # how hard to see, 0 to 1, for all modalities
        ("lobe", "i4"),  # 0 the lobe with more disease at first, 1 the other
        ("seen", "i4"),  # 1 where imaging has found it
    ]
)
"""A liver metastasis."""


class Phase(IntEnum):
    """What the patient is in, as far as an alarm needs to know."""

    UNKNOWN = 0  # not yet presented
    WORK_UP = 1
    WAITING = 2  # decided, not yet begun
    UNDER_TREATMENT = 3
    SURVEILLANCE = 4
    SUPPORTIVE = 5


class World(NamedTuple):
    """All that medicine may look at. Arrays of one run; every step gets this and a patient's number."""

    key: Any  # the replication's key, see sim.draws
    known: Any  # (parameters,) evidence, indexed by Known
    traits: Any  # (patients,) TRAITS
    courses: Any  # (patients,) COURSE
    lesions: Any  # (patients, MOST_LESIONS) LESION
    findings: Any  # (patients, attributes) what has been observed, see sim.clinic.board; NaN where nothing
    boards: Any  # the two decision tables as arrays, see sim.clinic.board
    protocols: Any  # (treatments,) how each treatment is given, see sim.clinic.protocols
    resources: Any  # (roles,) the hospital's number of each resource the pathway asks for
    policy: Any  # (policies,) the scenario's choices as whole numbers, see sim.clinic.stages
    plan: Plan


@jit
def whole(minutes: float) -> int:
    """A duration rounded to whole minutes, once, where it is drawn; NEVER where it is beyond all calendars."""
    if not minutes < 1e15:  # not clinical: two billion years
        return NEVER
    return math.floor(minutes + 0.5)  # not clinical: rounding


@jit
def later(now: int, minutes: float) -> int:
    """The minute that lies `minutes` after `now`, or NEVER."""
    gap = whole(minutes)
    return NEVER if gap >= NEVER - now else now + gap


@jit
def other_death(known: Any, male: int, age: float, threshold: float) -> float:
    """Years until death of other causes, from a Gompertz life table and an Exp(1) threshold.

    age        [years]
    threshold  the cumulative hazard at which death comes
    """
    at_65 = known[Known.BACKGROUND_MALE_AT_65.value] if male else known[Known.BACKGROUND_FEMALE_AT_65.value]
    slope = known[Known.BACKGROUND_MALE_SLOPE.value] if male else known[Known.BACKGROUND_FEMALE_SLOPE.value]
    now = at_65 * YEAR * math.exp(slope * (age - 65))  # not clinical: the age at which the card states the hazard
    if slope <= 0:
        return float(threshold / now)
    return float(math.log(1 + slope * threshold / now) / slope)


@jit_inside
def draw_patient(world: World, i: int) -> None:
    """Fill the traits of patient `i`, whose `arrived` stands already."""
    key, known, p = world.key, world.known, world.traits[i]
    age = known[Known.AGE_MEAN.value] + known[Known.AGE_SD.value] * normal(key, i, Ask.AGE.value, 0)
    p.age = min(max(age, known[Known.AGE_LOWEST.value]), known[Known.AGE_HIGHEST.value])
    p.male = 1 if uniform(key, i, Ask.SEX.value, 0) < known[Known.MALE_SHARE.value] else 0
    _draw_tumour(world, i)
    p.kidney_disease = 1 if uniform(key, i, Ask.KIDNEY.value, 0) < known[Known.KIDNEY_DISEASE.value] else 0
    low, high = known[Known.EGFR_DISEASE_LOWEST.value], known[Known.EGFR_DISEASE_HIGHEST.value]
    p.egfr = known[Known.EGFR_NORMAL.value]
    if p.kidney_disease:
        p.egfr = low + (high - low) * uniform(key, i, Ask.EGFR.value, 0)
    pancreas = p.site == Site.PANCREAS.value
    biliary = known[Known.BILIARY_PROCEDURE_PANCREAS.value if pancreas else Known.BILIARY_PROCEDURE_OTHER.value]
    p.biliary = 1 if uniform(key, i, Ask.BILIARY.value, 0) < biliary else 0
    u = uniform(key, i, Ask.ECOG.value, 0)
    p.ecog = 0
    if u >= known[Known.ECOG_AT_SYMPTOM_ECOG_0.value]:
        p.ecog = 1
    if u >= known[Known.ECOG_AT_SYMPTOM_ECOG_0.value] + known[Known.ECOG_AT_SYMPTOM_ECOG_1.value]:
        p.ecog = 2
    years = other_death(known, p.male, p.age, exponential(key, i, Ask.OTHER_DEATH.value, 0))
    p.other_death_at = later(p.arrived, years * YEAR)
    p.mri_told = 1 if p.kidney_disease else 0
    if uniform(key, i, Ask.MRI_TOLD.value, 0) < known[Known.MRI_SHARE.value]:
        p.mri_told = 1


@jit_inside
def _draw_tumour(world: World, i: int) -> None:
    """Site, grade, Ki-67, growth, hormones, receptors, metastatic fate and delay."""
    key, known, p = world.key, world.known, world.traits[i]
    u = uniform(key, i, Ask.SITE.value, 0)
    p.site = Site.UNKNOWN.value
    total = known[Known.SITE_SHARE_SMALL_INTESTINE.value]
    if u < total:
        p.site = Site.SMALL_INTESTINE.value
    elif u < total + known[Known.SITE_SHARE_PANCREAS.value]:
        p.site = Site.PANCREAS.value
    elif u < total + known[Known.SITE_SHARE_PANCREAS.value] + known[Known.SITE_SHARE_OTHER.value]:
        p.site = Site.OTHER.value
    g1, g2, net_g3 = grade_shares(known, p.site)
    u = uniform(key, i, Ask.GRADE.value, 0)
    p.grade = Grade.NEC.value
    if u < g1:
        p.grade = Grade.G1.value
    elif u < g1 + g2:
        p.grade = Grade.G2.value
    elif u < g1 + g2 + net_g3:
        p.grade = Grade.NET_G3.value
    low, high, receptors = by_grade(known, p.grade)
    p.ki67 = low * math.exp(math.log(high / low) * uniform(key, i, Ask.KI67.value, 0))
    p.growth = growth_rate(known, p.site, p.grade, p.ki67) * math.exp(
        known[Known.GROWTH_SIGMA.value] * normal(key, i, Ask.GROWTH.value, 0)
    )
    p.functioning = 1 if uniform(key, i, Ask.FUNCTIONING.value, 0) < known[Known.FUNCTIONING_SHARE.value] else 0
    p.receptors = 1 if uniform(key, i, Ask.RECEPTORS.value, 0) < receptors else 0
    capable, median, sigma = by_site(known, p.site)
    p.metastasis_at = NEVER
    if uniform(key, i, Ask.CAPABLE.value, 0) < capable:
        if uniform(key, i, Ask.METASTASISED.value, 0) < known[Known.METASTASISED_AT_SYMPTOM.value]:
            p.metastasis_at = p.arrived
        else:
            pace = math.pow(
                p.growth / known[Known.NEW_LESION_GROWTH_REFERENCE.value],
                known[Known.METASTASIS_RATE_GROWTH_EXPONENT.value],
            )
            rate = known[Known.METASTASIS_RATE_RATE.value] * pace
            p.metastasis_at = later(p.arrived, exponential(key, i, Ask.METASTASIS_TIME.value, 0) / rate)
    if p.site == Site.UNKNOWN.value:
        p.metastasis_at = p.arrived  # an unknown primary shows itself by its metastases
    typical = growth_rate(known, p.site, Grade.G1.value, typical_ki67(known, p.site))
    pace = math.pow(p.growth / typical, -known[Known.DELAY_GROWTH_EXPONENT.value])
    p.delay = whole(lognormal(key, i, Ask.DELAY.value, 0, median, sigma) * pace)


@jit
def grade_shares(known: Any, site: int) -> Any:
    """Shares of G1, G2 and NET G3 among patients with a primary of this site; the rest is NEC."""
    if site == Site.SMALL_INTESTINE.value:
        return (
            known[Known.GRADE_SHARE_SMALL_INTESTINE_G1.value],
            known[Known.GRADE_SHARE_SMALL_INTESTINE_G2.value],
            known[Known.GRADE_SHARE_SMALL_INTESTINE_NET_G3.value],
        )
    if site == Site.PANCREAS.value:
        return (
            known[Known.GRADE_SHARE_PANCREAS_G1.value],
            known[Known.GRADE_SHARE_PANCREAS_G2.value],
            known[Known.GRADE_SHARE_PANCREAS_NET_G3.value],
        )
    if site == Site.OTHER.value:
        return (
            known[Known.GRADE_SHARE_OTHER_G1.value],
            known[Known.GRADE_SHARE_OTHER_G2.value],
            known[Known.GRADE_SHARE_OTHER_NET_G3.value],
        )
    return (
        known[Known.GRADE_SHARE_UNKNOWN_G1.value],
        known[Known.GRADE_SHARE_UNKNOWN_G2.value],
        known[Known.GRADE_SHARE_UNKNOWN_NET_G3.value],
    )


@jit
def by_grade(known: Any, grade: int) -> Any:
    """Lowest and highest Ki-67 [%], and the share with receptors, of a grade."""
    if grade == Grade.G1.value:
        return (
            known[Known.KI67_RANGE_G1_LOWEST.value],
            known[Known.KI67_RANGE_G1_HIGHEST.value],
            known[Known.SSTR_POSITIVE_G1.value],
        )
    if grade == Grade.G2.value:
        return (
            known[Known.KI67_RANGE_G2_LOWEST.value],
            known[Known.KI67_RANGE_G2_HIGHEST.value],
            known[Known.SSTR_POSITIVE_G2.value],
        )
    if grade == Grade.NET_G3.value:
        return (
            known[Known.KI67_RANGE_NET_G3_LOWEST.value],
            known[Known.KI67_RANGE_NET_G3_HIGHEST.value],
            known[Known.SSTR_POSITIVE_NET_G3.value],
        )
    return (
        known[Known.KI67_RANGE_NEC_LOWEST.value],
        known[Known.KI67_RANGE_NEC_HIGHEST.value],
        known[Known.SSTR_POSITIVE_NEC.value],
    )


@jit
def by_site(known: Any, site: int) -> Any:
    """Share able to metastasise to the liver; median [minutes] and spread of the delay to presentation."""
    if site == Site.SMALL_INTESTINE.value:
        return (
            known[Known.METASTATIC_CAPACITY_SMALL_INTESTINE.value],
            known[Known.DELAY_SMALL_INTESTINE_MEDIAN.value],
            known[Known.DELAY_SMALL_INTESTINE_SIGMA.value],
        )
    if site == Site.PANCREAS.value:
        return (
            known[Known.METASTATIC_CAPACITY_PANCREAS.value],
            known[Known.DELAY_PANCREAS_MEDIAN.value],
            known[Known.DELAY_PANCREAS_SIGMA.value],
        )
    if site == Site.OTHER.value:
        return (
            known[Known.METASTATIC_CAPACITY_OTHER.value],
            known[Known.DELAY_OTHER_MEDIAN.value],
            known[Known.DELAY_OTHER_SIGMA.value],
        )
    return (
        known[Known.METASTATIC_CAPACITY_UNKNOWN.value],
        known[Known.DELAY_UNKNOWN_MEDIAN.value],
        known[Known.DELAY_UNKNOWN_SIGMA.value],
    )


@jit
def typical_ki67(known: Any, site: int) -> float:
    """Median Ki-67 [%] of the site's tumours: who grows as they do has the site's median delay."""
    if site == Site.SMALL_INTESTINE.value:
        return float(known[Known.DELAY_TYPICAL_KI67_SMALL_INTESTINE.value])
    if site == Site.PANCREAS.value:
        return float(known[Known.DELAY_TYPICAL_KI67_PANCREAS.value])
    if site == Site.OTHER.value:
        return float(known[Known.DELAY_TYPICAL_KI67_OTHER.value])
    return float(known[Known.DELAY_TYPICAL_KI67_UNKNOWN.value])


@jit
def growth_rate(known: Any, site: int, grade: int, ki67: float) -> float:
    """Median untreated growth at the reference burden, per minute.

    ki67   [%]

    Rises as a power of Ki-67 and differs by site; neuroendocrine carcinomas are faster still.
    Source: the card `growth`, pinned by Dromain 2019 (CLARINET).
    """
    rate = known[Known.GROWTH_REFERENCE.value] * math.pow(
        ki67 / known[Known.GROWTH_KI67_REFERENCE.value], known[Known.GROWTH_KI67_EXPONENT.value]
    )
    if site == Site.SMALL_INTESTINE.value:
        rate *= known[Known.GROWTH_SITE_SMALL_INTESTINE.value]
    elif site == Site.PANCREAS.value:
        rate *= known[Known.GROWTH_SITE_PANCREAS.value]
    else:
        rate *= known[Known.GROWTH_SITE_OTHER.value]
    if grade == Grade.NEC.value:
        rate *= known[Known.GROWTH_NEC.value]
    return float(rate)


@jit
def draw_traits(world: World) -> None:
    """Fill the traits of all patients, whose `arrived` stands already."""
    for i in range(len(world.traits)):
        draw_patient(world, i)
