"""Building the world that medicine looks at: arrays for one replication's patients.

    arrival_minutes(key, rate, ends, varies)   when first symptoms come
    make_world(...)                            -> World, with all traits drawn
    patient_table(world)                       who the patients were and what became known of them, as a frame

Knows no hospital: resources are numbers that the caller gives for the clinic's roles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim import draws
from sim.clinic.board import Finding
from sim.clinic.boardfile import Board
from sim.clinic.cohort import draw_traits
from sim.clinic.patient import COURSE, DESK, LIVER, TRAITS, Ask, Grade, Hormone, Site, World
from sim.clinic.protocols import Role, Treatment, Where, protocols
from sim.clinic.stages import Policy
from sim.clinic.transplant import KINDS, grafts_that_suit
from sim.draws import exponential
from sim.evidence import read_evidence
from sim.intensity import CONSTANT, Intensity, minute_after
from sim.jit import jit
from sim.steps import NEVER, new_plan
from sim.units import YEAR

ARRIVALS = draws.stream("arrivals")
_BLOCK = 1 << 14  # not clinical: arrivals drawn together


@jit
def _arrivals(key: Any, entity: Any, n: int, now: float, rate: float, ends: int, pieces: Any, minutes: Any) -> float:
    """Fill `minutes` with arrivals from the n-th on; those that are left are never. Returns when the last one came."""
    minutes[:] = NEVER
    for k in range(len(minutes)):
        gap = exponential(key, entity + n + k, Ask.ARRIVAL_GAP.value, 0) / rate
        now = minute_after(pieces, 0, len(pieces), now, gap)
        if now >= ends:
            break
        minutes[k] = int(now)
    return now


def arrival_minutes(key: int, rate_per_year: float, ends: int, varies: Intensity = CONSTANT) -> np.ndarray:
    """Minutes of first symptom before the horizon: a Poisson stream with its own address.

    key             of the replication
    rate_per_year   0 or more
    ends            the horizon [minutes]
    varies          by which factors the rate changes with time; patient k stays patient k
    returns         (n,) int64, rising

    >>> arrival_minutes(draws.key(1), 0.0, 1000).tolist()
    []
    """
    if rate_per_year <= 0:
        return np.empty(0, np.int64)
    blocks: list[np.ndarray] = []
    now = 0.0
    while now < ends:
        block = np.empty(_BLOCK, np.int64)
        now = _arrivals(key, ARRIVALS, len(blocks) * _BLOCK, now, rate_per_year / YEAR, ends, varies.pieces, block)
        blocks.append(block)
    minutes = np.concatenate(blocks)
    return minutes[minutes < NEVER]


def make_world(
    key: int,
    known: np.ndarray,
    board: Board,
    resources: Mapping[str, int],
    arrived: np.ndarray,
    rows_off: tuple[str, ...] = (),
    care: Mapping[str, tuple[str, float, float]] | None = None,
    preference: Mapping[str, float] | None = None,
    grafts: Sequence[str] = KINDS,
    again: bool = False,
) -> World:
    """The world of one replication, with the traits of all its patients drawn.

    key         of the replication
    known       evidence in the order of `Known`
    resources   the hospital's number of each role, by the role's name in lower case
    arrived     (n,) minutes of first symptom; the position is the patient's number
    rows_off    names of board rows that are not used
    care        treatments not given here: where instead, and of the wait for the first session there the median
                [minutes] and the sigma
    preference  weights of treatments that a row offers as equals; 1 for those not named
    grafts      kinds of graft, in the hospital's order
    again       rows are given out as patients come, and again when they are gone (`sim.clinic.filing`): it takes less
                memory; else everybody has hers from the start
    """
    n = len(arrived)
    treatments = protocols(known)
    for name, (where, median, sigma) in (care or {}).items():
        record = treatments[Treatment[name.upper()].value]
        record.where, record.away_median, record.away_sigma = Where[where.upper()], median, sigma
    for name, weight in (preference or {}).items():
        treatments[Treatment[name.upper()].value].preference = weight
    policy = np.zeros(len(Policy), np.int64)
    for table, off, absent in (
        ("main", Policy.MAIN_OFF, Policy.MAIN_ABSENT),
        ("background", Policy.BACKGROUND_OFF, Policy.BACKGROUND_ABSENT),
    ):
        for number, row in enumerate(board.rows[table]):
            nowhere = all(treatments[Treatment[offer.upper()].value].where == Where.NONE for offer in row.offer)
            policy[off] |= int(row.name in rows_off) << number
            policy[absent] |= int(nowhere) << number
    for number, row in enumerate(board.rows["main"]):
        policy[Policy.TRIALS] |= int(row.trial) << number
    for group, bits in grafts_that_suit(grafts).items():
        policy[Policy.GRAFTS_FOR_O + group] = bits
    traits = np.zeros(n, TRAITS).view(np.recarray)
    traits.arrived = arrived
    blank = int(again)  # one more row of each, which is copied; what is never used takes no memory
    courses = np.zeros(n + blank, COURSE).view(np.recarray)
    traits.place = -1 if again else np.arange(n)
    findings = courses["findings"][n if again else 0 :]
    findings[:] = np.nan
    for nothing_yet in (
        Finding.PROGRESSING,
        Finding.PRIMARY,
        Finding.EMBOLISATIONS_HAD,
        Finding.PRRT_HAD,
        Finding.CHEMOTHERAPIES_HAD,
        Finding.RESECTIONS_HAD,
        Finding.ABLATIONS_HAD,
        Finding.ANALOGUE,
        Finding.STREPTOZOCIN_HAD,
        Finding.TARGETED_HAD,
        Finding.TARE_HAD,
        Finding.TRANSPLANTS_HAD,
        Finding.TRIALS_HAD,
        Finding.PAIN,
        Finding.OBSTRUCTION,
        Finding.MARROW,
    ):
        findings[:, nothing_yet] = 0
    desk = np.zeros(1, DESK).view(np.recarray)
    desk.known, desk.protocols, desk.policy = known, treatments, policy
    desk.resources = [resources[role.name.lower()] for role in Role]
    tables = board.with_evidence(dict(zip(read_evidence().flat, known.tolist(), strict=True)))
    desk.background, desk.main = tables
    desk["looks"]["patient"] = -1
    desk.again, desk.free_course, desk.free_liver = again, -1, -1
    world = World(key, desk, traits, courses, np.zeros(1, LIVER).view(np.recarray), new_plan())
    draw_traits(world)
    needed = traits.metastasis_at < NEVER
    traits.row = -1 if again else np.where(needed, np.cumsum(needed) - 1, -1)
    return world._replace(livers=np.zeros(max(needed.sum() + blank, 1), LIVER).view(np.recarray))


def patient_table(world: World) -> Any:
    """One row per patient: traits at first symptom, and when liver metastases were first seen (-1 never)."""
    import pandas as pd

    traits, courses = world.traits.view(np.ndarray), world.courses.view(np.ndarray)
    n = len(traits)
    here = traits["place"] >= 0

    def told(name: str) -> np.ndarray:
        minutes: np.ndarray = traits[name].copy()
        minutes[here] = courses[name][traits["place"][here]]
        return minutes

    def words(codes: np.ndarray, names: type[Site] | type[Grade] | type[Hormone]) -> Any:
        picked: Any = codes.astype(np.int8)
        labels = [code.name if names is Grade else code.name.lower() for code in names]
        return pd.Categorical.from_codes(picked, categories=pd.Index(labels, dtype=object))

    return pd.DataFrame(
        {
            "patient": np.arange(n, dtype=np.int64),
            "arrived": traits["arrived"],
            "age": traits["age"],
            "sex": pd.Categorical.from_codes(
                traits["male"].astype(np.int8), categories=pd.Index(["female", "male"], dtype=object)
            ),
            "site": words(traits["site"], Site),
            "grade": words(traits["grade"], Grade),
            "ki67_pct": traits["ki67"],
            "growth_per_month": traits["growth"] * YEAR / 12,  # not clinical: months in a year
            "functioning": traits["functioning"] == 1,
            "hormone": words(np.where(traits["functioning"] == 1, traits["hormone"], 0), Hormone),
            "primary_hepatic": traits["hepatic"] == 1,
            "receptors": traits["receptors"] == 1,
            "kidney_disease": traits["kidney_disease"] == 1,
            "biliary_procedure": traits["biliary"] == 1,
            "ecog": traits["ecog"],
            "delay_days": traits["delay"] / (24 * 60),  # not clinical: minutes in a day
            "nelm_at_symptom": traits["metastasis_at"] <= traits["arrived"],
            "nelm_minute": told("nelm_minute"),
            "diagnosed_minute": told("diagnosed_at"),
        }
    )
