"""What a scenario may say of the patients, the treatments and the preferences, and what of it reaches the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.evidence import read_evidence
from sim.running import clinic_known
from sim.scenario import Known, Scenario, read_scenario
from sim.scenario.clinical import ECOG, GRADES, SITES, Cohort

SMALL = Path(__file__).parent / "wrong" / "small.yaml"
BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
HEAD = "kind: scenario\nscenario: b\nquestion: What changes?\nbased_on: small.yaml\n"


@pytest.fixture
def small(small_world: Known) -> Scenario:
    return read_scenario(SMALL, known=small_world)


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return read_scenario(BASELINE, known=clinic_known())


# -- cohort


def _whole_cohort() -> Cohort:
    mix = dict.fromkeys(GRADES, 0.25)
    return Cohort.model_validate(
        {
            "site": dict.fromkeys(SITES, 0.25),
            "grade": dict.fromkeys(SITES, mix),
            "performance": {"ecog_0": 0.5, "ecog_1": 0.25, "ecog_2": 0.25},
            "age": {"mean": 60, "sd": 10},
            **dict.fromkeys(("functioning", "male", "kidney_disease"), 0.5),
            "assumption": "All that can be said.",
        }
    )


def test_every_number_of_a_cohort_is_one_that_the_model_reads() -> None:
    said = _whole_cohort().evidence()
    assert said.keys() <= read_evidence().flat.keys()
    assert len(said) == len(SITES) + len(SITES) * len(GRADES) + len(ECOG) + 5


def test_a_cohort_names_all_sites_grades_and_states_that_the_evidence_has() -> None:
    for card, names in (("site_share", SITES), ("grade_share_pancreas", GRADES), ("ecog_at_symptom", ECOG)):
        assert sorted(read_evidence().cards[card].amounts) == sorted(names)


def test_a_cohort_reaches_the_numbers_the_model_reads_and_leaves_the_rest(baseline: Scenario) -> None:
    its = baseline.change("cohort", {"male": "40 %", "age": {"mean": 63}, "assumption": "Ours."})
    assert its.numbers() == {"male_share": 0.4, "age.mean": 63.0}
    assert its.evidence == {}
    assert its.digest() != baseline.digest()


def test_who_is_left_out_of_a_mix_has_no_share(baseline: Scenario) -> None:
    its = baseline.change("cohort", {"site": {"pancreas": 1}, "assumption": "A centre of one kind."})
    assert its.numbers()["site_share.other"] == 0


def test_one_share_of_a_mix_can_be_changed_only_with_another(baseline: Scenario) -> None:
    mix = {"small_intestine": 0.3, "pancreas": 0.3, "other": 0.3, "unknown": 0.1}
    its = baseline.change("cohort", {"site": mix, "assumption": "Ours."})
    with pytest.raises(InputError, match=r"shares that add up to 1\.1"):
        its.change("cohort.site.pancreas", 0.4)
    both = its.changed({"cohort.site.pancreas": 0.4, "cohort.site.other": 0.2})
    assert both.numbers()["site_share.pancreas"] == 0.4


def test_a_limit_of_the_evidence_is_told_at_the_key_of_the_cohort(baseline: Scenario) -> None:
    with pytest.raises(InputError) as refused:
        baseline.change("cohort", {"age": {"sd": 40}, "assumption": "Ours."})
    assert [problem.path for problem in refused.value.problems] == ["cohort.age.sd"]


# -- treatments


def test_treatments_are_given_here_unless_it_is_said_otherwise(small: Scenario) -> None:
    assert small.treatments == {}
    assert "treatments" not in small.data()
    assert small.change("treatments.prrt", {"where": "here"}).digest() == small.digest()


def test_a_treatment_elsewhere_has_a_delay(small: Scenario) -> None:
    away = {"where": "elsewhere", "delay": {"median": "8 weeks", "sigma": 0.4}, "assumption": "As told."}
    its = small.changed({"treatments.prrt": away, "treatments.resection": {"where": "none"}})
    assert (its.treatments["prrt"].where, its.treatments["prrt"].delay.median) == ("elsewhere", 8 * 7 * 1440)
    assert its.treatments["resection"].where == "none"
    assert its.change("treatments.prrt.delay.median", "4 weeks").digest() != its.digest()


def test_the_clinic_knows_every_treatment_that_a_board_may_offer_as_such() -> None:
    known = clinic_known().treatments
    assert known is not None
    assert {"prrt", "tae", "ssa", "sunitinib"} <= set(known)


# -- preference


def test_a_preference_without_groups_is_the_group_of_embolisation(small: Scenario) -> None:
    grouped = small.change("preference", {"embolisation": {"tae": 0.5, "tace": 0.5}})
    assert small.preference == {"embolisation": {"tace": 0.5, "tae": 0.5}}
    assert grouped.digest() == small.digest()


@pytest.mark.parametrize("path", ["preference.tae", "preference.embolisation.tae"])
def test_a_share_has_a_path_with_and_without_its_group(path: str, small: Scenario) -> None:
    other = path.replace("tae", "tace")
    assert small.changed({path: 0.7, other: 0.3}).weights() == {"tace": 0.3, "tae": 0.7}


def test_groups_may_be_added_and_each_adds_up_to_1(small: Scenario) -> None:
    its = small.change("preference.targeted", {"sunitinib": "30 %", "everolimus": "70 %"})
    assert its.weights() == {"tace": 0.5, "tae": 0.5, "everolimus": 0.7, "sunitinib": 0.3}


def test_equals_of_which_nothing_is_said_are_preferred_alike_and_this_is_written_down(small_world: Known) -> None:
    known = Known(**{**vars(small_world), "alternatives": (("tace", "tae"), ("everolimus", "sunitinib"))})
    its = read_scenario(SMALL, known=known)
    assert its.data()["preference"]["everolimus_or_sunitinib"] == {"everolimus": 0.5, "sunitinib": 0.5}


def test_one_of_two_equals_may_have_all(small: Scenario) -> None:
    only = small.change("preference", {"tae": 1, "tace": 0})
    assert only.weights() == {"tae": 1, "tace": 0}


# -- as resolved


def _everything() -> dict[str, Any]:
    leave = {"name": "summer", "from": "2025-07-01", "until": "2025-07-14", "why": "Holidays"}
    return {
        "arrivals.trend": "2 % per year",
        "arrivals.changes.merger": {"on": "2026-01-01", "factor": 1.2, "why": "A hospital joins"},
        "cohort": {"male": "40 %", "grade": {"pancreas": {"g1": 0.4, "g2": 0.6}}, "assumption": "Ours."},
        "treatments.prrt": {"where": "elsewhere", "delay": {"median": "8 weeks", "sigma": 0.4}, "assumption": "So."},
        "staff.radiologist": {"means": "Who reads", "people": [{"name": "anna", "leave": [leave]}, {"name": "bela"}]},
        "diseases.others": {"factor": 0.9, "why": "Prevention"},
        "board.change.prrt": {"when": {"ecog": ["<= 1"]}, "offer": ["prrt"]},
        "board.add.early": {"before": "prrt", "offer": "prrt", "when": {"ecog": "<= 1"}, "assumption": "A try."},
        "resources.ct.sittings.monday.staff": {"radiologist": 1},
        "resources.ct.sittings.friday.for": "own",
        "resources.ct.initiatives.saturdays": {
            "days": ["saturday"], "start": "09:00", "minutes": "240 min", "why": "The queue",
            "from": "2025-06-01", "until": "2025-08-31",
        },
        "resources.ct.closures.works": {
            "from": "2025-06-01", "until": "2025-07-26", "why": "New table", "sittings": ["friday"],
        },
        "resources.ct.competing.others.from": "2025-02-01",
        "resources.ct.competing.others.changes.screening": {"on": "2026-01-01", "factor": 1.3},
    }  # fmt: skip


def test_all_that_can_be_said_reads_back_as_the_same(small: Scenario, tmp_path: Path, small_world: Known) -> None:
    its = small.changed(_everything())
    path = tmp_path / "resolved.yaml"
    path.write_text(its.resolved_yaml(), encoding="utf-8")
    again = read_scenario(path, known=small_world)
    assert again == its
    assert again.digest() == its.digest()
    assert again.resolved_yaml() == its.resolved_yaml()


@pytest.mark.parametrize("path", _everything())
def test_each_thing_that_can_be_said_is_part_of_the_digest(path: str, small: Scenario) -> None:
    its = small.changed(_everything())
    less = {key: value for key, value in _everything().items() if key != path}
    if path == "staff.radiologist":
        less.pop("resources.ct.sittings.monday.staff")
    assert small.changed(less).digest() != its.digest()


def test_what_is_not_said_takes_no_room_in_the_resolved_file(small: Scenario) -> None:
    text = small.resolved_yaml()
    for word in ("cohort", "staff", "treatments", "diseases", "initiatives", "trend", "season", "disease", "closures"):
        assert word not in text


def test_a_closure_of_one_sitting_a_leave_and_a_change_can_be_laid_over_a_base(small_world: Known, file: Any) -> None:
    path = file(
        "b",
        HEAD + "change:\n"
        "  staff.radiologist: {means: Who reads, people: [{name: anna}]}\n"
        "  staff.radiologist.people.anna.leave.summer: {from: 2025-07-01, until: 2025-07-14, why: Holidays}\n"
        "remove: [resources.ct.competing]\n",
    )
    with pytest.raises(InputError, match=r"a change inside 'staff\.radiologist'"):
        read_scenario(path, known=small_world)
    path = file(
        "b",
        HEAD + "change:\n"
        "  staff.radiologist.means: Who reads\n"
        "  staff.radiologist.people.anna: {}\n"
        "  staff.radiologist.people.bela.leave.summer: {from: 2025-07-01, until: 2025-07-14, why: Holidays}\n",
    )
    with pytest.raises(InputError, match="'bela'"):
        read_scenario(path, known=small_world)
    path = file("b", HEAD + "change: {staff.radiologist.means: Who reads, staff.radiologist.people.anna: {}}\n")
    assert [person.name for person in read_scenario(path, known=small_world).staff["radiologist"].people] == ["anna"]
