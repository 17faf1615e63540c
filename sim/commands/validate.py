"""`nelm validate`: published results against the model. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

FAILED = 1
TARGETS = Path("scenarios") / "targets"
COMMAND = "nelm validate"


@click.command()
@click.argument("named", nargs=-1, metavar="[FILE...]")
@click.option("--targets", "files", multiple=True, metavar="FILE", help="The same; may be repeated.")
@click.option("--patients", type=click.IntRange(100, 2_000_000), default=40_000, show_default=True, metavar="N",
              help="Patients in each way of care, from first symptom on.")  # fmt: skip
@click.option("--only", multiple=True, metavar="ID", help="Only this target; may be repeated.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another value of the evidence.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes at once; else one per core.")
@click.option("--pictures", metavar="DIR", help="Draw the curves with the published points there.")
@click.option("--page", metavar="FILE", help="Renew the tables of this page of the documentation.")
@click.option("--strict", is_flag=True, help="End with 1 if a target that counts is outside.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print only how many are inside.")
def validate(
    named: tuple[str, ...],
    files: tuple[str, ...],
    patients: int,
    only: tuple[str, ...],
    settings: tuple[str, ...],
    workers: int | None,
    pictures: str | None,
    page: str | None,
    strict: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run published results against the model: what it reproduces, and what it misses.

    FILEs are of `kind: target`; without one all files of the folder scenarios/targets. docs/validation.md says how a
    target is written.
    """
    from sim.commands.page import as_typed, refuse_unmarked, renew
    from sim.reporter import Terminal
    from sim.running import warm_up
    from sim.validation.asked import overrides_of, read_all
    from sim.validation.reporting import draw_overlays, summary, table
    from sim.validation.reporting import page as page_of
    from sim.validation.running import compared, jobs
    from sim.validation.scoring import score
    from sim.workers import crew_size

    read = read_all((*named, *files), TARGETS, only)
    overrides = overrides_of(settings)
    if page:
        refuse_unmarked(Path(page), COMMAND)
    folder = _folder(pictures) if pictures else None
    terminal = Terminal(not quiet)
    warm_up(terminal.say)
    answers, shown = [], []
    for its in read:
        name = Path(its.file).stem
        walks = len(jobs(its.targets, patients, overrides))
        with terminal.progress(walks, "way of care") as done:
            scored, samples = compared(its.targets, patients, overrides, crew_size(workers, walks), done)
        result = score(scored)
        answers += [one.data() | {"file": its.file} for one in scored]
        picture = draw_overlays(scored, samples, folder / f"validation_{name}.png") if folder else None
        shown.append((name, its.means, result, str(picture.name) if picture else ""))
        if not as_json:
            lines = [] if quiet else [*table(result), ""]
            click.echo("\n".join([*lines, f"{name}: {summary(result)}", ""]))
    if as_json:
        click.echo(json.dumps(answers, indent=1))
    if page:
        where = os.path.relpath(folder, Path(page).parent) if folder else ""
        shown = [(name, means, result, picture and f"{where}/{picture}") for name, means, result, picture in shown]
        renew(Path(page), COMMAND, page_of(shown, as_typed(), patients))
    if strict and not all(one.inside for _, _, result, _ in shown for one in result.scored if one.counts):
        sys.exit(FAILED)


def _folder(path: str) -> Path:
    """The folder for pictures, made if it is not there."""
    from sim.store import unwritable

    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error, "--pictures") from None
    return folder
