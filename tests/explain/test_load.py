"""What is asked of a resource against what it has open, against figures worked out by hand."""

from __future__ import annotations

import math

import pytest

from sim.explain.demand import Asked, OwnDemand
from sim.explain.load import asked_of_lists, loads
from sim.explain.whole import load_cells, load_in_words

MRI = {
    "kind": "list",
    "means": "MRI",
    "rank": 30,
    "holidays": "open",
    "cancelled": "10 %",
    "missed": "20 %",
    "sittings": [{"name": "daily", "days": ["monday", "thursday"], "start": "09:00", "minutes": "300 min"}],
    "competing": [
        {"name": "others", "rate": "4 per week", "minutes": {"median": "45 min", "sigma": 0}, "urgency": {1: 1}}
    ],
    "assumption": "Round figures.",
}


def _load(scenario, own, name):
    (found,) = [load for load in loads(scenario, own) if load.name == name]
    return found


def _asking(nobody, name, minutes, cases=1.0):
    return OwnDemand({**nobody.asked, name: Asked(minutes, cases, 0.1)}, 100)


@pytest.fixture(scope="module")
def by_hand(short):
    """Measured from Monday 5 January 2026, for 52 weeks."""
    run = {"run.start": "2024-12-30", "run.warm_up": "53 weeks", "run.measured": "52 weeks"}
    return short.changed(run | {f"resources.mri.{key}": value for key, value in MRI.items()})


def test_open_minutes_are_those_of_the_timetable_less_what_is_cancelled(by_hand, nobody):
    assert _load(by_hand, nobody, "mri").open_minutes == pytest.approx(2 * 300 * 0.9)


def test_who_does_not_come_asks_again(by_hand, nobody):
    load = _load(by_hand, _asking(nobody, "mri", 100), "mri")
    assert load.others[0] == pytest.approx(4 * 45 / 0.8)
    assert load.own[0] == pytest.approx(100 / 0.8)
    assert load.share == pytest.approx((4 * 45 + 100) / 0.8 / 540)


def test_a_list_of_double_length_has_half_the_load(by_hand, nobody):
    own = _asking(nobody, "mri", 100)
    double = by_hand.change("resources.mri.sittings.daily.minutes", "600 min")
    assert _load(double, own, "mri").share == pytest.approx(_load(by_hand, own, "mri").share / 2)


def test_a_sitting_that_may_take_few_cases_is_filled_by_their_number(by_hand, nobody):
    two = by_hand.change("resources.mri.sittings.daily.cases", 2)
    load = _load(two, nobody, "mri")
    assert load.by_cases
    assert load.share == pytest.approx(4 / 0.8 / (2 * 2 * 0.9))


def test_a_closed_half_year_doubles_the_load_of_the_year(by_hand, nobody):
    closure = {"from": "2024-12-30", "until": "2026-07-05", "why": "Works"}
    closed = by_hand.change("resources.mri.closures.works", closure)
    assert _load(closed, nobody, "mri").share == pytest.approx(2 * _load(by_hand, nobody, "mri").share)


def test_overrun_that_is_allowed_counts_once_a_sitting_beside_the_load_without_it(by_hand, nobody):
    overrun = by_hand.change("resources.mri.overrun", "30 min")
    own = _asking(nobody, "mri", 280)
    load = _load(overrun, own, "mri")
    assert load.share == pytest.approx(_load(by_hand, own, "mri").share) == pytest.approx((180 + 280) / 0.8 / 540)
    assert load.with_overrun == pytest.approx((180 + 280) / 0.8 / (2 * 330 * 0.9))
    assert load_cells(load)[4:] == ("106 %", "overrun needed, 97 % with overrun")
    assert load.warning == "MORE IS ASKED THAN IS OPEN: only overrun keeps up"
    assert load_in_words(load) == "106 % (97 % with overrun)"
    more = _load(overrun, _asking(nobody, "mri", 320), "mri")
    assert load_cells(more)[4:] == ("116 %", "TOO MUCH, 105 % with overrun")
    assert asked_of_lists([load])["mri"] == (load.share, load.with_overrun)


def test_demand_that_doubles_doubles_the_load(by_hand, nobody):
    doubled = by_hand.change("resources.mri.competing.others.rate", "8 per week")
    assert _load(doubled, nobody, "mri").share == pytest.approx(2 * _load(by_hand, nobody, "mri").share)


def test_other_patients_on_a_list_also_load_the_bed_they_need_after_it(by_hand, nobody):
    stay = {"place": "day_bed", "minutes": {"median": "3 days", "sigma": 0}}
    needing = by_hand.change("resources.mri.competing.others.second", stay)
    before, after = (_load(its, nobody, "day_bed").others[0] for its in (by_hand, needing))
    assert after - before == pytest.approx(4 * (45 + 3 * 1440))


def test_places_are_averaged_over_the_measured_period(by_hand, nobody):
    cut = by_hand.change("resources.icu.changes.less", {"on": "2026-07-06", "capacity": 2})
    assert _load(by_hand, nobody, "icu").places[0] == pytest.approx(4)
    assert _load(cut, nobody, "icu").places[0] == pytest.approx(3, abs=0.02)


@pytest.mark.parametrize(
    ("minutes", "mark"), [(100, ""), (539, ""), (541, "nearly full"), (599, "nearly full"), (601, "TOO MUCH")]
)
def test_full_is_told_from_100_per_cent_on_and_nearly_full_from_90(by_hand, nobody, minutes, mark):
    alone = by_hand.changed({"resources.mri.competing": [], "resources.mri.missed": 0, "resources.mri.cancelled": 0})
    assert load_cells(_load(alone, _asking(nobody, "mri", minutes), "mri"))[-1] == mark


def test_what_never_opens_and_is_asked_for_is_said_to_be_closed(by_hand, nobody):
    shut = by_hand.change("resources.mri.sittings", [])
    load = _load(shut, nobody, "mri")
    assert load.share == math.inf
    assert "NEVER OPEN" in load.warning
    assert load.data()["load"] is None
