"""Waits between the milestones of a patient, counting those who still wait and those who died waiting.

    waiting(journeys, facts)        all episodes of every interval of `sim.measures.intervals`
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

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import Event
from sim.measures.bundle import Rows, table
from sim.measures.facts import Facts
from sim.measures.intervals import ANY, Interval, Milestone, intervals
from sim.measures.journeys import OUTCOMES, Bools, Episodes, Ints, Journeys, Outcome, clocks
from sim.measures.statistics import Floats, aalen_johansen, reached_by, read_at
from sim.units import DAY

Words = npt.NDArray[np.object_]
FIRST, SUBSEQUENT = "first", "subsequent"


@dataclass(frozen=True)
class Waits:
    """The episodes of one interval, or of one queue, in the whole run.

    name       of the interval, or `queue`
    episodes   the waits
    group      (n,) the treatment waited for, '' where none is named; of a queue the resource
    nelm       (n,) whether liver metastases were there, seen or not, when the clock started
    """

    name: str
    episodes: Episodes
    group: Words
    nelm: Bools

    def frame(self, journeys: Journeys) -> pd.DataFrame:
        """Those that started in the measured period, as rows of the bundle's table of waits."""
        of = self.episodes
        rows = journeys.measured(of.start)
        return table(
            "waits",
            {
                "interval": np.full(rows.sum(), self.name, object),
                "group": self.group[rows],
                "patient": journeys.table["patient"].to_numpy(np.int64)[of.who[rows]],
                "start": of.start[rows],
                "end": (of.start + of.minutes)[rows],
                "days": of.minutes[rows] / DAY,
                "outcome": np.array(OUTCOMES, object)[of.outcome[rows]],
                "nelm": self.nelm[rows],
            },
            journeys.log.replication,
        )


def waiting(journeys: Journeys, facts: Facts) -> dict[str, Waits]:
    """All episodes of every interval in the whole run, by name of the interval."""
    marks = _Milestones(journeys, facts)
    found = {}
    for interval in intervals():
        episodes, group = marks.episodes(interval)
        nelm = journeys.nelm_from[episodes.who] <= episodes.start
        found[interval.name] = Waits(interval.name, episodes, group, nelm)
    return found


class _Milestones:
    """Positions of the milestones that the intervals name."""

    def __init__(self, journeys: Journeys, facts: Facts):
        self.journeys = journeys
        self.background = list(facts.background)
        self.liver_directed = list(facts.liver_directed)
        self.decided = journeys.decided(facts.beside)
        words = journeys.why_words(journeys.why[self.decided])
        plan = np.array([facts.plans.get(word, "") for word in words], object)
        planning = plan != ""
        self.plan, self.planned = plan[planning], self.decided[planning]
        self.treated = journeys.where(Event.TREATED)
        behind = journeys.where(Event.TREATED, journeys.why_numbers(facts.background))
        self.treated_in_turn = np.setdiff1d(self.treated, behind)

    def episodes(self, interval: Interval) -> tuple[Episodes, Words]:
        """The waits of one interval, and the treatment each of them is for."""
        starts = self.positions(interval.start)
        starts = starts if interval.start.each else self.journeys.first(starts)
        group = np.full(len(starts), "", object)
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
        if milestone.event == Event.DECIDED and milestone.of == ANY:
            return self.decided
        if milestone.of == ANY:
            return self.journeys.where(milestone.event)
        if milestone.event == Event.TREATED:
            return self.journeys.where(Event.TREATED, self.journeys.why_numbers(self.liver_directed))
        for_liver = self.planned[np.isin(self.plan, self.liver_directed)]
        kinds: dict[str, Ints] = {
            "treatment": self.planned,
            "no_treatment": self._without(self.planned),
            "liver_directed": for_liver,
            "not_liver_directed": self._without(for_liver),
        }
        return kinds[milestone.of]

    def _without(self, these: Ints) -> Ints:
        """Decisions of meetings that took none of these: a meeting may write two, one for the background."""
        others = np.setdiff1d(self.decided, these)
        return others[~self.journeys.same_moment(others, these)]

    def treated_before(self, episodes: Episodes) -> Bools:
        """Who had been given some treatment in an earlier minute than that in which her clock started."""
        first = self.journeys.first(self.treated)
        since = np.full(len(self.journeys.table), np.iinfo(np.int64).max)
        since[self.journeys.who[first]] = self.journeys.minute[first]
        return np.asarray(since[episodes.who] < episodes.start)


