"""Results are pinned, something is changed, and the check says what moved and where it begins.

A small centre of a year and a half is pinned once. Changed code is a copy of the package with a line edited, run by a
process of its own, so that nothing of this process can hide a change.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from sim import cli
from sim.commands.pin import pin
from sim.errors import InputError, RunError
from sim.evidence import read_evidence
from sim.experiments.junit import junit_xml
from sim.experiments.pin import Finding, Verdict, check, save
from sim.experiments.pin_file import read_pin
from sim.experiments.pin_report import as_data, in_markdown, in_words

ROOT = Path(__file__).parents[2]
BASELINE = "scenarios/baseline.yaml"
SMALL = ("run.warm_up=30 days", "run.measured=1 year", "run.follow_up=180 days", "arrivals.rate=60 per year")
NOTE = "Two small years, looked at for the tests."
DRIFT = "arrivals.rate=61 per year"
COMMAND = """
import sim.batch
from sim import cli
from sim.commands.pin import pin
sim.batch.drawn = lambda *_: []
cli.nelm.add_command(pin)
cli.main()
"""


@pytest.fixture(scope="module", autouse=True)
def no_pictures():
    """Pictures take longer than these small runs, and nothing here looks at them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.batch.drawn", lambda *_: [])
        yield


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The pin of the small baseline in `pins`; its results, and those of a change that drifts, in `store`."""
    folder = tmp_path_factory.mktemp("kept")
    with contextlib.chdir(ROOT):
        (saved,) = save([BASELINE], NOTE, folder / "pins", settings=SMALL, output=folder / "store", workers=1)
        assert saved.finding is None
        assert checked(folder, DRIFT).verdict is Verdict.DRIFTED
    return folder


@pytest.fixture
def place(kept, tmp_path, monkeypatch):
    """A copy of all that was kept, to work in; scenarios are where a user of the checkout has them."""
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(ROOT)
    return tmp_path


@pytest.fixture
def nelm(place, monkeypatch, capsys):
    """Types `nelm pin ...` and gives the exit code, what was printed, and what was complained of."""
    monkeypatch.setitem(cli.nelm.commands, "pin", pin)

    def typed(*words):
        where = ["--pins", str(place / "pins"), "--output", str(place / "store"), "--workers", "1"]
        monkeypatch.setattr(sys, "argv", ["nelm", "pin", *words, *where])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as leave:
            code = leave.code
        return code, *capsys.readouterr()

    return typed


def checked(place, *settings):
    (finding,) = check(["baseline"], place / "pins", settings, place / "store", 1)
    return finding


def changed_code(place, file="__init__.py", old="", new="", store="store"):
    """What a check says under a copy of the package in which one line of one file is another."""
    copy = place / "copy"
    shutil.copytree(ROOT / "sim", copy / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "sim" / file
    text = path.read_text()
    assert text.count(old) == 1 or not old
    path.write_text(text.replace(old, new) if old else text)
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c", COMMAND, "pin", "check", "baseline", "--json", "--workers", "1"),
            *("--pins", str(place / "pins"), "--output", str(place / store)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(copy), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)["findings"][0]


def test_what_was_pinned_is_identical(place):
    finding = checked(place)
    assert (finding.verdict, finding.moves, finding.traces, finding.inputs) == (Verdict.IDENTICAL, (), (), ())
    assert finding.passes(strict=True)
    assert re.fullmatch(r"baseline: identical \(2 replications, \d+ figures, \d+ s\)", in_words(finding))


def test_a_fresh_clone_without_results_and_without_compiled_code_is_identical(place):
    code, finding = changed_code(place, store="empty")
    assert (code, finding["verdict"], finding["logs"], finding["moves"]) == (0, "identical", [], [])


def test_a_changed_clinical_card_has_drifted_and_the_first_patient_is_told_with_both_her_stories(place):
    shipped = read_evidence().cards["growth"].amounts["reference"].written
    card = f"value: {{reference: {shipped}", "value: {reference: 0.024 per month"
    code, finding = changed_code(place, "evidence/natural_history.yaml", *card)
    assert (code, finding["verdict"]) == (1, "drifted")
    assert finding["inputs"][0].startswith("the evidence is another (")
    first = finding["logs"][0]["first_patient"]
    before, now, row = first["story_before"], first["story_now"], first["row"]
    assert before[:row] == now[:row]
    assert before[row:] != now[row:]
    assert finding["logs"][0]["first_difference"].startswith(f"patient {first['who']}, row {row} of her story, day ")


def test_a_number_set_on_top_of_the_pin_has_drifted_and_says_how_far_each_figure_moved(place):
    finding = checked(place, "evidence.growth.reference=0.024 per month")
    assert finding.verdict is Verdict.DRIFTED
    assert all(abs(move.change) > move.before.error for move in finding.outside if move.change and move.before.error)
    assert f"{len(finding.outside)} of them by more than the tolerance (1 standard error)" in in_words(finding)


def test_a_changed_rule_of_the_queue_has_drifted_and_the_row_in_which_the_two_change_places_is_found(place):
    rule = "case.key = (case.urgency, minute, tie,", "case.key = (-case.urgency, minute, tie,"
    code, finding = changed_code(place, "engine/floor.py", *rule)
    assert (code, finding["verdict"]) == (1, "drifted")
    assert finding["inputs"] == [
        "scenario, evidence and board are as they were pinned; the code that simulates is another"
    ]
    place_of_it = finding["logs"][0]["first_resource"] or finding["logs"][0]["first_patient"]
    assert place_of_it["rows_sharing_a_letter"] == 1
    assert finding["logs"][0]["first_difference"].startswith(
        f"{place_of_it['who']}, row {place_of_it['row']} of its log"
    )


def test_a_changed_formula_of_a_figure_has_drifted_though_the_logs_are_identical(place):
    code, finding = changed_code(place, "measures/waits.py", '("median", 0.5)', '("median", 0.4)')
    assert (code, finding["verdict"], finding["logs"]) == (1, "drifted", [])
    assert finding["inputs"] == [
        "scenario, evidence, board and logs are as they were pinned; the code that measures is another"
    ]
    assert {move["kpi"].rpartition(".")[2] for move in finding["moves"]} == {"median"}
    assert all(move["beyond_chance"] and move["change"] < 0 for move in finding["moves"] if move["change"])


def test_without_the_old_result_only_the_present_story_is_told(place):
    shutil.rmtree(place / "store" / "baseline" / read_pin(place / "pins" / "baseline.yaml").digests["result"])
    finding = checked(place, DRIFT)
    trace = finding.traces[0]
    assert (finding.verdict, trace.before) == (Verdict.DRIFTED, None)
    assert trace.now[trace.parting.patient.row]
    assert "    now\n" in in_words(finding)
    assert "as pinned" not in in_words(finding).partition("first difference")[2]


def test_a_change_that_moves_nothing_by_more_than_the_noise_is_the_same_within_tolerance(place, nelm):
    finding = checked(place, "evidence.chromogranin.normal=0.61")
    assert finding.verdict is Verdict.SAME
    assert finding.traces
    assert not finding.outside
    codes = [
        nelm("check", "baseline", "--set", "evidence.chromogranin.normal=0.61", *also)[0]
        for also in ((), ("--strict",))
    ]
    assert codes == [0, 1]


def test_a_change_that_no_patient_meets_is_told_and_the_results_are_identical(place):
    finding = checked(place, "run.rings=swap")
    assert finding.verdict is Verdict.IDENTICAL
    assert finding.inputs[0].startswith("the scenario is another (")
    assert finding.inputs[-1] == "none of which changed a row of the logs or a figure"


def test_saving_again_keeps_the_size_and_says_what_moved(place):
    before = read_pin(place / "pins" / "baseline.yaml")
    (saved,) = save(["baseline"], "Looked at again.", place / "pins", output=place / "store", workers=1)
    assert saved.finding.verdict is Verdict.IDENTICAL
    assert (saved.pin.settings, saved.pin.replications, saved.pin.file) == (SMALL, 2, BASELINE)
    after = read_pin(place / "pins" / "baseline.yaml")
    assert (after.note, after.figures, after.prints) == ("Looked at again.", before.figures, before.prints)


def test_a_pin_made_with_other_libraries_says_so(place):
    path = place / "pins" / "baseline.yaml"
    path.write_text(re.sub(r"(?m)^  numpy: .*$", "  numpy: 1.26.4", path.read_text()))
    assert [sentence.partition(" is ")[0] for sentence in checked(place).inputs] == ["numpy"]


def test_a_pin_needs_a_line_by_the_one_who_looked(nelm):
    code, _, complaint = nelm("save", "baseline")
    assert code == 2
    assert complaint == (
        "--note\n  found:    nothing\n  expected: why these results are right, in your own words\n"
        '  to do:    add --note "..."\n'
    )


def test_all_that_is_wrong_with_the_files_is_said_before_anything_runs(place, nelm, monkeypatch):
    monkeypatch.setattr("sim.experiments.pin.run", lambda *_: pytest.fail("it ran"))
    code, _, complaint = nelm("check", "baselin", "scenarios/second_ir_list.yaml", "baseline", "nowhere.yaml")
    folder = place / "pins"
    assert code == 2
    assert complaint == (
        f"baselin\n  found:    no pin of 'baselin'\n  expected: a scenario pinned in {folder}: baseline\n"
        "  to do:    did you mean 'baseline'?\n"
        "scenarios/second_ir_list.yaml\n  found:    no pin of 'second_ir_list'\n"
        f"  expected: a scenario pinned in {folder}: baseline\n"
        '  to do:    look at its results, then: nelm pin save scenarios/second_ir_list.yaml --note "..."\n'
        f"nowhere.yaml\n  found:    no such file\n  expected: a scenario pinned in {folder}: baseline\n"
        "  to do:    check the name and the folder\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "baseline", "--all"), "--all\n  found:    FILES as well"),
        (("check", "baseline", "--set", "resources.ward.capacit=3"), "resources.ward.capacit"),
        (("save", "baseline", "--note", " "), "--note\n  found:    nothing"),
        (("save", "scenarios/none.yaml", "--note", "x"), "scenarios/none.yaml\n  found:    no such file"),
        (("check", "baseline", "--junit", f"{BASELINE}/x.xml"), BASELINE),
    ],
)
def test_wrong_input_ends_with_2_and_says_what_to_do(nelm, words, said):
    code, _, complaint = nelm(*words)
    assert code == 2
    assert said in complaint


def test_an_empty_folder_of_pins_is_no_success(nelm, place):
    shutil.rmtree(place / "pins")
    code, _, complaint = nelm("check")
    assert code == 2
    assert "found:    no pins" in complaint


def test_scenarios_beside_the_pinned_ones_that_are_not_pinned_are_named(nelm):
    code, printed, _ = nelm("check", "--all")
    assert code == 0
    assert 'second_ir_list: not pinned; to pin it: nelm pin save scenarios/second_ir_list.yaml --note "..."' in printed
    assert nelm("check", "--all", "--strict", "--quiet")[0] == 1


def test_quiet_prints_only_what_is_wrong(nelm):
    assert nelm("check", "baseline", "--quiet") == (0, "", "")
    code, printed, _ = nelm("check", "baseline", "--quiet", "--set", DRIFT)
    assert code == 1
    assert printed.startswith("baseline: drifted (")


def test_a_scenario_that_can_not_be_run_is_an_error_and_the_others_are_checked_all_the_same(place, nelm, monkeypatch):
    def breaks(*_):
        raise RunError("patient 3 at day 4, step visit: she is in two places")

    monkeypatch.setattr("sim.experiments.pin.run", breaks)
    code, printed, _ = nelm("check", "baseline", "--junit", str(place / "found.xml"))
    assert code == 3
    assert printed == "baseline: could not be run\n  patient 3 at day 4, step visit: she is in two places\n"
    assert ElementTree.parse(place / "found.xml").getroot().get("errors") == "1"


def test_a_stopped_check_ends_with_130(nelm, monkeypatch):
    def stops(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiments.pin.run", stops)
    assert nelm("check", "baseline")[0] == 130


def test_the_findings_can_be_had_as_junit_markdown_and_json(place, nelm):
    (place / "reports").mkdir()
    xml, page = place / "reports" / "found.xml", place / "reports" / "found.md"
    code, printed, _ = nelm(
        *(
            "check",
            "baseline",
            "--set",
            DRIFT,
            "--json",
            "--junit",
            str(xml),
            "--markdown",
            str(page),
        )
    )
    assert code == 1
    told = json.loads(printed)
    assert (told["passed"], told["findings"][0]["verdict"]) == (False, "drifted")
    assert told["findings"][0]["logs"][0]["first_patient"]["story_before"]
    suites = ElementTree.parse(xml).getroot()
    (suite,) = suites
    assert (suites.tag, suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuites", "testsuite", "1", "1")
    assert page.read_text().startswith("# Pinned scenarios\n")
    assert "| ❌ | baseline | drifted |" in page.read_text()
    assert f"Pinned because: {NOTE}" in page.read_text()


EVERY = [
    Finding("same", "same.yaml", Verdict.IDENTICAL, figures=3, replications=2, seconds=1.25),
    Finding("near", "near.yaml", Verdict.SAME, figures=3, replications=2, seconds=0.5),
    Finding("far", "far.yaml", Verdict.DRIFTED, figures=3, replications=2, inputs=("a <b> & \x07 ]]> | ```",)),
    Finding("broken", "broken.yaml", Verdict.BROKEN, error="patient 3"),
    Finding("new", "new.yaml", Verdict.UNPINNED),
]


@pytest.mark.parametrize(("strict", "failing"), [(False, {"far"}), (True, {"near", "far", "new"})])
def test_junit_has_a_case_for_each_scenario_and_its_counts_are_right(strict, failing):
    """The attributes and children are those that build servers know; see docs/pin.md."""
    root = ElementTree.fromstring(junit_xml(EVERY, strict))
    (suite,) = root
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == [finding.scenario for finding in EVERY]
    assert {name for name, case in cases.items() if case.find("failure") is not None} == failing
    assert {name for name, case in cases.items() if case.find("error") is not None} == {"broken"}
    for element in (root, suite):
        counts = {key: element.get(key) for key in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "5", "failures": str(len(failing)), "errors": "1", "skipped": str(int(not strict))}
        assert float(element.get("time")) == pytest.approx(1.75)
    for case in suite:
        assert set(case.attrib) == {"classname", "name", "time"}
        assert len(case) == 1
        assert case[0].tag in ("failure", "error", "skipped", "system-out")
    assert "a <b> & ? ]]> | ```" in cases["far"].find("failure").text


def test_a_page_of_markdown_stays_one_table_and_its_blocks_are_closed():
    page = in_markdown(EVERY)
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(EVERY)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}
    assert page.count("```") % 2 == 0


def test_plain_data_of_every_finding_is_json():
    assert [json.loads(json.dumps(as_data(finding)))["verdict"] for finding in EVERY] == [
        str(its.verdict) for its in EVERY
    ]


def test_a_saved_note_of_several_lines_becomes_one(place):
    with pytest.raises(InputError):
        next(save(["baseline"], " \n ", place / "pins"))
    (saved,) = save(["baseline"], "one\n two", place / "pins", output=place / "store", workers=1)
    assert saved.pin.note == "one two"


@pytest.mark.parametrize("file", ["github-actions.yml", "gitlab-ci.yml"])
def test_the_files_for_build_servers_are_yaml_and_call_the_check_by_options_it_has(file):
    text = (ROOT / "docs" / "ci" / file).read_text("utf-8")
    assert yaml.safe_load(text)
    (words,) = re.findall(r"^\s+- .*\.venv/bin/nelm pin check (.*)$", text, re.MULTILINE)
    told = pin.commands["check"].make_context("check", words.split()).params
    assert (told["everything"], told["junit"], told["markdown"]) == (True, "reports/pins.xml", "reports/pins.md")
