"""Rings: patients who keep their places while they wait for each other's.

    Rings.keepers        who keeps a place now
    Rings.look_later()   test at the end of this minute
    stuck(keepers, ...)  the kinds of place that nothing will ever free, as things stand

The rules are in `rules`, under RINGS.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sim.engine.cases import QUEUED, Case, Key, Person, Place
from sim.engine.complaints import ring_found
from sim.engine.rules import Rank
from sim.errors import RunError
from sim.log import Event, Why
from sim.steps import Kind
from sim.units import day_and_time

if TYPE_CHECKING:
    from sim.engine.floor import Floor

_RINGS = int(Rank.RINGS)


def awaited(person: Person) -> Case | None:
    """The place order a keeper waits for; None if it is no place, and so will come with time."""
    for case in person.orders:
        if case.state == QUEUED and case.kind == Kind.PLACE:
            return case
    return None


def kept_place(person: Person) -> Place:
    """The place a keeper has."""
    assert person.kept is not None
    place: Place = person.kept.target
    return place


def stuck(keepers: list[Person], places: list[Place]) -> set[int]:
    """Numbers of the places that are stuck: none free, nobody served, every keeper waiting for a stuck one."""
    there: dict[int, list[Person]] = {}
    for person in keepers:
        there.setdefault(kept_place(person).number, []).append(person)
    left = {
        place.number
        for place in places
        if place.taken >= place.places and place.taken == len(there.get(place.number, ())) and place.taken
    }
    while True:
        loose = {number for number in left if not all(_waits_in(person, left) for person in there[number])}
        if not loose:
            return left
        left -= loose


def _waits_in(person: Person, numbers: set[int]) -> bool:
    case = awaited(person)
    if case is None:
        return False
    own = kept_place(person)
    return any(place.number in numbers for place in (case.target, case.second) if place not in (None, own))


class Rings:
    """Looks for rings, and does what the hospital's `rings` says."""

    def __init__(self, floor: Floor, policy: str) -> None:
        self.floor = floor
        self.policy = policy
        self.keepers: dict[int, Person] = {}
        self._known: set[int] = set()
        self._due = False

    def look_later(self) -> None:
        """Test once this minute has nothing else to do; while nobody keeps, nobody is stuck."""
        if not self.keepers:
            self._known.clear()
        elif not self._due:
            self._due = True
            now = self.floor.clock.now
            self.floor.clock.at(now, _RINGS, 0, self._look, None)

    def _look(self, _: Any) -> None:
        self._due = False
        members = self._members()
        known, self._known = self._known, {person.number for person in members}
        for person in members:
            case = awaited(person)
            if person.number not in known and case is not None:
                self.floor.tell(case, Event.STUCK, kept_place(person).number, Why.PLACE_NEEDED)
        if members and self.policy == "error":
            raise RunError(self._message(members))
        while members and self.policy == "swap":
            ring = _first_ring(members)
            if not ring:
                return
            self._swap(ring)
            members = self._members()

    def _members(self) -> list[Person]:
        """The keepers of stuck places, in the queue order of what they wait for."""
        numbers = stuck(list(self.keepers.values()), self.floor.places)
        members = [person for person in self.keepers.values() if kept_place(person).number in numbers]
        return sorted(members, key=_key)

    def _swap(self, ring: list[Person]) -> None:
        """All leave their places at once, and each takes the one she waited for."""
        cases = []
        for person in ring:
            case = awaited(person)
            assert case is not None
            case.target.queue.remove(case)
            cases.append(case)
        for person in ring:
            self.floor.release_kept(person, Why.PLACE_NEEDED)
        for case in cases:
            self.floor.give_place(case)

    def _message(self, members: list[Person]) -> str:
        who = [
            (person.number, kept_place(person).name, case.target.name)
            for person in members
            if (case := awaited(person)) is not None
        ]
        return ring_found(day_and_time(self.floor.clock.now), who)


def _key(person: Person) -> Key:
    case = awaited(person)
    assert case is not None
    return case.key


def _first_ring(members: list[Person]) -> list[Person]:
    """The shortest ring through the first member who is on one, [] if none can be resolved by changing places.

    members   in queue order. Who needs a second place as well cannot simply change, nor can those in a place
              that has more people in it than it still has places.
    """
    movers = [person for person in members if _can_change(person)]
    for first in movers:
        goal = kept_place(first).number
        paths: deque[list[Person]] = deque([[first]])
        seen: set[int] = set()
        while paths:
            path = paths.popleft()
            wanted = _wanted(path[-1])
            if wanted == goal:
                return path
            if wanted in seen:
                continue
            seen.add(wanted)
            paths.extend([*path, person] for person in movers if kept_place(person).number == wanted)
    return []


def _can_change(person: Person) -> bool:
    case, place = awaited(person), kept_place(person)
    return case is not None and case.second is None and place.taken <= place.places


def _wanted(person: Person) -> int:
    case = awaited(person)
    assert case is not None
    return int(case.target.number)
