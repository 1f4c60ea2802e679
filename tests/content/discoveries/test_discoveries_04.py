"""04 People: short calls are not cheap, coaching by lot does nothing beyond chance, rankings rank queues."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .conftest import apart, interval


def test_x04a_who_is_quickest_costs_more_for_each_case_solved(firm: Any) -> None:
    months = firm["appraisals"]
    practised = months[(months["line"] == "phone") & (months["tenure_days"] >= 240)]
    agents = practised.groupby("agent_id")[["contacts", "contact_hours", "resolved_not_back"]].sum()
    agents = agents[agents["contacts"] > 800]
    agents["aht"] = agents["contact_hours"] / agents["contacts"]
    agents["minutes"] = 60 * agents["contact_hours"] / agents["resolved_not_back"]
    quarter = pd.qcut(agents["aht"], 4, labels=False)
    mean = agents.groupby(quarter)[["aht", "minutes"]].mean()
    assert mean["aht"].iloc[0] < mean["aht"].iloc[-1]
    assert mean["minutes"].iloc[0] > 1.25 * mean["minutes"].iloc[-1]


def test_x04a_the_joint_column_is_needed(firm: Any) -> None:
    """`resolved − came_back` takes away those twice who were not resolved to begin with."""
    months = firm["appraisals"]
    assert (months["resolved_not_back"] >= months["resolved"] - months["came_back"]).all()
    assert (months["resolved_not_back"] <= months["resolved"]).all()
    assert months["resolved_not_back"].sum() > 1.05 * (months["resolved"] - months["came_back"]).sum()


def test_x04b_the_bottom_ten_improve_whether_they_are_coached_or_not(firm: Any) -> None:
    months = firm["appraisals"].sort_values(["agent_id", "month"])
    months["gain"] = months.groupby("agent_id")["csat"].shift(-1) - months["csat"]
    bottom = months[months["bottom_ten"] & months["gain"].notna()]
    coached, others = bottom.loc[bottom["coached"], "gain"], bottom.loc[~bottom["coached"], "gain"]
    assert interval(coached)[0] > 0.15
    assert interval(others)[0] > 0.15
    low, high = apart(coached, others)
    assert low < 0 < high
    assert high < 0.25


def test_x04c_the_bottom_of_the_ranking_is_a_queue(firm: Any) -> None:
    months = firm["appraisals"]
    share = months.groupby(months["line"].astype(str))["bottom_ten"].mean()
    assert share["expert"] > 3 * share["phone"]
    phone = months[months["line"] == "phone"].sort_values(["agent_id", "month"])
    again = phone.assign(next=phone.groupby("agent_id")["csat"].shift(-1)).dropna(subset=["csat", "next"])
    assert 0.05 < again["csat"].corr(again["next"]) < 0.45


def test_s1_a_structured_interview_foretells_and_a_free_one_hardly(firm: Any) -> None:
    seen = firm["applicants"].dropna(subset="good_per_hour")
    assert 95 <= len(seen) <= 118
    found = {
        name: seen[name].corr(seen["good_per_hour"])
        for name in ("cv_score", "gut_score", "structured_score", "work_sample")
    }
    assert min(found["structured_score"], found["work_sample"]) > max(found["cv_score"], found["gut_score"])
    assert found["structured_score"] > 0.25


def test_x11b_a_newcomer_is_two_thirds_of_an_agent(firm: Any) -> None:
    calls, agents = firm["calls"], firm["agents"]
    phone = calls[(calls["line"] == "phone") & calls["served"]].merge(agents, left_on="agent", right_on="agent_id")
    days = (phone["arrived_at"] - phone["hired_on"]).dt.days
    first, later = phone.loc[days < 7, "service"], phone.loc[days > 120, "service"]
    assert len(first) > 150
    assert apart(first, later)[0] > 60
