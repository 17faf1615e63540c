"""The two engines write the same log, whatever happens; and where one breaks a rule, it is noticed."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import jit
from sim.engine import floor, lists
from sim.engine.cases import Queue
from sim.engine.floor import Floor
from sim.engine.journey import Journeys
from sim.engine.rules import Question
from sim.maze import Maze

pytestmark = pytest.mark.skipif(not jit.COMPILED, reason="nothing is compiled here")

FAULTS_SHOW_WITHIN = 150  # mazes
GUARD = 4  # rows before and behind an array that nobody may touch


def maze_verified(number):
    from sim.experiments import verify

    return verify.maze_verified(number)


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, 10**9))
def test_both_engines_write_the_same_log_in_any_small_hospital(number):
    assert maze_verified(number).difference == ""


def test_the_mazes_go_everywhere():
    from sim.engine.reference import run_reference
    from sim.errors import RunError
    from sim.log import Event, Happening

    events, happenings, refused = set(), set(), 0
    for number in range(120):
        maze = Maze(number)
        try:
            log = run_reference(maze.hospital, maze, maze.arrivals, maze.key)
        except RunError:
            refused += 1
            continue
        events |= {Event(event) for event in set(log.events[:, 3].tolist())}
        happenings |= {Happening(event) for event in set(log.resources[:, 2].tolist())}
    assert {event for event in Event if event <= Event.STUCK} <= events
    assert happenings == set(Happening)
    assert refused < 12


def test_the_mazes_have_queues_long_enough_for_trees(monkeypatch):
    from sim.engine import compiled
    from sim.errors import RunError

    machines = []

    class Remembered(compiled.Machine):
        def __init__(self, *hospital_and_all):
            super().__init__(*hospital_and_all)
            machines.append(self)

    monkeypatch.setattr(compiled, "Machine", Remembered)
    for number in range(120):
        maze = Maze(number)
        with contextlib.suppress(RunError):
            compiled.run_compiled(maze.hospital, maze, maze.arrivals, maze.key)
    hung = [int(np.count_nonzero(machine["cases"].weight)) for machine in machines]
    assert sum(cases > 0 for cases in hung) > 20  # nobody has a weight but in a tree
    assert max(hung) > 10


def test_the_machine_writes_nowhere_but_in_its_arrays(monkeypatch):
    from sim.engine.compiled import run_compiled
    from sim.engine.machine import building
    from sim.errors import RunError

    guarded = []

    def records(rows, dtype):
        raw = np.full((rows + 2 * GUARD, dtype.itemsize), 0xAB, np.uint8)
        raw[GUARD:-GUARD] = 0
        guarded.append(raw)
        return raw[GUARD:-GUARD].reshape(-1).view(dtype).view(np.recarray)

    class Guarded:
        def __init__(self, dtype, rows):
            self.rows = records(rows, dtype)

        def lengthen(self, rows, used):
            fewer, self.rows = self.rows, records(rows, self.rows.dtype)
            self.rows[:used] = fewer[:used]

    monkeypatch.setattr(building, "_records", records)
    monkeypatch.setattr(building, "Ground", Guarded)
    for number in range(150):
        maze = Maze(number)
        with contextlib.suppress(RunError):
            run_compiled(maze.hospital, maze, maze.arrivals, maze.key)
        assert all((raw[:GUARD] == 0xAB).all() and (raw[-GUARD:] == 0xAB).all() for raw in guarded), number
        guarded.clear()


# ---- deliberate faults in one engine


def last_first_among_equals(monkeypatch):
    tie = Floor.tie
    monkeypatch.setattr(Floor, "tie", lambda self, case: 1 - tie(self, case))


def urgency_forgotten(monkeypatch):
    requeue = Floor.requeue

    def forgetful(self, case, minute, tie):
        urgency, case.urgency = case.urgency, 0
        requeue(self, case, minute, tie)
        case.urgency = urgency

    monkeypatch.setattr(Floor, "requeue", forgetful)


def alarm_after_the_step(monkeypatch):
    monkeypatch.setattr("sim.engine.journey._ALARM", 150)


def bed_leaked_at_death(monkeypatch):
    vacate = Floor.vacate

    def leaking(self, person):
        for case in person.open.values():
            case.in_first = False
        vacate(self, person)

    monkeypatch.setattr(Floor, "vacate", leaking)


def offer_lost(monkeypatch):
    give = Floor._give_offers

    def losing(self, offering):
        offering.table = offering.table[1:]
        give(self, offering)

    monkeypatch.setattr(Floor, "_give_offers", losing)


def calendar_a_grid_late(monkeypatch):
    from sim.engine import cases

    class Late(cases.Listing):
        def __init__(self, number, resource):
            super().__init__(number, resource)
            self.sittings = [replace(its, opens=its.opens + its.minutes) for its in self.sittings]

    monkeypatch.setattr(floor, "Listing", Late)
    monkeypatch.setattr("sim.engine.diary.Listing", Late)


def gap_filled_without_its_second_place(monkeypatch):
    monkeypatch.setattr(Floor, "has", lambda self, place, case: True)
    monkeypatch.setattr(Floor, "check", False, raising=False)


def missed_minutes_given_back(monkeypatch):
    miss = lists._miss

    def generous(floor, case):
        session = case.session
        miss(floor, case)
        session.used -= case.minutes

    monkeypatch.setattr(lists, "_miss", generous)


def a_kept_place_freed_at_once(monkeypatch):
    monkeypatch.setattr(Floor, "keep_on", lambda self, person: self.release_kept(person))


def a_moved_alarm_rings_as_well(monkeypatch):
    set_alarm = Journeys._set_alarm

    def moved(self, person, minute):
        person.alarm_due = None
        set_alarm(self, person, minute)

    monkeypatch.setattr(Journeys, "_set_alarm", moved)


def another_question_asked_of_chance(monkeypatch):
    monkeypatch.setattr("sim.engine.floor._TIE", int(Question.NO_SHOW))


def the_queue_served_from_behind(monkeypatch):
    add = Queue.add

    def behind(self, case):
        urgency, minute, tie, number, serial = case.key
        case.key = (-urgency, minute, tie, number, serial)
        add(self, case)

    monkeypatch.setattr(Queue, "add", behind)


@pytest.mark.parametrize(
    "fault",
    [
        last_first_among_equals,
        urgency_forgotten,
        alarm_after_the_step,
        bed_leaked_at_death,
        offer_lost,
        calendar_a_grid_late,
        gap_filled_without_its_second_place,
        missed_minutes_given_back,
        a_kept_place_freed_at_once,
        a_moved_alarm_rings_as_well,
        another_question_asked_of_chance,
        the_queue_served_from_behind,
    ],
)
def test_a_fault_of_one_engine_is_noticed(fault, monkeypatch):
    fault(monkeypatch)
    assert any(_differs(number) for number in range(FAULTS_SHOW_WITHIN))


def _differs(number):
    try:
        return maze_verified(number).difference != ""
    except Exception:  # the broken engine falls over, which is noticed too
        return True


def test_a_difference_is_told_with_the_patients_story_in_both(monkeypatch):
    last_first_among_equals(monkeypatch)
    told = next(its for its in map(maze_verified, range(FAULTS_SHOW_WITHIN)) if its.difference)
    assert "THE ENGINES DIFFER" in told.in_words()
    assert "row" in told.difference
