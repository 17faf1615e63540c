"""How much pairing narrows the answer: the same luck under two scenarios, against as many independent runs.

    python benchmarks/pairing.py
    python benchmarks/pairing.py scenarios/baseline.yaml scenarios/pet_slots_halved.yaml --replications 16

Runs the first scenario and the second with the same seed (pairs), and the second once more with another seed
(independent of the first). Prints for every wait the half-widths of the 95 % intervals of both differences and their
ratio; 0.5 or less means that pairing is worth four times as many replications or more. Results are kept where all
results are, and found again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sim import read_scenario
from sim.experiments.compare import compared, run_each
from sim.reporter import Terminal

SCENARIOS = Path(__file__).parents[1] / "scenarios"
LONGEST = 58


def waits_of(first: str, second: str, replications: int | None, workers: int | None, output: str) -> pd.DataFrame:
    """Half-widths of the differences in waits, with pairs and without, one row for each figure."""
    one, two = read_scenario(first), read_scenario(second)
    other_luck = two.change("run.seed", one.run.seed + 1)
    runs = run_each([one, two, other_luck], replications, workers, output, reporter=Terminal())
    table = compared(runs, ["wait.*.median", "wait.*.p90", "wait.*.mean_of_those_served", "wait.*.within_target"]).table
    pairs, alone = (table[table["scenario"] == name] for name in table["scenario"].unique())
    both = pairs.merge(alone, on=["kpi", "group", "unit"], suffixes=("", "_alone"))
    both["paired"] = (both["upper"] - both["lower"]) / 2
    both["unpaired"] = (both["upper_alone"] - both["lower_alone"]) / 2
    both["ratio"] = both["paired"] / both["unpaired"]
    known = both[np.isfinite(both["ratio"]) & (both["unpaired"] > 0)]
    return known[["kpi", "group", "unit", "difference", "paired", "unpaired", "ratio", "half_width_ratio"]]


def main() -> None:
    """Print the table, worst first, and how many waits it holds for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", nargs="?", default=str(SCENARIOS / "baseline.yaml"))
    parser.add_argument("second", nargs="?", default=str(SCENARIOS / "second_ir_list.yaml"))
    parser.add_argument("--replications", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--output", default="outputs")
    asked = parser.parse_args()
    found = waits_of(asked.first, asked.second, asked.replications, asked.workers, asked.output)
    print(f"{'figure':{LONGEST}} difference  +- paired  +- unpaired   ratio   expected")
    for row in found.sort_values("ratio", ascending=False).itertuples():
        name = f"{row.kpi} [{row.group}]"
        print(
            f"{name:{LONGEST}} {row.difference:10.3f} {row.paired:10.3f} {row.unpaired:12.3f} {row.ratio:7.2f} "
            f"{row.half_width_ratio:10.2f}"
        )
    share = float((found["ratio"] <= 0.5).mean())
    print(
        f"\n{len(found)} waits: ratio at most 0.5 in {share:.0%}, median ratio {found['ratio'].median():.2f}, "
        f"geometric mean {np.exp(np.log(found['ratio'].clip(lower=1e-3)).mean()):.2f}.\n"
        "`ratio` is of two intervals each measured once, so it scatters; `expected` estimates it from the paired runs "
        "alone (spread between replications of each scenario, and of their differences)."
    )


if __name__ == "__main__":
    sys.exit(main())
