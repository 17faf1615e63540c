"""What a check of pins found, in words, in Markdown and as plain data.

    in_words(finding)       a paragraph for a terminal, or for the message of a failed test
    in_markdown(findings)   a table of all, and below it what is to be known of those that moved
    as_data(finding)        for programs

Shows what `sim.experiments.pin` found; computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.experiments.differences import LEAST_REPLICATIONS
from sim.experiments.fingerprint import Place
from sim.experiments.pin import Finding, Saved, Trace, Verdict
from sim.experiments.pin_figures import Figure, Move
from sim.units import day_and_time

MOST_FIGURES = 12
ROWS_BEFORE, ROWS_AFTER = 4, 8
_PATIENT_HEAD = "         n  day and time      event             value  step, resource, reason"
_RESOURCE_HEAD = "         n  day and time      event                       case      value  reason"


def in_words(finding: Finding) -> str:
    """What was found of one scenario: the verdict first, then why."""
    lines = [headline(finding)]
    lines += [f"  {sentence}" for sentence in finding.inputs]
    if finding.error:
        lines += [f"  {line}" for line in finding.error.splitlines()]
    lines += _figures(finding)
    lines += _stories(finding)
    return "\n".join(lines)


def headline(finding: Finding) -> str:
    """The verdict in a line."""
    size = f"{_count(finding.replications, 'replication')}, {_count(finding.figures, 'figure')}"
    text = f"{finding.scenario}: {finding.verdict}"
    if finding.verdict is Verdict.UNPINNED:
        return f'{text}; to pin it: nelm pin save {finding.file} --note "..."'
    if finding.verdict is Verdict.BROKEN:
        return text
    return f"{text} ({size}, {finding.seconds:.0f} s)"


def saved_in_words(saved: Saved) -> str:
    """What was pinned, and how it differs from what was pinned before."""
    pin = saved.pin
    size = f"{_count(pin.replications, 'replication')}, {_count(len(pin.figures), 'figure')}"
    lines = [f"{pin.scenario}: pinned in {saved.path} ({size})"]
    if saved.finding is not None:
        lines += ["held against the pin before it:", in_words(saved.finding)]
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _figures(finding: Finding) -> list[str]:
    if not finding.moves or finding.pin is None:
        return []
    moved, outside = len(finding.moves), len(finding.outside)
    tolerance = f"{finding.pin.tolerance:g} standard error{'' if finding.pin.tolerance == 1 else 's'}"
    lines = [
        f"  figures: {moved} of {finding.figures} moved, {outside} of them by more than the tolerance ({tolerance})"
        + _beyond(finding)
    ]
    shown = (finding.outside or finding.moves)[:MOST_FIGURES]
    lines += [f"    {'* ' if move.beyond_chance else '  '}{move.sentence()}" for move in shown]
    hidden = len(finding.outside or finding.moves) - len(shown)
    return lines + ([f"      and {hidden} more (--json tells all)"] if hidden else [])


def _beyond(finding: Finding) -> str:
    if not finding.traces:
        return "; the logs are identical, so none by chance"
    if finding.replications < LEAST_REPLICATIONS:
        return f"; {_count(finding.replications, 'replication')} can not tell chance apart ({LEAST_REPLICATIONS} could)"
    many = sum(move.beyond_chance for move in finding.moves)
    return f", {many} further than other luck would carry any of them (*; Welch, Holm, 5 %)"


def _stories(finding: Finding) -> Iterator[str]:
    """Of each replication how much of it is another; of the first, what happens where it parts."""
    for which, trace in enumerate(finding.traces):
        yield f"  {_extent(trace)}"
        if which == 0:
            yield from (f"  {line}" for line in first_difference(trace))


def _extent(trace: Trace) -> str:
    parting = trace.parting
    text = f"replication {parting.replication}: another log; {parting.changed} of {parting.patients} patients have "
    text += "another story"
    if not parting.changed and not parting.resources:
        return text + "; only the order or the numbers of names are others"
    names = ", ".join(parting.resources[:6]) + (", ..." if len(parting.resources) > 6 else "")
    return text + (f"; other logs of {names}" if parting.resources else "; the resources' logs are as they were")


def where(trace: Trace) -> str:
    """The first difference in a line: in a patient's story, or in the log of a resource where that is earlier."""
    place = trace.parting.first
    if place is None:
        return ""
    if place is trace.parting.patient:
        return f"patient {place.who}, {_row(place)} of her story{_when(place, trace.now)}"
    return f"{place.who}, {_row(place)} of its log{_when(place, trace.resource_now)}"


def _row(place: Place) -> str:
    return f"row {place.row}" if place.shared == 1 else f"row {place.row} to {place.row + place.shared - 1}"


def _when(place: Place, now: Sequence[str]) -> str:
    if not now:
        return ", not there any more"
    if place.row >= len(now):
        return f", which has only {_count(len(now), 'row')} now"
    begins, ends = day_and_time(place.begins), day_and_time(place.ends)
    return f", {begins}" if begins == ends else f", between {begins} and {ends}"


