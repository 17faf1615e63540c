"""What a run or a comparison would ask for, said instead of done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.scenario import Scenario


def tell(
    scenarios: Sequence[Scenario],
    replications: int,
    output: str,
    workers: int | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print how many replications there are and are to run, and the time, memory and disk that will take.

    replications   of each scenario
    """
    from sim.estimate import estimate, in_words

    its = estimate(scenarios, replications, output, workers, force=force)
    if as_json:
        click.echo(json.dumps(asdict(its), indent=1))
    elif not quiet:
        click.echo(in_words(its))
