"""Coupons: who was sent one was decided by lot, who used one decided for themselves."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.company.skylark_world import world

from servicelab.company.simulation import Campaign, Firm
from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import day_number, make_calendar
from servicelab.company.simulation.orders import intensities
from servicelab.models.marketing import arpu, campaign_effect, uplift

#: Days of `orders_before`.
YEAR = 365


def rows_of(firm: Firm, campaign: Campaign) -> pd.DataFrame:
    """The campaign's members, and the orders each would be expected to place while it runs, were there no coupon."""
    members = firm.tables["campaign_members"]
    rows = members[members["campaign"] == campaign.name]
    known = firm.truth["customers"].set_index("customer_id").loc[rows["customer_id"]]
    begins = day_number(firm.scenario, campaign.start)
    lots = Lots(firm.scenario.seed, firm.scenario.start)
    rates = intensities(world, lots, make_calendar(world, firm.scenario))
    clock = float((rates.shop * rates.kept_shop + rates.online * rates.kept_online)[begins:][: campaign.days].sum())
    there = ~(known["left_on_day"].to_numpy(dtype=float) < begins)
    return rows.assign(expected=known["order_rate"].to_numpy() * clock * there * placed_share(firm))


def placed_share(firm: Firm) -> float:
    """Of the orders that people mean to place, those not lost to an enquiry that went badly."""
    contacts = firm.tables["contacts"]
    asked = contacts[(contacts["intent"] == "presale") & (contacts["kind"] == "first")]
    lost = int(asked["led_to_order_id"].isna().sum())
    orders = len(firm.tables["orders"])
    return orders / (orders + lost)


def panel_of(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """Orders a fortnight, before and while the campaign ran."""
    one = rows.rename(columns={"customer_id": "unit"})[["unit", "treated"]]
    before = one.assign(after=False, outcome=rows["orders_before"] * days / YEAR)
    return pd.concat([before, one.assign(after=True, outcome=rows["orders"])], ignore_index=True)


@pytest.fixture(params=range(4), ids=lambda number: f"campaign {number + 1}")
def campaign(request: pytest.FixtureRequest, firm: Firm) -> Campaign:
    return firm.scenario.campaigns[request.param]


def test_the_lot_divides_alike(firm: Firm, campaign: Campaign) -> None:
    rows = rows_of(firm, campaign)
    customers = firm.tables["customers"].set_index("customer_id").loc[rows["customer_id"]]
    assert customers["opted_in"].all()
    assert (customers["joined_on"] <= pd.Timestamp(campaign.start)).all()
    control = ~rows["treated"]
    assert abs(control.mean() - campaign.control) < 3.29 * np.sqrt(
        campaign.control * (1 - campaign.control) / len(rows)
    )
    for name in ("orders_before", "spend_before", "expected"):
        gap = rows.loc[~control, name].mean() - rows.loc[control, name].mean()
        assert abs(gap) < 3.29 * np.hypot(rows.loc[~control, name].sem(), rows.loc[control, name].sem()), name
    assert not rows.loc[control, "used_coupon"].any()


def test_the_lot_finds_the_true_effect(firm: Firm, campaign: Campaign) -> None:
    """True effect of a coupon = lift × the orders that would be placed anyway; 0 where the coupon did nothing."""
    rows = rows_of(firm, campaign)
    found = campaign_effect(panel_of(rows, campaign.days))
    truth = world.coupons.lift_of(campaign.name) * rows.loc[rows["treated"], "expected"].mean()
    assert abs(found.effect - truth) < 3.29 * found.standard_error
    if world.coupons.lift_of(campaign.name):
        assert found.low > 0
    # Without the coupon, people order what the mechanism says.
    control = rows[~rows["treated"]]
    assert control["orders"].mean() == pytest.approx(control["expected"].mean(), rel=0.15)


def test_more_respond_by_what_the_lift_makes(firm: Firm, campaign: Campaign) -> None:
    rows = rows_of(firm, campaign)
    found = uplift(rows.assign(responded=rows["orders"] > 0)).loc["all"]
    usual = rows.loc[rows["treated"], "expected"]
    truth = float((np.exp(-usual) - np.exp(-usual * (1 + world.coupons.lift_of(campaign.name)))).mean())
    half = (found["high"] - found["low"]) / 2
    assert abs(found["uplift"] - truth) < 3.29 / 1.96 * half


def test_spend_a_user_rises_by_the_lift_less_the_discount(firm: Firm, campaign: Campaign) -> None:
    rows = rows_of(firm, campaign)
    treated, control = rows[rows["treated"]], rows[~rows["treated"]]
    ratio = arpu(treated["spend"].sum(), len(treated)) / arpu(control["spend"].sum(), len(control))
    error = ratio * np.hypot(
        treated["spend"].sem() / treated["spend"].mean(), control["spend"].sem() / control["spend"].mean()
    )
    full = treated["spend"] / np.where(treated["used_coupon"], 1 - campaign.discount, 1.0)
    kept = treated["spend"].sum() / full.sum()
    assert abs(ratio - (1 + world.coupons.lift_of(campaign.name)) * kept) < 3.29 * error


def test_users_against_the_others_is_wrong_many_times_over(
    firm: Firm, campaign: Campaign, fits: SimpleNamespace
) -> None:
    """Naive: coupon users order far more than other members, in a campaign that did nothing too. They did before."""
    rows = rows_of(firm, campaign)
    sent = rows[rows["treated"]]
    naive = sent.loc[sent["used_coupon"], "orders"].mean() - sent.loc[~sent["used_coupon"], "orders"].mean()
    truth = world.coupons.lift_of(campaign.name) * sent["expected"].mean()
    assert naive > truth + 5 * sent["orders"].sem()
    assert naive > 3 * sent["expected"].mean()
    used = sent["used_coupon"]
    assert sent.loc[used, "orders_before"].mean() > 1.3 * sent.loc[~used, "orders_before"].mean()
    latent = firm.truth["customers"].set_index("customer_id").loc[sent["customer_id"]]
    assert latent.loc[used.to_numpy(), "deal_taste"].mean() > latent.loc[~used.to_numpy(), "deal_taste"].mean() + 0.3


def test_the_year_before_is_no_control(firm: Firm) -> None:
    """Naive: what those who got the first coupon ordered before and after. Records only begin seven weeks earlier."""
    first = firm.scenario.campaigns[0]
    rows = rows_of(firm, first)
    found = campaign_effect(panel_of(rows, first.days))
    truth = world.coupons.lift_of(first.name) * rows.loc[rows["treated"], "expected"].mean()
    assert found.before_after > 3 * truth
    assert found.before_after > found.high
