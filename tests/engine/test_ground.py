"""Memory that grows keeps what was written, wherever the system lets it lie."""

import numpy as np
import pytest

from sim.engine.machine import ground

ROW = np.dtype([("a", "i8"), ("b", "i4")])


@pytest.mark.parametrize("moves", sorted({ground.MOVES, False}))
def test_rows_keep_their_numbers_and_what_is_new_is_zero(monkeypatch, moves):
    monkeypatch.setattr(ground, "MOVES", moves)
    its = ground.Ground(ROW, 5)
    its.rows["a"], its.rows["b"] = np.arange(5), 7
    for rows in (6, 70_000, 3_000_000):
        its.lengthen(rows, 5)
        assert len(its.rows) == rows
        assert its.rows["a"][:5].tolist() == [0, 1, 2, 3, 4]
        assert (its.rows["b"][:5] == 7).all()
        assert not its.rows[5:].view(np.uint8).any()


@pytest.mark.skipif(not ground.MOVES, reason="nothing is moved here")
def test_rows_that_somebody_holds_are_not_moved():
    its = ground.Ground(ROW, 5)
    held = its.rows[:2]
    with pytest.raises(BufferError):
        its.lengthen(70_000, 5)
    assert len(held) == 2
