"""The `nelm` command: arguments and printing, nothing else.

Exit codes: 0 done, 1 a check failed, 2 wrong input, 3 internal error, 130 stopped by the user. Heavy imports
wait until a command needs them, so that `nelm --help` is quick. docs/commands.md is its reference.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sim import copies
from sim.commands.calibrate import calibrate
from sim.commands.compare import compare
from sim.commands.diff import diff
from sim.commands.evidence import evidence
from sim.commands.explain import explain
from sim.commands.extremes import extremes
from sim.commands.new import new
from sim.commands.options import engine_option
from sim.commands.patient import patient
from sim.commands.pin import pin
from sim.commands.results import results
from sim.commands.schema import schema
from sim.commands.story import story
from sim.commands.sweep import sweep
from sim.commands.usage import in_words
from sim.commands.validate import validate
from sim.commands.verify import verify
from sim.commands.waiting import waiting
from sim.commands.warm import warm
from sim.errors import InputError, NelmError, Problem
from sim.reporter import Terminal

if TYPE_CHECKING:
    from sim.batch import Run

STOPPED = 130
INTERNAL = 3
WRONG_INPUT = 2
KEEPING = {"run", "compare", "sweep", "pin", "warm"}
"""Commands of which a stop leaves finished parts behind, to go on from."""
JSON_FORMAT = 1
DISK = (errno.ENOSPC, errno.EIO, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
"""What a full or failing disk says, also where it is the one to which the answer is sent."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nelm", prog_name="nelm")
def nelm() -> None:
    """Simulate the pathway of patients with neuroendocrine liver metastases through a hospital.

    A scenario is a YAML file: resources, timetables, demand. `nelm check` says whether it is right, `nelm run`
    what comes of it.

    Exit codes: 0 done, 1 a check failed, 2 wrong input, 3 internal error, 130 stopped.
    """


@nelm.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--quick", is_flag=True, help="Make no remarks on the load of resources, which takes a few seconds.")
def check(files: tuple[str, ...], quick: bool) -> None:
    """Read FILEs (scenarios, boards, designs, targets, stories, cards) and say all that is wrong, running nothing.

    What is right and yet looks like a slip, or asks for more than there is, is remarked on.
    """
    from sim.clinic.boardfile import read_board
    from sim.evidence.registers import file_readers
    from sim.experiments.design import read_design
    from sim.reading import read_yaml
    from sim.running import clinic_known
    from sim.scenario import check_file, read_scenario
    from sim.stories.story_file import read_story
    from sim.validation.calibration import read_calibration
    from sim.validation.target_file import read_targets

    readers: dict[str, Callable[[str], Any]] = {
        "scenario": lambda path: read_scenario(path, known=clinic_known()),
        "board": read_board,
        "sweep": read_design,
        "target": read_targets,
        "calibration": read_calibration,
        "calibrated": read_yaml,  # what a calibration has found
        "story": read_story,
        **file_readers(),
    }
    wrong: list[Problem] = []
    for file in files:
        try:
            kind, read = check_file(file, readers)
            click.echo(f"{file}: {kind}, no mistakes")
            if kind == "scenario":
                from sim.explain.remarks import remarks

                for remark in remarks(read, not quick, Terminal().say):
                    click.echo(f"  remark: {remark}")
        except InputError as error:
            wrong += [problem for problem in error.problems if problem not in wrong]  # a base may be shared
    if wrong:
        raise InputError(wrong)


