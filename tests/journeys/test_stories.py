"""Worked patients: the shipped ones come out as a clinician wrote them, and a wrong or untrue one is told in words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import nelm
from sim.errors import InputError
from sim.evidence import read_evidence
from sim.stories.comparing import differences, happened, told
from sim.stories.story_file import read_story
from sim.stories.telling import BOTH, engines, log_by

HERE = Path(__file__).parent
SHIPPED = sorted((HERE.parents[1] / "scenarios" / "stories").glob("*.yaml"))
BASELINE = HERE.parents[1] / "scenarios" / "baseline.yaml"
WRONG = sorted((HERE / "wrong_stories").glob("*.yaml"))
SHE = "{age: 60, sex: female, site: small_intestine, grade: G1, ki67_pct: 2, growth: 0.1 % per month}"
ONE_LESION = "liver_metastases: [{cm: 3.9, lobe: right}]\n"


@pytest.fixture
def story(tmp_path):
    """`story(text)`: a story of a woman of 60, of the rest of its file."""

    def read(text: str = "", person: str = SHE):
        file = tmp_path / "her.yaml"
        file.write_text(f"kind: story\nstory: her\nmeans: Hers.\npatient: {person}\nyears: 1\n{text}")
        return read_story(file)

    return read


def rows_of(story):
    return happened(log_by(story, engines(BOTH)), story.scenario.run.start)


def said(story) -> list[str]:
    return differences(story, rows_of(story))


def happens(story) -> list[str]:
    return [f"{row.day} {row.words}" for row in told(rows_of(story))]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_story_comes_out_as_it_is_written_and_the_same_by_both_engines(file):
    its = read_story(file)
    assert its.journey, "a shipped story expects something"
    assert said(its) == []


def test_the_shipped_stories_are_at_least_sixteen_and_no_two_journeys_are_the_same():
    journeys = [tuple((line.event, line.why) for line in read_story(file).journey) for file in SHIPPED]
    assert len(set(journeys)) == len(SHIPPED) >= 16


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_a_wrong_story_is_refused_with_exactly_this_message(file, monkeypatch):
    monkeypatch.chdir(HERE / "wrong_stories")
    with pytest.raises(InputError) as refused:
        read_story(file.name)
    assert str(refused.value) + "\n" == file.with_suffix(".txt").read_text("utf-8")


def test_in_a_story_nothing_is_spread_about_its_median(story):
    values = dict(zip(read_evidence().flat, read_evidence().known(story().scenario.numbers()), strict=True))
    assert {name: value for name, value in values.items() if name.endswith("sigma") and value} == {}


# -- what is told, happens


def test_someone_without_metastases_never_gets_any(story):
    assert not [line for line in happens(story()) if "metastasised" in line]


def test_metastases_that_come_later_come_on_that_day(story):
    later = "liver_metastases: [{after: 100 days, cm: 2, lobe: left}]\n"
    assert "2024-04-13 metastasised" in happens(story(later))


def test_spread_is_of_the_kind_and_comes_on_the_day_that_is_told(story):
    its = story(ONE_LESION + "spread: [{to: bone, after: 20 days, hurts_after: 10 days}]\n")
    assert [line for line in happens(its) if "spread" in line or "pain" in line] == [
        "2024-01-24 spread",
        "2024-02-03 pain",
    ]


@pytest.mark.parametrize("cause", ["cancer", "other_cause"])
def test_death_comes_on_the_day_and_of_the_cause_that_are_told(story, cause):
    its = story(ONE_LESION + f"dies: {{after: 200 days, of: {cause}}}\n")
    assert happens(its)[-1] == f"2024-07-22 died of {cause}"


def test_a_story_may_take_place_in_another_hospital_and_with_other_resources(story):
    closed = ONE_LESION + 'change: {resources.theatre.sittings.weekly.from: "2024-06-01"}\n'
    assert "2024-06-03 treated minor_resection" in happens(story(closed))


# -- where it differs


def expecting(*lines: str, never: str = "") -> str:
    return ONE_LESION + "journey:\n" + "".join(f"  - {{{line}}}\n" for line in lines) + never


def test_what_comes_later_than_expected_is_told_with_the_days(story):
    its = story(expecting("date: 2024-03-04, event: treated, treatment: minor_resection"))
    assert said(its) == [
        "line 8: treated minor_resection was expected on 2024-03-04; it came on 2024-03-11, 7 days later."
    ]


def test_another_decision_than_the_expected_one_is_named(story):
    its = story(
        expecting("date: 2024-02-19, event: diagnosed", "date: 2024-02-21, event: decided, row: ablation_few_small")
    )
    assert said(its) == [
        "line 9: decided by the row ablation_few_small was expected on 2024-02-21 after 'diagnosed' of 2024-02-19; "
        "instead: decided by the row minor_resection_type_1 on 2024-02-21."
    ]


def test_what_never_comes_is_told_with_what_came(story):
    its = story(expecting("date: 2024-03-11, event: cleared", "date: 2024-09-01, event: pain"))
    assert said(its) == [
        "line 9: pain was expected on 2024-09-01 after 'cleared' of 2024-03-11; it never came. "
        "What came: 2024-03-17 completed minor_resection; 2024-12-31 left of horizon."
    ]


def test_what_must_not_happen_and_does_is_told(story):
    its = story(ONE_LESION + "never:\n  - {event: treated, treatment: ssa}\n")
    assert said(its) == ["line 8: on 2024-02-21 it came to what must not happen: treated ssa."]


def test_lines_that_a_story_leaves_out_may_happen(story):
    assert said(story(expecting("date: 2024-01-04, event: arrived", "date: 2024-03-11, event: cleared"))) == []


# -- the command


def run(*arguments: str):
    return CliRunner().invoke(nelm, ["story", *arguments])


def test_the_command_prints_lines_that_can_be_copied_into_the_story(story, tmp_path):
    its = story(ONE_LESION)
    lines = [line for line in run(its.file).output.splitlines() if line.startswith("  - ")]
    copied = story(ONE_LESION + "journey:\n" + "\n".join(lines) + "\n")
    assert copied.journey[0].date == date(2024, 1, 4)
    assert said(copied) == []


def test_the_command_ends_with_0_where_all_is_right_and_with_1_where_something_differs(story):
    assert run(str(SHIPPED[0]), "--quiet").exit_code == 0
    assert run(story(expecting("date: 2024-03-04, event: cleared")).file).exit_code == 1


def test_as_json_the_journey_and_the_differences_are_told(story):
    answer = json.loads(run(story(expecting("date: 2024-03-04, event: cleared")).file, "--json").output)
    its = answer["stories"][0]
    assert (its["story"], its["right"], len(its["differs"])) == ("her", False, 1)
    assert its["journey"][0] == {"date": "2024-01-04", "event": "arrived", "why": "", "resource": "", "value": 0}


def test_a_scenario_that_is_named_in_its_place_is_called_a_scenario() -> None:
    refused = run(str(BASELINE)).exception
    assert isinstance(refused, InputError)
    assert str(refused).endswith(
        f"  found:    a scenario (kind: scenario)\n  expected: a story\n  to do:    nelm run {BASELINE} takes it"
    )
