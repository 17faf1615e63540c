"""Ways of care become scenarios: changes are laid over a base, and the arm of a trial becomes a row of the board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.running import clinic_known
from sim.scenario import read_scenario
from sim.validation.care import BESIDE, ROW, Arm, Care, scenario_of
from sim.validation.target_file import read_targets

BASELINE = str(Path(__file__).parents[2] / "scenarios" / "baseline.yaml")
SMALL = Path(__file__).parent / "wrong_targets" / "small.yaml"
ARM = Arm("radionuclides", "prrt", {"receptors": "positive"}, ("prrt",), "ssa", ("transplant",))


def test_a_way_of_care_without_changes_is_the_scenario_itself_but_that_nobody_is_discharged() -> None:
    shipped = read_scenario(BASELINE, known=clinic_known())
    assert scenario_of(Care(BASELINE, queues=True)).data() == shipped.data()
    followed = shipped.change("evidence.surveillance_years_light", "100 years")
    assert scenario_of(Care(BASELINE)).data() == followed.data()


def test_changes_and_values_of_the_evidence_are_laid_over_it() -> None:
    care = Care(BASELINE, (("evidence.supportive_visit", "'3 weeks'"), ("run.seed", "7")))
    changed = scenario_of(care, {"growth.reference": "0.05 per month"})
    assert changed.run.seed == 7
    assert changed.data()["evidence"]["supportive_visit"] == "3 weeks"
    assert changed.data()["evidence"]["growth.reference"] == "0.05 per month"


def test_an_arm_is_the_first_row_for_whoever_fits_and_is_in_no_trial() -> None:
    board = scenario_of(Care(BASELINE, arm=ARM)).data()["board"]
    row, beside = board["add"][ROW], board["add"][BESIDE]
    assert row["offer"] in ("prrt", ["prrt"])
    assert row["when"] == {"receptors": "positive", "trials_had": "= 0"}
    assert "'prrt'" in row["assumption"]
    assert beside["offer"] in ("ssa", ["ssa"])
    assert beside["when"] == {**row["when"], "analogue": "absent"}, "who has an analogue goes on with it"


def test_an_analogue_that_all_have_already_goes_on_without_a_row() -> None:
    treated = replace(ARM, enrol={"receptors": "positive", "analogue": "present"})
    assert BESIDE not in scenario_of(Care(BASELINE, arm=treated)).data()["board"]["add"]


def test_what_an_arm_withholds_no_row_offers_to_whom_it_enrolled() -> None:
    change = scenario_of(Care(BASELINE, arm=ARM)).data()["board"]["change"]
    assert change
    assert all(row["when"]["trials_had"] == "= 0" for row in change.values())
    without = scenario_of(Care(BASELINE, arm=replace(ARM, withheld=(), background=""))).data()["board"]
    assert not without.get("change")
    assert BESIDE not in without["add"]


def test_a_change_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(InputError, match="sseed"):
        scenario_of(Care(BASELINE, (("run.sseed", "7"),)))


def test_equal_ways_of_care_have_one_key_however_many_patients_they_ask_for() -> None:
    assert Care(BASELINE, patients=60_000).key == Care(BASELINE).key
    assert Care(BASELINE, arm=ARM).key != Care(BASELINE).key
    assert Care(BASELINE, queues=True).key != Care(BASELINE).key


def test_a_file_names_each_way_of_care_once() -> None:
    cares = read_targets(SMALL).cares()
    assert len(cares) == 3
    assert {care.arm.name for care in cares if care.arm} == {"prrt", "watched"}
    (prrt,) = (care.arm for care in cares if care.arm and care.arm.name == "prrt")
    assert prrt == Arm(
        "radionuclides", "prrt", {"liver_metastases": "present", "receptors": "positive"}, ("prrt",), "ssa",
        ("transplant",),
    )  # fmt: skip
