"""The way to a diagnosis: first symptom, referral, imaging, receptor PET, core biopsy.

One short function per step of care, in the order a patient meets them; the tumour board follows.
"""

from __future__ import annotations

from sim.clinic.asking import note_measured, on_list, report_minutes, to_board
from sim.clinic.board import Finding
from sim.clinic.disease import begin, set_alarm, settle
from sim.clinic.imaging import CT, MRI, PET, measured_cm, observe, sample
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, Phase, whole
from sim.clinic.protocols import Role
from sim.clinic.stages import Stage
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note, then, wait


@jit_inside
def first_symptom(case: Case, now: int) -> None:
    """She has symptoms and does not know of what; years may pass."""
    begin(case, now)
    set_alarm(case, now)
    wait(case.plan, case.traits.delay)
    then(case.plan, Stage.PRESENTED.value)


@jit_inside
def presented(case: Case, now: int) -> None:
    """Somebody takes the symptoms seriously; as an emergency she is referred at once."""
    known, c = case.desk.known, case.course
    settle(case, now)
    c.presented = 1
    c.phase = Phase.WORK_UP.value
    set_alarm(case, now)
    if c.burden >= known[Known.PRESENTING_BURDEN.value]:
        wait(case.plan, 0)
    else:
        median, sigma = known[Known.REFERRAL_INTERVAL_MEDIAN.value], known[Known.REFERRAL_INTERVAL_SIGMA.value]
        wait(case.plan, whole(lognormal(case.key, case.i, Ask.REFERRAL.value, 0, median, sigma)))
    then(case.plan, Stage.REFERRED.value)


@jit_inside
def referred(case: Case) -> None:
    """The centre has her: CT, with MRI where contrast is barred or the radiologist asks for it."""
    known = case.desk.known
    note(case.plan, Event.REFERRED.value)
    on_list(case, Role.CT.value, known[Known.CT_MINUTES.value])
    if case.traits.mri_told:
        on_list(case, Role.MRI.value, known[Known.MRI_MINUTES.value])
    then(case.plan, Stage.IMAGED.value)


@jit_inside
def imaged(case: Case) -> None:
    """The scans wait for their reports."""
    wait(case.plan, report_minutes(case))
    then(case.plan, Stage.IMAGING_READ.value)


@jit_inside
def imaging_read(case: Case, now: int) -> None:
    """The first look; receptor PET and core biopsy are asked for together."""
    known = case.desk.known
    observe(case, now, CT | MRI if case.traits.mri_told else CT)
    set_alarm(case, now)
    note_measured(case)
    on_list(case, Role.PET.value, known[Known.PET_MINUTES.value])
    on_list(case, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
    then(case.plan, Stage.SAMPLED.value)


@jit_inside
def sampled(case: Case) -> None:
    """The biopsy waits for its report; that of the PET is in by then."""
    known, c = case.desk.known, case.course
    median, sigma = known[Known.HISTOLOGY_REPORT_MEDIAN.value], known[Known.HISTOLOGY_REPORT_SIGMA.value]
    wait(case.plan, whole(lognormal(case.key, case.i, Ask.HISTOLOGY.value, c.biopsies, median, sigma)))
    then(case.plan, Stage.RESULTS_IN.value)


@jit_inside
def results_in(case: Case, now: int) -> None:
    """Diagnosis, unless the biopsy has to be repeated."""
    known, c = case.desk.known, case.course
    fails = uniform(case.key, case.i, Ask.BIOPSY_FAILS.value, c.biopsies) < known[Known.BIOPSY_FAILURE.value]
    c.biopsies += 1
    if c.biopsies == 1:
        observe(case, now, CT | MRI | PET if case.traits.mri_told else CT | PET)
        set_alarm(case, now)
        note_measured(case)
    if fails:
        on_list(case, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
        then(case.plan, Stage.SAMPLED.value)
        return
    sample(case)
    c.diagnosed_at = now
    c.nadir_cm = measured_cm(case)
    ki67 = case.course.findings[Finding.KI67_PCT.value]
    note(case.plan, Event.DIAGNOSED.value, whole(ki67 * 100))  # not clinical: hundredths
    to_board(case)
