"""A hospital's mistakes are all found when it is made."""

import pytest

from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
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
