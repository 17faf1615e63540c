"""What medicine may ask of a hospital, and nothing more: the words between clinic and engine.

A step of care is a function of the clinic. It reads one patient, changes that patient's course, and says
what it wants next by filling a `Plan`:

    use(plan, place, minutes, ...)      occupy a place (bed, room) for a time
    attend(plan, listed, minutes, ...)  have a case on a list (theatre, scanner, board)
    seek(plan, offer, mask, ...)        wait for an offer that suits (a graft)
    wait(plan, minutes)                 let time pass
    then(plan, step)                    the step that follows, once all (or any) of the orders are done
    note(plan, event, value, why)       a row for the log
    end(plan, why)                      leave the pathway, alive or dead

Several orders may be placed at once. A *standing* order runs beside the journey: it stays in its queue, or
holds its place, until it is withdrawn (`withdraw`); if it names a step, being given redirects the journey
there. The engine answers when; it never learns what a bed is for. Resources, steps and reasons are whole
numbers here; their names belong to the clinic and to the log's reader.

Everything is plain arrays, so that the same functions serve both engines, compiled or not.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from sim.jit import jit

MOST_ORDERS = 8
MOST_NOTES = 32


class Kind(IntEnum):
    """What is asked for."""

    WAIT = 0
    PLACE = 1
    LIST = 2
    OFFER = 3


class Join(IntEnum):
    """When the step that follows runs: when all orders are done, or when any is."""

    ALL = 0
    ANY = 1


class Ring(IntEnum):
    """What an alarm means for the journey."""

    SILENT = 0  # the course has changed, the journey goes on
    REDIRECT = 1  # what is queued is withdrawn, `then` follows
    DEATH = 2


ORDER = np.dtype(
    [
        ("kind", "i8"),  # Kind
        ("resource", "i8"),  # number of the resource; -1 for a wait
        ("minutes", "i8"),  # of the place or the wait; planned (and used) minutes of a list case
        ("urgency", "i8"),  # 0 is the most urgent
        ("second", "i8"),  # a place needed at the same time, or -1
        ("second_minutes", "i8"),  # how long the second is held after the first has ended
        ("mask", "i8"),  # offers: bits of the kinds that suit
        ("keep", "i8"),  # 1: hold the place after the end, until the next order's place is given
        ("standing", "i8"),  # 1: runs beside the journey
        ("then", "i8"),  # standing orders: the step that being given redirects to, or -1
    ]
)

NOTE = np.dtype([("event", "i8"), ("resource", "i8"), ("value", "i8"), ("why", "i8")])

REPLY = np.dtype(
    [
        ("orders", "i8"),  # how many orders were placed
        ("notes", "i8"),  # how many notes were written
        ("join", "i8"),  # Join
        ("then", "i8"),  # the step that follows, or -1
        ("alarm", "i8"),  # minute at which the disease next does something, or NEVER
        ("ring", "i8"),  # Ring, after an alarm
        ("over", "i8"),  # 1: the patient leaves
        ("why", "i8"),  # reason of leaving
        ("withdraw", "i8"),  # resource whose standing order is withdrawn, or -1
    ]
)

NEVER = np.iinfo(np.int64).max
"""The minute of an alarm that is not set."""


SHEET = np.dtype([("reply", REPLY, (1,)), ("orders", ORDER, (MOST_ORDERS,)), ("notes", NOTE, (MOST_NOTES,))])
"""A whole plan as one record, which compiled code hands on as one address instead of three arrays."""


class Plan(NamedTuple):
    """One answer of the clinic: a reply, its orders and its notes. Filled by the verbs, read by an engine."""

    reply: Any  # (1,)  REPLY
    orders: Any  # (MOST_ORDERS,)  ORDER
    notes: Any  # (MOST_NOTES,)  NOTE
    sheet: Any  # (1,)  SHEET: the same three; the verbs take a plan or a record of this


def new_plan() -> Plan:
    """An empty plan; one serves a whole run, `clear`ed before each step.

    >>> plan = new_plan()
    >>> clear(plan)
    >>> wait(plan, 60)
    0
    >>> then(plan, 4)
    >>> int(plan.reply[0].orders), int(plan.orders[0].minutes), int(plan.reply[0].then)
    (1, 60, 4)
    """
    sheet: Any = np.zeros(1, SHEET).view(np.recarray)
    reply, orders, notes = (sheet[part][0].view(np.recarray) for part in ("reply", "orders", "notes"))
    return Plan(reply, orders, notes, sheet)


@jit
def clear(plan: Plan) -> None:
    """Empty the plan. The alarm is kept as it was set until the step sets another."""
    reply = plan.reply[0]
    reply.orders = 0
    reply.notes = 0
    reply.join = Join.ALL.value
    reply.then = -1
    reply.ring = Ring.SILENT.value
    reply.over = 0
    reply.why = -1
    reply.withdraw = -1


@jit
def _order(
    plan: Plan, kind: int, resource: int, minutes: int, urgency: int, second: int, second_minutes: int, mask: int
) -> int:
    reply = plan.reply[0]
    n = reply.orders
    if n >= MOST_ORDERS:
        raise ValueError("more orders at once than a plan can hold")
    order = plan.orders[n]
    order.kind = kind
    order.resource = resource
    order.minutes = minutes
    order.urgency = urgency
    order.second = second
    order.second_minutes = second_minutes
    order.mask = mask
    order.keep = 0
    order.standing = 0
    order.then = -1
    reply.orders = n + 1
    return int(n)


@jit
def wait(plan: Plan, minutes: int) -> int:
    """Let `minutes` pass (0 or more). Returns the order's number in the plan, as the other verbs do."""
    return _order(plan, Kind.WAIT.value, -1, minutes, 0, -1, 0, 0)


