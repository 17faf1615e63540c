"""What the figures need of the patients, gathered from a part of the log and put together from parts.

    gathered(journeys, facts)    of the patients of a part of the log
    merged(parts, rows)          of all of them; exactly what it would be of the whole log
    Gathered                     waits, courses, lives and rows, which take far less room than the log

A part holds all rows of some patients. Nothing that is measured of one patient depends on another: only the
resources know of both, and their log is another one (`sim.measures.capacity.HospitalLog`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.measures.capacity import own_place_minutes
from sim.measures.columns import Ints, together
from sim.measures.endpoints import Cleared, cleared
from sim.measures.facts import Facts
from sim.measures.flows import Paths, paths
from sim.measures.journeys import Journeys
from sim.measures.lives import Lives, lives
from sim.measures.notes import Notes, notes
from sim.measures.outcomes import Courses, courses
from sim.measures.queues import Removals, queueing
from sim.measures.sessions import Gaps, gaps
from sim.measures.symptoms import Spells, spells
from sim.measures.waits import Waits, waiting


@dataclass(frozen=True)
class Gathered:
    """Small tables of patients, each in the order of the patient table.

    lives           one row for each patient
    waits           by name of the interval
    visits          waits in queues
    removals        those taken out of a queue
    notes           rows of the log that are counted as they stand
    courses         of treatment
    gaps            between the sessions of a course
    cleared         patients whose liver was cleared
    spells          times with hormonal symptoms
    paths           of those whose liver metastases were seen in the measured period
    place_minutes   (resources,) used of each place in the measured period
    symptoms_told   whether the log has any row about hormonal symptoms
    """

    lives: Lives
    waits: dict[str, Waits]
    visits: Waits
    removals: Removals
    notes: Notes
    courses: Courses
    gaps: Gaps
    cleared: Cleared
    spells: Spells
    paths: Paths
    place_minutes: Ints
    symptoms_told: bool


def gathered(journeys: Journeys, facts: Facts) -> Gathered:
    """What the figures need of these patients."""
    visits, removals = queueing(journeys)
    times, told = spells(journeys)
    return Gathered(
        lives=lives(journeys),
        waits=waiting(journeys, facts),
        visits=visits,
        removals=removals,
        notes=notes(journeys),
        courses=courses(journeys, facts),
        gaps=gaps(journeys, facts),
        cleared=cleared(journeys),
        spells=times,
        paths=paths(journeys, facts),
        place_minutes=own_place_minutes(journeys, facts),
        symptoms_told=told,
    )


def merged(parts: list[Gathered], rows: list[Ints]) -> Gathered:
    """Of the patients of all parts. The list is used up, so that no part is kept longer than it is needed.

    rows   of each part, the row of the patient table in which each of its patients stands
    """
    tables = [vars(part) | part.waits for part in parts]
    names = list(parts[0].waits)
    parts.clear()

    def whole(name: str) -> Any:
        return together([table.pop(name).of_rows(its) for table, its in zip(tables, rows, strict=True)])

    return Gathered(
        lives=whole("lives"),
        waits={name: whole(name) for name in names},
        visits=whole("visits"),
        removals=whole("removals"),
        notes=whole("notes"),
        courses=whole("courses"),
        gaps=whole("gaps"),
        cleared=whole("cleared"),
        spells=whole("spells"),
        paths=whole("paths"),
        place_minutes=np.sum([table["place_minutes"] for table in tables], axis=0),
        symptoms_told=any(table["symptoms_told"] for table in tables),
    )
