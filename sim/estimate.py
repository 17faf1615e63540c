"""What a run will ask for, before it is run: tasks, time, memory, disk.

    estimate(scenarios, replications, ...)   -> Estimate
    in_words(estimate)                       -> str

What earlier replications of the same scenario took is in the store, and is scaled by the size of the work. Where there
are none, the size alone is taken, with what one core of a common machine took; that is said, and is right within a
factor of two or three. Nothing is written and nothing is set aside.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError
from sim.record import digests_of
from sim.scenario import OfferResource, Scenario, read_scenario
from sim.store import DONE, Store
from sim.units import YEAR
from sim.workers import crew_size

# What one core took and what was written, fitted to runs of the reference centre of 1.5 to 22 years; they are for
# guesses only, and the first finished replication takes the place of the first two.
SECONDS_PER_OWN_ROW, SECONDS_PER_OTHER_ROW = 65e-6, 14e-6
ROWS_PER_CASE = 4.7  # of the resources' log, for each competing case
ROWS_PER_PATIENT, ROWS_PER_PATIENT_YEAR = 14.0, 2.8  # of the patients' log; who lives longer comes more often
MEGABYTES, BYTES_PER_ROW_IN_MEMORY = 330, 80
KILOBYTES_OF_FIGURES, BYTES_OF_FIGURES, BYTES_OF_LOGS = 70, 1.0, 7.0  # on disk: always, and for each row
MOST_READ = 40  # earlier replications that are looked at
GUESSED, LEARNED = 2.5, 1.3  # by what factor the truth may lie to either side


@dataclass(frozen=True)
class Estimate:
    """What there is to do and what it will ask for.

    tasks      replications in all, those of equal scenarios counted once
    found      those that are in the store
    to_run     those that are not
    workers    processes at once
    seconds, at_least, at_most    until all is done
    learned    number of earlier replications the time rests on; 0 where it is a guess by size
    memory     bytes, for each worker
    disk       bytes that will be written
    """

    tasks: int
    found: int
    to_run: int
    workers: int
    seconds: float
    at_least: float
    at_most: float
    learned: int
    memory: float
    disk: float


def estimate(
    scenarios: Iterable[Scenario],
    replications: int,
    output: str | Path = "outputs",
    workers: int | None = None,
    logs: bool = True,
    force: bool = False,
) -> Estimate:
    """What it will ask for to run the replications of some scenarios that are not in the store.

    replications   of each scenario
    workers        processes at the same time; as many as there are cores if not told
    logs           whether logs are kept, or figures only
    force          everything is run again
    """
    tasks = found = 0
    size = most = disk = 0.0
    ratios: list[float] = []
    seen: set[str] = set()
    for scenario in scenarios:
        folder = Path(output) / scenario.scenario / digests_of(scenario)["result"][:12]
        if folder.name in seen:
            continue
        seen.add(folder.name)
        store = Store(folder, tell=lambda sentence: None)
        told = [store.whole(number) for number in range(replications)]
        there = [its for its in told if its is not None and (store.has_logs(its) or not logs)]
        missing = replications if force else replications - len(there)
        own, other = rows(scenario)
        guess = own * SECONDS_PER_OWN_ROW + other * SECONDS_PER_OTHER_ROW
        ratios += [float(its["seconds"]) / guess for its in told if its is not None]
        tasks, found = tasks + replications, found + replications - missing
        if missing:
            size += missing * guess
            most = max(most, own + other)
            per_row = BYTES_OF_FIGURES + BYTES_OF_LOGS * logs
            disk += missing * (KILOBYTES_OF_FIGURES * 1e3 + (own + other) * per_row)
            name = scenario.scenario
    if not ratios and size:
        ratios = _earlier(Path(output) / name)
    to_run = tasks - found
    hands = crew_size(workers, to_run)
    ratio, factor = (statistics.median(ratios), LEARNED) if ratios else (1.0, GUESSED)
    seconds = size * ratio / max(hands, 1)
    memory = MEGABYTES * 1e6 + most * BYTES_PER_ROW_IN_MEMORY
    return Estimate(tasks, found, to_run, hands, seconds, seconds / factor, seconds * factor, len(ratios), memory, disk)


def rows(scenario: Scenario) -> tuple[float, float]:
    """About how many rows the log of patients and that of resources of one replication will have."""
    years = scenario.run.ends / YEAR
    patients = scenario.arrivals_expected()
    cases = sum(
        stream.rate * scenario.competing_varies(stream).cumulative(scenario.run.ends) / YEAR
        for resource in scenario.resources.values()
        if not isinstance(resource, OfferResource)
        for stream in resource.competing
    )
    return patients * (ROWS_PER_PATIENT + ROWS_PER_PATIENT_YEAR * years), cases * ROWS_PER_CASE


def _earlier(place: Path) -> list[float]:
    """By what factor earlier replications of a scenario of this name took longer than their size says."""
    newest = sorted(place.glob(f"*/replications/*/{DONE}"), key=lambda file: file.stat().st_mtime, reverse=True)
    guesses: dict[Path, float | None] = {}
    found = []
    for file in newest[:MOST_READ]:
        folder = file.parents[2]
        if folder not in guesses:
            guesses[folder] = _guess(folder)
        guess = guesses[folder]
        try:
            seconds = float(json.loads(file.read_text(encoding="utf-8"))["seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if guess:
            found.append(seconds / guess)
    return found


def _guess(folder: Path) -> float | None:
    """What a replication of the scenario in a folder should take by its size."""
    try:
        own, other = rows(read_scenario(folder / "resolved.yaml"))
    except InputError:
        return None
    return own * SECONDS_PER_OWN_ROW + other * SECONDS_PER_OTHER_ROW


def in_words(its: Estimate, logs: bool = True) -> str:
    """An estimate for people.

    >>> print(in_words(Estimate(64, 10, 54, 2, 600, 460, 780, 10, 3.1e8, 4.2e6), logs=False))
    64 replications: 10 in the store, 54 to run
    time     10 minutes on 2 workers (8 to 13 minutes), judged by 10 earlier replications
    memory   0.3 GB for each worker
    disk     4 MB, figures only
    """
    many = "1 replication" if its.tasks == 1 else f"{its.tasks} replications"
    head = f"{many}: {its.found} in the store, {its.to_run} to run"
    if not its.to_run:
        return head
    hands = "1 worker" if its.workers == 1 else f"{its.workers} workers"
    basis = (
        f"judged by {its.learned} earlier replication{'' if its.learned == 1 else 's'}"
        if its.learned
        else "guessed by size, as nothing like it was run here yet"
    )
    low, high = time_in_words(its.at_least).split()[0], time_in_words(its.at_most)
    if time_in_words(its.at_least).split()[1:] != high.split()[1:]:
        low = time_in_words(its.at_least)
    return "\n".join(
        (
            head,
            f"time     {time_in_words(its.seconds)} on {hands} ({low} to {high}), {basis}",
            f"memory   {its.memory / 1e9:.1f} GB for each worker",
            f"disk     {size_in_words(its.disk)}, {'with logs' if logs else 'figures only'}",
        )
    )


def time_in_words(seconds: float) -> str:
    """A time to wait, without false exactness.

    >>> time_in_words(0.4), time_in_words(75), time_in_words(600), time_in_words(9000)
    ('1 second', '75 seconds', '10 minutes', '2.5 hours')
    """
    if seconds < 100:
        number, unit = f"{max(seconds, 1):.0f}", "second"
    elif seconds < 6000:
        number, unit = f"{seconds / 60:.0f}", "minute"
    else:
        number, unit = f"{seconds / 3600:.1f}".removesuffix(".0"), "hour"
    return f"{number} {unit}" + ("" if number == "1" else "s")


def size_in_words(size: float) -> str:
    """Bytes on disk.

    >>> size_in_words(900), size_in_words(4.2e6), size_in_words(3.25e9)
    ('1 kB', '4 MB', '3.2 GB')
    """
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{max(size / 1e3, 1):.0f} kB"
