"""Surveillance and what it finds; visits for symptoms; supportive care.

One short function per step of care. Growth, new disease or symptoms lead back to the tumour board.
"""

from __future__ import annotations

from sim.clinic.asking import ask_for_scan, note_measured, on_list, report_minutes, to_board
from sim.clinic.board import Finding
from sim.clinic.disease import set_alarm
from sim.clinic.imaging import CT, MRI, PET, changed, measured_cm, observe
from sim.clinic.known import Known
from sim.clinic.listing import asks_for_graft
from sim.clinic.patient import Grade, Phase, World, whole
from sim.clinic.protocols import Role
from sim.clinic.stages import FIRST_CAUSE, Cause, Stage
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import end, note, then, wait


@jit_inside
def watch(world: World, i: int) -> None:
    """Surveillance: the interval goes by grade, and is long where the liver is free."""
    known, c, p = world.known, world.courses[i], world.traits[i]
    c.phase = Phase.SURVEILLANCE.value
    interval = known[Known.SURVEILLANCE_INTERVAL_NO_LIVER_METASTASES.value]
    if c.had_disease:
        interval = known[Known.SURVEILLANCE_INTERVAL_G3.value]
        if p.grade == Grade.G1.value:
            interval = known[Known.SURVEILLANCE_INTERVAL_G1.value]
        elif p.grade == Grade.G2.value:
            interval = known[Known.SURVEILLANCE_INTERVAL_G2.value]
    wait(world.plan, whole(interval))
    then(world.plan, Stage.SURVEILLANCE_DUE.value)


@jit_inside
def surveillance_due(world: World, i: int, now: int) -> None:
    """A scan, or discharge of those whose liver has been free for long enough."""
    known, c = world.known, world.courses[i]
    if c.had_disease == 0 and now - c.diagnosed_at > known[Known.SURVEILLANCE_YEARS_LIGHT.value]:
        end(world.plan, FIRST_CAUSE + Cause.DISCHARGED.value)
        return
    ask_for_scan(world, i)


@jit_inside
def scanned(world: World, i: int) -> None:
    """The scan waits for its report."""
    wait(world.plan, report_minutes(world, i))
    then(world.plan, Stage.ASSESSED.value)


@jit_inside
def assessed(world: World, i: int, now: int) -> None:
    """Has anything changed? Then back to the board, by way of a receptor PET if the liver is newly involved."""
    known, c, plan = world.known, world.courses[i], world.plan
    first = c.had_disease == 0
    new = observe(world, i, now, MRI if world.traits[i].kidney_disease else CT)
    set_alarm(world, i, now)
    note_measured(world, i)
    worse = changed(world, i, new)
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
        world.findings[i, Finding.PROGRESSING.value] = 1
    if worse and first:
        c.phase = Phase.WORK_UP.value
        on_list(world, i, Role.PET.value, known[Known.PET_MINUTES.value])
        then(plan, Stage.RESTAGED.value)
    elif worse or visit or asks_for_graft(world, i, now):
        to_board(world, i)
    else:
        watch(world, i)


@jit_inside
def restaged(world: World, i: int) -> None:
    """The PET waits for its report."""
    wait(world.plan, report_minutes(world, i))
    then(world.plan, Stage.RESTAGING_READ.value)


@jit_inside
def restaging_read(world: World, i: int, now: int) -> None:
    """With all that was seen, to the board; the primary's histology stands."""
    observe(world, i, now, PET)
    set_alarm(world, i, now)
    note_measured(world, i)
    world.courses[i].nadir_cm = measured_cm(world, i)
    to_board(world, i)


@jit_inside
def symptom_visit(world: World, i: int) -> None:
    """New or worse symptoms: a scan soon, and the board whatever it shows."""
    c = world.courses[i]
    note(world.plan, Event.SYMPTOM.value, c.ecog)
    c.phase = Phase.WORK_UP.value
    c.treatment = -1
    c.visit = 1
    ask_for_scan(world, i)


@jit_inside
def supportive_visit(world: World, i: int) -> None:
    """Best supportive care: seen in clinic."""
    on_list(world, i, Role.CLINIC.value, world.known[Known.CLINIC_MINUTES.value])
    then(world.plan, Stage.SUPPORTIVE_SEEN.value)


@jit_inside
def supportive_seen(world: World, i: int) -> None:
    """Until the next visit."""
    wait(world.plan, whole(world.known[Known.SUPPORTIVE_VISIT.value]))
    then(world.plan, Stage.SUPPORTIVE_VISIT.value)
