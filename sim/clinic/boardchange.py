"""The tumour board as one scenario has it: rows with other conditions or offers, and rows that are added.

    Changed, Added            what is different of a row; a new one
    changed_board(...)        -> Board with its own rows, tables and worked cases
    mistakes(...)             what is wrong with it, by the rules of a board file

A changed row keeps the conditions it does not name, and its name, so that the log of one scenario can be read
beside that of another. The worked cases are not judged: that they come out otherwise is what the change is for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.clinic.board import ATTRIBUTES, MOST_OFFERS, MOST_ROWS, Row, Tables, findings_of, first_row
from sim.clinic.boardfile import (
    TABLES,
    Board,
    Case,
    ConditionError,
    bound,
    box_of,
    compiled,
    used_up_by,
)
from sim.errors import Problem, nearest, one_of
from sim.evidence import read_evidence
from sim.reading import described

ANY = "any"
_Rows = dict[str, tuple[Row, ...]]
_ORDER = ("main", "background")  # where a row's name is looked for first


@dataclass(frozen=True)
class Changed:
    """What is different of a row: conditions (`any` takes one out), and its offer, () for the old one."""

    when: Mapping[str, Any]
    offer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Added:
    """A new row, and the name of the row before which it stands. One that is a trial's enrols whom it decides on."""

    before: str
    offer: tuple[str, ...]
    when: Mapping[str, Any]
    source: tuple[str, ...] = ()
    trial: bool = False


def changed_board(board: Board, change: Mapping[str, Changed], add: Mapping[str, Added]) -> Board:
    """The board with some rows changed and some added; `mistakes` must have found none.

    The worked cases name the rows that they get now.
    """
    rows = _rows(board, change, add)
    numbers = read_evidence().flat
    tables = Tables(*(compiled(rows[name], numbers) for name in TABLES))
    return Board(rows, tuple(_as_now(case, rows, tables) for case in board.cases), tables, board.file)


def _as_now(case: Case, rows: _Rows, tables: Tables) -> Case:
    found = findings_of(case.findings)
    now = {name: rows[name][first_row(getattr(tables, name), found, 0)[0]].name for name in case.rows}
    return replace(case, rows=now)


def _rows(board: Board, change: Mapping[str, Changed], add: Mapping[str, Added]) -> _Rows:
    """The rows by table. Of rows that can not be placed nothing is said here."""
    rows = {name: [_with(row, change.get(row.name)) for row in its] for name, its in board.rows.items()}
    left = dict(add)
    while left:
        placed = [name for name, its in left.items() if _table_of(rows, its.before)]
        if not placed:
            break
        for name in placed:
            its = left.pop(name)
            table = rows[_table_of(rows, its.before)]
            at = next(number for number, row in enumerate(table) if row.name == its.before)
            table.insert(at, Row(name, its.offer, dict(its.when), its.source, its.trial))
    return {name: tuple(its) for name, its in rows.items()}


def _with(row: Row, changed: Changed | None) -> Row:
    if changed is None:
        return row
    when = {name: value for name, value in {**row.when, **changed.when}.items() if value != ANY}
    return replace(row, when=when, offer=changed.offer or row.offer)


def _table_of(rows: Mapping[str, Iterable[Row]], name: str) -> str:
    """The table that has a row of this name, '' where there is none."""
    return next((table for table in _ORDER if any(row.name == name for row in rows[table])), "")


def mistakes(
    board: Board,
    change: Mapping[str, Changed],
    add: Mapping[str, Added],
    rows_off: Collection[str] = (),
    numbers: Mapping[str, float] | None = None,
    weights: Mapping[str, float] | None = None,
) -> list[Problem]:
    """Everything that is wrong with a board that a scenario has changed, by paths of the scenario.

    rows_off   names of rows that are not used
    numbers    the evidence by name, as the scenario has it
    weights    of treatments that a row offers as equals; 1 for those not named
    """
    numbers = read_evidence().flat if numbers is None else numbers
    try:
        for name in TABLES:
            compiled(board.rows[name], numbers)
    except ConditionError as wrong:
        return [Problem(path="evidence", found="a value that empties a row of the board", expected=wrong.expected)]
    problems = [
        *(problem for name, its in change.items() for problem in _of_change(board, name, its, numbers)),
        *(problem for name, its in add.items() for problem in _of_addition(board, name, its, add, numbers)),
    ]
    if problems:
        return problems
    rows = _rows(board, change, add)
    if change or add:
        problems += _out_of_reach(rows, change, add, rows_off, numbers)
    for name, its in rows.items():
        problems += _of_table(name, its, rows_off)
        problems += [p for row in its for p in _nothing_preferred(row, change, add, weights or {})]
    return problems


def _of_change(board: Board, name: str, its: Changed, numbers: Mapping[str, float]) -> Iterable[Problem]:
    path, table = f"board.change.{name}", _table_of(board.rows, name)
    if not table:
        known = [row.name for rows in board.rows.values() for row in rows]
        yield Problem(
            path=path, found=f"'{name}'", expected="the name of a row of the board", todo=nearest(name, known)
        )
        return
    row = next(row for row in board.rows[table] if row.name == name)
    problems = [*_of_conditions(path, its.when, numbers, ANY), *_of_offer(path, its.offer, table)]
    yield from problems
    if not problems:
        yield from _emptied(path, _with(row, its), numbers)


