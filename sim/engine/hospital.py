"""The hospital as an engine needs it: resources, their sittings, and who else wants them, in plain numbers.

    Hospital          resources, competing demand, the horizon
    Resource          a place, a list or an offer, with all that belongs to it
    Sitting           one sitting of a list
    Competing         other diseases' patients who use the same queue
    Spread            how long they take

Minutes count from midnight of day 0; there are no dates here, and holidays, planned closures and leave are
sittings that are not there. A resource is its name: its number is only its place in the tuple,
and nothing that happens depends on it. All mistakes are found at once, when a `Hospital` is made, as an
`InputError` with their places.

Knows nothing of patients, steps or queues.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sim import draws
from sim.engine.rules import competing_stream, resource_stream
from sim.errors import InputError, Problem, nearest
from sim.intensity import CONSTANT, Intensity
from sim.steps import Kind

RINGS = ("report", "swap", "error")
MOST_KINDS = 62


@dataclass(frozen=True, order=True)
class Sitting:
    """One sitting of a list.

    opens      minute of its beginning
    minutes    how long it lasts
    resource   name of the list
    cases      at most so many cases; -1 for no limit
    protected  minutes held for this pathway's own patients until the opening
    off        -1, or a reason (`Why`) for which this sitting does not take place, learnt at its opening
    """

    opens: int
    minutes: int
    resource: str
    cases: int = -1
    protected: int = 0
    off: int = -1


@dataclass(frozen=True)
class Resource:
    """A place, a list or an offer. What belongs to another kind stays at its default.

    rank           order among lists, and among offers, when several are given out in one minute
    backfill       a case that cannot be served does not hold up those behind it
    capacity       places: ((minute, places), ...), the first at minute 0
    sittings       lists: in any order
    notice         lists: minutes before the opening at which the booking is frozen
    overrun        lists: minutes a sitting may go on beyond its end
    cancelled      lists: chance that a sitting does not take place
    missed         lists: chance that who is booked does not come
    rate_per_year  offers: how many a year of 365.25 days
    kinds          offers: cumulative shares of their kinds, the last is 1
    """

    name: str
    kind: Kind
    rank: int = 0
    notice: int = 0
    backfill: bool = False
    overrun: int = 0
    cancelled: float = 0.0
    missed: float = 0.0
    capacity: tuple[tuple[int, int], ...] = ()
    sittings: tuple[Sitting, ...] = ()
    rate_per_year: float = 0.0
    kinds: tuple[float, ...] = ()


def longest_case(resource: Resource) -> int:
    """The longest case that any sitting of a list can take; 0 where there are none."""
    return max((its.minutes + resource.overrun for its in resource.sittings), default=0)


def longest_for_others(resource: Resource) -> int:
    """The longest case that competing demand can book on some sitting of a list; 0 where there are none."""
    return max((its.minutes - its.protected + resource.overrun for its in resource.sittings), default=0)


@dataclass(frozen=True)
class Spread:
    """A lognormal duration: median in minutes, and standard deviation of its logarithm (0: always the median)."""

    median: float
    sigma: float = 0.0


@dataclass(frozen=True)
class Competing:
    """Other diseases' patients at one list or place.

    resource        number of the resource
    rate_per_year   how many a year of 365.25 days, at random
    minutes         planned (and used) minutes
    urgency         share of each urgency class, from 0 on
    second          number of a place needed at the same time, or -1
    second_minutes  how long that is held after the first has ended
    varies          by which factors the rate changes with time
    """

    name: str
    resource: int
    rate_per_year: float
    minutes: Spread
    urgency: tuple[float, ...] = (1.0,)
    second: int = -1
    second_minutes: Spread = Spread(0.0)
    varies: Intensity = CONSTANT


@dataclass(frozen=True)
class Hospital:
    """All that can be asked for, and the minute at which the run ends.

    rings   what becomes of patients who wait for each other's places: report, swap or error

    >>> ward = Resource("ward", Kind.PLACE, capacity=((0, 2),))
    >>> Hospital((ward,), (), ends=1440).number("ward")
    0
    >>> Hospital((ward, ward), (), ends=0)
    Traceback (most recent call last):
        ...
    sim.errors.InputError: hospital.ends
      found:    0
      expected: a whole number of minutes, 1 or more
    hospital.resources[1].name
      found:    'ward', also the name of resource 0
      expected: a name of its own
    """

    resources: tuple[Resource, ...]
    competing: tuple[Competing, ...]
    ends: int
    rings: str = "report"

    def __post_init__(self) -> None:
        problems = list(_mistakes(self))
        if problems:
            raise InputError(problems)

    @property
    def names(self) -> list[str]:
        """Names of the resources, by number."""
        return [resource.name for resource in self.resources]

    def number(self, name: str) -> int:
        """The number of the resource of this name; KeyError with the nearest name if there is none."""
        names = self.names
        if name not in names:
            raise KeyError(f"no resource {name!r}; {nearest(name, names) or 'there are: ' + ', '.join(names)}")
        return names.index(name)


WHOLE = "a whole number of minutes, 0 or more"
SHARE = "a share from 0 to 1"
OF_KIND = {
    "capacity": Kind.PLACE,
    "sittings": Kind.LIST,
    "notice": Kind.LIST,
    "overrun": Kind.LIST,
    "cancelled": Kind.LIST,
    "missed": Kind.LIST,
    "rate_per_year": Kind.OFFER,
    "kinds": Kind.OFFER,
}


def _is_whole(value: Any, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_number(value: Any, least: float, most: float = float("inf")) -> bool:
    return isinstance(value, int | float) and least <= value <= most and value != float("inf")


def _says(path: str, found: Any, expected: str, todo: str = "") -> Problem:
    return Problem(path=path, found=found if isinstance(found, str) else repr(found), expected=expected, todo=todo)


def _mistakes(hospital: Hospital) -> Iterator[Problem]:
    if not _is_whole(hospital.ends, 1):
        yield _says("hospital.ends", hospital.ends, "a whole number of minutes, 1 or more")
    if hospital.rings not in RINGS:
        yield _says("hospital.rings", repr(hospital.rings), " or ".join(RINGS))
    seen: dict[str, int] = {}
    ranks: dict[tuple[Kind, int], str] = {}
    for number, resource in enumerate(hospital.resources):
        path = f"hospital.resources[{number}]"
        yield from _resource_mistakes(path, resource)
        if resource.name in seen:
            found = f"{resource.name!r}, also the name of resource {seen[resource.name]}"
            yield _says(f"{path}.name", found, "a name of its own")
        seen.setdefault(resource.name, number)
        place = (resource.kind, resource.rank)
        if resource.kind in (Kind.LIST, Kind.OFFER) and place in ranks:
            found = f"{resource.rank}, also the rank of {ranks[place]}"
            yield _says(f"{path}.rank", found, "a rank of its own among lists, and among offers")
        ranks.setdefault(place, resource.name)
    for number, competing in enumerate(hospital.competing):
        yield from _competing_mistakes(f"hospital.competing[{number}]", competing, hospital.resources)
    yield from _stream_mistakes(hospital)


def _resource_mistakes(path: str, resource: Resource) -> Iterator[Problem]:
    if not resource.name:
        yield _says(f"{path}.name", resource.name, "a name")
    if resource.kind not in (Kind.PLACE, Kind.LIST, Kind.OFFER):
        yield _says(f"{path}.kind", resource.kind, "PLACE, LIST or OFFER")
        return
    defaults = {field.name: field.default for field in fields(Resource)}
    for name, kind in OF_KIND.items():
        if kind != resource.kind and getattr(resource, name) != defaults[name]:
            found = f"{name} at a {resource.kind.name.lower()}"
            yield _says(f"{path}.{name}", found, f"{name} only at a {kind.name.lower()}", "leave it out")
    if resource.kind == Kind.PLACE:
        yield from _capacity_mistakes(path, resource)
    elif resource.kind == Kind.LIST:
        yield from _list_mistakes(path, resource)
    else:
        yield from _offer_mistakes(path, resource)


def _capacity_mistakes(path: str, resource: Resource) -> Iterator[Problem]:
    steps = resource.capacity
    if not steps or steps[0][0] != 0:
        yield _says(f"{path}.capacity", steps, "(minute, places) pairs, the first at minute 0")
    for at, (minute, places) in enumerate(steps):
        if not _is_whole(minute) or not _is_whole(places):
            yield _says(f"{path}.capacity[{at}]", (minute, places), "a minute and a number of places, both 0 or more")
        elif at and minute <= steps[at - 1][0]:
            yield _says(f"{path}.capacity[{at}]", f"minute {minute} after {steps[at - 1][0]}", "minutes that rise")


def _list_mistakes(path: str, resource: Resource) -> Iterator[Problem]:
    for name in ("notice", "overrun"):
        if not _is_whole(getattr(resource, name)):
            yield _says(f"{path}.{name}", getattr(resource, name), WHOLE)
    for name in ("cancelled", "missed"):
        if not _is_number(getattr(resource, name), 0, 1):
            yield _says(f"{path}.{name}", getattr(resource, name), SHARE)
    right: Sitting | None = None
    for at, sitting in enumerate(resource.sittings):
        if sitting is right:  # rooms side by side may be one
            continue
        right = sitting
        here = f"{path}.sittings[{at}]"
        if sitting.resource != resource.name:
            yield _says(f"{here}.resource", repr(sitting.resource), f"'{resource.name}', whose sitting it is")
        if not _is_whole(sitting.opens):
            yield _says(f"{here}.opens", sitting.opens, WHOLE)
        if not _is_whole(sitting.minutes, 1):
            yield _says(f"{here}.minutes", sitting.minutes, "a whole number of minutes, 1 or more")
        elif not _is_whole(sitting.protected) or sitting.protected > sitting.minutes:
            yield _says(f"{here}.protected", sitting.protected, f"minutes from 0 to the sitting's {sitting.minutes}")
        if sitting.cases != -1 and not _is_whole(sitting.cases, 1):
            yield _says(f"{here}.cases", sitting.cases, "1 or more cases, or -1 for no limit")
        if not _is_whole(sitting.off, -1):
            yield _says(f"{here}.off", sitting.off, "a reason's number, or -1 for a sitting that takes place")


def _offer_mistakes(path: str, resource: Resource) -> Iterator[Problem]:
    if not _is_number(resource.rate_per_year, 0):
        yield _says(f"{path}.rate_per_year", resource.rate_per_year, "a rate per year, 0 or more")
    shares = resource.kinds
    rising = all(0 <= a <= b for a, b in zip((0.0, *shares), shares, strict=False))
    if not shares or not rising or shares[-1] != 1 or len(shares) > MOST_KINDS:
        yield _says(f"{path}.kinds", shares, f"up to {MOST_KINDS} cumulative shares that rise and end at 1")


def _competing_mistakes(path: str, competing: Competing, resources: tuple[Resource, ...]) -> Iterator[Problem]:
    names = ", ".join(f"{resource.name} ({number})" for number, resource in enumerate(resources))
    if not _is_whole(competing.resource) or competing.resource >= len(resources):
        yield _says(f"{path}.resource", competing.resource, f"one of {names}")
    elif resources[competing.resource].kind not in (Kind.PLACE, Kind.LIST):
        found = f"{resources[competing.resource].name}, an offer"
        yield _says(f"{path}.resource", found, "a place or a list")
    if not _is_number(competing.rate_per_year, 0):
        yield _says(f"{path}.rate_per_year", competing.rate_per_year, "a rate per year, 0 or more")
    if not competing.minutes.median > 0 or competing.minutes.sigma < 0:
        yield _says(f"{path}.minutes", competing.minutes, "a median above 0 and a sigma of 0 or more")
    if competing.second_minutes.median < 0 or competing.second_minutes.sigma < 0:
        yield _says(f"{path}.second_minutes", competing.second_minutes, "a median and a sigma of 0 or more")
    shares = competing.urgency
    if not shares or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        yield _says(f"{path}.urgency", shares, "shares of the urgency classes that sum to 1")
    if competing.second == -1:
        return
    if not _is_whole(competing.second) or competing.second >= len(resources):
        yield _says(f"{path}.second", competing.second, f"-1, or one of {names}")
    elif competing.second == competing.resource or resources[competing.second].kind != Kind.PLACE:
        yield _says(f"{path}.second", f"{resources[competing.second].name}", "another resource, which is a place")


def _stream_mistakes(hospital: Hospital) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    streams = [(f"hospital.competing[{i}].name", competing_stream(c.name)) for i, c in enumerate(hospital.competing)]
    names = dict.fromkeys(hospital.names)
    streams += [("hospital.resources", resource_stream(name)) for name in names]
    for path, name in streams:
        place = draws.stream(name)
        if place in seen:
            found = f"'{name}', which draws the same numbers as '{seen[place]}'"
            yield _says(path, found, "a name of its own")
        seen.setdefault(place, name)
