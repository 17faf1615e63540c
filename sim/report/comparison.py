"""The pictures of a comparison: what differs, and the curves of all scenarios over each other.

    pictures(comparison)   all of them, by name

    differences    a dot for each figure a planner looks at first, with its interval
    waits          of all who started a wait, how many had got there, by time
    queues         how many were waiting, over the measured years
    survival       overall survival from the first sight of liver metastases, with numbers at risk

Drawn from the comparison's tables and the bundles of measures alone. The reference is black, in every picture.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.experiments.differences import Verdict
from sim.measures import Measures, pooled_survival, pooled_waits
from sim.measures.intervals import Interval, intervals
from sim.measures.statistics import t_quantile
from sim.report.comparison_words import rounded
from sim.report.planner import chosen, most_drawn
from sim.report.style import BLUE, GREEN, INK, ORANGE, PINK, RED, SKY, Titles, headline, nothing, sheet, tidy
from sim.units import DAY, WEEK, YEAR

if TYPE_CHECKING:
    from sim.experiments.compare import Comparison

COLOURS = (INK, BLUE, ORANGE, GREEN, RED, PINK, SKY)
POINTS = 241
WEEKS_TOGETHER = 4
MOST_QUEUES = 6
LEAST_SHOWN = 10
LEAST_EVENTS = 10
FAR = 4.0
LONG_NAME = 24
KEY_INCHES = 0.28

PANELS = {
    "days": "Waits: days longer or shorter",
    "share": "Shares of patients: percentage points more or less",
    "use": "Use of capacity: percentage points more or less",
    "waiting": "Queues: people waiting, more or fewer",
    "per year": "A year: more or fewer",
    "years": "Survival: years longer or shorter",
}

Look = Mapping[str, str]


def pictures(comparison: Comparison) -> dict[str, Figure]:
    """All pictures of a comparison, by name."""
    from sim.experiments.compare import measured_years

    titles = Titles(comparison.title, comparison.replications, measured_years(comparison))
    bundles = comparison.measures()
    look = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(comparison.names)}
    drawn: dict[str, Callable[[], Figure]] = {
        "differences": lambda: differences(comparison.table, look, titles, bundles),
        "waits": lambda: waits(bundles, look, titles),
        "queues": lambda: queues(bundles, look, titles),
        "survival": lambda: survival(bundles, look, titles),
    }
    return {name: draw() for name, draw in drawn.items()}


def differences(
    table: pd.DataFrame, look: Look, titles: Titles, bundles: Mapping[str, Measures] | None = None
) -> Figure:
    """What a planner looks at first: differences from the reference in their own units, with intervals.

    table     of a comparison
    look      scenario -> colour
    bundles   what was measured, by scenario; figures that rest on few events are then left out, and counted
    """
    rows = chosen(table[table["verdict"] != Verdict.MISSING])
    few = _few(rows, bundles or {}, titles.measured_years)
    would_be = most_drawn(rows)
    left_out = int((~would_be[_few_of(would_be, few)].duplicated(["kpi", "group"])).sum())
    rows = most_drawn(rows[~_few_of(rows, few)])
    rows = rows.assign(panel=np.where(rows["kpi"].str.startswith("use."), "use", rows["unit"]))
    panels = [(panel, title) for panel, title in PANELS.items() if (rows["panel"] == panel).any()]
    heights = [max(int((rows["panel"] == panel).sum()), 2) + 1.6 for panel, _ in panels]
    figure = sheet(
        titles,
        "What is different: " + titles.scenario,
        "Dots: mean difference from the reference; lines: 95 % interval of each by itself. Full dots differ by more "
        "than chance, after correction for all that was looked at; empty ones are not shown to. An arrow: the line "
        "goes on. On the right: the reference's mean and the scenario's."
        + (_ALONE if titles.replications > 1 and rows["lower"].isna().any() else "")
        + _told_of(left_out),
        width=11,
        height=2.2 + 0.235 * sum(heights) if panels else 3.0,
    )
    if not panels:
        why = "rests on enough events to be drawn" if left_out else "could be compared"
        nothing(figure.subplots(), f"None of the figures a planner looks at first {why}.")
        return figure
    others = dict(list(look.items())[1:])
    for axes, (panel, title) in zip(_panels(figure, heights, 1, others), panels, strict=True):
        headline(axes, title)
        _dots(axes, rows[rows["panel"] == panel], look)
    return figure


_ALONE = " A dot without a line: one pair of replications has the figure."


def _told_of(left_out: int) -> str:
    if not left_out:
        return ""
    many = "1 figure rests" if left_out == 1 else f"{left_out} figures rest"
    are = "is" if left_out == 1 else "are"
    return f" {many} on fewer than {LEAST_EVENTS} events in all and {are} left out; the table has all."


def _few_of(rows: pd.DataFrame, few: Collection[tuple[str, str]]) -> np.ndarray:
    return np.array([key in few for key in zip(rows["kpi"], rows["group"], strict=True)], np.bool_)


def _few(rows: pd.DataFrame, bundles: Mapping[str, Measures], years: float) -> set[tuple[str, str]]:
    """Figures that in the reference and each of the others together rest on fewer events than are drawn.

    Of what is counted by the clock, such as the use of a list, there are no events, and it is never among them.
    """
    if not bundles:
        return set()
    summed = [its.kpis.groupby(["kpi", "group"])["value"].sum().to_dict() for its in bundles.values()]
    figures = rows.drop_duplicates(["kpi", "group"])
    found = set()
    for kpi, group, unit in zip(figures["kpi"], figures["group"], figures["unit"], strict=True):
        counter, each = _counter(str(kpi), str(unit), years)
        if counter and any((counter, group) in counts for counts in summed):
            first, *others = (counts.get((counter, group), 0.0) * each for counts in summed)
            if all(first + other < LEAST_EVENTS for other in others):
                found.add((str(kpi), str(group)))
    return found


def _counter(kpi: str, unit: str, years: float) -> tuple[str, float]:
    """The figure that counts what another rests on, and how many events one of it is; '' where nothing is counted.

    >>> _counter("wait.referral_to_diagnosis.median", "days", 5.0)
    ('wait.referral_to_diagnosis.started', 1.0)
    >>> _counter("lost.while_waiting.per_year", "per year", 5.0)
    ('lost.while_waiting.per_year', 5.0)
    """
    stem, _, last = kpi.rpartition(".")
    if unit == "per year":
        return kpi, years
    if kpi.startswith("wait."):
        return f"{stem}.{'stopped' if last.endswith('of_stopped') else 'started'}", 1.0
    return (f"{stem}.patients", 1.0) if kpi.startswith("outcome.") else ("", 1.0)


def _dots(axes: Axes, rows: pd.DataFrame, look: Look) -> None:
    """One line for each figure and scenario, from the top down."""
    at = np.arange(len(rows))
    scale = np.where(rows["unit"] == "share", 100.0, 1.0)
    middle, low, high = (rows[name].to_numpy(float) * scale for name in ("difference", "lower", "upper"))
    low, high = np.where(np.isnan(low), middle, low), np.where(np.isnan(high), middle, high)
    reach = _reach(middle, low, high)
    axes.axvline(0, color=INK, lw=0.9)
    for y, row in zip(at, rows.to_dict("records"), strict=True):
        colour = look[str(row["scenario"])]
        sure = row["verdict"] == Verdict.DIFFERENT
        ends = np.clip([low[y], high[y]], -reach, reach)
        look_of_line: dict[str, Any] = {"color": colour, "alpha": 1 if sure else 0.55}
        axes.plot(ends, [y, y], lw=1.6, solid_capstyle="butt", **look_of_line)
        for end, beyond, mark in ((ends[0], low[y] < -reach, "<"), (ends[1], high[y] > reach, ">")):
            if beyond:
                axes.plot(end, y, marker=mark, ms=5, ls="none", **look_of_line)
        axes.plot(middle[y], y, "o", ms=6, mec=colour, mfc=colour if sure else "white", mew=1.3)
        _, places = rounded(row)
        before, after = (row[name] * scale[y] for name in ("mean_reference", "mean"))
        text = f"{before:.{places}f} \N{RIGHTWARDS ARROW} {after:.{places}f}"
        axes.annotate(
            text,
            (1.01, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            color=INK,
            annotation_clip=False,
        )
    labels = [label if new else "" for label, new in zip(rows["label"], ~rows["label"].duplicated(), strict=True)]
    axes.set_yticks(at, labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    left, right = max(float(low.min()), -reach), min(float(high.max()), reach)
    axes.set_xlim(min(-0.08 * reach, left * 1.08), max(0.08 * reach, right * 1.08))
    axes.xaxis.set_major_locator(MaxNLocator(7))
    tidy(axes, "x")
    axes.tick_params(axis="y", labelsize=8.5, length=0)
    axes.tick_params(axis="x", labelsize=8)


def _reach(middle: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """How far the axis goes: every dot is on it, and intervals that are far wider than most are cut off."""
    ends = np.maximum(np.abs(low), np.abs(high))
    usual = FAR * float(np.median(ends)) if len(ends) > 2 else float(ends.max(initial=0))
    return min(float(ends.max(initial=0)), max(usual, 1.15 * float(np.abs(middle).max(initial=0)))) or 1.0


def _key(look: Look) -> list[Line2D]:
    return [Line2D([], [], color=colour, lw=_width(name, look), label=name) for name, colour in look.items()]


def _panels(figure: Figure, heights: Sequence[float], columns: int, look: Look) -> list[Axes]:
    """Panels row by row, below a line that says which colour is which scenario, where there are several."""
    if len(look) < 2:
        return list(np.atleast_1d(figure.subplots(len(heights), columns, height_ratios=heights)).ravel())
    per_line = 4 if max(map(len, look)) < LONG_NAME else 2
    lines = -(-len(look) // per_line)
    above = KEY_INCHES * lines / figure.get_figheight() * sum(heights)
    grid = figure.add_gridspec(len(heights) + 1, columns, height_ratios=[above, *heights])
    key = figure.add_subplot(grid[0, :])
    key.set_axis_off()
    key.legend(handles=_key(look), loc="center left", frameon=False, fontsize=9, ncols=per_line, borderaxespad=0)
    return [figure.add_subplot(grid[row + 1, column]) for row in range(len(heights)) for column in range(columns)]


def _width(name: str, look: Look) -> float:
    """The reference is drawn broad, so that it is seen where another curve lies on it."""
    return 3.0 if look[name] == INK else 1.3


def waits(bundles: Mapping[str, Measures], look: Look, titles: Titles) -> Figure:
    """Of all who started a wait, how many had got there by each day, scenario over scenario."""
    figure = sheet(
        titles,
        "How long it takes: of all who started, who had got there by each day",
        "Cumulative incidence with death and other ends competing; who still waits at the end of follow-up is counted "
        "until then. Bands: 95 % interval (jackknife over replications). Dotted: target.",
        width=13.0,
        height=7.4,
    )
    panels = _panels(figure, (1, 1), 4, look)
    for axes, interval in zip(panels, intervals(), strict=False):
        _wait_panel(axes, interval, bundles, look)
    queue = _queue_most_apart(bundles)
    if queue:
        _wait_panel(
            panels[-1],
            Interval("queue", f"{titles.label(queue)}: own patients in its queue"),
            bundles,
            look,
            queue,
        )
    else:
        panels[-1].set_axis_off()
    return figure


def _queue_most_apart(bundles: Mapping[str, Measures]) -> str:
    """The resource for which own patients' mean waits differ most between scenarios; '' where nobody queued."""
    waits = {name: its.waits[its.waits["interval"] == "queue"] for name, its in bundles.items()}
    means = pd.DataFrame({name: rows.groupby("group")["days"].mean() for name, rows in waits.items()})
    apart = (means.max(axis=1) - means.min(axis=1)).round(6)
    return str(apart.idxmax()) if len(apart) else ""


