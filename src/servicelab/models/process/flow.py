"""Flow: what is busiest, how much work is in hand, and why work waits long before everyone is busy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import at_least, numbers, positive, scalar, table, whole


def utilisation(stations: pd.DataFrame) -> pd.Series[float]:
    """How busy each station is.

    u = λ / (c·μ): work that arrives, over work the station can do.

    Parameters
    ----------
    stations : DataFrame indexed by station, with columns `rate` (arrivals per second, λ), `servers` (whole number, c)
        and `service_rate` (jobs per second one server does, μ)

    Returns
    -------
    Series, station → utilisation; above 1 the queue grows without end

    Raises
    ------
    ValueError
        When a column is missing, the table is empty or a number is out of range.

    References
    ----------
    Hopp, W. and Spearman, M. (2011). Factory Physics, ch. 7.

    Examples
    --------
    >>> stations = pd.DataFrame({"rate": [2, 2], "servers": [1, 3], "service_rate": [4, 1]}, index=["till", "fitting"])
    >>> utilisation(stations).round(2).to_dict()
    {'till': 0.5, 'fitting': 0.67}
    """
    table("stations", stations, ["rate", "servers", "service_rate"])
    rate = at_least("rate", stations["rate"].to_numpy())
    servers = whole("servers", stations["servers"].to_numpy(), least=1)
    service_rate = positive("service_rate", stations["service_rate"].to_numpy())
    return pd.Series(rate / (servers * service_rate), index=stations.index, name="utilisation")


def bottleneck(stations: pd.DataFrame) -> Any:
    """The station that limits the whole: argmax λ/(c·μ).

    Parameters
    ----------
    stations : as for `utilisation`

    Returns
    -------
    the label of the busiest station (the first of equals)

    Raises
    ------
    ValueError
        As for `utilisation`.

    References
    ----------
    Goldratt, E. and Cox, J. (1984). The Goal; Hopp and Spearman (2011), ch. 7.

    Examples
    --------
    >>> stations = pd.DataFrame({"rate": [2, 2], "servers": [1, 3], "service_rate": [4, 1]}, index=["till", "fitting"])
    >>> bottleneck(stations)
    'fitting'
    """
    return utilisation(stations).idxmax()


def littles_law(
    *, in_system: ArrayLike | None = None, rate: ArrayLike | None = None, time_in_system: ArrayLike | None = None
) -> Any:
    """The third of L, λ and W from the other two: L = λ·W.

    Parameters
    ----------
    in_system : L, mean number of jobs in hand, ≥ 0
    rate : λ, jobs per second that come in (and, in the long run, go out), > 0 where it divides
    time_in_system : W, mean seconds a job stays, > 0 where it divides

    Returns
    -------
    float or array: the one that was left out

    Raises
    ------
    ValueError
        When not exactly two are given, or one is out of range.

    References
    ----------
    Little, J. D. C. (1961). A proof for the queuing formula L = λW.

    Examples
    --------
    50 open cases and 10 new ones a day: a case stays 5 days.

    >>> littles_law(in_system=50, rate=10)
    5.0
    """
    if in_system is None and rate is not None and time_in_system is not None:
        return scalar(np.multiply(at_least("rate", rate), at_least("time_in_system", time_in_system)))
    if rate is None and in_system is not None and time_in_system is not None:
        return scalar(at_least("in_system", in_system) / positive("time_in_system", time_in_system))
    if time_in_system is None and in_system is not None and rate is not None:
        return scalar(at_least("in_system", in_system) / positive("rate", rate))
    raise ValueError("in_system, rate, time_in_system: exactly two must be given")


def kingman_wait(
    rate: ArrayLike,
    service_time: ArrayLike,
    *,
    servers: ArrayLike = 1,
    arrival_cv: ArrayLike = 1.0,
    service_cv: ArrayLike = 1.0,
) -> Any:
    """Mean wait in queue from variability, utilisation and time (the VUT equation).

    Wq ≈ (ca² + cs²)/2 · u^(√(2(c+1)) − 1) / (c·(1 − u)) · τ, with u = λτ/c. For one server this is Kingman's formula,
    exact when arrivals are random (ca = 1).

    Parameters
    ----------
    rate : arrivals per second, ≥ 0
    service_time : mean seconds a job takes one server, > 0
    servers : whole number ≥ 1
    arrival_cv, service_cv : standard deviation / mean of the times between arrivals and of service, ≥ 0

    Returns
    -------
    float or array, seconds

    Raises
    ------
    ValueError
        When an argument is out of range or the servers cannot keep up.

    References
    ----------
    Kingman, J. F. C. (1961). The single server queue in heavy traffic; Sakasegawa, H. (1977). An approximation
    formula Lq ≈ αρ^β/(1 − ρ); Hopp and Spearman (2011), ch. 8.

    Examples
    --------
    The same doctor, the same two patients an hour, 20 minutes each on average; regular instead of random visits:

    >>> round(kingman_wait(2, 1 / 3), 3), round(kingman_wait(2, 1 / 3, service_cv=0), 3)
    (0.667, 0.333)
    """
    arrivals, time = at_least("rate", rate), positive("service_time", service_time)
    count = whole("servers", servers, least=1)
    variability = (at_least("arrival_cv", arrival_cv) ** 2 + at_least("service_cv", service_cv) ** 2) / 2
    busy = arrivals * time / count
    if np.any(busy >= 1):
        raise ValueError(f"servers must do more than the load of {np.max(arrivals * time):g}: the queue never ends")
    wait = variability * busy ** (np.sqrt(2 * (count + 1)) - 1) / (count * (1 - busy)) * time
    return scalar(numbers("wait", wait))
