"""The same patient under two scenarios: who is better off and who worse, and where a journey takes another way.

    same_people(a, b)           whether two runs are about the same patients
    pairs(a, b)                 one row for each patient and question: treated sooner? longer alive?
    shares(pairs)               what share of them is better off, worse off, unchanged
    journey(a, b, ...)          two journeys side by side, and the first event in which they part

A replication of two scenarios with one seed has the same patients: whatever happens to one by chance happens at her
own address, and not in the order of events. So patient 12 of replication 3 is one person, and what differs between her
two journeys is what the scenarios did, or what followed from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.batch import Run
from sim.errors import InputError, Problem
from sim.log import Event, EventLog
from sim.measures.statistics import mean_interval
from sim.running import window_of
from sim.store import Replication
from sim.units import DAY, day_and_time

Ints = npt.NDArray[np.int64]

BETTER, WORSE, SAME, UNLIKE = "better", "worse", "unchanged", "not comparable"
WAITS = ("referral_to_treatment", "decision_to_treatment")
PAIR_COLUMNS = ("replication", "patient", "question", "nelm", "outcome_reference", "outcome", "change", "verdict")


@dataclass(frozen=True)
class _Lives:
    """The patients of a replication: when each had her first symptom, until when she lived, liver metastases or not.

    arrived   (n,) minute
    until     (n,) minute of death, or the horizon
    nelm      (n,) liver metastases there at first symptom, or seen at any time
    """

    arrived: Ints
    until: Ints
    nelm: npt.NDArray[np.bool_]


def _lives(its: Replication, horizon: int) -> _Lives:
    people = its.patients.sort_values("patient")
    until = np.full(len(people), horizon, np.int64)
    events = its.log.events
    died = events[events[:, 3] == Event.DIED]
    until[np.searchsorted(people["patient"].to_numpy(np.int64), died[:, 0])] = died[:, 2]
    nelm = people["nelm_at_symptom"].to_numpy(np.bool_) | (people["nelm_minute"].to_numpy(np.int64) >= 0)
    return _Lives(people["arrived"].to_numpy(np.int64), until, nelm)


def pairs(a: Run, b: Run) -> pd.DataFrame | None:
    """Each patient under two scenarios, or None where they are not the same patients.

    a, b      runs with the same seed and periods; the replications that both have are looked at
    returns   one row for each replication, patient and question:
              `question`   survival (of all who entered in the measured years), or the name of a wait
              `nelm`       liver metastases there or seen, in either
              `outcome_reference`, `outcome`   of waits: reached, died, ended, censored, or absent
              `change`     minutes longer alive until the horizon, or days longer waited; NaN where one was not reached
              `verdict`    better, worse, unchanged or not comparable, for the patient under `b`. Less than a day
                           is unchanged; who was treated under one only, and died or still waited under the other, is
                           better or worse off; where the wait ended otherwise in one, it is not comparable
    """
    found = []
    window = window_of(a.scenario)
    for number in sorted(set(a.numbers) & set(b.numbers)):
        one, two = (_lives(run.replication(number), window.horizon) for run in (a, b))
        if not np.array_equal(one.arrived, two.arrived):
            return None
        entered = np.flatnonzero((one.arrived >= window.starts) & (one.arrived < window.ends))
        change = (two.until - one.until)[entered]
        nelm = one.nelm | two.nelm
        found.append(
            pd.DataFrame(
                {
                    "replication": number,
                    "patient": entered,
                    "question": "survival",
                    "nelm": nelm[entered],
                    "outcome_reference": np.where(one.until[entered] < window.horizon, "died", "censored"),
                    "outcome": np.where(two.until[entered] < window.horizon, "died", "censored"),
                    "change": change.astype(np.float64),
                    "verdict": np.select([change >= DAY, change <= -DAY], [BETTER, WORSE], SAME),
                }
            )
        )
        waits = [run.measures.waits[run.measures.waits["replication"] == number] for run in (a, b)]
        found += [_waits(waits[0], waits[1], name, nelm) for name in WAITS]
    return pd.concat(found, ignore_index=True)[list(PAIR_COLUMNS)] if found else None


def _waits(a: pd.DataFrame, b: pd.DataFrame, name: str, nelm: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """One wait of each patient, the first of its kind in the measured period, under two scenarios."""
    key = ["replication", "patient"]
    first = [
        its[its["interval"] == name].sort_values([*key, "start"], kind="stable").drop_duplicates(key) for its in (a, b)
    ]
    both = first[0].merge(first[1], "outer", key, suffixes=("_a", "_b"))
    outcome = [both[f"outcome_{side}"].fillna("absent").astype(str).to_numpy() for side in "ab"]
    reached = [its == "reached" for its in outcome]
    waited_in_vain = [np.isin(its, ["died", "censored"]) for its in outcome]
    change = np.where(reached[0] & reached[1], (both["days_b"] - both["days_a"]).to_numpy(np.float64), np.nan)
    alike = np.isin(outcome[0], ["died", "censored", "ended"]) & (outcome[0] == outcome[1])
    verdict = np.select(
        [
            (change <= -1) | (reached[1] & waited_in_vain[0]),
            (change >= 1) | (reached[0] & waited_in_vain[1]),
            (np.abs(change) < 1) | alike,
        ],
        [BETTER, WORSE, SAME],
        UNLIKE,
    )
    return pd.DataFrame(
        {
            "replication": both["replication"].astype(np.int64),
            "patient": both["patient"].astype(np.int64),
            "question": name,
            "nelm": nelm[both["patient"].to_numpy(np.int64)],
            "outcome_reference": outcome[0],
            "outcome": outcome[1],
            "change": change,
            "verdict": verdict,
        }
    )


def shares(people: pd.DataFrame) -> pd.DataFrame:
    """What share of the patients is better off, worse off, unchanged, by question, for all and for those with NELM.

    people    as `pairs` gives it
    returns   `question, group, patients, better, worse, unchanged, not_comparable`, the shares of the comparable ones
              `share_better, share_worse, share_unchanged`, 95 % intervals over the replications of the first two, and
              `mean_change`, over those for whom it is known, unchanged ones too [days]
    """
    found = []
    for question, asked in people.groupby("question", sort=False):
        for group, its in (("all", asked), ("nelm", asked[asked["nelm"]])):
            count = its["verdict"].value_counts()
            better, worse, same = (int(count.get(word, 0)) for word in (BETTER, WORSE, SAME))
            compared = better + worse + same
            days = its["change"] / (DAY if question == "survival" else 1)
            row = {
                "question": str(question),
                "group": group,
                "patients": compared,
                "better": better,
                "worse": worse,
                "unchanged": same,
                "not_comparable": int(count.get(UNLIKE, 0)),
                "mean_change": float(days.mean()) if days.notna().any() else float("nan"),
            }
            comparable = its[its["verdict"] != UNLIKE]
            for word, number in ((BETTER, better), (WORSE, worse)):
                by_run = (comparable["verdict"] == word).groupby(comparable["replication"]).mean()
                _, _, lower, upper, _ = mean_interval(by_run.to_numpy(np.float64))
                row[f"share_{word}"] = number / compared if compared else float("nan")
                row[f"share_{word}_lower"], row[f"share_{word}_upper"] = max(lower, 0.0), min(upper, 1.0)
            row["share_unchanged"] = same / compared if compared else float("nan")
            found.append(row)
    return pd.DataFrame(found)


@dataclass(frozen=True)
class Entry:
    """One row of a journey, in words, so that two scenarios with other resources can be compared.

    minute   when
    event    what happened
    where    step, resource and reason
    value    what the log says with it
    """

    minute: int
    event: str
    where: str
    value: int

    def line(self) -> str:
        """The row for a reader."""
        note = day_and_time(self.value) if self.event == "booked" else str(self.value) if self.value > 0 else ""
        return f"{day_and_time(self.minute):>15}  {self.event:<11} {'  '.join(w for w in (self.where, note) if w)}"


@dataclass(frozen=True)
class Journey:
    """One patient under two scenarios.

    names         of the scenarios
    replication   her replication
    patient       her number
    who           what she is, from the patient table
    entries       her rows under the one and under the other
    common        how many rows, from the beginning, are the same
    """

    names: tuple[str, str]
    replication: int
    patient: int
    who: Mapping[str, str]
    entries: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    common: int

    @property
    def parts(self) -> bool:
        """Do the journeys part at all?"""
        return any(len(rows) > self.common for rows in self.entries)

    @property
    def parted(self) -> str:
        """The first event in which they part, in a sentence."""
        if not self.parts:
            return f"Both journeys are the same, event by event, {self.common} of them."
        told = []
        for name, rows in zip(self.names, self.entries, strict=True):
            if len(rows) > self.common:
                row = rows[self.common]
                told.append(f"under {name}, {day_and_time(row.minute)}: {row.event} {row.where}".rstrip())
            else:
                told.append(f"under {name} nothing more happens")
        after = "1 event" if self.common == 1 else f"{self.common} events"
        return f"They part after {after}. First " + "; ".join(told) + "."

    def text(self, width: int = 64) -> str:
        """Both journeys for a terminal: what is common once, then side by side.

        width   of one of the two columns, in characters
        """
        who = ", ".join(f"{name} {value}" for name, value in self.who.items())
        lines = [f"Patient {self.patient} of replication {self.replication}: {who}", self.parted, ""]
        lines += [row.line() for row in self.entries[0][: self.common]]
        if self.parts:
            lines += ["", f"{self.names[0]:<{width}} | {self.names[1]}", f"{'-' * width}-+-{'-' * width}"]
            for pair in zip_longest(*(rows[self.common :] for rows in self.entries)):
                left, right = (row.line()[:width] if row else "" for row in pair)
                lines.append(f"{left:<{width}} | {right}".rstrip())
        return "\n".join(lines)


def journey(a: Run, b: Run, names: tuple[str, str], patient: int, replication: int = 0) -> Journey:
    """One patient's two journeys.

    a, b          runs of two scenarios with the same patients
    names         of the two
    patient       her number
    replication   hers
    InputError for a patient or a replication that is not there, or where the patients are not the same.
    """
    known = sorted(set(a.numbers) & set(b.numbers))
    if replication not in known:
        expected = f"one of the replications of both, {known[0]} to {known[-1]}" if known else "a replication of both"
        raise InputError(Problem(path="--replication", found=str(replication), expected=expected))
    both = [run.replication(replication) for run in (a, b)]
    people = both[0].patients.set_index("patient").sort_index()
    others = both[1].patients.set_index("patient").sort_index()
    if not people["arrived"].equals(others["arrived"]):
        raise InputError(
            Problem(
                path="--patient",
                found="patients who are not the same people under the two scenarios: seed, periods or arrivals differ",
                expected="scenarios with the same seed, periods and arrivals",
            )
        )
    if patient not in people.index:
        expected = f"a patient of replication {replication}, "
        expected += f"{people.index[0]} to {people.index[-1]}" if len(people) else "of whom there are none"
        raise InputError(Problem(path="--patient", found=str(patient), expected=expected))
    who = {name: str(people.loc[patient, name]) for name in ("grade", "site", "age", "sex") if name in people}
    if "age" in who:
        who["age"] = f"{float(who['age']):.0f}"
    entries = (_entries(both[0].log, patient), _entries(both[1].log, patient))
    same = 0
    for one, two in zip(*entries, strict=False):
        if one != two:
            break
        same += 1
    return Journey(names, replication, patient, who, entries, same)


def _entries(log: EventLog, patient: int) -> tuple[Entry, ...]:
    mine = log.events[log.events[:, 0] == patient]
    empty = log.resources[:0]
    frame = EventLog(mine, empty, log.names, log.replication).events_frame()
    words = frame[["step", "resource", "why"]].astype(object).fillna("")
    where = [": ".join(filter(None, (step, resource, why))) for step, resource, why in words.itertuples(index=False)]
    return tuple(
        Entry(int(minute), str(event), place, int(value))
        for minute, event, place, value in zip(frame["minute"], frame["event"], where, frame["value"], strict=True)
    )
