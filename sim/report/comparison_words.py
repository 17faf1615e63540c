"""A comparison in plain words: what differs, what does not, and for whom.

    sentences(comparison)   all of it, the most important first
    sections(comparison)    the same by kind, with headings
    sentence(row)           one figure: "Decision to resection, median: 24.3 -> 18.1 days, 6.2 shorter (4.0 to 8.4)"
    answer(comparison)      the page for a terminal

Reads the comparison only; computes nothing but how to round.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.experiments.differences import LEAST_REPLICATIONS, LEVEL, Verdict
from sim.report.planner import chosen, label

if TYPE_CHECKING:
    from sim.experiments.compare import Comparison

WIDTH = 100
MOST_OTHERS = 5

_MORE = {
    "days": ("longer", "shorter"),
    "years": ("longer", "shorter"),
    "share": ("higher", "lower"),
    "per year": ("more", "fewer"),
    "minutes per year": ("more", "fewer"),
    "waits": ("more", "fewer"),
    "patients": ("more", "fewer"),
    "cases": ("more", "fewer"),
    "waiting": ("more", "fewer"),
    "places": ("more", "fewer"),
}
_SAID = {"share": "%", "per year": "a year", "minutes per year": "minutes a year", "waiting": "people waiting"}
_JUDGED = {Verdict.NOT_SHOWN: "not shown to differ", Verdict.TOO_FEW: "too few replications to judge"}
_QUESTIONS = {
    "survival": ("live longer", "less long, as far as the run goes"),
    "referral_to_treatment": ("come to a first treatment sooner", "later"),
    "decision_to_treatment": ("are treated sooner after their first decision for a treatment", "later"),
}


def digits(size: float) -> int:
    """How many decimals show at least two figures of a difference, at least one and at most four.

    >>> digits(51.2), digits(3.7), digits(0.62), digits(0.0035), digits(0.0)
    (1, 1, 2, 4, 1)
    """
    return 1 if size == 0 or not math.isfinite(size) else min(max(1 - math.floor(math.log10(size)), 1), 4)


def rounded(row: Mapping[Any, Any]) -> tuple[float, int]:
    """What a figure is multiplied by to be told, 100 for shares, and with how many decimals it is told.

    As many as show two figures of the difference, or of its uncertainty where that is larger.

    >>> rounded({"unit": "days", "difference": 0.0055, "lower": -0.4, "upper": 0.41, "mean": 77.5})
    (1.0, 2)
    """
    scale = 100.0 if row["unit"] == "share" else 1.0
    half = (row["upper"] - row["lower"]) / 2
    size = max(abs(row["difference"]), half) if math.isfinite(half) else abs(row["difference"])
    return scale, digits((size if size > 0 else abs(row["mean"])) * scale)


def _change(row: Mapping[Any, Any], scale: float, places: int) -> str:
    """The difference in words, with its interval."""
    more, fewer = _MORE.get(str(row["unit"]), ("more", "less"))
    low, high, difference = (row[name] * scale for name in ("lower", "upper", "difference"))
    points = "percentage points " if row["unit"] == "share" else ""
    said = f"{abs(difference):.{places}f} {points}{more if difference > 0 else fewer}"
    if not math.isfinite(low):
        return said
    if low * high >= 0:
        ends = sorted((abs(low), abs(high)))
        return f"{said} ({ends[0]:.{places}f} to {ends[1]:.{places}f})"
    return f"{said} (from {-low:.{places}f} {fewer} to {high:.{places}f} {more})"


def sentence(row: Mapping[Any, Any], name: str = "") -> str:
    """One figure in plain words.

    row    of a comparison's table
    name   of the figure in words, if it is not to be looked up
    """
    what = name or label(str(row["kpi"]), str(row["group"]))
    verdict = row["verdict"]
    if verdict == Verdict.MISSING:
        return f"{what}: not to be compared, no pair of replications has it in both" + _because(row)
    scale, places = rounded(row)
    unit = _SAID.get(str(row["unit"]), str(row["unit"]))
    before, after = (row[column] * scale for column in ("mean_reference", "mean"))
    if verdict == Verdict.IDENTICAL:
        return f"{what}: {before:.{places}f} {unit} in both, no difference in any replication"
    text = f"{what}: {before:.{places}f} -> {after:.{places}f} {unit}, {_change(row, scale, places)}"
    if verdict != Verdict.DIFFERENT:
        text += f"; {_JUDGED[verdict]}"
    if row["missing"]:
        text += f"; {row['missing']} of {row['missing'] + row['pairs']} counted out" + _because(row)
    return text


def _because(row: Mapping[Any, Any]) -> str:
    return f" ({row['note']})" if row["note"] else ""


@dataclass(frozen=True)
class Section:
    """Sentences that belong together.

    scenario   the one they are about
    heading    what they have in common, itself a sentence without its stop
    items      the sentences
    """

    scenario: str
    heading: str
    items: tuple[str, ...] = ()


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What differs, what does not, and for whom; the most important first, each saying of which scenario it is."""
    found = [opening(comparison)]
    for its in sections(comparison):
        found += [f"{its.scenario}: {told}." for told in dict.fromkeys((its.heading, *its.items))]
    return tuple(found)


