"""What nobody sees and no treatment takes: the microscopic residue that recurrences come of.

    leave_residue(case, lobe, margin)    of an operation or ablation after which nothing visible is left
    seed_graft(case, burden)             in a new liver, of tumour that had left the old one

Source: the cards `residue_complete`, `residue_r1`, `transplant_residue`, `primary_hepatic`.
"""

from __future__ import annotations

import math

from sim.clinic.known import Known
from sim.clinic.lesions import add_lesion
from sim.clinic.patient import Ask, Case
from sim.draws import lognormal, uniform
from sim.jit import jit_inside


@jit_inside
def leave_residue(case: Case, lobe: int, margin: bool) -> None:
    """A microscopic residue where nothing visible is left, larger where a margin is involved.

    What began in the liver is mostly gone for good.
    """
    known, c = case.desk.known, case.course
    back = known[Known.PRIMARY_HEPATIC_RECURRENCE.value]
    if case.traits.hepatic and uniform(case.key, case.i, Ask.HEPATIC_RESIDUE.value, c.operations) >= back:
        return
    median = known[Known.RESIDUE_R1_MEDIAN.value if margin else Known.RESIDUE_COMPLETE_MEDIAN.value]
    sigma = known[Known.RESIDUE_R1_SIGMA.value if margin else Known.RESIDUE_COMPLETE_SIGMA.value]
    add_lesion(case, lognormal(case.key, case.i, Ask.RESIDUE.value, c.operations, median, sigma), lobe)


@jit_inside
def seed_graft(case: Case, burden: float) -> None:
    """Tumour from outside the liver settles in the graft, the likelier the more the old liver held to send it out.

    burden   of the old liver. At the reference burden the chance is that of the card; twice the burden is two chances
    """
    known, c = case.desk.known, case.course
    spared = 1 - known[Known.TRANSPLANT_RESIDUE_SHARE.value]
    chances = burden / known[Known.GOMPERTZ_REFERENCE_BURDEN.value]
    if uniform(case.key, case.i, Ask.GRAFT_SEEDED.value, c.operations) < 1 - math.pow(spared, chances):
        median, sigma = known[Known.TRANSPLANT_RESIDUE_MEDIAN.value], known[Known.TRANSPLANT_RESIDUE_SIGMA.value]
        add_lesion(case, lognormal(case.key, case.i, Ask.GRAFT_RESIDUE.value, c.operations, median, sigma), 0)
