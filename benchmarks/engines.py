"""Both engines on the reference centre at ten times its demand: time, rows a second, and the ratio of the two.

    python benchmarks/engines.py [--times 10] [--years 3] [--rounds 3] [--json]

The catchment is ten times as large, and so is everything else: other patients' demand, rooms, beds, offers. The
clinic's functions are compiled for both. Runs are interleaved; of each the median of all rounds counts, and the ratio
is the median of the rounds' ratios. The logs are compared, so that neither engine can be quick by leaving work out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time

from sim.engines import COMPILED, REFERENCE
from sim.running import clinic_known, clinic_of, hospital_of, log_of, warm_up
from sim.scenario import ListResource, OfferResource, PlaceResource, Scenario, read_scenario


def enlarged(times: int, years: int) -> Scenario:
    """The reference centre for so many times as many people."""
    base = read_scenario("scenarios/baseline.yaml", known=clinic_known())
    settings = [
        f"catchment.population={base.catchment.population * times}",
        f"arrivals.rate={base.arrivals.rate * times} per year",
        "run.start=2025-01-01",
        "run.warm_up=1 year",
        f"run.measured={years - 2} years",
        "run.follow_up=1 year",
    ]
    for name, its in base.resources.items():
        path = f"resources.{name}"
        if isinstance(its, ListResource):
            settings += [f"{path}.sittings.{line.name}.rooms={line.rooms * times}" for line in its.sittings]
        elif isinstance(its, PlaceResource):
            settings.append(f"{path}.capacity={its.capacity * times}")
        if isinstance(its, OfferResource):
            settings.append(f"{path}.rate={its.rate * times} per year")
        else:
            settings += [f"{path}.competing.{its.name}.rate={its.rate * times} per year" for its in its.competing]
    return read_scenario("scenarios/baseline.yaml", settings, clinic_known())


def main() -> int:
    """Print the comparison; 1 if the logs differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10, help="demand, as a multiple of the reference centre's")
    parser.add_argument("--years", type=int, default=3, help="of hospital, 3 or more")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warm_up(lambda sentence: print(sentence, file=sys.stderr))
    scenario = enlarged(asked.times, asked.years)
    hospital = hospital_of(scenario)
    seconds: dict[str, list[float]] = {REFERENCE: [], COMPILED: []}
    digests = set()
    for turn in range(asked.rounds):
        for engine in (REFERENCE, COMPILED) if turn % 2 == 0 else (COMPILED, REFERENCE):
            clinic, arrivals, key = clinic_of(scenario, 0)
            begun = time.perf_counter()
            log = log_of(engine, hospital, clinic, arrivals, key)
            seconds[engine].append(time.perf_counter() - begun)
            digests.add(log.digest())
            rows = len(log.events) + len(log.resources)
    medians = {engine: statistics.median(its) for engine, its in seconds.items()}
    ratio = statistics.median(slow / fast for slow, fast in zip(seconds[REFERENCE], seconds[COMPILED], strict=True))
    found = {
        "demand": asked.times,
        "years": asked.years,
        "patients": len(arrivals),
        "rows": rows,
        "rounds": asked.rounds,
        "seconds": {engine: round(its, 4) for engine, its in medians.items()},
        "rows_per_second": {engine: round(rows / its) for engine, its in medians.items()},
        "ratio": round(ratio, 1),
        "same_log": len(digests) == 1,
    }
    if asked.json:
        print(json.dumps(found, indent=1))
    else:
        print(f"{len(arrivals):,} patients, {rows:,} rows of both logs, {asked.rounds} rounds")
        for engine, its in medians.items():
            print(f"{engine:<10} {its:8.2f} s   {rows / its:12,.0f} rows a second")
        print(f"ratio      {ratio:8.1f}     {'the same log' if len(digests) == 1 else 'THE LOGS DIFFER'}")
    return 0 if len(digests) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
