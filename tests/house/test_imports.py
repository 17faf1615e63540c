"""Who may know whom: imports go one way, and medicine and engine never meet but in one room."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent

ORDER = (
    {"errors", "units", "jit", "rows", "copies"},
    {"order", "engines"},
    {"reporter", "draws", "steps", "log", "reading", "intensity"},
    {"evidence", "logfiles", "spool"},
    {"clinic", "engine"},
    {"scenario", "measures", "clinic_loop", "maze"},
    {"store"},
    {"running", "centre"},
    {"record"},
    {"workers", "report", "results"},
    {"album", "estimate", "explain"},
    {"batch"},
    {"experiments", "validation", "stories"},
    {"schema"},
    {"commands"},
    {"cli"},
)
"""The rooms from the ground up. A room may use those below it, and within a floor nobody uses a neighbour."""


AGAINST = {
    ("report", "experiments"),  # the words of a comparison are words of the report
}
"""Uses that go against the order, each with its reason."""

FRONT = {"__init__", "__main__"}
"""What the user calls; everything it opens is opened on demand."""


def room_of(module: str) -> str:
    """The room of a module: `sim.clinic.board` is of `clinic`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def files() -> list[Path]:
    return [
        file
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.relative_to(PACKAGE).with_suffix("").as_posix() not in FRONT
    ]


def only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imported(file: Path) -> set[str]:
    """Modules of the package that a file imports at any place, not counting what only a type checker reads."""
    found: set[str] = set()
    queue: list[ast.AST] = [ast.parse(file.read_text("utf-8"))]
    while queue:
        node = queue.pop()
        if only_for_types(node):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "sim"}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            found |= {f"sim.{alias.name}" for alias in node.names} if node.module == "sim" else {node.module}
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{file.name} imports relatively"
        queue.extend(ast.iter_child_nodes(node))
    return found


@cache
def uses() -> set[tuple[str, str, str]]:
    """(file, its room, the room it uses) for every import from one room into another."""
    found = set()
    for file in files():
        inside = file.relative_to(PACKAGE)
        room = inside.parts[0].removesuffix(".py")
        found |= {(inside.as_posix(), room, room_of(module)) for module in imported(file) if room_of(module) != room}
    return found


def floor_of(room: str) -> int:
    return next((floor for floor, rooms in enumerate(ORDER) if room in rooms), len(ORDER))


def test_every_room_has_its_place_in_the_order():
    rooms = {file.relative_to(PACKAGE).parts[0].removesuffix(".py") for file in files()}
    assert rooms - set().union(*ORDER) == set(), "give the new room a place in ORDER"


def test_imports_go_one_way():
    against = {
        f"{file} uses {used}"
        for file, room, used in uses()
        if floor_of(used) >= floor_of(room) and (room, used) not in AGAINST
    }
    assert against == set()


def test_exceptions_to_the_order_are_still_needed():
    assert {(room, used) for _, room, used in uses()} >= AGAINST


@pytest.mark.parametrize(
    ("room", "stranger"),
    [
        ("clinic", "engine"),
        ("engine", "clinic"),
        ("engine", "evidence"),
        ("engine", "scenario"),
        ("engine", "reading"),
        ("clinic", "scenario"),
        ("measures", "clinic"),
        ("measures", "engine"),
        ("measures", "scenario"),
        ("scenario", "clinic"),
        ("scenario", "engine"),
    ],
)
def test_strangers_do_not_know_each_other(room, stranger):
    assert [file for file, its, used in uses() if (its, used) == (room, stranger)] == []


def test_medicine_and_engine_meet_in_one_room_only():
    both = {room for _, room, used in uses() if used == "engine"} & {
        room for _, room, used in uses() if used == "clinic"
    }
    assert both == {"running", "clinic_loop"}  # which is the compiled loop of the same room


def test_the_small_words_need_no_library_but_those_of_numbers():
    heavy = {"pandas", "pyarrow", "matplotlib", "simpy", "pydantic", "scipy"}
    for name in ("errors", "units", "jit", "rows", "draws", "steps", "log"):
        tree = ast.parse((PACKAGE / f"{name}.py").read_text("utf-8"))
        top = {alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        top |= {str(node.module).split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert top & heavy == set(), name
