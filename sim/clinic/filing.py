"""Where a patient's course lies: rows of those who are gone are used again, so that memory goes with who is here.

    take_in(world, i)   she has her first symptom
    let_go(world, i)    she has left or died, and nobody will ask about her any more

Only of a world that was made for it (`make_world(..., again=True)`); else everybody has rows of her own from the start.
"""

from __future__ import annotations

from typing import Any

from sim.jit import jit_inside
from sim.steps import NEVER


@jit_inside
def take_in(world: Any, i: int) -> None:
    """Give her a course, and lesions if she will ever have some; both as if nobody had had them before."""
    p, desk = world.traits[i], world.desk[0]
    if p.place >= 0:
        return
    if desk.free_course >= 0:
        p.place = desk.free_course
        desk.free_course = world.courses[p.place].anchor
    else:
        p.place = desk.top_course
        desk.top_course += 1
    world.courses[p.place] = world.courses[len(world.courses) - 1]
    if p.metastasis_at < NEVER:
        if desk.free_liver >= 0:
            p.row = desk.free_liver
            desk.free_liver = world.livers[p.row].next
        else:
            p.row = desk.top_liver
            desk.top_liver += 1
        world.livers[p.row] = world.livers[len(world.livers) - 1]


@jit_inside
def let_go(world: Any, i: int) -> None:
    """Keep what the patient table tells of her, and give her rows to whoever comes next."""
    p, desk = world.traits[i], world.desk[0]
    if not desk.again:
        return
    course = world.courses[p.place]
    p.nelm_minute = course.nelm_minute
    p.diagnosed_at = course.diagnosed_at
    course.anchor = desk.free_course
    desk.free_course = p.place
    p.place = -1
    if p.row >= 0:
        world.livers[p.row].next = desk.free_liver
        desk.free_liver = p.row
        p.row = -1
