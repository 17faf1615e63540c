"""Who has shrunk under treatment is brought back to the board where more has become possible."""

from __future__ import annotations

import pytest

from sim.clinic.lesions import share_of
from sim.clinic.protocols import Treatment
from sim.clinic.stages import FIRST_TREATMENT, Stage
from sim.log import Event

CALM = {"measurement_error": 0.0, "liver_volume_ml": 1600, "ablation_unsuitable_site": "0 %", "ablation_limit_cm": 3.0}
FIT = {
    "extrahepatic": "absent", "differentiation": "well", "ki67_pct": 5, "receptors": "positive", "analogue": "present",
}  # fmt: skip


@pytest.fixture
def scanned(patient_with, care):
    """`scanned(cm, treatment, curable)`: one metastasis of this size at the scan after a course of a treatment."""

    def make(cm: float, treatment: Treatment = Treatment.TACE, curable: int = 0, **findings):
        world = patient_with((share_of(cm, 1600.0), 0, 1), (share_of(cm, 1600.0), 1, 1), **CALM)
        c = world.courses[0]
        c.had_disease, c.nadir_cm, c.ecog, c.treatment, c.curable = 1, 2 * cm, 2, treatment, curable
        world.traits[0].ecog = 2
        care.with_findings(world, **FIT | findings)
        return care.step(world, Stage.ASSESSED), c

    return make


@pytest.mark.parametrize(
    "treatment", [Treatment.TAE, Treatment.TACE, Treatment.TARE, Treatment.PRRT, Treatment.PLATINUM]
)
def test_metastases_that_have_shrunk_to_what_a_needle_can_destroy_bring_her_back(scanned, treatment):
    asked, c = scanned(2.9, treatment)
    assert asked.then == Stage.DISCUSSED
    assert next(note for note in asked.notes if note[0] == Event.CONVERTED)[2] >= FIRST_TREATMENT
    assert c.curable == 1


def test_a_tenth_of_a_centimetre_too_much_does_not(scanned):
    asked, c = scanned(3.1)
    assert asked.then == Stage.SURVEILLANCE_DUE
    assert (Event.CONVERTED in asked.events, c.curable) == (False, 0)


@pytest.mark.parametrize(
    ("treatment", "curable"),
    [(Treatment.TACE, 1), (Treatment.SURVEILLANCE, 0), (Treatment.MINOR_RESECTION, 0)],
)
def test_nobody_is_asked_again_what_was_possible_before_or_after_what_shrinks_nothing(scanned, treatment, curable):
    asked, _ = scanned(2.9, treatment, curable)
    assert asked.then == Stage.SURVEILLANCE_DUE


def test_disease_outside_the_liver_keeps_her_from_being_converted(scanned):
    asked, _ = scanned(2.9, extrahepatic="present")
    assert asked.then == Stage.SURVEILLANCE_DUE


def test_the_board_notes_whether_all_could_have_been_removed(patient_with, care):
    for cm, curable in ((2.9, 1), (6.0, 0)):
        world = patient_with((share_of(cm, 1600.0), 0, 1), board_deferral="0 %", **CALM)
        care.with_findings(
            world, liver_metastases="present", lesions=1, largest_cm=cm, not_ablatable=int(cm > 3), **FIT
        )
        world.courses[0].had_disease = 1
        care.step(world, Stage.DISCUSSED)
        assert world.courses[0].curable == curable
