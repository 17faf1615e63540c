"""The pictures: drawn from tables alone, readable, and honest where there is nothing to show."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib import image
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.measures import Measures, combine
from sim.report.bars import lying
from sim.report.figures import PICTURES, draw_all
from sim.report.style import Titles, save
from sim.report.waiting import _target
from sim.report.words import written


@pytest.fixture(scope="module")
def alone(bundle_of):
    return bundle_of(1, years=4, per_year=30)


@pytest.fixture(scope="module")
def nothing():
    return combine([])


def texts_of(figure):
    """Everything written on a figure that can be seen: (words, box in pixels)."""
    figure.draw_without_rendering()
    found = []
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            axes = text.axes
            if axes is None or axes.axison or text in axes.texts:
                found.append((text.get_text(), text.get_window_extent()))
    inside = [(words, box) for words, box in found if box.width > 0]
    return _without_hidden_ticks(figure, inside)


def _without_hidden_ticks(figure, texts):
    """Tick labels outside an axis's limits are kept by matplotlib but never drawn."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            shown = axes.axison and axis.get_visible()
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not shown or not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    hidden |= {id(tick.label1), id(tick.label2)}
    kept = [text for text in figure.findobj(Text) if id(text) not in hidden]
    words = {(text.get_text(), text.get_window_extent().bounds) for text in kept}
    return [(text, box) for text, box in texts if (text, box.bounds) in words]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("which", ["bundle", "alone", "nothing"])
def test_no_text_overlaps_another_or_leaves_the_picture(name, which, titles, request):
    measures: Measures = request.getfixturevalue(which)
    figure = PICTURES[name](measures, titles)
    texts = texts_of(figure)
    width, height = figure.canvas.get_width_height()
    for words, box in texts:
        assert box.x0 >= -1, words
        assert box.y0 >= -1, words
        assert box.x1 <= width + 1, words
        assert box.y1 <= height + 1, words
    for (one, box), (other, next_box) in combinations(texts, 2):
        across = min(box.x1, next_box.x1) - max(box.x0, next_box.x0)
        along = min(box.y1, next_box.y1) - max(box.y0, next_box.y0)
        assert across <= 1.5 or along <= 1.5, f"{one!r} and {other!r} overlap"


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_says_what_it_shows_and_of_which_run(name, bundle, titles):
    figure = PICTURES[name](bundle, titles)
    assert len(figure.get_suptitle()) > 20
    foot = figure.get_supxlabel()
    assert foot.startswith("Scenario made_up, 3 replications, 2 measured years each.")
    few = name in ("waits", "queues", "survival")
    foot = " ".join(foot.split())
    assert ("each of them is a thin line" in foot) == few  # promised only where they are drawn
    assert few or "95 % interval" in foot


@pytest.mark.parametrize("name", ["waits", "queues", "survival"])
def test_from_five_replications_on_there_are_bands_and_below_a_line_for_each(name, bundle_of):
    few, many = (PICTURES[name](bundle_of(runs), Titles("made_up", runs, 2.0)) for runs in (4, 5))
    assert "95 % interval" in " ".join(many.get_supxlabel().split())
    assert "95 % interval" not in " ".join(few.get_supxlabel().split())
    lines = [sum(len(axes.get_lines()) for axes in figure.axes) for figure in (few, many)]
    assert lines[0] > lines[1]


@pytest.mark.parametrize("name", PICTURES)
def test_each_axis_of_numbers_has_a_name(name, bundle, titles):
    figure = PICTURES[name](bundle, titles)
    named = [axes for axes in figure.axes if axes.axison and (axes.get_xlabel() or axes.get_ylabel())]
    assert named, "no panel has an axis with a name"


