"""The compiled engine's loop over the clinic: it asks medicine whatever the machine wants to know.

    turn(s, world, queues)   until there is no more room, something is wrong, or the run is over

The loop stands here, where clinic and engine meet, and calls both by names of its module: a compiled function that is
handed to another one as an argument would be compiled anew at every start.
"""

from __future__ import annotations

from typing import Any

from sim.clinic.alarms import ring
from sim.clinic.filing import let_go, take_in
from sim.clinic.pathway import advance
from sim.clinic.stages import Stage
from sim.engine.machine.instants import ASK_ALARM, ASK_STEP, carry_alarm, carry_out, next_due
from sim.jit import jit
from sim.steps import Ring, lists_as_places


@jit
def turn(s: Any, world: Any, queues: bool) -> int:
    """Let the hospital run; returns why it stands: MORE_ROOM, STOPPED or DONE.

    queues   False: cases on lists take places, see `sim.steps.lists_as_places`
    """
    while True:
        came = next_due(s)
        if came == ASK_STEP:
            if s.step == Stage.FIRST_SYMPTOM.value:
                take_in(world, s.patient)
            advance(world, s.patient, s.step, s.now)
            if not queues:
                lists_as_places(world.plan)
            carry_out(s)
            if world.plan.reply[0].over:
                let_go(world, s.patient)
        elif came == ASK_ALARM:
            ring(world, s.patient, s.now)
            carry_alarm(s)
            if world.plan.reply[0].ring == Ring.DEATH.value:
                let_go(world, s.patient)
        else:
            return came
