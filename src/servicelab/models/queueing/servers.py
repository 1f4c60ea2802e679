"""A line served by people with names: who answers whom, and when.

The pooled engine takes times that are drawn before anybody is free, because there all agents of a group are alike, and
of those whose shift ends whoever is free first goes. Here the time depends on who answers, and each agent's contacts,
shift and pace count; the recursion is the same (Kiefer and Wolfowitz), and with agents alike it gives the same waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace


def serve(
    arrived: Sequence[float],
    work: Sequence[float],
    patience: Sequence[float],
    begin: Sequence[float],
    end: Sequence[float],
    pace: Sequence[float],
    spells: int = 1,
) -> tuple[list[float], list[int]]:
    """First come, first served, by whoever has been free longest.

    Parameters
    ----------
    arrived : seconds, in order
    work : seconds the contact takes somebody of pace 1
    patience : seconds each would wait
    begin, end, pace : of each seat: a seat answers from `begin` until `end`, and finishes what it has in hand; an agent
        who handles three chats at once holds three seats
    spells : a shift has so many spells at the desk; seats are given spell by spell, each in the same order, and whoever
        is still talking when the break should begin takes it after that

    Returns
    -------
    wait of each (−1: gave up, or nobody was left), and the seat that answered (−1: none)

    References
    ----------
    Kiefer, J. and Wolfowitz, J. (1955). On the theory of queues with many servers.

    Examples
    --------
    >>> serve([0, 10, 20], [60, 60, 60], [99, 99, 5], [0], [3600], [1.0])
    ([0, 50.0, -1.0], [0, 0, -1])
    """
    each = len(begin) // spells
    free: list[tuple[float, int]] = [(start, seat) for seat, start in enumerate(begin[:each])]
    heapify(free)
    waits: list[float] = []
    seats: list[int] = []
    for at, takes, endures in zip(arrived, work, patience, strict=True):
        while free:
            done, seat = free[0]
            start = done if done > at else at
            if start < end[seat]:
                break
            later = seat + each
            if later < len(begin):
                heapreplace(free, (max(done, begin[later]), later))
            else:
                heappop(free)
        else:
            waits.append(-1.0)
            seats.append(-1)
            continue
        wait = start - at
        if wait <= endures:
            heapreplace(free, (start + takes * pace[seat], seat))
            waits.append(wait)
            seats.append(seat)
        else:
            waits.append(-1.0)
            seats.append(-1)
    return waits, seats
