"""`nelm patient`: a story from the store, whom to read about, and what it says where something is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sim import read_scenario
from sim.record import digests_of, made_with
from sim.report.casebook import find_result, read_case, story_of
from sim.report.story_text import in_words
from sim.running import simulate
from sim.store import Store, results_folder

ROOT = Path(__file__).parents[2]
SMALL = ("run.warm_up=1 year", "run.measured=1 year", "run.follow_up=180 days", "arrivals.rate=60 per year")
OWN = """\
kind: scenario
scenario: small
question: Who is here?
based_on: {base}
change:
  run.warm_up: 1 year
  run.measured: 1 year
  run.follow_up: 180 days
  arrivals.rate: 60 per year
"""


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """A store with one result of one replication with logs, and one of figures only. Do not touch."""
    root = tmp_path_factory.mktemp("patient")
    (root / "small.yaml").write_text(OWN.format(base=ROOT / "scenarios" / "baseline.yaml"), "utf-8")
    for logs, settings in ((True, ()), (False, ("run.seed=5",))):
        scenario = read_scenario(str(root / "small.yaml"), settings)
        folder = results_folder(root / "outputs", "small" if logs else "bare", digests_of(scenario)["result"])
        (folder / "resolved.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
        Store(folder).save(
            simulate(scenario, 0),
            made_with("reference"),
            0.5,
            log="full" if logs else "none",
            scenario=scenario.digest(),
        )
    return root


@pytest.fixture
def result(kept) -> Path:
    (folder,) = (kept / "outputs" / "small").iterdir()
    return folder


def test_a_result_can_be_named_by_its_folder_its_scenario_or_its_digest_or_as_a_file(nelm, kept, result):
    told = nelm("patient", result, 0)
    assert told.code == 0, told.err
    for named in ("small", result.name, result.name[:6], kept / "small.yaml"):
        assert nelm("patient", named, 0, "--store", kept / "outputs") == told


def test_a_result_whose_scenario_was_edited_has_no_story(nelm, result, tmp_path):
    copy = Path(shutil.copytree(result, tmp_path / "small" / result.name))
    file = copy / "resolved.yaml"
    file.write_text(file.read_text().replace("start: '2014-", "start: '2015-").replace("start: 2014-", "start: 2015-"))
    said = nelm("patient", copy, 0)
    assert said.code == 2
    assert "another scenario than the one that was run" in said.err


def test_a_story_is_about_the_patient_of_the_patient_table(nelm, result):
    people = pd.read_parquet(result / "replications" / "0000" / "patients.parquet").set_index("patient")
    said = nelm("patient", result, 3)
    assert said.out.startswith("small, replication 0, patient 3\n")
    sex = "man" if people.loc[3, "sex"] == "male" else "woman"
    assert f"{sex} of {int(people.loc[3, 'age'])} at first symptom" in said.out


def test_every_patient_of_a_run_has_a_story(result):
    case = read_case(find_result(str(result)))
    for number in case.patients["patient"]:
        story = story_of(case, number)
        assert max(map(len, in_words(story).splitlines())) <= 100
        assert [phase.begins for phase in story.phases[1:]] == [phase.ends for phase in story.phases[:-1]]


def test_people_to_whom_something_happened_are_found_and_have_it_in_their_stories(nelm, result):
    found = json.loads(
        nelm("patient", result, "--find", "treated: primary surgery", "--find", "referred", "--json").out
    )
    assert found["patients"]
    for its in found["patients"][:3]:
        assert "Primary surgery" in its["treatments"]
        story = json.loads(nelm("patient", result, its["patient"], "--json").out)
        assert "primary_surgery" in [course["treatment"] for course in story["treatments"]]


def test_a_search_lists_patients_and_says_what_to_type_next(nelm, result):
    said = nelm("patient", result, "--find", "had: primary_surgery", "--find", "sex: female")
    assert said.code == 0, said.err
    assert " fit had: primary_surgery and sex: female" in said.out
    *_, last = said.out.splitlines()
    assert last.startswith(f"nelm patient {result} ")


def test_a_search_that_nobody_fits_says_so(nelm, result):
    for words in (("--find", "died", "--find", "left"), ("--find", "treated: cancer")):
        said = nelm("patient", result, *words)
        assert said.code == 0
        assert said.out.startswith("None of the ")


def test_a_story_is_drawn_where_it_is_asked_for(nelm, result, tmp_path):
    for kind, begins in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("html", b"<!DOCTYPE html>")):
        file = tmp_path / f"story.{kind}"
        said = nelm("patient", result, 3, "--output", file)
        assert said.out.splitlines()[-1] == f"Picture     {file}"
        assert file.read_bytes().startswith(begins)


def test_looking_changes_nothing_in_the_store(nelm, kept, result):
    def there():
        return {file: file.stat().st_mtime_ns for file in kept.rglob("*")}

    before = there()
    nelm("patient", result, 3)
    nelm("patient", result, "--find", "died")
    nelm("patient", "bare", 3, "--store", kept / "outputs")
    assert there() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("{result}", 100_000), "expected: a number from 0 to "),
        (("{result}", -1), "no such option"),
        (("{result}", "3", "--replication", 4), "expected: one of those there: 0"),
        (("{result}",), "PATIENT is missing"),
        (("{result}", 3, "--find", "died"), "Either PATIENT or --find"),
        (("{result}", "--find", "died", "--output", "a.png"), "it does not go with --find"),
        (("{result}", "--find", "dyed"), "did you mean 'died'?"),
        (("{result}", "--find", "died: of boredom"), "expected: one of: cancer"),
        (("{result}", "--find", "grade: G7"), "expected: one of: G1, G2"),
        (("{result}", "--find", "died && left"), "found:    'died && left'"),
        (("{result}", 3, "--output", "a.bmp"), "expected: a name that ends with .png, .svg, .html"),
        (("{store}", 3), "found:    a folder with 2 results below it"),
        (("{result}/replications/0000", 3), "found:    a folder without results"),
        (("smal", 3), "did you mean 'small'?"),
        (("nothing_like_it", 3), "has bare, small"),
        (("bare", 3), "a sweep keeps figures only"),
        (("{root}/nowhere.yaml", 3), "nowhere.yaml"),
        (("{baseline}", 3), "makes it"),
    ],
)
def test_what_can_not_be_is_said_with_what_there_is(nelm, kept, result, baseline, words, told):
    places = {"result": result, "root": kept, "store": kept / "outputs", "baseline": baseline}
    said = nelm("patient", *(str(word).format(**places) for word in words), "--store", kept / "outputs")
    assert said.code == 2
    assert told in " ".join(said.err.split("\n"))
    assert "Traceback" not in said.err


@pytest.mark.parametrize("file", ["events.parquet", "patients.parquet", "done.json"])
def test_a_replication_that_was_changed_is_not_told(nelm, result, tmp_path, file):
    copy = Path(shutil.copytree(result, tmp_path / "small" / result.name))
    place = copy / "replications" / "0000" / file
    place.write_bytes(place.read_bytes()[:-40])
    said = nelm("patient", copy, 3)
    assert said.code == 2
    assert "of which files are missing or changed" in said.err
