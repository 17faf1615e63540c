"""A patient's story as a picture: years from left to right, one row for each thing.

    timeline(story)     -> Figure

Every row has its name at its left and nothing written inside, so that a life of dozens of events stays readable.
From the top: what imaging saw of the liver; what was true; what the care was in; the treatments; single events; how
long each wait was; and, larger, the weeks from referral to the first treatment. Colour only repeats what place and
shape say already. Knows no log: `sim.report.story` has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.log import Event
from sim.report.story import BEFORE, FOLLOW_UP, PHASES, SUPPORTIVE, TREATMENT, WAITING, WORK_UP, Story, Visit
from sim.report.story_words import days_between, in_days, plain
from sim.report.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PINK,
    RED,
    SKY,
    Titles,
    headline,
    nothing,
    sheet,
    tidy,
)
from sim.report.words import words
from sim.units import DAY, YEAR

_ROW = 0.2  # inches of height for a row
_BAR = 0.62  # of a row's height
_PHASE_COLOURS = {
    BEFORE: PALE, WORK_UP: SKY, WAITING: ORANGE, TREATMENT: BLUE, FOLLOW_UP: GREEN, SUPPORTIVE: GREY,
}  # fmt: skip
_EVENTS: dict[str, tuple[tuple[Event, ...], str, str]] = {
    "board decides": ((Event.DECIDED,), "D", BLUE),
    "put off by the board": ((Event.DEFERRED,), "d", GREY),
    "growth or new disease seen": ((Event.PROGRESSED,), "^", RED),
    "disease back after treatment": ((Event.RECURRED,), "P", RED),
    "comes with symptoms": ((Event.SYMPTOM,), "o", ORANGE),
    "complication": ((Event.COMPLICATED, Event.CRISIS), "X", PINK),
    "planned treatment lost": ((Event.LOST,), "v", INK),
    "offer not taken or given": ((Event.REFUSED, Event.DECLINED, Event.NOT_OFFERED), ">", INK),
    "cancelled or not attended": ((Event.CANCELLED, Event.MISSED), "<", INK),
}
"""Rows of single events: which events of the log, with which mark, in which colour."""
_LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (RED, "D"), (SKY, "v"), (PINK, "P"), (GREY, "X"))
_MOST_ORDERS = 14


@dataclass(frozen=True)
class _OfOnePatient(Titles):
    """The line at the foot of a picture of one patient."""

    replication: int = 0
    patient: int = 0

    def foot(self, note: str = "") -> str:
        """Whose story it is, and how to read it."""
        whose = f"replication {self.replication}, patient {self.patient}."
        return f"{f'Scenario {self.scenario}, ' if self.scenario else ''}{whose} {note}".strip()


Lane = tuple[float, Callable[[Axes], None]]


def timeline(story: Story) -> Figure:
    """The story of one patient from first symptom to the end."""
    lanes: list[Lane] = [
        (1.25, lambda axes: _liver(axes, story)),
        _rows("What was true, whether anybody knew it or not", story, _truth_rows(story)),
        _rows("Phases of care", story, _phase_rows(story)),
        _rows("Treatments", story, _treatment_rows(story)),
        _rows("Events", story, _event_rows(story)),
        (1.55, lambda axes: _waits(axes, story)),
    ]
    orders = _first_orders(story)
    close = (len(orders) + 1) * _ROW + 0.35 if "referred" in story.moments else 0.0
    height = sum(size for size, _ in lanes) + close + 0.33 * len(lanes) + 1.7
    titles = _OfOnePatient(story.scenario, 1, 0.0, {}, story.replication, story.patient)
    note = (
        "Hatched: there, and not seen by anybody. A dotted line ends the story. The lowest panel has its own scale: "
        "bars are waiting, from the order to the day it began."
    )
    figure = sheet(titles, _title(story), note, height=height)
    sizes = [size for size, _ in lanes] + ([close] if close else [])
    panels = figure.subplots(len(sizes), 1, height_ratios=sizes, squeeze=False)[:, 0]
    for axes, (_, draw) in zip(panels, lanes, strict=False):
        draw(axes)
        _years(axes, story)
    for axes in panels[: len(lanes) - 1]:
        axes.set_xticklabels([])
    if close:
        _first_months(panels[-1], story, orders)
    figure.align_ylabels()
    return figure


def _title(story: Story) -> str:
    """What the page's heading and its table do not say: how many of what, and how it ended."""
    years = (story.ends - story.begins) / YEAR
    courses = sum(not course.beside for course in story.courses)
    treated = f"{courses or 'no'} course{'' if courses == 1 else 's'} of treatment"
    return f"{years:.1f} years from first symptom, {treated}; {story.end}"


def _at(story: Story, minute: int) -> float:
    """A minute of the run on the axis of dates."""
    first: float = date2num(story.start)  # type: ignore[no-untyped-call]
    return first + minute / DAY


