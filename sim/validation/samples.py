"""Who is compared, from when, until what: the sample that a published number is asked of.

    Sample              one row for each patient: time, what ended it, covariates
    sample(cohort, ...) -> Sample

Knows events and minutes; how a sample is summed up is the business of `measures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clinic.imaging import sizes
from sim.clinic.protocols import CHEMOTHERAPIES, KINDS, MAIN, RADIONUCLIDES, TARGETED, Treatment
from sim.log import Event
from sim.measures.journeys import Journeys
from sim.units import YEAR
from sim.validation.attributes import Columns, fits
from sim.validation.cohorts import Cohort
from sim.validation.targets import Asked, Group, Part, bounds_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BLOCKS = 20
"""Parts of a sample that are left out in turn to see how far its figures are chance."""

SOON = YEAR // 4
"""Symptoms that have gone by then have gone because of the treatment that starts the clock [minutes]."""

RESPONDS = 0.7
"""RECIST 1.1: a partial response is a sum of diameters at least 30 % smaller."""

GROUPS = {
    "any_treatment": tuple(
        treatment.name.lower() for treatment in MAIN if treatment not in (Treatment.SURVEILLANCE, Treatment.SUPPORTIVE)
    ),
    "medical_treatment": tuple(
        treatment.name.lower() for treatment in (Treatment.SSA, *RADIONUCLIDES, *CHEMOTHERAPIES, *TARGETED)
    ),
}
"""What a published series may mean by treatment, beyond the kinds that reports have: the tumour's, or drugs alone."""

_DIED_OF = {"cancer_death": "cancer", "treatment_death": "treatment", "other_death": "other_cause"}
_SEEN = {
    "complication": (Event.COMPLICATED,),
    "diagnosis": (Event.DIAGNOSED,),
    "liver_metastases": (Event.METASTASISED,),
    "spread": (Event.SPREAD,),
    "lost": (Event.LOST,),
    "worsening": (Event.WORSENED,),
    "refused": (Event.REFUSED,),
    "deferred": (Event.DEFERRED,),
    "discussed": (Event.STAGED,),
    "referral": (Event.REFERRED,),
}
_ONCE = (
    "first_symptom", "referral", "diagnosis", "receptor_imaging", "liver_metastases_seen", "first_board", "enrolment",
)  # fmt: skip
"""Starts that a patient comes to once in her life."""

_AGAIN = (Event.PROGRESSED, Event.RECURRED)


@dataclass(frozen=True)
class Sample:
    """Patients from the start of their clock.

    block       (n,) which of the blocks each is in
    time        (n,) minutes until the endpoint, or until follow-up ended
    cause       (n,) 1 the endpoint, 2 death before it, 0 neither
    values      (n, covariates) attributes, or the quantity that is asked for
    holds       (n,) whether each fits the conditions of a proportion
    """

    block: Ints
    time: Ints
    cause: Ints
    values: Floats
    holds: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.block)

    def without(self, block: int) -> Sample:
        """All but one of the blocks."""
        keep = self.block != block
        return Sample(self.block[keep], self.time[keep], self.cause[keep], self.values[keep], self.holds[keep])


def sample(cohort: Cohort, group: Group, part: Part) -> Sample:
    """The patients of a group of a cohort, as a part of a target asks for them."""
    journeys = cohort.journeys
    at = started(journeys, group.t0, group.care.arm is not None)
    at = at[fits(group.bounds, Columns(journeys, cohort.patients, at), len(at))]
    if part.endpoint == "symptoms_return":
        at = at[free_of_symptoms(journeys, at)]
    columns = Columns(journeys, cohort.patients, at)
    time, cause = ended(cohort, at, part.endpoint) if part.endpoint else (np.zeros(len(at), np.int64),) * 2
    asked = [_covariate(its, columns, len(at)) for its in (part.of, *part.beside) if its]
    values = np.column_stack(asked) if asked else np.empty((len(at), 0))
    holds = fits(bounds_of(part.where), columns, len(at))
    return Sample(journeys.who[at] % BLOCKS, time, cause, values, holds)


def _covariate(asked: Asked, columns: Columns, rows: int) -> Floats:
    """An attribute, or 1 where conditions hold and 0 where they do not."""
    return columns[asked] if isinstance(asked, str) else fits(bounds_of(asked), columns, rows).astype(np.float64)


def started(journeys: Journeys, t0: str, in_trial: bool = False) -> Ints:
    """Where the clock of each patient starts; the first time, of those who come to it.

    in_trial   treatments and growth count from enrolment on, of those enrolled: a course that others have, or that was
               given before, is not the trial's. What everybody comes to once, as diagnosis, is as without a trial
    """
    at = _starts(journeys, t0)
    if not in_trial or t0 in _ONCE:
        return journeys.first(at)
    first = journeys.following(journeys.first(journeys.where(Event.ENROLLED)), at)
    return first[first < journeys.never]


