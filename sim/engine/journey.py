"""Journeys: running steps, ringing alarms, placing orders, joining them again, leaving and dying.

    Journeys.expect(arrivals)          who will come, and when
    Journeys.leave_all()               the horizon

The pathway says what is wanted; what of it can be had, and when, is the floor's affair. Every answer of the
pathway is checked before it is carried out, and any failure says who, when and where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from sim.engine.cases import AWAITED, BOOKED, DEAD, LEFT, OVER, QUEUED, SERVED, Case, Listing, Person
from sim.engine.clock import Clock, Due
from sim.engine.complaints import Trouble, complaint, sentence
from sim.engine.floor import Floor
from sim.engine.rules import MOST_AT_ONCE, Pathway, Rank, name_of, serial
from sim.errors import RunError
from sim.log import Event, LogWriter, Why
from sim.steps import MOST_NOTES, MOST_ORDERS, NEVER, NOTE, ORDER, REPLY, Join, Kind, Ring
from sim.units import day_and_time

_ALARM, _ORDER, _STEP = int(Rank.ALARM), int(Rank.ORDER), int(Rank.STEP)
_WAIT, _PLACE, _LIST, _OFFER = (int(kind) for kind in (Kind.WAIT, Kind.PLACE, Kind.LIST, Kind.OFFER))
_NEVER = int(NEVER)


class Reply(NamedTuple):
    """A plan's reply as plain numbers, in the order of `steps.REPLY`."""

    orders: int
    notes: int
    join: int
    then: int
    alarm: int
    ring: int
    over: int
    why: int
    withdraw: int


class Order(NamedTuple):
    """An order as plain numbers, in the order of `steps.ORDER`."""

    kind: int
    resource: int
    minutes: int
    urgency: int
    second: int
    second_minutes: int
    mask: int
    keep: int
    standing: int
    then: int


class Note(NamedTuple):
    """A note as plain numbers, in the order of `steps.NOTE`."""

    event: int
    resource: int
    value: int
    why: int


class _Answer:
    """Reads a plan through flat views, which is some twenty times faster than through its records."""

    def __init__(self, plan: Any) -> None:
        assert (Reply._fields, Order._fields, Note._fields) == (REPLY.names, ORDER.names, NOTE.names)
        self._reply = plan.reply.view(np.ndarray).view("i8")
        self._orders = plan.orders.view(np.ndarray).view("i8").reshape(MOST_ORDERS, -1)
        self._notes = plan.notes.view(np.ndarray).view("i8").reshape(MOST_NOTES, -1)
        self._alarm_at = Reply._fields.index("alarm")

    def set_alarm(self, minute: int) -> None:
        self._reply[self._alarm_at] = minute

    def reply(self) -> Reply:
        return Reply(*self._reply.tolist())

    def orders(self, number: int) -> list[Order]:
        return [Order(*row) for row in self._orders[:number].tolist()]

    def notes(self, number: int) -> list[Note]:
        return [Note(*row) for row in self._notes[:number].tolist()]


