"""The pictures, words and page of a comparison, drawn from made-up replications."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.legend import Legend
from matplotlib.text import Text

from sim.experiments.differences import align, paired, verdicts
from sim.measures import combine
from sim.report.comparison import COLOURS, differences, queues, survival, waits
from sim.report.comparison_words import digits, sentence
from sim.report.planner import chosen, label, most_drawn, planner_figures
from sim.report.style import Titles

CURVES = {"waits": waits, "queues": queues, "survival": survival}


@pytest.fixture(scope="module")
def titles():
    return Titles("more_lists and fewer_beds against made_up", 3, 2.0)


@pytest.fixture(scope="module")
def bundles(bundle_of):
    together = bundle_of(9, years=4, per_year=40)

    def some(first):
        chosen = {
            name: its[its["replication"].isin(range(first, first + 3))] for name, its in together.tables().items()
        }
        moved = {name: its.assign(replication=its["replication"] - first) for name, its in chosen.items()}
        return type(together).of(moved)

    return {"made_up": some(0), "more_lists": some(3), "fewer_beds": some(6)}


@pytest.fixture(scope="module")
def table(bundles):
    rows = []
    for name in ("more_lists", "fewer_beds"):
        sides = align(bundles["made_up"].kpis, bundles[name].kpis)
        judged = paired(sides.reference, sides.other).assign(scenario=name, note="")
        rows.append(pd.concat([sides.keys, judged], axis=1))
    return verdicts(pd.concat(rows, ignore_index=True))


@pytest.fixture(scope="module")
def look(bundles):
    return dict(zip(bundles, COLOURS, strict=False))


@pytest.fixture(scope="module")
def drawn(bundles, table, look, titles):
    figures = {name: draw(bundles, look, titles) for name, draw in CURVES.items()}
    return figures | {"differences": differences(table, look, titles)}


def texts_of(figure):
    """All that is written where it can be seen: words and box in pixels. Ticks outside an axis are never drawn."""
    figure.draw_without_rendering()
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not axes.axison or not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    hidden |= {id(tick.label1), id(tick.label2)}
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    keys = [text for legend in figure.findobj(Legend) for text in legend.get_texts()]
    texts = [text for text in texts if text.axes is None or text.axes.axison or text in [*text.axes.texts, *keys]]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if id(text) not in hidden]
    return [(words, box) for words, box in boxes if box.width > 0]


@pytest.mark.parametrize("name", [*CURVES, "differences"])
def test_no_text_overlaps_another_or_leaves_the_picture(name, drawn):
    figure = drawn[name]
    texts = texts_of(figure)
    width, height = figure.canvas.get_width_height()
    for words, box in texts:
        assert box.x0 >= -1, words
        assert box.y0 >= -1, words
        assert box.x1 <= width + 1, words
        assert box.y1 <= height + 1, words
    for (one, box), (other, beside) in combinations(texts, 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        along = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        assert across <= 1.5 or along <= 1.5, f"{one!r} and {other!r} overlap"


@pytest.mark.parametrize("name", [*CURVES, "differences"])
def test_every_scenario_is_named_and_the_foot_says_what_is_compared(name, drawn):
    words = " ".join(text for text, _ in texts_of(drawn[name]))
    assert "more_lists and fewer_beds against made_up, 3 replications" in " ".join(words.split())
    assert words.count("more_lists") >= 2  # in the foot, and beside its colour
    assert "95 % interval" in " ".join(words.split())


def test_the_numbers_at_risk_are_those_under_observation(drawn, bundles):
    years = bundles["more_lists"].survival["days"].to_numpy() / 365.25
    at_risk = drawn["survival"].axes[1]
    row = [text.get_text() for text in at_risk.texts if text.get_color() == COLOURS[1]]
    expected = [(years >= mark).sum() / 3 for mark in range(len(row))]
    assert [float(text) for text in row] == pytest.approx(expected, abs=0.5)


def test_a_curve_of_waits_never_falls_and_ends_no_higher_than_all(drawn):
    for axes in drawn["waits"].axes:
        for line in axes.get_lines():
            share = np.asarray(line.get_ydata(), float)
            if len(share) > 2:
                assert (np.diff(share) >= -1e-12).all()
                assert share[-1] <= 1 + 1e-12


def test_a_dot_stands_at_the_difference_and_its_line_at_the_interval(table, look, titles):
    rows = table[(table["kpi"] == "treated.resection.per_year") & (table["scenario"] == "more_lists")]
    figure = differences(rows, {"made_up": COLOURS[0], "more_lists": COLOURS[1]}, titles)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    _, band, dot = axes.get_lines()
    row = rows.iloc[0]
    assert dot.get_xdata().tolist() == pytest.approx([row["difference"]])
    assert list(band.get_xdata()) == pytest.approx([row["lower"], row["upper"]])


@pytest.mark.parametrize(("events", "left_out"), [(4, True), (5, False), (0, True)])
def test_a_figure_that_rests_on_fewer_than_ten_events_is_left_out_of_the_picture_and_counted(
    events, left_out, bundles, table, look, titles
):
    kpi = "lost.while_waiting.per_year"
    label_of_it = label(kpi, "all")

    def seldom(its):
        kpis = its.kpis[(its.kpis["kpi"] != kpi) | (its.kpis["group"] != "all")]
        a_year = [(number, events / titles.measured_years if number == 0 else 0.0) for number in its.replications()]
        rows = [
            {"kpi": kpi, "group": "all", "unit": "per year", "replication": number, "value": value, "note": ""}
            for number, value in a_year
        ]
        return replace(its, kpis=pd.concat([kpis, pd.DataFrame(rows)], ignore_index=True))

    figure = differences(table, look, titles, {name: seldom(its) for name, its in bundles.items()})
    figure.draw_without_rendering()
    drawn = {tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()}
    foot = " ".join(figure.get_supxlabel().split())
    assert (label_of_it not in drawn) == left_out
    told = re.search(
        r"(\d+) figures? rests? on fewer than 10 events in all and (?:is|are) left out; the table has all", foot
    )
    without = differences(table, look, titles, bundles)
    before = re.search(r"(\d+) figures? rests? on fewer", " ".join(without.get_supxlabel().split()))
    assert int(told[1] if told else 0) - int(before[1] if before else 0) == left_out
    assert "are left out" not in differences(table, look, titles).get_supxlabel()


def test_what_no_events_are_counted_of_is_always_drawn(bundles, table, look, titles):
    nobody = {name: replace(its, kpis=its.kpis.assign(value=0.0)) for name, its in bundles.items()}
    figure = differences(table, look, titles, nobody)
    figure.draw_without_rendering()
    drawn = {tick.get_text() for axes in figure.axes if axes.axison for tick in axes.get_yticklabels()} - {""}
    assert drawn
    assert [name for name in drawn if not name.startswith(("Use of", "Waiting for", "Time with"))] == []


def test_only_what_is_called_different_has_a_full_dot(table, look, titles):
    rows = table[table["kpi"].isin(["treated.resection.per_year", "treated.tace.per_year"])]
    rows = rows[rows["scenario"] == "more_lists"].assign(verdict=["different", "not shown to differ"])
    lines = differences(rows, look, titles).axes[-1].get_lines()
    dots = [line.get_markerfacecolor() for line in lines if line.get_marker() == "o"]
    assert sorted(dots) == sorted([COLOURS[1], "white"])


@pytest.mark.parametrize("draw", CURVES.values())
def test_scenarios_in_which_nothing_happened_give_a_picture_that_says_so(draw, titles):
    empty = {"made_up": combine([]), "more_lists": combine([])}
    words = " ".join(text for text, _ in texts_of(draw(empty, dict(zip(empty, COLOURS, strict=False)), titles)))
    assert re.search(r"Nobody|No liver", words)


def test_no_comparable_figure_gives_a_picture_that_says_so(table, look, titles):
    words = " ".join(text for text, _ in texts_of(differences(table.assign(verdict="missing"), look, titles)))
    assert "could be compared" in " ".join(words.split())


def row(**changes):
    typed = {
        "kpi": "wait.decision_to_treatment.median",
        "group": "resection",
        "unit": "days",
        "mean_reference": 24.31,
        "mean": 18.1,
        "difference": -6.21,
        "lower": -8.4,
        "upper": -4.02,
        "verdict": "different",
        "pairs": 8,
        "missing": 0,
        "note": "",
    }
    return typed | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Decision to resection, median: 24.3 -> 18.1 days, 6.2 shorter (4.0 to 8.4)"),
        (
            {"difference": 1.0, "lower": -0.5, "upper": 2.5, "mean": 25.31, "verdict": "not shown to differ"},
            "Decision to resection, median: 24.3 -> 25.3 days, 1.0 longer (from 0.5 shorter to 2.5 longer); "
            "not shown to differ",
        ),
        (
            {"pairs": 6, "missing": 2, "note": "nobody started"},
            "Decision to resection, median: 24.3 -> 18.1 days, 6.2 shorter (4.0 to 8.4); 2 of 8 counted out "
            "(nobody started)",
        ),
        (
            {"kpi": "outcome.os_from_nelm.y5", "group": "all", "unit": "share", "mean_reference": 0.561, "mean": 0.582}
            | {"difference": 0.021, "lower": 0.004, "upper": 0.038},
            "Alive 5 years after liver metastases are seen: 56.1 -> 58.2 %, 2.1 percentage points higher (0.4 to 3.8)",
        ),
        (
            {"kpi": "queue.ir_list.mean", "group": "all", "unit": "waiting", "mean_reference": 4.0, "mean": 4.0}
            | {"difference": 0.0, "lower": 0.0, "upper": 0.0, "verdict": "identical"},
            "Waiting for IR list: 4.0 people waiting in both, no difference in any replication",
        ),
        (
            {"verdict": "missing", "difference": np.nan, "note": "nobody started"},
            "Decision to resection, median: not to be compared, no pair of replications has it in both "
            "(nobody started)",
        ),
        (
            {"lower": np.nan, "upper": np.nan, "verdict": "too few replications"},
            "Decision to resection, median: 24.3 -> 18.1 days, 6.2 shorter",  # that they are few is said once
        ),
        (
            {"difference": 0.02, "lower": -0.3, "upper": 0.34, "mean": 24.33, "verdict": "not shown to differ"},
            "Decision to resection, median: 24.3 days in both, no difference to be seen (at most 0.3 either way)",
        ),
    ],
)
def test_a_figure_is_told_in_plain_words(changes, said):
    assert sentence(row(**changes)) == said


@pytest.mark.parametrize(("size", "places"), [(18351.0, 0), (6.2, 1), (0.5, 2), (0.0123, 2), (1e-9, 2), (np.nan, 1)])
def test_two_figures_of_a_difference_are_shown_with_no_more_than_two_decimals(size, places):
    assert digits(size) == places


def test_the_planners_list_names_figures_that_there_are(table):
    for line in planner_figures():
        if line.kpi.split(".")[0] in ("wait", "outcome", "died", "lost") and line.group in ("all", "own"):
            assert any(line.fits(kpi, group) for kpi, group in zip(table["kpi"], table["group"], strict=True)), line
        assert line.better in ("lower", "higher", "neither")


def test_a_name_in_the_middle_of_a_label_begins_small_unless_it_is_an_acronym():
    assert label("queue.theatre.mean", "all") == "Waiting for theatre"
    assert label("queue.pet.mean", "all") == "Waiting for PET"
    assert label("missed.ct.share", "own") == "Share who did not attend, CT, own patients"


@pytest.mark.parametrize(
    ("kpi", "group", "said"),
    [
        ("board.cases_per_meeting.mean", "competing", "Cases at a meeting of the board, other patients"),
        ("board.decided.per_year", "background row: analogue", "Board's decisions by background row analogue"),
        ("wait.referral_to_decision.p90", "nelm",
         "Referral to the first decision of the tumour board, nine in ten by, with liver metastases"),
        ("use.icu.full", "all", "Time with none free, ICU"),
        ("treated.tae.line_1_per_year", "all", "Courses of TAE as first treatment"),
        ("outcome.os_from_nelm.y10", "NET_G3", "Alive since liver metastases were seen, 10 years, NET G3"),
        ("outcome.frail.patient_years", "all", "Patients at a time with ECOG 2 or worse"),
        ("count.recurred.per_year", "all", "Patients recurred"),
    ],
)  # fmt: skip
def test_every_figure_has_a_name_in_plain_words(kpi, group, said):
    assert label(kpi, group) == said


def test_no_figure_of_a_run_is_called_by_the_parts_of_its_name(table):
    for kpi, group in zip(table["kpi"], table["group"], strict=True):
        assert "_" not in label(kpi, group).replace("best_supportive_care", "").replace("start_ssa", ""), (kpi, group)
        assert not re.search(r"per year|p90|mean\b(?! wait)", label(kpi, group)), (kpi, group)


def test_of_a_line_with_many_names_those_that_moved_most_are_drawn(table):
    rows = most_drawn(chosen(table))
    queues_drawn = rows.loc[rows["kpi"].str.startswith("queue."), "kpi"].unique()
    every = chosen(table)
    moved = every[every["kpi"].str.startswith("queue.")].groupby("kpi")["difference"].apply(lambda d: d.abs().max())
    assert set(queues_drawn) == set(moved[moved > 0].sort_values().index[-6:])


def test_a_treatment_is_on_the_planners_list_whatever_it_is_called_and_a_group_of_patients_is_not_one():
    rows = pd.DataFrame(
        [("wait.decision_to_treatment.median", group) for group in ("new_drug", "nelm", "first", "liver_directed")],
        columns=["kpi", "group"],
    )
    assert chosen(rows)["label"].tolist() == [
        "Decision to liver-directed treatment, median",
        "Decision to new drug, median",
    ]


def test_a_comparison_does_not_promise_lines_it_does_not_draw():
    assert Titles("one", 2, 1.0).foot("Note.") == "Scenario one, 2 replications, 1 measured year each. Note."


@pytest.mark.parametrize(("lower", "told"), [(np.nan, True), (-1.0, False)])
def test_a_dot_without_a_line_is_explained(table, look, titles, lower, told):
    rows = table[table["kpi"] == "treated.resection.per_year"].assign(lower=lower)
    foot = " ".join(differences(rows, look, titles).get_supxlabel().split())
    assert ("A dot without a line: one pair of replications has the figure." in foot) == told
