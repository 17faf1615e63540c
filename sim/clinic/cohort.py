"""Drawing the patients: who they are at first symptom.

    draw_traits(world)                          the traits of all patients, each from her own address
    grade_shares, by_grade, by_site             what differs by site and grade
    growth_rate(known, site, grade, ki67)       median untreated growth
    other_death(known, male, age, threshold)    years until death of other causes
    blood_group, exclusion                      what matters for a transplant

Everyone with a gastroenteropancreatic neuroendocrine neoplasm enters at first symptom. Some have liver
metastases then, some get them during the diagnostic delay or later, most never do.

Traits never change and depend on nothing but the patient's address, so that the same patient can be followed
through two hospitals. Knows no queue and no hospital.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.clinic.known import Known
from sim.clinic.patient import Ask, BloodGroup, Case, Exclusion, Grade, Hormone, Site, World, case_of, later, whole
from sim.draws import exponential, lognormal, normal, uniform
from sim.jit import jit, jit_inside
from sim.steps import NEVER
from sim.units import YEAR

_GRADE_SHARES = np.array(
    [
        [
            Known.GRADE_SHARE_SMALL_INTESTINE_G1,
            Known.GRADE_SHARE_SMALL_INTESTINE_G2,
            Known.GRADE_SHARE_SMALL_INTESTINE_NET_G3,
        ],
        [Known.GRADE_SHARE_PANCREAS_G1, Known.GRADE_SHARE_PANCREAS_G2, Known.GRADE_SHARE_PANCREAS_NET_G3],
        [Known.GRADE_SHARE_OTHER_G1, Known.GRADE_SHARE_OTHER_G2, Known.GRADE_SHARE_OTHER_NET_G3],
        [Known.GRADE_SHARE_UNKNOWN_G1, Known.GRADE_SHARE_UNKNOWN_G2, Known.GRADE_SHARE_UNKNOWN_NET_G3],
    ]
)
"""Where the shares of G1, G2 and NET G3 stand among the evidence, by Site."""

_OF_GRADE = np.array(
    [
        [Known.KI67_RANGE_G1_LOWEST, Known.KI67_RANGE_G1_HIGHEST, Known.SSTR_POSITIVE_G1],
        [Known.KI67_RANGE_G2_LOWEST, Known.KI67_RANGE_G2_HIGHEST, Known.SSTR_POSITIVE_G2],
        [Known.KI67_RANGE_NET_G3_LOWEST, Known.KI67_RANGE_NET_G3_HIGHEST, Known.SSTR_POSITIVE_NET_G3],
        [Known.KI67_RANGE_NEC_LOWEST, Known.KI67_RANGE_NEC_HIGHEST, Known.SSTR_POSITIVE_NEC],
    ]
)
"""The lowest and highest Ki-67 and the share with receptors, by Grade."""

_HORMONE_SHARES = np.array(
    [
        [
            Known.HORMONE_SMALL_INTESTINE_SEROTONIN,
            Known.HORMONE_SMALL_INTESTINE_INSULIN,
            Known.HORMONE_SMALL_INTESTINE_GASTRIN,
            Known.HORMONE_SMALL_INTESTINE_GLUCAGON,
            Known.HORMONE_SMALL_INTESTINE_VIP,
        ],
        [
            Known.HORMONE_PANCREAS_SEROTONIN,
            Known.HORMONE_PANCREAS_INSULIN,
            Known.HORMONE_PANCREAS_GASTRIN,
            Known.HORMONE_PANCREAS_GLUCAGON,
            Known.HORMONE_PANCREAS_VIP,
        ],
        [
            Known.HORMONE_OTHER_SEROTONIN,
            Known.HORMONE_OTHER_INSULIN,
            Known.HORMONE_OTHER_GASTRIN,
            Known.HORMONE_OTHER_GLUCAGON,
            Known.HORMONE_OTHER_VIP,
        ],
        [
            Known.HORMONE_UNKNOWN_SEROTONIN,
            Known.HORMONE_UNKNOWN_INSULIN,
            Known.HORMONE_UNKNOWN_GASTRIN,
            Known.HORMONE_UNKNOWN_GLUCAGON,
            Known.HORMONE_UNKNOWN_VIP,
        ],
    ]
)
"""Where the shares of the hormones stand among the evidence, by Site, in the order of Hormone."""

_BY_CHANCE = np.array(
    [Known.BY_CHANCE_SMALL_INTESTINE, Known.BY_CHANCE_PANCREAS, Known.BY_CHANCE_OTHER, Known.BY_CHANCE_UNKNOWN]
)
"""The same for the share found by chance."""

_OF_SITE = np.array(
    [
        [
            Known.METASTATIC_CAPACITY_SMALL_INTESTINE,
            Known.DELAY_SMALL_INTESTINE_MEDIAN,
            Known.DELAY_SMALL_INTESTINE_SIGMA,
            Known.DELAY_TYPICAL_KI67_SMALL_INTESTINE,
        ],
        [
            Known.METASTATIC_CAPACITY_PANCREAS,
            Known.DELAY_PANCREAS_MEDIAN,
            Known.DELAY_PANCREAS_SIGMA,
            Known.DELAY_TYPICAL_KI67_PANCREAS,
        ],
        [
            Known.METASTATIC_CAPACITY_OTHER,
            Known.DELAY_OTHER_MEDIAN,
            Known.DELAY_OTHER_SIGMA,
            Known.DELAY_TYPICAL_KI67_OTHER,
        ],
        [
            Known.METASTATIC_CAPACITY_UNKNOWN,
            Known.DELAY_UNKNOWN_MEDIAN,
            Known.DELAY_UNKNOWN_SIGMA,
            Known.DELAY_TYPICAL_KI67_UNKNOWN,
        ],
    ]
)
"""The share able to metastasise, the delay and the typical Ki-67, by Site."""


_SPREADS = np.array(
    [
        Known.METASTATIC_BY_GRADE_G1,
        Known.METASTATIC_BY_GRADE_G2,
        Known.METASTATIC_BY_GRADE_NET_G3,
        Known.METASTATIC_BY_GRADE_NEC,
    ]
)
"""By what the odds of being able to metastasise are multiplied, by Grade."""


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
def draw_patient(case: Case) -> None:
    """Fill the traits of a patient, whose `arrived` stands already."""
    key, known, p = case.key, case.desk.known, case.traits
    age = known[Known.AGE_MEAN.value] + known[Known.AGE_SD.value] * normal(key, case.i, Ask.AGE.value, 0)
    p.age = min(max(age, known[Known.AGE_LOWEST.value]), known[Known.AGE_HIGHEST.value])
    p.male = 1 if uniform(key, case.i, Ask.SEX.value, 0) < known[Known.MALE_SHARE.value] else 0
    _draw_tumour(case)
    p.kidney_disease = 1 if uniform(key, case.i, Ask.KIDNEY.value, 0) < known[Known.KIDNEY_DISEASE.value] else 0
    low, high = known[Known.EGFR_DISEASE_LOWEST.value], known[Known.EGFR_DISEASE_HIGHEST.value]
    p.egfr = known[Known.EGFR_NORMAL.value]
    if p.kidney_disease:
        p.egfr = low + (high - low) * uniform(key, case.i, Ask.EGFR.value, 0)
    pancreas = p.site == Site.PANCREAS.value
    biliary = known[Known.BILIARY_PROCEDURE_PANCREAS.value if pancreas else Known.BILIARY_PROCEDURE_OTHER.value]
    p.biliary = 1 if uniform(key, case.i, Ask.BILIARY.value, 0) < biliary else 0
    u = uniform(key, case.i, Ask.ECOG.value, 0)
    p.ecog = 0
    if u >= known[Known.ECOG_AT_SYMPTOM_ECOG_0.value]:
        p.ecog = 1
    if u >= known[Known.ECOG_AT_SYMPTOM_ECOG_0.value] + known[Known.ECOG_AT_SYMPTOM_ECOG_1.value]:
        p.ecog = 2
    years = other_death(known, p.male, p.age, exponential(key, case.i, Ask.OTHER_DEATH.value, 0))
    p.other_death_at = later(p.arrived, years * YEAR)
    p.regional_death_at = _regional_death(case)
    p.mri_told = 1 if p.kidney_disease else 0
    if uniform(key, case.i, Ask.MRI_TOLD.value, 0) < known[Known.MRI_SHARE.value]:
        p.mri_told = 1
    p.bilirubin = lognormal(
        key, case.i, Ask.BILIRUBIN.value, 0, known[Known.BILIRUBIN_MEDIAN.value], known[Known.BILIRUBIN_SIGMA.value]
    )
    p.blood_group = blood_group(known, uniform(key, case.i, Ask.BLOOD_GROUP.value, 0))
    p.exclusion = exclusion(known, uniform(key, case.i, Ask.EXCLUSION.value, 0))
    right = known[Known.LARGER_LOBE_MEAN.value] + known[Known.LARGER_LOBE_SD.value] * normal(
        key, case.i, Ask.LARGER_LOBE.value, 0
    )
    p.lobe_0 = min(max(right, known[Known.LARGER_LOBE_LOWEST.value]), known[Known.LARGER_LOBE_HIGHEST.value])


@jit_inside
def _regional_death(case: Case) -> int:
    """When disease around the primary kills that no operation cures, whatever is in the liver; NEVER where none.

    Source: the card `regional_disease`.
    """
    key, known, p = case.key, case.desk.known, case.traits
    share = known[Known.REGIONAL_DISEASE_OTHER.value]
    if p.site == Site.SMALL_INTESTINE.value:
        share = known[Known.REGIONAL_DISEASE_SMALL_INTESTINE.value]
    elif p.site == Site.PANCREAS.value:
        share = known[
            Known.REGIONAL_DISEASE_PANCREAS_FUNCTIONING.value
            if p.functioning
            else Known.REGIONAL_DISEASE_PANCREAS.value
        ]
    if p.grade == Grade.NET_G3.value:
        share = max(share, known[Known.REGIONAL_DISEASE_NET_G3.value])
    elif p.grade == Grade.NEC.value:
        share = max(share, known[Known.REGIONAL_DISEASE_NEC.value])
    if p.metastasis_at <= p.arrived:
        share *= known[Known.REGIONAL_DISEASE_BESIDE_METASTASES.value]  # the liver is what made itself felt
    if uniform(key, case.i, Ask.REGIONAL_DISEASE.value, 0) >= share:
        return NEVER
    pace = math.pow(
        p.growth / known[Known.NEW_LESION_GROWTH_REFERENCE.value], -known[Known.REGIONAL_DEATH_GROWTH_EXPONENT.value]
    )
    median, sigma = known[Known.REGIONAL_DEATH_MEDIAN.value], known[Known.REGIONAL_DEATH_SIGMA.value]
    return later(p.arrived, lognormal(key, case.i, Ask.REGIONAL_DEATH.value, 0, median, sigma) * pace)


@jit
def blood_group(known: Any, u: float) -> int:
    """The blood group of someone whose uniform number is u."""
    total = known[Known.BLOOD_GROUP_O.value]
    if u < total:
        return BloodGroup.O.value
    total += known[Known.BLOOD_GROUP_A.value]
    if u < total:
        return BloodGroup.A.value
    return BloodGroup.B.value if u < total + known[Known.BLOOD_GROUP_B.value] else BloodGroup.AB.value


@jit
def exclusion(known: Any, u: float) -> int:
    """What bars from a transplant someone whose uniform number is u; mostly nothing."""
    left = u - known[Known.TRANSPLANT_EXCLUSION_HEART.value]
    if left < 0:
        return Exclusion.HEART.value
    left -= known[Known.TRANSPLANT_EXCLUSION_SEPSIS.value]
    if left < 0:
        return Exclusion.SEPSIS.value
    left -= known[Known.TRANSPLANT_EXCLUSION_SUBSTANCE_USE.value]
    if left < 0:
        return Exclusion.SUBSTANCE_USE.value
    left -= known[Known.TRANSPLANT_EXCLUSION_AIDS.value]
    if left < 0:
        return Exclusion.AIDS.value
    left -= known[Known.TRANSPLANT_EXCLUSION_NO_SUPPORT.value]
    if left < 0:
        return Exclusion.NO_SUPPORT.value
    left -= known[Known.TRANSPLANT_EXCLUSION_ANATOMY.value]
    return Exclusion.ANATOMY.value if left < 0 else Exclusion.NONE.value


@jit_inside
def _draw_tumour(case: Case) -> None:
    """Site, grade, Ki-67, growth, hormones, receptors, metastatic fate and delay."""
    key, known, p = case.key, case.desk.known, case.traits
    u = uniform(key, case.i, Ask.SITE.value, 0)
    p.site = Site.UNKNOWN.value
    total = known[Known.SITE_SHARE_SMALL_INTESTINE.value]
    if u < total:
        p.site = Site.SMALL_INTESTINE.value
    elif u < total + known[Known.SITE_SHARE_PANCREAS.value]:
        p.site = Site.PANCREAS.value
    elif u < total + known[Known.SITE_SHARE_PANCREAS.value] + known[Known.SITE_SHARE_OTHER.value]:
        p.site = Site.OTHER.value
    g1, g2, net_g3 = grade_shares(known, p.site)
    u = uniform(key, case.i, Ask.GRADE.value, 0)
    p.grade = Grade.NEC.value
    if u < g1:
        p.grade = Grade.G1.value
    elif u < g1 + g2:
        p.grade = Grade.G2.value
    elif u < g1 + g2 + net_g3:
        p.grade = Grade.NET_G3.value
    low, high, receptors = by_grade(known, p.grade)
    p.ki67 = low * math.exp(math.log(high / low) * uniform(key, case.i, Ask.KI67.value, 0))
    p.growth = growth_rate(known, p.site, p.grade, p.ki67) * math.exp(
        known[Known.GROWTH_SIGMA.value] * normal(key, case.i, Ask.GROWTH.value, 0)
    )
    p.functioning = 1 if uniform(key, case.i, Ask.FUNCTIONING.value, 0) < known[Known.FUNCTIONING_SHARE.value] else 0
    p.hormone = hormone_of(known, p.site, uniform(key, case.i, Ask.HORMONE.value, 0))
    p.receptors = 1 if uniform(key, case.i, Ask.RECEPTORS.value, 0) < receptors else 0
    share, median, sigma = by_site(known, p.site)
    capable = share_able(share, known[_SPREADS[p.grade]])
    p.metastasis_at = NEVER
    if uniform(key, case.i, Ask.CAPABLE.value, 0) < capable:
        if uniform(key, case.i, Ask.METASTASISED.value, 0) < known[Known.METASTASISED_AT_SYMPTOM.value]:
            p.metastasis_at = p.arrived
        else:
            pace = math.pow(
                p.growth / known[Known.NEW_LESION_GROWTH_REFERENCE.value],
                known[Known.METASTASIS_RATE_GROWTH_EXPONENT.value],
            )
            rate = known[Known.METASTASIS_RATE_RATE.value] * pace
            p.metastasis_at = later(p.arrived, exponential(key, case.i, Ask.METASTASIS_TIME.value, 0) / rate)
    if p.site == Site.UNKNOWN.value:
        p.metastasis_at = p.arrived  # an unknown primary shows itself by its metastases
    hepatic = uniform(key, case.i, Ask.PRIMARY_HEPATIC.value, 0) < known[Known.PRIMARY_HEPATIC_SHARE.value]
    p.hepatic = 1 if hepatic else 0
    if p.hepatic:
        p.metastasis_at = p.arrived
    typical = growth_rate(known, p.site, Grade.G1.value, typical_ki67(known, p.site))
    pace = math.pow(p.growth / typical, -known[Known.DELAY_GROWTH_EXPONENT.value])
    p.delay = whole(lognormal(key, case.i, Ask.DELAY.value, 0, median, sigma) * pace)
    found = p.functioning == 0 and uniform(key, case.i, Ask.BY_CHANCE.value, 0) < by_chance(known, p.site)
    p.by_chance = 1 if found else 0
    if p.by_chance:
        p.delay = 0


@jit
def by_chance(known: Any, site: int) -> float:
    """The share of tumours without hormones that is found by chance, by the site of the primary."""
    return float(known[_BY_CHANCE[site]])


@jit
def hormone_of(known: Any, site: int, u: float) -> int:
    """The hormone that a functioning tumour of this site makes, whose uniform number is u."""
    left = u
    for k in range(_HORMONE_SHARES.shape[1]):
        left -= known[_HORMONE_SHARES[site, k]]
        if left < 0:
            return k + 1
    return Hormone.SEROTONIN.value


@jit
def share_able(share: float, factor: float) -> float:
    """A share whose odds have been multiplied.

    >>> share_able(0.5, 3.0), share_able(1.0, 3.0)
    (0.75, 1.0)
    """
    return share * factor / (share * factor + 1 - share)


@jit
def grade_shares(known: Any, site: int) -> Any:
    """Shares of G1, G2 and NET G3 among patients with a primary of this site; the rest is NEC."""
    at = _GRADE_SHARES[site]
    return known[at[0]], known[at[1]], known[at[2]]


@jit
def by_grade(known: Any, grade: int) -> Any:
    """Lowest and highest Ki-67 [%], and the share with receptors, of a grade."""
    at = _OF_GRADE[grade]
    return known[at[0]], known[at[1]], known[at[2]]


@jit
def by_site(known: Any, site: int) -> Any:
    """Share able to metastasise to the liver; median [minutes] and spread of the delay to presentation."""
    at = _OF_SITE[site]
    return known[at[0]], known[at[1]], known[at[2]]


@jit
def typical_ki67(known: Any, site: int) -> float:
    """Median Ki-67 [%] of the site's tumours: who grows as they do has the site's median delay."""
    return float(known[_OF_SITE[site, -1]])


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
        draw_patient(case_of(world, i))
