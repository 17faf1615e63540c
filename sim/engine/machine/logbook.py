"""The rows of the two logs, as they come.

    patient_row, row       a row of a patient: about her, or about an order of hers
    resource_row           a row of a resource
    changes                the occupancy of a place changes in this minute
    turn_page, close       a minute, or the run, is over: the last occupancies are written

Patients' rows come in order of minute; of competing cases and of sittings some are written before their minute.
Whoever takes the rows away sorts them inside the minute.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.memory import case_at, event_row_at, person_at, resource_at, resource_row_at
from sim.jit import jit, jit_inside
from sim.log import Happening

OCCUPIED = int(Happening.OCCUPIED)


@jit_inside
def patient_row(s: Any, person: int, event: int, step: int, resource: int, value: int, why: int) -> None:
    """A row of a patient, of this minute."""
    p = person_at(s, person)
    s.written += 1
    if s.logging:
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
    """A row of a resource, of any minute that is not over."""
    s.written += 1
    if s.logging:
        row = resource_row_at(s, s.happenings)
        s.happenings += 1
        row.minute = minute
        row.resource = resource
        row.event = happening
        row.case = case
        row.value = value
        row.why = why


@jit_inside
def tell_other(s: Any, case: int, minute: int, happening: int, value: int, why: int) -> None:
    """A row about a competing case."""
    c = case_at(s, case)
    resource_row(s, minute, c.target, happening, c.number, value, why)


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
    """The last occupancies, at the horizon."""
    turn_page(s)
