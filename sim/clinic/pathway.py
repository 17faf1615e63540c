"""The pathway: every step of care by its number.

    advance(case, step, now)      run a step: medicine says what it wants next

`workup`, `meeting`, `courses`, `steps_of_surgery` and `followup` have one short function per step, in the order a
patient meets them.
A step reads its patient, writes only that patient's course, and asks for what it wants next through the verbs
of `sim.steps`. The clinic knows the date, never the queue.
"""

from __future__ import annotations

from sim.clinic.courses import (
    next_session,
    primary_operated,
    recovered,
    response_read,
    session_over,
    stepped_down,
)
from sim.clinic.followup import (
    assessed,
    restaged,
    restaging_read,
    scanned,
    supportive_seen,
    supportive_visit,
    surveillance_due,
    symptom_visit,
)
from sim.clinic.listing import (
    assessment,
    from_icu,
    list_reviewed,
    listed,
    rescan_due,
    rescanned,
    transplanted,
)
from sim.clinic.mapping import mapped, mapping
from sim.clinic.meeting import arranged, discussed, prepared
from sim.clinic.palliation import palliated
from sim.clinic.patient import World, case_of
from sim.clinic.stages import Stage
from sim.clinic.steps_of_surgery import interval_over, interval_read, interval_scanned, primary_out
from sim.clinic.workup import first_symptom, imaged, imaging_read, misled, presented, referred, results_in, sampled
from sim.jit import jit
from sim.steps import alarm, clear


@jit
def advance(world: World, i: int, step: int, now: int) -> None:
    """Run a step of care: fill the plan with what medicine wants next."""
    case = case_of(world, i)
    clear(case.plan)
    if step == Stage.FIRST_SYMPTOM.value:
        first_symptom(case, now)
    elif step == Stage.MISLED.value:
        misled(case, now)
    elif step == Stage.PRESENTED.value:
        presented(case, now)
    elif step == Stage.REFERRED.value:
        referred(case)
    elif step == Stage.IMAGED.value:
        imaged(case)
    elif step == Stage.IMAGING_READ.value:
        imaging_read(case, now)
    elif step == Stage.SAMPLED.value:
        sampled(case)
    elif step == Stage.RESULTS_IN.value:
        results_in(case, now)
    elif step == Stage.DISCUSSED.value:
        discussed(case, now)
    elif step == Stage.SESSION_OVER.value:
        session_over(case, now)
    elif step == Stage.STEPPED_DOWN.value:
        stepped_down(case)
    elif step == Stage.RECOVERED.value:
        recovered(case)
    elif step == Stage.NEXT_SESSION.value:
        next_session(case)
    elif step == Stage.RESPONSE_READ.value:
        response_read(case, now)
    elif step == Stage.PRIMARY_OPERATED.value:
        primary_operated(case)
    elif step == Stage.SURVEILLANCE_DUE.value:
        surveillance_due(case, now)
    elif step == Stage.SCANNED.value:
        scanned(case)
    elif step == Stage.ASSESSED.value:
        assessed(case, now)
    elif step == Stage.RESTAGED.value:
        restaged(case)
    elif step == Stage.RESTAGING_READ.value:
        restaging_read(case, now)
    elif step == Stage.SYMPTOM_VISIT.value:
        symptom_visit(case)
    elif step == Stage.SUPPORTIVE_VISIT.value:
        supportive_visit(case)
    elif step == Stage.SUPPORTIVE_SEEN.value:
        supportive_seen(case)
    elif step == Stage.ARRANGED.value:
        arranged(case, now)
    elif step == Stage.PREPARED.value:
        prepared(case)
    elif step == Stage.PRIMARY_OUT.value:
        primary_out(case)
    elif step == Stage.INTERVAL_OVER.value:
        interval_over(case)
    elif step == Stage.INTERVAL_SCANNED.value:
        interval_scanned(case)
    elif step == Stage.INTERVAL_READ.value:
        interval_read(case, now)
    elif step == Stage.MAPPING.value:
        mapping(case)
    elif step == Stage.MAPPED.value:
        mapped(case, now)
    elif step == Stage.GRAFT_ASSESSMENT.value:
        assessment(case)
    elif step == Stage.LISTED.value:
        listed(case, now)
    elif step == Stage.RESCAN_DUE.value:
        rescan_due(case)
    elif step == Stage.RESCANNED.value:
        rescanned(case)
    elif step == Stage.LIST_REVIEWED.value:
        list_reviewed(case, now)
    elif step == Stage.TRANSPLANTED.value:
        transplanted(case, now)
    elif step == Stage.FROM_ICU.value:
        from_icu(case)
    elif step == Stage.PALLIATED.value:
        palliated(case, now)
    else:
        raise ValueError("no such step of care")
    alarm(case.plan, case.course.alarm_at)
