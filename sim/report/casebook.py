"""Finding a result in the store, a patient in it, and patients who are worth reading about.

    find_result(named, store)         -> Result     a folder, a scenario's file, or a name as `nelm results` lists it
    read_case(result, replication)    -> Case       its logs and patients, checked against what was written down
    story_of(case, patient)           -> Story
    search(case, conditions)          -> DataFrame  patients to whom something happened, the most eventful first

Nothing is written, and nothing that is damaged is set aside. Knows no pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.clinic.boardfile import read_board
from sim.errors import InputError, Problem, nearest
from sim.log import Event, EventLog
from sim.logfiles import read_log
from sim.reading import is_file
from sim.record import RESOLVED, digests_of, resolved_of
from sim.report.story import Story, tell
from sim.report.words import words
from sim.running import clinic_known
from sim.scenario import check_file, read_scenario
from sim.store import DONE, Store, checksum
from sim.units import YEAR

_NUMBER = re.compile(r"\d{4,}")
_CONDITION = re.compile(r"\s*([\w]+)\s*(?::\s*(.*?)\s*)?")
_MOST_NAMED = 12
_HAD = {"had": "treated"}  # the same thing in other words


@dataclass(frozen=True)
class Result:
    """A result that was found.

    folder      where it lies
    scenario    its name
    numbers     the replications there are, rising
    beside      how many other results there are that could have been meant; this one is the latest
    """

    folder: Path
    scenario: str
    numbers: tuple[int, ...]
    beside: int = 0


@dataclass(frozen=True)
class Case:
    """A replication that was read.

    result      where it is from
    log         its logs
    patients    one row for each patient
    start       day 0 of the run
    offers      row of the board, as the log names it -> the treatments it offers
    elsewhere   treatments that another hospital gives
    """

    result: Result
    log: EventLog
    patients: pd.DataFrame
    start: date
    offers: Mapping[str, tuple[str, ...]]
    elsewhere: frozenset[str] = frozenset()


def find_result(named: str, store: str | Path = "outputs") -> Result:
    """The result that somebody means.

    named    a folder of a result, a scenario's file whose result is in the store, the name of a scenario in the store
             (then its latest result), or the digest of a result as `nelm results` lists it, or how that begins
    store    where results are kept
    InputError where there is none, with what there is.
    """
    place = Path(named)
    if place.is_dir():
        return _of_folder(place)
    if is_file(place) or named.endswith((".yaml", ".yml")):
        return _of_file(named, Path(store))
    return _of_name(named, Path(store))


def _result(folder: Path, beside: int = 0) -> Result:
    numbers = sorted(int(its.name) for its in (folder / "replications").iterdir() if _NUMBER.fullmatch(its.name))
    return Result(folder, folder.resolve().parent.name, tuple(numbers), beside)


def _of_folder(folder: Path) -> Result:
    if (folder / "replications").is_dir():
        return _with_replications(_result(folder))
    below = sorted(its.parent for its in (*folder.glob("*/replications"), *folder.glob("*/*/replications")))
    found = f"a folder with {len(below)} results below it" if below else "a folder without results"
    todo = "name one of them: " + ", ".join(map(str, below[:_MOST_NAMED])) if below else "`nelm results` lists all"
    expected = "the folder of one result, outputs/<scenario>/<digest>"
    raise InputError(Problem(str(folder), found=found, expected=expected, todo=todo))


def _with_replications(result: Result) -> Result:
    if not result.numbers:
        expected = "at least one replication"
        raise InputError(Problem(str(result.folder), found="no replication", expected=expected, todo="run it again"))
    return result


def _of_file(named: str, store: Path) -> Result:
    _, scenario = check_file(named, {"scenario": lambda path: read_scenario(path, known=clinic_known())})
    folder = store / scenario.scenario / digests_of(scenario)["result"][:12]
    if (folder / "replications").is_dir():
        return _with_replications(_result(folder))
    others = _latest_first(store.glob(f"{scenario.scenario}/*/replications"))
    todo = f"`nelm run {named}` makes it"
    if others:
        todo += f"; there are {len(others)} of other settings or versions, the latest in {others[0]}"
    raise InputError(
        Problem(
            named, found=f"no result of it in {store}", expected="a scenario that has been run as it is now", todo=todo
        )
    )


def _of_name(named: str, store: Path) -> Result:
    places = _latest_first(store.glob("*/*/replications"))
    fitting = [its for its in places if its.parent.name == named]
    if not fitting and len(named) >= 4:
        fitting = [its for its in places if its.name.startswith(named)]
    if fitting:
        return _with_replications(_result(fitting[0], len(fitting) - 1))
    names = sorted({its.parent.name for its in places})
    todo = nearest(named, names) or (f"{store} has " + ", ".join(names) if names else "run something first")
    expected = "the folder of a result, a scenario's file, or a name or a digest as `nelm results` lists it"
    raise InputError(Problem("RESULT", found=f"'{named}'", expected=expected, todo=todo))


def _latest_first(places: Iterable[Path]) -> list[Path]:
    def finished(folder: Path) -> float:
        return max((its.stat().st_mtime for its in folder.glob("replications/*/done.json")), default=0.0)

    return sorted((its.parent for its in places), key=finished, reverse=True)


# -- reading


def read_case(result: Result, replication: int | None = None) -> Case:
    """The logs and patients of one replication of a result.

    replication   its number; the first there is if not told
    InputError if it is not there, is damaged, or was kept without its logs.
    """
    number = result.numbers[0] if replication is None else replication
    if number not in result.numbers:
        there = ", ".join(map(str, result.numbers[:_MOST_NAMED])) + (
            " ..." if len(result.numbers) > _MOST_NAMED else ""
        )
        raise InputError(
            Problem(
                str(result.folder), path="--replication", found=str(number), expected=f"one of those there: {there}"
            )
        )
    place = Store(result.folder, tell=lambda sentence: None).place(number)
    if not (place / "events.parquet").exists() and (place / DONE).exists():
        found = f"replication {number} without its logs; a sweep keeps figures only"
        expected, todo = "a replication with its logs", "`nelm run` of the same scenario adds them"
        raise InputError(Problem(str(place), found=found, expected=expected, todo=todo))
    log, patients = _whole(place, number)
    file = result.folder / RESOLVED
    resolved = resolved_of(result.folder)
    if resolved is None:
        found, expected = "another scenario than the one that was run", "the scenario as it was run"
        raise InputError(Problem(str(file), found=found, expected=expected, todo="`nelm run` writes it anew"))
    treatments = _inside(resolved, "treatments")
    elsewhere = frozenset(name for name in treatments if _inside(treatments, name).get("where") == "elsewhere")
    return Case(result, log, patients, _start(file, resolved), _offers(log, resolved), elsewhere)


def _whole(place: Path, number: int) -> tuple[EventLog, pd.DataFrame]:
    """Logs and patients, as they were written: those of an older version can be read though its figures are others."""
    try:
        told = json.loads((place / DONE).read_text(encoding="utf-8"))
        log = read_log(place / "events.parquet", place / "resources.parquet")
        patients = place / "patients.parquet"
        if log.digest() == told["log"] and checksum(patients) == told["files"][patients.name]:
            return log, pd.read_parquet(patients)
    except (OSError, ValueError, KeyError, TypeError, InputError):
        pass  # whatever it is, the files are not what was written, and that is said below
    found = f"replication {number}, of which files are missing or changed"
    expected, todo = "a replication as it was written", "`nelm run` makes it again"
    raise InputError(Problem(str(place), found=found, expected=expected, todo=todo))


def _start(file: Path, resolved: Mapping[str, Any]) -> date:
    """Day 0 of the run."""
    found = _inside(resolved, "run").get("start")
    if isinstance(found, datetime):
        return found.date()
    if isinstance(found, date):
        return found
    try:
        return date.fromisoformat(str(found))
    except ValueError:
        expected = "the date on which the run starts"
        raise InputError(Problem(str(file), path="run.start", found=str(found), expected=expected)) from None


def _inside(data: Any, *keys: str) -> Mapping[str, Any]:
    """A part of a resolved scenario; empty where it has none."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _offers(log: EventLog, resolved: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What each row of the board offers, by its name in the log: the shipped rows, and what the scenario changed.

    Of a log with rows that are not known here, as of another version, nothing is said of any.
    """
    board = read_board()
    offers = {
        f"{kind}{row.name}": tuple(row.offer)
        for table, kind in (("main", "row: "), ("background", "background row: "))
        for row in board.rows[table]
    }
    for part in ("change", "add"):
        for name, its in _inside(resolved, "board", part).items():
            offer = _inside({"row": its}, "row").get("offer")
            if offer:
                offered = (offer,) if isinstance(offer, str) else tuple(map(str, offer))
                kinds = [f"{kind}{name}" for kind in ("row: ", "background row: ")]
                offers |= dict.fromkeys([kind for kind in kinds if kind in offers] or kinds, offered)
    rows = {name for name in log.names["whys"] if ": " in name}
    return offers if rows <= offers.keys() else {}


def story_of(case: Case, patient: int) -> Story:
    """One patient's story; InputError, with the numbers there are, if there is no such patient."""
    numbers = case.patients["patient"].to_numpy(np.int64)
    if patient not in numbers:
        raise InputError(_no_such(case, patient, numbers))
    (its,) = case.patients[numbers == patient].to_dict("records")
    traits = {str(name): value for name, value in its.items()}
    result = case.result.scenario
    return tell(case.log, patient, traits, case.start, result, case.offers, elsewhere=case.elsewhere)


