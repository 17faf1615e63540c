"""From the logs of a replication to its measures, and from the measures of all replications to the answer.

    measure(log, patients, window, facts)   everything that is measured of one replication (`Measures`)
    littles_law(log, ...)                   Little's law, queue by queue
    summarise(kpis)                         each figure over the replications: mean, spread, 95 % interval
    pooled_survival(people, ...)            survival of all replications together, with intervals
    pooled_waits(waits, ...)                shares treated, dead and otherwise ended by time since the start

`measure` is what one worker computes; the logs can be dropped afterwards. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem
from sim.log import EventLog
from sim.measures import endpoints, flows, hitches, meetings, outcomes, queues, symptoms, waits
from sim.measures.bundle import Measures, Rows, table
from sim.measures.capacity import HospitalLog, list_figures, occupancy, offer_figures, place_figures
from sim.measures.facts import Facts, Window
from sim.measures.journeys import OUTCOMES, Journeys, Outcome
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
               metastases were first seen, -1 never), optionally `site`; other columns are not looked at
    window     the measured period
    facts      what the names in the log mean
    returns    `Measures`; nothing in it depends on the order of the rows of `patients`

    InputError if the patient table or the facts do not belong to the log.
    """
    _same_resources(log, facts)
    journeys = Journeys(log, patients, window)
    hospital = HospitalLog(log)
    rows = Rows()
    intervals = waits.waiting(journeys, facts)
    waits.interval_figures(rows, intervals, journeys, facts)
    visits = queues.queueing(journeys)
    lines = queues.lines(visits, queues.competing_queues(log, window), facts)
    queues.queue_figures(rows, lines, window)
    queues.growth_figures(rows, lines, window)
    queues.listed_figures(rows, visits, journeys, facts)
    list_figures(rows, hospital, facts, window)
    place_figures(rows, journeys, hospital, facts)
    offer_figures(rows, hospital, facts, window)
    cancellations = hitches.hitches(journeys, hospital)
    hitches.hitch_figures(rows, cancellations, hospital, facts, window)
    if facts.board:
        meetings.meeting_figures(rows, journeys, hospital, facts)
    given, lost = outcomes.treatments(journeys), outcomes.losses(journeys, intervals)
    outcomes.outcome_figures(rows, journeys, facts, given, lost)
    people = outcomes.survival(journeys)
    outcomes.survival_figures(rows, people)
    endpoints.endpoint_figures(rows, journeys)
    symptoms.symptom_figures(rows, journeys)
    episodes = [its.frame(journeys) for its in [*intervals.values(), visits]]
    return Measures(
        kpis=rows.frame(log.replication),
        waits=pd.concat([frame for frame in episodes if len(frame)] or episodes[:1], ignore_index=True),
        queues=queues.weekly_lengths(lines, window, log.replication),
        occupancy=occupancy(hospital, facts, window),
        survival=people,
        treatments=given,
        cancellations=cancellations,
        board=meetings.meetings(hospital, facts, window) if facts.board else table("board", {}),
        losses=lost,
        flows=flows.flows(journeys, facts),
        years=single_years(journeys, hospital, facts, intervals, lines),
    )


def littles_law(log: EventLog, patients: pd.DataFrame, window: Window, facts: Facts) -> pd.DataFrame:
    """Little's law for every queue of a replication, own patients and competing cases apart (`queues.little`).

    returns   `resource, who, length, per_day, days, product`; over a long period `product` is near `length`
    """
    _same_resources(log, facts)
    visits = queues.queueing(Journeys(log, patients, window))
    return queues.little(queues.lines(visits, queues.competing_queues(log, window), facts), window)


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
    for (kpi, group, unit), its in whole.groupby(["kpi", "group", "unit"], sort=False):
        values = its["value"].to_numpy(np.float64)
        if unit in COUNTS:
            values = np.r_[values, np.zeros(runs - len(values))]
        mean, sd, lower, upper, n = mean_interval(values)
        notes = [note for note in its["note"].unique() if note]
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
