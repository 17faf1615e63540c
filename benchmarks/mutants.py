"""Breaks files on purpose, by the thousand: each is read, or refused with its place and exit code 2; nothing else.

    python benchmarks/mutants.py                                    100,000 broken files, a million patients
    python benchmarks/mutants.py --files 2000 --patients 10000
    python benchmarks/mutants.py --files 300 --explain               and explains what is still right

Files: shipped scenarios, designs, published results and their calibration, the board and the evidence cards, with
bytes, words, lines, values or indents broken in them by chance, through the door of `nelm check`. No traceback, no
other exit code than 0 and 2, every problem with its file, what was found and what was expected, and nothing written
anywhere.

A file that is right, for all that was broken in it, goes on through the doors behind: `nelm run --dry-run`, and, with
--explain, `nelm explain` within a minute of the processor's time. These may refuse nothing that `check` let through.

Patients: findings drawn at random, impossible mixtures and missing values among them. Each gets exactly one row of
each table of the board, and the words of `explain` agree with it.

The numbers of what went wrong are printed, so that each can be made again; ends with 1 if anything did. The tests run
the first thousand files and a few patients (tests/house/test_mutants.py).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

import numpy as np
from tqdm import tqdm

import sim
from sim.cli import main as nelm
from sim.clinic.board import ATTRIBUTES, explain, first_row
from sim.clinic.boardfile import read_board

ROOT = Path(__file__).parents[1]
PACKAGE = Path(sim.__file__).parent
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
CARDS = sorted(
    path for path in (PACKAGE / "evidence").glob("*.yaml") if path.read_text("utf-8").startswith("kind: cards")
)
PUBLISHED = sorted((ROOT / "scenarios").glob("*/*.yaml"))  # results and calibrations, which look for files beside them
SOURCES = (*SCENARIOS, *PUBLISHED, PACKAGE / "clinic" / "board.yaml", *CARDS)
BATCH = 500
KIND = SCENARIOS[0].read_bytes().partition(b"\n")[0]  # designs have another first line
SECONDS = 60  # of the processor; a busy machine is no fault of a file
_SCRAPS = (
    *(b"{", b"}", b"[", b"]", b":", b": ", b"- ", b"#", b"'", b'"', b"|", b">", b"? ", b"~", b"{}", b"[]", b"''"),
    *(b"&a ", b"*a", b"!!python/object:x ", b"<<: ", b"---\n", b"...\n", b"%YAML 1.1\n", b"[[[[[["),
    *(b"\t", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", "\u2028\u0130\U0001f600".encode()),
    *(b"null", b"yes", b"true", b"1e400", b"-1", b"0", b"012", b".nan", b"1e-5", b"99999999999999999999"),
    *(b"9999-12-31", b"0001-01-01", b"1e9 years", b"-1 min", b"0 min", b"200 %", b"1e300 per min"),
    *(b"100000000", b"1e300", b"1e-300", b"1e6 per day", b"1e9 per year", b"200 years", b"1 min", b"1000 % per year"),
    *(b"name", b"resources.", b"always", b'"<= 20"', b'">= 1 and <= 0"', b"type_1", b"model", b"seed"),
)


def _some_byte(chance: random.Random, text: bytes) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :]


def _scrap(chance: random.Random, text: bytes) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(_SCRAPS) + text[at + chance.choice((0, 0, 1, 5)) :]


def _other_value(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(b":")
    lines[at] = key + colon + b" " + chance.choice(_SCRAPS)
    return b"\n".join(lines)


def _without_lines(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    del lines[at : at + chance.choice((1, 1, 2, 10))]
    return b"\n".join(lines)


def _line_again(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\n".join(lines)


def _other_indent(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = b" " * chance.randrange(8) + lines[at].lstrip()
    return b"\n".join(lines)


def _words_swapped(chance: random.Random, text: bytes) -> bytes:
    words = text.split(b" ")
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def _cut_off(chance: random.Random, text: bytes) -> bytes:
    return text[: chance.randrange(len(text))]


WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _some_byte,
    _scrap,
    _other_value,
    _other_value,
    _without_lines,
    _line_again,
    _other_indent,
    _words_swapped,
    _cut_off,
)


def mutant(number: int) -> tuple[Path, bytes]:
    """The shipped file that mutant `number` is made of, and its broken text; the same for the same number."""
    chance = random.Random(number)
    # A third are of the baseline, in which most can break, a sixth of the board, a ninth of published results.
    kind = number % 18
    board = PACKAGE / "clinic" / "board.yaml"
    source = SCENARIOS[0] if kind < 6 else board if kind < 9 else chance.choice(PUBLISHED if kind < 11 else SOURCES)
    text = source.read_bytes()
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        text = chance.choice(WAYS)(chance, text) or b"\n"
    return source, text


def refusal(path: Path, *command: str) -> tuple[int, str]:
    """`nelm check FILE`, or another command, from inside: its exit code and what it wrote to stderr."""
    read_board.cache_clear()
    said, code = io.StringIO(), 0
    words = ["nelm", *(command or ("check", "--quick")), str(path)]
    with (
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(io.StringIO()),
        patch.object(sys, "argv", words),
    ):
        try:
            nelm()
        except SystemExit as leave:
            code = int(leave.code or 0)
    return code, said.getvalue()


class Late(BaseException):
    """It took too long; no error that the command would take for one of its own."""


def behind(path: Path, explained: bool) -> str:
    """What is wrong with how a scenario that `check` let through is met by what comes next; '' where nothing is."""
    said = ""
    with tempfile.TemporaryDirectory() as store:
        code, said = refusal(path, "run", "--dry-run", "--output", store)
    if code == 0 and explained:
        try:
            with at_most(SECONDS):
                code, said = refusal(path, "explain", "--load")
        except Late:
            return f"not explained in {SECONDS} seconds"
    return f"right for `check`, then exit code {code}: {said[-300:]}" if code else ""


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Late if it takes more of the processor's time, where the system can tell."""

    def late(signum: int, frame: object) -> NoReturn:
        raise Late

    if not hasattr(signal, "SIGPROF"):
        yield
        return
    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def complaint(code: int, said: str, left: list[str]) -> str:
    """What is wrong with how a broken file was met; '' where nothing is."""
    if code not in (0, 2):
        return f"exit code {code}: {said[:200]}"
    if "Traceback" in said:
        return "a traceback"
    if code == 2 and not (said.count("found:") and said.count("expected:")):
        return f"no place or no expectation: {said[:200]}"
    if left:
        return f"wrote {left}"
    return ""


