"""What any treatment may bring: growth held for a time, relief, complications, a somatostatin analogue.

    hold(case, now)             slower growth for a time
    relieve(case, now)          hormonal symptoms relieved for a time
    complications(case, now)    death or a longer stay
    befall(case, now, ...)      the same with a risk that is not the treatment's as a whole
    crisis(case, now)           a carcinoid crisis of a functioning tumour
    shrink(case, lobe, factor)  lesions of a lobe, or all, made smaller
    start_analogue(case, now)   the background treatment

Every number is the treatment's own, in its protocol. Knows no step of care.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.disease import MOST_ECOG, settle
from sim.clinic.growth import under_analogue
from sim.clinic.known import Known
from sim.clinic.lesions import add_up, scale_lesion
from sim.clinic.patient import Ask, Case, Hormone, later, whole
from sim.clinic.seeding import new_pace
from sim.clinic.stages import FIRST_TREATMENT
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import NEVER, note
from sim.units import DAY

_LATER_SESSION = 1_000_000  # not clinical: chance of a course's later sessions, apart from those of other courses
_ANALOGUE = 1000  # not clinical: the number of its course for chance, apart from those of all others
BOTH_LOBES = -1
MONTH_OF_RISK = 30 * DAY  # not clinical: mortality is stated within 30 days


@jit_inside
def hold(case: Case, now: int) -> None:
    """Slower growth for a time, where the course responds or at least holds the tumour."""
    c = case.course
    protocol = case.desk.protocols[c.treatment]
    if uniform(case.key, case.i, Ask.RESPONSE.value, c.courses_made) >= protocol.control:
        return
    c.hold_factor = protocol.growth_factor
    c.hold_systemic = protocol.systemic
    median, sigma = protocol.holds_median, protocol.holds_sigma
    holds = lognormal(case.key, case.i, Ask.EFFECT_TIME.value, c.courses_made, median, sigma)
    c.hold_until = later(now, holds)
    new_pace(case, now)


@jit_inside
def shrink(case: Case, lobe: int) -> None:
    """Where the course responds: the lesions of a lobe (or `BOTH_LOBES`) shrink by the protocol's share."""
    c = case.course
    protocol = case.desk.protocols[c.treatment]
    if uniform(case.key, case.i, Ask.RESPONSE.value, c.courses_made) >= protocol.response:
        return
    shrunk = False
    for j in range(case.course.slots):
        if case.liver.lesions[j].share > 0 and (lobe == BOTH_LOBES or case.liver.lesions[j].lobe == lobe):
            scale_lesion(case, j, 1 - protocol.shrink)
            shrunk = True
    if shrunk:
        add_up(case)


@jit_inside
def relieve(case: Case, now: int) -> None:
    """Relief of hormonal symptoms, sampled: regrowth alone would relieve for far longer than is reported."""
    c, p = case.course, case.traits
    protocol = case.desk.protocols[c.treatment]
    if p.functioning and uniform(case.key, case.i, Ask.RELIEF.value, c.courses_made) < protocol.relief:
        lasts = lognormal(
            case.key, case.i, Ask.RELIEF_TIME.value, c.courses_made, protocol.relief_median, protocol.relief_sigma
        )
        until = later(now, lasts)
        if c.relief_until == NEVER or until > c.relief_until:
            c.relief_until = until


@jit_inside
def start_analogue(case: Case, now: int) -> None:
    """A somatostatin analogue: slower growth until resistance, and relief of symptoms for a time."""
    key, known, c, p = case.key, case.desk.known, case.course, case.traits
    settle(case, now)
    case.course.findings[Finding.ANALOGUE.value] = 1
    slowest, half = known[Known.SSA_GROWTH_FACTOR.value], known[Known.SSA_HALF_EFFECT_KI67.value]
    c.ssa_factor = under_analogue(p.ki67, slowest, half)
    new_pace(case, now)
    lasts = lognormal(
        key,
        case.i,
        Ask.SSA_RESISTANCE.value,
        0,
        known[Known.SSA_RESISTANCE_MEDIAN.value],
        known[Known.SSA_RESISTANCE_SIGMA.value],
    )
    c.ssa_until = later(now, lasts)
    if p.functioning and uniform(key, case.i, Ask.RELIEF.value, _ANALOGUE) < known[Known.SSA_RELIEF_SHARE.value]:
        median, sigma = known[Known.SSA_RELIEF_MEDIAN.value], known[Known.SSA_RELIEF_SIGMA.value]
        c.relief_until = later(now, lognormal(key, case.i, Ask.RELIEF_TIME.value, _ANALOGUE, median, sigma))


