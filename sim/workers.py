"""Replications in processes of their own: how they are started, asked, and ended.

    Task(scenario, folder, ...)   what there is to do with one scenario; `task.do(number)` does it here
    Job(task, number)             one replication of one task
    work(jobs, ...)               all jobs, in this process or by a crew
    Crew(size)                    worker processes that do jobs beside each other
    main()                        what runs in a worker that is a fresh interpreter

A worker of the command is a copy of its process (`sim.copies`), which has everything loaded from the start; elsewhere
it is a fresh interpreter. Both are told one job after the other through a pipe, and answer through another. Python's
own process pools run the caller's script again in each worker, which goes wrong in notebooks, with `python -c`, and
in scripts without a guard; this one does not care where it is called from.

Each worker writes its own replications to disk; only their numbers come back. The user's Ctrl-C is for the one who
started the crew, who ends the workers; a worker whose crew has gone ends itself at once, whatever it is doing,
so that nothing goes on behind the back of the one who starts the same work again.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from sim.copies import Copy, cores, may_copy, undisturbed
from sim.engines import AUTO, engine_for, why_slow
from sim.errors import InputError, Problem, RunError
from sim.record import made_with
from sim.reporter import Reporter
from sim.running import FULL, simulate, warm_up
from sim.scenario import Scenario
from sim.store import Store, code_digest

START = "import sys; sys.path[:] = sys.argv[1:]; from sim.workers import main; main()"

PER_CORE = 4  # more workers than this for each core gain nothing and take the memory
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
    log      what to keep besides the measures: `full`, `summary` or `none` (`sim.running.LOGS`)
    engine   which one runs (`sim.engines.ENGINES`)
    """

    scenario: Scenario
    folder: Path
    mark: str
    again: bool
    code: str
    log: str = FULL
    engine: str = AUTO

    def do(self, number: int) -> list[str]:
        """Run one replication and save it, if nobody else has done so by now. Returns what is to be told about it."""
        told: list[str] = []
        store = Store(self.folder, told.append, self.mark)
        if not self.again and store.has(number, self.log == FULL):
            return told
        started = time.perf_counter()
        with store.scratch(number) as scratch:
            try:
                replication = simulate(self.scenario, number, scratch, self.engine, self.log)
            except RunError as error:
                raise RunError(f"replication {number}, {error}") from error
            seconds = time.perf_counter() - started
            made = made_with(engine_for(self.engine))
            store.save(replication, made, seconds, self.again, self.log, self.scenario.digest())
        return told


class Job(NamedTuple):
    """One replication of one task."""

    task: Task
    number: int


def main() -> None:
    """A worker that is a fresh interpreter: told jobs on its standard input, it answers on its standard output."""
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever else is printed must not come between the answers
    _serve(0, answers)


def _serve(told: int, answer: int) -> None:
    """Take jobs until there are no more; answer each with what came of it."""
    orders, answers = os.fdopen(told, "rb", closefd=False), os.fdopen(answer, "wb")
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, jobs), daemon=True).start()
    warm = False
    with contextlib.suppress(BrokenPipeError):  # the crew has gone
        while True:
            job = jobs.get()
            same = code_digest() == job.task.code
            if same and not warm:
                warm_up(engine=job.task.engine)  # so that what a replication takes is its own time
                warm = True
            pickle.dump(_answer(job) if same else ("run", CHANGED), answers)
            answers.flush()


def _listen(orders: IO[bytes], jobs: queue.SimpleQueue[Job]) -> None:
    """Hand on the jobs that come. Beside the work, so that the end of the crew is noticed in the midst of it."""
    task: Task | None = None
    while True:
        try:
            new, number = pickle.load(orders)
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(1)
        task = new or task
        assert task is not None
        jobs.put(Job(task, number))


def _answer(job: Job) -> tuple[str, Any]:
    try:
        return "done", job.task.do(job.number)
    except InputError as error:
        return "input", error.problems
    except RunError as error:
        return "run", str(error)
    except Exception:
        return "bug", traceback.format_exc()


def _of_the_compiler(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] in ("llvmlite", "numba")


@contextlib.contextmanager
def _stop_remembered() -> Iterator[None]:
    """Let the user's stop be one, also where the compiler turns it into an error of its own, or swallows it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stopped = over = False
    report = sys.unraisablehook
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(signum: int, frame: object) -> None:
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    def again() -> None:
        if not over:
            _thread.interrupt_main()

    def swallowed(what: Any) -> None:
        """The compiler's own callbacks can not pass an exception on; then it is raised again, a little later."""
        if issubclass(what.exc_type, KeyboardInterrupt) and not over:
            threading.Timer(0.05, again).start()
        elif not (stopped and _of_the_compiler(what.object)):
            report(what)

    for number in before:
        signal.signal(number, stop)
    sys.unraisablehook = swallowed
    try:
        yield
    except Exception:
        if not stopped:
            raise
    finally:
        over = True
        if not stopped:  # else it stays: what the compiler has left half-made may complain when it is thrown away
            sys.unraisablehook = report
        for number, handler in before.items():
            signal.signal(number, handler)
    if stopped:
        raise KeyboardInterrupt


class _Fresh:
    """A worker process that is a fresh interpreter; with the same words as a copy."""

    def __init__(self, told: int, answer: int, errors: int):
        path = [place or str(Path.cwd()) for place in sys.path]
        # where signals can not be held back, a group of its own keeps Ctrl-C away
        group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self._process = subprocess.Popen(
            [sys.executable, "-c", START, *path], stdin=told, stdout=answer, stderr=errors, creationflags=group
        )
        self.kill, self.wait = self._process.kill, self._process.wait


