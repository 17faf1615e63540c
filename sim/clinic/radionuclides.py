"""What radionuclides leave behind: bone marrow that may fail years later, kidneys that lose filtration.

    note_course(case, now)      a course has begun: the clocks of marrow and kidneys
    filtration(case, now)       what the kidneys filter [mL/min]
    months_since(case, now)     since the last course began; NaN where there was none

What they may do to a liver that has been irradiated from within stands with radioembolisation, see
`radioembolisation.note_radionuclides`. Source: the cards of the topic `prrt`.
"""

from __future__ import annotations

import math

from sim.clinic.known import Known
from sim.clinic.patient import Ask, Case, later
from sim.draws import lognormal, uniform
from sim.jit import jit_inside
from sim.units import MONTH


@jit_inside
def note_course(case: Case, now: int) -> None:
    """A course has begun. Each brings its own chance that the marrow fails, years later."""
    key, known, c = case.key, case.desk.known, case.course
    c.prrt_at = now
    if c.kidneys_from < 0:
        c.kidneys_from = now
    fails = uniform(key, case.i, Ask.MARROW.value, c.courses_made) < known[Known.PRRT_TOXICITY.value]
    if fails and c.marrow == 0:
        median, sigma = known[Known.PRRT_MARROW_TIME_MEDIAN.value], known[Known.PRRT_MARROW_TIME_SIGMA.value]
        begins = later(now, lognormal(key, case.i, Ask.MARROW_TIME.value, c.courses_made, median, sigma))
        c.marrow_at = min(c.marrow_at, begins)


@jit_inside
def filtration(case: Case, now: int) -> float:
    """What the kidneys filter [mL/min]: less each year from the first course on."""
    c = case.course
    if c.kidneys_from < 0:
        return float(case.traits.egfr)
    loss = case.desk.known[Known.PRRT_KIDNEY_LOSS.value] * (now - c.kidneys_from)
    return float(case.traits.egfr * math.exp(-loss))


@jit_inside
def months_since(case: Case, now: int) -> float:
    """Months since the last course began; NaN where there was none."""
    return (now - case.course.prrt_at) / MONTH if case.course.prrt_at >= 0 else math.nan