def _of_addition(
    board: Board, name: str, its: Added, add: Mapping[str, Added], numbers: Mapping[str, float]
) -> Iterable[Problem]:
    path = f"board.add.{name}"
    if _table_of(board.rows, name):
        todo = "to make that row different, write it below `change:`"
        yield Problem(path=path, found=f"'{name}'", expected="a name that no row of the board has", todo=todo)
    yield from _of_place(board, name, its, add)
    table = _table_of(_rows(board, {}, add), name)
    if table:
        yield from _of_offer(path, its.offer, table)
    unknown = [source for source in its.source if source not in read_evidence().cards]
    for source in unknown:
        todo = nearest(source, read_evidence().cards)
        yield Problem(path=f"{path}.source", found=f"'{source}'", expected="the name of an evidence card", todo=todo)
    yield from _of_conditions(path, its.when, numbers, "")


def _of_place(board: Board, name: str, its: Added, add: Mapping[str, Added]) -> Iterable[Problem]:
    path, known = f"board.add.{name}.before", [row.name for rows in board.rows.values() for row in rows]
    others = sorted(other for other, one in add.items() if other != name and one.before == its.before)
    if its.before not in (*known, *add):
        yield Problem(
            path=path,
            found=f"'{its.before}', which is no row",
            expected="the name of a row of the board, or of an added one",
            todo=nearest(its.before, (*known, *add)),
        )
    elif not _table_of(_rows(board, {}, add), name):
        found = f"'{its.before}', which leads in a circle"
        yield Problem(path=path, found=found, expected="a row that leads to one of the board")
    elif others:
        found = f"'{its.before}', before which '{others[0]}' stands as well"
        todo = f"write `before: {others[0]}` for the one that comes first"
        yield Problem(path=path, found=found, expected="one added row before each row", todo=todo)


def _of_conditions(path: str, when: Mapping[str, Any], numbers: Mapping[str, float], free: str) -> Iterable[Problem]:
    for name, value in when.items():
        place = f"{path}.when.{name}"
        if name not in ATTRIBUTES:
            expected, todo = one_of(ATTRIBUTES, name), nearest(name, ATTRIBUTES)
            yield Problem(path=place, found=f"'{name}'", expected=expected, todo=todo)
        elif not free or value != free:
            try:
                bound(ATTRIBUTES[name], value, numbers)
            except ConditionError as wrong:
                yield Problem(path=place, found=described(value), expected=wrong.expected, todo=wrong.todo)


def _of_offer(path: str, offer: tuple[str, ...], table: str) -> Iterable[Problem]:
    names = [treatment.name.lower() for treatment in TABLES[table]]
    for word in offer:
        if word not in names:
            listed = one_of(names, word)
            yield Problem(path=f"{path}.offer", found=f"'{word}'", expected=listed, todo=nearest(word, names))
    if len(offer) > MOST_OFFERS:
        expected = f"one treatment, or up to {MOST_OFFERS} equal ones"
        yield Problem(path=f"{path}.offer", found=f"{len(offer)} treatments", expected=expected)


def _emptied(path: str, row: Row, numbers: Mapping[str, float]) -> Iterable[Problem]:
    try:
        box_of(row, numbers)
    except ConditionError as wrong:
        yield Problem(path=path, found="the row as changed", expected=wrong.expected)


def _place_of(name: str, change: Collection[str], add: Collection[str]) -> str:
    return f"board.add.{name}" if name in add else f"board.change.{name}" if name in change else ""


def _out_of_reach(
    rows: _Rows, change: Collection[str], add: Collection[str], rows_off: Collection[str], numbers: Mapping[str, float]
) -> Iterable[Problem]:
    """Rows that those before leave nobody for, said of the row that was changed or added."""
    for its in rows.values():
        used = [row for row in its if row.name not in rows_off]
        boxes = [box_of(row, numbers) for row in used]
        for number, row in enumerate(used):
            last = used_up_by(boxes[number], boxes[:number])
            if last < 0:
                continue
            taker = used[last].name
            path = _place_of(row.name, change, add) or _place_of(taker, change, add) or "board"
            yield Problem(
                path=path,
                found=f"the row '{row.name}', which nobody can reach",
                expected="a patient whom the rows before leave over",
                todo=f"narrow '{taker}', which takes the last of them, or add '{row.name}' to `rows_off`",
            )


def _of_table(table: str, rows: tuple[Row, ...], rows_off: Collection[str]) -> Iterable[Problem]:
    if len(rows) > MOST_ROWS:
        yield Problem(
            path="board.add", found=f"the table '{table}' with {len(rows)} rows", expected=f"at most {MOST_ROWS}"
        )
    last = rows[-1]
    expected = "a last row that takes everybody, so that everybody is offered something"
    if last.when:
        yield Problem(
            path=f"board.change.{last.name}", found=f"the row '{last.name}' with conditions", expected=expected
        )
    if last.name in rows_off:
        yield Problem(path="board.rows_off", found=f"the last row, '{last.name}', among them", expected=expected)


def _nothing_preferred(
    row: Row, change: Collection[str], add: Collection[str], weights: Mapping[str, float]
) -> Iterable[Problem]:
    if len(row.offer) > 1 and not any(weights.get(offer, 1.0) for offer in row.offer):
        yield Problem(
            path=_place_of(row.name, change, add) or "preference",
            found=f"no share for any of {', '.join(row.offer)}",
            expected=f"a share above 0 for one of them, which the row '{row.name}' offers as equals",
        )
