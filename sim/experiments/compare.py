"""Comparing scenarios: what each does differently from the first, figure by figure and patient by patient.

    compare(scenarios, ...)    -> Comparison: differences, patients better and worse off, sentences, pictures
    run_each(scenarios, ...)   the runs it rests on
    Comparison                 typed; frames are pandas', pictures matplotlib's

The first scenario is the reference. Runs with the same seed and periods are pairs: replication 3 of the one has the
patients, and the luck, of replication 3 of the other, so their difference owes less to chance than either (common
random numbers). Other runs are compared all the same, as independent ones, and it is said so.

docs/compare.md says how differences are judged. What is computed here is told and drawn by `sim.report`,
and written down by `sim.experiments.comparison_folder`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.batch import Run, run
from sim.engines import AUTO
from sim.errors import InputError, Problem, nearest, one_of
from sim.experiments.differences import LEAST_REPLICATIONS, align, paired, unpaired, verdicts
from sim.experiments.journeys import Journey, journey, pairs, shares
from sim.measures import Measures
from sim.reporter import Reporter
from sim.running import window_of
from sim.scenario import Scenario
from sim.units import spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMAT = 1
FIRST, OTHERS, ASKED = "first", "others", "asked"
"""Families of differences, each corrected by itself: a planner's few, all others; or those that were asked for."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared with the first of them.

    names       of the scenarios, told apart where two have the same; the reference first
    runs        the runs they rest on
    unpaired    scenario -> why its replications are not pairs with those of the reference; without those that are
    table       one row for each figure of each scenario but the reference:
                `scenario, kpi, group, unit, mean_reference, mean, difference, lower, upper, p, p_holm, verdict, family,
                pairs, missing, variance_ratio, half_width_ratio, note`; `family` is what p is corrected among
    patients    shares of patients better and worse off by scenario, question and group (`journeys.shares`); empty where
                the patients are not the same
    people      patient by patient, what the shares come from (`journeys.pairs`)
    folder      where tables, page and pictures lie; None of a comparison that was not written down
    """

    names: tuple[str, ...]
    runs: tuple[Run, ...]
    unpaired: Mapping[str, str]
    table: pd.DataFrame
    patients: pd.DataFrame
    people: pd.DataFrame
    folder: Path | None = None

    @property
    def title(self) -> str:
        """What is compared with what."""
        return f"{' and '.join(self.names[1:])} against {self.names[0]}"

    @property
    def replications(self) -> int:
        """How many replications of each scenario there are, of the one that has fewest."""
        return min(len(its.numbers) for its in self.runs)

    @property
    def tested(self) -> int:
        """How many differences are tested."""
        return sum(self.tested_among(family) for family in self.table["family"].unique())

    def tested_among(self, family: str) -> int:
        """How many differences the correction of one family is for."""
        its = self.table["family"] == family
        return int((its & self.table["p"].notna() & (self.table["verdict"] != "identical")).sum())

    def measures(self) -> dict[str, Measures]:
        """What was measured, by name of the scenario."""
        return {name: its.measures for name, its in zip(self.names, self.runs, strict=True)}

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What differs, what does not, and for whom, in plain words."""
        from sim.report.comparison_words import sentences

        return sentences(self)

    @cached_property
    def told(self) -> pd.DataFrame:
        """The table with a column more: each difference as a sentence in plain words."""
        from sim.report.comparison_words import sentence

        return self.table.assign(sentence=[sentence(row) for row in self.table.to_dict("records")])

    def plot(self) -> dict[str, Figure]:
        """The pictures: differences, waits, queues, survival."""
        from sim.report.comparison import pictures

        return pictures(self)

    def journey(self, patient: int, replication: int = 0, scenario: str = "") -> Journey:
        """One patient under the reference and under another scenario (the first other one if not told).

        InputError if the patient, the replication or the scenario is not there.
        """
        others = self.names[1:]
        if scenario and scenario not in others:
            expected = one_of(others)
            raise InputError(
                Problem(path="scenario", found=scenario, expected=expected, todo=nearest(scenario, others))
            )
        name = scenario or others[0]
        other = self.runs[self.names.index(name)]
        return journey(self.runs[0], other, (self.names[0], name), patient, replication)

    def data(self) -> dict[str, Any]:
        """All of it but the patient by patient, as plain data for JSON; what is not known is None."""
        scenarios = [
            {
                "name": name,
                "question": its.scenario.question,
                "seed": its.scenario.run.seed,
                "replications": list(its.numbers),
                "folder": its.folder.as_posix(),
                "digests": its.record["digests"],
                "unpaired": self.unpaired.get(name, ""),
            }
            for name, its in zip(self.names, self.runs, strict=True)
        ]
        return {
            "format": FORMAT,
            "reference": self.names[0],
            "scenarios": scenarios,
            "tested": self.tested,
            "sentences": list(self.sentences),
            "differences": _plain(self.told),
            "patients": _plain(self.patients),
        }


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries; not-a-number becomes None, and infinity, which JSON has not, a word."""

    def value(cell: Any) -> Any:
        if isinstance(cell, float) and not math.isfinite(cell):
            return None if math.isnan(cell) else "infinite"
        return cell

    return [{str(name): value(cell) for name, cell in row.items()} for row in frame.to_dict("records")]


def compare(
    scenarios: Sequence[Scenario],
    replications: int | None = None,
    workers: int | None = None,
    output: str | Path = "outputs",
    force: bool = False,
    reporter: Reporter | None = None,
    kpis: Sequence[str] = (),
    engine: str = AUTO,
) -> Comparison:
    """Run what is missing of two or more scenarios, and say what each does differently from the first.

    scenarios      the reference first
    replications   how many of each; those of the reference if not told
    workers        processes at the same time; as many as there are cores if not told
    output         where results are kept, also those of the comparison
    force          run again what is there already
    kpis           patterns of figures to look at, such as `wait.*` or `wait.*.median[own]`; all if not told. Looking
                   at fewer asks for a smaller correction; choose them before looking
    engine         which one runs what is missing; all give the same
    InputError for fewer than two scenarios, a pattern that fits no figure, or a folder that can not be written.
    """
    if scenarios:
        refuse_unknown(scenarios[0], kpis)
    runs = run_each(scenarios, replications, workers, output, force, reporter, engine)
    from sim.experiments.comparison_folder import write_down

    done = compared(runs, kpis)
    return replace(done, folder=write_down(done, output, kpis))


def run_each(
    scenarios: Sequence[Scenario],
    replications: int | None = None,
    workers: int | None = None,
    output: str | Path = "outputs",
    force: bool = False,
    reporter: Reporter | None = None,
    engine: str = AUTO,
) -> tuple[Run, ...]:
    """The runs of several scenarios with the same replications; arguments as in `compare`."""
    if len(scenarios) < 2:
        raise InputError(
            Problem(
                found="1 scenario" if scenarios else "no scenario",
                expected="two or more, the reference first",
                todo="to run one by itself, use `nelm run`",
            )
        )
    wanted = scenarios[0].run.replications if replications is None else replications
    if reporter is not None and wanted < LEAST_REPLICATIONS:
        many = "1 replication" if wanted == 1 else f"{wanted} replications"
        reporter.say(
            f"with {many} nothing can be called a difference: it takes {LEAST_REPLICATIONS} or more "
            f"(--replications {LEAST_REPLICATIONS})"
        )
    done: dict[tuple[str, str], Run] = {}
    runs = []
    for scenario in scenarios:
        key = (scenario.scenario, scenario.digest())
        if key not in done:  # the same scenario twice is run once, also by force
            done[key] = run(scenario, wanted, workers, output, force, reporter, engine=engine)
        runs.append(done[key])
    return tuple(runs)


def compared(runs: Sequence[Run], kpis: Sequence[str] = ()) -> Comparison:
    """Finished runs compared with the first of them.

    kpis   patterns of figures to look at; all if there are none
    """
    names = _told_apart([its.scenario.scenario for its in runs])
    why = {
        name: reason for name, its in zip(names[1:], runs[1:], strict=True) if (reason := unpaired_why(runs[0], its))
    }
    rows = [_differences(runs[0], its, name, name in why) for name, its in zip(names[1:], runs[1:], strict=True)]
    looked_at = _looked_at(pd.concat(rows, ignore_index=True), kpis)
    table = verdicts(looked_at.assign(family=_family(looked_at, runs[0].scenario, kpis))).drop(columns="identical")
    people, patients = [], []
    for name, its in zip(names[1:], runs[1:], strict=True):
        found = None if name in why else pairs(runs[0], its)
        if found is not None:
            people.append(found.assign(scenario=name))
            patients.append(shares(found).assign(scenario=name))
    return Comparison(names, tuple(runs), why, table, _first_column(patients), _first_column(people))


def _family(rows: pd.DataFrame, scenario: Scenario, kpis: Sequence[str]) -> list[str]:
    """What each difference is corrected among: a planner's few figures, all others, or those that were asked for."""
    from sim.report.planner import looked_at_first

    if kpis:
        return [ASKED] * len(rows)
    lists = [name for name, its in scenario.resources.items() if its.kind == "list"]
    return [
        FIRST if looked_at_first(kpi, group, lists) else OTHERS
        for kpi, group in zip(rows["kpi"], rows["group"], strict=True)
    ]


