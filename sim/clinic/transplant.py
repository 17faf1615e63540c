"""Liver transplant: which grafts suit, and what the operation takes away and leaves.

    grafts_that_suit(kinds)          for each blood group the kinds of graft that suit, as bits
    graft_mask(case)             those of a patient
    replace_liver(case)          the effect; returns the extra minutes in hospital if the graft is lost

The old liver goes with all its metastases, seen and unseen. What is outside it stays: disease nobody has seen, and
an occult residue that settles in the graft. Drugs against rejection and what they do are not in the model.
Source: the cards of the topic `transplant`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.clinic.board import Finding
from sim.clinic.known import Known
from sim.clinic.lesions import add_up, scale_lesion
from sim.clinic.patient import Ask, BloodGroup, Case, later, whole
from sim.clinic.residue import seed_graft
from sim.clinic.stages import FIRST_TREATMENT, Policy
from sim.draws import uniform
from sim.errors import InputError, Problem
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import NEVER, note

KINDS = tuple(group.name.lower() for group in BloodGroup)
"""What a scenario calls the kinds of graft."""

_SUIT = {
    BloodGroup.O: (BloodGroup.O,),
    BloodGroup.A: (BloodGroup.O, BloodGroup.A),
    BloodGroup.B: (BloodGroup.O, BloodGroup.B),
    BloodGroup.AB: tuple(BloodGroup),
}


def grafts_that_suit(kinds: Sequence[str]) -> dict[BloodGroup, int]:
    """For each blood group the kinds of graft that suit, as bits of their places in `kinds`.

    kinds   the scenario's kinds of graft, in its order: blood groups
    InputError if one of them is none.

    >>> {group.name: bits for group, bits in grafts_that_suit(("o", "a", "b", "ab")).items()}
    {'O': 1, 'A': 3, 'B': 5, 'AB': 15}
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise InputError(
            Problem(path="resources.grafts.kinds", found=f"'{unknown[0]}'", expected="some of: " + ", ".join(KINDS))
        )
    return {
        group: sum(1 << place for place, kind in enumerate(kinds) if BloodGroup[kind.upper()] in _SUIT[group])
        for group in BloodGroup
    }


@jit_inside
def graft_mask(case: Case) -> int:
    """The kinds of graft that suit a patient, as bits."""
    return int(case.desk.policy[Policy.GRAFTS_FOR_O.value + case.traits.blood_group])


@jit_inside
def replace_liver(case: Case) -> int:
    """The old liver out, the graft in. Returns the minutes in hospital that the loss of the graft adds."""
    key, known, c = case.key, case.desk.known, case.course
    burden = c.burden
    for j in range(c.slots):
        scale_lesion(case, j, 0.0)
    if c.slots > 0:
        add_up(case)
    seed_graft(case, burden)
    c.clear = 1
    c.operations += 1
    _leave_the_old_liver_behind(case)
    case.course.findings[Finding.TRANSPLANTS_HAD.value] += 1
    if uniform(key, case.i, Ask.GRAFT_LOSS.value, c.courses_made) < known[Known.TRANSPLANT_GRAFT_LOSS.value]:
        longer = whole(known[Known.TRANSPLANT_STAY_ICU.value] + known[Known.TRANSPLANT_STAY_WARD.value])
        note(case.plan, Event.COMPLICATED.value, longer, FIRST_TREATMENT + c.treatment)
        note(case.plan, Event.SEVERE.value, 0, FIRST_TREATMENT + c.treatment)
        return longer
    return 0


@jit_inside
def _leave_the_old_liver_behind(case: Case) -> None:
    """What the old liver suffered from ends with it; the graft is seeded only by disease outside the liver."""
    c = case.course
    c.failed = 0
    c.declined = 0
    c.irradiated = 0
    c.responding = 0
    c.response_at = NEVER
    c.decline_at = NEVER
    c.liver_death_at = NEVER
    if c.extrahepatic == 0:
        c.new_lesion_at = NEVER
    if c.extrahepatic_at > later(c.anchor, case.desk.known[Known.TRANSPLANT_SPREAD_LAG.value]):
        c.extrahepatic_at = NEVER  # what would have come from the old liver later than that had not left it yet
