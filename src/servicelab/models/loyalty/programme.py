"""Loyalty programmes as investments: tiers that are scarce and useful, upgrades that pay back or do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import Floats, at_least, between, positive, vector, whole


@dataclass(frozen=True)
class TierDesign:
    """What a set of tiers does.

    Attributes
    ----------
    tiers : DataFrame indexed by tier: `threshold`, `customers`, `share`, `spend_share`, `near` (customers who
        could reach it with a little more), `benefit_cost`, `extra_margin`, `net`
    net : extra margin minus the cost of benefits, all tiers
    """

    tiers: pd.DataFrame
    net: float


@dataclass(frozen=True)
class UpgradeReturn:
    """What an upgrade is worth, with what is not known about it.

    Attributes
    ----------
    npv : mean net present value
    low, high : 90 % interval
    p_positive : share of the draws in which it pays
    cash_flows : mean cash flow of each year, year 0 first
    payback : first year in which the mean cumulated cash flow is not negative; infinity when none is
    draws : net present value of each draw
    """

    npv: float
    low: float
    high: float
    p_positive: float
    cash_flows: Floats
    payback: float
    draws: Floats


def tier_design(
    spend: ArrayLike,
    thresholds: Sequence[float],
    benefit: Sequence[float],
    *,
    margin: float,
    reach: float = 0.1,
    response: float = 0.0,
    names: Sequence[str] | None = None,
) -> TierDesign:
    """What tiers by yearly spend cost, and what they bring when customers stretch to reach one.

    A customer within `reach` below a threshold stretches to it with chance `response` (the goal gradient); everyone in
    a tier gets its benefit, a share of spend, whether or not it changed anything. Expected values, no draws.

    Parameters
    ----------
    spend : yearly spend of each customer, ≥ 0, one row
    thresholds : spend at which each tier begins, rising; the first is usually 0
    benefit : share of spend given back in each tier, in [0, 1], as many as thresholds
    margin : share of spend that is margin before benefits, in [0, 1]
    reach : how far below a threshold counts as near, as a share of it, in [0, 1)
    response : share of those near who stretch to the threshold, in [0, 1]
    names : names of the tiers; "tier 1", … when left out

    Returns
    -------
    TierDesign; shares sum to 1 over tiers when the first threshold is 0

    Raises
    ------
    ValueError
        When thresholds do not rise, lengths differ or a number is out of range.

    References
    ----------
    Kivetz, R., Urminsky, O. and Zheng, Y. (2006). The goal-gradient hypothesis resurrected; Drèze, X. and Nunes, J.
    (2009). Feeling superior: the impact of loyalty program structure on consumers' perceptions of status.

    Examples
    --------
    >>> design = tier_design([100, 950, 2000], [0, 1000], [0.0, 0.05], margin=0.3, response=0.5)
    >>> design.tiers["customers"].tolist(), round(design.net, 2)
    ([2, 1], -117.5)
    """
    amounts = at_least("spend", vector("spend", spend))
    starts = at_least("thresholds", vector("thresholds", thresholds))
    if (np.diff(starts) <= 0).any():
        raise ValueError("thresholds must rise from tier to tier")
    given = between("benefit", vector("benefit", benefit, len(starts)))
    kept = float(between("margin", margin))
    stretch = float(between("reach", reach, 0.0, 0.99))
    chance = float(between("response", response))
    labels = list(names) if names is not None else [f"tier {k + 1}" for k in range(len(starts))]
    if len(labels) != len(starts):
        raise ValueError(f"names must be as many as thresholds ({len(starts)})")
    tier = np.searchsorted(starts, amounts, side="right") - 1
    rows = []
    for k, start in enumerate(starts):
        inside = tier == k
        near = (tier == k - 1) & (amounts >= start * (1 - stretch)) if k else np.zeros(len(amounts), dtype=bool)
        missing = (start - amounts[near]).sum()
        below = given[k - 1] if k else 0.0
        # Who stretches trades the lower tier's benefit for this one's, on all of the spend.
        stretched_cost = chance * (start * near.sum() * given[k] - below * amounts[near].sum())
        cost = float(amounts[inside].sum() * given[k] + stretched_cost)
        extra = float(chance * missing * kept)
        rows.append(
            {
                "threshold": start,
                "customers": int(inside.sum()),
                "share": float(inside.mean()),
                "spend_share": float(amounts[inside].sum() / max(amounts.sum(), 1e-300)),
                "near": int(near.sum()),
                "benefit_cost": cost,
                "extra_margin": extra,
                "net": extra - cost,
            }
        )
    tiers = pd.DataFrame(rows, index=pd.Index(labels, name="tier"))
    return TierDesign(tiers=tiers, net=float(tiers["net"].sum()))


def upgrade_roi(
    *,
    customers: float,
    retention: float,
    order_value: float,
    orders_per_year: float,
    margin: float,
    retention_lift: tuple[float, float],
    order_value_lift: tuple[float, float],
    costs: ArrayLike,
    discount: float,
    years: int = 5,
    draws: int = 4000,
    seed: int = 0,
) -> UpgradeReturn:
    """What a service upgrade is worth: more who stay, more in the basket, against costs that come in phases.

    In year t (from 1) a cohort of customers·rᵗ⁻¹ remains and brings orders·value·margin each; the upgrade moves r by
    retention_lift and value by the share order_value_lift, both drawn from normal distributions;
    NPV = Σ_t (margin with − margin without − cost_t)/(1 + i)ᵗ.

    Parameters
    ----------
    customers : in the cohort, > 0
    retention : share that stays each year without the upgrade, in [0, 1]
    order_value, orders_per_year : money an order and orders a year, > 0
    margin : share of the order value, in [0, 1]
    retention_lift : (mean, standard deviation) in points, e.g. (0.02, 0.01)
    order_value_lift : (mean, standard deviation) as a share, e.g. (0.03, 0.02)
    costs : money paid in year 0, 1, …; years beyond the list cost 0; at most years + 1 of them
    discount : interest a year, ≥ 0
    years : how many years of benefit to count, whole number ≥ 1
    draws : number of random draws, ≥ 100
    seed : of the random draws

    Returns
    -------
    UpgradeReturn

    Raises
    ------
    ValueError
        When a number is out of range or there are more costs than years.

    References
    ----------
    Rust, R., Lemon, K. and Zeithaml, V. (2004). Return on marketing: using customer equity to focus marketing strategy.

    Examples
    --------
    The cash comes back in year 3, and still the upgrade loses: money later is worth less.

    >>> result = upgrade_roi(customers=1000, retention=0.8, order_value=200, orders_per_year=4, margin=0.25,
    ...     retention_lift=(0.05, 0.0), order_value_lift=(0.0, 0.0), costs=[20_000, 2_000], discount=0.1, years=3)
    >>> round(result.npv), result.payback, result.p_positive
    (-1157, 3.0, 0.0)
    """
    positive("customers", customers)
    stay = float(between("retention", retention))
    positive("order_value", order_value)
    positive("orders_per_year", orders_per_year)
    between("margin", margin)
    at_least("discount", discount)
    horizon = int(whole("years", years, least=1))
    count = int(whole("draws", draws, least=100))
    paid = at_least("costs", vector("costs", costs))
    if len(paid) > horizon + 1:
        raise ValueError(f"costs must be at most {horizon + 1} (year 0 and {horizon} years), not {len(paid)}")
    lifts = []
    rng = np.random.default_rng(seed)
    for name, pair in (("retention_lift", retention_lift), ("order_value_lift", order_value_lift)):
        mean, deviation = vector(name, pair, 2)
        at_least(f"{name} (its standard deviation)", deviation)
        lifts.append(rng.normal(mean, deviation, count))
    with_stay = np.clip(stay + lifts[0], 0, 1)[:, None]
    with_value = np.maximum(order_value * (1 + lifts[1]), 0)[:, None]
    year = np.arange(horizon)[None, :]
    scale = customers * orders_per_year * margin
    gain = scale * (with_value * with_stay**year - order_value * stay**year)
    flows = np.column_stack([np.zeros(count), gain])
    flows[:, : len(paid)] -= paid
    worth = flows @ (1 + discount) ** -np.arange(horizon + 1.0)
    mean_flows = flows.mean(axis=0)
    positive_from = np.flatnonzero(np.cumsum(mean_flows) >= 0)
    low, high = np.quantile(worth, [0.05, 0.95])
    return UpgradeReturn(
        npv=float(worth.mean()),
        low=float(low),
        high=float(high),
        p_positive=float((worth > 0).mean()),
        cash_flows=mean_flows,
        payback=float(positive_from[0]) if len(positive_from) else float("inf"),
        draws=worth,
    )
