"""Bars with intervals, drawn lying down so that their names can be read.

    figures_of(measures, ...)    the summary rows of some figures, by name
    lying(axes, ...)             one bar for each name, in parts or whole, with the 95 % interval of the whole

Everything is a mean over the replications; the whisker is its 95 % interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.measures import Measures, summarise
from sim.report.style import INK
from sim.report.words import written


def figures_of(measures: Measures, start: str, end: str) -> pd.DataFrame:
    """The summary of all figures `<start><name><end>`, with the name between in a column `name`."""
    kpis = measures.kpis
    wanted = kpis["kpi"].str.startswith(start) & kpis["kpi"].str.endswith(end)
    summary = summarise(kpis[wanted])
    long_enough = summary["kpi"].str.len() >= len(start) + len(end)
    summary = summary[long_enough]
    return summary.assign(name=[kpi[len(start) : len(kpi) - len(end)] for kpi in summary["kpi"]])


def lying(
    axes: Axes,
    names: Sequence[str],
    parts: Mapping[str, tuple[Sequence[float], str]],
    whole: pd.DataFrame,
    of_all: bool = False,
    most: float = np.inf,
) -> None:
    """One bar for each name, from the top down, made of parts that lie end to end.

    names   (n,) written beside the bars
    parts   what the parts are -> their (n,) lengths and colour
    whole   n rows with `mean, lower, upper`: the whisker, and the mean, written in a column on the right
    of_all  are they shares of all there is? Then that number is written in per cent
    most    the largest value there can be, such as 1 for a share; whiskers end there
    """
    at = np.arange(len(names))
    left = np.zeros(len(names))
    for what, (lengths, colour) in parts.items():
        sizes = np.nan_to_num(np.asarray(lengths, float))
        axes.barh(at, sizes, left=left, height=0.66, color=colour, label=what, edgecolor="white", linewidth=0.6)
        left += sizes
    mean = whole["mean"].to_numpy(float)
    low, high = (whole[end].fillna(whole["mean"]).to_numpy(float) for end in ("lower", "upper"))
    low, high = np.maximum(low, 0), np.minimum(high, most)
    whisker = np.nan_to_num(np.array([mean - low, high - mean]))
    axes.errorbar(np.nan_to_num(mean), at, xerr=np.maximum(whisker, 0), fmt="none", ecolor=INK, capsize=2.5, lw=1)
    for y, value in zip(at, mean, strict=True):
        text = "none" if np.isnan(value) else f"{written(value, 0, 100)}%" if of_all else written(value, 1)
        place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "annotation_clip": False}
        axes.annotate(text, (1.015, y), fontsize=8, **place)  # not at the whisker's end, which is another value
    axes.set_yticks(at, list(names))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, max(float(np.nanmax(np.r_[high, mean, 0])) * 1.12, 1e-9) or 1)
