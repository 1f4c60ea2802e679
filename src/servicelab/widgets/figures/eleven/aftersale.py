"""When customers get in touch about what they ordered in the sale, and what the contacts after it are about."""

from __future__ import annotations

from typing import Any

import pandas as pd

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, dots, names, picture, table
from servicelab.widgets.intervals import wilson
from servicelab.widgets.quantities import between

SALE = ("11-10", "11-11")
LAST = 14
WAVE = ("2025-11-11", "2025-11-25")
ORDINARY = ("2025-10-10", "2025-10-28")
MOST = 5
"""Reasons that are drawn by name."""


def _by_order(contacts: pd.DataFrame, orders: pd.DataFrame) -> tuple[pd.Series[int], pd.Series[pd.Timestamp]]:
    """Days from the order to each first contact about it, and when it was ordered."""
    require(contacts, ("kind", "order_id", "opened_at"), "figures.after_sale", "contacts")
    require(orders, ("order_id", "ordered_at"), "figures.after_sale", "orders")
    first = contacts[(contacts["kind"].astype(str) == "first") & contacts["order_id"].notna()]
    joined = first[["order_id", "opened_at"]].merge(orders[["order_id", "ordered_at"]], on="order_id")
    days: pd.Series[int] = (joined["opened_at"].dt.floor("D") - joined["ordered_at"].dt.floor("D")).dt.days
    return days, joined["ordered_at"]


def days_after(contacts: pd.DataFrame, orders: pd.DataFrame) -> pd.Series[int]:
    """Days from the order to each first contact about it, of orders of 10 and 11 November."""
    days, ordered = _by_order(contacts, orders)
    return days[ordered.dt.strftime("%m-%d").isin(SALE)]


def days_after_others(contacts: pd.DataFrame, orders: pd.DataFrame) -> pd.Series[int]:
    """The same of orders of all months but November: what is usual."""
    days, ordered = _by_order(contacts, orders)
    return days[ordered.dt.month != 11]


def later_than(days: pd.Series[int], after: int = 2) -> float:
    """The share of contacts that come more than so many days after the order."""
    return float((days > after).mean())


def orders_of(orders: pd.DataFrame) -> float:
    """Orders of a day of the sale, as a multiple of an October day."""
    day = orders["ordered_at"].dt.strftime("%m-%d")
    usual = day.between(ORDINARY[0][5:], ORDINARY[1][5:]).sum() / len(pd.date_range(*ORDINARY))
    return float(day.isin(SALE).sum() / len(SALE) / usual)


def more_than_usual(calls: pd.DataFrame) -> pd.Series[float]:
    """By reason, contacts from 11 to 25 November on all lines above as many October days, most first."""
    require(calls, ("arrived_at", "kind"), "figures.after_sale", "calls")
    day, kind = calls["arrived_at"].dt.strftime("%Y-%m-%d"), calls["kind"].astype(str)
    came, usual = (kind[day.between(*span)].value_counts() for span in (WAVE, ORDINARY))
    scale = len(pd.date_range(*WAVE)) / len(pd.date_range(*ORDINARY))
    more: pd.Series[float] = came.sub(scale * usual, fill_value=0.0).sort_values(ascending=False)
    return more


def _shares(days: pd.Series[int]) -> list[float]:
    """Of 100 contacts how many come on each day after the order; the last is all later ones."""
    counts = days.clip(upper=LAST + 1).value_counts(normalize=True)
    return [100 * float(share) for share in counts.reindex(range(1, LAST + 2)).fillna(0.0)]


def after_sale(
    contacts: pd.DataFrame,
    orders: pd.DataFrame,
    calls: pd.DataFrame,
    guess: float | None = None,  # noqa: ARG001
) -> dict[str, Any]:
    """First contacts about orders of the sale by days since the order, beside usual ones; what the wave is about."""
    days, others = days_after(contacts, orders), days_after_others(contacts, orders)
    sale, usual = _shares(days), _shares(others)
    said = [*[_("day {day}", day=day) for day in range(1, LAST + 1)], _("later")]
    drawn = [{"x": share, "y": at, "label": f"{share:.0f}"} for at, share in enumerate(sale[::-1])]
    beside = [{"x": share, "y": at} for at, share in enumerate(usual[::-1])]
    more = more_than_usual(calls)
    about = {label("contacts", "intent", str(kind)): float(count) for kind, count in more.head(MOST).items()}
    about[_("all other reasons")] = float(more.iloc[MOST:].sum())
    wave = [{"x": count, "y": at, "label": f"{count:,.0f}"} for at, count in enumerate(list(about.values())[::-1])]
    low, high = (100 * bound for bound in wilson(float((days > 2).sum()), len(days)))
    week_low, week_high = (100 * bound for bound in wilson(float((days > 7).sum()), len(days)))
    return picture(
        _("Over at midnight?"),
        [
            chart(
                axis(_("of 100 first contacts about the orders"), 0, beyond([*sale, *usual])),
                names(said[::-1], band=24),
                [bars(drawn, color=1), dots(beside, shape="diamond", color=7, r=5)],
                legend=[
                    {"color": 1, "text": _("orders of 10 and 11 November")},
                    {"shape": "diamond", "color": 7, "text": _("orders of all other months")},
                ],
                head=_("When they come"),
            ),
            chart(
                axis(_("contacts more than in as many October days"), 0, beyond(about.values())),
                names(list(about)[::-1], band=26), [bars(wave, color=2)],
                head=_("What there is more of, 11 to 25 November 2025, all lines"),
            ),
        ],
        _(
            "Of {n} first contacts about orders of 10 and 11 November (three years, members) {later:.0f} of 100 come "
            "more than two days after the order (95 %: {interval}), {week:.0f} after more than a week "
            "({week_interval}). Of orders of all other months it is {usual:.0f} and {usual_week:.0f}: the sale makes "
            "nobody ask later, it makes {orders:.1f} times as many orders a day. Of {more:,.0f} contacts more "
            "than usual from 11 to 25 November {claims:.0f} of 100 claim a difference in price.",
            n=len(days), later=100 * later_than(days), interval=between(low, high, 0), week=100 * later_than(days, 7),
            week_interval=between(week_low, week_high, 0), usual=100 * later_than(others),
            usual_week=100 * later_than(others, 7), orders=orders_of(orders), more=more.sum(),
            claims=100 * more["price_claim"] / more.sum(),
        ),
        table(
            _("Of 100 first contacts about orders, by days since the order (2023 to 2025, members, simulated)"),
            [_("days since the order"), _("orders of 10 and 11 November"), _("orders of all other months")],
            [[name, f"{a:.1f}", f"{b:.1f}"] for name, a, b in zip(said, sale, usual, strict=True)],
        ),
    )  # fmt: skip
