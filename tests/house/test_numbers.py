"""No clinical number in Python: what medicine knows stands on a card, with a source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim

CLINIC = Path(sim.__file__).parent / "clinic"
GENERATED = "known.py"
FREE = {0, 1, 2}
MARK = "# not clinical: "


def inside_codes(tree: ast.Module) -> set[ast.AST]:
    """Everything in the bodies of enumerations, whose numbers are codes."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    enums = [node for node in classes if any(ast.unparse(base) == "IntEnum" for base in node.bases)]
    return {child for node in enums for child in ast.walk(node)}


def unexplained(source: str) -> list[str]:
    """Lines with a number that is neither -1, 0, 1 or 2, nor a code, nor marked with a reason."""
    tree, lines = ast.parse(source), source.splitlines()
    codes, found = inside_codes(tree), {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or node in codes:
            continue
        if isinstance(node.value, int | float | complex) and node.value not in FREE:
            line = lines[node.lineno - 1]
            if len(line.partition(MARK)[2]) < 4:
                found[node.lineno] = f"line {node.lineno}: {line.strip()}"
    return list(found.values())


@pytest.mark.parametrize("name", sorted(file.name for file in CLINIC.glob("*.py") if file.name != GENERATED))
def test_every_number_in_the_clinic_says_why_it_is_none_of_medicines(name):
    assert unexplained((CLINIC / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = 3",
        "x = 0.05",
        "x = -20",
        "if ki67 > 20: pass",
        "def f(limit=3.0): pass",
        "x = 3  # not clinical",
        "x = 3  # not clinical:",
        "x = 3  # a code",
        "x = f(2, [1, 7])",
        "x = 1e-3",
        "class A:\n    LIMIT = 3",
    ],
)
def test_a_number_that_slips_in_is_seen(line):
    assert len(unexplained(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "x = -1",
        "x = 0.0 + 1 / 2",
        "x = 3  # not clinical: a code",
        "x = True",
        "x = 'Ki-67 above 20 %'",
        "class A(IntEnum):\n    LATER = 7",
    ],
)
def test_what_is_allowed_is_allowed(line):
    assert unexplained(line) == []
