"""`nelm verify`: both engines on one scenario, their logs compared whole. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

FAILED = 1


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="SCENARIO.yaml...")
@click.option("--replications", type=click.IntRange(1, 100_000), default=1, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Another seed than the scenario's.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one thing; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def verify(
    files: tuple[str, ...],
    replications: int,
    seed: int | None,
    settings: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Run both engines on each SCENARIO and compare their whole logs, row by row.

    Where they differ, the first row that does is shown, with that patient's story in both. Exit code 1 if any does.
    """
    from sim.experiments.verify import verified
    from sim.running import clinic_known, warm_up
    from sim.scenario import check_file, read_scenario

    changes = [*settings, *([f"run.seed={seed}"] if seed is not None else [])]
    scenarios = [
        check_file(file, {"scenario": lambda path: read_scenario(path, changes, clinic_known())})[1] for file in files
    ]
    warm_up(lambda sentence: click.echo(sentence, err=True))
    found = []
    for scenario in scenarios:
        for number in range(replications):
            its = verified(scenario, number)
            found.append(its)
            if not (quiet or as_json):
                click.echo(its.in_words())
    if as_json:
        click.echo(json.dumps([asdict(its) for its in found], indent=1))
    if any(its.difference for its in found):
        sys.exit(FAILED)
