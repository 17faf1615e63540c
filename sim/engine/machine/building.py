"""Building the machine's memory: from a hospital and its arrivals, before anything has happened.

    Machine(hospital, arrivals, ...)   the memory and its arrays
    Machine.make_room()                more of it

Rows that are over are used again, so memory goes with those who are there at a time, not with time. Nothing is
allocated while the machine runs: where room becomes short, it stops between two moves, is given more, and goes on.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from sim import draws
from sim.engine.hospital import RINGS, Competing, Hospital, Resource, longest_case, longest_for_others
from sim.engine.machine.records import (
    ARRAYS,
    ARRIVAL,
    CAPACITY,
    CHUNK,
    CLASS,
    DAY_OF_WHEEL,
    ENTRY,
    FREEZES,
    MEMORY,
    MOST_DAYS,
    NONE,
    OPENS,
    RESOURCE,
    SHARE,
    SITTING,
    STREAM,
)
from sim.engine.rules import competing_stream, resource_stream
from sim.steps import MOST_NOTES, MOST_ORDERS, Kind, Plan
from sim.units import DAY, YEAR

FEW = 64  # rows of each array that there are at least
LEAST_ROWS = 1 << 18  # of the logs


class Machine:
    """The memory of a run, with the arrays whose addresses it knows.

    hospital    what it is for
    arrivals    (n, 2) minute and patient, sorted by both
    key         of the replication
    first_step  the step of arrival
    plan        where the pathway writes its answers
    chunk       rows that are taken away together

    memory      the one record, as compiled code takes it
    """

    def __init__(
        self, hospital: Hospital, arrivals: np.ndarray, key: int, first_step: int, plan: Plan, chunk: int = CHUNK
    ):
        resources = _records(len(hospital.resources), RESOURCE)
        shares: list[tuple[float, float, float]] = []
        sittings, diary = timetables(hospital)
        _fill_resources(hospital, resources, shares)
        streams = _records(len(hospital.competing), STREAM)
        for number, competing in enumerate(hospital.competing):
            _fill_stream(streams[number], competing, hospital, shares)
        days = min(hospital.ends // DAY + 1, MOST_DAYS)
        self._arrays: dict[str, Any] = {
            name: _records(FEW + 2 * len(resources) + 2 * len(streams), dtype) for name, dtype in ARRAYS.items()
        }
        self._arrays |= {
            "resources": resources,
            "classes": _records(2 * len(resources) * (len(resources) + 1), CLASS),
            "sittings": sittings,
            "streams": streams,
            "diary": diary,
            "arrivals": np.ascontiguousarray(arrivals, np.int64).view(ARRIVAL).reshape(-1),
            "shares": np.array(shares, SHARE),
            "wheel": np.full(1 << (days - 1).bit_length(), NONE, np.int32).view(DAY_OF_WHEEL),
            "reply": plan.reply,
            "orders": plan.orders,
            "notes": plan.notes,
        }
        self._memory = _records(1, MEMORY)
        s = self.memory = self._memory[0]
        s.ends, s.key, s.first_step = hospital.ends, key, first_step
        s.chunk = chunk
        s.rings = RINGS.index(hospital.rings)
        s.far = s.keepers = s.free_case = s.free_person = s.free_due = s.person = NONE
        s.first_place = _chained(hospital, resources, Kind.PLACE)
        s.first_list = _chained(hospital, resources, Kind.LIST)
        s.first_offer = _chained(hospital, resources, Kind.OFFER)
        self.make_room()

    def __getitem__(self, name: str) -> Any:
        """One of the arrays."""
        return self._arrays[name]

    def make_room(self) -> None:
        """More room where it is short. Rows keep their numbers."""
        s = self.memory
        rows = max(8 * int(s.cases) + 8 * MOST_NOTES, LEAST_ROWS - int(s.events))
        dues = int(s.dues) + int(s.cases) + 4 * MOST_ORDERS
        wanted = {
            "people": int(s.people),
            "short": int(s.people),
            "cases": int(s.cases) + 2 * MOST_ORDERS,
            "dues": dues,
            "heap": dues,
            "table": int(s.tables) + 1,
            "events": int(s.events) + rows,
            "happenings": int(s.happenings) + int(s.later) + rows,
            "later": int(s.later) + rows,
        }
        for name, needed in wanted.items():
            array = self._arrays[name]
            if needed >= len(array):
                longer = _records(2 * needed + FEW, array.dtype)
                longer[: len(array)] = array
                self._arrays[name] = longer
        for name, array in self._arrays.items():
            s[f"{name}_at"], s[f"{name}_rows"] = array.ctypes.data, len(array)


def _records(rows: int, dtype: np.dtype) -> Any:
    return np.zeros(rows, dtype).view(np.recarray)


def _chained(hospital: Hospital, resources: Any, kind: Kind) -> int:
    """The resources of one kind in a row: places by number, others by rank. Returns the first."""
    these = [number for number, its in enumerate(hospital.resources) if its.kind == kind]
    if kind != Kind.PLACE:
        these.sort(key=lambda number: hospital.resources[number].rank)
    for number, following in pairwise([*these, NONE]):
        resources[number].next = following
    return these[0] if these else NONE


def _fill_resources(hospital: Hospital, resources: Any, shares: list[tuple[float, float, float]]) -> None:
    for its, r in zip(hospital.resources, resources, strict=True):
        r.kind, r.backfill = its.kind, its.backfill
        r.first_class = r.left_over = r.opening = r.opening_last = r.freezing = r.freezing_last = NONE
        r.overrun, r.notice, r.missed, r.cancelled = its.overrun, its.notice, its.missed, its.cancelled
        r.longest = longest_case(its)
        r.sittings = len(its.sittings)
        r.stream = draws.stream(resource_stream(its.name))
        r.gap = YEAR / its.rate_per_year if its.rate_per_year else math.inf
        r.kinds, r.kinds_end = len(shares), len(shares) + len(its.kinds)
        shares.extend((share, 0.0, 0.0) for share in its.kinds)


def timetables(hospital: Hospital) -> tuple[Any, Any]:
    """The sittings of all lists, and the diary, fresh; worked out once for each hospital."""
    if "timetables" not in hospital.__dict__:
        hospital.__dict__["timetables"] = _timetables(hospital)
    sittings, diary = hospital.__dict__["timetables"]
    return sittings.copy(), diary


def _timetables(hospital: Hospital) -> tuple[Any, Any]:
    """Capacities, freezes, openings."""
    held: list[Any] = [_records(0, SITTING)]
    entries: list[Any] = [_records(0, ENTRY)]
    before = 0
    for number, its in enumerate(hospital.resources):
        entries.append(_entries(CAPACITY, [number] * len(its.capacity), *zip(*its.capacity, strict=True)))
        sittings = _sittings_of(number, its)
        its_numbers = np.arange(before, before + len(sittings))
        before += len(sittings)
        held.append(sittings)
        entries.append(_entries(OPENS, its_numbers, sittings.opens))
        if its.notice:
            entries.append(_entries(FREEZES, its_numbers, np.maximum(sittings.opens - its.notice, 0)))
    diary = np.concatenate(entries)
    diary = diary[diary["minute"] < hospital.ends]
    diary = diary[np.lexsort((diary["subject"], diary["what"], diary["minute"]))]
    return np.concatenate(held).view(np.recarray), diary.view(np.recarray)


def _entries(what: int, subjects: Any, minutes: Any = (), places: Any = 0) -> Any:
    entries = _records(len(subjects), ENTRY)
    entries.what, entries.subject, entries.minute, entries.places = what, subjects, minutes, places
    return entries


def _sittings_of(number: int, resource: Resource) -> Any:
    """The sittings of one list, by opening and then by their other attributes."""
    its = resource.sittings
    columns = {
        name: np.fromiter((getattr(one, field) for one in its), np.int64, len(its))
        for name, field in (
            ("opens", "opens"),
            ("minutes", "minutes"),
            ("limit", "cases"),
            ("protected", "protected"),
            ("off", "off"),
        )
    }
    order = np.lexsort([*columns.values()][::-1])
    sittings = _records(len(its), SITTING)
    for name, column in columns.items():
        sittings[name] = column[order]
    sittings.resource = number
    sittings.room = np.arange(len(its)) - np.searchsorted(sittings.opens, sittings.opens)
    sittings.first = sittings.last = sittings.opens_next = sittings.freezes_next = NONE
    return sittings


def _fill_stream(
    stream: Any, competing: Competing, hospital: Hospital, shares: list[tuple[float, float, float]]
) -> None:
    its = hospital.resources[competing.resource]
    stream.resource, stream.second, stream.kind = competing.resource, competing.second, its.kind
    stream.gap = YEAR / competing.rate_per_year if competing.rate_per_year else math.inf
    stream.number = draws.stream(competing_stream(competing.name))
    stream.median, stream.sigma = competing.minutes.median, competing.minutes.sigma
    stream.second_median, stream.second_sigma = competing.second_minutes.median, competing.second_minutes.sigma
    stream.longest = longest_for_others(its)
    bounds = np.cumsum(competing.urgency).tolist()
    stream.shares, stream.shares_end = len(shares), len(shares) + len(bounds)
    shares.extend((bound, 0.0, 0.0) for bound in bounds)
    varies = competing.varies
    stream.pieces, stream.pieces_end = len(shares), len(shares) + len(varies.begins)
    shares.extend(zip(varies.begins, varies.factors, varies.growths, strict=True))
