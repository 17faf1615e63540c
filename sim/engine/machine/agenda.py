"""What is due, by minute and rank: a wheel of days, and a heap for the day that has come.

    put(s, minute, rank, serial, act, subject)   -> the due's number, NONE where its minute never comes
    cancel(s, due)                               what was to happen does not
    next_key(s)                                  minute and rank of the first entry of this day's heap
    pop(s)                                       takes it out -> the due's number, NONE where it was cancelled
    next_day(s)                                  the next day's dues are sorted into the heap

A due of a later day lies in that day's list, unsorted, where it is put and taken back at no cost however many there
are; only those of the day are sorted. What is due in the same minute with the same rank goes by serial number, which
decides between the orders of one patient; patients do not meet there.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.memory import day_at, due_at, heap_at
from sim.engine.machine.records import NONE
from sim.jit import jit_inside, jit_merged
from sim.units import DAY

IN_WHEEL, IN_HEAP = 1, 2
NOTHING, FINISH, CALL, WAITED, SECOND_OVER, ALARM, COMPETING, OFFER, BEGIN_OTHER = range(9)
"""What is due: nothing any more; the end of a use, a turn on a list, the end of a wait, of a second place; an alarm;
a competing case, an offer."""

RANK_BITS = 9
DUE_BITS = 31
LATE = 1 << 62


@jit_inside
def put(s: Any, minute: int, rank: int, serial: int, act: int, subject: int) -> int:
    """Something is due at a minute, now or later; at the horizon and from then on nothing is."""
    if minute >= s.ends:
        return NONE
    due = s.free_due
    if due >= 0:
        s.free_due = due_at(s, due).after
    else:
        due = s.top_due
        s.top_due += 1
    s.dues += 1
    d = due_at(s, due)
    d.minute = minute
    d.rank = rank
    d.serial = serial
    d.act = act
    d.subject = subject
    if minute << RANK_BITS < s.tomorrow:
        _push(s, due)
    else:
        _file(s, due)
    return int(due)


@jit_merged
def _file(s: Any, due: int) -> None:
    """Into the list of its day, or of days that the wheel does not reach yet."""
    d = due_at(s, due)
    day = d.minute // DAY
    d.where = IN_WHEEL
    d.before = NONE
    if day - s.day < s.wheel_rows:
        d.after = day_at(s, day & (s.wheel_rows - 1)).due
        day_at(s, day & (s.wheel_rows - 1)).due = due
    else:
        d.after = s.far
        s.far = due
    if d.after >= 0:
        due_at(s, d.after).before = due


@jit_inside
def cancel(s: Any, due: int) -> None:
    """What was to happen does not; nor does NONE. In the heap it stays as an empty entry until its minute."""
    if due < 0:
        return
    d = due_at(s, due)
    if d.where == IN_HEAP:
        d.act = NOTHING
        return
    if d.before >= 0:
        due_at(s, d.before).after = d.after
    elif s.far == due:
        s.far = d.after
    else:
        day_at(s, d.minute // DAY & (s.wheel_rows - 1)).due = d.after
    if d.after >= 0:
        due_at(s, d.after).before = d.before
    release(s, due)


@jit_inside
def release(s: Any, due: int) -> None:
    """The row is free."""
    due_at(s, due).after = s.free_due
    s.free_due = due
    s.dues -= 1


@jit_inside
def _sooner(entry: Any, first: int, second: int) -> bool:
    """Whether an entry of the heap comes before one with these numbers."""
    return bool(entry.first < first or (entry.first == first and entry.second < second))


@jit_merged
def _push(s: Any, due: int) -> None:
    d = due_at(s, due)
    d.where = IN_HEAP
    first = d.minute << RANK_BITS | d.rank
    second = d.serial << DUE_BITS | due
    at = s.heap
    s.heap += 1
    while at > 0:
        above = (at - 1) >> 1
        if _sooner(heap_at(s, above), first, second):
            break
        heap_at(s, at).first = heap_at(s, above).first
        heap_at(s, at).second = heap_at(s, above).second
        at = above
    heap_at(s, at).first = first
    heap_at(s, at).second = second


@jit_merged
def next_key(s: Any) -> int:
    """Minute and rank of what is first in this day's heap."""
    return heap_at(s, 0).first if s.heap > 0 else LATE


@jit_merged
def pop(s: Any) -> int:
    """Take out what is first. The due's row is still there; NONE if it was cancelled."""
    due = heap_at(s, 0).second & ((1 << DUE_BITS) - 1)
    s.heap -= 1
    size = s.heap
    first, second = heap_at(s, size).first, heap_at(s, size).second
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and _sooner(heap_at(s, other), heap_at(s, below).first, heap_at(s, below).second):
            below = other
        if not _sooner(heap_at(s, below), first, second):
            break
        heap_at(s, at).first = heap_at(s, below).first
        heap_at(s, at).second = heap_at(s, below).second
        at = below
    heap_at(s, at).first = first
    heap_at(s, at).second = second
    if due_at(s, due).act == NOTHING:
        release(s, due)
        return NONE
    return int(due)


@jit_merged
def next_day(s: Any) -> None:
    """The next day has come, and what is due in it."""
    s.day += 1
    s.tomorrow = (s.day + 1) * DAY << RANK_BITS
    size = s.wheel_rows
    if s.far >= 0 and s.day & (size // 2 - 1 if size > 1 else 0) == 0:
        _reach_further(s)
    due = day_at(s, s.day & (size - 1)).due
    day_at(s, s.day & (size - 1)).due = NONE
    while due >= 0:
        following = due_at(s, due).after
        _push(s, due)
        due = following


@jit_merged
def _reach_further(s: Any) -> None:
    """What the wheel reaches by now is filed by its day."""
    due = s.far
    s.far = NONE
    while due >= 0:
        following = due_at(s, due).after
        _file(s, due)
        due = following
