"""What was published, as a file of targets says it: numbers, how sure they are, and how far off still counts as inside.

    Published                     a number or a band, the band that counts as inside, a standard error
    published(reader, layers, ...)  -> one for each time of `at`, or one; none where something is wrong

docs/validation.md says what the keys mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim import units
from sim.reading import Steps
from sim.validation.layers import Layered, Layers

SHARES = ("survival", "incidence", "incidence_censoring_deaths", "proportion")
"""Measures from 0 to 1."""

ABOVE_ZERO = ("median", "restricted_mean", "hazard_ratio")
"""Measures that can not be 0 or less."""

_NORMAL_WIDTH = 3.92  # standard errors within 95 % of a normal distribution
_SHARE_OFF, _ELSE_OFF = 0.10, 0.25  # what counts as inside where the file does not say it
_NUMBER = "a number, or [lowest, highest]"
_MOST = 1e12


@dataclass(frozen=True)
class Published:
    """One published number.

    low, high   the ends of a band, or the same number twice
    inner       lowest and highest simulated number that counts as inside
    error       standard error of what was published, nan where it is not known
    n           of how many patients it comes, 0 where it is not told
    """

    low: float
    high: float
    inner: tuple[float, float]
    error: float
    n: float


def published(reader: Layered, layers: Layers, many: int, measure: str, difference: str) -> list[Published]:
    """What was published for a part.

    many        one for each of so many times; 0 where `at` is no list
    measure     what was measured
    difference  how two groups are compared, "" where they are not
    """
    said = reader.said(layers, "value")
    if said is None:
        reader.add((*layers[0], "value"), "what was published: " + _NUMBER)
        return []
    places = _each(reader, said, many)
    pairs = [_pair(reader, steps, measure, difference) for steps in places]
    intervals = _for_each(reader, reader.said(layers, "interval"), many, many)
    tolerance = reader.said(layers, "tolerance")
    tolerances = _for_each(reader, tolerance, many, many if reader.is_list(tolerance) else 0)
    n = reader.number_at(layers, "n", 0.0, 0, _MOST)
    found = []
    for steps, pair, interval, about in zip(places, pairs, intervals, tolerances, strict=False):
        if pair is not None:
            between = _between(reader, interval, pair) if interval else None
            error = _error(pair, between, n if measure in SHARES and not difference else 0)
            inner = _inner(reader, about, pair, between, _usual(pair, measure, difference))
            if inner[0] >= inner[1]:
                reader.add(steps, "a band around it that counts as inside", "give `tolerance:`, such as 0.1")
            found.append(Published(*pair, inner, error, n))
    return found


def _for_each(reader: Layered, said: Steps | None, many: int, listed: int) -> Sequence[Steps | None]:
    """Where something stands for each value: in a list of so many, or once for all of them, or nowhere."""
    if said is None or not listed:
        return [said] * max(many, 1)
    return _each(reader, said, listed)


def _each(reader: Layered, steps: Steps, many: int) -> list[Steps]:
    """Where each of so many values stands, or the one."""
    if not many:
        return [steps]
    typed = reader.node.at(steps).value
    if not isinstance(typed, list) or len(typed) != many:
        reader.add(steps, f"a list of {many}, one for each time of `at`")
        return []
    return [(*steps, number) for number in range(many)]


def _pair(reader: Layered, steps: Steps, measure: str, difference: str) -> tuple[float, float] | None:
    """A number twice, or the ends of a band, as far as the measure allows."""
    typed = reader.plain(steps)
    pair = typed if isinstance(typed, list) else [typed, typed]
    if not (len(pair) == 2 and all(map(_is_number, pair)) and pair[0] <= pair[1]):
        percent = isinstance(typed, str) and "%" in typed
        reader.add(steps, _NUMBER, "write a percentage as a share, such as 0.69" if percent else "", _shown(typed))
        return None
    low, high = float(pair[0]), float(pair[1])
    if measure in SHARES and not difference and not 0 <= low <= high <= 1:
        percent = 1 < high <= 100
        reader.add(steps, "a share from 0 to 1", f"write {high:g} % as {high / 100:g}" if percent else "")
        return None
    if (measure in ABOVE_ZERO or difference == "ratio") and low <= 0 and difference != "difference":
        reader.add(steps, "a number above 0")
        return None
    return low, high


def _is_number(typed: Any) -> bool:
    return isinstance(typed, int | float) and not isinstance(typed, bool) and abs(typed) < _MOST


def _between(reader: Layered, steps: Steps, pair: tuple[float, float]) -> tuple[float, float] | None:
    """The ends of a published interval."""
    typed = reader.plain(steps)
    is_pair = isinstance(typed, list) and len(typed) == 2 and all(map(_is_number, typed)) and typed[0] < typed[1]
    if is_pair and typed[0] <= pair[0] and pair[1] <= typed[1]:
        return float(typed[0]), float(typed[1])
    reader.add(steps, "[lowest, highest], with what was published between them", found=_shown(typed))
    return None


def _shown(typed: Any) -> str:
    """Some numbers as they stand; of anything else the message has words of its own."""
    numbers = isinstance(typed, list) and len(typed) <= 3 and all(isinstance(x, int | float) for x in typed)
    return f"[{', '.join(f'{x:g}' for x in typed)}]" if numbers else ""


def _error(pair: Sequence[float], between: tuple[float, float] | None, n: float) -> float:
    """The standard error of what was published: of its interval, or of a share among n patients."""
    if between is not None:
        return (between[1] - between[0]) / _NORMAL_WIDTH
    if n and pair[0] == pair[1]:
        return math.sqrt(pair[0] * (1 - pair[0]) / n)
    return math.nan


def _usual(pair: Sequence[float], measure: str, difference: str) -> float:
    """How far off still counts as inside where nothing is said of it."""
    return _SHARE_OFF if measure in SHARES and difference != "ratio" else _ELSE_OFF * abs(pair[0])


def _inner(
    reader: Layered, about: Steps | None, pair: tuple[float, float], between: tuple[float, float] | None, usual: float
) -> tuple[float, float]:
    """What counts as inside: within the tolerance, else the published band or interval, else what is usual."""
    low, high = pair
    if about is not None:
        off = _tolerance(reader, about)
        return low - off * _scale(reader, about, low), high + off * _scale(reader, about, high)
    if low < high:
        return low, high
    return between or (low - usual, high + usual)


def _scale(reader: Layered, steps: Steps, number: float) -> float:
    """A tolerance in per cent is one of the number."""
    return abs(number) if isinstance(reader.node.at(steps).value, str) else 1.0


def _tolerance(reader: Layered, steps: Steps) -> float:
    """How far off counts as inside: a number, or a share of what was published. 1 where it is neither."""
    typed = reader.node.at(steps).value
    off = 0.0
    if isinstance(typed, str) and typed.strip().endswith("%"):
        try:
            off = units.share(typed)
        except ValueError:
            off = 0.0
    elif _is_number(typed):
        off = float(typed)
    if off > 0:
        return off
    reader.add(steps, "how far from it still counts as inside: a number such as 0.08, or a share such as '25 %'")
    return 1.0
