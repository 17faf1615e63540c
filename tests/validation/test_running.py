"""A few hundred patients through both commands: what is walked once, what is the same twice, what is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim.commands.calibrate import calibrate
from sim.commands.validate import validate
from sim.errors import InputError
from sim.reading import read_yaml
from sim.validation.attributes import ATTRIBUTES, Columns
from sim.validation.care import Care, scenario_of
from sim.validation.cohorts import walked
from sim.validation.running import compared, jobs
from sim.validation.samples import started
from sim.validation.target_file import read_targets
from sim.validation.targets import Targets

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
TEXT = f"""\
kind: target
means: A few results, quickly.
scenario: {BASELINE}
trials:
  nothing:
    enrol: {{liver_metastases: present}}
    arms:
      one: {{offer: surveillance}}
      other: {{offer: surveillance}}
targets:
  - id: t01
    what: Survival from diagnosis
    source: Nobody 2020
    use: fit
    t0: diagnosis
    endpoint: death
    measure: survival
    at: [1 year, 5 years]
    value: [[0, 1], [0, 1]]
  - id: t02
    what: Everybody is younger than 20
    source: Nobody 2020
    t0: diagnosis
    measure: proportion
    of: {{age_years: "<= 20"}}
    value: 0.9
  - id: t03
    what: Two arms whose treatment is the same
    source: Nobody 2020
    trial: nothing
    arm: one
    endpoint: death
    measure: proportion
    within: 3 years
    against: {{arm: other}}
    as: difference
    value: 0
    tolerance: 0.001
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("targets") / "few.yaml"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture(scope="module")
def few(file: Path) -> Targets:
    return read_targets(file)


@pytest.fixture
def say() -> Callable[..., tuple[int, str]]:
    """`say(command, "--json", ...)`: its exit code and what it printed; its errors are raised."""

    def run(command, *words: object) -> tuple[int, str]:
        done = CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout

    return run


def test_each_way_of_care_is_walked_once_the_one_with_most_patients_first(few: Targets) -> None:
    found = jobs(few.targets, 300, {})
    assert len(found) == 3
    assert sum(len(job.asked) for job in found) == 2 + 1 + 1 + 1
    assert [job.care.patients for job in found] == sorted((job.care.patients for job in found), reverse=True)


def test_two_arms_whose_treatment_is_the_same_are_the_same_patients(few: Targets) -> None:
    scored, samples = compared(few.targets, 300)
    one, other = samples[2, 0, False], samples[2, 0, True]
    assert len(one) > 50
    assert np.array_equal(one.time, other.time)
    assert np.array_equal(one.cause, other.cause)
    (part,) = scored[2].parts
    assert (part.simulated, part.low, part.high) == (0, 0, 0)
    assert part.inside


def test_the_same_file_gives_the_same_answer_twice(few: Targets) -> None:
    once, again = (compared(few.targets, 200)[0] for _ in range(2))
    assert [its.data() for its in once] == [its.data() for its in again]


def test_the_answer_as_data_names_every_target_with_what_was_published_and_simulated(say, file: Path) -> None:
    code, said = say(validate, "--targets", file, "--patients", 300, "--workers", 1, "--json", "--quiet")
    assert code == 0
    found = json.loads(said)
    assert [its["id"] for its in found] == ["t01", "t02", "t03"]
    for its in found:
        assert {"published", "simulated", "interval", "inside", "file"} <= set(its)
    assert [its["inside"] for its in found] == [True, False, True]
    assert 0 <= found[0]["simulated"][1] <= found[0]["simulated"][0] <= 1


def test_strict_ends_with_1_where_a_target_is_outside(say, file: Path) -> None:
    words = ("--targets", file, "--patients", 300, "--workers", 1, "--quiet")
    code, said = say(validate, *words, "--strict")
    assert code == 1
    assert said.startswith("few: emergent: 2 of 3 inside (67 %)")
    assert say(validate, *words, "--strict", "--only", "t01")[0] == 0


def test_a_page_gets_the_tables_between_its_marks_and_the_picture(
    say, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/nelm", "validate", "--page", "docs/my page.md"])
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text("# Before\n\n<!-- begin: nelm validate -->\nold\n<!-- end: nelm validate -->\n\nAfter\n", "utf-8")
    words = ("--targets", file, "--patients", 300, "--workers", 1, "--quiet", "--page", page)
    say(validate, *words, "--pictures", page.parent / "images")
    text = page.read_text("utf-8")
    assert text.startswith("# Before\n\n<!-- begin: nelm validate -->\n")
    assert text.endswith("<!-- end: nelm validate -->\n\nAfter\n")
    assert "old" not in text
    assert "| **t02** |" in text
    assert "(images/validation_few.png)" in text
    assert (page.parent / "images" / "validation_few.png").is_file()
    assert "- **t02** Everybody is younger than 20: not explained yet" in text
    assert "Made by `nelm validate --page 'docs/my page.md'`" in text  # as it was typed


def test_a_page_without_marks_is_refused_before_anybody_is_walked(say, file: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# No marks\n", "utf-8")
    for wrong in (page, tmp_path / "nowhere.md", tmp_path):
        with pytest.raises(InputError, match="--page"):
            say(validate, "--targets", file, "--page", wrong)
    assert page.read_text("utf-8") == "# No marks\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "t99"), "the id of a target"),
        (("--set", "growth.refrence=0.02 per month"), "growth.reference"),
        (("--set", "growth.reference"), "a value of the evidence"),
        (("--targets", BASELINE), "nelm run"),
    ],
)
def test_what_is_asked_for_in_vain_is_refused(say, file: Path, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        say(validate, "--targets", file, *words)


def test_a_file_may_be_named_without_the_option(say, file: Path) -> None:
    code, said = say(validate, file, "--patients", 300, "--workers", 1, "--quiet")
    assert code == 0
    assert said.startswith("few: emergent: 2 of 3 inside (67 %)")


def test_a_folder_without_targets_is_refused(say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no file of targets"):
        say(validate)


def test_a_calibration_ends_with_coefficients_that_can_be_read_again(say, file: Path, tmp_path: Path) -> None:
    path, output = file.with_name("fitted.yaml"), tmp_path / "found.yaml"
    path.write_text("kind: calibration\ntargets: few.yaml\nfree: [growth.reference]\n", "utf-8")
    words = (path, "--patients", 500, "--rounds", 1, "--workers", 1)
    code, said = say(calibrate, *words, "--json", "--output", output)
    assert code == 0
    found = json.loads(said)
    assert set(found["coefficients"]) == {"growth.reference"}
    assert not found["settled"]  # one round only looks where it stands
    assert [its["target"] for its in found["targets"]] == ["t01", "t01"]
    assert read_yaml(output).plain() == found


def test_a_result_that_can_not_be_written_is_refused_before_the_search(say, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--output"):
        say(calibrate, "--output", tmp_path / "nowhere" / "found.yaml")


def test_every_attribute_can_be_asked_of_patients_who_were_walked() -> None:
    cohort = walked(scenario_of(Care(str(BASELINE))), 300)
    at = started(cohort.journeys, "diagnosis")
    columns = Columns(cohort.journeys, cohort.patients, at)
    for name in ATTRIBUTES:
        assert columns[name].shape == at.shape, name
