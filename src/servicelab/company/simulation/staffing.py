"""Who works: agents who are hired, learn and leave; how many are planned for a day, and when their shifts begin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from servicelab.company.simulation.buying import Flags, Floats, Ints
from servicelab.company.simulation.demand import asked_chances
from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.festivals import day_number
from servicelab.company.simulation.names import CLOSE, INTENTS, LINES, OPEN
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

HALF_HOUR = 1800.0
SLOTS = int((CLOSE - OPEN) / HALF_HOUR)
#: Two spells at the desk with a break between, short or long; the rest of the paid time is briefing and training.
SPELL, PAID_HOURS = 3.375 * 3600, 8.5
#: Breaks in half hours.
PAUSES = (1.5, 3.0, 5.0, 8.0)
DESK_HOURS = 2 * SPELL / 3600


@dataclass(frozen=True)
class Agents:
    """Agents, one element each; `hired` and `left` are days (left: infinity while employed), `rest` turns the week."""

    line: Ints
    hired: Floats
    left: Floats
    temp: Flags
    pace: Floats
    skill: Floats
    empathy: Floats
    hurry: Floats
    rest: Ints

    def __len__(self) -> int:
        """How many."""
        return len(self.line)


def planned_heads(world: World, scenario: Scenario, expected: Floats) -> Ints:
    """Line × day: agents planned, from the contacts expected and the load aimed at."""
    mix = asked_chances(world)
    segment = by_name(world.members.segment_share)
    intents = list(world.intents.values())
    aht = np.array([intent.aht for intent in intents])
    contain = np.minimum(
        np.array([intent.contain for intent in intents]) * scenario.containment, world.planning.contain_most
    )
    refuse = by_name(world.lines.refuse_bot)[:, None]
    human = 1 - (1 - refuse) * contain if scenario.bot else np.ones((4, len(intents)))
    work = np.zeros((len(LINES), expected.shape[1]))
    for number, line in enumerate(LINES[:-1]):
        share = mix[:, :, number] * (human if line in ("chat", "wechat") else 1.0)
        if scenario.routing == "digital_first":
            stay = by_name(world.lines.refuse_digital)[:, None]
            if line == "phone":
                share = share * stay
            elif line == "wechat":
                share = share + mix[:, :, 0] * (1 - stay) * human
        per_intent = (segment[:, None] * share).sum(axis=0) * aht
        work[number] = per_intent @ expected
    passed = np.array([world.lines.transfer.get(name, world.lines.transfer_other) for name in INTENTS])
    work[-1] = (passed * aht) @ expected * world.planning.passed
    rate = np.array(
        [
            world.lines.stretch[line]
            / world.lines.concurrency[line]
            * world.planning.again[line]
            / world.planning.occupancy[line]
            for line in LINES
        ]
    )
    heads = work * rate[:, None] * world.planning.pace * world.pay.effect[scenario.pay].time / (DESK_HOURS * 3600)
    # Planners know the season; they do not believe the peak of a sale.
    usual = np.median(heads, axis=1, keepdims=True)
    believed, half = world.planning.believed, world.planning.half_believed
    heads = np.where(heads > believed * usual, believed * usual + half * (heads - believed * usual), heads)
    change = np.array([scenario.staff_change.get(line, 0) for line in LINES])[:, None]
    rounded = np.floor(heads * scenario.staffing + 0.5).astype(np.int64) + change
    least = np.array([1 if line == "email" else 2 for line in LINES])[:, None]
    planned: Ints = np.maximum(rounded, least)
    return planned


def make_agents(world: World, scenario: Scenario, heads: Ints) -> Agents:
    """Everybody ever employed: each position is filled, vacated and filled again; temps in the weeks of Double 11."""
    rng = stream(scenario.seed, "simulation", "agents")
    w = world.agents
    days = heads.shape[1]
    rows: list[tuple[int, float, float, bool, int]] = []
    for line in range(len(LINES)):
        # Positions for all planned days but the worst; five days of seven, some of them ill or away.
        posts = int(
            np.ceil(
                np.quantile(heads[line], world.planning.posts_quantile)
                * 7
                / 5
                / (1 - world.agents.absent)
                * world.planning.posts_more
            )
        )
        for post in range(posts):
            hired = -float(rng.exponential(w.tenure)) - w.tenure_least
            while hired < days:
                early = rng.exponential(365 / (world.agents.turnover * world.agents.early_factor))
                stay = (
                    early
                    if early < w.early_days
                    else w.early_days + rng.exponential(365 / (w.turnover * w.later_factor))
                )
                if hired < 0:
                    # Whoever is there at the start has lasted so far.
                    stay = -hired + rng.exponential(365 / world.agents.turnover)
                # Days off belong to the post and are spread over the line: a small line is not empty every Monday.
                rows.append((line, hired, hired + stay, False, post * 7 // posts))
                hired += stay + rng.uniform(*world.agents.vacancy)
    year = scenario.start.year
    for line in (0, 1):
        for which in range(year, year + scenario.months // 12 + 1):
            first = day_number(scenario, scenario.start.replace(year=which, month=10, day=24))
            if "double_11" in scenario.surges and 0 <= first < days:
                rows += [(line, float(first), float(first + 35), True, 2 * k % 7) for k in range(scenario.temps // 2)]
    # Numbers rise with the day of hiring, as personnel numbers do.
    rows.sort(key=lambda row: row[1])
    line_of, hired_on, left_on, temp, rest = (np.array(column) for column in zip(*rows, strict=True))
    kind = line_of.astype(np.int64)
    hurry = world.agents.hurry_sd * _spread(rng, kind)
    return Agents(
        line=kind,
        hired=np.floor(hired_on),
        left=np.floor(left_on) + 1,
        temp=temp.astype(bool),
        pace=np.exp(world.agents.pace_sd * _spread(rng, kind) + world.agents.hurry_pace * hurry),
        skill=world.agents.skill_sd * _spread(rng, kind) + world.agents.hurry_resolve * hurry,
        empathy=world.agents.empathy_sd * _spread(rng, kind),
        hurry=hurry,
        rest=rest.astype(np.int64),
    )


def _spread(rng: np.random.Generator, line: Ints) -> Floats:
    """A trait of each agent, standard normal over each line: no line is better staffed than another by luck alone."""
    trait = np.zeros(len(line))
    for one in range(len(LINES)):
        mine = np.flatnonzero(line == one)
        trait[mine] = ndtri((rng.permutation(len(mine)) + 0.5) / len(mine))
    return trait


class Roster:
    """Who is on which line on a day."""

    def __init__(self, world: World, scenario: Scenario, agents: Agents, heads: Ints) -> None:
        """Everything that does not change from day to day."""
        self.world, self.agents, self.heads, self.shape = world, agents, heads, scenario.shape
        self.staff = [np.flatnonzero(agents.line == line) for line in range(len(LINES))]
        days = heads.shape[1]
        #: Line × day: scheduled, ill or on leave, and paid.
        self.absent = np.zeros((len(LINES), days), dtype=np.int64)
        self.away = stream(scenario.seed, "simulation", "absence").random((days, len(agents))) < world.agents.absent

    def on(self, line: int, day: int) -> tuple[Ints, Floats, Floats]:
        """Agents at work, and the seconds at which each one's two spells at the desk begin."""
        staff, agents = self.staff[line], self.agents
        here = (agents.hired[staff] <= day) & (agents.left[staff] > day) & ((day + agents.rest[staff]) % 7 < 5)
        people = staff[here]
        temp = agents.temp[people]
        usual, more = people[~temp], people[temp]
        # As many are scheduled as it takes, one after the other, to have the planned heads at work.
        turn = day * 3 % max(len(usual), 1)
        usual = np.concatenate([usual[turn:], usual[:turn]])
        works = ~self.away[day, usual]
        usual = usual[np.cumsum(works) - works < self.heads[line, day]]
        scheduled = np.concatenate([usual, more])
        people = scheduled[~self.away[day, scheduled]]
        self.absent[line, day] = len(scheduled) - len(people)
        # Early and late shifts go round.
        first, second = _begins(self.world, len(people), self.shape, LINES[line] == "shop")
        turn = len(people) - day % max(len(people), 1)
        return people, np.concatenate([first[turn:], first[:turn]]), np.concatenate([second[turn:], second[:turn]])


