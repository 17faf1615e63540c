"""The answer of a run in words: what a planner wants to know first, with its uncertainty.

    answer(scenario, summary, replications, loads)   -> text for a terminal of 100 columns

Reads the scenario and the summary only; computes nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from math import isfinite
from types import MappingProxyType
from typing import Any

from sim.measures.intervals import intervals
from sim.measures.outcomes import LINES
from sim.report.overload import Asked, overloaded
from sim.report.words import words, written
from sim.scenario import ListResource, OfferResource, PlaceResource, Scenario
from sim.units import DAY, YEAR

FEW = 5  # replications; fewer have no interval worth reading
WIDTH = 100
NOT_REACHED = "not reached"
NOT_KNOWN = "not known"
SINGLE = "single year"
_WAITS = (
    ("symptom_to_referral", "all", "first symptom to referral"),
    ("referral_to_diagnosis", "all", "referral to diagnosis"),
    ("referral_to_decision", "all", "referral to board decision"),
    ("decision_to_treatment", "liver_directed", "decision to liver treatment"),
    ("decision_to_treatment", "resections", "decision to resection"),
    ("decision_to_treatment", "embolisations", "decision to embolisation"),
    ("decision_to_treatment", "first", "decision to first treatment"),
    ("decision_to_treatment", "subsequent", "decision to later treatment"),
)
_STANDARDS = (
    ("referral_to_diagnosis", "all", "diagnosis after referral, all"),
    ("decision_to_treatment", "all", "treatment after its decision, all"),
    ("decision_to_treatment", "first", "  a first treatment, all"),
    ("decision_to_treatment", "subsequent", "  a later treatment, all"),
    ("referral_to_clock_stop", "all", "treated or watched after referral, all"),
    ("referral_to_treatment", "nelm", "  treated, with liver metastases"),
    ("referral_to_liver_treatment", "nelm", "  liver treated, with liver metastases"),
)
_OUTCOMES = (
    ("os_from_nelm", "all", "alive since liver metastases were seen"),
    ("os_from_diagnosis", "nelm", "alive since diagnosis"),
    ("os_from_symptom", "nelm", "alive since first symptom, of the diagnosed"),
    ("os_from_symptom_of_all", "nelm", "alive since first symptom, of all"),
    ("rfs", "all", "alive without recurrence since clearance"),
    ("recurrence", "all", "recurred since clearance"),
)
_BURDENS = (("symptomatic", "hormonal symptoms"), ("frail", "ECOG 2 or worse"))
_LOSSES = (
    ("count.nelm_seen.per_year", "new patients with liver metastases seen"),
    ("lost.while_waiting.per_year", "lost eligibility for what was planned while waiting"),
    ("died.between_referral_and_treatment.per_year", "died between referral and first treatment"),
    ("died.between_decision_and_treatment.per_year", "died between a decision and its treatment"),
    ("died.undiagnosed.per_year", "died undiagnosed"),
)


class _Figures:
    """The summary, asked by name; remembers whether a figure was marked."""

    def __init__(self, summary: Any):
        self.rows = {(row.kpi, row.group): row for row in summary.itertuples()}
        self.marked = False

    def says(self, kpi: str, group: str = "all", per: float = 1.0) -> str:
        """`mean (lower-upper)`, shares in per cent; what half of the replications did not reach has no mean.

        per   what a count is divided by, such as the number of years
        """
        row = self.rows.get((kpi, group))
        if row is None:
            return "none"
        if row.mean != row.mean or row.missing >= row.replications:
            late = NOT_REACHED if row.unit in ("days", "years") else NOT_KNOWN
            return "none" if self._nobody(kpi, group) else late
        share = row.unit == "share"
        least, most = 0.0, 1.0 if share else float("inf")  # a t-interval knows no bounds, the figures do
        low, high = max(row.lower, least), min(row.upper, most)
        scale = 100.0 if share else 1 / per
        digits = 1 if abs(row.mean) * scale < 10 and not share else 0
        text = written(row.mean, digits, scale)
        if low == low and high == high and row.replications > 1:
            text += f" ({written(low, digits, scale)}-{written(high, digits, scale)})"
        if row.missing:
            self.marked = True
            text += " *"
        return text

    def single(self, kpi: str, group: str = "all") -> str:
        """Between what nine in ten single years lie, such as `28-43`; '' of a figure that no single year has."""
        row = self.rows.get((kpi, group))
        low, high = (getattr(row, name, float("nan")) for name in ("year_low", "year_high"))
        if row is None or low != low:
            return ""
        scale = 100.0 if row.unit == "share" else 1.0
        digits = 0 if row.unit == "per year" or abs(row.mean) * scale >= 10 or row.unit == "share" else 1
        ends = [written(end, digits, scale) if isfinite(end) else NOT_REACHED for end in (low, high)]
        return ends[0] if ends[0] == ends[1] else "-".join(ends)

    def _nobody(self, kpi: str, group: str) -> bool:
        """Was there nobody at all whom the figure could be about?"""
        stem = kpi.rpartition(".")[0]
        row = self.rows.get((f"{stem}.started", group)) or self.rows.get((f"{stem}.patients", group))
        return row is not None and row.mean == 0

    def mean(self, kpi: str) -> str:
        """The mean alone, without its interval; '' where there is none."""
        row = self.rows.get((kpi, "all"))
        return "" if row is None or row.mean != row.mean else written(row.mean, 1)

    def planned(self, treatment: str) -> bool:
        """Did the board decide on this treatment for anybody?"""
        row = self.rows.get(("wait.decision_to_treatment.started", treatment))
        return row is not None and bool(row.mean > 0)

    def treatments(self) -> list[str]:
        """The treatments of the summary, in order of name."""
        start, end = "treated.", ".first_per_year"
        return sorted(
            {kpi[len(start) : -len(end)] for kpi, _ in self.rows if kpi.startswith(start) and kpi.endswith(end)}
        )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
    ]
    return ["", lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _span(minutes: int) -> str:
    """A long duration as people say it.

    >>> _span(5 * YEAR), _span(YEAR), _span(180 * DAY)
    ('5 years', '1 year', '180 days')
    """
    unit, name = (YEAR, "year") if minutes >= YEAR else (DAY, "day")
    number = f"{minutes / unit:.1f}".removesuffix(".0")
    return f"{number} {name}" + ("" if number == "1" else "s")


def answer(
    scenario: Scenario, summary: Any, replications: int, loads: Mapping[str, Asked] = MappingProxyType({})
) -> str:
    """The first page of a run: question, waits, load, treatments, losses, survival; last, what is overloaded.

    summary        as `sim.measures.summarise` gives it, or None where nothing was finished
    replications   how many it rests on
    loads          what is asked of the lists, as it is known before a run
    """
    title = textwrap.wrap(f"{scenario.scenario}: {scenario.question}", WIDTH)
    if summary is None:
        return "\n".join([*title, "No replication was finished."])
    figures = _Figures(summary)
    body = [
        *_waits(figures, scenario.run.measured / YEAR),
        *_standards(figures),
        *_lists(figures, scenario),
        *_places(figures, scenario),
        *_offers(figures, scenario),
        *_treatments(figures),
        *_table(
            ("Patients", "a year", SINGLE),
            [(label, figures.says(kpi), figures.single(kpi)) for kpi, label in _LOSSES],
        ),
        *_outcomes(figures),
        *_table(
            ("Time with liver metastases, seen or not", "% of it", "patients at a time"),
            [
                (label, figures.says(f"outcome.{name}.share"), figures.says(f"outcome.{name}.patient_years"))
                for name, label in _BURDENS
            ],
        ),
        *_overloaded(scenario, summary, replications, loads),
    ]
    return "\n".join([*title, "", *_how_to_read(scenario, replications, figures.marked), *body])


def _how_to_read(scenario: Scenario, replications: int, marked: bool) -> Iterator[str]:
    run = scenario.run
    first = run.start + timedelta(minutes=run.measured_from)
    runs = "1 replication" if replications == 1 else f"{replications} replications"
    followed = f", followed for another {_span(run.follow_up)}" if run.follow_up else ""
    text = f"From {runs} of {_span(run.measured)} from {first:%Y-%m-%d} on{followed}. "
    if replications == 1:
        text += "One replication has no intervals; ask for more with --replications. "
    else:
        text += (
            "Each figure is the mean over the replications, with its 95 % interval in brackets: how well the mean is "
            "known. "
        )
    if 1 < replications < FEW:
        text += (
            f"So few replications make intervals wide, or by chance narrow; from {FEW} on (--replications {FEW}) they "
            "are worth reading. "
        )
    text += (
        f"`{SINGLE}` is what a planner may live through: nine in ten of the single years of all replications lie "
        "between."
    )
    text += (
        " A wait counts everybody who started it, also those who died or still wait at the end. Lists and places "
        "serve other patients too; `own` means this pathway's."
    )
    if marked:
        text += " * Not reached in some replications; the mean is over the others, and flatters."
    return iter(textwrap.wrap(text, WIDTH))


def _waits(figures: _Figures, years: float) -> list[str]:
    rows = [
        (
            label,
            figures.says(f"wait.{interval}.median", group),
            figures.single(f"wait.{interval}.median", group),
            figures.says(f"wait.{interval}.p90", group),
            figures.says(f"wait.{interval}.died_waiting", group, years),
        )
        for interval, group, label in _WAITS
    ]
    return _table(("Wait, of all who start", "half by [days]", SINGLE, "nine in ten by", "died a year"), rows)


def _standards(figures: _Figures) -> list[str]:
    """Shares in time as national statistics count them, and of all who started."""
    known = {interval.name: interval for interval in intervals()}
    rows = []
    for name, group, label in _STANDARDS:
        its = known[name]
        of_stopped, of_all = f"wait.{name}.within_target_of_stopped", f"wait.{name}.within_target"
        if its.target is None or not {(of_stopped, group), (of_all, group)} & figures.rows.keys():
            continue
        rows.append(
            (
                f"{label}, {its.target:.0f}",
                figures.says(of_stopped, group),
                figures.single(of_stopped, group),
                figures.says(of_all, group),
                "none" if its.standard is None else f"{its.standard * 100:.0f}",
            )
        )
    return _table(("In time, within days", "% of stopped", SINGLE, "% of all started", "standard"), rows)


def _plan(kind: str) -> str:
    """Under what the wait for a treatment is known: the board decides on an embolisation, not on which."""
    return "embolisations" if kind in ("tae", "tace") else kind


def _treatments(figures: _Figures) -> list[str]:
    rows = []
    for kind in figures.treatments():
        kpi = f"treated.{kind}."
        lines = [figures.mean(f"{kpi}{line}_per_year") for line in LINES]
        rows.append(
            (
                words(kind),
                figures.says(f"{kpi}per_year"),
                figures.single(f"{kpi}per_year"),
                " / ".join(lines) if all(lines) else "",
                figures.says("wait.decision_to_treatment.median", _plan(kind)) if figures.planned(_plan(kind)) else "",
            )
        )
    head = ("Treatment", "courses a year", SINGLE, "1st / 2nd / later", "half by [days]")
    return _table(head, rows)


def _outcomes(figures: _Figures) -> list[str]:
    rows = [
        (
            label,
            *(figures.says(f"outcome.{name}.y{year}", group) for year in (1, 3, 5)),
            figures.says(f"outcome.{name}.median", group) if name != "recurrence" else "",
        )
        for name, group, label in _OUTCOMES
    ]
    return _table(("Patients with liver metastases, %", "1 year", "3 years", "5 years", "half by [years]"), rows)


def _offers(figures: _Figures, scenario: Scenario) -> list[str]:
    rows = [
        (
            words(name),
            *(figures.says(f"offers.{name}.{figure}") for figure in ("listed", "used", "removed", "died_waiting")),
            figures.says(f"wait.{name}.median", "own"),
        )
        for name, its in scenario.resources.items()
        if isinstance(its, OfferResource)
    ]
    head = ("Offer, patients a year", "listed", "given one", "taken off", "died listed", "half by [days]")
    return _table(head, rows)


def _lists(figures: _Figures, scenario: Scenario) -> list[str]:
    rows = [
        (
            words(name),
            figures.says(f"use.{name}.share"),
            figures.says(f"queue.{name}.mean"),
            figures.says(f"wait.{name}.median", "own"),
            figures.says(f"wait.{name}.p90", "own"),
            figures.says(f"cancelled.{name}.per_year"),
            figures.single(f"cancelled.{name}.per_year"),
        )
        for name, its in scenario.resources.items()
        if isinstance(its, ListResource)
    ]
    head = ("List", "% used", "queue", "own half by", "90 % by", "cancelled/y", SINGLE)
    return _table(head, rows)


def lists_of(scenario: Scenario) -> list[str]:
    """The names of the scenario's lists."""
    return [name for name, its in scenario.resources.items() if isinstance(its, ListResource)]


def _overloaded(scenario: Scenario, summary: Any, replications: int, loads: Mapping[str, Asked]) -> list[str]:
    found = overloaded(lists_of(scenario), summary, replications, loads)
    return [""] * bool(found) + [
        line for said in found for line in textwrap.wrap(f"! {said}", WIDTH, subsequent_indent="  ")
    ]


def _places(figures: _Figures, scenario: Scenario) -> list[str]:
    rows = [
        (
            words(name),
            figures.says(f"use.{name}.share"),
            figures.says(f"use.{name}.places"),
            figures.says(f"use.{name}.full"),
        )
        for name, its in scenario.resources.items()
        if isinstance(its, PlaceResource)
    ]
    return _table(("Place", "% used", "in use", "% of the time with none free"), rows)
