"""What will be run, as a whole: everything a scenario says before anything is run.

    explained(scenario, say)   -> Explanation
    Explanation.text()         for a terminal of 100 columns; load_text() only the load of each resource
    Explanation.data()         for programmes; load_data() only the load of each resource

Collects what the other modules of this package say; says nothing of its own but headings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.clinic.stages import MAY_FOLLOW
from sim.explain.demand import OwnDemand, own_demand
from sim.explain.load import FULL, TIGHT, Load, loads
from sim.explain.pathway import outline
from sim.explain.rows import BoardHere, Told, board_here, in_short, in_text, told
from sim.explain.setting import arrivals_sentence, choices, resource_sentence, run_sentence
from sim.explain.speech import percent, table, wrapped
from sim.report.words import words
from sim.scenario import Scenario

FORMAT = 1
MARK = {"": "", TIGHT: "nearly full", FULL: "TOO MUCH"}


@dataclass(frozen=True)
class Explanation:
    """A scenario in words and figures.

    loads   of each resource, in order of rank
    rows    of the board, in words
    """

    scenario: Scenario
    own: OwnDemand
    loads: tuple[Load, ...]
    board: BoardHere
    rows: tuple[Told, ...]

    def resources(self) -> Iterator[tuple[str, str]]:
        """Each resource in words: its name and its sentences."""
        for load in self.loads:
            yield words(load.name), resource_sentence(self.scenario, load.name, load)

    def warnings(self) -> list[str]:
        """The resources that are asked for too much, or nearly so, the fullest first."""
        hard = sorted((load for load in self.loads if load.warning), key=lambda load: -load.share)
        return [warning_in_words(load) for load in hard]

    def text(self, board: bool = False) -> str:
        """All of it for a terminal of 100 columns, the warnings once more at the end, where they are seen.

        board   also every row of the board, with its conditions, sources and worked cases
        """
        its = self.scenario
        lines = [*wrapped(f"{its.scenario}: {its.question}"), *wrapped(its.description)]
        lines += ["", "What is run", *wrapped(run_sentence(its), 2)]
        lines += ["", "Who arrives", *wrapped(arrivals_sentence(its), 2)]
        for what, text in choices(its):
            lines += ["", what, *wrapped(text, 2)]
        lines += ["", "What the hospital has", *wrapped(NET, 2)]
        for name, text in self.resources():
            lines += wrapped(f"{name}: {text}", 2, 4)
        lines += ["", LOAD, *self._loads()]
        lines += ["", "The pathway, from the model", *outline()]
        rows = list(self.rows)
        lines += ["", "The tumour board", *(list(in_text(rows))[1:] if board else in_short(rows))]
        warned = self._warned()
        return "\n".join([*lines, "", "Warnings", *warned] if warned else lines)

    def load_text(self) -> str:
        """The table of loads with its notes and warnings, for a terminal of 100 columns."""
        return "\n".join([f"{self.scenario.scenario}: {LOAD[0].lower()}{LOAD[1:]}", *self._loads()])

    def _loads(self) -> list[str]:
        head = ("", "open", "others ask", "own ask*", "load", "")
        rows = [load_cells(load) for load in self.loads]
        lines = ["  " + line for line in table(head, rows, right=(1, 2, 3, 4))]
        lines += ["", *wrapped(LEGEND, 2), *wrapped(f"* {self.own.basis}", 2, 4)]
        warned = self._warned()
        return [*lines, "", *warned] if warned else lines

    def _warned(self) -> list[str]:
        return [line for warning in self.warnings() for line in wrapped(f"! {warning}.", 2, 4)]

    def data(self) -> dict[str, Any]:
        """All of it as plain data."""
        its = self.scenario
        return {
            "format": FORMAT,
            "scenario": its.scenario,
            "digest": its.digest(),
            "question": its.question,
            "run": run_sentence(its),
            "arrivals": arrivals_sentence(its),
            "choices": dict(choices(its)),
            "resources": dict(zip((load.name for load in self.loads), (t for _, t in self.resources()), strict=True)),
            **self._load_data(),
            "board": [row.data() for row in self.rows],
            "pathway": {
                stage.name.lower(): [its.name.lower() for its in followers] for stage, followers in MAY_FOLLOW.items()
            },
        }

    def load_data(self) -> dict[str, Any]:
        """The load of each resource as plain data."""
        its = self.scenario
        return {"format": FORMAT, "scenario": its.scenario, "digest": its.digest(), **self._load_data()}

    def _load_data(self) -> dict[str, Any]:
        return {"own_demand": self.own.basis, "loads": [load.data() for load in self.loads]}


LOAD = "Load against opening time, before anything is run"
NET = (
    "Minutes and cases a week are those of the measured period on average, with public holidays, closures and "
    "cancelled sittings taken off."
)
LEGEND = (
    "A week of the measured period on average: minutes of lists, places occupied day and night. `c` where it is the "
    "number of cases that fills a list rather than their minutes. From 100 % on, overrun counted, the queue "
    "grows without end; random arrivals make waits long well before, and minutes between cases are lost."
)


def warning_in_words(load: Load) -> str:
    """What to say of a resource that is asked for too much, or nearly so."""
    name = words(load.name)
    if load.share < math.inf:
        return f"{name}: {load_in_words(load)} of what is open is asked for; {load.warning}"
    if load.kind == "place":
        _, others, own = load.places
        return f"{name}: none are there, yet {others + own:.1f} are asked for at any time"
    if load.kind == "offer":
        return f"{name}: none ever comes, yet they are waited for"
    asked = load.own[0] + load.others[0]
    return f"{name}: never open in the measured period, yet {asked:.0f} minutes a week are asked for"


def load_in_words(load: Load) -> str:
    """A load in whole per cent, and from 100 % on also as it is with the overrun that is allowed."""
    if load.share == math.inf:
        return "something"
    said = percent(round(load.share, 2))
    return f"{said} ({_with_overrun(load)})" if _with_overrun(load) else said


def _with_overrun(load: Load) -> str:
    """What to add to a load of 100 % and more where overrun is allowed."""
    if not FULL <= load.share < math.inf or load.with_overrun == load.share:
        return ""
    return f"{100 * load.with_overrun:.0f} % with overrun"


def load_cells(load: Load) -> tuple[str, ...]:
    """A row of the table of loads: resource, open, others, own with its standard error, load, and what to say."""
    if load.kind == "place":
        there, others, own = (f"{value:.1f}" for value in load.places)
        unit = "places"
    elif load.kind == "offer":
        there, others, own = (f"{52.18 * value:.1f}" for value in (load.open_cases, load.others[1], load.own[1]))
        unit = "a year"
    else:
        there, others, own = (f"{value:.0f}" for value in (load.open_minutes, load.others[0], load.own[0]))
        unit = "min"
    share = "never open" if load.share == math.inf else f"{100 * load.share:.0f} %"
    mark = "" if not load.warning else MARK[FULL if load.share >= FULL else TIGHT]
    if _with_overrun(load):
        mark = f"{mark if load.with_overrun >= FULL else 'overrun needed'}, {_with_overrun(load)}"
    error = f" +-{100 * load.error:.0f} %" if load.error else ""
    return (
        words(load.name),
        f"{there} {unit}",
        others,
        own + error,
        share + (" c" if load.by_cases and load.share < math.inf else ""),
        mark,
    )


def explained(scenario: Scenario, say: Callable[[str], object] = lambda sentence: None) -> Explanation:
    """A scenario explained.

    say   called with a sentence where it will take a while
    """
    own = own_demand(scenario, say)
    here = board_here(scenario)
    return Explanation(scenario, own, tuple(loads(scenario, own)), here, tuple(told(here)))
