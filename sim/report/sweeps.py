"""The pictures of a sweep, drawn from its table alone.

    Axis, Shown                          what the pictures must be told of the sweep
    responses(rows, axis)         a figure by the values of one parameter: mean and 95 % interval
    response_curves(rows, shown, what)   a panel for each parameter
    heat_map(rows, shown, what)          the mean for each pair of values, of a sweep with two listed parameters
    draw_sweep(table, shown, folder)     the pictures of all chosen figures; returns their paths

Where a parameter's value stands for several points, each replication is averaged over them first and the interval is
over the replications: they are the same patients at every point, so that points are no independent witnesses.
Knows nothing of stores and design files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from sim.measures.kpis import COUNTS
from sim.measures.statistics import mean_interval
from sim.report.planner import label
from sim.report.style import BLUE, GREY, INK, RED, SEQUENCE, Titles, headline, nothing, save, sheet, tidy
from sim.report.words import words

GRID = "grid"
MOST_LINES = 6  # of one colour each that can be told apart
BINS = 8  # of the values of a sampled parameter
DRAWN = (
    ("wait.referral_to_decision.median", "all"),
    ("wait.referral_to_treatment.median", "all"),
    ("wait.decision_to_treatment.median", "liver_directed"),
    ("lost.while_waiting.per_year", "all"),
    ("outcome.os_from_nelm.y1", "all"),
)
"""The figures that are drawn where a design names none."""


@dataclass(frozen=True)
class Axis:
    """A parameter as it is drawn.

    name     its column in the table
    unit     of its numbers, or ''
    values   those it takes, in order; none where they are spread over a range
    base     what the base scenario has, or None
    log      on a logarithmic scale
    points   numbers of the points that tell about it; none where all do
    """

    name: str
    unit: str
    values: tuple[float | str, ...]
    base: float | str | None
    log: bool = False
    points: tuple[int, ...] = ()

    @property
    def numeric(self) -> bool:
        """Can its values stand on a scale?"""
        return not any(isinstance(value, str) for value in self.values)

    def title(self) -> str:
        """What is written along the axis."""
        return words(self.name) + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True)
class Shown:
    """What the pictures must be told of a sweep.

    sweep            its name
    base             name of the scenario that is varied
    kind             of the design, such as grid
    replications     of each point
    measured_years   of the base
    points           how many
    axes             the parameters
    """

    sweep: str
    base: str
    kind: str
    replications: int
    measured_years: float
    points: int
    axes: tuple[Axis, ...]

    def titles(self) -> Titles:
        """For the foot of the pictures."""
        return Titles(self.base, self.replications, self.measured_years)

    def foot(self, note: str) -> str:
        """What the foot says besides."""
        return f"Sweep {self.sweep}, {self.points} points. {note}"


def rows_of(table: pd.DataFrame, kpi: str, group: str, shown: Shown) -> pd.DataFrame:
    """The rows of one figure, one for each point and replication; what is counted and not mentioned is 0.

    table   of the sweep
    """
    rows = table[(table["kpi"] == kpi) & (table["group"] == group)]
    if len(rows) and rows["unit"].iloc[0] in COUNTS:
        names = [axis.name for axis in shown.axes]
        every = table[["point", *names, "replication"]].drop_duplicates()
        unit = rows["unit"].iloc[0]
        rows = every.merge(rows[["point", "replication", "value"]], how="left", on=["point", "replication"])
        rows = rows.assign(value=rows["value"].fillna(0.0), unit=unit)
    return rows


def responses(rows: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    """A figure by the values of one parameter.

    rows      of the figure
    returns   `value, mean, lower, upper, missing, place`: of a sampled parameter the values are means of up to eight
              equal parts of the points; missing is the number of rows without a figure, place that on the axis
    """
    its = rows[rows["point"].isin(axis.points)] if axis.points else rows
    if not axis.values and len(its):
        points = its.drop_duplicates("point").set_index("point")[axis.name].astype(float)
        parts = pd.qcut(points.rank(method="first"), min(BINS, len(points)), labels=False)
        middles = points.groupby(parts).mean()
        its = its.assign(**{axis.name: its["point"].map(parts).map(middles)})
    found = []
    for value, group in its.groupby(axis.name, sort=False):
        found.append((value, *_interval(group), int(group["value"].isna().sum())))
    frame = pd.DataFrame(found, columns=pd.Index(["value", "mean", "lower", "upper", "missing"]))
    place = [_place(axis, value) for value in frame["value"]]
    return frame.assign(place=place).sort_values("place", ignore_index=True)


def _place(axis: Axis, value: float | str) -> float:
    """Where a value stands on its axis: a number where it is, a text at its place in the design."""
    return float(value) if axis.numeric else float(axis.values.index(value))


def _interval(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Mean and 95 % interval over replications, each of them averaged over its points."""
    each = rows.groupby("replication")["value"].mean().to_numpy(np.float64)
    mean, _, lower, upper, _ = mean_interval(each)
    return mean, lower, upper


