"""A sweep: every point of a design is run, and what is measured comes into one tidy table.

    sweep(design, ...)   -> Sweep         run what is missing, write the table, draw the curves
    planned(design, ...) -> Estimate      what that will ask for
    Sweep                the table, where it lies, and its pictures
    SweepStopped         what a sweep that the user stopped raises

A task is one replication of one point. It lies in the same store, under the same digest, as a replication of `run`, so
what either has finished the other finds. Of a sweep's tasks only the measures are kept, no logs. The table is written
when all tasks are done, from the store alone: it is the same, byte for byte, for any number of workers and however
often the sweep was stopped or killed on the way.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pandas as pd

from sim.clinic.boardfile import read_board
from sim.engines import AUTO, engine_for
from sim.errors import InputError, Problem
from sim.estimate import Estimate, estimate
from sim.evidence import read_evidence
from sim.experiments.design import Design, Point, read_design
from sim.experiments.figures import Figure
from sim.experiments.points import ONE_AT_A_TIME, SAMPLED, Cell
from sim.record import made_with
from sim.reporter import Reporter
from sim.running import NONE, window_of
from sim.store import Store, checksum, code_digest, refuse_no_folder, result_digest, results_folder, write_aside
from sim.workers import Job, Task, work

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

    from sim.report.sweeps import Shown

FORMAT = 1
TABLE, RECORD, POINTS = "table.csv", "record.json", "points.csv"
_KPI_COLUMNS = ("replication", "kpi", "group", "unit", "value")
_ROWS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Sweep:
    """A finished sweep.

    design     what was asked
    folder     of its record and pictures
    file       of its table
    digest     of everything that its table hangs on
    tasks      replications, those of equal scenarios counted once
    found      of these, those that were in the store before
    pictures   paths of the pictures
    """

    design: Design
    folder: Path
    file: Path
    digest: str
    tasks: int
    found: int
    pictures: tuple[Path, ...]

    @property
    def ran(self) -> int:
        """How many replications were run."""
        return self.tasks - self.found

    @cached_property
    def table(self) -> pd.DataFrame:
        """`point`, the parameters, `replication, kpi, group, unit, value`: one figure in each row."""
        return pd.concat(_chunks(self.file), ignore_index=True)

    def plot(self, figures: Sequence[Figure | tuple[str, str]] = ()) -> dict[str, Picture]:
        """The response curves, and heat maps where there are two parameters on a grid, by name.

        figures   KPI and group of each; those of the design if not told
        """
        from sim.report.sweeps import pictures

        chosen = [Figure(*figure) for figure in figures] or _drawn(self.design)
        return pictures(_rows_for(self.file, chosen), shown(self.design), chosen)


class SweepStopped(KeyboardInterrupt):
    """The user stopped a sweep. Finished replications are kept, and the same sweep goes on from there."""

    def __init__(self, done: int, tasks: int):
        self.done, self.tasks = done, tasks
        super().__init__(
            f"stopped: {done} of {tasks} replications are done and kept; the same command goes on from there"
        )


@dataclass(frozen=True)
class _Stored:
    """One scenario of the sweep in the store.

    point     the first that has this scenario
    missing   replications that are to be run
    """

    point: Point
    folder: Path
    missing: tuple[int, ...]


def sweep(
    design: Design | str | os.PathLike[str],
    replications: int | None = None,
    workers: int | None = None,
    store: str | Path = "outputs",
    table: str | Path | None = None,
    force: bool = False,
    reporter: Reporter | None = None,
    engine: str = AUTO,
) -> Sweep:
    """Run every point of a design that is not in the store, and put all into one table.

    design         as read, or the file it is in
    replications   of each point; the design's own number if not told
    workers        processes at the same time; as many as there are cores if not told
    store          where results are kept
    table          the file of the table; in the sweep's folder if not told
    force          run again what is there already
    engine         which one runs what is missing; all give the same
    InputError for a wrong design, or a folder or file that can not be written; RunError from the engine; SweepStopped
    if the user stops it.
    """
    reporter = reporter or Reporter()
    engine_for(engine)
    design = _as_asked(design, replications)
    for note in design.notes:
        reporter.warn(note)
    root = Path(store)
    digests = _digests(design)
    folder = results_folder(root / "sweeps", design.name, _digest(design, digests))
    file = _writable(Path(table)) if table is not None else folder / TABLE
    stored = list(_stored(design, digests, root, force, reporter))
    tasks, missing = len(stored) * design.replications, sum(len(its.missing) for its in stored)
    _say_what_is_there(design, tasks, missing, force, root, reporter)
    _run(design, stored, tasks, missing, workers, force, reporter, engine)
    write_aside(file, lambda path: _write_table(design, digests, root, path), "--table" if table is not None else None)
    pictures = _draw(design, folder, file)
    _write_record(design, digests, folder, file, engine)
    return Sweep(design, folder, file, folder.name, tasks, tasks - missing, tuple(pictures))


def planned(
    design: Design | str | os.PathLike[str],
    replications: int | None = None,
    workers: int | None = None,
    store: str | Path = "outputs",
    force: bool = False,
) -> Estimate:
    """What a sweep will ask for; the arguments are those of `sweep`. Nothing is run and nothing written."""
    design = _as_asked(design, replications)
    scenarios = (design.scenario(point) for point in design.points)
    return estimate(scenarios, design.replications, store, workers, logs=False, force=force)


def _as_asked(design: Design | str | os.PathLike[str], replications: int | None) -> Design:
    if not isinstance(design, Design):
        return read_design(design, replications)
    return design if replications is None else replace(design, replications=replications)


def _digests(design: Design) -> tuple[str, ...]:
    """The digest of each point's results."""
    evidence, board = read_evidence().digest(), read_board().digest()
    return tuple(result_digest(point.digest, evidence, board) for point in design.points)


