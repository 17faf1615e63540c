"""Uses: they begin and end, and what that means for the journey they belong to.

begin, give_place, call     a use begins
finish                      it ends: places are freed, kept or held on; the step that follows may be due
close_step, redirect        the running step is given up for another
end_standing_place, vacate  places are given back before their time
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.agenda import FINISH, SECOND_OVER, cancel, put
from sim.engine.machine.logbook import tell, tell_other
from sim.engine.machine.memory import case_at, person_at, short_at
from sim.engine.machine.places import (
    free,
    give_up,
    keeps_no_more,
    mark_left_over,
    release_kept,
    release_second,
    take,
    take_second,
    unmark_left_over,
    withdraw,
)
from sim.engine.machine.records import IS_DUE, NONE, OVER, SERVED, WAS_DUE
from sim.engine.machine.rows import drop_case, forget
from sim.engine.machine.waiting import leave_line
from sim.engine.rules import Rank
from sim.jit import jit_inside, jit_merged
from sim.log import Event, Happening, Why
from sim.steps import NEVER, Kind

ORDER = int(Rank.ORDER)
WAIT, OFFER = int(Kind.WAIT), int(Kind.OFFER)
CALLED, STARTED, FINISHED, RELEASED = int(Event.CALLED), int(Event.STARTED), int(Event.FINISHED), int(Event.RELEASED)
OTHER_STARTED, OTHER_FINISHED = int(Happening.STARTED), int(Happening.FINISHED)
REDIRECTED = int(Why.REDIRECTED)


@jit_inside
def go_on(s: Any, person: int) -> None:
    """Her next step is due in this minute."""
    p = person_at(s, person)
    if p.step_due != WAS_DUE:  # else she stands there already
        short_at(s, s.steps).person = person
        s.steps += 1
    p.step_due = IS_DUE


@jit_merged
def order_done(s: Any, case: int) -> None:
    """An order is done; if it was the last (or any will do), the step that follows is due."""
    c = case_at(s, case)
    if c.counts == 0:
        return
    p = person_at(s, c.person)
    c.counts = 0
    p.to_do -= 1
    if (p.to_do == 0 or p.any_will_do) and p.step_due != IS_DUE:
        go_on(s, c.person)


@jit_merged
def close_step(s: Any, person: int, why: int, goes_on: int) -> int:
    """Take back what the running step has queued or booked, void its waits; returns how many have started.

    goes_on   1: what has started goes on counting, for the step that comes instead; 0: it only runs on
    """
    started = 0
    case = person_at(s, person).first
    while case >= 0:
        c = case_at(s, case)
        following = c.after
        if c.running:
            if c.state == SERVED and c.kind != WAIT:
                started += 1
                c.counts = goes_on
                c.running = goes_on
            else:
                c.counts = 0
                c.running = 0
                if c.state == SERVED:
                    cancel(s, c.due)
                    c.state = OVER
                    forget(s, case)
                elif c.state != OVER:
                    withdraw(s, case, why)
        case = following
    return started


@jit_inside
def redirect(s: Any, person: int, step: int, also: int) -> None:
    """Go on at `step`, once what has started (and `also`) has ended, instead of what would have followed."""
    p = person_at(s, person)
    started = close_step(s, person, REDIRECTED, 1)
    if also >= 0:
        case_at(s, also).counts = 1
        case_at(s, also).running = 1
        started += 1
    p.to_do = started
    p.any_will_do = 0
    p.then = step
    if p.step_due == IS_DUE:
        p.step_due = WAS_DUE
    if started == 0:
        go_on(s, person)


@jit_merged
def given(s: Any, case: int) -> None:
    """A standing order that redirects has been given; an offer's own minutes are then part of the journey."""
    c = case_at(s, case)
    if c.kind == OFFER:
        c.standing = 0
        redirect(s, c.person, c.then, case)
    else:
        redirect(s, c.person, c.then, NONE)


@jit_inside
def begin(s: Any, case: int) -> None:
    """The use begins. Places have been taken already."""
    c = case_at(s, case)
    c.state = SERVED
    c.begun = s.now
    if c.person < 0:
        tell_other(s, case, OTHER_STARTED, c.minutes, -1)
    else:
        tell(s, case, STARTED, c.minutes if c.minutes != NEVER else -1, -1)
    if c.minutes != NEVER:
        c.due = put(s, s.now + c.minutes, ORDER + c.order, c.serial, FINISH, case)
    if c.standing and c.then >= 0:
        given(s, case)


@jit_inside
def give_place(s: Any, case: int) -> None:
    """A place, and the second if one is needed, to a case that is out of the queue by now."""
    c = case_at(s, case)
    if c.person >= 0 and c.standing == 0:
        give_up(s, c.person, c.target)
    take(s, c.target, c.person)
    c.in_first = 1
    if c.second >= 0:
        take_second(s, case)
    if c.person >= 0 and c.standing == 0 and person_at(s, c.person).kept >= 0:
        release_kept(s, c.person, -1)
    begin(s, case)


@jit_merged
def call(s: Any, case: int) -> None:
    """A list case's turn has come: `called`, and in the same minute `started`."""
    c = case_at(s, case)
    c.due = NONE
    tell(s, case, CALLED, 0, -1)
    if person_at(s, c.person).kept >= 0:
        release_kept(s, c.person, -1)
    begin(s, case)


@jit_merged
def finish(s: Any, case: int) -> None:
    """The use is over: places are freed, or kept, or held on."""
    c = case_at(s, case)
    c.due = NONE
    c.state = OVER
    lasted = s.now - c.begun
    if c.person < 0:
        tell_other(s, case, OTHER_FINISHED, lasted, -1)
    else:
        tell(s, case, FINISHED, lasted, -1)
    if c.in_first:
        if c.keep and c.counts:
            p = person_at(s, c.person)
            p.kept = case
            p.kept_since = s.now
            p.kept_logged = 0
            mark_left_over(s, case, 1)
        else:
            c.in_first = 0
            free(s, c.target)
    if c.in_second:
        if c.second_minutes > 0:
            until = s.now + c.second_minutes
            c.due = put(s, until, ORDER + c.order, c.serial, SECOND_OVER, case)
            if c.person >= 0:
                mark_left_over(s, case, 2)
        else:
            release_second(s, case)
    if c.person >= 0:
        order_done(s, case)
    forget(s, case)


@jit_merged
def end_standing_place(s: Any, case: int) -> None:
    """A standing place that is held is given back before its time."""
    c = case_at(s, case)
    cancel(s, c.due)
    c.due = NONE
    c.state = OVER
    c.in_first = 0
    tell(s, case, RELEASED, s.now - c.begun, -1)
    free(s, c.target)
    if c.in_second:
        release_second(s, case)
    forget(s, case)


@jit_merged
def vacate(s: Any, person: int) -> None:
    """Out of every queue, booking and place, without a row: her death says it."""
    p = person_at(s, person)
    case = p.first
    while case >= 0:
        c = case_at(s, case)
        following = c.after
        leave_line(s, case)
        cancel(s, c.due)
        c.due = NONE
        c.state = OVER
        unmark_left_over(s, case)
        if c.in_first:
            c.in_first = 0
            free(s, c.target)
        if c.in_second:
            c.in_second = 0
            free(s, c.second)
        drop_case(s, case)
        case = following
    p.first = NONE
    p.last = NONE
    p.kept = NONE
    keeps_no_more(s, person)
