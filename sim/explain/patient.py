"""A patient typed in: which row of the board she gets, and why not the others.

    read_patient(text, here)    -> Typed     what was typed, understood; InputError for what can not be
    decided(typed, here)        -> Decision for each of the two tables
    in_text(typed, decisions)   lines for a terminal;  as_data(...) for programmes

`grade: G2` is said as histology and Ki-67 where these are not typed themselves; what follows from what was typed,
and what the model has for everybody at her first board, is filled in and said. All else stays unknown, and what is
not known fits no row. The model's own functions decide, with the scenario's evidence, rows and treatments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.clinic.board import ATTRIBUTES, Attribute, explain, findings_of, first_row, why_not
from sim.errors import InputError, Problem, nearest, one_of
from sim.evidence import read_evidence
from sim.explain.rows import TABLES, BoardHere
from sim.explain.speech import listed, plain, wrapped
from sim.scenario import Scenario

OPTION = "--patient"
EXPECTED = "names and values, such as 'grade: G2, pattern: type_1, lesions: 2, ecog: 0'"
Value = str | float
_GRADES = {"g1": ("g1", "well"), "g2": ("g2", "well"), "g3": ("net_g3", "well"), "net_g3": ("net_g3", "well")} | {
    "nec": ("nec", "poor")
}
_YES, _NO = ("present", "yes", "true", "y"), ("absent", "no", "false", "n", "none")
_PAIR = re.compile(r"([^:=]+)[:=](.+)")
_MEASURED = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(\S.*)?")


@dataclass(frozen=True)
class Typed:
    """A patient as she was typed in and understood.

    text       as typed
    values     all that is known of her, by attribute
    said       sentences on what was translated or filled in
    unknown    attributes of which nothing is known
    """

    text: str
    values: Mapping[str, Value]
    said: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """What one table decides.

    row      its name
    offer    in words
    why      a line for each row: offered, fitting but later, or why not
    earlier  earlier rows that can be had and only lack what is not known: row -> attributes; where there are any,
             `row` is what she gets if nothing more is known
    barred   rows that fit, come earlier, and can not be had in this scenario: row -> why
    """

    table: str
    row: str
    offer: str
    why: tuple[str, ...]
    earlier: Mapping[str, tuple[str, ...]]
    barred: Mapping[str, str]

    def headline(self) -> str:
        """What is offered; where earlier rows hang on what is not known, that it can not be said yet, and why."""
        offered = f"{self.offer} (row {self.row})"
        if not self.earlier:
            return offered
        rows = [*self.earlier]
        lacking = dict.fromkeys(name for asked in self.earlier.values() for name in asked)
        come = f"row {rows[0]} comes first and hangs" if len(rows) == 1 else f"rows {listed(rows)} come first and hang"
        return (
            f"Cannot be said yet: {come} on what is not known ({', '.join(lacking)}); "
            f"with nothing more known she would get: {offered}"
        )


def read_patient(text: str, scenario: Scenario, here: BoardHere) -> Typed:
    """What was typed, understood.

    text   such as `grade: G2, pattern: type_1, lesions: 3`
    InputError with everything that is unknown or impossible.
    """
    problems: list[Problem] = []
    values: dict[str, Value] = {}
    grade = ""
    typed = list(_pairs(text, problems))
    for key, its in typed:
        if _key(key) == "grade":
            if grade:
                problems.append(Problem(OPTION, path=key, found="grade a second time", expected="each name once"))
            grade = _grade(its, problems) or grade
            continue
        name = _attribute(_key(key), problems)
        if name in values:
            problems.append(Problem(OPTION, path=key, found=f"{name} a second time", expected="each attribute once"))
        elif name:
            values[name] = _value(name, its, problems)
    if not typed and not problems:
        problems.append(Problem(OPTION, found="nothing", expected=EXPECTED))
    if problems:
        raise InputError(problems)
    said = [*_from_grade(grade, values, scenario), *_following(values)]
    filled = {name: its for name, its in here.at_first.items() if name not in values}
    values |= filled
    if filled:
        told = listed(f"{name} {_said(its)}" for name, its in filled.items())
        said.append(f"Taken as at a first board, since nothing else was typed: {told}.")
    return Typed(text, values, tuple(said), tuple(name for name in ATTRIBUTES if name not in values))


def _pairs(text: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Names and values as typed, `name: value` or `name=value` with commas between."""
    for part in filter(None, (part.strip() for part in text.strip().strip("{}").split(","))):
        match = _PAIR.fullmatch(part)
        if ";" in part:
            todo = "separate with commas"
            problems.append(Problem(OPTION, found=f"'{part}'", expected=EXPECTED, todo=todo))
        elif match:
            yield match[1].strip(), match[2].strip().strip("'\"")
        else:
            problems.append(Problem(OPTION, found=f"'{part}'", expected=EXPECTED))


