"""Lists: booking a sitting ahead, opening it, filling its gaps, calling its cases.

    freezes, opens        a sitting is due in this minute
    deal_with(s, list)    all sittings of a list that are due

The rules are in `sim.engine.rules`, under LISTS.
"""

from __future__ import annotations

from typing import Any

from sim.draws import uniform
from sim.engine.machine.agenda import CALL, SECOND_OVER, put
from sim.engine.machine.giving import first_served
from sim.engine.machine.logbook import resource_row, tell, tell_other, write_later
from sim.engine.machine.memory import case_at, class_at, resource_at, sitting_at
from sim.engine.machine.places import has, take_second
from sim.engine.machine.queues import ANY_KIND, ANY_MINUTES, earlier, follows
from sim.engine.machine.records import AWAITED, BOOKED, NONE, OVER
from sim.engine.machine.rows import drop_case
from sim.engine.machine.uses import call
from sim.engine.machine.waiting import back, give_minutes_back, out_of_queue, requeue
from sim.engine.rules import Question, Rank, visit
from sim.jit import jit_in_place, jit_inside, jit_merged
from sim.log import Event, Happening, Why

ORDER = int(Rank.ORDER)
NO_SHOW, SITTING = int(Question.NO_SHOW), int(Question.SITTING)
IS_BOOKED, CANCELLED, MISSED = int(Event.BOOKED), int(Event.CANCELLED), int(Event.MISSED)
OPENED, CLOSED, OFF = int(Happening.OPENED), int(Happening.CLOSED), int(Happening.OFF)
OTHER_STARTED, OTHER_FINISHED, OTHER_CANCELLED, OTHER_MISSED = (
    int(Happening.STARTED),
    int(Happening.FINISHED),
    int(Happening.CANCELLED),
    int(Happening.MISSED),
)
NO_SECOND, SITTING_OFF, DID_NOT_ATTEND = int(Why.NO_SECOND), int(Why.SITTING_OFF), int(Why.DID_NOT_ATTEND)


@jit_merged
def freezes(s: Any, sitting: int) -> None:
    """The booking of a sitting closes in this minute."""
    r = resource_at(s, sitting_at(s, sitting).resource)
    sitting_at(s, sitting).freezes_next = NONE
    if r.freezing < 0:
        r.freezing = sitting
    else:
        sitting_at(s, r.freezing_last).freezes_next = sitting
    r.freezing_last = sitting
    s.sittings_due += 1
    s.giving_due = 1


@jit_merged
def opens(s: Any, sitting: int) -> None:
    """A sitting begins in this minute, unless something has come between."""
    its = sitting_at(s, sitting)
    r = resource_at(s, its.resource)
    if r.cancelled > 0 and its.off < 0:
        entity = r.stream + its.room
        if uniform(s.key, entity, SITTING, its.opens) < r.cancelled:
            its.off = SITTING_OFF
    its.opens_next = NONE
    if r.opening < 0:
        r.opening = sitting
    else:
        sitting_at(s, r.opening_last).opens_next = sitting
    r.opening_last = sitting
    s.sittings_due += 1
    s.giving_due = 1


@jit_in_place
def deal_with(s: Any, resource: int) -> None:
    """Sittings that do not take place, then openings, then freezes, each in order of number."""
    r = resource_at(s, resource)
    opening, freezing = r.opening, r.freezing
    r.opening = NONE
    r.freezing = NONE
    it = opening
    while it >= 0:
        if sitting_at(s, it).off >= 0:
            _cancel(s, it)
        it = sitting_at(s, it).opens_next
    it = opening
    while it >= 0:
        following = sitting_at(s, it).opens_next
        if sitting_at(s, it).off < 0:
            _open(s, it)
        s.sittings_due -= 1
        it = following
    it = freezing
    while it >= 0:
        if sitting_at(s, it).frozen == 0:
            _book_ahead(s, it)
            sitting_at(s, it).frozen = 1
        s.sittings_due -= 1
        it = sitting_at(s, it).freezes_next


