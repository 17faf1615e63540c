"""The tumour board's meeting: what it knows, what it decides, and how the decision is set going.

    discussed(case, now)    put off once if something is missing, else a background treatment and a main offer
    arranged, prepared          from the decision until she can be booked, with the nurse navigator's help or without

The rules are the rows of board.yaml. Refused offers, and those that no centre in reach gives, fall to the next
fitting row.
"""

from __future__ import annotations

from sim.clinic.asking import is_elsewhere, session, to_board
from sim.clinic.board import Finding, first_of, first_row, fitting_rows, rows_offering
from sim.clinic.casenotes import know_the_patient
from sim.clinic.conversion import clearing_rows
from sim.clinic.disease import set_alarm, settle
from sim.clinic.effects import start_analogue
from sim.clinic.followup import watch
from sim.clinic.imaging import mark_smallest
from sim.clinic.known import Known
from sim.clinic.palliation import ask_for_palliation
from sim.clinic.patient import Ask, Case, Heart, Phase, later, whole
from sim.clinic.protocols import Family, Role, Treatment, Where
from sim.clinic.resection import primary_goes_first
from sim.clinic.stages import FIRST_CAUSE, FIRST_MAIN_ROW, FIRST_TREATMENT, Cause, Policy, Stage
from sim.clinic.staging import staging
from sim.clinic.steps_of_surgery import ask_for_primary_surgery
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import NEVER, Join, attend, note, standing, then, use, wait


@jit_inside
def discussed(case: Case, now: int) -> None:
    """The tumour board: put off once if something is missing, else a background treatment and a main offer."""
    key, known, c, plan = case.key, case.desk.known, case.course, case.plan
    if c.deferred == 0 and uniform(key, case.i, Ask.DEFERRAL.value, c.boards) < known[Known.BOARD_DEFERRAL.value]:
        c.deferred = 1
        note(plan, Event.DEFERRED.value, 0, FIRST_CAUSE + _missing(case))
        to_board(case)
        return
    c.deferred = 0
    settle(case, now)
    know_the_patient(case, now)
    _refer_heart(case, now)
    note(case.plan, Event.STAGED.value, staging(case.course.findings))
    fitting = fitting_rows(case.desk.main, case.course.findings)  # before an analogue is begun beside
    _start_background(case, now)
    row = _decide(case, fitting)
    _enrol(case, row)
    c.treatment = _alternative(case, row)
    c.boards += 1
    c.courses_made += 1
    c.session = 0
    c.sides = 0
    mark_smallest(case, now)
    c.decided_at = now
    if (
        case.desk.protocols[c.treatment].family != Family.PALLIATIVE.value
    ):  # after which the board decides on the tumour
        case.course.findings[Finding.PROGRESSING.value] = 0
    set_alarm(case, now)
    _begin_treatment(case)


@jit_inside
def _refer_heart(case: Case, now: int) -> None:
    """A diseased heart is put right by another hospital, whatever the board decides on besides."""
    known, c = case.desk.known, case.course
    fit = c.ecog <= known[Known.VALVE_MOST_ECOG.value]
    if c.heart == Heart.DISEASED.value and c.valve_at == NEVER and fit:
        median, sigma = known[Known.VALVE_WAIT_MEDIAN.value], known[Known.VALVE_WAIT_SIGMA.value]
        c.valve_at = later(now, lognormal(case.key, case.i, Ask.VALVE_WAIT.value, 0, median, sigma))


