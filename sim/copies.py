"""Copies of this process, which have everything loaded from the start.

    allowed()              a block in which this process is the command's own, and may be copied
    may_copy()             whether it may be, here and now
    Copy(serve, told, ...) a copy that does one thing and ends; it is killed and waited for like any process
    side_by_side(calls)    what each call returns, by this process and copies of it at the same time
    undisturbed()          holds back the signals that stop a run

Loading the libraries takes longer than a replication, so a copy is worth a good deal. It is made only where nobody
can be surprised by it: in the process of the command itself, on Linux, and while no other thread of Python is
at work. Everywhere else, such as in a notebook, the caller does without.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import NoReturn, TypeVar

with suppress(ImportError):  # Windows, where nothing is copied
    from fcntl import F_DUPFD, fcntl

T = TypeVar("T")

ERRORS = 2
"""The file into which every process prints its errors."""

_allowed = False


@contextmanager
def allowed() -> Iterator[None]:
    """Say that this process does nothing but what the command asks of it, so that it may be copied in the block."""
    global _allowed
    before, _allowed = _allowed, True
    try:
        yield
    finally:
        _allowed = before


def may_copy() -> bool:
    """Whether this process may be copied, here and now."""
    return _allowed and sys.platform == "linux" and threading.active_count() == 1


def cores() -> int:
    """How many processes can be at work at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back the signals that stop a run until the block is over; what is started inside never gets them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Copy:
    """A copy of this process, seen from the one that made it.

    serve    what it does, told where it is told things and where it answers; when that is over, it ends
    told     the end of a pipe from which it reads
    answer   the end of a pipe into which it writes
    errors   the file into which it prints
    To be made where the signals that stop a run are held back (`undisturbed`), for it never gets them.
    """

    def __init__(self, serve: Callable[[int, int], object], told: int, answer: int, errors: int):
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            # the threads it warns of are those of the library of linear algebra, which knows about copies
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _be_a_copy(serve, told, answer, errors)
        self._asked = threading.Lock()
        self._code: int | None = None

    def kill(self) -> None:
        """End it, whatever it is doing."""
        with self._asked:
            if self._code is None:
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float = 60) -> int:
        """Its exit code when it has ended, or minus the signal that ended it; `subprocess.TimeoutExpired` if not."""
        until = time.monotonic() + timeout
        while (code := self._ended()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("a copy", timeout)
            time.sleep(0.005)
        return code

    def _ended(self) -> int | None:
        with self._asked:
            if self._code is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self._code = os.waitstatus_to_exitcode(status) if pid else None
            return self._code


def _be_a_copy(serve: Callable[[int, int], object], told: int, answer: int, errors: int) -> NoReturn:
    """What a copy does from its first moment on; it never goes on with what the process was doing."""
    code = 1
    try:
        gc.freeze()  # what was there before is not looked through any more, and stays shared
        _keep_only(told, answer, errors)
        serve(0, 3)
        code = 0
    except BaseException:
        os.write(ERRORS, traceback.format_exc().encode("utf-8", "backslashreplace"))
    finally:
        os._exit(code)


def _keep_only(told: int, answer: int, errors: int) -> None:
    """Be told things on 0, answer on 3, and print into the errors; nothing else stays open.

    Else a copy would hold the other end of another's pipe, who would not notice the end of the one it works for.
    """
    aside = [fcntl(number, F_DUPFD, 4) for number in (told, errors, errors, answer)]
    for place, number in enumerate(aside):
        os.dup2(number, place)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    sys.stdout = sys.stderr = open(ERRORS, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115


def side_by_side(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What each of at most 256 calls returns, in order.

    Where this process may be copied, each core takes the next call until none is left. What a copy has not done in
    the end, because it failed or was ended, is done here, so that an error comes as if there were no copies.
    """
    copies = min(cores(), len(calls)) - 1 if may_copy() else 0
    if copies < 1:
        return [call() for call in calls]
    numbers, put = os.pipe()
    os.write(put, bytes(range(len(calls))))
    os.close(put)
    helpers: list[tuple[Copy, int]] = []
    try:
        for _ in range(copies):
            with undisturbed():
                helpers.append(_helper(calls, numbers))
        done = _take(calls, numbers)
        for _, answers in helpers:
            with open(answers, "rb", closefd=False) as stream, suppress(EOFError, pickle.UnpicklingError):
                done |= pickle.load(stream)
    finally:
        os.close(numbers)
        for helper, answers in helpers:
            helper.kill()
            helper.wait()
            os.close(answers)
    return [done[number] if number in done else call() for number, call in enumerate(calls)]


def _helper(calls: Sequence[Callable[[], T]], numbers: int) -> tuple[Copy, int]:
    """A copy that takes calls as well, and where it tells in the end what they returned."""
    answers, answer = os.pipe()
    maker = os.getpid()

    def serve(numbers: int, answer: int) -> None:
        done = _take(calls, numbers, lambda: os.getppid() == maker, suppress(Exception))
        with open(answer, "wb") as stream:
            pickle.dump(done, stream)

    try:
        return Copy(serve, numbers, answer, ERRORS), answers
    finally:
        os.close(answer)


def _take(
    calls: Sequence[Callable[[], T]],
    numbers: int,
    wanted: Callable[[], bool] = lambda: True,
    forgiving: AbstractContextManager[object] = nullcontext(),  # noqa: B008 - it holds nothing
) -> dict[int, T]:
    """Do calls whose numbers come out of a pipe until it is empty. Returns by number what they returned."""
    done: dict[int, T] = {}
    while wanted() and (number := os.read(numbers, 1)):
        with forgiving:
            done[number[0]] = calls[number[0]]()
    return done
