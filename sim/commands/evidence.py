"""`nelm evidence`: the ledger listed, filtered, exported, traced and checked. Arguments and printing, nothing else."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.errors import CheckError, InputError, Problem

if TYPE_CHECKING:
    from sim.evidence import Ledger
    from sim.evidence.cards import Card

FORMAT = 1
"""Of the JSON; it grows when an entry changes its meaning."""


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--topic", metavar="TOPIC", help="Only cards of this topic, such as prrt.")
@click.option("--use", type=click.Choice(["model", "target", "context", "later"]), help="Only cards of this use.")
@click.option(
    "--certainty",
    type=click.Choice(["seed", "found", "recalled", "derived", "proposed"]),
    help="Only cards that are so certain.",
)
@click.option("--source", metavar="KEY", help="Only cards that cite this source or lean on it.")
@click.option("--search", metavar="WORD", help="Only cards with this word anywhere on them.")
@click.option("--csv", "table_file", type=click.Path(), metavar="FILE", help="Write them to a table, a row per number.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, with everything on the cards.")
@click.option("--conflicts", "disputes", is_flag=True, help="Where sources disagree, and what was decided.")
@click.option("--check", "checking", is_flag=True, help="Check sources, readers, quotes and figures; 1 if one fails.")
@click.option("--documents", metavar="FOLDER", help="With --check: look quotes up in the documents themselves.")
@click.option("--folder", metavar="FOLDER", help="Another folder of cards than the shipped one.")
@click.option("--scenarios", metavar="FOLDER", help="Scenarios to look through for changes; else the shipped ones.")
def evidence(
    name: str | None,
    topic: str | None,
    use: str | None,
    certainty: str | None,
    source: str | None,
    search: str | None,
    table_file: str | None,
    as_json: bool,
    disputes: bool,
    checking: bool,
    documents: str | None,
    folder: str | None,
    scenarios: str | None,
) -> None:
    """List the evidence, or trace NAME: its card, quote and source, and the code, board rows and scenarios using it."""
    filters = (topic, use, certainty, source, search)
    of_list = (*filters, table_file)
    asked = [any(word is not None for word in of_list), name is not None, disputes, checking]
    if sum(asked) > 1:
        raise click.UsageError("a NAME, filters of the list, --conflicts and --check exclude each other")
    if documents is not None and not checking:
        raise click.UsageError("--documents goes with --check")
    home = None if folder is None else _there(folder)
    if checking:
        _check(home, documents)
    elif disputes:
        _conflicts(home, as_json)
    elif name is not None:
        _trace(name, home, None if scenarios is None else _there(scenarios), as_json)
    else:
        _list(home, filters, table_file, as_json)


def _there(folder: str) -> Path:
    if not Path(folder).is_dir():
        raise InputError(Problem(folder, found="no folder", expected="a folder", todo="check its name"))
    return Path(folder)


def _check(folder: Path | None, documents: str | None) -> None:
    from sim.evidence.checks import faults
    from sim.evidence.documents import read_fingerprints, read_texts
    from sim.evidence.files import SOURCES, read_folder, read_sources
    from sim.evidence.ledger import FOLDER

    home = folder or FOLDER
    texts = read_fingerprints() if documents is None else read_texts(documents, read_sources(home / SOURCES))
    wrong = faults(home, documents=texts)
    if wrong:
        raise CheckError("\n".join(map(str, wrong)))
    cards, sources, _ = read_folder(home)
    quotes = sum(bool(card.quote) for card in cards.values())
    where = "the documents" if documents is not None else "the documents' fingerprints"
    click.echo(
        f"{len(cards)} cards of {len(sources)} sources: each number has its source or reason, and its reader where it "
        f"is of the model; {quotes} quotes are in {where}; no figure is left out."
    )


def _conflicts(folder: Path | None, as_json: bool) -> None:
    from dataclasses import asdict

    from sim.evidence.files import CONFLICTS
    from sim.evidence.ledger import FOLDER
    from sim.evidence.listing import in_words
    from sim.evidence.registers import read_conflicts

    listed = read_conflicts((folder or FOLDER) / CONFLICTS).values()
    if as_json:
        click.echo(json.dumps({"format": FORMAT, "conflicts": [asdict(one) for one in listed]}, indent=1))
    else:
        click.echo("\n\n".join(map(in_words, listed)))


def _trace(name: str, folder: Path | None, scenarios: Path | None, as_json: bool) -> None:
    from dataclasses import replace

    from sim.evidence import read_evidence
    from sim.evidence.files import CONFLICTS, FIGURES
    from sim.evidence.ledger import FOLDER
    from sim.evidence.listing import held, trace
    from sim.evidence.readers import Places, readings
    from sim.evidence.registers import read_conflicts, read_figures

    ledger, home = read_evidence(folder), folder or FOLDER
    places = Places.shipped() if scenarios is None else replace(Places.shipped(), scenarios=scenarios)
    figures = read_figures(home / FIGURES) if (home / FIGURES).exists() else {}
    conflicts = read_conflicts(home / CONFLICTS) if (home / CONFLICTS).exists() else {}
    traces = trace(ledger, name, readings(ledger, places), figures, conflicts)
    if as_json:
        cards = [one.as_data(ledger) for one in traces]
        click.echo(json.dumps({"format": FORMAT, "cards": cards}, indent=1, ensure_ascii=False))
    else:
        figure = [held(ledger, figures[name])] if name in figures else []
        click.echo("\n\n".join([*figure, *map(str, traces)]))


def _list(folder: Path | None, filters: tuple[str | None, ...], table_file: str | None, as_json: bool) -> None:
    from sim.evidence import read_evidence
    from sim.evidence.listing import as_data, chosen, table
    from sim.store import refuse_no_folder

    ledger = read_evidence(folder)
    topic, use, certainty, source, word = filters
    cards = chosen(ledger, topic, use, certainty, source, word)
    if table_file is not None:
        refuse_no_folder(Path(table_file), "--csv")
        _write(Path(table_file), ledger, cards)
    if as_json:
        listed = [as_data(ledger, card) for card in cards]
        click.echo(json.dumps({"format": FORMAT, "cards": listed}, indent=1, ensure_ascii=False))
    elif table_file is not None:
        click.echo(f"{table_file}: {len(cards)} cards", err=True)
    else:
        click.echo(table(cards) if cards else "no card fits")


def _write(file: Path, ledger: Ledger, cards: list[Card]) -> None:
    from sim.evidence.listing import COLUMNS_OF_ROWS, as_rows
    from sim.store import write_aside

    rows = list(as_rows(ledger, cards))

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS_OF_ROWS)
            writer.writeheader()
            writer.writerows(rows)

    write_aside(file, write, "--csv")
