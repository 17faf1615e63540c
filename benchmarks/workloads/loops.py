"""The compiled engine's loops over the two pathways, as `sim.clinic_loop` is over the clinic.

    TURNS[workload](s, world)   until there is no more room, something is wrong, or the run is over

Each calls its pathway by names of this module, so that numba can keep it compiled, and hands it records instead of the
world, which is as many words as its arrays have.
"""

from __future__ import annotations

from typing import Any

from sim.engine.machine.instants import ASK_ALARM, ASK_STEP, carry_alarm, carry_out, next_due
from sim.jit import jit
from workloads.mm3 import follow as serve
from workloads.mm3 import ring as ring_customer
from workloads.network import follow as care
from workloads.network import ring as ring_patient


@jit
def turn_mm3(s: Any, world: Any) -> int:
    """W1."""
    plan, key = world.plan.sheet[0], world.key
    while True:
        came = next_due(s)
        if came == ASK_STEP:
            serve(plan, key, s.patient, s.step)
            carry_out(s)
        elif came == ASK_ALARM:
            ring_customer(world, s.patient, s.now)
            carry_alarm(s)
        else:
            return came


@jit
def turn_network(s: Any, world: Any) -> int:
    """W2."""
    plan, key = world.plan.sheet[0], world.key
    while True:
        came = next_due(s)
        if came == ASK_STEP:
            care(plan, key, world.courses[s.patient], s.patient, s.step)
            carry_out(s)
        elif came == ASK_ALARM:
            ring_patient(world, s.patient, s.now)
            carry_alarm(s)
        else:
            return came


TURNS = {"W1": turn_mm3, "W2": turn_network}
