"""Who the patients are: what is fixed at first symptom, and what changes afterwards.

    TRAITS, COURSE, LESION  the records of a patient, field by field
    Ask                     the clinic's questions to chance
    World                   all that medicine may look at: the records, the evidence, the tables, the plan
    Case, case_of           what a step of care gets of it: one patient
    whole, later            minutes, rounded once

How the traits are drawn stands in `cohort`. Knows no queue and no hospital.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from sim.clinic.board import TABLE, Finding, Tables
from sim.clinic.known import Known
from sim.clinic.protocols import PROTOCOL, Role, Treatment
from sim.clinic.stages import Policy
from sim.jit import jit, jit_in_place
from sim.steps import NEVER, Plan

MOST_LESIONS = 48  # not clinical: the array's width; the smallest of more would be below any modality's sight


class Site(IntEnum):
    """Where the primary is."""

    SMALL_INTESTINE = 0
    PANCREAS = 1
    OTHER = 2
    UNKNOWN = 3


class BloodGroup(IntEnum):
    """Which grafts suit."""

    O = 0  # noqa: E741
    A = 1
    B = 2
    AB = 3


class Exclusion(IntEnum):
    """What bars from a transplant, whatever the tumour does."""

    NONE = 0
    HEART = 1
    SEPSIS = 2
    SUBSTANCE_USE = 3
    AIDS = 4
    NO_SUPPORT = 5
    ANATOMY = 6


class Grade(IntEnum):
    """True grade and differentiation. "G3" of older papers is NET_G3 and NEC together."""

    G1 = 0
    G2 = 1
    NET_G3 = 2
    NEC = 3


class Hormone(IntEnum):
    """What a functioning tumour makes. Serotonin gives the carcinoid syndrome, the others their own."""

    NONE = 0
    SEROTONIN = 1
    INSULIN = 2
    GASTRIN = 3
    GLUCAGON = 4
    VIP = 5


class Heart(IntEnum):
    """Carcinoid heart disease."""

    NONE = 0
    DISEASED = 1
    CORRECTED = 2


class Spread(IntEnum):
    """Where there is disease outside the liver, as bits. Regional nodes alone can be taken out with the rest."""

    OTHER = 1
    NODES = 2
    BONE = 4
    PERITONEUM = 8


class Ask(IntEnum):
    """The clinic's questions to chance. Numbers are addresses: explicit, and never used again for another."""

    ARRIVAL_GAP = 100
    AGE = 101
    SEX = 102
    SITE = 103
    GRADE = 104
    KI67 = 105
    GROWTH = 106
    FUNCTIONING = 107
    RECEPTORS = 108
    KIDNEY = 109
    BILIARY = 110
    ECOG = 111
    CAPABLE = 112
    METASTASISED = 113
    METASTASIS_TIME = 114
    BURDEN = 115
    LESION_NUMBER = 117
    LESION_WEIGHT = 118
    LESION_LOBE = 119
    CONSPICUITY = 120
    NEW_LESION = 121
    EXTRAHEPATIC_NOW = 122
    EXTRAHEPATIC_TIME = 123
    DEDIFFERENTIATION = 124
    CANCER_DEATH = 125
    OTHER_DEATH = 126
    WORSENING = 127
    DELAY = 128
    REFERRAL = 129
    MRI_TOLD = 130
    EXTRAHEPATIC_SEEN = 131
    MEASUREMENT = 132
    REPORT = 133
    HISTOLOGY = 134
    BIOPSY_FAILS = 135
    KI67_SAMPLE = 136
    DEFERRAL = 137
    ADHERENCE = 138
    ALTERNATIVE = 139
    TACE_BARRED = 140
    UNSUITABLE_SITE = 141
    LOCAL_FAILURE = 142
    RESIDUE = 143
    MARGIN = 144
    RESPONSE = 145
    EFFECT_TIME = 146
    PROCEDURE_DEATH = 147
    PROCEDURE_DEATH_DAY = 148
    COMPLICATION = 149
    OVERNIGHT = 150
    RELIEF = 151
    RELIEF_TIME = 152
    SSA_RESISTANCE = 153
    PRIMARY_WAIT = 155
    EGFR = 158
    PREPARATION = 159
    DEFERRAL_CAUSE = 160
    AWAY = 161
    BILIRUBIN = 176
    MAPPING_FAILS = 177
    DECLINE = 178
    DECLINE_TIME = 179
    DECLINE_DEATH = 180
    DECLINE_DEATH_TIME = 181
    BLOOD_GROUP = 182
    EXCLUSION = 183
    GRAFT_LOSS = 184
    GRAFT_RESIDUE = 185
    LARGER_LOBE = 162
    PORTAL_VEIN_GROWTH = 164
    REGIONAL_DISEASE = 270
    REGIONAL_DEATH = 271
    GRAFT_SEEDED = 272
    LOBE_LEANING = 200
    HORMONE = 201
    HEART = 202
    HEART_DEATH = 203
    VALVE_WAIT = 204
    VALVE_DEATH = 205
    SPREAD_KIND = 206
    BONE_PAIN = 207
    OBSTRUCTION = 208
    OWN_SEEDING = 216
    LASTING_HARM = 230
    CRISIS = 231
    CRISIS_DEATH = 232
    MARROW = 233
    MARROW_TIME = 234
    MARROW_DEATH = 235
    MARROW_DEATH_TIME = 236
    DECLINE_AFTER_BOTH = 237
    PALLIATION_WAIT = 238
    PALLIATION_EASES = 239
    SYMPTOM_AGAIN = 240
    GALLBLADDER = 241
    RECEPTOR_SCANNER = 209
    CHROMOGRANIN = 210
    BY_CHANCE = 211
    VISITS = 212
    HISTOLOGY_BEFORE = 213
    PRIMARY_HEPATIC = 214
    HEPATIC_RESIDUE = 215


