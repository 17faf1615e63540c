"""Rings: patients who keep their places while they wait for each other's.

    look_later(s)   test at the end of this minute
    look(s)         who newly belongs to a ring is logged; rings are reported, swapped or an error

The rules are in `sim.engine.rules`, under RINGS; `sim.engine.rings` is the same in plain objects.
"""

from __future__ import annotations

from typing import Any

from sim.engine.complaints import Trouble
from sim.engine.machine.logbook import tell
from sim.engine.machine.memory import case_at, person_at, resource_at, short_at
from sim.engine.machine.places import release_kept
from sim.engine.machine.queues import earlier
from sim.engine.machine.records import ERROR, NONE, QUEUED, SWAP
from sim.engine.machine.uses import give_place
from sim.engine.machine.waiting import out_of_queue
from sim.jit import jit_inside, jit_merged
from sim.log import Event, Why
from sim.steps import Kind

PLACE = int(Kind.PLACE)
STUCK, PLACE_NEEDED, RING = int(Event.STUCK), int(Why.PLACE_NEEDED), int(Trouble.RING)


@jit_merged
def look_later(s: Any) -> None:
    """Test once this minute has nothing else to do; while nobody keeps, nobody is stuck."""
    if s.keeping == 0:
        _know_nobody(s)
    else:
        s.rings_due = 1


@jit_inside
def _know_nobody(s: Any) -> None:
    if s.known_stuck > 0:
        for person in range(s.top_person):
            person_at(s, person).stuck = 0
        s.known_stuck = 0


@jit_inside
def awaited(s: Any, person: int) -> int:
    """The place order a keeper waits for; NONE if it is no place, and so will come with time."""
    case = person_at(s, person).first
    while case >= 0:
        c = case_at(s, case)
        if c.running and c.state == QUEUED and c.kind == PLACE:
            return int(case)
        case = c.after
    return NONE


@jit_merged
def _find_members(s: Any) -> None:
    """The keepers of stuck places, in the queue order of what they wait for, into `short`."""
    s.members = 0
    some = False
    place = s.first_place
    while place >= 0:
        r = resource_at(s, place)
        r.closed = 1 if r.taken >= r.places and r.taken == r.keeping and r.taken > 0 else 0  # might be stuck
        some = some or r.closed == 1
        place = r.next
    while some:
        some = False
        person = s.keepers
        while person >= 0:
            p = person_at(s, person)
            if resource_at(s, p.keeps_place).closed == 1 and not _waits_for_stuck(s, person):
                resource_at(s, p.keeps_place).closed = 2  # is not
                some = True
            person = p.keeps_after
        place = s.first_place
        while place >= 0:
            if resource_at(s, place).closed == 2:
                resource_at(s, place).closed = 0
            place = resource_at(s, place).next
    person = s.keepers
    while person >= 0:
        p = person_at(s, person)
        if resource_at(s, p.keeps_place).closed == 1:
            _insert(s, person)
        person = p.keeps_after


@jit_merged
def _waits_for_stuck(s: Any, person: int) -> bool:
    case = awaited(s, person)
    if case < 0:
        return False
    c, own = case_at(s, case), person_at(s, person).keeps_place
    if c.target != own and resource_at(s, c.target).closed >= 1:
        return True
    return c.second >= 0 and c.second != own and resource_at(s, c.second).closed >= 1


@jit_merged
def _insert(s: Any, person: int) -> None:
    at = s.members
    s.members += 1
    case = awaited(s, person)
    while at > 0 and earlier(s, case, awaited(s, short_at(s, at - 1).member)):
        short_at(s, at).member = short_at(s, at - 1).member
        at -= 1
    short_at(s, at).member = person


@jit_merged
def look(s: Any) -> None:
    """What the end of the minute shows."""
    s.rings_due = 0
    _find_members(s)
    if s.members == 0:
        _know_nobody(s)
        return
    _log_new_members(s)
    if s.rings == ERROR:
        for at in range(s.members):
            person_at(s, short_at(s, at).member).swaps = awaited(s, short_at(s, at).member)
        s.trouble = RING
    while s.members > 0 and s.rings == SWAP:
        if not _swap_first_ring(s):
            return
        _find_members(s)


@jit_merged
def _log_new_members(s: Any) -> None:
    for at in range(s.members):
        person = short_at(s, at).member
        if person_at(s, person).stuck == 0:
            tell(s, awaited(s, person), STUCK, person_at(s, person).keeps_place, PLACE_NEEDED)
    _know_nobody(s)
    for at in range(s.members):
        person_at(s, short_at(s, at).member).stuck = 1
    s.known_stuck = s.members


@jit_merged
def _can_change(s: Any, person: int) -> bool:
    r, case = resource_at(s, person_at(s, person).keeps_place), awaited(s, person)
    return case >= 0 and case_at(s, case).second < 0 and r.taken <= r.places


@jit_merged
def _swap_first_ring(s: Any) -> bool:
    """All of the shortest ring through the first member who is on one leave their places, and take what they wait for.

    Who needs a second place as well cannot simply change, nor can those in a place that has more people in it than it
    still has places. The search goes outwards from the first member, by places; `path` of a member is who came before.
    """
    for start in range(s.members):
        first = short_at(s, start).member
        if not _can_change(s, first):
            continue
        last = _search(s, first)
        if last >= 0:
            _change_places(s, last)
            return True
    return False


@jit_merged
def _search(s: Any, first: int) -> int:
    """The last of the shortest ring through `first`, each with who came before in `path`; NONE if there is none."""
    goal = person_at(s, first).keeps_place
    place = s.first_place
    while place >= 0:
        resource_at(s, place).closed = 0  # seen
        place = resource_at(s, place).next
    person_at(s, first).path = NONE
    person_at(s, first).path_next = NONE
    here, end = first, first
    while here >= 0:
        wanted = case_at(s, awaited(s, here)).target
        if wanted == goal:
            return int(here)
        if resource_at(s, wanted).closed == 0:
            resource_at(s, wanted).closed = 1
            for at in range(s.members):
                person = short_at(s, at).member
                if person_at(s, person).keeps_place == wanted and _can_change(s, person):
                    person_at(s, person).path = here
                    person_at(s, person).path_next = NONE
                    person_at(s, end).path_next = person
                    end = person
        here = person_at(s, here).path_next
    return NONE


@jit_merged
def _change_places(s: Any, last: int) -> None:
    person = last
    while person >= 0:  # out of the queues
        person_at(s, person).swaps = awaited(s, person)
        person = person_at(s, person).path
    _take_out_ring(s, last)
    person = last
    while person >= 0:
        release_kept(s, person, PLACE_NEEDED)
        person = person_at(s, person).path
    person = last
    while person >= 0:
        give_place(s, person_at(s, person).swaps)
        person = person_at(s, person).path


@jit_merged
def _take_out_ring(s: Any, last: int) -> None:
    person = last
    while person >= 0:
        out_of_queue(s, person_at(s, person).swaps)
        person = person_at(s, person).path
