"""What lies in a store: listed, filtered, and asked in SQL.

    entries(folder, ...)          -> list[Entry]    each scenario under each digest, with its replications
    query(entries, folder, sql)   -> DataFrame      an SQL question to all that is whole
    Entry, Held                   a scenario under a digest; one of its replications
    TABLES                        the views there are

Everything is read and nothing is written: not by this module, and not by any SQL, which sees the tables here and
neither files nor the network. Knows nothing of how results come about.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim import units
from sim.errors import InputError, Problem, nearest
from sim.measures import COLUMNS
from sim.record import RESOLVED, resolved_of
from sim.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOGS = ("events", "resources", "patients")
TABLES = ("runs", "settings", *COLUMNS, *LOGS)
_NUMBER = re.compile(r"\d{4,}")
_CONDITION = re.compile(r"\s*([^<>=!\s]+)\s*(<=|>=|!=|=|<|>)\s*(.+?)\s*")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """One replication in the store.

    number     its number
    whole      every file is there as it was written
    kept       all, or figures: measures without logs and patients; '' of a damaged one
    seconds    how long it took to run
    log        digest of its logs
    bytes      what it takes on disk
    finished   when
    """

    number: int
    whole: bool
    kept: str
    seconds: float
    log: str
    bytes: int
    finished: datetime


@dataclass(frozen=True)
class Entry:
    """One scenario under one digest.

    scenario, digest   as in the names of the folders
    folder             where it lies
    held               its replications, rising
    set_aside          damaged ones that were set aside by a run
    """

    scenario: str
    digest: str
    folder: Path
    held: tuple[Held, ...]
    set_aside: int

    @property
    def whole(self) -> tuple[Held, ...]:
        """The replications that are whole."""
        return tuple(held for held in self.held if held.whole)

    @property
    def damaged(self) -> int:
        """How many are not, with those set aside."""
        return len(self.held) - len(self.whole) + self.set_aside

    @property
    def bytes(self) -> int:
        """What its replications take on disk."""
        return sum(held.bytes for held in self.held)

    @property
    def finished(self) -> datetime | None:
        """When the last whole one was finished."""
        return max((held.finished for held in self.whole), default=None)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The resolved scenario as values by dotted path; empty where its file can not be read, or was edited."""
        return dict(_flat(self._resolved or {}))

    @property
    def edited(self) -> bool:
        """Is the scenario beside the results another than the one that was run?"""
        return self._resolved is None

    @cached_property
    def _resolved(self) -> dict[str, Any] | None:
        try:
            return resolved_of(self.folder)
        except InputError:
            return {}

    @property
    def seed(self) -> int | None:
        """The seed of its luck."""
        return self.settings.get("run.seed")


