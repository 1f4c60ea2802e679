"""The event loop for agents who hold several contacts at once: chats, mostly.

An agent has so many slots. A contact goes to the agent of the group who holds the fewest, among equals to the one who
has been so longest; when all slots are taken it waits. While an agent holds n contacts, each of them proceeds at
1/slowdown[n − 1] of the pace it has alone: a clock of the agent's own runs so fast, and a contact is done when that
clock has gone on by its work. With a slowdown of 1 that clock is the wall clock, to the last bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from servicelab.models.arguments import Floats
from servicelab.models.queueing.engine import Changes, next_in_line, tiers_of


@dataclass(slots=True)
class _Agent:
    """Somebody at the desk: what they hold, and a clock of their own that read `clock` at the moment `since`."""

    group: int
    stretch: float
    clock: float = 0.0
    since: float = 0.0
    #: (the clock's reading when done, customer), the first to be done on top.
    in_hand: list[tuple[float, int]] = field(default_factory=list)
    #: Only the newest of the moments put down for this agent still holds.
    plan: int = 0
    leaving: bool = False

    def reads(self, now: float) -> float:
        """What the agent's clock shows."""
        return self.clock + (now - self.since) / self.stretch

    def run_at(self, stretch: float, now: float) -> None:
        """Let the clock go on at another pace; one that does not change keeps its bits."""
        if stretch != self.stretch:
            self.clock, self.since, self.stretch = self.reads(now), now, stretch


def concurrent(
    arrived: Floats,
    service: Floats,
    patience: Floats,
    kind: NDArray[np.int64],
    agents: Sequence[int],
    changes: Changes,
    groups_of: Sequence[Sequence[int]],
    rank: Sequence[int],
    slowdown: Sequence[Sequence[float]],
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], Floats]:
    """Routed as `engine.routed`, to agents with as many slots as their group's slowdown has numbers.

    Agents whose shift ends take nothing more and finish what they hold; those who hold least leave first. Returns
    waits, group and agent (−1: none), and the seconds each was in an agent's hands (0 where not served).
    """
    lines: list[deque[int]] = [deque() for _ in groups_of]
    tiers = tiers_of(len(agents), groups_of, rank)
    at, takes, endures = arrived.tolist(), service.tolist(), patience.tolist()
    waits, served_by, held_by, held = [-1.0] * len(at), [-1] * len(at), [-1] * len(at), [0.0] * len(at)
    crew: list[_Agent] = []
    # For each group and number in hand, who holds so many, in the order in which they came to it.
    holding: list[list[dict[int, None]]] = [[{} for _ in range(len(slow) + 1)] for slow in slowdown]
    # Events: (moment, agent, plan) a contact is done; (moment, −1 − index, 0) a change of staff, before what is then.
    events: list[tuple[float, int, int]] = [(moment, -1 - index, 0) for index, (moment, _, _) in enumerate(changes)]
    heapify(events)

    exact = [set(slow) == {1.0} for slow in slowdown]

    def hire(group: int) -> None:
        crew.append(_Agent(group, float(slowdown[group][0])))
        holding[group][0][len(crew) - 1] = None

    def least_loaded(group: int) -> int:
        for agents_there in holding[group][:-1]:
            if agents_there:
                return next(iter(agents_there))
        return -1

    def replan(who: int, now: float) -> None:
        agent = crew[who]
        agent.plan += 1
        moment = agent.since + (agent.in_hand[0][0] - agent.clock) * agent.stretch
        # Of two contacts done at one moment rounding may put the second a hair before the first.
        heappush(events, (max(moment, now), who, agent.plan))

    def begin(who: int, customer: int, now: float) -> None:
        agent = crew[who]
        count = len(agent.in_hand)
        del holding[agent.group][count][who]
        holding[agent.group][count + 1][who] = None
        before, first = agent.stretch, agent.in_hand[0][1] if agent.in_hand else -1
        heappush(agent.in_hand, (agent.reads(now) + takes[customer], customer))
        agent.run_at(slowdown[agent.group][count], now)
        if agent.stretch != before or agent.in_hand[0][1] != first:
            replan(who, now)
        waits[customer] = now - at[customer]
        served_by[customer], held_by[customer], held[customer] = agent.group, who, now

    def take_waiting(who: int, now: float) -> bool:
        """Give an agent with a free slot the next in line, if anyone is there."""
        customer = next_in_line(now, tiers[crew[who].group], lines, at, endures)
        if customer >= 0:
            begin(who, customer, now)
        return customer >= 0

    def finish(who: int, now: float) -> None:
        agent = crew[who]
        count = len(agent.in_hand)
        _, customer = heappop(agent.in_hand)
        # Without a slowdown the work itself is exact; a difference of moments would round.
        held[customer] = takes[customer] if exact[agent.group] else now - held[customer]
        if count > 1:
            agent.run_at(slowdown[agent.group][count - 2], now)
            replan(who, now)
        else:
            agent.plan += 1
            agent.run_at(slowdown[agent.group][0], now)
        if not agent.leaving:
            del holding[agent.group][count][who]
            holding[agent.group][count - 1][who] = None
            take_waiting(who, now)

    def change_staff(group: int, change: int, now: float) -> None:
        for _ in range(change):
            hire(group)
        while change > 0 and (who := least_loaded(group)) >= 0 and take_waiting(who, now):
            pass
        for _ in range(-change):
            there = next(part for part in holding[group] if part)
            who = next(iter(there))
            del there[who]
            crew[who].leaving = True

    def happen(now: float, code: int, plan: int) -> None:
        if code < 0:
            _, group, change = changes[-1 - code]
            change_staff(group, change, now)
        elif crew[code].plan == plan:
            finish(code, now)

    for group, count in enumerate(agents):
        for _ in range(count):
            hire(group)
    for index, (now, k) in enumerate(zip(at, kind.tolist(), strict=True)):
        while events and events[0][0] <= now:
            happen(*heappop(events))
        for group in groups_of[k]:
            if (who := least_loaded(group)) >= 0:
                begin(who, index, now)
                break
        else:
            lines[k].append(index)
    while events:
        happen(*heappop(events))
    return (
        np.array(waits),
        np.array(served_by, dtype=np.int64),
        np.array(held_by, dtype=np.int64),
        np.array(held),
    )
