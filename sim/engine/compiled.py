"""The compiled engine: one replication on plain arrays, the same log as the SimPy engine's, bit for bit.

    run_compiled(hospital, pathway, arrivals, key)   -> EventLog
    run_into(keeper, ...)                            the same, with the rows handed to a keeper as they come

The verbs stand in `sim.engine.machine`, compiled by numba; here rows are taken away while they come, and what went
wrong is put into words. The loop that asks the pathway is the pathway's own where it brings one
(`loop`), compiled together with its steps; else it turns here, in Python, which does for tests and small hospitals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np

from sim import rows as row_groups
from sim.engine.arrivals import checked
from sim.engine.complaints import Trouble, complaint, ring_found, sentence, twice_inside
from sim.engine.hospital import Hospital
from sim.engine.machine.building import Machine
from sim.engine.machine.instants import (
    ASK_ALARM,
    ASK_STEP,
    DONE,
    MORE_ROOM,
    begin,
    carry_alarm,
    carry_out,
    next_due,
)
from sim.engine.machine.logbook import close
from sim.engine.machine.records import CHUNK, HERE
from sim.engine.rules import Pathway, name_of
from sim.errors import RunError
from sim.log import Event, EventLog, Why, named
from sim.logfiles import LogFiles
from sim.steps import ORDER
from sim.units import day_and_time

MANY = 8 * row_groups.ROWS  # rows that are kept in memory before they are put away; they take 120 MB

Loop = Callable[[Any], int]
"""Asks the pathway whatever the machine wants to know; returns why it stands: MORE_ROOM, STOPPED or DONE."""


def run_compiled(
    hospital: Hospital,
    pathway: Pathway,
    arrivals: np.ndarray,
    key: int,
    names: Mapping[str, Sequence[str]] | None = None,
    replication: int = 0,
    folder: Path | None = None,
    loop: Loop | None = None,
) -> EventLog:
    """Run a hospital from minute 0 to its horizon, with these patients on this pathway; as `run_reference`.

    loop   the pathway's own loop, compiled
    """
    names = {**pathway.names, **(names or {}), "resources": hospital.names}
    files = None if folder is None else LogFiles(folder, names, replication)
    keeper = InMemory() if files is None else OnDisk(files)
    try:
        run_into(keeper, hospital, pathway, arrivals, key, names, loop)
        return keeper.finish(names, replication)
    except BaseException:
        if files is not None:
            files.abandon()
        raise


def run_into(
    keeper: Keeper,
    hospital: Hospital,
    pathway: Pathway,
    arrivals: np.ndarray,
    key: int,
    names: Mapping[str, Sequence[str]],
    loop: Loop | None = None,
) -> None:
    """The same, with the rows handed to a keeper as they come."""
    arrivals = checked(arrivals, hospital.ends)
    machine = Machine(hospital, arrivals, key, pathway.first_step, pathway.plan, keeper.chunk)
    s = machine.memory
    turn = loop or _in_python(pathway)
    begin(s)
    while True:
        try:
            came = turn(s)
        except Exception as error:
            failed = f"the pathway failed with {type(error).__name__}: {error}"
            raise RunError(f"{_whereabouts(machine, names)}: {failed}") from error
        if came == MORE_ROOM:
            if max(s.events, s.happenings) >= s.chunk:
                _hand_over(machine, keeper)
            machine.make_room()
        elif came == DONE:
            close(s)
            _leave_at_horizon(machine)
            _hand_over(machine, keeper)
            return
        else:
            raise RunError(_what_is_wrong(machine, hospital, pathway, names))


def _in_python(pathway: Pathway) -> Loop:
    """A loop for a pathway that brings none."""

    def loop(s: Any) -> int:
        while True:
            came = int(next_due(s))
            if came == ASK_STEP:
                pathway.advance(int(s.patient), int(s.step), int(s.now))
                carry_out(s)
            elif came == ASK_ALARM:
                pathway.ring(int(s.patient), int(s.now))
                carry_alarm(s)
            else:
                return came

    return loop


def _plain(rows: Any) -> np.ndarray:
    """Records of whole numbers as a table, (rows, columns), of the same memory."""
    table: np.ndarray = rows.view(np.ndarray).view(np.int64).reshape(len(rows), -1)
    return table


class Keeper(Protocol):
    """Whoever keeps the rows of a run. Rows come in the order of the log, all later than those before; their memory is
    used again."""

    chunk: int  # rows it likes to have at a time

    def events(self, rows: np.ndarray) -> None:
        """Rows of patients, (n, 8)."""

    def resources(self, rows: np.ndarray) -> None:
        """Rows of resources, (n, 6)."""


class InMemory:
    """The rows of a run as a log in memory, which are all taken at its end."""

    chunk = 1 << 60
    copies = False  # nobody uses the memory of the rows any more

    def __init__(self) -> None:
        self._events: list[np.ndarray] = []
        self._resources: list[np.ndarray] = []

    def events(self, rows: np.ndarray) -> None:
        """Rows of patients, (n, 8)."""
        self._events.append(rows.copy() if self.copies else rows)

    def resources(self, rows: np.ndarray) -> None:
        """Rows of resources, (n, 6)."""
        self._resources.append(rows.copy() if self.copies else rows)

    def finish(self, names: Mapping[str, Sequence[str]], replication: int) -> EventLog:
        """The whole log."""
        return EventLog(_whole(self._events), _whole(self._resources), named(names), replication)


def _whole(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class OnDisk(InMemory):
    """The rows of a run as a log that is put away on disk where there are many."""

    copies = True

    def __init__(self, files: LogFiles) -> None:
        super().__init__()
        self.chunk = min(CHUNK, row_groups.ROWS)
        self._files = files
        self._rows = 0

    def resources(self, rows: np.ndarray) -> None:
        """Rows of resources, (n, 6), after those of patients of the same time."""
        super().resources(rows)
        self._rows += len(self._events[-1]) + len(rows)
        if self._rows > MANY:
            self._put_away()

    def _put_away(self) -> None:
        self._files.put(np.concatenate(self._events), np.concatenate(self._resources))
        self._events, self._resources, self._rows = [], [], 0

    def finish(self, names: Mapping[str, Sequence[str]], replication: int) -> EventLog:
        """The whole log."""
        if not self._files.begun:
            return super().finish(names, replication)
        if self._events:
            self._put_away()
        return self._files.close()


def _hand_over(machine: Machine, keeper: Keeper) -> None:
    """Give the keeper the rows of minutes that are over, and have the machine forget them."""
    _give(machine, "events", keeper.events)
    _give(machine, "happenings", keeper.resources)


def _give(machine: Machine, name: str, take: Callable[[np.ndarray], None]) -> None:
    """Have those rows taken that are in order; the others move to the front."""
    s, rows = machine.memory, _plain(machine[name])
    count, over = int(s[name]), int(s[f"ordered_{name}"])
    take(rows[:over])
    s[name], s[f"ordered_{name}"] = count - over, 0
    if over < count:
        rows[: count - over] = rows[over:count].copy()


def _leave_at_horizon(machine: Machine) -> None:
    """Whoever is still here leaves the log, censored."""
    s = machine.memory
    machine.make_room(int(s.people))
    people = machine["people"][: s.top_person]
    here = np.flatnonzero(people["state"] == HERE)
    here = here[np.argsort(people["number"][here])]
    rows = _plain(machine["events"])[s.events : s.events + len(here)]
    s.events += len(here)
    s.ordered_events = s.events
    number, count, step = (people[name][here] for name in ("number", "rows", "step"))
    for column, value in enumerate((number, count, s.ends, int(Event.LEFT), step, -1, 0, int(Why.HORIZON))):
        rows[:, column] = value


# ---- what went wrong, in words


def _whereabouts(machine: Machine, names: Mapping[str, Sequence[str]]) -> str:
    """The patient whom the clinic was asked about, in words: who, when and where."""
    s = machine.memory
    person = machine["people"][s.person]
    since = f" (waiting since {day_and_time(int(person.since))})" if person.since >= 0 else ""
    step = name_of(names["steps"], int(person.step))
    return f"patient {person.number}, {day_and_time(int(s.now))}, at {step}{since}"


def _what_is_wrong(machine: Machine, hospital: Hospital, pathway: Pathway, names: Mapping[str, Sequence[str]]) -> str:
    s = machine.memory
    trouble = Trouble(int(s.trouble))
    if trouble == Trouble.RING:
        return ring_found(day_and_time(int(s.now)), _members(machine, hospital.names))
    where = _whereabouts(machine, names)
    if trouble == Trouble.TWICE_INSIDE:
        return twice_inside(where, hospital.names[s.order])
    if trouble <= Trouble.STANDS_TWICE:
        order = pathway.plan.orders[int(s.order)]
        asked = SimpleNamespace(**{name: int(order[name]) for name in ORDER.names or ()})
        return f"{where}: {complaint(trouble, asked, hospital.resources)}"
    return f"{where}: {sentence(trouble, int(s.order))}"


def _members(machine: Machine, names: Sequence[str]) -> list[tuple[int, str, str]]:
    """Who belongs to the ring found: number, what is kept, what is waited for."""
    found = []
    for person in machine["short"]["member"][: machine.memory.members]:
        its = machine["people"][person]
        waited = machine["cases"][its.swaps].target
        found.append((int(its.number), names[its.keeps_place], names[waited]))
    return found
