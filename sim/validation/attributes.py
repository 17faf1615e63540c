"""What patients may be selected by: what they are, what the tumour board knew, what they had.

    ATTRIBUTES            each with its levels or its range
    fits(bounds, columns) -> which rows are within the bounds of all attributes
    columns_at(...)       -> the columns of patients at some positions of their journeys

What the board knew is what stood in the notes of its last meeting before the clock's start, or of its next one where
there was none before: a patient is described by the discussion that led to what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clinic.board import ATTRIBUTES as BOARD
from sim.clinic.board import Attribute
from sim.clinic.imaging import sizes
from sim.clinic.patient import Grade, Hormone, Site
from sim.clinic.protocols import KINDS, MAIN, Treatment
from sim.clinic.staging import FIELDS, unstaged
from sim.log import Event
from sim.measures.journeys import Journeys
from sim.units import DAY, MONTH, YEAR

BESIDE = (Treatment.SSA, Treatment.SUPPORTIVE)
_NO_YES = ("no", "yes")
_COUNTED = tuple(treatment for treatment in (*MAIN, Treatment.SSA) if treatment != Treatment.SURVEILLANCE)

TRAITS: dict[str, Attribute] = {
    "sex": Attribute("Sex", ("female", "male")),
    "age_years": Attribute("Age when the clock starts", highest=130, unit="years"),
    "site": Attribute("Primary", tuple(site.name.lower() for site in Site)),
    "grade": Attribute("True grade of the whole disease", tuple(grade.name for grade in Grade)),
    "true_ki67_pct": Attribute("True Ki-67 of the whole disease", highest=100, unit="%"),
    "functioning": Attribute("Makes hormones", _NO_YES),
    "hormone": Attribute("Which hormone it makes", tuple(hormone.name.lower() for hormone in Hormone)),
    "by_chance": Attribute("Found by chance, without symptoms", _NO_YES),
    "kidney_disease": Attribute("Chronic kidney disease", _NO_YES),
    "primary_hepatic": Attribute("Began in the liver itself, where a scenario has such tumours", _NO_YES),
    "synchronous": Attribute("Liver metastases seen within six months of diagnosis", _NO_YES),
    "ever_liver_metastases": Attribute("Liver metastases seen at any time", _NO_YES),
}
"""What patients are, from the patient table."""

HISTORY: dict[str, Attribute] = {
    "symptomatic": Attribute("Hormonal symptoms, in truth, when the clock starts", _NO_YES),
    "management_changed": Attribute("Receptor imaging changed what the board would have done", _NO_YES),
    "enrolled": Attribute("Enrolled in the trial, before the clock starts or later", _NO_YES),
    "overnight": Attribute("Stayed in hospital overnight after the session that starts the clock", _NO_YES),
    "cleared": Attribute(
        "Nothing that was seen was left in the liver after the treatment that starts the clock", _NO_YES
    ),
    "days_to_treatment": Attribute(
        "Days from the clock's start to the next treatment, where no other discussion comes before it",
        highest=100_000,
        unit="days",
    ),
    "growth_rate_pct": Attribute(
        "Growth of volume between the last scan before the clock's start and the first after it",
        lowest=-1000,
        highest=1000,
        unit="% a month",
    ),
    **{
        f"{name}_{when}": Attribute(f"{name.replace('_', ' ')}, how many times {words}", highest=100)
        for name in (*(treatment.name.lower() for treatment in _COUNTED), *KINDS)
        for when, words in (("before", "before the clock starts"), ("ever", "in all"))
    },
}
"""What they had had."""

ATTRIBUTES: dict[str, Attribute] = {**TRAITS, **{name: BOARD[name] for name in FIELDS}, **HISTORY}
Bounds = Mapping[str, tuple[float, float] | int]
_SIX_MONTHS = YEAR / 2


def fits(bounds: Bounds, columns: Mapping[str, npt.NDArray[Any]], rows: int) -> npt.NDArray[np.bool_]:
    """Which rows lie within all bounds; what is not known (NaN) lies within none.

    bounds    by attribute: a closed interval, or bits of the levels that fit
    columns   by attribute, (rows,) numbers, levels by their place
    """
    found = np.ones(rows, np.bool_)
    for name, bound in bounds.items():
        column = columns[name]
        known = ~np.isnan(column)
        if isinstance(bound, int):
            found &= known & ((bound >> np.where(known, column, 0).astype(np.int64)) & 1).astype(np.bool_)
        else:
            found &= known & (column >= bound[0]) & (column <= bound[1])
    return found


class Columns(dict[str, npt.NDArray[Any]]):
    """Columns of patients at some positions, worked out when they are asked for."""

    def __init__(self, journeys: Journeys, patients: pd.DataFrame, at: npt.NDArray[np.int64]):
        super().__init__()
        self._journeys, self._patients, self._at = journeys, patients, at
        self._who = journeys.who[at]

    def __missing__(self, name: str) -> npt.NDArray[Any]:
        if name in FIELDS:
            self.update(self._staged())
        elif name in TRAITS:
            self[name] = self._trait(name)
        elif name == "cleared":
            self[name] = self._cleared()
        elif name == "symptomatic":
            self[name] = self._told(Event.SYMPTOMATIC)
        elif name == "management_changed":
            self[name] = self._told(Event.MANAGEMENT_CHANGED)
        elif name == "enrolled":
            self[name] = self._comes_to(Event.ENROLLED)
        elif name == "overnight":
            self[name] = self._overnight()
        elif name == "days_to_treatment":
            self[name] = self._days_to_treatment()
        elif name == "growth_rate_pct":
            self[name] = self._growth_rate()
        else:
            treatment, _, when = name.rpartition("_")
            self[name] = self._had(treatment, when == "before")
        return self[name]

    def _staged(self) -> dict[str, npt.NDArray[Any]]:
        journeys, at = self._journeys, self._at
        staged = journeys.where(Event.STAGED)
        if not len(staged):
            return {name: np.full(len(at), np.nan) for name in FIELDS}
        last = np.searchsorted(staged, at, side="right") - 1
        before = (last >= 0) & (journeys.who[staged[np.maximum(last, 0)]] == self._who)
        pick = np.where(before, last, np.minimum(last + 1, len(staged) - 1))
        hers = journeys.who[staged[pick]] == self._who
        columns = unstaged(journeys.value[staged[pick]])
        return {name: np.where(hers, column, np.nan) for name, column in columns.items()}

    def _comes_to(self, event: Event) -> npt.NDArray[np.float64]:
        """1 for whom it comes to at any time, 0 for others."""
        journeys = self._journeys
        return np.isin(self._who, journeys.who[journeys.where(event)]).astype(np.float64)

    def _trait(self, name: str) -> npt.NDArray[Any]:
        table, journeys = self._patients, self._journeys
        if name == "age_years":
            arrived, minute = table["arrived"].to_numpy(), journeys.minute[self._at]
            return np.asarray(table["age"].to_numpy()[self._who] + (minute - arrived[self._who]) / YEAR)
        if name in ("synchronous", "ever_liver_metastases"):
            seen = table["nelm_minute"].to_numpy()
            found = seen >= 0
            if name == "synchronous":
                diagnosed = table["diagnosed_minute"].to_numpy()
                found &= (diagnosed >= 0) & (seen <= diagnosed + _SIX_MONTHS)
            return found[self._who].astype(np.float64)
        if name == "by_chance":
            return self._comes_to(Event.BY_CHANCE)
        column = table[{"true_ki67_pct": "ki67_pct"}.get(name, name)]
        if name in ("sex", "site", "grade", "hormone"):
            places = {level: place for place, level in enumerate(TRAITS[name].levels)}
            of_code = np.array([places[str(level)] for level in column.cat.categories], np.float64)
            return of_code[column.cat.codes.to_numpy()][self._who]
        return np.asarray(column.to_numpy()[self._who], np.float64)

    def _cleared(self) -> npt.NDArray[Any]:
        """Was the liver cleared by this treatment, before anything else was decided or begun?"""
        journeys, at = self._journeys, self._at
        cleared = journeys.following(at, journeys.where(Event.CLEARED))
        decided = journeys.following(at, journeys.where(Event.DECIDED))
        return (cleared < np.minimum(decided, journeys.never)).astype(np.float64)

    def _told(self, event: Event) -> npt.NDArray[Any]:
        """The value of the last row with this event at or before the start; 0 where there is none."""
        journeys = self._journeys
        told = journeys.where(event)
        last = np.searchsorted(told, self._at, side="right") - 1
        known = last >= 0
        known[known] = journeys.who[told[last[known]]] == self._who[known]
        found = np.zeros(len(self._at))
        found[known] = journeys.value[told[last[known]]]
        return found

    def _overnight(self) -> npt.NDArray[Any]:
        """Is the place on the ward that goes with the session free again on the same day, or later?"""
        journeys = self._journeys
        ward = journeys.log.names["resources"].index("ward")
        released = journeys.where(Event.RELEASED)
        released = released[journeys.resource[released] == ward]
        free = journeys.following(self._at, released)
        return (journeys.until[free] - journeys.minute[self._at] > DAY / 2).astype(np.float64)

    def _had(self, name: str, before: bool) -> npt.NDArray[Any]:
        journeys = self._journeys
        names = {treatment.name.lower() for treatment in KINDS[name]} if name in KINDS else {name}
        given = journeys.where(Event.TREATED, journeys.why_numbers(names))
        first = np.searchsorted(journeys.who[given], self._who)
        last = np.searchsorted(given, self._at) if before else np.searchsorted(journeys.who[given], self._who, "right")
        return (last - first).clip(0).astype(np.float64)

    def _days_to_treatment(self) -> npt.NDArray[Any]:
        journeys, at = self._journeys, self._at
        names = {treatment.name.lower() for treatment in _COUNTED if treatment not in BESIDE}
        given = journeys.following(at, journeys.where(Event.TREATED, journeys.why_numbers(names)))
        again = journeys.following(at, journeys.where(Event.STAGED), later=True)
        days = (journeys.until[given] - journeys.minute[at]) / DAY
        return np.where(given < np.minimum(again, journeys.never), days, np.nan)

    def _growth_rate(self) -> npt.NDArray[Any]:
        """% of volume a month between two scans, as trials report it: a volume grows three times as a diameter does."""
        journeys, at = self._journeys, self._at
        sized = journeys.where(Event.SIZED)
        found = np.full(len(at), np.nan)
        if len(sized) < 2:
            return found
        first = np.clip(np.searchsorted(sized, at, side="right") - 1, 0, len(sized) - 2)
        one, two = sized[first], sized[first + 1]
        hers = (journeys.who[one] == self._who) & (journeys.who[two] == self._who) & (one <= at)
        months = (journeys.minute[two] - journeys.minute[one]) / MONTH
        (_, first_cm), (same_cm, _) = sizes(journeys.value[one]), sizes(journeys.value[two])
        right = hers & (months > 1) & (first_cm > 0) & (same_cm > 0)
        found[right] = 100 * 3 * np.log(same_cm[right] / first_cm[right]) / months[right]
        return found
