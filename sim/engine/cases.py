"""What waits and what is waited for: the things of a running hospital, as plain records.

    Person                     a patient's whereabouts in her journey
    Case                       one order of a patient, or one competing case
    Place, Listing, Offering   the three kinds of resource, each with its queue
    Session                    a sitting that will be or is being held

Records only; who moves them when is told in `floor`, `lists` and `journey`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any

from sim.engine.clock import Due
from sim.engine.hospital import Resource, Sitting, longest_case

QUEUED, BOOKED, AWAITED, SERVED, OVER = range(5)
"""How far a case is: in a queue; booked; booked on a sitting that has opened; begun; ended or taken back."""

HERE, LEFT, DEAD = range(3)
"""How far a patient is."""

Key = tuple[int, int, float, int, int]
"""Urgency, minute of joining, tie-break, number, serial number: the order of every queue."""


class Person:
    """A patient's whereabouts.

    orders     of the running step, except standing ones
    open       every case of hers in which anything is still queued, booked, running or held, by serial number
    to_do      how many orders must still end before the next step; `any_will_do`: one of them is enough
    kept       the case whose place she has although its use is over
    """

    __slots__ = (
        "alarm",
        "alarm_due",
        "any_will_do",
        "busy",
        "busy_at",
        "kept",
        "kept_logged",
        "kept_since",
        "number",
        "open",
        "orders",
        "since",
        "state",
        "step",
        "step_due",
        "steps",
        "then",
        "to_do",
    )

    def __init__(self, number: int, first_step: int, never: int) -> None:
        self.number = number
        self.state = HERE
        self.step = first_step
        self.then = first_step
        self.steps = 0
        self.since = -1
        self.orders: list[Case] = []
        self.open: dict[int, Case] = {}
        self.to_do = 0
        self.any_will_do = False
        self.step_due: Due | None = None
        self.alarm = never
        self.alarm_due: Due | None = None
        self.kept: Case | None = None
        self.kept_since = 0
        self.kept_logged = False
        self.busy_at = -1
        self.busy = 0


class Case:
    """One order of a patient, or one competing case (`person` is None).

    number      patient or competing case; with the serial number its address for draws
    target      what it queues for; None for a wait
    key         its place in the queue
    order       its number in the plan
    counts      whether the next step waits for it
    begun       minute at which its use began
    taken_at    minute at which its second place was taken
    in_first, in_second   whether it has the places
    """

    __slots__ = (
        "begun",
        "counts",
        "due",
        "in_first",
        "in_second",
        "keep",
        "key",
        "kind",
        "mask",
        "minutes",
        "missed",
        "number",
        "order",
        "person",
        "second",
        "second_minutes",
        "serial",
        "session",
        "standing",
        "state",
        "step",
        "taken_at",
        "target",
        "then",
        "urgency",
    )

    def __init__(
        self,
        person: Person | None,
        number: int,
        serial: int,
        kind: int,
        target: Any,
        minutes: int,
        urgency: int,
        second: Place | None,
        second_minutes: int,
    ) -> None:
        self.person = person
        self.number = number
        self.serial = serial
        self.kind = kind
        self.target = target
        self.minutes = minutes
        self.urgency = urgency
        self.second = second
        self.second_minutes = second_minutes
        self.mask = 0
        self.keep = False
        self.standing = False
        self.then = -1
        self.step = -1
        self.order = serial & 7
        self.key: Key = (urgency, 0, 0.0, number, serial)
        self.missed = 0
        self.state = QUEUED
        self.counts = False
        self.begun = 0
        self.taken_at = 0
        self.in_first = False
        self.in_second = False
        self.session: Session | None = None
        self.due: Due | None = None


class Queue:
    """Cases in the contract's order: a sorted list of (key, case)."""

    __slots__ = ("cases",)

    def __init__(self) -> None:
        self.cases: list[tuple[Key, Case]] = []

    def __len__(self) -> int:
        return len(self.cases)

    def add(self, case: Case) -> None:
        """Put the case where its key belongs. Keys differ, so cases are never compared."""
        insort(self.cases, (case.key, case))

    def remove(self, case: Case) -> None:
        """Take the case out."""
        del self.cases[bisect_left(self.cases, (case.key,))]


class Place:
    """Places of one kind, their queue, and how many are in use.

    taken      in use or held
    logged     the occupancy last written, and `changed` the minute of the last change
    inside     patients who have one (competing cases only count in `taken`)
    """

    __slots__ = ("backfill", "changed", "inside", "logged", "name", "number", "places", "queue", "taken")

    def __init__(self, number: int, resource: Resource) -> None:
        self.number = number
        self.name = resource.name
        self.backfill = resource.backfill
        self.places = 0
        self.taken = 0
        self.logged = 0
        self.changed = 0
        self.inside: set[int] = set()
        self.queue = Queue()


class Listing:
    """A list, its queue, its sittings in order of opening, and those of this minute that are to be dealt with.

    longest    the longest case any sitting can take
    shortest   the shortest case that ever queued here: no smaller gap is worth a look
    ahead      sittings that are being booked and have not opened yet, by number
    """

    __slots__ = ("ahead", "freezing", "longest", "number", "opening", "queue", "resource", "shortest", "sittings")

    def __init__(self, number: int, resource: Resource) -> None:
        self.number = number
        self.resource = resource
        self.queue = Queue()
        self.sittings = sorted(resource.sittings)
        self.ahead: dict[int, Session] = {}
        self.longest = longest_case(resource)
        self.shortest = self.longest
        self.opening: list[Session] = []
        self.freezing: list[Session] = []

    def session(self, index: int) -> Session:
        """The sitting of this number, which is made when it is first looked at, long after the run has begun."""
        if index not in self.ahead:
            sitting = self.sittings[index]
            first = bisect_left(self.sittings, sitting.opens, key=lambda its: its.opens)
            self.ahead[index] = Session(self, index, sitting, index - first)
        return self.ahead[index]


class Session:
    """A sitting: who is booked on it, and how many of its minutes are given away.

    index      its number on its list, by opening; `room` its number among those of the same opening
    used       minutes given away, and `by_others` those to competing cases
    count      how many cases these are
    off        -1, or the reason for which it does not take place
    """

    __slots__ = ("booked", "by_others", "count", "frozen", "index", "listing", "off", "room", "sitting", "used")

    def __init__(self, listing: Listing, index: int, sitting: Sitting, room: int) -> None:
        self.listing = listing
        self.index = index
        self.room = room
        self.sitting = sitting
        self.off = sitting.off
        self.booked: list[Case] = []
        self.used = 0
        self.by_others = 0
        self.count = 0
        self.frozen = False


class Offering:
    """An offer's queue, and the kinds of the offers that came in this minute."""

    __slots__ = ("number", "queue", "rank", "table")

    def __init__(self, number: int, resource: Resource) -> None:
        self.number = number
        self.rank = resource.rank
        self.queue = Queue()
        self.table: list[int] = []


Target = Place | Listing | Offering
