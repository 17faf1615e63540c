"""The rows of a minute that is over, put in order where they stand.

    order_events(s)       those of patients: by patient, hers as they came
    order_happenings(s)   those of resources: by all their columns

Nearly every minute has few rows, and they are still at hand; so this is the cheapest moment. Many are sorted by Shell's
method, which needs no memory and does not mind how they come.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.memory import event_row_at, resource_row_at
from sim.jit import jit_merged


@jit_merged
def order_events(s: Any) -> None:
    """Rows of patients since the last page, all of one minute."""
    first = s.ordered_events
    s.ordered_events = s.events
    _order(s, True, first, s.events - first, s.events_rows - 1)


@jit_merged
def order_happenings(s: Any) -> None:
    """Rows of resources since the last page."""
    first = s.ordered_happenings
    s.ordered_happenings = s.happenings
    _order(s, False, first, s.happenings - first, s.happenings_rows - 1)


@jit_merged
def _order(s: Any, patients: bool, first: int, rows: int, spare: int) -> None:
    """So many rows of one table from the first on; where it is merged into its callers, the table is a constant.

    spare   a row that nobody uses
    """
    gap = _widest(rows) if rows > 1 else 0
    while gap > 0:
        for row in range(first + gap, first + rows):
            if _before(s, patients, row, row - gap):
                _copy(s, patients, row, spare)
                at = row
                while at - gap >= first and _before(s, patients, spare, at - gap):
                    _copy(s, patients, at - gap, at)
                    at -= gap
                _copy(s, patients, spare, at)
        gap //= 3


@jit_merged
def _before(s: Any, patients: bool, a: int, b: int) -> bool:
    return _stands_before(s, a, b) if patients else _comes_before(s, a, b)


@jit_merged
def _copy(s: Any, patients: bool, begin: int, end: int) -> None:
    if patients:
        _copy_event(s, begin, end)
    else:
        _copy_happening(s, begin, end)


@jit_merged
def _widest(rows: int) -> int:
    """The first gap: of 1, 4, 13, 40, ... the largest that is at most a third of the rows, or 1."""
    gap = 1
    while 3 * gap + 1 <= rows // 3:
        gap = 3 * gap + 1
    return gap


@jit_merged
def _stands_before(s: Any, a: int, b: int) -> bool:
    x, y = event_row_at(s, a), event_row_at(s, b)
    return bool(x.patient < y.patient or (x.patient == y.patient and x.n < y.n))


@jit_merged
def _comes_before(s: Any, a: int, b: int) -> bool:
    x, y = resource_row_at(s, a), resource_row_at(s, b)
    if x.minute != y.minute:
        return bool(x.minute < y.minute)
    if x.resource != y.resource:
        return bool(x.resource < y.resource)
    if x.event != y.event:
        return bool(x.event < y.event)
    if x.case != y.case:
        return bool(x.case < y.case)
    if x.value != y.value:
        return bool(x.value < y.value)
    return bool(x.why < y.why)


@jit_merged
def _copy_event(s: Any, begin: int, end: int) -> None:
    a, b = event_row_at(s, begin), event_row_at(s, end)
    b.patient = a.patient
    b.n = a.n
    b.minute = a.minute
    b.event = a.event
    b.step = a.step
    b.resource = a.resource
    b.value = a.value
    b.why = a.why


@jit_merged
def _copy_happening(s: Any, begin: int, end: int) -> None:
    a, b = resource_row_at(s, begin), resource_row_at(s, end)
    b.minute = a.minute
    b.resource = a.resource
    b.event = a.event
    b.case = a.case
    b.value = a.value
    b.why = a.why