def _place(folder: Path, source: Path) -> Path:
    """Where a copy of a shipped file stands in a folder: published results in one of their own, as they are shipped."""
    return folder / source.parent.name / source.name if source in PUBLISHED else folder / source.name


def broken_files(numbers: Iterable[int], explained: bool = False) -> tuple[int, list[str]]:
    """Try the mutants of these numbers. Returns how many were refused, and a line for each that was met badly.

    explained   explain those that are still right
    """
    refused, bad = 0, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for shipped in (*SCENARIOS, *PUBLISHED):  # changes on a base find their base
            _place(folder, shipped).parent.mkdir(exist_ok=True)
            _place(folder, shipped).write_bytes(shipped.read_bytes())
        before = set(folder.rglob("*"))
        for number in numbers:
            source, text = mutant(number)
            path = _place(folder, source)
            path.write_bytes(text)
            code, said = refusal(path)
            refused += code == 2
            left = sorted(str(other) for other in set(folder.rglob("*")) - before - {path})
            wrong = complaint(code, said, left)
            if code == 0 and source in SCENARIOS and text.startswith(KIND):
                wrong = wrong or behind(path, explained)
            if wrong:
                bad.append(f"mutant {number} of {source.name}: {wrong}")
            if path in before:
                path.write_bytes(source.read_bytes())
            else:
                path.unlink()
    return refused, bad


def random_findings(number: int, seed: int) -> np.ndarray:
    """(number, attributes) findings: a fifth of the patients have a mixture of missing values."""
    rng = np.random.default_rng(seed)
    found = np.empty((number, len(ATTRIBUTES)))
    for a, attribute in enumerate(ATTRIBUTES.values()):
        if attribute.levels:
            found[:, a] = rng.integers(0, len(attribute.levels), number)
        else:
            top = min(attribute.highest, 100.0)
            found[:, a] = np.where(rng.random(number) < 0.5, rng.integers(0, 6, number), rng.uniform(0, top, number))
    missing = (rng.random(found.shape) < 0.3) & (rng.random(number) < 0.2)[:, None]
    found[missing] = np.nan
    return found


def random_patients(number: int, seed: int = 1, explained: int = 1000) -> list[str]:
    """Give random patients to the board. Returns a line for each who got no row, or another than `explain` says."""
    board, bad = read_board(), []
    findings = random_findings(number, seed)
    for name in ("background", "main"):
        table = getattr(board.tables, name)
        rows = np.fromiter((first_row(table, hers, 0)[0] for hers in findings), np.int64, number)
        bad += [
            f"patient {i} has no row of {name}" for i in np.flatnonzero((rows < 0) | (rows >= len(board.rows[name])))
        ]
        for i in range(min(explained, number)):
            words = explain(board.rows[name], table, findings[i]).splitlines()
            offered = [n for n, line in enumerate(words) if "  offered: " in line]
            if offered != [rows[i]]:
                bad.append(f"patient {i}: the table {name} gives row {rows[i]}, its explanation {offered}")
    return bad


def batches(number: int) -> Iterator[range]:
    """The numbers from 0 on in batches, so that work can be shared."""
    return (range(first, min(first + BATCH, number)) for first in range(0, number, BATCH))


def main() -> int:
    """Break what was asked for and say what went wrong."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    ask.add_argument("--files", type=int, default=100_000, metavar="N")
    ask.add_argument("--patients", type=int, default=1_000_000, metavar="N")
    ask.add_argument("--explain", action="store_true", help="Explain what is still right, which takes long.")
    ask.add_argument("--workers", type=int, default=2, metavar="N")
    options = ask.parse_args()
    bad, refused = random_patients(options.patients), 0
    print(f"{options.patients} random patients, {len(bad)} met badly")
    try_all = partial(broken_files, explained=options.explain)
    with ProcessPoolExecutor(options.workers) as pool:
        for some, lines in tqdm(pool.map(try_all, batches(options.files)), total=-(-options.files // BATCH)):
            refused += some
            bad += lines
    print(f"{options.files} broken files, {refused} refused, {options.files - refused} still right")
    for line in bad:
        print(line)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
