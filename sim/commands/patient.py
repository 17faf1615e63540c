"""`nelm patient`: one patient's story of a result, in words and as a timeline. Arguments and printing, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.report.casebook import Case

LISTED = 12


@click.command()
@click.argument("result", metavar="RESULT")
@click.argument("number", required=False, type=int, metavar="[PATIENT]")
@click.option(
    "--replication", type=click.IntRange(0), metavar="N", help="Of which replication; else the first there is."
)
@click.option(
    "--find", multiple=True, metavar="WHAT", help="List patients instead: 'treated: tare', died, 'grade: G2'."
)
@click.option("--output", metavar="FILE", help="Draw the timeline into FILE.png or .svg, or all of it into FILE.html.")
@click.option("--store", default="outputs", show_default=True, metavar="DIR", help="Where results are kept.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def patient(
    result: str,
    number: int | None,
    replication: int | None,
    find: tuple[str, ...],
    output: str | None,
    store: str,
    as_json: bool,
) -> None:
    """Tell one patient's story: every step with its date and the days waited for it, and what was true unseen.

    RESULT is the folder of a result, a scenario's file that has been run, or a name or digest as `nelm results`
    lists it. PATIENT is a number; --find lists patients to whom something happened, to choose one from.
    """
    if number is None and not find:
        raise click.UsageError("PATIENT is missing: a number, or --find to look for one, such as --find died.")
    if number is not None and find:
        raise click.UsageError("Either PATIENT or --find, not both.")
    if find and output is not None:
        raise click.UsageError("--output draws one patient; it does not go with --find.")
    from sim.report.casebook import find_result, read_case

    if output is not None:
        from sim.report.timeline_file import check_name

        check_name(output)
    found = find_result(result, store)
    if found.beside and not as_json:
        click.echo(f"{result} has {found.beside + 1} results; this is the latest: {found.folder}\n", err=True)
    case = read_case(found, replication)
    if find:
        _show_found(case, find, as_json)
    elif number is not None:
        _show_story(case, number, output, as_json)


def _show_story(case: Case, number: int, output: str | None, as_json: bool) -> None:
    from sim.report.casebook import story_of
    from sim.report.story_text import as_data, in_words

    story = story_of(case, number)
    if output is not None:
        from sim.report.timeline_file import write

        write(story, Path(output))
    if as_json:
        data = {"format": 1, "folder": str(case.result.folder), **as_data(story), "picture": output}
        click.echo(json.dumps(data, indent=1, allow_nan=False))
        return
    click.echo(in_words(story))
    click.echo(f"\nPicture     {output or '--output FILE.png draws the timeline'}")


def _show_found(case: Case, conditions: tuple[str, ...], as_json: bool) -> None:
    from sim.report.casebook import search

    listed = search(case, conditions)
    if as_json:
        data = {
            "format": 1,
            "folder": str(case.result.folder),
            "replication": case.log.replication,
            "find": list(conditions),
            "patients": [{str(name): value for name, value in row.items()} for row in listed.to_dict("records")],
        }
        click.echo(json.dumps(data, indent=1, allow_nan=False))
        return
    everyone = f"{len(case.patients)} patients of replication {case.log.replication}"
    if listed.empty:
        click.echo(f"None of the {everyone} fits {' and '.join(conditions)}.")
        return
    shown = listed.head(LISTED)
    which = f", the {LISTED} with most treatments" if len(listed) > LISTED else ""
    click.echo(f"{len(listed)} of the {everyone} fit {' and '.join(conditions)}{which}:\n")
    for row in shown.itertuples():
        click.echo(f"{row.patient:>7}  {row.who:<28}  {row.years:4.1f} years  {row.end:<20}  {row.treatments}".rstrip())
    click.echo(f"\nnelm patient {case.result.folder} {shown['patient'].iloc[0]} tells the first one's story.")
