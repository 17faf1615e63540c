"""The parameters of a sweep, as a design file says them.

    read_parameters(file, kind)   -> the parameters that are right; mistakes are noted in the file

Knows how they are typed; not whether a scenario takes their values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from sim.experiments.points import SAMPLED, Cell, Number, Parameter, listed, quantity
from sim.reading import UNREADABLE, Node, Steps
from sim.reading.checked import Checked
from sim.scenario import words
from sim.scenario.merge import way

PARAMETER_KEYS = ("name", "path", "values", "from", "to", "steps", "scale", "whole")
COLUMNS = ("point", "replication", "kpi", "group", "unit", "value")  # of the table, beside the parameters
NOT_VARIED = "run.replications"


def read_parameters(file: Checked, kind: str) -> tuple[Parameter, ...]:
    """The parameters of a design.

    file   with what is wrong with it
    kind   of the design, or '' where that is not known
    """
    return _Parameters(file, kind).all()


class _Parameters:
    def __init__(self, file: Checked, kind: str):
        self.file = file
        self.node = file.node
        self.kind = kind

    def all(self) -> tuple[Parameter, ...]:
        items = self.node.get("parameters")
        if not isinstance(items, list) or not items:
            self.file.add(("parameters",), "a list of parameters, each with a name, a path and its values")
            return ()
        found = [self._parameter(("parameters", place)) for place in range(len(items))]
        parameters = tuple(parameter for parameter in found if parameter is not None)
        self._no_name_twice(items)
        self._no_path_twice(items)
        return parameters

    def _parameter(self, steps: Steps) -> Parameter | None:
        its, before = self.node.at(steps), len(self.file.problems)
        if not isinstance(its.value, dict):
            self.file.add(steps, "a mapping with name, path and values, or name, path, from and to")
            return None
        self.file.keys(steps, PARAMETER_KEYS)
        try:
            name = words.name(its.get("name"))
        except PydanticCustomError as error:
            self.file.add((*steps, "name"), (error.context or {})["expected"])
            name = ""
        if name in COLUMNS:
            self.file.add((*steps, "name"), f"a name that is no column of the table already ({', '.join(COLUMNS)})")
        paths = self._paths((*steps, "path"))
        ranged = its.has(("from",)) or its.has(("to",))
        if not ranged and not set(its.value) <= set(PARAMETER_KEYS):
            return None  # a key that is not known was most likely meant to say it
        if its.has(("values",)) == ranged:
            found = "both" if ranged else "neither"
            self.file.add(steps, "either `values:`, or `from:` and `to:`", found=found)
            return None
        parameter = self._ranged(steps, name, paths) if ranged else self._listed(steps, name, paths)
        return parameter if len(self.file.problems) == before else None

    def _paths(self, steps: Steps) -> tuple[str, ...]:
        typed = self.node.at(steps).plain() if self.node.has(steps) else None
        paths = [typed] if isinstance(typed, str) else typed
        if not isinstance(paths, list) or not paths or not all(isinstance(path, str) and path for path in paths):
            self.file.add(steps, "a dotted path of the scenario, such as resources.ward.capacity, or a list of them")
            return ()
        if NOT_VARIED in paths:
            todo = "write `replications:` at the top of the file"
            self.file.add(steps, "a path that changes what a replication is", todo, f"'{NOT_VARIED}'")
        return tuple(paths)

    def _listed(self, steps: Steps, name: str, paths: tuple[str, ...]) -> Parameter | None:
        for key in ("steps", "scale", "whole"):
            if self.node.has((*steps, key)):
                self.file.add((*steps, key), "no such key beside `values:`", "leave it out", f"the key '{key}'",
                          of_key=True)  # fmt: skip
        where: Steps = (*steps, "values")
        items = self.node.at(where)
        if not isinstance(items.value, list) or not items.value:
            self.file.add(where, "a list of one value or more, such as [18, 20, 22]")
            return None
        if any(below.value is UNREADABLE for below in items.walk()):
            return None
        unit, values = listed([item.plain() for item in items.value])
        seen: list[Cell] = []
        for place, value in enumerate(values):
            if value.cell in seen:
                self.file.add((*where, place), "each value once", found=f"{value.typed} a second time")
            seen.append(value.cell)
        return Parameter(name, paths, unit, values)

    def _ranged(self, steps: Steps, name: str, paths: tuple[str, ...]) -> Parameter | None:
        ends = [self._end((*steps, key)) for key in ("from", "to")]
        scale = self.file.word("scale", ("linear", "log"), steps, "linear")
        whole = self.node.at(steps).get("whole", False)
        if not isinstance(whole, bool):
            self.file.add((*steps, "whole"), "true or false")
        if ends[0] is None or ends[1] is None:
            return None
        (low, unit), (high, other) = ends[0], ends[1]
        if unit != other:
            expected = f"a number in the same unit as `from`, which has {_unit(unit)}"
            self.file.add((*steps, "to"), expected, found=f"the unit '{other}'" if other else "a number without a unit")
        elif not low < high:
            self.file.add((*steps, "from"), "less than `to`", "exchange them, or write `values:` for a single value",
                      f"{low} in a range to {high}")  # fmt: skip
        if scale == "log" and low <= 0:
            self.file.add((*steps, "from"), "more than 0 on a logarithmic scale")
        if whole is True and not (isinstance(low, int) and isinstance(high, int)):
            self.file.add((*steps, "whole"), "whole numbers as `from` and `to`", found=f"{low} and {high}")
        parameter = Parameter(name, paths, unit, (), low, high, scale == "log", whole is True)
        return self._stepped(steps, parameter)

    def _stepped(self, steps: Steps, parameter: Parameter) -> Parameter | None:
        where: Steps = (*steps, "steps")
        if self.kind in SAMPLED or not self.kind:
            if self.kind and self.node.has(where):
                expected, todo = (
                    f"no such key in a design of the kind {self.kind}",
                    "leave it out; `points:` says how many",
                )
                self.file.add(where, expected, todo, "the key 'steps'", of_key=True)
            return parameter
        number = self.file.whole(where, 2, 10_000)
        if not parameter.low < parameter.high or (parameter.log and parameter.low <= 0):
            return None
        values = parameter.in_steps(number)
        if len(values) < number:
            self.file.add(
                where, "different values", "take fewer steps", f"{number} steps, which give {len(values)} values"
            )
        return replace(parameter, values=values)

    def _end(self, steps: Steps) -> tuple[Number, str] | None:
        found = quantity(self.node.at(steps).value) if self.node.has(steps) else None
        if found is None:
            self.file.add(steps, "a number, with its unit where it has one, such as 20 min")
        return found

    def _no_name_twice(self, items: Sequence[Node]) -> None:
        seen: dict[Any, int] = {}
        for place, item in enumerate(items):
            name = item.get("name") if isinstance(item.value, dict) else None
            if isinstance(name, str) and name in seen:
                found = f"'{name}' a second time (first in line {items[seen[name]].place.line})"
                self.file.add(("parameters", place, "name"), "parameters with different names", found=found)
            seen.setdefault(name, place)

    def _no_path_twice(self, items: Sequence[Node]) -> None:
        """A path that is changed twice, or lies inside another, would depend on the order."""
        taken: list[tuple[tuple[str, ...], str]] = []
        changes = self.node.get("set")
        if isinstance(changes, dict):
            taken += [(way(path), "set") for path in changes]
        for place, item in enumerate(items):
            typed = item.child("path") if isinstance(item.value, dict) else None
            paths = [] if typed is None else [typed] if isinstance(typed.value, str) else typed.value
            for path in paths if isinstance(paths, list) else []:
                if isinstance(path.value, str):
                    self._not_twice(("parameters", place, "path"), path.value, taken)
                    taken.append((way(path.value), str(item.get("name"))))

    def _not_twice(self, steps: Steps, path: str, taken: Iterable[tuple[tuple[str, ...], str]]) -> None:
        mine = way(path)
        for theirs, whose in taken:
            shared = min(len(mine), len(theirs))
            if mine[:shared] == theirs[:shared] and not (whose == "set" and len(theirs) < len(mine)):
                by = "`set`" if whose == "set" else f"the parameter '{whose}'"
                self.file.add(steps, "each thing changed once", found=f"'{path}', which {by} changes as well")
                return


def _unit(unit: str) -> str:
    return f"the unit '{unit}'" if unit else "none"
