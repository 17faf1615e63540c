"""Names of the scenario as people read them, for text and pictures alike.

words(name)   `ir_list` -> `IR list`
"""

from __future__ import annotations

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
