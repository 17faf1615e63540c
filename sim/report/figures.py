"""The pictures of a run, each fit for a board paper by itself, drawn from the bundles of measures alone.

    draw_all(measures, folder, titles)   all of them; returns their paths

    waits.png            of all who started a wait, how many had ended it, and how, by time
    queues.png           how many were waiting, over the measured years
    utilisation.png      how much of the opening time and of the places was used, and by whom
    beds.png             for how much of the time how many places were in use
    treatments.png       courses begun per year
    survival.png         overall survival from the first sight of liver metastases, with numbers at risk
    cancellations.png    cases taken off on the day, and people who did not come
    waiting_losses.png   deaths and lost eligibility while waiting
    board.png            cases at the meetings, and cases put off
    flow.png             where patients go: decision, treatments, what came next, how they are after five years

Nothing is computed here that is not a mean or a curve over the tables. Where there is nothing to show, a panel
says so. Knows no logs, no files but those it writes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from sim.copies import side_by_side
from sim.measures import Measures
from sim.report import capacity, flow, outcomes, waiting
from sim.report.style import Titles, save

Picture = Callable[[Measures, Titles], Figure]

PICTURES: dict[str, Picture] = {
    "waits": waiting.waits,
    "queues": waiting.queues,
    "utilisation": capacity.utilisation,
    "beds": capacity.beds,
    "treatments": outcomes.treatments,
    "survival": outcomes.survival,
    "cancellations": capacity.cancellations,
    "waiting_losses": outcomes.waiting_losses,
    "board": outcomes.board,
    "flow": flow.flow,
}


def draw_all(measures: Measures, folder: Path, titles: Titles) -> list[Path]:
    """Draw every picture into `folder`, which is made where it is missing.

    measures   the bundles of all replications in one (`sim.measures.combine`)
    returns    the paths of the files, in the order of the list above
    """
    folder.mkdir(parents=True, exist_ok=True)
    return side_by_side([partial(_drawn, measures, folder, titles, name) for name in PICTURES])


def _drawn(measures: Measures, folder: Path, titles: Titles, name: str) -> Path:
    return save(PICTURES[name](measures, titles), folder / f"{name}.png")
