"""What a scenario sets, in sentences: the run, who arrives, what is otherwise chosen, and each resource.

    run_sentence(scenario)         dates and replications
    arrivals_sentence(scenario)    who arrives
    choices(scenario)              what else is chosen: evidence, board, preference, and whatever section is new
    resource_sentence(scenario, name, load)   what a resource is, when it sits, what it has, who else wants it

Keys that have no sentence of their own here are told as `key: value`, so that nothing a scenario says is left out.
Knows nothing of engines and patients.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sim.evidence import read_evidence
from sim.explain.load import Load
from sim.explain.rows import attribute_words
from sim.explain.speech import day, duration, listed, percent, plain, plural, rate, spoken
from sim.report.words import words
from sim.scenario import (
    NO_LIMIT,
    NOTHING,
    Care,
    Competing,
    ListResource,
    OfferResource,
    PlaceResource,
    Scenario,
    Sitting,
)
from sim.units import DAY, YEAR

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SECTIONS = (
    *("kind", "scenario", "question", "description", "run", "arrivals", "catchment", "holidays", "resources"),
    *("evidence", "treatments", "staff"),
)
_EVERYWHERE = ("kind", "means", "rank", "source", "assumption", "competing")
_TOLD: dict[str, tuple[str, ...]] = {
    "list": (
        *_EVERYWHERE,
        *("notice", "overrun", "cancelled", "missed", "backfill", "holidays", "sittings", "initiatives", "closures"),
    ),
    "place": (*_EVERYWHERE, "capacity", "changes"),
    "offer": (*_EVERYWHERE, "rate", "kinds"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = ("tae", "tace")
_NOTHING_SAID: tuple[Any, ...] = (None, "", 0, 0.0, "0 min", "none", "start", "end", False, [], {})


def date_of(scenario: Scenario, minute: int) -> date:
    """The date of a minute of the run."""
    return scenario.run.start + timedelta(days=minute // DAY)


def measured_dates(scenario: Scenario) -> tuple[date, date]:
    """First and last day of the measured period."""
    run = scenario.run
    return date_of(scenario, run.measured_from), date_of(scenario, run.measured_until - 1)


def run_sentence(scenario: Scenario) -> str:
    """When it begins, how long it fills, is measured and followed, and how often that is repeated."""
    run = scenario.run
    first, last = measured_dates(scenario)
    text = f"{plural(run.replications, 'replication')} from {run.start} on, seed {run.seed}. "
    if run.warm_up:
        text += f"The hospital fills for {duration(run.warm_up)}; then "
    text += f"patients who enter from {first} to {last} are counted ({duration(run.measured)})"
    if run.follow_up:
        until = date_of(scenario, run.ends - 1)
        text += f" and followed to {until} ({duration(run.follow_up)}), while others go on arriving"
    return text + "."


def arrivals_sentence(scenario: Scenario) -> str:
    """Who arrives, how many, and of how many people."""
    its, people, run, varies = scenario.arrivals, scenario.catchment.population, scenario.run, scenario.arrivals_vary()
    measured = its.rate * (varies.cumulative(run.measured_until) - varies.cumulative(run.measured_from)) / YEAR
    text = (
        f"About {rate(its.rate)} new patients with a gastroenteropancreatic neuroendocrine neoplasm, at first "
        f"symptom and at random: some {measured:.0f} in the measured period"
    )
    text += f", of {people:,} people ({1e6 * its.rate / people:.0f} per million and year)." if people else "."
    changes = [f"{one.factor:g} times that from {one.day} on" for one in sorted(its.changes, key=lambda one: one.day)]
    text += f" The rate is {listed(changes)}." if changes else ""
    text += _trend_sentence(its.trend) + _season_sentence(its.season)
    return text + _rest(its.model_dump(by_alias=True), ("rate", "changes", "trend", "season", "source", "assumption"))


def _trend_sentence(trend: Any) -> str:
    """How a rate rises or falls."""
    if not trend.growth:
        return ""
    written = trend.model_dump(by_alias=True)
    first, last = str(written["from"]), str(written["until"])
    since = {"start": "from the run's first day on", "measured": "from the first measured day on"}
    since_words = since.get(first, f"from {first} on")
    until = "" if last == "end" else f", until {last}"
    verb = "rises" if trend.growth > 0 else "falls"
    return f" It {verb} by {percent(abs(trend.growth))} a year, compounded, {since_words}{until}."


def _season_sentence(season: Any) -> str:
    """Which months have more and which fewer."""
    if not season:
        return ""
    by_factor: dict[float, list[str]] = {}
    for name, factor in zip(_MONTHS, season, strict=True):
        by_factor.setdefault(round(float(factor), 6), []).append(name)
    parts = [
        f"{percent(round(abs(factor - 1), 6))} {'above' if factor > 1 else 'below'} its mean in {listed(months)}"
        for factor, months in sorted(by_factor.items())
        if factor != 1
    ]
    return f" By season it is {'; '.join(parts)}." if parts else ""


def _rest(data: Mapping[str, Any], told: Any) -> str:
    """What is said besides the keys that are told, key by key."""
    said = {key: value for key, value in data.items() if key not in told and value not in _NOTHING_SAID}
    parts = [f"{plain(key)}: {spoken(key, _listed(value))}" for key, value in said.items() if value != ()]
    return f" Also set: {'; '.join(parts)}." if parts else ""


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def choices(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What else the scenario chooses: (what, in words). Nothing for what is as shipped."""
    amounts = read_evidence().amounts
    if scenario.evidence:
        yield (
            "Evidence",
            "; ".join(
                f"{name} {value}{f' instead of {amounts[name].written}' if name in amounts else ''}"
                for name, value in scenario.evidence.items()
            ),
        )
    data = scenario.data()
    for section, its in data.items():
        if section in _SECTIONS or its in ({}, []):
            continue
        said = {key: value for key, value in its.items() if value not in _NOTHING_SAID} if _is_map(its) else its
        if section in _SENTENCES and said not in ({}, []):
            yield plain(section).capitalize(), " ".join(_SENTENCES[section](said))
            continue
        if said not in ({}, []):
            yield plain(section).capitalize(), spoken(section, said)
    if scenario.treatments:
        yield "Treatments", "; ".join(f"{words(name)} {_where(its)}" for name, its in scenario.treatments.items())
    if scenario.staff:
        yield "Staff", " ".join(_staff(scenario))
    if scenario.holidays.dates:
        first, last = measured_dates(scenario)
        number = sum(first <= its <= last for its in scenario.holidays.dates)
        where = "-".join(filter(None, (scenario.holidays.country, scenario.holidays.subdivision))) or "the file's dates"
        yield "Holidays", f"{where}: {plural(number, 'public holiday')} in the measured period"


