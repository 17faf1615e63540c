"""The one room where scenario, clinic and engine meet: a scenario becomes replications.

    clinic_known()                    what the clinic asks of a scenario, for the front door
    board_of(scenario)                the tumour board as the scenario has it
    hospital_of(scenario)             the scenario's resources in the engine's terms; `hospital_once` remembers the last
    facts_of(scenario), window_of     what the measures must be told
    simulate(scenario, replication)   -> Replication: logs, patients and measures of one replication
    walk_without_queues(scenario)     -> the log of the same patients in a hospital where nobody waits
    walk_cohort(scenario, arrived, ends)   the same for patients whose first symptoms are given
    watch_cohort(scenario, arrived, ends, look)   these, with somebody looking on who may let them go
    log_of(engine, ...)               the log of one replication by one engine
    warm_up(tell)                     compile clinic and engine once, if they are not there compiled

Everything here is a pure function of the scenario and the replication's number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim import draws, jit
from sim.clinic.alarms import ring
from sim.clinic.boardchange import Added, Changed, changed_board, mistakes
from sim.clinic.boardfile import Board, read_board
from sim.clinic.longest import longest_cases
from sim.clinic.pathway import advance
from sim.clinic.patient import World
from sim.clinic.protocols import BESIDE, KINDS, LIVER_DIRECTED, MAIN, Role, Treatment, protocols
from sim.clinic.stages import FIRST_CAUSE, Cause, Stage, reasons, stage_names
from sim.clinic.transplant import KINDS as KINDS_OF_GRAFT
from sim.clinic.world import arrival_minutes, make_world, patient_table
from sim.engine.hospital import Competing, Hospital, Resource, Sitting, Spread
from sim.engine.reference import run_reference
from sim.engines import AUTO, COMPILED, REFERENCE, engine_for
from sim.errors import Problem
from sim.evidence import read_evidence
from sim.log import BESIDE_ROW, EventLog, named, nothing
from sim.measures import Facts, Window, measure, measure_parts
from sim.reading import Scalar
from sim.scenario import NO_LIMIT, NOTHING, Care, Known, ListResource, OfferResource, PlaceResource, Scenario
from sim.scenario import Board as BoardSection
from sim.spool import Spool
from sim.steps import Kind, Plan, clear, end, lists_as_places
from sim.store import Replication
from sim.units import DAY

FULL, SUMMARY, NONE = LOGS = ("full", "summary", "none")
"""How much of a log is kept: all of it; the patients, but not what happened to them; nothing but the measures."""


@cache
def clinic_known() -> Known:
    """What the clinic and the evidence ask of a scenario: resources, cards, rows of the board, sources."""
    ledger, board = read_evidence(), read_board()
    equals = {tuple(sorted(row.offer)) for rows in board.rows.values() for row in rows if len(row.offer) > 1}
    return Known(
        alternatives=tuple(sorted(equals)),
        treatments=tuple(treatment.name.lower() for treatment in (*MAIN, Treatment.SSA)),
        overrides=ledger.check,
        board=_board_mistakes,
        longest=_longest_cases,
        rows=(*board.row_names("main"), *board.row_names("background")),
        offers={Role.GRAFTS.name.lower(): KINDS_OF_GRAFT},
        sources=tuple(ledger.sources),
    )


def _changes_of(section: BoardSection) -> tuple[dict[str, Changed], dict[str, Added]]:
    """What a scenario changes of the board, in the clinic's terms."""
    change = {name: Changed(row.when, row.offer) for name, row in section.change.items()}
    add = {name: Added(row.before, row.offer, row.when, row.source, row.trial) for name, row in section.add.items()}
    return change, add


def _board_mistakes(
    section: BoardSection, overrides: Mapping[str, Scalar], weights: Mapping[str, float]
) -> Sequence[Problem]:
    """What is wrong with the board as a scenario has it; of wrong overrides their own check has told."""
    ledger = read_evidence()
    if ledger.check(overrides):
        return ()
    numbers = dict(zip(ledger.flat, ledger.known(overrides).tolist(), strict=True))
    return mistakes(read_board(), *_changes_of(section), section.rows_off, numbers, weights)


