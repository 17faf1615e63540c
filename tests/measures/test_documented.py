"""docs/measures.md and the measures name the same figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.measures import COLUMNS, measure
from sim.measures.intervals import intervals
from sim.measures.outcomes import COUNTED

PAGE = Path(__file__).parents[2] / "docs" / "measures.md"


@pytest.fixture
def page():
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture
def written(page, facts):
    """The figures of the page's table, with the names of the scenario put in."""
    names = {
        "interval": [interval.name for interval in intervals()],
        "list": facts.of_kind("list"),
        "place": facts.of_kind("place"),
        "offer": facts.of_kind("offer"),
        "resource": sorted(facts.kinds),
        "treatment": facts.all_treatments(),
        "course": list(facts.sessions),
        "milestone": [*COUNTED, "nelm_seen"],
    }
    found = set()
    for figure in re.findall(r"^\| `([a-z0-9_.<>]+\.[a-z0-9_.<>]+)` \|", page, re.MULTILINE):
        kind = re.search(r"<(\w+)>", figure)
        found |= {figure.replace(kind[0], name) for name in names[kind[1]]} if kind else {figure}
    return found


def test_every_figure_is_on_the_page_and_every_figure_of_the_page_is_measured(
    written, log_of, patients_of, a_year, facts
):
    kpis = measure(log_of([], [], tuple(facts.kinds)), patients_of({}), a_year, facts).kpis
    with_target = ("within_target", "stopped", "within_target_of_stopped")
    without_target = {f"wait.{its.name}.{figure}" for its in intervals() if not its.target for figure in with_target}
    assert set(kpis["kpi"]) == written - without_target


def test_the_targets_on_the_page_are_those_of_the_data(page):
    for interval in intervals():
        (row,) = re.findall(rf"^\| `{interval.name}` \|.*\| *(.*?) *\|$", page, re.MULTILINE)
        assert row == (f"{interval.target} days" if interval.target else "")


def test_every_table_of_a_bundle_is_named_on_the_page(page):
    assert all(f"`{name}`" in page for name in COLUMNS)
