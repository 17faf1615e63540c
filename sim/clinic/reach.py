"""What a surgeon can reach and what stays of the liver: the limits that decide between one operation and another.

    lobe_share(case, lobe)             share of the liver in a lobe
    remnant(case, taken)               share that stays where a lobe is taken, as far as it has grown by then
    remnant_enough(case, share)        is that enough: not, once it has grown, or as it is
    beyond_reach(case, lobe, ...)      tumour of a lobe that excision and ablation would leave
    clear_lobe(case, lobe, ...)        excise and ablate there, and say what was left

Which lobe is taken is for the caller to say. Source: the cards of the topics `resection` and `ablation`.
"""

from __future__ import annotations

from sim.clinic.ablation import ablate_lesion, can_be_ablated
from sim.clinic.board import Finding
from sim.clinic.known import Known
from sim.clinic.lesions import add_up, scale_lesion
from sim.clinic.patient import Case
from sim.jit import jit_inside

TOO_SMALL, ENOUGH_IF_GROWN, ENOUGH = 0, 1, 2  # not clinical: levels of the board's attribute `remnant`


@jit_inside
def lobe_share(case: Case, lobe: int) -> float:
    """Share of the liver in a lobe, as nature made it."""
    first = case.traits.lobe_0
    return float(first if lobe == 0 else 1 - first)


@jit_inside
def remnant(case: Case, taken: int) -> float:
    """Share of the liver that stays where a lobe is taken; larger where that lobe's portal vein has been closed."""
    c = case.course
    if c.grown <= 0:
        return lobe_share(case, 1 - taken)
    stays = min(lobe_share(case, 1 - c.to_take) * (1 + c.grown), 1.0)
    return float(stays if taken == c.to_take else 1 - stays)


@jit_inside
def remnant_enough(case: Case, share: float) -> int:
    """TOO_SMALL, ENOUGH_IF_GROWN or ENOUGH; after chemotherapy or embolisation more has to stay.

    A portal vein is closed once: what is too small afterwards stays so.
    """
    known, findings = case.desk.known, case.course.findings
    embolised = findings[Finding.EMBOLISATIONS_HAD.value] + findings[Finding.TARE_HAD.value]
    hurt = embolised + findings[Finding.CHEMOTHERAPIES_HAD.value] > 0
    least = known[Known.REMNANT_LEAST_AFTER_TREATMENT.value if hurt else Known.REMNANT_LEAST_NORMAL.value]
    if share >= least:
        return ENOUGH
    hoped = share * (1 + known[Known.PORTAL_VEIN_GROWTH_MEDIAN.value])
    return ENOUGH_IF_GROWN if case.course.grown <= 0 and hoped >= least else TOO_SMALL


@jit_inside
def beyond_reach(case: Case, lobe: int, excisions: int, ablations: int) -> float:
    """Tumour seen in a lobe that would be left, as a share of the liver; 0 where all of it can be treated.

    excisions, ablations   the most there can be of each; what ablation can not reach is excised, the largest first
    """
    return _work_through(case, lobe, excisions, ablations, False)


@jit_inside
def clear_lobe(case: Case, lobe: int, excisions: int, ablations: int) -> float:
    """Excise and ablate what has been seen in a lobe. Returns what was left of it, as a share of the liver."""
    return _work_through(case, lobe, excisions, ablations, True)


@jit_inside
def _work_through(case: Case, lobe: int, excisions: int, ablations: int, carry_out: bool) -> float:
    left, scaled = 0.0, False
    for place in range(_largest_first(case, lobe)):
        j = case.desk.looks[place].order
        share = case.liver.lesions[j].share
        if ablations > 0 and can_be_ablated(case, j):
            ablations -= 1
            if carry_out:
                ablate_lesion(case, j)
                scaled = True
        elif excisions > 0:
            excisions -= 1
            if carry_out:
                scale_lesion(case, j, 0.0)
                scaled = True
        else:
            left += share
    if scaled:
        add_up(case)
    return float(left)


@jit_inside
def _largest_first(case: Case, lobe: int) -> int:
    """Put the lesions seen in a lobe in order of size, at a tie by number. Returns how many there are."""
    looks, number = case.desk.looks, 0
    for j in range(case.course.slots):
        lesion = case.liver.lesions[j]
        if lesion.seen == 0 or lesion.lobe != lobe or lesion.share <= 0:
            continue
        place = number
        while place > 0 and case.liver.lesions[looks[place - 1].order].share < lesion.share:
            looks[place].order = looks[place - 1].order
            place -= 1
        looks[place].order = j
        number += 1
    return number
