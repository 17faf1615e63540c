"""Renews what is generated in README.md and docs/: the diagram of the pathway, counts, an answer, pictures.

    python docs/generate.py              diagram and counts in docs/model.md
    python docs/generate.py --check      says whether they are up to date; ends with 1 if not
    python docs/generate.py FOLDER ...   besides, from the results of runs, `outputs/<scenario>/<digest>`: of the
                                         baseline the answer in README.md, the pictures in docs/images and the annual
                                         numbers in docs/model.md; of all of them, who reached which row of the board

What is generated stands between two comments, `<!-- NAME: generated -->` and `<!-- end of NAME -->`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from PIL import Image

from sim.clinic.boardfile import read_board
from sim.clinic.protocols import Family, Treatment, protocols
from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.evidence import Ledger, read_evidence
from sim.explain.demand import own_demand
from sim.explain.load import asked_of_lists, loads
from sim.report.answer import answer
from sim.running import clinic_known
from sim.scenario import read_scenario

ROOT = Path(__file__).parents[1]
MODEL, README, IMAGES = ROOT / "docs" / "model.md", ROOT / "README.md", ROOT / "docs" / "images"
PICTURES = ("waits", "survival", "utilisation", "flow")
COLOURS = 200  # of a palette: text and thin bands stay sharp, and the files small
WIDTH = 1200
WITHOUT_LIVER = ("primary_tumour", "spread_without_liver_poor", "no_liver_disease")


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


def mean_of(summary: pd.DataFrame, kpi: str, group: str = "all") -> float:
    """The mean of a figure in a run's summary; 0 where the run has none."""
    found = summary[(summary.kpi == kpi) & (summary.group == group)]
    return float(found["mean"].iloc[0]) if len(found) else 0.0


def annual(folder: Path) -> str:
    """Annual numbers of a run beside those a centre of its size plans for, as a table."""
    summary = pd.read_csv(folder / "summary.csv")
    summary["group"] = summary["group"].fillna("all")
    given = protocols(read_evidence().known({}))

    def treated(*treatments: Treatment) -> float:
        return sum(mean_of(summary, f"treated.{treatment.name.lower()}.per_year") for treatment in treatments)

    def of(family: Family) -> list[Treatment]:
        return [treatment for treatment in Treatment if given.family[treatment] == family]

    without_liver = sum(mean_of(summary, "board.decided.per_year", f"row: {row}") for row in WITHOUT_LIVER)
    scans = sum(
        mean_of(summary, f"sittings.{scanner}.minutes_per_year")
        * mean_of(summary, f"use.{scanner}.share", "own")
        / read_evidence().flat[f"{scanner}_minutes"]
        for scanner in ("ct", "mri")
    )
    rows = {
        "new_patients": ("new patients with liver metastases seen", mean_of(summary, "count.nelm_seen.per_year")),
        "discussions": (
            "board decisions on patients with liver metastases",
            mean_of(summary, "board.decided.per_year") - without_liver,
        ),
        "resections": ("liver resections, all kinds", treated(*of(Family.RESECTION))),
        "ablations": ("ablation sessions", treated(Treatment.ABLATION)),
        "embolisations": (
            "embolisation sessions, TAE and TACE, two a course",
            treated(*of(Family.EMBOLISATION)) * float(given.sessions[Treatment.TAE]),
        ),
        "radioembolisations": ("courses of radioembolisation", treated(Treatment.TARE)),
        "transplants": ("liver transplants", treated(Treatment.TRANSPLANT)),
        "prrt": ("courses of PRRT", treated(Treatment.PRRT)),
        "analogues": ("patients on a somatostatin analogue", mean_of(summary, "use.injections.places", "own")),
        "scans": ("CT and MRI of this pathway, work-up among them", scans),
    }
    lines = ["| a year | planned for | simulated | |", "| --- | --- | --- | --- |"]
    for name, (label, simulated) in rows.items():
        planned = read_evidence().cards[f"planned_{name}"].amounts
        low, high = planned["low"].number, planned["high"].number
        lines.append(f"| {label} | {low:g} to {high:g} | {simulated:.3g} | {judged(simulated, low, high)} |")
    return "\n".join(lines)


