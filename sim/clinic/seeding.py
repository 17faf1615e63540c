"""Where metastases come from: how many there are at first symptom, new ones in the liver, and spread beyond it.

    metastases_at_symptom(case, now)     those that are there already
    first_metastases(case), start_clocks(case, now)   the liver is seeded later; the clocks that begin with that
    next_new_lesion(case, now), settle_new(case)   from tumour nobody sees: when the next one, and its coming
    new_pace(case, now)                  what has changed growth changes that too, and spread
    own_seeding(case)                    how fast the metastases of the liver seed it, for each share they take
    next_spread(case, now), spread(case, now)   outside the liver
    beyond_surgery(case), remove_nodes(case)    what of that a surgeon can take

The liver goes on being seeded from two sides: by tumour that nobody sees, at a rate of its own, and by its metastases,
the more of them the faster. Everything here is silent until imaging sees it. How metastases lie, in one lobe or all
over, is drawn nowhere: it follows from how many there are, where each falls and how large it is.
Source: the natural-history cards.
"""

from __future__ import annotations

import math

import numpy as np

from sim.clinic.board import Finding
from sim.clinic.known import Known
from sim.clinic.lesions import add_lesion, share_of
from sim.clinic.patient import MOST_LESIONS, Ask, Case, Spread, later
from sim.draws import exponential, lognormal, normal, uniform
from sim.jit import jit_inside
from sim.steps import NEVER

_KINDS = np.array(
    [
        Known.EXTRAHEPATIC_KIND_OTHER,
        Known.EXTRAHEPATIC_KIND_NODES,
        Known.EXTRAHEPATIC_KIND_BONE,
        Known.EXTRAHEPATIC_KIND_PERITONEUM,
    ]
)
"""Where the shares of the kinds of spread stand among the evidence, by the number of their bit."""
KINDS = len(Spread)


@jit_inside
def metastases_at_symptom(case: Case, now: int) -> None:
    """Metastases that are there at first symptom: their number, sizes and lobes, and what has spread by then."""
    key, known, c = case.key, case.desk.known, case.course
    burden = lognormal(
        key,
        case.i,
        Ask.BURDEN.value,
        0,
        known[Known.BURDEN_AT_SYMPTOM_MEDIAN.value],
        known[Known.BURDEN_AT_SYMPTOM_SIGMA.value],
    )
    burden = min(burden, known[Known.BURDEN_AT_SYMPTOM_HIGHEST.value])
    number = _lesions_at_symptom(case, burden)
    first_lobe = _first_lobe(case)
    total = 0.0
    for j in range(number):
        lesion = case.liver.lesions[j]
        lesion.share = lognormal(key, case.i, Ask.LESION_WEIGHT.value, j, 1.0, known[Known.LESION_WEIGHT_SIGMA.value])
        lesion.lobe = 0 if uniform(key, case.i, Ask.LESION_LOBE.value, j) < first_lobe else 1
        lesion.hidden = uniform(key, case.i, Ask.CONSPICUITY.value, j)
        total += lesion.share
    for j in range(number):
        case.liver.lesions[j].share *= burden / total
    c.slots = number
    c.lesions_made = number
    c.burden = burden
    if uniform(key, case.i, Ask.EXTRAHEPATIC_NOW.value, 0) < _seeds(case) * known[Known.EXTRAHEPATIC_AT_SYMPTOM.value]:
        spread(case, now)
    start_clocks(case, now)


@jit_inside
def _lesions_at_symptom(case: Case, burden: float) -> int:
    """How many metastases there are at first symptom: more where there is more tumour. What began here is one."""
    if case.traits.hepatic:
        return 1
    known = case.desk.known
    median = known[Known.LESIONS_AT_SYMPTOM_MEDIAN.value] * math.pow(
        burden / known[Known.BURDEN_AT_SYMPTOM_MEDIAN.value], known[Known.LESIONS_AT_SYMPTOM_BURDEN_EXPONENT.value]
    )
    sigma = known[Known.LESIONS_AT_SYMPTOM_SIGMA.value]
    drawn = lognormal(case.key, case.i, Ask.LESION_NUMBER.value, 0, median, sigma)
    most = min(known[Known.LESIONS_AT_SYMPTOM_HIGHEST.value], float(MOST_LESIONS))
    return int(max(1.0, min(math.floor(drawn + 0.5), most)))  # not clinical: rounding


