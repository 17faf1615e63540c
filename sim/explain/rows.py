"""The tumour board as a scenario uses it: its rows in words, with their sources and the worked cases they decide.

    board_here(scenario)     -> BoardHere   tables, rows off, where treatments are given, as the model has them
    told(here)               -> Told for each row of both tables
    in_text(rows)            lines for a terminal

Conditions name evidence cards; here their numbers stand in their place, with a scenario's overrides. Decides nothing:
that is `patient`, by the model's own functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sim.clinic.board import ATTRIBUTES, Row, Tables
from sim.clinic.boardfile import Board, Case
from sim.clinic.protocols import Treatment, Where
from sim.clinic.stages import Policy
from sim.evidence import read_evidence
from sim.explain.speech import duration, listed, percent, plain, wrapped
from sim.report.words import words
from sim.running import board_of, clinic_of
from sim.scenario import Scenario

TABLES = {"main": "Main offer", "background": "Background treatment"}
_COMPARED = re.compile(r"(<=|>=|<|>|=)\s*([a-z0-9_.+-]+)")
_SAME = "The same"
_SUFFIXES = ("_pct", "_cm", "_years", "_ml_min", "_umol_l")
_WORDS = {
    "ki67": "Ki-67",
    "ecog": "ECOG",
    "egfr": "eGFR",
    "prrt had": "PRRT had",
    "extrahepatic": "disease outside the liver",
    "progressing": "growth since the last decision",
    "symptoms": "hormonal symptoms",
    "analogue": "analogue now",
    "remnant": "liver remnant",
    "removable": "removable share of the tumour",
    "not ablatable": "lesions not ablatable",
}


@dataclass(frozen=True)
class BoardHere:
    """The board as one scenario uses it.

    rows       of each table, their conditions with numbers in place of evidence cards
    tables     as arrays, with the scenario's evidence
    off        of each table the bits of rows that are switched off
    absent     bits of main rows all of whose treatments are given nowhere in reach
    places     in words, for each treatment that is not given here
    shares     of equal treatments, relative to each other
    at_first   what the model knows of everybody before anything has been found, by attribute
    """

    board: Board
    rows: Mapping[str, tuple[Row, ...]]
    tables: Tables
    off: Mapping[str, int]
    absent: int
    places: Mapping[str, str]
    shares: Mapping[str, float]
    at_first: Mapping[str, str | float]

    def not_used(self, table: str) -> int:
        """Bits of the rows of a table that can not be had in this scenario."""
        return self.off[table] | (self.absent if table == "main" else 0)

    def why_not_used(self, table: str, number: int) -> str:
        """Why a row can not be had in this scenario; '' where it can."""
        if self.off[table] >> number & 1:
            return "switched off in this scenario"
        if table == "main" and self.absent >> number & 1:
            return f"{listed(map(words, self.rows[table][number].offer))} given nowhere in reach"
        return ""

    def offer(self, row: Row) -> str:
        """What a row offers, with how equal treatments are shared out, and where they are given."""
        total = sum(self.shares[its] for its in row.offer)
        offers = []
        for its in row.offer:
            share = f" ({percent(round(self.shares[its] / total, 3))})" if len(row.offer) > 1 and total else ""
            offers.append(words(its) + share + (f" ({self.places[its]})" if its in self.places else ""))
        return listed(offers, "or")


@dataclass(frozen=True)
class Told:
    """One row in words.

    number    in its table, from 0
    used      '' or why it is not used in this scenario
    cases     the worked cases that it decides, in a clinician's words
    """

    table: str
    number: int
    name: str
    offer: str
    conditions: tuple[str, ...]
    sources: tuple[str, ...]
    cases: tuple[str, ...]
    used: str

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def board_here(scenario: Scenario) -> BoardHere:
    """The board as a scenario uses it."""
    clinic, _, _ = clinic_of(scenario, 0)
    world, board, ledger = clinic.world, board_of(scenario), read_evidence()
    numbers = dict(zip(ledger.flat, world.known.tolist(), strict=True))
    given = {treatment: world.protocols[treatment.value] for treatment in Treatment}
    known = (world.findings == world.findings[:1]).all(axis=0) if len(world.findings) else []
    return BoardHere(
        board,
        {table: tuple(_with_numbers(row, numbers) for row in rows) for table, rows in board.rows.items()},
        world.boards,
        {"main": int(world.policy[Policy.MAIN_OFF]), "background": int(world.policy[Policy.BACKGROUND_OFF])},
        int(world.policy[Policy.MAIN_ABSENT]),
        {its.name.lower(): _place(record) for its, record in given.items() if record.where != Where.HERE},
        {its.name.lower(): float(record.preference) for its, record in given.items()},
        {name: _value(name, world.findings[0, a]) for a, name in enumerate(ATTRIBUTES) if len(known) and known[a]},
    )


def _place(record: Any) -> str:
    if record.where == Where.NONE:
        return "given nowhere in reach"
    return f"given elsewhere, half within {duration(round(record.away_median / 1440) * 1440)}"


def _value(name: str, number: float) -> str | float:
    levels = ATTRIBUTES[name].levels
    return levels[int(number)] if levels else float(number)


def _with_numbers(row: Row, numbers: Mapping[str, float]) -> Row:
    """The row with numbers where it names evidence cards, for `needs`."""
    return replace(row, when={name: _spelled(name, value, numbers) for name, value in row.when.items()})


def _spelled(name: str, value: Any, numbers: Mapping[str, float]) -> Any:
    """A condition as written, with units.

    >>> _spelled("liver_burden_pct", ">= 50 and <= most", {"most": 0.75})
    '>= 50 % and <= 75 %'
    """
    attribute = ATTRIBUTES[name]
    if attribute.levels:
        return value
    unit = f" {attribute.unit}" if attribute.unit not in ("", "number") else ""

    def number(match: re.Match[str]) -> str:
        sign, text = match[1], match[2]
        if text in numbers:
            text = f"{numbers[text] * (100 if attribute.unit == '%' else 1):g}"
        return f"{sign} {text}{unit}"

    return _COMPARED.sub(number, str(value)) if isinstance(value, str) else f"= {value:g}{unit}"


def attribute_words(name: str) -> str:
    """An attribute's name in words, without its unit.

    >>> attribute_words("ki67_pct"), attribute_words("liver_burden_pct"), attribute_words("resections_had")
    ('Ki-67', 'liver burden', 'resections had')
    """
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return _WORDS.get(plain(name), plain(name))


def _conditions(row: Row) -> tuple[str, ...]:
    return tuple(_condition(name, row.needs(name)) for name in row.when)


def _condition(name: str, needs: str) -> str:
    """A condition in words.

    >>> _condition("extrahepatic", "absent"), _condition("ecog", "<= 2"), _condition("pattern", "type_1 or type_2")
    ('no disease outside the liver', 'ECOG <= 2', 'pattern type 1 or type 2')
    """
    its = attribute_words(name)
    if ATTRIBUTES[name].levels == ("absent", "present"):
        return f"no {its}" if needs == "absent" else its
    return f"{its} {plain(needs.removeprefix('= '))}"


def told(here: BoardHere) -> list[Told]:
    """All rows of both tables in words, the main table first."""
    cards = read_evidence().cards
    whole = written_out(here.board.cases)
    found = []
    for table in TABLES:
        for number, row in enumerate(here.rows[table]):
            sources = tuple(
                f"{card} ({', '.join(cards[card].source) or 'assumption'})" if card in cards else card
                for card in row.source
            )
            pairs = zip(whole, here.board.cases, strict=True)
            cases = tuple(who for who, case in pairs if case.rows.get(table) == row.name)
            used = here.why_not_used(table, number)
            found.append(Told(table, number, row.name, here.offer(row), _conditions(row), sources, cases, used))
    return found


def written_out(cases: Sequence[Case]) -> list[str]:
    """Who each worked case is: where it says "the same", also the same as whom.

    That is the last case that was told in full, or the one just before, whichever is more like it.

    >>> one = Case("A man of 60", {"ecog": 0}, {})
    >>> written_out([one, Case("The same, in bed by day", {"ecog": 3}, {})])
    ['A man of 60', 'A man of 60; but: in bed by day']
    """
    found: list[str] = []
    full = 0
    for at, case in enumerate(cases):
        if not case.who.startswith(_SAME):
            full = at
            found.append(case.who)
            continue
        unlike = {its: _unlike(cases[its], case) for its in (full, at - 1)}
        like = at - 1 if unlike[at - 1] < unlike[full] else full
        found.append(f"{found[like]}; but: {case.who.removeprefix(_SAME).lstrip(', ').removeprefix('but ')}")
    return found


def _unlike(one: Case, other: Case) -> int:
    """In how many findings two cases differ."""
    return sum(one.findings.get(name) != other.findings.get(name) for name in {*one.findings, *other.findings})


def in_short(rows: list[Told]) -> Iterator[str]:
    """How many rows there are, which of them can not be had here, and how to see them all."""
    for table, title in TABLES.items():
        its = [row for row in rows if row.table == table]
        if its:
            yield from wrapped(f"{title}: {len(its)} rows, of which the first that fits decides", 2, 4)
            for row in its:
                if row.used:
                    yield from wrapped(f"not used: {row.name} ({row.used})", 4, 6)
    yield "  `--board` prints them all, with their conditions, sources and worked cases."


def in_text(rows: list[Told]) -> Iterator[str]:
    """The rows for a terminal of 100 columns."""
    table = ""
    for row in rows:
        if row.table != table:
            table = row.table
            yield from ("", f"{TABLES[table]}: the first row that fits decides; what is not known fits no row")
        yield from wrapped(f"{row.number:2d}  {row.name}: {row.offer}", 2, 6)
        if row.used:
            yield from wrapped(f"NOT USED: {row.used}", 6)
        yield from wrapped(f"if {'; '.join(row.conditions)}" if row.conditions else "for everybody else", 6, 9)
        yield from wrapped(f"source: {', '.join(row.sources)}", 6, 14)
        for case in row.cases:
            yield from wrapped(f"e.g. {case}", 6, 11)
