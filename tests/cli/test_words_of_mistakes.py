"""What a command line does wrong is said in the words for what a file does wrong, and what is meant is named."""

from __future__ import annotations

import pytest

LONG = 300 * "x"


@pytest.mark.parametrize("words", [("diff", LONG, "x"), ("patient", LONG, "3"), ("results", LONG), ("run", LONG)])
def test_a_name_that_no_file_can_have_is_a_mistake_like_any_other(nelm, words):
    said = nelm(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{LONG}\n  found:    ")
    assert "too long" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "--workers", "two", "x"), "--workers\n  found:    'two'\n  expected: a whole number, 1 or more\n"),
        (
            ("run", "--replications", "0", "x"),
            "--replications\n  found:    '0'\n  expected: a whole number from 1 to 100000\n",
        ),
        (
            ("run", "--replication", "3", "x"),
            "--replication\n  found:    no such option\n  expected: an option of the command\n"
            "  to do:    did you mean '--replications'?\n",
        ),
        (
            ("run",),
            "SCENARIO.yaml\n  found:    nothing\n  expected: a value for it\n  to do:    nelm run --help lists them\n",
        ),
        (("patient", "x", "abc"), "[PATIENT]\n  found:    'abc'\n  expected: a whole number\n"),
        (
            ("evidence", "--use", "modle"),
            "--use\n  found:    'modle'\n  expected: one of model, target, context, later\n"
            "  to do:    did you mean 'model'?\n",
        ),
        (("pin", "save", "--tolerance", "-1"), "--tolerance\n  found:    '-1.0'\n  expected: a number, 0 or more\n"),
        (
            ("run", "x", "y"),
            "  found:    more arguments than it takes: y\n  expected: fewer\n  to do:    see nelm run --help\n",
        ),
        (
            ("compare", "x"),
            "nelm compare\n  expected: Two scenario files or more are needed, the reference first; `nelm run` runs "
            "one\n  to do:    see nelm compare --help\n",
        ),
        (
            ("new", "Our centre", "--yes"),
            "NAME\n  found:    'Our centre'\n  expected: a name in small letters, digits and _, beginning with a "
            "letter, such as ir_list\n  to do:    write our_centre\n",
        ),
        (
            ("new", "baseline", "--yes"),
            "scenarios/baseline.yaml\n  found:    a file of that name\n  expected: a name that is free\n"
            "  to do:    edit that file, or choose another name\n",
        ),
        (
            ("new", "x", "--population", "1.9m"),
            "--population\n  found:    '1.9m'\n  expected: a whole number\n  to do:    write 1900000\n",
        ),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_a_wrong_command_line_is_answered_in_the_words_of_all_mistakes(nelm, words, message):
    said = nelm(*words)
    assert (said.code, said.out, said.err) == (2, "", message)


@pytest.mark.parametrize(
    ("words", "found", "todo"),
    [
        (("run", "baseline"), "no such file", "did you mean scenarios/baseline.yaml?"),
        (("run", "scenarios/baselin.yaml"), "no such file", "did you mean scenarios/baseline.yaml?"),
        (("run", "nothing/like/it.yaml"), "no such file", "check the name and the folder"),
        (
            ("run", "scenarios/sweep_board_and_pet.yaml"),
            "a design (kind: sweep)",
            "nelm sweep scenarios/sweep_board_and_pet.yaml takes it",
        ),
        (
            ("sweep", "scenarios/baseline.yaml"),
            "a scenario (kind: scenario)",
            "nelm run scenarios/baseline.yaml takes it",
        ),
        (("run", "README.md"), "a text for people, which is not YAML", "name a file that ends in .yaml"),
        (("check", "docs/images/flow.png"), "a picture", "name a file that ends in .yaml"),
        (
            ("run", "scenarios/baseline.yaml", "--set", "ward.capacity=24"),
            "'ward'",
            "did you mean resources.ward.capacity?",
        ),
        (
            ("run", "scenarios/baseline.yaml", "--set", "resources.ir_list.sittings.friday.minutes=360 min"),
            "'friday'",
            "to add 'friday', write the whole of it: resources.ir_list.sittings.friday: {",
        ),
        (("run", "scenarios/baseline.yaml", "--set", "holidays.country=UK"), "the text 'UK'", "did you mean GB?"),
        (("run", "scenarios/baseline.yaml", "--set", "run.start=01.01.2020"), "01.01.2020", "write 2020-01-01"),
        (
            ("run", "scenarios/baseline.yaml", "--set", "run.measured=five years"),
            "five years",
            "write the number in digits",
        ),
        (("run", "scenarios/baseline.yaml", "--set", "resources.ward.capacity=24.5"), "24.5", "write 24 or 25"),
        (
            ("compare", "scenarios/baseline.yaml", "scenarios/second_ir_list.yaml", "--kpi", "waits.*"),
            "waits.*",
            "did you mean 'wait.*'?",
        ),
        (
            ("explain", "scenarios/baseline.yaml", "--patient", "grade: G1, grade: G2"),
            "grade a second time",
            "",
        ),
        (
            ("explain", "scenarios/baseline.yaml", "--patient", "grade: G2; pattern: type_1"),
            "'grade: G2; pattern: type_1'",
            "separate with commas",
        ),
        (
            ("explain", "scenarios/baseline.yaml", "--page", "no/such/page.html"),
            "no such folder: no/such",
            "make the folder first",
        ),
        (("evidence", "--csv", "no/such/table.csv"), "no such folder: no/such", "make the folder first"),
        (("schema", "--output", "no/such/schema.json"), "no such folder: no/such", "make the folder first"),
        (("new", "x", "--yes", "--population=-5"), "-5", ""),
        (("new", "x", "--yes", "--country", "UK"), "'UK'", "did you mean GB?"),
        (("new", "x", "--yes", "--folder", "README.md"), "can not be written", "name another folder with --folder"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_is_meant_is_named(nelm, monkeypatch, root, words, found, todo):
    monkeypatch.chdir(root)
    said = nelm(*words)
    assert (said.code, said.out) == (2, "")
    assert found in said.err
    assert todo in said.err
    if words[0] == "new" and "--population=-5" in words:
        assert said.err.startswith("--population\n")


def test_check_remarks_on_what_is_allowed_and_looks_like_a_slip(nelm, monkeypatch, root, tmp_path):
    (tmp_path / "odd.yaml").write_text(
        f"kind: scenario\nscenario: odd\nquestion: Is it meant so?\nbased_on: {root / 'scenarios' / 'baseline.yaml'}\n"
        "change:\n  arrivals.rate: 0 per year\n  resources.ward.capacity: 0\n"
        "  resources.mri.sittings.weekly.rooms: 11\n"
    )
    said = nelm("check", tmp_path / "odd.yaml")
    assert said.code == 0
    lines = said.out.splitlines()[1:]
    assert lines[:2] == [
        "  remark: Nobody comes: the rate of arrivals is 0.",
        "  remark: MRI: 4,455 minutes a week, 11 times those of the base.",
    ]
    assert lines[2].startswith("  remark: Ward: none are there, yet ")
    assert lines[2].endswith(" are asked for at any time")
    assert len(nelm("check", "--quick", tmp_path / "odd.yaml").out.splitlines()) == 3
