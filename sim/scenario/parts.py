"""What the parts of a scenario share: being fixed, having a name, coming in lists.

    Part, Named            any part; one that is found by its name in a list
    LISTED, ORDERED        for fields that hold named items: read from a list, put in order of name
    NAMED_LISTS            the keys whose lists go by name
    refuse_backwards, refuse_two_on_a_day     what such items may not say

Knows nothing of what the parts mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sim.scenario.words import Name, wrong

NAMED_LISTS = ("sittings", "initiatives", "closures", "changes", "competing", "people", "leave")


class Part(BaseModel):
    """Any part of a scenario: fixed once made, and with no keys but its own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Named(Part):
    """An item of a list that is found by its name, so that the order of the list never matters."""

    name: Name = Field(description="a name, by which a change can find it")


def _read_list(typed: Any) -> Any:
    if not isinstance(typed, list):
        raise wrong("a list of items, each with a name", "begin each item with `- name: ...`, or leave the key out")
    return tuple(typed)


def _in_order_of_name(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


LISTED = BeforeValidator(_read_list)
ORDERED = AfterValidator(_in_order_of_name)


def refuse_backwards(first: date, until: date) -> None:
    """What begins after it ends is refused."""
    if first > until:
        raise wrong("an `until` on or after `from`", found=f"from {first} until {until}")


def refuse_two_on_a_day(days: Iterable[date], expected: str) -> None:
    """Two changes on one day would leave it to the order of names which of them holds."""
    listed = sorted(days)
    for day, following in pairwise(listed):
        if day == following:
            raise wrong(expected, found=f"two changes on {day}")
