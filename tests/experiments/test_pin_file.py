"""A pin is written so that people can read it, and read so that nothing wrong in it goes unnoticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.experiments.fingerprint import fingerprint
from sim.experiments.pin_figures import Figure
from sim.experiments.pin_file import Pin, pin_text, pinned_in, read_pin, write_pin
from sim.log import Event, LogWriter


def prints(replications=2):
    logs = []
    for number in range(replications):
        log = LogWriter()
        log.event(number, 10, int(Event.ARRIVED), 0, -1, 0, -1)
        logs.append(log.finish({"steps": ["start"]}, number))
    return fingerprint(logs)


PIN = Pin(
    scenario="small",
    file="scenarios/small.yaml",
    note="Waits are those of the centre's own audit.",
    replications=2,
    settings=("run.measured=1 year",),
    tolerance=1.0,
    digests={"scenario": "ab12", "evidence": "12", "board": "1e5", "result": "034"},
    made_with={"numpy": "2.4", "python": "3.11.7"},
    figures={
        ("wait.ct.median", "own"): Figure("days", 3.25, 0.5, 2),
        ("wait.ct.median", "all"): Figure("days", 3.5, 0.0, 2),
        ("wait.ct.p90", "all"): Figure("days", None, None, 0),
        ("board.decided.per_year", "row: no"): Figure("per year", 1e-05, None, 1),
    },
    prints=prints(),
)

TEXT = """\
kind: pin
scenario: small
note: Waits are those of the centre's own audit.
file: scenarios/small.yaml
replications: 2
set:
- run.measured=1 year
tolerance: 1.0
digests:
  board: '1e5'
  evidence: '12'
  result: '034'
  scenario: ab12
"""

FIGURES = """\
# mean, standard error; and how many replications have the figure, where not all of them do
figures:
  board.decided.per_year [per year]:
    "row: no": [1e-05, none, 1]
  wait.ct.median [days]:
    all: [3.5, 0]
    own: [3.25, 0.5]
  wait.ct.p90 [days]:
    all: [none, none, 0]
"""


def test_a_pin_is_written_as_a_person_would_write_it():
    text = pin_text(PIN)
    assert text.startswith(TEXT)
    assert text.endswith(FIGURES)


def test_a_pin_reads_back_as_it_was_written(tmp_path):
    assert read_pin(write_pin(tmp_path / "pins", PIN)) == PIN
    assert pinned_in(tmp_path / "pins") == ["small"]


keys = st.tuples(
    st.from_regex(r"[a-z][a-z_.]{0,12}[a-z]", fullmatch=True),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9),
)
numbers = st.floats(-1e12, 1e12).map(lambda x: float(f"{x:.6g}"))
figures = st.one_of(
    st.builds(Figure, st.sampled_from(["days", "per year"]), numbers, st.none() | numbers.map(abs), st.integers(1, 2)),
    st.builds(Figure, st.just("days"), st.none(), st.none(), st.just(0)),
)  # fmt: skip


@given(
    st.dictionaries(keys, figures, min_size=1, max_size=8),
    st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip),
)
def test_whatever_figures_groups_and_notes_there_are_read_back(tmp_path_factory, table, note):
    folder = tmp_path_factory.mktemp("pins")
    pin = replace(PIN, figures=table, note=" ".join(note.split()) or "x")
    assert read_pin(write_pin(folder, pin)) == pin


def test_the_same_pin_is_the_same_bytes_whatever_order_its_figures_come_in(tmp_path):
    other = replace(PIN, figures=dict(reversed(PIN.figures.items())))
    assert pin_text(PIN) == pin_text(other)


def edited(tmp_path, old, new):
    path = write_pin(tmp_path, PIN)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as wrong:
        read_pin(path)
    return str(wrong.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "kind: pin",
            "kind: scenario",
            "small.yaml:1:7  kind\n  found:    the text 'scenario'\n  expected: pin\n  to do:    save the pin again",
        ),
        (
            "replications: 2",
            "replications: two",
            "small.yaml:5:15  replications\n  found:    the text 'two'\n  expected: a whole number, 1 or more\n"
            "  to do:    save the pin again",
        ),
        (
            "tolerance: 1.0",
            "tolerance: -1",
            "small.yaml:8:12  tolerance\n  found:    the number -1\n  expected: a number, 0 or more\n"
            "  to do:    save the pin again",
        ),
        (
            "all: [3.5, 0]",
            "all: [3.5]",
            "small.yaml:25:5  figures.wait.ct.median [days].all\n  found:    a list of 1\n"
            "  expected: mean, standard error, and a number of replications where not all have it\n"
            "  to do:    save the pin again",
        ),
        (
            "  wait.ct.p90 [days]:",
            "  wait.ct.p90:",
            "small.yaml:27:3  figures.wait.ct.p90\n  found:    the key 'wait.ct.p90'\n"
            "  expected: a figure and its unit, such as wait.ct.median [days]\n"
            "  to do:    leave it out, or save the pin again",
        ),
        (
            "note:",
            "notes:",
            "small.yaml:1:1  note\n  found:    nothing\n  expected: a text\n  to do:    save the pin again\n"
            "small.yaml:3:1  notes\n  found:    the key 'notes'\n"
            "  expected: one of digests, figures, file, kind, logs, made_with, note, replications, scenario, set, "
            "tolerance\n"
            "  to do:    leave it out, or save the pin again",
        ),
        (
            "scenario: small",
            "scenario: large",
            "small.yaml:2:11  scenario\n  found:    the text 'large'\n  expected: 'small', like the file\n"
            "  to do:    save the pin again",
        ),
    ],
)  # fmt: skip
def test_a_pin_edited_wrongly_is_refused_with_its_place(tmp_path, old, new, message):
    assert edited(tmp_path, old, new) == message


def test_a_fingerprint_of_other_logs_is_refused(tmp_path):
    path = write_pin(tmp_path, PIN)
    fingerprints = tmp_path / "small.fingerprint"
    fingerprints.write_text(prints(1).text())
    with pytest.raises(InputError) as wrong:
        read_pin(path)
    assert str(wrong.value) == (
        f"{fingerprints}\n"
        "  found:    other logs\n"
        "  expected: the logs that are pinned, one for each replication\n"
        "  to do:    take both files back from version control, or save the pin again"
    )