def first_difference(trace: Trace) -> list[str]:
    """Where the log parts, and the rows around: of the patient, and of the resource where that is earlier."""
    parting, place = trace.parting, where(trace)
    lines = [f"first difference: {place}"] if place else []
    if parting.resource is not None and parting.first is parting.resource:
        lines += _pair(trace.resource_before, trace.resource_now, parting.resource, False)
        if parting.patient is not None:
            lines.append(f"first patient: {parting.patient.who}, from {_row(parting.patient)} of her story on")
    if parting.patient is not None:
        lines += _pair(trace.before, trace.now, parting.patient, True)
    return lines


def _pair(before: Sequence[str] | None, now: Sequence[str], place: Place, patient: bool) -> list[str]:
    """The rows around those that differ, as pinned where that is known, and as now."""
    if before is None:
        return ["  now", *_excerpt(now, place, patient)]
    return ["  as pinned", *_excerpt(before, place, patient), "  now", *_excerpt(now, place, patient)]


def _excerpt(story: Sequence[str], place: Place, patient: bool) -> list[str]:
    """Some rows before the first that may be another, and some after; a patient's are marked to the end."""
    first = max(0, place.row - ROWS_BEFORE)
    last = min(len(story), place.row + max(ROWS_AFTER, place.shared))
    lines = [_PATIENT_HEAD if patient else _RESOURCE_HEAD]
    lines += [f"         ... {_count(first, 'row')} before"] if first else []
    for at in range(first, last):
        marked = at >= place.row and (patient or at < place.row + place.shared)
        lines.append(f"  {'>' if marked else ' '}   {story[at]}")
    return lines + ([f"         ... {_count(len(story) - last, 'row')} after"] if last < len(story) else [])


_SIGNS = {Verdict.IDENTICAL: "✅", Verdict.SAME: "🟡", Verdict.UNPINNED: "⚪"}


def in_markdown(findings: Iterable[Finding]) -> str:
    """A page for a review: one line for each scenario, and the whole of what moved below."""
    findings = list(findings)
    lines = ["# Pinned scenarios", "", "| | Scenario | Verdict | Figures moved | beyond tolerance | First difference |"]
    lines.append("|---|---|---|---:|---:|---|")
    for its in findings:
        first = where(its.traces[0]) if its.traces else ""
        cells = (
            _SIGNS.get(its.verdict, "❌"),
            its.scenario,
            str(its.verdict),
            str(len(its.moves)) if its.figures else "",
            str(len(its.outside)) if its.figures else "",
            first or (its.moves[0].name if its.moves else ""),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    for its in findings:
        if its.verdict not in (Verdict.IDENTICAL, Verdict.UNPINNED):
            lines += ["", f"## {its.scenario}: {its.verdict}", ""]
            lines += [f"Pinned because: {its.pin.note}", ""] if its.pin else []
            lines += ["```text", in_words(its).replace("```", "'''"), "```"]
    return "\n".join(lines) + "\n"


def as_data(finding: Finding) -> dict[str, Any]:
    """All of a finding as plain data, for JSON."""
    return {
        "scenario": finding.scenario,
        "file": finding.file,
        "verdict": str(finding.verdict),
        "note": finding.pin.note if finding.pin else None,
        "replications": finding.replications,
        "figures": finding.figures,
        "tolerance": finding.pin.tolerance if finding.pin else None,
        "inputs": list(finding.inputs),
        "moves": [_move(move) for move in finding.moves],
        "logs": [_traced(trace) for trace in finding.traces],
        "seconds": round(finding.seconds, 1),
        "error": finding.error or None,
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "kpi": move.kpi,
        "group": move.group,
        "unit": move.unit,
        "before": _figure(move.before),
        "now": _figure(move.now),
        "change": move.change,
        "standard_errors": move.errors,
        "outside_tolerance": move.outside,
        "beyond_chance": move.beyond_chance,
    }


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {"mean": figure.mean, "standard_error": figure.error, "replications": figure.n}


def _traced(trace: Trace) -> dict[str, Any]:
    its = trace.parting
    stories = {
        "story_now": list(trace.now),
        "story_before": None if trace.before is None else list(trace.before),
    }
    return {
        "replication": its.replication,
        "patients": its.patients,
        "patients_changed": its.changed,
        "resources_changed": list(its.resources),
        "first_difference": where(trace),
        "first_patient": None if its.patient is None else _placed(its.patient, trace.now) | stories,
        "first_resource": None if its.resource is None else _placed(its.resource, trace.resource_now),
    }


def _placed(place: Place, now: Sequence[str]) -> dict[str, Any]:
    minutes = (place.begins, place.ends) if now else (None, None)
    return {
        "who": place.who,
        "row": place.row,
        "rows_sharing_a_letter": place.shared,
        "from_minute": minutes[0],
        "to_minute": minutes[1],
    }
