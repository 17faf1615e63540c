"""docs/model.md says what the model does."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from PIL import Image

from sim.clinic.boardfile import read_board
from sim.clinic.patient import MOST_LESIONS, Exclusion
from sim.clinic.protocols import EXPERIMENTAL, MAIN, Family, Role, Treatment, protocols
from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.evidence import read_evidence

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "model.md").read_text("utf-8")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The program that renews the generated parts, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_parts_are_up_to_date(generate: ModuleType) -> None:
    assert generate.model_page(PAGE) == PAGE, "renew them: python docs/generate.py"
    validation = (ROOT / "docs" / "validation.md").read_text("utf-8")
    assert generate.validation_page(validation) == validation, "renew them: python docs/generate.py"


def test_the_diagram_has_an_arrow_for_each_step_that_may_follow_another_and_no_others() -> None:
    drawn = re.findall(r"^  (\w+) --> (\w+)$", PAGE, re.MULTILINE)
    allowed = [(one.name.lower(), other.name.lower()) for one, others in MAY_FOLLOW.items() for other in others]
    assert sorted(drawn) == sorted(allowed)
    assert {name for arrow in drawn for name in arrow} == {stage.name.lower() for stage in Stage}


def test_the_page_gives_each_treatment_the_list_the_place_and_the_sessions_of_the_model() -> None:
    given = protocols(read_evidence().known({}))
    seen = set()
    for names, listed, place, sessions in re.findall(
        r"^\| (`.*?) \| (.*?) ?\| (.*?) ?\| (\d*) ?\| ", PAGE, re.MULTILINE
    ):
        for name in re.findall(r"`(\w+)`", names):
            protocol = given[Treatment[name.upper()]]
            role, second = (Role(code).name.lower() if code >= 0 else "" for code in (protocol.role, protocol.second))
            assert (listed.strip("`"), place.strip("`")) == (role, second), name
            assert sessions == (str(protocol.sessions) if role else ""), name
            seen.add(name)
    assert seen == {treatment.name.lower() for treatment in Treatment} - {"nothing"}


def test_the_page_says_how_many_lesions_are_followed() -> None:
    assert f"At most {MOST_LESIONS} lesions" in PAGE


def test_the_page_says_of_nothing_the_board_offers_that_it_is_not_in_the_model() -> None:
    missing = PAGE.split("## Not in it yet")[1].lower()
    kinds = {kind.name for kind in (*Treatment, *Family)} - {Treatment.NOTHING.name, Family.NONE.name}
    assert [name for name in kinds if name.lower().replace("_", " ") in missing] == []


def test_the_page_names_everything_that_bars_a_transplant() -> None:
    (listed,) = re.findall(r"none of what bars it \((.*?)\)", PAGE, re.DOTALL)
    named = {re.sub(r"\s+", " ", word).strip().lower() for word in listed.split(",")}
    bars = {bar.name.lower().replace("_", " ") for bar in Exclusion} - {"none"}
    assert {name.removesuffix(" disease") for name in named} == bars


def test_the_rows_the_page_names_as_criteria_are_those_that_offer_a_transplant() -> None:
    (named,) = re.findall(r"The criteria are the rows (.*?):", PAGE, re.DOTALL)
    offering = [row.name for row in read_board().rows["main"] if "transplant" in row.offer]
    assert re.findall(r"`(\w+)`", named) == offering


def test_the_annual_numbers_leave_out_the_rows_for_patients_without_liver_metastases(generate: ModuleType) -> None:
    absent = {"liver_metastases": "absent"}
    rows = [row.name for row in read_board().rows["main"] if absent.items() <= dict(row.when).items()]
    assert sorted(generate.WITHOUT_LIVER) == sorted(rows)


def test_the_examples_in_the_program_hold(generate: ModuleType) -> None:
    assert doctest.testmod(generate).failed == 0


def test_a_part_that_is_not_there_can_not_be_renewed(generate: ModuleType) -> None:
    with pytest.raises(ValueError, match="unpack"):
        generate.between_marks("a page", "pathway", "text")


def test_renewing_a_part_leaves_the_rest_of_the_page_as_it_was(generate: ModuleType) -> None:
    page = "before\n<!-- x: generated -->\nold\n<!-- end of x -->\nafter\n"
    assert generate.between_marks(page, "x", "new") == page.replace("old", "new")


def test_reduced_pictures_keep_their_shape(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pictures").mkdir()
    for name in generate.PICTURES:
        Image.new("RGB", (1500, 1000), "white").save(tmp_path / "pictures" / f"{name}.png")
    monkeypatch.setattr(generate, "IMAGES", tmp_path / "images")
    generate.reduce_pictures(tmp_path)
    for path in (tmp_path / "images").iterdir():
        with Image.open(path) as picture:
            assert picture.size == (1200, 800)


def rows_of_table(name: str) -> list[list[str]]:
    """The cells of a generated table, without its head."""
    inside = PAGE.partition(f"<!-- {name}: generated -->")[2].partition(f"<!-- end of {name} -->")[0]
    lines = [line for line in inside.strip().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines[2:]]


def pinned_decisions() -> dict[str, dict[str, float]]:
    """Decisions a year by row, of each pinned scenario."""
    found = {}
    for path in sorted((ROOT / "outputs" / "reference").glob("*.yaml")):
        text = path.read_text("utf-8")
        figures = yaml.load(text, Loader=LOADER)["figures"]["board.decided.per_year [per year]"]
        found[path.stem] = {row: mean for row, (mean, *_) in figures.items()}
    return found


def test_every_row_of_both_tables_decides_in_a_pinned_result_of_a_shipped_scenario() -> None:
    shipped = {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}
    pinned = {name: rows for name, rows in pinned_decisions().items() if name in shipped}
    for table, kind in (("main", "row: "), ("background", "background row: ")):
        for row in read_board().rows[table]:
            assert any(rows.get(kind + row.name, 0.0) > 0 for rows in pinned.values()), (table, row.name)


@pytest.mark.parametrize("row", ["two_step_resection_small_remnant", "radioembolisation_frail"])
def test_rows_that_the_baseline_hardly_ever_reaches_decide_in_a_national_centre(
    row: str,
) -> None:
    text = (ROOT / "outputs" / "reference" / "national_centre_local_treatment.yaml").read_text("utf-8")
    pin = yaml.load(text, Loader=LOADER)
    years = 3 * pin["replications"]
    assert pin["figures"]["board.decided.per_year [per year]"][f"row: {row}"][0] * years >= 1


def test_the_page_tells_of_every_row_and_of_every_treatment_that_is_offered() -> None:
    rows = rows_of_table("rows")
    assert [(table, name.strip("`")) for table, name, *_ in rows] == [
        (table, row.name) for table in ("main", "background") for row in read_board().rows[table]
    ]
    offered = {offer for _, _, offers, _, _ in rows for offer in re.findall(r"`(\w+)`", offers)}
    shipped = [treatment for treatment in MAIN if treatment not in EXPERIMENTAL]
    assert offered == {treatment.name.lower() for treatment in (*shipped, Treatment.SSA, Treatment.NOTHING)}


def test_every_treatment_is_given_to_somebody_in_a_shipped_scenario() -> None:
    shipped = {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}
    courses = {name.strip("`"): (float(a_year), scenario) for name, a_year, scenario in rows_of_table("given")}
    assert set(courses) == {treatment.name.lower() for treatment in Treatment} - {"surveillance", "nothing"}
    assert {name: its for name, its in courses.items() if its[0] <= 0 or its[1] not in shipped} == {}


def test_annual_numbers_stand_beside_what_is_planned_for_with_a_word_on_each() -> None:
    table = rows_of_table("annual")
    planned = [name for name in read_evidence().cards if name.startswith("planned_")]
    assert len(table) == len(planned)
    words = ("inside", "above", "below", "far above", "far below")
    assert all(verdict in words for _, _, _, verdict in table)
    assert all(float(simulated.replace(",", "")) >= 0 for _, _, simulated, _ in table)


def test_annual_numbers_rest_on_eight_replications_or_more() -> None:
    (replications,) = re.findall(r"Means of (\d+) replications", PAGE)
    assert int(replications) >= 8


def test_what_is_further_from_the_plan_than_a_factor_of_one_and_a_half_is_told_with_its_direction() -> None:
    told = dict(
        re.findall(
            r"^- (.*): not fitted, and too (high|low): [\d.]+ times the (?:most|least) that is planned for\. ",
            PAGE,
            re.M,
        )
    )
    far = {}
    for label, planned, simulated, verdict in rows_of_table("annual"):
        low, high = map(float, planned.split(" to "))
        number = float(simulated.replace(",", ""))
        if number > 1.5 * high or number < low / 1.5:
            far[label] = "high" if number > high else "low"
        assert verdict.startswith("far") == (label in far), label
    assert told == far
