"""Places, waits, joins and alarms: patients whose every row was worked out by hand."""

import pytest

from sim.engine.hospital import Competing, Resource, Spread
from sim.errors import RunError
from sim.log import Event, Happening
from sim.steps import Kind

WARD = Resource("ward", Kind.PLACE, capacity=((0, 1),))
ICU = Resource("icu", Kind.PLACE, capacity=((0, 1),))


def stay(minutes, urgency=0, place="ward"):
    def first(say, patient, now):
        say.use(place, minutes, urgency)
        say.then("home")

    return {"first": first, "home": lambda say, patient, now: say.end(101)}


def test_a_bed_is_taken_when_it_is_free_and_left_when_the_stay_is_over(run, rows, resource_rows):
    log = run([WARD], stay(100), {0: 10, 1: 50})
    assert rows(log, 0) == [
        "10 arrived",
        "10 joined ward 0",
        "10 started ward 100",
        "110 finished ward 100",
        "110 left cured",
    ]
    assert rows(log, 1) == [
        "50 arrived",
        "50 joined ward 0",
        "110 started ward 100",
        "210 finished ward 100",
        "210 left cured",
    ]
    assert resource_rows(log, "ward") == [(0, "capacity", 1), (10, "occupied", 1), (210, "occupied", 0)]


def test_who_is_still_there_at_the_horizon_leaves_then_and_nothing_happens_in_that_minute(run, rows):
    log = run([WARD], stay(100), {0: 0, 1: 50}, ends=100)
    assert rows(log, 0) == ["0 arrived", "0 joined ward 0", "0 started ward 100", "100 left horizon"]
    assert rows(log, 1) == ["50 arrived", "50 joined ward 0", "100 left horizon"]


def test_the_more_urgent_goes_first_and_among_equals_who_came_first(run, rows):
    def first(say, patient, now):
        say.use("ward", 100, {3: 0}.get(patient, 1))
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([WARD], script, {0: 0, 1: 20, 2: 10, 3: 30})
    starts = {p: next(r for r in rows(log, p) if "started" in r).split()[0] for p in range(4)}
    assert starts == {0: "0", 3: "100", 2: "200", 1: "300"}


def test_among_those_who_join_in_the_same_minute_a_drawn_number_decides(run, rows):
    first_served = set()
    for key in range(20):
        log = run([WARD], stay(100), [0, 0], key=key)
        first_served.add(next(p for p in (0, 1) if "0 started ward 100" in rows(log, p)))
    assert first_served == {0, 1}


def test_a_stay_of_no_time_is_over_before_the_clock_moves(run, rows):
    log = run([WARD], stay(0), [5, 5, 5])
    for patient in range(3):
        assert rows(log, patient)[2:] == ["5 started ward 0", "5 finished ward 0", "5 left cured"]


def test_with_two_places_at_once_both_are_taken_together_and_the_second_is_held_on(run, rows, resource_rows):
    def first(say, patient, now):
        say.use("ward", 100, second="icu", held=40)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([WARD, ICU], script, {0: 0, 1: 10})
    assert rows(log, 0) == [
        "0 arrived",
        "0 joined ward 0",
        "0 started ward 100",
        "100 finished ward 100",
        "100 left",
        "140 released icu 140",
    ]
    assert "140 started ward 100" in rows(log, 1)
    assert resource_rows(log, "ward", Happening.OCCUPIED) == [
        (0, "occupied", 1),
        (100, "occupied", 0),
        (140, "occupied", 1),
        (240, "occupied", 0),
    ]


@pytest.mark.parametrize(("backfill", "starts"), [(False, "100"), (True, "20")])
def test_who_lacks_a_second_place_holds_up_the_queue_unless_it_is_backfilled(run, rows, backfill, starts):
    def first(say, patient, now):
        if patient == 0:
            say.use("icu", 100)
        else:
            say.use("ward", 30, second="icu" if patient == 1 else None)
        say.then("home")

    ward = Resource("ward", Kind.PLACE, capacity=((0, 2),), backfill=backfill)
    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([ward, ICU], script, {0: 0, 1: 10, 2: 20})
    assert "100 started ward 30" in rows(log, 1)
    assert f"{starts} started ward 30" in rows(log, 2)


