"""Where patients with liver metastases go: how they came, what was decided and given, what came next, how they are.

    paths(journeys, facts)    the path of each patient
    flows(paths, ...)         the bundle's table of paths, each with the number of patients who took it
    STAGES                    its columns, in the order in which a patient passes them
    YEARS                     how long each is followed

Everybody passes every stage, so what enters a stage leaves it or is in it at the end: who has died stays `died` in
each later stage until the last, which says of what. Knows events and minutes; what is a treatment beside others, and
what the board plans, it is told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import Event
from sim.measures.bundle import figures
from sim.measures.columns import Bools, ByPatient, Ints, each_first
from sim.measures.facts import Facts
from sim.measures.journeys import Journeys
from sim.units import YEAR

STAGES = ("found", "decision", "first", "course", "second", "state")
YEARS = 5

WORK_UP, FOLLOW_UP = "work_up", "follow_up"  # found
NO_TREATMENT, NONE, DIED = "no_treatment", "none", "died"
STABLE, PROGRESSED, RECURRED = "stable", "progressed", "recurred"  # course
ALIVE, LEFT, SHORT = "alive", "left", "not_followed"  # state, besides the causes of death

Words = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Paths(ByPatient):
    """The paths of the patients whose liver metastases were first seen in the measured period, over five years.

    found      (n,) `work_up`: before any decision of the board; `follow_up`: after one
    decision   (n,) the treatment that the next decision plans; `no_treatment`, where it plans none
    first      (n,) the first treatment from then on: what a decision led to before the next one, and where
               that is nothing else a treatment beside others, such as an analogue alone; else `none`
    course     (n,) what was seen next: `progressed`, `recurred`, or neither (`stable`)
    second     (n,) the first treatment that a later decision led to, or `none`
    state      (n,) `alive`, the cause of death, `left` the pathway alive, or `not_followed` for five years
    `died` in a stage: before there could be a word for it
    """

    found: Words
    decision: Words
    first: Words
    course: Words
    second: Words
    state: Words


def flows(paths: Paths, replication: int) -> pd.DataFrame:
    """Paths, each with the number of patients who took it, as the bundle's table."""
    counts = Counter(zip(*(getattr(paths, stage) for stage in STAGES), strict=True))
    rows = [(*path, count) for path, count in sorted(counts.items())]
    return figures("flows", (*STAGES, "patients"), rows, replication)


def paths(journeys: Journeys, facts: Facts) -> Paths:
    """The path of each patient whose liver metastases were first seen in the measured period."""
    within = _Within(journeys, facts)
    died, state = within.states()
    given = within.given(facts)
    stages = {
        "found": np.where(within.decided_before(), FOLLOW_UP, WORK_UP).astype(object),
        "decision": within.first_decision(facts),
        "first": within.words(given.taking(given.number == 0)),
        "course": within.course(given),
        "second": within.words(given.taking(given.number == 1)),
        "state": state,
    }
    # Of the dead, what never came about is `died`, from the last word there was on.
    nothing_more = died.copy()
    for stage in reversed(STAGES[1:-1]):
        nothing_more &= (stages[stage] == NONE) | (stages[stage] == STABLE)
        stages[stage] = np.where(nothing_more, DIED, stages[stage])
    return Paths(within.chosen, **stages)


@dataclass(frozen=True)
class _Given(ByPatient):
    """What each decision led to before the next, of those that led to anything.

    at       (n,) position
    number   (n,) from 0, of those of the patient
    """

    at: Ints
    number: Ints


