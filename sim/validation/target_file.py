"""Reading a file of targets, and checking it as a whole.

    read_targets(path)  -> Targets    or an InputError that names every mistake with its line

docs/validation.md says what the keys mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim import units
from sim.clinic.board import ATTRIBUTES as BOARD
from sim.clinic.boardfile import ConditionError, bound
from sim.clinic.protocols import BACKGROUND, KINDS, MAIN
from sim.errors import InputError, Problem, nearest
from sim.evidence import read_evidence
from sim.reading import UNREADABLE, Node, Steps, compose_file
from sim.reading.checked import Checked
from sim.scenario.merge import way
from sim.validation.attributes import ATTRIBUTES
from sim.validation.care import Arm, Care, scenario_of
from sim.validation.targets import (
    AS,
    ENDPOINTS,
    KIND,
    MEASURES,
    NAMES_OF_TREATMENTS,
    NATURES,
    OF_ATTRIBUTE,
    STARTS,
    TIMED,
    UNITS,
    USES,
    Asked,
    Group,
    Part,
    Target,
    Targets,
)

_TARGET = ("id", "use", "nature", "tier", "source", "parts", "note", "why", "patients", "queues")
_TRIAL = ("enrol", "arms")
_PART = (
    *("what", "setting", "scenario", "change", "trial", "arm", "select", "t0", "endpoint", "measure", "at", "of"),
    *("within", "quantile", "unit", "beside", "against", "as", "value", "interval", "n", "tolerance"),
)
_ARM = ("means", "offer", "background", "withheld", "change")
_CARE = ("means", "scenario", "change", "patients", "queues")
BASELINE = "../baseline.yaml"
AGAINST = ("select", "t0", "arm", "setting")


def read_targets(path: str | os.PathLike[str]) -> Targets:
    """Reads a file of targets. InputError holds every mistake, in the order of the file."""
    file = os.fspath(path)
    node, problems, text = compose_file(file)
    reader = _Reader(file, node, problems)
    found = reader.targets()
    reader.stop_if_wrong()
    return Targets(file, reader.text("means", ""), found, text)


class _Reader(Checked):
    """Reads the file; goes on as long as there is something to go on with."""

    def __init__(self, file: str, node: Node, problems: Iterable[Problem]):
        super().__init__(file, node, problems)
        self._tried: dict[str, bool] = {}  # ways of care, and whether they are right

    def targets(self) -> tuple[Target, ...]:
        if not isinstance(self.node.value, dict):
            self.add((), "a mapping with kind, targets and, where they are needed, settings and trials")
            return ()
        self.keys((), ("kind", "means", "settings", "trials", "targets"))
        if self.node.get("kind") != KIND:
            self.add(("kind",), KIND, f"begin the file with `kind: {KIND}`")
        items = self.node.get("targets")
        if not isinstance(items, list) or not items:
            self.add(("targets",), "a list of published results, each with id, what, source and value")
            return ()
        for section, keys in (("settings", _CARE), ("trials", (*_TRIAL, *_CARE))):
            if self._mapping((section,)):
                for name in self.node.at((section,)).value:
                    self._care_keys((section, name), keys)
        found: list[Target] = []
        for number in range(len(items)):
            target = self._target(("targets", number))
            if target is not None:
                if target.id in {other.id for other in found}:
                    self.add(("targets", number, "id"), "an id that no other target has")
                found.append(target)
        return tuple(found)

    # -- small questions

    def _mapping(self, steps: Steps) -> bool:
        """Is there a mapping? A mistake if there is something else."""
        if not self.node.has(steps):
            return False
        if isinstance(self.node.at(steps).value, dict):
            return True
        self.add(steps, "a mapping")
        return False

    def _care_keys(self, steps: Steps, keys: Sequence[str]) -> None:
        if not isinstance(self.node.at(steps).value, dict):
            self.add(steps, "a mapping with some of: " + ", ".join(keys))
            return
        self.keys(steps, keys)
        if "arms" in keys:
            self._arms(steps)

    def _switch(self, steps: Steps) -> bool:
        typed = self.node.at(steps).value
        if isinstance(typed, bool):
            return typed
        self.add(steps, "true or false")
        return False

    def _said(self, steps: Sequence[Steps], key: str) -> Steps | None:
        """Where a key is said: in the part, or else in its target."""
        return next(((*place, key) for place in steps if self.node.has((*place, key))), None)

    def _plain(self, steps: Steps) -> Any:
        return self.node.at(steps).plain()

    # -- targets and parts

    def _target(self, steps: Steps) -> Target | None:
        node = self.node.at(steps)
        if not isinstance(node.value, dict):
            if node.value is not UNREADABLE:
                self.add(steps, "a mapping with id, what, source and value")
            return None
        self.keys(steps, (*_TARGET, *_TRIAL, *_PART))
        id = self._text((*steps, "id"), "a short name, such as c01")
        what = self._text((*steps, "what"), "what was published, in words")
        source = self._text((*steps, "source"), "who published it: a key of the evidence's sources, or a citation")
        use = self.word("use", USES, steps, "check")
        nature = self.word("nature", NATURES, steps, "emergent")
        if self._mapping((*steps, "arms")) or self.node.has((*steps, "enrol")):
            self._arms(steps)
        places: list[tuple[Steps, ...]] = [(steps,)]
        if self.node.has((*steps, "parts")):
            items = self.node.at((*steps, "parts")).value
            if not isinstance(items, list) or not items:
                self.add((*steps, "parts"), "a list of mappings, each with a value")
                return None
            places = [((*steps, "parts", number), steps) for number in range(len(items))]
            for place in places:
                if not isinstance(self.node.at(place[0]).value, dict):
                    self.add(place[0], "a mapping with a value, and what is different from the target")
                    return None
                self.keys(place[0], _PART)
        parts = [part for place in places for part in self._parts(place)]
        notes = [self._text((*steps, key), "a text", "") for key in ("note", "why", "tier")]
        return Target(id, what, source, use or "check", nature or "emergent", notes[2], tuple(parts), *notes[:2])

    def _text(self, steps: Steps, expected: str, otherwise: str | None = None) -> str:
        typed = self.node.at(steps).value if self.node.has(steps) else otherwise
        if isinstance(typed, str) and (typed or otherwise == ""):
            return typed
        self.add(steps, expected)
        return ""

    def _parts(self, places: tuple[Steps, ...]) -> list[Part]:
        """One part, or one for each time where `at` is a list."""
        before = len(self.problems)
        care = self._care(places)
        select = self._select(places)
        t0 = self._start(places, care)
        measure = self._word_at(places, "measure", tuple(MEASURES))
        needs_endpoint = measure not in ("quantile", "mean", "") and not (
            measure == "proportion" and self._said(places, "of")
        )
        endpoint = self._endpoint(places, needed=needs_endpoint)
        at = self._times(places, measure)
        of, where = self._of(places, measure)
        beside = self._beside(places)
        against, difference = self._against(places, care, select, t0, measure)
        within = self._duration(places, "within", 0.0)
        quantile = self._number(places, "quantile", 0.5, 0.0, 1.0)
        unit = self._word_at(places, "unit", UNITS, "months")
        values = self._values(places, len(at) if self._is_list(places, "at") else 0)
        inners = self._published(places, values, measure, difference)
        what = self._said(places[:1], "what") if len(places) > 1 else None
        if len(self.problems) > before or care is None:
            return []
        label = self.node.at(what).value if what else ""
        group = Group(care, tuple(sorted(select.items())), t0)
        found = []
        for number, (low, high) in enumerate(values):
            time = at[number] if at else 0.0
            its = label if len(values) == 1 else f"{label} {units.spoken(time)}".strip()
            found.append(
                Part(
                    its, group, against, difference, endpoint, measure, time, within, quantile, unit, of,
                    tuple(sorted(where.items())), beside, low, high, *inners[number],
                )
            )  # fmt: skip
        return found

    def _is_list(self, places: tuple[Steps, ...], key: str) -> bool:
        said = self._said(places, key)
        return said is not None and isinstance(self.node.at(said).value, list)

    def _word_at(self, places: tuple[Steps, ...], key: str, known: Sequence[str], otherwise: str | None = None) -> str:
        said = self._said(places, key)
        typed = otherwise if said is None else self.node.at(said).value
        if isinstance(typed, str) and typed in known:
            return typed
        listed = "one of " + ", ".join(known)
        self.add(said or (*places[-1], key), listed, nearest(str(typed), known) if said else "")
        return ""

    def _endpoint(self, places: tuple[Steps, ...], needed: bool) -> str:
        said = self._said(places, "endpoint")
        if said is None and not needed:
            return ""
        return self._word_at(places, "endpoint", (*ENDPOINTS, *NAMES_OF_TREATMENTS, *KINDS))

    def _start(self, places: tuple[Steps, ...], care: Care | None) -> str:
        otherwise = "enrolment" if care is not None and care.arm is not None else None
        return self._word_at(places, "t0", (*STARTS, *NAMES_OF_TREATMENTS, *KINDS), otherwise)

    def _select(self, places: tuple[Steps, ...]) -> dict[str, Any]:
        """The conditions of the target, and those of the part in addition."""
        found: dict[str, Any] = {}
        for place in reversed(places):
            if self._mapping((*place, "select")):
                found |= self._conditions((*place, "select"), ATTRIBUTES)
        return found

    def _conditions(self, steps: Steps, known: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for name in self.node.at(steps).value:
            if name not in known:
                self.add((*steps, name), "one of " + ", ".join(known), nearest(name, known), f"'{name}'", of_key=True)
                continue
            value = self._plain((*steps, name))
            try:
                bound(known[name], value, read_evidence().flat)
            except ConditionError as wrong:
                self.add((*steps, name), wrong.expected, wrong.todo)
            else:
                found[name] = tuple(value) if isinstance(value, list) else value
        return found

    def _times(self, places: tuple[Steps, ...], measure: str) -> list[float]:
        said = self._said(places, "at")
        if MEASURES.get(measure) != TIMED:
            return []
        if said is None:
            self.add((*places[-1], "at"), "a time, such as 5 years, or a list of times")
            return []
        typed = self._plain(said)
        times = typed if isinstance(typed, list) else [typed]
        found = []
        for number, text in enumerate(times):
            steps = (*said, number) if isinstance(typed, list) else said
            minutes = self._minutes(steps, text)
            if minutes is not None:
                found.append(minutes)
        return found

    def _minutes(self, steps: Steps, text: Any) -> float | None:
        try:
            minutes = units.minutes(text)
        except (ValueError, TypeError, AttributeError):
            minutes = 0
        if minutes > 0:
            return float(minutes)
        self.add(steps, "a time above 0, such as '6 months' or '5 years'")
        return None

    def _duration(self, places: tuple[Steps, ...], key: str, otherwise: float) -> float:
        said = self._said(places, key)
        return otherwise if said is None else self._minutes(said, self._plain(said)) or otherwise

    def _number(self, places: tuple[Steps, ...], key: str, otherwise: float, low: float, high: float) -> float:
        said = self._said(places, key)
        if said is None:
            return otherwise
        typed = self.node.at(said).value
        if isinstance(typed, bool) or not isinstance(typed, int | float) or not low <= typed <= high:
            self.add(said, f"a number from {low:g} to {high:g}")
            return otherwise
        return float(typed)

    def _of(self, places: tuple[Steps, ...], measure: str) -> tuple[Asked, dict[str, Any]]:
        said = self._said(places, "of")
        if measure == "proportion":
            return "", self._conditions(said, ATTRIBUTES) if said and self._mapping(said) else {}
        if MEASURES.get(measure) != OF_ATTRIBUTE:
            return "", {}
        asked = self._asked(said) if said else ""
        if not asked:
            self.add(said or (*places[-1], "of"), "an attribute such as liver_burden_pct, or conditions")
        return asked, {}

    def _asked(self, steps: Steps) -> Asked:
        """An attribute by its name, or conditions, which count as 1 where they hold."""
        if isinstance(self.node.at(steps).value, dict):
            return tuple(sorted(self._conditions(steps, ATTRIBUTES).items()))
        name = self.node.at(steps).value
        if name not in ATTRIBUTES:
            self.add(steps, "one of " + ", ".join(ATTRIBUTES), nearest(str(name), ATTRIBUTES), f"'{name}'")
            return ""
        return str(name)

    def _beside(self, places: tuple[Steps, ...]) -> tuple[Asked, ...]:
        said = self._said(places, "beside")
        if said is None:
            return ()
        items = self.node.at(said).value
        steps = [(*said, number) for number in range(len(items))] if isinstance(items, list) else [said]
        return tuple(asked for asked in map(self._asked, steps) if asked)

    def _against(
        self, places: tuple[Steps, ...], care: Care | None, select: dict[str, Any], t0: str, measure: str
    ) -> tuple[Group | None, str]:
        said = self._said(places, "against")
        difference = ""
        if self._said(places, "as"):
            difference = self._word_at(places, "as", AS)
        if said is None:
            if measure == "hazard_ratio" or difference:
                self.add((*places[-1], "against"), "the group it is compared with: {select: ...} or {arm: ...}")
            return None, difference
        if not self._mapping(said) or care is None:
            return None, difference
        self.keys(said, AGAINST)
        if measure != "hazard_ratio" and not difference:
            self.add((*said[:-1], "as"), f"one of {', '.join(AS)}", "say how the two are compared")
        its = self._conditions((*said, "select"), ATTRIBUTES) if self._mapping((*said, "select")) else {}
        other = self._care((said, *places))
        start = self._word_at((said, *places), "t0", (*STARTS, *NAMES_OF_TREATMENTS, *KINDS), t0 or "diagnosis")
        return (None if other is None else Group(other, tuple(sorted((select | its).items())), start)), difference

    # -- what was published

    def _values(self, places: tuple[Steps, ...], many: int) -> list[tuple[float, float]]:
        said = self._said(places, "value")
        if said is None:
            self.add((*places[0], "value"), "what was published: a number, or [lowest, highest]")
            return []
        typed = self._plain(said)
        items = typed if many else [typed]
        if many and (not isinstance(items, list) or len(items) != many):
            self.add(said, f"a list of {many}, one for each time of `at`")
            return []
        found = []
        for number, item in enumerate(items):
            pair = item if isinstance(item, list) else [item, item]
            right = len(pair) == 2 and all(isinstance(x, int | float) and not isinstance(x, bool) for x in pair)
            if not right or pair[0] > pair[1]:
                self.add((*said, number) if many else said, "a number, or [lowest, highest]")
                return []
            found.append((float(pair[0]), float(pair[1])))
        return found

    def _published(
        self, places: tuple[Steps, ...], values: list[tuple[float, float]], measure: str, difference: str
    ) -> list[tuple[tuple[float, float], float]]:
        """Of each value the band that counts as inside, and the standard error of what was published."""
        interval, n = self._said(places, "interval"), self._number(places, "n", 0.0, 0, 1e9)
        pairs = self._plain(interval) if interval else None
        if interval and not _is_pair(pairs):
            self.add(interval, "[lowest, highest], with what was published between them")
            pairs = None
        tolerance = self._said(places, "tolerance")
        given = self._plain(tolerance) if tolerance else None
        found = []
        for number, (low, high) in enumerate(values):
            its = given[number] if isinstance(given, list) and len(given) == len(values) else given
            error = float("nan")
            if measure in ("survival", "incidence", "incidence_censoring_deaths", "proportion") and n and low == high:
                error = (low * (1 - low) / n) ** 0.5 if 0 <= low <= 1 else error
            if pairs:
                error = (pairs[1] - pairs[0]) / 3.92  # two normal quantiles
            if its is not None:
                about = self._band(tolerance, its, low, high)
                band = about if about else (low, high)
            elif low < high:
                band = (low, high)
            elif pairs:
                band = (float(pairs[0]), float(pairs[1]))
            else:
                share = measure in ("survival", "incidence", "incidence_censoring_deaths", "proportion")
                spread = 0.10 if share and difference != "ratio" else 0.25 * abs(low)
                band = (low - spread, high + spread)
            found.append((band, error))
        return found

    def _band(self, steps: Steps | None, typed: Any, low: float, high: float) -> tuple[float, float] | None:
        assert steps is not None
        if isinstance(typed, str) and typed.strip().endswith("%"):
            try:
                share = units.share(typed)
            except ValueError:
                share = -1.0
            if share >= 0:
                return low - share * abs(low), high + share * abs(high)
        elif isinstance(typed, int | float) and not isinstance(typed, bool) and typed >= 0:
            return low - typed, high + typed
        self.add(steps, "how far from it still counts as inside: a number such as 0.08, or a share such as '25 %'")
        return None

    # -- ways of care

    def _care(self, places: tuple[Steps, ...]) -> Care | None:
        scenario, change, patients, queues = BASELINE, {}, 0, False
        setting = self._said(places, "setting")
        sections: list[Steps] = []
        if setting is not None:
            names = self.node.get("settings", {})
            name = self.node.at(setting).value
            if name not in names:
                self.add(setting, "one of the settings of this file", nearest(str(name), names))
                return None
            sections.append(("settings", name))
        arm_at, trial_at = self._said(places, "arm"), self._said(places, "trial")
        arm = None
        if trial_at is not None:
            trials, name = self.node.get("trials", {}), self.node.at(trial_at).value
            if name not in trials:
                self.add(trial_at, "one of the trials of this file", nearest(str(name), trials))
                return None
            sections.append(("trials", name))
            arm = self._arm(("trials", name), str(name), arm_at, places)
        elif self.node.has((*places[-1], "arms")):
            arm = self._arm(places[-1], str(self.node.at(places[-1]).get("id", "trial")), arm_at, places)
        elif arm_at is not None:
            self.add(arm_at, "no arm where there is no trial", "name the trial, or give enrol and arms here")
        if (trial_at is not None or self.node.has((*places[-1], "arms"))) and arm is None:
            return None
        sections += [place for place in reversed(places) if "against" not in place]
        for section in sections:
            typed = self.node.at(section).get("scenario")
            if typed is not None:
                scenario = self._text((*section, "scenario"), "the name of a scenario file")
            if self._mapping((*section, "change")):
                change |= self._plain((*section, "change"))
            if self.node.has((*section, "patients")):
                patients = self.whole((*section, "patients"), 100, 5_000_000)
            if self.node.has((*section, "queues")):
                queues = self._switch((*section, "queues"))
        if arm is not None and arm_at is not None:
            of_arm = self._arm_place(places, trial_at)
            if self._mapping((*of_arm, arm.name, "change")):
                change |= self._plain((*of_arm, arm.name, "change"))
        path = os.path.normpath(Path(self.file).parent / scenario)
        if not Path(path).is_file():
            where = next((s for s in reversed(sections) if self.node.has((*s, "scenario"))), places[-1])
            self.add((*where, "scenario"), "a scenario file, seen from the folder of this one", found=f"'{scenario}'")
            return None
        care = Care(path, tuple(sorted((key, repr(value)) for key, value in change.items())), arm, patients, queues)
        return care if self._stands(care, sections, arm_at) else None

    def _stands(self, care: Care, sections: Sequence[Steps], arm_at: Steps | None) -> bool:
        """Does the front door of scenarios take it? What it says is said at the change it is about; once for each."""
        if care.key not in self._tried:
            self._tried[care.key] = True
            try:
                scenario_of(care)
            except InputError as error:
                self._tried[care.key] = False
                for problem in error.problems:
                    changed = [((*s, "change"), key) for s in reversed(sections) for key in self._changes(s)]
                    where = next(((*s, key) for s, key in changed if _concerns(key, problem.path)), None)
                    if problem.file not in ("", "change"):
                        self.problems.append(problem)  # the scenario's own mistake
                        continue
                    about = f"{problem.path}: " if where is None or where[-1] != problem.path else ""
                    self.add(where or arm_at or sections[-1], problem.expected, problem.todo, f"{about}{problem.found}")
        return self._tried[care.key]

    def _changes(self, steps: Steps) -> Sequence[str]:
        its = self.node.at(steps).get("change")
        return tuple(its) if isinstance(its, dict) else ()

    def _arm_place(self, places: tuple[Steps, ...], trial_at: Steps | None) -> Steps:
        return ("trials", self.node.at(trial_at).value, "arms") if trial_at else (*places[-1], "arms")

    def _arms(self, steps: Steps) -> None:
        """The rules of a trial, wherever it stands."""
        if not self._mapping((*steps, "enrol")):
            if not self.node.has((*steps, "enrol")):
                self.add((*steps, "enrol"), "who is enrolled: conditions of the board, such as {site: small_intestine}")
        else:
            self._conditions((*steps, "enrol"), BOARD)
        if not self._mapping((*steps, "arms")) or not self.node.at((*steps, "arms")).value:
            if not self.node.has((*steps, "arms")):
                self.add((*steps, "arms"), "the arms by name, each with its offer")
            return
        for name in self.node.at((*steps, "arms")).value:
            place = (*steps, "arms", name)
            if not isinstance(self.node.at(place).value, dict):
                self.add(place, "a mapping with an offer")
                continue
            self.keys(place, _ARM)
            self._treatments((*place, "offer"), [t.name.lower() for t in MAIN])
            self._treatments((*place, "withheld"), NAMES_OF_TREATMENTS, needed=False)
            if self.node.has((*place, "background")):
                self.word("background", [t.name.lower() for t in BACKGROUND], place)

    def _treatments(self, steps: Steps, known: Sequence[str], needed: bool = True) -> tuple[str, ...]:
        if not self.node.has(steps):
            if needed:
                self.add(steps, "a treatment, or a list of equal ones")
            return ()
        typed = self._plain(steps)
        names = typed if isinstance(typed, list) else [typed]
        for name in names:
            if name not in known:
                self.add(steps, "one of " + ", ".join(known), nearest(str(name), known), f"'{name}'")
                return ()
        return tuple(names)

    def _arm(self, steps: Steps, trial: str, arm_at: Steps | None, places: tuple[Steps, ...]) -> Arm | None:
        arms = self.node.at((*steps, "arms")).value if self.node.has((*steps, "arms")) else {}
        if not isinstance(arms, dict):
            return None
        if arm_at is None:
            self.add((*places[0], "arm"), "the arm of the trial: one of " + ", ".join(arms))
            return None
        name = self.node.at(arm_at).value
        if name not in arms:
            self.add(arm_at, "an arm of the trial: one of " + ", ".join(arms), nearest(str(name), arms))
            return None
        place = (*steps, "arms", name)
        if not isinstance(self.node.at(place).value, dict) or not isinstance(
            self.node.at((*steps, "enrol")).value, dict
        ):
            return None
        told = self._plain(place)
        offer, withheld = told.get("offer", ()), told.get("withheld", ())
        return Arm(
            trial,
            name,
            self._plain((*steps, "enrol")),
            (offer,) if isinstance(offer, str) else tuple(offer),
            str(told.get("background", "")),
            (withheld,) if isinstance(withheld, str) else tuple(withheld),
        )


def _is_pair(typed: Any) -> bool:
    numbers = isinstance(typed, list) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in typed)
    return numbers and len(typed) == 2 and typed[0] < typed[1]


def _concerns(path: str, other: str) -> bool:
    """Is one of two paths inside the other, or the same?"""
    mine, theirs = way(path), way(other)
    shared = min(len(mine), len(theirs))
    return mine[:shared] == theirs[:shared]
