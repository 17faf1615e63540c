"""Compiled and plain: kept code is never stale, and nothing is needed for a run but Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import jit
from sim.clinic.growth import grown

PACKAGE = Path(sim.__file__).parent
CALLER = '''"""Asks another file."""
from sim.jit import jit
from sim.clinic.growth import grown

@jit
def in_a_month(burden):
    return grown(burden, 1e-6, 43830.0, 0.9)
'''
IN_A_MONTH = grown(0.1, 1e-6, 43830.0, 0.9)
ASK = "from sim.clinic.caller import in_a_month; print(repr(float(in_a_month(0.1))))"


def python(code: str, folder: Path, **environment: str) -> str:
    """What a fresh interpreter, started in `folder`, prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def small_copy(tmp_path: Path) -> Path:
    """A folder with a small copy of the package: the switch, the growth equations, and a file that calls them."""
    clinic = tmp_path / "sim" / "clinic"
    clinic.mkdir(parents=True)
    for name in ("__init__.py", "jit.py", "clinic/__init__.py", "clinic/growth.py"):
        shutil.copy(PACKAGE / name, tmp_path / "sim" / name)
    (clinic / "caller.py").write_text(CALLER)
    return tmp_path


def test_a_change_in_a_called_file_is_seen_although_the_caller_was_kept(small_copy: Path):
    cache = {"NELM_CACHE_DIR": str(small_copy / "cache")}
    assert float(python(ASK, small_copy, **cache)) == IN_A_MONTH
    folders = list((small_copy / "cache" / "compiled").iterdir())
    assert len(folders) == 1
    assert any(file.suffix == ".nbc" for file in folders[0].rglob("*"))
    growth = small_copy / "sim" / "clinic" / "growth.py"
    text = growth.read_text()
    assert "return capacity * math.exp(-" in text
    growth.write_text(text.replace("return capacity * math.exp(-", "return 2 * capacity * math.exp(-"))
    assert float(python(ASK, small_copy, **cache)) == 2 * IN_A_MONTH
    assert len(list((small_copy / "cache" / "compiled").iterdir())) == 2


def test_where_nothing_can_be_kept_it_compiles_all_the_same(small_copy: Path):
    (small_copy / "a_file").write_text("no folder can be made below a file")
    ask = ASK + "; from sim import jit; print(jit.COMPILED, jit.CACHED, jit.is_warm())"
    result, switches = python(ask, small_copy, NELM_CACHE_DIR=str(small_copy / "a_file" / "cache")).splitlines()
    assert switches == "True False False"
    assert float(result) == IN_A_MONTH


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("import sys; sys.modules['numba'] = None\n", "numba is not installed"),
        ("import os; os.environ['NUMBA_DISABLE_JIT'] = '1'\n", "NUMBA_DISABLE_JIT is set"),
    ],
)
def test_without_compiled_code_the_same_functions_run_plain_and_say_why(small_copy: Path, before: str, why: str):
    ask = (
        before
        + ASK
        + "; from sim import jit; print(jit.COMPILED, jit.is_warm(), type(in_a_month).__name__, jit.WHY_PLAIN)"
    )
    result, switches = python(ask, small_copy).splitlines()
    assert switches == f"False False function {why}"
    assert float(result) == IN_A_MONTH


def test_the_digest_covers_every_file_that_defines_compiled_code():
    compiled = [
        file.relative_to(PACKAGE)
        for file in PACKAGE.rglob("*.py")
        if any(line.startswith(("@jit", "philox: Any = jit(")) for line in file.read_text("utf-8").splitlines())
    ]
    reached = {file for pattern in jit.REACHED for file in PACKAGE.glob(pattern)}
    assert len(compiled) > 5
    assert {PACKAGE / file for file in compiled} <= reached


def test_the_digest_changes_with_a_word_in_a_file_or_the_name_of_one(tmp_path: Path):
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "a.py").write_text("x = 1\n")
    first = jit.code_digest(tmp_path)
    (tmp_path / "clinic" / "a.py").write_text("x = 2\n")
    second = jit.code_digest(tmp_path)
    (tmp_path / "clinic" / "a.py").rename(tmp_path / "clinic" / "b.py")
    assert len({first, second, jit.code_digest(tmp_path)}) == 3
    (tmp_path / "clinic" / "notes.txt").write_text("no code")
    assert jit.code_digest(tmp_path) == jit.code_digest(tmp_path)