class _Worker:
    """One worker process, seen from the crew."""

    def __init__(self) -> None:
        self.task: Task | None = None
        self.complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        told, tell = os.pipe()
        answered, answer = os.pipe()
        self.orders, self.answers = os.fdopen(tell, "wb"), os.fdopen(answered, "rb")
        try:
            errors = self.complaints.fileno()
            self.process = Copy(_serve, told, answer, errors) if may_copy() else _Fresh(told, answer, errors)
        finally:
            os.close(told)
            os.close(answer)

    def ask(self, job: Job) -> tuple[str, Any]:
        """Have it do one replication, and wait for the answer. A task is told once, not with each of its numbers."""
        try:
            self.orders.write(pickle.dumps((None if job.task is self.task else job.task, job.number)))
            self.orders.flush()
            self.task = job.task
            answer: tuple[str, Any] = pickle.load(self.answers)
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
        for stream in (self.orders, self.answers, self.complaints):
            with contextlib.suppress(OSError):  # what was not yet written has nobody left to read it
                stream.close()


class Crew:
    """Workers that run replications beside each other. Use as a context: at its end no worker is left.

    size   how many
    RunError where a worker can not be started, dies, or tells of one; InputError as the store gives it.
    """

    def __init__(self, size: int):
        self._size = size
        self._workers: list[_Worker] = []
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(size, "crew")

    def __enter__(self) -> Crew:
        try:
            for _ in range(self._size):
                with undisturbed():
                    worker = _Worker()
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
        with undisturbed():
            for worker in self._workers:
                worker.process.kill()  # all at once, so that nobody waits for the slowest
            self._threads.shutdown(cancel_futures=True)
            for worker in self._workers:
                worker.end()

    def do(self, jobs: Iterable[Job], meanwhile: Callable[[], object] = lambda: None) -> Iterator[list[str]]:
        """What is to be told about each job, when it is done.

        meanwhile   is called once, while all workers are at work
        Jobs are taken from the iterable as workers get free, so that there may be very many.
        """
        left = iter(jobs)
        asked: dict[Future[tuple[str, Any]], Job] = {}
        for round_ in count():
            for job in islice(left, 2 * self._size - len(asked)):
                asked[self._threads.submit(self._ask, job)] = job
            if round_ == 0:
                with _stop_remembered():  # what is loaded may swallow a stop
                    meanwhile()
            if not asked:
                return
            done, _ = wait(asked, return_when=FIRST_COMPLETED)
            for answered in done:
                job = asked.pop(answered)
                yield _content(job, answered)

    def _ask(self, job: Job) -> tuple[str, Any]:
        worker = self._idle.get()
        try:
            return worker.ask(job)
        finally:
            self._idle.put(worker)


def _content(job: Job, answered: Future[tuple[str, Any]]) -> list[str]:
    """What is to be told about a job that is done; or its error."""
    try:
        kind, content = answered.result()
    except RunError as error:
        raise _placed(error, job) from error
    if kind == "input":
        raise InputError(content)
    if kind == "run":
        raise _placed(RunError(content), job)
    if kind == "bug":
        raise WorkerError(f"in replication {job.number}:\n{content}of {job.task.folder}")
    told: list[str] = content
    return told


def _placed(error: RunError, job: Job) -> RunError:
    """An error with the scenario it came up in."""
    return RunError(
        f"{error}\nFinished replications are kept. The scenario as run: {job.task.folder / 'resolved.yaml'}"
    )


def crew_size(workers: int | None, jobs: int, reporter: Reporter | None = None) -> int:
    """How many workers there will be.

    workers   as asked for; as many as there are cores if not told
    jobs      how many there are to do
    InputError for less than one.
    """
    if workers is not None and workers < 1:
        raise InputError(Problem("--workers", found=str(workers), expected="1 or more"))
    most = PER_CORE * cores()
    if reporter is not None and workers is not None and min(workers, jobs) > most:
        reporter.say(f"{most} workers instead of {workers}: more would only take memory on {cores()} cores")
    return min(workers or cores(), jobs, most)


def work(
    jobs: Iterable[Job],
    number: int,
    workers: int | None,
    reporter: Reporter,
    engine: str = AUTO,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Do all jobs, in this process or in several.

    jobs        in the order in which they are begun
    number      how many there are
    workers     processes at the same time; as many as there are cores if not told
    engine      that the jobs will ask for
    meanwhile   what this process may do while others are at work, such as to load what will be needed
    RunError, InputError as a job or a worker gives it; KeyboardInterrupt if the user stops it. Nobody is left at work.
    """
    size = crew_size(workers, number, reporter)
    if not number:
        return
    if why_slow():
        reporter.say(f"running without compiled code ({why_slow()}): the SimPy engine gives the same answer, slowly")
    with _stop_remembered():
        warm_up(reporter.say, engine)
    with contextlib.nullcontext() if size == 1 else Crew(size) as crew, reporter.progress(number) as tick:
        for told in map(_here, jobs) if crew is None else crew.do(jobs, meanwhile):
            _tell(told, reporter)
            tick()


def _here(job: Job) -> list[str]:
    try:
        return job.task.do(job.number)
    except RunError as error:
        raise _placed(error, job) from error


def _tell(told: Iterable[str], reporter: Reporter) -> None:
    for sentence in told:
        reporter.warn(sentence)
