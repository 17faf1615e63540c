"""Operations on the liver: what is taken, what is left, what bars it on the table, and what comes in two steps.

    is_major(case)                does the operation to come take a whole lobe?
    closes_vein_only(case)        is the first step an embolisation of the portal vein, without an operation?
    lobe_to_take(case)            the lobe a surgeon takes
    resection_minutes(case)       planned minutes of the operation to come
    can_be_resected(case)         is what was planned still possible, now that she is on the table?
    can_go_on(case)               the same as the CT between two operations shows it, before she is called again
    resect, close_portal_vein         the effects
    risks_like(case)              the treatment whose risks the operation to come has
    takes_primary_along, primary_goes_first    what becomes of the primary

Recurrence is regrowth of what is left: lesions that nobody saw, and a microscopic residue where nothing visible is
left. What debulking leaves is what it leaves. Source: the cards of the topics `resection`, `debulking`, `primary`.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.imaging import found, main_lobe, tumour_seen
from sim.clinic.known import Known
from sim.clinic.lesions import add_up, scale_lesion
from sim.clinic.patient import Ask, Case, Site
from sim.clinic.protocols import Family, Treatment
from sim.clinic.reach import ENOUGH, ENOUGH_IF_GROWN, beyond_reach, clear_lobe, remnant, remnant_enough
from sim.clinic.residue import leave_residue
from sim.clinic.seeding import beyond_surgery, remove_nodes
from sim.draws import lognormal, uniform
from sim.jit import jit_inside


@jit_inside
def is_major(case: Case) -> bool:
    """Does the operation to come take a whole lobe?

    Where the name does not say, it does unless the lesions are few. Of two steps the second does.
    """
    c = case.course
    if c.treatment == Treatment.RESECTION_WITH_ABLATION.value or c.treatment == Treatment.DEBULKING.value:
        few = case.desk.known[Known.RESECTION_MINOR_MOST_LESIONS.value]
        return bool(case.course.findings[Finding.LESIONS.value] > few)
    if c.treatment == Treatment.TWO_STEP_RESECTION.value:
        return bool(c.session > 0)
    return bool(c.treatment != Treatment.MINOR_RESECTION.value)


@jit_inside
def is_first_step(case: Case) -> bool:
    """Is it the first of two steps, which leaves the lobe that will be taken?"""
    c = case.course
    return bool(c.treatment == Treatment.TWO_STEP_RESECTION.value and c.session == 0)


@jit_inside
def lobe_to_take(case: Case) -> int:
    """The lobe a surgeon takes: that with more tumour, or the one whose portal vein was closed for it."""
    c = case.course
    if c.treatment == Treatment.TWO_STEP_RESECTION.value and c.session > 0:
        return int(c.to_take)
    return main_lobe(case)


@jit_inside
def closes_vein_only(case: Case) -> bool:
    """Is the first of two steps an embolisation of the portal vein, with nothing to clear in the lobe that stays?"""
    return is_first_step(case) and seen_in_lobe(case, 1 - lobe_to_take(case)) == 0


@jit_inside
def operates(case: Case) -> bool:
    """Is the session to come an operation on the liver, in theatre?"""
    family = case.desk.protocols[case.course.treatment].family
    return bool(family == Family.RESECTION.value and not closes_vein_only(case))


@jit_inside
def _most_excisions(case: Case) -> int:
    """How many lesions of the lobe that stays can be cut out: none beside a whole lobe, unless some may be left."""
    spared = is_first_step(case) or case.course.treatment == Treatment.DEBULKING.value
    if spared or case.course.treatment == Treatment.MINOR_RESECTION.value:
        return int(case.desk.known[Known.EXCISION_MOST_LESIONS.value])
    return 0


@jit_inside
def _stays(case: Case) -> float:
    """Tumour seen in the lobe that is not taken which the operation to come can not reach, as a share of the liver."""
    most = int(case.desk.known[Known.ABLATION_MOST_INTRAOPERATIVE.value])
    return beyond_reach(case, 1 - lobe_to_take(case), _most_excisions(case), most)


@jit_inside
def resection_minutes(case: Case) -> float:
    """Planned minutes of the operation to come, from what imaging has seen, with the primary if it goes along."""
    known, c = case.desk.known, case.course
    if closes_vein_only(case):
        return float(known[Known.PORTAL_VEIN_MINUTES.value])
    if c.treatment == Treatment.DEBULKING.value:
        gallbladder = 0.0 if c.gallbladder_out else known[Known.CHOLECYSTECTOMY_MINUTES.value]
        return float(known[Known.RESECTION_MINUTES_COMPLEX.value] + gallbladder)
    minutes = known[Known.RESECTION_MINUTES_MAJOR.value if is_major(case) else Known.RESECTION_MINUTES_MINOR.value]
    if c.treatment != Treatment.MINOR_RESECTION.value:
        ablated = seen_in_lobe(case, 1 - lobe_to_take(case))
        minutes += ablated * known[Known.ABLATION_INTRAOPERATIVE_MINUTES.value]
    if takes_primary_along(case):
        site = case.traits.site
        if site == Site.PANCREAS.value:
            minutes += known[Known.PRIMARY_COMBINED_MINUTES_PANCREAS.value]
        elif site == Site.SMALL_INTESTINE.value:
            minutes += known[Known.PRIMARY_COMBINED_MINUTES_SMALL_INTESTINE.value]
        else:
            minutes += known[Known.PRIMARY_COMBINED_MINUTES_OTHER.value]
    return float(minutes)


@jit_inside
def can_be_resected(case: Case) -> bool:
    """Looks at the truth, as the surgeon does.

    There is nothing outside the liver but nodes that the board did not know of, and what the operation does not take
    can be excised or ablated. What the board knows of bars an operation by its rows, or not at all. Debulking only asks
    whether it would still remove enough; to embolise a portal vein nobody looks into the abdomen.
    """
    if case.course.treatment == Treatment.DEBULKING.value:
        seen = tumour_seen(case)
        enough = (1 - case.desk.known[Known.DEBULKING_THRESHOLD.value]) * seen
        return bool(seen > 0 and _stays(case) <= enough)
    if closes_vein_only(case):
        return True
    known = case.course.findings[Finding.EXTRAHEPATIC.value] == 1
    return bool((known or not beyond_surgery(case)) and _stays(case) <= 0)


@jit_inside
def can_go_on(case: Case) -> bool:
    """What the CT between two operations must show, and how she must be, for the next one to be booked.

    Nothing outside the liver, nothing in the lobe that stays beyond the next operation's reach, and enough liver.
    """
    known, findings, c = case.desk.known, case.course.findings, case.course
    if findings[Finding.EXTRAHEPATIC.value] > 0 or c.ecog > known[Known.SURGERY_MOST_ECOG.value]:
        return False
    if findings[Finding.LIVER_METASTASES.value] < 1 or _stays(case) > 0:
        return False
    if is_first_step(case):
        return remnant_enough(case, remnant(case, lobe_to_take(case))) >= ENOUGH_IF_GROWN
    return not is_major(case) or remnant_enough(case, remnant(case, lobe_to_take(case))) == ENOUGH


@jit_inside
def seen_in_lobe(case: Case, lobe: int) -> int:
    """How many lesions of a lobe have been seen."""
    number = 0
    for j in range(case.course.slots):
        if case.liver.lesions[j].seen and case.liver.lesions[j].lobe == lobe and case.liver.lesions[j].share > 0:
            number += 1
    return number


@jit_inside
def resect(case: Case) -> None:
    """One operation: the diseased lobe's lesions out, what is seen in the other one excised or ablated.

    Ultrasound on the table finds some of what imaging missed. A minor resection removes what is seen, a major one
    the whole lobe. The first of two steps leaves the diseased lobe alone and closes its portal vein.
    """
    known, c = case.desk.known, case.course
    major, first, main = is_major(case), is_first_step(case), lobe_to_take(case)
    excisions = _most_excisions(case)
    _ultrasound(case)
    if not first:
        _take(case, main, major)
        remove_nodes(case)
    left = clear_lobe(case, 1 - main, excisions, int(known[Known.ABLATION_MOST_INTRAOPERATIVE.value]))
    if (
        major or c.treatment == Treatment.DEBULKING.value
    ):  # with the lobe it lies in, or because embolisation will follow
        c.gallbladder_out = 1
    c.major = 1 if major else 0
    c.clear = 1 if left <= 0 and not first else 0
    if c.clear:
        margin = uniform(case.key, case.i, Ask.MARGIN.value, case.course.operations) < known[Known.R1_SHARE.value]
        leave_residue(case, 1 - main if major else main, margin)
    if first:
        close_portal_vein(case, main)
        c.lobe_cleared = 1
    if c.session == 0 or c.lobe_cleared == 0:
        case.course.findings[Finding.RESECTIONS_HAD.value] += 1
    c.operations += 1


@jit_inside
def _ultrasound(case: Case) -> None:
    """What the surgeon's own ultrasound finds has been seen."""
    known = case.desk.known
    for j in range(case.course.slots):
        if case.liver.lesions[j].share > 0 and found(
            case,
            j,
            known[Known.DETECTION_INTRAOPERATIVE_HALF_CM.value],
            known[Known.DETECTION_INTRAOPERATIVE_STEEPNESS.value],
            known[Known.DETECTION_INTRAOPERATIVE_CEILING.value],
        ):
            case.liver.lesions[j].seen = 1


