"""Lists: booking ahead, opening, gaps, no-shows, cancellations. Every row was worked out by hand."""

from dataclasses import replace

import pytest

from sim import draws
from sim.engine.hospital import Competing, Resource, Sitting, Spread
from sim.engine.rules import Question, resource_stream, visit
from sim.log import Event, Happening, Why
from sim.steps import Kind

DAY = 1440


def listed(*sittings, name="ir", **more):
    return Resource(name, Kind.LIST, sittings=tuple(replace(s, resource=name) for s in sittings), **more)


def at(opens, minutes=240, **more):
    return Sitting(opens, minutes, "", **more)


ICU = Resource("icu", Kind.PLACE, capacity=((0, 1),))


def case(minutes=60, urgencies=None, second=None, held=0, planned=None):
    """A pathway of one list case; `planned` gives minutes by patient."""

    def first(say, patient, now):
        own = (planned or {}).get(patient, minutes)
        say.attend("ir", own, (urgencies or {}).get(patient, 0), second, held)
        say.then("home")

    return {"first": first, "home": lambda say, patient, now: say.end()}


def begun(log, rows, patient):
    """The minutes at which a patient's cases began."""
    return [int(row.split()[0]) for row in rows(log, patient) if " started " in row]


def test_a_case_is_booked_ahead_called_in_turn_and_logged_by_minute(run, rows, resource_rows):
    log = run([listed(at(1000), notice=300)], case(), {0: 10, 1: 20, 2: 750})
    assert rows(log, 0) == [
        "10 arrived",
        "10 joined ir 0",
        "700 booked ir 1000",
        "1000 called ir 0",
        "1000 started ir 60",
        "1060 finished ir 60",
        "1060 left",
    ]
    assert rows(log, 1)[2:] == [
        "700 booked ir 1000",
        "1060 called ir 0",
        "1060 started ir 60",
        "1120 finished ir 60",
        "1120 left",
    ]
    assert rows(log, 2) == [
        "750 arrived",
        "750 joined ir 0",
        "1000 booked ir 1000",
        "1120 called ir 0",
        "1120 started ir 60",
        "1180 finished ir 60",
        "1180 left",
    ]
    assert resource_rows(log, "ir") == [(1000, "opened", 240), (1240, "closed", 180)]


def test_a_patient_who_joins_in_the_minute_of_an_opening_has_missed_it(run, rows):
    log = run([listed(at(1000), at(3000))], case(), {0: 1000, 1: 999})
    assert begun(log, rows, 0) == [3000]
    assert begun(log, rows, 1) == [1000]


def test_a_freeze_that_should_have_been_before_the_first_minute_books_nobody(run, rows):
    log = run([listed(at(1000), notice=5000)], case(), {0: 0})
    assert rows(log, 0)[2] == "1000 booked ir 1000"


def test_an_urgent_case_that_comes_after_the_freeze_does_not_displace_anybody(run, rows):
    lists = listed(at(1000, minutes=120), at(2000, minutes=120), notice=300)
    log = run([lists], case(urgencies={0: 1, 1: 1, 2: 0, 3: 1}), {0: 10, 1: 20, 2: 800, 3: 15})
    assert [begun(log, rows, p) for p in range(4)] == [[1000], [2000 + 60], [2000], [1060]]


def test_the_first_that_does_not_fit_ends_the_booking_and_gaps_are_filled_at_the_opening(run, rows):
    planned = {0: 100, 1: 200, 2: 60, 3: 80}
    log = run([listed(at(1000), at(2000), notice=300)], case(planned=planned), {0: 1, 1: 2, 2: 3, 3: 4})
    assert rows(log, 2)[2] == "1000 booked ir 1000"
    assert rows(log, 1)[2] == "1700 booked ir 2000"
    assert [begun(log, rows, p) for p in range(4)] == [[1000], [2000], [1100], [1160]]


def test_with_backfill_the_next_that_fits_is_booked_at_once(run, rows):
    planned = {0: 100, 1: 200, 2: 60}
    log = run([listed(at(1000), at(2000), notice=300, backfill=True)], case(planned=planned), {0: 1, 1: 2, 2: 3})
    assert rows(log, 2)[2] == "700 booked ir 1000"


@pytest.mark.parametrize(("overrun", "third"), [(0, 2000), (29, 2000), (30, 1180)])
def test_a_case_fits_if_it_ends_within_the_overrun_and_begins_before_the_end(run, rows, overrun, third):
    log = run([listed(at(1000, minutes=240), at(2000), overrun=overrun)], case(minutes=90), {0: 1, 1: 2, 2: 3, 3: 4})
    assert begun(log, rows, 2) == [third]
    assert begun(log, rows, 3)[0] >= 2000


def test_a_sitting_takes_no_more_cases_than_its_limit(run, rows):
    log = run([listed(at(1000, cases=2), at(2000, cases=2))], case(minutes=10), {0: 1, 1: 2, 2: 3})
    assert [begun(log, rows, p) for p in range(3)] == [[1000], [1010], [2000]]


