"""`nelm schema`: what a kind of file may hold, for editors. Arguments and printing, nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from sim.errors import InputError, Problem, nearest, one_of


@click.command()
@click.argument("kind", required=False, metavar="[KIND]")
@click.option("--base", metavar="SCENARIO.yaml", help="Offer the paths of this scenario by name under `change:`.")
@click.option("--output", metavar="FILE.json", help="Write it there instead of printing it.")
@click.option("--all", "folder", metavar="DIR", help="Write the schema of every kind into a folder, as <kind>.json.")
def schema(kind: str | None, base: str | None, output: str | None, folder: str | None) -> None:
    """Print the JSON Schema of a KIND of file, `scenario` if none is said: what an editor completes, explains, checks.

    KIND is what `kind:` says in the file: scenario, board, cards, sources, figures, conflicts, sweep, pin, target,
    calibration, intervals, planner_kpis. docs/schema.md says how to set up an editor.
    """
    from sim.running import clinic_known
    from sim.scenario import read_scenario
    from sim.schema import KINDS, as_text
    from sim.schema import schema as schema_of
    from sim.store import refuse_no_folder, unwritable

    if folder is not None and (kind is not None or output is not None):
        found = f"the kind '{kind}' as well" if kind is not None else "--output as well"
        raise InputError(Problem("--all", found=found, expected="the one or the other"))
    kind = kind or "scenario"
    if kind not in KINDS:
        expected, near = one_of(KINDS, kind), nearest(kind, KINDS)
        raise InputError(Problem(path="KIND", found=f"'{kind}'", expected=expected, todo=near))
    if base is not None and kind != "scenario":
        raise InputError(Problem("--base", found=f"the kind '{kind}'", expected="the kind 'scenario', which has paths"))
    scenario = None if base is None else read_scenario(base, known=clinic_known())
    if folder is None:
        text = as_text(schema_of(kind, scenario))
        if output is None:
            click.echo(text, nl=False)
        else:
            refuse_no_folder(Path(output), "--output")
            _write(Path(output), text, "--output")
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(Path(folder), error, "--all") from None
    for each in KINDS:
        _write(Path(folder) / f"{each}.json", as_text(schema_of(each, scenario)), "--all")
    click.echo(f"{folder}: {len(KINDS)} schemas")


def _write(path: Path, text: str, option: str) -> None:
    from sim.store import write_aside

    write_aside(path, lambda aside: aside.write_bytes(text.encode("utf-8")), option)
