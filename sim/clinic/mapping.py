"""The way to radioembolisation: a mapping angiogram, and the weeks in which the dose is worked out.

    mapping(case)      the case on the interventional list
    mapped(case, now)  treated some weeks later, or not at all

One short function per step of care; the sessions follow in `courses`.
"""

from __future__ import annotations

from sim.clinic.asking import session
from sim.clinic.courses import lose
from sim.clinic.disease import set_alarm, settle
from sim.clinic.known import Known
from sim.clinic.patient import Case, whole
from sim.clinic.radioembolisation import map_vessels
from sim.clinic.stages import FIRST_CAUSE, Cause, Stage
from sim.jit import jit_inside
from sim.steps import then, wait


@jit_inside
def mapping(case: Case) -> None:
    """A mapping angiogram before anything is injected that treats."""
    session(case)
    then(case.plan, Stage.MAPPED.value)


@jit_inside
def mapped(case: Case, now: int) -> None:
    """Where the spheres would reach the lung or the gut there is no treatment; else the dose takes some weeks."""
    settle(case, now)
    if map_vessels(case):
        wait(case.plan, whole(case.desk.known[Known.TARE_LEAD.value]))
        then(case.plan, Stage.NEXT_SESSION.value)
    else:
        lose(case, FIRST_CAUSE + Cause.MAPPING.value)
    set_alarm(case, now)
