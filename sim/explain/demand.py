"""What this pathway's own patients ask of each resource: an estimate, since no scenario states it.

    own_demand(scenario, say)   -> OwnDemand   minutes and cases a week for each resource, found again or worked out
    OwnDemand.basis             what it rests on, in a sentence

The scenario's own patients are walked once through the pathway in a hospital where nobody waits and nobody else
comes. What they ask there does not depend on what the hospital has, so a list of double length has half the load.
With queues, some die or change plans while they wait, and less is asked: the estimate is of what *would* be asked.
Patients do not meet in such a hospital, so a number of them is walked that takes a few seconds, however many
the scenario has, and what they ask is scaled to its rate.

Kept in the user's cache folder under a digest of everything the walk reads. Knows nothing of opening times.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from sim.clinic.boardfile import read_board
from sim.errors import InputError
from sim.evidence import read_evidence
from sim.log import Event, EventLog
from sim.measures import Window
from sim.measures.capacity import HospitalLog, levels
from sim.running import walk_without_queues, warm_up
from sim.scenario import Scenario
from sim.scenario.words import MOST_RATE
from sim.store import code_digest, write_aside
from sim.units import WEEK, YEAR

PATIENTS = 2000
"""How many are walked, about: a few seconds' work, and a standard error of a few per cent for common cases."""

_OF_SUPPLY = (
    *("rank", "means", "source", "assumption", "notice", "overrun", "cancelled", "missed", "backfill", "holidays"),
    *("sittings", "initiatives", "closures", "competing", "capacity", "changes", "rate", "kinds"),
)
"""Keys of a resource that say what it has, which the walk does not look at."""

_OF_SETTING = ("kind", "scenario", "question", "description", "catchment", "holidays", "staff", "diseases")


@dataclass(frozen=True)
class Asked:
    """What is asked of one resource in a week, on average over the measured period.

    minutes   of lists; of places the time they are occupied
    cases     that begin
    error     standard error of both, as a share of them
    """

    minutes: float
    cases: float
    error: float


@dataclass(frozen=True)
class OwnDemand:
    """What the pathway's own patients ask of each resource, and from how many of them that is known."""

    asked: Mapping[str, Asked]
    patients: int

    @property
    def basis(self) -> str:
        """What it rests on, in a sentence."""
        return (
            f"An estimate: {self.patients:,} of the scenario's patients walked through the pathway as if nobody "
            "ever waited; where people wait, some drop out and less is asked."
        )


def own_demand(scenario: Scenario, say: Callable[[str], object] = lambda sentence: None) -> OwnDemand:
    """What the pathway's own patients ask of each resource in the measured period.

    say   called with a sentence where it will take a while
    """
    file = _folder() / f"{_digest(scenario)[:32]}.json"
    found = _found(file)
    if found is None:
        say("walking patients through the pathway without queues, once; this takes a few seconds")
        warm_up(say)
        found = _walked(scenario)
        with contextlib.suppress(OSError, InputError):  # then it is worked out again the next time
            file.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(asdict(found))
            write_aside(file, lambda aside: aside.write_text(text, encoding="utf-8"))
    return found


def _folder() -> Path:
    return Path(os.environ.get("NELM_CACHE_DIR") or platformdirs.user_cache_dir("nelm")) / "own_demand"


def _digest(scenario: Scenario) -> str:
    """Of all that the walk reads: everything but what the hospital has, and words."""
    data = {key: value for key, value in scenario.data().items() if key not in _OF_SETTING}
    data["run"] = {key: value for key, value in data["run"].items() if key not in ("replications", "follow_up")}
    data["resources"] = {
        name: {key: value for key, value in its.items() if key not in _OF_SUPPLY}
        for name, its in data["resources"].items()
    }
    digests = [PATIENTS, read_evidence().digest(), read_board().digest(), code_digest(), _own_code()]
    return hashlib.sha256(json.dumps([data, digests], sort_keys=True).encode()).hexdigest()


def _own_code() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def _found(file: Path) -> OwnDemand | None:
    """An earlier estimate; None where there is none, or where it is not whole."""
    try:
        told: Any = json.loads(file.read_text(encoding="utf-8"))
        return OwnDemand({name: Asked(**its) for name, its in told["asked"].items()}, int(told["patients"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _walked(scenario: Scenario) -> OwnDemand:
    rate = scenario.arrivals.rate
    expected = rate * scenario.arrivals_vary().cumulative(scenario.run.measured_until) / YEAR
    if not expected:
        return OwnDemand({name: Asked(0.0, 0.0, 0.0) for name in scenario.resources}, 0)
    walked_rate = min(float(f"{rate * PATIENTS / expected:.9g}"), MOST_RATE)  # of a run of some minutes fewer walk
    walked = scenario.changed({"run.follow_up": "0 min", "arrivals.rate": f"{walked_rate!r} per year"})
    log = walk_without_queues(walked)
    window = Window(scenario.run.measured_from, scenario.run.measured_until, scenario.run.measured_until)
    scale = rate / walked_rate * WEEK / window.minutes
    asked = {name: _asked(log, name, window, scale) for name in scenario.resources}
    return OwnDemand(asked, len(np.unique(log.events[:, 0])))


def _asked(log: EventLog, name: str, window: Window, scale: float) -> Asked:
    """What was asked of one resource in the walk.

    scale   from what was seen in the measured period to what a week of the scenario asks
    """
    hospital = HospitalLog(log)
    rows = log.events
    in_time = (rows[:, 2] >= window.starts) & (rows[:, 2] < window.ends)
    here = in_time & (rows[:, 5] == hospital.numbers[name])
    begun = rows[here & (rows[:, 3] == Event.STARTED)]
    visits = np.bincount(rows[here & np.isin(rows[:, 3], (Event.STARTED, Event.RELEASED)), 0])
    total = int(visits.sum())
    # Patients are independent, so what varies is who comes how often.
    error = float(np.sqrt((visits.astype(float) ** 2).sum())) / total if total else 0.0
    pieces = levels(hospital, name, window)
    return Asked(int((pieces.occupied * pieces.minutes).sum()) * scale, len(begun) * scale, error)
