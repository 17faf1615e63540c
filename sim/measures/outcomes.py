"""What came of it: treatments given, survival, and what was lost while waiting.

    courses(journeys, facts)           courses of treatment, each with its place among the patient's
    treatments(given, ...)             those begun by treatment and year, as a table
    losses(notes, waits, ...)          deaths and lost eligibility while waiting by year, as a table
    survival(lives, ...)               one row for each patient with newly seen liver metastases
    outcome_figures(rows, ...)         `treated.<treatment>.*`, `lost.*`, `died.*`, `count.*`
    survival_figures(rows, people)     `outcome.os_from_nelm.*`

Activity (courses, deaths, losses) belongs to the year in which it happened, whoever the patient. Survival belongs
to the patients whose liver metastases were first *seen* in the measured period, followed to the horizon.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.log import Event, EventLog
from sim.measures.bundle import Rows, figures, table
from sim.measures.columns import Bools, ByPatient, Ints, each_first, in_order
from sim.measures.endpoints import SURVIVAL_YEARS
from sim.measures.facts import Facts, Window
from sim.measures.journeys import LATE, Journeys, Outcome
from sim.measures.lives import Lives
from sim.measures.notes import Notes
from sim.measures.statistics import kaplan_meier, reached_by, read_at
from sim.measures.waits import Waits
from sim.units import DAY, YEAR

COUNTED = {
    "arrived": Event.ARRIVED,
    "referred": Event.REFERRED,
    "diagnosed": Event.DIAGNOSED,
    "progressed": Event.PROGRESSED,
    "recurred": Event.RECURRED,
    "complicated": Event.COMPLICATED,
    "severely_complicated": Event.SEVERE,
    "carcinoid_crisis": Event.CRISIS,
    "converted": Event.CONVERTED,
    "died": Event.DIED,
}
WAITS_THAT_COST = {
    "between_referral_and_treatment": "referral_to_treatment",
    "between_decision_and_treatment": "decision_to_treatment",
}
LINES = ("line_1", "line_2", "line_3_or_later")


@dataclass(frozen=True)
class Courses(ByPatient):
    """Courses of treatment in the whole run, of each patient in order.

    minute      (n,) in which it begins
    treatment   (n,) its number as a reason of the log
    first       (n,) whether it is the patient's first of that treatment
    line        (n,) which of hers it is since her liver metastases were seen, of those that do not run in the
                     background: 0 first, 1 second, 2 a later one; -1 where it is in no line
    """

    minute: Ints
    treatment: npt.NDArray[np.int16]
    first: Bools
    line: npt.NDArray[np.int8]


def courses(journeys: Journeys, facts: Facts) -> Courses:
    """The courses that the log tells of."""
    at = journeys.where(Event.TREATED)
    who, why = journeys.who[at], journeys.why[at]
    first = np.zeros(len(at), np.bool_)
    of_one = in_order(who * (int(why.max(initial=0)) + 2) + why + 1)
    first[of_one] = each_first(who[of_one]) | each_first(why[of_one])
    seen = journeys.people.seen[who]
    behind = np.isin(why, journeys.why_numbers(facts.background))
    in_turn = np.flatnonzero(~behind & (seen >= 0) & (journeys.minute[at] >= seen))
    line = np.full(len(at), -1, np.int8)
    number = np.arange(len(in_turn)) - np.searchsorted(who[in_turn], who[in_turn])
    line[in_turn] = np.minimum(number, len(LINES) - 1)
    return Courses(who, journeys.minute[at], why, first, line)


def treatments(given: Courses, window: Window, bare: EventLog) -> pd.DataFrame:
    """Courses begun in the measured period, and how many of them were the patient's first of that treatment.

    bare   the log, for its names
    """
    counts, firsts = (_by_year(its.minute, its.treatment, window, bare) for its in (given, given.taking(given.first)))
    rows = [(name, year, count, firsts[name, year]) for (name, year), count in sorted(counts.items())]
    return figures("treatments", ("treatment", "year", "courses", "first_courses"), rows, bare.replication)


def _by_year(minute: Ints, why: npt.NDArray[np.int16], window: Window, bare: EventLog) -> Counter[tuple[str, int]]:
    """How many of some rows there are of each reason in each year of the measured period."""
    inside = window.holds(minute)
    year = ((minute[inside] - window.starts) // YEAR).astype(np.int64)
    found: Counter[tuple[str, int]] = Counter()
    pairs, counts = np.unique(np.column_stack([why[inside], year]), axis=0, return_counts=True)
    for (number, its_year), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        found[bare.why_name(number), its_year] += count
    return found


def lost_in_wait(waits: Waits, window: Window) -> Ints:
    """Minutes of deaths of the measured period that ended a wait. Two may wait at once; a death is counted once."""
    died = waits.taking(waits.outcome == Outcome.DIED)
    ends = died.end[each_first(died.who)]
    return ends[window.holds(ends)]


def losses(notes: Notes, waits: dict[str, Waits], window: Window, bare: EventLog) -> pd.DataFrame:
    """Deaths while waiting, and treatments for which patients were no longer eligible, by year in which it happened."""
    found: Counter[tuple[str, str, int]] = Counter()
    for group, interval in WAITS_THAT_COST.items():
        years = (lost_in_wait(waits[interval], window) - window.starts) // YEAR
        found.update(("died", group, int(year)) for year in years)
    lost = notes.of(Event.LOST)
    for (group, year), count in _by_year(lost.minute, lost.why, window, bare).items():
        found["lost", group, year] += count
    rows = [(*key, count) for key, count in sorted(found.items())]
    return figures("losses", ("what", "group", "year", "count"), rows, bare.replication)


def survival(lives: Lives, patients: pd.DataFrame, window: Window, replication: int) -> pd.DataFrame:
    """Patients whose liver metastases were first seen in the measured period, from then to death or last sight.

    patients   the patient table, in any order
    """
    chosen = np.flatnonzero(window.holds(lives.seen))
    number, seen = lives.number[chosen], lives.seen[chosen]
    order = in_order(patients["patient"].to_numpy(np.int64))[chosen]
    its = {name: patients[name].iloc[order].astype(str).to_numpy() for name in ("grade", "site") if name in patients}
    return table(
        "survival",
        {
            "patient": number,
            "start": seen,
            "days": np.maximum(lives.ends[chosen] - seen, 0) / DAY,
            "died": lives.died[chosen],
            "grade": its["grade"],
            "site": its.get("site", ""),
        },
        replication,
    )


def outcome_figures(
    rows: Rows,
    given: Courses,
    lives: Lives,
    notes: Notes,
    waits: dict[str, Waits],
    facts: Facts,
    window: Window,
    bare: EventLog,
) -> None:
    """Yearly counts of treatments, losses and milestones of the measured period."""
    _course_figures(rows, given, facts, window, bare)
    _line_figures(rows, given, facts, window, bare)
    _lost_figures(rows, notes, waits, facts, window, bare)
    for name, event in COUNTED.items():
        count = int(window.holds(notes.of(event).minute).sum())
        rows.add(f"count.{name}.per_year", count / window.years, "per year")
    rows.add("count.nelm_seen.per_year", float(window.holds(lives.seen).sum()) / window.years, "per year")
    died = notes.of(Event.DIED, window)
    undiagnosed = int((lives.diagnosed[died.who] == LATE).sum())
    rows.add("died.undiagnosed.per_year", undiagnosed / window.years, "per year")


def _by_name(why: npt.NDArray[np.int16], bare: EventLog) -> Counter[str]:
    """How many of some rows there are of each reason."""
    counts = np.bincount(why + 1)
    found: Counter[str] = Counter()
    for number in np.flatnonzero(counts).tolist():
        found[bare.why_name(number - 1)] += int(counts[number])
    return found


def _course_figures(rows: Rows, given: Courses, facts: Facts, window: Window, bare: EventLog) -> None:
    """Courses by treatment, and by kind of treatments."""
    inside = window.holds(given.minute)
    begun, first = (_by_name(given.treatment[which], bare) for which in (inside, inside & given.first))
    names = {name: (name,) for name in {*facts.all_treatments(), *begun}}
    for name, those in sorted((names | dict(facts.together)).items()):
        count = sum(begun[its] for its in {*those})
        rows.add(f"treated.{name}.per_year", float(count) / window.years, "per year")
        if name in names:
            count = sum(first[its] for its in {*those})
            rows.add(f"treated.{name}.first_per_year", float(count) / window.years, "per year")


def _line_figures(rows: Rows, given: Courses, facts: Facts, window: Window, bare: EventLog) -> None:
    """Courses by line: which of a patient's courses it is, counted from when her liver metastases were first seen.

    What runs in the background, beside other treatments, is in no line.
    """
    measured = window.holds(given.minute)
    counts = [_by_name(given.treatment[measured & (given.line == number)], bare) for number in range(len(LINES))]
    for name in sorted({*facts.all_treatments(), *_by_name(given.treatment[given.line >= 0], bare)}):
        for its, count in zip(LINES, counts, strict=True):
            rate = float("nan") if name in facts.background else float(count[name]) / window.years
            note = "runs beside other treatments"
            rows.add(f"treated.{name}.{its}_per_year", rate, "per year", note=note)


def _lost_figures(
    rows: Rows, notes: Notes, waits: dict[str, Waits], facts: Facts, window: Window, bare: EventLog
) -> None:
    lost = _by_name(notes.of(Event.LOST, window).why, bare)
    rows.add("lost.while_waiting.per_year", float(sum(lost.values())) / window.years, "per year")
    for name in sorted({*facts.all_treatments(), *lost}):
        rows.add("lost.while_waiting.per_year", float(lost[name]) / window.years, "per year", name)
    for name, interval in WAITS_THAT_COST.items():
        died = float(len(lost_in_wait(waits[interval], window)))
        rows.add(f"died.{name}.per_year", died / window.years, "per year")


def lost_by_grade(rows: Rows, notes: Notes, lives: Lives, patients: pd.DataFrame, window: Window) -> None:
    """Lost eligibility by grade: who waits for what may be lost differs by grade, and so does how soon it is.

    patients   the patient table, in any order
    """
    order = in_order(patients["patient"].to_numpy(np.int64))
    grade = patients["grade"].iloc[order].astype(str).to_numpy()
    lost = grade[notes.of(Event.LOST, window).who].tolist()
    for name in sorted({*grade.tolist()}):
        rows.add("lost.while_waiting.per_year", lost.count(name) / window.years, "per year", name)


def survival_figures(rows: Rows, people: pd.DataFrame) -> None:
    """Overall survival from the first sight of liver metastases, `outcome.os_from_nelm.y1` ... and `.median`, in
    all and by grade. A year to which nobody was followed, and a median that half did not reach, are null."""
    grade, days, died = (people[name].to_numpy() for name in ("grade", "days", "died"))
    time = days * DAY / YEAR
    groups = {"all": np.ones(len(people), np.bool_)} | {str(its): grade == its for its in sorted({*grade.tolist()})}
    for group, chosen in groups.items():
        count = int(chosen.sum())
        curve = kaplan_meier(time[chosen], died[chosen])
        for year, share in zip(SURVIVAL_YEARS, read_at(curve, curve.free, SURVIVAL_YEARS, 1.0), strict=True):
            note = "follow-up is shorter" if count else "nobody"
            rows.add(f"outcome.os_from_nelm.y{year}", float(share), "share", group, note)
        median = reached_by(curve, curve.incidence[0], 0.5)
        rows.add("outcome.os_from_nelm.median", median, "years", group, "not reached")
        rows.add("outcome.os_from_nelm.patients", float(count), "patients", group)