def response_curves(rows: pd.DataFrame, shown: Shown, kpi: str, group: str) -> Figure:
    """A panel for each parameter: how the figure answers to it.

    rows   of the figure
    """
    across = 2 if len(shown.axes) == 4 else min(len(shown.axes), 3)
    down = math.ceil(len(shown.axes) / across)
    sampled = any(not axis.values for axis in shown.axes)
    note = "Dots are means over the replications, bars their 95 % intervals."
    if sampled:
        note += " Grey dots are single points; the dots with bars are means of parts of the points of equal number."
    elif shown.kind == GRID and len(shown.axes) > 2:
        note += " Each panel is averaged over the values of the other parameters."
    title = f"{label(kpi, group)} ({_unit(rows)})"
    figure = sheet(shown.titles(), title, shown.foot(note), 3.9 * max(across, 2), 0.9 + 3.6 * down)
    panels = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
    for place, panel in enumerate(panels):
        if place < len(shown.axes):
            _panel(panel, rows, shown, shown.axes[place])
        else:
            panel.set_axis_off()
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, shown: Shown, axis: Axis) -> None:
    others = [other for other in shown.axes if other.name != axis.name]
    tidy(axes)
    axes.set_xlabel(axis.title(), fontsize=9)
    if rows["value"].notna().sum() == 0:
        nothing(axes, "This figure was not reached at any point.")
        return
    lines = others[0] if shown.kind == GRID and len(others) == 1 and len(others[0].values) <= MOST_LINES else None
    if lines is not None:
        for number, value in enumerate(lines.values):
            chosen = rows[rows[lines.name] == value]
            text = f"{value} {lines.unit}".strip()
            aside = (number - (len(lines.values) - 1) / 2) * 0.012
            _curve(axes, responses(chosen, axis), axis, SEQUENCE[number], text, aside)
        axes.legend(title=words(lines.name), fontsize=8, title_fontsize=8, edgecolor="none", framealpha=0.85)
    else:
        if not axis.values:
            points = rows.groupby("point").agg(x=(axis.name, "first"), y=("value", "mean"))
            axes.scatter(points["x"], points["y"], s=9, color=GREY, alpha=0.45, linewidths=0)
        _curve(axes, responses(rows, axis), axis, BLUE, "", 0.0)
    if axis.numeric and isinstance(axis.base, int | float):
        axes.axvline(axis.base, color=GREY, lw=0.9, ls=":", zorder=0)
        axes.annotate("base", (axis.base, 1), (2, -2), xycoords=("data", "axes fraction"), textcoords="offset points",
                      va="top", fontsize=7, color=GREY)  # fmt: skip
    _scales(axes, rows, axis)


def _curve(axes: Axes, of: pd.DataFrame, axis: Axis, colour: str, text: str, aside: float) -> None:
    """One line with its whiskers, set a little aside so that those of several lines can be seen."""
    at = of["place"].to_numpy(np.float64)
    width = (at.max() - at.min()) or 1.0
    at = at * math.exp(aside) if axis.log else at + aside * width
    mean, lower, upper = (of[name].to_numpy(np.float64) for name in ("mean", "lower", "upper"))
    whisker = np.nan_to_num(np.array([mean - lower, upper - mean]))
    style = "o-" if axis.numeric else "o"
    axes.errorbar(at, mean, yerr=whisker, fmt=style, ms=4.5, lw=1.3, capsize=2.5, color=colour, label=text or None)


