"""The comment by which an editor finds what a YAML file may hold.

    editor_line(folder, kind, near)   -> str    the line for a file in that folder, or '' where no schema is near

Schemas lie in a folder `schemas`, one JSON file for each kind of file. Knows nothing of what they hold.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = "schemas"


def editor_line(folder: str | os.PathLike[str], kind: str, near: str | os.PathLike[str] | None = None) -> str:
    """The first line of a file of some kind, which names its schema as seen from the file's folder.

    folder    where the file is to lie
    kind      what the file says it is
    near      the nearest `schemas` in or above this folder is taken; by default that of the file
    returns   a comment with its line end, or '' where there is no such schema
    """
    here = Path(folder).resolve()
    start = here if near is None else Path(near).resolve()
    for above in (start, *start.parents):
        schema = above / FOLDER / f"{kind}.json"
        if schema.is_file():
            return f"# yaml-language-server: $schema={Path(os.path.relpath(schema, here)).as_posix()}\n"
    return ""
