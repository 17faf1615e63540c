"""Writes the names the clinic reads the evidence by.

    python -m sim.evidence.names --write    writes sim/clinic/known.py; and the tables of docs/evidence.md

The model reads its numbers from one array; `Known` gives each its place, so that compiled code can say
`known[Known.GROWTH_REFERENCE.value]`. The order is that of the names, sorted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim.evidence.ledger import FOLDER, Ledger, read_evidence

KNOWN = FOLDER.parent / "clinic" / "known.py"

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


def main(arguments: list[str]) -> int:
    """Does what the arguments ask; 2 where they ask for nothing known."""
    if arguments != ["--write"]:
        sys.stderr.write("python -m sim.evidence.names --write\n")
        return 2
    write_if_new(KNOWN, known_module(read_evidence()))
    from sim.evidence import page  # it looks through the code, so it needs the names itself

    page.write()
    return 0


def write_if_new(path: Path, text: str) -> None:
    """Write a file unless it says the same already, so that nothing seems changed that is not."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