def _no_such(case: Case, patient: int, numbers: Any) -> Problem:
    where = f"{case.result.folder}, replication {case.log.replication}"
    if not len(numbers):
        return Problem(where, path="PATIENT", found=str(patient), expected="a patient; this run has none")
    closest = int(numbers[np.abs(numbers - patient).argmin()])
    expected = f"a number from {numbers.min()} to {numbers.max()}; the nearest is {closest}"
    todo = 'to find somebody: --find "treated: minor_resection", --find died'
    return Problem(where, path="PATIENT", found=str(patient), expected=expected, todo=todo)


# -- searching


def search(case: Case, conditions: Sequence[str]) -> pd.DataFrame:
    """Patients who fit all conditions, those with most treatments first.

    conditions   `EVENT` or `EVENT: NAME`, an event of the log (treated, recurred, died, cancelled, ...; `had` for
                 treated) and a treatment, cause, row or resource; or `COLUMN: VALUE` of the patient table (grade: G2)
    returns      `patient, who, years, treatments, end`; no rows where nobody fits
    InputError for a condition that nobody could fit.
    """
    fitting = set(case.patients["patient"].tolist())
    wrong: list[Problem] = []
    for text in conditions:
        try:
            fitting &= _fitting(case, text)
        except InputError as error:
            wrong += error.problems
    if wrong:
        raise InputError(wrong)
    return _listed(case, fitting)


