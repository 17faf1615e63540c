"""Who waits for what, in queue order.

    join(s, case)                        into the queue of its resource
    take_out(s, case)                    out of it
    head(s, resource)                    the first of the whole queue
    follows(s, class, cursor, ...)       the first after a case that asks for no more than there is
    earlier(s, a, b)                     the order of every queue

A queue is kept in classes: cases that need the same second place, own and competing ones apart. Each class is a line in
queue order: the first of it, who comes behind the last and who leaves are at hand. Where somebody comes before others,
or neither the first nor one of the few behind her may be served, a tree is planted over the line: a treap ordered by
the queue's key, which also knows the fewest minutes and the kinds of offers asked for below each case, and stands until
the line is empty. So nobody is looked at who could not be served anyway, and no queue is walked through, however long.
"""

from __future__ import annotations

from typing import Any

from sim.draws import uniform
from sim.engine.machine.memory import case_at, class_at, resource_at
from sim.engine.machine.records import NONE
from sim.engine.rules import Question, visit
from sim.jit import jit_inside, jit_merged

TIE = int(Question.TIE)
ANY_MINUTES = (1 << 63) - 1
ANY_KIND = -1
FEW = 4  # of a line that are looked at before a tree is planted over it


@jit_inside
def _tie(s: Any, case: int) -> float:
    """The tie-break of a case's present visit to its queue, drawn when it is first asked for: few have a tie."""
    c = case_at(s, case)
    if c.tie < 0:
        c.tie = uniform(s.key, c.number, TIE, visit(c.serial, c.missed))
    return c.tie


@jit_inside
def earlier(s: Any, a: int, b: int) -> bool:
    """Whether case a stands before case b: by urgency, minute of joining, tie-break, number, serial number."""
    x, y = case_at(s, a), case_at(s, b)
    if x.urgency != y.urgency:
        return x.urgency < y.urgency
    if x.joined != y.joined:
        return x.joined < y.joined
    tie, other = _tie(s, a), _tie(s, b)
    if tie != other:
        return tie < other
    if x.number != y.number:
        return x.number < y.number
    return x.serial < y.serial


@jit_inside
def _class_of(s: Any, case: int) -> int:
    c = case_at(s, case)
    other = 1 if c.person < 0 else 0
    r = resource_at(s, c.target)
    it = r.first_class
    while it >= 0:
        if class_at(s, it).other == other and class_at(s, it).second == c.second:
            return int(it)
        it = class_at(s, it).next
    new = s.classes
    s.classes += 1
    q = class_at(s, new)
    q.resource = c.target
    q.other = other
    q.second = c.second
    q.root = NONE
    q.head = NONE
    q.tail = NONE
    q.planted = 0
    q.next = r.first_class
    r.first_class = new
    return int(new)


@jit_inside
def _sum_up(s: Any, case: int) -> bool:
    """What is asked for at least, here and below; returns whether it is not what it was."""
    c = case_at(s, case)
    least, masks = c.minutes, c.mask
    if c.left >= 0:
        least = min(least, case_at(s, c.left).least)
        masks |= case_at(s, c.left).masks
    if c.right >= 0:
        least = min(least, case_at(s, c.right).least)
        masks |= case_at(s, c.right).masks
    if least == c.least and masks == c.masks:
        return False
    c.least = least
    c.masks = masks
    return True


@jit_merged
def _hang(s: Any, q: int, above: int, old: int, new: int) -> None:
    """Below `above`, or at the root, `new` takes the place of `old`."""
    if above < 0:
        class_at(s, q).root = new
    elif case_at(s, above).left == old:
        case_at(s, above).left = new
    else:
        case_at(s, above).right = new
    if new >= 0:
        case_at(s, new).above = above


