"""How often a comparison cries wolf: a small scenario against itself under other seeds, many times.

    python benchmarks/false_alarms.py
    python benchmarks/false_alarms.py --comparisons 200 --replications 8

Nothing differs between the two sides but luck, so whatever is called different after correction is a false alarm. Each
comparison has replications of its own. They are judged as `nelm compare` judges runs with different seeds
(independent), and once more as if they were pairs, which is how runs with one seed are judged. A level of 5 % allows
10 of 200; the project's limit is 18, which a rule that keeps its level passes in 99 of 100 trials.

Figures of finished replications are kept beside the results, so a second run takes seconds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from sim import read_scenario, simulate
from sim.experiments.differences import align, paired, unpaired, verdicts
from sim.record import digests_of
from sim.running import warm_up
from sim.scenario import Scenario

SCENARIO = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=30 days", "run.measured=1 year", "run.follow_up=180 days", "arrivals.rate=60 per year")
FIRST_SEED = 1000
LIMIT = 18 / 200


@cache
def small(seed: int) -> Scenario:
    """The small scenario with a seed."""
    return read_scenario(str(SCENARIO), (*SMALL, f"run.seed={seed}"))


def figures(seed: int, replications: int, folder: Path) -> Path:
    """The figures of all replications of a seed, as a file that is written once."""
    path = folder / f"{seed}_{replications}.parquet"
    if not path.exists():
        tables = [simulate(small(seed), number).measures.kpis for number in range(replications)]
        aside = path.with_suffix(".part")
        pd.concat(tables, ignore_index=True).to_parquet(aside, index=False)
        aside.replace(path)
    return path


def alarms(first: Path, second: Path) -> tuple[list[str], list[str], int]:
    """What is called different, as independent runs and as pairs, and how many figures were tested."""
    sides = align(pd.read_parquet(first), pd.read_parquet(second))
    called = []
    for judge in (unpaired, paired):
        rows = verdicts(pd.concat([sides.keys, judge(sides.reference, sides.other)], axis=1))
        wrong = rows[rows["verdict"] == "different"]
        called.append([f"{row.kpi} [{row.group}] p {row.p:.2g}" for row in wrong.itertuples()])
    return called[0], called[1], int((rows["p"].notna() & ~rows["identical"]).sum())


def report(name: str, called: Sequence[Sequence[str]]) -> bool:
    """Say how many comparisons had a false alarm. True if that is within the limit."""
    wrong = [alarm for alarm in called if alarm]
    share = len(wrong) / len(called)
    print(f"{name}: false alarms in {len(wrong)} of {len(called)} comparisons ({share:.1%})")
    for alarm in wrong:
        print(f"    {'; '.join(alarm)}")
    return share <= LIMIT


def main() -> int:
    """Run what is missing, judge, and say. The exit code is 1 if wolf was cried too often."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=200)
    parser.add_argument("--replications", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", default="outputs")
    asked = parser.parse_args()
    folder = Path(asked.output) / "false_alarms" / digests_of(small(FIRST_SEED))["result"][:12]
    folder.mkdir(parents=True, exist_ok=True)
    warm_up(print)
    seeds = range(FIRST_SEED, FIRST_SEED + 2 * asked.comparisons)
    with ProcessPoolExecutor(asked.workers, multiprocessing.get_context("spawn")) as pool:
        tasks = [pool.submit(figures, seed, asked.replications, folder) for seed in seeds]
        files = [task.result() for task in tqdm(tasks, unit="seed")]
    found = [alarms(*pair) for pair in zip(files[::2], files[1::2], strict=True)]
    tested = [number for _, _, number in found]
    print(f"{asked.replications} replications, {min(tested)} to {max(tested)} figures tested in each comparison")
    good = [report("independent", [a for a, _, _ in found]), report("pairs", [b for _, b, _ in found])]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
