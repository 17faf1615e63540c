"""The evidence ledger: every number the model reads, with its source or the assumption it is.

    read_evidence(folder)         -> Ledger    all cards and sources, checked as a whole, or every mistake at once
    ledger.flat                   -> dict      the numbers the model reads, by name (`growth.reference`)
    ledger.known(overrides)       -> array     the same in the order of `sim.clinic.known.Known`
    ledger.override(name, value)  -> float     one override, or a ValueError that says what would have been right
    ledger.explain(name)          -> str       a card in words

A card says what a number means, its value, unit, population, and exactly one of `source` and `assumption`.
Cards of `use: model` are read by the medicine; the others (`target`, `context`, `later`) are there to be cited.
Knows no medicine: what a number does is decided where it is read.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from sim.errors import InputError, Problem, nearest
from sim.evidence.amounts import Amount, Written
from sim.evidence.cards import Card, Source
from sim.evidence.files import read_folder
from sim.reading import described

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Ledger:
    """All cards and sources of a folder.

    >>> ledger = read_evidence()
    >>> ledger.flat["prrt_schedule.interval"], ledger.cards["prrt_schedule"].source
    (80640.0, ('VELINDRE',))
    """

    cards: Mapping[str, Card]
    sources: Mapping[str, Source]

    @cached_property
    def amounts(self) -> dict[str, Amount]:
        """What the model reads, by name, sorted; the position of a name is its number in `Known`."""
        model = (card.flat for card in self.cards.values() if card.use == "model")
        return dict(sorted(item for flat in model for item in flat.items()))

    @cached_property
    def flat(self) -> dict[str, float]:
        """The numbers the model reads, by name, sorted: shares 0 to 1, durations in minutes, rates per minute."""
        return {name: amount.number for name, amount in self.amounts.items()}

    def override(self, name: str, value: Written) -> float:
        """One number with another value, as the model reads it.

        name    as in `flat`
        value   written as on the card: a duration for a duration, a share for a share
        ValueError says what would have been right.

        >>> read_evidence().override("delay_pancreas.median", "13 months")
        569790.0
        """
        if name not in self.amounts:
            raise ValueError("the name of a number the model reads")
        return self.amounts[name].like(value)

    def check(self, overrides: Mapping[str, Written]) -> list[Problem]:
        """Everything that is wrong with a scenario's overrides, by themselves and together; empty if they are right.

        overrides   values by name, written as on the cards
        """
        return self._overridden(overrides)[1]

    def known(self, overrides: Mapping[str, Written] | None = None) -> np.ndarray:
        """The numbers the model reads, in the order of `sim.clinic.known.Known`, with a scenario's overrides.

        overrides   values by name, written as on the cards
        returns     (numbers,) float64: shares 0 to 1, durations in minutes, rates per minute
        InputError with every override that is unknown, of the wrong kind, or out of its limits.

        >>> from sim.clinic.known import Known
        >>> float(read_evidence().known({"supportive_visit": "3 weeks"})[Known.SUPPORTIVE_VISIT])
        30240.0
        """
        numbers, problems = self._overridden(overrides or {})
        if problems:
            raise InputError(problems)
        return np.array(list(numbers.values()), np.float64)

    def _overridden(self, overrides: Mapping[str, Written]) -> tuple[dict[str, float], list[Problem]]:
        numbers, problems = dict(self.flat), []
        for name, value in overrides.items():
            path = f"evidence.{name}"
            if name not in self.amounts:
                problems.append(Problem("", 0, 0, path, name, *self._no_such(name)))
                continue
            try:
                numbers[name] = self.override(name, value)
            except ValueError as error:
                card_says = f"the card says {self.amounts[name].written}"
                problems.append(Problem("", 0, 0, path, described(value), str(error), card_says))
        if not problems:
            problems = list(self._wrong_together(numbers, overrides))
        return numbers, problems

    def _no_such(self, name: str) -> tuple[str, str]:
        card = self.cards.get(name)
        if card is not None and card.use != "model":
            return "the name of a number the model reads", f"this card is {card.use}: it is cited, not read"
        if card is not None:
            return "one of the card's parts", "write " + " or ".join(card.flat)
        return "the name of a number the model reads", nearest(name, self.amounts) or "`explain` lists them"

    def _wrong_together(self, numbers: Mapping[str, float], names: Iterable[str]) -> Iterable[Problem]:
        for card in (self.cards[name] for name in dict.fromkeys(name.split(".")[0] for name in names)):
            found, expected = card.wrong_together(
                {part: numbers[f"{card.name}.{part}"] for part in card.amounts if part}
            )
            if found:
                yield Problem("", 0, 0, f"evidence.{card.name}", found, expected, "set its other parts too")

    def digest(self) -> str:
        """SHA-256 of the numbers the model reads; a changed word on a card does not change it."""
        return hashlib.sha256(json.dumps(self.flat, sort_keys=True).encode()).hexdigest()

    def explain(self, name: str) -> str:
        """A card in words: what it means, its value, and who says so.

        name    of a card, or of one of its numbers
        InputError if there is no such card.

        >>> print(read_evidence().explain("supportive_visit"))
        supportive_visit (supportive): Time between visits in supportive care
          value:      3 months (months)
          plausible:  1 month to 6 months
          assumption: Usual practice; visits in between are made for symptoms.
          population: Supportive care
          certainty:  proposed, used as model
        """
        card = self.cards.get(name.split(".")[0])
        if card is None or (name != card.name and name not in card.flat):
            flat = [part for known in self.cards.values() for part in (known.name, *known.flat)]
            raise InputError(Problem("", 0, 0, "", name, "the name of an evidence card", nearest(name, flat)))
        rows = textwrap.wrap(f"{card.name} ({card.topic}): {card.means}", 116, subsequent_indent="  ")
        rows += _row("value", f"{card.written} ({card.unit})")
        for part, (low, high) in card.ranges.items():
            rows += _row("plausible", f"{part} {low.written} to {high.written}".strip())
        for key in card.source:
            rows += _row("source", self._cited(key))
        rows += _row("assumption", card.assumption)
        for part, reason in card.assumed.items():
            rows += _row("assumption", f"{part} - {reason}")
        for key in card.rests_on:
            rows += _row("rests on", self._cited(key))
        rows += _row("where", card.where)
        rows += _row("quote", f'"{card.quote}"' if card.quote else "")
        rows += _row("population", card.population)
        rows += _row("certainty", f"{card.certainty}, used as {card.use}")
        rows += _row("not read", card.not_read)
        rows += _row("note", card.note)
        return "\n".join(rows)

    def _cited(self, key: str) -> str:
        source = self.sources[key]
        numbers = (("doi ", source.doi), ("PMID ", source.pmid), ("", source.pmc))
        known_as = [kind + number for kind, number in numbers if number]
        return ". ".join([source.cite, ", ".join(known_as)]) if known_as else source.cite


def _row(label: str, text: str) -> list[str]:
    """One labelled row, folded to the width of a page; no row where there is no text."""
    if not text:
        return []
    first = f"  {label + ':':<11} "
    return textwrap.wrap(text, 116, initial_indent=first, subsequent_indent=" " * 14, break_on_hyphens=False)


def read_evidence(folder: Path | None = None) -> Ledger:
    """All cards and sources of a folder, checked as a whole.

    folder    with one YAML file per topic and `sources.yaml`; the shipped evidence if not told
    InputError holds every mistake of every file.
    """
    return _shipped() if folder is None else _read(folder)


@cache
def _shipped() -> Ledger:
    return _read(FOLDER)


def _read(folder: Path) -> Ledger:
    cards, sources, problems = read_folder(folder)
    if problems:
        raise InputError(problems)
    return Ledger(cards, sources)
