"""What differs between two scenarios, in words, with dates and units as a planner writes them.

    compared(a, b)          -> Comparison   every difference, grouped by section
    comparison.text()       for a terminal;  comparison.data() for programmes

It walks the resolved scenarios as data, so that a key that is new tomorrow is told without a word about it here.
What is known by name: lists whose items have names, and a timetable's line that ends where another begins on
the same days, which is told as one change from that date on. Runs nothing; knows nothing of results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.evidence import read_evidence
from sim.explain.speech import SHARES, listed, plain, plural, spoken, wrapped
from sim.report.words import words
from sim.scenario import Scenario
from sim.scenario.parts import NAMED_LISTS

Way = tuple[str, ...]
Named = dict[str, dict[str, Any]]
TITLE = ("kind", "scenario", "question", "description")
ONLY_WORDS = ("means", "source", "assumption", "note", "why", "catchment")
"""Keys from which nothing is computed."""
_LONG = 50  # characters; longer texts are not set side by side
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ITEMS = {"competing": "stream of other patients", "people": "", "leave": "leave"}
_BY_NAME = {"resources": "Resource", "treatments": "Treatment", "staff": "Staff", "diseases": "Disease"}
_KEYS = {"from": "first day", "until": "last day", "on": "date", "start": "beginning", "every": "rhythm"}
_UNSAID = ("", "none", "no limit", "start", "end", "1 week", "0 min", 0, False, None)


@dataclass(frozen=True)
class Difference:
    """One thing that differs.

    section        under which it is told
    path           dotted, as in `change:` of a scenario file
    before, after  the values as a resolved scenario writes them; None where there is none
    words          the difference in words
    """

    section: str
    path: str
    before: Any
    after: Any
    words: str


@dataclass(frozen=True)
class Comparison:
    """What differs between two scenarios.

    names          of the two
    digests        of what they mean
    title          differences of names and words
    found          all others, in the order of a scenario file
    """

    names: tuple[str, str]
    digests: tuple[str, str]
    title: tuple[Difference, ...]
    found: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Do both mean the same: would every replication come out alike?"""
        return self.digests[0] == self.digests[1]

    def verdict(self) -> str:
        """How far they differ, in a sentence or two."""
        a, b = self.names
        computed = [one for one in self.found if not _only_words(one.path)]
        replications = [one for one in computed if one.path == "run.replications"]
        if self.same:
            other = listed(sorted({_title_words(one.path) for one in self.title}))
            text = f"{a} and {b} mean the same"
            text += f": only {other} differ{'' if ' and ' in other else 's'}." if other else ", word for word."
            return text + (" Fewer or more replications change none of them." if replications else "")
        if not computed:
            return f"{a} and {b} differ in words only; every replication would come out alike."
        return f"From {a} to {b}: {plural(len(computed), 'difference')}."

    def text(self) -> str:
        """All of it for a terminal of 100 columns."""
        lines = wrapped(self.verdict())
        section = ""
        for one in self.found:
            if one.section != section:
                section = one.section
                lines += ["", section]
            lines += wrapped(f"- {one.words}", 2, 4)
        if self.title and not self.same:
            lines += ["", "Name and words"]
            lines += [line for one in self.title for line in wrapped(f"- {one.words}", 2, 4)]
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "scenarios": list(self.names),
            "digests": list(self.digests),
            "same": self.same,
            "verdict": self.verdict(),
            "differences": [vars(one) for one in (*self.title, *self.found)],
        }


def compared(a: Scenario, b: Scenario) -> Comparison:
    """What differs between two resolved scenarios.

    a, b   the reference, and the other one
    """
    before, after = a.data(), b.data()
    title = [_leaf((key,), before.get(key), after.get(key)) for key in TITLE if before.get(key) != after.get(key)]
    found: list[Difference] = []
    for section in dict.fromkeys((*before, *after)):
        if section in TITLE:
            continue
        if section == "treatments":
            found += _of_treatments(before.get(section) or {}, after.get(section) or {})
        elif section == "evidence":
            found += _of_evidence(before.get(section, {}), after.get(section, {}))
        elif section == "holidays":
            found += _of_holidays(before.get(section, {}), after.get(section, {}))
        else:
            found += _between((section,), before.get(section), after.get(section))
    return Comparison((a.scenario, b.scenario), (a.digest(), b.digest()), tuple(title), tuple(found))


