"""The shops month by month: sales, visits, and where customers wait while ordering ahead comes, group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.company.simulation import mechanisms as m
from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.outcomes import shop_ids
from servicelab.company.simulation.scenario import Scenario
from servicelab.models.process import kingman_wait

#: Customers an hour that a till and the pick-up counter can take, and how many of each a shop has.
TILL, COUNTER = 20.0, 28.0
TILLS, COUNTERS = 2, 1


def make_shops(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Shops, and their months."""
    rng = stream(scenario.seed, "simulation", "shops")
    n, months = m.SHOPS, scenario.months
    size = np.exp(rng.normal(0, 0.12, n))
    group = rng.permutation(np.arange(n) % m.ROLLOUT_GROUPS)
    # The last group waits until after the end: shops that are not converted are what the others are held against.
    live = m.ROLLOUT_FROM + m.ROLLOUT_EVERY * group
    live = np.where((group == m.ROLLOUT_GROUPS - 1) | (not scenario.app_rollout), 10_000, live)
    month = np.arange(months)
    calendar = pd.period_range(pd.Timestamp(scenario.start), periods=months, freq="M")
    season = np.array([0.92, 0.80, 0.96, 0.98, 1.06, 1.04, 0.97, 0.98, 1.04, 1.08, 1.12, 1.05])[calendar.month - 1]
    trend = (1 + m.SHOP_TREND) ** (month / 12)
    converted = month[None, :] >= live[:, None]
    noise = np.exp(rng.normal(0, 0.03, (n, months)))
    common = np.exp(rng.normal(0, 0.02, months))
    level = size[:, None] * (season * trend * common)[None, :] * noise * np.where(converted, 1 + m.ROLLOUT_SALES, 1.0)
    ahead = np.clip(np.where(converted, m.ORDER_AHEAD + rng.normal(0, 0.02, (n, months)), 0.0), 0, 1)
    # Visits in the busy hour: whoever orders ahead passes the till by, but everybody collects at the counter,
    # and an order from home comes on top of the queue that people can see.
    visits = np.minimum(15.5 * size[:, None] * (season * trend / trend.mean())[None, :], 17.5)
    at_till = visits * 1.75 * (1 - ahead)
    at_counter = visits * (1.0 + 0.9 * ahead)
    till = kingman_wait(np.minimum(at_till, 0.97 * TILL * TILLS), 1 / TILL, servers=TILLS) * 60
    counter = kingman_wait(np.minimum(at_counter, 0.97 * COUNTER * COUNTERS), 1 / COUNTER, servers=COUNTERS) * 60
    shops = pd.DataFrame(
        {
            "shop_id": shop_ids(np.arange(n)),
            "size": np.round(size, 3),
            "app_live_from": pd.Series([str(calendar[k]) if k < months else None for k in live.tolist()], dtype=object),
        }
    )
    rows = pd.DataFrame(
        {
            "shop_id": np.repeat(shop_ids(np.arange(n)), months),
            "month": np.tile(calendar.astype(str).to_numpy(), n),
            "sales": np.round(420_000 * level).ravel(),
            "busy_hour_visits": np.round(visits, 1).ravel(),
            "ordered_ahead": np.round(ahead, 3).ravel(),
            "till_wait_min": np.round(np.asarray(till) * np.exp(rng.normal(0, 0.05, (n, months))), 2).ravel(),
            "counter_wait_min": np.round(np.asarray(counter) * np.exp(rng.normal(0, 0.05, (n, months))), 2).ravel(),
            "till_busy": np.round(at_till / TILL / TILLS, 3).ravel(),
            "counter_busy": np.round(at_counter / COUNTER / COUNTERS, 3).ravel(),
        }
    )
    return {"shops": shops, "shop_months": rows}
