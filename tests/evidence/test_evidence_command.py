"""`nelm evidence` as a user types it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.commands.evidence import evidence
from sim.errors import CheckError, InputError
from sim.evidence import read_evidence


def say(*words: object) -> str:
    """What the command prints; its errors are raised."""
    done = CliRunner().invoke(evidence, [str(word) for word in words], catch_exceptions=False, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


@pytest.fixture
def home(world) -> tuple[str, ...]:
    return ("--folder", str(world.cards), "--scenarios", str(world.folder / "scenarios"))


def test_the_list_has_a_line_for_each_card() -> None:
    lines = say().splitlines()
    assert lines[0].split() == ["name", "value", "unit", "source", "certainty", "use"]
    assert len(lines) == len(read_evidence().cards) + 1
    assert max(map(len, lines)) <= 130
    assert any(line.startswith("supportive_visit") and line.endswith("model") for line in lines)


@pytest.mark.parametrize(
    ("options", "right"),
    [
        (("--topic", "prrt"), lambda card: card.topic == "prrt"),
        (("--use", "later"), lambda card: card.use == "later"),
        (("--certainty", "recalled"), lambda card: card.certainty == "recalled"),
        (("--source", "PENN"), lambda card: "PENN" in (*card.source, *card.rests_on)),
        (("--search", "GALLBLADDER"), lambda card: "gallbladder" in (card.quote + card.means).lower()),
        (("--topic", "costs", "--use", "later"), lambda card: (card.topic, card.use) == ("costs", "later")),
    ],
)
def test_filters_let_through_what_fits_and_nothing_else(options, right) -> None:
    wanted = {name for name, card in read_evidence().cards.items() if right(card)}
    listed = {card["name"] for card in json.loads(say(*options, "--json"))["cards"]}
    assert listed == wanted
    assert wanted


def test_a_filter_nothing_fits_says_so() -> None:
    assert say("--search", "unicorn") == "no card fits\n"


@pytest.mark.parametrize(("option", "asked", "near"), [("--topic", "prtt", "prrt"), ("--source", "PEN", "PENN")])
def test_a_misspelt_filter_is_answered_with_the_nearest(option, asked, near) -> None:
    with pytest.raises(InputError, match=f"did you mean '{near}'"):
        say(option, asked)


def test_the_table_of_a_spreadsheet_has_a_row_for_each_number(tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    say("--csv", file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    cards = read_evidence().cards
    assert len(rows) == sum(len(card.amounts) or 1 for card in cards.values())
    (row,) = [row for row in rows if row["name"] == "delay_pancreas.median"]
    assert (row["value"], row["low"], row["high"], row["source"]) == (
        "24 months",
        "5.6 months",
        "48 months",
        "BASU18B SWALES21",
    )
    assert all(row["citation"] or row["assumption"] for row in rows)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("place", "found"), [("", "a folder"), ("missing/all.csv", "no such folder")])
def test_a_table_that_can_not_be_written_is_refused(tmp_path: Path, place: str, found: str) -> None:
    with pytest.raises(InputError, match=found):
        say("--csv", tmp_path / place)


def test_one_number_is_traced_to_its_quote_source_code_board_and_scenarios(home, world) -> None:
    text = say("age_least", *home)
    assert "Youngest who may come" in text
    assert "B and others 2021" in text
    assert f"{world.folder}/scenarios/older.yaml:4  age_least: 21" in text
    quoted = say("stay.mean", *home)
    assert '"people stay for three days on average"' in quoted
    assert "A and others 2020. doi 10.1000/1" in quoted
    assert f"stands in:  {world.cards}/ward.yaml:4" in quoted
    assert "w.stay" in quoted
    assert "c1: Stays" in quoted


def test_a_shipped_number_is_traced_to_the_line_that_reads_it() -> None:
    text = say("prrt_schedule.cycles")
    place = next(line for line in text.splitlines() if "PRRT_SCHEDULE_CYCLES" in line).split()[0]
    file, line = place.split(":")
    root = Path(__file__).parents[2]
    assert "PRRT_SCHEDULE_CYCLES" in (root / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert "PRRT_SCHEDULE_INTERVAL" not in text  # only the number that was asked for
    assert "PRRT_SCHEDULE_INTERVAL" in say("prrt_schedule")


def test_a_rule_is_traced_to_the_rows_that_cite_it() -> None:
    assert "cited by:\n  sim/clinic/board.yaml:" in say("ssa_use")


def test_a_figure_of_the_documents_leads_to_its_cards() -> None:
    text = say("rx.abl.mazzaglia")
    for name in ("ablation_relief", "ablation_morbidity", "ablation_mortality", "series_ablation"):
        assert f"\n{name} (" in f"\n{text}"
    assert text.startswith("rx.abl.mazzaglia, a figure of the clinical documents\n")
    cards = read_evidence().cards
    (line,) = [line for line in text.splitlines() if line.startswith("  in the model: ")]
    for name in ("ablation_relief", "ablation_morbidity", "ablation_mortality", "series_ablation"):
        assert (name in line) == (cards[name].use == "model")


def test_a_figure_that_nothing_reads_says_so_with_its_use() -> None:
    text = say("rx.res.mortality")
    assert text.startswith("rx.res.mortality, a figure")
    assert "held by: series_resection_mortality (target)" in text
    assert "read by nothing: target" in text
    assert "read by nothing" not in say("prrt_schedule")


def test_a_trace_as_data_holds_what_the_words_say(home) -> None:
    (card,) = json.loads(say("stay", *home, "--json"))["cards"]
    assert card["value"] == {"mean": "3 days", "longest": "9 days"}
    assert card["source"][0]["doi"] == "10.1000/1"
    assert card["figures"] == ["w.stay"]
    assert card["conflicts"] == ["c1"]


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean 'prrt_schedule\.cycles'") as refused:
        say("prrt_schedule.cycle")
    assert refused.value.exit_code == 2
    with pytest.raises(InputError, match=r"^NAME\n(.*\n)*.*--search WORD"):
        say("zzzzzz")


def test_the_conflicts_are_printed_with_what_was_decided() -> None:
    text = say("--conflicts")
    assert "cf7: Name of a drug" in text
    assert text.count("decided:") == len(json.loads(say("--conflicts", "--json"))["conflicts"]) == 29


def test_the_check_of_the_shipped_evidence_says_what_holds() -> None:
    assert "quotes are in the documents' fingerprints; no figure is left out." in say("--check")


def test_a_failed_check_ends_with_1_and_tells_every_fault(world) -> None:
    with pytest.raises(CheckError) as failed:
        say("--check", "--folder", world.cards)  # nothing in the shipped code reads this world's numbers
    assert failed.value.exit_code == 1
    assert str(failed.value).count("nothing reads") == 5
    assert "cards.stay.quote" in str(failed.value)


def test_quotes_are_looked_up_in_documents_at_hand(tmp_path: Path, world) -> None:
    world.edit("cards/sources.yaml", "doi: 10.1000/1", "document: a.txt")
    (tmp_path / "a.txt").write_text("Nothing of the kind.", "utf-8")
    with pytest.raises(CheckError, match=r"which is not in A20"):
        say("--check", "--folder", world.cards, "--documents", tmp_path)
    with pytest.raises(InputError, match="the document of A20"):
        say("--check", "--folder", world.cards, "--documents", tmp_path / "cards")


@pytest.mark.parametrize(
    "words",
    [
        ("growth", "--topic", "prrt"),
        ("growth", "--check"),
        ("--check", "--conflicts"),
        ("--documents", "somewhere"),
        ("--use", "models"),
    ],
)
def test_words_that_do_not_go_together_are_refused(words) -> None:
    done = CliRunner().invoke(evidence, words)
    assert done.exit_code == 2


@pytest.mark.parametrize("option", ["--folder", "--scenarios"])
def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, option: str) -> None:
    with pytest.raises(InputError, match="no folder"):
        say("growth", option, tmp_path / "missing")
