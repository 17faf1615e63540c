"""A comparison on disk: its tables, its pictures and its page, under `outputs/compare/<a>_vs_<b>/<digest>/`.

write_down(comparison, output, kpis)   -> the folder

differences.csv     one row for each figure and scenario
patients.csv        shares of patients better and worse off
people.parquet      the same patient by patient
comparison.json     all of it, with sentences and digests of the runs
<picture>.png       differences, waits, queues, survival
index.html          sentences, pictures and tables in one page that can be sent by itself
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sim.experiments.compare import FORMAT, Comparison
from sim.report.comparison_page import page
from sim.report.style import DPI
from sim.store import results_folder, write_aside

MOST_NAMED = 4
"""Of more scenarios than this, the folder's name gives the first two and how many others there are."""


def write_down(comparison: Comparison, output: str | Path, kpis: Sequence[str] = ()) -> Path:
    """Tables, pictures and the page, each whole or not there. Returns their folder, the same for the same comparison.

    output   where results are kept
    kpis     the patterns of figures that were looked at
    InputError if it can not be written.
    """
    runs = [[its.folder.parent.name, its.folder.name, list(its.numbers)] for its in comparison.runs]
    digest = hashlib.sha256(json.dumps([FORMAT, runs, list(kpis)]).encode()).hexdigest()
    folder = results_folder(Path(output) / "compare", _name(comparison), digest)
    write_aside(folder / "differences.csv", _csv(comparison.told))
    write_aside(folder / "patients.csv", _csv(comparison.patients))
    write_aside(folder / "people.parquet", lambda path: comparison.people.to_parquet(path, index=False))
    write_aside(folder / "comparison.json", _text(json.dumps(comparison.data(), indent=1, allow_nan=False) + "\n"))
    images = {}
    for name, figure in comparison.plot().items():
        picture = folder / f"{name}.png"
        write_aside(picture, _png(figure))
        images[name] = picture.read_bytes()
    write_aside(folder / "index.html", _text(page(comparison, images)))
    return folder


def _name(comparison: Comparison) -> str:
    names = [its.scenario.scenario for its in comparison.runs]
    if len(names) > MOST_NAMED:
        names = [*names[:2], f"{len(names) - 2}_others"]
    return "_vs_".join(names)


def _csv(table: pd.DataFrame) -> Callable[[Path], object]:
    return lambda path: table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8", newline="\n")


def _png(figure: Figure) -> Callable[[Path], object]:
    """Nothing in the file depends on when it was written."""
    return lambda path: figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})
