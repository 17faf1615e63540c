"""Small hospitals and scripted patients, a checker that knows only the finished log, and every run made by both engines."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from sim import draws, jit, steps
from sim.engine.hospital import Hospital
from sim.engine.reference import run_reference
from sim.errors import NelmError
from sim.log import Event, EventLog, Happening, first_difference
from sim.steps import Join, Kind, Ring

KEY = draws.key(20240501)


def run_both(hospital, pathway, arrivals, key, check=True, **settings):
    """The log of both engines, which is the same or the test fails; where one refuses, the other says the same."""
    told, logs = [], []
    for engine in _engines():
        extra = {"check": check} if engine is run_reference else {}
        try:
            logs.append(engine(hospital, pathway, arrivals, key, **extra, **settings))
        except NelmError as error:
            told.append(error)
    if told:
        assert not logs, f"only one engine refuses: {told[0]}"
        assert len({(type(error), str(error)) for error in told}) == 1, [str(error) for error in told]
        raise told[0]
    assert all(first_difference(logs[0], log) == "" for log in logs[1:])
    return logs[0]


def _engines():
    if not jit.COMPILED:
        return [run_reference]
    from sim.engine.compiled import run_compiled

    return [run_reference, run_compiled]


@pytest.fixture(autouse=True)
def _both_engines(request, monkeypatch):
    """What a test of this folder calls `run_reference` is both engines, held against each other."""
    if hasattr(request.module, "run_reference"):
        monkeypatch.setattr(request.module, "run_reference", run_both)


class Say:
    """The clinic's verbs with names instead of numbers, for scripts."""

    def __init__(self, plan, step_names, resource_names):
        self.plan, self.step_names, self.resource_names = plan, step_names, resource_names

    def _place(self, name):
        return -1 if name is None else name if isinstance(name, int) else self.resource_names.index(name)

    def _step(self, name):
        return -1 if name is None else self.step_names.index(name)

    def _finish(self, order, keep, standing, step):
        if keep:
            steps.keep(self.plan, order)
        if standing:
            steps.standing(self.plan, order, self._step(step))

    def use(self, place, minutes, urgency=0, second=None, held=0, keep=False, standing=False, step=None):
        order = steps.use(self.plan, self._place(place), minutes, urgency, self._place(second), held)
        self._finish(order, keep, standing, step)

    def attend(self, listed, minutes, urgency=0, second=None, held=0, keep=False, standing=False):
        order = steps.attend(self.plan, self._place(listed), minutes, urgency, self._place(second), held)
        self._finish(order, keep, standing, None)

    def seek(self, offer, mask, minutes, urgency=0, second=None, held=0, standing=False, step=None):
        order = steps.seek(self.plan, self._place(offer), mask, minutes, urgency, self._place(second), held)
        self._finish(order, False, standing, step)

    def wait(self, minutes):
        steps.wait(self.plan, minutes)

    def then(self, step, any_of=False):
        steps.then(self.plan, self._step(step), Join.ANY.value if any_of else Join.ALL.value)

    def alarm(self, minute):
        steps.alarm(self.plan, minute)

    def note(self, event, value=0, why=-1):
        steps.note(self.plan, int(event), value, why, -1)

    def withdraw(self, place):
        steps.withdraw(self.plan, self._place(place))

    def end(self, why=-1):
        steps.end(self.plan, why)

    def redirect(self, step):
        self.plan.reply[0].ring = Ring.REDIRECT.value
        self.plan.reply[0].then = self._step(step)

    def die(self, why=-1):
        self.plan.reply[0].ring = Ring.DEATH.value
        self.plan.reply[0].why = why


class Scripted:
    """A pathway from functions: `script[step](say, patient, now)`, the first of them the step of arrival."""

    def __init__(self, script, resource_names, alarm=None):
        self.plan = steps.new_plan()
        self.first_step = 0
        self.names = {"steps": list(script), "whys": ["cancer", "cured"]}
        self._script = list(script.values())
        self._alarm = alarm
        self._say = Say(self.plan, list(script), list(resource_names))

    def advance(self, patient, step, now):
        steps.clear(self.plan)
        self._script[step](self._say, patient, now)

    def ring(self, patient, now):
        steps.clear(self.plan)
        self._alarm(self._say, patient, now)


