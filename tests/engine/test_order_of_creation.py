"""Nothing depends on the order in which things are written down or made."""

import itertools
import os
import subprocess
import sys

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import draws
from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
from sim.engine.reference import run_reference
from sim.log import first_difference
from sim.steps import NEVER, Kind

ENDS = 4000


def resources():
    sittings = [Sitting(opens, 60, "ir", protected=20) for opens in range(100, ENDS, 100)]
    board = [Sitting(opens, 30, "board", cases=2) for opens in range(50, ENDS, 150) for _ in range(2)]
    return [
        Resource("ir", Kind.LIST, rank=2, notice=150, overrun=10, missed=0.1, cancelled=0.1, sittings=tuple(sittings)),
        Resource("board", Kind.LIST, rank=1, backfill=True, sittings=tuple(board)),
        Resource("ward", Kind.PLACE, capacity=((0, 2), (1500, 1), (2500, 3))),
        Resource("icu", Kind.PLACE, backfill=True, capacity=((0, 1),)),
        Resource("graft", Kind.OFFER, rate_per_year=365.25 * 10, kinds=(0.5, 1.0)),
    ]


def competing(names):
    ward, icu, ir = (names.index(name) for name in ("ward", "icu", "ir"))
    return [
        Competing("falls", ward, 365.25 * 20, Spread(50, 0.5), (0.3, 0.7)),
        Competing("colorectal", ir, 365.25 * 15, Spread(20, 0.3), (0.1, 0.9), icu, Spread(30)),
    ]


def choices(patient, step, now):
    """What a patient does next, from her own address only; coarse, so that minutes are shared by many."""
    u = [draws.uniform(5, patient, 500 + i, now * 8 + step) for i in range(4)]
    return [int(x * 6) for x in u]


def maze():
    """Steps that use everything an engine offers, chosen by the patient's own luck."""

    def step(number):
        def follow(say, patient, now):
            a, b, c, d = choices(patient, number, now)
            if number == 0:
                say.seek("graft", 1 + a % 3, 40, urgency=b % 2, second="icu", standing=True, step="s5")
            if number == 4 and a == 0:
                say.end(101)
                return
            say.alarm(now + 100 * (c + 1))
            least = 0 if number == 1 else 1  # one step may take no time at all; more could go in circles
            if a <= 1:
                say.attend("ir", 10 * (b + 1), c % 3, second="icu" if d > 3 else None, held=10 * d)
            elif a == 2:
                say.use("ward", 20 * (b + least), c % 2, keep=True)
            elif a == 3:
                say.use("ward", 20 * (b + least), c % 2, second="icu", held=10 * d)
            elif a == 4:
                say.attend("board", 10, 0)
                say.use("icu", 10 * (c + 1), 1)
            else:
                say.wait(10 * (b + 1))
                say.attend("board", 10, 1)
            say.then(f"s{(number + b) % 5 + 1 if number < 5 else 1}", any_of=c == 0)

        return follow

    return {f"s{number}": step(number) for number in range(6)}


def alarm(say, patient, now):
    a, b, _, _ = choices(patient, 7, now)
    if a == 0:
        say.die(100)
    elif a <= 2:
        say.redirect(f"s{b % 5 + 1}")
    say.alarm(now + 70 * (b + 1))


def by_name(log):
    """Both logs with names for resources, each sorted, so that the numbering of resources is out of sight."""
    events, others = log.events.tolist(), log.resources.tolist()
    names = [*log.names["resources"], ""]
    return (
        sorted((r[0], r[1], r[2], r[3], r[4], names[r[5]], r[6], r[7]) for r in events if r[3] != 15),
        sorted((r[0], names[r[1]], *r[2:]) for r in others),
    )