def _board(its: Mapping[str, Any]) -> Iterator[str]:
    """What the scenario changes in the board's tables."""
    if its.get("rows_off"):
        yield f"Not used: {listed(map(plain, its['rows_off']))}."
    for name, row in its.get("change", {}).items():
        if "offer" in row:
            yield f"{words(name)} offers {listed(map(words, _several(row['offer'])), 'or')}."
        asked = dict(row.get("when", {}))
        free = [attribute_words(key) for key, value in asked.items() if value == "any"]
        parts = [f"no longer asks about {listed(free)}"] if free else []
        needs = [f"{attribute_words(key)} {_needed(value)}" for key, value in asked.items() if value != "any"]
        parts += [f"asks for {listed(needs)}"] if needs else []
        if parts:
            yield f"{words(name)} {' and '.join(parts)}."
    for name, row in its.get("add", {}).items():
        when = row.get("when", {})
        asked_for = "everybody" if when == "always" or not when else _conditions(when)
        offers = listed(map(words, _several(row.get("offer", ""))), "or")
        before = plain(str(row.get("before", "the last row")))
        yield f"New, before {before}: {plain(name)} offers {offers} for {asked_for}."


def _conditions(when: Mapping[str, Any]) -> str:
    return listed(f"{attribute_words(key)} {_needed(value)}" for key, value in when.items())


