"""The tables that a command keeps in a page of the documentation, between two marks of its own.

refuse_unmarked(path, command)   before anything is run: the page has a place for them
renew(path, command, text)       puts them there
as_typed()                       the command, for whoever wants to make them again
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from sim.errors import InputError, Problem


def _marks(command: str) -> tuple[str, str]:
    return f"<!-- begin: {command} -->", f"<!-- end: {command} -->"


def refuse_unmarked(path: Path, command: str) -> None:
    """InputError where a page has no place for the tables of a command, such as `nelm validate`."""
    _around(path, command)


def _around(path: Path, command: str) -> tuple[str, str]:
    """The text of a page before and after the tables."""
    begin, end = _marks(command)
    expected = f"a page of the documentation with the lines {begin} and {end}"
    try:
        whole = path.read_text("utf-8")
    except (OSError, ValueError):
        raise InputError(Problem(str(path), path="--page", found="no text file", expected=expected)) from None
    before, begun, rest = whole.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise InputError(Problem(str(path), path="--page", found="no such lines", expected=expected))
    return before, after


def renew(path: Path, command: str, text: str) -> None:
    """Put the tables between the two marks of the page."""
    from sim.store import write_aside

    before, after = _around(path, command)
    begin, end = _marks(command)
    write_aside(path, lambda aside: aside.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", "utf-8"), "--page")


def as_typed() -> str:
    """The command that is running, as it was typed."""
    return shlex.join(["nelm", *sys.argv[1:]])
