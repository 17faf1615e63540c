"""Writes what is derived from the evidence: the names the clinic reads it by, and the table of assumptions.

    python -m sim.evidence.names --write         writes sim/clinic/known.py, and the table in docs/evidence.md
    python -m sim.evidence.names --assumptions   prints the table

The model reads its numbers from one array; `Known` gives each its place, so that compiled code can say
`known[Known.GROWTH_REFERENCE.value]`. The order is that of the names, sorted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim.evidence.ledger import FOLDER, Ledger, read_evidence

KNOWN = FOLDER.parent / "clinic" / "known.py"
PAGE = FOLDER.parents[1] / "docs" / "evidence.md"
BEGIN, END = "<!-- assumptions: generated -->", "<!-- end of assumptions -->"

_HEAD = '''"""The place of each number of the evidence in the array the model reads.

Generated from the cards of `use: model` in sim/evidence by `python -m sim.evidence.names --write`; do not edit.
What a number means and who says so is on its card: `growth.reference` for `Known.GROWTH_REFERENCE`.
Shares are from 0 to 1, durations in minutes, rates per minute.
"""

from enum import IntEnum


class Known(IntEnum):
    """Position in the array that `Ledger.known` returns."""

'''


def member(name: str) -> str:
    """The name of a number in `Known`.

    >>> member("growth.reference")
    'GROWTH_REFERENCE'
    """
    return name.replace(".", "_").upper()


def known_module(ledger: Ledger) -> str:
    """The text of sim/clinic/known.py.

    ValueError if two names would become the same member.
    """
    members = [member(name) for name in ledger.flat]
    twice = {name for name in members if members.count(name) > 1}
    if twice:
        raise ValueError(f"two numbers would share the member {', '.join(sorted(twice))}; rename a card or a part")
    return _HEAD + "".join(f"    {name} = {place}\n" for place, name in enumerate(members))


def assumptions(ledger: Ledger) -> str:
    """A table of all assumptions the model reads, in Markdown: number, value, reason."""
    rows = ["| number | value | why |", "| --- | --- | --- |"]
    for name, card in sorted(ledger.cards.items()):
        if card.use != "model":
            continue
        if card.assumption:
            leans = f" ({', '.join(card.rests_on)})" if card.rests_on else ""
            rows.append(f"| `{name}` | {card.written} | {card.assumption}{leans} |")
        for part, reason in card.assumed.items():
            rows.append(f"| `{name}.{part}` | {card.amounts[part].written} | {reason} |")
    return "\n".join(rows) + "\n"


def page_with_assumptions(page: str, ledger: Ledger) -> str:
    """The page with its table of assumptions renewed, between the two marks."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{assumptions(ledger)}{END}{after}"


def main(arguments: list[str]) -> int:
    """Does what the arguments ask; 2 where they ask for nothing known."""
    ledger = read_evidence()
    if arguments == ["--assumptions"]:
        sys.stdout.write(assumptions(ledger))
    elif arguments == ["--write"]:
        _write(KNOWN, known_module(ledger))
        if PAGE.exists():  # an installed package has no docs
            _write(PAGE, page_with_assumptions(PAGE.read_text("utf-8"), ledger))
    else:
        sys.stderr.write("python -m sim.evidence.names --write | --assumptions\n")
        return 2
    return 0


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
