"""What a story says.

    Story        a patient, her luck, her hospital, and what must and must not happen to her
    Person       who she is at first symptom
    Metastases, Spread, Death   what her disease does, and when
    Line         something that happens to her

docs/stories.md says what the keys mean; `story_file` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sim.scenario import Scenario

KIND = "story"
SPREADS = ("nodes", "bone", "peritoneum", "other")
CAUSES = ("cancer", "other_cause")
OF_A_CAUSE = ("died", "left", "deferred", "recurred", "progressed", "symptom", "withdrawn", "cancelled", "missed")
"""Events whose reason is neither a treatment nor a row of the board."""


@dataclass(frozen=True)
class Metastases:
    """Lesions that are there from a minute after first symptom on.

    lesions   diameter [cm] and lobe (0 right, 1 left) of each
    """

    after: int
    lesions: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Spread:
    """Disease outside the liver.

    after      minutes after first symptom
    told       minutes after it began until it hurts or closes the bowel, -1 never
    """

    after: int
    to: str
    told: int = -1


@dataclass(frozen=True)
class Death:
    """When she dies unless something else kills her first, and of what."""

    after: int
    of: str


@dataclass(frozen=True)
class Person:
    """Who she is at first symptom.

    traits       those that are told, by the name of the clinic's field
    growth       untreated, at the reference burden, per year; -1 the median of her site, grade and Ki-67
    heart        she has carcinoid heart disease
    """

    traits: Mapping[str, Any]
    growth: float
    heart: bool
    metastases: tuple[Metastases, ...]
    spread: tuple[Spread, ...]
    death: Death | None


@dataclass(frozen=True)
class Line:
    """Something that happens: what is empty may be anything.

    line    of the file
    value   ECOG where performance status falls
    """

    date: date | None
    event: str
    why: str = ""
    resource: str = ""
    value: int | None = None
    line: int = 0


@dataclass(frozen=True)
class Story:
    """A patient, her luck, her hospital, and what must and must not happen to her."""

    file: str
    name: str
    means: str
    person: Person
    first_symptom: date
    scenario: Scenario
    journey: tuple[Line, ...]
    never: tuple[Line, ...]
    text: str = field(repr=False, default="")
