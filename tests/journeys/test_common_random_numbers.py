"""The same patients in two hospitals: what is done to the hospital changes nobody's biology."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim import simulate
from sim.scenario import Scenario
from sim.store import Replication

FATE = ("metastasised", "spread", "worsened")  # what the disease does in truth
BECAME_KNOWN = ["nelm_minute", "diagnosed_minute"]  # when, which is the hospital's doing
A_SCANNER = {
    "kind": "list",
    "means": "A scanner that nobody asks for",
    "rank": 5,
    "sittings": [{"name": "daily", "days": ["monday", "tuesday"], "start": "08:00", "minutes": "480 min"}],
    "competing": [
        {"name": "others", "rate": "5 per week", "minutes": {"median": "30 min", "sigma": 0.2}, "urgency": {1: 1.0},
         "second": {"place": "spare_beds", "minutes": {"median": "1 day", "sigma": 0}}}
    ],
    "assumption": "To be ignored.",
}  # fmt: skip
BEDS = {"kind": "place", "means": "Beds", "rank": 6, "capacity": 3, "assumption": "To be ignored."}
FRIDAY = {"days": ["friday"], "start": "08:30", "minutes": "360 min"}


@pytest.fixture(scope="module")
def before(short_runs: list[Replication]) -> Replication:
    return short_runs[0]


@pytest.fixture(scope="module")
def with_more(short: Scenario) -> Replication:
    """One more interventional list, half the PET slots, and a board every other week."""
    changed = short.change("resources.ir_list.sittings.friday", FRIDAY)
    changed = changed.change("resources.pet.sittings.tuesday.cases", 3)
    return simulate(changed.change("resources.board.sittings.weekly.every", "2 weeks"), 0)


def of_others(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame's rows without those of the added resources, with words as words."""
    frame = frame[~frame["resource"].isin(["spare_scanner", "spare_beds"])]
    return frame.astype(str).reset_index(drop=True)


def test_a_resource_that_nobody_asks_for_changes_no_row_of_anybodys_log(brief):
    before = simulate(brief, 0)
    added = brief.change("resources.spare_beds", BEDS).change("resources.spare_scanner", A_SCANNER)
    after = simulate(added, 0)
    assert of_others(after.log.events_frame()).equals(of_others(before.log.events_frame()))
    assert of_others(after.log.resources_frame()).equals(of_others(before.log.resources_frame()))
    spare = after.log.resources_frame()["resource"].isin(["spare_scanner", "spare_beds"])
    assert spare.sum() > 500
    assert after.patients.equals(before.patients)


def test_another_timetable_is_another_history(before, with_more):
    assert before.log.digest() != with_more.log.digest()
    assert not before.patients[BECAME_KNOWN].equals(with_more.patients[BECAME_KNOWN])


def test_the_patients_of_another_timetable_are_the_same_people(before, with_more):
    traits = [name for name in before.patients.columns if name not in BECAME_KNOWN]
    assert len(traits) >= 14
    assert before.patients[traits].equals(with_more.patients[traits])


def until_treated(replication: Replication, other: Replication) -> pd.DataFrame:
    """What the disease did to each patient before any board decided anything in either hospital."""
    first = []
    for one in (replication, other):
        events = one.log.events_frame()
        decided = events[events["event"] == "decided"].groupby("patient")["minute"].min()
        first.append(decided.reindex(one.patients["patient"], fill_value=np.iinfo(np.int64).max))
    limit = np.minimum(*first)
    events = replication.log.events_frame()
    events = events[events["event"].isin(FATE)]
    events = events[events["minute"].to_numpy() < limit.loc[events["patient"]].to_numpy()]
    return events[["patient", "minute", "event", "value"]].astype(str).reset_index(drop=True)


def test_untreated_disease_takes_the_same_course_to_the_minute(before, with_more):
    here, there = until_treated(before, with_more), until_treated(with_more, before)
    assert len(here) > 20
    assert here.equals(there)


def first_courses(replication: Replication) -> pd.DataFrame:
    """Of each patient whose first decision led to a treatment: which it was, and the minutes its complication cost."""
    events = replication.log.events_frame()
    begun = events[(events["event"] == "treated") & (events["value"] == 1) & (events["why"] != "ssa")]
    begun = begun[~begun["why"].isin(["primary_surgery", "supportive"])].drop_duplicates("patient")
    trouble = events[events["event"] == "complicated"]
    costs = begun.merge(trouble, on=["patient", "minute"], how="left", suffixes=("", "_of_it"))
    costs["cost"] = costs["value_of_it"].fillna(0)
    return costs.set_index("patient")[["why", "cost"]].astype({"why": str})


def test_the_same_first_treatment_has_the_same_complication_whenever_it_is_given(brief):
    """Worked with complications that every second course has, so that there is something to compare."""
    often = brief
    surgery = ("resection_morbidity_by_extent.minor", "resection_morbidity_by_extent.major", "debulking_morbidity")
    vessels = ("portal_vein_risk.complications", "embolisation_morbidity", "tare_morbidity.usual")
    for name in (*surgery, *vessels, "ablation_morbidity", "chemo_morbidity"):
        often = often.change(f"evidence.{name}", "50 %")
    one = simulate(often, 0)
    other = simulate(often.change("resources.pet.sittings.tuesday.cases", 3), 0)
    both = first_courses(one).merge(first_courses(other), on="patient", suffixes=("", "_there"))
    same = both[both["why"] == both["why_there"]]
    assert len(same) >= 10
    assert (same["cost"] > 0).any()
    assert (same["cost"] == 0).any()
    assert (same["cost"] == same["cost_there"]).all()


def test_other_causes_of_death_strike_at_the_same_minute(before, with_more):
    deaths = []
    for replication in (before, with_more):
        events = replication.log.events_frame()
        died = events[(events["event"] == "died") & (events["why"] == "other_cause")]
        deaths.append(died.set_index("patient")["minute"])
    both = deaths[0].to_frame("here").join(deaths[1].to_frame("there"), how="inner")
    assert len(both) >= 3
    assert (both["here"] == both["there"]).all()