def _fitting(case: Case, text: str) -> set[int]:
    match = _CONDITION.fullmatch(text)
    events = {event.name.lower(): event for event in Event}
    columns = [str(name) for name in case.patients if name not in ("patient",)]
    word = _HAD.get(match[1].lower(), match[1].lower()) if match is not None else ""
    if match is not None and word in events:
        return _with_event(case, text, events[word], match[2] or "")
    if match is not None and word in columns and match[2]:
        return _with_trait(case, text, word, match[2])
    known = [*events, *_HAD, *columns]
    expected = "something that happened, such as `died`, `recurred` or `treated: tare`, or a trait such as `grade: G2`"
    todo = nearest(word or text, known) or "events: " + ", ".join(events) + "; traits: " + ", ".join(columns)
    raise InputError(Problem("--find", found=f"'{text}'", expected=expected, todo=todo))


def _with_event(case: Case, text: str, event: Event, name: str) -> set[int]:
    rows = case.log.events[case.log.events[:, 3] == event]
    if name:
        named = _names(case, rows)
        wanted = name.lower().replace(" ", "_")
        if wanted not in named and wanted in _words_of(case.log):
            return set()  # there is such a thing, and nobody had it
        if wanted not in named:
            there = ", ".join(sorted(named)) or "nobody to whom this happened"
            todo = nearest(wanted, named)
            raise InputError(Problem("--find", found=f"'{text}'", expected=f"one of: {there}", todo=todo))
        whys, resources = named[wanted]
        rows = rows[np.isin(rows[:, 7], list(whys)) | np.isin(rows[:, 5], list(resources))]
    return set(rows[:, 0].tolist())


