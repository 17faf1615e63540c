"""Places: who has one, whether one is free, taking and freeing, keeping one, holding one as a second.

has, has_all          whether what a case needs is free for it
take, free            one place less, one more
take_second, release_second, second_over
release_kept, keep_on
withdraw              a case is taken back, and what was reserved for it is free
"""

from __future__ import annotations

from typing import Any

from sim.engine.complaints import Trouble
from sim.engine.machine.agenda import cancel
from sim.engine.machine.logbook import changes, patient_row, resource_row, tell
from sim.engine.machine.memory import case_at, person_at, resource_at
from sim.engine.machine.records import NONE, OVER
from sim.engine.machine.rows import forget
from sim.engine.machine.waiting import ask, leave_line
from sim.jit import jit_inside, jit_merged
from sim.log import Event, Happening

WITHDRAWN, RELEASED, KEPT = int(Event.WITHDRAWN), int(Event.RELEASED), int(Event.KEPT)
PLACES_THERE = int(Happening.CAPACITY)
TWICE_INSIDE = int(Trouble.TWICE_INSIDE)


@jit_inside
def left_over(s: Any, person: int, place: int) -> int:
    """The case that is over but by which she still has this place: kept, or held as its second; or NONE."""
    if resource_at(s, place).left_over < 0:
        return NONE
    p = person_at(s, person)
    if p.kept >= 0 and case_at(s, p.kept).target == place:
        return int(p.kept)
    case = p.first
    while case >= 0:
        c = case_at(s, case)
        if c.in_second and c.second == place and c.state == OVER:
            return int(case)
        case = c.after
    return NONE


@jit_inside
def has(s: Any, place: int, case: int) -> bool:
    """Whether one is free, for this case: what its patient still has from an order that is over counts as free."""
    r, c = resource_at(s, place), case_at(s, case)
    if r.taken < r.places:
        return True
    return c.person >= 0 and c.standing == 0 and left_over(s, c.person, place) >= 0


@jit_merged
def has_all(s: Any, case: int) -> bool:
    """Whether everything a place order needs is free."""
    c = case_at(s, case)
    return has(s, c.target, case) and (c.second < 0 or has(s, c.second, case))


@jit_merged
def mark_left_over(s: Any, case: int, which: int) -> None:
    """The case is over, but has its first or its second place."""
    c = case_at(s, case)
    place = c.target if which == 1 else c.second
    r = resource_at(s, place)
    c.left_over = which
    c.over_before = NONE
    c.over_after = r.left_over
    if r.left_over >= 0:
        case_at(s, r.left_over).over_before = case
    r.left_over = case


@jit_inside
def unmark_left_over(s: Any, case: int) -> None:
    """It has it no more."""
    c = case_at(s, case)
    if c.left_over == 0:
        return
    r = resource_at(s, c.target if c.left_over == 1 else c.second)
    c.left_over = 0
    if c.over_before >= 0:
        case_at(s, c.over_before).over_after = c.over_after
    else:
        r.left_over = c.over_after
    if c.over_after >= 0:
        case_at(s, c.over_after).over_before = c.over_before


@jit_merged
def give_up(s: Any, person: int, place: int) -> None:
    """Free what she still has of this place from an order that is over."""
    case = left_over(s, person, place)
    if case < 0:
        return
    if case == person_at(s, person).kept:
        release_kept(s, person, -1)
    else:
        cancel(s, case_at(s, case).due)
        case_at(s, case).due = NONE
        release_second(s, case)
        forget(s, case)


@jit_merged
def take(s: Any, place: int, person: int) -> None:
    """One place less."""
    if person >= 0:
        case = person_at(s, person).first
        while case >= 0:
            c = case_at(s, case)
            inside = (c.in_first and c.target == place) or (c.in_second and c.second == place)
            if inside and s.trouble == 0:
                s.trouble = TWICE_INSIDE
                s.person = person
                s.order = place
            case = c.after
    changes(s, place, 1)


@jit_inside
def free(s: Any, place: int) -> None:
    """One place more."""
    changes(s, place, -1)
    if s.giving:
        s.freed = 1
    else:
        ask(s)


@jit_merged
def set_places(s: Any, place: int, places: int) -> None:
    """Another number of places from this minute on; nobody is evicted."""
    resource_at(s, place).places = places
    resource_row(s, s.now, place, PLACES_THERE, -1, places, -1)
    ask(s)


@jit_inside
def take_second(s: Any, case: int) -> None:
    """The place a case needs besides its own resource is hers from now on."""
    c = case_at(s, case)
    if c.person >= 0 and c.standing == 0:
        give_up(s, c.person, c.second)
    take(s, c.second, c.person)
    c.in_second = 1
    c.taken_at = s.now


@jit_inside
def release_second(s: Any, case: int) -> None:
    """Free the second place."""
    c, now = case_at(s, case), s.now
    unmark_left_over(s, case)
    c.in_second = 0
    if c.person >= 0:
        patient_row(s, c.person, RELEASED, c.step, c.second, now - c.taken_at, -1)
    free(s, c.second)


@jit_merged
def second_over(s: Any, case: int) -> None:
    """The second place's own minutes are over."""
    case_at(s, case).due = NONE
    release_second(s, case)
    forget(s, case)


@jit_inside
def release_kept(s: Any, person: int, why: int) -> None:
    """The place she kept is free."""
    p = person_at(s, person)
    case = p.kept
    c = case_at(s, case)
    p.kept = NONE
    keeps_no_more(s, person)
    unmark_left_over(s, case)
    if p.kept_logged:
        tell(s, case, RELEASED, s.now - p.kept_since, why)
    c.in_first = 0
    free(s, c.target)
    forget(s, case)


@jit_merged
def keeps_no_more(s: Any, person: int) -> None:
    """Out of the row of keepers, if she is in it."""
    p = person_at(s, person)
    if p.keeps == 0:
        return
    p.keeps = 0
    s.keeping -= 1
    resource_at(s, p.keeps_place).keeping -= 1
    if p.keeps_before >= 0:
        person_at(s, p.keeps_before).keeps_after = p.keeps_after
    else:
        s.keepers = p.keeps_after
    if p.keeps_after >= 0:
        person_at(s, p.keeps_after).keeps_before = p.keeps_before


@jit_merged
def keep_on(s: Any, person: int) -> None:
    """She keeps her place until what she has ordered is given."""
    p = person_at(s, person)
    if p.keeps == 0:
        p.keeps = 1
        p.keeps_place = case_at(s, p.kept).target
        s.keeping += 1
        resource_at(s, p.keeps_place).keeping += 1
        p.keeps_before = NONE
        p.keeps_after = s.keepers
        if s.keepers >= 0:
            person_at(s, s.keepers).keeps_before = person
        s.keepers = person
    if p.kept_logged == 0:
        p.kept_logged = 1
        tell(s, p.kept, KEPT, 0, -1)


@jit_merged
def withdraw(s: Any, case: int, why: int) -> None:
    """Take back what has not been called or started, and free what was reserved for it."""
    c = case_at(s, case)
    leave_line(s, case)
    c.state = OVER
    tell(s, case, WITHDRAWN, 0, why)
    if c.in_second:
        release_second(s, case)
    forget(s, case)
