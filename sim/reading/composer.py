"""From YAML text to nodes: every value with its place, every mistake noted, nothing expanded.

    Composer(text, file).document()   -> Node, problems

Built on the parser's events rather than on its objects: aliases are never followed, the depth is counted on the
way down, and reading stops as soon as there is too much, so that no file can take long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import yaml

from sim.errors import InputError, Problem
from sim.reading.nodes import UNREADABLE, Node, Place, Steps, shortened
from sim.reading.scalars import Surprise, value_of

MOST_DEPTH = 50
MOST_NODES = 50_000
MOST_PROBLEMS = 100

_QUOTED = re.compile(r"""(\s*(?:- )?[\w.]+:\s+)(["'])""")  # a key and the quote with which its value begins
_COLON = re.compile(r"""(\s*(?:- )?[\w.]+:)\s+([^\s"'\[{#|>&*!].*:(?:\s.*)?)""")  # a key, and a value with a colon
_BRACKETS = {"while parsing a flow sequence": ("[", "]"), "while parsing a flow mapping": ("{", "}")}

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is about twenty times as fast where it is there


class Composer:
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
            raise self._stop(self._problem(event, "a directive (%)", "YAML without directives", "take the line out"))
        root = self._node(next(self.events), ())
        next(self.events)  # the end of the document
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            todo = "take the line `---` out, or make two files"
            raise self._stop(self._problem(event, "a second document", "one document", todo))
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
        return (
            self._unclosed_quote(lines, line)
            or self._unclosed(error, line)
            or self._colon(error, lines)
            or self._other(error, line, column)
        )

    def _other(self, error: yaml.MarkedYAMLError, line: int, column: int) -> Problem:
        found = ", ".join(str(part) for part in (error.context, error.problem) if part)
        if error.context_mark and error.context_mark.line != line:
            found += f" (begun in line {error.context_mark.line + 1})"
        return Problem(self.file, line + 1, column + 1, "", found, "YAML", "check quotes, brackets, colons and indents")

    def _unclosed_quote(self, lines: list[str], last: int) -> Problem | None:
        """A quote that ends nowhere, or only where the next one begins: it is shown where it began."""
        for number, text in enumerate(lines[: last + 1]):
            begun = _QUOTED.match(text)
            if begun is None or _ends(text[begun.end() :], begun[2]):
                continue
            end = next((at for at in range(number + 1, len(lines)) if _ends(lines[at], begun[2])), len(lines))
            if end >= min(last, len(lines) - 1):  # else it is a text of several lines, and something else is wrong
                place = (self.file, number + 1, begun.start(2) + 1, "")
                expected = f"a text that ends with {begun[2]} in its line"
                return Problem(*place, f"a quote without its end: {_shown(text)}", expected, f"add the {begun[2]}")
            return None
        return None

    def _unclosed(self, error: yaml.MarkedYAMLError, line: int) -> Problem | None:
        """A bracket that ends nowhere is noticed far below, and shown where it began."""
        mark, begun = error.context_mark, _BRACKETS.get(str(error.context))
        if mark is None or begun is None or "expected ','" not in str(error.problem):
            return None
        opens, closes = begun
        found = f"a {opens} without its {closes}" + (f", noticed in line {line + 1}" if line != mark.line else "")
        expected = f"items with commas between them, and a {closes} after the last"
        return Problem(self.file, mark.line + 1, mark.column + 1, "", found, expected, f"add the {closes}, or a comma")

    def _colon(self, error: yaml.MarkedYAMLError, lines: list[str]) -> Problem | None:
        """A colon with a space after it makes a key of what is before it, unless the text is in quotes."""
        mark = error.problem_mark
        if mark is None or "mapping values are not allowed" not in str(error.problem):
            return None
        text = lines[mark.line] if mark.line < len(lines) else ""
        typed = _COLON.fullmatch(text)
        if typed is None:
            return None
        found, expected = f"a colon in a text without quotes: {_shown(text)}", "a text with a colon in quotes"
        quoted = typed[2].strip().replace("\\", "\\\\").replace('"', '\\"')
        return Problem(
            self.file, mark.line + 1, mark.column + 1, "", found, expected, f'write {typed[1].strip()} "{quoted}"'
        )

    def _unprintable(self, position: int) -> Problem:
        before = self.text[:position]
        line, column = before.count("\n") + 1, position - before.rfind("\n")
        found = f"the character U+{ord(self.text[position]):04X}" if position < len(self.text) else "a bad character"
        return Problem(self.file, line, column, "", found, "printable text", "take it out")

    def _stop(self, problem: Problem) -> InputError:
        return InputError([*(earlier for _, earlier in self.problems), problem])

    def _refuse(self, event: Any, steps: Steps, found: str, expected: str, todo: str = "") -> None:
        """Notes a mistake and goes on, so that one reading finds them all."""
        problem = self._problem(event, found, expected, todo)
        if len(self.problems) >= MOST_PROBLEMS:
            raise self._stop(replace(problem, found=f"more than {MOST_PROBLEMS} mistakes", expected="", todo=""))
        self.problems.append((steps, problem))

    def _problem(self, event: Any, found: str, expected: str, todo: str = "") -> Problem:
        place = self._place(event)
        return Problem(place.file, place.line, place.column, "", found, expected, todo)

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, steps: Steps, key: Place | None = None) -> Node:
        place = self._place(event)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._stop(self._problem(event, f"more than {MOST_NODES:,} values", "fewer"))
        if len(steps) > MOST_DEPTH:
            raise self._stop(self._problem(event, f"more than {MOST_DEPTH} levels", "fewer levels inside each other"))
        if getattr(event, "anchor", None):
            alias = isinstance(event, yaml.AliasEvent)
            what = f"the alias *{event.anchor}" if alias else f"the anchor &{event.anchor}"
            todo = "write the value out where it is used"
            self._refuse(event, steps, what, "a file without anchors and aliases", todo)
        if getattr(event, "tag", None):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, steps, f"the tag {tag}", "a file without tags (!)", "write the plain value")
        value: Any = UNREADABLE
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(steps)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(steps)
        elif isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, steps)
        return Node(value, place, key or place)

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
                message = f"the key '{name}' a second time (first in line {found[name].key.line})"
                self._refuse(event, (*steps, name), message, "each key once", "take one of the two out")
            value = self._node(next(self.events), (*steps, name or "?"), self._place(event))
            if name:
                found.setdefault(name, value)
        return found

    def _key(self, event: Any, steps: Steps) -> str:
        """The text of a key; nothing where it is refused, and then the value below it goes too."""
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._refuse(event, steps, "a mapping or list as a key", "a word as key")
            self._node(event, (*steps, "?"))  # walks past it
            return ""
        if isinstance(event, yaml.AliasEvent) or event.tag or event.anchor:
            self._refuse(event, steps, "a key with an alias, anchor or tag", "a word as key")
            return ""
        if event.value == "<<" and event.implicit[0]:
            self._refuse(event, steps, "a merge key (<<)", "a file without merge keys", "write the keys out")
            return ""
        if not event.value:
            self._refuse(event, steps, "an empty key", "a word as key")
        return str(event.value)

    def _scalar(self, event: Any, steps: Steps) -> Any:
        if not event.implicit[0]:
            return event.value  # in quotes or a block: text, whatever it looks like
        value = value_of(event.value)
        if isinstance(value, Surprise):
            self._refuse(event, steps, value.found, value.expected, value.todo)
            return UNREADABLE
        return value


def _ends(text: str, quote: str) -> bool:
    """Does a text in quotes end in this line?"""
    inside = text.replace("\\\\", "").replace('\\"', "") if quote == '"' else text.replace("''", "")
    return quote in inside


def _shown(line: str) -> str:
    return shortened(line.strip())
