"""The clock: SimPy's, in whole minutes, with the contract's order inside a minute.

    Clock.at(minute, rank, serial, act, subject)   have `act` called at that minute
    Due.cancel()                                   what was to happen does not

SimPy's heap orders by (time, priority, order of creation). The priority here says everything that matters
(`rules.Rank`, then the order's serial number), so the order of creation decides only between patients, who
do not meet in the first half of an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import simpy

from sim.errors import RunError
from sim.units import day_and_time


class Due(simpy.Event):
    """Something that will happen, to its subject. Made as SimPy makes its own timeouts, with a priority."""

    def __init__(self, env: simpy.Environment, act: Callable[[Any], None], subject: Any) -> None:
        self.env = env
        self.callbacks = [act]
        self._ok = True
        self._value = None
        self.subject = subject

    def cancel(self) -> None:
        """Leave it in the heap, where it passes without anything happening."""
        self.callbacks = []
        self.subject = None  # which may be over long before that minute comes


class Clock:
    """Minutes, and what is due in them. Nothing is due at `ends` or later.

    >>> clock = Clock(ends=100)
    >>> _ = clock.at(30, 100, 0, lambda due: print(clock.now, due.subject), "a step")
    >>> _ = clock.at(30, 0, 0, lambda due: print(clock.now, due.subject), "an alarm")
    >>> _ = clock.at(100, 0, 0, lambda due: print("never"), None)
    >>> clock.run()
    30 an alarm
    30 a step
    """

    def __init__(self, ends: int) -> None:
        self.env = simpy.Environment()
        self.ends = ends
        self._schedule: Any = self.env.schedule  # a priority may be any whole number, which its hints do not say

    @property
    def now(self) -> int:
        """The minute."""
        return int(self.env.now)

    def at(self, minute: int, rank: int, serial: int, act: Callable[[Any], None], subject: Any) -> Due:
        """Have `act(due)` called at `minute`, in the order of rank and serial number.

        minute   now or later; from the horizon on it is not called at all
        rank     `rules.Rank`, for ends of orders plus the order's number
        serial   of the order (`rules.serial`), or 0
        subject  found again in `due.subject`
        """
        due = Due(self.env, act, subject)
        wait = minute - self.env.now
        if wait < 0:
            raise RunError(f"{day_and_time(self.now)}: something was to happen at {day_and_time(minute)}, in the past")
        if minute < self.ends:
            self._schedule(due, rank << 32 | serial, wait)
        return due

    def run(self) -> None:
        """Until nothing is due any more."""
        self.env.run()
