"""Keeping a place until the next is given, and patients who wait for each other's places."""

import pytest

from sim.engine.hospital import Resource, Sitting
from sim.errors import RunError
from sim.log import Event, Happening
from sim.steps import Kind


def place(name, places=1):
    return Resource(name, Kind.PLACE, capacity=((0, places),))


def moving(first_minutes=100, routes=None):
    """Each patient stays in one place, keeps it, and then wants another: `routes[patient]` names both."""
    routes = routes or {}

    def first(say, patient, now):
        say.use(routes.get(patient, ("icu", "ward"))[0], first_minutes, keep=True)
        say.then("second")

    def second(say, patient, now):
        say.use(routes.get(patient, ("icu", "ward"))[1], 50)
        say.then("home")

    return {"first": first, "second": second, "home": lambda say, patient, now: say.end()}


def test_she_keeps_her_place_until_the_next_is_given_and_it_is_given_on_in_the_same_minute(run, rows, resource_rows):
    routes = {0: ("ward", "lounge"), 1: ("icu", "ward"), 2: ("icu", "ward")}
    script = moving(routes=routes)
    long_stay = script["first"]

    def first(say, patient, now):
        if patient:
            long_stay(say, patient, now)
        else:
            say.use("ward", 300)
            say.then("home")

    log = run([place("icu"), place("ward"), place("lounge")], script | {"first": first}, {0: 0, 1: 10, 2: 20})
    assert rows(log, 1) == [
        "10 arrived",
        "10 joined icu 0",
        "10 started icu 100",
        "110 finished icu 100",
        "110 kept icu 0",
        "110 joined ward 0",
        "300 released icu 190",
        "300 started ward 50",
        "350 finished ward 50",
        "350 left",
    ]
    assert rows(log, 2)[2] == "300 started icu 100"
    assert resource_rows(log, "icu", Happening.OCCUPIED) == [(10, "occupied", 1), (400, "occupied", 0)]


def test_without_keep_the_place_is_free_at_its_end(run, rows):
    def first(say, patient, now):
        say.use("icu", 100)
        say.then("second")

    script = moving() | {"first": first}
    log = run([place("icu"), place("ward", 0)], script, {0: 0, 1: 10})
    assert "100 started icu 100" in rows(log, 1)
    assert Event.KEPT not in log.events[:, 3]


@pytest.mark.parametrize("what", ["wait", "two", "end"])
def test_a_place_is_not_kept_for_a_wait_nor_for_two_orders_nor_for_leaving(run, rows, what):
    def second(say, patient, now):
        if what == "end":
            say.end()
            return
        say.wait(1000)
        if what == "two":
            say.use("ward", 50)
        say.then("home")

    log = run([place("icu"), place("ward")], moving() | {"second": second}, {0: 0, 1: 10})
    assert "100 started icu 100" in rows(log, 1)
    assert Event.KEPT not in log.events[:, 3]


def test_a_place_kept_for_a_list_is_free_when_she_is_called(run, rows):
    def second(say, patient, now):
        say.attend("theatre", 60)
        say.then("home")

    theatre = Resource("theatre", Kind.LIST, sittings=(Sitting(1000, 240, "theatre"),))
    log = run([place("icu", 2), theatre], moving() | {"second": second}, {0: 0, 1: 10})
    assert rows(log, 1)[4:] == [
        "110 kept icu 0",
        "110 joined theatre 0",
        "1000 booked theatre 1000",
        "1060 called theatre 0",
        "1060 released icu 950",
        "1060 started theatre 60",
        "1120 finished theatre 60",
        "1120 left",
    ]


def test_asking_for_the_place_one_keeps_prolongs_the_stay_without_queueing(run, rows):
    log = run([place("icu")], moving(routes={0: ("icu", "icu"), 1: ("icu", "icu")}), {0: 0, 1: 10})
    assert rows(log, 0)[3:] == ["100 finished icu 100", "100 started icu 50", "150 finished icu 50", "150 left"]
    assert rows(log, 1)[2] == "150 started icu 100"


