"""Offers, and orders that stand beside the journey. Every row was worked out by hand around drawn offers."""

import pytest

from sim.engine.diary import offers
from sim.engine.hospital import Resource, Sitting
from sim.log import Event, Happening
from sim.steps import NEVER, Kind

GRAFT = Resource("graft", Kind.OFFER, rate_per_year=365.25, kinds=(0.5, 1.0))
ICU = Resource("icu", Kind.PLACE, capacity=((0, 1),))
WARD = Resource("ward", Kind.PLACE, capacity=((0, 1),))
ENDS = 20_000


@pytest.fixture
def first_offers(key):
    return list(offers(GRAFT, key, ENDS))


def seeking(mask=3, second=None):
    def first(say, patient, now):
        say.seek("graft", mask, 300, urgency=patient, second=second)
        say.then("home")

    return {"first": first, "home": lambda say, patient, now: say.end()}


def test_an_offer_goes_to_the_first_in_the_queue_and_the_next_to_the_next(run, rows, resource_rows, first_offers):
    log = run([GRAFT], seeking(), [0, 0], ends=ENDS)
    for patient in (0, 1):
        minute = first_offers[patient][0]
        assert rows(log, patient) == [
            "0 arrived",
            f"0 joined graft {patient}",
            f"{minute} started graft 300",
            f"{minute + 300} finished graft 300",
            f"{minute + 300} left",
        ]
    rest = [(minute, "unused", kind) for minute, kind in first_offers[2:]]
    assert resource_rows(log, "graft", Happening.UNUSED) == rest
    assert resource_rows(log, "graft", Happening.OFFERED) == [(m, "offered", k) for m, k in first_offers]


def test_an_offer_that_does_not_suit_is_lost(run, rows, first_offers, resource_rows):
    log = run([GRAFT], seeking(mask=2), [0], ends=ENDS)
    minute = next(minute for minute, kind in first_offers if kind == 1)
    assert f"{minute} started graft 300" in rows(log, 0)
    unused = {at for at, _, _ in resource_rows(log, "graft", Happening.UNUSED)}
    assert {at for at, kind in first_offers if at < minute} <= unused


def test_who_suits_but_lacks_the_second_place_declines_and_the_next_may_have_it(run, rows, first_offers):
    minute, kind = first_offers[0]

    def first(say, patient, now):
        if patient == 2:
            say.use("icu", minute + 1)
        else:
            say.seek("graft", 3, 300, urgency=patient, second="icu" if patient == 0 else None)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([GRAFT, ICU], script, [0, 0, 0], ends=ENDS)
    assert rows(log, 0)[2] == f"{minute} declined graft {kind} no_second"
    assert rows(log, 1)[2] == f"{minute} started graft 300"
    assert rows(log, 0)[3] == f"{first_offers[1][0]} started graft 300"


def test_who_joins_in_the_minute_of_an_offer_is_considered(run, rows, first_offers):
    minute = first_offers[0][0]
    log = run([GRAFT], seeking(), [minute], ends=ENDS)
    assert rows(log, 0)[2] == f"{minute} started graft 300"


def membership(first_extra):
    def first(say, patient, now):
        say.seek("graft", 3, 300, standing=True, step="transplanted")
        first_extra(say)
        say.then("round")

    def again(say, patient, now):
        say.wait(1000)
        say.then("round")

    return {"first": first, "round": again, "transplanted": lambda say, patient, now: say.end(101)}


def test_a_standing_offer_outlasts_steps_and_its_being_given_redirects_the_journey(run, rows, first_offers):
    minute = first_offers[0][0]
    log = run([GRAFT], membership(lambda say: say.wait(10)), [0], ends=ENDS)
    assert rows(log, 0) == [
        "0 arrived",
        "0 joined graft 0",
        f"{minute} started graft 300",
        f"{minute + 300} finished graft 300",
        f"{minute + 300} left cured",
    ]


def test_a_given_standing_offer_takes_her_off_a_list_that_opens_in_the_same_minute(run, rows, first_offers):
    minute = first_offers[0][0]
    tace = Resource("tace", Kind.LIST, rank=9, sittings=(Sitting(minute, 240, "tace"),))
    log = run([GRAFT, tace], membership(lambda say: say.attend("tace", 60)), [0], ends=ENDS)
    assert rows(log, 0)[1:] == [
        "0 joined graft 0",
        "0 joined tace 0",
        f"{minute} started graft 300",
        f"{minute} withdrawn tace 0 redirected",
        f"{minute + 300} finished graft 300",
        f"{minute + 300} left cured",
    ]


