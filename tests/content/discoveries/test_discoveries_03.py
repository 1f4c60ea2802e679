"""03 Channels: the fair scorecard, the last agent, contained is not solved."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from servicelab.models.queueing import erlang_a_metrics, erlang_c_metrics
from servicelab.widgets.intervals import Z95

FIVE = ["phone", "chat", "wechat", "email", "shop"]


def rated(firm: Any) -> pd.DataFrame:
    contacts = firm["contacts"]
    found = contacts[(contacts["kind"] == "first") & contacts["channel"].isin(FIVE) & contacts["csat"].notna()]
    return found.assign(
        csat=found["csat"].astype(float), channel=found["channel"].astype(str), intent=found["intent"].astype(str)
    )


def at_the_same_mix(rows: pd.DataFrame) -> pd.Series:
    mix = rows["intent"].value_counts(normalize=True)
    cell = rows.groupby(["channel", "intent"])["csat"].mean().unstack()
    share = cell.notna() * mix
    return (cell.fillna(0) * share).sum(axis=1) / share.sum(axis=1)


def test_x03a_one_of_the_last_is_the_first_at_the_same_mix_of_reasons(firm: Any) -> None:
    rows = rated(firm)
    grouped = rows.groupby("channel")["csat"]
    raw, fair = grouped.mean(), at_the_same_mix(rows)
    # Phone and WeChat share the last place: which of them is lower cannot be told from chance.
    assert set(raw.nsmallest(2).index) == {"phone", "wechat"}
    assert abs(raw["phone"] - raw["wechat"]) < Z95 * float((grouped.sem()[["phone", "wechat"]] ** 2).sum()) ** 0.5
    assert raw["phone"] < raw["shop"] - 0.1
    # Weighted alike, phone leads beyond chance (the interval of each difference is ±0.06, with e-mail ±0.11).
    assert fair["phone"] > fair.drop("phone").max() + 0.1
    assert fair["phone"] > fair["email"] + 0.15
    assert fair.idxmin() == "wechat"
    # Not in every reason.
    cell = rows.groupby(["channel", "intent"])["csat"].mean().unstack()
    assert 7 <= (cell.loc["phone"] > cell.loc["chat"]).sum() <= 12
    # The call-back study: unhappy customers of chat and WeChat answer less often.
    weight = (1 / rows["channel"].map({"chat": 0.7, "wechat": 0.8}).fillna(1.0)).where(rows["csat"] <= 2, 1.0)
    weighted = (rows["csat"] * weight).groupby(rows["channel"]).sum() / weight.groupby(rows["channel"]).sum()
    assert weighted["chat"] < raw["chat"] - 0.05


def test_x03b_the_last_agent_costs_more_than_the_one_before(firm: Any) -> None:
    """Phone, afternoons of mid-October: Erlang A, where people hang up; Erlang C knows nobody who does."""
    calls, rosters = firm["calls"], firm["rosters"]
    phone = calls[(calls["line"] == "phone") & calls["arrived_at"].between("2025-10-13", "2025-10-25")]
    peak = phone[phone["arrived_at"].dt.hour == 15]
    days = peak["arrived_at"].dt.floor("D").nunique()
    rate = len(peak) / days / 3600
    aht = float((phone["service"] + phone["after_call"]).mean())
    staff = rosters[
        (rosters["line"] == "phone")
        & rosters["date"].between("2025-10-13", "2025-10-24")
        & rosters["half_hour"].isin(["15:00", "15:30"])
    ]
    agents = round(float(staff["agents"].mean()))
    waits = [erlang_a_metrics(rate, aht, agents - fewer, 840.0, 20) for fewer in (0, 1, 2, 3)]
    steps = [later.mean_wait - before.mean_wait for before, later in pairwise(waits)]
    assert steps[0] > 0
    assert steps[2] > steps[1] > steps[0]
    assert waits[3].occupancy < 1
    without_patience = erlang_c_metrics(rate, aht, agents, 20)
    assert without_patience.asa > waits[0].mean_wait


def test_x03c_contained_is_not_solved_and_it_depends_on_the_reason(firm: Any) -> None:
    contacts = firm["contacts"]
    bot = contacts[contacts["channel"] == "self_service"]
    people = contacts[(contacts["channel"] != "self_service") & contacts["served"] & (contacts["kind"] == "first")]
    assert bot["resolved"].all()
    assert bot["recontact_72h"].mean() > 1.4 * people["recontact_72h"].mean()
    by_reason = bot.groupby("intent", observed=True)["recontact_72h"].agg(["mean", "size"])
    often = by_reason[by_reason["size"] > 150]["mean"]
    assert often.idxmin() in ("invoice", "presale")
    assert often["app_problem"] > 1.8 * often["invoice"]
    # The other half: with all that follows, a contact with the assistant is still much cheaper.
    cost = contacts.groupby("journey_id", observed=True)["cost"].sum()
    assert cost.reindex(bot["contact_id"]).mean() < 0.45 * cost.reindex(people["contact_id"]).mean()


def test_handoffs_cost_though_mostly_because_it_went_wrong(firm: Any) -> None:
    contacts = firm["contacts"]
    matter = contacts.groupby("journey_id", observed=True).agg(
        channels=("channel", "nunique"), cost=("cost", "sum"), rows=("cost", "size")
    )
    assert 0.74 < (matter["rows"] == 1).mean() < 0.86
    mean = matter.groupby("channels")["cost"].mean()
    assert 2 < mean[2] / mean[1] < 3
    assert mean[3] > 1.2 * mean[2]


def test_the_price_of_asking_people_to_write(firm: Any) -> None:
    """Refusing what is offered differs threefold between segments: the human route is theirs."""
    contacts = firm["contacts"].merge(firm["customers"][["customer_id", "segment"]], on="customer_id")
    offered = contacts[(contacts["kind"] == "first") & contacts["asked"].isin(["chat", "wechat"])]
    refused = offered.groupby(offered["segment"].astype(str))["refused"].mean()
    assert refused.idxmax() == "senior"
    assert refused["senior"] > 3 * refused["young_renter"]
