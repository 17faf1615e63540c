"""Runs a small hospital with every number the model reads at both of its limits: none may end it, none may hang it.

    python benchmarks/limits.py                       all numbers, a few months of hospital each
    python benchmarks/limits.py --measured "3 years"  so long that more happens
    python benchmarks/limits.py growth prrt           only those whose names begin so

A number is written as a scenario would override it. Shares of a whole and limits that come in pairs move together, or
they would be refused. A list whose cases become longer than any sitting is closed. Prints what came otherwise than by
an answer; ends with 1 if anything did. The tests run some of it (tests/house/test_limits.py).
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from sim import read_scenario, simulate
from sim.errors import InputError, NelmError
from sim.evidence import read_evidence
from sim.evidence.amounts import Amount, Kind
from sim.evidence.cards import ORDERED
from sim.running import warm_up
from sim.scenario import Scenario
from sim.units import YEAR

BASELINE = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=60 days", "run.follow_up=60 days", "run.replications=1", "arrivals.rate=400 per year")
MEASURED = "120 days"
SECONDS = 120  # of the processor, for one run, which takes about one


def written(amount: Amount, number: float) -> str:
    """A number of the model as a scenario writes it."""
    if amount.kind is Kind.DURATION:
        return f"{round(number)} min"
    return f"{number * YEAR!r} per year" if amount.kind is Kind.RATE else repr(number)


def ends(amount: Amount) -> tuple[float, float]:
    """The smallest and the largest number that are allowed."""
    low, high = amount.within
    if amount.above:
        low += {Kind.DURATION: 1.0, Kind.RATE: 1e-12 / YEAR}.get(amount.kind, max(low, 1e-6) * 1e-6)
    return low, high


def overrides(name: str, number: float) -> dict[str, str]:
    """What a scenario writes to set a number, with what has to move with it."""
    ledger = read_evidence()
    card, _, part = name.partition(".")
    parts = {p: a.number for p, a in ledger.cards[card].amounts.items()}
    parts[part] = number
    if ledger.cards[card].sums_to_1:
        rest = math.fsum(value for p, value in parts.items() if p != part)
        parts = {p: number if p == part else value * (1 - number) / rest for p, value in parts.items()}
    for first, second in ORDERED:
        for this, other, keep in ((first, second, max), (second, first, min)):
            if part.endswith(this) and (pair := part.removesuffix(this) + other) in parts:
                parts[pair] = keep(parts[pair], number)
    names = {p: f"{card}.{p}" if p else card for p in parts}
    return {
        names[p]: written(ledger.amounts[names[p]], value)
        for p, value in parts.items()
        if p == part or value != ledger.amounts[names[p]].number
    }


def cases(begin: Sequence[str] = ()) -> list[tuple[str, float]]:
    """Each number the model reads with each of its limits, those whose names begin so."""
    amounts = read_evidence().amounts.items()
    return [(name, end) for name, its in amounts if name.startswith(tuple(begin) or "") for end in ends(its)]


def outcome(case: tuple[str, float], measured: str = MEASURED) -> str:
    """Run a small hospital with a number at a limit. '' where it gave an answer, else what it gave."""
    name, number = case
    try:
        scenario = small(overrides(name, number), measured)
        with at_most(SECONDS):
            simulate(scenario, 0)
    except (NelmError, TimeoutError) as error:
        return f"{name} at {number:g}: {type(error).__name__} {' '.join(str(error).split())[:300]}"
    except Exception as error:
        return f"{name} at {number:g}: an error of its own, {type(error).__name__} {error}"
    return ""


def small(values: Mapping[str, str], measured: str) -> Scenario:
    """The small hospital; what could not be done in it at all is closed."""
    settings = [*SMALL, f"run.measured={measured}", *(f"evidence.{name}={value}" for name, value in values.items())]
    try:
        return read_scenario(str(BASELINE), tuple(settings))
    except InputError as error:
        short = {p.path.split(".")[1] for p in error.problems if "its longest case" in p.expected}
        if not short:
            raise
    return read_scenario(str(BASELINE), (*settings, *(f"resources.{its}.sittings=[]" for its in sorted(short))))


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """TimeoutError if it takes more of the processor's time, where the system can tell."""

    def late(signum: int, frame: object) -> NoReturn:
        raise TimeoutError(f"not finished after {seconds} seconds")

    if not hasattr(signal, "SIGPROF"):
        yield
        return
    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main() -> int:
    """Run what was asked for and say what did not give an answer."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    ask.add_argument("begin", nargs="*", metavar="NAME", help="Only numbers whose names begin so.")
    ask.add_argument("--measured", default=MEASURED, help="How long the hospital runs.")
    ask.add_argument("--workers", type=int, default=2, metavar="N")
    options = ask.parse_args()
    warm_up(print)
    tried = cases(options.begin)
    with ProcessPoolExecutor(options.workers) as pool:
        found = list(tqdm(pool.map(partial(outcome, measured=options.measured), tried, chunksize=4), total=len(tried)))
    bad = [line for line in found if line]
    print(f"{len(tried)} runs with a number at a limit, {len(bad)} without an answer")
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
