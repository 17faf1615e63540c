"""What the rows of a patient's log say in plain words.

    clauses_of(row, told)   what a row says; '' where it says nothing that another row does not say
    visit_words(visit)      a turn on a list or a stay, or a treatment at another hospital, with the days waited for it
    plain(name), of_what    a name of the log as it stands inside a sentence
    days_between(a, b)      days from one minute to another, by the calendar

Knows no order of things: `sim.report.story` puts clauses into sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sim.log import BESIDE_ROW, Event
from sim.report.words import words
from sim.units import DAY, spoken

if TYPE_CHECKING:
    from sim.report.story import Row, Visit

_SAID = {
    "board": "tumour board",
    "icu": "intensive care",
    "pet": "receptor PET",
    "prrt_room": "PRRT room",
    "grafts": "liver graft",
    "ssa": "somatostatin analogue",
    "supportive": "best supportive care",
    "primary_surgery": "surgery of the primary",
    "navigator": "nurse navigator",
    "nothing": "nothing new",
    "tare": "radioembolisation",
    "tae": "TAE",
    "tace": "TACE",
    # reasons
    "no_second": "no bed was free for afterwards",
    "sitting_off": "the list did not take place",
    "did_not_attend": "did not attend",
    "redirected": "something else comes first",
    "plan_changed": "the plan has changed",
    "place_needed": "the place is needed",
    "spread": "disease outside the liver",
    "burden": "too much of the liver is tumour",
}
AWAY = "elsewhere: "
"""Before the name of a treatment: the resource of a visit to another hospital."""
_SCANS = ("ct", "mri", "pet")
_CAUSES = {"cancer": "of the cancer", "other_cause": "of another cause", "treatment": "of the treatment"}


class Told(Protocol):
    """What the words of a row may need besides the row."""

    start: date
    traits: dict[str, Any]
    offers: Mapping[str, Sequence[str]]
    rows: Sequence[Row]

    def rows_of_board(self, why: str) -> list[str]:
        """The rows of the table of the board to which a row belongs, in order."""
        ...

    def reason(self, number: int) -> str:
        """The clinic's reason with this number; '' where it is none."""
        ...


def plain(name: str) -> str:
    """A name of the log as it stands inside a sentence.

    >>> plain("ir_list"), plain("icu"), plain("theatre"), plain("resection_with_ablation"), plain("elsewhere: prrt")
    ('IR list', 'intensive care', 'theatre', 'resection with ablation', 'PRRT at another hospital')
    """
    if name in _SAID:
        return _SAID[name]
    if name.startswith(AWAY):
        return f"{plain(name.removeprefix(AWAY))} at another hospital"
    said = words(name)
    head = said.split(" ")[0]
    return said if head.isupper() or not head else said[0].lower() + said[1:]


def of_what(why: str) -> str:
    """The cause of a death, as it stands behind `dies`.

    >>> of_what("cancer"), of_what("fall_from_a_ladder")
    ('of the cancer', 'of fall from a ladder')
    """
    return _CAUSES.get(why, f"of {plain(why)}" if why else "")


def days_between(one: int, other: int) -> int:
    """Days from one minute to another, by the calendar: from evening to the next morning is one."""
    return other // DAY - one // DAY


def in_days(days: int) -> str:
    """A number of days.

    >>> in_days(1), in_days(12)
    ('1 day', '12 days')
    """
    return f"{days} day" + ("" if days == 1 else "s")


def visit_words(visit: Visit) -> str:
    """A turn on a list or a stay, or a treatment at another hospital, with the days waited for it."""
    days = days_between(visit.joined, visit.began if visit.began is not None else visit.ended)
    waited = f"waited {in_days(days)}" if days else ""
    if visit.resource.startswith(AWAY):
        treatment = plain(visit.resource.removeprefix(AWAY))
        return f"{treatment} begins at another hospital, {f'{waited} there' if waited else 'the same day'}"
    if visit.listed:
        return f"{plain(visit.resource)}, {waited or 'the same day'}"
    if visit.minutes < 0:
        return ""  # a standing membership: the treatment it belongs to is told
    stay = plain(visit.resource) + (f", {spoken(visit.minutes)}" if visit.minutes else "")
    return f"{stay}, {waited} for the place" if waited else stay


def clauses_of(row: Row, told: Told) -> str:
    """What a row says in words; '' where it says nothing that another row does not say."""
    says = _SAYS.get(row.event)
    return says(row, told) if says is not None else ""


def _first_symptom(row: Row, told: Told) -> str:
    return "first symptom"


