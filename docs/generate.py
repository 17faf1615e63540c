"""Renews what is generated in README.md and docs/: the diagram of the pathway, counts, an answer, pictures.

    python docs/generate.py              in docs/model.md the diagram, counts, and from the pinned results who reached
                                         which row of the board and had which treatment
    python docs/generate.py --check      says whether they are up to date; ends with 1 if not
    python docs/generate.py FOLDER       besides, from the result of a run of the baseline, `outputs/baseline/<digest>`:
                                         the answer in README.md, the pictures in docs/images and the annual numbers in
                                         docs/model.md

What is generated stands between two comments, `<!-- NAME: generated -->` and `<!-- end of NAME -->`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from PIL import Image

from sim.clinic.board import ATTRIBUTES as BOARD
from sim.clinic.board import Attribute
from sim.clinic.boardfile import read_board
from sim.clinic.protocols import Family, Treatment, protocols
from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.evidence import Ledger, read_evidence
from sim.explain.demand import own_demand
from sim.explain.load import asked_of_lists, loads
from sim.log import BESIDE_ROW
from sim.report.answer import answer
from sim.running import clinic_known
from sim.scenario import read_scenario
from sim.units import YEAR
from sim.validation.attributes import ATTRIBUTES

ROOT = Path(__file__).parents[1]
MODEL, README, IMAGES = ROOT / "docs" / "model.md", ROOT / "README.md", ROOT / "docs" / "images"
VALIDATION = ROOT / "docs" / "validation.md"
PINS = ROOT / "outputs" / "reference"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is there
PICTURES = ("waits", "survival", "utilisation", "flow")
COLOURS = 200  # of a palette: text and thin bands stay sharp, and the files small
WIDTH = 1200
INJECTIONS_A_YEAR = 365.25 / 28  # long-acting analogues are given every four weeks
LABELS = {
    "referrals": "referrals of new patients with a neuroendocrine neoplasm",
    "new_patients": "new patients with liver metastases seen",
    "synchronous": "liver metastases seen by the diagnosis, % of all diagnosed",
    "under_care": "patients with liver metastases at a time, seen or not",
    "discussions": "board decisions on patients with liver metastases",
    "resections": "liver resections, all kinds",
    "ablations": "ablation sessions",
    "embolisations": "embolisation sessions, TAE and TACE, two a course",
    "mappings": "mappings for radioembolisation",
    "radioembolisations": "courses of radioembolisation",
    "transplants": "liver transplants",
    "prrt": "courses of PRRT",
    "prrt_cycles": "cycles of PRRT, four a course",
    "analogues": "patients on a somatostatin analogue",
    "injections": "injections of it, every four weeks",
    "scans": "CT and MRI of this pathway, work-up among them",
}
FAR = {
    "resections": (
        "the plan counts one operation for 18 % of new patients and few repeats; the model offers a minor one to all "
        "with up to three metastases, whom its imaging finds early, and offers it again to those in whom few come back."
    ),
    "scans": (
        "the plan counts two or three scans of 200 people with liver metastases; the model also scans everybody at "
        "work-up and under drugs, and follows those whose primary was removed for years."
    ),
    "embolisations": (
        "the plan counts the courses of new patients; the model gives further ones for symptoms, which return about a "
        "year after each, as published."
    ),
    "mappings": (
        "radioembolisation follows where other embolisations have been had or are barred, so that it rises with them."
    ),
    "under_care": "the plan takes those known to the centre; the model counts all who have them, seen or not.",
    "synchronous": "the plan's share is of all neuroendocrine neoplasms, the lungs among them; of referred midgut "
    "tumours 55 to 70 % had metastases (c48), which is what the model is held to.",
}
FAR_OFF = "far"
FACTOR = 1.5  # what is further from the planned range is told in a sentence
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

    >>> "discussed --> arranged" in diagram()
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
    parts = {"pathway": diagram(), "ledger": counts(read_evidence()), "rows": reached(), "given": given()}
    for name, text in parts.items():
        page = between_marks(page, name, text)
    return page


def validation_page(page: str) -> str:
    """docs/validation.md with the attributes renewed; its tables are renewed by `nelm validate`."""
    return between_marks(page, "attributes", attributes())


def attributes() -> str:
    """What may be asked of patients in a target, as a table; what they have had is one row for all treatments."""

    def levels(its: Attribute) -> str:
        unit = f" [{its.unit}]" if its.unit not in ("", "number") else ""
        words = (f'`"{level}"`' if level in ("yes", "no") else f"`{level}`" for level in its.levels)
        return ", ".join(words) or f"a number{unit}"

    lines = ["", "| attribute | meaning | in `select` | in `enrol` |", "|---|---|---|---|"]
    for name, its in (ATTRIBUTES | BOARD).items():
        if not name.endswith(("_before", "_ever")):
            selected = levels(ATTRIBUTES[name]) if name in ATTRIBUTES else ""
            enrolled = levels(BOARD[name]) if name in BOARD else ""
            lines.append(
                f"| `{name}` | {its.means} | {selected} | {'the same' if enrolled == selected else enrolled} |"
            )
    lines.append(
        "| `<treatment>_before`, `<treatment>_ever` | How often, before the clock starts or in all | a number | |"
    )
    return "\n".join(lines)


def mean_of(summary: pd.DataFrame, kpi: str, group: str = "all") -> float:
    """The mean of a figure in a run's summary; 0 where the run has none."""
    found = summary[(summary.kpi == kpi) & (summary.group == group)]
    return float(found["mean"].iloc[0]) if len(found) else 0.0


