"""One switch between compiled and plain: `@jit` marks a function that numba may compile.

The same function must give the same bits either way, so it keeps to scalars, records, `math.*` and the
`.value` of enum members, and never uses `fastmath`. Plain Python is used where numba is missing or
`NUMBA_DISABLE_JIT=1` is set; nothing else changes.

Compiled code is kept between runs in a folder of its own. numba notices a change in a function's own file
only, not in the files it calls, so the folder is named by a digest of every module the compiled code can
reach, and by the versions that made it. Where no folder can be written, functions are compiled anew at
each start, and the run says so once.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import platformdirs

F = TypeVar("F", bound=Callable[..., Any])

REACHED = (
    "jit.py",
    "units.py",
    "draws.py",
    "intensity.py",
    "steps.py",
    "log.py",
    "order.py",
    "clinic_loop.py",
    "clinic/*.py",
    "engine/*.py",
    "engine/machine/*.py",
    "measures/passes.py",
    "maze.py",
)
"""The modules compiled code can reach, as patterns below the package."""


def _load_numbers() -> None:
    """Load what numba needs of NumPy, without the quarter of a second of SciPy.

    It only looks whether SciPy's linear algebra is there. It is; nothing here uses it, and who does finds the real one.
    """
    name = "scipy.linalg.cython_blas"
    if name in sys.modules:
        return
    sys.modules[name] = ModuleType(name)
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        del sys.modules[name]


for _knob, _setting in {"NUMBA_OPT": "2", "NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0"}.items():
    os.environ.setdefault(
        _knob, _setting
    )  # branches and records gain nothing by more, which takes a quarter of the time

try:
    import numba as _numba

    numba: Any = _numba  # the switches below are not in its type hints
    _load_numbers()
    COMPILED = not numba.config.DISABLE_JIT
    WHY_PLAIN = "" if COMPILED else "NUMBA_DISABLE_JIT is set"
except ImportError:
    COMPILED = False
    WHY_PLAIN = "numba is not installed"


def code_digest(package: Path | None = None) -> str:
    """Digest of all modules that compiled code can reach, under `package` (this one if not told)."""
    package = package or Path(__file__).parent
    digest = hashlib.sha256()
    for pattern in REACHED:
        for file in sorted(package.glob(pattern)):
            digest.update(str(file.relative_to(package)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where compiled code of exactly this source, this numba and this Python is kept."""
    version = f"{numba.__version__}-py{sys.version_info.major}.{sys.version_info.minor}"
    root = os.environ.get("NELM_CACHE_DIR") or platformdirs.user_cache_dir("nelm")
    return Path(root) / "compiled" / f"{code_digest()[:16]}-{version}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


CACHED = False
if COMPILED:
    _FOLDER = cache_folder()  # of the source as it was when this process began
    CACHED = _writable(_FOLDER)
    if CACHED:
        numba.config.CACHE_DIR = str(_FOLDER)


def is_warm() -> bool:
    """Has everything been compiled and kept before?"""
    return COMPILED and CACHED and (_FOLDER / "warm").exists()


def mark_warm() -> None:
    """Remember that everything has been compiled and kept."""
    if COMPILED and CACHED:
        with contextlib.suppress(OSError):  # then the next process compiles again, and no harm is done
            (_FOLDER / "warm").touch()


def jit(function: F) -> F:
    """Compile `function` at its first call, or leave it as it is where nothing can be compiled."""
    if not COMPILED:
        return function
    compiled: F = numba.njit(cache=CACHED, error_model="numpy")(function)
    return compiled


def jit_inside(function: F) -> F:
    """As `jit`, for functions that only compiled code calls: without a door from Python, they compile sooner."""
    return _without_a_door(function)


def jit_merged(function: F) -> F:
    """As `jit_inside`, for functions with one or two callers: they become part of these, which saves the calls."""
    return _without_a_door(function, forceinline=True)


def _without_a_door(function: F, **further: bool) -> F:
    if not COMPILED:
        return function
    no_door = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: F = numba.njit(cache=CACHED, error_model="numpy", **no_door, **further)(function)
    return compiled


def jit_in_place(function: F) -> F:
    """As `jit_inside`, for functions written out where they are called, before anything is compiled.

    Short ones that return a record, which compiled code can not; and steps of a long one that nobody else takes, which
    would be compiled by themselves first, and optimised again with whatever calls them.
    """
    if not COMPILED:
        return function
    compiled: F = numba.njit(inline="always", error_model="numpy")(function)
    return compiled
