"""What differs between two scenarios is told, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.explain.difference import compared
from sim.running import clinic_known
from sim.scenario import read_scenario


def _words(a, b):
    return [one.words for one in compared(a, b).found]


def test_a_line_that_goes_over_into_another_is_told_as_one_change_from_that_day(file):
    halved = read_scenario(file.with_name("pet_slots_halved.yaml"), known=clinic_known())
    baseline = read_scenario(file, known=clinic_known())
    assert _words(baseline, halved) == [
        "Minutes of the Friday sitting 315 min -> 135 min, cases 7 -> 3 from 2026-01-01 on (as 'friday_half')",
        "Minutes of the Tuesday sitting 315 min -> 180 min, cases 7 -> 4 from 2026-01-01 on (as 'tuesday_half')",
    ]
    assert {one.section for one in compared(baseline, halved).found} == {"Resource: PET"}


def test_where_a_treatment_is_given_is_told_in_words(file):
    baseline = read_scenario(file, known=clinic_known())
    away = read_scenario(file.with_name("no_prrt_on_site.yaml"), known=clinic_known())
    nowhere = baseline.changed({"treatments.tare": {"where": "none", "assumption": "Not paid for."}})
    assert _words(baseline, nowhere) == ["TARE is given nowhere in reach, not here"]
    assert _words(nowhere, baseline) == ["TARE is given here, not nowhere in reach"]
    assert _words(baseline, away) == [
        "PRRT is given at another hospital, after a wait (median 10 weeks, sigma 0.4), not here"
    ]


def test_a_scenario_and_the_resolved_one_of_its_results_mean_the_same(short, tmp_path):
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(short.resolved_yaml(), encoding="utf-8")
    its = compared(short, read_scenario(resolved, known=clinic_known()))
    assert its.same
    assert its.found == ()
    assert "mean the same" in its.text()


def test_another_name_and_question_do_not_make_another_scenario(short, tmp_path):
    other = tmp_path / "other.yaml"
    text = short.resolved_yaml().replace("scenario: baseline", "scenario: other", 1)
    other.write_text(text.replace(f"question: {short.question}", "question: Is it?", 1), encoding="utf-8")
    its = compared(short, read_scenario(other, known=clinic_known()))
    assert its.same
    assert its.text() == "baseline and other mean the same: only the name and the question differ."


def test_more_replications_are_told_and_change_nothing(read):
    its = compared(read("run.replications=2"), read("run.replications=5"))
    assert its.same
    assert [one.words for one in its.found] == ["Replications 2 -> 5"]


def test_the_same_in_other_units_is_no_difference(read):
    a = read("resources.ct.notice=7 days", "resources.ct.competing.liver_and_pancreas.rate=7 per week")
    b = read("resources.ct.notice=1 week", "resources.ct.competing.liver_and_pancreas.rate=1 per day")
    assert compared(a, b).found == ()


def test_other_words_alone_are_said_to_change_no_replication(short, read):
    its = compared(short, read("resources.ct.assumption=Guessed."))
    assert not its.same
    assert "differ in words only" in its.text()


def test_an_override_is_told_beside_the_value_of_the_card(short, read):
    (told,) = _words(short, read("evidence.supportive_visit=3 weeks"))
    assert told == "supportive_visit: 3 months (the card's) -> 3 weeks"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "resources.ir_list.sittings.extra={days: [saturday], start: '08:30', minutes: 360 min, from: 2026-01-01}",
            "New: the extra sitting (days Saturday, beginning 08:30, minutes 360 min, first day 2026-01-01)",
        ),
        ("resources.theatre.cancelled=10 %", "Cancelled 4 % -> 10 %"),
        ("arrivals.rate=200 per year", "Rate 138 per year -> 200 per year"),
        (
            "resources.board.competing.lung_and_other_primaries.rate=5 per week",
            "Rate of the lung and other primaries stream of other patients 2.2 per week -> 5 per week",
        ),
        (
            "resources.ct.closures.august={from: 2026-08-01, until: 2026-08-28, why: New scanner}",
            "New: the august closure (first day 2026-08-01, last day 2026-08-28, why New scanner)",
        ),
    ],
)
def test_a_change_is_told_as_a_planner_writes_it(short, read, setting, told):
    assert _words(short, read(setting)) == [told]


def test_what_only_one_scenario_has_is_told_from_either_side(short, read):
    more = read("resources.ward.changes.less={on: 2026-05-01, capacity: 12}")
    assert _words(short, more) == ["New: the less change (date 2026-05-01, capacity 12)"]
    assert _words(more, short) == ["No more: the less change (date 2026-05-01, capacity 12)"]


CHANGES = {
    "run.seed": st.integers(2, 10**6),
    "resources.icu.capacity": st.integers(5, 40),
    "resources.mri.notice": st.integers(6, 60).map(lambda days: f"{days} days"),
    "resources.pet.missed": st.sampled_from([0.25, 0.5]),
    "evidence.supportive_visit": st.integers(4, 20).map(lambda weeks: f"{weeks} weeks"),
    "resources.theatre.competing.hepatocellular_carcinoma.minutes.median": st.integers(30, 200).map(
        lambda minutes: f"{minutes} min"
    ),
}


@given(st.fixed_dictionaries({}, optional=CHANGES))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_what_was_changed_is_told(short, changes):
    its = compared(short, short.changed(changes))
    assert {one.path for one in its.found} == set(changes)
    assert its.same == (not changes)


def test_both_files_mistakes_are_told_at_once(nelm, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("kind: scenario\n")
    said = nelm("diff", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert said.code == 2
    assert "one.yaml" in said.err
    assert "two.yaml" in said.err
    assert said.out == ""


def test_a_folder_of_results_stands_for_its_resolved_scenario(nelm, file, tmp_path):
    baseline = read_scenario(file, known=clinic_known())
    (tmp_path / "resolved.yaml").write_text(baseline.resolved_yaml(), encoding="utf-8")
    said = nelm("diff", file, tmp_path, "--json")
    assert said.code == 0
    assert json.loads(said.out)["same"] is True
