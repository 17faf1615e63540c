"""Treatment of the whole body: radionuclides, chemotherapy, targeted drugs.

    treat_whole_body(case, now)   the effect of a cycle, or of a visit at which a drug is given out

Growth is held from the first cycle on; what responds has shrunk by the first scan under it. What each of them needs
and does stands in its protocol. Source: the cards of the topics `prrt`, `chemotherapy` and `targeted`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.effects import BOTH_LOBES, hold, relieve, shrink
from sim.clinic.patient import Case
from sim.clinic.protocols import Treatment
from sim.clinic.radioembolisation import note_radionuclides
from sim.clinic.radionuclides import note_course
from sim.jit import jit_inside


@jit_inside
def treat_whole_body(case: Case, now: int) -> None:
    """A cycle: growth is held from the first one, what responds has shrunk by the first scan."""
    c = case.course
    protocol = case.desk.protocols[c.treatment]
    if c.session == 0:
        hold(case, now)
        relieve(case, now)
        _count(case, now)
    if c.session == min(protocol.sessions, protocol.scanned_every) - 1:
        shrink(case, BOTH_LOBES)


@jit_inside
def _count(case: Case, now: int) -> None:
    """What she has had is part of what the board knows."""
    treatment, findings = case.course.treatment, case.course.findings
    if treatment == Treatment.PRRT.value or treatment == Treatment.PRRT_AGAIN.value:
        findings[Finding.PRRT_HAD.value] += 1
        note_course(case, now)
        note_radionuclides(case, now)
    elif case.desk.protocols[treatment].cytotoxic:
        findings[Finding.CHEMOTHERAPIES_HAD.value] += 1
        findings[Finding.STREPTOZOCIN_HAD.value] += 1 if treatment == Treatment.STREPTOZOCIN.value else 0
    elif (
        treatment != Treatment.IMMUNOTHERAPY.value and treatment != Treatment.TRIAL.value
    ):  # a trial's row counts itself
        findings[Finding.TARGETED_HAD.value] += 1
