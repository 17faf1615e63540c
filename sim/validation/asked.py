"""What the commands are asked for: which files of targets, which of their targets, which other values of the evidence.

read_all(files, folder, only)   -> the files that are asked for, read and checked
overrides_of(settings)          -> values by name, checked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, nearest
from sim.evidence import read_evidence
from sim.reading import Scalar, parse_value
from sim.scenario import check_file
from sim.validation.target_file import read_targets
from sim.validation.targets import KIND, Targets


def read_all(files: Sequence[str], folder: Path, only: Sequence[str] = ()) -> list[Targets]:
    """The files of targets, those of a folder where none is named; of their targets only some, where these are named.

    InputError with the mistakes of all of them, or where one that is asked for is not there.
    """
    named = list(files) or [str(path) for path in sorted(folder.glob("*.yaml"))]
    if not named:
        todo = "run it where the project's folder `scenarios` is, or name a file with --targets"
        raise InputError(
            Problem(str(folder), found="no file of targets", expected="YAML files of `kind: target`", todo=todo)
        )
    read: list[Targets] = []
    problems: list[Problem] = []
    for file in named:
        try:
            read.append(check_file(file, {KIND: read_targets})[1])
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    known = [target.id for its in read for target in its.targets]
    for id in only:
        if id not in known:
            raise InputError(Problem("--only", found=f"'{id}'", expected="the id of a target", todo=nearest(id, known)))
    if not only:
        return read
    some = [replace(its, targets=tuple(target for target in its.targets if target.id in only)) for its in read]
    return [its for its in some if its.targets]


def overrides_of(settings: Sequence[str]) -> Mapping[str, Any]:
    """Values of the evidence from `name=value`. InputError for what the evidence does not know or not allow."""
    found: dict[str, Scalar] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            expected = "a value of the evidence, such as growth.reference=0.02 per month"
            raise InputError(Problem("--set", found=f"'{setting}'", expected=expected))
        found[name.strip().removeprefix("evidence.")] = parse_value(text.strip(), "--set").plain()
    problems = read_evidence().check(found)
    if problems:
        raise InputError([replace(problem, file="--set") for problem in problems])
    return found
