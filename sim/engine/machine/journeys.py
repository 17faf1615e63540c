"""Journeys: running steps, ringing alarms, placing orders, leaving and dying.

    arrive, run_step, ring_alarm     the clinic is to be asked about a patient
    step_answered, alarm_answered    it has answered; what it wants is checked and carried out

Every answer is checked as the SimPy engine checks it (`sim.engine.journey`); what is wrong is noted as a number, and
the machine stops.
"""

from __future__ import annotations

from typing import Any

from sim.engine.complaints import Trouble
from sim.engine.machine.agenda import ALARM, WAITED, cancel, put
from sim.engine.machine.logbook import patient_row
from sim.engine.machine.memory import case_at, note_at, order_at, person_at, reply_at, resource_at
from sim.engine.machine.places import keep_on, left_over, release_kept, withdraw
from sim.engine.machine.records import DEAD, IS_DUE, LEFT, NONE, NOT_DUE, OVER, QUEUED, SERVED, WAS_DUE
from sim.engine.machine.rows import forget, forget_person, new_case, new_person, open_case
from sim.engine.machine.uses import close_step, end_standing_place, give_place, go_on, order_done, redirect, vacate
from sim.engine.machine.waiting import begin_waiting
from sim.engine.rules import MOST_AT_ONCE, Rank, serial
from sim.jit import jit_in_place, jit_inside, jit_merged
from sim.log import Event, Why
from sim.steps import NEVER, Join, Kind, Ring

ALARMS, ORDER = int(Rank.ALARM), int(Rank.ORDER)
WAIT, PLACE, LIST, OFFER = int(Kind.WAIT), int(Kind.PLACE), int(Kind.LIST), int(Kind.OFFER)
ARRIVED, RUNG, DIED, GONE = int(Event.ARRIVED), int(Event.RUNG), int(Event.DIED), int(Event.LEFT)
PLAN_CHANGED = int(Why.PLAN_CHANGED)
ANY = int(Join.ANY)
SILENT, REDIRECT, DEATH = int(Ring.SILENT), int(Ring.REDIRECT), int(Ring.DEATH)

FINE = 0
NO_SUCH_RESOURCE, NEGATIVE, FOR_EVER = int(Trouble.NO_SUCH_RESOURCE), int(Trouble.NEGATIVE), int(Trouble.FOR_EVER)
KEEP, CANNOT_STAND, OTHER_KIND = int(Trouble.KEEP), int(Trouble.CANNOT_STAND), int(Trouble.OTHER_KIND)
SECOND, TOO_LONG, STANDS_TWICE = int(Trouble.SECOND), int(Trouble.TOO_LONG), int(Trouble.STANDS_TWICE)
IN_CIRCLES, STEP_RINGS = int(Trouble.IN_CIRCLES), int(Trouble.STEP_RINGS)
ENDS_AND_ORDERS, ALARM_ACTS = int(Trouble.ENDS_AND_ORDERS), int(Trouble.ALARM_ACTS)
ALARM_WITHOUT_STEP, NO_STEP_FOLLOWS = int(Trouble.ALARM_WITHOUT_STEP), int(Trouble.NO_STEP_FOLLOWS)
NOTHING_FOLLOWS = int(Trouble.NOTHING_FOLLOWS)


# ---- asking


@jit_inside
def _ask_about(s: Any, person: int) -> None:
    """The clinic is to be asked about her; more than so many times in one minute is a pathway that goes in circles."""
    p = person_at(s, person)
    s.person = person
    s.patient = p.number
    s.step = p.step
    if p.busy_at != s.now:
        p.busy_at = s.now
        p.busy = 0
    p.busy += 1
    reply_at(s, 0).alarm = p.alarm  # which stays as it was set until the clinic sets another
    if p.busy > MOST_AT_ONCE:
        s.trouble = IN_CIRCLES


@jit_merged
def arrive(s: Any, number: int) -> None:
    """A patient comes."""
    person = new_person(s, number)
    p = person_at(s, person)
    patient_row(s, person, ARRIVED, p.step, -1, 0, -1)
    _ask_about(s, person)


@jit_merged
def run_step(s: Any, person: int) -> None:
    """Her step is due: what the last one left open is taken back, and the clinic asked."""
    p = person_at(s, person)
    p.step_due = NOT_DUE
    close_step(s, person, PLAN_CHANGED, 0)
    p.step = p.then
    _ask_about(s, person)


@jit_merged
def ring_alarm(s: Any, person: int) -> None:
    """Her alarm rings."""
    p = person_at(s, person)
    p.alarm_due = NONE
    p.alarm = NEVER
    _ask_about(s, person)


# ---- answers


