"""One patient worked by hand: every row of her log, from first symptom to death, with the arithmetic beside it.

Day 0 is Monday, 1 January 2024. The hospital and its times are in quiet.yaml.
"""

from __future__ import annotations

import pandas as pd
import pytest

from sim.clinic.boardfile import read_board
from sim.clinic.staging import FIELDS

DAY = 1440


def at(day: int, clock: str) -> int:
    """The minute of a day and a time."""
    hours, minutes = clock.split(":")
    return day * DAY + int(hours) * 60 + int(minutes)


def rows_of(log) -> list[tuple]:
    """Minute, event, step, resource, value, reason of each row."""
    frame = log.events_frame()
    words = {name: ["" if pd.isna(x) else x for x in frame[name]] for name in ("event", "step", "resource", "why")}
    return list(
        zip(
            frame["minute"], words["event"], words["step"], words["resource"], frame["value"], words["why"], strict=True
        )
    )


def fitting(*names: str, table: str = "main") -> int:
    """The bits of these rows of one table."""
    return sum(1 << read_board().row_names(table).index(name) for name in names)


def navigated(minute: int) -> list[tuple]:
    """Her hour with the navigator from this minute on."""
    return [
        (minute, "booked", "discussed", "navigator", minute, ""),
        (minute, "called", "discussed", "navigator", 0, ""),
        (minute, "started", "discussed", "navigator", 60, ""),
        (minute + 60, "finished", "discussed", "navigator", 60, ""),
    ]


def known_of(**words: int) -> int:
    """What the board knew as one number: of each finding so many bits, the first ones lowest."""
    number = shift = 0
    for name, (bits, _) in FIELDS.items():
        number |= words[name] << shift
        shift += bits
    return number


