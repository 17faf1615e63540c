"""One patient's story, read from the log: what was done, what she waited for, what happened to her in truth.

    tell(log, patient, traits, ...)   -> Story
    Story      dated entries in plain words; and the visits, courses, phases and marks that the timeline draws
    Entry      what happened on one day, in words
    Visit      an order: from joining a queue to its end
    Course     a treatment, from its first session to its last
    Phase      what her care was in

What is in the log for the reader only, because nobody knew it then, is told apart as truth. Words of steps,
treatments and rows come from the log itself, so that a log with other ones can be told as well. Knows no files and
no pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from sim.errors import InputError, Problem
from sim.log import BESIDE_ROW, FIRST_CLINIC_WHY, Event, EventLog
from sim.report.story_words import AWAY, clauses_of, days_between, of_what, plain, visit_words
from sim.units import DAY

PHASES = ("before referral", "work-up", "waiting for treatment", "treatment", "follow-up", "supportive care")
BEFORE, WORK_UP, WAITING, TREATMENT, FOLLOW_UP, SUPPORTIVE = PHASES
TRUTHS = (Event.METASTASISED, Event.SPREAD, Event.WORSENED, Event.SYMPTOMATIC)
MARKS = (
    *(Event.DECIDED, Event.DEFERRED, Event.REFUSED, Event.PROGRESSED, Event.RECURRED, Event.SYMPTOM),
    *(Event.COMPLICATED, Event.LOST, Event.CANCELLED, Event.MISSED, Event.DECLINED, Event.NOT_OFFERED),
)
_BACK = (Event.PROGRESSED, Event.RECURRED, Event.SYMPTOM, Event.LOST)
_WATCHED = ("surveillance", "supportive")
_REPEATED = 3  # visits of one kind that follow each other are told together from this number on


class Row(NamedTuple):
    """A row of the log, with names."""

    minute: int
    event: Event
    step: str
    resource: str
    value: int
    why: str


@dataclass(frozen=True)
class Visit:
    """An order: from joining a queue to the end of what was waited for.

    resource         its name
    joined           minute
    began            minute in which it began; None where it never did
    ended            minute in which it, or else the wait, was over
    outcome          reached, withdrawn, died, or open: still waiting at the end
    listed           it was a turn on a list, not a stay in a place
    minutes          how long it took; -1 of a standing membership, such as of a programme of injections
    """

    resource: str
    joined: int
    began: int | None
    ended: int
    outcome: str
    listed: bool
    minutes: int

    @property
    def waited(self) -> float:
        """Until it began, or until the wait was over [days]."""
        return ((self.ended if self.began is None else self.began) - self.joined) / DAY


@dataclass(frozen=True)
class Course:
    """A treatment from its first session to its last; `ends` is the end of the story where it goes on."""

    treatment: str
    begins: int
    ends: int
    beside: bool


@dataclass(frozen=True)
class Phase:
    """A stretch of care; its name is one of `PHASES`."""

    name: str
    begins: int
    ends: int


@dataclass(frozen=True)
class Entry:
    """What happened on one day, or on several of the same kind.

    minute   of the first thing that is told
    until    minute of the last, where several are told together; else that of the first
    text     in plain words
    truth    nobody knew it then
    """

    minute: int
    until: int
    text: str
    truth: bool = False


@dataclass(frozen=True)
class Story:
    """One patient's story.

    scenario, replication, patient   whose it is
    start                            day 0 of the run
    traits                           her row of the patient table
    begins, ends                     first symptom, and death or last sight [minutes]
    end                              how it ended, in words
    seen                             (minute, share of the liver in millionths; -1 not assessed) of each imaging
    truths                           (minute, event, value) of what happened unseen
    marks                            (minute, event, reason) of single events
    """

    scenario: str
    replication: int
    patient: int
    start: date
    traits: Mapping[str, Any]
    begins: int
    ends: int
    end: str
    entries: tuple[Entry, ...]
    visits: tuple[Visit, ...]
    courses: tuple[Course, ...]
    phases: tuple[Phase, ...]
    seen: tuple[tuple[int, int], ...] = ()
    truths: tuple[tuple[int, Event, int], ...] = ()
    marks: tuple[tuple[int, Event, str], ...] = ()
    moments: Mapping[str, int] = field(default_factory=dict)

    def day(self, minute: int) -> date:
        """The date of a minute of the run."""
        return self.start + timedelta(days=minute // DAY)

    @property
    def died(self) -> bool:
        """Whether it ended in death."""
        return "died" in self.moments


def tell(
    log: EventLog,
    patient: int,
    traits: Mapping[str, Any],
    start: date,
    scenario: str = "",
    offers: Mapping[str, Sequence[str]] | None = None,
    beside: frozenset[str] = frozenset({"ssa"}),
    elsewhere: frozenset[str] = frozenset(),
) -> Story:
    """Read one patient's rows of a log as a story.

    log        of one replication
    patient    her number
    traits     her row of the patient table
    start      day 0 of the run
    offers     row of the board, as the log names it -> the treatments it offers; rows that are not here are told
               by their names alone
    beside     treatments that run beside others
    elsewhere  treatments that another hospital gives
    InputError if the log has no row of hers.
    """
    rows = rows_of(log, patient)
    if not rows:
        expected = "a patient of whom the log has at least one row"
        raise InputError(Problem(path="patient", found=str(patient), expected=expected))
    visits, by_row = _visits(rows)
    away = _away(rows, elsewhere)
    visits, by_row = sorted([*visits, *away.values()], key=_in_order), by_row | away
    last = rows[-1]
    moments = _moments(rows)
    known = _Told(log, start, dict(traits), offers or {}, by_row, rows)
    return Story(
        scenario,
        log.replication,
        patient,
        start,
        dict(traits),
        rows[0].minute,
        last.minute,
        _ending(last),
        tuple(_entries(rows, known)),
        tuple(visits),
        tuple(_courses(rows, beside)),
        tuple(_phases(rows, offers or {}, beside)),
        tuple((row.minute, row.value) for row in rows if row.event == Event.MEASURED),
        tuple((row.minute, row.event, row.value) for row in rows if row.event in TRUTHS),
        tuple((row.minute, row.event, row.why) for row in rows if row.event in MARKS and not _decides_beside(row)),
        moments,
    )


def rows_of(log: EventLog, patient: int) -> list[Row]:
    """A patient's rows in order, with names."""
    steps, resources = log.names["steps"], log.names["resources"]
    mine = log.events[log.events[:, 0] == patient]
    return [
        Row(
            minute,
            Event(event),
            steps[step] if step >= 0 and steps else "",
            resources[resource] if resource >= 0 else "",
            value,
            log.why_name(why),
        )
        for _, _, minute, event, step, resource, value, why in mine[mine[:, 1].argsort()].tolist()
    ]


