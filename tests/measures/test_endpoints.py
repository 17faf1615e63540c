"""Recurrence, and survival from first symptom and from diagnosis, of patients typed by hand and worked out on paper."""

from __future__ import annotations

import math

import pytest

from sim.measures import endpoints
from sim.measures.bundle import Rows
from sim.measures.journeys import Journeys, People
from sim.measures.lives import lives

D = 1440
YEAR = 365.25
END = 2 * YEAR

CLEARED = {
    1: [(0, "cleared", "resection"), (200, "recurred", ""), (250, "cleared", "tace"), (400, "died", "cancer")],
    2: [(10, "cleared", "resection"), (310, "died", "other_cause")],
    3: [(20, "cleared", "ablation"), (END, "left", "horizon")],
    4: [(25, "progressed", ""), (30, "cleared", "resection"), (530, "progressed", ""), (END, "left", "horizon")],
    5: [(400, "cleared", "resection"), (410, "died", "cancer")],  # after the measured year
}
"""To the end of being free of disease: 200 back, 300 died, 710.5 still free, 500 back."""

SYMPTOMATIC = {
    1: [(-400, "arrived", ""), (10, "diagnosed", ""), (200, "died", "cancer")],
    2: [(0, "arrived", ""), (100, "diagnosed", ""), (500, "died", "cancer")],
    3: [(50, "arrived", ""), (250, "diagnosed", ""), (END, "left", "horizon")],
    4: [(20, "arrived", ""), (120, "died", "cancer")],
}
"""From symptom: 1 is seen from 410 to 600, 2 from 100 to 500, 3 from 200 to 680.5; 4 dies at 100 and is never seen."""


@pytest.fixture
def figures_of(log_of, patients_of, a_year):
    def find(patients, nelm=()):
        rows = [(round(day * D), who, event, "", 0, why) for who, its in patients.items() for day, event, why in its]
        people = patients_of({who: ("G1", who in nelm, -1) for who in patients})
        found = Rows()
        log = log_of(rows)
        journeys = Journeys(log, People.of(people), a_year)
        endpoints.endpoint_figures(found, lives(journeys), endpoints.cleared(journeys), a_year, log)
        kpis = found.frame(0)
        return {
            (kpi.removeprefix("outcome."), group): (value, note)
            for kpi, group, value, note in kpis[["kpi", "group", "value", "note"]].itertuples(index=False)
        }

    return find


def same(found, expected):
    assert {key: found[key][0] for key in expected} == pytest.approx(expected, nan_ok=True)


def test_recurrence_free_survival_ends_with_disease_seen_again_or_death_and_counts_a_patient_once(figures_of):
    expected = {
        ("rfs.patients", "all"): 4,
        ("rfs.y1", "all"): 2 / 4,
        ("rfs.y3", "all"): math.nan,
        ("rfs.median", "all"): 300 / YEAR,
        ("rfs.patients", "resection"): 3,
        ("rfs.y1", "resection"): 1 / 3,
        ("rfs.median", "resection"): 300 / YEAR,
        ("rfs.y1", "ablation"): 1,
    }
    same(figures_of(CLEARED), expected)


def test_who_has_died_first_can_have_no_recurrence(figures_of):
    found = figures_of(CLEARED)
    same(found, {("recurrence.y1", "all"): 1 / 4, ("recurrence.y1", "resection"): 1 / 3})
    assert found["recurrence.y5", "all"][1] == "follow-up is shorter"


def test_survival_from_first_symptom_counts_a_patient_from_her_diagnosis_on(figures_of, monkeypatch):
    monkeypatch.setattr(endpoints, "LEAST_AT_RISK", 1)
    # at 500 three are seen and one dies, at 600 two and one
    expected = {
        ("os_from_symptom.patients", "all"): 3,
        ("os_from_symptom.y1", "all"): 1,  # the one who died before was never seen
        ("os_from_symptom.y3", "all"): math.nan,
        ("os_from_symptom.median", "all"): 600 / YEAR,
    }
    same(figures_of(SYMPTOMATIC), expected)


def test_survival_from_first_symptom_of_all_counts_who_died_undiagnosed(figures_of):
    expected = {
        ("os_from_symptom_of_all.patients", "all"): 3,  # patient 1 came before the measured year
        ("os_from_symptom_of_all.y1", "all"): 2 / 3,
        ("os_from_symptom_of_all.median", "all"): 500 / YEAR,
        ("os_from_symptom_of_all.patients", "nelm"): 1,
        ("os_from_symptom_of_all.y1", "nelm"): 0,
    }
    same(figures_of(SYMPTOMATIC, nelm=[4]), expected)


def test_survival_from_diagnosis_starts_the_clock_there(figures_of):
    expected = {
        ("os_from_diagnosis.patients", "all"): 3,
        ("os_from_diagnosis.y1", "all"): 2 / 3,
        ("os_from_diagnosis.median", "all"): 400 / YEAR,
        ("os_from_diagnosis.y1", "nelm"): 0,
    }
    same(figures_of(SYMPTOMATIC, nelm=[1]), expected)


def test_where_too_few_are_seen_survival_from_first_symptom_is_not_told(figures_of):
    value, note = figures_of(SYMPTOMATIC)["os_from_symptom.y1", "all"]
    assert math.isnan(value)
    assert note == "fewer than 10 at risk until then"
    assert math.isnan(figures_of(SYMPTOMATIC)["os_from_symptom.median", "all"][0])