def _starts(journeys: Journeys, t0: str) -> Ints:
    """Positions of all rows that a clock may start with, in rising order."""
    if t0 == "first_symptom":
        return journeys.where(Event.ARRIVED)
    if t0 in ("diagnosis", "referral"):
        return journeys.where(Event.DIAGNOSED if t0 == "diagnosis" else Event.REFERRED)
    if t0 == "liver_metastases_seen":
        seen = journeys.where(Event.MEASURED)
        return np.compress(journeys.minute[seen] == journeys.people.seen[journeys.who[seen]], seen)
    if t0 == "first_board":
        staged = journeys.where(Event.STAGED)
        return np.compress(journeys.value[staged] & 1 == 1, staged)
    if t0 == "receptor_imaging":
        return journeys.where(Event.MANAGEMENT_CHANGED)
    if t0 == "progression":
        return _sorted(journeys, _AGAIN)
    if t0 == "enrolment":
        return journeys.where(Event.ENROLLED)
    return journeys.where(Event.TREATED, journeys.why_numbers(_named(t0)))


def _named(name: str) -> tuple[str, ...]:
    """The treatments of a kind, or the one of this name."""
    if name in GROUPS:
        return GROUPS[name]
    return tuple(treatment.name.lower() for treatment in KINDS[name]) if name in KINDS else (name,)


def _sorted(journeys: Journeys, events: Iterable[Event]) -> Ints:
    return np.sort(np.concatenate([journeys.where(event) for event in events]))


def ended(cohort: Cohort, at: Ints, endpoint: str) -> tuple[Ints, Ints]:
    """Minutes from each start until the endpoint, and what came: 1 the endpoint, 2 death before it, 0 neither."""
    journeys, who = cohort.journeys, cohort.journeys.who[at]
    ends, died = cohort.followed
    last, dead = ends[who] - journeys.minute[at], died[who]
    if endpoint == "death":
        return last, dead.astype(np.int64)
    if endpoint in _DIED_OF:
        of_it = np.zeros(len(journeys.people), np.bool_)
        of_it[journeys.who[journeys.where(Event.DIED, journeys.why_numbers({_DIED_OF[endpoint]}))]] = True
        return last, np.where(dead, np.where(of_it[who], 1, 2), 0)
    with_death = endpoint.endswith("_or_death")
    stop = journeys.following(at, _stops(journeys, at, endpoint.removesuffix("_or_death")))
    if endpoint == "symptoms_return":  # what a further treatment relieves is no merit of the first
        again = journeys.following(at, journeys.where(Event.TREATED, journeys.why_numbers(GROUPS["any_treatment"])))
        last = np.where(again < stop, journeys.until[again] - journeys.minute[at], last)
        dead &= again >= stop
        stop = np.where(again < stop, journeys.never, stop)
    reached = stop < journeys.never
    if endpoint == "response":
        reached &= stop < journeys.following(at, _sorted(journeys, _AGAIN))
    minutes = np.where(reached, journeys.until[stop] - journeys.minute[at], last)
    cause = np.where(reached, 1, np.where(dead, 1 if with_death else 2, 0))
    return minutes, cause


def _stops(journeys: Journeys, at: Ints, endpoint: str) -> Ints:
    """Positions at which an endpoint is reached, in rising order."""
    if endpoint in ("progression", "recurrence"):
        return _sorted(journeys, _AGAIN)
    if endpoint in _SEEN:
        return _sorted(journeys, _SEEN[endpoint])
    if endpoint in ("relief", "symptoms_return"):
        return _with_value(journeys, journeys.where(Event.SYMPTOMATIC), 0 if endpoint == "relief" else 1)
    if endpoint == "liver_decline":
        return _with_value(journeys, journeys.where(Event.COMPLICATED, journeys.why_numbers({"tare"})), 0)
    if endpoint == "response":
        return _responses(journeys, at)
    return journeys.where(Event.TREATED, journeys.why_numbers(_named(endpoint)))


def free_of_symptoms(journeys: Journeys, at: Ints) -> npt.NDArray[np.bool_]:
    """Who has no symptoms at the start, or loses them soon after: in nobody else can they return."""
    told = journeys.where(Event.SYMPTOMATIC)
    if not len(told):
        return np.ones(len(at), np.bool_)
    last = np.searchsorted(told, at) - 1
    hers = (last >= 0) & (journeys.who[told[np.maximum(last, 0)]] == journeys.who[at])
    suffers = hers & (journeys.value[told[np.maximum(last, 0)]] == 1)
    gone = journeys.following(at, _with_value(journeys, told, 0))
    soon = (gone < journeys.never) & (journeys.until[gone] - journeys.minute[at] <= SOON)
    free: npt.NDArray[np.bool_] = ~suffers | soon
    return free


def _with_value(journeys: Journeys, at: Ints, value: int) -> Ints:
    return np.asarray(at[journeys.value[at] == value])


def _responses(journeys: Journeys, at: Ints) -> Ints:
    """Scans on which the sum of diameters is at least three tenths smaller than on the last one before the start."""
    sized = journeys.where(Event.SIZED)
    if not len(sized):
        return sized
    before = np.searchsorted(sized, at, side="right") - 1
    base = np.full(len(journeys.people), np.nan)
    hers = (before >= 0) & (journeys.who[sized[np.maximum(before, 0)]] == journeys.who[at])
    same_cm, all_cm = sizes(journeys.value[sized])
    base[journeys.who[at[hers]]] = all_cm[before[hers]]
    begun = np.full(len(journeys.people), journeys.never)
    begun[journeys.who[at]] = at
    who = journeys.who[sized]
    smaller = same_cm <= RESPONDS * base[who]
    return np.asarray(sized[smaller & (sized > begun[who])])
