"""The retailer since 2023: what may be said of ordering ahead, of the app, of the shops and of satisfaction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest


def months(firm: Any) -> pd.DataFrame:
    rows = firm["shop_months"].merge(firm["shops"][["shop_id", "app_live_from"]], on="shop_id")
    return rows.assign(log=np.log(rows["sales"]), live=(rows["month"] >= rows["app_live_from"]).astype(float))


def fixed_effects(rows: pd.DataFrame) -> float:
    columns = pd.concat([pd.get_dummies(rows["shop_id"]), pd.get_dummies(rows["month"]).iloc[:, 1:]], axis=1).astype(
        float
    )
    found = np.linalg.lstsq(columns.assign(live=rows["live"]).to_numpy(), rows["log"].to_numpy(), rcond=None)[0]
    return float(np.expm1(found[-1]))


def test_x12a_after_less_before_is_not_the_effect_and_fixed_effects_find_it(firm: Any) -> None:
    rows = months(firm)
    converted = rows[rows["app_live_from"].notna()]
    means = converted.groupby(["shop_id", "live"])["log"].mean().unstack()
    naive = float(np.expm1((means[1.0] - means[0.0]).mean()))
    assert naive > 0.12
    assert 0.04 < fixed_effects(rows) < 0.06


def test_x12a_by_permuting_the_lot(firm: Any) -> None:
    """The order of conversion was drawn by lot, so shuffling it shows what chance alone makes."""
    rows, shops = months(firm), firm["shops"]
    rng = np.random.default_rng(12)
    chance = []
    for _ in range(60):
        lot = pd.Series(rng.permutation(shops["app_live_from"].to_numpy()), index=shops["shop_id"].to_numpy())
        live = pd.to_datetime(rows["shop_id"].map(lot))
        chance.append(fixed_effects(rows.assign(live=(rows["month"] >= live).astype(float))))
    assert fixed_effects(rows) > max(chance)


def test_x12a_the_counter_is_where_the_queue_went(firm: Any) -> None:
    rows = months(firm)
    late = rows[rows["month"] >= "2025-07-01"]
    mean = late.groupby("live")[["till_wait_min", "counter_wait_min"]].mean()
    assert mean.loc[1.0, "till_wait_min"] < 0.6 * mean.loc[0.0, "till_wait_min"]
    assert mean.loc[1.0, "counter_wait_min"] > 1.8 * mean.loc[0.0, "counter_wait_min"]


def test_x12b_app_users_ordered_more_before_they_had_the_app(firm: Any) -> None:
    orders, customers = firm["orders"], firm["customers"]
    last = orders[orders["ordered_at"] >= "2025-01-01"].groupby("customer_id").size()
    users = customers[customers["app_from"].notna()]
    others = customers[customers["app_from"].isna()]
    naive = last.reindex(users["customer_id"]).fillna(0).mean() / last.reindex(others["customer_id"]).fillna(0).mean()
    assert naive > 2
    taken = users[users["app_from"].between("2024-01-01", "2024-12-31")]
    mine = orders.merge(taken[["customer_id", "app_from"]], on="customer_id")
    days = (mine["ordered_at"] - mine["app_from"]).dt.days
    before, after = ((days >= -365) & (days < 0)).sum(), ((days > 0) & (days <= 365)).sum()
    assert after / before < 1.3


def test_x12c_shop_orders_are_flat_while_their_share_falls(firm: Any) -> None:
    orders = firm["orders"]
    year = orders["ordered_at"].dt.year
    shop = (orders["channel"] == "shop").groupby(year).sum()
    assert shop.max() / shop.min() < 1.06
    quarter = (orders["channel"] != "shop").groupby(orders["ordered_at"].dt.to_period("Q")).mean()
    assert quarter.iloc[0] < 0.16
    assert quarter.iloc[-1] > 0.36


def test_three_indices_from_one_survey(firm: Any) -> None:
    """The same answers as a mean, as the share of fours and fives, and rescaled: three rises; the wording decides."""
    orders = firm["orders"].dropna(subset="satisfaction")
    rating = orders["satisfaction"].astype(float)
    by_year = rating.groupby(orders["ordered_at"].dt.year)
    mean, top = by_year.mean(), (rating >= 4).groupby(orders["ordered_at"].dt.year).mean()
    rise = {
        "mean": mean[2025] / mean[2023] - 1,
        "top": top[2025] / top[2023] - 1,
        "scaled": (mean[2025] - 1) / (mean[2023] - 1) - 1,
    }
    assert 0.02 < rise["mean"] < 0.08
    assert rise["top"] > 1.6 * rise["mean"]
    assert rise["mean"] < rise["scaled"] < rise["top"]
    contact = firm["contacts"]["csat"].dropna().astype(float)
    years = firm["contacts"].loc[contact.index, "opened_at"].dt.year
    assert contact.groupby(years).mean().pipe(lambda found: found.max() - found.min()) == pytest.approx(0, abs=0.08)
