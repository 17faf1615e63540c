"""Both engines on the reference centre at ten times its demand: time, rows a second, and the ratio of the two.

    python benchmarks/engines.py [--times 10] [--rounds 3] [--readings demand centre ...] [--json]

What "ten times" does to a hospital depends on what else grows, so there are four readings:

    demand     ten times the patients, own and competing, before the same theatre lists, scanners and beds
    centre     ... and ten times the rooms, beds and offers too, so that waits stay what they are
    own        ten times this pathway's own patients, and nothing else
    as_it_is   the reference centre, unchanged, all its years

The ratio told first is that of `demand`. The clinic's functions are compiled for both. Runs are interleaved; of each
the median of all rounds counts, and the ratio is the median of the rounds' ratios. The logs are compared, so that
neither engine can be quick by leaving work out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import Any

from sim.engines import COMPILED, REFERENCE
from sim.running import clinic_known, clinic_of, hospital_of, log_of, warm_up
from sim.scenario import ListResource, OfferResource, PlaceResource, Scenario, read_scenario

WIDTHS = (10, 11, 10, 12, 12, 8)
YEARS = {"demand": 3, "centre": 3, "own": 8, "as_it_is": 0}  # of hospital; 0: as many as the scenario has


def enlarged(reading: str, times: int) -> Scenario:
    """The reference centre for so many times as many people, in one of the readings."""
    base = read_scenario("scenarios/baseline.yaml", known=clinic_known())
    settings = []
    if reading != "as_it_is":
        settings += [
            f"catchment.population={base.catchment.population * times}",
            f"arrivals.rate={base.arrivals.rate * times} per year",
        ]
    if YEARS[reading]:
        measured = f"run.measured={YEARS[reading] - 2} years"
        settings += ["run.start=2025-01-01", "run.warm_up=1 year", measured, "run.follow_up=1 year"]
    for name, its in base.resources.items() if reading in ("demand", "centre") else ():
        path = f"resources.{name}"
        if not isinstance(its, OfferResource):
            settings += [f"{path}.competing.{its.name}.rate={its.rate * times} per year" for its in its.competing]
        if reading == "demand":
            continue
        if isinstance(its, ListResource):
            settings += [f"{path}.sittings.{line.name}.rooms={line.rooms * times}" for line in its.sittings]
        elif isinstance(its, PlaceResource):
            settings.append(f"{path}.capacity={its.capacity * times}")
        else:
            settings.append(f"{path}.rate={its.rate * times} per year")
    return read_scenario("scenarios/baseline.yaml", settings, clinic_known())


def compared(reading: str, times: int, rounds: int) -> dict[str, Any]:
    """Both engines, round by round."""
    scenario = enlarged(reading, times)
    hospital = hospital_of(scenario)
    seconds: dict[str, list[float]] = {REFERENCE: [], COMPILED: []}
    digests = set()
    for turn in range(rounds):
        for engine in (REFERENCE, COMPILED) if turn % 2 == 0 else (COMPILED, REFERENCE):
            clinic, arrivals, key = clinic_of(scenario, 0)
            begun = time.perf_counter()
            log = log_of(engine, hospital, clinic, arrivals, key)
            seconds[engine].append(time.perf_counter() - begun)
            digests.add(log.digest())
            rows = len(log.events) + len(log.resources)
            del log
    medians = {engine: statistics.median(its) for engine, its in seconds.items()}
    ratio = statistics.median(slow / fast for slow, fast in zip(seconds[REFERENCE], seconds[COMPILED], strict=True))
    return {
        "reading": reading,
        "patients": len(arrivals),
        "rows": rows,
        "seconds": {engine: round(its, 4) for engine, its in medians.items()},
        "rows_per_second": {engine: round(rows / its) for engine, its in medians.items()},
        "ratio": round(ratio, 1),
        "same_log": len(digests) == 1,
    }


def table(found: list[dict[str, Any]]) -> str:
    """The results in columns."""
    lines = [
        f"{'reading':<10} {'patients':>9} {'rows':>10} {'SimPy s':>9} {'compiled s':>11} {'rows/s':>11} {'ratio':>7}"
    ]
    for its in found:
        slow, fast = its["seconds"][REFERENCE], its["seconds"][COMPILED]
        lines.append(
            f"{its['reading']:<10}{its['patients']:>10,}{its['rows']:>11,}{slow:>10.2f}{fast:>12.3f}"
            f"{its['rows_per_second'][COMPILED]:>12,}{its['ratio']:>8.1f}"
            + ("" if its["same_log"] else "  THE LOGS DIFFER")
        )
    return "\n".join(lines)


def main() -> int:
    """Print the comparison; 1 if the logs differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10, help="demand, as a multiple of the reference centre's")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readings", nargs="*", default=list(YEARS), choices=YEARS, metavar="READING")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warm_up(lambda sentence: print(sentence, file=sys.stderr))
    compared("as_it_is", 1, 1)  # whatever is loaded at the first run is loaded by now
    found = []
    for reading in asked.readings:
        print(f"{reading}: {asked.rounds} rounds of both engines", file=sys.stderr)
        found.append(compared(reading, asked.times, asked.rounds))
    if asked.json:
        told = {"times": asked.times, "rounds": asked.rounds, "ratio": found[0]["ratio"], "readings": found}
        print(json.dumps(told, indent=1))
    else:
        print(table(found))
    return 0 if all(its["same_log"] for its in found) else 1


if __name__ == "__main__":
    sys.exit(main())
