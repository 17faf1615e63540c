"""A run finds what was run, runs what was not, comes out the same however it is spread, and can be made again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim import read_scenario, workers
from sim.batch import Stopped, run
from sim.errors import InputError, RunError
from sim.report import figures

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All that must not depend on how a run was spread: everything but how long it took, and the pictures."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("done.json", "record.json"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.parent.name != "pictures"}


@pytest.fixture(autouse=True)
def quick_pictures(monkeypatch):
    """Drawing takes longer than running such a small centre, and has tests of its own."""

    def draw(measures, folder, titles):
        folder.mkdir()
        paths = [folder / "waits.png", folder / "beds.png"]
        for path in paths:
            path.write_text(f"{path.stem} of {titles.replications} replications")
        return paths

    monkeypatch.setattr(figures, "draw_all", draw)


@pytest.fixture
def none_is_run(monkeypatch):
    def refuse(scenario, number, folder=None, *more):
        pytest.fail(f"replication {number} was run")

    monkeypatch.setattr(workers, "simulate", refuse)


@pytest.fixture
def were_run(monkeypatch):
    """The numbers of the replications that this process runs."""
    numbers: list[int] = []
    simulate = workers.simulate

    def count(scenario, number, folder=None, *more):
        numbers.append(number)
        return simulate(scenario, number)

    monkeypatch.setattr(workers, "simulate", count)
    return numbers


@pytest.mark.parametrize("number", [2, 4])
def test_the_number_of_workers_changes_no_byte(small, once, tmp_path, number):
    spread = run(small, 4, number, tmp_path)
    assert bytes_of(spread.folder) == bytes_of(once.folder)
    assert spread.record["replications"] == once.record["replications"]


@pytest.mark.usefixtures("none_is_run")
def test_what_was_run_is_found_and_says_so(small, once, output, listener):
    again = run(small, 4, 1, output, reporter=listener)
    assert listener.said == [
        f"found 4 of 4 replications in {again.folder}; nothing to run (--force runs them again)",
    ]
    assert bytes_of(again.folder) == bytes_of(once.folder)
    assert (again.folder / "record.json").read_text() != ""
    assert again.record["replications"] == once.record["replications"]


def test_only_what_is_missing_is_run(small, output, were_run, listener):
    more = run(small, 5, 1, output, reporter=listener)
    assert were_run == [4]
    assert listener.said[0] == f"found 4 of 5 replications in {more.folder}; running the other 1"
    assert more.numbers == (0, 1, 2, 3, 4)


@pytest.mark.usefixtures("none_is_run")
def test_the_tables_are_those_of_the_replications_asked_for(small, output):
    fewer = run(small, 2, 1, output)
    assert set(pd.read_csv(fewer.folder / "kpis.csv")["replication"]) == {0, 1}
    assert list(fewer.record["replications"]) == ["0", "1"]


def test_force_runs_all_again_and_comes_out_the_same(small, once, output, were_run, listener):
    again = run(small, 2, 1, output, force=True, reporter=listener)
    assert were_run == [0, 1]
    assert listener.said == ["running 2 replications again, whatever is there"]
    assert listener.warned == []
    assert again.record["replications"] == {n: once.record["replications"][n] for n in ("0", "1")}


def test_a_replication_that_comes_out_otherwise_is_told(small, output, monkeypatch, listener):
    simulate = workers.simulate

    def one_row_less(scenario, number, folder=None, *more):
        found = simulate(scenario, number)
        return replace(found, log=replace(found.log, events=found.log.events[:-1]))

    monkeypatch.setattr(workers, "simulate", one_row_less)
    run(small, 1, 1, output, force=True, reporter=listener)
    assert [sentence.partition(":")[0] for sentence in listener.warned] == [
        "replication 0 came out otherwise than the one that was kept"
    ]


def test_a_damaged_replication_is_set_aside_told_and_run_again(small, once, output, were_run, listener):
    (events,) = output.glob("*/*/replications/0002/events.parquet")
    events.write_bytes(events.read_bytes()[:100])
    again = run(small, 4, 1, output, reporter=listener)
    assert were_run == [2]
    (away,) = again.folder.glob("replications/0002.damaged-*")
    assert listener.warned == [f"replication 2 was damaged; it is set aside as {away}"]
    shutil.rmtree(away)
    assert bytes_of(again.folder) == bytes_of(once.folder)


def test_another_seed_or_setting_is_another_result_beside_it(small, output):
    other = run(small.change("run.seed", 2), 1, 1, output)
    assert len(list((output / "baseline").iterdir())) == 2
    assert other.record["seed"] == 2


def test_what_is_in_the_folder_makes_the_same_result_again(once, tmp_path):
    again = run(read_scenario(str(once.folder / "resolved.yaml")), None, 1, tmp_path)
    assert again.folder.name == once.folder.name
    assert again.record["digests"] == once.record["digests"]
    assert again.record["replications"] == once.record["replications"]
    assert again.record["files"] == once.record["files"]


def test_the_record_says_what_was_typed_and_what_it_was_made_with(small, once):
    record = json.loads((once.folder / "record.json").read_text())
    assert record == once.record
    assert record["typed"]["files"] == ["baseline.yaml"]
    assert "run.measured=1 year" in record["typed"]["set"]
    (text,) = small.typed.values()
    assert (once.folder / "typed" / "baseline.yaml").read_text(encoding="utf-8") == text
    (made_with,) = record["made_with"]
    assert made_with["replications"] == [0, 1, 2, 3]
    assert made_with["packages"].keys() >= {"numpy", "simpy", "pandas", "nelm"}


def test_the_record_names_no_machine_and_no_absolute_path(once):
    def texts(part):
        if isinstance(part, dict):
            return [text for key, value in part.items() for text in (key, *texts(value))]
        if isinstance(part, list):
            return [text for value in part for text in texts(value)]
        return [str(part)]

    for text in texts(once.record):
        assert not Path(text).is_absolute()
        assert str(Path.home()) not in text
        assert str(once.folder.parent) not in text


def test_the_summary_has_six_digits_and_the_figures_all(once):
    summary = pd.read_csv(once.folder / "summary.csv", dtype=str)
    assert all(len(mean.replace(".", "").strip("-0").partition("e")[0]) <= 6 for mean in summary["mean"].dropna())
    kpis = pd.read_csv(once.folder / "kpis.csv", keep_default_na=False, na_values={"value": [""]})
    assert kpis["value"].tolist() == pytest.approx(once.measures.kpis["value"].tolist(), rel=0, abs=0, nan_ok=True)


def test_pictures_that_are_there_are_not_drawn_again(small, once, output, monkeypatch):
    monkeypatch.setattr(figures, "draw_all", lambda *_: pytest.fail("drawn again"))
    assert [path.name for path in run(small, 4, 1, output).pictures] == [path.name for path in once.pictures]


def test_a_picture_that_was_changed_is_drawn_again_and_that_is_said(small, output, listener):
    (waits,) = output.glob("*/*/pictures/waits.png")
    waits.write_bytes(b"scribble")
    run(small, 4, 1, output, reporter=listener)
    assert waits.read_text() == "waits of 4 replications"
    assert listener.warned == [
        f"waits.png in {waits.parent} had been changed since they were drawn; the pictures are drawn anew"
    ]


def test_pictures_of_other_replications_are_drawn_anew(small, output):
    run(small, 3, 1, output)
    (waits,) = output.glob("*/*/pictures/waits.png")
    assert waits.read_text() == "waits of 3 replications"


def test_pictures_stay_as_they_were_where_new_ones_can_not_be_written(small, output, monkeypatch):
    def full(measures, folder, titles):
        folder.mkdir()
        (folder / "waits.png").write_bytes(b"half a pict")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figures, "draw_all", full)
    (waits,) = output.glob("*/*/pictures/waits.png")
    before = waits.read_bytes()
    with pytest.raises(RunError, match="no space left on device"):
        run(small, 2, 1, output)
    assert waits.read_bytes() == before
    assert list(output.rglob(".*")) == []


def test_stopping_while_it_draws_keeps_all_replications(small, output, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(figures, "draw_all", stop)
    with pytest.raises(Stopped, match="3 of 3 replications are done and kept"):
        run(small, 3, 1, output)


def test_stopping_keeps_what_was_finished_and_the_next_run_goes_on(small, tmp_path, monkeypatch, were_run):
    counting = workers.simulate

    def stop_at_two(scenario, number, folder=None, *more):
        if number == 2:
            raise KeyboardInterrupt
        return counting(scenario, number)

    with monkeypatch.context() as patch:
        patch.setattr(workers, "simulate", stop_at_two)
        with pytest.raises(Stopped) as stopped:
            run(small, 3, 1, tmp_path)
    assert stopped.value.run.numbers == (0, 1)
    assert stopped.value.run.stopped
    assert run(small, 3, 1, tmp_path).numbers == (0, 1, 2)
    assert were_run == [0, 1, 2]


@pytest.mark.parametrize("number", [0, -1])
def test_no_replications_or_workers_at_all_are_refused(small, tmp_path, number):
    with pytest.raises(InputError, match=r"1 or more|from 1 to"):
        run(small, number, 1, tmp_path)
    with pytest.raises(InputError, match=r"1 or more|from 1 to"):
        run(small, 1, number, tmp_path)


def test_more_workers_than_the_machine_can_use_are_not_started_and_that_is_said(monkeypatch, listener):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert workers.crew_size(1000, 500, listener) == 8
    assert listener.said == ["8 workers instead of 1000: more would only take memory on 2 cores"]
    asked = ((None, 500), (1000, 3), (1, 9), (None, 1))
    assert [workers.crew_size(*its, listener) for its in asked] == [2, 3, 1, 1]
    assert len(listener.said) == 1


def test_an_output_without_a_name_is_refused(small):
    with pytest.raises(InputError, match="the name of a folder"):
        run(small, 1, 1, "")


# ---- processes


def a_worker_that(monkeypatch, does: str) -> None:
    """Let workers do something else than to simulate."""
    start = (
        "import sys; sys.path[:] = sys.argv[1:]; import sim.workers as w; import os; "
        f"w.warm_up = lambda **more: None; {does}; w.main()"
    )
    monkeypatch.setattr(workers, "START", start)


def raising(what: str) -> str:
    return f"w.simulate = lambda scenario, number, folder, *more: (_ for _ in ()).throw({what})"


def test_a_worker_that_is_killed_is_told_with_what_to_do(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, "w.simulate = lambda scenario, number, folder, *more: os.kill(os.getpid(), 9)")
    with pytest.raises(RunError) as error:
        run(small, 2, 2, tmp_path)
    assert str(error.value).startswith(
        "a worker process died (killed by SIGKILL, most likely for want of memory); finished replications are kept."
    )


def test_a_worker_that_can_not_begin_is_told_with_its_last_words(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, "import not_there")
    with pytest.raises(RunError, match="No module named 'not_there'"):
        run(small, 2, 2, tmp_path)


def test_a_contradiction_in_a_worker_names_the_replication(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, raising("w.RunError('patient 7, day 3 08:00, at ct: is in two places')"))
    with pytest.raises(RunError, match=r"^replication [01], patient 7, day 3 08:00, at ct: is in two places\n"):
        run(small, 2, 2, tmp_path)
    assert list(tmp_path.rglob(".*")) == []


def test_a_full_disk_in_a_worker_is_the_users_to_solve(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, "import pandas as p; p.DataFrame.to_parquet = lambda *a, **k: open('/dev/full/x')")
    with pytest.raises(InputError, match="a folder that can not be written"):
        run(small, 2, 2, tmp_path)


def test_a_mistake_of_the_program_in_a_worker_keeps_its_details(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, raising("ZeroDivisionError('by nought')"))
    with pytest.raises(workers.WorkerError, match=r"(?s)in replication [01]:\nTraceback.*ZeroDivisionError: by nought"):
        run(small, 2, 2, tmp_path)


def test_what_a_worker_prints_does_not_come_between_its_answers(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, "s = w.simulate; w.simulate = lambda *a: print('noise', flush=True) or s(*a)")
    assert run(small, 2, 2, tmp_path).numbers == (0, 1)


def test_a_change_of_the_program_while_it_runs_is_noticed(small, tmp_path, monkeypatch):
    a_worker_that(monkeypatch, "w.code_digest = lambda: 'other'")
    with pytest.raises(RunError, match="the program was changed while it ran"):
        run(small, 2, 2, tmp_path)


SCRIPT = """
import sim
scenario = sim.read_scenario({baseline!r}, {settings!r})
print(sim.run(scenario, 2, 2, {output!r}).numbers)
"""


def test_workers_start_from_a_script_without_a_guard(tmp_path, once):
    """Also where a folder `sim` of the user's own lies about, which is not the program."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("raise SystemExit('not this one')")
    settings = tuple(once.record["typed"]["set"])
    text = SCRIPT.format(baseline=str(BASELINE), settings=settings, output=str(tmp_path / "outputs"))
    (tmp_path / "elsewhere").mkdir()
    script = tmp_path / "elsewhere" / "script.py"
    script.write_text(text)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert (done.stdout, done.returncode) == ("(0, 1)\n", 0), done.stderr
