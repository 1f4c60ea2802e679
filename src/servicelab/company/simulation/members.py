"""Members: who joins when, and the traits that nobody sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from servicelab.company.simulation.draws import Lots, Luck, chosen, chosen_by
from servicelab.company.simulation.festivals import make_calendar, month_of
from servicelab.company.simulation.names import SEGMENTS, SHOPS, WAREHOUSES
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
DAY = 86_400.0
#: Columns of a member's luck.
_SEGMENT, _TIER, _RATE, _DEAL, _EXPECTS, _OPTED, _SHOP, _WAREHOUSE, _WIDTH = range(9)
#: The fewest members that a run has.
FEWEST = 40


@dataclass
class Members:
    """Members, one element each, in order of joining; `left` is the day on which somebody stops buying (infinity:
    has not)."""

    segment: Ints
    tier: Ints
    joined: Floats
    rate: Floats
    deal: Floats
    expectation: Floats
    opted: Flags
    shop: Ints
    warehouse: Ints
    app_from: Floats
    left: Floats

    def __len__(self) -> int:
        """How many."""
        return len(self.segment)

    def until(self, day: float) -> int:
        """How many have joined before a day: they are the first so many."""
        return int(np.searchsorted(self.joined, day))


def make_members(world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame) -> Members:
    """Members with their traits; nobody has left yet."""
    w = world.members
    n = max(round(w.count * scenario.scale), FEWEST)
    old = round(n * w.old)
    rng = lots.always("members of old")
    long_ago = np.sort(-1 - rng.random(old) ** w.old_skew * w.old_days)
    day, luck = _newcomers(world, lots, calendar, (n - old) / w.days)
    return _with_traits(
        world, np.concatenate([np.floor(long_ago), day]), np.concatenate([rng.random((old, _WIDTH)), luck])
    )


def _newcomers(world: World, lots: Lots, calendar: pd.DataFrame, a_day: float) -> tuple[Floats, Luck]:
    """Day and luck of each who joins during the run: more in seasons and sales, as orders are."""
    weight = a_day * joining(world, calendar) / _usual_joining(world)
    month = month_of(calendar)
    due = np.floor(np.cumsum(np.bincount(month, weights=weight)) + 0.5).astype(np.int64)
    counts = np.diff(due, prepend=0)
    months = np.repeat(np.arange(len(counts)), counts)
    when = lots.luck("joining", months)
    days = np.concatenate(
        [
            np.sort(np.flatnonzero(month == one)[chosen(when[months == one], weight[month == one])])
            for one in range(len(counts))
        ]
    ).astype(np.float64)
    return days, lots.luck("members", months, _WIDTH)


def joining(world: World, calendar: pd.DataFrame) -> Floats:
    """Factor on who joins, by day."""
    season = np.array(world.orders.season)[pd.DatetimeIndex(calendar["date"]).month.to_numpy() - 1]
    found: Floats = season * calendar["usual_factor"].to_numpy() ** world.members.joins_in_sales
    return found


@cache
def _usual_joining(world: World) -> float:
    """The mean of that factor over all the years that are known, whichever of them are run."""
    return float(joining(world, make_calendar(world, Scenario())).mean())


def _with_traits(world: World, joined: Floats, luck: Luck) -> Members:
    n = len(joined)
    segment = chosen(luck[:, _SEGMENT], by_name(world.members.segment_share)).astype(np.int64)
    shape = world.members.rate_shape
    tiers = np.array([world.members.city_tier[name] for name in SEGMENTS])
    return Members(
        segment=segment,
        tier=chosen_by(luck[:, _TIER], tiers, segment).astype(np.int64) + 1,
        joined=joined,
        rate=gammaincinv(shape, luck[:, _RATE]) / shape,
        deal=ndtri(luck[:, _DEAL]),
        expectation=by_name(world.csat.expectation)[segment] + world.csat.expectation_sd * ndtri(luck[:, _EXPECTS]),
        opted=luck[:, _OPTED] < by_name(world.members.opted_in)[segment],
        shop=chosen(luck[:, _SHOP], shop_shares(world)).astype(np.int64),
        warehouse=chosen(luck[:, _WAREHOUSE], by_name(world.delivery.warehouse_share, WAREHOUSES)).astype(np.int64),
        app_from=np.full(n, np.inf),
        left=np.full(n, np.inf),
    )


def shop_shares(world: World) -> Floats:
    """Share of each shop in the members; the first is the largest."""
    size = np.linspace(world.shops.largest, world.shops.smallest, SHOPS)
    shares: Floats = size / size.sum()
    return shares


def expected_members(world: World, days: int) -> Floats:
    """Members still buying on each day, as a share of all there will be: what the firm itself would expect."""
    w = world.members
    day = np.arange(days)
    settled = (1 - w.old) / w.days * 365 / w.leaving
    found: Floats = settled + (w.old - settled) * np.exp(-w.leaving * day / 365)
    return found
