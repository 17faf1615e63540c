"""The front door: a scenario file is read, laid over its base, checked and resolved, once.

    read_scenario(path, set=...)       -> Scenario    or an InputError that names every mistake
    check_file(path, readers)          -> kind, what was read    by what the file says it is
    Scenario                           nothing in it is missing
    scenario.change(path, value)       -> Scenario    another one, checked again; `changed` makes several changes
    scenario.resolved_yaml()           -> str         reads back as an equal scenario
    scenario.digest()                  -> str         equal for equal meaning, however it was typed

A scenario exists three times: as typed (`scenario.typed`), as resolved (`scenario.resolved_yaml()`), and as
run, under its digest. Knows nothing of engines, patients and results.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from sim.errors import InputError, Problem, nearest, one_of
from sim.intensity import Intensity
from sim.reading import (
    UNREADABLE,
    Node,
    Place,
    Scalar,
    compose_file,
    described,
    dump_yaml,
    is_file,
    made,
    parse_value,
)
from sim.scenario import words
from sim.scenario.check import Known, Parts, resolve, shipped
from sim.scenario.clinical import Board, Care, Cohort
from sim.scenario.demand import Arrivals, Competing, Disease
from sim.scenario.merge import SECTIONS, Taken, grouped, merged
from sim.scenario.model import Catchment, Holidays, ListResource, Resource, Run
from sim.scenario.preference import weights
from sim.scenario.rates import arrivals_vary, competing_varies
from sim.scenario.staff import Group, Unstaffed
from sim.scenario.timetable import Held, Timetable, closed_days, timetable
from sim.units import YEAR

_TITLE = ("kind", "scenario", "question", "description")
_OVERLAY = ("based_on", "change", "remove")
_MOST_BASES = 10
RESOLVED_STEM = "resolved"  # a resolved scenario may lie in a file of this name in the folder of its results
_NOT_IN_DIGEST = ("scenario", "question", "description")


@dataclass(frozen=True)
class Scenario:
    """One scenario, resolved: see `sim.scenario.model` for the parts.

    scenario     its name
    question     what it is to answer, in a sentence
    description  more about it, or ''
    run          seed, first day, periods [min], replications
    arrivals     rate per year of new patients at first symptom, and how it changes with time
    catchment    the setting, for the reader
    holidays     dates and names of public holidays
    cohort       the mix of patients, where it is not as the evidence says
    evidence     values that replace those of evidence cards, by the card's name, as typed
    board        rows of the tumour board that are not used, changed or added
    preference   shares of treatments of equal rank, by group
    treatments   those that are not given here, by name
    staff        groups of people, by name
    diseases     factors of the competing demand of a disease, by name
    resources    by name, in order of name
    typed        the text of each file it was read from, the named one first
    """

    scenario: str
    question: str
    description: str
    run: Run
    arrivals: Arrivals
    catchment: Catchment
    holidays: Holidays
    cohort: Cohort
    evidence: Mapping[str, Scalar]
    board: Board
    preference: Mapping[str, Mapping[str, float]]
    treatments: Mapping[str, Care]
    staff: Mapping[str, Group]
    diseases: Mapping[str, Disease]
    resources: Mapping[str, Resource]
    typed: Mapping[str, str] = field(compare=False, repr=False)
    _tree: Node = field(compare=False, repr=False)
    _known: Known = field(compare=False, repr=False)

    def data(self) -> dict[str, Any]:
        """The resolved scenario as plain data in the form in which it is typed."""
        sections: dict[str, Any] = {
            "run": self.run,
            "arrivals": self.arrivals,
            "catchment": self.catchment,
            "holidays": self.holidays,
            "cohort": self.cohort,
            "board": self.board,
        }
        by_name: dict[str, Mapping[str, Any]] = {
            "treatments": self.treatments,
            "staff": self.staff,
            "diseases": self.diseases,
            "resources": self.resources,
        }
        data = {
            "kind": "scenario",
            "scenario": self.scenario,
            "question": self.question,
            "description": self.description,
            **{name: part.model_dump(by_alias=True) for name, part in sections.items()},
            "evidence": dict(self.evidence),
            "preference": {group: dict(shares) for group, shares in self.preference.items()},
            **{
                section: {name: part.model_dump(by_alias=True) for name, part in parts.items()}
                for section, parts in by_name.items()
            },
        }
        written: dict[str, Any] = _written(data)
        return written

    def resolved_yaml(self) -> str:
        """The resolved scenario as YAML, with every default and date filled in; reads back as an equal scenario."""
        return dump_yaml(self.data())

    def digest(self) -> str:
        """One number for what the scenario means: without its name, its words and the number of replications.

        The order of keys and of named items, the units used and the split into base and changes do not matter.
        """
        return digest_of(self.data())

    def change(self, path: str, value: Any) -> Scenario:
        """The same scenario with one thing changed, checked as a whole again.

        path      dotted, list items by their name, such as `resources.ir_list.sittings.tuesday.minutes`
        value     as it would be typed: a number, a text such as '480 min', a list, a mapping; dates may be dates
        returns   a new scenario
        InputError if the path leads nowhere or the changed scenario is wrong.
        """
        return self.changed({path: value})

    def changed(self, values: Mapping[str, Any]) -> Scenario:
        """The same scenario with several things changed at once, so that only what comes out has to be right.

        values    by dotted path, each as for `change`
        """
        place = Place("change")
        tree, taken, problems = merged(self._tree, [], {path: made(value, place) for path, value in values.items()})
        parts = _resolved(tree, taken, self._known, problems, [place.file])
        return replace(self, **vars(parts), _tree=tree)

    def numbers(self) -> dict[str, Scalar]:
        """All values that replace those of evidence cards, by name: those of `evidence` and of `cohort`."""
        return {**self.evidence, **{name: number for name, (_, number) in self.cohort.evidence().items()}}

    def weights(self) -> dict[str, float]:
        """The weight of each treatment that a row of the board may offer beside equal ones."""
        return weights(self.preference)

    def longest_cases(self) -> dict[str, int]:
        """The minutes of the longest case that each list of the pathway can be asked for."""
        longest = self._known.longest(self.board, self.numbers(), self.treatments)
        return {name: minutes for name, (minutes, _, _) in longest.items()}

    def arrivals_vary(self) -> Intensity:
        """By which factors the rate of new patients changes over the minutes of the run."""
        return arrivals_vary(self.arrivals, self.run)

    def arrivals_expected(self) -> float:
        """How many new patients are to be expected in the whole run."""
        return self.arrivals.rate * self.arrivals_vary().cumulative(self.run.ends) / YEAR

    def competing_varies(self, stream: Competing) -> Intensity:
        """By which factors the rate of a stream of other patients changes over the minutes of the run."""
        return competing_varies(stream, self.diseases.get(stream.of, _AS_STATED), self.run)

    def closed_days(self, resource: str, line: str = "") -> frozenset[date]:
        """The days of the run on which a list does not sit, by holidays and closures.

        resource  name of a list
        line      of its timetable: the days on which this line does not sit
        """
        found = self.resources[resource]
        if not isinstance(found, ListResource):
            return frozenset()
        numbers = closed_days(found, self.holidays.dates, self.run, line)
        return frozenset(self.run.start + timedelta(days=number) for number in numbers)

    def sittings(self, resource: str) -> tuple[Held, ...]:
        """The sittings of a list that are planned to take place, in the order of their opening.

        resource  name of a list
        """
        return self._timetable.held[resource]

    def staffing(self) -> tuple[Unstaffed, ...]:
        """The sittings that do not take place because somebody they need is missing, by day."""
        return self._timetable.unstaffed

    @cached_property
    def _timetable(self) -> Timetable:
        lists = {name: its for name, its in self.resources.items() if isinstance(its, ListResource)}
        return timetable(lists, self.staff, self.holidays.dates, self.run)


def digest_of(data: Mapping[str, Any]) -> str:
    """The digest of a resolved scenario from its plain data, as its file holds it; no defaults are filled in."""
    means = {key: value for key, value in data.items() if key not in _NOT_IN_DIGEST}
    means["run"] = {key: value for key, value in means["run"].items() if key != "replications"}
    text = json.dumps(means, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


_AS_STATED = Disease.model_validate({})


def _written(part: Any) -> Any:
    """Leaves out empty texts, lists and mappings, which mean that nothing was said; but no holidays are said."""
    if isinstance(part, dict):
        below = {key: _written(value) for key, value in part.items()}
        return {key: value for key, value in below.items() if key == "dates" or value not in ("", [], {})}
    return [_written(item) for item in part] if isinstance(part, list | tuple) else part


def read_scenario(
    path: str | os.PathLike[str],
    set: Iterable[str] = (),
    known: Known | None = None,
) -> Scenario:
    """Reads a scenario file, its base and the base's base, and checks what comes out.

    path      of the file
    set       further changes, each as `path=value`
    known     what the rest of the model asks for; by default the pathway's resources and the shipped evidence
    returns   the resolved scenario
    InputError holds every mistake, in the order of the files.
    """
    known = known or shipped()
    problems: list[Problem] = []
    layers = _layers(os.fspath(path), problems)
    settings = _settings(set, problems)
    tree, taken = _sections(layers[-1]), Taken()
    for layer in reversed(layers[:-1]):
        change = layer.node.get("change", {})
        tree, out, refused = merged(tree, _removals(layer, problems), change if isinstance(change, dict) else {})
        taken |= out
        problems += refused
    tree, _, refused = merged(tree, [], settings)
    files = [*(node.key.file for node in settings.values()), *(layer.file for layer in layers)]
    parts = _resolved(tree, taken, known, [*problems, *refused], files)
    title = layers[0].node
    return Scenario(
        scenario=title.at(("scenario",)).value,
        question=title.at(("question",)).value.strip(),
        description=title.at(("description",)).value.strip() if title.has(("description",)) else "",
        **vars(parts),
        typed={layer.file: layer.text for layer in layers},
        _tree=tree,
        _known=known,
    )


def _resolved(tree: Node, taken: Taken, known: Known, problems: list[Problem], files: Sequence[str]) -> Parts:
    """The parts, or one InputError with all that is wrong, in the order of the files and within them of place."""
    parts, found = resolve(tree, taken, known)
    told = {(problem.file, problem.line, problem.column) for problem in problems if problem.line}
    found = [problem for problem in found if (problem.file, problem.line, problem.column) not in told]
    if parts is None or problems:
        order = {file: position for position, file in reversed(list(enumerate(files)))}
        raise InputError(sorted([*problems, *found], key=lambda p: (order.get(p.file, -1), p.line, p.column)))
    return parts


@dataclass(frozen=True)
class _Layer:
    """One file of a chain of bases."""

    file: str
    node: Node
    text: str


def _layers(file: str, problems: list[Problem]) -> list[_Layer]:
    """The named file first, then its base, and so on."""
    layers: list[_Layer] = []
    seen: list[Path] = []
    while True:
        try:
            node, found, text = compose_file(file)
        except InputError as error:
            raise InputError([*problems, *error.problems]) from None
        layer = _Layer(file, node, text)
        layers.append(layer)
        seen.append(Path(file).resolve())
        problems += [*found, *_of_title(layer)]
        if not node.has(("based_on",)):
            return layers
        base = _base(layer, seen)
        if isinstance(base, Problem):
            raise InputError([*problems, base])
        file = base


def _base(layer: _Layer, seen: Sequence[Path]) -> str | Problem:
    """The name of the file a layer is based on, seen from where the user stands."""
    node = layer.node.at(("based_on",))
    if not isinstance(node.value, str) or not node.value or "\0" in node.value:
        return layer.node.problem(("based_on",), "the name of a scenario file, such as baseline.yaml")
    base = os.path.normpath(Path(layer.file).parent / node.value)
    if not is_file(base):
        there = sorted(path.name for path in Path(layer.file).parent.glob("*.yaml"))
        found = f"'{node.value}', which is not there"
        expected = "the name of a scenario file, seen from the folder of this one"
        return layer.node.problem(("based_on",), expected, nearest(node.value, there), found=found)
    if Path(base).resolve() in seen:
        return layer.node.problem(
            ("based_on",), "a base that is not based on this file", found=f"a circle by '{node.value}'"
        )
    if len(seen) > _MOST_BASES:
        return layer.node.problem(("based_on",), f"a chain of at most {_MOST_BASES} bases")
    return base


def _of_title(layer: _Layer) -> list[Problem]:
    """What is wrong with the keys of the top level; what the sections hold is checked when they are merged."""
    node, problems = layer.node, []
    overlay = node.has(("based_on",))
    known = (*_TITLE, *_OVERLAY) if overlay else (*_TITLE, "based_on", *SECTIONS)
    for key in node.value:
        if key not in known:
            todo = nearest(key, known)
            if overlay and key in SECTIONS:
                todo = f"a file with a base changes it: write `change:` and below it `{key}.` with what is different"
            elif key in _OVERLAY:
                todo = "add `based_on:` with the file it changes, or write the value where it belongs"
            expected = one_of(known, key)
            problems.append(node.problem((key,), expected, todo, found=f"the key '{key}'", of_key=True))
    if not node.has(("kind",)) or node.at(("kind",)).value != "scenario":
        problems.append(node.problem(("kind",), "scenario", "begin the file with `kind: scenario`"))
    problems += _of_name(layer)
    for key in ("question", "description"):
        typed = node.get(key)
        if not (isinstance(typed, str) and typed.strip()) and (typed is not None or key == "question"):
            problems.append(node.problem((key,), "a text"))
    for key, wanted in (("change", dict), ("remove", list)):
        if overlay and node.has((key,)) and not isinstance(node.at((key,)).value, wanted):
            form = "a mapping from dotted paths to values" if wanted is dict else "a list of dotted paths"
            problems.append(node.problem((key,), form))
    unreadable = {(n.place.line, n.place.column) for n in node.walk() if n.value is UNREADABLE}
    return [problem for problem in problems if (problem.line, problem.column) not in unreadable]


def _of_name(layer: _Layer) -> list[Problem]:
    node, stem = layer.node, Path(layer.file).stem
    try:
        name = words.name(node.get("scenario"))
    except PydanticCustomError as error:
        return [node.problem(("scenario",), (error.context or {})["expected"])]
    if name != stem and stem != RESOLVED_STEM:
        return [node.problem(("scenario",), f"'{stem}', like the file", "rename the one or the other")]
    return []


def _sections(layer: _Layer) -> Node:
    """The sections of the last base; keys that are none were reported with the title."""
    sections = {key: node for key, node in layer.node.value.items() if key in SECTIONS}
    if "preference" in sections:
        sections["preference"] = grouped(sections["preference"])
    return replace(layer.node, value=sections)


def _removals(layer: _Layer, problems: list[Problem]) -> list[tuple[str, Place]]:
    found: list[tuple[str, Place]] = []
    items = layer.node.get("remove", [])
    for position, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item.value, str):
            found.append((item.value, item.place))
        elif item.value is not UNREADABLE:
            problems.append(
                layer.node.problem(("remove", position), "a dotted path, such as resources.ct.competing.other")
            )
    return found


def _settings(set: Iterable[str], problems: list[Problem]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for text in set:
        path, equals, value = text.partition("=")
        path, file = path.strip(), f"--set {text}"
        if not equals or not path:
            problems.append(Problem(file, found=f"{described(text)}", expected="path=value, such as run.seed=3"))
            continue
        if path in found:
            problems.append(Problem(file, path=path, found="a second value for it", expected="each path once"))
            continue
        try:
            found[path] = parse_value(value, file)
        except InputError as error:
            problems += [replace(problem, path=path) for problem in error.problems]
    return found


def check_file(
    path: str | os.PathLike[str],
    readers: Mapping[str, Callable[[str], Any]] | None = None,
) -> tuple[str, Any]:
    """Reads any file of the project by what it says it is.

    path      of the file; its first key is `kind`
    readers   the function that reads a file of each kind; by default only scenarios
    returns   the kind, and what the reader made of the file
    InputError if the kind is missing or unknown, or the reader finds mistakes.
    """
    readers = readers or {"scenario": read_scenario}
    node, _, _ = compose_file(path)
    kind = node.get("kind")
    if not isinstance(kind, str) or kind not in readers:
        raise InputError(_other_kind(os.fspath(path), node, kind, readers))
    return kind, readers[kind](os.fspath(path))


_KINDS = {
    "scenario": ("a scenario", "nelm run {file}"),
    "sweep": ("a design", "nelm sweep {file}"),
    "pin": ("a pin", "nelm pin check"),
    "target": ("published results", "nelm validate --targets {file}"),
    "calibration": ("a calibration", "nelm calibrate {file}"),
    "story": ("a story", "nelm story {file}"),
    "board": ("a board", "nelm check {file}"),
    "cards": ("evidence cards", "nelm check {file}"),
    "sources": ("sources", "nelm check {file}"),
    "figures": ("a register of figures", "nelm check {file}"),
    "conflicts": ("a register of conflicts", "nelm check {file}"),
}
"""What the kinds of file are, and the command that takes them."""


def _other_kind(file: str, node: Node, kind: object, readers: Mapping[str, object]) -> Problem:
    """A file of a kind that is not asked for here, or of none."""
    if isinstance(kind, str) and kind in _KINDS and len(readers) == 1:
        wanted = next(iter(readers))
        what, command = _KINDS[kind]
        todo = command.format(file=file)
        return node.problem(("kind",), _KINDS[wanted][0], f"{todo} takes it", found=f"{what} (kind: {kind})")
    known = ", ".join(sorted(readers))
    todo = nearest(str(kind), readers) or "begin the file with `kind:` and one of these"
    return node.problem(("kind",), f"one of {known}", todo)
