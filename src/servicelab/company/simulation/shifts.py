"""Who is at the desk on a day, and when their shifts begin."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.members import Flags, Floats, Ints
from servicelab.company.simulation.names import (
    CLOSE,
    HALF_HOUR,
    HALF_HOURS,
    LINES,
    MESSAGES,
    OPEN,
    SHOP_OPENS,
    WORKDAYS,
)
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.workforce import Agents
from servicelab.company.simulation.world import World

#: Two spells at the desk with a break between, short or long; the rest of the paid time is briefing and training.
SPELL, PAID_HOURS = 3.375 * 3600, 8.5
#: Whose turn it is moves on by so many every day.
STRIDE = 3
#: Breaks in half hours.
PAUSES = (1.5, 3.0, 5.0, 8.0)
DESK_HOURS = 2 * SPELL / 3600


def lines_table(world: World) -> pd.DataFrame:
    """The lines: when people answer, how many contacts side by side, and whether messages are taken at night."""

    def clock(seconds: float) -> str:
        return f"{int(seconds // 3600):02d}:{int(seconds % 3600 // 60):02d}"

    return pd.DataFrame(
        {
            "line": list(LINES),
            "opens": [clock(SHOP_OPENS * 3600.0 if line == "shop" else OPEN) for line in LINES],
            "closes": clock(CLOSE),
            "side_by_side": [world.lines.concurrency[line] for line in LINES],
            "takes_messages": [line in MESSAGES for line in LINES],
        }
    )


class Roster:
    """Who is on which line on a day."""

    def __init__(self, world: World, scenario: Scenario, lots: Lots, heads: Ints) -> None:
        """Nobody is employed yet."""
        self.world, self.scenario, self.lots, self.heads = world, scenario, lots, heads
        days = heads.shape[1]
        #: Line × day: scheduled and ill, and on leave that was planned; both are paid.
        self.absent = np.zeros((len(LINES), days), dtype=np.int64)
        self.on_leave = np.zeros((len(LINES), days), dtype=np.int64)
        #: The same by name: day, and agents who are away and paid.
        self._paid: list[tuple[int, Ints]] = []
        self._away: dict[tuple[int, int], tuple[Flags, Flags]] = {}
        self.agents: Agents

    def begin(self, agents: Agents) -> None:
        """The agents of a month."""
        self.agents = agents
        self.staff = [np.flatnonzero(agents.line == line) for line in range(len(LINES))]
        posts = [self._luck(line, post) for line, post in zip(agents.line.tolist(), agents.post.tolist(), strict=True)]
        self.ill = np.array([post[0] for post in posts])
        self.leave = np.array([post[1] for post in posts])

    def _luck(self, line: int, post: int) -> tuple[Flags, Flags]:
        """Days on which whoever holds a post is ill, and weeks on which they are on leave."""
        if (line, post) not in self._away:
            days, w = self.heads.shape[1], self.world.agents
            names = (LINES[line], str(post))
            ill = self.lots.always("absence", *names).random(days) < w.absent
            week = self.lots.always("leave", *names).random(days // 7 + 1) < w.leave
            self._away[line, post] = (np.asarray(ill), np.repeat(week, 7)[:days])
        return self._away[line, post]

    def on(self, line: int, day: int) -> tuple[Ints, Floats, Floats]:
        """Agents at work, and the seconds at which each one's two spells at the desk begin."""
        staff, agents = self.staff[line], self.agents
        here = (agents.hired[staff] <= day) & (agents.left[staff] > day) & ((day + agents.rest[staff]) % 7 < WORKDAYS)
        people = staff[here]
        away = self.leave[people, day] & ~agents.temp[people]
        self.on_leave[line, day] = int(away.sum())
        self._paid.append((day, people[away]))
        people = people[~away]
        temp = agents.temp[people]
        usual, more = people[~temp], people[temp]
        # As many are scheduled as it takes, one after the other, to have the planned heads at work.
        turn = day * STRIDE % max(len(usual), 1)
        usual = np.concatenate([usual[turn:], usual[:turn]])
        works = ~self.ill[usual, day]
        usual = usual[np.cumsum(works) - works < self.heads[line, day]]
        scheduled = np.concatenate([usual, more])
        ill = self.ill[scheduled, day]
        self._paid.append((day, scheduled[ill]))
        people = scheduled[~ill]
        self.absent[line, day] = len(scheduled) - len(people)
        # Early and late shifts go round.
        shape = self.scenario.on(day).shape
        first, second = _begins(self.world, len(people), shape, LINES[line] == "shop")
        turn = len(people) - day % max(len(people), 1)
        return people, np.concatenate([first[turn:], first[:turn]]), np.concatenate([second[turn:], second[:turn]])

    def paid_away(self) -> pd.DataFrame:
        """One row a day that somebody is paid for without being there, ill or on leave: day and agent."""
        sizes = [len(agents) for _day, agents in self._paid]
        return pd.DataFrame(
            {
                "day": np.repeat([day for day, _agents in self._paid], sizes),
                "agent": np.concatenate([agents for _day, agents in self._paid]) if sizes else np.zeros(0, np.int64),
            }
        )


@cache
def _begins(world: World, count: int, shape: str, shop: bool) -> Floats:
    """The same as arrays: first spells, second spells."""
    found: Floats = np.array(shifts(world, count, shape, shop), dtype=np.float64).reshape(-1, 2).T.copy()
    return found


@cache
def shifts(world: World, count: int, shape: str, shop: bool) -> tuple[tuple[float, float], ...]:
    """When the two spells of `count` shifts begin so that the half hours are covered as well as so many can."""
    safety, least = world.planning.safety, world.planning.least_weight
    first = int((SHOP_OPENS * 3600.0 - OPEN) / HALF_HOUR) if shop else 0
    share = np.ones(HALF_HOURS) if shape == "flat" else np.array(world.demand.half_hours)
    if shop:
        slots = np.arange(HALF_HOURS)
        share = np.interp((slots - first) * HALF_HOURS / (HALF_HOURS - first), slots, share, left=0.0)
    if not count:
        return ()
    share = share / share.mean()
    # A small line needs more to spare than a large one: square-root staffing.
    safe = share * count + safety * np.sqrt(share * count)
    target = safe / safe.sum() * count * DESK_HOURS * 2
    # Shortfalls count in proportion: the quiet last hour is to be answered too.
    weight = 1 / np.maximum(target, least * target.max())
    covered = np.zeros(HALF_HOURS)
    spell = SPELL / HALF_HOUR
    covers = {
        (start, pause): _cover(start, spell) + _cover(start + spell + pause, spell)
        for pause in PAUSES
        for start in np.arange(first, HALF_HOURS + 0.5 - 2 * spell - pause + 0.01, 0.5).tolist()
    }
    chosen = []
    for _ in range(count):
        lack = target - covered
        # The shift that takes most off the squared shortfall.
        best = max(covers, key=lambda key: float((weight * covers[key] * (2 * lack - covers[key])).sum()))
        covered += covers[best]
        begins = OPEN + best[0] * HALF_HOUR
        chosen.append((begins, begins + SPELL + best[1] * HALF_HOUR))
    return tuple(sorted(chosen))


def _cover(start: float, spell: float) -> Floats:
    edges = np.arange(HALF_HOURS + 1, dtype=float)
    cover: Floats = np.clip(np.minimum(edges[1:], start + spell) - np.maximum(edges[:-1], start), 0, 1)
    return cover
