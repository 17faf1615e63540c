"""How the lines of a list's timetable fit the rest of the scenario: names, closures of single lines, staff.

Lines(...).check(groups)        notes everything that is wrong with the lines of one list
Lines(...).too_short(held, ...) notes that none of them can take a case
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from sim.errors import nearest
from sim.reading import Node, Steps
from sim.scenario.model import ListResource, Sitting
from sim.scenario.staff import Group


class Note(Protocol):
    """Notes a mistake at the end of the steps."""

    def __call__(self, steps: Steps, expected: str, todo: str = "", found: str = "", *, of_key: bool = False) -> None:
        """Note it."""


class Lines:
    """The lines of one list, with where they were typed."""

    def __init__(self, name: str, its: ListResource, tree: Node, note: Note):
        self.name = name
        self.its = its
        self.tree = tree
        self.note = note

    def check(self, groups: Mapping[str, Group] | None) -> None:
        """Note what does not fit.

        groups   of the staff; None where they could not be read
        """
        self._names_differ()
        self._closures()
        if groups is not None:
            for key in ("sittings", "initiatives"):
                self._staff(key, groups)

    def _typed(self, key: str) -> list[Node]:
        items = self.tree.at(("resources", self.name, key)).value
        return items if isinstance(items, list) else []

    def _names_differ(self) -> None:
        weekly = {line.name for line in self.its.sittings}
        for position, item in enumerate(self._typed("initiatives")):
            if item.get("name") in weekly:
                steps = ("resources", self.name, "initiatives", position, "name")
                self.note(steps, "a name that no sitting of the list has", found=f"'{item.get('name')}'")

    def _closures(self) -> None:
        lines = sorted(line.name for line in self.its.lines)
        for position, item in enumerate(self._typed("closures")):
            closed = item.child("sittings")
            for at, line in enumerate(closed.value if closed is not None else ()):
                if line.value not in lines:
                    steps = ("resources", self.name, "closures", position, "sittings", at)
                    expected = f"the name of a sitting of the list: {', '.join(lines)}"
                    self.note(steps, expected, nearest(line.value, lines), f"'{line.value}'")

    def _staff(self, key: str, groups: Mapping[str, Group]) -> None:
        for position, item in enumerate(self._typed(key)):
            needs = item.child("staff")
            for group, number in needs.value.items() if needs is not None else ():
                steps = ("resources", self.name, key, position, "staff", group)
                if group not in groups:
                    known = f"a group of the staff: {', '.join(groups)}" if groups else "a group; `staff` names none"
                    self.note(steps, known, nearest(group, groups), f"'{group}'", of_key=True)
                elif number.value > len(groups[group].people):
                    expected = f"no more than the group has, which is {len(groups[group].people)}"
                    self.note(steps, expected, "add people to the group, or ask for fewer", f"{number.value}")

    def too_short(self, held: Collection[Sitting], minutes: int, what: str, card: str) -> None:
        """Note that the longest of the lines that sit can not take a case; it would wait for ever.

        minutes   of the case
        what      it is, in words
        card      of the evidence that says how long it takes
        """
        line = max(held, key=lambda one: one.minutes)
        found = f"{line.minutes} min" + (f", with {self.its.overrun} min of overrun" if self.its.overrun else "")
        expected = f"a sitting that can take its longest case: {minutes} min for {what}"
        todo = (
            f"lengthen a sitting, allow more `overrun`, or see `evidence.{card}`; to close the list, write no sittings"
        )
        for key in ("sittings", "initiatives"):
            for position, item in enumerate(self._typed(key)):
                if item.get("name") == line.name:
                    self.note(("resources", self.name, key, position, "minutes"), expected, todo, found)
