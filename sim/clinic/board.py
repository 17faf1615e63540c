"""The tumour board: what is known about a patient, which rows of a table fit it, and why the others do not.

The rules are not in this file. They are rows of board.yaml, in order of preference, which a clinician edits;
`sim.clinic.boardfile` reads and checks them. Here they are applied to one patient at a time, by one function
that serves compiled and plain code alike.

    Finding, ATTRIBUTES           what the board may ask about, with its levels or its range
    TABLE, Tables                 a decision table as arrays of bounds
    first_row(table, ...)         -> the first row that fits, and all that fit, as bits
    fitting_rows, first_of        the same in two steps, for who asks more than once
    explain(rows, findings)       -> a line per row: offered, or why not

Only what has been observed stands here; the truth has no name in a board. What was never observed is missing
(NaN) and fits no row that asks about it. The board says who is suitable. It knows nothing of queues: what
happens when a suite is full is the pathway's affair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from sim.jit import jit


class Finding(IntEnum):
    """The board's attributes: columns of a patient's findings."""

    LIVER_METASTASES = 0
    PATTERN = 1
    LESIONS = 2
    LARGEST_CM = 3
    LIVER_BURDEN_PCT = 4
    EXTRAHEPATIC = 5
    DIFFERENTIATION = 6
    KI67_PCT = 7
    RECEPTORS = 8
    ECOG = 9
    AGE_YEARS = 10
    SITE = 11
    SYMPTOMS = 12
    KIDNEY_DISEASE = 13
    EGFR_ML_MIN = 14
    BILIARY_PROCEDURE = 15
    REMNANT_PCT = 16
    REMOVABLE_PCT = 17
    NOT_ABLATABLE = 18
    SATELLITES = 19
    PROGRESSING = 20
    PRIMARY = 21
    EMBOLISATIONS_HAD = 22
    PRRT_HAD = 23
    CHEMOTHERAPIES_HAD = 24
    RESECTIONS_HAD = 25
    ABLATIONS_HAD = 26
    ANALOGUE = 27
    STREPTOZOCIN_HAD = 28
    TARGETED_HAD = 29
    TARE_HAD = 30
    BILIRUBIN_UMOL_L = 31
    STABLE_MONTHS = 32
    TRANSPLANT_EXCLUSION = 33
    TRANSPLANTS_HAD = 34
    DEBULKABLE_PCT = 35
    REMNANT = 36
    REFRACTORY = 37
    TRIALS_HAD = 38
    HEART = 39
    NODES = 40
    BONE = 41
    PERITONEUM = 42
    PAIN = 43
    OBSTRUCTION = 44
    PRRT_MONTHS = 45
    MARROW = 46
    CGA = 47
    HORMONE = 48
    GROWTH_MONTHS = 49


@dataclass(frozen=True)
class Attribute:
    """What the board may ask about: in words, and either its levels or its possible range."""

    means: str
    levels: tuple[str, ...] = ()
    lowest: float = 0.0
    highest: float = math.inf
    unit: str = ""


_YES = ("absent", "present")

ATTRIBUTES: dict[str, Attribute] = {
    "liver_metastases": Attribute("Liver metastases on imaging", _YES),
    "pattern": Attribute("Distribution of the liver metastases seen", ("none", "type_1", "type_2", "type_3")),
    "lesions": Attribute("Liver metastases seen", highest=1000, unit="number"),  # not clinical: a bound
    "largest_cm": Attribute("Diameter of the largest one seen", highest=40, unit="cm"),  # not clinical: a bound
    "liver_burden_pct": Attribute("Share of the liver seen as tumour", highest=100, unit="%"),  # not clinical: per cent
    "extrahepatic": Attribute("Disease seen outside the liver, not resectable", _YES),
    "differentiation": Attribute("Histology", ("well", "poor")),
    "ki67_pct": Attribute("Ki-67 of the last biopsy", highest=100, unit="%"),  # not clinical: per cent
    "receptors": Attribute("Somatostatin receptors on receptor imaging", ("negative", "positive")),
    "ecog": Attribute("Performance status", highest=4),  # not clinical: the scale
    "age_years": Attribute("Age", highest=120, unit="years"),  # not clinical: a bound
    "site": Attribute("Primary", ("small_intestine", "pancreas", "other", "unknown")),
    "symptoms": Attribute("Hormonal symptoms now", _YES),
    "kidney_disease": Attribute("Chronic kidney disease", _YES),
    "egfr_ml_min": Attribute("Kidney function", highest=200, unit="mL/min"),  # not clinical: a bound
    "biliary_procedure": Attribute("Earlier procedure on the bile duct", _YES),
    "remnant_pct": Attribute("Future liver remnant after resection", highest=100, unit="%"),  # not clinical: per cent
    "removable_pct": Attribute(
        "Share of the tumour seen that resection, with ablation of the other lobe, would remove",
        highest=100,  # not clinical: per cent
        unit="%",
    ),
    "not_ablatable": Attribute("Metastases too large or badly placed to ablate", highest=1000),  # not clinical: a bound
    "satellites": Attribute("Metastases of the other lobe", ("none", "ablatable", "not_ablatable", "resectable")),
    "progressing": Attribute("Growth or new disease since the last decision", _YES),
    "primary": Attribute("Primary tumour", ("in_place", "resected")),
    "embolisations_had": Attribute("Courses of embolisation had", highest=100),  # not clinical: a bound
    "prrt_had": Attribute("Courses of PRRT had", highest=100),  # not clinical: a bound
    "chemotherapies_had": Attribute("Lines of chemotherapy had", highest=100),  # not clinical: a bound
    "resections_had": Attribute("Liver resections had", highest=100),  # not clinical: a bound
    "ablations_had": Attribute("Courses of ablation had", highest=100),  # not clinical: a bound
    "analogue": Attribute("Somatostatin analogue now", _YES),
    "streptozocin_had": Attribute("Of these, lines with streptozocin", highest=100),  # not clinical: a bound
    "targeted_had": Attribute("Targeted drugs had", highest=100),  # not clinical: a bound
    "tare_had": Attribute("Courses of radioembolisation had", highest=100),  # not clinical: a bound
    "bilirubin_umol_l": Attribute("Bilirubin", highest=1000, unit="µmol/L"),  # not clinical: a bound
    "stable_months": Attribute(
        "Time since the last growth or new disease seen, or since the metastases were first seen",
        highest=1200,  # not clinical: a bound
        unit="months",
    ),
    "transplant_exclusion": Attribute(
        "What bars from a transplant",
        ("none", "heart", "sepsis", "substance_use", "aids", "no_support", "anatomy"),
    ),
    "transplants_had": Attribute("Liver transplants had", highest=100),  # not clinical: a bound
    "debulkable_pct": Attribute(
        "Share of the tumour seen that resection of one lobe, with excision and ablation in the other, would remove",
        highest=100,  # not clinical: per cent
        unit="%",
    ),
    "remnant": Attribute("Is the future liver remnant enough?", ("too_small", "enough_if_grown", "enough")),
    "refractory": Attribute("Hormonal symptoms in spite of the analogue", _YES),
    "trials_had": Attribute("Trials she has been enrolled in", highest=100),  # not clinical: a bound
    "heart": Attribute("Carcinoid heart disease on echocardiography", ("none", "diseased", "corrected")),
    "nodes": Attribute("Regional lymph nodes seen, which can be taken out", _YES),
    "bone": Attribute("Bone metastases seen", _YES),
    "peritoneum": Attribute("Disease of the peritoneum seen", _YES),
    "pain": Attribute("Pain of bone metastases that has not been irradiated yet", _YES),
    "obstruction": Attribute("Bowel closed by disease of the peritoneum, not operated on yet", _YES),
    "prrt_months": Attribute(
        "Time since the last course of PRRT began",
        highest=1200,  # not clinical: a bound
        unit="months",
    ),
    "marrow": Attribute("Bone marrow", ("sound", "failing")),
    "cga": Attribute("Chromogranin A with the last scan", highest=1e6, unit="times normal"),  # not clinical: a bound
    "hormone": Attribute(
        "Hormone that the tumour makes", ("none", "serotonin", "insulin", "gastrin", "glucagon", "vip")
    ),
    "growth_months": Attribute(
        "Within what time the last growth seen had come: since the smallest sum of diameters, or since the scan before"
        " where there was new disease",
        highest=1200,  # not clinical: a bound
        unit="months",
    ),
}
"""The board's attributes by name, in the order of Finding."""


