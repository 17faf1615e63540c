"""Errors as part of the product: what a message says, and how a command ends."""

from __future__ import annotations

import pytest

from sim.errors import CheckError, InputError, NelmError, Problem, RunError, nearest


def test_a_problem_is_a_place_and_three_sentences():
    problem = Problem("a.yaml", 3, 9, "run.seed", "-1", "a whole number, 0 or more", "leave it out")
    assert str(problem).splitlines() == [
        "a.yaml:3:9  run.seed",
        "  found:    -1",
        "  expected: a whole number, 0 or more",
        "  to do:    leave it out",
    ]


@pytest.mark.parametrize(
    ("problem", "first"),
    [
        (Problem("a.yaml", 3, 0, "run"), "a.yaml:3  run"),
        (Problem("a.yaml", 0, 4, "run"), "a.yaml  run"),
        (Problem(path="run"), "run"),
        (Problem("a.yaml"), "a.yaml"),
        (Problem(found="x"), "  found:    x"),
    ],
)
def test_what_is_not_known_about_a_place_is_left_out(problem, first):
    assert str(problem).splitlines()[0] == first


def test_all_problems_are_told_at_once_in_the_order_given():
    two = [Problem("b.yaml", 2, 1, "y"), Problem("a.yaml", 1, 1, "x")]
    error = InputError(problem for problem in two)
    assert error.problems == tuple(two)
    assert str(error) == "b.yaml:2:1  y\na.yaml:1:1  x"


def test_one_problem_needs_no_list():
    assert InputError(Problem(path="x")).problems == (Problem(path="x"),)


def test_each_kind_ends_the_command_with_its_own_code_and_is_one_family():
    assert [kind.exit_code for kind in (CheckError, InputError, RunError)] == [1, 2, 3]
    assert all(issubclass(kind, NelmError) for kind in (CheckError, InputError, RunError))


def test_the_nearest_name_is_offered_only_where_one_is_near():
    names = ["theatre", "ward", "icu"]
    assert nearest("theater", names) == "did you mean 'theatre'?"
    assert nearest("Ward", names) == "did you mean 'ward'?"
    assert nearest("scanner", names) == ""
    assert nearest("", names) == nearest("x", []) == ""
