"""The shops month by month: sales, visits, and where customers wait while ordering ahead comes, group by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.members import Floats, Ints, shop_shares
from servicelab.company.simulation.names import SHOPS
from servicelab.company.simulation.orders import Rates, expected_orders
from servicelab.company.simulation.outcomes import shop_ids
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World
from servicelab.models.process import kingman_wait

NEVER = 10_000
#: Of a yuan: sums of whole numbers are exact.
TENTHS = 10


@dataclass(frozen=True)
class Rollout:
    """When each shop takes orders ahead: month number (NEVER: not during the run), and the first day of that month."""

    month: Ints
    day: Floats


def make_rollout(world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame) -> Rollout:
    """Groups by lot, one after another."""
    w = world.shops
    group = lots.always("rollout").permutation(np.arange(SHOPS) % w.rollout_groups)
    live = w.rollout_from + w.rollout_every * group
    first = np.searchsorted(month_of(calendar), np.arange(scenario.months))
    wanted = scenario.by_day(len(calendar), lambda now: now.app_rollout)[first]
    # The last group waits until after the end: shops that are not converted are what the others are held against.
    never = (group == w.rollout_groups - 1) | (live >= scenario.months)
    never |= ~wanted[np.where(never, 0, live)]
    live = np.where(never, NEVER, live)
    return Rollout(live, np.where(never, np.inf, first[np.where(never, 0, live)]))


def make_shops(
    world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame, rates: Rates, rollout: Rollout,
    orders: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Shops, and their months: members' sales as their orders add up, and the whole shop's."""
    w, n, months = world.shops, SHOPS, scenario.months
    crowd = np.exp(w.sd * lots.always("shops").normal(0, 1, n))
    month = np.arange(months)
    converted = month[None, :] >= rollout.month[:, None]
    lift = np.where(converted, 1 + w.effect, 1.0)
    of_day = month_of(calendar)
    price = world.orders.usual_amount
    on_record = np.bincount(of_day, weights=expected_orders(world, rates)[0], minlength=months) * price * scenario.scale
    # The same days for everybody; the trend is the whole shop's, whatever members do.
    days = np.arange(len(rates.shop)) / 365
    steady = rates.shop * rates.kept_shop / (world.orders.shop_rate / 365 * (1 + world.orders.shop_growth) ** days)
    season = np.bincount(of_day, weights=steady, minlength=months)
    trend = (1 + w.trend) ** (month / 12)
    share = shop_shares(world)[:, None]
    usual = world.members.count * world.members.old * world.orders.shop_rate / 365 * price
    whole = world.members.firm * w.whole * usual * share * crowd[:, None] * (season * trend)[None, :]
    luck = [lots.rng("shop months", number).normal(0, 1, 4 * n + 1) for number in range(months)]
    shop_luck, ahead_luck, till_luck, counter_luck = (
        np.array([one[k * n : k * n + n] for one in luck]).T for k in range(4)
    )
    noise = np.exp(w.month_sd * shop_luck + w.all_sd * np.array([one[-1] for one in luck]))
    rest = (whole - share * on_record[None, :]).clip(min=0) * lift * noise
    names = shop_ids(np.arange(n))
    starts = pd.date_range(pd.Timestamp(scenario.start).replace(day=1), periods=months, freq="MS")
    inside = orders[orders["channel"] == "shop"]
    at = (inside["ordered_at"].dt.year - starts[0].year) * 12 + inside["ordered_at"].dt.month - starts[0].month
    which = inside["shop_id"].map({name: number for number, name in enumerate(names)}).to_numpy(dtype=np.int64)
    tenths = np.rint(inside["amount"].to_numpy() * TENTHS)
    members = np.bincount(which * months + at.to_numpy(), weights=tenths, minlength=n * months) / TENTHS
    ahead = np.clip(np.where(converted, w.ahead + w.ahead_sd * ahead_luck, 0.0), 0, 1)
    # Visits in the busy hour: whoever orders ahead passes the till by, but everybody collects at the counter,
    # and an order from home comes on top of the queue that people can see.
    a_day = season / np.bincount(of_day, minlength=months)
    visits = np.minimum(w.visits * crowd[:, None] * (a_day * trend)[None, :], w.visits_most)
    at_till = visits * w.turns_till * (1 - ahead)
    at_counter = visits * (w.turns_counter + w.turns_collecting * ahead)
    till = (
        kingman_wait(
            np.minimum(at_till, w.busiest * w.till * w.tills),
            1 / w.till,
            servers=w.tills,
        )
        * 60
    )
    room = np.minimum(at_counter, w.busiest * w.counter * w.counters)
    counter = kingman_wait(room, 1 / w.counter, servers=w.counters) * 60
    live = pd.Series(starts[np.minimum(rollout.month, months - 1)]).where(rollout.month < NEVER)
    shops = pd.DataFrame(
        {"shop_id": names, "size": np.round(share[:, 0] * n * crowd, 3), "app_live_from": live.to_numpy()}
    )
    rows = pd.DataFrame(
        {
            "shop_id": np.repeat(names, months),
            "month": np.tile(starts.to_numpy(), n),
            "member_sales": members,
            "sales": np.round(members + rest.ravel(), 1),
            "busy_hour_visits": np.round(visits, 1).ravel(),
            "ordered_ahead": np.round(ahead, 3).ravel(),
            "till_wait_min": np.round(np.asarray(till) * np.exp(w.wait_sd * till_luck), 2).ravel(),
            "counter_wait_min": np.round(np.asarray(counter) * np.exp(w.wait_sd * counter_luck), 2).ravel(),
            "till_busy": np.round(at_till / w.till / w.tills, 3).ravel(),
            "counter_busy": np.round(at_counter / w.counter / w.counters, 3).ravel(),
        }
    )
    return {"shops": shops, "shop_months": rows}