def _rows(log: EventLog, patient: int) -> list[str]:
    """One patient's rows as `minute event resource value reason`; what a row does not have is left out."""
    lines = []
    for _, _, minute, event, _, resource, value, why in log.events[log.events[:, 0] == patient].tolist():
        resource_name = log.names["resources"][resource] if resource >= 0 else ""
        words = [str(minute), Event(event).name.lower(), resource_name, str(value) if resource >= 0 else ""]
        lines.append(" ".join(word for word in [*words, log.why_name(why)] if word))
    return lines


def _resource_rows(log: EventLog, name: str, *kinds: Happening) -> list[tuple[int, str, int]]:
    """A resource's rows as (minute, event, value)."""
    number = log.names["resources"].index(name)
    return [
        (row[0], Happening(row[2]).name.lower(), row[4])
        for row in log.resources.tolist()
        if row[1] == number and (not kinds or Happening(row[2]) in kinds)
    ]


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def scripted():
    return Scripted


@pytest.fixture
def rows():
    return _rows


@pytest.fixture
def resource_rows():
    return _resource_rows


@pytest.fixture
def run():
    """run(resources, script, arrivals, ...): arrivals are {patient: minute}, or a list of minutes from patient 0."""

    def _run(
        resources, script, arrivals, *, ends=10_000, competing=(), alarm=None, rings="report", key=KEY, check=True
    ):
        hospital = Hospital(tuple(resources), tuple(competing), ends, rings)
        pairs = arrivals.items() if isinstance(arrivals, dict) else enumerate(arrivals)
        table = np.array([(minute, patient) for patient, minute in pairs], np.int64).reshape(-1, 2)
        log = run_both(hospital, Scripted(script, hospital.names, alarm), table, key, check=check)
        assert _contradictions(log, hospital) == []
        return log

    return _run


@pytest.fixture
def contradictions():
    return _contradictions


# ---- the checker


def _contradictions(log: EventLog, hospital: Hospital) -> list[str]:
    """What a finished log says that cannot be; knows the hospital, but nothing of how the engine works."""
    return [
        *_lives(log),
        *_orders_that_do_not_end(log),
        *_full_places(log, hospital),
        *_two_beds(log),
        *_overtaken(log, hospital),
        *_lists_beyond_their_sittings(log, hospital),
    ]


def _stories(log):
    stories = defaultdict(list)
    for row in log.events.tolist():
        stories[row[0]].append(row)
    return stories


def _lives(log):
    for patient, story in _stories(log).items():
        events = [row[3] for row in story]
        if [row[1] for row in story] != list(range(len(story))) or sorted(r[2] for r in story) != [r[2] for r in story]:
            yield f"patient {patient}: time goes backwards"
        if events[0] != Event.ARRIVED or events.count(Event.ARRIVED) != 1:
            yield f"patient {patient}: does not begin by arriving"
        if events.count(Event.DIED) + events.count(Event.LEFT) != 1:
            yield f"patient {patient}: does not leave exactly once"
        if Event.DIED in events and events[-1] != Event.DIED:
            yield f"patient {patient}: something happens after death"
        if Event.LEFT in events:
            after = set(events[events.index(Event.LEFT) + 1 :])
            if after - {Event.FINISHED, Event.RELEASED}:
                yield f"patient {patient}: something begins after leaving"


def _orders_that_do_not_end(log):
    for patient, story in _stories(log).items():
        waiting, served = defaultdict(int), defaultdict(int)
        for _, _, _, event, _, resource, _, _ in story:
            if event == Event.JOINED:
                waiting[resource] += 1
            elif event == Event.WITHDRAWN or (event == Event.STARTED and waiting[resource]):
                waiting[resource] -= 1
            if event == Event.STARTED:
                served[resource] += 1
            elif event == Event.FINISHED:
                served[resource] -= 1
            if waiting[resource] < 0 or served[resource] < 0:
                yield f"patient {patient}: ends at {resource} what had not begun"
        if story[-1][3] == Event.LEFT and story[-1][7] != 0 and sum(waiting.values()):
            yield f"patient {patient}: has left, but still waits"


