"""Bland and chemoembolisation: one lobe a session, the larger one first.

    embolise(case, now)     the effect of a session
    gallbladder(case)       whose gallbladder loses its blood; returns the minutes in hospital it costs
    overnight_luck(case)    who is how unwell after it, from 0, the sickest, to 1

Source: the cards of the topic `embolisation`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.effects import hold, relieve, shrink
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, whole
from sim.clinic.stages import FIRST_TREATMENT
from sim.draws import uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note


@jit_inside
def embolise(case: Case, now: int) -> None:
    """One side of the liver: where the course responds it shrinks, and after the last side grows slower for a time."""
    c = case.course
    shrink(case, c.session)
    _note_syndrome(case)
    if c.session == 0:
        relieve(case, now)
        case.course.findings[Finding.EMBOLISATIONS_HAD.value] += 1
    if c.session == case.desk.protocols[c.treatment].sessions - 1:
        hold(case, now)


@jit_inside
def overnight_luck(case: Case) -> float:
    """How unwell she is after this session, from 0, the sickest, to 1: who stays the night is among the unwell."""
    c = case.course
    return float(uniform(case.key, case.i, Ask.OVERNIGHT.value, c.courses_made * 2 + c.session))


@jit_inside
def _note_syndrome(case: Case) -> None:
    """Post-embolisation syndrome: weeks of feeling ill, and for some the night in hospital."""
    known = case.desk.known
    if overnight_luck(case) < known[Known.EMBOLISATION_SYNDROME_SHARE.value]:
        lasts = whole(known[Known.EMBOLISATION_SYNDROME_LASTS.value])
        note(case.plan, Event.UNWELL.value, lasts, FIRST_TREATMENT + case.course.treatment)


@jit_inside
def gallbladder(case: Case) -> int:
    """A gallbladder that is still there may lose its blood with the tumour, once a course; then it is taken out."""
    known, c = case.desk.known, case.course
    if c.gallbladder_out or c.session > 0:
        return 0
    if uniform(case.key, case.i, Ask.GALLBLADDER.value, c.courses_made) >= known[Known.GALLBLADDER_ISCHAEMIA_SHARE.value]:
        return 0
    c.gallbladder_out = 1
    longer = whole(known[Known.GALLBLADDER_ISCHAEMIA_STAY.value])
    note(case.plan, Event.COMPLICATED.value, longer, FIRST_TREATMENT + c.treatment)
    note(case.plan, Event.SEVERE.value, 0, FIRST_TREATMENT + c.treatment)
    return longer
