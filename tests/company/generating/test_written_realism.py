"""The realism targets of the models' contract on the tables as they are written and loaded, for three seeds.

The engine's own tests look inside a run. These look at what a trainee gets, with the functions that also measure the
bank's real log (`tests/company/importing/test_real.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.company.call_laws import LAWS, START, TWO_MONTHS, CallLog, Law, seconds
from tests.company.skylark_world import world

from servicelab import company
from servicelab.company.simulation import LINES
from servicelab.company.simulation.names import SALE_OPENS
from servicelab.models.queueing import recontact_rates

END = pd.Timestamp("2026-01-01")
LIVE = [line for line in LINES if line != "expert"]


def line(firm: Any, name: str) -> pd.DataFrame:
    calls = firm["calls"]
    return calls[calls["line"] == name]


def call_log(firm: Any) -> CallLog:
    """The two months of calls that are written, and the rosters and hours of these."""
    calls, staff, rosters = firm["calls"], firm["staffing"], firm["rosters"]
    phone = rosters[(rosters["line"] == "phone") & (rosters["agents"] > 0)]
    begin = seconds(phone["date"] + pd.to_timedelta(phone["half_hour"] + ":00"))
    spells = pd.DataFrame({"begin": begin, "end": begin + 1800, "open": 1800.0, "agents": phone["agents"]})
    there = staff["date"].between(calls["arrived_at"].min().normalize(), calls["arrived_at"].max())
    night = (pd.Timestamp("2025-11-10") - START).total_seconds() + SALE_OPENS
    calls = calls.assign(arrived_at=seconds(calls["arrived_at"]))
    return CallLog(calls, staff.loc[there, "desk_hours"], spells.sort_values("begin"), [night])


# --- Laws: exactly ---


def test_keys_references_causes_and_facts_hold(firm: Any) -> None:
    """Everything that the checker knows (`consistency.RULES` and the schema)."""
    findings = company.check(firm.folder)
    assert findings.empty, findings.to_string()


def test_every_channel_is_used_and_no_other(firm: Any) -> None:
    assert set(firm["contacts"]["channel"]) == {*LINES, "self_service"}


def test_an_order_that_a_contact_is_about_is_the_customers_own(firm: Any) -> None:
    contacts, orders = firm["contacts"], firm["orders"].set_index("order_id")
    for column in ("order_id", "led_to_order_id"):
        rows = contacts[contacts[column].notna()]
        assert len(rows) > 1000
        assert (rows["customer_id"] == rows[column].map(orders["customer_id"])).all()


@pytest.mark.parametrize("law", LAWS)
def test_calls_keep_the_law(law: Law, firm: Any) -> None:
    law(call_log(firm), TWO_MONTHS)


def test_what_follows_from_other_columns(firm: Any) -> None:
    orders, contacts, customers = firm["orders"], firm["contacts"], firm["customers"]
    known = orders["on_time"].notna()
    on_time = orders["delivered_days"] <= orders["promised_days"]
    assert (orders.loc[known, "on_time"].astype(bool) == on_time[known].astype(bool)).all()
    assert (
        orders.loc[known, "on_time"].astype(bool) == (orders.loc[known, "failed_feature"] != "on_time_delivery")
    ).all()
    sales = orders[orders["shop_id"].notna()]
    month = sales["ordered_at"].dt.to_period("M").dt.to_timestamp()
    summed = sales.groupby([sales["shop_id"], month])["amount"].sum().round(1)
    written = firm["shop_months"].set_index(["shop_id", "month"])["member_sales"]
    assert (written - summed.reindex(written.index, fill_value=0)).abs().max() < 0.06
    assert not contacts.loc[~contacts["served"], ["agent_id", "handling", "csat"]].notna().any(axis=None)
    week = (orders["ordered_at"] - START).dt.days // 7
    parcels = orders[orders["warehouse"].notna()]
    counted = parcels.groupby([week[parcels.index], parcels["warehouse"].astype(str)]).size()
    packing = firm["weekly_packing"].set_index(["week", "warehouse"])
    packing.index = packing.index.set_levels(packing.index.levels[1].astype(str), level=1)
    assert (packing["parcels"] == counted.reindex(packing.index)).all()
    gone = customers["churned_on"].dropna()
    day = orders["ordered_at"].dt.floor("D")
    gap = day.groupby(orders["customer_id"]).shift(-1).fillna(END) - day
    first = day[gap > pd.Timedelta(days=365)].groupby(orders["customer_id"]).first() + pd.Timedelta(days=365)
    expected = customers["customer_id"].map(first)
    assert (gone == expected[gone.index]).all()
    assert expected[customers["churned_on"].isna()].isna().all()


def test_rosters_are_what_the_calls_were_answered_by(firm: Any) -> None:
    """No half hour has more people talking than are at the desk, give or take those who finish their last contact."""
    calls = line(firm, "phone")
    served = calls[calls["served"]]
    begin = served["arrived_at"] + pd.to_timedelta(served["wait"], unit="s")
    end = begin + pd.to_timedelta(served["service"], unit="s")
    moments = pd.date_range("2025-10-01 09:15", "2025-11-30 20:45", freq="30min")
    moments = moments[(moments.hour >= 9) & (moments.hour < 21)]
    busy = np.searchsorted(np.sort(begin), moments, "right") - np.searchsorted(np.sort(end), moments, "right")
    rosters = firm["rosters"]
    phone = rosters[rosters["line"] == "phone"]
    start = phone["date"] + pd.to_timedelta(phone["half_hour"] + ":00")
    there = phone.set_index(start)["agents"].reindex(moments.floor("30min")).fillna(0).to_numpy()
    assert (busy <= there + 2).mean() > 0.97
    assert 0.6 < busy.sum() / there.sum() < 0.97


# --- Distributions: within stated bands ---


def test_size_at_scale_one(firm: Any) -> None:
    assert len(firm["customers"]) == 20_000
    assert 135_000 < len(firm["orders"]) < 170_000
    assert 80_000 < len(firm["contacts"]) < 105_000


def test_arrivals_are_over_dispersed_and_correlated_within_a_day(firm: Any) -> None:
    contacts = firm["contacts"]
    first = contacts[(contacts["kind"] == "first")]
    day, hour = first["opened_at"].dt.floor("D"), first["opened_at"].dt.hour
    counts = pd.DataFrame({"am": day[hour < 13].value_counts(), "pm": day[hour >= 13].value_counts()}).sort_index()
    usual = counts.rolling(29, center=True).median()
    ratio = (counts / usual).dropna()
    total = counts.sum(axis=1)
    # A Poisson day would vary by its own mean.
    steady = (total / total.rolling(29, center=True).median()).dropna()
    assert steady[steady < 1.5].var() * total.mean() > 1.15
    assert ratio[(ratio < 1.6).all(axis=1)].corr().loc["am", "pm"] > 0.1


def test_double_eleven_brings_orders(firm: Any) -> None:
    daily = firm["orders"].groupby(firm["orders"]["ordered_at"].dt.floor("D")).size()
    for year in (2023, 2024, 2025):
        usual = daily.loc[f"{year}-09-10" : f"{year}-10-20"].median()
        assert 1.2 < daily.loc[f"{year}-11-11"] / usual < 3


def test_some_give_up(firm: Any) -> None:
    contacts = firm["contacts"]
    live = contacts[contacts["channel"] != "self_service"]
    assert 0.03 < 1 - live["served"].mean() < 0.12


def test_recontact_is_much_higher_after_a_hang_up_than_after_service(firm: Any) -> None:
    contacts = firm["contacts"]
    contacts = contacts[contacts["channel"] != "self_service"]
    calls = contacts.rename(columns={"opened_at": "arrived_at", "handling": "service"})
    again = recontact_rates(calls, within=72 * 3600)
    assert again.after_abandonment > 2.5 * again.after_service
    back = contacts["recontact_72h"]
    resolved = back[contacts["served"] & contacts["resolved"]].mean()
    assert back[~contacts["served"]].mean() > 3 * resolved
    assert back[contacts["served"] & ~contacts["resolved"]].mean() > 3 * resolved


def test_shrinkage(firm: Any) -> None:
    staffing = firm["staffing"]
    assert 0.27 < 1 - staffing["desk_hours"].sum() / staffing["paid_hours"].sum() < 0.33


def test_turnover(firm: Any) -> None:
    agents = firm["agents"]
    usual = agents[~agents["temporary"]]
    years = (usual["left_on"].fillna(END) - usual["hired_on"].clip(lower=START)).dt.days.sum() / 365
    assert 0.28 < usual["left_on"].notna().sum() / years < 0.50


def test_first_contact_resolution(firm: Any) -> None:
    contacts = firm["contacts"]
    first = contacts[contacts["kind"] == "first"]
    followed = first["contact_id"].isin(contacts["parent_id"].dropna())
    assert 0.70 <= (first["served"] & first["resolved"] & ~followed).mean() <= 0.80
    # The way a trainee would put it, from two columns.
    assert 0.70 <= (first["resolved"] & ~first["recontact_72h"]).mean() <= 0.80


def test_where_is_my_order_is_asked_of_parcels_on_their_way(firm: Any) -> None:
    contacts, orders = firm["contacts"], firm["orders"].set_index("order_id")
    asks = contacts[(contacts["kind"] == "first") & (contacts["intent"] == "where_is_order")]
    about = orders.loc[asks["order_id"]].reset_index()
    assert about["promised_days"].notna().all()
    came = about["ordered_at"].dt.floor("D") + pd.to_timedelta(about["delivered_days"].astype("float64"), unit="D")
    on_the_way = (about["on_time"].fillna(True).astype(bool) & about["delivered_days"].notna()).to_numpy()
    assert (asks["opened_at"].to_numpy()[on_the_way] < came.to_numpy()[on_the_way]).all()


def test_nobody_waits_after_closing(firm: Any) -> None:
    calls = firm["calls"]
    gave_up = calls[~calls["served"]]
    ended = gave_up["arrived_at"] + pd.to_timedelta(gave_up["wait"], unit="s")
    # Who writes after closing is waiting for the next day's people.
    day = (gave_up["arrived_at"] + pd.Timedelta(hours=3)).dt.floor("D")
    closed = day + pd.Timedelta(hours=21, seconds=1)
    # Whoever is passed on at the very end finds the line closed, and does not wait at all.
    assert ((ended <= closed) | (gave_up["wait"] == 0)).all()
    assert (gave_up["wait"] > 0).mean() > 0.98


def test_every_line_is_staffed_on_nearly_every_day(firm: Any) -> None:
    staffing = firm["staffing"]
    empty = staffing[staffing["agents"] == 0].groupby("line", observed=True).size()
    assert empty.sum() < 0.005 * len(staffing)


def test_orders_come_by_the_hour(firm: Any) -> None:
    orders = firm["orders"]
    online = orders[orders["channel"] != "shop"]["ordered_at"].dt.hour.value_counts(normalize=True)
    assert online.idxmax() in (20, 21)
    assert 0 < online[3] < 0.1 * online[21]
    shops = orders[orders["channel"] == "shop"]["ordered_at"].dt.hour
    assert shops.between(10, 21).all()


def test_csat_is_j_shaped_and_falls_with_wait_transfer_and_repeat(firm: Any) -> None:
    contacts = firm["contacts"]
    answered = contacts[contacts["csat"].notna()].assign(csat=lambda rows: rows["csat"].astype(float))
    share = answered["csat"].value_counts(normalize=True).sort_index()
    assert share.idxmax() == 5
    assert share[5] > share[4] > share[3] > share[2] > share[1] > 0.03
    phone = answered[(answered["channel"] == "phone") & (answered["kind"] == "first")]
    assert (
        phone.groupby(pd.cut(phone["wait"], [-1, 0, 120, 3600]), observed=True)["csat"].mean().is_monotonic_decreasing
    )
    means = answered.groupby("kind", observed=True)["csat"].mean()
    assert means["transfer"] < means["first"] - 0.3
    assert means["repeat"] < means["first"] - 0.2


def test_unhappy_chat_customers_answer_less(firm: Any) -> None:
    contacts = firm["contacts"].merge(firm.truth("contacts"), on="contact_id")
    served = contacts[contacts["served"]]
    rate = served.assign(answered=served["csat"].notna(), unhappy=served["would_answer"] <= 2)
    rate = rate.groupby([rate["channel"].astype(str), "unhappy"])["answered"].mean()
    assert rate["chat", True] / rate["chat", False] == pytest.approx(world.csat.unhappy_response["chat"], abs=0.06)
    assert rate["phone", True] / rate["phone", False] == pytest.approx(1.0, abs=0.08)


def test_costs(firm: Any) -> None:
    contacts = firm["contacts"]
    cost = contacts.groupby(contacts["channel"].astype(str))["cost"].mean()
    assert (cost[LIVE] > 20 * cost["self_service"]).all()
    journey = contacts.groupby("journey_id").agg(channels=("channel", "nunique"), cost=("cost", "sum"))
    mean = journey.groupby("channels")["cost"].mean()
    assert 2.3 < mean[3] / mean[1] < 4
