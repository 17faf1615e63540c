"""What the clinic's tests share: a small world of patients, and doors into functions that only compiled code calls."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim import draws
from sim.clinic import disease, effects, imaging, lesions, seeding, treatments
from sim.clinic.alarms import ring
from sim.clinic.asking import urgency as urgency_of
from sim.clinic.board import ATTRIBUTES
from sim.clinic.boardfile import read_board
from sim.clinic.disease import Alarm
from sim.clinic.pathway import advance
from sim.clinic.patient import LIVER, World, case_of
from sim.clinic.protocols import Role
from sim.clinic.stages import Stage
from sim.clinic.world import make_world
from sim.evidence import read_evidence
from sim.jit import jit
from sim.log import Event
from sim.steps import Kind, Ring, clear

RESOURCES = {role.name.lower(): role.value for role in Role}


@pytest.fixture(scope="session")
def world_of() -> Callable[..., World]:
    """`world_of(patients, **evidence)`: so many patients, all arriving in minute 0, with other numbers on some cards.

    A card's name is written with two underscores for the dot; `choices` are those of the scenario. Every patient has
    a row for lesions, of her own number, so that a test can give metastases to whomever it likes.
    """

    def make(patients: int = 1, seed: int = 1, board: Any = None, choices: Any = None, **evidence: Any) -> World:
        known = read_evidence().known({name.replace("__", "."): value for name, value in evidence.items()})
        arrived = np.zeros(patients, np.int64)
        world = make_world(draws.key(seed), known, board or read_board(), RESOURCES, arrived, **(choices or {}))
        world.traits.row = range(patients)
        return world._replace(livers=np.zeros(max(patients, 1), LIVER).view(np.recarray))

    return make


@jit
def begin(world, i, now):
    disease.begin(case_of(world, i), now)


@jit
def begin_all(world, now):
    for i in range(len(world.traits)):
        disease.begin(case_of(world, i), now)


@jit
def settle(world, i, now):
    disease.settle(case_of(world, i), now)


@jit
def add_lesion(world, i, share, lobe):
    lesions.add_lesion(case_of(world, i), share, lobe)


@jit
def scale_lesion(world, i, j, factor):
    case = case_of(world, i)
    lesions.scale_lesion(case, j, factor)
    lesions.add_up(case)


@jit
def set_alarm(world, i, now):
    disease.set_alarm(case_of(world, i), now)


@jit
def pass_alarm(world, i, now):
    return disease.pass_alarm(case_of(world, i), now)


@jit
def cancer_hazard_factor(world, i):
    return disease.cancer_hazard_factor(case_of(world, i))


@jit
def pace(world, i):
    return disease.pace(case_of(world, i))


@jit
def symptomatic(world, i):
    return disease.symptomatic(case_of(world, i))


@jit
def found(world, i, j, half_cm, steepness, ceiling):
    return imaging.found(case_of(world, i), j, half_cm, steepness, ceiling)


@jit
def observe(world, i, now, modalities):
    clear(world.plan.sheet[0])
    return imaging.observe(case_of(world, i), now, modalities)


@jit
def measured_cm(world, i):
    return imaging.measured_cm(case_of(world, i))


@jit
def changed(world, i, now, new):
    return imaging.changed(case_of(world, i), now, new)


@jit
def sample(world, i):
    imaging.sample(case_of(world, i))


@jit
def give(world, i, now):
    clear(world.plan.sheet[0])
    return treatments.give(case_of(world, i), now)


@jit
def still_suitable(world, i):
    return treatments.still_suitable(case_of(world, i))


@jit
def session_minutes(world, i):
    return treatments.session_minutes(case_of(world, i))


@jit
def second_minutes(world, i):
    return treatments.second_minutes(case_of(world, i))


@jit
def start_analogue(world, i, now):
    effects.start_analogue(case_of(world, i), now)


@jit
def new_pace(world, i, now):
    seeding.new_pace(case_of(world, i), now)


@jit
def urgency(world, i):
    return urgency_of(case_of(world, i))


DOORS = (
    begin, begin_all, settle, add_lesion, scale_lesion, set_alarm, pass_alarm, cancer_hazard_factor, pace, symptomatic,
    found, observe, measured_cm, changed, sample, give, still_suitable, session_minutes, second_minutes, start_analogue,
    urgency, new_pace,
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


@pytest.fixture(scope="session")
def all_able() -> dict[str, str]:
    """Evidence by which every tumour is able to seed the liver."""
    return {f"metastatic_capacity__{site}": "100 %" for site in ("small_intestine", "pancreas", "other")}


@pytest.fixture(scope="session")
def begun(world_of, doors, all_able) -> Callable[..., tuple[World, np.ndarray]]:
    """`begun(patients, **evidence)`: people who all have metastases at first symptom, and how many lesions each has."""

    def make(patients: int = 400, **evidence: Any) -> tuple[World, np.ndarray]:
        world = world_of(patients, seed=3, metastasised_at_symptom="100 %", **all_able, **evidence)
        doors.begin_all(world, 0)
        return world, (world.lesions.share > 0).sum(axis=1)

    return make


@pytest.fixture(scope="module")
def sick(begun) -> World:
    """Sixty patients who all have metastases at first symptom, begun."""
    world: World = begun(60)[0]
    return world


@pytest.fixture(scope="session")
def copied() -> Callable[[World], World]:
    """`copied(world)`: the same world at this moment, to be treated differently."""

    def make(world: World) -> World:
        return world._replace(
            courses=world.courses.copy().view(np.recarray),
            livers=world.livers.copy().view(np.recarray),
        )

    return make


def answer(world: World) -> SimpleNamespace:
    """What stands in the plan: orders (kind, resource, minutes), notes (event, value, why), what follows."""
    reply = world.plan.reply[0]
    placed = world.plan.orders[: reply.orders]
    notes = [(Event(int(row.event)), int(row.value), int(row.why)) for row in world.plan.notes[: reply.notes]]
    return SimpleNamespace(
        then=Stage(int(reply.then)) if reply.then >= 0 else None,
        join=int(reply.join),
        orders=[(Kind(int(o.kind)), int(o.resource), int(o.minutes)) for o in placed if not o.standing],
        standing=[(Kind(int(o.kind)), int(o.resource), int(o.mask), int(o.then)) for o in placed if o.standing],
        seconds=[(int(o.second), int(o.second_minutes)) for o in placed if not o.standing],
        withdraw=int(reply.withdraw),
        notes=notes,
        events=[note[0] for note in notes],
        ring=Ring(int(reply.ring)),
        over=bool(reply.over),
    )


def step(world: World, stage: Stage, now: int = 1000) -> SimpleNamespace:
    """Run a step at a minute; gives what it asks for."""
    advance(world, 0, stage.value, now)
    return answer(world)


def rings(world: World, kind: Alarm, now: int = 1000) -> SimpleNamespace:
    """Let the disease do this; gives what it means for the journey."""
    world.courses[0].alarm_kind, world.courses[0].alarm_at = kind, now
    ring(world, 0, now)
    return answer(world)


def with_findings(world: World, **values: Any) -> None:
    """What has been observed so far, by name."""
    for name, value in values.items():
        levels = ATTRIBUTES[name].levels
        world.findings[0, list(ATTRIBUTES).index(name)] = levels.index(value) if levels else value


def row_called(name: str) -> int:
    """The number of a row of the main table."""
    return read_board().row_names("main").index(name)


@pytest.fixture(scope="session")
def care() -> SimpleNamespace:
    """Steps of care one by one: `care.step`, `care.rings`, `care.with_findings`, `care.row_called`, `care.answer`."""
    return SimpleNamespace(step=step, rings=rings, with_findings=with_findings, row_called=row_called, answer=answer)
