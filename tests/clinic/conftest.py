"""What the clinic's tests share: a small world of patients, and doors into functions that only compiled code calls."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim import draws
from sim.clinic import disease, imaging, pathway, treatments
from sim.clinic.boardfile import read_board
from sim.clinic.patient import World
from sim.clinic.treatments import Role
from sim.clinic.world import make_world
from sim.evidence import read_evidence
from sim.jit import jit

RESOURCES = {role.name.lower(): role.value for role in Role}


@pytest.fixture(scope="session")
def world_of() -> Callable[..., World]:
    """`world_of(patients, **evidence)`: so many patients, all arriving in minute 0, with other numbers on some cards.

    A card's name is written with two underscores for the dot.
    """

    def make(patients: int = 1, seed: int = 1, board: Any = None, **evidence: Any) -> World:
        known = read_evidence().known({name.replace("__", "."): value for name, value in evidence.items()})
        return make_world(draws.key(seed), known, board or read_board(), RESOURCES, np.zeros(patients, np.int64))

    return make


@jit
def begin(world, i, now):
    disease.begin(world, i, now)


@jit
def begin_all(world, now):
    for i in range(len(world.traits)):
        disease.begin(world, i, now)


@jit
def settle(world, i, now):
    disease.settle(world, i, now)


@jit
def add_lesion(world, i, share, lobe):
    disease.add_lesion(world, i, share, lobe)


@jit
def scale_lesion(world, i, j, factor):
    disease.scale_lesion(world, i, j, factor)


@jit
def set_alarm(world, i, now):
    disease.set_alarm(world, i, now)


@jit
def pass_alarm(world, i, now):
    return disease.pass_alarm(world, i, now)


@jit
def cancer_hazard_factor(world, i):
    return disease.cancer_hazard_factor(world, i)


@jit
def pace(world, i):
    return disease.pace(world, i)


@jit
def symptomatic(world, i):
    return disease.symptomatic(world, i)


@jit
def found(world, i, j, half_cm, steepness, ceiling):
    return imaging.found(world, i, j, half_cm, steepness, ceiling)


@jit
def observe(world, i, now, modalities):
    return imaging.observe(world, i, now, modalities)


@jit
def measured_cm(world, i):
    return imaging.measured_cm(world, i)


@jit
def changed(world, i, new):
    return imaging.changed(world, i, new)


@jit
def sample(world, i):
    imaging.sample(world, i)


@jit
def give(world, i, now):
    return treatments.give(world, i, now)


@jit
def still_suitable(world, i):
    return treatments.still_suitable(world, i)


@jit
def session_minutes(world, i):
    return treatments.session_minutes(world, i)


@jit
def second_minutes(world, i):
    return treatments.second_minutes(world, i)


@jit
def start_analogue(world, i, now):
    treatments.start_analogue(world, i, now)


@jit
def urgency(world, i):
    return pathway.urgency(world, i)


DOORS = (
    begin, begin_all, settle, add_lesion, scale_lesion, set_alarm, pass_alarm, cancer_hazard_factor, pace, symptomatic,
    found, observe, measured_cm, changed, sample, give, still_suitable, session_minutes, second_minutes, start_analogue,
    urgency,
)  # fmt: skip


@pytest.fixture(scope="session")
def doors() -> SimpleNamespace:
    """The clinic's inner functions by name, callable from a test, compiled or plain as the rest of the run."""
    return SimpleNamespace(**{getattr(door, "__name__", ""): door for door in DOORS})


@pytest.fixture(scope="session")
def patient_with(world_of, doors) -> Callable[..., World]:
    """`patient_with(lesions, **evidence)`: one patient at minute 0 with exactly these metastases.

    lesions   (share of the liver, lobe, seen) each
    """

    def make(*lesions: tuple[float, int, int], **evidence: Any) -> World:
        world = world_of(1, **evidence)
        world.traits[0].metastasis_at = np.iinfo(np.int64).max
        world.traits[0].ecog = 0
        doors.begin(world, 0, 0)
        for share, lobe, _ in lesions:
            doors.add_lesion(world, 0, share, lobe)
        for j, (_, _, seen) in enumerate(lesions):
            world.lesions[0, j].seen = seen
        return world

    return make
