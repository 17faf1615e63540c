"""Where the time of a run goes: the stages of one replication of the reference centre, and those of the whole command.

    python benchmarks/stages.py [--rounds 5] [--json]

Of a replication: drawing its patients, the engine's loop, and of that loop how much is medicine. What the clinic is
asked is noted down once and asked again by itself, on a fresh world, without the engine around it. The rest of the loop
is the machine: what is due next, queues, booking, rows of the log. Then measuring, and writing the logs.

Of `nelm run scenarios/baseline.yaml`, compiled before and with nothing found: the whole, by the clock on the wall.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.clinic.alarms import ring
from sim.clinic.pathway import advance
from sim.engine.compiled import run_compiled
from sim.engine.machine.instants import ASK_ALARM, ASK_STEP, carry_alarm, carry_out, next_due
from sim.jit import jit
from sim.measures import measure
from sim.record import made_with
from sim.running import board_of, clinic_known, clinic_of, facts_of, hospital_of, warm_up, window_of
from sim.scenario import read_scenario
from sim.store import Replication, Store

BASELINE = "scenarios/baseline.yaml"


@jit
def _noting(s: Any, world: Any, noted: Any, n: Any) -> int:
    """The loop, with a note of each question: which, of whom, at what step, when."""
    while True:
        came = next_due(s)
        if came != ASK_STEP and came != ASK_ALARM:
            return int(came)
        at = n[0]
        noted[at, 0], noted[at, 1], noted[at, 2], noted[at, 3] = came, s.patient, s.step, s.now
        n[0] += 1
        if came == ASK_STEP:
            advance(world, s.patient, s.step, s.now)
            carry_out(s)
        else:
            ring(world, s.patient, s.now)
            carry_alarm(s)


@jit
def _asked_again(world: Any, noted: Any, n: int) -> None:
    """Medicine alone."""
    for at in range(n):
        if noted[at, 0] == ASK_STEP:
            advance(world, noted[at, 1], noted[at, 2], noted[at, 3])
        else:
            ring(world, noted[at, 1], noted[at, 3])


def _timed(call: Callable[[], Any], rounds: int, prepare: Callable[[], Any] = lambda: None) -> tuple[float, Any]:
    """Median seconds of a call, and what it returned last; `prepare` goes before each, off the clock."""
    seconds = []
    for _ in range(rounds):
        prepare()
        begun = time.perf_counter()
        found = call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), found


def stages(rounds: int) -> dict[str, Any]:
    """Seconds of each stage."""
    warm_up(lambda sentence: print(sentence, file=sys.stderr))
    from sim.clinic_loop import turn

    scenario = read_scenario(BASELINE, known=clinic_known())
    hospital = hospital_of(scenario)
    drawing, _ = _timed(lambda: clinic_of(scenario, 0), rounds + 1)
    clinic, arrivals, key = clinic_of(scenario, 0)
    noted, n = np.empty((1 << 20, 4), np.int64), np.zeros(1, np.int64)
    run_compiled(hospital, clinic, arrivals, key, loop=lambda s: int(_noting(s, clinic.world, noted, n)))
    fresh: list[Any] = []

    def anew() -> None:
        fresh[:] = [clinic_of(scenario, 0)[0]]

    _asked_again(clinic_of(scenario, 0)[0].world, noted, 0)  # compiled
    medicine, _ = _timed(lambda: _asked_again(fresh[0].world, noted, int(n[0])), rounds, anew)
    engine, log = _timed(
        lambda: run_compiled(hospital, fresh[0], arrivals, key, loop=lambda s: int(turn(s, fresh[0].world, True))),
        rounds,
        anew,
    )
    board = board_of(scenario)
    patients = _patients(clinic)
    measuring, measures = _timed(
        lambda: measure(log, patients, window_of(scenario), facts_of(scenario, board)), rounds + 1
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), lambda sentence: None)
        made = made_with("compiled")
        writing, _ = _timed(
            lambda: store.save(Replication(0, log, patients, measures), made, 0.0, True, "full", scenario.digest()),
            rounds,
        )
    return {
        "rows": len(log.events) + len(log.resources),
        "questions": int(n[0]),
        "drawing the patients": drawing,
        "medicine": medicine,
        "machine": engine - medicine,
        "measuring": measuring,
        "writing": writing,
        "nelm run": _command(rounds),
    }


def _patients(clinic: Any) -> Any:
    from sim.clinic.world import patient_table

    return patient_table(clinic.world)


def _command(rounds: int) -> float:
    """Seconds of the whole command on the wall, with an empty folder of results each time."""

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", "from sim.cli import main; main()", "run", BASELINE, "--output", folder]
            subprocess.run(command, check=True, capture_output=True)

    return _timed(run, max(1, rounds // 2))[0]


def main() -> None:
    """Print the stages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = stages(asked.rounds)
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for name, number in found.items():
        print(f"{name:<22} {number:>12,}" if isinstance(number, int) else f"{name:<22} {number:>12.3f} s")


if __name__ == "__main__":
    main()
