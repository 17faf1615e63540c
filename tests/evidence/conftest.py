"""A small folder of evidence, correct as it stands, for tests that then break it."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