def _needed(value: Any) -> str:
    return listed(map(str, map(plain, map(str, value))), "or") if isinstance(value, list | tuple) else plain(str(value))


def _several(value: Any) -> list[str]:
    return [str(its) for its in value] if isinstance(value, list | tuple) else [str(value)]


def _preference(its: Mapping[str, Any]) -> Iterator[str]:
    """Who gets which of several equals."""
    for kind, shares in its.items():
        if isinstance(shares, Mapping):
            parts = [
                f"{percent(share)} {name.upper() if name in _SHORT else plain(name)}" for name, share in shares.items()
            ]
            yield f"Where {plain(kind)} leaves a choice: {listed(parts)}."
        else:
            yield f"{words(kind)}: {spoken(kind, shares)}."


def _diseases(its: Mapping[str, Any]) -> Iterator[str]:
    """How much more or less the other patients of a disease come."""
    for name, disease in its.items():
        factor = disease.get("factor", 1.0)
        said = [f"{_times(factor)} the stated rates"] if factor != 1 else []
        said += [f"{_times(one['factor'])} them from {one['on']} on" for one in disease.get("changes", ())]
        yield f"Other patients with {plain(name)} come at {listed(said) or 'the stated rates'}."


def _times(factor: float) -> str:
    return f"{float(factor):g} times"


def _where(care: Care) -> str:
    """Where a treatment is given."""
    if care.where == "elsewhere":
        return f"elsewhere, half within {duration(care.delay.median)} of the decision"
    return "given nowhere in reach" if care.where == "none" else "here"


def _staff(scenario: Scenario) -> Iterator[str]:
    """Each group, who is away when, and what falls out for want of them in the measured period."""
    for name, group in scenario.staff.items():
        away = [
            f"{plain(person.name)} is away from {leave.first} to {leave.until} ({leave.why.rstrip('.')})"
            for person in group.people
            for leave in sorted(person.leave, key=lambda one: one.first)
        ]
        people = listed(plain(person.name) for person in group.people)
        yield f"{words(name)}: {group.means.rstrip('.')} ({people})" + (f"; {listed(away)}." if away else ".")
    first, last = measured_dates(scenario)
    missing = [one for one in scenario.staffing() if first <= one.day <= last]
    for resource in dict.fromkeys(one.resource for one in missing):
        days = [one for one in missing if one.resource == resource]
        number = plural(len(days), "sitting")
        verb = "falls" if len(days) == 1 else "fall"
        yield f"For want of staff {number} of {words(resource)} {verb} out when measured, first on {days[0].day}."


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


def resource_sentence(scenario: Scenario, name: str, load: Load) -> str:
    """A resource in sentences: what it is and when it sits; what that comes to; who else wants it; what changes.

    load   of this resource
    """
    its = scenario.resources[name]
    if isinstance(its, ListResource):
        lines = [*_sits(its), _comes_to(load), *_habits(its, scenario)]
    elif isinstance(its, PlaceResource):
        lines = [f"{plural(its.capacity, 'place')}, day and night.", *_changes(its)]
    else:
        lines = [f"One comes at random {rate(its.rate)}: {spoken('kinds', its.kinds)}."]
    competing = () if isinstance(its, OfferResource) else its.competing
    if competing:
        lines.append(f"Others want it too: {'; '.join(_stream(stream) for stream in competing)}.")
    rest = _rest(scenario.data()["resources"][name], _TOLD[its.kind]).strip()
    return " ".join([its.means.rstrip(".") + ".", *lines, *([rest] if rest else [])])


