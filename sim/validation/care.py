"""Ways of care as scenarios: changes laid over a base, and the arms of a trial as rows of the board.

    Care                a scenario with changes, and the arm of a trial if it is one
    Arm                 whom a trial enrols and what the arm then offers
    scenario_of(care)   -> Scenario, or an InputError with what the front door of scenarios says of the change

An arm is a row before all others that offers what the arm gives to whoever fits the criteria and is in no trial yet.
Whoever chance gives to one arm is found in the other too: the arms are the same patients, treated otherwise, which is
what randomising is for. Later the board decides as ever, without what the arm withholds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sim.clinic.boardfile import read_board
from sim.clinic.protocols import Treatment
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario


@dataclass(frozen=True)
class Arm:
    """The arm of a trial: who is enrolled, and what she is then offered.

    enrol       conditions of the board
    offer       a treatment, or equal ones
    background  a treatment beside it, or nothing; "" leaves the board's own
    withheld    treatments that no board offers her afterwards
    """

    trial: str
    name: str
    enrol: Mapping[str, Any]
    offer: tuple[str, ...]
    background: str
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class Care:
    """A way of care, which is walked once whatever number of targets look at it.

    scenario   path of the file
    change     what is different, by dotted path, as typed
    patients   to be walked; 0 for the usual number
    queues     the hospital of the scenario itself, with all who wait in it
    """

    scenario: str
    change: tuple[tuple[str, str], ...] = ()  # values as canonical text, so that equal ones are one
    arm: Arm | None = None
    patients: int = 0
    queues: bool = False

    @property
    def key(self) -> str:
        """Its words, the same for equal ones, whatever number of patients they ask for."""
        return repr(replace(self, patients=0))


ROW, BESIDE = "trial", "trial_beside"
_ONCE = {"trials_had": "= 0"}
_NEVER_DISCHARGED = {"evidence.surveillance_years_light": "100 years"}
"""Who is walked is followed to her death, as registers do; discharge would end the curve for those who do best."""
_NOT_YET = {"analogue": "absent"}  # who has an analogue goes on with it


def scenario_of(care: Care, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of a way of care.

    overrides   further values of the evidence, by name
    InputError where a change leads nowhere or the changed scenario is wrong.
    """
    changes: dict[str, Any] = {} if care.queues else dict(_NEVER_DISCHARGED)
    changes |= {path: ast.literal_eval(value) for path, value in care.change}
    changes |= {f"evidence.{name}": value for name, value in (overrides or {}).items()}
    if care.arm is not None:
        changes |= _rows_of(care.arm)
    base = _base(care.scenario)
    return base.changed(changes) if changes else base


@lru_cache(maxsize=8)
def _base(path: str) -> Scenario:
    return read_scenario(path, known=clinic_known())


def _rows_of(arm: Arm) -> dict[str, Any]:
    """The changes of the board that make the arm of a trial."""
    board = read_board()
    assumption = f"the arm '{arm.name}' of the trial {arm.trial}"
    enrol = {name: list(value) if isinstance(value, tuple) else value for name, value in arm.enrol.items()}
    fits = enrol | _ONCE
    row = {"offer": list(arm.offer), "when": fits, "assumption": assumption}
    changes: dict[str, Any] = {f"board.add.{ROW}": {"before": board.rows["main"][0].name, "trial": True, **row}}
    begins = arm.background == Treatment.SSA.name.lower()
    if arm.background and not (begins and enrol.get("analogue") == "present"):
        when = fits | (_NOT_YET if begins else {})
        before = board.rows["background"][0].name
        changes[f"board.add.{BESIDE}"] = {"before": before, **row, "offer": arm.background, "when": when}
    for name in _offering({Treatment[treatment.upper()] for treatment in arm.withheld}):
        changes[f"board.change.{name}.when.trials_had"] = "= 0"
    return changes


def _offering(withheld: Iterable[Treatment]) -> list[str]:
    """The rows all of whose offers are among these."""
    names = {treatment.name.lower() for treatment in withheld}
    return [row.name for rows in read_board().rows.values() for row in rows if set(row.offer) <= names]
