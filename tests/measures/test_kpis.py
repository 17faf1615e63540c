"""From logs to bundles and summaries: empty logs, several replications, and wrong input."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.measures import (
    COLUMNS,
    Facts,
    Measures,
    Window,
    combine,
    measure,
    pooled_survival,
    pooled_waits,
    summarise,
)

RESOURCES = ("board", "theatre", "ward", "grafts")


@pytest.fixture
def empty(log_of, patients_of, a_year, facts):
    return measure(log_of([], [], RESOURCES), patients_of({}), a_year, facts)


def kpi_rows(kpi, unit, values, group="all", note="fewer than 50% of those who started got there"):
    return [
        pd.DataFrame([(kpi, group, unit, run, value, note if math.isnan(value) else "")], columns=list(COLUMNS["kpis"]))
        for run, value in enumerate(values)
    ]


def test_an_empty_log_gives_figures_of_nothing_rather_than_an_error(empty, figure):
    assert figure(empty.kpis, "count.arrived.per_year") == 0
    assert figure(empty.kpis, "treated.resection.per_year") == 0
    assert figure(empty.kpis, "queue.theatre.mean") == 0
    assert math.isnan(figure(empty.kpis, "wait.referral_to_treatment.median"))
    assert math.isnan(figure(empty.kpis, "use.theatre.share"))


def test_every_table_has_its_columns_and_types_also_where_it_is_empty(empty):
    for name, frame in empty.tables().items():
        assert {column: str(kind) for column, kind in frame.dtypes.items()} == {
            column: str(pd.Series([], dtype=kind).dtype) for column, kind in COLUMNS[name].items()
        }, name


def test_bundles_written_as_parquet_and_read_back_are_the_same(empty, tmp_path):
    for name, frame in empty.tables().items():
        frame.to_parquet(tmp_path / f"{name}.parquet", index=False)
    back = Measures.of({name: pd.read_parquet(tmp_path / f"{name}.parquet") for name in COLUMNS})
    for name, frame in combine([back]).tables().items():
        pd.testing.assert_frame_equal(frame, combine([empty]).tables()[name])


def test_the_summary_is_the_mean_over_the_replications_with_its_t_interval():
    row = summarise(kpi_rows("use.pet.share", "share", [0.7, 0.8, 0.9])).iloc[0]
    assert row["mean"] == pytest.approx(0.8)
    assert row["sd"] == pytest.approx(0.1)
    assert (row["lower"], row["upper"]) == pytest.approx((0.8 - 4.302653 * 0.1 / 3**0.5, 0.8 + 4.302653 * 0.1 / 3**0.5))
    assert (row["replications"], row["missing"]) == (3, 0)


def test_the_summary_counts_replications_in_which_a_figure_was_not_reached_and_says_so():
    row = summarise(kpi_rows("wait.x.median", "days", [10.0, math.nan, 20.0])).iloc[0]
    assert (row["mean"], row["replications"], row["missing"]) == (15.0, 2, 1)
    assert row["note"] == "fewer than 50% of those who started got there"


def test_a_count_that_a_replication_does_not_mention_is_none_and_a_share_is_unknown():
    frames = kpi_rows("cancelled.theatre.per_year", "per year", [4.0, 2.0], group="no_second")
    frames += kpi_rows("use.pet.share", "share", [0.5])
    whole = pd.concat([*frames, *kpi_rows("count.died.per_year", "per year", [1.0, 1.0, 1.0, 1.0])])
    summary = summarise(whole).set_index("kpi")
    assert summary.loc["cancelled.theatre.per_year", "mean"] == 1.5
    assert summary.loc["cancelled.theatre.per_year", "missing"] == 0
    assert summary.loc["use.pet.share", "mean"] == 0.5
    assert summary.loc["use.pet.share", "missing"] == 3


def test_the_order_in_which_replications_come_changes_no_summary():
    frames = kpi_rows("use.pet.share", "share", [0.1, 0.2, 0.4])
    pd.testing.assert_frame_equal(summarise(frames), summarise(frames[::-1]))


@pytest.fixture
def people():
    rng = np.random.default_rng(3)
    n = 120
    return pd.DataFrame(
        {
            "replication": rng.integers(0, 4, n),
            "patient": np.arange(n),
            "start": 0,
            "days": rng.exponential(900, n).round(),
            "died": rng.random(n) < 0.6,
            "grade": np.where(rng.random(n) < 0.5, "G1", "G2"),
            "site": "pancreas",
        }
    )


def test_pooled_survival_falls_inside_its_interval_and_counts_those_at_risk(people):
    curve = pooled_survival(people, [0, 1, 2, 3], range(4))
    whole = curve[curve["group"] == "all"]
    assert (whole["share"].diff().dropna() <= 0).all()
    assert (whole["lower"] <= whole["share"]).all()
    assert (whole["upper"] >= whole["share"]).all()
    assert whole["at_risk"].tolist() == [(people["days"] >= year * 365.25).sum() for year in range(4)]
    assert set(curve["group"]) == {"all", "G1", "G2"}


def test_pooled_survival_of_one_replication_has_no_interval(people):
    curve = pooled_survival(people.assign(replication=0), [1.0], [0])
    assert curve["lower"].isna().all()
    assert curve["share"].notna().all()


def test_pooled_waits_of_all_ends_sum_to_no_more_than_everybody():
    waits = pd.DataFrame(
        {
            "replication": [0, 0, 0, 1, 1, 1],
            "days": [5.0, 10.0, 12.0, 7.0, 10.0, 30.0],
            "outcome": ["reached", "died", "ended", "reached", "reached", "censored"],
        }
    )
    curves = pooled_waits(waits, [0, 6, 11, 20], [0, 1]).pivot(index="days", columns="outcome", values="share")
    assert curves.sum(axis=1).max() <= 1
    assert curves.loc[11].to_dict() == pytest.approx({"reached": 3 / 6, "died": 1 / 6, "ended": 0})
    assert curves.loc[20].to_dict() == pytest.approx({"reached": 3 / 6, "died": 1 / 6, "ended": 1 / 6})


def test_a_patient_of_the_log_who_is_not_in_the_table_is_an_error(log_of, patients_of, a_year, facts):
    log = log_of([(5, 7, "arrived", "", 0, "")], [], RESOURCES)
    with pytest.raises(InputError) as error:
        measure(log, patients_of({6: ("G1", False, -1)}), a_year, facts)
    assert str(error.value) == (
        "patients\n"
        "  found:    no row for patient 7, who is in the log\n"
        "  expected: one row for each patient of the log\n"
        "  to do:    measure a log together with the patient table of the same replication"
    )


def test_a_patient_table_without_a_needed_column_is_an_error(log_of, patients_of, a_year, facts):
    with pytest.raises(InputError, match="also nelm_minute"):
        measure(log_of([], [], RESOURCES), patients_of({}).drop(columns="nelm_minute"), a_year, facts)


def test_a_patient_who_stands_in_the_table_twice_is_an_error(log_of, patients_of, a_year, facts):
    table = pd.concat([patients_of({6: ("G1", False, -1)})] * 2)
    with pytest.raises(InputError, match="patient 6 twice"):
        measure(log_of([], [], RESOURCES), table, a_year, facts)


def test_facts_about_other_resources_than_those_of_the_log_are_an_error(log_of, patients_of, a_year, facts):
    with pytest.raises(InputError, match="the resources of the log: pet"):
        measure(log_of([], [], ("pet",)), patients_of({}), a_year, facts)


def test_a_period_that_ends_after_the_horizon_is_an_error():
    with pytest.raises(InputError, match="not after the horizon"):
        Window(0, 1000, 999)


def test_a_board_that_is_not_a_list_is_an_error():
    with pytest.raises(InputError) as error:
        Facts(kinds={"board": "place", "pet": "scanner"}, board="board")
    assert len(error.value.problems) == 2
