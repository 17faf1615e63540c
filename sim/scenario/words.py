"""The kinds of value a scenario file is made of: what may be typed, what it becomes, how it is written back.

Each is a type for the models of `sim.scenario.model`. It reads the typed form (`14 days`, `"08:30"`, `30 %`),
becomes a plain number, date or text, and writes a form that reads back as exactly the same. What would have
been right is said here, once, in words for the person who typed it.

Knows nothing of which key has which kind of value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from sim import units
from sim.errors import nearest
from sim.reading import described
from sim.scenario import forms
from sim.scenario.forms import typed_as

NO_LIMIT = -1
START, END = date.min, date.max  # "from the first day" and "to the last", wherever these will be
MEASURED = date(1, 1, 2)  # "from the first measured day", wherever that will be
NOT_SAID = -1.0  # a number that the scenario leaves to the evidence
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
URGENCIES = 4
MOST_REPLICATIONS = 100_000
MOST_RATE = 1e9  # a year; how many come in a run has limits of its own, see `sim.scenario.size`
_LONGEST = round(200 * units.YEAR)  # beyond it, a duration is a slip of the pen and dates would run out
_MOST = 10**9
_UNITS = "write the number in digits, then min, hours, days, weeks, months or years"
_OTHER_DAY = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4})\s*")  # day, month and year, or month, day and year
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_GROWTH = re.compile(r"\s*([+-]?\d+(?:\.\d*)?)\s*%\s*(?:per|a)\s+year\s*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def wrong(expected: str, todo: str = "", found: str = "") -> PydanticCustomError:
    """The error all readers here raise: what would have been right, what to do, and what is wrong with the value."""
    return PydanticCustomError("wrong", "wrong", {"expected": expected, "todo": todo, "found": found})


def _duration(least: int, words: str) -> Callable[[Any], int]:
    expected = f"a duration{words}: a number and a unit of time, such as '14 days', '90 min' or '6 weeks'"

    def read(typed: Any) -> int:
        if isinstance(typed, int | float) and not isinstance(typed, bool):
            raise wrong(expected, f"write the unit, such as '{abs(typed)} min' or '{abs(typed)} days'")
        try:
            duration = units.minutes(typed)
        except (ValueError, TypeError, OverflowError):
            raise wrong(expected, _UNITS if isinstance(typed, str) else "") from None
        if not least <= duration <= _LONGEST:
            raise wrong(expected + ("; at most 200 years" if duration > _LONGEST else ""))
        return duration

    return read


def is_duration(typed: Any) -> bool:
    """Would this be read as a duration?

    >>> is_duration("90 min"), is_duration(90), is_duration("long")
    (True, False, False)
    """
    try:
        return isinstance(typed, str) and units.minutes(typed) is not None
    except (ValueError, OverflowError):
        return False


def _in_minutes(duration: int) -> str:
    days, rest = divmod(duration, units.DAY)
    if rest or not days:
        return f"{duration} min"
    return f"{days} days" if days != 1 else "1 day"


def _rate(typed: Any) -> float:
    expected = "a rate: a number per unit of time, such as '3 per week' or '138 per year'"
    if isinstance(typed, int | float) and not isinstance(typed, bool):
        raise wrong(
            expected + ("; not below 0" if typed < 0 else ""), f"write the unit, such as '{abs(typed)} per year'"
        )
    try:
        rate = units.per_year(typed)
    except (ValueError, TypeError):
        raise wrong(expected) from None
    if not 0 <= rate <= MOST_RATE:
        raise wrong(expected + ("; not below 0" if rate < 0 else "; not so many"))
    return float(f"{rate:.12g}")  # so that writing it per year and reading it again gives the same bits


def _growth(typed: Any) -> float:
    expected = "a change per year, compounded, such as '2 % per year' or '-1.5 % per year'"
    match = _GROWTH.fullmatch(typed) if isinstance(typed, str) else None
    if match is None:
        raise wrong(expected)
    growth = float(f"{float(match[1]) / 100:.12g}")  # so that writing it in per cent and reading it gives the same bits
    if not -1 < growth <= 10:
        raise wrong(expected + "; above -100 %, and at most 1000 %")
    return growth


def _factor(typed: Any) -> float:
    expected = "a factor of the stated rate, a number from 0 (none come) to 1000, such as 1.2"
    if isinstance(typed, bool) or not isinstance(typed, int | float) or not 0 <= typed <= 1000:
        todo = "write 1.2 for a fifth more, 0.8 for a fifth fewer" if isinstance(typed, str) else ""
        raise wrong(expected, todo)
    return float(typed)


def _season(typed: Any) -> tuple[float, ...]:
    expected = f"a factor for each month, {MONTHS[0]} to {MONTHS[-1]}, with a mean of 1"
    if not isinstance(typed, Mapping):
        raise wrong(expected)
    for month in typed:
        if month not in MONTHS:
            raise wrong(expected, nearest(str(month).lower(), MONTHS), f"'{month}'")
    missing = [month for month in MONTHS if month not in typed]
    if missing:
        raise wrong(expected, "write 1 for a month like any other", f"no factor for {', '.join(missing)}")
    factors = tuple(_factor(typed[month]) for month in MONTHS)
    mean = math.fsum(factors) / len(MONTHS)
    if abs(mean - 1) > 1e-9:
        todo = f"divide each by {mean:.6g}, or change the rate by it" if mean else "leave the season out"
        raise wrong(expected, todo, f"factors with a mean of {mean:.6g}")
    return factors


def _share(typed: Any) -> float:
    expected = "a share from 0 to 1, or a percentage such as '30 %'"
    if isinstance(typed, bool) or not isinstance(typed, str | int | float):
        raise wrong(expected)
    try:
        return units.share(typed)
    except ValueError:
        raise wrong(expected) from None


def _shares(typed: Any, what: str) -> dict[str, float]:
    expected = f"a mapping from {what} to shares that add up to 1"
    if not isinstance(typed, Mapping) or not typed:
        raise wrong(expected)
    try:
        shares = {key: _share(value) for key, value in typed.items()}
    except PydanticCustomError:
        raise wrong(expected, "write each share as a number from 0 to 1, or as a percentage such as '30 %'") from None
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-9:
        raise wrong(
            expected, "make them add up to 1; what is missing is never filled in", f"shares that add up to {total:.6g}"
        )
    return shares


def _urgencies(typed: Any) -> tuple[float, ...]:
    classes = [str(number) for number in range(URGENCIES)]
    what = f"the urgency classes {classes[0]} (most urgent) to {classes[-1]}"
    shares = _shares(typed, what)
    for number in shares:
        if number not in classes:
            raise wrong(f"a mapping from {what} to shares that add up to 1", found=f"the class {number}")
    return tuple(shares.get(number, 0.0) for number in classes)


def named_shares(typed: Any) -> dict[str, float]:
    """Shares by name that add up to 1, in order of name.

    >>> named_shares({"tae": "50 %", "tace": 0.5})
    {'tace': 0.5, 'tae': 0.5}
    """
    shares = _shares(typed, "names")
    for key in shares:
        name(key)
    return dict(sorted(shares.items()))


def _whole(least: int, most: int = _MOST) -> BeforeValidator:
    expected = f"a whole number, {least} or more" if most == _MOST else f"a whole number from {least} to {most}"

    def read(typed: Any) -> int:
        if isinstance(typed, str) and typed.isdecimal():
            raise wrong(expected, "take the quotes away")
        if isinstance(typed, float) and math.isfinite(typed) and least <= typed <= most:
            near = sorted({math.floor(typed), math.ceil(typed)})
            raise wrong(expected, f"write {' or '.join(map(str, near))}")
        if isinstance(typed, bool) or not isinstance(typed, int) or not least <= typed <= most:
            raise wrong(expected)
        return typed

    return typed_as(read, forms.whole(least, most))


def _cases(typed: Any) -> int:
    if typed == "no limit":
        return NO_LIMIT
    if isinstance(typed, bool) or not isinstance(typed, int) or not 1 <= typed <= _MOST:
        raise wrong("a whole number of cases, 1 or more, or 'no limit'")
    return typed


def _spread(typed: Any) -> float:
    if isinstance(typed, bool) or not isinstance(typed, int | float) or not 0 <= typed <= 5:
        raise wrong("the standard deviation of the logarithm, a number from 0 (always the median) to 5")
    return float(typed)


def _number(typed: Any) -> float:
    if isinstance(typed, bool) or not isinstance(typed, int | float):
        raise wrong("a number")
    return float(typed)


def _day(typed: Any) -> date:
    expected = "a date as year-month-day, such as 2025-01-06"
    if not isinstance(typed, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", typed):
        raise wrong(expected, _as_a_date(typed))
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise wrong(expected, found=f"{typed}, which is not in the calendar") from None
    if not 1900 <= day.year <= 2200:
        raise wrong(expected, "use a year from 1900 to 2200")
    return day


def _as_a_date(typed: Any) -> str:
    """What to write for a date in another order; of two readings both."""
    match = _OTHER_DAY.fullmatch(typed) if isinstance(typed, str) else None
    if match is None:
        return "write the year first, in four digits" if isinstance(typed, str) else ""
    found = []
    for month, day in ((match[2], match[1]), (match[1], match[2])):
        try:
            found.append(date(int(match[3]), int(month), int(day)).isoformat())
        except ValueError:
            continue
    return f"write {' or '.join(dict.fromkeys(found))}" if found else "write the year first, then month and day"


def _from(typed: Any) -> date:
    return START if typed == "start" else _edge(typed, "'start' for the first day of the run")


def _until(typed: Any) -> date:
    return END if typed == "end" else _edge(typed, "'end' for the last day of the run")


def _edge(typed: Any, word: str) -> date:
    try:
        return _day(typed)
    except PydanticCustomError as error:
        context = error.context or {}
        raise wrong(f"{context['expected']}, or {word}", context["todo"], context["found"]) from None


def _since(typed: Any) -> date:
    if typed in ("start", "measured"):
        return START if typed == "start" else MEASURED
    return _edge(typed, "'start' for the first day of the run, 'measured' for the first measured one")


def _written_day(day: date) -> str:
    return {START: "start", END: "end", MEASURED: "measured"}.get(day) or day.isoformat()


def _edge_if_said(day: date) -> str:
    return "" if day in (START, END) else _written_day(day)


def _dates(typed: Any) -> dict[date, str]:
    expected = "a mapping from dates to names, such as {2025-12-25: Christmas Day}"
    if not isinstance(typed, Mapping) or not all(isinstance(name, str) for name in typed.values()):
        raise wrong(expected)
    try:
        return {_day(key): name for key, name in sorted(typed.items())}
    except PydanticCustomError as error:
        raise wrong(expected, found=(error.context or {})["found"]) from None


def _clock(typed: Any) -> int:
    match = _CLOCK.fullmatch(typed) if isinstance(typed, str) else None
    if match is None:
        raise wrong('a time of day in quotes, from "00:00" to "23:59"')
    return int(match[1]) * 60 + int(match[2])


def clock(minute: int) -> str:
    """Minutes after midnight as a time of day.

    >>> clock(510)
    '08:30'
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _weekdays(typed: Any) -> tuple[int, ...]:
    expected = f"a list of weekdays ({', '.join(WEEKDAYS)})"
    if not isinstance(typed, list) or not typed:
        raise wrong(expected, "write them in brackets, such as [monday, friday]")
    for day in typed:
        if not isinstance(day, str) or day not in WEEKDAYS:
            raise wrong(expected, nearest(str(day).lower(), WEEKDAYS), described(day))
    if len(set(typed)) < len(typed):
        raise wrong(expected, "name each day once; use `rooms` for several sittings at a time")
    return tuple(sorted(WEEKDAYS.index(day) for day in typed))