def _packed(fields: list[Any]) -> np.dtype[Any]:
    """A record of these fields, the widest first, so that none is padded."""
    return np.dtype(sorted(fields, key=lambda field: -np.dtype(field[1]).itemsize), align=True)


TRAITS = _packed(
    [
        ("arrived", "i8"),  # minute of first symptom
        ("age", "f8"),  # then [years]
        ("male", "i1"),
        ("site", "i1"),  # Site
        ("grade", "i1"),  # Grade
        ("ki67", "f8"),  # true, of the whole disease [%]
        ("growth", "f8"),  # untreated, at the reference burden [per minute]
        ("functioning", "i1"),  # makes hormones
        ("hormone", "i1"),  # Hormone: which, where it makes one
        ("receptors", "i1"),  # somatostatin receptors: takes up the tracer
        ("kidney_disease", "i1"),
        ("egfr", "f8"),  # [mL/min]
        ("biliary", "i1"),  # has had a procedure on the bile duct
        ("ecog", "i1"),  # at first symptom
        ("metastasis_at", "i8"),  # minute of the first liver metastasis; at or before `arrived` if there already; NEVER
        ("hepatic", "i1"),  # the tumour began in the liver: there is no primary elsewhere
        ("by_chance", "i1"),  # found without symptoms
        ("delay", "i8"),  # first symptom to presentation, unless the disease forces it earlier [minutes]
        ("other_death_at", "i8"),  # minute of death of other causes
        ("regional_death_at", "i8"),  # minute of death of disease in the abdomen that no surgery cures; NEVER
        ("mri_told", "i1"),  # the radiologist asks for MRI too
        ("bilirubin", "f8"),  # while the liver does its work [umol/L]
        ("blood_group", "i1"),  # BloodGroup
        ("exclusion", "i1"),  # Exclusion: what bars her from a transplant
        ("lobe_0", "f8"),  # share of the liver in the right lobe
        ("place", "i4"),  # of `World.courses`; -1 where she has none yet, or has it no more (`sim.clinic.filing`)
        ("row", "i4"),  # of `World.livers`; -1 too for those who never get a metastasis and need none
        ("nelm_minute", "i8"),  # of her who has no course any more, as they stood in it
        ("diagnosed_at", "i8"),
    ]
)
"""What is fixed at first symptom, and what stays when all else is over."""

