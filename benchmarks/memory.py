"""Runs a hospital many times the size of the reference centre, and says how much memory that took.

    python benchmarks/memory.py [--patients 100000] [--most 2.0] [--keep FOLDER] [--scenario FILE]

The reference centre is enlarged as a whole: so many times the arrivals, the rooms of each sitting, the places, the
offers, and the competing cases; waits and loads stay about what they are. One replication of it is run by `nelm run`
in a process of its own, as a user would, with logs, tables and pictures. Told are the peak of the resident memory of
the largest process, the patients there were, the rows of the logs and the time. Ends with 1 where the peak is above
`--most` gigabytes (of 1e9 bytes).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from sim import read_scenario
from sim.scenario import ListResource, OfferResource, PlaceResource, Scenario
from sim.units import YEAR

BASELINE = Path(__file__).resolve().parents[1] / "scenarios" / "baseline.yaml"
NELM = [sys.executable, "-c", "from sim.cli import main; main()", "run"]
KILOBYTE = 1024 if sys.platform != "darwin" else 1  # what the system counts a peak in


def enlarged(scenario: Scenario, times: int) -> dict[str, object]:
    """What to change in a scenario so that everything in it is there so many times."""
    change: dict[str, object] = {"arrivals.rate": f"{scenario.arrivals.rate * times} per year"}
    for name, its in scenario.resources.items():
        place = f"resources.{name}"
        if isinstance(its, ListResource):
            change |= {f"{place}.sittings.{line.name}.rooms": line.rooms * times for line in its.sittings}
        elif isinstance(its, PlaceResource):
            change[f"{place}.capacity"] = its.capacity * times
        elif isinstance(its, OfferResource):
            change[f"{place}.rate"] = f"{its.rate * times} per year"
            continue
        for stream in its.competing:
            change[f"{place}.competing.{stream.name}.rate"] = f"{stream.rate * times} per year"
    return change


def written(base: Path, times: int, folder: Path) -> Path:
    """The scenario file of the enlarged centre."""
    file = folder / "enlarged.yaml"
    content = {
        "kind": "scenario",
        "scenario": "enlarged",
        "question": f"What does a centre {times} times as large take?",
        "based_on": str(base),
        "change": enlarged(read_scenario(base), times),
    }
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def main() -> int:
    """Does what the arguments ask."""
    parser = argparse.ArgumentParser(description="Run a very large hospital and say what memory it took.")
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--most", type=float, default=2.0, help="gigabytes that the largest process may take")
    parser.add_argument("--scenario", type=Path, default=BASELINE, help="what is enlarged")
    parser.add_argument("--keep", type=Path, help="a folder for the results; else they are removed")
    asked = parser.parse_args()
    run = read_scenario(asked.scenario).run
    alone = read_scenario(asked.scenario).arrivals.rate * run.ends / YEAR
    times = max(1, round(asked.patients / alone))
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        output = asked.keep or Path(folder) / "outputs"
        file = written(asked.scenario, times, Path(folder))
        started = time.perf_counter()
        words = ["--replications", "1", "--output", str(output), "--quiet"]
        done = subprocess.run([*NELM, str(file), *words], stderr=subprocess.PIPE, text=True)
        seconds = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(done.stderr)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KILOBYTE / 1e9
        (place,) = output.glob("enlarged/*/replications/0000")
        rows = {
            name: pq.read_metadata(place / f"{name}.parquet").num_rows for name in ("patients", "events", "resources")
        }
        size = sum(path.stat().st_size for path in place.iterdir())
    told = {"times": times, **rows, "megabytes_on_disk": round(size / 1e6), "seconds": round(seconds)}
    print(json.dumps(told | {"peak_gigabytes": round(peak, 3)}))
    return int(peak > asked.most)


if __name__ == "__main__":
    sys.exit(main())
