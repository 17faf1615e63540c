"""Lists: booking a sitting ahead, opening it, filling its gaps, calling its cases.

    deal_with(floor, listing)   all sittings of a list that are due in this minute
    unbook(case)                a booked case is withdrawn, or its patient has died

The rules are in `rules`, under LISTS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim import draws
from sim.engine.cases import AWAITED, BOOKED, QUEUED, Case, Listing, Session
from sim.engine.rules import Question, Rank, fits, visit
from sim.log import Event, Happening, Why

if TYPE_CHECKING:
    from sim.engine.floor import Floor

_ORDER = int(Rank.ORDER)
_NO_SHOW = int(Question.NO_SHOW)


def deal_with(floor: Floor, listing: Listing) -> None:
    """Sittings that do not take place, then openings, then freezes, each in order of number."""
    opening = sorted(listing.opening, key=lambda session: session.index)
    freezing = sorted(listing.freezing, key=lambda session: session.index)
    listing.opening, listing.freezing = [], []
    for session in opening:
        del listing.ahead[session.index]
    for session in opening:
        if session.off >= 0:
            _cancel(floor, session)
    for session in opening:
        if session.off < 0:
            _open(floor, session)
    for session in freezing:
        if not session.frozen:
            _fill(floor, session, early=True)
            session.frozen = True


def unbook(case: Case) -> None:
    """The minutes of a case booked on a sitting that has not opened are a gap."""
    session = case.session
    assert session is not None
    session.booked.remove(case)
    _give_back(session, case)


def _give_back(session: Session, case: Case) -> None:
    session.used -= case.minutes
    session.count -= 1
    if case.person is None:
        session.by_others -= case.minutes
    case.session = None


def _fill(floor: Floor, session: Session, early: bool) -> None:
    """Give the minutes of a sitting to the queue, in its order.

    early   True when booking ahead: protected minutes are not for competing cases, second places are not looked
            at, and who does not fit ends the booking; False when filling gaps at the opening
    """
    listing, sitting = session.listing, session.sitting
    cases, overrun, now = listing.queue.cases, listing.resource.overrun, floor.clock.now
    stops = early and not listing.resource.backfill
    for_others = sitting.minutes - (sitting.protected if early else 0)
    others_stopped = False
    at = 0
    while at < len(cases) and fits(listing.shortest, session.used, sitting.minutes, overrun):
        if session.count == sitting.cases:
            return
        key, case = cases[at]
        other = case.person is None
        if key[1] >= now or (other and others_stopped):
            at += 1
        elif not fits(case.minutes, session.used, sitting.minutes, overrun):
            if stops:
                return
            at += 1
        elif other and not fits(case.minutes, session.by_others, for_others, overrun):
            others_stopped = stops
            at += 1
        elif not early and case.second is not None and not floor.has(case.second, case):
            at += 1
        else:
            del cases[at]
            _book(floor, session, case)
            if not early:
                _reserve(floor, case)


def _book(floor: Floor, session: Session, case: Case) -> None:
    case.state = BOOKED
    case.session = session
    session.booked.append(case)
    session.used += case.minutes
    session.count += 1
    if case.person is None:
        session.by_others += case.minutes
    else:
        floor.tell(case, Event.BOOKED, session.sitting.opens)


def _reserve(floor: Floor, case: Case) -> None:
    case.state = AWAITED
    if case.second is not None:
        floor.take_second(case)


def _cancel(floor: Floor, session: Session) -> None:
    """The sitting does not take place: everyone booked is back in the queue."""
    sitting = session.sitting
    session.frozen = True
    floor.log.resource(floor.clock.now, session.listing.number, Happening.OFF, -1, sitting.minutes, session.off)
    for case in session.booked:
        _send_back(floor, case, session.off)
        case.session = None
    session.booked = []


def _send_back(floor: Floor, case: Case, why: int) -> None:
    now = floor.clock.now
    if case.person is None:
        floor.tell_other(case, now, Happening.CANCELLED, now, why)
    else:
        floor.tell(case, Event.CANCELLED, now, why)
    floor.back(case)


def _open(floor: Floor, session: Session) -> None:
    """The sitting begins: who comes, who has her second place, who fills the gaps, and when each is called."""
    sitting, number, now = session.sitting, session.listing.number, floor.clock.now
    if not session.frozen:
        _fill(floor, session, early=True)
        session.frozen = True
    floor.log.resource(now, number, Happening.OPENED, -1, sitting.minutes, -1)
    booked, session.booked = session.booked, []
    spent = [case for case in booked if _still_on(floor, session, case)]
    _fill(floor, session, early=False)
    starts = now
    for case in spent + session.booked:
        if case.state == AWAITED:
            _announce(floor, case, starts)
        starts += case.minutes
    session.booked = []
    closes = now + sitting.minutes
    if closes < floor.clock.ends:
        floor.log.resource(closes, number, Happening.CLOSED, -1, min(session.used, sitting.minutes), -1)


def _still_on(floor: Floor, session: Session, case: Case) -> bool:
    """Whether a booked case's minutes are spent: by its being served, or by its not coming."""
    chance = session.listing.resource.missed
    if chance and draws.uniform(floor.key, case.number, _NO_SHOW, visit(case.serial, case.missed)) < chance:
        _miss(floor, case)
        return True
    if case.second is not None and not floor.has(case.second, case):
        _give_back(session, case)
        _send_back(floor, case, Why.NO_SECOND)
        return False
    _reserve(floor, case)
    return True


def _miss(floor: Floor, case: Case) -> None:
    now = floor.clock.now
    if case.person is None:
        floor.tell_other(case, now, Happening.MISSED, case.minutes, Why.DID_NOT_ATTEND)
    else:
        floor.tell(case, Event.MISSED, now, Why.DID_NOT_ATTEND)
    case.missed += 1
    case.session = None
    case.state = QUEUED
    floor.requeue(case, now, floor.tie(case))


def _announce(floor: Floor, case: Case, starts: int) -> None:
    """When the case will be called. A competing case has no journey, so its rows are written at once."""
    clock = floor.clock
    if case.person is not None:
        if starts == clock.now:
            floor.call_now(case)
        else:
            case.due = clock.at(starts, _ORDER + case.order, case.serial, floor.call, case)
        return
    ends = starts + case.minutes
    for minute, happening in ((starts, Happening.STARTED), (ends, Happening.FINISHED)):
        if minute < clock.ends:
            floor.tell_other(case, minute, happening, case.minutes)
    if case.in_second:
        clock.at(ends + case.second_minutes, _ORDER, 0, floor.second_over, case)
