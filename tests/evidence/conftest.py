"""Small folders of evidence, correct as they stand, for tests that then break them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.errors import Problem
from sim.evidence.checks import faults
from sim.evidence.documents import Document, fingerprint
from sim.evidence.readers import Places

SOURCES = """\
kind: sources
sources:
  A20: {cite: "A and others 2020", doi: 10.1000/1}
  B21: {cite: "B and others 2021"}
"""

CARD = {
    "means": "How long they stay",
    "value": "3 days",
    "unit": "days",
    "source": "A20",
    "population": "Everybody",
    "certainty": "found",
    "use": "model",
}


@pytest.fixture
def evidence(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder with one topic of one card, `stay`, some of its keys replaced; None leaves a key out."""

    def write(sources: str = SOURCES, **changes: str | None) -> Path:
        card = CARD | changes
        lines = [f"    {key}: {value}" for key, value in card.items() if value is not None]
        (tmp_path / "sources.yaml").write_text(sources)
        (tmp_path / "ward.yaml").write_text(
            "\n".join(["kind: cards", "topic: ward", "cards:", "  stay:", *lines]) + "\n"
        )
        return tmp_path

    return write


DOCUMENT = "On this ward people stay for three days on average, and nobody minds. Visits are from two to four."

WORLD = {
    "cards/sources.yaml": SOURCES,
    "cards/ward.yaml": """\
kind: cards
topic: ward
cards:
  stay:
    means: How long they stay
    value: {mean: 3 days, longest: 9 days}
    unit: days
    source: A20
    quote: people stay for three days on average
    population: Everybody
    certainty: seed
    use: model
  age_least:
    means: Youngest who may come
    value: 18
    unit: years
    source: B21
    population: Everybody
    certainty: found
    use: model
  sex:
    means: Men and women
    value: {men: 52 %, women: 48 %}
    sums_to_1: true
    unit: share
    source: B21
    population: Everybody
    certainty: found
    use: model
  visiting:
    means: When they are visited
    value: from two to four
    unit: rule
    source: A20
    quote: Visits are from two to four
    population: Visitors
    certainty: seed
    use: context
    not_read: Visitors are not modelled.
  nobody_minds:
    means: Who may come at all
    value: everybody
    unit: rule
    source: A20
    quote: on average, and nobody minds
    population: Everybody
    certainty: seed
    use: context
""",
    "cards/figures.yaml": """\
kind: figures
figures:
  w.stay: stay
  w.visits: visiting
  w.minds: nobody_minds
""",
    "cards/conflicts.yaml": """\
kind: conflicts
conflicts:
  c1: {about: Stays, found: Three days and four., decided: Three., cards: stay}
""",
    "code/pathway.py": """\
def stays(known):
    return known[Known.STAY_MEAN] + known[Known[f"STAY_{last('LONGEST')}"]]


MEN = "SEX_MEN"
""",
    "code/board.yaml": """\
kind: board
main:
  - name: young
    offer: nothing
    when: {age: "< age_least"}
    source: nobody_minds
""",
    "scenarios/older.yaml": """\
kind: scenario
change:
  evidence:
    age_least: 21
""",
}


@dataclass(frozen=True)
class World:
    """A ledger with its documents, code, board and scenarios, all in one folder."""

    folder: Path

    @property
    def cards(self) -> Path:
        return self.folder / "cards"

    @property
    def places(self) -> Places:
        return Places(self.folder / "code", self.folder / "code" / "board.yaml", self.folder / "scenarios")

    @property
    def documents(self) -> dict[str, Document]:
        return {"A20": fingerprint(DOCUMENT)}

    def edit(self, file: str, old: str, new: str) -> None:
        """Put other words into a file; the old ones must be there."""
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new, 1), "utf-8")

    def faults(self) -> list[Problem]:
        return faults(self.cards, self.places, self.documents)


@pytest.fixture
def world(tmp_path: Path) -> World:
    for name, text in WORLD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return World(tmp_path)
