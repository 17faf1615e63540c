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
LARGE = 10
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
_QUESTIONS = {
    "survival": ("live longer", "less long as far as the run goes"),
    "referral_to_treatment": ("come to a first treatment sooner", "later"),
    "decision_to_treatment": ("are treated sooner after their first decision for a treatment", "later"),
}


def digits(size: float, mean: float = 0.0) -> int:
    """How many decimals a difference of this size is told with: two figures of it, but no more than the means deserve.

    >>> digits(51.2), digits(3.7), digits(0.62), digits(0.0035), digits(0.14, 69.8), digits(0.0)
    (0, 1, 2, 2, 1, 1)
    """
    most = 1 if abs(mean) >= LARGE else 2
    return 1 if size == 0 or not math.isfinite(size) else min(max(1 - math.floor(math.log10(size)), 0), most)


def rounded(row: Mapping[Any, Any]) -> tuple[float, int]:
    """What a figure is multiplied by to be told, 100 for shares, and with how many decimals it is told.

    As many as show two figures of the difference, or of its uncertainty where that is larger, and no more than two, or
    one of large figures.

    >>> rounded({"unit": "days", "difference": 0.0055, "lower": -0.4, "upper": 0.41, "mean": 77.5})
    (1.0, 1)
    """
    scale = 100.0 if row["unit"] == "share" else 1.0
    half = (row["upper"] - row["lower"]) / 2
    size = max(abs(row["difference"]), half) if math.isfinite(half) else abs(row["difference"])
    return scale, digits((size if size > 0 else abs(row["mean"])) * scale, row["mean"] * scale)


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


def sentence(row: Mapping[Any, Any], name: str = "", verdict: bool = True) -> str:
    """One figure in plain words.

    row       of a comparison's table
    name      of the figure in words, if it is not to be looked up
    verdict   whether to say what is not shown to differ
    """
    what = name or label(str(row["kpi"]), str(row["group"]))
    if row["verdict"] == Verdict.MISSING:
        return f"{what}: not to be compared, no pair of replications has it in both" + _because(row)
    scale, places = rounded(row)
    unit = _SAID.get(str(row["unit"]), str(row["unit"]))
    before, after = (row[column] * scale for column in ("mean_reference", "mean"))
    if row["verdict"] == Verdict.IDENTICAL:
        return f"{what}: {before:.{places}f} {unit} in both, no difference in any replication"
    if round(row["difference"] * scale, places) == 0:
        text = f"{what}: {before:.{places}f} {unit} in both, no difference to be seen{_reach(row, scale, places)}"
    else:
        text = f"{what}: {before:.{places}f} -> {after:.{places}f} {unit}, {_change(row, scale, places)}"
        if verdict and row["verdict"] == Verdict.NOT_SHOWN:
            text += "; not shown to differ"
    if row["missing"]:
        text += f"; {row['missing']} of {row['missing'] + row['pairs']} counted out" + _because(row)
    return text


def _reach(row: Mapping[Any, Any], scale: float, places: int) -> str:
    """How far off a difference that is not to be seen may be."""
    reach = max(abs(row["lower"]), abs(row["upper"])) * scale
    if not math.isfinite(reach) or round(reach, places) == 0:
        return ""
    points = " percentage points" if row["unit"] == "share" else ""
    return f" (at most {reach:.{places}f}{points} either way)"


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
    runs = _many(comparison.replications, "replication")
    if comparison.replications < LEAST_REPLICATIONS:
        return (
            f"{comparison.title}: {runs}, too few to call anything a difference, which takes {LEAST_REPLICATIONS} "
            f"(--replications {LEAST_REPLICATIONS}). In brackets the 95 % interval of each."
        )
    first, others = comparison.tested_among("first"), comparison.tested_among("others")
    if comparison.tested_among("asked"):
        among = f"{comparison.tested} differences tested and corrected for how many they are (Holm)"
    else:
        among = f"{first} differences looked at first and {others} others, each corrected for how many they are (Holm)"
    return f"{comparison.title}: {runs}; {among}; in brackets the 95 % interval of each by itself."


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def sections(comparison: Comparison) -> list[Section]:
    """All that is said, by scenario and kind: what a planner looks at first, who is better off, and the rest."""
    found = []
    for name in comparison.names[1:]:
        rows = comparison.table[comparison.table["scenario"] == name]
        first = rows["family"] == "first"
        if name in comparison.unpaired:
            why = f"compared with {comparison.names[0]} as independent runs, and no patient is the same"
            found.append(Section(name, f"{why} ({comparison.unpaired[name]})"))
        if (rows["verdict"] == Verdict.IDENTICAL).all():
            found.append(Section(name, f"all {len(rows)} figures are the same in every replication"))
            found += _patients(name, comparison)
            continue
        found += _first(chosen(rows[first]), name) + _patients(name, comparison)
        found += _others(rows[~first], name, "others" if first.any() else "figures")
    return found


