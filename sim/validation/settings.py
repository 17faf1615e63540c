"""Ways of care as scenarios: changes laid over a base, and the arms of a trial as rows of the board.

    scenario_of(care)   -> Scenario, or an InputError with what the front door of scenarios says of the change

An arm is a row before all others that offers what the arm gives to whoever fits the criteria and is in no trial yet.
Whoever chance gives to one arm is found in the other too: the arms are the same patients, treated otherwise, which is
what randomising is for. Later the board decides as ever, without what the arm withholds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sim.clinic.boardfile import read_board
from sim.clinic.protocols import Treatment
from sim.errors import InputError
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario
from sim.validation.targets import Arm, Care

ROW, BESIDE = "trial", "trial_beside"
_ONCE = {"trials_had": "= 0"}


def scenario_of(care: Care, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of a way of care.

    overrides   further values of the evidence, by name
    InputError where a change leads nowhere or the changed scenario is wrong.
    """
    changes = {path: ast.literal_eval(value) for path, value in care.change}
    changes |= {f"evidence.{name}": value for name, value in (overrides or {}).items()}
    if care.arm is not None:
        changes |= _rows_of(care.arm)
    base = _base(care.scenario)
    try:
        return base.changed(changes) if changes else base
    except InputError as error:
        where = "" if care.arm is None else f" (arm {care.arm.name} of {care.arm.trial})"
        raise InputError([replace(problem, file=care.scenario + where) for problem in error.problems]) from None


@lru_cache(maxsize=8)
def _base(path: str) -> Scenario:
    return read_scenario(path, known=clinic_known())


def _rows_of(arm: Arm) -> dict[str, Any]:
    """The changes of the board that make the arm of a trial."""
    board = read_board()
    assumption = f"the arm '{arm.name}' of the trial {arm.trial}"
    enrol = {name: list(value) if isinstance(value, tuple) else value for name, value in arm.enrol.items()}
    row = {"offer": list(arm.offer), "when": enrol | _ONCE, "assumption": assumption}
    changes: dict[str, Any] = {f"board.add.{ROW}": {"before": board.rows["main"][0].name, "trial": True, **row}}
    if arm.background:
        before = board.rows["background"][0].name
        changes[f"board.add.{BESIDE}"] = {"before": before, **row, "offer": arm.background}
    for name in _offering({Treatment[treatment.upper()] for treatment in arm.withheld}):
        changes[f"board.change.{name}.when.trials_had"] = "= 0"
    return changes


def _offering(withheld: Iterable[Treatment]) -> list[str]:
    """The rows all of whose offers are among these."""
    names = {treatment.name.lower() for treatment in withheld}
    return [row.name for rows in read_board().rows.values() for row in rows if set(row.offer) <= names]
