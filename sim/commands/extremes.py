"""`nelm extremes`: extreme values with an obvious answer. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from sim.errors import InputError, Problem, nearest, one_of

FAILED = 1


@click.command()
@click.argument("file", required=False, default="scenarios/baseline.yaml", metavar="[SCENARIO.yaml]")
@click.option("--patients", type=click.IntRange(200, 1_000_000), default=2_000, show_default=True, metavar="N",
              help="Patients of each question, from first symptom on.")  # fmt: skip
@click.option("--only", multiple=True, metavar="NAME", help="Only this question; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def extremes(file: str, patients: int, only: tuple[str, ...], as_json: bool) -> None:
    """Push a scenario's values as far as they go and check the answers that are then obvious.

    docs/extremes.md lists the questions. Exit code 1 if an answer is not what it has to be.
    """
    from sim.running import clinic_known, warm_up
    from sim.scenario import check_file, read_scenario
    from sim.validation.extremes import EXTREMES, asked

    for name in only:
        if name not in EXTREMES:
            expected, near = one_of(EXTREMES, name), nearest(name, EXTREMES)
            raise InputError(Problem("--only", found=f"'{name}'", expected=expected, todo=near))
    _, scenario = check_file(file, {"scenario": lambda path: read_scenario(path, known=clinic_known())})
    warm_up(lambda sentence: click.echo(sentence, err=True))
    answers = asked(scenario, patients, only)
    wrong = sum(not answer.passed for answer in answers)
    if as_json:
        click.echo(json.dumps({"format": 1, "scenario": file, "answers": [asdict(its) for its in answers]}, indent=1))
    else:
        for answer in answers:
            click.echo(f"{'right' if answer.passed else 'WRONG'}  {answer.sentence}")
        click.echo(f"\n{len(answers) - wrong} of {len(answers)} are right.")
    if wrong:
        sys.exit(FAILED)
