"""Thermal ablation: which lesions a needle can reach, and what it leaves of them.

    too_large, badly_placed     what bars a lesion from ablation
    ablate_lesion(case, j)  one lesion, in a session of its own or during an operation
    ablate(case)            a session: every lesion seen

Source: the cards of the topic `ablation`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.disease import add_up, scale_lesion, size
from sim.clinic.known import Known
from sim.clinic.patient import MOST_LESIONS, Ask, Case
from sim.draws import uniform
from sim.jit import jit_inside


@jit_inside
def too_large(case: Case, j: int) -> bool:
    """Has a lesion outgrown ablation?"""
    return bool(size(case, j) > case.desk.known[Known.ABLATION_LIMIT_CM.value])


@jit_inside
def badly_placed(case: Case, j: int) -> bool:
    """Does a lesion lie where a needle can not go? Fixed for the lesion, from how it came to be."""
    look = case.desk.looks[j]
    if look.patient != case.i:
        look.patient, look.site = case.i, uniform(case.key, case.i, Ask.UNSUITABLE_SITE.value, j)
    return bool(look.site < case.desk.known[Known.ABLATION_UNSUITABLE_SITE.value])


@jit_inside
def ablate_lesion(case: Case, j: int) -> None:
    """Destroy a lesion, or leave a part of it to come back at its rim; `add_up` must follow."""
    known, c = case.desk.known, case.course
    fails = uniform(case.key, case.i, Ask.LOCAL_FAILURE.value, c.operations * MOST_LESIONS + j)
    if fails < known[Known.ABLATION_LOCAL_FAILURE.value]:
        scale_lesion(case, j, known[Known.ABLATION_RIM.value])
        case.liver.lesions[j].seen = 0
    else:
        scale_lesion(case, j, 0.0)


@jit_inside
def ablate(case: Case) -> None:
    """A session: every lesion that has been seen."""
    c = case.course
    c.clear = 1
    ablated = False
    for j in range(case.course.slots):
        if case.liver.lesions[j].seen and case.liver.lesions[j].share > 0:
            ablate_lesion(case, j)
            ablated = True
    if ablated:
        add_up(case)
    c.operations += 1
    case.course.findings[Finding.ABLATIONS_HAD.value] += 1 if c.session == 0 else 0
