"""Rows of the patients' log that are counted one by one, as they stand: who, when, where and why.

    notes(journeys)         those of the measured period
    Notes.of(event)         those with one event

What a figure needs besides is worked out from the whole journey elsewhere: waits, courses, lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.log import Event
from sim.measures.columns import ByPatient, Ints, in_order
from sim.measures.facts import Window
from sim.measures.journeys import LATE, Journeys

COUNTED = (
    *(Event.ARRIVED, Event.REFERRED, Event.DIAGNOSED, Event.DECIDED, Event.DEFERRED, Event.LOST),
    *(Event.PROGRESSED, Event.RECURRED, Event.COMPLICATED, Event.DIED),
    *(Event.SEVERE, Event.CRISIS, Event.CONVERTED),
    *(Event.CANCELLED, Event.MISSED, Event.DECLINED, Event.STARTED),
)


@dataclass(frozen=True)
class Notes(ByPatient):
    """Rows of the log, of each patient in order.

    minute                         (n,)
    event, resource, value, why    (n,) as in the log
    """

    minute: Ints
    event: npt.NDArray[Any]
    resource: npt.NDArray[Any]
    value: Ints
    why: npt.NDArray[Any]

    @cached_property
    def _found(self) -> dict[tuple[int, int], Notes]:
        order = in_order(self.event)
        ends = np.cumsum(np.bincount(self.event, minlength=max(Event) + 1))
        starts = np.r_[0, ends[:-1]]
        return {(int(event), -1): self.taking(order[starts[event] : ends[event]]) for event in COUNTED}

    def of(self, event: Event, window: Window | None = None, resource: int = -1) -> Notes:
        """Those with one event, if told so only of a period or at one resource."""
        its = self._found[event, -1]
        if resource >= 0:
            if (event, resource) not in self._found:
                self._found[event, resource] = its.taking(np.flatnonzero(its.resource == resource))
            its = self._found[event, resource]
        return its if window is None else its.taking(window.holds(its.minute))


def notes(journeys: Journeys) -> Notes:
    """The rows from the measured period on: what started later may belong to a sitting that opened within it."""
    at = np.sort(np.concatenate([journeys.where(event) for event in COUNTED]))
    window = journeys.window
    minute = journeys.minute[at]
    last = np.where(journeys.event[at] == Event.STARTED, LATE, window.ends)
    at = at[(minute >= window.starts) & (minute < last)]
    columns = (journeys.minute, journeys.event, journeys.resource, journeys.value, journeys.why)
    return Notes(journeys.who[at], *(column[at] for column in columns))
