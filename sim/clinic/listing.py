"""The list for a liver: assessment, waiting under scans, leaving the list, the graft.

    asks_for_graft(case, now)     is somebody who is merely stable to be discussed for a transplant?
    assessment ... transplanted       one short function per step of care
    leave_list(case, reason)      off the list

A graft comes when it comes: her place on the list is a standing order beside the journey, which meanwhile goes from
scan to scan; being given a graft redirects to the operation. She stays on the list while a row of the board that offers
a transplant fits her. Where another centre transplants, the wait for it stands in place of the offer, and no bed of
this hospital is taken; her scans are still done here.
"""

from __future__ import annotations

from sim.clinic.asking import (
    ask_for_scan,
    is_elsewhere,
    note_measured,
    on_list,
    report_minutes,
    stay,
    to_board,
    urgency,
)
from sim.clinic.board import Finding, first_row, fitting_rows, rows_offering
from sim.clinic.casenotes import know_the_patient
from sim.clinic.disease import set_alarm, settle
from sim.clinic.imaging import CT, MRI, changed, mark_smallest, observe, receptor_scan
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, Phase, later, whole
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_CAUSE, FIRST_TREATMENT, Cause, Policy, Stage
from sim.clinic.transplant import graft_mask
from sim.clinic.treatments import give
from sim.draws import lognormal
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import keep, note, seek, standing, then, wait, withdraw


@jit_inside
def asks_for_graft(case: Case, now: int) -> bool:
    """Is somebody who is merely stable to be discussed, because the board would now offer a transplant?

    Or the resection of the primary on the way to one. Each is asked once while nothing changes.
    """
    c, f = case.course, case.course.findings
    asked = 1 + int(f[Finding.PRIMARY.value])
    if f[Finding.LIVER_METASTASES.value] != 1 or c.graft_considered >= asked:
        return False
    know_the_patient(case, now)
    table = case.desk.main
    off = int(case.desk.policy[Policy.MAIN_OFF.value]) | int(case.desk.policy[Policy.MAIN_ABSENT.value])
    row, _ = first_row(table, f, off)
    offer = table.offers[row, 0] if row >= 0 else -1
    if offer == Treatment.TRANSPLANT.value or offer == Treatment.PRIMARY_SURGERY.value:
        c.graft_considered = asked
        return True
    return False


@jit_inside
def _still_fits(case: Case, now: int) -> bool:
    """Does a row that offers a transplant fit her, whatever other rows do?"""
    know_the_patient(case, now)
    table = case.desk.main
    fitting = fitting_rows(table, case.course.findings)
    left = fitting & ~int(case.desk.policy[Policy.MAIN_OFF.value])
    return left & rows_offering(table, Treatment.TRANSPLANT.value) != 0


@jit_inside
def _why_not(case: Case) -> int:
    """What takes her off the list, the gravest first."""
    known, f = case.desk.known, case.course.findings
    if f[Finding.EXTRAHEPATIC.value] == 1 or f[Finding.NODES.value] == 1:
        return Cause.SPREAD.value
    if f[Finding.LIVER_BURDEN_PCT.value] > 100 * known[Known.TRANSPLANT_MOST_BURDEN.value]:  # not clinical: per cent
        return Cause.BURDEN.value
    if f[Finding.PROGRESSING.value] == 1:
        return Cause.GROWTH.value
    if f[Finding.AGE_YEARS.value] > known[Known.TRANSPLANT_MOST_AGE.value]:
        return Cause.AGE.value
    if f[Finding.ECOG.value] > known[Known.TRANSPLANT_MOST_ECOG.value]:
        return Cause.FRAILTY.value
    return Cause.UNSUITABLE.value


@jit_inside
def leave_list(case: Case, cause: int) -> None:
    """Off the list; the step under way says what follows."""
    note(case.plan, Event.LOST.value, FIRST_CAUSE + cause, FIRST_TREATMENT + Treatment.TRANSPLANT.value)
    case.course.listed = 0
    withdraw(case.plan, case.desk.resources[Role.GRAFTS.value])


@jit_inside
def _back_to_board(case: Case) -> None:
    leave_list(case, _why_not(case))
    case.course.treatment = -1
    to_board(case)


