"""Time with symptoms, of two patients typed by hand."""

from __future__ import annotations

import math

import pytest

from sim.measures.bundle import Rows
from sim.measures.journeys import Journeys, People
from sim.measures.lives import lives
from sim.measures.symptoms import spells, symptom_figures

D = 1440
YEAR = 365.25
SEEN = round(65.25 * D)

ROWS = [
    # metastases from the start, seen at 65.25; symptoms to 100 and again from 300; frail from 265.25
    (-100, 1, "arrived", 0, ""),
    (-50, 1, "symptomatic", 1, ""),
    (50, 1, "worsened", 1, ""),
    (100, 1, "symptomatic", 0, ""),
    (265.25, 1, "worsened", 2, ""),
    (300, 1, "symptomatic", 1, ""),
    (310, 1, "worsened", 3, ""),
    (400, 1, "died", 0, "cancer"),
    # metastases from 200, which nobody sees; frail from the start; symptoms before there were any, of no account here
    (10, 2, "arrived", 0, ""),
    (20, 2, "symptomatic", 1, ""),
    (150, 2, "symptomatic", 0, ""),
    (200, 2, "metastasised", 0, ""),
    (2 * YEAR, 2, "left", 0, "horizon"),
]


@pytest.fixture
def figures_of(log_of, patients_of, a_year):
    def find(rows, seen=(SEEN, -1), **columns):
        log = log_of([(round(day * D), who, event, "", value, why) for day, who, event, value, why in rows])
        people = patients_of({1: ("G2", seen[0] >= 0, seen[0]), 2: ("G1", False, seen[1])}).assign(**columns)
        found = Rows()
        journeys = Journeys(log, People.of(people), a_year)
        times, told = spells(journeys)
        symptom_figures(found, lives(journeys), times, {"symptomatic": told, "frail": "ecog" in people}, a_year)
        kpis = found.frame(0).assign(kpi=lambda its: its["kpi"].str.removeprefix("outcome."))
        return kpis.set_index(["kpi", "group"])

    return find


def test_time_with_symptoms_is_that_of_the_measured_year_since_there_were_metastases(figures_of):
    found = figures_of(ROWS, ecog=[0, 2])["value"].to_dict()
    own, other = 365.25, 165.25
    assert found == pytest.approx(
        {
            ("with_nelm.patient_years", "all"): (own + other) / YEAR,
            ("symptomatic.share", "all"): (100 + 65.25) / (own + other),
            ("symptomatic.patient_years", "all"): (100 + 65.25) / YEAR,
            ("frail.share", "all"): (100 + other) / (own + other),
            ("frail.patient_years", "all"): (100 + other) / YEAR,
            ("with_nelm.patient_years", "seen"): 300 / YEAR,
            ("symptomatic.share", "seen"): 100 / 300,
            ("symptomatic.patient_years", "seen"): 100 / YEAR,
            ("frail.share", "seen"): 100 / 300,
            ("frail.patient_years", "seen"): 100 / YEAR,
        }
    )


def test_what_no_row_and_no_column_tells_is_not_known_rather_than_nothing(figures_of):
    found = figures_of([row for row in ROWS if row[2] != "symptomatic"])
    assert math.isnan(found.loc[("symptomatic.share", "all"), "value"])
    assert found.loc[("symptomatic.share", "all"), "note"] == "the log has no row on hormonal symptoms"
    assert found.loc[("frail.share", "seen"), "note"] == "the patient table has no performance status"
    assert found.loc[("with_nelm.patient_years", "seen"), "value"] == pytest.approx(300 / YEAR)


def test_where_nobody_has_metastases_there_is_no_share(figures_of):
    found = figures_of([row for row in ROWS if row[1] == 2 and row[2] != "metastasised"], seen=(-1, -1), ecog=[0, 2])
    assert found.loc[("with_nelm.patient_years", "all"), "value"] == 0
    assert found.loc[("frail.share", "all"), "note"] == "nobody had liver metastases"
