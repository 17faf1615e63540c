"""Which figures a scenario is measured by, known before anything is run.

    Figure                        a KPI and a group of it
    known_figures(scenario)       every KPI with the groups that are always there
    wrong_figures(scenario, ...)  those of a list that are none, with what would have been right

An empty hospital log is measured, which names every figure; what docs/measures.md says of them is tested the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from sim.errors import nearest
from sim.log import LogWriter
from sim.measures import measure
from sim.running import board_of, facts_of, log_names, window_of
from sim.scenario import Scenario

OPEN_GROUPS = (
    "board.decided.",
    "board.deferred.",
    "cancelled.",
    "missed.",
    "sittings_off.",
    "offers.",
    "outcome.",
    "lost.",
    "stage.",
)
"""Figures with groups by what happened (a cause, a decision, a grade), which nobody knows before."""


class Figure(NamedTuple):
    """A KPI and one of its groups; docs/measures.md lists them."""

    kpi: str
    group: str = "all"

    def __str__(self) -> str:
        return self.kpi if self.group == "all" else f"{self.kpi} ({self.group})"


def known_figures(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Every KPI of a scenario with its groups, but for groups by what happened."""
    board = board_of(scenario)
    log = LogWriter().finish(log_names(scenario, board))
    nobody = pd.DataFrame(
        {"patient": [], "grade": [], "site": [], "nelm_at_symptom": [], "nelm_minute": []}, dtype="int64"
    ).astype({"grade": "str", "site": "str", "nelm_at_symptom": "bool"})
    kpis = measure(log, nobody, window_of(scenario), facts_of(scenario, board)).kpis
    return {str(kpi): tuple(its["group"].unique()) for kpi, its in kpis.groupby("kpi", sort=False)}


def wrong_figures(scenario: Scenario, asked: Iterable[Figure]) -> list[tuple[Figure, str, str, str]]:
    """Those of some figures that a scenario does not have: the figure, `kpi` or `group`, what was expected, what to do.

    asked   figures as a user named them
    """
    known = known_figures(scenario)
    found = []
    for figure in asked:
        groups = known.get(figure.kpi)
        if groups is None:
            todo = nearest(figure.kpi, known) or "docs/measures.md lists them"
            found.append((figure, "kpi", "the name of a figure of this scenario", todo))
        elif figure.group not in groups and not figure.kpi.startswith(OPEN_GROUPS):
            expected = f"a group of {figure.kpi}: {', '.join(groups)}"
            found.append((figure, "group", expected, nearest(figure.group, groups)))
    return found
