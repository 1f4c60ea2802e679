"""The desk from 27 October to 25 November, as it would have gone. Engine Q: `models.queueing.servers.serve`.

The contacts are the log's own, at the moments at which they came; how long each takes and waits is drawn from what the
tables show. Runs of one number have the same luck whatever is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicelab.models.queueing.oneday import people_at, spells_at
from servicelab.models.queueing.servers import serve
from servicelab.widgets.explore.eleven.levers import ASSUMED, Hour, Plan
from servicelab.widgets.explore.eleven.season import CLOSES, EVE, FIRST, LINES, OPENS, PRACTICE, SPELL, Came, Season

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIECES = 6
PIECE = 1800 // PIECES
LENGTH = float(CLOSES - OPENS)
EIGHT = 11 * 3600.0
"""20:00, in seconds from opening."""
STRETCHES = ((0, 2), (2, 6), (6, 12))
"""The stretches of `levers.MOVES`, in pieces from 20:00."""
SPANS = {
    "staff": ("2025-10-27", "2025-10-30"), "opening": (FIRST, "2025-11-09"),
    "night": (EVE, "2025-11-11"), "wave": ("2025-11-12", "2025-11-25"),
}  # fmt: skip
"""First and last day that each round plays."""
OVERTIME_DAYS = tuple(day.strftime("%Y-%m-%d") for day in pd.date_range("2025-11-12", "2025-11-18"))
Demand = Callable[[str, str, np.random.Generator], Came]
"""Who comes in, by day and line: those of the log, or a forecast of them."""


@dataclass(frozen=True)
class Carried:
    """What a round leaves to the next: people who come back tomorrow by line, and kinds of promise that were broken."""

    back: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LINES, 0))
    broken: int = 0

    @property
    def goodwill(self) -> float:
        """The factor on what comes in."""
        return 1 + ASSUMED.broken * self.broken


@dataclass(frozen=True)
class Tally:
    """What a stretch of time brought: contacts, those who gave up, seconds waited, customers let down, ¥.

    `dear` are those who gave up in the hour of an opening, when somebody wants to pay.
    """

    contacts: int = 0
    lost: int = 0
    waited: float = 0.0
    broken: int = 0
    cost: float = 0.0
    dear: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.contacts + other.contacts, self.lost + other.lost, self.waited + other.waited,
            self.broken + other.broken, self.cost + other.cost, self.dear + other.dear,
        )  # fmt: skip

    def values(self) -> tuple[int, int, float, int, float, int]:
        """The six numbers."""
        return self.contacts, self.lost, self.waited, self.broken, self.cost, self.dear

    @property
    def given_up(self) -> float:
        """Of the contacts, the share that gave up."""
        return self.lost / self.contacts if self.contacts else 0.0

    @property
    def minutes(self) -> float:
        """Minutes that a contact waited, on average."""
        return self.waited / 60 / self.contacts if self.contacts else 0.0

    @property
    def price(self) -> float:
        """¥ by the case's price list, what was spent included."""
        prices = ASSUMED.prices
        return (
            self.cost + prices["lost"] * (self.lost - self.dear) + prices["dear"] * self.dear
            + prices["minute"] * self.waited / 60 + prices["broken"] * self.broken
        )  # fmt: skip


@dataclass(frozen=True)
class Played:
    """A round, once: everything, the half hour from 20:00 of its evening, its days, what it leaves, calls back.

    `promised` and `rung` are the calls back of the evening: how many were promised, and how many made before nine.
    """

    all: Tally
    rush: Tally = Tally()
    days: tuple[Tally, ...] = ()
    carried: Carried = Carried()
    promised: int = 0
    rung: int = 0


def from_log(season: Season) -> Demand:
    """Those who really came."""
    return lambda day, line, _rng: season.came(day, line)


def days_of(name: str) -> list[str]:
    """The days that a round plays."""
    low, high = SPANS[name]
    return [day.strftime("%Y-%m-%d") for day in pd.date_range(low, high)]