@cache
def _begins(world: World, count: int, shape: str, shop: bool) -> Floats:
    """The same as arrays: first spells, second spells."""
    found: Floats = np.array(shifts(world, count, shape, shop), dtype=np.float64).reshape(-1, 2).T.copy()
    return found


@cache
def shifts(world: World, count: int, shape: str, shop: bool) -> tuple[tuple[float, float], ...]:
    """When the two spells of `count` shifts begin so that the half hours are covered as well as so many can."""
    safety, least = world.planning.safety, world.planning.least_weight
    first = 2 if shop else 0
    share = np.ones(SLOTS) if shape == "flat" else np.array(world.demand.half_hours)
    if shop:
        share = np.interp((np.arange(SLOTS) - first) * 12 / 11, np.arange(SLOTS), share, left=0.0)
    if not count:
        return ()
    share = share / share.mean()
    # A small line needs more to spare than a large one: square-root staffing.
    safe = share * count + safety * np.sqrt(share * count)
    target = safe / safe.sum() * count * DESK_HOURS * 2
    # Shortfalls count in proportion: the quiet last hour is to be answered too.
    weight = 1 / np.maximum(target, least * target.max())
    covered = np.zeros(SLOTS)
    spell = SPELL / HALF_HOUR
    covers = {
        (start, pause): _cover(start, spell) + _cover(start + spell + pause, spell)
        for pause in PAUSES
        for start in np.arange(first, SLOTS + 0.5 - 2 * spell - pause + 0.01, 0.5).tolist()
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
    edges = np.arange(SLOTS + 1, dtype=float)
    cover: Floats = np.clip(np.minimum(edges[1:], start + spell) - np.maximum(edges[:-1], start), 0, 1)
    return cover


def agents_table(agents: Agents, days: int, start: pd.Timestamp) -> pd.DataFrame:
    """The personnel list: everybody employed at some time during the run."""
    there = agents.left > 0
    left = pd.Series(start + pd.to_timedelta(np.minimum(agents.left, 9e3), unit="D"))
    return pd.DataFrame(
        {
            "agent_id": agent_ids(np.arange(len(agents))),
            "line": np.array(LINES, dtype=object)[agents.line],
            "hired_on": start + pd.to_timedelta(agents.hired, unit="D"),
            "left_on": left.where(agents.left < days).to_numpy(),
            "temporary": agents.temp,
        }
    )[there].reset_index(drop=True)


def agent_ids(numbers: Ints) -> NDArray[np.object_]:
    """Personnel numbers; missing for −1."""
    names = np.array([f"A{number:03d}" for number in range(int(numbers.max(initial=-1)) + 1)] + [None], dtype=object)
    return names[numbers]
