"""What a scenario has at a path, as one value that can stand beside those of a parameter.

base_value(scenario, path, parameter)   -> number, text, or None
"""

from __future__ import annotations

from typing import Any

from sim import units
from sim.evidence import read_evidence
from sim.experiments.points import Cell, Parameter, quantity
from sim.scenario import Scenario
from sim.scenario.merge import way

_DIGITS = 9


def base_value(scenario: Scenario, path: str, parameter: Parameter) -> Cell | None:
    """What the scenario has at a path, in the unit of a parameter.

    returns   a number where the parameter has numbers and the value can be put in its unit; a text where it has
              texts; None where there is nothing, or nothing that fits
    """
    typed = _typed(scenario, path)
    if not parameter.numeric:
        return typed if isinstance(typed, str) else None
    number = _in_unit(typed, parameter.unit)
    if number is None:
        return None
    return int(number) if number.is_integer() else number


def _typed(scenario: Scenario, path: str) -> Any:
    steps = way(path)
    if steps[0] == "evidence":
        amount = read_evidence().amounts.get(steps[1])
        return scenario.numbers().get(steps[1], amount.written if amount else None)
    here: Any = scenario.data()
    for step in steps:
        if isinstance(here, list):
            here = next((item for item in here if isinstance(item, dict) and item.get("name") == step), None)
        else:
            here = here.get(step) if isinstance(here, dict) else None
    return here


def _in_unit(typed: Any, unit: str) -> float | None:
    """A typed value as a number of a unit, which may be another one of its kind.

    >>> _in_unit("2 days", "hours"), _in_unit("365.25 per year", "per day"), _in_unit(0.02, "%"), _in_unit(7, "days")
    (48.0, 1.0, 2.0, None)
    """
    found = quantity(typed)
    if found is None:
        return None
    number, its = found
    if its == unit:
        return float(number)
    if {its, unit} == {"", "%"}:
        return round(number * 100 if unit == "%" else number / 100, _DIGITS)
    for reader in (units.minutes, units.per_year):
        try:
            return round(reader(f"{number} {its}") / reader(f"1 {unit}"), _DIGITS)
        except ValueError:
            continue
    return None
