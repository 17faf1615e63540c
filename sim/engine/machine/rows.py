"""Rows of patients and cases: taken when somebody comes or orders, free again when nothing of it is left.

new_person, new_case      a row
open_case                 the case is hers
forget, forget_person     the row is free, if nothing is left
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.memory import case_at, person_at
from sim.engine.machine.records import HERE, NONE, OVER
from sim.jit import jit_inside, jit_merged
from sim.steps import NEVER


@jit_merged
def new_person(s: Any, number: int) -> int:
    """A row for a patient who comes."""
    person = s.free_person
    if person >= 0:
        s.free_person = person_at(s, person).first
    else:
        person = s.top_person
        s.top_person += 1
    s.people += 1
    p = person_at(s, person)  # its `step_due` stays: the row may still stand among those whose step was due
    p.number = number
    p.state = HERE
    p.any_will_do = 0
    p.kept_logged = 0
    p.stuck = 0
    p.step = s.first_step
    p.then = s.first_step
    p.to_do = 0
    p.steps = 0
    p.since = -1
    p.alarm = NEVER
    p.alarm_due = NONE
    p.kept = NONE
    p.keeps = 0
    p.busy_at = -1
    p.busy = 0
    p.first = NONE
    p.last = NONE
    p.rows = 0
    return int(person)


@jit_merged
def new_case(s: Any) -> int:
    """A row for a case."""
    case = s.free_case
    if case >= 0:
        s.free_case = case_at(s, case).after
    else:
        case = s.top_case
        s.top_case += 1
    s.cases += 1
    return int(case)


@jit_inside
def drop_case(s: Any, case: int) -> None:
    """The row is free."""
    case_at(s, case).after = s.free_case
    s.free_case = case
    s.cases -= 1


@jit_merged
def open_case(s: Any, person: int, case: int) -> None:
    """Hers, after those she has."""
    p, c = person_at(s, person), case_at(s, case)
    c.before = p.last
    c.after = NONE
    if p.last >= 0:
        case_at(s, p.last).after = case
    else:
        p.first = case
    p.last = case


@jit_inside
def forget(s: Any, case: int) -> None:
    """If nothing of it is left, the case's row is free; and so is hers, if she is gone and it was the last."""
    c = case_at(s, case)
    if c.state != OVER or c.in_first or c.in_second:
        return
    person = c.person
    if person >= 0:
        p = person_at(s, person)
        if c.before >= 0:
            case_at(s, c.before).after = c.after
        else:
            p.first = c.after
        if c.after >= 0:
            case_at(s, c.after).before = c.before
        else:
            p.last = c.before
        drop_case(s, case)
        forget_person(s, person)
    else:
        drop_case(s, case)


@jit_inside
def forget_person(s: Any, person: int) -> None:
    """Her row is free if she is gone and nothing of hers runs."""
    p = person_at(s, person)
    if p.state != HERE and p.first < 0:
        p.first = s.free_person
        s.free_person = person
        s.people -= 1
