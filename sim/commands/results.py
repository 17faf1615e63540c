"""`nelm results`: what lies in a store, listed or asked in SQL. Arguments and printing, nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Entry


@click.command()
@click.argument("folder", default="outputs", metavar="[FOLDER]")
@click.option("--scenario", metavar="NAME", help="Only this scenario.")
@click.option(
    "--where",
    multiple=True,
    metavar="PATH=VALUE",
    help="Only where the resolved scenario has this; also with !=, <, <=, >, >=; may be repeated.",
)
@click.option("--sql", metavar="SELECT", help="Ask the views runs, settings, kpis, waits, events, ... in SQL.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def results(folder: str, scenario: str | None, where: tuple[str, ...], sql: str | None, as_json: bool) -> None:
    """List the results in FOLDER (outputs if not told), or ask them a question in SQL. Nothing is changed."""
    from sim.results import entries, query

    found = entries(folder, scenario, where, lambda sentence: click.echo(sentence, err=True))
    if sql is not None:
        _print_table(query(found, folder, sql), as_json)
    elif as_json:
        click.echo(json.dumps([_as_data(entry) for entry in found], indent=1))
    else:
        _print_list(found, folder)


def _as_data(entry: Entry) -> dict[str, Any]:
    return {
        "scenario": entry.scenario,
        "digest": entry.digest,
        "folder": str(entry.folder),
        "replications": [its.number for its in entry.whole],
        "figures_only": [its.number for its in entry.whole if its.kept == "figures"],
        "damaged": entry.damaged,
        "seed": entry.seed,
        "seconds": round(sum(its.seconds for its in entry.whole), 2),
        "bytes": entry.bytes,
        "finished": entry.finished.isoformat(timespec="seconds") if entry.finished else None,
    }


def _print_list(found: list[Entry], folder: str) -> None:
    from sim.estimate import size_in_words

    if not found:
        click.echo(f"no results in {folder}")
        return
    head = ("scenario", "digest", "replications", "kept", "damaged", "seed", "size", "finished (UTC)")
    lines = [head]
    for entry in found:
        kept = {its.kept for its in entry.whole}
        lines.append(
            (
                entry.scenario,
                entry.digest,
                str(len(entry.whole)),
                "and ".join(sorted(f"{kind} " for kind in kept)).strip() or "-",
                str(entry.damaged or "-"),
                str(entry.seed) if entry.seed is not None else "-",
                size_in_words(entry.bytes),
                entry.finished.strftime("%Y-%m-%d %H:%M") if entry.finished else "-",
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _print_table(table: pd.DataFrame, as_json: bool) -> None:
    if as_json:
        click.echo(table.to_json(orient="records", date_format="iso", indent=1, double_precision=15))
    elif table.empty:
        click.echo("no rows")
    else:
        click.echo(table.to_string(index=False, na_rep="-"))
