"""Reading a board's tables, and checking them as a whole.

    read_board(path)   -> Board, or an InputError that names every mistake with its line

A board file has two tables, `background` and `main`, each with rows in order of preference, and worked cases
in a clinician's words. It is refused if a row asks about something unknown or impossible, if a row can never
be reached because earlier rows leave nothing for it, if the last row does not take everybody, if a case comes
out otherwise than it says, or if a row is reached by no case.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.clinic.board import (
    ATTRIBUTES,
    MOST_OFFERS,
    MOST_ROWS,
    TABLE,
    Attribute,
    Row,
    Tables,
    findings_of,
    first_row,
)
from sim.clinic.protocols import BACKGROUND, MAIN, Treatment
from sim.errors import InputError, Problem, nearest, one_of
from sim.evidence import Ledger, read_evidence
from sim.reading import Node, described, read_yaml

TABLES = {"background": BACKGROUND, "main": MAIN}
_COMPARISON = re.compile(r"(<=|>=|<|>|=)\s*([+-]?\d+(?:\.\d+)?|[a-z][a-z0-9_.]*)")

Condition = str | float | list[str]
Bound = tuple[float, float] | int  # an interval, or bits of levels
Box = tuple[Bound, ...]
_MISSING = 1 << 62  # not clinical: the bit of "not known" among the levels


@dataclass(frozen=True)
class Case:
    """A worked case: who, what is known, and which row she gets in each table."""

    who: str
    findings: dict[str, str | float]
    rows: dict[str, str]  # table -> row


@dataclass(frozen=True)
class Board:
    """A checked board: rows for people, arrays for the model, worked cases for both."""

    rows: dict[str, tuple[Row, ...]]
    cases: tuple[Case, ...]
    tables: Tables
    file: str

    def digest(self) -> str:
        """Digest of what the tables decide, and of nothing else."""
        content = {name: [[r.name, r.offer, r.when] for r in rows] for name, rows in self.rows.items()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def with_evidence(self, numbers: Mapping[str, float]) -> Tables:
        """The tables with other numbers in the evidence, such as a scenario's.

        InputError if a row's bounds leave nothing between them then.
        """
        try:
            return Tables(*(compiled(self.rows[name], numbers) for name in TABLES))
        except ConditionError as wrong:
            raise InputError(
                Problem(path="evidence", found="a value that empties a row of the board", expected=wrong.expected)
            ) from None

    def row_names(self, table: str) -> tuple[str, ...]:
        """Names of a table's rows, in order."""
        return tuple(row.name for row in self.rows[table])


def shipped_board() -> Path:
    """The board that scenarios use if they name no other."""
    return Path(__file__).with_name("board.yaml")


@lru_cache(maxsize=8)  # not clinical: boards kept in memory
def read_board(path: str | Path | None = None) -> Board:
    """Read and check a board file (the shipped one if none is named).

    InputError with all problems: of the file first, then of the tables, then of the cases.
    """
    file = shipped_board() if path is None else Path(path)
    return make_board(read_yaml(file), str(path or file.name))


def make_board(root: Node, file: str) -> Board:
    """A checked board from the content of a file."""
    problems: list[Problem] = []
    _keys(root, (), {"kind", "board", "means", "background", "main", "cases"}, problems)
    if not root.has(("kind",)) or root.at(("kind",)).value != "board":
        problems.append(root.problem(("kind",), "board", "begin the file with `kind: board`"))
    ledger = read_evidence()
    rows = {name: _rows(root, name, offers, ledger, problems) for name, offers in TABLES.items()}
    if problems:
        raise InputError(problems)
    for name in TABLES:
        problems += _reach(root, name, rows[name], [box_of(row, ledger.flat) for row in rows[name]])
    tables = Tables(*(compiled(rows[name], ledger.flat) for name in TABLES))
    cases = _cases(root, rows, tables, problems)
    if problems:
        raise InputError(problems)
    return Board(rows, cases, tables, file)


def _keys(root: Node, steps: tuple[str | int, ...], known: set[str], problems: list[Problem]) -> dict[str, Node]:
    """The entries of a mapping, with a problem for each that is unknown."""
    node = root.at(steps)
    if not root.has(steps) or not isinstance(node.value, dict):
        problems.append(root.problem(steps, "a mapping with some of: " + ", ".join(sorted(known))))
        return {}
    for key in node.value:
        if key not in known:
            todo = nearest(key, known)
            problems.append(
                root.problem((*steps, key), one_of(sorted(known), key), todo, found=f"'{key}'", of_key=True)
            )
    return dict(node.value)


