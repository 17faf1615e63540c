"""`nelm explain`: what a scenario says before it is run. Arguments and printing, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.options import refuse_no_picture
from sim.errors import InputError, Problem
from sim.reporter import Terminal

if TYPE_CHECKING:
    from sim.scenario import Scenario

PICTURES = (".svg", ".png")


@click.command()
@click.argument("file", metavar="SCENARIO.yaml")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one thing; may be repeated.")
@click.option(
    "--patient",
    metavar="'NAME: VALUE, ...'",
    help="Only say which row of the board she gets and why not the others, as of 'grade: G2, pattern: type_1'.",
)
@click.option("--load", "only_load", is_flag=True, help="Only print the load of each resource, with its warnings.")
@click.option("--board", is_flag=True, help="Print every row of the board, with conditions, sources and worked cases.")
@click.option("--page", type=click.Path(), metavar="FILE.html", help="Write all of it as one page, too.")
@click.option("--picture", type=click.Path(), metavar="FILE.svg|png", help="Write the pathway as a drawing, too.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def explain(
    file: str,
    settings: tuple[str, ...],
    patient: str | None,
    only_load: bool,
    board: bool,
    page: str | None,
    picture: str | None,
    as_json: bool,
) -> None:
    """Say what will be run, in words and tables, and run nothing: dates, patients, resources, load, board, pathway.

    The load of each resource sets what is asked of it against what it has open, and warns from 100 % on.
    """
    from sim.running import clinic_known
    from sim.scenario import check_file, read_scenario
    from sim.store import refuse_no_folder

    if picture is not None:
        refuse_no_picture(picture, "--picture", PICTURES)
    if patient is not None and page is not None:
        raise InputError(Problem("--page", found="--patient as well", expected="the one or the other"))
    if patient is not None and only_load:
        raise InputError(Problem("--load", found="--patient as well", expected="the one or the other"))
    if page is not None:
        refuse_no_folder(Path(page), "--page")
    _, scenario = check_file(file, {"scenario": lambda path: read_scenario(path, settings, clinic_known())})
    if picture is not None:
        from sim.explain.drawing import drawing
        from sim.explain.drawing import picture as content

        _write(picture, content(drawing("The pathway, from the model"), Path(picture).suffix[1:].lower()), "--picture")
    if patient is not None:
        _answer(scenario, patient, as_json)
        return
    from sim.explain.whole import explained

    its = explained(scenario, Terminal(speaks=not as_json).say)
    if page is not None:
        from sim.explain.page import page as whole_page

        _write(page, whole_page(its).encode("utf-8"), "--page")
    if as_json:
        click.echo(json.dumps(its.load_data() if only_load else its.data(), indent=1, allow_nan=False))
    else:
        click.echo(its.load_text() if only_load else its.text(board))


def _answer(scenario: Scenario, patient: str, as_json: bool) -> None:
    from sim.explain.patient import as_data, decided, in_text, read_patient
    from sim.explain.rows import board_here

    here = board_here(scenario)
    typed = read_patient(patient, scenario, here)
    decisions = decided(typed, here)
    click.echo(json.dumps(as_data(typed, decisions), indent=1) if as_json else "\n".join(in_text(typed, decisions)))


def _write(file: str, content: bytes, option: str) -> None:
    from sim.store import write_aside

    write_aside(Path(file), lambda aside: aside.write_bytes(content), option)