def _referred(row: Row, told: Told) -> str:
    since = days_between(told.rows[0].minute, row.minute)
    return f"referred to the centre, {in_days(since)} after the first symptom"


def _measured(row: Row, told: Told) -> str:
    read = f"{_scans_before(row, told)} read"
    if row.value < 0:
        return f"{read}; the liver was not assessed"
    if row.value == 0:
        return f"{read}: no tumour seen in the liver"
    return f"{read}: tumour seen in {row.value / 1e4:.2g} % of the liver{_first_seen(row, told)}"


def _scans_before(row: Row, told: Told) -> str:
    """The scans that a report is of: those made since the report before it."""
    since: list[str] = []
    for its in told.rows:
        if its is row:
            break
        if its.event == Event.MEASURED:
            since.clear()
        elif its.event == Event.FINISHED and its.resource in _SCANS and its.resource not in since:
            since.append(its.resource)
    return " and ".join(map(plain, since)) or "imaging"


def _first_seen(row: Row, told: Told) -> str:
    if row.minute != int(told.traits.get("nelm_minute", -1)):
        return ""
    if next(its for its in told.rows if its.event == Event.MEASURED and its.minute == row.minute) is not row:
        return ""
    began = [its.minute for its in told.rows if its.event == Event.METASTASISED]
    later = f", {in_days(days_between(began[0], row.minute))} after they began" if began else ""
    return f"; these are the first liver metastases seen{later}"


def _diagnosed(row: Row, told: Told) -> str:
    return f"diagnosis from the biopsy, Ki-67 {row.value / 100:.1f} %"


def _decided(row: Row, told: Told) -> str:
    """What was decided, and what else would have fitted: in words, with the names of the rows in brackets."""
    if row.why.startswith(BESIDE_ROW):
        beside = _offers(row.why, told)
        return f"in the background: {beside} ({_name(row.why)})" if beside else f"background by row {_name(row.why)}"
    chosen = _offers(row.why, told)
    said = f"decision: {chosen} ({_name(row.why)})" if chosen else f"decision by row {_name(row.why)}"
    others: dict[str, list[str]] = {}
    for at, why in enumerate(told.rows_of_board(row.why)):
        if row.value >> at & 1 and why != row.why:
            others.setdefault(_offers(why, told), []).append(_name(why))
    fitted = [f"{offer} ({', '.join(names)})" if offer else ", ".join(names) for offer, names in others.items()]
    return f"{said}; {'would have fitted too: ' + ', '.join(fitted) if fitted else 'nothing else fitted'}"


def _name(why: str) -> str:
    return why.split(": ", 1)[-1]


def _offers(why: str, told: Told) -> str:
    """What a row of the board offers, in words; '' where it is not known here."""
    return " or ".join(plain(its) for its in told.offers.get(why, ()))


def _deferred(row: Row, told: Told) -> str:
    return "put off to another meeting" + (f", missing: {plain(row.why)}" if row.why else "")


def _treated(row: Row, told: Told) -> str:
    return plain(row.why) if _at_once(row, told) else f"{plain(row.why)} begins"


def _at_once(row: Row, told: Told) -> bool:
    """Whether a treatment is begun and complete in the same minute."""
    both = {its.event for its in told.rows if its.minute == row.minute and its.why == row.why}
    return {Event.TREATED, Event.COMPLETED} <= both


def _completed(row: Row, told: Told) -> str:
    if _at_once(row, told):
        return ""
    sessions = f" after {row.value} sessions" if row.value > 1 else ""
    return f"{plain(row.why)} is complete{sessions}"


def _complicated(row: Row, told: Told) -> str:
    return f"complication of {plain(row.why)}" + (f", {spoken(row.value)} longer in hospital" if row.value > 0 else "")


def _crisis(row: Row, told: Told) -> str:
    return f"carcinoid crisis during {plain(row.why)}, {spoken(row.value)} longer in hospital"


def _progressed(row: Row, told: Told) -> str:
    return "new disease is seen" if row.why == "new_disease" else "growth is seen"


def _lost(row: Row, told: Told) -> str:
    reason = told.reason(row.value)
    return f"{plain(row.why)}, which was planned, is no longer possible" + (f": {plain(reason)}" if reason else "")


def _not_offered(row: Row, told: Told) -> str:
    table = told.rows_of_board("row: ")
    name = f" ({_name(table[row.value])})" if 0 <= row.value < len(table) else ""
    return f"{plain(row.why)}{name} would fit and is given nowhere in reach"


