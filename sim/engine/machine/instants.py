"""What is due next: the clock moves, and everything happens that needs no word of the clinic.

    begin(s)        before the first minute
    next_due(s)     -> ASK_STEP, ASK_ALARM: the clinic must be asked; MORE_ROOM; STOPPED; DONE
    carry_out(s)    the clinic has answered about a step
    carry_alarm(s)  ... about an alarm

A loop around these four is an engine; it stands where the clinic and the engine meet.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.agenda import (
    ALARM,
    CALL,
    COMPETING,
    FINISH,
    LATE,
    OFFER,
    RANK_BITS,
    SECOND_OVER,
    WAITED,
    next_day,
    next_key,
    pop,
    release,
)
from sim.engine.machine.giving import give_offers, give_places
from sim.engine.machine.journeys import alarm_answered, arrive, ring_alarm, run_step, step_answered, waited
from sim.engine.machine.logbook import turn_page
from sim.engine.machine.memory import arrival_at, due_at, enough_room, entry_at, person_at, resource_at, short_at
from sim.engine.machine.places import second_over, set_places
from sim.engine.machine.records import CAPACITY, FREEZES, IS_DUE, NOT_DUE
from sim.engine.machine.rings import look, look_later
from sim.engine.machine.sittings import deal_with, freezes, opens
from sim.engine.machine.streams import comes, next_case, next_offer, offered
from sim.engine.machine.uses import call, finish
from sim.engine.rules import Rank
from sim.jit import jit, jit_in_place, jit_merged
from sim.units import DAY

DIARY, STEP, GIVING, RINGS = int(Rank.DIARY), int(Rank.STEP), int(Rank.GIVING), int(Rank.RINGS)
ASK_STEP, ASK_ALARM, MORE_ROOM, STOPPED, DONE = range(5)


@jit
def begin(s: Any) -> None:
    """The first offers and competing cases are on the agenda; the diary and the arrivals are opened."""
    s.tomorrow = DAY << RANK_BITS
    _look_at_diary(s)
    _look_at_arrivals(s)
    for stream in range(s.streams_rows):
        next_case(s, stream)
    resource = s.first_offer
    while resource >= 0:
        next_offer(s, resource)
        resource = resource_at(s, resource).next


@jit_merged
def _look_at_diary(s: Any) -> None:
    """When its next entry is due."""
    s.enters = LATE if s.entry >= s.diary_rows else entry_at(s, s.entry).minute << RANK_BITS | DIARY


@jit_merged
def _look_at_arrivals(s: Any) -> None:
    """When the next patient comes."""
    s.arrives = LATE if s.arrival >= s.arrivals_rows else arrival_at(s, s.arrival).minute << RANK_BITS | STEP


@jit_merged
def _soonest(s: Any) -> int:
    """Minute and rank of what is due next, as far as this day reaches."""
    soonest = next_key(s)
    if s.enters < soonest:
        soonest = s.enters
    return s.arrives if s.arrives < soonest else soonest


@jit_in_place
def _give(s: Any) -> None:
    """The second half of an instant: places in rounds, offers and lists in the first of them."""
    s.giving_due = 0
    s.giving = 1
    if s.places_waited > 0:
        give_places(s)
    if s.tables > 0:
        resource = s.first_offer
        while resource >= 0:
            give_offers(s, resource)
            resource = resource_at(s, resource).next
        s.tables = 0
    if s.sittings_due > 0:
        resource = s.first_list
        while resource >= 0:
            if resource_at(s, resource).opening >= 0 or resource_at(s, resource).freezing >= 0:
                deal_with(s, resource)
            resource = resource_at(s, resource).next
    while s.freed:
        s.freed = 0
        if s.places_waited > 0:
            give_places(s)
    s.giving = 0
    if s.keeping > 0 or s.known_stuck > 0:
        look_later(s)


@jit_in_place
def _turn_diary(s: Any) -> None:
    """An entry of the diary: a capacity, a freeze, an opening."""
    entry = entry_at(s, s.entry)
    s.entry += 1
    _look_at_diary(s)
    if entry.what == CAPACITY:
        set_places(s, entry.subject, entry.places)
    elif entry.what == FREEZES:
        freezes(s, entry.subject)
    else:
        opens(s, entry.subject)


@jit
def next_due(s: Any) -> int:
    """Let happen what is due, in order, until the clinic must be asked."""
    while True:
        if s.trouble != 0:
            return STOPPED
        if not enough_room(s):
            return MORE_ROOM
        soonest = _soonest(s)
        if s.steps > 0 and soonest >= s.now << RANK_BITS | STEP:
            s.steps -= 1
            person = short_at(s, s.steps).person
            if person_at(s, person).step_due == IS_DUE:
                run_step(s, person)
                return ASK_STEP
            person_at(s, person).step_due = NOT_DUE
            continue
        if s.giving_due and soonest >= s.now << RANK_BITS | GIVING:
            _give(s)
            continue
        if s.rings_due and soonest >= s.now << RANK_BITS | RINGS:
            look(s)
            continue
        while soonest >= s.tomorrow:  # of another day, or nothing at all
            if s.tomorrow >> RANK_BITS >= s.ends:
                return DONE
            next_day(s)
            soonest = _soonest(s)
        minute = soonest >> RANK_BITS
        if minute > s.now:
            turn_page(s, minute)
        if soonest == s.enters:
            _turn_diary(s)
        elif soonest == s.arrives and soonest < next_key(s):
            number = arrival_at(s, s.arrival).patient
            s.arrival += 1
            _look_at_arrivals(s)
            arrive(s, number)
            return ASK_STEP
        else:
            due = pop(s)
            if due >= 0:
                act, subject = due_at(s, due).act, due_at(s, due).subject
                release(s, due)
                if act == ALARM:
                    ring_alarm(s, subject)
                    return ASK_ALARM
                _happens(s, act, subject)


@jit_in_place
def _happens(s: Any, act: int, subject: int) -> None:
    """Something that is no affair of the clinic."""
    if act == WAITED:
        waited(s, subject)
    elif act == FINISH:
        finish(s, subject)
    elif act == COMPETING:
        comes(s, subject)
    elif act == CALL:
        call(s, subject)
    elif act == SECOND_OVER:
        second_over(s, subject)
    elif act == OFFER:
        offered(s, subject)


@jit
def carry_out(s: Any) -> None:
    """What the clinic wants next for the patient whose step was run, as its plan says."""
    step_answered(s)


@jit
def carry_alarm(s: Any) -> None:
    """What her alarm means, as the clinic's plan says."""
    alarm_answered(s)
