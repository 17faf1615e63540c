"""What waiting costs, by grade, out of the model itself: no hazard per week of waiting is typed in anywhere.

    Waited                   a row of the table: what, in whom, after how long, what the model says
    outgrown(...)            lesions that a needle reaches now and will not after a time; livers that fill
    years_lost(...)          years of life that a month of waiting for a debulking takes
    tables(scenario, ...)    -> all four tables
    said(rows), page(rows), data(rows), draw(rows, path)    the tables as text, as a page, as data, as a picture

Growth is the clinic's own law, on patients who are drawn by the model's own cohort and looked at as they are diagnosed.
Years lost compare the same patients, with the same luck, who differ in nothing but the date of their operation.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.clinic.growth import grown, under_analogue
from sim.clinic.lesions import share_of
from sim.clinic.patient import Grade
from sim.clinic.stages import Stage
from sim.evidence import read_evidence
from sim.log import Event
from sim.measures.statistics import t_quantile
from sim.report.style import BLUE, GREEN, ORANGE, RED, save, tidy
from sim.running import watch_cohort
from sim.scenario import Scenario
from sim.units import MONTH, YEAR
from sim.validation.care import Arm, Care, scenario_of
from sim.validation.cohorts import walked
from sim.validation.extremes import all_of

PATIENTS = 8_000
GRADES = len(Grade)
_YEARS = 80
_TEN = 10
ABLATABLE = (1.5, 3.0)  # cm
HALF = 0.5
SPARSE, SIZES = 0.03, 60
LOADS = (0.05, 0.5)
AFTER = (1, 3, 6, 12)
FILLED_AFTER = (6, 12, 24)
DELAYS = (1, 3, 6)
_NORMAL = 1.96
FEWEST = 30
"""Patients below whom nothing is said."""

OUTGROWN = "lesions of 1.5 to 3.0 cm that outgrow 3 cm, untreated"
OUTGROWN_EVEN = "the same of lesions of any such size alike, in a liver of which 3 % is tumour, untreated"
OUTGROWN_HELD = "lesions of 1.5 to 3.0 cm that outgrow 3 cm, under the analogue"
FILLED = "livers with a load of 5 to 50 % that pass 50 %, untreated"
LOST = "months of ten years lost for each month of waiting for a debulking, with the analogue"

COLOURS = (BLUE, GREEN, ORANGE, RED)  # of the grades
TABLES = (OUTGROWN, OUTGROWN_EVEN, OUTGROWN_HELD, FILLED, LOST)

PROTOTYPE: Mapping[str, Mapping[str, Sequence[str]]] = {
    OUTGROWN: {
        "G1": ("2", "5", "10", "20"),
        "G2": ("5", "15", "27", "47"),
        "NET_G3": ("12", "32", "55", "80"),
        "NEC": ("31", "67", "88", "98"),
    },
    OUTGROWN_EVEN: {
        "G1": ("2", "5", "10", "20"),
        "G2": ("5", "15", "27", "47"),
        "NET_G3": ("12", "32", "55", "80"),
        "NEC": ("31", "67", "88", "98"),
    },
    OUTGROWN_HELD: {"G1": ("1", "2", "4", "9"), "G2": ("2", "6", "12", "22"), "NET_G3": ("5", "14", "27", "48")},
    FILLED: {"G1": ("1", "3", "6"), "G2": ("4", "10", "26")},
    LOST: {"G1": ("0.55",) * 3, "G2": ("0.4",) * 3, "NET_G3": ("0 to 3, then steep",) * 3},
}
"""What the first, simpler model of this growth gave, before there was a pathway: bands to be plausible in, not truths.

