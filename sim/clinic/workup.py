"""The way to a diagnosis: first symptom, referral, imaging, receptor PET, core biopsy.

One short function per step of care, in the order a patient meets them; the tumour board follows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.clinic.asking import note_measured, on_list, report_minutes, to_board
from sim.clinic.board import Finding, first_row
from sim.clinic.casenotes import know_the_patient
from sim.clinic.disease import begin, set_alarm, settle
from sim.clinic.imaging import CT, MRI, mark_smallest, observe, receptor_scan, sample
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, Phase, later, whole
from sim.clinic.protocols import Role
from sim.clinic.stages import Policy, Stage
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note, then, wait

_HISTOLOGY_BEFORE = np.array(
    [
        Known.HISTOLOGY_BEFORE_SMALL_INTESTINE,
        Known.HISTOLOGY_BEFORE_PANCREAS,
        Known.HISTOLOGY_BEFORE_OTHER,
        Known.HISTOLOGY_BEFORE_UNKNOWN,
    ]
)
"""Where the share whose primary has been biopsied before referral stands among the evidence, by Site."""


@jit_inside
def first_symptom(case: Case, now: int) -> None:
    """She has symptoms and does not know of what; years may pass. Or the tumour is found by chance."""
    begin(case, now)
    set_alarm(case, now)
    if case.traits.by_chance:
        note(case.plan, Event.BY_CHANCE.value)
    _next_visit(case, now)


@jit_inside
def misled(case: Case, now: int) -> None:
    """A doctor takes it for something else."""
    note(case.plan, Event.MISLED.value, case.course.visits)
    _next_visit(case, now)


@jit_inside
def _next_visit(case: Case, now: int) -> None:
    """The next visit to a doctor. The visits divide the delay; they do not make it longer."""
    c, p = case.course, case.traits
    wrong = _wrong_visits(case)
    if c.visits < wrong:
        begins = case.desk.known[Known.MISDIAGNOSIS_BEGINS.value]
        part = begins + (1 - begins) * c.visits / wrong
        c.visits += 1
        wait(case.plan, max(later(p.arrived, p.delay * part) - now, 0))
        then(case.plan, Stage.MISLED.value)
    else:
        wait(case.plan, p.delay if c.visits == 0 else max(later(p.arrived, p.delay) - now, 0))
        then(case.plan, Stage.PRESENTED.value)


@jit_inside
def _wrong_visits(case: Case) -> int:
    """How many doctors take it for something else before one does not."""
    key, known = case.key, case.desk.known
    if case.traits.delay == 0 or uniform(key, case.i, Ask.VISITS.value, 0) >= known[Known.MISDIAGNOSIS_SHARE.value]:
        return 0
    again = math.log(uniform(key, case.i, Ask.VISITS.value, 1)) / math.log(known[Known.MISDIAGNOSIS_AGAIN.value])
    return int(min(1 + again, known[Known.MISDIAGNOSIS_MOST.value]))


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
    if uniform(case.key, case.i, Ask.HISTOLOGY_BEFORE.value, 0) < known[_HISTOLOGY_BEFORE[case.traits.site]]:
        sample(case)
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
    """The first look; a receptor scan is asked for, and a biopsy unless the primary's histology is known."""
    known = case.desk.known
    observe(case, now, CT | MRI if case.traits.mri_told else CT)
    set_alarm(case, now)
    note_measured(case)
    on_list(case, Role.PET.value, known[Known.PET_MINUTES.value])
    if case.course.histology_known == 0:
        on_list(case, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
    then(case.plan, Stage.SAMPLED.value)


@jit_inside
def sampled(case: Case) -> None:
    """The biopsy waits for its report; that of receptor imaging is in by then. Without a biopsy it waits alone."""
    known, c = case.desk.known, case.course
    if c.histology_known == 1:
        wait(case.plan, report_minutes(case))
        then(case.plan, Stage.RESULTS_IN.value)
        return
    median, sigma = known[Known.HISTOLOGY_REPORT_MEDIAN.value], known[Known.HISTOLOGY_REPORT_SIGMA.value]
    wait(case.plan, whole(lognormal(case.key, case.i, Ask.HISTOLOGY.value, c.biopsies, median, sigma)))
    then(case.plan, Stage.RESULTS_IN.value)


@jit_inside
def _read_receptor_scan(case: Case, now: int) -> None:
    """The receptor scan is read, and what the board would do without it compared with what it would do now.

    What the biopsy says is known to both. Without the scan nobody knows of receptors: no row that asks for them fits.
    """
    c = case.course
    settle(case, now)
    compared = c.histology_known == 1
    main, background = -1, -1
    if compared:
        know_the_patient(case, now)
        main, background = _rows(case)
    observe(case, now, (CT | MRI if case.traits.mri_told else CT) | receptor_scan(case))
    set_alarm(case, now)
    note_measured(case)
    if compared:
        now_main, now_background = _rows(case)
        otherwise = now_main != main or now_background != background
        note(case.plan, Event.MANAGEMENT_CHANGED.value, 1 if otherwise else 0)


@jit_inside
def _rows(case: Case) -> Any:
    """The rows of the main and the background table that fit what is known now."""
    policy, findings = case.desk.policy, case.course.findings
    main, _ = first_row(case.desk.main, findings, policy[Policy.MAIN_OFF.value] | policy[Policy.MAIN_ABSENT.value])
    off = policy[Policy.BACKGROUND_OFF.value] | policy[Policy.BACKGROUND_ABSENT.value]
    background, _ = first_row(case.desk.background, findings, off)
    return main, background


@jit_inside
def results_in(case: Case, now: int) -> None:
    """Diagnosis, unless the biopsy has to be repeated."""
    known, c = case.desk.known, case.course
    fails = False
    if c.histology_known == 0:
        fails = uniform(case.key, case.i, Ask.BIOPSY_FAILS.value, c.biopsies) < known[Known.BIOPSY_FAILURE.value]
        c.biopsies += 1
        if not fails:
            sample(case)
    if math.isnan(c.findings[Finding.RECEPTORS.value]):
        _read_receptor_scan(case, now)
    if fails:
        on_list(case, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
        then(case.plan, Stage.SAMPLED.value)
        return
    c.diagnosed_at = now
    mark_smallest(case, now)
    ki67 = case.course.findings[Finding.KI67_PCT.value]
    note(case.plan, Event.DIAGNOSED.value, whole(ki67 * 100))  # not clinical: hundredths
    to_board(case)
