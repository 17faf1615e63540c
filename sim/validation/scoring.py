"""Published beside simulated: what is inside, what is outside, and by how much.

    Compared              one published number and what the model says
    Scored                one target: all its parts
    score(targets)        -> Score: the targets by what they prove, and the share inside

A target is inside if every part of it is. What the model reads as an input proves little when it comes out again, so
such targets are counted apart; so are those that are only reported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.validation.targets import Part, Target


@dataclass(frozen=True)
class Compared:
    """One published number and the simulated one.

    simulated, low, high   with its 95 % interval, NaN where too few patients came to it
    n                      patients it comes from
    """

    part: Part
    simulated: float
    low: float
    high: float
    n: int

    @property
    def inside(self) -> bool:
        """Within the band that was set beforehand?"""
        return bool(self.part.inner[0] <= self.simulated <= self.part.inner[1])

    @property
    def z(self) -> float:
        """How many standard errors, of both together, lie between; of a band, from its nearer end.

        Where all that is known of the published number is of how many patients it comes, its error is what so many
        simulated ones would have.
        """
        part = self.part
        off = self.simulated - min(max(self.simulated, part.low), part.high)
        own = (self.high - self.low) / 3.92  # two normal quantiles
        published = part.error
        if math.isnan(published):
            published = own * math.sqrt(self.n / part.n) if part.n and not part.difference else 0.0
        spread = math.hypot(*(0.0 if math.isnan(its) else its for its in (own, published)))
        if off == 0:
            return 0.0
        return off / spread if spread > 0 else math.nan

    def data(self) -> dict[str, Any]:
        """For a program."""
        part = self.part
        return {
            "what": part.what,
            "measure": part.measure,
            "published": _number(part.low) if part.low == part.high else [part.low, part.high],
            "band": [_number(part.inner[0]), _number(part.inner[1])],
            "simulated": _number(self.simulated),
            "interval": [_number(self.low), _number(self.high)],
            "patients": self.n,
            "z": _number(self.z),
            "inside": self.inside,
        }


@dataclass(frozen=True)
class Scored:
    """A target and what came of its parts."""

    target: Target
    parts: tuple[Compared, ...]

    @property
    def inside(self) -> bool:
        """Every part of it?"""
        return all(part.inside for part in self.parts)

    @property
    def counts(self) -> bool:
        """Is it more than reported?"""
        return self.target.use != "report"

    def data(self) -> dict[str, Any]:
        """For a program: a target of one number has it at the top, others have theirs in `parts`."""
        parts = [part.data() for part in self.parts]
        target = self.target
        whole: dict[str, Any] = {
            "id": target.id,
            "what": target.what,
            "source": target.source,
            "use": target.use,
            "nature": target.nature,
            "published": [part["published"] for part in parts],
            "simulated": [part["simulated"] for part in parts],
            "interval": [part["interval"] for part in parts],
            "inside": self.inside,
            "parts": parts,
        }
        if len(parts) == 1:
            whole |= {key: parts[0][key] for key in ("published", "simulated", "interval")}
        return whole


def _number(value: float) -> float | None:
    """A number for JSON; nothing where there is none."""
    return None if math.isnan(value) else value


@dataclass(frozen=True)
class Score:
    """How many of which targets are inside."""

    scored: tuple[Scored, ...]

    def of(self, nature: str) -> tuple[int, int]:
        """Of the targets of this nature that count: how many are inside, and how many there are."""
        those = [its for its in self.scored if its.counts and its.target.nature == nature]
        return sum(its.inside for its in those), len(those)


def score(scored: Sequence[Scored]) -> Score:
    """The whole."""
    return Score(tuple(scored))
