"""Waits between the milestones of a patient, counting those who still wait and those who died waiting.

    waiting(journeys, facts)        all episodes of every interval of `sim.measures.intervals`
    wait_table(waits, ...)          those that started in the measured period, as the bundle's table
    interval_figures(rows, ...)     their figures, for the groups that are known when a clock starts
    wait_figures(rows, ...)         the figures of one group: median, 90th percentile, share in time, counts
    stopped_figures(rows, ...)      the share in time as national statistics count it, of clocks that stopped

How the clocks run stands in intervals.yaml: which milestones start a clock, stop it, or end the wait otherwise.
Leaving alive ends any wait; at the horizon it is still open.

Episodes belong to the period in which they start. Death and other ends compete with being reached: the shares
are cumulative incidences, so `median` is the time by which half of *all who started* had got there. Clocks that
stopped belong to the period in which they stopped, whenever they had started.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import Event, EventLog
from sim.measures.bundle import Rows, Words, table
from sim.measures.columns import Bools, ByPatient, Ints
from sim.measures.facts import Facts, Window
from sim.measures.intervals import ANY, Interval, Milestone, intervals
from sim.measures.journeys import OUTCOMES, Episodes, Journeys, Outcome, clocks
from sim.measures.lives import Lives
from sim.measures.statistics import Floats, of_minutes, reached_by, read_at
from sim.units import DAY

FIRST, SUBSEQUENT = "first", "subsequent"
REACHED = int(Outcome.REACHED)
COUNTED = (
    ("reached", REACHED),
    ("died_waiting", int(Outcome.DIED)),
    ("ended_otherwise", int(Outcome.ENDED)),
    ("still_waiting", int(Outcome.CENSORED)),
)


@dataclass(frozen=True)
class Waits(ByPatient):
    """The waits of one interval, or in the queues, in the whole run, in the order of the patients' journeys.

    start     (n,) minute of the start
    minutes   (n,) until it ended, or until follow-up did
    outcome   (n,) `Outcome`
    group     (n,) the treatment waited for, as a number of `plans(facts)`; in the queues the number of the resource
    nelm      (n,) whether liver metastases were there, seen or not, when the clock started
    later     (n,) whether some treatment had been given in an earlier minute than that
    """

    start: Ints
    minutes: Ints
    outcome: npt.NDArray[np.int8]
    group: npt.NDArray[np.int16]
    nelm: Bools
    later: Bools

    @property
    def end(self) -> Ints:
        """(n,) minute of the end."""
        return self.start + self.minutes


def waits_of(journeys: Journeys, episodes: Episodes, group: npt.NDArray[np.int16]) -> Waits:
    """Episodes with what is known of each when its clock starts."""
    treated = journeys.first_minute(journeys.where(Event.TREATED))
    start = episodes.start
    return Waits(
        who=episodes.who,
        start=start,
        minutes=episodes.minutes,
        outcome=episodes.outcome.astype(np.int8),
        group=group.astype(np.int16),
        nelm=journeys.nelm_from[episodes.who] <= start,
        later=treated[episodes.who] < start,
    )


def plans(facts: Facts) -> list[str]:
    """What may be waited for: no treatment in particular, and those that a decision may plan."""
    return ["", *sorted({*facts.plans.values()} - {""})]


def waiting(journeys: Journeys, facts: Facts) -> dict[str, Waits]:
    """All waits of every interval in the whole run, by name of the interval."""
    marks = _Milestones(journeys, facts)
    return {interval.name: waits_of(journeys, *marks.episodes(interval)) for interval in intervals()}


def wait_table(
    waits: dict[str, Waits], visits: Waits, lives: Lives, facts: Facts, window: Window, bare: EventLog
) -> pd.DataFrame:
    """The waits that started in the measured period, as the bundle's table: of every interval, and in the queues."""
    known = plans(facts)
    words = Words([*known, *bare.names["resources"]])
    names = Words([*waits, "queue"])
    parts = [its.taking(window.holds(its.start)) for its in (*waits.values(), visits)]
    group = [np.where(part is parts[-1], len(known), 0) + part.group for part in parts]
    who = np.concatenate([part.who for part in parts])
    minutes = np.concatenate([part.minutes for part in parts])
    start = np.concatenate([part.start for part in parts])
    return table(
        "waits",
        {
            "interval": names.taking(np.repeat(np.arange(len(parts)), [len(part.who) for part in parts])),
            "group": words.taking(np.concatenate(group)),
            "patient": lives.number[who],
            "start": start,
            "end": start + minutes,
            "days": minutes / DAY,
            "outcome": Words(OUTCOMES).taking(np.concatenate([part.outcome for part in parts])),
            "nelm": np.concatenate([part.nelm for part in parts]),
        },
        bare.replication,
    )


