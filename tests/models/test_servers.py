"""The line of named agents is the pooled simulator's recursion, with names."""

from __future__ import annotations

import numpy as np
import pytest

from servicelab.models.queueing.engine import first_come
from servicelab.models.queueing.servers import serve


@pytest.mark.parametrize("seed", range(5))
def test_agents_alike_give_the_waits_of_the_models_engine(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrived = np.cumsum(rng.exponential(30, 2000))
    work, patience = rng.exponential(200, 2000), rng.exponential(150, 2000)
    waits, seats = serve(arrived.tolist(), work.tolist(), patience.tolist(), [0.0] * 7, [np.inf] * 7, [1.0] * 7)
    assert np.allclose(waits, first_come(arrived, work, patience, 7, []))
    assert all((seat >= 0) == (wait >= 0) for wait, seat in zip(waits, seats, strict=True))


def test_shifts_that_begin_give_the_waits_of_the_models_engine() -> None:
    rng = np.random.default_rng(3)
    arrived = np.cumsum(rng.exponential(30, 900))
    work, patience = rng.exponential(200, 900), rng.exponential(900, 900)
    begin = [0.0] * 4 + [9000.0] * 4
    waits, _ = serve(arrived.tolist(), work.tolist(), patience.tolist(), begin, [np.inf] * 8, [1.0] * 8)
    assert np.allclose(waits, first_come(arrived, work, patience, 4, [(9000.0, 0, 4)]))


def test_a_seat_answers_within_its_shift_only_and_never_two_at_once() -> None:
    rng = np.random.default_rng(1)
    arrived = np.sort(rng.random(500) * 7200)
    begin, end = [0.0, 0.0, 3000.0], [3600.0, 7200.0, 7200.0]
    pace = [1.0, 2.0, 0.5]
    work = rng.exponential(60, 500)
    waits, seats = (np.array(x) for x in serve(arrived.tolist(), work.tolist(), [600.0] * 500, begin, end, pace))
    for seat in range(3):
        mine = seats == seat
        start = (arrived + waits)[mine]
        stop = start + work[mine] * pace[seat]
        order = np.argsort(start)
        assert (start >= begin[seat]).all()
        assert (start < end[seat]).all()
        assert (start[order][1:] >= stop[order][:-1] - 1e-9).all()
    late = arrived + 600 < 7200
    assert (seats[late] >= 0).any()
    assert (waits[seats >= 0] <= 600).all()


def test_nobody_is_left_to_answer() -> None:
    assert serve([10.0, 20.0], [5.0, 5.0], [99.0, 99.0], [0.0], [15.0], [1.0]) == ([0.0, -1.0], [0, -1])
    assert serve([10.0], [5.0], [99.0], [], [], []) == ([-1.0], [-1])
