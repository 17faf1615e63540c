"""From a weekly timetable to dated sittings.

    Entry                 a line of the timetable: which weekdays, when, how long
    expand(entries, ...)  the sittings it gives

The only place of the engine where there are dates; beyond it there are minutes. Every day has 1,440 minutes.
Which days are closed (holidays, maintenance, planned leave) is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sim.engine.hospital import Sitting
from sim.errors import InputError, Problem
from sim.units import DAY

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Entry:
    """One line of a weekly timetable.

    resource   name of the list
    weekdays   0 is Monday
    starts     minute of the day
    minutes    how long the sitting lasts
    every      only every n-th week, counted from the week (Monday to Sunday) of the first day
    week       which of these weeks: 0 the week of the first day, 1 the next, ...
    rooms      so many sittings side by side
    cases      at most so many cases in each; -1 for no limit
    protected  minutes of each held for this pathway's own patients until the opening
    since      first date on which it applies, or None for the first day
    until      last date on which it applies, or None for the last
    """

    resource: str
    weekdays: tuple[int, ...]
    starts: int
    minutes: int
    every: int = 1
    week: int = 0
    rooms: int = 1
    cases: int = -1
    protected: int = 0
    since: date | None = None
    until: date | None = None


def _mistakes(number: int, entry: Entry) -> Iterable[Problem]:
    path = f"timetable[{number}]"

    def problem(field: str, expected: str) -> Problem:
        return Problem(path=f"{path}.{field}", found=repr(getattr(entry, field)), expected=expected)

    if not entry.weekdays or any(not 0 <= day < len(WEEKDAYS) for day in entry.weekdays):
        yield problem("weekdays", "weekdays from 0 (Monday) to 6 (Sunday), at least one")
    if not 0 <= entry.starts < DAY:
        yield problem("starts", f"a minute of the day, 0 to {DAY - 1}")
    if entry.minutes < 1:
        yield problem("minutes", "1 or more minutes")
    if entry.every < 1:
        yield problem("every", "1 for every week, 2 for every other week, ...")
    elif not 0 <= entry.week < entry.every:
        yield problem("week", f"0 to {entry.every - 1}")
    if entry.rooms < 1:
        yield problem("rooms", "1 or more rooms")
    if entry.since and entry.until and entry.until < entry.since:
        yield problem("until", f"{entry.since} or later")


def expand(
    entries: Iterable[Entry], first_day: date, days: int, closed: Collection[date] = frozenset()
) -> tuple[Sitting, ...]:
    """The sittings of a timetable, in order of their opening.

    entries    of one list or of several
    first_day  the date of minute 0
    days       how many days to lay out, from the first on
    closed     dates without sittings
    InputError names every mistake of the timetable.

    >>> board = Entry("board", weekdays=(3,), starts=8 * 60, minutes=90, every=2)
    >>> [sitting.opens // 1440 for sitting in expand([board], date(2024, 1, 1), 31)]
    [3, 17]
    """
    entries = tuple(entries)
    problems = [problem for number, entry in enumerate(entries) for problem in _mistakes(number, entry)]
    if problems:
        raise InputError(problems)
    sittings = []
    into_week = first_day.weekday()
    for day in range(days):
        today = first_day + timedelta(days=day)
        if today in closed:
            continue
        week = (day + into_week) // len(WEEKDAYS)
        for entry in entries:
            if (
                today.weekday() in entry.weekdays
                and week % entry.every == entry.week
                and (entry.since is None or entry.since <= today)
                and (entry.until is None or today <= entry.until)
            ):
                opens = day * DAY + entry.starts
                sitting = Sitting(opens, entry.minutes, entry.resource, entry.cases, entry.protected)
                sittings += [sitting] * entry.rooms
    return tuple(sorted(sittings))
