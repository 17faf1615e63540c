"""Who comes, how often, and how that changes: the pathway's own patients and those who compete with them.

    Arrivals, Trend, RateChange        new patients and how their rate varies
    Competing, Second, Spread          other diseases' patients; a lognormal duration
    Disease                            all streams of a disease together

A rate varies by factors: a trend times the season times the last named change.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from sim.scenario.parts import LISTED, ORDERED, Named, Part, refuse_backwards, refuse_two_on_a_day
from sim.scenario.words import (
    END,
    MEASURED,
    START,
    Day,
    Duration,
    Factor,
    FromIfSaid,
    Growth,
    Name,
    Rate,
    Season,
    Sigma,
    Since,
    Sources,
    Text,
    Until,
    UntilIfSaid,
    Urgencies,
    wrong,
)

_ONE_A_DAY = "at most one change of the rate on a day"


class Trend(Part):
    """A rate that rises or falls by a share a year, compounded."""

    growth: Growth = Field(description="a change per year, such as 2 % per year")
    first: Since = Field(
        MEASURED, alias="from", description="the day from which it is compounded, 'measured' or 'start'"
    )
    until: Until = Field(END, description="its last day, after which the rate stays where it is, or 'end'")

    @model_validator(mode="after")
    def _in_order(self) -> Trend:
        if self.first not in (START, MEASURED):
            refuse_backwards(self.first, self.until)
        return self


LEVEL = Trend.model_construct(growth=0.0, first=MEASURED, until=END)


def _read_trend(typed: Any) -> Any:
    if not isinstance(typed, str | dict):
        raise wrong("a change per year, such as 2 % per year, or {growth: 2 % per year, from: 2027-01-01}")
    return {"growth": typed} if isinstance(typed, str) else typed


def _level_is_level(trend: Trend) -> Trend:
    return trend if trend.growth else LEVEL


def _written_trend(trend: Trend) -> Any:
    return trend.model_dump(by_alias=True) if trend.growth else ""


class RateChange(Named):
    """From this day on the rate is so many times the stated one, until the next change."""

    day: Day = Field(alias="on", description="the day from which it holds, such as 2031-07-01")
    factor: Factor = Field(description="times the stated rate, such as 1.2")
    why: Text = Field("", description="a reason, for the reader")


class Arrivals(Part):
    """New patients: a Poisson stream of gastroenteropancreatic neuroendocrine neoplasms at first symptom."""

    rate: Rate = Field(description="a rate, such as 138 per year")
    trend: Annotated[
        Trend,
        BeforeValidator(_read_trend, json_schema_input_type=Growth | Trend),
        AfterValidator(_level_is_level),
        PlainSerializer(_written_trend),
    ] = Field(LEVEL, description="a change per year, such as 2 % per year, or {growth: 2 % per year, from: 2027-01-01}")
    season: Season = Field((), description="a factor for each month, with a mean of 1")
    changes: Annotated[tuple[RateChange, ...], LISTED, ORDERED] = Field((), description="a list of named changes")
    source: Sources = Field((), description="a key of the evidence's sources, or a list of them")
    assumption: Text = Field("", description="the reason for a number that has no source")

    @model_validator(mode="after")
    def _one_change_a_day(self) -> Arrivals:
        refuse_two_on_a_day((change.day for change in self.changes), _ONE_A_DAY)
        return self


class Spread(Part):
    """A lognormal number of minutes, drawn and rounded once for each case."""

    median: Duration = Field(description="the median, a duration such as 120 min")
    sigma: Sigma = Field(description="the standard deviation of the logarithm; 0 for always the median")


class Second(Part):
    """The place that a competing case takes beside its list or place, and for how long after it."""

    place: Name = Field(description="the name of a place")
    minutes: Spread = Field(description="a median and a sigma, such as {median: 1 day, sigma: 0}")


NOTHING = Second.model_construct(place="", minutes=Spread.model_construct(median=0, sigma=0.0))


def _read_second(typed: Any) -> Any:
    return NOTHING if typed == "none" else typed


def _written_second(second: Second) -> Any:
    return "none" if second == NOTHING else second.model_dump(by_alias=True)


class Competing(Named):
    """Other diseases' patients who stand in the same queue: a Poisson stream."""

    rate: Rate = Field(description="a rate, such as 3.5 per week")
    minutes: Spread = Field(description="a median and a sigma, such as {median: 120 min, sigma: 0.25}")
    urgency: Urgencies = Field(description="shares of the urgency classes, such as {1: 0.3, 2: 0.7}")
    second: Annotated[
        Second,
        BeforeValidator(_read_second, json_schema_input_type=Literal["none"] | Second),
        PlainSerializer(_written_second),
    ] = Field(NOTHING, description="the place a case needs beside, or none")
    disease: Name = Field("", description="the disease, under which `diseases` finds it; its own name if left out")
    first: FromIfSaid = Field(START, alias="from", description="the first day on which cases come, or 'start'")
    until: UntilIfSaid = Field(END, description="the last day on which cases come, or 'end'")
    changes: Annotated[tuple[RateChange, ...], LISTED, ORDERED] = Field((), description="a list of named changes")

    @model_validator(mode="after")
    def _fits(self) -> Competing:
        refuse_backwards(self.first, self.until)
        refuse_two_on_a_day((change.day for change in self.changes), _ONE_A_DAY)
        return self

    @property
    def of(self) -> str:
        """The disease by which `diseases` finds it."""
        return self.disease or self.name


class Disease(Part):
    """All streams of one disease together, at whatever resource: their rates are so many times the stated ones."""

    factor: Factor = Field(1.0, description="times the stated rates, such as 0.9")
    changes: Annotated[tuple[RateChange, ...], LISTED, ORDERED] = Field((), description="a list of named changes")
    why: Text = Field("", description="a reason, for the reader")

    @model_validator(mode="after")
    def _one_change_a_day(self) -> Disease:
        refuse_two_on_a_day((change.day for change in self.changes), _ONE_A_DAY)
        return self
