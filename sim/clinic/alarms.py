"""When the disease rings: what that means for the journey.

    ring(case, now)     the disease does what its alarm was set for: silent, a visit, or death

Only death evicts. Growth and spread are silent until imaging sees them; new or worse symptoms ask for a visit,
which withdraws what is still waited for. What happens in truth is logged for the reader of the log; the board
never sees it.
"""

from __future__ import annotations

from typing import Any

from sim.clinic.disease import Alarm, pass_alarm, set_alarm, settle, symptomatic
from sim.clinic.imaging import show_spread
from sim.clinic.known import Known
from sim.clinic.listing import leave_list
from sim.clinic.patient import Case, Phase, Spread, World, case_of
from sim.clinic.protocols import Family, Treatment
from sim.clinic.stages import FIRST_CAUSE, FIRST_TREATMENT, Cause, Stage
from sim.jit import jit, jit_inside
from sim.log import Event
from sim.steps import NEVER, Ring, alarm, clear, note


@jit
def ring(world: World, i: int, now: int) -> None:
    """The disease does what the alarm was set for. Only death evicts; symptoms ask for a visit."""
    case = case_of(world, i)
    c, plan = case.course, case.plan
    clear(plan)
    settle(case, now)
    kind = pass_alarm(case, now)
    reply = plan.reply[0]
    late = kind == Alarm.LIVER_DEATH.value or kind == Alarm.MARROW_DEATH.value
    other = kind == Alarm.REGIONAL_DEATH.value or kind == Alarm.HEART_DEATH.value
    if kind <= Alarm.CANCER_DEATH.value or late or other:
        reply.ring = Ring.DEATH.value
        cause = Cause.CANCER.value
        if kind == Alarm.OTHER_DEATH.value:
            cause = Cause.OTHER_CAUSE.value
        elif kind == Alarm.PROCEDURE_DEATH.value or late:
            cause = Cause.TREATMENT.value
        reply.why = FIRST_CAUSE + cause
        c.alarm_at = NEVER
    else:
        _note_truth(case, kind)
        if kind == Alarm.BONE_PAIN.value:
            show_spread(case, Spread.BONE.value)
        elif kind == Alarm.OBSTRUCTION.value:
            show_spread(case, Spread.PERITONEUM.value)
        target = _visit(case, kind)
        if target >= 0:
            reply.ring = Ring.REDIRECT.value
            reply.then = target
        set_alarm(case, now)
    alarm(plan, c.alarm_at)


@jit_inside
def _note_truth(case: Case, kind: int) -> None:
    """What happens in truth is logged for the reader of the log; the board never sees it."""
    if kind == Alarm.METASTASIS.value:
        note(case.plan, Event.METASTASISED.value)
    elif kind == Alarm.SPREAD.value:
        note(case.plan, Event.SPREAD.value, case.course.extrahepatic)
    elif kind == Alarm.HEART.value:
        note(case.plan, Event.HEART.value)
    elif kind == Alarm.BONE_PAIN.value:
        note(case.plan, Event.PAIN.value)
    elif kind == Alarm.OBSTRUCTION.value:
        note(case.plan, Event.OBSTRUCTED.value)
    elif kind == Alarm.VALVE.value:
        note(case.plan, Event.VALVE.value)
    elif kind == Alarm.WORSENING.value:
        note(case.plan, Event.WORSENED.value, case.course.ecog)
    elif kind == Alarm.LIVER_DECLINE.value:
        note(case.plan, Event.COMPLICATED.value, 0, FIRST_TREATMENT + Treatment.TARE.value)
        note(case.plan, Event.WORSENED.value, case.course.ecog)
    elif kind == Alarm.MARROW.value:
        note(case.plan, Event.COMPLICATED.value, 0, FIRST_TREATMENT + Treatment.PRRT.value)
        note(case.plan, Event.SEVERE.value, 1, FIRST_TREATMENT + Treatment.PRRT.value)
        note(case.plan, Event.WORSENED.value, case.course.ecog)


@jit_inside
def _visit(case: Case, kind: int) -> int:
    """The step that new symptoms lead to, or -1 if the journey goes on as it was."""
    known, c = case.desk.known, case.course
    if kind == Alarm.PRESENTING.value:
        return Stage.PRESENTED.value
    watched = c.phase == Phase.SURVEILLANCE.value
    waiting = c.phase == Phase.WAITING.value
    if kind == Alarm.BONE_PAIN.value or kind == Alarm.OBSTRUCTION.value:
        if c.presented == 0:
            c.presented = 1
            return Stage.PRESENTED.value
        return Stage.SYMPTOM_VISIT.value if watched else -1
    if kind == Alarm.RELIEF_ENDS.value:
        return Stage.SYMPTOM_VISIT.value if watched and symptomatic(case) else -1
    if kind == Alarm.FAILING.value:
        if c.listed:
            leave_list(case, Cause.LIVER_FAILURE.value)
        return Stage.SYMPTOM_VISIT.value if watched or waiting else -1
    late = kind == Alarm.LIVER_DECLINE.value or kind == Alarm.MARROW.value
    if late and watched:
        return Stage.SYMPTOM_VISIT.value
    if kind == Alarm.WORSENING.value or late:
        family = case.desk.protocols[c.treatment].family if waiting else Family.NONE.value
        if waiting and family != Family.PRIMARY.value and family != Family.PALLIATIVE.value and c.ecog > _most_ecog(known, family):
            if c.listed:
                leave_list(case, Cause.FRAILTY.value)
            else:
                note(case.plan, Event.LOST.value, 0, FIRST_TREATMENT + c.treatment)
            return Stage.SYMPTOM_VISIT.value
        if watched and c.had_disease and c.ecog >= 2:
            return Stage.SYMPTOM_VISIT.value
    return -1


@jit_inside
def _most_ecog(known: Any, family: int) -> float:
    """The worst performance status with which a planned treatment is still given."""
    if family == Family.RESECTION.value:
        return float(known[Known.SURGERY_MOST_ECOG.value])
    if family == Family.TRANSPLANT.value:
        return float(known[Known.TRANSPLANT_MOST_ECOG.value])
    return float(known[Known.SESSION_MOST_ECOG.value])
