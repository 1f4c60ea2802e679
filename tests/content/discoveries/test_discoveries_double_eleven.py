"""Double 11: the peak is half an hour, the wave comes after, and claims come with the sale."""

from __future__ import annotations

from typing import Any

import pandas as pd

EVE = pd.Timestamp("2025-11-10")


def test_x11a_the_peak_is_one_half_hour(firm: Any) -> None:
    calls = firm["calls"]
    opens = EVE + pd.Timedelta(hours=20)
    live = calls[calls["line"].isin(["phone", "chat"])]
    rush = live[live["arrived_at"].between(opens, opens + pd.Timedelta(minutes=30), inclusive="left")]
    usual = live[live["arrived_at"].between("2025-10-10", "2025-10-28")]
    same = usual[(usual["arrived_at"].dt.hour == 20) & (usual["arrived_at"].dt.minute < 30)]
    quiet = len(same) / usual["arrived_at"].dt.floor("D").nunique()
    assert len(rush) > 6 * quiet
    assert 1 - rush["served"].mean() > 0.4
    # The day as a whole is not even twice an ordinary one.
    day = calls["arrived_at"].dt.floor("D")
    ordinary = (
        day.value_counts().loc["2025-10-10":"2025-10-28"].median()
        if day.value_counts().index.is_monotonic_increasing
        else day.value_counts().sort_index().loc["2025-10-10":"2025-10-28"].median()
    )
    assert (day == EVE).sum() < 2.2 * ordinary


def test_x11b_temps_are_few_and_new(firm: Any) -> None:
    agents = firm["agents"]
    temps = agents[agents["temporary"]]
    assert len(temps) == 18
    assert temps["hired_on"].dt.day_name().eq("Monday").all()
    assert ((EVE - temps.loc[temps["hired_on"] > "2025-01-01", "hired_on"]).dt.days.between(7, 28)).all()


def test_x11c_the_wave_comes_after_midnight(firm: Any) -> None:
    contacts, orders = firm["contacts"], firm["orders"][["order_id", "ordered_at"]]
    about = contacts[(contacts["kind"] == "first") & contacts["order_id"].notna()].merge(orders, on="order_id")
    sale = about[about["ordered_at"].dt.strftime("%m-%d").isin(["11-10", "11-11"])]
    days = (sale["opened_at"].dt.floor("D") - sale["ordered_at"].dt.floor("D")).dt.days
    assert len(days) > 300
    assert (days > 2).mean() > 0.42
    assert (days > 7).mean() > 0.10


def test_claims_for_the_difference_come_days_after_the_sale(firm: Any) -> None:
    contacts, cuts = firm["contacts"], firm["price_cuts"]
    claims = contacts[(contacts["intent"] == "price_claim") & (contacts["kind"] == "first")]
    days = (claims["opened_at"].dt.floor("D") - EVE).dt.days
    after = days[days.between(-20, 30)]
    assert after.min() >= 1
    assert 2 <= after.median() <= 5
    assert (after <= 15).mean() > 0.93
    cheaper = set(cuts.loc[cuts["to_date"] >= EVE, "family"].astype(str))
    bought = claims.merge(firm["orders"][["order_id", "family", "ordered_at"]], on="order_id")
    assert bought["family"].astype(str).isin(cheaper).all()
    assert ((bought["opened_at"] - bought["ordered_at"]).dt.days <= 80).all()


def test_deposits_and_balances(firm: Any) -> None:
    deposits = firm["deposits"]
    paid = deposits["balance_paid_at"].notna()
    assert 0.8 < paid.mean() < 0.95
    assert (deposits.loc[paid, "balance_paid_at"] >= deposits.loc[paid, "balance_due_at"]).all()
    assert (deposits["deposit"] <= 0.2 * (deposits["deposit"] + deposits["balance"])).all()
    assert deposits.loc[paid, "order_id"].notna().all()
