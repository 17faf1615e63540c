"""A whole run: replications in parallel processes, what they come to, and the folder that holds it all.

    run(scenario, ...)     -> Run: summary, measures, pictures, record

What is in the store is not run again. Each worker writes its own replications to disk, so that stopping a run
loses nothing that was finished. The result does not depend on the number of workers.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim import jit
from sim.clinic.boardfile import read_board
from sim.errors import NelmError, RunError
from sim.evidence import read_evidence
from sim.measures import Measures, combine, summarise
from sim.reporter import Reporter
from sim.running import simulate, warm_up, window_of
from sim.scenario import Scenario
from sim.store import Replication, Store, code_digest, result_digest, results_folder, write_aside

PACKAGES = ("nelm", "simpy", "numpy", "numba", "pandas", "pyarrow", "pyyaml", "pydantic", "holidays", "matplotlib")


@dataclass(frozen=True)
class Run:
    """A finished run, or what was finished of one that was stopped.

    folder        where it lies
    scenario      as resolved
    numbers       the replications there are
    measures      of all of them together
    summary       each figure with mean and 95 % interval over replications
    record        enough to make it again
    pictures      paths of the pictures
    stopped       True where the user stopped it before all replications were done
    """

    folder: Path
    scenario: Scenario
    numbers: tuple[int, ...]
    measures: Measures
    summary: Any
    record: dict[str, Any]
    pictures: tuple[Path, ...]
    stopped: bool = False

    def replication(self, number: int) -> Replication:
        """One replication with its logs, read from the store."""
        found = Store(self.folder).load(number)
        if found is None:
            raise KeyError(f"replication {number} is not in {self.folder}")
        return found


def _quiet() -> None:
    """In a worker: the user's Ctrl-C is for the parent, which tells the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(scenario: Scenario, number: int, folder: Path) -> int:
    """One task, in a worker: run a replication and write it down."""
    Store(folder).save(simulate(scenario, number))
    return number


def run(
    scenario: Scenario,
    replications: int | None = None,
    workers: int | None = None,
    output: str | Path = "outputs",
    force: bool = False,
    reporter: Reporter | None = None,
) -> Run:
    """Run a scenario's replications that are not yet in the store, and put everything together.

    replications   how many, from number 0; the scenario's own number if not told
    workers        processes at the same time; as many as there are cores if not told
    output         where results are kept
    force          run again what is there already
    InputError for a folder that can not be written; RunError, with patient, minute and step, from the engine.
    A run that is stopped by the user keeps what was finished and says so in `stopped`.
    """
    reporter = reporter or Reporter()
    wanted = range(scenario.run.replications if replications is None else replications)
    folder = results_folder(Path(output), scenario.scenario, digest_of(scenario))
    store = Store(folder, reporter.say)
    write_aside(folder / "resolved.yaml", lambda path: path.write_text(scenario.resolved_yaml()))
    if force:
        for number in wanted:
            store.forget(number)
    missing = [number for number in wanted if not store.has(number)]
    started = time.perf_counter()
    stopped = _run_missing(scenario, missing, folder, workers, reporter)
    numbers = tuple(number for number in wanted if number not in missing or store.has(number))
    return _put_together(scenario, store, numbers, stopped, len(missing), time.perf_counter() - started)


def digest_of(scenario: Scenario) -> str:
    """The digest under which a scenario's results are kept."""
    return result_digest(scenario.digest(), read_evidence().digest(), read_board().digest())


def _run_missing(scenario: Scenario, missing: list[int], folder: Path, workers: int | None, reporter: Reporter) -> bool:
    """Run the replications in processes. True if the user stopped it."""
    if not missing:
        return False
    if jit.WHY_PLAIN:
        reporter.say(f"running without compiled code ({jit.WHY_PLAIN}): right, but slower")
    workers = max(1, min(workers or os.cpu_count() or 1, len(missing)))
    try:
        warm_up(reporter.say)
        with reporter.progress(len(missing)) as done:
            if workers == 1:
                for number in missing:
                    _work(scenario, number, folder)
                    done()
                return False
            _in_processes(scenario, missing, folder, workers, done)
    except KeyboardInterrupt:
        return True
    return False


def _in_processes(
    scenario: Scenario, missing: list[int], folder: Path, workers: int, done: Callable[[], object]
) -> None:
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_quiet)
    try:
        tasks: dict[Future[int], int] = {pool.submit(_work, scenario, number, folder): number for number in missing}
        for task in as_completed(tasks):
            try:
                task.result()
            except NelmError as error:
                raise type(error)(f"replication {tasks[task]}, {error}") from error
            except BrokenProcessPool as error:
                raise RunError(
                    "a worker process died, most likely for want of memory; finished replications are kept. "
                    "Run again with fewer --workers."
                ) from error
            done()
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def _put_together(
    scenario: Scenario, store: Store, numbers: tuple[int, ...], stopped: bool, ran: int, seconds: float
) -> Run:
    measures = combine([store.measures(number) for number in numbers])
    summary = summarise(measures.kpis) if numbers else None
    record = _record(scenario, store, numbers, ran, seconds)
    write_aside(store.folder / "record.json", lambda path: path.write_text(json.dumps(record, indent=1) + "\n"))
    pictures: list[Path] = []
    if summary is not None:
        write_aside(store.folder / "kpis.csv", lambda path: measures.kpis.to_csv(path, index=False))
        write_aside(store.folder / "summary.csv", lambda path: summary.to_csv(path, index=False))
        pictures = _draw(scenario, measures, store.folder)
    return Run(store.folder, scenario, numbers, measures, summary, record, tuple(pictures), stopped)


def _draw(scenario: Scenario, measures: Measures, folder: Path) -> list[Path]:
    from sim.report.figures import draw_all
    from sim.report.style import Titles

    return draw_all(
        measures,
        folder / "pictures",
        Titles(scenario.scenario, len(measures.replications()), window_of(scenario).years),
    )


def _record(scenario: Scenario, store: Store, numbers: tuple[int, ...], ran: int, seconds: float) -> dict[str, Any]:
    """Enough to make the result again."""
    return {
        "scenario": scenario.scenario,
        "question": scenario.question,
        "digests": {
            "result": digest_of(scenario),
            "scenario": scenario.digest(),
            "evidence": read_evidence().digest(),
            "board": read_board().digest(),
            "code": code_digest(),
        },
        "seed": scenario.run.seed,
        "engine": "reference",
        "compiled_clinic": jit.COMPILED,
        "replications": {str(number): store.log_digest(number) for number in numbers},
        "versions": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "ran_now": ran,
        "seconds": round(seconds, 1),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except ModuleNotFoundError:
        return "not installed"
