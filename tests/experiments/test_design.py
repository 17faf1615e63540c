"""The file of a design is read once, checked as a whole, and gives the points it promises."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.experiments.design import Design, read_design
from sim.experiments.points import Parameter, listed, points_of, quantity

HERE = Path(__file__).parent
FOLDER = HERE / "wrong_designs"
SCENARIOS = HERE.parents[1] / "scenarios"
SCENARIO_FILES = ("small", "wrong_scenario")
WRONG = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in SCENARIO_FILES)

HEAD = """kind: sweep
sweep: a_sweep
question: What does it do?
scenario: {scenario}
replications: 2
"""


@pytest.fixture(scope="module")
def design(tmp_path_factory) -> Callable[[str], Design]:
    """`design(text)`: a design of the small scenario, of the rest of its file."""

    def read(text: str) -> Design:
        file = tmp_path_factory.mktemp("design") / "a_sweep.yaml"
        file.write_text(HEAD.format(scenario=FOLDER / "small.yaml") + text)
        return read_design(file)

    return read


def cells(design: Design) -> list[tuple[object, ...]]:
    return [design.cells(point) for point in design.points]


# -- wrong files


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_design_is_refused_with_exactly_this_message(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    with pytest.raises(InputError) as refused:
        read_design(f"{name}.yaml")
    assert str(refused.value) + "\n" == Path(f"{name}.txt").read_text("utf-8")


def test_every_wrong_design_has_its_message_and_every_message_its_design():
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == WRONG
    assert len(WRONG) >= 40


def test_every_message_says_what_was_found_and_what_was_expected():
    for path in FOLDER.glob("*.txt"):
        lines = path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("  "):
                assert lines[number + 1].startswith("  found:    "), path.name
                assert lines[number + 2].startswith("  expected: "), path.name


# -- the points


def test_a_grid_has_every_combination_and_its_last_parameter_changes_first(design):
    its = design(
        "design: grid\n"
        "parameters:\n"
        "  - {name: beds, path: resources.ward.capacity, values: [18, 20]}\n"
        "  - {name: arrivals, path: arrivals.rate, from: 50 per year, to: 100 per year, steps: 3}\n"
    )
    assert cells(its) == list(itertools.product([18, 20], [50, 75, 100]))
    assert [point.number for point in its.points] == [0, 1, 2, 3, 4, 5]
    assert its.scenario(its.points[4]).arrivals.rate == 75.0
    assert its.scenario(its.points[4]).resources["ward"].capacity == 20


def test_one_at_a_time_has_the_base_once_and_then_each_parameter_alone(design):
    its = design(
        "design: one_at_a_time\n"
        "set: {resources.icu.capacity: 5}\n"
        "parameters:\n"
        "  - {name: beds, path: resources.ward.capacity, values: [18, 22]}\n"
        '  - {name: pet_minutes, path: resources.pet.sittings.tuesday.minutes, values: ["270 min"]}\n'
    )
    assert cells(its) == [(20, 315), (18, 315), (22, 315), (20, 270)]
    assert its.points[0].digest == its.base.digest()
    assert {its.scenario(point).resources["icu"].capacity for point in its.points} == {5}


def test_what_is_set_holds_for_every_point_and_is_what_the_base_is(design):
    its = design(
        "design: grid\n"
        "set: {resources.ward.capacity: 25}\n"
        "parameters: [{name: icu, path: resources.icu.capacity, values: [3, 4]}]\n"
    )
    assert {its.scenario(point).resources["ward"].capacity for point in its.points} == {25}
    assert its.points[1].digest == its.base.digest()


def test_a_parameter_with_several_paths_gives_all_of_them_the_same_value(design):
    its = design(
        "design: grid\n"
        "parameters:\n"
        "  - name: delay\n"
        "    path: [evidence.delay_pancreas.median, evidence.delay_other.median]\n"
        "    values: [6 months, 12 months]\n"
    )
    assert [dict(its.scenario(point).evidence) for point in its.points] == [
        {"delay_pancreas.median": value, "delay_other.median": value} for value in ("6 months", "12 months")
    ]
    assert its.base_cells == (None,)  # the two cards differ, so there is no one value


def test_the_value_of_an_evidence_card_is_the_bases_where_nothing_else_is_said(design):
    its = design(
        "design: one_at_a_time\n"
        "parameters: [{name: delay, path: evidence.delay_pancreas.median, values: [1 year, 3 years]}]\n"
    )
    assert its.parameters[0].unit == ""  # the units differ, so they are texts
    its = design(
        "design: one_at_a_time\n"
        "parameters: [{name: delay, path: evidence.delay_pancreas.median, values: [12 months, 36 months]}]\n"
    )
    assert cells(its) == [(24,), (12,), (36,)]


def test_values_may_be_texts_and_whole_parts_of_a_scenario(design):
    its = design(
        "design: grid\n"
        "parameters:\n"
        "  - {name: meets, path: resources.board.sittings.weekly.every, values: [1 week, 2 weeks]}\n"
        "  - {name: preference, path: preference, values: [{tae: 1.0, tace: 0.0}, {tae: 0.0, tace: 1.0}]}\n"
    )
    assert cells(its)[1] == ("1 week", '{"tae": 0.0, "tace": 1.0}')
    assert its.scenario(its.points[1]).weights()["tace"] == 1.0


def test_more_points_than_ten_thousand_are_taken_where_the_file_says_so(design):
    text = (
        "design: grid\n{}"
        "parameters:\n"
        "  - {{name: beds, path: resources.ward.capacity, values: [18, 20]}}\n"
        "  - {{name: icu, path: resources.icu.capacity, values: [3, 4]}}\n"
    )
    with pytest.raises(InputError, match="4 points"):
        design(text.format("limit: 3\n"))
    assert len(design(text.format("limit: 4\n")).points) == 4


def test_points_of_equal_meaning_have_equal_digests(design):
    its = design(
        'design: grid\nparameters: [{name: stay, path: run.measured, values: ["365.25 days", 1 year, "366 days"]}]\n'
    )
    assert len({point.digest for point in its.points}) == 2


SAMPLED = (
    "design: {kind}\npoints: {points}\nseed: {seed}\n"
    "parameters:\n"
    "  - {{name: beds, path: resources.ward.capacity, from: 18, to: 21, whole: true}}\n"
    "  - {{name: arrivals, path: arrivals.rate, from: 10 per year, to: 1000 per year, scale: log}}\n"
)


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_sampled_points_are_the_same_for_the_same_seed_and_others_for_another(design, kind):
    first, again, other = (cells(design(SAMPLED.format(kind=kind, points=8, seed=seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range(design):
    its = cells(design(SAMPLED.format(kind="latin_hypercube", points=16, seed=3)))
    assert Counter(beds for beds, _ in its) == {18: 4, 19: 4, 20: 4, 21: 4}
    parts = sorted(math.floor(16 * math.log(rate / 10) / math.log(100)) for _, rate in its)
    assert parts == list(range(16))


def test_sobol_points_halve_each_range_evenly_and_are_the_first_of_the_longer_sequence(design):
    sixteen = cells(design(SAMPLED.format(kind="sobol", points=16, seed=3)))
    assert sum(rate < 100 for _, rate in sixteen) == 8
    assert cells(design(SAMPLED.format(kind="sobol", points=11, seed=3))) == sixteen[:11]


def test_sobol_points_that_are_no_power_of_two_are_remarked_on(design):
    assert design(SAMPLED.format(kind="sobol", points=16, seed=1)).notes == ()
    (note,) = design(SAMPLED.format(kind="sobol", points=12, seed=1)).notes
    assert "8 or 16 would be" in note


# -- ranges and quantities


@given(
    ends=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)).filter(lambda ends: ends[0] < ends[1]),
    share=st.floats(0, 1, exclude_max=True),
    log=st.booleans(),
    whole=st.booleans(),
)
def test_a_value_of_a_range_lies_in_it_and_is_put_in_just_as_the_table_shows_it(ends, share, log, whole):
    low, high = ends
    value = Parameter("x", (), "min", (), low, high, log, whole).at(share)
    rounding = 1e-5 * high
    assert low - rounding <= value.cell <= high + rounding
    assert quantity(value.typed) == (value.cell, "min")
    assert not whole or isinstance(value.cell, int)


@given(low=st.integers(0, 5), more=st.integers(1, 6), parts=st.integers(1, 4))
def test_whole_numbers_of_a_range_are_equally_likely_to_the_last(low, more, parts):
    its = Parameter("x", (), "", (), low, low + more, whole=True)
    number = parts * (more + 1)
    found = Counter(its.at((place + 0.5) / number).cell for place in range(number))
    assert found == dict.fromkeys(range(low, low + more + 1), parts)


def test_listed_values_of_different_units_are_texts():
    assert listed(["1 day", "2 weeks"]) == ("", tuple(listed(["1 day", "2 weeks"])[1]))
    assert [value.cell for value in listed(["1 day", "2 weeks"])[1]] == ["1 day", "2 weeks"]
    assert listed([1, "2 weeks"])[1][0].cell == "1"


def test_a_sampled_parameter_with_listed_values_takes_each_of_them_equally_often():
    its = Parameter("x", (), "", listed(["a", "b", "c"])[1])
    points = points_of("latin_hypercube", [its], 12, 5)
    assert Counter(value.cell for (value,) in points) == {"a": 4, "b": 4, "c": 4}


# -- what is shipped


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("sweep_*.yaml")), ids=lambda path: path.stem)
def test_each_shipped_design_is_sound_and_asks_a_question(path):
    its = read_design(path)
    assert its.question.endswith("?")
    assert its.notes == ()
    assert len({point.digest for point in its.points}) >= 10
