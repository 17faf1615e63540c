"""The intervals whose waits are reported, as data: what starts a clock, what stops it, and how soon it should.

    intervals()     the intervals of intervals.yaml, in the order of a patient's way
    Interval        one of them, with its target and standard
    Milestone       an event of the log and, of decisions and treatments, which of them

Knows the words of the file; finds nothing in a log (`sim.measures.waits` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sim.errors import InputError, Problem, nearest
from sim.log import Event

ANY = "any"
OF: dict[Event, tuple[str, ...]] = {
    Event.DECIDED: (ANY, "treatment", "no_treatment", "liver_directed", "not_liver_directed"),
    Event.TREATED: (ANY, "planned", "liver_directed"),
}
"""Which decisions and treatments a milestone may name; of other events only `any`."""


@dataclass(frozen=True)
class Milestone:
    """An event that starts, stops or ends a clock.

    event   of the patients' log
    of      which decisions or treatments, one of `OF`
    each    as a start: every one of a patient's, not her first alone
    later   as an end: only in a later minute than the start
    """

    event: Event
    of: str = ANY
    each: bool = False
    later: bool = False


@dataclass(frozen=True)
class Interval:
    """A stretch of a patient's way that is reported.

    name       as in the KPI table
    means      in words
    start      the milestone at which the clock starts
    stops      the milestones that stop it
    ends       those that end the wait otherwise
    target     days within which it should have stopped, or None
    standard   the share that should have stopped by then, or None where no service has promised one
    """

    name: str
    means: str
    start: Milestone = Milestone(Event.ARRIVED)
    stops: tuple[Milestone, ...] = ()
    ends: tuple[Milestone, ...] = ()
    target: float | None = None
    standard: float | None = None

    @property
    def of_plans(self) -> bool:
        """Does the clock run for a treatment that was decided on?"""
        return self.start.event == Event.DECIDED and self.start.of == "treatment"


@cache
def intervals() -> tuple[Interval, ...]:
    """The intervals of intervals.yaml, in the order of a patient's way.

    >>> intervals()[0].name, intervals()[3].target, intervals()[3].standard
    ('symptom_to_referral', 31, 0.96)
    """
    text = resources.files("sim.measures").joinpath("intervals.yaml").read_text(encoding="utf-8")
    return tuple(interval_of(entry) for entry in yaml.safe_load(text)["intervals"])


def interval_of(entry: Mapping[str, Any]) -> Interval:
    """One entry of the file. InputError for an event, or a kind of decision or treatment, that there is not."""
    found = Interval(
        entry["name"],
        entry["means"],
        _milestone(entry, "from", entry["from"]),
        tuple(_milestone(entry, "to", its) for its in entry["to"]),
        tuple(_milestone(entry, "ends", its) for its in entry.get("ends", ())),
        entry.get("target"),
        entry.get("standard"),
    )
    if any(its.of == "planned" for its in found.stops) and not found.of_plans:
        expected = "treated of any or of liver_directed, or a clock that starts at {event: decided, of: treatment}"
        raise _wrong(entry, "to", "treated of planned", expected)
    return found


def _milestone(entry: Mapping[str, Any], key: str, typed: Mapping[str, Any]) -> Milestone:
    names = {event.name.lower(): event for event in Event}
    if typed["event"] not in names:
        raise _wrong(entry, key, typed["event"], "an event of the log", nearest(typed["event"], names))
    event, of = names[typed["event"]], typed.get("of", ANY)
    kinds = OF.get(event, (ANY,))
    if of not in kinds:
        raise _wrong(entry, key, f"{typed['event']} of {of}", "of: " + ", ".join(kinds), nearest(of, kinds))
    return Milestone(event, of, typed.get("each", False), typed.get("later", False))


def _wrong(entry: Mapping[str, Any], key: str, found: str, expected: str, todo: str = "") -> InputError:
    path = f"intervals.{entry['name']}.{key}"
    return InputError(Problem("sim/measures/intervals.yaml", path=path, found=found, expected=expected, todo=todo))
