"""A file of targets as layers: what a part does not say its target says, for all of its parts.

    Layered    asks for words, times, numbers and conditions at the layer where they are said

The layers of a part are a tuple of places, the innermost first: the group it is compared with, the part, the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim import units
from sim.clinic.boardfile import ConditionError, bound
from sim.errors import nearest, one_of
from sim.evidence import read_evidence
from sim.reading import UNREADABLE, Steps
from sim.reading.checked import Checked
from sim.validation.attributes import ATTRIBUTES
from sim.validation.cohorts import YEARS_FOLLOWED

Layers = tuple[Steps, ...]
_MOST_MINUTES = YEARS_FOLLOWED * units.YEAR


class Layered(Checked):
    """Small questions to a file with layers."""

    def said(self, layers: Sequence[Steps], key: str) -> Steps | None:
        """Where a key is said: in the innermost layer that has it."""
        return next(((*layer, key) for layer in layers if self.node.has((*layer, key))), None)

    def plain(self, steps: Steps) -> Any:
        """What stands there, without places."""
        return self.node.at(steps).plain()

    def readable(self, steps: Steps) -> bool:
        """Was everything that stands there read?"""
        return all(below.value is not UNREADABLE for below in self.node.at(steps).walk())

    def mapping(self, steps: Steps, expected: str = "a mapping") -> bool:
        """Is there a mapping? A mistake if there is something else, none if there is nothing."""
        if not self.node.has(steps):
            return False
        if isinstance(self.node.at(steps).value, dict):
            return True
        self.add(steps, expected)
        return False

    def is_list(self, steps: Steps | None) -> bool:
        """Is there a list?"""
        return steps is not None and isinstance(self.node.at(steps).value, list)

    def switch(self, steps: Steps) -> bool:
        """True or false."""
        typed = self.node.at(steps).value
        if not isinstance(typed, bool):
            self.add(steps, "true or false")
        return typed is True

    def text_at(self, steps: Steps, expected: str, otherwise: str | None = None) -> str:
        """A text, or `otherwise` where there is none."""
        typed = self.node.at(steps).value if self.node.has(steps) else otherwise
        if isinstance(typed, str) and (typed.strip() or typed == otherwise):
            return typed.strip()
        self.add(steps, expected)
        return ""

    def name_in(self, steps: Steps, known: Mapping[str, Any], expected: str) -> str:
        """One of the names of a section; an empty text where it is none of them."""
        typed = self.node.at(steps).value
        if isinstance(typed, str) and typed in known:
            return typed
        listed = ", ".join(known)
        self.add(
            steps, f"{expected}: {listed}" if listed else f"{expected}, which has none", nearest(str(typed), known)
        )
        return ""

    def word_at(self, layers: Layers, key: str, known: Sequence[str], otherwise: str | None = None) -> str:
        """One of some words; an empty text where it is none of them."""
        said = self.said(layers, key)
        typed = otherwise if said is None else self.node.at(said).value
        if isinstance(typed, str) and typed in known:
            return typed
        self.add(said or (*layers[-1], key), one_of(known, typed), nearest(str(typed), known) if said else "")
        return ""

    def number_at(self, layers: Layers, key: str, otherwise: float, low: float, high: float) -> float:
        """A number between two others, which do not count."""
        said = self.said(layers, key)
        if said is None:
            return otherwise
        typed = self.node.at(said).value
        if isinstance(typed, bool) or not isinstance(typed, int | float) or not low < typed < high:
            self.add(said, f"a number between {low:g} and {high:,g}")
            return otherwise
        return float(typed)

    def duration_at(self, layers: Layers, key: str, otherwise: float) -> float:
        """A time, in minutes."""
        said = self.said(layers, key)
        return otherwise if said is None else self.minutes(said) or otherwise

    def minutes(self, steps: Steps) -> float | None:
        """A time that can come while patients are followed, in minutes; None if it is none."""
        typed = self.node.at(steps).value
        try:
            minutes = units.minutes(typed)
        except (ValueError, TypeError, OverflowError):
            minutes = 0
        if 0 < minutes <= _MOST_MINUTES:
            return float(minutes)
        number = isinstance(typed, int | float) and not isinstance(typed, bool)
        todo = f"write '{typed} years', if years are meant" if number else ""
        expected = f"a time such as '6 months' or '5 years', above 0 and up to the {YEARS_FOLLOWED} years of follow-up"
        self.add(steps, expected, todo)
        return None

    def conditions(self, steps: Steps, known: Mapping[str, Any] = ATTRIBUTES) -> dict[str, Any]:
        """Conditions on attributes, lists as tuples; without those that are wrong."""
        found = {}
        for name in self.node.at(steps).value:
            if name not in known:
                unseen = "the board does not see it; ask for it under `select`" if name in ATTRIBUTES else ""
                todo = nearest(name, known) or unseen
                self.add((*steps, name), one_of(known, name), todo, f"'{name}'", of_key=True)
                continue
            value = self.plain((*steps, name))
            try:
                bound(known[name], value, read_evidence().flat)
            except ConditionError as wrong:
                self.add((*steps, name), wrong.expected, wrong.todo)
            else:
                found[name] = tuple(value) if isinstance(value, list) else value
        return found