@jit_inside
def assessment(case: Case) -> None:
    """Everything has been looked into; a receptor scan, and she is seen once more, before she is listed."""
    minutes = case.desk.known[Known.CLINIC_MINUTES.value]
    on_list(case, Role.PET.value, case.desk.known[Known.PET_MINUTES.value])
    if is_elsewhere(case):
        wait(case.plan, whole(minutes))
    else:
        on_list(case, Role.CLINIC.value, minutes)
    then(case.plan, Stage.LISTED.value)


@jit_inside
def listed(case: Case, now: int) -> None:
    """On the list, if she still may be."""
    known, c, plan = case.desk.known, case.course, case.plan
    observe(case, now, receptor_scan(case))
    set_alarm(case, now)
    if not _still_fits(case, now):
        _back_to_board(case)
        return
    c.listed = 1
    protocol = case.desk.protocols[c.treatment]
    if is_elsewhere(case):
        away = lognormal(case.key, case.i, Ask.AWAY.value, c.courses_made, protocol.away_median, protocol.away_sigma)
        c.graft_at = max(later(c.decided_at, away), now)
    else:
        order = seek(
            plan,
            case.desk.resources[Role.GRAFTS.value],
            graft_mask(case),
            whole(protocol.minutes),
            urgency(case),
            case.desk.resources[protocol.second],
            whole(known[Known.TRANSPLANT_STAY_ICU.value]),
        )
        standing(plan, order, Stage.TRANSPLANTED.value)
    _wait_on_list(case, now)


@jit_inside
def _wait_on_list(case: Case, now: int) -> None:
    """Until the next scan; or, elsewhere, until the operation if that comes first."""
    c, plan = case.course, case.plan
    interval = whole(case.desk.known[Known.TRANSPLANT_RESCAN.value])
    c.phase = Phase.WAITING.value
    if is_elsewhere(case) and c.graft_at <= now + interval:
        wait(plan, max(c.graft_at - now, 0) + whole(case.desk.protocols[c.treatment].minutes))
        then(plan, Stage.TRANSPLANTED.value)
    else:
        wait(plan, interval)
        then(plan, Stage.RESCAN_DUE.value)


@jit_inside
def rescan_due(case: Case) -> None:
    """A scan while waiting, so that no graft goes to someone who can no longer gain by it."""
    ask_for_scan(case)
    then(case.plan, Stage.RESCANNED.value)


@jit_inside
def rescanned(case: Case) -> None:
    """The scan waits for its report."""
    wait(case.plan, report_minutes(case))
    then(case.plan, Stage.LIST_REVIEWED.value)


@jit_inside
def list_reviewed(case: Case, now: int) -> None:
    """She stays on the list while the board's row fits; growth, spread, age or frailty take her off it."""
    c = case.course
    new = observe(case, now, MRI if case.traits.kidney_disease else CT)
    set_alarm(case, now)
    note_measured(case)
    if changed(case, now, new):
        note(case.plan, Event.PROGRESSED.value, 0, FIRST_CAUSE + Cause.NEW_DISEASE.value if new else -1)
        case.course.findings[Finding.PROGRESSING.value] = 1
        c.changed_at = now
        c.graft_considered = 0
    if _still_fits(case, now):
        _wait_on_list(case, now)
    else:
        _back_to_board(case)


@jit_inside
def transplanted(case: Case, now: int) -> None:
    """The operation is over."""
    c, plan = case.course, case.plan
    settle(case, now)
    why = FIRST_TREATMENT + c.treatment
    note(plan, Event.TREATED.value, c.courses_made, why)
    c.listed = 0
    c.phase = Phase.UNDER_TREATMENT.value
    was_clear = c.clear
    c.extra_stay = give(case, now)
    mark_smallest(case, now)
    set_alarm(case, now)
    if c.clear > was_clear:
        note(plan, Event.CLEARED.value, 0, why)
    order = stay(case, Role.ICU.value, case.desk.known[Known.TRANSPLANT_STAY_ICU.value])
    if order >= 0:
        keep(plan, order)
    then(plan, Stage.FROM_ICU.value)


@jit_inside
def from_icu(case: Case) -> None:
    """From intensive care to the ward."""
    stay(case, Role.WARD.value, case.desk.known[Known.TRANSPLANT_STAY_WARD.value] + case.course.extra_stay)
    then(case.plan, Stage.RECOVERED.value)
