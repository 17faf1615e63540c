"""What a pathway can ask that cannot be, by number: a machine notes the number, and the words are made here.

    Trouble            the numbers
    complaint(...)     the words of what is wrong with an order
    sentence(...)      the words of what is wrong with a reply

Both engines say the same: the SimPy engine speaks these sentences too.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from sim.engine.hospital import Resource, longest_case
from sim.engine.rules import MOST_AT_ONCE
from sim.steps import Kind


class Trouble(IntEnum):
    """What is wrong."""

    NONE = 0
    # with an order
    NO_SUCH_RESOURCE = 1
    NEGATIVE = 2
    FOR_EVER = 3
    KEEP = 4
    CANNOT_STAND = 5
    OTHER_KIND = 6
    SECOND = 7
    TOO_LONG = 8
    STANDS_TWICE = 9
    # with a reply
    IN_CIRCLES = 20
    STEP_RINGS = 21
    ENDS_AND_ORDERS = 22
    ALARM_ACTS = 23
    ALARM_WITHOUT_STEP = 24
    NO_STEP_FOLLOWS = 25
    NOTHING_FOLLOWS = 26
    # with what has been ordered
    TWICE_INSIDE = 30
    RING = 31


def complaint(trouble: int, order: Any, resources: Sequence[Resource]) -> str:
    """Why an order cannot be carried out.

    order   with the fields of `steps.ORDER`
    """
    if trouble == Trouble.NO_SUCH_RESOURCE:
        asked = (order.resource,) * (order.kind != Kind.WAIT) + (order.second,) * (order.second != -1)
        number = next(number for number in asked if not 0 <= number < len(resources))
        known = ", ".join(f"{resource.name} ({i})" for i, resource in enumerate(resources))
        return f"the pathway asks for resource {number}, which this hospital does not have. It has: {known}"
    if trouble == Trouble.NEGATIVE:
        return (
            f"an order has minutes {order.minutes}, second_minutes {order.second_minutes}, urgency "
            f"{order.urgency}; all must be 0 or more"
        )
    if trouble == Trouble.FOR_EVER:
        return "an order lasts for ever, which only a standing order of a place can"
    if trouble == Trouble.KEEP:
        return "`keep` is for a place ordered alone, and without a second place"
    if trouble == Trouble.CANNOT_STAND:
        return f"a standing order asks for a {Kind(order.kind).name.lower()}; only places and offers can stand"
    resource = resources[order.resource]
    if trouble == Trouble.OTHER_KIND:
        asked_for, known = Kind(order.kind).name.lower(), resource.kind.name.lower()
        return f"the pathway asks for {resource.name} as a {asked_for}, but it is a {known}"
    if trouble == Trouble.SECOND:
        return f"the second resource, {resources[order.second].name}, must be a place, and not the first"
    if trouble == Trouble.TOO_LONG:
        longest = longest_case(resource)
        return (
            f"a case of {order.minutes} minutes is asked for on {resource.name}, whose longest sitting takes "
            f"{longest}; it would wait for ever. Give the list a longer sitting, or the case fewer minutes"
        )
    assert trouble == Trouble.STANDS_TWICE
    return f"a second standing order at {resource.name}; withdraw the first"


def sentence(trouble: int, orders: int = 0) -> str:
    """What is wrong with a reply; of one that ends and orders, how many it orders."""
    return {
        Trouble.IN_CIRCLES: f"more than {MOST_AT_ONCE} steps and alarms in one minute; the pathway goes in circles",
        Trouble.STEP_RINGS: ("a step answers with `ring`, which only an alarm may; a death is `end` with ring DEATH"),
        Trouble.ENDS_AND_ORDERS: f"the pathway ends, but also places {orders} orders; it can do only one",
        Trouble.ALARM_ACTS: ("an alarm places orders or ends the pathway; it can only redirect to a step that does"),
        Trouble.ALARM_WITHOUT_STEP: "the alarm redirects, but names no step; set `then`",
        Trouble.NO_STEP_FOLLOWS: "the pathway places orders, but names no step that follows; set `then`",
        Trouble.NOTHING_FOLLOWS: (
            "the pathway neither orders anything nor ends, and no alarm will ring: nothing follows"
        ),
    }[Trouble(trouble)]


def twice_inside(whereabouts: str, place: str) -> str:
    """Somebody is given a second place of one kind."""
    return (
        f"{whereabouts}: is given a second place of {place}, though what she "
        "has the first for is not over. Let the pathway wait for its end, or withdraw it first"
    )


def ring_found(when: str, members: Sequence[tuple[int, str, str]]) -> str:
    """Patients wait for each other's places: number of each, what she keeps and what she waits for."""
    who = "; ".join(f"patient {number} keeps {kept} and waits for {awaited}" for number, kept, awaited in members)
    return (
        f"{when}: patients wait for each other's places: {who}. "
        "Give one of the places more room, let the pathway keep none of them, or set `rings` to report or swap"
    )
