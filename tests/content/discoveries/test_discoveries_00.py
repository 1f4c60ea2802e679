"""00 Orientation: service is not after-sales alone, not one department's business, and silence is not content."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .conftest import apart


def enquiries(firm: Any) -> pd.DataFrame:
    contacts = firm["contacts"]
    found = contacts[(contacts["kind"] == "first") & (contacts["intent"] == "presale")]
    return found.assign(bought=found["led_to_order_id"].notna().astype(float), minutes=found["wait"] / 60)


def test_x00a_an_enquiry_answered_late_is_an_order_lost(firm: Any) -> None:
    asked = enquiries(firm)
    served = asked[asked["served"]]
    steps = pd.cut(served["minutes"], [-1, 0, 1, 5, 10, 30, 60, 1e9])
    share = served.groupby(steps, observed=True)["bought"].agg(["mean", "size"])
    assert share["mean"].is_monotonic_decreasing
    assert share["size"].min() > 300
    assert 0.75 < share["mean"].iloc[0] < 0.83
    assert share["mean"].iloc[-1] < 0.30
    # Who gave up unanswered is a bar of its own, and never counted as replied to.
    gave_up = asked[~asked["served"]]
    assert 0.04 < len(gave_up) / len(asked) < 0.11
    assert gave_up["bought"].mean() < 0.30


def test_x00a_holds_inside_a_channel(firm: Any) -> None:
    asked = enquiries(firm)
    for channel in ("chat", "wechat"):
        here = asked[asked["served"] & (asked["channel"] == channel)]
        low, _high = apart(here.loc[here["minutes"] <= 1, "bought"], here.loc[here["minutes"] > 5, "bought"])
        assert low > 0.1, channel


def test_x00b_service_causes_a_thirtieth_of_the_contacts(firm: Any) -> None:
    contacts = firm["contacts"]
    first = contacts[contacts["kind"] == "first"]
    share = first["owner"].value_counts(normalize=True)
    assert 0.02 < share["service"] < 0.05
    assert share.idxmax() == "sales"
    assert share["logistics"] > 0.2
    # Each reason has one owner: the firm's own definition.
    assert (first.groupby("intent", observed=True)["owner"].nunique() == 1).all()


def test_x00c_who_says_nothing_is_lost_as_often_as_who_was_not_helped(firm: Any) -> None:
    contacts, orders = firm["contacts"], firm["orders"].dropna(subset=["repurchased_180d"])
    must_be = ["on_time_delivery", "intact_packaging", "warranty_repair"]
    failed = orders[orders["failed_feature"].isin(must_be)].assign(
        again=lambda rows: rows["repurchased_180d"].astype(float)
    )
    about = contacts[contacts["order_id"].notna()].sort_values("opened_at")
    ended = about.groupby(["order_id", "feature_id"], observed=True)["resolved"].last()
    key = pd.MultiIndex.from_arrays([failed["order_id"], failed["failed_feature"].astype(str)])
    ended.index = ended.index.set_levels(ended.index.levels[1].astype(str), level=1)
    how = ended.reindex(key).to_numpy()
    silent = failed[pd.isna(how)]["again"]
    right, wrong = failed[how == True]["again"], failed[how == False]["again"]  # noqa: E712
    sound = orders[orders["failed_feature"].isna()]["repurchased_180d"].astype(float)
    assert 0.70 < len(silent) / len(failed) < 0.78
    assert apart(right, silent)[0] > 0.2
    assert abs(silent.mean() - wrong.mean()) < 0.08
    assert sound.mean() - silent.mean() > 0.25
    # The trap: who contacts the service comes back more often, for who orders more, contacts more.
    named = set(about["order_id"])
    naive = orders["repurchased_180d"].astype(float).groupby(orders["order_id"].isin(named)).mean()
    assert naive[True] > naive[False] - 0.05
