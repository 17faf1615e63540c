"""Figures of the clinical documents and conflicts of sources: nothing is left out, nothing resolved silently."""

from __future__ import annotations

from pathlib import Path

from sim.evidence import read_evidence
from sim.evidence.checks import not_read_because
from sim.evidence.files import CONFLICTS, FIGURES
from sim.evidence.ledger import FOLDER
from sim.evidence.page import PAGE, parts
from sim.evidence.readers import Places, readings
from sim.evidence.registers import read_conflicts, read_figures

LISTED = (Path(__file__).parent / "seed_figures.txt").read_text("utf-8").split()


def figures():
    return read_figures(FOLDER / FIGURES, read_evidence().cards)


def test_every_figure_of_the_clinical_documents_has_a_card_and_no_other_has() -> None:
    assert len(set(LISTED)) == 143
    assert set(LISTED) - set(figures()) == set()
    assert set(figures()) - set(LISTED) == set()


def test_the_first_card_of_a_figure_has_its_sentence() -> None:
    cards = read_evidence().cards
    assert [one.name for one in figures().values() if not any(cards[name].quote for name in one.cards)] == []


def test_every_figure_is_read_or_a_target_or_says_why_it_is_neither_on_the_page() -> None:
    cards, page = read_evidence().cards, PAGE.read_text("utf-8")
    used = readings(read_evidence(), Places(scenarios=None))
    neither = page.split("<!-- neither: generated -->")[1].split("<!-- end of neither -->")[0]
    for figure in figures().values():
        if figure.use(cards) in ("model", "target"):
            assert f"| {figure.name} |" not in neither
        else:
            reason = not_read_because(figure, cards, used)
            assert len(reason) > 20, figure.name
            (row,) = [line for line in neither.splitlines() if line.startswith(f"| {figure.name} |")]
            assert row.endswith(f"| {reason} |")


def test_the_strongest_use_of_its_cards_is_what_becomes_of_a_figure() -> None:
    cards = read_evidence().cards
    assert figures()["rx.abl.mazzaglia"].use(cards) == "model"
    assert figures()["rec.all"].use(cards) == "target"
    assert figures()["rec.gomez"].use(cards) == "context"


def test_all_conflicts_and_pitfalls_are_decided() -> None:
    conflicts = read_conflicts(FOLDER / CONFLICTS, read_evidence().cards)
    assert {f"cf{number}" for number in range(1, 17)} | {f"pitfall_{number}" for number in range(1, 14)} == set(
        conflicts
    )
    assert all(one.cards for one in conflicts.values())


def test_the_generated_parts_of_the_page_are_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    for name, text in parts().items():
        assert f"<!-- {name}: generated -->\n{text.strip()}\n<!-- end of {name} -->" in page, (
            f"{name}: run python -m sim.evidence.names --write"
        )


def test_what_the_registers_decide_shows_on_the_cards() -> None:
    cards = read_evidence().cards
    assert cards["series_debulking"].use == "context"  # selection, never an input
    assert cards["recurrence_small_series"].use == "context"  # 18 people, reported and not fitted
    assert cards["primary_hepatic_surgery"].use == "context"  # another disease
    assert not any("selpercatinib" in card.means.lower() for card in cards.values())
