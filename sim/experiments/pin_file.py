"""A pin on disk: what a scenario's results were when somebody looked at them and said that they were right.

    Pin                       one scenario: its size, its digests, its figures, and a line by the one who looked
    write_pin(folder, pin)    <scenario>.yaml, and beside it <scenario>.fingerprint
    read_pin(path)            -> Pin; every mistake of the file at once
    pinned_in(folder)         the names of the scenarios that are pinned there

The files are sorted, one figure in a line, so that what a change moves can be read where changes are reviewed.
Knows nothing of running scenarios.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, one_of
from sim.experiments.fingerprint import Fingerprint, read_fingerprint
from sim.experiments.pin_figures import Figure, Key
from sim.reading import Node, dump_yaml, read_yaml
from sim.reading.editor import editor_line
from sim.store import write_aside

DIGESTS = ("scenario", "evidence", "board", "result")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_NONE = "none"
_FIGURE_KEY = re.compile(r"(?P<kpi>.+) \[(?P<unit>.*)\]")


@dataclass(frozen=True)
class Pin:
    """One pinned scenario.

    scenario       its name
    file           its file, as seen from where pins are saved and checked
    note           why this is right, in the words of the one who looked
    replications   how many, from number 0
    settings       changes to the scenario, as `path=value`, that make it small enough to be checked often
    tolerance      how far a figure may move, in pinned standard errors
    digests        of what a result hangs on (DIGESTS); `result` names the folder of the results
    made_with      versions of what could move a last bit
    figures        by name and group
    prints         the logs, in a few letters
    """

    scenario: str
    file: str
    note: str
    replications: int
    settings: tuple[str, ...]
    tolerance: float
    digests: Mapping[str, str]
    made_with: Mapping[str, str]
    figures: Mapping[Key, Figure]
    prints: Fingerprint

    @property
    def logs(self) -> dict[int, str]:
        """Digest of each replication's log."""
        return {number: its.log for number, its in self.prints.prints.items()}


def pinned_in(folder: Path) -> list[str]:
    """The names of the scenarios that are pinned in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def write_pin(folder: Path, pin: Pin) -> Path:
    """Write a pin in place of the one there was.

    returns   the path of the YAML file
    InputError if the folder can not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = f"a folder that can not be made ({(error.strerror or str(error)).lower()})"
        raise InputError(Problem(str(folder), found=found, expected="a folder for pins")) from None
    for suffix, text in ((".fingerprint", pin.prints.text()), (".yaml", editor_line(folder, "pin") + pin_text(pin))):
        write_aside(folder / f"{pin.scenario}{suffix}", _writer(text))
    return folder / f"{pin.scenario}.yaml"


def _writer(text: str) -> Any:
    return lambda path: path.write_text(text, encoding="utf-8", newline="\n")


def pin_text(pin: Pin) -> str:
    """The YAML file of a pin."""
    head: list[dict[str, Any]] = [
        {"kind": "pin"},
        {"scenario": pin.scenario},
        {"note": pin.note},
        {"file": pin.file},
        {"replications": pin.replications},
        {"set": list(pin.settings)},
        {"tolerance": pin.tolerance},
        {"digests": dict(pin.digests)},
        {"logs": {str(number): digest for number, digest in pin.logs.items()}},
        {"made_with": dict(pin.made_with)},
    ]
    comment = "# mean, standard error; and how many replications have the figure, where not all of them do"
    return "".join(map(dump_yaml, head)) + "\n".join([comment, "figures:", *_figure_lines(pin), ""])


def _figure_lines(pin: Pin) -> list[str]:
    lines, title = [], ""
    for (kpi, group), figure in sorted(pin.figures.items(), key=lambda item: (item[0][0], item[1].unit, item[0][1])):
        if title != (title := f"{kpi} [{figure.unit}]"):
            lines.append(f"  {title}:")
        numbers = [_NONE if number is None else f"{number:g}" for number in (figure.mean, figure.error)]
        also = [] if figure.n == pin.replications else [str(figure.n)]
        key = group if _PLAIN_KEY.fullmatch(group) else json.dumps(group, ensure_ascii=False)
        lines.append(f"    {key}: [{', '.join([*numbers, *also])}]")
    return lines


