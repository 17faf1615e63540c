"""The schemas in `schemas/` are those of the code, and the shipped files find them and fit them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from sim.clinic.boardfile import read_board
from sim.evidence import read_evidence
from sim.evidence.files import KEYS as CARD_KEYS
from sim.experiments.design import KEYS as DESIGN_KEYS
from sim.experiments.parameters import PARAMETER_KEYS
from sim.experiments.pin_file import Pin
from sim.reading import read_yaml
from sim.scenario.merge import SECTIONS
from sim.schema import KINDS, as_text, schema
from sim.stories.story_file import KEYS as STORY_KEYS
from sim.stories.story_file import PERSON_KEYS
from sim.validation.calibration import KEYS as CALIBRATION_KEYS
from sim.validation.care_file import ARM_KEYS, SETTING_KEYS, TRIAL_KEYS
from sim.validation.target_file import AGAINST_KEYS, FILE_KEYS, PART_KEYS, TARGET_KEYS

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
MADE_BY_PROGRAM = ("fingerprint", "calibrated")  # nobody writes these, so nobody needs help in writing them
FILES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("scenarios", "sim", "docs", "outputs/reference")
    for path in (ROOT / folder).rglob("*.yaml")
    if read_yaml(path).get("kind") not in MADE_BY_PROGRAM
)


@cache
def validator(file: Path) -> Draft7Validator:
    return Draft7Validator(read_yaml(file).plain())  # JSON is YAML, and read as strictly


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_schema_is_that_of_the_code(kind: str, baseline) -> None:
    renew = "renew them: nelm schema --all schemas --base scenarios/baseline.yaml"
    assert (SCHEMAS / f"{kind}.json").read_text("utf-8") == as_text(schema(kind, baseline)), renew


def test_no_schema_is_shipped_that_belongs_to_no_kind() -> None:
    assert {path.stem for path in SCHEMAS.iterdir()} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_by_the_rules_of_its_draft(kind: str) -> None:
    Draft7Validator.check_schema(schema(kind))


@pytest.mark.parametrize("file", FILES)
def test_the_first_line_of_a_shipped_file_leads_an_editor_to_the_schema_of_its_kind(file: str) -> None:
    path = ROOT / file
    first = path.read_text("utf-8").splitlines()[0]
    line = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert line, first
    assert (path.parent / line[1]).resolve() == SCHEMAS / f"{read_yaml(path).get('kind')}.json"


@pytest.mark.parametrize("file", FILES)
def test_a_shipped_file_fits_its_schema(file: str, validators) -> None:
    data = read_yaml(ROOT / file).plain()
    assert [error.message for error in validators(data["kind"]).iter_errors(data)] == []


@pytest.fixture(scope="session")
def validators(baseline):
    return cache(lambda kind: Draft7Validator(schema(kind, baseline)))


def test_a_scenario_may_say_what_its_reader_reads() -> None:
    whole = schema("scenario")["definitions"]["WholeScenario"]
    assert set(whole["properties"]) == {"kind", "scenario", "question", "description", "based_on", *SECTIONS}


def test_a_card_a_design_and_a_pin_may_say_what_their_readers_read() -> None:
    assert set(schema("cards")["properties"]["cards"]["additionalProperties"]["properties"]) == set(CARD_KEYS)
    design = schema("sweep")["properties"]
    assert set(design) == set(DESIGN_KEYS)
    assert set(design["parameters"]["items"]["properties"]) == set(PARAMETER_KEYS)
    assert set(schema("pin")["properties"]) == {"kind", "set", "logs", *Pin.__annotations__} - {"settings", "prints"}


def test_published_results_and_calibrations_may_say_what_their_readers_read() -> None:
    def keys(form) -> set[str]:
        return set(form["properties"])

    file = schema("target")
    sections, result = file["properties"], file["properties"]["targets"]["items"]
    trial = sections["trials"]["additionalProperties"]
    assert keys(file) == set(FILE_KEYS)
    assert keys(sections["settings"]["additionalProperties"]) == set(SETTING_KEYS)
    assert keys(trial) == {*SETTING_KEYS, *TRIAL_KEYS}
    assert keys(trial["properties"]["arms"]["additionalProperties"]) == set(ARM_KEYS)
    assert keys(result) == set(TARGET_KEYS)
    assert keys(result["properties"]["parts"]["items"]) == set(PART_KEYS)
    assert keys(result["properties"]["against"]) == set(AGAINST_KEYS)
    assert keys(schema("calibration")) == set(CALIBRATION_KEYS)


def test_a_story_may_say_what_its_reader_reads() -> None:
    whole = schema("story")
    assert set(whole["properties"]) == set(STORY_KEYS)
    assert set(whole["properties"]["patient"]["properties"]) == set(PERSON_KEYS)


def test_every_number_row_and_source_of_the_model_is_offered_with_words_about_it() -> None:
    found = schema("scenario")["definitions"]
    evidence = found["Evidence"]["properties"]
    assert set(evidence) == set(read_evidence().amounts)
    card = read_evidence().cards["prrt_schedule"]
    for said in (card.means, str(card.flat["prrt_schedule.interval"].written), card.unit, *card.source):
        assert said in evidence["prrt_schedule.interval"]["description"]
    assert all(its["description"] for its in evidence.values())
    keys = found["SourceKeys"]["anyOf"][0]
    assert dict(zip(keys["enum"], keys["enumDescriptions"], strict=True)) == {
        key: source.cite for key, source in read_evidence().sources.items()
    }
    board = read_board()
    assert set(found["Board"]["properties"]["change"]["properties"]) == {
        *board.row_names("main"),
        *board.row_names("background"),
    }


def test_every_key_of_a_scenario_is_explained() -> None:
    found = schema("scenario")["definitions"]
    silent = {
        f"{part}.{key}"
        for part, form in found.items()
        if part[0].isupper() and not part.endswith("_part") and part not in ("Changes", "Shares", "SharesOrShare")
        for key, its in form.get("properties", {}).items()
        if not its.get("description") and "$ref" not in its
    }
    assert silent == set()


def test_a_key_that_may_be_left_out_says_what_it_is_then() -> None:
    lists = schema("scenario")["definitions"]["ListResource"]["properties"]
    assert lists["notice"]["description"].endswith("Left out: 0 min")
    assert lists["notice"]["default"] == "0 min"
    assert lists["backfill"]["description"].endswith("Left out: false")
