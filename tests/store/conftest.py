"""Replications that nobody simulated: a few rows, to be kept and found."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from sim.log import Event, Happening, LogWriter
from sim.measures import combine
from sim.store import Replication

MADE_WITH = {"engine": "by hand", "packages": {"numpy": "1"}}


@pytest.fixture
def made_with() -> dict[str, object]:
    return dict(MADE_WITH)


@pytest.fixture
def replication() -> Callable[..., Replication]:
    """`replication(number, patients)`: so many patients who arrive and die."""

    def make(number: int = 0, patients: int = 3) -> Replication:
        log = LogWriter()
        for patient in range(patients):
            log.event(patient, 10 * patient, Event.ARRIVED, 0, -1, 0, -1)
            log.event(patient, 10 * patient + 7, Event.DIED, 0, -1, 0, -1)
        log.resource(5, 0, Happening.OPENED, -1, 480, -1)
        names = {"steps": ["first_symptom"], "resources": ["ct"], "whys": []}
        people = pd.DataFrame({"patient": range(patients), "grade": "G1", "burden": 0.5})
        return Replication(number, log.finish(names, number), people, combine([]))

    return make
