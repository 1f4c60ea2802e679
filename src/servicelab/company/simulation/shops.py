"""The shops month by month: sales, visits, and where customers wait while ordering ahead comes, group by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.company.simulation.buying import Floats, Ints, expected_orders, shop_shares
from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.names import SHOPS
from servicelab.company.simulation.outcomes import shop_ids
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World
from servicelab.models.process import kingman_wait

NEVER = 10_000


@dataclass(frozen=True)
class Rollout:
    """When each shop takes orders ahead: month number (NEVER: not during the run), and the first day of that month."""

    month: Ints
    day: Floats


def make_rollout(world: World, scenario: Scenario, days: int) -> Rollout:
    """Groups by lot, one after another."""
    rng = stream(scenario.seed, "simulation", "rollout")
    group = rng.permutation(np.arange(SHOPS) % world.shops.rollout_groups)
    live = world.shops.rollout_from + world.shops.rollout_every * group
    # The last group waits until after the end: shops that are not converted are what the others are held against.
    never = (group == world.shops.rollout_groups - 1) | (live >= scenario.months) | (not scenario.app_rollout)
    live = np.where(never, NEVER, live)
    first = np.searchsorted(month_of(scenario, days), np.arange(scenario.months))
    return Rollout(live, np.where(never, np.inf, first[np.where(never, 0, live)]))


def make_shops(
    world: World, scenario: Scenario, rates: tuple[Floats, Floats], rollout: Rollout, orders: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Shops, and their months: members' sales as their orders add up, and the whole shop's."""
    rng = stream(scenario.seed, "simulation", "shops")
    n, months = SHOPS, scenario.months
    crowd = np.exp(rng.normal(0, world.shops.sd, n))
    month = np.arange(months)
    converted = month[None, :] >= rollout.month[:, None]
    lift = np.where(converted, 1 + world.shops.effect, 1.0)
    of_day = month_of(scenario, len(rates[0]))
    price = np.exp(world.orders.amount_log_mean + world.orders.amount_log_sd**2 / 2)
    on_record = np.bincount(of_day, weights=expected_orders(world, *rates)[0], minlength=months) * price
    # The same days for everybody; the trend is the whole shop's, whatever members do.
    days = np.arange(len(rates[0])) / 365
    steady = np.bincount(of_day, weights=rates[0] / (1 + world.orders.shop_growth) ** days, minlength=months)
    steady = steady / steady.mean() * on_record[: min(12, months)].mean()
    trend = (1 + world.shops.trend) ** (month / 12)
    share = shop_shares(world)[:, None]
    whole = world.members.firm * world.shops.whole * share * crowd[:, None] * (steady * trend)[None, :]
    noise = np.exp(rng.normal(0, world.shops.month_sd, (n, months)) + rng.normal(0, world.shops.all_sd, months))
    rest = (whole - scenario.scale * share * on_record[None, :]).clip(min=0) * lift * noise
    names = shop_ids(np.arange(n))
    starts = pd.date_range(pd.Timestamp(scenario.start).replace(day=1), periods=months, freq="MS")
    inside = orders[orders["channel"] == "shop"]
    at = (inside["ordered_at"].dt.year - starts[0].year) * 12 + inside["ordered_at"].dt.month - starts[0].month
    which = inside["shop_id"].map({name: number for number, name in enumerate(names)}).to_numpy(dtype=np.int64)
    # Sums in tenths of a yuan are exact.
    tenths = np.rint(inside["amount"].to_numpy() * 10)
    members = np.bincount(which * months + at.to_numpy(), weights=tenths, minlength=n * months) / 10
    ahead = np.clip(
        np.where(converted, world.shops.ahead + rng.normal(0, world.shops.ahead_sd, (n, months)), 0.0), 0, 1
    )
    # Visits in the busy hour: whoever orders ahead passes the till by, but everybody collects at the counter,
    # and an order from home comes on top of the queue that people can see.
    season = steady / steady.mean()
    visits = np.minimum(
        world.shops.visits * crowd[:, None] * (season * trend / trend.mean())[None, :], world.shops.visits_most
    )
    at_till = visits * world.shops.turns_till * (1 - ahead)
    at_counter = visits * (world.shops.turns_counter + world.shops.turns_collecting * ahead)
    till = (
        kingman_wait(
            np.minimum(at_till, world.shops.busiest * world.shops.till * world.shops.tills),
            1 / world.shops.till,
            servers=world.shops.tills,
        )
        * 60
    )
    room = np.minimum(at_counter, world.shops.busiest * world.shops.counter * world.shops.counters)
    counter = kingman_wait(room, 1 / world.shops.counter, servers=world.shops.counters) * 60
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
            "till_wait_min": np.round(
                np.asarray(till) * np.exp(rng.normal(0, world.shops.wait_sd, (n, months))), 2
            ).ravel(),
            "counter_wait_min": np.round(
                np.asarray(counter) * np.exp(rng.normal(0, world.shops.wait_sd, (n, months))), 2
            ).ravel(),
            "till_busy": np.round(at_till / world.shops.till / world.shops.tills, 3).ravel(),
            "counter_busy": np.round(at_counter / world.shops.counter / world.shops.counters, 3).ravel(),
        }
    )
    return {"shops": shops, "shop_months": rows}
