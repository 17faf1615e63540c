"""Single years at one centre: the figures of each measured year by itself, and how far they spread.

    single_years(of, ...)          the bundle's table `years`: waits, activity and losses, year by year
    spread(years)                  of each figure, between what nine in ten single years lie

The interval of a mean says how well the mean of many runs is known, and shrinks with every replication. A planner lives
through one year at one centre; the years of all replications together show what she may meet. A year is 365.25 days,
counted from the start of the measured period; what is left over after the last whole one is in no year.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.measures import hitches, outcomes, queues, waits
from sim.measures.bundle import Rows, figures, rows_of_figures
from sim.measures.capacity import COMPETING, OWN, HospitalLog
from sim.measures.facts import Facts, Window
from sim.measures.gathered import Gathered
from sim.measures.queues import Line
from sim.units import YEAR

UNITS = ("days", "share", "per year", "waiting")
"""What can be said of a single year. Counts of a whole measured period can not."""
A_YEAR = int(YEAR)
LOWEST, HIGHEST = 0.05, 0.95


def single_years(
    of: Gathered, hospital: HospitalLog, lines: dict[tuple[str, str], Line], facts: Facts, window: Window
) -> pd.DataFrame:
    """The figures of each whole measured year.

    lines     as `queues.lines` gives them, of the whole run
    returns   `replication, year, kpi, group, unit, value`. A time that too few of those who started in a year ever
              got to is infinite: longer than any. What cannot be said of a year, since nobody was there, has no row.
    """
    bare = hospital.log
    found = []
    for year in range(window.minutes // A_YEAR):
        starts = window.starts + year * A_YEAR
        its = Window(starts, starts + A_YEAR, window.horizon)
        rows = Rows()
        waits.interval_figures(rows, of.waits, facts, its)
        queues.queue_figures(rows, lines, its)
        _cancelled(rows, hitches.hitches(of.notes, hospital, its), facts)
        outcomes.outcome_figures(rows, of.courses, of.lives, of.notes, of.waits, facts, its, bare)
        found += [(year, *told) for told in _told(rows)]
    return figures("years", ("year", "kpi", "group", "unit", "value"), found, bare.replication)


def _cancelled(rows: Rows, counts: hitches.Counts, facts: Facts) -> None:
    """Cases taken off each list on the day, of one year."""
    for name in facts.of_kind("list"):
        found = {who: hitches.summed(counts, name, "cancelled", who) for who in (OWN, COMPETING)}
        for group, count in (("all", sum(found.values())), *found.items()):
            rows.add(f"cancelled.{name}.per_year", float(count), "per year", group)


def _told(rows: Rows) -> Iterator[tuple[str, str, str, float]]:
    """The figures that are about a year, with infinite times where they were not reached."""
    for kpi, group, unit, value, note in rows:
        if unit == "days" and note.startswith("fewer than"):
            yield kpi, group, unit, math.inf
        elif unit in UNITS and value == value:
            yield kpi, group, unit, value


def spread(years: pd.DataFrame) -> pd.DataFrame:
    """Of each figure the 5th and 95th percentile over the single years of all replications.

    years     the bundle's table `years`
    returns   `kpi, group, year_low, year_high, years`: values that a year really had, not means of two; infinite where
              it was not reached. `years` is how many single years tell of the figure. A number per year that a
              replication does not mention in a year is 0.

    >>> columns = {"replication": 0, "kpi": "count.died.per_year", "group": "all", "unit": "per year"}
    >>> spread(pd.DataFrame([columns | {"year": year, "value": 30.0 + year} for year in range(20)])).to_dict("records")
    [{'kpi': 'count.died.per_year', 'group': 'all', 'year_low': 30.0, 'year_high': 48.0, 'years': 20}]
    """
    whole = len(years[["replication", "year"]].drop_duplicates())
    found = []
    every = years["value"].to_numpy(np.float64)
    for (kpi, group, unit), its in rows_of_figures(years).items():
        values = every[its]
        if unit == "per year":
            values = np.r_[values, np.zeros(whole - len(values))]
        low, high = np.quantile(values, [LOWEST, HIGHEST], method="inverted_cdf")
        found.append((kpi, group, float(low), float(high), len(values)))
    return pd.DataFrame(found, columns=pd.Index(["kpi", "group", "year_low", "year_high", "years"]))
