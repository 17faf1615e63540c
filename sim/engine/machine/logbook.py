"""The rows of the two logs, as they come.

    patient_row, row       a row of a patient: about her, or about an order of hers
    resource_row           a row of a resource
    write_later            one whose minute will come; `write_until` writes those whose minute has come
    changes                the occupancy of a place changes in this minute
    turn_page, close       a minute, or the run, is over: the last occupancies are written

Rows come in order of minute; of competing cases and of sittings some are known before their minute, and wait for it.
Whoever takes the rows away sorts them inside the minute.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.memory import case_at, event_row_at, later_at, person_at, resource_at, resource_row_at
from sim.jit import jit, jit_inside
from sim.log import Happening

OCCUPIED = int(Happening.OCCUPIED)


@jit_inside
def patient_row(s: Any, person: int, event: int, step: int, resource: int, value: int, why: int) -> None:
    """A row of a patient, of this minute."""
    p = person_at(s, person)
    s.written += 1
    row = event_row_at(s, s.events)
    s.events += 1
    row.patient = p.number
    row.n = p.rows
    row.minute = s.now
    row.event = event
    row.step = step
    row.resource = resource
    row.value = value
    row.why = why
    p.rows += 1


@jit_inside
def tell(s: Any, case: int, event: int, value: int, why: int) -> None:
    """A row about an order of a patient, under the step that placed it."""
    c = case_at(s, case)
    patient_row(s, c.person, event, c.step, c.target, value, why)


@jit_inside
def resource_row(s: Any, minute: int, resource: int, happening: int, case: int, value: int, why: int) -> None:
    """A row of a resource, of this minute or of those that are written late."""
    s.written += 1
    row = resource_row_at(s, s.happenings)
    s.happenings += 1
    row.minute = minute
    row.resource = resource
    row.event = happening
    row.case = case
    row.value = value
    row.why = why


@jit_inside
def write_later(s: Any, minute: int, resource: int, happening: int, case: int, value: int, why: int) -> None:
    """A row of a resource whose minute will come, unless it lies beyond the horizon. It waits in a heap by minute."""
    if minute >= s.ends:
        return
    at = s.later
    s.later += 1
    while at > 0 and later_at(s, (at - 1) >> 1).minute > minute:
        _copy(s, (at - 1) >> 1, at)
        at = (at - 1) >> 1
    row = later_at(s, at)
    row.minute = minute
    row.resource = resource
    row.event = happening
    row.case = case
    row.value = value
    row.why = why


@jit_inside
def _copy(s: Any, begin: int, end: int) -> None:
    a, b = later_at(s, begin), later_at(s, end)
    b.minute = a.minute
    b.resource = a.resource
    b.event = a.event
    b.case = a.case
    b.value = a.value
    b.why = a.why


@jit_inside
def write_until(s: Any, minute: int) -> None:
    """Rows that waited for their minute, up to this one."""
    while s.later > 0 and later_at(s, 0).minute <= minute:
        row = later_at(s, 0)
        resource_row(s, row.minute, row.resource, row.event, row.case, row.value, row.why)
        s.later -= 1
        last = s.later
        at = 0
        while True:
            below = 2 * at + 1
            if below >= last:
                break
            if below + 1 < last and later_at(s, below + 1).minute < later_at(s, below).minute:
                below += 1
            if later_at(s, below).minute >= later_at(s, last).minute:
                break
            _copy(s, below, at)
            at = below
        _copy(s, last, at)


@jit_inside
def tell_other(s: Any, case: int, happening: int, value: int, why: int) -> None:
    """A row about a competing case."""
    c = case_at(s, case)
    resource_row(s, s.now, c.target, happening, c.number, value, why)


@jit_inside
def changes(s: Any, place: int, by: int) -> None:
    """So many more, or fewer, of a kind of place are in use."""
    r = resource_at(s, place)
    r.taken += by
    r.has_changed = 1
    s.changed = 1


@jit_inside
def turn_page(s: Any) -> None:
    """The minute is over: what is in use of each kind of place is written, where it is not what was written last."""
    if s.changed == 0:
        return
    s.changed = 0
    place = s.first_place
    while place >= 0:
        r = resource_at(s, place)
        if r.has_changed:
            r.has_changed = 0
            if r.taken != r.logged:
                r.logged = r.taken
                resource_row(s, s.now, place, OCCUPIED, -1, r.taken, -1)
        place = r.next


@jit
def close(s: Any) -> None:
    """The last occupancies, and all rows that waited, at the horizon."""
    turn_page(s)
    write_until(s, s.ends)