def _scales(axes: Axes, rows: pd.DataFrame, axis: Axis) -> None:
    if axis.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    if not axis.numeric:
        places = range(len(axis.values))
        axes.set_xticks(list(places), [str(value) for value in axis.values], rotation=20, ha="right")
        axes.set_xlim(-0.5, len(axis.values) - 0.5)
    elif axis.values and len(axis.values) <= 8:
        axes.set_xticks([float(value) for value in axis.values], [f"{value:g}" for value in axis.values])
        axes.xaxis.set_minor_formatter(NullFormatter())
    if _unit(rows) == "share":
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def heat_map(rows: pd.DataFrame, shown: Shown, kpi: str, group: str) -> Figure:
    """The mean of a figure for each pair of values of the two parameters of a grid.

    rows   of the figure
    """
    down, across = shown.axes
    means = rows.groupby([down.name, across.name])["value"].mean()
    grid = np.array([[means.get((y, x), np.nan) for x in across.values] for y in down.values], float)
    note = "Each field is the mean over the replications. The frame is where the base scenario stands."
    size = (2.6 + 1.15 * max(len(across.values), 4), 2.2 + 0.62 * max(len(down.values), 3))
    figure = sheet(shown.titles(), f"{label(kpi, group)} ({_unit(rows)})", shown.foot(note), *size)
    axes = figure.subplots()
    if np.isnan(grid).all():
        nothing(axes, "This figure was not reached at any point.")
        return figure
    image = axes.imshow(grid, cmap="cividis", aspect="auto", origin="lower")
    for gap in range(1, len(across.values)):
        axes.axvline(gap - 0.5, color="white", lw=1.5)
    for gap in range(1, len(down.values)):
        axes.axhline(gap - 0.5, color="white", lw=1.5)
    share = _unit(rows) == "share"
    middle = (np.nanmin(grid) + np.nanmax(grid)) / 2
    for (y, x), value in np.ndenumerate(grid):
        text = "not reached" if np.isnan(value) else f"{value:.0%}" if share else f"{value:.3g}"
        colour = INK if np.isnan(value) or value > middle else "white"
        axes.text(x, y, text, ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(len(across.values)), [str(value) for value in across.values])
    axes.set_yticks(range(len(down.values)), [str(value) for value in down.values])
    axes.set_xlabel(across.title(), fontsize=9)
    axes.set_ylabel(down.title(), fontsize=9)
    headline(axes, f"{words(down.name)} by {across.title()}")
    if down.base in down.values and across.base in across.values:
        at = across.values.index(across.base) - 0.5, down.values.index(down.base) - 0.5
        axes.add_patch(Rectangle(at, 1, 1, fill=False, ec=RED, lw=2.5, clip_on=False, zorder=3))
    bar = figure.colorbar(image, ax=axes, pad=0.02)
    bar.ax.tick_params(labelsize=8)
    if share:
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def has_map(shown: Shown) -> bool:
    """Is it a grid of two parameters?"""
    return shown.kind == GRID and len(shown.axes) == 2


def _unit(rows: pd.DataFrame) -> str:
    return str(rows["unit"].iloc[0]) if len(rows) else ""


def pictures(table: pd.DataFrame, shown: Shown, figures: Sequence[tuple[str, str]] = ()) -> dict[str, Figure]:
    """The pictures of a sweep by name.

    table     as the sweep writes it
    figures   KPI and group of each that is to be drawn; none for those of `DRAWN` that the table has
    """
    drawn: dict[str, Figure] = {}
    for kpi, group in figures or DRAWN:
        rows = rows_of(table, kpi, group, shown)
        if not len(rows):
            continue
        name = re.sub(r"[^a-z0-9]+", "_", f"{kpi}{'' if group == 'all' else f'_{group}'}".lower())
        drawn[f"curves_{name}"] = response_curves(rows, shown, kpi, group)
        if has_map(shown):
            drawn[f"map_{name}"] = heat_map(rows, shown, kpi, group)
    return drawn


def draw_sweep(table: pd.DataFrame, shown: Shown, folder: Path, figures: Sequence[tuple[str, str]] = ()) -> list[Path]:
    """Draw the pictures of a sweep into a folder, which is made where it is missing; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [save(figure, folder / f"{name}.png") for name, figure in pictures(table, shown, figures).items()]