def _key(typed: str) -> str:
    return typed.strip().lower().replace(" ", "_").replace("-", "_")


def _said(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _attribute(key: str, problems: list[Problem]) -> str:
    """The attribute that is meant: its name, or its name without the unit."""
    if key in ATTRIBUTES:
        return key
    meant = [name for name in ATTRIBUTES if name.startswith(f"{key}_") or name.replace("_", "") == key.replace("_", "")]
    if key == "ki_67":
        meant = ["ki67_pct"]
    if len(meant) == 1:
        return meant[0]
    known = ("grade", *ATTRIBUTES)
    todo = f"write {listed(meant, 'or')}" if meant else nearest(key, known)
    problems.append(Problem(OPTION, path=key, found=f"'{key}'", expected=one_of(known, key), todo=todo))
    return ""


def _grade(typed: str, problems: list[Problem]) -> str:
    grade = _key(typed)
    if grade not in _GRADES:
        problems.append(
            Problem(
                OPTION,
                path="grade",
                found=f"'{typed}'",
                expected="G1, G2, G3 (well differentiated) or NEC (carcinoma)",
                todo=nearest(grade, _GRADES),
            )
        )
        return ""
    return grade


def _value(name: str, typed: str, problems: list[Problem]) -> Value:
    attribute = ATTRIBUTES[name]
    if attribute.levels:
        level = _level(attribute, typed)
        if level:
            return level
        expected, todo = f"one of {', '.join(attribute.levels)}", nearest(_key(typed), attribute.levels)
    else:
        number = _number(attribute, typed)
        if attribute.lowest <= number <= attribute.highest:
            return number
        unit = f" {attribute.unit}" if attribute.unit not in ("", "number") else ""
        expected, todo = f"a number from {attribute.lowest:g} to {attribute.highest:g}{unit}", ""
    problems.append(Problem(OPTION, path=name, found=f"'{typed}'", expected=expected, todo=todo))
    return math.nan


def _level(attribute: Attribute, typed: str) -> str:
    """The level that is meant, '' if none is."""
    word = _key(typed)
    if word in attribute.levels:
        return word
    if attribute.levels == ("absent", "present"):
        return "present" if word in _YES else "absent" if word in _NO else ""
    meant = [level for level in attribute.levels if level.endswith(f"_{word}") or level.replace("_", "") == word]
    return meant[0] if len(meant) == 1 else ""


def _number(attribute: Attribute, typed: str) -> float:
    """The number that is meant, also with its unit behind it; NaN if none is."""
    match = _MEASURED.fullmatch(typed)
    if match is None or (match[2] and match[2].lower() != attribute.unit.lower()):
        return math.nan
    return float(match[1])


def _from_grade(grade: str, values: dict[str, Value], scenario: Scenario) -> Iterator[str]:
    """Histology and Ki-67 from a grade, where they were not typed; the middle of what the model draws for it."""
    if not grade:
        return
    card, histology = _GRADES[grade]
    ledger = read_evidence()
    numbers = dict(zip(ledger.flat, ledger.known(scenario.numbers()).tolist(), strict=True))
    low, high = numbers[f"ki67_range_{card}.lowest"], numbers[f"ki67_range_{card}.highest"]
    meant = grade.upper().replace("_", " ")
    told = []
    if "differentiation" not in values:
        values["differentiation"] = histology
        told.append(f"differentiation {histology}")
    if "ki67_pct" not in values:
        values["ki67_pct"] = float(f"{math.sqrt(low * high):.2g}")
        told.append(
            f"ki67_pct {_said(values['ki67_pct'])} (the middle of the {low:g} to {high:g} % that the model draws)"
        )
    if told:
        yield f"Grade {meant} is read as {listed(told)}."
    ki67 = values["ki67_pct"]
    if values["differentiation"] != histology or not (isinstance(ki67, float) and low <= ki67 <= high):
        yield (
            f"Histology {values['differentiation']} with a Ki-67 of {_said(ki67)} % is not what {meant} means "
            f"({histology}, {low:g} to {high:g} %); the board goes by histology and Ki-67."
        )


def _following(values: dict[str, Value]) -> Iterator[str]:
    """What follows from what was typed.

    Who has no symptoms has none in spite of the analogue; who has a pattern, lesions or a burden has liver metastases.
    """
    if values.get("symptoms") == "absent" and "refractory" not in values:
        values["refractory"] = "absent"
        yield "Symptoms are not refractory, as there are none."
    if "liver_metastases" in values:
        return
    for name in ("pattern", "lesions", "largest_cm", "liver_burden_pct"):
        if name in values:
            values["liver_metastases"] = "absent" if values[name] in ("none", 0) else "present"
            yield f"Liver metastases are {values['liver_metastases']}, as {name} is {_said(values[name])}."
            return


def decided(typed: Typed, here: BoardHere) -> list[Decision]:
    """What the two tables decide, the main one first."""
    findings = findings_of(dict(typed.values))
    found = []
    for name in TABLES:
        table, rows = getattr(here.tables, name), here.rows[name]
        chosen, fitting = first_row(table, findings, here.not_used(name))
        last = chosen if chosen >= 0 else len(rows)
        barred = {
            rows[n].name: here.why_not_used(name, n)
            for n in range(last)
            if fitting >> n & 1 and here.not_used(name) >> n & 1
        }
        earlier = {}
        for number, row in enumerate(rows[:last]):
            asked = tuple(its for its in row.when if its in typed.unknown)
            complete = findings_of({its: value for its, value in typed.values.items() if its in row.when})
            can_be_had = not here.not_used(name) >> number & 1
            if asked and can_be_had and not _contradicted(why_not(row, table, number, complete), asked):
                earlier[row.name] = asked
        why = tuple(explain(rows, table, findings, here.not_used(name)).splitlines())
        offer = here.offer(rows[chosen]) if chosen >= 0 else "nothing"
        found.append(Decision(name, rows[chosen].name if chosen >= 0 else "", offer, why, earlier, barred))
    return found


def _contradicted(reasons: str, unknown: tuple[str, ...]) -> bool:
    """Does a row fail for anything else than what is not known?"""
    return any(not reason.startswith(tuple(f"{its} is not known" for its in unknown)) for reason in reasons.split("; "))


def in_text(typed: Typed, decisions: list[Decision]) -> list[str]:
    """The answer for a terminal of 100 columns."""
    lines = wrapped(f"Patient: {typed.text}", 0, 2)
    for sentence in typed.said:
        lines += wrapped(sentence, 2, 4)
    if typed.unknown:
        lines += wrapped(
            f"Not known: {', '.join(f'{name} ({ATTRIBUTES[name].means})' for name in typed.unknown)}. "
            "What is not known fits no row that asks about it.",
            2,
            4,
        )
    for one in decisions:
        lines += ["", *wrapped(f"{TABLES[one.table]}: {one.headline()}", 0, 2)]
        for row, why in one.barred.items():
            lines += wrapped(f"Row {row} fits and comes first, but is not to be had here: {why}.", 2, 4)
        for row, asked in one.earlier.items():
            lines += wrapped(
                f"Row {row} comes first, and would fit or not by what is not known: {listed(asked)}.", 2, 4
            )
        for line in one.why:
            lines += wrapped(line, 2, 8)
    return lines


def as_data(typed: Typed, decisions: list[Decision]) -> dict[str, Any]:
    """The answer as plain data."""
    return {
        "typed": typed.text,
        "values": dict(typed.values),
        "said": list(typed.said),
        "unknown": {name: plain(ATTRIBUTES[name].means) for name in typed.unknown},
        "decisions": [
            vars(one)
            | {"settled": not one.earlier, "earlier": {row: list(asked) for row, asked in one.earlier.items()}}
            for one in decisions
        ],
    }
