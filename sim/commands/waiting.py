"""`nelm waiting`: what a month of waiting costs, by grade. Arguments and printing, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.commands.options import refuse_no_picture

COMMAND = "nelm waiting"
PICTURES = (".png", ".svg", ".pdf")


@click.command()
@click.argument("file", required=False, default="scenarios/baseline.yaml", metavar="[SCENARIO.yaml]")
@click.option("--patients", type=click.IntRange(100, 1_000_000), default=8_000, show_default=True, metavar="N",
              help="Patients of each grade, from first symptom on.")  # fmt: skip
@click.option("--output", metavar="FILE", help="Draw the tables there, as .png, .svg or .pdf.")
@click.option("--page", metavar="FILE", help="Renew the tables of this page of the documentation.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def waiting(file: str, patients: int, output: str | None, page: str | None, as_json: bool) -> None:
    """Say what waiting costs by grade: lesions that outgrow a needle, livers that fill, years that are lost.

    Nothing of it is typed in; it follows from growth, eligibility and death. docs/waiting.md says how.
    """
    from sim.commands.page import as_typed, refuse_unmarked, renew
    from sim.reporter import Terminal
    from sim.running import clinic_known, warm_up
    from sim.scenario import check_file, read_scenario
    from sim.validation.waiting import CONDITIONS, GRADES, data, draw, said, tables
    from sim.validation.waiting import page as page_of

    if output:
        refuse_no_picture(output, "--output", PICTURES)
    if page:
        refuse_unmarked(Path(page), COMMAND)
    check_file(file, {"scenario": lambda path: read_scenario(path, known=clinic_known())})
    terminal = Terminal(not as_json)
    warm_up(terminal.say)
    with terminal.progress(GRADES, "grade") as done:
        rows = tables(file, patients, done)
    if output:
        draw(rows, Path(output))
    if page:
        renew(Path(page), COMMAND, page_of(rows, as_typed(), patients))
    if as_json:
        answer = {"format": 1, "scenario": file, "patients": patients, "conditions": CONDITIONS, "rows": data(rows)}
        click.echo(json.dumps(answer, indent=1, allow_nan=False))
    else:
        click.echo("\n".join(said(rows)))
