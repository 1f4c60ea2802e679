"""When customers get in touch about what they ordered on the two days of the sale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, names, picture, table
from servicelab.widgets.intervals import wilson
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

SALE = ("11-10", "11-11")
LAST = 14


def days_after(contacts: pd.DataFrame, orders: pd.DataFrame) -> pd.Series[int]:
    """Days from the order to each first contact about it, of orders of 10 and 11 November."""
    require(contacts, ("kind", "order_id", "opened_at"), "figures.after_sale", "contacts")
    require(orders, ("order_id", "ordered_at"), "figures.after_sale", "orders")
    first = contacts[(contacts["kind"].astype(str) == "first") & contacts["order_id"].notna()]
    joined = first[["order_id", "opened_at"]].merge(orders[["order_id", "ordered_at"]], on="order_id")
    sale = joined[joined["ordered_at"].dt.strftime("%m-%d").isin(SALE)]
    days: pd.Series[int] = (sale["opened_at"].dt.floor("D") - sale["ordered_at"].dt.floor("D")).dt.days
    return days


def later_than(days: pd.Series[int], after: int = 2) -> float:
    """The share of contacts that come more than so many days after the order."""
    return float((days > after).mean())


def after_sale(contacts: pd.DataFrame, orders: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:  # noqa: ARG001
    """First contacts about orders of the sale, by days since the order; three years together."""
    days = days_after(contacts, orders)
    counts = days.clip(upper=LAST + 1).value_counts().reindex(range(1, LAST + 2)).fillna(0).astype(int)
    said = [_("day {day}", day=day) for day in range(1, LAST + 1)] + [_("later")]
    drawn = [{"x": int(n), "y": at, "label": str(int(n))} for at, n in enumerate(counts.tolist()[::-1])]
    later, week = (100 * later_than(days, after) for after in (2, 7))
    low, high = (100 * bound for bound in wilson(float((days > 2).sum()), len(days)))
    week_low, week_high = (100 * bound for bound in wilson(float((days > 7).sum()), len(days)))
    return picture(
        _("Over at midnight?"),
        [
            chart(
                axis(_("first contacts"), 0, beyond(counts.tolist())), names(said[::-1], band=24),
                [bars(drawn, color=1)],
            )
        ],
        _(
            "Of {n} first contacts about orders of 10 and 11 November (three years, members) {later:.0f} of 100 come "
            "more than "
            "two days after the order (95 %: {interval}), {week:.0f} after more than a week ({week_interval}).",
            n=len(days), later=later, interval=between(low, high, 0), week=week,
            week_interval=between(week_low, week_high, 0),
        ),
        table(
            _("First contacts about orders of 10 and 11 November, by days since the order (2023 to 2025, simulated)"),
            [_("days since the order"), _("first contacts")],
            [[name, int(n)] for name, n in zip(said, counts.tolist(), strict=True)],
        ),
    )  # fmt: skip
