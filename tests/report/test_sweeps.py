"""The pictures of a sweep show what its table says."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.measures.statistics import t_quantile
from sim.report.sweeps import (
    DRAWN,
    Axis,
    Shown,
    draw_sweep,
    has_map,
    heat_map,
    pictures,
    response_curves,
    responses,
    rows_of,
)

BEDS = Axis("beds", "", (18, 20), 20)
WHEN = Axis("meets", "", ("2 weeks", "1 week"), "1 week")
KPI = "wait.referral_to_decision.median"


def table_of(values, axes, kpi=KPI, unit="days") -> pd.DataFrame:
    """`values`: {point: ((parameters...), [value in each replication])}."""
    rows = [
        (point, *cells, replication, kpi, "all", unit, value)
        for point, (cells, each) in values.items()
        for replication, value in enumerate(each)
        if value is not None
    ]
    names = [axis.name for axis in axes]
    return pd.DataFrame(rows, columns=["point", *names, "replication", "kpi", "group", "unit", "value"])


@pytest.fixture
def grid() -> tuple[pd.DataFrame, Shown]:
    cells = itertools.product(BEDS.values, WHEN.values)
    values = [[10.0, 14.0], [20.0, 28.0], [30.0, 40.0], [41.0, 57.0]]
    table = table_of(dict(enumerate(zip(cells, values, strict=True))), (BEDS, WHEN))
    return table, Shown("a_sweep", "base", "grid", 2, 1.0, 4, (BEDS, WHEN))


def test_the_interval_is_over_replications_each_averaged_over_its_points(grid):
    table, _ = grid
    first = responses(table, BEDS).iloc[0]
    assert (first["value"], first["mean"]) == (18, 18.0)  # replications 15 and 21
    half = t_quantile(1) * np.std([15.0, 21.0], ddof=1) / np.sqrt(2)
    assert (first["lower"], first["upper"]) == pytest.approx((18 - half, 18 + half))


def test_texts_stand_in_the_order_of_the_design_and_numbers_in_their_own(grid):
    table, _ = grid
    assert responses(table, WHEN)["value"].tolist() == ["2 weeks", "1 week"]
    assert responses(table, replace(BEDS, values=(20, 18)))["value"].tolist() == [18, 20]


def test_of_one_at_a_time_only_its_own_points_and_the_base_tell_about_a_parameter(grid):
    table, _ = grid
    its = responses(table, replace(BEDS, points=(0, 2)))
    assert its["mean"].tolist() == [12.0, 35.0]


def test_sampled_values_are_put_into_parts_with_as_many_points_each():
    axis = Axis("rate", "per year", (), None)
    table = table_of({n: ((float(n),), [2.0 * n, 2.0 * n]) for n in range(80)}, (axis,))
    its = responses(table, axis)
    assert len(its) == 8
    assert its["value"].tolist() == [4.5 + 10 * part for part in range(8)]
    assert its["mean"].tolist() == pytest.approx([9.0 + 20 * part for part in range(8)])


def test_what_is_not_reached_is_counted_and_what_is_not_mentioned_was_none():
    table = table_of({0: ((18,), [1.0, np.nan]), 1: ((20,), [np.nan, np.nan])}, (BEDS,))
    its = responses(table, BEDS)
    assert its["missing"].tolist() == [1, 2]
    assert its["mean"].tolist()[0] == 1.0
    assert np.isnan(its["mean"].tolist()[1])
    mentioned = table_of({0: ((18,), [1.0, None]), 1: ((20,), [3.0, 5.0])}, (BEDS,), "a.b.per_year", "per year")
    others = table_of({0: ((18,), [1.0, 1.0]), 1: ((20,), [3.0, 5.0])}, (BEDS,))
    shown = Shown("a_sweep", "base", "grid", 2, 1.0, 2, (BEDS,))
    rows = rows_of(pd.concat([mentioned, others]), "a.b.per_year", "all", shown)
    assert responses(rows, BEDS)["mean"].tolist() == [0.5, 4.0]


def test_a_map_has_the_mean_of_each_pair_and_a_frame_where_the_base_is(grid):
    table, shown = grid
    (axes, *_) = heat_map(table, shown, KPI, "all").axes
    assert [text.get_text() for text in axes.texts] == ["12", "24", "35", "49"]
    (frame,) = axes.patches
    assert (frame.get_x(), frame.get_y()) == (0.5, 0.5)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["18", "20"]


def test_a_pair_that_was_not_reached_says_so(grid):
    table, shown = grid
    table.loc[table["point"] == 3, "value"] = np.nan
    (axes, *_) = heat_map(table, shown, KPI, "all").axes
    assert [text.get_text() for text in axes.texts][-1] == "not reached"
    table["value"] = np.nan
    for picture in (heat_map, response_curves):
        (axes, *_) = picture(table, shown, KPI, "all").axes
        assert "not reached at any point" in axes.texts[0].get_text().replace("\n", " ")


def test_only_a_grid_of_two_parameters_has_a_map(grid):
    _, shown = grid
    assert has_map(shown)
    assert not has_map(replace(shown, kind="one_at_a_time"))
    assert not has_map(replace(shown, axes=(BEDS,)))
    assert not has_map(replace(shown, axes=(BEDS, WHEN, BEDS)))


def test_there_is_a_panel_for_each_parameter_with_its_unit(grid):
    table, shown = grid
    minutes = Axis("list_minutes", "min", (240, 480), 240, log=True)
    table = table.rename(columns={"beds": "list_minutes"}).replace({"list_minutes": {18: 240, 20: 480}})
    panels = response_curves(table, replace(shown, axes=(minutes, WHEN)), KPI, "all").axes
    assert [panel.get_xlabel() for panel in panels] == ["List minutes [min]", "Meets"]
    assert panels[0].get_xscale() == "log"
    assert [text.get_text() for text in panels[1].get_xticklabels()] == ["2 weeks", "1 week"]
    names = [text.get_text() for text in panels[1].get_legend().get_texts()]
    assert names == ["240 min", "480 min"]


def test_the_foot_says_of_which_sweep_it_is(grid):
    table, shown = grid
    figure = response_curves(table, shown, KPI, "all")
    assert "Sweep a_sweep, 4 points." in figure.get_supxlabel().replace("\n", " ")


def test_figures_that_the_table_does_not_have_are_not_drawn(grid, tmp_path):
    table, shown = grid
    assert (KPI, "all") in DRAWN
    assert set(pictures(table, shown)) == {f"{kind}_wait_referral_to_decision_median" for kind in ("curves", "map")}
    files = draw_sweep(table, shown, tmp_path / "new", [(KPI, "all"), ("no.such", "figure")])
    assert [file.name for file in files] == [f"{name}.png" for name in pictures(table, shown)]
    assert all(file.stat().st_size > 5_000 for file in files)
