"""A YAML file that is checked key by key: mistakes are collected, and reading goes on.

    Checked(file, node, problems)   the file's content, with what is wrong with it so far

Knows how to ask for words and numbers; not what they are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.errors import InputError, Problem, nearest, one_of
from sim.reading.nodes import UNREADABLE, Node, Steps


class Checked:
    """One file that is being read.

    node       its content
    problems   mistakes found so far
    """

    def __init__(self, file: str, node: Node, problems: Iterable[Problem]):
        self.file = file
        self.node = node
        self.problems = list(problems)

    def text(self, key: str, otherwise: str | None = None) -> str:
        """A text, or `otherwise` where there is none."""
        typed = self.node.get(key, otherwise)
        if isinstance(typed, str) and (typed.strip() or typed == otherwise):
            return typed.strip()
        self.add((key,), "a text")
        return ""

    def word(self, key: str, known: Sequence[str], steps: Steps = (), otherwise: str = "") -> str:
        """One of some words, or `otherwise`; an empty text where it is none of them."""
        typed = self.node.at(steps).get(key, otherwise or None)
        if typed not in known:
            self.add((*steps, key), one_of(known, typed), nearest(str(typed), known))
            return ""
        return str(typed)

    def whole(self, steps: Steps, least: int, most: int, otherwise: int | None = None) -> int:
        """A whole number, or `otherwise`; the least where it is none."""
        if otherwise is not None and not self.node.has(steps):
            return otherwise
        typed = self.node.at(steps).value if self.node.has(steps) else None
        if isinstance(typed, bool) or not isinstance(typed, int) or not least <= typed <= most:
            self.add(steps, f"a whole number from {least} to {most:,}")
            return least
        return typed

    def keys(self, steps: Steps, known: Sequence[str]) -> None:
        """Refuse keys that are not known."""
        for key in self.node.at(steps).value:
            if key not in known:
                self.add((*steps, key), one_of(known, key), nearest(key, known), f"the key '{key}'", of_key=True)

    def add(self, steps: Steps, expected: str, todo: str = "", found: str = "", *, of_key: bool = False) -> None:
        """Note a mistake at the end of the steps, unless it was reported when the file was read."""
        node = self.node.at(steps)
        if self.node.has(steps) and not of_key and any(below.value is UNREADABLE for below in node.walk()):
            return  # was reported when the file was read
        problem = self.node.problem(steps, expected, todo, found=found, of_key=of_key)
        if problem not in self.problems:  # what is read for several things is told once
            self.problems.append(problem)

    def of_kind(self, kind: str) -> None:
        """Go no further with a file of another kind, of which nothing else would be right."""
        if self.node.get("kind") != kind:
            self.add(("kind",), kind, f"begin the file with `kind: {kind}`")
            self.stop_if_wrong()

    def stop_if_wrong(self) -> None:
        """InputError with all that was found, in the order of the file."""
        if self.problems:
            ours = [problem for problem in self.problems if problem.file == self.file]
            others = [problem for problem in self.problems if problem.file != self.file]
            raise InputError([*sorted(ours, key=lambda p: (p.line, p.column)), *others])
