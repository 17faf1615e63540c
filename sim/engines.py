"""Which engine runs: the compiled one where there is one, the SimPy engine else; both write the same log.

ENGINES          what may be asked for
engine_for(...)  which one that is, here
why_slow()       why the compiled one cannot run here, '' where it can
"""

from __future__ import annotations

from sim.errors import InputError, Problem

AUTO, REFERENCE, COMPILED = "auto", "reference", "compiled"
ENGINES = (AUTO, REFERENCE, COMPILED)


def why_slow() -> str:
    """Why the compiled engine cannot run here; '' where it can."""
    from sim import jit  # which opens the compiler, and only who runs something needs it

    return jit.WHY_PLAIN


def engine_for(asked: str) -> str:
    """The engine that is meant.

    asked   one of ENGINES
    InputError for another word, or for the compiled engine where it cannot run.

    >>> engine_for("reference")
    'reference'
    """
    if asked not in ENGINES:
        raise InputError(Problem("--engine", found=f"'{asked}'", expected=" or ".join(ENGINES)))
    if asked == COMPILED and why_slow():
        raise InputError(
            Problem(
                "--engine",
                found=f"compiled, but {why_slow()}",
                expected="an engine that can run here",
                todo="leave --engine out: the SimPy engine gives the same answer, more slowly",
            )
        )
    if asked != AUTO:
        return asked
    return REFERENCE if why_slow() else COMPILED
