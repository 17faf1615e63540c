"""Treatments: what each of them needs from a hospital, and what it does to the disease.

    Treatment, MAIN, BACKGROUND    what a board may offer
    Role                           what the pathway asks of a hospital, by the clinic's name for it
    protocols(known)               how each treatment is given, as one table from the evidence
    still_suitable(world, i, ...)  is what was planned still possible, now that she is on the table?
    give(world, i, now)            one session's effect on the disease, its complications and its relief

A treatment changes lesions, growth and symptoms for a time, and may kill or complicate. Recurrence is regrowth
of what it left. Nothing here knows how long anybody waited.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from sim.clinic.board import Finding
from sim.clinic.disease import add_lesion, diameter, scale_lesion, settle
from sim.clinic.imaging import found, main_lobe
from sim.clinic.known import Known
from sim.clinic.patient import MOST_LESIONS, Ask, World, later, whole
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.steps import NEVER
from sim.units import DAY

_ANALOGUE = 1000  # not clinical: the number of its course for chance, apart from those of all others


class Treatment(IntEnum):
    """What a board may offer."""

    SURVEILLANCE = 0
    PRIMARY_SURGERY = 1
    RESECTION = 2
    RESECTION_WITH_ABLATION = 3  # not clinical: a code, as are those below
    ABLATION = 4  # not clinical: a code
    TAE = 5  # not clinical: a code
    TACE = 6  # not clinical: a code
    PRRT = 7  # not clinical: a code
    TEMOZOLOMIDE = 8  # not clinical: a code
    PLATINUM = 9  # not clinical: a code
    SUPPORTIVE = 10  # not clinical: a code
    SSA = 11  # not clinical: a code
    NOTHING = 12  # not clinical: a code


MAIN = tuple(t for t in Treatment if t not in (Treatment.SSA, Treatment.NOTHING))
BACKGROUND = (Treatment.SSA, Treatment.NOTHING)
LIVER_DIRECTED = (
    Treatment.RESECTION,
    Treatment.RESECTION_WITH_ABLATION,
    Treatment.ABLATION,
    Treatment.TAE,
    Treatment.TACE,
)


class Role(IntEnum):
    """What the pathway asks of a hospital. A scenario has a resource of this name for each."""

    BOARD = 0
    CT = 1
    MRI = 2
    PET = 3  # not clinical: a code, as are those below
    BIOPSY = 4  # not clinical: a code
    CLINIC = 5  # not clinical: a code
    THEATRE = 6  # not clinical: a code
    IR_LIST = 7  # not clinical: a code
    PRRT = 8  # not clinical: a code
    DAY_UNIT = 9  # not clinical: a code
    INJECTIONS = 10  # not clinical: a code
    ICU = 11  # not clinical: a code
    WARD = 12  # not clinical: a code
    DAY_BED = 13  # not clinical: a code
    PRRT_ROOM = 14  # not clinical: a code


PROTOCOL = np.dtype(
    [
        ("role", "i8"),  # the list it is done on; -1 for none
        ("second", "i8"),  # the place it needs at the same time
        ("sessions", "i8"),
        ("spacing", "f8"),  # end of a session to the next [minutes]
        ("minutes", "f8"),  # of a session; surgery and ablation work theirs out
        ("mortality", "f8"),  # within 30 days of a course
        ("morbidity", "f8"),  # complications that prolong the stay, per course
        ("complicated_stay", "f8"),  # by how much [minutes]
        ("response", "f8"),  # share of courses that shrink the tumour
        ("control", "f8"),  # share of courses that hold growth, those that shrink it among them
        ("shrink", "f8"),  # by how much of its volume
        ("growth_factor", "f8"),  # growth multiplier while it holds
        ("holds_median", "f8"),  # how long it holds [minutes]
        ("holds_sigma", "f8"),
        ("systemic", "i8"),  # resistance follows its end
        ("relief", "f8"),  # share of symptomatic patients relieved
        ("relief_median", "f8"),  # for how long [minutes]
        ("relief_sigma", "f8"),
    ]
)


def protocols(known: np.ndarray) -> Any:
    """How each treatment is given, one record per Treatment, from the evidence (SI: minutes and shares)."""

    def k(name: str) -> float:
        return float(known[Known[name].value])

    table = np.zeros(len(Treatment), PROTOCOL).view(np.recarray)
    table.role = -1
    table.second = -1
    table.sessions = 1
    table.growth_factor = 1.0

    def fill(treatment: Treatment, **fields: float) -> None:
        for name, value in fields.items():
            table[treatment.value][name] = value

    surgery = {
        "role": Role.THEATRE,
        "second": Role.ICU,
        "mortality": k("RESECTION_MORTALITY"),
        "morbidity": k("RESECTION_MORBIDITY"),
        "complicated_stay": k("RESECTION_COMPLICATED_STAY"),
        "relief": k("RESECTION_RELIEF_SHARE"),
        "relief_median": k("RESECTION_RELIEF_MEDIAN"),
        "relief_sigma": k("RESECTION_RELIEF_SIGMA"),
    }
    fill(Treatment.RESECTION, **surgery)
    fill(Treatment.RESECTION_WITH_ABLATION, **surgery)
    fill(
        Treatment.ABLATION,
        role=Role.IR_LIST,
        second=Role.DAY_BED,
        mortality=k("ABLATION_MORTALITY"),
        morbidity=k("ABLATION_MORBIDITY"),
        complicated_stay=k("ABLATION_COMPLICATED_STAY"),
        relief=k("ABLATION_RELIEF_SHARE"),
        relief_median=k("ABLATION_RELIEF_MEDIAN"),
        relief_sigma=k("ABLATION_RELIEF_SIGMA"),
    )
    embolisation = {
        "role": Role.IR_LIST,
        "second": Role.WARD,
        "sessions": k("EMBOLISATION_SESSIONS"),
        "spacing": k("EMBOLISATION_SPACING"),
        "minutes": k("EMBOLISATION_MINUTES"),
        "mortality": k("EMBOLISATION_MORTALITY"),
        "morbidity": k("EMBOLISATION_MORBIDITY"),
        "complicated_stay": k("EMBOLISATION_COMPLICATED_STAY"),
        "response": k("EMBOLISATION_RESPONSE"),
        "control": k("EMBOLISATION_RESPONSE"),
        "shrink": k("EMBOLISATION_SHRINK"),
        "growth_factor": k("EMBOLISATION_GROWTH_FACTOR"),
        "holds_median": k("EMBOLISATION_DURATION_MEDIAN"),
        "holds_sigma": k("EMBOLISATION_DURATION_SIGMA"),
        "relief": k("EMBOLISATION_RELIEF_SHARE"),
        "relief_median": k("EMBOLISATION_RELIEF_MEDIAN"),
        "relief_sigma": k("EMBOLISATION_RELIEF_SIGMA"),
    }
    fill(Treatment.TAE, **embolisation)
    fill(Treatment.TACE, **embolisation)
    fill(
        Treatment.PRRT,
        role=Role.PRRT,
        second=Role.PRRT_ROOM,
        sessions=k("PRRT_SCHEDULE_CYCLES"),
        spacing=k("PRRT_SCHEDULE_INTERVAL"),
        minutes=k("PRRT_MINUTES"),
        response=k("PRRT_RESPONSE"),
        control=k("PRRT_CONTROL"),
        shrink=k("PRRT_SHRINK"),
        growth_factor=k("PRRT_GROWTH_FACTOR"),
        holds_median=k("PRRT_DURATION_MEDIAN"),
        holds_sigma=k("PRRT_DURATION_SIGMA"),
        systemic=1,
        relief=k("PRRT_RELIEF_SHARE"),
        relief_median=k("PRRT_RELIEF_MEDIAN"),
        relief_sigma=k("PRRT_RELIEF_SIGMA"),
    )
    chemotherapy = {
        "role": Role.DAY_UNIT,
        "sessions": k("CHEMO_CYCLES_COUNT"),
        "minutes": k("CHEMO_MINUTES"),
        "mortality": k("CHEMO_MORTALITY"),
        "morbidity": k("CHEMO_MORBIDITY"),
        "complicated_stay": k("CHEMO_COMPLICATED_STAY"),
        "systemic": 1,
    }
    for treatment, name in ((Treatment.TEMOZOLOMIDE, "TEMOZOLOMIDE"), (Treatment.PLATINUM, "PLATINUM")):
        fill(
            treatment,
            **chemotherapy,
            spacing=k(f"CHEMO_CYCLES_{name}"),
            response=k(f"{name}_RESPONSE"),
            control=k(f"{name}_RESPONSE"),
            shrink=k(f"{name}_SHRINK"),
            growth_factor=k(f"{name}_GROWTH_FACTOR"),
            holds_median=k(f"{name}_DURATION_MEDIAN"),
            holds_sigma=k(f"{name}_DURATION_SIGMA"),
        )
    return table


@jit_inside
def session_minutes(world: World, i: int) -> int:
    """Planned minutes of the next session, from what imaging has seen."""
    known, c = world.known, world.courses[i]
    treatment = c.treatment
    if treatment == Treatment.RESECTION.value or treatment == Treatment.RESECTION_WITH_ABLATION.value:
        major = is_major(world, i)
        minutes = known[Known.RESECTION_MINUTES_MAJOR.value if major else Known.RESECTION_MINUTES_MINOR.value]
        if treatment == Treatment.RESECTION_WITH_ABLATION.value:
            minutes += (
                seen_in_lobe(world, i, 1 - main_lobe(world, i)) * known[Known.ABLATION_INTRAOPERATIVE_MINUTES.value]
            )
        return whole(minutes)
    if treatment == Treatment.ABLATION.value:
        lesions = seen_in_lobe(world, i, 0) + seen_in_lobe(world, i, 1)
        first, extra = known[Known.ABLATION_MINUTES_FIRST.value], known[Known.ABLATION_MINUTES_EXTRA.value]
        return whole(first + max(lesions - 1, 0) * extra)
    return whole(world.protocols[treatment].minutes)


@jit_inside
def second_minutes(world: World, i: int) -> int:
    """How long the second place is held after the session: a night, a room's day, or nothing beyond it."""
    known, c = world.known, world.courses[i]
    treatment = c.treatment
    if treatment == Treatment.ABLATION.value:
        return whole(known[Known.ABLATION_STAY.value])
    if treatment == Treatment.PRRT.value:
        return whole(known[Known.PRRT_STAY.value])
    if treatment == Treatment.TAE.value or treatment == Treatment.TACE.value:
        nth = c.courses_made * 2 + c.session
        overnight = uniform(world.key, i, Ask.OVERNIGHT.value, nth) < known[Known.EMBOLISATION_OVERNIGHT.value]
        return whole(known[Known.EMBOLISATION_STAY_NIGHT.value if overnight else Known.EMBOLISATION_STAY_DAY.value])
    return 0


