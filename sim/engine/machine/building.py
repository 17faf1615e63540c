"""Building the machine's memory: from a hospital and its arrivals, before anything has happened.

    Machine(hospital, arrivals, ...)   the memory and its arrays
    Machine.make_room()                more of it

Rows that are over are used again, so memory goes with those who are there at a time, not with time. Nothing is
allocated while the machine runs: where room becomes short, it stops between two moves, is given more, and goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from operator import attrgetter
from typing import Any

import numpy as np

from sim import draws
from sim.engine.hospital import RINGS, Competing, Hospital, Resource, longest_case, longest_for_others
from sim.engine.machine.ground import Ground
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
LEAST_ROWS = 1 << 20  # of the logs
LEAST_FREE = 1 << 12  # of them after a chunk
USED = {
    "people": "top_person",
    "short": "steps",
    "cases": "top_case",
    "table": "tables",
    "dues": "top_due",
    "heap": "heap",
    "events": "events",
    "happenings": "happenings",
    "later": "later",
    "waiting": "top_waiting",
}
"""What of the memory says how many rows of an array have ever been written to, of those that grow."""


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
        sittings, diary = timetables(hospital)
        resources, streams, shares = _equipment(hospital)
        days = min(hospital.ends // DAY + 1, MOST_DAYS)
        few = FEW + 2 * len(resources) + 2 * len(streams)
        rows = LEAST_ROWS if chunk > LEAST_ROWS else chunk + LEAST_FREE
        self._growing = {name: Ground(ARRAYS[name], rows if name in ("events", "happenings") else few) for name in USED}
        self._fixed: dict[str, Any] = {
            "resources": resources,
            "classes": _records(2 * len(resources) * (len(resources) + 1), CLASS),
            "sittings": sittings,
            "streams": streams,
            "diary": diary,
            "arrivals": np.ascontiguousarray(arrivals, np.int64).view(ARRIVAL).reshape(-1),
            "shares": shares,
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
        s.far = s.keepers = s.free_waiting = s.free_case = s.free_person = s.free_due = s.person = NONE
        s.first_place, s.first_list, s.first_offer = (
            next(iter(_of_kind(hospital, kind)), NONE) for kind in (Kind.PLACE, Kind.LIST, Kind.OFFER)
        )
        self._tell()
        self.make_room()

    def __getitem__(self, name: str) -> Any:
        """One of the arrays. Whoever holds it while more room is made holds memory that is gone."""
        return self._rows(name).view(np.recarray)

    def _rows(self, name: str) -> Any:
        return self._growing[name].rows if name in self._growing else self._fixed[name]

    def make_room(self, least: int = 0) -> None:
        """More room where it is short, and for `least` rows of the log. Rows keep their numbers.

        Between two questions to the clinic at most this happens: every case begins, with a few rows each, and one
        patient places as many orders as a plan has.
        """
        s = self.memory
        longer = self._lengthen(people=s.people, short=s.people, cases=s.cases + 2 * MOST_ORDERS, table=s.tables + 1)
        dues, rows = self._kept_ready()
        longer |= self._lengthen(
            dues=s.dues + dues,
            heap=s.dues + dues,
            events=s.events + max(rows, least) + 1,  # one for sorting
            happenings=s.happenings + s.later + rows + 1,
            later=s.later + rows,
            waiting=s.later + rows,
        )
        if longer:
            self._tell()

    def _kept_ready(self) -> tuple[int, int]:
        """Dues, and rows of either log, for all that may happen between two questions."""
        cases = len(self._rows("cases"))
        return cases + 4 * MOST_ORDERS, 8 * cases + 4 * MOST_NOTES

    def _tell(self) -> None:
        """Where everything lies, and how full it may become."""
        s = self.memory
        for name in ARRAYS:
            array = self._rows(name)
            s[f"{name}_at"], s[f"{name}_rows"] = array.ctypes.data, len(array)
        dues, rows = self._kept_ready()
        s.most_people, s.most_cases, s.most_dues = s.people_rows, s.cases_rows - 2 * MOST_ORDERS, s.dues_rows - dues
        s.most_tables, s.most_later = s.table_rows - 1, s.later_rows - rows
        s.most_events = min(s.chunk, s.events_rows - rows - 1)
        s.most_happenings = s.happenings_rows - rows - 1

    def _lengthen(self, **wanted: Any) -> bool:
        """Arrays that have no more than so many rows; returns whether there were any."""
        short = {name: int(rows) for name, rows in wanted.items() if rows >= len(self._rows(name))}
        for name, rows in short.items():
            self._growing[name].lengthen(rows + rows // 2 + FEW, int(self.memory[USED[name]]))
        return bool(short)


def _records(rows: int, dtype: np.dtype) -> Any:
    return np.zeros(rows, dtype).view(np.recarray)


def _of_kind(hospital: Hospital, kind: Kind) -> list[int]:
    """The resources of one kind: places by number, others by rank."""
    these = [number for number, its in enumerate(hospital.resources) if its.kind == kind]
    if kind != Kind.PLACE:
        these.sort(key=lambda number: hospital.resources[number].rank)
    return these


def _chain(hospital: Hospital, resources: Any, kind: Kind) -> None:
    """Each resource knows the next of its kind."""
    for number, following in pairwise([*_of_kind(hospital, kind), NONE]):
        resources[number].next = following


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


def _once(hospital: Hospital, work_out: Callable[[Hospital], Any]) -> Any:
    """What is worked out from a hospital alone is worked out once for each."""
    its: dict[str, Any] = hospital.__dict__
    if work_out.__name__ not in its:
        its[work_out.__name__] = work_out(hospital)
    return its[work_out.__name__]


def timetables(hospital: Hospital) -> tuple[Any, Any]:
    """The sittings of all lists, fresh, and the diary, which nobody writes to."""
    sittings, diary = _once(hospital, _timetables)
    return sittings.copy(), diary


def _equipment(hospital: Hospital) -> tuple[Any, Any, Any]:
    """Resources and competing demands, fresh; and the shares both speak of, to which nobody writes."""
    resources, streams, shares = _once(hospital, _filled)
    return resources.copy(), streams.copy(), shares


def _filled(hospital: Hospital) -> tuple[Any, Any, Any]:
    resources, streams = _records(len(hospital.resources), RESOURCE), _records(len(hospital.competing), STREAM)
    shares: list[tuple[float, float, float]] = []
    _fill_resources(hospital, resources, shares)
    for kind in (Kind.PLACE, Kind.LIST, Kind.OFFER):
        _chain(hospital, resources, kind)
    for number, competing in enumerate(hospital.competing):
        _fill_stream(streams[number], competing, hospital, shares)
    return resources, streams, np.array(shares, SHARE)


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
        name: np.fromiter(map(attrgetter(field), its), np.int64, len(its))
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