CELL = np.dtype(
    [
        ("asked", "i4"),  # 1 where the row asks something; 0 from behind its last question on
        ("attribute", "i4"),  # Finding
        ("levels", "i8"),  # bits of the levels that fit; -1 for numbers
        ("low", "f8"),  # smallest number that fits
        ("high", "f8"),  # largest number that fits
    ]
)
"""What one row asks of one attribute. A row's questions come first in its line, so that reading stops behind them."""


MOST_ROWS = 60  # not clinical: decisions log their fitting rows as bits of one number
MOST_OFFERS = 4  # not clinical: columns of the table of offers

TABLE = np.dtype(
    [
        ("rows", "i8"),  # how many of the lines below are in use
        ("cells", CELL, (MOST_ROWS, len(Finding))),  # the questions of a row in the order of Finding
        ("offers", "i8", (MOST_ROWS, MOST_OFFERS)),  # what it offers, and its equal alternatives; -1 where fewer
    ]
)
"""A decision table. A row fits where every attribute it asks about is known and within its bounds."""


class Tables(NamedTuple):
    """The board's two tables: the background treatment, and the main offer."""

    background: Any  # TABLE
    main: Any  # TABLE


@jit
def fits(table: Any, row: int, findings: Any) -> bool:
    """Does a row fit what is known?

    findings  (attributes,)  NaN where nothing is known
    """
    for k in range(table.cells.shape[1]):
        cell = table.cells[row, k]
        if not cell.asked:
            break
        value = findings[cell.attribute]
        if math.isnan(value):
            return False
        if cell.levels >= 0:
            if not (cell.levels >> int(value)) & 1:
                return False
        elif not cell.low <= value <= cell.high:
            return False
    return True


