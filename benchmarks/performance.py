"""Measure everything that docs/performance.md tells, and write it there.

    python benchmarks/performance.py [--rounds 5] [--only engines peers scale stages]

Runs the other programs of this folder one after the other, a quarter of an hour in all, and puts their tables between
the page's marks. A part that is not asked for stays as it is.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engines
import peers
import scale

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"


def told(*words: str) -> Any:
    """What a program of this folder prints as JSON."""
    print("running", *words, file=sys.stderr)
    command = [sys.executable, str(HERE / words[0]), *words[1:], "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE.parent).stdout)


def of_engines(rounds: int) -> str:
    """Both engines, four readings."""
    return _as_text(engines.table(told("engines.py", "--rounds", str(rounds))["readings"]))


def of_peers(rounds: int) -> str:
    """The two workloads."""
    return _as_text(peers.table(told("peers.py", "--rounds", str(rounds))["results"]))


def of_scale(_: int) -> str:
    """Up to ten million patients, once: it takes long enough."""
    lines = [
        "| patients | seconds | µs each | µs each more | peak MB | KB each, above the start | KB each more |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for its in told("scale.py"):
        lines.append(
            f"| {its['patients']:,} | {its['seconds']:.2f} | {its['us_per_patient']:.1f} | "
            f"{scale.slope(its, 'us_each_more')} | {its['peak_mb']:,} | {its['kb_per_patient']:.2f} | "
            f"{scale.slope(its, 'kb_each_more')} |"
        )
    return "\n".join(lines)


def of_stages(rounds: int) -> str:
    """Where the time goes."""
    found = told("stages.py", "--rounds", str(rounds))
    rows, questions = found.pop("rows"), found.pop("questions")
    whole = found.pop("nelm run")
    total = sum(found.values())
    lines = [
        f"One replication, {rows:,} rows of both logs, {questions:,} questions to the clinic:",
        "",
        "| stage | seconds | share |",
        "|---|---:|---:|",
        *(f"| {name} | {seconds:.3f} | {seconds / total:.0%} |" for name, seconds in found.items()),
        "",
        f"The whole command, `nelm run scenarios/baseline.yaml` with its 8 replications and pictures: {whole:.1f} s.",
    ]
    return "\n".join(lines)


PARTS: dict[str, Callable[[int], str]] = {
    "engines": of_engines,
    "peers": of_peers,
    "scale": of_scale,
    "stages": of_stages,
}


def _as_text(table: str) -> str:
    return "```text\n" + table.strip("\n") + "\n```"


def put(page: str, part: str, text: str) -> str:
    """The page with a part's text between its marks.

    >>> put("a <!-- x --> old <!-- end of x --> b", "x", "new").splitlines()
    ['a <!-- x -->', 'new', '<!-- end of x --> b']
    """
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE.name} has no marks {begin} and {end}")
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(PARTS), choices=PARTS, metavar="PART")
    asked = parser.parse_args()
    for part in asked.only:
        text = PARTS[part](asked.rounds)
        today = datetime.date.today().isoformat()
        rounds = "1 round" if part == "scale" or asked.rounds == 1 else f"{asked.rounds} rounds"
        page = put(PAGE.read_text("utf-8"), part, f"{text}\n\nMeasured {today}, {rounds}.")
        PAGE.write_text(page, "utf-8", newline="\n")
        print(f"{part}: written to {PAGE.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
