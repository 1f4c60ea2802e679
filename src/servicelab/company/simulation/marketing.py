"""Campaigns as they were sent, and who was held back by lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.members import Members
from servicelab.company.simulation.orders import campaign_groups
from servicelab.company.simulation.outcomes import customer_ids
from servicelab.company.simulation.scenario import Scenario


def make_campaigns(
    scenario: Scenario, lots: Lots, members: Members, orders: pd.DataFrame, days: int
) -> dict[str, pd.DataFrame]:
    """The campaigns, and one row for each member who was eligible, with what they did before and during it."""
    group = campaign_groups(scenario, lots, members, days)
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
