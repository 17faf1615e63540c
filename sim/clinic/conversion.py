"""Conversion: a treatment that shrank the tumour has made possible what was not before.

    clearing_rows(case)         rows of the board whose offer takes out or ablates all that is seen, as bits
    asks_for_clearance(case)    is she to be discussed again, because such a row now comes first?

Nobody converts by a rate: after embolisation, radionuclides or chemotherapy the scan shows what it shows, and the
board's rows say what is possible now. Whom they would have offered it before has not been converted, so that she who
did not want an operation is not asked again after every scan. A transplant has its own question
(`listing.asks_for_graft`).
Source: the cards `path_downstaging` and `series_embolisation_conversion`.
"""

from __future__ import annotations

from sim.clinic.board import Finding, first_row
from sim.clinic.casenotes import know_the_patient
from sim.clinic.patient import Case
from sim.clinic.protocols import Family
from sim.clinic.stages import FIRST_TREATMENT, Policy
from sim.jit import jit_inside
from sim.log import Event
from sim.steps import note


@jit_inside
def clearing_rows(case: Case) -> int:
    """The rows of the main table whose first offer takes out or ablates all that is seen, as bits."""
    table, bits = case.desk.main, 0
    for row in range(table.rows):
        if case.desk.protocols[table.offers[row, 0]].clears:
            bits |= 1 << row
    return bits


@jit_inside
def _has_been_shrunk(case: Case) -> bool:
    """Was the last course one that shrinks what it does not remove?"""
    c = case.course
    if c.treatment < 0:
        return False
    family = case.desk.protocols[c.treatment].family
    return bool(
        family == Family.EMBOLISATION.value
        or family == Family.RADIOEMBOLISATION.value
        or family == Family.SYSTEMIC.value
    )


@jit_inside
def asks_for_clearance(case: Case, now: int) -> bool:
    """Does a scan after a course show that all can now be taken out or ablated? Asked until it does, not again."""
    c, f = case.course, case.course.findings
    if c.curable or f[Finding.LIVER_METASTASES.value] != 1 or not _has_been_shrunk(case):
        return False
    know_the_patient(case, now)
    off = int(case.desk.policy[Policy.MAIN_OFF.value]) | int(case.desk.policy[Policy.MAIN_ABSENT.value])
    row, _ = first_row(case.desk.main, f, off)
    if row < 0 or not case.desk.protocols[case.desk.main.offers[row, 0]].clears:
        return False
    c.curable = 1
    note(case.plan, Event.CONVERTED.value, row, FIRST_TREATMENT + case.desk.main.offers[row, 0])
    return True
