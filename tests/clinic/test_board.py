"""The tumour board: worked cases in both worlds, nobody without a row, and words for every decision."""

from __future__ import annotations

import math
import operator
import re
from typing import Any

import numpy as np
import pytest

from sim.clinic import board as board_module
from sim.clinic.board import ATTRIBUTES, Finding, explain, findings_of, first_row, fits, why_not
from sim.clinic.boardfile import bound, read_board
from sim.clinic.protocols import EXPERIMENTAL, Treatment
from sim.errors import InputError
from sim.evidence import read_evidence
from sim.jit import jit

BOARD = read_board()
CASES = [(case, table, row) for case in BOARD.cases for table, row in case.rows.items()]
TABLES = ("background", "main")


@pytest.fixture
def plain_first_row(monkeypatch):
    """`first_row` as plain Python, with the plain `fits` below it."""
    monkeypatch.setattr(board_module, "fits", getattr(fits, "py_func", fits))
    return getattr(first_row, "py_func", first_row)


def name_of(table: str, row: int) -> str:
    return BOARD.rows[table][row].name


# ------------------------------------------------------------------ worked cases


@pytest.mark.parametrize(("case", "table", "row"), CASES, ids=[f"{case.who} ({table})" for case, table, _ in CASES])
def test_a_worked_case_holds_compiled_and_plain(case, table, row, plain_first_row):
    arrays, findings = getattr(BOARD.tables, table), findings_of(case.findings)
    compiled, plain = first_row(arrays, findings, 0), plain_first_row(arrays, findings, 0)
    assert name_of(table, compiled[0]) == row
    assert tuple(map(int, compiled)) == tuple(map(int, plain))


def test_every_row_has_a_worked_case():
    for table in TABLES:
        reached = {case.rows[table] for case in BOARD.cases if table in case.rows}
        assert reached == set(BOARD.row_names(table))


def test_findings_and_attributes_are_one_list():
    assert [finding.name.lower() for finding in Finding] == list(ATTRIBUTES)
    assert list(Finding) == list(range(len(ATTRIBUTES)))


# ------------------------------------------------------------------ a million patients


def atoms(attribute: str) -> np.ndarray:
    """Values worth trying: every level, or every bound of a row with its two neighbours and the ends of the range."""
    its = ATTRIBUTES[attribute]
    if its.levels:
        return np.arange(len(its.levels), dtype=float)
    bounds = {its.lowest, its.highest if math.isfinite(its.highest) else 10.0}
    for table in TABLES:
        for row in BOARD.rows[table]:
            if attribute in row.when:
                low, high = bound(its, row.when[attribute], read_evidence().flat)
                bounds |= {low, high, math.nextafter(low, -math.inf), math.nextafter(high, math.inf), low + 1}
    return np.array(sorted(b for b in bounds if its.lowest <= b <= its.highest))


MOSTLY_SOUND = ("heart", "nodes", "pain", "obstruction", "transplant_exclusion")
"""So that the rows with the most conditions, and those behind a symptom that comes first, meet somebody."""


def random_patients(rng: np.random.Generator, number: int, missing: float) -> np.ndarray:
    """Findings of so many patients, with a share of every attribute unknown."""
    findings = np.empty((number, len(ATTRIBUTES)))
    for a, name in enumerate(ATTRIBUTES):
        values = atoms(name)
        if name in MOSTLY_SOUND:
            values = np.concatenate([np.zeros(6), values])
        findings[:, a] = values[rng.integers(len(values), size=number)]
    findings[rng.random(findings.shape, np.float32) < missing] = math.nan
    return findings


@jit
def decide(table, findings, first, bits):
    for i in range(len(findings)):
        first[i], bits[i] = first_row(table, findings[i], 0)