@jit_inside
def _decide(case: Case, fitting: int) -> int:
    """The row of the main table: the first of those that fit that is to be had, and is not refused."""
    key, known, c, plan = case.key, case.desk.known, case.course, case.plan
    table = case.desk.main
    off, absent = case.desk.policy[Policy.MAIN_OFF.value], case.desk.policy[Policy.MAIN_ABSENT.value]
    case.course.curable = 1 if fitting & ~off & clearing_rows(case) != 0 else 0
    row, wanted = first_of(fitting, off | absent), first_of(fitting, off)
    if wanted != row:
        note(plan, Event.NOT_OFFERED.value, wanted, FIRST_TREATMENT + table.offers[wanted, 0])
    offered = table.offers[row, 0]
    active = offered != Treatment.SURVEILLANCE.value and offered != Treatment.SUPPORTIVE.value
    if active and uniform(key, case.i, Ask.ADHERENCE.value, c.boards) >= known[Known.BOARD_ADHERENCE.value]:
        other = first_of(fitting, off | absent | rows_offering(table, offered))
        if other >= 0:
            note(plan, Event.REFUSED.value, row, FIRST_TREATMENT + offered)
            row = other
    note(plan, Event.DECIDED.value, fitting, FIRST_MAIN_ROW + row)
    return int(row)


@jit_inside
def _enrol(case: Case, row: int) -> None:
    """A row that is a trial's counts as one, so that it can ask that nobody is enrolled twice."""
    if case.desk.policy[Policy.TRIALS.value] >> row & 1:
        case.course.findings[Finding.TRIALS_HAD.value] += 1
        note(case.plan, Event.ENROLLED.value, 0, FIRST_MAIN_ROW + row)


@jit_inside
def _missing(case: Case) -> int:
    """What was missing where a discussion is put off."""
    known = case.desk.known
    u = uniform(case.key, case.i, Ask.DEFERRAL_CAUSE.value, case.course.boards)
    if u < known[Known.BOARD_DEFERRAL_CAUSE_IMAGING.value]:
        return Cause.IMAGING.value
    if u < known[Known.BOARD_DEFERRAL_CAUSE_IMAGING.value] + known[Known.BOARD_DEFERRAL_CAUSE_PATHOLOGY.value]:
        return Cause.PATHOLOGY.value
    return Cause.IMAGING_AND_PATHOLOGY.value


@jit_inside
def _start_background(case: Case, now: int) -> None:
    """The row of the background table; an analogue once begun is a standing membership of the injection programme."""
    table, plan = case.desk.background, case.plan
    off = case.desk.policy[Policy.BACKGROUND_OFF.value] | case.desk.policy[Policy.BACKGROUND_ABSENT.value]
    row, fitting = first_row(table, case.course.findings, off)
    if row < 0:
        return
    first_background_row = FIRST_MAIN_ROW + case.desk.main.rows
    note(plan, Event.DECIDED.value, fitting, first_background_row + row)
    if table.offers[row, 0] != Treatment.SSA.value:
        return
    start_analogue(case, now)
    note(plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.SSA.value)
    if case.desk.protocols[Treatment.SSA.value].where == Where.HERE.value:  # else given by another centre's programme
        order = use(plan, case.desk.resources[Role.INJECTIONS.value], NEVER, 2)
        standing(plan, order)


@jit_inside
def _to_be_had(case: Case, treatment: int) -> bool:
    return treatment >= 0 and case.desk.protocols[treatment].where != Where.NONE.value


@jit_inside
def _alternative(case: Case, row: int) -> int:
    """Among equal offers the scenario's preference decides, unless the patient's kidneys do."""
    key, c = case.key, case.course
    offers = case.desk.main.offers[row]
    total = 0.0
    for offer in offers:
        if _to_be_had(case, offer):
            total += case.desk.protocols[offer].preference
    left = uniform(key, case.i, Ask.ALTERNATIVE.value, c.boards) * total
    choice = int(offers[0])
    for offer in offers:
        if _to_be_had(case, offer):
            choice = int(offer)
            left -= case.desk.protocols[offer].preference
            if left < 0:
                break
    barred = case.desk.known[Known.TACE_BARRED_BY_KIDNEY.value]
    kidneys = case.traits.kidney_disease == 1 and uniform(key, case.i, Ask.TACE_BARRED.value, 0) < barred
    if choice == Treatment.TACE.value and kidneys and _to_be_had(case, Treatment.TAE.value):
        choice = Treatment.TAE.value
    return choice