@jit_inside
def complications(case: Case, now: int) -> int:
    """Death or a longer stay, once per course, with its first session."""
    c = case.course
    protocol = case.desk.protocols[c.treatment]
    if c.session > 0:
        return 0
    biliary = case.traits.biliary == 1
    morbidity = protocol.biliary_morbidity if biliary else protocol.morbidity
    return befall(case, now, protocol.mortality, morbidity, protocol.severe, protocol.mortality_within)


@jit_inside
def befall(
    case: Case, now: int, mortality: float, morbidity: float, severe: float, within: float = MONTH_OF_RISK
) -> int:
    """Death within some days with one chance, a complication with another; returns the minutes that costs, or 0.

    severe   share of complications that are severe, the unluckiest ones
    """
    key, c = case.key, case.course
    protocol = case.desk.protocols[c.treatment]
    nth = c.courses_made + c.session * _LATER_SESSION
    if uniform(key, case.i, Ask.PROCEDURE_DEATH.value, nth) < mortality:
        day = uniform(key, case.i, Ask.PROCEDURE_DEATH_DAY.value, nth)
        c.procedure_death_at = now + 1 + whole(day * within)
    luck = uniform(key, case.i, Ask.COMPLICATION.value, nth)
    if luck >= morbidity:
        return 0
    if luck >= morbidity * severe:
        return _complicated(case, protocol.minor_stay)
    longer = _complicated(case, protocol.severe_stay)
    _harm(case, nth)
    return longer


@jit_inside
def _complicated(case: Case, longer: float) -> int:
    note(case.plan, Event.COMPLICATED.value, whole(longer), FIRST_TREATMENT + case.course.treatment)
    return whole(longer)


@jit_inside
def _harm(case: Case, nth: int) -> None:
    """What a severe complication leaves: some are frailer for good."""
    c, known = case.course, case.desk.known
    lasts = uniform(case.key, case.i, Ask.LASTING_HARM.value, nth) < known[Known.COMPLICATION_LASTING.value]
    note(case.plan, Event.SEVERE.value, 1 if lasts else 0, FIRST_TREATMENT + c.treatment)
    if lasts and c.ecog < MOST_ECOG:
        c.ecog += 1
        note(case.plan, Event.WORSENED.value, c.ecog)


@jit_inside
def crisis(case: Case, now: int) -> int:
    """A carcinoid crisis, where a tumour that makes serotonin is handled; returns the minutes it costs, or 0.

    An analogue given for the occasion makes it rarer, wherever the centre gives it (the card `octreotide_cover`).
    """
    key, known, c = case.key, case.desk.known, case.course
    serotonin = case.traits.functioning == 1 and case.traits.hormone == Hormone.SEROTONIN.value
    if not serotonin or case.desk.protocols[c.treatment].releases == 0 or c.burden <= 0:
        return 0
    cover = known[Known.OCTREOTIDE_COVER.value]
    risk = (
        cover * known[Known.CARCINOID_CRISIS_COVERED.value]
        + (1 - cover) * known[Known.CARCINOID_CRISIS_UNCOVERED.value]
    )
    nth = c.courses_made + c.session * _LATER_SESSION
    if uniform(key, case.i, Ask.CRISIS.value, nth) >= risk:
        return 0
    longer = whole(known[Known.CARCINOID_CRISIS_OUTCOME_STAY.value])
    note(case.plan, Event.CRISIS.value, longer, FIRST_TREATMENT + c.treatment)
    if uniform(key, case.i, Ask.CRISIS_DEATH.value, nth) < known[Known.CARCINOID_CRISIS_OUTCOME_MORTALITY.value]:
        c.procedure_death_at = now + 1
    return longer
