"""Cohorts typed by hand: a few rows for each patient, as an engine would have written them; and parts of targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.log import FIRST_CLINIC_WHY, Event, LogWriter
from sim.measures import Window
from sim.measures.journeys import Journeys, People
from sim.units import DAY, YEAR
from sim.validation.care import Care
from sim.validation.cohorts import Cohort
from sim.validation.samples import Sample
from sim.validation.targets import Group, Part

HORIZON = round(80 * YEAR)
Row = tuple[float, str, int, str]  # day, event, value, why
TRAITS: dict[str, Any] = {
    "grade": "G2", "nelm_at_symptom": False, "nelm_minute": -1, "arrived": 0, "age": 60.0, "diagnosed_minute": -1,
    "sex": "female", "site": "pancreas", "ki67_pct": 8.0, "functioning": False, "kidney_disease": False,
}  # fmt: skip


@pytest.fixture(scope="session")
def cohort_of() -> Callable[..., Cohort]:
    """`cohort_of({patient: rows}, {patient: traits that are not the usual ones})`; days, not minutes, in the rows."""

    def build(journeys: dict[int, list[Row]], traits: dict[int, dict[str, Any]] | None = None) -> Cohort:
        whys: list[str] = []
        writer = LogWriter()
        for patient, rows in journeys.items():
            for day, event, value, why in rows:
                if why and why not in whys:
                    whys.append(why)
                reason = FIRST_CLINIC_WHY + whys.index(why) if why else -1
                writer.event(patient, round(day * DAY), Event[event.upper()], -1, -1, value, reason)
        rows_of = [{"patient": patient, **TRAITS, **(traits or {}).get(patient, {})} for patient in journeys]
        table = pd.DataFrame(rows_of).astype(dict.fromkeys(("grade", "sex", "site"), "category"))
        log = writer.finish({"resources": ["ward"], "whys": whys})
        return Cohort(Journeys(log, People.of(table), Window(0, HORIZON, HORIZON)), table)

    return build


@pytest.fixture(scope="session")
def part_of() -> Callable[..., Part]:
    """`part_of("survival", at=...)`: a part of a target, of everybody from first symptom to death, months as unit."""
    usual = Part(
        what="", group=Group(Care("baseline.yaml"), (), "first_symptom"), against=None, difference="", endpoint="death",
        measure="survival", at=0.0, within=0.0, quantile=0.5, unit="months", of="", where=(), beside=(), low=0.5,
        high=0.5, inner=(0.4, 0.6), error=nan, n=0,
    )  # fmt: skip
    return lambda measure, **its: replace(usual, measure=measure, **its)


@pytest.fixture(scope="session")
def sample_of() -> Callable[..., Sample]:
    """`sample_of(times, causes, values, holds)`: patients one to a block, times in the unit that is given."""

    def build(
        times: list[float], causes: list[int], values: Any = None, holds: list[bool] | None = None, unit: float = 1
    ) -> Sample:
        n = len(times)
        return Sample(
            np.arange(n) % 20,
            np.round(np.array(times) * unit).astype(np.int64),
            np.array(causes, np.int64),
            np.empty((n, 0)) if values is None else np.array(values, np.float64).reshape(n, -1),
            np.ones(n, np.bool_) if holds is None else np.array(holds),
        )

    return build
