"""Engine P for the pages: the firm's own returns sent through its stations again, with something changed.

What a change does is worked out from the event log, the minutes a day of the stations and the calendar; nothing here
knows how the log was made. A replicate shuffles the hands-on minutes among a station's cases: another three years like
these, in which other cases are the long ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING

import numpy as np

from servicelab.models.process import Replay, replay_flow
from servicelab.widgets.frames import require

if TYPE_CHECKING:
    import pandas as pd

REPLICATES = 12


@dataclass(frozen=True)
class Change:
    """What is changed: `factors` on the minutes a day of stations, the least claim that is approved, and the share of
    the cases that were looked at twice which still are. Empty: everything as in the log."""

    factors: tuple[tuple[str, float], ...] = ()
    approve_from: float | None = None
    asked: float = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of the returns in the log's own three years, nothing shuffled.

    Attributes
    ----------
    once : mean days of a return
    quarters : quarter of registration → mean days
    load : station → share of its minutes that it works
    """

    once: float
    quarters: Mapping[str, float] = field(default_factory=dict)
    load: Mapping[str, float] = field(default_factory=dict)


def middle(means: Sequence[float]) -> tuple[float, float]:
    """Between which bounds the middle 80 % of replicates lie."""
    low, high = np.quantile(means, [0.1, 0.9])
    return float(low), float(high)


class Replays:
    """The returns of a log, ready to be sent through again; every change is worked out once.

    Raises ``UserError`` when a table lacks a column or has no rows.
    """

    def __init__(
        self, log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame, call: str
    ) -> None:
        require(log, ("case_id", "activity", "timestamp", "hands_on_minutes"), call, "log")
        require(stations, ("station", "minutes_a_day"), call, "stations")
        require(calendar, ("date", "workday"), call, "calendar")
        require(cases, ("case_id", "kind", "claim", "opened_at"), call, "cases")
        self.log, self.stations, self.calendar = log, stations, calendar
        by_case = cases.set_index("case_id")
        self.claims = by_case["claim"]
        self.returns = by_case.index[by_case["kind"].astype(str) == "return"]
        self.quarter = by_case["opened_at"].dt.to_period("Q")
        self._once: dict[Change, Outcome] = {}
        self._shuffled: dict[Change, tuple[float, ...]] = {}
        self._locks: defaultdict[Change, Lock] = defaultdict(Lock)

    def outcome(self, change: Change) -> Outcome:
        """What becomes of the returns; worked out once for each change."""
        # A lock for each: who asks for one change does not wait until the others are warm.
        with self._locks[change]:
            if change not in self._once:
                self._once[change] = self._outcome(change)
            return self._once[change]

    def shuffled(self, change: Change) -> tuple[float, ...]:
        """Mean days of a return in each replicate; worked out once for each change, twelve times what `outcome` takes.

        The same seeds for every change: what differs between two of them is the change.
        """
        with self._locks[change]:
            if change not in self._shuffled:
                means = (float(self.days(change, seed).mean()) for seed in range(REPLICATES))
                self._shuffled[change] = tuple(means)
            return self._shuffled[change]

    def warm(self, changes: Iterable[Change]) -> None:
        """Work these out while somebody reads: a change that is looked at then answers at once."""
        Thread(
            target=lambda: [(self.outcome(change), self.shuffled(change)) for change in changes], daemon=True
        ).start()

    def days(self, change: Change, seed: int | None = None) -> pd.Series[float]:
        """Days from registration to the end of each return, by `case_id`."""
        days: pd.Series[float] = self._replay(change, seed).days
        return days

    def _replay(self, change: Change, seed: int | None) -> Replay:
        replay = replay_flow(
            self.log,
            self.stations,
            self.calendar,
            capacity=dict(change.factors),
            approve_from=change.approve_from,
            claims=self.claims,
            asked=change.asked,
            seed=seed,
        )
        ended = replay.days[replay.days.index.isin(self.returns)]
        return Replay(ended, replay.load, replay.wait)

    def _outcome(self, change: Change) -> Outcome:
        once = self._replay(change, None)
        by_quarter = once.days.groupby(self.quarter.reindex(once.days.index)).mean()
        return Outcome(
            once=float(once.days.mean()),
            quarters={str(quarter): float(days) for quarter, days in by_quarter.items()},
            load={str(name): float(share) for name, share in once.load.items()},
        )
