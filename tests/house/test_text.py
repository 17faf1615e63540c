"""What is written: everything public says what it is for, and nothing tells of the machine it was written on."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py"))
FOLDERS = ("sim", "tests", "docs", "scenarios", "benchmarks", ".ci")
TEXT = {".py", ".yaml", ".yml", ".toml", ".md", ".txt", ".cfg", ".json", ".csv", ".svg", ""}

MACHINE = re.compile(r"(?<![\w.}-])/(?:work|root|home|Users)/\w")
REGISTRIES = (
    "py" + "pi",
    "python" + "hosted",
    "ana" + "conda",
    "npm" + "js",
)  # in two halves, so as not to be found here
HOSTS = re.compile(rf"\b(?:{'|'.join(REGISTRIES)})\.(?:org|com|io)\b")


def undocumented(tree: ast.Module) -> list[str]:
    """Public functions and classes, and public methods of public classes, without a docstring."""
    found = []

    def look(node: ast.Module | ast.ClassDef, prefix: str) -> None:
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
                if not ast.get_docstring(child):
                    found.append(prefix + child.name)
                if isinstance(child, ast.ClassDef):
                    look(child, f"{prefix}{child.name}.")

    look(tree, "")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_a_module_and_all_it_offers_say_what_they_are_for(name):
    tree = ast.parse((PACKAGE / name).read_text("utf-8"))
    assert ast.get_docstring(tree), "the module says nothing"
    assert undocumented(tree) == []


@pytest.mark.parametrize("name", MODULES)
def test_a_docstring_begins_with_a_sentence(name):
    tree = ast.parse((PACKAGE / name).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            text = ast.get_docstring(node)
            first = text.splitlines()[0].strip() if text else "As said."
            where = getattr(node, "name", name)
            assert first.endswith((".", ":", "?", ",", ";")) or len(text.splitlines()) > 1, f"{where}: {first}"


def texts() -> list[Path]:
    """The project's own text files: those at the top, and those of its folders."""
    inside = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*")]
    return [
        file
        for file in [*ROOT.glob("*"), *inside]
        if file.is_file() and file.suffix in TEXT and "__pycache__" not in file.parts
    ]


@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="an installed package has no repository")
def test_no_file_names_a_registry_or_a_place_on_somebodys_machine():
    named = {}
    for file in texts():
        text = file.read_text("utf-8", errors="replace")
        found = [*MACHINE.findall(text), *HOSTS.findall(text)]
        if found:
            named[file.relative_to(ROOT).as_posix()] = sorted(set(found))
    assert len(texts()) > 100
    assert named == {}


def test_a_place_on_a_machine_would_be_seen():
    for root in ("work", "root", "home"):
        assert MACHINE.search(f"open('/{root}/main/x.yaml')")
    assert not MACHINE.search("docs/work/main and ../home/x and a ratio of work/rest")
    assert HOSTS.search("https://" + ".".join(("files", REGISTRIES[1], "org")))


def test_importing_the_package_takes_no_library():
    code = "import sys, sim; print(sorted({'numba', 'pandas', 'numpy', 'matplotlib', 'simpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
