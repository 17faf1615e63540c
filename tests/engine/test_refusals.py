"""What an engine refuses, in full; and that broken rules do not pass unseen."""

import numpy as np
import pytest

from sim.engine import reference
from sim.engine.cases import Queue
from sim.engine.floor import Floor
from sim.engine.hospital import Hospital, Resource, Sitting
from sim.engine.reference import run_reference
from sim.errors import InputError, RunError
from sim.log import Event, EventLog
from sim.steps import NEVER, Kind

WARD = Resource("ward", Kind.PLACE, capacity=((0, 1),))
IR = Resource("ir", Kind.LIST, sittings=(Sitting(480, 240, "ir"),))
GRAFT = Resource("graft", Kind.OFFER, rate_per_year=1.0, kinds=(1.0,))
HOSPITAL = Hospital((WARD, IR, GRAFT), (), ends=10_000)
WHERE = "patient 3, day 1 00:30, at staging (waiting since day 0 00:30): "


def nothing(say, patient, now):
    pass


def orders(*verbs):
    def staging(say, patient, now):
        for verb in verbs:
            verb(say)

    return staging


def use_(*args, **more):
    return lambda say: say.use(*args, **more)


def then(say):
    say.then("staging")


@pytest.mark.parametrize(
    ("staging", "message"),
    [
        (
            orders(use_(7, 10), then),
            "the pathway asks for resource 7, which this hospital does not have. It has: ward (0), ir (1), graft (2)",
        ),
        (orders(use_("ir", 10), then), "the pathway asks for ir as a place, but it is a list"),
        (
            orders(use_("ward", -10), then),
            "an order has minutes -10, second_minutes 0, urgency 0; all must be 0 or more",
        ),
        (
            orders(use_("ward", int(NEVER)), then),
            "an order lasts for ever, which only a standing order of a place can",
        ),
        (
            orders(use_("ward", 10, second="ir"), then),
            "the second resource, ir, must be a place, and not the first",
        ),
        (
            orders(use_("ward", 10, second="ward"), then),
            "the second resource, ward, must be a place, and not the first",
        ),
        (
            orders(use_("ward", 10, keep=True), lambda say: say.wait(5), then),
            "`keep` is for a place ordered alone, and without a second place",
        ),
        (
            orders(lambda say: say.attend("ir", 10, standing=True), then),
            "a standing order asks for a list; only places and offers can stand",
        ),
        (
            orders(lambda say: say.attend("ir", 241), then),
            "a case of 241 minutes is asked for on ir, whose longest sitting takes 240; it would wait for ever. "
            "Give the list a longer sitting, or the case fewer minutes",
        ),
        (
            orders(use_("ward", 10, standing=True), use_("ward", 10, standing=True), lambda say: say.wait(1), then),
            "a second standing order at ward; withdraw the first",
        ),
        (orders(use_("ward", 10)), "the pathway places orders, but names no step that follows; set `then`"),
        (nothing, "the pathway neither orders anything nor ends, and no alarm will ring: nothing follows"),
        (
            orders(use_("ward", 10), lambda say: say.end()),
            "the pathway ends, but also places 1 orders; it can do only one",
        ),
        (
            orders(lambda say: say.wait(0), lambda say: say.redirect("staging")),
            "a step answers with `ring`, which only an alarm may; a death is `end` with ring DEATH",
        ),
        (orders(then), "more than 100 steps and alarms in one minute; the pathway goes in circles"),
        (
            lambda say, patient, now: 1 // 0,
            "the pathway failed with ZeroDivisionError: integer division or modulo by zero",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_who_when_and_where(scripted, staging, message):
    def first(say, patient, now):
        say.wait(1440)
        say.then("staging")

    pathway = scripted({"first": first, "staging": staging}, HOSPITAL.names)
    with pytest.raises(RunError) as caught:
        run_reference(HOSPITAL, pathway, np.array([(30, 3)]), key=1)
    where = WHERE.replace("day 0 00:30", "day 1 00:30") if "circles" in message else WHERE
    assert str(caught.value) == where + message


@pytest.mark.parametrize(
    ("alarm", "message"),
    [
        (
            lambda say, patient, now: say.redirect(None),
            "the alarm redirects, but names no step; set `then`",
        ),
        (
            lambda say, patient, now: say.wait(3),
            "an alarm places orders or ends the pathway; it can only redirect to a step that does",
        ),
        (
            lambda say, patient, now: say.alarm(now),
            "more than 100 steps and alarms in one minute; the pathway goes in circles",
        ),
    ],
)
def test_an_alarm_that_cannot_be_is_refused(scripted, alarm, message):
    def first(say, patient, now):
        say.alarm(40)
        say.wait(1440)
        say.then("first")

    with pytest.raises(RunError) as caught:
        run_reference(HOSPITAL, scripted({"first": first}, HOSPITAL.names, alarm), np.array([(30, 3)]), key=1)
    assert str(caught.value) == f"patient 3, day 0 00:40, at first (waiting since day 0 00:30): {message}"


def test_arrivals_outside_the_run_or_twice_are_refused(scripted):
    with pytest.raises(InputError) as caught:
        run_reference(HOSPITAL, scripted({"first": nothing}, []), np.array([(-1, 0), (10_000, 1), (5, 2), (6, 2)]), 1)
    expected = "  expected: a patient's number, 0 or more, and a minute from 0 to 9999\n"
    assert str(caught.value) == (
        f"arrivals[0]\n  found:    patient 0 at minute -1\n{expected}"
        f"arrivals[1]\n  found:    patient 1 at minute 10000\n{expected}"
        "arrivals\n  found:    patient 2 more than once\n  expected: once each"
    )


# ---- broken rules


def one_bed(scripted):
    def first(say, patient, now):
        say.use("ward", 100)
        say.then("home")

    pathway = scripted({"first": first, "home": lambda say, patient, now: say.end()}, HOSPITAL.names)
    return reference.run_reference(HOSPITAL, pathway, np.array([(0, 0), (10, 1), (20, 2), (30, 3)]), key=1)  # alone


def test_a_full_place_that_is_given_out_stops_the_run(scripted, monkeypatch):
    monkeypatch.setattr(Floor, "has_all", lambda self, case: True)
    with pytest.raises(RunError) as caught:
        one_bed(scripted)
    assert str(caught.value) == "day 0 00:10: a place of ward is given out, though 1 of 1 are taken"


def test_a_queue_that_serves_the_last_first_shows_in_the_log(scripted, monkeypatch, contradictions):
    monkeypatch.setattr(Queue, "add", lambda self, case: self.cases.insert(0, (case.key, case)))
    monkeypatch.setattr(Queue, "remove", lambda self, case: self.cases.remove((case.key, case)))
    assert sorted(contradictions(one_bed(scripted), HOSPITAL)) == [
        "patient 2 overtakes 1 at 0 in minute 200",
        "patient 3 overtakes 1 at 0 in minute 100",
        "patient 3 overtakes 2 at 0 in minute 100",
    ]


@pytest.mark.parametrize(
    ("event", "column", "to", "complaint"),
    [
        (Event.FINISHED, 3, int(Event.DIED), "patient 0: does not leave exactly once"),
        (Event.STARTED, 2, 90, "patient 0: time goes backwards"),
        (Event.JOINED, 3, int(Event.STARTED), "patient 0: twice in 0 at 0"),
        (Event.ARRIVED, 3, int(Event.KEPT), "patient 0: does not begin by arriving"),
    ],
)
def test_a_falsified_row_is_found_by_the_checker(scripted, contradictions, event, column, to, complaint):
    log = one_bed(scripted)
    events = log.events.copy()
    row = np.flatnonzero((events[:, 0] == 0) & (events[:, 3] == event))[0]
    if column == 2:
        row = np.flatnonzero(events[:, 0] == 0)[0]
    events[row, column] = to
    forged = EventLog(events, log.resources, log.names)
    assert complaint in contradictions(forged, HOSPITAL)
    assert contradictions(log, HOSPITAL) == []
