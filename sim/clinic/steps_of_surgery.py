"""Surgery in more than one step: the primary before the liver, and the liver in two operations with a CT between.

    note_primary_out(case)                what the log and the board learn of it
    ask_for_primary_surgery(case, step)   other surgeons' lists, which are not modelled
    primary_out                               recovery from it, before a major operation on the liver
    interval_over, interval_scanned           the CT before the next operation
    interval_read(case, now)              go on, or drop out and back to the board

Nobody drops out by a rate: new disease, too little liver or a worse performance status are what ends it.
"""

from __future__ import annotations

from sim.clinic.asking import ask_for_scan, note_measured, report_minutes, session, to_board
from sim.clinic.board import Finding
from sim.clinic.disease import note_symptoms, set_alarm
from sim.clinic.imaging import CT, MRI, mark_smallest, observe
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, Phase, whole
from sim.clinic.protocols import Treatment
from sim.clinic.resection import can_go_on
from sim.clinic.seeding import remove_nodes
from sim.clinic.stages import FIRST_CAUSE, FIRST_TREATMENT, Cause, Stage
from sim.draws import lognormal
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import NEVER, note, then, wait
from sim.units import MONTH


@jit_inside
def note_primary_out(case: Case) -> None:
    """The primary is out: a course of its own in the log, also where it shared the liver's operation."""
    case.course.findings[Finding.PRIMARY.value] = 1
    if case.traits.regional_death_at < NEVER:
        case.course.findings[Finding.EXTRAHEPATIC.value] = 1  # the surgeon sees what can not be taken out
    why = FIRST_TREATMENT + Treatment.PRIMARY_SURGERY.value
    note(case.plan, Event.TREATED.value, case.course.courses_made, why)
    note(case.plan, Event.COMPLETED.value, 1, why)
    remove_nodes(case)
    note_symptoms(case)


@jit_inside
def ask_for_primary_surgery(case: Case, step: int) -> None:
    """The wait for the operation on the primary, elsewhere in the hospital."""
    known = case.desk.known
    median, sigma = known[Known.PRIMARY_SURGERY_WAIT_MEDIAN.value], known[Known.PRIMARY_SURGERY_WAIT_SIGMA.value]
    wait(case.plan, whole(lognormal(case.key, case.i, Ask.PRIMARY_WAIT.value, 0, median, sigma)))
    then(case.plan, step)


@jit_inside
def primary_out(case: Case) -> None:
    """The primary is out; the liver follows when she has recovered."""
    note_primary_out(case)
    wait(case.plan, whole(case.desk.known[Known.PRIMARY_RECOVERY.value]))
    then(case.plan, Stage.INTERVAL_OVER.value)


@jit_inside
def interval_over(case: Case) -> None:
    """A scan before the next operation."""
    ask_for_scan(case)
    then(case.plan, Stage.INTERVAL_SCANNED.value)


@jit_inside
def interval_scanned(case: Case) -> None:
    """The scan waits for its report."""
    wait(case.plan, report_minutes(case))
    then(case.plan, Stage.INTERVAL_READ.value)


@jit_inside
def interval_read(case: Case, now: int) -> None:
    """Is the next operation still possible, as far as the scan and her state tell? If not, back to the board."""
    c, plan = case.course, case.plan
    new = observe(case, now, MRI if case.traits.kidney_disease else CT)
    set_alarm(case, now)
    note_measured(case)
    if can_go_on(case):
        c.phase = Phase.WAITING.value
        session(case)
        then(plan, Stage.SESSION_OVER.value)
        return
    if new:
        note(plan, Event.PROGRESSED.value, 0, FIRST_CAUSE + Cause.NEW_DISEASE.value)
        case.course.findings[Finding.PROGRESSING.value] = 1
        case.course.findings[Finding.GROWTH_MONTHS.value] = (now - c.scanned_before) / MONTH
    note(plan, Event.LOST.value, 0, FIRST_TREATMENT + c.treatment)
    c.treatment = -1
    mark_smallest(case, now)
    to_board(case)