def _items(root: Node, steps: tuple[str | int, ...], what: str, problems: list[Problem]) -> int:
    node = root.at(steps)
    if not root.has(steps) or not isinstance(node.value, list) or not node.value:
        problems.append(root.problem(steps, f"a list of {what}"))
        return 0
    return len(node.value)


def _text(root: Node, steps: tuple[str | int, ...], what: str, problems: list[Problem]) -> str:
    node = root.at(steps)
    if root.has(steps) and isinstance(node.value, str) and node.value:
        return node.value
    problems.append(root.problem(steps, what))
    return ""


def _rows(
    root: Node, table: str, offers: tuple[Treatment, ...], ledger: Ledger, problems: list[Problem]
) -> tuple[Row, ...]:
    names = [treatment.name.lower() for treatment in offers]
    rows: list[Row] = []
    for number in range(_items(root, (table,), "rows", problems)):
        steps = (table, number)
        _keys(root, steps, {"name", "offer", "when", "source", "note"}, problems)
        name = _text(root, (*steps, "name"), "a name for the row", problems)
        if name in {row.name for row in rows}:
            problems.append(root.problem((*steps, "name"), "a name that no other row of the table has"))
        source = _words(root, (*steps, "source"), "evidence cards", ledger.cards, problems)
        offer = _words(root, (*steps, "offer"), "treatments", names, problems)
        if len(offer) > MOST_OFFERS:
            problems.append(root.problem((*steps, "offer"), f"one treatment, or up to {MOST_OFFERS} equal ones"))
        when = _conditions(root, (*steps, "when"), ledger.flat, problems)
        rows.append(Row(name, offer, when, source))
    if len(rows) > MOST_ROWS:
        problems.append(root.problem((table,), f"at most {MOST_ROWS} rows", found=f"{len(rows)} rows"))
    return tuple(rows)


def _words(
    root: Node, steps: tuple[str | int, ...], what: str, known: Collection[str], problems: list[Problem]
) -> tuple[str, ...]:
    """A name, or a list of names, each of which is known."""
    value = root.at(steps).plain() if root.has(steps) else None
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        problems.append(root.problem(steps, f"the name of one of the {what}, or a list of such names"))
        return ()
    for word in words:
        if not isinstance(word, str) or word not in known:
            listed = one_of(known, word, what)
            found = f"'{word}'" if isinstance(word, str) else described(word)
            problems.append(root.problem(steps, listed, nearest(str(word), known), found=found))
            return ()
    return tuple(words)


def _whole_box() -> list[Bound]:
    return [((1 << len(a.levels)) - 1) | _MISSING if a.levels else (-math.inf, math.inf) for a in ATTRIBUTES.values()]


def _conditions(
    root: Node, steps: tuple[str | int, ...], numbers: Mapping[str, float], problems: list[Problem]
) -> dict[str, Condition]:
    """The conditions of a row as written; none for `always`."""
    node = root.at(steps)
    if root.has(steps) and node.value == "always":
        return {}
    if not root.has(steps) or not isinstance(node.value, dict) or not node.value:
        problems.append(root.problem(steps, '`always`, or conditions such as `ki67_pct: "<= 20"`'))
        return {}
    when: dict[str, Condition] = {}
    for name in node.value:
        place = (*steps, name)
        if name not in ATTRIBUTES:
            problems.append(
                root.problem(
                    place,
                    "an attribute of the board: " + ", ".join(ATTRIBUTES),
                    nearest(name, ATTRIBUTES),
                    found=f"'{name}'",
                    of_key=True,
                )
            )
            continue
        value = root.at(place).plain()
        try:
            bound(ATTRIBUTES[name], value, numbers)
        except ConditionError as wrong:
            problems.append(root.problem(place, wrong.expected, wrong.todo))
        else:
            when[name] = value
    return when


class ConditionError(ValueError):
    """A condition that can not be: what was expected, and what to do."""

    def __init__(self, expected: str, todo: str = ""):
        super().__init__(expected)
        self.expected, self.todo = expected, todo


