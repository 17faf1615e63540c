"""The pathway: every step of care by its number.

    advance(world, i, step, now)      run a step: medicine says what it wants next

`workup`, `meeting`, `courses`, `steps_of_surgery` and `followup` have one short function per step, in the order a
patient meets them.
A step reads its patient, writes only that patient's course, and asks for what it wants next through the verbs
of `sim.steps`. The clinic knows the date, never the queue.
"""

from __future__ import annotations

from sim.clinic.courses import next_session, primary_operated, recovered, session_over, stepped_down
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
from sim.clinic.patient import World
from sim.clinic.stages import Stage
from sim.clinic.steps_of_surgery import interval_over, interval_read, interval_scanned, primary_out
from sim.clinic.workup import first_symptom, imaged, imaging_read, presented, referred, results_in, sampled
from sim.jit import jit
from sim.steps import alarm, clear


@jit
def advance(world: World, i: int, step: int, now: int) -> None:
    """Run a step of care: fill the plan with what medicine wants next."""
    clear(world.plan)
    if step == Stage.FIRST_SYMPTOM.value:
        first_symptom(world, i, now)
    elif step == Stage.PRESENTED.value:
        presented(world, i, now)
    elif step == Stage.REFERRED.value:
        referred(world, i)
    elif step == Stage.IMAGED.value:
        imaged(world, i)
    elif step == Stage.IMAGING_READ.value:
        imaging_read(world, i, now)
    elif step == Stage.SAMPLED.value:
        sampled(world, i)
    elif step == Stage.RESULTS_IN.value:
        results_in(world, i, now)
    elif step == Stage.DISCUSSED.value:
        discussed(world, i, now)
    elif step == Stage.SESSION_OVER.value:
        session_over(world, i, now)
    elif step == Stage.STEPPED_DOWN.value:
        stepped_down(world, i)
    elif step == Stage.RECOVERED.value:
        recovered(world, i)
    elif step == Stage.NEXT_SESSION.value:
        next_session(world, i)
    elif step == Stage.PRIMARY_OPERATED.value:
        primary_operated(world, i)
    elif step == Stage.SURVEILLANCE_DUE.value:
        surveillance_due(world, i, now)
    elif step == Stage.SCANNED.value:
        scanned(world, i)
    elif step == Stage.ASSESSED.value:
        assessed(world, i, now)
    elif step == Stage.RESTAGED.value:
        restaged(world, i)
    elif step == Stage.RESTAGING_READ.value:
        restaging_read(world, i, now)
    elif step == Stage.SYMPTOM_VISIT.value:
        symptom_visit(world, i)
    elif step == Stage.SUPPORTIVE_VISIT.value:
        supportive_visit(world, i)
    elif step == Stage.SUPPORTIVE_SEEN.value:
        supportive_seen(world, i)
    elif step == Stage.ARRANGED.value:
        arranged(world, i, now)
    elif step == Stage.PREPARED.value:
        prepared(world, i)
    elif step == Stage.PRIMARY_OUT.value:
        primary_out(world, i)
    elif step == Stage.INTERVAL_OVER.value:
        interval_over(world, i)
    elif step == Stage.INTERVAL_SCANNED.value:
        interval_scanned(world, i)
    elif step == Stage.INTERVAL_READ.value:
        interval_read(world, i, now)
    elif step == Stage.MAPPING.value:
        mapping(world, i)
    elif step == Stage.MAPPED.value:
        mapped(world, i, now)
    elif step == Stage.GRAFT_ASSESSMENT.value:
        assessment(world, i)
    elif step == Stage.LISTED.value:
        listed(world, i, now)
    elif step == Stage.RESCAN_DUE.value:
        rescan_due(world, i)
    elif step == Stage.RESCANNED.value:
        rescanned(world, i)
    elif step == Stage.LIST_REVIEWED.value:
        list_reviewed(world, i, now)
    elif step == Stage.TRANSPLANTED.value:
        transplanted(world, i, now)
    elif step == Stage.FROM_ICU.value:
        from_icu(world, i)
    else:
        raise ValueError("no such step of care")
    alarm(world.plan, world.courses[i].alarm_at)
