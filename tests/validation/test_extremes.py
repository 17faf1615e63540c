"""What a model must do before its results are worth looking at; and that each question would notice if it did not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import nelm
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario
from sim.validation import extremes
from sim.validation.extremes import EXTREMES, WITHOUT_EFFECT, asked

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
FEW = 500


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return read_scenario(str(BASELINE), known=clinic_known())


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_values_have_their_obvious_answers(baseline, name):
    answers = asked(baseline, FEW, (name,))
    assert answers
    assert [answer.sentence for answer in answers if not answer.passed] == []


def test_without_a_name_every_question_is_asked(baseline, monkeypatch):
    monkeypatch.setattr(extremes, "EXTREMES", {name: lambda asks: [asks.patients] for name in "ab"})
    assert asked(baseline, FEW) == [FEW, FEW]


def wrong(baseline: Scenario, name: str) -> int:
    return sum(not answer.passed for answer in asked(baseline, FEW, (name,)))


@pytest.mark.parametrize(
    ("name", "change", "instead"),
    [
        ("nobody_dies", "no_deaths", lambda: {}),
        ("nobody_eligible", "_off", lambda rows: {}),
        ("blind_imaging", "_imaging", lambda seen: {}),
        ("perfect_imaging", "_imaging", lambda seen: {"evidence.detection_ct.ceiling": 0.2}),
        ("one_grade", "all_of", lambda grade: {}),
    ],
)
def test_a_question_notices_if_what_it_asks_is_not_so(baseline, monkeypatch, name, change, instead):
    monkeypatch.setattr(extremes, change, instead)
    assert wrong(baseline, name) == 1


@pytest.mark.parametrize("name", ["nobody_comes", "no_capacity"])
def test_a_hospital_that_works_as_ever_is_no_extreme(baseline, monkeypatch, name):
    monkeypatch.setattr(extremes.Asked, "queued", lambda asks, changes: asks.walked({})[0])
    assert wrong(baseline, name) == 1


def test_treatments_that_work_make_a_difference_to_somebody(baseline, monkeypatch):
    monkeypatch.setattr(extremes, "no_effect", lambda: {})
    assert wrong(baseline, "nothing_works") == len(WITHOUT_EFFECT)


def run(*arguments: str):
    return CliRunner().invoke(nelm, ["extremes", str(BASELINE), "--patients", str(FEW), *arguments])


def test_the_command_says_a_sentence_for_each_and_ends_with_0_where_all_are_right():
    done = run("--only", "blind_imaging", "--only", "nobody_comes")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "right  Nobody has a first symptom: the log of patients has to be empty; it has 0 rows.",
        "right  Imaging sees nothing: nobody may ever be known to have liver metastases; 0 are.",
        "",
        "2 of 2 are right.",
    ]


def test_the_command_ends_with_1_where_an_answer_is_wrong(monkeypatch):
    monkeypatch.setattr(extremes, "no_deaths", lambda: {})
    done = run("--only", "nobody_dies", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["answers"][0]["passed"] is False


def test_a_question_that_there_is_not_is_refused_with_the_nearest():
    done = run("--only", "nobody_die")
    assert "did you mean 'nobody_dies'?" in str(done.exception)