@jit_inside
def _first_lobe(case: Case) -> float:
    """The chance that a metastasis of hers settles in lobe 0: its share of the liver, and a leaning of her own."""
    share = case.traits.lobe_0
    leaning = case.desk.known[Known.LOBE_LEANING_SIGMA.value] * normal(case.key, case.i, Ask.LOBE_LEANING.value, 0)
    weight = share * math.exp(leaning)
    return float(weight / (weight + 1 - share))


@jit_inside
def settle_new(case: Case) -> None:
    """A new lesion, of the size at which it is first counted, in the lobe it falls into."""
    known = case.desk.known
    u = uniform(case.key, case.i, Ask.LESION_LOBE.value, case.course.lesions_made)
    lobe = 0 if u < _first_lobe(case) else 1
    add_lesion(case, share_of(known[Known.NEW_LESION_DIAMETER_CM.value], known[Known.LIVER_VOLUME_ML.value]), lobe)


@jit_inside
def first_metastases(case: Case) -> None:
    """The liver is seeded: as many metastases as others have at first symptom, all of them small still."""
    key, known = case.key, case.desk.known
    number = _lesions_at_symptom(case, known[Known.BURDEN_AT_SYMPTOM_MEDIAN.value])
    first_lobe = _first_lobe(case)
    small = share_of(known[Known.SEED_DIAMETER_CM.value], known[Known.LIVER_VOLUME_ML.value])
    for j in range(number):
        lobe = 0 if uniform(key, case.i, Ask.LESION_LOBE.value, j) < first_lobe else 1
        weight = lognormal(key, case.i, Ask.LESION_WEIGHT.value, j, 1.0, known[Known.LESION_WEIGHT_SIGMA.value])
        add_lesion(case, weight * small, lobe)


@jit_inside
def start_clocks(case: Case, now: int) -> None:
    """With the first metastasis begin the clocks of new lesions and spread, and the chance of faster growth."""
    key, known, c = case.key, case.desk.known, case.course
    next_new_lesion(case, now)
    next_spread(case, now)
    c.turns_after = math.inf
    rate = known[Known.DEDIFFERENTIATION_RATE.value]
    if rate > 0:
        left = exponential(key, case.i, Ask.DEDIFFERENTIATION.value, 0) / rate
        c.turns_after = left * known[Known.GOMPERTZ_REFERENCE_BURDEN.value]


@jit_inside
def _seeds(case: Case) -> float:
    """How much a tumour seeds, relative to one that has come to the liver from elsewhere."""
    return float(case.desk.known[Known.PRIMARY_HEPATIC_SEEDING.value]) if case.traits.hepatic else 1.0


@jit_inside
def next_spread(case: Case, now: int) -> None:
    """When disease appears in the next place outside the liver, until it is in all."""
    c = case.course
    c.extrahepatic_at = NEVER
    c.spread_rate = _spreads(case)
    if c.extrahepatic < (1 << KINDS) - 1 and c.spread_rate > 0:
        gap = exponential(case.key, case.i, Ask.EXTRAHEPATIC_TIME.value, c.spreads) / c.spread_rate
        c.extrahepatic_at = later(now, gap)


@jit_inside
def _spreads(case: Case) -> float:
    """Disease in a further place outside the liver, a minute: a treatment of the whole body makes it rarer."""
    known, c, p = case.desk.known, case.course, case.traits
    pace = p.growth / known[Known.NEW_LESION_GROWTH_REFERENCE.value]
    rate = known[Known.EXTRAHEPATIC_RATE.value] * math.pow(pace, known[Known.EXTRAHEPATIC_GROWTH_EXPONENT.value])
    if beyond_surgery(case):
        rate *= known[Known.FURTHER_SPREAD_OUTSIDE.value]
    held = c.hold_factor if c.hold_systemic else 1.0
    return float(_seeds(case) * rate * c.ssa_factor * held)


