"""What a large run takes: logs that grow on disk, and nothing of patients who have left."""

from __future__ import annotations

import gc

from sim import rows
from sim.engine import compiled, reference
from sim.engine.cases import OVER, Case, Person, Session
from sim.rows import RowsOnDisk
from sim.running import simulate


def test_a_run_whose_log_grows_on_disk_is_the_run_whose_log_is_in_memory(brief, tmp_path, monkeypatch):
    kept = simulate(brief, 1)
    monkeypatch.setattr(rows, "ROWS", 300)
    monkeypatch.setattr(compiled, "MANY", 600)
    away = simulate(brief, 1, tmp_path)
    assert isinstance(away.log.events, RowsOnDisk)
    assert len(away.log.events) > 300
    assert away.log.digest() == kept.log.digest()
    for name, table in kept.measures.tables().items():
        assert table.equals(away.measures.tables()[name]), name


def test_who_has_left_and_what_is_over_is_forgotten_without_the_garbage_collector(brief, monkeypatch):
    alive: dict[type, list[object]] = {Person: [], Case: [], Session: []}
    here: list[int] = []

    class Journeys(reference.Journeys):
        def leave_all(self):
            gc.unfreeze()
            here.append(len(self.people))
            for thing in gc.get_objects():
                if type(thing) in alive:
                    alive[type(thing)].append(thing)
            super().leave_all()

    monkeypatch.setattr(reference, "Journeys", Journeys)
    gc.collect()
    gc.disable()
    try:
        log = simulate(brief, 0, engine="reference").log
    finally:
        gc.enable()
    arrived = len(set(log.events[:, 0].tolist()))
    assert len(alive[Person]) == here[0] < arrived
    assert sum(case.state == OVER for case in alive[Case]) <= 5, "what was over is held by something"
    assert len(alive[Session]) < 40
