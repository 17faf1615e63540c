"""What steps of care ask for again and again: a case on a list, a stay, a scan, the tumour board.

    urgency(world, i)                 0 emergency, 1 urgent, 2 routine
    on_list(world, i, role, minutes)  a case on a list
    session(world, i)                 the next session of her treatment, here or elsewhere
    stay(world, i, role, minutes)     a stay in a place, here or elsewhere
    ask_for_scan, to_board            the next scan; the next tumour board
    report_minutes, note_measured     a report's time; what it says, for the log

A treatment that this centre does not give itself takes none of its lists and beds: the patient waits for it.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.disease import symptomatic
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Grade, Phase, World, whole
from sim.clinic.protocols import Role, Where
from sim.clinic.stages import Stage
from sim.clinic.treatments import second_minutes, session_minutes, session_places
from sim.draws import lognormal
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import attend, note, then, use, wait


@jit_inside
def urgency(world: World, i: int) -> int:
    """0 emergency, 1 urgent, 2 routine: carcinomas, the failing and the symptomatic go first."""
    c, p = world.courses[i], world.traits[i]
    if c.failed:
        return 0
    poor = c.histology_known and p.grade >= Grade.NET_G3.value
    return 1 if poor or c.ecog >= 2 or symptomatic(world, i) else 2


@jit_inside
def report_minutes(world: World, i: int) -> int:
    """How long a scan's report takes [minutes]."""
    known, c = world.known, world.courses[i]
    median, sigma = known[Known.IMAGING_REPORT_MEDIAN.value], known[Known.IMAGING_REPORT_SIGMA.value]
    return whole(lognormal(world.key, i, Ask.REPORT.value, c.scans, median, sigma))


@jit_inside
def on_list(world: World, i: int, role: int, minutes: float) -> int:
    """A case of so many minutes on a list, with her urgency. Returns the order's number."""
    return attend(world.plan, world.resources[role], whole(minutes), urgency(world, i))


@jit_inside
def is_elsewhere(world: World, i: int) -> bool:
    """Is her treatment given by another centre?"""
    return world.protocols[world.courses[i].treatment].where == Where.ELSEWHERE.value


@jit_inside
def session(world: World, i: int) -> None:
    """Ask for the next session: a case on its list with the place beside it, or one at another centre."""
    minutes = session_minutes(world, i)
    role, place = session_places(world, i)
    if is_elsewhere(world, i):
        wait(world.plan, minutes)
        return
    second = world.resources[place] if place >= 0 else -1
    attend(world.plan, world.resources[role], minutes, urgency(world, i), second, second_minutes(world, i))


@jit_inside
def stay(world: World, i: int, role: int, minutes: float) -> int:
    """A stay in a place after treatment. Returns the order's number, or -1 where it is another centre's bed."""
    if is_elsewhere(world, i):
        wait(world.plan, whole(minutes))
        return -1
    return use(world.plan, world.resources[role], whole(minutes), 0)


@jit_inside
def to_board(world: World, i: int) -> None:
    """The next tumour board that has room for her."""
    world.courses[i].phase = Phase.WORK_UP.value
    on_list(world, i, Role.BOARD.value, world.known[Known.BOARD_CASE_MINUTES.value])
    then(world.plan, Stage.DISCUSSED.value)


@jit_inside
def ask_for_scan(world: World, i: int) -> None:
    """A CT, or MRI where contrast is barred."""
    known = world.known
    if world.traits[i].kidney_disease:
        on_list(world, i, Role.MRI.value, known[Known.MRI_MINUTES.value])
    else:
        on_list(world, i, Role.CT.value, known[Known.CT_MINUTES.value])
    then(world.plan, Stage.SCANNED.value)


@jit_inside
def note_measured(world: World, i: int) -> None:
    """What the scan showed, for the log."""
    burden = world.findings[i, Finding.LIVER_BURDEN_PCT.value]
    note(world.plan, Event.MEASURED.value, whole(burden * 1e4))  # not clinical: per cent to millionths