def bound(attribute: Attribute, value: object, numbers: Mapping[str, float]) -> Bound:
    """A condition on one attribute: bits of levels, or a closed interval ('<' ends at the next number below).

    value    as written: a level, a list of levels, a number, or comparisons such as ">= 3 and <= 20"; the right side
             of a comparison is a number or the name of an evidence card, which then is the one place of that number
    numbers  the evidence, by name
    """
    if attribute.levels:
        words = value if isinstance(value, list) else [value]
        wrong = [str(word) for word in words if word not in attribute.levels]
        if wrong or not words:
            raise ConditionError(
                "one or a list of: " + ", ".join(attribute.levels), nearest((*wrong, "")[0], attribute.levels)
            )
        return sum({1 << attribute.levels.index(word) for word in words})
    low, high = attribute.lowest, attribute.highest
    parts = [f"= {value}"] if isinstance(value, int | float) else str(value).split(" and ")
    for part in parts:
        match = _COMPARISON.fullmatch(part.strip())
        if match is None:
            raise ConditionError('a comparison such as "<= 20", ">= 3 and <= 20", or a number')
        sign, number = match[1], _number(match[2], attribute, numbers)
        if not attribute.lowest <= number <= attribute.highest:
            within = f"{attribute.lowest:g} to {attribute.highest:g} {attribute.unit}".strip()
            raise ConditionError(f"a bound within {within}")
        if sign in ("<=", "=", "<"):
            high = min(high, number if sign != "<" else math.nextafter(number, -math.inf))
        if sign in (">=", "=", ">"):
            low = max(low, number if sign != ">" else math.nextafter(number, math.inf))
    if low > high:
        raise ConditionError("bounds that leave something between them")
    return (low, high)


def _number(text: str, attribute: Attribute, numbers: Mapping[str, float]) -> float:
    """A number as written, or that of an evidence card; shares become per cent where the attribute is in per cent."""
    try:
        return float(text)
    except ValueError:
        if text not in numbers:
            raise ConditionError("a number, or the name of a number in the evidence", nearest(text, numbers)) from None
    return numbers[text] * (100 if attribute.unit == "%" else 1)  # not clinical: per cent


def _left_over(box: Box, taken: Box) -> list[Box]:
    """What is left of a box after another has been taken out of it, as boxes that do not overlap."""
    pieces: list[Box] = []
    rest = list(box)
    for a, (mine, other) in enumerate(zip(box, taken, strict=True)):
        if isinstance(mine, int) and isinstance(other, int):
            outside, inside = mine & ~other, mine & other
            if not inside:
                return [box]
            if outside:
                pieces.append((*rest[:a], outside, *rest[a + 1 :]))
            rest[a] = inside
        elif isinstance(mine, tuple) and isinstance(other, tuple):
            low, high = max(mine[0], other[0]), min(mine[1], other[1])
            if low > high:
                return [box]
            if mine[0] < low:
                pieces.append((*rest[:a], (mine[0], math.nextafter(low, -math.inf)), *rest[a + 1 :]))
            if mine[1] > high:
                pieces.append((*rest[:a], (math.nextafter(high, math.inf), mine[1]), *rest[a + 1 :]))
            rest[a] = (low, high)
    return pieces


def used_up_by(box: Box, earlier: list[Box], start: int = 0) -> int:
    """Which of the earlier boxes takes the last that is left of a box; -1 where they leave something.

    Piece by piece, so that the first piece that is left ends the search.
    """
    for number in range(start, len(earlier)):
        pieces = _left_over(box, earlier[number])
        if pieces != [box]:
            last = number
            for piece in pieces:
                taken = used_up_by(piece, earlier, number + 1)
                if taken < 0:
                    return -1
                last = max(last, taken)
            return last
    return -1


def _reach(root: Node, table: str, rows: tuple[Row, ...], boxes: list[Box]) -> list[Problem]:
    """Rows that earlier rows leave nothing for, and a last row that does not take everybody."""
    problems = []
    for number, box in enumerate(boxes):
        last = used_up_by(box, boxes[:number])
        if last >= 0:
            problems.append(
                root.problem(
                    (table, number),
                    "a patient whom the rows before leave over",
                    f"move it before '{rows[last].name}', narrow that row, or remove this one",
                    found=f"the row '{rows[number].name}', which nobody can reach",
                )
            )
    if rows[-1].when:
        problems.append(
            root.problem(
                (table, len(rows) - 1),
                "a last row with `when: always`, so that everybody is offered something",
                found=f"the row '{rows[-1].name}', which does not take everybody",
            )
        )
    return problems


