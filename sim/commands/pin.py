"""`nelm pin`: pin the results of scenarios, and say whether anything moved. Arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sim.errors import InputError, Problem
from sim.reporter import Terminal

PINS = click.option(
    "--pins", default="outputs/reference", show_default=True, metavar="DIR", help="Where pins are kept."
)
OUTPUT = click.option("--output", default="outputs", show_default=True, metavar="DIR", help="Where results are kept.")
WORKERS = click.option(
    "--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes at once; else one per core."
)
QUIET = click.option("--quiet", is_flag=True, help="Print nothing but what is wrong.")


@click.group()
def pin() -> None:
    """Pin the results of scenarios, and say whether anything moved since.

    FILES are scenario files, or names of pinned scenarios; without any, all that are pinned.
    """


@pin.command()
@click.argument("files", nargs=-1, metavar="[FILES]")
@click.option("--note", metavar="TEXT", help="Why these results are right, in your own words; else it is asked for.")
@click.option("--replications", type=click.IntRange(2, 1000), metavar="N", help="How many; as pinned before, else 2.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one thing, such as run.measured='2 years', so that a check is quick; may be repeated. "
    "As pinned before if none is told.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0),
    metavar="N",
    help="How far a figure may move, in pinned standard errors; as pinned before, else 1.",
)
@PINS
@OUTPUT
@WORKERS
@QUIET
def save(
    files: tuple[str, ...],
    note: str | None,
    replications: int | None,
    settings: tuple[str, ...],
    tolerance: float | None,
    pins: str,
    output: str,
    workers: int | None,
    quiet: bool,
) -> None:
    """Run scenarios and pin what comes of them: digests, figures, and a fingerprint of the logs.

    Look at the results first: the note says that you did, and why they are right.
    """
    from sim.experiments.pin import save as save_all
    from sim.experiments.pin_report import saved_in_words

    if note is None and sys.stdin.isatty():
        note = click.prompt("Why are these results right? In a line", err=True)
    reporter = Terminal(not quiet)
    for saved in save_all(files, note or "", pins, replications, settings, tolerance, output, workers, reporter):
        if not quiet:
            click.echo(saved_in_words(saved))


@pin.command()
@click.argument("files", nargs=-1, metavar="[FILES]")
@click.option("--all", "everything", is_flag=True, help="All that are pinned, which is so without FILES too.")
@click.option("--strict", is_flag=True, help="Only what is identical will do.")
@click.option("--fresh", is_flag=True, help="Run again what is in the store already.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one thing on top of what is pinned, to see that the check notices; may be repeated.",
)
@click.option("--junit", type=click.Path(), metavar="FILE", help="Write the findings as JUnit XML.")
@click.option("--markdown", type=click.Path(), metavar="FILE", help="Write the findings as Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@PINS
@OUTPUT
@WORKERS
@QUIET
def check(
    files: tuple[str, ...],
    everything: bool,
    strict: bool,
    fresh: bool,
    settings: tuple[str, ...],
    junit: str | None,
    markdown: str | None,
    as_json: bool,
    pins: str,
    output: str,
    workers: int | None,
    quiet: bool,
) -> None:
    """Run pinned scenarios again and say what moved, by how much, and where it begins.

    Exit codes: 0 identical or within tolerance (with --strict: identical), 1 something drifted, 2 wrong input,
    3 a scenario could not be run, 130 stopped.
    """
    from sim.experiments.junit import junit_xml
    from sim.experiments.pin import Finding, Verdict
    from sim.experiments.pin import check as check_all
    from sim.experiments.pin_report import as_data, in_markdown, in_words
    from sim.store import refuse_no_folder

    if files and everything:
        raise InputError(Problem("--all", found="FILES as well", expected="the one or the other"))
    for option, named in (("--junit", junit), ("--markdown", markdown)):
        if named:
            refuse_no_folder(Path(named), option)
    findings: list[Finding] = []
    speaks = not (quiet or as_json)
    for finding in check_all(files, pins, settings, output, workers, fresh, Terminal(speaks)):
        findings.append(finding)
        if speaks or (quiet and not as_json and not finding.passes(strict)):
            click.echo(in_words(finding))
    if junit:
        _write(junit, junit_xml(findings, strict), "--junit")
    if markdown:
        _write(markdown, in_markdown(findings), "--markdown")
    if as_json:
        passed = all(finding.passes(strict) for finding in findings)
        click.echo(json.dumps({"passed": passed, "findings": [as_data(its) for its in findings]}, indent=1))
    if any(finding.verdict is Verdict.BROKEN for finding in findings):
        sys.exit(3)
    if not all(finding.passes(strict) for finding in findings):
        sys.exit(1)


def _write(file: str, text: str, option: str) -> None:
    from sim.store import write_aside

    write_aside(Path(file), lambda aside: aside.write_text(text, encoding="utf-8", newline="\n"), option)
