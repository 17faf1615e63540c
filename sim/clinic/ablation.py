"""Ablation by radiofrequency, microwave or cold: which lesions a needle can reach, and what it leaves of them.

    too_large, badly_placed     what bars a lesion from ablation
    can_be_ablated(case, j)     neither of them, and it has not been ablated too often
    ablate_lesion(case, j)  one lesion, in a session of its own or during an operation
    ablate(case)            a session: every lesion seen

Source: the cards of the topic `ablation`.
"""

from __future__ import annotations

import math

from sim.clinic.board import Finding
from sim.clinic.known import Known
from sim.clinic.lesions import add_up, scale_lesion, size
from sim.clinic.patient import MOST_LESIONS, Ask, Case
from sim.clinic.residue import leave_residue
from sim.draws import uniform
from sim.jit import jit_inside


@jit_inside
def too_large(case: Case, j: int) -> bool:
    """Has a lesion outgrown ablation? Beyond the hard limit nothing is ablated, whatever a centre offers."""
    known = case.desk.known
    return bool(size(case, j) > min(known[Known.ABLATION_LIMIT_CM.value], known[Known.ABLATION_HARD_LIMIT_CM.value]))


@jit_inside
def badly_placed(case: Case, j: int) -> bool:
    """Does a lesion lie where a needle can not go? Fixed for the lesion, from how it came to be."""
    look = case.desk.looks[j]
    if look.patient != case.i:
        look.patient, look.site = case.i, uniform(case.key, case.i, Ask.UNSUITABLE_SITE.value, j)
    return bool(look.site < case.desk.known[Known.ABLATION_UNSUITABLE_SITE.value])


@jit_inside
def can_be_ablated(case: Case, j: int) -> bool:
    """Small enough, within reach, and not ablated too often already: what has come back again and again will again."""
    often = case.liver.lesions[j].ablated >= case.desk.known[Known.ABLATION_MOST_REPEATS.value]
    return not often and not too_large(case, j) and not badly_placed(case, j)


@jit_inside
def _failing(case: Case, j: int) -> float:
    """Chance that a lesion comes back at its place: the larger, the likelier."""
    known = case.desk.known
    relative = size(case, j) / known[Known.ABLATION_FAILURE_SIZE_REFERENCE_CM.value]
    rises = math.pow(relative, known[Known.ABLATION_FAILURE_SIZE_EXPONENT.value])
    return float(min(known[Known.ABLATION_LOCAL_FAILURE.value] * rises, 1.0))


@jit_inside
def ablate_lesion(case: Case, j: int) -> None:
    """Destroy a lesion, or leave a part of it to come back at its rim; `add_up` must follow."""
    known, c = case.desk.known, case.course
    luck = uniform(case.key, case.i, Ask.LOCAL_FAILURE.value, c.operations * MOST_LESIONS + j)
    case.liver.lesions[j].ablated += 1
    if luck < _failing(case, j):
        scale_lesion(case, j, known[Known.ABLATION_RIM.value])
        case.liver.lesions[j].seen = 0
    else:
        scale_lesion(case, j, 0.0)


@jit_inside
def ablate(case: Case) -> None:
    """A session: every lesion that has been seen. What nobody has seen is left where the largest of them lay."""
    c = case.course
    c.clear = 1
    ablated, largest, lobe = False, 0.0, 0
    for j in range(case.course.slots):
        if case.liver.lesions[j].seen and case.liver.lesions[j].share > 0:
            if case.liver.lesions[j].share > largest:
                largest, lobe = case.liver.lesions[j].share, case.liver.lesions[j].lobe
            ablate_lesion(case, j)
            ablated = True
    if ablated:
        add_up(case)
        leave_residue(case, lobe, False)
    c.operations += 1
    case.course.findings[Finding.ABLATIONS_HAD.value] += 1 if c.session == 0 else 0
