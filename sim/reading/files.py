"""YAML files and texts in, nodes out; and plain data written so that it reads back the same.

read_yaml, parse_yaml, parse_value, compose, compose_file, dump_yaml, is_file
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError, Problem
from sim.reading.composer import Composer
from sim.reading.nodes import UNREADABLE, Node, Place, described, made
from sim.reading.scalars import is_text

MOST_BYTES = 1_000_000
_ENDINGS = (".yaml", ".yml")
_DUMPER: Any = yaml.SafeDumper


def read_yaml(path: str | os.PathLike[str]) -> Node:
    """Reads one YAML file; its top level is a mapping.

    path      of the file, UTF-8, at most a megabyte
    returns   the content with places
    InputError holds every mistake of the file.
    """
    node, problems, _ = compose_file(path)
    return _sound(node, problems)


def parse_yaml(text: str, file: str = "") -> Node:
    """Reads YAML text; its top level is a mapping.

    text      the YAML
    file      what to call it in messages
    returns   the content with places
    InputError holds every mistake of the text.

    >>> parse_yaml("chance: 1e-5").plain()
    {'chance': 1e-05}
    >>> parse_yaml("open: yes", file="ward.yaml")
    Traceback (most recent call last):
    sim.errors.InputError: ward.yaml:1:7  open
      found:    yes, which some readers of YAML take for something else
      expected: a value that can be read in one way only
      to do:    write true or false, or put it in quotes if it is meant as text: "yes"
    """
    return _sound(*compose(text, file))


def parse_value(text: str, file: str = "") -> Node:
    """Reads one value, such as the right side of `path=value`; all rules of a file hold.

    text      the value
    file      what to call it in messages, which have no lines
    InputError holds every mistake of the text.

    >>> parse_value("[monday, friday]").plain(), parse_value("14 days").plain()
    (['monday', 'friday'], '14 days')
    """
    try:
        node, problems = Composer(text, file).document()
    except InputError as error:
        node, problems = Node(UNREADABLE, Place(file), Place(file)), list(error.problems)
    if problems or node.value is UNREADABLE:
        problems = problems or [Problem(file, found="nothing", expected="a value")]
        raise InputError(replace(problem, line=0, column=0) for problem in problems)
    return made(node.plain(), Place(file))


def _sound(node: Node, problems: Sequence[Problem]) -> Node:
    if problems:
        raise InputError(problems)
    return node


def compose_file(path: str | os.PathLike[str]) -> tuple[Node, list[Problem], str]:
    """Reads a file without stopping at values that are refused.

    path      of the file
    returns   the content with UNREADABLE where a value was refused, what was refused, and the text as typed
    InputError if there is no such file, or it is no YAML at all, or too large, or its top level is no mapping.
    """
    file = os.fspath(path)
    text = _text_of(Path(path), file)
    return *compose(text, file), text


def is_file(path: str | os.PathLike[str]) -> bool:
    """Is there a file of this name? Names that can not be one, because they are too long or hold a NUL, are none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def _text_of(path: Path, file: str) -> str:
    try:
        if path.is_dir():
            raise InputError(Problem(file, found="a folder", expected="a YAML file", todo="name a file inside it"))
        if not path.exists():
            raise InputError(Problem(file, found="no such file", expected="a YAML file", todo=_meant(path)))
        if not path.is_file():
            raise InputError(Problem(file, found="no ordinary file", expected="a YAML file"))
        if path.suffix.lower() in _OTHERS:
            raise InputError(Problem(file, found=_OTHERS[path.suffix.lower()], expected="a YAML file", todo=_SUCH))
        _refuse_size(path.stat().st_size, file)
        with path.open("rb") as stream:  # the size is asked first, so that a huge file is not even opened
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(file, found=what.lower(), expected="a file that can be read")) from None
    _refuse_size(len(content), file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        found = f"the byte 0x{content[error.start]:02x}, which is no UTF-8"
        raise InputError(
            Problem(file, line, column, "", found, "text in UTF-8", "save the file with the encoding UTF-8")
        ) from None


_SUCH = "name a file that ends in .yaml, such as scenarios/baseline.yaml"
_OTHERS = {
    **dict.fromkeys((".png", ".svg", ".jpg", ".jpeg", ".gif", ".pdf"), "a picture"),
    **dict.fromkeys((".md", ".rst"), "a text for people, which is not YAML"),
    **dict.fromkeys((".csv", ".parquet", ".xlsx"), "a table"),
    **dict.fromkeys((".html", ".htm"), "a page"),
    **dict.fromkeys((".py", ".ipynb"), "a program"),
}
"""What files of other kinds are, that are named by mistake."""


def _meant(path: Path) -> str:
    """What to do where there is no such file: the one that is meant, in its folder or among the scenarios.

    Of two names that are equally near, the one with the same ending, and the one in the same folder.
    """
    ending = path.suffix.lower() if path.suffix.lower() in _ENDINGS else _ENDINGS[0]
    endings = sorted(_ENDINGS, key=lambda other: other != ending)
    there = [
        near
        for folder in (path.parent, Path("scenarios"))
        for its in endings
        for near in sorted(folder.glob("*"))
        if near.suffix.lower() == its
    ]
    names = {near.stem.casefold(): near for near in reversed(there)}
    close = difflib.get_close_matches(path.stem.casefold(), names, n=1, cutoff=0.6)
    return f"did you mean {names[close[0]].as_posix()}?" if close else "check the name and the folder"


def _refuse_size(size: int, file: str) -> None:
    if size > MOST_BYTES:
        found = f"{size / 1e6:,.1f} megabytes"
        raise InputError(Problem(file, found=found, expected=f"a file of at most {MOST_BYTES / 1e6:.0f} megabyte"))


def compose(text: str, file: str = "") -> tuple[Node, list[Problem]]:
    """Reads YAML text without stopping at values that are refused.

    text      the YAML, its top level a mapping
    file      what to call it in messages
    returns   the content with UNREADABLE where a value was refused, and what was refused, in order of place
    InputError if it is no YAML at all, too large, too deep, or its top level is no mapping.
    """
    if len(text) > MOST_BYTES:  # of text already in memory the characters are counted, which is quicker
        _refuse_size(len(text.encode("utf-8", "replace")), file)
    node, problems = Composer(text, file).document()
    if not isinstance(node.value, dict):
        empty = node.value is UNREADABLE and not problems
        found = "nothing" if empty else described(node.value)
        top = Problem(file, node.place.line, node.place.column, "", found, "keys with values, such as `kind: scenario`")
        raise InputError([*problems, top] if node.value is not UNREADABLE or empty else problems)
    return node, problems


class _Canonical(_DUMPER):  # type: ignore[misc]
    """Writes every text so that this module reads it as text, and nothing in short forms."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written_text(dumper: Any, text: str) -> Any:
    style = '"' if not text.isprintable() else None if is_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Canonical.add_representer(str, _written_text)


def dump_yaml(data: Any) -> str:
    """Canonical YAML: keys sorted, one way to write each value; `parse_yaml` gives the same data back.

    >>> print(dump_yaml({"start": "08:30", "b": [1, 1e-5], "answer": "no"}), end="")
    answer: 'no'
    b:
    - 1
    - 1.0e-05
    start: '08:30'
    """
    text: str = yaml.dump(
        data, Dumper=_Canonical, sort_keys=True, allow_unicode=True, width=100, default_flow_style=False
    )
    return text
