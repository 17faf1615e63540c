"""What the journeys share: the reference centre in a short run, and a quiet hospital for one patient."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import draws, read_scenario, simulate
from sim.clinic.boardfile import read_board
from sim.clinic.patient import Grade, Site
from sim.clinic.world import make_world
from sim.engines import AUTO, REFERENCE, engine_for
from sim.evidence import read_evidence
from sim.log import EventLog
from sim.running import Clinic, hospital_of, log_names, log_of
from sim.scenario import Scenario
from sim.steps import NEVER
from sim.store import Replication

HERE = Path(__file__).parent
BASELINE = HERE.parents[1] / "scenarios" / "baseline.yaml"
SOON = tuple(f"evidence.delay_{site.name.lower()}.median=6 months" for site in Site)


def _shortened(*settings: str) -> Scenario:
    return read_scenario(str(BASELINE), (*SOON, *settings))


@pytest.fixture(scope="session")
def short() -> Scenario:
    """The reference centre for five years, with patients who come soon enough to be treated within them."""
    return _shortened("run.warm_up=1 year", "run.measured=3 years", "run.follow_up=1 year")


@pytest.fixture(scope="session")
def short_runs(short: Scenario) -> list[Replication]:
    """Two replications of it."""
    return [simulate(short, number) for number in (0, 1)]


@pytest.fixture(scope="session")
def brief() -> Scenario:
    """The reference centre for two years."""
    return _shortened("run.warm_up=0 days", "run.measured=1 year", "run.follow_up=1 year")


@pytest.fixture(scope="session")
def quiet() -> Scenario:
    """A hospital in which nobody else is, and every duration is its median."""
    return read_scenario(str(HERE / "quiet.yaml"))


@pytest.fixture(scope="session")
def alone() -> Callable[..., EventLog]:
    """`alone(scenario, **traits)`: the log of one patient of known traits, in a hospital of her own.

    A woman of 60 with a G1 tumour of the small intestine and liver metastases, fit, without hormones; first symptom
    on the Thursday, day 3, at 10:00; ten days later somebody takes it seriously.
    """

    def run(scenario: Scenario, **traits: Any) -> EventLog:
        arrived = 3 * 1440 + 600
        board, key = read_board(), draws.key(1)
        numbers = {name: number for number, name in enumerate(scenario.resources)}
        known = read_evidence().known(scenario.evidence)
        world = make_world(key, known, board, numbers, np.array([arrived]))
        hers = {
            "age": 60.0, "male": 0, "site": Site.SMALL_INTESTINE, "grade": Grade.G1, "ki67": 2.0, "growth": 1e-12,
            "functioning": 0, "receptors": 1, "kidney_disease": 0, "egfr": 85.0, "biliary": 0, "ecog": 0,
            "metastasis_at": arrived, "delay": 14_400, "other_death_at": 200_000, "regional_death_at": NEVER,
            "mri_told": 1,
        }  # fmt: skip
        for name, value in (hers | traits).items():
            world.traits[0][name] = value
        world.traits[0].row = 0  # for her lesions, whatever her own luck would have been
        logs = []
        for engine in {REFERENCE, engine_for(AUTO)}:
            its = world._replace(**{name: getattr(world, name).copy() for name in ("traits", "courses", "livers")})
            clinic = Clinic(its, log_names(scenario, board))
            logs.append(log_of(engine, hospital_of(scenario), clinic, np.array([[arrived, 0]]), key))
        assert len({log.digest() for log in logs}) == 1  # worked by hand for both engines
        return logs[0]

    return run