def test_a_cut_evicts_nobody_but_gives_nothing_out_until_there_is_room(run, rows, resource_rows):
    ward = Resource("ward", Kind.PLACE, capacity=((0, 2), (50, 1), (300, 2)))
    log = run([ward], stay(200), {0: 0, 1: 10, 2: 20, 3: 30})
    started = {p: next(r for r in rows(log, p) if "started" in r) for p in range(4)}
    assert started == {
        0: "0 started ward 200",
        1: "10 started ward 200",
        2: "210 started ward 200",
        3: "300 started ward 200",
    }
    assert resource_rows(log, "ward", Happening.CAPACITY) == [
        (0, "capacity", 2),
        (50, "capacity", 1),
        (300, "capacity", 2),
    ]


def test_competing_cases_wait_in_the_same_queue(run, rows, resource_rows):
    other = Competing("others", 0, rate_per_year=365.25 * 24, minutes=Spread(200), urgency=(1.0,))
    log = run([WARD], stay(100, urgency=1), {0: 2000}, competing=[other], ends=20_000)
    assert not any("started" in row for row in rows(log, 0))
    joined, started, finished = (
        resource_rows(log, "ward", kind) for kind in (Happening.JOINED, Happening.STARTED, Happening.FINISHED)
    )
    assert len(joined) > 250
    assert len(started) in (99, 100)
    assert all(value == 200 for _, _, value in finished)


# ---- several orders at once


def both(any_of):
    def first(say, patient, now):
        say.use("ward", 100)
        say.use("icu", 30, urgency=1)
        say.then("home", any_of=any_of)

    return {"first": first, "home": lambda say, patient, now: say.end()}


def test_the_step_follows_when_all_orders_are_done(run, rows):
    log = run([WARD, ICU], both(False), [0])
    assert rows(log, 0) == [
        "0 arrived",
        "0 joined ward 0",
        "0 joined icu 1",
        "0 started ward 100",
        "0 started icu 30",
        "30 finished icu 30",
        "100 finished ward 100",
        "100 left",
    ]


def test_when_any_will_do_the_late_one_runs_out_but_no_longer_counts(run, rows):
    log = run([WARD, ICU], both(True), [0])
    assert rows(log, 0)[-3:] == ["30 finished icu 30", "30 left", "100 finished ward 100"]


def test_when_any_will_do_what_is_still_queued_is_withdrawn(run, rows):
    log = run([WARD, ICU], both(True), {0: 0, 1: 10})
    assert rows(log, 1) == [
        "10 arrived",
        "10 joined ward 0",
        "10 joined icu 1",
        "30 started icu 30",
        "60 finished icu 30",
        "60 withdrawn ward 0 plan_changed",
        "60 left",
    ]


def test_a_wait_is_a_deadline_when_any_will_do(run, rows):
    def first(say, patient, now):
        say.use("ward", 500)
        if patient:
            say.wait(50)
        say.then("home", any_of=True)

    log = run([WARD], {"first": first, "home": lambda say, patient, now: say.end()}, {0: 0, 1: 10})
    assert rows(log, 1)[-2:] == ["60 withdrawn ward 0 plan_changed", "60 left"]


# ---- alarms


def test_an_alarm_that_kills_ends_everything_at_once_and_frees_the_bed(run, rows):
    def first(say, patient, now):
        if patient == 0:
            say.alarm(60)
        say.use("ward", 100)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([WARD], script, {0: 0, 1: 10}, alarm=lambda say, patient, now: say.die(100))
    assert rows(log, 0) == ["0 arrived", "0 joined ward 0", "0 started ward 100", "60 died cancer"]
    assert "60 started ward 100" in rows(log, 1)


def test_an_alarm_comes_before_the_end_of_a_stay_in_the_same_minute(run, rows):
    def first(say, patient, now):
        say.alarm(100)
        say.use("ward", 100)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([WARD], script, [0], alarm=lambda say, patient, now: say.die(100))
    assert rows(log, 0)[-1] == "100 died cancer"
    assert not any("finished" in row for row in rows(log, 0))


def test_a_later_step_moves_the_alarm_and_the_old_one_does_not_ring(run, rows):
    def first(say, patient, now):
        say.alarm(100)
        say.wait(50)
        say.then("second")

    def second(say, patient, now):
        say.alarm(200)
        say.wait(1000)
        say.then("second")

    log = run([], {"first": first, "second": second}, [0], alarm=lambda say, patient, now: say.die(100))
    assert rows(log, 0) == ["0 arrived", "200 died cancer"]


