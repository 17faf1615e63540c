"""The figures a planner looks at first, and what every figure is called in words.

    planner_figures()            the list, as data (planner_kpis.yaml)
    chosen(table)                the rows of a table of figures that are on the list, in its order, with label and merit
    label(kpi, group)            a figure in words, whether it is on the list or not
    looked_at_first(kpi, ...)    is it one of the few that head the answer of a comparison?

Knows names of figures; no values.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
import yaml

from sim.report.kpi_words import figure_in_words
from sim.report.words import EITHER_EMBOLISATION, words

LOWER, HIGHER, NEITHER = "lower", "higher", "neither"
MOST = 4
WHOSE = frozenset({"all", "nelm", "first", "subsequent", "liver_directed", "own", "competing"})
"""Groups that are no names of treatments; a line's group `*` does not stand for them."""


@dataclass(frozen=True)
class PlannerFigure:
    """One line of the list; `sim/report/planner_kpis.yaml` says what each part is."""

    kpi: str
    group: str
    label: str
    better: str
    most: int
    first: bool = False

    def fits(self, kpi: str, group: str) -> bool:
        """Is it about this figure?"""
        named = self.group == "*" and group not in WHOSE
        return (group == self.group or named) and fnmatchcase(kpi, self.kpi)

    @property
    def of_many(self) -> bool:
        """Does it stand for the same figure of many names?"""
        return "*" in self.kpi or self.group == "*"

    def named(self, kpi: str, group: str = "all") -> str:
        """Its label, with the resource or treatment in words.

        >>> planner = PlannerFigure("queue.*.mean", "all", "Waiting for {name}", "lower", 4)
        >>> planner.named("queue.ir_list.mean")
        'Waiting for IR list'
        >>> planner = PlannerFigure("wait.decision_to_treatment.median", "*", "Decision to {name}", "lower", 4)
        >>> planner.named("wait.decision_to_treatment.median", "minor_resection")
        'Decision to minor resection'
        """
        start, star, end = self.kpi.partition("*")
        of_plan = kpi.startswith("wait.") and group == "tae"
        plan = EITHER_EMBOLISATION if of_plan else words(group)
        name = words(kpi[len(start) : len(kpi) - len(end)]) if star else plan if self.group == "*" else ""
        capital = name[1:2].isupper() or "{name}" not in self.label or self.label.startswith("{name}")
        return self.label.format(name=name if capital else name[:1].lower() + name[1:])


@cache
def planner_figures() -> tuple[PlannerFigure, ...]:
    """The list, in the order in which it is told.

    >>> planner_figures()[0].label
    'Referral to diagnosis, median'
    """
    text = resources.files("sim.report").joinpath("planner_kpis.yaml").read_text(encoding="utf-8")
    return tuple(
        PlannerFigure(
            line["kpi"],
            line.get("group", "all"),
            line["label"],
            line["better"],
            line.get("most", MOST),
            line.get("first", False),
        )
        for line in yaml.safe_load(text)["kpis"]
    )


def of(kpi: str, group: str) -> PlannerFigure | None:
    """The line of the list that a figure belongs to, if there is one."""
    return next((line for line in planner_figures() if line.fits(kpi, group)), None)


def label(kpi: str, group: str) -> str:
    """A figure in words.

    >>> label("queue.ir_list.mean", "all"), label("wait.pet.p90", "own")
    ('Waiting for IR list', 'Queue for PET, nine in ten by, own patients')
    """
    line = of(kpi, group)
    if line is not None:
        return line.named(kpi, group)
    return figure_in_words(kpi, group)


def looked_at_first(kpi: str, group: str, lists: Collection[str]) -> bool:
    """Is it one of the few figures that head the answer of a comparison?

    lists   names of the lists: of places the use is not among them

    >>> looked_at_first("use.theatre.share", "all", ["theatre"]), looked_at_first("use.ward.share", "all", ["theatre"])
    (True, False)
    """
    line = of(kpi, group)
    if line is None or not line.first:
        return False
    return not kpi.startswith("use.") or kpi.split(".")[1] in lists


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table of figures that are on the planner's list, in its order.

    table     with `kpi, group` and other columns
    returns   these rows with `label`, `better`, `by_name` (not one of many of a line with `*`), and `place`, their
              place in the list
    """
    lines = {(kpi, group): of(kpi, group) for kpi, group in zip(table["kpi"], table["group"], strict=True)}
    found = [lines[key] for key in zip(table["kpi"], table["group"], strict=True)]
    rows = table[np.array([line is not None for line in found], np.bool_)]
    on_list = [line for line in found if line is not None]
    rows = rows.assign(
        label=[
            line.named(*key) for line, key in zip(on_list, zip(rows["kpi"], rows["group"], strict=True), strict=True)
        ],
        better=[line.better for line in on_list],
        by_name=[not line.of_many for line in on_list],
        place=[planner_figures().index(line) for line in on_list],
    )
    return rows.sort_values("place", kind="stable", ignore_index=True)


def most_drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Of the figures on the list, those that are drawn: of a line with `*` only the ones that moved most.

    rows   as `chosen` gives them, with `difference`, of one or several scenarios; those of one figure come together
    """
    figure = rows["kpi"] + "[" + rows["group"] + "]"
    size = rows["difference"].abs().groupby(figure).transform("max")
    ranked = rows.assign(size=size.fillna(0.0), figure=figure).sort_values(
        ["place", "size", "figure"], ascending=[True, False, True], kind="stable"
    )
    kept = []
    for place, its in ranked.groupby("place", sort=True):
        line = planner_figures()[int(str(place))]
        if line.of_many:
            names = its.loc[its["size"] > 0, "figure"].drop_duplicates()[: line.most]
            its = its[its["figure"].isin(names)]
        kept.append(its)
    return pd.concat(kept, ignore_index=True).drop(columns=["size", "figure"]) if kept else rows
