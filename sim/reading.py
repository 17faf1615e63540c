"""YAML as people write it, read strictly, with the place of everything that was read.

A scenario is typed by hand, and YAML is full of good intentions: `no` becomes false, `1:30` becomes 90,
`1e-5` becomes a text, the second of two equal keys wins without a word. Here nothing is guessed: a value
that could be misread is refused, with its place and with what to write instead.

    read_yaml(path)              -> Node             a file's content, or an InputError that names every mistake
    parse_yaml(text, file)       -> Node             the same for text
    compose(text, file)          -> Node, problems   for readers who have problems of their own to add
    compose_file(path)           -> Node, problems, text
    parse_value(text, file)      -> Node             one value, such as the right side of `path=value`
    made(value, place)           -> Node             plain data that never was in a file
    dump_yaml(data)              -> str              canonical text that reads back as the same data

A `Node` is a value with its place; `node.plain()` is the data without places, `node.problem(path, ...)` a
Problem that points at the right line. Scalars follow the core of YAML 1.2: whole numbers, decimal numbers
(also `1e-5`), `true`, `false`, text. Dates stay text. Keys are always text. There are no aliases, anchors,
merge keys, tags or second documents, so a small file can not unfold into a large one.

Knows nothing of scenarios, boards or evidence.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError, Problem

Scalar = str | int | float | bool
Steps = tuple[str | int, ...]  # the way to a value: keys of mappings, positions in lists

MOST_BYTES = 1_000_000
MOST_DEPTH = 50
MOST_NODES = 100_000
MOST_PROBLEMS = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is about twenty times as fast where it is there
_DUMPER: Any = yaml.SafeDumper
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MOST_DIGITS = 18  # a whole number of so many digits fits into 64 bits, whatever its sign

# What different readers of YAML read differently, and what to write instead.
_QUOTED = 'put it in quotes if it is meant as text: "{}"'
_SURPRISES = tuple(
    (re.compile(pattern), todo)
    for pattern, todo in (
        (r"(?i)~|null|", "write the value, or leave the key out"),
        (r"(?i)true|false", "write true or false in small letters, or " + _QUOTED),
        (r"(?i)yes|no|on|off|y|n", "write true or false, or " + _QUOTED),
        (r"[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9]*)?", 'a time of day goes in quotes, "{}"; a duration is 90 min'),
        (r"[-+]?0[0-9_]+", "write the number without leading zeros, or " + _QUOTED),
        (r"[-+]?0[xXoObB][0-9a-fA-F_]+", "write the number in decimal digits, or " + _QUOTED),
        (r"[-+]?[0-9]+_[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", "write the number without underscores"),
        (r"(?i)[-+]?\.(?:inf|nan)", "write a finite number"),
    )
)


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

        >>> parse_yaml("a: [1, 2.5, x]").plain()
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

        >>> parse_yaml("a: [{name: x, b: 1}, 7]").spelled(("a", 0, "b"))
        'a.x.b'
        >>> parse_yaml("a: [{name: x, b: 1}, 7]").spelled(("a", 1))
        'a[1]'
        """
        text, node = "", self
        for step in steps:
            further = node.child(step)
            name = further.child("name") if further is not None and isinstance(step, int) else None
            label = name.value if name is not None and isinstance(name.value, str) and name.value else step
            text += f"[{label}]" if isinstance(label, int) else f".{label}"
            node = further if further is not None else _NOWHERE
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


_NOWHERE = Node(UNREADABLE, Place(), Place())


