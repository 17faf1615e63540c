"""Surveillance and what it finds; visits for symptoms; supportive care.

One short function per step of care. Growth, new disease or symptoms lead back to the tumour board; so does a scan that
shows that more has become possible.
"""

from __future__ import annotations

from sim.clinic.asking import ask_for_scan, note_measured, on_list, report_minutes, to_board
from sim.clinic.board import Finding
from sim.clinic.conversion import asks_for_clearance
from sim.clinic.disease import set_alarm
from sim.clinic.imaging import CT, MRI, changed, grade_read, mark_smallest, observe, receptor_scan
from sim.clinic.known import Known
from sim.clinic.listing import asks_for_graft
from sim.clinic.patient import Case, Grade, Phase, whole
from sim.clinic.protocols import Role
from sim.clinic.stages import FIRST_CAUSE, Cause, Stage
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import end, note, then, wait


@jit_inside
def watch(case: Case) -> None:
    """Surveillance: the interval goes by grade, and is long where the liver is free."""
    known, c = case.desk.known, case.course
    c.phase = Phase.SURVEILLANCE.value
    interval = known[Known.SURVEILLANCE_INTERVAL_NO_LIVER_METASTASES.value]
    if c.had_disease:
        interval = known[Known.SURVEILLANCE_INTERVAL_G3.value]
        grade = grade_read(case)
        if grade == Grade.G1.value:
            interval = known[Known.SURVEILLANCE_INTERVAL_G1.value]
        elif grade == Grade.G2.value:
            interval = known[Known.SURVEILLANCE_INTERVAL_G2.value]
    _next_scan(case, interval)


@jit_inside
def watch_treated(case: Case) -> None:
    """Surveillance after a course: the first scan shows what it has done, and comes sooner than the others.

    Where the last cycle is one of those that a scan follows, it follows as the others did.
    """
    c = case.course
    c.phase = Phase.SURVEILLANCE.value
    protocol = case.desk.protocols[c.treatment]
    if protocol.scanned_every > 0 and c.session % protocol.scanned_every == 0:
        _next_scan(case, protocol.spacing)
    else:
        _next_scan(case, case.desk.known[Known.SURVEILLANCE_AFTER_TREATMENT.value])


@jit_inside
def _next_scan(case: Case, interval: float) -> None:
    wait(case.plan, whole(interval))
    then(case.plan, Stage.SURVEILLANCE_DUE.value)


@jit_inside
def surveillance_due(case: Case, now: int) -> None:
    """A scan, or discharge of those whose liver has been free for long enough."""
    known, c = case.desk.known, case.course
    if c.had_disease == 0 and now - c.diagnosed_at > known[Known.SURVEILLANCE_YEARS_LIGHT.value]:
        end(case.plan, FIRST_CAUSE + Cause.DISCHARGED.value)
        return
    ask_for_scan(case)


@jit_inside
def scanned(case: Case) -> None:
    """The scan waits for its report."""
    wait(case.plan, report_minutes(case))
    then(case.plan, Stage.ASSESSED.value)


@jit_inside
def assessed(case: Case, now: int) -> None:
    """Has anything changed? Then back to the board, by way of a receptor PET if the liver is newly involved."""
    known, c, plan = case.desk.known, case.course, case.plan
    first = c.had_disease == 0
    new = observe(case, now, MRI if case.traits.kidney_disease else CT)
    set_alarm(case, now)
    note_measured(case)
    worse = changed(case, now, new)
    visit = c.visit == 1
    c.visit = 0
    if worse:
        recurred = c.clear == 1 and not first
        note(
            plan,
            Event.RECURRED.value if recurred else Event.PROGRESSED.value,
            0,
            FIRST_CAUSE + Cause.NEW_DISEASE.value if new else -1,
        )
        c.clear = 0
        c.changed_at = now
        c.graft_considered = 0
        case.course.findings[Finding.PROGRESSING.value] = 1
    if worse and first:
        c.phase = Phase.WORK_UP.value
        on_list(case, Role.PET.value, known[Known.PET_MINUTES.value])
        then(plan, Stage.RESTAGED.value)
    elif worse or visit or asks_for_clearance(case, now) or asks_for_graft(case, now):
        to_board(case)
    else:
        watch(case)


@jit_inside
def restaged(case: Case) -> None:
    """The PET waits for its report."""
    wait(case.plan, report_minutes(case))
    then(case.plan, Stage.RESTAGING_READ.value)


@jit_inside
def restaging_read(case: Case, now: int) -> None:
    """With all that was seen, to the board; the primary's histology stands."""
    observe(case, now, receptor_scan(case))
    set_alarm(case, now)
    note_measured(case)
    mark_smallest(case, now)
    to_board(case)


@jit_inside
def symptom_visit(case: Case) -> None:
    """New or worse symptoms: a scan soon, and the board whatever it shows."""
    c = case.course
    note(case.plan, Event.SYMPTOM.value, c.ecog)
    c.phase = Phase.WORK_UP.value
    c.treatment = -1
    c.visit = 1
    ask_for_scan(case)


@jit_inside
def supportive_visit(case: Case) -> None:
    """Best supportive care: seen in clinic."""
    on_list(case, Role.CLINIC.value, case.desk.known[Known.CLINIC_MINUTES.value])
    then(case.plan, Stage.SUPPORTIVE_SEEN.value)


@jit_inside
def supportive_seen(case: Case) -> None:
    """Until the next visit."""
    wait(case.plan, whole(case.desk.known[Known.SUPPORTIVE_VISIT.value]))
    then(case.plan, Stage.SUPPORTIVE_VISIT.value)