def test_death_frees_the_place_that_is_kept(run, rows):
    script = moving()
    usual = script["second"]

    def second(say, patient, now):
        if patient == 0:
            say.alarm(130)
        usual(say, patient, now)

    log = run(
        [place("icu"), place("ward", 0)],
        script | {"second": second},
        {0: 0, 1: 10},
        alarm=lambda say, patient, now: say.die(100),
    )
    assert rows(log, 0)[-2:] == ["100 joined ward 0", "130 died cancer"]
    assert rows(log, 1)[2] == "130 started icu 100"


def test_a_redirect_leaves_it_to_the_next_step_whether_the_place_is_kept_on(run, rows):
    script = moving()
    usual = script["second"]

    def second(say, patient, now):
        say.alarm(130)
        usual(say, patient, now)

    def third(say, patient, now):
        say.use("hospice", 10)
        say.then("home")

    log = run(
        [place("icu"), place("ward", 0), Resource("hospice", Kind.PLACE, capacity=((0, 0), (200, 1)))],
        script | {"second": second, "third": third},
        {0: 0},
        alarm=lambda say, patient, now: say.redirect("third"),
    )
    assert rows(log, 0)[4:] == [
        "100 kept icu 0",
        "100 joined ward 0",
        "130 rung",
        "130 withdrawn ward 0 redirected",
        "130 joined hospice 0",
        "200 released icu 100",
        "200 started hospice 10",
        "210 finished hospice 10",
        "210 left",
    ]


RING = {0: ("icu", "ward"), 1: ("ward", "icu")}


def test_two_who_wait_for_each_others_places_are_reported(run, rows):
    log = run([place("icu"), place("ward")], moving(routes=RING), [0, 0])
    assert rows(log, 0)[3:] == [
        "100 finished icu 100",
        "100 kept icu 0",
        "100 joined ward 0",
        "100 stuck ward 0 place_needed",
        "10000 left horizon",
    ]
    assert rows(log, 1)[-2:] == ["100 stuck icu 1 place_needed", "10000 left horizon"]


def test_a_ring_is_dissolved_by_changing_places(run, rows, resource_rows):
    log = run([place("icu"), place("ward")], moving(routes=RING), [0, 0], rings="swap")
    assert rows(log, 0)[5:] == [
        "100 joined ward 0",
        "100 stuck ward 0 place_needed",
        "100 released icu 0 place_needed",
        "100 started ward 50",
        "150 finished ward 50",
        "150 left",
    ]
    assert resource_rows(log, "icu", Happening.OCCUPIED) == [(0, "occupied", 1), (150, "occupied", 0)]


def test_a_ring_can_be_an_error_that_names_everyone(run):
    with pytest.raises(RunError) as caught:
        run([place("icu"), place("ward")], moving(routes=RING), {0: 0, 1: 60}, rings="error")
    assert str(caught.value) == (
        "day 0 02:40: patients wait for each other's places: patient 0 keeps icu and waits for ward; "
        "patient 1 keeps ward and waits for icu. Give one of the places more room, let the pathway keep none of "
        "them, or set `rings` to report or swap"
    )


def test_three_in_a_ring_change_places_and_a_fourth_who_is_not_in_it_waits_on(run, rows):
    routes = {0: ("a", "b"), 1: ("b", "c"), 2: ("c", "a"), 3: ("a", "b")}
    log = run([place("a", 2), place("b"), place("c")], moving(routes=routes), [0, 0, 0, 0], rings="swap")
    started = {p: [row for row in rows(log, p) if "started" in row][1] for p in range(4)}
    assert sorted(int(row.split()[0]) for row in started.values()) == [100, 100, 100, 150]


def test_who_waits_behind_someone_still_being_served_is_not_stuck(run):
    routes = {0: ("icu", "ward"), 1: ("ward", "icu"), 2: ("ward", "icu")}
    script = moving(routes=routes)
    usual = script["first"]

    def first(say, patient, now):
        if patient == 2:
            say.use("ward", 700)
            say.then("home")
        else:
            usual(say, patient, now)

    log = run([place("icu"), place("ward", 2)], script | {"first": first}, [0, 0, 0])
    assert Event.STUCK not in log.events[:, 3]
