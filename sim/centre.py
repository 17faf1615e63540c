"""A scenario for a centre of one's own, from a few answers about it.

    QUESTIONS                   what is asked, each with what it means and what is taken where nothing is said
    Answers                     the answers, checked
    written(answers, base)      the scenario file: based on a reference centre, with a comment for every change

The file holds only what differs from the base: demand scaled to the catchment, the centre's own sittings and beds,
what it does not offer itself. Every line says what it replaces, so that it can be improved by hand.

Knows nothing of terminals.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

from sim.errors import InputError, Problem, nearest
from sim.scenario import NO_LIMIT, ListResource, OfferResource, PlaceResource, Scenario, Sitting
from sim.scenario.calendar import COUNTRIES, countries
from sim.scenario.words import clock
from sim.units import DAY, YEAR

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
ASKED_LISTS = ("board", "theatre", "ir_list", "pet")
ASKED_PLACES = ("ward", "icu")
ROUNDED = 0.05  # 2.04 lists are two
SITES = ("here", "elsewhere", "none")
SHORTEST, LONGEST, STEP = 60, 600, 15  # of a sitting whose minutes are scaled


@dataclass(frozen=True)
class Question:
    """One thing to be known about a centre.

    name     of the flag and of the answer
    asks     the question, as it is put to somebody at a keyboard
    kind     int, str, or the words to choose from
    least    smallest number that makes sense
    """

    name: str
    asks: str
    kind: type | tuple[str, ...] = int
    least: int = 0


QUESTIONS: tuple[Question, ...] = (
    Question("population", "How many people does the centre serve?", int, 1000),
    Question("country", "Whose public holidays? A country in two capital letters, such as GB, or none", str),
    Question("first_year", "First year that is counted?", int, 1950),
    Question("board_weeks", "The tumour board meets every how many weeks?", int, 1),
    Question("board_cases", "Most cases at one meeting?", int, 1),
    Question("theatre_lists", "All-day theatre lists a week for liver, bile duct and pancreas?", int),
    Question("ir_lists", "Interventional radiology lists a week?", int),
    Question("pet_lists", "Receptor PET lists a week?", int),
    Question("pet_cases", "Patients on one PET list?", int, 1),
    Question("ward_beds", "Beds of the surgical ward?", int),
    Question("icu_beds", "Intensive and high care beds open to liver surgery?", int),
    Question("prrt", "Radionuclide therapy (PRRT): here, elsewhere or none?", SITES),
    Question("transplant", "Liver transplant: here, elsewhere or none?", SITES),
)


@dataclass(frozen=True)
class Answers:
    """A centre in a few numbers; the fields are those of QUESTIONS."""

    population: int
    country: str
    first_year: int
    board_weeks: int
    board_cases: int
    theatre_lists: int
    ir_lists: int
    pet_lists: int
    pet_cases: int
    ward_beds: int
    icu_beds: int
    prrt: str
    transplant: str

    def __post_init__(self) -> None:
        given = [(its, getattr(self, its.name)) for its in QUESTIONS]
        wrong = [
            (its.name, value, wrong_answer(its, value), its.kind if isinstance(its.kind, tuple) else ())
            for its, value in given
        ]
        problems = [
            Problem(
                path=name,
                found=f"'{value}'" if isinstance(value, str) else str(value),
                expected=expected,
                todo=_meant(value) if name == "country" else nearest(str(value), words),
            )
            for name, value, expected, words in wrong
            if expected
        ]
        if problems:
            raise InputError(problems)


def wrong_answer(question: Question, value: object) -> str:
    """What would have been right, where an answer can not be; '' where it can."""
    if isinstance(question.kind, tuple):
        return "" if value in question.kind else " or ".join(question.kind)
    if question.kind is int:
        right = isinstance(value, int) and value >= question.least
        return "" if right else f"a whole number, {question.least} or more"
    return "" if value == "none" or value in countries() else "a country in two capital letters, such as GB, or none"


def _meant(country: object) -> str:
    """The country that is meant, where its code is nearly right."""
    code = COUNTRIES.get(str(country).upper(), str(country).upper())
    return f"did you mean {code}?" if code in countries() else ""


def usual(base: Scenario, population: int | None = None, board_weeks: int = 1) -> Answers:
    """What is taken where nothing is said: the base, with lists and beds scaled to the catchment and rounded up.

    board_weeks   the board meets every so many weeks; a rarer meeting has more cases
    """
    people = base.catchment.population
    factor = (population or people) / people
    holidays = base.holidays.country

    def some(number: float) -> int:
        return max(1, math.ceil(number * factor - ROUNDED))

    return Answers(
        population=population or people,
        country=holidays if holidays else "none",
        first_year=base.run.start.year + round(base.run.warm_up / YEAR),
        board_weeks=board_weeks,
        board_cases=some(_list(base, "board").sittings[0].cases * board_weeks),
        theatre_lists=some(_lists_a_week(base, "theatre")),
        ir_lists=some(_lists_a_week(base, "ir_list")),
        pet_lists=some(_lists_a_week(base, "pet")),
        pet_cases=_list(base, "pet").sittings[0].cases,
        ward_beds=some(_beds(base, "ward")),
        icu_beds=some(_beds(base, "icu")),
        prrt="here",
        transplant="here",
    )


def _lists_a_week(base: Scenario, name: str) -> float:
    """Sittings of a list in an ordinary week."""
    return sum(len(line.days) * line.rooms / line.every for line in _list(base, name).sittings)


def _list(base: Scenario, name: str) -> ListResource:
    its = base.resources.get(name)
    if not isinstance(its, ListResource) or not its.sittings:
        raise InputError(Problem(path=f"resources.{name}", found="no list that sits", expected="a base that has one"))
    return its


def _beds(base: Scenario, name: str) -> int:
    its = base.resources.get(name)
    if not isinstance(its, PlaceResource):
        raise InputError(Problem(path=f"resources.{name}", found="no place", expected="a base that has one"))
    return its.capacity


def written(name: str, question: str, answers: Answers, base: Scenario, base_file: str) -> str:
    """The scenario file of a centre.

    name        of the scenario, and of its file
    base        the reference centre, read from `base_file`, a path as the new file will write it
    returns     YAML
    """
    return "\n".join(_lines(name, question, answers, base, base_file)) + "\n"


def _lines(name: str, question: str, answers: Answers, base: Scenario, base_file: str) -> Iterator[str]:
    people = base.catchment.population
    factor = answers.population / people
    begins = answers.first_year - round(base.run.warm_up / YEAR)
    yield "# A centre of one's own: what differs from the reference centre, and nothing else. Every line may be"
    yield "# changed by hand. `nelm check` says whether the file is right, `nelm explain` what it means, `nelm run`"
    yield "# what comes of it. Demand is that of the reference centre, scaled from"
    yield f"# {people:,} to {answers.population:,} people; replace it by your own counts where you have them."
    yield "kind: scenario"
    yield f"scenario: {name}"
    yield f"question: {json.dumps(question, ensure_ascii=False)}"
    yield f"based_on: {json.dumps(base_file, ensure_ascii=False)}"
    other_country = answers.country not in ("none", base.holidays.country)
    if other_country:
        yield "remove:"
        yield "  - holidays # those of another country"
    yield "change:"
    yield f"  run.start: {begins}-01-01 # the warm-up begins; patients are counted from {answers.first_year}"
    yield f"  catchment.population: {answers.population}"
    yield f"  arrivals.rate: {base.arrivals.rate * factor:.4g} per year # new patients with a neuroendocrine neoplasm"
    if answers.country == "none":
        yield "  holidays: none"
    elif other_country:
        yield f'  holidays: {{country: "{answers.country}"}}'
    yield ""
    yield "  # -- what you were asked about"
    yield from _board(answers, base)
    yield from _own_lists("theatre", answers.theatre_lists, base)
    yield from _own_lists("ir_list", answers.ir_lists, base)
    yield from _own_lists("pet", answers.pet_lists, base, answers.pet_cases)
    yield f"  resources.ward.capacity: {answers.ward_beds}"
    yield f"  resources.icu.capacity: {answers.icu_beds}"
    yield from _sites(answers)
    yield ""
    yield "  # -- lists scaled to the catchment: replace them by your own"
    for resource, its in base.resources.items():
        if isinstance(its, ListResource) and resource not in ASKED_LISTS:
            if resource == "prrt" and answers.prrt != "here" and its.competing:
                yield "  # These patients have no radionuclide therapy here. The list stays for the other patients of"
                yield "  # `resources.prrt.competing`; where there is none at all, write `resources.prrt.sittings: []`"
                yield "  # instead, and take the others away at the end of the file, as below."
            for line in its.sittings:
                least = base.longest_cases().get(resource, 0) - its.overrun
                yield from _scaled(resource, line, factor, min(max(SHORTEST, least), line.minutes))
    yield ""
    yield "  # -- places and offers scaled to the catchment: replace them by your own"
    for resource, its in base.resources.items():
        if isinstance(its, PlaceResource) and resource not in ASKED_PLACES:
            yield f"  resources.{resource}.capacity: {max(1, math.ceil(its.capacity * factor - ROUNDED))}"
        if isinstance(its, OfferResource):
            elsewhere = "" if answers.transplant == "here" else f" # not used: transplants are {_given(answers)}"
            yield f"  resources.{resource}.rate: {its.rate * factor:.3g} per year{elsewhere}"
    yield ""
    yield "  # -- other patients in the same queues, scaled to the catchment: they make the waits. Put in"
    yield "  #    your own; a line deleted here leaves the base's. To take one away, say so at the end of the file:"
    yield "  #      remove: [resources.theatre.competing.hepatocellular_carcinoma]"
    for resource, its in base.resources.items():
        if isinstance(its, ListResource | PlaceResource):
            for stream in its.competing:
                yield f"  resources.{resource}.competing.{stream.name}.rate: {a_week(stream.rate * factor)}"


def _given(answers: Answers) -> str:
    return "given elsewhere" if answers.transplant == "elsewhere" else "not given"


def a_week(rate: float) -> str:
    """A rate per year, written per week.

    >>> a_week(182.625)
    '3.5 per week'
    """
    return f"{rate * 7 * DAY / YEAR:.3g} per week"


def _board(answers: Answers, base: Scenario) -> Iterator[str]:
    line = _list(base, "board").sittings[0]
    weeks = "1 week" if answers.board_weeks == 1 else f"{answers.board_weeks} weeks"
    minutes = max(SHORTEST, round(line.minutes * answers.board_cases / line.cases / STEP) * STEP)
    yield f"  resources.board.sittings.{line.name}.every: {weeks}"
    yield f"  resources.board.sittings.{line.name}.cases: {answers.board_cases}"
    yield f"  resources.board.sittings.{line.name}.minutes: {minutes} min"


def _own_lists(resource: str, number: int, base: Scenario, cases: int | None = None) -> Iterator[str]:
    """So many sittings a week, spread over the weekdays, each like the first one of the base."""
    like = _list(base, resource).sittings[0]
    if not number:
        yield f"  resources.{resource}.sittings: [] # none"
        return
    yield f"  resources.{resource}.sittings:"
    each, more = divmod(number, len(WEEKDAYS))
    for position, day in enumerate(_spread_out(number)):
        rooms = each + (position < more) if number > len(WEEKDAYS) else 1
        minutes = like.minutes if cases is None else round(like.minutes / like.cases * cases)
        limit = "" if cases is None else f", cases: {cases}"
        its = f"name: {day}, days: [{day}], start: {clock(like.start)!r}, minutes: {minutes} min{limit}"
        yield f"    - {{{its}{f', rooms: {rooms}' if rooms > 1 else ''}}}"


def _spread_out(number: int) -> tuple[str, ...]:
    """Weekdays for so many sittings, as far apart as they can be.

    >>> _spread_out(2), _spread_out(1), len(_spread_out(9))
    (('tuesday', 'thursday'), ('wednesday',), 5)
    """
    days = min(number, len(WEEKDAYS))
    return tuple(WEEKDAYS[int((place + 1 / 2) * len(WEEKDAYS) / days)] for place in range(days))


def _scaled(resource: str, line: Sitting, factor: float, least: int) -> Iterator[str]:
    """A sitting made as much longer or shorter as the catchment is larger or smaller, in more rooms where too long.

    least   minutes that it keeps, so that its longest case still fits
    """
    rooms = max(1, math.ceil(line.minutes * line.rooms * factor / LONGEST))
    minutes = max(least, round(line.minutes * line.rooms * factor / rooms / STEP) * STEP)
    minutes = min(minutes, DAY - line.start)
    path = f"  resources.{resource}.sittings.{line.name}"
    yield f"{path}.minutes: {minutes} min"
    if rooms != line.rooms:
        yield f"{path}.rooms: {rooms}"
    if line.cases != NO_LIMIT:
        yield f"{path}.cases: {max(1, round(line.cases * factor / rooms))}"


def _sites(answers: Answers) -> Iterator[str]:
    for treatment in ("prrt", "transplant"):
        where = getattr(answers, treatment)
        if where == "elsewhere":
            yield f"  treatments.{treatment}:"
            yield "    where: elsewhere"
            yield "    delay: {median: 8 weeks, sigma: 0.4} # from the decision to the first session there"
            yield "    assumption: To be replaced by the waits of the centre that gives it."
        elif where == "none":
            yield f"  treatments.{treatment}: {{where: none}}"