def _flat(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Values by dotted path; items of a list by their name, lists without names as one text."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list) and data and all(isinstance(item, dict) and "name" in item for item in data):
        for item in data:
            yield from _flat({key: value for key, value in item.items() if key != "name"}, f"{path}.{item['name']}")
    elif isinstance(data, list):
        yield path, ", ".join(map(str, data))
    else:
        yield path, data


def entries(
    folder: str | Path,
    scenario: str | None = None,
    where: Iterable[str] = (),
    say: Callable[[str], object] = lambda sentence: None,
) -> list[Entry]:
    """What lies in a store, by scenario and then by when it was finished.

    folder     as given to `run` for its output
    scenario   only this one
    where      only those whose resolved scenario fits: `path=value`, or with !=, <, <=, >, >=; durations and rates in
               any unit
    say        called with a sentence for each scenario that was edited after the run; its settings are left out
    InputError if there is no such folder, no such scenario, or a condition that nothing could fit.
    """
    root = Path(folder)
    if not root.is_dir():
        found = "no folder" if root.exists() else "nothing"
        raise InputError(Problem(str(folder), found=found, expected="a folder of results, such as outputs"))
    places = sorted({place.parent for place in root.glob("*/*/replications")})
    names = sorted({place.parent.name for place in places})
    if scenario is not None and scenario not in names:
        todo = nearest(scenario, names) or ("it has " + ", ".join(names) if names else "run something first")
        expected = f"the name of a scenario with results in {folder}"
        raise InputError(Problem("--scenario", found=f"'{scenario}'", expected=expected, todo=todo))
    conditions = [_condition(text) for text in where]
    there = [_entry(place) for place in places if scenario in (None, place.parent.name)]
    for entry in there:
        if entry.edited:
            say(f"{entry.folder / RESOLVED} is not the scenario that was run, so its settings are left out")
    _refuse_unknown_paths(conditions, there)
    fitting = [entry for entry in there if all(condition.fits(entry.settings) for condition in conditions)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(fitting, key=lambda entry: (entry.scenario, entry.finished or oldest, entry.digest))


def _entry(place: Path) -> Entry:
    held, set_aside = [], 0
    store = Store(place, tell=lambda sentence: None)
    for its in (place / "replications").iterdir():
        if _NUMBER.fullmatch(its.name):
            held.append(_held(store, its))
        elif ".damaged-" in its.name:
            set_aside += 1
    return Entry(place.parent.name, place.name, place, tuple(sorted(held, key=lambda its: its.number)), set_aside)


def _held(store: Store, place: Path) -> Held:
    number = int(place.name)
    told = store.whole(number)
    files = [file.stat() for file in place.iterdir() if file.is_file()]
    finished = datetime.fromtimestamp(max((file.st_mtime for file in files), default=0.0), UTC)
    size = sum(file.st_size for file in files)
    if told is None:
        return Held(number, False, "", float("nan"), "", size, finished)
    kept = "all" if store.has_logs(told) else "figures"
    return Held(number, True, kept, float(told["seconds"]), str(told["log"]), size, finished)


# -- conditions


@dataclass(frozen=True)
class _Condition:
    """A comparison with one setting of the resolved scenario."""

    text: str
    path: str
    sign: str
    value: str

    def fits(self, settings: Mapping[str, Any]) -> bool:
        if self.path not in settings:
            return False
        found, wanted = as_number(settings[self.path]), as_number(_typed(self.value))
        if found is not None and wanted is not None:
            near = abs(found - wanted) <= 1e-9 * max(abs(found), abs(wanted))
            return near if self.sign == "=" else not near if self.sign == "!=" else _COMPARED[self.sign](found, wanted)
        same = _text(settings[self.path]) == self.value.strip("'\"")
        return same if self.sign == "=" else not same if self.sign == "!=" else False


def _condition(text: str) -> _Condition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        expected = "path=value, such as resources.ward.capacity=20, or with !=, <, <=, >, >="
        raise InputError(Problem("--where", found=f"'{text}'", expected=expected))
    condition = _Condition(text, match[1], match[2], match[3])
    if condition.sign in ("<", "<=", ">", ">=") and as_number(_typed(condition.value)) is None:
        expected = f"a number behind {condition.sign}, with its unit where it has one"
        raise InputError(Problem("--where", found=f"'{text}'", expected=expected))
    return condition


def _refuse_unknown_paths(conditions: Iterable[_Condition], found: Sequence[Entry]) -> None:
    known = {path for entry in found for path in entry.settings} if conditions else set()
    for condition in conditions:
        if condition.path not in known:
            expected = "a path of a resolved scenario in this store"
            todo = nearest(condition.path, known) or "the file resolved.yaml of a result shows them all"
            raise InputError(Problem("--where", found=f"'{condition.path}'", expected=expected, todo=todo))


def _typed(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_number(typed: Any) -> float | None:
    """A setting as one number: durations in minutes, rates per year, shares from 0 to 1; None where it is none.

    >>> as_number(20), as_number("2 hours"), as_number("1 per day"), as_number("5 %"), as_number("closed")
    (20.0, 120.0, 365.25, 0.05, None)
    """
    if isinstance(typed, bool):
        return None
    if isinstance(typed, int | float):
        return float(typed)
    for reader in (units.minutes, units.per_year, units.share):
        try:
            return float(reader(str(typed)))
        except ValueError:
            continue
    return None


# -- SQL


def query(found: Sequence[Entry], folder: str | Path, sql: str) -> pd.DataFrame:
    """The answer to one SQL question over everything whole in some entries.

    found    as `entries` gives them
    folder   of the store
    sql      one SELECT, in the dialect of DuckDB; `TABLES` names the views, each with `scenario`, `digest` and, but for
             `settings`, `replication`
    InputError if it is no such question, or DuckDB refuses it.
    """
    import duckdb

    with duckdb.connect(":memory:") as connection:
        question = _one_question(connection, sql)
        _views(connection, found, Path(folder), settings="settings" in sql.lower())
        for setting in ("enable_external_access", "python_enable_replacements"):
            connection.execute(f"SET {setting} = false")
        connection.execute("SET lock_configuration = true")
        try:
            return connection.execute(question).df()
        except duckdb.Error as error:
            raise _refused(sql, error) from None


def _one_question(connection: DuckDBPyConnection, sql: str) -> Any:
    import duckdb

    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise _refused(sql, error) from None
    kinds = [statement.type.name for statement in statements]
    if len(kinds) != 1 or kinds[0] not in ("SELECT", "EXPLAIN"):
        found = "nothing" if not kinds else " and ".join(kinds) if len(kinds) < 4 else f"{len(kinds)} statements"
        expected = "one SELECT; results are only read here"
        raise InputError(Problem("--sql", found=found, expected=expected, todo=_views_there()))
    return statements[0]


def _views_there() -> str:
    return f"ask the views {', '.join(TABLES)}"


def _refused(sql: str, error: Exception) -> InputError:
    """What DuckDB says of a question, without the picture of the place, and with what there is."""
    said = re.sub(r"\s+", " ", str(error).split("\n\nLINE")[0]).strip()
    said = said.replace("file system operations are disabled by configuration", "files can not be read from here")
    todo = _views_there() if "Catalog Error" in said else "docs/results.md lists the columns of each view"
    return InputError(Problem("--sql", found=said, expected="a question that DuckDB understands", todo=todo))


def _views(connection: DuckDBPyConnection, found: Sequence[Entry], root: Path, settings: bool) -> None:
    connection.register("_runs", _runs(found))
    connection.execute("CREATE VIEW runs AS SELECT * FROM _runs")
    connection.register("_settings", _settings(found if settings else ()))
    connection.execute("CREATE VIEW settings AS SELECT * FROM _settings")
    for name in (*COLUMNS, *LOGS):
        places = [entry.folder / "replications" / f"{held.number:04d}" for entry in found for held in entry.whole]
        files = [place / f"{name}.parquet" for place in places]
        _view(connection, name, [file for file in files if file.exists()], root)


def _runs(found: Sequence[Entry]) -> pd.DataFrame:
    """One row for each whole replication."""
    rows = [
        (entry.scenario, entry.digest, its.number, entry.seed, its.kept, its.seconds, its.log, its.bytes, its.finished)
        for entry in found
        for its in entry.whole
    ]
    columns = ["scenario", "digest", "replication", "seed", "kept", "seconds", "log", "bytes", "finished"]
    types = {"replication": "int64", "seed": "Int64", "seconds": "float64", "bytes": "int64"}
    texts = {"scenario": "str", "digest": "str", "kept": "str", "log": "str"}
    frame = pd.DataFrame(rows, columns=pd.Index(columns)).astype(types | texts)
    return frame.assign(finished=pd.to_datetime(frame["finished"], utc=True).dt.tz_localize(None))


def _settings(found: Sequence[Entry]) -> pd.DataFrame:
    """One row for each value of each resolved scenario."""
    rows = [
        (entry.scenario, entry.digest, path, _text(value), as_number(value))
        for entry in found
        for path, value in entry.settings.items()
    ]
    columns = ["scenario", "digest", "path", "value", "number"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype(
        dict.fromkeys(columns[:4], "str") | {"number": "float64"}
    )


def _view(connection: DuckDBPyConnection, name: str, files: Sequence[Path], root: Path) -> None:
    """A view of one kind of file in all entries, read as far as a question needs it.

    The files are read by Arrow, so that DuckDB itself need not be let at any file.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.fs

    if not files:
        columns = {"scenario": "str", "digest": "str"} | COLUMNS.get(name, {"replication": "int64"})
        connection.register(f"_{name}", pd.DataFrame({column: [] for column in columns}).astype(columns))
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM _{name}")
        return
    of_path = pa.schema([(part, pa.string()) for part in ("scenario", "digest", "_replications", "_number")])
    options = ds.FileSystemFactoryOptions(
        partition_base_dir=root.as_posix(), partitioning=ds.DirectoryPartitioning(of_path)
    )
    system = pyarrow.fs.LocalFileSystem()
    factory = ds.FileSystemDatasetFactory(system, [file.as_posix() for file in files], ds.ParquetFileFormat(), options)
    fields = [
        pa.field(its.name, its.type.value_type if pa.types.is_dictionary(its.type) else its.type)
        for its in factory.inspect()
    ]
    connection.register(f"_{name}", factory.finish(pa.schema(fields)))
    inside = [f'"{its.name}"' for its in fields if its.name not in of_path.names]
    number = [] if '"replication"' in inside else ["CAST(_number AS BIGINT) AS replication"]
    listed = ", ".join(["scenario", "digest", *number, *inside])
    connection.execute(f"CREATE VIEW {name} AS SELECT {listed} FROM _{name}")
