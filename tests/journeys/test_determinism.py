"""The same question has the same answer, whoever asks, in whatever order, compiled or plain."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import read_scenario, simulate
from sim.engine.reference import run_reference
from sim.log import first_difference
from sim.running import clinic_known, clinic_of, hospital_of
from sim.scenario import Scenario

ROOT = Path(sim.__file__).parents[1]
BASELINE = ROOT / "scenarios" / "baseline.yaml"


@pytest.fixture(scope="module")
def once(brief: Scenario):
    """One replication, to be repeated otherwise."""
    return simulate(brief, 1)


def test_a_replication_run_again_after_another_is_the_same(brief, once):
    simulate(brief, 0)
    assert first_difference(once.log, simulate(brief, 1).log) == ""


def test_another_replication_or_seed_is_another_log(brief, once):
    assert simulate(brief, 0).log.digest() != once.log.digest()
    assert simulate(brief.change("run.seed", 2), 1).log.digest() != once.log.digest()


def test_the_order_in_which_patients_are_created_does_not_matter(brief, once):
    clinic, arrivals, key = clinic_of(brief, 1)
    log = run_reference(hospital_of(brief), clinic, arrivals[::-1], key, dict(clinic.names), 1)
    assert first_difference(once.log, log) == ""
    shuffled, _, _ = clinic_of(brief, 1)
    order = np.random.default_rng(1).permutation(len(arrivals))
    log = run_reference(hospital_of(brief), shuffled, arrivals[order], key, dict(shuffled.names), 1)
    assert first_difference(once.log, log) == ""


def backwards(data):
    """The same content with all keys, and all lists of named things, the other way round."""
    if isinstance(data, dict):
        return {key: backwards(value) for key, value in reversed(data.items())}
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [backwards(item) for item in reversed(data)]
    return data


def test_the_order_of_keys_in_the_file_does_not_matter(brief, once, tmp_path):
    data = backwards(brief.data())
    assert next(iter(data)) == "resources"
    file = tmp_path / f"{brief.scenario}.yaml"
    text = json.dumps(data, indent=1)  # which is YAML, with all texts in quotes
    assert text.index('"ward": {') < text.index('"biopsy": {')
    file.write_text(text)
    turned = read_scenario(str(file))
    assert turned.digest() == brief.digest()
    assert first_difference(once.log, simulate(turned, 1).log) == ""


# ------------------------------------------------------------------ other worlds

SITES = ("small_intestine", "pancreas", "other", "unknown")
TINY = (
    "run.warm_up=0 days",
    "run.measured=1 year",
    "run.follow_up=3 months",
    "arrivals.rate=25 per year",
    *(f"evidence.delay_{site}.median=1 month" for site in SITES),
)
ASK = f"""
from sim import jit, read_scenario, simulate
scenario = read_scenario({str(BASELINE)!r}, {TINY!r})
replication = simulate(scenario, 2)
print(jit.COMPILED, len(replication.log.events), replication.log.digest())
"""
WORLDS = {
    "another hash seed": ("", {"PYTHONHASHSEED": "12345"}),
    "numba switched off": ("", {"NUMBA_DISABLE_JIT": "1", "PYTHONHASHSEED": "99"}),
    "numba not installed": ("import sys; sys.modules['numba'] = None\n", {}),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[str, str]]:
    """What fresh interpreters of all three worlds print, run beside each other: output and errors."""
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-c", before + ASK],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, (before, environment) in WORLDS.items()
    }
    return {name: process.communicate() for name, process in processes.items()}


@pytest.mark.parametrize("world", WORLDS)
def test_a_fresh_interpreter_of_another_world_writes_the_same_log(answers, world):
    here = simulate(
        read_scenario(
            str(BASELINE),
            TINY,
        ),
        2,
    ).log
    out, errors = answers[world]
    compiled, rows, digest = (out.split() or ["", "", errors])[-3:]
    assert (rows, digest) == (str(len(here.events)), here.digest())
    assert compiled == str(world == "another hash seed")
    assert len(here.events) > 300


def test_the_front_door_reads_the_same_scenario_twice_as_one():
    assert read_scenario(str(BASELINE), TINY).digest() == read_scenario(str(BASELINE), TINY[::-1]).digest()
    assert clinic_known() is clinic_known()
