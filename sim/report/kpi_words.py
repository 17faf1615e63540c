"""What every figure is called in plain words, whether a planner looks at it first or not.

    figure_in_words(kpi, group)   `wait.pet.p90`, own -> "Queue for PET, nine in ten by, own patients"

Knows names of figures; no values.
"""

from __future__ import annotations

from sim.measures.intervals import intervals
from sim.report.words import words

_STATS = {
    "median": "half by",
    "p90": "nine in ten by",
    "reached": "number who got there",
    "died_waiting": "number who died waiting",
    "ended_otherwise": "number of waits that ended otherwise",
    "still_waiting": "number still waiting at the end",
    "started": "number of waits begun",
    "stopped": "number of clocks stopped",
    "mean_of_those_served": "mean wait of those served",
    "within_target": "in time, of all who started",
    "within_target_of_stopped": "in time, of clocks that stopped",
}
_OUTCOMES = {
    "os_from_nelm": "since liver metastases were seen",
    "os_from_diagnosis": "since diagnosis",
    "os_from_symptom": "since first symptom, of the diagnosed",
    "os_from_symptom_of_all": "since first symptom, of all",
    "rfs": "without recurrence since clearance",
}
_BURDENS = {"symptomatic": "hormonal symptoms", "frail": "ECOG 2 or worse", "with_nelm": "liver metastases"}
_FORMS = {
    "board.cases_per_meeting.mean": "Cases at a meeting of the board",
    "board.decided.per_year": "Board's decisions",
    "board.deferred.per_year": "Cases put off by the board",
    "board.deferred.share": "Share of cases put off by the board",
    "board.discussed.per_year": "Cases discussed by the board",
    "board.meetings.per_year": "Meetings of the board",
    "lost.while_waiting.per_year": "Lost eligibility while waiting",
    "count.nelm_seen.per_year": "New patients with liver metastases seen",
    "died.between_decision_and_treatment.per_year": "Died between a decision and its treatment",
    "died.between_referral_and_treatment.per_year": "Died between referral and first treatment",
    "died.undiagnosed.per_year": "Died undiagnosed",
}
_OF_NAME = {
    ("queue", "mean"): "Waiting for {}",
    ("queue", "longest"): "Most who waited at once for {}",
    ("queue", "growth"): "Growth of the queue for {}",
    ("use", "share"): "Use of {}",
    ("use", "places"): "Places in use, {}",
    ("use", "capacity"): "Places there are, {}",
    ("use", "full"): "Time with none free, {}",
    ("use", "over_capacity"): "Time with more in use than there are, {}",
    ("sittings", "per_year"): "Sittings of {}",
    ("sittings", "minutes_per_year"): "Opening time of {}",
    ("sittings_off", "per_year"): "Sittings that did not take place, {}",
    ("cancelled", "per_year"): "Cancelled on the day, {}",
    ("missed", "per_year"): "Did not attend, {}",
    ("missed", "share"): "Share who did not attend, {}",
    ("treated", "per_year"): "Courses of {}",
    ("treated", "first_per_year"): "Patients who begin {}",
    ("treated", "line_1_per_year"): "Courses of {} as first treatment",
    ("treated", "line_2_per_year"): "Courses of {} as second treatment",
    ("treated", "line_3_or_later_per_year"): "Courses of {} as third treatment or later",
    ("offers", "offered"): "Offers of {}",
    ("offers", "declined"): "Offers declined, {}",
    ("offers", "lost_to_centre"): "Offers lost to this centre, {}",
    ("offers", "listed"): "Listed for {}",
    ("offers", "used"): "Given one of {}",
    ("offers", "removed"): "Taken off the list for {}",
    ("offers", "died_waiting"): "Died listed for {}",
    ("count", "per_year"): "Patients {}",
}
_WHOSE = {
    "own": "own patients",
    "competing": "other patients",
    "nelm": "with liver metastases",
    "first": "a first treatment",
    "subsequent": "a later treatment",
    "liver_directed": "treatments of the liver",
    "spent_on_nobody": "spent on nobody",
}


def figure_in_words(kpi: str, group: str = "all") -> str:
    """A figure in words.

    >>> figure_in_words("board.cases_per_meeting.mean", "competing"), figure_in_words("wait.pet.p90", "own")
    ('Cases at a meeting of the board, other patients', 'Queue for PET, nine in ten by, own patients')
    >>> figure_in_words("board.decided.per_year", "row: watched"), figure_in_words("outcome.rfs.y3")
    ("Board's decisions by row watched", 'Alive without recurrence since clearance, 3 years')
    """
    whose = "" if group == "all" else f" by {group}" if "row: " in group else f", {_whose(group)}"
    return _figure(kpi).replace("row: ", "row ") + whose.replace("row: ", "row ")


def _whose(group: str) -> str:
    return _WHOSE.get(group) or (words(group) if group.isupper() else in_sentence(group))


def in_sentence(name: str) -> str:
    """A name as it stands inside a sentence.

    >>> in_sentence("ir_list"), in_sentence("theatre")
    ('IR list', 'theatre')
    """
    said = words(name)
    return said if said[1:2].isupper() else said[:1].lower() + said[1:]


def _figure(kpi: str) -> str:
    if kpi in _FORMS:
        return _FORMS[kpi]
    start, *middle, end = kpi.split(".")
    name = ".".join(middle)
    form = _OF_NAME.get((start, end))
    if form is not None:
        return form.format(in_sentence(name))
    if start == "wait":
        means = {interval.name: interval.means for interval in intervals()}
        what = means.get(name, f"queue for {in_sentence(name)}")
        return f"{what[:1].upper()}{what[1:]}, {_STATS.get(end, in_sentence(end))}"
    if start == "outcome":
        return _outcome(name, end)
    return ", ".join(part if at else words(part) for at, part in enumerate(kpi.replace("_", " ").split(".")))


def _outcome(name: str, end: str) -> str:
    if name in _BURDENS:
        return f"{'Share of time' if end == 'share' else 'Patients at a time'} with {_BURDENS[name]}"
    time = f"{end[1:]} year{'' if end == 'y1' else 's'}" if end[:1] == "y" and end[1:].isdigit() else end
    if name == "recurrence":
        return f"Recurred since clearance, {time}"
    if end == "patients":
        return f"Patients followed {_OUTCOMES.get(name, in_sentence(name))}"
    return f"{'Half dead' if end == 'median' else 'Alive'} {_OUTCOMES.get(name, in_sentence(name))}" + (
        "" if end == "median" else f", {time}"
    )
