"""The pathway as the model has it: which step of care may follow which, as an outline for a terminal.

    outline()      -> lines
    label(stage)   -> a step's name in words

It comes from `sim.clinic.stages.MAY_FOLLOW`, which the model obeys; `drawing` draws the same.
"""

from __future__ import annotations

from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.explain.speech import listed, plain, wrapped

ANY_TIME = (
    "At any time the disease may bring new symptoms, which lead to the symptom visit (before the referral: to the "
    "presentation), or death."
)


def label(stage: Stage) -> str:
    """A step's name in words.

    >>> label(Stage.FIRST_SYMPTOM)
    'first symptom'
    """
    return plain(stage.name.lower())


def outline() -> list[str]:
    """The steps in the order in which they are first met; what runs straight on stands in one line.

    >>> outline()[2].strip().startswith("presented > referred")
    True
    """
    lines: list[str] = []
    told: set[Stage] = set()
    waiting = [Stage.FIRST_SYMPTOM, *MAY_FOLLOW]
    while waiting:
        stage = waiting.pop(0)
        if stage in told:
            continue
        told.add(stage)
        chain = [label(stage)]
        while len(MAY_FOLLOW.get(stage, ())) == 1 and (ahead := MAY_FOLLOW[stage][0]) not in told:
            stage = ahead
            told.add(stage)
            chain.append(label(stage))
        followers = MAY_FOLLOW.get(stage, ())
        text = " > ".join(chain)
        if followers:
            text += f", then {listed((label(its) + (' again' if its == stage else '') for its in followers), 'or')}"
        lines += wrapped(text, 2, 4)
        waiting = [its for its in followers if its not in told] + waiting
    return [*lines, *wrapped(ANY_TIME, 2)]