def annual(folder: Path) -> str:
    """Annual numbers of a run beside those a centre of its size plans for, as a table, and why some are far off."""
    record = json.loads((folder / "record.json").read_text("utf-8"))
    years = read_scenario(folder / "resolved.yaml", known=clinic_known()).run.measured / YEAR
    summary = pd.read_csv(folder / "summary.csv")
    summary["group"] = summary["group"].fillna("all")
    evidence = read_evidence()
    given = protocols(evidence.known({}))

    def mean(kpi: str, group: str = "all") -> float:
        return mean_of(summary, kpi, group)

    def treated(*treatments: Treatment) -> float:
        return sum(mean(f"treated.{treatment.name.lower()}.per_year") for treatment in treatments)

    def of(family: Family) -> list[Treatment]:
        return [treatment for treatment in Treatment if given.family[treatment] == family]

    def cases(resource: str, minutes: str) -> float:
        used = mean(f"sittings.{resource}.minutes_per_year") * mean(f"use.{resource}.share", "own")
        return used / float(evidence.flat[minutes])

    without_liver = sum(mean("board.decided.per_year", f"row: {row}") for row in WITHOUT_LIVER)
    on_analogue = mean("use.injections.places", "own")
    simulated = {
        "referrals": mean("count.referred.per_year"),
        "new_patients": mean("count.nelm_seen.per_year"),
        "synchronous": 100 * mean("stage.at_diagnosis.metastatic.share"),
        "under_care": mean("outcome.with_nelm.patient_years"),
        "discussions": mean("board.decided.per_year") - without_liver,
        "resections": treated(*of(Family.RESECTION)),
        "ablations": treated(*of(Family.ABLATION)),
        "embolisations": treated(*of(Family.EMBOLISATION)) * float(given.sessions[Treatment.TAE]),
        "mappings": treated(Treatment.TARE) / (1 - float(evidence.flat["tare_mapping_failure"])),
        "radioembolisations": treated(Treatment.TARE),
        "transplants": treated(Treatment.TRANSPLANT),
        "prrt": treated(Treatment.PRRT),
        "prrt_cycles": treated(Treatment.PRRT) * float(given.sessions[Treatment.PRRT]),
        "analogues": on_analogue,
        "injections": on_analogue * INJECTIONS_A_YEAR,
        "scans": cases("ct", "ct_minutes") + cases("mri", "mri_minutes"),
    }
    lines = ["| a year | planned for | simulated | |", "| --- | --- | --- | --- |"]
    far = []
    for name, number in simulated.items():
        planned = evidence.cards[f"planned_{name}"].amounts
        low, high = planned["low"].number, planned["high"].number
        said = judged(number, low, high)
        if said.startswith(FAR_OFF):
            far.append(missed(name, number, low, high))
        lines.append(f"| {LABELS[name]} | {low:g} to {high:g} | {in_figures(number)} | {said} |")
    runs = f"Means of {len(record['replications'])} replications of {years:.3g} years."
    if not far:
        return "\n".join([*lines, "", f"{runs} Nothing is off by more than a factor of {FACTOR:g}."])
    return "\n".join([*lines, "", f"{runs} Off by more than a factor of {FACTOR:g}:", "", *far])


