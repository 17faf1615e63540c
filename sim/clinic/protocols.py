"""How each treatment is given: as one table, from the evidence and the scenario.

    Treatment, MAIN, BACKGROUND    what a board may offer
    Family                         treatments that are given in the same way
    Role                           what the pathway asks of a hospital, by the clinic's name for it
    Where                          given here, elsewhere, or not at all: the scenario's choice
    protocols(known)               how each treatment is given, one record per treatment

Data only: what a session does to a patient stands with its family (`resection`, `ablation`, `embolisation`,
`systemic`), and `treatments` is their common door.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from sim.clinic.known import Known
from sim.units import DAY


class Treatment(IntEnum):
    """What a board may offer."""

    SURVEILLANCE = 0
    PRIMARY_SURGERY = 1
    MINOR_RESECTION = 2
    MAJOR_RESECTION = 3
    RESECTION_WITH_ABLATION = 4
    TWO_STEP_RESECTION = 5
    DEBULKING = 6
    RADIOFREQUENCY = 7
    TAE = 8
    TACE = 9
    TARE = 10
    TRANSPLANT = 11
    PRRT = 12
    TEMOZOLOMIDE = 13
    STREPTOZOCIN = 14
    PLATINUM = 15
    EVEROLIMUS = 16
    SUNITINIB = 17
    SURUFATINIB = 18
    SUPPORTIVE = 19
    SSA = 20
    NOTHING = 21
    PRRT_AGAIN = 22
    MICROWAVE = 23
    CRYOABLATION = 24
    TEMOZOLOMIDE_BEVACIZUMAB = 25
    IMMUNOTHERAPY = 26
    TRIAL = 27
    RADIOTHERAPY = 28
    BOWEL_SURGERY = 29
    HORMONE_SURGERY = 30


class Family(IntEnum):
    """Treatments that are given in the same way."""

    NONE = 0
    PRIMARY = 1
    RESECTION = 2
    ABLATION = 3
    EMBOLISATION = 4
    RADIOEMBOLISATION = 5
    TRANSPLANT = 6
    SYSTEMIC = 7
    PALLIATIVE = 8


class Where(IntEnum):
    """Where a treatment is given: a choice of the scenario."""

    HERE = 0
    ELSEWHERE = 1
    NONE = 2


MAIN = tuple(t for t in Treatment if t not in (Treatment.SSA, Treatment.NOTHING))
BACKGROUND = (Treatment.SSA, Treatment.NOTHING)
ABLATIONS = (Treatment.RADIOFREQUENCY, Treatment.MICROWAVE, Treatment.CRYOABLATION)
LIVER_DIRECTED = (
    Treatment.MINOR_RESECTION,
    Treatment.MAJOR_RESECTION,
    Treatment.RESECTION_WITH_ABLATION,
    Treatment.TWO_STEP_RESECTION,
    Treatment.DEBULKING,
    *ABLATIONS,
    Treatment.TAE,
    Treatment.TACE,
    Treatment.TARE,
    Treatment.TRANSPLANT,
)


CURATIVE = (
    Treatment.MINOR_RESECTION,
    Treatment.MAJOR_RESECTION,
    Treatment.RESECTION_WITH_ABLATION,
    Treatment.TWO_STEP_RESECTION,
    *ABLATIONS,
)
"""What is given only where all that is seen can be taken out or ablated."""

RADIONUCLIDES = (Treatment.PRRT, Treatment.PRRT_AGAIN)
CHEMOTHERAPIES = (
    Treatment.TEMOZOLOMIDE,
    Treatment.TEMOZOLOMIDE_BEVACIZUMAB,
    Treatment.STREPTOZOCIN,
    Treatment.PLATINUM,
)
TARGETED = (Treatment.EVEROLIMUS, Treatment.SUNITINIB, Treatment.SURUFATINIB)
EXPERIMENTAL = (Treatment.IMMUNOTHERAPY, Treatment.TRIAL)
"""What no row of the shipped board offers: a scenario adds one, and answers for what it assumes."""


PALLIATIONS = (Treatment.RADIOTHERAPY, Treatment.BOWEL_SURGERY, Treatment.HORMONE_SURGERY)
BESIDE = (Treatment.SSA, Treatment.SUPPORTIVE, *PALLIATIONS)
"""What is no line of treatment of the tumour."""

KINDS = {
    "resections": (
        Treatment.MINOR_RESECTION,
        Treatment.MAJOR_RESECTION,
        Treatment.RESECTION_WITH_ABLATION,
        Treatment.TWO_STEP_RESECTION,
        Treatment.DEBULKING,
    ),
    "embolisations": (Treatment.TAE, Treatment.TACE),
    "ablations": ABLATIONS,
    "radionuclides": RADIONUCLIDES,
    "chemotherapies": CHEMOTHERAPIES,
    "targeted_drugs": TARGETED,
    "experimental_treatments": EXPERIMENTAL,
}
"""Treatments whose figures a reader wants together."""


class Role(IntEnum):
    """What the pathway asks of a hospital. A scenario has a resource of this name for each."""

    BOARD = 0
    CT = 1
    MRI = 2
    PET = 3
    BIOPSY = 4
    CLINIC = 5
    THEATRE = 6
    IR_LIST = 7
    PRRT = 8
    DAY_UNIT = 9
    INJECTIONS = 10
    ICU = 11
    WARD = 12
    DAY_BED = 13
    PRRT_ROOM = 14
    NAVIGATOR = 15
    GRAFTS = 16


PROTOCOL = np.dtype(
    [
        ("family", "i8"),
        ("role", "i8"),  # the list it is done on; -1 for none
        ("second", "i8"),  # the place it needs at the same time
        ("sessions", "i8"),
        ("spacing", "f8"),  # end of a session to the next [minutes]
        ("scanned_every", "i8"),  # sessions between scans under treatment; 0 for none
        ("minutes", "f8"),  # of a session; surgery and ablation work theirs out
        ("mortality", "f8"),  # of a course
        ("mortality_within", "f8"),  # after the course [minutes]
        ("morbidity", "f8"),  # complications that prolong the stay, per course
        ("severe", "f8"),  # share of them that are severe
        ("biliary_morbidity", "f8"),  # the same after an earlier procedure on the bile duct
        ("minor_stay", "f8"),  # by how much [minutes]
        ("severe_stay", "f8"),
        ("releases", "i8"),  # what is done to a functioning tumour may set its hormones free at once
        ("response", "f8"),  # share of courses that shrink the tumour
        ("control", "f8"),  # share of courses that hold growth, those that shrink it among them
        ("shrink", "f8"),  # by how much of its volume
        ("growth_factor", "f8"),  # growth multiplier while it holds
        ("holds_median", "f8"),  # how long it holds [minutes]
        ("holds_sigma", "f8"),
        ("systemic", "i8"),  # resistance follows its end
        ("cytotoxic", "i8"),  # it is a line of chemotherapy
        ("clears", "i8"),  # it is given only where all that is seen can be taken out or ablated
        ("relief", "f8"),  # share of symptomatic patients relieved
        ("relief_median", "f8"),  # for how long [minutes]
        ("relief_sigma", "f8"),
        # the scenario's choices
        ("where", "i8"),  # Where
        ("away_median", "f8"),  # elsewhere: from booking to the first session [minutes]
        ("away_sigma", "f8"),
        ("preference", "f8"),  # its weight among the equal offers of a row
    ]
)


Number = Callable[[str], float]


def protocols(known: np.ndarray) -> Any:
    """How each treatment is given, one record per Treatment, from the evidence (SI: minutes and shares).

    known   evidence in the order of `Known`
    """

    def k(name: str) -> float:
        return float(known[Known[name].value])

    table = np.zeros(len(Treatment), PROTOCOL).view(np.recarray)
    table.role = -1
    table.second = -1
    table.sessions = 1
    table.growth_factor = 1.0
    table.preference = 1.0
    table.mortality_within = 30 * DAY  # not clinical: how mortality is usually stated
    table.family[Treatment.PRIMARY_SURGERY] = Family.PRIMARY
    table.family[[*PALLIATIONS]] = Family.PALLIATIVE
    table.clears[[*CURATIVE]] = 1
    _surgery(table, k)
    _ablation(table, k)
    _embolisation(table, k)
    _radioembolisation(table, k)
    _transplant(table, k)
    _radionuclides(table, k)
    _drugs(table, k)
    whole_body = table.family == Family.SYSTEMIC
    gap = table.spacing[whole_body]
    between = np.where(
        np.flatnonzero(whole_body) == Treatment.PLATINUM, k("RESPONSE_SCAN_CARCINOMA"), k("RESPONSE_SCAN_NET")
    )
    table.scanned_every[whole_body] = np.maximum(np.round(between / gap), 1)
    table.biliary_morbidity = np.maximum(table.biliary_morbidity, table.morbidity)
    return table


def _fill(table: Any, treatment: Treatment, **fields: float) -> None:
    for name, value in fields.items():
        table[treatment.value][name] = value


def _relief(k: Number, name: str) -> dict[str, float]:
    """Relief of hormonal symptoms, from the card of this name."""
    return {
        "relief": k(f"{name}_RELIEF_SHARE"),
        "relief_median": k(f"{name}_RELIEF_MEDIAN"),
        "relief_sigma": k(f"{name}_RELIEF_SIGMA"),
    }


def _hold(k: Number, name: str, *, stabilises: bool) -> dict[str, float]:
    """Shrinkage, and growth held for a time, from the card of this name.

    stabilises   the card says how many it holds, shrunk or not; else only those are held whom it shrinks
    """
    return {
        "response": k(f"{name}_RESPONSE"),
        "control": k(f"{name}_CONTROL") if stabilises else k(f"{name}_RESPONSE"),
        "shrink": k(f"{name}_SHRINK"),
        "growth_factor": k(f"{name}_GROWTH_FACTOR"),
        "holds_median": k(f"{name}_DURATION_MEDIAN"),
        "holds_sigma": k(f"{name}_DURATION_SIGMA"),
    }


def _complications(k: Number, kind: str, stay: str) -> dict[str, float]:
    """How grave complications of this kind are, and how long a stay they add, from the card of that name."""
    return {
        "severe": k(f"COMPLICATION_SEVERE_{kind}"),
        "minor_stay": k(f"{stay}_MINOR"),
        "severe_stay": k(f"{stay}_SEVERE"),
    }


def _surgery(table: Any, k: Number) -> None:
    """Resections share their theatre and their relief; the risk is that of a minor or a major operation.

    Which of the two it is stands in the name, or follows from the number of lesions, see `sim.clinic.resection`.
    """
    for treatment in (
        Treatment.MINOR_RESECTION,
        Treatment.MAJOR_RESECTION,
        Treatment.RESECTION_WITH_ABLATION,
        Treatment.TWO_STEP_RESECTION,
        Treatment.DEBULKING,
    ):
        _fill(
            table,
            treatment,
            family=Family.RESECTION,
            role=Role.THEATRE,
            second=Role.ICU,
            mortality=k("RESECTION_MORTALITY_MAJOR"),
            morbidity=k("RESECTION_MORBIDITY_BY_EXTENT_MAJOR"),
            releases=1,
            **_complications(k, "RESECTION", "RESECTION_COMPLICATED_STAY"),
            **_relief(k, "RESECTION"),
        )
    _fill(
        table,
        Treatment.MINOR_RESECTION,
        mortality=k("RESECTION_MORTALITY_MINOR"),
        morbidity=k("RESECTION_MORBIDITY_BY_EXTENT_MINOR"),
    )
    _fill(table, Treatment.TWO_STEP_RESECTION, sessions=2, spacing=k("TWO_STEP_INTERVAL"))
    _fill(
        table,
        Treatment.DEBULKING,
        mortality=k("DEBULKING_MORTALITY"),
        morbidity=k("DEBULKING_MORBIDITY"),
        severe=k("COMPLICATION_SEVERE_DEBULKING"),
        **_relief(k, "DEBULKING"),
    )


def _ablation(table: Any, k: Number) -> None:
    """Heat of two kinds and cold have the same numbers: none has been shown to be better."""
    for treatment in ABLATIONS:
        _fill(
            table,
            treatment,
            family=Family.ABLATION,
            role=Role.IR_LIST,
            second=Role.DAY_BED,
            mortality=k("ABLATION_MORTALITY"),
            morbidity=k("ABLATION_MORBIDITY"),
            releases=1,
            **_complications(k, "ABLATION", "ABLATION_COMPLICATED_STAY"),
            **_relief(k, "ABLATION"),
        )


def _embolisation(table: Any, k: Number) -> None:
    """Bland and chemoembolisation have the same numbers: neither has been shown to be better."""
    for treatment in (Treatment.TAE, Treatment.TACE):
        _fill(
            table,
            treatment,
            family=Family.EMBOLISATION,
            role=Role.IR_LIST,
            second=Role.WARD,
            sessions=k("EMBOLISATION_SESSIONS"),
            spacing=k("EMBOLISATION_SPACING"),
            minutes=k("EMBOLISATION_MINUTES"),
            mortality=k("EMBOLISATION_MORTALITY"),
            morbidity=k("EMBOLISATION_MORBIDITY"),
            severe=1.0,
            severe_stay=k("EMBOLISATION_COMPLICATED_STAY"),
            releases=1,
            **_hold(k, "EMBOLISATION", stabilises=False),
            **_relief(k, "EMBOLISATION"),
        )


def _radioembolisation(table: Any, k: Number) -> None:
    """Its sessions are as many as sides are diseased; a mapping angiogram comes before them."""
    _fill(
        table,
        Treatment.TARE,
        family=Family.RADIOEMBOLISATION,
        role=Role.IR_LIST,
        second=Role.DAY_BED,
        sessions=2,
        spacing=k("TARE_SPACING"),
        minutes=k("TARE_MINUTES_SESSION"),
        mortality=k("TARE_MORTALITY"),
        morbidity=k("TARE_MORBIDITY_USUAL"),
        biliary_morbidity=k("TARE_MORBIDITY_BILIARY"),
        releases=1,
        **_complications(k, "TARE", "TARE_COMPLICATED_STAY"),
        **_hold(k, "TARE", stabilises=True),
        **_relief(k, "TARE"),
    )


def _transplant(table: Any, k: Number) -> None:
    """No list: the operation follows the graft, at any hour; its second place is a bed in intensive care."""
    _fill(
        table,
        Treatment.TRANSPLANT,
        family=Family.TRANSPLANT,
        role=Role.GRAFTS,
        second=Role.ICU,
        minutes=k("TRANSPLANT_MINUTES"),
        mortality=k("TRANSPLANT_MORTALITY_SHARE"),
        mortality_within=k("TRANSPLANT_MORTALITY_WITHIN"),
        morbidity=k("TRANSPLANT_MORBIDITY_SHARE"),
        releases=1,
        **_complications(k, "TRANSPLANT", "TRANSPLANT_MORBIDITY"),
    )


def _radionuclides(table: Any, k: Number) -> None:
    """A first course, and a shorter one for those whom the first has held for long."""
    for treatment, cycles in ((Treatment.PRRT, "PRRT_SCHEDULE_CYCLES"), (Treatment.PRRT_AGAIN, "PRRT_AGAIN_CYCLES")):
        _fill(
            table,
            treatment,
            family=Family.SYSTEMIC,
            role=Role.PRRT,
            second=Role.PRRT_ROOM,
            sessions=k(cycles),
            spacing=k("PRRT_SCHEDULE_INTERVAL"),
            minutes=k("PRRT_MINUTES"),
            **_hold(k, treatment.name, stabilises=True),
            systemic=1,
            **_relief(k, "PRRT"),
        )


def _drugs(table: Any, k: Number) -> None:
    """Chemotherapy in the day unit's chairs; targeted drugs are taken at home and reviewed in clinic."""
    chemotherapy = {
        "family": Family.SYSTEMIC,
        "role": Role.DAY_UNIT,
        "sessions": k("CHEMO_CYCLES_COUNT"),
        "cytotoxic": 1,
        "mortality": k("CHEMO_MORTALITY"),
        "morbidity": k("CHEMO_MORBIDITY"),
        **_complications(k, "CHEMOTHERAPY", "CHEMO_COMPLICATED_STAY"),
        "systemic": 1,
    }
    for treatment in CHEMOTHERAPIES:
        name = treatment.name
        _fill(
            table,
            treatment,
            **chemotherapy,
            minutes=k(f"CHEMO_MINUTES_{name}"),
            spacing=k(f"CHEMO_CYCLES_{name}"),
            **_hold(k, name, stabilises=True),
        )
    for treatment in TARGETED:
        name = treatment.name
        _fill(
            table,
            treatment,
            family=Family.SYSTEMIC,
            role=Role.CLINIC,
            sessions=k("TARGETED_REVIEWS_COUNT"),
            spacing=k("TARGETED_REVIEWS_INTERVAL"),
            minutes=k("CLINIC_MINUTES"),
            mortality=k("TARGETED_MORTALITY"),
            morbidity=k("TARGETED_MORBIDITY"),
            **_complications(k, "TARGETED", "TARGETED_COMPLICATED_STAY"),
            systemic=1,
            **_hold(k, name, stabilises=True),
        )
    _experiments(table, k)


def _experiments(table: Any, k: Number) -> None:
    """Immunotherapy in the day unit's chairs; a trial's drug is given out in clinic. Toxic as targeted drugs."""
    for treatment, role in ((Treatment.IMMUNOTHERAPY, Role.DAY_UNIT), (Treatment.TRIAL, Role.CLINIC)):
        name = treatment.name
        _fill(
            table,
            treatment,
            family=Family.SYSTEMIC,
            role=role,
            sessions=k(f"{name}_VISITS_COUNT"),
            spacing=k(f"{name}_VISITS_INTERVAL"),
            minutes=k(f"{name}_VISITS_MINUTES"),
            mortality=k("TARGETED_MORTALITY"),
            morbidity=k("TARGETED_MORBIDITY"),
            **_complications(k, "TARGETED", "TARGETED_COMPLICATED_STAY"),
            systemic=1,
            **_hold(k, name, stabilises=True),
        )
