"""Thermal ablation: which lesions a needle can reach, and what it leaves of them.

    too_large, badly_placed     what bars a lesion from ablation
    ablate_lesion(world, i, j)  one lesion, in a session of its own or during an operation
    ablate(world, i)            a session: every lesion seen

Source: the cards of the topic `ablation`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.disease import add_up, scale_lesion, size
from sim.clinic.known import Known
from sim.clinic.patient import MOST_LESIONS, Ask, World
from sim.draws import uniform
from sim.jit import jit_inside


@jit_inside
def too_large(world: World, i: int, j: int) -> bool:
    """Has a lesion outgrown ablation?"""
    return bool(size(world, i, j) > world.known[Known.ABLATION_LIMIT_CM.value])


@jit_inside
def badly_placed(world: World, i: int, j: int) -> bool:
    """Does a lesion lie where a needle can not go? Fixed for the lesion, from how it came to be."""
    look = world.looks[j]
    if look.patient != i:
        look.patient, look.site = i, uniform(world.key, i, Ask.UNSUITABLE_SITE.value, j)
    return bool(look.site < world.known[Known.ABLATION_UNSUITABLE_SITE.value])


@jit_inside
def ablate_lesion(world: World, i: int, j: int) -> None:
    """Destroy a lesion, or leave a part of it to come back at its rim; `add_up` must follow."""
    known, c = world.known, world.courses[i]
    fails = uniform(world.key, i, Ask.LOCAL_FAILURE.value, c.operations * MOST_LESIONS + j)
    if fails < known[Known.ABLATION_LOCAL_FAILURE.value]:
        scale_lesion(world, i, j, known[Known.ABLATION_RIM.value])
        world.lesions[i, j].seen = 0
    else:
        scale_lesion(world, i, j, 0.0)


@jit_inside
def ablate(world: World, i: int) -> None:
    """A session: every lesion that has been seen."""
    c = world.courses[i]
    c.clear = 1
    ablated = False
    for j in range(world.courses[i].slots):
        if world.lesions[i, j].seen and world.lesions[i, j].share > 0:
            ablate_lesion(world, i, j)
            ablated = True
    if ablated:
        add_up(world, i)
    c.operations += 1
    world.findings[i, Finding.ABLATIONS_HAD.value] += 1 if c.session == 0 else 0
