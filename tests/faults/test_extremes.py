"""Centres without patients, places, sittings or time: a sensible answer, whatever is asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from sim import read_scenario
from sim.batch import run
from sim.report.answer import answer
from sim.reporter import Reporter
from sim.scenario import ListResource, PlaceResource

BRIEF = {"run.warm_up": "30 days", "run.measured": "120 days", "run.follow_up": "30 days"}


def changes(base, name: str) -> dict[str, str]:
    lists = [its for its, resource in base.resources.items() if isinstance(resource, ListResource)]
    places = [its for its, resource in base.resources.items() if isinstance(resource, PlaceResource)]
    closed = "[{name: all, from: 2014-01-01, until: 2030-01-01, why: The house is closed.}]"
    nothing = {f"resources.{its}.capacity": "0" for its in places}
    return (
        BRIEF
        | {
            "nobody comes": {"arrivals.rate": "0 per year"},
            "no places": nothing,
            "no sittings": {f"resources.{its}.sittings": "[]" for its in lists},
            "all closed": nothing | {f"resources.{its}.closures": closed for its in lists},
            "one day, and nobody dies in it": {
                "run.warm_up": "0 days",
                "run.measured": "1 day",
                "run.follow_up": "0 days",
            },
            "no follow-up": {"run.follow_up": "0 days"},
        }[name]
    )


@pytest.fixture
def made(baseline, tmp_path):
    """`made(name)`: the answer, the summary, and the pictures' paths."""
    base = read_scenario(str(baseline))

    def go(name):
        settings = [f"{path}={value}" for path, value in changes(base, name).items()]
        done = run(read_scenario(str(baseline), settings), 2, 1, tmp_path, reporter=Reporter())
        assert done.summary is not None
        return answer(done.scenario, done.summary, len(done.numbers)), done.summary, done.pictures

    return go


def figure(summary: pd.DataFrame, kpi: str, group: str = "all") -> float:
    (mean,) = summary.loc[(summary["kpi"] == kpi) & (summary["group"] == group), "mean"]
    return float(mean)


def check(text: str, summary: pd.DataFrame) -> None:
    assert not {"nan", "NaN", "inf", "-inf"} & set(text.replace("(", " ").replace(")", " ").split())
    unknown = summary[summary["mean"].isna()]
    assert unknown["note"].str.len().gt(0).all(), unknown[unknown["note"] == ""]["kpi"].tolist()
    assert (summary.loc[summary["unit"] == "share", "mean"].dropna().between(0, 1)).all()


@pytest.mark.parametrize("name", ["nobody comes", "all closed"])
def test_pictures_are_drawn_where_there_is_nothing_to_draw(made, name):
    text, summary, pictures = made(name)
    check(text, summary)
    assert len(pictures) > 8
    assert all(picture.stat().st_size > 1000 for picture in pictures)


@pytest.mark.usefixtures("quick_pictures")
@pytest.mark.parametrize("name", ["no places", "no sittings", "one day, and nobody dies in it", "no follow-up"])
def test_an_answer_is_given_without_a_number_that_is_none(made, name):
    text, summary, _ = made(name)
    check(text, summary)


@pytest.mark.usefixtures("quick_pictures")
def test_where_all_is_closed_everybody_waits_and_nobody_is_treated(made):
    _, summary, _ = made("all closed")
    assert figure(summary, "count.arrived.per_year") > 0
    assert figure(summary, "wait.referral_to_diagnosis.reached") == 0
    given = summary[summary["kpi"].str.fullmatch(r"treated\..*\.per_year") & (summary["group"] == "all")]
    assert (given["mean"] == 0).all()
    assert figure(summary, "use.ward.full") == 1
    assert figure(summary, "use.ward.places") == 0


@pytest.mark.usefixtures("quick_pictures")
def test_where_nobody_comes_nobody_is_there(made):
    _, summary, _ = made("nobody comes")
    for kpi in ("count.arrived.per_year", "count.died.per_year", "outcome.os_from_nelm.patients"):
        assert figure(summary, kpi) == 0
    assert figure(summary, "use.theatre.share", "competing") > 0
