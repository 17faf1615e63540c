"""Quotes and the documents they are from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.evidence import documents, read_evidence
from sim.evidence.cards import Source
from sim.evidence.documents import FINGERPRINTS, fingerprint, read_fingerprints, read_texts, words, written

TEXT = "People stay for three days on average; after liver me-\ntastases were resected (30–60%), 8.95 days are usual."


def test_small_letters_and_digits_are_compared_and_hyphens_join() -> None:
    assert words("Liver me-\ntastases") == words("liver metastases") == words("Liver me- tastases")
    assert words("long-term") == words("long-\nterm") == ["longterm"]
    assert words("30–60 %") == ["30", "60"]
    assert words("ﬁne nee­dle") == ["fine", "needle"]


def test_a_sentence_of_the_document_is_found_however_it_was_broken() -> None:
    whole = fingerprint(TEXT)
    assert whole.lacks("after liver metastases were resected") == ""
    assert whole.lacks("resected (30-60 %), 8.95 days") == "resected 3060 8 95"  # a hyphen joins, a dash parts
    assert whole.lacks("8.95 days are usual") == ""
    assert whole.lacks("89.5 days are usual") == "89 5 days are"


def test_a_quote_of_fewer_than_four_words_can_not_be_found() -> None:
    assert fingerprint(TEXT).lacks("three days") == "three days"
    assert fingerprint(TEXT).lacks("?!") == ""  # no words at all: the reader of cards refuses an empty quote


def test_any_one_word_changed_in_any_shipped_quote_is_noticed_but_for_chance_at_its_ends() -> None:
    ledger, shipped = read_evidence(), read_fingerprints()
    slipped, tried, inside = 0, 0, []
    for card in ledger.cards.values():
        texts = [shipped[key] for key in (*card.source, *card.rests_on) if key in shipped]
        listed = words(card.quote) if texts else []
        for place in range(len(listed)):
            altered = " ".join([*listed[:place], "unicorns", *listed[place + 1 :]])
            passes = any(text.lacks(altered) == "" for text in texts)
            tried, slipped = tried + 1, slipped + passes
            if passes and 1 < place < len(listed) - 2 and len(listed) > 6:
                inside.append((card.name, listed[place]))
    assert tried > 3000
    assert inside == []
    assert slipped <= 2  # a wrong word at the very end makes one run, which slips through once in 4,000 times


def test_a_word_left_out_or_put_in_is_noticed() -> None:
    whole = fingerprint(TEXT)
    assert whole.lacks("People stay for days on average") == "people stay for days"
    assert whole.lacks("People stay for some three days on average") == "people stay for some"


def test_the_fingerprints_are_of_the_documents_the_sources_name() -> None:
    named = {key for key, source in read_evidence().sources.items() if source.document}
    assert set(read_fingerprints()) == named
    assert len(named) == 5


def test_no_fingerprint_holds_four_words_of_its_document() -> None:
    for file in FINGERPRINTS.glob("*.yaml"):
        lines = file.read_text("utf-8").split("hashes:")[1].splitlines()[1:]
        assert all(len(line.split()) == 1 for line in lines)
        joined = "".join(line.strip() for line in lines)
        assert len(joined) % 4 == 0


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "A20.yaml").write_text(written(fingerprint(TEXT, "A20")), "utf-8")
    assert read_fingerprints(tmp_path) == {"A20": fingerprint(TEXT, "A20")}


@pytest.mark.parametrize(
    ("old", "new"),
    [("hashes: |-", "hash: |-"), ("words: 19", "words: many"), ("source: A20", "source: A21"), ("\n  ", "\n  !")],
)
def test_a_damaged_fingerprint_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = written(fingerprint(TEXT, "A20"))
    assert old in text
    (tmp_path / "A20.yaml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=r"A20\.yaml(.|\n)*the fingerprint of a document(.|\n)*--write"):
        read_fingerprints(tmp_path)


def test_the_documents_themselves_are_looked_through_whole_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Three days are usual here. In winter three days are usual there.", "utf-8")
    (text,) = read_texts(tmp_path, {"A20": Source("A20", "A", document="a.txt")}).values()
    spliced = "winter three days are usual here"
    assert fingerprint((tmp_path / "a.txt").read_text("utf-8")).lacks(spliced) == ""  # all its runs are there
    assert text.lacks(spliced) == spliced
    assert text.lacks("In winter three days are usual") == ""
    assert text.lacks("ee days are usual") != ""  # whole words only


def test_a_document_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.txt(.|\n)*no such file(.|\n)*the document of A20"):
        read_texts(tmp_path, {"A20": Source("A20", "A", document="a.txt"), "B21": Source("B21", "B")})


def test_the_command_makes_compares_and_refuses(tmp_path: Path, monkeypatch, capsys) -> None:
    home, texts = tmp_path / "evidence", tmp_path / "texts"
    home.mkdir()
    texts.mkdir()
    (home / "sources.yaml").write_text("kind: sources\nsources:\n  A20: {cite: A, document: a.txt}\n", "utf-8")
    (texts / "a.txt").write_text(TEXT, "utf-8")
    monkeypatch.setattr(documents, "FINGERPRINTS", home / "fingerprints")
    assert documents.main([str(texts)]) == 1
    assert documents.main([str(texts), "--write"]) == 0
    assert documents.main([str(texts)]) == 0
    (texts / "a.txt").write_text(TEXT + " Always.", "utf-8")
    assert documents.main([str(texts)]) == 1
    (texts / "a.txt").unlink()
    assert documents.main([str(texts)]) == 2
    assert documents.main(["--write"]) == 2
    assert "FOLDER [--write]" in capsys.readouterr().err
