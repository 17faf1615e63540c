"""A patient's story as text for a terminal, and as data.

    in_words(story)     who she is, what was known and what was true, every step with its date, what she waited for
    as_data(story)      the same for programs

Knows no log: `sim.report.story` has read it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from sim.log import Event
from sim.report.story import Story, Visit
from sim.report.story_words import days_between, in_days, plain
from sim.report.words import words
from sim.units import DAY, YEAR

WIDTH = 100
_MARGIN = 12


def in_words(story: Story) -> str:
    """The whole story, in lines of at most 100 characters."""
    head = f"{story.scenario}, replication {story.replication}, patient {story.patient}".removeprefix(", ")
    parts = [head, ""]
    for label, text in who(story):
        parts += _labelled(label, text)
    parts += ["", *_steps(story)]
    waited = waits_in_all(story.visits)
    if waited:
        parts += ["", *_labelled("Waited", "; ".join(waited))]
    return "\n".join(parts)


def who(story: Story) -> list[tuple[str, str]]:
    """Who she is, what the hospital knew, what was true, and how long it lasted: (label, words)."""
    years = (story.ends - story.begins) / YEAR
    end = f"{story.day(story.begins)} to {story.day(story.ends)}, {years:.1f} years from first symptom; {story.end}"
    return [
        ("Who", "; ".join(_person(story))),
        ("Known", "; ".join(_known(story))),
        ("In truth", "; ".join(_truth(story))),
        ("Story", end),
    ]


def _labelled(label: str, text: str) -> list[str]:
    first = label.ljust(_MARGIN)
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * _MARGIN, break_on_hyphens=False)


def _person(story: Story) -> list[str]:
    its = story.traits
    said = []
    if "sex" in its and "age" in its:
        said.append(f"{'man' if its['sex'] == 'male' else 'woman'} of {int(its['age'])} at first symptom")
    if "site" in its:
        said.append("primary unknown" if its["site"] == "unknown" else f"primary in the {plain(str(its['site']))}")
    if str(its.get("site")) == "other":
        said[-1] = "primary at another site"
    said += [words for name, words in _BURDENS.items() if bool(its.get(name, False))]
    return said or ["nothing is known of the person"]


_BURDENS = {
    "functioning": "makes hormones",
    "kidney_disease": "kidney disease",
    "biliary_procedure": "has had a procedure on the bile duct",
}


def _known(story: Story) -> list[str]:
    said = []
    if "referred" in story.moments:
        said.append(f"referred on {story.day(story.moments['referred'])}")
    else:
        said.append("never came to the centre")
    if "diagnosed" in story.moments:
        said.append(f"diagnosed on {story.day(story.moments['diagnosed'])}")
    seen = int(story.traits.get("nelm_minute", -1))
    said.append(f"liver metastases first seen on {story.day(seen)}" if seen >= 0 else "no liver metastases were seen")
    return said


def _truth(story: Story) -> list[str]:
    its = story.traits
    said = []
    if "grade" in its:
        said.append(words(str(its["grade"])))
    if "ki67_pct" in its:
        said.append(f"Ki-67 {float(its['ki67_pct']):.1f} %")
    if "receptors" in its:
        said.append("takes up the receptor tracer" if its["receptors"] else "without receptors")
    if bool(its.get("nelm_at_symptom", False)):
        said.append("liver metastases since before the first symptom")
    elif "metastasised" in story.moments:
        said.append(f"liver metastases since {story.day(story.moments['metastasised'])}")
    else:
        said.append("no liver metastases")
    if "spread" in story.moments:
        said.append(f"disease outside the liver since {story.day(story.moments['spread'])}")
    return said


def _steps(story: Story) -> Iterable[str]:
    for entry in story.entries:
        first, last = story.day(entry.minute), story.day(entry.until)
        text = f"[in truth] {entry.text}" if entry.truth else entry.text
        if last != first:
            text = f"until {last}: {text}"
        yield from _labelled(first.isoformat(), text)


def waits_in_all(visits: Iterable[Visit]) -> list[str]:
    """What she waited for in all, the longest first: `tumour board 12 days (2 times)`."""
    total: dict[str, list[int]] = {}
    for visit in visits:
        end = visit.ended if visit.began is None else visit.began
        total.setdefault(visit.resource, []).append(days_between(visit.joined, end))
    ranked = sorted(total.items(), key=lambda its: (-sum(its[1]), its[0]))
    return [
        f"{plain(name)} {in_days(sum(days))}" + (f" ({len(days)} times)" if len(days) > 1 else "")
        for name, days in ranked
        if sum(days)
    ]


def as_data(story: Story) -> dict[str, Any]:
    """The story as plain data; docs/patient.md says what each entry means."""
    return {
        "scenario": story.scenario,
        "replication": story.replication,
        "patient": story.patient,
        "traits": {str(name): _plain(value) for name, value in story.traits.items()},
        "begins": story.day(story.begins).isoformat(),
        "ends": story.day(story.ends).isoformat(),
        "end": story.end,
        "story": [
            {
                "date": story.day(entry.minute).isoformat(),
                "until": story.day(entry.until).isoformat(),
                "text": entry.text,
                "truth": entry.truth,
            }
            for entry in story.entries
        ],
        "waits": [
            {
                "resource": visit.resource,
                "joined": story.day(visit.joined).isoformat(),
                "began": None if visit.began is None else story.day(visit.began).isoformat(),
                "days": round(visit.waited, 2),
                "outcome": visit.outcome,
            }
            for visit in story.visits
        ],
        "treatments": [
            {
                "treatment": course.treatment,
                "begins": story.day(course.begins).isoformat(),
                "ends": story.day(course.ends).isoformat(),
            }
            for course in story.courses
        ],
        "phases": [
            {
                "phase": phase.name,
                "begins": story.day(phase.begins).isoformat(),
                "days": (phase.ends - phase.begins) / DAY,
            }
            for phase in story.phases
        ],
        "liver_seen": [
            {"date": story.day(minute).isoformat(), "share": None if value < 0 else value / 1e6}
            for minute, value in story.seen
        ],
        "events": [
            {"date": story.day(minute).isoformat(), "event": event.name.lower(), "why": why}
            for minute, event, why in story.marks
        ],
        "truth": [
            {"date": story.day(minute).isoformat(), "event": event.name.lower()}
            | ({"ecog": value} if event == Event.WORSENED else {})
            | ({"there": bool(value)} if event == Event.SYMPTOMATIC else {})
            for minute, event, value in story.truths
        ],
    }


def _plain(value: Any) -> Any:
    """A trait as JSON knows it: no types of NumPy, six digits."""
    value = value.item() if hasattr(value, "item") else value
    return float(f"{value:.6g}") if isinstance(value, float) else value
