"""The answer of a run in words: what a planner wants to know first, with its uncertainty.

    answer(scenario, summary, replications)   -> text for a terminal of 100 columns

Reads the scenario and the summary only; computes nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sim.measures.waits import intervals
from sim.report.words import words
from sim.scenario import ListResource, PlaceResource, Scenario
from sim.units import DAY, YEAR

WIDTH = 100
NOT_REACHED = "not reached"
_WAITS = (
    ("symptom_to_referral", "all", "first symptom to referral"),
    ("referral_to_diagnosis", "all", "referral to diagnosis"),
    ("referral_to_decision", "all", "referral to board decision"),
    ("decision_to_treatment", "liver_directed", "decision to liver treatment"),
    ("decision_to_treatment", "resection", "decision to resection"),
    ("decision_to_treatment", "prrt", "decision to PRRT"),
)
_LOSSES = (
    ("count.nelm_seen.per_year", "new patients with liver metastases seen"),
    ("lost.while_waiting.per_year", "lost eligibility for what was planned while waiting"),
    ("died.between_referral_and_treatment.per_year", "died between referral and first treatment"),
    ("died.between_decision_and_treatment.per_year", "died between a decision and its treatment"),
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
            return "none" if self._nobody(kpi, group) else NOT_REACHED
        share = row.unit == "share"
        least, most = 0.0, 1.0 if share else float("inf")  # a t-interval knows no bounds, the figures do
        low, high = max(row.lower, least), min(row.upper, most)
        scale = 100.0 if share else 1 / per
        digits = 1 if abs(row.mean) * scale < 10 and not share else 0
        text = f"{row.mean * scale:.{digits}f}"
        if low == low and high == high and row.replications > 1:
            text += f" ({low * scale:.{digits}f}-{high * scale:.{digits}f})"
        if row.missing:
            self.marked = True
            text += " *"
        return text

    def _nobody(self, kpi: str, group: str) -> bool:
        """Was there nobody at all whom the figure could be about?"""
        stem = kpi.rpartition(".")[0]
        row = self.rows.get((f"{stem}.started", group)) or self.rows.get((f"{stem}.patients", group))
        return row is not None and row.mean == 0

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


def answer(scenario: Scenario, summary: Any, replications: int) -> str:
    """The first page of a run: question, waits, load, treatments, losses, survival.

    summary        as `sim.measures.summarise` gives it, or None where nothing was finished
    replications   how many it rests on
    """
    title = textwrap.wrap(f"{scenario.scenario}: {scenario.question}", WIDTH)
    if summary is None:
        return "\n".join([*title, "No replication was finished."])
    figures = _Figures(summary)
    body = [
        *_waits(figures, scenario.run.measured / YEAR),
        *_lists(figures, scenario),
        *_places(figures, scenario),
        *_table(
            ("Treatment", "courses a year", "of these a patient's first"),
            [
                (words(kind), figures.says(f"treated.{kind}.per_year"), figures.says(f"treated.{kind}.first_per_year"))
                for kind in figures.treatments()
            ],
        ),
        *_table(("Patients", "a year"), [(label, figures.says(kpi)) for kpi, label in _LOSSES]),
        *_table(
            ("Alive after liver metastases were first seen", "%"),
            [
                (f"after {year} year{'s' * (year > 1)}", figures.says(f"outcome.os_from_nelm.y{year}"))
                for year in (1, 3, 5)
            ],
        ),
    ]
    return "\n".join([*title, "", *_how_to_read(scenario, replications, figures.marked), *body])


def _how_to_read(scenario: Scenario, replications: int, marked: bool) -> Iterator[str]:
    run = scenario.run
    first = run.start + timedelta(minutes=run.measured_from)
    runs = "1 replication" if replications == 1 else f"{replications} replications"
    followed = f", followed for another {_span(run.follow_up)}" if run.follow_up else ""
    text = f"From {runs} of {_span(run.measured)} from {first:%Y-%m-%d} on{followed}. "
    if replications == 1:
        text += "One replication has no intervals; ask for more with --replications."
    else:
        text += (
            "Each figure is the mean over the replications, with its 95 % interval in brackets: how well the mean is "
            "known, not how much one year differs from the next."
        )
    text += (
        " A wait counts everybody who started it, also those who died or still wait at the end. Lists and places "
        "serve other patients too; `own` means this pathway's."
    )
    if marked:
        text += " * Not reached in some replications; the mean is over the others, and flatters."
    return iter(textwrap.wrap(text, WIDTH))


def _waits(figures: _Figures, years: float) -> list[str]:
    targets = {interval.name: interval.target for interval in intervals()}
    rows = []
    for interval, group, label in _WAITS:
        target = targets[interval]
        share = figures.says(f"wait.{interval}.within_target", group)
        known = share if share[0].isdigit() else "not known"
        within = "no target" if target is None else f"{known} in {target:.0f} days"
        rows.append(
            (
                label,
                figures.says(f"wait.{interval}.median", group),
                figures.says(f"wait.{interval}.p90", group),
                within,
                figures.says(f"wait.{interval}.died_waiting", group, years),
            )
        )
    head = ("Wait, of all who start", "half by [days]", "nine in ten by", "% within target", "died a year")
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
        )
        for name, its in scenario.resources.items()
        if isinstance(its, ListResource)
    ]
    head = ("List", "% used", "in the queue", "own half by [days]", "nine in ten by", "cancelled a year")
    return _table(head, rows)


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
