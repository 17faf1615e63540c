"""A number on a card of `use: model` is read by the clinic or its board; otherwise the card says another use."""

import ast
import re
from pathlib import Path

from sim.evidence import read_evidence
from sim.evidence.names import KNOWN, member
from sim.reading import read_yaml

CLINIC = KNOWN.parent
A_MEMBER = re.compile(r"[A-Z][A-Z0-9_]*")
COMPARED = re.compile(r"[<>=]=? *([a-z][a-z0-9_.]*)")


def read_by(file: Path) -> set[str]:
    """Members of `Known` that a module reads: as attribute, by name, or by a name put together from such names."""
    tree = ast.parse(file.read_text("utf-8"))
    read = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Known"
    }
    words = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and A_MEMBER.fullmatch(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for word in words:
                parts = [str(part.value) if isinstance(part, ast.Constant) else word for part in node.values]
                read.add("".join(parts))
    return read | words


def read_by_the_board() -> set[str]:
    """Numbers the rows compare with, as in `egfr_ml_min: ">= prrt_least_egfr"`."""
    board = read_yaml(CLINIC / "board.yaml").plain()
    rows = (row["when"] for table in ("background", "main") for row in board[table] if isinstance(row["when"], dict))
    conditions = (str(condition) for when in rows for condition in when.values())
    return {member(name) for condition in conditions for name in COMPARED.findall(condition)}


def test_every_number_of_a_model_card_has_a_reader():
    read = read_by_the_board().union(*(read_by(file) for file in CLINIC.glob("*.py") if file != KNOWN))
    unread = {}
    for card in read_evidence().cards.values():
        missing = [name for name in card.flat if member(name) not in read]
        if card.use == "model" and missing and not (card.sums_to_1 and len(missing) == 1):  # the rest of a whole
            unread[card.name] = missing
    assert unread == {}


def test_the_clinic_reads_nothing_that_no_card_gives():
    given = {member(name) for name in read_evidence().flat}
    for file in CLINIC.glob("*.py"):
        asked = re.findall(r"\bKnown\.([A-Z][A-Z0-9_]*)", file.read_text("utf-8"))
        assert set(asked) <= given, f"{file.name} reads {sorted(set(asked) - given)}"
