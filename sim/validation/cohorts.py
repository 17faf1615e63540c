"""The patients of a way of care, walked through the pathway without queues.

    Cohort                 their journeys and what they are
    walked(scenario, ...)  -> Cohort
    queued(scenario)       -> Cohort, of the scenario's own hospital

All of them have their first symptom in one year and are followed until everybody has died or left, so that nobody is
censored by the end of a run. Published series come from hospitals whose queues nobody knows; queues are left out, and
what a queue costs is asked of scenarios instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.measures import Window
from sim.measures.journeys import Journeys, People
from sim.measures.lives import followed
from sim.running import simulate, walk_cohort, window_of
from sim.scenario import Scenario
from sim.units import YEAR

PATIENTS = 40_000
YEARS_FOLLOWED = 80


@dataclass(frozen=True)
class Cohort:
    """Patients and what happened to them.

    patients   one row for each
    """

    journeys: Journeys
    patients: pd.DataFrame

    @cached_property
    def followed(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """(patients,) until which minute each was followed, and whether it is that of her death."""
        return followed(self.journeys)


def walked(scenario: Scenario, patients: int = PATIENTS, engine: str = "auto") -> Cohort:
    """So many patients of a scenario, from first symptom until all have died or left."""
    arrived = np.linspace(0, YEAR, patients, endpoint=False).astype(np.int64)
    log, table = walk_cohort(scenario, arrived, round(YEARS_FOLLOWED * YEAR), engine=engine)
    ends = round(YEARS_FOLLOWED * YEAR)
    return Cohort(Journeys(log, People.of(table), Window(0, ends, ends)), table)


def queued(scenario: Scenario, engine: str = "auto") -> Cohort:
    """The patients of a scenario in its own hospital, with everybody who waits there, in one replication."""
    found = simulate(scenario, engine=engine)
    return Cohort(Journeys(found.log, People.of(found.patients), window_of(scenario)), found.patients)
