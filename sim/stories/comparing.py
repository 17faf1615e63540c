"""Her journey beside the one that was expected, and in words where they differ.

Happened                what happened to her: minute, day and words
happened(log, start)    -> everything of a log
told(rows)              -> the lines of it that a story is made of
differences(story, ...) -> sentences, none where all is as expected
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sim.log import BESIDE_ROW, EventLog
from sim.stories.story import OF_A_CAUSE, Line, Story
from sim.units import DAY

_TOLD = (
    *("arrived", "by_chance", "misled", "referred", "diagnosed", "deferred", "decided", "enrolled", "refused"),
    *("not_offered", "treated", "completed", "cleared", "converted", "complicated", "severe", "crisis", "unwell"),
    *("lost", "progressed", "recurred", "symptom", "symptomatic", "metastasised", "spread", "worsened", "heart"),
    *("valve", "pain", "obstructed", "eased", "died", "left"),
)
"""What a story tells of by itself; queues and rooms, and what a scan measures, are left to `nelm patient`."""


@dataclass(frozen=True)
class Happened:
    """What happened to her."""

    day: date
    event: str
    step: str
    resource: str
    value: int
    why: str

    @property
    def words(self) -> str:
        """As the line of a story that expects it."""
        return written(self.event, self.why, self.resource, self.value if self.event == "worsened" else None)

    @property
    def typed(self) -> str:
        """The same with its date, to be copied into a story."""
        keys = [f"date: {self.day}", *_keys(self.event, self.why, self.resource, self.value)]
        begins = {1: " # begins", 0: " # ends"}.get(self.value, "") if self.event == "symptomatic" else ""
        return f"- {{{', '.join(keys)}}}{begins}"


def _keys(event: str, why: str, resource: str, value: int) -> list[str]:
    keys = [f"event: {event}"]
    if event in ("decided", "enrolled"):
        keys.append(f"row: {why.removeprefix(BESIDE_ROW).removeprefix('row: ')}")
    elif why:
        keys.append(f"{'of' if event in OF_A_CAUSE else 'treatment'}: {why}")
    if event == "worsened":
        keys.append(f"ecog: {value}")
    return keys + ([f"list: {resource}"] if resource else [])


def written(event: str, why: str, resource: str, value: int | None) -> str:
    """An event with what belongs to it, as a sentence has it."""
    words = [event.replace("_", " ")]
    if why.startswith(BESIDE_ROW):
        words.append(f"by the background row {why.removeprefix(BESIDE_ROW)}")
    elif why.startswith("row: "):
        words.append(f"by the row {why.removeprefix('row: ')}")
    elif why:
        words.append(f"of {why}" if event in OF_A_CAUSE else why)
    words += [f"to ECOG {value}"] if value is not None else []
    return " ".join([*words, *([f"on {resource}"] if resource else [])])


def happened(log: EventLog, start: date) -> list[Happened]:
    """Everything that happened in the log of one patient, in order."""
    frame = log.events_frame()
    words = (frame[name].astype(object).fillna("") for name in ("event", "step", "resource", "why"))
    minutes, values = frame["minute"].tolist(), frame["value"].tolist()
    return [
        Happened(start + timedelta(days=minute // DAY), str(event), str(step), str(resource), int(value), str(why))
        for minute, value, event, step, resource, why in zip(minutes, values, *words, strict=True)
    ]


def told(rows: Iterable[Happened]) -> list[Happened]:
    """The rows that a story is made of."""
    return [row for row in rows if row.event in _TOLD]


def differences(story: Story, rows: Sequence[Happened]) -> list[str]:
    """Where her journey differs from the expected one; empty where it does not.

    Of the expected lines only the first that did not come is told: what follows it can not be right.
    """
    found = []
    at = 0
    for number, line in enumerate(story.journey, 1):
        came = next((k for k in range(at, len(rows)) if _is(line, rows[k])), None)
        if came is None:
            found.append(_missing(story, number, rows[at:]))
            break
        at = came + 1
    for line in story.never:
        row = next((row for row in rows if _is(line, row)), None)
        if row is not None:
            found.append(f"line {line.line}: on {row.day} it came to what must not happen: {row.words}.")
    return found


def _is(line: Line, row: Happened) -> bool:
    return _same(line, row) and line.date in (None, row.day)


def _same(line: Line, row: Happened) -> bool:
    """Is it the same, on whatever day?"""
    return (
        line.event == row.event
        and line.why in ("", row.why)
        and line.resource in ("", row.resource)
        and line.value in (None, row.value)
    )


def _missing(story: Story, number: int, later: Sequence[Happened]) -> str:
    """What came instead of an expected line."""
    line = story.journey[number - 1]
    wanted = written(line.event, line.why, line.resource, line.value)
    after = f" after {_short(story.journey[number - 2])}" if number > 1 else ""
    said = f"line {line.line}: {wanted} was expected on {line.date}{after}"
    same = next((row for row in later if _same(line, row)), None)
    if same is not None and line.date is not None:
        days = (same.day - line.date).days
        return f"{said}; it came on {same.day}, {_days(abs(days))} {'later' if days > 0 else 'earlier'}."
    alike = next((row for row in later if row.event == line.event and _beside(row) == _beside_line(line)), None)
    if alike is not None:
        return f"{said}; instead: {alike.words} on {alike.day}."
    instead = told(later)[:3]
    if not instead:
        return f"{said}; nothing more came."
    return f"{said}; it never came. What came: {'; '.join(f'{row.day} {row.words}' for row in instead)}."


def _beside(row: Happened) -> bool:
    return row.why.startswith(BESIDE_ROW)


def _beside_line(line: Line) -> bool:
    return line.why.startswith(BESIDE_ROW)


def _short(line: Line) -> str:
    return f"'{written(line.event, line.why, line.resource, line.value)}' of {line.date}"


def _days(number: int) -> str:
    return f"{number} day" + ("" if number == 1 else "s")
