"""Passes over columns that look at one row after the other, compiled where they can be.

    following(starts, stops, ...)     the next stop of the same patient after each start
    visits(group, slot, joins, ...)   rows at which somebody begins to wait, and those that end it
    most_at_once(starts, ends, ...)   the most who were there at once
    steps(times, kinds, causes)       shares by the cause that came first, time by time
    parted(table, ...)                rows of the resources' log, as far as figures need them

What they mean is told where they are used. They stand together because compiled code is kept under a name that depends
on this file (`sim.jit`): a change of any other file of the measures compiles nothing anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.log import RESOURCE_COLUMNS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MINUTE, RESOURCE, EVENT, CASE, VALUE, WHY = range(len(RESOURCE_COLUMNS))


@jit
def following(starts: Ints, stops: Ints, who: Ints, minute: Ints, later: bool) -> Ints:
    """For each start the next stop of the same patient, or the number of rows; all are positions, in rising order.

    who, minute   (rows,)
    later         only stops of a later minute count
    """
    never = len(who)
    found = np.empty(len(starts), np.int64)
    at = 0
    for i in range(len(starts)):
        start = starts[i]
        its, then = who[start], minute[start]
        while at < len(stops) and (
            stops[at] <= start or (later and who[stops[at]] == its and minute[stops[at]] <= then)
        ):
            at += 1
        found[i] = stops[at] if at < len(stops) and who[stops[at]] == its else never
    return found


@jit
def visits(group: Ints, slot: Ints, joins: Bools, slots: int) -> tuple[Ints, Ints]:
    """Rows at which visits begin, and the rows that end them (-1 where none does).

    group   (n,) the same number for rows of one person, which stand together in order of time
    slot    (n,) where she waits, from 0 to `slots`
    joins   (n,) whether a row puts the person into the queue (or says that she is still in it), or ends the wait
    """
    begins, ends = np.empty(len(group), np.int64), np.full(len(group), -1, np.int64)
    waiting = np.full(slots, -1, np.int64)  # the visit that she is on
    count = 0
    for row in range(len(group)):
        if row > 0 and group[row] != group[row - 1]:
            waiting[:] = -1
        its = slot[row]
        if joins[row] and waiting[its] < 0:
            begins[count] = row
            waiting[its] = count
            count += 1
        elif not joins[row] and waiting[its] >= 0:
            ends[waiting[its]] = row
            waiting[its] = -1
    return begins[:count].copy(), ends[:count].copy()


@jit
def most_at_once(starts: Ints, ends: Ints, first: int, last: int) -> int:
    """The most at once from `first` to before `last`. Who leaves in a minute is gone before who comes in it.

    starts, ends   (n,) minutes, each in rising order
    """
    joined, left = np.searchsorted(starts, first), np.searchsorted(ends, first)
    most = joined - np.searchsorted(ends, first, side="right")
    while (joined < len(starts) and starts[joined] < last) or (left < len(ends) and ends[left] < last):
        if left < len(ends) and (joined >= len(starts) or ends[left] <= starts[joined]):
            left += 1
        else:
            joined += 1
        most = max(most, joined - left)
    return int(most)


@jit
def steps(times: Floats, kinds: Ints, causes: int) -> tuple[Floats, Floats, Floats, Floats]:
    """`time, at_risk, free, incidence` of the curves, as `sim.measures.statistics.Curves` has them.

    times, kinds   (n,) times in rising order, each with the cause that ended it, 0 none
    """
    n = len(times)
    step, at_risk, free = np.empty(n), np.empty(n), np.empty(n)
    incidence = np.zeros((causes, n))
    counts, reached = np.zeros(causes + 1), np.zeros(causes)
    k, i, stay = 0, 0, 1.0
    while i < n:
        step[k], at_risk[k] = times[i], n - i
        counts[:] = 0.0
        while i < n and times[i] == step[k]:
            counts[kinds[i]] += 1.0
            i += 1
        before = stay
        events = 0.0
        for cause in range(1, causes + 1):
            events += counts[cause]
            reached[cause - 1] += before * counts[cause] / at_risk[k]
            incidence[cause - 1, k] = reached[cause - 1]
        stay *= (at_risk[k] - events) / at_risk[k]
        free[k] = stay
        k += 1
    return step[:k].copy(), at_risk[:k].copy(), free[:k].copy(), incidence[:, :k].copy()


@jit
def parted(table: Ints, kept: Bools, queued: Bools, happenings: int) -> Any:
    """Of some rows what is kept: `resource, happening` as one number, `minute, value, why`; and the columns of `Cases`.

    kept, queued   which happenings are told by the one and by the other
    """
    picked, waiting = 0, 0
    for row in range(len(table)):
        picked += kept[table[row, EVENT]]
        waiting += queued[table[row, EVENT]]
    key, minute, value = np.empty(picked, np.int16), np.empty(picked, np.int64), np.empty(picked, np.int64)
    why = np.empty(picked, np.int16)
    case_minute, case = np.empty(waiting, np.int64), np.empty(waiting, np.int64)
    resource, event = np.empty(waiting, np.int16), np.empty(waiting, np.int16)
    i, j = 0, 0
    for row in range(len(table)):
        its = table[row]
        if kept[its[EVENT]]:
            key[i] = its[RESOURCE] * happenings + its[EVENT]
            minute[i], value[i], why[i] = its[MINUTE], its[VALUE], its[WHY]
            i += 1
        if queued[its[EVENT]]:
            case_minute[j], case[j] = its[MINUTE], its[CASE]
            resource[j], event[j] = its[RESOURCE], its[EVENT]
            j += 1
    return key, minute, value, why, case_minute, resource, event, case
