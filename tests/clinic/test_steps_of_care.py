"""Single steps of care: what each asks for next, given how the patient is."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.clinic.alarms import ring
from sim.clinic.board import ATTRIBUTES, Finding
from sim.clinic.boardfile import read_board
from sim.clinic.disease import Alarm
from sim.clinic.known import Known
from sim.clinic.lesions import share_of
from sim.clinic.pathway import advance
from sim.clinic.patient import Grade, Phase
from sim.clinic.protocols import Role, Treatment
from sim.clinic.stages import FIRST_MAIN_ROW, FIRST_TREATMENT, Policy, Stage
from sim.log import Event
from sim.steps import NEVER, Kind, Ring

DAY, YEAR = 1440, 525_960
CERTAIN = {"board_deferral": "0 %", "board_adherence": "100 %", "measurement_error": 0.0, "liver_volume_ml": 1600}
BLIND = {"detection_ct__ceiling": "0 %", "detection_mri__ceiling": "0 %"}


def cm(size: float) -> float:
    return share_of(size, 1600.0)


def answer(world) -> SimpleNamespace:
    """What stands in the plan."""
    reply = world.plan.reply[0]
    orders = [
        (Kind(int(order.kind)), int(order.resource), int(order.minutes))
        for order in world.plan.orders[: reply.orders]
        if not order.standing
    ]
    notes = [(Event(int(row.event)), int(row.value), int(row.why)) for row in world.plan.notes[: reply.notes]]
    follows = Stage(int(reply.then)) if reply.then >= 0 else None
    return SimpleNamespace(
        then=follows,
        orders=orders,
        notes=notes,
        events=[note[0] for note in notes],
        ring=Ring(int(reply.ring)),
        over=bool(reply.over),
    )


def step(world, stage: Stage, now: int = 1000) -> SimpleNamespace:
    """Run a step at a minute; gives what it asks for."""
    world.courses[0].anchor = max(world.courses[0].anchor, 0)
    advance(world, 0, stage.value, now)
    return answer(world)


def rings(world, kind: Alarm, now: int = 1000) -> SimpleNamespace:
    """Let the disease do this; gives what it means for the journey."""
    world.courses[0].alarm_kind, world.courses[0].alarm_at = kind, now
    ring(world, 0, now)
    return answer(world)


def row_called(name: str) -> int:
    return read_board().row_names("main").index(name)


def with_findings(world, **values) -> None:
    """What has been observed so far, by name."""
    for name, value in values.items():
        levels = ATTRIBUTES[name].levels
        world.findings[0, list(ATTRIBUTES).index(name)] = levels.index(value) if levels else value


LARGE_BURDEN = {
    "liver_metastases": "present", "pattern": "type_3", "lesions": 25, "largest_cm": 8, "liver_burden_pct": 40,
    "extrahepatic": "absent", "differentiation": "well", "ki67_pct": 2, "receptors": "positive", "analogue": "present",
    "tare_had": 9,
}  # fmt: skip


# ------------------------------------------------------------------ the way in


@pytest.mark.parametrize(("burden", "at_once"), [(0.05, False), (0.5, True)])
def test_who_comes_as_an_emergency_is_referred_at_once(patient_with, burden, at_once):
    asked = step(patient_with((burden, 0, 0)), Stage.PRESENTED)
    (kind, _, minutes) = asked.orders[0]
    assert (kind, asked.then) == (Kind.WAIT, Stage.REFERRED)
    assert (minutes == 0) is at_once


@pytest.mark.parametrize(("told", "lists"), [(0, [Role.CT]), (1, [Role.CT, Role.MRI])])
def test_everybody_has_a_ct_and_mri_is_for_those_told(patient_with, told, lists):
    world = patient_with((0.05, 0, 0))
    world.traits[0].mri_told = told
    asked = step(world, Stage.REFERRED)
    assert [resource for _, resource, _ in asked.orders] == lists
    assert (asked.then, asked.events) == (Stage.IMAGED, [Event.REFERRED])


@pytest.mark.parametrize(("failure", "follows"), [("0 %", Stage.DISCUSSED), ("100 %", Stage.SAMPLED)])
def test_a_biopsy_that_shows_nothing_is_repeated(patient_with, failure, follows):
    world = patient_with((0.05, 0, 0), biopsy_failure=failure)
    asked = step(world, Stage.RESULTS_IN)
    assert asked.then == follows
    assert (Event.DIAGNOSED in asked.events) == (follows == Stage.DISCUSSED)
    assert world.courses[0].diagnosed_at == (1000 if follows == Stage.DISCUSSED else -1)


@pytest.mark.parametrize("share", ["100 %", "0 %"])
def test_visits_that_mislead_divide_the_delay_and_do_not_prolong_it(patient_with, share):
    world = patient_with((0.05, 0, 0), misdiagnosis__share=share)
    p = world.traits[0]
    p.arrived, p.delay, p.by_chance, now, stage, numbers = 0, 400 * DAY, 0, 0, Stage.FIRST_SYMPTOM, []
    while stage != Stage.PRESENTED:
        asked = step(world, stage, now)
        numbers += [value for event, value, _ in asked.notes if event == Event.MISLED]
        now, stage = now + asked.orders[0][2], asked.then
        if stage == Stage.MISLED:
            assert now >= 200 * DAY  # half of the delay goes by before the first visit
    assert now == 400 * DAY
    assert numbers == list(range(1, len(numbers) + 1))
    assert (len(numbers) > 0) is (share == "100 %")


def test_who_is_found_by_chance_is_seen_at_once(patient_with):
    world = patient_with((0.05, 0, 0), misdiagnosis__share="100 %")
    world.traits[0].by_chance, world.traits[0].delay = 1, 0
    asked = step(world, Stage.FIRST_SYMPTOM, 0)
    assert (asked.then, asked.orders) == (Stage.PRESENTED, [(Kind.WAIT, -1, 0)])
    assert Event.BY_CHANCE in asked.events


@pytest.mark.parametrize(("known", "lists"), [("100 %", [Role.PET]), ("0 %", [Role.PET, Role.BIOPSY])])
def test_known_histology_spares_the_biopsy(patient_with, known, lists):
    sites = ("small_intestine", "pancreas", "other", "unknown")
    world = patient_with((0.05, 0, 0), **{f"histology_before__{site}": known for site in sites}, biopsy_failure="100 %")
    step(world, Stage.REFERRED)
    asked = step(world, Stage.IMAGING_READ, 2000)
    assert [resource for _, resource, _ in asked.orders] == lists
    step(world, Stage.SAMPLED, 3000)
    assert step(world, Stage.RESULTS_IN, 4000).then == (Stage.DISCUSSED if known == "100 %" else Stage.SAMPLED)
    assert world.courses[0].biopsies == (0 if known == "100 %" else 1)


@pytest.mark.parametrize(("receptors", "changed"), [(1, 1), (0, 0)])
def test_receptor_imaging_changes_the_plan_where_another_row_fits(patient_with, receptors, changed):
    """Nothing else is new: with receptors an analogue will do, without it is as it was."""
    world = patient_with((0.05, 0, 0), biopsy_failure="0 %", detection_ct__ceiling="100 %", detection_ct__half_cm=0.1)
    world.traits[0].receptors, world.traits[0].grade, world.traits[0].ki67 = receptors, Grade.G1, 1.0
    step(world, Stage.IMAGING_READ, 2000)
    asked = step(world, Stage.RESULTS_IN, 4000)
    assert [value for event, value, _ in asked.notes if event == Event.MANAGEMENT_CHANGED] == [changed]


@pytest.mark.parametrize(("heart", "ecog", "sent"), [(1, 1, True), (1, 3, False), (0, 1, False), (2, 1, False)])
def test_a_diseased_heart_is_sent_to_be_put_right_if_she_is_fit_for_it(patient_with, heart, ecog, sent):
    world = patient_with((0.05, 0, 1), **CERTAIN)
    with_findings(world, **LARGE_BURDEN)
    world.courses[0].heart, world.courses[0].ecog = heart, ecog
    step(world, Stage.DISCUSSED)
    assert bool(1000 < world.courses[0].valve_at < NEVER) is sent
    assert world.findings[0, Finding.HEART] == heart


@pytest.mark.parametrize(
    ("kind", "finding"), [(Alarm.BONE_PAIN, Finding.BONE), (Alarm.OBSTRUCTION, Finding.PERITONEUM)]
)
def test_spread_that_is_felt_is_found_and_brings_her_back(patient_with, kind, finding):
    world = patient_with((0.05, 0, 1))
    world.courses[0].presented, world.courses[0].phase = 1, Phase.SURVEILLANCE
    assert rings(world, kind).then == Stage.SYMPTOM_VISIT
    assert (world.findings[0, finding], world.findings[0, Finding.EXTRAHEPATIC]) == (1, 1)
    early = patient_with((0.05, 0, 1))
    assert rings(early, kind).then == Stage.PRESENTED


# ------------------------------------------------------------------ the board


def test_a_case_is_put_off_once_and_then_decided(patient_with):
    world = patient_with((0.05, 0, 1), **CERTAIN | {"board_deferral": "100 %"})
    with_findings(world, **LARGE_BURDEN)
    first = step(world, Stage.DISCUSSED)
    assert (first.events, first.then, first.orders[0][1]) == ([Event.DEFERRED], Stage.DISCUSSED, Role.BOARD)
    second = step(world, Stage.DISCUSSED, 1000 + 7 * DAY)
    assert Event.DECIDED in second.events


def test_the_row_decided_on_is_logged_with_all_that_fitted(patient_with):
    world = patient_with((0.05, 0, 1), **CERTAIN)
    with_findings(world, **LARGE_BURDEN)
    asked = step(world, Stage.DISCUSSED)
    row = row_called("embolisation_large_burden")
    _, (_, fitting, why) = [note for note in asked.notes if note[0] == Event.DECIDED]
    assert why == FIRST_MAIN_ROW + row
    assert fitting == 1 << row | 1 << row_called("watched")
    assert asked.then == Stage.ARRANGED


def test_who_does_not_follow_the_board_gets_the_next_row_that_fits(patient_with):
    world = patient_with((0.05, 0, 1), **CERTAIN | {"board_adherence": "0 %"})
    with_findings(world, **LARGE_BURDEN)
    asked = step(world, Stage.DISCUSSED)
    assert asked.events == [Event.STAGED, Event.DECIDED, Event.REFUSED, Event.DECIDED]
    assert asked.notes[2][2] in (FIRST_TREATMENT + Treatment.TAE, FIRST_TREATMENT + Treatment.TACE)
    assert asked.notes[3][2] == FIRST_MAIN_ROW + row_called("watched")
    assert asked.then == Stage.SURVEILLANCE_DUE


@pytest.mark.parametrize(
    ("tae_share", "kidneys", "barred", "given"),
    [
        (1.0, 0, "100 %", Treatment.TAE),
        (0.0, 0, "100 %", Treatment.TACE),
        (0.0, 1, "100 %", Treatment.TAE),
        (0.0, 1, "0 %", Treatment.TACE),
    ],
)
def test_between_equals_the_policy_decides_unless_the_kidneys_do(patient_with, tae_share, kidneys, barred, given):
    world = patient_with((0.05, 0, 1), **CERTAIN, tace_barred_by_kidney=barred)
    with_findings(world, **LARGE_BURDEN)
    world.protocols[Treatment.TAE].preference = tae_share
    world.protocols[Treatment.TACE].preference = 1 - tae_share
    world.traits[0].kidney_disease = kidneys
    step(world, Stage.DISCUSSED)
    assert world.courses[0].treatment == given


def test_a_row_that_the_scenario_switches_off_is_passed_over(patient_with):
    world = patient_with((0.05, 0, 1), **CERTAIN)
    with_findings(world, **LARGE_BURDEN)
    world.policy[Policy.MAIN_OFF] = 1 << row_called("embolisation_large_burden")
    asked = step(world, Stage.DISCUSSED)
    assert asked.notes[-1][2] == FIRST_MAIN_ROW + row_called("watched")


# ------------------------------------------------------------------ treatment


@pytest.mark.parametrize("treatment", [Treatment.MINOR_RESECTION, Treatment.RESECTION_WITH_ABLATION])
def test_spread_found_at_exploration_ends_the_operation_and_is_known_from_then_on(patient_with, treatment):
    world = patient_with((cm(3), 0, 1), **CERTAIN)
    c = world.courses[0]
    c.treatment, c.extrahepatic, c.phase = treatment, 1, Phase.WAITING
    asked = step(world, Stage.SESSION_OVER)
    assert asked.notes == [(Event.LOST, 0, FIRST_TREATMENT + treatment)]
    assert asked.then == Stage.SCANNED
    assert world.findings[0, Finding.EXTRAHEPATIC] == 1
    assert c.burden == pytest.approx(cm(3), rel=1e-3)
    assert (c.visit, c.treatment) == (1, -1)


def test_after_a_resection_she_goes_to_intensive_care_and_keeps_the_bed(patient_with):
    certain = CERTAIN | {"resection_morbidity_by_extent__minor": "0 %", "resection_icu": "1 day"}
    world = patient_with((cm(3), 0, 1), **certain)
    world.courses[0].treatment, world.findings[0, Finding.PRIMARY] = Treatment.MINOR_RESECTION, 1
    asked = step(world, Stage.SESSION_OVER)
    assert asked.orders == [(Kind.PLACE, Role.ICU, DAY)]
    assert world.plan.orders[0].keep == 1
    assert asked.events == [Event.TREATED, Event.CLEARED]


@pytest.mark.parametrize(("ecog", "follows"), [(0, Stage.SESSION_OVER), (4, Stage.SCANNED)])
def test_who_has_become_too_frail_does_not_get_the_next_session(patient_with, ecog, follows):
    world = patient_with((cm(3), 0, 1), **CERTAIN)
    world.courses[0].treatment, world.courses[0].session, world.courses[0].ecog = Treatment.PRRT, 1, ecog
    asked = step(world, Stage.NEXT_SESSION)
    assert asked.then == follows
    assert (Event.LOST in asked.events) == (follows == Stage.SCANNED)


@pytest.mark.parametrize(
    ("session", "follows", "completed"), [(0, Stage.NEXT_SESSION, 0), (3, Stage.SURVEILLANCE_DUE, 1)]
)
def test_a_course_of_four_cycles_goes_on_until_the_fourth(patient_with, session, follows, completed):
    world = patient_with((cm(3), 0, 1), prrt_schedule__cycles=4, prrt_schedule__interval="8 weeks")
    world.courses[0].treatment, world.courses[0].session = Treatment.PRRT, session
    asked = step(world, Stage.RECOVERED)
    assert asked.then == follows
    assert asked.events.count(Event.COMPLETED) == completed
    if not completed:
        assert asked.orders == [(Kind.WAIT, -1, 8 * 7 * DAY)]


@pytest.mark.parametrize(
    ("interval", "session", "scanned"), [("16 weeks", 1, True), ("16 weeks", 0, False), ("8 weeks", 0, True)]
)
def test_a_scan_is_done_between_two_cycles_once_its_interval_is_over(patient_with, interval, session, scanned):
    world = patient_with((cm(3), 0, 1), prrt_schedule__interval="8 weeks", response_scan__net=interval)
    world.traits[0].kidney_disease = 0
    world.courses[0].treatment, world.courses[0].session = Treatment.PRRT, session
    asked = step(world, Stage.RECOVERED)
    assert asked.then == (Stage.RESPONSE_READ if scanned else Stage.NEXT_SESSION)
    assert (Kind.WAIT, -1, 8 * 7 * DAY) in asked.orders
    assert [role for kind, role, _ in asked.orders if kind == Kind.LIST] == ([Role.CT] if scanned else [])


@pytest.mark.parametrize(("interval", "weeks"), [("16 weeks", 8), ("24 weeks", None)])
def test_the_last_cycle_is_followed_by_a_scan_as_the_others_were(patient_with, interval, weeks):
    world = patient_with(
        (cm(3), 0, 1), prrt_schedule__cycles=4, prrt_schedule__interval="8 weeks", response_scan__net=interval
    )
    world.courses[0].treatment, world.courses[0].session = Treatment.PRRT, 3
    asked = step(world, Stage.RECOVERED)
    usual = round(world.known[Known.SURVEILLANCE_AFTER_TREATMENT])
    assert asked.orders == [(Kind.WAIT, -1, usual if weeks is None else weeks * 7 * DAY)]


@pytest.mark.parametrize(("treatment", "cycles"), [(Treatment.PLATINUM, 3), (Treatment.TEMOZOLOMIDE, 3)])
def test_carcinomas_are_scanned_sooner_under_platinum_than_others_under_their_drugs(patient_with, treatment, cycles):
    given = patient_with((cm(3), 0, 1)).desk.protocols[0][treatment]
    assert given.scanned_every == cycles
    assert given.spacing * cycles == (63 if treatment == Treatment.PLATINUM else 84) * DAY


@pytest.mark.parametrize(("smallest", "stops"), [(3.0, False), (2.0, True)])
def test_what_grows_in_spite_of_a_course_is_treated_with_it_no_longer(patient_with, smallest, stops):
    world = patient_with((cm(3), 0, 1), **CERTAIN)
    c = world.courses[0]
    c.treatment, c.session, c.nadir_cm = Treatment.PRRT, 2, smallest
    asked = step(world, Stage.RESPONSE_READ)
    assert asked.then == (Stage.DISCUSSED if stops else Stage.SESSION_OVER)
    assert asked.events[-2:] == ([Event.PROGRESSED, Event.LOST] if stops else asked.events[-2:])
    assert (Event.LOST in asked.events) is stops
    assert (c.treatment, world.findings[0, Finding.PROGRESSING]) == ((-1, 1) if stops else (Treatment.PRRT, 0))


def test_growth_under_a_course_is_measured_from_its_beginning(patient_with):
    world = patient_with((cm(3), 0, 1), **CERTAIN)
    c = world.courses[0]
    c.treatment, c.nadir_cm = Treatment.PRRT, 1.5
    for session, smallest in ((1, 1.5), (0, 3.0)):
        c.session = session
        step(world, Stage.SESSION_OVER)
        assert c.nadir_cm == pytest.approx(smallest, rel=0.01)


# ------------------------------------------------------------------ surveillance


@pytest.mark.parametrize(
    ("had_disease", "carcinoma", "ki67", "interval"),
    [
        (1, 0, 2.9, Known.SURVEILLANCE_INTERVAL_G1),
        (1, 0, 3.0, Known.SURVEILLANCE_INTERVAL_G2),
        (1, 0, 20.0, Known.SURVEILLANCE_INTERVAL_G2),
        (1, 0, 20.1, Known.SURVEILLANCE_INTERVAL_G3),
        (1, 1, 20.0, Known.SURVEILLANCE_INTERVAL_G3),
        (0, 1, 60.0, Known.SURVEILLANCE_INTERVAL_NO_LIVER_METASTASES),
    ],
)
def test_scans_are_as_far_apart_as_the_grade_that_was_read_allows(patient_with, had_disease, carcinoma, ki67, interval):
    world = patient_with((cm(3), 0, 1))
    world.traits[0].grade, world.courses[0].had_disease = Grade.NEC if ki67 < 3 else Grade.G1, had_disease
    world.findings[0, Finding.KI67_PCT], world.findings[0, Finding.DIFFERENTIATION] = ki67, carcinoma
    asked = step(world, Stage.PRIMARY_OPERATED)
    assert asked.orders == [(Kind.WAIT, -1, world.known[interval])]
    assert world.courses[0].phase == Phase.SURVEILLANCE


@pytest.mark.parametrize(("had_disease", "years", "discharged"), [(0, 11, True), (0, 9, False), (1, 11, False)])
def test_whose_liver_stays_free_is_discharged_in_the_end(patient_with, had_disease, years, discharged):
    world = patient_with((cm(0.1), 0, 0), surveillance_years_light="10 years")
    world.courses[0].had_disease, world.courses[0].diagnosed_at = had_disease, 0
    asked = step(world, Stage.SURVEILLANCE_DUE, years * YEAR)
    assert asked.over is discharged
    assert (asked.then == Stage.SCANNED) is not discharged


@pytest.mark.parametrize(("visit", "follows"), [(0, Stage.SURVEILLANCE_DUE), (1, Stage.DISCUSSED)])
def test_a_scan_without_news_leads_back_to_surveillance_unless_symptoms_brought_her(patient_with, visit, follows):
    world = patient_with((cm(3), 0, 1), **CERTAIN, **BLIND)
    c = world.courses[0]
    c.had_disease, c.nadir_cm, c.visit = 1, 3.0, visit
    asked = step(world, Stage.ASSESSED)
    assert (asked.then, asked.events) == (follows, [Event.SIZED, Event.MEASURED, Event.MARKER])
    assert c.visit == 0


@pytest.mark.parametrize(
    ("clear", "had_disease", "event", "follows"),
    [
        (1, 1, Event.RECURRED, Stage.DISCUSSED),
        (0, 1, Event.PROGRESSED, Stage.DISCUSSED),
        (0, 0, Event.PROGRESSED, Stage.RESTAGED),  # the liver is newly involved: a receptor PET first
    ],
)
def test_news_on_a_scan_is_a_recurrence_if_everything_had_been_removed(
    patient_with, clear, had_disease, event, follows
):
    world = patient_with((cm(3), 0, 1), **CERTAIN, **BLIND)
    c = world.courses[0]
    c.had_disease, c.clear, c.nadir_cm = had_disease, clear, 1.0
    asked = step(world, Stage.ASSESSED)
    assert (asked.events, asked.then) == ([Event.SIZED, Event.MEASURED, Event.MARKER, event], follows)
    assert c.clear == 0
    assert world.findings[0, Finding.PROGRESSING] == 1


# ------------------------------------------------------------------ alarms


@pytest.mark.parametrize(
    ("kind", "phase", "redirected"),
    [
        (Alarm.FAILING, Phase.SURVEILLANCE, True),
        (Alarm.FAILING, Phase.WAITING, True),
        (Alarm.FAILING, Phase.UNDER_TREATMENT, False),
        (Alarm.FAILING, Phase.SUPPORTIVE, False),
        (Alarm.SPREAD, Phase.SURVEILLANCE, False),
        (Alarm.NEW_LESION, Phase.SURVEILLANCE, False),
        (Alarm.DEDIFFERENTIATION, Phase.SURVEILLANCE, False),
    ],
)
def test_what_the_patient_does_not_feel_stays_silent(patient_with, kind, phase, redirected):
    world = patient_with((0.05, 0, 1))
    world.courses[0].phase = phase
    rung = rings(world, kind)
    assert rung.ring == (Ring.REDIRECT if redirected else Ring.SILENT)
    assert rung.then == (Stage.SYMPTOM_VISIT if redirected else None)


@pytest.mark.parametrize(
    ("treatment", "ecog", "lost"),
    [
        (Treatment.MINOR_RESECTION, 1, True),  # becomes 2: too frail for the surgeon
        (Treatment.MINOR_RESECTION, 0, False),
        (Treatment.TACE, 1, False),  # 2 will do
        (Treatment.TACE, 2, True),
        (Treatment.PRIMARY_SURGERY, 2, False),
    ],
)
def test_who_becomes_too_frail_while_waiting_has_lost_what_was_planned(patient_with, treatment, ecog, lost):
    world = patient_with((0.05, 0, 1), surgery_most_ecog=1, session_most_ecog=2)
    c = world.courses[0]
    c.phase, c.treatment, c.ecog = Phase.WAITING, treatment, ecog
    rung = rings(world, Alarm.WORSENING)
    assert rung.notes[0] == (Event.WORSENED, ecog + 1, -1)
    assert (rung.notes[1:] == [(Event.LOST, 0, FIRST_TREATMENT + treatment)]) is lost
    assert (rung.then == Stage.SYMPTOM_VISIT) is lost


def test_the_end_of_relief_brings_her_back_only_if_the_symptoms_do(patient_with):
    for functioning in (0, 1):
        world = patient_with((0.2, 0, 1))
        world.traits[0].functioning = functioning
        world.courses[0].phase, world.courses[0].relief_until = Phase.SURVEILLANCE, 1000
        assert (rings(world, Alarm.RELIEF_ENDS).then == Stage.SYMPTOM_VISIT) is (functioning == 1)


@pytest.mark.parametrize("kind", [Alarm.CANCER_DEATH, Alarm.OTHER_DEATH, Alarm.PROCEDURE_DEATH])
def test_death_says_of_what(patient_with, kind):
    world = patient_with((0.05, 0, 1))
    rung = rings(world, kind)
    assert (rung.ring, rung.notes, rung.orders) == (Ring.DEATH, [], [])
    assert world.plan.reply[0].alarm == np.iinfo(np.int64).max
