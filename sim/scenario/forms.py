"""How each kind of value is typed, as JSON Schema, for editors that complete and check a file while it is written.

    typed_as(read, form)    a reader of a value, with the form in which the value is typed
    DURATION, RATE, ...     the forms; `whole`, `one_of`, `mapping` and `shares_of` make further ones

A form never refuses what its reader takes. It may take what the reader refuses: that shares add up to 1, or that a day
comes before another, is beyond a form. Knows nothing of which key has which kind of value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.units import MINUTES

Form = dict[str, Any]

_POWER = r"[eE][+-]?\d+"
_PLAIN = r"(\d+(\.\d*)?|\.\d+)"
_NUMBER = rf"{_PLAIN}({_POWER})?"
_PER_CENT = rf"(0*100(\.0*)?|0*\d{{1,2}}(\.\d*)?|\.\d+|{_PLAIN}{_POWER})"
_DAY = r"(19\d\d|20\d\d|21\d\d|2200)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"


def _any_case(words: str) -> str:
    """A pattern of small letters that takes capitals as well.

    >>> _any_case("h|d")
    '[Hh]|[Dd]'
    """
    return "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in words)


_UNIT = "(" + _any_case("|".join([*(f"{unit}s?" for unit in MINUTES), "mins?", "h", "d"])) + ")"


def typed_as(read: Callable[[Any], Any], form: Form) -> BeforeValidator:
    """A reader of values, and the form they are typed in; of any other an editor says what the reader expects."""
    return BeforeValidator(read, json_schema_input_type=Annotated[Any, WithJsonSchema(form | _said_by(read))])


def _said_by(read: Callable[[Any], Any]) -> Form:
    """What a reader says it expects, asked with something that nobody can type."""
    try:
        read(object())
    except PydanticCustomError as error:
        return {"errorMessage": f"Expected: {(error.context or {})['expected']}"}
    raise AssertionError("a reader of values takes anything")


def text(pattern: str, *examples: str) -> Form:
    """A text of which the whole fits a pattern."""
    return {"type": "string", "pattern": f"^({pattern})$"} | ({"examples": list(examples)} if examples else {})


def whole(least: int, most: int) -> Form:
    """A whole number within limits."""
    return {"type": "integer", "minimum": least, "maximum": most}


def number(least: float, most: float) -> Form:
    """A number within limits."""
    return {"type": "number", "minimum": least, "maximum": most}


def one_of(words: Iterable[str]) -> Form:
    """One of some words."""
    return {"type": "string", "enum": list(words)}


def mapping(form: Form) -> Form:
    """A mapping from any names to values of one form."""
    return {"type": "object", "additionalProperties": form}


def keyed(forms: Mapping[str, Form]) -> Form:
    """A mapping with some keys and no others."""
    return {"type": "object", "properties": dict(forms), "additionalProperties": False}


def shares_of(names: Iterable[str]) -> Form:
    """Shares by names of which each may be left out."""
    return keyed(dict.fromkeys(names, SHARE)) | {"minProperties": 1}


def shares_of_classes(classes: int) -> Form:
    """Shares of classes that go by number from 0. Editors take such keys for numbers, so that only a pattern fits."""
    pattern = f"^[0-{classes - 1}]$"
    return {
        "type": "object",
        "patternProperties": {pattern: SHARE},
        "additionalProperties": False,
        "minProperties": 1,
    }


def one_or_more(form: Form) -> Form:
    """A text, or a list of such texts. Types are tried together, so that an editor has one thing to say."""
    return {"type": ["string", "array"], "minItems": 1, "items": form} | {
        key: value for key, value in form.items() if key != "type"
    }


TEXT: Form = {"type": "string", "pattern": r"\S"}
NAME = text("[a-z][a-z0-9_]*")
NUMBER: Form = {"type": "number"}
SWITCH: Form = {"type": "boolean"}
DURATION_OR_ZERO = text(rf"\s*[+]?{_NUMBER}\s*{_UNIT}\s*", "90 min", "14 days")
DURATION = text(rf"(?=.*[1-9])\s*[+]?{_NUMBER}\s*{_UNIT}\s*", "90 min", "14 days")
WEEKS = text(rf"(?=.*[1-9])\s*[+]?{_NUMBER}\s*{_UNIT}\s*", "1 week", "2 weeks")
RATE = text(rf"\s*[+]?{_NUMBER}\s*(per|/|a|an)\s*{_UNIT}\s*", "3 per week", "138 per year")
GROWTH = text(r"\s*[+-]?\d+(\.\d*)?\s*%\s*(per|a)\s+year\s*", "2 % per year", "-1.5 % per year")
SHARE: Form = {
    "type": ["number", "string"],
    **{"minimum": 0, "maximum": 1, "pattern": rf"^\s*[+]?{_PER_CENT}\s*%\s*$", "examples": ["30 %", 0.3]},
}
FACTOR = number(0, 1000)
SIGMA = number(0, 5)
CASES: Form = {"type": ["integer", "string"], "minimum": 1, "pattern": "^no limit$", "examples": ["no limit", 10]}
DAY = text(_DAY, "2025-01-06")
FROM = text(f"start|{_DAY}", "start", "2025-01-06")
UNTIL = text(f"end|{_DAY}", "end", "2025-12-31")
SINCE = text(f"start|measured|{_DAY}", "measured", "start", "2025-01-06")
DATES: Form = {"type": "object", "patternProperties": {f"^{_DAY}$": {"type": "string"}}, "additionalProperties": False}
CLOCK = text("([01][0-9]|2[0-3]):[0-5][0-9]", "08:30")
NAMES: Form = {"type": "array", "items": {"type": "string"}}
COUNTS = mapping(whole(1, 10**9))
ONE_OR_MORE_TEXTS = one_or_more(TEXT)


def weekdays(days: Iterable[str]) -> Form:
    """A list of days of the week, each once."""
    return {"type": "array", "items": one_of(days), "minItems": 1, "uniqueItems": True}


def season(months: Iterable[str]) -> Form:
    """A factor for each month."""
    each = dict.fromkeys(months, FACTOR)
    return keyed(each) | {"required": list(each)}