def _longest_cases(
    section: BoardSection, overrides: Mapping[str, Scalar], treatments: Mapping[str, Care]
) -> Mapping[str, tuple[int, str, str]]:
    """The longest case each list can be asked for: its minutes, what it is, and the card that says how long it takes.

    Of what is right by itself: `_board_mistakes` has been asked.
    """
    ledger = read_evidence()
    numbers = dict(zip(ledger.flat, ledger.known(overrides).tolist(), strict=True))
    changed = section.change or section.add
    board = _board_with(section.model_dump_json(exclude_defaults=True)) if changed else read_board()
    table = board.with_evidence(numbers).main
    off = [number for number, name in enumerate(board.row_names("main")) if name in section.rows_off]
    away = [treatment for treatment in MAIN if treatment.name.lower() in treatments]
    longest = longest_cases(ledger.known(overrides), table, off, away)
    return {role.name.lower(): (case.minutes, case.what, case.card) for role, case in longest.items()}


def board_of(scenario: Scenario) -> Board:
    """The tumour board as the scenario has it: the shipped one, with its changed and added rows."""
    section = scenario.board
    return (
        _board_with(section.model_dump_json(exclude_defaults=True)) if section.change or section.add else read_board()
    )


@lru_cache(maxsize=8)
def _board_with(section: str) -> Board:
    return changed_board(read_board(), *_changes_of(BoardSection.model_validate(json.loads(section))))


class Clinic:
    """The clinic as an engine meets it: its world, and the two functions that speak for it."""

    first_step = Stage.FIRST_SYMPTOM.value
    queues = True
    in_python = False
    """True where its steps do more than medicine does: then the compiled engine asks it in Python, slowly."""

    def __init__(self, world: World, names: Mapping[str, Sequence[str]]):
        self.world = world
        self.plan: Plan = world.plan
        self.names = names

    def advance(self, patient: int, step: int, now: int) -> None:
        """Run a step of care."""
        advance(self.world, patient, step, now)

    def ring(self, patient: int, now: int) -> None:
        """The disease does what its alarm was set for."""
        ring(self.world, patient, now)


def _spread(spread: Any) -> Spread:
    return Spread(float(spread.median), float(spread.sigma))


def hospital_of(scenario: Scenario) -> Hospital:
    """The scenario's resources in the engine's terms: dates become minutes, timetables become sittings."""
    numbers = {name: number for number, name in enumerate(scenario.resources)}
    resources: list[Resource] = []
    competing: list[Competing] = []
    for name, its in scenario.resources.items():
        if isinstance(its, ListResource):
            resources.append(
                Resource(
                    name,
                    Kind.LIST,
                    its.rank,
                    notice=its.notice,
                    backfill=its.backfill,
                    overrun=its.overrun,
                    cancelled=its.cancelled,
                    missed=its.missed,
                    sittings=_sittings(scenario, name),
                )
            )
        elif isinstance(its, PlaceResource):
            later = {(c.day - scenario.run.start).days * DAY: c.capacity for c in its.changes}
            begins = [minute for minute in later if minute <= 0]
            capacity = {0: later[max(begins)] if begins else its.capacity}
            capacity |= {minute: places for minute, places in later.items() if 0 < minute < scenario.run.ends}
            resources.append(Resource(name, Kind.PLACE, its.rank, capacity=tuple(sorted(capacity.items()))))
        elif isinstance(its, OfferResource):
            resources.append(_offered(name, its))
        for stream in () if isinstance(its, OfferResource) else its.competing:
            alone = stream.second == NOTHING
            competing.append(
                Competing(
                    f"{name}.{stream.name}",
                    numbers[name],
                    stream.rate,
                    _spread(stream.minutes),
                    stream.urgency,
                    -1 if alone else numbers[stream.second.place],
                    Spread(0.0) if alone else _spread(stream.second.minutes),
                    scenario.competing_varies(stream),
                )
            )
    return Hospital(tuple(resources), tuple(competing), scenario.run.ends, scenario.run.rings)


