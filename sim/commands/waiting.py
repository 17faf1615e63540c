"""`nelm waiting`: what a month of waiting costs, by grade. Arguments and printing, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import click

BEGIN, END = "<!-- begin: nelm waiting -->", "<!-- end: nelm waiting -->"
COMMAND = "nelm waiting --page docs/waiting.md --output docs/images/waiting_by_grade.png"


@click.command()
@click.argument("file", required=False, default="scenarios/baseline.yaml", metavar="[SCENARIO.yaml]")
@click.option("--patients", type=click.IntRange(100, 1_000_000), default=8_000, show_default=True, metavar="N",
              help="Patients of each grade, from first symptom on.")  # fmt: skip
@click.option("--output", metavar="FILE", help="Draw the tables there, as .png or .svg.")
@click.option("--page", metavar="FILE", help="Renew the tables of this page of the documentation.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def waiting(file: str, patients: int, output: str | None, page: str | None, as_json: bool) -> None:
    """Say what waiting costs by grade: lesions that outgrow a needle, livers that fill, years that are lost.

    Nothing of it is typed in; it follows from growth, eligibility and death. docs/waiting.md says how.
    """
    from sim.reporter import Terminal
    from sim.running import clinic_known, warm_up
    from sim.scenario import check_file, read_scenario
    from sim.validation.waiting import CONDITIONS, GRADES, data, draw, said, tables
    from sim.validation.waiting import page as page_of

    check_file(file, {"scenario": lambda path: read_scenario(path, known=clinic_known())})
    terminal = Terminal(not as_json)
    warm_up(terminal.say)
    with terminal.progress(GRADES, "grade") as done:
        rows = tables(file, patients, done)
    if output:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        draw(rows, Path(output))
    if page:
        _renew(Path(page), page_of(rows, COMMAND, patients))
    if as_json:
        answer = {"format": 1, "scenario": file, "patients": patients, "conditions": CONDITIONS, "rows": data(rows)}
        click.echo(json.dumps(answer, indent=1, allow_nan=False))
    else:
        click.echo("\n".join(said(rows)))


def _renew(path: Path, text: str) -> None:
    """Put the tables between the two marks of the page."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", "utf-8")
