"""The tumour board's meeting: what it knows, what it decides, and how the decision is set going.

    discussed(world, i, now)    put off once if something is missing, else a background treatment and a main offer
    arranged, prepared          from the decision until she can be booked, with the nurse navigator's help or without

The rules are the rows of board.yaml. Refused offers, and those that no centre in reach gives, fall to the next
fitting row.
"""

from __future__ import annotations

from sim.clinic.asking import is_elsewhere, session, to_board
from sim.clinic.board import Finding, Table, first_row
from sim.clinic.casenotes import know_the_patient
from sim.clinic.disease import set_alarm, settle
from sim.clinic.effects import start_analogue
from sim.clinic.followup import watch
from sim.clinic.imaging import measured_cm
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Phase, World, whole
from sim.clinic.protocols import Family, Role, Treatment, Where
from sim.clinic.resection import primary_goes_first
from sim.clinic.stages import FIRST_CAUSE, FIRST_MAIN_ROW, FIRST_TREATMENT, Cause, Policy, Stage
from sim.clinic.steps_of_surgery import ask_for_primary_surgery
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import NEVER, Join, attend, note, standing, then, use, wait


@jit_inside
def discussed(world: World, i: int, now: int) -> None:
    """The tumour board: put off once if something is missing, else a background treatment and a main offer."""
    key, known, c, plan = world.key, world.known, world.courses[i], world.plan
    if c.deferred == 0 and uniform(key, i, Ask.DEFERRAL.value, c.boards) < known[Known.BOARD_DEFERRAL.value]:
        c.deferred = 1
        note(plan, Event.DEFERRED.value, 0, FIRST_CAUSE + _missing(world, i))
        to_board(world, i)
        return
    c.deferred = 0
    settle(world, i, now)
    know_the_patient(world, i, now)
    _start_background(world, i, now)
    row = _decide(world, i)
    c.treatment = _alternative(world, i, row)
    c.boards += 1
    c.courses_made += 1
    c.session = 0
    c.sides = 0
    c.nadir_cm = measured_cm(world, i)
    c.decided_at = now
    world.findings[i, Finding.PROGRESSING.value] = 0
    set_alarm(world, i, now)
    _begin_treatment(world, i)


@jit_inside
def _decide(world: World, i: int) -> int:
    """The row of the main table: the first that fits, is to be had, and is not refused."""
    key, known, c, plan = world.key, world.known, world.courses[i], world.plan
    table = world.boards.main
    off, absent = world.policy[Policy.MAIN_OFF.value], world.policy[Policy.MAIN_ABSENT.value]
    row, fitting = first_row(table, world.findings[i], off | absent)
    wanted, _ = first_row(table, world.findings[i], off)
    if wanted != row:
        note(plan, Event.NOT_OFFERED.value, wanted, FIRST_TREATMENT + table.offers[wanted, 0])
    offered = table.offers[row, 0]
    active = offered != Treatment.SURVEILLANCE.value and offered != Treatment.SUPPORTIVE.value
    if active and uniform(key, i, Ask.ADHERENCE.value, c.boards) >= known[Known.BOARD_ADHERENCE.value]:
        other, _ = first_row(table, world.findings[i], off | absent | _rows_offering(table, offered))
        if other >= 0:
            note(plan, Event.REFUSED.value, row, FIRST_TREATMENT + offered)
            row = other
    note(plan, Event.DECIDED.value, fitting, FIRST_MAIN_ROW + row)
    return int(row)


@jit_inside
def _rows_offering(table: Table, offered: int) -> int:
    """The rows whose offer is this one, as bits: who does not want it is not offered it by another row."""
    bits = 0
    for row in range(table.offers.shape[0]):
        if table.offers[row, 0] == offered:
            bits |= 1 << row
    return bits


@jit_inside
def _missing(world: World, i: int) -> int:
    """What was missing where a discussion is put off."""
    known = world.known
    u = uniform(world.key, i, Ask.DEFERRAL_CAUSE.value, world.courses[i].boards)
    if u < known[Known.BOARD_DEFERRAL_CAUSE_IMAGING.value]:
        return Cause.IMAGING.value
    if u < known[Known.BOARD_DEFERRAL_CAUSE_IMAGING.value] + known[Known.BOARD_DEFERRAL_CAUSE_PATHOLOGY.value]:
        return Cause.PATHOLOGY.value
    return Cause.IMAGING_AND_PATHOLOGY.value


@jit_inside
def _start_background(world: World, i: int, now: int) -> None:
    """The row of the background table; an analogue once begun is a standing membership of the injection programme."""
    table, plan = world.boards.background, world.plan
    off = world.policy[Policy.BACKGROUND_OFF.value] | world.policy[Policy.BACKGROUND_ABSENT.value]
    row, fitting = first_row(table, world.findings[i], off)
    if row < 0:
        return
    first_background_row = FIRST_MAIN_ROW + world.boards.main.offers.shape[0]
    note(plan, Event.DECIDED.value, fitting, first_background_row + row)
    if table.offers[row, 0] != Treatment.SSA.value:
        return
    start_analogue(world, i, now)
    note(plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.SSA.value)
    if world.protocols[Treatment.SSA.value].where == Where.HERE.value:  # else given by another centre's programme
        order = use(plan, world.resources[Role.INJECTIONS.value], NEVER, 2)
        standing(plan, order)


