"""Which of several equal treatments is given: shares by group.

    Preference(...).groups()   -> shares by group and treatment, checked against what the board offers as equals
    weights(groups)            -> one weight for each treatment

A treatment is in one group at most. Written without groups, a preference is the one group `embolisation`. Equals of
which nothing is said are preferred alike, which the resolved scenario shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from pydantic_core import PydanticCustomError

from sim.errors import nearest, one_of
from sim.reading import Node
from sim.scenario import words
from sim.scenario.lines import Note

if TYPE_CHECKING:
    from sim.scenario.check import Known

Preferences: TypeAlias = dict[str, dict[str, float]]
_SECTION = "preference"


def weights(groups: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """One weight for each treatment that stands in a group.

    >>> weights({"embolisation": {"tace": 0.4, "tae": 0.6}})
    {'tace': 0.4, 'tae': 0.6}
    """
    return {name: share for shares in groups.values() for name, share in shares.items()}


class Preference:
    """One reading of the section."""

    def __init__(self, known: Known, tree: Node, note: Note):
        self.equals = known.alternatives
        self.names = None if known.treatments is None else sorted(known.treatments)
        self.tree = tree
        self.note = note

    def groups(self) -> Preferences | None:
        """Shares by group, in order of name; None where they could not be read."""
        typed = self.tree.at((_SECTION,)).value if self.tree.has((_SECTION,)) else {}
        if not isinstance(typed, dict):
            self.note((_SECTION,), "groups of equal treatments, such as {embolisation: {tae: 0.5, tace: 0.5}}")
            return None
        groups: Preferences = {}
        for name in sorted(typed):
            shares = self._shares(name)
            if shares is None:
                return None
            groups[name] = shares
        if not self._one_group_each(groups):
            return None
        self._fill_in(groups)
        return dict(sorted((name, dict(sorted(shares.items()))) for name, shares in groups.items()))

    def _shares(self, group: str) -> dict[str, float] | None:
        expected = "shares of equal treatments that add up to 1, such as {tae: 0.5, tace: 0.5}"
        if not isinstance(self.tree.at((_SECTION, group)).value, dict):
            self.note((_SECTION, group), expected, "write all treatments inside groups, or all without groups")
            return None
        try:
            words.name(group)
            shares = words.named_shares(self.tree.at((_SECTION, group)).plain())
        except PydanticCustomError as error:
            context = error.context or {}
            self.note((_SECTION, group), expected, context["todo"], context["found"])
            return None
        for name in shares:
            if self.names is not None and name not in self.names:
                listed = one_of(self.names, name)
                self.note((_SECTION, group, name), listed, nearest(name, self.names), f"'{name}'", of_key=True)
                return None
        return shares

    def _one_group_each(self, groups: Preferences) -> bool:
        home: dict[str, str] = {}
        for group, shares in groups.items():
            for name in shares:
                if name in home:
                    found = f"'{name}', which is also in '{home[name]}'"
                    self.note((_SECTION, group, name), "each treatment in one group", found=found, of_key=True)
                    return False
                home[name] = group
        for equal in self.equals:
            homes = sorted({home[name] for name in equal if name in home})
            if len(homes) > 1:
                found = f"{', '.join(equal)} in {' and '.join(homes)}"
                self.note((_SECTION,), "treatments that the board offers as equals in one group", found=found)
                return False
        return True

    def _fill_in(self, groups: Preferences) -> None:
        """Equals that a group does not name have no share in it; those that no group names are preferred alike."""
        left = [set(equal) for equal in self.equals]
        for shares in groups.values():
            for equal in left:
                if equal & shares.keys():
                    shares |= dict.fromkeys(equal - shares.keys(), 0.0)
        said = {name for shares in groups.values() for name in shares}
        for together in _joined([equal for equal in left if not equal & said]):
            groups["_or_".join(together)] = dict.fromkeys(together, 1 / len(together))


def _joined(sets: list[set[str]]) -> list[list[str]]:
    """Sets that share a member become one.

    >>> _joined([{"a", "b"}, {"c"}, {"b", "d"}])
    [['a', 'b', 'd'], ['c']]
    """
    found: list[set[str]] = []
    for one in sets:
        apart = [other for other in found if not other & one]
        joined = one.union(*(other for other in found if other & one))
        found = [*apart, joined]
    return sorted(sorted(one) for one in found)
