"""Lists of which more is asked than they can do, or nearly so: told at the end of a run's answer.

    overloaded(resources, summary, replications, loads)   -> a sentence for each such list, the fullest first
    Asked                                                 what is asked of a list, as a share of what is open

A queue grows without end only where more is asked than there is, so that is looked at first: the load, as `nelm
explain` works it out before a run. Below that, a list is told of only where nearly all of it is used *and* its queue
surely grew: a queue of ordinary length wavers by more than its own length. Computes no figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.measures.statistics import t_quantile
from sim.report.words import words

USED = 0.95
FEW = 5
"""Replications below which it is said that growth is hardly to be told from chance."""
LEVEL = 0.95


class Asked(NamedTuple):
    """What is asked of a list as a share of what is open, and of that with the overrun it is allowed."""

    share: float
    with_overrun: float


def overloaded(lists: Sequence[str], summary: Any, replications: int, loads: Mapping[str, Asked]) -> list[str]:
    """A sentence for each list of which too much is asked, the fullest first.

    lists          their names: how many they are is what the growth of a queue is corrected for
    summary        as `sim.measures.summarise` gives it
    replications   how many it rests on
    loads          by name of the list; a list that is not in it is judged by its use and its queue alone
    """
    rows = {(row.kpi, row.group): row for row in summary.itertuples()}
    found = []
    for name in lists:
        use, growth = rows.get((f"use.{name}.share", "all")), rows.get((f"queue.{name}.growth", "all"))
        used = use.mean if use is not None else math.nan
        asked = loads.get(name, Asked(math.nan, math.nan))
        grew = growth is not None and _grew(growth, len(lists))
        if asked.share >= 1:
            found.append((asked.share, _too_much(name, asked, used, growth)))
        elif used >= USED and grew:
            found.append((used, _nearly(name, asked, used, growth, replications)))
    return [sentence for _, sentence in sorted(found, key=lambda its: -its[0])]


def _grew(growth: Any, lists: int) -> bool:
    """Is the growth more than chance, looked at in so many lists? Of one replication the mean has to do."""
    if growth.replications < 2 or growth.sd != growth.sd:
        return bool(growth.mean > 0)
    error = growth.sd / math.sqrt(growth.replications)
    level = 1 - (1 - LEVEL) / max(lists, 1)
    return bool(growth.mean > t_quantile(int(growth.replications) - 1, level) * error)


def _too_much(name: str, asked: Asked, used: float, growth: Any) -> str:
    load = "it is never open" if asked.share == math.inf else f"{_percent(asked.share)} of its opening time"
    if asked.share > asked.with_overrun:
        load += f", {_percent(asked.with_overrun)} with the overrun it is allowed"
    said = f"{words(name)}: more is asked than there is: {load}"
    if asked.with_overrun < 1:
        said = f"{words(name)}: more is asked than is open, and only overrun keeps up: {load}"
    facts = [f"{_percent(used)} used"] if used == used else []
    if growth is not None and growth.mean == growth.mean:
        facts.append(_queue(growth.mean))
    return "; ".join([said, *facts, "figures that hang on it say little."])


def _nearly(name: str, asked: Asked, used: float, growth: Any, replications: int) -> str:
    load = f"; {_percent(asked.share)} of its opening time is asked for" if asked.share == asked.share else ""
    said = f"{words(name)}: nearly all of it is used, {_percent(used)}, and {_queue(growth.mean)}{load}"
    if replications < FEW:
        runs = "1 replication" if replications == 1 else f"{replications} replications"
        return f"{said}; with {runs} growth is hardly to be told from chance."
    return f"{said}; its waits may still be growing."


def _queue(growth: float) -> str:
    if round(growth) == 0:
        return "its queue stayed as it was"
    return f"its queue {'grew' if growth > 0 else 'fell'} by {abs(growth):.0f} people over the measured years"


def _percent(share: float) -> str:
    return "more than all" if share == math.inf else f"{share * 100:.0f} %"