def _digest(design: Design, digests: Sequence[str]) -> str:
    """One number for all that the table hangs on."""
    columns = [(parameter.name, parameter.unit) for parameter in design.parameters]
    points = [(design.cells(point), digest) for point, digest in zip(design.points, digests, strict=True)]
    return hashlib.sha256(json.dumps([columns, points, design.replications]).encode()).hexdigest()


def _place(root: Path, design: Design, digest: str) -> Path:
    return root / design.base.scenario / digest[:12]


def _stored(design: Design, digests: Sequence[str], root: Path, force: bool, reporter: Reporter) -> Iterator[_Stored]:
    """Each different scenario of the sweep, and what is missing of it."""
    for digest, point in dict(zip(reversed(digests), reversed(design.points), strict=True)).items():
        folder = _place(root, design, digest)
        store = Store(folder, reporter.warn)
        missing = [number for number in range(design.replications) if force or not store.has(number, logs=False)]
        yield _Stored(point, folder, tuple(missing))


def _say_what_is_there(design: Design, tasks: int, missing: int, force: bool, root: Path, reporter: Reporter) -> None:
    found = tasks - missing
    points = f"{len(design.points)} point{'' if len(design.points) == 1 else 's'}"
    if force:
        reporter.say(f"{points}: running {tasks} replications again, whatever is there")
    elif not missing:
        reporter.say(f"{points}: found all {tasks} replications in {root}; nothing to run (--force runs them again)")
    else:
        reporter.say(f"{points}: found {found} of {tasks} replications in {root}; running {missing}")


def _run(
    design: Design,
    stored: Sequence[_Stored],
    tasks: int,
    missing: int,
    workers: int | None,
    force: bool,
    reporter: Reporter,
    engine: str,
) -> None:
    mark = Store(Path()).mark
    unfinished = [its for its in stored if its.missing]
    try:
        work(_jobs(design, unfinished, mark, force, engine), missing, workers, reporter, engine)
    except KeyboardInterrupt:
        done = sum(_count_done(its, design.replications) for its in stored)
        raise SweepStopped(done, tasks) from None
    finally:
        for its in unfinished:
            Store(its.folder, reporter.warn, mark).sweep()


def _jobs(design: Design, stored: Sequence[_Stored], mark: str, force: bool, engine: str) -> Iterator[Job]:
    """What is to be run, by point and then by replication; each scenario is made when its turn comes."""
    code = code_digest()
    for its in sorted(stored, key=lambda its: its.point.number):
        scenario = design.scenario(its.point)
        results_folder(its.folder.parents[1], its.folder.parent.name, its.folder.name)
        resolved = its.folder / "resolved.yaml"
        text = scenario.resolved_yaml()
        if not resolved.is_file() or resolved.read_bytes() != text.encode():
            _write(resolved, text)
        task = Task(scenario, its.folder, mark, force, code, NONE, engine)
        yield from (Job(task, number) for number in its.missing)


def _count_done(its: _Stored, replications: int) -> int:
    store = Store(its.folder, tell=lambda sentence: None)
    return sum(store.whole(number) is not None for number in range(replications))


# -- the table


def _write_table(design: Design, digests: Sequence[str], root: Path, path: Path) -> None:
    names = [parameter.name for parameter in design.parameters]
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_line(["point", *names, *_KPI_COLUMNS]))
        for point, digest in zip(design.points, digests, strict=True):
            store = Store(_place(root, design, digest))
            _write_point(stream, [point.number, *design.cells(point)], store, design.replications)


def _write_point(stream: TextIO, cells: Sequence[Cell | None], store: Store, replications: int) -> None:
    """The rows of one point: by replication, figure and group."""
    begin = _line(cells).removesuffix("\n")
    for number in range(replications):
        kpis = store.table(number, "kpis").sort_values(["kpi", "group"], kind="stable")
        rows = kpis[list(_KPI_COLUMNS)].to_csv(index=False, header=False, lineterminator="\n")
        stream.writelines(f"{begin},{row}\n" for row in rows.splitlines())


