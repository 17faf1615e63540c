"""The picture of where patients go: bands as wide as the patients a year who take them.

    flow(measures, titles)       -> Figure
    grouped(flows)               the paths, with rare treatments put together
    bands(flows, patients)       -> how many go from which word of a stage to which word of the next

Whatever enters a bar leaves it on the other side, or stands in the last column. Every bar has its words and its number
beside it, so that nothing hangs on colours. Knows no logs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from sim.measures import Measures
from sim.measures.flows import (
    ALIVE,
    DIED,
    FOLLOW_UP,
    LEFT,
    NO_TREATMENT,
    NONE,
    PROGRESSED,
    RECURRED,
    SHORT,
    STABLE,
    STAGES,
    WORK_UP,
    YEARS,
)
from sim.measures.statistics import mean_interval
from sim.report.style import BLUE, GREEN, INK, ORANGE, PINK, RED, SKY, YELLOW, Titles, nothing, sheet
from sim.report.words import EITHER_EMBOLISATION, written

OTHER = "other_treatment"
TREATED = ("decision", "first", "second")
MOST_TREATMENTS = 8
_HEADS = {
    "found": "Metastases found",
    "decision": "The board decides on",
    "first": "First treatment",
    "course": "Then",
    "second": "Second treatment",
    "state": f"After {YEARS} years",
}
_SAID: dict[tuple[str, str], str] = {
    ("found", WORK_UP): "in the work-up",
    ("found", FOLLOW_UP): "in follow-up",
    ("decision", NO_TREATMENT): "no treatment: watched, or supportive care",
    ("decision", NONE): "no decision",
    ("decision", "tae"): EITHER_EMBOLISATION,
    ("first", NONE): "none",
    ("second", NONE): "none",
    ("course", STABLE): "no growth seen",
    ("course", PROGRESSED): "growth or new disease seen",
    ("course", RECURRED): "back after complete treatment",
    ("state", ALIVE): "alive",
    ("state", DIED): "died",
    ("state", LEFT): "left alive",
    ("state", SHORT): f"followed for less than {YEARS} years",
    ("state", "cancer"): "died of the cancer",
    ("state", "treatment"): "died of treatment",
    ("state", "other_cause"): "died of other causes",
}
_PLAIN = {DIED: "died before", OTHER: "other treatments", "ssa": "SSA alone", "supportive": "supportive care"}
_LAST = (
    *(WORK_UP, FOLLOW_UP, OTHER, "ssa", "supportive", NO_TREATMENT),
    *(RECURRED, PROGRESSED, STABLE, ALIVE, NONE, LEFT, SHORT),
)
"""From the top, below the treatments by how frequent they are; death comes last of all."""
_COLOURS = (BLUE, ORANGE, GREEN, SKY, PINK, YELLOW, RED, "#999933")
_FIXED = {
    WORK_UP: "#4D4D4D", FOLLOW_UP: "#8C8C8C", OTHER: "#A6A6A6", "ssa": "#B8A9C9", "supportive": "#8C8C8C",
    NO_TREATMENT: "#BFBFBF", NONE: "#D0D0D0", STABLE: "#C4C4C4", PROGRESSED: "#7A7A7A", RECURRED: "#9E9E9E",
    DIED: "#3A3A3A", ALIVE: "#D9D9D9", LEFT: "#C4C4C4", SHORT: "#BFBFBF",
}  # fmt: skip
"""Treatments have colours, states are grey."""
_BAR = 0.13  # inches
_LINE = 0.145  # inches of height for a line of words
_GAP = 0.05
_TALL = 4.9  # inches for all patients
_PITCH = 1.74  # inches from column to column
_PER_LINE = 23


def grouped(flows: pd.DataFrame) -> pd.DataFrame:
    """The paths with all but the most frequent treatments put together, in every stage the same ones."""
    counts: dict[str, int] = {}
    for stage in TREATED:
        for name, patients in flows.groupby(stage)["patients"].sum().items():
            if name not in (DIED, NONE, NO_TREATMENT):
                counts[str(name)] = counts.get(str(name), 0) + int(patients)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    rare = dict.fromkeys(ranked[MOST_TREATMENTS:], OTHER)
    return flows.assign(**{stage: flows[stage].replace(rare) for stage in TREATED})


def bands(flows: pd.DataFrame) -> pd.DataFrame:
    """How many patients go from each word of a stage to each word of the next: `stage, source, target, patients`.

    stage   position in `STAGES` of the source
    """
    found = []
    for stage, (one, other) in enumerate(pairwise(STAGES)):
        its = flows.groupby([one, other], as_index=False)["patients"].sum()
        columns = {"stage": stage, "source": its[one], "target": its[other], "patients": its["patients"]}
        found.append(pd.DataFrame(columns))
    return pd.concat(found, ignore_index=True)


@dataclass(frozen=True)
class _Node:
    """A bar: its place from the top [inches], its height, and the patients a year it stands for."""

    top: float
    height: float
    slot: float
    colour: str
    words: str


def flow(measures: Measures, titles: Titles) -> Figure:
    """Where patients go from the first sight of liver metastases, over five years."""
    figure = sheet(
        titles,
        f"Where patients go: from the first sight of liver metastases through {YEARS} years",
        "Patients whose liver metastases were first seen in the measured years. Widths and numbers: patients a year, "
        "mean over replications; at the right with the 95 % interval of the mean. Who has died stays at the foot of "
        "each column. SSA alone: a somatostatin analogue and nothing else until the next decision.",
        width=11.4,
        height=8.2,
    )
    axes = figure.subplots()
    if measures.flows.empty:
        nothing(axes, "No liver metastases were seen in the measured period.")
        return figure
    flows = grouped(measures.flows)
    runs = measures.replications()
    columns = _columns(flows, runs, titles)
    height = max(its.top + its.slot for column in columns for its in column.values())
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_ylabel("Patients a year, as the height of the bars", fontsize=9)
    axes.set_xlim(0, _PITCH * (len(STAGES) - 1) + _BAR + _PITCH)
    axes.set_ylim(height + 0.05, -0.42)
    for band in _placed(bands(flows), columns):
        axes.add_patch(band)
    for place, (stage, column) in enumerate(zip(STAGES, columns, strict=True)):
        left = place * _PITCH
        axes.text(left, -0.2, _HEADS[stage], fontsize=9.5, fontweight="bold", color=INK, va="center")
        for node in column.values():
            _draw(axes, left, node)
    return figure


def _draw(axes: Axes, left: float, node: _Node) -> None:
    middle = node.top + node.slot / 2
    axes.add_patch(
        Rectangle((left, middle - node.height / 2), _BAR, node.height, facecolor=node.colour, lw=0, zorder=3)
    )
    box = {"boxstyle": "round,pad=0.08", "facecolor": "white", "alpha": 0.72, "edgecolor": "none"}
    axes.text(left + _BAR + 0.05, middle, node.words, fontsize=8, color=INK, va="center", bbox=box, zorder=4,
              linespacing=1.05)  # fmt: skip


def _columns(flows: pd.DataFrame, runs: Sequence[int], titles: Titles) -> list[dict[str, _Node]]:
    """The bars of each stage from the top; slots are high enough for their words, and columns end on one line."""
    years = titles.measured_years
    scale = _TALL / float(flows["patients"].sum())
    ranks = _ranks(flows)
    columns: list[dict[str, _Node]] = []
    for stage in STAGES:
        by_run = flows.groupby([stage, "replication"])["patients"].sum().unstack(fill_value=0)
        by_run = by_run.reindex(columns=list(runs), fill_value=0)
        names = sorted(by_run.index, key=lambda name: _order(str(name), stage, ranks))
        top = 0.0
        column: dict[str, _Node] = {}
        for name in map(str, names):
            counts = by_run.loc[name].to_numpy(np.float64)
            words = _words(stage, name, counts / years, titles)
            height = float(counts.sum()) * scale
            slot = max(height, _LINE * (words.count("\n") + 1))
            column[name] = _Node(top, height, slot, _colour(name, stage, ranks), words)
            top += slot + _GAP
        columns.append(column)
    tallest = max(_end(column) for column in columns)
    return [_spread(column, tallest) for column in columns]


def _end(column: Mapping[str, _Node]) -> float:
    return max(node.top + node.slot for node in column.values())


def _spread(column: dict[str, _Node], tallest: float) -> dict[str, _Node]:
    """The bars of a column further apart, so that it is as tall as the tallest."""
    spare = (tallest - _end(column)) / max(len(column) - 1, 1)
    return {
        name: _Node(node.top + place * spare, node.height, node.slot, node.colour, node.words)
        for place, (name, node) in enumerate(column.items())
    }


def _ranks(flows: pd.DataFrame) -> dict[str, int]:
    """Treatments by how many got them first, the most frequent 0."""
    counts: dict[str, int] = {}
    for weight, stage in ((1, "second"), (1, "decision"), (1000, "first")):
        for name, patients in flows.groupby(stage)["patients"].sum().items():
            counts[str(name)] = counts.get(str(name), 0) + weight * int(patients)
    treatments = [name for name in counts if name not in (*_LAST, DIED)]
    return {name: rank for rank, name in enumerate(sorted(treatments, key=lambda name: (-counts[name], name)))}


def _order(name: str, stage: str, ranks: Mapping[str, int]) -> tuple[int, int, str]:
    if name == DIED or (stage == "state" and name not in _LAST):
        return (2, ("treatment", "other_cause", "cancer").index(name) if name in _FATES else 0, name)
    return (1, _LAST.index(name), name) if name in _LAST else (0, ranks.get(name, 0), name)


_FATES = {"treatment": "#8C8C8C", "other_cause": "#6A6A6A", "cancer": "#3A3A3A"}


def _colour(name: str, stage: str, ranks: Mapping[str, int]) -> str:
    if stage == "state" and name not in _LAST:
        return _FATES.get(name, "#3A3A3A")
    return _FIXED.get(name) or _COLOURS[ranks.get(name, 0) % len(_COLOURS)]


def _words(stage: str, name: str, per_year: np.ndarray, titles: Titles) -> str:
    """What a bar is and how many a year, in lines that end before the next column."""
    said = _SAID.get((stage, name)) or _PLAIN.get(name) or titles.label(name)
    if stage == "state" and (stage, name) not in _SAID:
        said = f"died: {said.lower()}"
    mean, _, lower, upper, _ = mean_interval(per_year)
    number = _figure(mean)
    if stage == "state" and not np.isnan(lower):
        number += f" ({_figure(max(lower, 0))}-{_figure(upper)})"
    return "\n".join(textwrap.wrap(f"{said[:1].upper()}{said[1:]} {number}", _PER_LINE))


def _figure(per_year: float) -> str:
    return written(per_year, 0 if per_year >= 10 else 1)


def _placed(links: pd.DataFrame, columns: Sequence[Mapping[str, _Node]]) -> Iterator[PathPatch]:
    """The bands between bars; each bar gives and takes them in the order of the bars beyond, so that few cross."""
    scale = _TALL / float(links.loc[links["stage"] == 0, "patients"].sum())
    for stage, (one, other) in enumerate(pairwise(columns)):
        its = links[links["stage"] == stage]
        pairs = zip(its["source"].astype(str), its["target"].astype(str), strict=True)
        widths = dict(zip(pairs, (its["patients"] * scale).tolist(), strict=True))
        leaves = _stacked([pair for name in other for pair in widths if pair[1] == name], widths, one, 0)
        arrives = _stacked([pair for name in one for pair in widths if pair[0] == name], widths, other, 1)
        for pair, width in widths.items():
            yield _band(stage, leaves[pair], arrives[pair], width, one[pair[0]].colour)


Pair = tuple[str, str]


def _stacked(
    pairs: Sequence[Pair], widths: Mapping[Pair, float], column: Mapping[str, _Node], end: int
) -> dict[Pair, float]:
    """Where each band begins at its bar: one below the other in this order, without gaps."""
    free = {name: node.top + (node.slot - node.height) / 2 for name, node in column.items()}
    found = {}
    for pair in pairs:
        found[pair] = free[pair[end]]
        free[pair[end]] += widths[pair]
    return found


def _band(stage: int, leaves: float, arrives: float, width: float, colour: str) -> PathPatch:
    left, right = stage * _PITCH + _BAR, (stage + 1) * _PITCH
    bend = left + (right - left) * 0.55
    points = [
        *((left, leaves), (bend, leaves), (bend, arrives), (right, arrives)),
        *((right, arrives + width), (bend, arrives + width), (bend, leaves + width), (left, leaves + width)),
        (left, leaves),
    ]
    curve = Outline.CURVE4
    codes = [Outline.MOVETO, curve, curve, curve, Outline.LINETO, curve, curve, curve, Outline.CLOSEPOLY]
    return PathPatch(Outline(points, codes), facecolor=colour, alpha=0.42, lw=0.3, edgecolor="white", zorder=1)
