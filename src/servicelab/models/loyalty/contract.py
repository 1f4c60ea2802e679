"""Customers who say goodbye: retention curves, how long they stay, and what staying is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betaln

from servicelab.models.arguments import Floats, at_least, between, paired, positive, scalar, vector


def margin_multiple(retention: ArrayLike, discount: ArrayLike) -> Any:
    """How many times its yearly margin a customer is worth.

    r / (1 + i − r): a customer who stays each year with chance r, at interest i.

    Parameters
    ----------
    retention : chance to stay a period, in [0, 1]
    discount : interest a period, ≥ 0 (above 0 where retention is 1)

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Gupta, S. and Lehmann, D. (2003). Customers as assets.

    Examples
    --------
    >>> round(margin_multiple(0.9, 0.12), 2)
    4.09
    """
    stay, interest = between("retention", retention), at_least("discount", discount)
    if np.any((stay == 1) & (interest == 0)):
        raise ValueError("discount must be greater than 0 where retention is 1")
    return scalar(stay / (1 + interest - stay))


def retention_curve(tenure: ArrayLike, left: ArrayLike) -> pd.DataFrame:
    """How many are still customers after each span, counting those who have not left yet for what they show.

    Kaplan–Meier: S(t) = Π_{s ≤ t} (1 − left(s)/at risk(s)).

    Parameters
    ----------
    tenure : how long each customer has been (or was) one, ≥ 0, any one unit
    left : True where the customer left at that tenure, False where the watch ended

    Returns
    -------
    DataFrame indexed by tenure at which somebody left: `at_risk`, `left`, `retention` (share of those at risk that
    stayed), `survival` (share of all that is still there), `standard_error` (Greenwood)

    Raises
    ------
    ValueError
        When lengths or labels differ, a tenure is negative or left is not True/False.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations.

    Examples
    --------
    >>> retention_curve([1, 1, 2, 3], [True, False, True, False])["survival"].tolist()
    [0.75, 0.375]
    """
    tenure, left = paired(tenure=tenure, left=left)
    lengths = at_least("tenure", vector("tenure", tenure))
    gone = vector("left", left, len(lengths))
    if not np.isin(gone, (0, 1)).all():
        raise ValueError("left must be True or False for each customer")
    moments, lost = np.unique(lengths[gone == 1], return_counts=True)
    at_risk = len(lengths) - np.searchsorted(np.sort(lengths), moments, side="left")
    retention = 1 - lost / at_risk
    survival = np.cumprod(retention)
    stayed = np.maximum(at_risk - lost, 1)
    return pd.DataFrame(
        {
            "at_risk": at_risk,
            "left": lost,
            "retention": retention,
            "survival": survival,
            "standard_error": survival * np.sqrt(np.cumsum(lost / (at_risk * stayed))),
        },
        index=pd.Index(moments, name="tenure"),
    )


def sbg_survival(alpha: float, beta: float, periods: ArrayLike) -> Any:
    """Share of a cohort still there after so many renewals, under the shifted beta-geometric model.

    S(t) = B(α, β + t) / B(α, β).

    Parameters
    ----------
    alpha, beta : parameters, > 0; the mean chance to leave at the first renewal is α/(α + β)
    periods : number of renewals, ≥ 0, scalar or array

    Returns
    -------
    float or array in [0, 1]

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Fader, P. and Hardie, B. (2007). How to project customer retention.

    Examples
    --------
    >>> round(sbg_survival(0.704, 1.182, 12), 3)
    0.17
    """
    positive("alpha", alpha)
    positive("beta", beta)
    return scalar(np.exp(betaln(alpha, beta + at_least("periods", periods)) - betaln(alpha, beta)))


def sbg_fit(survivors: ArrayLike) -> tuple[float, float]:
    """Fit the shifted beta-geometric model of retention to one cohort.

    P(T = t) = B(α + 1, β + t − 1)/B(α, β); those left at the end count with S(t). Maximum likelihood.

    Parameters
    ----------
    survivors : customers still there at the start and after each renewal, one row, never rising, at least three

    Returns
    -------
    (alpha, beta)

    Raises
    ------
    ValueError
        When survivors rise, are negative, nobody leaves or there are fewer than three counts.

    References
    ----------
    Fader, P. and Hardie, B. (2007). How to project customer retention.

    Examples
    --------
    >>> alpha, beta = sbg_fit([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> round(alpha, 3), round(beta, 3)
    (0.704, 1.182)
    """
    from scipy.optimize import minimize

    counts = at_least("survivors", vector("survivors", survivors))
    if len(counts) < 3:
        raise ValueError(f"survivors must hold at least 3 counts, not {len(counts)}")
    lost = -np.diff(counts)
    if (lost < 0).any():
        raise ValueError("survivors must not rise: who left does not come back in this model")
    if not lost.any() or counts[1] == 0:
        raise ValueError("survivors must fall, and not to 0 at once, for the model to be fitted")
    renewals = np.arange(1, len(counts))

    def cost(logs: Floats) -> float:
        alpha, beta = np.exp(logs)
        left = betaln(alpha + 1, beta + renewals - 1) - betaln(alpha, beta)
        still = betaln(alpha, beta + renewals[-1]) - betaln(alpha, beta)
        # Scaled, so that the search stops at the same place for 1,000 customers and for a million.
        return -float(lost @ left + counts[-1] * still) / float(counts[0])

    found = minimize(cost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 5000})
    alpha, beta = np.exp(found.x)
    return float(alpha), float(beta)
