"""The words of the pathway: its steps, which may follow which, and the clinic's reasons in the log.

Stage, MAY_FOLLOW, stage_names()   the steps of care, which may follow which, and what the log calls them
Cause, reasons(...)                the clinic's reasons in the log, by number
Policy                             the scenario's choices
"""

from __future__ import annotations

from enum import IntEnum

from sim.clinic.protocols import Treatment
from sim.log import BESIDE_ROW, FIRST_CLINIC_WHY


class Stage(IntEnum):
    """The steps of care."""

    FIRST_SYMPTOM = 0
    PRESENTED = 1
    REFERRED = 2
    IMAGED = 3
    IMAGING_READ = 4
    SAMPLED = 5
    RESULTS_IN = 6
    DISCUSSED = 7
    SESSION_OVER = 8
    STEPPED_DOWN = 9
    RECOVERED = 10
    NEXT_SESSION = 11
    PRIMARY_OPERATED = 12
    SURVEILLANCE_DUE = 13
    SCANNED = 14
    ASSESSED = 15
    RESTAGED = 16
    RESTAGING_READ = 17
    SYMPTOM_VISIT = 18
    SUPPORTIVE_VISIT = 19
    SUPPORTIVE_SEEN = 20
    PREPARED = 21
    ARRANGED = 22
    PRIMARY_OUT = 23
    INTERVAL_OVER = 24
    INTERVAL_SCANNED = 25
    INTERVAL_READ = 26
    MAPPING = 30
    MAPPED = 31
    GRAFT_ASSESSMENT = 32
    LISTED = 33
    RESCAN_DUE = 34
    RESCANNED = 35
    LIST_REVIEWED = 36
    TRANSPLANTED = 37
    FROM_ICU = 38
    PALLIATED = 50
    MISLED = 40
    RESPONSE_READ = 41


_DECIDED = (
    Stage.ARRANGED,
    Stage.PRIMARY_OPERATED,
    Stage.SURVEILLANCE_DUE,
    Stage.SUPPORTIVE_VISIT,
    Stage.PALLIATED,
)
MAY_FOLLOW: dict[Stage, tuple[Stage, ...]] = {
    Stage.FIRST_SYMPTOM: (Stage.MISLED, Stage.PRESENTED),
    Stage.MISLED: (Stage.MISLED, Stage.PRESENTED),
    Stage.PRESENTED: (Stage.REFERRED,),
    Stage.REFERRED: (Stage.IMAGED,),
    Stage.IMAGED: (Stage.IMAGING_READ,),
    Stage.IMAGING_READ: (Stage.SAMPLED,),
    Stage.SAMPLED: (Stage.RESULTS_IN,),
    Stage.RESULTS_IN: (Stage.SAMPLED, Stage.DISCUSSED),
    Stage.DISCUSSED: (Stage.DISCUSSED, *_DECIDED),
    Stage.ARRANGED: (Stage.PREPARED, Stage.MAPPING, Stage.GRAFT_ASSESSMENT),
    Stage.PREPARED: (Stage.SESSION_OVER, Stage.PRIMARY_OUT),
    Stage.PRIMARY_OUT: (Stage.INTERVAL_OVER,),
    Stage.INTERVAL_OVER: (Stage.INTERVAL_SCANNED,),
    Stage.INTERVAL_SCANNED: (Stage.INTERVAL_READ,),
    Stage.INTERVAL_READ: (Stage.SESSION_OVER, Stage.DISCUSSED),
    Stage.SESSION_OVER: (Stage.STEPPED_DOWN, Stage.RECOVERED, Stage.SCANNED),
    Stage.STEPPED_DOWN: (Stage.RECOVERED,),
    Stage.RECOVERED: (Stage.NEXT_SESSION, Stage.RESPONSE_READ, Stage.INTERVAL_OVER, Stage.SURVEILLANCE_DUE),
    Stage.RESPONSE_READ: (Stage.SESSION_OVER, Stage.SCANNED, Stage.DISCUSSED),
    Stage.NEXT_SESSION: (Stage.SESSION_OVER, Stage.SCANNED),
    Stage.PRIMARY_OPERATED: (Stage.SURVEILLANCE_DUE,),
    Stage.SURVEILLANCE_DUE: (Stage.SCANNED,),
    Stage.SCANNED: (Stage.ASSESSED,),
    Stage.ASSESSED: (Stage.SURVEILLANCE_DUE, Stage.DISCUSSED, Stage.RESTAGED),
    Stage.RESTAGED: (Stage.RESTAGING_READ,),
    Stage.RESTAGING_READ: (Stage.DISCUSSED,),
    Stage.SYMPTOM_VISIT: (Stage.SCANNED,),
    Stage.SUPPORTIVE_VISIT: (Stage.SUPPORTIVE_SEEN,),
    Stage.SUPPORTIVE_SEEN: (Stage.SUPPORTIVE_VISIT,),
    Stage.MAPPING: (Stage.MAPPED,),
    Stage.MAPPED: (Stage.NEXT_SESSION, Stage.SCANNED),
    Stage.GRAFT_ASSESSMENT: (Stage.LISTED,),
    Stage.LISTED: (Stage.RESCAN_DUE, Stage.TRANSPLANTED, Stage.DISCUSSED),
    Stage.RESCAN_DUE: (Stage.RESCANNED, Stage.TRANSPLANTED),
    Stage.RESCANNED: (Stage.LIST_REVIEWED, Stage.TRANSPLANTED),
    Stage.LIST_REVIEWED: (Stage.RESCAN_DUE, Stage.TRANSPLANTED, Stage.DISCUSSED),
    Stage.TRANSPLANTED: (Stage.FROM_ICU,),
    Stage.FROM_ICU: (Stage.RECOVERED,),
    Stage.PALLIATED: (Stage.DISCUSSED,),
}
"""Which step may follow which; besides, symptoms lead to SYMPTOM_VISIT (or PRESENTED) from anywhere."""


