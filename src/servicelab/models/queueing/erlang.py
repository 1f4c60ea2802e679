"""Waiting lines in formulas: Erlang B (loss), Erlang C (everyone waits) and Erlang A (people hang up).

One unit of time throughout: contacts per second and seconds. For calls per hour, divide by 3,600:
`rate = 200 / 3600`. (Any other unit works as long as rate, aht, patience and target share it.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from servicelab.models.arguments import Floats, at_least, numbers, positive, scalar, whole


@dataclass(frozen=True)
class QueueMetrics:
    """How one queue does; shares in [0, 1], times in the caller's unit (seconds).

    Attributes
    ----------
    p_wait : share of contacts that find every agent busy
    service_level : share of all contacts answered within the target
    asa : average speed of answer, the mean wait of contacts that are answered (no wait counts as 0)
    occupancy : share of paid time an agent spends on contacts
    p_abandon : share of contacts that hang up before an agent answers
    mean_wait : mean time in queue of all contacts, answered or not
    queue_length : mean number waiting (Lq)
    in_system : mean number waiting or being served (L)
    """

    p_wait: float
    service_level: float
    asa: float
    occupancy: float
    p_abandon: float
    mean_wait: float
    queue_length: float
    in_system: float


def erlang_b(load: ArrayLike, agents: ArrayLike) -> Any:
    """Share of contacts lost when there is no waiting room (Erlang B).

    B(0) = 1;  B(n) = a·B(n−1) / (n + a·B(n−1)), a the load.

    Parameters
    ----------
    load : offered load in erlangs, rate × mean handling time; scalar or array, ≥ 0
    agents : whole numbers ≥ 0, scalar or array (the two broadcast)

    Returns
    -------
    float, or array of the broadcast shape: probabilities in [0, 1]

    Raises
    ------
    ValueError
        When load is negative or agents is not a whole number ≥ 0.

    References
    ----------
    Erlang, A. K. (1917). Solution of some problems in the theory of probabilities of significance in automatic
    telephone exchanges. Recursion: Jagerman, D. L. (1974). Some properties of the Erlang loss function.

    Examples
    --------
    >>> round(erlang_b(10, 10), 4)
    0.2146
    """
    loads, counts = np.broadcast_arrays(at_least("load", load), whole("agents", agents))
    if loads.ndim == 0:
        return _blocked(float(loads), int(counts))
    blocked = np.ones(loads.shape)
    result = blocked.copy()
    for n in range(1, int(counts.max()) + 1):
        blocked = loads * blocked / (n + loads * blocked)
        result = np.where(counts == n, blocked, result)
    return result


def _blocked(load: float, agents: int) -> float:
    # Plain floats are ten times faster here than arrays of one, and staffing searches call this often.
    lost = 1.0
    for n in range(1, agents + 1):
        lost = load * lost / (n + load * lost)
    return lost


def erlang_c(load: ArrayLike, agents: ArrayLike) -> Any:
    """Share of contacts that must wait when everyone waits as long as it takes (Erlang C).

    C = n·B / (n − a·(1 − B)), with B = erlang_b(a, n).

    Parameters
    ----------
    load : offered load in erlangs; scalar or array, ≥ 0 and below agents
    agents : whole numbers ≥ 1, scalar or array (the two broadcast)

    Returns
    -------
    float, or array of the broadcast shape: probabilities in [0, 1]

    Raises
    ------
    ValueError
        When load is negative, agents is not a whole number ≥ 1, or agents do not exceed the load (the queue would
        grow without end).

    References
    ----------
    Erlang (1917); Hillier, F. S. and Lieberman, G. J., Introduction to Operations Research, ch. 17 (M/M/s).

    Examples
    --------
    100 calls in half an hour, three minutes each: 10 erlangs for 14 agents.

    >>> round(erlang_c(10, 14), 4)
    0.1741
    """
    loads, counts = np.broadcast_arrays(at_least("load", load), whole("agents", agents, least=1))
    _refuse_overload(loads, counts)
    lost = np.asarray(erlang_b(loads, counts))
    return scalar(np.clip(counts * lost / (counts - loads * (1 - lost)), 0.0, 1.0))


def _refuse_overload(loads: Floats, counts: Any) -> None:
    over = loads >= counts
    if np.any(over):
        load, count = loads[over].flat[0], counts[over].flat[0]
        raise ValueError(f"agents must be more than the load of {load:g} erlangs, not {count} (the queue never ends)")


def _number(name: str, value: ArrayLike) -> float:
    array = numbers(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be one number")
    return float(array)


def _one_queue(rate: float, aht: float, agents: int, target: float) -> tuple[float, float, int, float]:
    rate, aht, target = _number("rate", rate), _number("aht", aht), _number("target", target)
    _number("agents", agents)
    at_least("rate", rate)
    positive("aht", aht)
    at_least("target", target)
    return rate, aht, int(whole("agents", agents, least=1)), target


def erlang_c_metrics(rate: float, aht: float, agents: int, target: float) -> QueueMetrics:
    """How a queue does when nobody hangs up (M/M/n, Erlang C).

    With a = rate·aht and C = erlang_c(a, n):  ASA = C·aht/(n − a);  SL = 1 − C·exp(−(n − a)·target/aht);
    occupancy = a/n;  Lq = rate·ASA (Little).

    Parameters
    ----------
    rate : contacts per second, ≥ 0
    aht : mean handling time in seconds, > 0
    agents : whole number, more than rate × aht
    target : seconds within which a contact should be answered, ≥ 0

    Returns
    -------
    QueueMetrics, with p_abandon 0

    Raises
    ------
    ValueError
        When an argument is out of range, or agents do not exceed the load.

    References
    ----------
    Koole, G. (2013). Call Center Optimization; Hillier and Lieberman, Introduction to Operations Research, ch. 17.

    Examples
    --------
    100 calls per half hour, three minutes each, 14 agents, 20 seconds:

    >>> metrics = erlang_c_metrics(rate=100 / 1800, aht=180, agents=14, target=20)
    >>> round(metrics.service_level, 4), round(metrics.asa, 2), round(metrics.occupancy, 3)
    (0.8884, 7.84, 0.714)
    """
    rate, aht, agents, target = _one_queue(rate, aht, agents, target)
    load = rate * aht
    p_wait = float(erlang_c(load, agents))
    asa = p_wait * aht / (agents - load)
    return QueueMetrics(
        p_wait=p_wait,
        service_level=1 - p_wait * float(np.exp(-(agents - load) * target / aht)),
        asa=asa,
        occupancy=load / agents,
        p_abandon=0.0,
        mean_wait=asa,
        queue_length=rate * asa,
        in_system=rate * asa + load,
    )


def erlang_a_metrics(rate: float, aht: float, agents: int, patience: float, target: float) -> QueueMetrics:
    """How a queue does when callers hang up (M/M/n+M, Erlang A, Palm's model).

    Birth–death chain with arrivals λ and departures min(j, n)·μ + (j − n)⁺·θ, where μ = 1/aht and θ = 1/patience;
    the wait v that a caller with endless patience would have is dense in v > 0 with
    f(v) = λ·π(n−1)·exp(λ(1 − e^(−θv))/θ − nμv), so that  p_abandon = θ·Lq/λ  and
    SL = 1 − p_wait + ∫₀^target f(v)·e^(−θv) dv  (answered, and in time; a hang-up is never a success).

    Parameters
    ----------
    rate : contacts per second, ≥ 0 (may exceed what the agents can do: people hang up)
    aht : mean handling time in seconds, > 0
    agents : whole number ≥ 1
    patience : mean time in seconds a caller is prepared to wait, > 0; infinity gives Erlang C
    target : seconds, ≥ 0

    Returns
    -------
    QueueMetrics; asa is the mean wait of those answered, mean_wait that of everyone

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Palm, C. (1957). Research on telephone traffic carried by full availability groups. Garnett, O., Mandelbaum, A.
    and Reiman, M. (2002). Designing a call center with impatient customers. Zeltyn, S. and Mandelbaum, A. (2005).
    Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue.

    Examples
    --------
    The same 100 calls per half hour with only 10 agents: Erlang C has no answer, Erlang A does.

    >>> metrics = erlang_a_metrics(rate=100 / 1800, aht=180, agents=10, patience=120, target=20)
    >>> round(metrics.p_abandon, 3), round(metrics.service_level, 3), round(metrics.occupancy, 3)
    (0.137, 0.64, 0.863)
    """
    if patience == float("inf"):
        return erlang_c_metrics(rate, aht, agents, target)
    rate, aht, agents, target = _one_queue(rate, aht, agents, target)
    patience = _number("patience", patience)
    positive("patience", patience)
    if rate == 0:
        return QueueMetrics(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    mu, theta = 1 / aht, 1 / patience
    # Everything relative to the state "all busy, nobody waits", in logs: a long patience makes the raw terms overflow.
    log_queue = _log_queue(rate, agents * mu, theta)
    busy = np.arange(agents, 0, -1)
    log_free = np.cumsum(np.log(busy) - np.log(rate * aht))  # states agents−1, …, 0
    top = max(float(log_queue.max()), float(log_free.max()))
    queue, free = np.exp(log_queue - top), np.exp(log_free - top)
    total = queue.sum() + free.sum()
    queue, free = queue / total, free / total
    waiting = np.arange(len(queue))
    p_wait = float(queue.sum())
    queue_length = float(queue @ waiting)
    p_abandon = theta * queue_length / rate
    # With k others waiting the line moves at rates nμ + iθ, i = k, …, 0: the offered wait is the sum of those steps.
    offered = float(queue @ np.cumsum(1 / (agents * mu + waiting * theta)))
    wait_answered = max(0.0, (agents * mu * offered - p_wait) / rate)
    answered = 1 - p_abandon
    late = (
        _answered_late(rate, agents * mu, theta, target) if target > 0 else _log_sum(rate, agents * mu + theta, theta)
    )
    # λ·π(n−1) = nμ·π(n) = nμ·exp(−top)/total
    p_late = float(np.exp(late + np.log(agents * mu) - top - np.log(total)))
    return QueueMetrics(
        p_wait=min(p_wait, 1.0),
        service_level=float(np.clip(answered - p_late, 0.0, 1.0)),
        asa=wait_answered / answered if answered > 0 else float("nan"),
        occupancy=min(rate * answered * aht / agents, 1.0),
        p_abandon=min(p_abandon, 1.0),
        mean_wait=queue_length / rate,
        queue_length=queue_length,
        in_system=queue_length + rate * answered * aht,
    )


def _log_queue(rate: float, capacity: float, theta: float) -> Floats:
    """Log weights of 0, 1, 2, … waiting: Π rate/(capacity + iθ), as far as they count in double precision."""
    spread = rate / theta
    length = max(0.0, (rate - capacity) / theta) + 12 * spread**0.5 + 60
    if rate < capacity:
        length = min(length, 60 + 45 / np.log(capacity / rate))
    if length > 2e7:
        raise ValueError("patience must be shorter than that when the load exceeds the agents: the queue never settles")
    steps = np.arange(1, int(length) + 1)
    return np.concatenate([[0.0], np.cumsum(np.log(rate) - np.log(capacity + steps * theta))])


def _log_sum(rate: float, capacity: float, theta: float) -> float:
    """Log of ∫₀^∞ exp(rate(1 − e^(−θv))/θ − capacity·v) dv = Σₖ rateᵏ / Π_{i≤k}(capacity + iθ)."""
    logs = _log_queue(rate, capacity, theta)
    top = float(logs.max())
    return top + float(np.log(np.exp(logs - top).sum())) - float(np.log(capacity))


def _answered_late(rate: float, capacity: float, theta: float, target: float) -> float:
    """Log of ∫_target^∞ exp(rate(1 − e^(−θv))/θ − (capacity + θ)v) dv, by moving the origin to the target."""
    left = float(np.exp(-theta * target))
    shift = rate * -float(np.expm1(-theta * target)) / theta - (capacity + theta) * target
    if rate * left == 0:
        return shift - float(np.log(capacity + theta))
    return shift + _log_sum(rate * left, capacity + theta, theta)
