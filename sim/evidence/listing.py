"""The ledger as a reader asks for it: chosen cards as a table or as data, and one number traced to its readers.

    chosen(ledger, ...)          -> list    cards of a topic, use, certainty, source, or with a word in them
    table(cards)                 -> str     one line per card
    as_rows(ledger, cards)       -> list    one row per number, for a spreadsheet
    as_data(ledger, card)        -> dict    everything on a card
    held(ledger, figure)         -> str     a figure of the clinical documents and the cards that hold it
    Trace, trace(ledger, ...)               a card with those who read, cite and change it, and where it is disputed

Knows nothing of printing or files to write.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.errors import InputError, Problem, nearest, one_of
from sim.evidence.cards import Card
from sim.evidence.ledger import Ledger
from sim.evidence.readers import CHANGES, CITES, READS, Reading, shown
from sim.evidence.registers import Conflict, Figure

COLUMNS = ("name", "value", "unit", "source", "certainty", "use")
WIDTHS = (34, 34, 20, 16, 9, 7)
"""Of the table, which with two blanks between its columns is 120 wide at most."""

COLUMNS_OF_ROWS = (
    *(
        "name",
        "topic",
        "means",
        "value",
        "unit",
        "low",
        "high",
        "source",
        "citation",
        "doi",
        "pmid",
        "pmc",
        "assumption",
    ),
    *("where", "quote", "population", "certainty", "use", "note", "not_read"),
)
"""Of the table with a row per number."""

_SAID = {
    READS: "read by",
    CITES: "cited by",
    CHANGES: "changed in",
}


def chosen(
    ledger: Ledger,
    topic: str | None = None,
    use: str | None = None,
    certainty: str | None = None,
    source: str | None = None,
    word: str | None = None,
) -> list[Card]:
    """Cards that fit everything asked for, by topic and name.

    source   a key of the sources; cards that cite it or lean on it
    word     to be found anywhere on the card, in small or capital letters
    InputError if there is no such topic or source.

    >>> from sim.evidence import read_evidence
    >>> [card.name for card in chosen(read_evidence(), topic="supportive", use="model")]
    ['supportive_visit']
    """
    topics = {card.topic for card in ledger.cards.values()}
    for what, asked, known in (("topic", topic, topics), ("source", source, set(ledger.sources))):
        if asked is not None and asked not in known:
            todo = nearest(asked, known) or one_of(sorted(known), asked)
            raise InputError(Problem("", 0, 0, f"--{what}", asked, f"a {what} of the evidence", todo))
    return sorted(
        (
            card
            for card in ledger.cards.values()
            if topic in (None, card.topic)
            and use in (None, card.use)
            and certainty in (None, card.certainty)
            and (source is None or source in (*card.source, *card.rests_on))
            and (word is None or word.casefold() in _all_words(card))
        ),
        key=lambda card: (card.topic, card.name),
    )


def _all_words(card: Card) -> str:
    said = (card.name, card.topic, card.means, card.written, card.unit, card.population, card.assumption, card.where)
    more = (card.quote, card.note, card.not_read, *card.source, *card.rests_on, *card.assumed.values())
    return "\n".join((*said, *more)).casefold()


def table(cards: Iterable[Card]) -> str:
    """One line per card: name, value, unit, source (or that it is assumed), certainty, use."""
    lines = [COLUMNS]
    for card in cards:
        says_so = ", ".join(card.source) or "assumption"
        lines.append((card.name, card.written, card.unit, says_so, card.certainty, card.use))
    cut = [[_cut(cell, width) for cell, width in zip(line, WIDTHS, strict=True)] for line in lines]
    widths = [max(len(line[column]) for line in cut) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cut
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def as_rows(ledger: Ledger, cards: Iterable[Card]) -> Iterator[dict[str, str]]:
    """One row per number (per card, where it is a rule in words), every column of it filled in or empty."""
    for card in cards:
        cited = [ledger.sources[key] for key in card.source]
        values = {part: str(one.written) for part, one in card.amounts.items()} or {"": card.text}
        for part, value in values.items():
            low, high = (str(end.written) for end in card.ranges[part]) if part in card.ranges else ("", "")
            yield {
                "name": f"{card.name}.{part}" if part else card.name,
                "topic": card.topic,
                "means": card.means,
                "value": value,
                "unit": card.unit,
                "low": low,
                "high": high,
                "source": " ".join(card.source),
                "citation": "; ".join(source.cite for source in cited),
                "doi": " ".join(source.doi for source in cited if source.doi),
                "pmid": " ".join(source.pmid for source in cited if source.pmid),
                "pmc": " ".join(source.pmc for source in cited if source.pmc),
                "assumption": card.assumed.get(part, card.assumption),
                "where": card.where,
                "quote": card.quote,
                "population": card.population,
                "certainty": card.certainty,
                "use": card.use,
                "note": card.note,
                "not_read": card.not_read,
            }


def as_data(ledger: Ledger, card: Card) -> dict[str, Any]:
    """Everything on a card, in plain data; a value in parts is a mapping."""

    def whole(parts: Mapping[str, Any]) -> Any:
        return parts[""] if list(parts) == [""] else dict(parts)

    return {
        "name": card.name,
        "topic": card.topic,
        "means": card.means,
        "value": whole({part: one.written for part, one in card.amounts.items()}) if card.amounts else card.text,
        "unit": card.unit,
        "range": whole({part: [end.written for end in ends] for part, ends in card.ranges.items()}),
        "distribution": card.distribution,
        "source": [asdict(ledger.sources[key]) for key in card.source],
        "assumption": card.assumption,
        "assumed": dict(card.assumed),
        "rests_on": [asdict(ledger.sources[key]) for key in card.rests_on],
        "where": card.where,
        "quote": card.quote,
        "population": card.population,
        "certainty": card.certainty,
        "use": card.use,
        "note": card.note,
        "not_read": card.not_read,
        "file": shown(card.file),
        "line": card.line,
    }


@dataclass(frozen=True)
class Trace:
    """A card and everybody who has to do with it.

    lines      who reads, cites or changes it, by name of the number or the card
    figures    of the clinical documents that it holds
    conflicts  it has a part in
    """

    card: Card
    words: str
    lines: Mapping[str, Sequence[Reading]]
    figures: tuple[Figure, ...]
    conflicts: tuple[Conflict, ...]

    def __str__(self) -> str:
        rows = [self.words, f"  stands in:  {shown(self.card.file)}:{self.card.line}"]
        for how, said in _SAID.items():
            for name, lines in self.lines.items():
                its = [line for line in lines if line.how == how]
                if its:
                    rows.append(f"{said}:" if name == self.card.name else f"{said}:  {name}")
                    rows += [f"  {line.file}:{line.line}  {line.what}" for line in its]
        if not any(line.how in (READS, CITES) for lines in self.lines.values() for line in lines):
            rows.append(f"read by nothing: {self.card.use}")
        if self.figures:
            rows.append("figures of the clinical documents:  " + ", ".join(figure.name for figure in self.figures))
        for conflict in self.conflicts:
            rows += ["", in_words(conflict)]
        return "\n".join(rows)

    def as_data(self, ledger: Ledger) -> dict[str, Any]:
        """The same in plain data."""
        lines = [{"name": name, **asdict(line)} for name, its in self.lines.items() for line in its]
        return as_data(ledger, self.card) | {
            "used": lines,
            "figures": [figure.name for figure in self.figures],
            "conflicts": [conflict.name for conflict in self.conflicts],
        }


def trace(
    ledger: Ledger,
    name: str,
    used: Mapping[str, Sequence[Reading]],
    figures: Mapping[str, Figure],
    conflicts: Mapping[str, Conflict],
) -> list[Trace]:
    """A number, a card, or a figure of the clinical documents, with all that is known of its cards.

    name   of a card or of one of its parts: then only the readers of that part; or the id of a figure: all its cards
    InputError with the nearest name if there is no such thing.
    """
    if name in figures:
        return [one for card in figures[name].cards for one in trace(ledger, card, used, figures, conflicts)]
    card = ledger.cards.get(name.split(".")[0])
    if card is None or (name != card.name and name not in _parts(card)):
        known = [part for one in ledger.cards.values() for part in (one.name, *_parts(one))] + list(figures)
        todo = nearest(name, known) or "`nelm evidence` lists them, `--search WORD` finds one"
        raise InputError(Problem("", 0, 0, "NAME", name, "the name of an evidence card or of one of its parts", todo))
    names = dict.fromkeys((card.name, *(_parts(card) if name == card.name else [name])))
    return [
        Trace(
            card,
            ledger.explain(name),
            {one: used[one] for one in names if one in used},
            tuple(figure for figure in figures.values() if card.name in figure.cards),
            tuple(conflict for conflict in conflicts.values() if card.name in conflict.cards),
        )
    ]


def held(ledger: Ledger, figure: Figure) -> str:
    """A figure of the clinical documents in words: the cards that hold it with their use, and which the model has."""
    cards = [ledger.cards[name] for name in figure.cards if name in ledger.cards]
    rows = [f"{figure.name}, a figure of the clinical documents"]
    told = [("held by", [f"{card.name} ({card.use})" for card in cards])]
    if len(cards) > 1:
        told.append(("in the model", [card.name for card in cards if card.use == "model"] or ["none of them"]))
    for label, names in told:
        rows += textwrap.wrap(f"{label}: {', '.join(names)}", 116, initial_indent="  ", subsequent_indent=" " * 4)
    return "\n".join(rows)


def _parts(card: Card) -> list[str]:
    return list(card.flat)


def in_words(conflict: Conflict) -> str:
    """A conflict as it is told: what it is about, what the sources say, what was decided."""
    rows = [f"{conflict.name}: {conflict.about}"]
    for label, text in (("found", conflict.found), ("decided", conflict.decided), ("cards", ", ".join(conflict.cards))):
        rows += textwrap.wrap(text, 116, initial_indent=f"  {label + ':':<9} ", subsequent_indent=" " * 12)
    return "\n".join(rows)