def _weeks(typed: Any) -> int:
    expected = "a whole number of weeks, from '1 week' to '52 weeks'"
    try:
        weeks, rest = divmod(units.minutes(typed), units.WEEK)
    except (ValueError, TypeError, OverflowError):
        raise wrong(expected) from None
    if rest or not 1 <= weeks <= 52:
        raise wrong(expected)
    return weeks


def name(typed: Any) -> str:
    """A name that can stand in a dotted path."""
    if not isinstance(typed, str) or not _NAME.fullmatch(typed):
        raise wrong("a name in small letters, digits and _, beginning with a letter, such as ir_list")
    return typed


def _text(typed: Any) -> str:
    if not isinstance(typed, str) or not typed.strip():
        raise wrong("a text")
    return typed.strip()


def _group_counts(typed: Any) -> dict[str, int]:
    expected = "a mapping from groups of the staff to how many a room needs, such as {surgeon: 1}"
    if not isinstance(typed, Mapping):
        raise wrong(expected)
    for group, number in typed.items():
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST:
            raise wrong(expected, "write a whole number, 1 or more", f"{described(number)} for '{group}'")
    return dict(sorted(typed.items()))


def _names(typed: Any) -> tuple[str, ...]:
    if not isinstance(typed, list) or not all(isinstance(name, str) for name in typed):
        raise wrong("a list of names", "write them in brackets, such as [tuesday]")
    return tuple(sorted(set(typed)))


