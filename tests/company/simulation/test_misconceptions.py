"""X00, X02–X04: the naive reading of the tables is wrong in the stated way; the right analysis finds the truth."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from servicelab.company.simulation import Firm, Scenario
from servicelab.company.simulation import mechanisms as m
from servicelab.company.simulation.returns import make_cases
from servicelab.models.process import p_chart

START = pd.Timestamp("2023-01-01")
LIVE = ["phone", "chat", "wechat", "shop"]


def dummies(rows: pd.DataFrame, **base: str) -> pd.DataFrame:
    """Indicator columns for each name given, without its base value."""
    parts = [pd.get_dummies(rows[name]).drop(columns=value).add_prefix(f"{name}=") for name, value in base.items()]
    return pd.concat(parts, axis=1).astype(float)


# --- X00a: service = after-sales ---


def test_x00a_a_late_first_reply_costs_orders(firm: Firm, fits: SimpleNamespace) -> None:
    contacts = firm.tables["contacts"]
    asks = contacts[(contacts["intent"] == "presale") & (contacts["kind"] == "first") & contacts["served"]]
    # What "service" is taken for, contacts about orders, is less than what comes before an order or about buying.
    assert asks.shape[0] > 0.25 * (contacts["kind"] == "first").sum()
    asks = asks[(asks["opened_at"] < START + pd.Timedelta(days=1085)) & (asks["wait"] < 3600 * 6)]
    ordered = asks["led_to_order_id"].notna().astype(float)
    at_once, late = ordered[asks["wait"] < 60].mean(), ordered[asks["wait"] > 600].mean()
    assert at_once - late > 0.15
    columns = pd.DataFrame({"constant": 1.0, "delay": np.log1p(asks["wait"] / 60)}, index=asks.index)
    found = fits.logistic(columns, ordered)
    assert fits.covers(found.loc["delay"], m.CONVERT_DELAY)
    assert found.loc["delay", "estimate"] < -0.2


# --- X00b: service is the service department's job ---


def test_x00b_most_reasons_lie_in_other_departments(firm: Firm) -> None:
    first = firm.tables["contacts"].query("kind == 'first'")
    share = first["owner"].value_counts(normalize=True)
    assert share["service"] < 0.10
    assert share[["logistics", "product", "warehouse"]].sum() > 0.30
    # Naively all are the service department's: it handles every one of them.
    assert first.loc[first["served"] & (first["channel"] != "self_service"), "agent_id"].notna().all()


# --- X02a: work faster, finish sooner ---


@pytest.fixture(scope="module")
def year_of_cases(under: object) -> tuple[Firm, dict[str, pd.Series]]:
    firm = under(months=12)  # type: ignore[operator]

    def days(**stations: float) -> pd.Series:
        scenario = Scenario(months=12, stations=stations)
        made = make_cases(scenario, firm.tables["contacts"], firm.tables["orders"], firm.tables["calendar"])["cases"]
        returns = made[made["kind"] == "return"]
        return (returns["closed_at"] - returns["opened_at"]).dt.total_seconds() / 86_400

    faster = {"": days(), "inspect": days(inspect=1.3), "refund": days(refund=1.3), "approve": days(approve=1.3)}
    return firm, faster


def test_x02a_hands_on_time_is_a_sliver(firm: Firm) -> None:
    log, cases = firm.tables["after_sales_log"], firm.tables["cases"].set_index("case_id")
    closed = cases[cases["closed_at"].notna()]
    elapsed = (closed["closed_at"] - closed["opened_at"]).dt.total_seconds() / 60
    hands_on = log.groupby("case_id")["hands_on_minutes"].sum().reindex(closed.index)
    assert hands_on.sum() / elapsed.sum() < 0.02
    assert log.groupby("case_id")["activity"].agg(tuple).nunique() >= 8
    rework = log["activity"].eq("inspect_again").groupby(log["case_id"]).any().mean()
    assert abs(rework - m.REWORK) < 0.03


def test_x02a_only_the_bottleneck_helps(year_of_cases: tuple[Firm, dict[str, pd.Series]]) -> None:
    days = year_of_cases[1]
    gain = {name: days[""].mean() - changed.mean() for name, changed in days.items() if name}
    assert gain["approve"] > 4 * max(gain["inspect"], gain["refund"])
    assert gain["approve"] > 0.4


# --- X02b: more approvals, less loss ---


def test_x02b_approving_small_refunds_costs_more_than_it_saves(firm: Firm) -> None:
    cases = firm.tables["cases"]
    small = cases[(cases["kind"] == "return") & (cases["claim"] < 200) & (cases["opened_at"] >= "2024-07-01")]
    asked, pilot = small[~small["pilot"]], small[small["pilot"]]
    # Naive: approvers do find false claims.
    assert asked["rejected"].sum() > 0
    assert pilot["rejected"].sum() == 0
    saved = (asked["claim"] * asked["rejected"]).mean()
    # The share they stop is the true one, over all claims of three years that were put to them.
    every = cases[(cases["kind"] == "return") & cases["approval"] & cases["closed_at"].notna()]
    assert stats.binomtest(int(every["rejected"].sum()), len(every), m.FALSE_CLAIM * m.FOUND).pvalue > 0.001
    assert saved < 4 * m.FALSE_CLAIM * m.FOUND * small["claim"].mean()
    cost = asked["cost_of_delay"].mean() - pilot["cost_of_delay"].mean() + m.HANDS_ON["approve"] * m.APPROVER_MINUTE
    error = np.hypot(asked["cost_of_delay"].sem(), pilot["cost_of_delay"].sem())
    assert cost - 3.29 * error > 3 * saved


# --- X02c: a bad week needs a culprit ---


def test_x02c_leaving_alone_beats_reacting(firm: Firm) -> None:
    weeks = firm.tables["weekly_packing"].query("104 <= week < 156")
    spread = {}
    for name, rows in weeks.groupby("warehouse"):
        mean = rows["faults"].sum() / rows["parcels"].sum()
        z = (rows["faults"] - mean * rows["parcels"]) / np.sqrt(rows["parcels"] * mean * (1 - mean))
        spread[name] = (z**2).sum()
    reacting = [spread.pop(name) for name in m.REACTING]
    free = 51 * len(spread)
    # Left alone the weeks differ as chance makes them; each correction adds to that.
    assert stats.chi2.sf(sum(spread.values()), free) > 0.001
    assert stats.chi2.sf(sum(reacting), 51 * len(reacting)) < 0.001
    assert sum(reacting) / len(reacting) > 1.4 * sum(spread.values()) / len(spread)
    # And yet every warehouse has its worst week, a third above its mean at least: there is always somebody to blame.
    worst = weeks.assign(rate=weeks["faults"] / weeks["parcels"]).groupby("warehouse")["rate"].agg(["max", "mean"])
    assert (worst["max"] > 1.33 * worst["mean"]).all()


def test_x02c_the_chart_finds_the_weeks_that_have_a_cause(firm: Firm) -> None:
    weeks = firm.tables["weekly_packing"].query("52 <= week < 104")
    signals = {}
    for name, rows in weeks.groupby("warehouse"):
        chart = p_chart(rows["faults"].to_numpy(), rows["parcels"].to_numpy())
        beyond = np.asarray(chart.out) & (chart.share > chart.centre)
        signals[name] = set(rows["week"].to_numpy()[beyond].tolist())
    cause = set(range(m.SPECIAL_WEEK, m.SPECIAL_WEEK + m.SPECIAL_WEEKS))
    assert len(signals[m.SPECIAL_WAREHOUSE] & cause) >= 2
    assert sum(len(found - (cause if name == m.SPECIAL_WAREHOUSE else set())) for name, found in signals.items()) <= 6


# --- X03a: the channel with the lowest CSAT has the worst staff ---


def answered(firm: Firm) -> pd.DataFrame:
    contacts = firm.tables["contacts"]
    rows = contacts[contacts["csat"].notna() & contacts["channel"].isin(LIVE)]
    rows = rows.merge(firm.tables["customers"][["customer_id", "segment"]], on="customer_id")
    return rows.assign(csat=rows["csat"].astype(float))


def test_x03a_the_ranking_flips_within_intents(firm: Firm) -> None:
    rows = answered(firm)
    pooled = rows.groupby("channel")["csat"].mean()
    assert pooled.idxmin() == "phone"
    within = rows.groupby(["intent", "channel"])["csat"].mean().unstack()
    mix = rows["intent"].value_counts(normalize=True)
    standardised = within.mul(mix, axis=0).sum()
    assert standardised["phone"] > standardised["chat"] + 0.05
    assert standardised["phone"] > standardised["wechat"]
    assert (within["phone"] > within["chat"]).sum() >= 6


def test_x03a_regression_finds_the_true_effect(firm: Firm, fits: SimpleNamespace) -> None:
    rows = answered(firm)
    # Unhappy chat customers answer less: weight them back, by what a call-back study would find.
    low = rows["csat"] <= 2
    weight = 1 / np.where(low, rows["channel"].map(m.UNHAPPY_RESPONSE), 1.0)
    met = rows["need"] + " " + rows["remedy"]
    columns = dummies(rows.assign(met=met), channel="chat", intent="invoice", segment="senior", met="functional none")
    columns = columns.assign(
        constant=1.0,
        resolved=rows["resolved"].astype(float),
        wait=np.log1p(rows["wait"] / 60 * rows["channel"].map(m.WAIT_COUNTS)),
        again=rows["kind"].isin(["repeat", "switch"]).astype(float),
        refused=rows["refused"].astype(float),
        angry=rows["angry"].astype(float),
    )
    found = fits.least_squares(columns, rows["csat"], pd.Series(weight), cluster=rows["agent_id"])
    # Agents differ, and each line has its own: that is part of what the staff of a channel is.
    truth = {
        "channel=phone": m.CHANNEL_CSAT["phone"] - m.CHANNEL_CSAT["chat"],
        "wait": m.CSAT_WAIT,
        "again": m.CSAT_AGAIN,
        "refused": m.CSAT_REFUSED,
        "angry": m.CSAT_ANGRY,
    }
    assert fits.agrees(found.loc[list(truth)], pd.Series(truth))


# --- X03b: 95 % busy is efficient ---


def test_x03b_one_agent_fewer_and_the_wait_explodes(under: object) -> None:
    usual = under(months=6, campaigns=()).tables  # type: ignore[operator]
    fewer = under(months=6, campaigns=(), staffing=0.75).tables  # type: ignore[operator]

    def phone(tables: dict[str, pd.DataFrame]) -> tuple[float, float, float]:
        log, staff = tables["line_log"], tables["staffing"]
        calls = log[log["line"] == "phone"]
        hours = staff.loc[staff["line"] == "phone", "desk_hours"].sum()
        return calls["service"].sum() / 3600 / hours, calls["wait"].mean(), 1 - calls["served"].mean()

    before, after = phone(usual), phone(fewer)
    assert after[0] > before[0]
    assert after[1] > 1.8 * before[1]
    assert after[2] > 1.6 * before[2]


# --- X03c: contained by the bot = solved ---


def test_x03c_the_contained_come_back(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    first = contacts[(contacts["kind"] == "first") & contacts["served"]]
    contained = first[first["channel"] == "self_service"]
    person = first[first["channel"].isin(["chat", "wechat"]) & first["resolved"]]
    # Naive: the log says resolved.
    assert contained["resolved"].all()
    assert contained["recontact_72h"].mean() > 1.8 * person["recontact_72h"].mean()
    solved = contained["contact_id"].map(firm.truth["contacts"].set_index("contact_id")["solved"]).mean()
    assert solved < 0.85
    # Back in any channel, most of them elsewhere than with the assistant.
    back = contacts[contacts["parent_id"].isin(contained["contact_id"])]
    assert (back["channel"] != "self_service").all()
    excess = contained["recontact_72h"].mean() - person["recontact_72h"].mean()
    share = 1 - solved
    assert excess == pytest.approx(share * m.RECONTACT_CONTAINED - m.RECONTACT_RESOLVED, abs=0.08)


# --- X04: agents ---


def seasoned(firm: Firm, line: str = "phone") -> pd.DataFrame:
    """Agents with practice, one row each."""
    rows = firm.tables["appraisals"].query("line == @line and tenure_days > 240")
    agents = rows.groupby("agent_id")[["contacts", "contact_hours", "resolved", "came_back"]].sum()
    agents = agents[agents["contacts"] > 1200]
    solved = agents["resolved"] - agents["came_back"] * agents["resolved"] / agents["contacts"]
    return agents.assign(
        aht=agents["contact_hours"] / agents["contacts"], per_resolved=agents["contact_hours"] / solved
    )


def test_x04a_short_calls_cost_more_for_each_case_resolved(firm: Firm) -> None:
    agents = seasoned(firm)
    assert len(agents) > 20
    assert agents["aht"].corr(agents["per_resolved"], method="spearman") < -0.15
    shortest, longest = agents.nsmallest(len(agents) // 4, "aht"), agents.nlargest(len(agents) // 4, "aht")
    assert (
        shortest["resolved"].sum() / shortest["contacts"].sum()
        < longest["resolved"].sum() / longest["contacts"].sum() - 0.05
    )
    hurry = firm.truth["agents"]["hurry"].to_numpy()[agents.index.str[1:].astype(int)]
    assert np.corrcoef(hurry, agents["aht"])[0, 1] < -0.5


def test_x04b_the_uncoached_bottom_ten_improve_as_much(firm: Firm) -> None:
    rows = firm.tables["appraisals"].sort_values(["agent_id", "month"])
    rows = rows.assign(later=rows.groupby("agent_id")["csat"].shift(-1))
    bottom = rows[rows["bottom_ten"] & rows["later"].notna()]
    change = bottom["later"] - bottom["csat"]
    coached, left = change[bottom["coached"]], change[~bottom["coached"]]
    # Naive: after coaching they are better, and by a lot.
    assert coached.mean() > 3.29 * coached.sem()
    assert left.mean() > 3.29 * left.sem()
    error = np.hypot(coached.sem(), left.sem())
    assert abs(coached.mean() - left.mean() - m.COACHING) < 3.29 * error
    assert coached.mean() > 0.2


def test_x04c_a_ranking_by_csat_is_not_fair(firm: Firm) -> None:
    rows = firm.tables["appraisals"].dropna(subset="csat")
    # A month has twenty answers: the interval is wider than the distance between first and last quarter of true means.
    month = rows[rows["surveys"] >= 20]
    within = 1.25 / np.sqrt(20)
    truth = firm.truth["agents"]["empathy"]
    assert 1.96 * within > truth.quantile(0.75) - truth.quantile(0.25)
    # Where somebody works decides: the second line, which gets the hard cases, is at the bottom.
    by_line = month.groupby("line")["csat"].mean()
    assert by_line.idxmin() == "expert"
    # Months hardly agree with each other, so a month's rank is mostly luck.
    phone = month[month["line"] == "phone"].sort_values(["agent_id", "month"])
    later = phone.groupby("agent_id")["csat"].shift(-1)
    assert phone["csat"].corr(later) < 0.5
    # Over all months, adjusted for line, the means do follow the truth.
    adjusted = month["csat"] - month["line"].map(by_line)
    mean = adjusted.groupby(month["agent_id"]).agg(["mean", "size"]).query("size >= 8")["mean"]
    number = mean.index.str[1:].astype(int)
    agents = firm.truth["agents"].to_numpy()[number]
    true_mean = agents[:, 2] + m.CSAT_RESOLVED * 0.17 * agents[:, 1]
    assert np.corrcoef(mean, true_mean)[0, 1] > 0.6