@jit_merged
def _note_and_withdraw(s: Any, person: int) -> None:
    """Write the answer's notes; withdraw what it takes back."""
    p, reply = person_at(s, person), reply_at(s, 0)
    for at in range(reply.notes):
        note = note_at(s, at)
        patient_row(s, person, note.event, p.step, note.resource, note.value, note.why)
    if reply.withdraw >= 0:
        case = p.first
        while case >= 0:
            following = case_at(s, case).after
            if case_at(s, case).standing and case_at(s, case).target == reply.withdraw:
                _end_standing(s, case)
            case = following


@jit_merged
def _end_standing(s: Any, case: int) -> None:
    c = case_at(s, case)
    if c.state == QUEUED:
        withdraw(s, case, PLAN_CHANGED)
    elif c.state == SERVED and c.kind == PLACE:
        end_standing_place(s, case)


@jit_inside
def _set_alarm(s: Any, person: int, minute: int) -> None:
    p = person_at(s, person)
    if minute == p.alarm and p.alarm_due >= 0:
        return
    cancel(s, p.alarm_due)
    p.alarm_due = NONE
    p.alarm = minute
    if minute != NEVER:
        p.alarm_due = put(s, max(minute, s.now), ALARMS, 0, ALARM, person)


@jit_in_place
def step_answered(s: Any) -> None:
    """Carry out what a step of care wants."""
    reply = reply_at(s, 0)
    person = s.person
    p = person_at(s, person)
    _note_and_withdraw(s, person)
    if reply.ring != SILENT and not (reply.over and reply.ring == DEATH):
        s.trouble = STEP_RINGS
    elif reply.over:
        if reply.orders > 0:
            s.trouble = ENDS_AND_ORDERS
            s.order = reply.orders
        elif reply.ring == DEATH:
            _die(s, person, reply.why)
        else:
            _leave(s, person, reply.why)
    else:
        _set_alarm(s, person, reply.alarm)
        _place_orders(s, person)
        if s.trouble == 0:
            p.steps += 1
            p.since = s.now


@jit_in_place
def alarm_answered(s: Any) -> None:
    """Carry out what an alarm means."""
    reply = reply_at(s, 0)
    person = s.person
    p = person_at(s, person)
    _note_and_withdraw(s, person)
    if reply.orders > 0 or (reply.over and reply.ring != DEATH):
        s.trouble = ALARM_ACTS
    elif reply.ring == DEATH:
        _die(s, person, reply.why)
    else:
        _set_alarm(s, person, reply.alarm)
        if reply.ring == REDIRECT:
            if reply.then < 0:
                s.trouble = ALARM_WITHOUT_STEP
                return
            patient_row(s, person, RUNG, p.step, -1, 0, reply.why)
            redirect(s, person, reply.then, NONE)


# ---- leaving


@jit_merged
def _leave(s: Any, person: int, why: int) -> None:
    """She leaves, alive: out of all queues, back with what stands; what has started runs out."""
    p = person_at(s, person)
    case = p.first
    while case >= 0:
        following = case_at(s, case).after
        case_at(s, case).counts = 0
        if case_at(s, case).standing:
            _end_standing(s, case)
        case = following
    if p.kept >= 0:
        release_kept(s, person, -1)
    _set_alarm(s, person, NEVER)
    p.state = LEFT
    patient_row(s, person, GONE, p.step, -1, 0, why)
    forget_person(s, person)


@jit_merged
def _die(s: Any, person: int, why: int) -> None:
    p = person_at(s, person)
    _set_alarm(s, person, NEVER)
    if p.step_due == IS_DUE:
        p.step_due = WAS_DUE
    vacate(s, person)
    p.state = DEAD
    patient_row(s, person, DIED, p.step, -1, 0, why)
    forget_person(s, person)


# ---- orders


@jit_in_place
def _place_orders(s: Any, person: int) -> None:
    p, reply = person_at(s, person), reply_at(s, 0)
    orders = reply.orders
    standing = 0
    for at in range(orders):
        standing += order_at(s, at).standing
    wanted = orders - standing
    if wanted > 0 and reply.then < 0:
        s.trouble = NO_STEP_FOLLOWS
        return
    if wanted == 0 and reply.then < 0 and not _may_go_on(s, person):
        s.trouble = NOTHING_FOLLOWS
        return
    p.then = reply.then
    p.to_do = wanted
    p.any_will_do = 1 if reply.join == ANY else 0
    for at in range(orders):
        trouble = _complaint(s, person, order_at(s, at), wanted == 1)
        if trouble != FINE:
            s.trouble = trouble
            s.order = at
            return
        _new_order(s, person, order_at(s, at), at)
    if p.kept >= 0:
        _decide_on_kept(s, person, wanted)
    _start_all(s, person, orders)
    if wanted == 0 and reply.then >= 0:
        go_on(s, person)


