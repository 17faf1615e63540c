"""Renews what is generated in README.md and docs/: the diagram of the pathway, counts, an answer, pictures.

    python docs/generate.py              diagram and counts in docs/model.md
    python docs/generate.py --check      says whether they are up to date; ends with 1 if not
    python docs/generate.py FOLDER       besides: the answer in README.md and the pictures in docs/images, from the
                                         results of a run, `outputs/<scenario>/<digest>`

What is generated stands between two comments, `<!-- NAME: generated -->` and `<!-- end of NAME -->`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from PIL import Image

from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.evidence import Ledger, read_evidence
from sim.report.answer import answer
from sim.running import clinic_known
from sim.scenario import read_scenario

ROOT = Path(__file__).parents[1]
MODEL, README, IMAGES = ROOT / "docs" / "model.md", ROOT / "README.md", ROOT / "docs" / "images"
PICTURES = ("waits", "survival", "utilisation")
COLOURS = 64  # of a palette: text stays sharp and the files small
WIDTH = 1200


def between_marks(page: str, name: str, text: str) -> str:
    """The page with the part called `name` renewed.

    ValueError if the page has no such part.
    """
    begin, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
    before, rest = page.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n{text.strip()}\n{end}{after}"


def diagram() -> str:
    """The steps of care and which may follow which, as a Mermaid flow chart.

    >>> "discussed --> prepared" in diagram()
    True
    """

    def words(stage: Stage) -> str:
        return stage.name.lower().replace("_", " ")

    def arrows() -> Iterable[str]:
        for stage, followers in MAY_FOLLOW.items():
            yield from (f"  {stage.name.lower()} --> {follower.name.lower()}" for follower in followers)

    boxes = [f'  {stage.name.lower()}["{words(stage)}"]' for stage in Stage]
    alarm = [
        '  disease(["the disease: at any time"])',
        "  disease -. forces it earlier .-> presented",
        "  disease -. new symptoms .-> symptom_visit",
        '  disease -.-> death(["death"])',
    ]
    return "\n".join(["```mermaid", "flowchart TD", *boxes, *arrows(), *alarm, "```"])


def counts(ledger: Ledger) -> str:
    """How many cards and numbers the model reads, and what they stand on, as a table."""

    def row(label: str, names: Iterable[str]) -> str:
        chosen = [ledger.cards[name] for name in names]
        return f"| {label} | {len(chosen)} | {sum(len(card.amounts) for card in chosen)} |"

    read = {name: card for name, card in ledger.cards.items() if card.use == "model"}
    sourced = [name for name, card in read.items() if card.source]
    assumed_parts = sum(len(card.assumed) for card in read.values())
    rows = [
        "| | cards | numbers |",
        "| --- | --- | --- |",
        row("read by the model", read),
        row("of these, with a source", sourced),
        row("of these, assumptions", [name for name, card in read.items() if card.assumption]),
        f"| single numbers assumed on cards with a source | | {assumed_parts} |",
    ]
    for use in ("target", "context", "later"):
        rows.append(row(f"not read: {use}", [name for name, card in ledger.cards.items() if card.use == use]))
    return "\n".join(rows)


def model_page(page: str) -> str:
    """docs/model.md with its generated parts renewed."""
    return between_marks(between_marks(page, "pathway", diagram()), "ledger", counts(read_evidence()))


def shown_answer(folder: Path) -> str:
    """The answer of a finished run, as the command prints it."""
    scenario = read_scenario(folder / "resolved.yaml", known=clinic_known())
    replications = len(json.loads((folder / "record.json").read_text("utf-8"))["replications"])
    return f"```text\n{answer(scenario, pd.read_csv(folder / 'summary.csv'), replications)}\n```"


def reduce_pictures(folder: Path) -> None:
    """The pictures of a finished run, small enough for a repository."""
    IMAGES.mkdir(exist_ok=True)
    for name in PICTURES:
        with Image.open(folder / "pictures" / f"{name}.png") as picture:
            height = round(picture.height * WIDTH / picture.width)
            small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
            small.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


def main(arguments: list[str]) -> int:
    """Does what the arguments ask; 2 where they ask for nothing known."""
    page = MODEL.read_text("utf-8")
    renewed = model_page(page)
    if arguments == ["--check"]:
        if renewed != page:
            sys.stderr.write("docs/model.md is out of date: python docs/generate.py\n")
        return int(renewed != page)
    folders = [Path(argument) for argument in arguments]
    if len(folders) > 1 or any(not (folder / "record.json").exists() for folder in folders):
        sys.stderr.write("python docs/generate.py [--check | outputs/<scenario>/<digest>]\n")
        return 2
    MODEL.write_text(renewed, "utf-8")
    for folder in folders:
        README.write_text(between_marks(README.read_text("utf-8"), "answer", shown_answer(folder)), "utf-8")
        reduce_pictures(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
