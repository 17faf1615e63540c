"""Values with the place where they were written, and how a message says them.

    Place, Node          a value, its place and the place of its key
    UNREADABLE           stands where a value was refused
    described(value)     a value as an error message says it
    made(value, place)   plain data that never was in a file, as a node

Knows nothing of YAML.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import Any

from sim.errors import InputError, Problem

Scalar = str | int | float | bool
Steps = tuple[str | int, ...]  # the way to a value: keys of mappings, positions in lists
MOST_DIGITS = 18  # a whole number of so many digits fits into 64 bits, whatever its sign


class _Unreadable:
    """Stands where a value was refused, so that the rest of the file can still be checked."""

    def __repr__(self) -> str:
        return "something unreadable"


UNREADABLE = _Unreadable()


@dataclass(frozen=True)
class Place:
    """Where something was written: file as the user named it, line and column from 1 (0 where there is none)."""

    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Node:
    """A value and its place; mappings hold nodes by key, lists hold nodes in order.

    value   text, whole number, number, true or false, `dict[str, Node]`, `list[Node]`, or UNREADABLE
    place   where the value stands
    key     where its key stands; the value's place for items of a list and for the whole
    """

    value: Any
    place: Place
    key: Place

    def plain(self) -> Any:
        """The data without places.

        >>> made({"a": [1, 2.5, "x"]}, Place()).plain()
        {'a': [1, 2.5, 'x']}
        """
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, step: str | int) -> Node | None:
        """What stands one step further, or None."""
        if isinstance(self.value, dict):
            found: Node | None = self.value.get(step)
            return found
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            item: Node = self.value[step]
            return item
        return None

    def get(self, key: str, otherwise: Any = None) -> Any:
        """The value of a key of this mapping, or `otherwise` where there is no such key."""
        node = self.child(key)
        return otherwise if node is None else node.value

    def at(self, steps: Steps) -> Node:
        """What stands at the end of the steps, or the last thing there is on the way."""
        node = self
        for step in steps:
            further = node.child(step)
            if further is None:
                return node
            node = further
        return node

    def has(self, steps: Steps) -> bool:
        """Does something stand at the end of all the steps?"""
        node: Node | None = self
        for step in steps:
            node = node.child(step) if node is not None else None
        return node is not None

    def spelled(self, steps: Steps) -> str:
        """The steps as a dotted path; an item of a list goes by its name where it has one.

        >>> made({"a": [{"name": "x", "b": 1}, 7]}, Place()).spelled(("a", 0, "b"))
        'a.x.b'
        >>> made({"a": [{"name": "x", "b": 1}, 7]}, Place()).spelled(("a", 1))
        'a[1]'
        """
        text, node = "", self
        for step in steps:
            further = node.child(step)
            name = further.child("name") if further is not None and isinstance(step, int) else None
            label = name.value if name is not None and isinstance(name.value, str) and name.value else step
            text += f"[{label}]" if isinstance(label, int) else f".{label}"
            node = further if further is not None else NOWHERE
        return text.removeprefix(".")

    def problem(self, steps: Steps, expected: str, todo: str = "", *, found: str = "", of_key: bool = False) -> Problem:
        """A Problem at the end of the steps, or where that should have stood.

        steps     from this node
        expected  what would have been right
        todo      what to do about it
        found     what stands there, if the value itself does not say it
        of_key    the key is the mistake, not its value
        """
        node = self.at(steps)
        whole = self.has(steps)
        place = node.key if of_key or not whole or isinstance(node.value, dict | list) else node.place
        if not found:
            found = described(node.value) if whole else "nothing"
        return Problem(place.file, place.line, place.column, self.spelled(steps), found, expected, todo)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the file."""
        yield self
        below = self.value.values() if isinstance(self.value, dict) else self.value
        if isinstance(self.value, dict | list):
            for node in below:
                yield from node.walk()


NOWHERE = Node(UNREADABLE, Place(), Place())


def described(value: Any) -> str:
    """A value as an error message says it.

    >>> described("x"), described(3), described(True), described({}), described([1])
    ("the text 'x'", 'the number 3', 'true', 'an empty mapping', 'a list of 1')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {shortened(value)!r}" if value else "an empty text"
    if isinstance(value, int | float):
        return f"the number {shortened(str(value))}"
    if isinstance(value, dict):
        return f"a mapping with {shortened(', '.join(map(str, value)))}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    return repr(value)


def shortened(text: str) -> str:
    """At most 60 characters of a text."""
    return text if len(text) <= 60 else text[:57] + "..."


def made(value: Any, place: Place) -> Node:
    """Plain data as a node, all of it at one place.

    value     text, number, true or false, date, mapping with text keys, or list of these
    place     where to point to when it turns out to be wrong
    InputError if it holds anything else.

    >>> made({"days": ("monday",), "rooms": 2}, Place("a call")).plain()
    {'days': ['monday'], 'rooms': 2}
    """
    if isinstance(value, Mapping):
        return Node({str(key): made(item, place) for key, item in value.items()}, place, place)
    if isinstance(value, list | tuple):
        return Node([made(item, place) for item in value], place, place)
    if isinstance(value, str | bool):
        return Node(value, place, place)
    if isinstance(value, date):
        return Node(value.isoformat()[:10], place, place)
    if isinstance(value, Integral):
        if abs(int(value)) < 10**MOST_DIGITS:
            return Node(int(value), place, place)
    elif isinstance(value, Real) and math.isfinite(value):
        return Node(float(value), place, place)
    found = f"{shortened(repr(value))} ({type(value).__name__})"
    expected = "text, a finite number, true or false, a date, or a mapping or list of these"
    raise InputError(Problem(place.file, place.line, place.column, "", found, expected))
