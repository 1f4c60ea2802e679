"""What a call log says: the same figures as the formulas, measured on calls that really came in.

A call log is a DataFrame with one row for each call that reached the queue:
`arrived_at` (timestamp, or seconds), `wait` (seconds in queue, 0 when answered at once), `served` (True when an agent
answered), `service` (seconds with the agent, missing when not served); some measures also need `customer_id` or `kind`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.models.arguments import at_least, positive, seconds, table
from servicelab.models.queueing.erlang import QueueMetrics

COLUMNS = ("arrived_at", "wait", "served", "service")


@dataclass(frozen=True)
class CallLogFacts:
    """What a log shows at a glance; shares in [0, 1], times in seconds.

    Attributes
    ----------
    calls : number of calls
    served, hung_up : shares answered and not answered (they sum to 1)
    abandoned_in_queue : share that waited and then hung up
    waited : share that waited at all
    mean_wait_of_waiting : mean wait of those that waited
    service_mean, service_median, service_cv2 : of served calls; cv2 is variance / mean²
    log_service_mean, log_service_sd : of ln(service), served calls of at least `shortest` seconds
    """

    calls: int
    served: float
    hung_up: float
    abandoned_in_queue: float
    waited: float
    mean_wait_of_waiting: float
    service_mean: float
    service_median: float
    service_cv2: float
    log_service_mean: float
    log_service_sd: float


@dataclass(frozen=True)
class RecontactRates:
    """Shares of calls followed by another call of the same customer within the window."""

    after_service: float
    after_abandonment: float


def _log(calls: pd.DataFrame, *more: str) -> pd.DataFrame:
    table("calls", calls, (*COLUMNS, *more))
    at_least("wait", calls["wait"].to_numpy())
    return calls


def call_log_facts(calls: pd.DataFrame, *, shortest: float = 10.0) -> CallLogFacts:
    """The figures an analyst reads off a call log first.

    Parameters
    ----------
    calls : call log (columns: see the module)
    shortest : seconds; shorter services (misdials, transfers) are left out of the lognormal fit

    Returns
    -------
    CallLogFacts

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, a wait is negative or nothing was served.

    References
    ----------
    Brown, L., Gans, N., Mandelbaum, A. et al. (2005). Statistical analysis of a telephone call center: a
    queueing-science perspective (the lognormal service times).

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 9, 20], "wait": [0, 30, 12], "served": [True, True, False],
    ...                       "service": [60, 120, None]})
    >>> facts = call_log_facts(calls)
    >>> round(facts.served, 3), facts.mean_wait_of_waiting, facts.service_mean
    (0.667, 21.0, 90.0)
    """
    _log(calls)
    served = calls["served"].astype(bool)
    wait = calls["wait"].astype(float)
    service = calls.loc[served, "service"].astype(float)
    service = service[service > 0]
    if service.empty:
        raise ValueError("calls must hold at least one served call with a service time")
    long_enough = np.log(service[service >= shortest])
    return CallLogFacts(
        calls=len(calls),
        served=float(served.mean()),
        hung_up=float((~served).mean()),
        abandoned_in_queue=float((~served & (wait > 0)).mean()),
        waited=float((wait > 0).mean()),
        mean_wait_of_waiting=float(wait[wait > 0].mean()) if (wait > 0).any() else 0.0,
        service_mean=float(service.mean()),
        service_median=float(service.median()),
        service_cv2=float(service.var() / service.mean() ** 2),
        log_service_mean=float(long_enough.mean()),
        log_service_sd=float(long_enough.std()),
    )


def service_by_kind(calls: pd.DataFrame, *, shortest: float = 10.0) -> pd.Series[float]:
    """Mean service time of each kind of call, services of at least `shortest` seconds.

    Parameters
    ----------
    calls : call log with a column `kind`
    shortest : seconds

    Returns
    -------
    Series, kind → seconds

    Raises
    ------
    ValueError
        When a column is missing or the log is empty.

    References
    ----------
    Brown et al. (2005), section 4.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 9], "wait": [0, 0], "served": [True, True], "service": [60, 120],
    ...                       "kind": ["order", "repair"]})
    >>> service_by_kind(calls).to_dict()
    {'order': 60.0, 'repair': 120.0}
    """
    _log(calls, "kind")
    counted = calls[calls["served"].astype(bool) & (calls["service"] >= shortest)]
    return counted.groupby("kind")["service"].mean().astype(float)


def recontact_rates(calls: pd.DataFrame, *, within: float = 3600.0) -> RecontactRates:
    """How often the same customer is back soon, after an answer and after a hang-up.

    A call counts as followed when the customer's next call arrives at most `within` seconds after this one arrived.
    Calls without a customer_id are left out.

    Parameters
    ----------
    calls : call log with a column `customer_id`
    within : seconds, > 0

    Returns
    -------
    RecontactRates (missing where there is no such call)

    Raises
    ------
    ValueError
        When a column is missing, the log is empty or within is not positive.

    References
    ----------
    Hoffman, K. L. and Harris, C. M. (1986). Estimation of a caller retrial rate for a telephone information system.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 600, 90_000], "wait": [40, 5, 5], "served": [False, True, True],
    ...                       "service": [None, 60, 60], "customer_id": [7, 7, 7]})
    >>> recontact_rates(calls)
    RecontactRates(after_service=0.0, after_abandonment=1.0)
    """
    _log(calls, "customer_id")
    positive("within", within)
    known = calls[calls["customer_id"].notna()]
    frame = pd.DataFrame(
        {
            "customer": known["customer_id"].to_numpy(),
            "at": seconds("arrived_at", known["arrived_at"]),
            "served": known["served"].to_numpy(dtype=bool),
        }
    ).sort_values("at", kind="stable")
    gap = frame.groupby("customer")["at"].shift(-1) - frame["at"]
    followed = gap <= within
    return RecontactRates(
        after_service=float(followed[frame["served"]].mean()),
        after_abandonment=float(followed[~frame["served"]].mean()),
    )


def estimate_patience(calls: pd.DataFrame) -> float:
    """Mean patience, from waits that mostly ended before patience did.

    An answered call shows only that its caller was prepared to wait at least so long. For exponential patience the
    maximum-likelihood estimate is  Σ wait of all calls / number of hang-ups  (censored data). Averaging the waits
    of those who hung up is the usual mistake, and much too short.

    Parameters
    ----------
    calls : call log

    Returns
    -------
    float, seconds; infinity when nobody hung up

    Raises
    ------
    ValueError
        When a column is missing, the log is empty or a wait is negative.

    References
    ----------
    Brown et al. (2005), section 5; Mandelbaum, A. and Zeltyn, S. (2013). Data-stories about (im)patient customers in
    tele-queues.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 9, 20], "wait": [100, 60, 40], "served": [True, True, False],
    ...                       "service": [60, 120, None]})
    >>> estimate_patience(calls)
    200.0
    """
    _log(calls)
    lost = int((~calls["served"].astype(bool)).sum())
    return float(calls["wait"].sum()) / lost if lost else float("inf")


def measured_metrics(
    calls: pd.DataFrame, target: float, *, duration: float, staffed: float | None = None
) -> QueueMetrics:
    """The figures of the Erlang formulas, measured on a log.

    Lengths come from Little's law, L = λW, which holds on any log that starts and ends empty.

    Parameters
    ----------
    calls : call log
    target : seconds, ≥ 0
    duration : seconds the queue was open, > 0
    staffed : agent-seconds paid at the desk in that time; None leaves occupancy missing

    Returns
    -------
    QueueMetrics

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, or an argument is out of range.

    References
    ----------
    Little, J. D. C. (1961). A proof for the queuing formula L = λW.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 9, 20], "wait": [0, 30, 12], "served": [True, True, False],
    ...                       "service": [60, 120, None]})
    >>> metrics = measured_metrics(calls, target=20, duration=300, staffed=600)
    >>> round(metrics.service_level, 3), metrics.asa, metrics.occupancy
    (0.333, 15.0, 0.3)
    """
    _log(calls)
    at_least("target", target)
    positive("duration", duration)
    served = calls["served"].to_numpy(dtype=bool)
    wait = calls["wait"].to_numpy(dtype=np.float64)
    work = float(calls.loc[served, "service"].sum())
    if staffed is not None:
        positive("staffed", staffed)
    return QueueMetrics(
        p_wait=float((wait > 0).mean()),
        service_level=float((served & (wait <= target)).mean()),
        asa=float(wait[served].mean()) if served.any() else float("nan"),
        occupancy=work / staffed if staffed is not None else float("nan"),
        p_abandon=float((~served).mean()),
        mean_wait=float(wait.mean()),
        queue_length=float(wait.sum()) / duration,
        in_system=(float(wait.sum()) + work) / duration,
    )


def queue_path(calls: pd.DataFrame) -> pd.Series[float]:
    """How many were waiting, from each moment on: a step function.

    Parameters
    ----------
    calls : call log

    Returns
    -------
    Series indexed by second, value = number waiting from that second until the next index; ends at 0. The area under
    it is Σ wait: Little's law, exactly.

    Raises
    ------
    ValueError
        When a column is missing, the log is empty or a wait is negative.

    References
    ----------
    Little (1961); Stidham, S. (1974). A last word on L = λW.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": [0, 10], "wait": [20, 5], "served": True, "service": 60})
    >>> queue_path(calls).to_dict()
    {0.0: 1, 10.0: 2, 15.0: 1, 20.0: 0}
    """
    _log(calls)
    arrived = seconds("arrived_at", calls["arrived_at"])
    wait = calls["wait"].to_numpy(dtype=np.float64)
    # A call that does not wait never stands in line: dropping it keeps rounding from leaving a sliver.
    arrived, left = arrived[wait > 0], (arrived + wait)[wait > 0]
    moments = np.concatenate([arrived, left])
    changes = np.concatenate([np.ones(len(arrived), dtype=np.int64), -np.ones(len(left), dtype=np.int64)])
    steps = pd.Series(changes, index=pd.Index(moments, name="second")).groupby(level=0).sum()
    return steps.cumsum().rename("waiting")