@jit_merged
def _may_go_on(s: Any, person: int) -> bool:
    """Whether an alarm or a standing order can bring the journey on."""
    p = person_at(s, person)
    if p.alarm != NEVER:
        return True
    for at in range(reply_at(s, 0).orders):
        if order_at(s, at).standing and order_at(s, at).then >= 0:
            return True
    case = p.first
    while case >= 0:
        if case_at(s, case).standing and case_at(s, case).then >= 0:
            return True
        case = case_at(s, case).after
    return False


@jit_merged
def _new_order(s: Any, person: int, order: Any, number: int) -> None:
    """One order of a plan as a case of hers."""
    p = person_at(s, person)
    case = new_case(s)
    c = case_at(s, case)
    c.person = person
    c.number = p.number
    c.serial = serial(p.steps, number)
    c.order = number
    c.kind = order.kind
    c.target = order.resource if order.kind != WAIT else NONE
    c.minutes = order.minutes
    c.urgency = order.urgency
    c.second = order.second if order.second >= 0 else NONE
    c.second_minutes = order.second_minutes
    c.mask = order.mask if order.kind == OFFER else -1
    c.keep = order.keep
    c.standing = order.standing
    c.running = 0 if order.standing else 1
    c.counts = c.running
    c.step = p.step
    c.then = order.then
    c.state = QUEUED
    c.missed = 0
    c.in_first = 0
    c.in_second = 0
    c.left_over = 0
    c.sitting = NONE
    c.due = NONE
    open_case(s, person, case)


@jit_in_place
def _decide_on_kept(s: Any, person: int, wanted: int) -> None:
    """A place is kept on for a single order that is not a wait; asking for the same place needs no keeping."""
    p = person_at(s, person)
    case = NONE
    if wanted == 1:
        case = p.last
        while not case_at(s, case).running:
            case = case_at(s, case).before
    if case < 0 or case_at(s, case).kind == WAIT:
        release_kept(s, person, -1)
    elif case_at(s, case).target != case_at(s, p.kept).target or case_at(s, case).second >= 0:
        keep_on(s, person)


@jit_in_place
def _start_all(s: Any, person: int, orders: int) -> None:
    """The newest cases of hers, in the order of the plan."""
    case = person_at(s, person).last
    for _ in range(orders - 1):
        case = case_at(s, case).before
    for _ in range(orders):
        following = case_at(s, case).after
        _start(s, person, case)
        case = following


@jit_merged
def _start(s: Any, person: int, case: int) -> None:
    c = case_at(s, case)
    if c.kind == WAIT:
        c.state = SERVED
        c.due = put(s, s.now + c.minutes, ORDER + c.order, c.serial, WAITED, case)
    elif c.kind == PLACE and c.second < 0 and c.standing == 0 and left_over(s, person, c.target) >= 0:
        give_place(s, case)
    else:
        begin_waiting(s, case)


@jit_merged
def waited(s: Any, case: int) -> None:
    """A wait is over."""
    case_at(s, case).due = NONE
    case_at(s, case).state = OVER
    order_done(s, case)
    forget(s, case)


@jit_merged
def _complaint(s: Any, person: int, order: Any, alone: bool) -> int:
    """Why an order can not be carried out, or FINE."""
    known = s.resources_rows
    if order.kind != WAIT and not 0 <= order.resource < known:
        return NO_SUCH_RESOURCE
    if order.second != -1 and not 0 <= order.second < known:
        return NO_SUCH_RESOURCE
    if order.minutes < 0 or order.second_minutes < 0 or order.urgency < 0:
        return NEGATIVE
    if order.minutes == NEVER and not (order.kind == PLACE and order.standing):
        return FOR_EVER
    if order.keep and (order.kind != PLACE or order.standing or order.second >= 0 or not alone):
        return KEEP
    if order.standing and (order.kind == WAIT or order.kind == LIST):
        return CANNOT_STAND
    if order.kind == WAIT:
        return FINE
    r = resource_at(s, order.resource)
    if r.kind != order.kind:
        return OTHER_KIND
    if order.second >= 0 and (resource_at(s, order.second).kind != PLACE or order.second == order.resource):
        return SECOND
    if r.kind == LIST and r.sittings > 0 and order.minutes > r.longest:
        return TOO_LONG
    if order.standing:
        case = person_at(s, person).first
        while case >= 0:
            c = case_at(s, case)
            if (
                c.standing
                and c.target == order.resource
                and (c.state == QUEUED or (c.state == SERVED and c.kind == PLACE))
            ):
                return STANDS_TWICE
            case = c.after
    return FINE