def _years(axes: Axes, story: Story) -> None:
    """The same span of dates on every panel, with the end of the story marked."""
    begins, ends = _at(story, story.begins), _at(story, story.ends)
    margin = max((ends - begins) * 0.015, 5)
    axes.set_xlim(begins - margin, ends + margin)
    axes.axvline(ends, color=INK, lw=1.2, ls=":")
    locator = AutoDateLocator(minticks=4, maxticks=16)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _liver(axes: Axes, story: Story) -> None:
    """What imaging saw of the liver, at each imaging."""
    headline(axes, "Share of the liver that imaging saw to be tumour", 90)
    seen = [(minute, value / 1e6) for minute, value in story.seen if value >= 0]
    if not seen:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "The liver was never imaged.", transform=axes.transAxes, ha="center", va="center",
                  fontsize=9, color="#555555")  # fmt: skip
        tidy(axes, "x")
        return
    when = [_at(story, minute) for minute, _ in seen]
    share = [value for _, value in seen]
    axes.plot([*when, _at(story, story.ends)], [*share, share[-1]], color=BLUE, lw=1.2, drawstyle="steps-post")
    axes.plot(when, share, "o", color=BLUE, ms=3)
    axes.set_ylim(0, max(max(share) * 1.15, 0.001))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}%"))
    tidy(axes, "both")


# -- rows of bars and marks


@dataclass(frozen=True)
class _Bar:
    begins: float
    ends: float
    colour: str
    hatched: bool = False


@dataclass(frozen=True)
class _Mark:
    at: float
    shape: str
    colour: str


Rows = dict[str, list[_Bar | _Mark]]


def _rows(title: str, story: Story, rows: Rows) -> Lane:
    """A panel with one row for each thing, named at its left."""

    def draw(axes: Axes) -> None:
        headline(axes, title, 90)
        least = (story.ends - story.begins) / DAY / 400
        for place, its in enumerate(rows.values()):
            for one in its:
                if isinstance(one, _Bar):
                    _bar(axes, one, place, least)
                else:
                    axes.plot(one.at, place, one.shape, color=one.colour, ms=5.5, mec="white", mew=0.4)
        if not rows:
            axes.text(
                0.5, 0.5, "None.", transform=axes.transAxes, ha="center", va="center", fontsize=9, color="#555555"
            )
        axes.set_ylim(max(len(rows), 1) - 0.45, -0.55)
        axes.set_yticks(range(len(rows)), [words(name) if name[0].islower() else name for name in rows])
        tidy(axes, "x")
        axes.tick_params(axis="y", length=0, labelsize=8.5)

    return max(len(rows), 1) * _ROW, draw


def _bar(axes: Axes, its: _Bar, place: int, least: float) -> None:
    width = max(its.ends - its.begins, least)
    inside, hatch = ("white", "//////") if its.hatched else (its.colour, None)
    axes.barh(place, width, left=its.begins, height=_BAR, lw=0.6, facecolor=inside, edgecolor=its.colour, hatch=hatch)


def _truth_rows(story: Story) -> Rows:
    end = _at(story, story.ends)
    rows: Rows = {}
    there = bool(story.traits.get("nelm_at_symptom", False))
    began = story.begins if there else story.moments.get("metastasised", -1)
    seen = int(story.traits.get("nelm_minute", -1))
    if there or "metastasised" in story.moments or seen >= 0:
        rows["Liver metastases"] = []
        first = _at(story, seen) if seen >= 0 else end
        if there or "metastasised" in story.moments:
            rows["Liver metastases"].append(_Bar(_at(story, began), first, RED, hatched=True))
        if seen >= 0:
            rows["Liver metastases"].append(_Bar(first, end, RED))
    if "spread" in story.moments:
        rows["Outside the liver"] = [_Bar(_at(story, story.moments["spread"]), end, INK, hatched=True)]
    changes = [(minute, value) for minute, event, value in story.truths if event == Event.SYMPTOMATIC]
    for (minute, suffers), (until, _) in pairwise([*changes, (story.ends, 0)]):
        if suffers:
            rows.setdefault("Hormonal symptoms", []).append(_Bar(_at(story, minute), _at(story, until), PINK))
    steps = [(story.begins, int(story.traits.get("ecog", 0)))]
    steps += [(minute, value) for minute, event, value in story.truths if event == Event.WORSENED]
    for at, (minute, level) in enumerate(steps):
        until = steps[at + 1][0] if at + 1 < len(steps) else story.ends
        rows.setdefault(f"ECOG {level}", []).append(_Bar(_at(story, minute), _at(story, until), _grey(level)))
    return rows


def _grey(level: int) -> str:
    """The worse, the darker."""
    return ("#C8C8C8", "#A0A0A0", "#787878", "#505050", "#282828")[min(max(level, 0), 4)]


def _phase_rows(story: Story) -> Rows:
    rows: Rows = {}
    for name in PHASES:
        its = [phase for phase in story.phases if phase.name == name]
        bars: list[_Bar | _Mark] = [
            _Bar(_at(story, phase.begins), _at(story, phase.ends), _PHASE_COLOURS[name]) for phase in its
        ]
        if bars:
            rows[name] = bars
    return rows


