"""Staff: groups of named people with leave, and who of them is at which sitting.

    Group, Person, Leave            what the section `staff` holds
    people_given(rooms, groups)     -> the rooms that have their people, and those that fall out

A room that lacks somebody it needs does not sit that day. People are given to a day's rooms in the order of the
resource's rank, then of the opening, of the line's name and of the room; a room that can not have everybody it
needs leaves those it could have had to the next. Within a group people are asked in order of name. Nobody is in
two rooms at a time, whatever group she stands in for; the same name in two groups is the same person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from sim.scenario.parts import LISTED, ORDERED, Named, Part, refuse_backwards
from sim.scenario.words import Day, Text


class Leave(Named):
    """Days on which somebody is not there; both ends belong to it."""

    first: Day = Field(alias="from", description="the first day away, such as 2031-07-01")
    until: Day = Field(description="the last day away, such as 2031-07-14")
    why: Text = Field(description="a reason, for the reader")

    @model_validator(mode="after")
    def _in_order(self) -> Leave:
        refuse_backwards(self.first, self.until)
        return self


class Person(Named):
    """Somebody who can be in one room at a time."""

    leave: Annotated[tuple[Leave, ...], LISTED, ORDERED] = Field((), description="a list of named leaves")


class Group(Part):
    """People who can stand in for each other."""

    means: Text = Field(description="who they are, in a sentence")
    people: Annotated[tuple[Person, ...], LISTED, ORDERED] = Field(description="a list of people, each with a name")


class Room(NamedTuple):
    """One room of a line of a timetable on one day, before it is known whether its people are there.

    day       of the run, 0 the first
    rank      of the resource
    start     minute of the day, and `end`
    line      name of the line
    room      0 for the first of those side by side
    resource  name
    needs     how many of each group
    """

    day: int
    rank: int
    start: int
    line: str
    room: int
    resource: str
    end: int
    needs: tuple[tuple[str, int], ...]


class Unstaffed(NamedTuple):
    """A room that does not sit because somebody is missing.

    missing   the groups of which there were not enough, such as 'anaesthetist, surgeon'
    """

    day: date
    resource: str
    line: str
    room: int
    missing: str


def people_given(rooms: Iterable[Room], groups: Mapping[str, Group], start: date) -> tuple[set[Room], list[Unstaffed]]:
    """Who has their people.

    rooms     those that need somebody, in any order
    groups    by name
    start     the date of day 0
    returns   the rooms that sit, and those that fall out, each in the order in which people were given

    >>> group = Group.model_validate({"means": "Surgeons", "people": [{"name": "a"}]})
    >>> rooms = [Room(0, 1, 480, "monday", room, "theatre", 960, (("surgeon", 1),)) for room in (0, 1)]
    >>> sits, falls_out = people_given(rooms, {"surgeon": group}, date(2025, 1, 6))
    >>> [room.room for room in sits], falls_out[0].missing
    ([0], 'surgeon')
    """
    leaves: dict[str, list[Leave]] = defaultdict(list)
    for group in groups.values():
        for person in group.people:
            leaves[person.name] += person.leave
    sits: set[Room] = set()
    falls_out: list[Unstaffed] = []
    busy: dict[str, list[tuple[int, int]]] = {}
    today, day = start, -1
    for room in sorted(rooms):
        if room.day != day:
            day, today, busy = room.day, start + timedelta(days=room.day), {}
        taken: list[str] = []
        missing: list[str] = []
        for name, number in room.needs:
            there = (p.name for p in groups[name].people if p.name not in taken and _there(leaves[p.name], today))
            free = [person for person in there if _free(busy.get(person, ()), room)][:number]
            taken += free
            missing += [name] if len(free) < number else []
        if missing:
            falls_out.append(Unstaffed(today, room.resource, room.line, room.room, ", ".join(missing)))
            continue
        sits.add(room)
        for name in taken:
            busy.setdefault(name, []).append((room.start, room.end))
    return sits, falls_out


def _there(leaves: Iterable[Leave], day: date) -> bool:
    return not any(leave.first <= day <= leave.until for leave in leaves)


def _free(busy: Iterable[tuple[int, int]], room: Room) -> bool:
    return all(end <= room.start or room.end <= start for start, end in busy)