@jit_merged
def _lift(s: Any, q: int, case: int) -> None:
    """The case changes places with the one above it."""
    c = case_at(s, case)
    above = c.above
    a = case_at(s, above)
    _hang(s, q, a.above, above, case)
    if a.left == case:
        a.left = c.right
        if c.right >= 0:
            case_at(s, c.right).above = above
        c.right = above
    else:
        a.right = c.left
        if c.left >= 0:
            case_at(s, c.left).above = above
        c.left = above
    a.above = case
    c.least = a.least  # both stand above the same cases
    c.masks = a.masks
    _sum_up(s, above)


@jit_merged
def _scattered(number: int) -> int:
    """Of numbers in a row, numbers all over 32 bits: only the shape of a tree hangs on them, and nothing else."""
    mixed = number & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 16) * 0x45D9F3B & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 16) * 0x45D9F3B & 0xFFFFFFFF
    return mixed ^ mixed >> 16


@jit_merged
def join(s: Any, case: int) -> None:
    """Into the queue, by the case's key."""
    c = case_at(s, case)
    it = _class_of(s, case)
    q = class_at(s, it)
    c.queue = it
    c.queue_after = NONE
    resource_at(s, c.target).waiting += 1
    tail = q.tail
    c.queue_before = tail
    if tail < 0:
        q.head = case
        q.tail = case
    elif earlier(s, tail, case):  # behind all others, as nearly everyone who joins
        case_at(s, tail).queue_after = case
        q.tail = case
        if q.planted:
            _append(s, it, tail, case)
    else:
        if q.planted == 0:
            _plant(s, it)
        _insert(s, it, case)


@jit_inside
def _plant(s: Any, q: int) -> None:
    """A tree over a line that has none."""
    case = class_at(s, q).head
    class_at(s, q).planted = 1
    class_at(s, q).root = case
    _bare(s, case)
    it = case_at(s, case).queue_after
    while it >= 0:
        _append(s, q, case, it)
        case = it
        it = case_at(s, it).queue_after


@jit_merged
def _bare(s: Any, case: int) -> None:
    """Above nobody, and below nobody."""
    c = case_at(s, case)
    c.left = NONE
    c.right = NONE
    c.above = NONE
    c.least = c.minutes
    c.masks = c.mask
    c.weight = _scattered(c.number * 31 + c.serial * 7 + c.joined)


@jit_inside
def _append(s: Any, q: int, tail: int, case: int) -> None:
    """Into the tree, behind the last; above whom it changes nothing, nothing is changed."""
    _bare(s, case)
    c = case_at(s, case)
    case_at(s, tail).right = case
    c.above = tail
    it = tail
    while it >= 0:
        n = case_at(s, it)
        if n.least <= c.minutes and n.masks | c.mask == n.masks:
            break
        n.least = min(n.least, c.minutes)
        n.masks |= c.mask
        it = n.above
    _rise(s, q, case)


@jit_inside
def _rise(s: Any, q: int, case: int) -> None:
    """As high as its weight allows."""
    c = case_at(s, case)
    while c.above >= 0 and case_at(s, c.above).weight < c.weight:
        _lift(s, q, case)


@jit_merged
def _insert(s: Any, q: int, case: int) -> None:
    """Into the tree and the line, before somebody."""
    _bare(s, case)
    c = case_at(s, case)
    it = class_at(s, q).root
    following = NONE
    while True:
        n = case_at(s, it)
        n.least = min(n.least, c.minutes)
        n.masks |= c.mask
        if earlier(s, case, it):
            following = it
            if n.left < 0:
                n.left = case
                break
            it = n.left
        else:
            if n.right < 0:
                n.right = case
                break
            it = n.right
    c.above = it
    f = case_at(s, following)
    c.queue_before = f.queue_before
    c.queue_after = following
    if f.queue_before >= 0:
        case_at(s, f.queue_before).queue_after = case
    else:
        class_at(s, q).head = case
    f.queue_before = case
    _rise(s, q, case)