@jit
def fitting_rows(table: Any, findings: Any) -> int:
    """The bits of all rows that fit what is known."""
    bits = 0
    for row in range(table.rows):
        if fits(table, row, findings):
            bits |= 1 << row
    return bits


@jit
def first_of(bits: int, off: int) -> int:
    """The first row among these bits that is not off; -1 if there is none."""
    left = bits & ~off
    if left == 0:
        return -1
    row = 0
    while not (left >> row) & 1:
        row += 1
    return row


@jit
def first_row(table: Any, findings: Any, off: int) -> Any:
    """The first row that fits, and the bits of all rows that do.

    off      bits of rows not to be used: refused by the patient, or switched off in the scenario
    returns  (row, bits); row -1 if none fits (a checked table always has one)
    """
    bits = fitting_rows(table, findings)
    return first_of(bits, off), bits


@jit
def rows_offering(table: Any, offered: int) -> int:
    """The rows whose offer is this one, as bits."""
    bits = 0
    for row in range(table.rows):
        if table.offers[row, 0] == offered:
            bits |= 1 << row
    return bits


@dataclass(frozen=True)
class Row:
    """A row as a clinician wrote it."""

    name: str
    offer: tuple[str, ...]
    when: dict[str, Any]
    source: tuple[str, ...]
    trial: bool = False

    def needs(self, name: str) -> str:
        """The condition on an attribute, in words."""
        value = self.when[name]
        return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def why_not(row: Row, table: Any, number: int, findings: np.ndarray) -> str:
    """Why a row does not fit, in words; '' where it does."""
    reasons = []
    names = list(ATTRIBUTES)
    for cell in table.cells[number]:
        if not cell.asked:
            break
        name = names[cell.attribute]
        value, levels = findings[cell.attribute], int(cell.levels)
        attribute = ATTRIBUTES[name]
        if math.isnan(value):
            reasons.append(f"{name} is not known, needs {row.needs(name)}")
        elif levels >= 0:
            if not (levels >> int(value)) & 1:
                reasons.append(f"{name} is {attribute.levels[int(value)]}, needs {row.needs(name)}")
        elif not cell.low <= value <= cell.high:
            reasons.append(f"{name} is {value:g}, needs {row.needs(name)}")
    return "; ".join(reasons)


def explain(rows: tuple[Row, ...], table: Any, findings: np.ndarray, off: int = 0) -> str:
    """A line per row: offered, fitting but later, or why not."""
    first, _ = first_row(table, findings, off)
    width = max(len(row.name) for row in rows)
    lines = []
    for number, row in enumerate(rows):
        reason = why_not(row, table, number, findings)
        if number == first:
            word = "offered: " + " or ".join(row.offer)
        elif reason:
            word = "no: " + reason
        elif off >> number & 1:
            word = "fits, but is not used"
        else:
            word = "fits too"
        lines.append(f"{number:3d}  {row.name:<{width}}  {word}")
    return "\n".join(lines)


def findings_of(values: dict[str, str | float]) -> np.ndarray:
    """Findings from names and values, as worked cases write them; what is not named is missing.

    >>> found = findings_of({"pattern": "type_1", "ki67_pct": 2})
    >>> float(found[Finding.PATTERN]), float(found[Finding.KI67_PCT]), bool(np.isnan(found[Finding.ECOG]))
    (1.0, 2.0, True)
    """
    found = np.full(len(ATTRIBUTES), math.nan)
    for a, (name, attribute) in enumerate(ATTRIBUTES.items()):
        if name in values:
            value = values[name]
            found[a] = attribute.levels.index(str(value)) if attribute.levels else float(value)
    return found
