"""The project's engines beside C by hand and other simulators: the same two workloads, side by side, in one run.

    make bench                                       all of it, five to ten minutes
    make bench ARGS="--rounds 3 --scale 0.1"         smaller
    make bench ARGS="--engines c c_log reference --workloads W2 --json"
    make bench ARGS="--sizes simpy=1000000"          as many customers as one likes

First the C programs are built and their rows held against those of the project's engines (`by_hand.py`). Then every
engine runs each workload in a fresh process, all of them in each round, so that whatever else the machine does meets
all alike. Told are medians over the rounds; the ratio is the median of the rounds' own ratios to C. Only ratios of one
run are a result: seconds hang on the machine and its company.

The clock stands still while something starts, is imported or compiled; `process` is the whole. Every run is held
against theory (`workloads/numbers.py`): customers, visits, waits. Ends with 1 where work was left out, where a row of C
differs, or where C or an engine of the project fails. Another simulator that cannot be run is told and left out.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workloads.numbers import FIGURES, missing

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
PROGRAMS = {"W1": "mm3", "W2": "network"}
WORKLOADS = tuple(FIGURES)


@dataclass(frozen=True)
class Engine:
    """Something that runs the workloads.

    key     its name on the command line
    words   what it is
    sizes   customers of W1 and W2; the slow ones get fewer, and times are compared per customer
    kind    c, ours or other: who starts it
    log     whether it writes its log while it runs
    """

    key: str
    words: str
    sizes: tuple[int, int]
    kind: str
    log: bool = False

    @property
    def yardstick(self) -> str:
        """The C program that does as much: with the log where this one writes it."""
        return "c_log" if self.log else "c"

    def size(self, workload: str, scale: float) -> int:
        """How many customers, 1,000 at least: of fewer no mean can be checked."""
        return max(1000, round(self.sizes[WORKLOADS.index(workload)] * scale))

    def command(self, workload: str, size: int, seed: int, others: str) -> list[str]:
        """What to start."""
        log = "memory" if self.log else "none"
        if self.kind == "c":
            return [str(BUILD / PROGRAMS[workload]), str(size), str(seed), log]
        python = sys.executable if self.kind == "ours" else others
        name = self.key.removesuffix("_log")
        return [python, str(HERE / "one.py"), name, workload, str(size), str(seed), log]


ENGINES = (
    Engine("c", "C by hand, no log", (1_000_000, 100_000), "c"),
    Engine("c_log", "C by hand, log in memory", (1_000_000, 100_000), "c", log=True),
    # ---- the project's own
    Engine("reference_log", "reference engine (SimPy), log", (20_000, 3_000), "ours", log=True),
    Engine("compiled", "compiled engine, no log", (1_000_000, 100_000), "ours"),
    Engine("compiled_log", "compiled engine, log", (1_000_000, 100_000), "ours", log=True),
    # ---- others, none of which writes a log (Ciw keeps records, which it cannot do without)
    Engine("cimba", "cimba", (1_000_000, 100_000), "other"),
    Engine("simpy", "SimPy, idiomatic", (200_000, 20_000), "other"),
    Engine("ciw", "Ciw", (100_000, 3_000), "other"),
    Engine("salabim", "salabim", (10_000, 3_000), "other"),
)


@dataclass
class Runs:
    """One engine's runs of one workload, by round."""

    engine: Engine
    workload: str
    size: int
    each: list[dict[str, float]] = field(default_factory=list)
    version: str = ""
    failed: str = ""

    def median(self, name: str) -> float:
        """Of all rounds."""
        return statistics.median(run[name] for run in self.each)

    def per_customer(self, name: str) -> list[float]:
        """In microseconds, by round."""
        return [1e6 * run[name] / self.size for run in self.each]

    def result(self, yardstick: Runs | None) -> dict[str, Any]:
        """What is told."""
        own = self.per_customer("seconds")
        ratio = None
        if yardstick is not None and not yardstick.failed:
            ratio = statistics.median(a / b for a, b in zip(own, yardstick.per_customer("seconds"), strict=True))
        return {
            "engine": self.engine.key,
            "words": self.engine.words,
            "version": self.version,
            "workload": self.workload,
            "customers": self.size,
            "log": self.engine.log,
            "seconds": self.median("seconds"),
            "us_per_customer": statistics.median(own),
            "events_per_second": statistics.median(run["events"] / run["seconds"] for run in self.each),
            "ratio_to_c": ratio,
            "yardstick": self.engine.yardstick,
            "peak_mb": self.median("peak_mb"),
            "process_seconds": self.median("process"),
            "figures": {name: self.median(name) for name in FIGURES[self.workload]},
            "rounds": [run["seconds"] for run in self.each],
        }


