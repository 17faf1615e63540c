"""What came of it: treatments given, survival, and what was lost while waiting.

    treatments(journeys, facts)        courses begun by treatment and year, as a table
    losses(journeys, waits)            deaths and lost eligibility while waiting by year, as a table
    survival(journeys)                 one row for each patient with newly seen liver metastases
    outcome_figures(rows, ...)         `treated.<treatment>.*`, `lost.*`, `died.*`, `count.*`
    survival_figures(rows, people)     `outcome.os_from_nelm.*`

Activity (courses, deaths, losses) belongs to the year in which it happened, whoever the patient. Survival belongs
to the patients whose liver metastases were first *seen* in the measured period, followed to the horizon.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.log import Event
from sim.measures.bundle import Rows, table
from sim.measures.endpoints import SURVIVAL_YEARS, followed
from sim.measures.facts import Facts
from sim.measures.journeys import Ints, Journeys, Outcome
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
    "died": Event.DIED,
}
WAITS_THAT_COST = {
    "between_referral_and_treatment": "referral_to_treatment",
    "between_decision_and_treatment": "decision_to_treatment",
}
LINES = ("line_1", "line_2", "line_3_or_later")


def years_of(journeys: Journeys, minutes: Ints) -> Ints:
    """The year of the measured period, from 0, of each minute."""
    return np.asarray((minutes - journeys.window.starts) // YEAR, np.int64)


def treatments(journeys: Journeys) -> pd.DataFrame:
    """Courses begun in the measured period, and how many of them were the patient's first of that treatment."""
    at = journeys.where(Event.TREATED)
    person = np.column_stack([journeys.who[at], journeys.why[at]])
    first = np.zeros(len(at), np.int64)
    first[np.unique(person, axis=0, return_index=True)[1]] = 1
    inside = journeys.measured(journeys.minute[at])
    begun = pd.DataFrame(
        {
            "treatment": journeys.why_words(journeys.why[at[inside]]),
            "year": years_of(journeys, journeys.minute[at[inside]]),
            "courses": 1,
            "first_courses": first[inside],
        }
    )
    counts = begun.groupby(["treatment", "year"], as_index=False).sum()
    return table("treatments", {str(name): its.to_numpy() for name, its in counts.items()}, journeys.log.replication)


def losses(journeys: Journeys, waits: dict[str, Waits]) -> pd.DataFrame:
    """Deaths while waiting, and treatments for which patients were no longer eligible, by year in which it happened."""
    found = []
    for group, interval in WAITS_THAT_COST.items():
        of = waits[interval].episodes
        died = of.outcome == Outcome.DIED
        # Two decisions may wait at once; a death is counted once.
        _, once = np.unique(of.who[died], return_index=True)
        found.append(("died", np.full(len(once), group, object), (of.start + of.minutes)[died][once]))
    lost = journeys.where(Event.LOST)
    found.append(("lost", journeys.why_words(journeys.why[lost]), journeys.minute[lost]))
    frames = []
    for what, words, minute in found:
        inside = journeys.measured(minute)
        year = years_of(journeys, minute[inside])
        frames.append(pd.DataFrame({"what": what, "group": words[inside], "year": year, "count": 1}))
    counts = pd.concat(frames).groupby(["what", "group", "year"], as_index=False).sum()
    return table("losses", {str(name): its.to_numpy() for name, its in counts.items()}, journeys.log.replication)


def survival(journeys: Journeys) -> pd.DataFrame:
    """Patients whose liver metastases were first seen in the measured period, from then to death or last sight."""
    people = journeys.table
    seen = people["nelm_minute"].to_numpy(np.int64)
    end, died = followed(journeys)
    rows = journeys.measured(seen)
    site = people["site"].astype(str).to_numpy() if "site" in people else np.full(len(people), "")
    return table(
        "survival",
        {
            "patient": people["patient"].to_numpy()[rows],
            "start": seen[rows],
            "days": np.maximum(end - seen, 0)[rows] / DAY,
            "died": died[rows],
            "grade": people["grade"].astype(str).to_numpy()[rows],
            "site": site[rows],
        },
        journeys.log.replication,
    )