def interval_figures(rows: Rows, waits: dict[str, Waits], journeys: Journeys, facts: Facts) -> None:
    """The figures of every interval, for all who started it in the measured period and for groups of them.

    Groups are what is known when the clock starts: `nelm`, the treatment that was planned and its kind,
    `liver_directed` for those planned treatments that are, and whether it is her `first` or a `subsequent` one.
    """
    before = _Milestones(journeys, facts).treated_before
    for interval in intervals():
        its = waits[interval.name]
        everybody = np.ones(len(its.group), np.bool_)
        groups = {"all": everybody, "nelm": its.nelm}
        if interval.of_plans:
            later = before(its.episodes)
            groups |= {FIRST: ~later, SUBSEQUENT: later}
            groups["liver_directed"] = np.isin(its.group, list(facts.liver_directed))
            groups |= {kind: np.isin(its.group, those) for kind, those in sorted(facts.together.items())}
            groups |= {plan: its.group == plan for plan in sorted({*facts.plans.values()} - {""})}
        measured = journeys.measured(its.episodes.start)
        for group, chosen in groups.items():
            episodes = its.episodes.taking(measured & chosen)
            wait_figures(rows, interval.name, group, episodes.minutes, episodes.outcome, interval.target)
            if interval.target is not None:
                stopped_figures(rows, interval.name, group, its.episodes.taking(chosen), journeys, interval.target)


def stopped_figures(rows: Rows, name: str, group: str, episodes: Episodes, journeys: Journeys, target: float) -> None:
    """Clocks that stopped in the measured period, and the share of them within the target.

    This is how national statistics count, by completed pathways: who died first or still waits is in no denominator.
    """
    stopped = (episodes.outcome == Outcome.REACHED) & journeys.measured(episodes.start + episodes.minutes)
    days = episodes.minutes[stopped] / DAY
    share = float((days <= target).mean()) if len(days) else float("nan")
    rows.add(f"wait.{name}.stopped", float(len(days)), "waits", group)
    rows.add(f"wait.{name}.within_target_of_stopped", share, "share", group, "no clock stopped")


def wait_figures(rows: Rows, name: str, group: str, minutes: Ints, outcome: Ints, target: float | None = None) -> None:
    """The figures of one group of waits, as `wait.<name>.<figure>`.

    minutes   (n,) each until it ended, or follow-up did
    outcome   (n,) `Outcome`
    target    days, or None for an interval that has no target
    """
    prefix = f"wait.{name}."
    for figure, which in (
        ("reached", Outcome.REACHED),
        ("died_waiting", Outcome.DIED),
        ("ended_otherwise", Outcome.ENDED),
        ("still_waiting", Outcome.CENSORED),
    ):
        rows.add(prefix + figure, float((outcome == which).sum()), "waits", group)
    rows.add(prefix + "started", float(len(minutes)), "waits", group)
    days: Floats = minutes / DAY
    curves = aalen_johansen(days, outcome, len(Outcome) - 1)
    reached = curves.incidence[Outcome.REACHED - 1]
    nobody = len(minutes) == 0
    for figure, share in (("median", 0.5), ("p90", 0.9)):
        note = "nobody started" if nobody else f"fewer than {share:.0%} of those who started got there"
        rows.add(prefix + figure, reached_by(curves, reached, share), "days", group, note)
    served = days[outcome == Outcome.REACHED]
    mean = float(served.mean()) if len(served) else float("nan")
    rows.add(prefix + "mean_of_those_served", mean, "days", group, "nobody got there")
    if target is not None:
        value = float("nan") if nobody else float(read_at(curves, reached, target, 0.0)[0])
        note = "nobody started" if nobody else "follow-up is shorter than the target"
        rows.add(prefix + "within_target", value, "share", group, note)