def sitting_sentence(line: Sitting) -> str:
    """One line of a timetable.

    >>> sitting_sentence(Sitting.model_validate({"name": "a", "days": ["friday"], "start": "09:00",
    ...     "minutes": "315 min", "cases": 7, "from": "2026-01-01"}))
    'Friday 09:00, 315 min, 7 cases at most, from 2026-01-01'
    """
    parts = [f"{listed(_DAYS[number] for number in line.days)} {line.start // 60:02d}:{line.start % 60:02d}"]
    parts.append(duration(line.minutes))
    if line.rooms > 1:
        parts.append(f"{line.rooms} rooms")
    if line.every > 1:
        parts.append(f"every {line.every} weeks")
    if line.cases != NO_LIMIT:
        parts.append(f"{plural(line.cases, 'case')} at most")
    if line.protected:
        parts.append(f"{duration(line.protected)} of it for this pathway's own patients")
    since = f"from {day(line.first)}" if line.first != date.min else ""
    until = f"until {day(line.until)}" if line.until != date.max else ""
    if since or until:
        parts.append(f"{since} {until}".strip())
    if line.staff:
        parts.append("with " + listed(f"{number} {plain(group)}" for group, number in line.staff.items()))
    told = {"name", "days", "start", "minutes", "rooms", "every", "cases", "protected", "from", "until", "staff", "why"}
    return ", ".join(parts) + _rest(line.model_dump(by_alias=True), told).rstrip(".")


def _sits(its: ListResource) -> Iterator[str]:
    if its.lines:
        lines = sorted(its.sittings, key=lambda line: (line.first, line.days, line.start, line.name))
        if lines:
            yield f"Sits {'; '.join(map(sitting_sentence, lines))}."
        for extra in sorted(its.initiatives, key=lambda one: (one.first, one.name)):
            yield f"Besides {sitting_sentence(extra)} ({extra.why.rstrip('.')})."
    else:
        yield "Never sits."


def _comes_to(load: Load) -> str:
    text = f"That comes to {load.open_minutes:.0f} min a week"
    if load.open_cases != math.inf:
        text += f" and {load.open_cases:.1f} cases at most"
    return text + (f", {load.protected:.0f} min of them protected." if load.protected else ".")


def _habits(its: ListResource, scenario: Scenario) -> Iterator[str]:
    """How a list is filled, what goes wrong, and when it is closed."""
    notice = f"Filled {duration(its.notice)} ahead" if its.notice else "Filled as it opens"
    wrong = [f"{percent(its.cancelled)} of sittings are cancelled"] if its.cancelled else []
    wrong += [f"{percent(its.missed)} of those booked do not come"] if its.missed else []
    overrun = f", {duration(its.overrun)} of overrun allowed" if its.overrun else ""
    fill = "" if its.backfill else ", strictly in order of the queue"
    yield notice + fill + overrun + (f"; {listed(wrong)}" if wrong else "") + "."
    if its.holidays == "open" and scenario.holidays.dates:
        yield "Open on public holidays."
    for closure in its.closures:
        what = f"Only {listed(map(plain, closure.sittings))} closed" if closure.sittings else "Closed"
        yield f"{what} from {closure.first} to {closure.until}: {closure.why.rstrip('.')}."


def _changes(its: PlaceResource) -> Iterator[str]:
    for change in sorted(its.changes, key=lambda one: one.day):
        yield f"From {change.day} on {plural(change.capacity, 'place')}."


def _stream(stream: Competing) -> str:
    """Other patients: who, how often, how long."""
    text = f"{plain(stream.name)} {rate(stream.rate)}, {duration(stream.minutes.median)} each"
    if stream.second != NOTHING:
        text += f" and then {plain(stream.second.place)} for {duration(stream.second.minutes.median)}"
    return text + _rest(stream.model_dump(by_alias=True), ("name", "rate", "minutes", "urgency", "second")).rstrip(".")


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "board": _board,
    "preference": _preference,
    "diseases": _diseases,
}
