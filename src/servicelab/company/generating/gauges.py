"""What is read off a run of the firm: outcomes that the firm itself could see, never what only the simulation knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pandas as pd

from servicelab.company.simulation import Firm
from servicelab.company.simulation.members import DAY
from servicelab.company.simulation.names import CLOSE, OPEN


class Reading(Protocol):
    """Which line and which days; nothing named: all of them."""

    @property
    def line(self) -> str:
        """The line's name."""

    @property
    def first(self) -> date | None:
        """The first day."""

    @property
    def last(self) -> date | None:
        """The last day."""


@dataclass(frozen=True)
class Measure:
    """How a number is read off, and whether it is one of a line on named days."""

    read: Callable[[Firm, Reading], float]
    of_a_line: bool


def _days(firm: Firm, reading: Reading) -> tuple[int, int]:
    """First day and first day no longer, counted from the start of the run."""
    assert reading.first is not None
    assert reading.last is not None
    start = firm.scenario.start
    return (reading.first - start).days, (reading.last - start).days + 1


def _contacts(firm: Firm, reading: Reading) -> pd.DataFrame:
    low, high = _days(firm, reading)
    log = firm.tables["line_log"]
    at = log["arrived_at"]
    return log[(log["line"] == reading.line) & (at >= low * DAY) & (at < high * DAY)]


def _at_desk(firm: Firm, reading: Reading) -> float:
    """Agents at the desk, on average over the opening hours."""
    low, high = _days(firm, reading)
    shifts = firm.tables["shifts"]
    mine = shifts[(shifts["line"] == reading.line) & (shifts["day"] >= low) & (shifts["day"] < high)]
    return float((mine["end"] - mine["begin"]).sum() / (CLOSE - OPEN) / (high - low))


def _refunds(firm: Firm, reading: Reading) -> pd.Series:
    """Days from the request to the refund, of returns that were requested on the days and paid in the run."""
    cases = firm.tables["cases"]
    paid = cases[(cases["kind"] == "return") & cases["closed_at"].notna() & ~cases["rejected"]]
    if reading.first is not None:
        paid = paid[paid["opened_at"] >= pd.Timestamp(reading.first)]
    if reading.last is not None:
        paid = paid[paid["opened_at"] < pd.Timestamp(reading.last) + pd.Timedelta(days=1)]
    return (paid["closed_at"] - paid["opened_at"]).dt.total_seconds() / DAY


#: By name, what a grid's file may ask for.
MEASURES = {
    "contacts": Measure(lambda firm, of: float(len(_contacts(firm, of))), of_a_line=True),
    "abandoned": Measure(lambda firm, of: float(1 - _contacts(firm, of)["served"].mean()), of_a_line=True),
    "mean_wait": Measure(lambda firm, of: float(_contacts(firm, of)["wait"].mean()), of_a_line=True),
    "median_wait": Measure(lambda firm, of: float(_contacts(firm, of)["wait"].median()), of_a_line=True),
    "at_desk": Measure(_at_desk, of_a_line=True),
    "refunds": Measure(lambda firm, of: float(len(_refunds(firm, of))), of_a_line=False),
    "days_to_refund": Measure(lambda firm, of: float(_refunds(firm, of).mean()), of_a_line=False),
    "median_days_to_refund": Measure(lambda firm, of: float(_refunds(firm, of).median()), of_a_line=False),
}
