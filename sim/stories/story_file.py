"""Reading a story, and checking it as a whole.

    read_story(path)  -> Story    or an InputError that names every mistake with its line

docs/stories.md says what the keys mean.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sim import units
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import MOST_LESIONS, BloodGroup, Exclusion, Grade, Hormone, Site
from sim.clinic.protocols import Treatment
from sim.clinic.stages import Cause
from sim.errors import InputError, Problem, nearest, one_of
from sim.evidence import read_evidence
from sim.log import BESIDE_ROW, Event, Why
from sim.reading import UNREADABLE, Node, Steps, compose_file
from sim.reading.checked import Checked
from sim.running import board_of, clinic_known
from sim.scenario import Scenario, read_scenario
from sim.stories.story import CAUSES, KIND, OF_A_CAUSE, SPREADS, Death, Line, Metastases, Person, Spread, Story

QUIET = Path(__file__).with_name("quiet.yaml")
"""The hospital of a story that names none."""

KEYS = (
    *("kind", "story", "means", "patient", "first_symptom", "liver_metastases", "spread", "dies"),
    *("hospital", "change", "evidence", "years", "journey", "never"),
)
PERSON_KEYS = (
    *("age", "sex", "site", "grade", "ki67_pct", "growth", "hormone", "receptors", "kidney_disease", "egfr"),
    *("bilirubin", "biliary_procedure", "ecog", "delay", "found_by_chance", "began_in_liver", "heart_disease"),
    *("blood_group", "transplant_exclusion", "right_lobe", "mri"),
)
_WHY_OF = {
    "row": ("decided", "enrolled"),
    "treatment": (
        *("treated", "completed", "cleared", "converted", "complicated", "lost", "refused", "not_offered"),
        *("severe", "crisis", "unwell", "eased"),
    ),
    "of": OF_A_CAUSE,
}
_LISTED = ("joined", "booked", "called", "started", "finished", "cancelled", "missed", "declined", "withdrawn")
_NEAR = 3.0  # years of a story that says nothing of it: long enough to see a first recurrence
_MOST_YEARS = 40
T = TypeVar("T")
Words = Mapping[str, int]


@dataclass(frozen=True)
class _Range:
    """What a number may be, and how a message says it."""

    low: float
    high: float
    said: str


def read_story(path: str | os.PathLike[str]) -> Story:
    """Reads a story. InputError holds every mistake, in the order of the file."""
    file = os.fspath(path)
    node, problems, text = compose_file(file)
    reader = _Reader(file, node, problems)
    found = reader.story()
    reader.stop_if_wrong()
    assert found is not None  # without a mistake there is one
    return replace(found, text=text)


class _Reader(Checked):
    """Reads the file; goes on as long as there is something to go on with."""

    def story(self) -> Story | None:
        if not isinstance(self.node.value, dict):
            self.add((), "a mapping with kind, story, patient and journey")
            return None
        self.keys((), KEYS)
        if self.node.get("kind") != KIND:
            self.add(("kind",), KIND, f"begin the file with `kind: {KIND}`")
        name, stem = self.text("story"), Path(self.file).stem
        if name and name != stem:
            self.add(("story",), f"'{stem}', like the file", "rename the one or the other")
        means = self.text("means")
        person = self._person()
        first = self._date(("first_symptom",), date(2024, 1, 4))
        scenario = self._hospital()
        if scenario is None:
            return None
        ends = scenario.run.start + timedelta(minutes=scenario.run.ends)
        if not scenario.run.start <= first < ends:
            self.add(("first_symptom",), f"a day from {scenario.run.start} on, when the hospital's time begins")
        if person.death is not None and first + timedelta(minutes=person.death.after) > ends:
            self._too_late(("dies", "after"), ends)
        words = _Words.of(scenario)
        journey = self._lines("journey", words, dated=True)
        for number, line in enumerate(journey):
            if line.date is not None and line.date > ends:
                self._too_late(("journey", number, "date"), ends)
        never = self._lines("never", words, dated=False)
        return Story(self.file, name, means, person, first, scenario, journey, never)

    def _too_late(self, steps: Steps, ends: date) -> None:
        """Nothing is told of what comes after her last day."""
        self.add(steps, f"a day up to {ends}, until which she is followed", "give her more `years:`")

    # -- small questions

    def _all(self, steps: Steps, what: str) -> list[Steps]:
        """The way to each item of a list; none where there is no list."""
        if not self.node.has(steps):
            return []
        items = self.node.at(steps).value
        if not isinstance(items, list):
            self.add(steps, what)
            return []
        found = []
        for number, item in enumerate(items):
            if isinstance(item.value, dict):
                found.append((*steps, number))
            elif item.value is not UNREADABLE:
                self.add((*steps, number), what.replace("a list of", "a mapping, one of the"))
        return found

    def _parsed(self, steps: Steps, otherwise: T, parse: Callable[[str], T], expected: str) -> T:
        """A text that is read by a function, which refuses it by a ValueError."""
        if not self.node.has(steps):
            return otherwise
        typed = self.node.at(steps).value
        try:
            if not isinstance(typed, str):
                raise ValueError
            return parse(typed)
        except ValueError:
            self.add(steps, expected)
            return otherwise

    def _date(self, steps: Steps, otherwise: date) -> date:
        return self._parsed(steps, otherwise, date.fromisoformat, "a date as year-month-day, such as 2024-03-11")

    def _after(self, steps: Steps, otherwise: int = 0) -> int:
        expected = "a time of 0 or more after first symptom, such as '14 days' or '6 months'"

        def parse(text: str) -> int:
            found = units.minutes(text)
            if found < 0:
                raise ValueError
            return found

        return self._parsed(steps, otherwise, parse, expected)

    def _number(self, steps: Steps, its: _Range, otherwise: float | None) -> float:
        """A number within a range, or `otherwise` where none is typed; None: one has to be."""
        if otherwise is not None and not self.node.has(steps):
            return otherwise
        typed = self.node.at(steps).value if self.node.has(steps) else None
        if isinstance(typed, bool) or not isinstance(typed, int | float) or not its.low <= typed <= its.high:
            self.add(steps, its.said)
            return its.low
        return float(typed)

    def _switch(self, steps: Steps, otherwise: bool = False) -> bool:
        if not self.node.has(steps):
            return otherwise
        typed = self.node.at(steps).value
        if not isinstance(typed, bool):
            self.add(steps, "true or false")
            return False
        return typed

    def _code(self, key: str, known: Words, otherwise: str = "") -> int:
        """The number of a word about the patient."""
        return known.get(self.word(key, tuple(known), ("patient",), otherwise), 0)

    # -- the patient

    def _person(self) -> Person:
        steps = ("patient",)
        if not isinstance(self.node.get("patient"), dict):
            self.add(steps, "a mapping with age, sex, site, grade and ki67_pct")
            return Person({}, 0.0, False, (), (), None)
        self.keys(steps, PERSON_KEYS)
        grade = self._code("grade", {its.name: its.value for its in Grade})
        hormone = self._code("hormone", _lower(Hormone), "none")
        traits = {
            "age": self._number((*steps, "age"), _Range(18, 100, "an age in years, from 18 to 100"), None),
            "male": self._code("sex", {"female": 0, "male": 1}),
            "site": self._code("site", _lower(Site)),
            "grade": grade,
            "ki67": self._ki67(Grade(grade) if self.node.at(steps).get("grade") in Grade.__members__ else None),
            "functioning": int(hormone != Hormone.NONE),
            "hormone": hormone,
            "receptors": self._code("receptors", {"negative": 0, "positive": 1}, "positive"),
            "kidney_disease": int(self._switch((*steps, "kidney_disease"))),
            "egfr": self._number((*steps, "egfr"), _Range(1, 150, "mL/min, from 1 to 150"), self._usual_egfr()),
            "bilirubin": self._number((*steps, "bilirubin"), _Range(1, 500, "umol/L, from 1 to 500"), 11.0),
            "biliary": int(self._switch((*steps, "biliary_procedure"))),
            "ecog": self.whole((*steps, "ecog"), 0, 4, 0),
            "delay": self._after((*steps, "delay"), 10 * units.DAY),
            "by_chance": int(self._switch((*steps, "found_by_chance"))),
            "hepatic": int(self._switch((*steps, "began_in_liver"))),
            "blood_group": self._code("blood_group", _lower(BloodGroup), "o"),
            "exclusion": self._code("transplant_exclusion", _lower(Exclusion), "none"),
            "lobe_0": self._parsed(
                (*steps, "right_lobe"), 0.65, units.share, "a percentage of the liver, such as 65 %"
            ),
            "mri_told": int(self._switch((*steps, "mri"), True)),
        }
        if traits["by_chance"] and self.node.has((*steps, "delay")):
            self.add((*steps, "delay"), "no delay: who is found by chance has no symptoms", "leave it out")
        if traits["by_chance"]:
            traits["delay"] = 0
        return Person(
            traits,
            self._growth((*steps, "growth")),
            self._switch((*steps, "heart_disease")),
            self._metastases(),
            self._spread(),
            self._death(),
        )

    def _ki67(self, grade: Grade | None) -> float:
        """Ki-67 of a grade; any, where there is no such grade."""
        if grade is None:
            return self._number(("patient", "ki67_pct"), _Range(0, 100, "a Ki-67 from 0 to 100"), None)
        ledger = read_evidence()
        values = dict(zip(ledger.flat, ledger.known({}).tolist(), strict=True))
        name = f"ki67_range_{grade.name.lower()}"
        low, high = values[f"{name}.lowest"], values[f"{name}.highest"]
        low = 0.0 if grade == Grade.G1 else low
        said = f"a Ki-67 of {grade.name.replace('_', ' ')}, from {low:g} to {high:g}"
        return self._number(("patient", "ki67_pct"), _Range(low, high, said), None)

    def _usual_egfr(self) -> float:
        return 45.0 if self.node.at(("patient",)).get("kidney_disease") is True else 85.0

    def _growth(self, steps: Steps) -> float:
        def parse(text: str) -> float:
            number, percent, per = text.partition("%")
            return units.per_year(f"{number}{per}") / 100 if percent else units.per_year(text)

        return self._parsed(steps, -1.0, parse, "a rate at which the tumour grows, such as '2 % per month'")

    def _metastases(self) -> tuple[Metastases, ...]:
        found: dict[int, list[tuple[float, int]]] = {}
        for steps in self._all(("liver_metastases",), "a list of lesions, each with cm and lobe"):
            self.keys(steps, ("after", "cm", "lobe", "number"))
            cm = self._number((*steps, "cm"), _Range(0.1, 20, "a diameter in cm, from 0.1 to 20"), None)
            lobe = self.word("lobe", ("right", "left", "both"), steps)
            number = self.whole((*steps, "number"), 1, MOST_LESIONS, 1)
            lobes = {"right": (0,), "left": (1,)}.get(lobe, (0, 1))
            after = found.setdefault(self._after((*steps, "after")), [])
            after += [(cm, lobes[its % len(lobes)]) for its in range(number)]
        if sum(map(len, found.values())) > MOST_LESIONS:
            self.add(("liver_metastases",), f"at most {MOST_LESIONS} lesions in all")
        known = read_evidence().known({})
        liver, most = float(known[Known.LIVER_VOLUME_ML]), float(known[Known.GOMPERTZ_CAPACITY])
        share = sum(share_of(cm, liver) for lesions in found.values() for cm, _ in lesions)
        if share >= most:
            room = f"lesions that find room in a liver of {liver:,.0f} mL, less than {100 * most:.0f} % of it"
            self.add(("liver_metastases",), room, found=f"lesions of {100 * share:.0f} % of it together")
        return tuple(Metastases(after, tuple(lesions)) for after, lesions in sorted(found.items()))

    def _spread(self) -> tuple[Spread, ...]:
        told = {"bone": "hurts_after", "peritoneum": "closes_bowel_after"}
        found: list[Spread] = []
        for steps in self._all(("spread",), "a list of places, each with to and after"):
            to = self.word("to", SPREADS, steps)
            self.keys(steps, ("to", "after", *(told[name] for name in told if name == to)))
            if to and to in {its.to for its in found}:
                self.add((*steps, "to"), "a place outside the liver where there is none yet")
            key = told.get(to, "")
            later = self._after((*steps, key)) if key and self.node.has((*steps, key)) else -1
            found.append(Spread(self._after((*steps, "after")), to or SPREADS[0], later))
        return tuple(sorted(found, key=lambda its: its.after))

    def _death(self) -> Death | None:
        if not self.node.has(("dies",)):
            return None
        if not isinstance(self.node.get("dies"), dict):
            self.add(("dies",), "a mapping with after and of")
            return None
        self.keys(("dies",), ("after", "of"))
        if not self.node.has(("dies", "after")):
            self.add(("dies", "after"), "a time after first symptom, such as '2 years'")
        return Death(self._after(("dies", "after")), self.word("of", CAUSES, ("dies",)))

    # -- her luck and the hospital

    def _hospital(self) -> Scenario | None:
        changes = self._changes()
        typed = self.text("hospital", "") if self.node.has(("hospital",)) else ""
        file = str(Path(self.file).parent / typed) if typed else str(QUIET)
        try:
            base = _hospital(file)
        except InputError as error:
            self.problems += error.problems
            return None
        years = self._number(("years",), _Range(0.1, _MOST_YEARS, f"years, from 0.1 to {_MOST_YEARS}"), _NEAR)
        if not typed or self.node.has(("years",)):
            changes["run.measured"] = f"{round(years * 365.25)} days"
        return self._changed(base, changes)

    def _changes(self) -> dict[str, Any]:
        """What is different in the hospital, and her luck, by dotted path."""
        changes = {} if self.node.has(("hospital",)) else {f"evidence.{name}": 0 for name in _spreads()}
        for key, before in (("change", ""), ("evidence", "evidence.")):
            if self.node.has((key,)):
                if isinstance(self.node.get(key), dict):
                    changes |= {f"{before}{name}": its.plain() for name, its in self.node.get(key).items()}
                else:
                    self.add((key,), "a mapping from names to values")
        return changes

    def _changed(self, base: Scenario, changes: Mapping[str, Any]) -> Scenario | None:
        if any(node.value is UNREADABLE for key in ("change", "evidence") for node in self._below(key)):
            return None
        try:
            return base.changed(changes)
        except InputError as error:
            for problem in error.problems:
                self.problems.append(self._placed(problem))
            return None

    def _below(self, key: str) -> Iterable[Node]:
        return self.node.at((key,)).walk() if self.node.has((key,)) else ()

    def _placed(self, problem: Problem) -> Problem:
        """A mistake of a change, where the change is written."""
        for steps in (("evidence", problem.path.removeprefix("evidence.")), ("change", problem.path)):
            if self.node.has(steps):
                at = self.node.at(steps)
                return replace(problem, file=self.file, line=at.place.line, column=at.place.column)
        return replace(problem, file=self.file)

    # -- what must happen to her

    def _lines(self, key: str, words: _Words, dated: bool) -> tuple[Line, ...]:
        found: list[Line] = []
        for steps in self._all((key,), "a list of lines, each with date and event" if dated else "a list of lines"):
            its = self._line(steps, words, dated)
            if found and its.date and found[-1].date and its.date < found[-1].date:
                self.add((*steps, "date"), f"a day not before {found[-1].date}: a journey is told in order")
            found.append(its)
        return tuple(found)

    def _line(self, steps: Steps, words: _Words, dated: bool) -> Line:
        self.keys(steps, ("date", "event", *_WHY_OF, "list", "ecog"))
        if dated and not self.node.has((*steps, "date")):
            self.add((*steps, "date"), "the day on which it happens, such as 2024-03-11")
        day = self._date((*steps, "date"), date.min) if self.node.has((*steps, "date")) else None
        event = self.word("event", words.events, steps)
        why = resource = ""
        for key, events in _WHY_OF.items():
            if self.node.has((*steps, key)):
                known = {"row": tuple(words.rows), "treatment": words.treatments, "of": words.causes}[key]
                why = self._beside(steps, key, event, events, known)
                why = words.rows.get(why, why)
        if self.node.has((*steps, "list")):
            resource = self._beside(steps, "list", event, _LISTED, words.resources)
        value = None
        if self.node.has((*steps, "ecog")):
            value = self.whole((*steps, "ecog"), 0, 4)
            if event and event != "worsened":
                self.add(
                    (*steps, "ecog"), "the event worsened beside it, which tells of performance status", of_key=True
                )
        return Line(day, event, why, resource, value, self.node.at(steps).place.line)

    def _beside(self, steps: Steps, key: str, event: str, events: Sequence[str], known: Sequence[str]) -> str:
        """A word that goes with some events only."""
        if event and event not in events:
            self.add(
                (*steps, key),
                f"one of these events beside it: {', '.join(events)}",
                of_key=True,
                found=f"the key '{key}' with the event {event}",
            )
            return ""
        typed = self.node.at(steps).get(key)
        if typed not in known:
            self.add((*steps, key), _one_of(key, known, typed), nearest(str(typed), known))
            return ""
        return str(typed)


def _one_of(key: str, known: Sequence[str], typed: object) -> str:
    return "a row of the board, see docs/evidence.md" if key == "row" else one_of(known, typed)


def _lower(names: type[IntEnum]) -> Words:
    return {its.name.lower(): its.value for its in names}


@dataclass(frozen=True)
class _Words:
    """What the lines of a journey may name."""

    events: tuple[str, ...]
    rows: Mapping[str, str]  # by the row's name what the log calls it
    treatments: tuple[str, ...]
    causes: tuple[str, ...]
    resources: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> _Words:
        board = board_of(scenario)
        return cls(
            tuple(event.name.lower() for event in Event),
            {name: f"{BESIDE_ROW}{name}" for name in board.row_names("background")}
            | {name: f"row: {name}" for name in board.row_names("main")},
            tuple(treatment.name.lower() for treatment in Treatment),
            (*(cause.name.lower() for cause in Cause), *(why.name.lower() for why in Why if why >= 0)),
            tuple(scenario.resources),
        )


def _spreads() -> tuple[str, ...]:
    """The values of the evidence that say how far something is spread about its median."""
    return tuple(name for name in read_evidence().flat if name.endswith("sigma"))


@lru_cache(maxsize=4)
def _hospital(file: str) -> Scenario:
    return read_scenario(file, known=clinic_known())
