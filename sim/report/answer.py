"""The answer of a run in words: what a planner wants to know first, with its uncertainty.

    answer(scenario, summary, replications)   -> text for a terminal

Reads the summary only; computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.scenario import ListResource, Scenario

_WAITS = (
    ("symptom_to_referral", "all", "first symptom to referral"),
    ("referral_to_diagnosis", "all", "referral to diagnosis"),
    ("referral_to_decision", "all", "referral to board decision"),
    ("decision_to_treatment", "liver_directed", "decision to liver-directed treatment"),
    ("decision_to_treatment", "resection", "decision to resection"),
    ("decision_to_treatment", "prrt", "decision to PRRT"),
)


class _Figures:
    """The summary, asked by name."""

    def __init__(self, summary: Any):
        self.rows = {(row.kpi, row.group): row for row in summary.itertuples()}

    def says(self, kpi: str, group: str = "all", scale: float = 1.0, digits: int = 1) -> str:
        """`mean (lower to upper)`, or a dash where the figure was not reached."""
        row = self.rows.get((kpi, group))
        if row is None or row.mean != row.mean:
            return "-"
        text = f"{row.mean * scale:.{digits}f}"
        if row.lower == row.lower and row.upper == row.upper and row.replications > 1:
            text += f" ({row.lower * scale:.{digits}f} to {row.upper * scale:.{digits}f})"
        return text


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
    ]


def answer(scenario: Scenario, summary: Any, replications: int) -> str:
    """The first page of a run: question, waits, load, treatments, losses, survival.

    summary        as `sim.measures.summarise` gives it, or None where nothing was finished
    replications   how many it rests on
    """
    title = f"{scenario.scenario}: {scenario.question}"
    if summary is None:
        return f"{title}\nNo replication was finished."
    says = _Figures(summary).says
    runs = "1 replication" if replications == 1 else f"{replications} replications, mean (95 % interval)"
    lines = [title, runs, ""]
    waits = [
        (
            label,
            says(f"wait.{interval}.median", group),
            says(f"wait.{interval}.p90", group),
            says(f"wait.{interval}.within_target", group, 100, 0),
            says(f"wait.{interval}.died_waiting", group),
        )
        for interval, group, label in _WAITS
    ]
    lines += _table(("Wait [days]", "median", "90th percentile", "within target %", "died waiting"), waits)
    load = [
        (
            name,
            says(f"use.{name}.share", "all", 100, 0),
            says(f"queue.{name}.mean"),
            says(f"wait.{name}.median", "own"),
            says(f"wait.{name}.p90", "own"),
        )
        for name, its in scenario.resources.items()
        if isinstance(its, ListResource)
    ]
    lines += ["", *_table(("List", "used %", "waiting", "own wait, median [days]", "90th percentile"), load)]
    found = [kpi for kpi, _ in _Figures(summary).rows if kpi.startswith("treated.") and kpi.endswith("first_per_year")]
    kinds = sorted(kpi.split(".")[1] for kpi in found)
    treated = [
        (kind.replace("_", " "), says(f"treated.{kind}.per_year"), says(f"treated.{kind}.first_per_year"))
        for kind in kinds
    ]
    lines += ["", *_table(("Treatment", "courses a year", "of them a patient's first"), treated)]
    losses = [
        ("new patients with liver metastases seen", says("count.nelm_seen.per_year")),
        ("lost eligibility while waiting", says("lost.while_waiting.per_year")),
        ("died between decision and treatment", says("died.between_decision_and_treatment.per_year")),
    ]
    lines += ["", *_table(("Patients", "a year"), losses)]
    years = [(f"{year} years", says(f"outcome.os_from_nelm.y{year}", "all", 100, 0)) for year in (1, 3, 5)]
    lines += ["", *_table(("Alive after liver metastases are seen", "%"), years)]
    return "\n".join(lines)