@jit_inside
def _to_be_had(world: World, treatment: int) -> bool:
    return treatment >= 0 and world.protocols[treatment].where != Where.NONE.value


@jit_inside
def _alternative(world: World, i: int, row: int) -> int:
    """Among equal offers the scenario's preference decides, unless the patient's kidneys do."""
    key, c = world.key, world.courses[i]
    offers = world.boards.main.offers[row]
    total = 0.0
    for offer in offers:
        if _to_be_had(world, offer):
            total += world.protocols[offer].preference
    left = uniform(key, i, Ask.ALTERNATIVE.value, c.boards) * total
    choice = int(offers[0])
    for offer in offers:
        if _to_be_had(world, offer):
            choice = int(offer)
            left -= world.protocols[offer].preference
            if left < 0:
                break
    barred = world.known[Known.TACE_BARRED_BY_KIDNEY.value]
    kidneys = world.traits[i].kidney_disease == 1 and uniform(key, i, Ask.TACE_BARRED.value, 0) < barred
    if choice == Treatment.TACE.value and kidneys and _to_be_had(world, Treatment.TAE.value):
        choice = Treatment.TAE.value
    return choice


@jit_inside
def _begin_treatment(world: World, i: int) -> None:
    """From the decision to what it asks for."""
    c, plan = world.courses[i], world.plan
    if c.treatment == Treatment.SURVEILLANCE.value:
        watch(world, i)
    elif c.treatment == Treatment.PRIMARY_SURGERY.value:
        c.phase = Phase.WAITING.value
        ask_for_primary_surgery(world, i, Stage.PRIMARY_OPERATED.value)
    elif c.treatment == Treatment.SUPPORTIVE.value:
        c.phase = Phase.SUPPORTIVE.value
        note(plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.SUPPORTIVE.value)
        wait(plan, 0)
        then(plan, Stage.SUPPORTIVE_VISIT.value)
    else:
        c.phase = Phase.WAITING.value
        _ask_navigator(world, i)


@jit_inside
def _ask_navigator(world: World, i: int) -> None:
    """The nurse navigator is asked to arrange what comes next; whoever she has no time for arranges it herself."""
    known, plan = world.known, world.plan
    wait(plan, _unaided(world, i))
    attend(plan, world.resources[Role.NAVIGATOR.value], whole(known[Known.NAVIGATOR_MINUTES.value]), 2)
    then(plan, Stage.ARRANGED.value, Join.ANY.value)


@jit_inside
def _action(world: World, i: int) -> float:
    """From the decision until it has been acted on, with a navigator [minutes]."""
    known, c = world.known, world.courses[i]
    median, sigma = known[Known.BOARD_ACTION_MEDIAN.value], known[Known.BOARD_ACTION_SIGMA.value]
    return float(lognormal(world.key, i, Ask.PREPARATION.value, c.courses_made, median, sigma))


@jit_inside
def _unaided(world: World, i: int) -> int:
    """The same without one."""
    return whole(_action(world, i) * world.known[Known.NAVIGATOR_UNAIDED_FACTOR.value])


@jit_inside
def arranged(world: World, i: int, now: int) -> None:
    """Told, seen and consented; what the treatment itself needs before it can be booked comes on top."""
    known, c = world.known, world.courses[i]
    elapsed = now - c.decided_at
    left = 0
    if elapsed < _unaided(world, i):
        left = max(whole(_action(world, i)) - elapsed, 0)
    needs = 0.0
    if c.treatment == Treatment.PRRT.value:
        needs = known[Known.PRRT_ORDER_LEAD.value]
    elif world.protocols[c.treatment].family == Family.RESECTION.value:
        needs = known[Known.RESECTION_ASSESSMENT.value]
    elif world.protocols[c.treatment].family == Family.TRANSPLANT.value:
        needs = known[Known.TRANSPLANT_ASSESSMENT.value]
    wait(world.plan, max(left + whole(needs), _away(world, i) - elapsed))
    then(world.plan, _first_step(world, i))


@jit_inside
def _away(world: World, i: int) -> int:
    """From the decision to the first session where another centre gives the treatment, else nothing.

    A transplant elsewhere is waited for on the list, see `sim.clinic.listing`.
    """
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if not is_elsewhere(world, i) or protocol.family == Family.TRANSPLANT.value:
        return 0
    return whole(lognormal(world.key, i, Ask.AWAY.value, c.courses_made, protocol.away_median, protocol.away_sigma))


@jit_inside
def _first_step(world: World, i: int) -> int:
    """What a treatment begins with: a mapping, an assessment, or its first session."""
    family = world.protocols[world.courses[i].treatment].family
    if family == Family.RADIOEMBOLISATION.value:
        return Stage.MAPPING.value
    if family == Family.TRANSPLANT.value:
        return Stage.GRAFT_ASSESSMENT.value
    return Stage.PREPARED.value


@jit_inside
def prepared(world: World, i: int) -> None:
    """Ready to be booked, unless the primary has to come out first."""
    if primary_goes_first(world, i):
        ask_for_primary_surgery(world, i, Stage.PRIMARY_OUT.value)
        return
    session(world, i)
    then(world.plan, Stage.SESSION_OVER.value)