def _first_column(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames below each other, with the scenario in the first column."""
    if not frames:
        return pd.DataFrame({"scenario": pd.Series(dtype=str)})
    whole = pd.concat(frames, ignore_index=True)
    return whole[["scenario", *(name for name in whole.columns if name != "scenario")]]


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names that are all different.

    >>> _told_apart(["baseline", "weekly", "baseline"])
    ('baseline', 'weekly', 'baseline (2)')
    """
    found: list[str] = []
    for place, name in enumerate(names):
        seen = names[:place].count(name)
        found.append(f"{name} ({seen + 1})" if seen else name)
    return tuple(found)


def unpaired_why(a: Run, b: Run) -> str:
    """Why the replications of two runs are not pairs, or '' where they are."""
    one, two = a.scenario.run, b.scenario.run
    told = [f"seed {one.seed} and {two.seed}"] if one.seed != two.seed else []
    told += [f"start {one.start} and {two.start}"] if one.start != two.start else []
    for name in ("warm_up", "measured", "follow_up"):
        lengths = (getattr(one, name), getattr(two, name))
        if lengths[0] != lengths[1]:
            told.append(f"{name.replace('_', '-')} {spoken(lengths[0])} and {spoken(lengths[1])}")
    return ", ".join(told)


def _differences(a: Run, b: Run, name: str, apart: bool) -> pd.DataFrame:
    """The differences of all figures of `b` from those of `a`, without a verdict."""
    tables = [its.measures.kpis for its in (a, b)]
    if not apart:
        common = set(a.numbers) & set(b.numbers)
        tables = [kpis[kpis["replication"].isin(common)] for kpis in tables]
    sides = align(*tables)
    found = (unpaired if apart else paired)(sides.reference, sides.other)
    notes = pd.concat(tables).groupby(["kpi", "group", "unit"], sort=False)["note"].agg(_joined)
    note = notes.reindex(pd.MultiIndex.from_frame(sides.keys)).fillna("").to_numpy()
    return pd.concat([sides.keys.assign(scenario=name), found], axis=1).assign(note=note)[
        ["scenario", "kpi", "group", "unit", *found.columns, "note"]
    ]


def _joined(notes: pd.Series[str]) -> str:
    return "; ".join(note for note in notes.unique() if note)


_PATTERN = "a figure of docs/measures.md, or a pattern with * that fits some, such as wait.*.median[own]"


def refuse_unknown(scenario: Scenario, kpis: Sequence[str]) -> None:
    """InputError for patterns that fit no figure of a scenario, before anything is run for them."""
    from sim.experiments.figures import OPEN_GROUPS, known_figures

    known = known_figures(scenario) if kpis else {}
    families = sorted({f"{kpi.split('.')[0]}.*" for kpi in known})
    wrong = []
    for pattern in kpis:
        kpi, _, group = pattern.partition("[")
        names = [name for name in known if fnmatchcase(name, kpi)]
        groups = {its for name in names for its in known[name]}
        loose = not group or any(name.startswith(OPEN_GROUPS) for name in names)
        if not names or not (loose or any(fnmatchcase(its, group.removesuffix("]")) for its in groups)):
            there = sorted(f"{kpi}[{its}]" for its in groups) if names else [*families, *known]
            wrong.append(Problem(path="--kpi", found=pattern, expected=_PATTERN, todo=nearest(pattern, there)))
    if wrong:
        raise InputError(wrong)


def _looked_at(rows: pd.DataFrame, kpis: Sequence[str]) -> pd.DataFrame:
    """The rows of figures that fit one of the patterns."""
    if not kpis:
        return rows
    named = rows["kpi"] + "[" + rows["group"] + "]"
    chosen = pd.Series(False, index=rows.index)
    wrong = []
    for pattern in kpis:
        kpi, _, group = pattern.partition("[")
        with_group = f"{kpi}[[]{group.removesuffix(']') if group else '*'}]"
        fits = named.map(lambda name, with_group=with_group: fnmatchcase(name, with_group))
        if not fits.any():
            close = nearest(pattern, [*rows["kpi"].unique(), *named])
            wrong.append(Problem(path="--kpi", found=pattern, expected=_PATTERN, todo=close))
        chosen |= fits
    if wrong:
        raise InputError(wrong)
    return rows[chosen].reset_index(drop=True)


def measured_years(comparison: Comparison) -> float:
    """Length of the reference's measured period in years."""
    return window_of(comparison.runs[0].scenario).years
