"""Values of a scenario as a planner writes them: durations, rates, shares, dates, names.

    duration("315 min"), rate(177.4), percent(0.02), day(2026-01-01)   one value in words
    spoken(key, value)      any value of a resolved scenario, by what it looks like and the key it stands under
    listed(words)           `a, b and c`
    wrapped(text, indent)   lines for a terminal of 100 columns

Knows nothing of which keys there are, but for those whose plain numbers are shares.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sim import units

WIDTH = 100
SHARES = (
    *("cancelled", "missed", "urgency", "preference", "kinds"),
    *("site", "grade", "functioning", "male", "performance", "kidney_disease"),
)
"""Keys whose numbers, or whose entries' numbers, are shares."""

_DURATION = re.compile(r"[+-]?[\d.]+ (min|days?|weeks?)")
_RATE = re.compile(r"[+-]?[\d.e+-]+ per year")
_UNITS = ("year", "month", "week", "day", "hour")
_TOGETHER = "\u00a0"  # a space at which no line is broken
_SHORT = 12 * 60  # below it, timetables are written in minutes
_PER = ("week", "year")


def _number(value: float) -> str:
    """A number without needless digits.

    >>> _number(3.4000000001), _number(1000.0), _number(0.25), _number(12345.6)
    ('3.4', '1000', '0.25', '12346')
    """
    digits = 0 if abs(value) >= 1000 else 4
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plural(number: float, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> plural(1, "sitting"), plural(2.5, "case"), plural(0, "day")
    ('1 sitting', '2.5 cases', '0 days')
    """
    return f"{_number(number)} {one if number == 1 else many or one + 's'}"


def duration(value: str | float) -> str:
    """A duration in the largest unit that says it exactly; short ones in minutes, as timetables are written.

    value   minutes, or as a resolved scenario writes it

    >>> duration("315 min"), duration("7 days"), duration("4383 days"), duration("1200 min"), duration(10 * 1440)
    ('315 min', '1 week', '12 years', '20 hours', '10 days')
    """
    size = units.minutes(value) if isinstance(value, str) else value
    if abs(size) >= _SHORT:
        for unit in _UNITS:
            number = size / units.MINUTES[unit]
            whole = 2 * number if unit in ("day", "week") and number > 1 else number
            if abs(whole - round(whole)) < 1e-9:
                return plural(number, unit)
    return f"{_number(size)} min"


def rate(per_year: float) -> str:
    """A rate in the unit in which it is roundest.

    >>> rate(138.0), rate(3.4 * 365.25 / 7), rate(1.5), rate(0)
    ('138 per year', '3.4 per week', '1.5 per year', '0 per year')
    """
    if not per_year:
        return "0 per year"
    told = {}
    for unit in _PER if per_year >= 1 else ("year",):
        number = per_year * units.MINUTES[unit] / units.YEAR
        told[unit] = f"{number:.4g}" if abs(float(f"{number:.4g}") / number - 1) < 1e-9 else f"{number:.6g}"
    unit = min(told, key=lambda name: (len(told[name].replace(".", "").lstrip("0")), _PER.index(name)))
    if per_year == round(per_year) and per_year < units.YEAR / units.DAY:
        unit = "year"
    return f"{told[unit] if float(told[unit]) < 1e4 else _number(float(told[unit]))} per {unit}"


def percent(share: float) -> str:
    """A share in per cent.

    >>> percent(0.02), percent(1 / 3)
    ('2 %', '33.3333 %')
    """
    return f"{_number(100 * share)} %"


def day(value: date) -> str:
    """A date; the first and the last of the calendar stand for the run's own."""
    return {date.min: "start", date.max: "end"}.get(value) or value.isoformat()


def plain(name: str) -> str:
    """A name of the scenario as words in a sentence.

    >>> plain("lung_and_other_primaries")
    'lung and other primaries'
    """
    return name.replace("_", " ")


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a list in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed([])
    ('a', 'a, b and c', '')
    """
    *front, end = [*words] or [""]
    return f"{', '.join(front)} {last} {end}" if front else end


def spoken(key: str, value: Any, share: bool = False) -> str:
    """A value of a resolved scenario in words.

    key     under which it stands
    share   it stands somewhere below a key of shares

    >>> spoken("notice", "7 days"), spoken("cancelled", 0.04), spoken("days", ["monday", "friday"])
    ('1 week', '4 %', 'Monday and Friday')
    >>> spoken("urgency", {"1": 0.2, "2": 0.8}), spoken("second", {"place": "icu", "minutes": "60 min"})
    ('1: 20 %, 2: 80 %', 'place: icu, minutes: 60 min')
    """
    share = share or key in SHARES
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(_entry(str(k), v, share) for k, v in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return listed(_item(key, item) for item in value) or "nothing"
    if isinstance(value, int | float):
        return percent(value) if share else _number(value)
    if _RATE.fullmatch(str(value)):
        return rate(units.per_year(str(value)))
    return duration(str(value)) if _DURATION.fullmatch(str(value)) else str(value)


def _entry(key: str, value: Any, share: bool) -> str:
    told = spoken(key, value, share)
    return f"{plain(key)} ({told})" if isinstance(value, Mapping) else f"{plain(key)}: {told}"


def _item(key: str, item: Any) -> str:
    if isinstance(item, Mapping):
        rest = {its: value for its, value in item.items() if its != "name"}
        name = plain(str(item.get("name", "")))
        return f"{name} ({spoken(key, rest)})".strip() if rest else name
    return str(item).capitalize() if key == "days" else spoken(key, item)


def wrapped(text: str, indent: int = 0, hanging: int | None = None, width: int = WIDTH) -> list[str]:
    """Lines of at most `width` columns.

    indent    of the first line
    hanging   of the following ones; as the first if not told

    >>> wrapped("one two three", 2, 4, width=10)
    ['  one two', '    three']
    """
    later = indent if hanging is None else hanging
    lines = textwrap.wrap(
        text.replace(" %", _TOGETHER + "%"),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * later,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_TOGETHER, " ") for line in lines]


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = ()) -> list[str]:
    """A table in fixed columns.

    right   numbers of the columns that are set to the right

    >>> print(*table(("name", "min"), [("a", "5"), ("b", "10")], right=(1,)), sep="|")
    name  min|---------|a       5|b      10
    """
    lines = [head, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]

    def line(cells: tuple[str, ...]) -> str:
        fitted = (
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(fitted).rstrip()

    return [line(head), "-" * (sum(widths) + 2 * (len(widths) - 1)), *map(line, lines[1:])]
