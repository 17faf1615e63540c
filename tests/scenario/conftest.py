"""What the tests of the front door share: a small world of two resources, and names that never change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sim.errors import Problem, nearest
from sim.reading import Scalar
from sim.scenario import Board, Known

HERE = Path(__file__).parent


def _overrides(values: Mapping[str, object]) -> list[Problem]:
    """One evidence card, a duration."""
    problems = []
    for name, value in values.items():
        path = f"evidence.{name}"
        if name.startswith(COHORT):
            if name == "age.mean" and not (isinstance(value, float) and 18 <= value <= 100):
                problems.append(
                    Problem(path=path, found=str(value), expected="a plain number, such as 0.65; from 18 to 100")
                )
        elif name != "delay_pancreas":
            expected = "the name of a number the model reads"
            problems.append(Problem(path=path, found=name, expected=expected, todo=nearest(name, ["delay_pancreas"])))
        elif not isinstance(value, str):
            problems.append(Problem(path=path, found=str(value), expected="a number and a unit of time"))
    return problems


COHORT = (
    "site_share.",
    "grade_share_",
    "functioning_share",
    "age.",
    "male_share",
    "ecog_at_symptom.",
    "kidney_disease",
)


def _board(board: Board, overrides: Mapping[str, Scalar], weights: Mapping[str, float]) -> list[Problem]:
    """A board whose rows may ask about one thing."""
    found = []
    for part, rows in (("change", board.change), ("add", board.add)):
        for name, row in rows.items():
            for asked in row.when:
                if asked != "ecog":
                    path = f"board.{part}.{name}.when.{asked}"
                    found.append(Problem(path=path, found=f"'{asked}'", expected="an attribute of the board: ecog"))
    return found


@pytest.fixture(scope="session")
def small_world() -> Known:
    """The pathway uses one list and one place; the evidence has one card, the board two rows."""
    return Known(
        resources={"ct": "list", "ward": "place"},
        overrides=_overrides,
        rows=("resection", "prrt"),
        treatments=("resection", "prrt", "tace", "tae", "sunitinib", "everolimus"),
        board=_board,
        offers={"grafts": ("o", "a", "b", "ab")},
        sources=("NENTB22", "PENN"),
        longest=lambda board, overrides, away: {"ct": (30, "a CT", "ct_minutes")},
    )


@pytest.fixture
def wrong_folder(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of wrong files, as working directory, so that messages name files as a user there would."""
    folder = HERE / "wrong"
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a scenario file into a folder of its own, beside the small scenario."""
    (tmp_path / "small.yaml").write_text((HERE / "wrong" / "small.yaml").read_text())

    def write(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        return path

    return write
