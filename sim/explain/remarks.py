"""What is allowed in a scenario, and yet most likely a slip or trouble to come.

    remarks(scenario, say)   a sentence each: nobody comes, much more than the base has, more asked than there is

What can not be is refused when a scenario is read, see `sim.scenario.check`; a remark stops nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.errors import InputError
from sim.explain.demand import own_demand
from sim.explain.load import FULL, loads
from sim.explain.whole import warning_in_words
from sim.report.words import words
from sim.scenario import ListResource, Scenario, read_scenario

TIMES = 10
"""A list that is so many times as long as in the base is remarked on: a zero too many looks like that."""


def remarks(
    scenario: Scenario, with_load: bool = True, say: Callable[[str], object] = lambda sentence: None
) -> list[str]:
    """What to say about a scenario that is right.

    with_load   also where more is asked than there is, for which patients walk through the pathway once
    say         called with a sentence where it will take a while
    """
    found = [*_nobody(scenario), *_much_longer(scenario)]
    if with_load:
        asked = loads(scenario, own_demand(scenario, say))
        # who waits for an offer leaves its list again: that more wait than offers come is no slip
        hard = [load for load in asked if load.share >= FULL and load.kind != "offer"]
        found += [warning_in_words(load) for load in sorted(hard, key=lambda load: -load.share)]
    return found


def _nobody(scenario: Scenario) -> Iterator[str]:
    if not scenario.arrivals_expected():
        yield "Nobody comes: the rate of arrivals is 0."


def _much_longer(scenario: Scenario) -> Iterator[str]:
    """Lists with many times the minutes a week that they have in the file this one is based on."""
    files = list(scenario.typed)
    if len(files) < 2:
        return
    try:
        base = read_scenario(files[-1])
    except InputError:  # it is no scenario by itself
        return
    for name, its in scenario.resources.items():
        there = base.resources.get(name)
        if isinstance(its, ListResource) and isinstance(there, ListResource):
            now, before = _minutes_a_week(its), _minutes_a_week(there)
            if before and now > TIMES * before:
                yield f"{words(name)}: {now:,.0f} minutes a week, {now / before:.0f} times those of the base."


def _minutes_a_week(its: ListResource) -> float:
    return sum(len(line.days) * line.rooms * line.minutes / line.every for line in its.sittings)