def _between(way: Way, before: Any, after: Any) -> Iterator[Difference]:
    """All differences between two values at the same place."""
    if before == after:
        return
    if len(way) == 1 or way[-1] in NAMED_LISTS:  # what is not there at all is there with nothing in it
        nothing: Any = [] if way[-1] in NAMED_LISTS else {}
        before, after = nothing if before is None else before, nothing if after is None else after
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not _are_shares(way, before, after):
        for key in dict.fromkeys((*before, *after)):
            yield from _between((*way, str(key)), before.get(key), after.get(key))
    elif (names := _by_name(before)) is not None and (others := _by_name(after)) is not None:
        yield from _of_items(way, names, others)
    else:
        yield _leaf(way, before, after)


def _are_shares(way: Way, *values: Mapping[str, Any]) -> bool:
    """Shares of one whole are told together."""
    numbers = all(isinstance(share, int | float) for its in values for share in its.values())
    return numbers and any(step in SHARES for step in way)


def _by_name(value: Any) -> Named | None:
    """The items of a list by their names; None where it is no list of named items."""
    if isinstance(value, list) and all(isinstance(item, Mapping) and "name" in item for item in value):
        return {str(item["name"]): {k: v for k, v in item.items() if k != "name"} for item in value}
    return None


def _of_items(way: Way, before: Named, after: Named) -> Iterator[Difference]:
    """Items of a list that are gone, new, or changed; one that goes over into another is told as one change."""
    told: set[str] = set()
    for old, new, since in _successions(before, after):
        told |= {old, new}
        changed = [
            (_key(key), f"{spoken(key, before[old].get(key))} -> {spoken(key, after[new].get(key))}")
            for key in dict.fromkeys((*before[old], *after[new]))
            if key not in ("from", "until") and before[old].get(key) != after[new].get(key)
        ]
        item = _item(way, old)
        parts = [f"{key} {values}" if n else f"{key} of the {item} {values}" for n, (key, values) in enumerate(changed)]
        text = f"{', '.join(parts) or f'the {item} goes on unchanged'} from {since} on (as '{new}')"
        yield Difference(_section(way), ".".join((*way, old)), before[old], after[new], _upper(text))
    for name in dict.fromkeys((*before, *after)):
        if name in told:
            continue
        here = (*way, name)
        if name in before and name in after:
            yield from _between(here, before[name], after[name])
        else:
            gone = name in before
            text = (
                f"{'no more' if gone else 'new'}: the {_item(way, name)} ({_whole((before if gone else after)[name])})"
            )
            yield Difference(_section(way), ".".join(here), before.get(name), after.get(name), _upper(text))


def _successions(before: Named, after: Named) -> Iterator[tuple[str, str, str]]:
    """Lines that end earlier than before and go over, the next day, into a new one on the same weekdays."""
    for old, its in before.items():
        until = after.get(old, {}).get("until")
        if "days" not in its or until in (None, "end", its.get("until")):
            continue
        if {k for k in its if its[k] != after[old].get(k)} != {"until"}:
            continue
        since = (date.fromisoformat(str(until)) + timedelta(days=1)).isoformat()
        for new, line in after.items():
            if new not in before and line.get("from") == since and line.get("days") == its["days"]:
                yield old, new, since
                break


