"""What patients are selected by is read from a few rows of the log, typed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.clinic.board import ATTRIBUTES as BOARD
from sim.clinic.board import Finding
from sim.clinic.imaging import SIZE_BITS
from sim.clinic.staging import FIELDS, staging, unstaged
from sim.units import DAY, YEAR
from sim.validation.attributes import ATTRIBUTES, Columns, fits
from sim.validation.samples import started
from sim.validation.targets import bounds_of


def known(**findings: float) -> int:
    """What the board knew, packed as the log holds it."""
    found = np.full(len(Finding), np.nan)
    for name, value in findings.items():
        found[Finding[name.upper()]] = value
    return int(staging(found))


def columns(cohort, t0: str) -> Columns:
    return Columns(cohort.journeys, cohort.patients, started(cohort.journeys, t0))


def asked(cohort, t0: str, name: str) -> list[Any]:
    return [None if np.isnan(x) else x for x in columns(cohort, t0)[name].tolist()]


def test_what_the_board_knew_comes_out_of_the_log_as_it_went_in() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        findings = {
            name: float(rng.integers(0, len(BOARD[name].levels)))
            if BOARD[name].levels
            else rng.integers(0, min((1 << bits) - 2, times * BOARD[name].highest)) / times
            for name, (bits, times) in FIELDS.items()
        }
        found = {name: float(column[0]) for name, column in unstaged(np.array([known(**findings)])).items()}
        assert found == pytest.approx(findings)


def test_what_the_board_did_not_know_is_unknown_again() -> None:
    found = unstaged(np.array([known(liver_metastases=1)]))
    assert {name for name, column in found.items() if np.isnan(column[0])} == {
        name for name, (bits, _) in FIELDS.items() if bits > 1
    }


def test_everything_the_board_kept_and_every_treatment_can_be_asked_for() -> None:
    assert set(FIELDS) < set(ATTRIBUTES)
    for name in ("prrt_before", "resections_ever", "ssa_before", "embolisations_before", "true_ki67_pct"):
        assert name in ATTRIBUTES


def test_a_patient_is_described_by_the_last_board_before_or_else_by_the_next(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [(0, "arrived", 0, ""), (5, "staged", known(lesions=2), ""), (9, "treated", 1, "prrt"),
                (20, "staged", known(lesions=7), "")],
            2: [(0, "arrived", 0, ""), (5, "treated", 1, "prrt"), (9, "staged", known(lesions=4), "")],
            3: [(0, "arrived", 0, ""), (5, "treated", 1, "prrt")],
        }
    )  # fmt: skip
    assert asked(cohort, "prrt", "lesions") == [2, 4, None]
    assert asked(cohort, "first_symptom", "lesions") == [2, 4, None]


def test_without_any_board_nothing_is_known(cohort_of) -> None:
    cohort = cohort_of({1: [(0, "arrived", 0, "")]})
    assert asked(cohort, "first_symptom", "lesions") == [None]


def test_what_she_is_stands_in_the_table_of_patients(cohort_of) -> None:
    cohort = cohort_of(
        {1: [(0, "arrived", 0, ""), (365.25, "diagnosed", 300, "")], 2: [(0, "arrived", 0, "")]},
        {1: {"sex": "male", "site": "small_intestine", "grade": "G1", "ki67_pct": 1.5, "functioning": True}},
    )
    at = columns(cohort, "first_symptom")
    assert at["sex"].tolist() == [1, 0]
    assert [ATTRIBUTES["site"].levels[int(x)] for x in at["site"]] == ["small_intestine", "pancreas"]
    assert [ATTRIBUTES["grade"].levels[int(x)] for x in at["grade"]] == ["G1", "G2"]
    assert at["true_ki67_pct"].tolist() == [1.5, 8.0]
    assert at["functioning"].tolist() == [1, 0]
    assert columns(cohort, "diagnosis")["age_years"].tolist() == [61.0]


def test_who_was_found_by_chance_is_told_by_the_log(cohort_of) -> None:
    cohort = cohort_of({1: [(0, "arrived", 0, ""), (3, "by_chance", 0, "")], 2: [(0, "arrived", 0, "")]})
    assert asked(cohort, "first_symptom", "by_chance") == [1, 0]


def test_metastases_are_synchronous_if_seen_up_to_six_months_after_the_diagnosis(cohort_of) -> None:
    half, day = round(YEAR / 2), DAY
    seen = {1: half, 2: half + day, 3: 0, 4: -1}
    cohort = cohort_of(
        {patient: [(0, "arrived", 0, "")] for patient in (*seen, 5)},
        {p: {"nelm_minute": at, "diagnosed_minute": 0} for p, at in seen.items()} | {5: {"nelm_minute": 9}},
    )
    assert asked(cohort, "first_symptom", "synchronous") == [1, 0, 1, 0, 0]
    assert asked(cohort, "first_symptom", "ever_liver_metastases") == [1, 1, 1, 0, 1]


def test_the_liver_is_cleared_if_that_is_noted_before_the_next_decision(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [(0, "treated", 1, "resection"), (9, "cleared", 0, "resection"), (30, "decided", 0, "watch")],
            2: [(0, "treated", 1, "resection"), (30, "decided", 0, "watch"), (60, "cleared", 0, "tace")],
            3: [(0, "treated", 1, "resection")],
        }
    )
    journeys = cohort.journeys
    at = journeys.first(np.arange(journeys.never))
    assert Columns(journeys, cohort.patients, at)["cleared"].tolist() == [1, 0, 0]


def test_symptoms_are_those_of_the_last_note_up_to_the_start(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [(0, "symptomatic", 1, ""), (5, "treated", 1, "prrt"), (9, "symptomatic", 0, "")],
            2: [(0, "symptomatic", 1, ""), (3, "symptomatic", 0, ""), (5, "treated", 1, "prrt")],
            3: [(5, "treated", 1, "prrt"), (9, "symptomatic", 1, "")],
        }
    )
    assert asked(cohort, "prrt", "symptomatic") == [1, 0, 0]


def test_treatments_are_counted_before_the_start_and_in_all(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [(0, "treated", 1, "tae"), (5, "treated", 2, "prrt"), (9, "treated", 3, "tace"),
                (12, "treated", 4, "prrt")],
            2: [(0, "treated", 1, "prrt")],
        }
    )  # fmt: skip
    assert asked(cohort, "prrt", "tae_before") == [1, 0]
    assert asked(cohort, "prrt", "embolisations_before") == [1, 0]
    assert asked(cohort, "prrt", "embolisations_ever") == [2, 0]
    assert asked(cohort, "prrt", "prrt_before") == [0, 0]
    assert asked(cohort, "prrt", "prrt_ever") == [2, 1]


def sized(before_cm: float, all_cm: float) -> int:
    return (round(before_cm * 1000) << SIZE_BITS) | round(all_cm * 1000)


def test_growth_is_that_of_volume_between_the_scans_around_the_start(cohort_of) -> None:
    month = 30.4375
    cohort = cohort_of(
        {
            1: [(0, "sized", sized(0, 10), ""), (1, "treated", 1, "prrt"), (3 * month, "sized", sized(11, 14), "")],
            2: [(0, "sized", sized(0, 10), ""), (1, "treated", 1, "prrt")],
            3: [(1, "treated", 1, "prrt"), (9, "sized", sized(0, 10), ""), (99, "sized", sized(11, 11), "")],
        }
    )
    assert asked(cohort, "prrt", "growth_rate_pct") == [pytest.approx(100 * 3 * np.log(1.1) / 3), None, None]


def test_bounds_are_closed_and_what_is_unknown_fits_none() -> None:
    lesions = {"lesions": np.array([1, 3, 8, 9, np.nan])}
    bounds = bounds_of((("lesions", ">= 3 and <= 8"),))
    assert fits(bounds, lesions, 5).tolist() == [False, True, True, False, False]
    levels = bounds_of((("grade", ("G1", "G2")),))
    assert fits(levels, {"grade": np.array([0.0, 1, 2, np.nan])}, 4).tolist() == [True, True, False, False]
    assert fits({}, {}, 2).tolist() == [True, True]