class _Milestones:
    """Positions of the milestones that the intervals name."""

    def __init__(self, journeys: Journeys, facts: Facts):
        self.journeys = journeys
        self.found: dict[tuple[Event, str], Ints] = {}
        names = plans(facts)
        numbers = {name: number for number, name in enumerate(names)}
        self.background = [numbers[name] for name in facts.background if name in numbers]
        self.liver_directed = [numbers[name] for name in facts.liver_directed if name in numbers]
        self.given_to_the_liver = journeys.why_numbers(facts.liver_directed)
        self.decided = journeys.decided(facts.beside)
        plan = journeys.why_mapped(self.decided, {row: numbers[name] for row, name in facts.plans.items()})
        self.plan_of_all, planning = plan, plan > 0
        self.plan, self.planned = plan[planning], self.decided[planning]
        self.treated = journeys.where(Event.TREATED)
        behind = np.isin(journeys.why[self.treated], journeys.why_numbers(facts.background))
        self.treated_in_turn = self.treated[~behind]

    def episodes(self, interval: Interval) -> tuple[Episodes, npt.NDArray[np.int16]]:
        """The waits of one interval, and the treatment each of them is for."""
        starts = self.positions(interval.start)
        starts = starts if interval.start.each else self.journeys.first(starts)
        group = np.zeros(len(starts), np.int16)
        if interval.of_plans:
            group = self.plan[np.searchsorted(self.planned, starts)]
        reached = self._soonest(starts, interval.stops)
        return clocks(self.journeys, starts, reached, self._soonest(starts, interval.ends)), group

    def _soonest(self, starts: Ints, milestones: tuple[Milestone, ...]) -> Ints:
        """For each start the first of some milestones after it, or `never`."""
        soonest = np.full(len(starts), self.journeys.never)
        for milestone in milestones:
            soonest = np.minimum(soonest, self._next(starts, milestone))
        return soonest

    def _next(self, starts: Ints, milestone: Milestone) -> Ints:
        if milestone.of != "planned":
            return self.journeys.following(starts, self.positions(milestone), milestone.later)
        behind = np.isin(self.plan[np.searchsorted(self.planned, starts)], self.background)
        follow = self.journeys.following
        return np.where(behind, follow(starts, self.treated), follow(starts, self.treated_in_turn))

    def positions(self, milestone: Milestone) -> Ints:
        """Where a milestone stands in the log, of everybody, in rising order."""
        which = milestone.event, milestone.of
        if which not in self.found:
            self.found[which] = self._positions(milestone)
        return self.found[which]

    def _positions(self, milestone: Milestone) -> Ints:
        if milestone.of == ANY:
            return self.decided if milestone.event == Event.DECIDED else self.journeys.where(milestone.event)
        if milestone.event == Event.TREATED:
            return self.journeys.where(Event.TREATED, self.given_to_the_liver)
        planning = self.plan_of_all > 0
        for_liver = np.isin(self.plan_of_all, self.liver_directed)
        if milestone.of == "treatment":
            return self.planned
        if milestone.of == "liver_directed":
            return self.decided[for_liver]
        return self._without(planning if milestone.of == "no_treatment" else for_liver)

    def _without(self, these: Bools) -> Ints:
        """Decisions of meetings that took none of these: a meeting may write two, one for the background."""
        others = self.decided[~these]
        return others[~self.journeys.same_moment(others, self.decided[these])]


