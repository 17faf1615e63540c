"""What the command says of a scenario before it is run."""

from __future__ import annotations

import json

import pytest

from sim.explain.demand import OwnDemand
from sim.explain.load import loads
from sim.explain.rows import told, written_out
from sim.explain.setting import arrivals_sentence, choices, resource_sentence, run_sentence
from sim.running import clinic_known
from sim.scenario import read_scenario


@pytest.fixture
def said(nelm, file, short_settings):
    return nelm("explain", file, "--board", *short_settings)


def test_the_baseline_is_told_in_100_columns_with_every_resource_and_every_row(said, short, here):
    assert said.code == 0
    assert [line for line in said.out.splitlines() if len(line) > 100] == []
    for its in short.resources.values():
        assert its.means.split(",")[0].split("(")[0].strip()[:30] in " ".join(said.out.split())
    assert [row.name for row in told(here) if f"  {row.name}: " not in said.out] == []
    assert "An estimate: " in said.out


def test_without_being_asked_the_board_is_told_in_short(nelm, file, short_settings):
    off = ("--set", "board.rows_off=[debulking_refractory]")
    said = nelm("explain", file, *short_settings, *off)
    assert "`--board` prints them all" in said.out
    assert "not used: debulking_refractory (switched off in this scenario)" in said.out
    assert "e.g. " not in said.out


def test_a_worked_case_that_is_the_same_as_another_says_as_which(here):
    whole = written_out(here.board.cases)
    assert not [who for who in whole if who.startswith("The same")]
    assert "Two metastases in the right lobe, small-bowel G1, fit; but: with a Ki-67 just above 20 %" in whole


def test_trend_season_and_changes_of_the_board_are_sentences(read, file):
    growing = read_scenario(file.with_name("referrals_growing.yaml"), known=clinic_known())
    assert "It rises by 5.8 % a year, compounded, from the first measured day on." in arrivals_sentence(growing)
    assert "By season it is 15 % below its mean in August;" in arrivals_sentence(growing)
    spread = read_scenario(file.with_name("resection_with_spread.yaml"), known=clinic_known())
    assert "Major resection type 1 no longer asks about disease outside the liver." in dict(choices(spread))["Board"]
    equals = dict(choices(growing))["Preference"]
    assert "Where embolisation leaves a choice: 50 % TACE and 50 % TAE." in equals


def test_every_row_that_a_worked_case_decides_shows_it(here):
    shown = {(row.table, row.name): row.cases for row in told(here)}
    for who, case in zip(written_out(here.board.cases), here.board.cases, strict=True):
        for table, row in case.rows.items():
            assert who in shown[table, row]


def test_conditions_name_numbers_rather_than_evidence_cards(here):
    words = " ".join(condition for row in told(here) for condition in row.conditions)
    assert "embolisation_burden_limit" not in words
    assert "liver burden" in words


def test_a_scenarios_evidence_moves_the_number_in_a_row(read):
    from sim.explain.rows import board_here

    rows = told(board_here(read("evidence.prrt_least_egfr=45")))
    assert any("eGFR >= 45 mL/min" in row.conditions for row in rows)


def test_the_data_hold_the_load_of_each_resource(nelm, file, short, short_settings):
    said = nelm("explain", file, *short_settings, "--json")
    data = json.loads(said.out)
    assert {load["resource"] for load in data["loads"]} == set(short.resources)
    assert data["digest"] == short.digest()
    assert said.err == ""


def test_the_page_stands_by_itself(nelm, file, short_settings, tmp_path):
    page = tmp_path / "page.html"
    assert nelm("explain", file, *short_settings, "--page", page).code == 0
    text = page.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "<script" not in text
    assert 'src="data:image/svg+xml;base64,' in text
    assert "http" not in text


def test_a_list_that_is_asked_for_too_much_is_warned_of(nelm, file, short_settings):
    tight = ("--set", "resources.ct.sittings.weekly.minutes=45 min")
    said = nelm("explain", file, *short_settings, *tight)
    assert "TOO MUCH" in said.out
    assert "! CT: " in said.out
    last = said.out[said.out.rindex("\nWarnings\n") :]
    assert "! CT: " in last
    assert "tumour board" not in last