def _line(cells: Sequence[Cell | None]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(["" if cell is None else cell for cell in cells])
    return text.getvalue()


def _chunks(file: Path) -> Iterator[pd.DataFrame]:
    """The table in pieces; nothing but an empty cell is taken for nothing."""
    types = {"kpi": "str", "group": "str", "unit": "str"}
    with pd.read_csv(
        file, chunksize=_ROWS_AT_ONCE, keep_default_na=False, na_values=[""], dtype=types, encoding="utf-8"
    ) as pieces:
        yield from pieces


def _rows_for(file: Path, figures: Sequence[Figure]) -> pd.DataFrame:
    """The rows of some figures, and at least one of each point and replication."""
    wanted = pd.MultiIndex.from_tuples([tuple(figure) for figure in figures])
    found = []
    for piece in _chunks(file):
        chosen = pd.MultiIndex.from_frame(piece[["kpi", "group"]]).isin(wanted)
        found.append(piece[chosen | ~piece.duplicated(["point", "replication"])])
    return pd.concat(found, ignore_index=True)


# -- pictures and record


def _drawn(design: Design) -> list[Figure]:
    from sim.report.sweeps import DRAWN

    return list(design.figures) or [Figure(*figure) for figure in DRAWN]


def shown(design: Design) -> Shown:
    """What the pictures must be told of a design."""
    from sim.report.sweeps import Axis, Shown

    axes = []
    start = 1
    for parameter, base in zip(design.parameters, design.base_cells, strict=True):
        values = tuple(value.cell for value in parameter.values)
        points: tuple[int, ...] = ()
        if design.kind == ONE_AT_A_TIME:
            points = tuple(range(start, start + len(values)))
            start += len(values)
            if base is not None:
                points = (0, *points)
                values = values if base in values else (base, *values)
        axes.append(Axis(parameter.name, parameter.unit, values, base, parameter.log, points))
    years = window_of(design.base).years
    base_name = design.base.scenario
    return Shown(design.name, base_name, design.kind, design.replications, years, len(design.points), tuple(axes))


def _draw(design: Design, folder: Path, file: Path) -> list[Path]:
    from sim.album import drawn_once
    from sim.report.sweeps import draw_sweep

    figures = _drawn(design)
    told = shown(design)
    source = [checksum(file), [tuple(figure) for figure in figures], repr(told)]
    return drawn_once(folder, source, lambda place: draw_sweep(_rows_for(file, figures), told, place, figures))


def _write_record(design: Design, digests: Sequence[str], folder: Path, file: Path, engine: str) -> None:
    """Enough to make the sweep again: the design as typed, its points, versions and digests."""
    names = [parameter.name for parameter in design.parameters]
    lines = [_line(["point", *names, "digest"])]
    lines += [
        _line([point.number, *design.cells(point), digest[:12]])
        for point, digest in zip(design.points, digests, strict=True)
    ]
    record = {
        "format": FORMAT,
        "sweep": design.name,
        "question": design.question,
        "design": design.kind,
        "seed": design.seed if design.kind in SAMPLED else None,
        "replications": design.replications,
        "scenario": design.base.scenario,
        "set": dict(design.changes),
        "parameters": [
            {"name": its.name, "path": list(its.paths), "unit": its.unit, "base": base}
            for its, base in zip(design.parameters, design.base_cells, strict=True)
        ],
        "points": len(design.points),
        "typed": {Path(name).name: text for name, text in design.typed.items()},
        "code": code_digest(),
        "made_with": made_with(engine_for(engine)) | {"scipy": version("scipy")},
        "table": checksum(file),
    }
    for name, text in ((POINTS, "".join(lines)), (RECORD, json.dumps(record, indent=1) + "\n")):
        _write(folder / name, text)


def _write(file: Path, text: str) -> None:
    write_aside(file, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))


def _writable(file: Path) -> Path:
    """The file of the table, in a folder that is there; refused before anything is run where it can not be."""
    refuse_no_folder(file, "--table")
    try:
        probe = file.with_name(f".{file.name}.{Store(Path()).mark}")
        probe.touch()
        probe.unlink()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        found = f"a file that can not be written ({reason})"
        raise InputError(Problem(str(file), found=found, expected="the name of a file for the table")) from error
    return file


def as_data(its: Sweep) -> Mapping[str, Any]:
    """A finished sweep as data, for `--json`; docs/sweep.md says what each entry means."""
    return {
        "format": FORMAT,
        "sweep": its.design.name,
        "question": its.design.question,
        "digest": its.digest,
        "points": len(its.design.points),
        "replications": its.design.replications,
        "tasks": its.tasks,
        "found": its.found,
        "ran": its.ran,
        "folder": str(its.folder),
        "table": str(its.file),
        "pictures": [str(picture) for picture in its.pictures],
    }
