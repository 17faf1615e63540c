"""All targets of a file against the model: each way of care is walked once, in parallel, then everything is compared.

    compared(targets, ...)    -> the targets scored, and the samples behind them for the pictures
    samples_of(care, ...)     -> what the parts that look at one way of care need of it

A worker hands back samples, not logs: a few numbers a patient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from sim.validation.care import Care, scenario_of
from sim.validation.cohorts import PATIENTS, queued, walked
from sim.validation.measures import estimated
from sim.validation.samples import Sample, sample
from sim.validation.scoring import Compared, Scored
from sim.validation.targets import Group, Part, Target

Key = tuple[int, int, bool]  # the target, its part, and whether it is the group that is compared against


@dataclass(frozen=True)
class Job:
    """One way of care and what is asked of it."""

    care: Care
    asked: tuple[tuple[Key, Group, Part], ...]
    patients: int
    overrides: tuple[tuple[str, Any], ...]
    engine: str


def samples_of(job: Job) -> dict[Key, Sample]:
    """Walk a way of care and take the samples that are asked for; equal ones are taken once."""
    scenario = scenario_of(job.care, dict(job.overrides))
    if job.care.queues:
        cohort = queued(scenario, job.engine)
    else:
        cohort = walked(scenario, job.patients * max(job.care.patients, PATIENTS) // PATIENTS, job.engine)
    found: dict[str, Sample] = {}
    answer = {}
    for key, group, part in job.asked:
        same = repr((group, part.endpoint, part.of, part.where, part.beside))
        if same not in found:
            found[same] = sample(cohort, group, part)
        answer[key] = found[same]
    return answer


def jobs(targets: Sequence[Target], patients: int, overrides: Mapping[str, Any], engine: str = "auto") -> list[Job]:
    """One for each way of care, the longest first."""
    asked: dict[str, tuple[list[Care], list[tuple[Key, Group, Part]]]] = {}
    for t, target in enumerate(targets):
        for p, part in enumerate(target.parts):
            for group, other in ((part.group, False), (part.against, True)):
                if group is not None:
                    cares, its = asked.setdefault(group.care.key, ([], []))
                    cares.append(group.care)
                    its.append(((t, p, other), group, part))
    found = [
        Job(max(cares, key=lambda care: care.patients), tuple(its), patients, tuple(overrides.items()), engine)
        for cares, its in asked.values()
    ]
    return sorted(found, key=lambda job: -job.care.patients)


def compared(
    targets: Sequence[Target],
    patients: int = PATIENTS,
    overrides: Mapping[str, Any] | None = None,
    workers: int = 1,
    done: Callable[[], object] = lambda: None,
    engine: str = "auto",
) -> tuple[list[Scored], dict[Key, Sample]]:
    """Every target beside what the model says.

    patients    of each way of care, from first symptom on; where targets ask for more, in proportion
    overrides   values of the evidence, by name
    workers     processes at once
    done        called once per way of care
    """
    todo = jobs(targets, patients, overrides or {}, engine)
    samples: dict[Key, Sample] = {}
    if workers <= 1 or len(todo) == 1:
        for job in todo:
            samples |= samples_of(job)
            done()
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as crew:
            for its in crew.map(samples_of, todo):
                samples |= its
                done()
    scored = []
    for t, target in enumerate(targets):
        parts = tuple(
            Compared(part, *estimated(part, samples[t, p, False], samples.get((t, p, True))))
            for p, part in enumerate(target.parts)
        )
        scored.append(Scored(target, parts))
    return scored, samples
