"""The event loops of the simulator: one pass over the arrivals for a single line, a full one for skills.

Both take what `workload` has drawn, and give for each customer the wait, or −1 for one who hung up. A customer waits
in line until an agent turns to them or patience ends; a hang-up causes nothing else, so it needs no event of its own:
whoever's patience ended before their turn is skipped. Agents whose shift ends finish the contact in hand; of several,
those who are free first leave first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace

import numpy as np

from servicelab.models.arguments import Floats

#: (moment, group, change in the number of agents), in order of time.
Changes = Sequence[tuple[float, int, int]]


def first_come(arrived: Floats, service: Floats, patience: Floats, agents: int, changes: Changes) -> Floats:
    """One line, first come first served: a heap of the moments at which agents come free.

    Kiefer and Wolfowitz's recursion for many servers: in a first-come line a customer starts when the first agent is
    free, and only those who are served move that moment.
    """
    # An agent who is never free ends the heap, so that it is never empty.
    free = [0.0] * agents + [np.inf]
    waits: list[float] = []
    append, replace = waits.append, heapreplace
    pending = list(reversed([(moment, change) for moment, _, change in changes]))
    boundary = pending[-1][0] if pending else np.inf
    for at, takes, endures in zip(arrived.tolist(), service.tolist(), patience.tolist(), strict=True):
        start = free[0]
        if start < at:
            start = at
        while boundary <= start and pending:
            moment, change = pending.pop()
            boundary = pending[-1][0] if pending else np.inf
            for _ in range(change):
                heappush(free, moment)
            for _ in range(-change):
                heappop(free)
            start = max(free[0], at)
        wait = start - at
        if wait <= endures:
            replace(free, start + takes)
            append(wait)
        else:
            append(-1.0)
    return np.array(waits)


def tiers_of(groups: int, groups_of: Sequence[Sequence[int]], rank: Sequence[int]) -> list[list[list[int]]]:
    """For each group of agents, the kinds it serves, in lists of equal rank, the lowest rank first.

    Lines that a group compares by arrival stand together; a higher rank is looked at only when these are empty.
    """
    kinds_of = [[k for k, able in enumerate(groups_of) if g in able] for g in range(groups)]
    return [
        [[k for k in kinds if rank[k] == level] for level in sorted({rank[k] for k in kinds})] for kinds in kinds_of
    ]


def next_in_line(
    now: float, tiers: list[list[int]], lines: list[deque[int]], at: list[float], endures: list[float]
) -> int:
    """Take the customer out of line whom a free agent turns to; −1 when nobody is there. Who has hung up is skipped."""
    for tier in tiers:
        chosen, where = -1, -1
        for k in tier:
            line = lines[k]
            while line:
                head = line[0]
                if now - at[head] <= endures[head]:
                    if chosen < 0 or head < chosen:
                        chosen, where = head, k
                    break
                line.popleft()
        if chosen >= 0:
            lines[where].popleft()
            return chosen
    return -1


def routed(
    arrived: Floats,
    service: Floats,
    patience: Floats,
    kind: np.ndarray,
    agents: Sequence[int],
    changes: Changes,
    groups_of: Sequence[Sequence[int]],
    rank: Sequence[int],
) -> tuple[Floats, np.ndarray]:
    """Several kinds of customers and groups of agents; waits, and the group that served each (−1: none).

    A customer takes the first group of `groups_of[kind]` with somebody free, else joins the line of the kind. An agent
    who comes free takes, of the kinds the group serves, the one of lowest rank; among equals, who came first.
    """
    tiers = tiers_of(len(agents), groups_of, rank)
    lines: list[deque[int]] = [deque() for _ in groups_of]
    idle, leaving = list(agents), [0] * len(agents)
    at, takes, endures = arrived.tolist(), service.tolist(), patience.tolist()
    waits, served_by = [-1.0] * len(at), [-1] * len(at)
    # Events: (moment, group) an agent is done; (moment, −1 − index) a change of staff, before what happens then.
    events: list[tuple[float, int]] = [(moment, -1 - index) for index, (moment, _, _) in enumerate(changes)]
    heapify(events)

    def take_next(now: float, group: int) -> bool:
        """Give a free agent of the group their next customer, if anyone is there."""
        chosen = next_in_line(now, tiers[group], lines, at, endures)
        if chosen < 0:
            return False
        waits[chosen] = now - at[chosen]
        served_by[chosen] = group
        heappush(events, (now + takes[chosen], group))
        return True

    def happen(now: float, code: int) -> None:
        if code >= 0:
            if leaving[code]:
                leaving[code] -= 1
            elif not take_next(now, code):
                idle[code] += 1
            return
        _, group, change = changes[-1 - code]
        for _ in range(change):
            if not take_next(now, group):
                idle[group] += 1
        for _ in range(-change):
            if idle[group]:
                idle[group] -= 1
            else:
                leaving[group] += 1

    for index, (now, k) in enumerate(zip(at, kind.tolist(), strict=True)):
        while events and events[0][0] <= now:
            happen(*heappop(events))
        for group in groups_of[k]:
            if idle[group]:
                idle[group] -= 1
                waits[index] = 0.0
                served_by[index] = group
                heappush(events, (now + takes[index], group))
                break
        else:
            lines[k].append(index)
    while events:
        happen(*heappop(events))
    return np.array(waits), np.array(served_by, dtype=np.int64)