Its patients had few lesions, of any size alike, no other treatment, and a debulking that took nine tenths of it all.
Nothing is published: no study relates days or weeks of waiting to the survival of these patients.
"""

CONDITIONS = (
    "Orders of magnitude. No study relates waiting to survival in this disease, so that there is nothing to fit them "
    "to; they follow from growth, eligibility and death as the evidence has them, and move with these. "
    "Growth: lesions and livers as they are in truth at diagnosis, with the growth each patient has; no new lesion, no "
    "faster tumour and no death in between; each lesion counts once, so that full livers, where there is little room "
    "left to grow in, weigh most, and the second table has few lesions of every size instead. "
    "Years lost: people whom one operation would free of nine tenths of their tumour or more, given the analogue, "
    "operated on elsewhere after the same assessment and a delay; what the board offers afterwards it offers to all; "
    "no queue but this one."
)


@dataclass(frozen=True)
class Waited:
    """One cell of the tables.

    after     months of waiting
    value     share, or months lost for each month
    low, high its 95 % interval, NaN where it is not known
    n         patients
    """

    what: str
    grade: str
    after: int
    value: float
    low: float
    high: float
    n: int

    @property
    def prototype(self) -> str:
        """What the prototype had, '' where it had nothing."""
        steps = {FILLED: FILLED_AFTER, LOST: DELAYS}.get(self.what, AFTER)
        known = PROTOTYPE[self.what].get(self.grade, ())
        return known[steps.index(self.after)] if known else ""


@dataclass(frozen=True)
class Livers:
    """Patients with liver metastases as they are diagnosed.

    pace     (patients,) of the growth law [per minute]
    held     (patients,) factor of growth under an analogue
    burden   (patients,) share of the liver
    whose    (lesions,) row of the patient
    share    (lesions,) of the liver
    """

    pace: npt.NDArray[np.float64]
    held: npt.NDArray[np.float64]
    burden: npt.NDArray[np.float64]
    whose: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]


def _values(scenario: Scenario) -> dict[str, float]:
    ledger = read_evidence()
    return dict(zip(ledger.flat, ledger.known(scenario.numbers()).tolist(), strict=True))


def at_diagnosis(scenario: Scenario, patients: int) -> Livers:
    """The livers of so many patients, in truth, in the minute of their diagnosis and before any treatment."""
    values = _values(scenario)
    per = math.log(values["gompertz.capacity"] / values["gompertz.reference_burden"])
    analogue = values["ssa_growth_factor"], values["ssa_half_effect_ki67"]
    pace: list[float] = []
    held: list[float] = []
    burden: list[float] = []
    whose: list[int] = []
    share: list[float] = []

    def look(world: Any, i: int, step: int, now: int) -> bool:
        course = world.courses[i]
        if step != Stage.RESULTS_IN.value or course.diagnosed_at != now:
            return False
        if course.burden > 0:
            lesions = world.livers[world.traits[i].row].lesions["share"]
            its = lesions[lesions > 0]
            whose.extend([len(pace)] * len(its))
            share.extend(its.tolist())
            pace.append(float(course.growth) / per)
            held.append(under_analogue(float(world.traits[i].ki67), *analogue))
            burden.append(float(course.burden))
        return True

    arrived = np.linspace(0, YEAR, patients, endpoint=False).astype(np.int64)
    watch_cohort(scenario, arrived, round(_YEARS * YEAR), look)
    return Livers(np.array(pace), np.array(held), np.array(burden), np.array(whose, np.int64), np.array(share))


def outgrown(livers: Livers, grade: str, values: Mapping[str, float]) -> list[Waited]:
    """The first three tables for one grade: lesions, lesions under the analogue, livers."""
    ml, capacity = values["liver_volume_ml"], values["gompertz.capacity"]
    low, high = (share_of(cm, ml) for cm in ABLATABLE)
    eligible = (livers.share >= low) & (livers.share < high)
    loaded = (livers.burden >= LOADS[0]) & (livers.burden < LOADS[1])
    untreated = np.ones(len(livers.pace))
    rows = []
    few = sparse(livers, ml)
    for what, its, some, factor in (
        (OUTGROWN, livers, eligible, untreated),
        (OUTGROWN_EVEN, few, few.share > 0, untreated),
        (OUTGROWN_HELD, livers, eligible, livers.held),
    ):
        if what == OUTGROWN_HELD and grade == Grade.NEC.name:
            continue  # to whom no analogue is offered
        whose = its.whose[some]
        for after in AFTER:
            larger = _ratio(its, factor, after, capacity)[whose]
            rows.append(_share(what, grade, after, its.share[some] * larger >= high, whose))
    for after in FILLED_AFTER:
        later = livers.burden * _ratio(livers, untreated, after, capacity)
        rows.append(_share(FILLED, grade, after, later[loaded] >= HALF, np.flatnonzero(loaded)))
    return rows


def sparse(livers: Livers, ml: float) -> Livers:
    """The same patients with few lesions of every size, in livers that leave them room, as the prototype had them."""
    patients = len(livers.pace)
    middles = ABLATABLE[0] + (np.arange(SIZES) + 0.5) * (ABLATABLE[1] - ABLATABLE[0]) / SIZES
    shares = np.array([share_of(cm, ml) for cm in middles.tolist()])
    whose = np.repeat(np.arange(patients), SIZES)
    return Livers(livers.pace, livers.held, np.full(patients, SPARSE), whose, np.tile(shares, patients))


def _ratio(livers: Livers, factor: npt.NDArray[np.float64], months: int, capacity: float) -> npt.NDArray[np.float64]:
    """(patients,) by how much the tumour of each has grown, at this factor of its pace: the clinic's own law."""
    pairs = zip(livers.burden.tolist(), (factor * livers.pace).tolist(), strict=True)
    return np.array([grown(b, pace, months * MONTH, capacity) / b for b, pace in pairs])


