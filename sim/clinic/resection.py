"""Liver resection: what is taken, what is left, and what bars it on the table.

    is_major(world, i)                     does the operation planned take a whole lobe?
    seen_in_lobe(world, i, lobe)           lesions seen there
    resection_minutes(world, i)            planned minutes in theatre
    can_be_resected(world, i)              is what was planned still possible, now that she is on the table?
    resect(world, i)                       the effect

Recurrence is regrowth of what is left: lesions that nobody saw, and a microscopic residue.
Source: the cards of the topic `resection`.
"""

from __future__ import annotations

from sim.clinic.ablation import ablate_lesion, too_large
from sim.clinic.board import Finding
from sim.clinic.disease import add_lesion, scale_lesion
from sim.clinic.imaging import found, main_lobe
from sim.clinic.known import Known
from sim.clinic.patient import MOST_LESIONS, Ask, World
from sim.clinic.protocols import Treatment
from sim.draws import lognormal, uniform
from sim.jit import jit_inside


@jit_inside
def is_major(world: World, i: int) -> bool:
    """Does the operation planned take a whole lobe? With ablation it does unless the lesions are few."""
    treatment = world.courses[i].treatment
    if treatment == Treatment.RESECTION_WITH_ABLATION.value:
        few = world.known[Known.RESECTION_MINOR_MOST_LESIONS.value]
        return world.findings[i, Finding.LESIONS.value] > few
    return treatment != Treatment.MINOR_RESECTION.value


@jit_inside
def resection_minutes(world: World, i: int) -> float:
    """Planned minutes in theatre, from what imaging has seen."""
    known = world.known
    minutes = known[Known.RESECTION_MINUTES_MAJOR.value if is_major(world, i) else Known.RESECTION_MINUTES_MINOR.value]
    if world.courses[i].treatment == Treatment.RESECTION_WITH_ABLATION.value:
        minutes += seen_in_lobe(world, i, 1 - main_lobe(world, i)) * known[Known.ABLATION_INTRAOPERATIVE_MINUTES.value]
    return float(minutes)


@jit_inside
def can_be_resected(world: World, i: int) -> bool:
    """Looks at the truth, as the surgeon does: the liver alone is diseased, and what is to be ablated is small."""
    if world.courses[i].extrahepatic:
        return False
    main = main_lobe(world, i)
    for j in range(MOST_LESIONS):
        to_ablate = world.lesions[i, j].lobe != main
        if world.lesions[i, j].seen and world.lesions[i, j].share > 0 and to_ablate and too_large(world, i, j):
            return False
    return True


@jit_inside
def seen_in_lobe(world: World, i: int, lobe: int) -> int:
    """How many lesions of a lobe have been seen."""
    number = 0
    for j in range(MOST_LESIONS):
        if world.lesions[i, j].seen and world.lesions[i, j].lobe == lobe and world.lesions[i, j].share > 0:
            number += 1
    return number


@jit_inside
def resect(world: World, i: int) -> None:
    """Take out the diseased lobe's lesions, and ablate what is seen in the other one.

    A minor resection removes what is seen or found by intraoperative ultrasound; a major one the whole lobe.
    Lesions that nobody saw stay, and so does a microscopic residue.
    """
    key, known, c = world.key, world.known, world.courses[i]
    major, main = is_major(world, i), main_lobe(world, i)
    with_ablation = c.treatment == Treatment.RESECTION_WITH_ABLATION.value
    c.major = 1 if major else 0
    c.clear = 1
    for j in range(MOST_LESIONS):
        if world.lesions[i, j].share <= 0:
            continue
        seen = world.lesions[i, j].seen == 1 or found(
            world,
            i,
            j,
            known[Known.DETECTION_INTRAOPERATIVE_HALF_CM.value],
            known[Known.DETECTION_INTRAOPERATIVE_STEEPNESS.value],
            known[Known.DETECTION_INTRAOPERATIVE_CEILING.value],
        )
        if world.lesions[i, j].lobe == main and (seen or major):
            scale_lesion(world, i, j, 0.0)
        elif seen and (with_ablation or not major) and not too_large(world, i, j):
            ablate_lesion(world, i, j)
        elif seen:
            world.lesions[i, j].seen = 1
            c.clear = 0
    margin = uniform(key, i, Ask.MARGIN.value, c.operations) < known[Known.R1_SHARE.value]
    median = known[Known.RESIDUE_R1_MEDIAN.value if margin else Known.RESIDUE_COMPLETE_MEDIAN.value]
    sigma = known[Known.RESIDUE_R1_SIGMA.value if margin else Known.RESIDUE_COMPLETE_SIGMA.value]
    residue = lognormal(key, i, Ask.RESIDUE.value, c.operations, median, sigma)
    add_lesion(world, i, residue, 1 - main if major else main)
    c.operations += 1
    world.findings[i, Finding.RESECTIONS_HAD.value] += 1
    world.findings[i, Finding.PRIMARY.value] = 1
