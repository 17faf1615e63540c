"""What a hospital's diary holds before anything happens: capacity changes, freezes, openings, offers, other cases.

    keep(floor, until)                 lays everything out on the clock
    competing_cases(competing, ...)    the stream of one competing demand
    offers(resource, ...)              the stream of one kind of offer

Arrivals are at random (exponential gaps, taken on the cumulative rate where it changes with time). The gaps are
summed as they are drawn, and a case belongs to the minute that has begun, so that the rate is kept exactly. Each case
and each sitting draws from its own address; adding a stream, a sitting or a case changes no other's luck.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import numpy as np

from sim import draws
from sim.engine.cases import Case, Listing, Offering, Place, Session
from sim.engine.clock import Due
from sim.engine.floor import Floor
from sim.engine.hospital import Competing, Resource, Spread, longest_for_others
from sim.engine.rules import Question, Rank, competing_stream, pick, resource_stream, visit, whole
from sim.log import Happening, Why
from sim.units import YEAR

_DIARY, _STEP = int(Rank.DIARY), int(Rank.STEP)
_BLOCK = 256  # cases whose numbers are drawn at a time; any other number draws the same


class Drawn(NamedTuple):
    """One competing case as drawn."""

    minute: int
    number: int
    minutes: int
    urgency: int
    second_minutes: int
    tie: float


def keep(floor: Floor) -> None:
    """Lay out the diary of the floor's hospital on its clock, up to the horizon."""
    clock = floor.clock
    for target, resource in zip(floor.targets, floor.hospital.resources, strict=True):
        if isinstance(target, Place):
            for minute, places in resource.capacity:
                clock.at(minute, _DIARY, 0, lambda due: floor.set_places(*due.subject), (target, places))
        elif isinstance(target, Offering):
            _Offers(floor, target, resource)
        else:
            _Sittings(floor, target)
    for competing in floor.hospital.competing:
        _Arrivals(floor, competing)


class _Sittings:
    """Freezes each sitting of a list `notice` ahead and opens it in its minute; only the next one is on the clock."""

    def __init__(self, floor: Floor, listing: Listing) -> None:
        self.floor = floor
        self.listing = listing
        if listing.resource.notice:
            self._freeze_next(0)
        self._open_next(0)

    def _freeze_next(self, index: int) -> None:
        if index < len(self.listing.sittings):
            freezes = max(0, self.listing.sittings[index].opens - self.listing.resource.notice)
            self.floor.clock.at(freezes, _DIARY, 0, self._freezes, index)

    def _freezes(self, due: Due) -> None:
        index: int = due.subject
        self._freeze_next(index + 1)
        self.listing.freezing.append(self.listing.session(index))
        self.floor.ask()

    def _open_next(self, index: int) -> None:
        if index < len(self.listing.sittings):
            self.floor.clock.at(self.listing.sittings[index].opens, _DIARY, 0, self._opens, index)

    def _opens(self, due: Due) -> None:
        index: int = due.subject
        self._open_next(index + 1)
        session = self.listing.session(index)
        self._may_be_off(session)
        self.listing.opening.append(session)
        self.floor.ask()

    def _may_be_off(self, session: Session) -> None:
        resource = self.listing.resource
        if resource.cancelled and session.off < 0:
            entity = draws.stream(resource_stream(resource.name), session.room)
            if draws.uniform(self.floor.key, entity, int(Question.SITTING), session.sitting.opens) < resource.cancelled:
                session.off = int(Why.SITTING_OFF)


class _Offers:
    """Puts each offer on the table in its minute."""

    def __init__(self, floor: Floor, offering: Offering, resource: Resource) -> None:
        self.floor = floor
        self.offering = offering
        self.stream = offers(resource, floor.key, floor.clock.ends)
        self._next()

    def _next(self) -> None:
        following = next(self.stream, None)
        if following is not None:
            minute, kind = following
            self.floor.clock.at(minute, _DIARY, 0, self._comes, kind)

    def _comes(self, due: Due) -> None:
        kind: int = due.subject
        self.floor.log.resource(self.floor.clock.now, self.offering.number, Happening.OFFERED, -1, kind, -1)
        self.offering.table.append(kind)
        self.floor.ask()
        self._next()


