"""What the measures must be told besides the logs: the measured period, and what the names mean.

    Window    when the measured period starts and ends, and when the run ends
    Facts     which resources there are, which list is the board, which decision plans which treatment

Knows nothing of how a scenario is written or a run is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, Problem
from sim.units import YEAR, day_and_time


@dataclass(frozen=True)
class Window:
    """The measured period `[starts, ends)` and the end of follow-up, in minutes of the run.

    Before `starts` the hospital warms up; between `ends` and `horizon` patients are followed. InputError if
    they are not in that order.

    >>> Window(0, 525960, 1051920).years
    1.0
    """

    starts: int
    ends: int
    horizon: int

    def __post_init__(self) -> None:
        if not self.starts < self.ends <= self.horizon:
            found = ", ".join(day_and_time(minute) for minute in (self.starts, self.ends, self.horizon))
            raise InputError(
                Problem(
                    path="window",
                    found=f"start, end and horizon at {found}",
                    expected="a measured period that ends after it starts, and not after the horizon",
                )
            )

    @property
    def minutes(self) -> int:
        """Length of the measured period."""
        return self.ends - self.starts

    @property
    def years(self) -> float:
        """Length of the measured period, in years of 365.25 days."""
        return self.minutes / YEAR

    def holds(self, minutes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of these minutes lie in the measured period."""
        return (minutes >= self.starts) & (minutes < self.ends)


@dataclass(frozen=True)
class Facts:
    """What the names in a log mean.

    kinds            name of each resource -> `list`, `place` or `offer`
    board            the list on which the tumour board sits, or '' where there is none
    plans            name of a board decision -> the treatment it plans. A decision that is not here plans none
                     (surveillance, best supportive care): it ends a wait for treatment rather than starting one
    beside           names of decisions on what goes on beside the others. A meeting may write one besides its decision:
                     it starts no wait and ends none, and is not what the meeting decided first
    background       treatments that run beside the others and are nobody's answer to a decision for another one
    liver_directed   treatments aimed at the liver metastases themselves
    treatments       further treatments that may be given, so that none given counts as 0 rather than as unknown
    sessions         treatments that are given in several sessions -> the list on which they are
    together         name of a kind (`resections`) -> the treatments of that kind, whose figures are also given together
    """

    kinds: Mapping[str, str]
    board: str = ""
    plans: Mapping[str, str] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    background: frozenset[str] = frozenset()
    liver_directed: frozenset[str] = frozenset()
    treatments: tuple[str, ...] = ()
    sessions: Mapping[str, str] = field(default_factory=dict)
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            Problem(path=f"facts.kinds.{name}", found=kind, expected="list, place or offer")
            for name, kind in self.kinds.items()
            if kind not in ("list", "place", "offer")
        ]
        if self.board and self.kinds.get(self.board) != "list":
            problems.append(Problem(path="facts.board", found=self.board, expected="the name of one of the lists"))
        problems += [
            Problem(path=f"facts.sessions.{name}", found=place, expected="the name of one of the lists")
            for name, place in self.sessions.items()
            if self.kinds.get(place) != "list"
        ]
        if problems:
            raise InputError(problems)

    def all_treatments(self) -> tuple[str, ...]:
        """Every treatment that is named, in order of the alphabet."""
        named = {*self.treatments, *self.plans.values(), *self.background, *self.liver_directed}
        return tuple(sorted(named - {""}))

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Names of the resources of one kind, in order of the alphabet."""
        return tuple(sorted(name for name, its in self.kinds.items() if its == kind))
