"""Published results as data: what a target says.

    Target              one published result: what, source, parts
    Part                one number of it: who, from when, until what, how it is summed up, what was published
    Group               patients of a way of care, and when their clock starts
    Targets             what a file says
    MEASURES, ENDPOINTS, STARTS   the words a target is written in

docs/validation.md says what the keys mean; `target_file` reads them. Knows how a target is written, not what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim import units
from sim.clinic.boardfile import bound
from sim.clinic.protocols import BACKGROUND, MAIN
from sim.evidence import read_evidence
from sim.validation.attributes import ATTRIBUTES, Bounds
from sim.validation.care import Care

KIND = "target"
USES = ("fit", "check", "report")
NATURES = ("emergent", "read_back")
TIMED, COUNTED, OF_ATTRIBUTE = "timed", "counted", "of_attribute"
MEASURES = {
    "survival": TIMED,  # share without the endpoint at a time; who dies of it or otherwise first is censored
    "incidence": TIMED,  # share with the endpoint by a time, death competing
    "incidence_censoring_deaths": TIMED,  # the same, deaths counted as ends of follow-up: 1 - Kaplan-Meier
    "median": COUNTED,  # of the time to the endpoint, by Kaplan-Meier
    "restricted_mean": TIMED,  # of the time to the endpoint, up to a time
    "proportion": COUNTED,  # with the endpoint within a time, or who fit `of`
    "hazard_ratio": COUNTED,  # against another group, by Cox's model
    "log_hazard": OF_ATTRIBUTE,  # Cox's coefficient of an attribute, beside others
    "quantile": OF_ATTRIBUTE,
    "mean": OF_ATTRIBUTE,
}
ENDPOINTS = {
    "death": "death of any cause",
    "cancer_death": "death of the cancer",
    "treatment_death": "death of a treatment",
    "other_death": "death of other causes",
    "progression": "growth or new disease seen at a scan, or disease seen again",
    "progression_or_death": "the same, or death",
    "recurrence": "the same as progression, after the liver was cleared",
    "recurrence_or_death": "the same, or death",
    "response": "the sum of diameters a third smaller than when the clock started, before any growth",
    "relief": "hormonal symptoms gone",
    "symptoms_return": "hormonal symptoms again, of those who lost them; until the next treatment",
    "complication": "a complication of a treatment",
    "liver_decline": "slow decline of the liver after radioembolisation",
    "diagnosis": "histology known",
    "liver_metastases": "liver metastases, in truth",
    "spread": "disease outside the liver, in truth",
    "lost": "no longer eligible for what was planned",
    "worsening": "performance status falls",
    "refused": "the patient chose otherwise than the board",
    "deferred": "a discussion put off, because something was missing",
    "discussed": "the next tumour board that decides",
    "referral": "referred to the centre",
    "any_treatment": "any treatment of the tumour begins",
    "medical_treatment": "an analogue, radionuclides, chemotherapy or a targeted drug begins",
}
STARTS = {
    "first_symptom": "first symptom",
    "referral": "referred to the centre",
    "diagnosis": "histology known",
    "receptor_imaging": "the first receptor imaging is read",
    "liver_metastases_seen": "liver metastases seen for the first time",
    "first_board": "the first tumour board at which liver metastases are known",
    "progression": "the first growth or new disease seen at a scan",
    "enrolment": "a trial's row of the board decides",
    "any_treatment": "the first treatment of the tumour that begins",
    "medical_treatment": "the first analogue, course of radionuclides or chemotherapy, or targeted drug that begins",
}
NAMES_OF_TREATMENTS = tuple(treatment.name.lower() for treatment in (*MAIN, *BACKGROUND))
Conditions = tuple[tuple[str, Any], ...]
Asked = str | Conditions
UNITS = ("days", "weeks", "months", "years")
_MINUTES = {"days": units.DAY, "weeks": units.WEEK, "months": units.MONTH, "years": units.YEAR}
AS = ("difference", "ratio")


@dataclass(frozen=True)
class Group:
    """Patients of a way of care, and when their clock starts."""

    care: Care
    select: Conditions
    t0: str

    @property
    def bounds(self) -> Bounds:
        """By attribute the interval or the levels that fit."""
        return bounds_of(self.select)


def bounds_of(conditions: Conditions) -> Bounds:
    """By attribute the interval or the levels that fit."""
    numbers = read_evidence().flat
    return {name: bound(ATTRIBUTES[name], _listed(value), numbers) for name, value in conditions}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Part:
    """One published number, and how the same is asked of simulated patients.

    at          [minutes] of a curve
    within      [minutes] of a proportion or a hazard ratio; 0 for ever
    of          an attribute, or conditions, of a quantile, a mean or a log hazard
    where       conditions of a proportion
    beside      further attributes or conditions of a log hazard
    low, high   what was published: the ends of a band, or the same number twice
    inner       lowest and highest simulated number that counts as inside
    error       standard error of what was published, nan where it is not known
    n           of how many patients it comes, 0 where it is not told
    """

    what: str
    group: Group
    against: Group | None
    difference: str
    endpoint: str
    measure: str
    at: float
    within: float
    quantile: float
    unit: str
    of: Asked
    where: Conditions
    beside: tuple[Asked, ...]
    low: float
    high: float
    inner: tuple[float, float]
    error: float
    n: float


@dataclass(frozen=True)
class Target:
    """A published result."""

    id: str
    what: str
    source: str
    use: str
    nature: str
    tier: str
    parts: tuple[Part, ...]
    note: str = ""
    why: str = ""


@dataclass(frozen=True)
class Targets:
    """What a file says."""

    file: str
    means: str
    targets: tuple[Target, ...]
    text: str = field(repr=False, default="")

    def cares(self) -> list[Care]:
        """The ways of care that its targets look at, each once."""
        found = {}
        for target in self.targets:
            for part in target.parts:
                for group in (part.group, part.against):
                    if group is not None:
                        found[group.care.key] = group.care
        return list(found.values())


def in_minutes(unit: str) -> float:
    """The minutes of a unit of time."""
    return float(_MINUTES[unit])
