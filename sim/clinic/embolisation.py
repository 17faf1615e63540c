"""Bland and chemoembolisation: one lobe a session, the larger one first.

    embolise(case, now)   the effect of a session

Source: the cards of the topic `embolisation`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.effects import hold, relieve, shrink
from sim.clinic.patient import Case
from sim.jit import jit_inside


@jit_inside
def embolise(case: Case, now: int) -> None:
    """One side of the liver: where the course responds it shrinks, and after the last side grows slower for a time."""
    c = case.course
    shrink(case, c.session)
    if c.session == 0:
        relieve(case, now)
        case.course.findings[Finding.EMBOLISATIONS_HAD.value] += 1
    if c.session == case.desk.protocols[c.treatment].sessions - 1:
        hold(case, now)