def interval_figures(rows: Rows, waits: dict[str, Waits], facts: Facts, window: Window) -> None:
    """The figures of every interval, for all who started it in the measured period and for groups of them.

    Groups are what is known when the clock starts: `nelm`, the treatment that was planned and its kind,
    `liver_directed` for those planned treatments that are, and whether it is her `first` or a `subsequent` one.
    """
    for interval in intervals():
        its = waits[interval.name]
        started = its.taking(window.holds(its.start))
        groups = _groups(interval, started, facts)
        stopped = its.taking((its.outcome == Outcome.REACHED) & window.holds(its.end))
        groups_of_stopped = _groups(interval, stopped, facts)
        for group, chosen in groups.items():
            wait_figures(rows, interval.name, group, started.minutes[chosen], started.outcome[chosen], interval.target)
            if interval.target is not None:
                minutes = stopped.minutes[groups_of_stopped[group]]
                stopped_figures(rows, interval.name, group, minutes, interval.target)


def _groups(interval: Interval, its: Waits, facts: Facts) -> dict[str, Bools]:
    """Which of some waits are in each group."""
    groups = {"all": np.ones(len(its.who), np.bool_), "nelm": its.nelm}
    if not interval.of_plans:
        return groups
    names = plans(facts)
    of = {name: its.group == number for number, name in enumerate(names) if name}
    nobody = np.zeros(len(its.who), np.bool_)

    def any_of(those: Iterable[str]) -> Bools:
        either: Bools = np.logical_or.reduce([nobody, *(of[name] for name in those if name in of)])
        return either

    groups |= {FIRST: ~its.later, SUBSEQUENT: its.later, "liver_directed": any_of(facts.liver_directed)}
    groups |= {kind: any_of(those) for kind, those in sorted(facts.together.items())}
    return groups | of


def stopped_figures(rows: Rows, name: str, group: str, minutes: Ints, target: float) -> None:
    """Clocks that stopped in the measured period, and the share of them within the target.

    This is how national statistics count, by completed pathways: who died first or still waits is in no denominator.
    """
    days = minutes / DAY
    share = float((days <= target).mean()) if len(days) else float("nan")
    rows.add(f"wait.{name}.stopped", float(len(days)), "waits", group)
    rows.add(f"wait.{name}.within_target_of_stopped", share, "share", group, "no clock stopped")


def wait_figures(
    rows: Rows, name: str, group: str, minutes: Ints, outcome: npt.NDArray[Any], target: float | None = None
) -> None:
    """The figures of one group of waits, as `wait.<name>.<figure>`.

    minutes   (n,) each until it ended, or follow-up did
    outcome   (n,) `Outcome`
    target    days, or None for an interval that has no target
    """
    prefix = f"wait.{name}."
    counts = np.bincount(outcome, minlength=len(Outcome))
    for figure, which in COUNTED:
        rows.add(prefix + figure, float(counts[which]), "waits", group)
    rows.add(prefix + "started", float(len(minutes)), "waits", group)
    curves = of_minutes(minutes, outcome, len(Outcome) - 1, DAY)
    reached = curves.incidence[REACHED - 1]
    nobody = len(minutes) == 0
    for figure, share in (("median", 0.5), ("p90", 0.9)):
        note = "nobody started" if nobody else f"fewer than {share:.0%} of those who started got there"
        rows.add(prefix + figure, reached_by(curves, reached, share), "days", group, note)
    served: Floats = minutes[outcome == REACHED] / DAY
    mean = float(served.sum()) / len(served) if len(served) else float("nan")
    rows.add(prefix + "mean_of_those_served", mean, "days", group, "nobody got there")
    if target is not None:
        value = float("nan") if nobody else float(read_at(curves, reached, target, 0.0)[0])
        note = "nobody started" if nobody else "follow-up is shorter than the target"
        rows.add(prefix + "within_target", value, "share", group, note)