class _Arrivals:
    """Lets each case of a competing demand join its queue in its minute."""

    def __init__(self, floor: Floor, competing: Competing) -> None:
        self.floor = floor
        self.target = floor.targets[competing.resource]
        self.kind = int(floor.hospital.resources[competing.resource].kind)
        second = floor.targets[competing.second] if competing.second >= 0 else None
        assert second is None or isinstance(second, Place)
        self.second = second
        longest = longest_for_others(floor.hospital.resources[competing.resource])
        self.stream = competing_cases(competing, floor.key, floor.clock.ends, longest)
        self._next()

    def _next(self) -> None:
        following = next(self.stream, None)
        if following is not None:
            self.floor.clock.at(following.minute, _STEP, 0, self._comes, following)

    def _comes(self, due: Due) -> None:
        drawn: Drawn = due.subject
        case = Case(
            None,
            drawn.number,
            0,
            self.kind,
            self.target,
            drawn.minutes,
            drawn.urgency,
            self.second,
            drawn.second_minutes,
        )
        self.floor.join(case, drawn.tie)
        self._next()


def offers(resource: Resource, key: int, ends: int) -> Iterator[tuple[int, int]]:
    """(minute, kind) of each offer before `ends`."""
    if not resource.rate_per_year:
        return
    first = draws.stream(resource_stream(resource.name))
    gap, clock = YEAR / resource.rate_per_year, 0.0
    for number in count(first):
        clock += gap * draws.exponential(key, number, int(Question.OFFER_GAP), 0)
        if clock >= ends:
            return
        yield math.floor(clock), pick(draws.uniform(key, number, int(Question.OFFER_KIND), 0), resource.kinds)


def competing_cases(competing: Competing, key: int, ends: int, longest: int = 0) -> Iterator[Drawn]:
    """The cases of one competing demand that come before `ends`, in order.

    longest   0, or minutes to which a case is shortened: no sitting could take a longer one, and it would wait
              for ever

    >>> demand = Competing("colorectal", 0, rate_per_year=365.25 * 24, minutes=Spread(60))
    >>> drawn = list(competing_cases(demand, draws.key(1), ends=100_000))
    >>> 1500 < len(drawn) < 1800, drawn[0].minutes
    (True, 60)
    """
    if not competing.rate_per_year:
        return
    first = draws.stream(competing_stream(competing.name))
    gap, clock = YEAR / competing.rate_per_year, 0.0
    bounds = np.cumsum(competing.urgency).tolist()
    for begin in count(first, _BLOCK):
        numbers = np.arange(begin, begin + _BLOCK, dtype=np.uint64)
        asked = {
            question: draws.uniforms(key, numbers, int(question), 0).tolist()
            for question in (Question.ARRIVAL_GAP, Question.CASE_MINUTES, Question.CASE_URGENCY, Question.CASE_SECOND)
        }
        ties = draws.uniforms(key, numbers, int(Question.TIE), visit(0, 0)).tolist()
        for at, tie in enumerate(ties):
            clock = competing.varies.after(clock, gap * -math.log(asked[Question.ARRIVAL_GAP][at]))
            if clock >= ends:
                return
            minutes = max(1, _drawn(competing.minutes, asked[Question.CASE_MINUTES][at]))
            yield Drawn(
                math.floor(clock),
                begin + at,
                min(minutes, longest) if longest else minutes,
                pick(asked[Question.CASE_URGENCY][at], bounds),
                _drawn(competing.second_minutes, asked[Question.CASE_SECOND][at]),
                tie,
            )


def _drawn(spread: Spread, u: float) -> int:
    if not spread.sigma:
        return whole(spread.median)
    return whole(spread.median * math.exp(spread.sigma * draws.normal_quantile(u)))
