"""The one patient of a story, in its hospital: her disease does what the story says, and nothing it does not say.

    tell(story, engine)       -> EventLog
    log_by(story, engines)    -> the same, of which all engines must have the same

Medicine is not touched. After a step in which her disease begins or does something new, what chance gave her is
replaced by what the story says, and her next alarm is worked out anew: she is rung for in the same minute, by an alarm
that changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sim.clinic.cohort import growth_rate
from sim.clinic.disease import Alarm
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import MOST_LESIONS, Heart
from sim.clinic.patient import Spread as Bit
from sim.clinic.stages import Stage
from sim.engines import AUTO, COMPILED, REFERENCE, engine_for
from sim.errors import RunError
from sim.log import EventLog, first_difference
from sim.running import Clinic, clinic_of, hospital_of, log_of
from sim.steps import NEVER, alarm
from sim.stories.story import Death, Person, Spread, Story
from sim.units import DAY, YEAR

BOTH = "both"
AT = 10 * 60
"""First symptoms come at ten in the morning."""

_KINDS = {
    Bit.OTHER: Known.EXTRAHEPATIC_KIND_OTHER,
    Bit.NODES: Known.EXTRAHEPATIC_KIND_NODES,
    Bit.BONE: Known.EXTRAHEPATIC_KIND_BONE,
    Bit.PERITONEUM: Known.EXTRAHEPATIC_KIND_PERITONEUM,
}
_STILL = Alarm.RESPONSE_SHOWS.value  # of lobes that were not irradiated: nothing changes


def tell(story: Story, engine: str) -> EventLog:
    """The log of the patient of a story, by an engine of `sim.engines`."""
    scenario = story.scenario
    arrived = (story.first_symptom - scenario.run.start).days * DAY + AT
    drawn, arrivals, key = clinic_of(scenario, 0, arrived=np.array([arrived]))
    clinic = Told(drawn, story.person)
    return log_of(engine, hospital_of(scenario), clinic, arrivals, key)


def engines(asked: str) -> tuple[str, ...]:
    """The engines that tell a story: one that is named, or both, where both can run here."""
    if asked != BOTH:
        return (engine_for(asked),)
    return (REFERENCE,) if engine_for(AUTO) == REFERENCE else (REFERENCE, COMPILED)


def log_by(story: Story, by: Sequence[str]) -> EventLog:
    """The log of a story's patient. RunError where two engines tell it differently."""
    logs = [tell(story, engine) for engine in by]
    difference = first_difference(logs[0], logs[-1])
    if difference:
        raise RunError(f"{story.file}: the engines {by[0]} and {by[-1]} tell it differently: {difference}")
    return logs[0]


