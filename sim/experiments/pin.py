"""Pins: did anything move? Results that somebody has looked at are pinned, and every change is held against them.

    save(files, note, ...)    -> Saved for each scenario: run it, and pin what comes of it
    check(files, ...)         -> Finding for each scenario: run it again, and say what moved
    Verdict, Finding          identical, same within tolerance, drifted; and all that is needed to see why

A check runs through the store, so what was run before with the same scenario, evidence, board and code is not run
again, and nothing made by other code is ever trusted. Knows nothing of how a finding is shown.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.batch import Run, run
from sim.clinic.boardfile import read_board
from sim.errors import InputError, Problem, RunError, nearest
from sim.evidence import read_evidence
from sim.experiments.fingerprint import Parting, fingerprint, partings
from sim.experiments.pin_figures import Move, figures_of, moves
from sim.experiments.pin_file import Pin, pinned_in, read_pin, write_pin
from sim.log import EventLog, Happening
from sim.reading import is_file, read_yaml
from sim.reporter import Reporter
from sim.running import clinic_known
from sim.scenario import Scenario, read_scenario
from sim.store import Store
from sim.units import day_and_time

PINS = "outputs/reference"
REPLICATIONS = 2
TOLERANCE = 1.0
_BITS = ("simpy", "numpy", "numba", "pandas")


class Verdict(StrEnum):
    """What is said of a scenario."""

    IDENTICAL = "identical"  # the same logs, bit for bit, and the same figures in all digits pinned
    SAME = "same within tolerance"  # other logs, but no figure is further away than the tolerance
    DRIFTED = "drifted"
    BROKEN = "could not be run"
    UNPINNED = "not pinned"


@dataclass(frozen=True)
class Trace:
    """Where a log parts from the pinned one, with the story of the first patient and resource it concerns.

    parting           where
    now               the patient's rows as they are now, in words
    before            as they were pinned, where the old result is still in the store, else None
    resource_now      the rows of the first resource as they are now, in words
    resource_before   as they were pinned, where the old result is still in the store, else None
    """

    parting: Parting
    now: tuple[str, ...]
    before: tuple[str, ...] | None
    resource_now: tuple[str, ...]
    resource_before: tuple[str, ...] | None


@dataclass(frozen=True)
class Finding:
    """What a check found of one scenario.

    scenario, file   its name and file
    verdict          in one word
    pin              what it was held against; None where it is not pinned
    replications     how many were run
    figures          how many were looked at
    inputs           in sentences, what is no longer as it was when the pin was saved
    moves            the figures that are not what they were, the largest first
    traces           one for each replication whose log is another
    seconds          how long it took
    error            why it could not be run
    """

    scenario: str
    file: str
    verdict: Verdict
    pin: Pin | None = None
    replications: int = 0
    figures: int = 0
    inputs: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    traces: tuple[Trace, ...] = ()
    seconds: float = 0.0
    error: str = ""

    @property
    def outside(self) -> tuple[Move, ...]:
        """The figures further away than the tolerance."""
        return tuple(move for move in self.moves if move.outside)

    def passes(self, strict: bool = False) -> bool:
        """Is it as it should be?

        strict   only what is identical will do
        """
        return self.verdict is Verdict.IDENTICAL or (self.verdict in (Verdict.SAME, Verdict.UNPINNED) and not strict)


@dataclass(frozen=True)
class Saved:
    """A pin that was saved.

    pin       what is pinned now
    path      its file
    finding   against the pin there was before; None where there was none of the same size
    """

    pin: Pin
    path: Path
    finding: Finding | None


@dataclass(frozen=True)
class _Task:
    """A scenario to be run, read and checked.

    settings   the pinned ones
    typed      all that were laid over the file
    """

    scenario: Scenario
    file: str
    settings: tuple[str, ...]
    typed: tuple[str, ...]
    replications: int
    pin: Pin | None = field(repr=False)


def save(
    files: Sequence[str],
    note: str,
    pins: str | Path = PINS,
    replications: int | None = None,
    settings: Sequence[str] = (),
    tolerance: float | None = None,
    output: str | Path = "outputs",
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> Iterator[Saved]:
    """Run scenarios and pin what comes of them.

    files          scenario files, or names of pinned scenarios; all that are pinned if none is told
    note           why this is right, in the words of the one who looked
    pins           the folder of pins
    replications   how many; as pinned before, else REPLICATIONS
    settings       changes that make it small, each `path=value`; as pinned before if none is told
    tolerance      in standard errors; as pinned before, else TOLERANCE
    output         where results are kept
    workers        processes at the same time
    InputError for an empty note, and for whatever is wrong with a file; then nothing has run.
    """
    note = " ".join(note.split())
    if not note:
        expected = "why these results are right, in your own words"
        raise InputError(Problem("--note", found="nothing", expected=expected, todo='add --note "..."'))
    folder, reporter = Path(pins), reporter or Reporter()
    tasks = _tasks(files, folder, None if not settings else tuple(settings), (), replications, must_be_pinned=False)
    for task in tasks:
        begun = time.perf_counter()
        done = _run(task, output, workers, False, reporter)
        before = task.pin
        pin = Pin(
            scenario=task.scenario.scenario,
            file=task.file,
            note=note,
            replications=task.replications,
            settings=task.settings,
            tolerance=tolerance if tolerance is not None else before.tolerance if before else TOLERANCE,
            digests=_digests(task.scenario, done),
            made_with=_made_with(),
            figures=figures_of(done.summary),
            prints=fingerprint(_logs(done)),
        )
        same_size = before and (before.replications, before.settings) == (pin.replications, pin.settings)
        finding = _held_against(before, task, done, output, reporter, begun) if before and same_size else None
        yield Saved(pin, write_pin(folder, pin), finding)


def check(
    files: Sequence[str] = (),
    pins: str | Path = PINS,
    settings: Sequence[str] = (),
    output: str | Path = "outputs",
    workers: int | None = None,
    fresh: bool = False,
    reporter: Reporter | None = None,
) -> Iterator[Finding]:
    """Run pinned scenarios again and say what moved.

    files      scenario files, or names of pinned scenarios; all that are pinned if none is told, and then those in the
               same folders that are not pinned are named too
    pins       the folder of pins
    settings   further changes on top of the pinned ones, to see that the check would notice them
    output     where results are kept
    workers    processes at the same time
    fresh      run again what is in the store already
    InputError for whatever is wrong with a file; then nothing has run.
    """
    folder, reporter = Path(pins), reporter or Reporter()
    tasks = _tasks(files, folder, None, tuple(settings), None, must_be_pinned=True)
    unpinned = [] if files else list(_unpinned(folder))
    for task in tasks:
        begun = time.perf_counter()
        try:
            done = _run(task, output, workers, fresh, reporter)
        except RunError as error:
            seconds = time.perf_counter() - begun
            name = task.scenario.scenario
            yield Finding(name, task.file, Verdict.BROKEN, task.pin, seconds=seconds, error=str(error))
            continue
        assert task.pin is not None  # asked for above
        yield _held_against(task.pin, task, done, output, reporter, begun)
    yield from unpinned


def _run(task: _Task, output: str | Path, workers: int | None, fresh: bool, reporter: Reporter) -> Run:
    reporter.say(f"{task.scenario.scenario}:")
    done = run(task.scenario, task.replications, workers, output, fresh, reporter, task.typed)
    if done.stopped:
        raise KeyboardInterrupt
    return done


def _logs(done: Run) -> list[EventLog]:
    return [done.replication(number).log for number in done.numbers]


def _digests(scenario: Scenario, done: Run) -> dict[str, str]:
    return {
        "scenario": scenario.digest(),
        "evidence": read_evidence().digest(),
        "board": read_board().digest(),
        "result": done.folder.name,
    }


def _made_with() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: _version(name) for name in _BITS}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _tasks(
    files: Sequence[str],
    folder: Path,
    settings: tuple[str, ...] | None,
    on_top: tuple[str, ...],
    replications: int | None,
    must_be_pinned: bool,
) -> list[_Task]:
    """All scenarios read and checked, before the first is run; InputError with all that is wrong."""
    problems: list[Problem] = []
    tasks: list[_Task] = []
    known = pinned_in(folder)
    if not files and not known:
        todo = "name scenario files" if not must_be_pinned else "save some with `nelm pin save`, or name another folder"
        raise InputError(Problem(str(folder), found="no pins", expected="a folder of pins", todo=todo))
    for named in dict.fromkeys(files or known):
        try:
            pin = _pin_of(named, folder, known, must_be_pinned)
            file = named if pin is None or named.endswith(".yaml") else pin.file
            its_settings = settings if settings is not None else pin.settings if pin else ()
            wanted = replications or (pin.replications if pin else REPLICATIONS)
            typed = _laid_over(its_settings, on_top)
            scenario = read_scenario(file, typed, clinic_known())
            tasks.append(_Task(scenario, _as_seen_from_here(file), its_settings, typed, wanted, pin))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tasks


def _pin_of(named: str, folder: Path, known: Sequence[str], must_be_pinned: bool) -> Pin | None:
    """The pin of a scenario that is named by its file or by its name."""
    name = Path(named).stem if named.endswith(".yaml") else named
    if name in known:
        return read_pin(folder / f"{name}.yaml")
    there = named.endswith(".yaml") and is_file(named)
    if there and not must_be_pinned:
        return None
    if there:
        found, todo = f"no pin of '{name}'", f'look at its results, then: nelm pin save {named} --note "..."'
    else:
        found = "no such file" if named.endswith(".yaml") else f"no pin of '{name}'"
        todo = nearest(name, known) or "check the name and the folder"
    expected = f"a scenario pinned in {folder}: {', '.join(known) or 'there is none'}"
    if not must_be_pinned:
        expected = "a scenario file, or the name of a scenario pinned before"
    raise InputError(Problem(named, found=found, expected=expected, todo=todo))


def _laid_over(settings: Sequence[str], on_top: Sequence[str]) -> tuple[str, ...]:
    """Settings with others on top: of one path only the last counts."""
    replaced = {text.partition("=")[0].strip() for text in on_top}
    return (*(text for text in settings if text.partition("=")[0].strip() not in replaced), *on_top)


def _as_seen_from_here(file: str) -> str:
    """The path of a file as others will have it: below this folder where it is."""
    path = Path(os.path.relpath(file))
    return path.as_posix() if ".." not in path.parts else Path(file).as_posix()


def _held_against(pin: Pin, task: _Task, done: Run, output: str | Path, reporter: Reporter, begun: float) -> Finding:
    """What a run shows when it is held against a pin of the same size."""
    logs = _logs(done)
    differ = partings(pin.prints, logs)
    figures = figures_of(done.summary)
    moved = moves(pin.figures, figures, pin.tolerance, pin.replications, same_luck=not differ)
    verdict = Verdict.IDENTICAL
    if differ or moved:
        verdict = Verdict.DRIFTED if any(move.outside for move in moved) else Verdict.SAME
    old = Store(Path(output) / pin.scenario / pin.digests["result"], reporter.warn)
    return Finding(
        task.scenario.scenario,
        task.file,
        verdict,
        pin,
        len(logs),
        len({*pin.figures, *figures}),
        _inputs(pin, _digests(task.scenario, done), bool(differ), bool(moved)),
        moved,
        tuple(_trace(its, logs[its.replication], old, pin) for its in differ),
        time.perf_counter() - begun,
    )


def _inputs(pin: Pin, digests: dict[str, str], logs_differ: bool, moved: bool) -> tuple[str, ...]:
    """What is no longer as it was when the pin was saved, in sentences."""
    names = ("scenario", "evidence", "board")
    changed = [name for name in names if digests[name] != pin.digests[name]]
    told = [f"the {name} is another ({pin.digests[name][:12]} -> {digests[name][:12]})" for name in changed]
    present = _made_with()
    told += [
        f"{name} is {present.get(name, 'gone')}, the pin was made with {there}"
        for name, there in pin.made_with.items()
        if present.get(name) != there
    ]
    if not changed and logs_differ:
        told.append("scenario, evidence and board are as they were pinned; the code that simulates is another")
    elif not changed and moved:
        told.append("scenario, evidence, board and logs are as they were pinned; the code that measures is another")
    elif changed and not logs_differ and not moved:
        told.append("none of which changed a row of the logs or a figure")
    return tuple(told)


def _trace(parting: Parting, log: EventLog, old: Store, pin: Pin) -> Trace:
    """With the old log at hand, where it parts is known to the row, and what was there before can be told."""
    there = old.load(parting.replication) if old.place(parting.replication).exists() else None
    if there is None or there.log.digest() != pin.logs[parting.replication]:
        return Trace(parting, _story(log, parting), None, _resource_story(log, parting), None)
    parting = partings(fingerprint([there.log], every_row=True), [log])[0]
    return Trace(
        parting,
        _story(log, parting),
        _story(there.log, parting),
        _resource_story(log, parting),
        _resource_story(there.log, parting),
    )


def _story(log: EventLog, parting: Parting) -> tuple[str, ...]:
    return () if parting.patient is None else tuple(log.story(int(parting.patient.who)).splitlines())


def _resource_story(log: EventLog, parting: Parting) -> tuple[str, ...]:
    """The rows of a resource in words: day and time, event, number of the case, value, reason."""
    names = log.names["resources"]
    if parting.resource is None or parting.resource.who not in names:
        return ()
    rows = log.resources[log.resources[:, 1] == names.index(str(parting.resource.who))]
    lines = []
    for n, (minute, _, event, case, value, why) in enumerate(rows.tolist()):
        happened, whose = Happening(event).name.lower(), str(case) if case >= 0 else ""
        lines.append(f"{n:4d}  {day_and_time(minute):>16}  {happened:<12} {whose:>19} {value:>10}  {log.why_name(why)}")
    return tuple(line.rstrip() for line in lines)


def _unpinned(folder: Path) -> Iterator[Finding]:
    """Scenarios in the folders of the pinned ones that are not pinned."""
    known = pinned_in(folder)
    homes = {Path(read_pin(folder / f"{name}.yaml").file).parent for name in known}
    for path in sorted(path for home in homes for path in home.glob("*.yaml")):
        if path.stem not in known and read_yaml(path).get("kind") == "scenario":
            yield Finding(path.stem, path.as_posix(), Verdict.UNPINNED)
