"""What steps of care ask for again and again: a case on a list, a stay, a scan, the tumour board.

    urgency(case)                 0 emergency, 1 urgent, 2 routine
    on_list(case, role, minutes)  a case on a list
    session(case)                 the next session of her treatment, here or elsewhere
    stay(case, role, minutes)     a stay in a place, here or elsewhere
    ask_for_scan, to_board            the next scan; the next tumour board
    report_minutes, note_measured     a report's time; what it says, for the log

A treatment that this centre does not give itself takes none of its lists and beds: the patient waits for it.
"""

from __future__ import annotations

from sim.clinic.board import Finding
from sim.clinic.disease import symptomatic
from sim.clinic.imaging import grade_read
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, Grade, Phase, whole
from sim.clinic.protocols import Role, Where
from sim.clinic.stages import Stage
from sim.clinic.treatments import second_minutes, session_minutes, session_places
from sim.draws import lognormal
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import attend, note, then, use, wait


@jit_inside
def urgency(case: Case) -> int:
    """0 emergency, 1 urgent, 2 routine: carcinomas, the failing and the symptomatic go first."""
    c = case.course
    if c.failed:
        return 0
    poor = c.histology_known and grade_read(case) >= Grade.NET_G3.value
    return 1 if poor or c.ecog >= 2 or symptomatic(case) else 2


@jit_inside
def report_minutes(case: Case) -> int:
    """How long a scan's report takes [minutes]."""
    known, c = case.desk.known, case.course
    median, sigma = known[Known.IMAGING_REPORT_MEDIAN.value], known[Known.IMAGING_REPORT_SIGMA.value]
    return whole(lognormal(case.key, case.i, Ask.REPORT.value, c.scans, median, sigma))


@jit_inside
def on_list(case: Case, role: int, minutes: float) -> int:
    """A case of so many minutes on a list, with her urgency. Returns the order's number."""
    return attend(case.plan, case.desk.resources[role], whole(minutes), urgency(case))


@jit_inside
def is_elsewhere(case: Case) -> bool:
    """Is her treatment given by another centre?"""
    return case.desk.protocols[case.course.treatment].where == Where.ELSEWHERE.value


@jit_inside
def session(case: Case) -> None:
    """Ask for the next session: a case on its list with the place beside it, or one at another centre."""
    minutes = session_minutes(case)
    role, place = session_places(case)
    if is_elsewhere(case):
        wait(case.plan, minutes)
        return
    second = case.desk.resources[place] if place >= 0 else -1
    attend(case.plan, case.desk.resources[role], minutes, urgency(case), second, second_minutes(case))


@jit_inside
def stay(case: Case, role: int, minutes: float) -> int:
    """A stay in a place after treatment. Returns the order's number, or -1 where it is another centre's bed."""
    if is_elsewhere(case):
        wait(case.plan, whole(minutes))
        return -1
    return use(case.plan, case.desk.resources[role], whole(minutes), 0)


@jit_inside
def to_board(case: Case) -> None:
    """The next tumour board that has room for her."""
    case.course.phase = Phase.WORK_UP.value
    on_list(case, Role.BOARD.value, case.desk.known[Known.BOARD_CASE_MINUTES.value])
    then(case.plan, Stage.DISCUSSED.value)


@jit_inside
def ask_for_scan(case: Case) -> None:
    """A CT, or MRI where contrast is barred."""
    known = case.desk.known
    if case.traits.kidney_disease:
        on_list(case, Role.MRI.value, known[Known.MRI_MINUTES.value])
    else:
        on_list(case, Role.CT.value, known[Known.CT_MINUTES.value])
    then(case.plan, Stage.SCANNED.value)


@jit_inside
def note_measured(case: Case) -> None:
    """What the scan and the blood taken with it showed, for the log."""
    burden, marker = case.course.findings[Finding.LIVER_BURDEN_PCT.value], case.course.findings[Finding.CGA.value]
    note(case.plan, Event.MEASURED.value, whole(burden * 1e4))  # not clinical: per cent to millionths
    note(case.plan, Event.MARKER.value, whole(marker * 100))  # not clinical: hundredths
