"""The estimate of what the pathway's own patients ask."""

from __future__ import annotations

import pytest

from sim.explain import demand
from sim.explain.demand import own_demand

pytestmark = pytest.mark.usefixtures("quick_walk")


@pytest.fixture
def no_walk_after(monkeypatch):
    """From when this is called, whoever walks, walks in vain."""

    def refuse(scenario):
        raise AssertionError("walked")

    return lambda: monkeypatch.setattr(demand, "walk_without_queues", refuse)


def test_every_patient_asks_for_scans_and_the_board(short):
    asked = own_demand(short).asked
    assert set(asked) == set(short.resources)
    for name in ("ct", "board", "biopsy"):
        assert asked[name].cases > 0
        assert asked[name].minutes > asked[name].cases


def test_twice_as_many_patients_ask_for_twice_as_much(short, read):
    once, twice = own_demand(short), own_demand(read("arrivals.rate=276 per year"))
    for name, asked in once.asked.items():
        assert twice.asked[name].minutes == pytest.approx(2 * asked.minutes)


def test_nobody_asks_for_nothing(read):
    assert all(its.minutes == 0 for its in own_demand(read("arrivals.rate=0 per year")).asked.values())


def test_what_the_hospital_has_changes_nothing_and_needs_no_second_walk(short, read, no_walk_after):
    first = own_demand(short)
    no_walk_after()
    bigger = read("resources.ct.sittings.weekly.minutes=600 min", "resources.icu.capacity=9", "resources.pet.missed=0")
    assert own_demand(bigger) == first


def test_another_disease_is_walked_anew(short, read, no_walk_after):
    own_demand(short)
    no_walk_after()
    with pytest.raises(AssertionError, match="walked"):
        own_demand(read("evidence.supportive_visit=3 weeks"))


def test_an_estimate_that_was_damaged_is_made_again(short, tmp_path, monkeypatch):
    monkeypatch.setenv("NELM_CACHE_DIR", str(tmp_path))
    first = own_demand(short)
    (kept,) = (tmp_path / "own_demand").iterdir()
    kept.write_text(kept.read_text()[:-20])
    assert own_demand(short) == first


def test_where_nothing_can_be_kept_it_is_worked_out_all_the_same(short, tmp_path, monkeypatch):
    (tmp_path / "own_demand").write_text("a file stands where the folder should be")
    monkeypatch.setenv("NELM_CACHE_DIR", str(tmp_path))
    assert own_demand(short).asked["ct"].minutes > 0