COURSE = _packed(
    [
        # the disease, in truth, as it stood at `anchor`
        ("anchor", "i8"),  # minute
        ("burden", "f8"),  # tumour volume / liver volume
        ("growth", "f8"),  # untreated, now [per minute at the reference burden]
        ("ssa_factor", "f8"),  # growth multiplier of the somatostatin analogue
        ("ssa_until", "i8"),
        ("hold_factor", "f8"),  # growth multiplier of the last other treatment
        ("hold_until", "i8"),
        ("hold_systemic", "i1"),  # resistance follows its end
        ("extrahepatic", "i1"),  # bits of Spread
        ("spreads", "i1"),  # kinds of spread ever begun: the address of the next one's luck
        ("pain", "i1"),  # 1: bone metastases hurt, 2: radiotherapy has not helped
        ("obstructed", "i1"),  # 1: disease of the peritoneum has closed the bowel, 2: an operation has not helped
        ("pain_at", "i8"),
        ("obstructed_at", "i8"),
        ("ecog", "i1"),
        ("slots", "i1"),  # places for lesions in use: none stands beyond them
        ("lesions_made", "i8"),  # lesions ever begun: the address of the next one's luck
        ("hazard_spent", "f8"),  # cumulative cancer hazard so far
        ("worsening_spent", "f8"),  # since the last change of performance status
        ("worsenings", "i8"),
        ("new_lesion_at", "i8"),  # seeded by tumour that nobody sees
        ("seeding_rate", "f8"),  # new lesions of the liver a minute at the reference burden, as growth now is
        ("seeding_spent", "f8"),  # what the lesions of the liver have seeded since the last one that came of them
        ("seedings", "i8"),  # lesions that have come of those of the liver: the address of the next one's luck
        ("extrahepatic_at", "i8"),
        ("spread_rate", "f8"),  # of disease in a further place outside the liver, a minute, as treatment now is
        ("turns_after", "f8"),  # tumour yet to be borne until it turns aggressive [share of the liver times minutes]
        ("procedure_death_at", "i8"),
        ("relief_until", "i8"),
        ("failed", "i1"),  # liver failure symptoms have asked for a visit
        ("heart", "i1"),  # Heart
        ("heart_spent", "f8"),  # minutes of carcinoid syndrome so far
        ("valve_at", "i8"),  # the heart is operated on elsewhere
        ("heart_death_at", "i8"),
        ("suffering", "i1"),  # 1: the log's last word on hormonal symptoms is that she has them
        ("syndrome", "i1"),  # 1: she has had them
        ("alarm_at", "i8"),
        ("alarm_kind", "i1"),
        # the journey
        ("phase", "i1"),  # Phase: what an alarm may interrupt
        ("presented", "i1"),
        ("visits", "i1"),  # to doctors who took it for something else
        ("biopsies", "i8"),
        ("scans", "i8"),
        ("boards", "i8"),
        ("deferred", "i1"),  # discussions put off for this decision
        ("treatment", "i8"),  # the one decided on or under way, -1 none
        ("session", "i8"),
        ("nadir_cm", "f8"),  # smallest sum of diameters since the last treatment
        ("nadir_at", "i8"),  # minute in which that was measured
        ("scanned_at", "i8"),  # minute of the last scan read
        ("scanned_before", "i8"),  # and of the one before
        ("had_disease", "i1"),  # liver metastases have been seen
        ("clear", "i1"),  # 1: all that was seen has been removed
        ("nelm_minute", "i8"),  # when liver metastases were first seen, -1 never
        ("diagnosed_at", "i8"),
        ("operations", "i8"),
        ("decided_at", "i8"),  # minute of the board's last decision
        ("courses_made", "i8"),  # courses of treatment begun: the address of the next one's luck
        ("histology_known", "i1"),
        ("visit", "i1"),  # 1: the board is wanted whatever the next scan shows
        ("major", "i1"),  # the last resection was a major one
        ("extra_stay", "i8"),  # minutes that complications add to the stay to come
        # radioembolisation
        ("sides", "i1"),  # bits of the lobes that this course is to treat; 0 until she has been mapped
        ("irradiated", "i1"),  # bits of the lobes ever treated
        ("responding", "i1"),  # bits of the lobes that are to shrink at `response_at`
        ("response_at", "i8"),
        ("response_shrink", "f8"),  # by how much of their volume
        ("decline_at", "i8"),  # the liver begins to decline
        ("declined", "i1"),
        ("liver_death_at", "i8"),  # death of the liver that has declined
        # what radionuclides leave
        ("prrt_at", "i4"),  # minute in which the last course began, -1 never
        ("kidneys_from", "i4"),  # minute from which on the kidneys lose filtration, -1 they do not
        ("marrow", "i1"),  # 1: the bone marrow fails
        ("marrow_at", "i8"),  # until then when it will, afterwards when she dies of it
        # transplant
        ("changed_at", "i8"),  # minute of the last growth or new disease seen, -1 never
        ("graft_considered", "i1"),  # since then the board has been asked: 1 with the primary in place, 2 without it
        ("gallbladder_out", "i1"),
        ("curable", "i1"),  # 1: the board could or would have offered to take out or ablate all that is seen
        ("listed", "i1"),  # 1: waits for a graft
        ("graft_at", "i8"),  # elsewhere: the minute at which there will be one
        ("to_take", "i1"),  # of two operations: the lobe whose portal vein has been closed
        ("grown", "f8"),  # by how much of its size the other lobe then grows; 0 where no vein has been closed
        ("lobe_cleared", "i1"),  # of two operations: the first has cleared the lobe that stays
        ("findings", "f8", (len(Finding),)),  # what has been observed; NaN where nothing
    ]
)
"""What changes. A step writes only its own patient's."""


