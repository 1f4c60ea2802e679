"""How many people: the smallest staff that keeps the promise, and what each one more buys."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import at_least, between, positive, scalar, vector, whole
from servicelab.models.queueing.erlang import QueueMetrics, erlang_a_metrics, erlang_c_metrics


def required_agents(
    rate: ArrayLike,
    aht: float,
    service_level: float,
    target: float,
    *,
    patience: float | None = None,
    shrinkage: float = 0.0,
    max_occupancy: float = 1.0,
) -> Any:
    """Staff to roster so that the promised share of contacts is answered in time.

    The smallest n with SL(n) ≥ service_level and occupancy(n) ≤ max_occupancy, divided by (1 − shrinkage) and
    rounded up, because people on leave, in training or on a break answer no calls.

    Parameters
    ----------
    rate : contacts per second, ≥ 0; a scalar, or one rate for each interval of the day
    aht : mean handling time in seconds, > 0
    service_level : share of all contacts to answer within the target, in (0, 1)
    target : seconds, ≥ 0
    patience : mean seconds a caller is prepared to wait (Erlang A); None: nobody hangs up (Erlang C)
    shrinkage : share of paid time that is not spent at the desk, in [0, 1)
    max_occupancy : highest share of desk time to spend on contacts, in (0, 1]

    Returns
    -------
    int, or an integer array of rate's shape

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Koole, G. (2013). Call Center Optimization; Gans, N., Koole, G. and Mandelbaum, A. (2003). Telephone call centers:
    tutorial, review, and research prospects.

    Examples
    --------
    >>> required_agents(100 / 1800, 180, 0.8, 20), required_agents(100 / 1800, 180, 0.8, 20, shrinkage=0.3)
    (14, 20)
    >>> required_agents([20 / 1800, 100 / 1800], 180, 0.8, 20)
    array([ 4, 14])
    """
    rates = at_least("rate", rate)
    positive("aht", aht)
    at_least("target", target)
    if not 0 < float(between("service_level", service_level)) < 1:
        raise ValueError(f"service_level must be between 0 and 1, both excluded, not {service_level:g}")
    if float(between("shrinkage", shrinkage)) == 1:
        raise ValueError("shrinkage must be below 1: someone must be at the desk")
    if float(between("max_occupancy", max_occupancy)) == 0:
        raise ValueError("max_occupancy must be above 0")
    known: dict[float, int] = {}
    for one in np.unique(rates):
        desk = _at_desk(float(one), aht, service_level, target, patience, max_occupancy)
        # 14/0.7 is 20.000000000000004 in binary: a hair above a whole number is that number.
        known[float(one)] = math.ceil(desk / (1 - shrinkage) - 1e-9)
    staff = np.array([known[float(one)] for one in rates.flat], dtype=np.int64).reshape(rates.shape)
    return scalar(staff)


def _at_desk(
    rate: float, aht: float, service_level: float, target: float, patience: float | None, max_occupancy: float
) -> int:
    if rate == 0:
        return 0
    load = rate * aht
    fewest = 1 if patience is not None else math.floor(load) + 1

    def enough(agents: int) -> bool:
        metrics = _metrics(rate, aht, agents, target, patience)
        return metrics.service_level >= service_level and metrics.occupancy <= max_occupancy

    step, most = 1, fewest
    while not enough(most):
        most += step
        step *= 2
    # Service level rises and occupancy falls with every agent, so the least that is enough can be halved towards.
    return _first(enough, max(fewest, most - step // 2), most)


def _first(enough: Callable[[int], bool], low: int, high: int) -> int:
    while low < high:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _metrics(rate: float, aht: float, agents: int, target: float, patience: float | None) -> QueueMetrics:
    if patience is None:
        return erlang_c_metrics(rate, aht, agents, target)
    return erlang_a_metrics(rate, aht, agents, patience, target)


def staffing_table(
    rate: float, aht: float, agents: Sequence[int], target: float, *, patience: float | None = None
) -> pd.DataFrame:
    """What each staffing level buys: one row of queue metrics for each number of agents.

    Parameters
    ----------
    rate, aht, target, patience : as in `required_agents`, scalars
    agents : the numbers of agents to compare

    Returns
    -------
    DataFrame indexed by agents, with the fields of `QueueMetrics` as columns; without patience, rows with too few
    agents for the load hold occupancy 1 and missing values (the queue grows without end)

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Gans, Koole and Mandelbaum (2003), section 3.

    Examples
    --------
    Take one agent away from a team that is 95 % busy, and look at the wait:

    >>> staffing_table(9.5 / 180, 180, [9, 10, 11], target=20).asa.round(0).tolist()
    [nan, 297.0, 66.0]
    """
    counts = whole("agents", vector("agents", agents), least=1)
    rows = []
    for count in counts:
        if patience is None and rate * aht >= count:
            rows.append({**dict.fromkeys(QueueMetrics.__dataclass_fields__, float("nan")), "occupancy": 1.0})
        else:
            rows.append(asdict(_metrics(rate, aht, int(count), target, patience)))
    return pd.DataFrame(rows, index=pd.Index(counts, name="agents"))
