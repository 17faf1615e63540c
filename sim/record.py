"""The record of a run: enough to make it again, and nothing of the machine or the hour.

    made_with(engine)      versions of everything that could move a last bit
    record_of(...)         -> what `record.json` holds
    not_as_recorded(...)   files that somebody has changed since
    resolved_of(folder)    the scenario beside the results, unless somebody has edited it
    typed_files(scenario)  the scenario as it was typed

docs/commands.md says what each entry means. Two runs with the same result have the same record, but for how long
they took and what they were made with.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim import jit
from sim.clinic.boardfile import read_board
from sim.evidence import read_evidence
from sim.reading import read_yaml
from sim.scenario import Scenario, digest_of
from sim.store import Store, checksum, code_digest, result_digest, seal

FORMAT = 1
RECORD = "record.json"
RESOLVED = "resolved.yaml"
PACKAGES = ("nelm", "simpy", "numpy", "numba", "pandas", "pyarrow", "pyyaml", "pydantic", "holidays")


@cache
def made_with(engine: str) -> dict[str, Any]:
    """What a replication is made with here and now, by this engine."""
    return {
        "engine": engine,
        "compiled_clinic": jit.COMPILED,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def digests_of(scenario: Scenario) -> dict[str, str]:
    """The digests of all that a result depends on; `result` is the one of all of them, and names the folder."""
    parts = {
        "scenario": scenario.digest(),
        "evidence": read_evidence().digest(),
        "board": read_board().digest(),
        "code": code_digest(),
    }
    return {"result": result_digest(parts["scenario"], parts["evidence"], parts["board"]), **parts}


def record_of(
    scenario: Scenario,
    store: Store,
    numbers: Iterable[int],
    typed: Mapping[str, Sequence[str]],
    files: Iterable[str],
    pictures: Iterable[str],
) -> dict[str, Any]:
    """What `record.json` holds.

    numbers    the replications that the tables and pictures rest on
    typed      `files` and `set`: what the user typed
    files      names of the files beside the record, for their checksums
    pictures   names of the pictures
    """
    told = {number: store.told(number) for number in numbers}
    together: dict[str, list[int]] = {}
    for number, its in told.items():
        together.setdefault(json.dumps(its["made_with"], sort_keys=True), []).append(number)
    record = {
        "format": FORMAT,
        "scenario": scenario.scenario,
        "question": scenario.question,
        "seed": scenario.run.seed,
        "typed": {key: list(value) for key, value in typed.items()},
        "digests": digests_of(scenario),
        "wanted": scenario.run.replications,
        "replications": {str(number): its["log"] for number, its in told.items()},
        "made_with": [{"replications": which, **json.loads(how)} for how, which in together.items()],
        "seconds": round(sum(its["seconds"] for its in told.values()), 1),
        "files": {name: checksum(store.folder / name) for name in files},
        "pictures": list(pictures),
    }
    return record | {"seal": seal(record)}


def not_as_recorded(folder: Path) -> dict[str, str]:
    """Files beside a record that are not as it says, or the record itself, with their checksums ('' of none).

    Empty where nothing was recorded yet.
    """
    file = folder / RECORD
    try:
        if not file.exists():
            return {}
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if record["seal"] != seal(record):
            return {RECORD: ""}
        found = {name: checksum(folder / name) if (folder / name).exists() else "" for name in record["files"]}
        return {name: sum_ for name, sum_ in found.items() if sum_ != record["files"][name]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {RECORD: ""}


def resolved_of(folder: Path) -> dict[str, Any] | None:
    """The resolved scenario in the folder of a result as plain data; None where it is not the one that was run.

    It is held against the digest that each replication and the record were written with; of results that name none,
    from before it was kept, nothing can be said. InputError if it can not be read.
    """
    data: dict[str, Any] = read_yaml(folder / RESOLVED).plain()
    told = [*sorted(folder.glob("replications/[0-9]*/done.json"))[:1], folder / RECORD]
    as_run = {digest for file in told if (digest := _digest_told(file))}
    try:
        return data if not as_run or digest_of(data) in as_run else None
    except (KeyError, TypeError, ValueError, AttributeError):  # it is no scenario any more
        return None


def _digest_told(file: Path) -> str:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        digest = told.get("scenario", "") if file.name != RECORD else told["digests"]["scenario"]
        return str(digest) if told["seal"] == seal(told) else ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def typed_files(scenario: Scenario) -> dict[str, str]:
    """The text of the scenario's files as typed, by names that fit into one folder; the one that was run comes first.

    Files of the same name are told apart by their place in the chain of bases.
    """
    found: dict[str, str] = {}
    for place, (file, text) in enumerate(scenario.typed.items(), start=1):
        name = Path(file).name
        found[f"{place}_{name}" if name in found else name] = text
    return found
