"""What the case notes tell the board, besides what scans and biopsies have found.

`know_the_patient(case, now)` writes it into the findings: age, fitness, kidneys, bilirubin, bone marrow,
the months without growth and since radionuclides, and what bars a transplant.
"""

from __future__ import annotations

import math

from sim.clinic.board import Finding
from sim.clinic.disease import symptomatic
from sim.clinic.known import Known
from sim.clinic.patient import Case
from sim.clinic.radionuclides import filtration, months_since
from sim.jit import jit_inside
from sim.units import MONTH, YEAR


@jit_inside
def know_the_patient(case: Case, now: int) -> None:
    """What the board sees without a scan."""
    f, c, p = case.course.findings, case.course, case.traits
    f[Finding.ECOG.value] = c.ecog
    f[Finding.AGE_YEARS.value] = p.age + (now - p.arrived) / YEAR
    f[Finding.SITE.value] = p.site
    f[Finding.SYMPTOMS.value] = 1 if symptomatic(case) else 0
    f[Finding.HORMONE.value] = p.hormone if p.functioning else 0
    f[Finding.REFRACTORY.value] = 1 if symptomatic(case) and f[Finding.ANALOGUE.value] > 0 else 0
    f[Finding.KIDNEY_DISEASE.value] = p.kidney_disease
    f[Finding.EGFR_ML_MIN.value] = filtration(case, now)
    f[Finding.PRRT_MONTHS.value] = months_since(case, now)
    f[Finding.MARROW.value] = c.marrow
    f[Finding.BILIARY_PROCEDURE.value] = p.biliary
    failing = c.failed == 1 or c.declined == 1
    f[Finding.BILIRUBIN_UMOL_L.value] = p.bilirubin * (
        case.desk.known[Known.BILIRUBIN_FAILING_FACTOR.value] if failing else 1.0
    )
    f[Finding.TRANSPLANT_EXCLUSION.value] = p.exclusion
    f[Finding.HEART.value] = c.heart
    f[Finding.PAIN.value] = 1 if c.pain == 1 else 0
    f[Finding.OBSTRUCTION.value] = 1 if c.obstructed == 1 else 0
    since = max(c.nelm_minute, c.changed_at)
    f[Finding.STABLE_MONTHS.value] = (now - since) / MONTH if since >= 0 else math.nan