LESION = np.dtype(
    [
        ("share", "f8"),  # of the liver's volume, at the course's anchor; 0 where there is no lesion
        ("hidden", "f8"),  # how hard to see, 0 to 1, for all modalities
        ("lobe", "i1"),  # 0 the right one, 1 the left one
        ("seen", "i1"),  # 1 where imaging has found it
        ("ablated", "i1"),  # how often it has been ablated and come back
    ]
)
"""A liver metastasis."""

LIVER = np.dtype([("lesions", LESION, (MOST_LESIONS,)), ("next", "i4")])  # of a row that is free, the next free one
"""The lesions of a patient. Only those who will have some get a row: it takes more than all the rest of her."""

LOOK = np.dtype(
    [
        ("share", "f8"),
        ("cm", "f8"),  # the diameter of a lesion of that share
        ("patient", "i8"),
        ("site", "f8"),  # what chance says of where her lesion of this place lies
        ("order", "i8"),  # a list of lesions, for who sorts some
    ]
)
"""A sheet of notes with a line for each lesion: what was last worked out for it, because a scan asks several times.

It never goes out of date: a size follows from the share alone, the luck of a site from patient and place alone."""


class Phase(IntEnum):
    """What the patient is in, as far as an alarm needs to know."""

    UNKNOWN = 0  # not yet presented
    WORK_UP = 1
    WAITING = 2  # decided, not yet begun
    UNDER_TREATMENT = 3
    SURVEILLANCE = 4
    SUPPORTIVE = 5


DESK = np.dtype(
    [
        ("known", "f8", (len(Known),)),  # the evidence
        ("protocols", PROTOCOL, (len(Treatment),)),  # how each treatment is given, see sim.clinic.protocols
        ("background", TABLE),  # the board's two tables, see sim.clinic.board
        ("main", TABLE),
        ("resources", "i8", (len(Role),)),  # the hospital's number of each resource the pathway asks for
        ("policy", "i8", (len(Policy),)),  # the scenario's choices as whole numbers, see sim.clinic.stages
        ("looks", LOOK, (MOST_LESIONS,)),
        ("again", "i1"),  # 1: rows of those who are gone are used again
        ("free_course", "i8"),  # the first free row among those used before; of it `anchor` is the next
        ("free_liver", "i8"),
        ("top_course", "i8"),  # rows ever used
        ("top_liver", "i8"),
    ]
)
"""What lies on the clinic's desk, whoever the patient is."""


class World(NamedTuple):
    """All that medicine may look at. Arrays of one run; every step gets this and a patient's number.

    Few arrays, because compiled code hands on each as seven words or more. What lies in them goes by name too.
    """

    key: Any  # the replication's key, see sim.draws
    desk: Any  # (1,) DESK
    traits: Any  # (patients,) TRAITS
    courses: Any  # (places,) COURSE. Whose place it is stands in the traits
    livers: Any  # (rows,) LIVER
    plan: Plan

    @property
    def known(self) -> Any:
        """(parameters,) evidence, indexed by Known."""
        return self.desk[0].known

    @property
    def protocols(self) -> Any:
        """(treatments,) PROTOCOL."""
        return self.desk["protocols"][0].view(np.recarray)

    @property
    def boards(self) -> Tables:
        """The board's two tables."""
        return Tables(self.desk[0].background, self.desk[0].main)

    @property
    def policy(self) -> Any:
        """(policies,) the scenario's choices."""
        return self.desk[0].policy

    @property
    def findings(self) -> Any:
        """(places, attributes) what has been observed."""
        return self.courses["findings"]

    @property
    def lesions(self) -> Any:
        """(rows, MOST_LESIONS) LESION. Whose row it is stands in the traits."""
        return self.livers["lesions"].view(np.recarray)


class Case(NamedTuple):
    """A patient as a step of care meets her. Records, each of which compiled code hands on as one address."""

    key: Any  # the replication's key, see sim.draws
    i: int  # her number
    desk: Any  # DESK
    traits: Any  # TRAITS
    course: Any  # COURSE
    liver: Any  # LIVER; of those who need none it is somebody else's, and not looked at
    plan: Any  # SHEET of sim.steps


@jit_in_place
def case_of(world: World, i: int) -> Case:
    """What a step of care may read and write of patient `i`."""
    p = world.traits[i]
    return Case(
        world.key, i, world.desk[0], p, world.courses[p.place], world.livers[max(p.row, 0)], world.plan.sheet[0]
    )


@jit
def whole(minutes: float) -> int:
    """A duration rounded to whole minutes, once, where it is drawn; NEVER where it is beyond all calendars."""
    if not minutes < 1e15:  # not clinical: two billion years
        return NEVER
    return math.floor(minutes + 0.5)  # not clinical: rounding


@jit
def later(now: int, minutes: float) -> int:
    """The minute that lies `minutes` after `now`, or NEVER."""
    gap = whole(minutes)
    return NEVER if gap >= NEVER - now else now + gap
