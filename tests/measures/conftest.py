"""Logs typed by hand: rows as readable tuples, turned into an EventLog as an engine would have written it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from sim.log import FIRST_CLINIC_WHY, Event, EventLog, Happening, LogWriter, Why
from sim.measures import Facts, Window

YEAR = 525_960


def _number(names: list[str], name: str) -> int:
    if name and name not in names:
        names.append(name)
    return names.index(name) if name else -1


@pytest.fixture(scope="session")
def log_of() -> Callable[..., EventLog]:
    """`log_of(events, happenings, resources)`.

    events       (minute, patient, event, resource or '', value, why or '')
    happenings   (minute, resource, happening, case, value, why or '')
    resources    their names, in the order of their numbers
    """

    def build(
        events: list[tuple[int, int, str, str, int, str]],
        happenings: list[tuple[int, str, str, int, int, str]] = (),
        resources: tuple[str, ...] = (),
        replication: int = 0,
    ) -> EventLog:
        whys: list[str] = []
        engine = {why.name.lower(): int(why) for why in Why}

        def why_number(word: str) -> int:
            if word in engine:
                return engine[word]
            return FIRST_CLINIC_WHY + _number(whys, word) if word else -1

        writer = LogWriter()
        for minute, patient, event, resource, value, why in events:
            at = resources.index(resource) if resource else -1
            writer.event(patient, minute, Event[event.upper()], -1, at, value, why_number(why))
        for minute, resource, happening, case, value, why in happenings:
            at = resources.index(resource)
            writer.resource(minute, at, Happening[happening.upper()], case, value, why_number(why))
        return writer.finish({"resources": resources, "whys": whys}, replication)

    return build


@pytest.fixture(scope="session")
def patients_of() -> Callable[..., pd.DataFrame]:
    """`patients_of({number: (grade, nelm_at_symptom, nelm_minute)})`."""

    def build(rows: dict[int, tuple[str, bool, int]]) -> pd.DataFrame:
        return pd.DataFrame(
            [(number, *row) for number, row in rows.items()],
            columns=["patient", "grade", "nelm_at_symptom", "nelm_minute"],
        ).astype({"patient": "int64", "nelm_at_symptom": "bool", "nelm_minute": "int64"})

    return build


@pytest.fixture(scope="session")
def a_year() -> Window:
    """One year is measured from the first minute on, and one more is followed."""
    return Window(0, YEAR, 2 * YEAR)


@pytest.fixture(scope="session")
def facts() -> Facts:
    return Facts(
        kinds={"board": "list", "theatre": "list", "ward": "place", "grafts": "offer"},
        board="board",
        plans={"resect": "resection", "start_ssa": "ssa"},
        beside=frozenset({"beside"}),
        background=frozenset({"ssa"}),
        liver_directed=frozenset({"resection"}),
        treatments=("tace",),
        sessions={"resection": "theatre"},
    )


@pytest.fixture(scope="session")
def figure() -> Callable[..., float]:
    """`figure(measures, kpi, group)`: one figure of a KPI table that holds it exactly once."""

    def look(kpis: pd.DataFrame, kpi: str, group: str = "all") -> float:
        rows = kpis[(kpis["kpi"] == kpi) & (kpis["group"] == group)]
        assert len(rows) == 1, f"{kpi} of {group} stands {len(rows)} times in the table"
        return float(rows["value"].iloc[0])

    return look