def judged(simulated: float, low: float, high: float) -> str:
    """How a number stands to the planned range, in words.

    >>> judged(8, 7, 9), judged(16, 7, 9), judged(20, 7, 9), judged(0, 3, 7)
    ('inside', 'above, within a factor of two', 'above twice the range', 'below half the range')
    """
    if low <= simulated <= high:
        return "inside"
    if simulated > high:
        return "above, within a factor of two" if simulated <= 2 * high else "above twice the range"
    return "below, within a factor of two" if 2 * simulated >= low else "below half the range"


def reached(folders: Iterable[Path]) -> str:
    """Every row of the board, and in which shipped scenario how many patients a year were decided by it."""
    runs = {}
    for folder in folders:
        summary = pd.read_csv(folder / "summary.csv")
        runs[folder.parent.name] = summary[summary.kpi == "board.decided.per_year"].set_index("group")["mean"]
    lines = ["| row | offers | decisions a year | in |", "| --- | --- | --- | --- |"]
    for row in read_board().rows["main"]:
        counts = {name: float(decided.get(f"row: {row.name}", 0.0)) for name, decided in runs.items()}
        most = "baseline" if counts.get("baseline", 0.0) > 0 else max(counts, key=lambda name: counts[name])
        number = f"{counts[most]:.2g}" if counts[most] > 0 else "0"
        offers = ", ".join(f"`{offer}`" for offer in row.offer)
        lines.append(f"| `{row.name}` | {offers} | {number} | {most} |")
    return "\n".join(lines)


def given(folders: Iterable[Path]) -> str:
    """Every treatment a board may offer, and in which shipped scenario how many courses a year were given."""
    runs = {folder.parent.name: pd.read_csv(folder / "summary.csv") for folder in folders}
    lines = ["| treatment | courses a year | in |", "| --- | --- | --- |"]
    for treatment in Treatment:
        if treatment in (Treatment.SURVEILLANCE, Treatment.NOTHING):
            continue
        kpi = f"treated.{treatment.name.lower()}.per_year"
        counts = {name: mean_of(summary, kpi) for name, summary in runs.items()}
        most = "baseline" if counts["baseline"] > 0 else max(counts, key=lambda name: counts[name])
        lines.append(f"| `{treatment.name.lower()}` | {counts[most]:.2g} | {most} |")
    return "\n".join(lines)


def shown_answer(folder: Path) -> str:
    """The answer of a finished run, as the command prints it."""
    scenario = read_scenario(folder / "resolved.yaml", known=clinic_known())
    replications = len(json.loads((folder / "record.json").read_text("utf-8"))["replications"])
    asked = asked_of_lists(loads(scenario, own_demand(scenario)))
    return f"```text\n{answer(scenario, pd.read_csv(folder / 'summary.csv'), replications, asked)}\n```"


def reduce_pictures(folder: Path) -> None:
    """The pictures of a finished run, small enough for a repository."""
    IMAGES.mkdir(exist_ok=True)
    for name in PICTURES:
        with Image.open(folder / "pictures" / f"{name}.png") as picture:
            height = round(picture.height * WIDTH / picture.width)
            small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
            # MAXCOVERAGE keeps apart colours that few points have, such as those of thin lines
            few = small.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(IMAGES / f"{name}.png", optimize=True)


def main(arguments: list[str]) -> int:
    """Does what the arguments ask; 2 where they ask for nothing known."""
    page = MODEL.read_text("utf-8")
    renewed = model_page(page)
    if arguments == ["--check"]:
        if renewed != page:
            sys.stderr.write("docs/model.md is out of date: python docs/generate.py\n")
        return int(renewed != page)
    folders = [Path(argument) for argument in arguments]
    if any(not (folder / "record.json").exists() for folder in folders):
        sys.stderr.write("python docs/generate.py [--check | outputs/<scenario>/<digest> ...]\n")
        return 2
    if folders:
        renewed = between_marks(between_marks(renewed, "rows", reached(folders)), "given", given(folders))
    for folder in folders:
        if folder.parent.name == "baseline":
            renewed = between_marks(renewed, "annual", annual(folder))
            README.write_text(between_marks(README.read_text("utf-8"), "answer", shown_answer(folder)), "utf-8")
            reduce_pictures(folder)
    MODEL.write_text(renewed, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
