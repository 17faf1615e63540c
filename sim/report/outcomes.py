"""Pictures of what comes of it: treatments, survival, what is lost while waiting, and the board."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.measures import Measures, pooled_survival, summarise
from sim.measures.statistics import mean_interval
from sim.report.bars import figures_of, lying
from sim.report.style import (
    BLUE,
    FEW,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PINK,
    RED,
    SKY,
    Titles,
    headline,
    nothing,
    sheet,
    tidy,
)
from sim.report.words import words

GRADES = {"G1": (BLUE, "-"), "G2": (ORANGE, "-"), "NET_G3": (GREEN, "--"), "NEC": (RED, "-.")}
LEAST_SHOWN = 10


def treatments(measures: Measures, titles: Titles) -> Figure:
    """Courses of each treatment begun per year. Kinds of treatment are left out: their bars would stand among their
    own parts. They are known by having no first courses."""
    rows = figures_of(measures, "treated.", ".per_year")
    first = figures_of(measures, "treated.", ".first_per_year").set_index("name")["mean"]
    rows = rows[(rows["mean"] > 0) & rows["name"].isin(first.index)]
    whole = rows.set_index("name").sort_values("mean", ascending=False)
    figure = sheet(
        titles,
        "Treatments begun per year",
        "Mean over replications of the courses begun in the measured years; whiskers: 95 % interval.",
        height=2.4 + 0.36 * max(len(whole), 4),
    )
    axes = figure.subplots()
    if whole.empty:
        nothing(axes, "No treatment was begun in the measured period.")
        return figure
    new = first.reindex(whole.index)
    parts = {
        "a patient's first course of it": (new.tolist(), BLUE),
        "later courses": ((whole["mean"] - new).tolist(), SKY),
    }
    lying(axes, [titles.label(str(name)) for name in whole.index], parts, whole)
    axes.set_xlabel("Courses per year", fontsize=9)
    axes.legend(loc="lower right", fontsize=9, frameon=False)
    tidy(axes, "x")
    return figure


def survival(measures: Measures, titles: Titles) -> Figure:
    """Overall survival from the first sight of liver metastases, all and by grade, with numbers at risk."""
    figure = sheet(
        titles,
        "Overall survival from the first sight of liver metastases",
        "Kaplan-Meier over all replications together. "
        + titles.bands("Bands: 95 % interval (jackknife over replications). ")
        + "At risk: mean number per replication. A curve is drawn while at least "
        f"{LEAST_SHOWN} patients of all replications together are at risk.",
        height=7.0,
    )
    people, runs = measures.survival, measures.replications()
    if people.empty:
        nothing(figure.subplots(), "No liver metastases were seen in the measured period.")
        return figure
    last = float(np.ceil(people["days"].max() / 365.25))
    years = np.arange(int(last) * 24 + 1) / 24
    curves = pooled_survival(people, years, runs)
    present = set(map(str, people["grade"]))
    groups = ["all", *(grade for grade in GRADES if grade in present), *sorted(present - set(GRADES))]
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[5, 0.35 * len(groups) + 0.4])
    for group in groups:
        _survival_curve(top, curves[curves["group"] == group], group, len(runs) >= FEW)
    if 1 < len(runs) < FEW:
        for number in runs:
            alone = pooled_survival(people[people["replication"] == number].assign(grade="all"), years, [number])
            its = alone[(alone["group"] == "all") & (alone["at_risk"] > 0)]
            top.step(its["years"], its["share"], where="post", color=INK, lw=0.5, alpha=0.6)
    top.set_ylim(0, 1.01)
    top.set_xlim(0, last)
    top.set_xticks(_marks(last))
    top.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    top.set_ylabel("Share alive", fontsize=9)
    top.legend(loc="lower left", fontsize=9, frameon=False)
    top.xaxis.set_tick_params(labelbottom=True)
    top.set_xlabel("Years since liver metastases were first seen", fontsize=9)
    tidy(top, "both")
    _at_risk(bottom, curves, groups, years, len(runs))
    return figure


def _look(group: str) -> tuple[str, str]:
    return (INK, "-") if group == "all" else GRADES.get(group, (GREY, ":"))


def _survival_curve(axes: Axes, curve: pd.DataFrame, group: str, bands: bool) -> None:
    enough = curve[curve["at_risk"] >= min(LEAST_SHOWN, int(curve["at_risk"].max()))]
    colour, line = _look(group)
    label = "all" if group == "all" else words(group)
    axes.step(enough["years"], enough["share"], where="post", color=colour, ls=line, lw=1.7, label=label)
    if bands:
        axes.fill_between(
            enough["years"], enough["lower"], enough["upper"], step="post", color=colour, alpha=0.15, lw=0
        )


def _marks(last: float) -> np.ndarray:
    return np.arange(0, int(last) + 1, 1 if last <= 12 else 2, dtype=float)


def _at_risk(axes: Axes, curves: pd.DataFrame, groups: list[str], years: np.ndarray, runs: int) -> None:
    marks = _marks(years[-1])
    headline(axes, "At risk (mean per replication)")
    for row, group in enumerate(groups):
        its = curves[curves["group"] == group]
        counts = its["at_risk"].to_numpy()[np.searchsorted(its["years"].to_numpy(), marks)] / runs
        for mark, count in zip(marks, counts, strict=True):
            text = f"{count:.0f}" if count >= 10 or count == 0 else f"{count:.1f}"
            axes.text(mark, -row, text, ha="center", va="center", fontsize=8.5, color=_look(group)[0])
    axes.set_yticks([-row for row in range(len(groups))], ["all" if g == "all" else words(g) for g in groups])
    axes.set_ylim(-len(groups) + 0.4, 0.6)
    axes.tick_params(length=0, labelsize=9)
    axes.yaxis.set_tick_params(pad=16)
    axes.xaxis.set_tick_params(labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def waiting_losses(measures: Measures, titles: Titles) -> Figure:
    """Deaths and lost eligibility while waiting, per year."""
    figure = sheet(
        titles,
        "What is lost while waiting: deaths before treatment, and treatments no longer possible",
        "Events of the measured years per year, mean over replications; whiskers: 95 % interval. A death between "
        "decision and treatment also counts between referral and treatment if none had been given before.",
        width=11,
        height=4.6,
    )
    left, right = figure.subplots(1, 2)
    headline(left, "Deaths while waiting for treatment")
    died = figures_of(measures, "died.", ".per_year").set_index("name")
    names = {
        "between_referral_and_treatment": "between referral\nand first treatment",
        "between_decision_and_treatment": "between decision\nand treatment",
    }
    if died.empty:
        nothing(left, "Deaths while waiting were not measured.")
    else:
        whole = died.loc[list(names)]
        lying(left, list(names.values()), {"deaths": (whole["mean"].tolist(), RED)}, whole)
        left.set_xlabel("Deaths per year", fontsize=9)
        tidy(left, "x")
    headline(right, "No longer eligible for what was planned")
    rows = summarise(measures.kpis[measures.kpis["kpi"] == "lost.while_waiting.per_year"])
    treatments = figures_of(measures, "treated.", ".per_year")["name"]  # the other groups are grades
    lost = rows[rows["group"].isin(treatments) & (rows["mean"] > 0)].sort_values("mean", ascending=False)
    if lost.empty:
        nothing(right, "Nobody lost eligibility while waiting.")
        return figure
    labels = [titles.label(str(name)) for name in lost["group"]]
    lying(right, labels, {"lost": (lost["mean"].tolist(), PINK)}, lost)
    right.set_xlabel("Patients per year", fontsize=9)
    tidy(right, "x")
    return figure


def board(measures: Measures, titles: Titles) -> Figure:
    """Cases at the meetings of the tumour board, and cases put off by what was missing."""
    figure = sheet(
        titles,
        "The tumour board: cases at each meeting, and cases put off to the next",
        "Left: share of meetings by number of cases (the largest 1 in 1,000 left out); right: cases put off per "
        "year. Means over replications; whiskers: 95 % interval.",
        width=11,
        height=4.8,
    )
    left, right = figure.subplots(1, 2)
    _meetings_panel(left, measures)
    _deferral_panel(right, measures, titles)
    return figure


def _meetings_panel(axes: Axes, measures: Measures) -> None:
    table, runs = measures.board, measures.replications()
    if table.empty:
        headline(axes, "Cases at each meeting")
        nothing(axes, "The board did not meet in the measured period.")
        return
    counts = table.pivot_table(index="cases", columns="replication", values="meetings", aggfunc="sum")
    by_size = table.groupby("cases")["meetings"].sum().cumsum()
    most = int(np.searchsorted(by_size.to_numpy(), 0.999 * table["meetings"].sum()))
    levels = np.arange(by_size.index.to_numpy()[most] + 1)
    counts = counts.reindex(index=levels, columns=runs).fillna(0)
    held = table.groupby("replication")["meetings"].sum().reindex(runs)
    shares = (counts / held).to_numpy()
    spread = np.array([mean_interval(row) for row in shares])
    mean = spread[:, 0]
    whisker = np.nan_to_num(np.array([mean - np.maximum(spread[:, 2], 0), spread[:, 3] - mean]))
    axes.bar(levels, mean, color=SKY, edgecolor=BLUE, lw=0.5, width=0.85)
    axes.errorbar(levels, mean, yerr=whisker, fmt="none", ecolor=INK, capsize=2, lw=0.8)
    headline(axes, f"Cases at each meeting: mean {_mean_cases(measures):.1f}")
    axes.set_xlabel("Cases at a meeting", fontsize=9)
    axes.set_ylabel("Share of meetings", fontsize=9)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    tidy(axes)


def _mean_cases(measures: Measures) -> float:
    rows = measures.kpis[measures.kpis["kpi"] == "board.cases_per_meeting.mean"]
    return float(summarise(rows[rows["group"] == "all"])["mean"].iloc[0])


def _deferral_panel(axes: Axes, measures: Measures, titles: Titles) -> None:
    rows = summarise(measures.kpis[measures.kpis["kpi"] == "board.deferred.per_year"])
    reasons = rows[(rows["group"] != "all") & (rows["mean"] > 0)].sort_values("mean", ascending=False)
    share = summarise(measures.kpis[measures.kpis["kpi"] == "board.deferred.share"])["mean"]
    known = len(share) and not np.isnan(share.iloc[0])
    headline(axes, f"Put off: {share.iloc[0]:.0%} of cases" if known else "Put off")
    if reasons.empty:
        nothing(axes, "No case was put off to another meeting.")
        return
    labels = [titles.label(str(name)) for name in reasons["group"]]
    lying(axes, labels, {"put off": (reasons["mean"].tolist(), ORANGE)}, reasons)
    axes.set_xlabel("Cases per year", fontsize=9)
    tidy(axes, "x")
