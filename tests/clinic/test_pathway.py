"""The pathway with nothing to wait for: whoever enters comes to an end, by steps that may follow each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from sim.clinic.alarms import ring
from sim.clinic.board import Finding
from sim.clinic.boardfile import read_board
from sim.clinic.pathway import advance
from sim.clinic.patient import Grade, Spread
from sim.clinic.protocols import ABLATIONS, CHEMOTHERAPIES, LIVER_DIRECTED, Role, Treatment
from sim.clinic.stages import FIRST_MAIN_ROW, FIRST_TREATMENT, MAY_FOLLOW, Cause, Stage, reasons, stage_names
from sim.log import FIRST_CLINIC_WHY, Event
from sim.steps import NEVER, Join, Kind, Ring

PATIENTS = 250
DAY, YEAR = 1440, 525_960
GRAFT_AFTER = 150 * DAY
PLACES = [Role.INJECTIONS, Role.ICU, Role.WARD, Role.DAY_BED, Role.PRRT_ROOM]
LISTS = [role for role in Role if role not in [*PLACES, Role.GRAFTS]]
OFTEN = {
    "metastasised_at_symptom": "50 %",
    "functioning_share": "30 %",
    "transplant_most_age": 90,
    "transplant_least_stable_months": 0,
    "resection_minor_most_lesions": 1,
}
RESECTIONS = [
    Treatment.MINOR_RESECTION,
    Treatment.MAJOR_RESECTION,
    Treatment.RESECTION_WITH_ABLATION,
    Treatment.DEBULKING,
]


@dataclass
class Life:
    """What one patient went through: steps and notes with their minutes, and how it ended."""

    steps: list[tuple[int, Stage]] = field(default_factory=list)
    notes: list[tuple[int, Event, int, int]] = field(default_factory=list)
    asked: list[tuple[int, int, int]] = field(default_factory=list)
    redirected: list[tuple[Stage, Stage]] = field(default_factory=list)
    ended: int = -1
    why: int = -1
    died: bool = False

    def minutes_of(self, event: Event, why: int | None = None) -> list[int]:
        return [minute for minute, what, _, reason in self.notes if what == event and why in (None, reason)]


def live(world, i: int) -> Life:
    """One patient in a hospital that gives everything at once, but a graft only after some months.

    An order takes its own minutes and no more.
    """
    life, now, step, alarm = Life(), 0, Stage.FIRST_SYMPTOM, NEVER
    graft_at, graft_takes = NEVER, 0
    plan = world.plan
    for _ in range(5000):
        plan.reply[0].alarm = alarm
        advance(world, i, step.value, now)
        life.steps.append((now, step))
        reply = plan.reply[0]
        take_notes(life, plan, now)
        alarm = int(reply.alarm)
        assert alarm >= now
        if reply.over:
            life.ended, life.why = now, int(reply.why)
            return life
        if reply.withdraw == Role.GRAFTS:
            graft_at = NEVER
        for order in plan.orders[: reply.orders]:
            if order.kind == Kind.OFFER:
                assert (order.standing, order.then) == (1, Stage.TRANSPLANTED)
                graft_at, graft_takes = now + GRAFT_AFTER, int(order.minutes)
        orders = [order for order in plan.orders[: reply.orders] if not order.standing]
        for order in plan.orders[: reply.orders]:
            life.asked.append((int(order.kind), int(order.resource), int(order.minutes)))
            assert order.second_minutes >= 0
            assert order.urgency in (0, 1, 2)
        assert orders
        first = min if reply.join == Join.ANY else max
        done, follows = now + first(int(order.minutes) for order in orders), Stage(int(reply.then))
        assert follows in MAY_FOLLOW[step], f"{step.name} -> {follows.name}"
        if graft_at <= done:
            assert Stage.TRANSPLANTED in MAY_FOLLOW[step], step.name
            done, follows, graft_at = graft_at + graft_takes, Stage.TRANSPLANTED, NEVER
        while alarm <= done:  # at the same minute the alarm comes first
            now = alarm
            plan.reply[0].alarm = NEVER
            ring(world, i, now)
            reply = plan.reply[0]
            take_notes(life, plan, now)
            alarm = int(reply.alarm)
            if reply.ring == Ring.DEATH:
                life.ended, life.why, life.died = now, int(reply.why), True
                return life
            if reply.ring == Ring.REDIRECT:
                if reply.withdraw == Role.GRAFTS:
                    graft_at = NEVER
                life.redirected.append((follows, Stage(int(reply.then))))
                done, follows = now, Stage(int(reply.then))
        now, step = done, follows
    raise AssertionError(f"patient {i} goes round and round: {life.steps[-20:]}")


def take_notes(life: Life, plan, now: int) -> None:
    for row in plan.notes[: plan.reply[0].notes]:
        life.notes.append((now, Event(int(row.event)), int(row.value), int(row.why)))


@pytest.fixture(scope="module")
def lived(world_of):
    """250 patients, half of them with metastases, through the whole clinic. The world afterwards, and their lives.

    Old and young are transplanted, and without half a year of quiet; two lesions need a major resection: so that
    every step has somebody.
    """
    world = world_of(PATIENTS, seed=11, **OFTEN)
    return world, [live(world, i) for i in range(PATIENTS)]


def test_every_journey_ends_in_death_or_discharge(lived):
    _, lives = lived
    causes = {FIRST_CLINIC_WHY + cause for cause in (Cause.CANCER, Cause.OTHER_CAUSE, Cause.TREATMENT)}
    for life in lives:
        assert life.why in causes if life.died else life.why == FIRST_CLINIC_WHY + Cause.DISCHARGED
        assert life.ended < 110 * YEAR
    assert {life.died for life in lives} == {True, False}


def test_time_never_runs_backwards(lived):
    for life in lived[1]:
        for rows in (life.steps, life.notes):
            minutes = [row[0] for row in rows]
            assert minutes == sorted(minutes)
            assert all(0 <= minute <= life.ended for minute in minutes)


def test_every_step_of_care_is_reached_by_somebody(lived):
    reached = Counter(step for life in lived[1] for _, step in life.steps)
    assert set(Stage) - set(reached) == set()


def test_symptoms_lead_to_a_visit_and_nowhere_else(lived):
    targets = {target for life in lived[1] for _, target in life.redirected}
    assert targets <= {Stage.SYMPTOM_VISIT, Stage.PRESENTED}
    for life in lived[1]:
        interrupted = [follows for follows, target in life.redirected if target == Stage.PRESENTED]
        assert interrupted in ([], [Stage.PRESENTED], [Stage.MISLED])


def test_the_hospital_is_asked_in_terms_of_lists_places_and_waits(lived):
    for life in lived[1]:
        for kind, resource, minutes in life.asked:
            assert minutes >= 0
            expected = {Kind.WAIT: [-1], Kind.LIST: LISTS, Kind.PLACE: PLACES, Kind.OFFER: [Role.GRAFTS]}[Kind(kind)]
            assert resource in expected
            assert (minutes == NEVER) == (resource == Role.INJECTIONS)


def test_nobody_is_treated_before_the_diagnosis_and_the_board(lived):
    for life in lived[1]:
        decided = life.minutes_of(Event.DECIDED)
        for minute in life.minutes_of(Event.TREATED):
            assert life.minutes_of(Event.DIAGNOSED)[0] <= decided[0] <= minute
        assert len(life.minutes_of(Event.DIAGNOSED)) <= 1
        assert len(life.minutes_of(Event.REFERRED)) <= 1


def test_every_treatment_given_was_offered_by_the_row_decided_on(lived):
    """Or is the primary's resection, with the liver's or before it, or with surgery for a symptom."""
    board = read_board()
    primary = Treatment.PRIMARY_SURGERY.name.lower()
    along = {"bowel_surgery", "hormone_surgery"}
    for life in lived[1]:
        offer: tuple[str, ...] = ()
        for _, event, _, why in life.notes:
            if event == Event.DECIDED and why - FIRST_MAIN_ROW < len(board.rows["main"]):
                offer = board.rows["main"][why - FIRST_MAIN_ROW].offer
            elif event == Event.TREATED and why != FIRST_TREATMENT + Treatment.SSA:
                given = Treatment(why - FIRST_TREATMENT).name.lower()
                assert given in offer or (given == primary and ("resection" in offer[0] or offer[0] in along))


def test_every_meeting_that_decides_writes_a_row_of_each_table(lived):
    board = read_board()
    first = FIRST_MAIN_ROW + len(board.rows["main"])
    for life in lived[1]:
        whys = [why for _, event, _, why in life.notes if event == Event.DECIDED]
        assert all(first <= why < first + len(board.rows["background"]) for why in whys[::2])
        assert all(FIRST_MAIN_ROW <= why < first for why in whys[1::2])
        assert len(whys) % 2 == 0


def test_a_case_is_put_off_once_for_a_decision_at_most(lived):
    for life in lived[1]:
        events = [event for _, event, _, _ in life.notes if event in (Event.DECIDED, Event.DEFERRED)]
        assert all(a != b or a == Event.DECIDED for a, b in pairwise(events))


def test_the_analogue_is_begun_once_and_never_without_metastases(lived):
    world, lives = lived
    for i, life in enumerate(lives):
        begun = life.minutes_of(Event.TREATED, FIRST_TREATMENT + Treatment.SSA)
        assert len(begun) <= 1
        if begun:
            assert 0 <= world.courses[i].nelm_minute <= begun[0]


def test_liver_directed_treatment_is_for_those_with_metastases_seen(lived):
    world, lives = lived
    treated = 0
    for i, life in enumerate(lives):
        for treatment in LIVER_DIRECTED:
            for minute in life.minutes_of(Event.TREATED, FIRST_TREATMENT + treatment):
                assert 0 <= world.courses[i].nelm_minute <= minute
                treated += 1
    assert treated > 20


def test_the_board_never_knows_of_spread_that_is_not_there(lived):
    world, _ = lived
    told = world.findings[:, Finding.EXTRAHEPATIC] == 1
    assert told.sum() > 5
    there = world.courses.extrahepatic & ~Spread.NODES != 0  # nodes can be taken out, and are told apart
    seen_by_surgeon = (world.traits.regional_death_at < NEVER) & (world.findings[:, Finding.PRIMARY] == 1)
    assert (there | seen_by_surgeon)[told].all()
    assert (told < there).any()  # and some of it stays unseen
    for finding, kind in ((Finding.NODES, Spread.NODES), (Finding.BONE, Spread.BONE)):
        assert (world.courses.extrahepatic[world.findings[:, finding] == 1] & kind != 0).all()


def test_what_was_had_is_what_was_given(lived):
    world, lives = lived
    for i, life in enumerate(lives):
        given = Counter(why - FIRST_TREATMENT for _, event, _, why in life.notes if event == Event.TREATED)
        had = world.findings[i]
        assert had[Finding.PRRT_HAD] == given[Treatment.PRRT] + given[Treatment.PRRT_AGAIN]
        assert had[Finding.EMBOLISATIONS_HAD] == given[Treatment.TAE] + given[Treatment.TACE]
        assert had[Finding.CHEMOTHERAPIES_HAD] == sum(given[treatment] for treatment in CHEMOTHERAPIES)
        one_step = sum(given[treatment] for treatment in RESECTIONS)
        assert one_step <= had[Finding.RESECTIONS_HAD] <= one_step + given[Treatment.TWO_STEP_RESECTION]
        assert had[Finding.ABLATIONS_HAD] == sum(given[treatment] for treatment in ABLATIONS)


def test_a_course_that_is_completed_was_begun(lived):
    for life in lived[1]:
        begun = Counter(why for _, event, _, why in life.notes if event == Event.TREATED)
        completed = Counter(why for _, event, _, why in life.notes if event == Event.COMPLETED)
        assert completed <= begun


def test_the_truth_is_logged_but_the_diagnosis_waits_for_the_pathologist(lived):
    world, lives = lived
    for i, life in enumerate(lives):
        if life.minutes_of(Event.METASTASISED):
            assert life.minutes_of(Event.METASTASISED) == [world.traits[i].metastasis_at]
        assert (world.courses[i].diagnosed_at >= 0) == bool(life.minutes_of(Event.DIAGNOSED))


def test_carcinomas_never_get_the_surgery_of_well_differentiated_tumours(lived):
    world, lives = lived
    never = (*RESECTIONS, Treatment.TWO_STEP_RESECTION, Treatment.SSA)
    carcinomas = np.flatnonzero((world.traits.grade == Grade.NEC) & (world.courses.nelm_minute >= 0))
    assert len(carcinomas) > 5
    for i in carcinomas.tolist():
        for treatment in never:
            assert not lives[i].minutes_of(Event.TREATED, FIRST_TREATMENT + treatment)


def test_the_same_patient_lives_the_same_life_twice(world_of, lived):
    again = world_of(PATIENTS, seed=11, **OFTEN)
    for i in (3, 40, 7):  # in another order, and without the others
        assert live(again, i) == lived[1][i]


# ------------------------------------------------------------------ urgency, names, mistakes


@pytest.mark.parametrize(
    ("failed", "known", "carcinoma", "ki67", "ecog", "urgency"),
    [
        (1, 0, 0, 2, 0, 0),
        (0, 0, 1, 60, 0, 2),  # nobody knows yet
        (0, 1, 1, 60, 0, 1),
        (0, 1, 0, 20.1, 0, 1),
        (0, 1, 0, 20, 0, 2),
        (0, 1, 0, 20, 2, 1),
    ],
)
def test_who_goes_first(patient_with, doors, failed, known, carcinoma, ki67, ecog, urgency):
    world = patient_with((0.01, 0, 0))
    world.traits[0].functioning = 0
    world.findings[0, Finding.KI67_PCT], world.findings[0, Finding.DIFFERENTIATION] = ki67, carcinoma
    world.courses[0].failed, world.courses[0].histology_known, world.courses[0].ecog = failed, known, ecog
    assert doors.urgency(world, 0) == urgency


def test_names_stand_in_the_order_of_their_numbers():
    board = read_board()
    words = reasons(board.row_names("main"), board.row_names("background"))
    assert words[Cause.CANCER] == "cancer"
    assert words[FIRST_TREATMENT - FIRST_CLINIC_WHY + Treatment.TACE] == "tace"
    assert words[FIRST_MAIN_ROW - FIRST_CLINIC_WHY] == f"row: {board.rows['main'][0].name}"
    assert len(set(words)) == len(words)
    assert stage_names()[Stage.DISCUSSED] == "discussed"


def test_a_step_that_is_none_is_refused(world_of):
    with pytest.raises(ValueError, match="no such step of care"):
        advance(world_of(1), 0, 99, 0)


def test_every_step_but_the_entries_by_symptoms_is_named_as_following_another():
    followed = {stage for follows in MAY_FOLLOW.values() for stage in follows}
    assert set(Stage) - followed == {Stage.FIRST_SYMPTOM, Stage.SYMPTOM_VISIT}
    assert len({stage.value for stage in Stage}) == len(Stage)
    assert [stage_names()[stage] for stage in Stage] == [stage.name.lower() for stage in Stage]
