"""Where patients with liver metastases go: how they came, what was decided and given, what came next, how they are.

    flows(journeys, facts)    the bundle's table of paths, each with the number of patients who took it
    STAGES                    its columns, in the order in which a patient passes them
    YEARS                     how long each is followed

Everybody passes every stage, so what enters a stage leaves it or is in it at the end: who has died stays `died` in
each later stage until the last, which says of what. Knows events and minutes; what is a treatment beside others, and
what the board plans, it is told.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import Event
from sim.measures.bundle import table
from sim.measures.facts import Facts
from sim.measures.journeys import Bools, Ints, Journeys
from sim.units import YEAR

STAGES = ("found", "decision", "first", "course", "second", "state")
YEARS = 5

WORK_UP, FOLLOW_UP = "work_up", "follow_up"  # found
NO_TREATMENT, NONE, DIED = "no_treatment", "none", "died"
STABLE, PROGRESSED, RECURRED = "stable", "progressed", "recurred"  # course
ALIVE, LEFT, SHORT = "alive", "left", "not_followed"  # state, besides the causes of death

Words = npt.NDArray[np.object_]


def flows(journeys: Journeys, facts: Facts) -> pd.DataFrame:
    """The paths of the patients whose liver metastases were first seen in the measured period, over five years.

    returns   `found, decision, first, course, second, state, patients`
              found      `work_up`: before any decision of the board; `follow_up`: after one
              decision   the treatment that the next decision plans; `no_treatment`, where it plans none
              first      the first treatment from then on: what a decision led to before the next one, and where
                         that is nothing else a treatment beside others, such as an analogue alone; else `none`
              course     what was seen next: `progressed`, `recurred`, or neither (`stable`)
              second     the first treatment that a later decision led to, or `none`
              state      `alive`, the cause of death, `left` the pathway alive, or `not_followed` for five years
              `died` in a stage: before there could be a word for it
    """
    people = journeys.table
    seen = people["nelm_minute"].to_numpy(np.int64)
    chosen = np.flatnonzero(journeys.measured(seen))
    ends = seen + round(YEARS * YEAR)
    within = (journeys.minute >= seen[journeys.who]) & (journeys.minute < ends[journeys.who])
    within &= np.isin(journeys.who, chosen)
    died, state = _states(journeys, ends)
    paths = pd.DataFrame(
        {
            "found": np.where(_decided_before(journeys, facts, seen), FOLLOW_UP, WORK_UP),
            "decision": _first_decision(journeys, facts, within),
            "state": state,
        },
        dtype=object,
    )
    given = _given(journeys, facts, within)
    paths = paths.assign(
        first=_words(given[given["number"] == 0], len(people)),
        course=_course(journeys, facts, within, given),
        second=_words(given[given["number"] == 1], len(people)),
    )
    return _counted(journeys, paths.iloc[chosen], died[chosen])


def _decided_before(journeys: Journeys, facts: Facts, seen: Ints) -> Bools:
    """Who had been discussed to a decision before the liver metastases were seen."""
    at = journeys.decided(facts.beside)
    before = at[journeys.minute[at] < seen[journeys.who[at]]]
    return np.isin(np.arange(len(seen)), journeys.who[before])


def _states(journeys: Journeys, ends: Ints) -> tuple[Bools, Words]:
    """Who had died by then, and how everybody was."""
    died = np.zeros(len(ends), np.bool_)
    state = np.where(ends > journeys.window.horizon, SHORT, ALIVE).astype(object)
    for at, gone in ((journeys.left_alive, False), (journeys.died, True)):
        at = journeys.first(np.sort(at))
        in_time = at[journeys.minute[at] < ends[journeys.who[at]]]
        state[journeys.who[in_time]] = journeys.why_words(journeys.why[in_time]) if gone else LEFT
        if gone:
            died[journeys.who[in_time]] = True
            unsaid = in_time[journeys.why_words(journeys.why[in_time]) == ""]
            state[journeys.who[unsaid]] = DIED
    return died, state


def _first_decision(journeys: Journeys, facts: Facts, within: Bools) -> Words:
    at = journeys.decided(facts.beside)
    first = journeys.first(at[within[at]])
    planned = [facts.plans.get(str(row), NO_TREATMENT) for row in journeys.why_words(journeys.why[first])]
    found = np.full(len(journeys.table), NONE, object)
    found[journeys.who[first]] = planned
    return found


def _given(journeys: Journeys, facts: Facts, within: Bools) -> pd.DataFrame:
    """What each decision led to before the next: `who, number` (from 0, of those that led to anything), `at, word`."""
    at = journeys.where(Event.TREATED)
    at = at[within[at]]
    decided = journeys.decided(facts.beside)
    decided = decided[within[decided]]
    words = journeys.why_words(journeys.why[at])
    beside = np.isin(words.astype(str), list(facts.background))
    number = np.searchsorted(decided, at) - np.searchsorted(journeys.who[decided], journeys.who[at])
    # A treatment beside others is written down in the minute of its decision, before or after it.
    following = journeys.following(at, decided)
    same = np.r_[journeys.minute, journeys.window.horizon + 1][following] == journeys.minute[at]
    given = pd.DataFrame(
        {
            "who": journeys.who[at],
            "decision": number + (beside & same),
            "beside": beside,
            "order": np.where(beside, -at, at),  # the first of the others, the last of those beside them
            "at": at,
            "word": words,
        }
    )
    given = given[given["decision"] > 0].sort_values(["who", "decision", "beside", "order"])
    given = given.drop_duplicates(["who", "decision"])
    return given.assign(number=given.groupby("who").cumcount())


def _words(given: pd.DataFrame, people: int) -> Words:
    found = np.full(people, NONE, object)
    found[given["who"].to_numpy(np.int64)] = given["word"].to_numpy()
    return found


def _course(journeys: Journeys, facts: Facts, within: Bools, given: pd.DataFrame) -> Words:
    """What was seen first after the first treatment; of those who had none, after the liver metastases were seen."""
    people = len(journeys.table)
    since = np.full(people, -1)
    first = given[given["number"] == 0]
    since[first["who"].to_numpy(np.int64)] = first["at"].to_numpy(np.int64)
    found = np.full(people, STABLE, object)
    at = np.sort(np.concatenate([journeys.where(Event.PROGRESSED), journeys.where(Event.RECURRED)]))
    decided = journeys.decided(facts.beside)
    decided = journeys.first(decided[within[decided]])
    never = np.full(people, journeys.never)
    never[journeys.who[decided]] = decided
    after = np.where(since >= 0, since, never)
    seen = journeys.first(at[within[at] & (at > after[journeys.who[at]])])
    found[journeys.who[seen]] = np.where(journeys.event[seen] == Event.RECURRED, RECURRED, PROGRESSED)
    return found


def _counted(journeys: Journeys, paths: pd.DataFrame, died: Bools) -> pd.DataFrame:
    """One row for each path. Of the dead, what never came about is `died`, from the last word there was on."""
    nothing_more = died.copy()
    columns: dict[str, Words] = {stage: paths[stage].to_numpy(object) for stage in ("found", "state")}
    for stage in reversed(STAGES[1:-1]):
        nothing_more &= paths[stage].isin((NONE, STABLE)).to_numpy(np.bool_)
        columns[stage] = np.where(nothing_more, DIED, paths[stage])
    paths = pd.DataFrame(columns)
    counts = paths.groupby(list(STAGES), as_index=False).size().rename(columns={"size": "patients"})
    return table("flows", {str(name): its.to_numpy() for name, its in counts.items()}, journeys.log.replication)
