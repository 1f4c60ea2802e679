"""What is read off the appraisals about the bottom ten: the next month of those who were coached and of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servicelab.widgets.frames import require
from servicelab.widgets.intervals import Z95

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Change:
    """A mean change from one month to the next, half its 95 % interval, and of how many months."""

    mean: float
    half: float
    count: int


def changed(gains: pd.Series[float]) -> Change:
    """The mean change of these months; without any it is no number."""
    count = len(gains)
    values = gains.to_numpy(dtype=float)
    mean = float(values.sum()) / count if count else float("nan")
    return Change(mean, Z95 * float(gains.std()) / count**0.5 if count else float("nan"), count)


def next_months(appraisals: pd.DataFrame) -> pd.DataFrame:
    """The appraisals of people who were appraised in the month after as well, with the `gain` of their rating."""
    require(appraisals, ("month", "agent_id", "csat", "bottom_ten", "coached"), "explore.chance", "appraisals")
    rows = appraisals.sort_values(["agent_id", "month"])
    rows = rows.assign(gain=rows.groupby("agent_id")["csat"].shift(-1) - rows["csat"])
    return rows[rows["gain"].notna()]


def by_lot(appraisals: pd.DataFrame) -> tuple[Change, Change, Change]:
    """The change of those of the bottom ten who were coached, of those who were not, and of everybody else."""
    rows = next_months(appraisals)
    bottom = rows["bottom_ten"].astype(bool)
    coached = rows["coached"].astype(bool)
    return tuple(changed(rows.loc[mine, "gain"]) for mine in (bottom & coached, bottom & ~coached, ~bottom))  # type: ignore[return-value]


def apart(one: Change, other: Change) -> tuple[float, float]:
    """The difference of two changes, and half its 95 % interval."""
    return one.mean - other.mean, float((one.half**2 + other.half**2) ** 0.5)