def run_once(runs: Runs, seed: int, others: str) -> list[str]:
    """Start it once; returns what says that work was left out."""
    command = runs.engine.command(runs.workload, runs.size, seed, others)
    began = time.perf_counter()
    try:
        ended = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        runs.failed = str(error)
        return []
    process = time.perf_counter() - began
    if ended.returncode:
        runs.failed = (ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
        return []
    told = json.loads(ended.stdout.splitlines()[-1])
    runs.version = told.pop("version", "")
    runs.each.append({**told, "process": process})
    return missing(runs.workload, runs.size, told)


def measured(all_runs: Sequence[Runs], rounds: int, others: str) -> list[str]:
    """Run everything, round by round; returns what was wrong, in sentences."""
    wrong = []
    for number in range(rounds):
        for runs in all_runs:
            if runs.failed:
                continue
            print(f"round {number + 1} of {rounds}: {runs.workload}, {runs.engine.words}", file=sys.stderr)
            for found in run_once(runs, number + 1, others):
                wrong.append(f"{runs.workload}, {runs.engine.words}, round {number + 1}: {found}")
    return wrong


def figures(number: float) -> str:
    """Three figures and no exponent.

    >>> figures(0.01234), figures(3.2), figures(1352.4)
    ('0.0123', '3.20', '1352')
    """
    return f"{number:.0f}" if number >= 100 else f"{number:.{max(0, 2 - math.floor(math.log10(number)))}f}"


def table(results: Sequence[dict[str, Any]]) -> str:
    """The results in columns, one block for each workload."""
    lines = []
    for workload in WORKLOADS:
        here = [result for result in results if result["workload"] == workload]
        if not here:
            continue
        titles = (
            f"{'customers':>10} {'s':>8} {'us/cust.':>9} {'events/s':>9} {'x C':>8} {'peak MB':>8} {'process s':>9}"
        )
        lines += ["", f"{workload:40} {titles}"]
        for r in here:
            ratio = f"{figures(r['ratio_to_c']):>8}" if r["ratio_to_c"] is not None else f"{'-':>8}"
            lines.append(
                f"{r['words'] + ' ' + str(r['version']):40} {r['customers']:10,} {r['seconds']:8.3f} "
                f"{figures(r['us_per_customer']):>9} {figures(r['events_per_second'] / 1e6):>7} M {ratio} "
                f"{r['peak_mb']:8.0f} {r['process_seconds']:9.2f}"
            )
    lines += ["", "x C: times a customer against C with the log where the engine writes one, else against C without"]
    return "\n".join(lines)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    keys = [engine.key for engine in ENGINES]
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="times all sizes")
    parser.add_argument("--sizes", nargs="*", default=[], metavar="ENGINE=N", help="customers of one engine")
    parser.add_argument("--engines", nargs="*", default=keys, choices=keys, metavar="ENGINE", help=", ".join(keys))
    parser.add_argument("--workloads", nargs="*", default=WORKLOADS, choices=WORKLOADS)
    parser.add_argument("--others", default=str(HERE.parent / ".venv-bench" / "bin" / "python"), metavar="PYTHON")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser.parse_args(words)


def _machine() -> dict[str, Any]:
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    return {"cpu": cpu or platform.processor(), "python": platform.python_version(), "system": platform.platform()}


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def main(words: Sequence[str] | None = None) -> int:
    """Build, compare, measure, tell."""
    asked = _asked(words)
    engines = [engine for engine in ENGINES if engine.key in asked.engines]
    if shutil.which("gcc"):
        compared = subprocess.run([sys.executable, str(HERE / "by_hand.py")], stdout=sys.stderr)
        if compared.returncode:
            return 1
    else:
        print("there is no gcc: the C programs are left out, and there are no ratios", file=sys.stderr)
        engines = [engine for engine in engines if engine.kind != "c"]
    sizes = {word.split("=")[0]: int(word.split("=")[1]) for word in asked.sizes}
    all_runs = [
        Runs(engine, workload, sizes.get(engine.key, engine.size(workload, asked.scale)))
        for workload in asked.workloads
        for engine in engines
    ]
    wrong = measured(all_runs, asked.rounds, asked.others)
    by_key = {(runs.engine.key, runs.workload): runs for runs in all_runs}
    results = [
        runs.result(by_key.get((runs.engine.yardstick, runs.workload)))
        for runs in all_runs
        if runs.each and not runs.failed
    ]
    if asked.json:
        print(json.dumps({"machine": _machine(), "rounds": asked.rounds, "results": results, "wrong": wrong}, indent=1))
    else:
        print(table(results))
    for runs in all_runs:
        if runs.failed:
            print(f"{runs.workload}, {runs.engine.words}: could not be run: {runs.failed}", file=sys.stderr)
    for sentence in wrong:
        print(f"WRONG  {sentence}", file=sys.stderr)
    own = any(runs.failed for runs in all_runs if runs.engine.kind != "other")
    return int(bool(wrong) or own)


if __name__ == "__main__":
    sys.exit(main())