@jit_inside
def seen_in_lobe(world: World, i: int, lobe: int) -> int:
    """How many lesions of a lobe have been seen."""
    number = 0
    for j in range(MOST_LESIONS):
        if world.lesions[i, j].seen and world.lesions[i, j].lobe == lobe and world.lesions[i, j].share > 0:
            number += 1
    return number


@jit_inside
def is_major(world: World, i: int) -> bool:
    """Does what was seen need a major hepatectomy? It does unless the lesions are few."""
    return world.findings[i, Finding.LESIONS.value] > world.known[Known.RESECTION_MINOR_MOST_LESIONS.value]


@jit_inside
def too_large(world: World, i: int, j: int) -> bool:
    """Has a lesion outgrown ablation?"""
    known = world.known
    return (
        diameter(world.lesions[i, j].share, known[Known.LIVER_VOLUME_ML.value]) > known[Known.ABLATION_LIMIT_CM.value]
    )


@jit_inside
def badly_placed(world: World, i: int, j: int) -> bool:
    """Does a lesion lie where a needle can not go? Fixed for the lesion, from how it came to be."""
    return uniform(world.key, i, Ask.UNSUITABLE_SITE.value, j) < world.known[Known.ABLATION_UNSUITABLE_SITE.value]


@jit_inside
def still_suitable(world: World, i: int) -> bool:
    """Is what was planned still possible, now that she is on the table? Looks at the truth, as the surgeon does.

    Ablation: every lesion that was to be ablated is still within the limit. Resection: no disease outside the
    liver is found at exploration, and what is to be ablated in the other lobe is still within the limit.
    """
    c = world.courses[i]
    treatment = c.treatment
    surgery = treatment == Treatment.RESECTION.value or treatment == Treatment.RESECTION_WITH_ABLATION.value
    if surgery and c.extrahepatic:
        return False
    if surgery or treatment == Treatment.ABLATION.value:
        main = main_lobe(world, i)
        for j in range(MOST_LESIONS):
            to_ablate = treatment == Treatment.ABLATION.value or world.lesions[i, j].lobe != main
            if world.lesions[i, j].seen and world.lesions[i, j].share > 0 and to_ablate and too_large(world, i, j):
                return False
    return True