def test_two_rooms_are_two_sittings_of_the_same_opening(run, rows):
    log = run([listed(at(1000, cases=1), at(1000, cases=1))], case(), {0: 1, 1: 2, 2: 3})
    assert [begun(log, rows, p) for p in range(3)] == [[1000], [1000], []]


def test_without_a_second_place_a_booked_case_is_cancelled_and_keeps_its_place_in_the_queue(run, rows, resource_rows):
    def first(say, patient, now):
        if patient == 9:
            say.use("icu", 2000)
        elif patient == 2:
            say.attend("ir", 30)
        else:
            say.attend("ir", 60, second="icu", held=DAY)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([listed(at(1000), at(3000), notice=100), ICU], script, {9: 0, 0: 10, 1: 20, 2: 950})
    assert rows(log, 0) == [
        "10 arrived",
        "10 joined ir 0",
        "900 booked ir 1000",
        "1000 cancelled ir 1000 no_second",
        "2900 booked ir 3000",
        "3000 called ir 0",
        "3000 started ir 60",
        "3060 finished ir 60",
        "3060 left",
        "4500 released icu 1500",
    ]
    assert rows(log, 1)[3:6] == [
        "1000 cancelled ir 1000 no_second",
        "2900 booked ir 3000",
        "3000 cancelled ir 3000 no_second",
    ]
    assert rows(log, 2)[2:4] == ["1000 booked ir 1000", "1000 called ir 0"]
    assert resource_rows(log, "ir", Happening.CLOSED) == [(1240, "closed", 30), (3240, "closed", 60)]


def test_the_second_place_is_hers_from_the_opening_though_she_is_called_later(run, rows, resource_rows):
    def first(say, patient, now):
        say.attend("ir", 60, second="icu" if patient else None, held=40)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([listed(at(1000)), ICU], script, {0: 1, 1: 2})
    assert begun(log, rows, 1) == [1060]
    assert resource_rows(log, "icu", Happening.OCCUPIED) == [(1000, "occupied", 1), (1160, "occupied", 0)]
    assert rows(log, 1)[-1] == "1160 released icu 160"


def test_who_does_not_come_wastes_her_minutes_and_queues_again_from_then_on(run, rows, resource_rows, key):
    missed = 0.5
    comes = [draws.uniform(key, p, int(Question.NO_SHOW), visit(0, 0)) >= missed for p in range(30)]
    absent = comes.index(False)
    present = next(p for p in range(30) if comes[p])
    log = run([listed(at(1000), at(2000), at(3000), at(4000), missed=missed)], case(), {absent: 1, present: 2})
    assert rows(log, absent)[2:4] == ["1000 booked ir 1000", "1000 missed ir 1000 did_not_attend"]
    assert begun(log, rows, present) == [1060]
    assert resource_rows(log, "ir", Happening.CLOSED)[0] == (1240, "closed", 120)
    assert rows(log, absent).count("1 joined ir 0") == 1
    assert rows(log, absent)[4] == "2000 booked ir 2000"


def test_who_is_called_in_to_fill_a_gap_does_come(run, rows):
    who_is_booked_never_comes = listed(at(1000), notice=100, missed=1.0)
    log = run([who_is_booked_never_comes], case(), {0: 10, 1: 950})
    assert rows(log, 0)[3] == "1000 missed ir 1000 did_not_attend"
    assert begun(log, rows, 1) == [1060]


def test_a_sitting_that_does_not_take_place_sends_everyone_back(run, rows, resource_rows):
    off = at(1000, off=int(Why.SITTING_OFF))
    log = run([listed(off, at(2000), notice=300)], case(), {0: 10})
    assert rows(log, 0) == [
        "10 arrived",
        "10 joined ir 0",
        "700 booked ir 1000",
        "1000 cancelled ir 1000 sitting_off",
        "1700 booked ir 2000",
        "2000 called ir 0",
        "2000 started ir 60",
        "2060 finished ir 60",
        "2060 left",
    ]
    assert resource_rows(log, "ir") == [(1000, "off", 240), (2000, "opened", 240), (2240, "closed", 60)]


def test_of_two_rooms_the_one_that_sits_takes_in_the_other_ones_urgent_cases(run, rows):
    off = at(1000, minutes=120, off=int(Why.SITTING_OFF))
    sits = at(1000, minutes=240)
    lists = listed(sits, off, at(3000), notice=300)
    planned = {0: 60, 1: 60, 2: 120, 3: 60}
    log = run([lists], case(planned=planned), {0: 10, 1: 20, 2: 30, 3: 40})
    assert rows(log, 0)[3:5] == ["1000 cancelled ir 1000 sitting_off", "1000 booked ir 1000"]
    assert [begun(log, rows, p) for p in range(4)] == [[1180], [3000], [1000], [1120]]