class Told(Clinic):
    """The clinic of a story's patient, whose disease is told and not drawn."""

    in_python = True

    def __init__(self, drawn: Clinic, person: Person):
        super().__init__(drawn.world, drawn.names)
        self._trait, self._course = drawn.world.traits[0], drawn.world.courses[0]
        self._lesions = drawn.world.livers[0].lesions
        self._known = drawn.world.desk[0].known
        self._liver_ml = float(self._known[Known.LIVER_VOLUME_ML])
        self._known[Known.NEW_LESION_OWN_SHARE] = 0.0  # none comes that is not told
        arrived = int(self._trait.arrived)
        self._metastases = [(arrived + its.after, its) for its in person.metastases]
        self._spread = [(arrived + its.after, its) for its in person.spread]
        self._heart = person.heart
        self._set_traits(person, arrived)

    def advance(self, patient: int, step: int, now: int) -> None:
        """Run a step of care; at first symptom her disease becomes what the story says."""
        super().advance(patient, step, now)
        if step == Stage.FIRST_SYMPTOM.value:
            self._begin(now)
        elif self._course.new_lesion_at != self._next_lesion():
            self._expect(now)  # what changes growth would bring it sooner or later than told

    def ring(self, patient: int, now: int) -> None:
        """The disease does what its alarm was set for, in the way that the story says."""
        kind = int(self._course.alarm_kind)
        before = [j for j in range(MOST_LESIONS) if self._lesions[j].share > 0]
        if kind == Alarm.SPREAD.value:
            self._only(self._spread[0][1])
        super().ring(patient, now)
        if kind == Alarm.METASTASIS.value:
            self._empty(range(MOST_LESIONS))
            self._settle_lesions(now)
            self._expect(now)
        elif kind == Alarm.NEW_LESION.value:
            self._empty(j for j in range(MOST_LESIONS) if j not in before)
            self._settle_lesions(now)
            self._expect(now)
        elif kind == Alarm.SPREAD.value:
            self._settle_spread(now)
            self._expect(now)
        elif self._course.new_lesion_at != self._next_lesion():
            self._expect(now)

    def _set_traits(self, person: Person, arrived: int) -> None:
        trait = self._trait
        for name, value in person.traits.items():
            trait[name] = value
        trait.row = 0
        trait.metastasis_at = self._metastases[0][0] if self._metastases else NEVER
        rate = float(growth_rate(self._known, int(trait.site), int(trait.grade), float(trait.ki67)))
        trait.growth = rate if person.growth < 0 else person.growth / YEAR
        if trait.hepatic:
            trait.metastasis_at = arrived
        trait.other_death_at = _dies(arrived, person.death, "other_cause")
        trait.regional_death_at = _dies(arrived, person.death, "cancer")

    def _begin(self, now: int) -> None:
        course = self._course
        if self._metastases and self._metastases[0][0] <= now:
            self._empty(range(MOST_LESIONS))
            self._settle_lesions(now)
        course.extrahepatic, course.spreads = 0, 0
        course.pain_at = course.obstructed_at = NEVER
        while self._spread and self._spread[0][0] <= now:
            course.extrahepatic |= Bit[self._spread[0][1].to.upper()].value
            course.spreads += 1
            self._settle_spread(now)
        if self._heart:
            course.heart = Heart.DISEASED.value
        self._expect(now)

    def _empty(self, places: Iterable[int]) -> None:
        for j in places:
            self._lesions[j].share, self._lesions[j].seen = 0.0, 0

    def _settle_lesions(self, now: int) -> None:
        """The lesions that the story has begin by now, each in the first place that is free."""
        course = self._course
        while self._metastases and self._metastases[0][0] <= now:
            for cm, lobe in self._metastases.pop(0)[1].lesions:
                lesion = next(its for its in self._lesions if its.share <= 0)
                lesion.share, lesion.lobe = share_of(cm, self._liver_ml), lobe
                lesion.hidden, lesion.seen, lesion.ablated = 0.0, 0, 0
        shares = [float(its.share) for its in self._lesions]
        course.slots = max((j + 1 for j, share in enumerate(shares) if share > 0), default=0)
        course.lesions_made = max(int(course.lesions_made), course.slots)
        course.burden = sum(shares)

    def _settle_spread(self, now: int) -> None:
        """What the spread that has just begun brings with it, and when."""
        its = self._spread.pop(0)[1]
        at = NEVER if its.told < 0 else now + its.told
        if its.to == "bone":
            self._course.pain_at = at
        elif its.to == "peritoneum":
            self._course.obstructed_at = at

    def _only(self, its: Spread) -> None:
        """Chance has one place left to choose."""
        for bit, name in _KINDS.items():
            self._known[name] = float(bit == Bit[its.to.upper()])

    def _next_lesion(self) -> int:
        """When the story has the next metastasis."""
        return self._metastases[0][0] if self._metastases and self._course.lesions_made else int(NEVER)

    def _expect(self, now: int) -> None:
        """What the story has in store, and nothing else; the alarm is worked out anew within this minute."""
        course = self._course
        course.new_lesion_at = self._next_lesion()
        course.extrahepatic_at = self._spread[0][0] if self._spread else NEVER
        course.turns_after = math.inf
        course.alarm_at, course.alarm_kind = now, _STILL
        alarm(self.plan, now)


def _dies(arrived: int, death: Death | None, of: str) -> Any:
    return arrived + death.after if death is not None and death.of == of else NEVER
