"""The hospital in motion: queues, places taken and freed, and the giving-out of what is free.

    Floor.join, withdraw         into a queue, and out of whatever a case waits for
    Floor.begin, finish          a use begins and ends
    Floor.vacate                 a patient who has died leaves all at once
    Floor.give                   the second half of an instant: places, then offers, then lists
    Floor.settle                 the log is complete up to now
    Floor.close                  the last occupancies, at the horizon

Patients' and competing cases follow the same lines; they differ in the log their rows go to. What a
given or finished order means for a journey is for `journey` to say (`Follower`).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Protocol

from sim import draws
from sim.engine import lists
from sim.engine.cases import (
    AWAITED,
    BOOKED,
    DEAD,
    OVER,
    QUEUED,
    SERVED,
    Case,
    Key,
    Listing,
    Offering,
    Person,
    Place,
    Target,
)
from sim.engine.clock import Clock, Due
from sim.engine.complaints import twice_inside
from sim.engine.hospital import Hospital
from sim.engine.rings import Rings
from sim.engine.rules import Question, Rank, visit
from sim.errors import RunError
from sim.log import Event, Happening, LogWriter, Why
from sim.steps import NEVER, Kind
from sim.units import day_and_time

_ORDER, _GIVING = int(Rank.ORDER), int(Rank.GIVING)
_TIE = int(Question.TIE)


class Follower(Protocol):
    """Whoever must know of what happens to a patient's orders."""

    def given(self, case: Case) -> None:
        """A standing order with a step of its own has been given."""

    def finished(self, case: Case) -> None:
        """An order's use is over."""

    def whereabouts(self, person: Person) -> str:
        """A patient in words, for a message."""


