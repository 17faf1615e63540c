"""What a plain value in a file is: a number, true or false, text, or something that must not be guessed.

    value_of(text)    -> text, number, true or false, or a Surprise
    is_text(text)     -> does it read as this text when written without quotes?

The rules are the core of YAML 1.2, minus everything that another reader of YAML would take for something else.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sim.reading.nodes import MOST_DIGITS, Scalar, shortened

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ONE_WAY = "a value that can be read in one way only"
_TEXT = 'put it in quotes if it is meant as text: "{}"'


@dataclass(frozen=True)
class Surprise:
    """A value that is refused: what was found, what was expected, what to do."""

    found: str
    expected: str
    todo: str


# What some readers of YAML read as something else (a truth value, base 60, base 8, nothing), and what to write.
_SURPRISES = tuple(
    (re.compile(pattern), expected, todo)
    for pattern, expected, todo in (
        (r"(?i)~|null|", "a value", "write the value, or leave the key out"),
        (r"(?i)true|false", _ONE_WAY, "write true or false in small letters, or " + _TEXT),
        (r"(?i)yes|no|on|off|y|n", _ONE_WAY, "write true or false, or " + _TEXT),
        (
            r"[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9]*)?",
            _ONE_WAY,
            'a time of day goes in quotes, "{}"; a duration is 90 min',
        ),
        (r"[-+]?0[0-9_]+", _ONE_WAY, "write the number without leading zeros, or " + _TEXT),
        (r"[-+]?0[xXoObB][0-9a-fA-F_]+", _ONE_WAY, "write the number in decimal digits, or " + _TEXT),
        (r"[-+]?[0-9]+_[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", _ONE_WAY, "write the number without underscores"),
        (r"(?i)[-+]?\.(?:inf|nan)", "a finite number", ""),
    )
)


def value_of(text: str) -> Scalar | Surprise:
    """The value of a plain scalar.

    text      as written, without quotes
    returns   what it means, or why it is refused

    >>> value_of("1e-5"), value_of("12"), value_of("true"), value_of("2025-01-06"), value_of("14 days")
    (1e-05, 12, True, '2025-01-06', '14 days')
    >>> value_of("010").todo
    'write the number without leading zeros, or put it in quotes if it is meant as text: "010"'
    """
    if text in ("true", "false"):
        return text == "true"
    for pattern, expected, todo in _SURPRISES:
        if pattern.fullmatch(text):
            found = f"{text}, which some readers of YAML take for something else" if text else "nothing"
            return Surprise(found, expected, todo.format(text))
    if _WHOLE.fullmatch(text):
        return int(text) if len(text.lstrip("+-")) <= MOST_DIGITS else _too_large(text)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else _too_large(text)
    return text


def _too_large(text: str) -> Surprise:
    return Surprise(
        f"the number {shortened(text)}, which is too large", f"a number of at most {MOST_DIGITS} digits", ""
    )


def is_text(text: str) -> bool:
    """Does it read as this text when written without quotes?

    >>> is_text("ward"), is_text("no"), is_text("08:30"), is_text("12")
    (True, False, False, False)
    """
    return value_of(text) == text
