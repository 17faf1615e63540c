"""Surgery in more than one step: the primary before the liver, and the liver in two operations with a CT between.

    note_primary_out(world, i)                what the log and the board learn of it
    ask_for_primary_surgery(world, i, step)   other surgeons' lists, which are not modelled
    primary_out                               recovery from it, before a major operation on the liver
    interval_over, interval_scanned           the CT before the next operation
    interval_read(world, i, now)              go on, or drop out and back to the board

Nobody drops out by a rate: new disease, too little liver or a worse performance status are what ends it.
"""

from __future__ import annotations

from sim.clinic.asking import ask_for_scan, note_measured, report_minutes, session, to_board
from sim.clinic.board import Finding
from sim.clinic.disease import set_alarm
from sim.clinic.imaging import CT, MRI, measured_cm, observe
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Phase, World, whole
from sim.clinic.protocols import Treatment
from sim.clinic.resection import can_go_on
from sim.clinic.stages import FIRST_CAUSE, FIRST_TREATMENT, Cause, Stage
from sim.draws import lognormal
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note, then, wait


@jit_inside
def note_primary_out(world: World, i: int) -> None:
    """The primary is out: a course of its own in the log, also where it shared the liver's operation."""
    world.findings[i, Finding.PRIMARY.value] = 1
    why = FIRST_TREATMENT + Treatment.PRIMARY_SURGERY.value
    note(world.plan, Event.TREATED.value, world.courses[i].courses_made, why)
    note(world.plan, Event.COMPLETED.value, 1, why)


@jit_inside
def ask_for_primary_surgery(world: World, i: int, step: int) -> None:
    """The wait for the operation on the primary, elsewhere in the hospital."""
    known = world.known
    median, sigma = known[Known.PRIMARY_SURGERY_WAIT_MEDIAN.value], known[Known.PRIMARY_SURGERY_WAIT_SIGMA.value]
    wait(world.plan, whole(lognormal(world.key, i, Ask.PRIMARY_WAIT.value, 0, median, sigma)))
    then(world.plan, step)


@jit_inside
def primary_out(world: World, i: int) -> None:
    """The primary is out; the liver follows when she has recovered."""
    note_primary_out(world, i)
    wait(world.plan, whole(world.known[Known.PRIMARY_RECOVERY.value]))
    then(world.plan, Stage.INTERVAL_OVER.value)


@jit_inside
def interval_over(world: World, i: int) -> None:
    """A scan before the next operation."""
    ask_for_scan(world, i)
    then(world.plan, Stage.INTERVAL_SCANNED.value)


@jit_inside
def interval_scanned(world: World, i: int) -> None:
    """The scan waits for its report."""
    wait(world.plan, report_minutes(world, i))
    then(world.plan, Stage.INTERVAL_READ.value)


@jit_inside
def interval_read(world: World, i: int, now: int) -> None:
    """Is the next operation still possible, as far as the scan and her state tell? If not, back to the board."""
    c, plan = world.courses[i], world.plan
    new = observe(world, i, now, MRI if world.traits[i].kidney_disease else CT)
    set_alarm(world, i, now)
    note_measured(world, i)
    if can_go_on(world, i):
        c.phase = Phase.WAITING.value
        session(world, i)
        then(plan, Stage.SESSION_OVER.value)
        return
    if new:
        note(plan, Event.PROGRESSED.value, 0, FIRST_CAUSE + Cause.NEW_DISEASE.value)
        world.findings[i, Finding.PROGRESSING.value] = 1
    note(plan, Event.LOST.value, 0, FIRST_TREATMENT + c.treatment)
    c.treatment = -1
    c.nadir_cm = measured_cm(world, i)
    to_board(world, i)
