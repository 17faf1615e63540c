"""A whole run: the replications that are missing, what all come to, and the folder that holds it.

    run(scenario, ...)     -> Run: summary, measures, pictures, record
    Stopped                what a run that the user stopped raises, with what there was by then

What is in the store is not run again. Each worker writes its own replications to disk, so that stopping a run
loses nothing that was finished. The result does not depend on the number of workers. The tables and pictures beside
the replications are those of the last run that asked for them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.album import drawn, load
from sim.engines import AUTO, engine_for
from sim.errors import InputError, Problem
from sim.measures import Measures, combine, summarise
from sim.record import RECORD, digests_of, not_as_recorded, record_of, typed_files
from sim.reporter import Reporter
from sim.running import FULL, hospital_once
from sim.scenario import Scenario
from sim.store import Replication, Store, checksum, code_digest, results_folder, unwritable, write_aside
from sim.workers import Job, Task, work

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Run:
    """A finished run, or what was finished of one that was stopped.

    folder        where it lies
    scenario      as resolved
    numbers       the replications there are
    measures      of all of them together
    summary       each figure with mean and 95 % interval over replications; None where there are none
    record        enough to make it again
    pictures      paths of the pictures; none of a run that was stopped
    stopped       True where the user stopped it before everything was done
    """

    folder: Path
    scenario: Scenario
    numbers: tuple[int, ...]
    measures: Measures
    summary: pd.DataFrame | None
    record: dict[str, Any]
    pictures: tuple[Path, ...]
    stopped: bool = False

    def plot(self) -> dict[str, Figure]:
        """The pictures of the run as Matplotlib figures, by name."""
        from sim.album import figures

        return figures(self.scenario, self.measures)

    def replication(self, number: int) -> Replication:
        """One replication with its logs, read from the store."""
        found = Store(self.folder).load(number)
        if found is None:
            raise KeyError(f"replication {number} is not in {self.folder}")
        return found


class Stopped(KeyboardInterrupt):
    """The user stopped a run. Finished replications are kept, and the same run goes on from there.

    run   what there was by then
    """

    def __init__(self, run: Run):
        self.run = run
        wanted = run.scenario.run.replications
        super().__init__(
            f"stopped: {len(run.numbers)} of {wanted} replications are done and kept; "
            "the same command goes on from there"
        )


def run(
    scenario: Scenario,
    replications: int | None = None,
    workers: int | None = None,
    output: str | Path = "outputs",
    force: bool = False,
    reporter: Reporter | None = None,
    settings: Sequence[str] = (),
    engine: str = AUTO,
    log: str = FULL,
) -> Run:
    """Run a scenario's replications that are not yet in the store, and put everything together.

    replications   how many, from number 0; the scenario's own number if not told
    workers        processes at the same time; as many as there are cores if not told
    output         where results are kept
    force          run again what is there already
    settings       changes as typed on a command line, for the record; they are in the scenario already
    engine         which one runs what is missing (`sim.engines.ENGINES`); all give the same
    log            how much of the logs is kept (`sim.running.LOGS`); the measures are the same
    InputError for a folder that can not be written; RunError, with replication, patient, minute and step, from the
    engine; Stopped if the user stops it.
    """
    reporter = reporter or Reporter()
    if replications is not None:
        scenario = scenario.change("run.replications", replications)
    wanted = range(scenario.run.replications)
    folder = results_folder(_named(output), scenario.scenario, digests_of(scenario)["result"])
    store = Store(folder, reporter.warn)
    try:
        changed = not_as_recorded(folder)
        write_aside(folder / "resolved.yaml", _text(scenario.resolved_yaml()))
        engine_for(engine)  # refused before anything is written
        missing = [number for number in wanted if force or not store.has(number, log == FULL)]
        _say_what_is_there(len(wanted), len(missing), force, folder, reporter)
        bare = 0 if force or log != FULL else sum(store.has(number, logs=False) for number in missing)
        if bare:
            reporter.say(f"{_many(bare)} of these are there from a sweep, without logs, and are run again to have them")
        try:
            if missing:
                hospital_once(scenario)  # before there are workers, so that not each of them works it out
            task = Task(scenario, folder, store.mark, force, code_digest(), log, engine)
            work((Job(task, number) for number in missing), len(missing), workers, reporter, engine, load)
            stopped = False
        except KeyboardInterrupt:
            stopped = True
        numbers = tuple(number for number in wanted if number not in missing or store.has(number, log == FULL))
        done = _put_together(scenario, store, numbers, settings, stopped)
        _say_what_was_changed(changed, folder, reporter)
    finally:
        store.sweep()
    if done.stopped:
        raise Stopped(done)
    return done


def _named(output: str | Path) -> Path:
    if not str(output):
        raise InputError(Problem("--output", found="no name", expected="the name of a folder for results"))
    return Path(output)


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8", newline="\n")


def _say_what_is_there(wanted: int, missing: int, force: bool, folder: Path, reporter: Reporter) -> None:
    found = wanted - missing
    if force:
        reporter.say(f"running {_many(wanted)} again, whatever is there")
    elif found == wanted:
        reporter.say(f"found {found} of {_many(wanted)} in {folder}; nothing to run (--force runs them again)")
    elif found:
        reporter.say(f"found {found} of {_many(wanted)} in {folder}; running the other {missing}")


def _say_what_was_changed(changed: dict[str, str], folder: Path, reporter: Reporter) -> None:
    """Tell of files that were neither as recorded nor as they are now: somebody edited them, or a run broke off."""
    now = {name: checksum(folder / name) if (folder / name).exists() else "" for name in changed}
    names = [name for name, before in changed.items() if now[name] != before]
    if names:
        reporter.warn(f"{', '.join(names)} in {folder} had been changed since they were written; they are written anew")


def _many(replications: int) -> str:
    return "1 replication" if replications == 1 else f"{replications} replications"


def _put_together(
    scenario: Scenario, store: Store, numbers: tuple[int, ...], settings: Sequence[str], stopped: bool
) -> Run:
    """Tables, pictures and record of the replications there are."""
    folder = store.folder
    measures = combine([store.measures(number) for number in numbers])
    summary = summarise(measures.kpis, measures.years) if numbers else None
    files = ["resolved.yaml"]
    if summary is not None:
        files += ["kpis.csv", "summary.csv"]
        write_aside(folder / "kpis.csv", lambda path: _csv(measures.kpis, path))
        write_aside(folder / "summary.csv", lambda path: _csv(summary, path, "%.6g"))
    typed = {"files": _write_typed(scenario, folder), "set": list(settings)}
    pictures: list[Path] = []
    if numbers and not stopped:
        try:
            logs = {number: store.told(number)["log"] for number in numbers}
            pictures = drawn(scenario, measures, store, [digests_of(scenario)["result"], logs])
        except KeyboardInterrupt:
            stopped = True
    names = [picture.relative_to(folder).as_posix() for picture in pictures]
    record = record_of(scenario, store, numbers, typed, files, names)
    write_aside(folder / RECORD, _text(json.dumps(record, indent=1) + "\n"))
    return Run(folder, scenario, numbers, measures, summary, record, tuple(pictures), stopped)


def _csv(table: pd.DataFrame, path: Path, form: str | None = None) -> None:
    table.to_csv(path, index=False, float_format=form, lineterminator="\n", encoding="utf-8")


def _write_typed(scenario: Scenario, folder: Path) -> list[str]:
    """The scenario as it was typed, into `typed/`. Returns the names, the one that was run first."""
    texts = typed_files(scenario)
    place = folder / "typed"
    try:
        place.mkdir(exist_ok=True)
        for name, text in texts.items():
            write_aside(place / name, _text(text))
        for old in place.iterdir():
            if old.name not in texts and not old.name.startswith("."):
                shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    return list(texts)
