"""`nelm compare`: what scenarios do differently from the first of them. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sim.commands.options import engine_option
from sim.errors import InputError, Problem
from sim.reporter import Terminal

if TYPE_CHECKING:
    from sim.experiments.compare import Comparison
    from sim.experiments.journeys import Journey
    from sim.scenario import Scenario

STOPPED = 130


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="REFERENCE.yaml OTHER.yaml...")
@click.option(
    "--replications", type=click.IntRange(1, 100_000), metavar="N", help="How many; else the reference's own."
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes at once; else one per core.")
@click.option("--output", default="outputs", show_default=True, metavar="DIR", help="Where results are kept.")
@click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one thing in all; may be repeated."
)
@click.option(
    "--kpi",
    "kpis",
    multiple=True,
    metavar="PATTERN",
    help="Look at these figures only, such as 'wait.*.median[own]'; may be repeated. Fewer need less correction.",
)
@click.option(
    "--patient", type=click.IntRange(0), metavar="N", help="Show one patient's journeys side by side instead."
)
@click.option("--replication", type=click.IntRange(0), metavar="N", help="Of which replication; 0 if not told.")
@engine_option
@click.option("--force", is_flag=True, help="Run again what is there already.")
@click.option("--dry-run", is_flag=True, help="Only say how much there is to run, and what it will take.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings.")
def compare(
    files: tuple[str, ...],
    replications: int | None,
    workers: int | None,
    output: str,
    settings: tuple[str, ...],
    kpis: tuple[str, ...],
    patient: int | None,
    replication: int | None,
    engine: str,
    force: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say what scenarios do differently from the first, figure by figure and patient by patient.

    The same replications of each are run, with the same patients, where they are not there already. Each difference
    comes with its 95 % interval, and is called one only if it is more than chance after correction for how many
    figures and scenarios were looked at. What does not change is said too.
    """
    if len(files) < 2:
        raise click.UsageError("Two scenario files or more are needed, the reference first; `nelm run` runs one.")
    if replication is not None and patient is None:
        raise click.UsageError("--replication goes with --patient.")
    from sim.batch import Stopped
    from sim.experiments.compare import compare as compare_all
    from sim.experiments.compare import compared, refuse_unknown, run_each

    scenarios = _read(files, settings)
    refuse_unknown(scenarios[0], kpis)
    if dry_run:
        from sim.commands.dry_run import tell

        tell(scenarios, replications or scenarios[0].run.replications, output, workers, force, as_json, quiet)
        return
    reporter = Terminal(speaks=not (quiet or as_json))
    try:
        if patient is None:
            _show(compare_all(scenarios, replications, workers, output, force, reporter, kpis, engine), as_json, quiet)
            return
        done = compared(run_each(scenarios, replications, workers, output, force, reporter, engine))
    except Stopped as stopped:
        click.echo(str(stopped), err=True)
        sys.exit(STOPPED)
    _show_journeys([done.journey(patient, replication or 0, name) for name in done.names[1:]], as_json, quiet)


def _read(files: Sequence[str], settings: Sequence[str]) -> list[Scenario]:
    """All scenarios, or all that is wrong with them at once."""
    from sim.running import clinic_known
    from sim.scenario import check_file, read_scenario

    found, wrong = [], list[Problem]()
    for file in files:
        try:
            _, scenario = check_file(file, {"scenario": lambda path: read_scenario(path, settings, clinic_known())})
            found.append(scenario)
        except InputError as error:
            wrong += [problem for problem in error.problems if problem not in wrong]  # a base may be shared
    if wrong:
        raise InputError(wrong)
    return found


def _show(done: Comparison, as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(json.dumps({"folder": str(done.folder), **done.data()}, indent=1, allow_nan=False))
    elif not quiet:
        from sim.report.comparison_words import answer

        click.echo(answer(done))
        click.echo(f"\nResults   {done.folder}\nPage      {done.folder}/index.html")


def _show_journeys(journeys: Sequence[Journey], as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(json.dumps({"journeys": [_as_json(its) for its in journeys]}, indent=1, allow_nan=False))
    elif not quiet:
        click.echo("\n\n".join(its.text() for its in journeys))


def _as_json(its: Journey) -> dict[str, Any]:
    events = [[asdict(entry) for entry in entries] for entries in its.entries]
    return {
        "patient": its.patient,
        "replication": its.replication,
        "who": dict(its.who),
        "scenarios": list(its.names),
        "common": its.common,
        "parted": its.parted,
        "events": dict(zip(its.names, events, strict=True)),
    }
