"""Whether the ledger keeps what it promises: every number has a source and a reader, every quote its document.

    faults(folder, places, documents)  -> list    all that is wrong, with file and line; empty if nothing is
    not_read_because(...)              -> str     why a figure is neither read by the model nor a target

What is looked for: whatever the reader of the files refuses (a number nobody sourced among it); a number of use
`model` that no code and no row of the board reads; a source no card cites; a quote that is not in its document; a
figure of the clinical documents without a card, or whose cards say nothing of why it is neither read nor a target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sim.errors import InputError, Problem
from sim.evidence.cards import Card
from sim.evidence.documents import Document, read_fingerprints
from sim.evidence.files import CONFLICTS, FIGURES, SOURCES, read_folder
from sim.evidence.ledger import FOLDER, Ledger
from sim.evidence.readers import CITES, Places, Reading, read, readings, shown
from sim.evidence.registers import Figure, read_conflicts, read_figures
from sim.reading import read_yaml

Used = Mapping[str, Sequence[Reading]]


def faults(
    folder: Path = FOLDER, places: Places | None = None, documents: Mapping[str, Document] | None = None
) -> list[Problem]:
    """Everything that is wrong with a folder of evidence, in the order of files and lines.

    places     what is looked through for readers; the shipped code and board if not told
    documents  to look up quotes in, by source; the shipped fingerprints if not told

    >>> faults()
    []
    """
    cards, sources, problems = read_folder(folder)
    ledger = Ledger(cards, sources)
    used = readings(ledger, places or Places.shipped())
    problems += _unread(ledger, used)
    problems += _uncited(ledger, folder / SOURCES)
    problems += _misquoted(ledger, read_fingerprints() if documents is None else documents)
    problems += _unregistered(folder, cards, used)
    named = (Problem(shown(p.file), p.line, p.column, p.path, p.found, p.expected, p.todo) for p in problems)
    return sorted(set(named))


def _unread(ledger: Ledger, used: Used) -> Iterator[Problem]:
    for card in ledger.cards.values():
        missing = [name for name in card.flat if not read(used.get(name, ()))] if card.use == "model" else []
        if card.sums_to_1 and len(missing) == 1:
            continue  # the rest of a whole is what the others leave
        for name in missing:
            found, expected = "a number of use model that nothing reads", "a line of the code, or a row of the board"
            yield _on(card, name, found, expected, "read it, or give the card another use: target, context, later")


def _uncited(ledger: Ledger, file: Path) -> Iterator[Problem]:
    cited = {key for card in ledger.cards.values() for key in (*card.source, *card.rests_on)}
    unused = [key for key in ledger.sources if key not in cited]
    if unused:
        root = read_yaml(file)
        for key in unused:
            todo = "cite it, or take it out"
            yield root.problem(("sources", key), "a source that a card cites", todo, found=key, of_key=True)


def _misquoted(ledger: Ledger, documents: Mapping[str, Document]) -> Iterator[Problem]:
    for card in ledger.cards.values():
        if not card.quote:
            continue
        looked_in = [key for key in (*card.source, *card.rests_on) if key in documents]
        lacking = [documents[key].lacks(card.quote) for key in looked_in]
        if lacking and not all(lacking):
            continue
        if lacking:
            found = f'"... {lacking[0]} ...", which is not in {looked_in[0]}'
            yield _on(card, f"{card.name}.quote", found, "a sentence of its document, word for word")
        else:
            found = "a quote from none of the clinical documents, so that nobody could check it"
            yield _on(card, f"{card.name}.quote", found, "the source whose document it was read in")


def _unregistered(folder: Path, cards: Mapping[str, Card], used: Used) -> Iterator[Problem]:
    try:
        figures = read_figures(folder / FIGURES, cards)
        yield from (problem for figure in figures.values() for problem in _left_out(figure, cards, used))
    except InputError as error:
        yield from error.problems
    try:
        read_conflicts(folder / CONFLICTS, cards)
    except InputError as error:
        yield from error.problems


def _left_out(figure: Figure, cards: Mapping[str, Card], used: Used) -> Iterator[Problem]:
    if figure.use(cards) in ("", "model", "target") or not_read_because(figure, cards, used):
        return
    expected = "why it is neither read nor a target: `not_read` on its card, or a row of the board that cites it"
    yield Problem(figure.file, figure.line, 0, f"figures.{figure.name}", ", ".join(figure.cards), expected)


def not_read_because(figure: Figure, cards: Mapping[str, Card], used: Used) -> str:
    """Why a figure is neither read by the model nor a target; '' if nothing says so."""
    for name in figure.cards:
        if any(line.how == CITES for line in used.get(name, ())):
            return "A rule in words that rows of the board follow and cite."
    return next((cards[name].not_read for name in figure.cards if name in cards and cards[name].not_read), "")


def _on(card: Card, path: str, found: str, expected: str, todo: str = "") -> Problem:
    return Problem(card.file, card.line, 0, f"cards.{path}", found, expected, todo)
