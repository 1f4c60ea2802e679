"""Choosing channels: rank options on several measures, and the cheapest mix that keeps every promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import Floats, at_least, numbers, paired, positive, table, vector
from servicelab.models.arguments import matrix as as_matrix


@dataclass(frozen=True)
class ChannelMix:
    """The cheapest way to serve a demand.

    Attributes
    ----------
    allocation : contacts of each need (rows) to each channel (columns)
    share : share of all contacts by channel; sums to 1
    cost : total cost
    used : work of each channel, in the unit of its capacity
    quality : level reached on each promise
    price_of_capacity : how much the cost would fall with one more unit of each channel's capacity (shadow price, ≥ 0)
    """

    allocation: pd.DataFrame
    share: pd.Series[float]
    cost: float
    used: pd.Series[float]
    quality: dict[str, float]
    price_of_capacity: pd.Series[float]


def topsis(matrix: ArrayLike, weights: ArrayLike, benefit: ArrayLike) -> Floats:
    """Rank options by closeness to the best imaginable and distance from the worst.

    v_ij = w_j·x_ij / √Σ_i x_ij²;  score = d⁻ / (d⁺ + d⁻), d⁺ and d⁻ the distances to the best and worst values of v.

    Parameters
    ----------
    matrix : options × measures
    weights : one for each measure, ≥ 0, not all 0 (scaled to sum to 1)
    benefit : True where more is better, False where less is, one for each measure. Series of weights and benefit are
        paired with each other, and with the columns of a DataFrame, by their labels

    Returns
    -------
    array of scores in [0, 1], one for each option; the highest is best

    Raises
    ------
    ValueError
        When shapes or labels differ, weights are all 0, or every option is the same on every measure.

    References
    ----------
    Hwang, C. L. and Yoon, K. (1981). Multiple Attribute Decision Making: Methods and Applications.

    Examples
    --------
    Cost, satisfaction and resolution of phone, chat and bot:

    >>> topsis([[12, 4.2, 0.8], [6, 4.0, 0.7], [1, 3.1, 0.4]], [0.3, 0.4, 0.3], [False, True, True]).round(2)
    array([0.34, 0.59, 0.66])
    """
    options = as_matrix("matrix", matrix)
    measures = {}
    if isinstance(matrix, pd.DataFrame):
        measures["the columns of matrix"] = pd.Series(range(options.shape[1]), index=matrix.columns)
    *_columns, weights, benefit = paired(**measures, weights=weights, benefit=benefit)
    count = options.shape[1]
    importance = at_least("weights", vector("weights", weights, count))
    if importance.sum() == 0:
        raise ValueError("weights must not all be 0")
    more = np.asarray(benefit)
    if more.shape != (count,) or not np.isin(more, (0, 1)).all():
        raise ValueError(f"benefit must be True or False for each of the {count} measures")
    length = np.sqrt((options**2).sum(axis=0))
    weighted = options / np.where(length > 0, length, 1) * importance / importance.sum()
    up = more.astype(bool)
    best = np.where(up, weighted.max(axis=0), weighted.min(axis=0))
    worst = np.where(up, weighted.min(axis=0), weighted.max(axis=0))
    to_best = np.sqrt(((weighted - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=1))
    if (to_best + to_worst == 0).any():
        raise ValueError("matrix must differ between options on at least one weighted measure")
    return np.asarray(to_worst / (to_best + to_worst))


def channel_mix(
    demand: pd.Series[float],
    cost: pd.DataFrame,
    capacity: pd.Series[float],
    *,
    work: pd.DataFrame | None = None,
    promises: Mapping[str, tuple[pd.DataFrame, float]] | None = None,
) -> ChannelMix:
    """The cheapest channel for every contact, within capacities and service promises: a linear programme.

    minimise Σ cost·x   subject to   Σ_channels x = demand of each need,   Σ_needs work·x ≤ capacity of each channel,
    Σ quality·x ≥ level·Σ demand for each promise,   x ≥ 0.

    Parameters
    ----------
    demand : contacts of each need, ≥ 0, indexed by need
    cost : needs × channels, cost of a contact; a missing value means this channel cannot serve that need
    capacity : most work each channel can do, indexed by channel; infinity for no limit
    work : needs × channels, work of a contact in the unit of capacity, > 0; 1 (capacity counts contacts) when left out
    promises : name → (needs × channels quality of a contact, least average level), e.g. resolution: (shares, 0.75)

    Returns
    -------
    ChannelMix

    Raises
    ------
    ValueError
        When labels do not match, a number is out of range, or no mix can keep all promises.

    References
    ----------
    Dantzig, G. (1963). Linear Programming and Extensions; Hillier and Lieberman, Introduction to Operations Research,
    ch. 9. Solver: HiGHS, Huangfu, Q. and Hall, J. (2018). Parallelizing the dual revised simplex method.

    Examples
    --------
    >>> needs = pd.Series({"where is my parcel": 600, "repair": 200})
    >>> cost = pd.DataFrame({"bot": [0.5, 0.5], "phone": [12.0, 15.0]}, index=needs.index)
    >>> solved = pd.DataFrame({"bot": [0.8, 0.1], "phone": [0.9, 0.9]}, index=needs.index)
    >>> mix = channel_mix(needs, cost, pd.Series({"bot": np.inf, "phone": 300}), promises={"solved": (solved, 0.8)})
    >>> mix.allocation.round(0).values.tolist(), round(mix.cost)
    ([[600.0, 0.0], [25.0, 175.0]], 2938)
    """
    from scipy.optimize import linprog

    table("cost", cost)
    needs, channels = cost.index, cost.columns
    wanted = at_least("demand", _aligned("demand", demand, needs))
    if wanted.sum() == 0:
        raise ValueError("demand must be above 0 for at least one need")
    limits = _aligned("capacity", capacity, channels)
    if np.isnan(limits).any() or (limits < 0).any():
        raise ValueError("capacity must be at least 0 for every channel (infinity for no limit)")
    prices = cost.to_numpy(dtype=float)
    allowed = np.isfinite(prices)
    if (~allowed.any(axis=1)).any():
        raise ValueError(f"cost must leave at least one channel for {needs[~allowed.any(axis=1)][0]!r}")
    effort = np.ones(prices.shape) if work is None else positive("work", _grid("work", work, cost))
    levels = {
        name: (numbers(f"promises[{name!r}]", _grid(f"promises[{name!r}]", quality, cost)), float(level))
        for name, (quality, level) in (promises or {}).items()
    }
    rows, columns = prices.shape
    serve = np.kron(np.eye(rows), np.ones(columns))
    bounded = np.flatnonzero(np.isfinite(limits))
    busy = np.array([np.where(np.arange(columns) == k, effort, 0.0).ravel() for k in bounded]).reshape(-1, prices.size)
    keep = np.array([-quality.ravel() for quality, _ in levels.values()]).reshape(-1, prices.size)
    found = linprog(
        np.where(allowed, prices, 0.0).ravel(),
        A_ub=np.vstack([busy, keep]),
        b_ub=np.concatenate([limits[bounded], [-level * wanted.sum() for _, level in levels.values()]]),
        A_eq=serve,
        b_eq=wanted,
        bounds=[(0, None if ok else 0) for ok in allowed.ravel()],
        method="highs",
    )
    if found.status != 0:
        raise ValueError("demand, capacity and promises cannot all be met: raise a capacity or lower a promise")
    contacts = np.maximum(found.x.reshape(prices.shape), 0.0)
    shadow = np.zeros(columns)
    shadow[bounded] = -found.ineqlin.marginals[: len(bounded)]
    return ChannelMix(
        allocation=pd.DataFrame(contacts, index=needs, columns=channels),
        share=pd.Series(contacts.sum(axis=0) / contacts.sum(), index=channels, name="share"),
        cost=float(found.fun),
        used=pd.Series((effort * contacts).sum(axis=0), index=channels, name="used"),
        quality={name: float((quality * contacts).sum() / contacts.sum()) for name, (quality, _) in levels.items()},
        price_of_capacity=pd.Series(np.abs(shadow), index=channels, name="price_of_capacity"),
    )


def _aligned(name: str, values: pd.Series[float], labels: pd.Index) -> Floats:
    if not isinstance(values, pd.Series) or set(values.index) != set(labels):
        raise ValueError(f"{name} must be a Series with the labels {', '.join(map(str, labels))}")
    return np.asarray(values.reindex(labels), dtype=np.float64)


def _grid(name: str, values: pd.DataFrame, like: pd.DataFrame) -> Floats:
    if not isinstance(values, pd.DataFrame) or set(values.index) != set(like.index) or set(values) != set(like):
        raise ValueError(f"{name} must be a DataFrame with the rows and columns of cost")
    return values.reindex(index=like.index, columns=like.columns).to_numpy(dtype=np.float64)
