"""Who comes besides the pathway's own patients: competing cases, and offers.

    first_offer, next_offer      the next one is on the agenda
    first_case, next_case
    comes, offered               it has come

The SimPy engine draws the same in `sim.engine.diary`: each case from its own address, gaps summed as they are drawn.
"""

from __future__ import annotations

import math
from typing import Any

from sim.draws import exponential, normal_quantile, uniform
from sim.engine.machine.agenda import COMPETING, OFFER, put
from sim.engine.machine.logbook import resource_row
from sim.engine.machine.memory import case_at, offered_at, pieces_of, resource_at, share_at, stream_at
from sim.engine.machine.records import NONE
from sim.engine.machine.rows import new_case
from sim.engine.machine.waiting import begin_waiting
from sim.engine.rules import Question, Rank
from sim.intensity import minute_after
from sim.jit import jit_inside, jit_merged
from sim.log import Happening

DIARY, STEP = int(Rank.DIARY), int(Rank.STEP)
OFFER_GAP, OFFER_KIND = int(Question.OFFER_GAP), int(Question.OFFER_KIND)
ARRIVAL_GAP, CASE_MINUTES = int(Question.ARRIVAL_GAP), int(Question.CASE_MINUTES)
CASE_URGENCY, CASE_SECOND = int(Question.CASE_URGENCY), int(Question.CASE_SECOND)
OFFERED = int(Happening.OFFERED)


@jit_inside
def _class_of(s: Any, u: float, begin: int, end: int) -> int:
    """The class into which u falls, of cumulative shares (`rules.pick`)."""
    for at in range(begin, end):
        if u < share_at(s, at).bound:
            return at - begin
    return end - begin - 1


@jit_merged
def next_offer(s: Any, resource: int) -> None:
    """The next offer of a resource is on the agenda."""
    r = resource_at(s, resource)
    if math.isinf(r.gap):
        return
    entity = r.stream + r.offers
    r.offers += 1
    r.clock += r.gap * exponential(s.key, entity, OFFER_GAP, 0)
    if r.clock >= s.ends:
        return
    r.coming = _class_of(s, uniform(s.key, entity, OFFER_KIND, 0), r.kinds, r.kinds_end)
    put(s, math.floor(r.clock), DIARY, 0, OFFER, resource)


@jit_merged
def offered(s: Any, resource: int) -> None:
    """An offer is on the table."""
    r = resource_at(s, resource)
    resource_row(s, s.now, resource, OFFERED, -1, r.coming, -1)
    offered_at(s, s.tables).resource = resource
    offered_at(s, s.tables).kind = r.coming
    s.tables += 1
    s.giving_due = 1
    next_offer(s, resource)


@jit_merged
def next_case(s: Any, stream: int) -> None:
    """The next case of a competing demand is on the agenda."""
    d = stream_at(s, stream)
    if math.isinf(d.gap):
        return
    number = d.number
    gap = d.gap * exponential(s.key, number, ARRIVAL_GAP, 0)
    d.clock = minute_after(pieces_of(s), d.pieces, d.pieces_end, d.clock, gap)
    if d.clock >= s.ends:
        return
    minutes = max(1, _drawn(d.median, d.sigma, uniform(s.key, number, CASE_MINUTES, 0)))
    d.minutes = min(minutes, d.longest) if d.longest > 0 else minutes
    d.urgency = _class_of(s, uniform(s.key, number, CASE_URGENCY, 0), d.shares, d.shares_end)
    d.second_minutes = 0
    if d.second >= 0:
        d.second_minutes = _drawn(d.second_median, d.second_sigma, uniform(s.key, number, CASE_SECOND, 0))
    put(s, math.floor(d.clock), STEP, 0, COMPETING, stream)


@jit_merged
def _drawn(median: float, sigma: float, u: float) -> int:
    minutes = median * math.exp(sigma * normal_quantile(u)) if sigma != 0 else median
    return math.floor(minutes + 0.5)


@jit_merged
def comes(s: Any, stream: int) -> None:
    """A competing case joins its queue."""
    d = stream_at(s, stream)
    case = new_case(s)
    c = case_at(s, case)
    c.person = NONE
    c.number = d.number
    c.serial = 0
    c.order = 0
    c.kind = d.kind
    c.target = d.resource
    c.minutes = d.minutes
    c.urgency = d.urgency
    c.second = d.second
    c.second_minutes = d.second_minutes
    c.mask = -1
    c.keep = 0
    c.standing = 0
    c.running = 0
    c.counts = 0
    c.step = NONE
    c.then = NONE
    c.missed = 0
    c.in_first = 0
    c.in_second = 0
    c.left_over = 0
    c.sitting = NONE
    c.due = NONE
    d.number += 1
    begin_waiting(s, case)
    next_case(s, stream)
