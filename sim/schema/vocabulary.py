"""The names a file may use, each with what an editor shows of it.

    Vocabulary        resources, treatments, rows of the board, sources, evidence
    shipped()         those of the shipped model and evidence
    named(...)        a form that takes one of some names

Knows nothing of which key takes which names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sim.clinic.board import Row
from sim.clinic.boardfile import read_board
from sim.evidence import Card, Ledger, read_evidence
from sim.evidence.amounts import Amount, Kind
from sim.running import clinic_known
from sim.scenario import forms
from sim.scenario.forms import Form

_FORMS: dict[Kind, Form] = {
    Kind.NUMBER: forms.NUMBER,
    Kind.SHARE: forms.SHARE,
    Kind.DURATION: forms.DURATION_OR_ZERO,
    Kind.RATE: forms.RATE,
}
QUANTITIES = {kind.name.lower(): form | {"errorMessage": f"Expected: {kind.value}"} for kind, form in _FORMS.items()}
"""What a number of the evidence may be, by kind."""


@dataclass(frozen=True)
class Vocabulary:
    """Names, each with words about it.

    resources    those the pathway uses, each with its kind
    treatments   those a board may offer
    rows         of the tumour board, each with what it asks and offers
    sources      keys of the evidence's sources, each with its citation
    cards        names of the evidence's cards, each with what it means
    evidence     numbers the model reads, each with the form of another value for it
    """

    resources: Mapping[str, str]
    treatments: tuple[str, ...]
    rows: Mapping[str, str]
    sources: Mapping[str, str]
    cards: Mapping[str, str]
    evidence: Mapping[str, Form]


@cache
def shipped() -> Vocabulary:
    """The names of the shipped model, board and evidence."""
    known, ledger, board = clinic_known(), read_evidence(), read_board()
    return Vocabulary(
        resources=known.resources,
        treatments=tuple(known.treatments or ()),
        rows={row.name: _of_row(row) for rows in board.rows.values() for row in rows},
        sources={key: source.cite for key, source in ledger.sources.items()},
        cards={name: card.means for name, card in ledger.cards.items()},
        evidence={name: _of_number(name, amount, ledger) for name, amount in ledger.amounts.items()},
    )


def _of_row(row: Row) -> str:
    when = ", ".join(f"{name} {value}" for name, value in row.when.items()) or "always"
    return f"{when}: {' or '.join(row.offer)}"


def _of_number(name: str, amount: Amount, ledger: Ledger) -> Form:
    """The form of another value in place of a card's number, with what the card says of it."""
    card_name, _, part = name.partition(".")
    words = {"description": _of_card(ledger.cards[card_name], part, amount), "examples": [amount.written]}
    low, high = amount.within
    limits = {"minimum": low} | ({"maximum": high} if high < float("inf") else {})
    return {"$ref": f"#/definitions/{amount.kind.name.lower()}", **words} if amount.kind is not Kind.NUMBER else {
        **QUANTITIES["number"], **limits, **words
    }  # fmt: skip


def _of_card(card: Card, part: str, amount: Amount) -> str:
    said = f"{card.means}. The card says {amount.written} ({card.unit})"
    if part in card.ranges:
        low, high = card.ranges[part]
        said += f", plausible from {low.written} to {high.written}"
    says_so = f"Source: {', '.join(card.source)}" if card.source else f"Assumption: {card.assumption}"
    return f"{said}.\n{card.assumed.get(part, says_so)}"


def named(names: Mapping[str, str] | Iterable[str], expected: str) -> Form:
    """One of some names; where they come with words, an editor shows these."""
    form = forms.one_of(names) | {"errorMessage": f"Expected: {expected}"}
    return form | {"enumDescriptions": list(names.values())} if isinstance(names, Mapping) else form


def one_or_list(form: Form) -> Form:
    """One such value, or a list of some."""
    return {"anyOf": [form, {"type": "array", "items": form, "minItems": 1}]}
