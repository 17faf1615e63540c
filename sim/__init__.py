"""Discrete-event simulation of the pathway of patients with neuroendocrine liver metastases.

    read_scenario(path)     -> Scenario    checked as a whole, or an InputError that names every mistake
    run(scenario)           -> Run         summary, measures and pictures, kept in a folder and found again
    compare(scenarios)      -> Comparison  what differs from the first of them, figure by figure and patient by patient
    sweep(design)           -> Sweep       every point of a design in one tidy table
    simulate(scenario, n)   -> Replication one replication with its logs

What each of these needs is imported when it is first used, so that `import sim` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.batch import Run, run
    from sim.experiments.compare import Comparison, compare
    from sim.experiments.sweep import Sweep, sweep
    from sim.running import simulate
    from sim.scenario import Scenario
    from sim.store import Replication

__all__ = [
    "Comparison",
    "Replication",
    "Run",
    "Scenario",
    "Sweep",
    "compare",
    "read_scenario",
    "run",
    "simulate",
    "sweep",
]

_HOMES = {
    "Comparison": "sim.experiments.compare",
    "Replication": "sim.store",
    "Run": "sim.batch",
    "run": "sim.batch",
    "Scenario": "sim.scenario",
    "Sweep": "sim.experiments.sweep",
    "compare": "sim.experiments.compare",
    "simulate": "sim.running",
    "sweep": "sim.experiments.sweep",
}


def read_scenario(path: str, set: tuple[str, ...] = ()) -> Scenario:
    """A scenario from its file, checked against the clinic, the evidence and the board.

    path   of the YAML file
    set    further changes, each as `path=value`
    InputError holds every mistake, with file, line and what was expected.
    """
    from sim.running import clinic_known
    from sim.scenario import read_scenario as read

    return read(path, set, clinic_known())


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
