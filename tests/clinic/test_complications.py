"""How grave complications are, what they leave, and the carcinoid crisis."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.patient import Hormone
from sim.clinic.protocols import Family, Treatment, protocols
from sim.evidence import read_evidence
from sim.log import Event
from sim.steps import NEVER

DAY = 1440
NO_CRISIS = {"carcinoid_crisis__covered": "0 %", "carcinoid_crisis__uncovered": "0 %"}


@pytest.fixture
def treated(patient_with, doors, care):
    """`treated(treatment, functioning, session, **evidence)`: minutes in hospital it costs, and what is told of it."""

    def make(treatment: Treatment, functioning: int = 0, session: int = 0, hormone: int = 1, **evidence):
        world = patient_with((share_of(3, 1600.0), 0, 1), (share_of(2, 1600.0), 1, 1), **evidence)
        world.traits[0].functioning, world.traits[0].hormone = functioning, hormone
        c = world.courses[0]
        c.treatment, c.courses_made, c.session = treatment, 1, session
        longer = int(doors.give(world, 0, 0))
        return longer, care.answer(world), world

    return make


@pytest.mark.parametrize(("severe", "days", "told"), [("0 %", "3 days", 0), ("100 %", "14 days", 1)])
def test_a_severe_complication_costs_more_days_than_a_minor_one(treated, severe, days, told):
    longer, asked, _ = treated(
        Treatment.MINOR_RESECTION, resection_morbidity_by_extent__minor="100 %", complication_severe__resection=severe,
        resection_complicated_stay__minor="3 days", resection_complicated_stay__severe="14 days", **NO_CRISIS,
    )  # fmt: skip
    assert longer == int(days.split()[0]) * DAY
    assert asked.events.count(Event.COMPLICATED) == 1
    assert asked.events.count(Event.SEVERE) == told


@pytest.mark.parametrize(("lasting", "ecog"), [("100 %", 1), ("0 %", 0)])
def test_a_severe_complication_may_leave_her_frailer_for_good(treated, lasting, ecog):
    _, asked, world = treated(
        Treatment.TACE, embolisation_morbidity="100 %", complication_lasting=lasting, embolisation_mortality="0 %"
    )
    assert world.courses[0].ecog == ecog
    assert (Event.WORSENED in asked.events) is (ecog == 1)


def test_those_with_a_severe_complication_are_some_of_those_with_any(world_of, doors, care):
    """A larger share of severe ones makes nobody well, and nobody ill who was well."""
    hit = []
    for share in ("20 %", "60 %"):
        world = world_of(60, ablation_morbidity="50 %", complication_severe__ablation=share, **NO_CRISIS)
        doors.begin_all(world, 0)
        told = np.zeros((60, 2), bool)
        for i in range(60):
            world.courses[i].treatment, world.courses[i].courses_made = Treatment.RADIOFREQUENCY, 1
            doors.give(world, i, 0)
            events = care.answer(world).events
            told[i] = Event.COMPLICATED in events, Event.SEVERE in events
        hit.append(told)
    assert (hit[0][:, 0] == hit[1][:, 0]).all()
    assert hit[0][:, 1].sum() < hit[1][:, 1].sum() < hit[1][:, 0].sum()
    assert not (hit[0][:, 1] & ~hit[1][:, 1]).any()


# ------------------------------------------------------------------ post-embolisation syndrome


@pytest.mark.parametrize(("share", "unwell"), [("100 %", 1), ("0 %", 0)])
@pytest.mark.parametrize("treatment", [Treatment.TAE, Treatment.TACE])
def test_closing_an_artery_makes_unwell_for_weeks_and_costs_no_further_day(treated, treatment, share, unwell):
    longer, asked, world = treated(treatment, embolisation_syndrome__share=share, embolisation_morbidity="0 %")
    assert longer == 0
    assert asked.events.count(Event.UNWELL) == unwell
    assert 14 * DAY <= world.known[Known.EMBOLISATION_SYNDROME_LASTS] <= 21 * DAY


def test_who_stays_the_night_after_embolisation_is_among_the_unwell(treated, doors, care):
    _, _, world = treated(Treatment.TAE, embolisation_syndrome__share="80 %", embolisation_overnight="50 %")
    nights, unwell = [], []
    for course in range(1, 30):
        world.courses[0].courses_made = course
        nights.append(bool(doors.second_minutes(world, 0) == world.known[Known.EMBOLISATION_STAY_NIGHT]))
        doors.give(world, 0, 0)
        unwell.append(Event.UNWELL in care.answer(world).events)
    assert 0 < sum(nights) < sum(unwell) < len(unwell)
    assert all(ill for ill, night in zip(unwell, nights, strict=True) if night)


# ------------------------------------------------------------------ carcinoid crisis


PROCEDURES = (
    Treatment.MINOR_RESECTION,
    Treatment.DEBULKING,
    Treatment.RADIOFREQUENCY,
    Treatment.TACE,
    Treatment.TRANSPLANT,
)
SURE = {"carcinoid_crisis__covered": "0 %", "carcinoid_crisis__uncovered": "100 %"}


@pytest.mark.parametrize("treatment", PROCEDURES)
@pytest.mark.parametrize(("cover", "crisis"), [("0 %", True), ("100 %", False)])
def test_a_functioning_tumour_that_is_handled_without_cover_may_cause_a_crisis(treated, treatment, cover, crisis):
    longer, asked, _ = treated(treatment, 1, octreotide_cover=cover, carcinoid_crisis_outcome__stay="3 days", **SURE)
    assert (Event.CRISIS in asked.events) is crisis
    assert longer >= (3 * DAY if crisis else 0)


@pytest.mark.parametrize(("treatment", "functioning"), [(Treatment.RADIOFREQUENCY, 0), (Treatment.TEMOZOLOMIDE, 1)])
def test_there_is_none_without_hormones_or_where_nothing_is_handled(treated, treatment, functioning):
    _, asked, _ = treated(treatment, functioning, octreotide_cover="0 %", **SURE)
    assert Event.CRISIS not in asked.events


@pytest.mark.parametrize("hormone", [Hormone.INSULIN, Hormone.GASTRIN, Hormone.GLUCAGON, Hormone.VIP])
def test_a_carcinoid_crisis_is_one_of_serotonin(treated, hormone):
    _, asked, _ = treated(Treatment.MICROWAVE, 1, hormone=hormone, octreotide_cover="0 %", **SURE)
    assert Event.CRISIS not in asked.events


@pytest.mark.parametrize(("mortality", "dies"), [("100 %", True), ("0 %", False)])
def test_some_die_of_a_crisis_in_theatre(treated, mortality, dies):
    _, _, world = treated(
        Treatment.RADIOFREQUENCY, 1, octreotide_cover="0 %", carcinoid_crisis_outcome__mortality=mortality, **SURE
    )
    assert world.courses[0].procedure_death_at == (1 if dies else NEVER)


def test_every_procedure_on_the_liver_may_set_hormones_free_and_no_drug_does():
    given = protocols(read_evidence().known({}))
    for treatment in Treatment:
        drug = given[treatment].family in (Family.SYSTEMIC, Family.NONE, Family.PRIMARY, Family.PALLIATIVE)
        assert given[treatment].releases == (0 if drug else 1), treatment.name
