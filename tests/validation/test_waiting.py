"""What waiting costs: by hand for one liver, and in a few patients by the whole command."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli import nelm
from sim.clinic.lesions import share_of
from sim.clinic.patient import Grade
from sim.errors import InputError
from sim.evidence import read_evidence
from sim.units import MONTH
from sim.validation.care import Care, scenario_of
from sim.validation.waiting import (
    FILLED,
    LOST,
    OUTGROWN,
    OUTGROWN_EVEN,
    OUTGROWN_HELD,
    TABLES,
    Livers,
    at_diagnosis,
    data,
    outgrown,
    page,
    said,
    tables,
    years_lost,
)

BASELINE = str(Path(__file__).parents[2] / "scenarios" / "baseline.yaml")
FEW = 300


@pytest.fixture(scope="module")
def values() -> dict[str, float]:
    ledger = read_evidence()
    return dict(zip(ledger.flat, ledger.known({}).tolist(), strict=True))


@pytest.fixture(scope="module")
def rows():
    return tables(BASELINE, FEW)


def cell(rows, what: str, after: int, grade: str = "G1"):
    (its,) = [row for row in rows if (row.what, row.grade, row.after) == (what, grade, after)]
    return its


def forty(cm: float, burden: float, per_month: float, values) -> Livers:
    """Forty patients with one lesion of a size each; growth as published, at the reference burden."""
    pace = per_month / MONTH / math.log(values["gompertz.capacity"] / values["gompertz.reference_burden"])
    share = share_of(cm, values["liver_volume_ml"])
    return Livers(np.full(40, pace), np.full(40, 0.4), np.full(40, burden), np.arange(40), np.full(40, share))


def test_a_lesion_passes_3_cm_when_the_law_of_growth_says_so(values):
    """2.9 cm to 3.0 cm is a tenth of the volume. From a load of a tenth, of which ln 9 is left, at 4 % per month:

    ln(0.9/b) falls from 2.197 to 2.197 - ln 1.107 = 2.095, which takes ln(2.197/2.095) x 2.197 / 0.04 = 2.6 months;
    under an analogue that leaves 0.4 of the growth 6.5.
    """
    its = outgrown(forty(2.9, 0.1, 0.04, values), "G2", values)
    assert [cell(its, OUTGROWN, after, "G2").value for after in (1, 3, 6, 12)] == [0, 1, 1, 1]
    assert [cell(its, OUTGROWN_HELD, after, "G2").value for after in (1, 3, 6, 12)] == [0, 0, 0, 1]


def test_a_liver_fills_when_the_law_of_growth_says_so(values):
    """ln(0.9/0.4) = 0.811 to ln(0.9/0.5) = 0.588 at 4 % per month: ln(0.811/0.588) x 2.197 / 0.04 = 17.7 months."""
    its = outgrown(forty(2.9, 0.4, 0.04, values), "G1", values)
    assert [cell(its, FILLED, after).value for after in (6, 12, 24)] == [0, 0, 1]


def test_lesions_outside_the_needles_range_and_loads_outside_the_table_are_not_counted(values):
    its = outgrown(forty(3.1, 0.02, 0.04, values), "G1", values)
    assert cell(its, OUTGROWN, 1).n == cell(its, FILLED, 6).n == 0
    assert math.isnan(cell(its, OUTGROWN, 1).value)


def test_lesions_of_one_patient_make_the_share_no_surer(values):
    one = forty(2.9, 0.1, 0.04, values)
    pace = one.pace * np.where(np.arange(40) % 2, 0.1, 1)
    alone = Livers(pace, one.held, one.burden, one.whose, one.share)
    tenfold = Livers(pace, one.held, one.burden, np.repeat(one.whose, 10), np.repeat(one.share, 10))
    a, b = (cell(outgrown(its, "G1", values), OUTGROWN, 3) for its in (alone, tenfold))
    assert (a.value, b.value) == (0.5, 0.5)
    assert a.high == pytest.approx(b.high)


def test_patients_are_looked_at_in_truth_and_before_any_treatment():
    livers = at_diagnosis(scenario_of(Care(BASELINE)), FEW)
    assert 30 < len(livers.pace) < FEW
    sums = np.bincount(livers.whose, weights=livers.share)
    assert sums == pytest.approx(livers.burden)


def test_faster_grades_outgrow_the_needle_sooner(rows):
    for what in (OUTGROWN, OUTGROWN_EVEN):
        shares = [cell(rows, what, 6, grade.name).value for grade in Grade]
        assert shares == sorted(shares)


def test_the_analogue_slows_what_waiting_costs(rows):
    for grade in ("G1", "G2", "NET_G3"):
        assert cell(rows, OUTGROWN_HELD, 12, grade).value < cell(rows, OUTGROWN, 12, grade).value


def test_with_few_lesions_of_every_size_the_model_gives_what_the_prototype_gave(rows):
    for grade in ("G1", "G2", "NET_G3", "NEC"):
        its = cell(rows, OUTGROWN_EVEN, 6, grade)
        prototype = float(its.prototype) / 100
        assert its.low - 0.15 <= prototype <= its.high + 0.15  # a hundred patients have an interval of their own


def test_a_carcinoma_is_offered_neither_analogue_nor_debulking(rows):
    assert not [row for row in rows if row.grade == "NEC" and row.what in (OUTGROWN_HELD, LOST)]


def test_a_delay_loses_nothing_where_tumours_neither_grow_nor_kill(monkeypatch):
    from sim.validation import waiting

    never = dict.fromkeys(["cancer_hazard.at_half_liver", "heart_death.rate"], "0.000000001 per year")
    deaths = ["debulking_mortality", "resection_mortality.minor", "resection_mortality.major", "embolisation_mortality"]
    deaths += ["tare_mortality", "carcinoid_crisis_outcome.mortality", "chemo_mortality", "targeted_mortality"]
    still = {f"evidence.{name}": value for name, value in (never | dict.fromkeys(deaths, 0)).items()}
    monkeypatch.setattr(waiting, "all_of", lambda grade: still)
    monkeypatch.setattr(waiting, "FEWEST", 2)
    lost = years_lost(BASELINE, Grade.G1, FEW)
    assert all(abs(row.value) < 1 for row in lost)


def test_the_page_and_the_lines_have_every_table_and_say_what_they_hold_for(rows):
    for text in (page(rows, "nelm waiting", FEW), " ".join(said(rows))):
        assert all(what[1:] in text for what in TABLES)
        assert "Orders of magnitude" in text


def test_what_can_not_be_said_is_null_in_the_data(values):
    its = data(outgrown(forty(3.1, 0.02, 0.04, values), "G1", values))
    assert its[0]["value"] is None


def test_the_command_draws_and_renews_the_page_between_its_marks(tmp_path):
    marked = tmp_path / "page.md"
    marked.write_text("before\n<!-- begin: nelm waiting -->\nold\n<!-- end: nelm waiting -->\nafter\n")
    picture = tmp_path / "waiting.png"
    done = CliRunner().invoke(
        nelm, ["waiting", BASELINE, "--patients", "100", "--page", str(marked), "--output", str(picture), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert picture.stat().st_size > 1000
    text = marked.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert json.loads(done.stdout)["patients"] == 100


def nowhere(folder, words):
    """What the command says to words that lead nowhere, and that it has written nothing."""
    before = sorted(folder.rglob("*"))
    said = CliRunner().invoke(nelm, ["waiting", BASELINE, "--patients", "100", *words]).exception
    assert isinstance(said, InputError)
    assert sorted(folder.rglob("*")) == before
    return str(said)


def test_a_page_without_marks_and_a_page_that_is_not_there_are_refused_and_left_alone(tmp_path):
    unmarked = tmp_path / "README.md"
    unmarked.write_text("# Mine\n")
    marks = "<!-- begin: nelm waiting --> and <!-- end: nelm waiting -->"
    expected = f"  expected: a page of the documentation with the lines {marks}"
    assert nowhere(tmp_path, ["--page", str(unmarked)]) == f"{unmarked}  --page\n  found:    no such lines\n{expected}"
    missing = tmp_path / "none.md"
    assert nowhere(tmp_path, ["--page", str(missing)]) == f"{missing}  --page\n  found:    no text file\n{expected}"
    assert unmarked.read_text() == "# Mine\n"


def test_a_picture_that_is_none_or_has_no_folder_is_refused(tmp_path):
    text, far = tmp_path / "w.txt", tmp_path / "far" / "w.png"
    assert nowhere(tmp_path, ["--output", str(text)]) == (
        f"--output\n  found:    '{text}'\n  expected: the name of a picture, ending in .png, .svg or .pdf"
    )
    assert "no such folder" in nowhere(tmp_path, ["--output", str(far)])
