"""`nelm diff`: what differs between two scenarios, in words. Arguments and printing, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.errors import InputError, Problem


@click.command()
@click.argument("a", metavar="A.yaml")
@click.argument("b", metavar="B.yaml")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def diff(a: str, b: str, as_json: bool) -> None:
    """Say what differs between two scenarios as they are resolved, from A to B, and whether they mean the same.

    Each is a scenario file, or the folder of a result, whose resolved scenario is read.
    """
    from sim.explain.difference import compared
    from sim.running import clinic_known
    from sim.scenario import Scenario, check_file, read_scenario

    scenarios: list[Scenario] = []
    wrong: list[Problem] = []
    for file in (a, b):
        try:
            _, scenario = check_file(_named(file), {"scenario": lambda path: read_scenario(path, (), clinic_known())})
            scenarios.append(scenario)
        except InputError as error:
            wrong += [problem for problem in error.problems if problem not in wrong]  # a base may be shared
    if wrong:
        raise InputError(wrong)
    its = compared(*scenarios)
    click.echo(json.dumps(its.data(), indent=1) if as_json else its.text())


def _named(file: str) -> str:
    """The file that is meant: in a result's folder the scenario as it was run."""
    from sim.reading import is_file

    resolved = Path(file) / "resolved.yaml"
    return str(resolved) if is_file(resolved) else file