class Floor:
    """All resources of a hospital, while it runs.

    check   whether contradictions are looked for on the way (full places given, the dead treated)
    """

    def __init__(self, hospital: Hospital, clock: Clock, log: LogWriter, key: int, check: bool = True) -> None:
        self.hospital = hospital
        self.clock = clock
        self.log = log
        self.key = key
        self.check = check
        self.follower: Follower
        self.targets: list[Target] = []
        for number, resource in enumerate(hospital.resources):
            if resource.kind == Kind.PLACE:
                self.targets.append(Place(number, resource))
            elif resource.kind == Kind.LIST:
                self.targets.append(Listing(number, resource))
            else:
                self.targets.append(Offering(number, resource))
        self.places = [target for target in self.targets if isinstance(target, Place)]
        self.listings = [target for target in self.targets if isinstance(target, Listing)]
        self.listings.sort(key=lambda listing: listing.resource.rank)
        self.offerings = [target for target in self.targets if isinstance(target, Offering)]
        self.offerings.sort(key=lambda offering: offering.rank)
        self.rings = Rings(self, hospital.rings)
        self._passed: dict[int, Key] = {}
        self._giving = False
        self._giving_due = False
        self._freed = False

    # ---- rows

    def tell(self, case: Case, event: int, value: int = 0, why: int = -1) -> None:
        """A row about a patient's order, under the step that placed it."""
        self.log.event(case.number, self.clock.now, event, case.step, case.target.number, value, why)

    def tell_other(self, case: Case, minute: int, event: int, value: int = 0, why: int = -1) -> None:
        """A row about a competing case."""
        self.log.resource(minute, case.target.number, event, case.number, value, why)

    # ---- queues

    def tie(self, case: Case) -> float:
        """The tie-break of a case's present visit to its queue."""
        return float(draws.uniform(self.key, case.number, _TIE, visit(case.serial, case.missed)))

    def join(self, case: Case, tie: float) -> None:
        """Into the queue, as from this minute."""
        self.requeue(case, self.clock.now, tie)
        target = case.target
        if case.person is None:
            self.tell_other(case, self.clock.now, Happening.JOINED, case.urgency)
        else:
            self.tell(case, Event.JOINED, case.urgency)
        if case.kind == Kind.PLACE:
            self.ask()
        elif case.kind == Kind.LIST and case.minutes < target.shortest:
            target.shortest = case.minutes

    def requeue(self, case: Case, minute: int, tie: float) -> None:
        """Into the queue with this joining minute and tie-break."""
        case.key = (case.urgency, minute, tie, case.number, case.serial)
        case.state = QUEUED
        case.target.queue.add(case)

    def back(self, case: Case) -> None:
        """Into the queue with its old key."""
        case.state = QUEUED
        case.target.queue.add(case)

    def withdraw(self, case: Case, why: int) -> None:
        """Take back what has not been called or started, and free what was reserved for it."""
        self._unqueue(case)
        case.state = OVER
        self.tell(case, Event.WITHDRAWN, 0, why)
        if case.in_second:
            self._release_second(case)
        self._forget(case)

    def _unqueue(self, case: Case) -> None:
        if case.state == QUEUED:
            case.target.queue.remove(case)
        elif case.state == BOOKED:
            lists.unbook(case)
        elif case.state == AWAITED and case.due is not None:
            case.due.cancel()

    # ---- places

    def has(self, place: Place, case: Case) -> bool:
        """Whether one is free, for this case: what its patient still has from an order that is over counts as free."""
        if place.taken < place.places:
            return True
        return case.person is not None and not case.standing and self.left_over(case.person, place) is not None

    def left_over(self, person: Person, place: Place) -> Case | None:
        """The case that is over but by which she still has this place: kept, or held as its second."""
        if person.number not in place.inside:
            return None
        if person.kept is not None and person.kept.target is place:
            return person.kept
        for case in person.open.values():
            if case.in_second and case.second is place and case.state == OVER:
                return case
        return None

    def give_up(self, person: Person, place: Place) -> bool:
        """Free what she still has of this place from an order that is over; whether there was anything."""
        case = self.left_over(person, place)
        if case is None:
            return False
        if case is person.kept:
            self.release_kept(person)
        else:
            assert case.due is not None
            case.due.cancel()
            self._release_second(case)
            self._forget(case)
        return True

    def has_all(self, case: Case) -> bool:
        """Whether everything a place order needs is free."""
        return self.has(case.target, case) and (case.second is None or self.has(case.second, case))

    def take(self, place: Place, person: Person | None, own: bool = False) -> None:
        """One place less. `own`: it is the one she just gave up, which even a cut in capacity leaves her."""
        if self.check and place.taken >= place.places and not own:
            raise RunError(
                f"{day_and_time(self.clock.now)}: a place of {place.name} is given out, though {place.taken} of "
                f"{place.places} are taken"
            )
        if person is not None:
            if person.number in place.inside:
                raise RunError(twice_inside(self.follower.whereabouts(person), place.name))
            place.inside.add(person.number)
        self._note_change(place)
        place.taken += 1

    def free(self, place: Place, person: Person | None) -> None:
        """One place more."""
        if person is not None:
            place.inside.discard(person.number)
        self._note_change(place)
        place.taken -= 1
        if self._giving:
            self._freed = True
        else:
            self.ask()

    def set_places(self, place: Place, places: int) -> None:
        """Another number of places from this minute on; nobody is evicted."""
        place.places = places
        self.log.resource(self.clock.now, place.number, Happening.CAPACITY, -1, places, -1)
        self.ask()

    def _note_change(self, place: Place) -> None:
        """Occupancy is logged at its last value in a minute: written when the next minute changes it."""
        now = self.clock.now
        if now > place.changed:
            self._log_occupancy(place)
            place.changed = now

    def _log_occupancy(self, place: Place) -> None:
        if place.taken != place.logged:
            place.logged = place.taken  # before the row, which may have everything settled
            self.log.resource(place.changed, place.number, Happening.OCCUPIED, -1, place.taken, -1)

    def settle(self) -> int:
        """Write the occupancies of minutes that are over. Rows that are still to come are of the minute returned, or
        of later ones."""
        now = self.clock.now
        for place in self.places:
            if place.changed < now:
                self._log_occupancy(place)
        return now

    def close(self) -> None:
        """Write the occupancies that are still to be written."""
        for place in self.places:
            self._log_occupancy(place)

    def take_second(self, case: Case) -> None:
        """The place a case needs besides its own resource is hers from now on."""
        assert case.second is not None
        own = case.person is not None and not case.standing and self.give_up(case.person, case.second)
        self.take(case.second, case.person, own)
        case.in_second = True
        case.taken_at = self.clock.now

    def _release_second(self, case: Case) -> None:
        assert case.second is not None
        case.in_second = False
        now = self.clock.now
        if case.person is not None:
            held = now - case.taken_at
            self.log.event(case.number, now, Event.RELEASED, case.step, case.second.number, held, -1)
        self.free(case.second, case.person)

    def second_over(self, due: Due) -> None:
        """The second place's own minutes are over."""
        case: Case = due.subject
        case.due = None
        self._release_second(case)
        self._forget(case)

    def release_kept(self, person: Person, why: int = -1) -> None:
        """The place she kept is free."""
        case = person.kept
        assert case is not None
        person.kept = None
        self.rings.keepers.pop(person.number, None)
        if person.kept_logged:
            self.tell(case, Event.RELEASED, self.clock.now - person.kept_since, why)
        case.in_first = False
        self.free(case.target, person)
        self._forget(case)

    def keep_on(self, person: Person) -> None:
        """She keeps her place until what she has ordered is given."""
        case = person.kept
        assert case is not None
        self.rings.keepers[person.number] = person
        if not person.kept_logged:
            person.kept_logged = True
            self.tell(case, Event.KEPT)

    # ---- uses

    def begin(self, case: Case) -> None:
        """The use begins. Places have been taken already."""
        person = case.person
        now = self.clock.now
        case.state = SERVED
        case.begun = now
        lasts = case.minutes
        if person is None:
            self.tell_other(case, now, Happening.STARTED, lasts)
        else:
            if self.check and person.state == DEAD:
                raise RunError(f"{self.follower.whereabouts(person)}: is to be treated, though she has died")
            self.tell(case, Event.STARTED, lasts if lasts != NEVER else -1)
        if lasts != NEVER:
            case.due = self.clock.at(now + lasts, _ORDER + case.order, case.serial, self.finish, case)
        if case.standing and case.then >= 0:
            self.follower.given(case)

    def give_place(self, case: Case) -> None:
        """A place, and the second if one is needed, to a case that is out of the queue by now."""
        person = case.person
        own = person is not None and not case.standing and self.give_up(person, case.target)
        self.take(case.target, person, own)
        case.in_first = True
        if case.second is not None:
            self.take_second(case)
        if person is not None and person.kept is not None and not case.standing:
            self.release_kept(person)
        self.begin(case)

    def call(self, due: Due) -> None:
        """A list case's turn has come."""
        due.subject.due = None
        self.call_now(due.subject)

    def call_now(self, case: Case) -> None:
        """`called`, and in the same minute `started`."""
        person = case.person
        assert person is not None
        self.tell(case, Event.CALLED)
        if person.kept is not None:
            self.release_kept(person)
        self.begin(case)

    def finish(self, due: Due) -> None:
        """The use is over: places are freed, or kept, or held on."""
        case: Case = due.subject
        person = case.person
        now = self.clock.now
        case.due = None
        case.state = OVER
        lasted = now - case.begun
        if person is None:
            self.tell_other(case, now, Happening.FINISHED, lasted)
        else:
            self.tell(case, Event.FINISHED, lasted)
        if case.in_first:
            if case.keep and case.counts and person is not None:
                person.kept = case
                person.kept_since = now
                person.kept_logged = False
            else:
                case.in_first = False
                self.free(case.target, person)
        if case.in_second:
            if case.second_minutes:
                until = now + case.second_minutes
                case.due = self.clock.at(until, _ORDER + case.order, case.serial, self.second_over, case)
            else:
                self._release_second(case)
        self._forget(case)
        if person is not None:
            self.follower.finished(case)

    def end_standing(self, case: Case) -> None:
        """A standing place that is held is given back before its time."""
        if case.due is not None:
            case.due.cancel()
        case.state = OVER
        case.in_first = False
        self.tell(case, Event.RELEASED, self.clock.now - case.begun)
        self.free(case.target, case.person)
        if case.in_second:
            self._release_second(case)
        self._forget(case)

    def vacate(self, person: Person) -> None:
        """Out of every queue, booking and place, without a row: her death says it."""
        for case in person.open.values():
            self._unqueue(case)
            if case.due is not None:
                case.due.cancel()
            case.state = OVER
            if case.in_first:
                case.in_first = False
                self.free(case.target, person)
            if case.in_second and case.second is not None:
                case.in_second = False
                self.free(case.second, person)
        person.open.clear()
        person.kept = None
        self.rings.keepers.pop(person.number, None)

    def _forget(self, case: Case) -> None:
        if case.person is not None and case.state == OVER and not (case.in_first or case.in_second):
            case.person.open.pop(case.serial, None)

    # ---- the second half of an instant

    def ask(self) -> None:
        """There may be something to give out in this minute."""
        if not self._giving_due:
            self._giving_due = True
            self.clock.at(self.clock.now, _GIVING, 0, self.give, None)

    def give(self, _: Any) -> None:
        """Places in rounds, offers and lists in the first of them."""
        self._giving_due = False
        self._giving = True
        self._give_places()
        for offering in self.offerings:
            if offering.table:
                self._give_offers(offering)
        for listing in self.listings:
            if listing.opening or listing.freezing:
                lists.deal_with(self, listing)
        while self._freed:
            self._freed = False
            self._give_places()
        self._giving = False
        self.rings.look_later()

    def _give_places(self) -> None:
        """One round: of the heads of all queues the first in queue order, until every queue is closed."""
        looked_at = [place for place in self.places if place.queue.cases]
        self._passed.clear()
        while looked_at:
            first: tuple[Key, Case] | None = None
            for place in looked_at:
                head = self._head(place)
                if head is not None and (first is None or head < first):
                    first = head
            if first is None:
                return
            key, case = first
            place = case.target
            if self.has_all(case):
                place.queue.remove(case)
                self.give_place(case)
            elif place.backfill:
                self._passed[place.number] = key
            else:
                looked_at.remove(place)

    def _head(self, place: Place) -> tuple[Key, Case] | None:
        cases = place.queue.cases
        at = 0
        if place.number in self._passed:
            at = bisect_right(cases, self._passed[place.number], key=lambda entry: entry[0])
        return cases[at] if at < len(cases) else None

    def _give_offers(self, offering: Offering) -> None:
        """Each offer to the first whom it suits and who has all else she needs; else it is lost."""
        table, offering.table = offering.table, []
        for kind in table:
            for _, case in list(offering.queue.cases):
                if not case.mask >> kind & 1:
                    continue
                if case.second is not None and not self.has(case.second, case):
                    self.tell(case, Event.DECLINED, kind, Why.NO_SECOND)
                    continue
                self._give_offer(case)
                break
            else:
                self.log.resource(self.clock.now, offering.number, Happening.UNUSED, -1, kind, -1)

    def _give_offer(self, case: Case) -> None:
        case.target.queue.remove(case)
        person = case.person
        assert person is not None
        if case.second is not None:
            self.take_second(case)
        if person.kept is not None and not case.standing:
            self.release_kept(person)
        self.begin(case)
