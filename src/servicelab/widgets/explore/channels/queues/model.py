"""One queue in three reckonings: Erlang C, Erlang A and a simulation, by the number of people at the desk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.models.queueing import (
    QueueMetrics,
    erlang_a_metrics,
    erlang_c_metrics,
    estimate_patience,
    simulate_queue,
)
from servicelab.widgets.explore.channels.floor.model import FROM, LENGTH, LIKE, planned
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import whole
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

HALF_HOUR = 1800
LIMITS: Mapping[str, tuple[int, int, int]] = {
    "calls": (10, 90, 1),
    "aht": (180, 720, 10),
    "agents": (4, 24, 1),
    "patience": (60, 1800, 20),
}
"""Low, high and step of what can be set."""
AROUND = 4
SIMULATED = (-1, 0, 1)
"""The numbers of people, beside the one that is set, at which the queue is played out."""
LONG, WARM = 60 * 3600, 2 * 3600
TARGET = 20.0


class QueuesModel:
    """The phone of a firm. Raises ``UserError`` when the table lacks a column or has no rows."""

    def __init__(self, calls: pd.DataFrame, rosters: pd.DataFrame) -> None:
        require(calls, ("arrived_at", "wait", "served", "service", "after_call", "line"), "explore.queues", "calls")
        require(rosters, ("date", "line", "half_hour", "agents"), "explore.queues", "rosters")
        mine = calls[(calls["line"].astype(str) == "phone") & calls["arrived_at"].dt.strftime("%Y-%m-%d").isin(LIKE)]
        require(mine, (), "explore.queues", "calls")
        clock = (mine["arrived_at"] - mine["arrived_at"].dt.normalize()).dt.total_seconds()
        hour = mine[(clock >= FROM) & (clock < FROM + LENGTH)]
        took = (mine["service"] + mine["after_call"].fillna(0.0))[mine["served"].astype(bool)].astype(float)
        self.sample = took.to_numpy() / float(took.mean())
        found = {
            "calls": len(hour) / hour["arrived_at"].dt.normalize().nunique() / (LENGTH / HALF_HOUR),
            "aht": float(took.mean()),
            "agents": planned(rosters, LIKE),
            "patience": estimate_patience(mine),
        }
        self.start = {name: _on(found[name], *LIMITS[name]) for name in LIMITS}

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: ``calls`` a half hour, ``aht``, ``agents``, ``patience``."""
        at = {name: whole(value, name, low, high, self.start[name]) for name, (low, high, _step) in LIMITS.items()}
        rate, aht, patience = at["calls"] / HALF_HOUR, float(at["aht"]), float(at["patience"])
        load = rate * aht
        low, high, _step = LIMITS["agents"]
        people = [n for n in range(at["agents"] - AROUND, at["agents"] + AROUND + 1) if low <= n <= high]
        c = {n: erlang_c_metrics(rate, aht, n, TARGET) for n in people if n > load}
        a = {n: erlang_a_metrics(rate, aht, n, patience, TARGET) for n in people}
        played = {n: self._played(rate, aht, n, patience) for n in people if n - at["agents"] in SIMULATED}
        here = at["agents"]
        return {
            "at": at,
            "c": [[n, round(each.mean_wait, 1)] for n, each in c.items()],
            "a": [[n, round(each.mean_wait, 1)] for n, each in a.items()],
            "sim": [[n, *(round(each, 1) for each in bounds[:3])] for n, bounds in played.items()],
            "people": people,
            "text": self._sentence(here, load, c.get(here), a[here], played[here]),
            "table": {
                "caption": _("Mean wait, callers who give up, time in a call"),
                "columns": [
                    _("people at the desk"), _("Erlang C, s"), _("Erlang A, s"), _("gave up, of 100 (A)"),
                    _("in a call, % (A)"), _("simulation, s"),
                ],
                "rows": [
                    [
                        n, f"{c[n].mean_wait:,.0f}" if n in c else _("without end"), f"{a[n].mean_wait:,.0f}",
                        f"{100 * a[n].p_abandon:.1f}", f"{100 * a[n].occupancy:.0f}",
                        _with_interval(*played[n]) if n in played else "–",
                    ]
                    for n in people
                ],
            },
        }  # fmt: skip

    def _played(self, rate: float, aht: float, people: int, patience: float) -> tuple[float, float, float]:
        """Mean wait of all callers over some 58 hours, with its 95 % interval."""
        found = simulate_queue(
            rate, aht * self.sample, people, patience, TARGET, horizon=LONG, warmup=WARM, seed=3
        ).interval("mean_wait")
        return found.mean, max(0.0, found.low), found.high

    @staticmethod
    def _sentence(
        people: int, load: float, c: QueueMetrics | None, a: QueueMetrics, played: tuple[float, float, float]
    ) -> str:
        said = _(
            "Work for {load:.1f} people, {people} are there. Erlang A: {wait:.0f} seconds on average, {lost:.1f} "
            "of 100 give "
            "up, in a call {busy:.0f} % of the time. The simulation: {played:.0f} ({low:.0f} to {high:.0f}).",
            load=load, people=people, wait=a.mean_wait, lost=100 * a.p_abandon, busy=100 * a.occupancy,
            played=played[0], low=played[1], high=played[2],
        )  # fmt: skip
        other = (
            _("Erlang C: the queue grows without end, since nobody in it hangs up.")
            if c is None
            else _("Erlang C: {wait:.0f} seconds, since nobody in it hangs up.", wait=c.mean_wait)
        )
        return together(said, other)


def _with_interval(mean: float, low: float, high: float) -> str:
    return _("{mean} ({interval})", mean=f"{mean:,.0f}", interval=between(low, high, 0))


def _on(value: float, low: int, high: int, step: int) -> int:
    """The nearest point of a scale."""
    if not math.isfinite(value):
        return high
    return int(np.clip(low + step * round((value - low) / step), low, high))