@nelm.command()
@click.argument("file", metavar="SCENARIO.yaml")
@click.option("--replications", type=click.IntRange(1, 100_000), metavar="N", help="How many; else the scenario's own.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Another seed than the scenario's.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes at once; else one per core.")
@click.option("--output", default="outputs", show_default=True, metavar="DIR", help="Where results are kept.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one thing; may be repeated.")
@engine_option
@click.option(
    "--log",
    type=click.Choice(["none", "summary", "full"]),
    default="full",
    show_default=True,
    help="How much is kept: everything that happened; the patients only; nothing but the figures.",
)
@click.option("--force", is_flag=True, help="Run again what is there already.")
@click.option("--dry-run", is_flag=True, help="Only say how much there is to run, and what it will take.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings.")
@click.pass_obj
def run(
    details: _Details | None,
    file: str,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    output: str,
    settings: tuple[str, ...],
    engine: str,
    log: str,
    force: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a scenario and say what came of it: waits, load, treatments, survival, with their uncertainty.

    What has been run before is found again, not repeated.
    """
    from sim.batch import Stopped
    from sim.batch import run as run_all
    from sim.running import clinic_known
    from sim.scenario import check_file, read_scenario

    if details is not None:
        details.folder = Path(output)
    changes = [*settings, *([f"run.seed={seed}"] if seed is not None else [])]
    changes += [f"run.replications={replications}"] if replications is not None else []
    _, scenario = check_file(file, {"scenario": lambda path: read_scenario(path, changes, clinic_known())})
    if dry_run:
        from sim.commands.dry_run import tell

        tell([scenario], scenario.run.replications, output, workers, force, as_json, quiet)
        return
    reporter = Terminal(speaks=not (quiet or as_json))
    try:
        done = run_all(scenario, None, workers, output, force, reporter, changes, engine, log)
    except Stopped as stopped:
        _show(stopped.run, as_json, quiet)
        _leave(str(stopped), STOPPED)
    _show(done, as_json, quiet)


def _show(done: Run, as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(json.dumps(_as_json(done), indent=1, allow_nan=False))
    elif not quiet:
        from sim.commands.asked import asked_of
        from sim.report.answer import answer

        click.echo(answer(done.scenario, done.summary, len(done.numbers), asked_of(done)))
        click.echo(f"\nResults   {done.folder}")
        if done.pictures:
            click.echo(f"Pictures  {done.pictures[0].parent}: {', '.join(path.stem for path in done.pictures)}")


def _as_json(done: Run) -> dict[str, Any]:
    """The answer as data; docs/commands.md says what each entry means."""
    from sim.commands.asked import warnings_of

    rows = [] if done.summary is None else done.summary.to_dict("records")
    return {
        "format": JSON_FORMAT,
        "scenario": done.scenario.scenario,
        "question": done.scenario.question,
        "folder": str(done.folder),
        "stopped": done.stopped,
        "wanted": done.scenario.run.replications,
        "replications": list(done.numbers),
        "summary": [{str(key): _plain(value) for key, value in row.items()} for row in rows],
        "warnings": warnings_of(done),
        "pictures": [str(picture) for picture in done.pictures],
        "record": done.record,
    }


def _plain(value: Any) -> Any:
    """A figure with the six digits of summary.csv; null where there is none."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if isfinite(value) else None
    return value


class _Details:
    """Where the details of an internal error are kept: with the results, once it is known where these lie."""

    folder: Path | None = None

    def keep(self) -> str:
        """Write down the error that is being handled. Returns where."""
        text = traceback.format_exc()
        for folder in (self.folder, Path(tempfile.gettempdir())):
            with contextlib.suppress(OSError):
                if folder is not None:
                    folder.mkdir(parents=True, exist_ok=True)
                    path = folder / "internal-error.txt"
                    path.write_text(text, encoding="utf-8", errors="backslashreplace")
                    return str(path)
        return f"no file could be written, so here they are\n{text}"


def _leave(message: str, code: int) -> NoReturn:
    """Say why, and end with that exit code."""
    if message:
        click.echo(message, err=True)
    sys.exit(code)


def _stop(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


for command in (
    *(compare, sweep, pin, results, patient, explain, diff, evidence, new, schema),
    *(calibrate, extremes, story, validate, verify, waiting, warm),
):
    nelm.add_command(command)


def main() -> None:
    """The command's door: every mistake of the user becomes a message and an exit code, never a traceback."""
    details = _Details()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)  # a batch system asks for the same as Ctrl-C
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name the terminal can not show is no reason to fail
    try:
        with copies.allowed(), nelm.make_context("nelm", sys.argv[1:], obj=details) as context:
            nelm.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except (click.Abort, KeyboardInterrupt):
        kept = "; what was finished is kept" if set(sys.argv) & KEEPING else ""
        _leave(f"stopped{kept}", STOPPED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(WRONG_INPUT)
    except click.ClickException as error:
        _leave(in_words(error), WRONG_INPUT)
    except NelmError as error:
        _leave(str(error), error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # who was reading has gone, and is not waiting for the rest
        sys.exit(0)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG and error.filename:
            found, expected = "a name that is too long", "the name of a file or folder"
            _leave(str(InputError(Problem(str(error.filename), found=found, expected=expected))), WRONG_INPUT)
        if error.filename is not None or error.errno not in DISK:
            _own(details)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python tries once more at the end
        reason = (error.strerror or str(error)).lower()
        _leave(f"the answer could not be written ({reason}); free some space, or send it elsewhere", INTERNAL)
    except Exception:
        _own(details)


def _own(details: _Details) -> NoReturn:
    """An error that nobody but us can have made."""
    _leave(
        "nelm came upon an error of its own, which is not your mistake. Please report it with the scenario and "
        f"these details: {details.keep()}",
        INTERNAL,
    )
