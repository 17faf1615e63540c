"""When of each patient: the minutes from which and until which figures count her, one row for each.

    lives(journeys)    first symptom, diagnosis, liver metastases, frailty, and the end of follow-up

Knows events and minutes; what is counted between them is the business of others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.log import Event
from sim.measures.columns import Bools, ByPatient, Ints
from sim.measures.journeys import Journeys

FRAIL_FROM = 2
"""The ECOG performance status from which a patient counts as frail: out of bed, but unable to work."""


@dataclass(frozen=True)
class Lives(ByPatient):
    """One row for each patient. A minute of what never came about is `LATE`.

    number       (patients,) of the patient
    at_symptom   (patients,) whether liver metastases were there at first symptom
    arrived      (patients,) minute of her first symptom
    diagnosed    (patients,) minute of her first diagnosis
    burden_at_diagnosis   (patients,) of the liver, as imaging saw it last before the diagnosis [millionths]; -1 where
                 it was not assessed, or was not imaged
    nelm_from    (patients,) minute from which liver metastases are there, seen or not
    seen         (patients,) minute in which they were first seen, -1 never
    frail_from   (patients,) minute from which she is frail; performance status never rises again
    ends         (patients,) minute until which she is followed
    died         (patients,) whether that is the minute of her death
    """

    number: Ints
    at_symptom: Bools
    arrived: Ints
    diagnosed: Ints
    burden_at_diagnosis: Ints
    nelm_from: Ints
    seen: Ints
    frail_from: Ints
    ends: Ints
    died: Bools


def lives(journeys: Journeys) -> Lives:
    """The lives of everybody, also of those of whom the log has no row."""
    people = journeys.people
    ends, died = followed(journeys)
    return Lives(
        who=np.arange(len(people)),
        number=people.number,
        at_symptom=people.at_symptom,
        arrived=journeys.first_minute(journeys.where(Event.ARRIVED)),
        diagnosed=journeys.first_minute(journeys.where(Event.DIAGNOSED)),
        burden_at_diagnosis=_burden_at_diagnosis(journeys),
        nelm_from=journeys.nelm_from,
        seen=people.seen,
        frail_from=_frail_from(journeys),
        ends=ends,
        died=died,
    )


def _burden_at_diagnosis(journeys: Journeys) -> Ints:
    found = np.full(len(journeys.people), -1)
    diagnosed = journeys.first(journeys.where(Event.DIAGNOSED))
    seen = journeys.where(Event.MEASURED)
    last = np.searchsorted(seen, diagnosed) - 1
    known = last >= 0
    known[known] = journeys.who[seen[last[known]]] == journeys.who[diagnosed[known]]
    found[journeys.who[diagnosed[known]]] = journeys.value[seen[last[known]]]
    return found


def followed(journeys: Journeys) -> tuple[Ints, Bools]:
    """Until which minute each patient was followed, and whether it is the minute of her death."""
    ends = np.full(len(journeys.people), journeys.window.horizon)
    ends[journeys.who[journeys.out]] = journeys.minute[journeys.out]
    died = np.zeros(len(journeys.people), np.bool_)
    died[journeys.who[journeys.died]] = True
    return ends, died


def _frail_from(journeys: Journeys) -> Ints:
    fallen = journeys.where(Event.WORSENED)
    since = journeys.first_minute(fallen[journeys.value[fallen] >= FRAIL_FROM])
    ecog = journeys.people.ecog
    if len(ecog):
        since[ecog >= FRAIL_FROM] = np.iinfo(np.int64).min
    return since
