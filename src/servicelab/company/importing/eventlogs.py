"""What no single row of an event log shows: times that run backwards, a case that comes twice, columns swapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from servicelab.i18n import _

#: The hour that clocks show twice in autumn runs backwards in every log of local times.
_TWICE = 3_600
#: A thing that befalls one case in so many is the way the export is written, and no slip.
_SELDOM = 20
#: More activities than that, and more than cases: no process has so many.
_ACTIVITIES = 100
#: So many slips are kept; what is more frequent is no slip.
_KEPT = 1_000


class Slip(NamedTuple):
    """One thing found: the row, the column, what stands there, what is wrong and what to do."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str


class CaseOrder:
    """An event log as it comes in, batch by batch; what is remembered grows with the cases, not with the events."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._activities: set[str] = set()
        self._previous: tuple[str, int] | None = None
        self._moves = self._backwards = self._rows = self._later = self._earlier = self._again = 0
        self._early: list[tuple[int, str]] = []
        self._twice: list[tuple[int, str]] = []

    def take(self, frame: pd.DataFrame) -> None:
        """Events in the order of the file: case_id, activity, timestamp; the index is the row."""
        frame = frame[frame["case_id"].notna() & frame["timestamp"].notna()]
        if frame.empty:
            return
        rows, case = frame.index.to_numpy(), frame["case_id"].astype(str).to_numpy(dtype=object)
        at = frame["timestamp"].to_numpy(dtype="datetime64[s]").astype(np.int64)
        self._activities.update(frame["activity"].dropna().astype(str).unique())
        codes, names = pd.factorize(case)
        known = np.array([self._last.get(name, -1) for name in names])
        before = pd.Series(at).groupby(codes).shift(1).fillna(pd.Series(known[codes])).to_numpy(dtype=np.int64)
        moved = before >= 0
        back = moved & (at < before)
        self._moves += int(moved.sum())
        self._backwards += int(back.sum())
        for where in np.flatnonzero(back & (at < before - _TWICE))[: _KEPT - len(self._early)]:
            self._early.append((int(rows[where]), str(frame["timestamp"].iloc[where])))
        above = np.concatenate([[self._previous[0] if self._previous else None], case[:-1]])
        since = np.concatenate([[self._previous[1] if self._previous else at[0]], at[:-1]])
        self._rows += len(at)
        self._later += int((at >= since).sum())
        self._earlier += int((at <= since).sum())
        for where in np.flatnonzero((case != above) & moved):
            self._again += 1
            if len(self._twice) < _KEPT:
                self._twice.append((int(rows[where]), str(case[where])))
        self._last.update(zip(names, pd.Series(at).groupby(codes).last().to_numpy().tolist(), strict=True))
        self._previous = str(case[-1]), int(at[-1])

    def slips(self) -> Iterator[Slip]:
        """What is wrong with the log as a whole, once all of it is in."""
        cases = len(self._last)
        if len(self._activities) > max(_ACTIVITIES, cases):
            problem = _(
                "The log has {activities} different activities and only {cases} cases.",
                activities=f"{len(self._activities):,}",
                cases=f"{cases:,}",
            )
            yield Slip(1, "activity", "", problem, _("Check whether case and activity have changed places."))
        # A file that lists the newest first, or in no order at all, says nothing by it.
        if self._backwards * _SELDOM <= self._moves:
            for row, value in self._early:
                problem = _("It is before the event that stands above it in the same case.")
                yield Slip(row, "timestamp", value, problem, _("Correct one of the two times; check their time zone."))
        # In a file in order of time every case comes again and again; in one that lists case by case none should.
        by_time = max(self._later, self._earlier) * 100 >= self._rows * 99
        if not by_time and self._again * _SELDOM <= cases:
            for row, value in self._twice:
                problem = _("The file lists case by case, and this case stood further up already.")
                remedy = _("Check whether two cases share this number, or some rows were exported twice.")
                yield Slip(row, "case_id", value, problem, remedy)
