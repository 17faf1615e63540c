"""Kills a sweep at random moments, over and over, and looks whether anything was lost or done twice.

    python benchmarks/kills.py [--kills 20] [--seed N] [--workers 2] [--design FILE]

A sweep is run undisturbed once. The same sweep is then run in a store of its own and ended by SIGKILL at a random
moment, started again, killed again, until it was killed often enough, and then left in peace. It must come to the same
table, byte for byte; no replication that was finished may be run again or written again; and no worker may outlive a
sweep that was killed. Ends with 1 where one of these does not hold.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
DESIGN = """kind: sweep
sweep: killed
question: Does a sweep that is killed over and over come to the same table?
scenario: {scenario}
design: grid
replications: 4
set: {{run.warm_up: 30 days, run.measured: 180 days, run.follow_up: 30 days}}
parameters:
  - {{name: arrivals, path: arrivals.rate, from: 50 per year, to: 70 per year, steps: {points}}}
kpis: [queue.ct.mean]
"""
PROGRAM = """
import sys
from sim.experiments.sweep import sweep
from sim.reporter import Terminal
file, store, table, workers = sys.argv[1:]
done = sweep(file, workers=int(workers), store=store, table=table, reporter=Terminal())
print("found", done.found, "ran", done.ran)
"""
WAIT = 20.0  # seconds that a worker may take to notice
LONGEST = 600.0


@dataclass
class Findings:
    """What was seen.

    kills      how often the sweep was killed
    wrong      sentences, one for each thing that should not be
    at         replications that were finished at each kill
    """

    kills: int = 0
    wrong: list[str] = field(default_factory=list)
    at: list[int] = field(default_factory=list)


def finished(store: Path) -> dict[Path, tuple[int, int]]:
    """Each finished replication, with what tells its file from a later one."""
    done = {file: file.stat() for file in store.glob("*/*/replications/[0-9]*/done.json")}
    return {file: (its.st_ino, its.st_mtime_ns) for file, its in done.items()}


def started(design: Path, store: Path, table: Path, workers: int) -> subprocess.Popen[str]:
    """A sweep in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(design), str(store), str(table), str(workers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in text.split()]


def alive(process: int) -> bool:
    """Is it still at work? A process that has ended and waits to be noticed is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass(frozen=True)
class Pace:
    """How fast this machine is, in seconds: moments are drawn by it, so that kills hit a sweep at work anywhere.

    first     from the start to the first finished replication
    between   from one finished replication to the next
    """

    first: float
    between: float


def pace_of(store: Path, since: float) -> Pace:
    """The pace of a finished sweep that was started at this second (of `time.time`)."""
    at = sorted(written / 1e9 for _, written in finished(store).values())
    return Pace(max(at[0] - since, 0.0), (at[-1] - at[0]) / max(len(at) - 1, 1))


def kill_once(
    design: Path, store: Path, table: Path, workers: int, luck: random.Random, pace: Pace, seen: Findings
) -> bool:
    """Start the sweep, kill it at a random moment, look. False if it was done before that.

    The moment lies in the time before the first replication is finished, or soon after one or a few more are, however
    fast the machine is.
    """
    before = finished(store)
    more, pause = luck.choice((0, 0, 1, 2, 3)), luck.uniform(0, 2 * pace.between)
    process = started(design, store, table, workers)
    until = time.monotonic() + (luck.uniform(0.1, 1) * pace.first if more == 0 else LONGEST)
    while time.monotonic() < until and process.poll() is None:
        if len(finished(store)) >= len(before) + max(more, 1):
            break
        time.sleep(0.01)
    time.sleep(pause)
    crew = children(process.pid) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    told = process.communicate()[1]
    if process.returncode != -signal.SIGKILL:
        return False
    seen.kills += 1
    deadline = time.monotonic() + WAIT
    while any(alive(worker) for worker in crew) and time.monotonic() < deadline:
        time.sleep(0.01)
    if any(alive(worker) for worker in crew):
        seen.wrong.append(f"a worker was alive {WAIT:.0f} seconds after kill {seen.kills}")
    look(before, finished(store), told, seen)
    return True


def look(before: dict[Path, tuple[int, int]], after: dict[Path, tuple[int, int]], told: str, seen: Findings) -> None:
    """Was anything that was finished lost, written again, or not found again?"""
    seen.at.append(len(after))
    if not before.items() <= after.items():
        seen.wrong.append(f"a finished replication was lost or written again before kill {seen.kills}")
    found = re.search(r"found (\d+) of", told)
    if found and int(found[1]) != len(before):
        seen.wrong.append(f"{len(before)} replications were finished and {found[1]} were found again")


def killed(design: Path, place: Path, kills: int, workers: int, seed: int) -> Findings:
    """Run a sweep undisturbed, then another killed so many times; say what was seen.

    place   an empty folder
    """
    luck = random.Random(seed)
    seen = Findings()
    right, table, store = place / "right.csv", place / "killed.csv", place / "killed"
    since = time.time()
    calm = started(design, place / "calm", right, workers)
    _, error = calm.communicate()
    if calm.returncode:
        raise SystemExit(error)
    pace = pace_of(place / "calm", since)
    while seen.kills < kills and kill_once(design, store, table, workers, luck, pace, seen):
        pass
    before = finished(store)
    last = started(design, store, table, workers)
    answer, told = last.communicate()
    if last.returncode:
        raise SystemExit(told)
    look(before, finished(store), told, seen)
    if answer.split()[1::2][0] != str(len(before)):
        seen.wrong.append(f"{len(before)} replications were finished, and at the end it said {answer.strip()}")
    if table.read_bytes() != right.read_bytes():
        seen.wrong.append("the table differs from that of the undisturbed sweep")
    return seen


def main() -> int:
    """Does what the arguments ask."""
    parser = argparse.ArgumentParser(description="Kill a sweep at random moments and look whether anything is lost.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--design", type=Path, help="a design of your own; else a small one is made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        place = Path(folder)
        design = asked.design or place / "killed.yaml"
        if asked.design is None:
            text = DESIGN.format(scenario=SCENARIOS / "baseline.yaml", points=max(4, asked.kills))
            design.write_text(text, encoding="utf-8")
        seen = killed(design, place, asked.kills, asked.workers, asked.seed)
    done = ", ".join(map(str, seen.at[:-1]))
    print(f"killed {seen.kills} times, with {done} replications finished; {seen.at[-1]} in the end")
    if seen.kills < asked.kills:
        seen.wrong.append(f"it was done after {seen.kills} kills; take a larger design")
    print("\n".join(seen.wrong) or "the table is that of the undisturbed sweep, and nothing was run twice")
    return int(bool(seen.wrong))


if __name__ == "__main__":
    sys.exit(main())
