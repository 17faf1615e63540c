"""Comparing scenarios: what is paired, who is the same patient, what is written down."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim import read_scenario
from sim.errors import InputError
from sim.experiments.compare import compare, compared, run_each
from sim.experiments.journeys import journey, pairs, shares
from sim.log import FIRST_CLINIC_WHY, Event, LogWriter, Why
from sim.measures import Measures
from sim.measures.bundle import table
from sim.report import comparison_words
from sim.report.comparison_words import sections

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=30 days", "run.measured=1 year", "run.follow_up=180 days", "arrivals.rate=60 per year")
EXTRA = {"days": ["thursday"], "start": "08:30", "minutes": "360 min"}
REPLICATIONS = 6
DAY = 1440


@pytest.fixture(scope="module", autouse=True)
def _no_pictures_of_single_runs():
    """They take longer than the runs, and have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.batch.drawn", lambda *rest: [])
        yield


@pytest.fixture(scope="module")
def small():
    return read_scenario(str(BASELINE), SMALL)


@pytest.fixture(scope="module")
def second(small):
    """A second list in radiology, and half the time for biopsies, so that something changes in so short a time."""
    more = small.change("resources.ir_list.sittings.thursday_second", EXTRA)
    return replace(more.change("resources.board.notice", "9 days"), scenario="second_list")


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def both(small, second, output):
    return compare([small, second], REPLICATIONS, 1, output)


@pytest.fixture(scope="module")
def back(small, second, output):
    return compared(run_each([second, small], REPLICATIONS, 1, output))


@pytest.fixture(scope="module")
def itself(small, output):
    return compared(run_each([small, small], REPLICATIONS, 1, output))


def test_a_scenario_against_itself_differs_in_no_figure_and_for_no_patient(itself):
    known = itself.table[itself.table["pairs"] > 0]
    assert len(known) > 500
    assert (known[["difference", "lower", "upper"]].fillna(0.0) == 0.0).all(axis=None)
    assert (known["verdict"] == "identical").all()
    assert itself.tested == 0
    assert (itself.people["verdict"] == "unchanged").all()
    assert itself.patients["patients"].sum() > 100
    assert (itself.patients[["better", "worse", "not_comparable"]] == 0).all(axis=None)
    assert "nobody is better or worse off" in " ".join(itself.sentences)


def test_two_scenarios_of_one_name_are_told_apart(itself):
    assert itself.names == ("baseline", "baseline (2)")


def test_another_scenario_does_differ(both):
    assert (both.table["difference"].abs() > 0).sum() > 50
    rows = both.table.set_index(["kpi", "group"])
    assert rows.loc[("use.ir_list.share", "all"), "verdict"] == "different"
    assert rows.loc[("use.ir_list.share", "all"), "upper"] < 0
    assert (both.people["verdict"] == "worse").any()


def test_the_other_way_round_differences_change_their_sign_and_patients_their_side(both, back):
    keys = ["kpi", "group", "unit"]
    joined = both.table.merge(back.table, on=keys, suffixes=("", "_back"))
    assert len(joined) == len(both.table) == len(back.table)
    np.testing.assert_allclose(joined["difference"], -joined["difference_back"], rtol=1e-9)
    np.testing.assert_allclose(joined["lower"], -joined["upper_back"], rtol=1e-9)
    np.testing.assert_array_equal(joined["p_holm"], joined["p_holm_back"])
    assert list(joined["verdict"]) == list(joined["verdict_back"])
    for one, other in (("better", "worse"), ("worse", "better"), ("unchanged", "unchanged")):
        assert list(both.patients[one]) == list(back.patients[other])


def test_the_means_beside_a_difference_are_those_of_the_runs(both):
    rows = both.table.set_index(["kpi", "group"])
    complete = rows[rows["missing"] == 0]
    for name, run in zip(("mean_reference", "mean"), both.runs, strict=True):
        means = run.summary.set_index(["kpi", "group"])["mean"].reindex(complete.index)
        mentioned = means.notna()
        np.testing.assert_allclose(complete.loc[mentioned, name], means[mentioned], rtol=1e-9)


