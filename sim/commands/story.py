"""`nelm story`: worked patients against the model. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.stories.comparing import Happened
    from sim.stories.story import Story

FAILED = 1


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--all", "everything", is_flag=True, help="Print every row of her log, with queues and rooms.")
@click.option("--engine", type=click.Choice(["both", "reference", "compiled"]), default="both", show_default=True,
              help="Which one tells the story; of both the logs must be identical.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print only what differs.")
def story(files: tuple[str, ...], everything: bool, engine: str, as_json: bool, quiet: bool) -> None:
    """Tell worked patients, day by day, and say where their journey differs from the expected one.

    FILEs are of `kind: story`; docs/stories.md says how one is written. Without a `journey:` the journey is only told,
    in lines that can be copied into the file.
    """
    from sim.errors import InputError, Problem
    from sim.scenario import check_file
    from sim.stories.comparing import differences, happened, told
    from sim.stories.story import KIND
    from sim.stories.story_file import read_story
    from sim.stories.telling import engines, log_by

    read: list[Story] = []
    wrong: list[Problem] = []
    for file in files:
        try:
            read.append(check_file(file, {KIND: read_story})[1])
        except InputError as error:
            wrong += error.problems
    if wrong:
        raise InputError(wrong)
    answers = []
    for its in read:
        rows = happened(log_by(its, engines(engine)), its.scenario.run.start)
        differs = differences(its, rows)
        answers.append(_as_data(its, told(rows), differs))
        if not as_json:
            shown = [] if quiet else (rows if everything else told(rows))
            _show(its, shown, differs)
    if as_json:
        click.echo(json.dumps({"format": 1, "stories": answers}, indent=1))
    if any(answer["differs"] for answer in answers):
        sys.exit(FAILED)


def _show(its: Story, rows: list[Happened], differs: list[str]) -> None:
    if rows:
        click.echo(f"{its.name}: {its.means}\n")
        for row in rows:
            click.echo(f"  {row.typed}")
        click.echo("")
    verdict = "as expected" if its.journey or its.never else "told; nothing was expected of it"
    for line in differs or [verdict]:
        click.echo(f"{its.file}: {line}")
    if rows:
        click.echo("")


def _as_data(its: Story, rows: list[Happened], differs: list[str]) -> dict[str, Any]:
    return {
        "story": its.name,
        "file": its.file,
        "right": not differs,
        "differs": differs,
        "journey": [
            {"date": str(row.day), "event": row.event, "why": row.why, "resource": row.resource, "value": row.value}
            for row in rows
        ],
    }
