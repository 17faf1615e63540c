"""Giving out what is free: places in rounds, and offers.

give_places      one round over the queues of all places
give_offers      the offers of one resource
first_served     the first of a queue who can have what she needs
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.logbook import resource_row, tell
from sim.engine.machine.memory import case_at, class_at, offered_at, person_at, resource_at
from sim.engine.machine.places import has, has_all, release_kept, take_second
from sim.engine.machine.queues import ANY_KIND, ANY_MINUTES, earlier, follows, head
from sim.engine.machine.records import NONE, QUEUED
from sim.engine.machine.uses import begin, give_place
from sim.engine.machine.waiting import out_of_queue
from sim.jit import jit_in_place, jit_merged
from sim.log import Event, Happening, Why
from sim.steps import Kind

PLACE = int(Kind.PLACE)
DECLINED, UNUSED, NO_SECOND = int(Event.DECLINED), int(Happening.UNUSED), int(Why.NO_SECOND)


@jit_merged
def give_places(s: Any) -> None:
    """One round: of the heads of all queues the first in queue order, until every queue is closed.

    With `backfill` a queue has no head that closes it: whoever in it stands before the case that was looked at last
    has been passed over.
    """
    last = NONE
    nothing_comes = s.keeping == 0 and s.standing_waited == 0
    open_ones = _open_queues(s, nothing_comes)
    while open_ones > 0:
        first = NONE
        place = s.first_place
        while place >= 0:
            r = resource_at(s, place)
            if r.closed == 0 and r.waiting > 0:
                case = first_served(s, place, last, ANY_MINUTES, ANY_MINUTES) if r.backfill else head(s, place)
                if case >= 0 and (first < 0 or earlier(s, case, first)):
                    first = case
            place = r.next
        if first < 0:
            return
        last = first
        place = case_at(s, first).target
        given = has_all(s, first)
        if given:
            out_of_queue(s, first)
            give_place(s, first)
        if not given or _has_nothing_left(s, place, nothing_comes):
            resource_at(s, place).closed = 1
            open_ones -= 1


@jit_merged
def _open_queues(s: Any, nothing_comes: bool) -> int:
    """How many queues may be given something in this round."""
    found = 0
    place = s.first_place
    while place >= 0:
        r = resource_at(s, place)
        r.closed = 1 if _has_nothing_left(s, place, nothing_comes) else 0
        found += 1 - r.closed
        place = r.next
    return int(found)


@jit_merged
def _has_nothing_left(s: Any, place: int, nothing_comes: bool) -> bool:
    """Whether a queue need not be looked at (again) in this round: it is empty, or all its places are taken.

    nothing_comes   nobody keeps a place and no standing order waits, so that nothing becomes free while places are
                    given out; only then do places that are taken stay so, unless somebody has one left over
    """
    r = resource_at(s, place)
    return bool(r.waiting == 0 or (nothing_comes and r.taken >= r.places and r.left_over < 0))


@jit_merged
def first_served(s: Any, resource: int, cursor: int, minutes: int, others_minutes: int) -> int:
    """Of a queue the first after `cursor` who asks for no more minutes than there are, and can have her places.

    others_minutes   the same for competing cases
    Where a place is not free, only those are looked at who still have one of it from an order that is over.
    """
    r = resource_at(s, resource)
    found = NONE
    it = r.first_class
    while it >= 0:
        q = class_at(s, it)
        most = others_minutes if q.other else minutes
        blocked = NONE
        if r.kind == PLACE and r.taken >= r.places:
            blocked = resource
        elif q.second >= 0 and resource_at(s, q.second).taken >= resource_at(s, q.second).places:
            blocked = q.second
        if blocked < 0:
            case = follows(s, it, cursor, most, ANY_KIND)
        else:
            case = NONE if q.other else _first_left_over(s, it, blocked, cursor, most)
        if case >= 0 and (found < 0 or earlier(s, case, found)):
            found = case
        it = q.next
    return int(found)


@jit_merged
def _first_left_over(s: Any, q: int, place: int, cursor: int, minutes: int) -> int:
    """Of a class the first after `cursor` whose patient still has one of this place, which is not free."""
    found = NONE
    over = resource_at(s, place).left_over
    while over >= 0:
        person = case_at(s, over).person
        case = person_at(s, person).first
        while case >= 0:
            c = case_at(s, case)
            if (
                c.state == QUEUED
                and c.queue == q
                and c.minutes <= minutes
                and (cursor < 0 or earlier(s, cursor, case))
                and (found < 0 or earlier(s, case, found))
                and _has_them(s, case)
            ):
                found = case
            case = c.after
        over = case_at(s, over).over_after
    return int(found)


@jit_merged
def _has_them(s: Any, case: int) -> bool:
    c = case_at(s, case)
    return (c.kind != PLACE or has(s, c.target, case)) and (c.second < 0 or has(s, c.second, case))


@jit_in_place
def give_offers(s: Any, resource: int) -> None:
    """Each offer of this minute to the first whom it suits and who has all else she needs; else it is lost."""
    for at in range(s.tables):
        if offered_at(s, at).resource != resource:
            continue
        kind = offered_at(s, at).kind
        case = _first_suited(s, resource, NONE, kind)
        while case >= 0:
            c = case_at(s, case)
            if c.second < 0 or has(s, c.second, case):
                break
            tell(s, case, DECLINED, kind, NO_SECOND)
            case = _first_suited(s, resource, case, kind)
        if case >= 0:
            _give_offer(s, case)
        else:
            resource_row(s, s.now, resource, UNUSED, -1, kind, -1)


@jit_merged
def _first_suited(s: Any, resource: int, cursor: int, kind: int) -> int:
    found = NONE
    it = resource_at(s, resource).first_class
    while it >= 0:
        case = follows(s, it, cursor, ANY_MINUTES, 1 << kind)
        if case >= 0 and (found < 0 or earlier(s, case, found)):
            found = case
        it = class_at(s, it).next
    return int(found)


@jit_merged
def _give_offer(s: Any, case: int) -> None:
    c = case_at(s, case)
    out_of_queue(s, case)
    if c.second >= 0:
        take_second(s, case)
    if person_at(s, c.person).kept >= 0 and c.standing == 0:
        release_kept(s, c.person, -1)
    begin(s, case)
