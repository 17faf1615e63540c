"""Reading a file of targets, and checking it as a whole.

    read_targets(path)  -> Targets    or an InputError that names every mistake with its line

docs/validation.md says what the keys mean. `care_file` reads how patients are treated, `published` what was published.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from sim import units
from sim.clinic.protocols import KINDS
from sim.errors import nearest, one_of
from sim.evidence import read_evidence
from sim.reading import UNREADABLE, Steps, compose_file
from sim.validation.attributes import ATTRIBUTES
from sim.validation.care import Care
from sim.validation.care_file import TRIAL_KEYS, CareReader
from sim.validation.layers import Layers
from sim.validation.published import published
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

FILE_KEYS = ("kind", "means", "scenario", "settings", "trials", "targets")
ABOUT_KEYS = ("id", "use", "nature", "tier", "source", "parts", "note", "why", "patients", "queues")
PART_KEYS = (
    *("what", "setting", "scenario", "change", "trial", "arm", "select", "t0", "endpoint", "measure", "at", "of"),
    *("within", "quantile", "unit", "beside", "against", "as", "value", "interval", "n", "tolerance"),
)
TARGET_KEYS = (*ABOUT_KEYS, *TRIAL_KEYS, *PART_KEYS)
AGAINST_KEYS = ("select", "t0", "arm", "setting")
START_WORDS = (*STARTS, *NAMES_OF_TREATMENTS, *KINDS)
ENDPOINT_WORDS = (*ENDPOINTS, *NAMES_OF_TREATMENTS, *KINDS)
_CONDITIONS = "conditions by attribute, such as {grade: [G1, G2], liver_burden_pct: '<= 50'}"
_SUMMED = ("quantile", "mean")  # of an attribute, whatever happens later
_ONLY_WITH = {
    "at": tuple(name for name, kind in MEASURES.items() if kind == TIMED),
    "within": ("proportion", "hazard_ratio"),
    "quantile": ("quantile",),
    "unit": ("median", "restricted_mean"),
    "beside": ("log_hazard",),
    "of": ("proportion", *(name for name, kind in MEASURES.items() if kind == OF_ATTRIBUTE)),
    "endpoint": tuple(name for name in MEASURES if name not in _SUMMED),
    "as": tuple(name for name in MEASURES if name != "hazard_ratio"),
}
"""Keys that say something of some measures only."""


def read_targets(path: str | os.PathLike[str]) -> Targets:
    """Reads a file of targets. InputError holds every mistake, in the order of the file."""
    file = os.fspath(path)
    node, problems, text = compose_file(file)
    reader = _Reader(file, node, problems)
    found, means = reader.targets(), reader.text("means", "")
    reader.stop_if_wrong()
    return Targets(file, means, found, text)


class _Reader(CareReader):
    """Reads the file; goes on as long as there is something to go on with."""

    def targets(self) -> tuple[Target, ...]:
        """All of them that are right."""
        self.of_kind(KIND)
        self.keys((), FILE_KEYS)
        self.sections()
        items = self.node.get("targets")
        if not isinstance(items, list) or not items:
            self.add(("targets",), "a list of published results, each with id, what, source and value")
            return ()
        found: list[Target] = []
        for number in range(len(items)):
            target = self._target(("targets", number))
            if target is not None:
                if target.id and target.id in {other.id for other in found}:
                    self.add(("targets", number, "id"), "an id that no other target has")
                found.append(target)
        self.unused()
        return tuple(found)

    # -- a target

    def _target(self, steps: Steps) -> Target | None:
        if not self._is_mapping(steps, "a mapping with id, what, source and value"):
            return None
        self.keys(steps, TARGET_KEYS)
        id = self.text_at((*steps, "id"), "a short name, such as c01")
        what = self.text_at((*steps, "what"), "what was published, in words")
        source = self._source((*steps, "source"))
        use = self.word("use", USES, steps, "check")
        nature = self.word("nature", NATURES, steps, "emergent")
        note, why, tier = (self.text_at((*steps, key), "a text", "") for key in ("note", "why", "tier"))
        if any(self.node.has((*steps, key)) for key in TRIAL_KEYS):
            self.trial(steps)
        parts = [part for layers in self._layers(steps) for part in self._parts(layers)]
        return Target(id, what, source, use, nature, tier, tuple(parts), note, why)

    def _is_mapping(self, steps: Steps, expected: str) -> bool:
        """Is there a mapping? Nothing more is said of what was not read."""
        value = self.node.at(steps).value
        if not isinstance(value, dict) and value is not UNREADABLE:
            self.add(steps, expected)
        return isinstance(value, dict)

    def _source(self, steps: Steps) -> str:
        """A key of the evidence's sources, or a citation; what looks like a key and is none is a slip."""
        source = self.text_at(steps, "who published it: a key of the evidence's sources, or a citation")
        known = read_evidence().sources
        if re.fullmatch(r"[A-Z][A-Z0-9_]*", source) and source not in known:
            expected = "a key of the evidence's sources, or a citation in words"
            self.add(steps, expected, nearest(source, known), f"'{source}'")
        return source

    def _layers(self, steps: Steps) -> list[Layers]:
        """Of each part, where it stands: in the target itself, or in its list of parts."""
        if not self.node.has((*steps, "parts")):
            return [(steps,)]
        items = self.node.at((*steps, "parts")).value
        if not isinstance(items, list) or not items:
            self.add((*steps, "parts"), "a list of mappings, each with a value")
            return []
        found: list[Layers] = []
        for number in range(len(items)):
            part = (*steps, "parts", number)
            if self._is_mapping(part, "a mapping with a value, and what is different from the target"):
                self.keys(part, PART_KEYS)
                found.append((part, steps))
        return found

    # -- a part

    def _parts(self, layers: Layers) -> list[Part]:
        """One part, or one for each time where `at` is a list."""
        before = len(self.problems)
        care = self.care(layers)
        select = self._select(layers)
        t0 = self._start(layers, care)
        measure = self.word_at(layers, "measure", tuple(MEASURES))
        self._without_effect(layers, measure)
        endpoint = self._endpoint(layers, measure)
        at = self._times(layers, measure)
        of, where = self._of(layers, measure)
        beside = self._beside(layers) if measure == "log_hazard" else ()
        difference = self.word_at(layers, "as", AS) if self.said(layers, "as") and measure != "hazard_ratio" else ""
        group = Group(care, tuple(sorted(select.items())), t0) if care is not None else None
        against = self._against(layers, group, measure, difference)
        within = self.duration_at(layers, "within", 0.0)
        quantile = self.number_at(layers, "quantile", 0.5, 0.0, 1.0)
        unit = self.word_at(layers, "unit", UNITS, "months")
        many = len(at) if self.is_list(self.said(layers, "at")) else 0
        known = measure and (at or MEASURES[measure] != TIMED)
        numbers = published(self, layers, many, measure, difference) if known else []
        label = self.text_at((*layers[0], "what"), "what this number is, in words", "") if len(layers) > 1 else ""
        if len(self.problems) > before or group is None:
            return []
        found = []
        for number, its in enumerate(numbers):
            time = at[number] if at else 0.0
            words = label if len(numbers) == 1 else f"{label} {units.spoken(time)}".strip()
            found.append(
                Part(
                    words, group, against, difference, endpoint, measure, time, within, quantile, unit, of,
                    tuple(sorted(where.items())), beside, its.low, its.high, its.inner, its.error, its.n,
                )
            )  # fmt: skip
        return found

    def _without_effect(self, layers: Layers, measure: str) -> None:
        """Refuse what a part says beside a measure that does not ask for it; a target may say it for some parts."""
        for key, measures in _ONLY_WITH.items():
            if measure and measure not in measures and self.node.has((*layers[0], key)):
                found = f"the key '{key}' beside the measure {measure}"
                self.add((*layers[0], key), f"it with {', '.join(measures)} only", "leave it out", found, of_key=True)

    def _endpoint(self, layers: Layers, measure: str) -> str:
        needless = measure in (*_SUMMED, "") or (measure == "proportion" and self.said(layers, "of"))
        if needless and self.said(layers, "endpoint") is None:
            return ""
        return self.word_at(layers, "endpoint", ENDPOINT_WORDS)

    def _start(self, layers: Layers, care: Care | None) -> str:
        if care is None and self.said(layers, "t0") is None:
            return ""  # what is wrong with the way of care has been said
        in_trial = care is not None and care.arm is not None
        start = self.word_at(layers, "t0", START_WORDS, "enrolment" if in_trial else None)
        if start == "enrolment" and care is not None and not in_trial:
            self.add((*layers[-1], "t0"), "another start, as nobody is enrolled", "name a trial and an arm")
        return start

    def _select(self, layers: Sequence[Steps]) -> dict[str, Any]:
        """The conditions of the target, and those of the part in addition."""
        found: dict[str, Any] = {}
        for layer in reversed(layers):
            if self.mapping((*layer, "select"), _CONDITIONS):
                found |= self.conditions((*layer, "select"))
        return found

    def _times(self, layers: Layers, measure: str) -> list[float]:
        """The times of a curve; 0 stands for one that is wrong."""
        if MEASURES.get(measure) != TIMED:
            return []
        said = self.said(layers, "at")
        if said is None or self.node.at(said).value == []:
            self.add(said or (*layers[-1], "at"), "a time, such as 5 years, or a list of times")
            return []
        items = self.node.at(said).value
        places = [(*said, number) for number in range(len(items))] if isinstance(items, list) else [said]
        return [self.minutes(steps) or 0.0 for steps in places]

    # -- attributes

    def _of(self, layers: Layers, measure: str) -> tuple[Asked, dict[str, Any]]:
        """What is asked of an attribute, and the conditions of a proportion."""
        said = self.said(layers, "of")
        if measure == "proportion":
            if said is None or not self.mapping(said, _CONDITIONS):
                return "", {}
            if not self.node.at(said).value:
                self.add(said, _CONDITIONS)
            return "", self.conditions(said)
        if MEASURES.get(measure) != OF_ATTRIBUTE:
            return "", {}
        if said is None:
            self.add((*layers[-1], "of"), "an attribute such as liver_burden_pct, or conditions")
            return "", {}
        return self._asked(said), {}

    def _asked(self, steps: Steps) -> Asked:
        """An attribute by its name, or conditions, which count as 1 where they hold."""
        typed = self.node.at(steps).value
        if isinstance(typed, dict) and typed:
            return tuple(sorted(self.conditions(steps).items()))
        if not isinstance(typed, str) or typed not in ATTRIBUTES:
            expected = "conditions such as {grade: [G2, G3]}, or " + one_of(ATTRIBUTES, typed)
            self.add(steps, expected, nearest(str(typed), ATTRIBUTES))
            return ""
        levels = ATTRIBUTES[typed].levels
        if len(levels) > 2:  # of two, the second counts as 1
            todo = f"say which of its levels, such as {{{typed}: {levels[-1]}}}"
            self.add(steps, "an attribute that is a number, or conditions", todo, f"'{typed}', which is one of words")
            return ""
        return typed

    def _beside(self, layers: Layers) -> tuple[Asked, ...]:
        said = self.said(layers, "beside")
        if said is None:
            return ()
        items = self.node.at(said).value
        steps = [(*said, number) for number in range(len(items))] if isinstance(items, list) else [said]
        return tuple(asked for asked in map(self._asked, steps) if asked)

    # -- another group

    def _against(self, layers: Layers, group: Group | None, measure: str, difference: str) -> Group | None:
        """The group that is compared with this one."""
        said = self.said(layers, "against")
        expected = "the group it is compared with, such as {select: ...} or {arm: ...}"
        if said is None:
            if measure == "hazard_ratio" or difference:
                self.add((*layers[-1], "against"), expected)
            return None
        if not self.mapping(said, expected):
            return None
        before = len(self.problems)
        self.keys(said, AGAINST_KEYS)
        if measure and measure != "hazard_ratio" and not self.said(layers, "as"):
            self.add((*said[:-1], "as"), f"one of {', '.join(AS)}", "say how the two are compared")
        select = self._select((said, *layers))
        if group is None:
            return None
        care = self.care((said, *layers))
        start = self.word_at((said,), "t0", START_WORDS, group.t0 or START_WORDS[0])
        if care is None or len(self.problems) > before:
            return None
        other = Group(care, tuple(sorted(select.items())), start)
        if other == group and group.t0:
            self.add(said, "a group that differs in select, t0, arm or setting", found="the same group")
        return other
