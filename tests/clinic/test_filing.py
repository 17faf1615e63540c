"""Rows of patients who are gone are used again, and nobody notices."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim import jit, read_scenario
from sim.clinic.world import patient_table
from sim.engines import COMPILED
from sim.running import clinic_of, hospital_of, log_of

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


@pytest.mark.skipif(not jit.COMPILED, reason="rows are used again by the compiled engine only")
def test_the_log_and_the_patients_are_the_same_whether_rows_are_used_again_or_not():
    scenario = read_scenario(str(BASELINE), ("run.warm_up=30 days", "run.measured=4 years", "run.follow_up=180 days"))
    hospital, logs, tables = hospital_of(scenario), [], []
    for again in (False, True):
        clinic, arrivals, key = clinic_of(scenario, 0, again)
        logs.append(log_of(COMPILED, hospital, clinic, arrivals, key).digest())
        tables.append(patient_table(clinic.world))
    assert logs[0] == logs[1]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    desk = clinic.world.desk[0]
    assert 0 < desk.top_course < len(arrivals)
    assert 0 < desk.top_liver < int((clinic.world.traits.metastasis_at < 1 << 62).sum())