def _moments(rows: Sequence[Row]) -> dict[str, int]:
    """First minute of the events that divide a story."""
    named = {
        "arrived": Event.ARRIVED, "referred": Event.REFERRED, "diagnosed": Event.DIAGNOSED, "decided": Event.DECIDED,
        "treated": Event.TREATED, "metastasised": Event.METASTASISED, "spread": Event.SPREAD, "died": Event.DIED,
    }  # fmt: skip
    found: dict[str, int] = {}
    for row in rows:
        for name, event in named.items():
            if row.event == event:
                found.setdefault(name, row.minute)
    return found


def _ending(last: Row) -> str:
    if last.event == Event.DIED:
        return f"died {of_what(last.why)}".rstrip()
    return "alive at the end of the run" if last.why in ("horizon", "") else f"left alive, {plain(last.why)}"


def _decides_beside(row: Row) -> bool:
    """Whether a row is a decision on what goes on beside the treatment that another row decides on."""
    return row.event == Event.DECIDED and row.why.startswith(BESIDE_ROW)


# -- visits


def _visits(rows: Sequence[Row]) -> tuple[list[Visit], dict[int, Visit]]:
    """All orders in the order in which they were made; and by the row in which each began."""
    waiting: dict[str, int] = {}
    under_way: dict[str, tuple[int, int, bool]] = {}  # resource -> joined, row of the start, listed
    called: set[str] = set()
    found: list[Visit] = []
    by_row: dict[int, Visit] = {}

    def over(resource: str, minute: int, minutes: int) -> None:
        joined, at, listed = under_way.pop(resource)
        minutes = -1 if rows[at].value < 0 else minutes
        visit = Visit(resource, joined, rows[at].minute, minute, "reached", listed, minutes)
        found.append(visit)
        by_row[at] = visit

    for at, row in enumerate(rows):
        if row.event == Event.JOINED:
            waiting.setdefault(row.resource, row.minute)
        elif row.event == Event.CALLED:
            called.add(row.resource)
        elif row.event == Event.STARTED:
            if row.resource in under_way:
                over(row.resource, row.minute, row.minute - rows[under_way[row.resource][1]].minute)
            joined = waiting.pop(row.resource, row.minute)
            under_way[row.resource] = (joined, at, row.resource in called)
            called.discard(row.resource)
        elif row.event == Event.FINISHED and row.resource in under_way:
            over(row.resource, row.minute, row.value)
        elif row.event == Event.WITHDRAWN and row.resource in waiting:
            joined = waiting.pop(row.resource)
            found.append(Visit(row.resource, joined, None, row.minute, "withdrawn", True, 0))
    last = rows[-1]
    for resource in list(under_way):
        over(resource, last.minute, last.minute - rows[under_way[resource][1]].minute)
    outcome = "died" if last.event == Event.DIED else "open"
    found += [Visit(name, joined, None, last.minute, outcome, True, 0) for name, joined in waiting.items()]
    return sorted(found, key=_in_order), by_row


