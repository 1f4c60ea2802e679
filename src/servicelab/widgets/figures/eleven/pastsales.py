"""What the last two Double 11s were, as far as the record of members goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, names, picture, table

if TYPE_CHECKING:
    from collections.abc import Sequence

YEARS = (2023, 2024)
DAYS = tuple(f"11-{day:02d}" for day in range(8, 18))
"""The days around the sale, none left out: those that a forecast is drawn from later."""


def times(moments: pd.Series[pd.Timestamp], year: int, days: Sequence[str] = DAYS) -> list[float]:
    """How many there were on days of a year, as a multiple of an October day (10 to 28) of that year."""
    own = moments[moments.dt.year == year].dt.strftime("%m-%d")
    usual = own.between("10-10", "10-28").sum() / 19
    return [float((own == day).sum() / usual) for day in days]


def past_sales(contacts: pd.DataFrame, orders: pd.DataFrame, deposits: pd.DataFrame) -> dict[str, Any]:
    """Orders and contacts of members around the last two sales, as multiples of an October day."""
    require(contacts, ("opened_at",), "figures.past_sales", "contacts")
    require(orders, ("ordered_at",), "figures.past_sales", "orders")
    require(deposits, ("paid_at", "balance_paid_at"), "figures.past_sales", "deposits")
    by = {
        name: [sum(pair) / len(YEARS) for pair in zip(*[times(moments, year) for year in YEARS], strict=True)]
        for name, moments in (("orders", orders["ordered_at"]), ("contacts", contacts["opened_at"]))
    }
    said = [_("{day} Nov.", day=int(day[-2:])) for day in DAYS]
    charts = [
        chart(
            axis(_("as a multiple of an October day"), 0, beyond(by[name])), names(said[::-1], band=23),
            [bars([{"x": x, "y": at, "label": f"{x:.1f}"} for at, x in enumerate(by[name][::-1])], color=color)],
            head=head,
        )
        for name, color, head in (("orders", 2, _("Orders")), ("contacts", 1, _("Contacts, all lines")))
    ]  # fmt: skip
    own = deposits[deposits["paid_at"].dt.year.isin(YEARS)]
    return picture(
        _("Exhibit A · Two Double 11s, 2023 and 2024"),
        charts,
        _(
            "On 10 November members placed {orders:.1f} times as many orders as on an October day and got in touch "
            "{contacts:.1f} times as often; on the 12th {after:.1f} times as often. Of {n} deposits of these two years "
            "{paid:.0f} of 100 were completed.",
            orders=by["orders"][DAYS.index("11-10")], contacts=by["contacts"][DAYS.index("11-10")],
            after=by["contacts"][DAYS.index("11-12")], n=len(own),
            paid=100 * own["balance_paid_at"].notna().mean(),
        ),
        table(
            _("Orders and contacts of members, mean of both years, as multiples of an October day (simulated)"),
            [_("day"), _("orders"), _("contacts, all lines")],
            [[name, f"{a:.2f}", f"{b:.2f}"] for name, a, b in zip(said, by["orders"], by["contacts"], strict=True)],
        ),
    )  # fmt: skip
