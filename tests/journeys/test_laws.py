"""What must hold in any hospital, looked for in the finished logs of the reference centre."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.clinic.boardfile import read_board
from sim.measures import littles_law
from sim.running import facts_of, window_of

AFTER_LEAVING = {"finished", "released"}


@pytest.fixture(scope="module")
def logs(short_runs) -> list[pd.DataFrame]:
    """The patients' logs in words, as text."""
    frames = [run.log.events_frame() for run in short_runs]
    return [
        frame.assign(**{name: frame[name].astype(str) for name in ("event", "step", "resource", "why")})
        for frame in frames
    ]


@pytest.fixture(scope="module")
def happenings(short_runs) -> list[pd.DataFrame]:
    """The resources' logs in words, as text."""
    frames = [run.log.resources_frame() for run in short_runs]
    return [
        frame.assign(**{name: frame[name].astype(str) for name in ("event", "resource", "why")}) for frame in frames
    ]


def test_littles_law_holds_in_every_queue(short, short_runs):
    """Mean length against rate of joining times mean wait; they differ by what hangs over the ends of the period.

    Where only a handful join and wait for months, as for a graft, that is most of it: such a queue proves nothing.
    """
    for run in short_runs:
        law = littles_law(run.log, run.patients, window_of(short), facts_of(short, read_board()))
        assert set(law["resource"]) == set(short.resources)
        handful = law["per_day"] * (short.run.measured_until - short.run.measured_from) / 1440 < 10
        assert set(law["resource"][handful & (law["length"] > 0)]) <= {"grafts"}
        law = law[~handful]
        assert law["length"].to_numpy() == pytest.approx(law["product"].to_numpy(), rel=0.12, abs=0.05)
        assert (law["length"] > 0.2).sum() >= 15  # long enough for a mistake to show


def test_utilisation_is_never_above_1(short, short_runs):
    """Of all lists and places; an offer is not used, but taken or lost."""
    used_up = {f"use.{name}.share" for name, its in short.resources.items() if its.kind != "offer"}
    assert len(used_up) == 16
    for run in short_runs:
        kpis = run.measures.kpis
        used = kpis[kpis["kpi"].str.fullmatch(r"use\..*\.share")]
        assert set(used["kpi"]) == used_up
        assert used["value"].between(0, 1).all()


def test_no_sitting_is_used_for_longer_than_it_lasts(happenings):
    for rows in happenings:
        opened, closed = (rows[rows["event"] == event].groupby("resource")["value"] for event in ("opened", "closed"))
        assert (closed.sum() <= opened.sum()).all()
        assert (closed.max() <= opened.max()).all()


def test_no_more_places_are_in_use_than_there_are(happenings):
    checked = 0
    for rows in happenings:
        for _, its in rows[rows["event"].isin(["occupied", "capacity"])].groupby("resource"):
            capacity = its["value"].where(its["event"] == "capacity").ffill()
            occupied = its["value"].where(its["event"] == "occupied").ffill().fillna(0)
            assert (occupied <= capacity).all()
            assert (occupied >= 0).all()
            checked += len(its)
    assert checked > 1000


def test_every_journey_begins_with_arriving_and_ends_once(logs, short_runs):
    for rows, run in zip(logs, short_runs, strict=True):
        last = rows[rows["event"].isin(["died", "left"])]
        assert last["patient"].is_unique
        assert set(last["patient"]) == set(run.patients["patient"])
        first = rows.sort_values(["patient", "n"]).drop_duplicates("patient")
        assert set(first["event"]) == {"arrived"}


def test_nothing_happens_to_anybody_after_death_and_nothing_begins_after_leaving(logs):
    for rows in logs:
        ended = rows[rows["event"].isin(["died", "left"])].set_index("patient")
        after = rows[rows["n"].to_numpy() > ended["n"].loc[rows["patient"]].to_numpy()]
        assert set(after["event"]) <= AFTER_LEAVING
        assert not after["patient"].isin(ended.index[ended["event"] == "died"]).any()


def test_a_patients_rows_are_numbered_without_gaps_and_never_go_back_in_time(logs):
    for rows in logs:
        ordered = rows.sort_values(["patient", "n"])
        same = ordered["patient"].diff() == 0
        assert (ordered["n"].diff()[same] == 1).all()
        assert (ordered["minute"].diff()[same] >= 0).all()


def test_what_is_finished_had_started_and_lasted_as_planned(logs):
    """Of one patient at one resource on the lists, where at most one thing of hers runs at a time."""
    seen = 0
    for rows in logs:
        lists = rows[
            rows["resource"].isin(["ct", "mri", "pet", "biopsy", "board", "theatre", "ir_list", "prrt", "navigator"])
        ]
        runs = lists[lists["event"].isin(["called", "started", "finished"])].sort_values(["patient", "resource", "n"])
        before = runs.shift()
        same = (runs["patient"] == before["patient"]) & (runs["resource"] == before["resource"])
        started = runs[runs["event"] == "started"].index
        assert (before.loc[started, "event"] == "called").all()
        assert (before.loc[started, "minute"] == runs.loc[started, "minute"]).all()
        finished = runs[runs["event"] == "finished"].index
        assert same[finished].all()
        assert (before.loc[finished, "event"] == "started").all()
        assert (runs.loc[finished, "minute"] - before.loc[finished, "minute"] == runs.loc[finished, "value"]).all()
        seen += len(finished)
    assert seen > 1000


def test_nobody_is_called_who_was_not_booked_and_nobody_before_she_joined(short, logs):
    names = [name for name, its in short.resources.items() if its.kind == "list"]
    for rows in logs:
        queue = rows[rows["event"].isin(["joined", "booked", "called", "cancelled", "missed", "withdrawn"])]
        lists = queue[queue["resource"].isin(names)]
        ordered = lists.sort_values(["patient", "resource", "n"])
        before = ordered["event"].shift()
        called = ordered["event"] == "called"
        assert set(before[called]) == {"booked"}
        assert set(before[ordered["event"] == "booked"]) <= {"joined", "cancelled", "missed"}
        assert set(before[ordered["event"] == "missed"]) == {"booked"}


def test_nobody_is_treated_before_she_is_diagnosed_and_decided_on(logs):
    for rows in logs:
        first = {event: rows[rows["event"] == event].groupby("patient")["minute"].min() for event in
                 ("referred", "diagnosed", "decided", "treated")}  # fmt: skip
        treated = first["treated"]
        assert len(treated) > 100
        for earlier, later in (("referred", "diagnosed"), ("diagnosed", "decided"), ("decided", "treated")):
            assert (first[earlier].loc[treated.index] <= first[later].loc[treated.index]).all()


def test_the_dead_of_the_log_are_the_dead_of_cancer_treatment_and_other_causes(logs):
    for rows in logs:
        assert set(rows.loc[rows["event"] == "died", "why"]) <= {"cancer", "treatment", "other_cause"}
        assert set(rows.loc[rows["event"] == "left", "why"]) <= {"horizon", "discharged"}


def test_diagnosis_in_the_table_is_diagnosis_in_the_log(logs, short_runs):
    for rows, run in zip(logs, short_runs, strict=True):
        told = rows[rows["event"] == "diagnosed"].set_index("patient")["minute"]
        table = run.patients.set_index("patient")["diagnosed_minute"]
        assert told.equals(table[table >= 0].sort_values().loc[told.index])
        assert (table[~table.index.isin(told.index)] == -1).all()
        assert np.issubdtype(table.dtype, np.integer)