@jit_inside
def give(world: World, i: int, now: int) -> int:
    """The effect of the session that has just ended. Returns the extra minutes in hospital it costs.

    The course must be settled to `now`; `sim.clinic.disease.set_alarm` must follow.
    """
    c = world.courses[i]
    settle(world, i, now)
    treatment = c.treatment
    if treatment == Treatment.RESECTION.value or treatment == Treatment.RESECTION_WITH_ABLATION.value:
        _resect(world, i, treatment == Treatment.RESECTION_WITH_ABLATION.value)
        _relieve(world, i, now)
    elif treatment == Treatment.ABLATION.value:
        _ablate(world, i)
        _relieve(world, i, now)
    elif treatment == Treatment.TAE.value or treatment == Treatment.TACE.value:
        _embolise(world, i, now)
    else:
        _treat_whole_body(world, i, now)
    return _complications(world, i, now)


@jit_inside
def _resect(world: World, i: int, with_ablation: bool) -> None:
    """Take out the diseased lobe's lesions, and ablate what is seen in the other one.

    A minor resection removes what is seen or found by intraoperative ultrasound; a major one the whole lobe.
    Lesions that nobody saw stay, and so does a microscopic residue.
    """
    key, known, c = world.key, world.known, world.courses[i]
    major, main = is_major(world, i), main_lobe(world, i)
    c.major = 1 if major else 0
    c.clear = 1
    for j in range(MOST_LESIONS):
        if world.lesions[i, j].share <= 0:
            continue
        seen = world.lesions[i, j].seen == 1 or found(
            world,
            i,
            j,
            known[Known.DETECTION_INTRAOPERATIVE_HALF_CM.value],
            known[Known.DETECTION_INTRAOPERATIVE_STEEPNESS.value],
            known[Known.DETECTION_INTRAOPERATIVE_CEILING.value],
        )
        if world.lesions[i, j].lobe == main and (seen or major):
            scale_lesion(world, i, j, 0.0)
        elif seen and (with_ablation or not major) and not too_large(world, i, j):
            _ablate_lesion(world, i, j)
        elif seen:
            world.lesions[i, j].seen = 1
            c.clear = 0
    margin = uniform(key, i, Ask.MARGIN.value, c.operations) < known[Known.R1_SHARE.value]
    median = known[Known.RESIDUE_R1_MEDIAN.value if margin else Known.RESIDUE_COMPLETE_MEDIAN.value]
    sigma = known[Known.RESIDUE_R1_SIGMA.value if margin else Known.RESIDUE_COMPLETE_SIGMA.value]
    residue = lognormal(key, i, Ask.RESIDUE.value, c.operations, median, sigma)
    add_lesion(world, i, residue, 1 - main if major else main)
    c.operations += 1
    world.findings[i, Finding.RESECTIONS_HAD.value] += 1
    world.findings[i, Finding.PRIMARY.value] = 1


