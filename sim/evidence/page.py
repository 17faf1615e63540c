"""The generated parts of docs/evidence.md: conflicts and decisions, what became of each figure, the assumptions.

    renewed(page, parts())  -> str    the page with its parts renewed, each between two marks
    write()                           writes the page, where there is one

`python -m sim.evidence.names --write` does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.evidence.checks import Used, not_read_because
from sim.evidence.files import CONFLICTS, FIGURES
from sim.evidence.ledger import FOLDER, Ledger, read_evidence
from sim.evidence.names import write_if_new
from sim.evidence.readers import Places, readings
from sim.evidence.registers import Conflict, Figure, read_conflicts, read_figures

PAGE = FOLDER.parents[1] / "docs" / "evidence.md"


def parts() -> dict[str, str]:
    """The generated parts of the page, by the name in their marks."""
    ledger = read_evidence()
    figures = read_figures(FOLDER / FIGURES, ledger.cards)
    used = readings(ledger, Places(scenarios=None))
    return {
        "conflicts": conflicts(read_conflicts(FOLDER / CONFLICTS, ledger.cards).values()),
        "figures": figures_in_use(figures.values(), ledger),
        "neither": figures_not_in_use(figures.values(), ledger, used),
        "assumptions": assumptions(ledger),
    }


def renewed(page: str, new: Mapping[str, str]) -> str:
    """The page with each part renewed between its marks.

    ValueError if the page lacks a part.

    >>> renewed("<!-- a: generated -->\\nold\\n<!-- end of a -->", {"a": "new"})
    '<!-- a: generated -->\\nnew\\n<!-- end of a -->'
    """
    for name, text in new.items():
        begin, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n{text.strip()}\n{end}{after}"
    return page


def write() -> None:
    """Write the page anew, where there is one; an installed package has no docs."""
    if PAGE.exists():
        write_if_new(PAGE, renewed(PAGE.read_text("utf-8"), parts()))


def assumptions(ledger: Ledger) -> str:
    """A table of all assumptions the model reads, in Markdown: number, value, reason."""
    rows = []
    for name, card in sorted(ledger.cards.items()):
        if card.use != "model":
            continue
        if card.assumption:
            leans = f" ({', '.join(card.rests_on)})" if card.rests_on else ""
            rows.append((f"`{name}`", card.written, f"{card.assumption}{leans}"))
        for part, reason in card.assumed.items():
            rows.append((f"`{name}.{part}`", str(card.amounts[part].written), reason))
    return _table(("number", "value", "why"), rows)


def figures_in_use(figures: Iterable[Figure], ledger: Ledger) -> str:
    """A table of the figures that are read by the model or are targets: id, cards, value, use."""
    rows = []
    for figure in figures:
        use = figure.use(ledger.cards)
        if use in ("model", "target"):
            cards = [name for name in figure.cards if ledger.cards[name].use == use]
            values = "; ".join(ledger.cards[name].written for name in cards)
            rows.append((figure.name, _quoted(figure.cards), values, {"model": "read"}.get(use, use)))
    return _table(("figure", "cards", "value", "use"), rows)


def figures_not_in_use(figures: Iterable[Figure], ledger: Ledger, used: Used) -> str:
    """A table of the figures that are neither read nor targets: id, cards, value, and why."""
    rows = []
    for figure in figures:
        if figure.use(ledger.cards) not in ("model", "target"):
            value = ledger.cards[figure.cards[0]].written
            rows.append((figure.name, _quoted(figure.cards), value, not_read_because(figure, ledger.cards, used)))
    return _table(("figure", "cards", "what it says", "why it is neither"), rows)


def conflicts(listed: Iterable[Conflict]) -> str:
    """A table of conflicts and pitfalls: what the sources say, what was decided, the cards."""
    rows = [(one.name, one.about, one.found, one.decided, _quoted(one.cards)) for one in listed]
    return _table(("name", "about", "what the sources say", "what was decided", "cards"), rows)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
