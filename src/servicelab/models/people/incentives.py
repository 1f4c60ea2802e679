"""Pay: how strong an incentive should be, and what a scheme does to the work it does not measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import at_least, between, positive, scalar, table, vector


@dataclass(frozen=True)
class PayScheme:
    """What a month's pay is made of.

    Attributes
    ----------
    base : fixed pay a month
    per_contact : pay for each contact handled (rewards speed)
    per_resolution : pay for each contact that is truly resolved (rewards quality; it has to be measured)
    """

    base: float
    per_contact: float = 0.0
    per_resolution: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative pay."""
        for name in ("base", "per_contact", "per_resolution"):
            at_least(name, getattr(self, name))


@dataclass(frozen=True)
class IncentiveOutcomes:
    """What a pay scheme does; means over the team, shares in [0, 1].

    Attributes
    ----------
    agents : DataFrame, a row an agent: `speed_effort`, `quality_effort`, `handling_time` (seconds), `resolution`,
        `gaming`, `contacts`, `resolved` (a month), `pay`
    handling_time : mean seconds a contact
    resolution : share of contacts truly resolved
    recontact : share of contacts that come back
    gaming : share of contacts closed without being dealt with
    contacts, resolved : a month, whole team
    payroll : a month
    cost_per_resolution : payroll / resolved
    pay_gini : inequality of pay, 0 (all the same) to 1
    """

    agents: pd.DataFrame
    handling_time: float
    resolution: float
    recontact: float
    gaming: float
    contacts: float
    resolved: float
    payroll: float
    cost_per_resolution: float
    pay_gini: float


def optimal_incentive(risk_aversion: ArrayLike, effort_cost: ArrayLike, variance: ArrayLike) -> Any:
    """How much of what an agent produces should be paid out as a bonus.

    β* = 1 / (1 + r·c·σ²): the linear contract that weighs effort against the risk it loads on the agent.

    Parameters
    ----------
    risk_aversion : r, coefficient of absolute risk aversion, ≥ 0
    effort_cost : c, effort e costs the agent c·e²/2, > 0
    variance : σ² of the measured output around true effort, ≥ 0

    Returns
    -------
    float or array in (0, 1]; 1 when the agent does not mind risk or output measures effort exactly

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Holmström, B. and Milgrom, P. (1987). Aggregation and linearity in the provision of intertemporal incentives.

    Examples
    --------
    >>> optimal_incentive(2, 0.5, 1), optimal_incentive(0, 0.5, 9)
    (0.5, 1.0)
    """
    noise = at_least("risk_aversion", risk_aversion) * positive("effort_cost", effort_cost)
    return scalar(1 / (1 + noise * at_least("variance", variance)))


def gini(values: ArrayLike) -> float:
    """Inequality: half the mean difference between two people, over the mean.

    G = Σᵢ Σⱼ |xᵢ − xⱼ| / (2·n²·x̄).

    Parameters
    ----------
    values : ≥ 0, one row, not all 0

    Returns
    -------
    float from 0 (all the same) to (n − 1)/n (one has all)

    Raises
    ------
    ValueError
        When a value is negative or all are 0.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità; Sen, A. (1973). On Economic Inequality.

    Examples
    --------
    >>> gini([0, 0, 0, 1]), gini([5, 5])
    (0.75, 0.0)
    """
    ordered = np.sort(at_least("values", vector("values", values)))
    if ordered[-1] == 0:
        raise ValueError("values must not all be 0")
    n = len(ordered)
    rank = np.arange(1, n + 1)
    return float(max(0.0, ((2 * rank - n - 1) * ordered).sum() / (n * ordered.sum())))


