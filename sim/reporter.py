"""What a long piece of work tells while it runs: sentences and progress, to nobody or to a terminal.

Reporter    silent but for warnings; what Python code gets
Terminal    speaks on standard error, with a progress bar where somebody can see it
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator

import click


class Reporter:
    """What a run tells while it runs. This one is silent; the command line has one that speaks."""

    def say(self, sentence: str) -> None:
        """A sentence worth reading."""

    def warn(self, sentence: str) -> None:
        """Something is not as it should be, though the result is right."""
        warnings.warn(sentence, stacklevel=2)

    @contextlib.contextmanager
    def progress(self, total: int, what: str = "replication") -> Iterator[Callable[[], object]]:
        """Gives a function to be called once per replication done, or once per whatever else it is."""
        yield lambda: None


class Terminal(Reporter):
    """Speaks on standard error.

    speaks   False for a command that was told to be quiet; warnings are written all the same
    """

    def __init__(self, speaks: bool = True):
        self.speaks = speaks

    def say(self, sentence: str) -> None:
        """A sentence worth reading."""
        if self.speaks:
            click.echo(sentence, err=True)

    def warn(self, sentence: str) -> None:
        """Something is not as it should be, though the result is right."""
        click.echo(f"note: {sentence}", err=True)

    @contextlib.contextmanager
    def progress(self, total: int, what: str = "replication") -> Iterator[Callable[[], object]]:
        """A bar with the remaining time; nothing where it is not a terminal."""
        from tqdm import tqdm

        quiet = None if self.speaks else True
        tqdm.monitor_interval = 0  # no thread of its own: a process with threads is not copied
        with tqdm(total=total, unit=what, disable=quiet, leave=False, miniters=1) as bar:
            yield bar.update
