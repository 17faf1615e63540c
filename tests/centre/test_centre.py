"""A scenario for one's own centre, from a few answers: what is written means what was answered."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.centre import QUESTIONS, Answers, usual, written
from sim.commands.new import new
from sim.errors import InputError
from sim.running import clinic_known
from sim.scenario import ListResource, PlaceResource, Scenario, read_scenario

BASE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


@cache
def reference() -> Scenario:
    return read_scenario(BASE, known=clinic_known())


@pytest.fixture(scope="module")
def base() -> Scenario:
    return reference()


def read(tmp_path: Path, answers: Answers, base: Scenario) -> Scenario:
    """The scenario that these answers make."""
    path = tmp_path / "ours.yaml"
    path.write_text(written("ours", "What?", answers, base, str(BASE)), encoding="utf-8")
    return read_scenario(path, known=clinic_known())


def minutes_a_week(scenario: Scenario, name: str) -> float:
    its = scenario.resources[name]
    assert isinstance(its, ListResource)
    return sum(line.minutes * len(line.days) * line.rooms / line.every for line in its.sittings)


def lists_a_week(scenario: Scenario, name: str) -> float:
    its = scenario.resources[name]
    assert isinstance(its, ListResource)
    return sum(len(line.days) * line.rooms for line in its.sittings)


def test_the_usual_answers_for_the_base_are_the_base(tmp_path: Path, base: Scenario) -> None:
    ours = read(tmp_path, usual(base), base)
    assert ours.arrivals.rate == base.arrivals.rate
    for name, its in base.resources.items():
        if isinstance(its, ListResource):
            assert minutes_a_week(ours, name) == pytest.approx(minutes_a_week(base, name)), name
            assert lists_a_week(ours, name) == lists_a_week(base, name), name
        elif isinstance(its, PlaceResource):
            assert its.capacity == ours.resources[name].capacity  # type: ignore[union-attr]


def test_demand_is_scaled_to_the_catchment(tmp_path: Path, base: Scenario) -> None:
    ours = read(tmp_path, usual(base, base.catchment.population // 2), base)
    assert ours.arrivals.rate == pytest.approx(base.arrivals.rate / 2, rel=1e-3)
    for name, its in base.resources.items():
        if isinstance(its, ListResource | PlaceResource):
            for stream, half in zip(its.competing, ours.resources[name].competing, strict=True):  # type: ignore[union-attr]
                assert half.rate == pytest.approx(stream.rate / 2, rel=1e-2), f"{name}.{stream.name}"


def test_what_was_answered_is_what_the_file_says(tmp_path: Path, base: Scenario) -> None:
    answers = replace(
        usual(base), first_year=2030, country="IE", board_weeks=2, board_cases=14, theatre_lists=7, ir_lists=0,
        pet_lists=1, pet_cases=9, ward_beds=31, icu_beds=2, prrt="elsewhere", transplant="none",
    )  # fmt: skip
    ours = read(tmp_path, answers, base)
    board = ours.resources["board"].sittings[0]  # type: ignore[union-attr]
    assert (board.every, board.cases) == (2, 14)
    assert board.minutes == pytest.approx(9 * 14, abs=15)
    assert [lists_a_week(ours, name) for name in ("theatre", "ir_list", "pet")] == [7, 0, 1]
    assert ours.resources["pet"].sittings[0].cases == 9  # type: ignore[union-attr]
    assert [ours.resources[name].capacity for name in ("ward", "icu")] == [31, 2]  # type: ignore[union-attr]
    assert {name: care.where for name, care in ours.treatments.items()} == {"prrt": "elsewhere", "transplant": "none"}
    assert ours.holidays.country == "IE"
    assert ours.run.start.year + round(ours.run.warm_up / (365.25 * 1440)) == 2030


@settings(max_examples=8, deadline=None)
@given(
    people=st.integers(1000, 60_000_000),
    weeks=st.integers(1, 8),
    cases=st.integers(1, 60),
    lists=st.integers(0, 40),
    beds=st.integers(0, 200),
    where=st.sampled_from(["here", "elsewhere", "none"]),
)
def test_any_centre_that_can_be_answered_for_is_a_right_scenario(
    people: int, weeks: int, cases: int, lists: int, beds: int, where: str
) -> None:
    base = reference()
    answers = replace(
        usual(base, people), board_weeks=weeks, board_cases=cases, theatre_lists=lists, ir_lists=lists,
        pet_lists=lists, pet_cases=min(cases, 18), ward_beds=beds, icu_beds=beds, prrt=where, transplant=where,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        ours = read(Path(folder), answers, base)
    assert lists_a_week(ours, "theatre") == lists


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"population": 12}, "population\n  found:    12\n  expected: a whole number, 1000 or more"),
        (
            {"prrt": "there"},
            "prrt\n  found:    'there'\n  expected: here or elsewhere or none\n  to do:    did you mean 'here'?",
        ),
        ({"prrt": "zzz"}, "prrt\n  found:    'zzz'\n  expected: here or elsewhere or none"),
        (
            {"country": "England"},
            "country\n  found:    'England'\n  expected: a country in two capital letters, such as GB, or none",
        ),
        ({"ward_beds": -1}, "ward_beds\n  found:    -1\n  expected: a whole number, 0 or more"),
    ],
)
def test_an_answer_that_can_not_be_is_refused_with_what_was_expected(
    base: Scenario, answer: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError) as error:
        replace(usual(base), **answer)  # type: ignore[arg-type]
    assert str(error.value) == message


# ------------------------------------------------------------------ the command


def ask(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(new, ["ours", "--base", str(BASE), "--folder", str(tmp_path), *arguments])


def test_places_and_grafts_nobody_is_asked_about_are_scaled_too(tmp_path: Path, base: Scenario) -> None:
    ours = read(tmp_path, usual(base, base.catchment.population * 2), base)
    for name in ("day_bed", "prrt_room", "injections"):
        assert ours.resources[name].capacity == 2 * base.resources[name].capacity  # type: ignore[union-attr]
    assert ours.resources["grafts"].rate == 2 * base.resources["grafts"].rate  # type: ignore[union-attr]


def test_a_list_that_stays_though_its_treatment_is_given_elsewhere_says_why(base: Scenario) -> None:
    here = written("ours", "What?", usual(base), base, "baseline.yaml")
    away = replace(usual(base), prrt="elsewhere", transplant="elsewhere")
    elsewhere = written("ours", "What?", away, base, "baseline.yaml")
    assert "These patients have no radionuclide therapy here." in elsewhere
    assert "# not used: transplants are given elsewhere" in elsewhere
    assert "no radionuclide therapy here" not in here
    assert "not used" not in here


@pytest.mark.parametrize("typed", ["1,900,000", "1 900 000", "1'900'000", "1900000"])
def test_thousands_may_stand_apart(tmp_path: Path, typed: str) -> None:
    said = ask(tmp_path, "--yes", "--population", typed)
    assert said.exit_code == 0, said.output
    assert read_scenario(tmp_path / "ours.yaml", known=clinic_known()).catchment.population == 1_900_000


def test_a_ward_without_beds_is_remarked_on_when_it_is_written(tmp_path: Path) -> None:
    said = ask(tmp_path, "--yes", "--ward-beds", "0")
    assert said.exit_code == 0, said.output
    assert "remark: Ward: none are there, yet " in said.output


def test_the_command_writes_a_file_that_is_right_and_says_what_to_do_next(tmp_path: Path) -> None:
    said = ask(tmp_path, "--yes", "--population", "1200000", "--board-weeks", "2")
    assert said.exit_code == 0, said.output
    assert "nelm explain" in said.output
    scenario = read_scenario(tmp_path / "ours.yaml", known=clinic_known())
    assert scenario.catchment.population == 1_200_000


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("mine", encoding="utf-8")
    said = ask(tmp_path, "--yes")
    assert isinstance(said.exception, InputError)
    assert "a file of that name" in str(said.exception)
    assert (tmp_path / "ours.yaml").read_text("utf-8") == "mine"


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    said = CliRunner().invoke(new, ["Our Centre", "--base", str(BASE), "--folder", str(tmp_path), "--yes"])
    assert isinstance(said.exception, InputError)
    assert list(tmp_path.iterdir()) == []


def test_every_question_has_a_flag_and_every_flag_an_answer() -> None:
    flags = {option.name for option in new.params} - {"name", "question", "base", "folder", "yes"}
    assert flags == {question.name for question in QUESTIONS} == set(Answers.__dataclass_fields__)
