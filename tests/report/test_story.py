"""A patient's story: what the log of one patient, typed by hand, says in plain words."""

from __future__ import annotations

import json
from datetime import date

import pytest

from sim.errors import InputError
from sim.log import Event
from sim.report.story import PHASES, tell
from sim.report.story_text import as_data, in_words
from sim.units import DAY

WHOLE = """\
by_hand, replication 3, patient 7

Who         man of 63 at first symptom; primary in the pancreas; makes hormones
Known       referred on 2026-04-11; diagnosed on 2026-04-21; liver metastases first seen on
            2026-04-18
In truth    G2; Ki-67 4.1 %; takes up the receptor tracer; liver metastases since before the first
            symptom; disease outside the liver since 2026-10-28
Story       2026-01-01 to 2027-03-17, 1.2 years from first symptom; died of the cancer

2026-01-01  first symptom
2026-01-01  [in truth] there are liver metastases already; nobody knows
2026-04-11  referred to the centre, 100 days after the first symptom
2026-04-11  [in truth] performance status falls to ECOG 1
2026-04-13  CT: did not attend; stays in the queue
2026-04-16  CT, waited 5 days
2026-04-18  CT read: tumour seen in 2 % of the liver; these are the first liver metastases seen
2026-04-21  diagnosis from the biopsy, Ki-67 3.5 %
2026-04-27  tumour board, waited 6 days; put off to another meeting, missing: pathology
2026-05-04  tumour board, waited 7 days; somatostatin analogue begins; in the background:
            somatostatin analogue (analogue); decision: resection (resection); would have fitted
            too: PRRT (prrt), best supportive care (watched)
2026-05-21  theatre cancelled on the day: no bed was free for afterwards; stays in the queue
2026-05-28  theatre, waited 22 days; resection begins; nothing that was seen in the liver is left;
            complication of resection, 3 days longer in hospital; intensive care, 24 hours
2026-05-31  ward, 8 days, waited 2 days for the place
2026-06-08  resection is complete
2026-07-20  [in truth] hormonal symptoms begin
2026-09-18  [in truth] hormonal symptoms are gone
2026-10-28  [in truth] the disease spreads outside the liver; nobody knows
2026-12-07  CT, the same day
2026-12-08  CT read: tumour seen in 0.13 % of the liver; the disease is back after complete
            treatment: new disease is seen
2026-12-11  tumour board, waited 3 days; resection (resection) would fit and is given nowhere in
            reach; PRRT came first in the table and was not chosen; decision: best supportive care
            (watched); would have fitted too: PRRT (prrt); best supportive care begins
2026-12-20  until 2027-02-19: clinic, 3 times, waited 3 to 4 days
2027-03-09  PRRT, which was planned, is no longer possible: new disease
2027-03-17  dies of the cancer; was waiting for clinic, 10 days

Waited      theatre 22 days; clinic 20 days (4 times); tumour board 16 days (3 times); CT 5 days (2
            times); ward 2 days"""


def test_a_whole_story_reads_as_a_clinician_would_tell_it(story_of):
    assert in_words(story_of()) == WHOLE


def test_no_line_of_a_story_is_wider_than_a_terminal(story_of):
    assert max(map(len, in_words(story_of()).splitlines())) <= 100