def crowd(n):
    return np.column_stack([np.arange(n) // 3 * 20, np.arange(n)])


def simulate(scripted, parts, arrivals, key, rings="report"):
    names = [resource.name for resource in parts]
    hospital = Hospital(tuple(parts), tuple(competing(names)), ENDS, rings)
    return run_reference(hospital, scripted(maze(), names, alarm), arrivals, key), hospital


def test_patients_may_be_created_in_any_order(scripted):
    arrivals = crowd(60)
    one, _ = simulate(scripted, resources(), arrivals, 1)
    for order in (arrivals[::-1], arrivals[np.argsort(draws.uniforms(1, np.arange(60), 950, 0))]):
        other, _ = simulate(scripted, resources(), order, 1)
        assert first_difference(one, other) == ""


def test_resources_and_competing_demand_may_be_written_in_any_order(scripted):
    one, _ = simulate(scripted, resources(), crowd(60), 1)
    for order in itertools.islice(itertools.permutations(resources()), 7, 120, 29):
        other, _ = simulate(scripted, list(order), crowd(60), 1)
        assert by_name(one) == by_name(other)


def test_sittings_may_be_written_in_any_order(scripted):
    parts = resources()
    turned = [
        Resource(**{**vars(part), "sittings": part.sittings[::-1]}) if part.kind == Kind.LIST else part
        for part in parts
    ]
    one, _ = simulate(scripted, parts, crowd(60), 3)
    other, _ = simulate(scripted, turned, crowd(60), 3)
    assert first_difference(one, other) == ""


def test_checks_do_not_change_the_log(scripted):
    parts = resources()
    hospital = Hospital(tuple(parts), tuple(competing([p.name for p in parts])), ENDS)
    logs = [
        run_reference(hospital, scripted(maze(), hospital.names, alarm), crowd(40), 2, check=check)
        for check in (True, False)
    ]
    assert first_difference(*logs) == ""


OTHERS_ONLY = """
from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
from sim.engine.reference import run_reference
from sim.steps import Kind, new_plan

class Nobody:
    plan, first_step, names = new_plan(), 0, {"steps": [], "whys": []}

sittings = tuple(Sitting(480 + 1440 * day, 240, "ir") for day in range(60))
ir = Resource("ir", Kind.LIST, notice=1440, missed=0.1, cancelled=0.1, sittings=sittings)
ward = Resource("ward", Kind.PLACE, capacity=((0, 2),))
demand = [Competing(name, 0, 365.25 * 2, Spread(60, 0.4), (0.2, 0.8), 1, Spread(900, 0.3)) for name in ("a", "b")]
print(run_reference(Hospital((ir, ward), tuple(demand), 60 * 1440), Nobody(), [], key=11).digest())
"""


def test_compiled_or_plain_and_under_any_hash_seed_the_log_is_the_same():
    digests = set()
    for settings_of_run in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "NUMBA_DISABLE_JIT": "1"}):
        command = [sys.executable, "-c", OTHERS_ONLY]
        done = subprocess.run(command, env=os.environ | settings_of_run, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1


def test_another_key_gives_another_log(scripted):
    one, _ = simulate(scripted, resources(), crowd(30), 1)
    other, _ = simulate(scripted, resources(), crowd(30), 2)
    assert first_difference(one, other) != ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.integers(1, 10_000),
    patients=st.integers(1, 60),
    spacing=st.integers(1, 4),
    ward=st.integers(0, 3),
    rings=st.sampled_from(["report", "swap"]),
)
def test_whatever_happens_the_log_contradicts_neither_itself_nor_the_hospital(
    scripted, contradictions, key, patients, spacing, ward, rings
):
    parts = resources()
    parts[2] = Resource("ward", Kind.PLACE, capacity=((0, ward), (1200, 1)))
    arrivals = np.column_stack([np.arange(patients) // spacing * 10, np.arange(patients)])
    log, hospital = simulate(scripted, parts, arrivals, key, rings)
    assert list(contradictions(log, hospital)) == []
    again, _ = simulate(scripted, parts, arrivals[::-1], key, rings)
    assert first_difference(log, again) == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stays=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=30),
    places=st.integers(1, 3),
)
def test_beds_are_given_in_queue_order_whoever_comes_when(scripted, contradictions, stays, places):
    def first(say, patient, now):
        _, minutes, urgency = stays[patient]
        say.use("ward", minutes * 10, urgency)
        say.then("home")

    hospital = Hospital((Resource("ward", Kind.PLACE, capacity=((0, places),)),), (), ends=5000)
    pathway = scripted({"first": first, "home": lambda say, patient, now: say.end()}, hospital.names)
    arrivals = np.array([(stay[0], patient) for patient, stay in enumerate(stays)])
    log = run_reference(hospital, pathway, arrivals, key=1)
    assert list(contradictions(log, hospital)) == []


def test_a_standing_place_for_ever_does_not_disturb_the_clock(scripted, contradictions):
    def first(say, patient, now):
        say.use("ward", int(NEVER), standing=True)
        say.wait(10)
        say.then("first2")

    def second(say, patient, now):
        say.wait(10_000)
        say.then("first2")

    hospital = Hospital((Resource("ward", Kind.PLACE, capacity=((0, 1),)),), (), ends=100)
    log = run_reference(hospital, scripted({"first": first, "first2": second}, ["ward"]), np.array([(0, 0)]), 1)
    assert list(contradictions(log, hospital)) == []