@jit_inside
def _room(s: Any, sitting: int, used: int, minutes: int) -> int:
    """How many minutes a case may take after `used` of a sitting's `minutes`; -1 where none fits (`rules.fits`)."""
    return minutes + resource_at(s, sitting_at(s, sitting).resource).overrun - used if used < minutes else -1


@jit_merged
def _first_of_class(s: Any, q: int, cursor: int, minutes: int) -> int:
    """Of a class the first after `cursor` that joined before this minute and asks for no more."""
    now = s.now
    case = follows(s, q, cursor, minutes, ANY_KIND)
    while case >= 0 and case_at(s, case).joined >= now:
        case = follows(s, q, case, minutes, ANY_KIND)
    return case


@jit_merged
def _book_ahead(s: Any, sitting: int) -> None:
    """Give the minutes of a sitting to the queue, in its order, without looking at second places.

    Protected minutes are not for competing cases. Without `backfill` who does not fit ends the booking; a competing
    case that is stopped only by protected minutes ends that of its kind.
    """
    its = sitting_at(s, sitting)
    r = resource_at(s, its.resource)
    stops = r.backfill == 0
    cursor, others_stopped = NONE, False
    while its.count != its.limit:
        room = _room(s, sitting, its.used, its.minutes)
        for_others = min(room, _room(s, sitting, its.by_others, its.minutes - its.protected))
        if room < 0:
            return
        found = NONE
        it = r.first_class
        while it >= 0:
            other = class_at(s, it).other == 1
            if not (other and others_stopped):
                most = ANY_MINUTES if stops else for_others if other else room
                case = _first_of_class(s, it, cursor, most)
                if case >= 0 and (found < 0 or earlier(s, case, found)):
                    found = case
            it = class_at(s, it).next
        if found < 0 or case_at(s, found).minutes > room:
            return
        cursor = found
        if case_at(s, found).person < 0 and case_at(s, found).minutes > for_others:
            others_stopped = True
        else:
            out_of_queue(s, found)
            _book(s, sitting, found)


@jit_in_place
def _fill_gaps(s: Any, sitting: int) -> None:
    """At the opening: all minutes that are left, to those in the queue's order who fit and have their second place."""
    its = sitting_at(s, sitting)
    now = s.now
    cursor = NONE
    while its.count != its.limit:
        room = _room(s, sitting, its.used, its.minutes)
        if room < 0:
            return
        for_others = min(room, _room(s, sitting, its.by_others, its.minutes))
        case = first_served(s, its.resource, cursor, room, for_others)
        if case < 0:
            return
        cursor = case
        if case_at(s, case).joined < now:
            out_of_queue(s, case)
            _book(s, sitting, case)
            _reserve(s, case)


@jit_merged
def _book(s: Any, sitting: int, case: int) -> None:
    its, c = sitting_at(s, sitting), case_at(s, case)
    c.state = BOOKED
    c.sitting = sitting
    _line_up(s, sitting, case)
    its.used += c.minutes
    its.count += 1
    if c.person < 0:
        its.by_others += c.minutes
    else:
        tell(s, case, IS_BOOKED, its.opens, -1)


@jit_merged
def _line_up(s: Any, sitting: int, case: int) -> None:
    """Behind the cases of a sitting."""
    its, c = sitting_at(s, sitting), case_at(s, case)
    c.booked_before = its.last
    c.booked_after = NONE
    if its.last >= 0:
        case_at(s, its.last).booked_after = case
    else:
        its.first = case
    its.last = case


@jit_merged
def _reserve(s: Any, case: int) -> None:
    case_at(s, case).state = AWAITED
    if case_at(s, case).second >= 0:
        take_second(s, case)