def _full_places(log, hospital):
    for number, resource in enumerate(hospital.resources):
        if resource.kind != Kind.PLACE:
            continue
        capacity = dict(resource.capacity)
        occupied = {row[0]: row[4] for row in log.resources.tolist() if row[1:3] == [number, int(Happening.OCCUPIED)]}
        places = before = 0
        for minute in sorted(capacity | occupied):
            places = capacity.get(minute, places)
            now = occupied.get(minute, before)
            if now > before and now > places:
                yield f"{resource.name}: {now} of {places} places taken at {minute}"
            if now < 0:
                yield f"{resource.name}: {now} places taken at {minute}"
            before = now


def _two_beds(log):
    places = {row[1] for row in log.resources.tolist() if row[2] == Happening.CAPACITY}
    for patient, story in _stories(log).items():
        inside = set()
        for _, _, minute, event, _, resource, _, _ in story:
            if event == Event.STARTED and resource in places:
                if resource in inside:
                    yield f"patient {patient}: twice in {resource} at {minute}"
                inside.add(resource)
            elif event in (Event.FINISHED, Event.RELEASED):
                inside.discard(resource)


def _overtaken(log, hospital):
    """Whoever starts in a place has nobody of earlier rank left behind, where places alone are needed."""
    simple = {n for n, r in enumerate(hospital.resources) if r.kind == Kind.PLACE and not r.backfill}
    joined, spans = {}, defaultdict(list)
    for patient, _, minute, event, step, resource, value, _ in log.events.tolist():
        spot = (patient, resource, step)
        if event == Event.JOINED and resource in simple:
            joined[spot] = (value, minute)
        elif event in (Event.STARTED, Event.WITHDRAWN) and spot in joined:
            spans[resource].append((*joined.pop(spot), minute, event == Event.STARTED, patient))
        elif event in (Event.DIED, Event.LEFT):
            for other in [other for other in joined if other[0] == patient]:
                spans[other[1]].append((*joined.pop(other), minute, False, patient))
    if any(event == Event.RELEASED for event in log.events[:, 3].tolist()):
        return  # with second and kept places a queue may rightly be held up
    for resource, waits in spans.items():
        for urgency, since, minute, started, patient in waits:
            if not started:
                continue
            for other_urgency, other_since, until, _, other in waits:
                if (other_urgency, other_since) < (urgency, since) and other_since < minute < until:
                    yield f"patient {patient} overtakes {other} at {resource} in minute {minute}"


def _lists_beyond_their_sittings(log, hospital):
    cases = defaultdict(list)
    ends = hospital.ends
    for _, _, minute, event, _, resource, value, _ in log.events.tolist():
        if event == Event.STARTED:
            cases[resource].append((minute, minute + value))
    for minute, resource, event, _, value, _ in log.resources.tolist():
        if event == Happening.STARTED:
            cases[resource].append((minute, minute + value))
    for number, resource in enumerate(hospital.resources):
        if resource.kind != Kind.LIST:
            continue
        for sitting in set(resource.sittings):
            rooms = sum(s.opens <= sitting.opens < s.opens + s.minutes for s in resource.sittings)
            here = sorted(c for c in cases[number] if sitting.opens <= c[0] < sitting.opens + sitting.minutes)
            if rooms == 1 and any(a[1] > b[0] for a, b in pairwise(here)):
                yield f"{resource.name}: two cases at once on the sitting of {sitting.opens}"
            if any(c[1] > sitting.opens + sitting.minutes + resource.overrun for c in here if rooms == 1):
                yield f"{resource.name}: the sitting of {sitting.opens} runs too long"
        for begins, _ in cases[number]:
            if not any(s.opens <= begins < s.opens + s.minutes for s in resource.sittings) and begins < ends:
                yield f"{resource.name}: a case begins at {begins}, when nobody sits"