class Cause(IntEnum):
    """The clinic's reasons that are neither a treatment nor a row of the board."""

    CANCER = 0
    OTHER_CAUSE = 1
    TREATMENT = 2
    DISCHARGED = 3
    IMAGING = 4
    PATHOLOGY = 5
    IMAGING_AND_PATHOLOGY = 6
    NEW_DISEASE = 7
    MAPPING = 8
    GROWTH = 9
    SPREAD = 10
    BURDEN = 11
    AGE = 12
    FRAILTY = 13
    LIVER_FAILURE = 14
    UNSUITABLE = 15


class Policy(IntEnum):
    """The scenario's choices, as positions in `Desk.policy`."""

    MAIN_OFF = 0  # rows of the main table that are not used, as bits
    BACKGROUND_OFF = 1
    MAIN_ABSENT = 2  # rows all of whose offers are given nowhere in reach, as bits
    GRAFTS_FOR_O = 3  # kinds of graft that suit a patient of this blood group, as bits; the others follow it
    GRAFTS_FOR_A = 4
    GRAFTS_FOR_B = 5
    GRAFTS_FOR_AB = 6
    BACKGROUND_ABSENT = 7
    TRIALS = 8  # rows of the main table that enrol in a trial, as bits


FIRST_TREATMENT = FIRST_CLINIC_WHY + len(Cause)
FIRST_MAIN_ROW = FIRST_TREATMENT + len(Treatment)
FIRST_CAUSE = FIRST_CLINIC_WHY


def reasons(main_rows: tuple[str, ...], background_rows: tuple[str, ...]) -> tuple[str, ...]:
    """The clinic's reasons in the order of their numbers: causes, treatments, rows of the two tables."""
    words = [cause.name.lower() for cause in Cause] + [treatment.name.lower() for treatment in Treatment]
    return (*words, *(f"row: {name}" for name in main_rows), *(BESIDE_ROW + name for name in background_rows))


def stage_names() -> tuple[str, ...]:
    """The steps' names, by number, as the log prints them."""
    names = {stage.value: stage.name.lower() for stage in Stage}
    return tuple(names.get(number, f"unused_{number}") for number in range(max(names) + 1))