def _wait_panel(axes: Axes, interval: Interval, bundles: Mapping[str, Measures], look: Look, group: str = "") -> None:
    headline(axes, interval.means[:1].upper() + interval.means[1:], 34)
    tables = {name: its.waits[its.waits["interval"] == interval.name] for name, its in bundles.items()}
    if group:
        tables = {name: rows[rows["group"] == group] for name, rows in tables.items()}
    if all(rows.empty for rows in tables.values()):
        nothing(axes, "Nobody started this wait in the measured period.")
        return
    days = np.linspace(0, max(_last_day(rows, interval.target) for rows in tables.values()), POINTS)
    for name, rows in tables.items():
        if rows.empty:
            continue
        curves = pooled_waits(rows, days, bundles[name].replications())
        its = curves[curves["outcome"] == "reached"]
        axes.fill_between(days, its["lower"], its["upper"], step="post", color=look[name], alpha=0.18, lw=0)
        axes.step(days, its["share"], where="post", color=look[name], lw=_width(name, look))
    if interval.target is not None:
        axes.axvline(interval.target, color=INK, lw=1, ls=":")
    axes.set_xlim(0, days[-1])
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("Days since the start", fontsize=9)
    axes.set_ylabel("Share of those who started", fontsize=9)
    tidy(axes)