def decided(table: str, findings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, bits = np.empty(len(findings), np.int64), np.empty(len(findings), np.int64)
    decide(getattr(BOARD.tables, table), findings, first, bits)
    return first, bits


def test_of_a_million_patients_none_is_without_a_row_and_every_row_has_somebody():
    rng = np.random.default_rng(1)
    reached = {table: np.zeros(len(BOARD.rows[table]), np.int64) for table in TABLES}
    for chunk in range(10):
        findings = random_patients(rng, 100_000, (0.0, 0.05, 0.3)[chunk % 3])
        for table in TABLES:
            first, bits = decided(table, findings)
            assert first.min() >= 0
            assert ((bits >> first) & 1).all()
            assert (bits & ((1 << first) - 1) == 0).all()
            reached[table] += np.bincount(first, minlength=len(reached[table]))
    assert sum(reached["main"]) == 1_000_000
    for table in TABLES:
        assert [name_of(table, row) for row in np.flatnonzero(reached[table] == 0)] == []


SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq}


def fitting(when: dict[str, Any], findings: np.ndarray) -> np.ndarray:
    """Whom a row fits, read from its words once more and by other means."""
    fit = np.ones(len(findings), bool)
    for name, condition in when.items():
        value, its = findings[:, list(ATTRIBUTES).index(name)], ATTRIBUTES[name]
        if its.levels:
            wanted = condition if isinstance(condition, list) else [condition]
            fit &= np.isin(value, [its.levels.index(word) for word in wanted])
            continue
        for part in str(condition).split(" and "):
            sign, number = re.fullmatch(r"([<>=]+) (.*)", part).groups()
            scale = 100 if its.unit == "%" else 1
            limit = read_evidence().flat[number] * scale if number in read_evidence().flat else float(number)
            fit &= SIGNS[sign](value, limit)
    return fit


@pytest.mark.parametrize("table", TABLES)
def test_the_compiled_tables_decide_as_their_words_say(table):
    findings = random_patients(np.random.default_rng(2), 40_000, 0.1)
    first, bits = decided(table, findings)
    wanted = np.array([fitting(row.when, findings) for row in BOARD.rows[table]])
    assert np.array_equal(np.argmax(wanted, axis=0), first)
    assert np.array_equal((wanted.T * (1 << np.arange(len(wanted)))).sum(axis=1), bits)


# ------------------------------------------------------------------ one decision


RESECTABLE = {
    "liver_metastases": "present", "pattern": "type_1", "lesions": 2, "largest_cm": 4, "liver_burden_pct": 3,
    "extrahepatic": "absent", "differentiation": "well", "ki67_pct": 2, "receptors": "positive", "ecog": 0,
    "remnant": "enough", "removable_pct": 100, "not_ablatable": 1, "resections_had": 0, "ablations_had": 0,
    "analogue": "absent", "heart": "none",
}  # fmt: skip


def main_row(off: int = 0, **different: Any) -> str:
    row, _ = first_row(BOARD.tables.main, findings_of(RESECTABLE | different), off)
    return name_of("main", row)


def test_what_is_not_known_fits_no_row_that_asks_about_it():
    assert main_row() == "minor_resection_type_1"
    for name in ("pattern", "ki67_pct", "extrahepatic", "remnant", "removable_pct"):
        known = {key: value for key, value in RESECTABLE.items() if key != name}
        row, _ = first_row(BOARD.tables.main, findings_of(known), 0)
        assert name_of("main", row) != "minor_resection_type_1", name


def test_bounds_belong_to_the_row_that_names_them():
    assert main_row(ki67_pct=20) == "minor_resection_type_1"
    assert main_row(ki67_pct=math.nextafter(20, 21)) != "minor_resection_type_1"
    assert main_row(ecog=3) == "too_frail"
    assert main_row(ecog=2) != "too_frail"


