"""A patient's liver metastases: their sizes, and what a treatment or a seeding makes of them.

    diameter(share, liver_ml), share_of(diameter_cm, liver_ml)   from a share of the liver to centimetres, and back
    size(case, j)                           of lesion j [cm]
    add_lesion(case, ...), scale_lesion(case, j, factor)   one more; one larger, smaller or gone
    add_up(case)                            the burden, once lesions have been scaled

Lesions share one law of growth, so each keeps its share of the burden until a treatment or a new lesion changes the
shares.
"""

from __future__ import annotations

import math

from sim.clinic.known import Known
from sim.clinic.patient import MOST_LESIONS, Ask, Case
from sim.draws import uniform
from sim.jit import jit, jit_inside


@jit
def diameter(share: float, liver_ml: float) -> float:
    """Diameter in cm of a round lesion that takes this share of a liver of `liver_ml` millilitres.

    >>> round(diameter(0.0083776, 1600.0), 2)
    2.95
    """
    return math.pow(6 * share * liver_ml / math.pi, 1 / 3)  # not clinical: the volume of a ball


@jit_inside
def size(case: Case, j: int) -> float:
    """Diameter of lesion j [cm]."""
    look, share = case.desk.looks[j], case.liver.lesions[j].share
    if look.share != share:
        look.share, look.cm = share, diameter(share, case.desk.known[Known.LIVER_VOLUME_ML.value])
    return float(look.cm)


@jit
def share_of(diameter_cm: float, liver_ml: float) -> float:
    """The share of the liver that a round lesion of this diameter takes."""
    return math.pi * diameter_cm * diameter_cm * diameter_cm / 6 / liver_ml  # not clinical: the volume of a ball


@jit_inside
def add_lesion(case: Case, share: float, lobe: int) -> None:
    """One more lesion. Where the array is full it joins the smallest one."""
    c = case.course
    if case.traits.row < 0:
        raise ValueError("a metastasis in someone who was to have none")
    place = 0
    for j in range(c.slots):
        if case.liver.lesions[j].share < case.liver.lesions[place].share:
            place = j
    if c.slots < MOST_LESIONS and (c.slots == 0 or case.liver.lesions[place].share > 0):
        place = c.slots
        c.slots += 1
    if case.liver.lesions[place].share <= 0:
        case.liver.lesions[place].lobe = lobe
        case.liver.lesions[place].seen = 0
        case.liver.lesions[place].ablated = 0
        case.liver.lesions[place].hidden = uniform(case.key, case.i, Ask.CONSPICUITY.value, c.lesions_made)
    c.lesions_made += 1
    case.liver.lesions[place].share += share
    c.burden += share


@jit_inside
def scale_lesion(case: Case, j: int, factor: float) -> None:
    """Multiply one lesion's volume; 0 takes it away. When all have been scaled, `add_up` must follow."""
    case.liver.lesions[j].share *= factor
    if case.liver.lesions[j].share <= 0:
        case.liver.lesions[j].seen = 0


@jit_inside
def add_up(case: Case) -> None:
    """The burden is the sum of the lesions, and places that have become empty at the end are not looked at again."""
    c = case.course
    total, used = 0.0, 0
    for j in range(c.slots):
        total += case.liver.lesions[j].share
        if case.liver.lesions[j].share > 0:
            used = j + 1
    c.burden = total
    c.slots = used