def missed(name: str, number: float, low: float, high: float) -> str:
    """A sentence on a number that is far from the planned range: in which direction, by how much, and why.

    >>> missed("ablations", 24, 8, 12)
    '- ablation sessions: not fitted, and too high: 2 times the most that is planned for. Why is not known yet.'
    >>> missed("ablations", 4, 8, 12)
    '- ablation sessions: not fitted, and too low: 0.5 times the least that is planned for. Why is not known yet.'
    """
    if number > high:
        way = f"too high: {number / high:.2g} times the most"
    else:
        way = f"too low: {number / low:.2g} times the least"
    why = FAR.get(name, "why is not known yet.")
    return f"- {LABELS[name]}: not fitted, and {way} that is planned for. {why[:1].upper()}{why[1:]}"


def in_figures(number: float) -> str:
    """A number as people write it, with three figures at least.

    >>> in_figures(1259.3), in_figures(22.24), in_figures(0.65)
    ('1,259', '22.2', '0.65')
    """
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"


def judged(simulated: float, low: float, high: float) -> str:
    """How a number stands to the planned range, in words.

    >>> judged(8, 7, 9), judged(13, 7, 9), judged(20, 7, 9), judged(0, 3, 7)
    ('inside', 'above', 'far above', 'far below')
    """
    if low <= simulated <= high:
        return "inside"
    if simulated > high:
        return "above" if simulated <= FACTOR * high else f"{FAR_OFF} above"
    return "below" if FACTOR * simulated >= low else f"{FAR_OFF} below"


@cache
def pinned(folder: Path = PINS) -> dict[str, dict[str, dict[str, float]]]:
    """Of each pinned scenario the means of its figures, by name and group."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        figures = yaml.load(path.read_text("utf-8"), Loader=LOADER)["figures"]
        found[path.stem] = {
            name.partition(" [")[0]: {group: its[0] for group, its in groups.items()}
            for name, groups in figures.items()
        }
    return found


def _most(counts: dict[str, float]) -> tuple[str, float]:
    """The baseline if it has any, else the scenario with most."""
    name = "baseline" if counts["baseline"] > 0 else max(counts, key=lambda its: counts[its])
    return name, counts[name]


def reached() -> str:
    """Every row of both tables of the board, and in which pinned scenario it decided how often a year."""
    runs = pinned()
    lines = ["| table | row | offers | decisions a year | in |", "| --- | --- | --- | --- | --- |"]
    for table, kind in (("main", "row: "), ("background", BESIDE_ROW)):
        for row in read_board().rows[table]:
            counts = {name: its["board.decided.per_year"].get(kind + row.name, 0.0) for name, its in runs.items()}
            name, number = _most(counts)
            offers = ", ".join(f"`{offer}`" for offer in row.offer)
            lines.append(f"| {table} | `{row.name}` | {offers} | {number:.2g} | {name} |")
    return "\n".join(lines)


def given() -> str:
    """Every treatment a board may offer, and in which pinned scenario how many courses a year were begun."""
    runs = pinned()
    lines = ["| treatment | courses a year | in |", "| --- | --- | --- |"]
    for treatment in Treatment:
        if treatment in (Treatment.SURVEILLANCE, Treatment.NOTHING):
            continue
        kpi = f"treated.{treatment.name.lower()}.per_year"
        name, number = _most({name: its.get(kpi, {}).get("all", 0.0) for name, its in runs.items()})
        lines.append(f"| `{treatment.name.lower()}` | {number:.2g} | {name} |")
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
            # MAXCOVERAGE keeps apart colours that few points have, such as those of thin lines; the step of k-means
            # brings each to the colours it stands for, so that a pale band keeps the colour of its line
            few = small.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
            few.save(IMAGES / f"{name}.png", optimize=True)


def main(arguments: list[str]) -> int:
    """Does what the arguments ask; 2 where they ask for nothing known."""
    page, published = MODEL.read_text("utf-8"), VALIDATION.read_text("utf-8")
    renewed = model_page(page)
    if arguments == ["--check"]:
        old = [
            path.name
            for path, same in ((MODEL, renewed == page), (VALIDATION, validation_page(published) == published))
            if not same
        ]
        for name in old:
            sys.stderr.write(f"docs/{name} is out of date: python docs/generate.py\n")
        return int(bool(old))
    folders = [Path(argument) for argument in arguments]
    if any(not (folder / "record.json").exists() for folder in folders):
        sys.stderr.write("python docs/generate.py [--check | outputs/<scenario>/<digest> ...]\n")
        return 2
    for folder in folders:
        if folder.parent.name == "baseline":
            renewed = between_marks(renewed, "annual", annual(folder))
            README.write_text(between_marks(README.read_text("utf-8"), "answer", shown_answer(folder)), "utf-8")
            reduce_pictures(folder)
    MODEL.write_text(renewed, "utf-8")
    VALIDATION.write_text(validation_page(published), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
