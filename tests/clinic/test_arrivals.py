"""When patients come: without bias at a rate that changes, and patient k is patient k at every rate."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from sim import draws
from sim.clinic.patient import Ask
from sim.clinic.world import ARRIVALS, arrival_minutes
from sim.intensity import CONSTANT, Intensity
from sim.units import YEAR

FIVE_YEARS = round(5 * YEAR)
MONTH = YEAR / 12
_SEASON = (1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
VARIED = Intensity(
    tuple(month * MONTH for month in range(60)),
    tuple(_SEASON[month % 12] * 1.1 ** (month / 12) for month in range(60)),
    (math.log(1.1) / YEAR,) * 60,
)


def _as_summed(key: int, rate: float, ends: int) -> list[int]:
    """The stream as plain sums of exponentials."""
    minutes, now = [], 0.0
    while True:
        now += draws.exponential(key, ARRIVALS + len(minutes), Ask.ARRIVAL_GAP.value, 0) / (rate / YEAR)
        if now >= ends:
            return minutes
        minutes.append(int(now))


@pytest.mark.parametrize("seed", range(5))
def test_at_a_constant_rate_the_minutes_are_plain_sums_of_exponentials(seed: int) -> None:
    key = draws.key(seed)
    plain = _as_summed(key, 138.0, FIVE_YEARS)
    assert arrival_minutes(key, 138.0, FIVE_YEARS).tolist() == plain
    assert arrival_minutes(key, 138.0, FIVE_YEARS, CONSTANT).tolist() == plain


def test_counts_by_month_are_those_of_the_integral_of_the_rate() -> None:
    rate, replications = 200.0, 60
    minutes = np.concatenate(
        [arrival_minutes(draws.key(1, 0, r), rate, FIVE_YEARS, VARIED) for r in range(replications)]
    )
    counts = np.histogram(minutes, [month * MONTH for month in range(61)])[0]
    edges = [VARIED.cumulative(month * MONTH) for month in range(61)]
    expected = np.array([replications * rate / YEAR * (b - a) for a, b in pairwise(edges)])
    assert float(((counts - expected) ** 2 / expected).sum()) < stats.chi2.ppf(0.999, len(counts))
    assert abs(counts.sum() - expected.sum()) < 4 * math.sqrt(expected.sum())


def test_numbers_of_replications_scatter_as_poisson_numbers_do() -> None:
    rate, replications = 50.0, 200
    counts = [len(arrival_minutes(draws.key(7, 0, r), rate, FIVE_YEARS, VARIED)) for r in range(replications)]
    expected = rate / YEAR * VARIED.cumulative(FIVE_YEARS)
    dispersion = sum((count - expected) ** 2 for count in counts) / expected
    assert stats.chi2.ppf(0.0005, replications) < dispersion < stats.chi2.ppf(0.9995, replications)


def test_a_patient_comes_where_the_changed_rate_has_brought_what_the_constant_one_had() -> None:
    key = draws.key(3)
    plain, varied = (arrival_minutes(key, 138.0, FIVE_YEARS, its) for its in (CONSTANT, VARIED))
    together = min(len(plain), len(varied))
    assert together > 500
    brought = np.array([VARIED.cumulative(float(minute)) for minute in varied[:together]])
    assert np.abs(brought - plain[:together]).max() < 2.5  # minutes begun, at up to 2.2 times the rate


def test_who_comes_before_a_change_comes_as_if_there_were_none() -> None:
    key, change = draws.key(3), 2 * YEAR
    stepped = Intensity((0.0, change), (1.0, 1.5), (0.0, 0.0))
    plain, varied = (arrival_minutes(key, 138.0, FIVE_YEARS, its) for its in (CONSTANT, stepped))
    assert varied[varied < change].tolist() == plain[plain < change].tolist()
    assert (varied >= change).sum() > (plain >= change).sum()


def test_where_nobody_comes_there_is_nobody() -> None:
    closed = Intensity((0.0, YEAR), (0.0, 1.0), (0.0, 0.0))
    minutes = arrival_minutes(draws.key(1), 100.0, FIVE_YEARS, closed)
    assert minutes.min() >= YEAR
    assert len(arrival_minutes(draws.key(1), 100.0, FIVE_YEARS, Intensity((0.0,), (0.0,), (0.0,)))) == 0
