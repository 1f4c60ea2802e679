"""When contacts come in: the day's shape, the week, and how much more they vary than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.models.arguments import at_least, seconds, table


@dataclass(frozen=True)
class ArrivalPattern:
    """How contacts come in.

    Attributes
    ----------
    daily_mean : contacts a day
    daily_cv : standard deviation / mean of the daily totals
    dispersion : variance / mean of the daily totals (1 for a Poisson process; more means over-dispersed)
    weekday_index : mean of each weekday (0 = Monday) / daily_mean
    peak_to_mean : busiest interval / mean interval
    """

    daily_mean: float
    daily_cv: float
    dispersion: float
    weekday_index: pd.Series[float]
    peak_to_mean: float


def hourly_profile(calls: pd.DataFrame) -> pd.Series[float]:
    """Share of the calls that arrive in each hour of the day.

    Parameters
    ----------
    calls : DataFrame with `arrived_at`, as timestamps, or seconds since some midnight

    Returns
    -------
    Series of 24 shares that sum to 1, indexed by hour 0–23

    Raises
    ------
    ValueError
        When a column is missing or the log is empty.

    References
    ----------
    Gans, Koole and Mandelbaum (2003), section 2 (the intraday profile).

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 36_000, 39_000], "wait": 0, "served": True, "service": 60})
    >>> hourly_profile(calls).round(2)[10]
    np.float64(0.67)
    """
    arrived = table("calls", calls, ["arrived_at"])["arrived_at"]
    if pd.api.types.is_datetime64_any_dtype(arrived):
        hours = arrived.dt.hour.to_numpy()
    else:
        hours = (seconds("arrived_at", arrived) % 86_400 // 3_600).astype(np.int64)
    counts = np.bincount(hours, minlength=24)
    return pd.Series(counts / counts.sum(), index=pd.RangeIndex(24, name="hour"), name="share")


def arrival_pattern(counts: pd.Series[int]) -> ArrivalPattern:
    """Volume, week and over-dispersion, from counts per interval.

    Parameters
    ----------
    counts : contacts in each interval, indexed by the interval's start (timestamps, equal intervals)

    Returns
    -------
    ArrivalPattern; a day counts when it has at least one interval

    Raises
    ------
    ValueError
        When counts are empty, negative or not indexed by timestamps.

    References
    ----------
    Weinberg, J., Brown, L. D. and Stroud, J. R. (2007). Bayesian forecasting of an inhomogeneous Poisson process with
    applications to call center data.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01 09:00", periods=2, freq="h").append(
    ...     pd.date_range("2024-01-02 09:00", periods=2, freq="h"))
    >>> pattern = arrival_pattern(pd.Series([30, 10, 20, 20], index=hours))
    >>> pattern.daily_mean, pattern.peak_to_mean
    (40.0, 1.5)
    """
    index = counts.index
    if not isinstance(index, pd.DatetimeIndex):
        raise ValueError("counts must be indexed by timestamps, the start of each interval")
    at_least("counts", counts.to_numpy())
    daily = counts.groupby(index.normalize()).sum().astype(float)
    mean = float(daily.mean())
    spread = float(daily.std()) if len(daily) > 1 else float("nan")
    return ArrivalPattern(
        daily_mean=mean,
        daily_cv=spread / mean,
        dispersion=spread**2 / mean,
        weekday_index=(daily.groupby(pd.DatetimeIndex(daily.index).day_of_week).mean() / mean).rename_axis("weekday"),
        peak_to_mean=float(counts.max()) / float(counts.mean()),
    )