@jit_inside
def _take(case: Case, lobe: int, whole_lobe: bool) -> None:
    """The lesions seen in a lobe, or the lobe with all there is in it."""
    taken = False
    for j in range(case.course.slots):
        inside = case.liver.lesions[j].share > 0 and case.liver.lesions[j].lobe == lobe
        if inside and (whole_lobe or case.liver.lesions[j].seen == 1):
            scale_lesion(case, j, 0.0)
            taken = True
    if taken:
        add_up(case)


@jit_inside
def close_portal_vein(case: Case, lobe: int) -> None:
    """A lobe's portal vein is ligated or embolised: by the CT before the next operation the other lobe has grown."""
    known, c = case.desk.known, case.course
    c.to_take = lobe
    c.lobe_cleared = 0
    median, sigma = known[Known.PORTAL_VEIN_GROWTH_MEDIAN.value], known[Known.PORTAL_VEIN_GROWTH_SIGMA.value]
    c.grown = lognormal(case.key, case.i, Ask.PORTAL_VEIN_GROWTH.value, 0, median, sigma)


@jit_inside
def risks_like(case: Case) -> int:
    """The treatment whose risks the operation to come has: debulking its own, others by their extent."""
    treatment = case.course.treatment
    if treatment == Treatment.DEBULKING.value:
        return int(treatment)
    return Treatment.MAJOR_RESECTION.value if is_major(case) else Treatment.MINOR_RESECTION.value


@jit_inside
def _primary_to_come_out(case: Case) -> bool:
    """Is the primary known and still in place, and the aim to leave nothing behind? Debulking leaves it."""
    family = case.desk.protocols[case.course.treatment].family
    aim = family == Family.RESECTION.value and case.course.treatment != Treatment.DEBULKING.value
    known_site = case.traits.site != Site.UNKNOWN.value
    return bool(aim and known_site and case.course.findings[Finding.PRIMARY.value] < 1)


@jit_inside
def takes_primary_along(case: Case) -> bool:
    """Is the primary resected in the liver's operation? With a minor one, or the first of two steps."""
    return _primary_to_come_out(case) and operates(case) and not is_major(case)


@jit_inside
def primary_goes_first(case: Case) -> bool:
    """Is the primary resected before the liver? Before a major operation, or where the first step is none."""
    return _primary_to_come_out(case) and not takes_primary_along(case)