def _offered(name: str, its: OfferResource) -> Resource:
    shares = np.cumsum(list(its.kinds.values()))
    kinds = (*(float(share) for share in shares[:-1]), 1.0)
    return Resource(name, Kind.OFFER, its.rank, rate_per_year=its.rate, kinds=kinds)


def _sittings(scenario: Scenario, name: str) -> tuple[Sitting, ...]:
    """The sittings of a list, those without closure and with their staff."""
    found: dict[tuple[int, int, int, int], Sitting] = {}  # rooms side by side share one
    sittings = []
    for held in scenario.sittings(name):
        its = (held.opens, held.its.minutes, held.its.cases, held.its.protected)
        if its not in found:
            cases = -1 if held.its.cases == NO_LIMIT else held.its.cases
            found[its] = Sitting(held.opens, held.its.minutes, name, cases, held.its.protected)
        sittings.append(found[its])
    return tuple(sittings)


def window_of(scenario: Scenario) -> Window:
    """The measured period and the horizon."""
    return Window(scenario.run.measured_from, scenario.run.measured_until, scenario.run.ends)


def facts_of(scenario: Scenario, board: Board) -> Facts:
    """What the names in the log mean to the measures."""
    plans = {
        f"row: {row.name}": row.offer[0]
        for row in board.rows["main"]
        if row.offer[0] not in (Treatment.SURVEILLANCE.name.lower(), Treatment.SUPPORTIVE.name.lower())
    }
    given = protocols(read_evidence().known(scenario.numbers()))
    return Facts(
        kinds={name: its.kind for name, its in scenario.resources.items()},
        board=Role.BOARD.name.lower(),
        plans=plans,
        beside=frozenset(BESIDE_ROW + name for name in board.row_names("background")),
        background=frozenset(treatment.name.lower() for treatment in BESIDE),
        liver_directed=frozenset(treatment.name.lower() for treatment in LIVER_DIRECTED),
        treatments=tuple(
            treatment.name.lower()
            for treatment in Treatment
            if treatment not in (Treatment.SURVEILLANCE, Treatment.NOTHING)
        ),
        sessions={
            treatment.name.lower(): Role(int(given.role[treatment])).name.lower()
            for treatment in Treatment
            if given.sessions[treatment] > 1 and given.role[treatment] >= 0
        },
        together={kind: tuple(treatment.name.lower() for treatment in those) for kind, those in KINDS.items()},
    )


def log_names(scenario: Scenario, board: Board) -> dict[str, tuple[str, ...]]:
    """What the numbers in the log are called."""
    return {
        "steps": stage_names(),
        "resources": tuple(scenario.resources),
        "whys": reasons(board.row_names("main"), board.row_names("background")),
    }


def clinic_of(
    scenario: Scenario, replication: int, again: bool = False, arrived: np.ndarray | None = None
) -> tuple[Clinic, np.ndarray, int]:
    """The clinic of one replication, its arrivals (minute, patient), and the replication's key.

    again     rows of patients who are gone are used again, by the compiled engine's loop
    arrived   (n,) minutes of first symptom, rising; without, they come as the scenario says
    """
    board = board_of(scenario)
    key = draws.key(scenario.run.seed, 0, replication)
    if arrived is None:
        arrived = arrival_minutes(key, scenario.arrivals.rate, scenario.run.ends, scenario.arrivals_vary())
    known = read_evidence().known(scenario.numbers())
    numbers = {name: number for number, name in enumerate(scenario.resources)}
    care = {name: (its.where, float(its.delay.median), its.delay.sigma) for name, its in scenario.treatments.items()}
    grafts = scenario.resources[Role.GRAFTS.name.lower()]
    assert isinstance(grafts, OfferResource)  # the scenario was checked for it
    kinds = tuple(grafts.kinds)
    world = make_world(
        key, known, board, numbers, arrived, scenario.board.rows_off, care, scenario.weights(), kinds, again
    )
    arrivals = np.column_stack([arrived, np.arange(len(arrived))]).astype(np.int64)
    return Clinic(world, log_names(scenario, board)), arrivals, key