# Her metastasis takes 2 % of a liver of 1,600 mL: a ball of 32 mL, which measures 3.939 cm.
SIZE = 3939
STAGED = known_of(
    liver_metastases=1, pattern=1, lesions=1, largest_cm=39, liver_burden_pct=20, extrahepatic=0, differentiation=0,
    ki67_pct=200, receptors=1, ecog=0, symptoms=0, progressing=0, primary=0, analogue=0, remnant=2,
)  # fmt: skip
SYMPTOM = at(3, "10:00")  # Thursday
# Ten days until somebody takes it seriously (Sunday, day 13), 14 more until the centre has her.
REFERRED = at(27, "10:00")  # Sunday
TO_DIAGNOSIS = [
    (SYMPTOM, "arrived", "first_symptom", "", 0, ""),
    (REFERRED, "referred", "referred", "", 0, ""),
    (REFERRED, "joined", "referred", "ct", 2, ""),  # nothing makes her urgent: class 2
    (REFERRED, "joined", "referred", "mri", 2, ""),  # the radiologist asks for both
    # Monday's CT list was frozen on Saturday, two days ahead, but has room at its opening.
    (at(28, "09:00"), "booked", "referred", "ct", at(28, "09:00"), ""),
    (at(28, "09:00"), "called", "referred", "ct", 0, ""),
    (at(28, "09:00"), "started", "referred", "ct", 30, ""),
    (at(28, "09:30"), "finished", "referred", "ct", 30, ""),
    # MRI on Tuesday, booked at its opening.
    (at(29, "09:00"), "booked", "referred", "mri", at(29, "09:00"), ""),
    (at(29, "09:00"), "called", "referred", "mri", 0, ""),
    (at(29, "09:00"), "started", "referred", "mri", 45, ""),
    (at(29, "09:45"), "finished", "referred", "mri", 45, ""),
    # Both are done; five days for the report: Sunday. 2 % of the liver is 20,000 millionths.
    # No metastasis had been seen before, so the sum of those is 0 and the sum of all is hers.
    (at(34, "09:45"), "sized", "imaging_read", "", SIZE, ""),
    # Chromogranin A, 0.6 times normal without tumour, has doubled at 2 %: 120 hundredths.
    (at(34, "09:45"), "measured", "imaging_read", "", 20_000, ""),
    (at(34, "09:45"), "marker", "imaging_read", "", 120, ""),
    (at(34, "09:45"), "joined", "imaging_read", "pet", 2, ""),
    (at(34, "09:45"), "joined", "imaging_read", "biopsy", 2, ""),
    # Friday's biopsies are booked on Tuesday at 13:00, three days ahead, and she is in time.
    (at(36, "13:00"), "booked", "imaging_read", "biopsy", at(39, "13:00"), ""),
    # Thursday's PET was frozen seven days ahead, before she joined; there is room at the opening.
    (at(38, "10:00"), "booked", "imaging_read", "pet", at(38, "10:00"), ""),
    (at(38, "10:00"), "called", "imaging_read", "pet", 0, ""),
    (at(38, "10:00"), "started", "imaging_read", "pet", 45, ""),
    (at(38, "10:45"), "finished", "imaging_read", "pet", 45, ""),
    (at(39, "13:00"), "called", "imaging_read", "biopsy", 0, ""),
    (at(39, "13:00"), "started", "imaging_read", "biopsy", 45, ""),
    (at(39, "13:45"), "finished", "imaging_read", "biopsy", 45, ""),
    # Ten days for the pathologist: Monday, day 49. Ki-67 of 2 % is 200 hundredths.
    # The one seen before is as large as it was, and there is no other.
    (at(49, "13:45"), "sized", "results_in", "", SIZE << 31 | SIZE, ""),
    (at(49, "13:45"), "measured", "results_in", "", 20_000, ""),
    (at(49, "13:45"), "marker", "results_in", "", 120, ""),
    (at(49, "13:45"), "management_changed", "results_in", "", 1, ""),  # receptors: an analogue will do
    (at(49, "13:45"), "diagnosed", "results_in", "", 200, ""),
    (at(49, "13:45"), "joined", "results_in", "board", 2, ""),
]
DECIDED = at(51, "12:39")
TO_DECISION = [
    # The board's papers closed on Monday at 12:30; Wednesday's board still has room at its opening. Nine minutes.
    (at(51, "12:30"), "booked", "results_in", "board", at(51, "12:30"), ""),
    (at(51, "12:30"), "called", "results_in", "board", 0, ""),
    (at(51, "12:30"), "started", "results_in", "board", 9, ""),
    (at(51, "12:39"), "finished", "results_in", "board", 9, ""),
    (DECIDED, "staged", "discussed", "", STAGED, ""),
    # G1 with receptors: the analogue. One lesion of 3.9 cm (too large for a needle) in one lobe: resection. The row of
    # major resections, which asks for no least number of lesions, fits too, but stands below.
    (DECIDED, "decided", "discussed", "", fitting("analogue", "none", table="background"), "background row: analogue"),
    (DECIDED, "treated", "discussed", "", 1, "ssa"),
    (
        DECIDED,
        "decided",
        "discussed",
        "",
        fitting("minor_resection_type_1", "major_resection_type_1", "watched"),
        "row: minor_resection_type_1",
    ),
    (DECIDED, "joined", "discussed", "injections", 2, ""),
    (DECIDED, "joined", "discussed", "navigator", 2, ""),  # who will arrange what comes next
    (DECIDED, "started", "discussed", "injections", -1, ""),  # for as long as it lasts
]
# The navigator sits on Fridays at 13:00 and takes an hour: day 53, two days after the board.
NAVIGATED = navigated(at(53, "13:00"))
TO_HOSPITAL = [
    # With her help it takes seven days from the board until its word has been acted on, of which two have passed; then
    # seven of assessment: Wednesday, day 65.
    (at(65, "12:39"), "joined", "prepared", "theatre", 2, ""),
    # Theatre sits on Mondays; day 70 was frozen on day 63 and has room. A minor resection takes three hours, the
    # primary in the small intestine one more.
    (at(70, "08:30"), "booked", "prepared", "theatre", at(70, "08:30"), ""),
    (at(70, "08:30"), "called", "prepared", "theatre", 0, ""),
    (at(70, "08:30"), "started", "prepared", "theatre", 240, ""),
    (at(70, "12:30"), "finished", "prepared", "theatre", 240, ""),
    (at(70, "12:30"), "released", "prepared", "icu", 240, ""),  # the bed held while she was in theatre
    (at(70, "12:30"), "treated", "session_over", "", 1, "minor_resection"),
    # The primary is still in place and comes out in the same operation; nothing seen in the liver is left.
    (at(70, "12:30"), "treated", "session_over", "", 1, "primary_surgery"),
    (at(70, "12:30"), "completed", "session_over", "", 1, "primary_surgery"),
    (at(70, "12:30"), "cleared", "session_over", "", 0, "minor_resection"),
    (at(70, "12:30"), "joined", "session_over", "icu", 0, ""),
    (at(70, "12:30"), "started", "session_over", "icu", 1440, ""),
    (at(71, "12:30"), "finished", "session_over", "icu", 1440, ""),
    (at(71, "12:30"), "kept", "session_over", "icu", 0, ""),  # until the ward has taken her
    (at(71, "12:30"), "joined", "stepped_down", "ward", 0, ""),
]
TO_TREATMENT = TO_DECISION + NAVIGATED + TO_HOSPITAL
HOME = [
    (at(71, "12:30"), "released", "session_over", "icu", 0, ""),
    (at(71, "12:30"), "started", "stepped_down", "ward", 5 * DAY, ""),
    (at(76, "12:30"), "finished", "stepped_down", "ward", 5 * DAY, ""),
    (at(76, "12:30"), "completed", "recovered", "", 1, "minor_resection"),
    # Her first scan would be six months after that; on day 138 she dies of something else.
    (200_000, "died", "recovered", "", 0, "other_cause"),
]


def test_every_row_of_her_log_is_as_worked_by_hand(quiet, alone):
    assert rows_of(alone(quiet)) == TO_DIAGNOSIS + TO_TREATMENT + HOME


