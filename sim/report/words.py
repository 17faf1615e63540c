"""Names of the scenario and figures as people read them, for text and pictures alike.

words(name)             `ir_list` -> `IR list`
written(value, digits)  a figure with so many decimals
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_ACRONYMS = {
    "ct": "CT",
    "mri": "MRI",
    "pet": "PET",
    "icu": "ICU",
    "ir": "IR",
    "prrt": "PRRT",
    "ssa": "SSA",
    "tae": "TAE",
    "tace": "TACE",
    "tare": "TARE",
    "nelm": "NELM",
    "hpb": "HPB",
    "hcc": "HCC",
}

EITHER_EMBOLISATION = "embolisation (TAE or TACE)"
"""What the board decides on where it leaves the choice; the log names its decision by the first of the two."""


def words(name: str) -> str:
    """A name with spaces and capitals where people write them.

    >>> words("ir_list"), words("best_supportive_care"), words("NET_G3")
    ('IR list', 'Best supportive care', 'NET G3')
    """
    parts = [_ACRONYMS.get(part, part) for part in name.split("_") if part]
    line = " ".join(parts)
    return line[:1].upper() + line[1:]


def written(value: float, digits: int, scale: float = 1.0) -> str:
    """A figure with so many decimals, rounded from the six digits that are kept of it; ties go up.

    So answer and pictures say the same, whether the figures were just worked out or were read from `summary.csv`.

    >>> written(0.15, 1), written(0.15000000000000002, 1), written(0.125, 0, 100), written(2.5, 0)
    ('0.2', '0.2', '13', '3')
    """
    exact = Decimal(f"{value:.6g}") * Decimal(repr(scale))
    return str(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