def between(first: str, last: str) -> int:
    """Whole days from one to the other."""
    return (pd.Timestamp(last) - pd.Timestamp(first)).days


def play(
    season: Season, plan: Plan, name: str, carried: Carried, run: int, demand: Demand | None = None,
    only: Sequence[str] = (), failing: bool = True,
) -> Played:  # fmt: skip
    """A round once: run `run` has the same customers and the same luck whatever was decided.

    `only` plays some days. Without `failing` payment works on 10 November, as far as anybody knows before that evening.
    """
    source = demand or from_log(season)
    total, rush, days = Tally(cost=spent(season, plan, name)), Tally(), []
    back, broken, promised, rung = dict(carried.back), 0, 0, 0
    for day in only or days_of(name):
        hour = {FIRST: plan.opening, EVE: plan.night}.get(day)
        found = _day(season, plan, day, hour, source, run, carried.goodwill, back, failing)
        total, rush = total + found.all, rush + found.rush
        days.append(found.all)
        back, broken = found.carried.back, max(broken, found.carried.broken)
        promised, rung = promised + found.promised, rung + found.rung
    return Played(total, rush, tuple(days), Carried(back, broken), promised, rung)


def practised(season: Season, hour: Hour, run: int) -> Played:
    """An ordinary day with a plan for its evening hour: nothing is carried on."""
    nobody = dict.fromkeys(LINES, 0)
    return _day(season, Plan(), PRACTICE, hour, from_log(season), run, 1.0, nobody, failing=True)


def spent(season: Season, plan: Plan, name: str) -> float:
    """¥ that the decisions cost in the days of a round."""
    staff, cost = plan.staff, 0.0
    shift = season.hour_cost * SPELL * 2 / 3600
    there = sum(staff.start <= day and (name != "wave" or day <= plan.wave.until) for day in days_of(name))
    cost += staff.temps * there * ASSUMED.week / 7 * shift
    extra = season.hour_cost * ASSUMED.overtime_pay
    if name in ("opening", "night"):
        cost += staff.overtime * extra
    earlier = plan.opening.simplify
    if (name == "opening" and earlier) or (name == "night" and plan.night.simplify and not earlier):
        cost += ASSUMED.set_up
    if name == "wave":
        cost += plan.wave.hours * sum(ASSUMED.people.values()) * len(OVERTIME_DAYS) * extra
        unpaid = season.refused_claim
        small = season.small * unpaid["small"]
        lost = {"inspect": 0.0, "small": small, "all": small + (1 - season.small) * unpaid["large"]}
        cost += season.returns_a_day * len(days_of(name)) * lost[plan.wave.refunds]
    return cost


