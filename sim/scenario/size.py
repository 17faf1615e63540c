"""How large a run may be: what is far beyond any centre is a slip of the pen, and would only fill memory and time.

    too_large(sections, tree, note)   notes what a scenario has too much of

Ten million new patients are more than all the people of the Earth would give in the twenty-two years of the reference
centre; runs of a hundred thousand have been tried. Nothing here depends on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from sim.intensity import Intensity
from sim.reading import Node, Steps
from sim.scenario.demand import Disease
from sim.scenario.lines import Note
from sim.scenario.model import ListResource, OfferResource, Run
from sim.scenario.rates import arrivals_vary, competing_varies
from sim.units import YEAR

MOST_PATIENTS = 10_000_000
MOST_CASES = 100_000_000
MOST_OFFERS = 10_000_000
MOST_SITTINGS = 2_000_000

_Amount = tuple[float, Steps]  # how many, and where that was typed


def too_large(sections: Mapping[str, Any], tree: Node, note: Note) -> None:
    """Note new patients, competing cases, offers and sittings of which a run would have too many.

    sections   the resolved sections, all of them right by themselves
    tree       where they were typed
    """
    run, resources = sections["run"], sections["resources"]
    arrivals = sections["arrivals"]
    patients = _expected(arrivals.rate, run, partial(arrivals_vary, arrivals, run))
    cases: list[_Amount] = []
    offers: list[_Amount] = []
    sittings: list[_Amount] = []
    for name, its in resources.items():
        if isinstance(its, OfferResource):
            offers.append((its.rate * run.ends / YEAR, ("resources", name, "rate")))
        else:
            cases += _cases(name, its, sections, tree)
        if isinstance(its, ListResource):
            sittings += _sittings(name, its, run, tree)
    for found, most, what in (
        ([(patients, ("arrivals", "rate"))], MOST_PATIENTS, "new patients"),
        (cases, MOST_CASES, "competing cases"),
        (offers, MOST_OFFERS, "offers"),
        (sittings, MOST_SITTINGS, "sittings"),
    ):
        total = sum(number for number, _ in found)
        if total > most:
            _, steps = max(found, key=lambda one: one[0])
            said = f"about {total:,.0f} {what}" if total < 1e15 else f"more {what} than can be counted"
            expected = f"at most {most:,} {what} in the whole run"
            note(steps, expected, "write a lower rate or fewer rooms, let it grow less, or shorten the run", said)


def _expected(rate: float, run: Run, varies: Callable[[], Intensity]) -> float:
    """How many are to be expected in the whole run; infinite where a trend leads beyond all numbers."""
    try:
        return rate * varies().cumulative(run.ends) / YEAR if rate else 0.0
    except OverflowError:
        return math.inf


def _cases(name: str, its: Any, sections: Mapping[str, Any], tree: Node) -> Iterator[_Amount]:
    run, as_stated = sections["run"], Disease.model_validate({})
    for stream in its.competing:
        disease = sections["diseases"].get(stream.of, as_stated)
        number = _expected(stream.rate, run, partial(competing_varies, stream, disease, run))
        yield number, _item(tree, ("resources", name, "competing"), stream.name, "rate")


def _sittings(name: str, its: ListResource, run: Run, tree: Node) -> Iterator[_Amount]:
    last = run.start + timedelta(days=run.days)
    for key, lines in (("sittings", its.sittings), ("initiatives", its.initiatives)):
        for line in lines:
            steps = ("resources", name, key)
            weeks = max((min(line.until, last) - max(line.first, run.start)).days, 0) / 7 + 1  # days of a week
            yield len(line.days) * line.rooms / line.every * weeks, _item(tree, steps, line.name, "rooms")


def _item(tree: Node, steps: Steps, name: str, key: str) -> Steps:
    """The way to a key of a named item; to the item where the key was left out."""
    items = tree.at(steps).value
    at = next(number for number, item in enumerate(items) if item.get("name") == name)
    whole = (*steps, at, key)
    return whole if tree.has(whole) else (*steps, at)
