"""Who refuses when somebody who turned to a channel for writing is offered another way, by segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require, segment_name, segments_in
from servicelab.widgets.house.chart import axis, bars, chart, guess_key, guessed, intervals, names, picture, table
from servicelab.widgets.intervals import wilson
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

WRITING = ("chat", "wechat")


def offered(contacts: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """First contacts of those who turned to chat or WeChat: `segment`, and whether they `refused` what was offered."""
    require(contacts, ("customer_id", "kind", "asked", "refused"), "figures.refusals", "contacts")
    require(customers, ("customer_id", "segment"), "figures.refusals", "customers")
    mine = contacts[(contacts["kind"].astype(str) == "first") & contacts["asked"].astype(str).isin(WRITING)]
    found = mine[["customer_id", "refused"]].merge(customers[["customer_id", "segment"]], on="customer_id")
    return found.assign(segment=found["segment"].astype(str), refused=found["refused"].astype(bool))


def refusing(contacts: pd.DataFrame, customers: pd.DataFrame) -> pd.Series[float]:
    """The share that refuses, by segment, from 0 to 1."""
    found = offered(contacts, customers)
    by: pd.Series[float] = found["refused"].astype(float).groupby(found["segment"]).mean()
    return by


def refusals(contacts: pd.DataFrame, customers: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Of 100 first contacts to chat or WeChat, how many refuse another way, by segment; `guess` is for the seniors."""
    found = offered(contacts, customers)
    order = segments_in(found)[::-1]
    rows, drawn = [], []
    for at, segment in enumerate(order):
        mine = found.loc[found["segment"] == segment, "refused"]
        share = 100 * float(mine.mean())
        low, high = (100 * bound for bound in wilson(float(mine.sum()), len(mine)))
        drawn.append({"x": share, "y": at, "label": f"{share:.0f}", "clear": high, "xlo": low, "xhi": high})
        rows.append([segment_name(segment), f"{share:.1f}", between(low, high), f"{len(mine):,}"])
    by = refusing(contacts, customers)
    most, least = str(by.idxmax()), str(by.idxmin())
    layers = [bars(drawn, color=1), intervals(drawn, color=7)]
    legend = []
    if guess is not None and "senior" in order:
        layers.append(guessed(guess, order.index("senior")))
        legend.append(guess_key())
    measured = _("refused the assistant or another channel, of 100 first contacts to chat or WeChat")
    return picture(
        _("Who does not want to be sent elsewhere"),
        [chart(axis(measured, 0, 100), names([segment_name(each) for each in order]), layers, legend=legend)],
        _(
            "Of 100 first contacts to chat or WeChat: {most} refuse {high:.0f} times, {least} {low:.0f} times.",
            most=segment_name(most), high=100 * by[most], least=segment_name(least), low=100 * by[least],
        ),
        table(
            _("Offered another way, and refused (three years, simulated)"),
            [_("segment"), measured, _("95 % interval"), _("first contacts")],
            rows[::-1],
        ),
    )  # fmt: skip
