"""Quantities as people write them, and the numbers the model uses.

    minutes("14 days")          -> 20160            durations, in whole minutes
    per_year("3 per week")      -> 156.53...        rates, per year of 365.25 days
    share("30 %")               -> 0.3              shares, 0 to 1
    spoken(20160)               -> '2 weeks'        a duration for people
    day_and_time(30)            -> 'day 0 00:30'    a minute of the run for people

A month is 30.4375 days and a year 365.25 days (durations only; calendars go by date).
ValueError says what would have been right; the caller adds where.
"""

from __future__ import annotations

import re

MINUTES = {
    "minute": 1.0,
    "hour": 60.0,
    "day": 1440.0,
    "week": 7 * 1440.0,
    "month": 30.4375 * 1440.0,
    "year": 365.25 * 1440.0,
}
DAY = 1440
WEEK = 7 * DAY
MONTH = MINUTES["month"]
YEAR = MINUTES["year"]

_ALIASES = {"min": "minute", "mins": "minute", "h": "hour", "d": "day"}
_NUMBER = r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_QUANTITY = re.compile(rf"\s*{_NUMBER}\s*([A-Za-z]+)\s*")
_RATE = re.compile(rf"\s*{_NUMBER}\s*(?:per|/|a|an)\s*([A-Za-z]+)\s*")
_SHARE = re.compile(rf"\s*{_NUMBER}\s*%\s*")


def _unit(word: str) -> str:
    word = word.lower()
    word = _ALIASES.get(word, word)
    return word.removesuffix("s") if word not in MINUTES else word


def minutes(text: str) -> int:
    """A duration in whole minutes, rounded once.

    text      number and unit, such as `90 min`, `14 days`, `1.5 months`
    returns   minutes, a whole number; the sign is kept
    ValueError if it is not a number followed by a unit of time.

    >>> minutes("14 days"), minutes("90 min"), minutes("1 month")
    (20160, 90, 43830)
    """
    match = _QUANTITY.fullmatch(text)
    if match is None or _unit(match[2]) not in MINUTES:
        raise ValueError("a number and a unit of time, such as '14 days', '90 min' or '6 weeks'")
    return round(float(match[1]) * MINUTES[_unit(match[2])])


def per_year(text: str) -> float:
    """A rate per year of 365.25 days.

    >>> per_year("138 per year"), round(per_year("3 per week"), 2)
    (138.0, 156.54)
    """
    match = _RATE.fullmatch(text)
    if match is None or _unit(match[2]) not in MINUTES:
        raise ValueError("a number per unit of time, such as '3 per week' or '138 per year'")
    return float(match[1]) * YEAR / MINUTES[_unit(match[2])]


def share(text: str | float) -> float:
    """A share between 0 and 1, written as a number or in percent.

    >>> share("30 %"), share(0.3)
    (0.3, 0.3)
    """
    if isinstance(text, str):
        match = _SHARE.fullmatch(text)
        if match is None:
            raise ValueError("a share from 0 to 1, or a percentage such as '30 %'")
        value = float(match[1]) / 100
    else:
        value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("a share from 0 to 1, or a percentage from 0 % to 100 %")
    return value


def spoken(duration: float) -> str:
    """A duration in the largest unit that states it well.

    >>> spoken(90), spoken(20160), spoken(43830 * 30)
    ('90 minutes', '2 weeks', '30 months')
    """
    size = abs(duration)
    if size < 120:
        name = "minute"
    elif size < 2 * DAY:
        name = "hour"
    elif size < 2 * WEEK or (size < 8 * WEEK and size % WEEK):
        name = "day"
    elif size < 3 * MONTH:
        name = "week"
    elif size < 4 * YEAR:
        name = "month"
    else:
        name = "year"
    number = f"{duration / MINUTES[name]:.1f}".removesuffix(".0")
    return f"{number} {name}" + ("" if number in ("1", "-1") else "s")


def day_and_time(minute: int) -> str:
    """A minute of the run as day and clock time; day 0 is the first day of the warm-up.

    >>> day_and_time(412 * 1440 + 570), day_and_time(-1)
    ('day 412 09:30', 'day -1 23:59')
    """
    day, rest = divmod(int(minute), DAY)
    return f"day {day} {rest // 60:02d}:{rest % 60:02d}"
