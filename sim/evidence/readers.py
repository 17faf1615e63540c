"""Who reads a number of the evidence: lines of the code, rows of the board, scenarios.

    readings(ledger, places)  -> dict    by name of a number or a card, where it is read, changed or cited
    Places                               the folders and files that are looked through
    Reading                              one such line, and how it uses the name

The code is looked through by its syntax: `Known.NAME`, a name as text (`"PRRT_STAY"`), and names put together
(`f"{name}_RESPONSE"`) of such texts or of members of enumerations in the same module (`Treatment.PLATINUM`). Knows
nothing of what the lines do.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError
from sim.evidence.ledger import FOLDER, Ledger
from sim.evidence.names import KNOWN, member
from sim.reading import Node, read_yaml

READS, CITES, CHANGES = "reads", "cites", "changes"
_MEMBER = re.compile(r"[A-Z][A-Z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?")
_PIECE = "\0"
"""Stands in a name put together, where another text goes."""


@dataclass(frozen=True, order=True)
class Reading:
    """A line that uses a number or a card.

    how    reads (the model uses the number), cites (a row of the board names the card), changes (a scenario overrides)
    what   the words of the line that do
    """

    how: str
    file: str
    line: int
    what: str


@dataclass(frozen=True)
class Places:
    """What is looked through.

    package    folder of the code
    board      the table of the tumour board
    scenarios  folder of scenarios; None where there is none
    """

    package: Path = FOLDER.parent
    board: Path = FOLDER.parent / "clinic" / "board.yaml"
    scenarios: Path | None = None

    @staticmethod
    def shipped() -> Places:
        """The installed code and board, and the scenarios beside them or in the present folder, if there are any."""
        here = (FOLDER.parents[1] / "scenarios", Path("scenarios"))
        return Places(scenarios=next((folder for folder in here if folder.is_dir()), None))


def readings(ledger: Ledger, places: Places) -> dict[str, list[Reading]]:
    """Where each number and card is used, in the order of files and lines; a name nobody uses is not in it.

    InputError if the board can not be read.
    """
    found: defaultdict[str, set[Reading]] = defaultdict(set)
    numbers = {member(name): name for name in ledger.flat}
    names = {*ledger.flat, *ledger.cards}
    for file in sorted(places.package.rglob("*.py")):
        if file.name != KNOWN.name:
            for one, line, what in _in_code(file, numbers):
                found[one].add(Reading(READS, shown(file), line, what))
    for one, reading in _in_board(places.board):
        if one in names:
            found[one].add(reading)
    if places.scenarios is not None:
        for file in sorted(places.scenarios.glob("*.yaml")):
            for one, reading in _in_scenario(file):
                if one in names:
                    found[one].add(reading)
    return {name: sorted(lines) for name, lines in found.items()}


def shown(file: str | Path) -> str:
    """A file as it is named to a reader: from the present folder or from the project's, where it lies in one."""
    path = Path(file)
    for folder in (Path.cwd(), FOLDER.parents[1]):
        if path.is_absolute() and path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.as_posix()


def _in_code(file: Path, numbers: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """(number, line, how it is written) of each use in a module."""
    text = file.read_text("utf-8")
    if "Known" not in text:
        return
    nodes = list(ast.walk(ast.parse(text)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute) and not _is_known(node)}
    words = {word for word in texts | attributes if _MEMBER.fullmatch(word)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and _is_known(node):
            if node.attr in numbers:
                yield numbers[node.attr], node.lineno, f"Known.{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in numbers:
            yield numbers[node.value], node.lineno, f'"{node.value}"'
        elif isinstance(node, ast.JoinedStr):
            pattern = "".join(str(part.value) if isinstance(part, ast.Constant) else _PIECE for part in node.values)
            for word in words if _PIECE in pattern else ():
                name = pattern.replace(_PIECE, word)
                if name in numbers:
                    yield numbers[name], node.lineno, f"{ast.unparse(node)} with {word}"


def _is_known(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Known"


def _in_board(file: Path) -> Iterator[tuple[str, Reading]]:
    """Numbers that rows compare with, as in `egfr_ml_min: ">= prrt_least_egfr"`, and cards they cite."""
    root = read_yaml(file)
    for row in root.walk():
        if not isinstance(row.value, dict) or "offer" not in row.value:
            continue
        label = f"row {row.get('name')}"
        when, source = row.child("when"), row.child("source")
        for attribute, condition in when.value.items() if when and isinstance(when.value, dict) else ():
            for node in condition.walk():
                for one in _NAME.findall(str(node.value)) if isinstance(node.value, str) else ():
                    what = f"{label}: {attribute} {node.value}"
                    yield one, Reading(READS, shown(file), node.place.line, what)
        for node in source.walk() if source else ():
            if isinstance(node.value, str):
                yield node.value, Reading(CITES, shown(file), node.place.line, label)


def _in_scenario(file: Path) -> Iterator[tuple[str, Reading]]:
    """Numbers a scenario or a design changes: under `evidence:`, and by paths such as `evidence.age.mean`."""
    try:
        root = read_yaml(file)
    except InputError:
        return  # `nelm check` says what is wrong with it

    def reading(node: Node, name: str) -> tuple[str, Reading]:
        written = "" if isinstance(node.value, dict | list) else f": {node.value}"
        return name, Reading(CHANGES, shown(file), node.key.line, f"{name}{written}")

    for node in root.walk():
        for key, below in node.value.items() if isinstance(node.value, dict) else ():
            if key == "evidence" and isinstance(below.value, dict):
                yield from (reading(value, name) for name, value in below.value.items())
            elif key.startswith("evidence."):
                yield reading(below, key.removeprefix("evidence."))
            elif isinstance(below.value, str) and below.value.startswith("evidence."):
                yield reading(Node({}, below.place, below.place), below.value.removeprefix("evidence."))


def read(lines: Iterable[Reading]) -> bool:
    """Does any of the lines read the number for the model?"""
    return any(line.how == READS for line in lines)
