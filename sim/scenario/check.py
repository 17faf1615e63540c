"""From a merged tree to the resolved parts of a scenario, with every mistake of it in the reader's words.

    resolve(tree, taken, known)   -> Parts or None, problems
    Known                         what the rest of the model asks of a scenario

First each section and each resource is checked by itself, then how they fit together, as far as they could be
read, so that one mistake does not hide another. The words of the library that does the checking never show.

Knows nothing of files and how they are found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from inspect import isclass
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from sim.errors import Problem, nearest
from sim.evidence import read_evidence
from sim.reading import UNREADABLE, Node, Scalar, Steps, described
from sim.scenario import words
from sim.scenario.calendar import countries, public_holidays
from sim.scenario.merge import Taken
from sim.scenario.model import (
    KINDS,
    NAMED_LISTS,
    Arrivals,
    Board,
    Catchment,
    Competing,
    Holidays,
    OfferResource,
    Part,
    Resource,
    Run,
)

CLINIC_ASKS_FOR: dict[str, str] = {
    "board": "list",
    "ct": "list",
    "mri": "list",
    "pet": "list",
    "biopsy": "list",
    "clinic": "list",
    "theatre": "list",
    "ir_list": "list",
    "prrt": "list",
    "day_unit": "list",
    "injections": "place",
    "icu": "place",
    "ward": "place",
    "day_bed": "place",
    "prrt_room": "place",
    "navigator": "list",
    "grafts": "offer",
}

_P = TypeVar("_P", bound=Part)


@dataclass(frozen=True)
class Known:
    """What the rest of the model asks of a scenario, and the names it has.

    resources     names and kinds that the pathway uses; others may be there too
    alternatives  treatments of equal rank, among which `preference` shares out
    overrides     gives what is wrong with all overrides of evidence; the path of each is `evidence.` and a name
    rows          names of the board's rows; None leaves them unchecked
    sources       keys of the evidence's sources; None leaves them unchecked
    """

    resources: Mapping[str, str] = field(default_factory=lambda: CLINIC_ASKS_FOR)
    alternatives: tuple[str, ...] = ("tace", "tae")
    overrides: Callable[[Mapping[str, Scalar]], Collection[Problem]] = lambda values: ()
    rows: Collection[str] | None = None
    sources: Collection[str] | None = None


def shipped() -> Known:
    """What the shipped pathway and the shipped evidence know."""
    ledger = read_evidence()
    return Known(overrides=ledger.check, sources=ledger.sources)


@dataclass(frozen=True)
class Parts:
    """The resolved sections of a scenario; see `sim.scenario.model` for what they hold."""

    run: Run
    arrivals: Arrivals
    catchment: Catchment
    holidays: Holidays
    evidence: dict[str, Scalar]
    board: Board
    preference: dict[str, float]
    resources: dict[str, Resource]


def resolve(tree: Node, taken: Taken, known: Known) -> tuple[Parts | None, list[Problem]]:
    """Checks a merged tree and fills in what was left out.

    tree      the sections; nothing else
    taken     what was taken out of the base, so that a hole is reported where it was made
    known     what the rest of the model asks for
    returns   the parts, or None if something is wrong, and everything that is wrong
    """
    check = _Check(tree, taken, known)
    parts = check.parts()
    return (None if check.problems else parts), check.problems


class _Check:
    """One pass over one tree; collects problems and goes on."""

    def __init__(self, tree: Node, taken: Taken, known: Known):
        self.tree = tree
        self.taken = taken
        self.known = known
        self.problems: list[Problem] = []

    def parts(self) -> Parts | None:
        """All sections; None where one of them could not be read."""
        run = self._part(Run, ("run",))
        sections: dict[str, Any] = {
            "run": run,
            "arrivals": self._arrivals(),
            "catchment": self._part(Catchment, ("catchment",)),
            "holidays": self._holidays(run),
            "evidence": self._evidence(),
            "board": self._board(),
            "preference": self._preference(),
            "resources": self._resources(),
        }
        return None if any(part is None for part in sections.values()) else Parts(**sections)

    # -- sections

    def _arrivals(self) -> Arrivals | None:
        self._origin(("arrivals",))
        return self._part(Arrivals, ("arrivals",))

    def _holidays(self, run: Run | None) -> Holidays | None:
        steps: Steps = ("holidays",)
        if self.tree.at(steps).value == "none":
            return Holidays.model_validate({})
        holidays = self._part(Holidays, steps)
        if holidays is None or run is None:
            return holidays
        last = run.start + timedelta(days=run.days)
        stated = self.tree.has((*steps, "dates"))
        if stated and not (holidays.first <= run.start and last <= holidays.until):
            found = f"dates from {holidays.first} until {holidays.until}"
            todo = "leave out `dates`, `from` and `until` to have them worked out, or add what is missing"
            self._add(steps, f"holidays for the whole run, {run.start} to {last}", todo, found)
        if stated:
            return holidays
        return self._dated(holidays, run, steps)

    def _dated(self, holidays: Holidays, run: Run, steps: Steps) -> Holidays | None:
        known = countries()
        if not holidays.country:
            self._add(
                steps, "`country:`, `dates:`, or the word none", "add `country: GB`, say, or write `holidays: none`"
            )
        elif holidays.country not in known:
            todo = nearest(holidays.country.upper(), known)
            self._add((*steps, "country"), "the code of a country in two capital letters, such as GB", todo)
        elif holidays.subdivision and holidays.subdivision not in known[holidays.country]:
            there = ", ".join(known[holidays.country]) or "none; leave it out"
            self._add((*steps, "subdivision"), f"a part of {holidays.country}: {there}")
        else:
            last = run.start + timedelta(days=run.days)
            dates = public_holidays(holidays.country, holidays.subdivision, run.start, last)
            return holidays.model_copy(update={"dates": dict(dates), "first": run.start, "until": last})
        return None

    def _evidence(self) -> dict[str, Scalar]:
        typed = self._mapping("evidence", "a mapping from names of evidence cards to values")
        found: dict[str, Scalar] = {}
        for name, node in typed.items():
            if isinstance(node.value, bool | dict | list):
                self._add(("evidence", name), "a number, or a text such as '13 months'")
            elif node.value is not UNREADABLE:
                found[name] = node.value
        for problem in self.known.overrides(found):
            name = problem.path.removeprefix("evidence.")
            # A mistake of several values together goes by their card's name: it is shown at the first of them.
            key = next((key for key in found if key == name or key.startswith(name + ".")), name)
            self._add(("evidence", key), problem.expected, problem.todo, problem.found, of_key=key == problem.found)
        return dict(sorted(found.items()))

    def _board(self) -> Board | None:
        board = self._part(Board, ("board",)) if self.tree.has(("board",)) else Board.model_validate({})
        if board is not None and self.known.rows is not None:
            self._rows(board, self.known.rows)
        return board

    def _rows(self, board: Board, known: Collection[str]) -> None:
        typed = self.tree.at(("board", "rows_off")).value
        for position, item in enumerate(typed if board.rows_off else ()):
            if item.value not in known:
                steps = ("board", "rows_off", position)
                self._add(steps, "the name of a row of the board", nearest(item.value, known))

    def _preference(self) -> dict[str, float] | None:
        steps, wanted = ("preference",), sorted(self.known.alternatives)
        expected = f"a share for each of {', '.join(wanted)}, together 1"
        if not self.tree.has(steps):
            self._missing(steps, expected)
            return None
        try:
            shares = words.named_shares(self.tree.at(steps).plain())
        except PydanticCustomError as error:
            self._wrong(steps, error.context or {})
            return None
        for name in shares:
            if name not in wanted:
                self._add((*steps, name), expected, nearest(name, wanted), f"'{name}'", of_key=True)
        return {name: shares.get(name, 0.0) for name in wanted}

    def _mapping(self, section: str, expected: str) -> dict[str, Node]:
        node = self.tree.at((section,))
        if not self.tree.has((section,)):
            return {}
        if not isinstance(node.value, dict):
            self._add((section,), expected)
            return {}
        return node.value

    # -- resources

    def _resources(self) -> dict[str, Resource] | None:
        typed = self._mapping("resources", "a mapping from names to resources")
        read = {name: self._resource(name) for name in typed}
        for name, kind in self.known.resources.items():
            if name not in typed:
                self._missing(("resources", name), f"a {kind}, which the pathway uses")
            elif (resource := read[name]) is not None and resource.kind != kind:
                self._add(("resources", name, "kind"), f"{kind}, which is what the pathway uses")
        sound = {name: resource for name, resource in sorted(read.items()) if resource is not None}
        self._ranks(typed)
        for name, resource in sound.items():
            if not isinstance(resource, OfferResource):
                self._seconds(name, resource.competing, typed)
        return sound if len(sound) == len(typed) else None

    def _resource(self, name: str) -> Resource | None:
        steps: Steps = ("resources", name)
        try:
            words.name(name)
        except PydanticCustomError as error:
            self._add(steps, (error.context or {})["expected"], found=f"'{name}'", of_key=True)
        node = self.tree.at(steps)
        kind = node.get("kind")
        if not isinstance(node.value, dict):
            self._add(steps, "a mapping that begins with `kind: list`, `kind: place` or `kind: offer`")
        elif kind is None:
            self._missing((*steps, "kind"), "list, place or offer")
        elif not isinstance(kind, str) or kind not in KINDS:
            self._add((*steps, "kind"), "list, place or offer", nearest(str(kind), KINDS))
        else:
            self._origin(steps)
            self._names(steps, node)
            return self._part(KINDS[kind], steps)
        return None

    def _names(self, steps: Steps, node: Node) -> None:
        """Items of one list have different names, for it is by name that a change finds them."""
        for key in NAMED_LISTS:
            items = node.get(key)
            seen: dict[str, int] = {}
            for position, item in enumerate(items if isinstance(items, list) else ()):
                name = item.get("name")
                if isinstance(name, str) and name in seen:
                    line = items[seen[name]].place.line
                    found = f"'{name}' a second time (first in line {line})"
                    self._add((*steps, key, position, "name"), f"{key} with different names", found=found)
                elif isinstance(name, str):
                    seen[name] = position

    def _ranks(self, typed: Mapping[str, Node]) -> None:
        """Giving out goes by rank; two equal ranks would leave it to chance or to the order of keys."""
        first: dict[int, str] = {}
        for name, node in typed.items():
            rank = node.get("rank")
            if isinstance(rank, int) and rank in first:
                other = typed[first[rank]].at(("rank",)).place
                where = f" ({other.file}:{other.line})" if other.line else ""
                found = f"{rank}, which is also the rank of '{first[rank]}'{where}"
                self._add(("resources", name, "rank"), "a whole number that no other resource has", found=found)
            elif isinstance(rank, int):
                first[rank] = name

    def _seconds(self, name: str, competing: tuple[Competing, ...], typed: Mapping[str, Node]) -> None:
        kinds = {other: node.get("kind") for other, node in typed.items() if isinstance(node.value, dict)}
        places = ", ".join(sorted(other for other, kind in kinds.items() if kind == "place"))
        items = self.tree.at(("resources", name, "competing")).value
        for position, item in enumerate(items if isinstance(items, list) else ()):
            if not item.has(("second", "place")):
                continue
            steps = ("resources", name, "competing", position, "second", "place")
            place = self.tree.at(steps).value
            kind = kinds.get(place)
            expected = f"the name of a place: {places}" if places else "the name of a place; there is none"
            if place == name:
                self._add(steps, "a place other than the resource itself")
            elif place not in typed:
                self._add(steps, expected, nearest(place, typed), f"'{place}', which is not there")
            elif kind in ("list", "offer"):
                self._add(steps, expected, found=f"'{place}', which is of the kind {kind}")

    def _origin(self, steps: Steps) -> None:
        node = self.tree.at(steps)
        if self.tree.has(steps) and isinstance(node.value, dict) and not {"source", "assumption"} & node.value.keys():
            todo = "add `source:` with a key of the sources, or `assumption:` with the reason"
            self._add(steps, "where its numbers are from", todo, "neither source nor assumption", of_key=True)
        keys = node.child("source") if isinstance(node.value, dict) else None
        if keys is not None and self.known.sources is not None:
            for key in keys.value if isinstance(keys.value, list) else [keys]:
                if isinstance(key.value, str) and key.value not in self.known.sources:
                    self._add(
                        (*steps, "source"),
                        "keys of the evidence's sources",
                        nearest(key.value, self.known.sources),
                        described(key.value),
                    )

    # -- problems

    def _part(self, model: type[_P], steps: Steps) -> _P | None:
        if not self.tree.has(steps):
            self._missing(steps, f"a mapping with {_keys(model)}" + (", or the word none" if model is Holidays else ""))
            return None
        try:
            return model.model_validate(self.tree.at(steps).plain())
        except ValidationError as errors:
            for error in errors.errors(include_url=False):
                self._translated(model, steps, error)
            return None

    def _translated(self, model: type[Part], steps: Steps, error: Any) -> None:
        within: Steps = tuple(error["loc"])
        whole = (*steps, *within)
        if error["type"] == "missing":
            self._missing(whole, _description(model, within))
        elif error["type"] == "extra_forbidden":
            self._unknown_key(whole, _keys(_model_at(model, within[:-1])).split(", "))
        elif error["type"] == "wrong":
            self._wrong(whole, error["ctx"])
        else:
            self._add(whole, f"a mapping with {_keys(_model_at(model, within))}")

    def _wrong(self, steps: Steps, context: Mapping[str, str]) -> None:
        self._add(steps, context["expected"], context["todo"], context["found"])

    def _unknown_key(self, steps: Steps, known: Collection[str]) -> None:
        expected = f"one of {', '.join(known)}"
        self._add(steps, expected, nearest(str(steps[-1]), known), f"the key '{steps[-1]}'", of_key=True)

    def _missing(self, steps: Steps, expected: str) -> None:
        problem = self.tree.problem(steps, expected, found="nothing")
        names = tuple(self.tree.spelled(steps).split("."))
        for way, place in self.taken.items():
            if way == names[: len(way)]:
                problem = replace(
                    problem, file=place.file, line=place.line, column=place.column, found="taken out here"
                )
        self.problems.append(problem)

    def _add(self, steps: Steps, expected: str, todo: str = "", found: str = "", *, of_key: bool = False) -> None:
        node = self.tree.at(steps)
        if not of_key and any(below.value is UNREADABLE for below in node.walk()):
            return  # was reported when the file was read
        problem = self.tree.problem(steps, expected, todo, found=found or described(node.value), of_key=of_key)
        if isinstance(node.value, dict) and not of_key:
            # Keys that do not fit together: point to the one that a change put in, rather than to the base.
            for child in node.value.values():
                if child.key.file != node.key.file:
                    place = child.key
                    problem = replace(problem, file=place.file, line=place.line, column=place.column)
        self.problems.append(problem)


@cache
def _fields(model: type[Part]) -> dict[str, Any]:
    """The fields of a model under the names that are typed."""
    return {information.alias or name: information for name, information in model.model_fields.items()}


def _keys(model: type[Part]) -> str:
    keys = list(_fields(model))
    return ", ".join(sorted(keys, key=lambda key: key not in ("kind", "name")))  # what it is comes first


def _model_at(model: type[Part], within: Steps) -> type[Part]:
    for step in within:
        if isinstance(step, str):
            model = _part_in(_fields(model)[step].annotation) or model
    return model


def _part_in(annotation: Any) -> type[Part] | None:
    """The model inside a type such as `tuple[Sitting, ...]`."""
    if isclass(annotation) and issubclass(annotation, Part):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_in(inner))), None)


def _description(model: type[Part], within: Steps) -> str:
    information = _fields(_model_at(model, within[:-1]))[str(within[-1])]
    return str(information.description)
