"""The rows of the two logs, as they come.

    patient_row, row       a row of a patient: about her, or about an order of hers
    resource_row           a row of a resource
    write_later            one whose minute will come
    changes                the occupancy of a place changes in this minute
    turn_page, close       a minute, or the run, is over: its last rows are written, and all put in order

Rows come in order of minute; of competing cases and of sittings some are known before their minute, and wait for it.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.memory import (
    case_at,
    event_row_at,
    later_at,
    person_at,
    resource_at,
    resource_row_at,
    waiting_row_at,
)
from sim.engine.machine.pages import order_events, order_happenings
from sim.jit import jit, jit_inside, jit_merged
from sim.log import Happening

OCCUPIED = int(Happening.OCCUPIED)
PLACE_BITS = 31


@jit_inside
def patient_row(s: Any, person: int, event: int, step: int, resource: int, value: int, why: int) -> None:
    """A row of a patient, of this minute."""
    p = person_at(s, person)
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
    place = s.free_waiting
    if place >= 0:
        s.free_waiting = waiting_row_at(s, place).minute
    else:
        place = s.top_waiting
        s.top_waiting += 1
    row = waiting_row_at(s, place)
    row.minute = minute
    row.resource = resource
    row.event = happening
    row.case = case
    row.value = value
    row.why = why
    key = minute << PLACE_BITS | place
    at = s.later
    s.later += 1
    while at > 0 and later_at(s, (at - 1) >> 1).key > key:
        later_at(s, at).key = later_at(s, (at - 1) >> 1).key
        at = (at - 1) >> 1
    later_at(s, at).key = key


@jit_merged
def _write_until(s: Any, minute: int) -> None:
    """Rows that waited for their minute, up to this one."""
    while s.later > 0 and later_at(s, 0).key < (minute + 1) << PLACE_BITS:
        place = later_at(s, 0).key & ((1 << PLACE_BITS) - 1)
        row = waiting_row_at(s, place)
        resource_row(s, row.minute, row.resource, row.event, row.case, row.value, row.why)
        row.minute = s.free_waiting
        s.free_waiting = place
        s.later -= 1
        _settle(s, later_at(s, s.later).key)


@jit_merged
def _settle(s: Any, key: int) -> None:
    """The first of the heap is gone; a key takes its way down to where it belongs."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= s.later:
            break
        if below + 1 < s.later and later_at(s, below + 1).key < later_at(s, below).key:
            below += 1
        if later_at(s, below).key >= key:
            break
        later_at(s, at).key = later_at(s, below).key
        at = below
    later_at(s, at).key = key


@jit_inside
def tell_other(s: Any, case: int, happening: int, value: int, why: int) -> None:
    """A row about a competing case."""
    c = case_at(s, case)
    resource_row(s, s.now, c.target, happening, c.number, value, why)


@jit_merged
def changes(s: Any, place: int, by: int) -> None:
    """So many more, or fewer, of a kind of place are in use."""
    r = resource_at(s, place)
    r.taken += by
    r.has_changed = 1
    s.changed = 1


@jit_merged
def _write_occupancies(s: Any) -> None:
    """What is in use of each kind of place, where it is not what was written last."""
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


@jit_merged
def turn_page(s: Any, minute: int) -> None:
    """The minute is over, and all those before another: their rows are complete, and put in order."""
    if s.changed:
        _write_occupancies(s)
    _write_until(s, minute - 1)
    order_events(s)
    order_happenings(s)
    s.now = minute
    _write_until(s, minute)


@jit
def close(s: Any) -> None:
    """The last rows, at the horizon."""
    turn_page(s, s.ends)