def described(value: Any) -> str:
    """A value as an error message says it.

    >>> described("x"), described(3), described(True), described({}), described([1])
    ("the text 'x'", 'the number 3', 'true', 'an empty mapping', 'a list of 1')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {_shortened(value)!r}" if value else "an empty text"
    if isinstance(value, int | float):
        return f"the number {_shortened(str(value))}"
    if isinstance(value, dict):
        return f"a mapping with {_shortened(', '.join(map(str, value)))}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    return repr(value)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def read_yaml(path: str | os.PathLike[str]) -> Node:
    """Reads one YAML file; its top level is a mapping.

    path      of the file, UTF-8, at most a megabyte
    returns   the content with places
    InputError holds every mistake of the file.
    """
    node, problems, _ = compose_file(path)
    return _sound(node, problems)


def parse_yaml(text: str, file: str = "") -> Node:
    """Reads YAML text; its top level is a mapping.

    text      the YAML
    file      what to call it in messages
    returns   the content with places
    InputError holds every mistake of the text.

    >>> parse_yaml("chance: 1e-5").plain()
    {'chance': 1e-05}
    >>> parse_yaml("open: yes", file="ward.yaml")
    Traceback (most recent call last):
    sim.errors.InputError: ward.yaml:1:7  open
      found:    yes, which some readers of YAML take for something else
      expected: a value that can be read in one way only
      to do:    write true or false, or put it in quotes if it is meant as text: "yes"
    """
    return _sound(*compose(text, file))


def parse_value(text: str, file: str = "") -> Node:
    """Reads one value, such as the right side of `path=value`; all rules of a file hold.

    >>> parse_value("[monday, friday]").plain(), parse_value("14 days").plain()
    (['monday', 'friday'], '14 days')
    """
    node, problems = _Composer(text, file).document()
    return _sound(Node(node.value, Place(file), Place(file)), [replace(p, line=0, column=0) for p in problems])


def _sound(node: Node, problems: Sequence[Problem]) -> Node:
    if problems:
        raise InputError(problems)
    return node


def compose_file(path: str | os.PathLike[str]) -> tuple[Node, list[Problem], str]:
    """Reads a file without stopping at values that are refused.

    path      of the file
    returns   the content with UNREADABLE where a value was refused, what was refused, and the text as typed
    InputError if there is no such file, or it is no YAML at all, or too large, or its top level is no mapping.
    """
    file = os.fspath(path)
    text = _text_of(Path(path), file)
    return *compose(text, file), text


def _text_of(path: Path, file: str) -> str:
    try:
        if path.is_dir():
            raise InputError(Problem(file, found="a folder", expected="a YAML file", todo="name a file inside it"))
        if not path.exists():
            raise InputError(
                Problem(file, found="nothing", expected="a YAML file", todo="check the name and the folder")
            )
        if not path.is_file():
            raise InputError(Problem(file, found="no ordinary file", expected="a YAML file"))
        _refuse_size(path.stat().st_size, file)
        with path.open("rb") as stream:  # the size is asked first, so that a huge file is not even opened
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(file, found=what.lower(), expected="a file that can be read")) from None
    _refuse_size(len(content), file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        found = f"the byte 0x{content[error.start]:02x}, which is no UTF-8"
        raise InputError(
            Problem(file, line, column, "", found, "text in UTF-8", "save the file with the encoding UTF-8")
        ) from None


def _refuse_size(size: int, file: str) -> None:
    if size > MOST_BYTES:
        found = f"{size / 1e6:,.1f} megabytes"
        raise InputError(Problem(file, found=found, expected=f"a file of at most {MOST_BYTES / 1e6:.0f} megabyte"))


def compose(text: str, file: str = "") -> tuple[Node, list[Problem]]:
    """Reads YAML text without stopping at values that are refused.

    text      the YAML, its top level a mapping
    file      what to call it in messages
    returns   the content with UNREADABLE where a value was refused, and what was refused, in order of place
    InputError if it is no YAML at all, too large, too deep, or its top level is no mapping.
    """
    if len(text) > MOST_BYTES:  # of text already in memory the characters are counted, which is quicker
        _refuse_size(len(text.encode("utf-8", "replace")), file)
    node, problems = _Composer(text, file).document()
    if not isinstance(node.value, dict):
        empty = node.value is UNREADABLE and not problems
        found = "nothing" if empty else described(node.value)
        top = Problem(file, node.place.line, node.place.column, "", found, "keys with values, such as `kind: scenario`")
        raise InputError([*problems, top] if node.value is not UNREADABLE or empty else problems)
    return node, problems


class _Composer:
    """Builds nodes from the parser's events. Nothing is ever copied or expanded, and depth is counted on the way."""

    def __init__(self, text: str, file: str):
        self.text = text
        self.file = file
        self.nodes = 0
        self.problems: list[tuple[Steps, Problem]] = []
        self.events = self._parsed()

    def document(self) -> tuple[Node, list[Problem]]:
        """The one document of the text, and what was refused in it."""
        next(self.events)  # the start of the stream
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return Node(UNREADABLE, Place(self.file), Place(self.file)), []
        if event.version or event.tags:
            self._refuse(event, (), "a directive (%)", "YAML without directives", "take the line out")
        root = self._node(next(self.events), ())
        next(self.events)  # the end of the document
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._refuse(event, (), "a second document", "one document", "take out the `---`, or make two files")
        return root, [replace(problem, path=root.spelled(steps)) for steps, problem in self.problems]

    def _parsed(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            raise self._stop(self._syntax(error)) from None
        except yaml.reader.ReaderError as error:
            raise self._stop(self._unprintable(error.position)) from None
        except UnicodeEncodeError as error:
            raise self._stop(self._unprintable(error.start)) from None

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        # A mistake is often noticed one line below: an open bracket or quote is looked for where it began.
        lines = self.text.splitlines()
        for number in (line, line - 1):
            indent = re.match(r"[ \t]*", lines[number] if 0 <= number < len(lines) else "")
            if indent and "\t" in indent[0]:
                found, todo = "a tab in the indentation", "indent with spaces"
                return Problem(self.file, number + 1, indent[0].index("\t") + 1, "", found, "spaces", todo)
        found = ", ".join(str(part) for part in (error.context, error.problem) if part)
        if error.context_mark and error.context_mark.line != line:
            found += f" (begun in line {error.context_mark.line + 1})"
        return Problem(self.file, line + 1, column + 1, "", found, "YAML", "check quotes, brackets, colons and indents")

    def _unprintable(self, position: int) -> Problem:
        before = self.text[:position]
        line, column = before.count("\n") + 1, position - before.rfind("\n")
        found = f"the character U+{ord(self.text[position]):04X}" if position < len(self.text) else "a bad character"
        return Problem(self.file, line, column, "", found, "printable text", "take it out")

    def _stop(self, problem: Problem) -> InputError:
        return InputError([*(earlier for _, earlier in self.problems), problem])

    def _refuse(self, event: Any, steps: Steps, found: str, expected: str, todo: str = "") -> None:
        place = self._place(event)
        problem = Problem(place.file, place.line, place.column, _NOWHERE.spelled(steps), found, expected, todo)
        if len(self.problems) >= MOST_PROBLEMS:
            raise self._stop(replace(problem, found=f"more than {MOST_PROBLEMS} mistakes", expected="", todo=""))
        self.problems.append((steps, problem))

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, steps: Steps, key: Place | None = None) -> Node:
        place = self._place(event)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._stop(self._too(place, f"more than {MOST_NODES:,} values", "fewer"))
        if len(steps) > MOST_DEPTH:
            raise self._stop(self._too(place, f"more than {MOST_DEPTH} levels, one inside the other", "fewer levels"))
        if getattr(event, "anchor", None):
            what = ("an alias (*)" if isinstance(event, yaml.AliasEvent) else "an anchor (&)") + f": {event.anchor}"
            self._refuse(
                event, steps, what, "a file without anchors and aliases", "write the value out where it is used"
            )
        if getattr(event, "tag", None):
            self._refuse(event, steps, f"the tag {event.tag}", "a file without tags (!)", "write the plain value")
        value: Any = UNREADABLE
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(steps)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(steps)
        elif isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, steps)
        return Node(value, place, key or place)

    def _too(self, place: Place, found: str, expected: str) -> Problem:
        return Problem(place.file, place.line, place.column, "", found, expected)

    def _list(self, steps: Steps) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*steps, len(items))))
        return items

    def _mapping(self, steps: Steps) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._key(event, steps)
            if name in found:
                earlier = found[name].key.line
                message = f"the key '{name}' a second time (first in line {earlier})"
                self._refuse(event, (*steps, name), message, "each key once", "take one of the two out")
            value = self._node(next(self.events), (*steps, name), self._place(event))
            found.setdefault(name, value)
        return found

    def _key(self, event: Any, steps: Steps) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.tag or event.anchor:
            self._refuse(event, steps, "a key that is no plain text", "a word as key")
            if not isinstance(event, yaml.AliasEvent | yaml.ScalarEvent):
                self._node(event, steps)  # walks past it
            return f"(key of line {event.start_mark.line + 1})"
        name = str(event.value)
        if not name:
            self._refuse(event, steps, "an empty key", "a word as key")
        if name == "<<" and event.implicit[0]:
            self._refuse(event, steps, "a merge key (<<)", "a file without merge keys", "write the keys out")
        return name

    def _scalar(self, event: Any, steps: Steps) -> Any:
        text = event.value
        if not event.implicit[0]:
            return text  # in quotes or a block: text, whatever it looks like
        for pattern, todo in _SURPRISES:
            if pattern.fullmatch(text) and text not in ("true", "false"):
                return self._ambiguous(event, steps, todo)
        if text in ("true", "false"):
            return text == "true"
        if _WHOLE.fullmatch(text):
            return self._number(event, steps, int(text) if len(text) <= _MOST_DIGITS else math.inf)
        if _DECIMAL.fullmatch(text):
            return self._number(event, steps, float(text))
        return text

    def _ambiguous(self, event: Any, steps: Steps, todo: str) -> _Unreadable:
        found = f"{event.value}, which some readers of YAML take for something else" if event.value else "nothing"
        self._refuse(event, steps, found, "a value that can be read in one way only", todo.format(event.value))
        return UNREADABLE

    def _number(self, event: Any, steps: Steps, number: int | float) -> int | float | _Unreadable:
        if math.isfinite(number):
            return number
        found = f"the number {_shortened(event.value)}, which is too large"
        self._refuse(event, steps, found, f"a number of at most {_MOST_DIGITS} digits")
        return UNREADABLE


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
    if isinstance(value, Integral) and abs(int(value)) < 10**_MOST_DIGITS:
        return Node(int(value), place, place)
    if isinstance(value, Real) and math.isfinite(value):
        return Node(float(value), place, place)
    found = f"{_shortened(repr(value))} ({type(value).__name__})"
    expected = "text, a finite number, true or false, a date, or a mapping or list of these"
    raise InputError(Problem(place.file, place.line, place.column, "", found, expected))


class _Canonical(_DUMPER):  # type: ignore[misc]
    """Writes every text so that this module reads it as text, and nothing in short forms."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written_text(dumper: Any, text: str) -> Any:
    plain = (
        any(pattern.fullmatch(text) for pattern, _ in _SURPRISES) or _WHOLE.fullmatch(text) or _DECIMAL.fullmatch(text)
    )
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if plain else None)


_Canonical.add_representer(str, _written_text)


def dump_yaml(data: Any) -> str:
    """Canonical YAML: keys sorted, one way to write each value; `parse_yaml` gives the same data back.

    >>> print(dump_yaml({"start": "08:30", "b": [1, 1e-5], "answer": "no"}), end="")
    answer: 'no'
    b:
    - 1
    - 1.0e-05
    start: '08:30'
    """
    text: str = yaml.dump(
        data, Dumper=_Canonical, sort_keys=True, allow_unicode=True, width=100, default_flow_style=False
    )
    return text
