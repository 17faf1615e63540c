"""Up to ten million patients through the reference centre, without a log: seconds and memory, and both per patient.

    python benchmarks/scale.py [--patients 10000 100000 1000000 10000000] [--json]

The patients come to the reference centre as it is, for as many years as it runs; so the more of them there are, the
longer they queue, and queues of a hundred thousand are part of the measurement. Each size runs in a process of its own,
with `--log none`: what is told is the one replication with its measures, from the first draw to the last figure.

Every size bears the same base: the libraries, and all those years of everybody else's cases. So of each size is told
besides what its patients take, above those of the size before: that is what has to be constant.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from one import peak_mb


def one(patients: int) -> dict[str, Any]:
    """One size, in this process."""
    from sim.engines import COMPILED
    from sim.running import NONE, clinic_known, simulate, warm_up
    from sim.scenario import read_scenario
    from sim.units import YEAR

    warm_up(lambda sentence: print(sentence, file=sys.stderr))
    base = read_scenario("scenarios/baseline.yaml", known=clinic_known())
    times = patients / (base.arrivals.rate * base.run.ends / YEAR)
    settings = [f"arrivals.rate={base.arrivals.rate * times} per year"]  # of however many people: no world has so many
    scenario = read_scenario("scenarios/baseline.yaml", settings, clinic_known())
    before = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        replication = simulate(scenario, 0, Path(folder) / "rows", COMPILED, NONE)
        seconds = time.perf_counter() - begun
    came = len(replication.patients)
    return {
        "patients": came,
        "seconds": round(seconds, 2),
        "us_per_patient": round(seconds / came * 1e6, 1),
        "peak_mb": round(peak_mb()),
        "kb_per_patient": round((peak_mb() - before) / came * 1000, 2),
    }


def add_slopes(found: list[dict[str, Any]]) -> None:
    """Note what each further patient takes, from one size to the next."""
    for fewer, more in pairwise(found):
        patients = more["patients"] - fewer["patients"]
        more["us_each_more"] = round((more["seconds"] - fewer["seconds"]) / patients * 1e6, 1)
        more["kb_each_more"] = round((more["peak_mb"] - fewer["peak_mb"]) / patients * 1000, 2)


def slope(its: dict[str, Any], name: str) -> str:
    """One of them in words; the first size has none."""
    return str(its.get(name, "-"))


def main() -> int:
    """Print the sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, nargs="*", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help="one size, in this process")
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(one(asked.patients[0])))
        return 0
    found = []
    for patients in asked.patients:
        print(f"{patients:,} patients", file=sys.stderr)
        command = [sys.executable, __file__, "--here", "--patients", str(patients)]
        found.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    add_slopes(found)
    if asked.json:
        print(json.dumps(found, indent=1))
    else:
        titles = f"{'s':>8} {'us each':>8} {'us each more':>13} {'peak MB':>8} {'KB each':>8} {'KB each more':>13}"
        print(f"{'patients':>10} {titles}")
        for its in found:
            print(
                f"{its['patients']:>10,} {its['seconds']:>8.2f} {its['us_per_patient']:>8.1f} "
                f"{slope(its, 'us_each_more'):>13} {its['peak_mb']:>8,} {its['kb_per_patient']:>8.2f} "
                f"{slope(its, 'kb_each_more'):>13}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