def test_the_correction_is_for_all_figures_of_all_scenarios(small, second, both, output):
    three = compared(run_each([small, second, second], REPLICATIONS, 1, output))
    assert three.names == ("baseline", "second_list", "second_list (2)")
    assert three.tested == 2 * both.tested
    twice = three.table[three.table["scenario"] == "second_list"].reset_index(drop=True)
    np.testing.assert_array_equal(twice["p"], both.table["p"])
    for family in ("first", "others"):
        smallest = both.table["p"].where(both.table["family"] == family).idxmin()
        tested = 2 * both.tested_among(family)
        assert twice["p_holm"][smallest] == pytest.approx(min(tested * both.table["p"][smallest], 1))


def test_the_few_figures_looked_at_first_are_corrected_among_themselves_and_told_first_always_in_the_same_order(both):
    first = both.table[both.table["family"] == "first"]
    assert set(first["kpi"].str.split(".").str[0]) == {"wait", "lost", "died", "outcome", "use"}
    assert len(first) <= 25
    assert not {"use.ward.share", "use.icu.share"} & set(first["kpi"])
    heads = [its.heading for its in sections(both)]
    assert heads[0].startswith("what a planner looks at first")
    assert heads[1].startswith("the same patients under both")
    assert heads[-1].startswith(f"of {len(both.table) - len(first)} others: ")
    assert next(its for its in sections(both)[0].items if "IR list" in its).startswith("* Use of IR list: ")


def test_figures_that_were_asked_for_are_one_family(small, second, output):
    asked = compared(run_each([small, second], REPLICATIONS, 1, output), ("use.*.share", "wait.*.median"))
    assert set(asked.table["family"]) == {"asked"}
    assert "looked at first" not in asked.sentences[0]
    assert f"{asked.tested} differences tested" in asked.sentences[0]


def test_equal_values_of_several_names_are_told_once():
    columns = {"unit": "days", "mean_reference": 12.0, "mean": 9.0, "difference": -3.0, "lower": -4.0, "upper": -2.0}
    columns |= {
        "kpi": "wait.decision_to_treatment.median",
        "verdict": "different",
        "missing": 0,
        "pairs": 8,
        "note": "",
    }
    rows = pd.DataFrame([columns | {"group": group} for group in ("tae", "embolisations")])
    (told,) = comparison_words._told(rows)
    assert "the same" in told


def test_too_few_replications_are_said_before_running_and_once_in_the_answer(small, second, output):
    said = []
    reporter = SimpleNamespace(say=said.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.experiments.compare.run", lambda *_, **__: said.append("run") or SimpleNamespace())
        run_each([small, second], 3, 1, output, reporter=reporter)
    assert said == [
        "with 3 replications nothing can be called a difference: it takes 5 or more (--replications 5)", "run", "run"
    ]  # fmt: skip
    few = compared(
        [replace(its, numbers=its.numbers[:3]) for its in run_each([small, second], REPLICATIONS, 1, output)]
    )
    text = " ".join(few.sentences)
    assert text.count("too few") == 1
    assert "not shown to differ" not in text


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("run.seed", 2, "seed 1 and 2"),
        ("run.follow_up", "150 days", "follow-up"),
        ("run.start", "2014-02-03", "start 2014-01-01 and 2014-02-03"),
    ],
)
def test_another_seed_or_period_is_compared_without_pairs_and_said_so(both, path, value, why):
    first, other = both.runs
    apart = replace(other, scenario=other.scenario.change(path, value))
    found = compared([first, apart])
    assert why in found.unpaired["second_list"]
    assert found.table["variance_ratio"].isna().all()
    assert found.people.empty
    assert "independent runs, and no patient is the same" in " ".join(found.sentences)


def test_the_length_of_the_same_period_in_other_words_is_no_other_period(small, second, both):
    assert not both.unpaired
    months = both.runs[1].scenario.change("run.warm_up", "43200 min")
    assert not compared([both.runs[0], replace(both.runs[1], scenario=months)]).unpaired


def test_where_other_patients_arrive_figures_are_pairs_but_nobody_is_compared_with_herself(both):
    first, other = both.runs

    def later(number):
        its = other.replication(number)
        return replace(its, patients=its.patients.assign(arrived=its.patients["arrived"] + 1))

    late = SimpleNamespace(**vars(other), replication=later)
    found = compared([first, late])
    assert found.table["variance_ratio"].notna().any()
    assert found.people.empty
    assert "no patient is compared with herself" in " ".join(found.sentences)
    with pytest.raises(InputError, match="not the same people"):
        found.journey(0)


