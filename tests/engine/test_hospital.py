"""A hospital's mistakes are all found when it is made; a timetable becomes dated sittings."""

from datetime import date

import pytest

from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
from sim.engine.timetable import Entry, expand
from sim.errors import InputError
from sim.steps import Kind

WARD = Resource("ward", Kind.PLACE, capacity=((0, 2),))
IR = Resource("ir", Kind.LIST, sittings=(Sitting(480, 240, "ir"),))
GRAFT = Resource("graft", Kind.OFFER, rate_per_year=3.0, kinds=(0.4, 1.0))


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            Resource("ward", Kind.PLACE),
            "hospital.resources[0].capacity\n  found:    ()\n  expected: (minute, places) pairs, the first at minute 0",
        ),
        (
            Resource("ward", Kind.PLACE, capacity=((0, 2), (90, 1), (90, 2))),
            "hospital.resources[0].capacity[2]\n  found:    minute 90 after 90\n  expected: minutes that rise",
        ),
        (
            Resource("ward", Kind.PLACE, capacity=((0, -2),)),
            "hospital.resources[0].capacity[0]\n  found:    (0, -2)\n"
            "  expected: a minute and a number of places, both 0 or more",
        ),
        (
            Resource("ward", Kind.PLACE, capacity=((0, 2),), missed=0.1),
            "hospital.resources[0].missed\n  found:    missed at a place\n"
            "  expected: missed only at a list\n  to do:    leave it out",
        ),
        (
            Resource("ir", Kind.LIST, cancelled=1.2),
            "hospital.resources[0].cancelled\n  found:    1.2\n  expected: a share from 0 to 1",
        ),
        (
            Resource("ir", Kind.LIST, notice=-5),
            "hospital.resources[0].notice\n  found:    -5\n  expected: a whole number of minutes, 0 or more",
        ),
        (
            Resource("ir", Kind.LIST, sittings=(Sitting(480, 240, "ct", cases=0, protected=300),)),
            "hospital.resources[0].sittings[0].resource\n  found:    'ct'\n  expected: 'ir', whose sitting it is\n"
            "hospital.resources[0].sittings[0].protected\n  found:    300\n"
            "  expected: minutes from 0 to the sitting's 240\n"
            "hospital.resources[0].sittings[0].cases\n  found:    0\n  expected: 1 or more cases, or -1 for no limit",
        ),
        (
            Resource("graft", Kind.OFFER, rate_per_year=3.0, kinds=(0.4, 0.9)),
            "hospital.resources[0].kinds\n  found:    (0.4, 0.9)\n"
            "  expected: up to 62 cumulative shares that rise and end at 1",
        ),
        (
            Resource("nothing", Kind.WAIT),
            "hospital.resources[0].kind\n  found:    <Kind.WAIT: 0>\n  expected: PLACE, LIST or OFFER",
        ),
    ],
)
def test_a_wrong_resource_is_told_where_and_how(resource, message):
    with pytest.raises(InputError) as caught:
        Hospital((resource,), (), ends=1000)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("competing", "message"),
    [
        (
            Competing("others", 7, 10.0, Spread(60)),
            "hospital.competing[0].resource\n  found:    7\n  expected: one of ward (0), ir (1), graft (2)",
        ),
        (
            Competing("others", 2, 10.0, Spread(60)),
            "hospital.competing[0].resource\n  found:    graft, an offer\n  expected: a place or a list",
        ),
        (
            Competing("others", 0, 10.0, Spread(60), (0.5, 0.4)),
            "hospital.competing[0].urgency\n  found:    (0.5, 0.4)\n"
            "  expected: shares of the urgency classes that sum to 1",
        ),
        (
            Competing("others", 0, 10.0, Spread(60), second=1),
            "hospital.competing[0].second\n  found:    ir\n  expected: another resource, which is a place",
        ),
        (
            Competing("others", 0, -1.0, Spread(0)),
            "hospital.competing[0].rate_per_year\n  found:    -1.0\n  expected: a rate per year, 0 or more\n"
            "hospital.competing[0].minutes\n  found:    Spread(median=0, sigma=0.0)\n"
            "  expected: a median above 0 and a sigma of 0 or more",
        ),
    ],
)
def test_a_wrong_competing_demand_is_told_where_and_how(competing, message):
    with pytest.raises(InputError) as caught:
        Hospital((WARD, IR, GRAFT), (competing,), ends=1000)
    assert str(caught.value) == message


