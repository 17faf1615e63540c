"""Errors as part of the product: where it is, what was found, what was expected, what to do.

    Problem      one mistake, with its place
    NelmError    the family; each kind has the exit code the `nelm` command ends with
      CheckError    1   a check said no (a worked case, a pin, a target)
      InputError     2   the user's file or argument is wrong; holds every problem found, not only the first
      RunError       3   the simulation contradicted itself; names the patient, the minute and the step

Knows nothing of the rest of the package, so everything may use it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: its place, what stands there, what should stand there, and what to do about it.

    file      as the user named it, or '' where no file is involved
    line      counted from 1; 0 where there is none
    column    counted from 1; 0 where there is none
    path      dotted path inside the file, such as `resources.ir_list.sittings[0].minutes`
    found     what stands there
    expected  what would have been right
    todo      what to do, where more can be said than "write what is expected"

    >>> print(Problem("a.yaml", 3, 9, "run.seed", "-1", "a whole number, 0 or more", "leave it out for seed 1"))
    a.yaml:3:9  run.seed
      found:    -1
      expected: a whole number, 0 or more
      to do:    leave it out for seed 1
    """

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    found: str = ""
    expected: str = ""
    todo: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        head = "  ".join(part for part in (place, self.path) if part)
        rows = [head] if head else []
        rows += [f"  found:    {self.found}"] if self.found else []
        rows += [f"  expected: {self.expected}"] if self.expected else []
        rows += [f"  to do:    {self.todo}"] if self.todo else []
        return "\n".join(rows)


class NelmError(Exception):
    """The family. `exit_code` is what the command ends with."""

    exit_code = 3


class CheckError(NelmError):
    """A check that was asked for came out false."""

    exit_code = 1


class InputError(NelmError):
    """The user's input is wrong. Holds all the problems that were found at once, in the order of the file."""

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class RunError(NelmError):
    """The simulation came to a state that its own rules forbid; it stops rather than going on wrongly."""

    exit_code = 3


MOST_LISTED = 20
"""Names that a message spells out; of more it tells those that are near, and where all stand."""


def one_of(names: Iterable[str], typed: object = "", what: str = "names") -> str:
    """`one of a, b, c`, and where there are many, those that are near to what was typed.

    >>> one_of(["theatre", "ward"])
    'one of theatre, ward'
    >>> one_of([f"list_{number}" for number in range(40)] + ["theatre", "theatres"], "teatre")
    'one of the names that `nelm schema` lists, such as theatre, theatres'
    """
    known = list(names)
    if len(known) <= MOST_LISTED:
        return "one of " + ", ".join(known)
    near = difflib.get_close_matches(str(typed), known, n=5, cutoff=_NEAR)
    return f"one of the {what} that `nelm schema` lists" + (f", such as {', '.join(near)}" if near else "")


_NEAR = 0.6
"""From here on two words are alike, by the share of letters that they have in common, in their order."""


def nearest(name: str, names: Iterable[str]) -> str:
    """`did you mean 'x'?` for the closest of the known names, or the empty string where nothing is close.

    >>> nearest("theatr", ["theatre", "ward"])
    "did you mean 'theatre'?"
    >>> nearest("zzz", ["theatre", "ward"])
    ''
    """
    close = difflib.get_close_matches(str(name), list(names), n=1, cutoff=_NEAR)
    return f"did you mean '{close[0]}'?" if close else ""
