"""A course of treatment: sessions, stays, complications, until the last session or until it is no longer possible.

One short function per step of care. What a session does to the disease stands in `treatments`; here is what
follows for the journey.
"""

from __future__ import annotations

from sim.clinic.asking import ask_for_scan, note_measured, session, stay, to_board
from sim.clinic.board import Finding
from sim.clinic.disease import set_alarm, settle
from sim.clinic.followup import watch, watch_treated
from sim.clinic.imaging import CT, MRI, changed, mark_smallest, observe, show_spread
from sim.clinic.known import Known
from sim.clinic.patient import Case, Phase, whole
from sim.clinic.protocols import Family, Role
from sim.clinic.resection import operates, takes_primary_along
from sim.clinic.stages import FIRST_CAUSE, FIRST_TREATMENT, Cause, Stage
from sim.clinic.steps_of_surgery import note_primary_out
from sim.clinic.treatments import give, sessions_planned, still_suitable
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import keep, note, then, wait


@jit_inside
def session_over(case: Case, now: int) -> None:
    """A session has ended, or was broken off because what was planned is no longer possible."""
    known, c, plan = case.desk.known, case.course, case.plan
    settle(case, now)
    why = FIRST_TREATMENT + c.treatment
    in_theatre = case.desk.protocols[c.treatment].family == Family.RESECTION.value and operates(case)
    if (c.session == 0 or in_theatre) and not still_suitable(case):
        lose(case)
        set_alarm(case, now)
        return
    if c.session == 0:
        note(plan, Event.TREATED.value, c.courses_made, why)
    c.phase = Phase.UNDER_TREATMENT.value
    if in_theatre and takes_primary_along(case):
        note_primary_out(case)
    was_clear = c.clear
    extra = give(case, now)
    if c.session == 0 or case.desk.protocols[c.treatment].family != Family.SYSTEMIC.value:
        mark_smallest(case, now)
    set_alarm(case, now)
    if c.clear > was_clear:
        note(plan, Event.CLEARED.value, 0, why)
    if in_theatre:
        order = stay(case, Role.ICU.value, known[Known.RESECTION_ICU.value])
        if order >= 0:
            keep(plan, order)
        c.extra_stay = extra
        then(plan, Stage.STEPPED_DOWN.value)
    elif extra > 0:
        stay(case, Role.WARD.value, float(extra))
        then(plan, Stage.RECOVERED.value)
    else:
        wait(plan, 0)
        then(plan, Stage.RECOVERED.value)


@jit_inside
def lose(case: Case, reason: int = 0) -> None:
    """What was planned is not possible any more: a new scan, and back to the board.

    reason   the clinic's number of it, for the log; 0 where none is told
    """
    c, plan = case.course, case.plan
    note(plan, Event.LOST.value, reason, FIRST_TREATMENT + c.treatment)
    show_spread(case, c.extrahepatic)
    c.treatment = -1
    c.phase = Phase.WORK_UP.value
    c.visit = 1
    ask_for_scan(case)


@jit_inside
def stepped_down(case: Case) -> None:
    """From intensive care to the ward, whose beds may be full."""
    known, c = case.desk.known, case.course
    on_ward = known[Known.RESECTION_STAY_MAJOR.value if c.major else Known.RESECTION_STAY_MINOR.value]
    if c.session > 0:
        on_ward = known[Known.RESECTION_STAY_SECOND_STEP.value]
    stay(case, Role.WARD.value, on_ward + c.extra_stay)
    then(case.plan, Stage.RECOVERED.value)


@jit_inside
def recovered(case: Case) -> None:
    """Home; the next session after its interval, or surveillance if that was the last."""
    c, plan = case.course, case.plan
    c.session += 1
    protocol = case.desk.protocols[c.treatment]
    if c.session < sessions_planned(case):
        wait(plan, whole(protocol.spacing))
        if protocol.scanned_every > 0 and c.session % protocol.scanned_every == 0:
            ask_for_scan(case)
            then(plan, Stage.RESPONSE_READ.value)
            return
        surgery = protocol.family == Family.RESECTION.value
        then(plan, Stage.INTERVAL_OVER.value if surgery else Stage.NEXT_SESSION.value)
        return
    note(plan, Event.COMPLETED.value, c.session, FIRST_TREATMENT + c.treatment)
    watch_treated(case)


@jit_inside
def next_session(case: Case) -> None:
    """The next session, unless she has become too frail for it."""
    if case.course.ecog > case.desk.known[Known.SESSION_MOST_ECOG.value]:
        lose(case)
    else:
        session(case)
        then(case.plan, Stage.SESSION_OVER.value)


@jit_inside
def response_read(case: Case, now: int) -> None:
    """The scan under treatment, read before the next cycle: what grows in spite of it is treated with it no longer."""
    c, plan = case.course, case.plan
    new = observe(case, now, MRI if case.traits.kidney_disease else CT)
    set_alarm(case, now)
    note_measured(case)
    if not changed(case, now, new):
        next_session(case)
        return
    note(plan, Event.PROGRESSED.value, 0, FIRST_CAUSE + Cause.NEW_DISEASE.value if new else -1)
    note(plan, Event.LOST.value, FIRST_CAUSE + Cause.GROWTH.value, FIRST_TREATMENT + c.treatment)
    case.course.findings[Finding.PROGRESSING.value] = 1
    c.changed_at = now
    c.graft_considered = 0
    c.treatment = -1
    to_board(case)


@jit_inside
def primary_operated(case: Case) -> None:
    """The primary is out; done elsewhere in the hospital."""
    note_primary_out(case)
    watch(case)