@jit_inside
def _begin_treatment(case: Case) -> None:
    """From the decision to what it asks for."""
    c, plan = case.course, case.plan
    if c.treatment == Treatment.SURVEILLANCE.value:
        watch(case)
    elif c.treatment == Treatment.PRIMARY_SURGERY.value:
        c.phase = Phase.WAITING.value
        ask_for_primary_surgery(case, Stage.PRIMARY_OPERATED.value)
    elif case.desk.protocols[c.treatment].family == Family.PALLIATIVE.value:
        c.phase = Phase.WAITING.value
        ask_for_palliation(case)
    elif c.treatment == Treatment.SUPPORTIVE.value:
        c.phase = Phase.SUPPORTIVE.value
        note(plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.SUPPORTIVE.value)
        wait(plan, 0)
        then(plan, Stage.SUPPORTIVE_VISIT.value)
    else:
        c.phase = Phase.WAITING.value
        _ask_navigator(case)


@jit_inside
def _ask_navigator(case: Case) -> None:
    """The nurse navigator is asked to arrange what comes next; whoever she has no time for arranges it herself."""
    known, plan = case.desk.known, case.plan
    wait(plan, _unaided(case))
    attend(plan, case.desk.resources[Role.NAVIGATOR.value], whole(known[Known.NAVIGATOR_MINUTES.value]), 2)
    then(plan, Stage.ARRANGED.value, Join.ANY.value)


@jit_inside
def _action(case: Case) -> float:
    """From the decision until it has been acted on, with a navigator [minutes]."""
    known, c = case.desk.known, case.course
    median, sigma = known[Known.BOARD_ACTION_MEDIAN.value], known[Known.BOARD_ACTION_SIGMA.value]
    return float(lognormal(case.key, case.i, Ask.PREPARATION.value, c.courses_made, median, sigma))


@jit_inside
def _unaided(case: Case) -> int:
    """The same without one."""
    return whole(_action(case) * case.desk.known[Known.NAVIGATOR_UNAIDED_FACTOR.value])


@jit_inside
def arranged(case: Case, now: int) -> None:
    """Told, seen and consented; what the treatment itself needs before it can be booked comes on top."""
    known, c = case.desk.known, case.course
    elapsed = now - c.decided_at
    left = 0
    if elapsed < _unaided(case):
        left = max(whole(_action(case)) - elapsed, 0)
    needs = 0.0
    if case.desk.protocols[c.treatment].role == Role.PRRT.value:
        needs = known[Known.PRRT_ORDER_LEAD.value]
    elif case.desk.protocols[c.treatment].family == Family.RESECTION.value:
        needs = known[Known.RESECTION_ASSESSMENT.value]
    elif case.desk.protocols[c.treatment].family == Family.TRANSPLANT.value:
        needs = known[Known.TRANSPLANT_ASSESSMENT.value]
    wait(case.plan, max(left + whole(needs), _away(case) - elapsed))
    then(case.plan, _first_step(case))


@jit_inside
def _away(case: Case) -> int:
    """From the decision to the first session where another centre gives the treatment, else nothing.

    A transplant elsewhere is waited for on the list, see `sim.clinic.listing`.
    """
    c = case.course
    protocol = case.desk.protocols[c.treatment]
    if not is_elsewhere(case) or protocol.family == Family.TRANSPLANT.value:
        return 0
    return whole(lognormal(case.key, case.i, Ask.AWAY.value, c.courses_made, protocol.away_median, protocol.away_sigma))


@jit_inside
def _first_step(case: Case) -> int:
    """What a treatment begins with: a mapping, an assessment, or its first session."""
    family = case.desk.protocols[case.course.treatment].family
    if family == Family.RADIOEMBOLISATION.value:
        return Stage.MAPPING.value
    if family == Family.TRANSPLANT.value:
        return Stage.GRAFT_ASSESSMENT.value
    return Stage.PREPARED.value


@jit_inside
def prepared(case: Case) -> None:
    """Ready to be booked, unless the primary has to come out first."""
    if primary_goes_first(case):
        ask_for_primary_surgery(case, Stage.PRIMARY_OUT.value)
        return
    session(case)
    then(case.plan, Stage.SESSION_OVER.value)