def _first(rows: pd.DataFrame, name: str) -> list[Section]:
    """The few figures that a planner looks at first: always the same, in the same order, changed or not."""
    if rows.empty:
        return []
    different = rows["verdict"] == Verdict.DIFFERENT
    judged = (rows["verdict"] != Verdict.TOO_FEW).any() and rows["p"].notna().any()
    heading = "what a planner looks at first"
    if judged:
        heading += "; * more than chance" if different.any() else "; none differs by more than chance"
    items = tuple(
        ("* " if row["verdict"] == Verdict.DIFFERENT else "") + sentence(row, row["label"], verdict=False)
        for row in rows.to_dict("records")
        if not (row["unit"] == "share" and str(row["kpi"]).startswith("use.") and row["verdict"] == Verdict.IDENTICAL)
    )
    return [Section(name, heading, items)]


def _told(rows: pd.DataFrame) -> tuple[str, ...]:
    """A sentence for each figure; figures of another group, or another name, with the same values are one."""
    found: dict[tuple[Any, ...], tuple[dict[Any, Any], list[str]]] = {}
    for row in rows.to_dict("records"):
        values = tuple(row[column] for column in ("unit", "mean_reference", "mean", "lower", "upper"))
        start, _, end = str(row["kpi"]).partition(".")
        key = (start, end.rpartition(".")[2], *values)
        name = row.get("label") or label(str(row["kpi"]), str(row["group"]))
        found.setdefault(key, (row, []))[1].append(str(name))
    return tuple(
        sentence(row, names[0] + (f" (the same: {'; '.join(names[1:])})" if names[1:] else ""), verdict=False)
        for row, names in found.values()
    )


def _others(rows: pd.DataFrame, name: str, which: str) -> list[Section]:
    """The appendix: of all other figures those that differ, those that lean, and how many do not."""
    if rows.empty:
        return []
    found = []
    different = rows[rows["verdict"] == Verdict.DIFFERENT].sort_values("p", kind="stable")
    if len(different):
        items = _told(different[:MOST_OTHERS])
        if len(different) > MOST_OTHERS:
            items += (f"and {_many(len(different) - MOST_OTHERS, 'figure')} more, in the table",)
        one = "other figure" if which == "others" else "figure"
        differ = f"1 {one} differs" if len(different) == 1 else f"{len(different)} {one}s differ"
        found.append(Section(name, f"{differ} by more than chance, after correction", items))
    elif rows["verdict"].isin([Verdict.NOT_SHOWN]).any():
        found.append(
            Section(name, f"no {'other figure' if which == 'others' else 'figure'} differs by more than chance")
        )
    found += _leaning(chosen(rows), name)
    count = {verdict: int((rows["verdict"] == verdict).sum()) for verdict in Verdict}
    parts = [
        f"{count[verdict]} {said}"
        for verdict, said in (
            (Verdict.NOT_SHOWN, "not shown to differ"),
            (Verdict.IDENTICAL, "the same in every replication"),
            (Verdict.TOO_FEW, "not judged"),
            (Verdict.MISSING, "not to be compared"),
        )
        if count[verdict]
    ]
    return [*found, Section(name, f"of {len(rows)} {which}: {', '.join(parts)}")] if parts else found


def _leaning(planners: pd.DataFrame, name: str) -> list[Section]:
    """What its own interval sets apart from 0, but not the correction: worth more replications, not a finding."""
    apart = ((planners["lower"] > 0) | (planners["upper"] < 0)) & (planners["p"] < 1 - LEVEL)
    rows = planners[(planners["verdict"] == Verdict.NOT_SHOWN) & apart]
    heading = "leaning, but not more than chance among so many; more replications would tell"
    return [Section(name, heading, _told(rows))] if len(rows) else []


def _patients(name: str, comparison: Comparison) -> list[Section]:
    """Who is better and worse off, patient by patient; how many they are is said once."""
    table = comparison.patients
    rows = table[(table["scenario"] == name) & (table["patients"] > 0)] if len(table) else table
    if name in comparison.unpaired:
        return []
    if rows.empty:
        return [Section(name, "no patient is compared with herself, because arrivals differ or nobody came")]
    if (rows["unchanged"] == rows["patients"]).all():
        return [Section(name, "of the same patients under both nobody is better or worse off")]
    items = tuple(_better_and_worse(row) for row in rows.to_dict("records"))
    heading = "the same patients under both, better and worse off by a day or more (how many are compared)"
    return [Section(name, heading, items)]


def _better_and_worse(row: Mapping[Any, Any]) -> str:
    better, worse = _QUESTIONS[row["question"]]
    who = "with liver metastases" if row["group"] == "nelm" else "all"
    if row["unchanged"] == row["patients"]:
        return f"{who} ({row['patients']}): {0:.1%} {better} or {worse}"
    text = f"{who} ({row['patients']}): {row['share_better']:.1%} {better}, {row['share_worse']:.1%} {worse}"
    mean = row["mean_change"]
    return text + (f"; on average {mean:+.1f} days" if math.isfinite(mean) and round(mean, 1) != 0 else "")


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
