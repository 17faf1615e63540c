"""`nelm sweep`: run every point of a design. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from sim.commands.options import engine_option
from sim.reporter import Terminal

STOPPED = 130


@click.command()
@click.argument("file", metavar="DESIGN.yaml")
@click.option("--store", default="outputs", show_default=True, metavar="DIR", help="Where results are kept.")
@click.option("--table", type=click.Path(), metavar="FILE.csv", help="The table; else in the folder of the sweep.")
@click.option("--replications", type=click.IntRange(1, 100_000), metavar="N", help="Of each point; else the design's.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes at once; else one per core.")
@engine_option
@click.option("--dry-run", is_flag=True, help="Only say how much there is to run, and what it will take.")
@click.option("--force", is_flag=True, help="Run again what is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings.")
@click.pass_obj
def sweep(
    details: Any,
    file: str,
    store: str,
    table: str | None,
    replications: int | None,
    workers: int | None,
    engine: str,
    dry_run: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run every point of a design and write one table of all figures; draw how they answer to the parameters.

    What has been run before is found again. A sweep that was stopped goes on where it was.
    """
    from sim.experiments.design import read_design
    from sim.experiments.sweep import SweepStopped, as_data, planned
    from sim.experiments.sweep import sweep as run_all
    from sim.scenario import check_file

    if details is not None:
        details.folder = Path(store)
    _, design = check_file(file, {"sweep": lambda path: read_design(path, replications)})
    if dry_run:
        from sim.estimate import in_words

        its = planned(design, None, workers, store, force)
        points = {"sweep": design.name, "points": len(design.points), "replications": design.replications}
        if as_json:
            click.echo(json.dumps(points | asdict(its), indent=1))
        elif not quiet:
            click.echo(f"{design.name}: {design.question}\n{points['points']} points, {in_words(its, logs=False)}")
        return
    try:
        done = run_all(design, None, workers, store, table, force, Terminal(speaks=not (quiet or as_json)), engine)
    except SweepStopped as stopped:
        click.echo(str(stopped), err=True)
        sys.exit(STOPPED)
    if as_json:
        click.echo(json.dumps(as_data(done), indent=1))
    elif not quiet:
        click.echo(f"{design.name}: {design.question}\n")
        click.echo(
            f"{len(design.points)} points of {design.replications} replications: {done.found} found, {done.ran} run"
        )
        click.echo(f"Table     {done.file}")
        if done.pictures:
            click.echo(f"Pictures  {done.pictures[0].parent}: {', '.join(path.stem for path in done.pictures)}")