@jit
def use(plan: Plan, place: int, minutes: int, urgency: int = 0, second: int = -1, second_minutes: int = 0) -> int:
    """Occupy a place for `minutes`; with `second`, another place too, held `second_minutes` longer."""
    return _order(plan, Kind.PLACE.value, place, minutes, urgency, second, second_minutes, 0)


@jit
def attend(plan: Plan, listed: int, minutes: int, urgency: int = 0, second: int = -1, second_minutes: int = 0) -> int:
    """A case of `minutes` on a list; with `second`, a place that must be free that day, held on afterwards."""
    return _order(plan, Kind.LIST.value, listed, minutes, urgency, second, second_minutes, 0)


@jit
def seek(
    plan: Plan, offer: int, mask: int, minutes: int, urgency: int = 0, second: int = -1, second_minutes: int = 0
) -> int:
    """Wait for an offer whose kind is one of the bits of `mask`; it then takes `minutes`."""
    return _order(plan, Kind.OFFER.value, offer, minutes, urgency, second, second_minutes, mask)


@jit
def keep(plan: Plan, order: int) -> None:
    """Hold this order's place after its end, until the single order that follows has been given."""
    plan.orders[order].keep = 1


@jit
def standing(plan: Plan, order: int, step: int = -1) -> None:
    """Let this order run beside the journey; when it is given, the journey goes on at `step` (-1: undisturbed)."""
    plan.orders[order].standing = 1
    plan.orders[order].then = step


@jit
def withdraw(plan: Plan, resource: int) -> None:
    """Take back the standing order at this resource: leave its queue, or free its place."""
    plan.reply[0].withdraw = resource


@jit
def then(plan: Plan, step: int, join: int = 0) -> None:
    """The step that follows, once all (`Join.ALL`) or any (`Join.ANY`) of the orders are done."""
    plan.reply[0].then = step
    plan.reply[0].join = join


@jit
def alarm(plan: Plan, minute: int) -> None:
    """When the disease next does something; `NEVER` for never."""
    plan.reply[0].alarm = minute


@jit
def note(plan: Plan, event: int, value: int = 0, why: int = -1, resource: int = -1) -> None:
    """A row for the log, written at this minute, under the step that is running."""
    reply = plan.reply[0]
    n = reply.notes
    if n >= MOST_NOTES:
        raise ValueError("more notes at once than a plan can hold")
    row = plan.notes[n]
    row.event = event
    row.resource = resource
    row.value = value
    row.why = why
    reply.notes = n + 1


@jit
def lists_as_places(plan: Plan) -> None:
    """What would be a case on a list takes a place instead, as in a hospital where nobody waits."""
    for at in range(plan.reply[0].orders):
        if plan.orders[at].kind == Kind.LIST.value:
            plan.orders[at].kind = Kind.PLACE.value


@jit
def end(plan: Plan, why: int) -> None:
    """Leave the pathway."""
    plan.reply[0].over = 1
    plan.reply[0].why = why
