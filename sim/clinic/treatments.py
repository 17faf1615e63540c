"""Treatments as the pathway meets them: how long a session takes, whether it can go ahead, what it does.

    session_minutes(world, i)   planned minutes of the next session
    session_places(world, i)    the list it is done on, and the place it needs beside it
    second_minutes(world, i)    how long the place beside it is held after the session
    sessions_planned(world, i)  how many sessions the course has
    still_suitable(world, i)    is what was planned still possible, now that she is on the table?
    give(world, i, now)         one session's effect on the disease, its complications and its relief

One door for all families; what each does stands in a file of its own. A treatment changes lesions, growth and
symptoms for a time, and may kill or complicate. Recurrence is regrowth of what it left. Nothing here knows how
long anybody waited.
"""

from __future__ import annotations

from typing import Any

from sim.clinic.ablation import ablate, too_large
from sim.clinic.disease import settle
from sim.clinic.effects import befall, complications, relieve
from sim.clinic.embolisation import embolise
from sim.clinic.known import Known
from sim.clinic.patient import Ask, World, whole
from sim.clinic.protocols import Family, Role, Treatment
from sim.clinic.radioembolisation import is_mapped, observation, radioembolise, sides_planned
from sim.clinic.resection import (
    can_be_resected,
    close_portal_vein,
    closes_vein_only,
    lobe_to_take,
    resect,
    resection_minutes,
    risks_like,
    seen_in_lobe,
)
from sim.clinic.systemic import treat_whole_body
from sim.clinic.transplant import replace_liver
from sim.draws import uniform
from sim.jit import jit_inside


@jit_inside
def session_minutes(world: World, i: int) -> int:
    """Planned minutes of the next session, from what imaging has seen."""
    known, treatment = world.known, world.courses[i].treatment
    family = world.protocols[treatment].family
    if family == Family.RESECTION.value:
        return whole(resection_minutes(world, i))
    if family == Family.ABLATION.value:
        lesions = seen_in_lobe(world, i, 0) + seen_in_lobe(world, i, 1)
        first, extra = known[Known.ABLATION_MINUTES_FIRST.value], known[Known.ABLATION_MINUTES_EXTRA.value]
        return whole(first + max(lesions - 1, 0) * extra)
    if family == Family.RADIOEMBOLISATION.value and not is_mapped(world, i):
        return whole(known[Known.TARE_MINUTES_MAPPING.value])
    return whole(world.protocols[treatment].minutes)


@jit_inside
def session_places(world: World, i: int) -> Any:
    """The roles of the list the next session is done on, and of the place it needs beside it; -1 for none."""
    protocol = world.protocols[world.courses[i].treatment]
    if protocol.family == Family.RESECTION.value and closes_vein_only(world, i):
        return Role.IR_LIST.value, Role.DAY_BED.value
    return protocol.role, protocol.second


@jit_inside
def second_minutes(world: World, i: int) -> int:
    """How long the second place is held after the session: a night, a room's day, or nothing beyond it."""
    known, c = world.known, world.courses[i]
    family = world.protocols[c.treatment].family
    if family == Family.RESECTION.value and closes_vein_only(world, i):
        return whole(known[Known.PORTAL_VEIN_STAY.value])
    if family == Family.ABLATION.value:
        return whole(known[Known.ABLATION_STAY.value])
    if c.treatment == Treatment.PRRT.value:
        return whole(known[Known.PRRT_STAY.value])
    if family == Family.RADIOEMBOLISATION.value:
        return whole(observation(world, i))
    if family == Family.EMBOLISATION.value:
        nth = c.courses_made * 2 + c.session
        overnight = uniform(world.key, i, Ask.OVERNIGHT.value, nth) < known[Known.EMBOLISATION_OVERNIGHT.value]
        return whole(known[Known.EMBOLISATION_STAY_NIGHT.value if overnight else Known.EMBOLISATION_STAY_DAY.value])
    return 0


@jit_inside
def sessions_planned(world: World, i: int) -> int:
    """How many sessions the course has: one a side where it is a matter of sides."""
    protocol = world.protocols[world.courses[i].treatment]
    if protocol.family == Family.RADIOEMBOLISATION.value:
        return sides_planned(world, i)
    return int(protocol.sessions)


@jit_inside
def still_suitable(world: World, i: int) -> bool:
    """Is what was planned still possible, now that she is on the table? Looks at the truth, as the surgeon does.

    Ablation: every lesion that was to be ablated is still within the limit. Resection: see `can_be_resected`.
    """
    family = world.protocols[world.courses[i].treatment].family
    if family == Family.RESECTION.value:
        return can_be_resected(world, i)
    if family == Family.ABLATION.value:
        for j in range(world.courses[i].slots):
            if world.lesions[i, j].seen and world.lesions[i, j].share > 0 and too_large(world, i, j):
                return False
    return True


@jit_inside
def give(world: World, i: int, now: int) -> int:
    """The effect of the session that has just ended. Returns the extra minutes in hospital it costs.

    The course must be settled to `now`; `sim.clinic.disease.set_alarm` must follow.
    """
    settle(world, i, now)
    family = world.protocols[world.courses[i].treatment].family
    if family == Family.RESECTION.value:
        return _operate(world, i, now)
    if family == Family.ABLATION.value:
        ablate(world, i)
        relieve(world, i, now)
    elif family == Family.EMBOLISATION.value:
        embolise(world, i, now)
    elif family == Family.RADIOEMBOLISATION.value:
        radioembolise(world, i, now)
    elif family == Family.TRANSPLANT.value:
        return replace_liver(world, i) + complications(world, i, now)
    else:
        treat_whole_body(world, i, now)
    return complications(world, i, now)


@jit_inside
def _operate(world: World, i: int, now: int) -> int:
    """An operation on the liver, or the embolisation of a portal vein before one, with the risks of just that."""
    known, c = world.known, world.courses[i]
    protocol = world.protocols[c.treatment]
    if closes_vein_only(world, i):
        close_portal_vein(world, i, lobe_to_take(world, i))
        mortality = known[Known.PORTAL_VEIN_RISK_MORTALITY.value]
        morbidity = known[Known.PORTAL_VEIN_RISK_COMPLICATIONS.value]
    else:
        risks = world.protocols[risks_like(world, i)]
        mortality, morbidity = risks.mortality, risks.morbidity
        resect(world, i)
        if c.session == protocol.sessions - 1:
            relieve(world, i, now)
    return befall(world, i, now, mortality, morbidity, protocol.complicated_stay)
