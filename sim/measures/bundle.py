"""The measures of a replication as a bundle of small tables, enough for every figure and picture.

    Measures            the tables; `tables()` gives them by name, for the store
    combine(bundles)    the tables of several replications in one bundle
    table(name, ...)    one of the tables, with its columns and types, also where it is empty
    Words               words that many rows share
    Rows                collects the rows of the KPI table
    figures(name, ...)  one of the tables from rows instead of columns

The tables and their columns (docs/measures.md says more):

    kpis            kpi, group, unit, replication, value, note      one figure in each row; null is "not reached"
    waits           one wait in each row: of a patient in an interval, or in the queue of a resource
    queues          mean number waiting for a resource, week by week, own patients and competing cases
    occupancy       share of the measured time with so many places of a resource in use
    survival        one row for each patient whose liver metastases were first seen in the measured period
    treatments      courses begun, by treatment and measured year
    cancellations   cases taken off on the day, not attended, and sittings that did not take place
    board           meetings of the tumour board by number of cases
    losses          deaths and lost eligibility while waiting, by measured year
    flows           paths of patients with liver metastases, each with the number who took it
    years           the figures of single measured years, one in each row; infinite is "not reached"

Knows nothing of logs or files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

COLUMNS: dict[str, dict[str, str]] = {
    "kpis": {
        "kpi": "str",
        "group": "str",
        "unit": "str",
        "replication": "int64",
        "value": "float64",
        "note": "str",
    },
    "waits": {
        "replication": "int64",
        "interval": "str",  # of intervals.yaml, or `queue`
        "group": "str",  # the treatment waited for; of a queue the resource
        "patient": "int64",
        "start": "int64",  # minute
        "end": "int64",  # minute
        "days": "float64",
        "outcome": "str",  # reached, died, ended, censored
        "nelm": "bool",  # liver metastases were there when the clock started, seen or not
    },
    "queues": {
        "replication": "int64",
        "resource": "str",
        "who": "str",  # own, competing
        "week": "int64",  # counted from the first day of the run
        "measured": "bool",  # the whole week lies in the measured period
        "mean": "float64",  # time-weighted number waiting
    },
    "occupancy": {
        "replication": "int64",
        "resource": "str",
        "level": "int64",  # places in use
        "share": "float64",  # of the measured time
        "capacity": "float64",  # mean number of places there were
    },
    "survival": {
        "replication": "int64",
        "patient": "int64",
        "start": "int64",  # minute in which the liver metastases were first seen
        "days": "float64",  # to death or end of follow-up
        "died": "bool",
        "grade": "str",
        "site": "str",
    },
    "treatments": {
        "replication": "int64",
        "treatment": "str",
        "year": "int64",  # of the measured period, from 0
        "courses": "int64",
        "first_courses": "int64",  # the first of that treatment for the patient
    },
    "cancellations": {
        "replication": "int64",
        "resource": "str",
        "what": "str",  # cancelled, missed, off
        "who": "str",  # own, competing; '' for sittings
        "why": "str",
        "count": "int64",
    },
    "board": {
        "replication": "int64",
        "cases": "int64",
        "meetings": "int64",
    },
    "losses": {
        "replication": "int64",
        "what": "str",  # died, lost
        "group": "str",  # between which milestones, or the treatment lost
        "year": "int64",
        "count": "int64",
    },
    "flows": {
        "replication": "int64",
        "found": "str",  # what each stage may be: sim.measures.flows
        "decision": "str",
        "first": "str",
        "course": "str",
        "second": "str",
        "state": "str",
        "patients": "int64",
    },
    "years": {
        "replication": "int64",
        "year": "int64",  # of the measured period, from 0
        "kpi": "str",
        "group": "str",
        "unit": "str",
        "value": "float64",
    },
}


def table(name: str, columns: Mapping[str, Any], replication: int | None = None) -> pd.DataFrame:
    """One of the bundle's tables, with all its columns in order and with their types, also where it has no rows.

    columns       the columns; a single value stands for all rows
    replication   fills the column of that name, where `columns` has none

    >>> table("board", {"cases": [7, 8], "meetings": [10, 3]}, replication=4).to_dict("list")
    {'replication': [4, 4], 'cases': [7, 8], 'meetings': [10, 3]}
    """
    data = dict(columns)
    if replication is not None:
        data["replication"] = replication
    rows = max((len(column) for column in data.values() if not isinstance(column, (str, int, float))), default=0)
    typed = {column: _typed(data.get(column, ()), kind, rows) for column, kind in COLUMNS[name].items()}
    return pd.DataFrame(typed, index=pd.RangeIndex(rows), copy=False)


def _typed(column: Any, kind: str, rows: int) -> Any:
    """One column of a table in its type."""
    if kind == "str":
        if isinstance(column, str):
            return Words([column]).taking(np.zeros(rows, np.int64))
        return column if isinstance(column, pd.api.extensions.ExtensionArray) else pd.array(column, dtype="str")
    if isinstance(column, (int, float)):
        return np.full(rows, column, kind)
    return np.asarray(column, kind)


class Words:
    """Words that many rows of a table share, by number.

    >>> Words(["own", "competing"]).taking(np.array([1, 0, 1])).tolist()
    ['competing', 'own', 'competing']
    """

    def __init__(self, words: Iterable[str]):
        self._words = pd.array(list(words), dtype="str")

    def taking(self, numbers: npt.NDArray[Any]) -> Any:
        """A column with the word of each number."""
        return self._words.take(numbers) if len(numbers) else self._words[:0]


@dataclass(frozen=True)
class Measures:
    """What was measured: of one replication, or of several put together. The tables are those of `COLUMNS`."""

    kpis: pd.DataFrame
    waits: pd.DataFrame
    queues: pd.DataFrame
    occupancy: pd.DataFrame
    survival: pd.DataFrame
    treatments: pd.DataFrame
    cancellations: pd.DataFrame
    board: pd.DataFrame
    losses: pd.DataFrame
    flows: pd.DataFrame
    years: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {its.name: getattr(self, its.name) for its in fields(self)}

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Measures:
        """A bundle from tables by name, such as read back from files; a table that is not there is empty."""
        return cls(**{name: tables[name] if name in tables else table(name, {}) for name in COLUMNS})

    def replications(self) -> list[int]:
        """The replications in the bundle, rising."""
        return sorted(int(number) for number in self.kpis["replication"].unique())


def combine(bundles: Iterable[Measures]) -> Measures:
    """The tables of several replications in one bundle, in the order of the replications.

    >>> combine([]).kpis.empty
    True
    """
    several = sorted(bundles, key=lambda bundle: bundle.replications())
    joined = {}
    for name, columns in COLUMNS.items():
        frames = [frame for bundle in several if len(frame := bundle.tables()[name])]
        joined[name] = pd.concat(frames, ignore_index=True).astype(columns) if frames else table(name, {})
    return Measures.of(joined)


def rows_of_figures(table: pd.DataFrame) -> dict[tuple[str, str, str], list[int]]:
    """The rows of each figure (`kpi, group, unit`) of a table, in the order in which the figures come."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for row, figure in enumerate(zip(*(table[name].tolist() for name in ("kpi", "group", "unit")), strict=True)):
        found.setdefault(figure, []).append(row)
    return found


class Rows:
    """Collects the rows of the KPI table, in the order in which they come."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, float, str]] = []

    def add(self, kpi: str, value: float, unit: str, group: str = "all", note: str = "") -> None:
        """One figure. NaN becomes null and should have a note that says why."""
        self._rows.append((kpi, group, unit, value, note if value != value else ""))

    def __iter__(self) -> Iterator[tuple[str, str, str, float, str]]:
        """`kpi, group, unit, value, note` of each."""
        return iter(self._rows)

    def frame(self, replication: int) -> pd.DataFrame:
        """What was collected, as the KPI table of one replication."""
        return figures("kpis", ("kpi", "group", "unit", "value", "note"), self._rows, replication)


def figures(
    name: str, columns: Sequence[str], rows: Collection[tuple[Any, ...]], replication: int | None = None
) -> pd.DataFrame:
    """One of the bundle's tables from a few rows."""
    whole = zip(*rows, strict=True) if rows else [()] * len(columns)
    return table(name, dict(zip(columns, map(list, whole), strict=True)), replication)
