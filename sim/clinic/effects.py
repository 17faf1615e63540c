"""What any treatment may bring: growth held for a time, relief, complications, a somatostatin analogue.

    hold(world, i, now)             slower growth for a time
    relieve(world, i, now)          hormonal symptoms relieved for a time
    complications(world, i, now)    death or a longer stay
    befall(world, i, now, ...)      the same with a risk that is not the treatment's as a whole
    shrink(world, i, lobe, factor)  lesions of a lobe, or all, made smaller
    start_analogue(world, i, now)   the background treatment

Every number is the treatment's own, in its protocol. Knows no step of care.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.disease import add_up, scale_lesion, settle
from sim.clinic.known import Known
from sim.clinic.patient import Ask, World, later, whole
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.steps import NEVER
from sim.units import DAY

_LATER_SESSION = 1_000_000  # not clinical: chance of a course's later sessions, apart from those of other courses
_ANALOGUE = 1000  # not clinical: the number of its course for chance, apart from those of all others
BOTH_LOBES = -1
MONTH_OF_RISK = 30 * DAY  # not clinical: mortality is stated within 30 days


@jit_inside
def hold(world: World, i: int, now: int) -> None:
    """Slower growth for a time, where the course responds or at least holds the tumour."""
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if uniform(world.key, i, Ask.RESPONSE.value, c.courses_made) >= protocol.control:
        return
    c.hold_factor = protocol.growth_factor
    c.hold_systemic = protocol.systemic
    holds = lognormal(world.key, i, Ask.EFFECT_TIME.value, c.courses_made, protocol.holds_median, protocol.holds_sigma)
    c.hold_until = later(now, holds)


@jit_inside
def shrink(world: World, i: int, lobe: int) -> None:
    """Where the course responds: the lesions of a lobe (or `BOTH_LOBES`) shrink by the protocol's share."""
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if uniform(world.key, i, Ask.RESPONSE.value, c.courses_made) >= protocol.response:
        return
    shrunk = False
    for j in range(world.courses[i].slots):
        if world.lesions[i, j].share > 0 and (lobe == BOTH_LOBES or world.lesions[i, j].lobe == lobe):
            scale_lesion(world, i, j, 1 - protocol.shrink)
            shrunk = True
    if shrunk:
        add_up(world, i)


@jit_inside
def relieve(world: World, i: int, now: int) -> None:
    """Relief of hormonal symptoms, sampled: regrowth alone would relieve for far longer than is reported."""
    c, p = world.courses[i], world.traits[i]
    protocol = world.protocols[c.treatment]
    if p.functioning and uniform(world.key, i, Ask.RELIEF.value, c.courses_made) < protocol.relief:
        lasts = lognormal(
            world.key, i, Ask.RELIEF_TIME.value, c.courses_made, protocol.relief_median, protocol.relief_sigma
        )
        until = later(now, lasts)
        if c.relief_until == NEVER or until > c.relief_until:
            c.relief_until = until


@jit_inside
def start_analogue(world: World, i: int, now: int) -> None:
    """A somatostatin analogue: slower growth until resistance, and relief of symptoms for a time."""
    key, known, c, p = world.key, world.known, world.courses[i], world.traits[i]
    settle(world, i, now)
    world.findings[i, Finding.ANALOGUE.value] = 1
    c.ssa_factor = known[Known.SSA_GROWTH_FACTOR.value]
    lasts = lognormal(
        key,
        i,
        Ask.SSA_RESISTANCE.value,
        0,
        known[Known.SSA_RESISTANCE_MEDIAN.value],
        known[Known.SSA_RESISTANCE_SIGMA.value],
    )
    c.ssa_until = later(now, lasts)
    if p.functioning and uniform(key, i, Ask.RELIEF.value, _ANALOGUE) < known[Known.SSA_RELIEF_SHARE.value]:
        median, sigma = known[Known.SSA_RELIEF_MEDIAN.value], known[Known.SSA_RELIEF_SIGMA.value]
        c.relief_until = later(now, lognormal(key, i, Ask.RELIEF_TIME.value, _ANALOGUE, median, sigma))


@jit_inside
def complications(world: World, i: int, now: int) -> int:
    """Death or a longer stay, once per course, with its first session."""
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if c.session > 0:
        return 0
    biliary = world.traits[i].biliary == 1
    morbidity = protocol.biliary_morbidity if biliary else protocol.morbidity
    within = protocol.mortality_within
    return befall(world, i, now, protocol.mortality, morbidity, protocol.complicated_stay, within)


@jit_inside
def befall(
    world: World, i: int, now: int, mortality: float, morbidity: float, longer: float, within: float = MONTH_OF_RISK
) -> int:
    """Death within some days with one chance, a stay that is `longer` with another; returns its minutes, or 0."""
    key, c = world.key, world.courses[i]
    nth = c.courses_made + c.session * _LATER_SESSION
    if uniform(key, i, Ask.PROCEDURE_DEATH.value, nth) < mortality:
        day = uniform(key, i, Ask.PROCEDURE_DEATH_DAY.value, nth)
        c.procedure_death_at = now + 1 + whole(day * within)
    if uniform(key, i, Ask.COMPLICATION.value, nth) < morbidity:
        return whole(longer)
    return 0
