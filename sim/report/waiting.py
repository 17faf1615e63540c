"""Pictures of waiting: how waits end, and how long the queues are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.clinic.protocols import LIVER_DIRECTED
from sim.measures import Measures, pooled_waits
from sim.measures.intervals import Interval, intervals
from sim.measures.statistics import t_quantile
from sim.report.style import BLUE, FEW, GREY, INK, ORANGE, PALE, RED, SKY, Titles, headline, nothing, sheet, tidy
from sim.units import WEEK, YEAR

MOST_QUEUES = 6
COLUMNS = 3
OF_PLANS = Interval("decision_to_treatment", "decision to the liver treatment decided on")
POINTS = 241
LOW = 0.06
WEEKS_TOGETHER = 4


def waits(measures: Measures, titles: Titles) -> Figure:
    """Of all who started a wait, how many had got there, had died, or had ended it otherwise, by time since."""
    rows_of_panels = -(-(len(intervals()) + 2) // COLUMNS)
    figure = sheet(
        titles,
        "How waits end: of all who started, who got there, died or stopped waiting",
        "Cumulative incidence with death and other ends competing; who still waits at the end of follow-up is counted "
        "until then. White: still waiting. "
        + titles.bands("Dark band: 95 % interval of the share that got there (jackknife over replications). ")
        + "Dotted: target, and who got there by it of all patients, with liver metastases or without.",
        width=3.4 * COLUMNS,
        height=0.6 + 3.4 * rows_of_panels,
    )
    panels = figure.subplots(rows_of_panels, COLUMNS).ravel()
    for axes in panels[len(intervals()) + 1 : -1]:
        axes.set_axis_off()
    for axes, interval in zip(panels, intervals(), strict=False):
        rows = measures.waits[measures.waits["interval"] == interval.name]
        _wait_panel(axes, interval, rows, measures.replications())
    liver = {treatment.name.lower() for treatment in LIVER_DIRECTED}
    rows = measures.waits[(measures.waits["interval"] == OF_PLANS.name) & measures.waits["group"].isin(liver)]
    _wait_panel(panels[len(intervals())], OF_PLANS, rows, measures.replications())
    _wait_key(panels[-1])
    return figure


_QUEUE_BANDS = "Dark band: 95 % interval of the mean over replications; light band: lowest to highest replication. "


def _wait_panel(axes: Axes, interval: Interval, rows: pd.DataFrame, replications: list[int]) -> None:
    title = interval.means[:1].upper() + interval.means[1:]
    headline(axes, title, 36)
    if rows.empty:
        nothing(axes, "Nobody started this wait in the measured period.")
        return
    days = np.linspace(0, _last_day(rows, interval.target), POINTS)
    if interval.target is not None:  # the curve is read at the target itself, not at the point before it
        days = np.union1d(days, interval.target)
    curves = pooled_waits(rows, days, replications)
    share = {str(outcome): its for outcome, its in curves.groupby("outcome")}
    reached, died, ended = (share[name]["share"].to_numpy() for name in ("reached", "died", "ended"))
    axes.fill_between(days, 0, reached, step="post", color=SKY, lw=0)
    axes.fill_between(days, 1 - died, 1, step="post", color=RED, lw=0)
    axes.fill_between(days, 1 - died - ended, 1 - died, step="post", color=PALE, lw=0)
    band = share["reached"]
    if len(replications) >= FEW:
        axes.fill_between(days, band["lower"], band["upper"], step="post", color=BLUE, alpha=0.45, lw=0)
    elif len(replications) > 1:
        for number in replications:
            its = pooled_waits(rows[rows["replication"] == number], days, [number])
            alone = its.loc[its["outcome"] == "reached", "share"]
            axes.step(days, alone, where="post", color=BLUE, lw=0.6, alpha=0.7)
    axes.step(days, reached, where="post", color=BLUE, lw=1.6)
    if interval.target is not None:
        _target(axes, days, reached, interval.target)
    axes.set_xlim(0, days[-1])
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("Days since the start", fontsize=9)
    axes.set_ylabel("Share of all who started", fontsize=9)
    tidy(axes)


def _target(axes: Axes, days: np.ndarray, reached: np.ndarray, target: float) -> None:
    at = int(np.flatnonzero(days == target)[0])
    axes.axvline(target, color=INK, lw=1, ls=":")
    text = f"{target:.0f} days: {reached[at]:.0%} of all" if not np.isnan(reached[at]) else f"{target:.0f} days"
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "alpha": 0.85, "edgecolor": "none"}
    right = target < days[-1] * 0.55
    height = LOW if np.nanmax(reached) > 4 * LOW else 0.5  # a curve that stays low is not written over
    axes.annotate(
        text,
        (target, height),
        (4 if right else -4, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        fontsize=8,
        bbox=box,
    )


def _last_day(rows: pd.DataFrame, target: float | None) -> float:
    """A span that shows nearly all who got there, and the target."""
    served = rows.loc[rows["outcome"] == "reached", "days"]
    span = float(served.quantile(0.97)) if len(served) else float(rows["days"].median())
    return max(span * 1.15, (target or 0) * 1.3, 7.0)


def _wait_key(axes: Axes) -> None:
    axes.set_axis_off()
    keys = [
        Patch(facecolor=SKY, edgecolor=BLUE, label="got there"),
        Patch(facecolor="white", edgecolor=GREY, label="still waiting"),
        Patch(
            facecolor=PALE, label="ended otherwise: plan changed,\nno longer eligible, no treatment\nplanned, or left"
        ),
        Patch(facecolor=RED, label="died waiting"),
    ]
    axes.legend(handles=keys, loc="center left", frameon=False, fontsize=10, labelspacing=1.1)


def queues(measures: Measures, titles: Titles) -> Figure:
    """How many were waiting for the busiest resources, over the measured period."""
    figure = sheet(
        titles,
        "How long the queues are: people waiting over the measured years",
        f"Means of {WEEKS_TOGETHER} weeks. {titles.bands(_QUEUE_BANDS)}The resources with the "
        "longest queues are shown.",
        height=7.0,
    )
    weekly = measures.queues[measures.queues["measured"]]
    total = weekly.groupby("resource")["mean"].sum().sort_values(ascending=False)
    busiest = [str(name) for name in total.index[:MOST_QUEUES] if total[name] > 0]
    if not busiest:
        nothing(figure.subplots(), "Nobody waited in any queue for a whole week of the measured period.")
        return figure
    panels = figure.subplots(2, 3, sharex=True).ravel()
    for axes, name in zip(panels, busiest, strict=False):
        _queue_panel(axes, weekly[weekly["resource"] == name], titles.label(name))
    for axes in panels[len(busiest) :]:
        axes.set_axis_off()
    for axes in panels[max(len(busiest) - 3, 0) : len(busiest)]:
        axes.set_xlabel("Year of the measured period", fontsize=9)
        axes.xaxis.set_tick_params(labelbottom=True)
    for axes in panels[::3]:
        axes.set_ylabel("People waiting", fontsize=9)
    panels[0].legend(loc="upper left", ncols=2, fontsize=8, frameon=False)
    return figure


def _queue_panel(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    rows = rows.assign(block=(rows["week"] - rows["week"].min()) // WEEKS_TOGETHER)
    runs = rows["replication"].nunique()
    weeks = rows.groupby("block")["week"].nunique()
    by_run = rows.pivot_table(index="block", columns="replication", values="mean", aggfunc="sum")
    values = by_run.div(weeks, axis=0).to_numpy()
    own = rows[rows["who"] == "own"].groupby("block")["mean"].mean().to_numpy()
    years = (by_run.index.to_numpy() + 0.5) * WEEKS_TOGETHER * WEEK / YEAR
    mean = values.mean(axis=1)
    if runs < FEW:
        axes.plot(years, values, color=SKY, lw=0.7)
    else:
        axes.fill_between(years, values.min(axis=1), values.max(axis=1), color=SKY, alpha=0.35, lw=0)
        half = t_quantile(runs - 1) * values.std(axis=1, ddof=1) / np.sqrt(runs)
        axes.fill_between(years, np.maximum(mean - half, 0), mean + half, color=BLUE, alpha=0.35, lw=0)
    axes.plot(years, mean, color=BLUE, lw=1.4, label="all waiting")
    axes.plot(years, own, color=ORANGE, lw=1.4, label="this pathway's")
    headline(axes, f"{title}: mean {mean.mean():.1f}, of these own {own.mean():.1f}", 44)
    axes.set_ylim(0, float(values.max()) * 1.22 or 1)
    axes.set_xlim(0, years[-1] + years[0])
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    tidy(axes)