def _share(what: str, grade: str, after: int, holds: npt.NDArray[np.bool_], whose: npt.NDArray[np.int64]) -> Waited:
    """A share of lesions or patients; lesions of one patient grow together, so the interval goes by patients."""
    n = len(np.unique(whose))
    if n < FEWEST:
        return Waited(what, grade, after, math.nan, math.nan, math.nan, n)
    share = float(holds.mean())
    apart = np.bincount(whose, weights=holds - share)
    half = _NORMAL * math.sqrt(float((apart**2).sum())) / len(holds)
    return Waited(what, grade, after, share, max(share - half, 0.0), min(share + half, 1.0), n)


def _operated_after(delay: int, values: Mapping[str, float]) -> dict[str, Any]:
    """The changes under which everybody is operated on so many months after the earliest day there is for it."""
    arranged = values["board_action.median"] * values["navigator_unaided_factor"]
    minutes = round(arranged + values["resection_assessment"] + delay * MONTH)
    where = {"where": "elsewhere", "delay": {"median": f"{minutes} min", "sigma": 0}}
    return {
        "treatments.debulking": where | {"assumption": "An operation after a delay that is asked about."},
        "evidence.board_action.sigma": 0,
        "evidence.board_adherence": 1,  # nobody chooses otherwise
    }


def _debulking() -> Arm:
    """Whoever one operation would free of nine tenths of the tumour or more, in whatever pattern."""
    enrol = {
        "pattern": ("type_1", "type_2", "type_3"), "differentiation": "well", "remnant": "enough",
        "debulkable_pct": ">= debulking_threshold", "resections_had": "= 0", "ecog": "<= 1",
        "heart": ("none", "corrected"), "analogue": "absent",
    }  # fmt: skip
    return Arm("waiting", "debulking", enrol, ("debulking",), "ssa", ())


def years_lost(file: str, grade: Grade, patients: int) -> list[Waited]:
    """Months of ten years lost for each month of delay, between the same patients."""
    values = _values(scenario_of(Care(file)))
    lived: dict[int, dict[int, float]] = {}
    for delay in (0, *DELAYS):
        care = Care(file, _typed(all_of(grade) | _operated_after(delay, values)), _debulking())
        cohort = walked(scenario_of(care), patients)
        rows = np.asarray(cohort.journeys.log.events)
        enrolled = {int(row[0]): int(row[2]) for row in rows[rows[:, 3] == Event.ENROLLED]}
        until = dict(zip(cohort.patients["patient"].tolist(), cohort.followed[0].tolist(), strict=True))
        lived[delay] = {who: min(until[who] - at, _TEN * YEAR) / MONTH for who, at in enrolled.items()}
    both = sorted(set.intersection(*(set(its) for its in lived.values())))
    return [_lost(grade, delay, np.array([lived[0][who] - lived[delay][who] for who in both])) for delay in DELAYS]


