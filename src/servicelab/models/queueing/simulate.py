"""Queues where the formulas stop: rates that change, any service time, shifts, skills and priorities."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from servicelab.models.arguments import Floats, at_least, positive, vector, whole
from servicelab.models.queueing.concurrency import concurrent
from servicelab.models.queueing.engine import Changes, first_come, routed
from servicelab.models.queueing.outcome import Interval, SimulationResult, t_interval
from servicelab.models.queueing.workload import Arrivals, ArrivalTimes, Durations, draw_arrivals, draw_durations

Staff = int | Sequence[int]
#: One number: each further contact in hand adds this share. Several: the stretch with 1, 2, … contacts in hand.
Slowdown = float | Sequence[float]


def simulate_queue(
    rate: Arrivals | Mapping[Hashable, Arrivals],
    aht: Durations | Mapping[Hashable, Durations],
    agents: Staff | Mapping[Hashable, Staff],
    patience: Durations | Mapping[Hashable, Durations | None] | None = None,
    target: float = 20.0,
    *,
    horizon: float | None = None,
    interval: float | None = None,
    staff_interval: float | None = None,
    skills: Mapping[Hashable, Sequence[Hashable]] | None = None,
    priority: Mapping[Hashable, int] | None = None,
    concurrency: int | Mapping[Hashable, int] = 1,
    slowdown: Slowdown | Mapping[Hashable, Slowdown] = 0.0,
    warmup: float = 0.0,
    seed: int = 0,
) -> SimulationResult:
    """Play a queue customer by customer: the discrete-event twin of `erlang_a_metrics`, same arguments first.

    With a constant rate, a mean handling time, a number of agents and a mean patience it simulates M/M/n+M; each of the
    four may be richer. Rates, times and patience of each kind of customer come from random streams of their own: two
    runs with one seed and different staff see the same customers.

    Parameters
    ----------
    rate : contacts per second; or one rate for each interval (`interval`); or `ArrivalTimes`; or a mapping kind of
        customer → any of these
    aht : mean handling time in seconds (exponential); or a `Distribution`; or a function (generator, count) →
        durations; or an array, the durations of given arrivals or else a sample to draw from; or a mapping kind → any
    agents : number of agents; or one for each interval (`staff_interval`); or a mapping group of agents → either.
        Agents whose shift ends finish the contact in hand; the last interval's staff stays until the line is empty
    patience : as aht, seconds a caller is prepared to wait; None or infinity: as long as it takes
    target : seconds within which a contact should be answered
    horizon : seconds during which contacts arrive; needed with a constant rate, else the time the rates cover
    interval, staff_interval : length in seconds of the intervals of rate and of agents (the latter defaults to the
        former)
    skills : group → kinds it can serve; everyone serves all when left out. A customer takes the first group, in this
        order, that has somebody free: list specialists first
    priority : kind → number; an agent who comes free takes the lowest first, among equals who came first. 0 when left
        out; nobody is interrupted
    concurrency : contacts an agent holds at once (chats: 2 or 3), or group → number. A new one goes to the agent of the
        group who holds the fewest
    slowdown : how much longer everything takes while an agent holds several. A number: each further contact adds this
        share (0.2: with three in hand 1.4 times as long); or one factor for each number in hand, [1, 1.1, 1.5]; or
        group → either. The default of 0: agents lose nothing, and c agents with k slots are c·k agents
    warmup : seconds at the start that do not count in the metrics
    seed : of the random draws

    Returns
    -------
    SimulationResult: every customer's fate as arrays, and `metrics`, a QueueMetrics

    Raises
    ------
    ValueError
        When an argument is out of range, labels do not match, or someone with endless patience would never be served.

    References
    ----------
    Kiefer, J. and Wolfowitz, J. (1955). On the theory of queues with many servers; Law, A. (2015). Simulation Modeling
    and Analysis, ch. 1 and 9; for several contacts at once: Luo, J. and Zhang, J. (2013). Staffing and control of
    instant messaging contact centers; Tezcan, T. and Zhang, J. (2014). Routing and staffing in customer service chat
    systems with impatient customers.

    Examples
    --------
    The course's example, a week long, and what the formula says (0.889):

    >>> week = simulate_queue(100 / 1800, 180, 14, target=20, horizon=7 * 86_400, seed=1)
    >>> week.interval("service_level").low < 0.8884 < week.interval("service_level").high
    True

    A morning in four half hours, with shifts, lognormal service and two kinds of customers:

    >>> from servicelab.models.queueing import Distribution
    >>> morning = simulate_queue(
    ...     rate={"orders": [0.02, 0.05, 0.06, 0.04], "repairs": [0.01, 0.01, 0.02, 0.02]}, interval=1800,
    ...     aht={"orders": Distribution("lognormal", 150, 1.2), "repairs": 400}, patience=120,
    ...     agents={"order desk": [4, 8, 8, 7], "all-rounders": [5, 6, 8, 8]},
    ...     skills={"order desk": ["orders"], "all-rounders": ["orders", "repairs"]}, priority={"repairs": -1})
    >>> morning.by_kind().index.tolist(), bool(morning.metrics.p_abandon < 0.2)
    (['orders', 'repairs'], True)

    Six chat agents hold up to three chats each; each further chat makes all of them take 15 % longer:

    >>> chat = simulate_queue(0.04, 300, 6, 90, concurrency=3, slowdown=0.15, horizon=86_400, seed=1)
    >>> chat.by_group()[["occupancy", "slot_occupancy", "in_hand"]].round(2).values.tolist()
    [[0.99, 0.76, 2.33]]
    """
    at_least("target", target)
    at_least("warmup", warmup)
    for name, value in (("horizon", horizon), ("interval", interval), ("staff_interval", staff_interval)):
        if value is not None:
            positive(name, value)
    by_kind: dict[Hashable, Arrivals] = dict(rate) if isinstance(rate, Mapping) else {"all": rate}
    kinds = list(by_kind)
    if not kinds:
        raise ValueError("rate must have at least one kind of customer")
    times, service, endures, kind, end = _customers(
        by_kind, _each("aht", aht, kinds), _each("patience", patience, kinds), horizon, interval, seed
    )
    if warmup >= end > 0:
        raise ValueError(f"warmup must be shorter than the horizon of {end:g}")
    staff = {
        label: _shifts(plan, staff_interval or interval)
        for label, plan in (agents.items() if isinstance(agents, Mapping) else [("all", agents)])
    }
    groups = list(staff)
    groups_of = _routes(kinds, groups, skills)
    rank = _ranks(kinds, priority)
    starting = [plan[0][1] for plan in staff.values()]
    changes: Changes = sorted(
        (moment, g, count - before)
        for g, plan in enumerate(staff.values())
        for (_, before), (moment, count) in pairwise(plan)
        if count != before
    )
    slots, paces = _hands(groups, concurrency, slowdown)
    agent, held = None, service
    if any(pace != (1.0,) for pace in paces):
        waits, served_by, agent, held = concurrent(
            times, service, endures, kind, starting, changes, groups_of, rank, paces
        )
    elif len(groups) == 1 and len(set(rank)) == 1:
        waits = first_come(times, service, endures, starting[0], changes)
        served_by = np.where(waits >= 0, 0, -1)
    else:
        waits, served_by = routed(times, service, endures, kind, starting, changes, groups_of, rank)
    served = served_by >= 0
    if np.isinf(endures[~served]).any() or np.isinf(waits).any():
        raise ValueError("agents must be above 0 at the end, or patience finite: someone would wait forever")
    return SimulationResult(
        arrived=times,
        wait=np.where(served, waits, endures),
        served=served,
        service=np.where(served, held, np.nan),
        kind=kind,
        group=served_by,
        kinds=tuple(kinds),
        groups=tuple(groups),
        target=float(target),
        window=(float(warmup), float(end)),
        staff=tuple(tuple(plan) for plan in staff.values()),
        concurrency=slots,
        agent=agent,
    )


def replicate_queue(
    runs: int, *arguments: Any, seed: int = 0, level: float = 0.95, **named: Any
) -> dict[str, Interval]:
    """Run a simulation several times with different luck, and say what is sure.

    Parameters
    ----------
    runs : number of independent runs, ≥ 2
    arguments, named : as for `simulate_queue`
    seed : of the first run; each further run takes the next one
    level : of the confidence interval

    Returns
    -------
    dict, field of QueueMetrics → Interval (mean over runs, Student's t)

    Raises
    ------
    ValueError
        When runs is below 2, or as for `simulate_queue`.

    References
    ----------
    Law, A. (2015). Simulation Modeling and Analysis, ch. 9.4.

    Examples
    --------
    >>> luck = replicate_queue(8, 0.05, 180, 10, 120, horizon=20_000)
    >>> luck["p_abandon"].low < luck["p_abandon"].mean < luck["p_abandon"].high
    True
    """
    count = int(whole("runs", runs, least=2))
    found = [vars(simulate_queue(*arguments, seed=seed + run, **named).metrics) for run in range(count)]
    return {name: t_interval(np.array([one[name] for one in found]), level) for name in found[0]}


def _each(name: str, value: Any, labels: list[Hashable], of: str = "kind of customer") -> dict[Hashable, Any]:
    if not isinstance(value, Mapping):
        return dict.fromkeys(labels, value)
    if set(value) != set(labels):
        raise ValueError(f"{name} must be given for each {of}: {', '.join(map(str, labels))}")
    return dict(value)


def _customers(
    rate: Mapping[Hashable, Arrivals],
    aht: Mapping[Hashable, Durations],
    patience: Mapping[Hashable, Durations | None],
    horizon: float | None,
    interval: float | None,
    seed: int,
) -> tuple[Floats, Floats, Floats, np.ndarray, float]:
    """Every customer of every kind, in order of arrival."""
    parts, ends = [], []
    for k, (label, arrivals) in enumerate(rate.items()):
        # Streams by kind and purpose: more staff, or another kind of customer, changes nobody's luck.
        streams = [np.random.default_rng([seed, k, purpose]) for purpose in range(3)]
        times, end = draw_arrivals("rate", arrivals, horizon, interval, streams[0])
        given = isinstance(arrivals, ArrivalTimes) and len(times) == len(arrivals.times)
        service = draw_durations("aht", aht[label], len(times), streams[1], given=given)
        if not np.isfinite(service).all():
            raise ValueError("aht must be finite")
        endures = draw_durations("patience", patience[label], len(times), streams[2], given=given)
        parts.append((times, service, endures, np.full(len(times), k)))
        ends.append(end)
    if len(parts) == 1:
        return (*parts[0], ends[0])
    times, service, endures, kind = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(times, kind="stable")
    return times[order], service[order], endures[order], kind[order], max(ends)


def _shifts(plan: Staff, interval: float | None) -> list[tuple[float, int]]:
    """Moments from which so many agents are there."""
    counts = whole("agents", plan)
    if counts.ndim == 0:
        return [(0.0, int(counts))]
    if counts.ndim > 1:
        raise ValueError("agents must be one number, or one for each interval")
    if interval is None:
        raise ValueError("staff_interval (or interval) must be given with agents for each interval: its length")
    return [(k * interval, int(count)) for k, count in enumerate(counts)]


def _routes(
    kinds: list[Hashable], groups: list[Hashable], skills: Mapping[Hashable, Sequence[Hashable]] | None
) -> list[list[int]]:
    if skills is None:
        return [list(range(len(groups))) for _ in kinds]
    if set(skills) != set(groups):
        raise ValueError(f"skills must be given for each group of agents: {', '.join(map(str, groups))}")
    known = {label for served in skills.values() for label in served}
    if known != set(kinds):
        odd = sorted(map(str, known ^ set(kinds)))[0]
        raise ValueError(f"skills must cover the kinds of rate, each and no other: look at {odd!r}")
    return [[groups.index(group) for group in skills if label in skills[group]] for label in kinds]


def _hands(
    groups: list[Hashable],
    concurrency: int | Mapping[Hashable, int],
    slowdown: Slowdown | Mapping[Hashable, Slowdown],
) -> tuple[tuple[int, ...], list[tuple[float, ...]]]:
    """For each group, how many contacts an agent holds, and how much longer each takes with 1, 2, … in hand."""
    slots, paces = [], []
    counts = _each("concurrency", concurrency, groups, of="group of agents")
    stretches = _each("slowdown", slowdown, groups, of="group of agents")
    for label in groups:
        count = int(whole("concurrency", counts[label], least=1))
        given = stretches[label]
        if np.ndim(given) == 0:
            factors = 1 + float(at_least("slowdown", given)) * np.arange(count)
        else:
            factors = positive("slowdown", vector("slowdown", given, count))
        slots.append(count)
        paces.append(tuple(factors.tolist()))
    return tuple(slots), paces


def _ranks(kinds: list[Hashable], priority: Mapping[Hashable, int] | None) -> list[int]:
    given = dict(priority or {})
    if set(given) - set(kinds):
        raise ValueError(f"priority must name kinds of rate, not {sorted(map(str, set(given) - set(kinds)))[0]!r}")
    return [int(whole("priority", given.get(label, 0), least=-1000)) for label in kinds]