@pytest.mark.parametrize("scenarios", [0, 1])
def test_fewer_than_two_scenarios_are_refused(small, scenarios, tmp_path):
    with pytest.raises(InputError, match="two or more, the reference first"):
        compare([small] * scenarios, 1, 1, tmp_path)
    assert not list(tmp_path.iterdir())


def test_looking_at_fewer_figures_asks_for_less_correction(both):
    few = compared(both.runs, ["sittings.*", "wait.ir_list.median[own]"])
    assert set(few.table["kpi"].str.split(".").str[0]) == {"sittings", "wait"}
    assert set(few.table.loc[few.table["kpi"] == "wait.ir_list.median", "group"]) == {"own"}
    merged = few.table.merge(both.table, on=["kpi", "group"], suffixes=("", "_all"))
    assert (merged["p_holm"].dropna() <= merged["p_holm_all"].dropna()).all()
    assert few.tested < both.tested


def test_a_pattern_that_fits_no_figure_is_refused_with_the_nearest_name(both):
    with pytest.raises(InputError, match=re.escape("did you mean 'wait.ir_list.median'?")):
        compared(both.runs, ["wait.ir_lst.median"])


def test_what_is_written_down_is_whole_and_says_the_same(both):
    files = {path.name for path in both.folder.iterdir()}
    assert files == {
        *("differences.csv", "patients.csv", "people.parquet", "comparison.json", "index.html"),
        *("differences.png", "waits.png", "queues.png", "survival.png"),
    }
    assert both.folder.parent.name == "baseline_vs_second_list"

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    data = json.loads((both.folder / "comparison.json").read_text(), parse_constant=refuse)
    csv = pd.read_csv(both.folder / "differences.csv")
    assert len(data["differences"]) == len(csv) == len(both.table)
    np.testing.assert_allclose(csv["difference"], both.table["difference"])
    assert data["sentences"] == list(both.sentences)
    assert [its["digests"]["result"][:12] for its in data["scenarios"]] == [run.folder.name for run in both.runs]
    assert csv["sentence"].str.len().min() > 20


def test_the_same_comparison_again_writes_the_same_bytes_into_the_same_folder(small, second, both, output):
    before = {path.name: path.read_bytes() for path in both.folder.iterdir()}
    again = compare([small, second], REPLICATIONS, 1, output)
    assert again.folder == both.folder
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == before


def test_the_page_fetches_nothing_and_runs_nothing(both):
    page = (both.folder / "index.html").read_text()
    assert page.count('src="data:image/png;base64,') == 4
    assert not re.findall(r"https?://|<script|<link|@import|url\(", page)
    assert not re.findall(r'(?:src|href)="(?!data:)', page)


def test_a_journey_parts_at_the_first_event_that_is_not_the_same(both):
    worse = both.people[both.people["verdict"] == "worse"].iloc[0]
    hers = both.journey(int(worse["patient"]), int(worse["replication"]))
    assert hers.parts
    one, two = hers.entries
    assert one[: hers.common] == two[: hers.common]
    assert one[hers.common : hers.common + 1] != two[hers.common : hers.common + 1]
    text = hers.text()
    assert f"Patient {hers.patient} of replication {hers.replication}" in text
    assert f"They part after {hers.common} event" in text
    log = both.runs[0].replication(hers.replication).log
    assert len(one) == (log.events[:, 0] == hers.patient).sum()
    assert [entry.minute for entry in one] == log.events[log.events[:, 0] == hers.patient, 2].tolist()


def test_a_journey_against_itself_does_not_part(itself):
    hers = itself.journey(3)
    assert not hers.parts
    assert hers.parted.startswith("Both journeys are the same, event by event")
    assert " | " not in hers.text()


def test_a_patient_who_is_not_there_is_refused_with_the_range(both):
    last = int(both.runs[0].replication(2).patients["patient"].max())
    with pytest.raises(InputError, match=f"a patient of replication 2, 0 to {last}"):
        both.journey(99_999, 2)


def test_a_replication_that_is_not_there_is_refused_with_the_range(both):
    with pytest.raises(InputError, match="one of the replications of both, 0 to 5"):
        both.journey(0, 17)


def test_a_scenario_that_is_not_compared_is_refused_with_the_nearest_name(both):
    with pytest.raises(InputError, match="did you mean 'second_list'"):
        both.journey(0, 0, "second_lis")


