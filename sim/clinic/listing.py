"""The list for a liver: assessment, waiting under scans, leaving the list, the graft.

    asks_for_graft(world, i, now)     is somebody who is merely stable to be discussed for a transplant?
    assessment ... transplanted       one short function per step of care
    leave_list(world, i, reason)      off the list

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
from sim.clinic.board import Finding, first_row
from sim.clinic.casenotes import know_the_patient
from sim.clinic.disease import set_alarm, settle
from sim.clinic.imaging import CT, MRI, changed, measured_cm, observe
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Phase, World, later, whole
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_CAUSE, FIRST_TREATMENT, Cause, Policy, Stage
from sim.clinic.transplant import graft_mask
from sim.clinic.treatments import give
from sim.draws import lognormal
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import keep, note, seek, standing, then, wait, withdraw


@jit_inside
def asks_for_graft(world: World, i: int, now: int) -> bool:
    """Is somebody who is merely stable to be discussed, because the board would now offer a transplant?

    Or the resection of the primary on the way to one. Each is asked once while nothing changes.
    """
    c, f = world.courses[i], world.findings[i]
    asked = 1 + int(f[Finding.PRIMARY.value])
    if f[Finding.LIVER_METASTASES.value] != 1 or c.graft_considered >= asked:
        return False
    know_the_patient(world, i, now)
    table = world.boards.main
    off = int(world.policy[Policy.MAIN_OFF.value]) | int(world.policy[Policy.MAIN_ABSENT.value])
    row, _ = first_row(table, f, off)
    offer = table.offers[row, 0] if row >= 0 else -1
    if offer == Treatment.TRANSPLANT.value or offer == Treatment.PRIMARY_SURGERY.value:
        c.graft_considered = asked
        return True
    return False


@jit_inside
def _still_fits(world: World, i: int, now: int) -> bool:
    """Does a row that offers a transplant fit her, whatever other rows do?"""
    know_the_patient(world, i, now)
    table = world.boards.main
    _, fitting = first_row(table, world.findings[i], 0)
    left = fitting & ~int(world.policy[Policy.MAIN_OFF.value])
    for row in range(table.offers.shape[0]):
        if left >> row & 1 and table.offers[row, 0] == Treatment.TRANSPLANT.value:
            return True
    return False


@jit_inside
def _why_not(world: World, i: int) -> int:
    """What takes her off the list, the gravest first."""
    known, f = world.known, world.findings[i]
    if f[Finding.EXTRAHEPATIC.value] == 1:
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
def leave_list(world: World, i: int, cause: int) -> None:
    """Off the list; the step under way says what follows."""
    note(world.plan, Event.LOST.value, FIRST_CAUSE + cause, FIRST_TREATMENT + Treatment.TRANSPLANT.value)
    world.courses[i].listed = 0
    withdraw(world.plan, world.resources[Role.GRAFTS.value])


@jit_inside
def _back_to_board(world: World, i: int) -> None:
    leave_list(world, i, _why_not(world, i))
    world.courses[i].treatment = -1
    to_board(world, i)


@jit_inside
def assessment(world: World, i: int) -> None:
    """Everything has been looked into; she is seen once more before she is listed."""
    minutes = world.known[Known.CLINIC_MINUTES.value]
    if is_elsewhere(world, i):
        wait(world.plan, whole(minutes))
    else:
        on_list(world, i, Role.CLINIC.value, minutes)
    then(world.plan, Stage.LISTED.value)


@jit_inside
def listed(world: World, i: int, now: int) -> None:
    """On the list, if she still may be."""
    known, c, plan = world.known, world.courses[i], world.plan
    settle(world, i, now)
    set_alarm(world, i, now)
    if not _still_fits(world, i, now):
        _back_to_board(world, i)
        return
    c.listed = 1
    protocol = world.protocols[c.treatment]
    if is_elsewhere(world, i):
        away = lognormal(world.key, i, Ask.AWAY.value, c.courses_made, protocol.away_median, protocol.away_sigma)
        c.graft_at = max(later(c.decided_at, away), now)
    else:
        order = seek(
            plan,
            world.resources[Role.GRAFTS.value],
            graft_mask(world, i),
            whole(protocol.minutes),
            urgency(world, i),
            world.resources[protocol.second],
            whole(known[Known.TRANSPLANT_STAY_ICU.value]),
        )
        standing(plan, order, Stage.TRANSPLANTED.value)
    _wait_on_list(world, i, now)


@jit_inside
def _wait_on_list(world: World, i: int, now: int) -> None:
    """Until the next scan; or, elsewhere, until the operation if that comes first."""
    c, plan = world.courses[i], world.plan
    interval = whole(world.known[Known.TRANSPLANT_RESCAN.value])
    c.phase = Phase.WAITING.value
    if is_elsewhere(world, i) and c.graft_at <= now + interval:
        wait(plan, max(c.graft_at - now, 0) + whole(world.protocols[c.treatment].minutes))
        then(plan, Stage.TRANSPLANTED.value)
    else:
        wait(plan, interval)
        then(plan, Stage.RESCAN_DUE.value)


@jit_inside
def rescan_due(world: World, i: int) -> None:
    """A scan while waiting, so that no graft goes to someone who can no longer gain by it."""
    ask_for_scan(world, i)
    then(world.plan, Stage.RESCANNED.value)


@jit_inside
def rescanned(world: World, i: int) -> None:
    """The scan waits for its report."""
    wait(world.plan, report_minutes(world, i))
    then(world.plan, Stage.LIST_REVIEWED.value)


@jit_inside
def list_reviewed(world: World, i: int, now: int) -> None:
    """She stays on the list while the board's row fits; growth, spread, age or frailty take her off it."""
    c = world.courses[i]
    new = observe(world, i, now, MRI if world.traits[i].kidney_disease else CT)
    set_alarm(world, i, now)
    note_measured(world, i)
    if changed(world, i, new):
        note(world.plan, Event.PROGRESSED.value, 0, FIRST_CAUSE + Cause.NEW_DISEASE.value if new else -1)
        world.findings[i, Finding.PROGRESSING.value] = 1
        c.changed_at = now
        c.graft_considered = 0
    if _still_fits(world, i, now):
        _wait_on_list(world, i, now)
    else:
        _back_to_board(world, i)


@jit_inside
def transplanted(world: World, i: int, now: int) -> None:
    """The operation is over."""
    c, plan = world.courses[i], world.plan
    settle(world, i, now)
    why = FIRST_TREATMENT + c.treatment
    note(plan, Event.TREATED.value, c.courses_made, why)
    c.listed = 0
    c.phase = Phase.UNDER_TREATMENT.value
    was_clear = c.clear
    c.extra_stay = give(world, i, now)
    c.nadir_cm = measured_cm(world, i)
    set_alarm(world, i, now)
    if c.clear > was_clear:
        note(plan, Event.CLEARED.value, 0, why)
    if c.extra_stay > 0:
        note(plan, Event.COMPLICATED.value, c.extra_stay, why)
    order = stay(world, i, Role.ICU.value, world.known[Known.TRANSPLANT_STAY_ICU.value])
    if order >= 0:
        keep(plan, order)
    then(plan, Stage.FROM_ICU.value)


@jit_inside
def from_icu(world: World, i: int) -> None:
    """From intensive care to the ward."""
    stay(world, i, Role.WARD.value, world.known[Known.TRANSPLANT_STAY_WARD.value] + world.courses[i].extra_stay)
    then(world.plan, Stage.RECOVERED.value)