def opening(comparison: Comparison) -> str:
    """What is compared, on how many replications, and how it is judged."""
    return (
        f"{comparison.title}: {_many(comparison.replications, 'replication')}; {comparison.tested} differences tested "
        "and corrected for how many they are (Holm); in brackets the 95 % interval of each by itself."
    )


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def sections(comparison: Comparison) -> list[Section]:
    """All that is said, by scenario and kind."""
    found = []
    for name in comparison.names[1:]:
        rows = comparison.table[comparison.table["scenario"] == name]
        planners = chosen(rows)
        if name in comparison.unpaired:
            why = f"compared with {comparison.names[0]} as independent runs, and no patient is the same"
            found.append(Section(name, f"{why} ({comparison.unpaired[name]})"))
        if (rows["verdict"] == Verdict.IDENTICAL).all():
            found.append(Section(name, f"all {len(rows)} figures are the same in every replication"))
        else:
            found += _changed(rows, planners, name) + _leaning(planners, name) + _unchanged(rows, planners, name)
        found += _patients(name, comparison)
    return found


def _told(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sentence(row, row.get("label", "")) for row in rows.to_dict("records"))


def _changed(rows: pd.DataFrame, planners: pd.DataFrame, name: str) -> list[Section]:
    different = rows[rows["verdict"] == Verdict.DIFFERENT]
    if different.empty:
        judged = rows["verdict"].isin([Verdict.NOT_SHOWN, Verdict.DIFFERENT]).any()
        if not judged and (rows["verdict"] == Verdict.TOO_FEW).any():
            return [Section(name, f"too few replications to judge; it takes {LEAST_REPLICATIONS}")]
        return [Section(name, "no figure differs by more than chance, after correction")]
    first = planners[planners["verdict"] == Verdict.DIFFERENT]
    told = set(zip(first["kpi"], first["group"], strict=True))
    new = [key not in told for key in zip(different["kpi"], different["group"], strict=True)]
    others = different[new].sort_values("p", kind="stable")
    items = _told(first) + _told(others[:MOST_OTHERS])
    if len(others) > MOST_OTHERS:
        items += (f"and {_many(len(others) - MOST_OTHERS, 'figure')} more, in the table",)
    differ = "1 figure differs" if len(different) == 1 else f"{len(different)} figures differ"
    return [Section(name, f"{differ} by more than chance, after correction", items)]


def _leaning(planners: pd.DataFrame, name: str) -> list[Section]:
    """What its own interval sets apart from 0, but not the correction: worth more replications, not a finding."""
    apart = ((planners["lower"] > 0) | (planners["upper"] < 0)) & (planners["p"] < 1 - LEVEL)
    rows = planners[(planners["verdict"] == Verdict.NOT_SHOWN) & apart]
    heading = "leaning, but not more than chance among so many; more replications would tell"
    return [Section(name, heading, _told(rows))] if len(rows) else []


def _unchanged(rows: pd.DataFrame, planners: pd.DataFrame, name: str) -> list[Section]:
    """How many figures are not shown to differ, and the important ones by name."""
    count = {verdict: int((rows["verdict"] == verdict).sum()) for verdict in Verdict}
    parts = [
        f"{count[Verdict.NOT_SHOWN]} figures not shown to differ",
        f"{count[Verdict.IDENTICAL]} the same in every replication",
    ]
    if count[Verdict.TOO_FEW]:
        parts.append(f"{count[Verdict.TOO_FEW]} not judged, which takes {LEAST_REPLICATIONS} replications")
    if count[Verdict.MISSING]:
        parts.append(f"{count[Verdict.MISSING]} not to be compared")
    apart = (planners["lower"] > 0) | (planners["upper"] < 0)
    leaning = (planners["verdict"] == Verdict.NOT_SHOWN) & apart & (planners["p"] < 1 - LEVEL)
    rest = planners[planners["by_name"] & (planners["verdict"] != Verdict.DIFFERENT) & ~leaning]
    return [Section(name, ", ".join(parts), _told(rest))]


def _patients(name: str, comparison: Comparison) -> list[Section]:
    """Who is better and worse off, patient by patient."""
    table = comparison.patients
    rows = table[(table["scenario"] == name) & (table["patients"] > 0)] if len(table) else table
    if name in comparison.unpaired:
        return []
    if rows.empty:
        return [Section(name, "no patient is compared with herself, because arrivals differ or nobody came")]
    items = tuple(_better_and_worse(row) for row in rows.to_dict("records"))
    return [Section(name, f"the same patients under {name} and {comparison.names[0]}", items)]


def _better_and_worse(row: Mapping[Any, Any]) -> str:
    better, worse = _QUESTIONS[row["question"]]
    who = "patients with liver metastases" if row["group"] == "nelm" else "patients"
    of = f"of the same {row['patients']} {who}"
    if row["unchanged"] == row["patients"]:
        return f"{of}, nobody is better or worse off: none {better} or {worse}"
    text = (
        f"{of}, {row['share_better']:.1%} {better} and {row['share_worse']:.1%} {worse}, by a day or more; "
        f"{row['share_unchanged']:.1%} are unchanged"
    )
    return text + (f"; on average {row['mean_change']:+.1f} days" if math.isfinite(row["mean_change"]) else "")


def answer(comparison: Comparison) -> str:
    """The comparison for a terminal, with the questions that the scenarios ask."""
    lines = []
    for name, run in zip(comparison.names, comparison.runs, strict=True):
        lines += textwrap.wrap(f"{name}: {run.scenario.question}", WIDTH, subsequent_indent="  ")
    lines += ["", *textwrap.wrap(opening(comparison), WIDTH)]
    for its in sections(comparison):
        lines += ["", *textwrap.wrap(f"{its.scenario}: {its.heading}", WIDTH)]
        for told in its.items:
            lines += textwrap.wrap(told, WIDTH, initial_indent="  ", subsequent_indent="      ")
    return "\n".join(lines)