@jit_merged
def _cancel(s: Any, sitting: int) -> None:
    """The sitting does not take place: everyone booked is back in the queue."""
    its = sitting_at(s, sitting)
    its.frozen = 1
    resource_row(s, s.now, its.resource, OFF, -1, its.minutes, its.off)
    case = its.first
    its.first = NONE
    its.last = NONE
    while case >= 0:
        following = case_at(s, case).booked_after
        case_at(s, case).sitting = NONE
        _send_back(s, case, its.off)
        case = following


@jit_merged
def _send_back(s: Any, case: int, why: int) -> None:
    now = s.now
    if case_at(s, case).person < 0:
        tell_other(s, case, OTHER_CANCELLED, now, why)
    else:
        tell(s, case, CANCELLED, now, why)
    back(s, case)


@jit_in_place
def _open(s: Any, sitting: int) -> None:
    """The sitting begins: who comes, who has her second place, who fills the gaps, and when each is called."""
    its = sitting_at(s, sitting)
    if its.frozen == 0:
        _book_ahead(s, sitting)
        its.frozen = 1
    resource_row(s, s.now, its.resource, OPENED, -1, its.minutes, -1)
    case = its.first
    its.first = NONE
    its.last = NONE
    first_spent, last_spent = NONE, NONE
    while case >= 0:
        following = case_at(s, case).booked_after
        if _still_on(s, sitting, case):
            case_at(s, case).booked_after = NONE
            if last_spent >= 0:
                case_at(s, last_spent).booked_after = case
            else:
                first_spent = case
            last_spent = case
        case = following
    _fill_gaps(s, sitting)
    if last_spent >= 0:
        case_at(s, last_spent).booked_after = its.first
    else:
        first_spent = its.first
    its.first = NONE
    its.last = NONE
    write_later(s, s.now + its.minutes, its.resource, CLOSED, -1, min(its.used, its.minutes), -1)
    starts = s.now
    case = first_spent
    while case >= 0:
        c = case_at(s, case)
        following, minutes = c.booked_after, c.minutes
        if c.state == AWAITED:
            _announce(s, case, starts)
        starts += minutes
        case = following


@jit_in_place
def _still_on(s: Any, sitting: int, case: int) -> bool:
    """Whether a booked case's minutes are spent: by its being served, or by its not coming."""
    c = case_at(s, case)
    chance = resource_at(s, sitting_at(s, sitting).resource).missed
    if chance > 0 and uniform(s.key, c.number, NO_SHOW, visit(c.serial, c.missed)) < chance:
        _miss(s, case)
        return True
    if c.second >= 0 and not has(s, c.second, case):
        give_minutes_back(s, case)
        _send_back(s, case, NO_SECOND)
        return False
    _reserve(s, case)
    return True


@jit_merged
def _miss(s: Any, case: int) -> None:
    now, c = s.now, case_at(s, case)
    if c.person < 0:
        tell_other(s, case, OTHER_MISSED, c.minutes, DID_NOT_ATTEND)
    else:
        tell(s, case, MISSED, now, DID_NOT_ATTEND)
    c.missed += 1
    c.sitting = NONE
    requeue(s, case, now)


@jit_merged
def _announce(s: Any, case: int, starts: int) -> None:
    """When the case will be called. A competing case has no journey, so its rows are written at once."""
    c = case_at(s, case)
    if c.person >= 0:
        if starts == s.now:
            call(s, case)
        else:
            c.due = put(s, starts, ORDER + c.order, c.serial, CALL, case)
        return
    ends = starts + c.minutes
    if starts == s.now:
        tell_other(s, case, OTHER_STARTED, c.minutes, -1)
    else:
        write_later(s, starts, c.target, OTHER_STARTED, c.number, c.minutes, -1)
    write_later(s, ends, c.target, OTHER_FINISHED, c.number, c.minutes, -1)
    if c.in_second:
        c.due = put(s, ends + c.second_minutes, ORDER, 0, SECOND_OVER, case)
        c.state = OVER
    else:
        drop_case(s, case)