def read_pin(path: Path) -> Pin:
    """A pin as it was written, or edited by hand since.

    path   of the YAML file; the fingerprint lies beside it
    InputError holds every mistake.
    """
    node = read_yaml(path)
    taken = _Taken(node)
    replications = taken.whole(("replications",), 1)
    pin = Pin(
        scenario=taken.text(("scenario",)),
        file=taken.text(("file",)),
        note=taken.text(("note",)),
        replications=replications,
        settings=taken.settings(),
        tolerance=taken.number(("tolerance",)),
        digests={name: taken.text(("digests", name)) for name in DIGESTS},
        made_with=taken.texts("made_with"),
        figures=taken.figures(replications),
        prints=Fingerprint(1, 1, {}),
    )
    logs = taken.texts("logs")
    if pin.scenario != path.stem:
        taken.wrong(("scenario",), f"'{path.stem}', like the file")
    if taken.problems:
        raise InputError(sorted(taken.problems, key=lambda problem: (problem.line, problem.column)))
    prints = read_fingerprint(path.with_suffix(".fingerprint"))
    if {str(number): its.log for number, its in prints.prints.items()} != logs or len(logs) != replications:
        todo = "take both files back from version control, or save the pin again"
        expected = "the logs that are pinned, one for each replication"
        raise InputError(Problem(str(path.with_suffix(".fingerprint")), 0, 0, "", "other logs", expected, todo))
    return Pin(**{**vars(pin), "prints": prints})


class _Taken:
    """What is taken out of a file of a pin, and what was wrong with it."""

    def __init__(self, node: Node):
        self.node = node
        self.problems: list[Problem] = []
        known = ("kind", *(name for name in Pin.__annotations__ if name not in ("settings", "prints")), "set", "logs")
        for key in node.value:
            if key not in known:
                self.wrong((key,), one_of(sorted(known), key), f"the key '{key}'")
        if node.get("kind") != "pin":
            self.wrong(("kind",), "pin")

    def wrong(self, steps: tuple[str | int, ...], expected: str, key: str = "") -> None:
        """Note a mistake: a value that is wrong, or a key."""
        todo = "leave it out, or save the pin again" if key else "save the pin again"
        self.problems.append(self.node.problem(steps, expected, todo, found=key, of_key=bool(key)))

    def _at(self, steps: tuple[str | int, ...], kinds: tuple[type, ...], expected: str) -> Any:
        value = self.node.at(steps).value if self.node.has(steps) else None
        if not isinstance(value, kinds) or isinstance(value, bool):
            self.wrong(steps, expected)
            return None
        return value

    def text(self, steps: tuple[str | int, ...]) -> str:
        """A text that is not empty."""
        value = self._at(steps, (str,), "a text")
        if value is not None and not value.strip():
            self.wrong(steps, "a text that says something")
        return value or ""

    def number(self, steps: tuple[str | int, ...]) -> float:
        """A number, 0 or more."""
        value = self._at(steps, (int, float), "a number, 0 or more")
        if value is not None and value < 0:
            self.wrong(steps, "a number, 0 or more")
        return float(value or 0)

    def whole(self, steps: tuple[str | int, ...], least: int) -> int:
        """A whole number."""
        value = self._at(steps, (int,), f"a whole number, {least} or more")
        if value is not None and value < least:
            self.wrong(steps, f"a whole number, {least} or more")
        return int(value or 0)

    def texts(self, name: str) -> dict[str, str]:
        """A mapping from text to text."""
        keys = self._at((name,), (dict,), "names with texts") or {}
        return {key: self.text((name, key)) for key in keys}

    def settings(self) -> tuple[str, ...]:
        """The list `set`."""
        items = self._at(("set",), (list,), "a list of path=value") or []
        return tuple(self.text(("set", position)) for position in range(len(items)))

    def figures(self, replications: int) -> dict[Key, Figure]:
        """The figures, by name and group.

        replications   how many there are; 0 where that itself was wrong
        """
        found: dict[Key, Figure] = {}
        for title in self._at(("figures",), (dict,), "figures") or {}:
            parts = _FIGURE_KEY.fullmatch(title)
            if parts is None:
                self.wrong(
                    ("figures", title), "a figure and its unit, such as wait.ct.median [days]", f"the key '{title}'"
                )
                continue
            for group in self._at(("figures", title), (dict,), "groups with their numbers") or {}:
                found[parts["kpi"], group] = self._figure(("figures", title, group), parts["unit"], replications)
        return found

    def _figure(self, steps: tuple[str | int, ...], unit: str, replications: int) -> Figure:
        items = self._at(steps, (list,), "a list of mean and standard error") or []
        values = [item.value for item in items]
        right = (
            2 <= len(values) <= 3
            and all(value == _NONE or (type(value) in (int, float)) for value in values[:2])
            and all(type(value) is int and 0 <= value <= (replications or value) for value in values[2:])
        )
        if not right:
            if items:
                self.wrong(steps, "mean, standard error, and a number of replications where not all have it")
            return Figure(unit, None, None, 0)
        mean, error = (None if value == _NONE else float(value) for value in values[:2])
        return Figure(unit, mean, error, values[2] if len(values) == 3 else replications)