def test_only_the_load_is_told_where_that_is_asked_for(nelm, file, short, short_settings):
    tight = ("--set", "resources.ct.sittings.weekly.minutes=45 min")
    said = nelm("explain", file, *short_settings, *tight, "--load")
    assert said.code == 0
    assert said.out.startswith("baseline: load against opening time")
    assert "! CT: " in said.out
    assert "An estimate: " in said.out
    assert "The tumour board" not in said.out
    data = json.loads(nelm("explain", file, *short_settings, "--load", "--json").out)
    assert {load["resource"] for load in data["loads"]} == set(short.resources)
    assert "board" not in data


def test_the_load_and_a_patient_are_not_asked_for_at_once(nelm, file):
    said = nelm("explain", file, "--load", "--patient", "ecog: 1")
    assert said.code == 2
    assert said.out == ""


def test_a_number_of_patients_is_not_written_like_a_year():
    assert OwnDemand({}, 1979).basis.startswith("An estimate: 1,979 of the scenario's patients walked")


def test_a_wrong_file_ends_with_2_and_says_nothing_else(nelm, tmp_path):
    said = nelm("explain", tmp_path / "no_such.yaml")
    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err


def test_a_page_that_can_not_be_written_ends_with_2(nelm, file, short_settings, tmp_path):
    (tmp_path / "taken").write_text("a file")
    said = nelm("explain", file, *short_settings, "--page", tmp_path / "taken" / "page.html")
    assert said.code == 2


def test_the_run_is_told_with_its_dates(short):
    assert run_sentence(short).startswith("8 replications from 2025-01-01 on, seed 1.")
    assert "from 2026-01-01 to 2027-01-01" in run_sentence(short)


def test_a_rate_that_grows_is_told_and_counted(short, read):
    growing = read("arrivals.trend={growth: 10 % per year, from: start}")
    assert "It rises by 10 % a year, compounded, from the run's first day on." in arrivals_sentence(growing)
    assert "some 138 in" in arrivals_sentence(short)
    assert "some 138 in" not in arrivals_sentence(growing)


def test_what_a_scenario_says_of_a_list_is_in_its_sentence(read, nobody):
    scenario = read(
        "resources.theatre.closures.august={from: 2026-08-03, until: 2026-08-07, why: Refit}",
        "resources.theatre.initiatives.saturdays={days: [saturday], start: '09:00', minutes: 300 min, "
        "from: 2026-03-01, until: 2026-05-31, why: To work off the queue}",
    )
    (load,) = [load for load in loads(scenario, nobody) if load.name == "theatre"]
    text = resource_sentence(scenario, "theatre", load)
    assert "Closed from 2026-08-03 to 2026-08-07: Refit." in text
    assert "Besides Saturday 09:00, 300 min, from 2026-03-01 until 2026-05-31 (To work off the queue)." in text


def test_where_treatments_are_given_and_overrides_are_told(read):
    scenario = read(
        "treatments.prrt={where: elsewhere, delay: {median: 8 weeks, sigma: 0.4}, assumption: Away.}",
        "evidence.supportive_visit=3 weeks",
    )
    said = dict(choices(scenario))
    assert said["Treatments"] == "PRRT elsewhere, half within 8 weeks of the decision"
    assert said["Evidence"] == "supportive_visit 3 weeks instead of 3 months"


def test_leave_and_what_falls_out_for_it_are_told(read):
    scenario = read(
        "staff.surgeon={means: Liver surgeons, people: [{name: lee, leave: [{name: june, from: 2026-06-01, "
        "until: 2026-06-05, why: Holiday}]}]}",
        "resources.theatre.sittings.monday.staff={surgeon: 1}",
    )
    text = dict(choices(scenario))["Staff"]
    assert "lee is away from 2026-06-01 to 2026-06-05 (Holiday)" in text
    assert "For want of staff 1 sitting of Theatre falls out when measured, first on 2026-06-01." in text
