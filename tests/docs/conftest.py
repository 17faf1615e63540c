"""A copy of what a reader has before her, for the commands of the documentation to work in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"^(?:<!-- file: (?P<file>[\w./-]+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$|^    (?P<indented>\$ [^\n]+)$",
    re.DOTALL | re.MULTILINE,
)
SHORTENED = {
    "run.start": "2025-01-01",
    "run.warm_up": "1 year",
    "run.measured": "1 year",
    "run.follow_up": "6 months",
}
"""What a run of a few seconds needs; other settings of a command stay as they are."""


class Reader:
    """Somebody who follows a page to the letter, in a folder of her own.

    Files that a block is marked with are written; console blocks (and indented lines that begin with `$`) are typed
    line by line in one shell; Python blocks are run as files. Runs are shortened. Commands of make are not typed:
    the gate runs them by itself.
    """

    def __init__(self, home: Path):
        self.home = home
        for name in ("scenarios", "docs"):
            shutil.copytree(ROOT / name, home / name)
        for name in ("README.md", "Makefile"):
            shutil.copy(ROOT / name, home / name)
        (home / ".venv").symlink_to(sys.prefix)
        self.environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def follow(self, page: str) -> None:
        """Do what the page says, block by block."""
        for block in BLOCK.finditer((ROOT / page).read_text("utf-8")):
            kind, text = block["kind"], block["text"]
            if block["indented"]:
                self.type(self.typed(block["indented"]))
            elif block["file"]:
                (self.home / block["file"]).write_text(text, "utf-8")
            elif kind == "console":
                self.type(self.typed(text))
            elif kind == "python":
                (self.home / "example.py").write_text(text, "utf-8")
                self.type(["python example.py"])

    def type(self, commands: list[str]) -> None:
        """Type commands into one shell, which stops at the first that fails."""
        done = subprocess.run(
            ["bash", "-e", "-x", "-c", "\n".join(commands)],
            cwd=self.home,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"

    def typed(self, text: str) -> list[str]:
        """The commands of a console block, shortened; without those of make."""
        commands = re.findall(r"^\$ (.*(?:\\\n.*)*)$", text, flags=re.MULTILINE)
        return [self.shortened(command) for command in commands if not command.startswith("make ")]

    @staticmethod
    def shortened(command: str) -> str:
        """A run with a few months of hospital and one replication."""
        if not command.startswith(("nelm run", "nelm compare")):
            return command
        settings = [f'--set "{path}={value}"' for path, value in SHORTENED.items() if path not in command]
        return f"{command} {' '.join(settings)} --replications 1 --workers 1"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.fixture
def blocks() -> Callable[[str, str], Iterator[str]]:
    """The text of a page's blocks of one kind."""

    def of(page: str, kind: str) -> Iterator[str]:
        for block in BLOCK.finditer((ROOT / page).read_text("utf-8")):
            if block["kind"] == kind:
                yield block["text"]

    return of