def _words_of(log: EventLog) -> set[str]:
    """Every reason and resource that a log has a name for."""
    return {name.split(": ", 1)[-1] for kind in ("whys", "resources") for name in log.names[kind]}


def _names(case: Case, rows: Any) -> dict[str, tuple[set[int], set[int]]]:
    """The reasons and resources that some rows name, each with its numbers in the log."""
    found: dict[str, tuple[set[int], set[int]]] = {}
    for why in np.unique(rows[:, 7]).tolist():
        name = case.log.why_name(why).split(": ", 1)[-1]
        if name:
            found.setdefault(name, (set(), set()))[0].add(why)
    for resource in np.unique(rows[:, 5]).tolist():
        if resource >= 0:
            found.setdefault(case.log.names["resources"][resource], (set(), set()))[1].add(resource)
    return found


def _with_trait(case: Case, text: str, column: str, value: str) -> set[int]:
    values = case.patients[column]
    as_words = values.map(
        lambda its: {True: "yes", False: "no"}.get(its, str(its)) if values.dtype == bool else str(its)
    )
    there = sorted(set(as_words))
    known = {its.lower(): its for its in there}
    wanted = value.lower().replace(" ", "_")
    if wanted not in known:
        expected = "one of: " + ", ".join(there) if len(there) <= _MOST_NAMED else "a trait with a few known values"
        raise InputError(Problem("--find", found=f"'{text}'", expected=expected, todo=nearest(wanted, known)))
    return set(case.patients.loc[(as_words == known[wanted]).to_numpy(), "patient"].tolist())


def _listed(case: Case, numbers: set[int]) -> pd.DataFrame:
    """Who they are and what became of them, in a few words each."""
    table = case.patients[case.patients["patient"].isin(numbers)]
    events = case.log.events[np.isin(case.log.events[:, 0], list(numbers))]
    events = events[np.lexsort((events[:, 1], events[:, 0]))]
    begins = np.searchsorted(events[:, 0], table["patient"].to_numpy())
    stops = np.searchsorted(events[:, 0], table["patient"].to_numpy(), side="right")
    found = []
    for its, begin, stop in zip(table.to_dict("records"), begins, stops, strict=True):
        mine = events[begin:stop]
        given = [words(case.log.why_name(why)) for why in mine[mine[:, 3] == Event.TREATED][:, 7].tolist()]
        years = (mine[-1, 2] - mine[0, 2]) / YEAR if len(mine) else 0.0
        found.append((its["patient"], _in_short(its), years, ", ".join(given), len(given), _how_ended(case, mine)))
    columns = ["patient", "who", "years", "treatments", "courses", "end"]
    listed = pd.DataFrame(found, columns=pd.Index(columns))
    return listed.sort_values(["courses", "patient"], ascending=[False, True], ignore_index=True)


def _in_short(its: dict[Any, Any]) -> str:
    parts = [f"{str(its['sex'])[0]}{int(its['age'])}"] if "sex" in its and "age" in its else []
    parts += [words(str(its[name])) for name in ("site", "grade") if name in its]
    return " ".join(parts)


def _how_ended(case: Case, rows: Any) -> str:
    if not len(rows):
        return ""
    why = case.log.why_name(int(rows[-1, 7]))
    if rows[-1, 3] == Event.DIED:
        return "died: " + words(why).lower()
    return "alive" if why == "horizon" else words(why).lower()
