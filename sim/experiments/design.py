"""The design of a sweep: a YAML file that says what is varied, read and checked before anything is run.

    read_design(path)     -> Design     or an InputError that names every mistake
    Design                the base scenario, the parameters, the points
    Point                 one scenario of the sweep: its number, its values, its digest
    Figure                one figure that is drawn: a KPI and a group

docs/sweep.md says what the keys mean. Every point goes through the front door of scenarios when the design is read,
so that a sweep never meets a wrong scenario half-way. Knows nothing of stores, workers and results.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from sim.errors import InputError, Problem, nearest
from sim.experiments.based import base_value
from sim.experiments.figures import Figure, wrong_figures
from sim.experiments.parameters import NOT_VARIED, read_parameters
from sim.experiments.points import (
    KINDS,
    SAMPLED,
    SOBOL,
    Cell,
    Parameter,
    Value,
    Values,
    how_many,
    points_of,
)
from sim.reading import UNREADABLE, Steps, compose_file, is_file
from sim.reading.checked import Checked
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario, words
from sim.scenario.merge import concerns, way

KEYS = (
    *("kind", "sweep", "question", "description", "scenario", "replications", "design"),
    *("points", "seed", "limit", "set", "parameters", "kpis"),
)
MOST_POINTS = 10_000
_BETWEEN = 0.381966  # a share of a range that gives no round number
_NEARLY_ONE = 1 - 1e-12


@dataclass(frozen=True)
class Point:
    """One scenario of a sweep.

    number   from 0, in the order of the design
    values   one for each parameter; None where it is as in the base
    digest   of the scenario
    """

    number: int
    values: Values
    digest: str


@dataclass(frozen=True)
class Design:
    """A sweep as designed.

    name, question, description   its words
    kind          grid, one_at_a_time, latin_hypercube or sobol
    seed          of a sampled design
    replications  of each point
    base          the scenario that is varied, with the changes that hold for all points
    changes       these changes, by path
    parameters    what is varied, in the order of the columns
    points        in order
    figures       those that are drawn; none means those of `sim.report.sweeps`
    notes         sentences that the user should read before it runs
    typed         the text of each file it was read from, the design's first
    """

    name: str
    question: str
    description: str
    kind: str
    seed: int
    replications: int
    base: Scenario
    changes: Mapping[str, Any]
    parameters: tuple[Parameter, ...]
    points: tuple[Point, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    typed: Mapping[str, str]

    def scenario(self, point: Point) -> Scenario:
        """The scenario of a point, checked as a whole."""
        return _scenario(self.base, self.parameters, point.values)

    def cells(self, point: Point) -> tuple[Cell | None, ...]:
        """A point's values as they stand in the table; for what is not varied there, what the base has.

        None where the base's value is no single number in the parameter's unit, and no text.
        """
        return tuple(
            base if value is None else value.cell for base, value in zip(self.base_cells, point.values, strict=True)
        )

    @cached_property
    def base_cells(self) -> tuple[Cell | None, ...]:
        """What the base scenario has where each parameter changes it, in the parameter's unit."""
        found = [{base_value(self.base, path, its) for path in its.paths} for its in self.parameters]
        return tuple(cells.pop() if len(cells) == 1 else None for cells in found)


def _scenario(base: Scenario, parameters: Sequence[Parameter], values: Values) -> Scenario:
    changes: dict[str, Any] = {}
    for parameter, value in zip(parameters, values, strict=True):
        if value is not None:
            changes |= dict.fromkeys(parameter.paths, value.typed)
    return base.changed(changes) if changes else base


def read_design(path: str | os.PathLike[str], replications: int | None = None) -> Design:
    """Reads the file of a design and its scenario, and checks every point.

    path           of the file
    replications   of each point, in place of those of the file
    InputError holds every mistake, in the order of the file; of its points only the first that is wrong.
    """
    file = os.fspath(path)
    node, problems, text = compose_file(file)
    reader = _Reader(file, node, problems)
    design = reader.design(text)
    return design if replications is None else replace(design, replications=replications)