def _in_order(visit: Visit) -> tuple[int, int]:
    return visit.joined, visit.ended


def _away(rows: Sequence[Row], elsewhere: frozenset[str]) -> dict[int, Visit]:
    """The waits for other hospitals, by the row in which their treatment began.

    Such a wait has no queue here. It runs from when the decision had been arranged, which is the end of the first visit
    after it, or else from the decision.
    """
    found = {}
    since, decided = -1, False
    for at, row in enumerate(rows):
        if row.event == Event.DECIDED:
            since, decided = row.minute, True
        elif row.event in (Event.FINISHED, Event.WITHDRAWN) and decided:
            since, decided = row.minute, False
        elif row.event == Event.TREATED and row.why in elsewhere and since >= 0:
            found[at] = Visit(AWAY + row.why, since, row.minute, row.minute, "reached", True, 0)
    return found


# -- courses and phases


def _courses(rows: Sequence[Row], beside: frozenset[str]) -> list[Course]:
    """Treatments begun; each lasts until it is complete, until it is given up, or until the next decision."""
    found = []
    for at, row in enumerate(rows):
        if row.event != Event.TREATED:
            continue
        aside = row.why in beside
        ends = rows[-1].minute
        for later in rows[at + 1 :]:
            complete = later.event in (Event.COMPLETED, Event.LOST) and later.why == row.why
            another = later.event in (Event.DECIDED, Event.SYMPTOM) and later.minute > row.minute
            if complete or (another and not aside):
                ends = later.minute
                break
        found.append(Course(row.why, row.minute, ends, aside))
    return found


def _phases(rows: Sequence[Row], offers: Mapping[str, Sequence[str]], beside: frozenset[str]) -> list[Phase]:
    """What her care was in, from first symptom to the end, without gaps."""
    turns: list[tuple[int, str]] = [(rows[0].minute, BEFORE)]
    under_way: set[str] = set()
    for at, row in enumerate(rows):
        name = ""
        if row.event == Event.REFERRED or row.event in _BACK:
            name = WORK_UP
        elif row.event == Event.DECIDED and not _decides_beside(row):
            name = _after_decision(rows[at:], offers, beside)
        elif row.event == Event.TREATED and row.why not in beside:
            name = SUPPORTIVE if row.why == "supportive" else TREATMENT
            under_way.add(row.why)
        elif row.event == Event.COMPLETED:
            under_way.discard(row.why)
            name = "" if under_way else FOLLOW_UP
        if name == WORK_UP:
            under_way.clear()
        if name and name != turns[-1][1]:
            turns.append((row.minute, name))
    ends = [minute for minute, _ in turns[1:]] + [rows[-1].minute]
    return [Phase(name, begins, end) for (begins, name), end in zip(turns, ends, strict=True) if end > begins]