def _refused(row: Row, told: Told) -> str:
    return f"{plain(row.why)} came first in the table and was not chosen"


def _cancelled(row: Row, told: Told) -> str:
    why = f": {plain(row.why)}" if row.why else ""
    return f"{plain(row.resource)} cancelled on the day{why}; stays in the queue"


def _withdrawn(row: Row, told: Told) -> str:
    return f"no longer waits for {plain(row.resource)}" + (f": {plain(row.why)}" if row.why else "")


def _worsened(row: Row, told: Told) -> str:
    return f"performance status falls to ECOG {row.value}"


def _died(row: Row, told: Told) -> str:
    return f"dies {of_what(row.why)}{_still_waiting(told)}".replace("dies ;", "dies;").rstrip()


def _left(row: Row, told: Told) -> str:
    if row.why == "horizon":
        return f"the run ends; alive{_still_waiting(told)}"
    return "leaves the pathway alive" + (f": {plain(row.why)}" if row.why else "")


def _still_waiting(told: Told) -> str:
    joined: dict[str, int] = {}
    for row in told.rows:
        if row.event == Event.JOINED:
            joined.setdefault(row.resource, row.minute)
        elif row.event in (Event.STARTED, Event.WITHDRAWN):
            joined.pop(row.resource, None)
    last = told.rows[-1].minute
    waits = [f"{plain(name)}, {in_days(days_between(since, last))}" for name, since in joined.items()]
    return f"; was waiting for {' and '.join(waits)}" if waits else ""


_SAYS: dict[Event, Callable[[Row, Told], str]] = {
    Event.ARRIVED: _first_symptom,
    Event.REFERRED: _referred,
    Event.DIAGNOSED: _diagnosed,
    Event.MEASURED: _measured,
    Event.DECIDED: _decided,
    Event.DEFERRED: _deferred,
    Event.TREATED: _treated,
    Event.COMPLETED: _completed,
    Event.COMPLICATED: _complicated,
    Event.PROGRESSED: _progressed,
    Event.RECURRED: lambda row, told: f"the disease is back after complete treatment: {_progressed(row, told)}",
    Event.LOST: _lost,
    Event.REFUSED: _refused,
    Event.NOT_OFFERED: _not_offered,
    Event.CONVERTED: lambda row, told: f"the scan shows that {plain(row.why)} has become possible",
    Event.SEVERE: lambda row, told: "it is severe" + (", and leaves her frailer for good" if row.value else ""),
    Event.CRISIS: _crisis,
    Event.EASED: lambda row, told: f"{plain(row.why)} has helped",
    Event.UNWELL: lambda row, told: f"unwell after {plain(row.why)} for {spoken(row.value)}",
    Event.CLEARED: lambda row, told: "nothing that was seen in the liver is left",
    Event.SYMPTOMATIC: lambda row, told: f"hormonal symptoms {'begin' if row.value else 'are gone'}",
    Event.SYMPTOM: lambda row, told: "new or worse symptoms bring the patient back",
    Event.CANCELLED: _cancelled,
    Event.MISSED: lambda row, told: f"{plain(row.resource)}: did not attend; stays in the queue",
    Event.DECLINED: lambda row, told: f"a suitable {plain(row.resource)} was offered and could not be used",
    Event.WITHDRAWN: _withdrawn,
    Event.STUCK: lambda row, told: f"cannot move on from {plain(row.resource)}: others wait for each other's places",
    Event.SPREAD: lambda row, told: "the disease spreads outside the liver; nobody knows",
    Event.HEART: lambda row, told: "carcinoid heart disease begins",
    Event.VALVE: lambda row, told: "a heart valve is replaced at another hospital",
    Event.PAIN: lambda row, told: "bone metastases begin to hurt",
    Event.OBSTRUCTED: lambda row, told: "disease of the peritoneum closes the bowel",
    Event.BY_CHANCE: lambda row, told: "the tumour is found by chance, without symptoms",
    Event.MISLED: lambda row, told: "a doctor takes the symptoms for something else",
    Event.MANAGEMENT_CHANGED: lambda row, told: f"receptor imaging {'changes' if row.value else 'confirms'} the plan",
    Event.METASTASISED: lambda row, told: "the first liver metastasis begins; nobody knows",
    Event.WORSENED: _worsened,
    Event.DIED: _died,
    Event.LEFT: _left,
}
"""What each event says. Booking, calls, ends of visits and held places are told with the visit, or not at all."""


def day_of(start: date, minute: int) -> str:
    """The date of a minute of the run, in figures."""
    return (start + timedelta(days=minute // DAY)).isoformat()