def _typed(changes: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((path, repr(value)) for path, value in changes.items())


def _lost(grade: Grade, delay: int, months: npt.NDArray[np.float64]) -> Waited:
    n = len(months)
    if n < FEWEST:
        return Waited(LOST, grade.name, delay, math.nan, math.nan, math.nan, n)
    half = t_quantile(n - 1) * float(months.std(ddof=1)) / math.sqrt(n)
    mean = float(months.mean())
    return Waited(LOST, grade.name, delay, mean / delay, (mean - half) / delay, (mean + half) / delay, n)


def tables(file: str, patients: int = PATIENTS, done: Callable[[], object] = lambda: None) -> list[Waited]:
    """All four tables.

    file   the scenario whose pathway it is
    done   called once for each grade
    """
    growth: list[Waited] = []
    lost: list[Waited] = []
    for grade in Grade:
        scenario = scenario_of(Care(file, _typed(all_of(grade))))
        growth += outgrown(at_diagnosis(scenario, patients), grade.name, _values(scenario))
        if grade != Grade.NEC:  # which is not offered a debulking
            lost += years_lost(file, grade, patients)
        done()
    return [row for what in TABLES[:-1] for row in growth if row.what == what] + lost


# -- as text, as a page, as data, as a picture


def number(row: Waited) -> str:
    """A cell as a table shows it.

    >>> number(Waited(OUTGROWN, "G1", 1, 0.0212, 0.018, 0.024, 900))
    '2.1 (1.8 to 2.4)'
    >>> number(Waited(OUTGROWN, "G1", 1, math.nan, math.nan, math.nan, 3))
    'too few'
    """
    if math.isnan(row.value):
        return "too few"
    if row.what == LOST:
        return f"{row.value:.2f} ({row.low:.2f} to {row.high:.2f})"
    return f"{100 * row.value:.1f} ({100 * row.low:.1f} to {100 * row.high:.1f})"


def _title(what: str) -> str:
    return what[0].upper() + what[1:] + ("" if what == LOST else ", per cent")


def _grouped(rows: Sequence[Waited]) -> Iterable[tuple[str, str, list[Waited]]]:
    for what in TABLES:
        for grade in Grade:
            its = [row for row in rows if (row.what, row.grade) == (what, grade.name)]
            if its:
                yield what, grade.name.replace("_", " "), its


def said(rows: Sequence[Waited]) -> list[str]:
    """The tables as lines, with what they hold for."""
    lines: list[str] = []
    last = ""
    for what, grade, its in _grouped(rows):
        if what != last:
            lines += ["", f"{_title(what)}, after so many months", ""]
            last = what
        lines.append(f"  {grade} ({its[0].n:,})")
        lines += [f"    {row.after:>3}   {number(row):<24} {_beside(row)}".rstrip() for row in its]
    return [*lines[1:], "", *textwrap.wrap(CONDITIONS, 110)]


def _beside(row: Waited) -> str:
    return f"prototype: {row.prototype}" if row.prototype else ""


def page(rows: Sequence[Waited], command: str, patients: int) -> str:
    """The tables of the documentation."""
    text = [f"Made by `{command}`, from {patients:,} patients of each grade at first symptom.", "", CONDITIONS, ""]
    last = ""
    for what, grade, its in _grouped(rows):
        if what != last:
            after = [row.after for row in its]
            text += [
                "",
                f"**{_title(what)}.** After so many months: the model (95 % interval); the prototype.",
                "",
            ]
            text += [f"| | {' | '.join(map(str, after))} | patients |", f"|---|{'---|' * (len(after) + 1)}"]
            last = what
        cells = " | ".join(f"{number(row)}; {row.prototype or 'none'}" for row in its)
        text.append(f"| {grade} | {cells} | {its[0].n:,} |")
    return "\n".join(text) + "\n"


def data(rows: Sequence[Waited]) -> list[dict[str, Any]]:
    """The tables as data; null where there are too few."""
    return [
        {name: None if isinstance(its, float) and math.isnan(its) else its for name, its in asdict(row).items()}
        | {"prototype": row.prototype}
        for row in rows
    ]


def draw(rows: Sequence[Waited], path: Path) -> Path:
    """A panel for each table, a line for each grade."""
    import matplotlib.pyplot as plt
    from matplotlib.lines import Line2D

    figure, grid = plt.subplots(2, 3, figsize=(8, 5), layout="constrained")
    axes = grid.ravel()
    axes[-1].axis("off")  # there are five
    for axis, what in zip(axes, TABLES, strict=False):
        for name, colour in zip(Grade, COLOURS, strict=True):
            its = [row for row in rows if (row.what, row.grade) == (what, name.name) and not math.isnan(row.value)]
            scale = 1 if what == LOST else 100
            axis.errorbar(
                [row.after for row in its],
                [scale * row.value for row in its],
                [
                    [scale * (row.value - row.low) for row in its],
                    [scale * (row.high - row.value) for row in its],
                ],
                color=colour, marker="o", markersize=4, capsize=2,
            )  # fmt: skip
        axis.set_title(textwrap.fill(_title(what), 36), fontsize=9)
        axis.set_xlabel("months of waiting")
        axis.set_xticks(sorted({row.after for row in rows if row.what == what}))
        axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))
        tidy(axis)
    handles = [Line2D([], [], color=colour, marker="o", markersize=4) for colour in COLOURS]
    axes[-1].legend(handles, [grade.name.replace("_", " ") for grade in Grade], frameon=False, loc="center left")
    save(figure, path)
    plt.close(figure)
    return path