@jit_merged
def take_out(s: Any, case: int) -> None:
    """Out of the queue."""
    c = case_at(s, case)
    it = c.queue
    q = class_at(s, it)
    resource_at(s, c.target).waiting -= 1
    if c.queue_before >= 0:
        case_at(s, c.queue_before).queue_after = c.queue_after
    else:
        q.head = c.queue_after
    if c.queue_after >= 0:
        case_at(s, c.queue_after).queue_before = c.queue_before
    else:
        q.tail = c.queue_before
    if q.planted:
        _cut(s, it, case)
        if q.head < 0:
            q.planted = 0


@jit_inside
def _cut(s: Any, q: int, case: int) -> None:
    """Out of the tree."""
    c = case_at(s, case)
    while c.left >= 0 and c.right >= 0:
        _lift(s, q, c.left if case_at(s, c.left).weight > case_at(s, c.right).weight else c.right)
    above = c.above
    _hang(s, q, above, case, c.left if c.left >= 0 else c.right)
    while above >= 0 and _sum_up(s, above):
        above = case_at(s, above).above


@jit_merged
def _above_left(s: Any, case: int) -> int:
    """The nearest case above, in whose left branch this one is."""
    below, it = case, case_at(s, case).above
    while it >= 0 and case_at(s, it).right == below:
        below, it = it, case_at(s, it).above
    return int(it)


@jit_inside
def _may(s: Any, root: int, minutes: int, kinds: int) -> bool:
    """Whether some case here or below asks for no more."""
    return root >= 0 and case_at(s, root).least <= minutes and case_at(s, root).masks & kinds != 0


@jit_merged
def _first_in(s: Any, root: int, minutes: int, kinds: int) -> int:
    """The first in a branch of which some case asks for no more."""
    it = root
    while True:
        n = case_at(s, it)
        if _may(s, n.left, minutes, kinds):
            it = n.left
        elif n.minutes <= minutes and n.mask & kinds != 0:
            return int(it)
        else:
            it = n.right


@jit_inside
def follows(s: Any, q: int, cursor: int, minutes: int, kinds: int) -> int:
    """The first of a class, after a case of any class of this resource, that asks for no more; NONE if none does.

    cursor    NONE: from the beginning
    minutes   at most
    kinds     bits, of which at least one must suit
    """
    if class_at(s, q).planted:
        return _found_in_tree(s, q, cursor, minutes, kinds)
    it = class_at(s, q).head
    for _ in range(FEW):
        if it < 0:
            return NONE
        n = case_at(s, it)
        if n.minutes <= minutes and n.mask & kinds != 0 and (cursor < 0 or earlier(s, cursor, it)):
            return int(it)
        it = n.queue_after
    if it < 0:
        return NONE
    _plant(s, q)
    return _found_in_tree(s, q, cursor, minutes, kinds)


@jit_inside
def _found_in_tree(s: Any, q: int, cursor: int, minutes: int, kinds: int) -> int:
    """The same, of a class over which a tree stands."""
    it, found = class_at(s, q).root, NONE
    if not _may(s, it, minutes, kinds):
        return NONE
    if cursor < 0:
        return _first_in(s, it, minutes, kinds)
    while it >= 0:
        if earlier(s, cursor, it):
            found = it
            it = case_at(s, it).left
        else:
            it = case_at(s, it).right
    while found >= 0:
        n = case_at(s, found)
        if n.minutes <= minutes and n.mask & kinds != 0:
            return int(found)
        if _may(s, n.right, minutes, kinds):
            return _first_in(s, n.right, minutes, kinds)
        found = _above_left(s, found)
    return NONE


@jit_merged
def head(s: Any, resource: int) -> int:
    """The first of a whole queue, or NONE."""
    first = NONE
    it = resource_at(s, resource).first_class
    while it >= 0:
        case = class_at(s, it).head
        if case >= 0 and (first < 0 or earlier(s, case, first)):
            first = case
        it = class_at(s, it).next
    return int(first)
