"""Bland and chemoembolisation: one lobe a session, the larger one first.

    embolise(world, i, now)   the effect of a session

Source: the cards of the topic `embolisation`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.effects import hold, relieve, shrink
from sim.clinic.patient import World
from sim.jit import jit_inside


@jit_inside
def embolise(world: World, i: int, now: int) -> None:
    """One side of the liver: where the course responds it shrinks, and after the last side grows slower for a time."""
    c = world.courses[i]
    shrink(world, i, c.session)
    if c.session == 0:
        relieve(world, i, now)
        world.findings[i, Finding.EMBOLISATIONS_HAD.value] += 1
    if c.session == world.protocols[c.treatment].sessions - 1:
        hold(world, i, now)
