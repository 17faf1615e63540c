"""What may stand under `change:`, as JSON Schema: dotted paths with the forms of their values.

    changes(sections, definitions, resources, base)   -> dict

The paths are found by walking the forms of the sections. Where names are anybody's choice (of a sitting, a stream, a
group of the staff), a path is a pattern; where a base scenario has such names, its paths are there in full, so that an
editor can offer them. A mapping is laid over the one that is there, so it need not be complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sim.scenario import Scenario
from sim.scenario.forms import NAME, Form
from sim.scenario.model import KINDS
from sim.schema.parts import PART, REF

_ANY = NAME["pattern"].strip("^$")
SHARES_OR_SHARE = "SharesOrShare"
_TOO_MANY = (REF + "ChangedConditions", REF + SHARES_OR_SHARE)
"""Not offered in full: each row of the board with each attribute would be thousands of paths."""


class Way(NamedTuple):
    """A path, and the form of what may stand at its end.

    path      with all its names, or '' where one of them is anybody's choice
    pattern   that the path fits
    """

    path: str
    pattern: str
    form: Form

    def further(self, key: str, form: Form) -> Way:
        """One step on, by a name that is known."""
        return Way(f"{self.path}.{key}" if self.path else "", rf"{self.pattern}\.{re.escape(key)}", form)

    def anywhere(self, pattern: str, form: Form) -> Way:
        """One step on, by a name of anybody's choice."""
        return Way("", rf"{self.pattern}\.{pattern}", form)


def changes(
    sections: Mapping[str, Form], found: Mapping[str, Form], resources: Mapping[str, str], base: Scenario | None
) -> Form:
    """The form of `change`.

    sections    forms by name, with nothing required in them
    found       the definitions, those with nothing required among them
    resources   those there always are, with their kinds
    base        a scenario whose names are offered
    """
    walk = _Walk(found)
    there: Mapping[str, Any] = {} if base is None else base.data()
    kinds = {**resources, **({} if base is None else {name: its.kind for name, its in base.resources.items()})}
    ways = [Way("resources", "resources", sections["resources"])]
    for name, form in sections.items():
        if name != "resources":
            ways += walk.ways(Way(name, name, form), there.get(name))
    for name, kind in kinds.items():
        means = f"a {kind}, which the pathway uses" if base is None else base.resources[name].means
        way = Way(f"resources.{name}", "", {"$ref": _part(kind), "description": means})
        ways += [way for way in walk.ways(way, there.get("resources", {}).get(name)) if way.path]
    for kind in KINDS:
        of_kind = "|".join(name for name, its in kinds.items() if its == kind)
        other = _any_but(kinds)
        for step in (f"({of_kind})", other) if of_kind else (other,):
            ways += walk.ways(Way("", rf"resources\.{step}", {"$ref": _part(kind)}), None)
    return {
        "type": "object",
        "description": "what is different from the base: dotted paths, list items by their names, and their new values",
        "properties": {way.path: way.form for way in ways if way.path},
        "patternProperties": walk.by_pattern(way for way in ways if not way.path),
        "additionalProperties": False,
    }


def _any_but(names: Iterable[str]) -> str:
    """A pattern for any name but some.

    >>> _any_but(["ct"]), _any_but([])
    ('(?!(ct)(\\\\.|$))([a-z][a-z0-9_]*)', '([a-z][a-z0-9_]*)')
    """
    listed = "|".join(names)
    return rf"(?!({listed})(\.|$)){_ANY}" if listed else _ANY


def _part(kind: str) -> str:
    return f"{REF}{KINDS[kind].__name__}{PART}"


class _Walk:
    """Goes from a form to the forms below it."""

    def __init__(self, definitions: Mapping[str, Form]):
        self.definitions = definitions

    def ways(self, way: Way, there: Any) -> Iterator[Way]:
        """A way, and all ways that lead on from it.

        there   what a base has at the end of it, or None
        """
        yield way
        for form, pointer in self._branches(way.form, ""):
            if way.path and pointer in _TOO_MANY:
                continue
            for key, below in form.get("properties", {}).items():
                its = there.get(key) if isinstance(there, dict) else None
                yield from self.ways(way.further(key, _at(below, pointer, "properties", key)), its)
            below = form.get("additionalProperties")
            if isinstance(below, dict):
                named = there.items() if isinstance(there, dict) else ()
                known = {key: its for key, its in named if key not in form.get("properties", {})}
                others = [key for key, its in form.get("properties", {}).items() if its != below]
                yield from self._named(way, _at(below, pointer, "additionalProperties"), known, but=others)
            for pattern, below in form.get("patternProperties", {}).items():
                yield from self.ways(way.anywhere(pattern.strip("^$"), below), None)
            yield from self._items(way, form, there)

    def _items(self, way: Way, form: Form, there: Any) -> Iterator[Way]:
        """Items of a list go by their names, where they have any."""
        model = str(form.get("items", {}).get("$ref", "")).removeprefix(REF)
        if "name" in self.definitions.get(model, {}).get("properties", {}):
            known = {item["name"]: item for item in there or ()}
            yield from self._named(way, {"$ref": f"{REF}{model}{PART}"}, known)

    def _named(self, way: Way, form: Form, known: Mapping[str, Any], but: Iterable[str] = ()) -> Iterator[Way]:
        """A step by names of anybody's choice, but for some; those that are known are given in full."""
        for name, its in known.items():
            yield from (further for further in self.ways(way.further(name, form), its) if further.path)
        yield from self.ways(way.anywhere(_any_but(but), form), None)

    def _branches(self, form: Form, pointer: str) -> Iterator[tuple[Form, str]]:
        """The forms that one refers to or chooses from, each with where it stands, or '' where it is nowhere else."""
        form, pointer = self._followed(form, pointer)
        yield form, pointer
        for place, branch in enumerate(form.get("anyOf", ())):
            yield from self._branches(branch, f"{pointer}/anyOf/{place}" if pointer else "")

    def _followed(self, form: Form, pointer: str = "") -> tuple[Form, str]:
        while "$ref" in form:
            pointer = form["$ref"]
            form = {"definitions": self.definitions}
            for step in pointer.removeprefix("#/").split("/"):
                form = form[int(step)] if isinstance(form, list) else form[step]
        return form, pointer

    def by_pattern(self, ways: Iterable[Way]) -> dict[str, Form]:
        """The forms by the pattern of their paths; where kinds of resource differ, any of their forms."""
        found: dict[str, list[Form]] = {}
        for way in ways:
            before = found.setdefault(f"^{way.pattern}$", [])
            if self._followed(way.form)[0] not in [self._followed(form)[0] for form in before]:
                before.append(way.form)
        return {pattern: its[0] if len(its) == 1 else {"anyOf": its} for pattern, its in found.items()}


def _at(form: Form, pointer: str, *steps: str) -> Form:
    """A form below another, by where it stands rather than once more, where it stands somewhere."""
    return {"$ref": "/".join((pointer, *steps))} if pointer else form
