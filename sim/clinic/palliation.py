"""What is done against a symptom, elsewhere in the hospital: radiotherapy of a bone, an operation on a closed bowel or on
the primary that makes a hormone which threatens life.

    ask_for_palliation(case)    the wait for it, on other people's lists, which are not modelled
    palliated(case, now)        what it has done; and back to the board, which then decides on the tumour

Each eases in some, and may have to be done again when the symptom returns. Whom it has not eased is not offered it a
second time for the same symptom. Source: the cards of the topic `palliation`.
"""

from __future__ import annotations

from sim.clinic.asking import to_board
from sim.clinic.board import Finding
from sim.clinic.disease import set_alarm, settle
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, Site, later, whole
from sim.clinic.protocols import Treatment
from sim.clinic.stages import FIRST_TREATMENT, Stage
from sim.clinic.steps_of_surgery import note_primary_out
from sim.draws import exponential, lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note, then, wait
from sim.units import DAY

TRIED = 2  # not clinical: a symptom that is still there, and against which this has been tried
MONTH_OF_RISK = 30 * DAY  # not clinical: mortality is stated within 30 days


@jit_inside
def ask_for_palliation(case: Case) -> None:
    """From the decision until it has been done and has had its effect."""
    known, c = case.desk.known, case.course
    median, sigma = known[Known.RADIOTHERAPY_WAIT_MEDIAN.value], known[Known.RADIOTHERAPY_WAIT_SIGMA.value]
    if c.treatment == Treatment.BOWEL_SURGERY.value:
        median, sigma = known[Known.BOWEL_SURGERY_WAIT_MEDIAN.value], known[Known.BOWEL_SURGERY_WAIT_SIGMA.value]
    elif c.treatment == Treatment.HORMONE_SURGERY.value:
        median, sigma = known[Known.HORMONE_SURGERY_WAIT_MEDIAN.value], known[Known.HORMONE_SURGERY_WAIT_SIGMA.value]
    wait(case.plan, whole(lognormal(case.key, case.i, Ask.PALLIATION_WAIT.value, c.courses_made, median, sigma)))
    then(case.plan, Stage.PALLIATED.value)


@jit_inside
def palliated(case: Case, now: int) -> None:
    """It has been done, and eases or does not. The board sees her again."""
    c, plan = case.course, case.plan
    settle(case, now)
    why = FIRST_TREATMENT + c.treatment
    note(plan, Event.TREATED.value, c.courses_made, why)
    if c.treatment == Treatment.RADIOTHERAPY.value:
        eased = _irradiated(case, now)
    elif c.treatment == Treatment.BOWEL_SURGERY.value:
        eased = _operated(case, now)
    else:
        eased = _hormone_stilled(case, now)
    if eased:
        note(plan, Event.EASED.value, 0, why)
    note(plan, Event.COMPLETED.value, 1, why)
    c.treatment = -1
    set_alarm(case, now)
    to_board(case)


@jit_inside
def _irradiated(case: Case, now: int) -> bool:
    """Does the bone hurt no longer? Where it does not, it may begin again."""
    key, known, c = case.key, case.desk.known, case.course
    eased = uniform(key, case.i, Ask.PALLIATION_EASES.value, c.courses_made) < known[Known.RADIOTHERAPY_RELIEF.value]
    c.pain = 0 if eased else TRIED
    if eased:
        gap = exponential(key, case.i, Ask.SYMPTOM_AGAIN.value, c.courses_made) / known[Known.BONE_PAIN_RATE.value]
        c.pain_at = later(now, gap)
    return eased


@jit_inside
def _operated(case: Case, now: int) -> bool:
    """Is the bowel open again? A primary of the gut comes out with what closes it; some die of the operation."""
    key, known, c = case.key, case.desk.known, case.course
    in_gut = case.traits.site == Site.SMALL_INTESTINE.value or case.traits.site == Site.OTHER.value
    if in_gut and c.findings[Finding.PRIMARY.value] < 1:
        note_primary_out(case)
    c.gallbladder_out = 1
    if uniform(key, case.i, Ask.PROCEDURE_DEATH.value, c.courses_made) < known[Known.BOWEL_SURGERY_MORTALITY.value]:
        day = uniform(key, case.i, Ask.PROCEDURE_DEATH_DAY.value, c.courses_made)
        c.procedure_death_at = now + 1 + whole(day * MONTH_OF_RISK)
    eased = uniform(key, case.i, Ask.PALLIATION_EASES.value, c.courses_made) < known[Known.BOWEL_SURGERY_RELIEF.value]
    c.obstructed = 0 if eased else TRIED
    if eased:
        gap = exponential(key, case.i, Ask.SYMPTOM_AGAIN.value, c.courses_made) / known[Known.OBSTRUCTION_RATE.value]
        c.obstructed_at = later(now, gap)
    return eased


@jit_inside
def _hormone_stilled(case: Case, now: int) -> bool:
    """The primary is out, and with it for a time what it released; the metastases go on."""
    key, known, c = case.key, case.desk.known, case.course
    note_primary_out(case)
    eased = uniform(key, case.i, Ask.PALLIATION_EASES.value, c.courses_made) < known[Known.HORMONE_SURGERY_RELIEF_SHARE.value]
    if eased:
        median, sigma = known[Known.HORMONE_SURGERY_RELIEF_MEDIAN.value], known[Known.HORMONE_SURGERY_RELIEF_SIGMA.value]
        c.relief_until = later(now, lognormal(key, case.i, Ask.RELIEF_TIME.value, c.courses_made, median, sigma))
    return eased
