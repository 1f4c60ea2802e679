"""Customers and their orders: who buys, what falls short, and who comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.firm import mechanisms as m
from servicelab.company.simulation.draws import answers, look_up, pick, stream

CUSTOMERS_AT_SCALE_1 = 4000
LOST_AFTER = 365
WITHIN = 180
_DAY = np.timedelta64(1, "D")
START, END = np.datetime64(m.START), np.datetime64(m.END)
#: An order counts once it has been delivered, so the last ones are placed a while before the data ends.
LAST_ORDER = END - 20 * _DAY


def make_customers(seed: int, scale: float) -> pd.DataFrame:
    """Members of the loyalty scheme; `churned_on` is still empty, because the orders decide it."""
    n = max(round(CUSTOMERS_AT_SCALE_1 * scale), 40)
    rng = stream(seed, "customers")
    segment = pick(rng, list(m.SEGMENT_SHARE), list(m.SEGMENT_SHARE.values()), n)
    tier = np.zeros(n, dtype=np.int64)
    opted = np.zeros(n, dtype=bool)
    for name in m.SEGMENT_SHARE:
        here = segment == name
        tier[here] = pick(rng, (1, 2, 3, 4), m.CITY_TIER[name], int(here.sum()))
        opted[here] = rng.random(int(here.sum())) < m.OPTED_IN[name]
    before = rng.random(n) < 0.45
    # Older members joined at any time since the web shop opened; seniors also in the shops' paper scheme before it.
    years = np.where(segment == "senior", 20.0, 7.9)
    old = START - (rng.random(n) ** 1.5 * years * 365).astype(int) * _DAY - _DAY
    new = START + (rng.random(n) * 960).astype(int) * _DAY
    joined = np.where(before, old, new)
    order = np.argsort(joined, kind="stable")
    return pd.DataFrame(
        {
            "customer_id": [f"K{number:04d}" for number in range(1, n + 1)],
            "segment": segment[order],
            "city_tier": tier[order],
            "joined_on": joined[order],
            "opted_in": opted[order],
        }
    )


def make_orders(seed: int, customers: pd.DataFrame) -> pd.DataFrame:
    """Orders in time order. Each round draws the next order of everyone who comes back once more."""
    rng = stream(seed, "orders")
    n = len(customers)
    segment = customers["segment"].to_numpy()
    joined = customers["joined_on"].to_numpy().astype("datetime64[D]")
    home = pick(rng, list(m.WAREHOUSE_SHARE), list(m.WAREHOUSE_SHARE.values()), n)
    first = np.where(joined < START, START + (rng.random(n) * 420).astype(int) * _DAY, joined + rng.integers(0, 10, n))
    who, day = np.arange(n), first
    rounds: list[pd.DataFrame] = []
    while who.size:
        keep = day <= LAST_ORDER
        who, day = who[keep], day[keep]
        drawn = _attributes(rng, day, home[who], segment[who])
        drawn.insert(0, "customer", who)
        chance = look_up(m.REPURCHASE, segment[who]) + look_up(m.FAILURE_REPURCHASE, drawn["failed_feature"].to_numpy())
        soon = rng.random(who.size) < chance
        late = ~soon & (rng.random(who.size) < m.LATE_RETURN)
        gap = np.where(soon, 1 + (rng.beta(1.1, 1.6, who.size) * (WITHIN - 1)).astype(int), 0)
        gap = np.where(late, WITHIN + 1 + rng.integers(0, LOST_AFTER - WITHIN - 1, who.size), gap)
        drawn["repurchased_180d"] = pd.array(soon, dtype="boolean")
        # Whether an order was followed by another is known only once 180 days have passed.
        drawn.loc[day + WITHIN * _DAY > LAST_ORDER, "repurchased_180d"] = pd.NA
        rounds.append(drawn)
        back = soon | late
        who, day = who[back], day[back] + gap[back] * _DAY
    orders = pd.concat(rounds).sort_values(["ordered_at", "customer"], kind="stable", ignore_index=True)
    orders.insert(0, "order_id", [f"D{number:05d}" for number in range(1, len(orders) + 1)])
    orders.insert(1, "customer_id", customers["customer_id"].to_numpy()[orders.pop("customer")])
    return orders


def churn_day(customers: pd.DataFrame, orders: pd.DataFrame) -> pd.Series:
    """The day on which a year had passed since the customer's last order, if that day is in the data; else missing."""
    last = orders.groupby("customer_id")["ordered_at"].max().dt.floor("D") + pd.Timedelta(days=LOST_AFTER)
    day = customers["customer_id"].map(last)
    return day.where(day <= pd.Timestamp(m.END))


def _attributes(
    rng: np.random.Generator, day: NDArray[Any], warehouse: NDArray[Any], segment: NDArray[Any]
) -> pd.DataFrame:
    n = day.size
    year = day.astype("datetime64[Y]").astype(int) + 1970 - m.START.year
    share = np.array([m.ON_TIME[name][index] for name, index in zip(warehouse, year, strict=True)])
    promised = pick(rng, (2, 3, 4, 5, 7), (0.15, 0.30, 0.25, 0.20, 0.10), n).astype(np.int64)
    on_time = rng.random(n) < share
    early = np.minimum(rng.integers(0, 3, n), promised - 1)
    delivered = np.where(on_time, promised - early, promised + np.minimum(rng.geometric(0.42, n), 12))
    names = [*m.FAILURE_RATE, None]
    rates = [*m.FAILURE_RATE.values(), 1 - sum(m.FAILURE_RATE.values())]
    failed = pick(rng, np.array(names, dtype=object), rates, n)
    failed[~on_time] = "on_time_delivery"
    extras = list(m.EXTRA_SATISFACTION)
    extra = pick(rng, extras, [1] * len(extras), n).astype(object)
    extra[rng.random(n) >= m.EXTRA_RATE] = None
    # An extra that was given cannot be the thing that fell short: the order's record then says given.
    failed[(failed == extra) & pd.notna(extra)] = None
    curve = np.array([m.satisfaction_curve(value) for value in share])
    mean = curve + np.where(on_time, 1 - share, -share) * m.LATE_PENALTY
    mean += look_up(m.FAILURE_SATISFACTION, failed) + look_up(m.EXTRA_SATISFACTION, extra)
    answered = rng.random(n) < look_up(m.ORDER_RESPONSE, segment)
    satisfaction = pd.array(answers(rng, mean, spread=4.0), dtype="Int64")
    satisfaction[~answered] = pd.NA
    minute = pick(rng, np.arange(8, 24), (2, 4, 6, 6, 6, 5, 5, 6, 6, 6, 5, 6, 8, 10, 9, 4), n) * 60
    return pd.DataFrame(
        {
            "ordered_at": (day.astype("datetime64[m]") + (minute + rng.integers(0, 60, n)).astype("timedelta64[m]")),
            "warehouse": warehouse,
            "amount": np.round(np.clip(rng.lognormal(6.3, 0.9, n), 29, 19999), 0) - 0.1,
            "promised_days": promised,
            "delivered_days": delivered.astype(np.int64),
            "on_time": on_time,
            "failed_feature": failed,
            "extra_feature": extra,
            "satisfaction": satisfaction,
        }
    )