@jit_inside
def _ablate_lesion(world: World, i: int, j: int) -> None:
    """Destroy a lesion, or leave a part of it to come back at its rim."""
    known, c = world.known, world.courses[i]
    fails = uniform(world.key, i, Ask.LOCAL_FAILURE.value, c.operations * MOST_LESIONS + j)
    if fails < known[Known.ABLATION_LOCAL_FAILURE.value]:
        scale_lesion(world, i, j, known[Known.ABLATION_RIM.value])
        world.lesions[i, j].seen = 0
    else:
        scale_lesion(world, i, j, 0.0)


@jit_inside
def _ablate(world: World, i: int) -> None:
    c = world.courses[i]
    c.clear = 1
    for j in range(MOST_LESIONS):
        if world.lesions[i, j].seen and world.lesions[i, j].share > 0:
            _ablate_lesion(world, i, j)
    c.operations += 1
    world.findings[i, Finding.ABLATIONS_HAD.value] += 1 if c.session == 0 else 0


@jit_inside
def _embolise(world: World, i: int, now: int) -> None:
    """One side of the liver: where the course responds, shrinkage, and after the last side slower growth for a time."""
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if uniform(world.key, i, Ask.RESPONSE.value, c.courses_made) < protocol.response:
        for j in range(MOST_LESIONS):
            if world.lesions[i, j].share > 0 and world.lesions[i, j].lobe == c.session:
                scale_lesion(world, i, j, 1 - protocol.shrink)
    if c.session == 0:
        _relieve(world, i, now)
        world.findings[i, Finding.EMBOLISATIONS_HAD.value] += 1
    if c.session == protocol.sessions - 1:
        _hold(world, i, now)


