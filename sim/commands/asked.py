"""What is asked of a run's lists, worked out as `nelm explain` does; and the warnings that follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.batch import Run
    from sim.report.overload import Asked


def asked_of(done: Run) -> dict[str, Asked]:
    """What is asked of each list. A run does not show it: what can not be done waits, or goes away."""
    from sim.explain.demand import own_demand
    from sim.explain.load import asked_of_lists, loads

    return {} if done.summary is None else asked_of_lists(loads(done.scenario, own_demand(done.scenario)))


def warnings_of(done: Run) -> list[str]:
    """A sentence for each list of which more is asked than it can do, or nearly so."""
    from sim.report.answer import lists_of
    from sim.report.overload import overloaded

    if done.summary is None:
        return []
    return overloaded(lists_of(done.scenario), done.summary, len(done.numbers), asked_of(done))
