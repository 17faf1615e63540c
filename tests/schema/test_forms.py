"""The form of a value never refuses what its reader takes, and refuses what is plainly something else."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import TypeAdapter, ValidationError

from sim.scenario import words
from sim.scenario.forms import mapping, typed_as
from sim.units import MINUTES

TYPES = {
    name: its
    for name, its in vars(words).items()
    if name[0].isupper() and get_args(its) and hasattr(its, "__metadata__")
}
READERS = {name: TypeAdapter(its) for name, its in TYPES.items()}
FORMS = {name: Draft7Validator(reader.json_schema(mode="validation")) for name, reader in READERS.items()}

numbers = st.one_of(
    st.integers(0, 10**6).map(str),
    st.floats(0, 1000, allow_subnormal=False).map(lambda x: f"{x:g}"),
    st.sampled_from(["0", "100", "+3", "-2", ".5", "7.", "1e1", "2E-1", "007"]),
)
units = st.one_of(
    st.sampled_from([*MINUTES, *(f"{unit}s" for unit in MINUTES), "min", "mins", "h", "d", "dayz", "fortnight"]),
).flatmap(lambda unit: st.sampled_from([unit, unit.upper(), unit.title()]))
gaps = st.sampled_from(["", " ", "  "])
quantities = st.one_of(
    st.tuples(gaps, numbers, gaps, units, gaps).map("".join),
    st.tuples(numbers, gaps, st.sampled_from(["per ", "/", "a ", "an "]), units).map("".join),
    st.tuples(numbers, gaps, st.just("%"), gaps).map("".join),
    st.tuples(numbers, st.sampled_from([" % per year", "% a year", " %  per  year "])).map("".join),
)
others = st.one_of(
    st.dates().map(str),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.sampled_from(["start", "end", "measured", "no limit", "ir_list", "Ward", "24:00", "9:00", "2025-02-30", ""]),
    st.integers(-3, 2000),
    st.floats(-1, 6),
    st.booleans(),
    st.lists(st.sampled_from([*words.WEEKDAYS, "Monday"]), max_size=4),
    st.dictionaries(st.sampled_from("0124"), st.sampled_from([0.5, "50 %", 1, "25 %"]), max_size=3),
    st.dictionaries(st.dates().map(str), st.text(max_size=5), max_size=2),
    st.dictionaries(st.sampled_from(["surgeon", "nurse"]), st.integers(0, 3), max_size=2),
    st.just(dict.fromkeys(words.MONTHS, 1)),
)


@pytest.mark.parametrize("name", TYPES)
@given(value=st.one_of(quantities, others))
def test_what_a_reader_takes_its_form_takes(name: str, value: Any) -> None:
    try:
        read = READERS[name].validate_python(value)
    except ValidationError:
        return
    minus_zero = read == 0 and isinstance(value, str) and value.strip().startswith("-")  # nobody types -0
    assert FORMS[name].is_valid(value) or minus_zero


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("Duration", ["90 min", "1.5 Months", "2h"], ["90", 90, "0 min", "-3 days", "3 dayz", "min"]),
        ("DurationOrZero", ["0 min", "5 years"], ["-5 years", "soon"]),
        ("Rate", ["3 per week", "138/year", "1 a day"], ["3", 3, "3 weeks", "per week"]),
        ("Share", ["30 %", 0.3, 1, "100%"], ["130 %", 1.1, "30", True]),
        ("Growth", ["2 % per year", "-1.5 % a year"], ["2 %", 0.02]),
        ("Day", ["2025-01-06"], ["06.01.2025", "2025-13-01", "2025-1-6", 2025]),
        ("From", ["start", "2025-01-06"], ["end"]),
        ("Until", ["end", "2025-01-06"], ["start"]),
        ("Clock", ["08:30", "23:59"], ["8:30", "24:00", 830]),
        ("Weekdays", [["monday", "friday"]], ["monday", [], ["Monday"], ["monday", "monday"]]),
        ("Cases", ["no limit", 10], ["none", 0, 1.5]),
        ("Urgencies", [{"1": 0.3, "2": "70 %"}], [{"4": 1}, {}, 1]),
        ("Count", [0, 20], [-1, "20", 2.5, True]),
        ("Name", ["ir_list"], ["IR list", "2nd", "a-b"]),
        ("Switch", [True], ["true", 1]),
        ("Sources", ["PENN", ["PENN", "GENUS19"]], [[], 3, [3]]),
    ],
)
def test_a_form_tells_right_from_wrong(name: str, right: list[Any], wrong: list[Any]) -> None:
    assert [value for value in right if not FORMS[name].is_valid(value)] == []
    assert [value for value in wrong if FORMS[name].is_valid(value)] == []


def test_an_editor_says_of_a_wrong_value_what_its_reader_says() -> None:
    for name, form in FORMS.items():
        with pytest.raises(ValidationError) as refused:
            READERS[name].validate_python(object())
        assert form.schema["errorMessage"] == f"Expected: {refused.value.errors()[0]['ctx']['expected']}", name


def test_a_reader_that_takes_anything_has_no_form() -> None:
    with pytest.raises(AssertionError):
        typed_as(lambda typed: typed, mapping({}))
