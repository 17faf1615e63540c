"""Builds the C programs, and holds their rows against those of the project's engines.

    python benchmarks/by_hand.py [--sizes W1=20000 W2=3000]

The programs do the work of the engines by hand, with the same draws to the last bit: whatever an engine writes, row for
row, they write too. Ends with 1 where a row differs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import ours
from sim.log import EventLog, first_difference, numbered
from sim.order import in_order
from workloads.header import header

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
PROGRAMS = {"W1": "mm3", "W2": "network"}
# No -ffast-math, and no contraction of products and sums: either changes last bits.
FLAGS = ("-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O3", "-march=native", "-ffp-contract=off", "-Wall", "-Wextra")
SIZES = {"W1": 20_000, "W2": 3_000}


def build() -> None:
    """Compile both programs into `build/`."""
    BUILD.mkdir(exist_ok=True)
    (BUILD / "numbers.h").write_text(header(), "utf-8")
    for name in PROGRAMS.values():
        target = BUILD / name
        subprocess.run(["gcc", *FLAGS, f"-I{BUILD}", HERE / "c" / f"{name}.c", "-o", target, "-lm"], check=True)


def rows_in_c(workload: str, size: int, seed: int, like: EventLog) -> EventLog:
    """The log that the C program writes, in order and numbered; `like` has the names."""
    with tempfile.TemporaryDirectory() as folder:
        command = [BUILD / PROGRAMS[workload], str(size), str(seed), "memory", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        events = np.fromfile(Path(folder) / "events", np.int64).reshape(-1, 7)
        resources = np.fromfile(Path(folder) / "resources", np.int64).reshape(-1, 6)
    return EventLog(numbered(events, np.zeros(size, np.int64)), in_order(resources), like.names)


def main() -> None:
    """Build, compare, say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="*", default=[], metavar="WORKLOAD=N", help="customers to compare")
    asked = parser.parse_args()
    sizes = SIZES | {word.split("=")[0]: int(word.split("=")[1]) for word in asked.sizes}
    build()
    wrong = False
    for workload, size in sizes.items():
        for name, engine in ours.ENGINES.items():
            log = engine(workload, size, 1, True).log
            assert log is not None
            found = first_difference(log, rows_in_c(workload, size, 1, log))
            rows = len(log.events) + len(log.resources)
            print(f"{workload}, {size} customers, {name} and C: {found or f'all {rows} rows are the same'}")
            wrong |= bool(found)
    sys.exit(wrong)


if __name__ == "__main__":
    main()
