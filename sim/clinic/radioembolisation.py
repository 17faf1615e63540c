"""Radioembolisation: the mapping angiogram, one side of the liver after the other, and what follows years later.

    map_vessels(case)                can she be treated, and which sides?
    is_mapped(case)                  has that been done?
    observation(case)                time in bed afterwards
    sides_planned(case)              how many sides this course is to treat
    radioembolise(case, now)         the effect of the treatment of one side
    note_radionuclides(case, now)    PRRT after it, which may harm the liver further

The response does not come at once: growth is held from the last side on, the lesions of the treated sides shrink
at one later minute (alarm `RESPONSE_SHOWS`). Years later the liver may decline (alarm `LIVER_DECLINE`), more often
where both sides have been treated.
Source: the cards of the topic `radioembolisation`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.effects import hold, relieve
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, later
from sim.clinic.resection import seen_in_lobe
from sim.draws import lognormal, uniform
from sim.jit import jit_inside

BOTH = 3  # not clinical: the bits of both lobes


@jit_inside
def map_vessels(case: Case) -> bool:
    """The mapping angiogram: which sides are to be treated, and whether the spheres would go only there."""
    c = case.course
    c.sides = 0
    for lobe in range(2):
        if seen_in_lobe(case, lobe) > 0:
            c.sides |= 1 << lobe
    fails = uniform(case.key, case.i, Ask.MAPPING_FAILS.value, c.courses_made)
    return c.sides > 0 and fails >= case.desk.known[Known.TARE_MAPPING_FAILURE.value]


@jit_inside
def is_mapped(case: Case) -> bool:
    """Has the mapping angiogram of this course been done?"""
    return bool(case.course.sides > 0)


@jit_inside
def observation(case: Case) -> float:
    """Time in bed after mapping or a session, which some prolong by a night [minutes]."""
    known, c = case.desk.known, case.course
    nth = c.courses_made * 2 + c.session
    night = uniform(case.key, case.i, Ask.OVERNIGHT.value, nth) < known[Known.TARE_OVERNIGHT.value]
    return float(known[Known.TARE_STAY_NIGHT.value if night and is_mapped(case) else Known.TARE_STAY_DAY.value])


@jit_inside
def sides_planned(case: Case) -> int:
    """How many sides this course is to treat."""
    return 2 if case.course.sides == BOTH else 1


@jit_inside
def _side(case: Case) -> int:
    """The lobe of the session under way: the first one first, as with the other embolisations."""
    c = case.course
    if c.sides == BOTH:
        return int(c.session)
    return max(int(c.sides) - 1, 0)


@jit_inside
def radioembolise(case: Case, now: int) -> None:
    """One side of the liver: what it will do, and when, is set going; only the last side holds growth."""
    key, known, c = case.key, case.desk.known, case.course
    protocol = case.desk.protocols[c.treatment]
    side = 1 << _side(case)
    if c.session == 0:
        c.responding = 0
        relieve(case, now)
        case.course.findings[Finding.TARE_HAD.value] += 1
    c.irradiated |= side
    if uniform(key, case.i, Ask.RESPONSE.value, c.courses_made) < protocol.response:
        c.responding |= side
        c.response_shrink = protocol.shrink
        c.response_at = later(now, known[Known.TARE_RESPONSE_TIME.value])
    _start_decline(case, now)
    if c.session == sides_planned(case) - 1:
        hold(case, now)


@jit_inside
def _chance_of_decline(case: Case, factor: float) -> float:
    """That the liver declines after as many sides as have been irradiated."""
    known = case.desk.known
    one, whole_liver = known[Known.TARE_DECLINE_ONE_SIDE.value], known[Known.TARE_DECLINE_WHOLE_LIVER.value]
    return float(min(factor * (whole_liver if case.course.irradiated == BOTH else one), 1.0))


@jit_inside
def _start_decline(case: Case, now: int) -> None:
    """The clock of a liver that will decline; the draw is one for both sides, the chance is not."""
    key, known, c = case.key, case.desk.known, case.course
    after_prrt = case.course.findings[Finding.PRRT_HAD.value] > 0
    chance = _chance_of_decline(case, known[Known.TARE_WITH_PRRT_FACTOR.value] if after_prrt else 1.0)
    if c.declined == 0 and uniform(key, case.i, Ask.DECLINE.value, c.courses_made) < chance:
        _will_decline(case, now)


@jit_inside
def _will_decline(case: Case, now: int) -> None:
    known, c = case.desk.known, case.course
    median, sigma = known[Known.TARE_DECLINE_TIME_MEDIAN.value], known[Known.TARE_DECLINE_TIME_SIGMA.value]
    begins = later(now, lognormal(case.key, case.i, Ask.DECLINE_TIME.value, c.courses_made, median, sigma))
    c.decline_at = min(c.decline_at, begins)


@jit_inside
def note_radionuclides(case: Case, now: int) -> None:
    """Radionuclides after radioembolisation: what the two do together is not known, and by default nothing.

    With a factor above 1 some of those decline who otherwise would not have.
    """
    known, c = case.desk.known, case.course
    alone = _chance_of_decline(case, 1.0)
    if c.irradiated == 0 or c.declined == 1 or alone >= 1:
        return
    more = (_chance_of_decline(case, known[Known.TARE_WITH_PRRT_FACTOR.value]) - alone) / (1 - alone)
    if uniform(case.key, case.i, Ask.DECLINE_AFTER_BOTH.value, c.courses_made) < more:
        _will_decline(case, now)