class Journeys:
    """All patients of a run."""

    def __init__(
        self, pathway: Pathway, floor: Floor, clock: Clock, log: LogWriter, names: Mapping[str, Sequence[str]]
    ) -> None:
        self.pathway = pathway
        self.floor = floor
        self.clock = clock
        self.log = log
        self.steps = names["steps"]
        self.people: dict[int, Person] = {}  # those who are here
        self._coming: Iterator[list[int]] = iter(())
        self._answer = _Answer(pathway.plan)
        floor.follower = self

    # ---- coming, going on, leaving

    def expect(self, arrivals: np.ndarray) -> None:
        """Have patients come: (n, 2) minute and patient, in order. Each is on the clock once the last has come."""
        self._coming = iter(arrivals.tolist())
        self._expect_next()

    def _expect_next(self) -> None:
        following = next(self._coming, None)
        if following is not None:
            minute, patient = following
            self.clock.at(minute, _STEP, 0, self._arrives, patient)

    def _arrives(self, due: Due) -> None:
        self._expect_next()
        person = Person(due.subject, self.pathway.first_step, _NEVER)
        self.people[person.number] = person
        self._write(person, Event.ARRIVED)
        self._run(person)

    def _step(self, due: Due) -> None:
        self._run(due.subject)

    def _run(self, person: Person) -> None:
        """Run the step that is due: take back what the last one left open, ask, and carry out the answer."""
        person.step_due = None
        self._close_step(person, Why.PLAN_CHANGED)
        person.step = person.then
        reply = self._ask(person, self.pathway.advance)
        orders = self._answer.orders(reply.orders)
        if reply.ring != Ring.SILENT and not (reply.over and reply.ring == Ring.DEATH):
            self._fail(person, sentence(Trouble.STEP_RINGS))
        if reply.over:
            if orders:
                self._fail(person, sentence(Trouble.ENDS_AND_ORDERS, len(orders)))
            if reply.ring == Ring.DEATH:
                self._die(person, reply.why)
            else:
                self._leave(person, reply.why)
            return
        self._set_alarm(person, reply.alarm)
        self._place_orders(person, reply, orders)
        person.steps += 1
        person.since = self.clock.now

    def _close_step(self, person: Person, why: int) -> list[Case]:
        """Take back what the running step has queued or booked, void its waits; return what has started.

        What has started runs on, but does not count any more.
        """
        started = []
        for case in person.orders:
            case.counts = False
            if case.state in (QUEUED, BOOKED, AWAITED):
                self.floor.withdraw(case, why)
            elif case.state == SERVED and case.kind == _WAIT:
                self._void(case)
            elif case.state == SERVED:
                started.append(case)
        person.orders = []
        return started

    def _void(self, wait: Case) -> None:
        assert wait.due is not None
        wait.due.cancel()
        self._wait_over(wait)

    def redirect(self, person: Person, step: int, also: Case | None = None) -> None:
        """Go on at `step`, once what has started (and `also`) has ended, instead of what would have followed."""
        started = self._close_step(person, Why.REDIRECTED)
        if also is not None:
            started.append(also)
        for case in started:
            case.counts = True
        person.orders = started
        person.to_do = len(started)
        person.any_will_do = False
        person.then = step
        if person.step_due is not None:
            person.step_due.cancel()
            person.step_due = None
        if not started:
            self._go_on(person)

    def _go_on(self, person: Person) -> None:
        person.step_due = self.clock.at(self.clock.now, _STEP, 0, self._step, person)

    def _leave(self, person: Person, why: int) -> None:
        """She leaves, alive: out of all queues, back with what stands; what has started runs out."""
        for number in sorted(person.open):
            case = person.open[number]
            case.counts = False
            if case.standing:
                self._end_standing(case)
        if person.kept is not None:
            self.floor.release_kept(person)
        person.state = LEFT
        del self.people[person.number]
        self._set_alarm(person, _NEVER)
        self._write(person, Event.LEFT, why)

    def _die(self, person: Person, why: int) -> None:
        person.state = DEAD
        del self.people[person.number]
        self._set_alarm(person, _NEVER)
        if person.step_due is not None:
            person.step_due.cancel()
        self.floor.vacate(person)
        person.orders = []
        self._write(person, Event.DIED, why)

    def leave_all(self) -> None:
        """The horizon: whoever is still here leaves the log, censored."""
        for person in self.people.values():
            self.log.event(person.number, self.clock.ends, Event.LEFT, person.step, -1, 0, Why.HORIZON)

    # ---- alarms

    def _set_alarm(self, person: Person, minute: int) -> None:
        if minute == person.alarm and person.alarm_due is not None:
            return
        if person.alarm_due is not None:
            person.alarm_due.cancel()
            person.alarm_due = None
        person.alarm = minute
        if minute != _NEVER:
            person.alarm_due = self.clock.at(max(minute, self.clock.now), _ALARM, 0, self._alarm, person)

    def _alarm(self, due: Due) -> None:
        person: Person = due.subject
        person.alarm_due = None
        person.alarm = _NEVER
        reply = self._ask(person, lambda patient, _, now: self.pathway.ring(patient, now))
        if reply.orders or (reply.over and reply.ring != Ring.DEATH):
            self._fail(person, sentence(Trouble.ALARM_ACTS))
        if reply.ring == Ring.DEATH:
            self._die(person, reply.why)
            return
        self._set_alarm(person, reply.alarm)
        if reply.ring == Ring.REDIRECT:
            if reply.then < 0:
                self._fail(person, sentence(Trouble.ALARM_WITHOUT_STEP))
            self._write(person, Event.RUNG, reply.why)
            self.redirect(person, reply.then)

    # ---- asking the pathway

    def _ask(self, person: Person, question: Any) -> Reply:
        """Call the pathway; write its notes and withdraw what it takes back."""
        now = self.clock.now
        if person.busy_at != now:
            person.busy_at, person.busy = now, 0
        person.busy += 1
        if person.busy > MOST_AT_ONCE:
            self._fail(person, sentence(Trouble.IN_CIRCLES))
        self._answer.set_alarm(person.alarm)
        try:
            question(person.number, person.step, now)
        except Exception as error:
            where = self.whereabouts(person)
            raise RunError(f"{where}: the pathway failed with {type(error).__name__}: {error}") from error
        reply = self._answer.reply()
        for note in self._answer.notes(reply.notes) if reply.notes else ():
            self.log.event(person.number, now, note.event, person.step, note.resource, note.value, note.why)
        if reply.withdraw >= 0:
            for number in sorted(person.open):
                case = person.open[number]
                if case.standing and case.target.number == reply.withdraw:
                    self._end_standing(case)
        return reply

    def _end_standing(self, case: Case) -> None:
        if case.state == QUEUED:
            self.floor.withdraw(case, Why.PLAN_CHANGED)
        elif case.state == SERVED and case.kind == _PLACE:
            self.floor.end_standing(case)

    # ---- placing orders

    def _place_orders(self, person: Person, reply: Reply, orders: list[Order]) -> None:
        beside = [order for order in orders if order.standing]
        wanted = len(orders) - len(beside)
        if wanted and reply.then < 0:
            self._fail(person, sentence(Trouble.NO_STEP_FOLLOWS))
        if not wanted and reply.then < 0 and not self._may_go_on(person, beside):
            self._fail(person, sentence(Trouble.NOTHING_FOLLOWS))
        person.then = reply.then
        person.to_do = wanted
        person.any_will_do = reply.join == Join.ANY
        cases = []
        for number, order in enumerate(orders):
            trouble = self._trouble(person, order, alone=wanted == 1)
            if trouble:
                self._fail(person, complaint(trouble, order, self.floor.hospital.resources))
            cases.append(self._case(person, number, order))
        self._decide_on_kept(person)
        for case in cases:
            self._start(case)
        if not wanted and reply.then >= 0:
            self._go_on(person)

    def _may_go_on(self, person: Person, beside: list[Order]) -> bool:
        standing = (case.standing and case.then >= 0 for case in person.open.values())
        return person.alarm != _NEVER or any(order.then >= 0 for order in beside) or any(standing)

    def _case(self, person: Person, number: int, order: Order) -> Case:
        target = None if order.kind == _WAIT else self.floor.targets[order.resource]
        second: Any = self.floor.targets[order.second] if order.second >= 0 else None
        case = Case(
            person,
            person.number,
            serial(person.steps, number),
            order.kind,
            target,
            order.minutes,
            order.urgency,
            second,
            order.second_minutes,
        )
        case.step = person.step
        case.mask = order.mask
        case.keep = bool(order.keep)
        case.standing = bool(order.standing)
        case.then = order.then
        case.counts = not order.standing
        person.open[case.serial] = case
        if case.counts:
            person.orders.append(case)
        return case

    def _decide_on_kept(self, person: Person) -> None:
        """A place is kept on for a single order that is not a wait; asking for the same place needs no keeping."""
        if person.kept is None:
            return
        case = person.orders[0] if len(person.orders) == 1 else None
        if case is None or case.kind == _WAIT:
            self.floor.release_kept(person)
        elif case.target is not person.kept.target or case.second is not None:
            self.floor.keep_on(person)

    def _start(self, case: Case) -> None:
        person = case.person
        assert person is not None
        if case.kind == _WAIT:
            case.state = SERVED
            until = self.clock.now + case.minutes
            case.due = self.clock.at(until, _ORDER + case.order, case.serial, self._waited, case)
        elif (
            case.kind == _PLACE
            and case.second is None
            and not case.standing
            and self.floor.left_over(person, case.target) is not None
        ):
            self.floor.give_place(case)
        else:
            self.floor.join(case, self.floor.tie(case))

    def _waited(self, due: Due) -> None:
        self._wait_over(due.subject)
        self.finished(due.subject)

    def _wait_over(self, wait: Case) -> None:
        assert wait.person is not None
        wait.state = OVER
        wait.due = None
        del wait.person.open[wait.serial]

    # ---- what the floor reports

    def finished(self, case: Case) -> None:
        """An order is done; if it was the last (or any will do), the step that follows is due."""
        person = case.person
        if not case.counts or person is None:
            return
        case.counts = False
        person.to_do -= 1
        if (person.to_do == 0 or person.any_will_do) and person.step_due is None:
            self._go_on(person)

    def given(self, case: Case) -> None:
        """A standing order that redirects has been given; an offer's own minutes are then part of the journey."""
        person = case.person
        assert person is not None
        if case.kind == _OFFER:
            case.standing = False
            self.redirect(person, case.then, also=case)
        else:
            self.redirect(person, case.then)

    # ---- what can be wrong

    def _trouble(self, person: Person, order: Order, alone: bool) -> Trouble:
        """Why an order can not be carried out, or NONE."""
        resources = self.floor.hospital.resources
        for number in (order.resource,) * (order.kind != _WAIT) + (order.second,) * (order.second != -1):
            if not 0 <= number < len(resources):
                return Trouble.NO_SUCH_RESOURCE
        if order.minutes < 0 or order.second_minutes < 0 or order.urgency < 0:
            return Trouble.NEGATIVE
        if order.minutes == _NEVER and not (order.kind == _PLACE and order.standing):
            return Trouble.FOR_EVER
        if order.keep and (order.kind != _PLACE or order.standing or order.second >= 0 or not alone):
            return Trouble.KEEP
        if order.standing and order.kind in (_WAIT, _LIST):
            return Trouble.CANNOT_STAND
        return Trouble.NONE if order.kind == _WAIT else self._unfit(person, order)

    def _unfit(self, person: Person, order: Order) -> Trouble:
        resources, target = self.floor.hospital.resources, self.floor.targets[order.resource]
        if resources[order.resource].kind != order.kind:
            return Trouble.OTHER_KIND
        if order.second >= 0 and (resources[order.second].kind != Kind.PLACE or order.second == order.resource):
            return Trouble.SECOND
        if isinstance(target, Listing) and target.sittings and order.minutes > target.longest:
            return Trouble.TOO_LONG
        if order.standing:
            for case in person.open.values():
                waits_or_holds = case.state == QUEUED or (case.state == SERVED and case.kind == _PLACE)
                if case.standing and case.target is target and waits_or_holds:
                    return Trouble.STANDS_TWICE
        return Trouble.NONE

    def whereabouts(self, person: Person) -> str:
        """A patient in words, for a message: who, when and where."""
        step = name_of(self.steps, person.step)
        since = f" (waiting since {day_and_time(person.since)})" if person.since >= 0 else ""
        return f"patient {person.number}, {day_and_time(self.clock.now)}, at {step}{since}"

    def _fail(self, person: Person, what: str) -> NoReturn:
        raise RunError(f"{self.whereabouts(person)}: {what}")

    def _write(self, person: Person, event: int, why: int = -1) -> None:
        self.log.event(person.number, self.clock.now, event, person.step, -1, 0, why)
