"""Each way a card can be wrong, with what is said about it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence import read_evidence
from sim.evidence.files import KEYS, read_cards
from sim.reading import dump_yaml

CARD = {
    "means": "How long they stay",
    "value": "3 days",
    "unit": "days",
    "source": "A20",
    "population": "Everybody",
    "certainty": "found",
    "use": "model",
}


def problems(folder):
    with pytest.raises(InputError) as caught:
        read_evidence(folder)
    return caught.value.problems


def test_the_card_all_others_are_made_from_is_right(evidence):
    ledger = read_evidence(evidence())
    assert ledger.flat == {"stay": 4320.0}
    assert ledger.cards["stay"].source == ("A20",)


@pytest.mark.parametrize(
    ("changes", "path", "found", "expected"),
    [
        ({"source": None}, "cards.stay", "neither a source nor an assumption", "exactly one of source and assumption"),
        (
            {"assumption": "why"},
            "cards.stay",
            "both a source and an assumption",
            "exactly one of source and assumption",
        ),
        ({"source": "A21"}, "cards.stay.source", "A21", "keys of sources.yaml"),
        ({"rests_on": "[B21, C22]"}, "cards.stay.rests_on", "C22", "keys of sources.yaml"),
        ({"source": "[]"}, "cards.stay.source", "an empty list", "keys of sources.yaml"),
        ({"certainty": "sure"}, "cards.stay.certainty", "the text 'sure'", "one of seed, found"),
        ({"certainty": "proposed"}, "cards.stay.certainty", "the text 'proposed'", "an assumption, or another"),
        (
            {"source": None, "assumption": "why"},
            "cards.stay.certainty",
            "the text 'found'",
            "a source, or the certainty",
        ),
        ({"use": "models"}, "cards.stay.use", "the text 'models'", "one of model, target"),
        ({"certainty": "seed"}, "cards.stay", "a seed card without its quote", "the sentence it was read in"),
        ({"means": None}, "cards.stay.means", "nothing", "every card to say its means"),
        ({"population": None}, "cards.stay.population", "nothing", "every card to say its population"),
        ({"unit": "3"}, "cards.stay.unit", "the number 3", "words"),
        ({"value": "3 fortnights"}, "cards.stay.value", "the text '3 fortnights'", "a number, or text such as"),
        ({"value": "{median: 0 days}"}, "cards.stay.value.median", "the text '0 days'", "above 0"),
        ({"value": "{Median: 3 days}"}, "cards.stay.value.Median", "Median", "small letters"),
        ({"value": "130 %"}, "cards.stay.value", "the text '130 %'", "a share from 0 to 1"),
        ({"value": "12", "limits": "[0, 10]"}, "cards.stay.value", "the number 12", "from 0 to 10"),
        ({"value": "12", "limits": "[0]"}, "cards.stay.limits", "a list of 1", "a list of two numbers"),
        ({"range": "[4 days, 5 days]"}, "cards.stay.range", "a list of 2", "a range around the value, 3 days"),
        ({"range": "[0.1, 0.5]"}, "cards.stay.range", "a list of 2", "a number and a unit of time"),
        ({"range": "3 days"}, "cards.stay.range", "the text '3 days'", "a list of two"),
        ({"range": "{b: [1, 2]}", "value": "{a: 1}"}, "cards.stay.range.b", "a list of 2", "parts of the card's value"),
        ({"assumed": "{b: why}", "value": "{a: 1}"}, "cards.stay.assumed.b", "the text 'why'", "parts of the card's"),
        ({"assumed": "why"}, "cards.stay.assumed", "the text 'why'", "a reason for each assumed part"),
        ({"value": "{a: 50 %, b: 48 %}", "sums_to_1": "true"}, "cards.stay.value", "add up to 0.98", "add up to 1"),
        ({"sums_to_1": "2"}, "cards.stay.sums_to_1", "the number 2", "true or false"),
        ({"value": "{lowest: 5, highest: 3}"}, "cards.stay.value", "lowest above highest", "at most as large"),
        ({"sorce": "A20"}, "cards.stay.sorce", "sorce", "a key of a card"),
    ],
)
def test_a_wrong_card_is_refused_with_its_place(evidence, changes, path, found, expected):
    (problem,) = problems(evidence(**changes))
    assert problem.path == path
    assert found in problem.found
    assert expected in problem.expected
    assert problem.line > 0


def test_the_message_names_file_line_and_remedy(evidence):
    folder = evidence(source="A2O")
    (problem,) = problems(folder)
    assert str(problem) == (
        f"{folder / 'ward.yaml'}:8:13  cards.stay.source\n"
        "  found:    A2O\n"
        "  expected: keys of sources.yaml\n"
        "  to do:    did you mean 'A20'?"
    )


def test_all_mistakes_are_said_at_once(evidence):
    assert len(problems(evidence(source="X", use="often", value="long", certainty="sure"))) == 4


def test_a_card_may_not_be_in_two_files(evidence):
    folder = evidence()
    (folder / "a.yaml").write_text((folder / "ward.yaml").read_text().replace("topic: ward", "topic: a"))
    (problem,) = problems(folder)
    assert problem.found == "a card that is also in a.yaml"


def test_a_file_says_its_kind_and_its_topic(evidence):
    folder = evidence()
    text = (folder / "ward.yaml").read_text()
    (folder / "ward.yaml").write_text(text.replace("kind: cards", "kind: card").replace("topic: ward", "topic: home"))
    assert [problem.expected for problem in problems(folder)] == [
        "kind: cards",
        "topic: ward, as the file is called",
    ]


def test_sources_need_a_citation_and_nothing_unknown(evidence):
    folder = evidence(sources="kind: sources\nsources:\n  A20: {cite: A, url: x}\n  B21: {doi: 10.1/2}\n")
    assert [problem.path for problem in problems(folder)][:2] == ["sources.A20", "sources.B21"]


def test_a_folder_without_sources_is_refused(evidence):
    folder = evidence()
    (folder / "sources.yaml").unlink()
    assert any(problem.file.endswith("sources.yaml") for problem in problems(folder))


def test_a_rule_in_words_is_never_read_by_the_model(evidence):
    for use, why in (("context", None), ("target", None), ("later", "For another day.")):
        ledger = read_evidence(evidence(value="ask the board", unit="rule", use=use, not_read=why))
        assert ledger.cards["stay"].text == "ask the board"
        assert ledger.flat == {}
    (problem,) = problems(evidence(value="ask the board", unit="rule", use="model"))
    assert problem.path == "cards.stay.value"


def test_a_card_knows_where_it_stands(evidence):
    folder = evidence()
    card = read_evidence(folder).cards["stay"]
    assert (card.file, card.line) == (str(folder / "ward.yaml"), 4)


ANYTHING = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4)),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["a", "median", "low"]), inside),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_on_a_card_is_read_or_refused_with_its_place(tmp_path, changes):
    card = {**CARD, **changes}
    (tmp_path / "sources.yaml").write_text("kind: sources\nsources:\n  A20: {cite: A}\n")
    (tmp_path / "ward.yaml").write_text(dump_yaml({"kind": "cards", "topic": "ward", "cards": {"stay": card}}), "utf-8")
    said, uses = (), ("model", "target", "context", "later")
    try:
        uses = (read_cards(tmp_path / "ward.yaml")["stay"].use,)
    except InputError as refused:
        said = refused.problems
    assert all(problem.line and problem.expected for problem in said)
    assert len(uses) == 1 or said
