"""From the logs of a replication to its measures, and from the measures of all replications to the answer.

    measure(log, patients, window, facts)   everything that is measured of one replication (`Measures`)
    measure_parts(log, parts, ...)          the same of a log that comes in parts, by patients
    littles_law(log, ...)                   Little's law, queue by queue
    summarise(kpis)                         each figure over the replications: mean, spread, 95 % interval
    pooled_survival(people, ...)            survival of all replications together, with intervals
    pooled_waits(waits, ...)                shares treated, dead and otherwise ended by time since the start

`measure` is what one worker computes; the logs can be dropped afterwards. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem
from sim.log import EVENT_COLUMNS, EventLog, Rows
from sim.measures import endpoints, flows, hitches, meetings, outcomes, queues, sessions, stage, symptoms, waits
from sim.measures.bundle import Measures, rows_of_figures, table
from sim.measures.bundle import Rows as KpiRows
from sim.measures.capacity import HospitalLog, list_figures, occupancy, offer_figures, place_figures
from sim.measures.facts import Facts, Window
from sim.measures.gathered import Gathered, gathered, merged
from sim.measures.journeys import OUTCOMES, Journeys, Outcome, People
from sim.measures.statistics import (
    Floats,
    aalen_johansen,
    jackknife,
    kaplan_meier,
    mean_interval,
    number_at_risk,
    read_at,
)
from sim.measures.years import single_years, spread
from sim.units import DAY, YEAR

SUMMARY_COLUMNS = ("kpi", "group", "unit", "mean", "sd", "lower", "upper", "replications", "missing", "note")


def measure(log: EventLog, patients: pd.DataFrame, window: Window, facts: Facts) -> Measures:
    """Everything that is measured of one replication.

    log        its two logs
    patients   one row for each patient: `patient`, `grade`, `nelm_at_symptom`, `nelm_minute` (minute in which liver
               metastases were first seen, -1 never), optionally `site` and `ecog`; other columns are not looked at
    window     the measured period
    facts      what the names in the log mean
    returns    `Measures`; nothing in it depends on the order of the rows of `patients`

    InputError if the patient table or the facts do not belong to the log.
    """
    _same_resources(log, facts)
    people = People.of(patients)
    of = gathered(Journeys(log, people, window), facts)
    return _measures(of, HospitalLog(log), patients, window, facts)


def measure_parts(
    log: EventLog,
    parts: Iterable[Rows | np.ndarray],
    hospital_rows: Iterable[np.ndarray],
    patients: pd.DataFrame,
    window: Window,
    facts: Facts,
) -> Measures:
    """The same of a log that comes in parts, which are read one after the other and not kept.

    log              its names and its number; its rows are not looked at
    parts            rows of the patients' log: each part (rows, 8), sorted as a log is, all rows of some patients
    hospital_rows    rows of the resources' log: (rows, 6), part after part in order of time
    others           as for `measure`, of all patients

    InputError as for `measure`, and if a patient has rows in two parts.
    """
    _same_resources(log, facts)
    people = People.of(patients)
    hospital = HospitalLog(log, hospital_rows)
    missing = np.ones(len(people), np.bool_)
    found, rows = [], []
    for part in parts:
        one = replace(log, events=part)
        its = people.rows_of(np.unique(one.events_column("patient")))
        _new(people.number[its[~missing[its]]])
        missing[its] = False
        found.append(gathered(Journeys(one, people.taking(its), window), facts))
        rows.append(its)
    its = np.flatnonzero(missing)
    nobody = replace(log, events=np.empty((0, len(EVENT_COLUMNS)), np.int64))
    found.append(gathered(Journeys(nobody, people.taking(its), window), facts))
    return _measures(merged(found, [*rows, its]), hospital, patients, window, facts)


def _new(again: np.ndarray) -> None:
    """InputError for patients who were in another part already."""
    if len(again):
        raise InputError(
            Problem(
                path="parts",
                found=f"rows of patient {again[0]} in two parts",
                expected="all rows of a patient in one part",
                todo="part a log by patients, not by time",
            )
        )


def _measures(of: Gathered, hospital: HospitalLog, patients: pd.DataFrame, window: Window, facts: Facts) -> Measures:
    """The figures and tables from what was gathered."""
    bare = hospital.log
    rows = KpiRows()
    waits.interval_figures(rows, of.waits, facts, window)
    lines = queues.lines(of.visits, queues.competing_queues(hospital, window), hospital.numbers)
    queues.queue_figures(rows, lines, window)
    queues.growth_figures(rows, lines, window)
    queues.listed_figures(rows, of.visits, of.removals, facts, window, bare)
    list_figures(rows, of.notes, hospital, facts, window)
    place_figures(rows, of.place_minutes, hospital, facts, window)
    offer_figures(rows, of.notes, hospital, facts, window)
    cancellations = hitches.hitches(of.notes, hospital, window)
    hitches.hitch_figures(rows, cancellations, of.notes, hospital, facts, window)
    if facts.board:
        meetings.meeting_figures(rows, of.notes, hospital, facts, window)
    outcomes.outcome_figures(rows, of.courses, of.lives, of.notes, of.waits, facts, window, bare)
    outcomes.lost_by_grade(rows, of.notes, of.lives, patients, window)
    sessions.session_figures(rows, of.gaps, facts, window)
    stage.stage_figures(rows, of.lives, patients, window)
    people = outcomes.survival(of.lives, patients, window, bare.replication)
    outcomes.survival_figures(rows, people)
    endpoints.endpoint_figures(rows, of.lives, of.cleared, window, bare)
    told = {"symptomatic": of.symptoms_told, "frail": "ecog" in patients}
    symptoms.symptom_figures(rows, of.lives, of.spells, told, window)
    return Measures(
        kpis=rows.frame(bare.replication),
        waits=waits.wait_table(of.waits, of.visits, of.lives, facts, window, bare),
        queues=queues.weekly_lengths(lines, window, bare.replication),
        occupancy=occupancy(hospital, facts, window),
        survival=people,
        treatments=outcomes.treatments(of.courses, window, bare),
        cancellations=hitches.hitch_table(cancellations, bare.replication),
        board=meetings.meetings(of.notes, hospital, facts, window) if facts.board else table("board", {}),
        losses=outcomes.losses(of.notes, of.waits, window, bare),
        flows=flows.flows(of.paths, bare.replication),
        years=single_years(of, hospital, lines, facts, window),
    )


def littles_law(log: EventLog, patients: pd.DataFrame, window: Window, facts: Facts) -> pd.DataFrame:
    """Little's law for every queue of a replication, own patients and competing cases apart (`queues.little`).

    returns   `resource, who, length, per_day, days, product`; over a long period `product` is near `length`
    """
    _same_resources(log, facts)
    visits, _ = queues.queueing(Journeys(log, People.of(patients), window))
    hospital = HospitalLog(log)
    return queues.little(queues.lines(visits, queues.competing_queues(hospital, window), hospital.numbers), window)


def _same_resources(log: EventLog, facts: Facts) -> None:
    logged, told = set(log.names["resources"]), set(facts.kinds)
    if logged != told:
        raise InputError(
            Problem(
                path="facts.kinds",
                found=", ".join(sorted(told)) or "no resource",
                expected="the resources of the log: " + ", ".join(sorted(logged)),
                todo="say of each resource of the log, and of no other, whether it is a list, a place or an offer",
            )
        )


def summarise(kpis: pd.DataFrame | Iterable[pd.DataFrame], years: pd.DataFrame | None = None) -> pd.DataFrame:
    """Each figure over the replications, one row each, in the order in which the figures were written.

    kpis      the KPI tables of the replications, or one table that holds them all
    years     the bundle's table of single years; without it nothing is said of them
    returns   `kpi, group, unit, mean, sd, lower, upper, replications, missing, note`: mean and 95 % t-interval over
              the replications that have the figure (`replications`); `missing` is how many have not, and `note`
              says why. A number of something per year, or a number of waits, patients or cases, that a replication
              does not mention is 0. With `years` also `year_low, year_high, years`: between what nine in ten single
              years lie, and how many single years tell of it (0 where none can).
    """
    whole = kpis if isinstance(kpis, pd.DataFrame) else pd.concat(list(kpis), ignore_index=True)
    runs = int(whole["replication"].nunique())
    found = []
    every, note = whole["value"].to_numpy(np.float64), whole["note"].to_numpy(object)
    for (kpi, group, unit), its in rows_of_figures(whole).items():
        values = every[its]
        if unit in COUNTS:
            values = np.r_[values, np.zeros(runs - len(values))]
        mean, sd, lower, upper, n = mean_interval(values)
        notes = [its_note for its_note in dict.fromkeys(note[its]) if its_note]
        found.append((kpi, group, unit, mean, sd, lower, upper, n, runs - n, "; ".join(notes)))
    summary = pd.DataFrame(found, columns=pd.Index(SUMMARY_COLUMNS))
    if years is None:
        return summary
    summary = summary.merge(spread(years), how="left", on=["kpi", "group"])
    return summary.astype({"year_low": "float64", "year_high": "float64"}).assign(
        years=summary["years"].fillna(0).astype("int64")
    )


COUNTS = frozenset({"per year", "minutes per year", "waits", "patients"})


def pooled_survival(people: pd.DataFrame, years: Sequence[float] | Floats, replications: Sequence[int]) -> pd.DataFrame:
    """Overall survival from the first sight of liver metastases, all replications together (Kaplan-Meier).

    people         the bundle's table `survival`
    years          (m,) when to read the curve
    replications   all of the run's, also those in which nobody was seen
    returns        `group` (all, and each grade), `years, share, lower, upper, at_risk`; the interval is a jackknife
                   over replications; `at_risk` is their sum
    """
    at = np.asarray(years, np.float64)
    groups = {"all": people} | {str(grade): its for grade, its in people.groupby("grade")}
    found = []
    for group, its in groups.items():
        time, died = its["days"].to_numpy() * DAY / YEAR, its["died"].to_numpy(np.bool_)

        def curve(rows: np.ndarray, time: np.ndarray = time, died: np.ndarray = died) -> Floats:
            its_curve = kaplan_meier(time[rows], died[rows])
            return read_at(its_curve, its_curve.free, at, 1.0)

        share, lower, upper = _pooled(curve, its["replication"].to_numpy(), replications)
        columns = {"group": group, "years": at, "share": share, "lower": lower, "upper": upper}
        found.append(pd.DataFrame(columns | {"at_risk": number_at_risk(time, at)}))
    return pd.concat(found, ignore_index=True)


def pooled_waits(waits: pd.DataFrame, days: Sequence[float] | Floats, replications: Sequence[int]) -> pd.DataFrame:
    """Shares of those who started a wait, by how it had ended by a time (Aalen-Johansen), all replications together.

    waits          rows of the bundle's table `waits`: one interval, one group
    days           (m,) when to read the curves
    replications   all of the run's
    returns        `outcome` (reached, died, ended), `days, share, lower, upper`; the interval is a jackknife over
                   replications
    """
    at = np.asarray(days, np.float64)
    time = waits["days"].to_numpy(np.float64)
    cause = pd.Categorical(waits["outcome"], categories=list(OUTCOMES)).codes.astype(np.int64)
    found = []
    for outcome in (Outcome.REACHED, Outcome.DIED, Outcome.ENDED):

        def curve(rows: np.ndarray, which: int = outcome - 1) -> Floats:
            curves = aalen_johansen(time[rows], cause[rows], len(Outcome) - 1)
            return read_at(curves, curves.incidence[which], at, 0.0)

        share, lower, upper = _pooled(curve, waits["replication"].to_numpy(), replications)
        columns = {"outcome": outcome.name.lower(), "days": at, "share": share, "lower": lower, "upper": upper}
        found.append(pd.DataFrame(columns))
    return pd.concat(found, ignore_index=True)


def _pooled(
    curve: Callable[[np.ndarray], Floats], replication: np.ndarray, replications: Sequence[int]
) -> tuple[Floats, Floats, Floats]:
    """A curve from all rows, with its interval from leaving out one replication at a time, kept between 0 and 1."""
    whole = curve(np.ones(len(replication), np.bool_))
    lower, upper = jackknife(whole, [curve(replication != run) for run in replications])
    return whole, np.clip(lower, 0, 1), np.clip(upper, 0, 1)