@jit_inside
def _treat_whole_body(world: World, i: int, now: int) -> None:
    """PRRT and chemotherapy: growth is held from the first cycle, shrinkage has come by the last."""
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if c.session == 0:
        _hold(world, i, now)
        if c.treatment == Treatment.PRRT.value:
            _relieve(world, i, now)
            world.findings[i, Finding.PRRT_HAD.value] += 1
        else:
            world.findings[i, Finding.CHEMOTHERAPIES_HAD.value] += 1
    if c.session == protocol.sessions - 1 and (
        uniform(world.key, i, Ask.RESPONSE.value, c.courses_made) < protocol.response
    ):
        for j in range(MOST_LESIONS):
            if world.lesions[i, j].share > 0:
                scale_lesion(world, i, j, 1 - protocol.shrink)


@jit_inside
def _hold(world: World, i: int, now: int) -> None:
    """Slower growth for a time, where the course responds or at least holds the tumour."""
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    if uniform(world.key, i, Ask.RESPONSE.value, c.courses_made) >= protocol.control:
        return
    c.hold_factor = protocol.growth_factor
    c.hold_systemic = protocol.systemic
    holds = lognormal(world.key, i, Ask.EFFECT_TIME.value, c.courses_made, protocol.holds_median, protocol.holds_sigma)
    c.hold_until = later(now, holds)


@jit_inside
def _relieve(world: World, i: int, now: int) -> None:
    """Relief of hormonal symptoms, sampled: regrowth alone would relieve for far longer than is reported."""
    c, p = world.courses[i], world.traits[i]
    protocol = world.protocols[c.treatment]
    if p.functioning and uniform(world.key, i, Ask.RELIEF.value, c.courses_made) < protocol.relief:
        lasts = lognormal(
            world.key, i, Ask.RELIEF_TIME.value, c.courses_made, protocol.relief_median, protocol.relief_sigma
        )
        until = later(now, lasts)
        if c.relief_until == NEVER or until > c.relief_until:
            c.relief_until = until


@jit_inside
def start_analogue(world: World, i: int, now: int) -> None:
    """A somatostatin analogue: slower growth until resistance, and relief of symptoms for a time."""
    key, known, c, p = world.key, world.known, world.courses[i], world.traits[i]
    settle(world, i, now)
    world.findings[i, Finding.ANALOGUE.value] = 1
    c.ssa_factor = known[Known.SSA_GROWTH_FACTOR.value]
    lasts = lognormal(
        key,
        i,
        Ask.SSA_RESISTANCE.value,
        0,
        known[Known.SSA_RESISTANCE_MEDIAN.value],
        known[Known.SSA_RESISTANCE_SIGMA.value],
    )
    c.ssa_until = later(now, lasts)
    if p.functioning and uniform(key, i, Ask.RELIEF.value, _ANALOGUE) < known[Known.SSA_RELIEF_SHARE.value]:
        median, sigma = known[Known.SSA_RELIEF_MEDIAN.value], known[Known.SSA_RELIEF_SIGMA.value]
        c.relief_until = later(now, lognormal(key, i, Ask.RELIEF_TIME.value, _ANALOGUE, median, sigma))


@jit_inside
def _complications(world: World, i: int, now: int) -> int:
    """Death or a longer stay, once per course, with its first session."""
    key, c = world.key, world.courses[i]
    protocol = world.protocols[c.treatment]
    if c.session > 0:
        return 0
    if uniform(key, i, Ask.PROCEDURE_DEATH.value, c.courses_made) < protocol.mortality:
        month = 30 * DAY  # not clinical: mortality is stated within 30 days
        day = uniform(key, i, Ask.PROCEDURE_DEATH_DAY.value, c.courses_made)
        c.procedure_death_at = now + 1 + whole(day * month)
    if uniform(key, i, Ask.COMPLICATION.value, c.courses_made) < protocol.morbidity:
        return whole(protocol.complicated_stay)
    return 0
