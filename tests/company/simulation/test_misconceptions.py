"""X00–X04, with test_effects_*: the naive reading is wrong in the stated way, the right analysis finds the truth."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy import stats
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm
from servicelab.models.process import p_chart

from .conftest import waited

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
    assert fits.covers(found.loc["delay"], world.enquiries.delay)
    assert found.loc["delay", "estimate"] < -0.2


# --- X02a: work faster, finish sooner ---


def test_x02a_hands_on_time_is_a_sliver(firm: Firm) -> None:
    log, cases = firm.tables["after_sales_log"], firm.tables["cases"].set_index("case_id")
    closed = cases[cases["closed_at"].notna()]
    elapsed = (closed["closed_at"] - closed["opened_at"]).dt.total_seconds() / 60
    hands_on = log.groupby("case_id")["hands_on_minutes"].sum().reindex(closed.index)
    assert hands_on.sum() / elapsed.sum() < 0.02
    assert log.groupby("case_id")["activity"].agg(tuple).nunique() >= 8
    rework = log["activity"].eq("inspect_again").groupby(log["case_id"]).any().mean()
    assert abs(rework - world.cases.rework) < 0.03


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
    assert (
        stats.binomtest(int(every["rejected"].sum()), len(every), world.cases.false_claim * world.cases.found).pvalue
        > 0.001
    )
    assert saved < 4 * world.cases.false_claim * world.cases.found * small["claim"].mean()
    cost = (
        asked["cost_of_delay"].mean()
        - pilot["cost_of_delay"].mean()
        + world.cases.hands_on["approve"] * world.cases.approver_minute
    )
    error = np.hypot(asked["cost_of_delay"].sem(), pilot["cost_of_delay"].sem())
    assert cost - 3.29 * error > 3 * saved


# --- X02c: a bad week needs a culprit ---


def test_x02c_the_chart_finds_the_weeks_that_have_a_cause(firm: Firm) -> None:
    weeks = firm.tables["weekly_packing"].query("52 <= week < 104")
    signals = {}
    for name, rows in weeks.groupby("warehouse"):
        chart = p_chart(rows["faults"].to_numpy(), rows["parcels"].to_numpy())
        beyond = np.asarray(chart.out) & (chart.share > chart.centre)
        signals[name] = set(rows["week"].to_numpy()[beyond].tolist())
    cause = set(range(world.packing.special.week, world.packing.special.week + world.packing.special.weeks))
    assert len(signals[world.packing.special.warehouse] & cause) >= 2
    assert (
        sum(
            len(found - (cause if name == world.packing.special.warehouse else set()))
            for name, found in signals.items()
        )
        <= 6
    )


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
    weight = 1 / np.where(low, rows["channel"].map(world.csat.unhappy_response), 1.0)
    met = rows["need"] + " " + rows["remedy"]
    columns = dummies(rows.assign(met=met), channel="chat", intent="invoice", segment="senior", met="functional none")
    columns = columns.assign(
        constant=1.0,
        resolved=rows["resolved"].astype(float),
        wait=np.log1p(waited(rows, firm.tables["lines"]) / 60 * rows["channel"].map(world.csat.wait_counts)),
        again=rows["kind"].isin(["repeat", "switch"]).astype(float),
        refused=rows["refused"].astype(float),
        angry=rows["angry"].astype(float),
    )
    found = fits.least_squares(columns, rows["csat"], pd.Series(weight), cluster=rows["agent_id"])
    # Agents differ, and each line has its own: that is part of what the staff of a channel is.
    truth = {
        "channel=phone": world.csat.channel["phone"] - world.csat.channel["chat"],
        "wait": world.csat.wait,
        "again": world.csat.again,
        "refused": world.csat.refused,
        "angry": world.csat.angry,
    }
    assert fits.agrees(found.loc[list(truth)], pd.Series(truth))


# --- X04b: coaching works ---


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
    assert abs(coached.mean() - left.mean() - world.pay.coaching) < 3.29 * error
    assert coached.mean() > 0.2