class _Within:
    """The rows of the chosen patients within the five years. `(chosen,)` arrays are in their order."""

    def __init__(self, journeys: Journeys, facts: Facts):
        self.journeys = journeys
        seen = journeys.people.seen
        self.chosen = np.flatnonzero(journeys.window.holds(seen))
        self.seen = seen[self.chosen]
        self.ends = self.seen + round(YEARS * YEAR)
        self._row = np.full(len(seen), -1)
        self._row[self.chosen] = np.arange(len(self.chosen))
        decided = journeys.decided(facts.beside)
        self.ever_decided = decided[self.row(decided) >= 0]
        self.decided = self._in_time(self.ever_decided)

    def row(self, positions: Ints) -> Ints:
        """Which of the chosen each of these rows is of."""
        return self._row[self.journeys.who[positions]]

    def where(self, *events: Event) -> Ints:
        """Positions of rows with one of these events, of the chosen and within the time, in rising order."""
        at = np.sort(np.concatenate([self.journeys.where(event) for event in events]))
        return self._in_time(at[self.row(at) >= 0])

    def _in_time(self, at: Ints) -> Ints:
        minute, row = self.journeys.minute[at], self.row(at)
        return at[(minute >= self.seen[row]) & (minute < self.ends[row])]

    def decided_before(self) -> Bools:
        """Who had been discussed to a decision before the liver metastases were seen."""
        at = self.ever_decided
        found = np.zeros(len(self.chosen), np.bool_)
        row = self.row(at)
        found[row[self.journeys.minute[at] < self.seen[row]]] = True
        return found

    def states(self) -> tuple[Bools, Words]:
        """Who had died by then, and how everybody was."""
        journeys = self.journeys
        died = np.zeros(len(self.chosen), np.bool_)
        state = np.where(self.ends > journeys.window.horizon, SHORT, ALIVE).astype(object)
        for at, gone in ((journeys.left_alive, False), (journeys.died, True)):
            at = journeys.first(at[self.row(at) >= 0])
            at = at[journeys.minute[at] < self.ends[self.row(at)]]
            row = self.row(at)
            if gone:
                died[row] = True
                words = journeys.why_words(journeys.why[at])
                state[row] = np.where(words == "", DIED, words)
            else:
                state[row] = LEFT
        return died, state

    def first_decision(self, facts: Facts) -> Words:
        """What the first decision plans."""
        journeys = self.journeys
        first = journeys.first(self.decided)
        found = np.full(len(self.chosen), NONE, object)
        words = journeys.why_words(journeys.why[first])
        found[self.row(first)] = [facts.plans.get(word, NO_TREATMENT) for word in words]
        return found

    def given(self, facts: Facts) -> _Given:
        """What each decision led to before the next."""
        journeys = self.journeys
        at, decided = self.where(Event.TREATED), self.decided
        who = journeys.who[at]
        beside = np.isin(journeys.why[at], journeys.why_numbers(facts.background))
        number = np.searchsorted(decided, at) - np.searchsorted(journeys.who[decided], who)
        # A treatment beside others is written down in the minute of its decision, before or after it.
        following = journeys.following(at, decided)
        same = (following < journeys.never) & (journeys.until[following] == journeys.minute[at])
        decision = number + (beside & same)
        # The first of the others, and where there is none the last of those beside them.
        order = np.lexsort((np.where(beside, -at, at), beside, decision, who))
        order = order[decision[order] > 0]
        order = order[each_first(who[order]) | each_first(decision[order])]
        who, at = who[order], at[order]
        return _Given(who, at, np.arange(len(who)) - np.searchsorted(who, who))

    def words(self, given: _Given) -> Words:
        """The treatments, one of each patient."""
        found = np.full(len(self.chosen), NONE, object)
        found[self.row(given.at)] = self.journeys.why_words(self.journeys.why[given.at])
        return found

    def course(self, given: _Given) -> Words:
        """What was seen first after the first treatment; of those who had none, after the first decision."""
        journeys = self.journeys
        after = np.full(len(self.chosen), journeys.never)
        decided = journeys.first(self.decided)
        after[self.row(decided)] = decided
        first = given.at[given.number == 0]
        after[self.row(first)] = first
        found = np.full(len(self.chosen), STABLE, object)
        at = self.where(Event.PROGRESSED, Event.RECURRED)
        seen = journeys.first(at[at > after[self.row(at)]])
        found[self.row(seen)] = np.where(journeys.event[seen] == Event.RECURRED, RECURRED, PROGRESSED)
        return found
