"""What a campaign did: against those it did not reach, not against the month before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from servicelab.models.arguments import at_least, numbers, paired, positive, scalar, table


@dataclass(frozen=True)
class CampaignEffect:
    """A difference in differences.

    Attributes
    ----------
    effect : what the campaign changed
    standard_error : clustered by unit
    low, high : 95 % interval
    p_value : of no effect
    means : 2 × 2 DataFrame of mean outcomes, rows control/treated, columns before/after
    before_after : the naive reading, change among the treated
    treated_control : the other naive reading, difference after the campaign
    units : number of units
    """

    effect: float
    standard_error: float
    low: float
    high: float
    p_value: float
    means: pd.DataFrame
    before_after: float
    treated_control: float
    units: int


def _flag(name: str, values: pd.Series[Any]) -> np.ndarray:
    flags = numbers(name, values.to_numpy(dtype=float))
    if not np.isin(flags, (0, 1)).all():
        raise ValueError(f"{name} must be True or False (or 0 and 1)")
    return flags


def campaign_effect(panel: pd.DataFrame) -> CampaignEffect:
    """What a campaign changed, by difference in differences.

    outcome = a + b·treated + c·after + δ·treated·after + error by least squares; δ is the effect. Errors of one unit
    are allowed to hang together (standard errors clustered by unit, with the small-sample factor
    G/(G − 1)·(n − 1)/(n − 4); interval from t with G − 1 degrees of freedom, G the number of units).

    Parameters
    ----------
    panel : DataFrame with one row a unit and period: `unit`, `treated` (bool: belongs to the campaign's group, also
        before it), `after` (bool: the row lies after its start) and `outcome` (number)

    Returns
    -------
    CampaignEffect

    Raises
    ------
    ValueError
        When a column is missing, one of the four groups is empty, a unit is both treated and not, or there are fewer
        than three units.

    References
    ----------
    Card, D. and Krueger, A. (1994). Minimum wages and employment; Bertrand, M., Duflo, E. and Mullainathan, S. (2004).
    How much should we trust differences-in-differences estimates?

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3, 4, 4], "treated": [1, 1, 1, 1, 0, 0, 0, 0],
    ...                       "after": [0, 1] * 4, "outcome": [10, 15, 12, 18, 9, 11, 11, 14]})
    >>> result = campaign_effect(panel)
    >>> round(result.effect, 2), round(result.before_after, 2)
    (3.0, 5.5)
    """
    table("panel", panel, ["unit", "treated", "after", "outcome"])
    treated, after = _flag("treated", panel["treated"]), _flag("after", panel["after"])
    outcome = numbers("outcome", panel["outcome"].to_numpy(dtype=float))
    cell = (2 * treated + after).astype(np.int64)
    counts = np.bincount(cell, minlength=4)
    if (counts == 0).any():
        empty = ("control before", "control after", "treated before", "treated after")[int(np.argmin(counts))]
        raise ValueError(f"panel must have rows in all four groups: none is {empty}")
    units, labels = pd.factorize(panel["unit"])
    groups = len(labels)
    if (units < 0).any():
        raise ValueError("unit must not have gaps")
    if groups < 3:
        raise ValueError(f"panel must have at least 3 units, not {groups}")
    if (pd.Series(treated).groupby(units).nunique() > 1).any():
        raise ValueError("treated must be the same on all rows of a unit: it says which group the unit belongs to")
    design = np.column_stack([np.ones(len(outcome)), treated, after, treated * after])
    bread = np.linalg.inv(design.T @ design)
    fitted = bread @ design.T @ outcome
    left = outcome - design @ fitted
    summed = np.zeros((groups, 4))
    np.add.at(summed, units, design * left[:, None])
    small = groups / (groups - 1) * (len(outcome) - 1) / (len(outcome) - 4)
    covariance = small * bread @ (summed.T @ summed) @ bread
    effect, error = float(fitted[3]), float(np.sqrt(max(covariance[3, 3], 0.0)))
    margin = float(stdtrit(groups - 1, 0.975)) * error
    means = np.bincount(cell, outcome, minlength=4) / counts
    return CampaignEffect(
        effect=effect,
        standard_error=error,
        low=effect - margin,
        high=effect + margin,
        p_value=float(2 * stdtr(groups - 1, -abs(effect) / error)) if error > 0 else float(effect == 0),
        means=pd.DataFrame(means.reshape(2, 2), index=["control", "treated"], columns=["before", "after"]),
        before_after=float(means[3] - means[2]),
        treated_control=float(means[3] - means[1]),
        units=groups,
    )


def uplift(campaign: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Who bought because of the campaign: response with it minus response without, with an interval.

    uplift = p₁ − p₀;  standard error √(p₁(1 − p₁)/n₁ + p₀(1 − p₀)/n₀). It is an effect only where chance decided who
    was treated.

    Parameters
    ----------
    campaign : DataFrame with one row a customer: `treated` (bool) and `responded` (bool)
    by : column to split by, e.g. segment; the whole campaign in one row ("all") when left out

    Returns
    -------
    DataFrame indexed by group: `treated`, `control` (customers), `response_treated`, `response_control`, `uplift`,
    `low`, `high` (95 %), `incremental` (responses among the treated that would not have come anyway)

    Raises
    ------
    ValueError
        When a column is missing, a flag is not True/False, or a group lacks treated or control customers.

    References
    ----------
    Radcliffe, N. and Surry, P. (1999). Differential response analysis; Newcombe, R. (1998). Interval estimation for the
    difference between independent proportions (method 1).

    Examples
    --------
    >>> campaign = pd.DataFrame({"treated": [1] * 10 + [0] * 10, "responded": [1] * 4 + [0] * 6 + [1] * 3 + [0] * 7})
    >>> uplift(campaign).loc["all", ["uplift", "incremental"]].round(2).tolist()
    [0.1, 1.0]
    """
    table("campaign", campaign, ["treated", "responded", *([by] if by else [])])
    flags = pd.DataFrame(
        {
            "group": campaign[by].to_numpy() if by else "all",
            "treated": _flag("treated", campaign["treated"]) == 1,
            "responded": _flag("responded", campaign["responded"]),
        }
    )
    rows = {}
    for group, part in flags.groupby("group", observed=True):
        reached, spared = part.loc[part["treated"], "responded"], part.loc[~part["treated"], "responded"]
        if reached.empty or spared.empty:
            raise ValueError(f"campaign must have treated and control customers in every group: {group!r} has not")
        p1, p0 = float(reached.mean()), float(spared.mean())
        margin = 1.959964 * float(np.sqrt(p1 * (1 - p1) / len(reached) + p0 * (1 - p0) / len(spared)))
        rows[group] = {
            "treated": len(reached),
            "control": len(spared),
            "response_treated": p1,
            "response_control": p0,
            "uplift": p1 - p0,
            "low": p1 - p0 - margin,
            "high": p1 - p0 + margin,
            "incremental": (p1 - p0) * len(reached),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(by or "group")


def arpu(revenue: ArrayLike, users: ArrayLike) -> Any:
    """Average revenue per user of a period: revenue / users.

    Parameters
    ----------
    revenue : money in the period, ≥ 0, scalar or array
    users : users active in it, > 0 (the average over the period), scalar or array

    Returns
    -------
    float or array, money a user

    Raises
    ------
    ValueError
        When revenue is negative, users is not positive, or the labels of two Series differ.

    References
    ----------
    Farris, P., Bendle, N., Pfeifer, P. and Reibstein, D. (2010). Marketing Metrics, ch. 5.

    Examples
    --------
    >>> arpu([5200, 6300], [100, 120])
    array([52. , 52.5])
    """
    revenue, users = paired(revenue=revenue, users=users)
    return scalar(at_least("revenue", revenue) / positive("users", users))
