"""Replications in processes of their own: how they are started, asked, and ended.

    Task(scenario, folder, ...)   what there is to do; `task.do(number)` does it here
    Crew(task, size)              worker processes that do it beside each other
    main()                        what runs in a worker process

A worker is a fresh interpreter that is told its task, and then numbers, on its standard input, and answers on
its standard output. Python's own process pools run the caller's script again in each worker, which goes wrong in
notebooks, with `python -c`, and in scripts without a guard; this one does not care where it is called from.

Each worker writes its own replications to disk; only their numbers come back. The user's Ctrl-C is for the one who
started the crew, who ends the workers; a worker whose crew has gone ends itself.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from sim.errors import InputError, RunError
from sim.record import made_with
from sim.running import simulate, warm_up
from sim.scenario import Scenario
from sim.store import Store, code_digest

START = "import sys; sys.path[:] = sys.argv[1:]; from sim.workers import main; main()"

CHANGED = "the program was changed while it ran; run again"


class WorkerError(Exception):
    """Something went wrong in a worker that is nobody's input and no contradiction of the model; says what it said."""


@dataclass(frozen=True)
class Task:
    """What is to be done with every number: run that replication and write it down.

    folder   of the results
    mark     of the store's unfinished files
    again    run also what is there already, and put the new in its place
    code     digest of the code that is to run
    """

    scenario: Scenario
    folder: Path
    mark: str
    again: bool
    code: str

    def do(self, number: int) -> list[str]:
        """Run one replication and save it. Returns what is to be told about it."""
        told: list[str] = []
        started = time.perf_counter()
        try:
            replication = simulate(self.scenario, number)
        except RunError as error:
            raise RunError(f"replication {number}, {error}") from error
        seconds = time.perf_counter() - started
        Store(self.folder, told.append, self.mark).save(replication, made_with(), seconds, self.again)
        return told


def main() -> None:
    """A worker: take the task, then numbers until there are no more; answer each with what came of it."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not come between the answers
    orders = sys.stdin.buffer
    with contextlib.suppress(EOFError, BrokenPipeError):  # the crew has gone
        task: Task = pickle.load(orders)
        same = code_digest() == task.code
        if same:
            warm_up()  # so that what a replication takes is its own time
        while True:
            number = pickle.load(orders)
            pickle.dump(_answer(task, number) if same else ("run", CHANGED), answers)
            answers.flush()


def _answer(task: Task, number: int) -> tuple[str, Any]:
    try:
        return "done", task.do(number)
    except InputError as error:
        return "input", error.problems
    except RunError as error:
        return "run", str(error)
    except Exception:
        return "bug", traceback.format_exc()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back the signals that stop a run until the block is over; what is started inside never gets them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """One worker process, seen from the crew."""

    def __init__(self, first_words: bytes):
        self.first_words = first_words
        self.complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        path = [place or str(Path.cwd()) for place in sys.path]
        # where signals can not be held back, a group of its own keeps Ctrl-C away
        group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            creationflags=group,
        )

    def ask(self, number: int) -> tuple[str, Any]:
        """Have it do one replication, and wait for the answer."""
        orders, answers = self.process.stdin, self.process.stdout
        assert orders is not None
        assert answers is not None
        try:
            orders.write(self.first_words + pickle.dumps(number))
            orders.flush()
            self.first_words = b""
            answer: tuple[str, Any] = pickle.load(answers)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            raise RunError(self._why_dead()) from None
        return answer

    def _why_dead(self) -> str:
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self.complaints.seek(0)
        last = self.complaints.read().decode("utf-8", "replace").strip().rpartition("\n")[2].strip()
        killed = f"killed by {signal.Signals(-code).name}, most likely for want of memory" if code < 0 else last
        return (
            f"a worker process died ({killed or f'exit code {code}'}); finished replications are kept. "
            "Run again, with fewer --workers if memory is short."
        )

    def end(self) -> None:
        """End it, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.complaints):
            with contextlib.suppress(OSError):  # what was not yet written has nobody left to read it
                if stream is not None:
                    stream.close()


class Crew:
    """Workers that run replications beside each other. Use as a context: at its end no worker is left.

    size   how many
    RunError where a worker can not be started, dies, or tells of one; InputError as the store gives it.
    """

    def __init__(self, task: Task, size: int):
        self._first_words = pickle.dumps(task)
        self._size = size
        self._workers: list[_Worker] = []
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(size, "crew")

    def __enter__(self) -> Crew:
        try:
            for _ in range(self._size):
                with _undisturbed():
                    worker = _Worker(self._first_words)
                    self._workers.append(worker)
                    self._idle.put(worker)
        except OSError as error:
            self._end()
            raise RunError(f"a worker process could not be started ({error}); run with fewer --workers") from error
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        with _undisturbed():
            for worker in self._workers:
                worker.process.kill()  # all at once, so that nobody waits for the slowest
            self._threads.shutdown(cancel_futures=True)
            for worker in self._workers:
                worker.end()

    def do(self, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
        """Each number as it is done, with what is to be told about it; in the order in which they come."""
        tasks: dict[Future[tuple[str, Any]], int] = {self._threads.submit(self._ask, n): n for n in numbers}
        for task in as_completed(tasks):
            kind, content = task.result()
            if kind == "input":
                raise InputError(content)
            if kind == "run":
                raise RunError(content)
            if kind == "bug":
                raise WorkerError(f"in replication {tasks[task]}:\n{content}")
            yield tasks[task], content

    def _ask(self, number: int) -> tuple[str, Any]:
        worker = self._idle.get()
        try:
            return worker.ask(number)
        finally:
            self._idle.put(worker)
