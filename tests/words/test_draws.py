"""Chance with an address: published vectors, the same bits in three worlds, no collisions, and the right shapes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim import draws
from sim.draws import (
    exponential,
    key,
    lognormal,
    normal,
    normal_quantile,
    philox,
    plain_philox,
    stream,
    uniform,
    uniforms,
)
from sim.jit import jit

PUBLISHED = [  # Random123, kat_vectors, philox 4x32 with 10 rounds: counter, key, result
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
WORD = st.integers(0, 2**32 - 1)
KEY = st.integers(0, 2**62 - 1)


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize("generator", [philox, plain_philox], ids=["compiled", "plain"])
@pytest.mark.parametrize(("counter", "its_key", "result"), PUBLISHED)
def test_the_generator_gives_the_published_vectors(generator, counter, its_key, result):
    got = generator(*words(counter), *words(its_key))
    assert " ".join(f"{int(word):08x}" for word in got) == result


def philox_in_whole_numbers(counter: tuple[int, ...], its_key: tuple[int, int]) -> tuple[int, ...]:
    """The paper's round, once more and by other means: Python's own whole numbers."""
    c0, c1, c2, c3 = counter
    k0, k1 = its_key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def by_hand(its_key: int, entity: int, question: int, nth: int) -> float:
    """The uniform number of an address, in whole numbers up to the last division."""
    counter = (entity % 2**32, entity >> 32, question, nth)
    a, b, _, _ = philox_in_whole_numbers(counter, (its_key % 2**32, its_key >> 32))
    return (2 * ((a >> 6) * 2**26 + (b >> 6)) + 1) / 2**53


@settings(deadline=None)
@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_compiled_and_plain_rounds_agree_with_whole_numbers_everywhere(counter, its_key):
    address = [np.uint64(word) for word in (*counter, *its_key)]
    expected = philox_in_whole_numbers(counter, its_key)
    assert tuple(map(int, philox(*address))) == expected
    assert tuple(map(int, plain_philox(*address))) == expected


@settings(deadline=None)
@given(KEY, st.integers(0, 2**62 - 1), st.integers(0, 999), WORD)
def test_uniform_is_the_middle_of_its_52_bits_and_strictly_inside_0_and_1(its_key, entity, question, nth):
    u = uniform(its_key, entity, question, nth)
    assert u == by_hand(its_key, entity, question, nth)
    assert 0 < u < 1


def test_the_smallest_and_the_largest_word_stay_inside_0_and_1():
    ends = []
    for word in (0, 2**32 - 1):
        bits = ((word >> 6) << 26) + (word >> 6)
        ends.append(bits * draws._STEP + draws._STEP / 2)
    assert ends == [2**-53, 1 - 2**-53]


def test_a_block_of_numpy_has_the_bits_of_single_calls():
    entities = np.array([0, 1, 17, 2**32 - 1, stream("arrivals"), stream("competing x", 99)])
    block = uniforms(key(3), entities, 7, 5)
    assert block.tolist() == [uniform(key(3), int(entity), 7, 5) for entity in entities]
    times = np.arange(6)
    assert uniforms(key(3), 17, 7, times).tolist() == [uniform(key(3), 17, 7, int(nth)) for nth in times]


def test_compiled_code_has_the_bits_of_numpy():
    @jit
    def in_a_loop(its_key, out):
        for entity in range(len(out)):
            out[entity] = uniform(its_key, entity, 104, 2)

    compiled = np.empty(5000)
    in_a_loop(key(1), compiled)
    assert np.array_equal(compiled, uniforms(key(1), np.arange(5000), 104, 2))


IN_PLAIN_PYTHON = """
import json
from sim import draws, jit
assert not jit.COMPILED
k = draws.key(5, 0, 2)
shapes = [draws.exponential, draws.normal, lambda *a: draws.lognormal(*a, 30.0, 0.7)]
print(json.dumps([[float(f(k, i, 103, 1)).hex() for i in range(40)] for f in [draws.uniform, *shapes]]))
"""


def test_plain_python_has_the_bits_of_compiled_code():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    plain = subprocess.run(
        [sys.executable, "-c", IN_PLAIN_PYTHON], env=environment, capture_output=True, text=True, check=True
    )
    k = key(5, 0, 2)
    here = [
        [float(f(k, i, 103, 1, *more)).hex() for i in range(40)]
        for f, more in ((uniform, ()), (exponential, ()), (normal, ()), (lognormal, (30.0, 0.7)))
    ]
    assert json.loads(plain.stdout) == here


# ------------------------------------------------------------------ addresses


def test_no_two_addresses_of_a_run_share_their_number():
    entities = np.r_[np.arange(1500), stream("arrivals") + np.arange(100), stream("competing ct") + np.arange(100)]
    numbers = [uniforms(key(1), entities, question, nth) for question in range(100, 160) for nth in (0, 1, 1024)]
    everything = np.concatenate(numbers)
    assert len(np.unique(everything)) == len(everything) == 1700 * 60 * 3


@settings(deadline=None)
@given(KEY, st.integers(0, 2**61 - 2), st.integers(0, 998), st.integers(0, 2**32 - 2))
def test_each_part_of_an_address_matters(its_key, entity, question, nth):
    neighbours = {
        uniform(its_key, entity, question, nth),
        uniform(its_key ^ 1, entity, question, nth),
        uniform(its_key ^ 2**40, entity, question, nth),
        uniform(its_key, entity + 1, question, nth),
        uniform(its_key, entity ^ 2**40, question, nth),
        uniform(its_key, entity, question + 1, nth),
        uniform(its_key, entity, question, nth + 1),
    }
    assert len(neighbours) == 7


@settings(deadline=None)
@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 2**32 - 1))
def test_a_stream_is_never_a_patient_and_never_another_stream(name, other, case):
    assert 2**61 <= stream(name, case) < 2**62
    assert stream(name) % 2**32 == 0
    assert (stream(name) == stream(other)) == (name == other)


def test_a_key_is_not_made_by_arithmetic_on_seeds():
    seeds = [key(seed, draw, replication) for seed in range(30) for draw in range(5) for replication in range(30)]
    assert len(set(seeds)) == 30 * 5 * 30
    assert key(1, 0, 2) != key(2, 0, 1) != key(0, 1, 2)
    assert key(2**32 + 1) != key(1)
    assert 0 <= min(seeds) <= max(seeds) < 2**62


@pytest.mark.parametrize("neighbour", [(2, 0, 0), (1, 1, 0), (1, 0, 1), (2**32 + 1, 0, 0)])
def test_neighbouring_replications_are_uncorrelated(neighbour):
    here = uniforms(key(1, 0, 0), np.arange(20_000), 103, 0)
    there = uniforms(key(*neighbour), np.arange(20_000), 103, 0)
    assert abs(np.corrcoef(here, there)[0, 1]) < 4 / np.sqrt(20_000)


def test_neighbouring_patients_and_questions_are_uncorrelated():
    table = np.array([uniforms(key(1), np.arange(20_000), question, 0) for question in range(100, 110)])
    off_diagonal = np.corrcoef(table)[~np.eye(10, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(20_000)
    assert abs(np.corrcoef(table[0][1:], table[0][:-1])[0, 1]) < 4 / np.sqrt(20_000)


# ------------------------------------------------------------------ shapes


@settings(deadline=None)
@given(st.floats(1e-300, 1 - 1e-16))
def test_the_normal_quantile_is_that_of_scipy_to_14_figures(p):
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-13, abs=1e-15)


def test_the_normal_quantile_is_odd_and_rises_through_the_seams_of_its_three_pieces():
    assert normal_quantile(0.5) == 0
    for seam in (0.075, 0.925, float(np.exp(-25))):
        around = [normal_quantile(seam * (1 + step)) for step in (-1e-12, 0, 1e-12)]
        assert around == sorted(around)
        assert around[2] - around[0] < 1e-9 * max(1, abs(around[1]))
    for p in (0.01, 0.2, 0.45):
        assert normal_quantile(p) == pytest.approx(-normal_quantile(1 - p), rel=1e-12)


@pytest.mark.parametrize(
    ("draw", "more", "distribution"),
    [
        (uniform, (), stats.uniform()),
        (exponential, (), stats.expon()),
        (normal, (), stats.norm()),
        (lognormal, (30.0, 0.7), stats.lognorm(0.7, scale=30)),
    ],
    ids=["uniform", "exponential", "normal", "lognormal"],
)
def test_draws_have_the_distribution_of_their_name(draw, more, distribution):
    sample = [draw(key(1), patient, 103, 0, *more) for patient in range(5000)]
    assert stats.kstest(sample, distribution.cdf).pvalue > 0.001


def test_a_lognormal_without_spread_is_its_median():
    assert {lognormal(key(1), patient, 103, 0, 42.0, 0.0) for patient in range(50)} == {42.0}
