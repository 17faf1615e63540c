"""What an evidence card and a source are.

    Source    a paper, audit, guideline or page
    Card      one fact: what it means, its value, and who says so

Knows nothing of files; `sim.evidence.files` reads them, `sim.evidence.ledger` holds them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.evidence.amounts import Amount

CERTAINTIES = ("seed", "found", "recalled", "derived", "proposed")
USES = ("model", "target", "context", "later")
SUM_TOLERANCE = 1e-9
ORDERED = (("lowest", "highest"), ("low", "high"))
"""Parts of a card of which the first may not exceed the second, also as `year_5_low` and `year_5_high`."""


@dataclass(frozen=True)
class Source:
    """A paper, audit, guideline or page, cited once.

    pmc        number in PubMed Central, such as PMC6889414
    document   file name of the clinical document it is, where its sentences were read in one of those
    """

    key: str
    cite: str
    doi: str = ""
    pmid: str = ""
    pmc: str = ""
    document: str = ""


@dataclass(frozen=True)
class Card:
    """One fact: what it means, its value, and who says so.

    name        unique over all topics
    topic       the file it stands in
    amounts     numbers by part; the part is '' where the card has a single value; empty for a rule in words
    text        the value of a rule in words, else ''
    source      keys of sources; empty where `assumption` says why the value was chosen
    assumed     parts whose value is an assumption although the card has a source, with the reason
    rests_on    keys of sources an assumption leans on
    ranges      plausible range by part, lowest and highest
    sums_to_1   the parts are shares of a whole
    not_read    why the model does not read it; of a `later` card, what it waits for
    file, line  where it stands, as the file was named
    Other fields are words for the reader; see docs/evidence.md.
    """

    name: str
    topic: str
    means: str
    amounts: Mapping[str, Amount]
    text: str
    unit: str
    population: str
    certainty: str
    use: str
    source: tuple[str, ...] = ()
    assumption: str = ""
    assumed: Mapping[str, str] = field(default_factory=dict)
    rests_on: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[Amount, Amount]] = field(default_factory=dict)
    sums_to_1: bool = False
    distribution: str = ""
    where: str = ""
    quote: str = ""
    note: str = ""
    not_read: str = ""
    file: str = ""
    line: int = 0

    @property
    def flat(self) -> dict[str, Amount]:
        """The card's numbers by full name: `card`, or `card.part`."""
        return {f"{self.name}.{part}" if part else self.name: amount for part, amount in self.amounts.items()}

    @property
    def written(self) -> str:
        """The value as it stands on the card."""
        if not self.amounts:
            return self.text
        return ", ".join(f"{part} {amount.written}".strip() for part, amount in self.amounts.items())

    def wrong_together(self, numbers: Mapping[str, float]) -> tuple[str, str]:
        """What is wrong with the numbers taken together: what was found and what is expected; both '' if nothing is.

        numbers   by part, in the model's units
        """
        if self.sums_to_1 and abs(math.fsum(numbers.values()) - 1) > SUM_TOLERANCE:
            return f"shares that add up to {math.fsum(numbers.values()):.6g}", "shares of a whole, which add up to 1"
        for part, number in numbers.items():
            for first, second in ORDERED:
                other = part.removesuffix(first) + second
                if part.endswith(first) and number > numbers.get(other, math.inf):
                    return f"{part} above {other}", f"{part} at most as large as {other}"
        return "", ""