def test_random_cancellation_hits_the_same_days_whatever_else_is_on_the_timetable(run, resource_rows, key):
    days = [listed(*(at(day * DAY + 480) for day in range(1, 200, step)), cancelled=0.3) for step in (1, 2)]
    off = [
        {row[0] for row in resource_rows(run([lists], case(), {}, ends=200 * DAY), "ir", Happening.OFF)}
        for lists in days
    ]
    assert off[1] == {minute for minute in off[0] if (minute // DAY) % 2 == 1}
    assert 40 < len(off[0]) < 80
    entity = draws.stream(resource_stream("ir"))
    assert all(draws.uniform(key, entity, int(Question.SITTING), minute) < 0.3 for minute in off[0])


def test_protected_minutes_are_for_our_own_patients_until_the_opening(run, rows, resource_rows):
    flood = Competing("others", 0, rate_per_year=365.25 * 24, minutes=Spread(60))
    lists = listed(at(5000, minutes=240, protected=120), at(9000, minutes=240), notice=1000)
    log = run([lists], case(), {0: 3900}, competing=[flood])
    assert rows(log, 0)[2] == "4000 booked ir 5000"
    assert begun(log, rows, 0) == [5120]
    others = [minute for minute, _, _ in resource_rows(log, "ir", Happening.STARTED) if minute < 9000]
    assert others == [5000, 5060, 5180]


def test_a_withdrawn_booking_leaves_a_gap_that_is_filled_at_the_opening(run, rows):
    def first(say, patient, now):
        if patient == 0:
            say.alarm(800)
        say.attend("ir", 120)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run(
        [listed(at(1000, minutes=120), notice=300)],
        script,
        {0: 10, 1: 750},
        alarm=lambda say, patient, now: say.redirect("home"),
    )
    assert rows(log, 0)[2:] == [
        "700 booked ir 1000",
        "800 rung",
        "800 withdrawn ir 0 redirected",
        "800 left",
    ]
    assert begun(log, rows, 1) == [1000]


@pytest.mark.parametrize(("how", "last"), [("redirect", "1030 left"), ("die", "1030 died")])
def test_between_the_opening_and_her_call_she_may_go_but_the_minutes_are_spent(run, rows, resource_rows, how, last):
    def first(say, patient, now):
        if patient == 1:
            say.alarm(1030)
        say.attend("ir", 60, second="icu" if patient == 1 else None)
        say.then("home")

    def alarm(say, patient, now):
        say.redirect("home") if how == "redirect" else say.die()

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([listed(at(1000)), ICU], script, {0: 1, 1: 2, 2: 3}, alarm=alarm)
    assert begun(log, rows, 1) == []
    assert rows(log, 1)[-1] == last
    assert begun(log, rows, 2) == [1120]
    assert resource_rows(log, "ir", Happening.CLOSED) == [(1240, "closed", 180)]
    assert resource_rows(log, "icu", Happening.OCCUPIED) == [(1000, "occupied", 1), (1030, "occupied", 0)]


def test_a_redirect_during_a_case_follows_its_end(run, rows):
    def first(say, patient, now):
        say.alarm(1030)
        say.attend("ir", 60)
        say.then("home")

    script = {"first": first, "home": lambda say, p, now: say.end(100), "seen": lambda say, p, now: say.end(101)}
    log = run([listed(at(1000))], script, [0], alarm=lambda say, patient, now: say.redirect("seen"))
    assert rows(log, 0)[3:] == [
        "1000 called ir 0",
        "1000 started ir 60",
        "1030 rung",
        "1060 finished ir 60",
        "1060 left cured",
    ]


def test_lists_that_open_together_reach_for_a_common_second_place_by_rank(run, rows):
    def first(say, patient, now):
        say.attend("ir" if patient else "theatre", 60, second="icu")
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    for rank_of_ir, winner in ((1, 1), (3, 0)):
        resources = [
            listed(at(1000), rank=rank_of_ir),
            listed(at(1000), name="theatre", rank=2),
            ICU,
        ]
        log = run(resources, script, {0: 1, 1: 2})
        assert begun(log, rows, winner) == [1000]
        assert begun(log, rows, 1 - winner) == []


def test_competing_cases_are_logged_as_they_are_served_and_obey_the_same_rules(run, resource_rows):
    others = Competing("others", 0, 365.25 * 10, Spread(60), (0.5, 0.5), second=1, second_minutes=Spread(600))
    lists = listed(*(at(day * DAY + 480) for day in range(1, 50)), missed=0.2, notice=DAY)
    log = run([lists, ICU], case(), {}, competing=[others], ends=50 * DAY)
    count = {kind: len(resource_rows(log, "ir", kind)) for kind in Happening}
    assert count[Happening.STARTED] == count[Happening.FINISHED] == 49
    assert count[Happening.MISSED] > 0
    assert count[Happening.CANCELLED] > 0
    assert len(resource_rows(log, "icu", Happening.OCCUPIED)) == 2 * count[Happening.STARTED]
    closed = [value for _, _, value in resource_rows(log, "ir", Happening.CLOSED)]
    assert all(value % 60 == 0 and 60 <= value <= 240 for value in closed)


def test_no_patient_row_is_called_without_a_booking(run):
    log = run([listed(at(1000), at(2000), notice=300)], case(), {p: p * 90 for p in range(20)})
    booked = set(log.events[log.events[:, 3] == Event.BOOKED][:, 0].tolist())
    called = set(log.events[log.events[:, 3] == Event.CALLED][:, 0].tolist())
    assert called
    assert called <= booked
