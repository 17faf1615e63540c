"""Reads the two registers of the evidence: which card holds which figure, and what was decided where sources disagree.

    read_figures(path, cards)    -> dict    figures of the clinical documents by their id, with the cards that hold them
    read_conflicts(path, cards)  -> dict    conflicts and pitfalls by name, with what was decided
    file_readers()               -> dict    what reads one file of each kind of the evidence, for `nelm check`

A register names cards; each must be there. InputError holds every mistake of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.evidence.cards import Card
from sim.evidence.files import read_cards, read_sources
from sim.evidence.ledger import read_evidence
from sim.reading import Node, Steps, read_yaml

_WORDS = ("about", "found", "decided")


@dataclass(frozen=True)
class Figure:
    """One figure of a clinical document.

    name    its id in the list of figures the project starts from
    cards   that hold it; the first is the one to look at
    """

    name: str
    cards: tuple[str, ...]
    file: str
    line: int

    def use(self, ledger_cards: Mapping[str, Card]) -> str:
        """What becomes of the figure: the strongest use of its cards - model, target, later or context."""
        uses = {ledger_cards[name].use for name in self.cards if name in ledger_cards}
        return next((use for use in ("model", "target", "later", "context") if use in uses), "")


@dataclass(frozen=True)
class Conflict:
    """Sources that disagree, or a trap in reading them, and what was decided.

    found    what the sources say
    decided  what the project does about it
    cards    where it shows
    """

    name: str
    about: str
    found: str
    decided: str
    cards: tuple[str, ...]
    file: str
    line: int


def read_figures(path: str | Path, cards: Container[str] | None = None) -> dict[str, Figure]:
    """The figures of a register, by id.

    cards   names there are; if not told, they are not looked up
    """
    root, listed = _entries(path, "figures")
    problems: list[Problem] = []
    figures = {}
    for name, node in listed.items():
        at: Steps = ("figures", name)
        before = len(problems)
        held = _names(root, at, node, cards, problems)
        if not held and len(problems) == before:
            problems.append(root.problem(at, "the card that holds the figure, or a list of cards"))
        figures[name] = Figure(name, held, node.key.file, node.key.line)
    if problems:
        raise InputError(problems)
    return figures


def read_conflicts(path: str | Path, cards: Container[str] | None = None) -> dict[str, Conflict]:
    """The conflicts and pitfalls of a register, by name.

    cards   names there are; if not told, they are not looked up
    """
    root, listed = _entries(path, "conflicts")
    problems: list[Problem] = []
    conflicts = {}
    for name, node in listed.items():
        at: Steps = ("conflicts", name)
        fields = node.value if isinstance(node.value, dict) else {}
        for key in fields:
            if key not in (*_WORDS, "cards"):
                todo = nearest(key, (*_WORDS, "cards"))
                problems.append(root.problem((*at, key), "about, found, decided, cards", todo, found=key, of_key=True))
        for key in _WORDS:
            if key not in fields or not isinstance(fields[key].value, str) or not fields[key].value.strip():
                problems.append(root.problem((*at, key), f"words on what is {key}" if key != "about" else "a title"))
        held = _names(root, (*at, "cards"), fields["cards"], cards, problems) if "cards" in fields else ()
        spoken = {key: str(fields[key].value).strip() for key in _WORDS if key in fields}
        if len(spoken) == len(_WORDS):
            conflicts[name] = Conflict(name, **spoken, cards=held, file=node.key.file, line=node.key.line)
    if problems:
        raise InputError(problems)
    return conflicts


def file_readers() -> dict[str, Callable[[str], object]]:
    """What reads one file of each kind by itself; a register's names are looked up among the shipped cards."""
    return {
        "cards": read_cards,
        "sources": read_sources,
        "figures": lambda path: read_figures(path, read_evidence().cards),
        "conflicts": lambda path: read_conflicts(path, read_evidence().cards),
    }


def _entries(path: str | Path, kind: str) -> tuple[Node, dict[str, Node]]:
    root = read_yaml(path)
    problems = [
        root.problem((key,), f"kind, about, {kind}", nearest(key, ("kind", "about", kind)), found=key, of_key=True)
        for key in root.value
        if key not in ("kind", "about", kind)
    ]
    if root.get("kind") != kind:
        problems.append(root.problem(("kind",), f"kind: {kind}"))
    listed = root.get(kind)
    if not isinstance(listed, dict):
        problems.append(root.problem((kind,), f"{kind} by name"))
    if problems:
        raise InputError(problems)
    return root, listed


def _names(root: Node, at: Steps, node: Node, cards: Container[str] | None, problems: list[Problem]) -> tuple[str, ...]:
    """The names of cards at a place, one or a list; a name that is no card is a problem."""
    written = node.plain() if isinstance(node.value, list) else [node.value]
    for name in written:
        if not isinstance(name, str):
            problems.append(root.problem(at, "names of cards"))
            return ()
        if cards is not None and name not in cards:
            todo = nearest(name, cards) if isinstance(cards, Mapping) else ""
            problems.append(root.problem(at, "names of cards", todo, found=name))
    return tuple(written)
