"""The clock of people who work by day: how much is worked until a moment, and when so much has been worked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import Floats

DAY = 86_400.0
WORKDAY = (9, 18)
"""Hours at which a working day begins and ends."""


@dataclass(frozen=True)
class WorkClock:
    """Seconds of working time since a first day, and back.

    Attributes
    ----------
    opens : seconds since the first day's midnight at which each working day begins, in order
    length : seconds that a working day has

    Examples
    --------
    >>> days = pd.DataFrame({"date": pd.date_range("2025-01-03", periods=4), "workday": [True, False, False, True]})
    >>> clock = WorkClock.of(days)
    >>> float(clock.worked([0, 10 * 3600, 90 * 3600]).sum()) / 3600, float(clock.moment([10 * 3600.0])[0]) / 3600
    (19.0, 82.0)
    """

    opens: Floats
    length: float = (WORKDAY[1] - WORKDAY[0]) * 3600.0

    @classmethod
    def of(
        cls, calendar: pd.DataFrame, opens: float = WORKDAY[0] * 3600.0, closes: float = WORKDAY[1] * 3600.0
    ) -> WorkClock:
        """The clock of a calendar (`date`, one row a day in order; `workday`), open between these seconds of a day."""
        for column in ("date", "workday"):
            if column not in calendar:
                raise ValueError(f"calendar lacks the column {column}")
        days = np.flatnonzero(calendar["workday"].to_numpy(dtype=bool)).astype(np.float64)
        return cls(days * DAY + opens, closes - opens)

    def worked(self, at: ArrayLike) -> Floats:
        """Working seconds before each moment."""
        moment = np.asarray(at, dtype=np.float64)
        day = np.searchsorted(self.opens, moment, "right") - 1
        inside = np.clip(moment - self.opens[np.maximum(day, 0)], 0, self.length)
        found: Floats = np.where(day >= 0, day * self.length + inside, 0.0)
        return found

    def moment(self, worked: ArrayLike, *, end: bool = False) -> Floats:
        """When so many seconds have been worked; infinity after the last working day. `end`: work that ends then."""
        seconds = np.asarray(worked, dtype=np.float64)
        day = np.floor(seconds / self.length).astype(np.int64)
        rest = seconds - day * self.length
        if end:
            # Work that ends with the day ends in the evening, not next morning.
            evening = (rest < 1e-6) & (day > 0)
            day, rest = np.where(evening, day - 1, day), np.where(evening, self.length, rest)
        inside = day < len(self.opens)
        found: Floats = np.where(inside, self.opens[np.minimum(day, len(self.opens) - 1)] + rest, np.inf)
        return found