def temps_at(season: Season, plan: Plan, day: str, line: str) -> tuple[float, float, float]:
    """Temps at the desk of a line on average, their pace, and how many experienced people teach meanwhile."""
    staff = plan.staff
    since = between(staff.start, day)
    if since < 0 or not staff.temps or day > plan.wave.until:
        return 0.0, 1.0, 0.0
    mine = (staff.temps + 1) // 2 if line == "phone" else staff.temps // 2
    mean = mine * ASSUMED.week / 7 * SPELL * 2 / LENGTH
    if since < ASSUMED.training:
        return 0.0, 1.0, mine / ASSUMED.trained_by_one * SPELL * 2 / LENGTH
    return mean, season.pace[line][min(since // 7, 4)], 0.0


def seats(
    season: Season, plan: Plan, day: str, line: str, hour: Hour | None
) -> tuple[list[float], list[float], list[float]]:
    """Begin, end and pace of every seat of a line on a day."""
    temps, pace, _teaching = temps_at(season, plan, day, line)
    counts = _own(season, plan, day, line)
    if hour is not None:
        counts = counts + (-1 if line == "phone" else 1) * _moved(season, plan, day, hour)
    begin, end = spells_at(counts.tolist(), PIECE, SPELL)
    paces = [1.0] * len(begin)
    if temps:
        more, until = spells_at(people_at(temps * season.profile[line], PIECES), PIECE, SPELL)
        begin, end, paces = begin + more, end + until, paces + [pace] * len(more)
    slots = season.slots[line]
    return begin * slots, end * slots, paces * slots


def _own(season: Season, plan: Plan, day: str, line: str) -> NDArray[np.int64]:
    """The permanent people at the desk of a line in each piece of a day, before anybody is moved."""
    _temps, _pace, teaching = temps_at(season, plan, day, line)
    own = np.maximum(season.desk(day, line) - teaching * season.profile[line], 1.0)
    counts = np.array(people_at(own, PIECES))
    clock = np.arange(len(counts)) * PIECE
    if day in (FIRST, EVE) and line == "phone":
        late, overtime = plan.staff.late, plan.staff.overtime
        counts[clock < 3.5 * 3600] -= round(0.8 * late)
        counts[(clock >= 8.5 * 3600) & (clock < EIGHT)] += round(0.8 * late)
        counts[clock >= EIGHT] += late
        counts[clock >= EIGHT] += overtime
    if plan.wave.hours and day in OVERTIME_DAYS:
        counts[clock >= LENGTH - 3600 * plan.wave.hours] += ASSUMED.people[line]
    there: NDArray[np.int64] = np.maximum(counts, 1 if line == "phone" else 0)
    return there


def _moved(season: Season, plan: Plan, day: str, hour: Hour) -> NDArray[np.int64]:
    """How many go from the phone to the chat in each piece of a day: nobody goes who is not there, one stays."""
    there = {line: _own(season, plan, day, line) for line in LINES}
    wanted = np.zeros_like(there["phone"])
    start = int(EIGHT // PIECE)
    for moved, (low, high) in zip(hour.moved, STRETCHES, strict=True):
        wanted[start + low : start + high] = moved
    possible: NDArray[np.int64] = np.clip(wanted, -there["chat"], there["phone"] - 1)
    return possible


def seats_at(season: Season, plan: Plan, day: str, line: str, second: float, hour: Hour | None = None) -> int:
    """People at the desk of a line at one moment of a day, temps and late shift included, and whoever was moved."""
    begin, end, _pace = seats(season, plan, day, line, hour)
    there = sum(low <= second < high for low, high in zip(begin, end, strict=True))
    return there // season.slots[line]


@dataclass
class _Queue:
    """What comes to one line on one day: seconds, kinds, work and patience of each, in order."""

    at: NDArray[np.float64]
    kind: NDArray[np.int64]
    work: NDArray[np.float64]
    patience: NDArray[np.float64]
    luck: NDArray[np.float64]

    def only(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> _Queue:
        return _Queue(self.at[keep], self.kind[keep], self.work[keep], self.patience[keep], self.luck[keep])

    def with_more(self, other: _Queue) -> _Queue:
        joined = _Queue(
            np.concatenate([self.at, other.at]), np.concatenate([self.kind, other.kind]),
            np.concatenate([self.work, other.work]), np.concatenate([self.patience, other.patience]),
            np.concatenate([self.luck, other.luck]),
        )  # fmt: skip
        return joined.only(np.argsort(joined.at, kind="stable"))


def _drawn(
    season: Season, line: str, at: NDArray[np.float64], kind: NDArray[np.int64], rng: np.random.Generator
) -> _Queue:
    """The contacts with their luck: how long each takes and is prepared to wait."""
    share, patience, luck = rng.random(len(at)), rng.exponential(season.patience[line], len(at)), rng.random(len(at))
    work = np.empty(len(at))
    for number, pool in enumerate(season.handling[line]):
        mine = kind == number
        work[mine] = pool[(share[mine] * len(pool)).astype(np.int64)]
    return _Queue(at, kind, work, patience, luck)


def _day(
    season: Season, plan: Plan, day: str, hour: Hour | None, source: Demand, run: int, goodwill: float,
    back: dict[str, int], failing: bool,
) -> Played:  # fmt: skip
    total, rush, broken_kinds, calls_back = Tally(), Tally(), set[str](), [0, 0]
    tomorrow = dict.fromkeys(LINES, 0)
    number = pd.Timestamp(day).day_of_year
    for where, line in enumerate(LINES):
        rng = np.random.default_rng([run, number, where])
        came = source(day, line, rng)
        queue = _drawn(season, line, came.at, came.kind, rng)
        luck = np.random.default_rng([run, number, where, 1])
        queue = queue.with_more(_more(season, line, came, round((goodwill - 1) * len(came.at)), luck))
        if back[line]:
            again = np.sort(luck.random(back[line])) * 3 * 3600
            about = np.full(back[line], season.number("price"))
            queue = queue.with_more(_drawn(season, line, again, about, luck))
        if plan.wave.refunds != "inspect" and day >= "2025-11-12":
            gone = {"small": season.small * (1 - season.pilot), "all": 1 - season.quick}[plan.wave.refunds]
            chases = (queue.kind == season.number("return")) & (queue.luck < season.chasing * gone)
            queue = queue.only(~chases)
        contained = 0
        if hour is not None:
            if day == EVE and failing:
                queue = _payment_fails(season, line, queue, hour, luck)
            queue, contained, returning = _eased(season, line, queue, hour)
            tomorrow[line] += returning
        places = seats(season, plan, day, line, hour)
        waits, served, promised, unkept = _answered(queue, places, hour if line == "phone" else None)
        tomorrow[line] += unkept
        calls_back = [calls_back[0] + promised, calls_back[1] + promised - unkept]
        broken = unkept
        if unkept > ASSUMED.let_down * promised:
            broken_kinds.add("callback")
        late = queue.at >= EIGHT
        if hour is not None and day == EVE:
            wrong = _told_wrongly(season, queue, waits, served, hour)
            broken += wrong
            if wrong:
                broken_kinds.add("banner")
        lost = int((~served).sum())
        dear = int((late & ~served).sum()) if hour is not None else 0
        total = total + Tally(len(queue.at) + contained, lost, float(waits.sum()), broken, 0.0, dear)
        if hour is not None:
            first = late & (queue.at < EIGHT + 1800)
            rush = rush + Tally(int(first.sum()), int((~served[first]).sum()), float(waits[first].sum()), broken)
    return Played(total, rush, (), Carried(tomorrow, len(broken_kinds)), *calls_back)


def _more(season: Season, line: str, came: Came, count: int, luck: np.random.Generator) -> _Queue:
    """Further contacts like those of the day: when somebody was let down, more ring."""
    if not count:
        return _drawn(season, line, np.empty(0), np.empty(0, dtype=np.int64), luck)
    chosen = np.sort(luck.integers(0, len(came.at), count))
    at = np.clip(came.at[chosen] + luck.uniform(-600, 600, count), 0, LENGTH - 1)
    order = np.argsort(at, kind="stable")
    return _drawn(season, line, at[order], came.kind[chosen][order], luck)


def _payment_fails(season: Season, line: str, queue: _Queue, hour: Hour, luck: np.random.Generator) -> _Queue:
    """More contacts about payment while it fails; fewer of them where the banner says what holds."""
    low, high = (EIGHT + 60 * minute for minute in ASSUMED.outage)
    about = np.isin(queue.kind, [season.number(kind) for kind in ASSUMED.about_payment])
    during = about & (queue.at >= low) & (queue.at < high)
    few = np.flatnonzero(during)
    count = round((ASSUMED.outage_factor - 1) * len(few))
    if count:
        chosen = few[luck.integers(0, len(few), count)]
        at = np.clip(queue.at[chosen] + luck.uniform(-120, 120, count), low, high)
        order = np.argsort(at, kind="stable")
        queue = queue.with_more(_drawn(season, line, at[order], queue.kind[chosen][order], luck))
    if hour.banner == "kept":
        about = np.isin(queue.kind, [season.number(kind) for kind in ASSUMED.about_payment])
        calmed = about & (queue.at >= low + 120) & (queue.luck > 1 - ASSUMED.calmed)
        queue = queue.only(~calmed)
    return queue


def _eased(season: Season, line: str, queue: _Queue, hour: Hour) -> tuple[_Queue, int, int]:
    """The queue once the assistant has taken its share and calls are shorter; whom it took; who will be back."""
    late = queue.at >= EIGHT
    if hour.simplify:
        simple = late & np.isin(queue.kind, [season.number(kind) for kind in ASSUMED.simple])
        queue.work[simple] = np.maximum(queue.work[simple] - ASSUMED.shorter, 0.5 * queue.work[simple])
    if not hour.assistant or line != "chat":
        return queue, 0, 0
    asked = late & np.isin(queue.kind, [season.number(kind) for kind in ("price", "balance")])
    along = asked & (queue.luck < season.goes_along)
    returning = int((queue.luck[along] < season.goes_along * season.comes_back).sum())
    return queue.only(~along), int(along.sum()), returning


def _answered(
    queue: _Queue, places: tuple[Sequence[float], ...], hour: Hour | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], int, int]:
    """Wait of each and whether somebody answered; calls back promised, and those not made."""
    endures = np.minimum(queue.patience, LENGTH - queue.at)
    waits, served = _served(queue.at, queue.work, endures, places)
    if hour is None or not hour.callback:
        return waits, served, 0, 0
    # Whoever takes the offer leaves the queue after two minutes; from half past eight on they are rung, in order.
    offered = (
        (queue.at >= EIGHT) & (queue.at < LENGTH - 1800) & (queue.luck < ASSUMED.takes) & (endures > ASSUMED.offered)
    )
    waits, served = _served(queue.at, queue.work, np.where(offered, ASSUMED.offered, endures), places)
    called = offered & ~served
    rung = np.maximum(queue.at[called] + ASSUMED.offered, LENGTH - 1800)
    at = np.concatenate([queue.at, rung])
    order = np.argsort(at, kind="stable")
    work = np.concatenate([queue.work, queue.work[called]])
    until = np.concatenate([np.where(offered, ASSUMED.offered, endures), LENGTH - rung])
    waits_all, served_all = _served(at[order], work[order], until[order], places)
    back = np.empty(len(at), dtype=np.int64)
    back[order] = np.arange(len(at))
    waits, served = waits_all[back[: len(queue.at)]], served_all[back[: len(queue.at)]]
    kept = served_all[back[len(queue.at) :]]
    unkept = int((~kept).sum())
    served[np.flatnonzero(called)] = True
    return waits, served, len(kept), unkept


def _served(
    at: NDArray[np.float64],
    work: NDArray[np.float64],
    endures: NDArray[np.float64],
    places: tuple[Sequence[float], ...],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    begin, end, pace = places
    waits, taken = serve(at.tolist(), work.tolist(), endures.tolist(), begin, end, pace)
    served = np.array(taken) >= 0
    return np.where(served, waits, endures), served


def _told_wrongly(
    season: Season, queue: _Queue, waits: NDArray[np.float64], served: NDArray[np.bool_], hour: Hour
) -> int:
    """How many customers the banner told something that did not come true."""
    if hour.banner == "minutes":
        told = queue.at >= EIGHT + 9 * 60
        return int((told & ((waits > 120) | ~served)).sum())
    if hour.banner == "clock":
        about = np.isin(queue.kind, [season.number(kind) for kind in ASSUMED.about_payment])
        low, high = EIGHT + 60 * ASSUMED.told, EIGHT + 60 * ASSUMED.outage[1]
        return int((about & (queue.at >= low - 660) & (queue.at < high)).sum())
    return 0
