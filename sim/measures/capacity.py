"""How much of what there is was used: opening minutes of lists, places over time, offers.

    HospitalLog(log, ...)         the resources' log, picked by resource and happening
    list_figures(rows, ...)       `use.<list>.share`: used minutes of opened minutes, and for whom
    place_figures(rows, ...)      `use.<place>.share`: places in use of places there are, averaged over time
    occupancy(...)                share of time with so many places in use
    offer_figures(rows, ...)      offers that came and that were lost to this centre

A sitting belongs to the period in which it opens; only its opened minutes count, so minutes of overrun and
sittings that did not take place make no list look fuller or emptier than it was. Places are averaged over the
clock. Where places were taken away while in use, more can be occupied than there are: the share counts no more
than there are, and `over_capacity` says for how much of the time that was so. No share exceeds 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import RESOURCE_COLUMNS, Event, EventLog, Happening, chunks
from sim.measures import passes
from sim.measures.bundle import Rows, Words, table
from sim.measures.columns import Ints, each_first, joined
from sim.measures.facts import Facts, Window
from sim.measures.journeys import Journeys
from sim.measures.notes import Notes
from sim.measures.statistics import Floats

OWN = "own"
COMPETING = "competing"
UNSEEN = "spent_on_nobody"


class HospitalLog:
    """The resources' log of one replication, picked by resource and happening.

    log                   the log, for its names
    tables                its rows, in pieces of time that are read one after the other; without, the log's own
    minute, resource, value, why
                          (rows,) columns of all rows but those of competing cases that join a queue or end, half of
                          it, which tell nothing of what was used; by resource and happening, in order of time
    cases                 the rows of competing cases that put them into a queue or begin them
    """

    LEFT_OUT = (Happening.JOINED, Happening.FINISHED)

    def __init__(self, log: EventLog, tables: Iterable[np.ndarray] | None = None):
        self.log = log
        self.numbers = {name: number for number, name in enumerate(log.names["resources"])}
        read = [_parted(its) for its in (chunks(log.resources) if tables is None else tables)] or [_parted(NOTHING)]
        key, minute, value, why, *cases = (joined(column) for column in zip(*read, strict=True))
        self.cases = Cases(*cases)
        order = np.argsort(key, kind="stable")
        self.minute, self.value, self.why = minute[order], value[order], why[order]
        self.resource, self._happening = np.divmod(key[order], len(Happening))
        self._begins = np.r_[0, np.cumsum(np.bincount(key, minlength=len(self.numbers) * len(Happening)))]
        self._anywhere: dict[Happening, Ints] = {}

    def rows(self, name: str, happening: Happening) -> slice:
        """The rows of one happening at one resource, in order of time; of those that are not left out."""
        assert happening not in self.LEFT_OUT
        key = self.numbers[name] * len(Happening) + happening
        return slice(int(self._begins[key]), int(self._begins[key + 1]))

    def anywhere(self, happening: Happening) -> Ints:
        """The rows of one happening at all resources."""
        if happening not in self._anywhere:
            self._anywhere[happening] = np.flatnonzero(self._happening == happening)
        return self._anywhere[happening]


class Cases(NamedTuple):
    """Competing cases that join a queue, are back in it, or begin, in order of time: (rows,) columns of the log."""

    minute: Ints
    resource: npt.NDArray[np.int16]
    event: npt.NDArray[np.int16]
    case: Ints


NOTHING = np.empty((0, len(RESOURCE_COLUMNS)), np.int64)
KEPT = np.array([happening not in HospitalLog.LEFT_OUT for happening in Happening])
QUEUES = (Happening.JOINED, Happening.CANCELLED, Happening.MISSED, Happening.STARTED)
QUEUED = np.array([happening in QUEUES for happening in Happening])


def _parted(table: np.ndarray) -> Any:
    return passes.parted(table, KEPT, QUEUED, len(Happening))


@dataclass(frozen=True)
class Sittings:
    """The sittings of a list that took place and were over before the run ended.

    opens     (n,) minute of opening, rising
    minutes   (n,) opened
    used      (n,) of these, used by cases or spent on somebody who did not come
    """

    opens: Ints
    minutes: Ints
    used: Ints

    def measured(self, window: Window) -> Sittings:
        """Those that opened in the measured period."""
        rows = window.holds(self.opens)
        return Sittings(self.opens[rows], self.minutes[rows], self.used[rows])


def sittings(hospital: HospitalLog, name: str) -> Sittings:
    """The sittings of one list: each opening with the closing that belongs to it.

    Sittings close in the order of their planned ends, which pairs openings with closings also where several
    rooms work at once.
    """
    opened, closed = hospital.rows(name, Happening.OPENED), hospital.rows(name, Happening.CLOSED)
    opens, minutes, used = hospital.minute[opened], hospital.value[opened], hospital.value[closed]
    by_end = np.lexsort((opens, opens + minutes))[: len(used)]
    used = used[: len(by_end)]
    order = np.argsort(by_end, kind="stable")
    by_end, used = by_end[order], used[order]
    return Sittings(opens[by_end], minutes[by_end], np.clip(used, 0, minutes[by_end]))


def _within_sittings(starts: Ints, minutes: Ints, of: Sittings) -> int:
    """Minutes of cases that lie inside the opened minutes of these sittings."""
    if len(of.opens) == 0 or len(starts) == 0:
        return 0
    openings, at = np.unique(of.opens, return_inverse=True)
    closes = np.zeros(len(openings), np.int64)
    np.maximum.at(closes, at, of.opens + of.minutes)
    sitting = np.searchsorted(openings, starts, side="right") - 1
    inside = (sitting >= 0) & (starts < closes[np.maximum(sitting, 0)])
    ends = np.minimum(starts + minutes, closes[np.maximum(sitting, 0)])
    return int((ends - starts)[inside].sum())


def list_figures(rows: Rows, notes: Notes, hospital: HospitalLog, facts: Facts, window: Window) -> None:
    """Of each list the share of opened minutes used (`use.<list>.share`): all, own, competing, spent on nobody.

    Minutes are spent on nobody when a booked case does not come, or dies on the day.
    """
    for name in facts.of_kind("list"):
        of = sittings(hospital, name).measured(window)
        opened, used = int(of.minutes.sum()), int(of.used.sum())
        its = notes.of(Event.STARTED, resource=hospital.numbers[name])
        own = min(_within_sittings(its.minute, its.value, of), used)
        cases = hospital.rows(name, Happening.STARTED)
        others = min(_within_sittings(hospital.minute[cases], hospital.value[cases], of), used - own)
        for group, minutes in (("all", used), (OWN, own), (COMPETING, others), (UNSEEN, used - own - others)):
            share = minutes / opened if opened else float("nan")
            rows.add(f"use.{name}.share", share, "share", group, "the list never opened")
        rows.add(f"sittings.{name}.per_year", len(of.opens) / window.years, "per year")
        rows.add(f"sittings.{name}.minutes_per_year", opened / window.years, "minutes per year")


@dataclass(frozen=True)
class Levels:
    """A step function over the measured period: for how many minutes each pair of levels held.

    minutes    (n,) length of each piece
    occupied   (n,) places in use
    capacity   (n,) places there are
    """

    minutes: Ints
    occupied: Ints
    capacity: Ints


def levels(hospital: HospitalLog, name: str, window: Window) -> Levels:
    """Places in use and places there are, piece by piece over the measured period. Before its first row each is 0."""
    changes = [hospital.rows(name, kind) for kind in (Happening.OCCUPIED, Happening.CAPACITY)]
    times = np.sort(np.concatenate([hospital.minute[rows] for rows in changes] + [np.array([window.starts])]))
    times = times[window.holds(times)]
    times = times[each_first(times)]
    values = []
    for rows in changes:
        at = np.searchsorted(hospital.minute[rows], times, side="right")
        values.append(np.r_[0, hospital.value[rows]][at])
    return Levels(np.diff(np.r_[times, window.ends]), values[0], values[1])


def own_place_minutes(journeys: Journeys, facts: Facts) -> Ints:
    """(resources,) place-minutes that the pathway's own patients used at each place in the measured period.

    A stay lasts from `started` to `finished`, to the release of a standing place, to death or to the horizon. A
    place that was kept after its use, or held as the second need of a case, is told by its `released` row, which
    says for how long. What was still kept or held at death or at the horizon has no such row and is not counted.
    """
    at = np.concatenate([journeys.where(event) for event in (Event.STARTED, Event.FINISHED, Event.RELEASED)])
    resource = journeys.resource[at]
    names = journeys.log.names["resources"]
    spent = np.zeros(len(names), np.int64)
    for number, name in enumerate(names):
        if facts.kinds[name] == "place":
            spent[number] = _minutes_at_one(journeys, np.sort(at[resource == number]))
    return spent


def _minutes_at_one(journeys: Journeys, at: Ints) -> int:
    """The same of one place, of which these are all rows that begin or end a stay."""
    if len(at) == 0:
        return 0
    begins = journeys.event[at] == Event.STARTED
    same_as_before = ~each_first(journeys.who[at])
    closes = np.r_[same_as_before[1:], False]
    next_row = np.where(closes, np.r_[at[1:], journeys.never], journeys.following(at, journeys.died))
    starts, ends = [journeys.minute[at[begins]]], [journeys.until[next_row[begins]]]
    held = (journeys.event[at] == Event.RELEASED) & ~(same_as_before & np.r_[False, begins[:-1]])
    starts.append(journeys.minute[at[held]] - journeys.value[at[held]])
    ends.append(journeys.minute[at[held]])
    first, last = journeys.window.starts, journeys.window.ends
    spans = np.clip(np.concatenate(ends), first, last) - np.clip(np.concatenate(starts), first, last)
    return int(spans.sum())


def place_figures(rows: Rows, own_minutes: Ints, hospital: HospitalLog, facts: Facts, window: Window) -> None:
    """Of each kind of place the share in use over time (`use.<place>.share`), mean number in use, and time full.

    own_minutes   (resources,) as `own_place_minutes` gives them

    What the pathway's own patients do not occupy counts as competing: other diseases' cases, also those that need
    the place besides another resource.
    """
    for name in facts.of_kind("place"):
        of = levels(hospital, name, window)
        there = int((of.capacity * of.minutes).sum())
        occupied = int((of.occupied * of.minutes).sum())
        counted = int((np.minimum(of.occupied, of.capacity) * of.minutes).sum())
        own = min(int(own_minutes[hospital.numbers[name]]), occupied)
        own_part = own / occupied if occupied else 0.0
        for group, part in (("all", 1.0), (OWN, own_part), (COMPETING, 1.0 - own_part)):
            share = counted / there * part if there else float("nan")
            rows.add(f"use.{name}.share", share, "share", group, "there was no such place")
            rows.add(f"use.{name}.places", occupied / window.minutes * part, "places", group)
        rows.add(f"use.{name}.capacity", there / window.minutes, "places")
        for figure, held in (
            ("full", of.occupied >= of.capacity),
            ("over_capacity", of.occupied > of.capacity),
        ):
            rows.add(f"use.{name}.{figure}", float(of.minutes[held].sum()) / window.minutes, "share")


def occupancy(hospital: HospitalLog, facts: Facts, window: Window) -> pd.DataFrame:
    """Share of the measured time with so many places in use, as the bundle's table of occupancy."""
    names = facts.of_kind("place")
    level: list[Ints] = []
    share: list[Floats] = []
    capacity: list[float] = []
    for name in names:
        of = levels(hospital, name, window)
        minutes = np.bincount(np.maximum(of.occupied, 0), weights=of.minutes)
        capacity.append(float((of.capacity * of.minutes).sum()) / window.minutes)
        level.append(np.arange(len(minutes)))
        share.append(minutes / window.minutes)
    which = np.repeat(np.arange(len(names)), [len(its) for its in level])
    columns = {
        "resource": Words(names).taking(which),
        "level": np.concatenate([*level, np.empty(0, np.int64)]),
        "share": np.concatenate([*share, np.empty(0)]),
        "capacity": np.array(capacity)[which],
    }
    return table("occupancy", columns, hospital.log.replication)


def offer_figures(rows: Rows, notes: Notes, hospital: HospitalLog, facts: Facts, window: Window) -> None:
    """Of each kind of offer how many came a year, and how many of these were lost to this centre."""
    for name in facts.of_kind("offer"):
        for figure, kind in (("offered", Happening.OFFERED), ("lost_to_centre", Happening.UNUSED)):
            minute = hospital.minute[hospital.rows(name, kind)]
            count = window.holds(minute).sum()
            rows.add(f"offers.{name}.{figure}", float(count) / window.years, "per year")
        declined = notes.of(Event.DECLINED, window, hospital.numbers[name])
        rows.add(f"offers.{name}.declined", float(len(declined.who)) / window.years, "per year")
