"""A hospital that never was: logs that look like a real run's, made quickly, to be measured and drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.log import FIRST_CLINIC_WHY, Event, Happening, LogWriter, Why
from sim.measures import Facts, Measures, Window, combine, measure
from sim.report.story import tell
from sim.report.style import Titles

DAY, YEAR = 1440, 525_960
LISTS = {"board": 1.0, "ct": 7.0, "pet": 20.0, "biopsy": 9.0, "theatre": 25.0, "ir_list": 18.0, "clinic": 10.0}
PLACES = {"ward": 12, "icu": 4, "injections": 250}
RESOURCES = [*LISTS, *PLACES, "grafts"]
WHYS = [
    *("resect", "embolise", "start_ssa", "best_supportive_care"),
    *("resection", "tace", "ssa", "prrt", "ablation", "cancer", "other_cause", "imaging", "histology"),
]
PLANS = {"resect": "resection", "embolise": "tace", "start_ssa": "ssa"}
FACTS = Facts(
    kinds=dict.fromkeys(LISTS, "list") | dict.fromkeys(PLACES, "place") | {"grafts": "offer"},
    board="board",
    plans=PLANS,
    background=frozenset({"ssa"}),
    liver_directed=frozenset({"resection", "tace", "ablation"}),
    treatments=("prrt", "ablation"),
)


class Hospital:
    """One replication, written patient by patient with waits drawn at random rather than queued for."""

    def __init__(self, number: int, years: int, per_year: int):
        self.rng = np.random.default_rng([number, years])
        self.log = LogWriter()
        self.number = number
        self.window = Window(YEAR, (years - 2) * YEAR, years * YEAR)
        self.stays: dict[str, list[tuple[int, int]]] = {name: [] for name in PLACES}
        self.spent: dict[str, list[int]] = {name: [] for name in LISTS}
        self.people = [self.patient(i) for i in range(per_year * years)]
        self.competing()
        self.resources()

    def measures(self) -> Measures:
        log = self.log.finish({"resources": RESOURCES, "whys": WHYS}, self.number)
        columns = ["patient", "grade", "site", "nelm_at_symptom", "nelm_minute"]
        return measure(log, pd.DataFrame(self.people, columns=columns), self.window, FACTS)

    def patient(self, who: int) -> tuple[int, str, str, bool, int]:
        rng, end = self.rng, self.window.horizon
        grade = str(rng.choice(["G1", "G2", "NET_G3", "NEC"], p=[0.5, 0.32, 0.08, 0.1]))
        site = str(rng.choice(["small_intestine", "pancreas", "other"]))
        liver = bool(rng.random() < 0.4)
        arrived = int(rng.integers(0, end))
        mean_life = {"G1": 9, "G2": 6, "NET_G3": 2.5, "NEC": 0.9}[grade]
        dies = arrived + int(rng.exponential(mean_life * YEAR))
        now = arrived
        rows: list[tuple[int, Event, str, int, str]] = [(now, Event.ARRIVED, "", 0, "")]

        def queue(resource: str, minutes: int) -> None:
            nonlocal now
            rows.append((now, Event.JOINED, resource, 1, ""))
            now += int(rng.gamma(3, LISTS[resource] / 3) * DAY)
            if rng.random() < 0.06:
                rows.append((now, Event.CANCELLED, resource, 0, "no_second" if rng.random() < 0.7 else "sitting_off"))
                now += int(rng.gamma(2, 4) * DAY)
            if rng.random() < 0.04:
                rows.append((now, Event.MISSED, resource, 0, "did_not_attend"))
                now += 7 * DAY
            rows.extend((now, event, resource, minutes, "") for event in (Event.CALLED, Event.STARTED))

        now += int(rng.lognormal(4.6, 1.0) * DAY)
        rows.append((now, Event.REFERRED, "", 0, ""))
        queue("ct", 20)
        seen = now if liver else -1
        queue("pet", 40)
        queue("biopsy", 40)
        rows.append((now, Event.DIAGNOSED, "", 0, ""))
        for _ in range(1 + int(rng.poisson(1.2))):
            queue("board", 10)
            if rng.random() < 0.12:
                rows.append((now, Event.DEFERRED, "", 0, str(rng.choice(["imaging", "histology"], p=[0.6, 0.4]))))
                queue("board", 10)
            decision = str(rng.choice(WHYS[:4], p=[0.2, 0.4, 0.25, 0.15]))
            rows.append((now, Event.DECIDED, "", 1, decision))
            plan = PLANS.get(decision)
            if plan in ("resection", "tace"):
                queue("theatre" if plan == "resection" else "ir_list", 240 if plan == "resection" else 120)
                if rng.random() < 0.1:
                    rows.append((now, Event.LOST, "", 0, plan))
                else:
                    rows.append((now, Event.TREATED, "", int(rng.integers(1, 3)), plan))
                    rows.append((now, Event.STARTED, "ward", 5 * DAY, ""))
                    now += int(rng.gamma(4, 1.5) * DAY)
                    rows.append((now, Event.FINISHED, "ward", 0, ""))
            elif plan == "ssa":
                now += 14 * DAY
                rows.append((now, Event.TREATED, "", 1, "ssa"))
            now += int(rng.exponential(500) * DAY)
        last = min(dies, end)
        for minute, event, resource, value, why in rows:
            if minute < last:
                self.write(who, minute, event, resource, value, why)
        died = dies < end
        self.write(who, last, Event.DIED if died else Event.LEFT, "", 0, "cancer" if died else "horizon")
        return who, grade, site, liver, seen if seen < last else -1

    def write(self, who: int, minute: int, event: Event, resource: str, value: int, why: str) -> None:
        engine = {reason.name.lower(): int(reason) for reason in Why}
        number = engine[why] if why in engine else FIRST_CLINIC_WHY + WHYS.index(why) if why else -1
        at = RESOURCES.index(resource) if resource else -1
        self.log.event(who, minute, event, -1, at, value, number)
        if event == Event.STARTED and resource in self.spent:
            self.spent[resource].append(minute)
        if resource in self.stays and event == Event.STARTED:
            self.stays[resource].append((minute, minute + 6 * DAY))

    def competing(self) -> None:
        rng, end = self.rng, self.window.horizon
        case = 1_000_000
        for number, (name, days) in enumerate(LISTS.items()):
            for joined in np.sort(rng.integers(0, end, int(end / DAY / 4))):
                case += 1
                season = 1 + 0.5 * np.sin(joined / YEAR * 2.1) + 0.2 * rng.random()
                starts = int(joined + rng.gamma(3, days / 3) * season * DAY)
                self.log.resource(int(joined), number, Happening.JOINED, case, 1, -1)
                if rng.random() < 0.05:
                    self.log.resource(starts - 60, number, Happening.CANCELLED, case, 0, int(Why.NO_SECOND))
                if rng.random() < 0.03:
                    self.log.resource(starts - 50, number, Happening.MISSED, case, 30, int(Why.DID_NOT_ATTEND))
                if starts < end:
                    self.log.resource(starts, number, Happening.STARTED, case, 60, -1)
                    self.spent[name].append(starts)

    def resources(self) -> None:
        rng, end = self.rng, self.window.horizon
        for number, name in enumerate(LISTS):
            spent = np.sort(self.spent[name])
            for week in range(end // (7 * DAY) - 1):
                opens = week * 7 * DAY + 500
                if rng.random() < 0.03:
                    self.log.resource(opens, number, Happening.OFF, -1, 480, int(Why.SITTING_OFF))
                    continue
                cases = int(np.searchsorted(spent, opens + 7 * DAY) - np.searchsorted(spent, opens))
                self.log.resource(opens, number, Happening.OPENED, -1, 480, -1)
                self.log.resource(opens + 480, number, Happening.CLOSED, -1, min(cases * 90, 480), -1)
        for name, capacity in PLACES.items():
            number = RESOURCES.index(name)
            self.log.resource(0, number, Happening.CAPACITY, -1, capacity, -1)
            level = capacity * 0.6
            for day in range(0, end // DAY, 3):
                level = min(max(level + rng.normal(0, capacity * 0.06), 0), capacity)
                self.log.resource(day * DAY, number, Happening.OCCUPIED, -1, round(level), -1)
        for offered in rng.integers(0, end, 12):
            for happening in (Happening.OFFERED, Happening.UNUSED):
                self.log.resource(int(offered), RESOURCES.index("grafts"), happening, -1, 0, -1)


@pytest.fixture(scope="session")
def bundle_of() -> Callable[..., Measures]:
    """`bundle_of(replications, years, per_year)`: measures of so many made-up replications together."""
    return lambda replications, years=5, per_year=60: combine(
        Hospital(number, years, per_year).measures() for number in range(replications)
    )


@pytest.fixture(scope="session")
def bundle(bundle_of) -> Measures:
    return bundle_of(3)


@pytest.fixture
def titles() -> Titles:
    return Titles("made_up", 3, 2.0, {"ct": "CT (NET share)"})


ROWS = ("row: resection", "row: prrt", "row: watched", "background row: analogue")
STORY_WHYS = (
    *("cancer", "pathology", "new_disease", "surveillance", "resection", "prrt", "supportive", "ssa"),
    *ROWS,
)
STORY_RESOURCES = ("board", "clinic", "ct", "pet", "icu", "prrt", "theatre", "ward", "injections")
STORY = [
    # day, minute of the day, event, resource, value, why
    (0, 600, Event.ARRIVED, "", 0, ""),
    (100, 600, Event.REFERRED, "", 0, ""),
    (100, 600, Event.JOINED, "ct", 2, ""),
    (100, 700, Event.WORSENED, "", 1, ""),
    (102, 600, Event.MISSED, "ct", 0, "did_not_attend"),
    (105, 600, Event.CALLED, "ct", 0, ""),
    (105, 600, Event.STARTED, "ct", 30, ""),
    (105, 630, Event.FINISHED, "ct", 30, ""),
    (107, 600, Event.MEASURED, "", 20_000, ""),
    (110, 600, Event.DIAGNOSED, "", 350, ""),
    (110, 600, Event.JOINED, "board", 2, ""),
    (116, 780, Event.CALLED, "board", 0, ""),
    (116, 780, Event.STARTED, "board", 9, ""),
    (116, 789, Event.FINISHED, "board", 9, ""),
    (116, 789, Event.DEFERRED, "", 0, "pathology"),
    (116, 789, Event.JOINED, "board", 2, ""),
    (123, 780, Event.CALLED, "board", 0, ""),
    (123, 780, Event.STARTED, "board", 9, ""),
    (123, 789, Event.FINISHED, "board", 9, ""),
    (123, 789, Event.TREATED, "", 1, "ssa"),
    (123, 789, Event.DECIDED, "", 0b1, "background row: analogue"),
    (123, 789, Event.DECIDED, "", 0b111, "row: resection"),
    (123, 789, Event.JOINED, "injections", 2, ""),
    (123, 789, Event.STARTED, "injections", -1, ""),
    (125, 600, Event.JOINED, "theatre", 2, ""),
    (140, 510, Event.CANCELLED, "theatre", 0, "no_second"),
    (147, 510, Event.CALLED, "theatre", 0, ""),
    (147, 510, Event.STARTED, "theatre", 180, ""),
    (147, 690, Event.FINISHED, "theatre", 180, ""),
    (147, 690, Event.TREATED, "", 2, "resection"),
    (147, 690, Event.CLEARED, "", 0, "resection"),
    (147, 690, Event.COMPLICATED, "", 3 * DAY, "resection"),
    (147, 690, Event.JOINED, "icu", 0, ""),
    (147, 690, Event.STARTED, "icu", DAY, ""),
    (148, 690, Event.FINISHED, "icu", DAY, ""),
    (148, 690, Event.KEPT, "icu", 0, ""),
    (148, 690, Event.JOINED, "ward", 0, ""),
    (150, 690, Event.RELEASED, "icu", 2 * DAY, ""),
    (150, 690, Event.STARTED, "ward", 8 * DAY, ""),
    (158, 690, Event.FINISHED, "ward", 8 * DAY, ""),
    (158, 690, Event.COMPLETED, "", 1, "resection"),
    (200, 600, Event.SYMPTOMATIC, "", 1, ""),
    (260, 600, Event.SYMPTOMATIC, "", 0, ""),
    (300, 600, Event.SPREAD, "", 0, ""),
    (340, 600, Event.JOINED, "ct", 2, ""),
    (340, 700, Event.CALLED, "ct", 0, ""),
    (340, 700, Event.STARTED, "ct", 30, ""),
    (340, 730, Event.FINISHED, "ct", 30, ""),
    (341, 600, Event.MEASURED, "", 1_300, ""),
    (341, 600, Event.RECURRED, "", 0, "new_disease"),
    (341, 600, Event.JOINED, "board", 2, ""),
    (344, 780, Event.CALLED, "board", 0, ""),
    (344, 780, Event.STARTED, "board", 9, ""),
    (344, 789, Event.FINISHED, "board", 9, ""),
    (344, 789, Event.NOT_OFFERED, "", 0, "resection"),
    (344, 789, Event.REFUSED, "", 1, "prrt"),
    (344, 789, Event.DECIDED, "", 0b110, "row: watched"),
    (344, 789, Event.TREATED, "", 1, "supportive"),
    *(
        (day + after, minute, event, "clinic", value, "")
        for day in (350, 380, 410)
        for after, minute, event, value in (
            (0, 600, Event.JOINED, 2),
            (day // 100, 600, Event.CALLED, 0),
            (day // 100, 600, Event.STARTED, 20),
            (day // 100, 620, Event.FINISHED, 20),
        )
    ),
    (430, 600, Event.JOINED, "clinic", 2, ""),
    (432, 600, Event.LOST, "", FIRST_CLINIC_WHY + 2, "prrt"),
    (440, 900, Event.DIED, "", 0, "cancer"),
]
TRAITS = {
    "patient": 7, "age": 63.4, "sex": "male", "site": "pancreas", "grade": "G2", "ki67_pct": 4.12,
    "functioning": True, "receptors": True, "kidney_disease": False, "ecog": 0, "nelm_at_symptom": True,
    "nelm_minute": 107 * DAY + 600,
}  # fmt: skip


def written(rows, patient=7, replication=3):
    """A log of one patient from rows of day, minute of the day, event, resource, value, reason."""
    log = LogWriter()
    engine = {why.name.lower(): int(why) for why in Why}
    for day, minute, event, resource, value, why in rows:
        number = engine[why] if why in engine else FIRST_CLINIC_WHY + STORY_WHYS.index(why) if why else -1
        place = STORY_RESOURCES.index(resource) if resource else -1
        log.event(patient, day * DAY + minute, event, -1, place, value, number)
    return log.finish({"resources": STORY_RESOURCES, "whys": STORY_WHYS}, replication)


@pytest.fixture(scope="session")
def story_of():
    """`story_of(rows, **traits)`: a story from rows as in `STORY`, which is taken if none are given."""

    def build(rows=None, elsewhere=frozenset(), **traits):
        offers = {
            "row: resection": ("resection",), "row: prrt": ("prrt",), "row: watched": ("supportive",),
            "background row: analogue": ("ssa",),
        }  # fmt: skip
        log = written(STORY if rows is None else rows)
        return tell(log, 7, TRAITS | traits, date(2026, 1, 1), "by_hand", offers, elsewhere=elsewhere)

    return build


@pytest.fixture(scope="session")
def log_by_hand():
    """The log of `STORY`: one patient, number 7."""
    return written(STORY)