def test_lists_need_ranks_of_their_own_and_streams_need_names_of_their_own():
    ct = Resource("ct", Kind.LIST)
    same = Competing("others", 0, 1.0, Spread(60))
    with pytest.raises(InputError) as caught:
        Hospital((IR, ct), (same, same), ends=1000, rings="ignore")
    assert str(caught.value) == (
        "hospital.rings\n  found:    'ignore'\n  expected: report or swap or error\n"
        "hospital.resources[1].rank\n  found:    0, also the rank of ir\n"
        "  expected: a rank of its own among lists, and among offers\n"
        "hospital.competing[1].name\n"
        "  found:    'competing others', which draws the same numbers as 'competing others'\n"
        "  expected: a name of its own"
    )


def test_a_resource_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(KeyError, match="no resource 'wrad'; did you mean 'ward'"):
        Hospital((WARD,), (), ends=1).number("wrad")


FIRST = date(2024, 1, 3)  # a Wednesday


def days_of(sittings):
    return [sitting.opens // 1440 for sitting in sittings]


def test_sittings_fall_on_their_weekdays():
    sittings = expand([Entry("ir", (0, 2), 480, 240)], FIRST, 14)
    assert days_of(sittings) == [0, 5, 7, 12]
    assert {sitting.opens % 1440 for sitting in sittings} == {480}


def test_every_other_week_counts_from_the_week_of_the_first_day():
    assert days_of(expand([Entry("ir", (0,), 0, 60, every=2)], FIRST, 40)) == [12, 26]
    assert days_of(expand([Entry("ir", (0,), 0, 60, every=2, week=1)], FIRST, 40)) == [5, 19, 33]


def test_closed_days_have_no_sittings_and_dates_bound_an_entry():
    entry = Entry("ir", (2,), 0, 60, since=date(2024, 1, 10), until=date(2024, 1, 24))
    assert days_of(expand([entry], FIRST, 60)) == [7, 14, 21]
    assert days_of(expand([entry], FIRST, 60, closed={date(2024, 1, 17)})) == [7, 21]


def test_rooms_are_sittings_side_by_side():
    sittings = expand([Entry("ir", (2,), 0, 60, rooms=3, cases=4, protected=20)], FIRST, 1)
    assert sittings == (Sitting(0, 60, "ir", 4, 20),) * 3


def test_a_leap_day_is_a_day():
    assert days_of(expand([Entry("ir", (3,), 0, 60)], date(2024, 2, 29), 8)) == [0, 7]


def test_every_mistake_of_a_timetable_is_named():
    wrong = Entry("ir", (7,), 1440, 0, every=2, week=2, rooms=0, since=date(2024, 2, 1), until=date(2024, 1, 1))
    with pytest.raises(InputError) as caught:
        expand([Entry("ir", (1,), 0, 60), wrong], FIRST, 10)
    assert str(caught.value) == (
        "timetable[1].weekdays\n  found:    (7,)\n  expected: weekdays from 0 (Monday) to 6 (Sunday), at least one\n"
        "timetable[1].starts\n  found:    1440\n  expected: a minute of the day, 0 to 1439\n"
        "timetable[1].minutes\n  found:    0\n  expected: 1 or more minutes\n"
        "timetable[1].week\n  found:    2\n  expected: 0 to 1\n"
        "timetable[1].rooms\n  found:    0\n  expected: 1 or more rooms\n"
        "timetable[1].until\n  found:    datetime.date(2024, 1, 1)\n  expected: 2024-02-01 or later"
    )
