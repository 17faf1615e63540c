"""Extreme values with an obvious answer: what must come out if nobody comes, nobody dies, or nothing works.

    EXTREMES                 the questions, by name
    asked(scenario, ...)     -> an answer to each, or to some
    Answer                   what was done, what must come out, what came out, and whether it is that

Each looks at the patients of a scenario, most of them in a hospital without queues, with a few values pushed as far as
they go. Nothing here is a result: it is what a model must do before its results are worth looking at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clinic.boardfile import read_board
from sim.clinic.patient import Grade, Site
from sim.clinic.protocols import Treatment
from sim.evidence import read_evidence
from sim.log import Event, EventLog
from sim.measures import Window
from sim.measures.journeys import Journeys, People
from sim.measures.lives import followed
from sim.running import simulate, walk_cohort
from sim.scenario import ListResource, OfferResource, PlaceResource, Scenario
from sim.units import YEAR

PATIENTS = 2_000
_YEARS = 40
_TEN = 10
_BRIEF = {"run.warm_up": "0 days", "run.measured": "1 year", "run.follow_up": "1 year"}
_NEARLY_NEVER = "0.000000001 per year"
_DISEASE = (
    *(Event.METASTASISED, Event.SPREAD, Event.WORSENED, Event.HEART, Event.PAIN, Event.OBSTRUCTED),
    Event.DIED,
)
"""What the disease does, in truth."""

WITHOUT_EFFECT = {
    "embolisation": ("tae", "tace"),
    "radioembolisation": ("tare",),
    "radionuclides": ("prrt", "prrt_again"),
    "chemotherapy": ("temozolomide", "temozolomide_bevacizumab", "streptozocin", "platinum"),
    "targeted drugs": ("everolimus", "sunitinib", "surufatinib"),
    "the analogue": ("ssa",),
}
"""Treatments that are switched off by the evidence. What takes tumour out can not be: it would not be done."""


@dataclass(frozen=True)
class Answer:
    """What was done, what must come out of it, what came out, and whether it is that."""

    name: str
    done: str
    must: str
    came: str
    passed: bool

    @property
    def sentence(self) -> str:
        """All of it, as one sentence."""
        return f"{self.done}: {self.must}; {self.came}."


@dataclass(frozen=True)
class Asked:
    """The scenario that is asked, and how many patients."""

    scenario: Scenario
    patients: int

    def walked(self, changes: Mapping[str, Any]) -> tuple[EventLog, pd.DataFrame]:
        """Log and patients of the changed scenario, without queues, until all have died or forty years are over."""
        scenario = self.scenario.changed(changes) if changes else self.scenario
        arrived = np.linspace(0, YEAR, self.patients, endpoint=False).astype(np.int64)
        return walk_cohort(scenario, arrived, round(_YEARS * YEAR))

    def queued(self, changes: Mapping[str, Any]) -> EventLog:
        """The log of the changed scenario in its own hospital, for two years."""
        return simulate(self.scenario.changed(_BRIEF | dict(changes))).log


Extreme = Callable[[Asked], Iterable[Answer]]


def asked(scenario: Scenario, patients: int = PATIENTS, only: Sequence[str] = ()) -> list[Answer]:
    """An answer to each of the questions, or to those that are named."""
    asks = Asked(scenario, patients)
    return [answer for name, ask in EXTREMES.items() if not only or name in only for answer in ask(asks)]


# -- small words


def _rows(log: EventLog, *events: Event) -> npt.NDArray[np.int64]:
    """(rows, 8) the rows of some events."""
    rows = np.asarray(log.events)
    return rows[np.isin(rows[:, 3], events)]


def _count(number: int, what: str = "") -> str:
    return f"{number:,}" + (f" {what}" if what else "")


def _names(*parts: str, but: Sequence[str] = ()) -> list[str]:
    """Values of the evidence whose name has one of these parts."""
    return [name for name in read_evidence().flat if any(part in name for part in parts) and name not in but]


def _evidence(names: Iterable[str], value: Any) -> dict[str, Any]:
    return {f"evidence.{name}": value for name in names}


def _offering(*treatments: str) -> set[str]:
    """Rows of the board that offer one of these."""
    return {row.name for rows in read_board().rows.values() for row in rows if set(row.offer) & set(treatments)}


def _all_treatments() -> tuple[str, ...]:
    idle = (Treatment.SURVEILLANCE, Treatment.SUPPORTIVE, Treatment.NOTHING)
    return tuple(its.name.lower() for its in Treatment if its not in idle)


def _off(rows: Iterable[str]) -> dict[str, Any]:
    return {"board.rows_off": sorted(rows)}


# -- the extremes


def _nobody_comes(asks: Asked) -> Iterable[Answer]:
    rows = len(np.asarray(asks.queued({"arrivals.rate": "0 per year"}).events))
    yield Answer(
        "nobody_comes", "Nobody has a first symptom", "the log of patients has to be empty",
        f"it has {_count(rows, 'rows')}", rows == 0,
    )  # fmt: skip


def _nobody_dies(asks: Asked) -> Iterable[Answer]:
    died = len(_rows(asks.walked(no_deaths())[0], Event.DIED))
    yield Answer(
        "nobody_dies", "No tumour, treatment or age kills", "nobody may die", f"{_count(died)} died", died == 0
    )


def no_deaths() -> dict[str, Any]:
    """The changes under which nothing kills."""
    never = ("cancer_hazard.at_half_liver", "heart.rate", "background_female.at_65", "background_male.at_65")
    shares = _names("mortality", but=("transplant_mortality.within",)) + _names("regional_disease.", "tare_decline.")
    shares += ["portal_vein_risk.mortality", "prrt_toxicity", "transplant_graft_loss"]
    return _evidence(never, _NEARLY_NEVER) | _evidence(shares, 0)


def _endless_capacity(asks: Asked) -> Iterable[Answer]:
    log, _ = asks.walked({})
    offers = [n for n, its in enumerate(asks.scenario.resources.values()) if isinstance(its, OfferResource)]
    rows = _rows(log, Event.JOINED, Event.STARTED)
    rows = rows[~np.isin(rows[:, 5], offers)]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 5], rows[:, 0]))]
    joined = np.flatnonzero(rows[:-1, 3] == Event.JOINED)
    one, two = rows[joined], rows[joined + 1]
    served = (two[:, 3] == Event.STARTED) & (one[:, [0, 5]] == two[:, [0, 5]]).all(axis=1)
    waits = int((two[served, 2] > one[served, 2]).sum() + (~served).sum())
    yield Answer(
        "endless_capacity", "Every list and place is endless", "nobody may wait for any of them",
        f"of {_count(len(joined), 'who joined a queue')} {_count(waits)} waited", waits == 0 and len(joined) > 0,
    )  # fmt: skip


def _no_capacity(asks: Asked) -> Iterable[Answer]:
    resources = asks.scenario.resources.items()
    changes: dict[str, Any] = {
        f"resources.{name}.sittings": [] for name, its in resources if isinstance(its, ListResource)
    }
    for name, its in resources:
        if isinstance(its, PlaceResource):
            changes |= {f"resources.{name}.capacity": 0, f"resources.{name}.changes": []}
    log = asks.queued(changes)
    came = len(_rows(log, Event.REFERRED))
    served = len(_rows(log, Event.STARTED, Event.DIAGNOSED, Event.DECIDED, Event.TREATED))
    yield Answer(
        "no_capacity", "No list sits and there is no bed", "nobody may be scanned, discussed or treated",
        f"of {_count(came, 'who were referred')} {_count(served)} were", served == 0 and came > 0,
    )  # fmt: skip


def _everyone_eligible(asks: Asked) -> Iterable[Answer]:
    first = read_board().rows["main"][0].name
    row = {"before": first, "offer": "everolimus", "trial": True, "assumption": "An extreme: for everybody."}
    when = {"liver_metastases": "present", "trials_had": "= 0"}
    wanted = _evidence(["board_adherence"], 1)  # nobody chooses otherwise
    log, patients = asks.walked({"board.add.everyone": row | {"when": when}} | wanted)
    seen = set(_rows(log, Event.DECIDED)[:, 0]) & set(patients.loc[patients["nelm_minute"] >= 0, "patient"])
    last = {int(row[0]): int(row[2]) for row in _rows(log, Event.DECIDED)}
    minute = dict(zip(patients["patient"], patients["nelm_minute"], strict=True))
    known = {who for who in seen if last[who] >= minute[who]}
    enrolled = set(_rows(log, Event.ENROLLED)[:, 0])
    missed = len(known - enrolled)
    yield Answer(
        "everyone_eligible", "One row above all others takes whoever has liver metastases",
        "the board has to offer it to everybody whom it meets with them",
        f"of {_count(len(known))} it did not do so to {_count(missed)}", missed == 0 and len(known) > 0,
    )  # fmt: skip


def _nobody_eligible(asks: Asked) -> Iterable[Answer]:
    log, _ = asks.walked(_off(_offering(*_all_treatments())))
    decided, treated = len(_rows(log, Event.DECIDED)), len(_treated(log))
    yield Answer(
        "nobody_eligible", "All rows that offer a treatment are switched off", "nobody may be treated",
        f"after {_count(decided, 'decisions')} {_count(treated)} treatments began", treated == 0 and decided > 0,
    )  # fmt: skip


def _imaging(seen: bool) -> dict[str, Any]:
    names = read_evidence().flat
    ceilings = [name for name in names if name.startswith("detection_") and name.endswith(".ceiling")]
    if not seen:
        return _evidence([*ceilings, *_names("extrahepatic_detection.")], 0)
    halves = [name for name in names if name.startswith("detection_") and name.endswith(".half_cm")]
    steep = [name for name in names if name.startswith("detection_") and name.endswith(".steepness")]
    return (
        _evidence([*ceilings, *_names("extrahepatic_detection.")], 1)
        | _evidence(halves, 0.05)
        | _evidence(steep, 20)
        | _evidence(["measurement_error"], 0)
    )


def _perfect_imaging(asks: Asked) -> Iterable[Answer]:
    log, patients = asks.walked(_imaging(True))
    measured = _first(_rows(log, Event.MEASURED))
    there = patients[patients["nelm_at_symptom"] & patients["patient"].isin(measured)]
    late = sum(measured[who] != minute for who, minute in zip(there["patient"], there["nelm_minute"], strict=True))
    yield Answer(
        "perfect_imaging", "Imaging sees every lesion", "liver metastases have to be known from the first scan on",
        f"of {_count(len(there), 'who had them')} they were found later in {_count(late)}", late == 0 < len(there),
    )  # fmt: skip


def _blind_imaging(asks: Asked) -> Iterable[Answer]:
    _, patients = asks.walked(_imaging(False))
    seen = int((patients["nelm_minute"] >= 0).sum())
    yield Answer(
        "blind_imaging", "Imaging sees nothing", "nobody may ever be known to have liver metastases",
        f"{_count(seen)} are", seen == 0,
    )  # fmt: skip


def _treated(log: EventLog) -> npt.NDArray[np.int64]:
    """(rows, 8) treatments of a tumour that began: all but care for comfort."""
    rows = _rows(log, Event.TREATED)
    comfort = [n for n in np.unique(rows[:, 7]) if log.why_name(int(n)) == "supportive"]
    return rows[~np.isin(rows[:, 7], comfort)]


def _first(rows: npt.NDArray[np.int64]) -> dict[int, int]:
    """By patient the minute of her first row."""
    found: dict[int, int] = {}
    for row in rows:
        found.setdefault(int(row[0]), int(row[2]))
    return found


def no_effect() -> dict[str, Any]:
    """The changes under which no treatment but surgery does anything, good or bad, and no heart needs a new valve."""
    ledger = read_evidence()
    shares = [
        name
        for name in ledger.flat
        if name.endswith(("response", ".control", "_control", "relief.share", "mortality", "morbidity"))
    ]
    shares += _names("mortality.share", "tare_morbidity.", "tare_decline.", "carcinoid_crisis.", "syndrome.share")
    shares += ["complication_lasting", "prrt_toxicity", "gallbladder_ischaemia.share", "radiotherapy_relief"]
    factors = [name for name in ledger.flat if name.endswith("growth_factor") and not name.startswith("dediff")]
    never = _evidence(["heart.rate"], _NEARLY_NEVER)
    return _evidence(dict.fromkeys(shares), 0) | _evidence(factors, 1) | never


def _nothing_works(asks: Asked) -> Iterable[Answer]:
    every = _offering(*_all_treatments())
    without = _did(asks.walked(no_effect() | _off(every))[0])
    for name, treatments in WITHOUT_EFFECT.items():
        log, _ = asks.walked(no_effect() | _off(every - _offering(*treatments)))
        given = len({int(row[0]) for row in _treated(log)})
        its = _did(log)
        other = {who for who, *_ in its ^ without}
        yield Answer(
            "nothing_works", f"Nobody gets anything but {name}, which does nothing",
            "each patient's disease and death have to be those without it, to the minute",
            f"of {_count(given, 'who got it')} {_count(len(other))} differ", not other and given > 0,
        )  # fmt: skip


def _did(log: EventLog) -> set[tuple[int, ...]]:
    """What the disease did: patient, minute, event, value, reason."""
    return {tuple(map(int, row)) for row in _rows(log, *_DISEASE)[:, [0, 2, 3, 6, 7]]}


def _grades(asks: Asked) -> Iterable[Answer]:
    years, strangers = {}, 0
    for grade in Grade:
        log, patients = asks.walked(all_of(grade))
        strangers += int((patients["grade"] != grade.name).sum())
        years[grade.name] = _lived(log, patients)
    means = list(years.values())
    said = ", ".join(f"{name} {mean:.1f}" for name, mean in years.items())
    yield Answer(
        "one_grade", "Everybody has a tumour of one grade",
        f"nobody may have another, and of {_TEN} years those lived have to fall from grade to grade",
        f"{_count(strangers)} had another; {said} years", strangers == 0 and means == sorted(means, reverse=True),
    )  # fmt: skip


def all_of(grade: Grade) -> dict[str, Any]:
    """The changes under which everybody has a tumour of this grade."""
    return {
        f"evidence.grade_share_{site.name.lower()}.{its.name.lower()}": float(its == grade)
        for site in Site
        for its in Grade
    }


def _lived(log: EventLog, patients: pd.DataFrame) -> float:
    """Mean years lived of the first ten after first symptom."""
    ends = round(_YEARS * YEAR)
    until, _ = followed(Journeys(log, People.of(patients), Window(0, ends, ends)))
    arrived = patients["arrived"].to_numpy(np.int64)
    return float((np.minimum(until - arrived, _TEN * YEAR) / YEAR).mean())


EXTREMES: dict[str, Extreme] = {
    "nobody_comes": _nobody_comes,
    "nobody_dies": _nobody_dies,
    "endless_capacity": _endless_capacity,
    "no_capacity": _no_capacity,
    "everyone_eligible": _everyone_eligible,
    "nobody_eligible": _nobody_eligible,
    "perfect_imaging": _perfect_imaging,
    "blind_imaging": _blind_imaging,
    "nothing_works": _nothing_works,
    "one_grade": _grades,
}
"""The questions, by name."""