def test_phases_follow_each_other_without_gaps_from_first_symptom_to_the_end(story_of):
    story = story_of()
    assert [(phase.name, phase.begins // DAY) for phase in story.phases] == [
        *(("before referral", 0), ("work-up", 100), ("waiting for treatment", 123), ("treatment", 147)),
        *(("follow-up", 158), ("work-up", 341), ("supportive care", 344), ("work-up", 432)),
    ]
    assert [phase.ends for phase in story.phases] == [*(phase.begins for phase in story.phases[1:]), story.ends]
    assert {phase.name for phase in story.phases} == set(PHASES)


def test_a_treatment_within_another_ends_no_phase(story_of):
    rows = [
        (0, 0, Event.ARRIVED, "", 0, ""),
        (5, 0, Event.TREATED, "", 1, "resection"),
        (5, 0, Event.TREATED, "", 1, "prrt"),
        (5, 0, Event.COMPLETED, "", 1, "prrt"),
        (30, 0, Event.COMPLETED, "", 2, "resection"),
        (60, 0, Event.LEFT, "", 0, "horizon"),
    ]
    assert [(phase.name, phase.begins // DAY) for phase in story_of(rows).phases][1:] == [
        *(("treatment", 5), ("follow-up", 30)),
    ]


def test_a_decision_whose_offer_is_not_known_is_told_by_its_row_and_judged_by_what_came_of_it(story_of, log_by_hand):
    known = story_of()
    alone = tell(log_by_hand, 7, known.traits, known.start)
    assert any(
        "decision by row resection; would have fitted too: prrt, watched" in entry.text for entry in alone.entries
    )
    assert [phase.name for phase in alone.phases] == [phase.name for phase in known.phases]


def test_a_treatment_beside_others_goes_on_until_the_end_and_another_ends_when_it_is_complete(story_of):
    story = story_of()
    courses = [(its.treatment, its.begins // DAY, its.ends // DAY, its.beside) for its in story.courses]
    assert courses == [("ssa", 123, 440, True), ("resection", 147, 158, False), ("supportive", 344, 432 + 8, False)]


def test_a_case_that_was_cancelled_on_the_day_has_waited_since_it_was_ordered(story_of):
    (theatre,) = (visit for visit in story_of().visits if visit.resource == "theatre")
    assert theatre.waited == pytest.approx(22, abs=0.1)
    assert theatre.outcome == "reached"


def test_who_dies_waiting_has_a_wait_that_ended_with_death(story_of):
    *_, last = story_of().visits
    assert (last.resource, last.outcome, last.began) == ("clinic", "died", None)


def test_what_another_hospital_gives_is_told_with_the_wait_there_and_counted_among_the_waits(story_of):
    rows = [
        (0, 0, Event.ARRIVED, "", 0, ""),
        (10, 0, Event.DECIDED, "", 1, "row: prrt"),
        (10, 0, Event.JOINED, "board", 2, ""),
        (13, 0, Event.CALLED, "board", 0, ""),
        (13, 0, Event.STARTED, "board", 9, ""),
        (13, 9, Event.FINISHED, "board", 9, ""),
        (73, 0, Event.TREATED, "", 1, "prrt"),
        (80, 0, Event.DECIDED, "", 1, "row: resection"),
        (85, 0, Event.TREATED, "", 2, "resection"),
        (90, 0, Event.LEFT, "", 0, "horizon"),
    ]
    story = story_of(rows, elsewhere=frozenset({"prrt", "resection"}), nelm_at_symptom=False)
    texts = [entry.text for entry in story.entries]
    assert "PRRT begins at another hospital, waited 60 days there" in texts, "from when it had been arranged"
    assert "resection begins at another hospital, waited 5 days there" in texts, "or else from the decision"
    waited = in_words(story).split("Waited")[1].split()
    assert (
        " ".join(waited)
        == "PRRT at another hospital 60 days; resection at another hospital 5 days; tumour board 3 days"
    )
    (prrt,) = (its for its in as_data(story)["waits"] if its["resource"] == "elsewhere: prrt")
    assert prrt["days"] == pytest.approx(60, abs=0.1)
    assert not any("another hospital" in entry.text for entry in story_of(rows).entries)


def test_a_report_names_the_scans_made_since_the_one_before(story_of):
    scan = [(1, 0, Event.FINISHED, "ct", 30, ""), (2, 0, Event.FINISHED, "pet", 30, "")]
    rows = [
        (0, 0, Event.ARRIVED, "", 0, ""),
        *scan,
        (3, 0, Event.MEASURED, "", 0, ""),
        (5, 0, Event.MEASURED, "", -1, ""),
    ]
    texts = [entry.text for entry in story_of([*rows, (9, 0, Event.LEFT, "", 0, "horizon")]).entries]
    assert "CT and receptor PET read: no tumour seen in the liver" in texts
    assert "imaging read; the liver was not assessed" in texts


def test_who_leaves_a_queue_is_told_to_wait_no_longer(story_of):
    rows = [
        (0, 0, Event.ARRIVED, "", 0, ""),
        (1, 0, Event.JOINED, "prrt", 2, ""),
        (9, 0, Event.WITHDRAWN, "prrt", 0, "plan_changed"),
        (20, 0, Event.LEFT, "", 0, "horizon"),
    ]
    story = story_of(rows, nelm_at_symptom=False)
    assert [entry.text for entry in story.entries] == [
        "first symptom",
        "no longer waits for PRRT: the plan has changed",
        "the run ends; alive",
    ]
    assert story.visits[0].outcome == "withdrawn"
    assert story.end == "alive at the end of the run"


def test_two_visits_of_one_kind_are_told_one_by_one(story_of):
    rows = [(0, 0, Event.ARRIVED, "", 0, "")]
    for day in (10, 20):
        rows += [(day, 0, event, "clinic", 20, "") for event in (Event.JOINED, Event.CALLED, Event.STARTED)]
        rows += [(day, 20, Event.FINISHED, "clinic", 20, "")]
    rows += [(30, 0, Event.LEFT, "", 0, "horizon")]
    said = [entry.text for entry in story_of(rows, nelm_at_symptom=False).entries]
    assert said.count("clinic, the same day") == 2


def test_a_treatment_begun_and_complete_at_once_is_told_once(story_of):
    rows = [
        (0, 0, Event.ARRIVED, "", 0, ""),
        (5, 0, Event.TREATED, "", 1, "resection"),
        (5, 0, Event.COMPLETED, "", 1, "resection"),
        (30, 0, Event.LEFT, "", 0, "horizon"),
    ]
    assert [entry.text for entry in story_of(rows, nelm_at_symptom=False).entries][1] == "resection"


def test_a_patient_without_a_row_in_the_log_is_refused(log_by_hand):
    with pytest.raises(InputError, match="at least one row"):
        tell(log_by_hand, 8, {}, date(2026, 1, 1))


def test_a_story_as_data_is_json_and_says_the_same(story_of):
    story = story_of()
    data = json.loads(json.dumps(as_data(story), allow_nan=False))
    assert [entry["text"] for entry in data["story"]] == [entry.text for entry in story.entries]
    assert [its["date"] for its in data["truth"]] == ["2026-04-11", "2026-07-20", "2026-09-18", "2026-10-28"]
    assert data["waits"][-1] == {
        **{"resource": "clinic", "joined": "2027-03-07", "began": None, "days": 10.21, "outcome": "died"},
    }
