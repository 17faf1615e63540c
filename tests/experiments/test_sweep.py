"""A sweep: what it runs, what it finds again, and the table that comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from sim import workers
from sim.batch import run
from sim.commands.sweep import sweep as command
from sim.errors import InputError, RunError
from sim.experiments.design import Design, read_design
from sim.experiments.sweep import Sweep, SweepStopped, planned, sweep
from sim.store import Store

SMALL = Path(__file__).parent / "wrong_designs" / "small.yaml"
TEXT = """kind: sweep
sweep: {name}
question: What do beds and PET minutes do?
scenario: {scenario}
design: {kind}
replications: 2
set: {{run.warm_up: 10 days, run.measured: 60 days, run.follow_up: 10 days}}
parameters:
  - {{name: beds, path: resources.ward.capacity, values: [20, 18]}}
  - name: pet_minutes
    path: resources.pet.sittings.tuesday.minutes
    from: 225 min
    to: 315 min
    steps: 2
kpis: [wait.referral_to_decision.median]
"""


@pytest.fixture(scope="session")
def designed(tmp_path_factory) -> Callable[..., Path]:
    """`designed(name, kind)`: the file of a design of a hospital of 80 days."""
    folder = tmp_path_factory.mktemp("designs")

    def write(name: str = "a_sweep", kind: str = "grid") -> Path:
        path = folder / f"{name}.yaml"
        path.write_text(TEXT.format(name=name, kind=kind, scenario=SMALL))
        return path

    return write


@pytest.fixture(scope="session")
def design(designed) -> Design:
    return read_design(designed())


@pytest.fixture(scope="session")
def once(design, tmp_path_factory) -> Sweep:
    """The sweep by one worker, which is this process. Look, but do not touch."""
    return sweep(design, workers=1, store=tmp_path_factory.mktemp("once"))


@pytest.fixture
def counted(monkeypatch) -> list[tuple[int, int]]:
    """Beds of the ward and number of each replication that is simulated in this process."""
    done = []
    real = workers.simulate

    def counting(scenario, number, folder=None, *more):
        done.append((scenario.resources["ward"].capacity, number))
        return real(scenario, number)

    monkeypatch.setattr(workers, "simulate", counting)
    return done


@pytest.fixture
def undrawn(monkeypatch) -> None:
    """Runs draw no pictures, which are not looked at here."""
    monkeypatch.setattr("sim.batch.drawn", lambda *of: [])


# -- the table


def test_the_table_has_a_row_for_each_figure_of_each_replication_of_each_point_in_order(once):
    table = once.table
    assert list(table) == ["point", "beds", "pet_minutes", "replication", "kpi", "group", "unit", "value"]
    order = ["point", "replication", "kpi", "group"]
    assert table[order].equals(table[order].sort_values(order, ignore_index=True))
    assert not table.duplicated(order).any()
    assert table[["point", "beds", "pet_minutes"]].drop_duplicates().to_numpy().tolist() == [
        [0, 20, 225], [1, 20, 315], [2, 18, 225], [3, 18, 315],
    ]  # fmt: skip
    assert set(table["replication"]) == {0, 1}


def test_the_figures_of_a_point_are_those_of_a_run_of_its_scenario(design, once, tmp_path, undrawn):
    done = run(design.scenario(design.points[2]), 2, 1, tmp_path)
    its = once.table[once.table["point"] == 2].set_index(["replication", "kpi", "group"])["value"]
    ran = done.measures.kpis.set_index(["replication", "kpi", "group"])["value"].sort_index()
    pd.testing.assert_series_equal(its, ran, check_exact=True, check_index_type=False)


def test_the_table_is_the_same_byte_for_byte_by_two_workers(design, once, tmp_path):
    again = sweep(design, workers=2, store=tmp_path)
    assert again.file.read_bytes() == once.file.read_bytes()
    assert again.digest == once.digest


def test_patients_are_the_same_at_every_point(once):
    arrived = once.table[once.table["kpi"] == "count.arrived.per_year"]
    assert (arrived.groupby("replication")["value"].nunique() == 1).all()


def test_one_at_a_time_shows_what_the_base_has_where_nothing_is_varied(designed, once):
    its = sweep(designed("another_sweep", "one_at_a_time"), workers=1, store=once.folder.parents[2])
    points = its.table[["point", "beds", "pet_minutes"]].drop_duplicates()
    assert points.to_numpy().tolist() == [[0, 20, 315], [1, 20, 315], [2, 18, 315], [3, 20, 225], [4, 20, 315]]
    assert (its.tasks, its.found) == (6, 6)  # every one of its scenarios is in the grid, and three are the same


def test_the_table_goes_where_it_is_asked_for_and_the_pictures_stay_with_the_sweep(design, once, tmp_path):
    file = tmp_path / "my.csv"
    its = sweep(design, workers=1, store=once.folder.parents[2], table=file)
    assert file.read_bytes() == once.file.read_bytes()
    assert its.pictures == once.pictures


@pytest.mark.parametrize("name", ["", "file/table.csv", "new/table.csv"])
def test_a_table_that_can_not_be_written_is_refused_before_anything_is_run(design, tmp_path, counted, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        sweep(design, workers=1, store=tmp_path / "store", table=tmp_path / name)
    assert counted == []


def test_the_record_says_what_the_columns_are_and_gives_each_point_its_digest(design, once):
    record = json.loads((once.folder / "record.json").read_text())
    assert record["parameters"][1] == {
        "name": "pet_minutes",
        "path": ["resources.pet.sittings.tuesday.minutes"],
        "unit": "min",
        "base": 315,
    }
    assert record["typed"]["a_sweep.yaml"] == next(iter(design.typed.values()))
    points = pd.read_csv(once.folder / "points.csv")
    folders = {place.name for place in (once.folder.parents[2] / "small").iterdir()}
    assert set(points["digest"]) <= folders


# -- the store


def test_nothing_is_run_twice_and_a_further_replication_is_added_to_those_there_are(design, tmp_path, counted):
    first = sweep(design, workers=1, store=tmp_path)
    assert (first.tasks, first.found, first.ran, len(counted)) == (8, 0, 8, 8)
    again = sweep(design, workers=1, store=tmp_path)
    assert (again.found, again.ran, len(counted)) == (8, 0, 8)
    more = sweep(design, 3, workers=1, store=tmp_path)
    assert (more.found, more.ran, len(counted)) == (8, 4, 12)
    assert counted[8:] == [(20, 2), (20, 2), (18, 2), (18, 2)]
    forced = sweep(design, workers=1, store=tmp_path, force=True)
    assert (forced.ran, len(counted)) == (8, 20)
    assert forced.file.read_bytes() == first.file.read_bytes()


def test_tasks_are_begun_by_point_and_then_by_replication(design, tmp_path, counted):
    sweep(design, workers=1, store=tmp_path)
    assert counted == [(beds, number) for beds in (20, 20, 18, 18) for number in (0, 1)]


def test_a_sweep_keeps_figures_only_and_a_run_of_the_same_scenario_adds_the_logs(design, tmp_path, counted, undrawn):
    sweep(design, workers=1, store=tmp_path)
    scenario = design.scenario(design.points[0])
    files = {file.name for file in next(tmp_path.glob("small/*/replications/0000")).iterdir()}
    assert "kpis.parquet" in files
    assert not files & {"events.parquet", "resources.parquet", "patients.parquet"}
    before = len(counted)
    done = run(scenario, 2, 1, tmp_path)
    assert counted[before:] == [(20, 0), (20, 1)]
    assert len(done.replication(1).log.events)
    assert sweep(design, workers=1, store=tmp_path).found == 8
    sweep(design, workers=1, store=tmp_path, force=True)
    assert len(done.replication(1).log.events), "a sweep took the logs away"


def test_what_a_run_has_finished_a_sweep_finds(design, tmp_path, undrawn):
    run(design.scenario(design.points[3]), 2, 1, tmp_path)
    assert sweep(design, workers=1, store=tmp_path).found == 2


def test_what_somebody_else_finishes_meanwhile_is_not_run(design, tmp_path, counted, monkeypatch):
    """Two who sweep at the same time share the work that is not begun yet."""
    other = sweep(design, workers=1, store=tmp_path / "other")
    real = workers.simulate

    def and_the_other_comes(scenario, number, folder=None, *more):
        if len(counted) == 0:
            for place in (tmp_path / "other" / "small").glob("*/replications/0001"):
                its = tmp_path / "mine" / place.relative_to(tmp_path / "other")
                its.parent.mkdir(parents=True, exist_ok=True)
                place.rename(its)
        return real(scenario, number)

    counted.clear()
    monkeypatch.setattr(workers, "simulate", and_the_other_comes)
    mine = sweep(design, workers=1, store=tmp_path / "mine")
    assert counted == [(20, 0), (20, 0), (18, 0), (18, 0)]
    assert mine.file.read_bytes() == other.file.read_bytes()


def test_a_damaged_replication_is_set_aside_and_run_again(design, tmp_path, counted):
    first = sweep(design, workers=1, store=tmp_path)
    table = first.file.read_bytes()
    victim = sorted(tmp_path.glob("small/*/replications/0001/kpis.parquet"))[0]
    victim.write_bytes(victim.read_bytes()[:-7])
    with pytest.warns(UserWarning, match="was damaged"):
        again = sweep(design, workers=1, store=tmp_path)
    assert (again.ran, len(counted)) == (1, 9)
    assert again.file.read_bytes() == table


# -- stopped


def test_a_stopped_sweep_keeps_what_was_finished_and_goes_on_from_there(design, once, tmp_path, counted, monkeypatch):
    counting = workers.simulate

    def stop_at_the_fourth(scenario, number, folder=None, *more):
        if len(counted) == 3:
            raise KeyboardInterrupt
        return counting(scenario, number)

    with monkeypatch.context() as patch:
        patch.setattr(workers, "simulate", stop_at_the_fourth)
        with pytest.raises(SweepStopped, match="3 of 8 replications are done") as stopped:
            sweep(design, workers=1, store=tmp_path)
    assert (stopped.value.done, stopped.value.tasks) == (3, 8)
    assert not list(tmp_path.glob("sweeps/*/*/table.csv"))
    assert list(tmp_path.glob("small/*/replications/.*")) == []
    its = sweep(design, workers=1, store=tmp_path)
    assert (its.found, len(counted)) == (3, 8)
    assert its.file.read_bytes() == once.file.read_bytes()


def test_a_contradiction_of_the_engine_names_the_scenario_and_keeps_the_rest(design, tmp_path, counted, monkeypatch):
    real = workers.simulate

    def contradicts(scenario, number, folder=None, *more):
        if scenario.resources["ward"].capacity == 18:
            raise RunError("patient 7, day 3 08:00, at ct: is in two places")
        return real(scenario, number)

    monkeypatch.setattr(workers, "simulate", contradicts)
    with pytest.raises(RunError, match=r"replication 0, patient 7(?s:.)*The scenario as run: .*resolved.yaml") as error:
        sweep(design, workers=1, store=tmp_path)
    place = Path(str(error.value).rpartition("as run: ")[2])
    assert "capacity: 18" in place.read_text()
    assert len(list(tmp_path.glob("small/*/replications/0*"))) == 4


# -- before it is run


def test_a_dry_run_counts_what_is_there_and_writes_nothing(design, once, tmp_path):
    its = planned(design, store=tmp_path)
    assert (its.tasks, its.found, its.to_run) == (8, 0, 8)
    assert its.at_least < its.seconds < its.at_most
    assert list(tmp_path.iterdir()) == []
    its = planned(design, 3, store=once.folder.parents[2])
    assert (its.tasks, its.found, its.to_run) == (12, 8, 4)
    assert its.learned == 8


# -- pictures


def test_there_are_curves_and_a_map_of_each_figure_and_they_are_drawn_once(design, once):
    names = {picture.stem for picture in once.pictures}
    assert {"curves_wait_referral_to_decision_median", "map_wait_referral_to_decision_median"} <= names
    drawn = {picture: picture.stat().st_mtime_ns for picture in once.pictures}
    sweep(design, workers=1, store=once.folder.parents[2])
    assert {picture: picture.stat().st_mtime_ns for picture in once.pictures} == drawn


def test_any_figure_of_the_table_can_be_plotted(once):
    figures = once.plot([("queue.ct.mean", "all")])
    assert set(figures) == {"curves_queue_ct_mean", "map_queue_ct_mean"}


# -- the command


def test_the_command_says_what_was_found_and_where_the_table_is(designed, once):
    store = str(once.folder.parents[2])
    done = CliRunner().invoke(command, [str(designed()), "--store", store, "--workers", "1"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "4 points of 2 replications: 8 found, 0 run" in done.output
    assert str(once.file) in done.output


def test_the_answer_as_json_holds_the_same(designed, once):
    store = str(once.folder.parents[2])
    done = CliRunner().invoke(command, [str(designed()), "--store", store, "--json"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert (told["tasks"], told["found"], told["ran"], told["digest"]) == (8, 8, 0, once.digest)
    assert Path(told["table"]) == once.file


def test_quiet_means_quiet_and_a_dry_run_runs_nothing(designed, once, tmp_path):
    store = str(once.folder.parents[2])
    assert CliRunner().invoke(command, [str(designed()), "--store", store, "--quiet"]).output == ""
    done = CliRunner().invoke(command, [str(designed()), "--store", str(tmp_path / "new"), "--dry-run"])
    assert "4 points, 8 replications: 0 in the store, 8 to run" in done.output
    assert not (tmp_path / "new").exists()
    told = json.loads(CliRunner().invoke(command, [str(designed()), "--store", store, "--dry-run", "--json"]).stdout)
    assert told["to_run"] == 0


def test_a_stopped_command_ends_with_130(designed, tmp_path, monkeypatch):
    def stop(scenario, number, folder=None, *more):
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "simulate", stop)
    done = CliRunner().invoke(command, [str(designed()), "--store", str(tmp_path), "--workers", "1"])
    assert done.exit_code == 130
    assert "0 of 8 replications are done and kept" in done.output


def test_whole_is_what_the_store_finds_whole(once):
    store = Store(once.folder.parents[2] / "small" / pd.read_csv(once.folder / "points.csv")["digest"][0])
    told = store.whole(0)
    assert told is not None
    assert not store.has_logs(told)
    assert store.has(0, logs=False)
    assert not store.has(0)
    assert store.load(0) is None
