"""What a scenario is once it has been resolved: every key, its meaning, and what it is when it is left out.

    Run, Catchment, Holidays                       sections; `demand`, `clinical` and `staff` have the others
    ListResource, PlaceResource, OfferResource     the three kinds of resource
    Sitting, Initiative, Closure, Change           when lists sit, when they do not; other capacities

All durations are whole minutes, rates are per year, shares are 0 to 1, weekdays are 0 (Monday) to 6, dates
are dates, times of day are minutes after midnight. Nothing is ever missing: `cases` without a limit is
`NO_LIMIT`, a sitting that runs from the first day to the last has the dates `START` and `END`, a competing
case that needs one resource only has the second `NOTHING`.

Each field's description says what is expected there, in words for the person who left it out.
Knows nothing of files, bases and changes, nor of what the clinic asks for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from sim.scenario.demand import Competing
from sim.scenario.parts import LISTED, ORDERED, Named, Part, refuse_backwards, refuse_two_on_a_day
from sim.scenario.words import (
    END,
    NO_LIMIT,
    START,
    Cases,
    Clock,
    Count,
    Dates,
    Day,
    Duration,
    DurationOrZero,
    From,
    GroupCounts,
    NamedShares,
    Names,
    Positive,
    Rate,
    Replications,
    Rooms,
    Seed,
    Share,
    Sources,
    Switch,
    Text,
    Until,
    Weekdays,
    Weeks,
    clock,
    is_duration,
    one_of,
    wrong,
)
from sim.units import DAY


class Run(Part):
    """How long, how often, and from which seed."""

    seed: Seed = Field(1, description="a whole number, 0 or more")
    start: Day = Field(description="the first day of the warm-up, such as 2025-01-06")
    warm_up: DurationOrZero = Field(
        description="how long the hospital fills before anything is measured, such as 8 years"
    )
    measured: Duration = Field(description="the period whose patients are counted, such as 5 years")
    follow_up: DurationOrZero = Field(description="how long they are followed after it, such as 5 years")
    replications: Replications = Field(8, description="how many independent runs, 1 or more")
    rings: Annotated[str, one_of("report", "swap", "error")] = Field(
        "report", description="what to do when patients wait for each other's places: report, swap or error"
    )

    @property
    def measured_from(self) -> int:
        """First measured minute."""
        return self.warm_up

    @property
    def measured_until(self) -> int:
        """First minute of the follow-up."""
        return self.warm_up + self.measured

    @property
    def ends(self) -> int:
        """The horizon; this minute itself is not run."""
        return self.measured_until + self.follow_up

    @property
    def days(self) -> int:
        """How many days of the calendar the run touches."""
        return math.ceil(self.ends / DAY)


class Catchment(Part):
    """The setting, for the reader; nothing is computed from it."""

    population: Positive = Field(description="how many people live in the catchment")
    note: Text = Field("", description="a text")


class Holidays(Part):
    """Public holidays: on these dates, lists with `holidays: closed` do not sit.

    Typed as a country (and subdivision), or as dates. Resolved, the dates are there, with the days from which
    and until which they are complete.
    """

    country: Text = Field("", description="a country's code of two letters, such as GB")
    subdivision: Text = Field("", description="a part of the country, such as ENG")
    dates: Dates = Field({}, description="a mapping from dates to names")
    first: From = Field(START, alias="from", description="the first day for which the dates are complete")
    until: Until = Field(END, description="the last day for which the dates are complete")


class Sitting(Named):
    """One line of a weekly timetable. It ends on the day on which it begins."""

    days: Weekdays = Field(description="a list of weekdays, such as [monday, friday]")
    start: Clock = Field(description='a time of day in quotes, such as "08:30"')
    minutes: Duration = Field(description="how long it is open, such as 480 min")
    rooms: Rooms = Field(1, description="how many of it at the same time, 1 or more")
    every: Weeks = Field(1, description="1 week for every week, 2 weeks for every other")
    cases: Cases = Field(NO_LIMIT, description="the most cases in one sitting, or 'no limit'")
    protected: DurationOrZero = Field(0, description="minutes held for this pathway's own patients until it opens")
    whose: Annotated[str, one_of("all", "own")] = Field(
        "all", alias="for", exclude=True, description="all, or own: the same as protecting all its minutes"
    )
    staff: GroupCounts = Field({}, description="how many of each group of the staff each room needs")
    first: From = Field(START, alias="from", description="the first day of this line, or 'start'")
    until: Until = Field(END, description="the last day of this line, or 'end'")

    @model_validator(mode="before")
    @classmethod
    def _own_is_protected(cls, typed: Any) -> Any:
        """`for: own` is a way of writing protected minutes, so that both mean, and are, the same."""
        if not isinstance(typed, Mapping) or typed.get("for") != "own":
            return typed
        if "protected" in typed:
            raise wrong("either `for: own` or `protected`", "take one of them out", "both")
        rest = {key: value for key, value in typed.items() if key != "for"}
        return rest | ({"protected": rest["minutes"]} if is_duration(rest.get("minutes")) else {})

    @model_validator(mode="after")
    def _fits(self) -> Sitting:
        if self.start + self.minutes > DAY:
            over = f"{self.minutes} min from {clock(self.start)}, which passes midnight"
            raise wrong("a sitting that ends by midnight", "begin it earlier, shorten it, or make two of it", over)
        if self.protected > self.minutes:
            more = f"{self.protected} min protected of {self.minutes} min"
            raise wrong("no more protected minutes than the sitting has", found=more)
        refuse_backwards(self.first, self.until)
        return self


class Initiative(Sitting):
    """Extra sittings for a time, such as Saturday lists that work off a queue."""

    first: Day = Field(alias="from", description="its first day, such as 2031-01-10")
    until: Day = Field(description="its last day, such as 2031-04-10")
    why: Text = Field(description="a reason, for the reader")


class Closure(Named):
    """Days on which a list does not sit, or some of its sittings do not; both ends belong to it."""

    first: Day = Field(alias="from", description="the first closed day, such as 2031-07-01")
    until: Day = Field(description="the last closed day, such as 2031-08-25")
    why: Text = Field(description="a reason, for the reader")
    sittings: Names = Field((), description="names of the sittings that it closes; all if left out")

    @model_validator(mode="after")
    def _in_order(self) -> Closure:
        refuse_backwards(self.first, self.until)
        return self


class Change(Named):
    """A place has another capacity from this day on; nobody is turned out."""

    day: Day = Field(alias="on", description="the day from which it holds, such as 2031-07-01")
    capacity: Count = Field(description="how many there are from then on, 0 or more")


class _Resource(Part):
    means: Text = Field(description="what it is, in a sentence")
    rank: Count = Field(description="its turn when things are given out, a whole number that no other resource has")
    source: Sources = Field((), description="a key of the evidence's sources, or a list of them")
    assumption: Text = Field("", description="the reason for numbers that have no source")


class ListResource(_Resource):
    """Something that sits at set times: a board, a theatre, a scanner, a clinic."""

    kind: Literal["list"]
    notice: DurationOrZero = Field(0, description="how long before its opening a sitting is filled and then frozen")
    overrun: DurationOrZero = Field(0, description="by how much the planned cases may pass the end of a sitting")
    cancelled: Share = Field(0.0, description="the chance that a sitting does not take place")
    missed: Share = Field(0.0, description="the chance that a booked patient does not attend")
    backfill: Switch = Field(
        False, description="true where a case further down may fill minutes that the first can not"
    )
    holidays: Annotated[str, one_of("closed", "open")] = Field("closed", description="closed or open on holidays")
    sittings: Annotated[tuple[Sitting, ...], LISTED, ORDERED] = Field((), description="a list of sittings")
    initiatives: Annotated[tuple[Initiative, ...], LISTED, ORDERED] = Field(
        (), description="a list of extra sittings for a time"
    )
    closures: Annotated[tuple[Closure, ...], LISTED, ORDERED] = Field((), description="a list of closures")
    competing: Annotated[tuple[Competing, ...], LISTED, ORDERED] = Field((), description="a list of streams of cases")

    @property
    def lines(self) -> tuple[Sitting, ...]:
        """All lines of its timetable: the weekly ones, then those of its initiatives."""
        return (*self.sittings, *self.initiatives)

    def closed(self, holidays: Mapping[date, str], day: date, line: str = "") -> bool:
        """Does this list stay closed on that day, or at least one line of it that is named?"""
        shut = (c for c in self.closures if c.first <= day <= c.until)
        return (self.holidays == "closed" and day in holidays) or any(
            not closure.sittings or line in closure.sittings for closure in shut
        )


class PlaceResource(_Resource):
    """Something that is occupied around the clock for as long as a stay lasts: beds, rooms."""

    kind: Literal["place"]
    capacity: Count = Field(description="how many there are, 0 or more")
    changes: Annotated[tuple[Change, ...], LISTED, ORDERED] = Field((), description="a list of later capacities")
    competing: Annotated[tuple[Competing, ...], LISTED, ORDERED] = Field((), description="a list of streams of stays")

    @model_validator(mode="after")
    def _one_change_a_day(self) -> PlaceResource:
        refuse_two_on_a_day((change.day for change in self.changes), "at most one change of capacity on a day")
        return self


class OfferResource(_Resource):
    """Something that comes at random and goes at once to the first who suits, or is lost: liver grafts."""

    kind: Literal["offer"]
    rate: Rate = Field(description="how often one comes, such as 1.5 per year")
    kinds: NamedShares = Field(description="shares of its kinds that add up to 1, such as {o: 0.48, a: 0.52}")


Resource: TypeAlias = ListResource | PlaceResource | OfferResource
KINDS: dict[str, type[Resource]] = {"list": ListResource, "place": PlaceResource, "offer": OfferResource}
