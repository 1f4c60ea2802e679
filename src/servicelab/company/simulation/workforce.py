"""Who is employed: posts that are filled, vacated and filled again, each with luck of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import day_number
from servicelab.company.simulation.members import Flags, Floats, Ints
from servicelab.company.simulation.names import FAR, LINES
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World

#: Steps from post to post and from occupant to occupant: fractions of multiples of such numbers fill the unit interval
#: evenly (Weyl 1916), so that no line is better staffed than another by luck alone, however people come and go.
_STEPS = np.sqrt([[2.0, 11.0], [3.0, 13.0], [5.0, 17.0], [7.0, 19.0]])
PACE, SKILL, EMPATHY, HURRY = range(4)
#: Weeks over which the new posts of a month are filled.
WEEKS_OF_HIRING = 3
#: From one post to the next, days off lie so many days apart.
STRIDE = 3
#: Month and day on which temporary agents begin to come; their posts are numbered from here.
TEMPS_COME, TEMP_POSTS = (10, 17), 1000


@dataclass(frozen=True)
class Agents:
    """Agents, one element each, in order of hiring.

    `hired` and `left` are days (left: infinity while employed), `rest` turns the week, `post` is the number of the post
    on the line.
    """

    line: Ints
    post: Ints
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


@dataclass
class _Hire:
    line: int
    post: int
    hired: float
    temp: bool
    traits: Floats
    left: float = np.inf


class _Post:
    """A position on a line: who holds it, and the luck that decides how long."""

    def __init__(self, world: World, lots: Lots, line: int, number: int, opens: int, weekday: int) -> None:
        self.world, self.line, self.number, self.weekday = world, line, number, weekday
        self.rng = lots.always("post", LINES[line], str(number))
        self.shift = lots.always("traits", LINES[line]).random(len(_STEPS))
        self.occupants = 0
        self.holder: _Hire | None = None
        self.free_from = float(opens)
        self.threshold, self.used = 0.0, 0.0
        self.closed = False

    def hire(self, day: float, *, temp: bool = False) -> _Hire:
        """Somebody new from a day on."""
        u = (self.shift + self.number * _STEPS[:, 0] + self.occupants * _STEPS[:, 1]) % 1
        self.occupants += 1
        self.holder = _Hire(self.line, self.number, day, temp, ndtri(np.clip(u, 1e-3, 1 - 1e-3)))
        self.threshold, self.used = float(self.rng.exponential()), 0.0
        return self.holder

    def monday(self, day: float) -> float:
        """The first Monday from a day on: nobody begins on another day."""
        return float(np.ceil(day) + (7 - (np.ceil(day) + self.weekday) % 7) % 7)

    def month(self, low: int, high: int, hazard: float) -> list[_Hire]:
        """Leaving and hiring of one month; `hazard` is the rate of leaving a year beyond the first days."""
        w = self.world.agents
        found: list[_Hire] = []
        day = float(low)
        while day < high:
            if self.holder is None:
                # A post that was closed is filled from when it is wanted again.
                begins = self.monday(max(self.free_from, float(low)))
                if self.closed or begins >= high:
                    return found
                found.append(self.hire(begins))
                day = begins
                continue
            early = self.holder.hired + w.early_days
            until = min(float(high), early) if day < early else float(high)
            a_day = hazard / 365 * (w.early_factor if day < early else w.later_factor)
            if self.used + a_day * (until - day) < self.threshold:
                self.used += a_day * (until - day)
                day = until
                continue
            day = float(np.floor(day + (self.threshold - self.used) / a_day)) + 1
            self.holder.left = day
            self.holder = None
            low_gap, high_gap = w.vacancy
            self.free_from = day + low_gap + (high_gap - low_gap) * self.rng.random()
        return found


class Workforce:
    """Everybody ever employed, month by month: nothing later than a month decides who is there in it."""

    def __init__(self, world: World, scenario: Scenario, lots: Lots) -> None:
        self.world, self.scenario, self.lots = world, scenario, lots
        self.posts: list[list[_Post]] = [[] for _line in LINES]
        self.hires: list[_Hire] = []
        self.temps: list[_Hire] = []

    def begin(self, low: int, high: int, needed: list[int], hazard: Floats) -> Agents:
        """The agents of a month that begins on day `low`: posts needed by line, and rate of leaving a year by line."""
        weekday = self.scenario.start.weekday()
        first = not self.hires
        new: list[_Hire] = []
        for line, count in enumerate(needed):
            mine = self.posts[line]
            before = len(mine)
            while len(mine) < count:
                # Not everybody new begins on one day.
                opens = low + 7 * ((len(mine) - before) % WEEKS_OF_HIRING)
                post = _Post(self.world, self.lots, line, len(mine), opens, weekday)
                mine.append(post)
                if first:
                    w = self.world.agents
                    ago = w.tenure_least + post.rng.exponential(w.tenure)
                    new.append(post.hire(-7 + post.monday(-ago)))
            for post in mine:
                post.closed = post.number >= count
                new += post.month(low, high, float(hazard[line]))
        new += self._temps(low, high)
        self.hires += sorted(new, key=lambda hire: (hire.hired, hire.line, hire.post))
        return self.agents()

    def _temps(self, low: int, high: int) -> list[_Hire]:
        """Temporary agents for the weeks of Double 11; half of them begin a week after the others."""
        w, (month, day) = self.world.agents, TEMPS_COME
        found: list[_Hire] = []
        for year in range(self.scenario.start.year, self.scenario.start.year + self.scenario.months // 12 + 1):
            first = day_number(self.scenario, self.scenario.start.replace(year=year, month=month, day=day))
            now = self.scenario.on(max(first, 0))
            if first < 0 or "double_11" not in now.surges or not low <= first < high:
                continue
            for line in (0, 1):
                for number in range(now.temps // 2):
                    post = _Post(self.world, self.lots, line, TEMP_POSTS + number, first, self.scenario.start.weekday())
                    begins = post.monday(first) + 7 * (number % 2)
                    hire = post.hire(begins, temp=True)
                    hire.left = begins + w.temp_days
                    found.append(hire)
        return found

    def agents(self) -> Agents:
        """Everybody so far."""
        w = self.world.agents
        traits = np.array([hire.traits for hire in self.hires]).reshape(-1, len(_STEPS))
        hurry = w.hurry_sd * traits[:, HURRY]
        post = np.array([hire.post for hire in self.hires], dtype=np.int64)
        return Agents(
            line=np.array([hire.line for hire in self.hires], dtype=np.int64),
            post=post,
            hired=np.array([hire.hired for hire in self.hires]),
            left=np.array([hire.left for hire in self.hires]),
            temp=np.array([hire.temp for hire in self.hires], dtype=bool),
            pace=np.exp(w.pace_sd * traits[:, PACE] + w.hurry_pace * hurry),
            skill=w.skill_sd * traits[:, SKILL] + w.hurry_resolve * hurry,
            empathy=w.empathy_sd * traits[:, EMPATHY],
            hurry=hurry,
            rest=post * STRIDE % 7,
        )


def hazards(world: World, pay: Floats, occupancy: Floats) -> Floats:
    """Rate of leaving a year by line, from last month's pay (against the usual) and load."""
    w = world.agents
    found: Floats = w.turnover * pay ** (-w.leaves_for_pay) * np.exp(w.leaves_for_load * (occupancy - w.usual_load))
    return found


def agents_table(agents: Agents, days: int, start: pd.Timestamp) -> pd.DataFrame:
    """The personnel list: everybody employed at some time during the run."""
    left = pd.Series(start + pd.to_timedelta(np.minimum(agents.left, FAR), unit="D"))
    return pd.DataFrame(
        {
            "agent_id": agent_ids(np.arange(len(agents))),
            "line": np.array(LINES, dtype=object)[agents.line],
            "hired_on": start + pd.to_timedelta(agents.hired, unit="D"),
            "left_on": left.where(agents.left < days).to_numpy(),
            "temporary": agents.temp,
        }
    )


def agent_ids(numbers: Ints) -> NDArray[np.object_]:
    """Personnel numbers; missing for −1."""
    names = np.array([f"A{number:03d}" for number in range(int(numbers.max(initial=-1)) + 1)] + [None], dtype=object)
    return names[numbers]
