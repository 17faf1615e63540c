"""Imported before `sim`: compiled code of the workloads is kept in a folder named by their source.

numba notices a change in a function's own file only. `sim.jit` looks after the modules of `sim`; this looks after
those of `workloads`, so that a changed number is never measured as it was before.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_HERE = Path(__file__).parent
_DIGEST = hashlib.sha256(b"".join(file.read_bytes() for file in sorted((_HERE / "workloads").glob("*.py"))))
os.environ["NELM_CACHE_DIR"] = str(_HERE / "build" / f"compiled-{_DIGEST.hexdigest()[:16]}")