@jit_inside
def spread(case: Case, now: int) -> None:
    """Disease appears outside the liver, in a place where there is none yet. What it brings has its own time."""
    key, known, c = case.key, case.desk.known, case.course
    free = 0.0
    for k in range(KINDS):
        if not c.extrahepatic >> k & 1:
            free += known[_KINDS[k]]
    left, kind = free * uniform(key, case.i, Ask.SPREAD_KIND.value, c.spreads), -1
    for k in range(KINDS):
        if not c.extrahepatic >> k & 1 and left >= 0:
            left -= known[_KINDS[k]]
            kind = k
    c.extrahepatic |= 1 << kind
    c.spreads += 1
    if 1 << kind == Spread.BONE.value:
        gap = exponential(key, case.i, Ask.BONE_PAIN.value, 0) / known[Known.BONE_PAIN_RATE.value]
        c.pain_at = later(now, gap)
    elif 1 << kind == Spread.PERITONEUM.value:
        gap = exponential(key, case.i, Ask.OBSTRUCTION.value, 0) / known[Known.OBSTRUCTION_RATE.value]
        c.obstructed_at = later(now, gap)


@jit_inside
def next_new_lesion(case: Case, now: int) -> None:
    """When tumour that nobody sees seeds the liver next."""
    c = case.course
    c.seeding_rate = _new_lesions(case)
    rate, gap = c.seeding_rate * (1 - case.desk.known[Known.NEW_LESION_OWN_SHARE.value]), math.inf
    if rate > 0:
        gap = exponential(case.key, case.i, Ask.NEW_LESION.value, c.lesions_made) / rate
    c.new_lesion_at = later(now, gap)


@jit_inside
def new_pace(case: Case, now: int) -> None:
    """Growth or spread have changed, and new disease comes sooner or later for it. The course is settled to `now`."""
    _new_pace_of_spread(case, now)
    c = case.course
    before = c.seeding_rate
    c.seeding_rate = _new_lesions(case)
    if c.seeding_rate <= 0:
        c.new_lesion_at = NEVER  # growth stands still
    elif before <= 0 and c.lesions_made > 0:
        next_new_lesion(case, now)  # and goes on again
    elif c.new_lesion_at < NEVER and c.seeding_rate != before:
        c.new_lesion_at = later(now, (c.new_lesion_at - now) * before / c.seeding_rate)
    elif c.new_lesion_at >= NEVER and c.extrahepatic != 0:
        next_new_lesion(case, now)  # a graft that nothing seeded is seeded from now on


@jit_inside
def _new_pace_of_spread(case: Case, now: int) -> None:
    c = case.course
    before = c.spread_rate
    c.spread_rate = _spreads(case)
    if c.spread_rate <= 0:
        c.extrahepatic_at = NEVER  # held wholly
    elif before <= 0 and c.lesions_made > 0:
        next_spread(case, now)  # and no longer
    elif c.extrahepatic_at < NEVER and c.spread_rate != before:
        c.extrahepatic_at = later(now, (c.extrahepatic_at - now) * before / c.spread_rate)


@jit_inside
def own_seeding(case: Case) -> float:
    """How often a minute the metastases of the liver seed it, for each share of the liver that they take."""
    known = case.desk.known
    reference = known[Known.GOMPERTZ_REFERENCE_BURDEN.value]
    return float(case.course.seeding_rate * known[Known.NEW_LESION_OWN_SHARE.value] / reference)


@jit_inside
def _new_lesions(case: Case) -> float:
    """New lesions a minute, from all sides, at the reference burden: what slows growth makes them rarer."""
    known, c = case.desk.known, case.course
    pace = c.growth / known[Known.NEW_LESION_GROWTH_REFERENCE.value]
    rate = known[Known.NEW_LESION_RATE.value] * math.pow(pace, known[Known.NEW_LESION_GROWTH_EXPONENT.value])
    rate *= c.ssa_factor * c.hold_factor
    if beyond_surgery(case):
        rate *= known[Known.FURTHER_SPREAD_LIVER.value]
    return float(_seeds(case) * rate)


@jit_inside
def beyond_surgery(case: Case) -> bool:
    """Is there disease outside the liver that can not be taken out, which is any but regional nodes?"""
    return case.course.extrahepatic & ~Spread.NODES.value != 0


@jit_inside
def remove_nodes(case: Case) -> None:
    """Regional nodes go with the primary, or with the metastases of the liver."""
    c = case.course
    if c.extrahepatic & Spread.NODES.value:
        c.extrahepatic -= Spread.NODES.value
        c.findings[Finding.NODES.value] = 0
