"""`nelm calibrate`: coefficients fitted to published results. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

FEWEST = 4_000
"""Patients below whom a quarter of a prior's standard deviation moves most figures by less than chance does."""


@click.command()
@click.argument("file", metavar="[CALIBRATION.yaml]", default="scenarios/calibration/natural_history.yaml")
@click.option("--patients", type=click.IntRange(500, 1_000_000), metavar="N", help="In each way of care.")
@click.option("--rounds", type=click.IntRange(1, 100), metavar="N", help="At most so many steps of the search.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes at once; else one per core.")
@click.option("--output", metavar="FILE", help="Write the coefficients there, as YAML.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def calibrate(
    file: str,
    patients: int | None,
    rounds: int | None,
    workers: int | None,
    output: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit the coefficients that CALIBRATION.yaml names to published results, with the evidence's ranges as priors.

    Prints what moved and what is outside; intervals and correlations too go into the file of --output, or to --json.
    Without a file the shipped calibration is fitted again, which takes half an hour or more.
    The same file and the same numbers of patients and rounds give the same coefficients. Nothing is changed: what comes
    out is written down for the evidence to quote. docs/validation.md says how it is done.
    """
    from sim.reporter import Terminal
    from sim.running import warm_up
    from sim.scenario import check_file
    from sim.store import refuse_no_folder, write_aside
    from sim.validation.calibration import KIND, as_yaml, data, fitted, read_calibration, summary
    from sim.workers import crew_size

    if output:
        refuse_no_folder(Path(output), "--output")
    _, calibration = check_file(file, {KIND: lambda path: read_calibration(path, patients, rounds)})
    terminal = Terminal(not quiet)
    warm_up(terminal.say)
    began = time.monotonic()
    tries = (len(calibration.free) + 2) * calibration.rounds
    terminal.say(f"at most {tries} sets of coefficients, with {calibration.patients:,} patients in each way of care")
    with terminal.progress(tries, "set of coefficients") as done:
        fit = fitted(calibration, crew_size(workers, tries), done)
    terminal.say(f"{fit.tries} sets of coefficients tried in {time.monotonic() - began:.0f} s")
    if not fit.settled:
        terminal.say(f"the search had not settled after {calibration.rounds} rounds; --rounds gives it more")
    if calibration.patients < FEWEST:
        terminal.say(
            f"with fewer than {FEWEST:,} patients slopes are chance: intervals come out too narrow or too wide"
        )
    if output:
        write_aside(Path(output), lambda aside: aside.write_text(as_yaml(fit), "utf-8"), "--output")
    if as_json:
        click.echo(json.dumps(data(fit), indent=1))
    elif not quiet:
        click.echo("\n".join(summary(fit)))
