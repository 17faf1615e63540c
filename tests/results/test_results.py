"""What lies in a store is listed as it is, and asked in SQL without being touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from sim import read_scenario
from sim.commands.results import results as command
from sim.errors import InputError
from sim.record import digests_of, made_with
from sim.results import TABLES, Entry, entries, query
from sim.running import simulate
from sim.store import Store, results_folder

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
SMALL = ("run.warm_up=10 days", "run.measured=60 days", "run.follow_up=10 days", "arrivals.rate=60 per year")


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """A store of two scenarios: one with logs, with 20 and then 24 beds; one of figures only. Do not touch."""
    root = tmp_path_factory.mktemp("kept")
    for beds, seed, logs in ((20, 1, True), (24, 1, False)):
        scenario = read_scenario(str(BASELINE), (*SMALL, f"resources.ward.capacity={beds}", f"run.seed={seed}"))
        folder = results_folder(root, scenario.scenario, digests_of(scenario)["result"])
        (folder / "resolved.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
        for number in range(2):
            Store(folder).save(
                simulate(scenario, number),
                made_with("reference"),
                0.5,
                log="full" if logs else "none",
                scenario=scenario.digest(),
            )
    other = root / "other"
    shutil.copytree(folder, other / folder.name)
    return root


@pytest.fixture
def store(kept, tmp_path) -> Path:
    """A copy to do as one likes with."""
    return Path(shutil.copytree(kept, tmp_path / "store"))


def ask(root: Path, sql: str, **which) -> pd.DataFrame:
    return query(entries(root, **which), root, sql)


def with_logs(root: Path) -> Entry:
    (its,) = (entry for entry in entries(root) if entry.whole[0].kept == "all")
    return its


# -- the scenario beside the results


def test_an_edited_scenario_is_not_believed(store):
    said: list[str] = []
    (its, *_) = entries(store)
    file = its.folder / "resolved.yaml"
    file.write_text(file.read_text().replace("capacity: 2", "capacity: 9"))
    found = entries(store, where=["run.seed=1"], say=said.append)
    assert its.folder not in [entry.folder for entry in found]
    assert said == [f"{file} is not the scenario that was run, so its settings are left out"]


def test_another_name_and_question_are_no_edit(store):
    (its, *_) = entries(store)
    file = its.folder / "resolved.yaml"
    file.write_text(file.read_text().replace("question: ", "question: Or rather, "))
    assert not entries(store)[0].edited


# -- the list


def test_each_scenario_under_each_digest_is_listed_with_what_it_holds(kept):
    found = entries(kept)
    assert [entry.scenario for entry in found] == ["baseline", "baseline", "other"]
    assert [entry.folder.name for entry in found] == [entry.digest for entry in found]
    assert {tuple(its.number for its in entry.whole) for entry in found} == {(0, 1)}
    assert sorted(entry.whole[0].kept for entry in found) == ["all", "figures", "figures"]
    assert {entry.seed for entry in found} == {1}
    assert with_logs(kept).bytes > 1.5 * found[-1].bytes


def test_a_scenario_can_be_asked_for_by_name_and_the_nearest_name_is_told(kept):
    assert [entry.scenario for entry in entries(kept, "other")] == ["other"]
    with pytest.raises(InputError, match="did you mean 'baseline'"):
        entries(kept, "basline")


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ("resources.ward.capacity=20", 1),
        ("resources.ward.capacity >= 20", 3),
        ("resources.ward.capacity != 24", 1),
        ("resources.ward.capacity<24", 1),
        ("run.measured=60 days", 3),
        ("run.measured=1440 hours", 3),
        ("run.measured<60 days", 0),
        ("resources.pet.missed=2 %", 3),
        ("resources.ct.holidays=closed", 3),
        ("resources.ct.backfill=true", 3),
        ("resources.pet.sittings.tuesday.minutes>5 hours", 3),
    ],
)
def test_entries_are_chosen_by_any_setting_of_their_scenario_in_any_unit(kept, condition, number):
    assert len(entries(kept, where=[condition])) == number


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("resources.ward.capacty=20", "did you mean 'resources.ward.capacity'"),
        ("resources.ward.capacity", "path=value"),
        ("resources.ct.holidays<closed", "a number behind <"),
    ],
)
def test_a_condition_that_nothing_could_fit_is_refused(kept, condition, message):
    with pytest.raises(InputError, match=message):
        entries(kept, where=[condition])


def test_all_conditions_have_to_fit(kept):
    assert len(entries(kept, where=["resources.ward.capacity=24", "run.seed=1"])) == 2
    assert entries(kept, where=["resources.ward.capacity=24", "run.seed=2"]) == []


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="a folder of results"):
        entries(tmp_path / "nothing")
    assert entries(tmp_path) == []


def test_a_damaged_replication_is_counted_and_left_where_it_is(store):
    victim = with_logs(store).folder / "replications" / "0001" / "waits.parquet"
    victim.write_bytes(victim.read_bytes()[:-1])
    its = with_logs(store)
    assert ([held.number for held in its.whole], its.damaged) == ([0], 1)
    assert victim.exists()
    counts = ask(store, "SELECT replication, count(*) AS n FROM kpis WHERE scenario = 'baseline' GROUP BY ALL")
    assert counts.set_index("replication")["n"][0] > counts.set_index("replication")["n"][1] > 0
    victim.parent.rename(victim.parent.with_name("0001.damaged-abc"))
    assert with_logs(store).damaged == 1


def test_what_is_being_written_is_not_listed(store):
    place = with_logs(store).folder / "replications"
    shutil.copytree(place / "0000", place / ".0002.mark")
    assert [held.number for held in with_logs(store).held] == [0, 1]


# -- SQL


def test_each_view_answers_and_says_of_which_result_each_row_is(kept):
    for name in TABLES:
        its = ask(kept, f"SELECT * FROM {name} LIMIT 3")
        assert list(its)[:2] == ["scenario", "digest"], name
        assert ("replication" in list(its)) == (name != "settings"), name


def test_figures_are_those_of_the_store(kept):
    its = with_logs(kept)
    stored = Store(its.folder).measures(1).kpis
    asked = ask(kept, f"SELECT * FROM kpis WHERE digest = '{its.digest}' AND replication = 1")
    pd.testing.assert_frame_equal(
        asked[list(stored)].sort_values(["kpi", "group"], ignore_index=True),
        stored.sort_values(["kpi", "group"], ignore_index=True),
        check_dtype=False,
        check_exact=True,
    )


def test_logs_are_there_for_those_that_have_them(kept):
    its = with_logs(kept)
    replication = Store(its.folder).load(0)
    assert replication is not None
    counted = ask(kept, "SELECT replication, count(*) AS n FROM events GROUP BY ALL ORDER BY 1")
    assert counted["n"][0] == len(replication.log.events)
    died = ask(kept, "SELECT count(*) AS n FROM events WHERE event = 'died' AND replication = 0")["n"][0]
    assert died == (replication.log.events_frame()["event"] == "died").sum()
    people = ask(kept, "SELECT count(*) AS n FROM patients WHERE replication = 0")["n"][0]
    assert people == len(replication.patients)


def test_a_setting_can_be_joined_to_a_figure(kept):
    its = ask(
        kept,
        "SELECT s.number AS beds, avg(k.value) AS used FROM kpis k JOIN settings s USING (scenario, digest) "
        "WHERE s.path = 'resources.ward.capacity' AND k.kpi = 'use.ward.share' AND k.\"group\" = 'all' "
        "AND scenario = 'baseline' GROUP BY 1 ORDER BY 1",
    )
    assert its["beds"].tolist() == [20, 24]
    assert its["used"][0] > its["used"][1]


def test_settings_are_text_and_where_they_can_be_a_number(kept):
    its = ask(kept, "SELECT * FROM settings WHERE scenario = 'other'").set_index("path")
    assert its.loc["run.measured", "number"] == 60 * 1440
    assert its.loc["resources.ct.holidays", "value"] == "closed"
    assert pd.isna(its.loc["resources.ct.holidays", "number"])


def test_only_what_was_chosen_is_asked(kept):
    assert ask(kept, "SELECT DISTINCT scenario FROM kpis", scenario="other")["scenario"].tolist() == ["other"]
    beds = ask(kept, "SELECT count(*) AS n FROM runs", where=["resources.ward.capacity=20"])
    assert beds["n"][0] == 2


def test_an_empty_store_has_the_views_too(tmp_path):
    for name in TABLES:
        assert len(ask(tmp_path, f"SELECT * FROM {name}")) == 0


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("selec 1", "syntax error"),
        ("", "found:    nothing"),
        ("SELECT 1; SELECT 2", "found:    SELECT and SELECT"),
        ("SELECT nope FROM kpis", '"nope" not found(?s:.)*docs/results.md'),
        ("SELECT * FROM kpi", "kpi does not exist(?s:.)*runs, settings, kpis"),
        ("CREATE TABLE mine AS SELECT 1", "found:    CREATE"),
        ("COPY kpis TO '{place}/x.csv'", "found:    COPY"),
        ("ATTACH '{place}/x.db'", "found:    ATTACH"),
        ("EXPORT DATABASE '{place}/x'", "found:    EXPORT"),
        ("INSTALL httpfs", "found:    LOAD"),
        ("SET enable_external_access = true", "found:    SET"),
        ("PRAGMA database_list", "found:    PRAGMA"),
        ("SELECT * FROM '{place}/secret.csv'", "files can not be read from here"),
        ("SELECT * FROM read_csv('{place}/secret.csv')", "files can not be read from here"),
        ("SELECT * FROM read_text('{place}/secret.csv')", "files can not be read from here"),
        ("SELECT * FROM glob('{place}/*')", "files can not be read from here"),
        ("SELECT * FROM found", "found does not exist"),
    ],
)
def test_sql_reads_results_and_nothing_else(kept, tmp_path, sql, message):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match=message):
        ask(kept, sql.format(place=tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["secret.csv"]


def test_asking_changes_no_file_of_the_store(store):
    before = {file: file.stat().st_mtime_ns for file in store.rglob("*")}
    ask(store, "SELECT count(*) FROM events JOIN kpis USING (digest, replication)")
    assert {file: file.stat().st_mtime_ns for file in store.rglob("*")} == before


# -- the command


def test_the_command_lists_and_answers(kept):
    listed = CliRunner().invoke(command, [str(kept)], catch_exceptions=False).output.splitlines()
    assert listed[0].split()[:3] == ["scenario", "digest", "replications"]
    assert len(listed) == 4
    assert listed[3].split()[:4] == ["other", with_logs_not(kept), "2", "figures"]
    told = CliRunner().invoke(command, [str(kept), "--sql", "SELECT 6 * 7 AS answer"], catch_exceptions=False)
    assert told.output.split() == ["answer", "42"]
    none = CliRunner().invoke(command, [str(kept), "--sql", "SELECT 1 WHERE false"], catch_exceptions=False)
    assert none.output == "no rows\n"


def with_logs_not(root: Path) -> str:
    return next(entry.digest for entry in entries(root, "other"))


def test_the_answer_as_json_reads_back(kept):
    listed = json.loads(CliRunner().invoke(command, [str(kept), "--json"], catch_exceptions=False).stdout)
    assert [its["replications"] for its in listed] == [[0, 1]] * 3
    assert sorted(len(its["figures_only"]) for its in listed) == [0, 2, 2]
    sql = "SELECT kpi, value FROM kpis ORDER BY ALL LIMIT 2"
    told = json.loads(CliRunner().invoke(command, [str(kept), "--sql", sql, "--json"], catch_exceptions=False).stdout)
    assert [set(row) for row in told] == [{"kpi", "value"}] * 2


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    done = CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)
    assert (done.exit_code, done.output) == (0, f"no results in {tmp_path}\n")