@pytest.mark.parametrize("minute", [-5, 0, 30])
def test_an_alarm_set_at_or_before_now_rings_before_the_next_step_even_after_a_wait_of_nothing(run, rows, minute):
    def second(say, patient, now):
        say.alarm(minute)
        say.wait(0)
        say.then("third")

    def first(say, patient, now):
        say.wait(30)
        say.then("second")

    script = {"first": first, "second": second, "third": lambda say, patient, now: say.end()}
    log = run([], script, [0], alarm=lambda say, patient, now: say.die(100))
    assert rows(log, 0) == ["0 arrived", "30 died cancer"]


def test_a_silent_alarm_writes_its_notes_and_changes_nothing_else(run, rows):
    def first(say, patient, now):
        say.alarm(40)
        say.use("ward", 100)
        say.then("home")

    script = {"first": first, "home": lambda say, patient, now: say.end()}
    log = run([WARD], script, [0], alarm=lambda say, patient, now: say.note(Event.SPREAD))
    assert rows(log, 0)[3:] == ["40 spread", "100 finished ward 100", "100 left"]


def redirected(first):
    script = {"first": first, "visit": lambda say, patient, now: say.end(), "home": lambda say, p, now: say.end(100)}
    return script, lambda say, patient, now: say.redirect("visit")


def test_a_redirect_during_a_wait_voids_it(run, rows):
    def first(say, patient, now):
        say.alarm(40)
        say.wait(100)
        say.then("home")

    script, alarm = redirected(first)
    assert rows(run([], script, [0], alarm=alarm), 0) == ["0 arrived", "40 rung", "40 left"]


def test_a_redirect_in_a_queue_takes_her_out_of_it(run, rows):
    def first(say, patient, now):
        if patient:
            say.alarm(40)
        say.use("ward", 100)
        say.then("home")

    script, alarm = redirected(first)
    assert rows(run([WARD], script, {0: 0, 1: 10}, alarm=alarm), 1) == [
        "10 arrived",
        "10 joined ward 0",
        "40 rung",
        "40 withdrawn ward 0 redirected",
        "40 left",
    ]


def test_a_redirect_during_a_stay_waits_for_its_end_and_replaces_the_step_that_would_follow(run, rows):
    def first(say, patient, now):
        say.alarm(40)
        say.use("ward", 100)
        say.wait(500)
        say.then("home")

    script, alarm = redirected(first)
    assert rows(run([WARD], script, [0], alarm=alarm), 0)[2:] == [
        "0 started ward 100",
        "40 rung",
        "100 finished ward 100",
        "100 left",
    ]


def test_a_patient_who_has_left_has_no_alarm(run, rows):
    def first(say, patient, now):
        say.alarm(40)
        say.end(101)

    log = run([], {"first": first}, [0], alarm=lambda say, patient, now: say.die(100))
    assert rows(log, 0) == ["0 arrived", "0 left cured"]


def test_death_in_a_step_is_death(run, rows):
    def first(say, patient, now):
        say.end(100)
        say.die(100)

    assert rows(run([], {"first": first}, [7]), 0) == ["7 arrived", "7 died cancer"]


def test_a_place_held_as_second_is_stayed_in_without_queueing(run, rows, resource_rows):
    def first(say, patient, now):
        if patient == 0:
            say.use("icu", 50, second="ward", held=30)
            say.then("ward")
        else:
            say.use("ward", 10)
            say.then("home")

    def ward(say, patient, now):
        say.use("ward", 100)
        say.then("home")

    script = {"first": first, "ward": ward, "home": lambda say, patient, now: say.end()}
    log = run([WARD, ICU], script, {0: 0, 1: 5})
    assert rows(log, 0)[2:] == [
        "0 started icu 50",
        "50 finished icu 50",
        "50 released ward 50",
        "50 started ward 100",
        "150 finished ward 100",
        "150 left",
    ]
    assert "150 started ward 10" in rows(log, 1)


def test_two_beds_of_one_ward_for_one_patient_are_refused(run):
    def first(say, patient, now):
        say.use("ward", 50)
        say.use("ward", 50)
        say.then("first")

    ward = Resource("ward", Kind.PLACE, capacity=((0, 2),))
    with pytest.raises(RunError) as caught:
        run([ward], {"first": first}, [4])
    assert str(caught.value) == (
        "patient 0, day 0 00:04, at first (waiting since day 0 00:04): is given a second place of ward, though what "
        "she has the first for is not over. Let the pathway wait for its end, or withdraw it first"
    )