def test_while_the_ward_is_closed_she_keeps_the_bed_in_intensive_care(quiet, alone):
    """The ward has no beds from 1 March (day 60) until 15 March (day 74), and she is ready for it on day 71."""
    closed = [
        {"name": "closed", "on": "2024-03-01", "capacity": 0},
        {"name": "open", "on": "2024-03-15", "capacity": 1},
    ]
    opens = at(74, "00:00")
    waits = [
        (opens, "released", "session_over", "icu", opens - at(71, "12:30"), ""),
        (opens, "started", "stepped_down", "ward", 5 * DAY, ""),
        (opens + 5 * DAY, "finished", "stepped_down", "ward", 5 * DAY, ""),
        (opens + 5 * DAY, "completed", "recovered", "", 1, "minor_resection"),
        (200_000, "died", "recovered", "", 0, "other_cause"),
    ]
    log = alone(quiet.change("resources.ward.changes", closed))
    assert rows_of(log) == TO_DIAGNOSIS + TO_TREATMENT + waits


@pytest.mark.parametrize(
    "minute",
    [at(36, "12:59"), at(38, "10:20"), at(49, "13:45"), at(53, "13:30"), at(60, "00:00"), at(70, "10:00")],
)
def test_if_she_dies_before_her_log_is_the_same_up_to_that_minute_and_ends_with_it(quiet, alone, minute):
    """At the same minute the alarm comes first, so what was due then does not happen any more."""
    rows = rows_of(alone(quiet, other_death_at=minute))
    assert rows[:-1] == [row for row in TO_DIAGNOSIS + TO_TREATMENT if row[0] < minute]
    assert (rows[-1][0], rows[-1][1], rows[-1][-1]) == (minute, "died", "other_cause")


def in_theatre_queue(joined: int, monday: int) -> list[tuple]:
    """The queue for theatre from this minute on, and the Monday on which there is room."""
    return [
        (joined, "joined", "prepared", "theatre", 2, ""),
        (at(monday, "08:30"), "booked", "prepared", "theatre", at(monday, "08:30"), ""),
    ]


NAVIGATOR_COMES = {
    # Friday, 1 March, day 60: after nine days the seven that it takes with her have passed, so only the assessment
    # is left, seven days from then.
    "late": (
        {"from": "2024-03-01"},
        [*navigated(at(60, "13:00")), *in_theatre_queue(at(67, "14:00"), monday=70)],
    ),
    # Not before Friday, 8 March, day 67: on day 65, 2 x 7 days after the board, she has arranged it herself; seven
    # days of assessment, and the Monday after.
    "too late": (
        {"from": "2024-03-08"},
        [
            (at(65, "12:39"), "withdrawn", "discussed", "navigator", 0, "plan_changed"),
            *in_theatre_queue(at(72, "12:39"), monday=77),
        ],
    ),
    # Wednesday, 6 March, day 65, from 12:30: nine minutes into their talk she has arranged it all herself. The talk
    # runs on and changes nothing.
    "while she is done": (
        {"days": ["wednesday"], "start": "12:30", "from": "2024-03-06"},
        [*navigated(at(65, "12:30")), *in_theatre_queue(at(72, "12:39"), monday=77)],
    ),
}


@pytest.mark.parametrize("when", NAVIGATOR_COMES)
def test_a_navigator_who_comes_late_saves_less_and_one_who_comes_too_late_saves_nothing(quiet, alone, when):
    sittings, expected = NAVIGATOR_COMES[when]
    for name, value in sittings.items():
        quiet = quiet.change(f"resources.navigator.sittings.weekly.{name}", value)
    rows = [row for row in rows_of(alone(quiet)) if row[0] > DECIDED]
    assert rows[: len(expected)] == expected


def test_without_an_intensive_care_bed_the_operation_is_put_off_on_the_day(quiet, alone):
    """No bed on 11 March (day 70), one from the 12th on: she is cancelled and operated on the Monday after."""
    changes = [{"name": "shut", "on": "2024-03-11", "capacity": 0}, {"name": "open", "on": "2024-03-12", "capacity": 1}]
    log = alone(quiet.change("resources.icu.changes", changes).change("resources.theatre.notice", "3 days"))
    theatre = [row for row in rows_of(log) if row[3] == "theatre"]
    assert [(minute, event, value, why) for minute, event, _, _, value, why in theatre] == [
        (at(65, "12:39"), "joined", 2, ""),
        (at(67, "08:30"), "booked", at(70, "08:30"), ""),
        (at(70, "08:30"), "cancelled", at(70, "08:30"), "no_second"),
        (at(74, "08:30"), "booked", at(77, "08:30"), ""),
        (at(77, "08:30"), "called", 0, ""),
        (at(77, "08:30"), "started", 240, ""),
        (at(77, "12:30"), "finished", 240, ""),
    ]


def test_the_horizon_leaves_her_where_she_is(quiet, alone):
    log = alone(quiet.change("run.measured", "40 days"))
    rows = rows_of(log)
    assert rows[:-1] == [row for row in TO_DIAGNOSIS if row[0] < 40 * DAY]
    assert rows[-1] == (40 * DAY, "left", "sampled", "", 0, "horizon")
