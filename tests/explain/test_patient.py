"""A patient typed in gets the row that the model gives her, and is told why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sim.clinic.board import ATTRIBUTES
from sim.errors import InputError
from sim.explain.patient import decided, in_text, read_patient
from sim.explain.rows import board_here


@pytest.fixture(scope="session")
def fit(here) -> str:
    """A worked case of the board who is offered a resection, as she would be typed in."""
    resected = {row.name for row in here.rows["main"] if "minor_resection" in row.offer}
    case = next(case for case in here.board.cases if case.rows.get("main") in resected)
    return ", ".join(f"{name}: {value}" for name, value in case.findings.items())


def _ask(text, scenario, here):
    typed = read_patient(text, scenario, here)
    return typed, {one.table: one for one in decided(typed, here)}


def test_every_worked_case_of_the_board_is_decided_as_the_board_says(short, here):
    for case in here.board.cases:
        text = ", ".join(f"{name}: {value}" for name, value in case.findings.items())
        typed, _ = _ask(text, short, here)
        assert {name: typed.values[name] for name in case.findings} == case.findings
        as_written = replace(typed, values=case.findings)  # without what a first board would have known besides
        decisions = {one.table: one for one in decided(as_written, here)}
        assert {table: decisions[table].row for table in case.rows} == case.rows, case.who


def test_a_grade_is_read_as_histology_and_ki67_and_that_is_said(short, here):
    typed, _ = _ask("grade: NEC", short, here)
    assert typed.values["differentiation"] == "poor"
    assert typed.values["ki67_pct"] > 20
    assert typed.said[0].startswith("Grade NEC is read as differentiation poor and ki67_pct")


def test_what_was_typed_is_not_replaced_by_the_grade(short, here):
    typed, _ = _ask("grade: G2, ki67: 30 %", short, here)
    assert typed.values["ki67_pct"] == 30
    assert any("is not what G2 means" in sentence for sentence in typed.said)


def test_a_fit_patient_with_two_metastases_is_offered_resection(short, here, fit):
    _, decisions = _ask(fit, short, here)
    assert "resection" in decisions["main"].row
    assert any("offered" in line for line in decisions["main"].why)


def test_a_row_that_is_switched_off_is_passed_over_and_that_is_said(short, read, here, fit):
    _, before = _ask(fit, short, here)
    row = before["main"].row
    scenario = read(f"board.rows_off=[{row}]")
    _, after = _ask(fit, scenario, board_here(scenario))
    assert after["main"].row != row
    assert after["main"].barred == {row: "switched off in this scenario"}


def test_a_treatment_given_nowhere_in_reach_is_passed_over_and_that_is_said(short, read, here):
    growing = (
        "grade: G2, pattern: type_3, extrahepatic: present, receptors: positive, ecog: 1, progressing: yes, "
        "egfr: 80, liver_burden: 10, symptoms: no"
    )
    _, before = _ask(growing, short, here)
    assert before["main"].offer == "PRRT"
    scenario = read("treatments.prrt={where: none, assumption: Not here.}")
    _, after = _ask(growing, scenario, board_here(scenario))
    assert after["main"].row != before["main"].row
    assert after["main"].barred == {before["main"].row: "PRRT given nowhere in reach"}


def test_a_treatment_given_elsewhere_is_offered_with_where_and_when(read):
    scenario = read("treatments.prrt={where: elsewhere, delay: {median: 8 weeks, sigma: 0.4}, assumption: Away.}")
    growing = (
        "grade: G2, pattern: type_3, extrahepatic: present, receptors: positive, ecog: 1, progressing: yes, egfr: 80"
    )
    _, decisions = _ask(growing, scenario, board_here(scenario))
    assert decisions["main"].offer == "PRRT (given elsewhere, half within 8 weeks)"


def test_what_is_not_known_is_listed_and_the_rows_that_hang_on_it_are_named(short, here):
    typed, decisions = _ask("grade: G2, pattern: type_1, lesions: 2, ecog: 0", short, here)
    assert set(typed.unknown) == set(ATTRIBUTES) - set(typed.values)
    assert "extrahepatic" in typed.unknown
    assert any("extrahepatic" in asked for asked in decisions["main"].earlier.values())
    text = "\n".join(in_text(typed, list(decisions.values())))
    assert "Not known:" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_no_offer_is_headlined_while_earlier_rows_hang_on_what_is_not_known(short, here):
    _, decisions = _ask(
        "grade: G2, pattern: type_1, lesions: 2, ecog: 1, extrahepatic: absent, refractory: no", short, here
    )
    headline = decisions["main"].headline()
    assert headline.startswith("Cannot be said yet: rows minor_resection_type_1, ")
    assert "remnant, removable_pct" in headline
    assert headline.endswith("with nothing more known she would get: Surveillance (row watched)")


def test_an_offer_that_hangs_on_nothing_is_headlined_as_it_is(short, here):
    _, decisions = _ask("liver_metastases: absent, extrahepatic: absent, ecog: 1", short, here)
    one = decisions["main"]
    assert one.earlier == {}
    assert one.headline() == f"{one.offer} (row {one.row})"


def test_a_row_that_is_switched_off_is_not_waited_for(short, read, here):
    text = "grade: G2, pattern: type_1, lesions: 2, ecog: 1, extrahepatic: absent"
    assert "ablation_few_small" in _ask(text, short, here)[1]["main"].earlier
    without = read("board.rows_off=[ablation_few_small]")
    assert "ablation_few_small" not in _ask(text, without, board_here(without))[1]["main"].earlier


def test_a_row_that_fails_for_another_reason_is_not_said_to_hang_on_what_is_unknown(short, here):
    _, decisions = _ask("grade: G2, pattern: type_3, ecog: 4", short, here)
    for row in decisions["main"].earlier:
        asked = next(its.when for its in here.rows["main"] if its.name == row)
        assert "ecog" not in asked or asked["ecog"] == "> 2"


@pytest.mark.parametrize(
    ("text", "found", "todo"),
    [
        ("patern: type_1", "'patern'", "did you mean 'pattern'?"),
        ("grade: G4", "'G4'", ""),
        ("grade G2", "'grade G2'", ""),
        ("pattern: type_9", "'type_9'", "did you mean"),
        ("ecog: 7", "'7'", ""),
        ("ki67: many", "'many'", ""),
        ("ki67: 5, ki67_pct: 6", "a second time", ""),
        ("", "nothing", ""),
    ],
)
def test_what_can_not_be_is_refused_with_what_would_be_right(short, here, text, found, todo):
    with pytest.raises(InputError) as error:
        read_patient(text, short, here)
    assert found in str(error.value)
    assert todo in str(error.value)


def test_all_mistakes_are_told_at_once(short, here):
    with pytest.raises(InputError) as error:
        read_patient("patern: type_1, ecog: 9, grade: G7", short, here)
    assert len(error.value.problems) == 3


def test_the_command_answers_for_one_patient_in_words_and_as_data(nelm, file, short_settings, fit):
    said = nelm("explain", file, *short_settings, "--patient", fit)
    assert said.code == 0
    assert said.out.startswith("Patient: liver_metastases: present")
    told = json.loads(nelm("explain", file, *short_settings, "--patient", fit, "--json").out)
    assert told["decisions"][0]["row"] in said.out


def test_the_command_refuses_an_unknown_word_with_2(nelm, file):
    said = nelm("explain", file, "--patient", "eccog: 1")
    assert said.code == 2
    assert "did you mean 'ecog'?" in said.err
    assert said.out == ""