def box_of(row: Row, numbers: Mapping[str, float]) -> Box:
    """The patients a row takes; a number that is not asked about may also be unknown, which -inf stands for."""
    box = _whole_box()
    for name, value in row.when.items():
        box[list(ATTRIBUTES).index(name)] = bound(ATTRIBUTES[name], value, numbers)
    return tuple(box)


def compiled(rows: tuple[Row, ...], numbers: Mapping[str, float]) -> Any:
    """A table as arrays of bounds, with the evidence of these numbers."""
    table: Any = np.zeros(1, TABLE).view(np.recarray)[0]
    table.rows, table.offers = len(rows), -1
    cells, offers = table.cells, table.offers
    cells["levels"] = -1
    for r, row in enumerate(rows):
        box = box_of(row, numbers)
        for k, offer in enumerate(row.offer):
            offers[r, k] = Treatment[offer.upper()].value
        asked = [a for a, name in enumerate(ATTRIBUTES) if name in row.when]
        for k, a in enumerate(asked):
            its = box[a]
            cells["asked"][r, k], cells["attribute"][r, k] = 1, a
            if isinstance(its, int):
                cells["levels"][r, k] = its
            else:
                cells["low"][r, k], cells["high"][r, k] = its
    return table


def _cases(root: Node, rows: dict[str, tuple[Row, ...]], tables: Tables, problems: list[Problem]) -> tuple[Case, ...]:
    """The worked cases, each compared with what the tables decide; and rows that no case reaches."""
    cases: list[Case] = []
    reached: dict[str, set[str]] = {name: set() for name in TABLES}
    known = {"who", "findings", *TABLES}
    for number in range(_items(root, ("cases",), "worked cases", problems)):
        steps = ("cases", number)
        before = len(problems)
        _keys(root, steps, known, problems)
        who = _text(root, (*steps, "who"), "who she is, in a clinician's words", problems)
        findings = _findings(root, (*steps, "findings"), problems)
        named = {}
        for name in TABLES:
            if not root.has((*steps, name)):
                continue
            named[name] = str(root.at((*steps, name)).plain())
            options = [row.name for row in rows[name]]
            if named[name] not in options:
                problems.append(
                    root.problem((*steps, name), f"a row of the table '{name}'", nearest(named[name], options))
                )
        if not named:
            problems.append(root.problem(steps, "the row she gets, as `main:` or `background:` or both"))
        if len(problems) > before:
            continue
        for name, wanted in named.items():
            row, _ = first_row(getattr(tables, name), findings_of(findings), 0)
            got = rows[name][row].name
            reached[name].add(got)
            if got != wanted:
                problems.append(
                    root.problem((*steps, name), f"'{got}', which is the first row that fits", found=f"'{wanted}'")
                )
        cases.append(Case(who, findings, named))
    if not problems:
        for name in TABLES:
            for r, row in enumerate(rows[name]):
                if row.name not in reached[name]:
                    problems.append(
                        root.problem(
                            (name, r), "a worked case that reaches it", found=f"the row '{row.name}', without a case"
                        )
                    )
    return tuple(cases)


def _findings(root: Node, steps: tuple[str | int, ...], problems: list[Problem]) -> dict[str, str | float]:
    found: dict[str, str | float] = {}
    for name in _keys(root, steps, set(ATTRIBUTES), problems):
        if name not in ATTRIBUTES:
            continue
        attribute, value = ATTRIBUTES[name], root.at((*steps, name)).plain()
        if attribute.levels:
            if value in attribute.levels:
                found[name] = value
            else:
                problems.append(
                    root.problem((*steps, name), one_of(attribute.levels), nearest(str(value), attribute.levels))
                )
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if attribute.lowest <= value <= attribute.highest:
                found[name] = float(value)
            else:
                problems.append(
                    root.problem((*steps, name), f"a number from {attribute.lowest:g} to {attribute.highest:g}")
                )
        else:
            in_unit = f", in {attribute.unit}" if attribute.unit not in ("", "number") else ""
            problems.append(root.problem((*steps, name), "a number alone" + in_unit))
    return found
