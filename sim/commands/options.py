"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
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