def test_a_refused_row_falls_to_the_next_that_fits_and_still_counts_as_fitting():
    number = BOARD.row_names("main").index("minor_resection_type_1")
    findings = findings_of(RESECTABLE)
    row, bits = first_row(BOARD.tables.main, findings, 1 << number)
    assert row > number
    assert bits >> number & 1
    everything = (1 << len(BOARD.rows["main"])) - 1
    assert first_row(BOARD.tables.main, findings, everything)[0] == -1


def test_a_board_explains_itself_with_a_line_for_each_row():
    findings = findings_of(RESECTABLE)
    lines = explain(BOARD.rows["main"], BOARD.tables.main, findings).splitlines()
    assert len(lines) == len(BOARD.rows["main"])
    by_name = {line.split()[1]: line.split(maxsplit=2)[2] for line in lines}
    assert by_name["minor_resection_type_1"] == "offered: minor_resection"
    assert by_name["too_frail"] == "no: ecog is 0, needs > 2"
    assert by_name["carcinoma_exhausted"] == "no: differentiation is well, needs poor"
    assert by_name["no_liver_disease"] == "no: liver_metastases is present, needs absent"
    assert by_name["watched"] == "fits too"
    assert "symptoms is not known, needs present" in by_name["embolisation_symptoms"]


def test_a_row_that_is_switched_off_says_so():
    number = BOARD.row_names("main").index("minor_resection_type_1")
    text = explain(BOARD.rows["main"], BOARD.tables.main, findings_of(RESECTABLE), 1 << number)
    assert re.search(r"minor_resection_type_1 +fits, but is not used", text)


def test_the_reasons_and_the_arrays_never_disagree():
    findings = random_patients(np.random.default_rng(3), 150, 0.2)
    for table in TABLES:
        arrays = getattr(BOARD.tables, table)
        for patient in findings:
            for number, row in enumerate(BOARD.rows[table]):
                assert (why_not(row, arrays, number, patient) == "") == bool(fits(arrays, number, patient))


# ------------------------------------------------------------------ the evidence behind it


def test_a_number_on_a_card_moves_the_bound_of_the_rows_that_name_it():
    few_small = RESECTABLE | {"pattern": "type_2", "not_ablatable": 0, "largest_cm": 3.5, "satellites": "ablatable",
                              "ecog": 2}  # fmt: skip
    shipped = BOARD.tables.main
    wider = BOARD.with_evidence({**read_evidence().flat, "ablation_limit_cm": 4.0}).main
    assert name_of("main", first_row(shipped, findings_of(few_small), 0)[0]) != "ablation_few_small"
    assert name_of("main", first_row(wider, findings_of(few_small), 0)[0]) == "ablation_few_small"
    assert name_of("main", first_row(wider, findings_of(few_small | {"largest_cm": 4.1}), 0)[0]) != "ablation_few_small"


def test_shares_on_cards_are_per_cent_on_the_board():
    flushing = RESECTABLE | {"extrahepatic": "present", "refractory": "present", "debulkable_pct": 92}
    shipped = BOARD.tables.main
    stricter = BOARD.with_evidence({**read_evidence().flat, "debulking_threshold": 0.93}).main
    assert name_of("main", first_row(shipped, findings_of(flushing), 0)[0]) == "debulking_refractory"
    assert name_of("main", first_row(stricter, findings_of(flushing), 0)[0]) != "debulking_refractory"


def test_a_number_that_leaves_nothing_between_two_bounds_is_refused():
    with pytest.raises(InputError) as refused:
        BOARD.with_evidence({**read_evidence().flat, "embolisation_burden_limit": 0.2})
    assert refused.value.problems[0].expected == "bounds that leave something between them"


def test_the_digest_is_of_what_the_board_decides():
    assert read_board().digest() == BOARD.digest()
    assert len(BOARD.digest()) == 64


def test_every_offer_is_a_treatment_and_some_row_offers_each_that_is_no_experiment():
    offered = {word for table in TABLES for row in BOARD.rows[table] for word in row.offer}
    assert offered == {treatment.name.lower() for treatment in Treatment if treatment not in EXPERIMENTAL}