def simulate(
    scenario: Scenario, replication: int = 0, folder: Path | None = None, engine: str = AUTO, log: str = FULL
) -> Replication:
    """One replication of a scenario, from first symptoms to the horizon.

    replication  its number, 0 or more; the same number is the same luck in every scenario
    folder       where its logs lie if they are large; else they are kept in memory
    engine       `sim.engines.ENGINES`; all write the same log
    log          FULL, or NONE: then nothing of it is kept but the measures, which are the same
    RunError if the simulation contradicts itself, with the patient, the minute and the step.
    """
    engine = engine_for(engine)
    if log != FULL and engine == COMPILED:
        return _measured_only(scenario, replication, folder)
    clinic, arrivals, key = clinic_of(scenario, replication, engine == COMPILED)
    kept = log_of(engine, hospital_once(scenario), clinic, arrivals, key, replication, folder)
    patients = patient_table(clinic.world)
    del clinic.world  # of a large run it takes as much memory as the measures will
    measures = measure(kept, patients, window_of(scenario), facts_of(scenario, board_of(scenario)))
    return Replication(replication, kept, patients, measures)


def hospital_once(scenario: Scenario) -> Hospital:
    """The hospital of a scenario; of the one that was last asked for it is there already."""
    if not _last_hospital or _last_hospital[0] is not scenario:
        digest = scenario.digest()  # a worker's is a copy of the one that was told
        again = _last_hospital[1:] if _last_hospital and _last_hospital[2] == digest else ()
        hospital = again[0] if again else hospital_of(copy(scenario))  # which keeps its whole timetable in mind
        _last_hospital[:] = [scenario, hospital, digest]
    last: Hospital = _last_hospital[1]
    return last


_last_hospital: list[Any] = []
"""A scenario, its hospital and its digest."""


def log_of(
    engine: str,
    hospital: Hospital,
    clinic: Clinic,
    arrivals: np.ndarray,
    key: int,
    replication: int = 0,
    folder: Path | None = None,
) -> EventLog:
    """The log of one replication by one engine, REFERENCE or COMPILED."""
    if engine == REFERENCE:
        return run_reference(hospital, clinic, arrivals, key, clinic.names, replication, folder=folder)
    from sim.engine.compiled import run_compiled

    loop = None if clinic.in_python else _loop(clinic)
    return run_compiled(hospital, clinic, arrivals, key, clinic.names, replication, folder, loop)


def _loop(clinic: Clinic) -> Callable[[Any], int]:
    from sim.clinic_loop import turn

    return lambda s: int(turn(s, clinic.world, clinic.queues))


def _measured_only(scenario: Scenario, replication: int, folder: Path | None) -> Replication:
    """One replication by the compiled engine, whose log is measured part by part and let go."""
    from sim.engine.compiled import run_into

    clinic, arrivals, key = clinic_of(scenario, replication, again=True)
    spool = Spool(folder)
    run_into(spool, hospital_once(scenario), clinic, arrivals, key, clinic.names, _loop(clinic))
    patients = patient_table(clinic.world)
    del clinic.world
    bare = EventLog(*nothing(), named(clinic.names), replication)
    facts = facts_of(scenario, board_of(scenario))
    measures = measure_parts(bare, spool.parts(), spool.hospital(), patients, window_of(scenario), facts)
    return Replication(replication, bare, patients, measures, whole=False)


class _Unqueued(Clinic):
    """The clinic of a hospital where nobody waits: what would be a case on a list takes one of endless places."""

    queues = False

    def advance(self, patient: int, step: int, now: int) -> None:
        """Run a step of care."""
        super().advance(patient, step, now)
        lists_as_places(self.plan)


def walk_without_queues(scenario: Scenario, offers_per_year: float = 1000.0, engine: str = AUTO) -> EventLog:
    """The log of this pathway's own patients in a hospital where nobody waits for anything, and nobody else comes.

    Of the resources only the names count, so that what they are asked for does not depend on what they can give.
    Patients never meet in it: of twice as many, twice as much is asked.
    offers_per_year   how often an offer comes to those who wait for one
    engine            `sim.engines.ENGINES`
    """
    clinic, arrivals, key = clinic_of(scenario, 0)
    return _walk(scenario, clinic, arrivals, key, scenario.run.ends, offers_per_year, engine)


