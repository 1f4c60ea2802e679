"""What a simulated queue did: every customer's fate, the formulas' figures, and how sure they are."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from servicelab.models.arguments import Floats, between, whole
from servicelab.models.queueing.erlang import QueueMetrics


@dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval."""

    mean: float
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Is the value inside?"""
        return self.low <= value <= self.high


def t_interval(values: Floats, level: float = 0.95) -> Interval:
    """Student's interval of the mean of independent values.

    Parameters
    ----------
    values : at least two
    level : in (0, 1)

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        When level is not in (0, 1).

    References
    ----------
    Student (1908). The probable error of a mean.

    Examples
    --------
    >>> found = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> found.mean, round(found.high, 3)
    (2.0, 4.484)
    """
    if not 0 < float(between("level", level)) < 1:
        raise ValueError("level must be between 0 and 1, both excluded")
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return Interval(float(known.mean()) if len(known) else float("nan"), float("-inf"), float("inf"))
    mean = float(known.mean())
    margin = float(stdtrit(len(known) - 1, (1 + level) / 2)) * float(known.std(ddof=1)) / len(known) ** 0.5
    return Interval(mean, mean - margin, mean + margin)


@dataclass(frozen=True)
class SimulationResult:
    """One simulated run, customers in order of arrival.

    Attributes
    ----------
    arrived, wait : seconds; wait ends with an answer or a hang-up
    served : True where an agent answered
    service : seconds with the agent, missing where not served; with a slowdown the seconds it took, not the work drawn
    kind, group : index into `kinds` (of customer) and `groups` (of agents, −1: not served)
    target : seconds
    window : (from, to), seconds that count in the metrics: customers who arrive then, the line as it stood then
    staff : for each group, (moment, agents from then on)
    concurrency : for each group, contacts an agent can hold at once
    agent : number of the agent who served each (−1: not served), agents counted through the run; None where every
        agent has one contact at a time: agents of a group are then alike
    """

    arrived: Floats
    wait: Floats
    served: NDArray[np.bool_]
    service: Floats
    kind: NDArray[np.int64]
    group: NDArray[np.int64]
    kinds: tuple[Hashable, ...]
    groups: tuple[Hashable, ...]
    target: float
    window: tuple[float, float]
    staff: tuple[tuple[tuple[float, int], ...], ...]
    concurrency: tuple[int, ...]
    agent: NDArray[np.int64] | None

    @cached_property
    def metrics(self) -> QueueMetrics:
        """The figures of the Erlang formulas, over the window; occupancy is that of slots (see `by_group`)."""
        return self._metrics(*self.window)

    @property
    def events(self) -> int:
        """Arrivals, answers, hang-ups and completions that happened."""
        return 2 * len(self.arrived) + int(self.served.sum())

    def by_kind(self) -> pd.DataFrame:
        """Metrics of each kind of customer, a row each (occupancy is the share of all paid time it takes)."""
        rows = [asdict(self._metrics(*self.window, kind=k)) for k in range(len(self.kinds))]
        return pd.DataFrame(rows, index=pd.Index(self.kinds, name="kind"))

    def by_group(self) -> pd.DataFrame:
        """What each group of agents did, a row each.

        `agents` at the desk (mean), `contacts` answered, `occupancy` (share of their time with at least one contact in
        hand), `slot_occupancy` (contacts in hand over what they could hold), `in_hand` (mean number while at least one
        is). Occupancy and slot occupancy are the same where an agent has one contact at a time.
        """
        low, high = self.window
        rows = []
        for g, slots in enumerate(self.concurrency):
            mine = self.group == g
            begun = self.arrived[mine] + self.wait[mine]
            work = _overlap(begun, begun + self.service[mine], low, high)
            paid, busy = self._paid(g, low, high), _overlap(*self._spells(g), low, high)
            rows.append(
                {
                    "agents": paid / (high - low) if high > low else float("nan"),
                    "contacts": int((mine & self._inside(low, high)).sum()),
                    "occupancy": busy / paid if paid > 0 else float("nan"),
                    "slot_occupancy": work / (paid * slots) if paid > 0 else float("nan"),
                    "in_hand": work / busy if busy > 0 else float("nan"),
                }
            )
        return pd.DataFrame(rows, index=pd.Index(self.groups, name="group"))

    def by_interval(self, length: float) -> pd.DataFrame:
        """Metrics of each interval of so many seconds, indexed by its start."""
        starts = np.arange(self.window[0], self.window[1], length)
        rows = [
            {"contacts": int(self._inside(start, min(start + length, self.window[1])).sum())}
            | asdict(self._metrics(start, min(start + length, self.window[1])))
            for start in starts
        ]
        return pd.DataFrame(rows, index=pd.Index(starts, name="second"))

    def interval(self, metric: str, *, batches: int = 20, level: float = 0.95) -> Interval:
        """Confidence interval of one metric of a long, steady run, by batch means (Law 2015, ch. 9.5).

        The window is cut into `batches` spans; their means are nearly independent when spans are much longer than a
        queue takes to forget. For a day that rises and falls use `replicate_queue`.
        """
        if metric not in QueueMetrics.__dataclass_fields__:
            raise ValueError(f"metric must be one of {', '.join(QueueMetrics.__dataclass_fields__)}, not {metric!r}")
        count = int(whole("batches", batches, least=2))
        edges = np.linspace(*self.window, count + 1)
        values = [getattr(self._metrics(low, high), metric) for low, high in pairwise(edges.tolist())]
        return t_interval(np.array(values), level)

    def log(self) -> pd.DataFrame:
        """The run as a call log, for `measured_metrics` and its kin."""
        names = np.array([*self.groups, None], dtype=object)
        return pd.DataFrame(
            {
                "arrived_at": self.arrived,
                "wait": self.wait,
                "served": self.served,
                "service": self.service,
                "kind": np.array(self.kinds, dtype=object)[self.kind],
                "group": names[self.group],
            }
        )

    def _inside(self, low: float, high: float) -> NDArray[np.bool_]:
        return (self.arrived >= low) & ((self.arrived < high) | (high == self.window[1]))

    def _metrics(self, low: float, high: float, kind: int | None = None) -> QueueMetrics:
        if high == low:
            return QueueMetrics(*[float("nan")] * len(QueueMetrics.__dataclass_fields__))
        one = slice(None) if kind is None else self.kind == kind
        arrived, wait, served = self.arrived[one], self.wait[one], self.served[one]
        # Arrivals are in order: those of the window are a slice.
        first, last = np.searchsorted(arrived, [low, high], side="left")
        last = len(arrived) if high == self.window[1] else last
        waits, answered = wait[first:last], served[first:last]
        left_line = arrived + wait
        busy_until = left_line + np.where(served, self.service[one], 0.0)
        span = high - low
        waiting = _overlap(arrived, left_line, low, high) / span
        working = _overlap(left_line, busy_until, low, high) / span
        room = sum(self._paid(g, low, high) * slots for g, slots in enumerate(self.concurrency)) / span
        known = len(waits) > 0
        missing = float("nan")
        return QueueMetrics(
            p_wait=float((waits > 0).mean()) if known else missing,
            service_level=float((answered & (waits <= self.target)).mean()) if known else missing,
            asa=float(waits[answered].mean()) if answered.any() else missing,
            occupancy=working / room if room > 0 else missing,
            p_abandon=float(1 - answered.mean()) if known else missing,
            mean_wait=float(waits.mean()) if known else missing,
            queue_length=waiting,
            in_system=waiting + working,
        )

    def _spells(self, group: int) -> tuple[Floats, Floats]:
        """From when to when agents of a group had something in hand; one agent's spells do not overlap."""
        mine = self.group == group
        begun = self.arrived[mine] + self.wait[mine]
        ended = begun + self.service[mine]
        if self.agent is None:
            return begun, ended
        order = np.lexsort((begun, self.agent[mine]))
        who, begun, ended = self.agent[mine][order], begun[order], ended[order]
        until = pd.Series(ended).groupby(who).cummax().to_numpy()
        # A spell goes on while the next contact begins before all so far have ended.
        fresh = np.ones(len(who), dtype=np.bool_)
        fresh[1:] = (who[1:] != who[:-1]) | (begun[1:] > until[:-1])
        last = np.append(fresh[1:], True)[: len(who)]
        return begun[fresh], until[last]

    def _paid(self, group: int, low: float, high: float) -> float:
        """Agent-seconds at the desk: staffed time, or time worked where people finish a contact after their shift."""
        plan = self.staff[group]
        if len(plan) == 1:
            return plan[0][1] * (high - low)
        begun, ended = self._spells(group)
        moments = np.array([moment for moment, _ in plan])
        counts = np.array([count for _, count in plan])
        times = np.unique(np.concatenate([np.clip(np.concatenate([begun, ended, moments]), low, high), [low, high]]))
        working = np.searchsorted(np.sort(begun), times[:-1], "right") - np.searchsorted(
            np.sort(ended), times[:-1], "right"
        )
        staffed = counts[np.searchsorted(moments, times[:-1], "right") - 1]
        return float((np.maximum(working, staffed) * np.diff(times)).sum())


def _overlap(begin: Floats, end: Floats, low: float, high: float) -> float:
    """Total time the spans spend inside the window."""
    return float((np.clip(end, low, high) - np.clip(begin, low, high)).sum())