def _treatment_rows(story: Story) -> Rows:
    rows: Rows = {}
    for course in sorted(story.courses, key=lambda its: its.begins):
        colour = GREEN if course.beside else BLUE
        rows.setdefault(words(course.treatment), []).append(
            _Bar(_at(story, course.begins), _at(story, course.ends), colour)
        )
    return rows


def _event_rows(story: Story) -> Rows:
    rows: Rows = {}
    for name, (events, shape, colour) in _EVENTS.items():
        marks: list[_Bar | _Mark] = [
            _Mark(_at(story, minute), shape, colour) for minute, event, _ in story.marks if event in events
        ]
        if marks:
            rows[name] = marks
    if story.died:
        rows["Death"] = [_Mark(_at(story, story.ends), "s", INK)]
    return rows


# -- waits


def _waits(axes: Axes, story: Story) -> None:
    """How long each wait was, at the day it was over."""
    headline(axes, "Days waited, at the day the wait was over", 90)
    waited: dict[str, list[tuple[float, float]]] = {}
    for visit in story.visits:
        end = visit.ended if visit.began is None else visit.began
        if visit.waited >= 1:
            waited.setdefault(visit.resource, []).append((_at(story, end), visit.waited))
    if not waited:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "No wait of a day or more.", transform=axes.transAxes, ha="center", va="center",
                  fontsize=9, color="#555555")  # fmt: skip
        tidy(axes, "x")
        return
    ranked = sorted(waited, key=lambda name: (-sum(days for _, days in waited[name]), name))
    most = max(days for its in waited.values() for _, days in its)
    for place, name in enumerate(ranked):
        colour, shape = _LOOKS[min(place, len(_LOOKS) - 1)]
        when, days = np.array(waited[name]).T
        label = plain(name) if place < len(_LOOKS) - 1 or len(ranked) == len(_LOOKS) else "others"
        axes.vlines(when, 0, days, color=colour, lw=1)
        axes.plot(
            when, days, shape, color=colour, ms=4, label=label if label != "others" or place < len(_LOOKS) else None
        )
    axes.set_ylim(0, most * 1.45)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.legend(loc="upper left", ncols=len(_LOOKS), fontsize=8, frameon=False, handletextpad=0.1, columnspacing=1.0,
                borderaxespad=0.1)  # fmt: skip
    tidy(axes, "both")


def _first_orders(story: Story) -> list[Visit]:
    """The orders from referral to the first treatment, in the order in which they were made."""
    if "referred" not in story.moments:
        return []
    since, until = story.moments["referred"], _first_treated(story)
    orders = [visit for visit in story.visits if visit.listed and since <= visit.joined < until]
    return orders[:_MOST_ORDERS]


def _first_treated(story: Story) -> int:
    """When the first treatment that does not run beside others began; else the first decision, else the end."""
    mains = [course.begins for course in story.courses if not course.beside]
    decided = story.moments.get("decided", story.ends)
    return min(mains) if mains and min(mains) - decided < YEAR else decided


def _beside(axes: Axes, at: float, place: int, text: str) -> None:
    """Words at the right of a bar, legible across lines of the panel."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    axes.annotate(
        text, (at, place), (8, 0), textcoords="offset points", va="center", fontsize=8, bbox=box, annotation_clip=False
    )


def _first_months(axes: Axes, story: Story, orders: Sequence[Visit]) -> None:
    """The orders of the first weeks, each in a row of its own, with the days waited."""
    since, until = story.moments["referred"], _first_treated(story)
    length = days_between(since, until)
    treated = any(course.begins == until for course in story.courses)
    what = "first treatment" if treated else "the board's decision" if "decided" in story.moments else "the end"
    headline(axes, f"Larger: from referral to {what}, {in_days(length)}", 90)
    if not orders:
        nothing(axes, "Nothing was waited for.")
        return
    span = max(length, 7)
    for place, visit in enumerate(orders):
        begins = (visit.joined - since) / DAY
        axes.barh(place, visit.waited, left=begins, height=_BAR, color=SKY, edgecolor=BLUE, lw=0.6)
        if visit.began is not None:
            axes.plot(begins + visit.waited, place, "D", color=BLUE, ms=4.5)
        days = days_between(visit.joined, visit.ended if visit.began is None else visit.began)
        text = in_days(days) if days else "same day"
        _beside(axes, begins + visit.waited, place, text + ("" if visit.began is not None else ", in vain"))
    names = [words(plain(visit.resource)) for visit in orders]
    decided = story.moments.get("decided", until)
    if treated and days_between(decided, until) > 0:
        start, end = (decided - since) / DAY, (until - since) / DAY
        axes.barh(len(names), end - start, left=start, height=_BAR, color=ORANGE, edgecolor=INK, lw=0.6)
        _beside(axes, end, len(names), in_days(days_between(decided, until)))
        names.append("Decision to treatment")
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(-span * 0.01, span * 1.12)
    axes.set_xlabel(f"Days since referral on {story.day(since).isoformat()}", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.axvline(length, color=INK, lw=1, ls="--")
    tidy(axes, "x")
    axes.tick_params(axis="y", length=0, labelsize=8.5)