def test_all_pictures_are_written_as_png_of_150_dots_per_inch(bundle, titles, tmp_path):
    paths = draw_all(bundle, tmp_path / "pictures", titles)
    assert [path.name for path in paths] == [f"{name}.png" for name in PICTURES]
    assert len(paths) >= 7
    for path in paths:
        pixels = image.imread(path)
        assert pixels.shape[1] >= 1500
        assert float(np.ptp(pixels[..., :3])) == 1.0  # neither blank nor black


def test_the_same_measures_give_the_same_picture_byte_for_byte(alone, titles, tmp_path):
    one, two = (save(PICTURES["waits"](alone, titles), tmp_path / f"{name}.png") for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("name", PICTURES)
def test_a_run_without_anything_gives_a_picture_that_says_so(name, nothing, titles):
    figure = PICTURES[name](nothing, titles)
    said = " ".join(words for words, _ in texts_of(figure))
    assert any(word in said for word in ("Nobody", "No ", "None", "not ", "Everybody"))


def test_one_replication_says_that_it_has_no_intervals():
    assert Titles("alone", 1, 1.0).foot() == (
        "Scenario alone, 1 replication, 1 measured year each. One replication has no intervals."
    )


def test_a_label_of_the_scenario_replaces_the_name_of_a_resource(bundle, titles):
    figure = PICTURES["utilisation"](bundle, titles)
    labels = {label.get_text() for axes in figure.axes for label in axes.get_yticklabels()}
    assert "CT (NET share)" in labels
    assert "IR list" in labels


def test_the_curve_of_survival_starts_with_everybody_alive_and_never_rises(bundle, titles):
    figure = PICTURES["survival"](bundle, titles)
    for line in figure.axes[0].get_lines():
        shares = np.asarray(line.get_ydata(), float)
        assert shares[0] == 1
        assert (np.diff(shares) <= 1e-12).all()


def test_the_bars_of_treatments_are_the_means_of_the_table(bundle, titles):
    figure = PICTURES["treatments"](bundle, titles)
    table = bundle.treatments
    expected = table.groupby("treatment")["courses"].sum() / 3 / (bundle_years := 2.0)
    bars = figure.axes[0].patches
    total = sum(bar.get_width() for bar in bars)
    assert bundle_years == titles.measured_years
    assert total == pytest.approx(expected.sum())


def test_a_kind_of_treatment_is_no_bar_among_its_own_parts(bundle, titles):
    kind = bundle.kpis.iloc[:1].assign(kpi="treated.heavy.per_year", group="all", unit="per year", value=900.0, note="")
    figure = PICTURES["treatments"](replace(bundle, kpis=pd.concat([bundle.kpis, kind])), titles)
    labels = {label.get_text() for label in figure.axes[0].get_yticklabels()}
    assert "Heavy" not in labels
    assert labels == {"Resection", "SSA", "TACE"}


def test_the_number_beside_a_bar_is_rounded_like_the_one_in_the_answer():
    axes = Figure().subplots()
    whole = pd.DataFrame({"mean": [0.25, 2.15, np.nan], "lower": np.nan, "upper": np.nan})
    lying(axes, ["a", "b", "c"], {"all": (whole["mean"].tolist(), "red")}, whole)
    assert (
        [text.get_text() for text in axes.texts]
        == [written(0.25, 1), written(2.15, 1), "none"]
        == ["0.3", "2.2", "none"]
    )
    axes = Figure().subplots()
    lying(axes, ["a"], {"all": ([0.125], "red")}, whole[:1].assign(mean=0.125), of_all=True)
    assert [text.get_text() for text in axes.texts] == ["13%"]


@pytest.mark.parametrize(("most", "low"), [(0.08, False), (0.9, True)])
def test_what_is_said_of_a_target_does_not_lie_on_a_curve_that_stays_low(most, low):
    axes = Figure().subplots()
    days = np.arange(100.0)
    _target(axes, days, most * days / days.max(), 31)
    ((_, height),) = [text.xy for text in axes.texts]
    assert (height < most) == low
    assert (height < 0.1) == low