def walk_cohort(
    scenario: Scenario, arrived: np.ndarray, ends: int, offers_per_year: float = 10_000.0, engine: str = AUTO
) -> tuple[EventLog, Any]:
    """The same for patients whose first symptoms are given, and the patient table.

    arrived   (n,) minutes of first symptom, rising
    ends      the horizon [minutes]
    """
    clinic, arrivals, key = clinic_of(scenario, 0, arrived=arrived)
    log = _walk(scenario, clinic, arrivals, key, ends, offers_per_year, engine)
    return log, patient_table(clinic.world)


class _Watched(_Unqueued):
    """The same, with somebody looking on."""

    in_python = True

    def __init__(self, clinic: Clinic, look: Callable[[World, int, int, int], bool]):
        super().__init__(clinic.world, clinic.names)
        self._look = look

    def advance(self, patient: int, step: int, now: int) -> None:
        """Run a step of care; whoever has been seen enough of leaves with it."""
        super().advance(patient, step, now)
        if self._look(self.world, patient, step, now):
            clear(self.plan)
            end(self.plan, FIRST_CAUSE + Cause.DISCHARGED.value)


def watch_cohort(
    scenario: Scenario, arrived: np.ndarray, ends: int, look: Callable[[World, int, int, int], bool]
) -> None:
    """Walk patients whose first symptoms are given, until the horizon or for as long as somebody looks at them.

    look   called after each step of care with the world, the patient, the step and the minute; True lets her go.
           It may read the truth about her, which no board ever sees.
    """
    clinic, arrivals, key = clinic_of(scenario, 0, arrived=arrived)
    _walk(scenario, _Watched(clinic, look), arrivals, key, ends, 0.0, AUTO)


def _walk(
    scenario: Scenario, clinic: Clinic, arrivals: np.ndarray, key: int, ends: int, offers_per_year: float, engine: str
) -> EventLog:
    places = ((0, np.iinfo(np.int32).max),)
    resources = tuple(
        replace(_offered(name, its), rate_per_year=offers_per_year)
        if isinstance(its, OfferResource)
        else Resource(name, Kind.PLACE, its.rank, capacity=places)
        for name, its in scenario.resources.items()
    )
    unqueued = clinic if isinstance(clinic, _Unqueued) else _Unqueued(clinic.world, clinic.names)
    return log_of(engine_for(engine), Hospital(resources, (), ends), unqueued, arrivals, key)


def warm_up(tell: Callable[[str], object] = lambda sentence: None, engine: str = AUTO) -> None:
    """Compile clinic, engine and measures, or load them compiled, before workers start, so that not each does it.

    tell     called with a sentence where it will take a while
    engine   that will run; for the SimPy engine the clinic alone is compiled
    """
    if jit.COMPILED and not jit.CACHED:
        tell("compiled code can not be kept between runs: no folder can be written; compiling at each start")
    if jit.COMPILED and not jit.is_warm():
        tell("compiling clinic and engine, once; this takes about a minute")
    board = read_board()
    resources = {role.name.lower(): role.value for role in Role}
    world = make_world(draws.key(0), read_evidence().known({}), board, resources, np.zeros(1, np.int64))
    clinic = Clinic(world, {"steps": stage_names(), "whys": ()})
    if engine_for(engine) == REFERENCE or not jit.is_warm():
        clinic.advance(0, Stage.FIRST_SYMPTOM.value, 0)
        clinic.ring(0, 0)
    if engine_for(engine) == COMPILED:
        nowhere = Hospital((), (), ends=1)
        log_of(COMPILED, nowhere, clinic, np.empty((0, 2), np.int64), 0)
    if not jit.is_warm():
        log = EventLog(*nothing(), named({"resources": ("a list",)}))
        measure(log, patient_table(world).iloc[:0], Window(0, 1, 1), Facts({"a list": "list"}))
    jit.mark_warm()
