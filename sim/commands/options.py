"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from sim.engines import AUTO, ENGINES

F = TypeVar("F", bound=Callable[..., Any])


def engine_option(command: F) -> F:
    """Which engine runs what is missing."""
    return click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default=AUTO,
        show_default=True,
        help="Which one runs; all give the same answer. `auto` is the compiled one where it can run.",
    )(command)


def refuse_no_picture(name: str, option: str, endings: Sequence[str]) -> None:
    """InputError where a picture can not be written: its name ends in none of these, or its folder is not there."""
    from sim.errors import InputError, Problem
    from sim.store import refuse_no_folder

    path = Path(name)
    if path.suffix.lower() not in endings:
        expected = f"the name of a picture, ending in {', '.join(endings[:-1])} or {endings[-1]}"
        raise InputError(Problem(option, found=f"'{name}'", expected=expected))
    refuse_no_folder(path, option)
