"""The picture of where patients go: what enters a bar leaves it, and the bars say how many."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measures.bundle import table
from sim.measures.flows import DIED, STAGES
from sim.report.flow import MOST_TREATMENTS, OTHER, bands, flow, grouped

WORDS = {
    "found": ["work_up", "follow_up"],
    "decision": ["resection", "tace", "no_treatment", DIED],
    "first": ["resection", "tace", "ssa", "none", DIED],
    "course": ["stable", "progressed", "recurred", DIED],
    "second": ["resection", "prrt", "none", DIED],
    "state": ["alive", "cancer", "other_cause", "not_followed"],
}
paths = st.lists(
    st.tuples(*(st.sampled_from(WORDS[stage]) for stage in STAGES), st.integers(1, 40), st.integers(0, 3)), min_size=1
)


def table_of(rows):
    columns = dict(zip((*STAGES, "patients", "replication"), map(list, zip(*rows, strict=True)), strict=True))
    return table("flows", columns)


@given(paths)
@settings(max_examples=60, deadline=None)
def test_what_enters_a_bar_leaves_it(rows):
    links = bands(table_of(rows))
    for stage in range(1, len(STAGES) - 1):
        enters = links[links["stage"] == stage - 1].groupby("target")["patients"].sum()
        leaves = links[links["stage"] == stage].groupby("source")["patients"].sum()
        pd.testing.assert_series_equal(enters, leaves, check_names=False)


@given(paths)
@settings(max_examples=60, deadline=None)
def test_putting_rare_treatments_together_loses_nobody(rows):
    flows = table_of(rows)
    assert grouped(flows)["patients"].sum() == flows["patients"].sum()


def test_only_the_most_frequent_treatments_keep_their_names_and_the_same_in_every_stage():
    names = [f"treatment_{number}" for number in range(MOST_TREATMENTS + 3)]
    rows = [("work_up", name, name, "stable", "none", "alive", 100 - n, 0) for n, name in enumerate(names)]
    flows = grouped(table_of(rows))
    for stage in ("decision", "first"):
        assert set(flows[stage]) == {*names[:MOST_TREATMENTS], OTHER}


def test_the_bars_say_how_many_patients_a_year(bundle, titles):
    figure = flow(bundle, titles)
    per_year = bundle.flows["patients"].sum() / 3 / titles.measured_years
    said = [text.get_text().replace("\n", " ") for text in figure.axes[0].texts]
    found = [float(text.split()[-1]) for text in said if text.startswith("In ")]
    assert sum(found) == pytest.approx(per_year, rel=0.06)
    assert any(text.startswith("Died of the cancer ") and text.endswith(")") for text in said)
