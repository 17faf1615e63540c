"""`nelm new`: a scenario for a centre of one's own, by questions or by flags. Arguments and printing, nothing else."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic_core import PydanticCustomError

from sim.errors import InputError, Problem
from sim.reporter import Terminal

if TYPE_CHECKING:
    from sim.centre import Question


class Whole(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions
    """A whole number as people write it: also with thousands apart."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. A BadParameter for anything else."""
        typed = str(value).strip()
        if not re.fullmatch(r"[+-]?(\d+|\d{1,3}([ ,'_]\d{3})+)", typed):
            large = re.fullmatch(r"(\d+(?:\.\d+)?) ?(k|m|thousand|million)", typed.lower())
            todo = f"; write {round(float(large[1]) * (1000 if large[2][0] in 'kt' else 1_000_000))}" if large else ""
            self.fail(f"'{typed}' is not a whole number{todo}", param, ctx)
        return int(re.sub(r"[ ,'_]", "", typed))


WHOLE = Whole()


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--question", metavar="TEXT", help="What the scenario is to answer.")
@click.option("--population", type=WHOLE, metavar="N", help="People in the catchment.")
@click.option("--country", metavar="XX", help="Whose public holidays, two capital letters, or none.")
@click.option("--first-year", type=WHOLE, metavar="YEAR", help="First year that is counted.")
@click.option("--board-weeks", type=WHOLE, metavar="N", help="The board meets every N weeks.")
@click.option("--board-cases", type=WHOLE, metavar="N", help="Most cases at one meeting.")
@click.option("--theatre-lists", type=WHOLE, metavar="N", help="All-day theatre lists a week.")
@click.option("--ir-lists", type=WHOLE, metavar="N", help="Interventional radiology lists a week.")
@click.option("--pet-lists", type=WHOLE, metavar="N", help="Receptor PET lists a week.")
@click.option("--pet-cases", type=WHOLE, metavar="N", help="Patients on one PET list.")
@click.option("--ward-beds", type=WHOLE, metavar="N", help="Beds of the surgical ward.")
@click.option("--icu-beds", type=WHOLE, metavar="N", help="Intensive and high care beds open to liver surgery.")
@click.option("--prrt", metavar="WHERE", help="Radionuclide therapy: here, elsewhere or none.")
@click.option("--transplant", metavar="WHERE", help="Liver transplant: here, elsewhere or none.")
@click.option(
    "--base", default="scenarios/baseline.yaml", show_default=True, metavar="FILE", help="What it differs from."
)
@click.option("--folder", default="scenarios", show_default=True, metavar="DIR", help="Where the file is put.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is usual for a centre of this size.")
def new(name: str, question: str | None, base: str, folder: str, yes: bool, **said: Any) -> None:
    """Write NAME.yaml: a scenario for a centre of your own, from a few answers about it.

    What no flag says is asked at the keyboard; an empty answer takes the usual value, which is shown. The file has a
    comment for every part and is checked before it is written.
    """
    from sim.centre import QUESTIONS, Answers, usual, written
    from sim.explain.remarks import remarks
    from sim.reading.editor import editor_line
    from sim.running import clinic_known
    from sim.scenario import read_scenario
    from sim.scenario.words import name as check_name
    from sim.store import unwritable, write_aside

    reference = read_scenario(base, known=clinic_known())
    try:
        check_name(name)
    except PydanticCustomError as wrong:
        expected = (wrong.context or {})["expected"]
        meant = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
        todo = f"write {meant}" if meant[:1].isalpha() else ""
        raise InputError(Problem(path="NAME", found=f"'{name}'", expected=expected, todo=todo)) from None
    path = Path(folder) / f"{name}.yaml"
    if path.exists():
        found, todo = "a file of that name", "edit that file, or choose another name"
        raise InputError(Problem(file=str(path), found=found, expected="a name that is free", todo=todo))
    asks = not yes and sys.stdin.isatty()
    if said["population"] is None and asks:
        said["population"] = click.prompt(QUESTIONS[0].asks, type=WHOLE, default=reference.catchment.population)
    try:
        for its in QUESTIONS:
            values = asdict(usual(reference, said["population"], said["board_weeks"] or 1))
            if said[its.name] is None:
                said[its.name] = _asked(its, values) if asks else values[its.name]
        answers = Answers(**said)
    except InputError as error:
        its_options = [replace(problem, path=f"--{problem.path.replace('_', '-')}") for problem in error.problems]
        raise InputError(its_options) from None
    asked = question or f"What does the pathway look like at a centre for {answers.population:,} people?"
    relative = Path(os.path.relpath(base, folder)).as_posix()
    text = editor_line(folder, "scenario", Path(base).parent) + written(name, asked, answers, reference, relative)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error, "--folder") from None
    write_aside(path, lambda aside: aside.write_text(text, encoding="utf-8"), "--folder")
    try:
        made = read_scenario(path, known=clinic_known())
    except InputError:
        path.unlink()
        raise
    click.echo(f"{path} is written. Read it and replace what is known better; then")
    click.echo(f"  nelm check {path}      is it right?")
    click.echo(f"  nelm explain {path}    what does it say, and how full will each list be?")
    click.echo(f"  nelm run {path}        what comes of it?")
    for remark in remarks(made, say=Terminal().say):
        click.echo(f"remark: {remark}")


def _asked(question: Question, usual: dict[str, Any]) -> Any:
    """One answer from the keyboard; asked again until it can be."""
    from sim.centre import wrong_answer

    def read(typed: str) -> Any:
        value = WHOLE.convert(typed, None, None) if question.kind is int else typed
        wrong = wrong_answer(question, value)
        if wrong:
            raise click.BadParameter(f"expected: {wrong}")
        return value

    return click.prompt(question.asks, default=usual[question.name], value_proc=read)
