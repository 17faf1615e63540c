"""From weekly timetables to dated sittings: which room of which list is open on which day.

    Held                    one room of one line on one day
    closed_days(...)        days of the run on which a list, or one of its lines, does not sit
    laid_out(...)           -> the rooms a list would hold if nobody were missing
    sitting_lines(...)      -> the lines of a list that sit at least once
    timetable(...)          -> for each list what it holds, and what falls out for want of staff

Every day has 1,440 minutes. A line that sits every n-th week counts the weeks (Monday to Sunday) from that of the
first day of the run.

Knows nothing of who is treated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from sim.scenario.model import ListResource, Run, Sitting
from sim.scenario.staff import Group, Room, Unstaffed, people_given
from sim.scenario.words import WEEKDAYS
from sim.units import DAY

_WEEK = len(WEEKDAYS)


class Held(NamedTuple):
    """One room of one line on one day.

    opens   minute of the run
    line    name of the line
    room    0 for the first of those side by side
    day     of the run, 0 the first
    its     the line itself
    """

    opens: int
    line: str
    room: int
    day: int
    its: Sitting


def closed_days(its: ListResource, holidays: Collection[date], run: Run, line: str = "") -> frozenset[int]:
    """Days of the run on which a list does not sit; with a line's name, on which that line does not.

    its        the list
    holidays   dates
    returns    day numbers, 0 the first day of the run
    """
    shut: set[int] = set()
    if its.holidays == "closed":
        shut |= {(day - run.start).days for day in holidays}
    for closure in its.closures:
        if not closure.sittings or line in closure.sittings:
            first, last = (closure.first - run.start).days, (closure.until - run.start).days
            shut |= set(range(max(first, 0), min(last, run.days - 1) + 1))
    return frozenset(day for day in shut if 0 <= day < run.days)


def laid_out(its: ListResource, holidays: Collection[date], run: Run) -> tuple[Held, ...]:
    """The rooms a list would hold if nobody were missing, in the order of their opening."""
    held = [
        Held(day * DAY + line.start, line.name, room, day, line)
        for line in its.lines
        for day in _days(line, run, closed_days(its, holidays, run, line.name))
        for room in range(line.rooms)
    ]
    return tuple(sorted(held, key=itemgetter(0, 1, 2)))


def _days(line: Sitting, run: Run, closed: Collection[int]) -> Iterable[int]:
    into_week = run.start.weekday()
    first, last = max((line.first - run.start).days, 0), min((line.until - run.start).days, run.days - 1)
    for weekday in line.days:
        begin = first + (weekday - into_week - first) % _WEEK
        for day in range(begin, last + 1, _WEEK):
            if (day + into_week) // _WEEK % line.every == 0 and day not in closed:
                yield day


class Timetable(NamedTuple):
    """What lists hold.

    held        by list, in the order of their opening
    unstaffed   the rooms that fall out for want of staff, in the order in which people were given
    """

    held: Mapping[str, tuple[Held, ...]]
    unstaffed: tuple[Unstaffed, ...]


def timetable(
    lists: Mapping[str, ListResource], groups: Mapping[str, Group], holidays: Collection[date], run: Run
) -> Timetable:
    """What lists hold, and what falls out for want of staff.

    lists     by name
    groups    of the staff, by name
    """
    held = {name: laid_out(its, holidays, run) for name, its in lists.items()}
    rooms = {
        (name, one.line, one.day, one.room): Room(
            one.day,
            lists[name].rank,
            one.its.start,
            one.line,
            one.room,
            name,
            one.its.start + one.its.minutes,
            tuple(one.its.staff.items()),
        )
        for name, its in held.items()
        for one in its
        if one.its.staff
    }
    sits, unstaffed = people_given(rooms.values(), groups, run.start)
    kept = {
        name: tuple(one for one in its if not one.its.staff or rooms[(name, one.line, one.day, one.room)] in sits)
        for name, its in held.items()
    }
    return Timetable(kept, tuple(unstaffed))


def sitting_lines(
    name: str, lists: Mapping[str, ListResource], groups: Mapping[str, Group], holidays: Collection[date], run: Run
) -> list[Sitting]:
    """The lines of a list that sit at least once in the run.

    name      of the list; of the others it is asked who of the staff is with them
    lists     by name, and the other arguments as for `timetable`
    """
    its = lists[name]
    if any(line.staff for line in its.lines):
        held = {one.line for one in timetable(lists, groups, holidays, run).held[name]}
        return [line for line in its.lines if line.name in held]
    return [
        line
        for line in its.lines
        if next(iter(_days(line, run, closed_days(its, holidays, run, line.name))), None) is not None
    ]