class Ward:
    """A run typed by hand: who came, who died, and how waits ended."""

    def __init__(self, small, died, waits):
        self.scenario, self.numbers = small, (0,)
        log = LogWriter()
        starts = small.run.measured_from
        self.arrived = [starts - 5, starts, starts + DAY, starts + 2 * DAY]
        for patient, minute in enumerate(self.arrived):
            log.event(patient, minute, Event.ARRIVED, -1, -1, 0, -1)
            if patient in died:
                log.event(patient, minute + died[patient], Event.DIED, -1, -1, 0, FIRST_CLINIC_WHY)
            else:
                log.event(patient, small.run.ends, Event.LEFT, -1, -1, 0, int(Why.HORIZON))
        people = pd.DataFrame({"patient": range(4), "arrived": self.arrived, "nelm_minute": [-1, 5, -1, -1]})
        rows = [("decision_to_treatment", patient, days, outcome) for patient, (days, outcome) in waits.items()]
        columns = dict(zip(("interval", "patient", "days", "outcome"), zip(*rows, strict=True), strict=True))
        columns |= {"group": "tae", "start": starts, "end": starts, "nelm": False}
        self.measures = Measures.of({"waits": table("waits", columns, 0)})
        done = log.finish({"whys": ["cancer"]})
        self.ward = SimpleNamespace(log=done, patients=people.assign(nelm_at_symptom=False), measures=self.measures)

    def replication(self, number):
        assert number == 0
        return self.ward


def test_patients_are_better_off_worse_off_or_unchanged_as_worked_by_hand(small):
    a = Ward(
        small,
        {0: 40 * DAY, 1: 40 * DAY, 2: 50 * DAY},
        {0: (9, "reached"), 1: (9, "died"), 2: (9.0, "reached"), 3: (4, "ended")},
    )
    b = Ward(
        small,
        {0: 30 * DAY, 1: 70 * DAY, 2: 50 * DAY + DAY - 1},
        {0: (20, "censored"), 1: (9, "reached"), 2: (8.5, "reached"), 3: (6, "reached")},
    )
    found = pairs(a, b)
    survival = found[found["question"] == "survival"].set_index("patient")
    assert survival["verdict"].to_dict() == {1: "better", 2: "unchanged", 3: "unchanged"}  # patient 0 came before
    assert survival["change"].to_dict() == {1: 30 * DAY, 2: DAY - 1, 3: 0}
    waits = found[found["question"] == "decision_to_treatment"].set_index("patient")
    assert waits["verdict"].to_dict() == {0: "worse", 1: "better", 2: "unchanged", 3: "not comparable"}
    told = shares(found).set_index(["question", "group"])
    assert told.loc[("decision_to_treatment", "all"), ["patients", "not_comparable"]].tolist() == [3, 1]
    assert told.loc[("decision_to_treatment", "all"), "share_better"] == pytest.approx(1 / 3)
    assert told.loc[("survival", "nelm"), "patients"] == 1
    assert told.loc[("survival", "all"), "mean_change"] == pytest.approx((30 + (DAY - 1) / DAY) / 3)


def test_a_wait_of_exactly_a_day_less_is_better_and_a_minute_short_of_it_is_unchanged(small):
    a = Ward(small, {}, {0: (9.0, "reached"), 1: (9.0, "reached")})
    b = Ward(small, {}, {0: (8.0, "reached"), 1: (8.0 + 1 / DAY, "reached")})
    waits = pairs(a, b).query("question == 'decision_to_treatment'").set_index("patient")
    assert waits["verdict"].to_dict() == {0: "better", 1: "unchanged"}


def test_a_wait_that_began_in_the_measured_time_under_one_scenario_only_is_not_comparable(small):
    a = Ward(small, {}, {0: (9.0, "reached")})
    b = Ward(small, {}, {0: (9.0, "reached"), 1: (2.0, "reached")})
    waits = pairs(a, b).query("question == 'decision_to_treatment'").set_index("patient")
    assert waits["verdict"].to_dict() == {0: "unchanged", 1: "not comparable"}


def test_a_journey_that_is_longer_under_one_scenario_parts_where_the_other_ends(small):
    a, b = Ward(small, {1: 3 * DAY}, {0: (1, "reached")}), Ward(small, {}, {0: (1, "reached")})
    hers = journey(a, b, ("a", "b"), 1)
    assert hers.common == 1
    assert (
        hers.parted
        == "They part after 1 event. First under a, day 33 00:00: died cancer; under b, day 575 06:00: left horizon."
    )