class _Reader(Checked):
    """Reads the file of a design; goes on as long as there is something to go on with."""

    def design(self, text: str) -> Design:
        self.keys((), KEYS)
        name = self._name()
        question, description = self.text("question"), self.text("description", "")
        kind = self.word("design", KINDS)
        replications = self.whole(("replications",), 1, 100_000)
        seed = self.whole(("seed",), 0, 10**18, 1)
        limit = self.whole(("limit",), 1, 10_000_000, MOST_POINTS)
        points = self._points(kind)
        parameters = read_parameters(self, kind)
        self._how_many(kind, parameters, points, limit)
        base = self._base()
        changes = self._changes()
        figures = self._figures(base)
        self.stop_if_wrong()
        assert base is not None
        base = self._changed(base, changes)
        self._ends(base, parameters)
        self.stop_if_wrong()
        found = self._all_points(base, kind, parameters, points, seed)
        self.stop_if_wrong()
        notes = []
        if kind == SOBOL and points & (points - 1):
            near = 1 << (points.bit_length() - 1)
            notes.append(
                f"{points} Sobol points are not a power of two, so they are not spread evenly; "
                f"{near} or {2 * near} would be"
            )
        typed = {self.file: text, **base.typed}
        return Design(
            name, question, description, kind, seed, replications, base, changes, parameters, found, figures,
            tuple(notes), typed,
        )  # fmt: skip

    # -- the keys of the top

    def _name(self) -> str:
        if self.node.get("kind") != "sweep":
            self.add(("kind",), "sweep", "begin the file with `kind: sweep`")
        stem = Path(self.file).stem
        try:
            name = words.name(self.node.get("sweep"))
        except PydanticCustomError as error:
            self.add(("sweep",), (error.context or {})["expected"])
            return ""
        if name != stem:
            self.add(("sweep",), f"'{stem}', like the file", "rename the one or the other")
        return name

    def _points(self, kind: str) -> int:
        if kind in SAMPLED:
            return self.whole(("points",), 1, 10_000_000)
        if kind and self.node.has(("points",)):
            todo = "leave it out, or choose design: latin_hypercube or sobol"
            found = "points, in a design that has its points from its values"
            self.add(("points",), f"no such key in a design of the kind {kind}", todo, found, of_key=True)
        return 0

    def _how_many(self, kind: str, parameters: Sequence[Parameter], points: int, limit: int) -> None:
        number = how_many(kind, parameters, points) if kind else 0
        if number > limit:
            place: Steps = ("points",) if kind in SAMPLED else ("parameters",)
            todo = f"take fewer values, or write `limit: {number}` if so many are meant"
            self.add(place, f"at most {limit:,} points", todo, f"{number:,} points")

    # -- the base scenario

    def _base(self) -> Scenario | None:
        typed = self.node.get("scenario")
        if not isinstance(typed, str) or not typed or "\0" in typed:
            self.add(("scenario",), "the name of a scenario file, such as baseline.yaml")
            return None
        base = os.path.normpath(Path(self.file).parent / typed)
        if not is_file(base):
            there = sorted(path.name for path in Path(self.file).parent.glob("*.yaml"))
            expected = "the name of a scenario file, seen from the folder of this one"
            self.add(("scenario",), expected, nearest(typed, there), f"'{typed}', which is not there")
            return None
        try:
            return read_scenario(base, known=clinic_known())
        except InputError as error:
            self.problems += error.problems
            return None

    def _changes(self) -> dict[str, Any]:
        """The changes for all points, as typed."""
        if not self.node.has(("set",)):
            return {}
        changes = self.node.at(("set",))
        if not isinstance(changes.value, dict):
            self.add(("set",), "a mapping from dotted paths to values, such as {run.warm_up: 2 years}")
            return {}
        for path in changes.value:
            if path == NOT_VARIED:
                self.add(("set", path), "a path that changes what a replication is", "write `replications:` instead",
                          f"'{path}'", of_key=True)  # fmt: skip
        return {path: value.plain() for path, value in changes.value.items() if value.value is not UNREADABLE}

    def _changed(self, base: Scenario, changes: Mapping[str, Any]) -> Scenario:
        try:
            return base.changed(changes) if changes else base
        except InputError as error:
            for problem in error.problems:
                path = next((path for path in changes if concerns(path, problem.path)), "")
                self._refused(("set", path) if path else ("set",), problem, path)
        return base

    def _figures(self, base: Scenario | None) -> tuple[Figure, ...]:
        if not self.node.has(("kpis",)):
            return ()
        items = self.node.at(("kpis",)).value
        if not isinstance(items, list) or not items:
            self.add(("kpis",), "a list of figures, such as wait.referral_to_decision.median")
            return ()
        found: dict[Figure, Steps] = {}
        for place, item in enumerate(items):
            steps: Steps = ("kpis", place)
            kpi, group = (
                (item.value, "all") if isinstance(item.value, str) else (item.get("kpi"), item.get("group", "all"))
            )
            if isinstance(item.value, dict):
                self.keys(steps, ("kpi", "group"))
            if isinstance(kpi, str) and isinstance(group, str):
                found.setdefault(Figure(kpi, group), steps)
            else:
                self.add(steps, "the name of a figure, or {kpi: ..., group: ...}")
        if base is not None:
            for figure, part, expected, todo in wrong_figures(base, found):
                where = found[figure]
                in_mapping = isinstance(self.node.at(where).value, dict)
                self.add((*where, part) if in_mapping else where, expected, todo, f"'{getattr(figure, part)}'")
        return tuple(found)

    # -- through the front door

    def _ends(self, base: Scenario, parameters: Sequence[Parameter]) -> None:
        """The values of each parameter by themselves, of a range its ends and one between, so that each mistake has
        its line."""
        for place, parameter in enumerate(parameters):
            steps: Steps = ("parameters", place)
            tried: list[tuple[Steps, Value]]
            if self.node.has((*steps, "values")):
                tried = [((*steps, "values", n), value) for n, value in enumerate(parameter.values)]
            else:
                between = parameter.values[1:-1] or (parameter.at(_BETWEEN),)
                tried = [((*steps, "from"), parameter.at(0.0)), ((*steps, "to"), parameter.at(_NEARLY_ONE))]
                tried += [(steps, value) for value in between]
            for where, value in tried:
                if not self._try(base, parameter, value, where, steps):
                    break  # the other values are most likely refused for the same reason

    def _try(self, base: Scenario, parameter: Parameter, value: Value, where: Steps, steps: Steps) -> bool:
        try:
            base.changed(dict.fromkeys(parameter.paths, value.typed))
        except InputError as error:
            for problem in error.problems:
                of_path = problem.path in parameter.paths and _is_about_path(problem, parameter)
                if isinstance(value.cell, float) and "whole number" in problem.expected and not parameter.whole:
                    problem = replace(problem, todo="add `whole: true` to have whole numbers only")
                self._refused((*steps, "path") if of_path else where, problem, parameter.paths[0])
            return False
        return True

    def _all_points(
        self, base: Scenario, kind: str, parameters: Sequence[Parameter], points: int, seed: int
    ) -> tuple[Point, ...]:
        found = []
        for number, values in enumerate(points_of(kind, parameters, points, seed)):
            try:
                digest = _scenario(base, parameters, values).digest()
            except InputError as error:
                told = zip(parameters, values, strict=True)
                where = ", ".join(f"{parameter.name} {value.typed}" for parameter, value in told if value is not None)
                for problem in error.problems:
                    todo = " ".join(part for part in (f"this is point {number}: {where};", problem.todo) if part)
                    self._refused(("parameters",), replace(problem, todo=todo.rstrip(";")), "")
                return ()
            found.append(Point(number, values, digest))
        return tuple(found)

    def _refused(self, steps: Steps, problem: Problem, path: str) -> None:
        """What the front door of scenarios says of a change, at the place of the design that asked for it."""
        about = "" if problem.path == path else f"{problem.path}: "
        self.add(steps, problem.expected, problem.todo, f"{about}{problem.found}")


def _is_about_path(problem: Problem, parameter: Parameter) -> bool:
    """Is it the path that is refused, rather than the value?"""
    steps = {step for path in parameter.paths for step in way(path)}
    return problem.found.strip("'") in steps or problem.found.startswith("the key ")