def outcome_figures(rows: Rows, journeys: Journeys, facts: Facts, given: pd.DataFrame, lost: pd.DataFrame) -> None:
    """Yearly counts of treatments, losses and milestones of the measured period."""
    years = journeys.window.years
    names = {name: (name,) for name in {*facts.all_treatments(), *map(str, given["treatment"])}}
    for name, those in sorted((names | dict(facts.together)).items()):
        of = given[given["treatment"].isin(those)]
        rows.add(f"treated.{name}.per_year", float(of["courses"].sum()) / years, "per year")
        if name in names:
            rows.add(f"treated.{name}.first_per_year", float(of["first_courses"].sum()) / years, "per year")
    _line_figures(rows, journeys, facts)
    _lost_figures(rows, facts, lost, years)
    for name, event in COUNTED.items():
        at = journeys.where(event)
        at = at[journeys.measured(journeys.minute[at])]
        rows.add(f"count.{name}.per_year", len(at) / years, "per year")
    seen = journeys.measured(journeys.table["nelm_minute"].to_numpy(np.int64))
    rows.add("count.nelm_seen.per_year", float(seen.sum()) / years, "per year")
    undiagnosed = journeys.died[~np.isin(journeys.who[journeys.died], journeys.who[journeys.where(Event.DIAGNOSED)])]
    undiagnosed = undiagnosed[journeys.measured(journeys.minute[undiagnosed])]
    rows.add("died.undiagnosed.per_year", len(undiagnosed) / years, "per year")


def _line_figures(rows: Rows, journeys: Journeys, facts: Facts) -> None:
    """Courses by line: which of a patient's courses it is, counted from when her liver metastases were first seen.

    What runs in the background, beside other treatments, is in no line.
    """
    at = journeys.where(Event.TREATED)
    words = journeys.why_words(journeys.why[at])
    seen = journeys.table["nelm_minute"].to_numpy(np.int64)[journeys.who[at]]
    in_turn = ~np.isin(words, list(facts.background)) & (seen >= 0) & (journeys.minute[at] >= seen)
    at, words = at[in_turn], words[in_turn]
    who = journeys.who[at]
    line = np.minimum(np.arange(len(at)) - np.searchsorted(who, who), len(LINES) - 1)
    measured = journeys.measured(journeys.minute[at])
    for name in sorted({*facts.all_treatments(), *map(str, words)}):
        for number, its in enumerate(LINES):
            count = float((measured & (words == name) & (line == number)).sum())
            rate = float("nan") if name in facts.background else count / journeys.window.years
            note = "runs beside other treatments"
            rows.add(f"treated.{name}.{its}_per_year", rate, "per year", note=note)


def _lost_figures(rows: Rows, facts: Facts, lost: pd.DataFrame, years: float) -> None:
    eligible, died = lost[lost["what"] == "lost"], lost[lost["what"] == "died"]
    rows.add("lost.while_waiting.per_year", float(eligible["count"].sum()) / years, "per year")
    for name in sorted({*facts.all_treatments(), *map(str, eligible["group"])}):
        count = float(eligible.loc[eligible["group"] == name, "count"].sum())
        rows.add("lost.while_waiting.per_year", count / years, "per year", name)
    for name in WAITS_THAT_COST:
        count = float(died.loc[died["group"] == name, "count"].sum())
        rows.add(f"died.{name}.per_year", count / years, "per year")


def survival_figures(rows: Rows, people: pd.DataFrame) -> None:
    """Overall survival from the first sight of liver metastases, `outcome.os_from_nelm.y1` ... and `.median`, in
    all and by grade. A year to which nobody was followed, and a median that half did not reach, are null."""
    groups = {"all": people} | {str(grade): its for grade, its in people.groupby("grade")}
    for group, its in groups.items():
        curve = kaplan_meier(its["days"] * DAY / YEAR, its["died"])
        for year, share in zip(SURVIVAL_YEARS, read_at(curve, curve.free, SURVIVAL_YEARS, 1.0), strict=True):
            note = "follow-up is shorter" if len(its) else "nobody"
            rows.add(f"outcome.os_from_nelm.y{year}", float(share), "share", group, note)
        median = reached_by(curve, curve.incidence[0], 0.5)
        rows.add("outcome.os_from_nelm.median", median, "years", group, "not reached")
        rows.add("outcome.os_from_nelm.patients", float(len(its)), "patients", group)