def incentive_outcomes(
    scheme: PayScheme,
    agents: pd.DataFrame,
    *,
    hours: float = 130.0,
    effort_cost: float = 200.0,
    substitution: float = 0.6,
    speed_gain: float = 0.08,
    resolution_gain: float = 0.35,
    resolution_loss: float = 0.15,
    recontact_if_unresolved: float = 0.45,
    recontact_if_resolved: float = 0.08,
) -> IncentiveOutcomes:
    """What a pay scheme does to speed, quality, gaming and the fairness of pay.

    Two tasks that compete for attention (Holmström and Milgrom 1991). Efforts e = (speed, quality) ≥ 0 maximise
    pay·ability − c·(e₁² + e₂²)/2 − κ·c·e₁·e₂  around the effort people make anyway (1 each): paying for one task
    draws effort from the other. Handling time falls by `speed_gain` for each unit of extra speed effort; the log odds
    of resolution rise by `resolution_gain` for each unit of extra quality effort and fall by `resolution_loss` for each
    unit of extra speed effort. An agent of integrity q closes the share 1 − exp(−(1 − q)·b/a) of contacts without
    dealing with them, b the pay for a contact and a the pay for dealing with it (base pay for the time it takes,
    plus the pay for a resolution). The structure is the theory's; the parameters are illustrative, and the sample
    firm's data has its own.

    Parameters
    ----------
    scheme : PayScheme
    agents : DataFrame with `handling_time` (seconds, > 0) and `resolution` (share in (0, 1)) without incentives,
        `ability` (> 0, mean about 1) and `integrity` (in [0, 1])
    hours : paid hours of contact work a month and agent, > 0
    effort_cost : c, money a month that one unit of effort squared is worth, > 0
    substitution : κ in [0, 1): how much the two efforts get in each other's way
    speed_gain, resolution_gain, resolution_loss : effects of effort, ≥ 0
    recontact_if_unresolved, recontact_if_resolved : shares that come back, in [0, 1]

    Returns
    -------
    IncentiveOutcomes

    Raises
    ------
    ValueError
        When a column is missing or a number is out of range.

    References
    ----------
    Holmström, B. and Milgrom, P. (1991). Multitask principal–agent analyses: incentive contracts, asset ownership, and
    job design; Lazear, E. (2000). Performance pay and productivity.

    Examples
    --------
    >>> team = pd.DataFrame({"handling_time": [300.0, 300.0], "resolution": [0.75, 0.75], "ability": [0.9, 1.1],
    ...                      "integrity": [0.9, 0.9]})
    >>> flat = incentive_outcomes(PayScheme(6000), team)
    >>> speed = incentive_outcomes(PayScheme(4000, per_contact=1.5), team)
    >>> speed.handling_time < flat.handling_time, speed.resolution < flat.resolution, speed.recontact > flat.recontact
    (True, True, True)
    """
    table("agents", agents, ["handling_time", "resolution", "ability", "integrity"])
    usual_time = positive("handling_time", agents["handling_time"].to_numpy())
    usual_resolution = between("resolution", agents["resolution"].to_numpy())
    if ((usual_resolution == 0) | (usual_resolution == 1)).any():
        raise ValueError("resolution must be between 0 and 1, both excluded")
    ability = positive("ability", agents["ability"].to_numpy())
    integrity = between("integrity", agents["integrity"].to_numpy())
    positive("hours", hours)
    positive("effort_cost", effort_cost)
    between("substitution", substitution, 0, 0.999)
    for name, value in (
        ("speed_gain", speed_gain), ("resolution_gain", resolution_gain), ("resolution_loss", resolution_loss),
    ):  # fmt: skip
        at_least(name, value)
    between("recontact_if_unresolved", recontact_if_unresolved)
    between("recontact_if_resolved", recontact_if_resolved)

    # What one more unit of effort earns, at the usual pace and quality.
    volume = hours * 3600 / usual_time
    odds_slope = usual_resolution * (1 - usual_resolution)
    by_speed = scheme.per_contact + scheme.per_resolution * usual_resolution
    pull_speed = ability * volume * (by_speed * speed_gain - scheme.per_resolution * odds_slope * resolution_loss)
    pull_quality = ability * volume * scheme.per_resolution * odds_slope * resolution_gain
    crowd = effort_cost * (1 - substitution**2)
    # Efforts cannot fall below none at all: one unit less than the usual one.
    speed = np.maximum((pull_speed - substitution * pull_quality) / crowd, -1.0)
    quality = np.maximum((pull_quality - substitution * pull_speed) / crowd, -1.0)

    time = usual_time * np.exp(-speed_gain * speed)
    log_odds = np.log(usual_resolution / (1 - usual_resolution)) + resolution_gain * quality - resolution_loss * speed
    honest = 1 / (1 + np.exp(-log_odds))
    for_dealing = scheme.base / (hours * 3600) * usual_time + scheme.per_resolution
    with np.errstate(divide="ignore", invalid="ignore"):
        # No other pay at all: an endless temptation, which only full integrity (0 · ∞, read as 0) withstands.
        temptation = np.nan_to_num((1 - integrity) * (scheme.per_contact / for_dealing))
    gaming = -np.expm1(-temptation)
    resolution = honest * (1 - gaming)
    contacts = hours * 3600 / time
    resolved = contacts * resolution
    pay = scheme.base + scheme.per_contact * contacts + scheme.per_resolution * resolved
    total, solved = float(contacts.sum()), float(resolved.sum())
    return IncentiveOutcomes(
        agents=pd.DataFrame(
            {
                "speed_effort": 1 + speed, "quality_effort": 1 + quality, "handling_time": time,
                "resolution": resolution, "gaming": gaming, "contacts": contacts, "resolved": resolved, "pay": pay,
            },
            index=agents.index,
        ),
        handling_time=float((time * contacts).sum() / total),
        resolution=solved / total,
        recontact=recontact_if_resolved * solved / total + recontact_if_unresolved * (1 - solved / total),
        gaming=float((gaming * contacts).sum() / total),
        contacts=total,
        resolved=solved,
        payroll=float(pay.sum()),
        cost_per_resolution=float(pay.sum()) / solved if solved > 0 else float("inf"),
        pay_gini=gini(pay) if pay.any() else 0.0,
    )  # fmt: skip