def _after_decision(rows: Sequence[Row], offers: Mapping[str, Sequence[str]], beside: frozenset[str]) -> str:
    """Whether a decision leaves her waiting: by what it offers where that is known, else by what came of it."""
    offered = offers.get(rows[0].why, ())
    if offered:
        return FOLLOW_UP if offered[0] in _WATCHED else WAITING
    for row in rows[1:]:
        if row.event == Event.LOST or (row.event == Event.TREATED and row.why not in beside):
            return WAITING
        if row.event in (Event.DECIDED, *_BACK):
            break
    return FOLLOW_UP


# -- words


@dataclass
class _Told:
    """What the words of a row may need besides the row."""

    log: EventLog
    start: date
    traits: dict[str, Any]
    offers: Mapping[str, Sequence[str]]
    visits: Mapping[int, Visit]
    rows: Sequence[Row]

    def rows_of_board(self, why: str) -> list[str]:
        """The rows of the table of the board to which a row belongs, in order."""
        kind = why.split(": ", 1)[0] + ": "
        return [name for name in self.log.names["whys"] if name.startswith(kind)]

    def reason(self, number: int) -> str:
        """The clinic's reason with this number; '' where it is none."""
        return self.log.why_name(number) if number >= FIRST_CLINIC_WHY else ""


def _entries(rows: Sequence[Row], told: _Told) -> list[Entry]:
    """One entry for each day on which anything is to be told, truth apart; visits of one kind in a row together."""
    days: list[tuple[int, bool, list[str], list[Visit]]] = []
    for at, row in enumerate(rows):
        visit = told.visits.get(at)
        said = visit_words(visit) if visit is not None else clauses_of(row, told)
        if not said:
            continue
        truth = row.event in TRUTHS
        same = days and days[-1][0] // DAY == row.minute // DAY and days[-1][1] == truth
        if not same:
            days.append((row.minute, truth, [], []))
        days[-1][2].append(said)
        days[-1][3].extend([visit] if visit is not None else [])
        if row.event == Event.ARRIVED and told.traits.get("nelm_at_symptom", False):
            days.append((row.minute, True, ["there are liver metastases already; nobody knows"], []))
    found: list[Entry] = []
    at = 0
    while at < len(days):
        together = _repeated(days[at:])
        minute, truth, said_then, _ = days[at]
        if len(together) >= _REPEATED:
            found.append(Entry(minute, days[at + len(together) - 1][0], _several(together, told.start)))
            at += len(together)
        else:
            found.append(Entry(minute, minute, "; ".join(said_then), truth))
            at += 1
    return found


def _repeated(days: Sequence[tuple[int, bool, list[str], list[Visit]]]) -> list[Visit]:
    """The visits at the head of some days on which there was nothing else, as long as they are of one kind."""
    found: list[Visit] = []
    for _, _, said, visits in days:
        alone = len(said) == 1 and len(visits) == 1 and visits[0].listed
        if not alone or (found and visits[0].resource != found[0].resource):
            break
        found.append(visits[0])
    return found


def _several(visits: Sequence[Visit], start: date) -> str:
    waits = [days_between(visit.joined, visit.began or visit.ended) for visit in visits]
    low, high = min(waits), max(waits)
    days = (
        "the same day each time"
        if high == 0
        else f"waited {low} to {high} days"
        if low != high
        else (f"waited {low} day{'' if low == 1 else 's'} each time")
    )
    return f"{plain(visits[0].resource)}, {len(visits)} times, {days}"
