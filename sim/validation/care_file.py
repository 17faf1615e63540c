"""Reading ways of care in a file of targets: settings, trials and their arms, and what a target says of its own.

    CareReader   .sections()     checks the settings and trials of the file
                 .care(layers)   -> Care, or None where something is wrong with it
                 .unused()       tries the ways of care that no target looks at

What a change may say is decided by the front door of scenarios, to which each way of care is shown once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.clinic.board import ATTRIBUTES as BOARD
from sim.clinic.protocols import BACKGROUND, MAIN
from sim.errors import InputError, Problem, nearest, one_of
from sim.reading import Node, Steps, is_file
from sim.scenario.merge import concerns
from sim.validation.care import Arm, Care, scenario_of
from sim.validation.layers import Layered, Layers
from sim.validation.targets import NAMES_OF_TREATMENTS

SETTING_KEYS = ("means", "scenario", "change", "patients", "queues")
TRIAL_KEYS = ("enrol", "arms")
ARM_KEYS = ("means", "offer", "background", "withheld", "change")
BASELINE = "../baseline.yaml"
USUAL = Path("scenarios") / "baseline.yaml"
LEAST_PATIENTS, MOST_PATIENTS = 100, 5_000_000
_OFFERS = tuple(treatment.name.lower() for treatment in MAIN)
_BESIDE = tuple(treatment.name.lower() for treatment in BACKGROUND)


@dataclass(frozen=True)
class _Trial:
    """Where a trial stands, and what it is called."""

    steps: Steps
    name: str


class CareReader(Layered):
    """Reads who is treated how."""

    def __init__(self, file: str, node: Node, problems: Iterable[Problem]):
        super().__init__(file, node, problems)
        self._tried: dict[str, bool] = {}  # ways of care, and whether they are right
        self._sound: dict[Steps, bool] = {}  # places of trials, and whether they are right

    # -- sections of the file

    def sections(self) -> None:
        """The settings and trials of the file, each by itself."""
        for section, keys in (("settings", SETTING_KEYS), ("trials", (*TRIAL_KEYS, *SETTING_KEYS))):
            expected = f"a mapping of {section} by name, each with some of: " + ", ".join(keys)
            if self.mapping((section,), expected):
                for name in self.node.at((section,)).value:
                    if self.mapping((section, name), "a mapping with some of: " + ", ".join(keys)):
                        self.keys((section, name), keys)
                        self.text_at((section, name, "means"), "a text", "")

    def unused(self) -> None:
        """Try the settings and arms that no target looks at, so that what is wrong with them is told too."""
        for name in self._names("settings"):
            if isinstance(self.node.at(("settings", name)).value, dict):
                self._described([("settings", name)], None, None)
        for name in self._names("trials"):
            trial = _Trial(("trials", name), name)
            if isinstance(self.node.at(trial.steps).value, dict) and self.trial(trial.steps):
                for arm in self.node.at((*trial.steps, "arms")).value:
                    self._described([trial.steps], self._arm(trial, arm), (*trial.steps, "arms", arm))

    def _names(self, section: str) -> Mapping[str, Node]:
        names = self.node.get(section)
        return names if isinstance(names, dict) else {}

    # -- trials

    def trial(self, steps: Steps) -> bool:
        """Is a trial right, wherever it stands?"""
        if steps not in self._sound:
            before = len(self.problems)
            self._enrolled((*steps, "enrol"))
            self._arms((*steps, "arms"))
            readable = self.readable((*steps, "enrol")) and self.readable((*steps, "arms"))
            self._sound[steps] = readable and len(self.problems) == before
        return self._sound[steps]

    def _enrolled(self, steps: Steps) -> None:
        expected = "who is enrolled: conditions of the board, such as {site: small_intestine}"
        if not self.node.has(steps) or not self.node.at(steps).value:
            self.add(steps, expected)
        elif self.mapping(steps, expected):
            self.conditions(steps, BOARD)

    def _arms(self, steps: Steps) -> None:
        expected = "the arms by name, each with its offer"
        if not self.node.has(steps) or not self.node.at(steps).value:
            self.add(steps, expected)
        elif self.mapping(steps, expected):
            for name in self.node.at(steps).value:
                self._one_arm((*steps, name))

    def _one_arm(self, steps: Steps) -> None:
        if not self.mapping(steps, "a mapping with an offer"):
            return
        self.keys(steps, ARM_KEYS)
        self.text_at((*steps, "means"), "a text", "")
        if self.node.has((*steps, "offer")):
            self._treatments((*steps, "offer"), _OFFERS)
        else:
            self.add((*steps, "offer"), "a treatment, or a list of equal ones")
        if self.node.has((*steps, "withheld")):
            self._treatments((*steps, "withheld"), NAMES_OF_TREATMENTS)
        if self.node.has((*steps, "background")):
            self.word("background", _BESIDE, steps)
        self.mapping((*steps, "change"), _PATHS)

    def _treatments(self, steps: Steps, known: Sequence[str]) -> None:
        """A treatment, or a list of some."""
        typed = self.node.at(steps).value
        if isinstance(typed, list) and typed:
            for number in range(len(typed)):
                self._treatments((*steps, number), known)
        elif typed not in known:
            self.add(steps, one_of(known, typed), nearest(str(typed), known))

    def _arm(self, trial: _Trial, name: str) -> Arm:
        """An arm of a trial that is right."""
        told = self.plain((*trial.steps, "arms", name))
        return Arm(
            trial.name,
            name,
            self.plain((*trial.steps, "enrol")),
            _listed(told["offer"]),
            told.get("background", ""),
            _listed(told.get("withheld", ())),
        )

    # -- the way of care of a part

    def care(self, layers: Layers) -> Care | None:
        """How the patients of a part are treated; None where something is wrong with it."""
        before = len(self.problems)
        sections: list[Steps] = []
        setting = self.said(layers, "setting")
        if setting is not None:
            name = self.name_in(setting, self._names("settings"), "one of the settings of this file")
            sections.append(("settings", name))
        trial, arm_at = self._trial_of(layers), self.said(layers, "arm")
        if trial is not None and trial.steps[0] == "trials":
            sections.append(trial.steps)
        if len(self.problems) > before:
            return None
        arm = None
        if trial is not None:
            arm = self._named_arm(trial, arm_at, layers) if self.trial(trial.steps) else None
            if arm is None:
                return None
        elif arm_at is not None:
            self.add(arm_at, "no arm where there is no trial", "name the trial, or give enrol and arms here")
            return None
        sections += [layer for layer in reversed(layers) if "against" not in layer]
        place = (*trial.steps, "arms", arm.name) if trial is not None and arm is not None else None
        return self._described(sections, arm, place)

    def _trial_of(self, layers: Layers) -> _Trial | None:
        """The trial of a part: one of the file's, or its target's own."""
        named, own = self.said(layers, "trial"), layers[-1]
        has_own = any(self.node.has((*own, key)) for key in TRIAL_KEYS)
        if named is None:
            return _Trial(own, str(self.node.at(own).get("id", "trial"))) if has_own else None
        if has_own:
            self.add(named, "either a trial of this file, or enrol and arms here")
        name = self.name_in(named, self._names("trials"), "one of the trials of this file")
        return _Trial(("trials", name), name)

    def _named_arm(self, trial: _Trial, arm_at: Steps | None, layers: Layers) -> Arm | None:
        arms = self.node.at((*trial.steps, "arms")).value
        if arm_at is None:
            self.add((*layers[0], "arm"), "an arm of the trial: " + ", ".join(arms))
            return None
        name = self.name_in(arm_at, arms, "an arm of the trial")
        return self._arm(trial, name) if name else None

    def _described(self, sections: Sequence[Steps], arm: Arm | None, arm_place: Steps | None) -> Care | None:
        """The way of care that some sections describe, later ones over earlier ones, and an arm over all of them."""
        before = len(self.problems)
        scenario = self._scenario(sections)
        changed = [(*section, "change") for section in (*sections, *([arm_place] if arm_place else ()))]
        changed = [steps for steps in changed if self.mapping(steps, _PATHS)]
        change: dict[str, Any] = {}
        for steps in changed:
            change |= self.plain(steps)
        patients = self._last(sections, "patients")
        many = self.whole(patients, LEAST_PATIENTS, MOST_PATIENTS) if patients else 0
        queues = self._last(sections, "queues")
        with_queues = self.switch(queues) if queues else False
        if scenario is None or len(self.problems) > before or not all(map(self.readable, changed)):
            return None
        care = Care(
            scenario, tuple(sorted((key, repr(value)) for key, value in change.items())), arm, many, with_queues
        )
        return care if self._stands(care, changed, arm_place or sections[-1]) else None

    def _last(self, sections: Sequence[Steps], key: str) -> Steps | None:
        return self.said(tuple(reversed(sections)), key)

    def _scenario(self, sections: Sequence[Steps]) -> str | None:
        """The path of the scenario that is changed: of a section, of the whole file, or the reference centre."""
        said = self._last(((), *sections), "scenario")
        name = self.text_at(said, "the name of a scenario file") if said else BASELINE
        if not name:
            return None
        path = Path(os.path.normpath(Path(self.file).parent / name))
        here = Path(os.path.normpath(name)) if said else USUAL  # seen from where the command is run
        for place in (path, here):
            if is_file(place):
                return os.fspath(place)
        expected = "a scenario file, seen from the folder of this one"
        if said is None:
            todo = "say `scenario: FILE` at the top of this file"
            self.add(("scenario",), expected, todo, f"nothing, and no '{BASELINE}'")
        else:
            self.add(said, expected, nearest(name, beside(path, name)), f"'{name}'")
        return None

    def _stands(self, care: Care, changed: Sequence[Steps], otherwise: Steps) -> bool:
        """Does the front door of scenarios take it? What it says is said at the change it is about; once for each."""
        if care.key not in self._tried:
            self._tried[care.key] = True
            try:
                scenario_of(replace(care, patients=0))
            except InputError as error:
                self._tried[care.key] = False
                for problem in error.problems:
                    self._told(problem, changed, otherwise)
        return self._tried[care.key]

    def _told(self, problem: Problem, changed: Sequence[Steps], otherwise: Steps) -> None:
        """What the front door said, at the change it is about; of the scenario's own mistakes, where it said it."""
        if problem.file not in ("", "change"):
            if problem not in self.problems:
                self.problems.append(problem)
            return
        paths = [(*steps, key) for steps in reversed(changed) for key in self.node.at(steps).value]
        where = next((steps for steps in paths if concerns(str(steps[-1]), problem.path)), None)
        about = "" if where is not None and where[-1] == problem.path else f"{problem.path}: "
        self.add(where or otherwise, problem.expected, problem.todo, f"{about}{problem.found}", of_key=where is None)


_PATHS = "a mapping of dotted paths to values, such as {run.seed: 2}"


def beside(path: Path, name: str) -> list[str]:
    """The YAML files in the folder of a path, each written as `name` was: with the same way to its folder."""
    try:
        return [str(Path(name).with_name(other.name)) for other in sorted(path.parent.glob("*.yaml"))]
    except (OSError, ValueError):
        return []


def _listed(typed: Any) -> tuple[str, ...]:
    return (typed,) if isinstance(typed, str) else tuple(typed)
