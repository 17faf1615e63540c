"""One engine, one workload, in this process: prints a line of JSON. What `peers.py` starts, again and again.

python benchmarks/one.py ENGINE W1|W2 SIZE SEED [none|memory]
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

OWN = ("reference", "compiled")


def peak_mb() -> float:
    """The most memory this process has had. Not the parent's, which the system counts in where it has no better."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Run it, and say how long it took and what was done."""
    engine, workload, size, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if engine in OWN:
        ours = importlib.import_module("ours")
        ours.prepare(engine, workload)
        done = ours.ENGINES[engine](workload, size, seed, sys.argv[5:] != ["none"])
        version, seconds, figures = ours.VERSION, done.seconds, done.figures
    else:
        module = importlib.import_module(f"others.with_{engine}")
        getattr(module, "prepare", lambda _: None)(workload)
        began = time.perf_counter()
        figures = getattr(module, workload)(size, seed)
        version, seconds = module.VERSION, time.perf_counter() - began
    print(json.dumps({"version": version, "seconds": seconds, "peak_mb": peak_mb(), **figures}))


if __name__ == "__main__":
    main()
