"""The shipped cards as a whole, and what is generated from them."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.evidence import Ledger, names, page, read_evidence
from sim.evidence.names import KNOWN, known_module
from sim.evidence.page import PAGE, assumptions


def test_the_shipped_evidence_is_right():
    ledger = read_evidence()
    assert ledger.flat
    assert {card.use for card in ledger.cards.values()} <= {"model", "target", "context", "later"}


def test_the_names_the_clinic_reads_by_are_up_to_date():
    assert KNOWN.read_text("utf-8") == known_module(read_evidence()), "run python -m sim.evidence.names --write"


def test_every_assumption_the_model_reads_is_in_the_table():
    ledger = read_evidence()
    table = assumptions(ledger)
    for name, card in ledger.cards.items():
        assert (f"| `{name}` |" in table) == (card.use == "model" and card.assumption != "")
        for part in card.assumed:
            assert (f"| `{name}.{part}` |" in table) == (card.use == "model")


def test_every_source_is_cited_by_a_card():
    ledger = read_evidence()
    cited = {key for card in ledger.cards.values() for key in (*card.source, *card.rests_on)}
    assert cited == set(ledger.sources)


def test_a_number_in_a_note_of_a_source_is_a_source():
    ledger = read_evidence()
    for card in ledger.cards.values():
        for words in (card.where, card.note, card.assumption, *card.assumed.values()):
            for key in re.findall(r"\b[A-Z]{3,}[0-9]{2}[A-Z]?\b", words):
                assert key in ledger.sources, f"{card.name} names {key}"


def test_no_card_gives_an_address_of_the_web():
    for file in sorted(KNOWN.parents[1].glob("evidence/*.yaml")):
        assert not re.search(r"https?://|www\.", file.read_text("utf-8")), file.name


def test_every_card_explains_itself_within_the_width_of_a_page():
    ledger = read_evidence()
    for name, card in ledger.cards.items():
        text = ledger.explain(name)
        assert text.startswith(f"{name} ({card.topic}): ")
        assert max(map(len, text.splitlines())) <= 120
        for part in card.flat:
            assert ledger.explain(part) == text


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(InputError, match=r"did you mean 'growth\.sigma'"):
        read_evidence().explain("growth.sigmaa")


def test_the_digest_follows_the_numbers_and_not_the_words():
    ledger = read_evidence()
    card = ledger.cards["growth_nec"]
    reworded = Ledger({**ledger.cards, "growth_nec": replace(card, note="Another word.")}, ledger.sources)
    renumbered = Ledger(
        {**ledger.cards, "growth_nec": replace(card, amounts={"": replace(card.amounts[""], number=1.7)})},
        ledger.sources,
    )
    assert reworded.digest() == ledger.digest()
    assert renumbered.digest() != ledger.digest()


def test_two_numbers_of_one_name_in_the_array_are_refused():
    ledger = read_evidence()
    growth, nec = ledger.cards["growth"], ledger.cards["growth_nec"]
    clash = replace(growth, amounts={"nec": growth.amounts["sigma"]})
    with pytest.raises(ValueError, match="GROWTH_NEC"):
        known_module(Ledger({"growth": clash, "growth_nec": nec}, ledger.sources))


def test_the_ledger_is_read_without_numba_pandas_or_pydantic():
    code = (
        "import sys; from sim.evidence import read_evidence; read_evidence(); "
        "print([m for m in ('numba', 'pandas', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_command_writes_names_and_page_and_refuses(capsys, monkeypatch, tmp_path: Path):
    stale = PAGE.read_text("utf-8").replace("| number | value | why |", "| of last year |")
    (tmp_path / "evidence.md").write_text(stale, "utf-8")
    monkeypatch.setattr(names, "KNOWN", tmp_path / "known.py")
    monkeypatch.setattr(page, "PAGE", tmp_path / "evidence.md")
    assert names.main(["--write"]) == 0
    assert (tmp_path / "known.py").read_text("utf-8") == known_module(read_evidence())
    assert assumptions(read_evidence()) in (tmp_path / "evidence.md").read_text("utf-8")
    assert names.main(["--wirte"]) == 2
    assert "--write" in capsys.readouterr().err


def test_an_installed_package_without_its_page_writes_the_names_only(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(names, "KNOWN", tmp_path / "known.py")
    monkeypatch.setattr(page, "PAGE", tmp_path / "docs" / "evidence.md")
    assert names.main(["--write"]) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["known.py"]