def _sources(typed: Any) -> tuple[str, ...]:
    keys = [typed] if isinstance(typed, str) else typed
    if not isinstance(keys, list | tuple) or not keys or not all(isinstance(key, str) and key.strip() for key in keys):
        raise wrong("a key of the evidence's sources, or a list of them")
    return tuple(keys)


def one_of(*words: str) -> BeforeValidator:
    """Accepts exactly these words."""

    def read(typed: Any) -> str:
        if not isinstance(typed, str) or typed not in words:
            raise wrong(" or ".join(f"'{word}'" for word in words))
        return typed

    return typed_as(read, forms.one_of(words))


def _switch(typed: Any) -> bool:
    if not isinstance(typed, bool):
        raise wrong("true or false")
    return typed


Duration = Annotated[int, typed_as(_duration(1, " above 0"), forms.DURATION), PlainSerializer(_in_minutes)]
DurationOrZero = Annotated[
    int, typed_as(_duration(0, ", 0 min or more"), forms.DURATION_OR_ZERO), PlainSerializer(_in_minutes)
]
Rate = Annotated[float, typed_as(_rate, forms.RATE), PlainSerializer(lambda rate: f"{rate!r} per year")]
Share = Annotated[float, typed_as(_share, forms.SHARE)]
ShareOrNot = Annotated[float, typed_as(_share, forms.SHARE), PlainSerializer(lambda x: "" if x == NOT_SAID else x)]
NumberOrNot = Annotated[float, typed_as(_number, forms.NUMBER), PlainSerializer(lambda x: "" if x == NOT_SAID else x)]
Growth = Annotated[
    float, typed_as(_growth, forms.GROWTH), PlainSerializer(lambda growth: f"{growth * 100:.12g} % per year")
]
Factor = Annotated[float, typed_as(_factor, forms.FACTOR)]
Season = Annotated[
    tuple[float, ...],
    typed_as(_season, forms.season(MONTHS)),
    PlainSerializer(lambda s: dict(zip(MONTHS, s, strict=True)) if s else {}),
]
NamedShares = Annotated[dict[str, float], typed_as(named_shares, forms.mapping(forms.SHARE))]
Urgencies = Annotated[
    tuple[float, ...],
    typed_as(_urgencies, forms.shares_of_classes(URGENCIES)),
    PlainSerializer(lambda s: {k: v for k, v in enumerate(s) if v}),
]
Sigma = Annotated[float, typed_as(_spread, forms.SIGMA)]
Count = Annotated[int, _whole(0)]
Positive = Annotated[int, _whole(1)]
Rooms = Annotated[int, _whole(1, 1000)]  # no house has so many of one kind; a million hang the timetable
Replications = Annotated[int, _whole(1, MOST_REPLICATIONS)]
Seed = Annotated[int, _whole(0, 10**18)]
Cases = Annotated[
    int, typed_as(_cases, forms.CASES), PlainSerializer(lambda cases: "no limit" if cases == NO_LIMIT else cases)
]
Day = Annotated[date, typed_as(_day, forms.DAY), PlainSerializer(_written_day)]
From = Annotated[date, typed_as(_from, forms.FROM), PlainSerializer(_written_day)]
Until = Annotated[date, typed_as(_until, forms.UNTIL), PlainSerializer(_written_day)]
FromIfSaid = Annotated[date, typed_as(_from, forms.FROM), PlainSerializer(_edge_if_said)]
UntilIfSaid = Annotated[date, typed_as(_until, forms.UNTIL), PlainSerializer(_edge_if_said)]
Since = Annotated[date, typed_as(_since, forms.SINCE), PlainSerializer(_written_day)]
Dates = Annotated[
    dict[date, str],
    typed_as(_dates, forms.DATES),
    PlainSerializer(lambda days: {day.isoformat(): name for day, name in days.items()}),
]
Clock = Annotated[int, typed_as(_clock, forms.CLOCK), PlainSerializer(clock)]
Weekdays = Annotated[
    tuple[int, ...],
    typed_as(_weekdays, forms.weekdays(WEEKDAYS)),
    PlainSerializer(lambda days: [WEEKDAYS[day] for day in days]),
]
Weeks = Annotated[
    int, typed_as(_weeks, forms.WEEKS), PlainSerializer(lambda weeks: f"{weeks} week" + ("s" if weeks > 1 else ""))
]
Name = Annotated[str, typed_as(name, forms.NAME)]
Names = Annotated[tuple[str, ...], typed_as(_names, forms.NAMES), PlainSerializer(list)]
GroupCounts = Annotated[dict[str, int], typed_as(_group_counts, forms.COUNTS)]
Text = Annotated[str, typed_as(_text, forms.TEXT)]
Sources = Annotated[tuple[str, ...], typed_as(_sources, forms.ONE_OR_MORE_TEXTS), PlainSerializer(list)]
Switch = Annotated[bool, typed_as(_switch, forms.SWITCH)]
