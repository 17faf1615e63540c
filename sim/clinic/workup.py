"""The way to a diagnosis: first symptom, referral, imaging, receptor PET, core biopsy.

One short function per step of care, in the order a patient meets them; the tumour board follows.
"""

from __future__ import annotations

from sim.clinic.asking import note_measured, on_list, report_minutes, to_board
from sim.clinic.board import Finding
from sim.clinic.disease import begin, set_alarm, settle
from sim.clinic.imaging import CT, MRI, PET, measured_cm, observe, sample
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Phase, World, whole
from sim.clinic.protocols import Role
from sim.clinic.stages import Stage
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note, then, wait


@jit_inside
def first_symptom(world: World, i: int, now: int) -> None:
    """She has symptoms and does not know of what; years may pass."""
    begin(world, i, now)
    set_alarm(world, i, now)
    wait(world.plan, world.traits[i].delay)
    then(world.plan, Stage.PRESENTED.value)


@jit_inside
def presented(world: World, i: int, now: int) -> None:
    """Somebody takes the symptoms seriously; as an emergency she is referred at once."""
    known, c = world.known, world.courses[i]
    settle(world, i, now)
    c.presented = 1
    c.phase = Phase.WORK_UP.value
    set_alarm(world, i, now)
    if c.burden >= known[Known.PRESENTING_BURDEN.value]:
        wait(world.plan, 0)
    else:
        median, sigma = known[Known.REFERRAL_INTERVAL_MEDIAN.value], known[Known.REFERRAL_INTERVAL_SIGMA.value]
        wait(world.plan, whole(lognormal(world.key, i, Ask.REFERRAL.value, 0, median, sigma)))
    then(world.plan, Stage.REFERRED.value)


@jit_inside
def referred(world: World, i: int) -> None:
    """The centre has her: CT, with MRI where contrast is barred or the radiologist asks for it."""
    known = world.known
    note(world.plan, Event.REFERRED.value)
    on_list(world, i, Role.CT.value, known[Known.CT_MINUTES.value])
    if world.traits[i].mri_told:
        on_list(world, i, Role.MRI.value, known[Known.MRI_MINUTES.value])
    then(world.plan, Stage.IMAGED.value)


@jit_inside
def imaged(world: World, i: int) -> None:
    """The scans wait for their reports."""
    wait(world.plan, report_minutes(world, i))
    then(world.plan, Stage.IMAGING_READ.value)


@jit_inside
def imaging_read(world: World, i: int, now: int) -> None:
    """The first look; receptor PET and core biopsy are asked for together."""
    known = world.known
    observe(world, i, now, CT | MRI if world.traits[i].mri_told else CT)
    set_alarm(world, i, now)
    note_measured(world, i)
    on_list(world, i, Role.PET.value, known[Known.PET_MINUTES.value])
    on_list(world, i, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
    then(world.plan, Stage.SAMPLED.value)


@jit_inside
def sampled(world: World, i: int) -> None:
    """The biopsy waits for its report; that of the PET is in by then."""
    known, c = world.known, world.courses[i]
    median, sigma = known[Known.HISTOLOGY_REPORT_MEDIAN.value], known[Known.HISTOLOGY_REPORT_SIGMA.value]
    wait(world.plan, whole(lognormal(world.key, i, Ask.HISTOLOGY.value, c.biopsies, median, sigma)))
    then(world.plan, Stage.RESULTS_IN.value)


@jit_inside
def results_in(world: World, i: int, now: int) -> None:
    """Diagnosis, unless the biopsy has to be repeated."""
    known, c = world.known, world.courses[i]
    fails = uniform(world.key, i, Ask.BIOPSY_FAILS.value, c.biopsies) < known[Known.BIOPSY_FAILURE.value]
    c.biopsies += 1
    if c.biopsies == 1:
        observe(world, i, now, CT | MRI | PET if world.traits[i].mri_told else CT | PET)
        set_alarm(world, i, now)
        note_measured(world, i)
    if fails:
        on_list(world, i, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
        then(world.plan, Stage.SAMPLED.value)
        return
    sample(world, i)
    c.diagnosed_at = now
    c.nadir_cm = measured_cm(world, i)
    ki67 = world.findings[i, Finding.KI67_PCT.value]
    note(world.plan, Event.DIAGNOSED.value, whole(ki67 * 100))  # not clinical: hundredths
    to_board(world, i)
