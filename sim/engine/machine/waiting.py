"""Waiting: into a queue, out of it, off a booking.

begin_waiting    into the queue, as from this minute
requeue, back    into it again, with another minute or with the old key
leave_line       out of a queue, a booking, or the row of those who will be called
ask              there may be something to give out
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.agenda import cancel
from sim.engine.machine.logbook import tell, tell_other
from sim.engine.machine.memory import case_at, sitting_at
from sim.engine.machine.queues import join, take_out
from sim.engine.machine.records import AWAITED, BOOKED, NONE, QUEUED
from sim.jit import jit_inside, jit_merged
from sim.log import Event, Happening
from sim.steps import Kind

PLACE = int(Kind.PLACE)
JOINED, OTHER_JOINED = int(Event.JOINED), int(Happening.JOINED)


@jit_inside
def ask(s: Any) -> None:
    """There may be something to give out in this minute; where nobody waits or keeps, there is not."""
    if s.places_waited > 0 or s.keeping > 0 or s.known_stuck > 0:
        s.giving_due = 1


@jit_merged
def requeue(s: Any, case: int, minute: int) -> None:
    """Into the queue with this joining minute, and a tie-break of its own."""
    c = case_at(s, case)
    c.joined = minute
    c.tie = -1.0
    back(s, case)


@jit_merged
def back(s: Any, case: int) -> None:
    """Into the queue with the key it has."""
    c = case_at(s, case)
    c.state = QUEUED
    if c.kind == PLACE:
        s.places_waited += 1
        s.standing_waited += c.standing
    join(s, case)


@jit_inside
def out_of_queue(s: Any, case: int) -> None:
    """Out of the queue, for whatever comes next."""
    c = case_at(s, case)
    if c.kind == PLACE:
        s.places_waited -= 1
        s.standing_waited -= c.standing
    take_out(s, case)


@jit_merged
def begin_waiting(s: Any, case: int) -> None:
    """Into the queue, as from this minute."""
    c = case_at(s, case)
    requeue(s, case, s.now)
    if c.person < 0:
        tell_other(s, case, OTHER_JOINED, c.urgency, -1)
    else:
        tell(s, case, JOINED, c.urgency, -1)
    if c.kind == PLACE:
        ask(s)


@jit_merged
def give_minutes_back(s: Any, case: int) -> None:
    """What was booked for the case is a gap."""
    c = case_at(s, case)
    its = sitting_at(s, c.sitting)
    its.used -= c.minutes
    its.count -= 1
    if c.person < 0:
        its.by_others -= c.minutes
    c.sitting = NONE


@jit_merged
def unbook(s: Any, case: int) -> None:
    """A case that is booked on a sitting that has not opened is taken off it."""
    c = case_at(s, case)
    its = sitting_at(s, c.sitting)
    if c.booked_before >= 0:
        case_at(s, c.booked_before).booked_after = c.booked_after
    else:
        its.first = c.booked_after
    if c.booked_after >= 0:
        case_at(s, c.booked_after).booked_before = c.booked_before
    else:
        its.last = c.booked_before
    give_minutes_back(s, case)


@jit_merged
def leave_line(s: Any, case: int) -> None:
    """Out of a queue, a booking or the row of those who will be called."""
    c = case_at(s, case)
    if c.state == QUEUED:
        out_of_queue(s, case)
    elif c.state == BOOKED:
        unbook(s, case)
    elif c.state == AWAITED:
        cancel(s, c.due)
        c.due = NONE
