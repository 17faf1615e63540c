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

from sim.errors import Problem, nearest, one_of
from sim.evidence import read_evidence
from sim.reading import UNREADABLE, Node, Scalar, Steps, described
from sim.scenario import words
from sim.scenario.calendar import COUNTRIES, countries, public_holidays
from sim.scenario.clinical import HERE, Board, Care, Cohort
from sim.scenario.demand import Arrivals, Competing, Disease
from sim.scenario.lines import Lines
from sim.scenario.merge import Taken
from sim.scenario.model import KINDS, Catchment, Holidays, ListResource, OfferResource, Resource, Run
from sim.scenario.parts import NAMED_LISTS, Part
from sim.scenario.preference import Preference, Preferences, weights
from sim.scenario.size import too_large
from sim.scenario.staff import Group
from sim.scenario.timetable import sitting_lines

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
    alternatives  sets of treatments that the board offers as equals, among which `preference` shares out
    treatments    names of treatments that may be given elsewhere or not at all; None leaves them unchecked
    overrides     gives what is wrong with all overrides of evidence; the path of each is `evidence.` and a name
    board         gives what is wrong with the tumour board as a scenario has it, given its section `board`, its
                  overrides of evidence and the weights of its preference; the path of each begins with `board.`
    longest       gives for each list that the pathway uses the longest case it can be asked for, as minutes, what it
                  is, and the evidence card that says so; given what `board` is, and the treatments not given here
    rows          names of the board's rows; None leaves them unchecked
    offers        for each offer that the pathway uses the kinds of it that there are; others are left unchecked
    sources       keys of the evidence's sources; None leaves them unchecked
    """

    resources: Mapping[str, str] = field(default_factory=lambda: CLINIC_ASKS_FOR)
    alternatives: tuple[tuple[str, ...], ...] = (("tace", "tae"),)
    treatments: Collection[str] | None = None
    overrides: Callable[[Mapping[str, Scalar]], Collection[Problem]] = lambda values: ()
    board: Callable[[Board, Mapping[str, Scalar], Mapping[str, float]], Collection[Problem]] = lambda *asked: ()
    longest: Callable[[Board, Mapping[str, Scalar], Mapping[str, Care]], Mapping[str, tuple[int, str, str]]] = (
        lambda *asked: {}
    )
    rows: Collection[str] | None = None
    offers: Mapping[str, Collection[str]] = field(default_factory=dict)
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
    cohort: Cohort
    evidence: dict[str, Scalar]
    board: Board
    preference: dict[str, dict[str, float]]
    treatments: dict[str, Care]
    staff: dict[str, Group]
    diseases: dict[str, Disease]
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
        self._names((), self.tree)
        run = self._part(Run, ("run",))
        cohort = self._cohort()
        evidence = self._evidence(cohort)
        board = self._part(Board, ("board",)) if self.tree.has(("board",)) else Board.model_validate({})
        preference = Preference(self.known, self.tree, self._add).groups()
        if board is not None and preference is not None:
            self._board(board, evidence, cohort, preference)
        resources = self._resources()
        sections: dict[str, Any] = {
            "run": run,
            "arrivals": self._arrivals(),
            "catchment": self._part(Catchment, ("catchment",)),
            "holidays": self._holidays(run),
            "cohort": cohort,
            "evidence": evidence,
            "board": board,
            "preference": preference,
            "treatments": self._treatments(),
            "staff": self._named_parts("staff", Group, "a mapping from names of groups to their people"),
            "diseases": self._named_parts("diseases", Disease, "a mapping from diseases to factors of their rates"),
            "resources": resources,
        }
        self._fit_together(sections)
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
            meant = COUNTRIES.get(holidays.country.upper(), holidays.country.upper())
            todo = f"did you mean {meant}?" if meant in known else nearest(meant, known)
            self._add((*steps, "country"), "the code of a country in two capital letters, such as GB", todo)
        elif holidays.subdivision and holidays.subdivision not in known[holidays.country]:
            there = ", ".join(known[holidays.country]) or "none; leave it out"
            self._add((*steps, "subdivision"), f"a part of {holidays.country}: {there}")
        else:
            last = run.start + timedelta(days=run.days)
            dates = public_holidays(holidays.country, holidays.subdivision, run.start, last)
            return holidays.model_copy(update={"dates": dict(dates), "first": run.start, "until": last})
        return None

    def _cohort(self) -> Cohort | None:
        if not self.tree.has(("cohort",)):
            return Cohort.model_validate({})
        self._origin(("cohort",))
        return self._part(Cohort, ("cohort",))

    def _treatments(self) -> dict[str, Care] | None:
        """Where what is given; treatments given here are not listed, for that is what is meant by saying nothing."""
        read = self._named_parts("treatments", Care, "a mapping from treatments to where they are given")
        typed = self.tree.at(("treatments",)).value if self.tree.has(("treatments",)) else {}
        for name, node in typed.items() if isinstance(typed, dict) else ():
            if self.known.treatments is not None and name not in self.known.treatments:
                listed = one_of(sorted(self.known.treatments), name)
                self._add(("treatments", name), listed, nearest(name, self.known.treatments), f"'{name}'", of_key=True)
            elif node.get("where") == "elsewhere":
                self._origin(("treatments", name))
        return None if read is None else {name: care for name, care in read.items() if care.where != HERE}

    def _named_parts(self, section: str, model: type[_P], expected: str) -> dict[str, _P] | None:
        """A section that maps names to parts of one kind; None where one of them could not be read."""
        typed = self._mapping(section, expected)
        read: dict[str, _P | None] = {}
        for name in sorted(typed):
            try:
                words.name(name)
            except PydanticCustomError as error:
                self._add((section, name), (error.context or {})["expected"], found=f"'{name}'", of_key=True)
            read[name] = self._part(model, (section, name))
        sound = {name: part for name, part in read.items() if part is not None}
        return sound if len(sound) == len(typed) else None

    def _evidence(self, cohort: Cohort | None) -> dict[str, Scalar]:
        typed = self._mapping("evidence", "a mapping from names of evidence cards to values")
        found: dict[str, Scalar] = {}
        for name, node in typed.items():
            if isinstance(node.value, bool | dict | list):
                self._add(("evidence", name), "a number, or a text such as '13 months'")
            elif node.value is not UNREADABLE:
                found[name] = node.value
        said = {} if cohort is None else cohort.evidence()
        for name in sorted(found.keys() & said.keys()):
            here = self.tree.spelled(("cohort", *said[name][0]))
            todo = "take one of the two out"
            self._add(("evidence", name), "each number said once", todo, f"'{name}', which `{here}` says as well",
                      of_key=True)  # fmt: skip
        for problem in self.known.overrides({**found, **{name: number for name, (_, number) in said.items()}}):
            name = problem.path.removeprefix("evidence.")
            # A mistake of several values together goes by their card's name: it is shown at the first of them.
            key = next((key for key in (*found, *said) if key == name or key.startswith(name + ".")), name)
            steps = ("cohort", *said[key][0]) if key in said and key not in found else ("evidence", key)
            self._add(steps, problem.expected, problem.todo, problem.found, of_key=key == problem.found)
        return dict(sorted(found.items()))

    def _board(
        self, board: Board, evidence: Mapping[str, Scalar], cohort: Cohort | None, preference: Preferences
    ) -> None:
        """The board as this scenario has it, first by its names, then as a whole."""
        before = len(self.problems)
        if self.known.rows is not None:
            self._rows(board, self.known.rows)
        for name, row in board.add.items():
            if not (row.source or row.assumption):
                todo = "add `source:` with the name of an evidence card, or `assumption:` with the reason"
                found = "neither source nor assumption"
                self._add(("board", "add", name), "where this row is from", todo, found, of_key=True)
        if len(self.problems) > before or self._of(("evidence",)) or cohort is None:
            return
        said = {name: number for name, (_, number) in cohort.evidence().items()}
        for problem in self.known.board(board, {**evidence, **said}, weights(preference)):
            steps = tuple(problem.path.split("."))
            self._add(steps, problem.expected, problem.todo, problem.found, of_key=problem.found == f"'{steps[-1]}'")

    def _of(self, steps: Steps) -> bool:
        """Has something already been found wrong with a section?"""
        return any(problem.path.split(".")[0] == steps[0] for problem in self.problems)

    def _rows(self, board: Board, known: Collection[str]) -> None:
        typed = self.tree.at(("board", "rows_off")).value
        rows = (*known, *board.add)
        for position, item in enumerate(typed if board.rows_off else ()):
            if item.value not in rows:
                steps = ("board", "rows_off", position)
                self._add(steps, "the name of a row of the board", nearest(item.value, rows))

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
            else:
                self._kinds_of_offer(name, resource)
        return sound if len(sound) == len(typed) else None

    def _kinds_of_offer(self, name: str, offer: OfferResource) -> None:
        """Kinds of an offer that no patient can be given are a slip of the pen."""
        there_are = self.known.offers.get(name)
        for kind in offer.kinds:
            if there_are is not None and kind not in there_are:
                place = ("resources", name, "kinds", kind)
                listed = one_of(there_are, kind)
                self._add(place, listed, nearest(kind, there_are), f"'{kind}'", of_key=True)

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
            return self._part(KINDS[kind], steps)
        return None

    def _names(self, steps: Steps, node: Node) -> None:
        """Items of one list have different names, for it is by name that a change finds them."""
        for key, below in node.value.items() if isinstance(node.value, dict) else enumerate(node.value):
            if isinstance(below.value, list) and key in NAMED_LISTS:
                self._differ((*steps, key), str(key), below)
            if isinstance(below.value, dict | list):
                self._names((*steps, key), below)

    def _differ(self, steps: Steps, key: str, items: Node) -> None:
        seen: dict[str, int] = {}
        for position, item in enumerate(items.value):
            name = item.get("name")
            if isinstance(name, str) and name in seen:
                line = items.value[seen[name]].place.line
                found = f"'{name}' a second time (first in line {line})"
                self._add((*steps, position, "name"), f"{key} with different names", found=found)
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

    def _fit_together(self, sections: Mapping[str, Any]) -> None:
        """What one section says of another."""
        resources, groups, diseases = sections["resources"], sections["staff"], sections["diseases"]
        lists = {name: its for name, its in (resources or {}).items() if isinstance(its, ListResource)}
        for name, its in lists.items():
            Lines(name, its, self.tree, self._add).check(groups)
        if not any(part is None for part in sections.values()) and not self.problems:
            too_large(sections, self.tree, self._add)
        if not any(part is None for part in sections.values()) and not self.problems:
            self._every_case_fits(sections, lists)
        if resources is not None:
            streams = {s.of for its in resources.values() if not isinstance(its, OfferResource) for s in its.competing}
            for disease in diseases or ():
                if disease not in streams:
                    expected = f"the disease of a stream of competing demand: {', '.join(sorted(streams))}"
                    self._add(("diseases", disease), expected, nearest(disease, streams), f"'{disease}'", of_key=True)

    def _every_case_fits(self, sections: Mapping[str, Any], lists: Mapping[str, ListResource]) -> None:
        """A case that no sitting of its list can take would wait for ever; a list that never sits is closed."""
        run, holidays, groups = sections["run"], sections["holidays"].dates, sections["staff"]
        overrides = {**sections["evidence"], **{n: v for n, (_, v) in sections["cohort"].evidence().items()}}
        longest = self.known.longest(sections["board"], overrides, sections["treatments"])
        for name, (minutes, what, card) in longest.items():
            its = lists.get(name)
            if its is None or all(line.minutes + its.overrun >= minutes for line in its.lines):
                continue
            held = sitting_lines(name, lists, groups, holidays, run)
            if not held or max(line.minutes for line in held) + its.overrun >= minutes:
                continue
            Lines(name, its, self.tree, self._add).too_short(held, minutes, what, card)

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
        expected = one_of(known, steps[-1])
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
        if isinstance(step, str) and step in _fields(model):  # else it is a name that the user has given
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
