"""A thousand shipped files with something broken in them, and random patients for the board."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "mutants.py"
MUTANTS = 1000


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    """The program that breaks files by the hundred thousand, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("mutants", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("tenth", range(10))
def test_a_broken_file_is_read_or_refused_with_its_place(mutants: ModuleType, tenth: int) -> None:
    numbers = range(tenth * MUTANTS // 10, (tenth + 1) * MUTANTS // 10)
    refused, bad = mutants.broken_files(numbers)
    assert bad == []
    assert 40 <= refused < 100, "most mutations break something, and some hit a comment or a text"


def test_every_random_patient_gets_one_row_of_each_table_and_the_words_agree(mutants: ModuleType) -> None:
    assert mutants.random_patients(20_000, seed=7, explained=300) == []


@pytest.mark.parametrize(
    ("code", "said", "left", "complaint"),
    [
        (3, "an error of its own", [], "exit code 3"),
        (2, "Traceback (most recent call last)", [], "a traceback"),
        (2, "wrong", [], "no place"),
        (0, "", ["internal-error.txt"], "wrote"),
        (0, "", [], ""),
        (2, "found: x\nexpected: y", [], ""),
    ],
)
def test_bad_manners_are_noticed(mutants: ModuleType, code: int, said: str, left: list[str], complaint: str) -> None:
    assert mutants.complaint(code, said, left).startswith(complaint)
    assert bool(mutants.complaint(code, said, left)) == bool(complaint)
