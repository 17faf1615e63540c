"""The longest case each list can be asked for, from the evidence, the board and the treatments given here.

    longest_cases(known, board, elsewhere)   -> for each list that the pathway uses its longest case

An upper limit, so that a list on which some case would never fit is refused before anything is run. An operation's
length hangs on what has been seen: on how many metastases are ablated in the lobe that stays, and on the primary that
comes out with them. How many there can be follows from the row of the board that offers the operation, or from the
CT that comes between two operations, see `resection.can_go_on`.

Knows nothing of timetables.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.clinic.board import ATTRIBUTES
from sim.clinic.known import Known
from sim.clinic.patient import MOST_LESIONS, whole
from sim.clinic.protocols import ABLATIONS, CHEMOTHERAPIES, RADIONUCLIDES, TARGETED, Role, Treatment

_ABLATABLE, _SMALL_ENOUGH = ("none", "ablatable"), ("none", "ablatable", "resectable")


@dataclass(frozen=True, order=True)
class Longest:
    """The longest case of a list.

    minutes   planned
    what      it is, in words
    card      of the evidence that says how long it takes
    """

    minutes: int
    what: str
    card: str


def longest_cases(
    known: np.ndarray, table: Any, off: Collection[int] = (), away: Collection[Treatment] = ()
) -> dict[Role, Longest]:
    """The longest case of each list that can be asked for.

    known   evidence in the order of `Known`
    table   the board's main table
    off     numbers of its rows that are not used
    away    treatments that are not given here
    """
    longest: dict[Role, Longest] = {}
    for role, minutes, what, card in _cases(known, table, off, away):
        case = Longest(whole(minutes), what, card)
        if role not in longest or case.minutes > longest[role].minutes:
            longest[role] = case
    return longest


_Case = tuple[Role, float, str, str]


def _cases(known: np.ndarray, table: Any, off: Collection[int], away: Collection[Treatment]) -> Iterator[_Case]:
    """Every kind of case, the everyday ones first."""
    for role, number, what in (
        (Role.BOARD, Known.BOARD_CASE_MINUTES, "a case at the tumour board"),
        (Role.CT, Known.CT_MINUTES, "a CT"),
        (Role.MRI, Known.MRI_MINUTES, "an MRI"),
        (Role.PET, Known.PET_MINUTES, "a receptor PET"),
        (Role.BIOPSY, Known.BIOPSY_MINUTES, "a biopsy"),
        (Role.CLINIC, Known.CLINIC_MINUTES, "a visit"),
        (Role.NAVIGATOR, Known.NAVIGATOR_MINUTES, "arranging a treatment"),
    ):
        yield role, known[number.value], what, number.name.lower()
    for row in range(int(table.rows)):
        for offer in table.offers[row] if row not in off else ():
            if offer >= 0 and Treatment(int(offer)) not in away:
                yield from _of_treatment(known, table, row, Treatment(int(offer)))


def _of_treatment(known: np.ndarray, table: Any, row: int, treatment: Treatment) -> Iterator[_Case]:
    """The cases of a treatment that a row of the board offers."""

    def k(number: Known) -> float:
        return float(known[number.value])

    name = treatment.name.lower()
    if treatment in (Treatment.TAE, Treatment.TACE):
        yield Role.IR_LIST, k(Known.EMBOLISATION_MINUTES), name, "embolisation_minutes"
    elif treatment == Treatment.TARE:
        yield Role.IR_LIST, k(Known.TARE_MINUTES_MAPPING), f"the mapping for {name}", "tare_minutes"
        yield Role.IR_LIST, k(Known.TARE_MINUTES_SESSION), name, "tare_minutes"
    elif treatment in RADIONUCLIDES:
        yield Role.PRRT, k(Known.PRRT_MINUTES), name, "prrt_minutes"
    elif treatment in CHEMOTHERAPIES:
        yield Role.DAY_UNIT, k(Known[f"CHEMO_MINUTES_{treatment.name}"]), name, "chemo_minutes"
    elif treatment == Treatment.IMMUNOTHERAPY:
        yield Role.DAY_UNIT, k(Known.IMMUNOTHERAPY_VISITS_MINUTES), name, "immunotherapy_visits"
    elif treatment == Treatment.TRIAL:
        yield Role.CLINIC, k(Known.TRIAL_VISITS_MINUTES), "a visit of a trial", "trial_visits"
    elif treatment in TARGETED:
        yield Role.CLINIC, k(Known.CLINIC_MINUTES), f"a review under {name}", "clinic_minutes"
    elif treatment == Treatment.TRANSPLANT:
        yield Role.CLINIC, k(Known.CLINIC_MINUTES), f"the assessment for {name}", "clinic_minutes"
    elif treatment in ABLATIONS:
        lesions = max(_most_lesions(known, table, row), 1)
        minutes = k(Known.ABLATION_MINUTES_FIRST) + (lesions - 1) * k(Known.ABLATION_MINUTES_EXTRA)
        yield Role.IR_LIST, minutes, f"{name} of {_lesions(lesions)}", "ablation_minutes"
    elif treatment == Treatment.DEBULKING:
        minutes = k(Known.RESECTION_MINUTES_COMPLEX) + k(Known.CHOLECYSTECTOMY_MINUTES)
        yield Role.THEATRE, minutes, f"{name} with the gallbladder", "resection_minutes"
    elif treatment in (
        Treatment.MINOR_RESECTION,
        Treatment.MAJOR_RESECTION,
        Treatment.RESECTION_WITH_ABLATION,
        Treatment.TWO_STEP_RESECTION,
    ):
        yield from _of_resection(known, table, row, treatment)


def _of_resection(known: np.ndarray, table: Any, row: int, treatment: Treatment) -> Iterator[_Case]:
    """An operation on the liver: how long it takes hangs on what is ablated, and on whether the primary goes along."""

    def k(number: Known) -> float:
        return float(known[number.value])

    minor, major = k(Known.RESECTION_MINUTES_MINOR), k(Known.RESECTION_MINUTES_MAJOR)
    ablated = int(k(Known.ABLATION_MOST_INTRAOPERATIVE))
    in_place = bool(_levels(table, row, "primary") & 1)
    seen = max(min(_most_lesions(known, table, row) - 1, _most_satellites(known, table, row)), 0)
    few = max(min(seen, int(k(Known.RESECTION_MINOR_MOST_LESIONS)) - 1), 0)

    def case(minutes: float, lesions: int, primary: bool, what: str) -> _Case:
        """An operation with so many lesions ablated besides, and with the primary or without."""
        lesions = min(lesions, MOST_LESIONS)
        minutes += lesions * k(Known.ABLATION_INTRAOPERATIVE_MINUTES)
        said = [f"{_lesions(lesions)} ablated"] if lesions else []
        if primary and in_place:
            minutes += max(
                k(Known.PRIMARY_COMBINED_MINUTES_PANCREAS),
                k(Known.PRIMARY_COMBINED_MINUTES_SMALL_INTESTINE),
                k(Known.PRIMARY_COMBINED_MINUTES_OTHER),
            )
            said.append("the primary taken out")
        return Role.THEATRE, minutes, what + (f" with {' and '.join(said)}" if said else ""), "resection_minutes"

    name = treatment.name.lower()
    if treatment == Treatment.MINOR_RESECTION:
        yield case(minor, 0, True, name)
    elif treatment == Treatment.TWO_STEP_RESECTION:
        excised = int(k(Known.EXCISION_MOST_LESIONS))
        yield Role.IR_LIST, k(Known.PORTAL_VEIN_MINUTES), f"the portal vein before {name}", "portal_vein_minutes"
        yield case(minor, seen, True, f"the first step of {name}")
        if in_place:  # the primary first, and a CT before the liver
            yield case(minor, ablated + excised, False, f"the first step of {name}")
        yield case(major, ablated, False, f"the second step of {name}")
    else:
        yield case(major, seen, False, name)
        if treatment == Treatment.RESECTION_WITH_ABLATION:  # of few lesions it is a minor operation
            yield case(minor, few, True, name)
        if in_place:
            yield case(max(major, minor), ablated, False, name)


def _lesions(number: int) -> str:
    return "1 metastasis" if number == 1 else f"{number} metastases"


def _levels(table: Any, row: int, attribute: str) -> int:
    """Bits of the levels of an attribute that fit a row."""
    cell = _cell(table, row, attribute)
    return -1 if cell is None else int(cell["levels"])


def _cell(table: Any, row: int, attribute: str) -> Any:
    """What a row asks of an attribute; None where it asks nothing."""
    number = list(ATTRIBUTES).index(attribute)
    return next((cell for cell in table.cells[row] if cell["asked"] and cell["attribute"] == number), None)


def _only(table: Any, row: int, attribute: str, levels: Collection[str]) -> bool:
    """Does a row ask for some of these levels of an attribute, and for no other?"""
    these = sum(1 << ATTRIBUTES[attribute].levels.index(level) for level in levels)
    found = _levels(table, row, attribute)
    return found >= 0 and not found & ~these


def _most_lesions(known: np.ndarray, table: Any, row: int) -> int:
    """How many metastases can have been seen where a row fits."""
    most = float(MOST_LESIONS)
    cell = _cell(table, row, "lesions")
    if cell is not None and cell["high"] < most:
        most = math.floor(cell["high"])
    if _only(table, row, "pattern", ("none", "type_1", "type_2")):  # diffuse is what has more
        most = min(most, math.floor(known[Known.PATTERN_RULE_MOST_LESIONS.value]))
    return int(most)


def _most_satellites(known: np.ndarray, table: Any, row: int) -> int:
    """How many of them can lie in the lobe that stays."""
    ablated = int(known[Known.ABLATION_MOST_INTRAOPERATIVE.value])
    if _only(table, row, "pattern", ("none", "type_1")) or _only(table, row, "satellites", ("none",)):
        return 0
    if _only(table, row, "satellites", _ABLATABLE):
        return ablated
    if _only(table, row, "satellites", _SMALL_ENOUGH):
        return ablated + int(known[Known.EXCISION_MOST_LESIONS.value])
    return MOST_LESIONS