def _last_day(rows: pd.DataFrame, target: float | None) -> float:
    """A span that shows nearly all who got there, and the target."""
    served = rows.loc[rows["outcome"] == "reached", "days"]
    span = float(served.quantile(0.97)) if len(served) else float(rows["days"].median()) if len(rows) else 0.0
    return max(span * 1.15, (target or 0) * 1.3, 7.0)


def queues(bundles: Mapping[str, Measures], look: Look, titles: Titles) -> Figure:
    """How many were waiting over the measured period, for the resources where scenarios differ most."""
    figure = sheet(
        titles,
        "How long the queues are: people waiting over the measured years",
        f"Own patients and competing cases together, means of {WEEKS_TOGETHER} weeks; bands: 95 % interval of the mean "
        "over replications. Shown are the resources whose queues differ most.",
        height=7.0,
    )
    weekly = {name: its.queues[its.queues["measured"]] for name, its in bundles.items()}
    shown = _most_apart(weekly, {name: len(its.replications()) for name, its in bundles.items()})
    if not shown:
        nothing(figure.subplots(), "Nobody waited in any queue for a whole week of the measured period.")
        return figure
    columns = min(3, len(shown))
    panels = _panels(figure, [1] * -(-len(shown) // columns), columns, look)
    for axes, resource in zip(panels, shown, strict=False):
        headline(axes, titles.label(resource), 44)
        for name, rows in weekly.items():
            _queue_curve(axes, rows[rows["resource"] == resource], look[name], _width(name, look))
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.set_xlabel("Year of the measured period", fontsize=9)
        axes.set_ylabel("People waiting", fontsize=9)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        tidy(axes)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    return figure


def _most_apart(weekly: Mapping[str, pd.DataFrame], runs: Mapping[str, int]) -> list[str]:
    """The resources whose mean queues differ most between scenarios, the longest first where they are alike."""
    means = {}
    for name, rows in weekly.items():
        weeks = max(rows["week"].nunique(), 1)
        means[name] = rows.groupby("resource")["mean"].sum() / (weeks * max(runs[name], 1))
    table = pd.DataFrame(means).fillna(0.0)
    table = table[(table > 0).any(axis=1)]
    apart = (table.max(axis=1) - table.min(axis=1)).round(6)
    order = pd.DataFrame({"apart": apart, "longest": table.max(axis=1)}).sort_values(
        ["apart", "longest"], ascending=False, kind="stable"
    )
    return [str(name) for name in order.index[:MOST_QUEUES]]


def _queue_curve(axes: Axes, rows: pd.DataFrame, colour: str, width: float) -> None:
    if rows.empty:
        return
    rows = rows.assign(block=(rows["week"] - rows["week"].min()) // WEEKS_TOGETHER)
    by_run = rows.pivot_table(index="block", columns="replication", values="mean", aggfunc="sum")
    values = by_run.div(rows.groupby("block")["week"].nunique(), axis=0).to_numpy()
    years = (by_run.index.to_numpy() + 0.5) * WEEKS_TOGETHER * WEEK / YEAR
    mean, runs = values.mean(axis=1), values.shape[1]
    if runs > 1:
        half = t_quantile(runs - 1) * values.std(axis=1, ddof=1) / np.sqrt(runs)
        axes.fill_between(years, np.maximum(mean - half, 0), mean + half, color=colour, alpha=0.18, lw=0)
    axes.plot(years, mean, color=colour, lw=width)


def survival(bundles: Mapping[str, Measures], look: Look, titles: Titles) -> Figure:
    """Overall survival from the first sight of liver metastases, scenario over scenario, with numbers at risk."""
    figure = sheet(
        titles,
        "Overall survival from the first sight of liver metastases",
        "Kaplan-Meier over all replications together; bands: 95 % interval (jackknife over replications). At risk: "
        f"mean number per replication. A curve is drawn while at least {LEAST_SHOWN} patients of all replications "
        "together are at risk.",
        height=6.6,
    )
    people = {name: its.survival for name, its in bundles.items() if len(its.survival)}
    if not people:
        nothing(figure.subplots(), "No liver metastases were seen in the measured period.")
        return figure
    last = float(np.ceil(max(its["days"].max() for its in people.values()) * DAY / YEAR))
    years = np.arange(int(last) * 24 + 1) / 24
    top, bottom = figure.subplots(2, 1, height_ratios=[5, 0.35 * len(people) + 0.4])
    curves = {}
    for name, its in people.items():
        runs = bundles[name].replications()
        curve = pooled_survival(its.assign(grade="all"), years, runs)
        curves[name] = curve.assign(at_risk=curve["at_risk"] / len(runs))
        shown = curve[curve["at_risk"] >= min(LEAST_SHOWN, int(curve["at_risk"].max()))]
        top.fill_between(
            shown["years"], shown["lower"], shown["upper"], step="post", color=look[name], alpha=0.18, lw=0
        )
        top.step(shown["years"], shown["share"], where="post", color=look[name], lw=_width(name, look), label=name)
    marks = np.arange(0, int(last) + 1, 1 if last <= 12 else 2, dtype=float)
    top.set_ylim(0, 1.01)
    top.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    top.set_ylabel("Share alive", fontsize=9)
    top.set_xlabel("Years since liver metastases were first seen", fontsize=9)
    top.legend(loc="lower left", fontsize=9, frameon=False)
    tidy(top, "both")
    _at_risk(bottom, curves, look, marks)
    for axes in (top, bottom):
        axes.set_xlim(0, last)
        axes.set_xticks(marks)
    return figure


def _at_risk(axes: Axes, curves: Mapping[str, pd.DataFrame], look: Look, marks: np.ndarray) -> None:
    headline(axes, "At risk (mean per replication)")
    for row, (name, its) in enumerate(curves.items()):
        counts = its["at_risk"].to_numpy()[np.searchsorted(its["years"].to_numpy(), marks)]
        for mark, count in zip(marks, counts, strict=True):
            text = f"{count:.0f}" if count >= 10 or count == 0 else f"{count:.1f}"
            axes.text(mark, -row, text, ha="center", va="center", fontsize=8.5, color=look[name])
    axes.set_yticks([-row for row in range(len(curves))], list(curves))
    axes.set_ylim(-len(curves) + 0.4, 0.6)
    axes.tick_params(length=0, labelsize=9)
    axes.yaxis.set_tick_params(pad=16)
    axes.xaxis.set_tick_params(labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
