"""The `nelm` command: arguments and printing, nothing else.

Exit codes: 0 done, 1 a check failed, 2 wrong input, 3 internal error, 130 stopped by the user. Heavy imports
wait until a command needs them, so that `nelm --help` is quick.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.errors import InputError, NelmError
from sim.reporter import Terminal

if TYPE_CHECKING:
    from sim.batch import Run

STOPPED = 130
INTERNAL = 3


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
def check(files: tuple[str, ...]) -> None:
    """Read FILEs (scenarios, boards) and say everything that is wrong with them, without running anything."""
    from sim.clinic.boardfile import read_board
    from sim.running import clinic_known
    from sim.scenario import check_file, read_scenario

    readers: dict[str, Callable[[str], Any]] = {
        "scenario": lambda path: read_scenario(path, known=clinic_known()),
        "board": read_board,
    }
    wrong: list[Any] = []
    for file in files:
        try:
            kind, _ = check_file(file, readers)
            click.echo(f"{file}: {kind}, no mistakes")
        except InputError as error:
            wrong += error.problems
    if wrong:
        raise InputError(wrong)


@nelm.command()
@click.argument("file", metavar="SCENARIO.yaml")
@click.option("--replications", type=click.IntRange(1, 100_000), metavar="N", help="How many; else the scenario's own.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Another seed than the scenario's.")
@click.option("--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes at once; else one per core.")
@click.option("--output", default="outputs", show_default=True, metavar="DIR", help="Where results are kept.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one thing; may be repeated.")
@click.option("--force", is_flag=True, help="Run again what is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def run(
    file: str,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    output: str,
    settings: tuple[str, ...],
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a scenario and say what came of it: waits, load, treatments, survival, with their uncertainty.

    What has been run before is found again, not repeated.
    """
    from sim.batch import run as run_all
    from sim.running import clinic_known
    from sim.scenario import read_scenario

    changes = [*settings, *([f"run.seed={seed}"] if seed is not None else [])]
    scenario = read_scenario(file, changes, clinic_known())
    speaks = not (quiet or as_json)
    done = run_all(scenario, replications, workers, output, force, Terminal(speaks))
    if as_json:
        click.echo(json.dumps(_as_json(done), indent=1))
    elif not quiet:
        _print_answer(done)
    if done.stopped:
        wanted = replications or scenario.run.replications
        click.echo(
            f"stopped: {len(done.numbers)} of {wanted} replications are done and kept; "
            "the same command goes on from there",
            err=True,
        )
        sys.exit(STOPPED)


def _as_json(done: Run) -> dict[str, Any]:
    rows = [] if done.summary is None else json.loads(done.summary.to_json(orient="records"))
    return {
        "folder": str(done.folder),
        "stopped": done.stopped,
        "replications": list(done.numbers),
        "record": done.record,
        "summary": rows,
        "pictures": [str(picture) for picture in done.pictures],
    }


def _print_answer(done: Run) -> None:
    from sim.report.answer import answer

    click.echo(answer(done.scenario, done.summary, len(done.numbers)))
    click.echo(f"\nResults   {done.folder}")
    for picture in done.pictures:
        click.echo(f"Picture   {picture}")


def main() -> None:
    """The command's door: every mistake of the user becomes a message and an exit code, never a traceback."""
    try:
        nelm.main(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        sys.exit(STOPPED)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        sys.exit(STOPPED)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except NelmError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception:
        place = _write_traceback()
        click.echo(
            f"nelm came upon an error of its own, which is not your mistake. Details: {place}\n"
            "Please report it with that file and the scenario.",
            err=True,
        )
        sys.exit(INTERNAL)


def _write_traceback() -> str:
    """Keep the details of an internal error where they can be looked up."""
    text = traceback.format_exc()
    try:
        folder = Path("outputs")
        folder.mkdir(exist_ok=True)
        path = folder / "internal-error.txt"
        path.write_text(text)
        return str(path)
    except OSError:
        click.echo(text, err=True)
        return "above"
