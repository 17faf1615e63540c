"""Pictures of capacity: use of lists and places, beds over time, and what was cancelled."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.measures import Measures
from sim.measures.statistics import mean_interval
from sim.report.bars import figures_of, lying
from sim.report.style import BLUE, GREY, INK, ORANGE, RED, SEQUENCE, SKY, Titles, headline, nothing, sheet, tidy

PARTS = {
    "this pathway's patients": ("own", ORANGE),
    "other patients": ("competing", SKY),
    "spent on nobody (did not come, or died that day)": ("spent_on_nobody", GREY),
}
CAUSES = {"no_second": "no bed or other place free", "sitting_off": "list did not take place"}
MOST_PLACES = 6
MOST_BARS = 32


def utilisation(measures: Measures, titles: Titles) -> Figure:
    """How much of the opened minutes of lists, and of the places over time, was used, and by whom."""
    use = figures_of(measures, "use.", ".share").dropna(subset=["mean"])
    lists = set(figures_of(measures, "sittings.", ".minutes_per_year")["name"])
    rows = use.groupby("name")["group"].first()
    tall = 2.6 + 0.34 * max(len(rows), 4)
    figure = sheet(
        titles,
        "How much of the capacity is used, and by whom",
        "Lists: minutes used of minutes opened, by sittings that took place. Places: time in use of time there were, "
        "around the clock. Whiskers: 95 % interval of the mean over replications.",
        height=tall,
    )
    kinds = {
        "Lists: share of opened minutes": [name for name in sorted(rows.index) if name in lists],
        "Places: share of place-time": [name for name in sorted(rows.index) if name not in lists],
    }
    sizes = [max(len(names), 1) + 0.8 for names in kinds.values()]
    panels = figure.subplots(2, 1, sharex=True, height_ratios=sizes)
    for axes, (title, names) in zip(panels, kinds.items(), strict=True):
        headline(axes, title)
        _use_panel(axes, use, names, titles)
    if panels[-1].axison:
        panels[-1].set_xlabel("Share used", fontsize=8)
    handles, labels = panels[0].get_legend_handles_labels()
    if handles:
        place = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.1}
        panels[0].legend(handles[:3], labels[:3], ncols=3, frameon=False, fontsize=8, columnspacing=1.2, **place)
    return figure


def _use_panel(axes: Axes, use: pd.DataFrame, names: list[str], titles: Titles) -> None:
    if not names:
        nothing(axes, "None of this kind was there in the measured period.")
        return
    whole = use[use["group"] == "all"].set_index("name").loc[names].sort_values("mean", ascending=False)
    parts = {
        what: (use[use["group"] == group].set_index("name")["mean"].reindex(whole.index).tolist(), colour)
        for what, (group, colour) in PARTS.items()
    }
    lying(axes, [titles.label(str(name)) for name in whole.index], parts, whole, of_all=True, most=1)
    axes.set_xlim(0, 1.08)
    axes.axvline(1, color=INK, lw=0.8)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    tidy(axes, "x")


def beds(measures: Measures, titles: Titles) -> Figure:
    """For how much of the measured time how many places of each kind were in use."""
    figure = sheet(
        titles,
        "How many places are in use, and for how much of the time",
        "Bars: mean over replications of the share of time; whiskers: its 95 % interval. Dashed: as many as there are "
        "(time average). Where there are many places, several numbers share a bar.",
        height=6.6,
    )
    table = measures.occupancy
    used = table[table["level"] > 0].groupby("resource")["share"].sum()
    names = [str(name) for name in sorted(used.index)]
    if not names:
        nothing(figure.subplots(), "No place was in use in the measured period.")
        return figure
    shown = sorted(names, key=lambda name: -float(used[name]))[:MOST_PLACES]
    columns = min(3, len(shown))
    panels = np.atleast_1d(figure.subplots(-(-len(shown) // columns), columns)).ravel()
    for axes, name in zip(panels, sorted(shown), strict=False):
        _bed_panel(axes, table[table["resource"] == name], measures.replications(), titles.label(name))
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    return figure


def _bed_panel(axes: Axes, rows: pd.DataFrame, replications: list[int], title: str) -> None:
    mean_in_use = float((rows["level"] * rows["share"]).sum()) / len(replications)
    there = float(rows["capacity"].mean())
    highest = int(rows["level"].max())
    bounded = there <= 2 * highest  # a provision without bounds would press the bars into a corner
    wide = -(-(max(highest, round(there) if bounded else 0) + 1) // MOST_BARS)
    shares = rows.assign(bar=rows["level"] // wide).pivot_table(
        index="bar", columns="replication", values="share", aggfunc="sum"
    )
    bars = np.arange(highest // wide + 1)
    values = shares.reindex(index=bars, columns=replications).fillna(0).to_numpy()
    spread = np.array([mean_interval(row) for row in values])
    mean = spread[:, 0]
    whisker = np.nan_to_num(np.array([mean - np.maximum(spread[:, 2], 0), np.minimum(spread[:, 3], 1) - mean]))
    centres = bars * wide + (wide - 1) / 2
    axes.bar(centres, mean, width=0.85 * wide, color=SKY, edgecolor=BLUE, lw=0.5)
    axes.errorbar(centres, mean, yerr=whisker, fmt="none", ecolor=INK, capsize=2, lw=0.8)
    last = float(centres[-1]) + wide / 2
    if bounded:
        axes.axvline(there, color=RED, lw=1.4, ls="--", zorder=1)
        last = max(last, there)
    axes.set_xlim(-0.8 * wide, last + 0.4 * wide)
    headline(axes, f"{title}: {mean_in_use:.1f} of {there:.4g} in use")
    axes.set_xlabel("Places in use", fontsize=9)
    axes.set_ylabel("Share of the time", fontsize=9)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    tidy(axes)


def cancellations(measures: Measures, titles: Titles) -> Figure:
    """Cases taken off on the day by cause, and people who did not come, per year."""
    figure = sheet(
        titles,
        "What does not go as booked: cancelled on the day, and did not attend",
        "Means per year over replications, all patients of the shared lists; whiskers: 95 % interval of the total.",
        width=11,
        height=5.4,
    )
    left, right = figure.subplots(1, 2)
    _cancelled_panel(left, measures, titles)
    _missed_panel(right, measures, titles)
    return figure


def _cancelled_panel(axes: Axes, measures: Measures, titles: Titles) -> None:
    rows = figures_of(measures, "cancelled.", ".per_year")
    whole = rows[(rows["group"] == "all") & (rows["mean"] > 0)].set_index("name").sort_values("mean", ascending=False)
    headline(axes, "Cancelled on the day, by cause")
    if whole.empty:
        nothing(axes, "No booked case was cancelled on the day.")
        return
    causes = rows[~rows["group"].isin(["all", "own", "competing"])]
    parts = {}
    for colour, (cause, its) in zip(SEQUENCE, causes.groupby("group"), strict=False):
        lengths = its.set_index("name")["mean"].reindex(whole.index).fillna(0).tolist()
        parts[CAUSES.get(str(cause), str(cause).replace("_", " "))] = (lengths, colour)
    lying(axes, [titles.label(str(name)) for name in whole.index], parts, whole)
    axes.set_xlabel("Cases per year", fontsize=9)
    axes.legend(loc="lower right", fontsize=9, frameon=False)
    tidy(axes, "x")


def _missed_panel(axes: Axes, measures: Measures, titles: Titles) -> None:
    rows = figures_of(measures, "missed.", ".per_year")
    whole = rows[(rows["group"] == "all") & (rows["mean"] > 0)].set_index("name").sort_values("mean", ascending=False)
    headline(axes, "Did not attend")
    if whole.empty:
        nothing(axes, "Everybody who was booked came.")
        return
    parts = {
        what: (rows[rows["group"] == group].set_index("name")["mean"].reindex(whole.index).fillna(0).tolist(), colour)
        for what, (group, colour) in list(PARTS.items())[:2]
    }
    lying(axes, [titles.label(str(name)) for name in whole.index], parts, whole)
    axes.set_xlabel("Cases per year", fontsize=9)
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    tidy(axes, "x")
