"""What is read off a run of the firm: outcomes that the firm itself could see, never what only the simulation knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pandas as pd

from servicelab.company.simulation import LINES, Firm
from servicelab.company.simulation.appraisals import payroll
from servicelab.company.simulation.members import DAY
from servicelab.company.simulation.names import CLOSE, OPEN
from servicelab.course.declared import Declared, Fault, Rule
from servicelab.course.rubricfile import Both


@dataclass(frozen=True)
class Measure:
    """How a number is read off, and whether it is one of a line on named days."""

    read: Callable[[Firm, Gauge], float]
    of_a_line: bool


def _days(firm: Firm, gauge: Gauge) -> tuple[int, int]:
    """First day and first day no longer, counted from the start of the run."""
    assert gauge.first is not None
    assert gauge.last is not None
    start = firm.scenario.start
    return (gauge.first - start).days, (gauge.last - start).days + 1


def _contacts(firm: Firm, gauge: Gauge) -> pd.DataFrame:
    low, high = _days(firm, gauge)
    log = firm.tables["line_log"]
    at = log["arrived_at"]
    return log[(log["line"] == gauge.line) & (at >= low * DAY) & (at < high * DAY)]


def _dates(gauge: Gauge) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day."""
    assert gauge.first is not None
    assert gauge.last is not None
    return pd.Timestamp(gauge.first), pd.Timestamp(gauge.last)


def _served(firm: Firm, gauge: Gauge) -> pd.DataFrame:
    found = _contacts(firm, gauge)
    return found[found["served"].to_numpy(dtype=bool)]


def _settled(firm: Firm, gauge: Gauge) -> float:
    """Contacts that were closed as resolved and not followed by another about the same matter."""
    done = _served(firm, gauge)
    return float((done["recorded"].to_numpy(dtype=bool) & ~done["followed"].to_numpy(dtype=bool)).sum())


def _paid(firm: Firm, gauge: Gauge) -> float:
    """¥ that the people of the line were paid for the days."""
    staff = firm.tables["staffing"]
    mine = staff["line"].astype(str).eq(gauge.line) & staff["date"].between(*_dates(gauge))
    return payroll(firm.world, firm.scenario, staff[mine], _contacts(firm, gauge))


def _leavers(firm: Firm, gauge: Gauge) -> float:
    """People of the line, hired for good, whose first day no longer employed is one of the days."""
    people = firm.tables["agents"]
    gone = people["left_on"].between(*_dates(gauge))
    return float((gone & people["line"].astype(str).eq(gauge.line) & ~people["temporary"].astype(bool)).sum())


def _at_desk(firm: Firm, gauge: Gauge) -> float:
    """Agents at the desk, on average over the opening hours."""
    low, high = _days(firm, gauge)
    shifts = firm.tables["shifts"]
    mine = shifts[(shifts["line"] == gauge.line) & (shifts["day"] >= low) & (shifts["day"] < high)]
    return float((mine["end"] - mine["begin"]).sum() / (CLOSE - OPEN) / (high - low))


def _refunds(firm: Firm, gauge: Gauge) -> pd.Series:
    """Days from the request to the refund, of returns that were requested on the days and paid in the run."""
    cases = firm.tables["cases"]
    paid = cases[(cases["kind"] == "return") & cases["closed_at"].notna() & ~cases["rejected"]]
    if gauge.first is not None:
        paid = paid[paid["opened_at"] >= pd.Timestamp(gauge.first)]
    if gauge.last is not None:
        paid = paid[paid["opened_at"] < pd.Timestamp(gauge.last) + pd.Timedelta(days=1)]
    return (paid["closed_at"] - paid["opened_at"]).dt.total_seconds() / DAY


#: By name, what a grid's file may ask for.
MEASURES = {
    "contacts": Measure(lambda firm, of: float(len(_contacts(firm, of))), of_a_line=True),
    "abandoned": Measure(lambda firm, of: float(1 - _contacts(firm, of)["served"].mean()), of_a_line=True),
    "mean_wait": Measure(lambda firm, of: float(_contacts(firm, of)["wait"].mean()), of_a_line=True),
    "median_wait": Measure(lambda firm, of: float(_contacts(firm, of)["wait"].median()), of_a_line=True),
    "handling": Measure(
        lambda firm, of: float(_served(firm, of)[["service", "after_call"]].sum(axis=1).mean()), of_a_line=True
    ),
    "resolved": Measure(lambda firm, of: float(_served(firm, of)["recorded"].mean()), of_a_line=True),
    "came_back": Measure(lambda firm, of: float(_served(firm, of)["followed"].mean()), of_a_line=True),
    "settled": Measure(_settled, of_a_line=True),
    "paid": Measure(_paid, of_a_line=True),
    "leavers": Measure(_leavers, of_a_line=True),
    "at_desk": Measure(_at_desk, of_a_line=True),
    "refunds": Measure(lambda firm, of: float(len(_refunds(firm, of))), of_a_line=False),
    "days_to_refund": Measure(lambda firm, of: float(_refunds(firm, of).mean()), of_a_line=False),
    "median_days_to_refund": Measure(lambda firm, of: float(_refunds(firm, of).median()), of_a_line=False),
}


@dataclass(frozen=True)
class Gauge(Declared):
    """What is read off a run: a measure, of a line or of everything, from its first day to its last."""

    measure: Annotated[str, Rule("no measure is called “{value}”", f"Use {', '.join(MEASURES)}", MEASURES.__contains__)]
    title: Both
    decimals: Annotated[int, Rule("decimals must be from 0 to 6", "Write decimals: 2", range(7).__contains__)]
    unit: str = ""
    line: Annotated[str, Rule("no line is called “{value}”", f"Use {', '.join(LINES)}", ("", *LINES).__contains__)] = ""
    first: date | None = None
    last: date | None = None

    def faults(self) -> Iterator[Fault]:
        """A measure of a line needs one, on days that are named; another has none. The days are in their order."""
        measure = MEASURES.get(self.measure)
        if measure is not None and measure.of_a_line and not (self.line and self.first and self.last):
            yield Fault((), f"{self.measure} is measured on a line", "Write line, first and last")
        if measure is not None and not measure.of_a_line and self.line:
            yield Fault(("line",), f"{self.measure} is not measured on a line", "Take line away")
        if self.first and self.last and self.last < self.first:
            yield Fault(("last",), f"{self.last} comes before {self.first}", "Write the earlier day as first")