def _of_evidence(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Overrides of evidence; where one scenario has none, the card's own value holds."""
    amounts = read_evidence().amounts

    def told(values: Mapping[str, Any], name: str) -> str:
        if name in values:
            return spoken(name, values[name])
        return f"{amounts[name].written} (the card's)" if name in amounts else "the card's value"

    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            text = f"{name}: {told(before, name)} -> {told(after, name)}"
            yield Difference("Evidence", f"evidence.{name}", before.get(name), after.get(name), text)


def _of_treatments(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Where treatments are given; what a scenario does not name is given here."""

    def told(its: Mapping[str, Any] | None) -> str:
        where = str((its or {}).get("where", "here"))
        if where != "elsewhere":
            return {"none": "nowhere in reach"}.get(where, where)
        delay = (its or {}).get("delay") or {}
        return f"at another hospital, after a wait ({', '.join(f'{k} {spoken(k, v)}' for k, v in delay.items())})"

    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if told(old) != told(new):
            text = f"{words(name)} is given {told(new)}, not {told(old)}"
            yield Difference(_section(("treatments", name)), f"treatments.{name}", old, new, text)
        elif old != new and old is not None and new is not None:
            yield from _between(("treatments", name), old, new)


def _of_holidays(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Holidays differ by whose they are and by how many dates, which are not told one by one."""
    rest = [{key: value for key, value in its.items() if key != "dates"} for its in (before, after)]
    yield from _between(("holidays",), *rest)
    old, new = before.get("dates", {}), after.get("dates", {})
    if old != new:
        gone, come = sorted({*old} - {*new}), sorted({*new} - {*old})
        parts = [
            f"{plural(len(days), 'date')} {word} ({listed(days[:3])}{', ...' if len(days) > 3 else ''})"
            for days, word in ((gone, "less"), (come, "more"))
            if days
        ]
        text = f"public holidays: {listed(parts) or 'other names for the same dates'}"
        yield Difference("Holidays", "holidays.dates", old, new, _upper(text))


def _leaf(way: Way, before: Any, after: Any) -> Difference:
    """One value that differs."""
    section, share = _section(way), any(step in SHARES for step in way)
    inside = way[2:] if way[0] in _BY_NAME else way[1:]
    subject = _subject(inside) if inside else plain(way[-1])
    if _long(before) or _long(after):
        text = (
            f"{subject}: other words" if before and after else f"{subject}: words {'left out' if before else 'added'}"
        )
    elif before is None or after is None:
        whole = _whole(before if after is None else after)
        text = f"{'no more' if after is None else 'new'}: {subject}" + (f" ({whole})" if whole else "")
    else:
        old, new = (_edge(inside or way, spoken(way[-1], value, share)) for value in (before, after))
        text = f"{subject} {old} -> {new}"
    return Difference(section, ".".join(way), before, after, _upper(text))


def _edge(inside: Way, text: str) -> str:
    """The first and the last day of the run, said so that they are no dates' names."""
    edges = {"start": "the run's first", "end": "the run's last"}
    return edges.get(text, text) if inside[-1] in ("from", "until") else text


def _long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _LONG


def _subject(inside: Way) -> str:
    """The steps below a section or a resource in words.

    >>> _subject(("sittings", "tuesday", "cases")), _subject(("competing", "hcc", "minutes", "median"))
    ('cases of the Tuesday sitting', 'minutes (median) of the hcc stream of other patients')
    """
    items: list[str] = []
    keys: list[str] = []
    steps = list(inside)
    while steps:
        step = steps.pop(0)
        if step in NAMED_LISTS and steps:
            items.append(f"the {_item((step,), steps.pop(0))}")
        else:
            keys.append(_key(step))
    first, *rest = keys or ["all"]
    return " of ".join([first + (f" ({', '.join(rest)})" if rest else ""), *reversed(items)])


def _key(step: str) -> str:
    return _KEYS.get(step, plain(step))


def _item(way: Way, name: str) -> str:
    """An item of a list with what it is: `Tuesday sitting`."""
    kind = _ITEMS.get(way[-1], plain(way[-1]).removesuffix("s"))
    first, *rest = plain(name).split(" ")
    return f"{' '.join([first.capitalize() if first in _DAYS else first, *rest])} {kind}".strip()


def _whole(value: Any) -> str:
    """A thing that is there in one of the two only, without what goes without saying."""
    if not isinstance(value, Mapping):
        return spoken("", value)
    said = {key: its for key, its in value.items() if its not in _UNSAID and its not in ([], {}) and not _long(its)}
    said = {key: its for key, its in said.items() if (key, its) != ("rooms", 1)}
    words_of = {
        key: f"({spoken(str(key), its)})" if isinstance(its, Mapping) else spoken(str(key), its)
        for key, its in said.items()
    }
    return ", ".join(f"{_key(str(key))} {told}" for key, told in words_of.items())


def _section(way: Way) -> str:
    if way[0] in TITLE:
        return "Name and words"
    if way[0] in _BY_NAME and len(way) > 1:
        return f"{_BY_NAME[way[0]]}: {words(way[1])}"
    return {"board": "Rows of the board"}.get(way[0]) or words(way[0])


def _title_words(key: str) -> str:
    return {"scenario": "the name", "question": "the question"}.get(key, f"the {key}")


def _only_words(path: str) -> bool:
    return any(step in ONLY_WORDS for step in path.split("."))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
