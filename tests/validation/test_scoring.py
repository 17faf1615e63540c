"""What counts as inside, how far off a number is, and which targets are counted together."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sim.validation.scoring import Compared, Score, Scored
from sim.validation.targets import Target


def compared(part, simulated: float, low: float = math.nan, high: float = math.nan) -> Compared:
    return Compared(part, simulated, low, high, 1000)


def target(*parts, use: str = "check", nature: str = "emergent", id: str = "c01") -> Scored:
    words = Target(id, "What", "SOURCE", use, nature, "", tuple(its.part for its in parts))
    return Scored(words, parts)


def test_a_number_is_inside_up_to_the_ends_of_its_band_and_a_missing_one_never(part_of) -> None:
    part = part_of("survival", inner=(0.4, 0.6))
    assert [compared(part, x).inside for x in (0.39, 0.4, 0.5, 0.6, 0.61)] == [False, True, True, True, False]
    assert not compared(part, math.nan).inside


def test_z_counts_standard_errors_of_both_together(part_of) -> None:
    part = part_of("survival", low=0.5, high=0.5, error=0.03)
    assert compared(part, 0.6, 0.6 - 3.92 * 0.02, 0.6 + 3.92 * 0.02).z == pytest.approx(0.1 / math.hypot(0.04, 0.03))
    assert compared(part, 0.5).z == 0


def test_of_a_median_of_few_patients_z_counts_the_chance_of_so_few(part_of) -> None:
    part = part_of("median", low=4.0, high=4.0, error=math.nan, n=25)
    known = Compared(part, 6.0, 6.0 - 1.96 * 0.1, 6.0 + 1.96 * 0.1, 2500)
    assert known.z == pytest.approx(2 / math.hypot(0.1, 1.0)), "a hundredth of the patients, ten times the error"
    against = replace(part, difference="ratio")
    assert replace(known, part=against).z == pytest.approx(2 / 0.1), "of two groups nobody knows which is meant"


def test_z_of_a_published_band_counts_from_its_nearer_end(part_of) -> None:
    part = part_of("survival", low=0.4, high=0.6, error=math.nan)
    assert compared(part, 0.55, 0.5, 0.6).z == 0
    assert compared(part, 0.7, 0.7 - 3.92 / 200, 0.7 + 3.92 / 200).z == pytest.approx(0.1 / 0.01)
    assert math.isnan(compared(part, 0.7).z), "nobody knows how sure either is"


def test_a_target_is_inside_if_every_part_of_it_is(part_of) -> None:
    part = part_of("survival")
    assert target(compared(part, 0.5), compared(part, 0.55)).inside
    assert not target(compared(part, 0.5), compared(part, 0.7)).inside


def test_what_is_read_back_is_counted_apart_and_what_is_only_reported_not_at_all(part_of) -> None:
    hit, miss = compared(part_of("survival"), 0.5), compared(part_of("survival"), 0.9)
    score = Score((target(hit), target(miss), target(hit, nature="read_back"), target(miss, use="report")))
    assert score.of("emergent") == (1, 2)
    assert score.of("read_back") == (1, 1)


def test_data_of_one_number_stands_at_the_top_and_of_several_in_parts(part_of) -> None:
    part = part_of("survival")
    alone = target(compared(part, 0.5, 0.45, 0.55)).data()
    assert (alone["id"], alone["published"], alone["simulated"], alone["interval"]) == ("c01", 0.5, 0.5, [0.45, 0.55])
    assert alone["inside"] is True
    several = target(compared(part, 0.5), compared(part, math.nan)).data()
    assert several["simulated"] == [0.5, None]
    assert several["parts"][1] | {"band": 0} == {
        "what": "", "measure": "survival", "published": 0.5, "band": 0, "simulated": None, "interval": [None, None],
        "patients": 1000, "z": None, "inside": False,
    }  # fmt: skip
