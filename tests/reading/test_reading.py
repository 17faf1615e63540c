"""Strict YAML: what is read, what is refused, and how quickly."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.reading import Node, Place, described, dump_yaml, made, parse_value, parse_yaml, read_yaml

TIMES = 5  # as long as the longest text that is read; of what is measured, several times as much


def _value(text: str) -> Any:
    return parse_yaml(f"a: {text}").plain()["a"]


def _refused(read: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as refused:
        read()
    return refused.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("+7", 7),
        ("0", 0),
        ("220e3", 220000.0),
        ("1e-5", 1e-5),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("0.5", 0.5),
        ("-0.0", 0.0),
        ("true", True),
        ("false", False),
        ("2025-01-06", "2025-01-06"),
        ("14 days", "14 days"),
        ("30 %", "30 %"),
        ("nan", "nan"),
        ("1.2.3", "1.2.3"),
        ("1,000", "1,000"),
        ("yesterday", "yesterday"),
        ("'no'", "no"),
        ('"08:30"', "08:30"),
        ("'012'", "012"),
        ("''", ""),
        ("|\n  on\n", "on\n"),
        ("999999999999999999", 999_999_999_999_999_999),
    ],
)
def test_a_value_is_read_as_yaml_1_2_has_it(text: str, value: object) -> None:
    found = _value(text)
    assert found == value
    assert type(found) is type(value)


_SURPRISING = [
    "yes",
    "Yes",
    "NO",
    "no",
    "on",
    "off",
    "y",
    "N",
    "True",
    "TRUE",
    "False",
    "1:30",
    "10:30:00",
    "190:20:30.15",
    "012",
    "-07",
    "00",
    "0_1",
    "0x1F",
    "0o17",
    "0b101",
    "1_000",
    "1_0.5",
    ".inf",
    "-.INF",
    ".nan",
    "~",
    "null",
    "NULL",
]


@pytest.mark.parametrize("text", [*_SURPRISING, ""])
def test_a_value_that_another_reader_would_take_for_something_else_is_refused(text: str) -> None:
    problem = _refused(lambda: _value(text)).problems[0]
    assert (problem.line, problem.path) == (1, "a")
    assert problem.found == (f"{text}, which some readers of YAML take for something else" if text else "nothing")


@pytest.mark.parametrize("text", ["1e400", "-1e999", "1234567890123456789", "9" * 5000])
def test_a_number_too_large_to_hold_is_refused(text: str) -> None:
    assert "which is too large" in str(_refused(lambda: _value(text)))


@pytest.mark.parametrize("key", ["on", "no", "y", "012", "1:30", "2025-01-06", "null", "1"])
def test_a_key_is_always_text(key: str) -> None:
    assert parse_yaml(f"{key}: 1").plain() == {key: 1}


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: 1\n'a': 2", "{a: 1, a: 1}", "1: a\n'1': b"])
def test_a_key_that_is_there_twice_is_refused_wherever_it_stands(text: str) -> None:
    assert "a second time (first in line 1)" in str(_refused(lambda: parse_yaml(text)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: &x 1", "the anchor &x"),
        ("a: *x", "the alias *x"),
        ("<<: {a: 1}", "a merge key (<<)"),
        ("a: !!str 1", "the tag !!str"),
        ("a: !x {b: 1}", "the tag !x"),
        ("a: !!python/object/apply:os.system [ls]", "the tag !!python/object/apply:os.system"),
        ("%YAML 1.1\n---\na: 1", "a directive (%)"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("? {a: 1}\n: 2", "a mapping or list as a key"),
        ("? [a]\n: 2", "a mapping or list as a key"),
        ("!x a: 1", "a key with an alias, anchor or tag"),
        ("? \n: 2", "an empty key"),
    ],
)
def test_what_makes_yaml_more_than_data_is_refused(text: str, found: str) -> None:
    assert found in [problem.found for problem in _refused(lambda: parse_yaml(text)).problems]


def test_all_mistakes_of_a_text_are_told_in_order_of_place() -> None:
    error = _refused(lambda: parse_yaml("a: yes\nb: [1:30, {c: 012}]\nd: &x 1\nb: ~\n", "f.yaml"))
    assert [(problem.line, problem.column, problem.path) for problem in error.problems] == [
        (1, 4, "a"),
        (2, 5, "b[0]"),
        (2, 15, "b[1].c"),
        (3, 4, "d"),
        (4, 1, "b"),
        (4, 4, "b"),
    ]


def test_mistakes_before_a_broken_line_are_told_with_it() -> None:
    error = _refused(lambda: parse_yaml("a: yes\nb: [1\nc: 2\n"))
    assert [problem.line for problem in error.problems] == [1, 2]


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("a: 1\n\tb: 2\n", 2, 1, "a tab in the indentation"),
        ("a:\n  b: 1\n \tc: 2\n", 3, 2, "a tab in the indentation"),
        ("a: 1\nb: \a\n", 2, 4, "the character U+0007"),
        ("a: \ud800\n", 1, 4, "the character U+D800"),
        ("a: b: c\n", 1, 5, "a colon in a text without quotes: a: b: c"),
        ('a: 1\nb: "c\nd: "e"\n', 2, 4, 'a quote without its end: b: "c'),
        ("a: 'b\n", 1, 4, "a quote without its end: a: 'b"),
        ("a: [1, 2\nb: 3\n", 1, 4, "a [ without its ], noticed in line 2"),
        ("a:\n  - {b: 1, c: 2\n  - {b: 2}\n", 2, 5, "a { without its }, noticed in line 3"),
        ('a: "two\n  lines"\nb: [1\n', 3, 4, "a [ without its ], noticed in line 4"),
    ],
)
def test_what_is_no_yaml_is_refused_where_it_breaks(text: str, line: int, column: int, found: str) -> None:
    (problem,) = _refused(lambda: parse_yaml(text)).problems
    assert (problem.line, problem.column, problem.found) == (line, column, found)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "word\n", "3\n", "---\n"])
def test_the_top_of_a_file_is_a_mapping(text: str) -> None:
    assert "keys with values" in str(_refused(lambda: parse_yaml(text))) or "a value" in str(
        _refused(lambda: parse_yaml(text))
    )


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfkind: scenario\n")
    assert read_yaml(path).plain() == {"kind": "scenario"}


def test_a_file_that_is_not_there_or_is_no_file_is_refused_by_its_name(tmp_path: Path) -> None:
    assert str(_refused(lambda: read_yaml(tmp_path / "x.yaml"))).startswith(
        f"{tmp_path}/x.yaml\n  found:    no such file"
    )
    assert "a folder" in str(_refused(lambda: read_yaml(tmp_path)))
    assert "no ordinary file" in str(_refused(lambda: read_yaml("/dev/zero")))
    assert "a YAML file" in str(_refused(lambda: read_yaml("with\0zero.yaml")))
    assert "too long" in str(_refused(lambda: read_yaml("x" * 5000)))


@pytest.mark.parametrize(
    ("typed", "todo"),
    [
        ("sites/westlnd.yaml", "did you mean sites/west.yaml?"),
        ("sites/WEST.yaml", "did you mean sites/west.yaml?"),
        ("sites/westlnd.yml", "did you mean sites/west.yml?"),
        ("sites/eastt.yaml", "did you mean sites/east.yml?"),
        ("sites/baselin.yaml", "did you mean scenarios/baseline.yaml?"),
        ("sites/nothing_like_it.yaml", "check the name and the folder"),
    ],
)
def test_a_file_that_is_not_there_is_answered_with_the_nearest_name(tmp_path: Path, monkeypatch, typed, todo) -> None:
    for name in ("sites/west.yaml", "sites/west.yml", "sites/east.yml", "sites/westlnd.csv", "scenarios/baseline.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("kind: scenario\n")
    monkeypatch.chdir(tmp_path)
    message = f"{typed}\n  found:    no such file\n  expected: a YAML file\n  to do:    {todo}"
    assert str(_refused(lambda: read_yaml(typed))) == message


def test_bytes_that_are_no_utf_8_are_refused_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("ä: 1\nwürde: ".encode() + b"\xe4\n")
    (problem,) = _refused(lambda: read_yaml(path)).problems
    assert (problem.line, problem.column, problem.found) == (2, 8, "the byte 0xe4, which is no UTF-8")


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def longest() -> float:
    """What reading the longest sound text takes of this machine, in seconds of its processor."""
    before = time.process_time()
    parse_yaml("a: [" + "1," * 49_000 + "]")
    return time.process_time() - before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (_bomb(), "the anchor &a0"),
        ("a: " + "[" * 900_000, "more than 50 levels"),
        ("a: " + "{a: " * 200_000, "more than 50 levels"),
        ("- " * 400_000, "more than 50 levels"),
        ("\n".join(" " * n + "a:" for n in range(1000)), "more than 50 levels"),
        ("a: [" + "1," * 400_000 + "]", "more than 50,000 values"),
        ("a: [" + "no," * 200_000 + "]", "more than 100 mistakes"),
        ("a: " + "x" * 2_000_000, "2.0 megabytes"),
        ("a: '" + "x" * 900_000, "a quote without its end"),
        ("? " * 300_000, "more than 50 levels"),
        ("!" * 900_000, "tag"),
    ],
    ids=lambda text: text[:8],
)
def test_a_text_made_to_take_long_is_refused_as_quickly_as_a_sound_one_is_read(
    text: str, found: str, longest: float
) -> None:
    before = time.process_time()
    error = _refused(lambda: parse_yaml(text))
    assert time.process_time() - before < TIMES * longest
    assert any(found in problem.found for problem in error.problems)


def test_a_file_of_100_megabytes_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    monkeypatch.setattr(Path, "open", lambda *asked: pytest.fail("it was opened"))
    error = _refused(lambda: read_yaml(path))
    assert error.problems[0].found == "100.0 megabytes"


def test_a_node_knows_the_place_of_keys_and_values() -> None:
    root = parse_yaml("a:\n  - name: x\n    b:   7\n", "f.yaml")
    node = root.at(("a", 0, "b"))
    assert (node.value, node.key, node.place) == (7, Place("f.yaml", 3, 5), Place("f.yaml", 3, 10))
    assert root.spelled(("a", 0, "b")) == "a.x.b"
    assert [found.value for found in root.walk() if not isinstance(found.value, dict | list)] == ["x", 7]


def test_a_problem_of_something_missing_points_to_where_it_should_have_stood() -> None:
    root = parse_yaml("a:\n  b: {c: 1}\n", "f.yaml")
    problem = root.problem(("a", "b", "d"), "a number")
    assert (problem.line, problem.column, problem.path, problem.found) == (2, 3, "a.b.d", "nothing")


def test_steps_that_lead_nowhere_end_at_the_last_thing_there_is() -> None:
    root = parse_yaml("a: [1]")
    assert root.at(("a", 3)).value[0].value == 1
    assert not root.has(("a", 3))
    assert root.child("b") is None
    assert root.get("b", 5) == 5


def test_plain_data_becomes_a_node_and_back() -> None:
    data = {"when": date(2025, 1, 6), "rooms": (1, 2.5), "open": True, "name": "x"}
    node = made(data, Place("a call"))
    assert node.plain() == {"when": "2025-01-06", "rooms": [1, 2.5], "open": True, "name": "x"}
    assert all(found.place == Place("a call") for found in node.walk())


@pytest.mark.parametrize("value", [None, float("inf"), object(), 10**18, {1, 2}, b"x"])
def test_data_that_no_file_could_hold_is_refused(value: object) -> None:
    assert "a finite number" in str(_refused(lambda: made(value, Place("a call"))))


def test_one_value_may_be_anything_but_nothing() -> None:
    assert parse_value("{a: [1, x]}").plain() == {"a": [1, "x"]}
    for text in ("", "# x", "~"):
        assert _refused(lambda text=text: parse_value(text, "--set")).problems[0].expected == "a value"  # type: ignore[misc]
    assert _refused(lambda: parse_value("a\n---\nb", "--set")).problems[0].line == 0


def test_a_long_value_is_shortened_in_messages() -> None:
    assert described("x" * 1000) == "the text '" + "x" * 57 + "...'"


_LEAVES = (
    st.text()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.sampled_from(
        ["no", "1:30", "012", "~", "", "<<", "1e5", "2025-01-06", "08:30", "- a", "#", "'", '"', "|", "=", "\x85"]
    )
)
_DATA = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4)
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1), _DATA, max_size=5))
def test_what_is_written_reads_back_as_the_same(data: dict[str, object]) -> None:
    assert parse_yaml(dump_yaml(data) if data else "{}").plain() == data


@given(st.text())
def test_any_text_is_read_or_refused_with_a_problem(text: str) -> None:
    try:
        node = parse_yaml(text, "f.yaml")
    except InputError as error:
        found = error.problems
    else:
        assert isinstance(node, Node)
        return
    assert found
    assert all(problem.file == "f.yaml" for problem in found)


@given(st.text(alphabet="ab:-[]{}&*!?|>'\"#% \n\t,0", max_size=60))
def test_any_text_of_yaml_signs_is_read_or_refused(text: str) -> None:
    try:
        data = parse_yaml(text).plain()
    except InputError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, a third is not
    else:
        assert parse_yaml(dump_yaml(data)).plain() == data