def test_what_has_started_ends_before_the_step_of_a_given_standing_offer(run, rows, first_offers):
    minute = first_offers[0][0]
    log = run([GRAFT, WARD], membership(lambda say: say.use("ward", minute + 1000)), [0], ends=ENDS)
    assert rows(log, 0)[-3:] == [
        f"{minute + 300} finished graft 300",
        f"{minute + 1000} finished ward {minute + 1000}",
        f"{minute + 1000} left cured",
    ]


def test_a_withdrawn_standing_offer_is_given_to_nobody(run, rows, first_offers):
    def again(say, patient, now):
        say.withdraw("graft")
        say.wait(ENDS)
        say.then("round")

    script = membership(lambda say: say.wait(5)) | {"round": again}
    log = run([GRAFT], script, [0], ends=ENDS)
    assert rows(log, 0) == ["0 arrived", "0 joined graft 0", "5 withdrawn graft 0 plan_changed", f"{ENDS} left horizon"]


def test_a_redirect_leaves_what_is_standing(run, rows, first_offers):
    def first(say, patient, now):
        say.alarm(3)
        say.seek("graft", 3, 300, standing=True, step="round")
        say.wait(ENDS)
        say.then("round")

    script = membership(lambda say: None) | {"first": first}
    script["round"] = lambda say, patient, now: (say.wait(ENDS), say.then("round"))
    log = run([GRAFT], script, [0], ends=ENDS, alarm=lambda say, patient, now: say.redirect("round"))
    assert rows(log, 0)[2:4] == ["3 rung", f"{first_offers[0][0]} started graft 300"]


def holding(minutes):
    def first(say, patient, now):
        if patient:
            say.use("ward", 10)
            say.then("home")
        else:
            say.use("ward", minutes, standing=True)
            say.wait(100)
            say.then("second")

    def second(say, patient, now):
        say.withdraw("ward")
        say.wait(100)
        say.then("home")

    return {"first": first, "second": second, "home": lambda say, patient, now: say.end()}


def test_a_standing_place_is_held_until_it_is_withdrawn(run, rows):
    log = run([WARD], holding(int(NEVER)), {0: 0, 1: 1})
    assert rows(log, 0) == ["0 arrived", "0 joined ward 0", "0 started ward -1", "100 released ward 100", "200 left"]
    assert "100 started ward 10" in rows(log, 1)


def test_a_standing_place_of_so_many_minutes_ends_by_itself(run, rows):
    log = run([WARD], holding(30), {0: 0, 1: 1})
    assert rows(log, 0) == ["0 arrived", "0 joined ward 0", "0 started ward 30", "30 finished ward 30", "200 left"]
    assert "30 started ward 10" in rows(log, 1)


def test_leaving_gives_back_what_stands_and_takes_her_out_of_standing_queues(run, rows):
    def first(say, patient, now):
        say.use("ward", int(NEVER), standing=True)
        say.seek("graft", 3, 1, standing=True, step="home")
        say.wait(1)
        say.then("home")

    graft = Resource("graft", Kind.OFFER, rate_per_year=0.0, kinds=(1.0,))
    log = run([WARD, graft], {"first": first, "home": lambda say, patient, now: say.end()}, [0])
    assert rows(log, 0)[4:] == ["1 released ward 1", "1 withdrawn graft 0 plan_changed", "1 left"]


def test_a_standing_place_that_names_a_step_redirects_when_it_is_given_and_stays_held(run, rows):
    def first(say, patient, now):
        if patient:
            say.use("ward", 50)
            say.then("home")
        else:
            say.use("ward", int(NEVER), standing=True, step="admitted")
            say.wait(5000)
            say.then("home")

    def admitted(say, patient, now):
        say.wait(70)
        say.then("home")

    script = {"first": first, "admitted": admitted, "home": lambda say, patient, now: say.end()}
    log = run([WARD], script, {1: 0, 0: 10})
    assert rows(log, 0)[2:] == ["50 started ward -1", "120 released ward 70", "120 left"]


def test_death_on_the_waiting_list_takes_her_off_it(run, rows, first_offers):
    def first(say, patient, now):
        if patient == 0:
            say.alarm(1)
        say.seek("graft", 3, 300, urgency=patient)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([GRAFT], script, [0, 0], ends=ENDS, alarm=lambda say, patient, now: say.die(100))
    assert rows(log, 0)[-1] == "1 died cancer"
    assert f"{first_offers[0][0]} started graft 300" in rows(log, 1)
    assert Event.DECLINED not in log.events[:, 3]
