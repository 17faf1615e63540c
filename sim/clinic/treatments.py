"""Treatments as the pathway meets them: how long a session takes, whether it can go ahead, what it does.

    session_minutes(case)   planned minutes of the next session
    session_places(case)    the list it is done on, and the place it needs beside it
    second_minutes(case)    how long the place beside it is held after the session
    sessions_planned(case)  how many sessions the course has
    still_suitable(case)    is what was planned still possible, now that she is on the table?
    give(case, now)         one session's effect on the disease, its complications and its relief

One door for all families; what each does stands in a file of its own. A treatment changes lesions, growth and
symptoms for a time, and may kill or complicate. Recurrence is regrowth of what it left. Nothing here knows how
long anybody waited.
"""

from __future__ import annotations

from typing import Any

from sim.clinic.ablation import ablate, too_large
from sim.clinic.disease import settle
from sim.clinic.effects import befall, complications, crisis, relieve
from sim.clinic.embolisation import embolise, gallbladder, overnight_luck
from sim.clinic.known import Known
from sim.clinic.patient import Case, whole
from sim.clinic.protocols import Family, Role
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
from sim.jit import jit_inside


@jit_inside
def session_minutes(case: Case) -> int:
    """Planned minutes of the next session, from what imaging has seen."""
    known, treatment = case.desk.known, case.course.treatment
    family = case.desk.protocols[treatment].family
    if family == Family.RESECTION.value:
        return whole(resection_minutes(case))
    if family == Family.ABLATION.value:
        lesions = seen_in_lobe(case, 0) + seen_in_lobe(case, 1)
        first, extra = known[Known.ABLATION_MINUTES_FIRST.value], known[Known.ABLATION_MINUTES_EXTRA.value]
        return whole(first + max(lesions - 1, 0) * extra)
    if family == Family.RADIOEMBOLISATION.value and not is_mapped(case):
        return whole(known[Known.TARE_MINUTES_MAPPING.value])
    return whole(case.desk.protocols[treatment].minutes)


@jit_inside
def session_places(case: Case) -> Any:
    """The roles of the list the next session is done on, and of the place it needs beside it; -1 for none."""
    protocol = case.desk.protocols[case.course.treatment]
    if protocol.family == Family.RESECTION.value and closes_vein_only(case):
        return Role.IR_LIST.value, Role.DAY_BED.value
    return protocol.role, protocol.second


@jit_inside
def second_minutes(case: Case) -> int:
    """How long the second place is held after the session: a night, a room's day, or nothing beyond it."""
    known, c = case.desk.known, case.course
    family = case.desk.protocols[c.treatment].family
    if family == Family.RESECTION.value and closes_vein_only(case):
        return whole(known[Known.PORTAL_VEIN_STAY.value])
    if family == Family.ABLATION.value:
        return whole(known[Known.ABLATION_STAY.value])
    if case.desk.protocols[c.treatment].role == Role.PRRT.value:
        return whole(known[Known.PRRT_STAY.value])
    if family == Family.RADIOEMBOLISATION.value:
        return whole(observation(case))
    if family == Family.EMBOLISATION.value:
        overnight = overnight_luck(case) < known[Known.EMBOLISATION_OVERNIGHT.value]
        return whole(known[Known.EMBOLISATION_STAY_NIGHT.value if overnight else Known.EMBOLISATION_STAY_DAY.value])
    return 0


@jit_inside
def sessions_planned(case: Case) -> int:
    """How many sessions the course has: one a side where it is a matter of sides."""
    protocol = case.desk.protocols[case.course.treatment]
    if protocol.family == Family.RADIOEMBOLISATION.value:
        return sides_planned(case)
    return int(protocol.sessions)


@jit_inside
def still_suitable(case: Case) -> bool:
    """Is what was planned still possible, now that she is on the table? Looks at the truth, as the surgeon does.

    Ablation: every lesion that was to be ablated is still within the limit. Resection: see `can_be_resected`.
    """
    family = case.desk.protocols[case.course.treatment].family
    if family == Family.RESECTION.value:
        return can_be_resected(case)
    if family == Family.ABLATION.value:
        for j in range(case.course.slots):
            if case.liver.lesions[j].seen and case.liver.lesions[j].share > 0 and too_large(case, j):
                return False
    return True


@jit_inside
def give(case: Case, now: int) -> int:
    """The effect of the session that has just ended. Returns the extra minutes in hospital it costs.

    The course must be settled to `now`; `sim.clinic.disease.set_alarm` must follow.
    """
    settle(case, now)
    family = case.desk.protocols[case.course.treatment].family
    if family == Family.RESECTION.value:
        return _operate(case, now)
    longer = crisis(case, now)  # before anything is changed, so that there still is a tumour to release
    if family == Family.ABLATION.value:
        ablate(case)
        relieve(case, now)
    elif family == Family.EMBOLISATION.value:
        embolise(case, now)
        longer += gallbladder(case)
    elif family == Family.RADIOEMBOLISATION.value:
        radioembolise(case, now)
    elif family == Family.TRANSPLANT.value:
        longer += replace_liver(case)
    else:
        treat_whole_body(case, now)
    return longer + complications(case, now)


@jit_inside
def _operate(case: Case, now: int) -> int:
    """An operation on the liver, or the embolisation of a portal vein before one, with the risks of just that."""
    known, c = case.desk.known, case.course
    protocol = case.desk.protocols[c.treatment]
    if closes_vein_only(case):
        close_portal_vein(case, lobe_to_take(case))
        mortality = known[Known.PORTAL_VEIN_RISK_MORTALITY.value]
        return befall(case, now, mortality, known[Known.PORTAL_VEIN_RISK_COMPLICATIONS.value], 1.0)
    risks = case.desk.protocols[risks_like(case)]
    mortality, morbidity = risks.mortality, risks.morbidity
    longer = crisis(case, now)
    resect(case)
    if c.session == protocol.sessions - 1:
        relieve(case, now)
    return longer + befall(case, now, mortality, morbidity, protocol.severe)
