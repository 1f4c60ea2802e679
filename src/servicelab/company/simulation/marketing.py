"""Campaigns as they were sent, who was held back by lot, and the touchpoints on the way to an order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.company.simulation.buying import Members, campaign_groups
from servicelab.company.simulation.draws import pick, stream
from servicelab.company.simulation.outcomes import customer_ids
from servicelab.company.simulation.scenario import Scenario

#: Touchpoints by how early they come, with the log odds that each adds to a purchase.
TOUCHPOINTS = {
    "advert": 0.0, "search": 0.25, "website": 0.15, "wechat_shop": 0.45, "community": 0.55,
    "video_guide": 0.30, "shop_visit": 0.80, "adviser": 0.95,
}  # fmt: skip
SHARE = (0.24, 0.16, 0.20, 0.12, 0.08, 0.08, 0.08, 0.04)
JOURNEYS = 9000
CONVERT = -1.6


def make_campaigns(scenario: Scenario, members: Members, orders: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The campaigns, and one row for each member who was eligible, with what they did before and during it."""
    group = campaign_groups(scenario, members)
    campaigns, parts = [], []
    ids = customer_ids(np.arange(len(members)))
    for number, one in enumerate(scenario.campaigns):
        start = pd.Timestamp(one.start)
        end = start + pd.Timedelta(days=one.days)
        campaigns.append((one.name, start, end, one.discount, one.control))
        rows = np.flatnonzero(group[number] >= 0)
        inside = orders[(orders["ordered_at"] >= start) & (orders["ordered_at"] < end)].groupby("customer_id")["amount"]
        earlier = start - pd.Timedelta(days=365)
        before = orders[(orders["ordered_at"] >= earlier) & (orders["ordered_at"] < start)].groupby("customer_id")[
            "amount"
        ]
        part = pd.DataFrame({"campaign": one.name, "customer_id": ids[rows], "treated": group[number][rows] == 1})
        part["used_coupon"] = part["customer_id"].isin(orders.loc[orders["campaign"] == one.name, "customer_id"])
        for name, found in (("orders", inside.size()), ("spend", inside.sum())):
            part[name] = part["customer_id"].map(found).fillna(0)
        for name, found in (("orders_before", before.size()), ("spend_before", before.sum())):
            part[name] = part["customer_id"].map(found).fillna(0)
        parts.append(part)
    table = pd.DataFrame(campaigns, columns=["campaign", "starts", "ends", "discount", "control_share"])
    columns = [
        "campaign", "customer_id", "treated", "used_coupon", "orders", "spend", "orders_before", "spend_before",
    ]  # fmt: skip
    sent = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return {"campaigns": table, "campaign_members": sent}


def make_touchpoints(scenario: Scenario, members: Members) -> dict[str, pd.DataFrame]:
    """Ways towards a first purchase of a new range, one row a touch; many end without an order."""
    rng = stream(scenario.seed, "simulation", "touchpoints")
    n = max(round(JOURNEYS * scenario.scale * scenario.months / 36), 30)
    length = np.minimum(1 + rng.geometric(0.42, n), 8)
    journey = np.repeat(np.arange(n), length)
    names = list(TOUCHPOINTS)
    touch = pick(rng, np.arange(len(names)), SHARE, len(journey))
    gain = np.bincount(journey, weights=np.array(list(TOUCHPOINTS.values()))[touch], minlength=n)
    bought = rng.random(n) < 1 / (1 + np.exp(-(CONVERT + gain)))
    day = np.sort(rng.random(n)) * (scenario.months * 30 - 20)
    step = np.arange(len(journey)) - np.repeat(np.cumsum(length) - length, length)
    at = day[journey] + step * 1.6 + rng.random(len(journey)) * 1.5
    joined = members.joined <= 0
    who = rng.choice(np.flatnonzero(joined), n)
    table = pd.DataFrame(
        {
            "journey_id": [f"J{k + 1:06d}" for k in journey.tolist()],
            "customer_id": customer_ids(who)[journey],
            "at": pd.Timestamp(scenario.start) + pd.to_timedelta(np.round(at * 86_400), unit="s"),
            "touchpoint": np.array(names, dtype=object)[touch],
            "converted": bought[journey],
        }
    )
    return {"touchpoints": table}
